/* server.*, table.*, explain.*, plugin.*, job.*, store.*, backup.*: from the right and the wrong side. */
#include "kit.h"

#include <sys/stat.h>

static int start(void **state)
{
    csm_tk *tk = csm_tk_start("customer_service", 0);

    csm_tk_user(tk, "ann", "itil");
    csm_tk_user(tk, "ivy", "snc_internal");
    csm_tk_user(tk, "mona", "server_monitor,snc_internal");
    csm_tk_user(tk, "sec", "security_admin");
    csm_tk_user(tk, "xena", "snc_external");
    *state = tk;
    return 0;
}

static int stop(void **state)
{
    csm_tk_stop(*state);
    return 0;
}

static void hello_tells_limits_and_checks_arguments(void **state)
{
    csm_tk *tk = *state;
    const csm_value *answer;

    csm_tk_as_guest(tk, "hello");
    answer = csm_tk_ok(tk, "server.hello", "{'errors':'map','client':'test 1'}");
    csm_tk_assert_str(csm_tk_str(tk, answer, "server"), "csmd");
    csm_tk_assert_str(csm_tk_str(tk, answer, "errors"), "map");
    assert_true(csm_tk_int(tk, answer, "limits.frame_bytes") >= 65536);
    assert_true(csm_tk_int(tk, answer, "limits.page_rows") > 0);
    csm_tk_fails(tk, CSM_E_INVALID, "server.hello", "{'errors':'xml'}");
    csm_tk_assert_str(csm_tk_error_field(tk), "errors");
    csm_tk_fails(tk, CSM_E_INVALID, "server.hello", "{'error':'map'}");
    assert_non_null(strstr(csm_tk_message(tk), "errors"));
    assert_true(csm_tk_int(tk, csm_tk_ok(tk, "server.hello", "{'errors':'map'}"), "protocol") == 1);
    (void)csm_tk_str(tk, csm_tk_ok(tk, "server.ping", "{}"), "time");
}

static void names_that_are_wrong_are_told(void **state)
{
    csm_tk *tk = *state;

    csm_tk_as(tk, NULL);
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.qury", "{}");
    assert_non_null(strstr(csm_tk_error_hint(tk), "record.query"));
    csm_tk_fails(tk, CSM_E_INVALID, "server.ping", "{'deadline_ms':0}");
    csm_tk_fails(tk, CSM_E_INVALID, "server.ping", "{'dry_run':true}");
    csm_tk_as_guest(tk, "nobody");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "table.list", "{}");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "server.describe", "{}");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "record.insert", "{'table':'task','values':{}}");
}

static void describe_tells_everything_inside_and_little_outside(void **state)
{
    csm_tk *tk = *state;
    const csm_value *all, *one, *outside;

    csm_tk_as(tk, "ivy");
    all = csm_tk_ok(tk, "server.describe", "{}");
    assert_non_null(find_map(csm_tk_at(tk, all, "methods"), "name", "record.query"));
    assert_non_null(find_map(csm_tk_at(tk, all, "methods"), "name", "case.propose_solution"));
    assert_non_null(find_map(csm_tk_at(tk, all, "tables"), "name", "sn_customerservice_case"));
    assert_non_null(find_map(csm_tk_at(tk, all, "roles"), "name", "admin"));
    assert_non_null(find_map(csm_tk_at(tk, all, "errors"), "name", "conflict"));
    assert_non_null(find_map(csm_tk_at(tk, all, "properties"), "name", "login.max_failed"));
    assert_non_null(find_map(csm_tk_at(tk, all, "jobs"), "name", "session.purge"));
    one = csm_tk_ok(tk, "server.describe", "{'method':'record.update'}");
    assert_int_equal(csm_tk_at(tk, one, "methods")->count, 1);
    assert_non_null(find_map(csm_tk_at(tk, one, "methods.0.params"), "name", "base"));
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "server.describe", "{'method':'record.nothing'}");
    csm_tk_fails(tk, CSM_E_INVALID, "server.describe", "{'areas':['secrets']}");
    csm_tk_as(tk, "xena");
    outside = csm_tk_ok(tk, "server.describe", "{}");
    assert_null(csm_map_get(outside, "roles"));
    assert_null(find_map(csm_tk_at(tk, outside, "methods"), "name", "record.history"));
    assert_null(find_map(csm_tk_at(tk, outside, "tables"), "name", "sys_import"));
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "server.describe", "{'method':'import.start'}");
    csm_tk_fails(tk, CSM_E_INVALID, "server.describe", "{'areas':['roles']}");
}

