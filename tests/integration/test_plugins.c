/* Acceptance of plugins that come and go while the server serves (items 18 to 20, 299, 300, 396): what comes along, what stands
 * in the way, what stays in the store, and who may. */
#include "own_modules.h"
#include "people.h"

#include <csm/client.h>

#include <stdio.h>

#define NONE "foundation" /* a server with little in it */

static csm_tk *tk;

static int each_done(void **state)
{
    (void)state;
    csm_tk_stop(tk);
    tk = NULL;
    return 0;
}

#define plugins_test(f) cmocka_unit_test_teardown(f, each_done)

/* ---- what the server says ---- */

static const char *shown(const char *id, const char *key)
{
    return csm_tk_str(tk, csm_tk_ok(tk, "plugin.show", "{'id':'%s'}", id), key);
}

static void expect(const char *id, const char *state)
{
    csm_tk_assert_str(shown(id, "state"), state);
}

static bool is_active(const char *id)
{
    return strcmp(shown(id, "state"), "active") == 0;
}

static const csm_value *activate(const char *id)
{
    return csm_tk_at(tk, csm_tk_ok(tk, "plugin.activate", "{'id':'%s'}", id), "activated");
}

static const csm_value *deactivate(const char *id, bool cascade)
{
    return csm_tk_at(tk, csm_tk_ok(tk, "plugin.deactivate", "{'id':'%s','cascade':%s}", id, cascade ? "true" : "false"),
                     "deactivated");
}

/* Position in a list of texts; its length when it is not there. */
static uint32_t place(const csm_value *list, csm_str id)
{
    uint32_t n = 0;

    while (n < list->count && !csm_str_eq(list->list[n].s, id))
        n++;
    return n;
}

static bool lists(const csm_value *list, const char *id)
{
    return place(list, csm_str_of(id)) < list->count;
}

static int64_t sequence(void)
{
    return csm_tk_int(tk, csm_tk_ok(tk, "store.stat", "{}"), "sequence");
}

static bool has_method(const char *name)
{
    const csm_value *methods = csm_tk_at(tk, csm_tk_ok(tk, "server.describe", "{}"), "methods");

    for (uint32_t n = 0; n < methods->count; n++)
        if (strcmp(csm_tk_str(tk, &methods->list[n], "name"), name) == 0)
            return true;
    return false;
}

/* ---- 18: dependencies first, idempotent ---- */

/* Each comes after all it depends on that was not there before. */
static void check_order(const csm_value *ids)
{
    for (uint32_t n = 0; n < ids->count; n++) {
        const char *id = csm_tk_keep_text(tk, ids->list[n].s);
        const csm_value *depends = csm_tk_at(tk, csm_tk_ok(tk, "plugin.show", "{'id':'%s'}", id), "depends");

        expect(id, "active");
        for (uint32_t k = 0; k < depends->count; k++) {
            uint32_t at = place(ids, depends->list[k].s);

            assert_true(at < n || (at == ids->count && is_active(csm_tk_keep_text(tk, depends->list[k].s))));
        }
    }
}

static void acceptance_018_what_it_needs_comes_first(void **state)
{
    const csm_value *ids;
    int64_t before;

    (void)state;
    tk = csm_tk_start(NONE, 0);
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.query", "{'table':'sn_customerservice_case'}");
    assert_false(has_method("case.create_incident"));
    ids = activate("com.sn_cs_sm"); /* by the product's id */
    assert_true(ids->count > 5);
    assert_true(csm_str_is(ids->list[ids->count - 1].s, "service_management"));
    assert_false(lists(ids, "foundation")); /* it was there */
    check_order(ids);
    assert_true(has_method("case.create_incident"));
    before = sequence();
    assert_int_equal(activate("service_management")->count, 0);
    assert_int_equal(activate("incident")->count, 0);
    assert_int_equal(sequence(), before);
    csm_tk_restart(tk);
    check_order(ids);
    assert_int_equal(activate("service_management")->count, 0);
}

