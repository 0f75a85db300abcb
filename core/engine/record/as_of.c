/* Queries into the past: what the log names since that moment is rebuilt from history, the rest is as it is today. */
#include "engine/record/as_of.h"

#include "base/str.h"
#include "engine/event/event.h"
#include "engine/record/call.h"

#include <stdlib.h>

#define LOG_PAGE 512u

/* One row of the answer: where it comes from, and what it is ordered by. */
typedef struct item {
    csm_id id;
    bool changed;
    csm_value keys[CSM_ORDER_MAX];
} item;

typedef struct past {
    csm_ctx *ctx;
    const csm_query_spec *spec;
    const csm_mcolumn *order;
    uint32_t order_count;
    csm_id *changed;           /* sorted, each once */
    uint32_t changed_count;
    item *items;
    uint32_t count, room;
} past;

/* ---- what has changed since ---- */

static int by_id(const void *a, const void *b)
{
    return memcmp(((const csm_id *)a)->b, ((const csm_id *)b)->b, sizeof(csm_id));
}

static bool is_changed(const past *p, csm_id id)
{
    return bsearch(&id, p->changed, p->changed_count, sizeof(id), by_id) != NULL;
}

/* Adds the ids of one page of the log; *older: all of it is after the moment, so what lies before must be looked at. */
static csm_status add_page(past *p, uint64_t after, csm_buf *ids, bool *older)
{
    csm_ctx *ctx = p->ctx;
    csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
    csm_log_entry *entries;
    uint32_t count;

    CSM_TRY(csm_log_read(ctx, after, LOG_PAGE, &entries, &count));
    *older = count == 0 || entries[0].at > ctx->as_of;
    for (uint32_t n = 0; n < count; n++) {
        if (entries[n].at <= ctx->as_of)
            continue;
        CSM_TRY(csm_budget_row(ctx));
        for (uint32_t k = 0; k < entries[n].change_count; k++) {
            const csm_mtable *table = csm_registry_table_by_id(ctx->reg, entries[n].changes[k].table_id);

            if (table != NULL && csm_mtable_is_a(table, p->spec->table))
                csm_buf_add(ids, &entries[n].changes[k].id, sizeof(csm_id));
        }
    }
    csm_arena_reset_to(ctx->arena, mark);
    return ids->failed ? csm_ctx_nomem(ctx) : CSM_OK;
}

static csm_status find_changed(past *p)
{
    uint64_t last = csm_view_sequence(p->ctx->view);
    bool older = true;
    csm_status st = CSM_OK;
    csm_buf ids;

    csm_buf_init(&ids, (size_t)p->ctx->engine->limits.sort_rows * sizeof(csm_id) * 4);
    while (st == CSM_OK && older && last > 0) {
        uint64_t after = last > LOG_PAGE ? last - LOG_PAGE : 0;

        st = add_page(p, after, &ids, &older);
        last = after;
    }
    if (st == CSM_OK) {
        p->changed = csm_arena_copy(p->ctx->arena, ids.ptr != NULL ? ids.ptr : (const uint8_t *)"", ids.len);
        if (p->changed == NULL)
            st = csm_ctx_nomem(p->ctx);
    }
    p->changed_count = (uint32_t)(ids.len / sizeof(csm_id));
    csm_buf_done(&ids);
    if (st != CSM_OK || p->changed_count == 0)
        return st;
    qsort(p->changed, p->changed_count, sizeof(csm_id), by_id);
    for (uint32_t n = 1, kept = 1;; n++) {
        if (n == p->changed_count) {
            p->changed_count = kept;
            return CSM_OK;
        }
        if (!csm_id_eq(p->changed[n], p->changed[kept - 1]))
            p->changed[kept++] = p->changed[n];
    }
}

/* ---- gathering ---- */

