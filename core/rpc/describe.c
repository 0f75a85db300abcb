/* server.describe and table.describe: everything declared, told from the registry, so that nothing is documented twice.
 * External callers learn of the methods that are theirs and of the tables and fields some scope shows them. */
#include "rpc/method.h"

static const char *const value_types[] = {
    [CSM_T_NIL] = "any",   [CSM_T_BOOL] = "bool",   [CSM_T_INT] = "int", [CSM_T_FLOAT] = "float",
    [CSM_T_TEXT] = "text", [CSM_T_BYTES] = "bytes", [CSM_T_TIME] = "time", [CSM_T_ID] = "id",
    [CSM_T_LIST] = "list", [CSM_T_MAP] = "map",     [CSM_T_DECIMAL] = "decimal", [CSM_T_DATE] = "date",
};
static const char *const field_types[] = {
    [CSM_F_TEXT] = "text",         [CSM_F_INT] = "int",       [CSM_F_FLOAT] = "float",       [CSM_F_DECIMAL] = "decimal",
    [CSM_F_BOOL] = "bool",         [CSM_F_TIME] = "time",     [CSM_F_DATE] = "date",         [CSM_F_DURATION] = "duration",
    [CSM_F_REF] = "reference",     [CSM_F_LIST] = "list",     [CSM_F_JOURNAL] = "journal",   [CSM_F_CURRENCY] = "currency",
    [CSM_F_BYTES] = "bytes",       [CSM_F_MAP] = "map",       [CSM_F_DOCUMENT] = "document", [CSM_F_CONDITION] = "condition",
    [CSM_F_ZONE] = "zone",
};

typedef struct flag_name {
    uint32_t flag;
    const char *name;
} flag_name;

static const flag_name field_flags[] = {
    { CSM_REQUIRED, "required" },   { CSM_UNIQUE, "unique" },     { CSM_READ_ONLY, "read_only" },
    { CSM_INDEXED, "indexed" },     { CSM_COMPUTED, "computed" }, { CSM_INTERNAL, "internal" },
    { CSM_NO_AUDIT, "no_audit" },   { CSM_INSERT_ONLY, "insert_only" },
};
static const flag_name table_flags[] = {
    { CSM_TABLE_NO_HISTORY, "no_history" }, { CSM_TABLE_CLOSED, "closed" }, { CSM_TABLE_ABSTRACT, "abstract" },
};
static const flag_name method_flags[] = {
    { CSM_METHOD_WRITES, "writes" }, { CSM_METHOD_SLOW, "slow" }, { CSM_METHOD_OPEN, "open" },
    { CSM_METHOD_EXTERNAL, "external" },
};
static const flag_name op_names[] = {
    { CSM_OP_READ, "read" }, { CSM_OP_CREATE, "create" }, { CSM_OP_WRITE, "write" }, { CSM_OP_DELETE, "delete" },
};
static const flag_name state_flags[] = {
    { CSM_STATE_CLOSED, "closed" }, { CSM_STATE_INITIAL, "initial" }, { CSM_STATE_INACTIVE, "inactive" },
};

#define NAMES(a) (a), (uint32_t)(sizeof(a) / sizeof((a)[0]))

static void put_flags(csm_writer *w, const char *key, uint32_t flags, const flag_name *names, uint32_t count)
{
    csm_open_list list;

    csm_write_cstr(w, key);
    list = csm_list_begin(w);
    for (uint32_t n = 0; n < count; n++)
        if ((flags & names[n].flag) != 0) {
            csm_write_cstr(w, names[n].name);
            list.count++;
        }
    csm_list_end(w, list);
}

static void put_type(csm_writer *w, const char *key, uint32_t type, const char *const *names, uint32_t count)
{
    csm_put_text(w, key, type < count ? names[type] : NULL);
}

