/* What a thread keeps of the texts and rows that say what to do: filters as they were parsed, rows of small tables as they
 * were decoded. Nearly every write asks for the same ones. */
#ifndef CSM_ENGINE_QUERY_KEPT_H
#define CSM_ENGINE_QUERY_KEPT_H

#include "engine/query/query.h"

typedef struct csm_kept_rows {
    csm_row *const *items; /* shared by all calls of the thread: not to be written to */
    uint32_t count;
} csm_kept_rows;

csm_kept *csm_kept_new(void); /* one per thread */
void csm_kept_free(csm_kept *kept);
/* A call begins: frees what no call may use any more. What is handed out lives until here. */
void csm_kept_begin(csm_kept *kept, const csm_registry *reg);
/* Forgets all rows: after a commit that failed, whose numbers are given again. */
void csm_kept_clear(csm_kept *kept);

/* csm_filter_parse, once for each table and text. Borrowed for this call. */
csm_status csm_kept_filter(csm_ctx *ctx, const csm_mtable *table, csm_str text, csm_filter_options options, csm_filter *out);
/* The rows of a watched table for which @p text, a trusted filter over the table's own fields, holds; read again when the
 * table has changed, and each time while this call has changed a watched table or when they are too many to be kept.
 * Borrowed for this call. INVALID: the table is not watched, or the filter follows references or asks who calls. */
csm_status csm_kept_find(csm_ctx *ctx, const csm_mtable *table, csm_str text, csm_kept_rows *out);

#endif
