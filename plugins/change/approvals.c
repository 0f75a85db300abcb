/* Approvals of a change: rows of sysapproval_approver that name it. Source: DOMAIN 4.5. */
#include "change.h"

static csm_status any_requested(csm_ctx *ctx, csm_id change, bool *out)
{
    csm_query *q;
    csm_record *row;

    CSM_TRY(csm_query_open(ctx, "sysapproval_approver", &q));
    csm_query_where(ctx, q, "sysapproval", CSM_OP_EQ, csm_id_value(change));
    csm_query_filter(ctx, q, "state=requested");
    csm_query_limit(ctx, q, 1);
    CSM_TRY(csm_query_next(ctx, q, &row));
    *out = row != NULL;
    csm_query_close(ctx, q);
    return CSM_OK;
}

static csm_status set_approval(csm_ctx *ctx, csm_id id, const char *value)
{
    csm_record *rec;

    CSM_TRY(csm_record_get(ctx, "change_request", id, &rec));
    CSM_TRY(csm_record_set(ctx, rec, "approval", csm_ctext(value)));
    return csm_record_update(ctx, rec);
}

static csm_status rejected(csm_ctx *ctx, csm_id id)
{
    csm_record *rec;
    int64_t state;

    CSM_TRY(set_approval(ctx, id, "rejected"));
    CSM_TRY(csm_record_get(ctx, "change_request", id, &rec));
    state = csm_record_int(ctx, rec, "state");
    if (state != CHANGE_ASSESS && state != CHANGE_AUTHORIZE)
        return CSM_OK;
    return csm_transition_run(ctx, rec, "revert", NULL);
}

csm_status change_approval(csm_ctx *ctx, csm_change *ch)
{
    csm_id id = csm_change_new_ref(ctx, ch, "sysapproval");
    csm_str state = csm_change_new_text(ctx, ch, "state");
    csm_record *rec;
    bool waits;

    CSM_TRY(csm_record_find(ctx, "change_request", id, &rec));
    if (rec == NULL || !csm_record_bool(ctx, rec, "active"))
        return CSM_OK;
    if (csm_str_is(state, "requested"))
        return set_approval(ctx, id, "requested");
    if (csm_str_is(state, "rejected"))
        return rejected(ctx, id);
    if (!csm_str_is(state, "approved"))
        return CSM_OK;
    CSM_TRY(any_requested(ctx, id, &waits)); /* all who were asked agree */
    return waits ? CSM_OK : set_approval(ctx, id, "approved");
}

csm_status change_cancel_approvals(csm_ctx *ctx, csm_change *ch)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, "sysapproval_approver", &q));
    csm_query_where(ctx, q, "sysapproval", CSM_OP_EQ, csm_id_value(csm_change_id(ctx, ch)));
    csm_query_filter(ctx, q, "state=requested");
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        st = csm_record_set(ctx, row, "state", csm_ctext("cancelled"));
        if (st == CSM_OK)
            st = csm_record_update(ctx, row);
        if (st != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}
