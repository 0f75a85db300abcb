/* Acceptance of the states of a case: each action, by whom, from where, what it needs and does (items 91 to 104, 367). */
#include "people.h"

#include <stdio.h>

#define CASE "sn_customerservice_case"

static int64_t state_of(people *p, const char *id)
{
    return csm_tk_int(p->tk, people_row(p, CASE, id), "state");
}

static void acceptance_091_assign_to_me(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "taken");
    const csm_value *rec;

    rec = people_do(p, "case.assign_to_me", id);
    assert_int_equal(csm_tk_int(p->tk, rec, "state"), 10);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "assigned_to"), p->ann);
    assert_false(csm_tk_is_nil(p->tk, rec, "assigned_on"));
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.assign_to_me", "{'id':'%s'}", id); /* no longer New */
}

static void acceptance_091_wrong_side(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "not taken");

    as(p, "vera"); /* reads all cases, works none */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.assign_to_me", "{'id':'%s'}", id);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.assign_to_me", "{'id':'%s'}", id);
    as(p, "cora");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.assign_to_me", "{'id':'%s'}", id);
    as(p, "xena");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.accept_solution", "{'id':'%s'}", id);
    assert_int_equal(state_of(p, id), 1);
}

static void acceptance_092_accept(void **state)
{
    static const int later[] = { 10, 18, 6, 3, 7 };
    people *p = *state;
    const char *id = people_case(p, "given");

    as(p, "mia");
    (void)csm_tk_ok(p->tk, "case.assign", "{'id':'%s','assigned_to':'%s'}", id, p->abe);
    assert_int_equal(state_of(p, id), 1);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.accept", "{'id':'%s'}", id);
    as(p, "abe");
    assert_int_equal(csm_tk_int(p->tk, people_do(p, "case.accept", id), "state"), 10);
    for (size_t n = 0; n < sizeof(later) / sizeof(later[0]); n++) { /* only a new one is accepted */
        id = people_case_in(p, later[n]);
        as(p, "ann");
        assert_non_null(strstr(csm_tk_fails(p->tk, CSM_E_STATE, "case.accept", "{'id':'%s'}", id), "allowed"));
    }
}

static void acceptance_093_members_only(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "of a group"), *gone;

    (void)csm_tk_update(p->tk, CASE, id, "{'assignment_group':'%s'}", p->desk);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.assign", "{'id':'%s','assigned_to':'%s'}", id, p->abe);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "assigned_to");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'assigned_to':'%s'}}", CASE, id,
                       p->abe);
    as(p, "abe");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.assign_to_me", "{'id':'%s'}", id);
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "case.assign", "{'id':'%s','assigned_to':'%s'}", id, p->ann);
    /* Nobody from outside works a case, group or not, nor one who left. */
    id = people_case(p, "of nobody");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'assigned_to':'%s'}}", CASE, id,
                       p->pat);
    as(p, NULL);
    gone = csm_tk_insert(p->tk, "sys_user", "{'user_name':'gone','first_name':'Gone','active':false}");
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.assign", "{'id':'%s','assigned_to':'%s'}", id, gone);
}

static void acceptance_094_request_info(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);
    int64_t mails = people_mails(p, "pat", "We need your answer");

    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.request_info", "{'id':'%s'}", id);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "comments");
    (void)csm_tk_ok(p->tk, "case.request_info", "{'id':'%s','comments':'which model is it?'}", id);
    assert_int_equal(state_of(p, id), 18);
    assert_int_equal(people_mails(p, "pat", "We need your answer"), mails + 1);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.request_info", "{'id':'%s','comments':'?'}", people_case_in(p, 10));
}

static void acceptance_095_the_customer_answers(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 18), *another = people_case_in(p, 18);

    as(p, "pat");
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'the red one'}");
    assert_int_equal(state_of(p, id), 10);
    as(p, "abe"); /* a word of an agent does not end the waiting */
    (void)csm_tk_update(p->tk, CASE, another, "{'comments':'please tell us'}");
    assert_int_equal(state_of(p, another), 18);
    as(p, "ann");
    (void)people_do(p, "case.open_case", another);
    assert_int_equal(state_of(p, another), 10);
}

