/* Acceptance of relationships between accounts and of contacts in several accounts (items 60, 61, 63, 64, 66, 73 to 75, 78 to 81). */
#include "people.h"

#include <stdio.h>

#define RELATION "account_relationship"
#define TYPE "sn_customerservice_account_relationship_type"
#define LINK "sn_customerservice_contact_relationship"
#define CONTACT "customer_contact"

static void acceptance_060_who_defines_types(void **state)
{
    static const char *const sides[][2] = { { "partner", "account" }, { "account", "account" } };
    static const char *const others[] = { "mia", "ann", "cora", "dora", "ivy" };
    people *p = *state;

    for (size_t n = 0; n < 2; n++) {
        as(p, "adam");
        (void)csm_tk_insert(p->tk, TYPE, "{'name':'Type %zu','from_type':'%s','to_type':'%s','relationship':'a','reverse_relationship':'b'}",
                            n, sides[n][0], sides[n][1]);
        for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++) {
            as(p, others[k]);
            (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'%s','values':{'name':'Mine','from_type':'%s','to_type':'%s',"
                               "'relationship':'a','reverse_relationship':'b'}}", TYPE, sides[n][0], sides[n][1]);
        }
    }
    assert_int_equal(csm_tk_count(p->tk, TYPE, "name=Mine"), 0);
}

static void acceptance_061_one_type_is_shipped(void **state)
{
    people *fresh = people_start("customer_service");
    const csm_value *rows;

    (void)state;
    as(fresh, "adam");
    rows = csm_tk_rows(fresh->tk, TYPE, "from_type=partner^ORto_type=partner");
    assert_int_equal(rows->count, 1);
    csm_tk_assert_str(csm_tk_str(fresh->tk, rows, "0.name"), "Service Provider");
    assert_true(csm_tk_bool(fresh->tk, rows, "0.active"));
    csm_tk_assert_str(csm_tk_str(fresh->tk, rows, "0.relationship"), "Service provider for");
    csm_tk_assert_str(csm_tk_str(fresh->tk, rows, "0.reverse_relationship"), "Customer of");
    people_stop(fresh);
}

static const char *provider(people *p)
{
    const char *before = p->who, *id;

    as(p, "adam");
    id = people_shipped(p, TYPE, "Service Provider");
    as(p, before);
    return id;
}

static void acceptance_063_seen_from_both_sides(void **state)
{
    people *p = *state;
    const char *row, *mirror;

    as(p, "mia");
    row = csm_tk_insert(p->tk, RELATION, "{'from_company':'%s','to_company':'%s','relationship_type':'%s'}", p->Q, p->X, provider(p));
    as(p, "ann");
    mirror = csm_tk_str(p->tk, csm_tk_get(p->tk, RELATION, row), "reverse_record");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, RELATION, "from_company=%s^to_company=%s", p->Q, p->X), "relationship"),
                      "Service provider for");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, RELATION, "from_company=%s^to_company=%s", p->X, p->Q), "relationship"),
                      "Customer of");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, RELATION, mirror), "reverse_record"), row);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'%s','id':'%s'}", RELATION, row);
    as(p, "xena"); /* who is served has no power over who serves */
    csm_tk_hidden(p->tk, "customer_account", p->Q);
    csm_tk_hidden(p->tk, RELATION, row);
    as(p, "mia");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", RELATION, row);
    assert_int_equal(csm_tk_count(p->tk, RELATION, "sys_id=%s", mirror), 0);
}

