/* The columns every task has, whatever extends it. Tables that extend it bring their own states. */
#include "foundation.h"

static const csm_choice state_choices[] = {
    { "-5", "Pending", NULL, NULL },          { "1", "Open", NULL, NULL },
    { "2", "Work in Progress", NULL, NULL },  { "3", "Closed Complete", NULL, NULL },
    { "4", "Closed Incomplete", NULL, NULL }, { "7", "Closed Skipped", NULL, NULL },
};
static const csm_choice priority_choices[] = {
    { "1", "Critical", NULL, NULL }, { "2", "High", NULL, NULL },     { "3", "Moderate", NULL, NULL },
    { "4", "Low", NULL, NULL },      { "5", "Planning", NULL, NULL },
};
static const csm_choice level_choices[] = {
    { "1", "High", NULL, NULL }, { "2", "Medium", NULL, NULL }, { "3", "Low", NULL, NULL },
};
static const csm_choice contact_type_choices[] = {
    { "phone", "Phone", NULL, NULL },     { "email", "Email", NULL, NULL },
    { "web", "Web", NULL, NULL },         { "chat", "Chat", NULL, NULL },
    { "social", "Social", NULL, NULL },   { "walk-in", "Walk-in", NULL, NULL },
    { "self-service", "Self-service", NULL, NULL }, { "virtual_agent", "Virtual Agent", NULL, NULL },
};
static const csm_choice escalation_choices[] = {
    { "0", "Normal", NULL, NULL }, { "1", "Moderate", NULL, NULL }, { "2", "High", NULL, NULL },
    { "3", "Overdue", NULL, NULL },
};
static const csm_choice approval_choices[] = {
    { "not requested", "Not Yet Requested", "Not asked yet", NULL }, { "requested", "Requested", "Waiting for approval", NULL },
    { "approved", "Approved", NULL, NULL },                          { "rejected", "Rejected", NULL, NULL },
    { "cancelled", "Cancelled", "Withdrawn", NULL }, { "not_required", "No Longer Required", "No longer needed", NULL },
    { "duplicate", "Duplicate", NULL, NULL },
};
static const csm_choice upon_approval_choices[] = {
    { "proceed", "Proceed", NULL, NULL }, { "do_nothing", "Do nothing", NULL, NULL },
};
static const csm_choice upon_reject_choices[] = {
    { "cancel", "Cancel", NULL, NULL }, { "goto", "Go to an earlier step", NULL, NULL },
};

const csm_field foundation_task_fields[FOUNDATION_TASK_FIELDS] = {
    CSM_TEXT("number", .length = 40, .flags = CSM_UNIQUE | CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_REF("parent", "task", .flags = CSM_INDEXED | CSM_NO_CYCLE),
    CSM_TEXT("short_description", .length = 160),
    CSM_TEXT("description", .length = 4000),
    CSM_INT("state", .dflt = "1", CSM_CHOICES(state_choices)),
    CSM_BOOL("active", .dflt = "true", .flags = CSM_READ_ONLY | CSM_SYSTEM_WRITE, .doc = "False in a closed state"),
    CSM_INT("priority", .dflt = "4", CSM_CHOICES(priority_choices)),
    CSM_INT("impact", .dflt = "3", CSM_CHOICES(level_choices)),
    CSM_INT("urgency", .dflt = "3", CSM_CHOICES(level_choices)),
    CSM_REF("assigned_to", "sys_user", .flags = CSM_INDEXED),
    CSM_REF("assignment_group", "sys_user_group", .flags = CSM_INDEXED),
    CSM_LIST("additional_assignee_list", "sys_user"),
    CSM_LIST("group_list", "sys_user_group"),
    CSM_TIME("opened_at", .dflt = "@now"),
    CSM_REF("opened_by", "sys_user", .dflt = "@me", .flags = CSM_INDEXED),
    CSM_TIME("closed_at", .flags = CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_REF("closed_by", "sys_user", .flags = CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_TEXT("close_notes", .length = 4000),
    CSM_TIME("due_date"),
    CSM_TIME("expected_start"),
    CSM_TIME("work_start"),
    CSM_TIME("work_end"),
    CSM_TIME("follow_up"),
    CSM_TIME("activity_due"),
    CSM_REF("company", "core_company"),
    CSM_REF("location", "cmn_location"),
    CSM_TEXT("contact_type", .length = 40, CSM_CHOICES(contact_type_choices), .label = "Channel"),
    CSM_INT("escalation", .dflt = "0", .flags = CSM_READ_ONLY, CSM_CHOICES(escalation_choices),
            .doc = "How close the service levels are to being missed"),
    CSM_BOOL("made_sla", .dflt = "true", .flags = CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_TIME("sla_due", .flags = CSM_READ_ONLY),
    CSM_JOURNAL("comments", .doc = "Talk with the customer"),
    CSM_JOURNAL("work_notes", .flags = CSM_INTERNAL, .doc = "Talk among those who work on it"),
    CSM_LIST("watch_list", "sys_user", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_LIST("work_notes_list", "sys_user", .flags = CSM_INTERNAL, .doc = "Internal people mailed each work note"),
    CSM_TEXT("approval", .length = 40, .dflt = "not requested", CSM_CHOICES(approval_choices)),
    CSM_TIME("approval_set", .flags = CSM_READ_ONLY),
    CSM_JOURNAL("approval_history", .flags = CSM_INTERNAL),
    CSM_TEXT("upon_approval", .length = 40, .dflt = "proceed", CSM_CHOICES(upon_approval_choices)),
    CSM_TEXT("upon_reject", .length = 40, .dflt = "cancel", CSM_CHOICES(upon_reject_choices)),
    CSM_INT("reassignment_count", .dflt = "0", .flags = CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_DURATION("calendar_duration", .flags = CSM_READ_ONLY),
    CSM_DURATION("business_duration", .flags = CSM_READ_ONLY),
    CSM_DURATION("time_worked"),
    CSM_TEXT("correlation_id", .length = 100),
    CSM_TEXT("correlation_display", .length = 100),
    CSM_INT("order", .min = -1000000, .max = 1000000),
    CSM_JSON("variables"),
};

const csm_index foundation_task_indexes[FOUNDATION_TASK_INDEXES] = {
    { .name = "assigned", .columns = "assigned_to,active,-opened_at" },
    { .name = "grouped", .columns = "assignment_group,active,state" },
    { .name = "urgent", .columns = "active,priority,-opened_at" },
    { .name = "opened", .columns = "-opened_at" },
    { .name = "opened_by_me", .columns = "opened_by,-opened_at" },
    { .name = "watched", .columns = "watch_list,-opened_at" },
};
