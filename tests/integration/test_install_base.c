/* Acceptance of products sold and items installed: whose they are, their trees and cases (items 169 to 173, 176 to 178, 395). */
#include "installed.h"

#define INSTALLED "sn_install_base_m2m_installed_product"
#define AFFECTED "sn_install_base_m2m_affected_install_base"
#define CHARACTERISTIC "sn_install_base_item_characteristic"

/* ---- products ---- */

static void acceptance_169_who_has_a_product(void **state)
{
    people *p = *state;
    const char *model;
    const csm_value *owners;

    as(p, NULL);
    model = csm_tk_insert(p->tk, "cmdb_model", "{'name':'Owned'}");
    as(p, "mia");
    (void)csm_tk_insert(p->tk, SOLD, "{'name':'a','account':'%s','product':'%s','quantity':'2.5'}", p->P, model);
    (void)csm_tk_insert(p->tk, SOLD, "{'name':'b','account':'%s','product':'%s'}", p->P, model);
    (void)csm_tk_insert(p->tk, SOLD, "{'name':'c','consumer':'%s','product':'%s'}", p->joe, model);
    (void)csm_tk_insert(p->tk, SOLD, "{'name':'d','account':'%s'}", p->X);
    as(p, "ann");
    owners = csm_tk_ok(p->tk, "product.owners", "{'id':'%s'}", model);
    assert_int_equal(owners->count, 2);
    csm_tk_assert_str(csm_tk_str(p->tk, owners, "0.account"), p->P);
    csm_tk_assert_str(csm_tk_str(p->tk, owners, "0.name"), "Account P");
    assert_int_equal(csm_tk_int(p->tk, owners, "0.sold_products"), 2);
    csm_tk_assert_str(csm_tk_str(p->tk, owners, "0.quantity"), "3.5");
    csm_tk_assert_str(csm_tk_str(p->tk, owners, "1.consumer"), p->joe);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "product.owners", "{'id':'%s'}", model);
}

static void acceptance_170_tree_of_a_product(void **state)
{
    people *p = *state;
    const char *top = sold(p, "top", p->P, NULL), *left = sold(p, "left", p->P, top), *leaf = sold(p, "leaf", p->P, left);
    const char *right = sold(p, "right", p->S1, top);

    csm_tk_assert_str(listed(p, "sold_product.tree", leaf, "name"), "top left leaf right");
    as(p, "sam"); /* reads his own account's only */
    csm_tk_assert_str(listed(p, "sold_product.tree", right, "name"), "right");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "sold_product.tree", "{'id':'%s'}", top);
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'" SOLD "','id':'%s','values':{'consumer':'%s'}}", top,
                       p->joe);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" SOLD "','values':{'name':'nobody'}}");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" SOLD "','values':{'name':'x','account':'%s',"
                       "'parent':'%s'}}", p->X, top);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'" SOLD "','id':'%s','values':{'parent':'%s'}}", top, leaf);
    (void)csm_tk_update(p->tk, SOLD, left, "{'parent':null}");
    csm_tk_assert_str(listed(p, "sold_product.tree", leaf, "name"), "left leaf");
    csm_tk_assert_str(listed(p, "sold_product.tree", top, "name"), "top right");
}

static void states_follow_the_dates(void **state)
{
    static const struct {
        const char *values, *want;
    } table[] = {
        { "'start_date':'2999-01-01'", "in_preparation" }, { "'end_date':'2001-01-01'", "expired" },
        { "'start_date':'2001-01-01','end_date':'2999-01-01'", "active" }, { "'state':'suspended'", "suspended" },
        { "'state':'suspended','end_date':'2001-01-01'", "expired" }, { "'state':'disconnected','end_date':'2001-01-01'", "disconnected" },
        { "'state':'expired'", "active" },
    };
    people *p = *state;

    as(p, "mia");
    for (size_t n = 0; n < sizeof(table) / sizeof(table[0]); n++) {
        const char *id = csm_tk_insert(p->tk, SOLD, "{'name':'dated','account':'%s',%s}", p->P, table[n].values);

        csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, SOLD, id), "state"), table[n].want);
    }
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'" SOLD "','values':{'name':'x','account':'%s',"
                       "'start_date':'2020-01-02','end_date':'2020-01-01'}}", p->P);
}

