/* Acceptance of events and alerts (items 301, 313 and issue-level bad input): folding, clears, order, flapping, what an alert
 * impacts, management rules. */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>

#define EVENT "em_event"
#define ALERT "em_alert"
#define RULE "em_alert_management_rule"

static int setup(void **state)
{
    people *p = people_start("customer_service,event_management");

    *state = p;
    (void)csm_tk_user(p->tk, "mon", "evt_mgmt_integration");
    (void)csm_tk_user(p->tk, "opal", "evt_mgmt_operator");
    (void)csm_tk_user(p->tk, "ada", "evt_mgmt_admin");
    (void)csm_tk_user(p->tk, "otto", "evt_mgmt_operator,sn_incident_write");
    return 0;
}

/* One event of source probe; @p more: further members, each with a comma before it. */
static const csm_value *event(people *p, const char *key, int severity, const char *more)
{
    const csm_value *answer;

    as(p, "mon");
    answer = csm_tk_ok(p->tk, "event.send", "{'events':[{'source':'probe','message_key':'%s','severity':%d%s}]}", key, severity, more);
    assert_int_equal(csm_tk_int(p->tk, answer, "accepted"), 1);
    csm_tk_settle(p->tk);
    as(p, "opal");
    return csm_tk_at(p->tk, answer, "results.0");
}

static const csm_value *alert_of(people *p, const char *key)
{
    as(p, "opal");
    return csm_tk_first(p->tk, ALERT, "message_key=%s^ORDERBYDESCsys_created_on", key);
}

/* The latest alert of a key. */
static const char *shows(people *p, const char *key, const char *state, int severity, int count)
{
    const csm_value *alert = alert_of(p, key);

    csm_tk_assert_str(csm_tk_str(p->tk, alert, "state"), state);
    assert_int_equal(csm_tk_bool(p->tk, alert, "active"), strcmp(state, "Closed") != 0);
    assert_int_equal(csm_tk_int(p->tk, alert, "severity"), severity);
    assert_int_equal(csm_tk_int(p->tk, alert, "event_count"), count);
    return csm_tk_str(p->tk, alert, "sys_id");
}

static const char *item(people *p, const char *table, const char *name)
{
    as(p, "tim");
    return csm_tk_insert(p->tk, table, "{'name':'%s'}", name);
}

static void depends(people *p, const char *parent, const char *child)
{
    as(p, "tim");
    (void)csm_tk_insert(p->tk, "cmdb_rel_ci", "{'parent':'%s','child':'%s'}", parent, child);
}

static int64_t fares(people *p, const char *ci)
{
    as(p, "opal");
    return csm_tk_int(p->tk, csm_tk_first(p->tk, "em_impact_status", "element_id=%s", ci), "severity");
}

static void acceptance_301_fold_clear_reopen(void **state)
{
    people *p = *state;
    const char *ci = item(p, "cmdb_ci", "head-301"), *id;
    const csm_value *alert;

    (void)event(p, "k301", 1, ",'node':'head-301','description':'no signal'");
    id = shows(p, "k301", "Open", 1, 1);
    alert = alert_of(p, "k301");
    csm_tk_assert_str(csm_tk_str(p->tk, alert, "cmdb_ci"), ci);
    csm_tk_assert_str(csm_tk_str(p->tk, alert, "description"), "no signal");
    (void)event(p, "k301", 1, ",'node':'head-301'");
    csm_tk_assert_str(shows(p, "k301", "Open", 1, 2), id);
    (void)event(p, "k301", 3, ""); /* the severity follows */
    csm_tk_assert_str(shows(p, "k301", "Open", 3, 3), id);
    (void)event(p, "k301", 0, "");
    csm_tk_assert_str(shows(p, "k301", "Closed", 3, 4), id);
    (void)event(p, "k301", 2, "");
    csm_tk_assert_str(shows(p, "k301", "Reopen", 2, 5), id);
    (void)event(p, "k301", 2, ",'resolution_state':'Closing'");
    csm_tk_assert_str(shows(p, "k301", "Closed", 2, 6), id);
    csm_tk_advance(p->tk, INT64_C(301) * 1000000);
    (void)event(p, "k301", 1, ""); /* the window is over: another one */
    assert_string_not_equal(shows(p, "k301", "Open", 1, 1), id);
    as(p, "opal");
    assert_int_equal(csm_tk_count(p->tk, ALERT, "message_key=k301"), 2);
    assert_int_equal(csm_tk_count(p->tk, EVENT, "message_key=k301^state=Processed"), 7);
}

