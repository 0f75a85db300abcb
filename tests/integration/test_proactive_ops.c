/* Acceptance of proactive operations: from an alert to the customers it hits (items 299, 300, 302 to 312). */
#include "people.h"

#include <stdio.h>

#define ALERT "em_alert"
#define RULE "em_alert_management_rule"
#define CASE "sn_customerservice_case"
#define ITEM "sn_install_base_item"
#define AFFECTED "sn_install_base_m2m_affected_install_base"
#define OUTAGE "cmdb_ci_outage"

#define FLOW_STATUS "csm.proactive.major_case_status"
#define FLOW_SINGLE "csm.proactive.process_single_account"

/* mon sends, opal operates, mia manages. */
static int setup(void **state)
{
    people *p = people_start("proactive_ops");

    *state = p;
    (void)csm_tk_user(p->tk, "mon", "evt_mgmt_integration");
    (void)csm_tk_user(p->tk, "opal", "evt_mgmt_operator");
    (void)csm_tk_user(p->tk, "ada", "evt_mgmt_admin");
    (void)csm_tk_user(p->tk, "otto", "evt_mgmt_operator,sn_incident_write");
    (void)csm_tk_update(p->tk, "customer_account", p->P, "{'primary_contact':'%s'}", p->pat);
    (void)csm_tk_update(p->tk, "customer_account", p->X, "{'primary_contact':'%s'}", p->xena);
    return 0;
}

/* ---- things ---- */

static const char *ci(people *p, const char *table, const char *name)
{
    as(p, "tim");
    return csm_tk_insert(p->tk, table, "{'name':'%s'}", name);
}

static void depends(people *p, const char *parent, const char *child)
{
    as(p, "tim");
    (void)csm_tk_insert(p->tk, "cmdb_rel_ci", "{'parent':'%s','child':'%s'}", parent, child);
}

/* An item of an account; "" leaves the configuration item or the service out. */
static const char *item(people *p, const char *name, const char *account, const char *on, const char *service)
{
    char more[160];

    (void)snprintf(more, sizeof(more), "%s%s%s%s%s%s", on[0] != '\0' ? ",'configuration_item':'" : "", on, on[0] != '\0' ? "'" : "",
                   service[0] != '\0' ? ",'service_context':'" : "", service, service[0] != '\0' ? "'" : "");
    as(p, "mia");
    return csm_tk_insert(p->tk, ITEM, "{'name':'%s','account':'%s'%s}", name, account, more);
}

/* What one node carries: an item of each account on it, the node called as given. */
static const char *node(people *p, const char *name, const char *const *accounts, size_t count)
{
    const char *on = ci(p, "cmdb_ci", name);

    for (size_t n = 0; n < count; n++)
        (void)item(p, name, accounts[n], on, "");
    return on;
}

static const csm_value *alert_of(people *p, const char *key)
{
    as(p, "opal");
    return csm_tk_first(p->tk, ALERT, "message_key=%s^ORDERBYDESCsys_created_on", key);
}

/* One event of that key on that node; the sys_id of its alert, when all that follows is done. */
static const char *event(people *p, const char *key, const char *on, int severity)
{
    as(p, "mon");
    (void)csm_tk_ok(p->tk, "event.send", "{'events':[{'source':'probe','message_key':'%s','node':'%s','severity':%d,"
                                         "'description':'%s is down'}]}", key, on, severity, key);
    csm_tk_settle(p->tk);
    return csm_tk_str(p->tk, alert_of(p, key), "sys_id");
}

static const csm_value *the_case(people *p, const char *key)
{
    const char *id = csm_tk_str(p->tk, alert_of(p, key), "case");

    assert_string_not_equal(id, "");
    as(p, "adam");
    return csm_tk_get(p->tk, CASE, id);
}

static const char *open_case(people *p, const char *key)
{
    const char *id = csm_tk_str(p->tk, alert_of(p, key), "sys_id");

    as(p, "opal");
    id = csm_tk_str(p->tk, csm_tk_ok(p->tk, "alert.create_case", "{'id':'%s'}", id), "sys_id");
    csm_tk_settle(p->tk);
    return id;
}

static void flow(people *p, const char *status, const char *single)
{
    people_set_property(p, FLOW_STATUS, status);
    people_set_property(p, FLOW_SINGLE, single);
}

