/* Acceptance of entitlements of cases: matching, units, verifying (items 152 to 160, 379, 380). */
#include "people.h"

#include <stdio.h>

#define CASE "sn_customerservice_case"
#define ENTITLEMENT "service_entitlement"
#define ROW "sn_customerservice_case_entitlement"
#define ADVANCED "sn_customerservice.advanced_entitlements"

static int setup(void **state)
{
    *state = people_start("install_base");
    return 0;
}

/* A fresh account with a contact, so that no test meets the entitlements of another. */
static const char *fresh(people *p)
{
    static int serial;
    const char *before = p->who, *id;

    as(p, NULL);
    id = csm_tk_insert(p->tk, "customer_account", "{'name':'Fresh %d','customer':true}", ++serial);
    as(p, before);
    return id;
}

/* Made by the manager. @p more: further values, each with a comma before it. */
static const char *entitlement(people *p, const char *name, const char *account, const char *more)
{
    const char *before = p->who, *id;

    as(p, "mia");
    id = csm_tk_insert(p->tk, ENTITLEMENT, "{'name':'%s','account':'%s'%s}", name, account, more);
    as(p, before);
    return id;
}

static const char *more_of(people *p, const char *field, const char *id)
{
    char text[128];

    (void)snprintf(text, sizeof(text), ",'%s':'%s'", field, id);
    return csm_tk_keep_text(p->tk, csm_str_of(text));
}

static const char *contract_of(people *p, const char *account, const char *state)
{
    const char *before = p->who, *id;

    as(p, "mia");
    id = csm_tk_insert(p->tk, "ast_contract", "{'account':'%s','starts':'2020-01-01','state':'%s'}", account, state);
    as(p, before);
    return id;
}

static const char *case_with(people *p, const char *account, const char *more)
{
    const char *before = p->who, *id;

    as(p, "ann");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'entitled','account':'%s'%s}", account, more);
    as(p, before);
    return id;
}

static const char *filled(people *p, const char *id)
{
    const char *before = p->who, *found;

    as(p, "ann");
    found = csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "entitlement");
    as(p, before);
    return found;
}

/* Names of what is offered for a case, best first, joined by blanks. */
static const char *offered(people *p, const char *id)
{
    const csm_value *rows;
    char text[1024] = "";

    as(p, "ann");
    rows = csm_tk_ok(p->tk, "case.entitlements", "{'id':'%s'}", id);
    for (uint32_t n = 0; n < rows->count && strlen(text) < 900; n++) {
        strncat(text, n > 0 ? " " : "", 2);
        strncat(text, csm_tk_str(p->tk, &rows->list[n], "name"), 100);
    }
    return csm_tk_keep_text(p->tk, csm_str_of(text));
}

static bool is_noted(people *p, const char *id)
{
    const csm_value *notes = csm_tk_at(p->tk, csm_tk_get(p->tk, CASE, id), "work_notes");

    for (uint32_t n = 0; n < notes->count; n++)
        if (strcmp(csm_tk_str(p->tk, &notes->list[n], "text"), "no entitlement found") == 0)
            return true;
    return false;
}

/* ---- matching ---- */

