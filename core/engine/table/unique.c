/* Unique values: one entry per value and family, beside the entries of each table's index. */
#include "engine/table/index.h"

#include "base/id.h"
#include "engine/table/codec.h"

#include <stdio.h>

#define VALUE_SHOWN 80

bool csm_holder_read(csm_str bytes, csm_holder *out)
{
    if (bytes.len != sizeof(out->id) + 4)
        return false;
    memcpy(out->id.b, bytes.ptr, sizeof(out->id));
    out->table_id = csm_take_u32(bytes.ptr + sizeof(out->id));
    return true;
}

static void add_prefix(csm_buf *key, const csm_mindex *index)
{
    uint8_t prefix[8];
    csm_put_u32(prefix, index->owner->id);
    csm_put_u32(prefix + 4, index->id | CSM_UNIQUE_BIT);
    csm_buf_add(key, prefix, sizeof(prefix));
}

/* The column's form; of a text that is cut, a hash of the whole follows. False: out of memory. */
static bool add_exact(csm_buf *key, const csm_mfield *field, csm_value value, uint32_t key_length)
{
    csm_key_add_value(key, field, value, key_length, false);
    if (value.type != CSM_T_TEXT || !csm_key_is_cut(field, value, key_length))
        return !key->failed;
    csm_arena *arena = csm_arena_new(0, 0);
    if (arena == NULL)
        return false;
    csm_str folded = csm_text_fold(arena, value.s);
    csm_id hash = csm_id_of_text(folded);
    bool ok = folded.ptr != NULL && csm_buf_add(key, hash.b, sizeof(hash.b));
    csm_arena_free(arena);
    return ok;
}

csm_status csm_unique_key(csm_buf *key, const csm_mindex *index, const csm_row *row, bool *has, csm_error *err)
{
    csm_buf_clear(key);
    *has = false;
    for (uint32_t n = 0; n < index->column_count; n++)
        if (csm_is_nil(csm_row_get(row, index->columns[n].field)))
            return CSM_OK;
    add_prefix(key, index);
    for (uint32_t n = 0; n < index->column_count; n++) {
        const csm_mfield *field = index->columns[n].field;
        if (!add_exact(key, field, csm_row_get(row, field), index->key_length))
            return csm_error_nomem(err);
    }
    *has = true;
    return CSM_OK;
}

/* ---- refusing ---- */

static size_t show_value(const csm_mfield *field, csm_value value, char *to, size_t cap)
{
    char id[CSM_ID_TEXT];
    int len = 0;
    if ((field->flags & CSM_HIDDEN) != 0) {
        len = snprintf(to, cap, "this value");
    } else if (value.type == CSM_T_TEXT) {
        size_t shown = value.s.len < VALUE_SHOWN ? value.s.len : VALUE_SHOWN;
        while (shown > 0 && shown < value.s.len && ((uint8_t)value.s.ptr[shown] & 0xc0) == 0x80)
            shown--;
        len = snprintf(to, cap, "\"%.*s\"", (int)shown, value.s.ptr);
    } else if (value.type == CSM_T_ID) {
        csm_id_format(value.id, id);
        len = snprintf(to, cap, "%s", id);
    } else if (value.type == CSM_T_INT) {
        len = snprintf(to, cap, "%lld", (long long)value.i);
    } else {
        len = snprintf(to, cap, "this value");
    }
    return len < 0 ? 0 : (size_t)len < cap ? (size_t)len : cap - 1;
}

/* field "user" and "role": "x", "y" are taken */
static csm_status refuse(csm_error *err, const csm_mindex *index, const csm_row *row)
{
    char names[160], values[200];
    size_t name_len = 0, value_len = 0;
    for (uint32_t n = 0; n < index->column_count && name_len + 1 < sizeof(names) && value_len + 1 < sizeof(values);
         n++) {
        const csm_mfield *field = index->columns[n].field;
        int len = snprintf(names + name_len, sizeof(names) - name_len, "%s\"%s\"", n > 0 ? ", " : "", field->name);
        name_len += len > 0 ? (size_t)len : 0;
        if (n > 0)
            value_len += (size_t)snprintf(values + value_len, sizeof(values) - value_len, ", ");
        if (value_len < sizeof(values))
            value_len += show_value(field, csm_row_get(row, field), values + value_len, sizeof(values) - value_len);
    }
    return csm_error_field(err, CSM_E_EXISTS, index->columns[0].field->name,
                           "field %s: %s is taken by another record", names, values);
}