static void acceptance_301_wrong_side(void **state)
{
    static const char *const others[] = { "opal", "ann", "pat", "ivy" };
    people *p = *state;
    const char *id;

    for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++) {
        as(p, others[n]);
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "event.send", "{'events':[{'source':'x','severity':1}]}");
    }
    (void)event(p, "k301w", 1, "");
    id = csm_tk_str(p->tk, alert_of(p, "k301w"), "sys_id");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'em_alert','id':'%s','values':{'severity':5}}", id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'em_alert','values':{'message_key':'x','severity':1}}");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "alert.flap", "{'id':'%s'}", id);
    as(p, "mon"); /* who sends does not read */
    csm_tk_hidden(p->tk, ALERT, id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "alert.refresh", "{'id':'%s'}", id);
    as(p, "pat");
    csm_tk_hidden(p->tk, ALERT, id);
    as(p, "ann");
    csm_tk_hidden(p->tk, ALERT, id);
    as(p, "ivy");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "alert.close", "{'id':'%s'}", id);
    as(p, "opal");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'%s','values':{'name':'r','action':'create_incident'}}", RULE);
}

/* ---- order ---- */

static void acceptance_313_in_any_order(void **state)
{
    people *p = *state;

    /* the clear overtakes its trouble */
    (void)event(p, "k313a", 0, ",'time_of_event':'2020-01-01T00:00:10Z'");
    as(p, "opal");
    assert_int_equal(csm_tk_count(p->tk, ALERT, "message_key=k313a"), 0);
    assert_int_equal(csm_tk_count(p->tk, EVENT, "message_key=k313a^state=Ignored"), 1);
    (void)event(p, "k313a", 1, ",'time_of_event':'2020-01-01T00:00:05Z'");
    (void)shows(p, "k313a", "Closed", 1, 1);
    (void)event(p, "k313a", 2, ",'time_of_event':'2020-01-01T00:00:07Z'"); /* before the clear too */
    (void)shows(p, "k313a", "Closed", 1, 2);
    (void)event(p, "k313a", 2, ",'time_of_event':'2020-01-01T00:00:20Z'"); /* after it */
    (void)shows(p, "k313a", "Reopen", 2, 3);
    /* an older word does not change a newer one */
    (void)event(p, "k313b", 1, ",'time_of_event':'2020-01-01T00:01:00Z'");
    (void)event(p, "k313b", 5, ",'time_of_event':'2020-01-01T00:00:30Z'");
    (void)shows(p, "k313b", "Open", 1, 2);
    (void)event(p, "k313b", 0, ",'time_of_event':'2020-01-01T00:00:40Z'");
    (void)shows(p, "k313b", "Open", 1, 3);
    csm_tk_assert_str(csm_tk_str(p->tk, alert_of(p, "k313b"), "initial_event_time"), "2020-01-01T00:00:30Z");
    csm_tk_assert_str(csm_tk_str(p->tk, alert_of(p, "k313b"), "last_event_time"), "2020-01-01T00:01:00Z");
    /* a clock that runs ahead does not make what follows late */
    (void)event(p, "k313c", 1, ",'time_of_event':'2999-01-01T00:00:00Z'");
    (void)event(p, "k313c", 4, "");
    (void)shows(p, "k313c", "Open", 4, 2);
}

static void acceptance_313_keys(void **state)
{
    people *p = *state;
    const csm_value *answer;

    as(p, "mon");
    answer = csm_tk_ok(p->tk, "event.send", "{'events':[{'source':'s','node':'a:b','severity':3},{'source':'s','node':'a','type':'b',"
                                            "'severity':3},{'source':'s','node':'a:b','severity':3}]}");
    assert_int_equal(csm_tk_int(p->tk, answer, "accepted"), 3);
    as(p, "opal");
    assert_int_equal(csm_tk_count(p->tk, ALERT, "source=s"), 2);
    assert_int_equal(csm_tk_int(p->tk, csm_tk_first(p->tk, ALERT, "source=s^node=a:b"), "event_count"), 2);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, ALERT, "source=s^node=a"), "message_key"), "s:a:b::");
}

