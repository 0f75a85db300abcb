/* Notifications: who is mailed about what, and what he reads. Plain tasks. */
#include <csm/test.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

typedef struct people {
    csm_tk *tk;
    const char *ana, *bob, *eve, *group; /* eve is from outside */
} people;

static int setup(void **state)
{
    static people p;

    p.tk = csm_tk_start("foundation", 0);
    p.ana = csm_tk_user(p.tk, "ana", "itil");
    p.bob = csm_tk_user(p.tk, "bob", "itil");
    p.eve = csm_tk_user(p.tk, "eve", "snc_external");
    p.group = csm_tk_insert(p.tk, "sys_user_group", "{'name':'Desk'}");
    (void)csm_tk_insert(p.tk, "sys_user_grmember", "{'user':'%s','group':'%s'}", p.ana, p.group);
    (void)csm_tk_insert(p.tk, "sys_user_grmember", "{'user':'%s','group':'%s'}", p.bob, p.group);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    csm_tk_stop(((people *)*state)->tk);
    return 0;
}

static int64_t mails(people *p, const char *user, const char *subject)
{
    csm_tk_as(p->tk, NULL);
    return csm_tk_count(p->tk, "sys_email", "user=%s^subject=%s", user, subject);
}

static const char *task(people *p, const char *values)
{
    csm_tk_as(p->tk, NULL);
    return csm_tk_insert(p->tk, "task", "%s", csm_tk_keep_text(p->tk, csm_str_of(values)));
}

static void assigned_to_a_person_or_else_his_group(void **state)
{
    people *p = *state;
    const char *id = task(p, "{'short_description':'one'}"), *subject;
    const char *number = csm_tk_str(p->tk, csm_tk_get(p->tk, "task", id), "number");
    char text[80] = "";

    strncat(text, number, 40);
    strcat(text, " was assigned to you");
    subject = text;
    csm_tk_as(p->tk, "ana");
    (void)csm_tk_update(p->tk, "task", id, "{'assignment_group':'%s'}", p->group);
    assert_int_equal(mails(p, p->ana, subject), 0); /* she did it */
    assert_int_equal(mails(p, p->bob, subject), 1);
    csm_tk_as(p->tk, "ana");
    (void)csm_tk_update(p->tk, "task", id, "{'assigned_to':'%s'}", p->bob);
    assert_int_equal(mails(p, p->bob, subject), 2);
}

static void nobody_who_opted_out_or_left(void **state)
{
    people *p = *state;
    const char *quiet, *gone, *id;

    quiet = csm_tk_user(p->tk, "quiet", "itil");
    gone = csm_tk_user(p->tk, "gone", "itil");
    (void)csm_tk_update(p->tk, "sys_user", quiet, "{'notification':1}");
    (void)csm_tk_update(p->tk, "sys_user", gone, "{'active':false}");
    id = task(p, "{'short_description':'two'}");
    (void)csm_tk_update(p->tk, "task", id, "{'work_notes_list':['%s','%s','%s'],'work_notes':'note'}", quiet, gone, p->bob);
    assert_int_equal(csm_tk_count(p->tk, "sys_email", "user=%s", quiet), 0);
    assert_int_equal(csm_tk_count(p->tk, "sys_email", "user=%s", gone), 0);
    assert_int_equal(csm_tk_count(p->tk, "sys_email", "user=%s^bodyLIKEnote", p->bob), 1);
}

static void people_outside_read_customer_text_only(void **state)
{
    people *p = *state;
    const char *id;

    csm_tk_as(p->tk, NULL);
    (void)csm_tk_insert(p->tk, "sysevent_email_action",
                        "{'name':'Spy','collection':'task','condition':'priorityCHANGESTO1','recipient_fields':'watch_list',"
                        "'subject':'Spy ${number}','message':'${short_description} / ${assigned_to} / ${comments}'}");
    id = task(p, "{'short_description':'three'}");
    (void)csm_tk_update(p->tk, "task", id, "{'watch_list':['%s','%s'],'assigned_to':'%s','priority':1,'comments':'word'}", p->eve,
                        p->ana, p->bob);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, "sys_email", "user=%s^subjectSTARTSWITHSpy", p->eve), "body"),
                      "three /  / word");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, "sys_email", "user=%s^subjectSTARTSWITHSpy", p->ana), "body"),
                      "three / bob Test / word");
    /* the condition is on the change: nothing when the priority stays */
    (void)csm_tk_update(p->tk, "task", id, "{'comments':'again'}");
    assert_int_equal(csm_tk_count(p->tk, "sys_email", "user=%s^subjectSTARTSWITHSpy", p->eve), 1);
}

