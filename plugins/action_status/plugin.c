/* The descriptor: what this plugin brings, and who reaches it. Source: DOMAIN 2.4, 4.10. */
#include "action_status.h"

static const csm_choice status_choices[] = {
    { "needs_attention", "Needs attention", NULL, NULL },
    { "blocked_internally", "Blocked internally", NULL, NULL },
    { "blocked_by_customer", "Blocked by customer", NULL, NULL },
    { "blocked_internally_and_by_customer", "Blocked internally and by customer", NULL, NULL },
};
static const csm_choice reason_choices[] = {
    { BY_CUSTOMER, "Need customer info", NULL, NULL }, { BY_TASK, "Need task resolution", NULL, NULL },
    { BY_WORKAROUND, "Need problem workaround", NULL, NULL }, { "other", "Other", NULL, NULL },
};

static const csm_field blocker_fields[] = {
    CSM_REF("blocked", "task", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE,
            .doc = "The case that waits"),
    CSM_REF("blocked_by", "task", .flags = CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE,
            .doc = "What it waits for; empty: the customer"),
    CSM_TEXT("reason", .length = 40, .flags = CSM_REQUIRED, CSM_CHOICES(reason_choices)),
    CSM_BOOL("active", .dflt = "true"),
    CSM_TIME("blocked_on", .dflt = "@now"),
    CSM_TIME("unblocked_on"),
    CSM_REF("unblocked_by", "sys_user"),
};
static const csm_index blocker_indexes[] = {
    { .name = "waits", .columns = "blocked,active" },
    { .name = "holds_up", .columns = "blocked_by,active" },
    { .name = "over", .columns = "active,unblocked_on" },
};

