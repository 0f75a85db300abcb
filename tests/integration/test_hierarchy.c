/* Acceptance of the account hierarchy and of partners: what each kind of contact reaches of it (items 55 to 59, 62, 65, 67
 * to 72, 76, 77). */
#include "people.h"

#include <stdio.h>

#define CASE "sn_customerservice_case"
#define RELATION "account_relationship"
#define TYPE "sn_customerservice_account_relationship_type"

/* One case and one asset of each account, made once; titles name the account. */
static void seed(people *p)
{
    const char *const accounts[] = { p->P, p->S1, p->S2, p->S1a, p->Q, p->C, p->X };
    const char *const names[] = { "P", "S1", "S2", "S1a", "Q", "C", "X" };
    const char *model;

    as(p, "adam");
    if (csm_tk_count(p->tk, CASE, "short_descriptionSTARTSWITHseed") > 0)
        return;
    model = csm_tk_insert(p->tk, "cmdb_model", "{'name':'Seed'}");
    for (size_t n = 0; n < sizeof(accounts) / sizeof(accounts[0]); n++) {
        (void)csm_tk_insert(p->tk, CASE, "{'short_description':'seed %s','account':'%s'}", names[n], accounts[n]);
        (void)csm_tk_insert(p->tk, "alm_asset", "{'model':'%s','account':'%s','asset_tag':'seed %s'}", model, accounts[n], names[n]);
    }
}

static const char *cases(people *p)
{
    return people_list(p, CASE, "short_descriptionSTARTSWITHseed^ORDERBYshort_description", "short_description");
}

static const char *assets(people *p)
{
    return people_list(p, "alm_asset", "asset_tagSTARTSWITHseed^ORDERBYasset_tag", "asset_tag");
}

static int64_t case_count(people *p)
{
    return csm_tk_count(p->tk, CASE, "short_descriptionSTARTSWITHseed");
}

static void acceptance_055_admin_of_the_parent(void **state)
{
    people *p = *state;
    const csm_value *users;

    seed(p);
    as(p, "dora");
    csm_tk_assert_str(cases(p), "seed P seed S1 seed S1a seed S2");
    assert_int_equal(case_count(p), 4);
    csm_tk_assert_str(assets(p), "seed P seed S1 seed S1a seed S2");
    users = csm_tk_rows(p->tk, "customer_contact", "ORDERBYname");
    for (uint32_t n = 0; n < users->count; n++) {
        const char *account = csm_tk_str(p->tk, &users->list[n], "account");

        assert_true(strcmp(account, p->P) == 0 || strcmp(account, p->S1) == 0 || strcmp(account, p->S2) == 0 ||
                    strcmp(account, p->S1a) == 0);
    }
    assert_true(people_has(p, "customer_contact", "last_name=Contact", p->sue));
    assert_int_equal(csm_tk_count(p->tk, "customer_contact", "sys_id=%s", p->sue), 1);
    assert_false(people_has(p, "customer_contact", "last_name=Contact", p->xena));
}

static void acceptance_056_case_for_a_subsidiary(void **state)
{
    people *p = *state;
    const char *id;

    as(p, "dora");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'for S1a','account':'%s','contact':'%s'}", p->S1a, p->sue);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "account"), p->S1a);
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'for S1a','account':'%s'}", p->S1a);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "account"), p->S1a);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "contact"), p->dora);
    as(p, "sid"); /* administers S1: upwards and sideways there is nothing */
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'short_description':'up','account':'%s'}}",
                       CASE, p->P);
    as(p, "pat"); /* no administrator */
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'short_description':'down','account':'%s'}}",
                       CASE, p->S1);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert",
                       "{'table':'%s','values':{'short_description':'for another','contact':'%s'}}", CASE, p->pam);
}

