/* Acceptance of new cases: what they are filled with, whose they are, what may stand on them, who sees which (items 85 to 90,
 * 118, 119, 122). */
#include "people.h"

#include <stdio.h>

#define CASE "sn_customerservice_case"

static const char *text_of(people *p, const char *id, const char *field)
{
    return csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), field);
}

static const char *asset_of(people *p, const char *account, const char *model)
{
    as(p, "adam");
    return csm_tk_insert(p->tk, "alm_asset", "{'model':'%s','account':'%s'}", model, account);
}

static void acceptance_085_filled_from_the_contact(void **state)
{
    people *p = *state;
    const csm_value *rec;

    as(p, "ann");
    rec = csm_tk_get(p->tk, CASE, csm_tk_insert(p->tk, CASE, "{'contact':'%s','short_description':'s'}", p->sam));
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "account"), p->S1);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "company"), p->S1);
    assert_int_equal(csm_tk_int(p->tk, rec, "state"), 1);
    assert_int_equal(csm_tk_int(p->tk, rec, "priority"), 4);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "contact_type"), "web");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "opened_by"), p->ann);
    assert_true(csm_tk_bool(p->tk, rec, "active"));
    rec = csm_tk_get(p->tk, CASE, csm_tk_insert(p->tk, CASE, "{'contact':'%s','contact_type':'phone','priority':2}", p->sam));
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "contact_type"), "phone");
    assert_int_equal(csm_tk_int(p->tk, rec, "priority"), 2);
}

static void acceptance_085_wrong_side(void **state)
{
    people *p = *state;
    const char *const others[] = { "tim", "ivy", "vera" };

    for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++) {
        as(p, others[n]);
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'%s','values':{'short_description':'no'}}", CASE);
    }
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'%s','values':{'contact':'%s','account':'%s'}}", CASE,
                       p->sam, p->X);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.insert", "{'table':'%s','values':{'state':6}}", CASE);
}

static void acceptance_086_household_of_a_consumer(void **state)
{
    people *p = *state;
    const char *house, *other, *id;

    as(p, "adam");
    house = csm_tk_insert(p->tk, "csm_household", "{'name':'One roof'}");
    (void)csm_tk_insert(p->tk, "csm_household_member", "{'household':'%s','consumer':'%s'}", house, p->joe);
    as(p, "cora");
    id = csm_tk_insert(p->tk, CASE, "{'consumer':'%s','short_description':'one'}", p->joe);
    csm_tk_assert_str(text_of(p, id, "household"), house);
    id = csm_tk_insert(p->tk, CASE, "{'household':'%s','short_description':'one'}", house);
    csm_tk_assert_str(text_of(p, id, "consumer"), p->joe);
    as(p, "adam");
    other = csm_tk_insert(p->tk, "csm_household", "{'name':'Second roof'}");
    (void)csm_tk_insert(p->tk, "csm_household_member", "{'household':'%s','consumer':'%s'}", other, p->joe);
    as(p, "cora");
    id = csm_tk_insert(p->tk, CASE, "{'consumer':'%s','short_description':'two'}", p->joe);
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "household"));
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'%s','values':{'consumer':'%s','household':'%s'}}", CASE,
                       p->jane, house);
}

static void acceptance_087_one_kind_of_customer(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "of an account");

    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'consumer':'%s'}}", CASE, id,
                       p->joe);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'%s','values':{'consumer':'%s','account':'%s'}}", CASE,
                       p->joe, p->P);
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "consumer"));
}

static void acceptance_088_another_account(void **state)
{
    people *p = *state;
    const char *model, *asset, *contract, *entitlement, *id;
    const char *const emptied[] = { "partner", "partner_contact", "asset", "entitlement", "contract", "contact" };
    const csm_value *rec;

    as(p, "adam");
    model = csm_tk_insert(p->tk, "cmdb_model", "{'name':'M'}");
    asset = asset_of(p, p->C, model);
    contract = csm_tk_insert(p->tk, "ast_contract", "{'account':'%s','starts':'2026-01-01','state':'active'}", p->C);
    entitlement = csm_tk_insert(p->tk, "service_entitlement", "{'name':'E','account':'%s','contract':'%s'}", p->C, contract);
    as(p, "ann");
    id = csm_tk_insert(p->tk, CASE, "{'account':'%s','contact':'%s','partner':'%s','partner_contact':'%s','asset':'%s',"
                       "'contract':'%s','entitlement':'%s'}", p->C, p->carl, p->Q, p->quin, asset, contract, entitlement);
    (void)csm_tk_update(p->tk, CASE, id, "{'account':'%s'}", p->X);
    rec = csm_tk_get(p->tk, CASE, id);
    for (size_t n = 0; n < sizeof(emptied) / sizeof(emptied[0]); n++)
        assert_true(csm_tk_is_nil(p->tk, rec, emptied[n]));
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "company"), p->X);
    /* What the same write names anew stays. */
    (void)csm_tk_update(p->tk, CASE, id, "{'account':'%s','contact':'%s'}", p->P, p->pat);
    csm_tk_assert_str(text_of(p, id, "contact"), p->pat);
    as(p, "carl");
    csm_tk_hidden(p->tk, CASE, id);
}

