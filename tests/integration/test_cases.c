/* Acceptance of new cases: what they are filled with, whose they are, what may stand on them, who sees which (items 85 to 90,
 * 118, 119, 121 to 123). */
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

/* The contact tells the account, whoever names him. */
static void acceptance_085_from_outside(void **state)
{
    people *p = *state;
    const csm_value *rec;

    as(p, "dora");
    rec = csm_tk_get(p->tk, CASE, csm_tk_insert(p->tk, CASE, "{'contact':'%s','short_description':'for sue'}", p->sue));
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "account"), p->S1a);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "contact"), p->sue);
    rec = csm_tk_get(p->tk, CASE, csm_tk_insert(p->tk, CASE, "{'short_description':'for herself'}"));
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "account"), p->P);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "contact"), p->dora);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'%s','values':{'contact':'%s','account':'%s'}}", CASE,
                       p->sam, p->S2);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'contact':'%s'}}", CASE, p->xena);
}

/* The zone of the person, else of the account's primary address, else none: the server's. */
static void the_zone_of_the_customer(void **state)
{
    people *p = *state;
    const char *account, *contact, *id;

    as(p, "mia");
    account = csm_tk_insert(p->tk, "customer_account", "{'name':'Elsewhere','street':'Far 1'}");
    contact = csm_tk_insert(p->tk, "customer_contact", "{'first_name':'Far','last_name':'Away','account':'%s'}", account);
    id = csm_tk_insert(p->tk, CASE, "{'contact':'%s'}", contact);
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "contact_time_zone"));
    (void)csm_tk_update(p->tk, "cmn_location", csm_tk_str(p->tk, csm_tk_first(p->tk, "cmn_location", "account=%s", account), "sys_id"),
                        "{'time_zone':'Asia/Tokyo'}");
    id = csm_tk_insert(p->tk, CASE, "{'contact':'%s'}", contact);
    csm_tk_assert_str(text_of(p, id, "contact_time_zone"), "Asia/Tokyo");
    (void)csm_tk_update(p->tk, "customer_contact", contact, "{'time_zone':'Europe/Berlin'}");
    id = csm_tk_insert(p->tk, CASE, "{'contact':'%s'}", contact);
    csm_tk_assert_str(text_of(p, id, "contact_time_zone"), "Europe/Berlin");
    (void)csm_tk_update(p->tk, CASE, id, "{'account':'%s'}", p->P); /* of another customer now */
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "contact_time_zone"));
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

/* Another consumer lives elsewhere and owns other things. */
static void acceptance_086_another_consumer(void **state)
{
    people *p = *state;
    const char *first, *second, *house, *model, *asset, *id;

    as(p, "adam");
    first = csm_tk_insert(p->tk, "csm_consumer", "{'first_name':'First','last_name':'Owner'}");
    second = csm_tk_insert(p->tk, "csm_consumer", "{'first_name':'Second','last_name':'Owner'}");
    house = csm_tk_insert(p->tk, "csm_household", "{'name':'Theirs','head_of_household':'%s'}", first);
    model = csm_tk_insert(p->tk, "cmdb_model", "{'name':'Owned'}");
    asset = csm_tk_insert(p->tk, "alm_asset", "{'model':'%s','consumer':'%s'}", model, first);
    as(p, "cora");
    id = csm_tk_insert(p->tk, CASE, "{'consumer':'%s','asset':'%s'}", first, asset);
    csm_tk_assert_str(text_of(p, id, "household"), house);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'consumer':'%s','asset':'%s'}}", CASE,
                       id, second, asset);
    (void)csm_tk_update(p->tk, CASE, id, "{'consumer':'%s'}", second);
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "household"));
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "asset"));
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

/* Nor may strangers stand on it: a partner who does not serve the account, a contact of another partner, employees who may
 * not act for customers, customers in the place of employees. */
static void acceptance_090_people_of_the_customer(void **state)
{
    people *p = *state;
    struct {
        const char *field, *value;
    } rows[] = {
        { "partner", p->Q },           { "partner_contact", p->quin },  { "internal_contact", p->abe },
        { "requested_by", p->pam },    { "assigned_to", p->pam },       { "household", NULL },
    };
    const char *id = people_case(p, "with strangers"), *served;

    as(p, "adam");
    rows[5].value = csm_tk_insert(p->tk, "csm_household", "{'name':'Strangers'}");
    as(p, "mia");
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'%s':'%s'}}", CASE, id,
                           rows[n].field, rows[n].value);
        assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), rows[n].field));
    }
    served = csm_tk_insert(p->tk, CASE, "{'account':'%s','partner':'%s'}", p->C, p->Q);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'partner_contact':'%s'}}", CASE, served,
                       p->carl);
    (void)csm_tk_update(p->tk, CASE, served, "{'partner_contact':'%s'}", p->quin);
    (void)csm_tk_update(p->tk, CASE, served, "{'partner':null}");
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, served), "partner_contact"));
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'%s','id':'%s','values':{'parent':'%s'}}", CASE, id, id);
    (void)csm_tk_update(p->tk, CASE, served, "{'parent':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'%s','id':'%s','values':{'parent':'%s'}}", CASE, id, served);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "parent");
}

