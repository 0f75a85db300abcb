/* Approvals, once for every task. Rows of sysapproval_approver ask people, rows of sysapproval_group ask the active members of
 * a group; approval, approval_set and approval_history of the task follow from their answers and from nothing else. The first
 * refusal ends what is asked for, else the last answer does. What an approval moves is for the plugin that brings the task: a
 * rule on approvalCHANGESTO. Source: DOMAIN 2.1. */
#include "foundation.h"

#define APPROVER "sysapproval_approver"
#define GROUP_APPROVAL "sysapproval_group"
#define POINT_EXTERNAL "approval.external/1"
#define MEMBERS_MAX 200u

/* ---- what is open ---- */

static csm_status any_row(csm_ctx *ctx, const char *by, csm_id id, const char *filter, csm_value since, bool *out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, APPROVER, &q));
    csm_query_where(ctx, q, by, CSM_OP_EQ, csm_id_value(id));
    csm_query_filter(ctx, q, filter);
    if (!csm_is_nil(since))
        csm_query_where(ctx, q, "sys_updated_on", CSM_OP_GE, since);
    return csm_query_any(ctx, q, out);
}

/* Rows of the query whose @p field is requested go to @p state; one may have gone already while others did. */
static csm_status end_requested(csm_ctx *ctx, csm_query *q, const char *field, const char *state)
{
    csm_record *row;
    csm_status st;

    csm_query_where(ctx, q, field, CSM_OP_EQ, csm_ctext("requested"));
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        if (!csm_str_is(csm_record_text(ctx, row, field), "requested"))
            continue;
        if ((st = csm_record_set(ctx, row, field, csm_ctext(state))) != CSM_OK || (st = csm_record_update(ctx, row)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

/* Nobody is asked any more. */
static csm_status end_rows(csm_ctx *ctx, const char *table, const char *by, csm_id id, const char *field, const char *state)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, by, CSM_OP_EQ, csm_id_value(id));
    return end_requested(ctx, q, field, state);
}

static csm_status end_task(csm_ctx *ctx, csm_id task, const char *state)
{
    CSM_TRY(end_rows(ctx, GROUP_APPROVAL, "parent", task, "approval", state));
    return end_rows(ctx, APPROVER, "sysapproval", task, "state", state);
}

/* ---- answers ---- */

/* One who answers, or whose question an administrator ends: what of it follows for all who were asked together. */
typedef struct answer {
    csm_str state;       /* of the row */
    const char *by;      /* "group" or "sysapproval": who were asked together */
    csm_id id;
    bool first_decides;
    csm_value since;     /* earlier answers do not count */
} answer;

/* *out NULL: not settled yet. */
static csm_status outcome(csm_ctx *ctx, const answer *a, const char **out)
{
    bool approved = csm_str_is(a->state, "approved"), open, some;

    *out = NULL;
    if (csm_str_is(a->state, "rejected")) {
        *out = "rejected";
        return CSM_OK;
    }
    if (!approved || !a->first_decides) {
        CSM_TRY(any_row(ctx, a->by, a->id, "state=requested", csm_nil(), &open));
        if (open)
            return CSM_OK;
    }
    some = approved;
    if (!some)
        CSM_TRY(any_row(ctx, a->by, a->id, "state=approved", a->since, &some));
    *out = some ? "approved" : "cancelled";
    return CSM_OK;
}

/* *state becomes the group's answer, NULL while it has none. */
static csm_status settle_group(csm_ctx *ctx, csm_id id, const char **state)
{
    answer a = { csm_str_of(*state), "group", id, false, csm_nil() };
    csm_record *row;

    CSM_TRY(csm_record_find(ctx, GROUP_APPROVAL, id, &row));
    *state = NULL;
    if (row == NULL || !csm_str_is(csm_record_text(ctx, row, "approval"), "requested"))
        return CSM_OK;
    a.first_decides = csm_str_is(csm_record_text(ctx, row, "wait_for"), "any");
    CSM_TRY(outcome(ctx, &a, state));
    if (*state == NULL)
        return CSM_OK;
    CSM_TRY(end_rows(ctx, APPROVER, "group", id, "state", "not_required"));
    CSM_TRY(csm_record_set(ctx, row, "approval", csm_ctext(*state)));
    return csm_record_update(ctx, row);
}

/* @p state NULL: only the line of its history is added. */
static csm_status settle_task(csm_ctx *ctx, csm_id id, const char *state, csm_str line)
{
    answer a = { csm_str_of(state), "sysapproval", id, false, csm_nil() };
    const char *result = NULL;
    csm_record *rec;

    CSM_TRY(csm_record_find(ctx, "task", id, &rec));
    if (rec == NULL || !csm_record_bool(ctx, rec, "active"))
        return CSM_OK;
    a.since = csm_record_value(ctx, rec, "approval_set");
    if (state != NULL)
        CSM_TRY(outcome(ctx, &a, &result));
    if (result != NULL && csm_str_is(a.state, "rejected"))
        CSM_TRY(end_task(ctx, id, "not_required"));
    if (result != NULL)
        CSM_TRY(csm_record_set(ctx, rec, "approval", csm_ctext(result)));
    CSM_TRY(csm_record_set_text(ctx, rec, "approval_history", line));
    return csm_record_update(ctx, rec);
}

static csm_str history_line(csm_ctx *ctx, csm_change *ch)
{
    const csm_record *row = csm_change_record(ctx, ch);
    csm_str words = csm_change_touches(ctx, ch, "comments") ? csm_change_new_text(ctx, ch, "comments") : CSM_STR("");

    return csm_printf(ctx, "%.*s: %.*s%s%.*s", CSM_STR_FMT(csm_record_display(ctx, row, "approver")),
                      CSM_STR_FMT(csm_record_display(ctx, row, "state")), words.len > 0 ? ": " : "", CSM_STR_FMT(words));
}

/* Asked directly and by his groups, a person answers once. */
static csm_status answer_all_of_his(csm_ctx *ctx, csm_change *ch, const char *state)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, APPROVER, &q));
    csm_query_where(ctx, q, "sysapproval", CSM_OP_EQ, csm_change_new(ctx, ch, "sysapproval"));
    csm_query_where(ctx, q, "approver", CSM_OP_EQ, csm_change_new(ctx, ch, "approver"));
    return end_requested(ctx, q, "state", state);
}

