/* Rows plugins ship: roles, containment, properties, seeds, demo. Their ids are made from names, so that the same row has
 * the same id in every store. Each is written once: a mark in meta stays when an administrator deletes the row. */
#include "engine/record/activate.h"
#include "engine/record/call.h"
#include "engine/record/write.h"
#include "engine/rule/change.h"

#include <stdio.h>

/* ---- once ---- */

static csm_status is_marked(csm_ctx *ctx, csm_str mark, bool *out)
{
    csm_str bytes;
    csm_status st = csm_view_get(ctx->view, CSM_DB_META, mark, &bytes, &ctx->err);

    *out = st == CSM_OK;
    return st == CSM_E_NOT_FOUND ? CSM_OK : st;
}

/* Writes the row unless it was written before. @p name makes the id and the mark. */
static csm_status ship(csm_ctx *ctx, const csm_mtable *table, csm_str name, csm_value values)
{
    csm_write_options options = CSM_WRITE_OPTIONS_INIT;
    csm_str mark = csm_arena_printf(ctx->arena, "seed:%.*s", CSM_STR_FMT(name));
    csm_row *row;
    bool marked;

    if (mark.ptr == NULL)
        return csm_ctx_nomem(ctx);
    if (mark.len > 300)
        return csm_ctx_fail(ctx, CSM_E_LIMIT, "the name of shipped row \"%.*s\" is too long", CSM_STR_FMT(name));
    CSM_TRY(is_marked(ctx, mark, &marked));
    if (marked)
        return CSM_OK;
    options.id = csm_id_of_text(name);
    CSM_TRY(csm_row_find(ctx, table, options.id, &row));
    if (row == NULL)
        CSM_TRY(csm_write_insert(ctx, table, values, &options, NULL));
    return csm_txn_put(ctx->txn, CSM_DB_META, mark, CSM_STR("1"), &ctx->err);
}

/* ---- roles and properties ---- */

static csm_str role_name(csm_ctx *ctx, const char *role)
{
    return csm_arena_printf(ctx->arena, "role/%s", role);
}

/* Declared elevated is elevated for good: also in a store from before, also when an administrator took the mark away. */
static csm_status elevate(csm_ctx *ctx, const csm_mtable *table, csm_str name)
{
    const csm_mfield *field = csm_mtable_field(table, CSM_STR("elevated_privilege"));
    csm_row *row;

    if (field == NULL)
        return CSM_OK;
    CSM_TRY(csm_row_find(ctx, table, csm_id_of_text(name), &row));
    if (row == NULL || csm_value_bool(csm_row_get(row, field)))
        return CSM_OK;
    return csm_write_one_field(ctx, table, row->id, field, csm_bool(true));
}

