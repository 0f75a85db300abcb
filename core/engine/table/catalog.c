/* The meta database as this room uses it: numbers of tables, fields and indexes, counters, marks of watched tables. */
#include "base/str.h"
#include "engine/table/codec.h"

#include <stdio.h>

#define NAME_KEY_MAX 400

/* A number of 4 or 8 bytes; *out 0 when absent. */
static csm_status get_number(csm_view *view, csm_str key, size_t size, uint64_t *out, csm_error *err)
{
    csm_str bytes;
    csm_status st = csm_view_get(view, CSM_DB_META, key, &bytes, err);
    if (st == CSM_E_NOT_FOUND) {
        *out = 0;
        return CSM_OK;
    }
    CSM_TRY(st);
    if (bytes.len != size)
        return csm_error_set(err, CSM_E_CORRUPT, "meta \"%.*s\": %zu bytes are no number", CSM_STR_FMT(key), bytes.len);
    *out = size == 4 ? csm_take_u32(bytes.ptr) : csm_take_u64(bytes.ptr);
    return CSM_OK;
}

static csm_status put_number(csm_txn *txn, csm_str key, size_t size, uint64_t value, csm_error *err)
{
    uint8_t bytes[8];
    if (size == 4)
        csm_put_u32(bytes, (uint32_t)value);
    else
        csm_put_u64(bytes, value);
    return csm_txn_put(txn, CSM_DB_META, key, (csm_str){ (const char *)bytes, size }, err);
}

/* ---- numbers of tables, fields, indexes ---- */

/* "f:TABLE/NAME" with the last part replaced, or @p was itself when it is a whole key. */
static csm_status former_key(const char *key, const char *was, char to[NAME_KEY_MAX], csm_error *err)
{
    const char *last = strrchr(key, '/');
    size_t kept = last != NULL ? (size_t)(last - key) + 1 : 2;
    int len = strchr(was, ':') != NULL ? snprintf(to, NAME_KEY_MAX, "%s", was)
                                       : snprintf(to, NAME_KEY_MAX, "%.*s%s", (int)kept, key, was);
    if (len < 0 || len >= NAME_KEY_MAX)
        return csm_error_set(err, CSM_E_INVALID, "catalog name \"%s\": the former name is too long", key);
    return CSM_OK;
}

/* The number kept under the former name moves to the new one. */
static csm_status take_former(csm_txn *txn, const char *key, const char *was, uint64_t *out, csm_error *err)
{
    char former[NAME_KEY_MAX];
    CSM_TRY(former_key(key, was, former, err));
    CSM_TRY(get_number(csm_txn_view(txn), csm_str_of(former), 4, out, err));
    if (*out == 0)
        return CSM_OK;
    CSM_TRY(csm_txn_del(txn, CSM_DB_META, csm_str_of(former), err));
    return put_number(txn, csm_str_of(key), 4, *out, err);
}

/* Numbers are never reused: "next:" only grows. */
static csm_status give_new(csm_txn *txn, const char *key, uint64_t *out, csm_error *err)
{
    char next[] = "next:t";
    next[5] = key[0];
    CSM_TRY(get_number(csm_txn_view(txn), csm_str_of(next), 4, out, err));
    if (*out == 0)
        *out = key[0] == 'f' ? CSM_FID_FIRST : 1;
    if (*out >= INT32_MAX) /* the top bit marks unique entries */
        return csm_error_set(err, CSM_E_LIMIT, "catalog: no number is left for \"%s\"", key);
    CSM_TRY(put_number(txn, csm_str_of(next), 4, *out + 1, err));
    return put_number(txn, csm_str_of(key), 4, *out, err);
}

