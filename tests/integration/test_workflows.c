/* The workflows of a case with an incident (A), a request (B), a change (C) and a problem (D), from end to end through the
 * public protocol: each step by the role named for it, each record with the state named (item 355). */
#include "people.h"

#include <stdio.h>

#define CASE "sn_customerservice_case"

static const char *entitlement; /* what P is entitled to */

/* ann: customer support agent; tim: technical support; pat: customer. */
static int setup(void **state)
{
    people *p = people_start("service_management,request_management,action_status");

    *state = p;
    csm_tk_grant(p->tk, p->ann, "sn_incident_write,sn_problem_write,sn_change_write,sn_request_write");
    as(p, "mia");
    entitlement = csm_tk_insert(p->tk, "service_entitlement", "{'name':'Support of P','account':'%s'}", p->P);
    return 0;
}

static void is(people *p, const char *table, const char *id, int64_t wanted)
{
    const char *before = p->who;
    int64_t got;

    as(p, "adam");
    got = csm_tk_int(p->tk, csm_tk_get(p->tk, table, id), "state");
    if (got != wanted)
        fail_msg("%s is in state %lld, not %lld", table, (long long)got, (long long)wanted);
    as(p, before);
}

/* The level of support, in one answer. */
static void verified(people *p, const char *id)
{
    const csm_value *lines = csm_tk_at(p->tk, csm_tk_ok(p->tk, "case.verify", "{'id':'%s'}", id), "lines");
    bool entitled = false;

    for (uint32_t n = 0; n < lines->count; n++)
        if (strcmp(csm_tk_str(p->tk, &lines->list[n], "check"), "entitlement") == 0)
            entitled = csm_tk_bool(p->tk, &lines->list[n], "ok");
    assert_true(entitled);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "entitlement"), entitlement);
}

/* Create case; verify entitlement, assign. */
static const char *opened(people *p, const char *title)
{
    const char *id;

    as(p, "pat");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'%s','account':'%s','contact':'%s'}", title, p->P, p->pat);
    is(p, CASE, id, 1);
    as(p, "ann");
    verified(p, id);
    (void)people_do(p, "case.assign_to_me", id);
    is(p, CASE, id, 10);
    return id;
}

static void propose(people *p, const char *id, const char *code)
{
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "case.propose_solution", "{'id':'%s','resolution_code':'%s','close_notes':'please try again'}", id, code);
    is(p, CASE, id, 6);
    assert_true(people_mails(p, "pat", "A solution is proposed") > 0);
}

/* The agent sees that something came in and puts the attention down. */
static void review(people *p, const char *id)
{
    as(p, "ann");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "action_status"), "needs_attention");
    (void)csm_tk_update(p->tk, CASE, id, "{'needs_attention':false}");
}

static void reject(people *p, const char *id)
{
    as(p, "pat");
    (void)csm_tk_ok(p->tk, "case.reject_solution", "{'id':'%s','comments':'no better'}", id);
    is(p, CASE, id, 10);
    review(p, id); /* the agent reads the reason */
}

static void accept(people *p, const char *id)
{
    const csm_value *rec;

    as(p, "pat");
    rec = people_do(p, "case.accept_solution", id);
    assert_int_equal(csm_tk_int(p->tk, rec, "state"), 3);
    as(p, "ann");
    rec = csm_tk_get(p->tk, CASE, id);
    assert_false(csm_tk_is_nil(p->tk, rec, "closed_at"));
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "closed_by"), p->pat);
    assert_true(csm_tk_is_nil(p->tk, rec, "action_status"));
    assert_int_equal(csm_tk_count(p->tk, "sn_action_status_blocked_by", "blocked=%s^active=true", id), 0);
}

/* ---- A: incident ---- */

static const char *raise_incident(people *p, const char *id)
{
    const char *incident;

    as(p, "ann");
    incident = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_incident", "{'id':'%s'}", id), "sys_id");
    is(p, "incident", incident, 1);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "action_status"), "blocked_internally");
    as(p, "tim");
    (void)csm_tk_ok(p->tk, "incident.start", "{'id':'%s','assigned_to':'%s'}", incident, p->tim);
    is(p, "incident", incident, 2);
    return incident;
}

