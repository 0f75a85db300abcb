/* Acceptance of the action status of cases: what they wait for, and which need somebody to act (items 224 to 230). */
#include "people.h"

#include <stdio.h>

#define CASE "sn_customerservice_case"
#define BLOCKER "sn_action_status_blocked_by"

static int setup(void **state)
{
    people *p = people_start("service_management,action_status");

    *state = p;
    (void)csm_tk_user(p->tk, "sol", "sn_customerservice_agent,sn_incident_write,sn_problem_write,sn_change_write");
    csm_tk_grant(p->tk, p->ann, "sn_incident_write");
    (void)csm_tk_update(p->tk, "sys_user", p->ann, "{'email':'ann@example.com'}");
    return 0;
}

static void shows(people *p, const char *id, const char *status)
{
    const char *before = p->who;
    const csm_value *rec;

    as(p, "adam");
    rec = csm_tk_get(p->tk, CASE, id);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "action_status"), status);
    assert_int_equal(csm_tk_bool(p->tk, rec, "needs_attention"), strcmp(status, "needs_attention") == 0);
    as(p, before);
}

static int64_t waits(people *p, const char *id)
{
    const char *before = p->who;
    int64_t count;

    as(p, "adam");
    count = csm_tk_count(p->tk, BLOCKER, "blocked=%s^active=true", id);
    as(p, before);
    return count;
}

static const char *raise(people *p, const char *id, const char *what)
{
    const char *before = p->who, *made;
    char method[64];

    (void)snprintf(method, sizeof(method), "case.create_%s", what);
    as(p, "sol");
    if (strcmp(what, "change") == 0)
        made = csm_tk_str(p->tk, csm_tk_ok(p->tk, method, "{'id':'%s','start_date':'2030-01-01T00:00:00Z',"
                                           "'end_date':'2030-01-02T00:00:00Z','assigned_to':'%s'}", id, p->tim), "sys_id");
    else
        made = csm_tk_str(p->tk, csm_tk_ok(p->tk, method, "{'id':'%s'}", id), "sys_id");
    as(p, before);
    return made;
}

static void resolve(people *p, const char *incident)
{
    as(p, "tim");
    (void)csm_tk_ok(p->tk, "incident.resolve", "{'id':'%s','close_code':'Solution provided','close_notes':'n'}", incident);
}

static void acceptance_224_what_a_case_waits_for(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 18);

    shows(p, id, "blocked_by_customer");
    (void)raise(p, id, "incident");
    shows(p, id, "blocked_internally_and_by_customer");
    assert_int_equal(waits(p, id), 2);
    id = people_case_in(p, 10);
    shows(p, id, "");
    (void)raise(p, id, "incident");
    shows(p, id, "blocked_internally");
    as(p, "sol");
    assert_int_equal(csm_tk_count(p->tk, BLOCKER, "blocked=%s", id), 1);
    as(p, "pat"); /* nothing of this is the customer's */
    assert_int_equal(csm_tk_count(p->tk, BLOCKER, "blocked=%s", id), 0);
    assert_false(csm_tk_has(csm_tk_get(p->tk, CASE, id), "action_status"));
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'action_status':'needs_attention'}}",
                       CASE, id);
}

static void acceptance_225_the_incident_is_resolved(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *incident = raise(p, id, "incident");
    int64_t mails = people_mails(p, "ann", "needs your attention"), news = people_mails(p, "ann", "no longer waits");
    const csm_value *row;

    resolve(p, incident);
    shows(p, id, "needs_attention");
    assert_int_equal(waits(p, id), 0);
    as(p, "ann");
    row = csm_tk_first(p->tk, BLOCKER, "blocked=%s", id);
    csm_tk_assert_str(csm_tk_str(p->tk, row, "blocked_by"), incident);
    csm_tk_assert_str(csm_tk_str(p->tk, row, "unblocked_by"), p->tim);
    assert_false(csm_tk_is_nil(p->tk, row, "unblocked_on"));
    assert_int_equal(people_mails(p, "ann", "needs your attention"), mails + 1);
    assert_int_equal(people_mails(p, "ann", "no longer waits"), news + 1);
    (void)csm_tk_update(p->tk, CASE, id, "{'needs_attention':false}");
    (void)csm_tk_ok(p->tk, "case.reopen_incident", "{'id':'%s'}", id); /* the case waits for it again */
    shows(p, id, "blocked_internally");
    assert_int_equal(waits(p, id), 1);
}

static void acceptance_225_the_link_ends(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);

    (void)raise(p, id, "problem");
    assert_int_equal(waits(p, id), 1);
    as(p, "sol");
    (void)people_do(p, "case.remove_problem", id);
    assert_int_equal(waits(p, id), 0);
    shows(p, id, "needs_attention");
}

