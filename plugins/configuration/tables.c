/* Configuration items, services, their relations and outages. Source: DOMAIN 2.5. */
#include "configuration.h"

static const csm_choice operational_choices[] = {
    { "1", "Operational", NULL, NULL }, { "2", "Non-operational", NULL, NULL }, { "3", "Repair", NULL, NULL },
    { "6", "Retired", NULL, NULL },
};
static const csm_choice criticality_choices[] = {
    { "1", "Most critical", NULL, NULL }, { "2", "Somewhat critical", NULL, NULL }, { "3", "Less critical", NULL, NULL },
    { "4", "Not critical", NULL, NULL },
};
static const csm_choice outage_choices[] = {
    { "outage", "Unplanned outage", "Outage", NULL }, { "planned", "Planned outage", "Planned maintenance", NULL },
    { "degradation", "Degradation", "Reduced service", NULL },
};

static const csm_field ci_fields[] = {
    CSM_TEXT("name", .length = 255, .flags = CSM_REQUIRED | CSM_INDEXED),
    CSM_REF("company", "core_company", .flags = CSM_INDEXED),
    CSM_REF("location", "cmn_location", .label = "Location"),
    CSM_TEXT("operational_status", .length = 10, .dflt = "1", CSM_CHOICES(operational_choices)),
    CSM_REF("support_group", "sys_user_group", .doc = "Who works what goes wrong with it"),
    CSM_REF("assigned_to", "sys_user", .label = "Assigned to"),
    CSM_REF("managed_by", "sys_user", .label = "Managed by"),
    CSM_REF("owned_by", "sys_user", .label = "Owned by"),
    CSM_REF("schedule", "cmn_schedule", .label = "Schedule"),
    CSM_TEXT("serial_number", .length = 100, .flags = CSM_INDEXED),
};
static const csm_field service_fields[] = {
    CSM_TEXT("busines_criticality", .length = 10, CSM_CHOICES(criticality_choices), .label = "Business criticality"),
    CSM_TEXT("service_status", .length = 40),
};
static const csm_field offering_fields[] = {
    CSM_REF("parent", "cmdb_ci_service", .flags = CSM_INDEXED, .doc = "Service it is offered of"),
    CSM_TEXT("commitments", .length = 4000, .doc = "What is promised"),
    CSM_DECIMAL("availability", .doc = "Promised, in per cent"),
    CSM_CURRENCY("price", .label = "Price"),
};
static const csm_field rel_type_fields[] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_UNIQUE),
    CSM_TEXT("parent_descriptor", .length = 100),
    CSM_TEXT("child_descriptor", .length = 100),
};
static const csm_field rel_fields[] = {
    CSM_REF("parent", "cmdb_ci", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE, .doc = "Depends on the child"),
    CSM_REF("child", "cmdb_ci", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE, .doc = "Its failure climbs to the parent"),
    CSM_REF("type", "cmdb_rel_type", .label = "Type"),
};
static const csm_index rel_indexes[] = {
    { .name = "pair", .columns = "parent,child,type", .flags = CSM_INDEX_UNIQUE },
};
static const csm_field outage_fields[] = {
    CSM_TEXT("number", .length = 40, .flags = CSM_UNIQUE | CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_REF("cmdb_ci", "cmdb_ci", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_REFUSE),
    CSM_TEXT("type", .length = 40, .dflt = "outage", CSM_CHOICES(outage_choices)),
    CSM_TIME("begin", .flags = CSM_REQUIRED | CSM_INDEXED),
    CSM_TIME("end", .doc = "Empty: lasts"),
    CSM_TEXT("short_description", .length = 160),
    CSM_TEXT("message", .length = 4000, .doc = "What customers are told"),
    CSM_REF("task_number", "task", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .label = "Task"),
};
static const csm_field outage_ci_fields[] = {
    CSM_REF("outage", "cmdb_ci_outage", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("ci", "cmdb_ci", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
};
static const csm_index outage_ci_indexes[] = {
    { .name = "pair", .columns = "outage,ci", .flags = CSM_INDEX_UNIQUE },
};
static const csm_field task_outage_fields[] = {
    CSM_REF("task", "task", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("outage", "cmdb_ci_outage", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
};
static const csm_index task_outage_indexes[] = {
    { .name = "pair", .columns = "task,outage", .flags = CSM_INDEX_UNIQUE },
};

const csm_table configuration_tables[CONFIGURATION_TABLES] = {
    { .name = "cmdb_ci", .label = "Configuration item", .fields = CSM_ARRAY(ci_fields), .display = "name",
      .doc = "Anything that is managed to deliver a service" },
    { .name = "cmdb_ci_service", .label = "Service", .extends = "cmdb_ci", .fields = CSM_ARRAY(service_fields),
      .doc = "What customers depend on" },
    { .name = "service_offering", .label = "Service offering", .extends = "cmdb_ci_service", .fields = CSM_ARRAY(offering_fields),
      .doc = "Level at which a service is offered" },
    { .name = "cmdb_rel_type", .label = "Relation type", .fields = CSM_ARRAY(rel_type_fields), .display = "name",
      .doc = "Kinds of relations between items" },
    { .name = "cmdb_rel_ci", .label = "Relation", .fields = CSM_ARRAY(rel_fields), .indexes = CSM_ARRAY(rel_indexes),
      .doc = "One item depends on another" },
    { .name = "cmdb_ci_outage", .label = "Outage", .fields = CSM_ARRAY(outage_fields), .number = "OUTAGE",
      .order = "-begin", .doc = "A time in which an item does not serve" },
    { .name = "cmdb_outage_ci_mtom", .label = "Affected item", .fields = CSM_ARRAY(outage_ci_fields),
      .indexes = CSM_ARRAY(outage_ci_indexes), .doc = "An item an outage touches" },
    { .name = "task_outage", .label = "Task outage", .fields = CSM_ARRAY(task_outage_fields),
      .indexes = CSM_ARRAY(task_outage_indexes), .doc = "An outage a task is about" },
};