static csm_status ship_role(csm_ctx *ctx, const csm_mtable *table, const csm_mrole *role)
{
    csm_pair values[] = {
        { CSM_STR_INIT("name"), csm_ctext(role->name) },
        { CSM_STR_INIT("description"), role->doc != NULL ? csm_ctext(role->doc) : csm_nil() },
    };
    csm_str name = role_name(ctx, role->name);

    if (name.ptr == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(ship(ctx, table, name, csm_map(values, 2)));
    return role->elevated ? elevate(ctx, table, name) : CSM_OK;
}

static csm_status ship_containment(csm_ctx *ctx, const csm_mtable *table, const csm_mrole *role, const csm_mrole *contained)
{
    csm_str from = role_name(ctx, role->name), to = role_name(ctx, contained->name);
    csm_str name = csm_arena_printf(ctx->arena, "contains/%s/%s", role->name, contained->name);
    csm_pair values[2];

    if (from.ptr == NULL || to.ptr == NULL || name.ptr == NULL)
        return csm_ctx_nomem(ctx);
    values[0] = (csm_pair){ CSM_STR("role"), csm_id_value(csm_id_of_text(from)) };
    values[1] = (csm_pair){ CSM_STR("contains"), csm_id_value(csm_id_of_text(to)) };
    return ship(ctx, table, name, csm_map(values, 2));
}

static csm_status ship_roles(csm_ctx *ctx)
{
    const csm_mtable *roles = csm_registry_table(ctx->reg, CSM_STR("sys_user_role"));
    const csm_mtable *contains = csm_registry_table(ctx->reg, CSM_STR("sys_user_role_contains"));

    if (roles == NULL || contains == NULL)
        return CSM_OK;
    for (uint32_t n = 0; n < ctx->reg->role_count; n++)
        CSM_TRY(ship_role(ctx, roles, &ctx->reg->roles[n]));
    for (uint32_t n = 0; n < ctx->reg->role_count; n++)
        for (uint32_t k = 0; k < ctx->reg->roles[n].contains_count; k++)
            CSM_TRY(ship_containment(ctx, contains, &ctx->reg->roles[n], ctx->reg->roles[n].contains[k]));
    return CSM_OK;
}

static const char *type_name(uint32_t type)
{
    return type == CSM_T_BOOL ? "boolean" : type == CSM_T_INT ? "integer" : "string";
}

static csm_status ship_property(csm_ctx *ctx, const csm_mtable *table, const csm_property *property)
{
    csm_pair values[] = {
        { CSM_STR_INIT("name"), csm_ctext(property->name) },
        { CSM_STR_INIT("value"), property->dflt != NULL ? csm_ctext(property->dflt) : csm_nil() },
        { CSM_STR_INIT("type"), csm_ctext(type_name(property->type)) },
        { CSM_STR_INIT("description"), property->doc != NULL ? csm_ctext(property->doc) : csm_nil() },
    };
    csm_str name = csm_arena_printf(ctx->arena, "property/%s", property->name);

    return name.ptr != NULL ? ship(ctx, table, name, csm_map(values, 4)) : csm_ctx_nomem(ctx);
}

/* ---- seeds ---- */

static csm_str seed_name(csm_ctx *ctx, const csm_mplugin *plugin, csm_str table, csm_str key)
{
    return csm_arena_printf(ctx->arena, "%s/%.*s/%.*s", plugin->id, CSM_STR_FMT(table), CSM_STR_FMT(key));
}

static bool has_seed(const csm_mplugin *plugin, csm_str table, csm_str key)
{
    for (uint32_t n = 0; n < plugin->decl->seeds.count; n++)
        if (csm_str_is(table, plugin->decl->seeds.items[n].table) && csm_str_is(key, plugin->decl->seeds.items[n].key))
            return true;
    for (uint32_t n = 0; n < plugin->decl->demo.count; n++)
        if (csm_str_is(table, plugin->decl->demo.items[n].table) && csm_str_is(key, plugin->decl->demo.items[n].key))
            return true;
    return false;
}

/* The plugin's own row of that key, else another's. Roles and properties go by their names. */
static csm_status key_id(csm_ctx *ctx, const csm_mplugin *self, csm_str table, csm_str key, csm_id *out)
{
    const csm_mplugin *owner = has_seed(self, table, key) ? self : NULL;
    csm_str name = { 0 };

    for (uint32_t n = 0; n < ctx->reg->plugin_count && owner == NULL; n++)
        if (has_seed(&ctx->reg->plugins[n], table, key))
            owner = &ctx->reg->plugins[n];
    if (owner != NULL)
        name = seed_name(ctx, owner, table, key);
    else if (csm_str_is(table, "sys_user_role"))
        name = csm_arena_printf(ctx->arena, "role/%.*s", CSM_STR_FMT(key));
    else if (csm_str_is(table, "sys_properties"))
        name = csm_arena_printf(ctx->arena, "property/%.*s", CSM_STR_FMT(key));
    else
        return csm_ctx_fail(ctx, CSM_E_INVALID, "no plugin ships a row \"%.*s\" of %.*s", CSM_STR_FMT(key), CSM_STR_FMT(table));
    if (name.ptr == NULL)
        return csm_ctx_nomem(ctx);
    *out = csm_id_of_text(name);
    return CSM_OK;
}

static csm_status key_value(csm_ctx *ctx, const csm_mplugin *plugin, const csm_assign *assign, csm_value *out)
{
    csm_value *items;
    csm_id id;

    CSM_TRY(key_id(ctx, plugin, assign->key_table, assign->key, &id));
    *out = csm_id_value(id);
    if (assign->field->type == CSM_F_REF)
        return CSM_OK;
    items = csm_arena_array(ctx->arena, 2, sizeof(*items));
    if (items == NULL)
        return csm_ctx_nomem(ctx);
    if (assign->field->type == CSM_F_LIST) {
        items[0] = *out;
        *out = csm_list(items, 1);
    } else {
        items[0] = csm_text(assign->key_table);
        items[1] = *out;
        *out = csm_list(items, 2);
    }
    return CSM_OK;
}

/* Several keys for one list field add up. */
static csm_status add_pair(csm_ctx *ctx, csm_pair *pairs, uint32_t *count, const csm_mfield *field, csm_value value)
{
    for (uint32_t n = 0; n < *count; n++) {
        csm_value before = pairs[n].value, *items;

        if (!csm_str_is(pairs[n].key, field->name))
            continue;
        if (field->type != CSM_F_LIST || before.type != CSM_T_LIST || value.type != CSM_T_LIST) {
            pairs[n].value = value;
            return CSM_OK;
        }
        items = csm_arena_array(ctx->arena, (size_t)before.count + value.count, sizeof(*items));
        if (items == NULL)
            return csm_ctx_nomem(ctx);
        memcpy(items, before.list, before.count * sizeof(*items));
        memcpy(items + before.count, value.list, value.count * sizeof(*items));
        pairs[n].value = csm_list(items, before.count + value.count);
        return CSM_OK;
    }
    pairs[(*count)++] = (csm_pair){ csm_str_of(field->name), value };
    return CSM_OK;
}

static csm_status seed_values(csm_ctx *ctx, const csm_mplugin *plugin, const csm_seed *seed, const csm_mtable *table,
                              csm_value *out)
{
    csm_assign_list list;
    uint32_t count = 0;
    csm_pair *pairs;

    CSM_TRY(csm_assign_parse(table, csm_str_of(seed->values), ctx->arena, &list, &ctx->err));
    pairs = csm_arena_array(ctx->arena, list.count, sizeof(*pairs));
    if (pairs == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < list.count; n++) {
        const csm_assign *assign = &list.items[n];
        csm_value value;

        if (assign->kind == CSM_ASSIGN_KEY)
            CSM_TRY(key_value(ctx, plugin, assign, &value));
        else
            value = csm_assign_value(ctx, assign);
        CSM_TRY(add_pair(ctx, pairs, &count, assign->field, value));
    }
    *out = csm_map(pairs, count);
    return CSM_OK;
}

/* Says which seed of which plugin it was. */
static csm_status name_seed(csm_ctx *ctx, const csm_mplugin *plugin, const csm_seed *seed, csm_status st)
{
    csm_str why;

    if (st == CSM_OK)
        return CSM_OK;
    why = csm_arena_str(ctx->arena, csm_str_of(ctx->err.message));
    csm_ctx_fail(ctx, st, "plugin %s, row \"%s\" of %s: %.*s", plugin->id, seed->key, seed->table, CSM_STR_FMT(why));
    snprintf(ctx->err.plugin, sizeof(ctx->err.plugin), "%s", plugin->id);
    return st;
}

static csm_status ship_seed(csm_ctx *ctx, const csm_mplugin *plugin, const csm_seed *seed)
{
    csm_str name = seed_name(ctx, plugin, csm_str_of(seed->table), csm_str_of(seed->key)), mark;
    const csm_mtable *table;
    csm_value values;
    bool marked;

    mark = csm_arena_printf(ctx->arena, "seed:%.*s", CSM_STR_FMT(name));
    if (name.ptr == NULL || mark.ptr == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(is_marked(ctx, mark, &marked));
    if (marked)
        return CSM_OK;
    CSM_TRY(csm_registry_get_table(ctx->reg, csm_str_of(seed->table), &table, &ctx->err));
    CSM_TRY(seed_values(ctx, plugin, seed, table, &values));
    return ship(ctx, table, name, values);
}

static csm_status ship_plugin(csm_ctx *ctx, const csm_mplugin *plugin)
{
    const csm_mtable *properties = csm_registry_table(ctx->reg, CSM_STR("sys_properties"));

    for (uint32_t n = 0; n < plugin->decl->properties.count && properties != NULL; n++)
        CSM_TRY(ship_property(ctx, properties, &plugin->decl->properties.items[n]));
    for (uint32_t n = 0; n < plugin->decl->seeds.count; n++)
        CSM_TRY(name_seed(ctx, plugin, &plugin->decl->seeds.items[n], ship_seed(ctx, plugin, &plugin->decl->seeds.items[n])));
    return CSM_OK;
}

csm_status csm_seeds_write(csm_ctx *ctx)
{
    CSM_TRY(ship_roles(ctx));
    for (uint32_t n = 0; n < ctx->reg->plugin_count; n++)
        CSM_TRY(ship_plugin(ctx, &ctx->reg->plugins[n]));
    return CSM_OK;
}

/* ---- demo ---- */

static csm_status put_demo(csm_ctx *ctx, const csm_mplugin *plugin, const csm_seed *seed, const csm_mtable *table, csm_id id)
{
    csm_write_options options = CSM_WRITE_OPTIONS_INIT;
    csm_value values;
    csm_row *row;

    CSM_TRY(seed_values(ctx, plugin, seed, table, &values));
    CSM_TRY(csm_row_find(ctx, table, id, &row));
    options.id = id;
    if (row == NULL)
        return csm_write_insert(ctx, table, values, &options, NULL);
    return csm_write_update(ctx, table, id, values, NULL, NULL);
}

static csm_status write_demo(csm_ctx *ctx, const csm_mplugin *plugin, const csm_seed *seed, bool remove)
{
    csm_str name = seed_name(ctx, plugin, csm_str_of(seed->table), csm_str_of(seed->key));
    const csm_mtable *table;
    csm_status st;

    if (name.ptr == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_registry_get_table(ctx->reg, csm_str_of(seed->table), &table, &ctx->err));
    if (!remove)
        return put_demo(ctx, plugin, seed, table, csm_id_of_text(name));
    st = csm_write_delete(ctx, table, csm_id_of_text(name), NULL);
    if (st != CSM_E_NOT_FOUND)
        return st;
    csm_error_clear(&ctx->err);
    return CSM_OK;
}

csm_status csm_demo_write(csm_ctx *ctx, const csm_mplugin *plugin, bool remove)
{
    uint32_t count = plugin->decl->demo.count;

    for (uint32_t n = 0; n < count; n++) {
        const csm_seed *seed = &plugin->decl->demo.items[remove ? count - 1 - n : n];

        CSM_TRY(name_seed(ctx, plugin, seed, write_demo(ctx, plugin, seed, remove)));
    }
    return CSM_OK;
}