static void acceptance_152_the_contract_one_wins(void **state)
{
    people *p = *state;
    const char *account = fresh(p), *contract = contract_of(p, account, "active"), *model, *best, *other, *id;

    as(p, NULL);
    model = csm_tk_insert(p->tk, "cmdb_model", "{'name':'Weighed'}");
    (void)entitlement(p, "account", account, "");
    other = entitlement(p, "product", account, more_of(p, "product", model));
    best = entitlement(p, "contract", account, more_of(p, "contract", contract));
    id = case_with(p, account, "");
    csm_tk_assert_str(offered(p, id), "contract account"); /* his only contract is the case's; it names no product */
    id = case_with(p, account, more_of(p, "contract", contract));
    csm_tk_assert_str(filled(p, id), best);
    (void)csm_tk_update(p->tk, CASE, id, "{'product':'%s'}", model);
    csm_tk_assert_str(offered(p, id), "contract product account");
    csm_tk_assert_str(filled(p, id), best);
    (void)csm_tk_update(p->tk, CASE, id, "{'entitlement':'%s'}", other); /* the agent may choose another candidate */
    (void)csm_tk_update(p->tk, CASE, id, "{'priority':2}");
    (void)csm_tk_update(p->tk, CASE, id, "{'contact_type':'phone'}"); /* and it stays while it holds */
    csm_tk_assert_str(filled(p, id), other);
    (void)csm_tk_update(p->tk, CASE, id, "{'product':null}");
    csm_tk_assert_str(filled(p, id), best);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'" CASE "','id':'%s','values':{'entitlement':'%s'}}", id,
                       other);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "entitlement");
    as(p, "pat"); /* customers are offered none */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.entitlements", "{'id':'%s'}", id);
    as(p, "cora");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.entitlements", "{'id':'%s'}", id);
}

static void ties_and_inheritance(void **state)
{
    people *p = *state;
    const char *parent = fresh(p), *child, *soon, *above, *id;

    as(p, NULL);
    child = csm_tk_insert(p->tk, "customer_account", "{'name':'Fresh child','customer':true,'account_parent':'%s'}", parent);
    (void)entitlement(p, "open", child, "");
    (void)entitlement(p, "late", child, ",'end_date':'2999-12-31'");
    soon = entitlement(p, "soon", child, ",'end_date':'2999-01-01'");
    above = entitlement(p, "above", parent, ",'end_date':'2998-01-01'");
    id = case_with(p, child, "");
    csm_tk_assert_str(filled(p, id), soon);
    csm_tk_assert_str(offered(p, id), "soon late open");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'" CASE "','id':'%s','values':{'entitlement':'%s'}}", id,
                       above);
    people_set_property(p, "csm.entitlement.inherit", "true");
    csm_tk_assert_str(offered(p, id), "soon late open above"); /* one's own counts for more */
    (void)csm_tk_update(p->tk, CASE, id, "{'entitlement':'%s'}", above);
    people_set_property(p, "csm.entitlement.inherit", "false");
}

static void a_household_shares(void **state)
{
    people *p = *state;
    const char *house, *shared, *id;

    as(p, "mia");
    house = csm_tk_insert(p->tk, "csm_household", "{'name':'Consumers','head_of_household':'%s'}", p->joe);
    (void)csm_tk_insert(p->tk, "csm_household_member", "{'household':'%s','consumer':'%s'}", house, p->jane);
    shared = csm_tk_insert(p->tk, ENTITLEMENT, "{'name':'shared','consumer':'%s','household':'%s'}", p->joe, house);
    as(p, "cora");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'of jane','consumer':'%s'}", p->jane);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "entitlement"), shared);
}

static void acceptance_153_a_channel(void **state)
{
    people *p = *state;
    const char *account = fresh(p), *phone = entitlement(p, "phone", account, ",'channel':'email,phone'"), *id;

    id = case_with(p, account, ",'contact_type':'web'");
    csm_tk_assert_str(filled(p, id), "");
    csm_tk_assert_str(offered(p, id), "");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'" CASE "','id':'%s','values':{'entitlement':'%s'}}", id,
                       phone);
    (void)csm_tk_update(p->tk, CASE, id, "{'contact_type':'phone'}");
    csm_tk_assert_str(filled(p, id), phone);
}

static void acceptance_154_what_does_not_hold(void **state)
{
    static const char *const bad[] = {
        ",'end_date':'2001-01-01'", ",'start_date':'2999-01-01'", ",'active':false", ",'state':'suspended'", ",'state':'draft'",
        ",'per_unit':true,'unit':'cases','total_units':'5','remaining_units':'0'",
    };
    people *p = *state;
    const char *account = fresh(p), *good, *id;

    for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++)
        (void)entitlement(p, "bad", account, bad[n]);
    (void)entitlement(p, "bad", account, more_of(p, "contract", contract_of(p, account, "expired")));
    (void)entitlement(p, "bad", p->X, "");
    id = case_with(p, account, "");
    csm_tk_assert_str(offered(p, id), "");
    csm_tk_assert_str(filled(p, id), "");
    good = entitlement(p, "good", account, ",'start_date':'2001-01-01','end_date':'2999-01-01','state':'active'");
    csm_tk_assert_str(offered(p, id), "good");
    csm_tk_assert_str(filled(p, case_with(p, account, "")), good);
}

