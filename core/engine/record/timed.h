/* States that follow the days. */
#ifndef CSM_ENGINE_RECORD_TIMED_H
#define CSM_ENGINE_RECORD_TIMED_H

#include "engine/ctx.h"

#define CSM_TIMED_JOB "record.timed"

/* Job: one page of rows whose time has come; args [table, position of the timed entry, token], nil to begin. */
csm_status csm_timed_page(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);

#endif