static void put_choices(csm_ctx *ctx, csm_writer *w, const csm_mfield *field)
{
    csm_write_cstr(w, "choices");
    csm_write_list(w, field->choice_count);
    for (uint32_t n = 0; n < field->choice_count; n++) {
        const csm_choice *choice = &field->choices[n];
        bool customers = ctx->caller->is_external && choice->customer_label != NULL;

        csm_write_map(w, 3);
        csm_put_text(w, "value", choice->value);
        csm_put_text(w, "label", customers ? choice->customer_label : choice->label);
        csm_put_text(w, "depends", choice->depends);
    }
}

/* ---- methods, points ---- */

/* The field whose values an argument takes; NULL when its type says it. */
static const csm_mfield *field_of(const csm_registry *reg, const csm_param *param)
{
    const csm_mtable *table = param->field != NULL ? csm_registry_table(reg, csm_str_of(param->table)) : NULL;

    return table != NULL ? csm_mtable_field(table, csm_str_of(param->field)) : NULL;
}

static void put_params(csm_ctx *ctx, csm_writer *w, const char *key, const csm_param *params, uint32_t count)
{
    csm_write_cstr(w, key);
    csm_write_list(w, count);
    for (uint32_t n = 0; n < count; n++) {
        const csm_mfield *field = field_of(ctx->reg, &params[n]);

        csm_write_map(w, field != NULL ? 10 : 8);
        csm_put_text(w, "name", params[n].name);
        if (field != NULL) {
            put_type(w, "type", field->type, NAMES(field_types));
            csm_put_text(w, "reference", field->ref != NULL ? field->ref->name : NULL);
            put_choices(ctx, w, field);
        } else {
            put_type(w, "type", params[n].type, NAMES(value_types));
        }
        csm_put_bool(w, "required", (params[n].flags & CSM_PARAM_REQUIRED) != 0);
        csm_put_text(w, "table", params[n].table);
        csm_put_text(w, "default", params[n].dflt);
        csm_put_int(w, "min", params[n].min);
        csm_put_int(w, "max", params[n].max);
        csm_put_text(w, "doc", params[n].doc);
    }
}

static void put_method(csm_ctx *ctx, csm_writer *w, const csm_mmethod *method)
{
    const csm_method *decl = method->decl;

    csm_write_map(w, 9);
    csm_put_text(w, "name", method->name);
    csm_put_text(w, "plugin", method->plugin->id);
    put_params(ctx, w, "params", decl->params.items, decl->params.count);
    put_type(w, "returns", decl->returns, NAMES(value_types));
    csm_put_text(w, "returns_doc", decl->returns_doc);
    put_flags(w, "flags", decl->flags, NAMES(method_flags));
    csm_put_text(w, "role", decl->role);
    csm_put_int(w, "since", decl->since);
    csm_put_text(w, "doc", decl->doc);
}

/* Not for this caller. */
static bool is_hidden(const csm_ctx *ctx, const csm_mmethod *method)
{
    return ctx->caller->is_external && (method->decl->flags & (CSM_METHOD_EXTERNAL | CSM_METHOD_OPEN)) == 0;
}

static void put_methods(csm_ctx *ctx, csm_writer *w)
{
    csm_open_list list = csm_list_begin(w);

    for (uint32_t n = 0; n < ctx->reg->method_count; n++) {
        const csm_mmethod *method = &ctx->reg->methods[n];

        if (is_hidden(ctx, method))
            continue;
        put_method(ctx, w, method);
        list.count++;
    }
    csm_list_end(w, list);
}