static void acceptance_155_one_or_none(void **state)
{
    people *p = *state;
    const char *account = fresh(p), *id = case_with(p, account, ""), *only;

    as(p, "ann");
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "entitlement"));
    assert_true(is_noted(p, id));
    only = entitlement(p, "only", account, "");
    id = case_with(p, account, "");
    csm_tk_assert_str(filled(p, id), only);
    assert_false(is_noted(p, id));
    (void)csm_tk_update(p->tk, CASE, id, "{'entitlement':null}"); /* the agent wants none */
    (void)csm_tk_update(p->tk, CASE, id, "{'priority':1}");
    csm_tk_assert_str(filled(p, id), "");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'nobodys'}"); /* without a customer nothing is looked for */
    assert_false(is_noted(p, id));
}

static void acceptance_159_product_sold_and_item(void **state)
{
    people *p = *state;
    const char *account = fresh(p), *sold, *item, *foreign, *of_sold, *of_item, *model, *id;

    as(p, NULL);
    model = csm_tk_insert(p->tk, "cmdb_model", "{'name':'Both'}");
    as(p, "mia");
    sold = csm_tk_insert(p->tk, "sn_install_base_sold_product", "{'name':'s','account':'%s','product':'%s'}", account, model);
    item = csm_tk_insert(p->tk, "sn_install_base_item", "{'name':'i','account':'%s','product':'%s'}", account, model);
    foreign = csm_tk_insert(p->tk, "sn_install_base_item", "{'name':'j','account':'%s'}", account);
    (void)entitlement(p, "account", account, "");
    (void)entitlement(p, "product", account, more_of(p, "product", model));
    of_sold = entitlement(p, "sold", account, more_of(p, "sold_product", sold));
    of_item = entitlement(p, "item", account, more_of(p, "install_base", item));
    id = case_with(p, account, more_of(p, "sold_product", sold));
    csm_tk_assert_str(filled(p, id), of_sold);
    id = case_with(p, account, more_of(p, "install_base", item));
    csm_tk_assert_str(filled(p, id), of_item);
    csm_tk_assert_str(offered(p, id), "item product account"); /* 1 + 3, 1 + 2, 1 */
    id = case_with(p, account, more_of(p, "install_base", foreign));
    csm_tk_assert_str(offered(p, id), "account");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'found by monitoring','proactive':true,'contact_type':null,'install_base':'%s'}",
                       item);
    csm_tk_assert_str(filled(p, id), of_item);
    people_set_property(p, "csm.entitlement.weights", "account=1,product=9,install_base=3");
    csm_tk_assert_str(offered(p, id), "product item account sold"); /* what is not weighed is not compared */
    people_set_property(p, "csm.entitlement.weights",
                        "account=1,consumer=1,household=1,product=2,asset=3,sold_product=3,install_base=3,contract=4");
}

/* ---- units ---- */

static const char *left(people *p, const char *id)
{
    const char *before = p->who, *units;

    as(p, "mia");
    units = csm_tk_str(p->tk, csm_tk_get(p->tk, ENTITLEMENT, id), "remaining_units");
    as(p, before);
    return units;
}

static void close_case(people *p, const char *id)
{
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "case.close_case", "{'id':'%s','resolution_code':'solved_fixed_by_support','close_notes':'done'}", id);
}