static void a_work_note_reaches_nobody_outside(void **state)
{
    people *p = *state;
    const char *id;

    csm_tk_as(p->tk, NULL);
    (void)csm_tk_insert(p->tk, "sysevent_email_action",
                        "{'name':'Leak','collection':'task','condition':'work_notesCHANGES','recipient_fields':'watch_list',"
                        "'subject':'Leak','message':'${work_notes}'}");
    id = task(p, "{'short_description':'four'}");
    (void)csm_tk_update(p->tk, "task", id, "{'watch_list':['%s','%s'],'work_notes':'secret'}", p->eve, p->ana);
    assert_int_equal(csm_tk_count(p->tk, "sys_email", "user=%s^subject=Leak", p->eve), 0);
    assert_int_equal(csm_tk_count(p->tk, "sys_email", "user=%s^subject=Leak", p->ana), 1);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'task','id':'%s','values':{'work_notes_list':['%s']}}",
                       id, p->eve);
}

static void a_notification_names_what_exists(void **state)
{
    people *p = *state;
    static const struct { const char *name, *values, *field; } rows[] = {
        { "path", "'collection':'task','recipient_fields':'assigned_to.boss'", "recipient_fields" },
        { "field", "'collection':'task','recipient_fields':'assigned_to|nobody'", "recipient_fields" },
        { "condition", "'collection':'task','condition':'colour=red'", "condition" },
        { "table", "'collection':'tusk','condition':'active=true'", "collection" },
        { "nothing", "'subject':'x'", "collection" },
        { "role", "'collection':'task','recipient_roles':'itil,knight'", "recipient_roles" },
    };

    csm_tk_as(p->tk, NULL);
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert",
                           "{'table':'sysevent_email_action','values':{'name':'Bad %s',%s}}", rows[n].name, rows[n].values);
        csm_tk_assert_str(csm_tk_error_field(p->tk), rows[n].field);
    }
}

static void an_event_is_mailed_about_its_record(void **state)
{
    people *p = *state;
    const char *id = task(p, "{'short_description':'five'}");

    (void)csm_tk_update(p->tk, "task", id, "{'assigned_to':'%s'}", p->bob);
    (void)csm_tk_insert(p->tk, "sysevent_email_action",
                        "{'name':'Bell','event_name':'task.bell','recipient_fields':'assigned_to','subject':'Bell',"
                        "'message':'${short_description}'}");
    (void)csm_tk_insert(p->tk, "sysevent", "{'name':'task.bell','instance':{'table':'task','id':'%s'}}", id);
    assert_int_equal(mails(p, p->bob, "Bell"), 1);
    /* the event says itself to whom */
    (void)csm_tk_insert(p->tk, "sysevent_email_action",
                        "{'name':'Gong','event_name':'task.gong','event_parm_1':true,'subject':'Gong','message':'${short_description}'}");
    (void)csm_tk_insert(p->tk, "sysevent", "{'name':'task.gong','instance':{'table':'task','id':'%s'},"
                        "'parm1':'%s,far@example.com,%s'}", id, p->ana, p->ana);
    assert_int_equal(mails(p, p->ana, "Gong"), 1);
    assert_int_equal(mails(p, p->bob, "Gong"), 0);
    assert_int_equal(csm_tk_count(p->tk, "sys_email", "subject=Gong^recipients=far@example.com^body=five"), 1);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'sysevent','values':{'name':'task.gong','parm1':'ana',"
                       "'instance':{'table':'task','id':'%s'}}}", id);
}

