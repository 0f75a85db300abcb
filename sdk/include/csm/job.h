/* Durable jobs and events. Source: DESIGN 3 (due), 7; DOMAIN 4.8, 8.2. */
#ifndef CSM_JOB_H
#define CSM_JOB_H

#include <csm/rule.h>

/* Runs on the writer thread in a transaction of its own. *more = true: run again at once with the same args (next page). */
typedef struct csm_job {
    const char *name;
    int64_t every_s;     /* period in seconds; 0 = only when scheduled by csm_job_start */
    csm_status (*run)(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);
    const char *doc;
    bool catch_up;       /* ran late (server was down): still run, once */
} csm_job;

/* Fed from the log after commit, in order, exactly once in effect; what happened while its plugin was away is not. Pattern:
 * "table.insert", "table.update", "*.delete", or an event name queued with csm_event. */
typedef struct csm_subscriber {
    const char *event;
    int32_t order;
    csm_status (*run)(csm_ctx *ctx, const char *event, csm_value payload);
    const char *doc;
} csm_subscriber;

typedef struct csm_job_api {
    uint32_t size;
    /* At or after @p at, once, kept on disk with this transaction. @p key: replaces an earlier one of that name and key. */
    csm_status (*start)(csm_ctx *ctx, const char *job, const char *key, csm_time at, csm_value args);
    csm_status (*cancel)(csm_ctx *ctx, const char *job, const char *key);
    /* Queues a named event for subscribers, delivered after commit. */
    csm_status (*event)(csm_ctx *ctx, const char *name, csm_value payload);
    /* As start, but one of that name and key that waits, or is between pages, stays as it is: for jobs that look at how things
     * stand when they run, and that many changes ask for. */
    csm_status (*ensure)(csm_ctx *ctx, const char *job, const char *key, csm_time at, csm_value args);
    /* Whether one of that name and key is to run, now or later: false also when it was given up after too many failures. */
    csm_status (*waits)(csm_ctx *ctx, const char *job, const char *key, bool *out);
} csm_job_api;

#endif
