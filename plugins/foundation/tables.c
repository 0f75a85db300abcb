/* Companies, places, working hours, approvals and the small look-up tables that both suites share. */
#include "foundation.h"

/* ---- columns of the engine's own tables ---- */

static const csm_choice notification_choices[] = { { "1", "Disable", NULL, NULL }, { "2", "Enable", NULL, NULL } };

static const csm_field user_columns[] = {
    CSM_TEXT("phone", .length = 40, .doc = "Business phone"),
    CSM_TEXT("mobile_phone", .length = 40),
    CSM_TEXT("home_phone", .length = 40),
    CSM_TEXT("title", .length = 60),
    CSM_REF("company", "core_company", .flags = CSM_INDEXED, .doc = "Employer; of a contact, his account"),
    CSM_REF("department", "cmn_department"),
    CSM_REF("location", "cmn_location"),
    CSM_REF("manager", "sys_user"),
    CSM_TEXT("street", .length = 255),
    CSM_TEXT("city", .length = 50),
    CSM_TEXT("state", .length = 40),
    CSM_TEXT("zip", .length = 40),
    CSM_TEXT("country", .length = 40),
    CSM_INT("notification", .dflt = "2", CSM_CHOICES(notification_choices), .doc = "1 takes the person off all mails"),
    CSM_REF("schedule", "cmn_schedule"),
    CSM_BOOL("vip", .dflt = "false"),
};

static const csm_field group_columns[] = {
    CSM_LIST("type", "sys_user_group_type", .doc = "What the group is for"),
};

const csm_table_ext foundation_table_exts[FOUNDATION_TABLE_EXTS] = {
    { .table = "sys_user", .fields = CSM_ARRAY(user_columns) },
    { .table = "sys_user_group", .fields = CSM_ARRAY(group_columns) },
};

/* ---- companies and places ---- */

static const csm_choice rank_choices[] = {
    { "strategic", "Strategic", NULL, NULL }, { "tactical", "Tactical", NULL, NULL },
    { "valued", "Valued", NULL, NULL },       { "other", "Other", NULL, NULL },
    { "blacklist", "Blacklist", NULL, NULL },
};

static const csm_field company_fields[] = {
    CSM_TEXT("name", .length = 80, .flags = CSM_REQUIRED | CSM_INDEXED),
    CSM_REF("parent", "core_company", .flags = CSM_INDEXED | CSM_NO_CYCLE),
    CSM_BOOL("customer", .dflt = "false"),
    CSM_BOOL("vendor", .dflt = "false"),
    CSM_BOOL("manufacturer", .dflt = "false"),
    CSM_REF("contact", "sys_user"),
    CSM_TEXT("phone", .length = 40),
    CSM_TEXT("fax_phone", .length = 40),
    CSM_TEXT("website", .length = 1024),
    CSM_TEXT("street", .length = 255),
    CSM_TEXT("city", .length = 50),
    CSM_TEXT("state", .length = 40),
    CSM_TEXT("zip", .length = 40),
    CSM_TEXT("country", .length = 40, .dflt = "USA"),
    CSM_TEXT("notes", .length = 4000, .flags = CSM_INTERNAL),
    CSM_TEXT("stock_symbol", .length = 40),
    CSM_INT("num_employees", .min = 0, .max = 100000000),
    CSM_TEXT("rank_tier", .length = 40, .flags = CSM_INTERNAL, CSM_CHOICES(rank_choices)),
    CSM_BOOL("primary", .dflt = "false"),
};

static const csm_field name_fields[] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_UNIQUE),
};

static const csm_choice location_type_choices[] = {
    { "primary", "Primary", NULL, NULL },   { "billing", "Billing", NULL, NULL },
    { "shipping", "Shipping", NULL, NULL }, { "mailing", "Mailing", NULL, NULL },
    { "service", "Service", NULL, NULL },
};

static const csm_field location_fields[] = {
    CSM_TEXT("name", .length = 100),
    CSM_TEXT("street", .length = 255),
    CSM_TEXT("city", .length = 100),
    CSM_TEXT("state", .length = 100),
    CSM_TEXT("zip", .length = 40),
    CSM_TEXT("country", .length = 40),
    CSM_DECIMAL("latitude"),
    CSM_DECIMAL("longitude"),
    CSM_TEXT("phone", .length = 40),
    CSM_ZONE("time_zone"),
    CSM_REF("parent", "cmn_location", .flags = CSM_INDEXED | CSM_NO_CYCLE),
    CSM_REF("company", "core_company"),
    CSM_TEXT("type", .length = 40, CSM_CHOICES(location_type_choices)),
};

