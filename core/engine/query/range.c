/* From points and ranges of values to ranges of keys. */
#include "engine/query/plan.h"

#include "base/str.h"

#include <stdlib.h>

csm_str csm_range_after(csm_arena *arena, csm_str prefix)
{
    uint8_t buf[CSM_KEY_MAX];
    csm_str none = { 0 };

    return prefix.len <= CSM_KEY_MAX ? csm_arena_str(arena, csm_key_after(prefix, buf)) : none;
}

/* ---- points ---- */

typedef struct point {
    csm_str bytes;
    const csm_operand *operand;
} point;

typedef struct combos {
    csm_plan *plan;
    const csm_branch *branch;
    const csm_way *way;
    csm_range_fn each;
    void *user;
    point *points[CSM_INDEX_COLUMNS_MAX];
    uint32_t counts[CSM_INDEX_COLUMNS_MAX];
    const csm_operand *chosen[CSM_INDEX_COLUMNS_MAX];
    csm_buf key;
} combos;

static int cmp_point(const void *a, const void *b)
{
    return csm_str_cmp(((const point *)a)->bytes, ((const point *)b)->bytes);
}

static csm_status encode(csm_plan *plan, const csm_mindex *index, uint32_t column, csm_value value, csm_str *out)
{
    const csm_mcolumn *at = &index->columns[column];

    csm_buf_clear(&plan->key);
    csm_key_add_value(&plan->key, at->field, value, index->key_length, at->descending);
    if (plan->key.failed)
        return csm_ctx_nomem(plan->ctx);
    *out = csm_arena_str(plan->arena, csm_buf_str(&plan->key));
    return out->ptr != NULL ? CSM_OK : csm_ctx_nomem(plan->ctx);
}

/* Points of a column as bytes, sorted, each once: texts that differ only in case or beyond the cut are one. */
static csm_status column_points(combos *c, uint32_t column)
{
    const csm_hold *hold = csm_branch_hold(c->branch, c->way->index->columns[column].field);
    point *points = csm_arena_array(c->plan->arena, hold->point_count, sizeof(*points));
    uint32_t kept = 0;

    if (points == NULL)
        return csm_ctx_nomem(c->plan->ctx);
    for (uint32_t n = 0; n < hold->point_count; n++) {
        points[n].operand = &hold->points[n];
        CSM_TRY(encode(c->plan, c->way->index, column, hold->points[n].value, &points[n].bytes));
    }
    if (hold->point_count > 1)
        qsort(points, hold->point_count, sizeof(*points), cmp_point);
    for (uint32_t n = 0; n < hold->point_count; n++)
        if (kept == 0 || cmp_point(&points[n], &points[kept - 1]) != 0)
            points[kept++] = points[n];
    c->points[column] = points;
    c->counts[column] = kept;
    return CSM_OK;
}

/* ---- the range of the column after them ---- */

typedef struct bound {
    csm_str bytes;  /* of the column; ptr NULL = no bound */
    bool inclusive;
} bound;

static csm_status text_front(combos *c, uint32_t column, csm_value value, csm_str *out)
{
    CSM_TRY(encode(c->plan, c->way->index, column, value, out));
    out->len--; /* the end byte: the text goes on */
    return CSM_OK;
}

/* A text that fills its column: longer ones that begin with it have the same key. */
static bool is_full(const csm_mindex *index, const csm_mcolumn *column, csm_str bytes)
{
    return csm_field_is_text(column->field) && bytes.len >= (size_t)index->key_length + 2;
}

bool csm_key_is_full(csm_plan *plan, const csm_mindex *index, uint32_t column, csm_value value)
{
    const csm_mcolumn *at = &index->columns[column];

    if (!csm_field_is_text(at->field))
        return csm_key_is_cut(at->field, value, index->key_length);
    csm_buf_clear(&plan->key);
    csm_key_add_value(&plan->key, at->field, value, index->key_length, at->descending);
    return plan->key.failed || is_full(index, at, csm_buf_str(&plan->key));
}

/* Lower and upper bound a condition sets. Where a text fills its column, both ends take it in and rows decide. */
static csm_status bounds_of(combos *c, uint32_t column, const csm_cond *cond, bound *low, bound *high)
{
    const csm_mindex *index = c->way->index;
    const csm_mcolumn *at = &index->columns[column];
    bound any = { { at->descending ? "\xfe" : "\x01", 1 }, true }; /* every value that is not empty */

    *low = *high = any;
    if (cond->range == CSM_OP_STARTS) {
        if (cond->from->folded.len > 0)
            CSM_TRY(text_front(c, column, cond->from->value, &low->bytes));
        *high = *low;
        return CSM_OK;
    }
    if (cond->from != NULL) {
        CSM_TRY(encode(c->plan, index, column, cond->from->value, &low->bytes));
        low->inclusive = cond->range != CSM_OP_GT || is_full(index, at, low->bytes);
    }
    if (cond->to != NULL) {
        CSM_TRY(encode(c->plan, index, column, cond->to->value, &high->bytes));
        high->inclusive = cond->range != CSM_OP_LT || is_full(index, at, high->bytes);
    }
    return CSM_OK;
}

