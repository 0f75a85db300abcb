/* Counts and figures by group. Stands on the scan: entries that agree are taken together, rows are read only where an index
 * does not tell enough. */
#include "engine/query/plan.h"

#include "base/map.h"
#include "base/str.h"

#include <stdlib.h>

#define GROUPS_DEFAULT 10000u
#define GROUP_KEY_LENGTH 200000u /* no text is cut: folding makes one of 60 000 bytes at most three times as long */
#define PARTS_MAX 8u

/* ---- counting alone ---- */

static csm_status add_times(void *user, const csm_row *row, bool made, uint64_t times)
{
    uint64_t *total = user;

    (void)row;
    (void)made;
    *total += times;
    return CSM_OK;
}

csm_status csm_query_count_rows(csm_ctx *ctx, const csm_query_spec *spec, uint64_t *out)
{
    csm_query_spec counted = *spec;
    uint64_t total = 0;
    csm_plan plan;
    csm_status st;

    counted.filter.order_count = 0;
    st = csm_plan_open(ctx, &counted, NULL, 0, &plan);
    if (st == CSM_OK)
        st = csm_scan_run(&plan, NULL, 0, add_times, &total);
    csm_plan_close(&plan);
    if (st == CSM_OK)
        *out = total;
    return st;
}

/* ---- figures ---- */

typedef struct figure {
    uint64_t count; /* values, not rows */
    int64_t whole;  /* sum of integers, millionths of decimals and amounts */
    double real;    /* sum of floats */
    csm_value edge; /* least or greatest */
    csm_str currency;
} figure;

typedef struct group {
    csm_str key;
    csm_value *values;
    uint64_t rows;
    figure *figures;
} group;

typedef struct aggregation {
    csm_plan *plan;
    const csm_aggregate_spec *spec;
    csm_strmap *by_key;
    group *last;        /* of the row before: rows of one group come in runs */
    uint32_t count, most;
    csm_buf key;
} aggregation;

static csm_status too_large(const aggregation *a, const csm_agg_figure *decl)
{
    return csm_error_field(&a->plan->ctx->err, CSM_E_LIMIT, decl->field->name, "the sum of field \"%s\" is too large",
                           decl->field->name);
}

static csm_status add_whole(const aggregation *a, const csm_agg_figure *decl, figure *f, int64_t value, uint64_t times)
{
    int64_t part;

    if (times > INT64_MAX || __builtin_mul_overflow(value, (int64_t)times, &part) ||
        __builtin_add_overflow(f->whole, part, &f->whole))
        return too_large(a, decl);
    return CSM_OK;
}

static csm_status add_money(const aggregation *a, const csm_agg_figure *decl, figure *f, csm_value value, uint64_t times)
{
    const csm_value *amount = csm_map_get(&value, "amount"), *currency = csm_map_get(&value, "currency");

    if (amount == NULL || currency == NULL)
        return CSM_OK;
    if (f->currency.len > 0 && !csm_str_eq(f->currency, currency->s))
        return csm_error_field(&a->plan->ctx->err, CSM_E_INVALID, decl->field->name,
                               "field \"%s\": amounts in %.*s and %.*s have no sum", decl->field->name,
                               CSM_STR_FMT(f->currency), CSM_STR_FMT(currency->s));
    if (f->currency.len == 0 && (f->currency = csm_arena_str(a->plan->arena, currency->s)).ptr == NULL)
        return csm_ctx_nomem(a->plan->ctx);
    return add_whole(a, decl, f, amount->i, times);
}

static csm_status add_edge(const aggregation *a, const csm_agg_figure *decl, figure *f, csm_value value)
{
    int order = f->count == 0 ? -1 : csm_field_cmp(a->plan->scratch, decl->field, value, f->edge);

    if (f->count > 0 && (decl->kind == CSM_AGG_MIN ? order >= 0 : order <= 0))
        return CSM_OK;
    return csm_value_copy(a->plan->arena, value, &f->edge) == CSM_OK ? CSM_OK : csm_ctx_nomem(a->plan->ctx);
}

static csm_status add_figure(const aggregation *a, const csm_agg_figure *decl, figure *f, const csm_row *row, uint64_t times)
{
    csm_value value;

    if (decl->field == NULL)
        return CSM_OK;
    value = csm_row_value(row, decl->field);
    if (csm_is_nil(value))
        return CSM_OK;
    if (decl->kind == CSM_AGG_MIN || decl->kind == CSM_AGG_MAX)
        CSM_TRY(add_edge(a, decl, f, value));
    else if (decl->kind != CSM_AGG_COUNT && value.type == CSM_T_MAP)
        CSM_TRY(add_money(a, decl, f, value, times));
    else if (decl->kind != CSM_AGG_COUNT && value.type == CSM_T_FLOAT)
        f->real += value.f * (double)times;
    else if (decl->kind != CSM_AGG_COUNT)
        CSM_TRY(add_whole(a, decl, f, value.i, times));
    f->count += times;
    return CSM_OK;
}

