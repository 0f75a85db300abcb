/* Blockers: rows that say what a case waits for, and since when. Source: DOMAIN 4.10. */
#include "action_status.h"

static bool is_on(csm_ctx *ctx, const char *flow)
{
    csm_str name = csm_printf(ctx, "csm.action_status.flow.%s", flow);

    return name.ptr != NULL && csm_property_is_true(ctx, name.ptr);
}

/* An empty @p by asks for those without one. */
static csm_status is_blocked(csm_ctx *ctx, csm_id blocked, csm_id by, const char *reason, bool *out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, BLOCKER, &q));
    csm_query_where(ctx, q, "blocked", CSM_OP_EQ, csm_id_value(blocked));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    if (!csm_id_is_none(by))
        csm_query_where(ctx, q, "blocked_by", CSM_OP_EQ, csm_id_value(by));
    else
        csm_query_where(ctx, q, "reason", CSM_OP_EQ, csm_ctext(reason));
    return csm_query_any(ctx, q, out);
}

csm_status block(csm_ctx *ctx, csm_id blocked, csm_id by, const char *reason, const char *flow)
{
    csm_record *row;
    bool already;

    if (!is_on(ctx, flow))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, CASE, blocked, &row));
    if (row == NULL || !csm_record_bool(ctx, row, "active"))
        return CSM_OK;
    CSM_TRY(is_blocked(ctx, blocked, by, reason, &already));
    if (already)
        return CSM_OK;
    CSM_TRY(csm_record_create(ctx, BLOCKER, &row));
    CSM_TRY(csm_record_set_ref(ctx, row, "blocked", blocked));
    CSM_TRY(csm_record_set_ref(ctx, row, "blocked_by", by));
    CSM_TRY(csm_record_set(ctx, row, "reason", csm_ctext(reason)));
    return csm_record_insert(ctx, row);
}

static csm_status end_matching(csm_ctx *ctx, csm_id blocked, csm_id by, const char *filter)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, BLOCKER, &q));
    if (!csm_id_is_none(blocked))
        csm_query_where(ctx, q, "blocked", CSM_OP_EQ, csm_id_value(blocked));
    if (!csm_id_is_none(by))
        csm_query_where(ctx, q, "blocked_by", CSM_OP_EQ, csm_id_value(by));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    if (filter != NULL)
        csm_query_filter(ctx, q, filter);
    return csm_query_set(ctx, q, "active", csm_bool(false));
}

csm_status unblock(csm_ctx *ctx, csm_id blocked, csm_id by, const char *filter)
{
    return csm_id_is_none(blocked) ? CSM_OK : end_matching(ctx, blocked, by, filter);
}

csm_status unblock_all(csm_ctx *ctx, csm_id by, const char *filter)
{
    return csm_id_is_none(by) ? CSM_OK : end_matching(ctx, csm_nil().id, by, filter);
}

/* ---- rules of blockers ---- */

csm_status blocker_check(csm_ctx *ctx, csm_change *ch)
{
    csm_record *by;

    if (csm_change_get_op(ctx, ch) == CSM_UPDATING && csm_change_touches(ctx, ch, "active") &&
        !csm_change_new_bool(ctx, ch, "active")) {
        csm_id user = csm_caller_user(ctx);

        CSM_TRY(csm_change_set(ctx, ch, "unblocked_on", csm_time_value(csm_now(ctx))));
        CSM_TRY(csm_change_set(ctx, ch, "unblocked_by", csm_id_is_none(user) ? csm_nil() : csm_id_value(user)));
    }
    if (!csm_change_by_client(ctx, ch) || !csm_change_touches(ctx, ch, "reason"))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, "task", csm_change_new_ref(ctx, ch, "blocked_by"), &by));
    if (by == NULL || strcmp(csm_record_table(ctx, by), "problem") != 0 || !csm_change_new_bool(ctx, ch, "active") ||
        (!csm_str_is(csm_change_new_text(ctx, ch, "reason"), BY_TASK) &&
         !csm_str_is(csm_change_new_text(ctx, ch, "reason"), BY_WORKAROUND)))
        return csm_fail_field(ctx, CSM_E_REJECTED, "reason",
                              "field \"reason\": of a problem that is waited for, its solution or its workaround");
    return CSM_OK;
}

/* The assignee knows what he himself did about the customer; everything else that ends is news. */
static bool is_news(csm_ctx *ctx, const csm_change *ch, const csm_record *of)
{
    if (csm_change_get_op(ctx, ch) != CSM_UPDATING || !csm_change_old_bool(ctx, ch, "active") ||
        csm_change_new_bool(ctx, ch, "active"))
        return false;
    return !csm_str_is(csm_change_new_text(ctx, ch, "reason"), BY_CUSTOMER) ||
           !csm_id_eq(csm_caller_user(ctx), csm_record_ref(ctx, of, "assigned_to"));
}

csm_status blocker_changed(csm_ctx *ctx, csm_change *ch)
{
    bool gone = csm_change_get_op(ctx, ch) == CSM_DELETING, attention;
    csm_record *rec;
    csm_value status;

    CSM_TRY(csm_record_find(ctx, CASE, gone ? csm_change_old_ref(ctx, ch, "blocked") : csm_change_new_ref(ctx, ch, "blocked"), &rec));
    if (rec == NULL || !csm_record_bool(ctx, rec, "active"))
        return CSM_OK;
    attention = csm_record_bool(ctx, rec, "needs_attention") || is_news(ctx, ch, rec);
    CSM_TRY(case_status(ctx, csm_record_id(ctx, rec), attention, &status));
    CSM_TRY(csm_record_set_bool(ctx, rec, "needs_attention", attention));
    CSM_TRY(csm_record_set(ctx, rec, "action_status", status));
    return csm_record_update(ctx, rec);
}

/* ---- purging ---- */

#define PURGE_PAGE 200u
#define PURGE_AFTER (183 * CSM_DAY)

csm_status purge_blockers(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    csm_time before = csm_now(ctx) - PURGE_AFTER;
    uint32_t count = 0;
    csm_query *q;
    csm_record *row;
    csm_status st;

    (void)args;
    (void)next_args;
    CSM_TRY(csm_query_open(ctx, BLOCKER, &q));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(false));
    csm_query_where(ctx, q, "unblocked_on", CSM_OP_LE, csm_time_value(before)); /* none ends after its case closes */
    csm_query_filter(ctx, q, "blocked.active=false");
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL && count < PURGE_PAGE) {
        if (csm_record_time(ctx, row, "blocked.closed_at") > before)
            continue;
        if ((st = csm_record_delete(ctx, row)) != CSM_OK)
            break;
        count++;
    }
    csm_query_close(ctx, q);
    *more = count == PURGE_PAGE;
    return st;
}
