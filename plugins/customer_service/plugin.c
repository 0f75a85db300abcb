/* The descriptor: what this plugin brings. */
#include "customer_service.h"

#define FROM_CASE(f) { .kind = CSM_DERIVE_COPY, .table = "sn_customerservice_task", .field = (f), .inputs = "parent_case", \
                       .source_field = (f), .doc = "As the case" }

static const csm_derived derived[] = {
    FROM_CASE("account"),
    FROM_CASE("contact"),
    FROM_CASE("consumer"),
};

static const csm_caller_value caller_values[] = {
    { "team_accounts", CSM_T_ID, team_accounts, "Accounts one has a responsibility for" },
};

static const csm_property properties[] = {
    { "sn_customerservice.FTS_flag_enabled", CSM_T_BOOL, "false", "Urgent cases the customer writes on follow the sun" },
    { "sn_customerservice.contact_role_assignment", CSM_T_TEXT,
      "partner_admin,partner,customer_admin,customer_case_manager,customer", "Roles contacts may be given" },
    { "sn_customerservice.consumer_max_new_cases_daily", CSM_T_INT, "10", "New cases of an external consumer a day" },
    { "sn_customerservice.consumer_max_comments_per_case_daily", CSM_T_INT, "25",
      "Comments of an external consumer on one case a day" },
    { "sn_customerservice.consumer_max_attachments_per_record", CSM_T_INT, "5", "Files of an external consumer on one record" },
    { "csm.case.reopen_closed_days", CSM_T_INT, "0", "Days a closed case may be reopened; 0: never" },
    { "csm.case.auto_close", CSM_T_BOOL, "false", "Solved cases close by themselves when the customer does not answer" },
    { "csm.case.auto_close_days", CSM_T_INT, "10", "Days after the solution was proposed" },
    { "csm.case.relay_prefix", CSM_T_TEXT, "From our technical team: ", "What a comment begins with that relays a work note" },
    { "csm.entitlement.weights", CSM_T_TEXT, ENTITLEMENT_WEIGHTS,
      "What a case and an entitlement are compared by, of columns that are there, and how much each counts; 0 compares and "
      "counts nothing, what is left out is not compared" },
    { "sn_customerservice.advanced_entitlements", CSM_T_BOOL, "false", "Several entitlements hang on a case, as rows of their own" },
    { "csm.entitlement.inherit", CSM_T_BOOL, "false", "Entitlements and contracts of accounts above hold too" },
};

static const csm_param calc_params[] = {
    CSM_PARAM("values", CSM_T_MAP, .flags = CSM_PARAM_REQUIRED, .doc = "Of the case: channel and what csm.entitlement.weights names"),
};
static const csm_param calc_returns[] = { CSM_PARAM("entitlements", CSM_T_LIST, .doc = "Ids, best first") };
static const csm_param verify_params[] = { CSM_PARAM_ID("case", .table = "sn_customerservice_case") };
static const csm_param verify_returns[] = { CSM_PARAM("lines", CSM_T_LIST, .doc = "Maps of check, ok (nil: nothing to say yes or no to), reason") };
static const csm_point points[] = {
    { .name = POINT_ENTITLEMENT, .params = CSM_ARRAY(calc_params), .returns = CSM_ARRAY(calc_returns),
      .cardinality = CSM_REPLACE, .doc = "Which entitlements hold for a case (EntitlementCalc)" },
    { .name = POINT_VERIFY, .params = CSM_ARRAY(verify_params), .returns = CSM_ARRAY(verify_returns),
      .cardinality = CSM_COLLECT, .doc = "What decides the level of support of a case; of several lines of one check a yes is enough" },
};
static const csm_impl impls[] = {
    { .point = POINT_ENTITLEMENT, .order = 1000, .run = entitlement_calc, .doc = "By owner, dates, channel, units and weights" },
    { .point = POINT_VERIFY, .order = 1000, .run = verify_case, .doc = "Customer, contact, product, asset, entitlement, contract" },
};

static const csm_job jobs[] = {
    { .name = "case.auto_close", .every_s = 3600, .run = auto_close_job, .catch_up = true,
      .doc = "Closes solved cases whose customer did not answer" },
};

static const csm_dep depends[] = {
    { "foundation", "1.0" }, { "knowledge", "1.0" }, { "customer_base", "1.0" }, { "products", "1.0" }, { "contracts", "1.0" },
};

CSM_PLUGIN(customer_service, .version = "1.0.0", .summary = "Cases, case tasks, who may see and answer them",
           .alias = "com.sn_customerservice", .depends = CSM_ARRAY(depends), .properties = CSM_ARRAY(properties),
           .tables = CSM_ARRAY(customer_service_tables), .table_exts = CSM_ARRAY(customer_service_exts),
           .links = CSM_ARRAY(customer_service_links), .seeds = CSM_ARRAY(customer_service_seeds),
           .demo = CSM_ARRAY(customer_service_demo), .scopes = CSM_ARRAY(customer_service_scopes),
           .caller_values = CSM_ARRAY(caller_values), .states = CSM_ARRAY(customer_service_states),
           .derived = CSM_ARRAY(derived), .rules = CSM_ARRAY(customer_service_rules),
           .methods = CSM_ARRAY(customer_service_methods), .points = CSM_ARRAY(points), .impls = CSM_ARRAY(impls),
           .jobs = CSM_ARRAY(jobs))
