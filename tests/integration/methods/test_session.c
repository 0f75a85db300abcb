/* session.*, user.set_password, token.*: logins over TCP, locks, links, acting as others. */
#include "kit.h"

static int start(void **state)
{
    csm_tk *tk = csm_tk_start("customer_service", 0);

    csm_tk_user(tk, "ann", "itil");
    csm_tk_user(tk, "bob", "snc_internal");
    csm_tk_user(tk, "ursula", "user_admin");
    csm_tk_user(tk, "root", "admin");
    csm_tk_user(tk, "xena", "snc_external");
    *state = tk;
    return 0;
}

static int stop(void **state)
{
    csm_tk_stop(*state);
    return 0;
}

static void give_password(csm_tk *tk, const char *user, const char *password)
{
    csm_tk_as(tk, NULL);
    csm_tk_ok(tk, "user.set_password", "{'user':'%s','password':'%s','needs_reset':false}", user, password);
}

static const csm_value *login(csm_tk *tk, const char *connection, const char *user, const char *password)
{
    csm_tk_as_guest(tk, connection);
    return csm_tk_ok(tk, "session.login", "{'user':'%s','password':'%s'}", user, password);
}

static void login_makes_the_connection_his(void **state)
{
    csm_tk *tk = *state;
    const csm_value *answer;

    give_password(tk, "ann", "Correct1Horse");
    csm_tk_as_guest(tk, "a");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_ok(tk, "session.whoami", "{}"), "user_name"), "guest");
    csm_tk_fails(tk, CSM_E_INVALID, "session.login", "{'user':'ann'}");
    csm_tk_fails(tk, CSM_E_INVALID, "session.login", "{'user':'ann','password':'x','token':'y'}");
    answer = login(tk, "a", "ann", "Correct1Horse");
    csm_tk_assert_str(csm_tk_str(tk, answer, "user.user_name"), "ann");
    assert_true(list_has(csm_tk_at(tk, answer, "user.roles"), "itil"));
    assert_true(strlen(csm_tk_str(tk, answer, "token")) > 20);
    (void)csm_tk_insert(tk, "task", "{'short_description':'mine'}");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_first(tk, "task", "short_description=mine"), "sys_created_by"), "ann");
    (void)csm_tk_ok(tk, "session.logout", "{}");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "record.query", "{'table':'task'}");
}

static void failures_look_alike(void **state)
{
    csm_tk *tk = *state;
    const char *wrong, *unknown, *inactive;

    give_password(tk, "bob", "Correct1Horse");
    csm_tk_as_guest(tk, "f");
    wrong = csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "session.login", "{'user':'bob','password':'Wrong1Horse'}");
    unknown = csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "session.login", "{'user':'nobody','password':'Wrong1Horse'}");
    csm_tk_assert_str(unknown, wrong);
    csm_tk_as(tk, NULL);
    (void)csm_tk_update(tk, "sys_user", csm_tk_str(tk, csm_tk_first(tk, "sys_user", "user_name=bob"), "sys_id"),
                        "{'active':false}");
    csm_tk_as_guest(tk, "f");
    inactive = csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "session.login", "{'user':'bob','password':'Correct1Horse'}");
    csm_tk_assert_str(inactive, wrong);
    csm_tk_as(tk, NULL);
    (void)csm_tk_update(tk, "sys_user", csm_tk_str(tk, csm_tk_first(tk, "sys_user", "user_name=bob"), "sys_id"),
                        "{'active':true}");
    csm_tk_as_guest(tk, "f");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "session.login", "{'token':'no such secret'}");
}

static void ten_wrong_passwords_lock_for_a_time(void **state)
{
    csm_tk *tk = *state;
    const char *bob;

    give_password(tk, "bob", "Correct1Horse");
    bob = csm_tk_str(tk, csm_tk_first(tk, "sys_user", "user_name=bob"), "sys_id");
    csm_tk_as_guest(tk, "l");
    for (int n = 0; n < 9; n++)
        csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "session.login", "{'user':'bob','password':'Wrong%dHorse'}", n);
    (void)login(tk, "l", "bob", "Correct1Horse"); /* nine are forgiven */
    for (int n = 0; n < 10; n++)
        csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "session.login", "{'user':'bob','password':'Wrong%dHorse'}", n);
    csm_tk_as(tk, NULL);
    assert_false(csm_tk_is_nil(tk, csm_tk_get(tk, "sys_user", bob), "locked_until"));
    csm_tk_as_guest(tk, "l2");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "session.login", "{'user':'bob','password':'Correct1Horse'}");
    csm_tk_advance(tk, 16 * CSM_MINUTE);
    (void)login(tk, "l2", "bob", "Correct1Horse");
}