/* What is activated while serving works as what was there from the start: seeds, roles, rules, state models, jobs. */
static void acceptance_018_all_of_it_works(void **state)
{
    const char *account, *contact, *id, *incident;

    (void)state;
    tk = csm_tk_start(NONE, 0);
    (void)csm_tk_user(tk, "early", "");
    (void)activate("service_management");
    csm_tk_grant(tk, csm_tk_user(tk, "ann", "sn_customerservice_agent"), "sn_incident_write"); /* roles that came along */
    account = csm_tk_insert(tk, "customer_account", "{'name':'Acme'}");
    contact = csm_tk_insert(tk, "customer_contact", "{'first_name':'Pat','last_name':'P','user_name':'pat','account':'%s'}", account);
    csm_tk_as(tk, "ann");
    id = csm_tk_insert(tk, "sn_customerservice_case", "{'short_description':'broken','account':'%s','contact':'%s'}", account, contact);
    incident = csm_tk_str(tk, csm_tk_ok(tk, "case.create_incident", "{'id':'%s'}", id), "sys_id");
    assert_true(csm_tk_sees(tk, "incident", incident));
    csm_tk_as(tk, NULL);
    csm_tk_restart(tk);
    assert_int_equal(csm_tk_count(tk, "sn_customerservice_case", "sys_id=%s", id), 1);
}

/* ---- 19: refused with the names of who needs it ---- */

static void acceptance_019_needed_by_others(void **state)
{
    const csm_value *problems;
    const char *message;
    int64_t before;

    (void)state;
    tk = csm_tk_start("service_management,action_status", 0);
    before = sequence();
    message = csm_tk_fails(tk, CSM_E_REJECTED, "plugin.deactivate", "{'id':'com.sn_customerservice'}");
    assert_non_null(strstr(message, "plugin \"customer_service\" is needed by"));
    assert_non_null(strstr(message, "\"service_management\""));
    assert_non_null(strstr(message, "\"action_status\""));
    assert_null(strstr(message, "incident"));
    csm_tk_assert_str(csm_tk_error_field(tk), "id");
    problems = csm_tk_at(tk, csm_tk_error_data(tk), "problems");
    assert_int_equal(problems->count, 2);
    csm_tk_fails(tk, CSM_E_REJECTED, "plugin.deactivate", "{'id':'incident','cascade':false}");
    assert_int_equal(sequence(), before);
    expect("customer_service", "active");
    assert_int_equal(deactivate("action_status", false)->count, 1);
    message = csm_tk_fails(tk, CSM_E_REJECTED, "plugin.deactivate", "{'id':'customer_service'}");
    assert_null(strstr(message, "action_status")); /* it is away */
    expect("service_management", "active");
}

static void acceptance_019_cascade_takes_all(void **state)
{
    const csm_value *ids;
    const char *id;

    (void)state;
    tk = csm_tk_start("service_management,action_status", 0);
    id = csm_tk_insert(tk, "sn_customerservice_case", "{'short_description':'stays'}");
    ids = deactivate("customer_service", true);
    assert_int_equal(ids->count, 3);
    assert_true(csm_str_is(ids->list[2].s, "customer_service")); /* who stands on it goes first */
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.get", "{'table':'sn_customerservice_case','id':'%s'}", id);
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "case.propose_solution", "{'id':'%s'}", id);
    assert_int_equal(csm_tk_count(tk, "task", "sys_id=%s", id), 0); /* the row is of no table now */
    expect("incident", "active");
    assert_int_equal(deactivate("customer_service", true)->count, 0);
    csm_tk_restart(tk); /* the configuration still names two of them */
    expect("customer_service", "inactive");
    expect("service_management", "inactive");
    expect("incident", "active"); /* though only who went asked for it */
    assert_int_equal(activate("service_management")->count, 2);
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "sn_customerservice_case", id), "short_description"), "stays");
    expect("action_status", "inactive");
}

/* ---- 20: administrators only ---- */

