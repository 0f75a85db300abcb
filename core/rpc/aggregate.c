/* record.aggregate: groups and figures as the client names them, "having" and order over the result. */
#include "rpc/method.h"

#include "engine/record/as_of.h"

#include <stdlib.h>

#define GROUPS_MAX 8u
#define FIGURES_MAX 8u
#define HAVING_DEPTH 8u

const csm_param csm_aggregate_params[CSM_AGGREGATE_PARAMS] = {
    PARAM_TABLE,
    CSM_PARAM("query", CSM_T_TEXT, .max = 100000, .doc = "Filter as text"),
    CSM_PARAM("where", CSM_T_LIST, .max = 20000, .doc = "Filter as a tree"),
    CSM_PARAM("group", CSM_T_LIST, .max = GROUPS_MAX, .doc = "\"state\", \"opened_at:month\" (year, month, day), at most 8"),
    CSM_PARAM("figures", CSM_T_LIST, .max = FIGURES_MAX,
              .doc = "\"count\", \"sum:field\", \"avg:field\", \"min:field\", \"max:field\"; absent: count"),
    CSM_PARAM("having", CSM_T_LIST, .max = 100, .doc = "[\">=\", \"count\", 5], with \"and\", \"or\", \"not\" over groups and figures"),
    CSM_PARAM("order", CSM_T_TEXT, .max = 1000, .doc = "\"-count,state\"; absent: by the groups"),
    CSM_PARAM("limit", CSM_T_INT, .min = 1, .max = 10000, .doc = "Groups returned"),
};

static csm_status bad(csm_ctx *ctx, const char *argument, csm_str what, const char *why)
{
    return csm_error_field(&ctx->err, CSM_E_INVALID, argument, "argument \"%s\": \"%.*s\" %s", argument, CSM_STR_FMT(what), why);
}

/* ---- groups and figures ---- */

/* An unknown name is a fault of the call, as in a filter. */
static csm_status find_field(csm_ctx *ctx, const csm_mtable *table, csm_str name, const csm_mfield **out)
{
    csm_status st = csm_mtable_get_field(table, name, out, &ctx->err);

    if (st != CSM_E_NOT_FOUND)
        return st;
    ctx->err.code = CSM_E_INVALID;
    return CSM_E_INVALID;
}

static csm_status parse_group(csm_ctx *ctx, const csm_mtable *table, csm_str text, csm_agg_group *out)
{
    static const char *const parts[] = { "", "year", "month", "day" };
    csm_str rest = text, name = { 0 };
    csm_agg_group group = { 0 };

    out->name = csm_arena_cstr(ctx->arena, text);
    if (out->name == NULL)
        return csm_ctx_nomem(ctx);
    (void)csm_str_split(&rest, ':', &name);
    CSM_TRY(find_field(ctx, table, name, &group.field));
    if (rest.ptr != NULL) {
        uint32_t part = 1;

        while (part < 4 && !csm_str_is(rest, parts[part]))
            part++;
        if (part == 4 || (group.field->type != CSM_F_TIME && group.field->type != CSM_F_DATE))
            return bad(ctx, "group", text, "is no time or date with year, month or day");
        group.part = (csm_agg_part)part;
    }
    out->field = group.field;
    out->part = group.part;
    return CSM_OK;
}

static csm_status parse_figure(csm_ctx *ctx, const csm_mtable *table, csm_str text, csm_agg_figure *out)
{
    static const char *const kinds[] = { "", "count", "sum", "avg", "min", "max" };
    csm_str rest = text, name = { 0 };
    uint32_t kind = 1;

    (void)csm_str_split(&rest, ':', &name);
    while (kind < 6 && !csm_str_is(name, kinds[kind]))
        kind++;
    if (kind == 6 || (kind > CSM_AGG_COUNT && rest.ptr == NULL) || (kind == CSM_AGG_COUNT && rest.ptr != NULL))
        return bad(ctx, "figures", text, "is none of count, sum:field, avg:field, min:field, max:field");
    out->kind = (csm_agg_kind)kind;
    out->field = NULL;
    if (kind > CSM_AGG_COUNT)
        CSM_TRY(find_field(ctx, table, rest, &out->field));
    out->name = csm_arena_cstr(ctx->arena, text);
    return out->name != NULL ? CSM_OK : csm_ctx_nomem(ctx);
}