/* ---- plugins ---- */

static bool is_active(people *p, const char *id)
{
    const csm_value *plugins;

    as(p, NULL);
    plugins = csm_tk_ok(p->tk, "plugin.list", "{}");
    for (uint32_t n = 0; n < plugins->count; n++)
        if (csm_str_is(csm_map_get(&plugins->list[n], "id")->s, id))
            return csm_str_is(csm_map_get(&plugins->list[n], "state")->s, "active");
    return false;
}

static void acceptance_299_what_it_stands_on(void **state)
{
    static const char *const below[] = { "major_issue", "install_base", "service_management", "action_status", "event_management",
                                         "configuration" };
    people *p = *state;

    assert_true(is_active(p, "proactive_ops"));
    for (size_t n = 0; n < sizeof(below) / sizeof(below[0]); n++)
        assert_true(is_active(p, below[n]));
    as(p, "tim"); /* the relationship of tasks and outages */
    assert_int_equal(csm_tk_count(p->tk, "task_outage", "sys_idISNOTEMPTY"), 0);
}

static void acceptance_300_nothing_pulls_requests(void **state)
{
    people *p = *state, *plain;

    assert_false(is_active(p, "request_management"));
    plain = people_start("customer_service");
    assert_true(is_active(plain, "customer_service"));
    assert_false(is_active(plain, "service_management"));
    assert_false(is_active(plain, "request_management"));
    assert_false(is_active(plain, "proactive_ops"));
    people_stop(plain);
}

/* ---- affected items ---- */

static void acceptance_302_items_and_accounts(void **state)
{
    people *p = *state;
    const char *box = ci(p, "cmdb_ci", "box302"), *head = ci(p, "cmdb_ci", "head302"), *tv = ci(p, "cmdb_ci_service", "tv302");
    const char *other = ci(p, "cmdb_ci", "other302"), *alert, *on_head, *on_tv, *away;
    const csm_value *rows;

    depends(p, tv, head);
    (void)box;
    on_head = item(p, "direct", p->P, head, "");
    on_tv = item(p, "by service", p->X, "", tv);
    away = item(p, "unrelated", p->C, other, "");
    (void)item(p, "retired", p->S1, head, "");
    as(p, "mia");
    (void)people_do(p, "install_base.retire", csm_tk_str(p->tk, csm_tk_first(p->tk, ITEM, "name=retired"), "sys_id"));
    alert = event(p, "k302", "head302", 1);
    assert_int_equal(csm_tk_count(p->tk, AFFECTED, "alert=%s", alert), 2);
    assert_true(people_has(p, AFFECTED, "alertISNOTEMPTY", csm_tk_str(p->tk, csm_tk_first(p->tk, AFFECTED, "alert=%s^install_base=%s",
                                                                                          alert, on_head), "sys_id")));
    assert_int_equal(csm_tk_count(p->tk, AFFECTED, "alert=%s^install_base=%s", alert, on_tv), 1);
    assert_int_equal(csm_tk_count(p->tk, AFFECTED, "alert=%s^install_base=%s", alert, away), 0);
    rows = csm_tk_ok(p->tk, "alert.affected", "{'id':'%s'}", alert);
    assert_int_equal(rows->count, 2);
    for (uint32_t n = 0; n < rows->count; n++) {
        bool direct = strcmp(csm_tk_str(p->tk, &rows->list[n], "name"), "direct") == 0;

        csm_tk_assert_str(csm_tk_str(p->tk, &rows->list[n], "account"), direct ? "Account P" : "Account X");
    }
    (void)item(p, "came later", p->S2, head, ""); /* on demand, and with the severity */
    as(p, "opal");
    assert_int_equal(csm_tk_count(p->tk, AFFECTED, "alert=%s", alert), 2);
    (void)csm_tk_ok(p->tk, "alert.refresh", "{'id':'%s'}", alert);
    csm_tk_settle(p->tk);
    assert_int_equal(csm_tk_count(p->tk, AFFECTED, "alert=%s", alert), 3);
    as(p, "mia");
    (void)people_do(p, "install_base.retire", on_tv);
    (void)event(p, "k302", "head302", 2);
    assert_int_equal(csm_tk_count(p->tk, AFFECTED, "alert=%s", alert), 2);
    (void)event(p, "k302", "head302", 0); /* what it affected stays told */
    assert_int_equal(csm_tk_count(p->tk, AFFECTED, "alert=%s", alert), 2);
}

