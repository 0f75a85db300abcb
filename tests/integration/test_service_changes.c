/* Acceptance of cases with changes and problems (items 254, 255, 257 to 263, 265). */
#include "support.h"

/* ---- changes ---- */

static const char *question_of(people *p, const char *id)
{
    const char *before = p->who, *found;

    as(p, "adam");
    found = csm_tk_str(p->tk, csm_tk_first(p->tk, "sysapproval_approver", "sysapproval=%s^state=requested", id), "sys_id");
    as(p, before);
    return found;
}

static void acceptance_254_customer_approval(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "new line"), *question;

    (void)csm_tk_ok(p->tk, "case.request_approval", "{'id':'%s','comments':'may we swap the router?'}", id);
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, CASE, id), "approval"), "requested");
    assert_non_null(strstr(people_said(p, CASE, id, "comments"), "swap the router"));
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.request_approval", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'approval':'approved'}}", CASE, id);
    as(p, "sol");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.create_change", "{'id':'%s'," DATES ",'assigned_to':'%s'}", id, p->tim);
    assert_true(csm_tk_is_nil(p->tk, people_row(p, CASE, id), "change"));
    question = question_of(p, id);
    as(p, "pam"); /* a colleague is not asked */
    csm_tk_hidden(p->tk, "sysapproval_approver", question);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update",
                       "{'table':'sysapproval_approver','id':'%s','values':{'state':'not_required'}}", question);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update",
                       "{'table':'sysapproval_approver','id':'%s','values':{'approver':'%s'}}", question, p->pam);
    (void)csm_tk_update(p->tk, "sysapproval_approver", question, "{'state':'approved','comments':'at night, please'}");
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, CASE, id), "approval"), "approved");
    assert_non_null(strstr(people_said(p, CASE, id, "comments"), "at night, please"));
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.update",
                       "{'table':'sysapproval_approver','id':'%s','values':{'state':'rejected'}}", question);
    (void)raise_change(p, id);
}

static void acceptance_254_rejected(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "new line");

    (void)people_do(p, "case.request_approval", id);
    as(p, "pat");
    (void)csm_tk_update(p->tk, "sysapproval_approver", question_of(p, id), "{'state':'rejected'}");
    as(p, "sol");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.create_change", "{'id':'%s'," DATES ",'assigned_to':'%s'}", id, p->tim);
    (void)people_do(p, "case.request_approval", id); /* after talking, he is asked again and answers by phone */
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.record_approval", "{'id':'%s'}", id);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.record_approval", "{'id':'%s','comments':'me'}", id);
    as(p, "sol");
    (void)csm_tk_ok(p->tk, "case.record_approval", "{'id':'%s','comments':'pat agreed by phone on Monday'}", id);
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, CASE, id), "approval"), "approved");
    (void)raise_change(p, id);
}

static void acceptance_254_a_colleague_is_asked_too(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "new line"), *his;

    as(p, "adam");
    his = csm_tk_insert(p->tk, "sysapproval_approver", "{'sysapproval':'%s','approver':'%s'}", id, p->ivy);
    as(p, "sol"); /* what the customer said is no answer of hers */
    (void)csm_tk_ok(p->tk, "case.record_refusal", "{'id':'%s','comments':'pat said no by phone'}", id);
    as(p, "ivy");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "sysapproval_approver", his), "state"), "requested");
}

static void acceptance_254_of_one_without_login(void **state)
{
    people *p = *state;
    const char *person, *id;

    as(p, NULL);
    person = csm_tk_insert(p->tk, "csm_consumer", "{'first_name':'No','last_name':'Login','email':'no@example.com'}");
    csm_tk_grant(p->tk, p->cora, "sn_change_write");
    as(p, "cora");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'c','consumer':'%s'}", person);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.request_approval", "{'id':'%s'}", id);
    (void)csm_tk_ok(p->tk, "case.record_refusal", "{'id':'%s','comments':'said no by mail'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.create_change", "{'id':'%s'," DATES ",'assigned_to':'%s'}", id, p->tim);
    (void)csm_tk_ok(p->tk, "case.record_approval", "{'id':'%s','comments':'said yes in person'}", id);
    (void)csm_tk_ok(p->tk, "case.create_change", "{'id':'%s'," DATES ",'assigned_to':'%s'}", id, p->tim);
}

static void acceptance_254_required(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "new line"), *template;

    people_set_property(p, "csm.change.customer_approval_required", "true");
    as(p, "sol");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.create_change", "{'id':'%s'," DATES ",'assigned_to':'%s'}", id, p->tim);
    as(p, NULL);
    template = csm_tk_insert(p->tk, "std_change_producer", "{'name':'Reboot'}");
    as(p, "sol");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.create_change", "{'id':'%s','type':'standard'," DATES ",'assigned_to':'%s'}", id,
                       p->tim);
    (void)csm_tk_ok(p->tk, "case.create_change", "{'id':'%s','type':'standard','std_change_producer':'%s'," DATES
                    ",'assigned_to':'%s'}", id, template, p->tim);
    people_set_property(p, "csm.change.customer_approval_required", "false");
}

