/* How long a case shows each status: a row per stretch, ended when the next begins. Source: DOMAIN 4.10. */
#include "action_status.h"

static csm_status end_running(csm_ctx *ctx, csm_id id)
{
    csm_query *q;
    csm_record *row;
    csm_time start;

    CSM_TRY(csm_query_open(ctx, DURATION, &q));
    csm_query_where(ctx, q, "case", CSM_OP_EQ, csm_id_value(id));
    csm_query_where(ctx, q, "end", CSM_OP_EMPTY, csm_nil());
    CSM_TRY(csm_query_one(ctx, q, &row));
    if (row != NULL) {
        start = csm_record_time(ctx, row, "start");
        CSM_TRY(csm_record_set(ctx, row, "end", csm_time_value(csm_now(ctx))));
        CSM_TRY(csm_record_set_int(ctx, row, "duration", (csm_now(ctx) - start) / CSM_SECOND));
        CSM_TRY(csm_record_update(ctx, row));
    }
    return CSM_OK;
}

csm_status keep_duration(csm_ctx *ctx, csm_change *ch)
{
    csm_value value = csm_change_new(ctx, ch, "action_status");
    csm_record *row;

    CSM_TRY(end_running(ctx, csm_change_id(ctx, ch)));
    if (csm_is_nil(value))
        return CSM_OK;
    CSM_TRY(csm_record_create(ctx, DURATION, &row));
    CSM_TRY(csm_record_set_ref(ctx, row, "case", csm_change_id(ctx, ch)));
    CSM_TRY(csm_record_set(ctx, row, "value", value));
    CSM_TRY(csm_record_set(ctx, row, "start", csm_time_value(csm_now(ctx))));
    return csm_record_insert(ctx, row);
}