static void acceptance_171_installed_products(void **state)
{
    people *p = *state;
    const char *product = sold(p, "deployed", p->P, NULL), *one = item(p, "here", p->P, NULL), *two = item(p, "there", p->P, NULL);
    const char *foreign = item(p, "elsewhere", p->X, NULL);

    as(p, "mia");
    (void)csm_tk_insert(p->tk, INSTALLED, "{'sold_product':'%s','install_base_item':'%s'}", product, one);
    (void)csm_tk_insert(p->tk, INSTALLED, "{'sold_product':'%s','install_base_item':'%s'}", product, two);
    (void)csm_tk_insert(p->tk, INSTALLED, "{'sold_product':'%s','install_base_item':'%s'}", product, foreign);
    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "record.insert", "{'table':'" INSTALLED "','values':{'sold_product':'%s',"
                       "'install_base_item':'%s'}}", product, one);
    as(p, "ann");
    assert_int_equal(csm_tk_count(p->tk, INSTALLED, "sold_product=%s", product), 3);
    assert_int_equal(csm_tk_count(p->tk, INSTALLED, "install_base_item=%s", one), 1);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'" INSTALLED "','values':{'sold_product':'%s',"
                       "'install_base_item':'%s'}}", product, one);
    as(p, "pat"); /* both ends must be his to see */
    assert_int_equal(csm_tk_count(p->tk, INSTALLED, "sold_product=%s", product), 2);
    as(p, "xena");
    assert_int_equal(csm_tk_count(p->tk, INSTALLED, "sold_product=%s", product), 0);
}

/* ---- items and their cases ---- */

static void acceptance_172_cases_of_a_tree(void **state)
{
    people *p = *state;
    const char *root = item(p, "root", p->P, NULL), *child = item(p, "child", p->P, root), *leaf = item(p, "leaf", p->P, child);
    const char *apart = item(p, "apart", p->P, NULL), *list;

    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, ITEM, leaf), "root"), root);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, ITEM, root), "root"), root);
    (void)csm_tk_insert(p->tk, CASE, "{'short_description':'on-root','install_base':'%s'}", root);
    csm_tk_advance(p->tk, 1000000);
    (void)csm_tk_insert(p->tk, CASE, "{'short_description':'on-leaf','install_base':'%s','contact':'%s'}", leaf, p->pat);
    csm_tk_advance(p->tk, 1000000);
    (void)csm_tk_insert(p->tk, CASE, "{'short_description':'on-apart','install_base':'%s'}", apart);
    list = csm_tk_insert(p->tk, CASE, "{'short_description':'touches','account':'%s'}", p->P);
    (void)csm_tk_insert(p->tk, AFFECTED, "{'task':'%s','install_base':'%s'}", list, child);
    csm_tk_assert_str(listed(p, "install_base.cases", root, "short_description"), "on-leaf on-root touches");
    csm_tk_assert_str(listed(p, "install_base.cases", child, "short_description"), "on-leaf touches");
    csm_tk_assert_str(listed(p, "install_base.cases", leaf, "short_description"), "on-leaf");
    as(p, "pat"); /* of the cases those he may read */
    csm_tk_assert_str(listed(p, "install_base.cases", root, "short_description"), "on-leaf");
    as(p, "xena");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "install_base.cases", "{'id':'%s'}", root);
    as(p, "mia");
    (void)csm_tk_update(p->tk, ITEM, child, "{'parent':'%s'}", apart);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, ITEM, leaf), "root"), apart);
    csm_tk_assert_str(listed(p, "install_base.cases", apart, "short_description"), "on-apart on-leaf touches");
    csm_tk_assert_str(listed(p, "install_base.cases", root, "short_description"), "on-root");
}

