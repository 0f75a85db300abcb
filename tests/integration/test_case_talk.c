/* Acceptance of talk on cases: what customers read, mails, attention, attachments (items 105 to 108, 111, 124, 368, 385). */
#include "people.h"

#include <stdio.h>

#define CASE "sn_customerservice_case"

static void acceptance_105_the_customers_view(void **state)
{
    static const char *const hidden[] = { "work_notes", "assigned_to", "assignment_group", "made_sla", "sla_due", "escalation",
                                          "watch_list", "work_notes_list", "needs_attention", "cause", "impact", "urgency",
                                          "contributor_users", "auto_close", "first_response_time", "parent", "additional_users",
                                          "closed_by", "resolved_by", "opened_by", "company", "approval_history" };
    people *p = *state;
    const char *id = people_case_in(p, 10);
    const csm_value *rec;

    (void)csm_tk_update(p->tk, CASE, id, "{'work_notes':'he always breaks it','comments':'we are looking'}");
    as(p, "pat");
    rec = csm_tk_get(p->tk, CASE, id);
    for (size_t n = 0; n < sizeof(hidden) / sizeof(hidden[0]); n++)
        if (csm_tk_has(rec, hidden[n]))
            fail_msg("a customer reads \"%s\"", hidden[n]);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "comments.0.text"), "we are looking");
    rec = csm_tk_ok(p->tk, "record.get", "{'table':'%s','id':'%s','display':true}", CASE, id);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "display.state"), "In progress");
    rec = csm_tk_ok(p->tk, "record.query", "{'table':'%s','query':'sys_id=%s','fields':'number,work_notes,assigned_to'}", CASE, id);
    assert_true(csm_tk_is_nil(p->tk, rec, "rows.0.assigned_to")); /* asked for by name: there, and empty */
    as(p, "ann");
    rec = csm_tk_ok(p->tk, "record.get", "{'table':'%s','id':'%s','display':true}", CASE, id);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "display.state"), "Open");
}

static void acceptance_106_notes_to_comments(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *other = people_case_in(p, 10);

    (void)csm_tk_ok(p->tk, "case.propose_solution", "{'id':'%s','resolution_code':'solved_workaround',"
                    "'close_notes':'use the other port','notes_to_comments':true}", id);
    (void)csm_tk_ok(p->tk, "case.propose_solution", "{'id':'%s','resolution_code':'solved_workaround',"
                    "'close_notes':'kept to ourselves'}", other);
    as(p, "pat");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "comments.0.text"), "use the other port");
    assert_int_equal(csm_tk_at(p->tk, csm_tk_get(p->tk, CASE, other), "comments")->count, 0);
}

static void acceptance_107_who_is_mailed(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);
    int64_t pat = people_mails(p, "pat", "New comment"), dora = people_mails(p, "dora", "New comment");

    (void)csm_tk_update(p->tk, CASE, id, "{'watch_list':['%s'],'work_notes_list':['%s']}", p->dora, p->abe);
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'a comment'}");
    assert_int_equal(people_mails(p, "pat", "New comment"), pat + 1);
    assert_int_equal(people_mails(p, "dora", "New comment"), dora + 1);
    assert_int_equal(people_mails(p, "abe", "Work note"), 0);
    (void)csm_tk_update(p->tk, CASE, id, "{'work_notes':'an internal note'}");
    assert_int_equal(people_mails(p, "abe", "Work note"), 1);
    assert_int_equal(people_mails(p, "pat", "Work note"), 0);
    assert_int_equal(people_mails(p, "dora", "Work note"), 0);
    assert_int_equal(people_mails(p, "pat", "New comment"), pat + 1);
    as(p, NULL);
    assert_int_equal(csm_tk_count(p->tk, "sys_email", "recipientsLIKEpat@^bodyLIKEinternal note"), 0);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'work_notes_list':['%s']}}",
                       CASE, id, p->pat);
    /* Nobody from outside the customer's side may watch. */
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'watch_list':['%s']}}", CASE,
                       id, p->xena);
}