csm_status approval_decided(csm_ctx *ctx, csm_change *ch)
{
    csm_id task = csm_change_new_ref(ctx, ch, "sysapproval"), group = csm_change_new_ref(ctx, ch, "group");
    csm_str state = csm_str_copy(ctx, csm_change_new_text(ctx, ch, "state")), line = history_line(ctx, ch);
    bool decided = csm_str_is(state, "approved") || csm_str_is(state, "rejected");
    const char *answered = state.ptr;

    if (state.ptr == NULL || line.ptr == NULL)
        return CSM_E_NOMEM;
    /* What ends because another answer settled it is no answer. */
    if (csm_id_is_none(task) || csm_str_is(state, "requested") || (!decided && !csm_change_by_client(ctx, ch)))
        return CSM_OK;
    if (!csm_id_is_none(group))
        CSM_TRY(settle_group(ctx, group, &answered));
    CSM_TRY(settle_task(ctx, task, answered, line));
    return decided && csm_change_by_client(ctx, ch) ? answer_all_of_his(ctx, ch, state.ptr) : CSM_OK;
}

/* ---- questions ---- */

static csm_status check_open(csm_ctx *ctx, csm_id task, const char *field)
{
    csm_record *rec;

    CSM_TRY(csm_record_find(ctx, "task", task, &rec));
    if (rec == NULL || csm_record_bool(ctx, rec, "active"))
        return CSM_OK; /* one that is not there is refused as a missing reference */
    return csm_fail_field(ctx, CSM_E_STATE, field, "field \"%s\": the task is closed", field);
}

/* Deployers say what customers may be asked about. */
static csm_status check_external(csm_ctx *ctx, csm_change *ch)
{
    csm_value document = csm_change_new(ctx, ch, "document"), nothing;
    csm_pair in[3] = { { CSM_STR("table"), csm_nil() },
                       { CSM_STR("record"), csm_change_new(ctx, ch, "sysapproval") },
                       { CSM_STR("approver"), csm_change_new(ctx, ch, "approver") } };
    csm_record *task;

    if (!csm_user_has_role(ctx, csm_change_new_ref(ctx, ch, "approver"), "snc_external"))
        return CSM_OK;
    if (document.type == CSM_T_LIST && document.count == 2) {
        in[0].value = document.list[0];
        in[1].value = document.list[1];
    }
    CSM_TRY(csm_record_find(ctx, "task", csm_change_new_ref(ctx, ch, "sysapproval"), &task));
    if (task != NULL) {
        in[0].value = csm_ctext(csm_record_table(ctx, task));
        in[1].value = csm_change_new(ctx, ch, "sysapproval");
    }
    return csm_point_call(ctx, POINT_EXTERNAL, csm_map(in, 3), &nothing);
}

