/* The descriptor: what this plugin brings, and who reaches it. */
#include "configuration.h"

#define SEES(t) { .table = (t), .ops = CSM_OP_READ, .role = "cmdb_read", .inherit = true }
#define OWNS(t) { .table = (t), .ops = CSM_OP_CRWD, .role = "itil", .inherit = true }

static const csm_scope scopes[] = {
    SEES("cmdb_ci"), SEES("cmdb_rel_type"), SEES("cmdb_rel_ci"), SEES("cmdb_ci_outage"), SEES("cmdb_outage_ci_mtom"),
    OWNS("cmdb_ci"), OWNS("cmdb_rel_type"), OWNS("cmdb_rel_ci"), OWNS("cmdb_ci_outage"), OWNS("cmdb_outage_ci_mtom"),
    OWNS("task_outage"),
    { .table = "task_outage", .ops = CSM_OP_READ, .role = "snc_internal", .via = "task", .doc = "Outages of a readable task" },
};

/* Columns every task has for the item it is about. */
static const csm_field task_fields[] = {
    CSM_REF("cmdb_ci", "cmdb_ci", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .label = "Configuration item"),
    CSM_REF("business_service", "cmdb_ci_service", .label = "Service"),
    CSM_REF("service_offering", "service_offering", .label = "Service offering"),
};
static const csm_table_ext table_exts[] = { { .table = "task", .fields = CSM_ARRAY(task_fields) } };

static const csm_seed seeds[] = {
    { "cmdb_rel_type", "depends_on", "name=Depends on::Used by^parent_descriptor=Depends on^child_descriptor=Used by" },
};

/* An outage ends after it begins. */
static csm_status check_outage(csm_ctx *ctx, csm_change *ch)
{
    csm_value begin = csm_change_new(ctx, ch, "begin"), end = csm_change_new(ctx, ch, "end");

    if (end.type == CSM_T_TIME && begin.type == CSM_T_TIME && end.i < begin.i)
        return csm_fail_field(ctx, CSM_E_REJECTED, "end", "field \"end\": the outage would end before it begins");
    return CSM_OK;
}

static csm_status check_relation(csm_ctx *ctx, csm_change *ch)
{
    if (csm_id_eq(csm_change_new_ref(ctx, ch, "parent"), csm_change_new_ref(ctx, ch, "child")))
        return csm_fail_field(ctx, CSM_E_REJECTED, "child", "an item does not depend on itself");
    return CSM_OK;
}

static const csm_rule rules[] = {
    { .table = "cmdb_ci_outage", .when = CSM_BEFORE_WRITE, .run = check_outage, .doc = "Outages have a length" },
    { .table = "cmdb_rel_ci", .when = CSM_BEFORE_WRITE, .run = check_relation, .doc = "No item depends on itself" },
};

static const csm_dep depends[] = { { "foundation", "1.0" } };

CSM_PLUGIN(configuration, .version = "1.0.0", .summary = "Configuration items, services, relations, outages",
           .depends = CSM_ARRAY(depends), .tables = CSM_ARRAY(configuration_tables), .table_exts = CSM_ARRAY(table_exts),
           .seeds = CSM_ARRAY(seeds), .scopes = CSM_ARRAY(scopes), .rules = CSM_ARRAY(rules))
