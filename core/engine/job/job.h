/* Durable jobs: due database, time (8, big-endian) + sequence -> {job, key, args}; index by job and key beside it.
 * Run on the writer thread, each page in its own transaction that also moves or removes the entry: exactly once in effect. */
#ifndef CSM_ENGINE_JOB_JOB_H
#define CSM_ENGINE_JOB_JOB_H

#include "engine/table/table.h"

csm_status csm_job_put(csm_ctx *ctx, csm_str job, csm_str key, csm_time at, csm_value args);
csm_status csm_job_remove(csm_ctx *ctx, csm_str job, csm_str key, bool *found);
/* Periodic jobs of the registry that have no entry get one (boot, activation); entries of absent jobs stay and wait. */
csm_status csm_job_schedule_all(csm_ctx *ctx);
/* Time of the earliest entry; INT64_MAX when none. */
csm_status csm_job_next_due(csm_ctx *ctx, csm_time *out);
/* Runs one page of the earliest entry that is due at ctx->now; *ran false when none. A failing job is logged, kept with its
 * error and tried again later with growing delay. */
csm_status csm_job_run_due(csm_ctx *ctx, bool *ran);
/* Lists entries and the last outcome of periodic jobs: list of maps. */
csm_status csm_job_list(csm_ctx *ctx, csm_value *out);

#endif
