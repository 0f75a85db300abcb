/* Events, alerts, what they impact and what is done with them. Source: DOMAIN 2.11. */
#include "event_management.h"

static const csm_choice severity_choices[] = {
    { "0", "Clear", NULL, NULL }, { "1", "Critical", NULL, NULL }, { "2", "Major", NULL, NULL },
    { "3", "Minor", NULL, NULL }, { "4", "Warning", NULL, NULL },  { "5", "Info", NULL, NULL },
};
static const csm_choice resolution_choices[] = { { "New", "New", NULL, NULL }, { "Closing", "Closing", NULL, NULL } };
static const csm_choice event_state_choices[] = {
    { "Ready", "Ready", NULL, NULL },     { "Processing", "Processing", NULL, NULL }, { "Processed", "Processed", NULL, NULL },
    { "Ignored", "Ignored", NULL, NULL }, { "Error", "Error", NULL, NULL },
};
static const csm_choice alert_state_choices[] = {
    { STATE_OPEN, "Open", NULL, NULL }, { STATE_REOPEN, "Reopen", NULL, NULL }, { STATE_FLAPPING, "Flapping", NULL, NULL },
    { STATE_CLOSED, "Closed", NULL, NULL },
};
static const csm_choice action_choices[] = {
    { "create_incident", "Create an incident", NULL, NULL },
    { "create_proactive_case", "Create a proactive case", NULL, NULL },
    { "run_flow", "Run a flow", NULL, NULL },
};

#define SEVERITY(...) CSM_INT("severity", .min = 0, .max = 5, CSM_CHOICES(severity_choices), __VA_ARGS__)
/* What names the thing that speaks: the parts of a key that is not given. */
#define ORIGIN(f)                                                                                                  \
    CSM_TEXT("node", .length = 255, .flags = (f), .doc = "Machine, device or service"),                            \
    CSM_TEXT("type", .length = 100, .flags = (f), .doc = "Kind of trouble"),                                       \
    CSM_TEXT("resource", .length = 255, .flags = (f), .doc = "Part of the node"),                                  \
    CSM_TEXT("metric_name", .length = 100, .flags = (f), .doc = "What was measured")

static const csm_field event_fields[] = {
    CSM_TEXT("source", .length = 100, .flags = CSM_REQUIRED, .doc = "Monitoring system that sends it"),
    ORIGIN(0),
    CSM_TEXT("message_key", .length = 1024, .doc = "Events of one key are one alert; empty: source, node, type, resource, metric"),
    CSM_TEXT("event_class", .length = 100),
    SEVERITY(.flags = CSM_REQUIRED),
    CSM_TEXT("description", .length = 4000),
    CSM_JSON("additional_info"),
    CSM_TIME("time_of_event", .doc = "When it happened; empty, or later than now: now"),
    CSM_TEXT("resolution_state", .length = 20, .dflt = "New", CSM_CHOICES(resolution_choices)),
    CSM_REF("alert", ALERT, .flags = CSM_READ_ONLY | CSM_INDEXED, .on_delete = CSM_KEEP),
    CSM_TEXT("state", .length = 20, .flags = CSM_READ_ONLY, .dflt = "Ready", CSM_CHOICES(event_state_choices)),
    CSM_TEXT("processing_notes", .length = 1000, .flags = CSM_READ_ONLY, .doc = "Why no alert or no item was found for it"),
    CSM_JSON("ci_identifier", .doc = "One of sys_id, name, serial_number of the configuration item"),
};
static const csm_index event_indexes[] = {
    { .name = "of_key", .columns = "message_key,-time_of_event" },
};

