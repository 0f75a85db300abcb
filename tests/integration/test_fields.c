/* Acceptance of what a customer reads of a row, and of what he may ask about (items 383, 384). */
#include "people.h"

#include <stdio.h>

#define CASE "sn_customerservice_case"

#define CASE_FIELDS                                                                                                  \
    "number,short_description,description,state,priority,category,subcategory,contact_type,account,contact,"         \
    "consumer,household,partner,partner_contact,requested_by,product,asset,contract,entitlement,opened_at,"          \
    "resolved_at,closed_at,resolution_code,close_notes,comments,proactive,approval"
#define ACCOUNT_FIELDS                                                                                               \
    "number,name,phone,website,street,city,state,zip,country,primary_contact,account_parent,customer,partner"
#define NAMES "name,first_name,middle_name,last_name,title,email,phone,mobile_phone,home_phone"
#define PREFERENCES "street,city,state,zip,country,location,preferred_language,time_zone,notification"
#define LOGIN "account,user_name,active,locked_out,last_login_time,password_needs_reset"
#define CONSUMER_NAMES                                                                                               \
    "prefix,first_name,middle_name,last_name,suffix,name,title,email,business_phone,home_phone,mobile_phone"
#define CONSUMER_PREFERENCES                                                                                         \
    "street,city,state,zip,country,preferred_language,time_zone,notification,date_format,time_format"

static bool in_list(const char *list, csm_str name)
{
    for (const char *at = list; at != NULL && *at != '\0'; at = strchr(at, ',') != NULL ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, name.ptr, name.len) == 0 && (at[name.len] == ',' || at[name.len] == '\0'))
            return true;
    return false;
}

static size_t count_list(const char *list)
{
    size_t count = *list != '\0';

    for (; *list != '\0'; list++)
        count += *list == ',';
    return count;
}

/* The row shows exactly these fields besides the engine's own, got and listed alike. */
static void shows(people *p, const char *who, const char *table, const char *id, const char *fields)
{
    const csm_value *rows[2];

    as(p, who);
    rows[0] = csm_tk_get(p->tk, table, id);
    rows[1] = csm_tk_first(p->tk, table, "sys_id=%s", id);
    for (size_t k = 0; k < 2; k++) {
        size_t shown = 0;

        for (uint32_t n = 0; n < rows[k]->count; n++) {
            csm_str name = rows[k]->map[n].key;

            if (csm_str_is(name, "sys_id") || csm_str_is(name, "sys_mod_count") || csm_str_is(name, "sys_class_name"))
                continue;
            if (!in_list(fields, name))
                fail_msg("%s reads \"%.*s\" of %s", who, CSM_STR_FMT(name), table);
            shown++;
        }
        if (k == 0) {
            assert_int_equal(shown, count_list(fields));
            continue;
        }
        assert_true(shown + 2 > count_list(fields)); /* a list leaves the journal out */
    }
}

static void acceptance_383_cases(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *served, *private;

    (void)csm_tk_update(p->tk, CASE, id, "{'work_notes':'n','watch_list':['%s']}", p->dora);
    shows(p, "pat", CASE, id, CASE_FIELDS);
    shows(p, "dora", CASE, id, CASE_FIELDS);
    shows(p, "cass", CASE, id, CASE_FIELDS);
    as(p, "quin");
    served = csm_tk_insert(p->tk, CASE, "{'short_description':'served','account':'%s'}", p->C);
    shows(p, "quin", CASE, served, CASE_FIELDS);
    shows(p, "quest", CASE, served, CASE_FIELDS);
    as(p, "joe");
    private = csm_tk_insert(p->tk, CASE, "{'short_description':'mine'}");
    shows(p, "joe", CASE, private, CASE_FIELDS);
}

static void acceptance_383_accounts(void **state)
{
    people *p = *state;

    as(p, "adam");
    (void)csm_tk_update(p->tk, "customer_account", p->P, "{'notes':'pays late','rank_tier':'valued','registration_code':'P-CODE'}");
    shows(p, "pat", "customer_account", p->P, ACCOUNT_FIELDS);
    shows(p, "cass", "customer_account", p->S1, ACCOUNT_FIELDS);
    shows(p, "dora", "customer_account", p->P, ACCOUNT_FIELDS ",registration_code");
    shows(p, "quin", "customer_account", p->C, ACCOUNT_FIELDS);
    as(p, "sid"); /* not his */
    csm_tk_hidden(p->tk, "customer_account", p->P);
    as(p, "joe");
    csm_tk_hidden(p->tk, "customer_account", p->P);
}

