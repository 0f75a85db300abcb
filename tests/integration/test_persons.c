/* Acceptance of contacts and consumers: home account, roles, who may make them, what they own (items 39 to 50). */
#include "people.h"

#include <stdio.h>

#define CONTACT "customer_contact"
#define CONSUMER "csm_consumer"

static void acceptance_039_a_contact_is_a_user(void **state)
{
    people *p = *state;
    const char *id;

    as(p, "mia");
    id = csm_tk_insert(p->tk, CONTACT, "{'first_name':'Ulla','last_name':'User','account':'%s'}", p->S1);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CONTACT, id), "company"), p->S1);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CONTACT, id), "name"), "Ulla User");
    as(p, "adam");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "sys_user", id), "sys_class_name"), CONTACT);
    assert_int_equal(csm_tk_count(p->tk, "sys_user", "sys_id=%s", id), 1);
}

static void acceptance_039_wrong_side(void **state)
{
    people *p = *state;
    const char *id;

    as(p, "mia");
    id = csm_tk_insert(p->tk, CONTACT, "{'first_name':'Uwe','last_name':'Hidden','account':'%s'}", p->S1);
    as(p, "tim"); /* an employee: colleagues are users too, customers are not his to see */
    csm_tk_hidden(p->tk, CONTACT, id);
    csm_tk_hidden(p->tk, "sys_user", id);
    as(p, "xena");
    csm_tk_hidden(p->tk, CONTACT, id);
    csm_tk_hidden(p->tk, "sys_user", id);
    csm_tk_hidden(p->tk, "sys_user", p->ann);
}

static void acceptance_040_no_contact_without_account(void **state)
{
    people *p = *state;

    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'first_name':'A','last_name':'B'}}", CONTACT);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "account");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'account':null}}", CONTACT,
                       p->xena);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CONTACT, p->xena), "account"), p->X);
}

static void acceptance_041_ten_contacts(void **state)
{
    people *p = *state;
    const char *account;
    const csm_value *rows;

    as(p, "mia");
    account = csm_tk_insert(p->tk, "customer_account", "{'name':'Ten'}");
    for (int n = 0; n < 10; n++)
        (void)csm_tk_insert(p->tk, CONTACT, "{'first_name':'C%d','last_name':'Ten','account':'%s'}", n, account);
    rows = csm_tk_rows(p->tk, CONTACT, "account=%s", account);
    assert_int_equal(rows->count, 10);
    for (uint32_t n = 0; n < rows->count; n++)
        csm_tk_assert_str(csm_tk_str(p->tk, &rows->list[n], "account"), account);
    assert_int_equal(csm_tk_count(p->tk, CONTACT, "last_name=Ten"), 10);
}

static void acceptance_042_who_makes_contacts(void **state)
{
    people *p = *state;
    const char *const may[] = { "mia", "adam" }, *const may_not[] = { "ann", "cora", "tim", "ivy", "pat", "cass", "quin",
                                                                       "joe" };

    for (size_t n = 0; n < 2; n++) {
        as(p, may[n]);
        (void)csm_tk_insert(p->tk, CONTACT, "{'first_name':'By','last_name':'%s','account':'%s'}", may[n], p->C);
    }
    for (size_t n = 0; n < sizeof(may_not) / sizeof(may_not[0]); n++) {
        as(p, may_not[n]);
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert",
                           "{'table':'%s','values':{'first_name':'By','last_name':'X','account':'%s'}}", CONTACT, p->Q);
    }
    /* A customer administrator makes contacts of his own accounts, and of no other. */
    as(p, "dora");
    (void)csm_tk_insert(p->tk, CONTACT, "{'first_name':'By','last_name':'Dora','account':'%s'}", p->S1a);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert",
                       "{'table':'%s','values':{'first_name':'By','last_name':'Dora','account':'%s'}}", CONTACT, p->X);
    as(p, "quest"); /* nor does a partner's of the accounts the partner serves, though he sees them */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert",
                       "{'table':'%s','values':{'first_name':'By','last_name':'Quest','account':'%s'}}", CONTACT, p->C);
}

static void acceptance_043_roles_of_a_new_contact(void **state)
{
    people *p = *state;
    const char *id;

    as(p, "adam");
    id = csm_tk_insert(p->tk, CONTACT, "{'first_name':'R','last_name':'Oles','user_name':'roles','account':'%s'}", p->P);
    assert_int_equal(csm_tk_count(p->tk, "sys_user_has_role", "user=%s", id), 2);
    assert_int_equal(csm_tk_count(p->tk, "sys_user_has_role", "user=%s^role.nameINsnc_external,sn_customerservice.customer", id),
                     2);
    id = csm_tk_insert(p->tk, CONTACT, "{'first_name':'No','last_name':'Login','account':'%s'}", p->P);
    assert_int_equal(csm_tk_count(p->tk, "sys_user_has_role", "user=%s^role.name=sn_customerservice.customer", id), 0);
    (void)csm_tk_update(p->tk, CONTACT, id, "{'user_name':'gets.login'}");
    assert_int_equal(csm_tk_count(p->tk, "sys_user_has_role", "user=%s^role.name=sn_customerservice.customer", id), 1);
    /* One who has a role keeps to it. */
    id = csm_tk_insert(p->tk, CONTACT, "{'first_name':'Has','last_name':'Role','account':'%s'}", p->Q);
    csm_tk_grant(p->tk, id, "sn_customerservice.partner");
    as(p, "adam");
    (void)csm_tk_update(p->tk, CONTACT, id, "{'user_name':'has.role'}");
    assert_int_equal(csm_tk_count(p->tk, "sys_user_has_role", "user=%s^role.name=sn_customerservice.customer", id), 0);
}

