/* Acceptance of related parties of cases and of work on their tasks: who gets in by being named, and how far (items 109, 110, 112,
 * 113, 115, 126 to 130, 134, 135). */
#include "people.h"

#include <stdio.h>

#define CASE "sn_customerservice_case"
#define TASK "sn_customerservice_task"
#define PARTY "sn_customerservice_related_party"

static const char *kind(people *p, const char *name)
{
    const char *before = p->who, *id;

    as(p, "adam");
    id = csm_tk_str(p->tk, csm_tk_first(p->tk, "sn_customerservice_related_party_configuration", "name=%s^applies_to=case", name),
                    "sys_id");
    as(p, before);
    return id;
}

/* Names somebody on the case, as ann. */
static const char *name_party(people *p, const char *id, const char *type, const char *field, const char *who)
{
    const char *before = p->who, *party;

    as(p, "ann");
    party = csm_tk_insert(p->tk, PARTY, "{'case':'%s','type':'%s','%s':'%s'}", id, kind(p, type), field, who);
    as(p, before);
    return party;
}

static void acceptance_126_an_authorized_contact(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *other = people_case_in(p, 6), *task;
    int64_t mails;

    csm_tk_grant(p->tk, p->xena, "sn_customerservice.case_authorized_contact");
    as(p, "xena"); /* of another account */
    csm_tk_hidden(p->tk, CASE, id);
    (void)name_party(p, id, "Authorized Contact", "contact", p->xena);
    (void)name_party(p, other, "Authorized Contact", "contact", p->xena);
    assert_true(csm_tk_sees(p->tk, CASE, id));
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'I can help'}");
    (void)csm_tk_ok(p->tk, "record.attach", "{'table':'%s','id':'%s','file_name':'plan.txt','data':'x'}", CASE, id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'priority':1}}", CASE, id);
    assert_false(csm_tk_has(csm_tk_get(p->tk, CASE, id), "work_notes"));
    mails = people_mails(p, "xena", "A solution is proposed");
    as(p, "ann");
    task = csm_tk_insert(p->tk, TASK, "{'parent_case':'%s','short_description':'measure','visible_to_customer':true}", id);
    (void)csm_tk_ok(p->tk, "case.propose_solution", "{'id':'%s','resolution_code':'solved_workaround','close_notes':'n'}", id);
    assert_int_equal(people_mails(p, "xena", "A solution is proposed"), mails + 1);
    as(p, "xena");
    (void)csm_tk_update(p->tk, TASK, task, "{'comments':'3 volts'}");
    (void)people_do(p, "case_task.complete", task);
    (void)csm_tk_ok(p->tk, "case.reject_solution", "{'id':'%s','comments':'still dark here'}", id);
    assert_int_equal(csm_tk_int(p->tk, people_do(p, "case.close_case", id), "state"), 3);
    assert_int_equal(csm_tk_int(p->tk, people_do(p, "case.accept_solution", other), "state"), 3);
    csm_tk_hidden(p->tk, "customer_account", p->P); /* the case, and nothing beside it */
    csm_tk_revoke(p->tk, p->xena, "sn_customerservice.case_authorized_contact");
}

static void acceptance_127_a_listed_contact(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 6);

    csm_tk_grant(p->tk, p->xena, "sn_customerservice.case_authorized_contact");
    (void)name_party(p, id, "Listed Contact", "contact", p->xena);
    as(p, "xena");
    csm_tk_hidden(p->tk, CASE, id);
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.accept_solution", "{'id':'%s'}", id);
    csm_tk_revoke(p->tk, p->xena, "sn_customerservice.case_authorized_contact");
}

static void acceptance_128_role_and_responsibility(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *party = name_party(p, id, "Authorized Contact", "contact", p->xena);

    as(p, "xena"); /* the responsibility without the role */
    csm_tk_hidden(p->tk, CASE, id);
    csm_tk_grant(p->tk, p->xena, "sn_customerservice.case_authorized_contact");
    as(p, "xena");
    assert_true(csm_tk_sees(p->tk, CASE, id));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'responsibility':null}}", PARTY, party);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'%s','values':{'case':'%s','type':'%s','contact':'%s'}}", PARTY,
                       id, kind(p, "Authorized Contact"), p->carl);
    as(p, "ann");
    (void)csm_tk_update(p->tk, PARTY, party, "{'responsibility':null}");
    as(p, "xena"); /* the role without the responsibility */
    csm_tk_hidden(p->tk, CASE, id);
    csm_tk_revoke(p->tk, p->xena, "sn_customerservice.case_authorized_contact");
}