static void acceptance_020_nobody_else(void **state)
{
    static const char *const methods[] = { "plugin.activate", "plugin.deactivate" };
    static const char *const roles[] = { "", "user_admin", "security_admin", "import_admin", "sn_customerservice_manager" };
    char name[16];

    (void)state;
    tk = csm_tk_start("customer_service", 0);
    for (size_t n = 0; n < sizeof(roles) / sizeof(roles[0]); n++) {
        (void)snprintf(name, sizeof(name), "user%zu", n);
        (void)csm_tk_user(tk, name, roles[n]);
        csm_tk_as(tk, name);
        for (size_t k = 0; k < 2; k++) {
            csm_tk_fails(tk, CSM_E_DENIED, methods[k], "{'id':'action_status'}");
            csm_tk_fails(tk, CSM_E_DENIED, methods[k], "{'id':'nothing'}"); /* nor does he learn what there is */
        }
        csm_tk_as(tk, NULL);
    }
    csm_tk_as_guest(tk, "stranger");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "plugin.activate", "{'id':'action_status'}");
    csm_tk_as(tk, NULL);
    expect("action_status", "inactive");
    expect("customer_service", "active");
    (void)csm_tk_user(tk, "adam", "admin");
    csm_tk_as(tk, "adam");
    assert_int_equal(activate("action_status")->count, 1);
}

/* Who did it and when is in the history, and nobody writes it by hand. */
static void acceptance_020_it_is_noted_who_did_it(void **state)
{
    const csm_value *row, *rows;
    const char *id;

    (void)state;
    tk = csm_tk_start("customer_service", 0);
    assert_int_equal(csm_tk_count(tk, "sys_plugins", "sourceISNOTEMPTY"), 0);
    (void)csm_tk_user(tk, "adam", "admin");
    (void)csm_tk_user(tk, "eve", "admin");
    csm_tk_as(tk, "adam");
    (void)activate("action_status");
    csm_tk_as(tk, "eve");
    (void)deactivate("action_status", false);
    row = csm_tk_first(tk, "sys_plugins", "source=action_status");
    id = csm_tk_str(tk, row, "sys_id");
    csm_tk_assert_str(csm_tk_str(tk, row, "sys_created_by"), "adam");
    csm_tk_assert_str(csm_tk_str(tk, row, "sys_updated_by"), "eve");
    assert_false(csm_tk_bool(tk, row, "active"));
    rows = csm_tk_rows(tk, "sys_audit", "documentkey=%s^fieldname=active", id);
    assert_true(rows->count >= 1);
    csm_tk_assert_str(csm_tk_str(tk, &rows->list[rows->count - 1], "user"), "eve");
    csm_tk_fails(tk, CSM_E_DENIED, "record.update", "{'table':'sys_plugins','id':'%s','values':{'active':true}}", id);
    csm_tk_fails(tk, CSM_E_DENIED, "record.insert", "{'table':'sys_plugins','values':{'source':'incident','active':true}}");
    csm_tk_as(tk, NULL);
    (void)csm_tk_user(tk, "ivy", "snc_internal");
    csm_tk_as(tk, "ivy");
    csm_tk_hidden(tk, "sys_plugins", id);
}

/* ---- 299, 300: what pulls what ---- */

static void acceptance_299_300_only_what_is_asked_for(void **state)
{
    static const char *const pulled[] = { "major_issue", "install_base", "service_management", "action_status" };
    const csm_value *ids;

    (void)state;
    tk = csm_tk_start(NONE, 0);
    (void)activate("com.sn_customerservice");
    expect("service_management", "inactive");
    expect("request_management", "inactive");
    ids = activate("com.snc.proactive_cs_ops");
    for (size_t n = 0; n < sizeof(pulled) / sizeof(pulled[0]); n++)
        assert_true(lists(ids, pulled[n]));
    expect("request_management", "inactive");
    (void)activate("com.sn_cs_sm_request");
    expect("request_management", "active");
}

/* ---- 396: tables of a third party ---- */

