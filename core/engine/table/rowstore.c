/* Rows in the store: finding, writing and deleting one, with all its index entries. */
#include "base/id.h"
#include "engine/table/codec.h"
#include "engine/table/index.h"

#define KEY_BYTES (4 + sizeof(csm_id))
#define LINE 64u      /* of the processor's caches */
#define FETCHED 1024u /* a longer row is rare, and its end has the time */

static csm_str row_key(const csm_mtable *table, csm_id id, uint8_t to[KEY_BYTES])
{
    csm_put_u32(to, table->root->id);
    memcpy(to + 4, id.b, sizeof(id.b));
    return (csm_str){ (const char *)to, KEY_BYTES };
}

/* All of a row is read right after its head, and lies anywhere in the file: its lines are fetched side by side. */
static void fetch(csm_str row)
{
    for (size_t at = 0; at < row.len && at < FETCHED; at += LINE)
        __builtin_prefetch(row.ptr + at);
}

/* ptr NULL: absent, or not a @p table. */
static csm_status find_bytes(csm_ctx *ctx, const csm_mtable *table, csm_id id, csm_str *out)
{
    uint8_t key[KEY_BYTES];
    uint32_t table_id = 0, version = 0;
    CSM_TRY(csm_budget_row(ctx));
    csm_status st = csm_view_get(ctx->view, CSM_DB_ROWS, row_key(table, id, key), out, &ctx->err);
    if (st == CSM_E_NOT_FOUND) {
        *out = (csm_str){ 0 };
        return CSM_OK;
    }
    CSM_TRY(st);
    fetch(*out);
    if (csm_row_peek(*out, &table_id, &version)) {
        const csm_mtable *concrete = csm_registry_table_by_id(ctx->reg, table_id);
        if (concrete == NULL || !csm_mtable_is_a(concrete, table))
            *out = (csm_str){ 0 };
    }
    return CSM_OK;
}

csm_status csm_row_find(csm_ctx *ctx, const csm_mtable *table, csm_id id, csm_row **out)
{
    csm_str bytes;
    CSM_TRY(find_bytes(ctx, table, id, &bytes));
    if (bytes.ptr == NULL) {
        *out = NULL;
        return CSM_OK;
    }
    return csm_row_decode(ctx->reg, ctx->arena, id, bytes, ctx->txn != NULL, out, &ctx->err);
}

csm_status csm_row_is_there(csm_ctx *ctx, const csm_mtable *table, csm_id id, bool *out)
{
    csm_str bytes;
    CSM_TRY(find_bytes(ctx, table, id, &bytes));
    *out = bytes.ptr != NULL;
    return CSM_OK;
}

static csm_status refuse_id(csm_ctx *ctx, const csm_row *row)
{
    char id[CSM_ID_TEXT];
    csm_id_format(row->id, id);
    return csm_error_field(&ctx->err, CSM_E_EXISTS, "sys_id", "record %s of \"%s\" or its family is there already", id,
                           row->table->name);
}

/* Everything that can refuse comes before the first write. */
static csm_status check(csm_ctx *ctx, const csm_row *old, const csm_row *now, csm_str key)
{
    csm_str there;
    if (ctx->txn == NULL)
        return csm_ctx_fail(ctx, CSM_E_INTERNAL, "a read cannot write to table \"%s\"", now->table->name);
    if (old != NULL && old->table != now->table)
        return csm_ctx_fail(ctx, CSM_E_UNSUPPORTED, "a record of table \"%s\" cannot become one of \"%s\"",
                            old->table->name, now->table->name);
    if (old == NULL) {
        csm_status st = csm_view_get(csm_txn_view(ctx->txn), CSM_DB_ROWS, key, &there, &ctx->err);
        if (st == CSM_OK)
            return refuse_id(ctx, now);
        if (st != CSM_E_NOT_FOUND)
            return st;
    }
    return csm_unique_check(ctx, old, now);
}

csm_status csm_row_put(csm_ctx *ctx, const csm_row *old, const csm_row *now)
{
    uint8_t bytes[KEY_BYTES];
    csm_str key = row_key(now->table, now->id, bytes);
    csm_buf row = { 0 };
    CSM_TRY(check(ctx, old, now, key));
    csm_status st = csm_row_encode(now, &row, &ctx->err);
    if (st == CSM_OK)
        st = csm_txn_put(ctx->txn, CSM_DB_ROWS, key, csm_buf_str(&row), &ctx->err);
    csm_buf_done(&row);
    CSM_TRY(st);
    CSM_TRY(csm_index_apply(ctx, old, now));
    return csm_unique_apply(ctx, old, now);
}

csm_status csm_row_delete(csm_ctx *ctx, const csm_row *old)
{
    uint8_t key[KEY_BYTES];
    if (ctx->txn == NULL)
        return csm_ctx_fail(ctx, CSM_E_INTERNAL, "a read cannot delete from table \"%s\"", old->table->name);
    CSM_TRY(csm_txn_del(ctx->txn, CSM_DB_ROWS, row_key(old->table, old->id, key), &ctx->err));
    CSM_TRY(csm_index_apply(ctx, old, NULL));
    return csm_unique_apply(ctx, old, NULL);
}
