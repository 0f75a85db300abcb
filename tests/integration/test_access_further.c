/* Who may do what with the rows of the plugins around the case: knowledge, catalog and requests, what is installed, contracts,
 * lists and publications, events and outages. One row of each table, belonging to account P, its contact pat or consumer joe,
 * tried by everybody; and what of a readable row leaves to customers. DOMAIN 3.3, 3.5. */
#include "people.h"

#include <stdio.h>

#define VALUES_BYTES 1024
#define PARTY_TYPE "sn_customerservice_related_party_configuration"

static const char *const roles[] = { "ivy", "ann", "cora", "mia", "tim", "opal", "pat", "xena", "dora", "quin", "joe" };
enum { ROLES = sizeof(roles) / sizeof(roles[0]), OUTSIDE = 6 }; /* from there on they are customers */

/* A letter of a cell: C makes, R reads, W changes, D deletes. */
typedef struct subject {
    const char *table;
    const char *values; /* @name stands for a row, see names; # for a number of its own */
    const char *update; /* NULL: there is nothing to change in one */
    const char *cells[ROLES];
} subject;

/* Rows that values name: of the fixture, or (values not NULL) made anew each time. */
static const struct {
    const char *name, *table, *values;
} names[] = {
    { "case", "sn_customerservice_case", "'short_description':'c','account':'@P','contact':'@pat'" },
    { "user", "sys_user", "'first_name':'User','last_name':'#'" },
    { "contact", "customer_contact", "'first_name':'Contact','last_name':'#','account':'@P'" },
    { "model", "cmdb_model", "'name':'Model #'" },
    { "asset", "alm_asset", "'account':'@P','model':'@model'" },
    { "ci", "cmdb_ci", "'name':'ci-#'" },
    { "incident", "incident", "'short_description':'i','caller_id':'@user'" },
    { "contract", "sn_pss_core_service_contract", "'account':'@P','starts':'2026-01-01','state':'active'" },
    { "entitlement", "service_entitlement", "'account':'@P','name':'E #'" },
    { "characteristic", "sn_pss_core_entitlement_characteristic", "'entitlement':'@entitlement','characteristic':'c'" },
    { "sold", "sn_install_base_sold_product", "'name':'Sold #','account':'@P'" },
    { "item", "sn_install_base_item", "'name':'Item #','account':'@P'" },
    { "base", "kb_knowledge_base", "'title':'Base #'" },
    { "criteria", "user_criteria", "'name':'Criteria #','users':['@pat']" },
    { "article", "kb_knowledge", "'short_description':'a','text':'t','kb_knowledge_base':'@base'" },
    { "catalog", "sc_catalog", "'title':'Catalog #'" },
    { "offered", "sc_cat_item", "'name':'Offered #','visible_to_external':true" },
    { "set", "item_option_new_set", "'name':'Set #'" },
    { "plan", "sc_cat_item_delivery_plan", "'name':'Plan #'" },
    { "request", "sc_request", "'short_description':'r','requested_for':'@pat','parent':'@case'" },
    { "requested", "sc_req_item", "'request':'@request','cat_item':'@offered'" },
    { "list", "sn_publications_recipients_list", "'name':'List #','type':'accounts'" },
    { "contacts", "sn_publications_recipients_list", "'name':'List #','type':'contacts'" },
    { "outage", "cmdb_ci_outage", "'cmdb_ci':'@ci','type':'outage','begin':'2026-01-01T00:00:00Z'" },
};

