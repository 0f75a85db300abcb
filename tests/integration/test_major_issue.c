/* Acceptance of major issues: candidates, major cases and their recipients lists (items 285 to 288, 291). */
#include "major.h"

/* ---- candidates ---- */

static void acceptance_285_propose(void **state)
{
    static const int possible[] = { 10, 18 }, too_late[] = { 6, 3 };
    people *p = *state;

    for (size_t n = 0; n < 2; n++) {
        const char *id = people_case_in(p, possible[n]);
        int64_t mails = people_mails(p, "mia", "proposed as a major case");

        as(p, "ann");
        (void)csm_tk_ok(p->tk, "case.propose_major_case", "{'id':'%s','work_notes':'the third today','business_impact':'half the coast'}", id);
        shows(p, id, "major_case_state", "proposed");
        shows(p, id, "business_impact", "half the coast");
        assert_true(noted(p, id, "the third today"));
        assert_int_equal(people_mails(p, "mia", "proposed as a major case"), mails + 1);
        assert_int_equal(people_mails(p, "pat", "proposed as a major case"), 0);
        (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.propose_major_case", "{'id':'%s','work_notes':'again'}", id);
    }
    for (size_t n = 0; n < 2; n++)
        (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.propose_major_case", "{'id':'%s','work_notes':'n'}", people_case_in(p, too_late[n]));
}

static void acceptance_285_wrong_side(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);

    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.propose_major_case", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'major_case_state':'proposed'}}", CASE, id);
    as(p, "cora"); /* not hers */
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.propose_major_case", "{'id':'%s','work_notes':'n'}", id);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.propose_major_case", "{'id':'%s','work_notes':'n'}", id);
    as(p, "vera");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.propose_major_case", "{'id':'%s','work_notes':'n'}", id);
    shows(p, id, "major_case_state", "");
    id = child_of(p, major_case(p, "has a child")); /* one of many already */
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.propose_major_case", "{'id':'%s','work_notes':'n'}", id);
}

static void acceptance_286_approve(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *major, *incident;
    const csm_value *rec;

    as(p, "ann");
    incident = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_incident", "{'id':'%s'}", id), "sys_id");
    (void)csm_tk_ok(p->tk, "case.propose_major_case", "{'id':'%s','work_notes':'n','business_impact':'all hotels'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.approve_major_case", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.create_major_case", "{'short_description':'mine'}");
    shows(p, id, "major_case_state", "proposed");
    as(p, "mia");
    rec = people_do(p, "case.approve_major_case", id);
    major = csm_tk_str(p->tk, rec, "sys_id");
    assert_string_not_equal(major, id);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "major_case_state"), "accepted");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "business_impact"), "all hotels");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "short_description"), "in a state");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "incident"), incident);
    assert_true(csm_tk_is_nil(p->tk, rec, "account"));
    assert_true(csm_tk_is_nil(p->tk, rec, "contact"));
    assert_true(csm_tk_is_nil(p->tk, rec, "consumer"));
    shows(p, id, "parent", major);
    shows(p, id, "major_case_state", "");
    shows(p, id, "account", p->P);
    assert_true(noted(p, id, "is its major case now"));
    assert_true(noted(p, major, "is a child case now"));
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.approve_major_case", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'account':'%s'}}", CASE, major, p->P);
}

/* The links of a child case are the major case's (4.7). */
static void acceptance_286_technical_support(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);
    int64_t before;

    as(p, "ann");
    (void)csm_tk_ok(p->tk, "case.propose_major_case", "{'id':'%s','work_notes':'n'}", id);
    as(p, "mia");
    (void)people_do(p, "case.approve_major_case", id);
    as(p, "adam");
    before = csm_tk_count(p->tk, "incident", "numberISNOTEMPTY");
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.create_incident", "{'id':'%s'}", id);
    as(p, "adam");
    assert_int_equal(csm_tk_count(p->tk, "incident", "numberISNOTEMPTY"), before);
    as(p, "mia");
    (void)people_do(p, "case.remove_child_case", id);
    as(p, "ann");
    (void)people_do(p, "case.create_incident", id);
}

