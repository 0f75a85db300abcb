/* Entries of a row in its indexes. A row has one per index, or, where a column is a list, one per element. */
#include "engine/table/index.h"

#include "engine/table/codec.h"

#include <stdlib.h>

/* What a row puts into the list column of an index: its elements, sorted, each once; one nil when there is none, or
 * when the index has no list column. */
typedef struct elements {
    const csm_value *items;
    uint32_t count;
} elements;

typedef struct upkeep {
    csm_ctx *ctx;
    const csm_mindex *index;
    const csm_row *old, *now;
    bool columns_changed; /* other than the list */
    bool include_changed;
    csm_buf key, old_key, value;
} upkeep;

static const csm_value no_element[1] = { { 0 } };

/* Nil first. */
static int cmp_element(const void *a, const void *b)
{
    const csm_value *left = a, *right = b;
    if (csm_is_nil(*left) || csm_is_nil(*right))
        return (int)csm_is_nil(*right) - (int)csm_is_nil(*left);
    return memcmp(left->id.b, right->id.b, sizeof(left->id.b));
}

static bool sort_elements(csm_arena *arena, csm_value list, elements *out)
{
    csm_value *items = csm_arena_copy(arena, list.list, list.count * sizeof(*items));
    uint32_t kept = 1;
    if (items == NULL)
        return false;
    qsort(items, list.count, sizeof(*items), cmp_element);
    for (uint32_t n = 1; n < list.count; n++)
        if (cmp_element(&items[n], &items[kept - 1]) != 0)
            items[kept++] = items[n];
    *out = (elements){ items, kept };
    return true;
}

/* False: out of memory. */
static bool elements_of(csm_arena *arena, const csm_mindex *index, const csm_row *row, elements *out)
{
    *out = (elements){ no_element, row != NULL };
    for (uint32_t n = 0; n < index->column_count && row != NULL; n++) {
        csm_value value = csm_row_get(row, index->columns[n].field);
        if (index->columns[n].field->type == CSM_F_LIST && value.type == CSM_T_LIST && value.count > 0)
            return sort_elements(arena, value, out);
    }
    return true;
}

static void make_key(csm_buf *key, const csm_mindex *index, const csm_row *row, const csm_value *element)
{
    csm_buf_clear(key);
    csm_key_add_index(key, row->table, index);
    for (uint32_t n = 0; n < index->column_count; n++) {
        const csm_mfield *field = index->columns[n].field;
        csm_value value = field->type == CSM_F_LIST ? *element : csm_row_get(row, field);
        csm_key_add_value(key, field, value, index->key_length, index->columns[n].descending);
    }
    csm_buf_add(key, row->id.b, sizeof(row->id.b));
}

static csm_status make_value(csm_buf *value, const csm_mindex *index, const csm_row *row, csm_error *err)
{
    csm_writer w = { value };
    csm_buf_clear(value);
    for (uint32_t n = 0; n < index->include_count; n++)
        if (!csm_codec_write(&w, index->include[n], &row->values[index->include[n]->pos]))
            return csm_error_field(err, CSM_E_INTERNAL, index->include[n]->name,
                                   "field \"%s\": the value is not of the field's type", index->include[n]->name);
    return value->failed ? csm_error_nomem(err) : CSM_OK;
}

csm_status csm_index_each_entry(csm_arena *arena, const csm_mindex *index, const csm_row *row, csm_entry_fn each,
                                void *user, csm_error *err)
{
    csm_arena_mark mark = csm_arena_get_mark(arena);
    csm_buf key, value;
    elements all;
    csm_status st = CSM_OK;

    csm_buf_init(&key, 0);
    csm_buf_init(&value, 0);
    if (!elements_of(arena, index, row, &all))
        st = csm_error_nomem(err);
    else
        st = make_value(&value, index, row, err);
    for (uint32_t n = 0; st == CSM_OK && n < all.count; n++) {
        make_key(&key, index, row, &all.items[n]);
        st = key.failed ? csm_error_nomem(err) : each(user, csm_buf_str(&key), csm_buf_str(&value));
    }
    csm_buf_done(&key);
    csm_buf_done(&value);
    csm_arena_reset_to(arena, mark);
    return st;
}

/* ---- the difference ---- */