static csm_status parse_columns(csm_ctx *ctx, csm_value groups, csm_value figures, csm_aggregate_spec *spec)
{
    for (uint32_t n = 0; n < groups.count; n++)
        CSM_TRY(parse_group(ctx, spec->query.table, csm_value_text(groups.list[n]), &spec->groups[spec->group_count++]));
    for (uint32_t n = 0; n < figures.count; n++)
        CSM_TRY(parse_figure(ctx, spec->query.table, csm_value_text(figures.list[n]),
                             &spec->figures[spec->figure_count++]));
    if (spec->figure_count == 0)
        spec->figures[spec->figure_count++] = (csm_agg_figure){ .kind = CSM_AGG_COUNT, .name = "count" };
    return CSM_OK;
}

/* ---- rows of then ---- */

static bool shows(const csm_aggregate_spec *spec, const csm_past_row *past)
{
    bool all = true;

    for (uint32_t n = 0; n < spec->group_count + spec->figure_count; n++) {
        const csm_mfield *field = n < spec->group_count ? spec->groups[n].field : spec->figures[n - spec->group_count].field;
        const csm_mfield *own = field != NULL ? csm_field_in(past->row->table, field) : NULL;

        all = all && (own == NULL || own->id <= CSM_FID_MOD_COUNT || past->readable == NULL ||
                      csm_bits_has(past->readable, own->pos));
    }
    return all;
}

/* As everywhere, a row counts only where its reader may see the fields that are counted. */
static csm_status find_past(csm_ctx *ctx, csm_aggregate_spec *spec)
{
    csm_past_row *past;
    uint32_t count, kept = 0;
    csm_row **rows;
    csm_str next;

    CSM_TRY(csm_query_as_of(ctx, &spec->query, &past, &count, &next));
    rows = csm_arena_array(ctx->arena, count + 1u, sizeof(*rows));
    if (rows == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < count; n++)
        if (shows(spec, &past[n]))
            rows[kept++] = past[n].row;
    spec->rows = rows;
    spec->row_count = kept;
    return CSM_OK;
}

/* ---- comparing results ---- */

static double number_of(csm_value v)
{
    return v.type == CSM_T_FLOAT ? v.f : v.type == CSM_T_DECIMAL ? (double)v.i / 1e6 : (double)csm_value_int(v);
}

static bool is_number(csm_value v)
{
    return v.type == CSM_T_INT || v.type == CSM_T_FLOAT || v.type == CSM_T_DECIMAL;
}

/* Wire text of times and dates against theirs. */
static csm_value like(csm_value want, csm_value model)
{
    int64_t i;

    if (want.type != CSM_T_TEXT || want.s.ptr == NULL)
        return want;
    if (model.type == CSM_T_TIME && csm_time_parse(want.s, &i))
        return csm_time_value(i);
    if (model.type == CSM_T_DATE && csm_date_parse(want.s, &i))
        return csm_date_value(i);
    if (model.type == CSM_T_DECIMAL && csm_parse_decimal(want.s, &i))
        return csm_decimal(i);
    if (model.type == CSM_T_ID) {
        csm_id id;

        return csm_id_parse(want.s, &id) ? csm_id_value(id) : want;
    }
    return want;
}

static int compare(csm_value a, csm_value b)
{
    double x = number_of(a), y = number_of(b);

    if (csm_is_nil(a) || csm_is_nil(b))
        return (int)csm_is_nil(b) - (int)csm_is_nil(a);
    if (is_number(a) && is_number(b))
        return x < y ? -1 : x > y;
    if (a.type != b.type)
        return a.type < b.type ? -1 : 1;
    switch (a.type) {
    case CSM_T_TEXT: return csm_str_cmp(a.s, b.s);
    case CSM_T_ID: return memcmp(a.id.b, b.id.b, sizeof(a.id.b));
    case CSM_T_BOOL: return (int)a.b - (int)b.b;
    case CSM_T_TIME:
    case CSM_T_DATE: return a.i < b.i ? -1 : a.i > b.i;
    default: return 0;
    }
}