/* ---- bad input ---- */

static void acceptance_313_bad_events_keep_their_batch(void **state)
{
    static const char *const bad[] = {
        "'no map'", "{'severity':1}", "{'source':'bad'}", "{'source':'bad','severity':6}", "{'source':'bad','severity':'high'}",
        "{'source':'bad','severity':1,'state':'Processed'}", "{'source':'bad','severity':1,'nonsense':1}",
        "{'source':'bad','severity':1,'time_of_event':'yesterday'}", "{'source':'bad','severity':1,'resolution_state':'Maybe'}",
        "{'source':'bad','severity':1,'ci_identifier':{'colour':'red'}}", "{'source':'bad','severity':1,'ci_identifier':'x'}",
    };
    static const char *const fields[] = {
        "", "source", "severity", "severity", "severity", "", "", "time_of_event", "resolution_state", "ci_identifier", "ci_identifier",
    };
    people *p = *state;
    char *megabyte = malloc(1048577);
    const csm_value *answer;

    assert_non_null(megabyte);
    for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
        char key[32];

        (void)snprintf(key, sizeof(key), "good%zu", n);
        as(p, "mon");
        answer = csm_tk_ok(p->tk, "event.send", "{'events':[%s,{'source':'good','message_key':'%s','severity':2}]}", bad[n], key);
        assert_int_equal(csm_tk_int(p->tk, answer, "refused"), 1);
        assert_false(csm_tk_bool(p->tk, answer, "results.0.accepted"));
        assert_true(csm_tk_int(p->tk, answer, "results.0.code") > 0);
        assert_string_not_equal(csm_tk_str(p->tk, answer, "results.0.message"), "");
        if (fields[n][0] != '\0')
            csm_tk_assert_str(csm_tk_str(p->tk, answer, "results.0.field"), fields[n]);
        assert_true(csm_tk_bool(p->tk, answer, "results.1.accepted"));
        (void)shows(p, key, "Open", 2, 1);
    }
    memset(megabyte, 'x', 1048576);
    megabyte[1048576] = '\0';
    as(p, "mon");
    answer = csm_tk_ok(p->tk, "event.send", "{'events':[{'source':'good','message_key':'before','severity':2},"
                                            "{'source':'bad','severity':1,'description':'%s'},"
                                            "{'source':'good','message_key':'after','severity':2}]}", megabyte);
    assert_int_equal(csm_tk_int(p->tk, answer, "accepted"), 2);
    csm_tk_assert_str(csm_tk_str(p->tk, answer, "results.1.field"), "description");
    assert_non_null(strstr(csm_tk_str(p->tk, answer, "results.1.message"), "1048576 bytes are more"));
    (void)shows(p, "before", "Open", 2, 1);
    (void)shows(p, "after", "Open", 2, 1);
    assert_int_equal(csm_tk_count(p->tk, EVENT, "source=bad"), 0);
    assert_int_equal(csm_tk_count(p->tk, ALERT, "source=bad"), 0);
    as(p, "mon");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "event.send", "{'events':[]}");
    free(megabyte);
}

static void acceptance_313_unknown_items(void **state)
{
    people *p = *state;
    const char *one = item(p, "cmdb_ci", "twin"), *third;

    (void)event(p, "kc1", 1, ",'node':'nobody-knows'");
    assert_true(csm_tk_is_nil(p->tk, alert_of(p, "kc1"), "cmdb_ci"));
    assert_non_null(strstr(csm_tk_str(p->tk, csm_tk_first(p->tk, EVENT, "message_key=kc1"), "processing_notes"), "nobody-knows"));
    (void)item(p, "cmdb_ci_service", "twin");
    (void)event(p, "kc2", 1, ",'node':'twin'"); /* which of the two? */
    assert_true(csm_tk_is_nil(p->tk, alert_of(p, "kc2"), "cmdb_ci"));
    (void)event(p, "kc2", 1, ",'node':'twin','ci_identifier':{'sys_id':'none'}");
    assert_true(csm_tk_is_nil(p->tk, alert_of(p, "kc2"), "cmdb_ci"));
    third = csm_tk_keep_text(p->tk, csm_str_of(one));
    {
        char more[120];

        (void)snprintf(more, sizeof(more), ",'ci_identifier':{'sys_id':'%s'}", third);
        (void)event(p, "kc2", 1, more); /* known at last */
    }
    csm_tk_assert_str(csm_tk_str(p->tk, alert_of(p, "kc2"), "cmdb_ci"), one);
}