static void acceptance_156_157_units_of_cases(void **state)
{
    people *p = *state;
    const char *account = fresh(p), *five, *one, *id;

    five = entitlement(p, "five", account, ",'per_unit':true,'unit':'cases','total_units':'5'");
    id = case_with(p, account, "");
    csm_tk_assert_str(left(p, five), "5");
    close_case(p, id);
    csm_tk_assert_str(left(p, five), "4");
    people_set_property(p, "csm.case.reopen_closed_days", "30");
    (void)people_do(p, "case.reopen", id);
    close_case(p, id);
    csm_tk_assert_str(left(p, five), "4");
    people_set_property(p, "csm.case.reopen_closed_days", "0");
    id = case_with(p, account, "");
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "case.cancel", "{'id':'%s','work_notes':'void'}", id); /* a void case takes none */
    csm_tk_assert_str(left(p, five), "4");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'" ENTITLEMENT "','id':'%s','values':{'remaining_units':'9'}}",
                       five);

    account = fresh(p);
    one = entitlement(p, "one", account, ",'per_unit':true,'unit':'cases','total_units':'1'");
    id = case_with(p, account, "");
    close_case(p, id);
    csm_tk_assert_str(left(p, one), "0");
    id = case_with(p, account, "");
    csm_tk_assert_str(filled(p, id), "");
    csm_tk_assert_str(offered(p, id), "");
}

static void acceptance_158_units_of_hours(void **state)
{
    people *p = *state;
    const char *account = fresh(p), *ten = entitlement(p, "ten", account, ",'per_unit':true,'unit':'hours','total_units':'10'"), *id;

    id = case_with(p, account, "");
    (void)csm_tk_update(p->tk, CASE, id, "{'time_worked':7200}");
    close_case(p, id);
    csm_tk_assert_str(left(p, ten), "8");
    people_set_property(p, "csm.case.reopen_closed_days", "30");
    (void)people_do(p, "case.reopen", id);
    (void)csm_tk_update(p->tk, CASE, id, "{'time_worked':9000}"); /* half an hour more */
    close_case(p, id);
    csm_tk_assert_str(left(p, ten), "7.5");
    people_set_property(p, "csm.case.reopen_closed_days", "0");
    id = case_with(p, account, ",'time_worked':360000");
    close_case(p, id);
    csm_tk_assert_str(left(p, ten), "0");
}

static void acceptance_380_last_unit_and_contract(void **state)
{
    people *p = *state;
    const char *account = fresh(p), *contract = contract_of(p, account, "active"), *last, *first, *second;
    const csm_value *rec;
    char more[160];

    (void)contract_of(p, account, "active"); /* so that the customer's only contract is not what fills it */
    (void)snprintf(more, sizeof(more), ",'contract':'%s','per_unit':true,'unit':'cases','total_units':'1'", contract);
    last = entitlement(p, "last", account, more);
    first = case_with(p, account, "");
    second = case_with(p, account, "");
    as(p, "ann");
    rec = csm_tk_get(p->tk, CASE, first);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "entitlement"), last);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "contract"), contract);
    csm_tk_assert_str(filled(p, second), last);
    (void)csm_tk_ok(p->tk, "record.batch", "{'items':["
                    "{'op':'update','table':'" CASE "','id':'%s','values':{'state':3,'resolution_code':'void','close_notes':'a'}},"
                    "{'op':'update','table':'" CASE "','id':'%s','values':{'state':3,'resolution_code':'void','close_notes':'b'}}]}",
                    first, second);
    csm_tk_assert_str(left(p, last), "0");
    as(p, "ann");
    assert_int_equal(csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, second), "state"), 3);

    account = fresh(p); /* without an entitlement the only active contract */
    (void)contract_of(p, account, "draft");
    contract = contract_of(p, account, "active");
    first = case_with(p, account, "");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, first), "contract"), contract);
    (void)contract_of(p, account, "active");
    second = case_with(p, account, "");
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, second), "contract"));
}

/* ---- several on one case ---- */

