/* Acceptance of cases with incidents; what happened to a case, customers, counting (items 245 to 252, 266, 267, 359, 362, 368). */
#include "support.h"

/* ---- the time line ---- */

/* "what:from>to;" of each line. */
static const char *timeline(people *p, const char *id, const char *more)
{
    const csm_value *rows = csm_tk_at(p->tk, csm_tk_ok(p->tk, "case.timeline", "{'id':'%s'%s}", id, more), "rows");
    char text[8192] = "";

    for (uint32_t n = 0; n < rows->count; n++) {
        size_t len = strlen(text);

        (void)snprintf(text + len, sizeof(text) - len, "%s:%s>%s;", csm_tk_str(p->tk, &rows->list[n], "what"),
                       csm_tk_str(p->tk, &rows->list[n], "from"), csm_tk_str(p->tk, &rows->list[n], "to"));
    }
    return csm_tk_keep_text(p->tk, csm_str_of(text));
}

static void acceptance_362_what_happened_to_a_case(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "what happened"), *incident, *text;
    const csm_value *answer;

    as(p, "ann");
    (void)people_do(p, "case.assign_to_me", id);
    csm_tk_advance(p->tk, CSM_MINUTE);
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'we look into it'}");
    csm_tk_advance(p->tk, CSM_MINUTE);
    incident = raise(p, id, "incident");
    csm_tk_advance(p->tk, CSM_MINUTE);
    (void)csm_tk_ok(p->tk, "case.request_info", "{'id':'%s','comments':'which plug is it'}", id);
    as(p, "sol");
    text = timeline(p, id, "");
    assert_ptr_equal(strstr(text, "made:>;"), text);
    before(text, "made:>;", "state:New>Open;");
    before(text, "state:New>Open;", "comments:>we look into it;");
    before(text, "comments:>we look into it;", csm_tk_str(p->tk, csm_tk_get(p->tk, "incident", incident), "number"));
    before(text, "incident:>INC", "state:Open>Awaiting Info;");
    before(text, "assigned_to:>", "work_notes:>Incident INC");
    before(text, "state:Open>Awaiting Info;", "comments:>which plug is it;");
    answer = csm_tk_ok(p->tk, "case.timeline", "{'id':'%s','limit':1}", id);
    assert_int_equal(csm_tk_at(p->tk, answer, "rows")->count, 1);
    assert_true(csm_tk_bool(p->tk, answer, "more"));
    csm_tk_assert_str(csm_tk_str(p->tk, answer, "rows.0.to"), "which plug is it");
    csm_tk_assert_str(csm_tk_str(p->tk, answer, "rows.0.by"), "ann");
    as(p, "ann"); /* she reads no incidents, so it has no name for her */
    assert_null(strstr(timeline(p, id, ""), "incident:>INC"));
    assert_non_null(strstr(timeline(p, id, ""), "incident:>;"));
    as(p, "tim");
    assert_non_null(strstr(timeline(p, id, ""), "state:New>Open;"));
    as(p, "cora");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.timeline", "{'id':'%s'}", id);
    as(p, "ivy");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.timeline", "{'id':'%s'}", id);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.timeline", "{'id':'%s'}", id);
}

/* ---- incidents ---- */

static void acceptance_245_without_the_plugin(void **state)
{
    people *p = *state, *bare = people_start("customer_service");
    const char *id = people_case(bare, "plain");

    as(bare, NULL);
    assert_false(csm_tk_has(csm_tk_get(bare->tk, CASE, id), "incident"));
    (void)csm_tk_fails(bare->tk, CSM_E_NOT_FOUND, "case.create_incident", "{'id':'%s'}", id);
    people_stop(bare);
    as(p, NULL);
    assert_true(csm_tk_has(csm_tk_get(p->tk, CASE, people_case(p, "linked")), "incident"));
}

