/* Acceptance of logging in: passwords, locks, links that work once, sessions that end at once (items 44, 390). Passwords cost
 * time on purpose, so few of them are hashed here. */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>

#define GOOD "Correct7horse"

/* A contact of P who logs in with GOOD. */
static const char *login_contact(people *p, const char *name)
{
    const char *before = p->who, *id;

    as(p, NULL);
    id = csm_tk_insert(p->tk, "customer_contact", "{'user_name':'%s','first_name':'%s','last_name':'Login','email':'%s@example.com',"
                       "'account':'%s'}", name, name, name, p->P);
    (void)csm_tk_ok(p->tk, "user.set_password", "{'user':'%s','password':'%s','needs_reset':false}", name, GOOD);
    as(p, before);
    return id;
}

static csm_status try_login(people *p, const char *label, const char *user, const char *password)
{
    const csm_value *out;

    csm_tk_as_guest(p->tk, label);
    return csm_tk_call(p->tk, &out, "session.login", "{'user':'%s','password':'%s'}", user, password);
}

static void acceptance_044_portal_login(void **state)
{
    people *p = *state;
    const char *id = login_contact(p, "lou");
    const csm_value *me;

    csm_tk_as_guest(p->tk, "nobody");
    (void)csm_tk_fails(p->tk, CSM_E_UNAUTHENTICATED, "record.query", "{'table':'customer_account'}");
    assert_int_equal(try_login(p, "lou", "lou", GOOD), CSM_OK);
    me = csm_tk_ok(p->tk, "session.whoami", "{}");
    csm_tk_assert_str(csm_tk_str(p->tk, me, "user_name"), "lou");
    assert_true(csm_tk_bool(p->tk, me, "external"));
    assert_true(csm_tk_sees(p->tk, "customer_account", p->P));
    assert_int_equal(try_login(p, "wrong", "lou", "Wrong7horse"), CSM_E_UNAUTHENTICATED);
    assert_int_equal(try_login(p, "wrong", "nobody.there", GOOD), CSM_E_UNAUTHENTICATED);
    /* Inactive, and active again but locked. */
    as(p, "adam");
    (void)csm_tk_update(p->tk, "customer_contact", id, "{'active':false}");
    assert_int_equal(try_login(p, "second", "lou", GOOD), CSM_E_UNAUTHENTICATED);
    as(p, "adam");
    (void)csm_tk_update(p->tk, "customer_contact", id, "{'active':true,'locked_out':true}");
    assert_int_equal(try_login(p, "second", "lou", GOOD), CSM_E_UNAUTHENTICATED);
}

static void acceptance_044_weak_passwords(void **state)
{
    people *p = *state;
    const char *const weak[] = { "", "short1A", "alllower7", "ALLUPPER7", "NoDigitsHere" };
    const csm_value *out;

    as(p, NULL);
    for (size_t n = 0; n < sizeof(weak) / sizeof(weak[0]); n++)
        assert_int_equal(csm_tk_call(p->tk, &out, "user.set_password", "{'user':'pat','password':'%s'}", weak[n]), CSM_E_INVALID);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "user.set_password", "{'user':'pat','password':'%s'}", GOOD);
    as(p, "dora");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "user.set_password", "{'user':'pat','password':'%s'}", GOOD);
}

static void acceptance_390_set_inactive_or_locked(void **state)
{
    people *p = *state;
    const char *id = login_contact(p, "lee");

    assert_int_equal(try_login(p, "lee", "lee", GOOD), CSM_OK);
    assert_true(csm_tk_sees(p->tk, "customer_account", p->P));
    as(p, "adam");
    (void)csm_tk_update(p->tk, "customer_contact", id, "{'locked_out':true}");
    csm_tk_as_guest(p->tk, "lee");
    (void)csm_tk_fails(p->tk, CSM_E_UNAUTHENTICATED, "record.query", "{'table':'customer_account'}");
    (void)csm_tk_fails(p->tk, CSM_E_UNAUTHENTICATED, "record.insert",
                       "{'table':'sn_customerservice_case','values':{'short_description':'locked'}}");
    as(p, "adam");
    (void)csm_tk_update(p->tk, "customer_contact", id, "{'locked_out':false,'active':false}");
    csm_tk_as_guest(p->tk, "lee");
    (void)csm_tk_fails(p->tk, CSM_E_UNAUTHENTICATED, "record.query", "{'table':'customer_account'}");
}

