/* Work on a case: who has it, who wrote, what a transition brings with it. */
#include "customer_service.h"

enum { STATE_NEW = 1, STATE_CLOSED = 3, STATE_RESOLVED = 6, STATE_OPEN = 10, STATE_AWAITING = 18 };

/* ---- assignment ---- */

csm_status case_assignment(csm_ctx *ctx, csm_change *ch)
{
    csm_id user = csm_change_new_ref(ctx, ch, "assigned_to"), group = csm_change_new_ref(ctx, ch, "assignment_group");
    bool member = true, given = csm_change_touches(ctx, ch, "assigned_to");
    csm_record *agent;

    if (!given && !csm_change_touches(ctx, ch, "assignment_group"))
        return CSM_OK;
    if (!csm_id_is_none(user) && !csm_id_is_none(group))
        CSM_TRY(csm_user_in_group(ctx, user, group, &member));
    if (!member)
        return csm_fail_field(ctx, CSM_E_REJECTED, "assigned_to", "field \"assigned_to\": not a member of the group");
    if (given && csm_user_has_role(ctx, user, "snc_external"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "assigned_to", "field \"assigned_to\": an external user");
    CSM_TRY(csm_record_find(ctx, "sys_user", user, &agent));
    if (given && agent != NULL && !csm_record_bool(ctx, agent, "active") && !csm_change_is_import(ctx, ch))
        return csm_fail_field(ctx, CSM_E_REJECTED, "assigned_to", "field \"assigned_to\": the user is inactive");
    if (given && csm_table_has_field(ctx, csm_change_table(ctx, ch), "assigned_on"))
        CSM_TRY(csm_change_set(ctx, ch, "assigned_on", csm_id_is_none(user) ? csm_nil() : csm_time_value(csm_now(ctx))));
    return CSM_OK;
}

/* ---- talk ---- */

/* A word of the customer ends the waiting for it and asks for attention; with a decision it is part of that. */
csm_status case_customer_wrote(csm_ctx *ctx, csm_change *ch)
{
    if (!csm_change_touches(ctx, ch, "comments") || csm_change_transition(ctx, ch) != NULL || !is_customer_side(ctx, ch))
        return CSM_OK;
    if (csm_change_new_int(ctx, ch, "state") == STATE_AWAITING)
        CSM_TRY(csm_change_set(ctx, ch, "state", csm_int(STATE_OPEN)));
    if (csm_change_new_int(ctx, ch, "priority") <= 2 && csm_property_is_true(ctx, "sn_customerservice.FTS_flag_enabled"))
        CSM_TRY(csm_change_set(ctx, ch, "follow_the_sun", csm_bool(true)));
    return csm_change_set(ctx, ch, "needs_attention", csm_bool(true));
}

csm_status case_first_response(csm_ctx *ctx, csm_change *ch)
{
    int64_t state = csm_change_new_int(ctx, ch, "state");
    bool answered = csm_change_touches(ctx, ch, "comments") ||
                    (csm_change_touches(ctx, ch, "state") && (state == STATE_AWAITING || state == STATE_RESOLVED));

    if (!answered || !csm_is_nil(csm_change_new(ctx, ch, "first_response_time")) || !csm_change_by_client(ctx, ch) ||
        is_customer_side(ctx, ch))
        return CSM_OK;
    return csm_change_set(ctx, ch, "first_response_time", csm_time_value(csm_now(ctx)));
}

/* ---- closing by itself ---- */

/* Follows the conditions only when one of them changes, so that what an agent decided stands until then. */
csm_status case_auto_close_mark(csm_ctx *ctx, csm_change *ch)
{
    bool resolved = csm_change_new_int(ctx, ch, "state") == STATE_RESOLVED;

    if (csm_change_given(ctx, ch, "auto_close") ||
        (!csm_change_touches(ctx, ch, "state") && !csm_change_touches(ctx, ch, "needs_attention")))
        return CSM_OK;
    return csm_change_set(ctx, ch, "auto_close", csm_bool(resolved && !csm_change_new_bool(ctx, ch, "needs_attention")));
}

/* ---- guards of transitions ---- */

csm_status case_solution_proposed(csm_ctx *ctx, csm_change *ch)
{
    csm_str notes = csm_change_new_text(ctx, ch, "close_notes");

    if (!csm_change_new_bool(ctx, ch, "notes_to_comments") || notes.len == 0)
        return CSM_OK;
    return csm_change_set(ctx, ch, "comments", csm_text(notes)); /* added to a comment of the agent's */
}

csm_status case_reopened(csm_ctx *ctx, csm_change *ch)
{
    CSM_TRY(csm_change_set(ctx, ch, "reopened_time", csm_time_value(csm_now(ctx))));
    return csm_change_set(ctx, ch, "reopen_count", csm_int(csm_change_old_int(ctx, ch, "reopen_count") + 1));
}

csm_status case_may_reopen(csm_ctx *ctx, csm_change *ch)
{
    csm_time closed = csm_value_int(csm_change_old(ctx, ch, "closed_at"));
    int64_t days = csm_property_int(ctx, "csm.case.reopen_closed_days", 0, 0, 99999);

    if (days == 0)
        return csm_fail(ctx, CSM_E_STATE, "a closed case is not reopened; allowed targets: none");
    if (closed + days * CSM_DAY < csm_now(ctx))
        return csm_fail(ctx, CSM_E_STATE, "the case was closed more than %lld days ago; allowed targets: none",
                        (long long)days);
    return case_reopened(ctx, ch);
}

csm_status case_closed_by_customer(csm_ctx *ctx, csm_change *ch)
{
    return csm_change_set(ctx, ch, "comments", csm_ctext(CLOSED_BY_CUSTOMER));
}

/* ---- deleting ---- */

/* Child cases are kept by their reference; open tasks by this. */
csm_status case_may_delete(csm_ctx *ctx, csm_change *ch)
{
    csm_query *q;
    csm_record *row;

    CSM_TRY(csm_query_open(ctx, "sn_customerservice_task", &q));
    csm_query_where(ctx, q, "parent_case", CSM_OP_EQ, csm_id_value(csm_change_id(ctx, ch)));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    CSM_TRY(csm_query_one(ctx, q, &row));
    if (row == NULL)
        return CSM_OK;
    return csm_fail(ctx, CSM_E_REJECTED, "the case has an open task: %.*s",
                    CSM_STR_FMT(csm_record_display(ctx, row, "number")));
}