/* Being tied to a second account gives a customer administrator nothing over its people. */
static void acceptance_042_not_of_a_related_account(void **state)
{
    people *p = *state;
    const char *link;

    people_set_property(p, "sn_customerservice.contact_relationship.restrict_within_account_hierarchy", "false");
    as(p, "mia");
    link = csm_tk_str(p->tk, csm_tk_ok(p->tk, "contact.relate", "{'id':'%s','account':'%s'}", p->dora, p->X), "sys_id");
    as(p, "dora");
    assert_true(csm_tk_sees(p->tk, "customer_account", p->X));
    assert_true(csm_tk_sees(p->tk, CONTACT, p->xena));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert",
                       "{'table':'%s','values':{'first_name':'By','last_name':'Dora','account':'%s'}}", CONTACT, p->X);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'active':false}}", CONTACT, p->xena);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "contact.grant_role", "{'id':'%s','role':'sn_customerservice.customer_admin'}", p->xena);
    as(p, "mia");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'sn_customerservice_contact_relationship','id':'%s'}", link);
    people_set_property(p, "sn_customerservice.contact_relationship.restrict_within_account_hierarchy", "true");
}

/* Two active contacts with one address could not be told apart. */
static void acceptance_042_one_address(void **state)
{
    people *p = *state;
    const char *id;

    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "record.insert",
                       "{'table':'%s','values':{'first_name':'P','last_name':'P','account':'%s','email':'PAT@example.com'}}", CONTACT,
                       p->X);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "email");
    id = csm_tk_insert(p->tk, CONTACT, "{'first_name':'P','last_name':'P','account':'%s','email':'pat@example.com','active':false}",
                       p->X);
    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "record.update", "{'table':'%s','id':'%s','values':{'active':true}}", CONTACT, id);
}

/* An address goes into the header of a mail: whoever may set it may not write the rest of it. */
static void an_address_is_one_address(void **state)
{
    static const char *const bad[] = { "dora@example.com, spy@x.example", "spy@x.example\\r\\nBcc: all@x.example", "<spy@x.example>",
                                       "spy" };
    people *p = *state;

    for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
        as(p, "dora");
        (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'%s','id':'%s','values':{'email':'%s'}}", CONTACT,
                           p->sam, bad[n]);
        csm_tk_assert_str(csm_tk_error_field(p->tk), "email");
        (void)csm_tk_fails(p->tk, CSM_E_INVALID, "session.change_email", "{'email':'%s'}", bad[n]);
        as(p, "cora");
        (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'%s','id':'%s','values':{'email':'%s'}}", CONSUMER,
                           p->joe, bad[n]);
    }
    as(p, "dora");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CONTACT, p->sam), "email"), "sam@example.com");
}

/* Blanks are no name and no answer. */
static void blanks_fill_nothing(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);

    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'customer_account','values':{'name':'  '}}");
    csm_tk_assert_str(csm_tk_error_field(p->tk), "name");
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.request_info", "{'id':'%s','comments':' \\n '}", id);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "comments");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "case.propose_solution", "{'id':'%s','resolution_code':'solved_by_customer',"
                       "'close_notes':' '}", id);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "close_notes");
}

static void acceptance_045_what_is_tied_to_a_contact(void **state)
{
    people *p = *state;
    const char *model, *asset, *contract, *others;

    as(p, "adam");
    model = csm_tk_insert(p->tk, "cmdb_model", "{'name':'Phone'}");
    asset = csm_tk_insert(p->tk, "alm_asset", "{'model':'%s','account':'%s','contact':'%s','asset_tag':'T1'}", model, p->P, p->pam);
    others = csm_tk_insert(p->tk, "alm_asset", "{'model':'%s','account':'%s','contact':'%s','asset_tag':'T2'}", model, p->P, p->pat);
    contract = csm_tk_insert(p->tk, "ast_contract", "{'account':'%s','starts':'2026-01-01','state':'active'}", p->P);
    (void)csm_tk_insert(p->tk, "contract_rel_contact", "{'contract':'%s','contact':'%s'}", contract, p->pam);
    (void)csm_tk_insert(p->tk, "sn_customerservice_m2m_asset_contact", "{'asset':'%s','contact':'%s'}", others, p->pam);
    as(p, "ann");
    assert_int_equal(csm_tk_count(p->tk, "alm_asset", "contact=%s", p->pam), 1);
    assert_true(people_has(p, "alm_asset", "asset_tag=T1", asset));
    assert_int_equal(csm_tk_count(p->tk, "contract_rel_contact", "contact=%s", p->pam), 1);
    assert_int_equal(csm_tk_count(p->tk, "sn_customerservice_m2m_asset_contact", "contact=%s", p->pam), 1);
    as(p, "carl");
    csm_tk_hidden(p->tk, "alm_asset", asset);
    csm_tk_hidden(p->tk, "ast_contract", contract);
    /* A contact of another account is none of this asset. */
    as(p, "adam");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'alm_asset','id':'%s','values':{'contact':'%s'}}", asset,
                       p->xena);
}