csm_status approval_check(csm_ctx *ctx, csm_change *ch)
{
    csm_value task = csm_change_new(ctx, ch, "sysapproval"), group = csm_change_new(ctx, ch, "group");
    csm_record *person, *row;
    csm_query *q;

    if (csm_change_is_import(ctx, ch))
        return CSM_OK;
    CSM_TRY(check_external(ctx, ch));
    if (csm_is_nil(task))
        return !csm_is_nil(csm_change_new(ctx, ch, "document"))
                   ? CSM_OK : csm_fail_field(ctx, CSM_E_INVALID, "sysapproval", "an approval is about a task or a document");
    CSM_TRY(check_open(ctx, csm_value_id(task), "sysapproval"));
    CSM_TRY(csm_record_find(ctx, "sys_user", csm_change_new_ref(ctx, ch, "approver"), &person));
    if (person != NULL && !csm_record_bool(ctx, person, "active"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "approver", "field \"approver\": the user is not active");
    CSM_TRY(csm_query_open(ctx, APPROVER, &q));
    csm_query_where(ctx, q, "sysapproval", CSM_OP_EQ, task);
    csm_query_where(ctx, q, "approver", CSM_OP_EQ, csm_change_new(ctx, ch, "approver"));
    csm_query_where(ctx, q, "group", csm_is_nil(group) ? CSM_OP_EMPTY : CSM_OP_EQ, group);
    csm_query_filter(ctx, q, "state=requested");
    CSM_TRY(csm_query_one(ctx, q, &row));
    if (row == NULL)
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_EXISTS, "approver", "field \"approver\": this person is asked already");
}

/* The first question of a round makes the task wait. */
csm_status approval_asked(csm_ctx *ctx, csm_change *ch)
{
    csm_str line = history_line(ctx, ch);
    csm_record *rec;

    if (line.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_record_find(ctx, "task", csm_change_new_ref(ctx, ch, "sysapproval"), &rec));
    if (rec == NULL)
        return CSM_OK;
    CSM_TRY(csm_record_set(ctx, rec, "approval", csm_ctext("requested")));
    CSM_TRY(csm_record_set_text(ctx, rec, "approval_history", line));
    return csm_record_update(ctx, rec);
}

csm_status group_approval_check(csm_ctx *ctx, csm_change *ch)
{
    return csm_change_is_import(ctx, ch) ? CSM_OK : check_open(ctx, csm_change_new_ref(ctx, ch, "parent"), "parent");
}

static csm_status ask(csm_ctx *ctx, csm_change *ch, csm_id person)
{
    csm_record *row;

    CSM_TRY(csm_record_create(ctx, APPROVER, &row));
    CSM_TRY(csm_record_set_ref(ctx, row, "sysapproval", csm_change_new_ref(ctx, ch, "parent")));
    CSM_TRY(csm_record_set_ref(ctx, row, "approver", person));
    CSM_TRY(csm_record_set_ref(ctx, row, "group", csm_change_id(ctx, ch)));
    return csm_record_insert(ctx, row);
}

csm_status group_approval_asked(csm_ctx *ctx, csm_change *ch)
{
    uint32_t count = 0;
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, "sys_user_grmember", &q));
    csm_query_where(ctx, q, "group", CSM_OP_EQ, csm_change_new(ctx, ch, "assignment_group"));
    csm_query_filter(ctx, q, "user.active=true");
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if (++count > MEMBERS_MAX || (st = ask(ctx, ch, csm_record_ref(ctx, row, "user"))) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    if (st != CSM_OK || (count > 0 && count <= MEMBERS_MAX))
        return st;
    return csm_fail_field(ctx, CSM_E_REJECTED, "assignment_group", "field \"assignment_group\": %s",
                          count == 0 ? "the group has no active member who could decide" : "more than 200 people would be asked");
}

/* ---- deciding ---- */

csm_status approval_answer(csm_ctx *ctx, csm_change *ch)
{
    if (!csm_change_by_client(ctx, ch) || csm_id_eq(csm_change_old_ref(ctx, ch, "approver"), csm_caller_user(ctx)))
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_DENIED, "state", "field \"state\": only the approver decides");
}

/* ---- the task ---- */