/* prefix + bytes, or the first key after all that begin with it. */
static csm_status edge(combos *c, csm_str prefix, csm_str bytes, bool after, csm_str *out)
{
    csm_buf_clear(&c->plan->key);
    (void)csm_buf_add(&c->plan->key, prefix.ptr, prefix.len);
    (void)csm_buf_add(&c->plan->key, bytes.ptr, bytes.len);
    if (c->plan->key.failed)
        return csm_ctx_nomem(c->plan->ctx);
    *out = after ? csm_range_after(c->plan->arena, csm_buf_str(&c->plan->key))
                 : csm_arena_str(c->plan->arena, csm_buf_str(&c->plan->key));
    return out->ptr != NULL ? CSM_OK : csm_ctx_nomem(c->plan->ctx);
}

static csm_status narrow(combos *c, csm_str prefix, const csm_cond *cond, csm_keys *keys)
{
    uint32_t column = c->way->equal;
    csm_str from, to;
    bound low, high;

    CSM_TRY(bounds_of(c, column, cond, &low, &high));
    if (c->way->index->columns[column].descending) { /* turned bytes: the high bound comes first */
        bound turned = low;
        low = high;
        high = turned;
    }
    CSM_TRY(edge(c, prefix, low.bytes, !low.inclusive, &from));
    CSM_TRY(edge(c, prefix, high.bytes, high.inclusive, &to));
    if (csm_str_cmp(from, keys->from) > 0)
        keys->from = from;
    if (csm_str_cmp(to, keys->to) < 0)
        keys->to = to;
    return CSM_OK;
}

static bool is_id_range(const csm_cond *cond)
{
    return cond->field != NULL && cond->field->id == CSM_FID_SYS_ID && cond->range != 0 && cond->range != CSM_OP_NOT_EMPTY;
}

/* With all columns held, keys go on with the record id. */
static csm_status narrow_id(combos *c, csm_str prefix, const csm_cond *cond, csm_keys *keys)
{
    csm_str from = keys->from, to = keys->to;

    if (cond->from != NULL && cond->from->value.type == CSM_T_ID)
        CSM_TRY(edge(c, prefix, (csm_str){ (const char *)cond->from->value.id.b, sizeof(csm_id) },
                     cond->range == CSM_OP_GT, &from));
    if (cond->to != NULL && cond->to->value.type == CSM_T_ID)
        CSM_TRY(edge(c, prefix, (csm_str){ (const char *)cond->to->value.id.b, sizeof(csm_id) },
                     cond->range != CSM_OP_LT, &to));
    if (csm_str_cmp(from, keys->from) > 0)
        keys->from = from;
    if (csm_str_cmp(to, keys->to) < 0)
        keys->to = to;
    return CSM_OK;
}

static csm_status emit(combos *c)
{
    csm_str prefix = csm_arena_str(c->plan->arena, csm_buf_str(&c->key));
    csm_keys keys = { prefix, { 0 } };

    if (prefix.ptr == NULL)
        return csm_ctx_nomem(c->plan->ctx);
    keys.to = csm_range_after(c->plan->arena, prefix);
    if (keys.to.ptr == NULL)
        return csm_ctx_nomem(c->plan->ctx);
    for (uint32_t n = 0; c->way->ranged && n < c->branch->cond_count; n++) {
        const csm_cond *cond = &c->branch->conds[n];

        if (cond->range != 0 && cond->field->id == c->way->index->columns[c->way->equal].field->id)
            CSM_TRY(narrow(c, prefix, cond, &keys));
    }
    for (uint32_t n = 0; c->way->equal == c->way->index->column_count && n < c->branch->cond_count; n++)
        if (is_id_range(&c->branch->conds[n]))
            CSM_TRY(narrow_id(c, prefix, &c->branch->conds[n], &keys));
    if (csm_str_cmp(keys.from, keys.to) >= 0)
        return CSM_OK;
    return c->each(c->user, &keys, prefix, c->chosen);
}

static csm_status combine(combos *c, uint32_t column)
{
    size_t len = c->key.len;

    if (column == c->way->equal)
        return emit(c);
    for (uint32_t n = 0; n < c->counts[column]; n++) {
        const point *at = &c->points[column][n];

        c->chosen[column] = at->operand;
        if (!csm_buf_add(&c->key, at->bytes.ptr, at->bytes.len))
            return csm_ctx_nomem(c->plan->ctx);
        CSM_TRY(combine(c, column + 1));
        c->key.len = len;
    }
    return CSM_OK;
}

csm_status csm_way_ranges(csm_plan *plan, const csm_branch *branch, const csm_way *way, csm_range_fn each, void *user)
{
    combos c = { .plan = plan, .branch = branch, .way = way, .each = each, .user = user };
    csm_status st = CSM_OK;

    csm_buf_init(&c.key, 0);
    csm_key_add_index(&c.key, branch->source->table, way->index);
    for (uint32_t n = 0; st == CSM_OK && n < way->equal; n++)
        st = column_points(&c, n);
    if (st == CSM_OK && c.key.failed)
        st = csm_ctx_nomem(plan->ctx);
    if (st == CSM_OK)
        st = combine(&c, 0);
    csm_buf_done(&c.key);
    return st;
}
