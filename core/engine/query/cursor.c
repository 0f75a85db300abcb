/* A query being read: candidates in order from a merge or a sorted set, each tested on its row. In a writing transaction the
 * ids are fixed when it opens and each row is read when it is reached. */
#include "engine/query/plan.h"

#include "base/str.h"

struct csm_cursor {
    csm_plan plan;
    csm_mark after;
    csm_merge *merge;
    csm_gathered *items; /* gathered, or fixed in a transaction */
    uint32_t item_count, item_at;
    bool walking;        /* the order's index is walked although another one tells more */
    bool fixed;          /* items are what a transaction fixed */
    bool at_end;         /* nothing is left behind the last row */
    bool ended;          /* the caller has been told */
    csm_buf last;        /* order key of the last row of the result */
    uint64_t skipped, returned;
    csm_cover *covers;   /* by branch: what entries can be refused by; made when first met */
};

/* ---- opening ---- */

/* Names the index that would have served, as far as its fields are the caller's to know. */
static csm_status refuse_sort(csm_plan *plan, uint64_t most)
{
    const csm_branch *branch = &plan->branches[0];
    csm_buf columns;
    csm_status st;

    csm_buf_init(&columns, 200);
    for (uint32_t n = 0; n < branch->hold_count; n++)
        if (branch->holds[n].points != NULL && csm_access_field(plan->ctx, branch->holds[n].field, CSM_OP_READ))
            (void)csm_buf_printf(&columns, "%s%s", columns.len > 0 ? "," : "", branch->holds[n].field->name);
    for (uint32_t n = 0; n < plan->order.asked; n++)
        (void)csm_buf_printf(&columns, "%s%s%s", columns.len > 0 ? "," : "",
                             plan->order.columns[n].descending ? "-" : "", plan->order.columns[n].field->name);
    st = csm_ctx_fail(plan->ctx, CSM_E_LIMIT,
                      "the query meets more than %llu rows of %s to sort, and no index serves its order",
                      (unsigned long long)most, plan->spec.table->name);
    csm_error_hint(&plan->ctx->err, "narrow the condition, or declare an index on %s: \"%.*s\"", plan->spec.table->name,
                   CSM_STR_FMT(csm_buf_str(&columns)));
    csm_buf_done(&columns);
    return st;
}

static csm_status open_merge(csm_cursor *c)
{
    return csm_merge_open(&c->plan, &c->after, &c->merge);
}

/* Gathers; when that meets too many, walks the order itself where something does. */
static csm_status open_gather(csm_cursor *c)
{
    csm_plan *plan = &c->plan;
    bool by_id = plan->order.count == 0, full = false;
    const csm_engine_limits *limits = &plan->ctx->engine->limits;
    uint64_t most = limits->sort_rows;

    if (plan->spec.limit > 0 && (plan->mergeable || by_id)) /* walking all rows is dearer than walking an order */
        most = plan->mergeable ? limits->gather_rows : (uint64_t)limits->gather_rows * 10;
    if (!c->walking || !(plan->mergeable || by_id))
        CSM_TRY(csm_gather(plan, &c->after, most, &c->items, &c->item_count, &full));
    else
        full = true;
    if (!full)
        return CSM_OK;
    if (!plan->mergeable && !by_id)
        return refuse_sort(plan, most);
    plan->kind = plan->mergeable ? CSM_PLAN_MERGE : CSM_PLAN_SCAN;
    c->walking = true;
    return open_merge(c);
}

static csm_status fix_ids(csm_cursor *c);

static csm_status start(csm_cursor *c)
{
    csm_plan *plan = &c->plan;
    csm_order order, *given = NULL;

    if (plan->spec.offset > CSM_OFFSET_MAX)
        return csm_error_field(&plan->ctx->err, CSM_E_LIMIT, "offset", "an offset is at most %u: go on with \"after\"",
                               CSM_OFFSET_MAX);
    if (plan->spec.after.len > 0) {
        CSM_TRY(csm_token_read(plan, plan->spec.after, &order, &c->after, &c->walking));
        given = &order;
    }
    CSM_TRY(csm_plan_choose(plan, given));
    c->covers = csm_arena_array(plan->arena, plan->branch_count + 1u, sizeof(*c->covers));
    if (c->covers == NULL)
        return csm_ctx_nomem(plan->ctx);
    if (plan->kind == CSM_PLAN_NOTHING)
        c->at_end = true;
    else
        CSM_TRY(plan->kind == CSM_PLAN_GATHER ? open_gather(c) : open_merge(c));
    return plan->ctx->txn != NULL ? fix_ids(c) : CSM_OK;
}