static void acceptance_046_primary_contact_is_ones_own(void **state)
{
    people *p = *state;

    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update",
                       "{'table':'customer_account','id':'%s','values':{'primary_contact':'%s'}}", p->P, p->sam);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "primary_contact");
    (void)csm_tk_update(p->tk, "customer_account", p->P, "{'primary_contact':'%s'}", p->pat);
    (void)csm_tk_update(p->tk, "customer_account", p->P, "{'primary_contact':null}");
}

static void acceptance_047_a_consumer_agent_makes_a_consumer(void **state)
{
    people *p = *state;
    const csm_value *rec;

    as(p, "cora");
    rec = csm_tk_get(p->tk, CONSUMER, csm_tk_insert(p->tk, CONSUMER, "{'first_name':'Mary','middle_name':'A','last_name':'Jones'}"));
    assert_int_equal(strncmp(csm_tk_str(p->tk, rec, "number"), "CSMR", 4), 0);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "name"), "Mary A Jones");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "sys_class_name"), CONSUMER);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'first_name':'Mary'}}", CONSUMER);
}

static void acceptance_048_who_makes_consumers(void **state)
{
    people *p = *state;
    const char *const may[] = { "mia", "adam" };
    const char *const may_not[] = { "ann", "pat", "dora", "quest", "joe", "tim", "ivy" };

    for (size_t n = 0; n < 2; n++) {
        as(p, may[n]);
        (void)csm_tk_insert(p->tk, CONSUMER, "{'first_name':'By','last_name':'%s'}", may[n]);
    }
    for (size_t n = 0; n < sizeof(may_not) / sizeof(may_not[0]); n++) {
        as(p, may_not[n]);
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'%s','values':{'first_name':'By','last_name':'X'}}",
                           CONSUMER);
        csm_tk_hidden(p->tk, CONSUMER, p->jane);
    }
}

static void acceptance_050_what_a_consumer_tells(void **state)
{
    people *p = *state;
    const char *id;
    const csm_value *rec;

    as(p, "cora");
    id = csm_tk_insert(p->tk, CONSUMER, "{'first_name':'Val','last_name':'Ues','email':'val@example.com','business_phone':'1',"
                       "'home_phone':'2','mobile_phone':'3','preferred_language':'de','time_zone':'Europe/Berlin',"
                       "'notification':1,'date_format':'d.m.y'}");
    rec = csm_tk_get(p->tk, CONSUMER, id);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "email"), "val@example.com");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "business_phone"), "1");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "home_phone"), "2");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "mobile_phone"), "3");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "preferred_language"), "de");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "time_zone"), "Europe/Berlin");
    assert_int_equal(csm_tk_int(p->tk, rec, "notification"), 1);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "date_format"), "d.m.y");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'%s','id':'%s','values':{'time_zone':'Mars/Base'}}",
                       CONSUMER, id);
}

static void acceptance_050_wrong_side(void **state)
{
    people *p = *state;
    const csm_value *mine;

    as(p, "joe");
    mine = csm_tk_get(p->tk, CONSUMER, p->joe);
    csm_tk_assert_str(csm_tk_str(p->tk, mine, "name"), "joe Consumer");
    assert_false(csm_tk_has(mine, "notes"));
    csm_tk_hidden(p->tk, CONSUMER, p->jane);
    (void)csm_tk_update(p->tk, CONSUMER, p->joe, "{'preferred_language':'fr'}");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'email':'new@example.com'}}",
                       CONSUMER, p->joe);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'%s','id':'%s'}", CONSUMER, p->joe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_039_a_contact_is_a_user),
        people_test(acceptance_039_wrong_side),
        people_test(acceptance_040_no_contact_without_account),
        people_test(acceptance_041_ten_contacts),
        people_test(acceptance_042_who_makes_contacts),
        people_test(acceptance_042_not_of_a_related_account),
        people_test(acceptance_042_one_address),
        people_test(an_address_is_one_address),
        people_test(blanks_fill_nothing),
        people_test(acceptance_043_roles_of_a_new_contact),
        people_test(acceptance_045_what_is_tied_to_a_contact),
        people_test(acceptance_046_primary_contact_is_ones_own),
        people_test(acceptance_047_a_consumer_agent_makes_a_consumer),
        people_test(acceptance_048_who_makes_consumers),
        people_test(acceptance_050_what_a_consumer_tells),
        people_test(acceptance_050_wrong_side),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