/* A record of both is told to the major case, and to the child by sync alone; another record of the child's is its own. */
static void acceptance_286_records_of_both(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *other = people_case_in(p, 10), *major, *incident, *own;

    as(p, "ann");
    incident = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_incident", "{'id':'%s'}", id), "sys_id");
    own = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_incident", "{'id':'%s'}", other), "sys_id");
    (void)csm_tk_ok(p->tk, "case.propose_major_case", "{'id':'%s','work_notes':'n'}", id);
    as(p, "mia");
    major = csm_tk_str(p->tk, people_do(p, "case.approve_major_case", id), "sys_id");
    (void)csm_tk_ok(p->tk, "case.add_child_cases", "{'id':'%s','cases':['%s']}", major, other);
    as(p, "tim");
    (void)csm_tk_ok(p->tk, "incident.start", "{'id':'%s'}", incident);
    (void)csm_tk_ok(p->tk, "incident.start", "{'id':'%s'}", own);
    assert_int_equal(people_told(p, CASE, major, "work_notes", "New -> In Progress"), 1);
    assert_int_equal(people_told(p, CASE, id, "work_notes", "New -> In Progress"), 0);
    assert_int_equal(people_told(p, CASE, other, "work_notes", "New -> In Progress"), 1);
    sync(p, "true");
    as(p, "tim");
    (void)csm_tk_update(p->tk, "incident", incident, "{'comments':'a cable'}");
    csm_tk_settle(p->tk);
    assert_int_equal(people_told(p, CASE, major, "work_notes", "a cable"), 1);
    assert_int_equal(people_told(p, CASE, id, "work_notes", "a cable"), 1);
    assert_int_equal(people_told(p, CASE, id, "comments", "a cable"), 0);
    sync(p, "false");
}

static void acceptance_287_direct_candidate(void **state)
{
    people *p = *state;
    const char *id = candidate(p, "gateway down");

    shows(p, id, "major_case_state", "proposed");
    as(p, "mia");
    csm_tk_assert_str(csm_tk_str(p->tk, people_do(p, "case.approve_major_case", id), "sys_id"), id);
    shows(p, id, "major_case_state", "accepted");
    id = candidate(p, "one printer");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.reject_major_case", "{'id':'%s','work_notes':'no'}", id);
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.reject_major_case", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.reject_major_case", "{'id':'%s','work_notes':''}", id);
    shows(p, id, "major_case_state", "proposed");
    (void)csm_tk_ok(p->tk, "case.reject_major_case", "{'id':'%s','work_notes':'only one customer'}", id);
    shows(p, id, "major_case_state", "rejected");
    assert_true(noted(p, id, "only one customer"));
    as(p, "ann");
    (void)people_do(p, "case.assign_to_me", id);
    is(p, id, "state", 10);
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.approve_major_case", "{'id':'%s'}", id);
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "case.propose_major_case", "{'id':'%s','work_notes':'now two'}", id);
    as(p, "mia");
    (void)people_do(p, "case.cancel_major_case", id);
    shows(p, id, "major_case_state", "canceled");
}

/* ---- recipients lists ---- */

static int64_t listed(people *p, const char *list, const char *more)
{
    const char *before = p->who;
    int64_t count;

    csm_tk_settle(p->tk);
    as(p, "adam");
    count = csm_tk_count(p->tk, ACCOUNTS, "list=%s^%s", list, more);
    as(p, before);
    return count;
}