static void acceptance_129_what_a_party_shows(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *party = name_party(p, id, "Authorized Contact", "contact", p->carl);
    const csm_value *rec;

    as(p, "ann");
    (void)csm_tk_update(p->tk, PARTY, party, "{'order':3}");
    rec = csm_tk_ok(p->tk, "record.query", "{'table':'%s','query':'case=%s','fields':'type,contact,responsibility,order','display':true}",
                    PARTY, id);
    assert_int_equal(csm_tk_at(p->tk, rec, "rows")->count, 1);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "rows.0.display.type"), "Authorized Contact");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "rows.0.display.contact"), "carl Contact");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "rows.0.display.responsibility"), "Authorized Representative");
    assert_int_equal(csm_tk_int(p->tk, rec, "rows.0.order"), 3);
    as(p, "joe");
    csm_tk_hidden(p->tk, PARTY, party);
}

static void acceptance_130_an_authorized_contributor(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);

    (void)name_party(p, id, "Authorized Contributor", "user", p->ivy);
    as(p, "ivy");
    csm_tk_hidden(p->tk, CASE, id); /* no functional role */
    csm_tk_grant(p->tk, p->ivy, "sn_customerservice.case_authorized_contributor");
    as(p, "ivy");
    assert_true(csm_tk_sees(p->tk, CASE, id));
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'from inside'}");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'priority':1}}", CASE, id);
    csm_tk_hidden(p->tk, CASE, people_case(p, "another"));
    csm_tk_revoke(p->tk, p->ivy, "sn_customerservice.case_authorized_contributor");
}

static void acceptance_134_an_open_task_names_him(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *party = name_party(p, id, "Authorized Contributor", "user", p->abe), *task;

    as(p, "ann");
    task = csm_tk_insert(p->tk, TASK, "{'parent_case':'%s','short_description':'t','assigned_to':'%s'}", id, p->abe);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'%s','id':'%s'}", PARTY, party);
    as(p, "adam");
    assert_non_null(strstr(csm_tk_fails(p->tk, CSM_E_REJECTED, "record.delete", "{'table':'%s','id':'%s'}", PARTY, party),
                           csm_tk_str(p->tk, csm_tk_get(p->tk, TASK, task), "number")));
    (void)people_do(p, "case_task.complete", task);
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", PARTY, party);
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", CASE, id);
}

static void acceptance_135_twice(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);

    (void)name_party(p, id, "Authorized Contact", "contact", p->carl);
    (void)name_party(p, id, "Listed Contact", "contact", p->carl); /* in another way */
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "record.insert", "{'table':'%s','values':{'case':'%s','type':'%s','contact':'%s'}}", PARTY, id,
                       kind(p, "Authorized Contact"), p->carl);
}

static void acceptance_109_case_tasks(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *task, *number;
    const csm_value *rec;

    as(p, "ann");
    task = csm_tk_insert(p->tk, TASK, "{'parent_case':'%s','short_description':'send a part'}", id);
    rec = csm_tk_get(p->tk, TASK, task);
    number = csm_tk_str(p->tk, rec, "number");
    assert_int_equal(strncmp(number, "CSTASK", 6), 0);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "account"), p->P);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "contact"), p->pat);
    assert_non_null(strstr(people_said(p, CASE, id, "work_notes"), number));
    assert_null(strstr(people_said(p, CASE, id, "work_notes"), "closed"));
    (void)people_do(p, "case_task.complete", task);
    assert_non_null(strstr(people_said(p, CASE, id, "work_notes"), "closed"));
    assert_null(strstr(people_said(p, CASE, id, "comments"), number));
    (void)csm_tk_update(p->tk, CASE, id, "{'account':'%s','contact':'%s'}", p->C, p->carl); /* the copies follow the case */
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, TASK, task), "account"), p->C);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, TASK, task), "contact"), p->carl);
    as(p, "cora");
    csm_tk_hidden(p->tk, TASK, task);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'parent_case':'%s','short_description':'t'}}", TASK,
                       id);
}

/* The middle office works the tasks given to it, its groups or made by it, and reads their cases, no others. */
static void acceptance_110_a_case_task_agent(void **state)
{
    people *p = *state;
    const char *max = csm_tk_user(p->tk, "max", "sn_customerservice.case_task_agent"), *group, *id = people_case_in(p, 10);
    const char *other = people_case_in(p, 10), *his, *of_group, *not_his;

    as(p, NULL);
    group = csm_tk_insert(p->tk, "sys_user_group", "{'name':'Middle office'}");
    (void)csm_tk_insert(p->tk, "sys_user_grmember", "{'user':'%s','group':'%s'}", max, group);
    as(p, "ann");
    his = csm_tk_insert(p->tk, TASK, "{'parent_case':'%s','short_description':'max one','assigned_to':'%s'}", id, max);
    of_group = csm_tk_insert(p->tk, TASK, "{'parent_case':'%s','short_description':'max two','assignment_group':'%s'}", id, group);
    not_his = csm_tk_insert(p->tk, TASK, "{'parent_case':'%s','short_description':'max three','assigned_to':'%s'}", other, p->abe);
    as(p, "max");
    assert_int_equal(csm_tk_count(p->tk, TASK, "short_descriptionSTARTSWITHmax"), 2);
    assert_true(csm_tk_sees(p->tk, TASK, his) && csm_tk_sees(p->tk, TASK, of_group));
    csm_tk_hidden(p->tk, TASK, not_his);
    assert_true(csm_tk_sees(p->tk, CASE, id));
    csm_tk_hidden(p->tk, CASE, other);
    (void)csm_tk_update(p->tk, TASK, his, "{'work_notes':'at it'}");
}