static void acceptance_246_create_incident(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "no dial tone"), *incident;
    const csm_value *rec;

    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.create_incident", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.create_problem", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.create_change", "{'id':'%s'}", id);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.create_incident", "{'id':'%s'}", id);
    as(p, "tim"); /* technical support does not reach the case yet */
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.create_incident", "{'id':'%s'}", id);
    incident = raise(p, id, "incident");
    rec = people_row(p, "incident", incident);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "short_description"), "no dial tone");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "company"), p->P);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "caller_id"), p->pat);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "parent"), id);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "contact_type"), "web");
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, CASE, id), "incident"), incident);
    noted(p, id, csm_tk_str(p->tk, rec, "number"));
    assert_non_null(strstr(people_said(p, "incident", incident, "work_notes"), csm_tk_str(p->tk, people_row(p, CASE, id), "number")));
    as(p, "tim"); /* now he reads it, and nothing more */
    assert_true(csm_tk_sees(p->tk, CASE, id));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'priority':1}}", CASE, id);
    as(p, "cora");
    csm_tk_hidden(p->tk, CASE, id);
}

static void acceptance_247_priority(void **state)
{
    static const struct {
        int of_case, priority, impact, urgency;
    } table[] = { { 1, 1, 1, 1 }, { 2, 2, 1, 2 }, { 3, 3, 2, 2 }, { 4, 4, 2, 3 }, { 5, 5, 3, 3 } };
    people *p = *state;
    const csm_value *rows, *rec;
    const char *id;

    for (size_t n = 0; n < sizeof(table) / sizeof(table[0]); n++) {
        id = people_case(p, "urgent");
        (void)csm_tk_update(p->tk, CASE, id, "{'priority':%d}", table[n].of_case);
        rec = people_row(p, "incident", raise(p, id, "incident"));
        assert_int_equal(csm_tk_int(p->tk, rec, "priority"), table[n].priority);
        assert_int_equal(csm_tk_int(p->tk, rec, "impact"), table[n].impact);
        assert_int_equal(csm_tk_int(p->tk, rec, "urgency"), table[n].urgency);
    }
    as(p, NULL);
    rows = csm_tk_rows(p->tk, "dl_u_priority", "active=true");
    assert_int_equal(rows->count, 9);
    for (uint32_t n = 0; n < rows->count; n++)
        (void)csm_tk_update(p->tk, "dl_u_priority", csm_tk_str(p->tk, &rows->list[n], "sys_id"), "{'active':false}");
    id = people_case(p, "urgent");
    as(p, "ann");
    (void)csm_tk_update(p->tk, CASE, id, "{'priority':2}");
    rec = people_row(p, "incident", raise(p, id, "incident"));
    assert_int_equal(csm_tk_int(p->tk, rec, "priority"), 5);
    assert_int_equal(csm_tk_int(p->tk, rec, "impact"), 3);
    assert_int_equal(csm_tk_int(p->tk, rec, "urgency"), 3);
    as(p, NULL);
    for (uint32_t n = 0; n < rows->count; n++)
        (void)csm_tk_update(p->tk, "dl_u_priority", csm_tk_str(p->tk, &rows->list[n], "sys_id"), "{'active':true}");
}

static void acceptance_248_one_incident(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "one"), *first = raise(p, id, "incident"), *second;

    as(p, "sol");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.create_incident", "{'id':'%s'}", id);
    second = csm_tk_insert(p->tk, "incident", "{'short_description':'other','caller_id':'%s'}", p->ivy);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.associate_incident", "{'id':'%s','incident':'%s'}", id, second);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'incident':'%s'}}", CASE, id,
                       second);
    (void)people_do(p, "case.remove_incident", id);
    assert_true(csm_tk_is_nil(p->tk, people_row(p, CASE, id), "incident"));
    noted(p, id, "unlinked");
    (void)csm_tk_ok(p->tk, "case.associate_incident", "{'id':'%s','incident':'%s'}", id, second);
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, CASE, id), "incident"), second);
    (void)people_do(p, "case.remove_incident", id);
    resolve(p, first);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.associate_incident", "{'id':'%s','incident':'%s'}", id, first);
    as(p, "tim");
    (void)people_do(p, "incident.close", first);
    as(p, "sol");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.associate_incident", "{'id':'%s','incident':'%s'}", id, first);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'incident':'%s'}}", CASE, id,
                       first);
    as(p, "ann"); /* nor past the methods */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'incident':'%s'}}", CASE, id,
                       second);
}