static void acceptance_396_a_third_partys_tables(void **state)
{
    const char *account, *contact, *id, *plain;

    (void)state;
    tk = csm_tk_start_with("request_management", 0, "allowed_plugins=own_case_type");
    account = csm_tk_insert(tk, "customer_account", "{'name':'Acme'}");
    contact = csm_tk_insert(tk, "customer_contact", "{'first_name':'Pat','last_name':'P','user_name':'pat','account':'%s'}", account);
    csm_tk_grant(tk, contact, "sn_customerservice.customer");
    (void)csm_tk_user(tk, "ann", "sn_customerservice_agent");
    plain = csm_tk_insert(tk, "sn_customerservice_case", "{'short_description':'plain','account':'%s','contact':'%s'}", account, contact);
    csm_tk_as(tk, "ann");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.insert", "{'table':'own_case_type_return','values':{}}");
    csm_tk_as(tk, NULL);
    assert_int_equal(activate("own_case_type")->count, 1);
    csm_tk_as(tk, "ann");
    id = csm_tk_insert(tk, "own_case_type_return", "{'short_description':'too big','reason':'size','account':'%s','contact':'%s'}",
                       account, contact);
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_first(tk, "own_case_type_return", "reason=size"), "sys_id"), id);
    assert_true(csm_tk_sees(tk, "sn_customerservice_case", id)); /* it is a case */
    assert_int_equal(strncmp(csm_tk_str(tk, csm_tk_get(tk, "own_case_type_return", id), "number"), "RET", 3), 0);
    csm_tk_as(tk, "pat"); /* without rows in its access a customer finds nothing of it */
    csm_tk_hidden(tk, "own_case_type_return", id);
    assert_true(csm_tk_sees(tk, "sn_customerservice_case", plain));
    csm_tk_as(tk, NULL);
    assert_int_equal(deactivate("own_case_type", false)->count, 1);
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.get", "{'table':'own_case_type_return','id':'%s'}", id);
    csm_tk_hidden(tk, "sn_customerservice_case", id);
    assert_true(csm_tk_sees(tk, "sn_customerservice_case", plain));
    (void)csm_tk_update(tk, "sn_customerservice_case", plain, "{'short_description':'plainer'}");
    csm_tk_restart(tk);
    assert_int_equal(activate("own_case_type")->count, 1);
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "own_case_type_return", id), "reason"), "size");
    assert_true(csm_tk_sees(tk, "own_case_type_return", id));
}

/* ---- what stays in the store ---- */

static const char *group(const char *name, const char *description)
{
    return csm_tk_insert(tk, "sys_user_group", "{'name':'%s','description':'%s'}", name, description);
}

static int64_t notes(const char *text)
{
    return csm_tk_count(tk, "own_ears_note", "name=%s", text);
}

/* Columns on another's table outlive rewrites, and their index knows of what came and went meanwhile. */
static void columns_come_back(void **state)
{
    const char *one, *two, *three;

    (void)state;
    tk = csm_tk_start_with(NONE, 0, "allowed_plugins=own_ears");
    one = group("one", "x"); /* before it ever was there */
    (void)activate("own_ears");
    two = csm_tk_insert(tk, "sys_user_group", "{'name':'two','own_ears_nickname':'dos'}");
    (void)csm_tk_update(tk, "sys_user_group", one, "{'own_ears_nickname':'uno'}");
    three = csm_tk_insert(tk, "sys_user_group", "{'name':'three','own_ears_nickname':'tres'}");
    (void)deactivate("own_ears", false);
    csm_tk_fails(tk, CSM_E_INVALID, "record.query", "{'table':'sys_user_group','query':'own_ears_nickname=dos'}");
    csm_tk_fails(tk, CSM_E_INVALID, "record.update", "{'table':'sys_user_group','id':'%s','values':{'own_ears_nickname':'z'}}", one);
    (void)csm_tk_update(tk, "sys_user_group", two, "{'name':'two again'}");
    (void)csm_tk_ok(tk, "record.delete", "{'table':'sys_user_group','id':'%s'}", three);
    (void)group("four", "x");
    (void)activate("own_ears");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_first(tk, "sys_user_group", "own_ears_nickname=dos"), "name"), "two again");
    assert_int_equal(csm_tk_count(tk, "sys_user_group", "own_ears_nickname=tres"), 0);
    assert_int_equal(csm_tk_count(tk, "sys_user_group", "own_ears_nicknameISNOTEMPTY"), 2);
    assert_int_equal(csm_tk_count(tk, "sys_user_group", "own_ears_nicknameISEMPTY^name=four"), 1);
}