static void acceptance_057_admin_of_a_subsidiary(void **state)
{
    people *p = *state;

    seed(p);
    as(p, "sid");
    csm_tk_assert_str(cases(p), "seed S1 seed S1a");
    assert_int_equal(case_count(p), 2);
    csm_tk_assert_str(assets(p), "seed S1 seed S1a");
    csm_tk_hidden(p->tk, "customer_account", p->P);
    csm_tk_hidden(p->tk, "customer_account", p->S2);
    csm_tk_hidden(p->tk, "customer_contact", p->pat);
    assert_true(csm_tk_sees(p->tk, "customer_contact", p->sue));
}

static void acceptance_058_plain_customer(void **state)
{
    people *p = *state;
    const char *mine;

    seed(p);
    as(p, "pam");
    csm_tk_assert_str(cases(p), "");
    assert_int_equal(case_count(p), 0);
    mine = csm_tk_insert(p->tk, CASE, "{'short_description':'seed of pam'}");
    csm_tk_assert_str(people_list(p, CASE, "short_descriptionSTARTSWITHseed", "sys_id"), mine);
    csm_tk_hidden(p->tk, "customer_account", p->S1);
    as(p, "pat");
    csm_tk_hidden(p->tk, CASE, mine); /* a colleague's */
    as(p, "adam");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", CASE, mine);
}

static void acceptance_059_case_manager(void **state)
{
    people *p = *state;
    const char *id;

    seed(p);
    as(p, "cass");
    csm_tk_assert_str(cases(p), "seed P seed S1 seed S1a seed S2");
    id = csm_tk_str(p->tk, csm_tk_first(p->tk, CASE, "short_description=seed S1"), "sys_id");
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'any news?'}");
    (void)csm_tk_insert(p->tk, CASE, "{'short_description':'for sam','account':'%s','contact':'%s'}", p->S1, p->sam);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert",
                       "{'table':'customer_contact','values':{'first_name':'N','last_name':'N','account':'%s'}}", p->P);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'customer_contact','id':'%s','values':{'active':false}}",
                       p->pat);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "contact.grant_role", "{'id':'%s','role':'sn_customerservice.customer_admin'}", p->pat);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'priority':1}}", CASE, id);
    id = csm_tk_str(p->tk, csm_tk_first(p->tk, CASE, "short_description=seed P"), "sys_id");
    as(p, "xena");
    csm_tk_hidden(p->tk, CASE, id);
}

static void acceptance_067_072_partner_powers(void **state)
{
    people *p = *state;
    const char *for_c, *own;
    const csm_value *rec;

    seed(p);
    as(p, "quin");
    for_c = csm_tk_insert(p->tk, CASE, "{'short_description':'quin for C','account':'%s'}", p->C);
    rec = csm_tk_get(p->tk, CASE, for_c);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "account"), p->C);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "partner"), p->Q);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "partner_contact"), p->quin);
    own = csm_tk_insert(p->tk, CASE, "{'short_description':'quin for Q'}");
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, own), "partner"));
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, own), "account"), p->Q);
    csm_tk_assert_str(cases(p), ""); /* none of C's own */
    assert_true(csm_tk_sees(p->tk, CASE, for_c));
    assert_true(csm_tk_sees(p->tk, CASE, own));
    as(p, "quest"); /* the partner's administrator: all with partner Q */
    assert_true(csm_tk_sees(p->tk, CASE, for_c));
    csm_tk_assert_str(cases(p), "seed Q");
    as(p, "carl");
    csm_tk_hidden(p->tk, CASE, own);
    as(p, "xena");
    csm_tk_hidden(p->tk, CASE, for_c);
}

static void acceptance_068_no_relationship_no_case(void **state)
{
    people *p = *state;
    const char *old;

    as(p, "quin");
    old = csm_tk_insert(p->tk, CASE, "{'short_description':'while serving','account':'%s'}", p->C);
    as(p, "mia");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'account_relationship','id':'%s'}", p->serves);
    as(p, "quin");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'short_description':'after','account':'%s'}}",
                       CASE, p->C);
    csm_tk_hidden(p->tk, CASE, old); /* power ends with the relationship, also over what he made */
    as(p, "mia");
    p->serves = csm_tk_insert(p->tk, "account_relationship",
                              "{'from_company':'%s','to_company':'%s','relationship_type':'%s'}", p->Q, p->C,
                              people_shipped(p, "sn_customerservice_account_relationship_type", "Service Provider"));
    as(p, "quin");
    assert_true(csm_tk_sees(p->tk, CASE, old));
}