/* Everybody on the customer's side is told once: parties with a responsibility, consumers by the address they have, the partner;
 * not who wrote, who wants no mail or who is only listed. */
static void acceptance_107_the_customers_side(void **state)
{
    people *p = *state;
    const char *id, *private, *quiet, *type = "sn_customerservice_related_party_configuration", *party = "sn_customerservice_related_party";
    int64_t mails[5];

    as(p, NULL);
    quiet = csm_tk_insert(p->tk, "csm_consumer", "{'first_name':'quiet','last_name':'Q','email':'quiet@example.com','notification':1}");
    as(p, "quin");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'served','account':'%s','contact':'%s'}", p->C, p->carl);
    as(p, "ann");
    (void)csm_tk_insert(p->tk, party, "{'case':'%s','contact':'%s','type':'%s'}", id, p->pat,
                        csm_tk_str(p->tk, csm_tk_first(p->tk, type, "name=Authorized Contact^applies_to=case"), "sys_id"));
    (void)csm_tk_insert(p->tk, party, "{'case':'%s','contact':'%s','type':'%s'}", id, p->xena,
                        csm_tk_str(p->tk, csm_tk_first(p->tk, type, "name=Listed Contact^applies_to=case"), "sys_id"));
    mails[0] = people_mails(p, "carl", "New comment");
    mails[1] = people_mails(p, "quin", "New comment");
    mails[2] = people_mails(p, "pat", "New comment");
    mails[3] = people_mails(p, "xena", "New comment");
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'to all of you'}");
    assert_int_equal(people_mails(p, "carl", "New comment"), mails[0] + 1);
    assert_int_equal(people_mails(p, "quin", "New comment"), mails[1] + 1);
    assert_int_equal(people_mails(p, "pat", "New comment"), mails[2] + 1);
    assert_int_equal(people_mails(p, "xena", "New comment"), mails[3]);
    as(p, "cora");
    private = csm_tk_insert(p->tk, CASE, "{'short_description':'private','consumer':'%s'}", p->joe);
    for (int n = 0; n < 2; n++)
        (void)csm_tk_insert(p->tk, party, "{'case':'%s','consumer':'%s','type':'%s'}", private, n == 0 ? p->jane : quiet,
                            csm_tk_str(p->tk, csm_tk_first(p->tk, type, "name=Authorized Consumer^applies_to=case"), "sys_id"));
    mails[0] = people_mails(p, "joe", "New comment");
    mails[4] = people_mails(p, "jane", "New comment");
    as(p, "cora");
    (void)csm_tk_update(p->tk, CASE, private, "{'comments':'to you both'}");
    assert_int_equal(people_mails(p, "joe", "New comment"), mails[0] + 1);
    assert_int_equal(people_mails(p, "jane", "New comment"), mails[4] + 1);
    assert_int_equal(people_mails(p, "quiet", "case"), 0);
}

/* What the customer says goes to whoever works the case, also when an employee is the customer. */
static void acceptance_107_the_assignee(void **state)
{
    people *p = *state;
    const char *id;
    int64_t mails;

    as(p, NULL);
    (void)csm_tk_update(p->tk, "sys_user", p->ann, "{'email':'ann@example.com'}");
    id = people_case_in(p, 10);
    mails = people_mails(p, "ann", "The customer wrote");
    as(p, "pat");
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'hello?'}");
    assert_int_equal(people_mails(p, "ann", "The customer wrote"), mails + 1);
    as(p, "ann");
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'yes'}");
    assert_int_equal(people_mails(p, "ann", "The customer wrote"), mails + 1);
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'chair','requested_by':'%s'}", p->ivy);
    (void)people_do(p, "case.assign_to_me", id);
    as(p, "ivy");
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'squeaks'}");
    assert_int_equal(people_mails(p, "ann", "The customer wrote"), mails + 2);
}

/* ---- one mail to a person for what one step does ---- */