static void put_points(csm_ctx *ctx, csm_writer *w)
{
    csm_write_list(w, ctx->reg->point_count);
    for (uint32_t n = 0; n < ctx->reg->point_count; n++) {
        const csm_mpoint *point = &ctx->reg->points[n];

        csm_write_map(w, 7);
        csm_put_text(w, "name", point->decl->name);
        csm_put_text(w, "plugin", point->plugin->id);
        put_params(ctx, w, "params", point->decl->params.items, point->decl->params.count);
        put_params(ctx, w, "returns", point->decl->returns.items, point->decl->returns.count);
        csm_put_text(w, "runs", point->decl->cardinality == CSM_REPLACE ? "first" : "all");
        csm_put_text(w, "doc", point->decl->doc);
        csm_write_cstr(w, "implementations");
        csm_write_list(w, point->impl_count);
        for (uint32_t k = 0; k < point->impl_count; k++) {
            csm_write_map(w, 3);
            csm_put_text(w, "plugin", point->impls[k].plugin->id);
            csm_put_int(w, "order", point->impls[k].decl->order);
            csm_put_text(w, "doc", point->impls[k].decl->doc);
        }
    }
}

/* ---- tables ---- */

/* Bits of fields that some scope for @p op shows the caller; false: no row at all. */
static csm_status rights_of(csm_ctx *ctx, const csm_mtable *table, uint32_t op, uint64_t *fields, bool *any)
{
    uint32_t words = csm_bits_words(table->field_count);
    csm_reach reach;

    CSM_TRY(csm_access_reach(ctx, table, op, &reach));
    *any = reach.all || reach.branch_count > 0;
    for (uint32_t n = 0; n < words; n++)
        fields[n] = reach.all ? UINT64_MAX : 0;
    for (uint32_t b = 0; b < reach.branch_count; b++)
        for (uint32_t n = 0; n < words; n++)
            fields[n] |= reach.branches[b].fields != NULL ? reach.branches[b].fields[n] : UINT64_MAX;
    return CSM_OK;
}

csm_status csm_table_rights(csm_ctx *ctx, const csm_mtable *table, uint32_t *ops, uint64_t *fields[4])
{
    uint32_t found = 0;

    for (uint32_t n = 0; n < 4; n++) {
        bool any;

        fields[n] = csm_bits_new(ctx->arena, table->field_count);
        if (fields[n] == NULL)
            return csm_ctx_nomem(ctx);
        CSM_TRY(rights_of(ctx, table, op_names[n].flag, fields[n], &any));
        found |= any ? op_names[n].flag : 0;
    }
    *ops = found;
    return CSM_OK;
}

static void put_field(csm_ctx *ctx, csm_writer *w, const csm_mfield *field, uint64_t *const rights[4])
{
    csm_write_map(w, 14);
    csm_put_text(w, "name", field->name);
    csm_put_text(w, "label", field->label);
    put_type(w, "type", field->type, NAMES(field_types));
    csm_put_text(w, "plugin", field->plugin);
    csm_put_text(w, "reference", field->ref != NULL ? field->ref->name : NULL);
    csm_put_int(w, "length", field->length);
    csm_put_int(w, "min", field->min);
    csm_put_int(w, "max", field->max);
    put_flags(w, "flags", field->flags, NAMES(field_flags));
    put_choices(ctx, w, field);
    csm_put_text(w, "depends_on", field->depends_on != NULL ? field->depends_on->name : NULL);
    csm_put_bool(w, "create", csm_bits_has(rights[1], field->pos) && csm_access_field(ctx, field, CSM_OP_WRITE) &&
                                  (field->flags & CSM_READ_ONLY) == 0);
    csm_put_bool(w, "write", csm_bits_has(rights[2], field->pos) && csm_access_field(ctx, field, CSM_OP_WRITE) &&
                                 (field->flags & (CSM_READ_ONLY | CSM_INSERT_ONLY)) == 0);
    csm_put_text(w, "doc", field->doc);
}