static void acceptance_160_several_entitlements(void **state)
{
    people *p = *state;
    const char *account = fresh(p), *one, *two, *foreign, *id, *row;

    one = entitlement(p, "one", account, ",'end_date':'2999-01-01','per_unit':true,'unit':'cases','total_units':'3'");
    two = entitlement(p, "two", account, ",'per_unit':true,'unit':'cases','total_units':'3'");
    foreign = entitlement(p, "foreign", p->X, "");
    id = case_with(p, account, "");
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" ROW "','values':{'case':'%s','entitlement':'%s'}}", id,
                       two); /* not while a case has one */
    people_set_property(p, ADVANCED, "true");
    id = case_with(p, account, "");
    csm_tk_assert_str(filled(p, id), "");
    assert_int_equal(csm_tk_count(p->tk, ROW, "case=%s^entitlement=%s", id, one), 1);
    row = csm_tk_insert(p->tk, ROW, "{'case':'%s','entitlement':'%s'}", id, two);
    assert_int_equal(csm_tk_count(p->tk, ROW, "case=%s", id), 2);
    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "record.insert", "{'table':'" ROW "','values':{'case':'%s','entitlement':'%s'}}", id, two);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" ROW "','values':{'case':'%s','entitlement':'%s'}}", id,
                       foreign);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'" CASE "','id':'%s','values':{'entitlement':'%s'}}", id, one);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'" ROW "','values':{'case':'%s','entitlement':'%s',"
                       "'units_consumed':'1'}}", id, two);
    as(p, "pat");
    csm_tk_hidden(p->tk, ROW, row);
    as(p, "cora");
    csm_tk_hidden(p->tk, ROW, row);
    close_case(p, id);
    csm_tk_assert_str(left(p, one), "2");
    csm_tk_assert_str(left(p, two), "2");
    people_set_property(p, ADVANCED, "false");
}

/* ---- verifying ---- */

/* "yes", "no" or "neither", a blank and the reason of one line. */
static const char *line_of(people *p, const char *id, const char *check)
{
    const csm_value *report = csm_tk_ok(p->tk, "case.verify", "{'id':'%s'}", id), *lines = csm_tk_at(p->tk, report, "lines");
    char text[512];

    for (uint32_t n = 0; n < lines->count; n++) {
        if (strcmp(csm_tk_str(p->tk, &lines->list[n], "check"), check) != 0)
            continue;
        (void)snprintf(text, sizeof(text), "%s %s", csm_tk_is_nil(p->tk, &lines->list[n], "ok") ? "neither"
                       : csm_tk_bool(p->tk, &lines->list[n], "ok") ? "yes" : "no", csm_tk_str(p->tk, &lines->list[n], "reason"));
        return csm_tk_keep_text(p->tk, csm_str_of(text));
    }
    return "";
}

static void says(people *p, const char *id, const char *check, const char *part)
{
    if (strstr(line_of(p, id, check), part) == NULL)
        fail_msg("%s: \"%s\" lacks \"%s\"", check, line_of(p, id, check), part);
}

