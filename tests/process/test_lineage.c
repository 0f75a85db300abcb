/* A plugin that grows older on the same store: its migrations run once and all or nothing, what it cannot be is refused before
 * anything runs, and a bad one takes nobody with it. */
#include "server_process.h"

#include "unit.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static server_process server;
static char plugin_dir[96];

static void write_file(const char *name, const void *bytes, size_t len)
{
    char path[192];
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/%s.new", plugin_dir, name);
    f = fopen(path, "we");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, 0644), 0);
    char to[192];
    (void)snprintf(to, sizeof(to), "%s/%s", plugin_dir, name);
    assert_int_equal(rename(path, to), 0);
}

/* The plugin as it is at @p age replaces what is installed. */
static void install(int age)
{
    static char bytes[4 << 20];
    char text[512];
    size_t len;
    FILE *f;

    (void)snprintf(text, sizeof(text), ABI_PLUGINS "/aging%d.so", age);
    f = fopen(text, "re");
    assert_non_null(f);
    len = fread(bytes, 1, sizeof(bytes), f);
    (void)fclose(f);
    assert_true(len > 0 && len < sizeof(bytes));
    write_file("aging.so", bytes, len);
    (void)snprintf(text, sizeof(text), "id aging\nversion %d.0\nabi 0.1\n", age);
    write_file("aging.manifest", text, strlen(text));
}

static int setup(void **state)
{
    (void)state;
    server_init(&server, "aging");
    (void)snprintf(plugin_dir, sizeof(plugin_dir), "%s/plugins", server.dir);
    assert_int_equal(mkdir(plugin_dir, 0755), 0);
    assert_int_equal(chmod(plugin_dir, 0755), 0);
    server.plugin_dir = plugin_dir;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    server_done(&server);
    return 0;
}

static csm_client *start(int age)
{
    if (age > 0)
        install(age);
    server_start(&server);
    return server_client(&server);
}

static void stop(csm_client *client)
{
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
}

static void expect(csm_client *client, const char *state, const char *reason)
{
    csm_client_result *result = server_call(client, "plugin.show", "{'id':'aging'}");
    char text[512];

    assert_string_equal(server_text(result, "state", text, sizeof(text)), state);
    (void)server_text(result, "reason", text, sizeof(text));
    if (strstr(text, reason) == NULL)
        fail_msg("%s", text);
    csm_client_result_free(result);
}

static int64_t number(csm_client *client, const char *name, const char *field)
{
    csm_client_result *result = server_call(client, "record.query", "{'table':'aging_thing','query':'name=%s'}", name);
    const csm_value *rows = csm_map_get(csm_client_result_value(result), "rows");
    const csm_value *value = rows->count > 0 ? csm_map_get(&rows->list[0], field) : NULL;
    int64_t out = field[0] == '\0' ? rows->count : value != NULL && value->type == CSM_T_INT ? value->i : -1;

    csm_client_result_free(result);
    return out;
}

static void insert(csm_client *client, const char *name, const char *amount)
{
    csm_client_result_free(server_call(client, "record.insert", "{'table':'aging_thing','values':{'name':'%s','amount':'%s'}}",
                                       name, amount));
}

/* A store of age 2 with one thing of size 3. */
static void grow_up(void)
{
    csm_client *client = start(1);

    insert(client, "ann", "xyz");
    stop(client);
    client = start(2);
    expect(client, "active", "");
    assert_int_equal(number(client, "ann", "size"), 3);
    stop(client);
}

static void migrations_run_once(void **state)
{
    csm_client *client;

    (void)state;
    grow_up();
    client = start(0);
    insert(client, "late", "abcd");
    stop(client);
    client = start(0);
    expect(client, "active", "");
    assert_int_equal(number(client, "late", "size"), -1);
    assert_int_equal(number(client, "started", ""), 4);
    assert_int_equal(number(client, "stopped", ""), 3);
    stop(client);
    assert_int_equal(server_verify(&server), 0);
}

static void an_older_one_is_refused(void **state)
{
    csm_client *client;

    (void)state;
    grow_up();
    client = start(1);
    expect(client, "quarantined", "written by version 2.0");
    stop(client);
    client = start(2);
    expect(client, "active", "");
    assert_int_equal(number(client, "ann", "size"), 3);
    stop(client);
}

static void a_failing_migration_undoes_all(void **state)
{
    csm_client *client;

    (void)state;
    grow_up();
    client = start(3);
    expect(client, "quarantined", "no luck");
    stop(client);
    client = start(2);
    expect(client, "active", "");
    assert_int_equal(number(client, "half done", ""), 0);
    stop(client);
    assert_int_equal(server_verify(&server), 0);
}

static void a_field_keeps_its_type(void **state)
{
    csm_client *client;

    (void)state;
    grow_up();
    client = start(4);
    expect(client, "quarantined", "field \"amount\" of aging_thing is kept as text, it cannot become int");
    stop(client);
}

static void who_does_not_start_is_left_out(void **state)
{
    csm_client *client;
    csm_client_error err;

    (void)state;
    grow_up();
    client = start(5);
    expect(client, "quarantined", "too tired");
    assert_int_equal(server_try(client, &err, "record.query", "{'table':'aging_thing'}"), CSM_E_NOT_FOUND);
    stop(client);
    assert_int_equal(server_verify(&server), 0);
}

static void a_crash_in_a_migration_is_remembered(void **state)
{
    csm_client *client;

    (void)state;
    grow_up();
    install(6);
    assert_int_equal(server_run(&server, NULL), 77);
    client = start(0);
    expect(client, "quarantined", "ended the server");
    stop(client);
    client = start(2);
    expect(client, "active", "");
    assert_int_equal(number(client, "half done", ""), 0);
    stop(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(migrations_run_once, setup, teardown),
        cmocka_unit_test_setup_teardown(an_older_one_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failing_migration_undoes_all, setup, teardown),
        cmocka_unit_test_setup_teardown(a_field_keeps_its_type, setup, teardown),
        cmocka_unit_test_setup_teardown(who_does_not_start_is_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(a_crash_in_a_migration_is_remembered, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