#define RECEIVED "We received your case "
#define WORKING "We are working on your case "
#define ANSWER "We need your answer on case "
#define SOLUTION "A solution is proposed for your case "
#define IS_CLOSED "Your case  is closed"
#define IS_CANCELLED "Your case  was cancelled"
#define COMMENT "New comment on your case "
#define WROTE "The customer wrote on case "
#define SURVEY "How did we do with ?"
#define ASSIGNED " was assigned to you"

/* Mails about a case since the last time: "dora:subject pat:subject", without its number; each body holds @p words but a survey's. */
static const char *mails_about(people *p, const char *number, const char *words)
{
    const csm_value *rows;
    char text[2048] = "";

    csm_tk_settle(p->tk);
    as(p, NULL);
    rows = csm_tk_rows(p->tk, "sys_email", "subjectLIKE%s^ORDERBYrecipients^ORDERBYsubject", number);
    for (uint32_t n = 0; n < rows->count; n++) {
        const char *to = csm_tk_str(p->tk, &rows->list[n], "recipients"), *subject = csm_tk_str(p->tk, &rows->list[n], "subject");
        const char *at = strstr(subject, number);
        size_t len = strlen(text);

        (void)snprintf(text + len, sizeof(text) - len, "%s%.*s:%.*s%s", n > 0 ? " | " : "", (int)strcspn(to, "@"), to,
                       (int)(at - subject), subject, at + strlen(number));
        if (strstr(subject, "How did") == NULL && strstr(subject, "assigned") == NULL)
            assert_non_null(strstr(csm_tk_str(p->tk, &rows->list[n], "body"), words));
        (void)csm_tk_ok(p->tk, "record.delete", "{'table':'sys_email','id':'%s'}", csm_tk_str(p->tk, &rows->list[n], "sys_id"));
    }
    return csm_tk_keep_text(p->tk, csm_str_of(text));
}

static const struct {
    const char *name;
    int from;
    const char *by, *method, *args, *mails;
} steps[] = {
    { "assign to me", 1, "abe", "case.assign_to_me", "", "dora:" WORKING " | pat:" WORKING },
    { "assign", 10, "mia", "case.assign", "", "abe:" ASSIGNED },
    { "ask", 10, "ann", "case.request_info", ",'comments':'WORDS'", "dora:" ANSWER " | pat:" ANSWER },
    { "go on", 18, "ann", "case.open_case", ",'comments':'WORDS'", "dora:" WORKING " | pat:" WORKING },
    { "answer", 18, "pat", NULL, "", "ann:" WROTE " | dora:" WORKING },
    { "write", 10, "pat", NULL, "", "ann:" WROTE " | dora:" WROTE },
    { "write back", 10, "ann", NULL, "", "dora:" COMMENT " | pat:" COMMENT },
    { "propose", 10, "ann", "case.propose_solution", ",'resolution_code':'solved_workaround','close_notes':'n','comments':'WORDS'",
      "dora:" SOLUTION " | pat:" SOLUTION },
    { "propose in a comment", 10, "ann", "case.propose_solution",
      ",'resolution_code':'solved_workaround','close_notes':'WORDS','notes_to_comments':true", "dora:" SOLUTION " | pat:" SOLUTION },
    { "accept", 6, "pat", "case.accept_solution", "", "dora:" IS_CLOSED },
    { "accept with thanks", 6, "pat", "case.accept_solution", ",'comments':'WORDS'", "ann:" WROTE " | dora:" IS_CLOSED },
    { "reject", 6, "pat", "case.reject_solution", ",'comments':'WORDS'", "ann:" WROTE " | dora:" WORKING },
    { "accepted by telephone", 6, "ann", "case.record_acceptance", ",'comments':'WORDS'",
      "dora:" IS_CLOSED " | pat:" SURVEY " | pat:" IS_CLOSED },
    { "rejected by telephone", 6, "ann", "case.record_rejection", ",'comments':'WORDS'", "dora:" WORKING " | pat:" WORKING },
    { "close", 10, "ann", "case.close_case", ",'resolution_code':'solved_workaround','close_notes':'n','comments':'WORDS'",
      "dora:" IS_CLOSED " | pat:" IS_CLOSED },
    { "close as the customer", 10, "pat", "case.close_case", "", "ann:" WROTE " | dora:" IS_CLOSED },
    { "case.cancel", 10, "ann", "case.cancel", ",'work_notes':'void','comments':'WORDS'", "dora:" IS_CANCELLED " | pat:" IS_CANCELLED },
    { "case.reopen", 3, "ann", "case.reopen", ",'comments':'WORDS'", "pat:" WORKING },
};