/* A partner that is a customer too opens cases of his own like any customer. */
static void acceptance_072_a_customer_too(void **state)
{
    people *p = *state;
    const csm_value *rec;

    as(p, "mia");
    (void)csm_tk_update(p->tk, "customer_account", p->Q, "{'customer':true}");
    as(p, "quin");
    rec = csm_tk_get(p->tk, CASE, csm_tk_insert(p->tk, CASE, "{'short_description':'as a customer','account':'%s'}", p->Q));
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "account"), p->Q);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "contact"), p->quin);
    assert_true(csm_tk_is_nil(p->tk, rec, "partner") && csm_tk_is_nil(p->tk, rec, "partner_contact"));
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert",
                       "{'table':'%s','values':{'short_description':'forged','account':'%s','partner':'%s'}}", CASE, p->Q, p->Q);
    as(p, "mia");
    (void)csm_tk_update(p->tk, "customer_account", p->Q, "{'customer':false}");
}

static const char *relation_type(people *p, const char *name)
{
    as(p, "adam");
    return csm_tk_insert(p->tk, TYPE, "{'name':'%s','from_type':'account','to_type':'account','relationship':'Buys for',"
                         "'reverse_relationship':'Is bought for by'}", name);
}

static void acceptance_062_labels(void **state)
{
    people *p = *state;
    const char *type = relation_type(p, "Buyer"), *row, *mirror;

    as(p, "mia");
    row = csm_tk_insert(p->tk, RELATION, "{'from_company':'%s','to_company':'%s','relationship_type':'%s'}", p->X, p->C, type);
    mirror = csm_tk_str(p->tk, csm_tk_get(p->tk, RELATION, row), "reverse_record");
    as(p, "adam");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'from_type':'partner'}}", TYPE, type);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'to_type':'partner'}}", TYPE, type);
    (void)csm_tk_update(p->tk, TYPE, type, "{'relationship':'Shops for'}");
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'relationship':'Mine'}}", TYPE, type);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, RELATION, row), "relationship"), "Shops for");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, RELATION, row), "reverse_relationship"), "Is bought for by");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, RELATION, mirror), "relationship"), "Is bought for by");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, RELATION, mirror), "reverse_relationship"), "Shops for");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", RELATION, row);
}

/* Deleted from the other side's list it is gone from both, with the contact relationships and asset contacts that stood on it;
 * cases stay. */
static void acceptance_065_a_relationship_ends(void **state)
{
    people *p = *state;
    const char *type = relation_type(p, "Neighbour"), *row, *link, *back, *model, *asset, *keeps, *id;

    as(p, "mia");
    row = csm_tk_insert(p->tk, RELATION, "{'from_company':'%s','to_company':'%s','relationship_type':'%s'}", p->X, p->C, type);
    link = csm_tk_str(p->tk, csm_tk_ok(p->tk, "contact.relate", "{'id':'%s','account':'%s'}", p->carl, p->X), "sys_id");
    back = csm_tk_str(p->tk, csm_tk_ok(p->tk, "contact.relate", "{'id':'%s','account':'%s'}", p->xena, p->C), "sys_id");
    as(p, "adam");
    model = csm_tk_insert(p->tk, "cmdb_model", "{'name':'Shared'}");
    asset = csm_tk_insert(p->tk, "alm_asset", "{'model':'%s','account':'%s','contact':'%s'}", model, p->X, p->carl);
    keeps = csm_tk_insert(p->tk, "sn_customerservice_m2m_asset_contact", "{'asset':'%s','contact':'%s'}", asset, p->carl);
    as(p, "carl");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'next door','account':'%s'}", p->X);
    assert_true(csm_tk_sees(p->tk, "alm_asset", asset));
    as(p, "mia");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", RELATION,
                    csm_tk_str(p->tk, csm_tk_get(p->tk, RELATION, row), "reverse_record"));
    assert_int_equal(csm_tk_count(p->tk, RELATION, "relationship_type=%s", type), 0);
    assert_int_equal(csm_tk_count(p->tk, "sn_customerservice_contact_relationship", "sys_idIN%s,%s", link, back), 0);
    assert_int_equal(csm_tk_count(p->tk, "sn_customerservice_m2m_asset_contact", "sys_id=%s", keeps), 0);
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, "alm_asset", asset), "contact"));
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "contact"), p->carl);
    as(p, "carl");
    csm_tk_hidden(p->tk, "customer_account", p->X);
    csm_tk_hidden(p->tk, "alm_asset", asset);
}