static void acceptance_383_people(void **state)
{
    people *p = *state;

    shows(p, "pat", "customer_contact", p->pam, NAMES);
    shows(p, "pat", "customer_contact", p->pat, NAMES "," PREFERENCES);
    shows(p, "cass", "customer_contact", p->sue, NAMES);
    shows(p, "dora", "customer_contact", p->sue, NAMES "," PREFERENCES "," LOGIN);
    shows(p, "quin", "customer_contact", p->carl, "name,title,phone,email");
    shows(p, "quest", "customer_contact", p->carl, NAMES);
    shows(p, "joe", "csm_consumer", p->joe, CONSUMER_NAMES "," CONSUMER_PREFERENCES);
    as(p, "xena");
    csm_tk_hidden(p->tk, "customer_contact", p->pat);
}

#define ASSET_FIELDS                                                                                                 \
    "display_name,asset_tag,serial_number,model,model_category,quantity,install_status,substatus,account,contact,"   \
    "consumer,company,location,parent,purchase_date,install_date,warranty_expiration"
#define CONTRACT_FIELDS                                                                                              \
    "number,short_description,account,consumer,household,contract_model,state,starts,ends,"                          \
    "process_non_contractual_slas,renewable,parent"
#define SERVICE_CONTRACT_FIELDS CONTRACT_FIELDS ",contract_reference,renewal_root,renewed_from"
#define LINE_FIELDS                                                                                                  \
    "number,name,contract,parent_contract_line,account,consumer,household,product,product_offering,location,state,"  \
    "starts,ends,renewal_root,renewed_from"
#define ENTITLEMENT_FIELDS                                                                                           \
    "number,name,account,consumer,household,contact,product,asset,contract,service_contract_line,channel,schedule,"  \
    "state,active,start_date,end_date,per_unit,unit,total_units,remaining_units,renewal_root,renewed_from"
#define TASK_FIELDS                                                                                                  \
    "number,short_description,description,state,active,priority,parent_case,account,contact,consumer,"               \
    "visible_to_customer,opened_at,closed_at,due_date,comments"
#define ADDRESS_FIELDS "name,street,city,state,zip,country,latitude,longitude,phone,time_zone,type,primary"

/* A customer, and who of the customers reads what is his. */
typedef struct owner {
    const char *field, *id;
    const char *see[6];
} owner;

static const char *const everybody[] = { "pat", "cass", "dora", "sid", "quin", "quest", "carl", "xena", "joe", "jane" };

/* Whoever the owner's row is for reads these fields of it, and for everybody else it is not there. */
static void read_by(people *p, const owner *o, const char *table, const char *id, const char *fields)
{
    for (size_t n = 0; n < sizeof(everybody) / sizeof(everybody[0]); n++) {
        bool sees = false;

        for (size_t k = 0; k < sizeof(o->see) / sizeof(o->see[0]) && o->see[k] != NULL; k++)
            sees = sees || strcmp(o->see[k], everybody[n]) == 0;
        as(p, everybody[n]);
        if (sees)
            shows(p, everybody[n], table, id, fields);
        else
            csm_tk_hidden(p->tk, table, id);
    }
}

static const char *owned_row(people *p, const owner *o, const char *table, const char *values)
{
    as(p, NULL);
    return csm_tk_insert(p->tk, table, "{'%s':'%s',%s}", o->field, o->id, values);
}

static void things_of(people *p, const owner *o, const char *model)
{
    char values[160];
    const char *id, *contract;

    (void)snprintf(values, sizeof(values), "'model':'%s','assigned_to':'%s','cost':{'amount':'10','currency':'EUR'}", model, p->abe);
    read_by(p, o, "alm_asset", owned_row(p, o, "alm_asset", values), ASSET_FIELDS);
    read_by(p, o, "alm_hardware", owned_row(p, o, "alm_hardware", values), ASSET_FIELDS);
    id = owned_row(p, o, "ast_contract", "'starts':'2026-01-01','state':'active','vendor_contract':'V1'");
    read_by(p, o, "ast_contract", id, CONTRACT_FIELDS);
    contract = owned_row(p, o, "sn_pss_core_service_contract", "'starts':'2026-01-01','state':'active'");
    read_by(p, o, "sn_pss_core_service_contract", contract, SERVICE_CONTRACT_FIELDS);
    (void)snprintf(values, sizeof(values), "'name':'L','state':'active','starts':'2026-01-01','contract':'%s'", contract);
    as(p, NULL);
    id = csm_tk_insert(p->tk, "sn_pss_core_service_contract_line", "{%s}", values);
    read_by(p, o, "sn_pss_core_service_contract_line", id, LINE_FIELDS);
    read_by(p, o, "service_entitlement", owned_row(p, o, "service_entitlement", "'name':'E','state':'active'"), ENTITLEMENT_FIELDS);
    /* One that is not active is nobody's to see. */
    id = owned_row(p, o, "service_entitlement", "'name':'E','state':'expired'");
    contract = owned_row(p, o, "ast_contract", "'starts':'2026-01-01','state':'draft'");
    for (size_t n = 0; n < sizeof(everybody) / sizeof(everybody[0]); n++) {
        as(p, everybody[n]);
        csm_tk_hidden(p->tk, "service_entitlement", id);
        csm_tk_hidden(p->tk, "ast_contract", contract);
    }
}

