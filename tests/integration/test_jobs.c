/* Acceptance of what runs by itself and in bulk: jobs, the plan of a list, batches, imports (items 21 to 23, 53, 54). */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>

#define CASE "sn_customerservice_case"
#define ACCOUNT "customer_account"

static void acceptance_021_due_while_down(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 6), *comments;
    int64_t closed = people_mails(p, "pat", "is closed"), said = people_mails(p, "pat", "New comment");

    people_set_property(p, "csm.case.auto_close", "true");
    csm_tk_restart_after(p->tk, 11 * CSM_DAY);
    csm_tk_settle(p->tk);
    as(p, "ann");
    assert_int_equal(csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, id), "state"), 3);
    comments = csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "comments.0.text");
    csm_tk_assert_str(comments, "auto closed");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "closed_by"), people_shipped(p, "sys_user", "System"));
    assert_int_equal(people_mails(p, "pat", "is closed"), closed + 1); /* and what was said with it is no mail of its own */
    assert_int_equal(people_mails(p, "pat", "New comment"), said);
    /* Once: it was due many times meanwhile. */
    as(p, NULL);
    assert_int_equal(csm_tk_rows(p->tk, "sys_audit", "documentkey=%s^fieldname=state^newvalue=3", id)->count, 1);
    assert_int_equal(csm_tk_at(p->tk, csm_tk_get(p->tk, CASE, id), "comments")->count, 1);
    csm_tk_restart(p->tk);
    csm_tk_settle(p->tk);
    as(p, NULL);
    assert_int_equal(csm_tk_at(p->tk, csm_tk_get(p->tk, CASE, id), "comments")->count, 1);
    people_set_property(p, "csm.case.auto_close", "false");
}

/* Fills up to @p count cases, some of them ann's. */
static void fill_cases(people *p, int from, int count)
{
    enum { PAGE = 500 };

    as(p, NULL);
    for (int at = from; at < count; at += PAGE) {
        char *items = calloc(1, PAGE * 200), *end = items;

        assert_non_null(items);
        for (int n = at; n < at + PAGE && n < count; n++)
            end += sprintf(end, "%s{'op':'insert','table':'%s','values':{'short_description':'bulk %d'%s%s%s}}", n > at ? "," : "",
                           CASE, n, n % 100 == 0 ? ",'assigned_to':'" : "", n % 100 == 0 ? p->ann : "", n % 100 == 0 ? "'" : "");
        (void)csm_tk_ok(p->tk, "record.batch", "{'items':[%s]}", items);
        free(items);
    }
}

static int64_t touched(people *p, int64_t *returned)
{
    const csm_value *plan;

    as(p, "ann");
    plan = csm_tk_ok(p->tk, "explain.query", "{'table':'%s','query':'active=true^assigned_to=%s^ORDERBYDESCopened_at'}", CASE, p->ann);
    assert_false(csm_tk_is_nil(p->tk, plan, "index"));
    *returned = csm_tk_int(p->tk, plan, "rows_returned");
    return csm_tk_int(p->tk, plan, "rows_touched");
}

/* CSM_TEST_CASES=100000 for the full size; the figure asked about does not depend on it. */
static void acceptance_022_my_open_cases(void **state)
{
    people *p = *state;
    const char *size = getenv("CSM_TEST_CASES");
    int most = size != NULL ? atoi(size) : 4000;
    int64_t returned, small, big;

    csm_tk_grant(p->tk, p->ann, "security_admin"); /* who may be told the figure */
    fill_cases(p, 0, most / 10);
    small = touched(p, &returned);
    assert_true(returned >= most / 1000);
    assert_true(small <= 2 * returned + 20);
    fill_cases(p, most / 10, most);
    big = touched(p, &returned);
    assert_true(returned >= most / 100 || returned >= 100);
    assert_true(big <= 2 * returned + 20);
}

static void acceptance_023_all_or_none(void **state)
{
    people *p = *state;

    as(p, "adam");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.batch",
                       "{'items':[{'op':'insert','table':'%s','values':{'name':'Batch one'}},"
                       "{'op':'insert','table':'%s','values':{'name':'Batch two'}},"
                       "{'op':'insert','table':'%s','values':{'phone':'no name'}}]}", ACCOUNT, ACCOUNT, ACCOUNT);
    assert_int_equal(csm_tk_count(p->tk, ACCOUNT, "nameSTARTSWITHBatch"), 0);
    csm_tk_restart(p->tk);
    as(p, "adam");
    assert_int_equal(csm_tk_count(p->tk, ACCOUNT, "nameSTARTSWITHBatch"), 0);
}

#define MAPPING                                                                                                      \
    "{'table':'customer_account','coalesce':['name'],'fields':{'name':'Name','account_parent':{'column':'Parent',"    \
    "'find':{'table':'customer_account','by':'name'}},'phone':'Phone'}}"

/* Accounts "I 0" to "I count-1", each below the one with half its number; every hundredth names no parent that exists. */
static const csm_value *import(people *p, const char *name, int count, int64_t *failed)
{
    const csm_value *started = csm_tk_ok(p->tk, "import.start", "{'name':'%s','mapping':" MAPPING "}", name), *page = NULL;
    const char *id = csm_tk_str(p->tk, started, "id");

    *failed = 0;
    for (int at = 0; at < count; at += 500) {
        char *rows = calloc(1, 500 * 64), *end = rows;

        assert_non_null(rows);
        for (int n = at; n < at + 500 && n < count; n++) {
            if (n == 0)
                end += sprintf(end, "['I 0','','1']");
            else if (n % 100 == 99)
                end += sprintf(end, ",['I %d','no such account','1']", n);
            else
                end += sprintf(end, "%s['I %d','I %d','1']", n > at ? "," : "", n, n / 2 % 100 == 99 ? 0 : n / 2);
        }
        page = csm_tk_ok(p->tk, "import.rows", "{'id':'%s','first':%d,'columns':['Name','Parent','Phone'],'rows':[%s]}", id, at + 1,
                         rows);
        free(rows);
        *failed += csm_tk_at(p->tk, page, "errors")->count;
    }
    return csm_tk_ok(p->tk, "import.finish", "{'id':'%s'}", id);
}