/* What is expected impacts nothing, and what it affected before stays told. */
static void acceptance_302_in_maintenance(void **state)
{
    people *p = *state;
    const char *alert;

    (void)node(p, "m302", (const char *const[]){ p->P }, 1);
    alert = event(p, "m302", "m302", 1);
    as(p, "opal");
    (void)people_do(p, "alert.start_maintenance", alert);
    csm_tk_settle(p->tk);
    assert_int_equal(csm_tk_count(p->tk, AFFECTED, "alert=%s", alert), 1);
}

static void acceptance_302_wrong_side(void **state)
{
    people *p = *state;
    const char *on = ci(p, "cmdb_ci", "head302w"), *thing = item(p, "mine", p->P, on, ""), *alert = event(p, "k302w", "head302w", 1), *row;

    row = csm_tk_str(p->tk, csm_tk_first(p->tk, AFFECTED, "alert=%s", alert), "sys_id");
    csm_tk_hidden(p->tk, ITEM, thing); /* an operator is told names, the rows are not his */
    as(p, "pat");
    csm_tk_hidden(p->tk, AFFECTED, row);
    csm_tk_hidden(p->tk, ALERT, alert);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "alert.affected", "{'id':'%s'}", alert);
    as(p, "ann"); /* no case of it yet: not an agent's business */
    csm_tk_hidden(p->tk, ALERT, alert);
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "alert.affected", "{'id':'%s'}", alert);
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "alert.refresh", "{'id':'%s'}", alert);
    as(p, "adam");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'install_base':'%s'}}", AFFECTED, thing);
}

/* ---- the case ---- */

static void acceptance_303_priority_by_severity(void **state)
{
    static const int64_t priorities[] = { 1, 2, 3, 4, 4 };
    people *p = *state;

    flow(p, "none", "false");
    for (int severity = 1; severity <= 5; severity++) {
        const csm_value *rec;
        char key[16];

        (void)snprintf(key, sizeof(key), "k303-%d", severity);
        (void)node(p, key, (const char *const[]){ p->P }, 1);
        (void)event(p, key, key, severity);
        (void)open_case(p, key);
        rec = the_case(p, key);
        assert_int_equal(csm_tk_int(p->tk, rec, "priority"), priorities[severity - 1]);
        assert_true(csm_tk_bool(p->tk, rec, "proactive"));
        assert_true(csm_tk_is_nil(p->tk, rec, "contact_type"));
        assert_true(csm_tk_is_nil(p->tk, rec, "account"));
        csm_tk_assert_str(csm_tk_str(p->tk, rec, "cmdb_ci"), csm_tk_str(p->tk, alert_of(p, key), "cmdb_ci"));
        as(p, "adam");
        assert_int_equal(csm_tk_count(p->tk, AFFECTED, "task=%s", csm_tk_str(p->tk, rec, "sys_id")), 1);
    }
}

static void rule_is(people *p, bool active)
{
    const char *before = p->who;

    as(p, "ada");
    (void)csm_tk_update(p->tk, RULE, csm_tk_str(p->tk, csm_tk_first(p->tk, RULE, "name=Create Proactive Case"), "sys_id"),
                        "{'active':%s}", active ? "true" : "false");
    as(p, before);
}

/* An incident is made from the alert of a key. */
static const char *incident(people *p, const char *key)
{
    const char *id = csm_tk_str(p->tk, alert_of(p, key), "sys_id"), *made;

    as(p, "otto");
    made = csm_tk_str(p->tk, csm_tk_ok(p->tk, "alert.create_incident", "{'id':'%s'}", id), "sys_id");
    csm_tk_settle(p->tk);
    return made;
}

