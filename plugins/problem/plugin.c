/* Problems: the cause behind incidents, and its fix. Source: DOMAIN 2.8, 4.6. */
#include <csm/csm.h>

#define WRITE_ROLE "sn_problem_write"

static const csm_choice state_choices[] = {
    { "101", "New", NULL, NULL }, { "102", "Assess", NULL, NULL }, { "103", "Root Cause Analysis", NULL, NULL },
    { "104", "Fix in Progress", NULL, NULL }, { "106", "Resolved", NULL, NULL }, { "107", "Closed", NULL, NULL },
};
static const csm_choice resolution_choices[] = {
    { "fix_applied", "Fix applied", NULL, NULL }, { "risk_accepted", "Risk accepted", NULL, NULL },
    { "duplicate", "Duplicate", NULL, NULL }, { "canceled", "Canceled", NULL, NULL },
};
static const csm_choice task_state_choices[] = {
    { "151", "New", NULL, NULL }, { "152", "Assess", NULL, NULL }, { "154", "Work in Progress", NULL, NULL },
    { "157", "Closed", NULL, NULL },
};
static const csm_choice task_type_choices[] = {
    { "rca", "Root cause analysis", NULL, NULL }, { "general", "General", NULL, NULL },
};

#define BY_SYSTEM (CSM_READ_ONLY | CSM_SYSTEM_WRITE)