static const subject subjects[] = {
    { "sysapproval_approver", "'sysapproval':'@case','approver':'@user'", "'comments':'x'",
      { "", "R", "", "R", "", "", "", "", "", "", "" } },
    { "sysapproval_group", "'parent':'@case','assignment_group':'@desk'", NULL,
      { "", "R", "", "R", "", "", "", "", "", "", "" } },
    { "sysrule_assignment", "'name':'Rule #','table':'incident','group':'@desk'", "'order':3",
      { "", "R", "R", "R", "", "", "", "", "", "", "" } },
    { "user_criteria", "'name':'Criteria #'", "'match_all':true",
      { "", "R", "R", "R", "", "", "", "", "", "", "" } },
    { "kb_knowledge_base", "'title':'Base #'", "'description':'d'",
      { "R", "R", "R", "R", "R", "R", "R", "R", "R", "R", "R" } },
    { "kb_uc_can_read_mtom", "'kb_knowledge_base':'@base','user_criteria':'@criteria'", NULL,
      { "", "R", "R", "R", "", "", "", "", "", "", "" } },
    { "kb_category", "'label':'l','kb_knowledge_base':'@base'", "'label':'m'",
      { "R", "CR", "CR", "CR", "R", "R", "R", "R", "R", "R", "R" } },
    { "kb_knowledge", "'short_description':'a','text':'t','kb_knowledge_base':'@base'", "'text':'t'",
      { "R", "CRW", "CRW", "CRW", "R", "R", "R", "R", "R", "R", "R" } },
    { "m2m_kb_task", "'kb_knowledge':'@article','task':'@case'", NULL,
      { "", "RD", "", "RD", "", "", "", "", "", "", "" } },
    { "kb_feedback_task", "'short_description':'gap','parent':'@case'", "'short_description':'g'",
      { "", "CRW", "RW", "CRW", "", "", "", "", "", "", "" } },
    { "m2m_kb_product", "'kb_knowledge':'@article','product':'@model'", NULL,
      { "R", "CRD", "CRD", "CRD", "R", "R", "R", "R", "R", "R", "R" } },
    { "sc_catalog", "'title':'Catalog #'", "'active':false",
      { "R", "R", "R", "R", "R", "R", "R", "R", "R", "R", "R" } },
    { "sc_category", "'title':'c','sc_catalog':'@catalog'", "'order':3",
      { "R", "R", "R", "R", "R", "R", "R", "R", "R", "R", "R" } },
    { "sc_cat_item", "'name':'Offered #','visible_to_external':true", "'price':'3'",
      { "R", "R", "R", "R", "R", "R", "R", "R", "R", "R", "R" } },
    { "sc_cat_item_producer", "'name':'Producer #','table_name':'incident'", "'price':'3'",
      { "R", "R", "R", "R", "R", "R", "", "", "", "", "" } },
    { "item_option_new", "'cat_item':'@offered','name':'v'", "'order':3",
      { "R", "R", "R", "R", "R", "R", "R", "R", "R", "R", "R" } },
    { "item_option_new_set", "'name':'Set #'", "'title':'t'",
      { "R", "R", "R", "R", "R", "R", "R", "R", "R", "R", "R" } },
    { "sc_cat_item_delivery_plan", "'name':'Plan #'", "'name':'Plan x'",
      { "", "", "", "", "", "", "", "", "", "", "" } },
    { "sc_cat_item_delivery_task", "'plan':'@plan','name':'s','group':'@desk'", "'order':3",
      { "", "", "", "", "", "", "", "", "", "", "" } },
    { "sc_request", "'short_description':'r','requested_for':'@pat','parent':'@case'", "'special_instructions':'x'",
      { "", "", "", "", "RW", "", "R", "", "R", "", "" } },
    { "sc_req_item", "'request':'@request','cat_item':'@offered'", "'short_description':'x'",
      { "", "", "", "", "CRW", "", "R", "", "R", "", "" } },
    { "sc_task", "'short_description':'t','request_item':'@requested'", "'short_description':'x'",
      { "", "", "", "", "CRW", "", "", "", "", "", "" } },
    { "request_parent_mapping", "'parent_table':'problem','parent_requestor':'opened_by'", "'name':'x'",
      { "R", "R", "R", "R", "R", "R", "", "", "", "", "" } },
    { "sn_publications_recipients_list", "'name':'List #','type':'accounts'", "'method':'upload'",
      { "", "CR", "CR", "CRW", "", "", "", "", "", "", "" } },
    { "sn_publications_recipientslist_account_m2m", "'list':'@list','recipient':'@P'", "'active_communication':false",
      { "", "R", "", "CRWD", "", "", "", "", "", "", "" } },
    { "sn_publications_publication_contact_m2m", "'list':'@contacts','recipient':'@pat'", "'active_communication':false",
      { "", "R", "", "CRWD", "", "", "", "", "", "", "" } },
    { "sn_publications_publication", "'title':'t','body':'b','list':'@list'", "'body':'c'",
      { "", "CR", "CR", "CRW", "", "", "", "", "", "", "" } },
    { "sn_install_base_sold_product", "'name':'Sold #','account':'@P'", "'quantity':'3'",
      { "", "R", "R", "CRW", "", "", "R", "", "R", "", "" } },
    { "sn_install_base_item", "'name':'Item #','account':'@P'", "'status':'replacement'",
      { "", "R", "R", "CRW", "", "", "R", "", "R", "", "" } },
    { "sn_install_base_sold_product", "'name':'Sold #','consumer':'@joe'", "'quantity':'3'",
      { "", "R", "R", "CRW", "", "", "", "", "", "", "R" } },
    { "sn_install_base_item", "'name':'Item #','consumer':'@joe'", "'status':'replacement'",
      { "", "R", "R", "CRW", "", "", "", "", "", "", "R" } },
    { "sn_install_base_m2m_installed_product", "'install_base_item':'@item','sold_product':'@sold'", NULL,
      { "", "R", "R", "CR", "", "", "R", "", "R", "", "" } },
    { "sn_install_base_m2m_affected_install_base", "'task':'@case','install_base':'@item'", NULL,
      { "", "CRD", "", "CRD", "", "", "R", "", "R", "", "" } },
    { "sn_install_base_m2m_contract_sold_product", "'contract':'@contract','sold_product':'@sold'", "'removed':'2026-12-01'",
      { "", "R", "R", "CRWD", "", "", "", "", "", "", "" } },
    { "sn_install_base_sold_product_related_party", "'sold_product':'@sold','type':'@listedsold','contact':'@contact'", "'order':3",
      { "", "CRW", "RW", "CRW", "", "", "R", "", "R", "", "" } },
    { "sn_install_base_related_party", "'install_base_item':'@item','type':'@listeditem','contact':'@contact'", "'order':3",
      { "", "CRW", "RW", "CRW", "", "", "R", "", "R", "", "" } },
    { "sn_install_base_item_characteristic", "'item':'@item','characteristic':'c','value':'v'", "'value':'x'",
      { "", "R", "R", "CRW", "", "", "R", "", "R", "", "" } },
    { "sn_pss_core_service_contract", "'account':'@P','starts':'2026-01-01','state':'active'", "'vendor_contract':'1'",
      { "", "R", "R", "CRW", "", "", "R", "", "R", "", "" } },
    { "sn_pss_core_service_contract_line", "'contract':'@contract','name':'l','state':'active'", "'name':'m'",
      { "", "R", "R", "CRW", "", "", "R", "", "R", "", "" } },
    { "sn_pss_core_entitlement_characteristic", "'entitlement':'@entitlement','characteristic':'c'", "'value':'x'",
      { "", "R", "R", "CRW", "", "", "", "", "", "", "" } },
    { "sn_pss_core_contract_entitlement_usage", "'entitlement_characteristic':'@characteristic'", "'used_units':'1'",
      { "", "RW", "RW", "CRW", "", "", "", "", "", "", "" } },
    { "clm_m2m_contract_asset", "'contract':'@contract','asset':'@asset'", "'removed':'2026-12-01'",
      { "", "R", "R", "CRWD", "", "", "", "", "", "", "" } },
    { "contract_rel_contact", "'contract':'@contract','contact':'@pat'", NULL,
      { "", "R", "R", "CRD", "", "", "", "", "", "", "" } },
    { "sn_customerservice_case_entitlement", "'case':'@case','entitlement':'@entitlement'", "'units_consumed':'1'",
      { "", "CRD", "", "CRD", "", "", "", "", "", "", "" } },
    { "em_event", "'source':'s','severity':1", "'node':'n'",
      { "", "", "", "", "", "R", "", "", "", "", "" } },
    { "em_alert_management_rule", "'name':'Rule #','action':'run_flow','flow':'f'", "'order':3",
      { "", "", "", "", "", "R", "", "", "", "", "" } },
    { "em_impacted_ci", "'alert':'@alert','ci':'@ci','severity':1", "'severity':2",
      { "", "", "", "", "", "R", "", "", "", "", "" } },
    { "em_impact_status", "'element_id':'@ci','severity':1", "'severity':2",
      { "", "R", "R", "R", "", "R", "", "", "", "", "" } },
    { "cmdb_ci_outage", "'cmdb_ci':'@ci','type':'outage','begin':'2026-01-01T00:00:00Z'", "'message':'x'",
      { "", "R", "R", "R", "CRWD", "R", "", "", "", "", "" } },
    { "cmdb_outage_ci_mtom", "'outage':'@outage','ci':'@ci'", NULL,
      { "", "R", "R", "R", "CRD", "R", "", "", "", "", "" } },
    { "task_outage", "'task':'@case','outage':'@outage'", NULL,
      { "", "R", "", "R", "RD", "", "", "", "", "", "" } },
    { "incident", "'short_description':'i','caller_id':'@user'", "'impact':2",
      { "", "", "", "", "CRW", "", "", "", "", "", "" } },
};

