/* Indexes as a whole: filling one with rows already there, emptying one, and what makes one fit for use. */
#include "base/str.h"
#include "engine/table/codec.h"
#include "engine/table/index.h"

#include <stdio.h>

/* ---- ready or building (meta: "x:", table id, index id -> fingerprint of what it was filled with) ---- */

#define STATE_KEY_BYTES 10

static csm_str state_key(const csm_mtable *table, const csm_mindex *index, uint8_t to[STATE_KEY_BYTES])
{
    memcpy(to, "x:", 2);
    csm_put_u32(to + 2, table->id);
    csm_put_u32(to + 6, index->id);
    return (csm_str){ (const char *)to, STATE_KEY_BYTES };
}

/* Of all that the bytes of its entries depend on. */
static uint64_t fingerprint(const csm_mindex *index)
{
    uint32_t parts[3 + 3 * CSM_INDEX_COLUMNS_MAX];
    uint32_t count = 0;
    bool has_text = false;
    parts[count++] = index->unique;
    parts[count++] = index->key_length;
    parts[count++] = index->column_count;
    for (uint32_t n = 0; n < index->column_count; n++) {
        parts[count++] = index->columns[n].field->id;
        parts[count++] = index->columns[n].field->type;
        parts[count++] = index->columns[n].descending;
        has_text = has_text || csm_codec_type(index->columns[n].field->type) == CSM_T_TEXT;
    }
    uint64_t hash = csm_hash(parts, count * sizeof(parts[0]));
    for (uint32_t n = 0; n < index->include_count; n++) {
        uint64_t next[3] = { hash, index->include[n]->id, index->include[n]->type };
        hash = csm_hash(next, sizeof(next));
    }
    const char *folding = csm_text_fold_version();
    return has_text ? hash ^ csm_hash(folding, strlen(folding)) : hash;
}

csm_status csm_index_is_ready(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index, bool *out)
{
    uint8_t key[STATE_KEY_BYTES];
    csm_str bytes;
    csm_status st = csm_view_get(ctx->view, CSM_DB_META, state_key(table, index, key), &bytes, &ctx->err);
    if (st != CSM_OK && st != CSM_E_NOT_FOUND)
        return st;
    *out = st == CSM_OK && bytes.len == 8 && csm_take_u64(bytes.ptr) == fingerprint(index);
    return CSM_OK;
}

csm_status csm_index_set_ready(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index, bool ready)
{
    uint8_t key[STATE_KEY_BYTES], bytes[8];
    csm_str at = state_key(table, index, key);
    if (!ready)
        return csm_txn_del(ctx->txn, CSM_DB_META, at, &ctx->err);
    csm_put_u64(bytes, fingerprint(index));
    return csm_txn_put(ctx->txn, CSM_DB_META, at, (csm_str){ (const char *)bytes, sizeof(bytes) }, &ctx->err);
}

/* ---- filling ---- */

#define ROW_KEY_BYTES (4 + sizeof(csm_id))

static csm_status put_entry(void *user, csm_str key, csm_str value)
{
    csm_ctx *ctx = user;
    return csm_txn_put(ctx->txn, CSM_DB_INDEX, key, value, &ctx->err);
}

static csm_status fill_row(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index, csm_id id, csm_str bytes)
{
    uint32_t table_id = 0, version = 0;
    csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
    csm_row *row = NULL;
    if (csm_row_peek(bytes, &table_id, &version) && table_id != table->id)
        return CSM_OK;
    csm_status st = csm_row_decode(ctx->reg, ctx->arena, id, bytes, false, &row, &ctx->err);
    if (st == CSM_OK && index->unique)
        st = csm_unique_fill(ctx, index, row);
    if (st == CSM_OK)
        st = csm_index_each_entry(ctx->arena, index, row, put_entry, ctx, &ctx->err);
    csm_arena_reset_to(ctx->arena, mark);
    return st;
}

/* The next row of the family; *has false at the end. */
static csm_status next_row(csm_ctx *ctx, csm_iter *it, csm_id *id, csm_str *bytes, bool *has)
{
    csm_str key;
    CSM_TRY(csm_iter_next(it, &key, bytes, has, &ctx->err));
    if (!*has)
        return CSM_OK;
    if (key.len != ROW_KEY_BYTES)
        return csm_ctx_fail(ctx, CSM_E_CORRUPT, "a row's key has %zu bytes", key.len);
    memcpy(id->b, key.ptr + 4, sizeof(*id));
    return CSM_OK;
}

