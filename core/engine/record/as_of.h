/* Queries into the past. */
#ifndef CSM_ENGINE_RECORD_AS_OF_H
#define CSM_ENGINE_RECORD_AS_OF_H

#include "engine/record/record.h"

/* One page of @p spec's rows as they were at ctx->as_of, in its order: filter on the row of then, rights on today's row. Rows
 * the log does not name since then come from today's indexes, the others are rebuilt from their history. Costs the rows that
 * match and what has changed since; LIMIT above limits.sort_rows. DENIED for external callers, UNSUPPORTED for tables without
 * history. spec->after is a token of this function; *next is empty at the end. In the arena of ctx. */
typedef struct csm_past_row {
    csm_row *row;
    const uint64_t *readable; /* NULL = all */
} csm_past_row;
csm_status csm_query_as_of(csm_ctx *ctx, const csm_query_spec *spec, csm_past_row **rows, uint32_t *count, csm_str *next);

#endif