static void an_administrator_unlocks(void **state)
{
    csm_tk *tk = *state;

    give_password(tk, "bob", "Correct1Horse");
    csm_tk_as_guest(tk, "u");
    for (int n = 0; n < 10; n++)
        csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "session.login", "{'user':'bob','password':'Wrong%dHorse'}", n);
    csm_tk_as(tk, "ann");
    csm_tk_fails(tk, CSM_E_DENIED, "session.unlock", "{'user':'bob'}");
    csm_tk_as(tk, "ursula");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "session.unlock", "{'user':'bobby'}");
    (void)csm_tk_ok(tk, "session.unlock", "{'user':'bob'}");
    (void)login(tk, "u", "bob", "Correct1Horse");
}

static void being_made_inactive_or_locked_ends_it(void **state)
{
    csm_tk *tk = *state;
    const char *bob;

    give_password(tk, "bob", "Correct1Horse");
    bob = csm_tk_str(tk, csm_tk_first(tk, "sys_user", "user_name=bob"), "sys_id");
    (void)login(tk, "i", "bob", "Correct1Horse");
    (void)csm_tk_ok(tk, "table.list", "{}");
    csm_tk_as(tk, NULL);
    (void)csm_tk_update(tk, "sys_user", bob, "{'locked_out':true}");
    csm_tk_as_guest(tk, "i");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "table.list", "{}");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "record.insert", "{'table':'task','values':{}}");
    csm_tk_as(tk, NULL);
    (void)csm_tk_update(tk, "sys_user", bob, "{'locked_out':false}");
}

static void sessions_are_listed_and_ended(void **state)
{
    csm_tk *tk = *state;
    const csm_value *list;
    const char *id;

    give_password(tk, "ann", "Correct1Horse");
    (void)login(tk, "s1", "ann", "Correct1Horse");
    list = csm_tk_ok(tk, "session.list", "{}");
    assert_int_equal(list->count, 1);
    assert_true(csm_tk_bool(tk, list, "0.current"));
    id = csm_tk_str(tk, list, "0.id");
    csm_tk_as(tk, "bob");
    assert_int_equal(csm_tk_ok(tk, "session.list", "{'user':'ann'}")->count, 0);
    assert_int_equal(csm_tk_ok(tk, "session.list", "{'user':'nobody.at.all'}")->count, 0); /* one answer for both */
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "session.end", "{'id':'%s'}", id);
    csm_tk_as(tk, "root");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "session.list", "{'user':'nobody.at.all'}");
    assert_int_equal(csm_tk_ok(tk, "session.list", "{'user':'ann'}")->count, 1);
    (void)csm_tk_ok(tk, "session.end", "{'id':'%s'}", id);
    csm_tk_as_guest(tk, "s1");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "table.list", "{}");
    (void)login(tk, "s1", "ann", "Correct1Horse"); /* the same connection logs in again */
    csm_tk_advance(tk, 13 * CSM_HOUR);
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "table.list", "{}");
    csm_tk_as(tk, "root");
    assert_int_equal(csm_tk_ok(tk, "session.list", "{'user':'ann'}")->count, 0); /* the job deleted it */
}

static void the_token_of_a_login_logs_in_again(void **state)
{
    csm_tk *tk = *state;
    const char *token;

    give_password(tk, "ann", "Correct1Horse");
    token = csm_tk_str(tk, login(tk, "t1", "ann", "Correct1Horse"), "token");
    csm_tk_as_guest(tk, "t2");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_ok(tk, "session.login", "{'token':'%s'}", token), "user.user_name"), "ann");
    (void)csm_tk_ok(tk, "session.logout", "{}");
    csm_tk_as_guest(tk, "t1");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "table.list", "{}"); /* one login, ended */
}