static void acceptance_064_what_is_none(void **state)
{
    people *p = *state;
    const char *type = provider(p), *idle;
    const struct {
        const char *from, *to, *field;
        csm_status want;
    } rows[] = {
        { p->Q, p->Q, "to_company", CSM_E_REJECTED },   /* with itself */
        { p->P, p->C, "from_company", CSM_E_REJECTED }, /* no partner */
        { p->Q, p->C, NULL, CSM_E_EXISTS },             /* is one already */
    };

    as(p, "adam");
    idle = csm_tk_insert(p->tk, TYPE, "{'name':'Idle','from_type':'account','to_type':'account','relationship':'a',"
                         "'reverse_relationship':'b','active':false}");
    as(p, "mia");
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        (void)csm_tk_fails(p->tk, rows[n].want, "record.insert", "{'table':'%s','values':{'from_company':'%s','to_company':'%s',"
                           "'relationship_type':'%s'}}", RELATION, rows[n].from, rows[n].to, type);
        if (rows[n].field != NULL)
            csm_tk_assert_str(csm_tk_error_field(p->tk), rows[n].field);
    }
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'%s','values':{'from_company':'%s','to_company':'%s',"
                       "'relationship_type':'%s'}}", RELATION, p->P, p->C, idle);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "relationship_type");
    assert_int_equal(csm_tk_count(p->tk, RELATION, "from_company=%s", p->P), 0);
}

static void acceptance_066_deleting_a_type(void **state)
{
    people *p = *state;
    const char *type;

    as(p, "adam");
    type = csm_tk_insert(p->tk, TYPE, "{'name':'Doomed','from_type':'account','to_type':'account','relationship':'a',"
                         "'reverse_relationship':'b'}");
    (void)csm_tk_insert(p->tk, RELATION, "{'from_company':'%s','to_company':'%s','relationship_type':'%s'}", p->P, p->C, type);
    (void)csm_tk_insert(p->tk, RELATION, "{'from_company':'%s','to_company':'%s','relationship_type':'%s'}", p->X, p->C, type);
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "relationship_type.delete", "{'id':'%s','confirm':true}", type);
    as(p, "adam");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.delete", "{'table':'%s','id':'%s'}", TYPE, type);
    assert_non_null(strstr(csm_tk_fails(p->tk, CSM_E_REJECTED, "relationship_type.delete", "{'id':'%s'}", type), "2 relationships"));
    assert_non_null(strstr(csm_tk_error_hint(p->tk), "confirm"));
    assert_int_equal(csm_tk_count(p->tk, RELATION, "relationship_type=%s", type), 4); /* each is two rows */
    (void)csm_tk_ok(p->tk, "relationship_type.delete", "{'id':'%s','confirm':true}", type);
    assert_int_equal(csm_tk_count(p->tk, RELATION, "relationship_type=%s", type), 0);
    assert_int_equal(csm_tk_count(p->tk, TYPE, "sys_id=%s", type), 0);
}

/* The forum trap: who is added to the parent's list stays in the child's. */
static void acceptance_073_074_added_and_removed(void **state)
{
    people *p = *state;
    const char *link;

    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'account':'%s'}}", CONTACT, p->sam, p->P);
    assert_non_null(strstr(csm_tk_error_hint(p->tk), "contact.relate"));
    link = csm_tk_str(p->tk, csm_tk_ok(p->tk, "contact.relate", "{'id':'%s','account':'%s'}", p->sam, p->P), "sys_id");
    as(p, "ann");
    assert_true(people_has(p, CONTACT, "last_name=Contact", p->sam));
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CONTACT, p->sam), "account"), p->S1);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, LINK, "company=%s^contact=%s", p->P, p->sam), "sys_id"), link);
    as(p, "mia");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", LINK, link);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CONTACT, p->sam), "account"), p->S1);
    assert_int_equal(csm_tk_count(p->tk, LINK, "company=%s^contact=%s", p->P, p->sam), 0);
}