csm_status csm_cursor_open(csm_ctx *ctx, const csm_query_spec *spec, csm_cursor **out)
{
    csm_cursor *c = csm_arena_zalloc(ctx->arena, sizeof(*c));
    csm_status st;

    if (c == NULL)
        return csm_ctx_nomem(ctx);
    csm_buf_init(&c->last, 0);
    st = csm_plan_open(ctx, spec, NULL, 0, &c->plan);
    c->plan.rows = ctx->txn == NULL ? ctx->arena : c->plan.scratch;
    if (st == CSM_OK)
        st = start(c);
    if (st != CSM_OK) {
        csm_cursor_close(c);
        return st;
    }
    *out = c;
    return CSM_OK;
}

void csm_cursor_close(csm_cursor *c)
{
    if (c == NULL)
        return;
    csm_merge_close(c->merge);
    c->merge = NULL;
    csm_plan_close(&c->plan);
    csm_buf_done(&c->last);
}

/* ---- candidates ---- */

static csm_status next_candidate(csm_cursor *c, csm_candidate *out, bool *has)
{
    if (c->merge != NULL)
        return csm_merge_next(&c->plan, c->merge, out, has);
    *has = c->item_at < c->item_count;
    if (*has) {
        const csm_gathered *item = &c->items[c->item_at++];

        *out = (csm_candidate){ .okey = item->okey, .id = item->id, .bytes = item->bytes };
    }
    return CSM_OK;
}

/* Seen before: on an earlier page, or in another range of the merge. */
static bool is_repeated(const csm_cursor *c, csm_str okey)
{
    return csm_str_eq(okey, csm_buf_str(&c->last)) || (c->after.set && csm_str_cmp(okey, c->after.key) <= 0);
}

static csm_status set_last(csm_cursor *c, csm_str okey)
{
    csm_buf_clear(&c->last);
    return csm_buf_add(&c->last, okey.ptr, okey.len) ? CSM_OK : csm_ctx_nomem(c->plan.ctx);
}

/* Made when the first entry of its branch is met. */
static csm_status make_cover(csm_cursor *c, const csm_candidate *at, csm_cover *cover)
{
    if (cover->row != NULL)
        return CSM_OK;
    CSM_TRY(csm_cover_make(&c->plan, at->branch, at->way, NULL, 0, cover));
    cover->row = csm_row_new(c->plan.arena, at->source->table, at->id);
    return cover->row != NULL ? CSM_OK : csm_ctx_nomem(c->plan.ctx);
}

/* Whatever its row holds, does the entry say no? Saves reading it. */
static csm_status is_refused(csm_cursor *c, const csm_candidate *at, bool *out)
{
    csm_cover *cover;
    bool whole, match;

    *out = false;
    if (at->branch == NULL)
        return CSM_OK;
    cover = &c->covers[at->branch - c->plan.branches];
    CSM_TRY(make_cover(c, at, cover));
    if (cover->rest == NULL || !cover->covered)
        return CSM_OK;
    CSM_TRY(csm_cover_fill(&c->plan, at->way->index, cover, at->key, at->value, &whole));
    if (!whole)
        return CSM_OK;
    CSM_TRY(csm_eval_expr(&c->plan.eval, cover->rest, cover->row, NULL, &match));
    *out = !match;
    return CSM_OK;
}

static csm_status read_row(csm_cursor *c, const csm_candidate *at, csm_row **out)
{
    uint32_t table_id = 0, version = 0;

    if (at->bytes.ptr == NULL)
        return csm_plan_row(&c->plan, at->id, out);
    if (c->merge != NULL && csm_row_peek(at->bytes, &table_id, &version)) {
        const csm_mtable *table = csm_registry_table_by_id(c->plan.ctx->reg, table_id);

        if (table == NULL || csm_plan_source(&c->plan, table) == NULL) {
            *out = NULL;
            return CSM_OK;
        }
    }
    return csm_plan_decode(&c->plan, at->id, at->bytes, out);
}