static void acting_as_somebody_records_both(void **state)
{
    csm_tk *tk = *state;
    const csm_value *me, *history;
    const char *task;

    give_password(tk, "root", "Correct1Horse");
    give_password(tk, "ann", "Correct1Horse");
    (void)login(tk, "b", "root", "Correct1Horse");
    me = csm_tk_ok(tk, "session.become", "{'user':'ann'}");
    csm_tk_assert_str(csm_tk_str(tk, me, "user_name"), "ann");
    csm_tk_assert_str(csm_tk_str(tk, me, "acting_name"), "root");
    assert_false(csm_tk_bool(tk, me, "admin"));
    task = csm_tk_insert(tk, "task", "{'short_description':'by both'}");
    csm_tk_fails(tk, CSM_E_DENIED, "plugin.list", "{}");
    csm_tk_fails(tk, CSM_E_DENIED, "token.create", "{'name':'stolen'}");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_ok(tk, "session.become", "{}"), "user_name"), "root");
    history = csm_tk_ok(tk, "record.history", "{'table':'task','id':'%s'}", task);
    csm_tk_assert_str(csm_tk_str(tk, history, "versions.0.by"), "ann");
    csm_tk_assert_str(csm_tk_str(tk, history, "versions.0.acting"), "root");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "session.become", "{'user':'nobody'}");
    (void)login(tk, "b2", "ann", "Correct1Horse");
    csm_tk_fails(tk, CSM_E_DENIED, "session.become", "{'user':'root'}");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_ok(tk, "session.whoami", "{}"), "user_name"), "ann");
}

static void passwords_are_changed_by_who_knows_them(void **state)
{
    csm_tk *tk = *state;

    give_password(tk, "ann", "Correct1Horse");
    (void)login(tk, "p1", "ann", "Correct1Horse");
    (void)login(tk, "p2", "ann", "Correct1Horse");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "session.change_password", "{'old':'Wrong1Horse','new':'Battery2Staple'}");
    csm_tk_fails(tk, CSM_E_INVALID, "session.change_password", "{'old':'Correct1Horse','new':'short'}");
    csm_tk_fails(tk, CSM_E_INVALID, "session.change_password", "{'old':'Correct1Horse','new':'Correct1Horse'}");
    (void)csm_tk_ok(tk, "session.change_password", "{'old':'Correct1Horse','new':'Battery2Staple'}");
    (void)csm_tk_ok(tk, "table.list", "{}"); /* this login goes on */
    csm_tk_as_guest(tk, "p1");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "table.list", "{}"); /* the others end */
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "session.login", "{'user':'ann','password':'Correct1Horse'}");
    (void)login(tk, "p1", "ann", "Battery2Staple");
    csm_tk_as_guest(tk, "p3");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "session.change_password", "{'old':'Battery2Staple','new':'Correct1Horse'}");
}

static void a_password_set_must_be_changed_first(void **state)
{
    csm_tk *tk = *state;

    csm_tk_as(tk, "ursula");
    csm_tk_fails(tk, CSM_E_INVALID, "user.set_password", "{'user':'xena','password':'weak'}");
    (void)csm_tk_ok(tk, "user.set_password", "{'user':'xena','password':'Temporary1x'}");
    csm_tk_fails(tk, CSM_E_DENIED, "user.set_password", "{'user':'root','password':'Temporary1x'}");
    csm_tk_as(tk, "ann");
    csm_tk_fails(tk, CSM_E_DENIED, "user.set_password", "{'user':'bob','password':'Temporary1x'}");
    assert_true(csm_tk_bool(tk, login(tk, "m", "xena", "Temporary1x"), "user.must_change_password"));
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "table.list", "{}");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "session.list", "{}");
    (void)csm_tk_ok(tk, "session.whoami", "{}");
    (void)csm_tk_ok(tk, "session.change_password", "{'old':'Temporary1x','new':'Battery2Staple'}");
    (void)csm_tk_ok(tk, "table.list", "{}");
}

static void first_login_gives_the_explicit_role(void **state)
{
    csm_tk *tk = *state;
    const char *account;

    csm_tk_as(tk, NULL);
    (void)csm_tk_insert(tk, "sys_user", "{'user_name':'newbie','last_name':'New'}");
    give_password(tk, "newbie", "Correct1Horse");
    assert_true(list_has(csm_tk_at(tk, login(tk, "e1", "newbie", "Correct1Horse"), "user.roles"), "snc_internal"));
    csm_tk_as(tk, NULL);
    account = csm_tk_insert(tk, "customer_account", "{'name':'Acme'}");
    (void)csm_tk_insert(tk, "customer_contact", "{'user_name':'kim','last_name':'Kim','email':'kim@example.com','account':'%s'}",
                        account);
    give_password(tk, "kim", "Correct1Horse");
    assert_true(csm_tk_bool(tk, login(tk, "e2", "kim", "Correct1Horse"), "user.external"));
}

