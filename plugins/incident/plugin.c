/* Incidents: something does not work, technical support restores it. Source: DOMAIN 2.8, 4.2. */
#include <csm/csm.h>

#define WRITE_ROLE "sn_incident_write"

static const csm_choice state_choices[] = {
    { "1", "New", NULL, NULL },      { "2", "In Progress", NULL, NULL }, { "3", "On Hold", NULL, NULL },
    { "6", "Resolved", NULL, NULL }, { "7", "Closed", NULL, NULL },      { "8", "Canceled", NULL, NULL },
};
static const csm_choice hold_choices[] = {
    { "1", "Awaiting Caller", NULL, NULL }, { "3", "Awaiting Problem", NULL, NULL }, { "4", "Awaiting Vendor", NULL, NULL },
    { "5", "Awaiting Change", NULL, NULL },
};
static const csm_choice severity_choices[] = {
    { "1", "High", NULL, NULL }, { "2", "Medium", NULL, NULL }, { "3", "Low", NULL, NULL },
};
static const csm_choice close_choices[] = {
    { "Duplicate", "Duplicate", NULL, NULL },
    { "Known error", "Known error", NULL, NULL },
    { "No resolution provided", "No resolution provided", NULL, NULL },
    { "Resolved by caller", "Resolved by caller", NULL, NULL },
    { "Resolved by change", "Resolved by change", NULL, NULL },
    { "Resolved by problem", "Resolved by problem", NULL, NULL },
    { "Solution provided", "Solution provided", NULL, NULL },
    { "Workaround provided", "Workaround provided", NULL, NULL },
    { "User error", "User error", NULL, NULL },
};

#define BY_SYSTEM (CSM_READ_ONLY | CSM_SYSTEM_WRITE)

static const csm_field fields[] = {
    CSM_INT("state", .flags = CSM_OVERRIDE, .dflt = "1", CSM_CHOICES(state_choices)),
    CSM_INT("priority", .flags = CSM_OVERRIDE, .dflt = "5", .doc = "From impact and urgency"),
    CSM_INT("hold_reason", CSM_CHOICES(hold_choices), .doc = "Why it waits; needed on hold"),
    CSM_REF("caller_id", "sys_user", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_REFUSE, .label = "Caller"),
    CSM_TEXT("category", .length = 100, .dflt = "inquiry"),
    CSM_TEXT("subcategory", .length = 100),
    CSM_INT("severity", .dflt = "3", CSM_CHOICES(severity_choices)),
    CSM_REF("parent_incident", "incident", .flags = CSM_INDEXED | CSM_NO_CYCLE, .on_delete = CSM_CLEAR),
    CSM_TEXT("close_code", .length = 40, CSM_CHOICES(close_choices), .label = "Resolution code"),
    CSM_TIME("resolved_at", .flags = BY_SYSTEM),
    CSM_REF("resolved_by", "sys_user", .flags = BY_SYSTEM),
    CSM_INT("reopen_count", .dflt = "0", .flags = BY_SYSTEM),
    CSM_TIME("reopened_time", .flags = BY_SYSTEM),
    CSM_REF("reopened_by", "sys_user", .flags = BY_SYSTEM),
    CSM_DURATION("business_stc", .flags = BY_SYSTEM, .label = "Business resolve time"),
    CSM_DURATION("calendar_stc", .flags = BY_SYSTEM, .label = "Resolve time"),
};

/* The look-up dl_u_priority, which a deployer may change or empty: without a row the priority stays as given. */
static const csm_field lookup_fields[] = {
    CSM_INT("impact", .flags = CSM_REQUIRED, .min = 1, .max = 3),
    CSM_INT("urgency", .flags = CSM_REQUIRED, .min = 1, .max = 3),
    CSM_INT("priority", .flags = CSM_REQUIRED, .min = 1, .max = 5),
    CSM_BOOL("active", .dflt = "true"),
};
static const csm_index lookup_indexes[] = {
    { .name = "pair", .columns = "impact,urgency", .flags = CSM_INDEX_UNIQUE },
};

static const csm_table tables[] = {
    { .name = "incident", .label = "Incident", .extends = "task", .fields = CSM_ARRAY(fields), .number = "INC",
      .display = "number", .doc = "Something does not work" },
    { .name = "dl_u_priority", .label = "Priority look-up", .fields = CSM_ARRAY(lookup_fields), .indexes = CSM_ARRAY(lookup_indexes),
      .doc = "Priority by impact and urgency" },
};

