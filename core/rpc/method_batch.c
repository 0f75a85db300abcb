/* record.batch: several writes in one call, all or nothing or each on its own. A later item may speak of an earlier one's
 * record: {"$ref": n} stands for the id of item n, from 0. */
#include "rpc/method.h"

#include <stdio.h>

#define ITEMS_MAX 1000u
#define REF_DEPTH 8u

typedef enum batch_op { OP_INSERT, OP_UPDATE, OP_DELETE, OP_COUNT } batch_op;
static const char *const op_names[OP_COUNT] = { "insert", "update", "delete" };

typedef struct batch {
    csm_ctx *ctx;
    csm_value items;
    csm_id *ids;           /* of items that took effect; none = not */
    csm_row **rows;        /* what inserts and updates wrote */
    uint32_t at;           /* item under way */
    uint32_t page, start;  /* page under way, and its first item */
    bool atomic, paged;
} batch;

/* ---- one item ---- */

static csm_status bad(batch *b, const char *field, const char *why)
{
    return csm_error_field(&b->ctx->err, CSM_E_INVALID, field, "item %u: %s", b->at, why);
}

static csm_status check_keys(batch *b, csm_value item)
{
    static const char *const known[] = { "op", "table", "id", "values", "version", "base" };
    const size_t count = sizeof(known) / sizeof(known[0]);

    if (item.type != CSM_T_MAP)
        return bad(b, "items", "an item is a map {op, table, id?, values?, version?, base?}");
    for (uint32_t n = 0; n < item.count; n++) {
        size_t k = 0;

        while (k < count && !csm_str_is(item.map[n].key, known[k]))
            k++;
        if (k == count)
            return csm_error_field(&b->ctx->err, CSM_E_INVALID, "items", "item %u: unknown member \"%.*s\"", b->at,
                                   CSM_STR_FMT(item.map[n].key));
    }
    return CSM_OK;
}

/* {"$ref": n} as the id it stands for. *is_ref false: something else. */
static csm_status ref_of(batch *b, csm_value value, csm_value *out, bool *is_ref)
{
    const csm_value *n = value.type == CSM_T_MAP && value.count == 1 ? csm_map_get(&value, "$ref") : NULL;

    *is_ref = n != NULL;
    if (n == NULL)
        return CSM_OK;
    if (n->type != CSM_T_INT || n->i < 0 || n->i >= (int64_t)b->at || csm_id_is_none(b->ids[n->i]))
        return bad(b, "items", "\"$ref\" names no earlier item that took effect");
    *out = csm_id_value(b->ids[n->i]);
    return CSM_OK;
}

/* The value with its references put in; shared where there are none. */
static csm_status resolve(batch *b, csm_value value, unsigned depth, csm_value *out)
{
    csm_pair *pairs;
    csm_value *list;
    bool is_ref;

    *out = value;
    CSM_TRY(ref_of(b, value, out, &is_ref));
    if (is_ref || depth == REF_DEPTH || (value.type != CSM_T_LIST && value.type != CSM_T_MAP))
        return CSM_OK;
    if (value.type == CSM_T_LIST) {
        list = csm_arena_array(b->ctx->arena, value.count, sizeof(*list));
        if (list == NULL)
            return csm_ctx_nomem(b->ctx);
        for (uint32_t n = 0; n < value.count; n++)
            CSM_TRY(resolve(b, value.list[n], depth + 1, &list[n]));
        *out = csm_list(list, value.count);
        return CSM_OK;
    }
    pairs = csm_arena_array(b->ctx->arena, value.count, sizeof(*pairs));
    if (pairs == NULL)
        return csm_ctx_nomem(b->ctx);
    for (uint32_t n = 0; n < value.count; n++) {
        pairs[n].key = value.map[n].key;
        CSM_TRY(resolve(b, value.map[n].value, depth + 1, &pairs[n].value));
    }
    *out = csm_map(pairs, value.count);
    return CSM_OK;
}

