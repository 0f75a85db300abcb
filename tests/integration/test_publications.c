/* Acceptance of publications and of what a deployer adds to lists and major cases (items 285, 288, 292, 297, 298). */
#include "own_modules.h"
#include "people.h"

#include <stdio.h>
#include <time.h>

#define CASE "sn_customerservice_case"
#define TYPE "own_issue_outage"
#define LIST "sn_publications_recipients_list"
#define ACCOUNTS "sn_publications_recipientslist_account_m2m"
#define PUBLICATION "sn_publications_publication"
#define RELATED "sn_customerservice_contact_relationship"

#define HOUR 3600

/* mia: manager and approver; ann: author; olga: neither. */
static int setup(void **state)
{
    people *p;

    own_modules_join(OWN_PLUGINS);
    p = people_start("own_issue");
    *state = p;
    (void)csm_tk_user(p->tk, "olga", "sn_customerservice_agent");
    return 0;
}

static int teardown(void **state)
{
    people_stop(*state);
    own_modules_part();
    return 0;
}

static const char *list_of(people *p, const char *name, const char *type, const char *recipient)
{
    const char *before = p->who, *id;

    as(p, "ann");
    id = csm_tk_insert(p->tk, LIST, "{'name':'%s','type':'%s'}", name, type);
    as(p, NULL);
    (void)csm_tk_ok(p->tk, "recipients_list.add", "{'id':'%s','recipients':['%s']}", id, recipient);
    as(p, before);
    return id;
}

static int64_t moved_s; /* how far the tests moved the clock */

static void move(people *p, int64_t seconds)
{
    csm_tk_advance(p->tk, seconds * CSM_SECOND);
    moved_s += seconds;
    csm_tk_settle(p->tk);
}

/* The server's time in @p seconds, as text. */
static const char *in_seconds(people *p, int64_t seconds)
{
    time_t at = time(NULL) + (time_t)(moved_s + seconds);
    struct tm parts;
    char text[32];
    size_t len;

    assert_non_null(gmtime_r(&at, &parts));
    len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return csm_tk_keep_text(p->tk, (csm_str){ text, len });
}

static bool sees(people *p, const char *who, const char *id)
{
    const char *before = p->who;
    bool seen;

    as(p, who);
    seen = csm_tk_sees(p->tk, PUBLICATION, id);
    if (!seen)
        csm_tk_hidden(p->tk, PUBLICATION, id);
    as(p, before);
    return seen;
}

static const char *publication(people *p, const char *title, const char *list, int64_t from, int64_t to)
{
    as(p, "ann");
    return csm_tk_insert(p->tk, PUBLICATION, "{'title':'%s','body':'Water at night.','list':'%s','publish_on':'%s','expires_on':'%s'}",
                         title, list, in_seconds(p, from), in_seconds(p, to));
}

static void state_is(people *p, const char *id, const char *wanted)
{
    const char *before = p->who;

    as(p, "adam");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, PUBLICATION, id), "state"), wanted);
    as(p, before);
}

static void approve(people *p, const char *id)
{
    as(p, "ann");
    (void)people_do(p, "publication.submit", id);
    as(p, "mia");
    (void)people_do(p, "publication.approve", id);
}

static void acceptance_297_publication(void **state)
{
    people *p = *state;
    const char *list = list_of(p, "told of water", "accounts", p->P), *id = publication(p, "Maintenance", list, HOUR, 3 * HOUR);
    const csm_value *rec;

    assert_false(sees(p, "pat", id));
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "publication.approve", "{'id':'%s'}", id);
    (void)people_do(p, "publication.submit", id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "publication.approve", "{'id':'%s'}", id);
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "publication.return", "{'id':'%s'}", id);
    (void)csm_tk_ok(p->tk, "publication.return", "{'id':'%s','work_notes':'say when'}", id);
    approve(p, id);
    state_is(p, id, "approved");
    assert_false(sees(p, "pat", id)); /* not yet */
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'body':'No water.'}}", PUBLICATION, id);
    move(p, HOUR + 60);
    state_is(p, id, "published");
    assert_true(sees(p, "pat", id));
    assert_true(sees(p, "pam", id));
    as(p, "pat");
    rec = csm_tk_get(p->tk, PUBLICATION, id);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "body"), "Water at night.");
    assert_false(csm_tk_has(rec, "list"));
    assert_false(csm_tk_has(rec, "work_notes"));
    assert_int_equal(people_mails(p, "pat", "Maintenance"), 1);
    assert_int_equal(people_mails(p, "pam", "Maintenance"), 1);
    assert_int_equal(people_mails(p, "xena", "Maintenance"), 0);
    move(p, 2 * HOUR);
    state_is(p, id, "expired");
    assert_false(sees(p, "pat", id));
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "publication.publish", "{'id':'%s'}", id);
}