static void acceptance_390_ten_wrong_passwords(void **state)
{
    people *p = *state;

    (void)login_contact(p, "lana");
    for (int n = 0; n < 9; n++) /* the tenth is the one */
        assert_int_equal(try_login(p, "guess", "lana", "Wrong7horse"), CSM_E_UNAUTHENTICATED);
    assert_int_equal(try_login(p, "lana", "lana", GOOD), CSM_OK); /* and a right one counts anew */
    for (int n = 0; n < 10; n++) {
        char label[16];

        (void)snprintf(label, sizeof(label), "guess %d", n % 3);
        assert_int_equal(try_login(p, label, "lana", "Wrong7horse"), CSM_E_UNAUTHENTICATED);
    }
    assert_int_equal(try_login(p, "lana", "lana", GOOD), CSM_E_UNAUTHENTICATED);
    csm_tk_advance(p->tk, 16 * CSM_MINUTE);
    assert_int_equal(try_login(p, "lana", "lana", GOOD), CSM_OK);
}

/* The secret at the end of the newest mail to an address. */
static const char *mailed_secret(people *p, const char *to)
{
    const csm_value *mail;
    const char *body, *at;

    csm_tk_settle(p->tk);
    as(p, NULL);
    mail = csm_tk_first(p->tk, "sys_email", "recipientsLIKE%s^ORDERBYDESCsys_created_on", to);
    body = csm_tk_str(p->tk, mail, "body");
    at = strrchr(body, ' ');
    assert_non_null(at);
    return at + 1;
}

static void acceptance_390_reset_links(void **state)
{
    people *p = *state;
    const char *secret, *late;
    const csm_value *known, *unknown;
    int64_t mails;

    (void)login_contact(p, "lisa");
    mails = people_mails(p, "lisa", "Reset");
    csm_tk_as_guest(p->tk, "forgot");
    known = csm_tk_ok(p->tk, "session.request_reset", "{'email':'lisa@example.com'}");
    unknown = csm_tk_ok(p->tk, "session.request_reset", "{'email':'nobody@example.com'}");
    assert_int_equal(known->type, unknown->type);
    assert_int_equal(known->b, unknown->b);
    assert_int_equal(people_mails(p, "lisa", "Reset"), mails + 1);
    assert_int_equal(people_mails(p, "nobody", "Reset"), 0);
    secret = mailed_secret(p, "lisa@example.com");
    csm_tk_as_guest(p->tk, "forgot");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "session.reset_password", "{'secret':'guessed','password':'%s'}", GOOD);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "session.reset_password", "{'secret':'%s','password':'weak'}", secret);
    (void)csm_tk_ok(p->tk, "session.reset_password", "{'secret':'%s','password':'Another8pass'}", secret);
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "session.reset_password", "{'secret':'%s','password':'Another9pass'}", secret);
    assert_int_equal(try_login(p, "lisa", "lisa", GOOD), CSM_E_UNAUTHENTICATED);
    assert_int_equal(try_login(p, "lisa", "lisa", "Another8pass"), CSM_OK);
    (void)csm_tk_ok(p->tk, "session.request_reset", "{'email':'lisa@example.com'}");
    late = mailed_secret(p, "lisa@example.com");
    csm_tk_advance(p->tk, 61 * CSM_MINUTE);
    csm_tk_as_guest(p->tk, "forgot");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "session.reset_password", "{'secret':'%s','password':'%s'}", late, GOOD);
}

/* Whoever gives another account somebody's address keeps him from nothing: the oldest are mailed, each told which it is. */
static void acceptance_390_one_address_of_many(void **state)
{
    static const char of_lena[] = "recipientsLIKElena@^bodyLIKEpassword of lena.";
    people *p = *state;
    const char *secret;

    as(p, NULL);
    (void)csm_tk_insert(p->tk, "sys_user", "{'user_name':'lena','last_name':'Lean','email':'lena@example.com'}");
    csm_tk_advance(p->tk, CSM_MINUTE);
    as(p, "dora");
    (void)csm_tk_insert(p->tk, "customer_contact", "{'user_name':'dolena','last_name':'Too','email':'lena@example.com','account':'%s'}",
                        p->P);
    csm_tk_as_guest(p->tk, "forgot");
    (void)csm_tk_ok(p->tk, "session.request_reset", "{'email':'lena@example.com'}");
    assert_int_equal(people_mails(p, "lena", "Reset"), 2);
    csm_tk_advance(p->tk, CSM_MINUTE);
    as(p, NULL);
    for (int n = 0; n < 6; n++)
        (void)csm_tk_insert(p->tk, "sys_user", "{'user_name':'lena%d','last_name':'Lean','email':'lena@example.com'}", n);
    csm_tk_as_guest(p->tk, "forgot");
    (void)csm_tk_ok(p->tk, "session.request_reset", "{'email':'lena@example.com'}");
    assert_int_equal(people_mails(p, "lena", "Reset"), 2 + 5);
    as(p, NULL);
    assert_int_equal(csm_tk_count(p->tk, "sys_email", "%s", of_lena), 2);
    secret = strrchr(csm_tk_str(p->tk, csm_tk_first(p->tk, "sys_email", "%s", of_lena), "body"), ' ');
    csm_tk_as_guest(p->tk, "forgot");
    (void)csm_tk_ok(p->tk, "session.reset_password", "{'secret':'%s','password':'Another8pass'}", secret + 1);
    assert_int_equal(try_login(p, "lena", "lena", "Another8pass"), CSM_OK);
}

