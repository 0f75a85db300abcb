/* Acceptance of what comes of the requests of a case: what the case is told, approvals, the solution, what customers read (items
 * 114, 275 to 279, 281, 282, 360). */
#include "requests.h"

#define APPROVER "sysapproval_approver"
#define BLOCKER "sn_action_status_blocked_by"

/* ---- what the case is told ---- */

static void acceptance_275_the_request_closes(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *item = ordered_from(p, id, pen), *number;

    number = csm_tk_str(p->tk, people_row(p, REQUEST, request_of(p, item)), "number");
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, CASE, id), "action_status"), "blocked_internally");
    as(p, "adam");
    assert_int_equal(csm_tk_count(p->tk, BLOCKER, "blocked=%s^active=true", id), 1); /* the request, not each of its items */
    finish(p, "request_item.complete", item);
    assert_int_equal(csm_tk_int(p->tk, people_row(p, CASE, id), "state"), 10);
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, CASE, id), "action_status"), "needs_attention");
    assert_true(people_told(p, CASE, id, "work_notes", number));
    assert_true(people_told(p, CASE, id, "work_notes", "Closed Complete"));
    assert_false(people_told(p, CASE, id, "comments", number));
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "case.propose_solution",
                    "{'id':'%s','resolution_code':'request_complete','close_notes':'here it is'}", id);
}

static void acceptance_276_fulfillers_talk_to_the_case(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *item = ordered_from(p, id, pen);
    int64_t mails = people_mails(p, "pat", "has a comment"), ivys;

    as(p, "tim");
    (void)csm_tk_update(p->tk, REQUEST_ITEM, item, "{'comments':'out of ink'}");
    (void)csm_tk_update(p->tk, REQUEST, request_of(p, item), "{'comments':'sorry for that'}");
    assert_true(people_told(p, CASE, id, "work_notes", "out of ink"));
    assert_true(people_told(p, CASE, id, "work_notes", "sorry for that"));
    assert_false(people_told(p, CASE, id, "comments", "out of ink"));
    assert_int_equal(people_mails(p, "pat", "has a comment"), mails);
    as(p, "pat");
    assert_false(csm_tk_has(csm_tk_get(p->tk, REQUEST_ITEM, item), "comments"));
    as(p, "adam"); /* who asked without a case is mailed */
    (void)csm_tk_update(p->tk, "sys_user", p->ivy, "{'email':'ivy@example.com'}");
    ivys = people_mails(p, "ivy", "has a comment");
    as(p, "ivy");
    item = csm_tk_str(p->tk, csm_tk_ok(p->tk, "catalog.order", "{'item':'%s'}", pen), "sys_id");
    as(p, "tim");
    (void)csm_tk_update(p->tk, REQUEST_ITEM, item, "{'comments':'on its way'}");
    assert_int_equal(people_mails(p, "ivy", "has a comment"), ivys + 1);
}

/* ---- approval ---- */

static const char *question(people *p, const char *item)
{
    const char *before = p->who, *found;

    as(p, "adam");
    found = csm_tk_str(p->tk, csm_tk_first(p->tk, APPROVER, "sysapproval=%s^state=requested", item), "sys_id");
    as(p, before);
    return found;
}

static void acceptance_277_the_customers_manager_decides(void **state)
{
    people *p = *state;
    const csm_value *answer, *summary;
    const char *id, *item, *asked;

    as(p, NULL);
    (void)csm_tk_update(p->tk, "customer_contact", p->pat, "{'manager':'%s'}", p->pam);
    answer = submit(p, "pat", car);
    id = csm_tk_str(p->tk, answer, "case.sys_id");
    item = csm_tk_str(p->tk, answer, "item.sys_id");
    csm_tk_assert_str(csm_tk_str(p->tk, answer, "item.stage"), "waiting_for_approval");
    asked = question(p, item);
    as(p, "pam"); /* she reads nothing of the case, but what she decides on */
    csm_tk_hidden(p->tk, CASE, id);
    csm_tk_hidden(p->tk, REQUEST_ITEM, item);
    summary = csm_tk_ok(p->tk, "approval.summary", "{'id':'%s'}", asked);
    csm_tk_assert_str(csm_tk_str(p->tk, summary, "price.amount"), "100");
    assert_false(csm_tk_has(summary, "parent") || csm_tk_has(summary, "variables"));
    as(p, "pat"); /* not his own judge */
    csm_tk_hidden(p->tk, APPROVER, asked);
    as(p, "pam");
    (void)csm_tk_ok(p->tk, "approval.approve", "{'id':'%s','comments':'but a small one'}", asked);
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, REQUEST_ITEM, item), "stage"), "fulfillment");
    assert_true(people_told(p, CASE, id, "comments", "but a small one"));
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "approval.reject", "{'id':'%s'}", asked);
}

