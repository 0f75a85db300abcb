/* Jobs and events, for handlers. */
#include "engine/event/event.h"
#include "engine/job/job.h"
#include "engine/record/call.h"

static csm_status check_writing(csm_ctx *ctx)
{
    if (ctx->txn != NULL && ctx->log != NULL)
        return CSM_OK;
    return csm_ctx_fail(ctx, CSM_E_UNSUPPORTED, "this call only reads: it may start no job and queue no event");
}

/* Without a key every call is a job of its own. */
static csm_status start(csm_ctx *ctx, const char *job, const char *key, csm_time at, csm_value args)
{
    char hex[CSM_ID_TEXT];
    csm_id id;

    CSM_TRY(check_writing(ctx));
    if (key != NULL)
        return csm_job_put(ctx, csm_str_of(job), csm_str_of(key), at, args);
    if (!csm_id_new(ctx->ids, ctx->now, &id))
        return csm_ctx_fail(ctx, CSM_E_IO, "the system gives no random bytes");
    csm_id_format(id, hex);
    return csm_job_put(ctx, csm_str_of(job), csm_str_of(hex), at, args);
}

static csm_status cancel(csm_ctx *ctx, const char *job, const char *key)
{
    bool found;

    CSM_TRY(check_writing(ctx));
    return csm_job_remove(ctx, csm_str_of(job), csm_str_of(key), &found);
}

static csm_status event(csm_ctx *ctx, const char *name, csm_value payload)
{
    CSM_TRY(check_writing(ctx));
    return csm_request_log_event(ctx, csm_str_of(name), payload);
}

static csm_status ensure(csm_ctx *ctx, const char *job, const char *key, csm_time at, csm_value args)
{
    CSM_TRY(check_writing(ctx));
    return csm_job_put_new(ctx, csm_str_of(job), csm_str_of(key), at, args);
}

static csm_status waits(csm_ctx *ctx, const char *job, const char *key, bool *out)
{
    bool parked;

    return csm_job_has(ctx, csm_str_of(job), csm_str_of(key), out, &parked);
}

const csm_job_api csm_host_job = {
    .size = sizeof(csm_job_api),
    .start = start,
    .cancel = cancel,
    .event = event,
    .ensure = ensure,
    .waits = waits,
};