typedef struct world {
    people *p;
    const char *alert, *listed_sold, *listed_item;
    unsigned serial;
} world;

static int setup(void **state)
{
    static world w;

    w.p = people_start("proactive_ops,request_management,assignment");
    (void)csm_tk_user(w.p->tk, "opal", "evt_mgmt_operator");
    (void)csm_tk_ok(w.p->tk, "event.send", "{'events':[{'source':'probe','message_key':'k','severity':1}]}");
    csm_tk_settle(w.p->tk);
    w.alert = csm_tk_str(w.p->tk, csm_tk_first(w.p->tk, "em_alert", "message_key=k"), "sys_id");
    w.listed_sold = csm_tk_str(w.p->tk, csm_tk_first(w.p->tk, PARTY_TYPE, "name=Listed Contact^applies_to=sold_product"), "sys_id");
    w.listed_item = csm_tk_str(w.p->tk, csm_tk_first(w.p->tk, PARTY_TYPE, "name=Listed Contact^applies_to=install_base"), "sys_id");
    people_set_property(w.p, "sn_customerservice.advanced_entitlements", "true");
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    people_stop(((world *)*state)->p);
    return 0;
}

/* ---- rows ---- */

static void fill(world *w, const char *values, char *out);

static const char *insert(world *w, const char *table, const char *template)
{
    char values[VALUES_BYTES];
    const char *id;

    fill(w, template, values);
    id = csm_tk_insert(w->p->tk, table, "{%s}", values);
    if (strcmp(table, "kb_knowledge") == 0)
        (void)csm_tk_ok(w->p->tk, "knowledge.publish", "{'id':'%s'}", id);
    return id;
}