static void acceptance_297_wrong_side(void **state)
{
    static const char *const others[] = { "xena", "carl", "joe", "sam", "ivy" };
    people *p = *state;
    const char *list = list_of(p, "of P alone", "accounts", p->P), *id = publication(p, "Prices", list, -60, HOUR), *row;

    approve(p, id);
    csm_tk_settle(p->tk);
    assert_true(sees(p, "pat", id));
    for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++)
        assert_false(sees(p, others[n], id));
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'title':'t'}}", PUBLICATION, id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'%s','values':{'title':'t'}}", PUBLICATION);
    as(p, "olga"); /* another author's */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "publication.cancel", "{'id':'%s'}", id);
    as(p, "ann"); /* hers once, no more */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'expires_on':'%s'}}", PUBLICATION, id,
                       in_seconds(p, 9 * HOUR));
    row = csm_tk_str(p->tk, csm_tk_first(p->tk, ACCOUNTS, "list=%s", list), "sys_id");
    (void)csm_tk_update(p->tk, ACCOUNTS, row, "{'active_communication':false}"); /* not addressed any more: gone at the next call */
    assert_false(sees(p, "pat", id));
    (void)csm_tk_update(p->tk, ACCOUNTS, row, "{'active_communication':true}");
    assert_true(sees(p, "pat", id));
    as(p, "mia");
    (void)people_do(p, "publication.cancel", id);
    assert_false(sees(p, "pat", id));
}

static void acceptance_297_from_then_till_then(void **state)
{
    people *p = *state;

    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert",
                       "{'table':'%s','values':{'title':'t','publish_on':'%s','expires_on':'%s'}}", PUBLICATION, in_seconds(p, HOUR),
                       in_seconds(p, HOUR));
    csm_tk_assert_str(csm_tk_error_field(p->tk), "expires_on");
}

/* Who wants no mail gets none, nor anybody beyond the most that are mailed about one. */
static void acceptance_297_who_is_not_mailed(void **state)
{
    people *p = *state;
    const char *quiet, *list;

    as(p, NULL);
    quiet = csm_tk_insert(p->tk, "csm_consumer", "{'first_name':'Q','last_name':'Q','email':'quiet@example.com','notification':1}");
    list = list_of(p, "who wants mail", "consumers", quiet);
    (void)csm_tk_ok(p->tk, "recipients_list.add", "{'id':'%s','recipients':['%s']}", list, p->joe);
    approve(p, publication(p, "Quietly", list, -60, HOUR));
    assert_int_equal(people_mails(p, "joe", "Quietly"), 1);
    assert_int_equal(people_mails(p, "quiet", "Quietly"), 0);
    people_set_property(p, "sn_publications.max_email", "0");
    approve(p, publication(p, "To nobody", list, -60, HOUR));
    assert_int_equal(people_mails(p, "joe", "To nobody"), 0);
    people_set_property(p, "sn_publications.max_email", "100000");
}

static void acceptance_297_each_kind_of_audience(void **state)
{
    people *p = *state;
    const struct {
        const char *type, *recipient, *sees, *not;
    } rows[] = {
        { "contacts", p->xena, "xena", "pat" },
        { "consumers", p->joe, "joe", "jane" },
        { "internal_users", p->ivy, "ivy", "vera" },
    };

    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        const char *id = publication(p, rows[n].type, list_of(p, rows[n].type, rows[n].type, rows[n].recipient), -60, HOUR);

        approve(p, id);
        csm_tk_settle(p->tk);
        assert_true(sees(p, rows[n].sees, id));
        assert_false(sees(p, rows[n].not, id));
    }
    assert_int_equal(people_mails(p, "joe", "consumers"), 1);
}

