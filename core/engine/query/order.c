/* Choosing the order and the way there: one index per branch that all walk the same order and are merged, or gathering
 * and sorting what a more telling index finds, or the rows themselves. */
#include "engine/query/plan.h"

#include "base/str.h"

/* ---- what was asked ---- */

bool csm_plan_shows(const csm_plan *plan, const csm_mfield *field)
{
    if (csm_sees_all(plan->ctx))
        return true;
    if (!csm_access_field(plan->ctx, field, CSM_OP_READ))
        return false;
    for (uint32_t s = 0; s < plan->source_count; s++) {
        const csm_reach *reach = &plan->sources[s].usable;
        const csm_mfield *here = csm_mtable_field_by_id(plan->sources[s].table, field->id);

        if (here == NULL)
            return false;
        for (uint32_t n = 0; !reach->all && here->id > CSM_FID_MOD_COUNT && n < reach->branch_count; n++)
            if (reach->branches[n].fields != NULL &&
                (reach->branches[n].fields[here->pos / 64] >> (here->pos % 64) & 1) == 0)
                return false;
    }
    return true;
}

/* The query's order; else the table's, as far as the caller may see its fields. */
void csm_plan_asked(const csm_plan *plan, csm_order *out)
{
    const csm_filter *filter = &plan->spec.filter;
    const csm_mtable *table = plan->spec.table;
    csm_order order = { .key_length = CSM_ORDER_KEY_LENGTH };

    const csm_mcolumn *columns = filter->order_count > 0 ? filter->order : table->order;
    uint32_t count = filter->order_count > 0 ? filter->order_count : plan->spec.any_order ? 0 : table->order_count;

    for (uint32_t n = 0; n < count && !order.by_id; n++) {
        const csm_mfield *field = columns[n].field;

        if (filter->order_count == 0 && !(csm_field_is_ordered(field) && csm_plan_shows(plan, field)))
            break;
        if (field->id != CSM_FID_SYS_ID) {
            order.columns[order.count++] = columns[n];
            continue;
        }
        order.by_id = true; /* every key ends in the id */
        order.id_descending = columns[n].descending;
    }
    order.asked = order.count;
    *out = order;
}

/* ---- orders an index offers ---- */

static uint32_t next_free(const csm_branch *branch, const csm_mindex *index, uint32_t column)
{
    while (column < index->column_count && csm_branch_fixes(branch, index->columns[column].field))
        column++;
    return column;
}

static bool is_held(const csm_branch *branch, const csm_way *way, const csm_mfield *field)
{
    for (uint32_t n = 0; n < way->equal; n++)
        if (way->index->columns[n].field->id == field->id)
            return true;
    return csm_branch_fixes(branch, field);
}

/* What was asked, then the index's further columns. False: the index does not walk what was asked. */
static bool offered(const csm_plan *plan, const csm_branch *branch, const csm_mindex *index, const csm_order *asked,
                    csm_order *out)
{
    bool reverse = false, directed = false;
    uint32_t column;
    csm_way way;

    csm_way_fit(branch, index, CSM_COMBOS_MAX, &way);
    if (way.spread)
        return false;
    *out = *asked;
    out->key_length = index->key_length;
    column = way.equal;
    for (uint32_t n = 0; n < asked->count; n++) {
        if (is_held(branch, &way, asked->columns[n].field))
            continue;
        column = next_free(branch, index, column);
        if (column == index->column_count || index->columns[column].field->id != asked->columns[n].field->id)
            return false;
        bool turned = index->columns[column].descending != asked->columns[n].descending;
        if (directed && turned != reverse)
            return false;
        reverse = turned;
        directed = true;
        column++;
    }
    if (asked->by_id)
        return next_free(branch, index, column) == index->column_count && (!directed || reverse == asked->id_descending);
    while ((column = next_free(branch, index, column)) < index->column_count) {
        const csm_mcolumn *at = &index->columns[column++];

        if (!csm_field_is_ordered(at->field) || !csm_plan_shows(plan, at->field))
            return false;
        out->columns[out->count++] = (csm_mcolumn){ at->field, at->descending != reverse };
    }
    out->id_descending = reverse;
    return true;
}

/* ---- ways ---- */