static csm_status del_entry(upkeep *u, const csm_value *element)
{
    make_key(&u->old_key, u->index, u->old, element);
    if (u->old_key.failed)
        return csm_ctx_nomem(u->ctx);
    return csm_txn_del(u->ctx->txn, CSM_DB_INDEX, csm_buf_str(&u->old_key), &u->ctx->err);
}

static csm_status put_entry(upkeep *u, const csm_value *element)
{
    make_key(&u->key, u->index, u->now, element);
    if (u->key.failed)
        return csm_ctx_nomem(u->ctx);
    return csm_txn_put(u->ctx->txn, CSM_DB_INDEX, csm_buf_str(&u->key), csm_buf_str(&u->value), &u->ctx->err);
}

/* An entry both rows have, perhaps under another key or with another value. */
static csm_status move_entry(upkeep *u, const csm_value *element)
{
    if (!u->columns_changed && !u->include_changed)
        return CSM_OK;
    make_key(&u->old_key, u->index, u->old, element);
    make_key(&u->key, u->index, u->now, element);
    if (u->key.failed || u->old_key.failed)
        return csm_ctx_nomem(u->ctx);
    bool is_same = csm_str_eq(csm_buf_str(&u->old_key), csm_buf_str(&u->key));
    if (is_same && !u->include_changed)
        return CSM_OK;
    if (!is_same)
        CSM_TRY(csm_txn_del(u->ctx->txn, CSM_DB_INDEX, csm_buf_str(&u->old_key), &u->ctx->err));
    return csm_txn_put(u->ctx->txn, CSM_DB_INDEX, csm_buf_str(&u->key), csm_buf_str(&u->value), &u->ctx->err);
}

static csm_status merge(upkeep *u, elements before, elements after)
{
    uint32_t b = 0, a = 0;
    while (b < before.count || a < after.count) {
        int order = b == before.count ? 1 : a == after.count ? -1 : cmp_element(&before.items[b], &after.items[a]);
        if (order < 0) {
            CSM_TRY(del_entry(u, &before.items[b++]));
        } else if (order > 0) {
            CSM_TRY(put_entry(u, &after.items[a++]));
        } else {
            CSM_TRY(move_entry(u, &after.items[a++]));
            b++;
        }
    }
    return CSM_OK;
}

static bool differs(const upkeep *u, const csm_mfield *field)
{
    return !csm_value_eq(csm_row_get(u->old, field), csm_row_get(u->now, field));
}

/* Sets what changed; false when the index is not touched at all. */
static bool compare(upkeep *u)
{
    bool list_changed = false;
    u->columns_changed = u->include_changed = false;
    if (u->old == NULL || u->now == NULL)
        return true;
    for (uint32_t n = 0; n < u->index->column_count; n++) {
        const csm_mfield *field = u->index->columns[n].field;
        if (!differs(u, field))
            continue;
        if (field->type == CSM_F_LIST)
            list_changed = true;
        else
            u->columns_changed = true;
    }
    for (uint32_t n = 0; n < u->index->include_count && !u->include_changed; n++)
        u->include_changed = differs(u, u->index->include[n]);
    return list_changed || u->columns_changed || u->include_changed;
}

static csm_status apply_one(upkeep *u)
{
    csm_arena_mark mark = csm_arena_get_mark(u->ctx->arena);
    elements before, after;
    csm_status st = CSM_OK;
    if (!compare(u))
        return CSM_OK;
    if (u->now != NULL)
        CSM_TRY(make_value(&u->value, u->index, u->now, &u->ctx->err));
    if (!elements_of(u->ctx->arena, u->index, u->old, &before) || !elements_of(u->ctx->arena, u->index, u->now, &after))
        st = csm_ctx_nomem(u->ctx);
    else
        st = merge(u, before, after);
    csm_arena_reset_to(u->ctx->arena, mark);
    return st;
}

csm_status csm_index_apply(csm_ctx *ctx, const csm_row *old, const csm_row *now)
{
    const csm_mtable *table = now != NULL ? now->table : old->table;
    upkeep u = { .ctx = ctx, .old = old, .now = now };
    csm_status st = CSM_OK;
    for (uint32_t n = 0; n < table->index_count && st == CSM_OK; n++) {
        u.index = &table->indexes[n];
        st = apply_one(&u);
    }
    csm_buf_done(&u.key);
    csm_buf_done(&u.old_key);
    csm_buf_done(&u.value);
    return st;
}
