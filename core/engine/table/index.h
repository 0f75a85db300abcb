/* Upkeep of index entries and unique values as rows come and go; the same enumeration serves filling and verifying. */
#ifndef CSM_ENGINE_TABLE_INDEX_H
#define CSM_ENGINE_TABLE_INDEX_H

#include "engine/table/table.h"

/* Writes the entries in which @p old and @p now differ (either may be NULL), in all indexes of their table. */
csm_status csm_index_apply(csm_ctx *ctx, const csm_row *old, const csm_row *now);

/* Calls @p each for every entry @p row has in @p index, by key. The bytes hold during the call. */
typedef csm_status (*csm_entry_fn)(void *user, csm_str key, csm_str value);
csm_status csm_index_each_entry(csm_arena *arena, const csm_mindex *index, const csm_row *row, csm_entry_fn each,
                                void *user, csm_error *err);

/* ---- unique values: index database, table id of the index's owner, index id with the top bit set, exact columns ->
 * record id, table id. One key for the whole family, so that checking and finding are one look-up. ---- */

#define CSM_UNIQUE_BIT 0x80000000u

typedef struct csm_holder {
    csm_id id;
    uint32_t table_id;
} csm_holder;

bool csm_holder_read(csm_str bytes, csm_holder *out);
/* The key @p row has for its value; *has false when a column is empty: then it has none. */
csm_status csm_unique_key(csm_buf *key, const csm_mindex *index, const csm_row *row, bool *has, csm_error *err);
/* EXISTS when another row holds a value of @p now in a unique index. */
csm_status csm_unique_check(csm_ctx *ctx, const csm_row *old, const csm_row *now);
csm_status csm_unique_apply(csm_ctx *ctx, const csm_row *old, const csm_row *now);
/* One index and one row that is already there. */
csm_status csm_unique_fill(csm_ctx *ctx, const csm_mindex *index, const csm_row *row);

#endif
