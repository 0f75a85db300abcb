/* Which index walks a branch: leading columns held to points, the next held to a range, and what order comes out. */
#include "engine/query/plan.h"

static uint32_t log2_of(uint64_t n)
{
    uint32_t log = 0;

    while (n > 1) {
        n = (n + 1) / 2;
        log++;
    }
    return log;
}

/* ---- gain ---- */

/* log2 of how many different values a field is likely to have. No statistics: rows are tested whatever is guessed here. */
static uint32_t field_bits(const csm_mfield *field)
{
    if (field->choice_count > 0)
        return 2;
    switch (field->type) {
    case CSM_F_BOOL:
        return 1;
    case CSM_F_REF:
    case CSM_F_LIST:
    case CSM_F_DOCUMENT:
    case CSM_F_TEXT:
        return 10;
    case CSM_F_CONDITION:
    case CSM_F_ZONE:
        return 4;
    default:
        return 8;
    }
}

static int points_gain(const csm_hold *hold)
{
    bool is_empty = hold->point_count == 1 && csm_is_nil(hold->points[0].value);
    uint32_t bits = is_empty ? 2 : field_bits(hold->field), used = log2_of(hold->point_count);

    return bits > used ? (int)(bits - used) : 0;
}

/* ---- fitting ---- */

static bool is_listed(const csm_mindex *index, uint32_t from)
{
    for (uint32_t n = from; n < index->column_count; n++)
        if (index->columns[n].field->type == CSM_F_LIST)
            return true;
    return false;
}

void csm_way_fit(const csm_branch *branch, const csm_mindex *index, uint32_t combos, csm_way *out)
{
    csm_way way = { .index = index, .combos = 1 };
    const csm_hold *hold = NULL;

    while (way.equal < index->column_count) {
        hold = csm_branch_hold(branch, index->columns[way.equal].field);
        if (hold == NULL || hold->points == NULL || (uint64_t)way.combos * hold->point_count > combos)
            break;
        way.combos *= hold->point_count;
        way.gain += points_gain(hold);
        way.equal++;
        hold = NULL;
    }
    if (hold != NULL && hold->range_bits > 0 && hold->field->type != CSM_F_LIST) {
        way.ranged = true;
        way.gain += (int)(hold->range_bits < 8 ? hold->range_bits : 8);
    }
    if (index->unique && way.equal == index->column_count && way.gain < 40)
        way.gain = 40 - (int)log2_of(way.combos);
    way.spread = is_listed(index, way.equal);
    *out = way;
}

static bool is_unready(const csm_source *source, uint32_t position)
{
    return source->unready != NULL && source->unready[position];
}

static bool is_better(const csm_way *way, const csm_way *than)
{
    if (way->gain != than->gain)
        return way->gain > than->gain;
    return than->index == NULL || way->index->column_count - way->equal < than->index->column_count - than->equal;
}

void csm_way_best(const csm_branch *branch, uint32_t combos, bool whole, csm_way *out)
{
    const csm_mtable *table = branch->source->table;
    const csm_hold *ids = csm_branch_hold(branch, table->by_id[CSM_FID_SYS_ID]);
    csm_way best = { .gain = -1 }, way;

    for (uint32_t n = 0; n < table->index_count; n++) {
        if (is_unready(branch->source, n))
            continue;
        csm_way_fit(branch, &table->indexes[n], combos, &way);
        if (!(whole && way.spread) && is_better(&way, &best))
            best = way;
    }
    if (ids != NULL && ids->points != NULL && 50 - (int)log2_of(ids->point_count) > best.gain)
        best = (csm_way){ .ids = ids, .combos = ids->point_count, .gain = 50 - (int)log2_of(ids->point_count) };
    if (best.index == NULL && best.ids == NULL)
        best.gain = 0;
    *out = best;
}

/* ---- order ---- */

bool csm_branch_fixes(const csm_branch *branch, const csm_mfield *field)
{
    const csm_hold *hold = csm_branch_hold(branch, field);

    return hold != NULL && hold->points != NULL && hold->point_count == 1 && field->type != CSM_F_LIST;
}

/* Among the columns held to points? */
static bool in_prefix(const csm_way *way, const csm_mfield *field)
{
    for (uint32_t n = 0; n < way->equal; n++)
        if (way->index->columns[n].field->id == field->id)
            return true;
    return false;
}

static uint32_t skip_fixed(const csm_branch *branch, const csm_way *way, uint32_t column)
{
    while (column < way->index->column_count && csm_branch_fixes(branch, way->index->columns[column].field))
        column++;
    return column;
}

static void set_plain(csm_way *way, const csm_order *order)
{
    uint32_t next = way->equal;
    bool walking = false;

    way->plain = true;
    for (uint32_t n = 0; n < order->count; n++) {
        if (way->map[n] == CSM_FIXED_COLUMN) {
            way->plain = way->plain && !walking;
            continue;
        }
        walking = true;
        way->plain = way->plain && way->map[n] == next;
        next++;
    }
    way->plain = way->plain && next == way->index->column_count;
}

bool csm_way_serves(const csm_branch *branch, csm_way *way, const csm_order *order)
{
    uint32_t column = way->equal;
    bool directed = false, reverse = order->id_descending;

    if (way->index == NULL || way->spread)
        return false;
    for (uint32_t n = 0; n < order->count; n++) {
        const csm_mcolumn *asked = &order->columns[n];

        way->map[n] = CSM_FIXED_COLUMN;
        if (csm_branch_fixes(branch, asked->field) || in_prefix(way, asked->field))
            continue;
        column = skip_fixed(branch, way, column);
        if (column == way->index->column_count || way->index->columns[column].field->id != asked->field->id)
            return false;
        bool turned = way->index->columns[column].descending != asked->descending;
        if ((directed && turned != reverse) || turned != order->id_descending ||
            (csm_field_is_text(asked->field) && way->index->key_length != order->key_length))
            return false;
        reverse = turned;
        directed = true;
        way->map[n] = column++;
    }
    if (skip_fixed(branch, way, column) != way->index->column_count)
        return false;
    way->reverse = reverse;
    set_plain(way, order);
    return true;
}

/* ---- readiness ---- */

csm_status csm_way_check(csm_plan *plan, csm_source *source, const csm_way *way, bool *ready)
{
    *ready = true;
    if (way->index == NULL)
        return CSM_OK;
    CSM_TRY(csm_index_is_ready(plan->ctx, source->table, way->index, ready));
    if (*ready)
        return CSM_OK;
    if (source->unready == NULL)
        source->unready = csm_arena_array(plan->arena, source->table->index_count, sizeof(bool));
    if (source->unready == NULL)
        return csm_ctx_nomem(plan->ctx);
    source->unready[way->index - source->table->indexes] = true;
    return CSM_OK;
}