static void put_fields(csm_ctx *ctx, csm_writer *w, const csm_mtable *table, bool of_caller, uint64_t *const rights[4])
{
    csm_open_list list;

    csm_write_cstr(w, "fields");
    list = csm_list_begin(w);
    for (uint32_t n = 0; n < table->field_count; n++) {
        const csm_mfield *field = &table->fields[n];
        bool seen = csm_access_field(ctx, field, CSM_OP_READ) &&
                    (csm_bits_has(rights[0], n) || csm_bits_has(rights[1], n) || csm_bits_has(rights[2], n));

        if ((field->flags & CSM_HIDDEN) != 0 || (of_caller && !seen))
            continue;
        put_field(ctx, w, field, rights);
        list.count++;
    }
    csm_list_end(w, list);
}

static void put_indexes(csm_writer *w, const csm_mtable *table)
{
    csm_write_cstr(w, "indexes");
    csm_write_list(w, table->index_count);
    for (uint32_t n = 0; n < table->index_count; n++) {
        const csm_mindex *index = &table->indexes[n];

        csm_write_map(w, 3);
        csm_put_text(w, "name", index->name);
        csm_put_bool(w, "unique", index->unique);
        csm_write_cstr(w, "columns");
        csm_write_list(w, index->column_count);
        for (uint32_t k = 0; k < index->column_count; k++) {
            csm_write_map(w, 2);
            csm_put_text(w, "field", index->columns[k].field->name);
            csm_put_bool(w, "descending", index->columns[k].descending);
        }
    }
}

static void put_transition(csm_writer *w, const csm_transition *decl)
{
    csm_write_map(w, 7);
    csm_put_text(w, "name", decl->name);
    csm_put_text(w, "from", decl->from);
    csm_put_text(w, "to", decl->to);
    csm_put_text(w, "roles", decl->roles);
    csm_put_text(w, "required", decl->required);
    csm_put_text(w, "fields", decl->fields);
    csm_put_text(w, "doc", decl->doc);
}

static void put_states(csm_ctx *ctx, csm_writer *w, const csm_mtable *table)
{
    const csm_mstate_model *model = table->state_model;

    csm_write_cstr(w, "states");
    if (model == NULL || ctx->caller->is_external) {
        csm_write_nil(w);
        return;
    }
    csm_write_map(w, 4);
    csm_put_text(w, "field", model->decl->field);
    csm_put_text(w, "methods", model->decl->methods);
    csm_write_cstr(w, "states");
    csm_write_list(w, model->decl->states.count);
    for (uint32_t n = 0; n < model->decl->states.count; n++) {
        csm_write_map(w, 2);
        csm_put_text(w, "value", model->decl->states.items[n].value);
        put_flags(w, "flags", model->decl->states.items[n].flags, NAMES(state_flags));
    }
    csm_write_cstr(w, "transitions");
    csm_write_list(w, model->transition_count);
    for (uint32_t n = 0; n < model->transition_count; n++)
        put_transition(w, model->transitions[n].decl);
}

csm_status csm_describe_table(csm_ctx *ctx, csm_writer *w, const csm_mtable *table, bool of_caller)
{
    uint64_t *rights[4];
    uint32_t ops;

    CSM_TRY(csm_table_rights(ctx, table, &ops, rights));
    csm_write_map(w, 12);
    csm_put_text(w, "name", table->name);
    csm_put_text(w, "label", table->label);
    csm_put_text(w, "doc", table->doc);
    csm_put_text(w, "plugin", table->plugin);
    csm_put_text(w, "extends", table->parent != NULL ? table->parent->name : NULL);
    csm_put_text(w, "display", table->display != NULL ? table->display->name : NULL);
    csm_put_text(w, "number", table->number_prefix);
    put_flags(w, "flags", table->flags, NAMES(table_flags));
    put_flags(w, "operations", ops, NAMES(op_names));
    put_fields(ctx, w, table, of_caller, rights);
    put_indexes(w, table);
    put_states(ctx, w, table);
    return CSM_OK;
}