/* Its hooks: started with each activation, stopped with each deactivation. */
static void starts_and_stops(void **state)
{
    (void)state;
    tk = csm_tk_start_with(NONE, 0, "allowed_plugins=own_ears");
    (void)activate("own_ears");
    assert_int_equal(notes("life started"), 1);
    (void)deactivate("own_ears", false);
    (void)activate("own_ears");
    assert_int_equal(notes("life started"), 2);
    assert_int_equal(notes("life stopped"), 1);
    csm_tk_restart(tk);
    assert_int_equal(notes("life started"), 3);
    assert_int_equal(notes("life stopped"), 2);
}

/* Of jobs: what came due while the plugin was away waits, visibly, and runs when it is back. */
static void jobs_wait(void **state)
{
    const csm_value *list;
    bool waits = false;

    (void)state;
    tk = csm_tk_start_with(NONE, 0, "allowed_plugins=own_ears");
    (void)activate("own_ears");
    (void)csm_tk_ok(tk, "own_ears.later", "{'what':'this'}");
    (void)deactivate("own_ears", false);
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "own_ears.later", "{'what':'that'}");
    csm_tk_advance(tk, 2 * CSM_HOUR);
    csm_tk_settle(tk);
    list = csm_tk_ok(tk, "job.list", "{}");
    for (uint32_t n = 0; n < list->count; n++)
        waits = waits || (strcmp(csm_tk_str(tk, &list->list[n], "kind"), "waiting") == 0 &&
                          strcmp(csm_tk_str(tk, &list->list[n], "job"), "own_ears.work") == 0);
    assert_true(waits);
    (void)activate("own_ears");
    csm_tk_settle(tk);
    assert_int_equal(notes("worked this"), 1);
}

/* Of events: what happened before it went is heard, what happened while it was away is not, and who was behind goes on where
 * it stopped. */
static void events_are_heard_once(void **state)
{
    const char *dumb;

    (void)state;
    tk = csm_tk_start_with(NONE, 0, "allowed_plugins=own_ears");
    (void)group("too early", "x");
    (void)activate("own_ears");
    (void)group("in time", "x");
    (void)deactivate("own_ears", false);
    (void)group("away", "x");
    csm_tk_settle(tk);
    (void)activate("own_ears");
    csm_tk_settle(tk);
    assert_int_equal(notes("heard too early"), 0);
    assert_int_equal(notes("heard in time"), 1);
    assert_int_equal(notes("heard away"), 0);
    dumb = group("dumb", ""); /* it falls behind over this one */
    csm_tk_settle(tk);
    (void)group("after", "x");
    (void)deactivate("own_ears", false);
    csm_tk_advance(tk, CSM_DAY);
    csm_tk_settle(tk);
    csm_tk_restart(tk);
    (void)csm_tk_update(tk, "sys_user_group", dumb, "{'description':'speaks'}");
    (void)activate("own_ears");
    csm_tk_settle(tk);
    assert_int_equal(notes("heard dumb"), 1);
    assert_int_equal(notes("heard after"), 1);
    assert_int_equal(notes("heard in time"), 1);
}

/* ---- the configuration's word and the administrator's ---- */

static void the_administrator_goes_first(void **state)
{
    const char *row;

    (void)state;
    tk = csm_tk_start("action_status", 0);
    assert_true(csm_tk_bool(tk, csm_tk_ok(tk, "plugin.show", "{'id':'action_status'}"), "configured"));
    assert_true(csm_tk_is_nil(tk, csm_tk_ok(tk, "plugin.show", "{'id':'action_status'}"), "chosen"));
    (void)deactivate("action_status", false);
    expect("customer_service", "active"); /* only action_status asked for it */
    csm_tk_restart(tk);
    expect("action_status", "inactive");
    assert_false(csm_tk_bool(tk, csm_tk_ok(tk, "plugin.show", "{'id':'action_status'}"), "chosen"));
    expect("customer_service", "active");
    row = csm_tk_str(tk, csm_tk_first(tk, "sys_plugins", "source=action_status"), "sys_id");
    (void)csm_tk_ok(tk, "record.delete", "{'table':'sys_plugins','id':'%s'}", row);
    expect("action_status", "inactive");
    csm_tk_restart(tk); /* the configuration's again */
    expect("action_status", "active");
}

