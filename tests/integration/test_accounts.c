/* Acceptance of accounts: making them, codes and paths, customer and partner, related lists, deleting (items 24 to 33, 51, 52). */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>

#define ACCOUNT "customer_account"
#define CASE "sn_customerservice_case"

static const char *text_of(people *p, const char *id, const char *field)
{
    return csm_tk_str(p->tk, csm_tk_get(p->tk, ACCOUNT, id), field);
}

static const char *below(people *p, const char *name, const char *parent)
{
    as(p, "mia");
    return csm_tk_insert(p->tk, ACCOUNT, "{'name':'%s','account_parent':%s%s%s}", name, parent != NULL ? "'" : "",
                         parent != NULL ? parent : "null", parent != NULL ? "'" : "");
}

static void acceptance_024_a_manager_makes_an_account(void **state)
{
    people *p = *state;
    const csm_value *rec;
    const char *id;

    as(p, "mia");
    id = csm_tk_insert(p->tk, ACCOUNT, "{'name':'Fresh'}");
    rec = csm_tk_get(p->tk, ACCOUNT, id);
    assert_int_equal(strncmp(csm_tk_str(p->tk, rec, "number"), "ACCT", 4), 0);
    assert_true(csm_tk_bool(p->tk, rec, "customer"));
    assert_true(strlen(csm_tk_str(p->tk, rec, "account_code")) >= 5);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "account_path"), csm_tk_str(p->tk, rec, "account_code"));
    assert_int_equal(csm_tk_count(p->tk, ACCOUNT, "account_code=%s", csm_tk_str(p->tk, rec, "account_code")), 1);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "core_company", id), "name"), "Fresh");
    assert_int_equal(csm_tk_count(p->tk, "core_company", "sys_id=%s", id), 1);
}

static void acceptance_025_admin_may_agent_may_not(void **state)
{
    people *p = *state;
    const char *const others[] = { "ann", "cora", "tim", "ivy", "vera", "dora", "quest", "joe" };

    as(p, "adam");
    (void)csm_tk_insert(p->tk, ACCOUNT, "{'name':'By admin'}");
    for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++) {
        as(p, others[n]);
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'%s','values':{'name':'Mine'}}", ACCOUNT);
    }
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'phone':'1'}}", ACCOUNT, p->P);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'%s','id':'%s'}", ACCOUNT, p->X);
}

static void acceptance_026_what_an_account_tells(void **state)
{
    people *p = *state;
    const csm_value *rec;

    as(p, "mia");
    (void)csm_tk_update(p->tk, ACCOUNT, p->S2, "{'phone':'+1 555','website':'https://s2.example','street':'Main 1',"
                        "'city':'Town','notes':'pays late','rank_tier':'valued'}");
    as(p, "ann");
    rec = csm_tk_get(p->tk, ACCOUNT, p->S2);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "name"), "Account S2");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "phone"), "+1 555");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "website"), "https://s2.example");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "street"), "Main 1");
    assert_true(csm_tk_has(rec, "number") && csm_tk_has(rec, "primary_contact"));
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "notes"), "pays late");
}

static void acceptance_026_wrong_side(void **state)
{
    people *p = *state;

    as(p, "cora"); /* consumer agents do not read accounts */
    csm_tk_hidden(p->tk, ACCOUNT, p->S2);
    as(p, "carl");
    csm_tk_hidden(p->tk, ACCOUNT, p->S2);
    csm_tk_hidden(p->tk, "core_company", p->S2);
    as(p, "joe");
    csm_tk_hidden(p->tk, ACCOUNT, p->S2);
}

static void acceptance_027_related_lists(void **state)
{
    people *p = *state;
    struct {
        const char *table, *values, *model;
    } lists[] = {
        { CASE, "'short_description':'of a list'", "" },
        { "customer_contact", "'first_name':'Of','last_name':'List'", "" },
        { "alm_asset", "'asset_tag':'A-1','model':", NULL },
        { "ast_contract", "'starts':'2026-01-01'", "" },
        { "service_entitlement", "'name':'of a list'", "" },
    };
    const char *one, *two;
    char values[128];

    as(p, "adam");
    (void)snprintf(values, sizeof(values), "'%s'", csm_tk_insert(p->tk, "cmdb_model", "{'name':'Router'}"));
    lists[2].model = csm_tk_keep_text(p->tk, csm_str_of(values));
    one = below(p, "List one", NULL);
    two = below(p, "List two", NULL);
    for (size_t n = 0; n < sizeof(lists) / sizeof(lists[0]); n++) {
        const char *mine, *others;

        as(p, "adam");
        mine = csm_tk_insert(p->tk, lists[n].table, "{'account':'%s',%s%s}", one, lists[n].values, lists[n].model);
        others = csm_tk_insert(p->tk, lists[n].table, "{'account':'%s',%s%s}", two, lists[n].values, lists[n].model);
        as(p, "ann");
        assert_int_equal(csm_tk_count(p->tk, lists[n].table, "account=%s", one), 1);
        assert_true(csm_tk_sees(p->tk, lists[n].table, others));
        (void)snprintf(values, sizeof(values), "account=%s", one);
        csm_tk_assert_str(people_list(p, lists[n].table, values, "sys_id"), mine);
    }
    (void)snprintf(values, sizeof(values), "from_company=%s", p->Q);
    csm_tk_assert_str(people_list(p, "account_relationship", values, "to_company"), p->C);
    (void)snprintf(values, sizeof(values), "from_company=%s", p->C);
    csm_tk_assert_str(people_list(p, "account_relationship", values, "to_company"), p->Q);
}

