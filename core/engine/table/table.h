/* Rows and indexes in the store: row codec, order-preserving keys, text folding, index upkeep, numbers.
 * Knows no user and no rule. Keys: rows = family id (4, big-endian) + record id (16);
 * index = table id (4) + index id (4) + columns + record id (16) -> included fields. */
#ifndef CSM_ENGINE_TABLE_TABLE_H
#define CSM_ENGINE_TABLE_TABLE_H

#include "engine/ctx.h"

/* A row in memory: values by field position, in an arena. Journal fields are always nil here. */
typedef struct csm_row {
    const csm_mtable *table; /* concrete */
    csm_id id;
    uint32_t version;  /* sys_mod_count */
    csm_value *values; /* table->field_count; entries of SYS_ID, CLASS, MOD_COUNT are filled too */
    csm_str unknown;   /* encoded pairs of fields this registry does not know; kept on rewrite */
    uint32_t unknown_count;
    bool no_journal; /* stored: no journal field has an entry; false: not known */
} csm_row;

static inline csm_value csm_row_get(const csm_row *row, const csm_mfield *field)
{
    return row->values[field->pos];
}

/* Decodes stored bytes; texts are borrowed from @p bytes unless @p copy. CORRUPT names the record. */
csm_status csm_row_decode(const csm_registry *reg, csm_arena *arena, csm_id id, csm_str bytes, bool copy, csm_row **out,
                          csm_error *err);
/* Appends to @p out. NOMEM, LIMIT above 64 KiB (names the record), INTERNAL for a value that is not of its field's
 * type. */
csm_status csm_row_encode(const csm_row *row, csm_buf *out, csm_error *err);
/* The header alone, for scans that skip rows of other tables. False when the bytes are no row. */
bool csm_row_peek(csm_str bytes, uint32_t *table_id, uint32_t *version);
bool csm_row_peek_no_journal(csm_str bytes);
/* An empty row of @p table. NULL: out of memory. */
csm_row *csm_row_new(csm_arena *arena, const csm_mtable *table, csm_id id);
csm_row *csm_row_copy(csm_arena *arena, const csm_row *row); /* shallow values */

/* Sets the version and the field that shows it. */
void csm_row_set_version(csm_row *row, uint32_t version);

/* Reads a row of @p table's family through the view; *out NULL when absent or not a @p table (or descendant).
 * Counts in the budget. In a transaction texts are copied. */
csm_status csm_row_find(csm_ctx *ctx, const csm_mtable *table, csm_id id, csm_row **out);

/* The same without decoding: is it there? */
csm_status csm_row_is_there(csm_ctx *ctx, const csm_mtable *table, csm_id id, bool *out);

/* Writes @p now (old NULL: insert) with all index entries of the difference, checks unique indexes over the family
 * before anything is written. EXISTS names the field and value (or, for an insert, the id that is taken). @p
 * now->version is set by the caller. A unique index ignores rows with an empty column. */
csm_status csm_row_put(csm_ctx *ctx, const csm_row *old, const csm_row *now);
csm_status csm_row_delete(csm_ctx *ctx, const csm_row *old);

/* ---- keys ---- */

/* Appends the order-preserving form of a value: empty first (0x00), else 0x01 and the value; inverted when descending.
 * Text: folded (Unicode case folding), 0x00 and 0x01 escaped as 0x01 0x01 and 0x01 0x02, the first key_length bytes,
 * and one end byte (0x00, or 0xff descending): without that last byte it is the form every text with this beginning
 * has. LIST: one element (a value of type ID); of a whole list its first. NOMEM through key->failed. */
void csm_key_add_value(csm_buf *key, const csm_mfield *field, csm_value value, uint32_t key_length, bool descending);
/* Table id + index id. */
void csm_key_add_index(csm_buf *key, const csm_mtable *table, const csm_mindex *index);
/* INVALID when entries of the index could not be kept: a type without order, a key that may exceed 511 bytes, two
 * lists. */