/* ---- groups ---- */

static int64_t floor_day(csm_time t)
{
    return t / CSM_DAY - (t % CSM_DAY < 0);
}

/* What rows are grouped by: the value, or the part of its date that is asked for. */
static csm_status group_value(const aggregation *a, const csm_agg_group *decl, const csm_row *row, csm_value *out)
{
    csm_value value = csm_row_value(row, decl->field);
    unsigned month, day;
    int64_t year, days;

    *out = value;
    if (decl->part == CSM_PART_NONE || csm_is_nil(value))
        return CSM_OK;
    days = value.type == CSM_T_TIME ? floor_day(value.i) : value.i;
    csm_civil_from_days(days, &year, &month, &day);
    if (decl->part == CSM_PART_YEAR)
        *out = csm_int(year);
    else if (decl->part == CSM_PART_DAY)
        *out = csm_date_value(days);
    else
        *out = csm_text(csm_arena_printf(a->plan->scratch, "%04lld-%02u", (long long)year, month));
    return out->type != CSM_T_TEXT || out->s.ptr != NULL ? CSM_OK : csm_ctx_nomem(a->plan->ctx);
}

/* A value as results show it: of an entry texts are folded, so the row is read. */
static csm_status keep_values(aggregation *a, const csm_row *row, bool made, group *g)
{
    const csm_aggregate_spec *spec = a->spec;
    bool any_text = false;
    csm_row *whole;

    for (uint32_t n = 0; n < spec->group_count; n++)
        any_text = any_text || csm_field_is_text(spec->groups[n].field);
    if (made && any_text) {
        CSM_TRY(csm_plan_row(a->plan, row->id, &whole));
        row = whole != NULL ? whole : row;
    }
    for (uint32_t n = 0; n < spec->group_count; n++) {
        csm_value value;

        CSM_TRY(group_value(a, &spec->groups[n], row, &value));
        if (csm_value_copy(a->plan->arena, value, &g->values[n]) != CSM_OK)
            return csm_ctx_nomem(a->plan->ctx);
    }
    return CSM_OK;
}

static csm_status add_group(aggregation *a, csm_str key, const csm_row *row, bool made, group **out)
{
    csm_arena *arena = a->plan->arena;
    group *g = csm_arena_zalloc(arena, sizeof(*g));

    if (a->count == a->most)
        return csm_ctx_fail(a->plan->ctx, CSM_E_LIMIT, "the result has more than %u groups", a->most);
    if (g == NULL || (g->key = csm_arena_str(arena, key)).ptr == NULL)
        return csm_ctx_nomem(a->plan->ctx);
    g->values = csm_arena_array(arena, a->spec->group_count + 1u, sizeof(*g->values));
    g->figures = csm_arena_array(arena, a->spec->figure_count + 1u, sizeof(*g->figures));
    if (g->values == NULL || g->figures == NULL || !csm_strmap_add(a->by_key, g->key, g))
        return csm_ctx_nomem(a->plan->ctx);
    if (row != NULL)
        CSM_TRY(keep_values(a, row, made, g));
    a->count++;
    *out = g;
    return CSM_OK;
}

static csm_status find_group(aggregation *a, const csm_row *row, bool made, group **out)
{
    csm_str key;

    csm_buf_clear(&a->key);
    for (uint32_t n = 0; n < a->spec->group_count; n++) {
        csm_value value;

        CSM_TRY(group_value(a, &a->spec->groups[n], row, &value));
        csm_key_add_value(&a->key, a->spec->groups[n].field, value, GROUP_KEY_LENGTH, false);
    }
    if (a->key.failed)
        return csm_ctx_nomem(a->plan->ctx);
    key = csm_buf_str(&a->key);
    if (a->last != NULL && csm_str_eq(key, a->last->key)) {
        *out = a->last;
        return CSM_OK;
    }
    *out = csm_strmap_get(a->by_key, key);
    if (*out == NULL)
        CSM_TRY(add_group(a, key, row, made, out));
    a->last = *out;
    return CSM_OK;
}