static csm_status lost_row(csm_cursor *c, const csm_candidate *at)
{
    char id[CSM_ID_TEXT];

    csm_id_format(at->id, id);
    return csm_ctx_fail(c->plan.ctx, CSM_E_CORRUPT, "index \"%s\" of %s has an entry for record %s, which is not there",
                        at->way->index->name, at->source->table->name, id);
}

static bool is_at(const csm_arena *arena, csm_arena_mark mark)
{
    csm_arena_mark now = csm_arena_get_mark(arena);

    return now.block == mark.block && now.used == mark.used;
}

/* Reads and tests one candidate; *row NULL when it is not of the result. A row that is refused leaves the arena again,
 * unless testing it put something there to stay. */
static csm_status take(csm_cursor *c, const csm_candidate *at, csm_row **row, csm_source **source)
{
    csm_arena *rows = c->plan.rows;
    csm_arena_mark before, after;
    bool refused, match = true;

    *row = NULL;
    CSM_TRY(is_refused(c, at, &refused));
    if (refused)
        return CSM_OK;
    before = csm_arena_get_mark(rows);
    CSM_TRY(read_row(c, at, row));
    after = csm_arena_get_mark(rows);
    *source = *row != NULL ? csm_plan_source(&c->plan, (*row)->table) : NULL;
    if (at->source != NULL && *source != at->source)
        return lost_row(c, at);
    if (at->branch != NULL) /* a row of another branch comes there, with that branch's order key */
        CSM_TRY(csm_eval_expr(&c->plan.eval, at->branch->whole, *row, NULL, &match));
    else if (c->plan.kind != CSM_PLAN_GATHER && *source != NULL) /* what was gathered has been tested */
        CSM_TRY(csm_plan_test(&c->plan, *source, *row, &match));
    if (*source != NULL && match)
        return CSM_OK;
    *row = NULL;
    if (is_at(rows, after))
        csm_arena_reset_to(rows, before);
    return CSM_OK;
}

/* The next row of the result; NULL at the end. */
static csm_status next_row(csm_cursor *c, csm_row **row, csm_source **source)
{
    csm_candidate at;
    bool has;

    *row = NULL;
    while (*row == NULL) {
        csm_arena_clear(c->plan.scratch);
        CSM_TRY(next_candidate(c, &at, &has));
        if (!has) {
            c->at_end = true;
            return CSM_OK;
        }
        if (is_repeated(c, at.okey))
            continue;
        CSM_TRY(take(c, &at, row, source));
        if (*row != NULL)
            CSM_TRY(set_last(c, at.okey));
        if (*row != NULL && c->skipped < c->plan.spec.offset) {
            c->skipped++;
            *row = NULL;
        }
    }
    return CSM_OK;
}

/* Whether anything is left behind the last row, as far as can be told without reading rows. */
static csm_status look_ahead(csm_cursor *c)
{
    if (c->at_end)
        return CSM_OK;
    if (c->merge != NULL)
        return csm_merge_peek(&c->plan, c->merge, &c->at_end);
    c->at_end = c->item_at == c->item_count;
    return CSM_OK;
}

/* ---- in a transaction ---- */

static csm_status fix_one(csm_cursor *c, csm_gathered *items, uint32_t *count, const csm_row *row)
{
    csm_str okey = csm_arena_str(c->plan.arena, csm_buf_str(&c->last));

    if (okey.ptr == NULL)
        return csm_ctx_nomem(c->plan.ctx);
    items[(*count)++] = (csm_gathered){ .okey = okey, .id = row->id };
    return CSM_OK;
}

static csm_status too_many(const csm_cursor *c, uint32_t most)
{
    return csm_ctx_fail(c->plan.ctx, CSM_E_LIMIT, "a query on %s in a transaction meets more than %u rows: give it a limit",
                        c->plan.spec.table->name, most);
}

/* What was gathered is sorted and tested. */
static csm_status fix_gathered(csm_cursor *c, uint32_t most)
{
    uint64_t skip = c->plan.spec.offset - c->skipped;
    uint32_t left;

    if (skip > c->item_count)
        skip = c->item_count;
    left = c->item_count - (uint32_t)skip;
    if (c->plan.spec.limit == 0 && left > most)
        return too_many(c, most);
    c->at_end = left <= most;
    c->items = skip > 0 ? c->items + skip : c->items;
    c->item_count = left < most ? left : most;
    return CSM_OK;
}