static csm_status add_item(past *p, const csm_row *row, bool changed)
{
    csm_ctx *ctx = p->ctx;
    item *added;

    if (p->count == ctx->engine->limits.sort_rows)
        return csm_ctx_fail(ctx, CSM_E_LIMIT, "more than %u rows match: narrow the filter", p->count);
    if (p->count == p->room) {
        uint32_t room = p->room == 0 ? 64 : p->room * 2;
        item *items = csm_arena_array(ctx->arena, room, sizeof(*items));

        if (items == NULL)
            return csm_ctx_nomem(ctx);
        if (p->count > 0)
            memcpy(items, p->items, p->count * sizeof(*items));
        p->items = items;
        p->room = room;
    }
    added = &p->items[p->count++];
    *added = (item){ .id = row->id, .changed = changed };
    for (uint32_t n = 0; n < p->order_count; n++) {
        const csm_mfield *field = csm_field_in(row->table, p->order[n].field);

        if (field != NULL && csm_value_copy(ctx->arena, csm_row_get(row, field), &added->keys[n]) != CSM_OK)
            return csm_ctx_nomem(ctx);
    }
    return CSM_OK;
}

/* Today's matches that were as they are. */
static csm_status gather_unchanged(past *p)
{
    csm_query_spec spec = { .table = p->spec->table, .filter = p->spec->filter };
    csm_cursor *cursor = NULL;
    csm_row *row = NULL;
    csm_status st;

    CSM_TRY(csm_cursor_open(p->ctx, &spec, &cursor));
    while ((st = csm_cursor_next(p->ctx, cursor, &row, NULL)) == CSM_OK && row != NULL)
        if (!is_changed(p, row->id) && (st = add_item(p, row, false)) != CSM_OK)
            break;
    csm_cursor_close(cursor);
    return st;
}

typedef struct shown {
    const csm_row *row;
    const uint64_t *readable;
    bool all;
} shown;

static csm_status check_shown(void *user, const csm_mfield *field)
{
    shown *s = user;
    const csm_mfield *own = csm_field_in(s->row->table, field);

    s->all = s->all && own != NULL && (own->id <= CSM_FID_MOD_COUNT || csm_bits_has(s->readable, own->pos));
    return CSM_OK;
}

/* The row of then, when it existed, may be seen today and matches; *out NULL otherwise. */
static csm_status row_then(past *p, csm_id id, csm_row **out, const uint64_t **readable)
{
    csm_ctx *ctx = p->ctx;
    bool trusted = ctx->system > 0 || ctx->caller->is_system || ctx->caller->is_admin, allowed = trusted, match = true;
    csm_row *today, *then;

    *out = NULL;
    *readable = NULL;
    CSM_TRY(csm_row_find(ctx, p->spec->table, id, &today));
    if (today != NULL && !trusted) {
        uint64_t *bits = csm_bits_new(ctx->arena, today->table->field_count);
        shown s = { .row = today, .readable = bits, .all = true };

        if (bits == NULL)
            return csm_ctx_nomem(ctx);
        CSM_TRY(csm_access_row(ctx, today, CSM_OP_READ, &allowed, bits));
        if (p->spec->filter.expr != NULL)
            CSM_TRY(csm_expr_each_field(p->spec->filter.expr, check_shown, &s));
        for (uint32_t n = 0; n < p->spec->filter.order_count; n++)
            CSM_TRY(check_shown(&s, p->spec->filter.order[n].field));
        allowed = allowed && s.all;
        *readable = bits;
    }
    if (!allowed)
        return CSM_OK;
    CSM_TRY(csm_history_row_at(ctx, p->spec->table, id, ctx->as_of, &then));
    if (then != NULL && p->spec->filter.expr != NULL)
        CSM_TRY(csm_expr_eval(ctx, p->spec->filter.expr, then, NULL, &match));
    if (match)
        *out = then;
    return CSM_OK;
}

static csm_status gather_changed(past *p)
{
    for (uint32_t n = 0; n < p->changed_count; n++) {
        const uint64_t *readable;
        csm_row *row;

        CSM_TRY(csm_budget_row(p->ctx));
        CSM_TRY(row_then(p, p->changed[n], &row, &readable));
        if (row != NULL)
            CSM_TRY(add_item(p, row, true));
    }
    return CSM_OK;
}

