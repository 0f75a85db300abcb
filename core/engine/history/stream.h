/* Streams of a record: numbered bodies under one key prefix. Shared by versions and journals. */
#ifndef CSM_ENGINE_HISTORY_STREAM_H
#define CSM_ENGINE_HISTORY_STREAM_H

#include "engine/history/history.h"

#define CSM_STREAM_VERSIONS 0u
#define CSM_STREAM_PREFIX (4 + sizeof(csm_id) + 4) /* family, record, stream */
#define CSM_STREAM_KEY (CSM_STREAM_PREFIX + 8)     /* and number; a piece has one byte more */
#define CSM_STREAM_HEAD 2                          /* first bytes of a body: format, number of further pieces */

/* A body being written: a buffer with its head already in it. */
void csm_stream_start(csm_buf *body);
/* Puts a body, in pieces above 64 KiB. LIMIT above 16 MiB. */
csm_status csm_stream_put(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t stream, uint64_t number,
                          csm_buf *body);
/* *out NULL ptr when there is none. As borrowed as the view's bytes, or copied in a transaction; without its head. */
csm_status csm_stream_get(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t stream, uint64_t number,
                          csm_str *out);
/* Number of the last body; 0: none. */
csm_status csm_stream_last(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t stream, uint64_t *out);

/* What a key holds, whole and without its head; the rest as csm_stream_get. */
csm_status csm_stream_whole(csm_ctx *ctx, csm_str key, csm_str value, csm_str *out);
/* Room for one more than @p count in a list that grows in the arena; NULL: out of memory. */
void *csm_stream_grow(csm_arena *arena, void *list, uint32_t count, uint32_t *room, size_t size);

/* Is there anything in the record's streams from number @p stream up? */
csm_status csm_stream_any_from(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t stream, bool *out);

typedef struct csm_stream_iter {
    csm_ctx *ctx;
    csm_iter *it;
} csm_stream_iter;

/* Numbers from @p from up, or, reverse, below @p below (0: from the last). Each body counts in the budget. */
csm_status csm_stream_open(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t stream, uint64_t from,
                           uint64_t below, csm_stream_iter *out);
csm_status csm_stream_next(csm_stream_iter *it, uint64_t *number, csm_str *body, bool *has);
void csm_stream_close(csm_stream_iter *it);

/* One version from its body. CORRUPT names the record. */
csm_status csm_version_read(csm_ctx *ctx, csm_id id, uint64_t number, csm_str body, csm_version *out);
/* The row a delete kept; *out NULL when no active plugin declares its table. */
csm_status csm_version_last_row(csm_ctx *ctx, csm_id id, csm_str body, csm_row **out);
/* One journal entry from its body; all but the number. */
bool csm_journal_read(csm_str body, csm_journal_entry *out);

#endif