#define LOOKUP(key, values) { "dl_u_priority", key, values }
static const csm_seed seeds[] = {
    LOOKUP("11", "impact=1^urgency=1^priority=1"), LOOKUP("12", "impact=1^urgency=2^priority=2"),
    LOOKUP("21", "impact=2^urgency=1^priority=2"), LOOKUP("13", "impact=1^urgency=3^priority=3"),
    LOOKUP("22", "impact=2^urgency=2^priority=3"), LOOKUP("31", "impact=3^urgency=1^priority=3"),
    LOOKUP("23", "impact=2^urgency=3^priority=4"), LOOKUP("32", "impact=3^urgency=2^priority=4"),
    LOOKUP("33", "impact=3^urgency=3^priority=5"),
    { "sys_user_role_contains", "itil_incident", "role=@key:sys_user_role/itil^contains=@key:sys_user_role/" WRITE_ROLE },
};

static const csm_role roles[] = {
    { "sn_incident_read", "snc_internal", "Reads incidents" },
    { WRITE_ROLE, "sn_incident_read", "Makes and works incidents" },
};

static const csm_scope scopes[] = {
    { .table = "incident", .ops = CSM_OP_READ, .role = "sn_incident_read" },
    { .table = "incident", .ops = CSM_OP_CREATE | CSM_OP_WRITE, .role = WRITE_ROLE },
    { .table = "dl_u_priority", .ops = CSM_OP_READ, .role = "snc_internal" },
};

/* ---- states ---- */

#define REOPENED "resolved_at=^resolved_by=^close_code=^close_notes=^reopened_time=@now^reopened_by=@me"

static csm_status count_reopening(csm_ctx *ctx, csm_change *ch)
{
    return csm_change_set(ctx, ch, "reopen_count", csm_int(csm_change_old_int(ctx, ch, "reopen_count") + 1));
}

static const csm_state states[] = {
    { "1", CSM_STATE_INITIAL }, { "2", CSM_STATE_INITIAL }, { "3", 0 }, { "6", 0 },
    { "7", CSM_STATE_CLOSED }, { "8", CSM_STATE_CLOSED },
};
static const csm_transition transitions[] = {
    { .name = "start", .from = "1,3", .to = "2", .roles = WRITE_ROLE, .fields = "assigned_to,assignment_group,work_notes,comments",
      .sets = "hold_reason=", .doc = "Is worked on" },
    { .name = "hold", .from = "1,2", .to = "3", .roles = WRITE_ROLE, .required = "hold_reason", .fields = "work_notes,comments",
      .doc = "Waits for somebody" },
    { .name = "resolve", .from = "1,2,3", .to = "6", .roles = WRITE_ROLE, .required = "close_code,close_notes",
      .fields = "work_notes,comments", .sets = "resolved_at=@now^resolved_by=@me^hold_reason=", .doc = "Service is restored" },
    { .name = "reopen", .from = "6", .to = "2", .roles = WRITE_ROLE, .fields = "work_notes,comments", .sets = REOPENED,
      .guard = count_reopening, .doc = "The solution did not hold" },
    { .name = "close", .from = "6", .to = "7", .roles = WRITE_ROLE, .required = "close_code,close_notes",
      .sets = "closed_at=@now^closed_by=@me", .doc = "Nothing more is to be done" },
    { .name = "cancel", .from = "1,2,3", .to = "8", .roles = WRITE_ROLE, .fields = "work_notes,comments",
      .sets = "closed_at=@now^closed_by=@me^hold_reason=", .doc = "Was none" },
};
static const csm_state_model models[] = {
    { .table = "incident", .field = "state", .states = CSM_ARRAY(states), .transitions = CSM_ARRAY(transitions),
      .methods = "incident", .active = "active" },
};

/* ---- priority ---- */

static csm_status set_priority(csm_ctx *ctx, csm_change *ch)
{
    csm_record *row;

    if (!csm_change_touches(ctx, ch, "impact") && !csm_change_touches(ctx, ch, "urgency"))
        return CSM_OK;
    CSM_TRY(csm_record_find_where(ctx, "dl_u_priority",
                                  csm_printf(ctx, "active=true^impact=%lld^urgency=%lld",
                                             (long long)csm_change_new_int(ctx, ch, "impact"),
                                             (long long)csm_change_new_int(ctx, ch, "urgency")).ptr,
                                  &row));
    return row != NULL ? csm_change_set(ctx, ch, "priority", csm_record_value(ctx, row, "priority")) : CSM_OK;
}

static const csm_rule rules[] = {
    { .table = "incident", .when = CSM_BEFORE_WRITE, .order = 50, .run = set_priority, .name = "incident.priority",
      .doc = "Priority by impact and urgency, while the look-up has a row" },
};

static const csm_dep depends[] = { { "configuration", "1.0" } };

CSM_PLUGIN(incident, .version = "1.0.0", .summary = "Incidents of technical support", .alias = "com.snc.incident",
           .depends = CSM_ARRAY(depends), .tables = CSM_ARRAY(tables), .seeds = CSM_ARRAY(seeds), .roles = CSM_ARRAY(roles),
           .scopes = CSM_ARRAY(scopes), .states = CSM_ARRAY(models), .rules = CSM_ARRAY(rules))