static void acceptance_112_a_viewer(void **state)
{
    people *p = *state;
    const char *business = people_case_in(p, 10), *private, *const writes[] = { "'comments':'x'", "'work_notes':'x'", "'priority':1" };

    as(p, "cora");
    private = csm_tk_insert(p->tk, CASE, "{'short_description':'private','consumer':'%s'}", p->joe);
    as(p, "vera");
    for (size_t n = 0; n < sizeof(writes) / sizeof(writes[0]); n++) {
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{%s}}", CASE, business, writes[n]);
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{%s}}", CASE, private, writes[n]);
    }
    assert_true(csm_tk_sees(p->tk, CASE, business) && csm_tk_sees(p->tk, CASE, private));
    assert_true(csm_tk_has(csm_tk_get(p->tk, CASE, business), "work_notes"));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'%s','values':{'short_description':'x'}}", CASE);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.cancel", "{'id':'%s','work_notes':'x'}", business);
}

static void acceptance_113_who_opens_for_whom(void **state)
{
    people *p = *state;
    const char *rita, *id;

    (void)csm_tk_user(p->tk, "arno", "sn_customerservice.account_contributor");
    (void)csm_tk_user(p->tk, "cyd", "sn_customerservice.consumer_contributor");
    rita = csm_tk_user(p->tk, "rita", "sn_customerservice.relationship_contributor");
    as(p, "mia");
    (void)csm_tk_insert(p->tk, "sn_customerservice_team_member", "{'account':'%s','user':'%s','responsibility':'%s'}", p->C, rita,
                        people_shipped(p, "sn_customerservice_responsibility_def", "Account Manager"));
    as(p, "arno");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'for X','account':'%s','contact':'%s'}", p->X, p->xena);
    assert_true(csm_tk_sees(p->tk, CASE, id));
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'any news?'}");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'priority':1}}", CASE, id);
    csm_tk_hidden(p->tk, CASE, people_case(p, "not of arno"));
    assert_false(csm_tk_has(csm_tk_get(p->tk, "customer_account", p->X), "phone")); /* number and name, to choose */
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'consumer':'%s'}}", CASE, p->joe);
    as(p, "cyd");
    (void)csm_tk_insert(p->tk, CASE, "{'short_description':'for joe','consumer':'%s'}", p->joe);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'account':'%s'}}", CASE, p->P);
    as(p, "rita");
    (void)csm_tk_insert(p->tk, CASE, "{'short_description':'for C','account':'%s','contact':'%s'}", p->C, p->carl);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'short_description':'for X','account':'%s'}}", CASE,
                       p->X);
    csm_tk_hidden(p->tk, "customer_account", p->X);
}

/* Whoever may edit as a contributor edits what he may read: note, talk, move, but neither change the rest nor end the case. */
static void acceptance_115_a_contributor(void **state)
{
    people *p = *state;
    const char *ed = csm_tk_user(p->tk, "ed", "sn_customerservice.case_contributor_editor");
    const char *eva = csm_tk_user(p->tk, "eva", "sn_customerservice.case_contributor_editor,sn_customerservice.case_viewer");
    const char *id = people_case_in(p, 10), *const who[] = { "ed", "eva" };

    as(p, "ed");
    csm_tk_hidden(p->tk, CASE, id);
    as(p, "ann");
    (void)csm_tk_update(p->tk, CASE, id, "{'contributor_users':['%s']}", ed);
    for (size_t n = 0; n < 2; n++) { /* named on the case; reads all of them */
        as(p, who[n]);
        (void)csm_tk_update(p->tk, CASE, id, "{'work_notes':'seen before','watch_list':['%s']}", eva);
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'priority':1}}", CASE, id);
        (void)csm_tk_ok(p->tk, "case.request_info", "{'id':'%s','comments':'which one?'}", id);
        (void)people_do(p, "case.open_case", id);
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.cancel", "{'id':'%s','work_notes':'x'}", id);
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.assign", "{'id':'%s','assigned_to':'%s'}", id, eva);
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'%s','id':'%s'}", CASE, id);
    }
    as(p, "ann");
    (void)csm_tk_update(p->tk, CASE, id, "{'contributor_users':[]}");
    as(p, "ed");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.update", "{'table':'%s','id':'%s','values':{'work_notes':'x'}}", CASE, id);
}

