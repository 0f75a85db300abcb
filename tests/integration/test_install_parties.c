/* Acceptance of who sees products sold and items installed: their customers and those named on them (items 131 to 133). */
#include "installed.h"

#define SOLD_PARTY "sn_install_base_sold_product_related_party"

/* ---- access of customers ---- */

static void who_sees_a_product(void **state)
{
    static const struct {
        const char *who;
        bool own, child, served, foreign, consumers;
    } table[] = {
        { "ann", true, true, true, true, true },      { "cora", true, true, true, true, true },
        { "ivy", false, false, false, false, false }, { "tim", false, false, false, false, false },
        { "pat", true, false, false, false, false },  { "sam", false, true, false, false, false },
        { "cass", true, true, false, false, false },  { "dora", true, true, false, false, false },
        { "quin", false, false, true, false, false }, { "quest", false, false, true, false, false },
        { "carl", false, false, true, false, false }, { "xena", false, false, false, true, false },
        { "joe", false, false, false, false, true },  { "jane", false, false, false, false, false },
    };
    static const char *const tables[] = { SOLD, ITEM };
    people *p = *state;

    for (size_t t = 0; t < 2; t++) {
        const char *own = make(p, tables[t], "own", "account", p->P, NULL);
        const char *child = make(p, tables[t], "child", "account", p->S1, NULL);
        const char *served = make(p, tables[t], "served", "account", p->C, NULL);
        const char *foreign = make(p, tables[t], "foreign", "account", p->X, NULL);
        const char *consumers = make(p, tables[t], "of joe", "consumer", p->joe, NULL);

        for (size_t n = 0; n < sizeof(table) / sizeof(table[0]); n++) {
            as(p, table[n].who);
            if (csm_tk_sees(p->tk, tables[t], own) != table[n].own || csm_tk_sees(p->tk, tables[t], child) != table[n].child ||
                csm_tk_sees(p->tk, tables[t], served) != table[n].served ||
                csm_tk_sees(p->tk, tables[t], foreign) != table[n].foreign ||
                csm_tk_sees(p->tk, tables[t], consumers) != table[n].consumers)
                fail_msg("%s sees too much or too little of %s", table[n].who, tables[t]);
            if (table[n].own)
                (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'name':'mine'}}",
                                   tables[t], own);
        }
        as(p, "pat");
        assert_false(csm_tk_has(csm_tk_get(p->tk, tables[t], own), "path"));
        assert_true(csm_tk_has(csm_tk_get(p->tk, tables[t], own), "state"));
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'%s','values':{'name':'n','account':'%s'}}", tables[t],
                           p->P);
        as(p, "mia");
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'%s','id':'%s'}", tables[t], own);
    }
}

static void the_head_of_a_household(void **state)
{
    people *p = *state;
    const char *house, *home;

    as(p, "mia");
    house = csm_tk_insert(p->tk, "csm_household", "{'name':'Consumers','head_of_household':'%s'}", p->joe);
    (void)csm_tk_insert(p->tk, "csm_household_member", "{'household':'%s','consumer':'%s'}", house, p->jane);
    home = make(p, SOLD, "at home", "household", house, NULL);
    as(p, "joe");
    assert_true(csm_tk_sees(p->tk, SOLD, home));
    as(p, "jane"); /* lives there, is not the head */
    csm_tk_hidden(p->tk, SOLD, home);
    as(p, "pat");
    csm_tk_hidden(p->tk, SOLD, home);
}

/* ---- parties ---- */

static void acceptance_131_authorized_contact(void **state)
{
    people *p = *state;
    const char *top = sold(p, "suite", p->P, NULL), *below = sold(p, "module", p->P, top), *other = sold(p, "other", p->P, NULL);
    const char *root = item(p, "rack", p->P, NULL), *deep = item(p, "blade", p->P, root), *party, *seen, *unseen, *of_item;

    as(p, "ann");
    seen = csm_tk_insert(p->tk, CASE, "{'short_description':'module fails','sold_product':'%s'}", below);
    unseen = csm_tk_insert(p->tk, CASE, "{'short_description':'other fails','sold_product':'%s'}", other);
    of_item = csm_tk_insert(p->tk, CASE, "{'short_description':'blade fails','install_base':'%s'}", deep);
    party = csm_tk_insert(p->tk, SOLD_PARTY, "{'sold_product':'%s','type':'%s','contact':'%s'}", top,
                          type_of(p, "Authorized Contact", "sold_product"), p->xena);
    as(p, "xena"); /* named, but without the role */
    csm_tk_hidden(p->tk, SOLD, top);
    csm_tk_hidden(p->tk, CASE, seen);
    as(p, NULL);
    csm_tk_grant(p->tk, p->xena, "sn_install_base.sold_product_authorized_contact,sn_install_base.install_base_authorized_contact");
    as(p, "xena");
    csm_tk_assert_str(people_list(p, SOLD, "nameINsuite,module,other^ORDERBYname", "name"), "module suite");
    assert_true(csm_tk_sees(p->tk, CASE, seen));
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, seen), "sold_product"), below);
    csm_tk_assert_str(listed(p, "sold_product.cases", top, "short_description"), "module fails");
    (void)csm_tk_update(p->tk, CASE, seen, "{'comments':'any news?'}");
    csm_tk_hidden(p->tk, CASE, unseen);
    csm_tk_hidden(p->tk, CASE, of_item);
    csm_tk_hidden(p->tk, ITEM, root);

    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" ITEM_PARTY "','values':{'install_base_item':'%s',"
                       "'type':'%s','contact':'%s'}}", deep, type_of(p, "Authorized Contact", "install_base"), p->xena);
    (void)csm_tk_insert(p->tk, ITEM_PARTY, "{'install_base_item':'%s','type':'%s','contact':'%s'}", root,
                        type_of(p, "Authorized Contact", "install_base"), p->xena);
    as(p, "xena");
    csm_tk_assert_str(people_list(p, ITEM, "nameINrack,blade^ORDERBYname", "name"), "blade rack");
    assert_true(csm_tk_sees(p->tk, CASE, of_item));
    csm_tk_assert_str(listed(p, "install_base.cases", root, "short_description"), "blade fails");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'" SOLD_PARTY "','values':{'sold_product':'%s','type':'%s',"
                       "'contact':'%s'}}", top, type_of(p, "Authorized Contact", "sold_product"), p->pat);

    as(p, "mia"); /* who is named on a tree would be lost with its top */
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'" ITEM "','id':'%s','values':{'parent':'%s'}}", root,
                       item(p, "house", p->P, NULL));
    as(p, "ann"); /* the access ends with the responsibility */
    (void)csm_tk_update(p->tk, SOLD_PARTY, party, "{'responsibility':null}");
    as(p, "xena");
    csm_tk_hidden(p->tk, SOLD, below);
    csm_tk_hidden(p->tk, CASE, seen);
}

