/* Broken plugins beside a good one: the server serves, and plugin.list says what is wrong. */
#include "server_process.h"

#include "unit.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static server_process server;
static char plugin_dir[96];

static void write_file(const char *name, const char *end, const void *bytes, size_t len)
{
    char path[192];
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/%s%s", plugin_dir, name, end);
    f = fopen(path, "we");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, 0644), 0);
}

static void install(const char *name, const char *manifest)
{
    static char bytes[4 << 20];
    char path[512];
    size_t len;
    FILE *f;

    (void)snprintf(path, sizeof(path), ABI_PLUGINS "/%s.so", name);
    f = fopen(path, "re");
    assert_non_null(f);
    len = fread(bytes, 1, sizeof(bytes), f);
    (void)fclose(f);
    assert_true(len > 0 && len < sizeof(bytes));
    write_file(name, ".so", bytes, len);
    write_file(name, ".manifest", manifest, strlen(manifest));
}

static int setup(void **state)
{
    (void)state;
    server_init(&server, "");
    (void)snprintf(plugin_dir, sizeof(plugin_dir), "%s/plugins", server.dir);
    assert_int_equal(mkdir(plugin_dir, 0755), 0);
    assert_int_equal(chmod(plugin_dir, 0755), 0);
    server.plugin_dir = plugin_dir;
    install("good", "id good\nversion 1.2.0\nabi 0.1\nsummary In order\n");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    server_done(&server);
    return 0;
}

static void expect(csm_client *client, const char *id, const char *state, const char *reason)
{
    csm_client_result *result = server_call(client, "plugin.show", "{'id':'%s'}", id);
    char text[512];

    assert_string_equal(server_text(result, "state", text, sizeof(text)), state);
    (void)server_text(result, "reason", text, sizeof(text));
    if (strstr(text, reason) == NULL)
        fail_msg("%s: %s", id, text);
    csm_client_result_free(result);
}

/* The good one's method and table work. */
static void good_serves(csm_client *client)
{
    csm_client_result_free(server_call(client, "good.greet", "{}"));
    csm_client_result_free(server_call(client, "record.insert", "{'table':'good_guest','values':{'name':'ann'}}"));
    expect(client, "good", "active", "");
}

static void crash_at_start(void **state)
{
    csm_client *client;

    (void)state;
    install("crasher", "id crasher\nversion 1.0\nabi 0.1\n");
    server.plugins = "good,crasher";
    assert_int_equal(server_run(&server, NULL), 77);
    for (int n = 0; n < 2; n++) { /* and it stays remembered */
        server_start(&server);
        client = server_client(&server);
        good_serves(client);
        expect(client, "crasher", "quarantined", "ended the server");
        csm_client_close(client);
        assert_int_equal(server_stop(&server), 0);
    }
    assert_int_equal(server_verify(&server), 0);
}

#define FAULTY "id faulty\nversion 1.0\nabi 0.1\n"

static int64_t strikes(csm_client *client, const char *id)
{
    csm_client_result *result = server_call(client, "plugin.show", "{'id':'%s'}", id);
    const csm_value *value = csm_map_get(csm_client_result_value(result), "strikes");
    int64_t count = value != NULL && value->type == CSM_T_INT ? value->i : -1;

    csm_client_result_free(result);
    return count;
}

/* Calls what ends the server, and collects what is left of it. */
static void end_by(const char *method)
{
    csm_client *client = server_client(&server);
    csm_client_error err;

    assert_int_not_equal(server_try(client, &err, method, "{}"), CSM_OK);
    csm_client_close(client);
    server_kill(&server); /* it is dead already: what is collected is its end */
}

/* Who ends the server three times is left out at the next start, until an administrator lets him try again. */
static void crash_while_serving(void **state)
{
    csm_client *client;
    csm_client_error err;

    (void)state;
    install("faulty", FAULTY);
    server.plugins = "good,faulty";
    for (int n = 0; n < 3; n++) {
        server_start(&server);
        client = server_client(&server);
        expect(client, "faulty", "active", "");
        assert_int_equal(strikes(client, "faulty"), n);
        csm_client_close(client);
        end_by("faulty.crash");
    }
    assert_int_equal(server_verify(&server), 0); /* looks at the trail, too, and counts it once */
    server_start(&server);
    client = server_client(&server);
    good_serves(client);
    expect(client, "faulty", "quarantined", "ended the server 3 times");
    assert_int_equal(strikes(client, "faulty"), 3);
    assert_int_equal(strikes(client, "good"), 0);
    assert_int_equal(server_try(client, &err, "faulty.crash", "{}"), CSM_E_NOT_FOUND);
    assert_int_equal(server_try(client, &err, "plugin.clear", "{'id':'nowhere'}"), CSM_E_NOT_FOUND);
    csm_client_result_free(server_call(client, "plugin.clear", "{'id':'faulty'}"));
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
    server_start(&server);
    client = server_client(&server);
    expect(client, "faulty", "active", "");
    assert_int_equal(strikes(client, "faulty"), 0);
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
}