/* ---- operators, flapping ---- */

static void operators_work_alerts(void **state)
{
    people *p = *state;
    const csm_value *alert;
    const char *id;

    (void)event(p, "kop", 2, "");
    id = csm_tk_str(p->tk, alert_of(p, "kop"), "sys_id");
    alert = csm_tk_ok(p->tk, "alert.acknowledge", "{'id':'%s','work_notes':'looking'}", id);
    assert_true(csm_tk_bool(p->tk, alert, "acknowledged"));
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "alert.acknowledge", "{'id':'%s'}", id);
    (void)people_do(p, "alert.close", id);
    (void)shows(p, "kop", "Closed", 2, 1);
    (void)event(p, "kop", 1, ",'time_of_event':'2020-01-01T00:00:00Z'"); /* what he closed */
    (void)shows(p, "kop", "Closed", 2, 2);
    (void)people_do(p, "alert.reopen", id);
    (void)shows(p, "kop", "Reopen", 2, 2);
    assert_false(csm_tk_bool(p->tk, alert_of(p, "kop"), "acknowledged"));
    (void)people_do(p, "alert.close", id);
    csm_tk_advance(p->tk, INT64_C(301) * 1000000);
    (void)event(p, "kop", 1, "");
    as(p, "opal"); /* two of one key do not stand at once */
    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "alert.reopen", "{'id':'%s'}", id);
}

static void alerts_flap_and_settle(void **state)
{
    people *p = *state;

    people_set_property(p, "evt_mgmt.flap_count", "3");
    for (int n = 0; n < 2; n++) {
        (void)event(p, "kfl", 1, "");
        (void)event(p, "kfl", 0, "");
    }
    (void)shows(p, "kfl", "Closed", 1, 4); /* three flips: closed, back, closed */
    (void)event(p, "kfl", 1, "");
    (void)shows(p, "kfl", "Flapping", 1, 5);
    (void)event(p, "kfl", 0, "");
    (void)shows(p, "kfl", "Flapping", 1, 6);
    csm_tk_advance(p->tk, INT64_C(601) * 1000000);
    csm_tk_settle(p->tk);
    (void)shows(p, "kfl", "Closed", 1, 6); /* its last word was a clear */
    for (int n = 0; n < 3; n++) {
        (void)event(p, "kfm", 1, "");
        (void)event(p, "kfm", 0, "");
    }
    (void)event(p, "kfm", 2, "");
    (void)shows(p, "kfm", "Flapping", 2, 7);
    csm_tk_advance(p->tk, INT64_C(601) * 1000000);
    csm_tk_settle(p->tk);
    (void)shows(p, "kfm", "Open", 2, 7);
    people_set_property(p, "evt_mgmt.flap_count", "10");
}

/* ---- impact ---- */