/* ---- what is refused leaves all as it was ---- */

#define GOOD "id good\nversion 1.2.0\nabi 0.1\nsummary In order\nalias com.example.good\n"
#define NEEDS_GOOD "id needs_good\nversion 1.0\nabi 0.1\ndepends good 1.1\n"

static void refused(csm_status code, const char *id, const char *says)
{
    int64_t before = sequence();
    const char *message = csm_tk_fails(tk, code, "plugin.activate", "{'id':'%s'}", id);

    if (strstr(message, says) == NULL)
        fail_msg("%s", message);
    assert_int_equal(sequence(), before);
    assert_int_equal(csm_tk_count(tk, "sys_plugins", "sourceISNOTEMPTY"), 0);
}

static void what_may_not_be(void **state)
{
    const csm_value *problems;

    (void)state;
    own_modules_install(ABI_PLUGINS, "wrong_abi", "wrong_abi", "id wrong_abi\nversion 1.0\nabi 9.0\n");
    own_modules_install(ABI_PLUGINS, "bad_table", "bad_table", "id bad_table\nversion 1.0\nabi 0.1\n");
    own_modules_install(ABI_PLUGINS, "needs_good", "needs_good", "id needs_good\nversion 1.0\nabi 0.1\ndepends gone\ndepends lost 2\n");
    tk = csm_tk_start_with(NONE ",wrong_abi", 0, "allowed_plugins=bad_table,allowed_plugins=needs_good");
    refused(CSM_E_NOT_FOUND, "nothing", "plugin \"nothing\" is not installed");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "plugin.activate", "{'id':'service_managment'}");
    csm_tk_assert_str(csm_tk_error_hint(tk), "did you mean \"service_management\"?");
    refused(CSM_E_NOT_FOUND, "/tmp/x.so", "is not installed"); /* never a path */
    refused(CSM_E_NOT_FOUND, "../foundation", "is not installed");
    refused(CSM_E_REJECTED, "core", "is part of the server");
    csm_tk_fails(tk, CSM_E_REJECTED, "plugin.deactivate", "{'id':'core'}");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "plugin.deactivate", "{'id':'nothing'}");
    refused(CSM_E_REJECTED, "wrong_abi", "is quarantined: ");
    refused(CSM_E_REJECTED, "own_ears", "is rejected: the configuration does not allow it");
    refused(CSM_E_REJECTED, "needs_good", "\"needs_good\": needs \"gone\", which is not installed");
    csm_tk_fails(tk, CSM_E_REJECTED, "plugin.activate", "{'id':'needs_good'}");
    problems = csm_tk_at(tk, csm_tk_error_data(tk), "problems"); /* all of them */
    assert_int_equal(problems->count, 2);
    assert_non_null(strstr(csm_tk_str(tk, problems, "1.problem"), "lost"));
    refused(CSM_E_REJECTED, "bad_table", "table \"bad_table_party\"");
    expect("bad_table", "inactive");
    csm_tk_fails(tk, CSM_E_UNSUPPORTED, "plugin.activate", "{'id':'incident','dry_run':true}");
    csm_tk_fails(tk, CSM_E_INVALID, "plugin.activate", "{}");
    expect("incident", "inactive");
    (void)csm_tk_insert(tk, "sys_user_group", "{'name':'serves'}");
}

