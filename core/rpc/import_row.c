/* One row of an import: cells to values, the record found or made, its steps at their times. With the caller's rights and
 * through the same write path as any write; kept times and authors are what ctx->import allows. */
#include "rpc/import.h"

#include <stdio.h>

typedef struct row_run {
    csm_ctx *ctx;
    const csm_import_map *map;
    csm_value cells;
    int64_t number;
    csm_time real_now;
    csm_import_action action;
} row_run;

static csm_status refuse(row_run *r, const char *field, const char *why, csm_str cell)
{
    return csm_error_field(&r->ctx->err, CSM_E_INVALID, field, "field \"%s\": \"%.*s\" %s", field,
                           (int)(cell.len < 60 ? cell.len : 60), cell.ptr != NULL ? cell.ptr : "", why);
}

/* ---- cells ---- */

static csm_status cell_at(row_run *r, uint32_t position, csm_str name, csm_str *out)
{
    csm_value cell = position < r->cells.count ? r->cells.list[position] : csm_nil();

    *out = (csm_str){ 0 };
    if (csm_is_nil(cell))
        return CSM_OK;
    if (cell.type != CSM_T_TEXT && cell.type != CSM_T_BYTES)
        return csm_ctx_fail(r->ctx, CSM_E_INVALID, "column \"%.*s\": a cell is text", CSM_STR_FMT(name));
    if (!csm_utf8_valid(cell.s))
        return csm_ctx_fail(r->ctx, CSM_E_INVALID, "column \"%.*s\": the cell is not valid UTF-8", CSM_STR_FMT(name));
    *out = csm_str_trim(cell.s);
    for (uint32_t n = 0; n < r->map->empty.count; n++)
        if (csm_str_eq(*out, r->map->empty.list[n].s))
            *out = (csm_str){ 0 };
    return CSM_OK;
}

static csm_status source_text(row_run *r, const csm_import_source *source, csm_str *out)
{
    csm_str text = { 0 };

    for (uint32_t n = 0; n < source->column_count; n++) {
        csm_str cell;

        CSM_TRY(cell_at(r, source->positions[n], source->columns[n], &cell));
        if (cell.len == 0)
            continue;
        text = text.len == 0 ? cell
                             : csm_arena_printf(r->ctx->arena, "%.*s%.*s%.*s", CSM_STR_FMT(text), CSM_STR_FMT(source->with),
                                                CSM_STR_FMT(cell));
        if (text.ptr == NULL)
            return csm_ctx_nomem(r->ctx);
    }
    *out = text;
    return CSM_OK;
}

/* ---- dates ---- */

static bool take_number(csm_str *s, unsigned most_digits, int64_t *out)
{
    unsigned digits = 0;

    *out = 0;
    while (digits < most_digits && s->len > 0 && s->ptr[0] >= '0' && s->ptr[0] <= '9') {
        *out = *out * 10 + (s->ptr[0] - '0');
        s->ptr++;
        s->len--;
        digits++;
    }
    return digits > 0;
}

static bool take_any(csm_str *s, const char *marks)
{
    if (s->len == 0 || strchr(marks, s->ptr[0]) == NULL)
        return false;
    s->ptr++;
    s->len--;
    return true;
}

/* "7/29/2013", "29-02-2016 01:16", "2016-02-29T01:16:05": the parts in the order named. */
static bool parse_date(csm_str s, csm_date_order order, csm_time *out)
{
    static const unsigned places[][3] = { [CSM_DATE_MDY] = { 2, 0, 1 }, [CSM_DATE_DMY] = { 2, 1, 0 }, [CSM_DATE_YMD] = { 0, 1, 2 } };
    int64_t part[3], hour = 0, minute = 0, second = 0, year, days, back_year;
    unsigned month, day;

    if (!take_number(&s, 4, &part[0]) || !take_any(&s, "/-.") || !take_number(&s, 4, &part[1]) || !take_any(&s, "/-.") ||
        !take_number(&s, 4, &part[2]))
        return false;
    if (s.len > 0 && (!take_any(&s, " T") || !take_number(&s, 2, &hour) || !take_any(&s, ":") || !take_number(&s, 2, &minute)))
        return false;
    if (s.len > 0 && (!take_any(&s, ":") || !take_number(&s, 2, &second)))
        return false;
    year = part[places[order][0]];
    if (s.len > 0 || year < 1000 || part[places[order][1]] > 12 || part[places[order][2]] > 31 || hour > 23 || minute > 59 ||
        second > 59)
        return false;
    days = csm_days_from_civil(year, (unsigned)part[places[order][1]], (unsigned)part[places[order][2]]);
    csm_civil_from_days(days, &back_year, &month, &day);
    if (month != part[places[order][1]] || day != part[places[order][2]]) /* no 30 February */
        return false;
    *out = days * CSM_DAY + hour * CSM_HOUR + minute * CSM_MINUTE + second * CSM_SECOND;
    return true;
}

