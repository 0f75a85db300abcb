/* Entries of the due database, and the jobs the engine itself brings. */
#ifndef CSM_ENGINE_JOB_DUE_H
#define CSM_ENGINE_JOB_DUE_H

#include "engine/job/job.h"

typedef struct csm_due {
    csm_str job, key;
    csm_time at;
    uint32_t attempts;
    csm_str error;
    csm_value args;
} csm_due;

/* Keys. In the arena of ctx; ptr NULL: out of memory (set). */
csm_str csm_due_key(csm_ctx *ctx, csm_time at, csm_str job, csm_str key);
csm_str csm_due_name_key(csm_ctx *ctx, char kind, csm_str job, csm_str key);
/* Splits job and key off the end of a stored key; copies. */
csm_status csm_due_split(csm_ctx *ctx, csm_str stored, size_t head, csm_due *out);
csm_time csm_due_time(csm_str bytes); /* 8, big-endian */

/* Writes or removes an entry with its name beside it. */
csm_status csm_due_write(csm_ctx *ctx, const csm_due *due);
csm_status csm_due_erase(csm_ctx *ctx, const csm_due *due);
/* The value of any entry. */
csm_status csm_due_encode(csm_ctx *ctx, const csm_due *due, csm_str *out);
csm_status csm_due_decode(csm_ctx *ctx, csm_str value, csm_due *due);
/* Removes all there is under a name. *found: it was waiting to run. */
csm_status csm_due_forget(csm_ctx *ctx, csm_str job, csm_str key, bool *found);

/* Outcome of a periodic job. */
typedef struct csm_job_outcome {
    csm_time last_run, last_ok;
    csm_str error;
} csm_job_outcome;
csm_status csm_job_outcome_find(csm_ctx *ctx, csm_str job, csm_job_outcome *out);
csm_status csm_job_outcome_put(csm_ctx *ctx, csm_str job, const csm_job_outcome *outcome);

const csm_job *csm_job_builtin(csm_str name);
/* NULL behind the last. */
const csm_job *csm_job_builtin_at(size_t position);

#endif