/* ---- having ---- */

static csm_status compare_term(csm_ctx *ctx, csm_value term, const csm_value *row, bool *out)
{
    static const char *const ops[] = { "=", "!=", "<", "<=", ">", ">=" };
    char name[128];
    const csm_value *have;
    csm_str op, key;
    uint32_t n = 0;
    int order;

    if (term.count != 3 || term.list[1].type != CSM_T_TEXT)
        return bad(ctx, "having", CSM_STR("[op, name, value]"), "is what a condition looks like");
    op = csm_value_text(term.list[0]);
    key = term.list[1].s;
    if (key.len == 0 || key.len >= sizeof(name))
        return bad(ctx, "having", key, "is no group or figure of this call");
    memcpy(name, key.ptr, key.len);
    name[key.len] = '\0';
    have = csm_map_get(row, name);
    if (have == NULL)
        return bad(ctx, "having", key, "is no group or figure of this call");
    while (n < 6 && !csm_str_is(op, ops[n]))
        n++;
    if (n == 6)
        return bad(ctx, "having", op, "is none of = != < <= > >= and or not");
    order = compare(*have, like(term.list[2], *have));
    if (csm_is_nil(*have) != csm_is_nil(term.list[2]) && n >= 2)
        *out = false; /* nothing is neither above nor below */
    else
        *out = n == 0 ? order == 0 : n == 1 ? order != 0 : n == 2 ? order < 0 : n == 3 ? order <= 0 : n == 4 ? order > 0
                                                                                                              : order >= 0;
    return CSM_OK;
}

static csm_status holds(csm_ctx *ctx, csm_value term, const csm_value *row, uint32_t depth, bool *out)
{
    csm_str op = term.type == CSM_T_LIST && term.count > 0 ? csm_value_text(term.list[0]) : (csm_str){ 0 };
    bool all = csm_str_is(op, "and"), any = csm_str_is(op, "or"), none = csm_str_is(op, "not");
    bool one, result = all;

    if (depth > HAVING_DEPTH || op.len == 0)
        return bad(ctx, "having", op, "is no condition [op, name, value]");
    if (!all && !any && !none)
        return compare_term(ctx, term, row, out);
    if (none && term.count != 2)
        return bad(ctx, "having", op, "takes one condition");
    for (uint32_t n = 1; n < term.count; n++) {
        CSM_TRY(holds(ctx, term.list[n], row, depth + 1, &one));
        result = none ? !one : all ? result && one : result || one;
    }
    *out = result;
    return CSM_OK;
}

static csm_status keep_having(csm_ctx *ctx, csm_value having, csm_value *rows, uint32_t *count)
{
    uint32_t kept = 0;

    for (uint32_t n = 0; n < *count; n++) {
        bool keep;

        CSM_TRY(holds(ctx, having, &rows[n], 0, &keep));
        if (keep)
            rows[kept++] = rows[n];
    }
    *count = kept;
    return CSM_OK;
}

/* ---- order ---- */

typedef struct sorting {
    uint32_t columns[GROUPS_MAX + FIGURES_MAX]; /* positions in each row's map: the same in all */
    bool descending[GROUPS_MAX + FIGURES_MAX];
    uint32_t count;
} sorting;

static int by_columns(const void *a, const void *b, void *user)
{
    const csm_value *x = a, *y = b;
    const sorting *sort = user;

    for (uint32_t n = 0; n < sort->count; n++) {
        int order = compare(x->map[sort->columns[n]].value, y->map[sort->columns[n]].value);

        if (order != 0)
            return sort->descending[n] ? -order : order;
    }
    return 0;
}

