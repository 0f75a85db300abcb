/* Contracts and entitlements: what they must be, and that customers see the active ones only. */
#include <csm/test.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static csm_tk *tk;
static const char *shark, *bilbao, *lea;

static int setup(void **state)
{
    (void)state;
    tk = csm_tk_start("customer_service", CSM_TK_DEMO);
    csm_tk_as(tk, NULL);
    shark = csm_tk_str(tk, csm_tk_first(tk, "customer_account", "name=Shark Hotels"), "sys_id");
    bilbao = csm_tk_str(tk, csm_tk_first(tk, "customer_account", "name=Shark Bilbao Harbour"), "sys_id");
    lea = csm_tk_str(tk, csm_tk_first(tk, "csm_consumer", "first_name=Lea"), "sys_id");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    csm_tk_stop(tk);
    return 0;
}

static void refusals(void **state)
{
    static const struct { const char *table, *values, *field; csm_status want; bool both; } rows[] = {
        { "ast_contract", "'starts':'2026-01-01'", "account", CSM_E_REJECTED, true },
        { "ast_contract", "'starts':'2026-02-01','ends':'2026-01-01'", "ends", CSM_E_INVALID, false },
        { "ast_contract", "'renewable':true", "starts", CSM_E_INVALID, false },
        { "service_entitlement", "'name':'x','channel':'web,pigeon'", "channel", CSM_E_INVALID, false },
        { "service_entitlement", "'name':'x','per_unit':true", "total_units", CSM_E_INVALID, false },
        { "service_entitlement", "'name':'x'", "account", CSM_E_REJECTED, true },
    };

    (void)state;
    csm_tk_as(tk, "mia.manager");
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        (void)csm_tk_fails(tk, rows[n].want, "record.insert", "{'table':'%s','values':{'account':'%s',%s%s%s%s}}",
                           rows[n].table, shark, rows[n].values, rows[n].both ? ",'consumer':'" : "", rows[n].both ? lea : "",
                           rows[n].both ? "'" : "");
        csm_tk_assert_str(csm_tk_error_field(tk), rows[n].field);
    }
}

static void a_line_is_within_its_contract(void **state)
{
    const char *contract, *line;

    (void)state;
    csm_tk_as(tk, "mia.manager");
    contract = csm_tk_insert(tk, "sn_pss_core_service_contract",
                             "{'account':'%s','starts':'2020-01-01','ends':'2999-12-31','state':'active'}", bilbao);
    (void)csm_tk_fails(tk, CSM_E_REJECTED, "record.insert", "{'table':'sn_pss_core_service_contract_line',"
                       "'values':{'contract':'%s','starts':'2019-12-31'}}", contract);
    (void)csm_tk_fails(tk, CSM_E_REJECTED, "record.insert", "{'table':'sn_pss_core_service_contract_line',"
                       "'values':{'contract':'%s','ends':'3000-01-01'}}", contract);
    line = csm_tk_insert(tk, "sn_pss_core_service_contract_line", "{'contract':'%s','state':'active'}", contract);
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "sn_pss_core_service_contract_line", line), "account"), bilbao);
    (void)csm_tk_update(tk, "sn_pss_core_service_contract", contract, "{'account':'%s'}", shark);
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "sn_pss_core_service_contract_line", line), "account"), shark);
}

static void customers_see_active_ones_of_their_scope(void **state)
{
    const char *draft, *active, *entitlement;

    (void)state;
    csm_tk_as(tk, "mia.manager");
    draft = csm_tk_insert(tk, "ast_contract", "{'account':'%s','starts':'2026-01-01'}", bilbao);
    active = csm_tk_insert(tk, "ast_contract", "{'account':'%s','starts':'2026-01-01','state':'active',"
                           "'cost':{'amount':'9','currency':'EUR'}}", bilbao);
    entitlement = csm_tk_insert(tk, "service_entitlement", "{'name':'Phone','account':'%s','per_unit':true,'total_units':'5'}",
                                bilbao);
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "service_entitlement", entitlement), "remaining_units"), "5");
    csm_tk_as(tk, "bea");
    assert_false(csm_tk_sees(tk, "ast_contract", draft));
    assert_true(csm_tk_sees(tk, "ast_contract", active));
    assert_false(csm_tk_has(csm_tk_get(tk, "ast_contract", active), "cost"));
    assert_true(csm_tk_sees(tk, "service_entitlement", entitlement));
    csm_tk_as(tk, "kim"); /* administrator of the account above */
    assert_true(csm_tk_sees(tk, "ast_contract", active));
    csm_tk_as(tk, "sol");
    assert_false(csm_tk_sees(tk, "ast_contract", active));
    assert_false(csm_tk_sees(tk, "service_entitlement", entitlement));
    csm_tk_as(tk, "ann.agent");
    assert_true(csm_tk_sees(tk, "ast_contract", draft));
    (void)csm_tk_fails(tk, CSM_E_DENIED, "record.update", "{'table':'ast_contract','id':'%s','values':{'renewable':true}}", draft);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals),
        cmocka_unit_test(a_line_is_within_its_contract),
        cmocka_unit_test(customers_see_active_ones_of_their_scope),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