static void take_step(people *p, size_t n, const char *id)
{
    as(p, steps[n].by);
    if (steps[n].method == NULL)
        (void)csm_tk_update(p->tk, CASE, id, "{'comments':'WORDS'}");
    else if (strcmp(steps[n].method, "case.assign") == 0)
        (void)csm_tk_ok(p->tk, "case.assign", "{'id':'%s','assigned_to':'%s'}", id, p->abe);
    else
        (void)csm_tk_ok(p->tk, steps[n].method, "{'id':'%s'%s}", id, steps[n].args);
}

static void acceptance_094_096_098_one_mail_a_step(void **state)
{
    people *p = *state;
    size_t failed = 0;

    as(p, NULL);
    (void)csm_tk_update(p->tk, "sys_user", p->ann, "{'email':'ann@example.com'}");
    (void)csm_tk_update(p->tk, "sys_user", p->abe, "{'email':'abe@example.com'}");
    people_set_property(p, "csm.case.reopen_closed_days", "5");
    for (size_t n = 0; n < sizeof(steps) / sizeof(steps[0]); n++) {
        const char *id = steps[n].from == 1 ? people_case(p, "new") : people_case_in(p, steps[n].from), *number, *got;

        as(p, "mia");
        if (steps[n].from != 3)
            (void)csm_tk_update(p->tk, CASE, id, "{'watch_list':['%s']}", p->dora);
        number = csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "number");
        (void)mails_about(p, number, "");
        take_step(p, n, id);
        got = mails_about(p, number, strstr(steps[n].args, "WORDS") != NULL || steps[n].method == NULL ? "WORDS" : "");
        if (strcmp(got, steps[n].mails) != 0) {
            print_error("%s: mails [%s] instead of [%s]\n", steps[n].name, got, steps[n].mails);
            failed++;
        }
    }
    people_set_property(p, "csm.case.reopen_closed_days", "0");
    assert_int_equal(failed, 0);
}

static void acceptance_108_no_work_notes_outside(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);
    const char *const outside[] = { p->pat, p->quin };

    for (size_t n = 0; n < sizeof(outside) / sizeof(outside[0]); n++) {
        (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'work_notes_list':['%s']}}", CASE,
                           id, outside[n]);
        csm_tk_assert_str(csm_tk_error_field(p->tk), "work_notes_list");
    }
    (void)csm_tk_update(p->tk, CASE, id, "{'work_notes_list':['%s']}", p->abe);
}

/* A task shows to the customer when it is made visible to him, and from then on; then he is told of it. */
static void acceptance_111_visible_tasks(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *task;
    int64_t mails = people_mails(p, "pat", "A task for you");

    as(p, "ann");
    task = csm_tk_insert(p->tk, "sn_customerservice_task", "{'short_description':'reboot','parent_case':'%s'}", id);
    assert_int_equal(people_mails(p, "pat", "A task for you"), mails);
    as(p, "pat");
    csm_tk_hidden(p->tk, "sn_customerservice_task", task);
    as(p, "ann");
    (void)csm_tk_update(p->tk, "sn_customerservice_task", task, "{'visible_to_customer':true}");
    assert_int_equal(people_mails(p, "pat", "A task for you"), mails + 1);
    as(p, "pat");
    assert_true(csm_tk_sees(p->tk, "sn_customerservice_task", task));
    as(p, "pam");
    csm_tk_hidden(p->tk, "sn_customerservice_task", task);
    as(p, "ann");
    (void)csm_tk_insert(p->tk, "sn_customerservice_task", "{'short_description':'t','parent_case':'%s','visible_to_customer':true}", id);
    assert_int_equal(people_mails(p, "pat", "A task for you"), mails + 2);
}

