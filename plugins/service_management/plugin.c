/* The descriptor: what this plugin brings, and who reaches it. */
#include "service_management.h"

static const csm_choice resolution_choices[] = {
    { "closed_prb", "Solved - Fixed by closing related PRB", "Solved", NULL },
    { "workaround_open_prb", "Solved - Workaround provided based on open PRB", "Workaround provided", NULL },
    { "closed_chg", "Solved - Fixed by closing related Change Request", "Solved", NULL },
    { "closed_inc", "Solved - Fixed by closing related Incident", "Solved", NULL },
};
static const csm_field case_fields[] = {
    CSM_TEXT("resolution_code", .flags = CSM_OVERRIDE | CSM_MORE_CHOICES, CSM_CHOICES(resolution_choices)),
    CSM_REF("incident", "incident", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_REF("problem", "problem", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_REF("change", "change_request", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .doc = "Change that fixes it"),
    CSM_REF("caused_by", "change_request", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .label = "Caused by Change"),
};
static const csm_field problem_fields[] = {
    CSM_REF("known_error_article", "kb_knowledge", .flags = CSM_INDEXED | CSM_READ_ONLY, .on_delete = CSM_CLEAR,
            .doc = "Tells how to live with it"),
};
static const csm_table_ext table_exts[] = {
    { .table = CASE, .fields = CSM_ARRAY(case_fields) },
    { .table = "problem", .fields = CSM_ARRAY(problem_fields) },
};

static const csm_field_right field_rights[] = {
    { CASE, "incident", CSM_OP_WRITE, "sn_incident_write" },
    { CASE, "problem", CSM_OP_WRITE, "sn_problem_write" },
    { CASE, "change", CSM_OP_WRITE, "sn_change_write" },
    { CASE, "caused_by", CSM_OP_WRITE, "sn_change_write" },
};

/* Technical support reads the cases of records it may read. */
#define VIA(f) { .table = CASE, .ops = CSM_OP_READ, .role = "itil", .via = (f) }

static const csm_scope scopes[] = {
    VIA("incident"), VIA("problem"), VIA("change"), VIA("caused_by"),
};

static const csm_property properties[] = {
    { "csm.change.customer_approval_required", CSM_T_BOOL, "false", "No change from a case before its customer approved" },
    { "csm.external_access.problem", CSM_T_BOOL, "false", "Customers see the problem of their case" },
    { "csm.external_access.change", CSM_T_BOOL, "false", "Customers see the change of their case" },
};

static const csm_dep depends[] = {
    { "customer_service", "1.0" }, { "knowledge", "1.0" }, { "incident", "1.0" }, { "problem", "1.0" }, { "change", "1.0" },
};

CSM_PLUGIN(service_management, .version = "1.0.0", .summary = "Cases with incidents, problems and changes",
           .alias = "com.sn_cs_sm", .depends = CSM_ARRAY(depends), .properties = CSM_ARRAY(properties),
           .table_exts = CSM_ARRAY(table_exts), .field_rights = CSM_ARRAY(field_rights), .scopes = CSM_ARRAY(scopes),
           .rules = CSM_ARRAY(service_management_rules), .methods = CSM_ARRAY(service_management_methods),
           .points = CSM_ARRAY(service_management_points), .impls = CSM_ARRAY(service_management_impls),
           .links = CSM_ARRAY(service_management_links), .demo = CSM_ARRAY(service_management_demo))