static void acceptance_379_verify(void **state)
{
    people *p = *state;
    const char *account = fresh(p), *contact, *model, *asset, *contract, *entitled, *sold, *schedule, *id;
    char more[256];

    as(p, NULL);
    model = csm_tk_insert(p->tk, "cmdb_model", "{'name':'Verified'}");
    schedule = csm_tk_insert(p->tk, "cmn_schedule", "{'name':'Weekdays'}");
    contact = csm_tk_insert(p->tk, "customer_contact", "{'first_name':'Vic','last_name':'Contact','account':'%s'}", account);
    asset = csm_tk_insert(p->tk, "alm_asset", "{'asset_tag':'V1','model':'%s','account':'%s'}", model, account);
    contract = contract_of(p, account, "active");
    (void)snprintf(more, sizeof(more), ",'contract':'%s','channel':'web,phone','end_date':'2999-01-01','schedule':'%s',"
                   "'per_unit':true,'unit':'cases','total_units':'5'", contract, schedule);
    entitled = entitlement(p, "care", account, more);
    as(p, "ann");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'verify me','contact':'%s','asset':'%s'}", contact, asset);
    says(p, id, "customer", "yes account Fresh");
    says(p, id, "contact", "yes contact Vic Contact belongs");
    says(p, id, "product", "yes the customer has an asset of Verified");
    says(p, id, "asset", "yes asset V1");
    says(p, id, "entitlement", "yes care: it holds");
    says(p, id, "hours", "yes served in Weekdays");
    says(p, id, "channel", "yes channels are web,phone, the case came by web");
    says(p, id, "units", "yes 5 of 5 Cases left");
    says(p, id, "contract", "yes contract CNTR");
    says(p, id, "service_levels", "neither contract CNTR");
    says(p, id, "service_levels", "no active plugin runs any");
    csm_tk_assert_str(line_of(p, id, "sold_product"), "");
    assert_true(csm_tk_bool(p->tk, csm_tk_ok(p->tk, "case.verify", "{'id':'%s'}", id), "ok"));
    (void)csm_tk_update(p->tk, CASE, id, "{'asset':null,'product':null}"); /* what it does not name is no no */
    says(p, id, "product", "neither the case names no product");
    assert_true(csm_tk_bool(p->tk, csm_tk_ok(p->tk, "case.verify", "{'id':'%s'}", id), "ok"));
    (void)csm_tk_update(p->tk, CASE, id, "{'asset':'%s'}", asset);

    as(p, NULL); /* each of them turned: a foreign asset, a closed account, an expired entitlement */
    (void)csm_tk_update(p->tk, "alm_asset", asset, "{'account':'%s'}", p->X);
    (void)csm_tk_update(p->tk, "customer_account", account, "{'active':false}");
    (void)csm_tk_update(p->tk, ENTITLEMENT, entitled, "{'end_date':'2001-01-01'}");
    as(p, "ann");
    says(p, id, "asset", "no asset V1");
    says(p, id, "customer", "no account Fresh");
    says(p, id, "product", "no the customer neither has nor bought Verified");
    says(p, id, "entitlement", "no care: it has expired");
    assert_false(csm_tk_bool(p->tk, csm_tk_ok(p->tk, "case.verify", "{'id':'%s'}", id), "ok"));

    as(p, "mia"); /* a product sold speaks for the product too */
    sold = csm_tk_insert(p->tk, "sn_install_base_sold_product", "{'name':'Sold one','account':'%s','product':'%s'}", account, model);
    as(p, "ann");
    (void)csm_tk_update(p->tk, CASE, id, "{'asset':null,'sold_product':'%s'}", sold);
    says(p, id, "product", "yes");
    says(p, id, "sold_product", "yes sold product Sold one belongs");
    as(p, "mia");
    (void)csm_tk_update(p->tk, "sn_install_base_sold_product", sold, "{'account':'%s'}", p->X);
    as(p, "ann");
    says(p, id, "sold_product", "no sold product Sold one belongs to another customer");
    says(p, id, "product", "no");

    id = csm_tk_insert(p->tk, CASE, "{'short_description':'nobodys'}");
    says(p, id, "customer", "no");
    says(p, id, "contact", "no");
    says(p, id, "product", "neither");
    says(p, id, "entitlement", "no no entitlement found");
    says(p, id, "contract", "neither");
    assert_false(csm_tk_bool(p->tk, csm_tk_ok(p->tk, "case.verify", "{'id':'%s'}", id), "ok"));
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.verify", "{'id':'%s'}", people_case(p, "of pat"));
    as(p, "vera"); /* reads cases, works none */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.verify", "{'id':'%s'}", id);
    as(p, "cora");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.verify", "{'id':'%s'}", people_case(p, "not hers"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_152_the_contract_one_wins),
        people_test(ties_and_inheritance),
        people_test(a_household_shares),
        people_test(acceptance_153_a_channel),
        people_test(acceptance_154_what_does_not_hold),
        people_test(acceptance_155_one_or_none),
        people_test(acceptance_156_157_units_of_cases),
        people_test(acceptance_158_units_of_hours),
        people_test(acceptance_159_product_sold_and_item),
        people_test(acceptance_160_several_entitlements),
        people_test(acceptance_379_verify),
        people_test(acceptance_380_last_unit_and_contract),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