csm_status csm_index_check(const csm_mindex *index, csm_error *err);
/* Unicode case folding and NFC as used everywhere alike (filter, order, unique). Folding twice is folding once.
 * In @p arena; ptr NULL: out of memory. */
csm_str csm_text_fold(csm_arena *arena, csm_str s);
/* Version of the library whose folding is on disk; when it changes, indexes with text columns are not ready. Static. */
const char *csm_text_fold_version(void);
/* Folded comparison: <0, 0, >0. */
int csm_text_cmp(csm_arena *arena, csm_str a, csm_str b);
/* Order of two stored values of one field as its index has it, without the cut: nil first, text folded. */
int csm_field_cmp(csm_arena *arena, const csm_mfield *field, csm_value a, csm_value b);
/* True when the key form of the value loses something (text longer than key_length, a whole list): the row must decide.
 */
bool csm_key_is_cut(const csm_mfield *field, csm_value value, uint32_t key_length);

/* Splits an index entry's key back: @p column_values gets the columns (text: folded, maybe cut), for covered reads and
 * counts; the id is the last 16 bytes. CORRUPT when the bytes do not fit. */
csm_status csm_index_split(const csm_mindex *index, csm_str key, csm_arena *arena, csm_value *column_values, csm_id *id,
                           csm_error *err);
/* Bytes of the column's form at the front of @p bytes; 0 when none is there. */
size_t csm_key_column_length(const csm_mcolumn *column, csm_str bytes);
/* Included fields of an entry into a row of nils. */
csm_status csm_index_included(const csm_mindex *index, csm_str value, csm_arena *arena, csm_row *row, csm_error *err);
/* Lookup of an equal value over the family through an index whose first column it is; the first id or *found false. */
csm_status csm_index_find(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index, csm_value value, csm_id *out,
                          bool *found);

/* ---- catalog, counters, change marks (meta database) ---- */

csm_number_source csm_catalog_numbers(csm_txn *txn);
/* Name of the counter that a table with auto-numbers draws from: one per prefix, shared by the tables that inherit it.
 */
csm_str csm_counter_name(csm_arena *arena, const csm_mtable *table);
/* Next value of a named counter, starting at @p first. */
csm_status csm_counter_take(csm_ctx *ctx, csm_str name, int64_t first, int64_t *out);
/* Raises the counter so that the next value is above @p value (imported numbers). */
csm_status csm_counter_raise(csm_ctx *ctx, csm_str name, int64_t value);
/* Sequence number of the last change in any table flagged CSM_TABLE_WATCHED, and of one of them. 0 = never. */
csm_status csm_watch_epoch(csm_ctx *ctx, uint64_t *out);
csm_status csm_watch_table(csm_ctx *ctx, const csm_mtable *table, uint64_t *out);
/* Marks a watched table as changed by the request under way (csm_txn_next_sequence). */
csm_status csm_watch_mark(csm_ctx *ctx, const csm_mtable *table);
/* Fills an index of a table with rows already there, at most @p max rows of the family after @p after; *done when at
 * the end. EXISTS when a unique one meets a value twice. */
csm_status csm_index_fill(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index, csm_id *after, uint32_t max,
                          bool *done);
/* Deletes at most @p max entries of an index of one table, and the unique values its rows hold. An index that is built
 * anew is first dropped, then filled. */
csm_status csm_index_drop(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index, uint32_t max, bool *done);
/* An index is "building" until filled; queries use only ready ones. One that was never set ready is not, nor one whose
 * columns, key length, included fields or text folding are no longer those it was filled with. */
csm_status csm_index_is_ready(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index, bool *out);
csm_status csm_index_set_ready(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index, bool ready);
/* Takes "ready" from all indexes that ctx->reg does not have: while their plugin is away nobody keeps them up. At
 * activation. */
csm_status csm_index_forget_absent(csm_ctx *ctx);

#endif
