/* The descriptor: what this plugin brings, and who reaches it. */
#include "proactive_ops.h"

/* ---- columns of others ---- */

static const csm_choice health_choices[] = {
    { "critical", "Critical", "Down", NULL },       { "major", "Major", "Badly affected", NULL },
    { "minor", "Minor", "Slightly affected", NULL }, { "warning", "Warning", "Being watched", NULL },
    { "normal", "Normal", "Working", NULL },         { "not_available", "Not available", "Not monitored", NULL },
};

static const csm_field alert_fields[] = {
    CSM_REF("case", CASE, .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .doc = "Proactive case that was made of it"),
};
static const csm_field case_fields[] = {
    CSM_REF("alert", ALERT, .flags = CSM_INDEXED | CSM_READ_ONLY, .on_delete = CSM_CLEAR, .doc = "Alert it was made of"),
};
static const csm_field affected_fields[] = {
    CSM_REF("alert", ALERT, .flags = CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE, .doc = "Alert that affects the item"),
};
static const csm_index affected_indexes[] = {
    { .name = "of_alert", .columns = "alert,install_base", .flags = CSM_INDEX_UNIQUE },
};
static const csm_field item_fields[] = {
    CSM_REF("service_context", "cmdb_ci_service", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .label = "Service",
            .doc = "Service the item is part of"),
    CSM_TEXT("health_status", .length = 40, .flags = CSM_READ_ONLY, .dflt = "not_available", CSM_CHOICES(health_choices)),
    CSM_TIME("health_last_updated", .flags = CSM_READ_ONLY),
};
static const csm_table_ext table_exts[] = {
    { .table = ALERT, .fields = CSM_ARRAY(alert_fields) },
    { .table = CASE, .fields = CSM_ARRAY(case_fields) },
    { .table = AFFECTED, .fields = CSM_ARRAY(affected_fields), .indexes = CSM_ARRAY(affected_indexes) },
    { .table = ITEM, .fields = CSM_ARRAY(item_fields) },
};

static const csm_scope scopes[] = {
    { .table = CASE, .ops = CSM_OP_READ, .role = OPERATOR, .filter = "alertISNOTEMPTY", .doc = "Cases born from an alert" },
    { .table = CASE, .ops = CSM_OP_WRITE, .role = OPERATOR, .filter = "alertISNOTEMPTY", .fields = "work_notes" },
    { .table = ALERT, .ops = CSM_OP_READ, .role = "sn_esm_agent", .via = "case", .doc = "The alert of a readable case" },
    { .table = AFFECTED, .ops = CSM_OP_READ, .role = OPERATOR, .via = "alert" },
    { .table = ITEM, .ops = CSM_OP_READ, .role = "snc_external", .fields = "health_status,health_last_updated",
      .flags = CSM_SCOPE_ADDS },
    { .table = TASK_OUTAGE, .ops = CSM_OP_READ, .role = OPERATOR, .via = "task" },
};

static const csm_property properties[] = {
    { PROPERTY_FLOW, CSM_T_BOOL, "true", "Cases made from alerts are processed by how many accounts are affected" },
    { PROPERTY_MAJOR, CSM_T_TEXT, "none", "What such a case becomes when enough accounts are affected: none, proposed, accepted" },
    { PROPERTY_THRESHOLD, CSM_T_INT, "2", "Affected accounts that are enough, at most 1000" },
    { PROPERTY_SINGLE, CSM_T_BOOL, "false", "The only affected account, and its primary contact, are put on the case" },
    { PROPERTY_RESOLVE, CSM_T_BOOL, "false", "When all alerts of a case are closed, a solution is proposed" },
    { PROPERTY_CLOSE, CSM_T_BOOL, "false", "When all alerts of a case are closed, it closes if no customer wrote" },
};

static const csm_seed seeds[] = {
    { "em_alert_management_rule", "create_proactive_case", "name=Create Proactive Case^order=200^active=false"
      "^condition=taskISNOTEMPTY^action=create_proactive_case" },
};

static const csm_impl impls[] = {
    { .point = "event_management.impact/1", .order = 100, .run = impact_settled, .doc = "Affected items follow what an alert impacts" },
    { .point = "event_management.action/1", .order = 100, .run = rule_action, .doc = "Opens the proactive case of an alert" },
};

/* ---- rules ---- */

#define RULE(t, w, o, c, f, d) { .table = (t), .when = (w), .order = (o), .filter = (c), .run = (f), \
                                 .name = "proactive_ops." #f, .doc = (d) }

static const csm_rule rules[] = {
    RULE(IMPACT_STATUS, CSM_AFTER_WRITE, 100, "severityCHANGES", status_changed, "Items fare as what they stand on"),
    RULE(ITEM, CSM_BEFORE_WRITE, 90, "configuration_itemCHANGES^NQservice_contextCHANGES", item_health, "An item fares as what it stands on"),
    RULE(ALERT, CSM_BEFORE_WRITE, 60, "caseCHANGES^caseISNOTEMPTY", alert_has_case, "An alert with a case stays"),
    RULE(ALERT, CSM_AFTER_UPDATE, 110, "activeCHANGESTOfalse", alert_closed, "What a closed alert means for its case"),
    RULE(CASE, CSM_AFTER_UPDATE, 120, "major_case_stateCHANGESTOaccepted^alertISNOTEMPTY", candidate_accepted,
         "The recipients of a major case made from an alert"),
    RULE(CASE, CSM_AFTER_INSERT, 120, "sync_driver=true", child_made, "A child case carries its customer's items"),
};

static const csm_job jobs[] = {
    { .name = JOB_AFFECTED, .run = affected_job, .doc = "Lists the install base items an alert affects" },
    { .name = JOB_ITEMS, .run = items_job, .doc = "Lists affected items on the case of an alert, then processes the case" },
    { .name = JOB_LIST, .run = list_job, .doc = "Makes the recipients list of a major case made from an alert" },
    { .name = JOB_CHILD, .run = child_job, .doc = "Lists a customer's affected items on his child case" },
    { .name = JOB_HEALTH, .run = health_job, .doc = "Items fare as what they stand on" },
    { .name = JOB_OUTAGE, .run = outage_job, .doc = "Lists the configuration items of an outage made from a case" },
    { .name = JOB_CLOSED, .run = closed_job, .doc = "Proposes a solution on the case of closed alerts, and on its child cases" },
};

static const csm_dep depends[] = {
    { "event_management", "1.0" }, { "major_issue", "1.0" }, { "install_base", "1.0" }, { "service_management", "1.0" },
    { "action_status", "1.0" },
};

CSM_PLUGIN(proactive_ops, .version = "1.0.0", .summary = "From alerts to the customers they hit, before they call",
           .alias = "com.snc.proactive_cs_ops", .depends = CSM_ARRAY(depends), .properties = CSM_ARRAY(properties),
           .table_exts = CSM_ARRAY(table_exts), .seeds = CSM_ARRAY(seeds),
           .demo = CSM_ARRAY(proactive_ops_demo), .scopes = CSM_ARRAY(scopes), .rules = CSM_ARRAY(rules),
           .methods = CSM_ARRAY(proactive_ops_methods), .impls = CSM_ARRAY(impls), .jobs = CSM_ARRAY(jobs))