static void acceptance_173_items_at_a_location(void **state)
{
    people *p = *state;
    const char *model, *here, *there;

    as(p, NULL);
    model = csm_tk_insert(p->tk, "cmdb_model", "{'name':'Counted'}");
    here = csm_tk_insert(p->tk, "cmn_location", "{'street':'Here','account':'%s'}", p->P);
    there = csm_tk_insert(p->tk, "cmn_location", "{'street':'There','account':'%s'}", p->X);
    as(p, "mia");
    for (int n = 0; n < 5; n++)
        (void)csm_tk_insert(p->tk, ITEM, "{'name':'i','account':'%s','product':'%s','location':'%s'}", n < 3 ? p->P : p->X, model,
                            n < 3 ? here : there);
    as(p, "ann");
    assert_int_equal(csm_tk_count(p->tk, ITEM, "product=%s^location=%s", model, here), 3);
    assert_int_equal(csm_tk_count(p->tk, ITEM, "product=%s^location=%s", model, there), 2);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, ITEM, "location=%s", there), "account"), p->X);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, ITEM, "product=%s^account=%s", model, p->P), "location"), here);
    as(p, "pat");
    assert_int_equal(csm_tk_count(p->tk, ITEM, "product=%s", model), 3);
}

static void acceptance_176_an_item_out_of_use(void **state)
{
    people *p = *state;
    const char *id = item(p, "old", p->P, NULL), *kept;
    const csm_value *rec;

    kept = csm_tk_insert(p->tk, CASE, "{'short_description':'before','install_base':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'" ITEM "','id':'%s','values':{'state':'inactive'}}", id);
    as(p, "mia");
    (void)csm_tk_update(p->tk, ITEM, id, "{'state':'inactive'}");
    rec = csm_tk_get(p->tk, ITEM, id);
    assert_false(csm_tk_bool(p->tk, rec, "active"));
    assert_false(csm_tk_is_nil(p->tk, rec, "uninstall_date"));
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" CASE "','values':{'short_description':'after',"
                       "'install_base':'%s'}}", id);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "install_base");
    (void)csm_tk_update(p->tk, CASE, kept, "{'priority':2}"); /* its cases stay with it */
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.add_affected", "{'id':'%s','install_base':['%s']}", kept, id);
    as(p, "mia");
    (void)people_do(p, "install_base.restore", id);
    rec = csm_tk_get(p->tk, ITEM, id);
    assert_true(csm_tk_bool(p->tk, rec, "active"));
    assert_true(csm_tk_is_nil(p->tk, rec, "uninstall_date"));
}

static void acceptance_177_items_behind_a_ci(void **state)
{
    people *p = *state;
    const char *ci, *other, *mine = item(p, "mine", p->P, NULL), *child = item(p, "childs", p->S1, NULL);
    const char *foreign = item(p, "foreign", p->X, NULL), *gone = item(p, "gone", p->P, NULL), *id;
    const char *const behind[] = { mine, child, foreign, gone };

    as(p, NULL);
    ci = csm_tk_insert(p->tk, "cmdb_ci", "{'name':'switch','owned_by':'%s'}", p->tim);
    other = csm_tk_insert(p->tk, "cmdb_ci", "{'name':'router'}");
    as(p, "mia");
    for (size_t n = 0; n < sizeof(behind) / sizeof(behind[0]); n++)
        (void)csm_tk_update(p->tk, ITEM, behind[n], "{'configuration_item':'%s'}", ci);
    (void)people_do(p, "install_base.retire", gone);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, ITEM, mine), "owned_by"), p->tim);
    as(p, "ann");
    id = people_case(p, "switch is down");
    assert_int_equal(csm_tk_ok(p->tk, "case.affected_candidates", "{'id':'%s'}", id)->count, 0);
    (void)csm_tk_update(p->tk, CASE, id, "{'cmdb_ci':'%s'}", ci);
    csm_tk_assert_str(listed(p, "case.affected_candidates", id, "name"), "childs mine");
    (void)csm_tk_ok(p->tk, "case.add_affected", "{'id':'%s','install_base':['%s']}", id, mine);
    csm_tk_assert_str(listed(p, "case.affected_candidates", id, "name"), "childs");
    (void)csm_tk_update(p->tk, CASE, id, "{'cmdb_ci':'%s'}", other);
    assert_int_equal(csm_tk_ok(p->tk, "case.affected_candidates", "{'id':'%s'}", id)->count, 0);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.affected_candidates", "{'id':'%s'}", id);
    as(p, "ann"); /* the other way round a case takes it from its item */
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'no link','install_base':'%s'}", child);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "cmdb_ci"), ci);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "account"), p->S1);
}