/* One whose start fails leaves nothing of itself; another build of it, put there meanwhile, is tried as such. */
static void a_failing_start_undoes_all(void **state)
{
    int64_t before;

    (void)state;
    own_modules_install(ABI_PLUGINS, "aging5", "aging", "id aging\nversion 5.0\nabi 0.1\n");
    tk = csm_tk_start_with(NONE, 0, "allowed_plugins=aging");
    before = sequence();
    refused(CSM_E_REJECTED, "aging", "plugin \"aging\" cannot be activated: too tired");
    refused(CSM_E_REJECTED, "aging", "too tired");
    expect("aging", "inactive");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.query", "{'table':'aging_thing'}");
    assert_int_equal(sequence(), before);
    csm_tk_restart(tk); /* nothing is held against it */
    expect("aging", "inactive");
    own_modules_install(ABI_PLUGINS, "aging1", "aging", "id aging\nversion 1.0\nabi 0.1\n");
    assert_int_equal(activate("aging")->count, 1); /* nothing of version 5 is in the store */
    csm_tk_assert_str(shown("aging", "version"), "1.0");
    assert_int_equal(csm_tk_count(tk, "aging_thing", "name=started"), 1);
}

/* A commit that fails: the registry that was to hold is withdrawn, and the one before serves on. */
static void a_full_store_refuses(void **state)
{
    const csm_value *out;
    int64_t groups;
    csm_status st = CSM_OK;

    (void)state;
    tk = csm_tk_start_with(NONE, 0, "store_ceiling_mb=1,allowed_plugins=own_ears");
    while (st == CSM_OK)
        st = csm_tk_call(tk, &out, "record.insert", "{'table':'core_company','values':{'name':'c','notes':'%0*d'}}", 4000, 0);
    assert_int_equal(st, CSM_E_FULL);
    groups = csm_tk_count(tk, "sys_user_group", "nameISNOTEMPTY");
    for (int n = 0; n < 2; n++) {
        refused(CSM_E_FULL, "own_ears", "");
        expect("own_ears", "inactive");
        csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.query", "{'table':'own_ears_note'}");
        assert_int_equal(csm_tk_count(tk, "sys_user_group", "nameISNOTEMPTY"), groups);
    }
    csm_tk_fails(tk, CSM_E_FULL, "plugin.deactivate", "{'id':'foundation'}");
    expect("foundation", "active");
    assert_true(csm_tk_count(tk, "core_company", "name=c") > 0);
    csm_tk_restart(tk);
    expect("own_ears", "inactive");
}

/* Installed while the server runs, with what it stands on; the same request again gets the same answer. */
static void installed_while_serving(void **state)
{
    const csm_value *ids, *again;

    (void)state;
    tk = csm_tk_start_with(NONE, 0, "allowed_plugins=good,allowed_plugins=late");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "plugin.show", "{'id':'good'}");
    own_modules_install(ABI_PLUGINS, "good", "good", GOOD);
    ids = csm_tk_at(tk, csm_tk_ok(tk, "plugin.activate", "{'id':'com.example.good','request_key':'k1'}"), "activated");
    assert_int_equal(ids->count, 1);
    again = csm_tk_at(tk, csm_tk_ok(tk, "plugin.activate", "{'id':'com.example.good','request_key':'k1'}"), "activated");
    assert_int_equal(again->count, 1);
    assert_true(csm_tk_ok(tk, "good.greet", "{}")->type == CSM_T_TEXT);
    own_modules_install(ABI_PLUGINS, "needs_good", "needs_good", NEEDS_GOOD);
    csm_tk_fails(tk, CSM_E_REJECTED, "plugin.activate", "{'id':'needs_good'}"); /* nobody allowed this one */
    expect("good", "active");
}

/* ---- while others work ---- */

#define CLIENTS 4
#define CALLS 60
#define ROUNDS 6

static csm_pair pair(const char *key, csm_value value)
{
    return (csm_pair){ csm_str_of(key), value };
}

