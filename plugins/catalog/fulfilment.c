/* Fulfilment: a plan becomes tasks, their order is kept, what is over takes what hangs on it along. Source: DOMAIN 2.9, 4.3. */
#include "catalog.h"

/* ---- a plan begins ---- */

static csm_status begin_task(csm_ctx *ctx, csm_record *task)
{
    int64_t seconds = csm_record_int(ctx, task, "delivery_task.delivery_time");
    csm_pair due = { CSM_STR_INIT("due_date"), csm_time_value(csm_now(ctx) + seconds * CSM_SECOND) };
    csm_value args = csm_map(&due, seconds > 0 ? 1 : 0);

    return csm_transition_run(ctx, task, "open", &args);
}

/* The steps that wait with the lowest order may be worked on, unless one is being worked on still. */
static csm_status open_next(csm_ctx *ctx, csm_id item)
{
    int64_t order = 0;
    bool first = true;
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, TASK, &q));
    csm_query_where(ctx, q, "request_item", CSM_OP_EQ, csm_id_value(item));
    csm_query_filter(ctx, q, "stateIN1,2");
    CSM_TRY(csm_query_one(ctx, q, &row));
    if (row != NULL)
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, TASK, &q));
    csm_query_where(ctx, q, "request_item", CSM_OP_EQ, csm_id_value(item));
    csm_query_where(ctx, q, "state", CSM_OP_EQ, csm_int(STATE_PENDING));
    csm_query_order(ctx, q, "order", CSM_ASC);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        if (!first && csm_record_int(ctx, row, "order") != order)
            break;
        first = false;
        order = csm_record_int(ctx, row, "order");
        if ((st = begin_task(ctx, row)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

static csm_status make_task(csm_ctx *ctx, csm_id item, const csm_record *step)
{
    csm_value text = csm_record_value(ctx, step, "short_description"), person = csm_record_value(ctx, step, "assigned_to");
    csm_record *task;

    if (csm_is_nil(person))
        person = csm_record_value(ctx, step, "group.default_assignee");
    CSM_TRY(csm_record_create(ctx, TASK, &task));
    CSM_TRY(csm_record_set_ref(ctx, task, "request_item", item));
    CSM_TRY(csm_record_set_ref(ctx, task, "delivery_task", csm_record_id(ctx, step)));
    CSM_TRY(csm_record_set(ctx, task, "short_description", csm_is_nil(text) ? csm_record_value(ctx, step, "name") : text));
    CSM_TRY(csm_record_set(ctx, task, "assignment_group", csm_record_value(ctx, step, "group")));
    CSM_TRY(csm_record_set(ctx, task, "assigned_to", person));
    CSM_TRY(csm_record_set(ctx, task, "order", csm_record_value(ctx, step, "order")));
    CSM_TRY(csm_record_set_int(ctx, task, "state", STATE_PENDING));
    return csm_record_insert(ctx, task);
}

static csm_status make_tasks(csm_ctx *ctx, csm_id item)
{
    csm_record *rec, *step;
    csm_query *q;
    csm_status st;

    CSM_TRY(csm_record_get(ctx, REQUEST_ITEM, item, &rec));
    CSM_TRY(csm_query_open(ctx, PLAN_TASK, &q));
    csm_query_where(ctx, q, "plan", CSM_OP_EQ, csm_record_value(ctx, rec, "delivery_plan"));
    csm_query_order(ctx, q, "order", CSM_ASC);
    while ((st = csm_query_next(ctx, q, &step)) == CSM_OK && step != NULL) {
        csm_str condition = csm_str_copy(ctx, csm_record_text(ctx, step, "condition"));
        bool wanted = true;

        if (condition.ptr == NULL) {
            st = CSM_E_NOMEM;
            break;
        }
        if (condition.len > 0 && (st = csm_record_matches(ctx, rec, condition.ptr, &wanted)) != CSM_OK)
            break;
        if (wanted && (st = make_task(ctx, item, step)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

/* Of the request under way: worked on, or again. */
static csm_status wake_request(csm_ctx *ctx, csm_id id)
{
    csm_record *request;

    CSM_TRY(csm_record_get(ctx, REQUEST, id, &request));
    if (!csm_record_bool(ctx, request, "active"))
        return csm_transition_run(ctx, request, "reopen", NULL);
    return csm_record_int(ctx, request, "state") == 2 ? CSM_OK : csm_transition_run(ctx, request, "work", NULL);
}

csm_status item_fulfilled(csm_ctx *ctx, csm_change *ch)
{
    csm_id item = csm_change_id(ctx, ch);

    CSM_TRY(wake_request(ctx, csm_change_new_ref(ctx, ch, "request")));
    if (csm_is_nil(csm_change_new(ctx, ch, "delivery_plan")))
        return CSM_OK; /* without a plan whoever fulfils it says when it is done */
    CSM_TRY(make_tasks(ctx, item));
    return open_next(ctx, item);
}

/* ---- an item is taken up again ---- */

static csm_status last_group(csm_ctx *ctx, csm_id item, csm_value *out)
{
    csm_query *q;
    csm_record *row;

    *out = csm_nil();
    CSM_TRY(csm_query_open(ctx, TASK, &q));
    csm_query_where(ctx, q, "request_item", CSM_OP_EQ, csm_id_value(item));
    csm_query_filter(ctx, q, "assignment_groupISNOTEMPTY");
    csm_query_order(ctx, q, "closed_at", CSM_DESC);
    csm_query_order(ctx, q, "order", CSM_DESC);
    CSM_TRY(csm_query_one(ctx, q, &row));
    if (row != NULL)
        *out = csm_record_value(ctx, row, "assignment_group");
    return CSM_OK;
}

csm_status item_reopened(csm_ctx *ctx, csm_change *ch)
{
    csm_value group = csm_change_new(ctx, ch, "assignment_group");
    csm_record *task;

    if (csm_is_nil(group))
        CSM_TRY(last_group(ctx, csm_change_id(ctx, ch), &group));
    CSM_TRY(wake_request(ctx, csm_change_new_ref(ctx, ch, "request")));
    CSM_TRY(csm_record_create(ctx, TASK, &task));
    CSM_TRY(csm_record_set_ref(ctx, task, "request_item", csm_change_id(ctx, ch)));
    CSM_TRY(csm_record_set(ctx, task, "short_description", csm_change_new(ctx, ch, "short_description")));
    CSM_TRY(csm_record_set(ctx, task, "assignment_group", group));
    return csm_record_insert(ctx, task);
}

/* ---- what closes ---- */

csm_status task_closed(csm_ctx *ctx, csm_change *ch)
{
    csm_record *item;

    CSM_TRY(csm_record_find(ctx, REQUEST_ITEM, csm_change_new_ref(ctx, ch, "request_item"), &item));
    return item != NULL && csm_record_bool(ctx, item, "active") ? open_next(ctx, csm_record_id(ctx, item)) : CSM_OK;
}

static csm_status end_children(csm_ctx *ctx, const char *table, const char *by, csm_id parent, const char *transition)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, by, CSM_OP_EQ, csm_id_value(parent));
    csm_query_filter(ctx, q, "active=true");
    return csm_query_move(ctx, q, transition, NULL);
}

csm_status item_closed(csm_ctx *ctx, csm_change *ch)
{
    return end_children(ctx, TASK, "request_item", csm_change_id(ctx, ch), "skip");
}

csm_status request_closed(csm_ctx *ctx, csm_change *ch)
{
    return end_children(ctx, REQUEST_ITEM, "request", csm_change_id(ctx, ch), "cancel");
}

/* ---- guards ---- */

static csm_status has_open(csm_ctx *ctx, csm_change *ch, const char *table, const char *by, const char *what)
{
    csm_query *q;
    csm_record *row;

    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, by, CSM_OP_EQ, csm_id_value(csm_change_id(ctx, ch)));
    csm_query_filter(ctx, q, "active=true");
    CSM_TRY(csm_query_one(ctx, q, &row));
    return row == NULL ? CSM_OK : csm_fail_field(ctx, CSM_E_STATE, "state", "%s %.*s is not closed", what,
                                                 CSM_STR_FMT(csm_record_text(ctx, row, "number")));
}

csm_status item_has_no_task(csm_ctx *ctx, csm_change *ch)
{
    return has_open(ctx, ch, TASK, "request_item", "task");
}

csm_status request_has_no_item(csm_ctx *ctx, csm_change *ch)
{
    return has_open(ctx, ch, REQUEST_ITEM, "request", "item");
}

static csm_status item_is_open(csm_ctx *ctx, csm_change *ch)
{
    csm_record *item;

    CSM_TRY(csm_record_find(ctx, REQUEST_ITEM, csm_change_new_ref(ctx, ch, "request_item"), &item));
    if (item == NULL || csm_record_bool(ctx, item, "active"))
        return CSM_OK; /* one that is not there is refused as a missing reference */
    return csm_fail_field(ctx, CSM_E_STATE, "request_item", "field \"request_item\": the item is closed; reopen it instead");
}

csm_status task_may_reopen(csm_ctx *ctx, csm_change *ch)
{
    return item_is_open(ctx, ch);
}

csm_status task_made(csm_ctx *ctx, csm_change *ch)
{
    return csm_change_is_import(ctx, ch) ? CSM_OK : item_is_open(ctx, ch);
}