static void acceptance_277_an_internal_approver(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *item, *offered, *group;

    as(p, NULL);
    group = csm_tk_insert(p->tk, "sys_user_group", "{'name':'Budget'}");
    (void)csm_tk_insert(p->tk, "sys_user_grmember", "{'user':'%s','group':'%s'}", p->vera, group);
    as(p, "kate");
    offered = csm_tk_insert(p->tk, ITEM, "{'name':'Van','approval_required':'group','approval_group':'%s'}", group);
    item = ordered_from(p, id, offered);
    as(p, "vera");
    (void)csm_tk_ok(p->tk, "approval.approve", "{'id':'%s','comments':'in budget'}", question(p, item));
    assert_true(people_told(p, CASE, id, "work_notes", "in budget"));
    assert_false(people_told(p, CASE, id, "comments", "in budget"));
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, REQUEST_ITEM, item), "stage"), "fulfillment");
}

static void acceptance_278_rejected(void **state)
{
    people *p = *state;
    const csm_value *answer;
    const char *id, *item;

    as(p, NULL);
    (void)csm_tk_update(p->tk, "customer_contact", p->pat, "{'manager':'%s'}", p->pam);
    answer = submit(p, "pat", car);
    id = csm_tk_str(p->tk, answer, "case.sys_id");
    item = csm_tk_str(p->tk, answer, "item.sys_id");
    as(p, "pam");
    (void)csm_tk_ok(p->tk, "approval.reject", "{'id':'%s','comments':'take the train'}", question(p, item));
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, REQUEST_ITEM, item), "stage"), "request_cancelled");
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, REQUEST, csm_tk_str(p->tk, answer, "request.sys_id")), "request_state"),
                      "closed_rejected");
    assert_true(people_told(p, CASE, id, "comments", "take the train"));
    assert_true(people_told(p, CASE, id, "work_notes", "Closed Rejected"));
    assert_int_equal(csm_tk_int(p->tk, people_row(p, CASE, id), "state"), 1);
}

/* ---- after the solution ---- */

static void acceptance_279_the_solution_is_rejected(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *item = ordered_from(p, id, pen);

    finish(p, "request_item.complete", item);
    as(p, "ann");
    (void)csm_tk_update(p->tk, CASE, id, "{'needs_attention':false}");
    (void)csm_tk_ok(p->tk, "case.propose_solution",
                    "{'id':'%s','resolution_code':'request_complete','close_notes':'here it is'}", id);
    as(p, "pat");
    (void)csm_tk_ok(p->tk, "case.reject_solution", "{'id':'%s','comments':'it is dry'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "request_item.reopen", "{'id':'%s'}", item);
    as(p, "ann");
    (void)csm_tk_update(p->tk, CASE, id, "{'needs_attention':false}");
    (void)csm_tk_ok(p->tk, "request_item.reopen", "{'id':'%s','assignment_group':'%s','work_notes':'dry'}", item, p->desk);
    assert_int_equal(csm_tk_count(p->tk, TASK, "request_item=%s^active=true^assignment_group=%s", item, p->desk), 1);
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, REQUEST, request_of(p, item)), "request_state"), "in_process");
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, CASE, id), "action_status"), "blocked_internally");
    item = ordered_from(p, id, pen); /* or something else is asked for */
    assert_int_equal(csm_tk_count(p->tk, REQUEST, "parent=%s", id), 2);
    finish(p, "request_item.complete", item);
}

/* ---- what customers read ---- */

static const csm_value *shown(people *p, const char *table, const char *id)
{
    return csm_tk_at(p->tk, csm_tk_ok(p->tk, "record.get", "{'table':'%s','id':'%s','display':true}", table, id), "display");
}

static void acceptance_281_requests_of_his_case(void **state)
{
    people *p = *state;
    const char *id = csm_tk_str(p->tk, submit(p, "pat", pen), "case.sys_id"), *request, *item;
    const csm_value *rec;

    request = csm_tk_str(p->tk, csm_tk_first(p->tk, REQUEST, "parent=%s", id), "sys_id");
    item = csm_tk_str(p->tk, csm_tk_first(p->tk, REQUEST_ITEM, "request=%s", request), "sys_id");
    csm_tk_assert_str(csm_tk_str(p->tk, shown(p, REQUEST_ITEM, item), "cat_item"), "Pen");
    rec = csm_tk_get(p->tk, REQUEST, request);
    assert_false(csm_tk_has(rec, "work_notes") || csm_tk_has(rec, "assignment_group") || csm_tk_has(rec, "comments"));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update",
                       "{'table':'" REQUEST "','id':'%s','values':{'short_description':'x'}}", request);
    as(p, "dora"); /* whoever reads the case */
    assert_true(csm_tk_sees(p->tk, REQUEST, request) && csm_tk_sees(p->tk, REQUEST_ITEM, item));
    as(p, "xena");
    csm_tk_hidden(p->tk, REQUEST, request);
    csm_tk_hidden(p->tk, REQUEST_ITEM, item);
    as(p, "vera"); /* stakeholders too */
    assert_true(csm_tk_sees(p->tk, REQUEST, request));
}