static void acceptance_249_incident_tells_its_cases(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "one"), *other = people_case(p, "two"), *closed = people_case(p, "three");
    const char *incident = raise(p, id, "incident"), *notes;

    as(p, "sol");
    (void)csm_tk_ok(p->tk, "case.associate_incident", "{'id':'%s','incident':'%s'}", other, incident);
    (void)csm_tk_ok(p->tk, "case.associate_incident", "{'id':'%s','incident':'%s'}", closed, incident);
    (void)csm_tk_ok(p->tk, "case.cancel", "{'id':'%s','work_notes':'twice'}", closed);
    notes = people_said(p, CASE, closed, "work_notes");
    as(p, "tim");
    (void)people_do(p, "incident.start", incident);
    (void)csm_tk_update(p->tk, "incident", incident, "{'comments':'looking at the exchange'}");
    (void)csm_tk_ok(p->tk, "incident.hold", "{'id':'%s','hold_reason':4}", incident);
    resolve(p, incident);
    for (int n = 0; n < 2; n++) {
        const char *one = n == 0 ? id : other;

        noted(p, one, "New -> In Progress");
        noted(p, one, "looking at the exchange");
        noted(p, one, "On Hold (Awaiting Vendor)");
        noted(p, one, "Workaround provided: use the other line");
    }
    csm_tk_assert_str(people_said(p, CASE, closed, "work_notes"), notes);
}

static int64_t mails_to_pat(people *p)
{
    const char *before = p->who;
    int64_t count;

    csm_tk_settle(p->tk);
    as(p, NULL);
    count = csm_tk_count(p->tk, "sys_email", "recipientsLIKEpat@example.com");
    as(p, before);
    return count;
}

/* What happens to the incident of a closed case leaves no trace on it: no note, no change, no mail. */
static void acceptance_368_a_closed_case_hears_nothing(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *incident = raise(p, id, "incident"), *notes;
    int64_t version, mails;

    (void)csm_tk_ok(p->tk, "case.close_case", "{'id':'%s','resolution_code':'solved_workaround','close_notes':'n'}", id);
    notes = people_said(p, CASE, id, "work_notes");
    version = csm_tk_int(p->tk, people_row(p, CASE, id), "sys_mod_count");
    mails = mails_to_pat(p);
    as(p, "tim");
    (void)people_do(p, "incident.start", incident);
    (void)csm_tk_update(p->tk, "incident", incident, "{'comments':'still looking'}");
    resolve(p, incident);
    (void)people_do(p, "incident.close", incident);
    csm_tk_assert_str(people_said(p, CASE, id, "work_notes"), notes);
    assert_int_equal(csm_tk_int(p->tk, people_row(p, CASE, id), "sys_mod_count"), version);
    assert_int_equal(mails_to_pat(p), mails);
}

static void acceptance_251_codes_of_linked_records(void **state)
{
    static const char *const codes[] = { "closed_inc", "closed_prb", "workaround_open_prb", "closed_chg" };
    people *p = *state;

    for (size_t n = 0; n < sizeof(codes) / sizeof(codes[0]); n++) {
        const char *id = people_case_in(p, 10);

        as(p, "ann");
        (void)csm_tk_ok(p->tk, "case.propose_solution", "{'id':'%s','resolution_code':'%s','close_notes':'n'}", id, codes[n]);
    }
}

static void acceptance_252_reopen_incident(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "again"), *incident = raise(p, id, "incident"), *next;

    as(p, "sol");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.reopen_incident", "{'id':'%s'}", id); /* not resolved */
    resolve(p, incident);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.reopen_incident", "{'id':'%s'}", id);
    as(p, "sol");
    (void)csm_tk_ok(p->tk, "case.reopen_incident", "{'id':'%s','work_notes':'still silent'}", id);
    assert_int_equal(csm_tk_int(p->tk, people_row(p, "incident", incident), "state"), 2);
    assert_non_null(strstr(people_said(p, "incident", incident, "work_notes"), "still silent"));
    resolve(p, incident);
    as(p, "tim");
    (void)people_do(p, "incident.close", incident);
    as(p, "sol");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.reopen_incident", "{'id':'%s'}", id);
    next = raise(p, id, "incident");
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, CASE, id), "incident"), next);
    assert_string_not_equal(next, incident);
}