/* Directly, by a group, or by a role that contains it. */
static void whoever_holds_a_role_is_mailed(void **state)
{
    people *p = *state;
    const char *direct = csm_tk_user(p->tk, "direct", "approver_user"), *member = csm_tk_user(p->tk, "member", "snc_internal");
    const char *above = csm_tk_user(p->tk, "above", "snc_internal"), *group, *role, *wanted;

    group = csm_tk_insert(p->tk, "sys_user_group", "{'name':'Board'}");
    wanted = csm_tk_str(p->tk, csm_tk_first(p->tk, "sys_user_role", "name=approver_user"), "sys_id");
    (void)csm_tk_insert(p->tk, "sys_user_grmember", "{'user':'%s','group':'%s'}", member, group);
    (void)csm_tk_insert(p->tk, "sys_group_has_role", "{'group':'%s','role':'%s'}", group, wanted);
    role = csm_tk_insert(p->tk, "sys_user_role", "{'name':'chair'}");
    (void)csm_tk_insert(p->tk, "sys_user_role_contains", "{'role':'%s','contains':'%s'}", role, wanted);
    csm_tk_grant(p->tk, above, "chair");
    (void)csm_tk_insert(p->tk, "sysevent_email_action", "{'name':'Vote','collection':'task','condition':'priorityCHANGESTO2',"
                        "'recipient_roles':'approver_user','subject':'Vote','message':'m'}");
    (void)task(p, "{'short_description':'nine','priority':2}");
    assert_int_equal(mails(p, direct, "Vote"), 1);
    assert_int_equal(mails(p, member, "Vote"), 1);
    assert_int_equal(mails(p, above, "Vote"), 1);
    assert_int_equal(mails(p, p->ana, "Vote"), 0);
}

static void a_task_closes_and_counts_its_hands(void **state)
{
    people *p = *state;
    const char *id = task(p, "{'short_description':'six'}");
    const csm_value *rec;

    (void)csm_tk_update(p->tk, "task", id, "{'assigned_to':'%s'}", p->ana);
    (void)csm_tk_update(p->tk, "task", id, "{'assigned_to':'%s'}", p->bob);
    assert_int_equal(csm_tk_int(p->tk, csm_tk_get(p->tk, "task", id), "reassignment_count"), 1);
    csm_tk_as(p->tk, "bob");
    rec = csm_tk_update(p->tk, "task", id, "{'state':3}");
    assert_false(csm_tk_bool(p->tk, rec, "active"));
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "closed_by"), p->bob);
    rec = csm_tk_update(p->tk, "task", id, "{'state':1}");
    assert_true(csm_tk_bool(p->tk, rec, "active"));
    assert_true(csm_tk_is_nil(p->tk, rec, "closed_at"));
}

static void password_and_address_mails(void **state)
{
    people *p = *state;

    csm_tk_as(p->tk, "bob");
    (void)csm_tk_ok(p->tk, "session.request_reset", "{'email':'ana@example.com'}");
    (void)csm_tk_ok(p->tk, "session.request_reset", "{'email':'nobody@example.com'}");
    (void)csm_tk_ok(p->tk, "session.change_email", "{'email':'bob@new.example'}");
    csm_tk_settle(p->tk);
    assert_int_equal(mails(p, p->ana, "Reset your password"), 1);
    assert_int_equal(csm_tk_count(p->tk, "sys_email", "recipients=nobody@example.com"), 0);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, "sys_email", "subject=Confirm your new address"), "recipients"),
                      "bob@new.example");
}

/* What somebody outside wrote begins no header of its own. */
static void a_subject_is_one_line(void **state)
{
    people *p = *state;
    const char *id;

    csm_tk_as(p->tk, NULL);
    (void)csm_tk_insert(p->tk, "sysevent_email_action",
                        "{'name':'Plain','collection':'task','condition':'priorityCHANGESTO2','recipient_fields':'watch_list',"
                        "'subject':'${short_description}','message':'${short_description}'}");
    id = task(p, "{'short_description':'gate\\r\\nBcc: spy@x.example'}");
    (void)csm_tk_update(p->tk, "task", id, "{'watch_list':['%s'],'priority':2}", p->bob);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, "sys_email", "user=%s^subjectSTARTSWITHgate", p->bob), "subject"),
                      "gate  Bcc: spy@x.example");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, "sys_email", "user=%s^subjectSTARTSWITHgate", p->bob), "body"),
                      "gate\r\nBcc: spy@x.example");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(assigned_to_a_person_or_else_his_group),
        cmocka_unit_test(nobody_who_opted_out_or_left),
        cmocka_unit_test(people_outside_read_customer_text_only),
        cmocka_unit_test(a_subject_is_one_line),
        cmocka_unit_test(a_work_note_reaches_nobody_outside),
        cmocka_unit_test(a_notification_names_what_exists),
        cmocka_unit_test(an_event_is_mailed_about_its_record),
        cmocka_unit_test(whoever_holds_a_role_is_mailed),
        cmocka_unit_test(a_task_closes_and_counts_its_hands),
        cmocka_unit_test(password_and_address_mails),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
