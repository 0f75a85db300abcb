/* The main requests with their first, second, third ... allocation failing, until one goes through untouched; the same with
 * reads of the store and with commits. Each time: an answer, and a true one - an error means no effect, OK means the whole
 * effect - and the store verifies. Leaks are the leak sanitizer's to find. */
#include "raw.h"

#include "base/fault.h"
#include "base/str.h"
#include "unit.h"

#include <csm/test.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static csm_tk *tk;
static raw connection;
static char group_id[40], case_id[40], account_id[40], import_id[40];

/* What has no memory even for its answer hangs up: reading, keeping what came, sending, one or two blocks each. */
#define UNANSWERED_MAX 6u

/* ---- scenarios ---- */

typedef struct scenario {
    const char *name;
    const char *method;
    const char *args;            /* %u: number of the try; may be absent */
    bool guest;                  /* over TCP, logged in as nobody */
    void (*check)(unsigned try, bool done); /* the effect is there just when done; NULL: a read */
    const char *key;             /* a read's result has it */
    bool long_one;               /* far points are sampled */
} scenario;

static void check_group(unsigned try, bool done)
{
    assert_int_equal(csm_tk_count(tk, "sys_user_group", "name=made %u", try), done);
}

static void check_case(unsigned try, bool done)
{
    int64_t found = csm_tk_count(tk, "sn_customerservice_case", "short_description=made %u", try);

    assert_int_equal(found, done);
}

static void check_update(unsigned try, bool done)
{
    char want[32];

    (void)snprintf(want, sizeof(want), "changed %u", try);
    assert_int_equal(csm_tk_count(tk, "sn_customerservice_case", "sys_id=%s^short_description=%s", case_id, want), done);
}

static void check_delete(unsigned try, bool done)
{
    (void)try;
    assert_int_equal(csm_tk_count(tk, "sys_user_group", "sys_id=%s", group_id), !done);
    if (!done)
        return;
    (void)snprintf(group_id, sizeof(group_id), "%s",
                   csm_tk_insert(tk, "sys_user_group", "{'name':'to be deleted','description':'once more'}"));
}

static void check_import(unsigned try, bool done)
{
    assert_int_equal(csm_tk_count(tk, "core_company", "nameSTARTSWITHimported %u.", try), done ? 3 : 0);
}

static bool is_active(const char *plugin)
{
    return strcmp(csm_tk_str(tk, csm_tk_ok(tk, "plugin.show", "{'id':'%s'}", plugin), "state"), "active") == 0;
}

static void check_activation(unsigned try, bool done)
{
    (void)try;
    assert_int_equal(is_active("action_status"), done);
    if (done)
        (void)csm_tk_ok(tk, "plugin.deactivate", "{'id':'action_status'}");
}

static void check_deactivation(unsigned try, bool done)
{
    (void)try;
    assert_int_equal(is_active("assignment"), !done);
    if (done)
        (void)csm_tk_ok(tk, "plugin.activate", "{'id':'assignment'}");
}

static void check_login(unsigned try, bool done)
{
    (void)try;
    (void)done; /* a session more or less is no effect anybody relies on */
}

static const scenario scenarios[] = {
    { "insert", "record.insert", "{'table':'sys_user_group','values':{'name':'made %u','description':'x'}}", false, check_group, NULL, false },
    { "insert with rules", "record.insert",
      "{'table':'sn_customerservice_case','values':{'short_description':'made %u','account':'ACCOUNT','priority':2,"
      "'work_notes':'seen'},'request_key':'made %u'}", false, check_case, NULL, false },
    { "update", "record.update",
      "{'table':'sn_customerservice_case','id':'CASE','values':{'short_description':'changed %u','comments':'hello'}}", false,
      check_update, NULL, false },
    { "delete", "record.delete", "{'table':'sys_user_group','id':'GROUP'}", false, check_delete, NULL, false },
    { "query", "record.query",
      "{'table':'sn_customerservice_case','query':'account.name=Boxeo^priority<4^ORshort_descriptionLIKEnine^ORDERBYDESCsys_created_on',"
      "'fields':['number','account.name','priority'],'display':true,'limit':10}", false, NULL, "rows", false },
    { "aggregate", "record.aggregate",
      "{'table':'sn_customerservice_case','query':'active=true','group':['priority']}",
      false, NULL, "rows", false },
    { "get", "record.get", "{'table':'sn_customerservice_case','id':'CASE','display':true}", false, NULL, "number", false },
    { "history", "record.history", "{'table':'sn_customerservice_case','id':'CASE'}", false, NULL, NULL, false },
    { "import page", "import.rows",
      "{'id':'IMPORT','first':FIRST,'columns':['Name'],'rows':[['imported %u.1'],['imported %u.2'],['imported %u.3']]}", false,
      check_import, NULL, false },
    { "login", "session.login", "{'user':'lena','password':'A long enough passw0rd'}", true, check_login, NULL, false },
    { "activation", "plugin.activate", "{'id':'action_status'}", false, check_activation, NULL, true },
    { "deactivation", "plugin.deactivate", "{'id':'assignment'}", false, check_deactivation, NULL, true },
};