/* ---- values ---- */

static csm_status eval(row_run *r, const csm_import_target *target, csm_value *out, bool *given);

static csm_status build_values(row_run *r, const csm_import_target *targets, uint32_t count, csm_value *map)
{
    for (uint32_t n = 0; n < count; n++) {
        csm_value value;
        bool given;

        CSM_TRY(eval(r, &targets[n], &value, &given));
        if (given)
            CSM_TRY(csm_map_add(r->ctx, map, targets[n].field->name, value));
    }
    return CSM_OK;
}

/* Rows where the terms hold, at most two of them. */
static csm_status find_two(row_run *r, const csm_mtable *table, const csm_expr *expr, csm_id *out, uint32_t *count)
{
    csm_query_spec spec = { .table = table, .filter = { .expr = expr }, .limit = 2 };
    csm_cursor *cursor = NULL;
    csm_row *row = NULL;
    csm_status st;

    *count = 0;
    if (expr == NULL)
        return csm_ctx_nomem(r->ctx);
    CSM_TRY(csm_cursor_open(r->ctx, &spec, &cursor));
    while ((st = csm_cursor_next(r->ctx, cursor, &row, NULL)) == CSM_OK && row != NULL) {
        *out = row->id;
        ++*count;
    }
    csm_cursor_close(cursor);
    return st;
}

static csm_status eval_find(row_run *r, const csm_import_target *target, csm_str cell, csm_value *out)
{
    const csm_import_source *source = &target->source;
    csm_value key, values = csm_nil();
    csm_row *row;
    uint32_t count;
    csm_id id;

    CSM_TRY(csm_mfield_parse(source->by, cell, r->ctx->arena, &key, &r->ctx->err));
    CSM_TRY(find_two(r, source->find, csm_expr_term(r->ctx->arena, source->by, CSM_OP_EQ, key), &id, &count));
    if (count > 1)
        return refuse(r, target->field->name, "is the key of several records", cell);
    if (count == 0 && !source->insert)
        return refuse(r, target->field->name, "is the key of no record", cell);
    if (count == 0) {
        CSM_TRY(csm_map_add(r->ctx, &values, source->by->name, key));
        CSM_TRY(build_values(r, source->with_values, source->with_count, &values));
        CSM_TRY(csm_write_insert(r->ctx, source->find, values, NULL, &row));
        id = row->id;
    }
    *out = csm_id_value(id);
    return CSM_OK;
}

/* A constant of the mapping; "$row" in a text is the row's number. */
static csm_status constant(row_run *r, csm_value value, csm_value *out)
{
    size_t at = value.type == CSM_T_TEXT ? csm_str_find(value.s, CSM_STR("$row"), 0) : SIZE_MAX;
    csm_str text;

    *out = value;
    if (at == SIZE_MAX)
        return CSM_OK;
    text = csm_arena_printf(r->ctx->arena, "%.*s%lld%.*s", (int)at, value.s.ptr, (long long)r->number,
                            (int)(value.s.len - at - 4), value.s.ptr + at + 4);
    if (text.ptr == NULL)
        return csm_ctx_nomem(r->ctx);
    *out = csm_text(text);
    return CSM_OK;
}

static csm_status eval_choice(row_run *r, const csm_import_target *target, csm_str cell, csm_value *out)
{
    const csm_import_source *source = &target->source;

    for (uint32_t n = 0; n < source->choices->count; n++)
        if (csm_str_eq(source->choices->map[n].key, cell))
            return constant(r, source->choices->map[n].value, out);
    if (source->other != NULL)
        return constant(r, *source->other, out);
    return refuse(r, target->field->name, "is none of the mapping's choices", cell);
}