static void acceptance_053_import_of_accounts(void **state)
{
    people *p = *state;
    const char *size = getenv("CSM_TEST_IMPORT");
    int count = size != NULL ? atoi(size) : 2000;
    const csm_value *done;
    int64_t failed;

    (void)csm_tk_user(p->tk, "ian", "import_admin,csm_admin");
    as(p, "ian");
    done = import(p, "first", count, &failed);
    assert_int_equal(csm_tk_int(p->tk, done, "inserted"), count - count / 100);
    assert_int_equal(csm_tk_int(p->tk, done, "failed"), count / 100);
    assert_int_equal(failed, count / 100);
    assert_int_equal(csm_tk_count(p->tk, ACCOUNT, "nameSTARTSWITHI "), count - count / 100);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, ACCOUNT, "name=I 1234"), "account_parent"),
                      csm_tk_str(p->tk, csm_tk_first(p->tk, ACCOUNT, "name=I 617"), "sys_id"));
    done = import(p, "second", count, &failed);
    assert_int_equal(csm_tk_int(p->tk, done, "inserted"), 0);
    assert_int_equal(csm_tk_count(p->tk, ACCOUNT, "nameSTARTSWITHI "), count - count / 100);
    as(p, "mia"); /* a manager imports nothing */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "import.start", "{'name':'mine','mapping':" MAPPING "}");
}

/* A code that is given and in use refuses its row; one that is free is kept, and later codes step over it. */
static void acceptance_033_imported_codes(void **state)
{
    people *p = *state;
    const csm_value *page;
    const char *used, *import_id;

    as(p, NULL);
    used = csm_tk_str(p->tk, csm_tk_get(p->tk, ACCOUNT, p->P), "account_code");
    import_id = csm_tk_str(p->tk, csm_tk_ok(p->tk, "import.start", "{'name':'codes','mapping':{'table':'%s','fields':{'name':'Name',"
                                            "'account_code':'Code'}}}", ACCOUNT), "id");
    page = csm_tk_ok(p->tk, "import.rows", "{'id':'%s','first':1,'columns':['Name','Code'],"
                     "'rows':[['Code taken','%s'],['Code free','~~zz9'],['Code none','']]}", import_id, used);
    assert_int_equal(csm_tk_int(p->tk, page, "inserted"), 2);
    assert_int_equal(csm_tk_at(p->tk, page, "errors")->count, 1);
    assert_int_equal(csm_tk_int(p->tk, page, "errors.0.row"), 1);
    csm_tk_assert_str(csm_tk_str(p->tk, page, "errors.0.field"), "account_code");
    assert_int_equal(csm_tk_count(p->tk, ACCOUNT, "name=Code taken"), 0);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, ACCOUNT, "name=Code free"), "account_code"), "~~zz9");
    assert_true(strlen(csm_tk_str(p->tk, csm_tk_first(p->tk, ACCOUNT, "name=Code none"), "account_code")) >= 5);
}

static void acceptance_054_repair_after_an_import(void **state)
{
    people *p = *state;
    const char *account, *contact;

    as(p, NULL);
    (void)csm_tk_ok(p->tk, "import.rows", "{'id':'%s','first':1,'columns':['Name'],'rows':[['Bare']]}",
                    csm_tk_str(p->tk, csm_tk_ok(p->tk, "import.start", "{'name':'bare accounts','mapping':{'table':'%s','rules':false,"
                                                "'fields':{'name':'Name'}}}", ACCOUNT), "id"));
    account = csm_tk_str(p->tk, csm_tk_first(p->tk, ACCOUNT, "name=Bare"), "sys_id");
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, ACCOUNT, account), "account_code"));
    (void)csm_tk_ok(p->tk, "import.rows", "{'id':'%s','first':1,'columns':['User','First','Last','Account'],"
                    "'rows':[['bare.contact','Bare','Contact','Bare']]}",
                    csm_tk_str(p->tk, csm_tk_ok(p->tk, "import.start", "{'name':'bare contacts','mapping':{'table':'customer_contact',"
                                                "'rules':false,'fields':{'user_name':'User','first_name':'First','last_name':'Last',"
                                                "'account':{'column':'Account','find':{'table':'%s','by':'name'}}}}}", ACCOUNT), "id"));
    contact = csm_tk_str(p->tk, csm_tk_first(p->tk, "customer_contact", "user_name=bare.contact"), "sys_id");
    assert_int_equal(csm_tk_count(p->tk, "sys_user_has_role", "user=%s", contact), 0);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "account.repair", "{}");
    as(p, NULL);
    (void)csm_tk_ok(p->tk, "account.repair", "{}");
    csm_tk_settle(p->tk);
    assert_false(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, ACCOUNT, account), "account_code"));
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, ACCOUNT, account), "account_path"),
                      csm_tk_str(p->tk, csm_tk_get(p->tk, ACCOUNT, account), "account_code"));
    assert_int_equal(csm_tk_count(p->tk, "sys_user_has_role", "user=%s^role.name=sn_customerservice.customer", contact), 1);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "customer_contact", contact), "company"), account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_021_due_while_down),
        people_test(acceptance_022_my_open_cases),
        people_test(acceptance_023_all_or_none),
        people_test(acceptance_053_import_of_accounts),
        people_test(acceptance_033_imported_codes),
        people_test(acceptance_054_repair_after_an_import),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
