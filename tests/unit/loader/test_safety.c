/* Which files may become code of the server, and what a plugin that took it down leaves behind. */
#include "house.h"

#include <sys/wait.h>

static void path_of(const house *h, const char *file, char *out, size_t size)
{
    (void)snprintf(out, size, "%s/%s", h->plugins, file);
}

static void library_writable_by_others(void **state)
{
    char path[200];
    house h;

    (void)state;
    house_open(&h);
    house_install(&h, "good", GOOD);
    house_enable(&h, "good");
    path_of(&h, "good.so", path, sizeof(path));
    assert_int_equal(chmod(path, 0666), 0);
    house_boot(&h);
    house_expect(&h, "good", CSM_PLUGIN_QUARANTINED, "\"good.so\" may be written by others (mode 0666)");
    house_close(&h);
}

static void manifest_writable_by_others(void **state)
{
    char path[200];
    house h;

    (void)state;
    house_open(&h);
    house_install(&h, "good", GOOD);
    house_enable(&h, "good");
    path_of(&h, "good.manifest", path, sizeof(path));
    assert_int_equal(chmod(path, 0664), 0);
    house_boot(&h);
    house_expect(&h, "good", CSM_PLUGIN_QUARANTINED, "\"good.manifest\" may be written by others");
    house_close(&h);
}

static void symbolic_link(void **state)
{
    char path[200];
    house h;

    (void)state;
    house_open(&h);
    house_manifest(&h, "good", GOOD);
    house_enable(&h, "good");
    path_of(&h, "good.so", path, sizeof(path));
    assert_int_equal(symlink(ABI_PLUGINS "/good.so", path), 0);
    house_boot(&h);
    house_expect(&h, "good", CSM_PLUGIN_QUARANTINED, "\"good.so\" is a symbolic link");
    house_close(&h);
}

static void no_regular_file(void **state)
{
    char path[200];
    house h;

    (void)state;
    house_open(&h);
    house_manifest(&h, "good", GOOD);
    house_enable(&h, "good");
    path_of(&h, "good.so", path, sizeof(path));
    assert_int_equal(mkfifo(path, 0600), 0); /* opening it must not wait for a writer either */
    house_boot(&h);
    house_expect(&h, "good", CSM_PLUGIN_QUARANTINED, "\"good.so\" is no regular file");
    house_close(&h);
}

static void foreign_owner(void **state)
{
    char path[200];
    house h;

    (void)state;
    if (geteuid() != 0)
        skip();
    house_open(&h);
    house_install(&h, "good", GOOD);
    house_enable(&h, "good");
    path_of(&h, "good.so", path, sizeof(path));
    assert_int_equal(chown(path, 65534, 65534), 0);
    house_boot(&h);
    house_expect(&h, "good", CSM_PLUGIN_QUARANTINED, "belongs to user 65534");
    house_close(&h);
}

static void directory_in_order(void **state)
{
    csm_error err = { 0 };
    house h;

    (void)state;
    house_open(&h);
    assert_int_equal(chmod(h.plugins, 0777), 0);
    assert_int_equal(house_try_boot(&h, &err), CSM_E_INVALID);
    assert_non_null(strstr(err.message, "may be written by others"));
    h.options.plugin_dir = "plugins";
    assert_int_equal(house_try_boot(&h, &err), CSM_E_INVALID);
    assert_non_null(strstr(err.message, "is no absolute path"));
    h.options.plugin_dir = "/nonexistent/csm";
    assert_int_equal(house_try_boot(&h, &err), CSM_E_IO);
    house_close(&h);
}

static void manifest_too_long(void **state)
{
    static char text[20000] = "id good\n";
    house h;

    (void)state;
    house_open(&h);
    house_module(&h, "good", "good");
    memset(text + 8, '\n', sizeof(text) - 9);
    house_manifest(&h, "good", text);
    house_enable(&h, "good");
    house_boot(&h);
    house_expect(&h, "good", CSM_PLUGIN_QUARANTINED, "is longer than 16384 bytes");
    house_close(&h);
}