static void no_description_shows_a_hidden_field(void **state)
{
    csm_tk *tk = *state;
    const csm_value *table;

    csm_tk_as(tk, NULL);
    table = csm_tk_ok(tk, "table.describe", "{'table':'sys_user'}");
    assert_null(find_map(csm_tk_at(tk, table, "fields"), "name", "password_hash"));
    assert_non_null(find_map(csm_tk_at(tk, table, "fields"), "name", "locked_out"));
    csm_tk_as(tk, "ivy");
    table = csm_tk_ok(tk, "table.describe", "{'table':'sys_user'}");
    assert_null(find_map(csm_tk_at(tk, table, "fields"), "name", "locked_out"));
    assert_non_null(find_map(csm_tk_at(tk, table, "fields"), "name", "email"));
    assert_false(list_has(csm_tk_at(tk, table, "operations"), "delete"));
    assert_true(list_has(csm_tk_at(tk, table, "operations"), "read"));
    csm_tk_fails(tk, CSM_E_DENIED, "table.describe", "{'table':'sys_import'}");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "table.describe", "{'table':'sys_usr'}");
}

static void table_list_is_the_callers(void **state)
{
    csm_tk *tk = *state;
    const csm_value *tables;

    csm_tk_as(tk, "ann");
    tables = csm_tk_ok(tk, "table.list", "{}");
    assert_true(list_has(csm_tk_at(tk, find_map(tables, "name", "task"), "operations"), "create"));
    assert_null(find_map(tables, "name", "sys_import"));
    csm_tk_as(tk, NULL);
    tables = csm_tk_ok(tk, "table.list", "{}");
    assert_non_null(find_map(tables, "name", "sys_import"));
}

static void status_and_metrics(void **state)
{
    csm_tk *tk = *state;
    const csm_value *answer;

    csm_tk_as(tk, "ivy");
    answer = csm_tk_ok(tk, "server.status", "{}");
    assert_true(csm_tk_int(tk, answer, "connections") >= 1);
    assert_true(csm_tk_int(tk, answer, "sequence") > 0);
    csm_tk_fails(tk, CSM_E_DENIED, "server.metrics", "{}");
    csm_tk_as(tk, "xena");
    csm_tk_fails(tk, CSM_E_DENIED, "server.status", "{}");
    csm_tk_as(tk, "mona");
    answer = csm_tk_ok(tk, "server.metrics", "{}");
    assert_true(csm_tk_int(tk, csm_map_get(csm_tk_at(tk, answer, "methods"), "server.status"), "calls") >= 1);
    assert_true(csm_tk_int(tk, answer, "writer.requests") > 0);
    answer = csm_tk_ok(tk, "server.metrics", "{'format':'prometheus'}");
    assert_int_equal(answer->type, CSM_T_TEXT);
    assert_non_null(strstr(csm_tk_keep_text(tk, answer->s), "csmd_requests_total{method=\"server.status\"}"));
    csm_tk_fails(tk, CSM_E_INVALID, "server.metrics", "{'format':'xml'}");
}

static void plugins_and_jobs_are_the_administrators(void **state)
{
    csm_tk *tk = *state;
    const csm_value *answer;

    csm_tk_as(tk, NULL);
    answer = csm_tk_ok(tk, "plugin.list", "{}");
    assert_non_null(find_map(answer, "id", "customer_service"));
    (void)csm_tk_ok(tk, "plugin.show", "{'id':'com.sn_customerservice'}");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "plugin.show", "{'id':'nothing'}");
    assert_non_null(find_map(csm_tk_ok(tk, "job.list", "{}"), "job", "session.purge"));
    (void)csm_tk_ok(tk, "job.run", "{'name':'session.purge'}");
    csm_tk_settle(tk);
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "job.run", "{'name':'session.purg'}");
    csm_tk_as(tk, "ann");
    csm_tk_fails(tk, CSM_E_DENIED, "plugin.list", "{}");
    csm_tk_fails(tk, CSM_E_DENIED, "plugin.show", "{'id':'foundation'}");
    csm_tk_fails(tk, CSM_E_DENIED, "job.list", "{}");
    csm_tk_fails(tk, CSM_E_DENIED, "job.run", "{'name':'session.purge'}");
}