static void acceptance_304_by_rule(void **state)
{
    people *p = *state;
    const char *made;

    flow(p, "none", "false");
    (void)node(p, "n304", (const char *const[]){ p->P }, 1);
    (void)node(p, "n304e", NULL, 0);
    (void)event(p, "k304", "n304", 1); /* shipped inactive */
    (void)incident(p, "k304");
    assert_true(csm_tk_is_nil(p->tk, alert_of(p, "k304"), "case"));
    rule_is(p, true);
    (void)event(p, "k304b", "n304", 2);
    assert_true(csm_tk_is_nil(p->tk, alert_of(p, "k304b"), "case")); /* no incident, no case */
    made = incident(p, "k304b");
    csm_tk_assert_str(csm_tk_str(p->tk, the_case(p, "k304b"), "incident"), made);
    csm_tk_assert_str(csm_tk_str(p->tk, the_case(p, "k304b"), "alert"), csm_tk_str(p->tk, alert_of(p, "k304b"), "sys_id"));
    (void)event(p, "k304b", "n304", 1); /* one is enough */
    as(p, "adam");
    assert_int_equal(csm_tk_count(p->tk, CASE, "alert.message_key=k304b"), 1);
    (void)event(p, "k304e", "n304e", 1); /* nobody is hit */
    (void)incident(p, "k304e");
    assert_true(csm_tk_is_nil(p->tk, alert_of(p, "k304e"), "case"));
    rule_is(p, false);
    as(p, "opal");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'active':true}}", RULE,
                       csm_tk_str(p->tk, csm_tk_first(p->tk, RULE, "name=Create Proactive Case"), "sys_id"));
}

/* ---- the flow ---- */

static void acceptance_305_one_account(void **state)
{
    people *p = *state;
    const csm_value *rec;

    flow(p, "accepted", "true");
    (void)node(p, "n305", (const char *const[]){ p->P, p->P, p->P }, 3);
    (void)event(p, "k305", "n305", 1);
    (void)open_case(p, "k305");
    rec = the_case(p, "k305");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "account"), p->P);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "contact"), p->pat);
    assert_true(csm_tk_is_nil(p->tk, rec, "major_case_state"));
    assert_int_equal(csm_tk_count(p->tk, AFFECTED, "task=%s", csm_tk_str(p->tk, rec, "sys_id")), 3);
    flow(p, "accepted", "false");
    (void)event(p, "k305b", "n305", 1);
    (void)open_case(p, "k305b");
    assert_true(csm_tk_is_nil(p->tk, the_case(p, "k305b"), "account"));
    people_set_property(p, "csm.proactive_ops.flow.process_cases", "false");
    flow(p, "accepted", "true");
    (void)event(p, "k305c", "n305", 1);
    (void)open_case(p, "k305c");
    assert_true(csm_tk_is_nil(p->tk, the_case(p, "k305c"), "account"));
    people_set_property(p, "csm.proactive_ops.flow.process_cases", "true");
}

static void acceptance_306_major_case_and_children(void **state)
{
    people *p = *state;
    const char *id;
    const csm_value *rec, *children;

    flow(p, "accepted", "false");
    (void)node(p, "n306", (const char *const[]){ p->P, p->P, p->X, p->C }, 4);
    (void)event(p, "k306", "n306", 1);
    id = open_case(p, "k306");
    rec = the_case(p, "k306");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "major_case_state"), "accepted");
    children = csm_tk_rows(p->tk, CASE, "parent=%s", id);
    assert_int_equal(children->count, 3);
    for (uint32_t n = 0; n < children->count; n++) {
        const char *child = csm_tk_str(p->tk, &children->list[n], "sys_id"), *account = csm_tk_str(p->tk, &children->list[n], "account");

        assert_int_equal(csm_tk_count(p->tk, AFFECTED, "task=%s", child), strcmp(account, p->P) == 0 ? 2 : 1);
        assert_int_equal(csm_tk_count(p->tk, AFFECTED, "task=%s^install_base.account!=%s", child, account), 0);
        if (strcmp(account, p->X) == 0)
            csm_tk_assert_str(csm_tk_str(p->tk, &children->list[n], "contact"), p->xena);
    }
    assert_int_equal(csm_tk_count(p->tk, "sn_publications_recipientslist_account_m2m", "list=%s",
                                  csm_tk_str(p->tk, rec, "recipient_list")), 3);
    as(p, "xena"); /* a customer sees his own */
    assert_int_equal(csm_tk_count(p->tk, CASE, "short_description=k306 is down"), 1);
    csm_tk_hidden(p->tk, CASE, id);
    flow(p, "proposed", "false");
    (void)event(p, "k306b", "n306", 1);
    id = open_case(p, "k306b");
    csm_tk_assert_str(csm_tk_str(p->tk, the_case(p, "k306b"), "major_case_state"), "proposed");
    assert_int_equal(csm_tk_count(p->tk, CASE, "parent=%s", id), 0);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.approve_major_case", "{'id':'%s'}", id);
    as(p, "mia"); /* the manager approves, the recipients are known, the children are his to make */
    (void)people_do(p, "case.approve_major_case", id);
    csm_tk_settle(p->tk);
    assert_int_equal(csm_tk_count(p->tk, CASE, "parent=%s", id), 0);
    (void)people_do(p, "case.create_child_cases", id);
    csm_tk_settle(p->tk);
    assert_int_equal(csm_tk_count(p->tk, CASE, "parent=%s", id), 3);
    flow(p, "none", "false");
    (void)event(p, "k306c", "n306", 1);
    (void)open_case(p, "k306c");
    assert_true(csm_tk_is_nil(p->tk, the_case(p, "k306c"), "major_case_state"));
}