static void acceptance_383_things(void **state)
{
    people *p = *state;
    const owner owners[] = {
        { "account", p->P, { "pat", "cass", "dora" } },
        { "account", p->S1, { "cass", "dora", "sid" } },
        { "account", p->C, { "quin", "quest", "carl" } }, /* whom the partner serves */
        { "account", p->X, { "xena" } },
        { "consumer", p->joe, { "joe" } },
    };
    const char *model;

    as(p, NULL);
    model = csm_tk_insert(p->tk, "cmdb_model", "{'name':'Fielded'}");
    for (size_t n = 0; n < sizeof(owners) / sizeof(owners[0]); n++)
        things_of(p, &owners[n], model);
    for (size_t n = 0; n < sizeof(everybody) / sizeof(everybody[0]); n++)
        shows(p, everybody[n], "cmdb_model", model, "name,display_name,model_number,short_description");
}

/* What hangs on a case is read by whoever reads the case, and of the tasks those that are meant for him. */
static void acceptance_383_what_hangs_on_a_case(void **state)
{
    static const char *const internals[] = { "sn_customerservice_case_report", "sys_audit", "sys_journal_field", "sysevent", "sys_email" };
    people *p = *state;
    const owner business = { NULL, people_case_in(p, 10), { "pat", "cass", "dora" } };
    owner private = { NULL, NULL, { "joe" } };
    const owner *cases[] = { &business, &private };

    as(p, "joe");
    private.id = csm_tk_insert(p->tk, CASE, "{'short_description':'mine'}");
    for (size_t n = 0; n < 2; n++) {
        const owner *o = cases[n];
        const char *shown, *hidden, *party;

        as(p, NULL);
        shown = csm_tk_insert(p->tk, "sn_customerservice_task", "{'parent_case':'%s','short_description':'t','work_notes':'n',"
                              "'visible_to_customer':true}", o->id);
        hidden = csm_tk_insert(p->tk, "sn_customerservice_task", "{'parent_case':'%s','short_description':'t'}", o->id);
        party = csm_tk_insert(p->tk, "sn_customerservice_related_party", "{'case':'%s','user':'%s','type':'%s'}", o->id, p->ivy,
                              people_shipped(p, "sn_customerservice_related_party_configuration", "Authorized Contributor"));
        read_by(p, o, "sn_customerservice_task", shown, TASK_FIELDS);
        read_by(p, o, "sn_customerservice_related_party", party, "case,type,responsibility,contact,consumer,order");
        for (size_t k = 0; k < sizeof(everybody) / sizeof(everybody[0]); k++) {
            as(p, everybody[k]);
            csm_tk_hidden(p->tk, "sn_customerservice_task", hidden);
        }
    }
    for (size_t n = 0; n < sizeof(internals) / sizeof(internals[0]); n++)
        for (size_t k = 0; k < sizeof(everybody) / sizeof(everybody[0]); k++) {
            const csm_value *out;
            csm_status st;

            as(p, everybody[k]);
            st = csm_tk_call(p->tk, &out, "record.query", "{'table':'%s'}", internals[n]);
            assert_true(st == CSM_E_DENIED || (st == CSM_OK && csm_tk_at(p->tk, out, "rows")->count == 0));
        }
}

static void acceptance_383_addresses_and_surveys(void **state)
{
    people *p = *state;
    const owner of_p = { NULL, NULL, { "pat", "cass", "dora" } }, of_joe = { NULL, NULL, { "joe" } }, of_pat = { NULL, NULL, { "pat" } };
    const char *id = people_case_in(p, 3), *place, *house;

    as(p, NULL);
    place = csm_tk_insert(p->tk, "cmn_location", "{'street':'Known 1','account':'%s'}", p->P);
    read_by(p, &of_p, "cmn_location", place, ADDRESS_FIELDS);
    as(p, NULL);
    read_by(p, &of_p, "account_address_relationship",
            csm_tk_str(p->tk, csm_tk_first(p->tk, "account_address_relationship", "location=%s", place), "sys_id"),
            "account,location,primary,type");
    as(p, NULL);
    read_by(p, &of_joe, "cmn_location", csm_tk_insert(p->tk, "cmn_location", "{'street':'Home 1','consumer':'%s'}", p->joe), ADDRESS_FIELDS);
    as(p, NULL);
    house = csm_tk_insert(p->tk, "csm_household", "{'name':'Of joe','head_of_household':'%s'}", p->joe);
    read_by(p, &of_joe, "csm_household", house, "number,name,street,city,state,zip,country,phone");
    as(p, NULL);
    read_by(p, &of_pat, "asmt_assessment_instance", csm_tk_str(p->tk, csm_tk_first(p->tk, "asmt_assessment_instance", "task=%s", id), "sys_id"),
            "task,state,taken_on,score,answers");
}

