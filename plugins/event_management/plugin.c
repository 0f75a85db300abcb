/* The descriptor: what this plugin brings, and who reaches it. */
#include "event_management.h"

static const csm_role roles[] = {
    { INTEGRATION, "snc_internal", "Monitoring systems that send events" },
    { OPERATOR, "cmdb_read", "Works alerts" },
    { ADMIN, OPERATOR, "Keeps what is done with alerts by itself" },
};

#define SEES(t, r) { .table = (t), .ops = CSM_OP_READ, .role = (r) }

static const csm_scope scopes[] = {
    SEES(EVENT, OPERATOR), SEES(ALERT, OPERATOR), SEES(ALERT, "itil"), SEES(ALERT_RULE, OPERATOR), SEES(IMPACTED, OPERATOR),
    SEES(IMPACT_STATUS, "cmdb_read"),
    { .table = EVENT, .ops = CSM_OP_CREATE, .role = INTEGRATION },
    { .table = ALERT, .ops = CSM_OP_WRITE, .role = OPERATOR, .fields = "cmdb_ci,parent,task,work_notes" },
    { .table = ALERT_RULE, .ops = CSM_OP_CRWD, .role = ADMIN },
};

static const csm_field_right field_rights[] = {
    { ALERT, "task", CSM_OP_WRITE, "sn_incident_write" },
};

static const csm_property properties[] = {
    { PROPERTY_REOPEN_WINDOW, CSM_T_INT, "300", "Seconds after its closing in which trouble opens an alert again" },
    { PROPERTY_FLAP_WINDOW, CSM_T_INT, "600", "Seconds in which clears and returns of an alert are counted" },
    { PROPERTY_FLAP_COUNT, CSM_T_INT, "10", "Clears and returns in that time after which it flaps" },
    { PROPERTY_IMPACT_LIMIT, CSM_T_INT, "1000", "Items one alert impacts at most, at most 10000" },
    { PROPERTY_EVENT_DAYS, CSM_T_INT, "7", "Days events are kept; alerts stay" },
    { PROPERTY_ALERT_DAYS, CSM_T_INT, "365", "Days an alert is kept after it closed; one a record was made of stays" },
};

/* ---- points ---- */

static const csm_param action_params[] = {
    CSM_PARAM_ID("alert", .table = ALERT, .doc = "The alert"),
    CSM_PARAM_ID("rule", .table = ALERT_RULE, .doc = "The rule that acts"),
    CSM_PARAM("action", CSM_T_TEXT, .doc = "What it asks for"),
    CSM_PARAM("flow", CSM_T_TEXT, .doc = "Of action run_flow: which"),
};
static const csm_param action_returns[] = { CSM_PARAM("done", CSM_T_BOOL, .doc = "Somebody knew the action") };
static const csm_param impact_params[] = {
    CSM_PARAM_ID("alert", .table = ALERT, .doc = "The alert"),
    CSM_PARAM("moved", CSM_T_BOOL, .doc = "It impacts other items than before"),
};
static const csm_param incident_params[] = {
    CSM_PARAM_ID("source", .table = ALERT, .doc = "The alert"),
    CSM_PARAM("values", CSM_T_MAP, .doc = "What the incident gets so far"),
};
static const csm_param incident_returns[] = { CSM_PARAM("values", CSM_T_MAP, .doc = "What it gets besides or instead") };

static const csm_point points[] = {
    { .name = POINT_ACTION, .params = CSM_ARRAY(action_params), .returns = CSM_ARRAY(action_returns),
      .doc = "Does what a management rule asks for, beyond incidents" },
    { .name = POINT_IMPACT, .params = CSM_ARRAY(impact_params), .doc = "What an alert impacts is marked: others may go on from there" },
    { .name = POINT_INCIDENT, .params = CSM_ARRAY(incident_params), .returns = CSM_ARRAY(incident_returns),
      .cardinality = CSM_REPLACE, .doc = "Values of an incident made of an alert" },
};
static const csm_impl impls[] = {
    { .point = POINT_INCIDENT, .order = 1000, .run = incident_values, .doc = "Title, item, impact and urgency" },
};

