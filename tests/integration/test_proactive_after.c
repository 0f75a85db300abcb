/* Acceptance of proactive operations once the case is there: closed alerts, health, outages, what the customer sees, figures (items
 * 309 to 312). */
#include "monitoring.h"

#define OUTAGE "cmdb_ci_outage"

/* ---- the alert closes ---- */

static int64_t state_of(people *p, const char *id)
{
    return csm_tk_int(p->tk, people_row(p, CASE, id), "state");
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
    as(p, "adam");
    assert_int_equal(state_of(p, id), 1); /* unchanged */
    csm_tk_advance(p->tk, 400 * CSM_DAY); /* an alert nothing was made of would be gone */
    csm_tk_settle(p->tk);
    alert = csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "alert");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "em_alert", alert), "message_key"), "k309");
    people_set_property(p, "csm.proactive.resolve_on_alert_close", "true");
    (void)event(p, "k309b", "n309", 1);
    id = open_case(p, "k309b");
    (void)event(p, "k309b", "n309", 0);
    as(p, "adam");
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