static csm_status eval_cell(row_run *r, const csm_import_target *target, csm_str cell, csm_value *out)
{
    const csm_import_source *source = &target->source;
    csm_time at;

    if (source->choices != NULL)
        return eval_choice(r, target, cell, out);
    if (source->date != CSM_DATE_NONE) {
        if (!parse_date(cell, source->date, &at))
            return refuse(r, target->field->name, "is no such date", cell);
        *out = target->field->type == CSM_F_DATE ? csm_date_value(at / CSM_DAY - (at % CSM_DAY < 0)) : csm_time_value(at);
        return CSM_OK;
    }
    if (source->find != NULL)
        return eval_find(r, target, cell, out);
    if (target->field->type == CSM_F_JOURNAL) {
        *out = csm_text(cell);
        return CSM_OK;
    }
    return csm_mfield_parse(target->field, cell, r->ctx->arena, out, &r->ctx->err);
}

/* *given false: the cell is empty and there is no default, so the field is left alone. */
static csm_status eval(row_run *r, const csm_import_target *target, csm_value *out, bool *given)
{
    const csm_import_source *source = &target->source;
    csm_str cell;

    *given = true;
    if (source->column_count == 0)
        return constant(r, source->value, out);
    CSM_TRY(source_text(r, source, &cell));
    if (cell.len > 0)
        return eval_cell(r, target, cell, out);
    *given = source->has_default;
    return source->has_default ? constant(r, source->dflt, out) : CSM_OK;
}

/* ---- the record ---- */

static csm_status find_existing(row_run *r, const csm_value *values, csm_id *out, bool *found)
{
    const csm_expr *expr = NULL;
    uint32_t count;

    *found = false;
    for (uint32_t n = 0; n < r->map->coalesce_count; n++) {
        const csm_mfield *field = r->map->coalesce[n];
        const csm_value *value = csm_map_get(values, field->name);
        const csm_expr *term;
        csm_value key;

        if (value == NULL || csm_is_nil(*value))
            return refuse(r, field->name, "cannot tell which record is meant", (csm_str){ 0 });
        CSM_TRY(csm_mfield_convert(field, *value, r->ctx->arena, &key, &r->ctx->err));
        term = csm_expr_term(r->ctx->arena, field, CSM_OP_EQ, key);
        expr = term != NULL ? csm_expr_and(r->ctx->arena, expr, term) : NULL;
        if (expr == NULL)
            return csm_ctx_nomem(r->ctx);
    }
    if (expr == NULL)
        return CSM_OK;
    CSM_TRY(find_two(r, r->map->table, expr, out, &count));
    if (count > 1)
        return refuse(r, r->map->coalesce[0]->name, "is the key of several records",
                      csm_present_text(r->ctx, r->map->coalesce[0], *csm_map_get(values, r->map->coalesce[0]->name)));
    *found = count == 1;
    return CSM_OK;
}

/* Entries of journals are added once, with the record: a second run must not say everything twice. */
static csm_status without_journals(row_run *r, const csm_value *values, csm_value *out)
{
    *out = csm_nil();
    for (uint32_t n = 0; n < values->count; n++) {
        const csm_mfield *field = csm_mtable_field(r->map->table, values->map[n].key);

        if (field != NULL && field->type != CSM_F_JOURNAL)
            CSM_TRY(csm_map_add(r->ctx, out, field->name, values->map[n].value));
    }
    return CSM_OK;
}

static csm_status update_existing(row_run *r, csm_id id, const csm_value *values)
{
    csm_row *old = NULL, *now;
    csm_value rest;

    CSM_TRY(csm_row_find(r->ctx, r->map->table, id, &old));
    CSM_TRY(without_journals(r, values, &rest));
    CSM_TRY(csm_write_update(r->ctx, r->map->table, id, rest, NULL, &now));
    r->action = old != NULL && now->version == old->version ? CSM_IMPORT_UNCHANGED : CSM_IMPORT_UPDATED;
    return CSM_OK;
}

/* From here on it is @p at: never before what was, never after what is. */
static csm_status go_to(row_run *r, csm_time at)
{
    if (at > r->real_now)
        return csm_ctx_fail(r->ctx, CSM_E_INVALID, "the time a change is kept under lies ahead");
    if (at > r->ctx->now || r->ctx->now == r->real_now)
        r->ctx->now = at;
    return CSM_OK;
}

