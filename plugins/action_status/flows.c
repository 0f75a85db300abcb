/* What makes and ends blockers. Each flow has a property that switches it off. Source: DOMAIN 4.10. */
#include "action_status.h"

enum { CASE_AWAITING = 18 };

csm_status follow_state(csm_ctx *ctx, csm_change *ch)
{
    csm_id id = csm_change_id(ctx, ch), none = { { 0 } };

    if (!csm_change_new_bool(ctx, ch, "active"))
        return unblock(ctx, id, none, NULL);
    if (csm_change_new_int(ctx, ch, "state") == CASE_AWAITING)
        return block(ctx, id, none, BY_CUSTOMER, "awaiting_info");
    return unblock(ctx, id, none, "reason=" BY_CUSTOMER);
}

csm_status follow_case_task(csm_ctx *ctx, csm_change *ch)
{
    csm_id id = csm_change_id(ctx, ch), now = csm_change_new_ref(ctx, ch, "parent_case");

    if (!csm_change_touches(ctx, ch, "active") && !csm_change_touches(ctx, ch, "parent_case"))
        return CSM_OK;
    if (csm_change_touches(ctx, ch, "parent_case"))
        CSM_TRY(unblock(ctx, csm_change_old_ref(ctx, ch, "parent_case"), id, NULL));
    if (!csm_change_new_bool(ctx, ch, "active"))
        return unblock(ctx, now, id, NULL);
    return csm_id_is_none(now) ? CSM_OK : block(ctx, now, id, BY_TASK, "case_task");
}

/* Problems come with a plugin that need not be there, so this looks at every task. */
csm_status follow_workaround(csm_ctx *ctx, csm_change *ch)
{
    if (strcmp(csm_change_table(ctx, ch), "problem") != 0 || !csm_change_touches(ctx, ch, "workaround_communicated_at"))
        return CSM_OK;
    return unblock_all(ctx, csm_change_id(ctx, ch), "reason=" BY_WORKAROUND);
}

/* ---- records raised from the case ---- */

typedef struct bond {
    csm_str link, change;
    csm_id source, linked;
} bond;

static csm_status follow(csm_ctx *ctx, void *arg)
{
    const bond *b = arg;
    csm_str flow = csm_printf(ctx, "%.*s", CSM_STR_FMT(b->link));

    if (flow.ptr == NULL)
        return CSM_E_NOMEM;
    if (csm_str_is(b->change, "set") || csm_str_is(b->change, "resumed"))
        return block(ctx, b->source, b->linked, BY_TASK, flow.ptr);
    return unblock(ctx, b->source, b->linked, NULL);
}

csm_verdict follow_link(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    bond b = { csm_arg_text(ctx, in, 0), csm_arg_text(ctx, in, 1), csm_arg_id(ctx, in, 3), csm_arg_id(ctx, in, 5) };
    csm_str table = csm_printf(ctx, "%.*s", CSM_STR_FMT(csm_arg_text(ctx, in, 2)));

    (void)out;
    if (table.ptr == NULL)
        return CSM_REJECT;
    if (!csm_table_is_a(ctx, table.ptr, CASE))
        return CSM_CONTINUE;
    return csm_as_plugin(ctx, follow, &b) == CSM_OK ? CSM_CONTINUE : CSM_REJECT;
}