static void acceptance_096_propose_solution(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *waiting = people_case_in(p, 18);
    int64_t mails = people_mails(p, "pat", "A solution is proposed");
    const csm_value *rec;

    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.propose_solution", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.propose_solution", "{'id':'%s','resolution_code':'solved_workaround'}", id);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "close_notes");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.propose_solution", "{'id':'%s','close_notes':'n'}", id);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "resolution_code");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.propose_solution",
                       "{'id':'%s','resolution_code':'magic','close_notes':'n'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.propose_solution", /* comes with incidents, which are away */
                       "{'id':'%s','resolution_code':'closed_inc','close_notes':'n'}", id);
    assert_int_equal(state_of(p, id), 10);
    as(p, "ann");
    rec = csm_tk_ok(p->tk, "case.propose_solution", "{'id':'%s','resolution_code':'solved_workaround','close_notes':'n'}", id);
    assert_int_equal(csm_tk_int(p->tk, rec, "state"), 6);
    assert_false(csm_tk_is_nil(p->tk, rec, "resolved_at"));
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "resolved_by"), p->ann);
    assert_int_equal(people_mails(p, "pat", "A solution is proposed"), mails + 1);
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "case.propose_solution", "{'id':'%s','resolution_code':'solved_workaround','close_notes':'n'}", waiting);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.propose_solution",
                       "{'id':'%s','resolution_code':'solved_workaround','close_notes':'n'}", people_case_in(p, 10));
}

static void acceptance_097_the_customer_accepts(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 6);
    const csm_value *rec;

    as(p, "pat");
    rec = people_do(p, "case.accept_solution", id);
    assert_int_equal(csm_tk_int(p->tk, rec, "state"), 3);
    assert_false(csm_tk_is_nil(p->tk, rec, "closed_at"));
    as(p, "adam");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "closed_by"), p->pat);
    assert_false(csm_tk_bool(p->tk, csm_tk_get(p->tk, CASE, id), "active"));
    assert_int_equal(csm_tk_count(p->tk, "asmt_assessment_instance", "task=%s", id), 1);
    as(p, "pat");
    assert_int_equal(csm_tk_count(p->tk, "asmt_assessment_instance", "task=%s^state=ready", id), 1);
    as(p, "pam");
    assert_int_equal(csm_tk_count(p->tk, "asmt_assessment_instance", "task=%s", id), 0);
}

static void acceptance_097_wrong_side(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 6);
    const char *const others[] = { "pam", "xena", "carl", "joe" };

    for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++) {
        as(p, others[n]);
        (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.accept_solution", "{'id':'%s'}", id);
        (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.reject_solution", "{'id':'%s','comments':'no'}", id);
    }
    as(p, "ann"); /* nor may the agent decide for him */
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.accept_solution", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.reject_solution", "{'id':'%s','comments':'no'}", id);
    assert_int_equal(state_of(p, id), 6);
}

static void acceptance_098_the_customer_rejects(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 6);
    const csm_value *rec;

    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.reject_solution", "{'id':'%s'}", id);
    (void)csm_tk_ok(p->tk, "case.reject_solution", "{'id':'%s','comments':'still dark'}", id);
    as(p, "ann");
    rec = csm_tk_get(p->tk, CASE, id);
    assert_int_equal(csm_tk_int(p->tk, rec, "state"), 10);
    assert_int_equal(csm_tk_int(p->tk, rec, "reopen_count"), 1);
    assert_true(csm_tk_is_nil(p->tk, rec, "resolved_at") && csm_tk_is_nil(p->tk, rec, "resolved_by"));
    assert_true(csm_tk_is_nil(p->tk, rec, "resolution_code") && csm_tk_is_nil(p->tk, rec, "close_notes"));
    assert_non_null(strstr(people_said(p, CASE, id, "comments"), "still dark"));
    (void)csm_tk_ok(p->tk, "case.propose_solution", "{'id':'%s','resolution_code':'solved_workaround','close_notes':'n'}", id);
    as(p, "pat");
    (void)csm_tk_ok(p->tk, "case.reject_solution", "{'id':'%s','comments':'dark as ever'}", id);
    as(p, "ann");
    assert_int_equal(csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, id), "reopen_count"), 2);
}