static void resolve_incident(people *p, const char *incident, const char *code)
{
    as(p, "tim");
    (void)csm_tk_ok(p->tk, "incident.resolve", "{'id':'%s','close_code':'%s','close_notes':'restarted the exchange'}", incident,
                    code);
    is(p, "incident", incident, 6);
}

static void acceptance_355_case_and_incident(void **state)
{
    people *p = *state;
    const char *id = opened(p, "no dial tone"), *incident = raise_incident(p, id), *next;

    resolve_incident(p, incident, "Solution provided");
    review(p, id);
    assert_true(people_told(p, CASE, id, "work_notes", "restarted the exchange"));
    propose(p, id, "closed_inc");
    reject(p, id);
    as(p, "ann"); /* first the incident there is ... */
    (void)csm_tk_ok(p->tk, "case.reopen_incident", "{'id':'%s','work_notes':'the customer hears nothing'}", id);
    is(p, "incident", incident, 2);
    resolve_incident(p, incident, "Solution provided");
    as(p, "tim");
    (void)people_do(p, "incident.close", incident);
    is(p, "incident", incident, 7);
    propose(p, id, "closed_inc");
    reject(p, id);
    next = raise_incident(p, id); /* ... then, when that is closed, a new one */
    assert_string_not_equal(next, incident);
    resolve_incident(p, next, "Solution provided");
    propose(p, id, "closed_inc");
    accept(p, id);
}

/* ---- B: request ---- */

/* An item that two groups deliver one after the other. */
static const char *offered(people *p)
{
    const char *plan, *item;

    as(p, NULL);
    plan = csm_tk_insert(p->tk, "sc_cat_item_delivery_plan", "{'name':'Swap'}");
    item = csm_tk_insert(p->tk, "sc_cat_item", "{'name':'New box','visible_to_external':true,'fulfillment_plan':'%s'}", plan);
    (void)csm_tk_insert(p->tk, "sc_cat_item_delivery_task", "{'plan':'%s','order':1,'name':'send','group':'%s','assigned_to':'%s'}",
                        plan, p->desk, p->tim);
    (void)csm_tk_insert(p->tk, "sc_cat_item_delivery_task", "{'plan':'%s','order':2,'name':'connect','group':'%s'}", plan, p->desk);
    return item;
}

/* Technical support completes the task that is open, the only one. */
static void fulfil(people *p, const char *item)
{
    const char *task;

    as(p, "tim");
    assert_int_equal(csm_tk_count(p->tk, "sc_task", "request_item=%s^state=1", item), 1);
    task = csm_tk_str(p->tk, csm_tk_first(p->tk, "sc_task", "request_item=%s^state=1", item), "sys_id");
    (void)people_do(p, "catalog_task.start", task);
    (void)people_do(p, "catalog_task.complete", task);
}

static void acceptance_355_case_and_request(void **state)
{
    people *p = *state;
    const char *item = offered(p), *id = opened(p, "box is broken"), *ordered;

    as(p, "ann");
    ordered = csm_tk_str(p->tk, csm_tk_ok(p->tk, "catalog.order", "{'item':'%s','parent':'%s'}", item, id), "sys_id");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "action_status"), "blocked_internally");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, "sc_task", "request_item=%s^state=1", ordered), "assigned_to"), p->tim);
    fulfil(p, ordered);
    is(p, "sc_req_item", ordered, 2);
    fulfil(p, ordered);
    is(p, "sc_req_item", ordered, 3);
    is(p, CASE, id, 10); /* the request is over, the case goes on */
    review(p, id);
    assert_true(people_told(p, CASE, id, "work_notes", "Closed Complete"));
    propose(p, id, "request_complete");
    reject(p, id);
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "request_item.reopen", "{'id':'%s','work_notes':'no picture'}", ordered);
    fulfil(p, ordered);
    review(p, id);
    propose(p, id, "request_complete");
    accept(p, id);
}

/* ---- C: change ---- */