static const csm_field duration_fields[] = {
    CSM_REF("case", CASE, .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_TEXT("value", .length = 40, CSM_CHOICES(status_choices)),
    CSM_TIME("start"),
    CSM_TIME("end", .doc = "Empty: shown now"),
    CSM_DURATION("duration"),
};

static const csm_table tables[] = {
    { .name = BLOCKER, .label = "Blocked By", .fields = CSM_ARRAY(blocker_fields), .indexes = CSM_ARRAY(blocker_indexes),
      .display = "reason", .doc = "What a case waits for" },
    { .name = DURATION, .label = "Case Actor Duration", .fields = CSM_ARRAY(duration_fields), .display = "value",
      .doc = "How long a case showed an action status" },
};

static const csm_field case_fields[] = {
    CSM_TEXT("action_status", .length = 40, .flags = CSM_READ_ONLY, CSM_CHOICES(status_choices),
             .doc = "Whether somebody should act on the case, or what it waits for"),
};
static const csm_index case_indexes[] = {
    { .name = "action_status_of_mine", .columns = "assigned_to,active,-action_status" },
};
static const csm_table_ext table_exts[] = {
    { .table = CASE, .fields = CSM_ARRAY(case_fields), .indexes = CSM_ARRAY(case_indexes) },
};

static const csm_scope scopes[] = {
    { .table = BLOCKER, .ops = CSM_OP_READ, .role = "snc_internal", .via = "blocked" },
    { .table = BLOCKER, .ops = CSM_OP_WRITE, .role = "snc_internal", .via = "blocked", .via_op = CSM_OP_WRITE, .fields = "reason",
      .doc = "What of a problem is waited for" },
    { .table = DURATION, .ops = CSM_OP_READ, .role = "snc_internal", .via = "case" },
};

#define FLOW(n, d) { "csm.action_status.flow." n, CSM_T_BOOL, "true", d }
static const csm_property properties[] = {
    FLOW("awaiting_info", "A case that awaits info waits for the customer"),
    FLOW("incident", "A case waits for its incident"),
    FLOW("problem", "A case waits for its problem"),
    FLOW("change", "A case waits for its change"),
    FLOW("request", "A case waits for its request"),
    { "csm.action_status.flow.request_item", CSM_T_BOOL, "false", "A case waits for each requested item too" },
    FLOW("case_task", "A case waits for its open tasks"),
    FLOW("work_order", "A case waits for its work orders"),
};

static const csm_seed seeds[] = {
    { "sysevent_email_action", "case_needs_attention", "name=Case needs attention^collection=" CASE
      "^condition=needs_attentionCHANGESTOtrue^recipient_fields=assigned_to^active=true^weight=5"
      "^subject=${number} needs your attention^message=${number}: ${short_description}" },
    { "sysevent_email_action", "case_unblocked", "name=Case unblocked^collection=" BLOCKER
      "^condition=activeCHANGESTOfalse^^reason!=" BY_CUSTOMER "^recipient_fields=blocked.assigned_to^active=true"
      "^subject=${blocked} no longer waits^message=${blocked}: ${reason} ${blocked_by}" },
};

/* ---- points ---- */

static const csm_param access_params[] = { CSM_PARAM_ID("case", .table = CASE) };
static const csm_param access_returns[] = { CSM_PARAM("allowed", CSM_T_BOOL) };
static const csm_point points[] = {
    { .name = POINT_ATTENTION, .params = CSM_ARRAY(access_params), .returns = CSM_ARRAY(access_returns),
      .cardinality = CSM_REPLACE, .doc = "Whether the caller may clear needs attention (NeedsAttentionAccessUtil)" },
};
static const csm_impl impls[] = {
    { .point = CSM_POINT_LINK_CHANGED, .order = 100, .run = follow_link, .doc = "A case waits for what was raised from it" },
    { .point = POINT_ATTENTION, .order = 1000, .run = attention_access, .doc = "Assignee, manager, admin" },
};

/* ---- rules ---- */

#define RULE(t, w, o, c, f, d) { .table = (t), .when = (w), .order = (o), .filter = (c), .run = (f), \
                                 .name = "action_status." #f, .doc = (d) }

static const csm_rule rules[] = {
    RULE(CASE, CSM_BEFORE_UPDATE, 75, NULL, case_attention, "Who asks for attention, and who may say it is enough"),
    RULE(CASE, CSM_BEFORE_WRITE, 90, NULL, case_shows, "The status follows"),
    RULE(CASE, CSM_AFTER_UPDATE, 110, "stateCHANGES", follow_state, "Awaiting Info waits for the customer"),
    RULE(CASE, CSM_AFTER_WRITE, 120, "action_statusCHANGES", keep_duration, "How long it shows"),
    RULE(CASE_TASK, CSM_AFTER_WRITE, 110, NULL, follow_case_task, "The case waits for its open tasks"),
    RULE("task", CSM_AFTER_UPDATE, 110, NULL, follow_workaround, "A workaround is what some cases wait for"),
    RULE(BLOCKER, CSM_BEFORE_WRITE, 50, NULL, blocker_check, "When and by whom it ended"),
    RULE(BLOCKER, CSM_AFTER_WRITE, 100, NULL, blocker_changed, "The case shows what it waits for"),
    { .table = BLOCKER, .when = CSM_AFTER_DELETE, .order = 100, .run = blocker_changed, .name = "action_status.blocker_deleted",
      .doc = "The case shows what it waits for" },
};

static const csm_job jobs[] = {
    { .name = "action_status.purge", .every_s = 86400, .run = purge_blockers, .catch_up = true,
      .doc = "Deletes what cases waited for, half a year after they closed" },
};

static const csm_dep depends[] = { { "customer_service", "1.0" } };

CSM_PLUGIN(action_status, .version = "1.0.0", .summary = "What cases wait for, and which need somebody to act",
           .alias = "com.snc.csm_action_status", .depends = CSM_ARRAY(depends), .properties = CSM_ARRAY(properties),
           .tables = CSM_ARRAY(tables), .table_exts = CSM_ARRAY(table_exts), .seeds = CSM_ARRAY(seeds),
           .scopes = CSM_ARRAY(scopes), .rules = CSM_ARRAY(rules), .points = CSM_ARRAY(points), .impls = CSM_ARRAY(impls),
           .jobs = CSM_ARRAY(jobs))