/* ---- order and page ---- */

static int by_order(const void *a, const void *b, void *user)
{
    const past *p = user;
    const item *x = a, *y = b;

    for (uint32_t n = 0; n < p->order_count; n++) {
        int cmp = csm_field_cmp(p->ctx->arena, p->order[n].field, x->keys[n], y->keys[n]);

        if (cmp != 0)
            return p->order[n].descending ? -cmp : cmp;
    }
    return by_id(&x->id, &y->id);
}

static csm_status read_item(past *p, const item *it, csm_past_row *out)
{
    csm_ctx *ctx = p->ctx;
    uint64_t *bits;
    bool allowed;

    if (it->changed)
        return row_then(p, it->id, &out->row, &out->readable);
    CSM_TRY(csm_row_find(ctx, p->spec->table, it->id, &out->row));
    if (out->row == NULL)
        return csm_ctx_fail(ctx, CSM_E_INTERNAL, "a row went out of its own snapshot");
    bits = csm_bits_new(ctx->arena, out->row->table->field_count);
    if (bits == NULL)
        return csm_ctx_nomem(ctx);
    out->readable = bits;
    return csm_access_row(ctx, out->row, CSM_OP_READ, &allowed, bits);
}

static csm_status page(past *p, uint64_t start, csm_past_row **rows, uint32_t *count, csm_str *next)
{
    uint64_t limit = p->spec->limit > 0 ? p->spec->limit : p->count;
    uint64_t end = start + limit < p->count ? start + limit : p->count;

    *count = 0;
    *next = (csm_str){ 0 };
    *rows = csm_arena_array(p->ctx->arena, start < end ? (size_t)(end - start) : 1, sizeof(**rows));
    if (*rows == NULL)
        return csm_ctx_nomem(p->ctx);
    for (uint64_t n = start; n < end; n++)
        CSM_TRY(read_item(p, &p->items[n], &(*rows)[(*count)++]));
    if (end < p->count) {
        *next = csm_arena_printf(p->ctx->arena, "past%llu", (unsigned long long)end);
        if (next->ptr == NULL)
            return csm_ctx_nomem(p->ctx);
    }
    return CSM_OK;
}

static csm_status check(csm_ctx *ctx, const csm_query_spec *spec, uint64_t *start)
{
    csm_str token = spec->after;

    if (ctx->caller->is_external && ctx->system == 0)
        return csm_ctx_fail(ctx, CSM_E_DENIED, "the past of records is for internal callers");
    if ((spec->table->flags & CSM_TABLE_NO_HISTORY) != 0)
        return csm_ctx_fail(ctx, CSM_E_UNSUPPORTED, "%s keeps no history", spec->table->name);
    *start = spec->offset;
    if (token.len == 0)
        return CSM_OK;
    if (!csm_str_starts(token, CSM_STR("past")) || !csm_parse_uint((csm_str){ token.ptr + 4, token.len - 4 }, start))
        return csm_error_field(&ctx->err, CSM_E_INVALID, "after", "argument \"after\" is no token of this query");
    return CSM_OK;
}

csm_status csm_query_as_of(csm_ctx *ctx, const csm_query_spec *spec, csm_past_row **rows, uint32_t *count, csm_str *next)
{
    bool own_order = spec->filter.order_count > 0;
    past p = { .ctx = ctx,
               .spec = spec,
               .order = own_order ? spec->filter.order : spec->table->order,
               .order_count = own_order ? spec->filter.order_count : spec->table->order_count };
    uint64_t start;

    CSM_TRY(check(ctx, spec, &start));
    CSM_TRY(find_changed(&p));
    CSM_TRY(gather_unchanged(&p));
    CSM_TRY(gather_changed(&p));
    if (p.count > 1)
        qsort_r(p.items, p.count, sizeof(*p.items), by_order, &p);
    return page(&p, start, rows, count, next);
}
