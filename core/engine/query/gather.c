/* When no index walks the order: what the most telling indexes find is read, tested, and sorted in memory. */
#include "engine/query/plan.h"

#include "base/str.h"

#include <stdlib.h>

#define ROOM_FIRST 256u

typedef struct gatherer {
    csm_plan *plan;
    const csm_mark *after;
    uint64_t most, met;
    const csm_branch *branch; /* the one being walked; NULL: all rows of the family */
    const csm_way *way;
    csm_gathered *items;
    uint32_t count, room;
    bool full;
} gatherer;

/* ---- keeping ---- */

static csm_status keep(gatherer *g, const csm_row *row, csm_str bytes)
{
    csm_plan *plan = g->plan;
    csm_str okey;

    CSM_TRY(csm_order_key(plan, row));
    okey = csm_buf_str(&plan->key);
    if (g->after->set && csm_str_cmp(okey, g->after->key) <= 0)
        return CSM_OK;
    if (g->count == g->room) {
        uint32_t room = g->room > 0 ? g->room * 2 : ROOM_FIRST;
        csm_gathered *items = csm_arena_alloc(plan->arena, room * sizeof(*items));

        if (items == NULL)
            return csm_ctx_nomem(plan->ctx);
        if (g->count > 0)
            memcpy(items, g->items, g->count * sizeof(*items));
        g->items = items;
        g->room = room;
    }
    okey = csm_arena_str(plan->arena, okey);
    if (okey.ptr == NULL)
        return csm_ctx_nomem(plan->ctx);
    g->items[g->count++] = (csm_gathered){ okey, row->id, plan->ctx->txn == NULL ? bytes : (csm_str){ 0 } };
    return CSM_OK;
}

static csm_status consider(gatherer *g, csm_id id, csm_str bytes)
{
    csm_plan *plan = g->plan;
    const csm_source *source;
    csm_row *row;
    bool match;

    CSM_TRY(csm_plan_decode(plan, id, bytes, &row));
    source = row != NULL ? csm_plan_source(plan, row->table) : NULL;
    if (source == NULL)
        return CSM_OK;
    CSM_TRY(csm_plan_test(plan, source, row, &match));
    return match ? keep(g, row, bytes) : CSM_OK;
}

/* Counts one more; false when there are too many. */
static bool has_room(gatherer *g)
{
    g->full = ++g->met > g->most;
    return !g->full;
}

/* ---- finding ---- */

static csm_status consider_id(gatherer *g, csm_id id)
{
    csm_arena_mark mark = csm_arena_get_mark(g->plan->scratch);
    csm_str bytes;
    csm_status st = csm_plan_bytes(g->plan, id, &bytes);

    if (st == CSM_OK && bytes.ptr != NULL)
        st = consider(g, id, bytes);
    csm_arena_reset_to(g->plan->scratch, mark);
    return st;
}

static csm_status walk_range(void *user, const csm_keys *keys, csm_str prefix, const csm_operand *const *chosen)
{
    gatherer *g = user;
    csm_ctx *ctx = g->plan->ctx;
    csm_range range = { CSM_DB_INDEX, keys->from, keys->to, false };
    csm_arena *scratch = g->plan->scratch;
    csm_arena_mark mark = csm_arena_get_mark(scratch);
    csm_status st = CSM_OK;
    csm_iter *iter;

    (void)prefix;
    (void)chosen;
    if (g->full)
        return CSM_OK;
    CSM_TRY(csm_iter_open(scratch, ctx->view, &range, &iter, &ctx->err));
    while (st == CSM_OK) {
        csm_str key, value;
        csm_id id;
        bool has;

        st = csm_iter_next(iter, &key, &value, &has, &ctx->err);
        if (st != CSM_OK || !has || !has_room(g))
            break;
        st = csm_plan_touch(g->plan);
        if (st == CSM_OK) {
            memcpy(id.b, key.ptr + key.len - sizeof(id.b), sizeof(id.b));
            st = consider_id(g, id);
        }
    }
    csm_iter_close(iter);
    csm_arena_reset_to(scratch, mark);
    return st;
}