/* ---- working hours ---- */

static const csm_field schedule_fields[] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_UNIQUE),
    CSM_ZONE("time_zone", .doc = "Empty: floating, the zone of whoever it is used for"),
    CSM_REF("parent", "cmn_schedule", .flags = CSM_NO_CYCLE),
    CSM_TEXT("type", .length = 40),
};

static const csm_choice include_choices[] = {
    { "include", "Include", NULL, NULL }, { "exclude", "Exclude", NULL, NULL },
};
static const csm_choice repeat_choices[] = {
    { "none", "Does not repeat", NULL, NULL }, { "daily", "Daily", NULL, NULL },
    { "weekly", "Weekly", NULL, NULL },        { "weekdays", "Every weekday", NULL, NULL },
    { "monthly", "Monthly", NULL, NULL },      { "yearly", "Yearly", NULL, NULL },
};

static const csm_field span_fields[] = {
    CSM_REF("schedule", "cmn_schedule", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_TEXT("name", .length = 100),
    CSM_TEXT("type", .length = 20, .dflt = "include", CSM_CHOICES(include_choices)),
    CSM_TIME("start_date_time", .flags = CSM_REQUIRED),
    CSM_TIME("end_date_time", .flags = CSM_REQUIRED),
    CSM_BOOL("all_day", .dflt = "false"),
    CSM_TEXT("repeat_type", .length = 20, .dflt = "none", CSM_CHOICES(repeat_choices)),
    CSM_INT("repeat_count", .dflt = "1", .min = 1, .max = 1000),
    CSM_TEXT("days_of_week", .length = 7, .doc = "Digits 1 = Monday to 7 = Sunday"),
    CSM_DATE("repeat_until"),
};

static const csm_field other_schedule_fields[] = {
    CSM_REF("schedule", "cmn_schedule", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("child_schedule", "cmn_schedule", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_TEXT("type", .length = 20, .dflt = "exclude", CSM_CHOICES(include_choices)),
};
static const csm_index other_schedule_indexes[] = {
    { .name = "pair", .columns = "schedule,child_schedule", .flags = CSM_INDEX_UNIQUE },
};

/* ---- relations of tasks, approvals ---- */

static const csm_field task_rel_type_fields[] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_UNIQUE),
    CSM_TEXT("parent_descriptor", .length = 80),
    CSM_TEXT("child_descriptor", .length = 80),
};

static const csm_field task_rel_fields[] = {
    CSM_REF("parent", "task", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("child", "task", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("type", "task_rel_type"),
};
static const csm_index task_rel_indexes[] = {
    { .name = "relation", .columns = "parent,child,type", .flags = CSM_INDEX_UNIQUE },
};

static const csm_choice approval_choices[] = {
    { "not requested", "Not Yet Requested", "Not asked yet", NULL }, { "requested", "Requested", "Waiting for you", NULL },
    { "approved", "Approved", NULL, NULL },                          { "rejected", "Rejected", NULL, NULL },
    { "cancelled", "Cancelled", "Withdrawn", NULL }, { "not_required", "No Longer Required", "No longer needed", NULL },
    { "duplicate", "Duplicate", "No longer needed", NULL },
};

static const csm_field approver_fields[] = {
    CSM_REF("sysapproval", "task", .flags = CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE, .doc = "Task to approve"),
    CSM_DOCUMENT("document", .flags = CSM_INSERT_ONLY, .doc = "Record to approve when it is no task"),
    CSM_REF("approver", "sys_user", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("group", "sysapproval_group", .flags = CSM_INDEXED | CSM_READ_ONLY, .on_delete = CSM_CASCADE,
            .doc = "Asked as a member of this group"),
    CSM_TEXT("state", .length = 40, .dflt = "requested", CSM_CHOICES(approval_choices)),
    CSM_JOURNAL("comments"),
    CSM_TIME("due_date"),
};
static const csm_index approver_indexes[] = {
    { .name = "mine", .columns = "approver,state" },
    { .name = "about", .columns = "sysapproval,state" },
    { .name = "together", .columns = "group,state" },
};

static const csm_choice wait_choices[] = { { "any", "Any", NULL, NULL }, { "all", "All", NULL, NULL } };

static const csm_field approval_group_fields[] = {
    CSM_REF("parent", "task", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("assignment_group", "sys_user_group", .flags = CSM_REQUIRED | CSM_INSERT_ONLY),
    CSM_TEXT("wait_for", .length = 20, .dflt = "any", .flags = CSM_INSERT_ONLY, CSM_CHOICES(wait_choices),
             .doc = "Any: the first answer decides; all: every member agrees"),
    CSM_TEXT("approval", .length = 40, .dflt = "requested", .flags = CSM_READ_ONLY, CSM_CHOICES(approval_choices)),
};

static const csm_index notification_indexes[] = {
    { .name = "watching", .columns = "collection,active" },
    { .name = "waiting", .columns = "event_name,active" },
};

/* ---- the tables ---- */

#define LOOKUP(n, l, d) { .name = (n), .label = (l), .fields = CSM_ARRAY(name_fields), .order = "name", .doc = (d) }

const csm_table foundation_tables[FOUNDATION_TABLES] = {
    { .name = "core_company", .label = "Company", .fields = CSM_ARRAY(company_fields), .order = "name",
      .doc = "An organisation: customer, vendor, manufacturer or our own" },
    LOOKUP("cmn_department", "Department", "Departments of employees"),
    LOOKUP("cmn_location_type", "Location type", "Kinds of addresses"),
    LOOKUP("sys_user_group_type", "Group type", "What groups are for"),
    { .name = "cmn_location", .label = "Location", .fields = CSM_ARRAY(location_fields), .order = "name",
      .doc = "A place or an address" },
    { .name = "cmn_schedule", .label = "Schedule", .fields = CSM_ARRAY(schedule_fields), .order = "name",
      .doc = "Working hours" },
    { .name = "cmn_schedule_span", .label = "Schedule entry", .fields = CSM_ARRAY(span_fields),
      .doc = "One span of a schedule, repeated or not" },
    { .name = "cmn_other_schedule", .label = "Child schedule", .fields = CSM_ARRAY(other_schedule_fields),
      .indexes = CSM_ARRAY(other_schedule_indexes), .doc = "A schedule inside another: holidays are excluded ones" },
    { .name = "task", .label = "Task", .fields = CSM_ARRAY(foundation_task_fields),
      .indexes = CSM_ARRAY(foundation_task_indexes), .display = "number", .number = "TASK", .order = "-opened_at",
      .doc = "Anything that is worked on; cases, incidents and others extend it" },
    { .name = "task_rel_type", .label = "Task relation type", .fields = CSM_ARRAY(task_rel_type_fields),
      .order = "name", .doc = "How one task relates to another, in both directions" },
    { .name = "task_rel_task", .label = "Task relation", .fields = CSM_ARRAY(task_rel_fields),
      .indexes = CSM_ARRAY(task_rel_indexes), .doc = "Two related tasks" },
    { .name = "sysapproval_approver", .label = "Approval", .fields = CSM_ARRAY(approver_fields),
      .indexes = CSM_ARRAY(approver_indexes), .doc = "One person's decision asked for" },
    { .name = "sysapproval_group", .label = "Group approval", .fields = CSM_ARRAY(approval_group_fields),
      .doc = "A group's decision asked for" },
    { .name = "sysevent", .label = "Event", .fields = CSM_ARRAY(foundation_event_fields),
      .flags = CSM_TABLE_NO_HISTORY, .doc = "Named events that notifications wait for" },
    { .name = "sys_email", .label = "E-mail", .fields = CSM_ARRAY(foundation_email_fields), .order = "-sys_created_on",
      .flags = CSM_TABLE_NO_HISTORY, .display = "subject", .doc = "Outbound and inbound mail; the server sends none" },
    { .name = "sysevent_email_action", .label = "Notification", .fields = CSM_ARRAY(foundation_notification_fields),
      .indexes = CSM_ARRAY(notification_indexes), .order = "name", .flags = CSM_TABLE_WATCHED,
      .doc = "When to mail whom what" },
};
