/* Acceptance of the child cases of a major case, and what goes from one to the others (items 289, 290, 292 to 296). */
#include "major.h"

#define CONSUMERS "sn_publications_recipientslist_consumer_m2m"

static bool needs_attention(people *p, const char *id)
{
    const char *before = p->who;
    bool needs;

    as(p, "adam");
    needs = csm_tk_bool(p->tk, csm_tk_get(p->tk, CASE, id), "needs_attention");
    as(p, before);
    return needs;
}

static int64_t children(people *p, const char *major, const char *more)
{
    const char *before = p->who;
    int64_t count;

    csm_tk_settle(p->tk);
    as(p, "adam");
    count = csm_tk_count(p->tk, CASE, "parent=%s%s", major, more);
    as(p, before);
    return count;
}

static void create(people *p, const char *major, const char *comments)
{
    const char *before = p->who;

    as(p, "mia");
    (void)csm_tk_ok(p->tk, "case.create_child_cases", "{'id':'%s','comments':'%s'}", major, comments);
    csm_tk_settle(p->tk);
    as(p, before);
}

/* ---- child cases ---- */

enum { MANY = 500 };

/* Accounts with a contact each, put on the list. */
static void make_accounts(people *p, const char *list, int count, const char *prefix)
{
    enum { PER_CALL = 25, ITEMS_BYTES = PER_CALL * 640 };
    char *items = calloc(1, ITEMS_BYTES);

    assert_non_null(items);
    as(p, NULL);
    for (int n = 0; n < count; n++) {
        int at = n % PER_CALL * 4; /* each is four items of the call */
        size_t len = at == 0 ? 0 : strlen(items);

        (void)snprintf(items + len, ITEMS_BYTES - len,
                       "%s{'op':'insert','table':'customer_account','values':{'name':'%s %d','customer':true}},"
                       "{'op':'insert','table':'customer_contact','values':{'first_name':'%s','last_name':'%d','account':{'$ref':%d}}},"
                       "{'op':'update','table':'customer_account','id':{'$ref':%d},'values':{'primary_contact':{'$ref':%d}}},"
                       "{'op':'insert','table':'" ACCOUNTS "','values':{'list':'%s','recipient':{'$ref':%d}}}",
                       len > 0 ? "," : "", prefix, n, prefix, n, at, at, at + 1, list, at);
        if (n % PER_CALL == PER_CALL - 1 || n == count - 1)
            (void)csm_tk_ok(p->tk, "record.batch", "{'items':[%s]}", items);
    }
    free(items);
}

