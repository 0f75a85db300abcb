/* Caller values: lists computed from who asks, used as "@name" in declared filters. Kept with the caller, that is only
 * while nothing they came from changed; within a transaction that has written they are computed afresh. */
#include "engine/access/caller.h"

typedef csm_status (*own_fn)(csm_ctx *ctx, csm_value *out);

static csm_status one(csm_ctx *ctx, csm_value value, csm_value *out)
{
    csm_value *item = csm_arena_alloc(ctx->arena, sizeof(*item));

    if (item == NULL)
        return csm_ctx_nomem(ctx);
    *item = value;
    *out = csm_list(item, csm_is_nil(value) ? 0 : 1);
    return CSM_OK;
}

static csm_status me(csm_ctx *ctx, csm_value *out)
{
    return one(ctx, csm_id_is_none(ctx->caller->user) ? csm_nil() : csm_id_value(ctx->caller->user), out);
}

static csm_status my_name(csm_ctx *ctx, csm_value *out)
{
    return one(ctx, csm_text(ctx->caller->user_name), out);
}

static csm_status now(csm_ctx *ctx, csm_value *out)
{
    return one(ctx, csm_time_value(ctx->now), out);
}

static csm_status today(csm_ctx *ctx, csm_value *out)
{
    return one(ctx, csm_date_value(ctx->now / CSM_DAY), out);
}

static csm_status my_roles(csm_ctx *ctx, csm_value *out)
{
    const csm_registry *reg = ctx->reg;
    csm_value *items = csm_arena_array(ctx->arena, reg->role_count + 1u, sizeof(*items));
    uint32_t count = 0;

    if (items == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < reg->role_count; n++)
        if (csm_caller_has(ctx->caller, &reg->roles[n]))
            items[count++] = csm_ctext(reg->roles[n].name);
    *out = csm_list(items, count);
    return CSM_OK;
}

#define GROUPS_MAX 1000u

static csm_status my_groups(csm_ctx *ctx, csm_value *out)
{
    csm_query_spec spec = { 0 };
    const csm_mfield *user, *group;
    csm_cursor *cursor = NULL;
    csm_row *row = NULL;
    csm_value *items = csm_arena_array(ctx->arena, GROUPS_MAX, sizeof(*items));
    uint32_t count = 0;
    csm_status st;

    if (items == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_registry_get_table(ctx->reg, CSM_STR("sys_user_grmember"), &spec.table, &ctx->err));
    CSM_TRY(csm_mtable_get_field(spec.table, CSM_STR("user"), &user, &ctx->err));
    CSM_TRY(csm_mtable_get_field(spec.table, CSM_STR("group"), &group, &ctx->err));
    spec.filter.expr = csm_expr_term(ctx->arena, user, CSM_OP_EQ, csm_id_value(ctx->caller->user));
    if (spec.filter.expr == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_cursor_open(ctx, &spec, &cursor));
    while ((st = csm_cursor_next(ctx, cursor, &row, NULL)) == CSM_OK && row != NULL && count < GROUPS_MAX)
        items[count++] = csm_row_get(row, group);
    csm_cursor_close(cursor);
    *out = csm_list(items, count);
    return st;
}

static const struct own_value {
    const char *name;
    csm_type type;
    own_fn run;
} own_values[] = {
    { "me", CSM_T_ID, me },           { "my_name", CSM_T_TEXT, my_name }, { "my_groups", CSM_T_ID, my_groups },
    { "my_roles", CSM_T_TEXT, my_roles }, { "now", CSM_T_TIME, now },     { "today", CSM_T_DATE, today },
};

static const struct own_value *find_own(csm_str name)
{
    for (size_t n = 0; n < sizeof(own_values) / sizeof(own_values[0]); n++)
        if (csm_str_is(name, own_values[n].name))
            return &own_values[n];
    return NULL;
}

static const struct csm_mvalue *find_declared(const csm_registry *reg, csm_str name, uint32_t *position)
{
    for (uint32_t n = 0; n < reg->caller_value_count; n++)
        if (csm_str_is(name, reg->caller_values[n].decl->name)) {
            *position = n;
            return &reg->caller_values[n];
        }
    return NULL;
}

int csm_caller_value_type(const csm_registry *reg, csm_str name)
{
    const struct own_value *own = find_own(name);
    uint32_t position;
    const struct csm_mvalue *declared = find_declared(reg, name, &position);

    if (own != NULL)
        return (int)own->type;
    return declared != NULL ? (int)declared->decl->type : -1;
}

/* Runs the plugin's function with the plugin's rights and checks what comes back. */
static csm_status compute(csm_ctx *ctx, const struct csm_mvalue *value, csm_value *out)
{
    const csm_mplugin *plugin = ctx->plugin;
    csm_value list = csm_nil();
    csm_status st;

    ctx->plugin = value->plugin;
    csm_ctx_enter_system(ctx);
    csm_ctx_note(ctx, value->plugin, value->decl->name);
    st = value->decl->run(ctx, ctx->caller->user, &list);
    csm_ctx_note(ctx, plugin, ctx->hook);
    csm_ctx_leave_system(ctx);
    ctx->plugin = plugin;
    if (st != CSM_OK)
        return st;
    if (list.type != CSM_T_LIST)
        return csm_ctx_fail(ctx, CSM_E_INTERNAL, "caller value \"%s\" of plugin %s is no list", value->decl->name,
                            value->plugin->id);
    for (uint32_t n = 0; n < list.count; n++)
        if (list.list[n].type != value->decl->type)
            return csm_ctx_fail(ctx, CSM_E_INTERNAL, "caller value \"%s\" of plugin %s holds an element of another type",
                                value->decl->name, value->plugin->id);
    *out = list;
    return CSM_OK;
}

csm_status csm_caller_value_get(csm_ctx *ctx, csm_str name, csm_value *out_list)
{
    csm_caller *caller = ctx->caller;
    const struct own_value *own = find_own(name);
    const struct csm_mvalue *declared;
    uint32_t position;
    bool keep = ctx->txn == NULL || csm_txn_entries(ctx->txn) == 0;

    if (own != NULL) {
        csm_status st;

        csm_ctx_enter_system(ctx);
        st = own->run(ctx, out_list);
        csm_ctx_leave_system(ctx);
        return st;
    }
    declared = find_declared(ctx->reg, name, &position);
    if (declared == NULL)
        return csm_ctx_fail(ctx, CSM_E_INTERNAL, "no caller value \"%.*s\"", CSM_STR_FMT(name));
    if (caller->arena == NULL || csm_id_is_none(caller->user)) {
        *out_list = csm_list(NULL, 0); /* system, nobody, the local administrator: nobody's rows */
        return CSM_OK;
    }
    if (keep && !csm_is_nil(caller->values[position])) {
        *out_list = caller->values[position];
        return CSM_OK;
    }
    CSM_TRY(compute(ctx, declared, out_list));
    if (keep && csm_value_copy(caller->arena, *out_list, &caller->values[position]) != CSM_OK)
        return csm_ctx_nomem(ctx);
    return CSM_OK;
}
