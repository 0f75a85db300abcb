/* Acceptance of proactive operations: from an alert to the customers it hits (items 299, 300, 302 to 308). */
#include "monitoring.h"

#define RULE "em_alert_management_rule"
#define AFFECTED "sn_install_base_m2m_affected_install_base"

/* ---- things ---- */

static const csm_value *the_case(people *p, const char *key)
{
    const char *id = csm_tk_str(p->tk, alert_of(p, key), "case");

    assert_string_not_equal(id, "");
    as(p, "adam");
    return csm_tk_get(p->tk, CASE, id);
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
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