static const csm_field alert_fields[] = {
    CSM_TEXT("number", .length = 40, .flags = CSM_UNIQUE | CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_TEXT("message_key", .length = 1024, .flags = CSM_READ_ONLY | CSM_REQUIRED),
    CSM_TEXT("open_key", .length = 1024, .flags = CSM_COMPUTED | CSM_NO_AUDIT, .doc = "The key while the alert is not closed: one of it"),
    CSM_TEXT("source", .length = 100, .flags = CSM_READ_ONLY),
    ORIGIN(CSM_READ_ONLY),
    SEVERITY(.flags = CSM_READ_ONLY | CSM_REQUIRED, .doc = "Of the latest event; a closed alert keeps its last one"),
    CSM_TEXT("state", .length = 20, .flags = CSM_REQUIRED, .dflt = STATE_OPEN, CSM_CHOICES(alert_state_choices)),
    CSM_BOOL("active", .dflt = "true", .flags = CSM_READ_ONLY, .doc = "Not closed"),
    CSM_REF("cmdb_ci", "cmdb_ci", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .label = "Configuration item"),
    CSM_TEXT("description", .length = 4000, .flags = CSM_READ_ONLY),
    CSM_BOOL("acknowledged", .dflt = "false"),
    CSM_BOOL("maintenance", .dflt = "false", .doc = "Expected: it impacts nothing and no rule acts on it"),
    CSM_REF("parent", ALERT, .flags = CSM_INDEXED | CSM_NO_CYCLE, .on_delete = CSM_CLEAR, .doc = "Alert this one follows from"),
    CSM_REF("task", "task", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .doc = "Incident that was made of it"),
    CSM_INT("event_count", .dflt = "0", .flags = CSM_READ_ONLY | CSM_NO_AUDIT),
    CSM_TIME("initial_event_time", .flags = CSM_READ_ONLY | CSM_NO_AUDIT),
    CSM_TIME("last_event_time", .flags = CSM_READ_ONLY | CSM_NO_AUDIT),
    CSM_TIME("closed_at", .flags = CSM_READ_ONLY),
    CSM_BOOL("cleared", .dflt = "false", .flags = CSM_READ_ONLY, .doc = "Its latest event was a clear"),
    CSM_INT("flap_count", .dflt = "0", .flags = CSM_READ_ONLY | CSM_NO_AUDIT, .doc = "Clears and returns in the running window"),
    CSM_TIME("flap_start", .flags = CSM_READ_ONLY | CSM_NO_AUDIT, .doc = "When the running window began"),
    CSM_BOOL("kept", .dflt = "false", .flags = CSM_READ_ONLY | CSM_NO_AUDIT, .doc = "A record was made of it: it stays for good"),
    CSM_BOOL("impact_cut", .dflt = "false", .flags = CSM_READ_ONLY, .doc = "It impacts more items than evt_mgmt.impact_limit"),
    CSM_JSON("additional_info", .flags = CSM_READ_ONLY | CSM_NO_AUDIT),
    CSM_JOURNAL("work_notes", .flags = CSM_INTERNAL),
};
static const csm_index alert_indexes[] = {
    { .name = "open_key", .columns = "open_key", .flags = CSM_INDEX_UNIQUE, .key_length = 255 },
    { .name = "closed_key", .columns = "message_key,-closed_at", .key_length = 255 },
    { .name = "over", .columns = "active,kept,closed_at" },
    { .name = "board", .columns = "active,severity,-last_event_time" },
};

static const csm_field rule_fields[] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_UNIQUE),
    CSM_INT("order", .dflt = "100", .min = -1000000, .max = 1000000),
    CSM_BOOL("active", .dflt = "true"),
    CSM_TEXT("collection", .length = 80, .dflt = ALERT, .flags = CSM_READ_ONLY, .doc = "What the condition speaks of"),
    CSM_CONDITION("condition", "collection", .length = 4000, .doc = "On the alert; empty: every alert"),
    CSM_TEXT("action", .length = 40, .flags = CSM_REQUIRED, CSM_CHOICES(action_choices)),
    CSM_TEXT("flow", .length = 100, .doc = "Name of the flow that run_flow runs"),
    CSM_DURATION("delay", .dflt = "0", .max = 604800, .doc = "How long the alert must have stood before"),
    CSM_TEXT("error", .length = 400, .flags = CSM_READ_ONLY, .doc = "Why it was switched off: its condition no longer reads"),
};
static const csm_index rule_indexes[] = { { .name = "in_turn", .columns = "active,order" } };

static const csm_field impacted_fields[] = {
    CSM_REF("alert", ALERT, .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("ci", "cmdb_ci", .flags = CSM_REQUIRED, .on_delete = CSM_CASCADE, .label = "Configuration item"),
    SEVERITY(.flags = CSM_REQUIRED),
};
static const csm_index impacted_indexes[] = {
    { .name = "pair", .columns = "alert,ci", .flags = CSM_INDEX_UNIQUE },
    { .name = "worst", .columns = "ci,severity" },
};

static const csm_field status_fields[] = {
    CSM_REF("element_id", "cmdb_ci", .flags = CSM_REQUIRED | CSM_UNIQUE | CSM_INDEXED, .on_delete = CSM_CASCADE, .label = "Element"),
    CSM_REF("business_service", "cmdb_ci_service", .flags = CSM_INDEXED, .on_delete = CSM_CASCADE, .label = "Service",
            .doc = "The element, when it is a service"),
    SEVERITY(.flags = CSM_REQUIRED, .doc = "The worst of the open alerts that impact it"),
};

const csm_table event_management_tables[EVENT_MANAGEMENT_TABLES] = {
    { .name = EVENT, .label = "Event", .fields = CSM_ARRAY(event_fields), .indexes = CSM_ARRAY(event_indexes),
      .flags = CSM_TABLE_NO_HISTORY, .display = "message_key", .doc = "Something a monitoring system noticed" },
    { .name = ALERT, .label = "Alert", .fields = CSM_ARRAY(alert_fields), .indexes = CSM_ARRAY(alert_indexes), .number = "Alert",
      .display = "number", .order = "-last_event_time", .doc = "What the events of one key mean" },
    { .name = ALERT_RULE, .label = "Alert management rule", .fields = CSM_ARRAY(rule_fields), .indexes = CSM_ARRAY(rule_indexes),
      .display = "name", .order = "order", .doc = "What is done by itself with alerts" },
    { .name = IMPACTED, .label = "Impacted item", .fields = CSM_ARRAY(impacted_fields), .indexes = CSM_ARRAY(impacted_indexes),
      .flags = CSM_TABLE_NO_HISTORY, .doc = "The item of an open alert, and everything that depends on it" },
    { .name = IMPACT_STATUS, .label = "Impact status", .fields = CSM_ARRAY(status_fields), .display = "element_id",
      .doc = "How an item or service fares" },
};