static void acceptance_360_requests_in_his_own_words(void **state)
{
    people *p = *state;
    const csm_value *answer = submit(p, "pat", pen);
    const char *request = csm_tk_str(p->tk, answer, "request.sys_id"), *item = csm_tk_str(p->tk, answer, "item.sys_id"), *text;

    csm_tk_assert_str(csm_tk_str(p->tk, shown(p, REQUEST_ITEM, item), "state"), "In progress");
    finish(p, "request_item.complete", item);
    csm_tk_assert_str(csm_tk_str(p->tk, shown(p, REQUEST_ITEM, item), "state"), "Closed Complete"); /* tim */
    as(p, "pat");
    csm_tk_assert_str(csm_tk_str(p->tk, shown(p, REQUEST_ITEM, item), "state"), "Delivered");
    csm_tk_assert_str(csm_tk_str(p->tk, shown(p, REQUEST_ITEM, item), "stage"), "Finished");
    csm_tk_assert_str(csm_tk_str(p->tk, shown(p, REQUEST, request), "request_state"), "Delivered");
    csm_tk_assert_str(csm_tk_str(p->tk, shown(p, REQUEST, request), "stage"), "Finished");
    as(p, NULL);
    (void)csm_tk_update(p->tk, "customer_contact", p->pat, "{'manager':'%s'}", p->pam);
    item = csm_tk_str(p->tk, submit(p, "pat", car), "item.sys_id");
    csm_tk_assert_str(csm_tk_str(p->tk, shown(p, REQUEST_ITEM, item), "state"), "Waiting for approval");
    csm_tk_assert_str(csm_tk_str(p->tk, shown(p, REQUEST_ITEM, item), "approval"), "Waiting for approval");
    as(p, "pam");
    csm_tk_assert_str(csm_tk_str(p->tk, shown(p, APPROVER, question(p, item)), "state"), "Waiting for you");
    text = csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.get", "{'table':'" REQUEST_ITEM "','id':'%s'}", item);
    assert_null(strstr(text, "sc_req_item"));
}

static void acceptance_281_closed_by_the_administrator(void **state)
{
    people *p = *state;
    const char *id = csm_tk_str(p->tk, submit(p, "pat", pen), "case.sys_id"), *request;

    request = csm_tk_str(p->tk, csm_tk_first(p->tk, REQUEST, "parent=%s", id), "sys_id");
    people_set_property(p, "csm.external_access.request", "false");
    as(p, "pat");
    csm_tk_hidden(p->tk, REQUEST, request);
    assert_int_equal(csm_tk_count(p->tk, REQUEST_ITEM, "request=%s", request), 0);
    assert_true(csm_tk_is_nil(p->tk, submit(p, "pat", pen), "request")); /* made, but not shown */
    as(p, "ann");
    assert_true(csm_tk_sees(p->tk, REQUEST, request));
    people_set_property(p, "csm.external_access.request", "true");
    as(p, "pat");
    assert_true(csm_tk_sees(p->tk, REQUEST, request));
}

static void acceptance_282_not_for_customers(void **state)
{
    people *p = *state;

    as(p, "pat");
    csm_tk_hidden(p->tk, ITEM, secret);
    assert_true(csm_tk_sees(p->tk, ITEM, pen));
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "request.submit", "{'item':'%s'}", secret);
    as(p, "joe");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "request.submit", "{'item':'%s'}", secret);
    as(p, "pat"); /* nor by the back door */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'" REQUEST_ITEM "','values':{'cat_item':'%s'}}", secret);
}

/* ---- a stakeholder decides about a request ---- */

static void acceptance_114_about_a_request(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *request, *asked;
    const csm_value *rec;

    request = csm_tk_str(p->tk, (as(p, "ann"), csm_tk_ok(p->tk, "case.create_request", "{'id':'%s'}", id)), "sys_id");
    asked = csm_tk_insert(p->tk, APPROVER, "{'sysapproval':'%s','approver':'%s'}", request, p->ivy);
    as(p, "abe"); /* nobody asks about what he does not work on */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert",
                       "{'table':'" APPROVER "','values':{'sysapproval':'%s','approver':'%s'}}", request, p->abe);
    as(p, "ivy");
    (void)csm_tk_ok(p->tk, "approval.approve", "{'id':'%s','comments':'fine with me'}", asked);
    rec = people_row(p, REQUEST, request);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "approval"), "approved");
    assert_non_null(strstr(csm_tk_str(p->tk, csm_tk_at(p->tk, rec, "approval_history"), "0.text"), "fine with me"));
    assert_true(people_told(p, CASE, id, "work_notes", "fine with me"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_114_about_a_request),
        people_test(acceptance_275_the_request_closes),
        people_test(acceptance_276_fulfillers_talk_to_the_case),
        people_test(acceptance_277_the_customers_manager_decides),
        people_test(acceptance_277_an_internal_approver),
        people_test(acceptance_278_rejected),
        people_test(acceptance_279_the_solution_is_rejected),
        people_test(acceptance_281_requests_of_his_case),
        people_test(acceptance_360_requests_in_his_own_words),
        people_test(acceptance_281_closed_by_the_administrator),
        people_test(acceptance_282_not_for_customers),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
