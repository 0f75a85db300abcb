/* The descriptor: what this plugin brings. */
#include "request_management.h"

static const csm_choice resolution_choices[] = {
    { "request_complete", "Solved - Related Request is Closed Complete", "Request delivered", NULL },
};
static const csm_field case_fields[] = {
    CSM_TEXT("resolution_code", .flags = CSM_OVERRIDE | CSM_MORE_CHOICES, CSM_CHOICES(resolution_choices)),
    CSM_LIST("requests", REQUEST, .flags = CSM_INDEXED | CSM_READ_ONLY, .on_delete = CSM_CLEAR, .doc = "Raised from it"),
    CSM_BOOL("initiated_as_request", .dflt = "false", .flags = CSM_READ_ONLY,
             .doc = "The customer ordered something; the case came of it"),
};
static const csm_field request_fields[] = {
    CSM_REF("account", "customer_account", .flags = CSM_INDEXED | CSM_READ_ONLY, .on_delete = CSM_CLEAR, .doc = "As its case"),
    CSM_REF("contact", "customer_contact", .flags = CSM_INDEXED | CSM_READ_ONLY, .on_delete = CSM_CLEAR, .doc = "As its case"),
    CSM_REF("consumer", "csm_consumer", .flags = CSM_INDEXED | CSM_READ_ONLY, .on_delete = CSM_CLEAR, .doc = "As its case"),
};
static const csm_table_ext table_exts[] = {
    { .table = CASE, .fields = CSM_ARRAY(case_fields) },
    { .table = REQUEST, .fields = CSM_ARRAY(request_fields) },
};

static const csm_field mapping_fields[] = {
    CSM_TEXT("name", .length = 100),
    CSM_TEXT("parent_table", .length = 80, .flags = CSM_REQUIRED | CSM_UNIQUE, .doc = "Table, itself, not those that extend it"),
    CSM_TEXT("request_parent", .length = 80, .dflt = "parent", .flags = CSM_REQUIRED),
    CSM_TEXT("parent_requestor", .length = 80, .dflt = "contact", .doc = "Field of the parent: who gets what is requested"),
};
static const csm_table tables[] = {
    { .name = MAPPING, .label = "Request Parent Mapping", .fields = CSM_ARRAY(mapping_fields), .order = "name",
      .doc = "Which tasks a request may be raised from" },
};

static const csm_property properties[] = {
    { "csm.external_access.request", CSM_T_BOOL, "true", "Customers see the requests of their cases" },
};
static const csm_caller_value caller_values[] = {
    { "request_tables_shown", CSM_T_TEXT, tables_shown, "Tables of requests that are open to customers" },
};

static const csm_seed seeds[] = {
    { MAPPING, "case", "name=Case^parent_table=" CASE "^request_parent=parent^parent_requestor=contact" },
    { "item_option_new_set", "csm_request_variable_set", "name=csm_request_variable_set^title=For whom" },
    { "item_option_new", "csm_account", "variable_set=@key:item_option_new_set/csm_request_variable_set^name=account"
      "^question_text=Account^type=reference^reference=customer_account^order=10" },
    { "item_option_new", "csm_contact", "variable_set=@key:item_option_new_set/csm_request_variable_set^name=contact"
      "^question_text=Contact^type=reference^reference=customer_contact^order=20" },
};

/* ---- points ---- */

static const csm_param in_params[] = {
    CSM_PARAM_ID("source", .table = CASE, .doc = "The case"),
    CSM_PARAM("values", CSM_T_MAP, .doc = "What the new request gets so far"),
};
static const csm_param out_params[] = {
    CSM_PARAM("values", CSM_T_MAP, .doc = "What it gets besides or instead; what the agent gives wins"),
};
static const csm_point points[] = {
    { .name = POINT_REQUEST, .params = CSM_ARRAY(in_params), .returns = CSM_ARRAY(out_params), .cardinality = CSM_REPLACE,
      .doc = "Values of a request raised from a case (CSMRequestIntegrations)" },
};
static const csm_impl impls[] = {
    { .point = CSM_POINT_LINK_CHANGED, .order = 200, .run = item_linked, .doc = "The case hears what its requested items need" },
};

static const csm_rule rules[] = {
    { .table = REQUEST, .when = CSM_BEFORE_WRITE, .order = 40, .filter = "parentCHANGES", .run = request_parent,
      .name = "request_management.parent", .doc = "What a request is raised from, and for whom" },
    { .table = REQUEST, .when = CSM_AFTER_WRITE, .filter = "parentCHANGES", .run = request_listed,
      .name = "request_management.listed", .doc = "The case lists its requests" },
    { .table = MAPPING, .when = CSM_BEFORE_WRITE, .run = mapping_check, .name = "request_management.mapping",
      .doc = "A mapping names what is there" },
    { .table = CASE, .when = CSM_AFTER_UPDATE, .filter = "accountCHANGES^NQcontactCHANGES^NQconsumerCHANGES",
      .run = customer_moved, .name = "request_management.customer", .doc = "Requests show the customer of their case" },
};

static const csm_dep depends[] = { { "customer_service", "1.0" }, { "catalog", "1.0" } };

CSM_PLUGIN(request_management, .version = "1.0.0", .summary = "Cases with requests", .alias = "com.sn_cs_sm_request",
           .depends = CSM_ARRAY(depends), .properties = CSM_ARRAY(properties), .tables = CSM_ARRAY(tables),
           .table_exts = CSM_ARRAY(table_exts), .seeds = CSM_ARRAY(seeds), .demo = CSM_ARRAY(request_management_demo),
           .scopes = CSM_ARRAY(request_management_scopes), .caller_values = CSM_ARRAY(caller_values), .rules = CSM_ARRAY(rules),
           .methods = CSM_ARRAY(request_management_methods), .points = CSM_ARRAY(points), .impls = CSM_ARRAY(impls),
           .links = CSM_ARRAY(request_management_links))