static csm_value member(csm_value item, const char *key)
{
    const csm_value *value = csm_map_get(&item, key);

    return value != NULL ? *value : csm_nil();
}

static csm_status item_id(batch *b, csm_value given, csm_id *out)
{
    bool is_ref;
    csm_value value = given;

    CSM_TRY(ref_of(b, given, &value, &is_ref));
    if (value.type == CSM_T_ID) {
        *out = value.id;
        return CSM_OK;
    }
    if (value.type != CSM_T_TEXT || !csm_id_parse(value.s, out))
        return bad(b, "id", "\"id\" is 32 hex digits or {\"$ref\": n}");
    return CSM_OK;
}

static csm_status item_number(batch *b, csm_value given, const char *name, int64_t *out)
{
    *out = -1;
    if (csm_is_nil(given))
        return CSM_OK;
    if (given.type != CSM_T_INT || given.i < 0)
        return bad(b, name, "\"version\" and \"base\" are a sys_mod_count");
    *out = given.i;
    return CSM_OK;
}

static csm_status write_item(batch *b, csm_value item, uint32_t op)
{
    csm_write_options options = CSM_WRITE_OPTIONS_INIT;
    const csm_mtable *table;
    csm_value values;
    csm_row *row = NULL;
    csm_id id;

    CSM_TRY(csm_find_table(b->ctx, member(item, "table"), &table));
    CSM_TRY(item_number(b, member(item, "version"), "version", &options.version));
    CSM_TRY(item_number(b, member(item, "base"), "base", &options.base));
    CSM_TRY(resolve(b, member(item, "values"), 0, &values));
    if (op != OP_DELETE && values.type != CSM_T_MAP)
        return bad(b, "values", "\"values\" is a map of field names to values");
    if (op == OP_INSERT) {
        CSM_TRY(csm_write_insert(b->ctx, table, values, &options, &row));
        id = row->id;
    } else {
        CSM_TRY(item_id(b, member(item, "id"), &id));
        CSM_TRY(op == OP_UPDATE ? csm_write_update(b->ctx, table, id, values, &options, &row)
                                : csm_write_delete(b->ctx, table, id, &options));
    }
    b->ids[b->at] = id;
    b->rows[b->at] = row;
    return CSM_OK;
}

static csm_status run_item(csm_ctx *ctx, void *arg)
{
    batch *b = arg;
    csm_value item = b->items.list[b->at];
    uint32_t op = 0;
    csm_str name;

    (void)ctx;
    CSM_TRY(check_keys(b, item));
    name = csm_value_text(member(item, "op"));
    while (op < OP_COUNT && !csm_str_is(name, op_names[op]))
        op++;
    if (op == OP_COUNT)
        return bad(b, "op", "\"op\" is insert, update or delete");
    return write_item(b, item, op);
}

/* ---- all of them ---- */

static void name_item(batch *b)
{
    char text[sizeof(b->ctx->err.message)];

    if (strncmp(b->ctx->err.message, "item ", 5) == 0)
        return;
    (void)snprintf(text, sizeof(text), "item %u: %.300s", b->at, b->ctx->err.message);
    memcpy(b->ctx->err.message, text, sizeof(text));
}

static csm_status write_result(batch *b, csm_writer *w, csm_status st)
{
    csm_value record = csm_nil();

    csm_write_map(w, 1);
    if (st != CSM_OK) {
        csm_write_cstr(w, "error");
        csm_call_write_error(csm_call_of(b->ctx), w, &b->ctx->err);
        csm_error_clear(&b->ctx->err);
        return CSM_OK;
    }
    if (b->rows[b->at] == NULL) {
        csm_put_id(w, "deleted", b->ids[b->at]);
        return CSM_OK;
    }
    CSM_TRY(csm_row_as_value(b->ctx, b->rows[b->at], &record));
    csm_put_value(w, "record", record);
    return CSM_OK;
}