static csm_status add_row(void *user, const csm_row *row, bool made, uint64_t times)
{
    aggregation *a = user;
    group *g = NULL;

    CSM_TRY(find_group(a, row, made, &g));
    g->rows += times;
    for (uint32_t n = 0; n < a->spec->figure_count; n++)
        CSM_TRY(add_figure(a, &a->spec->figures[n], &g->figures[n], row, times));
    return CSM_OK;
}

/* ---- the answer ---- */

static csm_status money(const aggregation *a, const figure *f, int64_t amount, csm_value *out)
{
    csm_pair *pairs = csm_arena_array(a->plan->arena, 2, sizeof(*pairs));

    if (pairs == NULL)
        return csm_ctx_nomem(a->plan->ctx);
    pairs[0] = (csm_pair){ CSM_STR("amount"), csm_decimal(amount) };
    pairs[1] = (csm_pair){ CSM_STR("currency"), csm_text(f->currency) };
    *out = csm_map(pairs, 2);
    return CSM_OK;
}

/* Half away from zero. */
static int64_t divide(int64_t sum, uint64_t count)
{
    int64_t n = (int64_t)count, rest = sum % n, whole = sum / n;

    if (rest > 0 && rest >= n - rest)
        whole++;
    if (rest < 0 && -rest >= n + rest)
        whole--;
    return whole;
}

static csm_status total(const aggregation *a, const csm_agg_figure *decl, const figure *f, csm_value *out)
{
    bool mean = decl->kind == CSM_AGG_AVG;

    switch (decl->field->type) {
    case CSM_F_FLOAT:
        *out = csm_float(mean ? f->real / (double)f->count : f->real);
        return CSM_OK;
    case CSM_F_DECIMAL:
        *out = csm_decimal(mean ? divide(f->whole, f->count) : f->whole);
        return CSM_OK;
    case CSM_F_CURRENCY:
        return money(a, f, mean ? divide(f->whole, f->count) : f->whole, out);
    default:
        *out = mean ? csm_float((double)f->whole / (double)f->count) : csm_int(f->whole);
        return CSM_OK;
    }
}

static csm_status figure_value(const aggregation *a, const csm_agg_figure *decl, const group *g, const figure *f,
                               csm_value *out)
{
    *out = csm_nil();
    if (decl->kind == CSM_AGG_COUNT) {
        *out = csm_int((int64_t)(decl->field == NULL ? g->rows : f->count));
        return CSM_OK;
    }
    if (f->count == 0)
        return CSM_OK;
    if (decl->kind == CSM_AGG_SUM || decl->kind == CSM_AGG_AVG)
        return total(a, decl, f, out);
    *out = f->edge;
    return CSM_OK;
}

static csm_status row_of_group(const aggregation *a, const group *g, csm_value *out)
{
    const csm_aggregate_spec *spec = a->spec;
    uint32_t count = spec->group_count + spec->figure_count;
    csm_pair *pairs = csm_arena_array(a->plan->arena, count + 1u, sizeof(*pairs));

    if (pairs == NULL)
        return csm_ctx_nomem(a->plan->ctx);
    for (uint32_t n = 0; n < spec->group_count; n++)
        pairs[n] = (csm_pair){ csm_str_of(spec->groups[n].name), g->values[n] };
    for (uint32_t n = 0; n < spec->figure_count; n++) {
        csm_pair *pair = &pairs[spec->group_count + n];

        pair->key = csm_str_of(spec->figures[n].name);
        CSM_TRY(figure_value(a, &spec->figures[n], g, &g->figures[n], &pair->value));
    }
    *out = csm_map(pairs, count);
    return CSM_OK;
}

typedef struct sorted {
    csm_str key;
    const group *group;
} sorted;

static int cmp_sorted(const void *a, const void *b)
{
    return csm_str_cmp(((const sorted *)a)->key, ((const sorted *)b)->key);
}

struct collector {
    sorted *items;
    uint32_t count;
};

static void collect(csm_str key, void *value, void *user)
{
    struct collector *c = user;

    c->items[c->count++] = (sorted){ key, value };
}

static csm_status answer(aggregation *a, csm_value *out)
{
    struct collector all = { csm_arena_array(a->plan->arena, a->count + 1u, sizeof(sorted)), 0 };
    csm_value *rows = csm_arena_array(a->plan->arena, a->count + 1u, sizeof(*rows));

    if (all.items == NULL || rows == NULL)
        return csm_ctx_nomem(a->plan->ctx);
    csm_strmap_each(a->by_key, collect, &all);
    qsort(all.items, all.count, sizeof(*all.items), cmp_sorted);
    for (uint32_t n = 0; n < all.count; n++)
        CSM_TRY(row_of_group(a, all.items[n].group, &rows[n]));
    *out = csm_list(rows, all.count);
    return CSM_OK;
}