/* ---- upkeep ---- */

static bool is_touched(const csm_mindex *index, const csm_row *old, const csm_row *now)
{
    if (old == NULL || now == NULL)
        return true;
    for (uint32_t n = 0; n < index->column_count; n++)
        if (!csm_value_eq(csm_row_get(old, index->columns[n].field), csm_row_get(now, index->columns[n].field)))
            return true;
    return false;
}

/* Is @p key free for @p row? */
static csm_status check_key(csm_ctx *ctx, const csm_mindex *index, const csm_row *row, csm_str key)
{
    csm_str bytes;
    csm_holder holder;
    csm_status st = csm_view_get(csm_txn_view(ctx->txn), CSM_DB_INDEX, key, &bytes, &ctx->err);
    if (st == CSM_E_NOT_FOUND)
        return CSM_OK;
    CSM_TRY(st);
    if (!csm_holder_read(bytes, &holder))
        return csm_ctx_fail(ctx, CSM_E_CORRUPT, "index \"%s\": a unique entry is broken", index->name);
    return csm_id_eq(holder.id, row->id) ? CSM_OK : refuse(&ctx->err, index, row);
}

static csm_status put_key(csm_ctx *ctx, const csm_row *row, csm_str key)
{
    uint8_t bytes[sizeof(csm_id) + 4];
    memcpy(bytes, row->id.b, sizeof(row->id.b));
    csm_put_u32(bytes + sizeof(csm_id), row->table->id);
    return csm_txn_put(ctx->txn, CSM_DB_INDEX, key, (csm_str){ (const char *)bytes, sizeof(bytes) }, &ctx->err);
}

csm_status csm_unique_check(csm_ctx *ctx, const csm_row *old, const csm_row *now)
{
    csm_buf key = { 0 };
    csm_status st = CSM_OK;
    for (uint32_t n = 0; n < now->table->index_count && st == CSM_OK; n++) {
        const csm_mindex *index = &now->table->indexes[n];
        bool has = false;
        if (!index->unique || !is_touched(index, old, now))
            continue;
        st = csm_unique_key(&key, index, now, &has, &ctx->err);
        if (st == CSM_OK && has)
            st = check_key(ctx, index, now, csm_buf_str(&key));
    }
    csm_buf_done(&key);
    return st;
}

static csm_status apply_one(csm_ctx *ctx, const csm_mindex *index, const csm_row *old, const csm_row *now,
                            csm_buf keys[2])
{
    bool had = false, has = false;
    if (old != NULL)
        CSM_TRY(csm_unique_key(&keys[0], index, old, &had, &ctx->err));
    if (now != NULL)
        CSM_TRY(csm_unique_key(&keys[1], index, now, &has, &ctx->err));
    if (had && has && csm_str_eq(csm_buf_str(&keys[0]), csm_buf_str(&keys[1])))
        return CSM_OK;
    if (had)
        CSM_TRY(csm_txn_del(ctx->txn, CSM_DB_INDEX, csm_buf_str(&keys[0]), &ctx->err));
    return has ? put_key(ctx, now, csm_buf_str(&keys[1])) : CSM_OK;
}

csm_status csm_unique_apply(csm_ctx *ctx, const csm_row *old, const csm_row *now)
{
    const csm_mtable *table = now != NULL ? now->table : old->table;
    csm_buf keys[2] = { { 0 }, { 0 } };
    csm_status st = CSM_OK;
    for (uint32_t n = 0; n < table->index_count && st == CSM_OK; n++)
        if (table->indexes[n].unique && is_touched(&table->indexes[n], old, now))
            st = apply_one(ctx, &table->indexes[n], old, now, keys);
    csm_buf_done(&keys[0]);
    csm_buf_done(&keys[1]);
    return st;
}