/* Whoever stands for an account of the list is told as he sees it: its contacts, and those of others while they are tied to it; one
 * who stands for several is told once. */
static void acceptance_297_tied_contacts(void **state)
{
    people *p = *state;
    const char *list, *id, *tie, *of = people_shipped(p, "sn_customerservice_responsibility_def", "Asset Contact");

    as(p, "mia");
    for (size_t n = 0; n < 2; n++)
        (void)csm_tk_insert(p->tk, RELATED, "{'company':'%s','contact':'%s','responsibility':'%s'}", n == 0 ? p->P : p->S2, p->sue, of);
    tie = csm_tk_insert(p->tk, RELATED, "{'company':'%s','contact':'%s','responsibility':'%s'}", p->P, p->sam, of);
    (void)csm_tk_update(p->tk, RELATED, tie, "{'active':false}");
    list = list_of(p, "the group", "accounts", p->P);
    (void)csm_tk_insert(p->tk, ACCOUNTS, "{'list':'%s','recipient':'%s'}", list, p->S2);
    id = publication(p, "Group news", list, -60, HOUR);
    approve(p, id);
    csm_tk_settle(p->tk);
    assert_true(sees(p, "sue", id));
    assert_false(sees(p, "sam", id));
    assert_int_equal(people_mails(p, "pat", "Group news"), 1);
    assert_int_equal(people_mails(p, "sue", "Group news"), 1);
    assert_int_equal(people_mails(p, "sam", "Group news"), 0);
    as(p, "mia");
    (void)csm_tk_insert(p->tk, ACCOUNTS, "{'list':'%s','recipient':'%s'}", list, p->S1a); /* her own besides */
    id = publication(p, "Second edition", list, -60, HOUR);
    approve(p, id);
    assert_int_equal(people_mails(p, "sue", "Second edition"), 1);
}

/* A list of employees holds no customer, whatever its condition says. */
static void acceptance_288_employees(void **state)
{
    people *p = *state;
    const char *list;
    char of_list[64];

    as(p, "mia");
    list = csm_tk_insert(p->tk, LIST, "{'name':'us','type':'internal_users','method':'condition','condition':'user_nameINivy,pat'}");
    (void)people_do(p, "recipients_list.refresh", list);
    csm_tk_settle(p->tk);
    as(p, "adam");
    (void)snprintf(of_list, sizeof(of_list), "list=%s", list);
    csm_tk_assert_str(people_list(p, "sn_publications_recipientslist_user_m2m", of_list, "recipient"), p->ivy);
}

/* A source of a deployer's own (script). */
static void acceptance_288_script(void **state)
{
    people *p = *state;
    const char *list, *added;

    as(p, "mia");
    list = csm_tk_insert(p->tk, LIST, "{'name':'by script','type':'accounts','method':'script','script':'own_issue.top'}");
    (void)csm_tk_ok(p->tk, "recipients_list.add", "{'id':'%s','recipients':['%s']}", list, p->S1a);
    (void)people_do(p, "recipients_list.refresh", list);
    csm_tk_settle(p->tk);
    assert_int_equal(csm_tk_count(p->tk, ACCOUNTS, "list=%s^recipient.account_parentISEMPTY^dynamically_added=true", list), 4);
    assert_int_equal(csm_tk_count(p->tk, ACCOUNTS, "list=%s", list), 5);
    as(p, NULL);
    added = csm_tk_insert(p->tk, "customer_account", "{'name':'Account at the top','customer':true}");
    (void)csm_tk_update(p->tk, "customer_account", p->C, "{'account_parent':'%s'}", p->X);
    as(p, "mia");
    (void)people_do(p, "recipients_list.refresh", list);
    csm_tk_settle(p->tk);
    assert_int_equal(csm_tk_count(p->tk, ACCOUNTS, "list=%s^recipient=%s", list, added), 1);
    assert_int_equal(csm_tk_count(p->tk, ACCOUNTS, "list=%s^recipient=%s", list, p->C), 0);
    assert_int_equal(csm_tk_count(p->tk, ACCOUNTS, "list=%s^recipient=%s", list, p->S1a), 1); /* by hand */
    (void)csm_tk_update(p->tk, LIST, list, "{'script':'nobody.knows'}");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "recipients_list.refresh", "{'id':'%s'}", list);
    assert_int_equal(csm_tk_count(p->tk, ACCOUNTS, "list=%s", list), 5);
}