/* ---- the question ---- */

static bool is_summed(const csm_mfield *field)
{
    return field->type == CSM_F_INT || field->type == CSM_F_FLOAT || field->type == CSM_F_DECIMAL ||
           field->type == CSM_F_DURATION || field->type == CSM_F_CURRENCY;
}

static csm_status check_spec(csm_ctx *ctx, const csm_aggregate_spec *spec)
{
    if (spec->group_count > PARTS_MAX || spec->figure_count > PARTS_MAX)
        return csm_ctx_fail(ctx, CSM_E_LIMIT, "at most %u groups and %u figures", PARTS_MAX, PARTS_MAX);
    for (uint32_t n = 0; n < spec->group_count; n++) {
        const csm_mfield *field = spec->groups[n].field;
        bool is_day = field->type == CSM_F_TIME || field->type == CSM_F_DATE;

        if (csm_field_element(field) < 0 || field->type == CSM_F_LIST || field->type == CSM_F_CURRENCY ||
            (field->flags & CSM_HIDDEN) != 0 || (spec->groups[n].part != CSM_PART_NONE && !is_day))
            return csm_error_field(&ctx->err, CSM_E_INVALID, field->name, "field \"%s\" cannot be grouped by%s", field->name,
                                   is_day || spec->groups[n].part == CSM_PART_NONE ? "" : " a part of a date");
    }
    for (uint32_t n = 0; n < spec->figure_count; n++) {
        const csm_agg_figure *asked = &spec->figures[n];
        const csm_mfield *field = asked->field;
        bool sums = asked->kind == CSM_AGG_SUM || asked->kind == CSM_AGG_AVG;

        if (field == NULL && asked->kind != CSM_AGG_COUNT)
            return csm_ctx_fail(ctx, CSM_E_INVALID, "figure \"%s\" needs a field", asked->name);
        if (field == NULL)
            continue;
        if ((field->flags & CSM_HIDDEN) != 0 || field->type == CSM_F_JOURNAL || (sums && !is_summed(field)) ||
            ((asked->kind == CSM_AGG_MIN || asked->kind == CSM_AGG_MAX) && !csm_field_is_ordered(field)))
            return csm_error_field(&ctx->err, CSM_E_INVALID, field->name, "field \"%s\" has no such figure", field->name);
    }
    return CSM_OK;
}

static csm_status aggregate(aggregation *a)
{
    const csm_aggregate_spec *spec = a->spec;
    csm_want wants[PARTS_MAX * 2];
    uint32_t count = 0;
    group *only;

    for (uint32_t n = 0; n < spec->group_count; n++)
        wants[count++] = (csm_want){ spec->groups[n].field, false };
    for (uint32_t n = 0; n < spec->figure_count; n++)
        if (spec->figures[n].field != NULL)
            wants[count++] = (csm_want){ spec->figures[n].field, true };
    if (spec->group_count == 0) /* one row even of nothing */
        CSM_TRY(add_group(a, (csm_str){ "", 0 }, NULL, false, &only));
    if (spec->rows == NULL)
        return csm_scan_run(a->plan, wants, count, add_row, a);
    for (uint32_t n = 0; n < spec->row_count; n++)
        CSM_TRY(add_row(a, spec->rows[n], false, 1));
    return CSM_OK;
}

csm_status csm_aggregate_run(csm_ctx *ctx, const csm_aggregate_spec *spec, csm_value *out)
{
    const csm_mfield *fields[PARTS_MAX * 2];
    csm_query_spec query = spec->query;
    aggregation a = { .spec = spec, .most = spec->limit > 0 ? spec->limit : GROUPS_DEFAULT };
    uint32_t count = 0;
    csm_plan plan;
    csm_status st;

    CSM_TRY(check_spec(ctx, spec));
    for (uint32_t n = 0; n < spec->group_count; n++)
        fields[count++] = spec->groups[n].field;
    for (uint32_t n = 0; n < spec->figure_count; n++)
        if (spec->figures[n].field != NULL)
            fields[count++] = spec->figures[n].field;
    query.filter.order_count = 0;
    a.plan = &plan;
    csm_buf_init(&a.key, 0);
    a.by_key = csm_strmap_new();
    st = csm_plan_open(ctx, &query, fields, count, &plan);
    if (a.by_key == NULL)
        st = csm_ctx_nomem(ctx);
    if (st == CSM_OK)
        st = aggregate(&a);
    if (st == CSM_OK)
        st = answer(&a, out);
    csm_plan_close(&plan);
    csm_strmap_free(a.by_key);
    csm_buf_done(&a.key);
    return st;
}