/* One item; an error ends the whole call. */
static csm_status next_item(batch *b, csm_writer *w)
{
    csm_status st;

    b->ids[b->at] = (csm_id){ { 0 } }; /* the page may run a second time */
    st = csm_write_nested(b->ctx, run_item, b);
    if (st != CSM_OK && (b->atomic || csm_ctx_is_fatal(b->ctx))) {
        name_item(b);
        return st;
    }
    return write_result(b, w, st);
}

static csm_status begin(csm_ctx *ctx, const csm_args *in, batch **out)
{
    csm_call *call = csm_call_of(ctx);
    batch *b = csm_arena_zalloc(ctx->arena, sizeof(*b));

    if (b == NULL)
        return csm_ctx_nomem(ctx);
    b->items = in->values[0];
    b->atomic = csm_is_nil(in->values[1]) || in->values[1].b;
    b->paged = !b->atomic && call->request_key.len == 0;
    b->ids = csm_arena_array(ctx->arena, b->items.count + 1u, sizeof(*b->ids));
    b->rows = csm_arena_array(ctx->arena, b->items.count + 1u, sizeof(*b->rows));
    if (b->ids == NULL || b->rows == NULL)
        return csm_ctx_nomem(ctx);
    call->progress = b;
    *out = b;
    return CSM_OK;
}

/* Where this page begins: behind the last one committed, or where it began when it runs again. */
static void find_page(batch *b, const csm_call *call)
{
    if (b->page != call->pages) {
        b->page = call->pages;
        b->start = b->at;
    }
    b->at = b->start;
}

/* All or nothing holds everybody up for as long as it takes, so it may not take long. */
static void tighten(csm_ctx *ctx)
{
    int64_t most = (int64_t)ctx->engine->limits.batch_ms * 1000, until = csm_mono_us() + most;

    if (until < ctx->budget.until_us) {
        ctx->budget.until_us = until;
        ctx->budget.cpu_until_us = csm_thread_cpu_us() + most;
    }
}

/* Items that stand for themselves go in pages, each in a transaction of its own; but not when the reply is kept for repeats,
 * which is one with its effect. */
static csm_status record_batch(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_call *call = csm_call_of(ctx);
    batch *b = call->progress;
    csm_writer *w = csm_reply_begin(out);
    int64_t since = csm_mono_us();

    if (b == NULL)
        CSM_TRY(begin(ctx, in, &b));
    b->ctx = ctx;
    find_page(b, call);
    if (b->atomic)
        tighten(ctx);
    if (b->page == 0)
        csm_write_list(w, b->items.count);
    while (b->at < b->items.count) {
        csm_status st = next_item(b, w);

        if (st != CSM_OK && b->atomic && ctx->budget.exceeded)
            csm_error_hint(&ctx->err, "send fewer items at once, or \"atomic\": false");
        CSM_TRY(st);
        b->at++;
        call->more = b->paged && b->at < b->items.count && csm_writer_is_turn_over(call, since);
        if (call->more)
            return CSM_OK;
    }
    return CSM_OK;
}

static const csm_param batch_params[] = {
    CSM_PARAM("items", CSM_T_LIST, .flags = CSM_PARAM_REQUIRED, .min = 1, .max = ITEMS_MAX,
              .doc = "[{op: insert|update|delete, table, id?, values?, version?, base?}]; {\"$ref\": n} is the id of item n"),
    CSM_PARAM("atomic", CSM_T_BOOL, .doc = "true (default): all or nothing, within batch_ms of the server; false: each on its own, others between them"),
};

static const csm_method methods[] = {
    { .name = "record.batch", .params = CSM_ARRAY(batch_params), .returns = CSM_T_LIST,
      .flags = CSM_METHOD_WRITES | CSM_METHOD_EXTERNAL, .since = 1, .run = record_batch, .doc = "Several writes in one call",
      .returns_doc = "Per item {record} or {deleted: id} or, when not atomic, {error}" },
};

csm_method_set csm_methods_batch(void)
{
    return CSM_METHOD_SET(methods);
}