static void impact_climbs(void **state)
{
    people *p = *state;
    const char *box = item(p, "cmdb_ci", "box-i"), *head = item(p, "cmdb_ci", "head-i"), *tv = item(p, "cmdb_ci_service", "tv-i");
    const char *other = item(p, "cmdb_ci_service", "other-i"), *id;

    depends(p, head, box);
    depends(p, tv, head);
    depends(p, box, tv); /* a circle */
    (void)event(p, "ki", 2, ",'node':'box-i'");
    id = csm_tk_str(p->tk, alert_of(p, "ki"), "sys_id");
    assert_int_equal(csm_tk_count(p->tk, "em_impacted_ci", "alert=%s", id), 3);
    assert_int_equal(fares(p, tv), 2);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, "em_impact_status", "element_id=%s", tv), "business_service"), tv);
    assert_int_equal(csm_tk_count(p->tk, "em_impact_status", "element_id=%s", other), 0);
    (void)event(p, "ki2", 1, ",'node':'head-i'");
    assert_int_equal(fares(p, tv), 1); /* the worst */
    (void)event(p, "ki2", 4, ",'node':'head-i'");
    assert_int_equal(fares(p, tv), 2);
    (void)event(p, "ki", 0, "");
    assert_int_equal(fares(p, tv), 4);
    as(p, "opal");
    (void)csm_tk_ok(p->tk, "alert.start_maintenance", "{'id':'%s'}", csm_tk_str(p->tk, alert_of(p, "ki2"), "sys_id"));
    csm_tk_settle(p->tk);
    assert_int_equal(fares(p, tv), 0);
    (void)csm_tk_ok(p->tk, "alert.end_maintenance", "{'id':'%s'}", csm_tk_str(p->tk, alert_of(p, "ki2"), "sys_id"));
    csm_tk_settle(p->tk);
    assert_int_equal(fares(p, tv), 4);
    people_set_property(p, "evt_mgmt.impact_limit", "2");
    as(p, "opal");
    (void)csm_tk_ok(p->tk, "alert.refresh", "{'id':'%s'}", csm_tk_str(p->tk, alert_of(p, "ki2"), "sys_id"));
    csm_tk_settle(p->tk);
    assert_true(csm_tk_bool(p->tk, alert_of(p, "ki2"), "impact_cut"));
    assert_int_equal(csm_tk_count(p->tk, "em_impacted_ci", "alert.message_key=ki2"), 2);
    people_set_property(p, "evt_mgmt.impact_limit", "1000");
}

static void impact_of_many(void **state)
{
    people *p = *state;
    const char *hub = item(p, "cmdb_ci", "hub"), *id;

    for (int n = 0; n < 100; n++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "spoke-%d", n);
        depends(p, item(p, "cmdb_ci", name), hub);
    }
    (void)event(p, "khub", 1, ",'node':'hub'"); /* three pages */
    id = csm_tk_str(p->tk, alert_of(p, "khub"), "sys_id");
    assert_int_equal(csm_tk_count(p->tk, "em_impacted_ci", "alert=%s", id), 101);
    (void)event(p, "khub", 0, "");
    assert_int_equal(csm_tk_count(p->tk, "em_impacted_ci", "alert=%s", id), 0);
    assert_int_equal(fares(p, hub), 0);
}

/* ---- management rules ---- */

static void rules_raise_incidents(void **state)
{
    people *p = *state;
    const csm_value *alert, *incident;
    const char *rule;

    (void)item(p, "cmdb_ci", "web-r");
    as(p, "ada");
    rule = csm_tk_insert(p->tk, RULE, "{'name':'bad ones','action':'create_incident','condition':'severity<=2^source=probe','delay':60}");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'name':'x','action':'run_flow'}}", RULE);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert",
                       "{'table':'%s','values':{'name':'x','action':'create_incident','condition':'colour=red'}}", RULE);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert",
                       "{'table':'%s','values':{'name':'x','action':'create_incident','condition':'severityCHANGES'}}", RULE);
    (void)event(p, "kr1", 1, ",'node':'web-r','description':'web is down'");
    (void)event(p, "kr2", 3, ",'node':'web-r'");
    (void)event(p, "kr3", 1, "");
    (void)event(p, "kr3", 0, ""); /* over before the delay is */
    assert_true(csm_tk_is_nil(p->tk, alert_of(p, "kr1"), "task"));
    csm_tk_advance(p->tk, INT64_C(61) * 1000000);
    csm_tk_settle(p->tk);
    alert = alert_of(p, "kr1");
    assert_false(csm_tk_is_nil(p->tk, alert, "task"));
    assert_true(csm_tk_is_nil(p->tk, alert_of(p, "kr2"), "task"));
    assert_true(csm_tk_is_nil(p->tk, alert_of(p, "kr3"), "task"));
    as(p, "tim");
    incident = csm_tk_get(p->tk, "incident", csm_tk_str(p->tk, alert, "task"));
    csm_tk_assert_str(csm_tk_str(p->tk, incident, "short_description"), "web is down");
    assert_int_equal(csm_tk_int(p->tk, incident, "priority"), 1);
    csm_tk_assert_str(csm_tk_str(p->tk, incident, "cmdb_ci"), csm_tk_str(p->tk, alert, "cmdb_ci"));
    (void)event(p, "kr1", 2, ""); /* one is enough */
    csm_tk_advance(p->tk, INT64_C(61) * 1000000);
    csm_tk_settle(p->tk);
    csm_tk_assert_str(csm_tk_str(p->tk, alert_of(p, "kr1"), "task"), csm_tk_str(p->tk, incident, "sys_id"));
    as(p, "ada"); /* nobody runs this one: told, not tried for ever */
    (void)csm_tk_update(p->tk, RULE, rule, "{'active':false}");
    (void)csm_tk_insert(p->tk, RULE, "{'name':'page','action':'run_flow','flow':'page someone','condition':'message_key=kr4'}");
    (void)event(p, "kr4", 1, "");
    alert = csm_tk_get(p->tk, ALERT, csm_tk_str(p->tk, alert_of(p, "kr4"), "sys_id"));
    csm_tk_assert_str(csm_tk_str(p->tk, alert, "work_notes.0.text"), "Rule \"page\" did nothing: no plugin runs this action");
}

