/* The walk as a whole, the catalog and the log. */
#include "engine/verify.h"

#include "engine/table/codec.h"

#include <stdio.h>

#define NUMBER_MAX (UINT32_C(1) << 24) /* far above what a catalog holds; bounds the memory a damaged one can ask for  \
                                        */

void csm_verify_problem(csm_verifier *v, const char *area, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    v->counts->problems++;
    size_t shown = len < 0 ? 0 : (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1;
    v->report(v->user, area, (csm_str){ text, shown });
}

csm_status csm_verify_damage(csm_verifier *v, const char *area, csm_status st)
{
    if (st != CSM_E_CORRUPT)
        return st;
    csm_verify_problem(v, area, "%s", v->ctx.err.message);
    csm_error_clear(&v->ctx.err);
    return CSM_OK;
}

csm_status csm_verify_each(csm_verifier *v, csm_db db, csm_verify_entry_fn each, void *user)
{
    csm_arena_mark start = csm_arena_get_mark(v->ctx.arena);
    csm_range range = { .db = db };
    csm_iter *it = NULL;
    CSM_TRY(csm_iter_open(v->ctx.arena, v->ctx.view, &range, &it, &v->ctx.err));
    csm_status st = CSM_OK;
    while (st == CSM_OK) {
        csm_str key, value;
        bool has = false;
        st = csm_iter_next(it, &key, &value, &has, &v->ctx.err);
        if (st != CSM_OK || !has)
            break;
        csm_arena_mark mark = csm_arena_get_mark(v->ctx.arena);
        st = each(v, key, value, user);
        csm_arena_reset_to(v->ctx.arena, mark);
    }
    csm_iter_close(it);
    csm_arena_reset_to(v->ctx.arena, start);
    return st;
}

/* ---- catalog: numbers given once, counters above them ---- */

typedef struct kind {
    char letter;
    uint64_t next; /* the counter */
    uint8_t *seen;
} kind;

static csm_status open_kind(csm_verifier *v, kind *k)
{
    char key[] = "next:t";
    csm_str bytes;
    key[5] = k->letter;
    csm_status st = csm_view_get(v->ctx.view, CSM_DB_META, csm_str_of(key), &bytes, &v->ctx.err);
    if (st != CSM_OK && st != CSM_E_NOT_FOUND)
        return st;
    if (st == CSM_OK && (bytes.len != 4 || csm_take_u32(bytes.ptr) > NUMBER_MAX))
        csm_verify_problem(v, "catalog", "counter \"%s\" is no number", key);
    else if (st == CSM_OK)
        k->next = csm_take_u32(bytes.ptr);
    k->seen = csm_arena_array(v->ctx.arena, k->next + 1, 1);
    return k->seen != NULL ? CSM_OK : csm_ctx_nomem(&v->ctx);
}

static csm_status check_name(csm_verifier *v, csm_str key, csm_str value, void *user)
{
    kind *k = user;
    if (key.len < 3 || key.ptr[0] != k->letter || key.ptr[1] != ':')
        return CSM_OK;
    uint32_t number = value.len == 4 ? csm_take_u32(value.ptr) : 0;
    if (number == 0)
        csm_verify_problem(v, "catalog", "\"%.*s\" has no number", CSM_STR_FMT(key));
    else if (number >= k->next)
        csm_verify_problem(v, "catalog", "\"%.*s\" has number %u, not below the counter's %llu", CSM_STR_FMT(key),
                           number, (unsigned long long)k->next);
    else if (k->seen[number]++ != 0)
        csm_verify_problem(v, "catalog", "number %u of \"%.*s\" is given twice", number, CSM_STR_FMT(key));
    return CSM_OK;
}

/* What a table's counter gave last. */
static csm_status read_counter(csm_verifier *v, const csm_mtable *table)
{
    csm_str bytes, name = csm_counter_name(v->ctx.arena, table);
    if (name.ptr == NULL)
        return csm_ctx_nomem(&v->ctx);
    v->last_number[table->id] = INT64_MAX;
    if (table->number == NULL || table->number_prefix == NULL)
        return CSM_OK;
    csm_status st = csm_view_get(v->ctx.view, CSM_DB_META, name, &bytes, &v->ctx.err);
    if (st != CSM_OK && st != CSM_E_NOT_FOUND)
        return st;
    if (st == CSM_OK && bytes.len != 8)
        csm_verify_problem(v, "catalog", "counter \"%.*s\" is no number", CSM_STR_FMT(name));
    else /* one never drawn from gave nothing: numbers below 0 do not exist */
        v->last_number[table->id] = st == CSM_OK ? (int64_t)csm_take_u64(bytes.ptr) : -1;
    return CSM_OK;
}

static csm_status read_ready(csm_verifier *v, const csm_mtable *table)
{
    bool *ready = csm_arena_array(v->ctx.arena, (size_t)table->index_count + 1, sizeof(*ready));
    if (ready == NULL)
        return csm_ctx_nomem(&v->ctx);
    for (uint32_t n = 0; n < table->index_count; n++)
        CSM_TRY(csm_index_is_ready(&v->ctx, table, &table->indexes[n], &ready[n]));
    v->ready[table->id] = ready;
    return CSM_OK;
}

csm_status csm_verify_catalog(csm_verifier *v)
{
    const csm_registry *reg = v->ctx.reg;
    kind kinds[] = { { 't', 0, NULL }, { 'f', 0, NULL }, { 'i', 0, NULL } };
    for (size_t n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++) {
        CSM_TRY(open_kind(v, &kinds[n]));
        CSM_TRY(csm_verify_each(v, CSM_DB_META, check_name, &kinds[n]));
    }
    v->known_tables = kinds[0].seen;
    v->known_count = kinds[0].next;
    v->ready = csm_arena_array(v->ctx.arena, (size_t)reg->table_by_id_count + 1, sizeof(*v->ready));
    v->last_number = csm_arena_array(v->ctx.arena, (size_t)reg->table_by_id_count + 1, sizeof(*v->last_number));
    if (v->ready == NULL || v->last_number == NULL)
        return csm_ctx_nomem(&v->ctx);
    for (uint32_t n = 0; n < reg->table_count; n++) {
        CSM_TRY(read_counter(v, reg->tables[n]));
        CSM_TRY(read_ready(v, reg->tables[n]));
    }
    return CSM_OK;
}

/* ---- log: pieces from 0 of every sequence number, none beyond the store's ---- */

typedef struct log_place {
    uint64_t sequence; /* of the last piece met; 0: none yet */
    uint16_t piece;
} log_place;

/* The first number may be any: the oldest are cut off. */
static void check_place(csm_verifier *v, const log_place *last, const log_place *now)
{
    bool next_piece = now->sequence == last->sequence && now->piece == last->piece + 1;
    bool next_number = (last->sequence == 0 || now->sequence == last->sequence + 1) && now->piece == 0;

    if (!next_piece && !next_number)
        csm_verify_problem(v, "log", "entry %llu.%u follows %llu.%u", (unsigned long long)now->sequence, now->piece,
                           (unsigned long long)last->sequence, last->piece);
    if (now->sequence > csm_view_sequence(v->ctx.view))
        csm_verify_problem(v, "log", "entry %llu is beyond the store's number %llu", (unsigned long long)now->sequence,
                           (unsigned long long)csm_view_sequence(v->ctx.view));
}

static csm_status check_log(csm_verifier *v, csm_str key, csm_str value, void *user)
{
    csm_reader r = { (const uint8_t *)value.ptr, (const uint8_t *)value.ptr + value.len };
    log_place *last = user, now;

    v->counts->log++;
    if (key.len != 10) {
        csm_verify_problem(v, "log", "a key has %zu bytes", key.len);
        return CSM_OK;
    }
    now = (log_place){ csm_take_u64(key.ptr), (uint16_t)((uint8_t)key.ptr[8] << 8 | (uint8_t)key.ptr[9]) };
    check_place(v, last, &now);
    if (!csm_reader_skip(&r) || r.at != r.end)
        csm_verify_problem(v, "log", "entry %llu does not decode", (unsigned long long)now.sequence);
    *last = now;
    return CSM_OK;
}

csm_status csm_verify_log(csm_verifier *v)
{
    log_place last = { 0, 0 };

    return csm_verify_each(v, CSM_DB_LOG, check_log, &last);
}

/* ---- all ---- */

csm_status csm_engine_verify(csm_engine *engine, csm_view *view, csm_verify_fn report, void *user,
                             csm_verify_counts *out, csm_error *err)
{
    static csm_status (*const steps[])(csm_verifier * v) = { csm_verify_catalog, csm_verify_rows, csm_verify_index,
                                                             csm_verify_history, csm_verify_log };
    csm_verify_counts counts = { 0 };
    csm_arena *arena = csm_arena_new((size_t)256 * 1024, 0);
    csm_verifier *v = arena != NULL ? csm_arena_zalloc(arena, sizeof(*v)) : NULL;
    csm_status st = CSM_OK;
    if (v == NULL) {
        csm_arena_free(arena);
        return csm_error_nomem(err);
    }
    v->ctx = (csm_ctx){ .engine = engine,
                        .reg = csm_engine_registry_at(engine, csm_view_sequence(view)),
                        .arena = arena,
                        .view = view,
                        .budget = { .rows_max = UINT64_MAX, .until_us = INT64_MAX } };
    v->report = report;
    v->user = user;
    v->counts = &counts;
    for (size_t n = 0; n < sizeof(steps) / sizeof(steps[0]) && st == CSM_OK; n++)
        st = steps[n](v);
    if (st == CSM_OK)
        *out = counts;
    else if (err != NULL)
        *err = v->ctx.err;
    csm_arena_free(arena);
    return st;
}