/* The same files loaded by one server after the other, and a replaced one: never the wrong code. */
static void reloaded_and_replaced(void **state)
{
    house h;

    (void)state;
    house_open(&h);
    house_install(&h, "good", GOOD);
    house_install(&h, "needs_good", NEEDS_GOOD);
    house_allow(&h, "good");
    house_enable(&h, "needs_good");
    for (int n = 0; n < 50; n++) {
        char from[200], to[200];

        house_boot(&h);
        house_expect(&h, "good", CSM_PLUGIN_ACTIVE, "");
        house_expect(&h, "needs_good", CSM_PLUGIN_ACTIVE, "");
        house_module(&h, "good", "fresh"); /* replaced by rename, as an installer does */
        path_of(&h, "fresh.so", from, sizeof(from));
        path_of(&h, "good.so", to, sizeof(to));
        if (n % 10 == 0)
            assert_int_equal(rename(from, to), 0);
        else
            assert_int_equal(unlink(from), 0);
    }
    house_close(&h);
}

/* Boots in a child, for a plugin that will not let it end well. Returns its exit code. */
static int boot_in_child(house *h)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        csm_error err = { 0 };

        _exit(house_try_boot(h, &err) == CSM_OK ? 0 : 1);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void crash_is_remembered(void **state)
{
    house h;

    (void)state;
    house_open(&h);
    house_install(&h, "good", GOOD);
    house_install(&h, "crasher", PLAIN("crasher"));
    house_enable(&h, "crasher");
    house_enable(&h, "good");
    assert_int_equal(boot_in_child(&h), 77);
    house_boot(&h);
    house_expect(&h, "crasher", CSM_PLUGIN_QUARANTINED, "ended the server while it was being loaded or started");
    house_expect(&h, "good", CSM_PLUGIN_ACTIVE, "");
    house_boot(&h); /* and again: the note stays */
    house_expect(&h, "crasher", CSM_PLUGIN_QUARANTINED, "ended the server");

    /* another build of it is another chance */
    house_module(&h, "bad_table", "crasher");
    house_boot(&h);
    house_expect(&h, "crasher", CSM_PLUGIN_QUARANTINED, "is \"bad_table\" 1.0");
    house_close(&h);
}

static void start_is_guarded_too(void **state)
{
    csm_error err = { 0 };
    char path[200];
    house h;

    (void)state;
    house_open(&h);
    house_install(&h, "good", GOOD);
    house_enable(&h, "good");
    house_boot(&h);
    (void)snprintf(path, sizeof(path), "%s/plugin.guard", h.data);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(csm_loader_guard(h.loader, "good", &err), CSM_OK);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(csm_loader_guard(h.loader, NULL, &err), CSM_OK);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(csm_loader_guard(h.loader, "good", &err), CSM_OK);
    house_boot(&h); /* as if the process had died there */
    house_expect(&h, "good", CSM_PLUGIN_QUARANTINED, "ended the server");
    house_close(&h);
}

static void nonsense_in_the_guard(void **state)
{
    static const char text[] = "running\nrunning nobody\nstrike good x y\nstrike\n\xff\xfe\n\nstrike good 1 1";
    house h;

    (void)state;
    house_open(&h);
    house_install(&h, "good", GOOD);
    house_enable(&h, "good");
    house_write(h.data, "plugin", ".guard", text, sizeof(text) - 1);
    house_boot(&h);
    house_expect(&h, "good", CSM_PLUGIN_ACTIVE, "");
    house_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(library_writable_by_others), cmocka_unit_test(manifest_writable_by_others),
        cmocka_unit_test(symbolic_link),              cmocka_unit_test(no_regular_file),
        cmocka_unit_test(foreign_owner),              cmocka_unit_test(directory_in_order),
        cmocka_unit_test(manifest_too_long),          cmocka_unit_test(reloaded_and_replaced),
        cmocka_unit_test(crash_is_remembered),        cmocka_unit_test(start_is_guarded_too),
        cmocka_unit_test(nonsense_in_the_guard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