static void acceptance_289_290_child_cases(void **state)
{
    people *p = *state;
    const char *major = major_case(p, "network of all"), *list = list_of(p, "all", "accounts"), *two[2];
    const csm_value *rows, *rec;

    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.create_child_cases", "{'id':'%s'}", major);
    make_accounts(p, list, MANY, "Many");
    attach(p, major, list);
    as(p, "mia");
    rows = csm_tk_rows(p->tk, ACCOUNTS, "list=%s", list);
    for (size_t n = 0; n < 2; n++) { /* two have children already */
        const char *account = csm_tk_str(p->tk, &rows->list[n * 300 + 7], "recipient");

        two[n] = csm_tk_insert(p->tk, CASE, "{'short_description':'had one','account':'%s'}", account);
        (void)csm_tk_ok(p->tk, "case.add_child_cases", "{'id':'%s','cases':['%s']}", major, two[n]);
    }
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.create_child_cases", "{'id':'%s'}", major);
    create(p, major, "We are on it.");
    assert_int_equal(children(p, major, ""), MANY);
    assert_int_equal(children(p, major, "^child_case_creation_progress=true"), MANY - 2);
    assert_int_equal(children(p, major, "^accountISNOTEMPTY^contactISNOTEMPTY^watch_listISNOTEMPTY^priority=2^state=1^opened_by.user_name=mia"
                                        "^short_description=network of all"), MANY - 2);
    as(p, "adam");
    for (int n = 0; n < MANY; n++) /* one for each account */
        if (csm_tk_count(p->tk, CASE, "parent=%s^account=%s", major, csm_tk_str(p->tk, &rows->list[n], "recipient")) != 1)
            fail_msg("account %d has not exactly one child", n);
    rec = csm_tk_first(p->tk, CASE, "parent=%s^child_case_creation_progress=true", major);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "watch_list.0"), csm_tk_str(p->tk, rec, "contact"));
    assert_int_equal(people_told(p, CASE, csm_tk_str(p->tk, rec, "sys_id"), "comments", "We are on it."), 1);
    assert_int_equal(people_told(p, CASE, two[0], "comments", "We are on it."), 0);
    rec = csm_tk_get(p->tk, CASE, major);
    assert_int_equal(csm_tk_int(p->tk, rec, "child_case_count"), MANY);
    assert_false(csm_tk_bool(p->tk, rec, "child_case_creation_progress"));
    assert_true(noted(p, major, "498 child cases created, 2 recipients had one"));

    /* the list is locked, and yet more may come */
    as(p, "adam");
    assert_non_null(strstr(csm_tk_fails(p->tk, CSM_E_REJECTED, "record.delete", "{'table':'%s','id':'%s'}", LIST, list), "locked"));
    as(p, "mia");
    assert_true(csm_tk_bool(p->tk, csm_tk_get(p->tk, LIST, list), "locked"));
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'name':'some'}}", LIST, list);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'recipient_list':'%s'}}", CASE, major,
                       list_of(p, "another", "accounts"));
    put(p, list, p->X);
    put(p, list, p->C);
    put(p, list, p->S1);
    create(p, major, "Second word.");
    assert_int_equal(children(p, major, ""), MANY + 3);
    assert_true(noted(p, major, "3 child cases created, 500 recipients had one"));
    as(p, "adam");
    rec = csm_tk_first(p->tk, CASE, "parent=%s^account=%s", major, p->X);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "contact"), p->xena);
    assert_int_equal(people_told(p, CASE, csm_tk_str(p->tk, rec, "sys_id"), "comments", "Second word."), 1);
    assert_int_equal(people_mails(p, "xena", "We opened case"), 1);
    assert_int_equal(people_mails(p, "xena", "New comment"), 0);
}

static void acceptance_289_consumers_and_the_silent(void **state)
{
    people *p = *state;
    const char *major = major_case(p, "stream stops"), *list = list_of(p, "viewers", "consumers"), *row;

    put(p, list, p->joe);
    put(p, list, p->jane);
    as(p, "mia");
    row = csm_tk_str(p->tk, csm_tk_first(p->tk, CONSUMERS, "list=%s^recipient=%s", list, p->jane), "sys_id");
    (void)csm_tk_update(p->tk, CONSUMERS, row, "{'active_communication':false}");
    attach(p, major, list);
    create(p, major, "");
    assert_int_equal(children(p, major, ""), 1);
    as(p, "joe");
    assert_int_equal(csm_tk_count(p->tk, CASE, "short_description=stream stops"), 1);
    as(p, "jane");
    assert_int_equal(csm_tk_count(p->tk, CASE, "short_description=stream stops"), 0);
}