static void acceptance_132_authorized_account(void **state)
{
    people *p = *state;
    const char *top = sold(p, "shared", p->P, NULL), *party;

    as(p, "ann");
    party = csm_tk_insert(p->tk, SOLD_PARTY, "{'sold_product':'%s','type':'%s','account':'%s'}", top,
                          type_of(p, "Authorized Account", "sold_product"), p->C);
    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "record.insert", "{'table':'" SOLD_PARTY "','values':{'sold_product':'%s','type':'%s',"
                       "'account':'%s'}}", top, type_of(p, "Authorized Account", "sold_product"), p->C);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" SOLD_PARTY "','values':{'sold_product':'%s',"
                       "'type':'%s','account':'%s'}}", top, type_of(p, "Authorized Contact", "sold_product"), p->X);
    (void)csm_tk_insert(p->tk, SOLD_PARTY, "{'sold_product':'%s','type':'%s','account':'%s'}", top,
                        type_of(p, "Listed Account", "sold_product"), p->X);
    as(p, "carl");
    assert_true(csm_tk_sees(p->tk, SOLD, top));
    assert_true(csm_tk_sees(p->tk, SOLD_PARTY, party));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'" SOLD_PARTY "','id':'%s','values':{'order':1}}", party);
    as(p, "xena"); /* of an account that is only listed */
    csm_tk_hidden(p->tk, SOLD, top);
    csm_tk_hidden(p->tk, SOLD_PARTY, party);
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'" SOLD_PARTY "','id':'%s'}", party);
    as(p, "adam");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'" SOLD_PARTY "','id':'%s'}", party);
    as(p, "carl");
    csm_tk_hidden(p->tk, SOLD, top);
}

static void acceptance_133_restricted_account(void **state)
{
    people *p = *state;
    const char *named = sold(p, "named", p->S2, NULL), *plain = sold(p, "plain", p->S2, NULL), *access, *sara;

    as(p, NULL);
    sara = csm_tk_insert(p->tk, "customer_contact", "{'user_name':'sara','first_name':'Sara','last_name':'Contact','account':'%s'}",
                         p->S2);
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'" SOLD "','id':'%s','values':{'contact':'%s'}}", named,
                       p->xena);
    (void)csm_tk_update(p->tk, SOLD, named, "{'contact':'%s'}", sara);
    as(p, "sara");
    csm_tk_assert_str(people_list(p, SOLD, "ORDERBYname", "name"), "named plain");
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'sn_csm_account_access','values':{'account':'%s'}}", p->S2);
    as(p, "mia");
    access = csm_tk_insert(p->tk, "sn_csm_account_access", "{'account':'%s','restrict_contact_access':true}", p->S2);
    as(p, "sara");
    csm_tk_assert_str(people_list(p, SOLD, "ORDERBYname", "name"), "named");
    csm_tk_hidden(p->tk, SOLD, plain);
    csm_tk_hidden(p->tk, "sn_csm_account_access", access);
    as(p, "mia"); /* so for contacts of others who are tied to the account */
    (void)csm_tk_insert(p->tk, "sn_customerservice_contact_relationship", "{'company':'%s','contact':'%s','responsibility':'%s'}",
                        p->S2, p->sam, people_shipped(p, "sn_customerservice_responsibility_def", "Asset Contact"));
    as(p, "sam");
    assert_true(csm_tk_sees(p->tk, "customer_account", p->S2));
    csm_tk_hidden(p->tk, SOLD, plain);
    as(p, "dora"); /* administers the account from above */
    assert_true(csm_tk_sees(p->tk, SOLD, plain));
    as(p, "mia");
    (void)csm_tk_update(p->tk, "sn_csm_account_access", access, "{'restrict_contact_access':false}");
    as(p, "sara");
    assert_true(csm_tk_sees(p->tk, SOLD, plain));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(who_sees_a_product),
        people_test(the_head_of_a_household),
        people_test(acceptance_131_authorized_contact),
        people_test(acceptance_132_authorized_account),
        people_test(acceptance_133_restricted_account),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
