/* Relationships of accounts, contacts in several accounts, what follows for who sees what, and the repair of raw imports. */
#include <csm/test.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#define RELATION "account_relationship"
#define TYPE "sn_customerservice_account_relationship_type"
#define LINK "sn_customerservice_contact_relationship"

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

static const char *account(const char *name)
{
    csm_tk_as(tk, NULL);
    return csm_tk_str(tk, csm_tk_first(tk, "customer_account", "name=%s", name), "sys_id");
}

static const char *contact(const char *name)
{
    csm_tk_as(tk, NULL);
    return csm_tk_str(tk, csm_tk_first(tk, "customer_contact", "user_name=%s", name), "sys_id");
}

static bool sees_account(const char *who, const char *id)
{
    csm_tk_as(tk, who);
    return csm_tk_sees(tk, "customer_account", id);
}

/* ---- relationships ---- */

static void a_relationship_is_seen_from_both_sides(void **state)
{
    const char *reef = account("Reef Services"), *coral = account("Coral Travel"), *type = id_of(TYPE, "name=Service Provider");
    const char *row, *mirror;

    (void)state;
    csm_tk_as(tk, "mia.manager");
    row = csm_tk_insert(tk, RELATION, "{'from_company':'%s','to_company':'%s','relationship_type':'%s'}", reef, coral, type);
    mirror = csm_tk_str(tk, csm_tk_get(tk, RELATION, row), "reverse_record");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, RELATION, mirror), "relationship"), "Customer of");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, RELATION, mirror), "from_company"), coral);
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, RELATION, mirror), "reverse_record"), row);
    assert_true(sees_account("pau", coral));
    assert_false(sees_account("tom", reef)); /* the mirrored row gives no power */
    csm_tk_as(tk, "mia.manager");
    (void)csm_tk_ok(tk, "record.delete", "{'table':'%s','id':'%s'}", RELATION, mirror);
    assert_int_equal(csm_tk_count(tk, RELATION, "sys_id=%s", row), 0);
    assert_false(sees_account("pau", coral));
}

static void what_is_no_relationship(void **state)
{
    const char *reef = account("Reef Services"), *coral = account("Coral Travel"), *shark = account("Shark Hotels");
    const char *type = id_of(TYPE, "name=Service Provider"), *sister = id_of(TYPE, "name=Sister company");
    const struct { const char *from, *to, *type, *field; csm_status want; } rows[] = {
        { reef, reef, type, "to_company", CSM_E_REJECTED },
        { coral, shark, type, "from_company", CSM_E_REJECTED },
        { reef, shark, type, NULL, CSM_E_EXISTS },
    };

    (void)state;
    csm_tk_as(tk, "mia.manager");
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        (void)csm_tk_fails(tk, rows[n].want, "record.insert", "{'table':'%s','values':{'from_company':'%s','to_company':'%s',"
                           "'relationship_type':'%s'}}", RELATION, rows[n].from, rows[n].to, rows[n].type);
        if (rows[n].field != NULL)
            csm_tk_assert_str(csm_tk_error_field(tk), rows[n].field);
    }
    csm_tk_as(tk, NULL);
    (void)csm_tk_update(tk, TYPE, sister, "{'active':false}");
    csm_tk_as(tk, "mia.manager");
    (void)csm_tk_fails(tk, CSM_E_REJECTED, "record.insert", "{'table':'%s','values':{'from_company':'%s','to_company':'%s',"
                       "'relationship_type':'%s'}}", RELATION, coral, reef, sister);
    (void)csm_tk_fails(tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'active':true}}", TYPE, sister);
}

static void an_inactive_type_ends_the_power(void **state)
{
    const char *shark = account("Shark Hotels"), *type = id_of(TYPE, "name=Service Provider");

    (void)state;
    assert_true(sees_account("pau", shark));
    csm_tk_as(tk, NULL);
    (void)csm_tk_update(tk, TYPE, type, "{'active':false}");
    assert_false(sees_account("pau", shark));
    csm_tk_as(tk, NULL);
    (void)csm_tk_update(tk, TYPE, type, "{'active':true}");
    assert_true(sees_account("pau", shark));
    (void)csm_tk_fails(tk, CSM_E_DENIED, "relationship_type.delete", "{'id':'%s'}", type);
    csm_tk_as(tk, NULL);
    (void)csm_tk_fails(tk, CSM_E_REJECTED, "relationship_type.delete", "{'id':'%s'}", type);
}

/* ---- contacts in several accounts ---- */