static void acceptance_075_moving_a_contact(void **state)
{
    people *p = *state;
    const char *moved, *asset;
    const csm_value *answer;

    as(p, "mia");
    moved = csm_tk_insert(p->tk, CONTACT, "{'first_name':'Mo','last_name':'Ves','user_name':'mo','account':'%s'}", p->S1);
    as(p, "adam");
    asset = csm_tk_insert(p->tk, "alm_asset", "{'account':'%s','model':'%s'}", p->S2, csm_tk_insert(p->tk, "cmdb_model", "{'name':'Moved'}"));
    (void)csm_tk_ok(p->tk, "contact.relate", "{'id':'%s','account':'%s'}", moved, p->S2);
    (void)csm_tk_update(p->tk, "alm_asset", asset, "{'contact':'%s'}", moved);
    as(p, "mo");
    (void)csm_tk_insert(p->tk, "sn_customerservice_case", "{'short_description':'open'}");
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "contact.move", "{'id':'%s','account':'%s'}", moved, p->S2);
    as(p, "mia");
    answer = csm_tk_ok(p->tk, "contact.move", "{'id':'%s','account':'%s','note':'new office'}", moved, p->S2);
    assert_int_equal(csm_tk_int(p->tk, answer, "open_cases"), 1);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CONTACT, moved), "account"), p->S2);
    assert_non_null(strstr(csm_tk_str(p->tk, csm_tk_get(p->tk, CONTACT, moved), "work_notes.0.text"), "new office"));
    assert_int_equal(csm_tk_count(p->tk, CONTACT, "account=%s^sys_id=%s", p->S1, moved), 0);
    assert_int_equal(csm_tk_count(p->tk, LINK, "contact=%s", moved), 0); /* at home there, not related */
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "alm_asset", asset), "contact"), moved);
    as(p, "mo");
    csm_tk_hidden(p->tk, "customer_account", p->S1);
    assert_true(csm_tk_sees(p->tk, "customer_account", p->S2));
}

static bool is_candidate(people *p, const char *account, const char *contact)
{
    const csm_value *list = csm_tk_ok(p->tk, "contact.candidates", "{'account':'%s'}", account);

    for (uint32_t n = 0; n < list->count; n++)
        if (strcmp(csm_tk_str(p->tk, &list->list[n], "sys_id"), contact) == 0)
            return true;
    return false;
}

static void acceptance_078_candidates(void **state)
{
    people *p = *state;

    as(p, "ann");
    assert_true(is_candidate(p, p->S2, p->pat) && is_candidate(p, p->S2, p->sue)); /* of the hierarchy */
    assert_true(is_candidate(p, p->C, p->quin));                                   /* of a related account */
    assert_false(is_candidate(p, p->S2, p->xena) || is_candidate(p, p->C, p->pat) || is_candidate(p, p->C, p->carl));
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "contact.candidates", "{'account':'%s'}", p->P);
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "contact.relate", "{'id':'%s','account':'%s'}", p->xena, p->S2);
    people_set_property(p, "sn_customerservice.contact_relationship.restrict_within_account_hierarchy", "false");
    as(p, "ann");
    assert_true(is_candidate(p, p->S2, p->xena) && is_candidate(p, p->C, p->pat));
    people_set_property(p, "sn_customerservice.contact_relationship.restrict_within_account_hierarchy", "true");
}

static void acceptance_079_081_once_and_gone(void **state)
{
    people *p = *state;
    const char *only, *link;

    as(p, "adam");
    only = csm_tk_insert(p->tk, "sn_customerservice_responsibility_def", "{'name':'Only one','type':'contact','unique':true}");
    as(p, "mia");
    link = csm_tk_str(p->tk, csm_tk_ok(p->tk, "contact.relate", "{'id':'%s','account':'%s','responsibility':'%s'}", p->pat, p->S2, only),
                      "sys_id");
    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "contact.relate", "{'id':'%s','account':'%s'}", p->pat, p->S2);
    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "contact.relate", "{'id':'%s','account':'%s','responsibility':'%s'}", p->pam, p->S2, only);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "responsibility");
    (void)csm_tk_ok(p->tk, "contact.relate", "{'id':'%s','account':'%s','responsibility':'%s'}", p->pam, p->S1, only); /* of another */
    as(p, "pat");
    assert_true(csm_tk_sees(p->tk, "customer_account", p->S2));
    as(p, "mia");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", LINK, link);
    as(p, "pat");
    csm_tk_hidden(p->tk, "customer_account", p->S2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_060_who_defines_types),
        people_test(acceptance_061_one_type_is_shipped),
        people_test(acceptance_063_seen_from_both_sides),
        people_test(acceptance_064_what_is_none),
        people_test(acceptance_066_deleting_a_type),
        people_test(acceptance_073_074_added_and_removed),
        people_test(acceptance_075_moving_a_contact),
        people_test(acceptance_078_candidates),
        people_test(acceptance_079_081_once_and_gone),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