static void acceptance_359_talk_goes_through_the_case(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "quiet"), *incident = raise(p, id, "incident");
    int64_t mails = mails_to_pat(p);

    as(p, "tim");
    (void)csm_tk_update(p->tk, "incident", incident, "{'comments':'rack 7 is hot','work_notes':'really'}");
    resolve(p, incident);
    assert_int_equal(mails_to_pat(p), mails);
    as(p, "pat");
    csm_tk_hidden(p->tk, "incident", incident);
    assert_null(strstr(people_said(p, CASE, id, "comments"), "rack 7"));
    assert_false(csm_tk_has(csm_tk_get(p->tk, CASE, id), "work_notes"));
    assert_false(csm_tk_has(csm_tk_get(p->tk, CASE, id), "incident"));
}

/* ---- customers, figures ---- */

static void acceptance_266_customers(void **state)
{
    static const char *const outside[] = { "pat", "dora", "quest", "xena", "joe" };
    people *p = *state;
    const char *id = people_case(p, "closed doors");

    (void)raise(p, id, "incident");
    (void)raise(p, id, "problem");
    (void)raise_change(p, id);
    for (size_t n = 0; n < sizeof(outside) / sizeof(outside[0]); n++) {
        as(p, outside[n]);
        assert_int_equal(csm_tk_count(p->tk, "incident", "%s", ""), 0);
        assert_int_equal(csm_tk_count(p->tk, "problem", "%s", ""), 0);
        assert_int_equal(csm_tk_count(p->tk, "change_request", "%s", ""), 0);
    }
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.linked", "{'id':'%s','link':'problem'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.linked", "{'id':'%s','link':'change'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.linked", "{'id':'%s','link':'incident'}", id);
    people_set_property(p, "csm.external_access.problem", "true");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.linked", "{'id':'%s','link':'problem'}", id), "state"), "New");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.linked", "{'id':'%s','link':'change'}", id);
    people_set_property(p, "csm.external_access.change", "true");
    assert_int_equal(strncmp(csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.linked", "{'id':'%s','link':'change'}", id), "number"), "CHG",
                             3), 0);
    as(p, "xena"); /* of a case that is not his: nothing */
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.linked", "{'id':'%s','link':'change'}", id);
    as(p, "ann"); /* an agent needs the role, property or not */
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.linked", "{'id':'%s','link':'change'}", id);
    people_set_property(p, "csm.external_access.problem", "false");
    people_set_property(p, "csm.external_access.change", "false");
}

static void acceptance_267_counting(void **state)
{
    static const char *const links[] = { "incident", "problem", "change" };
    people *p = *state;

    for (size_t n = 0; n < sizeof(links) / sizeof(links[0]); n++) {
        int64_t open, closed;
        const char *one = people_case(p, "counted"), *two = people_case(p, "counted");

        as(p, "mia");
        open = csm_tk_count(p->tk, CASE, "%sISNOTEMPTY^active=true", links[n]);
        closed = csm_tk_count(p->tk, CASE, "%sISNOTEMPTY^active=false", links[n]);
        (void)(n == 2 ? raise_change(p, one) : raise(p, one, links[n]));
        (void)(n == 2 ? raise_change(p, two) : raise(p, two, links[n]));
        (void)csm_tk_ok(p->tk, "case.cancel", "{'id':'%s','work_notes':'twice'}", two);
        assert_int_equal(csm_tk_count(p->tk, CASE, "%sISNOTEMPTY^active=true", links[n]), open + 1);
        assert_int_equal(csm_tk_count(p->tk, CASE, "%sISNOTEMPTY^active=false", links[n]), closed + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_362_what_happened_to_a_case),
        people_test(acceptance_245_without_the_plugin),
        people_test(acceptance_246_create_incident),
        people_test(acceptance_247_priority),
        people_test(acceptance_248_one_incident),
        people_test(acceptance_249_incident_tells_its_cases),
        people_test(acceptance_368_a_closed_case_hears_nothing),
        people_test(acceptance_251_codes_of_linked_records),
        people_test(acceptance_252_reopen_incident),
        people_test(acceptance_359_talk_goes_through_the_case),
        people_test(acceptance_266_customers),
        people_test(acceptance_267_counting),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