csm_status approval_kept(csm_ctx *ctx, csm_change *ch)
{
    bool made = csm_change_get_op(ctx, ch) == CSM_INSERTING;

    if (csm_change_is_import(ctx, ch) || (made && csm_str_is(csm_change_new_text(ctx, ch, "approval"), "not requested")))
        return CSM_OK;
    if (csm_change_by_client(ctx, ch) && csm_change_given(ctx, ch, "approval") && !csm_caller_has_role(ctx, "admin"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "approval", "field \"approval\": the answers of those who are asked make it");
    return csm_change_set(ctx, ch, "approval_set", csm_time_value(csm_now(ctx)));
}

/* A task that closes, or goes back on its question, waits for nobody. */
csm_status approval_withdrawn(csm_ctx *ctx, csm_change *ch)
{
    csm_str approval = csm_change_new_text(ctx, ch, "approval");
    csm_record *rec;

    if (csm_str_is(approval, "approved") || csm_str_is(approval, "rejected"))
        return CSM_OK;
    CSM_TRY(end_task(ctx, csm_change_id(ctx, ch), "cancelled"));
    if (!csm_str_is(approval, "requested"))
        return CSM_OK;
    CSM_TRY(csm_record_get(ctx, "task", csm_change_id(ctx, ch), &rec));
    CSM_TRY(csm_record_set(ctx, rec, "approval", csm_ctext("cancelled")));
    return csm_record_update(ctx, rec);
}

/* ---- what an approver is told ---- */

typedef struct summary {
    csm_id approval;
    csm_value shown;
} summary;

static csm_status find_subject(csm_ctx *ctx, csm_id approval, csm_record **out)
{
    csm_record *row;
    csm_value document;
    csm_str table;

    CSM_TRY(csm_record_get(ctx, APPROVER, approval, &row));
    document = csm_record_value(ctx, row, "document");
    if (!csm_id_is_none(csm_record_ref(ctx, row, "sysapproval")))
        return csm_record_get(ctx, "task", csm_record_ref(ctx, row, "sysapproval"), out);
    if (document.type != CSM_T_LIST || document.count != 2)
        return csm_fail(ctx, CSM_E_NOT_FOUND, "what was to be approved is gone");
    table = csm_str_copy(ctx, csm_value_text(document.list[0]));
    return table.ptr != NULL ? csm_record_get(ctx, table.ptr, csm_value_id(document.list[1]), out) : CSM_E_NOMEM;
}

static csm_status summarize(csm_ctx *ctx, void *arg)
{
    static const char *const fields[] = { "number", "short_description", "price", "recurring_price", "quantity", "opened_at",
                                          "due_date", "start_date", "end_date", "estimated_delivery" };
    summary *s = arg;
    csm_record *rec;

    CSM_TRY(find_subject(ctx, s->approval, &rec));
    for (size_t n = 0; n < sizeof(fields) / sizeof(fields[0]); n++)
        if (csm_table_has_field(ctx, csm_record_table(ctx, rec), fields[n]))
            CSM_TRY(csm_map_add(ctx, &s->shown, fields[n], csm_record_value(ctx, rec, fields[n])));
    return CSM_OK;
}

static csm_status summary_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    summary s = { csm_arg_id(ctx, in, 0), csm_map(NULL, 0) };
    csm_record *row;

    CSM_TRY(csm_record_get(ctx, APPROVER, s.approval, &row)); /* the caller's right: asked himself, or reader of the task */
    CSM_TRY(csm_as_plugin(ctx, summarize, &s));
    return csm_reply_value(ctx, out, s.shown);
}

static const csm_param external_params[] = {
    CSM_PARAM("table", CSM_T_TEXT, .doc = "Of what is to be approved"),
    CSM_PARAM_ID("record", .doc = "What is to be approved"),
    CSM_PARAM_ID("approver", .table = "sys_user", .doc = "Who is asked, from outside"),
};
const csm_point foundation_points[FOUNDATION_POINTS] = {
    { .name = POINT_EXTERNAL, .params = CSM_ARRAY(external_params), .cardinality = CSM_MANY,
      .doc = "An external user is asked to approve something; who contributes may reject it (CSMApprovalsManagement)" },
};

static const csm_param summary_params[] = { CSM_PARAM_ID("id", .table = APPROVER, .doc = "The approval") };

const csm_method foundation_methods[FOUNDATION_METHODS] = {
    { .name = "approval.summary", .params = CSM_ARRAY(summary_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_EXTERNAL,
      .since = 1, .run = summary_method,
      .doc = "Number, title, price and dates of what an approval is about, for those who may not read the record itself" },
};