static void tokens(void **state)
{
    csm_tk *tk = *state;
    const csm_value *made;
    const char *id, *secret;

    csm_tk_as_guest(tk, "tok");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "token.create", "{'name':'x'}");
    give_password(tk, "ann", "Correct1Horse");
    (void)login(tk, "tok", "ann", "Correct1Horse");
    csm_tk_fails(tk, CSM_E_INVALID, "token.create", "{'name':'x','expires':'2001-01-01T00:00:00Z'}");
    csm_tk_fails(tk, CSM_E_UNSUPPORTED, "token.create", "{'name':'x','request_key':'k1'}");
    csm_tk_fails(tk, CSM_E_DENIED, "token.create", "{'name':'x','user':'bob'}");
    made = csm_tk_ok(tk, "token.create", "{'name':'nightly'}");
    id = csm_tk_str(tk, made, "id");
    secret = csm_tk_str(tk, made, "token");
    csm_tk_as_guest(tk, "prog");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_ok(tk, "session.login", "{'token':'%s'}", secret), "user.user_name"), "ann");
    (void)csm_tk_ok(tk, "table.list", "{}");
    csm_tk_as(tk, "bob");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "token.revoke", "{'id':'%s'}", id);
    csm_tk_as_guest(tk, "tok");
    (void)csm_tk_ok(tk, "token.revoke", "{'id':'%s'}", id);
    csm_tk_as_guest(tk, "prog");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "table.list", "{}");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "session.login", "{'token':'%s'}", secret);
    csm_tk_as(tk, "ursula");
    csm_tk_fails(tk, CSM_E_DENIED, "token.create", "{'name':'x','user':'root'}");
    made = csm_tk_ok(tk, "token.create", "{'name':'for bob','user':'bob'}");
    csm_tk_as(tk, NULL);
    assert_null(csm_map_get(csm_tk_get(tk, "sys_token", csm_tk_str(tk, made, "id")), "secret_hash"));
}

/* The last word of the newest mail to an address: the secret, when it brings one. */
static const char *mailed(csm_tk *tk, const char *to)
{
    const csm_value *rows;
    const char *body, *word;

    csm_tk_settle(tk);
    csm_tk_as(tk, NULL);
    rows = csm_tk_rows(tk, "sys_email", "recipientsLIKE%s^ORDERBYDESCsys_id", to);
    if (rows->count == 0)
        return NULL;
    body = csm_tk_str(tk, &rows->list[0], "body");
    word = strpbrk(body, " \n") != NULL ? body + strlen(body) : body;
    while (word > body && word[-1] != ' ' && word[-1] != '\n')
        word--;
    return word;
}

static void a_mailed_link_resets_once(void **state)
{
    csm_tk *tk = *state;
    const csm_value *known, *unknown;
    const char *secret;

    csm_tk_as(tk, NULL);
    (void)csm_tk_insert(tk, "sys_user", "{'user_name':'rita','last_name':'Rita','email':'rita@example.com'}");
    csm_tk_as_guest(tk, "r");
    known = csm_tk_ok(tk, "session.request_reset", "{'email':'rita@example.com'}");
    unknown = csm_tk_ok(tk, "session.request_reset", "{'email':'nobody@example.com'}");
    assert_int_equal(known->type, unknown->type);
    assert_int_equal(known->b, unknown->b);
    secret = mailed(tk, "rita@example.com");
    assert_non_null(secret);
    assert_null(mailed(tk, "nobody@example.com"));
    csm_tk_as_guest(tk, "r");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "session.reset_password", "{'secret':'guess','password':'Battery2Staple'}");
    csm_tk_fails(tk, CSM_E_INVALID, "session.reset_password", "{'secret':'%s','password':'weak'}", secret);
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "session.confirm_email", "{'secret':'%s'}", secret);
    (void)csm_tk_ok(tk, "session.reset_password", "{'secret':'%s','password':'Battery2Staple'}", secret);
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "session.reset_password", "{'secret':'%s','password':'Battery3Staple'}", secret);
    (void)login(tk, "r", "rita", "Battery2Staple");
    (void)csm_tk_ok(tk, "session.request_reset", "{'email':'rita@example.com'}");
    secret = mailed(tk, "rita@example.com");
    csm_tk_advance(tk, 61 * CSM_MINUTE);
    csm_tk_as_guest(tk, "r");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "session.reset_password", "{'secret':'%s','password':'Battery3Staple'}", secret);
}