static void acceptance_307_below_the_threshold(void **state)
{
    people *p = *state;

    flow(p, "proposed", "false");
    (void)node(p, "n307", (const char *const[]){ p->P, p->X }, 2);
    people_set_property(p, "csm.proactive.affected_account_threshold", "3");
    (void)event(p, "k307", "n307", 1);
    (void)open_case(p, "k307");
    assert_true(csm_tk_is_nil(p->tk, the_case(p, "k307"), "major_case_state"));
    people_set_property(p, "csm.proactive.affected_account_threshold", "2");
    (void)event(p, "k307b", "n307", 1);
    (void)open_case(p, "k307b");
    csm_tk_assert_str(csm_tk_str(p->tk, the_case(p, "k307b"), "major_case_state"), "proposed");
}

static void acceptance_308_the_operator(void **state)
{
    people *p = *state;
    const char *id, *other = people_case(p, "not born from an alert"), *alert;

    flow(p, "none", "false");
    (void)node(p, "n308", (const char *const[]){ p->P }, 1);
    alert = event(p, "k308", "n308", 1);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "alert.create_case", "{'id':'%s'}", alert);
    id = open_case(p, "k308");
    as(p, "opal");
    assert_true(csm_tk_sees(p->tk, CASE, id));
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "alert.create_case", "{'id':'%s'}", alert);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'priority':5}}", CASE, id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'comments':'hello'}}", CASE, id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'%s','id':'%s'}", CASE, id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'%s','values':{'short_description':'x'}}", CASE);
    (void)csm_tk_update(p->tk, CASE, id, "{'work_notes':'fibre cut, crew is on its way'}");
    csm_tk_hidden(p->tk, CASE, other);
    as(p, "mon");
    csm_tk_hidden(p->tk, CASE, id);
}

/* ---- the alert closes ---- */

static int64_t state_of(people *p, const char *id)
{
    as(p, "adam");
    return csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, id), "state");
}

static void acceptance_309_the_alert_closes(void **state)
{
    people *p = *state;
    const csm_value *children;
    const char *id, *alert;

    flow(p, "accepted", "false");
    (void)node(p, "n309", (const char *const[]){ p->P, p->X }, 2);
    (void)event(p, "k309", "n309", 1);
    id = open_case(p, "k309");
    (void)event(p, "k309", "n309", 0);
    assert_int_equal(state_of(p, id), 1); /* unchanged */
    csm_tk_advance(p->tk, 400 * CSM_DAY); /* an alert nothing was made of would be gone */
    csm_tk_settle(p->tk);
    alert = csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "alert");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "em_alert", alert), "message_key"), "k309");
    people_set_property(p, "csm.proactive.resolve_on_alert_close", "true");
    (void)event(p, "k309b", "n309", 1);
    id = open_case(p, "k309b");
    (void)event(p, "k309b", "n309", 0);
    assert_int_equal(state_of(p, id), 6);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "resolution_code"), "solved_fixed_by_support");
    children = csm_tk_rows(p->tk, CASE, "parent=%s", id);
    assert_int_equal(children->count, 2);
    for (uint32_t n = 0; n < children->count; n++)
        assert_int_equal(csm_tk_int(p->tk, &children->list[n], "state"), 6);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "resolved_by"), people_shipped(p, "sys_user", "System"));
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "assigned_to"));
    id = people_case(p, "of a customer"); /* what is solved by itself is what we opened ourselves */
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.auto_resolve",
                       "{'id':'%s','resolution_code':'solved_workaround','close_notes':'n'}", id);
    people_set_property(p, "csm.proactive.close_untouched", "true");
    (void)event(p, "k309c", "n309", 1);
    id = open_case(p, "k309c");
    as(p, "xena");
    (void)csm_tk_update(p->tk, CASE, csm_tk_str(p->tk, csm_tk_first(p->tk, CASE, "short_description=k309c is down"), "sys_id"),
                        "{'comments':'nothing works'}");
    (void)event(p, "k309c", "n309", 0);
    as(p, "adam");
    assert_int_equal(csm_tk_int(p->tk, csm_tk_first(p->tk, CASE, "parent=%s^account=%s", id, p->P), "state"), 3);
    assert_int_equal(csm_tk_int(p->tk, csm_tk_first(p->tk, CASE, "parent=%s^account=%s", id, p->X), "state"), 6);
    people_set_property(p, "csm.proactive.resolve_on_alert_close", "false");
    people_set_property(p, "csm.proactive.close_untouched", "false");
}