static const csm_field fields[] = {
    CSM_INT("state", .flags = CSM_OVERRIDE, .dflt = "101", CSM_CHOICES(state_choices)),
    CSM_TEXT("resolution_code", .length = 40, CSM_CHOICES(resolution_choices)),
    CSM_TEXT("cause_notes", .length = 4000),
    CSM_TEXT("fix_notes", .length = 4000),
    CSM_TEXT("workaround", .length = 4000),
    CSM_TIME("workaround_communicated_at", .flags = BY_SYSTEM),
    CSM_TIME("fix_communicated_at", .flags = BY_SYSTEM),
    CSM_BOOL("known_error", .dflt = "false"),
    CSM_REF("first_reported_by_task", "task", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_REF("duplicate_of", "problem", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_TEXT("category", .length = 100),
    CSM_BOOL("major_problem", .dflt = "false"),
    CSM_TIME("resolved_at", .flags = BY_SYSTEM),
    CSM_REF("resolved_by", "sys_user", .flags = BY_SYSTEM),
};
static const csm_field task_fields[] = {
    CSM_INT("state", .flags = CSM_OVERRIDE, .dflt = "151", CSM_CHOICES(task_state_choices)),
    CSM_REF("problem", "problem", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_TEXT("problem_task_type", .length = 40, .dflt = "general", CSM_CHOICES(task_type_choices)),
};
/* A column of incidents that this plugin brings: the problem behind them. */
static const csm_field incident_fields[] = {
    CSM_REF("problem_id", "problem", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .label = "Problem"),
};

static const csm_table tables[] = {
    { .name = "problem", .label = "Problem", .extends = "task", .fields = CSM_ARRAY(fields), .number = "PRB",
      .display = "number", .doc = "The cause of incidents" },
    { .name = "problem_task", .label = "Problem task", .extends = "task", .fields = CSM_ARRAY(task_fields), .number = "PTASK",
      .display = "number", .doc = "Work on a problem" },
};
static const csm_table_ext table_exts[] = { { .table = "incident", .fields = CSM_ARRAY(incident_fields) } };

static const csm_role roles[] = {
    { "sn_problem_read", "snc_internal", "Reads problems" },
    { WRITE_ROLE, "sn_problem_read", "Makes and works problems" },
};
static const csm_seed seeds[] = {
    { "sys_user_role_contains", "itil_problem", "role=@key:sys_user_role/itil^contains=@key:sys_user_role/" WRITE_ROLE },
};
static const csm_scope scopes[] = {
    { .table = "problem", .ops = CSM_OP_READ, .role = "sn_problem_read" },
    { .table = "problem", .ops = CSM_OP_CREATE | CSM_OP_WRITE, .role = WRITE_ROLE },
    { .table = "problem_task", .ops = CSM_OP_READ, .role = "sn_problem_read" },
    { .table = "problem_task", .ops = CSM_OP_CREATE | CSM_OP_WRITE, .role = WRITE_ROLE },
};

/* ---- states ---- */

#define RESOLVED "resolved_at=@now^resolved_by=@me"
#define CLOSED "closed_at=@now^closed_by=@me"

/* Incidents that wait for this problem go on as resolved by it. */
static csm_status release_incidents(csm_ctx *ctx, csm_change *ch)
{
    csm_query *q;
    csm_pair pairs[2] = { { CSM_STR("close_code"), csm_ctext("Resolved by problem") }, { CSM_STR("close_notes"), csm_nil() } };
    csm_value args = csm_map(pairs, 2);
    csm_str notes = csm_change_new_text(ctx, ch, "fix_notes");

    pairs[1].value = csm_text(notes.len > 0 ? notes : CSM_STR("The problem behind it is resolved."));
    CSM_TRY(csm_query_open(ctx, "incident", &q));
    csm_query_where(ctx, q, "problem_id", CSM_OP_EQ, csm_id_value(csm_change_id(ctx, ch)));
    csm_query_filter(ctx, q, "state=3^hold_reason=3");
    return csm_query_move(ctx, q, "resolve", &args);
}

static csm_status need_fix(csm_ctx *ctx, csm_change *ch)
{
    if (csm_str_is(csm_change_new_text(ctx, ch, "resolution_code"), "fix_applied") &&
        (csm_change_new_text(ctx, ch, "cause_notes").len == 0 || csm_change_new_text(ctx, ch, "fix_notes").len == 0))
        return csm_fail_field(ctx, CSM_E_INVALID, "fix_notes", "a fix needs cause_notes and fix_notes");
    return CSM_OK;
}

static const csm_state states[] = {
    { "101", CSM_STATE_INITIAL }, { "102", 0 }, { "103", 0 }, { "104", 0 }, { "106", 0 }, { "107", CSM_STATE_CLOSED },
};
static const csm_transition transitions[] = {
    { .name = "assess", .from = "101", .to = "102", .roles = WRITE_ROLE, .required = "assigned_to", .doc = "Somebody looks at it" },
    { .name = "confirm", .from = "102", .to = "103", .roles = WRITE_ROLE, .fields = "work_notes", .doc = "Its cause is looked for" },
    { .name = "fix", .from = "103", .to = "104", .roles = WRITE_ROLE, .required = "cause_notes", .fields = "work_notes",
      .doc = "The cause is known and being removed" },
    { .name = "resolve", .from = "104", .to = "106", .roles = WRITE_ROLE, .required = "resolution_code",
      .fields = "cause_notes,fix_notes,work_notes", .sets = RESOLVED, .guard = need_fix, .effect = release_incidents,
      .doc = "The cause is removed" },
    { .name = "resolve", .from = "102", .to = "106", .roles = WRITE_ROLE, .required = "resolution_code",
      .fields = "cause_notes,fix_notes,work_notes,close_notes", .sets = RESOLVED, .guard = need_fix, .effect = release_incidents,
      .doc = "Nothing is to be fixed" },
    { .name = "cancel", .from = "101,102", .to = "107", .roles = WRITE_ROLE, .required = "close_notes", .fields = "work_notes",
      .sets = "resolution_code=canceled^" CLOSED, .doc = "Was none, or a duplicate" },
    { .name = "reanalyze", .from = "106", .to = "103", .roles = WRITE_ROLE, .fields = "work_notes",
      .sets = "resolved_at=^resolved_by=^resolution_code=", .doc = "The fix did not hold" },
    { .name = "close", .from = "106", .to = "107", .roles = WRITE_ROLE, .fields = "close_notes,work_notes", .sets = CLOSED,
      .doc = "Nothing more is to be done" },
    { .name = "communicate_workaround", .from = "101,102,103,104,106", .roles = WRITE_ROLE, .required = "workaround",
      .sets = "workaround_communicated_at=@now", .doc = "Tells all who wait how to live with it" },
    { .name = "communicate_fix", .from = "103,104,106", .roles = WRITE_ROLE, .required = "fix_notes",
      .sets = "fix_communicated_at=@now", .doc = "Tells all who wait what removes it" },
};
static const csm_state task_states[] = {
    { "151", CSM_STATE_INITIAL }, { "152", 0 }, { "154", 0 }, { "157", CSM_STATE_INACTIVE },
};
static const csm_transition task_transitions[] = {
    { .name = "assess", .from = "151", .to = "152", .roles = WRITE_ROLE },
    { .name = "start", .from = "151,152", .to = "154", .roles = WRITE_ROLE },
    { .name = "close", .from = "151,152,154", .to = "157", .roles = WRITE_ROLE, .fields = "close_notes,work_notes", .sets = CLOSED },
};
static const csm_state_model models[] = {
    { .table = "problem", .field = "state", .states = CSM_ARRAY(states), .transitions = CSM_ARRAY(transitions),
      .methods = "problem", .active = "active" },
    { .table = "problem_task", .field = "state", .states = CSM_ARRAY(task_states), .transitions = CSM_ARRAY(task_transitions),
      .methods = "problem_task", .active = "active" },
};

/* ---- incident and problem ---- */

static const csm_task_link links[] = {
    { .name = "problem", .source = "incident", .linked = "problem", .field = "problem_id", .methods = "incident",
      .role = WRITE_ROLE, .may_associate = "active=true",
      .copies = "short_description,description,cmdb_ci,impact,urgency,priority,company", .params = "short_description,assigned_to,assignment_group",
      .source_note = "work_notes", .linked_note = "work_notes", .told = "active=true", .released = "stateIN106,107",
      .doc = "Incidents with one cause" },
};

/* The incident a problem was raised from is its first reporter. */
static csm_status keep_first_reporter(csm_ctx *ctx, csm_change *ch)
{
    csm_record *problem;

    CSM_TRY(csm_record_find(ctx, "problem", csm_change_new_ref(ctx, ch, "problem_id"), &problem));
    if (problem == NULL || !csm_id_is_none(csm_record_ref(ctx, problem, "first_reported_by_task")))
        return CSM_OK;
    CSM_TRY(csm_record_set_ref(ctx, problem, "first_reported_by_task", csm_change_id(ctx, ch)));
    return csm_record_update(ctx, problem);
}
static const csm_rule rules[] = {
    { .table = "incident", .when = CSM_AFTER_WRITE, .filter = "problem_idCHANGES^problem_idISNOTEMPTY", .run = keep_first_reporter,
      .name = "problem.first_reporter", .doc = "The first incident of a problem reported it" },
};

static const csm_dep depends[] = { { "incident", "1.0" } };

CSM_PLUGIN(problem, .version = "1.0.0", .summary = "Problems behind incidents", .alias = "com.snc.problem",
           .depends = CSM_ARRAY(depends), .tables = CSM_ARRAY(tables), .table_exts = CSM_ARRAY(table_exts),
           .seeds = CSM_ARRAY(seeds), .roles = CSM_ARRAY(roles), .scopes = CSM_ARRAY(scopes), .states = CSM_ARRAY(models),
           .rules = CSM_ARRAY(rules), .links = CSM_ARRAY(links))