csm_status csm_unique_fill(csm_ctx *ctx, const csm_mindex *index, const csm_row *row)
{
    csm_buf key = { 0 };
    bool has = false;
    csm_status st = csm_unique_key(&key, index, row, &has, &ctx->err);
    if (st == CSM_OK && has)
        st = check_key(ctx, index, row, csm_buf_str(&key));
    if (st == CSM_OK && has)
        st = put_key(ctx, row, csm_buf_str(&key));
    csm_buf_done(&key);
    return st;
}

/* ---- finding ---- */

/* Through the family's one entry. */
static csm_status find_unique(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index, csm_value value,
                              csm_id *out, bool *found)
{
    csm_buf key = { 0 };
    csm_str bytes;
    csm_holder holder;
    csm_status st = CSM_E_NOMEM;
    add_prefix(&key, index);
    if (add_exact(&key, index->columns[0].field, value, index->key_length))
        st = csm_view_get(ctx->view, CSM_DB_INDEX, csm_buf_str(&key), &bytes, &ctx->err);
    else
        st = csm_ctx_nomem(ctx);
    csm_buf_done(&key);
    *found = false;
    if (st == CSM_E_NOT_FOUND)
        return CSM_OK;
    CSM_TRY(st);
    if (!csm_holder_read(bytes, &holder))
        return csm_ctx_fail(ctx, CSM_E_CORRUPT, "index \"%s\": a unique entry is broken", index->name);
    const csm_mtable *concrete = csm_registry_table_by_id(ctx->reg, holder.table_id);
    *found = concrete != NULL && csm_mtable_is_a(concrete, table);
    *out = holder.id;
    return CSM_OK;
}

/* Does the row behind an entry hold the whole value? */
static csm_status row_has(csm_ctx *ctx, const csm_mtable *table, const csm_mfield *field, csm_value value, csm_id id,
                          bool *out)
{
    csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
    csm_row *row = NULL;
    CSM_TRY(csm_row_find(ctx, table, id, &row));
    *out = row != NULL && csm_field_cmp(ctx->arena, field, csm_row_get(row, field), value) == 0;
    csm_arena_reset_to(ctx->arena, mark);
    return CSM_OK;
}

/* Through the entries of one concrete table. */
static csm_status find_in_table(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index, csm_value value,
                                csm_buf *key, csm_id *out, bool *found)
{
    const csm_mfield *field = index->columns[0].field;
    bool is_cut = field->type != CSM_F_LIST && csm_key_is_cut(field, value, index->key_length);
    uint8_t after[CSM_KEY_MAX];
    csm_iter *it = NULL;
    csm_buf_clear(key);
    csm_key_add_index(key, table, index);
    csm_key_add_value(key, field, value, index->key_length, index->columns[0].descending);
    if (key->failed)
        return csm_ctx_nomem(ctx);
    csm_range range = { CSM_DB_INDEX, csm_buf_str(key), csm_key_after(csm_buf_str(key), after), false };
    CSM_TRY(csm_iter_open(ctx->arena, ctx->view, &range, &it, &ctx->err));
    csm_status st = CSM_OK;
    for (*found = false; st == CSM_OK && !*found;) {
        csm_str at, included;
        bool has = false;
        st = csm_iter_next(it, &at, &included, &has, &ctx->err);
        if (st != CSM_OK || !has)
            break;
        if ((st = csm_budget_row(ctx)) != CSM_OK)
            break;
        if (at.len < range.from.len + sizeof(*out)) {
            st = csm_ctx_fail(ctx, CSM_E_CORRUPT, "index \"%s\": an entry without a record id", index->name);
            break;
        }
        memcpy(out->b, at.ptr + at.len - sizeof(*out), sizeof(*out));
        *found = true;
        if (is_cut)
            st = row_has(ctx, table, field, value, *out, found);
    }
    csm_iter_close(it);
    return st;
}

csm_status csm_index_find(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index, csm_value value, csm_id *out,
                          bool *found)
{
    csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
    csm_buf key = { 0 };
    csm_status st = CSM_OK;
    *found = false;
    if (index->unique && index->column_count == 1 && !csm_is_nil(value))
        return find_unique(ctx, table, index, value, out, found);
    for (uint32_t n = 0; n < table->descendant_count && st == CSM_OK && !*found; n++)
        st = find_in_table(ctx, table->descendants[n], index, value, &key, out, found);
    csm_buf_done(&key);
    csm_arena_reset_to(ctx->arena, mark);
    return st;
}