/* ---- health ---- */

/* A case of several alerts is over when the last of them is. */
static void acceptance_309_all_its_alerts(void **state)
{
    people *p = *state;
    const char *id, *second;

    flow(p, "none", "false");
    people_set_property(p, "csm.proactive.resolve_on_alert_close", "true");
    (void)node(p, "a309", (const char *const[]){ p->P }, 1);
    (void)event(p, "a309", "a309", 1);
    id = open_case(p, "a309");
    second = event(p, "a309 too", "a309", 1);
    as(p, "adam");
    (void)csm_tk_update(p->tk, ALERT, second, "{'case':'%s'}", id);
    (void)event(p, "a309", "a309", 0);
    assert_int_equal(state_of(p, id), 1);
    (void)event(p, "a309 too", "a309", 0);
    assert_int_equal(state_of(p, id), 6);
    people_set_property(p, "csm.proactive.resolve_on_alert_close", "false");
}

static void is_health(people *p, const char *id, const char *health)
{
    as(p, "mia");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, ITEM, id), "health_status"), health);
}

static void acceptance_310_health(void **state)
{
    static const char *const words[] = { "critical", "major", "minor", "warning", "normal" };
    people *p = *state;
    const char *box = ci(p, "cmdb_ci", "box310"), *tv = ci(p, "cmdb_ci_service", "tv310"), *whole, *half, *late;

    whole = item(p, "both", p->P, box, tv);
    half = item(p, "no service", p->P, box, "");
    is_health(p, whole, "not_available"); /* nobody watches it */
    for (int severity = 1; severity <= 5; severity++) {
        (void)event(p, "k310", "box310", severity);
        is_health(p, whole, words[severity - 1]);
        is_health(p, half, "not_available");
    }
    (void)event(p, "k310", "box310", 4);
    (void)event(p, "k310b", "tv310", 2);
    is_health(p, whole, "major");
    (void)event(p, "k310b", "tv310", 0);
    is_health(p, whole, "warning");
    (void)event(p, "k310", "box310", 0);
    is_health(p, whole, "normal");
    late = item(p, "came later", p->P, box, tv);
    is_health(p, late, "normal");
    as(p, "mia");
    (void)csm_tk_update(p->tk, ITEM, late, "{'service_context':null}");
    is_health(p, late, "not_available");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'health_status':'normal'}}", ITEM, late);
    as(p, "ann");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_ok(p->tk, "install_base.refresh_health", "{'id':'%s'}", whole), "health_status"), "normal");
    as(p, "opal");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "install_base.refresh_health", "{'id':'%s'}", whole);
}

/* ---- outages ---- */