typedef struct serving {
    const csm_order *order;
    uint32_t index;  /* number of the index the order was taken from: inherited ones have the same */
    int enough;      /* its gain there: as good as any */
    uint32_t combos;
} serving;

static bool try_index(const csm_branch *branch, uint32_t position, const serving *s, csm_way *out)
{
    const csm_source *source = branch->source;
    csm_way way;

    if (source->unready != NULL && source->unready[position])
        return false;
    csm_way_fit(branch, &source->table->indexes[position], s->combos, &way);
    if (!csm_way_serves(branch, &way, s->order) || (out->index != NULL && way.gain <= out->gain))
        return false;
    *out = way;
    return true;
}

static bool best_serving(const csm_branch *branch, const serving *s, csm_way *out)
{
    const csm_mtable *table = branch->source->table;

    out->index = NULL;
    for (uint32_t n = 0; n < table->index_count; n++)
        if (table->indexes[n].id == s->index && try_index(branch, n, s, out) && out->gain >= s->enough)
            return true;
    for (uint32_t n = 0; n < table->index_count; n++)
        (void)try_index(branch, n, s, out);
    return out->index != NULL;
}

/* Ways of all branches for one order; the worst one's gain. */
static bool serve_all(const csm_plan *plan, serving s, csm_way *ways, int *gain)
{
    for (s.combos = CSM_COMBOS_MAX; s.combos > 0; s.combos /= 4) {
        uint64_t streams = 0;

        *gain = INT32_MAX;
        for (uint32_t n = 0; n < plan->branch_count; n++) {
            if (!best_serving(&plan->branches[n], &s, &ways[n]))
                return false;
            streams += ways[n].combos;
            *gain = ways[n].gain < *gain ? ways[n].gain : *gain;
        }
        if (streams <= CSM_STREAMS_MAX)
            return true;
    }
    return plan->branch_count <= CSM_STREAMS_MAX * 8;
}

static bool is_whole_family(const csm_plan *plan)
{
    uint32_t concrete = 0;

    for (uint32_t n = 0; n < plan->spec.table->descendant_count; n++)
        concrete += (plan->spec.table->descendants[n]->flags & CSM_TABLE_ABSTRACT) == 0;
    return plan->spec.table->parent == NULL && plan->source_count == concrete;
}

/* The index of the first branch with the most gain that has not been tried; false: none left. */
static bool next_index(const csm_branch *first, bool *tried, csm_way *out)
{
    const csm_source *source = first->source;
    csm_way way;

    out->index = NULL;
    for (uint32_t n = 0; n < source->table->index_count; n++) {
        if (tried[n] || (source->unready != NULL && source->unready[n]))
            continue;
        csm_way_fit(first, &source->table->indexes[n], CSM_COMBOS_MAX, &way);
        if (out->index == NULL || way.gain > out->gain)
            *out = way;
    }
    if (out->index != NULL)
        tried[out->index - source->table->indexes] = true;
    return out->index != NULL;
}

/* Tries what the indexes of the first branch offer: whatever all branches walk, one of those is it. */
static csm_status find_order(csm_plan *plan, const csm_order *asked, int *gain)
{
    const csm_branch *first = &plan->branches[0];
    csm_way *ways = csm_arena_array(plan->arena, plan->branch_count, sizeof(*ways)), way = { 0 };
    bool *tried = csm_arena_array(plan->arena, first->source->table->index_count + 1u, sizeof(*tried));
    csm_order order;
    int worst;

    if (ways == NULL || tried == NULL)
        return csm_ctx_nomem(plan->ctx);
    plan->mergeable = false;
    plan->order = *asked;
    *gain = -1;
    while (next_index(first, tried, &way) && way.gain >= *gain) { /* no order is served better than on its own branch */
        if (!offered(plan, first, way.index, asked, &order))
            continue;
        if (way.gain == *gain && order.count >= plan->order.count)
            continue;
        serving s = { &order, way.index->id, way.gain, 0 };
        if (!serve_all(plan, s, ways, &worst) || worst < *gain || (worst == *gain && order.count >= plan->order.count))
            continue;
        memcpy(plan->ways, ways, plan->branch_count * sizeof(*ways));
        plan->order = order;
        plan->mergeable = true;
        *gain = worst;
    }
    return CSM_OK;
}

/* ---- deciding ---- */