static void acceptance_099_the_agent_does_not_close_a_solution(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 6);

    as(p, "ann");
    assert_non_null(strstr(csm_tk_fails(p->tk, CSM_E_STATE, "case.close_case",
                                        "{'id':'%s','resolution_code':'void','close_notes':'n'}", id), "allowed"));
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'%s','id':'%s','values':{'state':3}}", CASE, id);
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.close_case", "{'id':'%s','resolution_code':'void','close_notes':'n'}", id);
    assert_int_equal(state_of(p, id), 6);
}

static void acceptance_100_the_agent_closes(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);

    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.close_case", "{'id':'%s','resolution_code':'solved_workaround'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.close_case", "{'id':'%s','close_notes':'done'}", id);
    (void)csm_tk_ok(p->tk, "case.close_case", "{'id':'%s','resolution_code':'solved_workaround','close_notes':'done'}", id);
    assert_int_equal(state_of(p, id), 3);
}

static void acceptance_101_the_customer_closes(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);
    const csm_value *rec;

    as(p, "pat");
    rec = people_do(p, "case.close_case", id);
    assert_int_equal(csm_tk_int(p->tk, rec, "state"), 3);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "resolution_code"), "solved_by_customer");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "close_notes"), "Closed by customer");
    assert_non_null(strstr(people_said(p, CASE, id, "comments"), "Closed by customer"));
    assert_int_equal(csm_tk_count(p->tk, "asmt_assessment_instance", "task=%s^state=ready", id), 1);
    id = people_case_in(p, 10);
    as(p, "pam");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.close_case", "{'id':'%s'}", id);
}