static void acceptance_027_wrong_side(void **state)
{
    people *p = *state;
    const char *const tables[] = { CASE, "customer_contact", "alm_asset", "ast_contract", "service_entitlement",
                                   "account_relationship" };

    as(p, "xena");
    for (size_t n = 0; n < sizeof(tables) / sizeof(tables[0]); n++) {
        const csm_value *out;

        const char *field = n == 5 ? "from_company" : "account";

        if (csm_tk_call(p->tk, &out, "record.query", "{'table':'%s','query':'%s!=%s'}", tables[n], field, p->X) == CSM_OK)
            assert_int_equal(csm_tk_at(p->tk, out, "rows")->count, 0);
        else
            csm_tk_assert_str(csm_tk_error_field(p->tk), field);
    }
}

static void acceptance_028_customer_and_partner(void **state)
{
    people *p = *state;
    const char *id;

    as(p, "mia");
    id = csm_tk_insert(p->tk, ACCOUNT, "{'name':'Both','partner':true,'customer':false}");
    assert_false(csm_tk_bool(p->tk, csm_tk_get(p->tk, ACCOUNT, id), "customer"));
    assert_true(people_has(p, ACCOUNT, "partner=true", id));
    assert_false(people_has(p, ACCOUNT, "customer=true", id));
    (void)csm_tk_update(p->tk, ACCOUNT, id, "{'customer':true}");
    assert_true(people_has(p, ACCOUNT, "partner=true", id));
    assert_true(people_has(p, ACCOUNT, "customer=true", id));
    id = csm_tk_insert(p->tk, ACCOUNT, "{'name':'From the partner list','partner':true}");
    assert_true(csm_tk_bool(p->tk, csm_tk_get(p->tk, ACCOUNT, id), "partner"));
}

static void acceptance_029_neither_is_refused(void **state)
{
    people *p = *state;
    const char *id;

    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert",
                       "{'table':'%s','values':{'name':'Neither','customer':false,'partner':false}}", ACCOUNT);
    id = csm_tk_insert(p->tk, ACCOUNT, "{'name':'Customer'}");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'customer':false}}", ACCOUNT,
                       id);
    assert_true(csm_tk_bool(p->tk, csm_tk_get(p->tk, ACCOUNT, id), "customer"));
    assert_int_equal(csm_tk_count(p->tk, ACCOUNT, "name=Neither"), 0);
}

static void acceptance_030_paths(void **state)
{
    people *p = *state;
    char want[128];

    as(p, "ann");
    (void)snprintf(want, sizeof(want), "%s/%s", text_of(p, p->P, "account_path"), text_of(p, p->S1, "account_code"));
    csm_tk_assert_str(text_of(p, p->S1, "account_path"), want);
    (void)snprintf(want, sizeof(want), "%s/%s", text_of(p, p->S1, "account_path"), text_of(p, p->S1a, "account_code"));
    csm_tk_assert_str(text_of(p, p->S1a, "account_path"), want);
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, ACCOUNT, p->P), "account_parent"));
    assert_true(people_has(p, ACCOUNT, "account_parentISEMPTY", p->P));
    assert_false(people_has(p, ACCOUNT, "account_parentISEMPTY", p->S1));
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'account_path':'x'}}", ACCOUNT,
                       p->S1);
}

static void acceptance_031_no_cycle(void **state)
{
    people *p = *state;
    const char *a = below(p, "Cycle A", NULL), *b = below(p, "Cycle B", a), *c = below(p, "Cycle C", b);
    const char *const cycles[] = { c, b, a };

    for (size_t n = 0; n < 3; n++)
        (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'%s','id':'%s','values':{'account_parent':'%s'}}",
                           ACCOUNT, a, cycles[n]);
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, ACCOUNT, a), "account_parent"));
    assert_non_null(strstr(text_of(p, c, "account_path"), text_of(p, a, "account_code")));
}

