/* What plugin.list, plugin.show and plugin.clear do. Runs on reading threads; sees entries through csm_loader_list only. */
#include "loader/room.h"

#include "base/str.h"

static void put(csm_pair *pairs, uint32_t *count, const char *key, csm_value value)
{
    pairs[(*count)++] = (csm_pair){ csm_str_of(key), value };
}

static csm_status depends_value(csm_ctx *ctx, const csm_loader_plugin *plugin, csm_value *out)
{
    csm_value *items = csm_arena_array(ctx->arena, (size_t)plugin->depend_count + 1, sizeof(*items));

    if (items == NULL)
        return CSM_E_NOMEM;
    for (uint32_t n = 0; n < plugin->depend_count; n++)
        items[n] = csm_ctext(plugin->depends[n].plugin);
    *out = csm_list(items, plugin->depend_count);
    return CSM_OK;
}

static csm_status plugin_value(csm_ctx *ctx, const csm_loader_plugin *plugin, csm_value *out)
{
    csm_pair *pairs = csm_arena_array(ctx->arena, 12, sizeof(*pairs));
    csm_value depends;
    uint32_t count = 0;

    if (pairs == NULL || depends_value(ctx, plugin, &depends) != CSM_OK)
        return CSM_E_NOMEM;
    put(pairs, &count, "id", csm_ctext(plugin->id));
    put(pairs, &count, "version", csm_ctext(plugin->version));
    put(pairs, &count, "abi", csm_ctext(plugin->abi));
    put(pairs, &count, "summary", csm_ctext(plugin->summary));
    put(pairs, &count, "alias", plugin->alias != NULL ? csm_ctext(plugin->alias) : csm_nil());
    put(pairs, &count, "state", csm_ctext(csm_plugin_state_name(plugin->state)));
    put(pairs, &count, "reason", csm_ctext(plugin->reason));
    put(pairs, &count, "depends", depends);
    put(pairs, &count, "bundled", csm_bool(plugin->bundled));
    put(pairs, &count, "strikes", csm_int(plugin->strikes));
    put(pairs, &count, "configured", csm_bool(plugin->configured));
    put(pairs, &count, "chosen", plugin->choice != CSM_CHOICE_NONE ? csm_bool(plugin->choice == CSM_CHOICE_ON) : csm_nil());
    *out = csm_map(pairs, count);
    return CSM_OK;
}

static csm_status list(void *user, csm_ctx *ctx, csm_value *out)
{
    const csm_loader_plugin *plugins;
    csm_value *items;
    uint32_t count;

    if (csm_loader_list(user, ctx->arena, &plugins, &count) != CSM_OK)
        return csm_error_nomem(&ctx->err);
    items = csm_arena_array(ctx->arena, (size_t)count + 1, sizeof(*items));
    if (items == NULL)
        return csm_error_nomem(&ctx->err);
    for (uint32_t n = 0; n < count; n++)
        if (plugin_value(ctx, &plugins[n], &items[n]) != CSM_OK)
            return csm_error_nomem(&ctx->err);
    *out = csm_list(items, count);
    return CSM_OK;
}

static csm_status show(void *user, csm_ctx *ctx, csm_str id, csm_value *out)
{
    const csm_loader_plugin *plugins;
    const char **ids;
    const char *near;
    uint32_t count;

    if (csm_loader_list(user, ctx->arena, &plugins, &count) != CSM_OK)
        return csm_error_nomem(&ctx->err);
    ids = csm_arena_array(ctx->arena, (size_t)count + 1, sizeof(*ids));
    if (ids == NULL)
        return csm_error_nomem(&ctx->err);
    for (uint32_t n = 0; n < count; n++) {
        ids[n] = plugins[n].id;
        if (csm_str_is(id, plugins[n].id) || (plugins[n].alias != NULL && csm_str_is(id, plugins[n].alias)))
            return plugin_value(ctx, &plugins[n], out) == CSM_OK ? CSM_OK : csm_error_nomem(&ctx->err);
    }
    (void)csm_error_set(&ctx->err, CSM_E_NOT_FOUND, "plugin \"%.*s\" is not installed", CSM_STR_FMT(id));
    near = csm_str_nearest(id, ids, count);
    if (near != NULL)
        csm_error_hint(&ctx->err, "did you mean \"%s\"?", near);
    return CSM_E_NOT_FOUND;
}

static csm_status clear(void *user, csm_ctx *ctx, csm_str id, csm_value *out)
{
    csm_loader *loader = user;
    csm_entry *entry;

    csm_mutex_lock(loader->lock);
    entry = csm_entry_find(loader, id);
    csm_mutex_unlock(loader->lock);
    if (entry != NULL)
        CSM_TRY(csm_guard_clear(loader, entry, &ctx->err));
    return show(user, ctx, id, out); /* tells who is not installed */
}

csm_rpc_plugins csm_loader_rpc(csm_loader *loader)
{
    return (csm_rpc_plugins){ list, show, clear, loader };
}
