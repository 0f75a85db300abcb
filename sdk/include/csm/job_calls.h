/* Jobs and events as plain functions; what each does is told at the member of csm_job_api. */
#ifndef CSM_JOB_CALLS_H
#define CSM_JOB_CALLS_H

#include <csm/plugin.h>

static inline csm_status csm_job_start(csm_ctx *ctx, const char *job, const char *key, csm_time at, csm_value args)
{
    return CSM_HOST(ctx)->job->start(ctx, job, key, at, args);
}

static inline csm_status csm_job_ensure(csm_ctx *ctx, const char *job, const char *key, csm_time at, csm_value args)
{
    return CSM_HOST(ctx)->job->ensure(ctx, job, key, at, args);
}

static inline csm_status csm_job_waits(csm_ctx *ctx, const char *job, const char *key, bool *out)
{
    return CSM_HOST(ctx)->job->waits(ctx, job, key, out);
}

static inline csm_status csm_job_cancel(csm_ctx *ctx, const char *job, const char *key)
{
    return CSM_HOST(ctx)->job->cancel(ctx, job, key);
}

static inline csm_status csm_event(csm_ctx *ctx, const char *name, csm_value payload)
{
    return CSM_HOST(ctx)->job->event(ctx, name, payload);
}

#endif
