/* What a deployer gets wrong is told by file, line and name, with what was probably meant, and ends with exit code 78. */
#include "server_process.h"

#include "unit.h"

#include <string.h>
#include <sys/stat.h>

#define CONFIG 78
#define USAGE 64

static server_process server;

static int setup(void **state)
{
    (void)state;
    server_init(&server, "");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    server_done(&server);
    return 0;
}

static void write_file(const char *name, const char *text, char path[160])
{
    FILE *f;

    (void)snprintf(path, 160, "%s/%s", server.dir, name);
    f = fopen(path, "we");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

typedef struct row {
    const char *name;
    const char *text;    /* of csm.conf; NULL: no file */
    const char *set;     /* --set; NULL: none */
    const char *told[2];
} row;

static const row rows[] = {
    { "unknown key", "# one\nlog_levl = \"info\";\n", NULL, { "csm.conf:2: no setting \"log_levl\"", "did you mean \"log_level\"" } },
    { "number as text", "\nworkers = \"two\";\n", NULL, { "csm.conf:2: setting \"workers\": \"two\" is no whole number" } },
    { "truth value as number", "demo = 1;\n", NULL, { "csm.conf:1: setting \"demo\": true or false, not \"1\"" } },
    { "list where one is wanted", "log_level = [\"info\", \"debug\"];\n", NULL, { "csm.conf:1: setting \"log_level\": one value, not a list" } },
    { "group where text is wanted", "data = { path = \"x\"; };\n", NULL, { "csm.conf:1: setting \"data\": one value, not a list" } },
    { "out of range", "\n\nworkers = 65;\n", NULL, { "csm.conf:3: setting \"workers\": 65 is outside 1 to 64 threads" } },
    { "out of any range", "workers = 99999999999999999999;\n", NULL, { "csm.conf:1:" } },
    { "none of its values", "log_format = \"xml\";\n", NULL, { "setting \"log_format\": \"xml\" is none of its values" } },
    { "broken file", "workers = 2\nlisten [;\n", NULL, { "csm.conf:2: syntax error", "a setting is name = \"text\";" } },
    { "no quotes", "data = /var/lib/csmd\n", NULL, { "csm.conf:1: syntax error", "a setting is name = \"text\";" } },
    { "unknown on the command line", NULL, "wokers=2", { "no setting \"wokers\"", "did you mean \"workers\"" } },
    { "out of range on the command line", NULL, "drain_ms=-1", { "setting \"drain_ms\": -1 is outside 0 to 600000 ms" } },
    { "no value on the command line", NULL, "workers", { "--set needs NAME=VALUE, not \"workers\"" } },
    { "address", NULL, "listen=http://x", { "http://x" } },
};

static void is_refused(void **state)
{
    const row *r = *state;
    const char *options[6] = { NULL };
    char path[160];
    int n = 0;

    server_init(&server, "");
    if (r->text != NULL) {
        write_file("csm.conf", r->text, path);
        options[n++] = "-c";
        options[n++] = path;
    }
    if (r->set != NULL) {
        options[n++] = "--set";
        options[n++] = r->set;
    }
    for (int check = 0; check < 2; check++) {
        options[n] = check ? "--check" : NULL;
        server_clear_log(&server);
        assert_int_equal(server_run(&server, options), CONFIG);
        for (unsigned k = 0; k < 2 && r->told[k] != NULL; k++)
            server_log_has(&server, r->told[k]);
    }
    server_done(&server);
}

static void missing_file(void **state)
{
    static const char *const options[] = { "-c", "/nonexistent/csm.conf", NULL };

    (void)state;
    assert_int_equal(server_run(&server, options), CONFIG);
    server_log_has(&server, "/nonexistent/csm.conf");
}

static void unknown_option(void **state)
{
    static const char *const options[] = { "--chekc", NULL };

    (void)state;
    assert_int_equal(server_run(&server, options), USAGE);
    server_log_has(&server, "unrecognized option '--chekc'");
}

/* A plugin's own file beside csm.conf. */
static void plugin_file(void **state)
{
    char conf[160], dir[160], file[160];
    const char *options[] = { "-c", conf, "--check", NULL };

    (void)state;
    write_file("csm.conf", "workers = 1;\n", conf);
    (void)snprintf(dir, sizeof(dir), "%s/plugins.d", server.dir);
    assert_int_equal(mkdir(dir, 0755), 0);
    write_file("plugins.d/foundation.conf", "\nfine = [1, 2];\n", file);
    assert_int_equal(server_run(&server, options), CONFIG);
    server_log_has(&server, "plugins.d/foundation.conf:2: setting \"fine\" is no text, number or truth value");
    write_file("plugins.d/foundation.conf", "fine = ;\n", file);
    assert_int_equal(server_run(&server, options), CONFIG);
    server_log_has(&server, "plugins.d/foundation.conf:1: syntax error");
    write_file("plugins.d/foundation.conf", "\n\nfien = true;\n", file);
    server_clear_log(&server);
    options[2] = NULL;
    assert_int_equal(server_run(&server, options), CONFIG);
    server_log_has(&server, "\"fien\"");
}

static void check_makes_nothing(void **state)
{
    static const char *const options[] = { "--check", NULL };
    struct stat info;

    (void)state;
    assert_int_equal(server_run(&server, options), 0);
    assert_int_not_equal(stat(server.data, &info), 0);
}

/* What --print-config prints is a configuration that says the same. */
static void print_is_read_again(void **state)
{
    const char *options[] = { "--set", "workers=7", "--set", "log_format=json", "--print-config", NULL };
    char path[160], *first, *second;
    const char *again[] = { "-c", path, "--print-config", NULL };

    (void)state;
    assert_int_equal(server_run(&server, options), 0);
    server_log_has(&server, "\nworkers = 7;\n");
    server_log_has(&server, "1 to 64 threads (default 2)");
    first = server_log(&server);
    write_file("csm.conf", first, path);
    server_clear_log(&server);
    assert_int_equal(server_run(&server, again), 0);
    second = server_log(&server);
    assert_string_equal(second, first);
    free(first);
    free(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(missing_file, setup, teardown),
        cmocka_unit_test_setup_teardown(unknown_option, setup, teardown),
        cmocka_unit_test_setup_teardown(plugin_file, setup, teardown),
        cmocka_unit_test_setup_teardown(check_makes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(print_is_read_again, setup, teardown),
    };
    int failed = run_rows("refused", rows, is_refused);

    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