/* ---- asking about what one may not read ---- */

static void denied(people *p, const char *method, const char *args, const char *field)
{
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, method, "{'table':'%s',%s}", CASE, args);
    csm_tk_assert_str(csm_tk_error_field(p->tk), field);
}

static void acceptance_384_fields_in_questions(void **state)
{
    people *p = *state;
    const char *const who[] = { "pat", "dora", "quin", "joe" };

    for (size_t n = 0; n < sizeof(who) / sizeof(who[0]); n++) {
        as(p, who[n]);
        denied(p, "record.query", "'query':'assigned_toISNOTEMPTY'", "assigned_to");
        denied(p, "record.query", "'where':['=','needs_attention',true]", "needs_attention");
        denied(p, "record.query", "'where':['or',['=','number','CS1'],['not',['empty','watch_list']]]", "watch_list");
        denied(p, "record.query", "'query':'ORDERBYassigned_to'", "assigned_to");
        denied(p, "record.query", "'order':'-reassignment_count'", "reassignment_count");
        denied(p, "record.aggregate", "'query':'causeLIKEcustomer'", "cause");
        denied(p, "record.aggregate", "'group':['assignment_group']", "assignment_group");
        denied(p, "record.aggregate", "'figures':['sum:reassignment_count']", "reassignment_count");
        denied(p, "record.aggregate", "'figures':['max:first_response_time']", "first_response_time");
        (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.query", "{'table':'%s','query':'work_notesLIKEx'}", CASE);
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.query", "{'table':'%s','query':'account.rank_tier=valued'}", CASE);
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.query", "{'table':'%s','query':'account.notesLIKElate'}", CASE);
    }
}

static void acceptance_384_rows_in_questions(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *parent, *child;
    const csm_value *out;

    as(p, "adam");
    parent = csm_tk_insert(p->tk, CASE, "{'short_description':'parent of xena','account':'%s','contact':'%s'}", p->X, p->xena);
    child = csm_tk_insert(p->tk, CASE, "{'short_description':'child','contact':'%s','asset':null,'parent':'%s'}", p->pat, parent);
    as(p, "xena"); /* a row out of reach is as one that is not there */
    assert_int_equal(csm_tk_count(p->tk, CASE, "sys_id=%s", id), 0);
    assert_int_equal(csm_tk_count(p->tk, CASE, "contact.last_name=Contact^account.name=Account P"), 0);
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.get", "{'table':'%s','id':'%s'}", CASE, child);
    as(p, "pat"); /* his own row, what it points to out of reach: neither the field nor the way */
    assert_true(csm_tk_sees(p->tk, CASE, child));
    if (csm_tk_call(p->tk, &out, "record.query", "{'table':'%s','query':'parent.short_descriptionLIKExena'}", CASE) == CSM_OK)
        assert_int_equal(csm_tk_at(p->tk, out, "rows")->count, 0);
    out = csm_tk_ok(p->tk, "record.get", "{'table':'%s','id':'%s','fields':'number,parent.short_description,parent'}", CASE, child);
    assert_true(csm_tk_is_nil(p->tk, out, "parent.short_description") && csm_tk_is_nil(p->tk, out, "parent"));
}

static void acceptance_384_the_past(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);

    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.history", "{'table':'%s','id':'%s'}", CASE, id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.get", "{'table':'%s','id':'%s','as_of':'2026-01-01T00:00:00Z'}", CASE, id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.query", "{'table':'%s','as_of':'2026-01-01T00:00:00Z'}", CASE);
    as(p, "cora"); /* an employee out of reach */
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.history", "{'table':'%s','id':'%s'}", CASE, id);
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "record.history", "{'table':'%s','id':'%s'}", CASE, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_383_cases),
        people_test(acceptance_383_accounts),
        people_test(acceptance_383_people),
        people_test(acceptance_383_things),
        people_test(acceptance_383_what_hangs_on_a_case),
        people_test(acceptance_383_addresses_and_surveys),
        people_test(acceptance_384_fields_in_questions),
        people_test(acceptance_384_rows_in_questions),
        people_test(acceptance_384_the_past),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