/* Neither words nor values nor files nor work. */
static void stays_closed(people *p, const char *id)
{
    static const char *const others[] = { "ann", "mia", "pat", "dora" };

    for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++) {
        as(p, others[n]);
        (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.update", "{'table':'%s','id':'%s','values':{'comments':'one more'}}", CASE, id);
        (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.attach", "{'table':'%s','id':'%s','file_name':'late.txt','data':'x'}", CASE, id);
        (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.update", "{'table':'%s','id':'%s','values':{'short_description':'x'}}", CASE, id);
        (void)csm_tk_fails(p->tk, n < 2 ? CSM_E_REJECTED : CSM_E_DENIED, "record.insert",
                           "{'table':'sn_customerservice_task','values':{'short_description':'t','parent_case':'%s'}}", id);
    }
    assert_null(strstr(people_said(p, CASE, id, "comments"), "one more"));
}

static void acceptance_102_closed_is_closed(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *file;

    file = csm_tk_str(p->tk, csm_tk_ok(p->tk, "record.attach", "{'table':'%s','id':'%s','file_name':'a.txt','data':'x'}", CASE, id),
                      "attachment.id");
    (void)csm_tk_ok(p->tk, "case.close_case", "{'id':'%s','resolution_code':'solved_workaround','close_notes':'n'}", id);
    stays_closed(p, id);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.delete_attachment", "{'id':'%s'}", file);
    stays_closed(p, people_case_in(p, 7));
    as(p, "adam");
    (void)csm_tk_update(p->tk, CASE, id, "{'short_description':'by admin'}");
    (void)csm_tk_ok(p->tk, "record.attach", "{'table':'%s','id':'%s','file_name':'admin.txt','data':'x'}", CASE, id);
}

/* Every action from every state: allowed where the table of 4.1 says so, else refused with the targets that are. */
static void acceptance_103_nothing_else(void **state)
{
    static const struct {
        const char *method, *args, *from; /* from: states it is allowed in */
        const char *who;
    } actions[] = {
        { "case.assign_to_me", "", " 1 ", "ann" },
        { "case.assign", ",'assigned_to':null", " 1 10 18 6 ", "ann" },
        { "case.request_info", ",'comments':'c'", " 10 ", "ann" },
        { "case.open_case", "", " 18 ", "ann" },
        { "case.propose_solution", ",'resolution_code':'solved_workaround','close_notes':'n'", " 10 18 ", "ann" },
        { "case.accept_solution", "", " 6 ", "pat" },
        { "case.reject_solution", ",'comments':'c'", " 6 ", "pat" },
        { "case.record_acceptance", ",'comments':'c'", " 6 ", "ann" },
        { "case.record_rejection", ",'comments':'c'", " 6 ", "ann" },
        { "case.close_case", ",'resolution_code':'solved_workaround','close_notes':'n'", " 1 10 18 ", "ann" },
        { "case.close_case", "", " 1 10 18 ", "pat" },
        { "case.cancel", ",'work_notes':'twice'", " 1 10 18 ", "ann" },
        { "case.reopen", "", " ", "ann" },
        { "case.auto_close", "", " 6 ", "adam" },
    };
    static const int states[] = { 1, 10, 18, 6, 3, 7 };
    people *p = *state;

    for (size_t s = 0; s < sizeof(states) / sizeof(states[0]); s++)
        for (size_t n = 0; n < sizeof(actions) / sizeof(actions[0]); n++) {
            const char *id = states[s] == 1 ? people_case(p, "new") : people_case_in(p, states[s]);
            const csm_value *out;
            csm_status st;
            char name[8];

            (void)snprintf(name, sizeof(name), " %d ", states[s]);
            as(p, actions[n].who);
            st = csm_tk_call(p->tk, &out, actions[n].method, "{'id':'%s'%s}", id, actions[n].args);
            if (strstr(actions[n].from, name) != NULL) {
                if (st != CSM_OK)
                    fail_msg("%s as %s from %d: %s", actions[n].method, actions[n].who, states[s], csm_tk_message(p->tk));
                continue;
            }
            if (st != CSM_E_STATE || strstr(csm_tk_message(p->tk), "allowed") == NULL)
                fail_msg("%s as %s from %d: CSM-%d %s", actions[n].method, actions[n].who, states[s], (int)st,
                         st != CSM_OK ? csm_tk_message(p->tk) : "");
            assert_int_equal(state_of(p, id), states[s]);
        }
}

/* The refusal names what may be done instead, by this caller, in his wording. */
static void acceptance_103_the_allowed_targets(void **state)
{
    static const struct {
        int state;
        const char *agent, *customer;
    } rows[] = {
        { 1, "10 Open (assign_to_me), 1 New (assign), 3 Closed (close_case), 7 Cancelled (cancel)", "3 Closed (close_case)" },
        { 10, "10 Open (assign), 18 Awaiting Info (request_info), 6 Resolved (propose_solution), 3 Closed (close_case), "
              "7 Cancelled (cancel)", "3 Closed (close_case)" },
        { 18, "18 Awaiting Info (assign), 10 Open (open_case), 6 Resolved (propose_solution), 3 Closed (close_case), "
              "7 Cancelled (cancel)", "3 Closed (close_case)" },
        { 6, "6 Resolved (assign), 3 Closed (record_acceptance), 10 Open (record_rejection)",
          "3 Closed (accept_solution), 10 In progress (reject_solution)" },
        { 7, "nothing", "nothing" },
    };
    people *p = *state;

    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        const char *id = rows[n].state == 1 ? people_case(p, "new") : people_case_in(p, rows[n].state);

        for (int side = 0; side < 2; side++) {
            const char *message, *list;

            as(p, side == 0 ? "ann" : "pat");
            message = csm_tk_fails(p->tk, CSM_E_STATE, "case.reopen", "{'id':'%s'}", id);
            list = strstr(message, "allowed: ");
            assert_non_null(list);
            csm_tk_assert_str(list + strlen("allowed: "), side == 0 ? rows[n].agent : rows[n].customer);
        }
    }
}

static void acceptance_103_reopen_within_the_days(void **state)
{
    people *p = *state;
    const char *id;

    people_set_property(p, "csm.case.reopen_closed_days", "5");
    id = people_case_in(p, 3);
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "case.reopen", "{'id':'%s','work_notes':'came back'}", id);
    assert_int_equal(state_of(p, id), 10);
    assert_int_equal(csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, id), "reopen_count"), 1);
    id = people_case_in(p, 3);
    csm_tk_advance(p->tk, 6 * CSM_DAY);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.reopen", "{'id':'%s'}", id);
    id = people_case_in(p, 7); /* what was cancelled stays so */
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.reopen", "{'id':'%s'}", id);
    people_set_property(p, "csm.case.reopen_closed_days", "0");
}

