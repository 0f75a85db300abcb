/* Assignment rules: a task nobody has gets its group or person by itself. Source: DOMAIN 6.2. */
#include <csm/csm.h>

#define RULE "sysrule_assignment"
#define ADMIN "assignment_rule_admin"
#define RULES_MAX 1000u

static const csm_field fields[] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED),
    CSM_TEXT("table", .length = 80, .flags = CSM_REQUIRED, .doc = "Tasks of this table and of those that extend it"),
    CSM_CONDITION("condition", "table", .length = 4000, .doc = "On the task; empty: every task"),
    CSM_INT("order", .dflt = "100", .min = -1000000, .max = 1000000, .doc = "The lowest that fits is taken"),
    CSM_REF("group", "sys_user_group", .flags = CSM_INDEXED),
    CSM_REF("user", "sys_user", .flags = CSM_INDEXED, .doc = "Of the group, if one is named"),
    CSM_BOOL("active", .dflt = "true"),
};
static const csm_index indexes[] = {
    { .name = "in_turn", .columns = "active,order" },
};
static const csm_table tables[] = {
    { .name = RULE, .label = "Assignment rule", .fields = CSM_ARRAY(fields), .indexes = CSM_ARRAY(indexes), .order = "order",
      .doc = "Who gets the tasks a condition describes" },
};

static const csm_role roles[] = { { ADMIN, "snc_internal", "Keeps assignment rules" } };

static const csm_scope scopes[] = {
    { .table = RULE, .ops = CSM_OP_READ, .role = "assignment_workbench" },
    { .table = RULE, .ops = CSM_OP_CRWD, .role = ADMIN },
};

/* ---- who may be named ---- */

/* An active employee, of the group if there is one. */
static csm_status is_fit(csm_ctx *ctx, csm_id user, csm_id group, bool *out)
{
    csm_record *person;

    CSM_TRY(csm_record_find(ctx, "sys_user", user, &person));
    *out = person != NULL && csm_record_bool(ctx, person, "active") && !csm_user_has_role(ctx, user, "snc_external");
    if (*out && !csm_id_is_none(group))
        CSM_TRY(csm_user_in_group(ctx, user, group, out));
    return CSM_OK;
}

static csm_status check_rule(csm_ctx *ctx, csm_change *ch)
{
    csm_id user = csm_change_new_ref(ctx, ch, "user"), group = csm_change_new_ref(ctx, ch, "group");
    csm_str table = csm_str_copy(ctx, csm_change_new_text(ctx, ch, "table"));
    bool fit = true;

    if (table.ptr == NULL)
        return CSM_E_NOMEM;
    if (!csm_table_is_a(ctx, table.ptr, "task"))
        return csm_fail_field(ctx, CSM_E_INVALID, "table", "field \"table\": \"%s\" is no table of tasks", table.ptr);
    if (csm_id_is_none(user) && csm_id_is_none(group))
        return csm_fail_field(ctx, CSM_E_INVALID, "group", "an assignment rule names a group or a user");
    if (!csm_id_is_none(user) && (csm_change_touches(ctx, ch, "user") || csm_change_touches(ctx, ch, "group")))
        CSM_TRY(is_fit(ctx, user, group, &fit));
    return fit ? CSM_OK
               : csm_fail_field(ctx, CSM_E_REJECTED, "user", "field \"user\": an active employee, of the group if one is named");
}

/* ---- assigning ---- */

typedef struct assigning {
    const char *table;
    csm_id task, user, group;
} assigning;

/* A write of its own, so that what holds for any assignment holds for this one. */
static csm_status assign(csm_ctx *ctx, void *arg)
{
    const assigning *a = arg;
    csm_record *task;

    CSM_TRY(csm_record_get(ctx, a->table, a->task, &task));
    CSM_TRY(csm_record_set_ref(ctx, task, "assignment_group", a->group));
    CSM_TRY(csm_record_set_ref(ctx, task, "assigned_to", a->user));
    return csm_record_update(ctx, task);
}

/* *done false: the rule does not fit, or whom it names may not have the task. */
static csm_status try_rule(csm_ctx *ctx, csm_change *ch, const csm_record *rule, bool *done)
{
    assigning a = { .table = csm_change_table(ctx, ch), .task = csm_change_id(ctx, ch), .user = csm_record_ref(ctx, rule, "user"),
                    .group = csm_record_ref(ctx, rule, "group") };
    csm_str table = csm_str_copy(ctx, csm_record_text(ctx, rule, "table"));
    csm_str condition = csm_str_copy(ctx, csm_record_text(ctx, rule, "condition"));
    csm_failure failure;
    bool fits = true;

    *done = false;
    if (table.ptr == NULL || condition.ptr == NULL)
        return CSM_E_NOMEM;
    if (!csm_table_is_a(ctx, a.table, table.ptr))
        return CSM_OK;
    if (condition.len > 0)
        CSM_TRY(csm_change_matches(ctx, ch, condition.ptr, &fits));
    if (fits && !csm_id_is_none(a.user))
        CSM_TRY(is_fit(ctx, a.user, a.group, &fits));
    if (!fits)
        return CSM_OK;
    CSM_TRY(csm_savepoint_attempt(ctx, assign, &a, &failure));
    *done = failure.code == CSM_OK;
    return CSM_OK;
}

static csm_status assign_task(csm_ctx *ctx, csm_change *ch)
{
    csm_query *q;
    csm_record *rule;
    bool done = false;
    csm_status st;

    if (csm_change_is_import(ctx, ch))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, RULE, &q));
    csm_query_filter(ctx, q, "active=true");
    csm_query_order(ctx, q, "order", CSM_ASC);
    csm_query_limit(ctx, q, RULES_MAX);
    while (!done && (st = csm_query_next(ctx, q, &rule)) == CSM_OK && rule != NULL)
        if ((st = try_rule(ctx, ch, rule, &done)) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

static const csm_rule rules[] = {
    { .table = RULE, .when = CSM_BEFORE_WRITE, .order = 50, .run = check_rule, .name = "assignment.check",
      .doc = "An assignment rule names people who may have the task" },
    { .table = "task", .when = CSM_AFTER_WRITE, .order = 50, .run = assign_task, .name = "assignment.assign",
      .filter = "active=true^assigned_toISEMPTY^assignment_groupISEMPTY",
      .doc = "The first rule that fits gives an unassigned task to somebody" },
};

static const csm_dep depends[] = { { "foundation", "1.0" } };

CSM_PLUGIN(assignment, .version = "1.0.0", .summary = "Tasks find their group or person by rules",
           .alias = "com.snc.assignment_rules", .depends = CSM_ARRAY(depends), .tables = CSM_ARRAY(tables),
           .roles = CSM_ARRAY(roles), .scopes = CSM_ARRAY(scopes), .rules = CSM_ARRAY(rules))