static csm_status sort_rows(csm_ctx *ctx, csm_str order, csm_value *rows, uint32_t count)
{
    sorting sort = { .count = 0 };
    csm_str part;

    while (count > 0 && csm_str_split(&order, ',', &part)) {
        uint32_t column = 0;

        part = csm_str_trim(part);
        if (sort.count == GROUPS_MAX + FIGURES_MAX)
            return bad(ctx, "order", part, "is one column too many");
        sort.descending[sort.count] = part.len > 0 && part.ptr[0] == '-';
        if (sort.descending[sort.count])
            part = (csm_str){ part.ptr + 1, part.len - 1 };
        while (column < rows[0].count && !csm_str_eq(rows[0].map[column].key, part))
            column++;
        if (column == rows[0].count)
            return bad(ctx, "order", part, "is no group or figure of this call");
        sort.columns[sort.count++] = column;
    }
    if (sort.count > 0)
        qsort_r(rows, count, sizeof(*rows), by_columns, &sort);
    return CSM_OK;
}

/* ---- answering ---- */

/* Labels and names of the groups, beside their raw values. */
static csm_status write_display(csm_ctx *ctx, csm_writer *w, const csm_aggregate_spec *spec, const csm_value *row)
{
    csm_row *fake = csm_row_new(ctx->arena, spec->query.table, (csm_id){ { 0 } });

    if (fake == NULL)
        return csm_ctx_nomem(ctx);
    csm_write_cstr(w, "display");
    csm_write_map(w, spec->group_count);
    for (uint32_t n = 0; n < spec->group_count; n++) {
        const csm_agg_group *group = &spec->groups[n];
        const csm_value *value = csm_map_get(row, group->name);
        csm_str text = { 0 };

        if (group->part == CSM_PART_NONE && value != NULL && !csm_is_nil(*value)) {
            fake->values[group->field->pos] = *value;
            text = csm_present_display(ctx, fake, group->field);
        }
        csm_put_str(w, group->name, text);
    }
    return CSM_OK;
}

static csm_status write_result(csm_ctx *ctx, csm_writer *w, const csm_aggregate_spec *spec, const csm_value *rows,
                               uint32_t count)
{
    csm_write_map(w, 1);
    csm_write_cstr(w, "rows");
    csm_write_list(w, count);
    for (uint32_t n = 0; n < count; n++) {
        csm_write_map(w, rows[n].count + (ctx->display ? 1u : 0u));
        for (uint32_t k = 0; k < rows[n].count; k++) {
            csm_write_text(w, rows[n].map[k].key);
            csm_write_value(w, rows[n].map[k].value);
        }
        if (ctx->display)
            CSM_TRY(write_display(ctx, w, spec, &rows[n]));
    }
    return CSM_OK;
}

csm_status csm_record_aggregate(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_aggregate_spec spec = { 0 };
    csm_value found = csm_nil(), *rows;
    uint32_t count;

    CSM_TRY(csm_find_table(ctx, in->values[0], &spec.query.table));
    if (csm_is_history_view(spec.query.table))
        return csm_error_field(&ctx->err, CSM_E_UNSUPPORTED, "table", "%s is only queried, not counted",
                               spec.query.table->name);
    CSM_TRY(csm_parse_filter(ctx, spec.query.table, in->values[1], in->values[2], csm_nil(), &spec.query.filter));
    CSM_TRY(parse_columns(ctx, in->values[3], in->values[4], &spec));
    if (ctx->as_of != 0)
        CSM_TRY(find_past(ctx, &spec));
    CSM_TRY(csm_aggregate_run(ctx, &spec, &found));
    count = found.count;
    rows = csm_arena_array(ctx->arena, count + 1u, sizeof(*rows));
    if (rows == NULL)
        return csm_ctx_nomem(ctx);
    if (count > 0)
        memcpy(rows, found.list, count * sizeof(*rows));
    if (!csm_is_nil(in->values[5]))
        CSM_TRY(keep_having(ctx, in->values[5], rows, &count));
    CSM_TRY(sort_rows(ctx, csm_value_text(in->values[6]), rows, count));
    if (!csm_is_nil(in->values[7]) && count > (uint64_t)in->values[7].i)
        count = (uint32_t)in->values[7].i;
    return write_result(ctx, csm_reply_begin(out), &spec, rows, count);
}