static csm_status fix_merged(csm_cursor *c, uint32_t most)
{
    csm_plan *plan = &c->plan;
    uint32_t count = 0, room = 64;
    csm_gathered *items = csm_arena_array(plan->arena, room, sizeof(*items)), *more;
    csm_source *source;
    csm_row *row = NULL;

    while (items != NULL && !c->at_end && (count < most || plan->spec.limit == 0)) {
        CSM_TRY(next_row(c, &row, &source));
        if (row == NULL)
            break;
        if (count == most)
            return too_many(c, most);
        if (count == room) {
            more = csm_arena_alloc(plan->arena, (size_t)room * 2 * sizeof(*items));
            if (more != NULL)
                memcpy(more, items, count * sizeof(*items));
            items = more;
            room *= 2;
        }
        if (items != NULL)
            CSM_TRY(fix_one(c, items, &count, row));
    }
    if (items == NULL)
        return csm_ctx_nomem(plan->ctx);
    CSM_TRY(look_ahead(c));
    csm_merge_close(c->merge);
    c->merge = NULL;
    c->items = items;
    c->item_count = count;
    return CSM_OK;
}

static csm_status fix_ids(csm_cursor *c)
{
    uint32_t most = c->plan.spec.limit > 0 ? c->plan.spec.limit : CSM_TXN_ROWS;

    CSM_TRY(c->merge != NULL ? fix_merged(c, most) : fix_gathered(c, most));
    c->item_at = 0;
    c->fixed = true;
    c->plan.rows = c->plan.arena;
    return CSM_OK;
}

csm_status csm_cursor_ids(csm_ctx *ctx, const csm_cursor *c, csm_id **out, uint32_t *count)
{
    csm_id *ids = csm_arena_alloc(ctx->arena, c->item_count * sizeof(*ids));

    if (ids == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < c->item_count; n++)
        ids[n] = c->items[n].id;
    *out = ids;
    *count = c->item_count;
    return CSM_OK;
}

/* A row fixed earlier, as it is now. Gone or out of reach by now: skipped. */
static csm_status next_fixed(csm_cursor *c, csm_row **row, csm_source **source)
{
    *row = NULL;
    while (*row == NULL && c->item_at < c->item_count) {
        const csm_gathered *item = &c->items[c->item_at++];
        bool within = true;

        csm_arena_clear(c->plan.scratch);
        CSM_TRY(csm_plan_row(&c->plan, item->id, row));
        *source = *row != NULL ? csm_plan_source(&c->plan, (*row)->table) : NULL;
        if (*source != NULL && !(*source)->usable.all)
            CSM_TRY(csm_eval_within(&c->plan.eval, &(*source)->usable, *row, &within, NULL, NULL));
        if (*source == NULL || !within)
            *row = NULL;
        CSM_TRY(set_last(c, item->okey));
    }
    return CSM_OK;
}

/* ---- the door ---- */

csm_status csm_cursor_next(csm_ctx *ctx, csm_cursor *c, csm_row **row, const uint64_t **readable)
{
    uint32_t limit = c->plan.spec.limit;
    csm_source *source = NULL;

    (void)ctx;
    *row = NULL;
    if (readable != NULL)
        *readable = NULL;
    if (c->ended || (limit > 0 && c->returned == limit))
        return CSM_OK;
    CSM_TRY(c->fixed ? next_fixed(c, row, &source) : next_row(c, row, &source));
    if (*row == NULL) {
        c->ended = true;
        return CSM_OK;
    }
    c->returned++;
    return readable != NULL ? csm_plan_readable(&c->plan, source, *row, readable) : CSM_OK;
}

csm_status csm_cursor_token(csm_ctx *ctx, csm_cursor *c, csm_str *out)
{
    (void)ctx;
    if (!c->fixed)
        CSM_TRY(look_ahead(c));
    bool all_given = !c->fixed || c->item_at == c->item_count;

    *out = (csm_str){ "", 0 };
    if ((c->at_end && all_given) || c->returned == 0)
        return CSM_OK;
    return csm_token_write(&c->plan, csm_buf_str(&c->last), c->walking, out);
}

/* ---- explain ---- */

static bool has_name(csm_str names, const char *name)
{
    csm_str rest = names, part;

    while (csm_str_split(&rest, ',', &part))
        if (csm_str_is(part, name))
            return true;
    return false;
}