static void acceptance_225_tasks_of_the_case(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *one, *two;

    as(p, "ann");
    one = csm_tk_insert(p->tk, "sn_customerservice_task", "{'short_description':'send a part','parent_case':'%s'}", id);
    two = csm_tk_insert(p->tk, "sn_customerservice_task", "{'short_description':'ask sales','parent_case':'%s'}", id);
    shows(p, id, "blocked_internally");
    assert_int_equal(waits(p, id), 2);
    (void)people_do(p, "case_task.complete", one);
    assert_int_equal(waits(p, id), 1);
    (void)csm_tk_update(p->tk, CASE, id, "{'needs_attention':false}");
    shows(p, id, "blocked_internally");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'sn_customerservice_task','id':'%s'}", two);
    assert_int_equal(waits(p, id), 0);
    shows(p, id, "");
}

static void acceptance_226_who_comments(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);

    as(p, "ann");
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'we are on it'}");
    shows(p, id, "");
    as(p, "pat");
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'hurry'}");
    shows(p, id, "needs_attention");
    id = people_case_in(p, 10);
    as(p, "abe");
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'had this once'}");
    shows(p, id, "needs_attention");
    id = people_case_in(p, 18);
    as(p, "pat");
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'the red one'}");
    shows(p, id, "needs_attention");
    assert_int_equal(waits(p, id), 0);
    id = people_case_in(p, 18);
    as(p, "ann"); /* the assignee knows that he stopped waiting */
    (void)people_do(p, "case.open_case", id);
    shows(p, id, "");
    id = people_case_in(p, 6);
    as(p, "pat");
    (void)csm_tk_ok(p->tk, "case.reject_solution", "{'id':'%s','comments':'no'}", id);
    shows(p, id, "needs_attention");
}

static void acceptance_227_who_clears(void **state)
{
    static const char *const may[] = { "ann", "mia", "adam" };
    people *p = *state;
    const char *id = people_case_in(p, 10);

    for (size_t n = 0; n < sizeof(may) / sizeof(may[0]); n++) {
        as(p, "abe"); /* any agent may ask for attention, not end it */
        (void)csm_tk_update(p->tk, CASE, id, "{'needs_attention':true}");
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'needs_attention':false}}", CASE,
                           id);
        shows(p, id, "needs_attention");
        as(p, may[n]);
        (void)csm_tk_update(p->tk, CASE, id, "{'needs_attention':false}");
        shows(p, id, "");
    }
    as(p, "ann");
    (void)csm_tk_update(p->tk, CASE, id, "{'needs_attention':true}");
    (void)csm_tk_ok(p->tk, "case.request_info", "{'id':'%s','comments':'which one?'}", id);
    shows(p, id, "blocked_by_customer");
}

static void acceptance_228_flows_are_switched_off(void **state)
{
    static const char *const flows[] = { "awaiting_info", "incident", "problem", "change", "case_task" };
    people *p = *state;

    for (size_t n = 0; n < sizeof(flows) / sizeof(flows[0]); n++)
        for (int on = 0; on <= 1; on++) {
            const char *id = people_case_in(p, 10);
            char property[64];

            (void)snprintf(property, sizeof(property), "csm.action_status.flow.%s", flows[n]);
            people_set_property(p, property, on == 1 ? "true" : "false");
            as(p, "ann");
            if (n == 0)
                (void)csm_tk_ok(p->tk, "case.request_info", "{'id':'%s','comments':'which one?'}", id);
            else if (n == 4)
                (void)csm_tk_insert(p->tk, "sn_customerservice_task", "{'short_description':'t','parent_case':'%s'}", id);
            else
                (void)raise(p, id, flows[n]);
            assert_int_equal(waits(p, id), on);
        }
}

static void acceptance_229_workaround_or_fix(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *other = people_case_in(p, 10), *problem = raise(p, id, "problem"), *blocker;

    as(p, "sol");
    (void)csm_tk_ok(p->tk, "case.associate_problem", "{'id':'%s','problem':'%s'}", other, problem);
    blocker = csm_tk_str(p->tk, csm_tk_first(p->tk, BLOCKER, "blocked=%s", id), "sys_id");
    (void)csm_tk_update(p->tk, BLOCKER, blocker, "{'reason':'need_prb_workaround'}");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'reason':'other'}}", BLOCKER,
                       blocker);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'active':false}}", BLOCKER, blocker);
    as(p, "tim");
    (void)csm_tk_ok(p->tk, "problem.communicate_workaround", "{'id':'%s','workaround':'port 2'}", problem);
    assert_int_equal(waits(p, id), 0);
    shows(p, id, "needs_attention");
    assert_int_equal(waits(p, other), 1);
    shows(p, other, "blocked_internally");
    (void)csm_tk_ok(p->tk, "problem.assess", "{'id':'%s','assigned_to':'%s'}", problem, p->tim);
    (void)people_do(p, "problem.confirm", problem);
    (void)csm_tk_ok(p->tk, "problem.communicate_fix", "{'id':'%s','fix_notes':'firmware 9'}", problem);
    assert_int_equal(waits(p, other), 0);
    shows(p, other, "needs_attention");
    other = people_case_in(p, 10); /* the fix is out: who joins now does not wait for it */
    as(p, "sol");
    (void)csm_tk_ok(p->tk, "case.associate_problem", "{'id':'%s','problem':'%s'}", other, problem);
    assert_int_equal(waits(p, other), 0);
}