/* The mail is made in the transaction that keeps the hash, so nothing else, the log of events least of all, holds the secret. */
static void acceptance_390_a_secret_is_in_its_mail_alone(void **state)
{
    people *p = *state;
    const csm_value *changes;
    bool mailed = false;

    as(p, NULL);
    (void)csm_tk_update(p->tk, "customer_contact", p->sam, "{'email':'sam@example.com'}");
    changes = csm_tk_at(p->tk, csm_tk_ok(p->tk, "session.request_reset", "{'email':'sam@example.com','dry_run':true}"), "changes");
    for (uint32_t n = 0; n < changes->count; n++)
        mailed = mailed || csm_str_is(csm_map_get(&changes->list[n], "table")->s, "sys_email");
    assert_true(mailed);
}

static void acceptance_390_a_new_address(void **state)
{
    people *p = *state;
    const char *secret;
    int64_t told = people_mails(p, "pam", "address was changed");

    as(p, "pam");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'customer_contact','id':'%s','values':{'email':'x@example.com'}}",
                       p->pam);
    (void)csm_tk_ok(p->tk, "session.change_email", "{'email':'pamela@example.com'}");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "customer_contact", p->pam), "email"), "pam@example.com");
    secret = mailed_secret(p, "pamela@example.com");
    csm_tk_as_guest(p->tk, "link");
    (void)csm_tk_ok(p->tk, "session.confirm_email", "{'secret':'%s'}", secret);
    as(p, "pam");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "customer_contact", p->pam), "email"), "pamela@example.com");
    assert_int_equal(people_mails(p, "pam", "address was changed"), told + 1);
    csm_tk_as_guest(p->tk, "link");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "session.confirm_email", "{'secret':'%s'}", secret);
}

static void acceptance_390_a_temporary_password(void **state)
{
    people *p = *state;

    (void)login_contact(p, "lars");
    as(p, NULL);
    (void)csm_tk_ok(p->tk, "user.set_password", "{'user':'lars','password':'Temporary7x'}");
    assert_int_equal(try_login(p, "lars", "lars", "Temporary7x"), CSM_OK);
    (void)csm_tk_fails(p->tk, CSM_E_UNAUTHENTICATED, "record.query", "{'table':'customer_account'}");
    (void)csm_tk_fails(p->tk, CSM_E_UNAUTHENTICATED, "record.insert", "{'table':'sn_customerservice_case','values':{'short_description':'x'}}");
    (void)csm_tk_ok(p->tk, "session.change_password", "{'old':'Temporary7x','new':'MyOwn8words'}");
    assert_true(csm_tk_sees(p->tk, "customer_account", p->P));
}

/* The users the server itself is name who did what no person did, and are nobody's to use: not even an administrator's. */
static void nobody_is_the_server(void **state)
{
    static const char *const own[] = { "system", "guest" };
    people *p = *state;
    const char *team, *agent;

    as(p, "adam");
    agent = people_shipped(p, "sys_user_role", "sn_customerservice_agent");
    team = csm_tk_insert(p->tk, "sys_user_group", "{'name':'For nobody'}");
    for (size_t n = 0; n < 2; n++) {
        const char *id;

        as(p, "adam");
        id = csm_tk_str(p->tk, csm_tk_first(p->tk, "sys_user", "user_name=%s", own[n]), "sys_id");
        (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "session.become", "{'user':'%s'}", own[n]);
        (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "user.set_password", "{'user':'%s','password':'" GOOD "'}", own[n]);
        (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "session.unlock", "{'user':'%s'}", own[n]);
        (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "token.create", "{'user':'%s','name':'x'}", own[n]);
        (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'sys_user','id':'%s','values':{'active':true}}", id);
        (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'sys_user','id':'%s','values':{'user_name':'x'}}", id);
        (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.delete", "{'table':'sys_user','id':'%s'}", id);
        (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert",
                           "{'table':'sys_user_has_role','values':{'user':'%s','role':'%s'}}", id, agent);
        (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert",
                           "{'table':'sys_user_grmember','values':{'user':'%s','group':'%s'}}", id, team);
        (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "record.insert", "{'table':'sys_user','values':{'user_name':'%s'}}", own[n]);
        assert_int_equal(try_login(p, "own", own[n], GOOD), CSM_E_UNAUTHENTICATED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_044_portal_login),
        people_test(acceptance_044_weak_passwords),
        people_test(acceptance_390_set_inactive_or_locked),
        people_test(acceptance_390_ten_wrong_passwords),
        people_test(acceptance_390_reset_links),
        people_test(acceptance_390_one_address_of_many),
        people_test(acceptance_390_a_secret_is_in_its_mail_alone),
        people_test(acceptance_390_a_new_address),
        people_test(acceptance_390_a_temporary_password),
        people_test(nobody_is_the_server),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