/* Names of the indexes walked, each once; empty: none. */
static csm_status index_names(csm_cursor *c, csm_str *out)
{
    csm_plan *plan = &c->plan;
    const csm_way *ways = plan->kind == CSM_PLAN_GATHER ? plan->gather_ways : plan->ways;

    csm_buf_clear(&plan->key);
    for (uint32_t n = 0; plan->kind != CSM_PLAN_SCAN && n < plan->branch_count; n++)
        if (ways[n].index != NULL && !has_name(csm_buf_str(&plan->key), ways[n].index->name))
            (void)csm_buf_printf(&plan->key, "%s%s", plan->key.len > 0 ? "," : "", ways[n].index->name);
    *out = csm_arena_str(plan->arena, csm_buf_str(&plan->key));
    return !plan->key.failed && out->ptr != NULL ? CSM_OK : csm_ctx_nomem(plan->ctx);
}

static csm_status order_text(csm_cursor *c, csm_str *out)
{
    csm_plan *plan = &c->plan;
    const csm_order *order = &plan->order;

    csm_buf_clear(&plan->key);
    for (uint32_t n = 0; n < order->count; n++)
        (void)csm_buf_printf(&plan->key, "%s%s,", order->columns[n].descending ? "-" : "", order->columns[n].field->name);
    (void)csm_buf_printf(&plan->key, "%ssys_id", order->id_descending ? "-" : "");
    *out = csm_arena_str(plan->arena, csm_buf_str(&plan->key));
    return !plan->key.failed && out->ptr != NULL ? CSM_OK : csm_ctx_nomem(plan->ctx);
}

/* What the keys do not settle, of the first branch. */
static csm_status residual_text(csm_cursor *c, csm_str *out)
{
    csm_plan *plan = &c->plan;
    const csm_way *ways = plan->kind == CSM_PLAN_GATHER ? plan->gather_ways : plan->ways;
    csm_cover cover = { .rest = plan->spec.filter.expr };

    if (plan->branch_count > 0 && plan->kind != CSM_PLAN_SCAN && ways[0].index != NULL)
        CSM_TRY(csm_cover_make(plan, &plan->branches[0], &ways[0], NULL, 0, &cover));
    *out = csm_expr_text(plan->arena, cover.rest);
    return out->ptr != NULL ? CSM_OK : csm_ctx_nomem(plan->ctx);
}

static const char *plan_word(const csm_cursor *c, bool has_index)
{
    switch (c->plan.kind) {
    case CSM_PLAN_MERGE:
        return c->plan.branch_count > 1 || c->plan.ways[0].combos > 1 ? "merge" : "index";
    case CSM_PLAN_GATHER:
        return has_index ? "sort" : c->plan.gather_ways[0].ids != NULL ? "id" : "sort";
    default:
        return "scan";
    }
}

csm_status csm_cursor_explain(csm_ctx *ctx, csm_cursor *c, csm_value *out)
{
    csm_pair *pairs = csm_arena_array(ctx->arena, 7, sizeof(*pairs));
    csm_str index, order, residual;

    if (pairs == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(index_names(c, &index));
    CSM_TRY(order_text(c, &order));
    CSM_TRY(residual_text(c, &residual));
    pairs[0] = (csm_pair){ CSM_STR("plan"), csm_ctext(plan_word(c, index.len > 0)) };
    pairs[1] = (csm_pair){ CSM_STR("index"), index.len > 0 ? csm_text(index) : csm_nil() };
    pairs[2] = (csm_pair){ CSM_STR("branches"), csm_int(c->plan.branch_count) };
    pairs[3] = (csm_pair){ CSM_STR("residual"), residual.len > 0 ? csm_text(residual) : csm_nil() };
    pairs[4] = (csm_pair){ CSM_STR("order"), csm_text(order) };
    /* A figure that counts rows out of reach would tell that they are there. */
    pairs[5] = (csm_pair){ CSM_STR("rows_touched"), csm_caller_has_any(ctx, CSM_STR("security_admin"))
                                                        ? csm_int((int64_t)c->plan.touched) : csm_nil() };
    pairs[6] = (csm_pair){ CSM_STR("rows_returned"), csm_int((int64_t)c->returned) };
    *out = csm_map(pairs, 7);
    return CSM_OK;
}