static void acceptance_295_add_existing(void **state)
{
    people *p = *state;
    const char *major = major_case(p, "slow everywhere"), *ids[10], *closed = people_case_in(p, 3);
    const csm_value *answer;
    char list[512] = "";
    unsigned reasons = 0;

    for (size_t n = 0; n < 7; n++)
        ids[n] = people_case(p, "slow here");
    ids[7] = closed;
    ids[8] = major_case(p, "another major one");
    ids[9] = candidate(p, "a candidate");
    for (size_t n = 0; n < 10; n++)
        (void)snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s'%s'", n > 0 ? "," : "", ids[n]);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.add_child_cases", "{'id':'%s','cases':[%s]}", major, list);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'parent':'%s'}}", CASE, ids[0], major);
    as(p, "mia");
    answer = csm_tk_ok(p->tk, "case.add_child_cases", "{'id':'%s','cases':[%s]}", major, list);
    csm_tk_assert_str(csm_tk_str(p->tk, answer, "result"), "7 of 10");
    for (size_t n = 0; n < 10; n++) {
        char path[32];

        (void)snprintf(path, sizeof(path), "cases.%zu.added", n);
        assert_int_equal(csm_tk_bool(p->tk, answer, path), n < 7);
        (void)snprintf(path, sizeof(path), "cases.%zu.reason", n);
        reasons += !csm_tk_is_nil(p->tk, answer, path);
        if (n < 7)
            assert_true(noted(p, ids[n], "is its major case now"));
    }
    assert_int_equal(reasons, 3);
    assert_int_equal(people_told(p, CASE, major, "work_notes", "is a child case now"), 7);
    assert_int_equal(children(p, major, "^sync_driver=true"), 7);
    answer = csm_tk_ok(p->tk, "case.add_child_cases", "{'id':'%s','cases':['%s']}", major, ids[0]);
    csm_tk_assert_str(csm_tk_str(p->tk, answer, "result"), "none");
    answer = csm_tk_ok(p->tk, "case.add_child_cases", "{'id':'%s','cases':['%s']}", major, child_of(p, ids[8]));
    assert_non_null(strstr(csm_tk_str(p->tk, answer, "cases.0.reason"), "another major case"));
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.cancel_major_case", "{'id':'%s'}", major); /* its children are somebody's */
    answer = csm_tk_ok(p->tk, "case.add_child_cases", "{'id':'%s','cases':['%s']}", major, people_case(p, "one more"));
    csm_tk_assert_str(csm_tk_str(p->tk, answer, "result"), "all added");
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.remove_child_case", "{'id':'%s'}", ids[0]);
    as(p, "mia");
    (void)people_do(p, "case.remove_child_case", ids[0]);
    assert_true(noted(p, ids[0], "No child case of a major case any more"));
    assert_true(noted(p, major, "is no child case any more"));
    assert_int_equal(children(p, major, ""), 7);
    as(p, "adam");
    assert_int_equal(csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, major), "child_case_count"), 7);
}

/* ---- what goes from one to the others ---- */

/* A major case with children New, Open, Awaiting, Resolved, Closed. */
static const char *with_children(people *p, const char *ids[5])
{
    static const int states[] = { 0, 10, 18, 6, 3 };
    const char *major = major_case(p, "a wave");

    for (size_t n = 0; n < 4; n++) {
        ids[n] = n == 0 ? people_case(p, "first") : people_case_in(p, states[n]);
        as(p, "mia");
        (void)csm_tk_ok(p->tk, "case.add_child_cases", "{'id':'%s','cases':['%s']}", major, ids[n]);
    }
    ids[4] = people_case_in(p, 6);
    as(p, "mia");
    (void)csm_tk_ok(p->tk, "case.add_child_cases", "{'id':'%s','cases':['%s']}", major, ids[4]);
    as(p, "pat");
    (void)people_do(p, "case.accept_solution", ids[4]);
    as(p, "mia");
    (void)people_do(p, "case.assign_to_me", major);
    csm_tk_settle(p->tk);
    return major;
}

static void acceptance_292_sync(void **state)
{
    people *p = *state;
    const char *ids[5], *major;
    int64_t mails;

    sync(p, "false");
    major = with_children(p, ids);
    (void)csm_tk_update(p->tk, CASE, major, "{'priority':1,'comments':'unheard'}");
    csm_tk_settle(p->tk);
    for (size_t n = 0; n < 5; n++) {
        is(p, ids[n], "priority", 4);
        assert_int_equal(people_told(p, CASE, ids[n], "comments", "unheard"), 0);
    }
    sync(p, "true");
    mails = people_mails(p, "pat", "New comment");
    as(p, "mia");
    (void)csm_tk_update(p->tk, CASE, major, "{'priority':3,'comments':'first word','work_notes':'among us'}");
    (void)csm_tk_update(p->tk, CASE, major, "{'priority':5,'comments':'second word'}");
    csm_tk_settle(p->tk);
    for (size_t n = 0; n < 5; n++) {
        bool follows = n < 3;

        is(p, ids[n], "priority", follows ? 5 : 4);
        assert_int_equal(people_told(p, CASE, ids[n], "comments", "first word"), follows);
        assert_int_equal(people_told(p, CASE, ids[n], "comments", "second word"), follows);
        assert_int_equal(people_told(p, CASE, ids[n], "work_notes", "among us"), follows);
        assert_int_equal(people_told(p, CASE, ids[n], "work_notes", "is a child case now"), 0); /* nothing of its siblings */
    }
    as(p, "pat");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, ids[1]), "comments.0.text"), "second word");
    assert_int_equal(people_mails(p, "pat", "New comment"), mails + 6);
    as(p, "mia"); /* a state goes too, with what it needs */
    (void)csm_tk_ok(p->tk, "case.request_info", "{'id':'%s','comments':'which release is it?'}", major);
    csm_tk_settle(p->tk);
    for (size_t n = 0; n < 3; n++)
        is(p, ids[n], "state", 18);
    is(p, ids[3], "state", 6);
    (void)csm_tk_ok(p->tk, "case.propose_solution", "{'id':'%s','resolution_code':'solved_workaround','close_notes':'restart it'}", major);
    csm_tk_settle(p->tk);
    for (size_t n = 0; n < 3; n++) {
        is(p, ids[n], "state", 6);
        shows(p, ids[n], "close_notes", "restart it");
    }
    is(p, ids[4], "state", 3);
    sync(p, "false");
}