/* A hook that does not come back is a crash; a server that was killed meanwhile is none. */
static void hang_while_serving(void **state)
{
    csm_client *client;

    (void)state;
    install("faulty", FAULTY);
    server.plugins = "good,faulty";
    server.extra = "--set=hook_ms=1000";
    server_start(&server);
    end_by("faulty.hang");
    server_log_has(&server, "\"faulty.hang\" of plugin \"faulty\" does not come back");
    server.extra = NULL; /* hooks that come back have all the time of a busy machine */
    server_start(&server);
    client = server_client(&server);
    assert_int_equal(strikes(client, "faulty"), 1);
    expect(client, "faulty", "active", "");
    csm_client_close(client);
    server_kill(&server);
    server_start(&server);
    client = server_client(&server);
    assert_int_equal(strikes(client, "faulty"), 1);
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
}

/* The same while serving: nothing of it is in the store, and it is remembered. */
static void crash_at_activation(void **state)
{
    csm_client_result *result;
    csm_client_error err;
    csm_client *client;

    (void)state;
    install("crasher", "id crasher\nversion 1.0\nabi 0.1\n");
    server.plugins = "good";
    server.extra = "--set=allowed_plugins=crasher";
    server_start(&server);
    client = server_client(&server);
    good_serves(client);
    assert_int_not_equal(server_try(client, &err, "plugin.activate", "{'id':'crasher'}"), CSM_OK);
    csm_client_close(client);
    server_kill(&server); /* it is dead already */
    server_start(&server);
    client = server_client(&server);
    good_serves(client);
    expect(client, "crasher", "quarantined", "ended the server");
    assert_int_equal(server_try(client, &err, "plugin.activate", "{'id':'crasher'}"), CSM_E_REJECTED);
    result = server_call(client, "record.query", "{'table':'sys_plugins'}");
    assert_int_equal(csm_map_get(csm_client_result_value(result), "rows")->count, 0);
    csm_client_result_free(result);
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
    assert_int_equal(server_verify(&server), 0);
}

static void missing(void **state)
{
    csm_client *client;

    (void)state;
    server.plugins = "nowhere,good";
    server_start(&server);
    client = server_client(&server);
    good_serves(client);
    expect(client, "nowhere", "quarantined", "not installed");
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
}

static void wrong_abi(void **state)
{
    csm_client *client;

    (void)state;
    install("wrong_abi", "id wrong_abi\nversion 1.0\nabi 9.0\n");
    server.plugins = "good,wrong_abi";
    server_start(&server);
    client = server_client(&server);
    good_serves(client);
    expect(client, "wrong_abi", "quarantined", "abi");
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
}

/* The plugin's rows stay when it goes, and are back with it. */
static void gone_and_back(void **state)
{
    csm_client_result *result;
    csm_client_error err;
    csm_client *client;
    char so[192], away[192];

    (void)state;
    server.plugins = "good";
    server_start(&server);
    client = server_client(&server);
    good_serves(client);
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
    (void)snprintf(so, sizeof(so), "%s/good.so", plugin_dir);
    (void)snprintf(away, sizeof(away), "%s/away", plugin_dir);
    assert_int_equal(rename(so, away), 0);
    server_start(&server);
    client = server_client(&server);
    expect(client, "good", "quarantined", "good.so");
    assert_int_equal(server_try(client, &err, "record.query", "{'table':'good_guest'}"), CSM_E_NOT_FOUND);
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
    assert_int_equal(server_verify(&server), 0);
    assert_int_equal(rename(away, so), 0);
    server_start(&server);
    client = server_client(&server);
    result = server_call(client, "record.query", "{'table':'good_guest'}");
    assert_int_equal(csm_map_get(csm_client_result_value(result), "rows")->count, 1);
    csm_client_result_free(result);
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
    assert_int_equal(server_verify(&server), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(crash_at_start, setup, teardown),
        cmocka_unit_test_setup_teardown(crash_while_serving, setup, teardown),
        cmocka_unit_test_setup_teardown(hang_while_serving, setup, teardown),
        cmocka_unit_test_setup_teardown(crash_at_activation, setup, teardown),
        cmocka_unit_test_setup_teardown(missing, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_abi, setup, teardown),
        cmocka_unit_test_setup_teardown(gone_and_back, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