static void acceptance_124_the_figures(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "figures");
    const csm_value *report;

    as(p, "ann");
    (void)people_do(p, "case.assign_to_me", id);
    (void)csm_tk_ok(p->tk, "case.assign", "{'id':'%s','assigned_to':'%s'}", id, p->abe);
    csm_tk_advance(p->tk, 2 * CSM_HOUR);
    as(p, "abe");
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "first_response_time"));
    (void)csm_tk_ok(p->tk, "case.propose_solution", "{'id':'%s','resolution_code':'solved_workaround','close_notes':'n'}", id);
    assert_false(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "first_response_time"));
    report = csm_tk_first(p->tk, "sn_customerservice_case_report", "case=%s", id);
    assert_int_equal(csm_tk_int(p->tk, report, "agent_reassignment_count"), 1);
    assert_int_equal(csm_tk_int(p->tk, report, "reopen_count"), 0);
    assert_true(csm_tk_int(p->tk, report, "time_to_resolve") >= 7200 && csm_tk_int(p->tk, report, "time_to_resolve") < 7300);
    as(p, "pat");
    (void)csm_tk_ok(p->tk, "case.reject_solution", "{'id':'%s','comments':'no'}", id);
    as(p, "abe");
    report = csm_tk_first(p->tk, "sn_customerservice_case_report", "case=%s", id);
    assert_int_equal(csm_tk_int(p->tk, report, "reopen_count"), 1);
    assert_int_equal(csm_tk_int(p->tk, report, "first_contact_resolution"), 2); /* false */
    as(p, "pat");
    csm_tk_hidden(p->tk, "sn_customerservice_case_report", csm_tk_str(p->tk, report, "sys_id"));
}

static void acceptance_107_mails_are_not_for_reading(void **state)
{
    people *p = *state;
    const char *const others[] = { "pat", "ann", "mia", "joe" };

    for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++) {
        as(p, others[n]);
        assert_int_equal(csm_tk_count(p->tk, "sys_email", "sys_created_onISNOTEMPTY"), 0);
    }
}

static void acceptance_368_a_word_is_no_decision(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 6);
    const csm_value *rec;

    assert_true(csm_tk_bool(p->tk, csm_tk_get(p->tk, CASE, id), "auto_close"));
    as(p, "pat");
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'I will try tomorrow'}");
    as(p, "ann");
    rec = csm_tk_get(p->tk, CASE, id);
    assert_int_equal(csm_tk_int(p->tk, rec, "state"), 6);
    assert_true(csm_tk_bool(p->tk, rec, "needs_attention"));
    assert_false(csm_tk_bool(p->tk, rec, "auto_close"));
}

static const char *attach(people *p, const char *id, const char *name, const char *extra)
{
    return csm_tk_str(p->tk, csm_tk_ok(p->tk, "record.attach", "{'table':'%s','id':'%s','file_name':'%s',"
                                       "'content_type':'text/plain','data':'hello'%s}", CASE, id, name, extra), "attachment.id");
}

static const char *file_names(people *p, const char *id)
{
    const csm_value *files = csm_tk_ok(p->tk, "record.attachments", "{'table':'%s','id':'%s'}", CASE, id);
    char text[256] = "";

    for (uint32_t n = 0; n < files->count; n++)
        strncat(strncat(text, csm_tk_str(p->tk, &files->list[n], "file_name"), 40), " ", 2);
    return csm_tk_keep_text(p->tk, csm_str_of(text));
}

