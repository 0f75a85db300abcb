/* What other rows derive from the one just written, beyond what fits its transaction. */
#ifndef CSM_ENGINE_RECORD_REFRESH_H
#define CSM_ENGINE_RECORD_REFRESH_H

#include "engine/ctx.h"

#define CSM_REFRESH_JOB "record.refresh"

/* Job: one page of rows that copy a changed value; args [table, field, source table, source id, token]. */
csm_status csm_refresh_page(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);

#endif