static void acceptance_071_not_below_the_served(void **state)
{
    people *p = *state;
    const char *below;

    as(p, "mia");
    below = csm_tk_insert(p->tk, "customer_account", "{'name':'C1','account_parent':'%s'}", p->C);
    as(p, "quest");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'short_description':'C1','account':'%s'}}",
                       CASE, below);
    csm_tk_hidden(p->tk, "customer_account", below);
}

static void acceptance_076_077_081_a_second_account(void **state)
{
    people *p = *state;
    const char *link, *id;

    as(p, "sam");
    csm_tk_hidden(p->tk, "customer_account", p->S2);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "contact.relate", "{'id':'%s','account':'%s'}", p->sam, p->S2);
    as(p, "dora");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "contact.relate", "{'id':'%s','account':'%s'}", p->sam, p->S2);
    as(p, "mia");
    link = csm_tk_str(p->tk, csm_tk_ok(p->tk, "contact.relate", "{'id':'%s','account':'%s'}", p->sam, p->S2), "sys_id");
    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "contact.relate", "{'id':'%s','account':'%s'}", p->sam, p->S2);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "customer_contact", p->sam), "account"), p->S1);
    as(p, "sam");
    assert_true(csm_tk_sees(p->tk, "customer_account", p->S2));
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'sam for S2','account':'%s'}", p->S2);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "account"), p->S2);
    as(p, "mia");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'sn_customerservice_contact_relationship','id':'%s'}", link);
    as(p, "sam");
    csm_tk_hidden(p->tk, "customer_account", p->S2);
    csm_tk_hidden(p->tk, CASE, id);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'short_description':'late','account':'%s'}}",
                       CASE, p->S2);
    as(p, "adam"); /* an administrator may too, and an inactive relationship gives nothing */
    link = csm_tk_str(p->tk, csm_tk_ok(p->tk, "contact.relate", "{'id':'%s','account':'%s'}", p->sam, p->S2), "sys_id");
    as(p, "sam");
    assert_true(csm_tk_sees(p->tk, "customer_account", p->S2));
    as(p, "adam");
    (void)csm_tk_update(p->tk, "sn_customerservice_contact_relationship", link, "{'active':false}");
    as(p, "sam");
    csm_tk_hidden(p->tk, "customer_account", p->S2);
    as(p, "adam");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'sn_customerservice_contact_relationship','id':'%s'}", link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_055_admin_of_the_parent),
        people_test(acceptance_056_case_for_a_subsidiary),
        people_test(acceptance_057_admin_of_a_subsidiary),
        people_test(acceptance_058_plain_customer),
        people_test(acceptance_059_case_manager),
        people_test(acceptance_067_072_partner_powers),
        people_test(acceptance_068_no_relationship_no_case),
        people_test(acceptance_072_a_customer_too),
        people_test(acceptance_062_labels),
        people_test(acceptance_065_a_relationship_ends),
        people_test(acceptance_071_not_below_the_served),
        people_test(acceptance_076_077_081_a_second_account),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
