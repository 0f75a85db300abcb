/* Needs attention, and the action status a case shows. Source: DOMAIN 4.10. */
#include "action_status.h"

enum { CASE_CLOSED = 3, CASE_CANCELLED = 7, CASE_AWAITING = 18 };

/* ---- status ---- */

csm_status case_status(csm_ctx *ctx, csm_id id, bool attention, csm_value *out)
{
    bool customer = false, internal = false;
    csm_query *q;
    csm_record *row;
    csm_status st;

    *out = attention ? csm_ctext("needs_attention") : csm_nil();
    if (attention)
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, BLOCKER, &q));
    csm_query_where(ctx, q, "blocked", CSM_OP_EQ, csm_id_value(id));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL && !(customer && internal)) {
        if (csm_str_is(csm_record_text(ctx, row, "reason"), BY_CUSTOMER))
            customer = true;
        else
            internal = true;
    }
    csm_query_close(ctx, q);
    if (customer || internal)
        *out = csm_ctext(customer && internal ? "blocked_internally_and_by_customer"
                                              : customer ? "blocked_by_customer" : "blocked_internally");
    return st;
}

/* Before rules run before "active" follows the state, so this asks the state. */
csm_status case_shows(csm_ctx *ctx, csm_change *ch)
{
    int64_t state = csm_change_new_int(ctx, ch, "state");
    csm_value status = csm_nil();

    if (!csm_change_touches(ctx, ch, "needs_attention") && !csm_change_touches(ctx, ch, "state"))
        return CSM_OK;
    if (state != CASE_CLOSED && state != CASE_CANCELLED)
        CSM_TRY(case_status(ctx, csm_change_id(ctx, ch), csm_change_new_bool(ctx, ch, "needs_attention"), &status));
    return csm_change_set(ctx, ch, "action_status", status);
}

/* ---- needs attention ---- */

/* Somebody else than the assignee speaks. What an agent says with a step he takes is part of the step. */
static bool is_others_word(csm_ctx *ctx, const csm_change *ch)
{
    csm_id assignee = csm_change_new_ref(ctx, ch, "assigned_to");

    if (!csm_change_touches(ctx, ch, "comments") || !csm_change_by_client(ctx, ch) || csm_change_is_import(ctx, ch))
        return false;
    if (csm_caller_is_external(ctx))
        return csm_change_new_int(ctx, ch, "state") != CASE_CLOSED;
    return csm_change_transition(ctx, ch) == NULL && !csm_id_is_none(assignee) && !csm_id_eq(assignee, csm_caller_user(ctx));
}

static csm_status check_access(csm_ctx *ctx, csm_change *ch)
{
    csm_pair in[1] = { { CSM_STR_INIT("case"), csm_id_value(csm_change_id(ctx, ch)) } };
    csm_value out = csm_nil();

    CSM_TRY(csm_point_call(ctx, POINT_ATTENTION, csm_map(in, 1), &out));
    for (uint32_t n = 0; out.type == CSM_T_MAP && n < out.count; n++)
        if (csm_str_is(out.map[n].key, "allowed") && csm_value_bool(out.map[n].value))
            return CSM_OK;
    return csm_fail_field(ctx, CSM_E_DENIED, "needs_attention",
                          "field \"needs_attention\": cleared by the assignee or a manager");
}

csm_status case_attention(csm_ctx *ctx, csm_change *ch)
{
    bool cleared = csm_change_given(ctx, ch, "needs_attention") && csm_change_old_bool(ctx, ch, "needs_attention") &&
                   !csm_change_new_bool(ctx, ch, "needs_attention");

    if (cleared && csm_change_by_client(ctx, ch) && !csm_change_is_import(ctx, ch))
        CSM_TRY(check_access(ctx, ch));
    if (csm_change_touches(ctx, ch, "state") && csm_change_new_int(ctx, ch, "state") == CASE_AWAITING)
        return csm_change_set(ctx, ch, "needs_attention", csm_bool(false)); /* so that "blocked by customer" shows */
    return is_others_word(ctx, ch) ? csm_change_set(ctx, ch, "needs_attention", csm_bool(true)) : CSM_OK;
}

csm_verdict attention_access(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value answer = csm_map(NULL, 0);
    csm_record *rec;
    bool may;

    if (csm_record_find(ctx, CASE, csm_arg_id(ctx, in, 0), &rec) != CSM_OK)
        return CSM_REJECT;
    may = csm_caller_has_role(ctx, "sn_customerservice_manager") || csm_caller_has_role(ctx, "admin") ||
          (rec != NULL && csm_id_eq(csm_record_ref(ctx, rec, "assigned_to"), csm_caller_user(ctx)));
    if (csm_map_add(ctx, &answer, "allowed", csm_bool(may)) != CSM_OK || csm_reply_value(ctx, out, answer) != CSM_OK)
        return CSM_REJECT;
    return CSM_HANDLED;
}
