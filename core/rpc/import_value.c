/* Cells of an imported row to values: texts, dates, choices, references found or made by a key. */
#include "rpc/import_run.h"

csm_status csm_import_refuse(csm_import_run *r, const char *field, const char *why, csm_str cell)
{
    return csm_error_field(&r->ctx->err, CSM_E_INVALID, field, "field \"%s\": \"%.*s\" %s", field,
                           (int)(cell.len < 60 ? cell.len : 60), cell.ptr != NULL ? cell.ptr : "", why);
}

/* ---- cells ---- */

static csm_status cell_at(csm_import_run *r, uint32_t position, csm_str name, csm_str *out)
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

static csm_status source_text(csm_import_run *r, const csm_import_source *source, csm_str *out)
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

/* ---- conditions ---- */

static bool is_one_of(csm_str cell, csm_value texts)
{
    if (texts.type == CSM_T_TEXT)
        return csm_str_eq(cell, texts.s);
    for (uint32_t n = 0; n < texts.count; n++)
        if (csm_str_eq(cell, csm_value_text(texts.list[n])))
            return true;
    return false;
}

bool csm_import_if(const csm_import_run *r, const csm_import_conditions *conditions)
{
    for (uint32_t n = 0; n < conditions->count; n++) {
        uint32_t position = conditions->positions[n];
        csm_value cell = position < r->cells.count ? r->cells.list[position] : csm_nil();

        if (!is_one_of(csm_str_trim(csm_value_text(cell)), conditions->texts[n]))
            return false;
    }
    return true;
}

/* ---- values ---- */

csm_status csm_import_values(csm_import_run *r, const csm_import_target *targets, uint32_t count, csm_value *map)
{
    for (uint32_t n = 0; n < count; n++) {
        csm_value value;
        bool given;

        CSM_TRY(csm_import_eval(r, &targets[n], &value, &given));
        if (given)
            CSM_TRY(csm_map_add(r->ctx, map, targets[n].field->name, value));
    }
    return CSM_OK;
}

/* Rows where the terms hold, at most two of them. */
csm_status csm_import_find(csm_import_run *r, const csm_mtable *table, const csm_expr *expr, csm_id *out, uint32_t *count)
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

static csm_status eval_find(csm_import_run *r, const csm_import_target *target, csm_str cell, csm_value *out)
{
    const csm_import_source *source = &target->source;
    csm_value key, values = csm_nil();
    csm_row *row;
    uint32_t count;
    csm_id id;

    CSM_TRY(csm_mfield_parse(source->by, cell, r->ctx->arena, &key, &r->ctx->err));
    CSM_TRY(csm_import_find(r, source->find, csm_expr_term(r->ctx->arena, source->by, CSM_OP_EQ, key), &id, &count));
    if (count > 1)
        return csm_import_refuse(r, target->field->name, "is the key of several records", cell);
    if (count == 0 && !source->insert)
        return csm_import_refuse(r, target->field->name, "is the key of no record", cell);
    if (count == 0) {
        CSM_TRY(csm_map_add(r->ctx, &values, source->by->name, key));
        CSM_TRY(csm_import_values(r, source->with_values, source->with_count, &values));
        CSM_TRY(csm_write_insert(r->ctx, source->find, values, NULL, &row));
        id = row->id;
    }
    *out = csm_id_value(id);
    return CSM_OK;
}

/* A constant of the mapping; "$row" in a text is the row's number. */
static csm_status constant(csm_import_run *r, csm_value value, csm_value *out)
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

static csm_status eval_choice(csm_import_run *r, const csm_import_target *target, csm_str cell, csm_value *out)
{
    const csm_import_source *source = &target->source;

    for (uint32_t n = 0; n < source->choices->count; n++)
        if (csm_str_eq(source->choices->map[n].key, cell))
            return constant(r, source->choices->map[n].value, out);
    if (source->other != NULL)
        return constant(r, *source->other, out);
    return csm_import_refuse(r, target->field->name, "is none of the mapping's choices", cell);
}

static csm_status eval_cell(csm_import_run *r, const csm_import_target *target, csm_str cell, csm_value *out)
{
    const csm_import_source *source = &target->source;
    csm_time at;

    if (source->choices != NULL)
        return eval_choice(r, target, cell, out);
    if (source->date != CSM_DATE_NONE) {
        if (!csm_time_parse_as(cell, source->date, &at))
            return csm_import_refuse(r, target->field->name, "is no such date", cell);
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

csm_status csm_import_eval(csm_import_run *r, const csm_import_target *target, csm_value *out, bool *given)
{
    const csm_import_source *source = &target->source;
    csm_str cell;

    *given = csm_import_if(r, &source->when);
    if (!*given)
        return CSM_OK;
    if (source->column_count == 0)
        return constant(r, source->value, out);
    CSM_TRY(source_text(r, source, &cell));
    if (cell.len > 0)
        return eval_cell(r, target, cell, out);
    *given = source->has_default;
    return source->has_default ? constant(r, source->dflt, out) : CSM_OK;
}

csm_status csm_import_time(csm_import_run *r, const csm_import_source *source, csm_time *out, bool *given)
{
    static const csm_mfield time_field = { .name = "at", .type = CSM_F_TIME };
    csm_import_target target = { .field = &time_field, .source = *source };
    csm_value value = csm_nil();

    CSM_TRY(csm_import_eval(r, &target, &value, given));
    if (!*given || csm_is_nil(value)) {
        *given = false;
        return CSM_OK;
    }
    if (value.type == CSM_T_TIME)
        *out = value.i;
    else if (value.type != CSM_T_TEXT || !csm_time_parse(value.s, out))
        return csm_ctx_fail(r->ctx, CSM_E_INVALID, "\"at\" is no time");
    if (*out > r->real_now)
        return csm_ctx_fail(r->ctx, CSM_E_INVALID, "the time a change is kept under lies ahead");
    return CSM_OK;
}