/* More children than fit in a page, changes faster than they reach all: each child gets each once, in order. */
static void acceptance_292_many_children(void **state)
{
    enum { COUNT = 60 };
    people *p = *state;
    const char *major = major_case(p, "sixty of them"), *list = list_of(p, "sixty", "accounts");
    const csm_value *rows;

    make_accounts(p, list, COUNT, "Sixty");
    attach(p, major, list);
    create(p, major, "");
    sync(p, "true");
    as(p, "mia");
    (void)csm_tk_ok(p->tk, "record.batch", "{'items':["
                    "{'op':'update','table':'" CASE "','id':'%s','values':{'priority':1,'comments':'one'}},"
                    "{'op':'update','table':'" CASE "','id':'%s','values':{'priority':3,'comments':'two'}},"
                    "{'op':'update','table':'" CASE "','id':'%s','values':{'priority':5,'comments':'three'}}]}", major, major, major);
    assert_int_equal(children(p, major, "^priority=5"), COUNT);
    rows = csm_tk_rows(p->tk, CASE, "parent=%s", major);
    for (uint32_t n = 0; n < COUNT; n++) {
        const csm_value *rec = csm_tk_get(p->tk, CASE, csm_tk_str(p->tk, &rows->list[n], "sys_id"));

        assert_int_equal(csm_tk_at(p->tk, rec, "comments")->count, 3);
        csm_tk_assert_str(csm_tk_str(p->tk, rec, "comments.0.text"), "three");
        csm_tk_assert_str(csm_tk_str(p->tk, rec, "comments.1.text"), "two");
        csm_tk_assert_str(csm_tk_str(p->tk, rec, "comments.2.text"), "one");
    }
    as(p, "adam");
    assert_int_equal(csm_tk_count(p->tk, "sn_majorissue_mgt_change", "caseISNOTEMPTY"), 0); /* nothing is left on its way */
    sync(p, "false");
}

static void acceptance_293_state_needs_notes(void **state)
{
    static const char *const refused[] = { "state", "state,close_notes", "priority,state,resolution_code", "priority,account" };
    static const char *const fine[] = { "priority,comments", "state,close_notes,resolution_code", "priority, state, close_notes, resolution_code",
                                        "priority,state,comments,work_notes,close_notes,resolution_code" };
    people *p = *state;
    const char *id;

    people_set_property(p, "sn_customerservice.case_fields_to_sync", "priority");
    as(p, "adam");
    id = csm_tk_str(p->tk, csm_tk_first(p->tk, "sys_properties", "name=sn_customerservice.case_fields_to_sync"), "sys_id");
    for (size_t n = 0; n < sizeof(refused) / sizeof(refused[0]); n++)
        (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'sys_properties','id':'%s','values':{'value':'%s'}}", id, refused[n]);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'sys_properties','id':'%s','values':{'value':'colour'}}", id);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "sys_properties", id), "value"), "priority");
    for (size_t n = 0; n < sizeof(fine) / sizeof(fine[0]); n++)
        (void)csm_tk_update(p->tk, "sys_properties", id, "{'value':'%s'}", fine[n]);
}

