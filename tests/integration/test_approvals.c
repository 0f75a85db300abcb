/* Acceptance of approvals: one mechanism for every task. */
#include "people.h"

#define CASE "sn_customerservice_case"
#define APPROVER "sysapproval_approver"
#define GROUP "sysapproval_group"

static const char *group_of(people *p, const char *name, const char *one, const char *two, const char *three)
{
    const char *members[] = { one, two, three }, *group;

    as(p, "adam");
    group = csm_tk_insert(p->tk, "sys_user_group", "{'name':'%s'}", name);
    for (size_t n = 0; n < 3; n++)
        if (members[n] != NULL)
            (void)csm_tk_insert(p->tk, "sys_user_grmember", "{'user':'%s','group':'%s'}", members[n], group);
    return group;
}

static const char *task_of(people *p)
{
    as(p, "adam");
    return csm_tk_insert(p->tk, "task", "{'short_description':'buy a bus'}");
}

static const char *asked(people *p, const char *task, const char *person)
{
    as(p, "adam");
    return csm_tk_str(
        p->tk, csm_tk_first(p->tk, APPROVER, "sysapproval=%s^approver=%s^ORDERBYDESCsys_id", task, person), "sys_id");
}

static void is(people *p, const char *table, const char *id, const char *field, const char *wanted)
{
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, table, id), field), wanted);
}

static void answer(people *p, const char *who, const char *verb, const char *id)
{
    as(p, who);
    (void)people_do(p, verb, id);
}

/* ---- groups ---- */

static void acceptance_393_any_member_decides(void **state)
{
    people *p = *state;
    const char *group = group_of(p, "Any", p->ivy, p->vera, p->abe), *task = task_of(p), *row;

    row = csm_tk_insert(p->tk, GROUP, "{'parent':'%s','assignment_group':'%s','wait_for':'any'}", task, group);
    is(p, "task", task, "approval", "requested");
    assert_int_equal(csm_tk_count(p->tk, APPROVER, "sysapproval=%s^state=requested", task), 3);
    answer(p, "vera", "approval.approve", asked(p, task, p->vera));
    is(p, GROUP, row, "approval", "approved");
    is(p, "task", task, "approval", "approved");
    is(p, APPROVER, asked(p, task, p->ivy), "state", "not_required");
    is(p, APPROVER, asked(p, task, p->abe), "state", "not_required");
    as(p, "ivy"); /* too late */
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "approval.approve", "{'id':'%s'}", asked(p, task, p->ivy));
    task = task_of(p); /* a first answer may be no */
    row = csm_tk_insert(p->tk, GROUP, "{'parent':'%s','assignment_group':'%s'}", task, group);
    answer(p, "ivy", "approval.reject", asked(p, task, p->ivy));
    is(p, GROUP, row, "approval", "rejected");
    is(p, "task", task, "approval", "rejected");
    is(p, APPROVER, asked(p, task, p->vera), "state", "not_required");
}

static void acceptance_393_all_members_decide(void **state)
{
    people *p = *state;
    const char *group = group_of(p, "All", p->ivy, p->vera, NULL), *task = task_of(p), *row;

    row = csm_tk_insert(p->tk, GROUP, "{'parent':'%s','assignment_group':'%s','wait_for':'all'}", task, group);
    answer(p, "ivy", "approval.approve", asked(p, task, p->ivy));
    is(p, GROUP, row, "approval", "requested");
    is(p, "task", task, "approval", "requested");
    answer(p, "vera", "approval.approve", asked(p, task, p->vera));
    is(p, GROUP, row, "approval", "approved");
    is(p, "task", task, "approval", "approved");
    task = task_of(p); /* one refusal is enough */
    row = csm_tk_insert(p->tk, GROUP, "{'parent':'%s','assignment_group':'%s','wait_for':'all'}", task, group);
    answer(p, "vera", "approval.reject", asked(p, task, p->vera));
    is(p, GROUP, row, "approval", "rejected");
    is(p, "task", task, "approval", "rejected");
    is(p, APPROVER, asked(p, task, p->ivy), "state", "not_required");
}

