/* Versions of each record: field deltas, journal entries, as-of reads. Append-only.
 * Keys: family id (4) + record id (16) + stream (4; 0 = deltas, else journal field id) + number (8).
 * sys_audit and sys_journal_field are views of it, stored nowhere else. */
#ifndef CSM_ENGINE_HISTORY_HISTORY_H
#define CSM_ENGINE_HISTORY_HISTORY_H

#include "engine/table/table.h"

typedef enum csm_history_op { CSM_HISTORY_INSERT = 1, CSM_HISTORY_UPDATE = 2, CSM_HISTORY_DELETE = 3 } csm_history_op;

typedef struct csm_delta {
    uint32_t field_id;
    csm_value old_value, new_value;
} csm_delta;

typedef struct csm_version {
    csm_history_op op;
    const csm_mtable *table; /* concrete; NULL when no active plugin declares it */
    uint32_t version;        /* sys_mod_count after it */
    uint64_t sequence;       /* of the request */
    uint64_t number;         /* within the stream, from 1, gapless */
    csm_time at;
    csm_str by;          /* user name, as recorded */
    csm_str acting;      /* administrator acting as that user; may be empty */
    csm_time updated_on; /* what sys_updated_on and sys_updated_by said: at and by, but for imports */
    csm_str updated_by;
    const csm_delta *deltas; /* update: changed fields; insert: set fields; delete: the last row's fields.
                              * Of fields this registry does not know the values are as stored */
    uint32_t delta_count;
} csm_version;

typedef struct csm_journal_entry {
    csm_time at;
    csm_str by;
    csm_str acting;
    csm_str text;
    uint64_t sequence;
    uint64_t number; /* within its stream, from 1, gapless */
} csm_journal_entry;

/* Appends what the request did to one record. @p old or @p now NULL for insert and delete. Tables flagged
 * CSM_TABLE_NO_HISTORY and fields CSM_NO_AUDIT are left out. The time is ctx->now, never before the record's last
 * version. The number is the version + 1; a delete is a version of its own, the one after the row's last. */
csm_status csm_history_add(csm_ctx *ctx, const csm_row *old, const csm_row *now);
/* The version an insert under @p id must have: 0, or the one after the delete when a record had that id before (an
 * undone delete). Needed only where the id is not new; csm_history_add refuses a version that is there already
 * (EXISTS). */
csm_status csm_history_next_version(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t *out);
/* An entry of a journal field. The time is @p at, never before that of the entry before it. INTERNAL for a row that says
 * it has none: it is stored without that mark first. */
csm_status csm_history_add_journal(csm_ctx *ctx, const csm_row *row, const csm_mfield *field, csm_str text, csm_time at,
                                   csm_str by);

/* What an entry is known by outside: the same wherever and whenever it is told. */
csm_id csm_history_entry_id(csm_id record, const csm_mfield *field, uint64_t number);

/* Newest first when @p reverse. At most @p limit, beyond number @p after (0 = from the start). */
csm_status csm_history_versions(csm_ctx *ctx, const csm_mtable *table, csm_id id, bool reverse, uint64_t after,
                                uint32_t limit, csm_version **out, uint32_t *count);
/* False when no journal field of the record has an entry. */
csm_status csm_history_has_journal(csm_ctx *ctx, const csm_mtable *table, csm_id id, bool *out);
csm_status csm_history_journal(csm_ctx *ctx, const csm_mtable *table, csm_id id, const csm_mfield *field, bool reverse,
                               uint32_t limit, csm_journal_entry **out, uint32_t *count);
/* Bit per field position of @p row->table ((field_count+63)/64 words, cleared first) changed in versions after
 * @p version; old values as of that version in @p original (field_count entries; of unchanged fields, today's). The
 * engine's own fields and unaudited ones never count. UNSUPPORTED for tables without history, INVALID above the row's
 * version. */
csm_status csm_history_since(csm_ctx *ctx, const csm_row *row, uint32_t version, uint64_t *changed,
                             csm_value *original);
/* The row as it was at @p at; *out NULL when it did not exist then. Unaudited fields have today's values (nil once it
 * was deleted). UNSUPPORTED for tables without history. */
csm_status csm_history_row_at(csm_ctx *ctx, const csm_mtable *table, csm_id id, csm_time at, csm_row **out);

#endif