static void operators_raise_incidents(void **state)
{
    people *p = *state;
    const csm_value *incident;
    const char *id;

    (void)event(p, "kinc", 4, "");
    id = csm_tk_str(p->tk, alert_of(p, "kinc"), "sys_id");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "alert.create_incident", "{'id':'%s'}", id);
    as(p, "otto");
    incident = csm_tk_ok(p->tk, "alert.create_incident", "{'id':'%s'}", id);
    csm_tk_assert_str(csm_tk_str(p->tk, incident, "short_description"), "kinc");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "alert.create_incident", "{'id':'%s'}", id);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, ALERT, id), "task"), csm_tk_str(p->tk, incident, "sys_id"));
}

/* ---- purging ---- */

static void old_events_go_alerts_stay(void **state)
{
    people *p = *state;

    (void)event(p, "kold", 1, "");
    csm_tk_advance(p->tk, INT64_C(8) * 86400 * 1000000);
    csm_tk_settle(p->tk);
    as(p, "opal");
    assert_int_equal(csm_tk_count(p->tk, EVENT, "message_key=kold"), 0);
    (void)shows(p, "kold", "Open", 1, 1);
}

static void alerts_that_closed_long_ago_go(void **state)
{
    people *p = *state;
    const char *open, *closed, *used;

    (void)event(p, "kused", 1, "");
    used = shows(p, "kused", "Open", 1, 1);
    as(p, "otto");
    (void)people_do(p, "alert.create_incident", used);
    (void)event(p, "kused", 0, "");
    (void)event(p, "kstays", 1, "");
    open = shows(p, "kstays", "Open", 1, 1);
    (void)event(p, "kgoes", 1, "");
    (void)event(p, "kgoes", 0, "");
    closed = shows(p, "kgoes", "Closed", 1, 2);
    people_set_property(p, "evt_mgmt.alert_days", "30");
    csm_tk_advance(p->tk, INT64_C(29) * 86400 * 1000000);
    csm_tk_settle(p->tk);
    as(p, "opal");
    assert_true(csm_tk_sees(p->tk, ALERT, closed));
    csm_tk_advance(p->tk, INT64_C(2) * 86400 * 1000000);
    csm_tk_settle(p->tk);
    assert_false(csm_tk_sees(p->tk, ALERT, closed));
    assert_true(csm_tk_sees(p->tk, ALERT, open));
    assert_true(csm_tk_sees(p->tk, ALERT, used)); /* it tells why there is the incident */
    people_set_property(p, "evt_mgmt.alert_days", "365");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_301_fold_clear_reopen),
        people_test(acceptance_301_wrong_side),
        people_test(acceptance_313_in_any_order),
        people_test(acceptance_313_keys),
        people_test(acceptance_313_bad_events_keep_their_batch),
        people_test(acceptance_313_unknown_items),
        people_test(operators_work_alerts),
        people_test(alerts_flap_and_settle),
        people_test(impact_climbs),
        people_test(impact_of_many),
        people_test(rules_raise_incidents),
        people_test(operators_raise_incidents),
        people_test(old_events_go_alerts_stay),
        people_test(alerts_that_closed_long_ago_go),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