static void acceptance_288_condition(void **state)
{
    people *p = *state;
    const char *list, *row;

    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'name':'no','type':'accounts','method':'condition'}}", LIST);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert",
                       "{'table':'%s','values':{'name':'no','type':'accounts','method':'condition','condition':'colour=red'}}", LIST);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", /* rows have no changes */
                       "{'table':'%s','values':{'name':'no','type':'accounts','method':'condition','condition':'nameCHANGES'}}", LIST);
    list = csm_tk_insert(p->tk, LIST, "{'name':'below P','type':'accounts','method':'condition','condition':'account_parent=%s'}", p->P);
    put(p, list, p->X);
    (void)people_do(p, "recipients_list.refresh", list);
    assert_int_equal(listed(p, list, "recipient.nameINAccount S1,Account S2^dynamically_added=true"), 2);
    assert_int_equal(listed(p, list, "recipientISNOTEMPTY"), 3);
    row = csm_tk_str(p->tk, csm_tk_first(p->tk, ACCOUNTS, "list=%s^recipient=%s", list, p->S1), "sys_id");
    (void)csm_tk_update(p->tk, ACCOUNTS, row, "{'active_communication':false}");
    (void)csm_tk_update(p->tk, LIST, list, "{'condition':'name=Account S1^ORname=Account C'}");
    (void)people_do(p, "recipients_list.refresh", list);
    assert_int_equal(listed(p, list, "recipient.nameINAccount S1,Account C,Account X"), 3); /* X by hand */
    assert_int_equal(listed(p, list, "recipient.name=Account S2"), 0);
    assert_int_equal(listed(p, list, "recipient.name=Account X^dynamically_added=false"), 1);
    assert_int_equal(listed(p, list, "recipient.name=Account S1^active_communication=false"), 1);
    assert_false(csm_tk_bool(p->tk, csm_tk_get(p->tk, LIST, list), "refreshing"));
    assert_false(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, LIST, list), "refreshed_on"));
    (void)csm_tk_update(p->tk, LIST, list, "{'method':'upload'}"); /* nobody follows anything any more */
    (void)people_do(p, "recipients_list.refresh", list);
    assert_int_equal(listed(p, list, "recipientISNOTEMPTY"), 1);
}

static void acceptance_288_wrong_side(void **state)
{
    people *p = *state;
    const char *list = list_of(p, "of mia", "accounts"), *own;

    as(p, "ann"); /* reads all, keeps what she made */
    (void)csm_tk_get(p->tk, LIST, list);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "recipients_list.add", "{'id':'%s','recipients':['%s']}", list, p->P);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "recipients_list.refresh", "{'id':'%s'}", list);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'%s','values':{'list':'%s','recipient':'%s'}}", ACCOUNTS, list, p->P);
    own = csm_tk_insert(p->tk, LIST, "{'name':'of ann','type':'accounts'}");
    (void)csm_tk_ok(p->tk, "recipients_list.add", "{'id':'%s','recipients':['%s','%s']}", own, p->P, p->P);
    assert_int_equal(csm_tk_count(p->tk, ACCOUNTS, "list=%s", own), 1);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'condition':'notesISNOTEMPTY','method':'condition'}}", LIST, own);
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "recipients_list.add", "{'id':'%s','recipients':['%s']}", own, p->joe);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "recipients_list.add", "{'id':'%s','recipients':['printer']}", own);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'sn_publications_publication_contact_m2m','values':"
                       "{'list':'%s','recipient':'%s'}}", own, p->pat);
    as(p, "pat");
    csm_tk_hidden(p->tk, LIST, list);
    assert_int_equal(csm_tk_count(p->tk, ACCOUNTS, "listISNOTEMPTY"), 0);
    as(p, "cora"); /* accounts are not hers to see, on a list neither */
    assert_int_equal(csm_tk_count(p->tk, ACCOUNTS, "list=%s", own), 0);
}

static void acceptance_291_types(void **state)
{
    static const char *const wrong[] = { "contacts", "internal_users" }, *const right[] = { "accounts", "consumers" };
    people *p = *state;
    const char *major = major_case(p, "types of lists"), *plain = people_case_in(p, 10);
    char name[40];

    for (size_t n = 0; n < 2; n++) {
        (void)snprintf(name, sizeof(name), "wrong %zu", n);
        as(p, "mia");
        (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'recipient_list':'%s'}}", CASE,
                           major, list_of(p, name, wrong[n]));
    }
    for (size_t n = 0; n < 2; n++) {
        (void)snprintf(name, sizeof(name), "right %zu", n);
        attach(p, major, list_of(p, name, right[n]));
    }
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'recipient_list':'%s'}}", CASE, plain,
                       list_of(p, "of a plain case", "accounts"));
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'recipient_list':null}}", CASE, major);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_285_propose),
        people_test(acceptance_285_wrong_side),
        people_test(acceptance_286_approve),
        people_test(acceptance_286_technical_support),
        people_test(acceptance_286_records_of_both),
        people_test(acceptance_287_direct_candidate),
        people_test(acceptance_288_condition),
        people_test(acceptance_288_wrong_side),
        people_test(acceptance_291_types),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