static csm_status put_tables(csm_ctx *ctx, csm_writer *w)
{
    bool external = ctx->caller->is_external;
    csm_open_list list = csm_list_begin(w);

    for (uint32_t n = 0; n < ctx->reg->table_count; n++) {
        const csm_mtable *table = ctx->reg->tables[n];
        csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
        uint64_t *rights[4];
        uint32_t ops = CSM_OP_READ;

        if (external)
            CSM_TRY(csm_table_rights(ctx, table, &ops, rights));
        if (ops != 0) {
            CSM_TRY(csm_describe_table(ctx, w, table, external));
            list.count++;
        }
        csm_arena_reset_to(ctx->arena, mark);
    }
    csm_list_end(w, list);
    return CSM_OK;
}

/* ---- the rest ---- */

static void put_roles(csm_ctx *ctx, csm_writer *w)
{
    csm_write_list(w, ctx->reg->role_count);
    for (uint32_t n = 0; n < ctx->reg->role_count; n++) {
        const csm_mrole *role = &ctx->reg->roles[n];

        csm_write_map(w, 4);
        csm_put_text(w, "name", role->name);
        csm_put_text(w, "plugin", role->plugin);
        csm_put_text(w, "doc", role->doc);
        csm_write_cstr(w, "contains");
        csm_write_list(w, role->contains_count);
        for (uint32_t k = 0; k < role->contains_count; k++)
            csm_write_cstr(w, role->contains[k]->name);
    }
}

static void put_errors(csm_writer *w)
{
    csm_write_list(w, CSM_STATUS_COUNT);
    for (int code = 0; code < CSM_STATUS_COUNT; code++) {
        csm_write_map(w, 3);
        csm_put_int(w, "code", code);
        csm_put_text(w, "name", csm_status_text((csm_status)code));
        csm_put_text(w, "constant", csm_status_name((csm_status)code));
    }
}

static void put_values(csm_ctx *ctx, csm_writer *w)
{
    csm_write_list(w, ctx->reg->caller_value_count);
    for (uint32_t n = 0; n < ctx->reg->caller_value_count; n++) {
        csm_write_map(w, 4);
        csm_put_text(w, "name", ctx->reg->caller_values[n].decl->name);
        put_type(w, "type", ctx->reg->caller_values[n].decl->type, NAMES(value_types));
        csm_put_text(w, "plugin", ctx->reg->caller_values[n].plugin->id);
        csm_put_text(w, "doc", ctx->reg->caller_values[n].decl->doc);
    }
}

static void put_properties(csm_ctx *ctx, csm_writer *w)
{
    csm_open_list list = csm_list_begin(w);

    for (uint32_t n = 0; n < ctx->reg->plugin_count; n++) {
        const csm_plugin *decl = ctx->reg->plugins[n].decl;

        for (uint32_t k = 0; k < decl->properties.count; k++) {
            csm_write_map(w, 5);
            csm_put_text(w, "name", decl->properties.items[k].name);
            put_type(w, "type", decl->properties.items[k].type, NAMES(value_types));
            csm_put_text(w, "default", decl->properties.items[k].dflt);
            csm_put_text(w, "plugin", ctx->reg->plugins[n].id);
            csm_put_text(w, "doc", decl->properties.items[k].doc);
            list.count++;
        }
    }
    csm_list_end(w, list);
}

static void put_jobs(csm_ctx *ctx, csm_writer *w)
{
    csm_write_list(w, ctx->reg->job_count);
    for (uint32_t n = 0; n < ctx->reg->job_count; n++) {
        csm_write_map(w, 4);
        csm_put_text(w, "name", ctx->reg->jobs[n].decl->name);
        csm_put_text(w, "plugin", ctx->reg->jobs[n].plugin->id);
        csm_put_int(w, "every_s", ctx->reg->jobs[n].decl->every_s);
        csm_put_text(w, "doc", ctx->reg->jobs[n].decl->doc);
    }
}