static const char *raise_change(people *p, const char *id)
{
    const char *change;

    as(p, "ann");
    change = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_change",
                                         "{'id':'%s','type':'normal','start_date':'2020-01-01T22:00:00Z',"
                                         "'end_date':'2020-01-01T23:00:00Z','assigned_to':'%s','assignment_group':'%s'}", id,
                                         p->tim, p->desk), "sys_id");
    is(p, "change_request", change, -5);
    return change;
}

static void carry_out(people *p, const char *change)
{
    static const struct {
        const char *method;
        int state;
    } steps[] = { { "change.assess", -4 }, { "change.authorize", -3 }, { "change.schedule", -2 }, { "change.implement", -1 },
                  { "change.review", 0 } };

    as(p, "tim");
    (void)people_do(p, "change.confirm_dates", change);
    for (size_t n = 0; n < sizeof(steps) / sizeof(steps[0]); n++) {
        (void)people_do(p, steps[n].method, change);
        is(p, "change_request", change, steps[n].state);
    }
    (void)csm_tk_ok(p->tk, "change.close", "{'id':'%s','close_code':'successful','close_notes':'router swapped'}", change);
    is(p, "change_request", change, 3);
}

static void acceptance_355_case_and_change(void **state)
{
    people *p = *state;
    const char *id = opened(p, "router too slow"), *change, *question;

    (void)csm_tk_ok(p->tk, "case.request_approval", "{'id':'%s','comments':'may we swap the router?'}", id);
    as(p, "pat");
    question = csm_tk_str(p->tk, csm_tk_first(p->tk, "sysapproval_approver", "sysapproval=%s^state=requested", id), "sys_id");
    (void)csm_tk_update(p->tk, "sysapproval_approver", question, "{'state':'approved'}");
    as(p, "ann");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "approval"), "approved");
    (void)csm_tk_update(p->tk, CASE, id, "{'needs_attention':false}"); /* the customer's word asked for it */
    change = raise_change(p, id);
    carry_out(p, change);
    review(p, id);
    assert_true(people_told(p, CASE, id, "work_notes", "router swapped"));
    propose(p, id, "closed_chg");
    reject(p, id);
    change = raise_change(p, id);
    as(p, "ann");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "change"), change);
    carry_out(p, change);
    propose(p, id, "closed_chg");
    accept(p, id);
}

/* ---- D: problem ---- */

static void acceptance_355_case_and_problem(void **state)
{
    people *p = *state;
    const char *id = opened(p, "calls drop"), *incident = raise_incident(p, id), *problem;
    const csm_value *rec;

    resolve_incident(p, incident, "Workaround provided");
    review(p, id);
    as(p, "tim");
    problem = csm_tk_str(p->tk, csm_tk_ok(p->tk, "incident.create_problem", "{'id':'%s'}", incident), "sys_id");
    is(p, "problem", problem, 101);
    as(p, "ann");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "problem"), problem);
    as(p, "tim");
    rec = csm_tk_ok(p->tk, "problem.assess", "{'id':'%s','assigned_to':'%s'}", problem, p->tim);
    assert_int_equal(csm_tk_int(p->tk, rec, "state"), 102);
    (void)people_do(p, "problem.confirm", problem);
    (void)csm_tk_ok(p->tk, "problem.fix", "{'id':'%s','cause_notes':'loose cable'}", problem);
    is(p, "problem", problem, 104);
    (void)csm_tk_ok(p->tk, "problem.resolve", "{'id':'%s','resolution_code':'fix_applied','fix_notes':'tightened'}", problem);
    is(p, "problem", problem, 106);
    (void)people_do(p, "problem.close", problem);
    is(p, "problem", problem, 107);
    review(p, id);
    assert_true(people_told(p, CASE, id, "work_notes", "loose cable"));
    propose(p, id, "closed_prb");
    reject(p, id);
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "case.reopen_incident", "{'id':'%s'}", id);
    is(p, "incident", incident, 2);
    resolve_incident(p, incident, "Solution provided");
    propose(p, id, "closed_inc");
    accept(p, id);
    is(p, "incident", incident, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_355_case_and_incident),
        people_test(acceptance_355_case_and_request),
        people_test(acceptance_355_case_and_change),
        people_test(acceptance_355_case_and_problem),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