static void adding_to_a_second_account_keeps_the_first(void **state)
{
    const char *sol = contact("sol"), *shark = account("Shark Hotels"), *south = account("Shark Hotels South"), *link;
    const char *reef = account("Reef Services"), *north = account("Shark Hotels North");

    (void)state;
    csm_tk_as(tk, "mia.manager");
    (void)csm_tk_fails(tk, CSM_E_REJECTED, "record.update", "{'table':'customer_contact','id':'%s','values':{'account':'%s'}}",
                       sol, shark);
    link = csm_tk_str(tk, csm_tk_ok(tk, "contact.relate", "{'id':'%s','account':'%s'}", sol, shark), "sys_id");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "customer_contact", sol), "account"), south);
    assert_true(sees_account("sol", shark));
    assert_false(sees_account("sol", north));
    csm_tk_as(tk, "mia.manager");
    (void)csm_tk_fails(tk, CSM_E_EXISTS, "contact.relate", "{'id':'%s','account':'%s'}", sol, shark);
    (void)csm_tk_fails(tk, CSM_E_REJECTED, "contact.relate", "{'id':'%s','account':'%s'}", sol, south);
    (void)csm_tk_fails(tk, CSM_E_REJECTED, "contact.relate", "{'id':'%s','account':'%s'}", sol, reef);
    (void)csm_tk_ok(tk, "record.delete", "{'table':'%s','id':'%s'}", LINK, link);
    assert_false(sees_account("sol", shark));
}

static void candidates_are_of_the_tree_or_related(void **state)
{
    const char *shark = account("Shark Hotels"), *coral = account("Coral Travel"), *limit;
    const csm_value *list;

    (void)state;
    csm_tk_as(tk, "ann.agent");
    list = csm_tk_ok(tk, "contact.candidates", "{'account':'%s'}", coral);
    for (uint32_t n = 0; n < list->count; n++) /* only the hotel itself books with Coral, not its subsidiaries */
        csm_tk_assert_str(csm_tk_str(tk, &list->list[n], "account"), shark);
    limit = id_of("sys_properties", "name=sn_customerservice.contact_relationship.restrict_within_account_hierarchy");
    (void)csm_tk_update(tk, "sys_properties", limit, "{'value':'false'}");
    csm_tk_as(tk, "ann.agent");
    list = csm_tk_ok(tk, "contact.candidates", "{'account':'%s'}", shark);
    assert_int_equal(list->count, 8); /* everybody but Kim, who is at home there */
    csm_tk_as(tk, NULL);
    (void)csm_tk_update(tk, "sys_properties", limit, "{'value':'true'}");
}

static void a_contact_moves_by_name_only(void **state)
{
    const char *mar = contact("mar"), *gijon = account("Shark Gijon Bay"), *malaga = account("Shark Malaga Beach");
    const csm_value *answer;

    (void)state;
    (void)csm_tk_update(tk, "customer_account", malaga, "{'primary_contact':'%s'}", mar);
    csm_tk_as(tk, "ann.agent");
    (void)csm_tk_fails(tk, CSM_E_DENIED, "contact.move", "{'id':'%s','account':'%s'}", mar, gijon);
    csm_tk_as(tk, "mia.manager");
    answer = csm_tk_ok(tk, "contact.move", "{'id':'%s','account':'%s','note':'new job'}", mar, gijon);
    assert_int_equal(csm_tk_int(tk, answer, "open_cases"), 0);
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "customer_contact", mar), "company"), gijon);
    assert_true(csm_tk_is_nil(tk, csm_tk_get(tk, "customer_account", malaga), "primary_contact"));
    assert_true(sees_account("mar", gijon));
    assert_false(sees_account("mar", malaga));
}

/* ---- views, codes, repair ---- */

static void the_tree_from_a_node(void **state)
{
    const char *north = account("Shark Hotels North"), *top = account("Shark Hotels");
    const csm_value *list;

    (void)state;
    list = csm_tk_ok(tk, "account.tree", "{'id':'%s'}", north);
    assert_int_equal(list->count, 6);
    list = csm_tk_ok(tk, "account.tree", "{'id':'%s','view':'parent'}", north);
    assert_int_equal(list->count, 5); /* all but the sibling's child */
    for (uint32_t n = 0; n < list->count; n++)
        assert_string_not_equal(csm_tk_str(tk, &list->list[n], "place"), "other");
    csm_tk_as(tk, "noa"); /* what is above her is not there */
    list = csm_tk_ok(tk, "account.tree", "{'id':'%s'}", north);
    assert_int_equal(list->count, 3);
    (void)csm_tk_fails(tk, CSM_E_NOT_FOUND, "account.tree", "{'id':'%s'}", top);
}