static void put_plugins(csm_ctx *ctx, csm_writer *w)
{
    csm_write_list(w, ctx->reg->plugin_count);
    for (uint32_t n = 0; n < ctx->reg->plugin_count; n++) {
        const csm_plugin *decl = ctx->reg->plugins[n].decl;

        csm_write_map(w, 5);
        csm_put_text(w, "id", ctx->reg->plugins[n].id);
        csm_put_text(w, "alias", decl->alias);
        csm_put_text(w, "version", decl->version);
        csm_put_text(w, "summary", decl->summary);
        csm_write_cstr(w, "depends");
        csm_write_list(w, decl->depends.count);
        for (uint32_t k = 0; k < decl->depends.count; k++)
            csm_write_cstr(w, decl->depends.items[k].plugin);
    }
}

static csm_status put_area(csm_ctx *ctx, csm_writer *w, uint32_t area)
{
    switch (area) {
    case 0: put_methods(ctx, w); return CSM_OK;
    case 1: return put_tables(ctx, w);
    case 2: put_errors(w); return CSM_OK;
    case 3: put_roles(ctx, w); return CSM_OK;
    case 4: put_values(ctx, w); return CSM_OK;
    case 5: put_points(ctx, w); return CSM_OK;
    case 6: put_properties(ctx, w); return CSM_OK;
    case 7: put_jobs(ctx, w); return CSM_OK;
    default: put_plugins(ctx, w); return CSM_OK;
    }
}

#define EXTERNAL_AREAS 3u /* the first ones are for external callers too */
static const char *const areas[] = { "methods", "tables", "errors",     "roles", "values",
                                     "points",  "properties", "jobs", "plugins" };
#define AREA_COUNT ((uint32_t)(sizeof(areas) / sizeof(areas[0])))

/* One method or one table alone, or the areas wanted. */
static csm_status describe_method(csm_ctx *ctx, csm_value name, csm_reply *out)
{
    const csm_mmethod *method = csm_registry_method(ctx->reg, csm_value_text(name));
    csm_writer *w;

    if (method == NULL || is_hidden(ctx, method))
        return csm_error_field(&ctx->err, CSM_E_NOT_FOUND, "method", "no method \"%.*s\"", CSM_STR_FMT(csm_value_text(name)));
    w = csm_reply_begin(out);
    csm_write_map(w, 1);
    csm_write_cstr(w, "methods");
    csm_write_list(w, 1);
    put_method(ctx, w, method);
    return CSM_OK;
}

static csm_status wanted_areas(csm_ctx *ctx, csm_value given, bool wanted[AREA_COUNT])
{
    uint32_t most = ctx->caller->is_external ? EXTERNAL_AREAS : AREA_COUNT;

    for (uint32_t n = 0; n < most; n++)
        wanted[n] = csm_is_nil(given);
    for (uint32_t n = 0; !csm_is_nil(given) && n < given.count; n++) {
        csm_str name = csm_value_text(given.list[n]);
        uint32_t area = 0;

        while (area < most && !csm_str_is(name, areas[area]))
            area++;
        if (area == most)
            return csm_error_field(&ctx->err, CSM_E_INVALID, "areas", "no area \"%.*s\" to describe", CSM_STR_FMT(name));
        wanted[area] = true;
    }
    return CSM_OK;
}

csm_status csm_describe(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    bool wanted[AREA_COUNT] = { false };
    uint32_t count = 0;
    csm_writer *w;

    if (!csm_is_nil(in->values[1]))
        return describe_method(ctx, in->values[1], out);
    CSM_TRY(wanted_areas(ctx, in->values[0], wanted));
    for (uint32_t n = 0; n < AREA_COUNT; n++)
        count += wanted[n];
    w = csm_reply_begin(out);
    csm_write_map(w, count);
    for (uint32_t n = 0; n < AREA_COUNT; n++)
        if (wanted[n]) {
            csm_write_cstr(w, areas[n]);
            CSM_TRY(put_area(ctx, w, n));
        }
    return CSM_OK;
}
