/* server.describe and table.describe: everything declared, told from the registry, so that nothing is documented twice.
 * External callers learn of the methods that are theirs and of the tables and fields some scope shows them. */
#include "rpc/describe.h"

static const char *const value_types[] = {
    [CSM_T_NIL] = "any",   [CSM_T_BOOL] = "bool",   [CSM_T_INT] = "int", [CSM_T_FLOAT] = "float",
    [CSM_T_TEXT] = "text", [CSM_T_BYTES] = "bytes", [CSM_T_TIME] = "time", [CSM_T_ID] = "id",
    [CSM_T_LIST] = "list", [CSM_T_MAP] = "map",     [CSM_T_DECIMAL] = "decimal", [CSM_T_DATE] = "date",
};

static const csm_flag_name method_flags[] = {
    { CSM_METHOD_WRITES, "writes" }, { CSM_METHOD_SLOW, "slow" }, { CSM_METHOD_OPEN, "open" },
    { CSM_METHOD_EXTERNAL, "external" },
};

/* ---- methods, points ---- */

/* The field whose values an argument takes; NULL when its type says it. */
static const csm_mfield *field_of(const csm_registry *reg, const csm_param *param)
{
    const csm_mtable *table = param->field != NULL ? csm_registry_table(reg, csm_str_of(param->table)) : NULL;

    return table != NULL ? csm_mtable_field(table, csm_str_of(param->field)) : NULL;
}

static csm_status put_params(csm_ctx *ctx, csm_writer *w, const char *key, const csm_param *params, uint32_t count)
{
    csm_write_cstr(w, key);
    csm_write_list(w, count);
    for (uint32_t n = 0; n < count; n++) {
        const csm_mfield *field = field_of(ctx->reg, &params[n]);
        const csm_mtable *of = params[n].table != NULL ? csm_registry_table(ctx->reg, csm_str_of(params[n].table)) : NULL;
        const char *reference, *table;

        CSM_TRY(csm_table_known_name(ctx, field != NULL ? field->ref : NULL, &reference));
        CSM_TRY(csm_table_known_name(ctx, of, &table));
        csm_write_map(w, field != NULL ? 10 : 8);
        csm_put_text(w, "name", params[n].name);
        if (field != NULL) {
            csm_put_field_type(w, "type", field->type);
            csm_put_text(w, "reference", reference);
            csm_put_choices(ctx, w, field);
        } else {
            csm_put_type(w, "type", params[n].type, CSM_NAMES(value_types));
        }
        csm_put_bool(w, "required", (params[n].flags & (CSM_PARAM_REQUIRED | CSM_PARAM_NEEDED)) != 0);
        csm_put_text(w, "table", table);
        csm_put_text(w, "default", params[n].dflt);
        csm_put_int(w, "min", params[n].min);
        csm_put_int(w, "max", params[n].max);
        csm_put_text(w, "doc", params[n].doc);
    }
    return CSM_OK;
}

static csm_status put_method(csm_ctx *ctx, csm_writer *w, const csm_mmethod *method)
{
    const csm_method *decl = method->decl;

    csm_write_map(w, 9);
    csm_put_text(w, "name", method->name);
    csm_put_text(w, "plugin", method->plugin->id);
    CSM_TRY(put_params(ctx, w, "params", decl->params.items, decl->params.count));
    csm_put_type(w, "returns", decl->returns, CSM_NAMES(value_types));
    csm_put_text(w, "returns_doc", decl->returns_doc);
    csm_put_flags(w, "flags", decl->flags, CSM_NAMES(method_flags));
    csm_put_text(w, "role", ctx->caller->is_external ? NULL : decl->role);
    csm_put_int(w, "since", decl->since);
    csm_put_text(w, "doc", decl->doc);
    return CSM_OK;
}

/* Not for this caller. */
static bool is_hidden(const csm_ctx *ctx, const csm_mmethod *method)
{
    return ctx->caller->is_external && (method->decl->flags & (CSM_METHOD_EXTERNAL | CSM_METHOD_OPEN)) == 0;
}

static csm_status put_methods(csm_ctx *ctx, csm_writer *w)
{
    csm_open_list list = csm_list_begin(w);

    for (uint32_t n = 0; n < ctx->reg->method_count; n++) {
        const csm_mmethod *method = &ctx->reg->methods[n];

        if (is_hidden(ctx, method))
            continue;
        CSM_TRY(put_method(ctx, w, method));
        list.count++;
    }
    csm_list_end(w, list);
    return CSM_OK;
}

static csm_status put_points(csm_ctx *ctx, csm_writer *w)
{
    csm_write_list(w, ctx->reg->point_count);
    for (uint32_t n = 0; n < ctx->reg->point_count; n++) {
        const csm_mpoint *point = &ctx->reg->points[n];

        csm_write_map(w, 7);
        csm_put_text(w, "name", point->decl->name);
        csm_put_text(w, "plugin", point->plugin->id);
        CSM_TRY(put_params(ctx, w, "params", point->decl->params.items, point->decl->params.count));
        CSM_TRY(put_params(ctx, w, "returns", point->decl->returns.items, point->decl->returns.count));
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
        csm_put_type(w, "type", ctx->reg->caller_values[n].decl->type, CSM_NAMES(value_types));
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
            csm_put_type(w, "type", decl->properties.items[k].type, CSM_NAMES(value_types));
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
    case 0: return put_methods(ctx, w);
    case 1: return csm_describe_tables(ctx, w);
    case 2: put_errors(w); return CSM_OK;
    case 3: put_roles(ctx, w); return CSM_OK;
    case 4: put_values(ctx, w); return CSM_OK;
    case 5: return put_points(ctx, w);
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
    return put_method(ctx, w, method);
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