static void acceptance_255_complete_or_not(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "new line"), *group;
    const csm_value *rec;

    as(p, NULL);
    group = csm_tk_insert(p->tk, "sys_user_group", "{'name':'Implementers'}");
    as(p, "sol");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.create_change", "{'id':'%s','assigned_to':'%s'}", id, p->tim);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "start_date");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.create_change", "{'id':'%s'," DATES "}", id);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "assigned_to");
    rec = csm_tk_ok(p->tk, "case.create_change", "{'id':'%s'," DATES ",'assignment_group':'%s'}", id, group);
    assert_int_equal(csm_tk_int(p->tk, rec, "state"), -5);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "short_description"), "new line");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "company"), p->P);
    assert_int_equal(csm_tk_int(p->tk, rec, "priority"), 4);
    assert_int_equal(strncmp(csm_tk_str(p->tk, rec, "number"), "CHG", 3), 0);
}

/* To Closed, as tim. */
static void complete(people *p, const char *change)
{
    const char *before = p->who;

    as(p, NULL);
    (void)csm_tk_update(p->tk, "change_request", change, "{'start_date':'2020-01-01T00:00:00Z','assignment_group':'%s'}", p->desk);
    as(p, "tim");
    (void)people_do(p, "change.assess", change);
    (void)people_do(p, "change.authorize", change);
    (void)people_do(p, "change.schedule", change);
    (void)people_do(p, "change.implement", change);
    (void)people_do(p, "change.review", change);
    (void)csm_tk_ok(p->tk, "change.close", "{'id':'%s','close_code':'successful_issues','close_notes':'took longer'}", change);
    as(p, before);
}

static void acceptance_257_change_tells_its_cases(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "new line"), *change = raise_change(p, id);

    as(p, "tim");
    (void)csm_tk_update(p->tk, "change_request", change, "{'type':'emergency'}");
    (void)csm_tk_update(p->tk, "change_request", change, "{'type':'normal','assignment_group':'%s','comments':'parts ordered'}",
                        p->desk);
    (void)people_do(p, "change.assess", change);
    (void)csm_tk_update(p->tk, "change_request", change, "{'on_hold':true,'on_hold_reason':'no parts'}");
    (void)csm_tk_update(p->tk, "change_request", change, "{'on_hold':false}");
    (void)people_do(p, "change.revert", change);
    complete(p, change);
    noted(p, id, "Normal -> Emergency");
    noted(p, id, "parts ordered");
    noted(p, id, "New -> Assess");
    noted(p, id, "on hold: no parts");
    noted(p, id, "hold lifted");
    noted(p, id, "Review -> Closed");
    noted(p, id, "Successful with issues: took longer");
}

static void acceptance_258_caused_by_change(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "broken since"), *fixed = people_case(p, "to be fixed"), *change = raise_change(p, fixed);

    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'caused_by':'%s'}}", CASE, id, change);
    as(p, "sol");
    (void)csm_tk_update(p->tk, CASE, id, "{'caused_by':'%s'}", change);
    assert_int_equal(csm_tk_count(p->tk, CASE, "caused_by=%s", change), 1);
    assert_true(people_has(p, CASE, "caused_byISNOTEMPTY", id));
    assert_int_equal(csm_tk_count(p->tk, CASE, "change=%s^sys_id=%s", change, fixed), 1);
    assert_int_equal(csm_tk_count(p->tk, CASE, "change=%s^sys_id=%s", change, id), 0);
}

static void acceptance_259_a_new_change(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *first = raise_change(p, id), *second;

    as(p, "sol");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.create_change", "{'id':'%s'," DATES ",'assigned_to':'%s'}", id, p->tim);
    complete(p, first);
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "case.propose_solution", "{'id':'%s','resolution_code':'closed_chg','close_notes':'n'}", id);
    as(p, "pat");
    (void)csm_tk_ok(p->tk, "case.reject_solution", "{'id':'%s','comments':'still slow'}", id);
    second = raise_change(p, id);
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, CASE, id), "change"), second);
}

/* ---- problems ---- */

static void acceptance_260_one_cause(void **state)
{
    people *p = *state;
    const char *cases[3], *incidents[3], *problem, *number;

    for (int n = 0; n < 3; n++) {
        cases[n] = people_case(p, "slow");
        incidents[n] = raise(p, cases[n], "incident");
    }
    as(p, "tim");
    problem = csm_tk_str(p->tk, csm_tk_ok(p->tk, "incident.create_problem", "{'id':'%s'}", incidents[0]), "sys_id");
    (void)csm_tk_ok(p->tk, "incident.associate_problem", "{'id':'%s','problem':'%s'}", incidents[1], problem);
    (void)csm_tk_ok(p->tk, "incident.associate_problem", "{'id':'%s','problem':'%s'}", incidents[2], problem);
    number = csm_tk_str(p->tk, people_row(p, "problem", problem), "number");
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, "problem", problem), "first_reported_by_task"), incidents[0]);
    for (int n = 0; n < 3; n++) {
        csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, "incident", incidents[n]), "problem_id"), problem);
        csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, CASE, cases[n]), "problem"), problem);
        noted(p, cases[n], number);
    }
}