static int gather_gain(csm_plan *plan)
{
    int gain = INT32_MAX;

    for (uint32_t n = 0; n < plan->branch_count; n++) {
        csm_way_best(&plan->branches[n], CSM_FILTER_VALUES_MAX, false, &plan->gather_ways[n]);
        gain = plan->gather_ways[n].gain < gain ? plan->gather_ways[n].gain : gain;
    }
    for (uint32_t n = 0; n < plan->branch_count && gain <= 0 && is_whole_family(plan); n++)
        plan->gather_ways[n] = (csm_way){ .index = NULL }; /* rows themselves are half the work */
    return gain;
}

/* Rows themselves are in the order of their ids. */
static bool by_id_only(const csm_order *order)
{
    return order->count == 0;
}

static void decide(csm_plan *plan, int gain, bool is_given)
{
    int gathered = gather_gain(plan);
    bool free_order = plan->order.asked == 0 && !plan->order.by_id;

    if (!is_given && free_order && gain <= 0 && gathered <= 0 && is_whole_family(plan)) {
        plan->order.count = 0;
        plan->order.id_descending = false;
        plan->mergeable = false;
    }
    if (plan->mergeable && gain >= gathered) {
        plan->kind = CSM_PLAN_MERGE;
    } else if (gathered > 0) {
        plan->kind = CSM_PLAN_GATHER;
        if (free_order && !is_given) { /* no index walks all of it: by id */
            plan->order = (csm_order){ .key_length = CSM_ORDER_KEY_LENGTH };
            plan->mergeable = false;
        }
    } else if (by_id_only(&plan->order)) {
        plan->kind = CSM_PLAN_SCAN;
    } else {
        plan->kind = plan->mergeable ? CSM_PLAN_MERGE : CSM_PLAN_GATHER;
    }
}

static csm_status check_ready(csm_plan *plan, bool *ready)
{
    *ready = true;
    for (uint32_t n = 0; n < plan->branch_count; n++) {
        csm_source *source = plan->branches[n].source;
        bool merge_ready = true, gather_ready = true;

        if (plan->mergeable)
            CSM_TRY(csm_way_check(plan, source, &plan->ways[n], &merge_ready));
        if (plan->kind == CSM_PLAN_GATHER)
            CSM_TRY(csm_way_check(plan, source, &plan->gather_ways[n], &gather_ready));
        *ready = *ready && merge_ready && gather_ready;
    }
    return CSM_OK;
}

csm_status csm_plan_choose(csm_plan *plan, const csm_order *given)
{
    csm_order asked;
    bool ready = false;
    int gain = -1;

    csm_plan_asked(plan, &asked);
    plan->order = given != NULL ? *given : asked;
    plan->kind = CSM_PLAN_NOTHING;
    if (plan->branch_count == 0)
        return CSM_OK;
    plan->ways = csm_arena_array(plan->arena, plan->branch_count, sizeof(*plan->ways));
    plan->gather_ways = csm_arena_array(plan->arena, plan->branch_count, sizeof(*plan->gather_ways));
    if (plan->ways == NULL || plan->gather_ways == NULL)
        return csm_ctx_nomem(plan->ctx);
    while (!ready) { /* each turn marks at least one index as not ready */
        if (given != NULL) {
            plan->order = *given;
            plan->mergeable = serve_all(plan, (serving){ .order = given, .enough = INT32_MAX }, plan->ways, &gain);
        } else {
            CSM_TRY(find_order(plan, &asked, &gain));
        }
        decide(plan, gain, given != NULL);
        CSM_TRY(check_ready(plan, &ready));
    }
    return CSM_OK;
}

/* ---- keys of rows ---- */

csm_status csm_order_key(csm_plan *plan, const csm_row *row)
{
    const csm_order *order = &plan->order;

    csm_buf_clear(&plan->key);
    for (uint32_t n = 0; n < order->count; n++)
        csm_key_add_value(&plan->key, order->columns[n].field, csm_row_value(row, order->columns[n].field),
                          order->key_length, order->columns[n].descending);
    for (size_t n = 0; n < sizeof(row->id.b); n++)
        (void)csm_buf_add_byte(&plan->key, order->id_descending ? (uint8_t)~row->id.b[n] : row->id.b[n]);
    return plan->key.failed ? csm_ctx_nomem(plan->ctx) : CSM_OK;
}