static void an_address_counts_when_its_link_was_opened(void **state)
{
    csm_tk *tk = *state;
    const char *secret, *ann;

    give_password(tk, "ann", "Correct1Horse");
    ann = csm_tk_str(tk, csm_tk_first(tk, "sys_user", "user_name=ann"), "sys_id");
    (void)csm_tk_update(tk, "sys_user", ann, "{'email':'old@example.com'}");
    (void)login(tk, "em", "ann", "Correct1Horse");
    csm_tk_fails(tk, CSM_E_DENIED, "record.update", "{'table':'sys_user','id':'%s','values':{'email':'new@example.com'}}", ann);
    csm_tk_fails(tk, CSM_E_INVALID, "session.change_email", "{'email':'no address'}");
    (void)csm_tk_ok(tk, "session.change_email", "{'email':'new@example.com'}");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "sys_user", ann), "email"), "old@example.com");
    secret = mailed(tk, "new@example.com");
    assert_non_null(secret);
    csm_tk_as_guest(tk, "em2");
    (void)csm_tk_ok(tk, "session.confirm_email", "{'secret':'%s'}", secret);
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "session.confirm_email", "{'secret':'%s'}", secret);
    csm_tk_as(tk, NULL);
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "sys_user", ann), "email"), "new@example.com");
    assert_non_null(mailed(tk, "old@example.com")); /* the old address is told */
}

static void an_address_that_fails_too_often_waits(void **state)
{
    csm_tk *tk = *state;
    const csm_value *out;
    csm_status st = CSM_E_UNAUTHENTICATED;

    give_password(tk, "ann", "Correct1Horse");
    csm_tk_advance(tk, 2 * CSM_MINUTE);
    csm_tk_as_guest(tk, "thr");
    for (int n = 0; n < 70 && st == CSM_E_UNAUTHENTICATED; n++)
        st = csm_tk_call(tk, &out, "session.login", "{'token':'guess %d'}", n);
    assert_int_equal(st, CSM_E_BUSY);
    csm_tk_fails(tk, CSM_E_BUSY, "session.login", "{'user':'ann','password':'Correct1Horse'}");
    csm_tk_advance(tk, 2 * CSM_MINUTE);
    (void)login(tk, "thr", "ann", "Correct1Horse");
}

/* A repeat would say who the connection is without making it so. */
static void who_one_is_is_not_kept_for_repeats(void **state)
{
    csm_tk *tk = *state;

    give_password(tk, "ann", "Correct1Horse");
    (void)login(tk, "repeats", "ann", "Correct1Horse");
    csm_tk_fails(tk, CSM_E_UNSUPPORTED, "session.logout", "{'request_key':'k'}");
    (void)csm_tk_ok(tk, "table.list", "{}");
    (void)csm_tk_ok(tk, "session.logout", "{}");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "table.list", "{}");
}

/* The role a first login brings is gone with the request that is undone, from every memory. */
static void a_role_that_was_undone_is_not_remembered(void **state)
{
    csm_tk *tk = *state;
    const char *nell, *role;

    csm_tk_as(tk, NULL);
    nell = csm_tk_insert(tk, "sys_user", "{'user_name':'nell','first_name':'Nell'}");
    csm_tk_as(tk, "nell");
    (void)csm_tk_update(tk, "sys_user", nell, "{'preferred_language':'de'}");
    csm_tk_as(tk, NULL);
    role = csm_tk_str(tk, csm_tk_first(tk, "sys_user_has_role", "user=%s", nell), "sys_id");
    (void)csm_tk_ok(tk, "record.delete", "{'table':'sys_user_has_role','id':'%s'}", role);
    csm_tk_fails(tk, CSM_E_UNSUPPORTED, "session.become", "{'user':'nell','request_key':'undone'}");
    assert_int_equal(csm_tk_count(tk, "sys_user_has_role", "user=%s", nell), 0);
    csm_tk_as(tk, "nell");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.update",
                 "{'table':'sys_user','id':'%s','values':{'preferred_language':'fr'}}", nell);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(login_makes_the_connection_his),
        cmocka_unit_test(failures_look_alike),
        cmocka_unit_test(ten_wrong_passwords_lock_for_a_time),
        cmocka_unit_test(an_administrator_unlocks),
        cmocka_unit_test(being_made_inactive_or_locked_ends_it),
        cmocka_unit_test(sessions_are_listed_and_ended),
        cmocka_unit_test(the_token_of_a_login_logs_in_again),
        cmocka_unit_test(acting_as_somebody_records_both),
        cmocka_unit_test(passwords_are_changed_by_who_knows_them),
        cmocka_unit_test(a_password_set_must_be_changed_first),
        cmocka_unit_test(first_login_gives_the_explicit_role),
        cmocka_unit_test(tokens),
        cmocka_unit_test(a_mailed_link_resets_once),
        cmocka_unit_test(an_address_counts_when_its_link_was_opened),
        cmocka_unit_test(an_address_that_fails_too_often_waits),
        cmocka_unit_test(who_one_is_is_not_kept_for_repeats),
        cmocka_unit_test(a_role_that_was_undone_is_not_remembered),
    };

    return cmocka_run_group_tests_name("session methods", tests, start, stop);
}