static const char *row_called(world *w, const char *name, size_t len)
{
    const struct { const char *name, *id; } fixed[] = {
        { "P", w->p->P }, { "pat", w->p->pat }, { "ivy", w->p->ivy }, { "joe", w->p->joe }, { "desk", w->p->desk },
        { "alert", w->alert }, { "listedsold", w->listed_sold }, { "listeditem", w->listed_item },
    };

    for (size_t n = 0; n < sizeof(fixed) / sizeof(fixed[0]); n++)
        if (strlen(fixed[n].name) == len && strncmp(fixed[n].name, name, len) == 0)
            return fixed[n].id;
    for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
        if (strlen(names[n].name) == len && strncmp(names[n].name, name, len) == 0)
            return insert(w, names[n].table, names[n].values);
    fail_msg("no row is called %s", name);
    return "";
}

/* Puts rows and numbers in. As the local administrator. */
static void fill(world *w, const char *values, char *out)
{
    size_t len = 0;

    for (const char *at = values; *at != '\0'; at++) {
        size_t name = *at == '@' ? strspn(at + 1, "abcdefghijklmnopqrstuvwxyzP") : 0;
        int more;

        if (name > 0)
            more = snprintf(out + len, VALUES_BYTES - len, "%s", row_called(w, at + 1, name));
        else if (*at == '#')
            more = snprintf(out + len, VALUES_BYTES - len, "%u", ++w->serial);
        else
            more = snprintf(out + len, VALUES_BYTES - len, "%c", *at);
        assert_true(more > 0 && len + (size_t)more < VALUES_BYTES);
        len += (size_t)more;
        at += name;
    }
}