static void acceptance_298_case_type(void **state)
{
    people *p = *state;
    const char *id, *major;
    const csm_value *rec;

    for (int on = 1; on >= 0; on--) {
        people_set_property(p, "enable_case_type_for_major_case", on ? "true" : "false");
        as(p, "ann");
        id = csm_tk_insert(p->tk, TYPE, "{'short_description':'region dark','account':'%s','region':'north'}", p->P);
        (void)csm_tk_ok(p->tk, "case.propose_major_case", "{'id':'%s','work_notes':'n'}", id);
        as(p, "mia");
        rec = people_do(p, "case.approve_major_case", id);
        csm_tk_assert_str(csm_tk_str(p->tk, rec, "sys_class_name"), on ? TYPE : CASE);
        if (on)
            csm_tk_assert_str(csm_tk_str(p->tk, rec, "region"), "north"); /* as the deployer's plugin asks for */
        if (on)
            (void)csm_tk_ok(p->tk, "case.create_major_case", "{'short_description':'dark','table':'" TYPE "'}");
        else
            (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.create_major_case", "{'short_description':'dark','table':'" TYPE "'}");
    }
    people_set_property(p, "enable_case_type_for_major_case", "true");
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.create_major_case", "{'short_description':'dark','table':'sys_user'}");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.create_major_case", "{'short_description':'dark','table':'nosuch'}");

    /* what the deployer's plugin gives each child */
    major = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_major_case", "{'short_description':'with words'}"), "sys_id");
    (void)csm_tk_update(p->tk, CASE, major, "{'recipient_list':'%s'}", list_of(p, "with words", "accounts", p->P));
    (void)people_do(p, "case.create_child_cases", major);
    csm_tk_settle(p->tk);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, CASE, "parent=%s", major), "description"), "an engineer will call you");
}

static bool noted(people *p, const char *id, const char *part)
{
    const csm_value *entries;
    bool found = false;

    as(p, "mia");
    entries = csm_tk_at(p->tk, csm_tk_get(p->tk, CASE, id), "work_notes");
    for (uint32_t n = 0; n < entries->count && !found; n++)
        found = strstr(csm_tk_str(p->tk, &entries->list[n], "text"), part) != NULL;
    return found;
}

/* What a run notes on the major case about itself is no news for its children. */
static void acceptance_292_a_runs_own_notes(void **state)
{
    people *p = *state;
    const char *major, *child = people_case(p, "noted");

    people_set_property(p, "sn_customerservice.parent_child_case_sync", "true");
    as(p, "mia");
    major = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_major_case", "{'short_description':'noted'}"), "sys_id");
    (void)csm_tk_ok(p->tk, "case.add_child_cases", "{'id':'%s','cases':['%s']}", major, child);
    (void)csm_tk_update(p->tk, CASE, major, "{'recipient_list':'%s'}", list_of(p, "noted", "accounts", p->X));
    (void)people_do(p, "case.create_child_cases", major);
    csm_tk_settle(p->tk);
    assert_true(noted(p, major, "1 child cases created"));
    assert_false(noted(p, child, "child cases created"));
    people_set_property(p, "sn_customerservice.parent_child_case_sync", "false");
}

static void acceptance_285_types_without_major_cases(void **state)
{
    people *p = *state;
    const char *id;

    as(p, "ann");
    id = csm_tk_insert(p->tk, "own_issue_order", "{'short_description':'two beds','account':'%s'}", p->P);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.propose_major_case", "{'id':'%s','work_notes':'many'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.create_major_case_candidate",
                       "{'short_description':'orders fail','table':'own_issue_order'}");
}