csm_status csm_index_fill(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index, csm_id *after, uint32_t max,
                          bool *done)
{
    uint8_t from[ROW_KEY_BYTES], to[CSM_KEY_MAX];
    csm_iter *it = NULL;
    csm_id last = *after;
    bool has = true;
    csm_put_u32(from, table->root->id);
    memcpy(from + 4, last.b, sizeof(last.b));
    csm_range range = {
        CSM_DB_ROWS, { (const char *)from, sizeof(from) }, csm_key_after((csm_str){ (const char *)from, 4 }, to), false
    };
    CSM_TRY(csm_iter_open(ctx->arena, csm_txn_view(ctx->txn), &range, &it, &ctx->err));
    csm_status st = CSM_OK;
    for (uint32_t n = 0; st == CSM_OK && has && n < max;) {
        csm_str bytes;
        csm_id id = { { 0 } };
        st = next_row(ctx, it, &id, &bytes, &has);
        if (st != CSM_OK || !has || csm_id_eq(id, *after))
            continue;
        st = fill_row(ctx, table, index, id, bytes);
        last = id;
        n++;
    }
    csm_iter_close(it);
    CSM_TRY(st);
    *after = last;
    *done = !has;
    return CSM_OK;
}

/* ---- emptying ---- */

/* Deletes up to @p *left entries under a prefix, of unique values only those that rows of @p table hold. */
static csm_status drop_prefix(csm_ctx *ctx, const csm_mtable *table, uint32_t table_id, uint32_t index_id,
                              uint32_t *left)
{
    uint8_t prefix[8], to[CSM_KEY_MAX];
    csm_iter *it = NULL;
    csm_put_u32(prefix, table_id);
    csm_put_u32(prefix + 4, index_id);
    csm_str from = { (const char *)prefix, sizeof(prefix) };
    csm_range range = { CSM_DB_INDEX, from, csm_key_after(from, to), false };
    CSM_TRY(csm_iter_open(ctx->arena, csm_txn_view(ctx->txn), &range, &it, &ctx->err));
    csm_status st = CSM_OK;
    while (st == CSM_OK && *left > 0) {
        csm_str key, value;
        csm_holder holder;
        bool has = false;
        st = csm_iter_next(it, &key, &value, &has, &ctx->err);
        if (st != CSM_OK || !has)
            break;
        if ((index_id & CSM_UNIQUE_BIT) != 0 && csm_holder_read(value, &holder) && holder.table_id != table->id)
            continue;
        st = csm_txn_del(ctx->txn, CSM_DB_INDEX, key, &ctx->err);
        --*left;
    }
    csm_iter_close(it);
    return st;
}

csm_status csm_index_drop(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index, uint32_t max, bool *done)
{
    uint32_t left = max;
    CSM_TRY(drop_prefix(ctx, table, table->id, index->id, &left));
    if (left > 0)
        CSM_TRY(drop_prefix(ctx, table, index->owner->id, index->id | CSM_UNIQUE_BIT, &left));
    *done = left > 0;
    return CSM_OK;
}

static bool has_index(const csm_mtable *table, uint32_t index_id)
{
    for (uint32_t n = 0; table != NULL && n < table->index_count; n++)
        if (table->indexes[n].id == index_id)
            return true;
    return false;
}

csm_status csm_index_forget_absent(csm_ctx *ctx)
{
    uint8_t to[CSM_KEY_MAX];
    csm_iter *it = NULL;
    csm_range range = { CSM_DB_META, CSM_STR("x:"), csm_key_after(CSM_STR("x:"), to), false };
    CSM_TRY(csm_iter_open(ctx->arena, csm_txn_view(ctx->txn), &range, &it, &ctx->err));
    csm_status st = CSM_OK;
    while (st == CSM_OK) {
        csm_str key, value;
        bool has = false;
        st = csm_iter_next(it, &key, &value, &has, &ctx->err);
        if (st != CSM_OK || !has)
            break;
        if (key.len != STATE_KEY_BYTES ||
            !has_index(csm_registry_table_by_id(ctx->reg, csm_take_u32(key.ptr + 2)), csm_take_u32(key.ptr + 6)))
            st = csm_txn_del(ctx->txn, CSM_DB_META, key, &ctx->err);
    }
    csm_iter_close(it);
    return st;
}
