/* Compiling an import's mapping: every name is looked up once, so that a typo refuses the mapping and not each row. */
#include "rpc/import.h"

#define FIELDS_MAX 500u
#define STEPS_MAX 100u
#define JOIN_MAX 20u
#define NESTING_MAX 3u

typedef struct compiling {
    csm_ctx *ctx;
    const csm_value *columns;
} compiling;

static csm_status bad(compiling *c, const char *where, const char *what)
{
    return csm_error_field(&c->ctx->err, CSM_E_INVALID, "mapping", "mapping: \"%s\": %s", where, what);
}

static csm_status check_keys(compiling *c, csm_value map, const char *where, const char *const *known, size_t count)
{
    if (map.type != CSM_T_MAP)
        return bad(c, where, "a map is wanted");
    for (uint32_t n = 0; n < map.count; n++) {
        const char *nearest = csm_str_nearest(map.map[n].key, known, count);
        size_t k = 0;

        while (k < count && !csm_str_is(map.map[n].key, known[k]))
            k++;
        if (k < count)
            continue;
        csm_error_field(&c->ctx->err, CSM_E_INVALID, "mapping", "mapping: \"%s\": unknown key \"%.*s\"", where,
                        CSM_STR_FMT(map.map[n].key));
        if (nearest != NULL)
            csm_error_hint(&c->ctx->err, "did you mean \"%s\"?", nearest);
        return CSM_E_INVALID;
    }
    return CSM_OK;
}

#define CHECK_KEYS(c, map, where, ...)                                                                          \
    do {                                                                                                        \
        static const char *const known_[] = { __VA_ARGS__ };                                                    \
        CSM_TRY(check_keys((c), (map), (where), known_, sizeof(known_) / sizeof(known_[0])));                   \
    } while (0)

/* ---- columns ---- */

static csm_status find_column(compiling *c, csm_str name, uint32_t *out)
{
    for (uint32_t n = 0; n < c->columns->count; n++)
        if (csm_str_eq(csm_value_text(c->columns->list[n]), name)) {
            *out = n;
            return CSM_OK;
        }
    return csm_error_field(&c->ctx->err, CSM_E_INVALID, "columns", "the rows have no column \"%.*s\", which the mapping names",
                           CSM_STR_FMT(name));
}

static csm_status set_columns(compiling *c, const csm_value *names, uint32_t count, csm_str **out, uint32_t **positions)
{
    *out = csm_arena_array(c->ctx->arena, count, sizeof(**out));
    *positions = c->columns != NULL ? csm_arena_array(c->ctx->arena, count, sizeof(**positions)) : NULL;
    if (*out == NULL || (c->columns != NULL && *positions == NULL))
        return csm_ctx_nomem(c->ctx);
    for (uint32_t n = 0; n < count; n++) {
        if (names[n].type != CSM_T_TEXT)
            return bad(c, "column", "a column's name is text");
        (*out)[n] = names[n].s;
        if (c->columns != NULL)
            CSM_TRY(find_column(c, names[n].s, &(*positions)[n]));
    }
    return CSM_OK;
}

/* ---- conditions ---- */

static csm_status compile_conditions(compiling *c, csm_value map, csm_import_conditions *out)
{
    csm_value *names, *texts;

    if (map.type != CSM_T_MAP || map.count > FIELDS_MAX)
        return bad(c, "if", "a map of column to text or texts is wanted");
    names = csm_arena_array(c->ctx->arena, map.count, sizeof(*names));
    texts = csm_arena_array(c->ctx->arena, map.count, sizeof(*texts));
    if (names == NULL || texts == NULL)
        return csm_ctx_nomem(c->ctx);
    for (uint32_t n = 0; n < map.count; n++) {
        names[n] = csm_text(map.map[n].key);
        texts[n] = map.map[n].value;
        if (texts[n].type != CSM_T_TEXT && texts[n].type != CSM_T_LIST)
            return bad(c, "if", "a map of column to text or texts is wanted");
    }
    out->texts = texts;
    out->count = map.count;
    return set_columns(c, names, map.count, &out->columns, &out->positions);
}

/* ---- sources ---- */

static csm_status compile_source(compiling *c, csm_value given, uint32_t depth, csm_import_source *out);

static csm_status compile_targets(compiling *c, const csm_mtable *table, csm_value map, uint32_t depth,
                                  csm_import_target **out, uint32_t *count)
{
    csm_import_target *targets;

    if (map.type != CSM_T_MAP || map.count > FIELDS_MAX)
        return bad(c, "fields", "a map of target field to source is wanted");
    targets = csm_arena_array(c->ctx->arena, map.count, sizeof(*targets));
    if (targets == NULL)
        return csm_ctx_nomem(c->ctx);
    for (uint32_t n = 0; n < map.count; n++) {
        CSM_TRY(csm_mtable_get_field(table, map.map[n].key, &targets[n].field, &c->ctx->err));
        CSM_TRY(compile_source(c, map.map[n].value, depth, &targets[n].source));
    }
    *out = targets;
    *count = map.count;
    return CSM_OK;
}