static void one_who_gets_no_case_hinders_nobody(void **state)
{
    people *p = *state;
    const char *major, *list = list_of(p, "one is odd", "accounts", p->P), *odd;

    as(p, NULL);
    odd = csm_tk_insert(p->tk, "customer_account", "{'name':'Odd','customer':true}");
    (void)csm_tk_ok(p->tk, "recipients_list.add", "{'id':'%s','recipients':['%s','%s']}", list, odd, p->X);
    as(p, "mia");
    major = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_major_case", "{'short_description':'for all but one'}"), "sys_id");
    (void)csm_tk_update(p->tk, CASE, major, "{'recipient_list':'%s'}", list);
    (void)people_do(p, "case.create_child_cases", major);
    csm_tk_settle(p->tk);
    assert_int_equal(csm_tk_count(p->tk, CASE, "parent=%s", major), 2);
    assert_true(noted(p, major, "no case for Odd: field \"priority\""));
    assert_true(noted(p, major, "2 child cases created"));
    assert_false(csm_tk_bool(p->tk, csm_tk_get(p->tk, CASE, major), "child_case_creation_progress"));
}

/* A run that fails is tried again for hours and then given up: whoever may begin one begins it again. */
static void a_run_given_up_is_begun_again(void **state)
{
    people *p = *state;
    const char *major, *list = list_of(p, "Never locked", "accounts", p->P);
    const csm_value *jobs;

    as(p, "mia");
    major = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_major_case", "{'short_description':'stuck'}"), "sys_id");
    (void)csm_tk_update(p->tk, CASE, major, "{'recipient_list':'%s'}", list);
    (void)people_do(p, "case.create_child_cases", major);
    csm_tk_settle(p->tk);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.create_child_cases", "{'id':'%s'}", major); /* is tried again later */
    for (int n = 0; n < 12; n++) {
        csm_tk_advance(p->tk, 2 * CSM_HOUR);
        csm_tk_settle(p->tk);
    }
    as(p, "adam");
    jobs = csm_tk_ok(p->tk, "job.list", "{}");
    for (uint32_t n = 0; n < jobs->count; n++)
        assert_false(strcmp(csm_tk_str(p->tk, &jobs->list[n], "job"), "major_case.create_children") == 0 &&
                     strcmp(csm_tk_str(p->tk, &jobs->list[n], "kind"), "parked") != 0);
    as(p, "mia");
    assert_true(csm_tk_bool(p->tk, csm_tk_get(p->tk, CASE, major), "child_case_creation_progress"));
    (void)csm_tk_update(p->tk, LIST, list, "{'name':'locked after all'}");
    (void)people_do(p, "case.create_child_cases", major);
    csm_tk_settle(p->tk);
    assert_int_equal(csm_tk_count(p->tk, CASE, "parent=%s", major), 1);
    assert_false(csm_tk_bool(p->tk, csm_tk_get(p->tk, CASE, major), "child_case_creation_progress"));
}

static void a_child_that_cannot_follow_says_why(void **state)
{
    people *p = *state;
    const char *major, *stays, *follows = people_case(p, "plain");

    people_set_property(p, "sn_customerservice.parent_child_case_sync", "true");
    as(p, "ann");
    stays = csm_tk_insert(p->tk, TYPE, "{'short_description':'dark','account':'%s','priority':2}", p->P);
    as(p, "mia");
    major = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_major_case", "{'short_description':'later'}"), "sys_id");
    (void)csm_tk_ok(p->tk, "case.add_child_cases", "{'id':'%s','cases':['%s','%s']}", major, stays, follows);
    (void)csm_tk_update(p->tk, CASE, major, "{'priority':5}");
    csm_tk_settle(p->tk);
    assert_int_equal(csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, stays), "priority"), 2);
    assert_true(noted(p, stays, "Did not follow its major case: field \"priority\": an outage is never planned"));
    assert_int_equal(csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, follows), "priority"), 5);
    people_set_property(p, "sn_customerservice.parent_child_case_sync", "false");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_297_publication),
        people_test(acceptance_297_wrong_side),
        people_test(acceptance_297_tied_contacts),
        people_test(acceptance_297_from_then_till_then),
        people_test(acceptance_297_who_is_not_mailed),
        people_test(acceptance_297_each_kind_of_audience),
        people_test(acceptance_288_employees),
        people_test(acceptance_288_script),
        people_test(acceptance_298_case_type),
        people_test(acceptance_292_a_runs_own_notes),
        people_test(acceptance_285_types_without_major_cases),
        people_test(one_who_gets_no_case_hinders_nobody),
        people_test(a_run_given_up_is_begun_again),
        people_test(a_child_that_cannot_follow_says_why),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