static void acceptance_032_moving_a_subtree(void **state)
{
    people *p = *state;
    const char *a = below(p, "Move A", NULL), *d = below(p, "Move D", NULL), *b = below(p, "Move B", a);
    const char *kids[6];
    size_t len;

    kids[0] = b;
    for (size_t n = 1; n < 6; n++)
        kids[n] = below(p, "Move kid", kids[n / 2]);
    as(p, "mia");
    (void)csm_tk_update(p->tk, ACCOUNT, b, "{'account_parent':'%s'}", d);
    len = strlen(text_of(p, d, "account_path"));
    for (size_t n = 0; n < 6; n++) {
        const char *path = text_of(p, kids[n], "account_path");

        assert_int_equal(strncmp(path, text_of(p, d, "account_path"), len), 0);
        assert_int_equal(path[len], '/');
        assert_null(strstr(path, text_of(p, a, "account_code")));
    }
    assert_int_equal(csm_tk_count(p->tk, ACCOUNT, "account_pathSTARTSWITH%s/", text_of(p, d, "account_path")), 6);
    assert_int_equal(csm_tk_count(p->tk, ACCOUNT, "account_pathSTARTSWITH%s/", text_of(p, a, "account_path")), 0);
}

static void acceptance_033_codes_in_use(void **state)
{
    people *p = *state;
    const char *used, *id;

    as(p, NULL);
    used = text_of(p, p->P, "account_code");
    people_set_property(p, "com.snc.cs_base.last.generated.code.tree.path", used); /* the generator steps back */
    id = csm_tk_insert(p->tk, ACCOUNT, "{'name':'Next free'}");
    assert_int_equal(csm_tk_count(p->tk, ACCOUNT, "account_code=%s", text_of(p, id, "account_code")), 1);
    assert_string_not_equal(text_of(p, id, "account_code"), used);
    id = csm_tk_insert(p->tk, ACCOUNT, "{'name':'The one after'}");
    assert_int_equal(csm_tk_count(p->tk, ACCOUNT, "account_code=%s", text_of(p, id, "account_code")), 1);
}

static void acceptance_051_an_account_in_use_stays(void **state)
{
    people *p = *state;
    const char *id, *unused;

    as(p, "adam");
    id = csm_tk_insert(p->tk, ACCOUNT, "{'name':'With a case'}");
    (void)csm_tk_insert(p->tk, CASE, "{'short_description':'open','account':'%s'}", id);
    unused = csm_tk_insert(p->tk, ACCOUNT, "{'name':'Unused'}");
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.delete", "{'table':'%s','id':'%s'}", ACCOUNT, id);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.delete", "{'table':'%s','id':'%s'}", ACCOUNT, p->P);  /* children */
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.delete", "{'table':'%s','id':'%s'}", ACCOUNT, p->X);  /* a contact */
    (void)csm_tk_get(p->tk, ACCOUNT, id);
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", ACCOUNT, unused);
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.get", "{'table':'%s','id':'%s'}", ACCOUNT, unused);
}

static void acceptance_052_an_inactive_account(void **state)
{
    people *p = *state;
    const char *account, *old;

    as(p, "adam");
    account = csm_tk_insert(p->tk, ACCOUNT, "{'name':'Leaving'}");
    (void)csm_tk_insert(p->tk, "customer_contact", "{'first_name':'Lea','last_name':'L','user_name':'lea','account':'%s'}",
                        account);
    as(p, "lea");
    old = csm_tk_insert(p->tk, CASE, "{'short_description':'before'}");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, old), "account"), account);
    as(p, "mia");
    (void)csm_tk_update(p->tk, ACCOUNT, account, "{'active':false}");
    as(p, "lea");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'%s','values':{'short_description':'after'}}", CASE);
    assert_true(csm_tk_sees(p->tk, CASE, old));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_024_a_manager_makes_an_account),
        people_test(acceptance_025_admin_may_agent_may_not),
        people_test(acceptance_026_what_an_account_tells),
        people_test(acceptance_026_wrong_side),
        people_test(acceptance_027_related_lists),
        people_test(acceptance_027_wrong_side),
        people_test(acceptance_028_customer_and_partner),
        people_test(acceptance_029_neither_is_refused),
        people_test(acceptance_030_paths),
        people_test(acceptance_031_no_cycle),
        people_test(acceptance_032_moving_a_subtree),
        people_test(acceptance_033_codes_in_use),
        people_test(acceptance_051_an_account_in_use_stays),
        people_test(acceptance_052_an_inactive_account),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