static csm_status compile_find(compiling *c, csm_value given, uint32_t depth, csm_import_source *out)
{
    const csm_value *table = csm_map_get(&given, "table"), *by = csm_map_get(&given, "by");
    const csm_value *insert = csm_map_get(&given, "insert"), *values = csm_map_get(&given, "values");

    CHECK_KEYS(c, given, "find", "table", "by", "insert", "values");
    if (depth >= NESTING_MAX)
        return bad(c, "find", "sources nest too deep");
    if (table == NULL || by == NULL)
        return bad(c, "find", "\"table\" and \"by\" are wanted");
    CSM_TRY(csm_registry_get_table(c->ctx->reg, csm_value_text(*table), &out->find, &c->ctx->err));
    CSM_TRY(csm_mtable_get_field(out->find, csm_value_text(*by), &out->by, &c->ctx->err));
    out->insert = insert != NULL && csm_value_bool(*insert);
    if (values != NULL)
        CSM_TRY(compile_targets(c, out->find, *values, depth + 1, &out->with_values, &out->with_count));
    return CSM_OK;
}

static csm_status compile_date(compiling *c, csm_value given, csm_date_order *out)
{
    static const char *const orders[] = { "", "mdy", "dmy", "ymd" };

    for (uint32_t n = 1; n < 4; n++)
        if (csm_str_is(csm_value_text(given), orders[n])) {
            *out = (csm_date_order)n;
            return CSM_OK;
        }
    return bad(c, "date", "\"mdy\", \"dmy\" or \"ymd\" is wanted");
}

static csm_status compile_cells(compiling *c, csm_value given, csm_import_source *out)
{
    const csm_value *column = csm_map_get(&given, "column"), *join = csm_map_get(&given, "join");
    const csm_value *value = csm_map_get(&given, "value"), *with = csm_map_get(&given, "with");

    if ((column != NULL) + (join != NULL) + (value != NULL) != 1)
        return bad(c, "fields", "a source has one of \"column\", \"join\", \"value\"");
    if (value != NULL) {
        out->value = *value;
        return CSM_OK;
    }
    if (join != NULL && (join->type != CSM_T_LIST || join->count == 0 || join->count > JOIN_MAX))
        return bad(c, "join", "a list of at most 20 columns is wanted");
    out->with = with != NULL ? csm_value_text(*with) : CSM_STR(" ");
    out->column_count = join != NULL ? join->count : 1;
    return set_columns(c, join != NULL ? join->list : column, out->column_count, &out->columns, &out->positions);
}

static csm_status compile_source(compiling *c, csm_value given, uint32_t depth, csm_import_source *out)
{
    const csm_value *date, *find, *dflt, *choices, *when;

    *out = (csm_import_source){ 0 };
    if (given.type == CSM_T_TEXT) {
        csm_value *name = csm_arena_copy(c->ctx->arena, &given, sizeof(given));

        if (name == NULL)
            return csm_ctx_nomem(c->ctx);
        out->column_count = 1;
        return set_columns(c, name, 1, &out->columns, &out->positions);
    }
    CHECK_KEYS(c, given, "fields", "column", "join", "with", "value", "default", "choices", "other", "date", "find",
               "if");
    CSM_TRY(compile_cells(c, given, out));
    when = csm_map_get(&given, "if");
    date = csm_map_get(&given, "date");
    find = csm_map_get(&given, "find");
    dflt = csm_map_get(&given, "default");
    choices = csm_map_get(&given, "choices");
    if (choices != NULL && choices->type != CSM_T_MAP)
        return bad(c, "choices", "a map of cell to value is wanted");
    out->choices = choices;
    out->other = csm_map_get(&given, "other");
    out->has_default = dflt != NULL;
    out->dflt = dflt != NULL ? *dflt : csm_nil();
    if (date != NULL)
        CSM_TRY(compile_date(c, *date, &out->date));
    if (find != NULL)
        CSM_TRY(compile_find(c, *find, depth, out));
    if (when != NULL)
        CSM_TRY(compile_conditions(c, *when, &out->when));
    return CSM_OK;
}

/* ---- steps ---- */

static csm_status compile_step(compiling *c, const csm_mtable *table, csm_value given, csm_import_step *out)
{
    const csm_value *conditions = csm_map_get(&given, "if"), *fields = csm_map_get(&given, "fields");
    const csm_value *transition = csm_map_get(&given, "transition"), *at = csm_map_get(&given, "at");

    CHECK_KEYS(c, given, "steps", "if", "transition", "fields", "at");
    if (conditions != NULL)
        CSM_TRY(compile_conditions(c, *conditions, &out->when));
    if (fields != NULL)
        CSM_TRY(compile_targets(c, table, *fields, 0, &out->fields, &out->field_count));
    if (at != NULL)
        CSM_TRY(compile_source(c, *at, 0, &out->at));
    if (transition == NULL)
        return CSM_OK;
    out->transition = csm_arena_cstr(c->ctx->arena, csm_value_text(*transition));
    if (out->transition == NULL)
        return csm_ctx_nomem(c->ctx);
    for (uint32_t n = 0; table->state_model != NULL && n < table->state_model->transition_count; n++)
        if (strcmp(table->state_model->transitions[n].decl->name, out->transition) == 0)
            return CSM_OK;
    return bad(c, out->transition, "the table has no such transition");
}