static void registration_codes(void **state)
{
    const char *bilbao = account("Shark Bilbao Harbour"), *code;

    (void)state;
    code = csm_tk_ok(tk, "account.generate_registration_code", "{'id':'%s'}", bilbao)->s.ptr;
    assert_int_equal(csm_tk_count(tk, "customer_account", "registration_code=%.10s", code), 1);
    csm_tk_as(tk, "mia.manager");
    (void)csm_tk_fails(tk, CSM_E_DENIED, "record.update", "{'table':'customer_account','id':'%s',"
                       "'values':{'registration_code':'MINE'}}", bilbao);
    csm_tk_as(tk, "kim");
    assert_true(csm_tk_has(csm_tk_get(tk, "customer_account", bilbao), "registration_code"));
    csm_tk_as(tk, "noa");
    assert_false(csm_tk_has(csm_tk_get(tk, "customer_account", bilbao), "registration_code"));
}

static const char *import(const char *name, const char *mapping)
{
    csm_tk_as(tk, NULL);
    return csm_tk_str(tk, csm_tk_ok(tk, "import.start", "{'name':'%s','mapping':%s}", name, mapping), "id");
}

static void repair_after_an_import_without_rules(void **state)
{
    const char *accounts = import("accounts", "{'table':'customer_account','rules':false,'coalesce':['name'],'fields':{'name':'N',"
                                  "'account_parent':{'column':'P','find':{'table':'customer_account','by':'name'}}}}");
    const csm_value *low, *top;
    const char *person, *contacts;

    (void)state;
    (void)csm_tk_ok(tk, "import.rows", "{'id':'%s','first':1,'columns':['N','P'],'rows':[['Raw','' ],['Raw below','Raw']]}", accounts);
    contacts = import("contacts", "{'table':'customer_contact','rules':false,'coalesce':['email'],'fields':{'email':'E','user_name':'U',"
                      "'account':{'column':'A','find':{'table':'customer_account','by':'name'}}}}");
    (void)csm_tk_ok(tk, "import.rows", "{'id':'%s','first':1,'columns':['E','U','A'],'rows':[['raw@x.example','raw','Raw']]}", contacts);
    assert_true(csm_tk_is_nil(tk, csm_tk_first(tk, "customer_account", "name=Raw below"), "account_path"));
    (void)csm_tk_ok(tk, "account.repair", "{}");
    csm_tk_settle(tk);
    top = csm_tk_first(tk, "customer_account", "name=Raw");
    low = csm_tk_first(tk, "customer_account", "name=Raw below");
    assert_true(csm_tk_bool(tk, low, "customer"));
    assert_memory_equal(csm_tk_str(tk, low, "account_path"), csm_tk_str(tk, top, "account_code"),
                        strlen(csm_tk_str(tk, top, "account_code")));
    person = contact("raw");
    assert_int_equal(csm_tk_count(tk, "sys_user_has_role", "user=%s", person), 2);
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "customer_contact", person), "company"), csm_tk_str(tk, top, "sys_id"));
}

static void households_have_one_membership_at_a_time(void **state)
{
    const char *lea = id_of("csm_consumer", "first_name=Lea"), *rui = id_of("csm_consumer", "first_name=Rui");
    const char *home = id_of("csm_household", "name=Lopes"), *row;

    (void)state;
    csm_tk_as(tk, "mia.manager");
    (void)csm_tk_fails(tk, CSM_E_EXISTS, "record.insert", "{'table':'csm_household_member','values':{'household':'%s',"
                       "'consumer':'%s'}}", home, lea);
    row = csm_tk_insert(tk, "csm_household_member", "{'household':'%s','consumer':'%s','start_date':'2020-01-01',"
                        "'end_date':'2020-12-31'}", home, rui);
    (void)csm_tk_fails(tk, CSM_E_INVALID, "record.update", "{'table':'csm_household_member','id':'%s',"
                       "'values':{'end_date':'2019-01-01'}}", row);
    (void)csm_tk_insert(tk, "csm_household_member", "{'household':'%s','consumer':'%s','start_date':'2021-01-01',"
                        "'end_date':'2021-12-31'}", home, rui);
    csm_tk_as(tk, "cleo.consumer");
    (void)csm_tk_fails(tk, CSM_E_DENIED, "record.update", "{'table':'csm_household_member','id':'%s',"
                       "'values':{'end_date':null}}", row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_relationship_is_seen_from_both_sides),
        cmocka_unit_test(what_is_no_relationship),
        cmocka_unit_test(an_inactive_type_ends_the_power),
        cmocka_unit_test(adding_to_a_second_account_keeps_the_first),
        cmocka_unit_test(candidates_are_of_the_tree_or_related),
        cmocka_unit_test(a_contact_moves_by_name_only),
        cmocka_unit_test(the_tree_from_a_node),
        cmocka_unit_test(registration_codes),
        cmocka_unit_test(repair_after_an_import_without_rules),
        cmocka_unit_test(households_have_one_membership_at_a_time),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