static const char *make(world *w, const subject *s)
{
    as(w->p, NULL);
    return insert(w, s->table, s->values);
}

/* ---- trying ---- */

/* Whether the answer means that the caller has the right (what stands in the way is something else). */
static bool may(csm_status st)
{
    return st == CSM_OK || st == CSM_E_REJECTED || st == CSM_E_EXISTS;
}

static bool sees(world *w, const subject *s, const char *id)
{
    bool seen = csm_tk_sees(w->p->tk, s->table, id);

    if (!seen)
        csm_tk_hidden(w->p->tk, s->table, id);
    return seen;
}

/* Of what customers read nothing leaves that speaks of the work behind it. */
static void assert_nothing_internal(world *w, const subject *s, const char *id)
{
    static const char *const internal[] = {
        "work_notes", "assignment_group", "assigned_to", "work_notes_list", "watch_list", "skills", "alert", "configuration_item",
        "service_context", "owned_by", "supported_by", "source", "author", "use_count", "view_count", "draft", "posted_by", "user",
        "fulfillment_plan", "delivery_plan", "approval_required", "approval_group", "approver", "cost", "vendor",
        "vendor_contract", "contract_administrator", "recipient_list", "sys_created_by", "sys_updated_by",
    };
    const csm_value *row = csm_tk_get(w->p->tk, s->table, id);

    for (size_t n = 0; n < sizeof(internal) / sizeof(internal[0]); n++)
        if (csm_tk_has(row, internal[n]))
            fail_msg("%s of %s leaves to %s", internal[n], s->table, w->p->who);
}

/* *id: the row, made anew when it is gone; @p values of a further one. */
static void try(world *w, const subject *s, size_t role, const char **id, const char *values, char *cell)
{
    const csm_value *out;
    csm_status st;

    as(w->p, roles[role]);
    if (may(csm_tk_call(w->p->tk, &out, "record.insert", "{'table':'%s','values':{%s}}", s->table, values)))
        *cell++ = 'C';
    if (sees(w, s, *id)) {
        *cell++ = 'R';
        if (role >= OUTSIDE)
            assert_nothing_internal(w, s, *id);
    }
    if (s->update != NULL && may(csm_tk_call(w->p->tk, &out, "record.update", "{'table':'%s','id':'%s','values':{%s}}", s->table,
                                             *id, s->update)))
        *cell++ = 'W';
    st = csm_tk_call(w->p->tk, &out, "record.delete", "{'table':'%s','id':'%s'}", s->table, *id);
    if (may(st))
        *cell++ = 'D';
    if (st == CSM_OK)
        *id = make(w, s);
    *cell = '\0';
}

static void every_role_on_every_further_table(void **state)
{
    world *w = *state;
    unsigned wrong = 0;

    for (size_t t = 0; t < sizeof(subjects) / sizeof(subjects[0]); t++) {
        const char *id = make(w, &subjects[t]);
        char values[VALUES_BYTES], cell[8];

        fill(w, subjects[t].values, values);
        for (size_t r = 0; r < ROLES; r++) {
            try(w, &subjects[t], r, &id, values, cell);
            if (strcmp(cell, subjects[t].cells[r]) != 0) {
                print_error("%s, %s: got \"%s\", wanted \"%s\"\n", subjects[t].table, roles[r], cell, subjects[t].cells[r]);
                wrong++;
            }
        }
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_on_every_further_table),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