/* ---- set-up ---- */

static int start(void **state)
{
    (void)state;
    tk = csm_tk_start("customer_service,assignment", 0);
    csm_tk_as(tk, NULL);
    (void)csm_tk_user(tk, "lena", "itil");
    (void)csm_tk_ok(tk, "user.set_password", "{'needs_reset':false,'user':'lena','password':'A long enough passw0rd'}");
    (void)snprintf(account_id, sizeof(account_id), "%s", csm_tk_insert(tk, "customer_account", "{'name':'Boxeo'}"));
    (void)snprintf(group_id, sizeof(group_id), "%s", csm_tk_insert(tk, "sys_user_group", "{'name':'to be deleted'}"));
    for (int n = 0; n < 5; n++)
        (void)snprintf(case_id, sizeof(case_id), "%s",
                       csm_tk_insert(tk, "sn_customerservice_case", "{'short_description':'nine %d','account':'%s'}", n, account_id));
    (void)snprintf(import_id, sizeof(import_id), "%s",
                   csm_tk_str(tk, csm_tk_ok(tk, "import.start",
                                            "{'name':'faults','mapping':{'table':'core_company','fields':{'name':'Name'}}}"),
                              "id"));
    return 0;
}

static int disarm(void **state)
{
    (void)state;
    for (int fault = 0; fault < CSM_FAULT_COUNT; fault++)
        csm_fault_arm((csm_fault)fault, 0, false);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    csm_tk_stop(tk);
    return 0;
}

/* ---- running ---- */

static void replace(char *text, size_t size, const char *word, const char *with)
{
    char *at;

    while ((at = strstr(text, word)) != NULL) {
        char rest[1024];

        (void)snprintf(rest, sizeof(rest), "%s", at + strlen(word));
        (void)snprintf(at, size - (size_t)(at - text), "%s%s", with, rest);
    }
}

static void fill_in(const scenario *s, unsigned try, char *text, size_t size)
{
    char number[24];

    (void)snprintf(text, size, "%s", s->args);
    (void)snprintf(number, sizeof(number), "%u", try);
    replace(text, size, "%u", number);
    replace(text, size, "ACCOUNT", account_id);
    replace(text, size, "CASE", case_id);
    replace(text, size, "GROUP", group_id);
    replace(text, size, "IMPORT", import_id);
    if (strstr(text, "FIRST") != NULL) {
        const csm_value *status = csm_tk_ok(tk, "import.status", "{'id':'%s'}", import_id);

        (void)snprintf(number, sizeof(number), "%lld", (long long)csm_tk_int(tk, status, "rows_read") + 1);
        replace(text, size, "FIRST", number);
    }
}

static void verify(void)
{
    const csm_value *answer = csm_tk_ok(tk, "store.verify", "{}");

    assert_int_equal(csm_tk_int(tk, answer, "problem_count"), 0);
}

static void check_result(const scenario *s)
{
    csm_arena *arena = csm_arena_new(65536, 0);
    csm_value result;

    assert_non_null(arena);
    result = raw_result(&connection, arena);
    if (s->key != NULL)
        assert_non_null(csm_map_get(&result, s->key));
    csm_arena_free(arena);
}

/* The server logs each inner error on standard error: thousands here, all meant. Both files are opened once, before any
 * server runs: a number that a server just closed would look like a race to the thread sanitizer (tests/support/races.txt). */
static int shown = -1, nowhere = -1;

static void open_logs(void)
{
    shown = dup(STDERR_FILENO);
    nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
}

static void hush(void)
{
    assert_true(dup2(nowhere, STDERR_FILENO) >= 0);
}

static void speak(void)
{
    assert_true(dup2(shown, STDERR_FILENO) >= 0);
}

/* One try. Returns whether it was answered at all, *st what; *met: the point was reached. */
static bool ask(const scenario *s, unsigned try, csm_fault fault, unsigned long nth, bool keep, csm_status *st, bool *met)
{
    char args[2048];
    bool answered;

    fill_in(s, try, args, sizeof(args));
    raw_prepare(&connection, s->method, args);
    hush();
    csm_fault_arm(fault, nth, keep);
    answered = raw_ask(&connection);
    *met = csm_fault_passes(fault) >= nth;
    csm_fault_arm(fault, 0, false);
    speak();
    if (connection.silent)
        fail_msg("%s, %lu: the server neither answers nor hangs up", s->name, nth);
    if (!answered) { /* not even the error found room */
        raw_done(&connection);
        raw_open(&connection, s->guest ? csm_tk_tcp(tk) : csm_tk_address(tk));
        return false;
    }
    *st = raw_status(&connection);
    return true;
}