/* A watcher reads, if his power as a contact covers the account, and says nothing. */
static void watchers_read_and_no_more(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *served;

    as(p, "pam");
    csm_tk_hidden(p->tk, CASE, id);
    as(p, "ann");
    (void)csm_tk_update(p->tk, CASE, id, "{'watch_list':['%s']}", p->pam);
    served = csm_tk_insert(p->tk, CASE, "{'short_description':'s','account':'%s','partner':'%s'}", p->C, p->Q);
    (void)csm_tk_update(p->tk, CASE, served, "{'watch_list':['%s']}", p->quin);
    as(p, "pam");
    assert_true(csm_tk_sees(p->tk, CASE, id));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'comments':'me too'}}", CASE, id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.close_case", "{'id':'%s'}", id);
    as(p, "quin"); /* mailed, but neither a contact of the account nor the one who acts for it */
    csm_tk_hidden(p->tk, CASE, served);
}

/* What is taken away is gone with the next call: a consumer that is set inactive, a household that is. */
static void an_inactive_consumer_has_nothing(void **state)
{
    people *p = *state;
    const char *house, *of_jane, *id;

    as(p, NULL);
    house = csm_tk_insert(p->tk, "csm_household", "{'name':'Both','head_of_household':'%s'}", p->joe);
    (void)csm_tk_insert(p->tk, "csm_household_member", "{'household':'%s','consumer':'%s'}", house, p->jane);
    as(p, "jane");
    of_jane = csm_tk_insert(p->tk, CASE, "{'short_description':'of jane'}");
    as(p, "joe");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'of joe'}");
    assert_true(csm_tk_sees(p->tk, CASE, of_jane));
    as(p, NULL);
    (void)csm_tk_update(p->tk, "csm_household", house, "{'active':false}");
    as(p, "joe");
    csm_tk_hidden(p->tk, CASE, of_jane);
    csm_tk_hidden(p->tk, "csm_consumer", p->jane);
    assert_true(csm_tk_sees(p->tk, CASE, id));
    as(p, NULL);
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'by an agent','consumer':'%s'}", p->joe);
    (void)csm_tk_update(p->tk, "csm_consumer", p->joe, "{'active':false}");
    as(p, "joe");
    csm_tk_hidden(p->tk, CASE, id);
    csm_tk_hidden(p->tk, "csm_consumer", p->joe);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'%s','values':{'short_description':'late'}}", CASE);
    as(p, NULL);
    (void)csm_tk_update(p->tk, "csm_consumer", p->joe, "{'active':true}");
}

/* A household is those who live there today. */
static void members_of_today(void **state)
{
    static const struct {
        const char *days;
        bool lives_there;
    } rows[] = {
        { "'end_date':'2001-01-01'", false },
        { "'start_date':'2999-01-01'", false },
        { "'start_date':'2001-01-01','end_date':'2999-01-01'", true },
    };
    people *p = *state;
    const char *house, *member;

    as(p, NULL);
    house = csm_tk_insert(p->tk, "csm_household", "{'name':'Comings and goings','head_of_household':'%s'}", p->joe);
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        as(p, NULL);
        member = csm_tk_insert(p->tk, "csm_household_member", "{'household':'%s','consumer':'%s',%s}", house, p->jane, rows[n].days);
        as(p, "joe");
        assert_int_equal(csm_tk_sees(p->tk, "csm_consumer", p->jane), rows[n].lives_there);
        as(p, NULL);
        (void)csm_tk_ok(p->tk, "record.delete", "{'table':'csm_household_member','id':'%s'}", member);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_109_case_tasks),
        people_test(acceptance_110_a_case_task_agent),
        people_test(acceptance_112_a_viewer),
        people_test(acceptance_113_who_opens_for_whom),
        people_test(acceptance_115_a_contributor),
        people_test(watchers_read_and_no_more),
        people_test(an_inactive_consumer_has_nothing),
        people_test(members_of_today),
        people_test(acceptance_126_an_authorized_contact),
        people_test(acceptance_127_a_listed_contact),
        people_test(acceptance_128_role_and_responsibility),
        people_test(acceptance_129_what_a_party_shows),
        people_test(acceptance_130_an_authorized_contributor),
        people_test(acceptance_134_an_open_task_names_him),
        people_test(acceptance_135_twice),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