static csm_status insert_new(row_run *r, csm_value values, csm_id *out)
{
    const csm_value *created = csm_map_get(&values, "sys_created_on");
    csm_time at = r->real_now;
    csm_row *row;

    if (created != NULL && (created->type == CSM_T_TIME || (created->type == CSM_T_TEXT && csm_time_parse(created->s, &at)))) {
        at = created->type == CSM_T_TIME ? created->i : at;
        CSM_TRY(go_to(r, at));
    }
    CSM_TRY(csm_write_insert(r->ctx, r->map->table, values, NULL, &row));
    *out = row->id;
    r->action = CSM_IMPORT_INSERTED;
    return CSM_OK;
}

/* ---- steps ---- */

static bool is_one_of(csm_str cell, csm_value texts)
{
    if (texts.type == CSM_T_TEXT)
        return csm_str_eq(cell, texts.s);
    for (uint32_t n = 0; n < texts.count; n++)
        if (csm_str_eq(cell, csm_value_text(texts.list[n])))
            return true;
    return false;
}

static csm_status step_applies(row_run *r, const csm_import_step *step, bool *out)
{
    *out = true;
    for (uint32_t n = 0; n < step->condition_count && *out; n++) {
        csm_value cell = step->positions[n] < r->cells.count ? r->cells.list[step->positions[n]] : csm_nil();

        *out = is_one_of(csm_str_trim(csm_value_text(cell)), step->texts[n]);
    }
    return CSM_OK;
}

static csm_status step_time(row_run *r, const csm_import_step *step)
{
    static const csm_mfield time_field = { .name = "at", .type = CSM_F_TIME };
    csm_import_target target = { .field = &time_field, .source = step->at };
    csm_value value = csm_nil();
    bool given = false;
    csm_time at;

    if (step->at.column_count == 0 && csm_is_nil(step->at.value))
        return CSM_OK;
    CSM_TRY(eval(r, &target, &value, &given));
    if (!given)
        return CSM_OK;
    if (value.type == CSM_T_TEXT && csm_time_parse(value.s, &at))
        return go_to(r, at);
    return value.type == CSM_T_TIME ? go_to(r, value.i)
                                    : csm_ctx_fail(r->ctx, CSM_E_INVALID, "\"at\" of a step is no time");
}

static csm_status run_step(row_run *r, csm_id id, const csm_import_step *step)
{
    csm_write_options options = CSM_WRITE_OPTIONS_INIT;
    csm_value values = csm_map(NULL, 0);
    csm_row *row;
    bool applies;

    CSM_TRY(step_applies(r, step, &applies));
    if (!applies)
        return CSM_OK;
    CSM_TRY(step_time(r, step));
    CSM_TRY(build_values(r, step->fields, step->field_count, &values));
    options.transition = step->transition;
    return csm_write_update(r->ctx, r->map->table, id, values, &options, &row);
}

/* ---- the row ---- */

static csm_status run_row(csm_ctx *ctx, void *arg)
{
    row_run *r = arg;
    csm_value values = csm_map(NULL, 0);
    bool found;
    csm_id id;

    (void)ctx;
    if (r->cells.type != CSM_T_LIST)
        return csm_ctx_fail(r->ctx, CSM_E_INVALID, "a row is a list of cells");
    CSM_TRY(build_values(r, r->map->fields, r->map->field_count, &values));
    CSM_TRY(find_existing(r, &values, &id, &found));
    if (found)
        return update_existing(r, id, &values);
    CSM_TRY(insert_new(r, values, &id));
    for (uint32_t n = 0; n < r->map->step_count; n++)
        CSM_TRY(run_step(r, id, &r->map->steps[n]));
    return CSM_OK;
}

csm_status csm_import_row(csm_ctx *ctx, const csm_import_map *map, csm_value cells, int64_t number, csm_import_action *out)
{
    row_run r = { .ctx = ctx, .map = map, .cells = cells, .number = number, .real_now = ctx->now };
    csm_status st;

    ctx->import = true;
    ctx->no_rules = !map->rules;
    st = csm_write_nested(ctx, run_row, &r);
    ctx->import = false;
    ctx->no_rules = false;
    ctx->now = r.real_now;
    if (st == CSM_OK)
        *out = r.action;
    return st;
}