static void acceptance_089_asset_tells_the_product(void **state)
{
    people *p = *state;
    const char *model, *other, *asset, *id;

    as(p, "adam");
    model = csm_tk_insert(p->tk, "cmdb_model", "{'name':'Modem'}");
    other = csm_tk_insert(p->tk, "cmdb_model", "{'name':'Phone'}");
    asset = asset_of(p, p->P, model);
    id = people_case(p, "with an asset");
    (void)csm_tk_update(p->tk, CASE, id, "{'product':'%s'}", other);
    (void)csm_tk_update(p->tk, CASE, id, "{'asset':'%s'}", asset);
    csm_tk_assert_str(text_of(p, id, "product"), model);
}

static void acceptance_090_things_of_the_customer(void **state)
{
    people *p = *state;
    const char *model, *asset, *contract, *entitlement, *id;

    as(p, "adam");
    model = csm_tk_insert(p->tk, "cmdb_model", "{'name':'Foreign'}");
    asset = asset_of(p, p->X, model);
    contract = csm_tk_insert(p->tk, "ast_contract", "{'account':'%s','starts':'2026-01-01','state':'active'}", p->X);
    entitlement = csm_tk_insert(p->tk, "service_entitlement", "{'name':'E','account':'%s'}", p->X);
    id = people_case(p, "with foreign things");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'asset':'%s'}}", CASE, id, asset);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'contract':'%s'}}", CASE, id,
                       contract);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'entitlement':'%s'}}", CASE, id,
                       entitlement);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'contact':'%s'}}", CASE, id,
                       p->xena);
    /* For the customer they are not even there. */
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'asset':'%s'}}", CASE, asset);
}

static void acceptance_118_categories(void **state)
{
    people *p = *state;
    const int category[] = { 0, 1, 3, 4 };
    const csm_value *rows;

    as(p, "ann");
    for (size_t n = 0; n < 4; n++)
        (void)csm_tk_insert(p->tk, CASE, "{'short_description':'categorised','contact':'%s','category':%d}", p->pam, category[n]);
    rows = csm_tk_at(p->tk, csm_tk_ok(p->tk, "record.aggregate", "{'table':'%s','query':'short_description=categorised',"
                                      "'group':['category']}", CASE), "rows");
    assert_int_equal(rows->count, 4);
    for (uint32_t n = 0; n < 4; n++) {
        assert_int_equal(csm_tk_int(p->tk, &rows->list[n], "category"), category[n]);
        assert_int_equal(csm_tk_int(p->tk, &rows->list[n], "count"), 1);
    }
    as(p, "pam");
    (void)csm_tk_insert(p->tk, CASE, "{'short_description':'my complaint','category':4}");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'category':9}}", CASE);
    assert_int_equal(csm_tk_count(p->tk, CASE, "category=4"), 2);
    as(p, "xena"); /* figures are of one's own rows */
    assert_int_equal(csm_tk_at(p->tk, csm_tk_ok(p->tk, "record.aggregate", "{'table':'%s','query':'short_description=categorised',"
                                                "'group':['category']}", CASE), "rows")->count, 0);
}

static void acceptance_119_channels(void **state)
{
    people *p = *state;
    const char *const channels[] = { "phone", "email", "chat", "web", "social" };

    as(p, "ann");
    for (size_t n = 0; n < 5; n++)
        csm_tk_assert_str(text_of(p, csm_tk_insert(p->tk, CASE, "{'contact':'%s','contact_type':'%s'}", p->pat, channels[n]),
                                  "contact_type"), channels[n]);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'contact_type':'walk-in'}}", CASE);
}

static void acceptance_122_business_and_private(void **state)
{
    people *p = *state;
    const char *business = people_case(p, "b2b"), *private, *nobodys;

    as(p, "cora");
    private = csm_tk_insert(p->tk, CASE, "{'short_description':'b2c','consumer':'%s'}", p->jane);
    nobodys = csm_tk_insert(p->tk, CASE, "{'short_description':'not known yet'}");
    csm_tk_hidden(p->tk, CASE, business);
    assert_true(csm_tk_sees(p->tk, CASE, private));
    as(p, "ann");
    csm_tk_hidden(p->tk, CASE, private);
    assert_true(csm_tk_sees(p->tk, CASE, business));
    assert_true(csm_tk_sees(p->tk, CASE, nobodys));
    assert_int_equal(csm_tk_count(p->tk, CASE, "consumerISNOTEMPTY"), 0);
    as(p, "mia");
    assert_true(csm_tk_sees(p->tk, CASE, business) && csm_tk_sees(p->tk, CASE, private) && csm_tk_sees(p->tk, CASE, nobodys));
    as(p, "cora"); /* nor may it be put out of her own reach */
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'%s','id':'%s','values':{'account':'%s'}}", CASE, nobodys,
                       p->P);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_085_filled_from_the_contact),
        people_test(acceptance_085_wrong_side),
        people_test(acceptance_086_household_of_a_consumer),
        people_test(acceptance_087_one_kind_of_customer),
        people_test(acceptance_088_another_account),
        people_test(acceptance_089_asset_tells_the_product),
        people_test(acceptance_090_things_of_the_customer),
        people_test(acceptance_118_categories),
        people_test(acceptance_119_channels),
        people_test(acceptance_122_business_and_private),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