static csm_status number_of(void *user, const char *key, const char *was, uint32_t *out, csm_error *err)
{
    csm_txn *txn = user;
    uint64_t number = 0;
    if (strchr("tfi", key[0]) == NULL || key[0] == '\0' || key[1] != ':' || strlen(key) >= NAME_KEY_MAX)
        return csm_error_set(err, CSM_E_INVALID, "catalog name \"%s\" is too long or of no known kind", key);
    CSM_TRY(get_number(csm_txn_view(txn), csm_str_of(key), 4, &number, err));
    if (number == 0 && was != NULL)
        CSM_TRY(take_former(txn, key, was, &number, err));
    if (number == 0)
        CSM_TRY(give_new(txn, key, &number, err));
    *out = (uint32_t)number;
    return CSM_OK;
}

csm_number_source csm_catalog_numbers(csm_txn *txn)
{
    csm_number_source source = { number_of, txn };
    return source;
}

/* ---- counters (meta: name -> last value given) ---- */

csm_str csm_counter_name(csm_arena *arena, const csm_mtable *table)
{
    while (table->parent != NULL && table->parent->number_prefix != NULL && table->number_prefix != NULL &&
           strcmp(table->parent->number_prefix, table->number_prefix) == 0)
        table = table->parent;
    return csm_arena_printf(arena, "n:%s", table->name);
}

csm_status csm_counter_take(csm_ctx *ctx, csm_str name, int64_t first, int64_t *out)
{
    csm_str bytes;
    int64_t value = first;
    csm_status st = csm_view_get(csm_txn_view(ctx->txn), CSM_DB_META, name, &bytes, &ctx->err);
    if (st == CSM_OK) {
        uint64_t last = 0;
        CSM_TRY(get_number(csm_txn_view(ctx->txn), name, 8, &last, &ctx->err));
        if ((int64_t)last == INT64_MAX)
            return csm_ctx_fail(ctx, CSM_E_LIMIT, "counter \"%.*s\" is at its end", CSM_STR_FMT(name));
        value = (int64_t)last + 1;
    } else if (st != CSM_E_NOT_FOUND) {
        return st;
    }
    CSM_TRY(put_number(ctx->txn, name, 8, (uint64_t)value, &ctx->err));
    *out = value;
    return CSM_OK;
}

csm_status csm_counter_raise(csm_ctx *ctx, csm_str name, int64_t value)
{
    csm_str bytes;
    uint64_t last = 0;
    csm_status st = csm_view_get(csm_txn_view(ctx->txn), CSM_DB_META, name, &bytes, &ctx->err);
    if (st == CSM_OK)
        CSM_TRY(get_number(csm_txn_view(ctx->txn), name, 8, &last, &ctx->err));
    else if (st != CSM_E_NOT_FOUND)
        return st;
    if (st == CSM_OK && (int64_t)last >= value)
        return CSM_OK;
    return put_number(ctx->txn, name, 8, (uint64_t)value, &ctx->err);
}

/* ---- watched tables (meta: "w" and "w:" table id -> sequence number) ---- */

#define WATCH_KEY_BYTES 6

static csm_str watch_key(const csm_mtable *table, uint8_t to[WATCH_KEY_BYTES])
{
    memcpy(to, "w:", 2);
    csm_put_u32(to + 2, table->id);
    return (csm_str){ (const char *)to, WATCH_KEY_BYTES };
}

csm_status csm_watch_epoch(csm_ctx *ctx, uint64_t *out)
{
    return get_number(ctx->view, CSM_STR("w"), 8, out, &ctx->err);
}

csm_status csm_watch_table(csm_ctx *ctx, const csm_mtable *table, uint64_t *out)
{
    uint8_t key[WATCH_KEY_BYTES];
    return get_number(ctx->view, watch_key(table, key), 8, out, &ctx->err);
}

/* A row of a table is one of its ancestors too. */
csm_status csm_watch_mark(csm_ctx *ctx, const csm_mtable *table)
{
    uint64_t sequence = csm_txn_next_sequence(ctx->txn);
    uint8_t key[WATCH_KEY_BYTES];
    for (; table != NULL; table = table->parent)
        CSM_TRY(put_number(ctx->txn, watch_key(table, key), 8, sequence, &ctx->err));
    return put_number(ctx->txn, CSM_STR("w"), 8, sequence, &ctx->err);
}