static void acceptance_104_customers_write_no_state(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);
    const char *const writes[] = { "'priority':1", "'state':3", "'state':6", "'impact':1", "'short_description':'other'",
                                   "'assigned_to':null", "'account':null", "'work_notes':'w'", "'active':false",
                                   "'needs_attention':true", "'watch_list':[]", "'resolution_code':'void'" };

    for (size_t n = 0; n < sizeof(writes) / sizeof(writes[0]); n++) {
        const csm_value *out;
        csm_status st;

        as(p, "pat");
        st = csm_tk_call(p->tk, &out, "record.update", "{'table':'%s','id':'%s','values':{%s}}", CASE, id, writes[n]);
        if (st != CSM_E_DENIED && st != CSM_E_STATE)
            fail_msg("%s: CSM-%d %s", writes[n], (int)st, st != CSM_OK ? csm_tk_message(p->tk) : "");
    }
    assert_int_equal(state_of(p, id), 10);
    assert_int_equal(csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, id), "priority"), 4);
}

static void acceptance_367_what_the_customer_said(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 6);
    const csm_value *rec;

    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.record_acceptance", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.record_rejection", "{'id':'%s'}", id);
    rec = csm_tk_ok(p->tk, "case.record_acceptance", "{'id':'%s','comments':'pat accepted by phone on Monday'}", id);
    assert_int_equal(csm_tk_int(p->tk, rec, "state"), 3);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "closed_by"), p->ann);
    assert_false(csm_tk_bool(p->tk, rec, "active") || csm_tk_is_nil(p->tk, rec, "closed_at"));
    assert_non_null(strstr(people_said(p, CASE, id, "comments"), "pat accepted by phone on Monday"));
    as(p, "adam");
    assert_int_equal(csm_tk_count(p->tk, "asmt_assessment_instance", "task=%s", id), 1);
    id = people_case_in(p, 6);
    as(p, "mia");
    rec = csm_tk_ok(p->tk, "case.record_rejection", "{'id':'%s','comments':'pat rejected by mail'}", id);
    assert_int_equal(csm_tk_int(p->tk, rec, "state"), 10);
    assert_int_equal(csm_tk_int(p->tk, rec, "reopen_count"), 1);
    id = people_case_in(p, 6);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.record_acceptance", "{'id':'%s','comments':'me'}", id);
    as(p, "vera");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.record_acceptance", "{'id':'%s','comments':'me'}", id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_091_assign_to_me),
        people_test(acceptance_091_wrong_side),
        people_test(acceptance_092_accept),
        people_test(acceptance_093_members_only),
        people_test(acceptance_094_request_info),
        people_test(acceptance_095_the_customer_answers),
        people_test(acceptance_096_propose_solution),
        people_test(acceptance_097_the_customer_accepts),
        people_test(acceptance_097_wrong_side),
        people_test(acceptance_098_the_customer_rejects),
        people_test(acceptance_099_the_agent_does_not_close_a_solution),
        people_test(acceptance_100_the_agent_closes),
        people_test(acceptance_101_the_customer_closes),
        people_test(acceptance_102_closed_is_closed),
        people_test(acceptance_103_nothing_else),
        people_test(acceptance_103_the_allowed_targets),
        people_test(acceptance_103_reopen_within_the_days),
        people_test(acceptance_104_customers_write_no_state),
        people_test(acceptance_367_what_the_customer_said),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
