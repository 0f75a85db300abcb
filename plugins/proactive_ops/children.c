/* A child case carries the items of its own customer among those its major case lists. Source: DOMAIN 4.16.6. */
#include "proactive_ops.h"

csm_status child_made(csm_ctx *ctx, csm_change *ch)
{
    csm_value args;
    bool any;

    CSM_TRY(lists_any(ctx, "task", csm_change_new_ref(ctx, ch, "parent"), &any));
    if (!any)
        return CSM_OK;
    CSM_TRY(id_args(ctx, "case", csm_change_id(ctx, ch), &args));
    return start_job(ctx, JOB_CHILD, csm_change_id(ctx, ch), NULL, args);
}

/* Arguments: {case, after?}. */
csm_status child_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    csm_id id = csm_map_id(&args, "case"), after = csm_map_id(&args, "after"), parent;
    const char *by = "account";
    uint32_t count = 0;
    csm_record *rec, *row;
    csm_query *q;
    csm_status st;
    bool listed;

    CSM_TRY(csm_record_find(ctx, CASE, id, &rec));
    if (rec == NULL)
        return CSM_OK;
    if (csm_is_nil(csm_record_value(ctx, rec, by)))
        by = "consumer";
    parent = csm_record_ref(ctx, rec, "parent");
    if (csm_is_nil(csm_record_value(ctx, rec, by)) || csm_id_is_none(parent))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, ITEM, &q));
    csm_query_where(ctx, q, by, CSM_OP_EQ, csm_record_value(ctx, rec, by));
    csm_query_page(ctx, q, "sys_id", after, PAGE);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        after = csm_record_id(ctx, row);
        count++;
        st = lists_item(ctx, "task", parent, after, &listed);
        if (st == CSM_OK && listed)
            st = list_item(ctx, "task", id, after);
        if (st != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    CSM_TRY(st);
    *more = count == PAGE;
    if (!*more)
        return CSM_OK;
    CSM_TRY(id_args(ctx, "case", id, next_args));
    return csm_map_add(ctx, next_args, "after", csm_id_value(after));
}