/* ---- the incident of an alert ---- */

static const csm_link_note incident_notes[] = {
    { "stateCHANGES", "${number}: ${state.old} -> ${state}" },
    { "stateCHANGESTO6", "${number} ${close_code}: ${close_notes}" },
};
static const csm_task_link links[] = {
    { .name = "incident", .source = ALERT, .linked = "incident", .field = "task", .methods = "alert", .role = "sn_incident_write",
      .may_create = "taskISEMPTY^NQtask.active=false", .may_create_message = "the alert has an incident that is not closed",
      .may_associate = "active=true", .point = POINT_INCIDENT, .params = "short_description,assigned_to,assignment_group",
      .required = "short_description", .source_note = "work_notes", .linked_note = "work_notes",
      .notes = CSM_ARRAY(incident_notes), .released = "active=false", .doc = "Technical support removes the cause of an alert" },
};

/* ---- rules ---- */

#define RULE(t, w, o, c, f, d) { .table = (t), .when = (w), .order = (o), .filter = (c), .run = (f), \
                                 .name = "event_management." #f, .doc = (d) }

static const csm_rule rules[] = {
    RULE(EVENT, CSM_BEFORE_INSERT, 50, NULL, event_received, "An event is folded into the alert of its key"),
    RULE(ALERT, CSM_BEFORE_WRITE, 60, "taskCHANGES^taskISNOTEMPTY", alert_used, "An alert with an incident stays"),
    RULE(ALERT, CSM_AFTER_WRITE, 100,
         "stateCHANGES^NQseverityCHANGES^NQcmdb_ciCHANGES^NQmaintenanceCHANGES^NQtaskCHANGES", alert_changed,
         "What it impacts is marked, and rules act"),
    RULE(IMPACTED, CSM_AFTER_DELETE, 100, NULL, mark_deleted, "How the item fares without it"),
    RULE(ALERT_RULE, CSM_BEFORE_WRITE, 50, NULL, rule_check, "A flow where one is asked for"),
};

static const csm_job jobs[] = {
    { .name = JOB_FOLLOW, .run = alert_follow, .doc = "Marks what an alert impacts, then lets rules act" },
    { .name = JOB_ACTION, .run = run_action, .doc = "Does what a management rule asks for" },
    { .name = JOB_FLAP_END, .run = alert_flap_end, .doc = "An alert that no longer comes and goes" },
    { .name = "event_management.purge", .every_s = 3600, .run = purge_events, .catch_up = true, .doc = "Deletes old events" },
    { .name = "event_management.purge_alerts", .every_s = 86400, .run = purge_alerts, .catch_up = true,
      .doc = "Deletes alerts that closed long ago" },
};

static const csm_dep depends[] = { { "foundation", "1.0" }, { "configuration", "1.0" }, { "incident", "1.0" } };

CSM_PLUGIN(event_management, .version = "1.0.0", .summary = "Events of monitoring systems, alerts, what they impact",
           .alias = "com.glideapp.itom.snac", .depends = CSM_ARRAY(depends), .properties = CSM_ARRAY(properties),
           .tables = CSM_ARRAY(event_management_tables), .roles = CSM_ARRAY(roles),
           .scopes = CSM_ARRAY(scopes), .field_rights = CSM_ARRAY(field_rights), .states = CSM_ARRAY(event_management_states),
           .derived = CSM_ARRAY(event_management_derived), .rules = CSM_ARRAY(rules), .methods = CSM_ARRAY(event_management_methods),
           .points = CSM_ARRAY(points), .impls = CSM_ARRAY(impls), .jobs = CSM_ARRAY(jobs), .links = CSM_ARRAY(links))