static void store_is_checked_and_copied_while_serving(void **state)
{
    csm_tk *tk = *state;
    const csm_value *answer;
    struct stat info;
    char path[300];

    csm_tk_as(tk, NULL);
    answer = csm_tk_ok(tk, "store.verify", "{}");
    assert_int_equal(csm_tk_int(tk, answer, "problem_count"), 0);
    assert_true(csm_tk_int(tk, answer, "rows") > 10);
    assert_true(csm_tk_int(tk, csm_tk_ok(tk, "store.stat", "{}"), "entries.rows") > 10);
    answer = csm_tk_ok(tk, "backup.start", "{'name':'monday.csm'}");
    assert_true(csm_tk_int(tk, answer, "bytes") > 4096);
    (void)snprintf(path, sizeof(path), "%s/backups/monday.csm", csm_tk_dir(tk));
    assert_int_equal(stat(path, &info), 0);
    csm_tk_fails(tk, CSM_E_EXISTS, "backup.start", "{'name':'monday.csm'}");
    csm_tk_fails(tk, CSM_E_INVALID, "backup.start", "{'name':'../monday'}");
    csm_tk_fails(tk, CSM_E_INVALID, "backup.start", "{'name':'.hidden'}");
    csm_tk_as(tk, "ann");
    csm_tk_fails(tk, CSM_E_DENIED, "backup.start", "{'name':'tuesday'}");
    csm_tk_fails(tk, CSM_E_DENIED, "store.verify", "{}");
    csm_tk_fails(tk, CSM_E_DENIED, "store.stat", "{}");
}

static void explains(void **state)
{
    csm_tk *tk = *state;
    const csm_value *answer;
    const char *task;

    csm_tk_as(tk, "ann");
    task = csm_tk_insert(tk, "task", "{'short_description':'explain me'}");
    answer = csm_tk_ok(tk, "explain.access", "{'table':'task','id':'%s','operation':'write'}", task);
    assert_true(csm_tk_bool(tk, answer, "allowed"));
    csm_tk_fails(tk, CSM_E_DENIED, "explain.access", "{'table':'task','user':'ivy'}");
    csm_tk_fails(tk, CSM_E_INVALID, "explain.access", "{'table':'task','operation':'eat'}");
    csm_tk_as(tk, "sec");
    answer = csm_tk_ok(tk, "explain.access", "{'table':'task','user':'ivy','operation':'create'}");
    assert_false(csm_tk_bool(tk, answer, "allowed"));
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "explain.access", "{'table':'task','id':'%s'}", task);
    assert_false(csm_tk_is_nil(tk, csm_tk_ok(tk, "explain.query", "{'table':'task','query':'active=true'}"), "rows_touched"));
    csm_tk_as(tk, "ann");
    answer = csm_tk_ok(tk, "explain.query", "{'table':'task','query':'assigned_toISEMPTY^active=true'}");
    assert_true(csm_tk_has(answer, "plan"));
    assert_true(csm_tk_is_nil(tk, answer, "rows_touched")); /* it would count what ann may not see */
    csm_tk_fails(tk, CSM_E_INVALID, "explain.query", "{'table':'task','query':'assignd_to=1'}");
    answer = csm_tk_ok(tk, "explain.rules", "{'table':'task','when':'before_update'}");
    assert_int_equal(answer->type, CSM_T_LIST);
    csm_tk_fails(tk, CSM_E_INVALID, "explain.rules", "{'table':'task','when':'sometimes'}");
    csm_tk_as(tk, "xena");
    csm_tk_fails(tk, CSM_E_DENIED, "explain.query", "{'table':'task'}");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "state.allowed", "{'table':'task','id':'%s'}", task);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hello_tells_limits_and_checks_arguments),
        cmocka_unit_test(names_that_are_wrong_are_told),
        cmocka_unit_test(describe_tells_everything_inside_and_little_outside),
        cmocka_unit_test(no_description_shows_a_hidden_field),
        cmocka_unit_test(table_list_is_the_callers),
        cmocka_unit_test(status_and_metrics),
        cmocka_unit_test(plugins_and_jobs_are_the_administrators),
        cmocka_unit_test(store_is_checked_and_copied_while_serving),
        cmocka_unit_test(explains),
    };

    return cmocka_run_group_tests_name("server methods", tests, start, stop);
}