/* The customer's word, what it needs and that the case waits no longer are one mail; so is the end of a case. */
static void acceptance_226_one_mail_for_an_answer(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 18), *number;

    as(p, "ann");
    number = csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "number");
    as(p, "pat");
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'the blue one'}");
    assert_int_equal(people_mails(p, "ann", number), 1);
    shows(p, id, "needs_attention");
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "case.request_info", "{'id':'%s','comments':'how blue?'}", id);
    as(p, "pat");
    (void)people_do(p, "case.close_case", id);
    assert_int_equal(people_mails(p, "ann", number), 2);
}

static void acceptance_224_forgotten_in_the_end(void **state)
{
    people *p = *state;
    const char *closed = people_case_in(p, 18), *open = people_case_in(p, 18);

    as(p, "ann");
    (void)csm_tk_ok(p->tk, "case.cancel", "{'id':'%s','work_notes':'twice'}", closed);
    (void)people_do(p, "case.open_case", open);
    as(p, NULL);
    csm_tk_advance(p->tk, 100 * CSM_DAY);
    csm_tk_settle(p->tk);
    assert_int_equal(csm_tk_count(p->tk, BLOCKER, "blocked=%s", closed), 1);
    csm_tk_advance(p->tk, 90 * CSM_DAY);
    csm_tk_settle(p->tk);
    assert_int_equal(csm_tk_count(p->tk, BLOCKER, "blocked=%s", closed), 0);
    assert_int_equal(csm_tk_count(p->tk, BLOCKER, "blocked=%s", open), 1);
}

static void acceptance_230_sorted(void **state)
{
    people *p = *state;
    const char *calm = people_case_in(p, 10), *blocked = people_case_in(p, 18), *urgent = people_case_in(p, 10);
    const csm_value *page;

    as(p, "pat");
    (void)csm_tk_update(p->tk, CASE, urgent, "{'comments':'hurry'}");
    as(p, "ann");
    page = csm_tk_ok(p->tk, "record.query", "{'table':'%s','query':'assigned_to=%s^active=true^sys_idIN%s,%s,%s"
                     "^ORDERBYDESCaction_status'}", CASE, p->ann, calm, blocked, urgent);
    csm_tk_assert_str(csm_tk_str(p->tk, page, "rows.0.sys_id"), urgent);
    csm_tk_assert_str(csm_tk_str(p->tk, page, "rows.1.sys_id"), blocked);
    csm_tk_assert_str(csm_tk_str(p->tk, page, "rows.2.sys_id"), calm);
}

static void acceptance_224_closed_cases_wait_for_nobody(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 18);
    const csm_value *row;

    (void)raise(p, id, "incident");
    csm_tk_advance(p->tk, 60 * CSM_SECOND);
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "case.cancel", "{'id':'%s','work_notes':'twice'}", id);
    assert_int_equal(waits(p, id), 0);
    as(p, "adam");
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "action_status"));
    row = csm_tk_first(p->tk, "sn_action_status_duration", "case=%s^value=blocked_internally_and_by_customer", id);
    assert_int_equal(csm_tk_int(p->tk, row, "duration"), 60);
    assert_int_equal(csm_tk_count(p->tk, "sn_action_status_duration", "case=%s^endISEMPTY", id), 0);
    id = people_case_in(p, 18);
    assert_int_equal(waits(p, id), 1);
    as(p, "adam");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", CASE, id); /* takes its blockers along */
    assert_int_equal(csm_tk_count(p->tk, BLOCKER, "blocked=%s", id), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_224_what_a_case_waits_for),
        people_test(acceptance_224_closed_cases_wait_for_nobody),
        people_test(acceptance_225_the_incident_is_resolved),
        people_test(acceptance_225_the_link_ends),
        people_test(acceptance_225_tasks_of_the_case),
        people_test(acceptance_226_who_comments),
        people_test(acceptance_227_who_clears),
        people_test(acceptance_228_flows_are_switched_off),
        people_test(acceptance_229_workaround_or_fix),
        people_test(acceptance_230_sorted),
        people_test(acceptance_226_one_mail_for_an_answer),
        people_test(acceptance_224_forgotten_in_the_end),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
