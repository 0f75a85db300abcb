/* Changes, their tasks, templates of standard changes. Source: DOMAIN 2.8. */
#include "change.h"

static const csm_choice type_choices[] = {
    { "normal", "Normal", NULL, NULL }, { "standard", "Standard", NULL, NULL }, { "emergency", "Emergency", NULL, NULL },
};
static const csm_choice state_choices[] = {
    { "-5", "New", NULL, NULL },       { "-4", "Assess", NULL, NULL }, { "-3", "Authorize", NULL, NULL },
    { "-2", "Scheduled", NULL, NULL }, { "-1", "Implement", NULL, NULL }, { "0", "Review", NULL, NULL },
    { "3", "Closed", NULL, NULL },     { "4", "Canceled", NULL, NULL },
};
static const csm_choice risk_choices[] = {
    { "1", "Very high", NULL, NULL }, { "2", "High", NULL, NULL }, { "3", "Moderate", NULL, NULL }, { "4", "Low", NULL, NULL },
};
static const csm_choice close_choices[] = {
    { "successful", "Successful", NULL, NULL }, { "successful_issues", "Successful with issues", NULL, NULL },
    { "unsuccessful", "Unsuccessful", NULL, NULL },
};
static const csm_choice task_state_choices[] = {
    { "-5", "Pending", NULL, NULL }, { "1", "Open", NULL, NULL }, { "2", "In Progress", NULL, NULL },
    { "3", "Closed", NULL, NULL },   { "4", "Canceled", NULL, NULL },
};
static const csm_choice task_type_choices[] = {
    { "planning", "Planning", NULL, NULL }, { "implementation", "Implementation", NULL, NULL },
    { "testing", "Testing", NULL, NULL },   { "review", "Review", NULL, NULL },
};

static const csm_field fields[] = {
    CSM_TEXT("type", .length = 40, .dflt = "normal", .flags = CSM_REQUIRED, CSM_CHOICES(type_choices)),
    CSM_INT("state", .flags = CSM_OVERRIDE, .dflt = "-5", CSM_CHOICES(state_choices)),
    CSM_BOOL("on_hold", .dflt = "false"),
    CSM_TEXT("on_hold_reason", .length = 4000, .doc = "Why it waits; needed on hold"),
    CSM_REF("requested_by", "sys_user", .dflt = "@me"),
    CSM_INT("risk", CSM_CHOICES(risk_choices)),
    CSM_TEXT("category", .length = 100),
    CSM_TEXT("justification", .length = 4000),
    CSM_TEXT("implementation_plan", .length = 4000),
    CSM_TEXT("backout_plan", .length = 4000),
    CSM_TEXT("test_plan", .length = 4000),
    CSM_TIME("start_date", .label = "Planned start date", .doc = "It is implemented no sooner"),
    CSM_TIME("end_date", .label = "Planned end date"),
    CSM_TEXT("close_code", .length = 40, CSM_CHOICES(close_choices)),
    CSM_REF("std_change_producer", "std_change_producer", .flags = CSM_INDEXED, .on_delete = CSM_REFUSE, .label = "Template",
            .doc = "A standard change needs one"),
    CSM_BOOL("cab_required", .dflt = "false"),
};
static const csm_field task_fields[] = {
    CSM_INT("state", .flags = CSM_OVERRIDE, .dflt = "1", CSM_CHOICES(task_state_choices)),
    CSM_REF("change_request", "change_request", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_TEXT("change_task_type", .length = 40, .dflt = "implementation", CSM_CHOICES(task_type_choices)),
    CSM_TIME("planned_start_date"),
    CSM_TIME("planned_end_date"),
    CSM_TEXT("close_code", .length = 40, CSM_CHOICES(close_choices)),
};
/* What is approved once and for all; a change made from it takes these where it says nothing itself. */
static const csm_field template_fields[] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_UNIQUE),
    CSM_BOOL("active", .dflt = "true"),
    CSM_TEXT("category", .length = 100),
    CSM_INT("risk", .dflt = "4", CSM_CHOICES(risk_choices)),
    CSM_TEXT("justification", .length = 4000),
    CSM_TEXT("implementation_plan", .length = 4000),
    CSM_TEXT("backout_plan", .length = 4000),
    CSM_TEXT("test_plan", .length = 4000),
};

const csm_table change_tables[CHANGE_TABLES] = {
    { .name = "change_request", .label = "Change Request", .extends = "task", .fields = CSM_ARRAY(fields), .number = "CHG",
      .display = "number", .order = "-opened_at", .doc = "Something is added, changed or removed, in a planned window" },
    { .name = "change_task", .label = "Change Task", .extends = "task", .fields = CSM_ARRAY(task_fields), .number = "CTASK",
      .display = "number", .order = "-opened_at", .doc = "Work on a change" },
    { .name = "std_change_producer", .label = "Standard Change Template", .fields = CSM_ARRAY(template_fields),
      .order = "name", .doc = "A change that is approved beforehand" },
};

static const csm_field incident_fields[] = {
    CSM_REF("rfc", "change_request", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .label = "Change Request"),
    CSM_REF("caused_by", "change_request", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .label = "Caused by Change"),
};
static const csm_field problem_fields[] = {
    CSM_REF("rfc", "change_request", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .label = "Change Request"),
};

const csm_table_ext change_table_exts[CHANGE_TABLE_EXTS] = {
    { .table = "incident", .fields = CSM_ARRAY(incident_fields) },
    { .table = "problem", .fields = CSM_ARRAY(problem_fields) },
};