/* ---- the mapping ---- */

static csm_status compile_coalesce(compiling *c, csm_value list, csm_import_map *out)
{
    if (list.type != CSM_T_LIST || list.count == 0 || list.count > 8)
        return bad(c, "coalesce", "a list of 1 to 8 fields is wanted");
    out->coalesce = csm_arena_array(c->ctx->arena, list.count, sizeof(*out->coalesce));
    if (out->coalesce == NULL)
        return csm_ctx_nomem(c->ctx);
    for (uint32_t n = 0; n < list.count; n++) {
        bool mapped = false;

        CSM_TRY(csm_mtable_get_field(out->table, csm_value_text(list.list[n]), &out->coalesce[n], &c->ctx->err));
        for (uint32_t k = 0; k < out->field_count && !mapped; k++)
            mapped = out->fields[k].field == out->coalesce[n];
        if (!mapped)
            return bad(c, out->coalesce[n]->name, "a field to coalesce by is mapped too");
    }
    out->coalesce_count = list.count;
    return CSM_OK;
}

static csm_status compile_empty(compiling *c, csm_value list, csm_value *out)
{
    if (list.type != CSM_T_LIST)
        return bad(c, "empty", "a list of texts is wanted");
    for (uint32_t n = 0; n < list.count; n++)
        if (list.list[n].type != CSM_T_TEXT)
            return bad(c, "empty", "a list of texts is wanted");
    *out = list;
    return CSM_OK;
}

static csm_status compile_steps(compiling *c, csm_value list, csm_import_map *out)
{
    if (list.type != CSM_T_LIST || list.count > STEPS_MAX)
        return bad(c, "steps", "a list of at most 100 steps is wanted");
    out->steps = csm_arena_array(c->ctx->arena, list.count, sizeof(*out->steps));
    if (out->steps == NULL)
        return csm_ctx_nomem(c->ctx);
    for (uint32_t n = 0; n < list.count; n++)
        CSM_TRY(compile_step(c, out->table, list.list[n], &out->steps[n]));
    out->step_count = list.count;
    return CSM_OK;
}

static csm_status compile_replay(compiling *c, csm_value given, csm_import_map *out)
{
    const csm_value *at = csm_map_get(&given, "at"), *create = csm_map_get(&given, "create");

    CHECK_KEYS(c, given, "replay", "at", "create");
    if (at == NULL || out->coalesce_count == 0 || out->step_count > 0)
        return bad(c, "replay", "\"at\" and \"coalesce\" are wanted, and no \"steps\"");
    CSM_TRY(compile_source(c, *at, 0, &out->replay.at));
    if (create != NULL)
        CSM_TRY(compile_targets(c, out->table, *create, 0, &out->replay.create, &out->replay.create_count));
    if ((out->table->flags & CSM_TABLE_NO_HISTORY) != 0)
        return bad(c, "replay", "the table keeps no history");
    out->replay.on = true;
    return CSM_OK;
}

csm_status csm_import_compile(csm_ctx *ctx, csm_value mapping, const csm_value *columns, csm_import_map *out)
{
    compiling c = { .ctx = ctx, .columns = columns };
    const csm_value *table = csm_map_get(&mapping, "table"), *fields = csm_map_get(&mapping, "fields");
    const csm_value *coalesce = csm_map_get(&mapping, "coalesce"), *steps = csm_map_get(&mapping, "steps");
    const csm_value *rules = csm_map_get(&mapping, "rules"), *empty = csm_map_get(&mapping, "empty");
    const csm_value *replay = csm_map_get(&mapping, "replay");
    csm_import_map map = { .rules = true, .empty = csm_list(NULL, 0) };

    CHECK_KEYS(&c, mapping, "mapping", "table", "fields", "coalesce", "rules", "empty", "steps", "replay", "encoding",
               "doc");
    if (table == NULL || fields == NULL)
        return bad(&c, "mapping", "\"table\" and \"fields\" are wanted");
    CSM_TRY(csm_registry_get_table(ctx->reg, csm_value_text(*table), &map.table, &ctx->err));
    CSM_TRY(compile_targets(&c, map.table, *fields, 0, &map.fields, &map.field_count));
    if (rules != NULL && rules->type != CSM_T_BOOL)
        return bad(&c, "rules", "true or false is wanted");
    if (rules != NULL)
        map.rules = rules->b;
    if (empty != NULL)
        CSM_TRY(compile_empty(&c, *empty, &map.empty));
    if (coalesce != NULL)
        CSM_TRY(compile_coalesce(&c, *coalesce, &map));
    if (steps != NULL)
        CSM_TRY(compile_steps(&c, *steps, &map));
    if (replay != NULL)
        CSM_TRY(compile_replay(&c, *replay, &map));
    *out = map;
    return CSM_OK;
}