static void acceptance_393_a_group_and_a_person(void **state)
{
    people *p = *state;
    const char *group = group_of(p, "Both", p->ivy, p->vera, NULL), *task = task_of(p), *direct;

    direct = csm_tk_insert(p->tk, APPROVER, "{'sysapproval':'%s','approver':'%s'}", task, p->ivy);
    (void)csm_tk_insert(p->tk, GROUP, "{'parent':'%s','assignment_group':'%s','wait_for':'all'}", task, group);
    answer(p, "ivy", "approval.approve", direct); /* one answer, for both times he is asked */
    assert_int_equal(csm_tk_count(p->tk, APPROVER, "sysapproval=%s^approver=%s^state=approved", task, p->ivy), 2);
    is(p, "task", task, "approval", "requested");
    as(p, "adam"); /* nobody waits for one who is away */
    (void)people_do(p, "approval.withdraw", asked(p, task, p->vera));
    is(p, "task", task, "approval", "approved");
}

static void acceptance_393_groups_that_cannot_decide(void **state)
{
    people *p = *state;
    const char *empty = group_of(p, "Nobody", NULL, NULL, NULL), *task = task_of(p);

    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert",
                       "{'table':'" GROUP "','values':{'parent':'%s','assignment_group':'%s'}}", task, empty);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "assignment_group");
    is(p, "task", task, "approval", "not requested");
    as(p, "tim"); /* who works a task does not make himself its judge */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert",
                       "{'table':'" GROUP "','values':{'parent':'%s','assignment_group':'%s'}}", task, p->desk);
}

/* ---- one question, one answer ---- */

static void acceptance_393_once_and_by_the_approver(void **state)
{
    people *p = *state;
    const char *task = task_of(p), *row = csm_tk_insert(p->tk, APPROVER, "{'sysapproval':'%s','approver':'%s'}", task, p->ivy);

    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "record.insert",
                       "{'table':'" APPROVER "','values':{'sysapproval':'%s','approver':'%s'}}", task, p->ivy);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "approval.approve", "{'id':'%s'}", row); /* not even an administrator */
    as(p, "tim"); /* reads the task and so its approvals */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "approval.approve", "{'id':'%s'}", row);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update",
                       "{'table':'task','id':'%s','values':{'approval':'approved'}}", task);
    as(p, "abe");
    csm_tk_hidden(p->tk, APPROVER, row);
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "approval.reject", "{'id':'%s'}", row);
    answer(p, "ivy", "approval.approve", row);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "approval.approve", "{'id':'%s'}", row);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "approval.reject", "{'id':'%s'}", row);
    is(p, "task", task, "approval", "approved");
}

static void acceptance_393_of_closed_tasks(void **state)
{
    people *p = *state;
    const char *task = task_of(p), *row = csm_tk_insert(p->tk, APPROVER, "{'sysapproval':'%s','approver':'%s'}", task, p->ivy);

    (void)csm_tk_update(p->tk, "task", task, "{'state':3}");
    is(p, APPROVER, row, "state", "cancelled");
    is(p, "task", task, "approval", "cancelled");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.insert",
                       "{'table':'" APPROVER "','values':{'sysapproval':'%s','approver':'%s'}}", task, p->vera);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.insert",
                       "{'table':'" GROUP "','values':{'parent':'%s','assignment_group':'%s'}}", task, p->desk);
    as(p, "ivy");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "approval.approve", "{'id':'%s'}", row);
}