/* Errors that a failing allocation, read or full store may become; anything else is a lie. */
static bool is_told(csm_fault fault, csm_status st)
{
    switch (fault) {
    case CSM_FAULT_alloc:
        return st == CSM_E_NOMEM;
    case CSM_FAULT_store_get:
        return st == CSM_E_IO || st == CSM_E_INTERNAL;
    default:
        return st == CSM_E_FULL;
    }
}

/* Sanitized builds allocate every piece of an arena by itself: there, far ones are sampled. */
static unsigned long next(const scenario *s, unsigned long nth)
{
    if (s->long_one)
        return nth < 10 ? nth + 1 : nth + nth / 8;
#ifdef CSM_SANITIZED
    return nth < 100 ? nth + 1 : nth + nth / 20;
#else
    return nth + 1;
#endif
}

static void fail_in_turn(const scenario *s, csm_fault fault, bool keep)
{
    static unsigned try;
    unsigned failed = 0, unanswered = 0;
    bool untouched = false;

    for (unsigned long nth = 1; !untouched; nth = next(s, nth)) {
        csm_status st = CSM_OK;
        bool met, answered = ask(s, ++try, fault, nth, keep, &st, &met), done = answered && st == CSM_OK;

        untouched = done && !met;
        unanswered += !answered;
        failed += answered && !done;
        if (answered && !done && !is_told(fault, st)) {
            raw_print(&connection);
            fail_msg("%s, %lu: CSM-%d", s->name, nth, (int)st);
        }
        if (s->check != NULL && answered)
            s->check(try, done); /* unanswered, nothing was promised */
        else if (done)
            check_result(s);
        if (failed % 16 == 1)
            verify();
        assert_true(nth < 100000);
    }
    verify();
    print_message("%s: %u errors, %u times no answer\n", s->name, failed, unanswered);
    assert_true(unanswered <= UNANSWERED_MAX);
}

static void run(const scenario *s, csm_fault fault, bool keep)
{
    raw_open(&connection, s->guest ? csm_tk_tcp(tk) : csm_tk_address(tk));
    fail_in_turn(s, fault, keep);
    raw_done(&connection);
}

static void one_allocation(void **state)
{
    run(*state, CSM_FAULT_alloc, false);
}

static void all_allocations_from_there(void **state)
{
    run(*state, CSM_FAULT_alloc, true);
}

static void one_read(void **state)
{
    run(*state, CSM_FAULT_store_get, false);
}

static void full_store(void **state)
{
    const scenario *s = *state;

    if (s->check != NULL && s->check != check_delete && s->check != check_login)
        run(s, CSM_FAULT_store_full, true);
}

/* A commit that may or may not be on disk: said so, nothing more is served, and a restart finds one or the other. */
static void lost_commit(void **state)
{
    const scenario *s = &scenarios[0];
    csm_status st = CSM_OK;
    bool met, answered;

    (void)state;
    raw_open(&connection, csm_tk_address(tk));
    answered = ask(s, 1000000, CSM_FAULT_store_commit, 1, false, &st, &met);
    raw_done(&connection);
    assert_true(met);
    if (answered)
        assert_int_equal(st, CSM_E_UNKNOWN);
    csm_tk_restart(tk);
    assert_true(csm_tk_count(tk, "sys_user_group", "name=made 1000000") <= 1);
    verify();
    (void)csm_tk_insert(tk, "sys_user_group", "{'name':'after it'}");
}

int main(void)
{
    static const struct {
        const char *name;
        void (*check)(void **state);
    } groups[] = { { "one allocation", one_allocation },
                   { "all allocations from there", all_allocations_from_there },
                   { "one read", one_read },
                   { "full store", full_store } };
    const struct CMUnitTest last[] = { cmocka_unit_test_teardown(lost_commit, disarm) };
    int failed = 0;

    open_logs();
    for (size_t n = 0; n < COUNT_OF(groups); n++) {
        struct CMUnitTest tests[COUNT_OF(scenarios)];
        char names[COUNT_OF(scenarios)][64];

        for (size_t k = 0; k < COUNT_OF(scenarios); k++) {
            const scenario *s = &scenarios[k];

            (void)snprintf(names[k], sizeof(names[k]), "%s: %s", groups[n].name, s->name);
            tests[k] = (struct CMUnitTest){ .name = names[k], .test_func = groups[n].check, .teardown_func = disarm };
            memcpy(&tests[k].initial_state, &s, sizeof(s));
        }
        failed += cmocka_run_group_tests(tests, start, stop);
    }
    failed += cmocka_run_group_tests(last, start, stop);
    return failed;
}