/* ---- employees as customers ---- */

static void acceptance_121_an_employee_asks(void **state)
{
    people *p = *state;
    const char *id;

    as(p, "ann");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'my chair','requested_by':'%s'}", p->ivy);
    (void)people_do(p, "case.assign_to_me", id);
    as(p, "ivy");
    assert_true(csm_tk_sees(p->tk, CASE, id));
    assert_false(csm_tk_has(csm_tk_get(p->tk, CASE, id), "work_notes"));
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'it squeaks'}");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'priority':1}}", CASE, id);
    (void)csm_tk_ok(p->tk, "record.attach", "{'table':'%s','id':'%s','file_name':'squeak.txt','data':'x'}", CASE, id);
    as(p, "ann");
    assert_true(csm_tk_bool(p->tk, csm_tk_get(p->tk, CASE, id), "needs_attention"));
    (void)csm_tk_ok(p->tk, "case.propose_solution", "{'id':'%s','resolution_code':'solved_workaround','close_notes':'oil'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.accept_solution", "{'id':'%s'}", id);
    as(p, "tim");
    csm_tk_hidden(p->tk, CASE, id);
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.accept_solution", "{'id':'%s'}", id);
    as(p, "ivy");
    assert_int_equal(csm_tk_int(p->tk, people_do(p, "case.accept_solution", id), "state"), 3);
}

/* A proxy acts for a customer on the cases that name him, and on no other. */
static void acceptance_121_an_employee_acts(void **state)
{
    people *p = *state;
    const char *prue = csm_tk_user(p->tk, "prue", "sn_customerservice.proxy_contact"), *id, *other = people_case(p, "not hers");

    as(p, "prue");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'for pat','account':'%s','internal_contact':'%s'}", p->P, prue);
    assert_true(csm_tk_sees(p->tk, CASE, id));
    csm_tk_hidden(p->tk, CASE, other);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'%s','values':{'short_description':'for nobody','account':'%s'}}",
                       CASE, p->P);
    (void)csm_tk_update(p->tk, CASE, id, "{'comments':'he is waiting','work_notes':'impatiently'}");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'priority':1}}", CASE, id);
    as(p, "ann");
    (void)people_do(p, "case.assign_to_me", id);
    (void)csm_tk_ok(p->tk, "case.propose_solution", "{'id':'%s','resolution_code':'solved_workaround','close_notes':'n'}", id);
    as(p, "prue");
    (void)csm_tk_ok(p->tk, "case.reject_solution", "{'id':'%s','comments':'not yet'}", id);
    assert_int_equal(csm_tk_int(p->tk, people_do(p, "case.close_case", id), "state"), 3);
}

static void acceptance_123_what_is_deleted(void **state)
{
    static const int states[] = { 10, 18, 6, 3, 7 };
    people *p = *state;
    const char *id, *task;

    for (size_t n = 0; n < sizeof(states) / sizeof(states[0]); n++) {
        id = people_case_in(p, states[n]);
        as(p, "vera");
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'%s','id':'%s'}", CASE, id);
        as(p, "pat");
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'%s','id':'%s'}", CASE, id);
        as(p, n % 2 == 0 ? "ann" : "mia");
        if (n < 2)
            (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", CASE, id);
        else
            (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'%s','id':'%s'}", CASE, id);
        as(p, "adam");
        if (n >= 2)
            (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", CASE, id);
        (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.get", "{'table':'%s','id':'%s'}", CASE, id);
    }
    id = people_case(p, "with work");
    as(p, "ann");
    task = csm_tk_insert(p->tk, "sn_customerservice_task", "{'short_description':'t','parent_case':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.delete", "{'table':'%s','id':'%s'}", CASE, id);
    (void)people_do(p, "case_task.cancel", task);
    task = csm_tk_insert(p->tk, CASE, "{'short_description':'child','contact':'%s','parent':'%s'}", p->pat, id);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.delete", "{'table':'%s','id':'%s'}", CASE, id);
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", CASE, task);
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", CASE, id);
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
        people_test(acceptance_085_from_outside),
        people_test(the_zone_of_the_customer),
        people_test(acceptance_085_wrong_side),
        people_test(acceptance_086_household_of_a_consumer),
        people_test(acceptance_086_another_consumer),
        people_test(acceptance_087_one_kind_of_customer),
        people_test(acceptance_088_another_account),
        people_test(acceptance_089_asset_tells_the_product),
        people_test(acceptance_090_things_of_the_customer),
        people_test(acceptance_090_people_of_the_customer),
        people_test(acceptance_118_categories),
        people_test(acceptance_119_channels),
        people_test(acceptance_121_an_employee_asks),
        people_test(acceptance_121_an_employee_acts),
        people_test(acceptance_122_business_and_private),
        people_test(acceptance_123_what_is_deleted),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
