/* Assets: their names, whose contact they may have, and who sees them. */
#include <csm/test.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static csm_tk *tk;

static int setup(void **state)
{
    (void)state;
    tk = csm_tk_start("customer_service", CSM_TK_DEMO);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    csm_tk_stop(tk);
    return 0;
}

static const char *id_of(const char *table, const char *query)
{
    csm_tk_as(tk, NULL);
    return csm_tk_str(tk, csm_tk_first(tk, table, "%s", query), "sys_id");
}

static void names_follow_maker_model_and_tag(void **state)
{
    const char *box = id_of("alm_asset", "asset_tag=TB-1001");
    const csm_value *rec;

    (void)state;
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "alm_asset", box), "display_name"), "TB-1001 - Tidal Media Tide Box B2");
    rec = csm_tk_update(tk, "alm_asset", box, "{'asset_tag':'TB-9'}");
    csm_tk_assert_str(csm_tk_str(tk, rec, "display_name"), "TB-9 - Tidal Media Tide Box B2");
    (void)csm_tk_update(tk, "alm_asset", box, "{'asset_tag':'TB-1001'}");
}

static void a_contact_of_the_account_only(void **state)
{
    const char *box = id_of("alm_asset", "asset_tag=TB-1001"), *tom = id_of("customer_contact", "user_name=tom");
    const char *gil = id_of("customer_contact", "user_name=gil");

    (void)state;
    csm_tk_as(tk, "mia.manager");
    (void)csm_tk_fails(tk, CSM_E_REJECTED, "record.update", "{'table':'alm_asset','id':'%s','values':{'contact':'%s'}}", box, tom);
    (void)csm_tk_fails(tk, CSM_E_REJECTED, "record.insert",
                       "{'table':'sn_customerservice_m2m_asset_contact','values':{'asset':'%s','contact':'%s'}}", box, gil);
}

static void agents_read_managers_write(void **state)
{
    const char *box = id_of("alm_asset", "asset_tag=TB-1002");

    (void)state;
    csm_tk_as(tk, "ann.agent");
    (void)csm_tk_fails(tk, CSM_E_DENIED, "record.update", "{'table':'alm_asset','id':'%s','values':{'quantity':2}}", box);
    csm_tk_as(tk, "mia.manager");
    (void)csm_tk_update(tk, "alm_asset", box, "{'quantity':2}");
    (void)csm_tk_fails(tk, CSM_E_DENIED, "record.delete", "{'table':'alm_asset','id':'%s'}", box);
    (void)csm_tk_fails(tk, CSM_E_DENIED, "record.insert", "{'table':'cmdb_model','values':{'name':'Mine'}}");
}

/* With assets by contact a plain contact keeps his own only; the administrator's scope stays. */
static void assets_by_contact(void **state)
{
    const char *bilbao = id_of("customer_account", "name=Shark Bilbao Harbour"), *model = id_of("cmdb_model", "name=Tide Box");
    const char *bea = id_of("customer_contact", "user_name=bea"), *loose, *named;
    const char *switched = id_of("sys_properties", "name=sn_customerservice.use_asset_contact_relationship");

    (void)state;
    loose = csm_tk_insert(tk, "alm_asset", "{'asset_tag':'L-1','model':'%s','account':'%s'}", model, bilbao);
    named = csm_tk_insert(tk, "alm_asset", "{'asset_tag':'L-2','model':'%s','account':'%s'}", model, bilbao);
    (void)csm_tk_insert(tk, "sn_customerservice_m2m_asset_contact", "{'asset':'%s','contact':'%s'}", named, bea);
    csm_tk_as(tk, "bea");
    assert_int_equal(csm_tk_count(tk, "alm_asset", "asset_tagISNOTEMPTY"), 3);
    csm_tk_as(tk, NULL);
    (void)csm_tk_update(tk, "sys_properties", switched, "{'value':'true'}");
    csm_tk_as(tk, "bea");
    assert_int_equal(csm_tk_count(tk, "alm_asset", "asset_tagISNOTEMPTY"), 2); /* primary contact of one, asset contact of one */
    assert_false(csm_tk_sees(tk, "alm_asset", loose));
    assert_true(csm_tk_sees(tk, "alm_asset", named));
    csm_tk_as(tk, "kim");
    assert_true(csm_tk_sees(tk, "alm_asset", loose));
    csm_tk_as(tk, NULL);
    (void)csm_tk_update(tk, "sys_properties", switched, "{'value':'false'}");
}

static void cost_stays_inside(void **state)
{
    const char *box = id_of("alm_asset", "asset_tag=TB-1001");

    (void)state;
    (void)csm_tk_update(tk, "alm_asset", box, "{'cost':{'amount':'12.50','currency':'EUR'}}");
    csm_tk_as(tk, "bea");
    assert_false(csm_tk_has(csm_tk_get(tk, "alm_asset", box), "cost"));
    (void)csm_tk_fails(tk, CSM_E_DENIED, "record.query", "{'table':'alm_asset','query':'owned_byISNOTEMPTY'}");
    csm_tk_as(tk, "sol");
    assert_false(csm_tk_sees(tk, "alm_asset", box));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_follow_maker_model_and_tag),
        cmocka_unit_test(a_contact_of_the_account_only),
        cmocka_unit_test(agents_read_managers_write),
        cmocka_unit_test(assets_by_contact),
        cmocka_unit_test(cost_stays_inside),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