static void acceptance_385_attachments(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *open = attach(p, id, "manual.txt", "");
    const char *internal = attach(p, id, "log.txt", ",'internal':true"), *mine;
    const csm_value *file;

    as(p, "pat");
    csm_tk_assert_str(file_names(p, id), "manual.txt ");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.fetch_attachment", "{'id':'%s'}", internal);
    file = csm_tk_ok(p->tk, "record.fetch_attachment", "{'id':'%s'}", open);
    assert_true(csm_str_is(csm_tk_at(p->tk, file, "data")->s, "hello"));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.attach",
                       "{'table':'%s','id':'%s','file_name':'i.txt','data':'x','internal':true}", CASE, id);
    mine = attach(p, id, "photo.txt", "");
    as(p, "ann");
    csm_tk_assert_str(file_names(p, id), "manual.txt log.txt photo.txt ");
    as(p, "adam");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", CASE, id);
    assert_int_equal(csm_tk_count(p->tk, "sys_attachment", "sys_idIN%s,%s,%s", open, internal, mine), 0);
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.fetch_attachment", "{'id':'%s'}", open);
}

static void acceptance_385_wrong_side(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *open = attach(p, id, "manual.txt", "");
    const char *const others[] = { "xena", "pam", "cora", "ivy", "joe" };

    for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++) {
        as(p, others[n]);
        assert_int_equal(csm_tk_rows(p->tk, "sys_attachment", "sys_idISNOTEMPTY")->count, 0);
        (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.attachments", "{'table':'%s','id':'%s'}", CASE, id);
        (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.fetch_attachment", "{'id':'%s'}", open);
        (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.attach",
                           "{'table':'%s','id':'%s','file_name':'x.txt','data':'aA=='}", CASE, id);
    }
    as(p, "vera"); /* reads it, may not change it */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.attach", "{'table':'%s','id':'%s','file_name':'x.txt','data':'x'}", CASE, id);
}

/* A consumer's files on a record are few; what others put there is not counted against him. */
static void acceptance_385_files_of_a_consumer(void **state)
{
    people *p = *state;
    const char *id, *other;

    as(p, "joe");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'pictures'}");
    other = csm_tk_insert(p->tk, CASE, "{'short_description':'more pictures'}");
    as(p, "cora");
    (void)attach(p, id, "form.txt", "");
    as(p, "joe");
    for (int n = 0; n < 5; n++)
        (void)attach(p, id, "photo.txt", "");
    (void)csm_tk_fails(p->tk, CSM_E_LIMIT, "record.attach", "{'table':'%s','id':'%s','file_name':'sixth.txt','data':'x'}", CASE, id);
    (void)attach(p, other, "photo.txt", "");
    as(p, "cora");
    (void)attach(p, id, "form.txt", "");
    id = people_case_in(p, 10);
    as(p, "pat"); /* no consumer */
    for (int n = 0; n < 6; n++)
        (void)attach(p, id, "photo.txt", "");
}

static void acceptance_385_limits(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *const names[] = { "virus.exe", "virus.EXE. ", "a/b.txt", "..\\\\b", "" };
    const csm_value *out;

    for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
        assert_int_not_equal(csm_tk_call(p->tk, &out, "record.attach", "{'table':'%s','id':'%s','file_name':'%s','data':'x'}",
                                         CASE, id, names[n]), CSM_OK);
    people_set_property(p, "attachment.max_size", "10");
    (void)csm_tk_fails(p->tk, CSM_E_LIMIT, "record.attach",
                       "{'table':'%s','id':'%s','file_name':'x.txt','data':'eleven bytes'}", CASE, id);
    people_set_property(p, "attachment.max_size", "26214400");
    csm_tk_assert_str(file_names(p, id), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_105_the_customers_view),
        people_test(acceptance_106_notes_to_comments),
        people_test(acceptance_107_who_is_mailed),
        people_test(acceptance_107_the_customers_side),
        people_test(acceptance_107_the_assignee),
        people_test(acceptance_107_mails_are_not_for_reading),
        people_test(acceptance_094_096_098_one_mail_a_step),
        people_test(acceptance_108_no_work_notes_outside),
        people_test(acceptance_111_visible_tasks),
        people_test(acceptance_124_the_figures),
        people_test(acceptance_368_a_word_is_no_decision),
        people_test(acceptance_385_attachments),
        people_test(acceptance_385_wrong_side),
        people_test(acceptance_385_files_of_a_consumer),
        people_test(acceptance_385_limits),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