static void acceptance_393_asked_again(void **state)
{
    people *p = *state;
    const char *task = task_of(p), *row = csm_tk_insert(p->tk, APPROVER, "{'sysapproval':'%s','approver':'%s'}", task, p->ivy);

    answer(p, "ivy", "approval.reject", row);
    is(p, "task", task, "approval", "rejected");
    as(p, "adam"); /* a new round: the former refusal does not count */
    csm_tk_advance(p->tk, 1000000);
    row = csm_tk_insert(p->tk, APPROVER, "{'sysapproval':'%s','approver':'%s'}", task, p->ivy);
    is(p, "task", task, "approval", "requested");
    answer(p, "ivy", "approval.approve", row);
    is(p, "task", task, "approval", "approved");
    as(p, "adam"); /* nor does the former yes, when nobody answers */
    csm_tk_advance(p->tk, 1000000);
    row = csm_tk_insert(p->tk, APPROVER, "{'sysapproval':'%s','approver':'%s'}", task, p->vera);
    csm_tk_advance(p->tk, 1000000);
    (void)people_do(p, "approval.withdraw", row);
    is(p, "task", task, "approval", "cancelled");
}

/* ---- what an approver reads ---- */

static void acceptance_393_summary_for_an_external_approver(void **state)
{
    people *p = *state;
    const char *task = task_of(p),
               *row = csm_tk_insert(p->tk, APPROVER, "{'sysapproval':'%s','approver':'%s'}", task, p->pat), *own;
    const csm_value *summary;

    as(p, "pat");
    csm_tk_hidden(p->tk, "task", task);
    summary = csm_tk_ok(p->tk, "approval.summary", "{'id':'%s'}", row);
    csm_tk_assert_str(csm_tk_str(p->tk, summary, "short_description"), "buy a bus");
    assert_true(csm_tk_has(summary, "number") && csm_tk_has(summary, "opened_at") && csm_tk_has(summary, "due_date"));
    assert_false(csm_tk_has(summary, "description") || csm_tk_has(summary, "work_notes") || csm_tk_has(summary, "assigned_to"));
    as(p, "pam"); /* is not asked */
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "approval.summary", "{'id':'%s'}", row);
    answer(p, "pat", "approval.approve", row);
    is(p, "task", task, "approval", "approved");
    own = people_case(p, "readable anyway");
    as(p, "adam");
    (void)csm_tk_insert(p->tk, APPROVER, "{'sysapproval':'%s','approver':'%s'}", own, p->pat);
    as(p, "pat");
    assert_true(csm_tk_sees(p->tk, CASE, own));
}

/* ---- a stakeholder decides about a case ---- */

static void acceptance_114_a_stakeholder_approves(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "a discount"), *row;
    const csm_value *rec;

    as(p, "adam");
    row = csm_tk_insert(p->tk, APPROVER, "{'sysapproval':'%s','approver':'%s'}", id, p->ivy);
    as(p, "ivy");
    assert_int_equal(csm_tk_int(p->tk, csm_tk_first(p->tk, APPROVER, "approver=%s^state=requested^sysapproval=%s", p->ivy, id),
                                "sys_mod_count"), 0);
    (void)csm_tk_ok(p->tk, "approval.approve", "{'id':'%s','comments':'ten percent'}", row);
    as(p, "ann");
    rec = csm_tk_get(p->tk, CASE, id);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "approval"), "approved");
    assert_false(csm_tk_is_nil(p->tk, rec, "approval_set"));
    assert_non_null(strstr(csm_tk_str(p->tk, csm_tk_at(p->tk, rec, "approval_history"), "0.text"), "ten percent"));
    assert_non_null(strstr(csm_tk_str(p->tk, csm_tk_at(p->tk, rec, "work_notes"), "0.text"), "ten percent"));
    as(p, "pat"); /* what the provider decides among his own is not the customer's to read */
    rec = csm_tk_get(p->tk, CASE, id);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "approval"), "approved");
    assert_false(csm_tk_has(rec, "approval_history"));
    assert_int_equal(csm_tk_at(p->tk, rec, "comments")->count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_114_a_stakeholder_approves),
        people_test(acceptance_393_any_member_decides),
        people_test(acceptance_393_all_members_decide),
        people_test(acceptance_393_a_group_and_a_person),
        people_test(acceptance_393_groups_that_cannot_decide),
        people_test(acceptance_393_once_and_by_the_approver),
        people_test(acceptance_393_of_closed_tasks),
        people_test(acceptance_393_asked_again),
        people_test(acceptance_393_summary_for_an_external_approver),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
