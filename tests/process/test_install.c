/* What cmake --install puts under a prefix runs from there: the server finds its plugins, a sample of the configuration is read,
 * and what plugins are built against is told by pkg-config. */
#include "csm_run.h"

#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static server_process server;
static char root[96]; /* the prefix, below DESTDIR */

/* Runs a program, its output going to <dir>/log; its exit code. */
static int run(const char *const *args)
{
    char log[96];
    int status = 0;
    pid_t pid;

    (void)snprintf(log, sizeof(log), "%s/log", server.dir);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

        if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
            _exit(126);
        (void)execvp(args[0], (char *const *)(uintptr_t)args);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int setup(void **state)
{
    static const char *const install[] = { CMAKE, "--install", BUILD_DIR, "--prefix", "/opt/csm", NULL };
    char bin[112];

    (void)state;
    server_init(&server, "customer_service");
    server.plugin_dir = "";
    (void)snprintf(root, sizeof(root), "%s/opt/csm", server.dir);
    (void)snprintf(bin, sizeof(bin), "%s/bin", root);
    assert_int_equal(setenv("DESTDIR", server.dir, 1), 0);
    assert_int_equal(run(install), 0);
    return setenv("CSM_BIN_DIR", bin, 1);
}

static int teardown(void **state)
{
    (void)state;
    server_done(&server);
    return 0;
}

static void it_serves_and_answers(void **state)
{
    csm_client *client;
    csm_client_result *plugin;
    char text[64];

    (void)state;
    server_start(&server);
    client = server_client(&server);
    plugin = server_call(client, "plugin.show", "{'id':'customer_service'}");
    assert_string_equal(server_text(plugin, "state", text, sizeof(text)), "active");
    csm_client_result_free(plugin);
    csm_client_close(client);
    free(CSM_EXPECT(&server, 0, "call", "server.ping"));
    assert_int_equal(server_stop(&server), 0);
    assert_int_equal(server_verify(&server), 0);
}

static void everything_is_in_its_place(void **state)
{
    static const char *const files[] = {
        "bin/csm-manifest",          "lib/csmd/plugins/proactive_ops.so",        "lib/csmd/plugins/proactive_ops.manifest",
        "include/csm/csm.h",         "share/bash-completion/completions/csm",    "share/cmake/csm-sdk/csm-sdk-config.cmake",
        "share/csmd/csm.conf",       "share/csmd/import/cfpb_complaints.json",   "lib/systemd/system/csmd.service",
        "share/pkgconfig/csm-sdk.pc",
    };

    (void)state;
    for (size_t n = 0; n < sizeof(files) / sizeof(files[0]); n++) {
        char path[256];

        (void)snprintf(path, sizeof(path), "%s/%s", root, files[n]);
        if (access(path, R_OK) != 0)
            fail_msg("%s is not installed", files[n]);
    }
}

static void the_sample_is_a_configuration(void **state)
{
    char path[128];
    const char *const check[] = { "--check", "--config", path, NULL };

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/share/csmd/csm.conf", root);
    assert_int_equal(server_run(&server, check), 0);
}

static void plugins_are_told_where(void **state)
{
    static const char *const ask[] = { "pkg-config", "--cflags", "--variable=plugindir", "csm-sdk", NULL };
    char at[128], want[160];

    (void)state;
    (void)snprintf(at, sizeof(at), "%s/share/pkgconfig", root);
    (void)snprintf(want, sizeof(want), "%s/share/pkgconfig/../../lib/csmd/plugins", root);
    assert_int_equal(setenv("PKG_CONFIG_PATH", at, 1), 0);
    server_clear_log(&server);
    assert_int_equal(run(ask), 0);
    server_log_has(&server, want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_in_its_place),
        cmocka_unit_test(it_serves_and_answers),
        cmocka_unit_test(the_sample_is_a_configuration),
        cmocka_unit_test(plugins_are_told_where),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