static void acceptance_178_affected_items(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "touches three"), *one = item(p, "one", p->P, NULL), *two = item(p, "two", p->P, NULL);
    const char *three = item(p, "three", p->P, NULL), *foreign = item(p, "not his", p->X, NULL), *row;

    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "case.add_affected", "{'id':'%s','install_base':['%s','%s','%s']}", id, one, two, one);
    assert_int_equal(csm_tk_count(p->tk, AFFECTED, "task=%s", id), 0);
    assert_int_equal(csm_tk_ok(p->tk, "case.add_affected", "{'id':'%s','install_base':['%s','%s','%s']}", id, one, two, three)->count, 3);
    assert_int_equal(csm_tk_count(p->tk, AFFECTED, "task=%s", id), 3);
    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "record.insert", "{'table':'" AFFECTED "','values':{'task':'%s','install_base':'%s'}}",
                       id, two);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.add_affected", "{'id':'%s','install_base':['%s']}", id, foreign);
    row = csm_tk_str(p->tk, csm_tk_first(p->tk, AFFECTED, "task=%s^install_base=%s", id, three), "sys_id");
    as(p, "pat"); /* sees them, adds none */
    assert_true(csm_tk_sees(p->tk, AFFECTED, row));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.add_affected", "{'id':'%s','install_base':['%s']}", id, one);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'" AFFECTED "','id':'%s'}", row);
    as(p, "xena");
    csm_tk_hidden(p->tk, AFFECTED, row);
    as(p, "cora"); /* cases of accounts are not hers */
    csm_tk_hidden(p->tk, AFFECTED, row);
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'" AFFECTED "','id':'%s'}", row);
    assert_int_equal(csm_tk_count(p->tk, AFFECTED, "task=%s", id), 2);
}

static void acceptance_395_replacing(void **state)
{
    people *p = *state;
    const char *top = item(p, "rack", p->P, NULL), *below = item(p, "blade", p->P, top), *tv = sold(p, "service", p->P, NULL), *ci, *id;
    const char *place, *party, *new;
    const csm_value *rec;

    as(p, NULL);
    ci = csm_tk_insert(p->tk, "cmdb_ci", "{'name':'new rack'}");
    place = csm_tk_insert(p->tk, "cmn_location", "{'street':'Rack room','account':'%s'}", p->P);
    as(p, "mia");
    (void)csm_tk_update(p->tk, ITEM, top, "{'location':'%s'}", place);
    (void)csm_tk_insert(p->tk, INSTALLED, "{'sold_product':'%s','install_base_item':'%s'}", tv, top);
    party = csm_tk_insert(p->tk, ITEM_PARTY, "{'install_base_item':'%s','type':'%s','account':'%s'}", top,
                          type_of(p, "Authorized Account", "install_base"), p->C);
    as(p, "ann");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'smoke','install_base':'%s'}", top);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "install_base.replace", "{'id':'%s'}", top);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "install_base.replace", "{'id':'%s'}", top);
    as(p, "mia");
    new = csm_tk_str(p->tk, csm_tk_ok(p->tk, "install_base.replace", "{'id':'%s','name':'rack two','configuration_item':'%s'}", top,
                                      ci), "sys_id");
    rec = csm_tk_get(p->tk, ITEM, new);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "status"), "replacement");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "location"), place);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "account"), p->P);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, ITEM, below), "root"), new);
    assert_int_equal(csm_tk_count(p->tk, INSTALLED, "install_base_item=%s^sold_product=%s", new, tv), 1);
    assert_int_equal(csm_tk_count(p->tk, INSTALLED, "install_base_item=%s", top), 0);
    rec = csm_tk_get(p->tk, ITEM, top);
    assert_false(csm_tk_bool(p->tk, rec, "active"));
    assert_false(csm_tk_is_nil(p->tk, rec, "uninstall_date"));
    csm_tk_assert_str(listed(p, "install_base.cases", top, "short_description"), "smoke");
    csm_tk_assert_str(people_list(p, ITEM, "active=true^nameSTARTSWITHrack^locationISNOTEMPTY^ORDERBYinstall_date", "name"),
                      "rack two"); /* what is to be maintained */
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "install_base.replace", "{'id':'%s'}", top);
    csm_tk_hidden(p->tk, ITEM_PARTY, party);
    as(p, "carl"); /* named by his account on the old one, and so on the new one */
    assert_true(csm_tk_sees(p->tk, ITEM, new));
    as(p, "ann");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'new smoke','install_base':'%s'}", new);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "cmdb_ci"), ci);
    csm_tk_assert_str(people_list(p, CASE, "short_descriptionLIKEsmoke^cmdb_ciISNOTEMPTY", "short_description"), "new smoke");
}