static void acceptance_311_outages(void **state)
{
    people *p = *state;
    const char *one = node(p, "n311", (const char *const[]){ p->P, p->X }, 2), *two = ci(p, "cmdb_ci", "n311b"), *id, *child, *outage;
    const char *foreign, *near;
    const char *other = ci(p, "cmdb_ci", "n311c");

    depends(p, two, one);
    (void)item(p, "above", p->X, two, "");
    flow(p, "accepted", "false");
    (void)event(p, "k311", "n311", 1);
    id = open_case(p, "k311");
    as(p, "adam");
    child = csm_tk_str(p->tk, csm_tk_first(p->tk, CASE, "parent=%s", id), "sys_id");
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.create_outage", "{'id':'%s'}", id);
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.create_outage", "{'id':'%s'}", child);
    outage = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_outage", "{'id':'%s','message':'we are on it'}", id), "outage");
    csm_tk_settle(p->tk);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.create_outage", "{'id':'%s'}", id);
    as(p, "tim");
    assert_int_equal(csm_tk_count(p->tk, "cmdb_outage_ci_mtom", "outage=%s", outage), 2);
    assert_int_equal(csm_tk_count(p->tk, "task_outage", "task=%s", id), 1);
    near = csm_tk_insert(p->tk, OUTAGE, "{'cmdb_ci':'%s','begin':'2020-01-01T00:00:00Z'}", two);
    foreign = csm_tk_insert(p->tk, OUTAGE, "{'cmdb_ci':'%s','begin':'2020-01-01T00:00:00Z'}", other);
    as(p, "mia");
    (void)csm_tk_ok(p->tk, "case.add_outage", "{'id':'%s','outage':'%s'}", id, near);
    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "case.add_outage", "{'id':'%s','outage':'%s'}", id, near);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.add_outage", "{'id':'%s','outage':'%s'}", id, foreign);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.add_outage", "{'id':'%s','outage':'%s'}", child, near);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.create_outage", "{'id':'%s'}", people_case(p, "plain"));
}

/* ---- the customer ---- */

static bool shows(people *p, const csm_value *list, const char *field, const char *value)
{
    for (uint32_t n = 0; n < list->count; n++)
        if (strcmp(csm_tk_str(p->tk, &list->list[n], field), value) == 0)
            return true;
    return false;
}

static void acceptance_312_the_customer_looks(void **state)
{
    people *p = *state;
    const char *box = ci(p, "cmdb_ci", "box312"), *tv = ci(p, "cmdb_ci_service", "tv312"), *thing, *theirs, *major, *plain, *foreign;
    const char *outage;
    const csm_value *view;

    thing = item(p, "mine312", p->P, box, tv);
    theirs = item(p, "theirs312", p->X, box, tv);
    flow(p, "accepted", "false");
    (void)event(p, "k312", "box312", 2);
    major = open_case(p, "k312");
    as(p, "mia");
    outage = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_outage", "{'id':'%s','message':'we are on it'}", major), "outage");
    (void)csm_tk_insert(p->tk, "service_entitlement", "{'name':'gold','account':'%s','install_base':'%s','state':'active'}", p->P, thing);
    (void)csm_tk_insert(p->tk, "service_entitlement", "{'name':'old','account':'%s','install_base':'%s','state':'expired'}", p->P, thing);
    plain = csm_tk_insert(p->tk, CASE, "{'short_description':'a question','account':'%s','contact':'%s','install_base':'%s'}", p->P, p->pat,
                          thing);
    foreign = csm_tk_insert(p->tk, CASE, "{'short_description':'pams','account':'%s','contact':'%s','install_base':'%s'}", p->P, p->pam,
                            thing);
    as(p, "tim");
    (void)csm_tk_insert(p->tk, OUTAGE, "{'cmdb_ci':'%s','begin':'2999-01-01T00:00:00Z','type':'planned'}", box);
    (void)csm_tk_insert(p->tk, OUTAGE, "{'cmdb_ci':'%s','begin':'2020-01-01T00:00:00Z','end':'2020-01-02T00:00:00Z'}", box);
    csm_tk_settle(p->tk);
    as(p, "pat");
    view = csm_tk_ok(p->tk, "install_base.overview", "{'id':'%s'}", thing);
    csm_tk_assert_str(csm_tk_str(p->tk, view, "health_status"), "major");
    assert_true(shows(p, csm_tk_at(p->tk, view, "cases"), "case", plain));
    assert_true(shows(p, csm_tk_at(p->tk, view, "cases"), "short_description", "k312 is down"));
    assert_false(shows(p, csm_tk_at(p->tk, view, "cases"), "case", major));
    assert_false(shows(p, csm_tk_at(p->tk, view, "cases"), "case", foreign));
    assert_int_equal(csm_tk_at(p->tk, view, "cases")->count, 2);
    assert_true(shows(p, csm_tk_at(p->tk, view, "outages"), "phase", "active"));
    assert_true(shows(p, csm_tk_at(p->tk, view, "outages"), "message", "we are on it"));
    assert_true(shows(p, csm_tk_at(p->tk, view, "outages"), "phase", "planned"));
    assert_false(shows(p, csm_tk_at(p->tk, view, "outages"), "phase", "past")); /* long ago */
    assert_int_equal(csm_tk_at(p->tk, view, "entitlements")->count, 1);
    csm_tk_assert_str(csm_tk_str(p->tk, view, "entitlements.0.name"), "gold");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, ITEM, thing), "health_status"), "major");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "install_base.overview", "{'id':'%s'}", theirs);
    as(p, "tim");
    (void)csm_tk_update(p->tk, OUTAGE, outage, "{'end':'%s'}", csm_tk_str(p->tk, csm_tk_get(p->tk, OUTAGE, outage), "begin"));
    as(p, "pat");
    view = csm_tk_ok(p->tk, "install_base.overview", "{'id':'%s'}", thing);
    assert_true(shows(p, csm_tk_at(p->tk, view, "outages"), "phase", "past"));
    assert_false(shows(p, csm_tk_at(p->tk, view, "outages"), "phase", "active"));
    as(p, "carl");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "install_base.overview", "{'id':'%s'}", thing);
    as(p, "xena");
    view = csm_tk_ok(p->tk, "install_base.overview", "{'id':'%s'}", theirs);
    assert_int_equal(csm_tk_at(p->tk, view, "cases")->count, 1);
}