static csm_status walk_ids(gatherer *g)
{
    const csm_hold *ids = g->way->ids;

    for (uint32_t n = 0; n < ids->point_count; n++) {
        if (ids->points[n].value.type != CSM_T_ID)
            continue;
        if (!has_room(g))
            return CSM_OK;
        CSM_TRY(consider_id(g, ids->points[n].value.id));
    }
    return CSM_OK;
}

static csm_status walk_rows(gatherer *g)
{
    csm_plan *plan = g->plan;
    csm_mark none = { .set = false };
    csm_plan_kind kind = plan->kind;
    csm_merge *merge;
    csm_candidate at;
    csm_status st;
    bool has = true;

    plan->kind = CSM_PLAN_SCAN; /* its stream of rows, in whatever order */
    st = csm_merge_open(plan, &none, &merge);
    plan->kind = kind;
    CSM_TRY(st);
    while (st == CSM_OK) {
        csm_arena_mark mark = csm_arena_get_mark(plan->scratch);

        st = csm_merge_next(plan, merge, &at, &has);
        if (st != CSM_OK || !has || !has_room(g))
            break;
        st = consider(g, at.id, at.bytes);
        csm_arena_reset_to(plan->scratch, mark);
    }
    csm_merge_close(merge);
    return st;
}

/* An earlier branch holds the same ids: their rows have been tested for every source. */
static bool ids_done(const csm_plan *plan, uint32_t branch)
{
    const csm_hold *ids = plan->gather_ways[branch].ids;

    for (uint32_t n = 0; n < branch; n++) {
        const csm_hold *other = plan->gather_ways[n].ids;
        bool same = other != NULL && other->point_count == ids->point_count;

        for (uint32_t k = 0; same && k < ids->point_count; k++)
            same = csm_value_eq(other->points[k].value, ids->points[k].value);
        if (same)
            return true;
    }
    return false;
}

static csm_status walk_branches(gatherer *g)
{
    csm_plan *plan = g->plan;

    for (uint32_t n = 0; n < plan->branch_count; n++)
        if (plan->gather_ways[n].index == NULL && plan->gather_ways[n].ids == NULL)
            return walk_rows(g);
    for (uint32_t n = 0; n < plan->branch_count && !g->full; n++) {
        g->branch = &plan->branches[n];
        g->way = &plan->gather_ways[n];
        if (g->way->ids == NULL)
            CSM_TRY(csm_way_ranges(plan, g->branch, g->way, walk_range, g));
        else if (!ids_done(plan, n))
            CSM_TRY(walk_ids(g));
    }
    return CSM_OK;
}

/* ---- sorting ---- */

static int cmp_gathered(const void *a, const void *b)
{
    return csm_str_cmp(((const csm_gathered *)a)->okey, ((const csm_gathered *)b)->okey);
}

csm_status csm_gather(csm_plan *plan, const csm_mark *after, uint64_t most, csm_gathered **out, uint32_t *count, bool *full)
{
    gatherer g = { .plan = plan, .after = after, .most = most };
    csm_arena *rows = plan->rows;
    uint32_t kept = 0;
    csm_status st;

    plan->rows = plan->scratch;
    st = walk_branches(&g);
    plan->rows = rows;
    CSM_TRY(st);
    *full = g.full;
    if (g.full)
        return CSM_OK;
    if (g.count > 1)
        qsort(g.items, g.count, sizeof(*g.items), cmp_gathered);
    for (uint32_t n = 0; n < g.count; n++) /* order keys end in the id: equal ones are one row */
        if (kept == 0 || cmp_gathered(&g.items[n], &g.items[kept - 1]) != 0)
            g.items[kept++] = g.items[n];
    *out = g.items;
    *count = kept;
    return CSM_OK;
}