static void acceptance_294_close(void **state)
{
    people *p = *state;
    const char *ids[5], *major = with_children(p, ids);

    as(p, "mia");
    (void)csm_tk_ok(p->tk, "case.close_case", "{'id':'%s','resolution_code':'solved_fixed_by_support','close_notes':'new router'}", major);
    csm_tk_settle(p->tk);
    for (size_t n = 0; n < 3; n++) {
        is(p, ids[n], "state", 3);
        shows(p, ids[n], "close_notes", "new router");
        assert_false(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, ids[n]), "closed_at"));
    }
    is(p, ids[3], "state", 6); /* its customer decides */
    shows(p, ids[3], "close_notes", "switched it on");
    as(p, "mia");
    as(p, "pat"); /* who goes on after it goes on by himself */
    (void)csm_tk_ok(p->tk, "case.reject_solution", "{'id':'%s','comments':'still dark'}", ids[3]);
    as(p, "ann");
    (void)people_do(p, "case.create_incident", ids[3]);
    as(p, "pat");
    (void)csm_tk_update(p->tk, CASE, ids[3], "{'comments':'hello?'}");
    assert_false(needs_attention(p, major)); /* nobody looks at what is over */
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.add_child_cases", "{'id':'%s','cases':['%s']}", major, people_case(p, "late"));
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.create_child_cases", "{'id':'%s'}", major);
}

static void acceptance_296_customer_of_a_child(void **state)
{
    people *p = *state;
    const char *major = major_case(p, "all of you"), *list = list_of(p, "both", "accounts"), *mine, *theirs;
    const csm_value *rec;

    put(p, list, p->P);
    put(p, list, p->X);
    attach(p, major, list);
    create(p, major, "We know.");
    as(p, "adam");
    mine = csm_tk_str(p->tk, csm_tk_first(p->tk, CASE, "parent=%s^account=%s", major, p->P), "sys_id");
    theirs = csm_tk_str(p->tk, csm_tk_first(p->tk, CASE, "parent=%s^account=%s", major, p->X), "sys_id");
    as(p, "pat");
    rec = csm_tk_get(p->tk, CASE, mine);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "comments.0.text"), "We know.");
    assert_false(csm_tk_has(rec, "parent"));
    assert_false(csm_tk_has(rec, "sync_driver"));
    assert_false(csm_tk_has(rec, "business_impact"));
    assert_false(csm_tk_has(rec, "watch_list"));
    csm_tk_hidden(p->tk, CASE, major);
    csm_tk_hidden(p->tk, CASE, theirs);
    assert_int_equal(csm_tk_count(p->tk, CASE, "short_description=all of you"), 1);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.query", "{'table':'%s','query':'parent=%s'}", CASE, major);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.query", "{'table':'%s','query':'major_case_state=accepted'}", CASE);
    (void)csm_tk_update(p->tk, CASE, mine, "{'comments':'is it over?'}"); /* the child keeps it, the major case shows it */
    assert_true(needs_attention(p, major));
    assert_int_equal(people_told(p, CASE, major, "comments", "is it over?"), 0);
    assert_int_equal(people_told(p, CASE, mine, "comments", "is it over?"), 1);
    as(p, "xena");
    assert_int_equal(csm_tk_count(p->tk, CASE, "short_description=all of you"), 1);
    csm_tk_hidden(p->tk, CASE, mine);
}

static void notes_on_a_child_ask_for_attention(void **state)
{
    people *p = *state;
    const char *major = major_case(p, "a note"), *id = child_of(p, major);

    as(p, "ann");
    (void)csm_tk_update(p->tk, CASE, id, "{'work_notes':'it is the cable here'}");
    assert_true(needs_attention(p, id));
    assert_true(needs_attention(p, major));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_289_290_child_cases),
        people_test(acceptance_289_consumers_and_the_silent),
        people_test(acceptance_292_sync),
        people_test(acceptance_292_many_children),
        people_test(acceptance_293_state_needs_notes),
        people_test(acceptance_294_close),
        people_test(acceptance_295_add_existing),
        people_test(acceptance_296_customer_of_a_child),
        people_test(notes_on_a_child_ask_for_attention),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