/* ---- cases ---- */

static void a_characteristic_is_one_thing(void **state)
{
    static const char *const bad[] = { "", ",'value':'9','characteristic_option':'large'" };
    static const char *const good[] = { ",'value':'9'", ",'characteristic_option':'large'" };
    people *p = *state;
    const char *id = item(p, "with characteristics", p->P, NULL);

    as(p, "mia");
    for (size_t n = 0; n < 2; n++) {
        (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" CHARACTERISTIC "','values':{'item':'%s',"
                           "'characteristic':'size'%s}}", id, bad[n]);
        (void)csm_tk_insert(p->tk, CHARACTERISTIC, "{'item':'%s','characteristic':'size'%s}", id, good[n]);
    }
}

static void a_case_is_about_its_customers_things(void **state)
{
    people *p = *state;
    const char *product = sold(p, "his", p->S1, NULL), *foreign = sold(p, "foreign", p->X, NULL);
    const char *thing = item(p, "thing", p->P, NULL), *id;

    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" CASE "','values':{'short_description':'x',"
                       "'account':'%s','sold_product':'%s'}}", p->P, foreign);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "sold_product");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'of the child','account':'%s','sold_product':'%s'}", p->P, product);
    (void)csm_tk_update(p->tk, CASE, id, "{'install_base':'%s'}", thing);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "install_base_root"), thing);
    (void)csm_tk_update(p->tk, CASE, id, "{'account':'%s','sold_product':'%s'}", p->X, foreign); /* what is named anew stays */
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "sold_product"), foreign);
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "install_base"));
    (void)csm_tk_update(p->tk, CASE, id, "{'account':'%s','sold_product':'%s','install_base':'%s'}", p->P, product, thing);
    (void)csm_tk_update(p->tk, CASE, id, "{'account':'%s'}", p->X); /* what was the former customer's goes */
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "sold_product"));
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "install_base"));
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "install_base_root"));
    as(p, "pat"); /* says on the portal what it is about, of what he sees */
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'mine','install_base':'%s'}", thing);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "install_base"), thing);
    assert_false(csm_tk_has(csm_tk_get(p->tk, CASE, id), "install_base_root"));
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'" CASE "','values':{'short_description':'not mine',"
                       "'sold_product':'%s'}}", foreign);
}

static void demo_rows(void **state)
{
    csm_tk *tk = csm_tk_start("install_base", CSM_TK_DEMO);

    (void)state;
    csm_tk_as(tk, "bea");
    assert_int_equal(csm_tk_rows(tk, SOLD, "ORDERBYname")->count, 1);
    assert_int_equal(csm_tk_rows(tk, ITEM, "ORDERBYname")->count, 2);
    csm_tk_as(tk, "kim");
    assert_int_equal(csm_tk_rows(tk, SOLD, "ORDERBYname")->count, 3);
    csm_tk_stop(tk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_169_who_has_a_product),
        people_test(acceptance_170_tree_of_a_product),
        people_test(states_follow_the_dates),
        people_test(acceptance_171_installed_products),
        people_test(acceptance_172_cases_of_a_tree),
        people_test(acceptance_173_items_at_a_location),
        people_test(acceptance_176_an_item_out_of_use),
        people_test(acceptance_177_items_behind_a_ci),
        people_test(acceptance_178_affected_items),
        people_test(acceptance_395_replacing),
        people_test(a_characteristic_is_one_thing),
        people_test(a_case_is_about_its_customers_things),
        people_test(demo_rows),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