static void acceptance_261_after_a_workaround(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *incident = raise(p, id, "incident"), *problem;

    resolve(p, incident);
    problem = raise(p, id, "problem");
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, CASE, id), "problem"), problem);
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "case.propose_solution", "{'id':'%s','resolution_code':'workaround_open_prb','close_notes':'n'}", id);
}

static void acceptance_262_communicated(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "slow"), *problem = raise(p, id, "problem");

    as(p, "tim");
    (void)csm_tk_ok(p->tk, "problem.communicate_workaround", "{'id':'%s','workaround':'use port 2'}", problem);
    (void)csm_tk_ok(p->tk, "problem.assess", "{'id':'%s','assigned_to':'%s'}", problem, p->tim);
    (void)people_do(p, "problem.confirm", problem);
    (void)csm_tk_ok(p->tk, "problem.communicate_fix", "{'id':'%s','fix_notes':'firmware 9'}", problem);
    noted(p, id, "workaround: use port 2");
    noted(p, id, "fix: firmware 9");
    noted(p, id, "Assess -> Root Cause Analysis");
}

static void acceptance_263_how_a_problem_ends(void **state)
{
    people *p = *state;
    const char *canceled = people_case(p, "a"), *risky = people_case(p, "b"), *fixed = people_case(p, "c"), *problem;

    problem = raise(p, canceled, "problem");
    as(p, "tim");
    (void)csm_tk_ok(p->tk, "problem.cancel", "{'id':'%s','close_notes':'was none'}", problem);
    noted(p, canceled, "canceled: was none");
    problem = raise(p, risky, "problem");
    (void)csm_tk_ok(p->tk, "problem.assess", "{'id':'%s','assigned_to':'%s'}", problem, p->tim);
    (void)csm_tk_ok(p->tk, "problem.resolve", "{'id':'%s','resolution_code':'risk_accepted','cause_notes':'old fans'}", problem);
    (void)csm_tk_ok(p->tk, "problem.close", "{'id':'%s','close_notes':'too dear'}", problem);
    noted(p, risky, "Cause: old fans");
    noted(p, risky, "Risk: too dear");
    problem = raise(p, fixed, "problem");
    (void)csm_tk_ok(p->tk, "problem.assess", "{'id':'%s','assigned_to':'%s'}", problem, p->tim);
    (void)people_do(p, "problem.confirm", problem);
    (void)csm_tk_ok(p->tk, "problem.fix", "{'id':'%s','cause_notes':'dust'}", problem);
    (void)csm_tk_ok(p->tk, "problem.resolve", "{'id':'%s','resolution_code':'fix_applied','fix_notes':'cleaned'}", problem);
    noted(p, fixed, "Cause: dust");
    noted(p, fixed, "Fix: cleaned");
}

static void acceptance_265_waiting_incidents(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "slow"), *incident = raise(p, id, "incident"), *problem;

    as(p, "tim");
    problem = csm_tk_str(p->tk, csm_tk_ok(p->tk, "incident.create_problem", "{'id':'%s'}", incident), "sys_id");
    (void)csm_tk_ok(p->tk, "incident.hold", "{'id':'%s','hold_reason':3}", incident);
    (void)csm_tk_ok(p->tk, "problem.assess", "{'id':'%s','assigned_to':'%s'}", problem, p->tim);
    (void)csm_tk_ok(p->tk, "problem.resolve", "{'id':'%s','resolution_code':'fix_applied','cause_notes':'c','fix_notes':'f'}", problem);
    assert_int_equal(csm_tk_int(p->tk, people_row(p, "incident", incident), "state"), 6);
    noted(p, id, "Resolved by problem");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_254_customer_approval),
        people_test(acceptance_254_rejected),
        people_test(acceptance_254_a_colleague_is_asked_too),
        people_test(acceptance_254_of_one_without_login),
        people_test(acceptance_254_required),
        people_test(acceptance_255_complete_or_not),
        people_test(acceptance_257_change_tells_its_cases),
        people_test(acceptance_258_caused_by_change),
        people_test(acceptance_259_a_new_change),
        people_test(acceptance_260_one_cause),
        people_test(acceptance_261_after_a_workaround),
        people_test(acceptance_262_communicated),
        people_test(acceptance_263_how_a_problem_ends),
        people_test(acceptance_265_waiting_incidents),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