static void figures_count(void **state)
{
    people *p = *state;
    const csm_value *seen;

    as(p, "adam");
    seen = csm_tk_ok(p->tk, "proactive.figures", "{}");
    assert_int_equal(csm_tk_int(p->tk, seen, "cases"), csm_tk_count(p->tk, CASE, "alertISNOTEMPTY"));
    assert_true(csm_tk_int(p->tk, seen, "alerts_with_case") > 0);
    assert_true(csm_tk_int(p->tk, seen, "cases_promoted") > 0);
    assert_true(csm_tk_int(p->tk, seen, "active_outages") > 0);
    as(p, "opal");
    seen = csm_tk_ok(p->tk, "proactive.figures", "{}");
    assert_true(csm_tk_int(p->tk, seen, "cases") > 0);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "proactive.figures", "{}");
}

static void demo_node_hits_three_customers(void **state)
{
    csm_tk *tk = csm_tk_start("proactive_ops", CSM_TK_DEMO);
    const csm_value *rows;

    (void)state;
    csm_tk_as(tk, "probe");
    (void)csm_tk_ok(tk, "event.send", "{'events':[{'source':'probe','node':'iberia-stream-1','severity':1}]}");
    csm_tk_settle(tk);
    csm_tk_as(tk, "nora.noc");
    rows = csm_tk_ok(tk, "alert.affected", "{'id':'%s'}", csm_tk_str(tk, csm_tk_first(tk, ALERT, "active=true"), "sys_id"));
    assert_int_equal(rows->count, 3);
    csm_tk_as(tk, "gil");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_first(tk, ITEM, "name=Box reception Gijon Bay"), "health_status"), "critical");
    csm_tk_stop(tk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_299_what_it_stands_on),
        people_test(acceptance_300_nothing_pulls_requests),
        people_test(acceptance_302_items_and_accounts),
        people_test(acceptance_302_in_maintenance),
        people_test(acceptance_302_wrong_side),
        people_test(acceptance_303_priority_by_severity),
        people_test(acceptance_304_by_rule),
        people_test(acceptance_305_one_account),
        people_test(acceptance_306_major_case_and_children),
        people_test(acceptance_307_below_the_threshold),
        people_test(acceptance_308_the_operator),
        people_test(acceptance_309_the_alert_closes),
        people_test(acceptance_309_all_its_alerts),
        people_test(acceptance_310_health),
        people_test(acceptance_311_outages),
        people_test(acceptance_312_the_customer_looks),
        people_test(figures_count),
        people_test(demo_node_hits_three_customers),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