/* Sends requests without waiting for their answers: inserts and queries of what is there for good, looks at what comes and goes. */
static void send_some(csm_client *client, uint32_t *ids)
{
    csm_pair values[] = { pair("first_name", csm_ctext("Busy")) };
    csm_pair insert[] = { pair("table", csm_ctext("sys_user")), pair("values", csm_map(values, 1)) };
    csm_pair query[] = { pair("table", csm_ctext("sys_user")), pair("query", csm_ctext("first_name=Busy")),
                         pair("limit", csm_int(5)) };
    static const char *const methods[] = { "record.insert", "record.query", "plugin.list", "table.list" };
    csm_value params[] = { csm_map(insert, 2), csm_map(query, 3), csm_nil(), csm_nil() };
    csm_client_error err = { 0 };

    for (uint32_t n = 0; n < CALLS; n++)
        if (csm_client_send(client, methods[n % 4], &params[n % 4], &ids[n], &err) != CSM_OK)
            fail_msg("%s", err.message);
}

static void receive_all(csm_client *client, const uint32_t *ids)
{
    for (uint32_t n = 0; n < CALLS; n++) {
        csm_client_result *result = NULL;
        csm_client_error err = { 0 };

        if (csm_client_receive(client, ids[n], 60000, &result, &err) != CSM_OK)
            fail_msg("call %u: %s", n, err.message);
        csm_client_result_free(result);
    }
}

/* Reads and writes of others are under way all the time, of what comes and goes none is half there: each call of a method of its
 * own is answered whole, or there is no such method. */
static void others_work_meanwhile(void **state)
{
    static uint32_t ids[CLIENTS][CALLS];
    csm_client *clients[CLIENTS];
    csm_client_error err = { 0 };

    (void)state;
    tk = csm_tk_start_with("customer_service", 0, "allowed_plugins=own_ears");
    for (int c = 0; c < CLIENTS; c++)
        assert_int_equal(csm_client_connect(csm_tk_address(tk), NULL, &clients[c], &err), CSM_OK);
    for (int round = 0; round < ROUNDS; round++) {
        for (int c = 0; c < CLIENTS; c++)
            send_some(clients[c], ids[c]);
        if (round % 2 == 0)
            assert_int_equal(csm_tk_at(tk, csm_tk_ok(tk, "plugin.activate", "{'id':'own_ears'}"), "activated")->count, 1);
        else
            (void)deactivate("own_ears", false);
        for (int c = 0; c < CLIENTS; c++) {
            csm_client_result *result = NULL;
            csm_pair what = pair("what", csm_ctext("x"));
            csm_value params = csm_map(&what, 1);
            csm_status st = csm_client_call(clients[c], "own_ears.later", &params, &result, &err);

            assert_int_equal(st, round % 2 == 0 ? CSM_OK : CSM_E_NOT_FOUND);
            csm_client_result_free(result);
            receive_all(clients[c], ids[c]);
        }
    }
    assert_int_equal(csm_tk_count(tk, "sys_user", "first_name=Busy"), CLIENTS * ROUNDS * CALLS / 4);
    for (int c = 0; c < CLIENTS; c++)
        csm_client_close(clients[c]);
    assert_int_equal(csm_tk_int(tk, csm_tk_ok(tk, "store.verify", "{}"), "problem_count"), 0);
}

static int setup(void **state)
{
    (void)state;
    own_modules_join(OWN_PLUGINS);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    own_modules_part();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        plugins_test(acceptance_018_what_it_needs_comes_first),
        plugins_test(acceptance_018_all_of_it_works),
        plugins_test(acceptance_019_needed_by_others),
        plugins_test(acceptance_019_cascade_takes_all),
        plugins_test(acceptance_020_nobody_else),
        plugins_test(acceptance_020_it_is_noted_who_did_it),
        plugins_test(acceptance_299_300_only_what_is_asked_for),
        plugins_test(acceptance_396_a_third_partys_tables),
        plugins_test(columns_come_back),
        plugins_test(starts_and_stops),
        plugins_test(jobs_wait),
        plugins_test(events_are_heard_once),
        plugins_test(the_administrator_goes_first),
        plugins_test(what_may_not_be),
        plugins_test(a_failing_start_undoes_all),
        plugins_test(a_full_store_refuses),
        plugins_test(installed_while_serving),
        plugins_test(others_work_meanwhile),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
