/* What a closed alert means for its case: nothing, unless the deployer wants a solution proposed when all alerts of the case are
 * closed, or the case closed when its customer never wrote. Source: DOMAIN 4.16.7. */
#include "proactive_ops.h"

#define SOLVED "solved_fixed_by_support"
#define NOTES "What was wrong no longer is: monitoring sees it as cleared."
#define COMMENTS_MAX 200u

csm_status alert_closed(csm_ctx *ctx, csm_change *ch)
{
    csm_id id = csm_change_new_ref(ctx, ch, "case");
    csm_value args;

    if (csm_id_is_none(id) || (!csm_property_is_true(ctx, PROPERTY_RESOLVE) && !csm_property_is_true(ctx, PROPERTY_CLOSE)))
        return CSM_OK;
    CSM_TRY(id_args(ctx, "case", id, &args));
    return start_job(ctx, JOB_CLOSED, id, NULL, args);
}

static csm_status is_any_open(csm_ctx *ctx, csm_id id, bool *out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, ALERT, &q));
    csm_query_where(ctx, q, "case", CSM_OP_EQ, csm_id_value(id));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    return csm_query_any(ctx, q, out);
}

/* Whether somebody outside said anything on the case; with more comments than are looked at, somebody did. */
static csm_status is_touched(csm_ctx *ctx, const csm_record *rec, bool *out)
{
    csm_value entries;

    CSM_TRY(csm_record_journal(ctx, rec, "comments", COMMENTS_MAX, &entries));
    *out = entries.count == COMMENTS_MAX;
    for (uint32_t n = 0; n < entries.count && !*out; n++) {
        const csm_value *by = csm_map_get(&entries.list[n], "by");
        csm_record *user;

        CSM_TRY(csm_query_first(ctx, "sys_user", "user_name", by != NULL ? *by : csm_nil(), &user));
        *out = user != NULL && csm_user_has_role(ctx, csm_record_id(ctx, user), "snc_external");
    }
    return CSM_OK;
}

static csm_status solve(csm_ctx *ctx, csm_record *rec, bool touched)
{
    csm_pair pairs[2] = { { CSM_STR("resolution_code"), csm_ctext(SOLVED) }, { CSM_STR("close_notes"), csm_ctext(NOTES) } };
    csm_value args = csm_map(pairs, 2);
    int64_t state = csm_record_int(ctx, rec, "state");

    if (state != CASE_NEW && state != CASE_OPEN && state != CASE_AWAITING)
        return CSM_OK;
    if (!touched && csm_property_is_true(ctx, PROPERTY_CLOSE)) {
        CSM_TRY(csm_record_set(ctx, rec, "state", csm_int(CASE_CLOSED)));
        CSM_TRY(csm_record_set(ctx, rec, "resolution_code", csm_ctext(SOLVED)));
        CSM_TRY(csm_record_set(ctx, rec, "close_notes", csm_ctext(NOTES)));
        return csm_record_update(ctx, rec);
    }
    return csm_property_is_true(ctx, PROPERTY_RESOLVE) ? csm_transition_run(ctx, rec, "auto_resolve", &args) : CSM_OK;
}

static csm_status solve_step(csm_ctx *ctx, void *arg)
{
    csm_record *rec;
    bool touched;

    CSM_TRY(csm_record_get(ctx, CASE, *(const csm_id *)arg, &rec));
    CSM_TRY(is_touched(ctx, rec, &touched));
    return solve(ctx, rec, touched);
}

/* One that refuses, for an open task or what a deployer demands, says so and does not hinder the others. */
static csm_status solve_one(csm_ctx *ctx, csm_id id)
{
    csm_failure why;
    csm_record *rec;
    csm_str note;

    CSM_TRY(csm_savepoint_attempt(ctx, solve_step, &id, &why));
    if (why.code == CSM_OK)
        return CSM_OK;
    note = csm_printf(ctx, "Its alerts are closed, yet no solution was proposed: %.*s", CSM_STR_FMT(why.message));
    CSM_TRY(csm_record_get(ctx, CASE, id, &rec));
    CSM_TRY(csm_record_set_text(ctx, rec, "work_notes", note));
    return csm_record_update(ctx, rec);
}

/* Child cases first, by number, then the case itself. Arguments: {case, after?}. */
csm_status closed_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    csm_id id = csm_map_id(&args, "case"), after = csm_map_id(&args, "after");
    uint32_t count = 0;
    csm_query *q;
    csm_record *row;
    csm_status st;
    bool open;

    CSM_TRY(csm_record_find(ctx, CASE, id, &row));
    CSM_TRY(is_any_open(ctx, id, &open));
    if (row == NULL || open)
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, CASE, &q));
    csm_query_where(ctx, q, "parent", CSM_OP_EQ, csm_id_value(id));
    csm_query_page(ctx, q, "sys_id", after, PAGE);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        after = csm_record_id(ctx, row);
        count++;
        if ((st = solve_one(ctx, after)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    CSM_TRY(st);
    *more = count == PAGE;
    if (!*more)
        return solve_one(ctx, id);
    CSM_TRY(id_args(ctx, "case", id, next_args));
    return csm_map_add(ctx, next_args, "after", csm_id_value(after));
}
