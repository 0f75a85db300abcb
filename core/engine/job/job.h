/* Durable jobs: due database. "d" + time (8, big-endian) + job, 0, key -> [attempts, error, args]; beside it, under job and key
 * alone: "k" -> time; "w" waiting for an absent job; "p" parked after too many failures; "s" last outcome of a periodic job.
 * Run on the writer thread, each page in its own transaction that also moves or removes the entry: exactly once in effect. */
#ifndef CSM_ENGINE_JOB_JOB_H
#define CSM_ENGINE_JOB_JOB_H

#include "engine/table/table.h"

/* Replaces an earlier entry of that job and key, parked ones included. INVALID: no such job. LIMIT: names or args too long. */
csm_status csm_job_put(csm_ctx *ctx, csm_str job, csm_str key, csm_time at, csm_value args);
/* Only when there is none of that job and key. */
csm_status csm_job_put_new(csm_ctx *ctx, csm_str job, csm_str key, csm_time at, csm_value args);
/* *waits: it is to run, now or later; *parked: it was given up. */
csm_status csm_job_has(csm_ctx *ctx, csm_str job, csm_str key, bool *waits, bool *parked);
csm_status csm_job_remove(csm_ctx *ctx, csm_str job, csm_str key, bool *found);
/* Periodic jobs of the registry that have no entry get one (boot, activation); entries of absent jobs stay and wait. */
csm_status csm_job_schedule_all(csm_ctx *ctx);
/* Time of the earliest entry; INT64_MAX when none. */
csm_status csm_job_next_due(csm_ctx *ctx, csm_time *out);
/* Runs one page of the earliest entry that is due at ctx->now; *ran false when none. @p events_first: of one that delivers
 * events, if any is due. Who calls gives them every second turn, for they must keep up with the log however many jobs wait.
 * A failing job is logged, kept with its error and tried again later with growing delay; one that is not periodic is parked at
 * last. ctx: the system's caller, a request log of its own; writing that log is the caller's. */
csm_status csm_job_run_due(csm_ctx *ctx, bool events_first, bool *ran);
/* Moves the entry csm_job_run_due would run by @p by from now, as it is: there was no room for what it writes. None due: nothing. */
csm_status csm_job_put_off(csm_ctx *ctx, bool events_first, csm_time by);
/* Entries {kind: "due"|"waiting"|"parked", job, key, at, attempts, error}, outcomes of periodic jobs {kind: "periodic", job,
 * every_s, last_run, last_ok, error}, and what the event delivery has parked (csm_event_list): list of maps. */
csm_status csm_job_list(csm_ctx *ctx, csm_value *out);

#endif
