/* One transaction with the numbers of new tables and fields, the shipped rows and the starts of all plugins that come; with its
 * commit their registry holds. When a plugin fails all of it is undone: in a boot the plugin is set aside and the rest tried
 * again, while serving who asked is told. */
#include "server/activation.h"

#include "base/mem.h"
#include "loader/loader.h"

#include <stdio.h>

struct csm_activation {
    const csm_config *config;
    csm_engine *engine;
    csm_loader *loader;
    char trail_path[1024];
    bool booted;
    csm_registry *next;        /* of the change under way, in the writer's transaction; NULL = there is none */
    csm_loader_change change;
};

/* ---- the loader ---- */

static csm_status starting(void *user, const char *plugin, csm_error *err)
{
    const csm_activation *activation = user;

    return csm_loader_guard(activation->loader, plugin, err);
}

static csm_status plugin_setting(void *user, const char *plugin, const csm_setting *setting, csm_value *out, csm_error *err)
{
    const csm_activation *activation = user;

    return csm_config_plugin_setting(activation->config, plugin, setting, out, err);
}

static csm_status prepare_registry(void *user, csm_registry *reg, csm_problem **problems, csm_error *err)
{
    csm_activation *activation = user;

    return csm_engine_prepare(activation->engine, reg, problems, err);
}

static csm_status open_loader(csm_activation *activation, csm_error *err)
{
    const csm_config *config = activation->config;
    const csm_plugin *own[] = { csm_engine_plugin(), csm_rpc_plugin() };
    csm_loader_options options = { .plugin_dir = config->plugin_dir,
                                   .data_dir = config->data,
                                   .trail = activation->trail_path,
                                   .enabled = (const char *const *)config->plugins,
                                   .enabled_count = config->plugin_count,
                                   .allowed = (const char *const *)config->allowed,
                                   .allowed_count = config->allowed_count,
                                   .own = own,
                                   .own_count = 2,
                                   .setting = plugin_setting,
                                   .prepare = prepare_registry,
                                   .user = activation };

    if (snprintf(activation->trail_path, sizeof(activation->trail_path), "%s/plugin.trail", config->data) >=
        (int)sizeof(activation->trail_path))
        return csm_error_set(err, CSM_E_INVALID, "data directory: the path is too long");
    return csm_loader_new(&options, &activation->loader, err);
}

csm_status csm_activation_open(const csm_config *config, csm_engine *engine, csm_activation **out, csm_error *err)
{
    csm_activation *activation = csm_mem_zalloc(sizeof(*activation));
    csm_status st;

    if (activation == NULL)
        return csm_error_nomem(err);
    activation->config = config;
    activation->engine = engine;
    if ((st = open_loader(activation, err)) != CSM_OK) {
        csm_activation_free(activation);
        return st;
    }
    engine->starting = starting;
    engine->starting_user = activation;
    *out = activation;
    return CSM_OK;
}

void csm_activation_free(csm_activation *activation)
{
    if (activation == NULL)
        return;
    csm_loader_free(activation->loader);
    csm_mem_free(activation);
}

/* ---- boot ---- */

static csm_status choose(void *user, csm_str plugin, bool active, csm_error *err)
{
    const csm_activation *activation = user;

    return csm_loader_choose(activation->loader, plugin, active, err);
}

/* What administrators said of plugins is read with a registry of the core's own alone. */
static csm_status read_choices(csm_activation *activation, csm_txn *txn, const csm_number_source *numbers, csm_error *err)
{
    csm_registry *own = NULL;
    csm_status st;

    CSM_TRY(csm_loader_build(activation->loader, numbers, &own, err));
    st = csm_engine_choices(activation->engine, own, txn, choose, activation, err);
    csm_registry_unref(own);
    return st;
}

static csm_status build(csm_activation *activation, csm_txn *txn, bool first, csm_registry **out, csm_error *err)
{
    csm_number_source numbers = csm_engine_numbers(txn);

    if (!first)
        return csm_loader_build(activation->loader, &numbers, out, err);
    CSM_TRY(read_choices(activation, txn, &numbers, err));
    return csm_loader_boot(activation->loader, &numbers, out, err);
}

/* What the registry needs to hold is in @p txn. */
static csm_status fit(csm_activation *activation, csm_registry *reg, csm_txn *txn, csm_error *err)
{
    CSM_TRY(csm_config_check_plugins(activation->config, reg, err));
    return csm_engine_activate(activation->engine, reg, txn, err);
}

/* One try with the plugins that are left. */
static csm_status activate_once(csm_activation *activation, bool first, csm_error *err)
{
    csm_registry *reg = NULL;
    csm_txn *txn = NULL;
    csm_status st;

    CSM_TRY(csm_txn_begin(activation->engine->store, &txn, err));
    csm_txn_set_essential(txn); /* a full store is served too: how else would anything be deleted */
    st = build(activation, txn, first, &reg, err);
    if (st == CSM_OK)
        st = fit(activation, reg, txn, err);
    if (st == CSM_OK)
        return csm_engine_commit(activation->engine, reg, txn, err);
    csm_txn_abort(txn);
    csm_registry_unref(reg);
    return st;
}

/* A plugin whose migration or start fails is set aside, with those that stand on it; the store is as it was before. What is
 * wrong with the store or the machine is nobody's fault. *again: try without it. */
static csm_status set_aside(csm_activation *activation, csm_status st, csm_error *err, bool *again)
{
    csm_error why = *err;

    *again = false;
    if (why.plugin[0] == '\0' || st == CSM_E_NOMEM || st == CSM_E_IO || st == CSM_E_CORRUPT || st == CSM_E_FULL ||
        st == CSM_E_UNKNOWN)
        return st;
    if (csm_loader_quarantine(activation->loader, why.plugin, why.message, err) != CSM_OK) { /* the core's own */
        *err = why;
        return st;
    }
    *again = true;
    csm_error_clear(err);
    return csm_loader_guard(activation->loader, NULL, err);
}

csm_status csm_activation_boot(csm_activation *activation, csm_error *err)
{
    bool first = true, again = true;
    csm_status st = CSM_OK;

    while (again) {
        st = activate_once(activation, first, err);
        again = false;
        first = false;
        if (st != CSM_OK)
            st = set_aside(activation, st, err, &again);
        if (st != CSM_OK)
            return st;
    }
    activation->booted = true;
    return activation->config->demo ? csm_engine_load_demo(activation->engine, false, err) : CSM_OK;
}

void csm_activation_stop(csm_activation *activation)
{
    if (activation != NULL && activation->booted)
        csm_engine_stop(activation->engine);
}

csm_status csm_activation_look(csm_activation *activation, csm_registry **out, csm_error *err)
{
    csm_txn *txn = NULL;
    csm_status st;

    CSM_TRY(csm_txn_begin_dry(activation->engine->store, &txn, err));
    st = build(activation, txn, true, out, err);
    csm_txn_abort(txn);
    return st;
}

/* ---- while serving; writer thread ---- */

static csm_status problem_value(csm_arena *arena, const csm_problem *problem, csm_value *out)
{
    csm_pair *pairs = csm_arena_array(arena, 2, sizeof(*pairs));

    if (pairs == NULL)
        return CSM_E_NOMEM;
    pairs[0] = (csm_pair){ CSM_STR("plugin"), csm_ctext(problem->plugin) };
    pairs[1] = (csm_pair){ CSM_STR("problem"), csm_text(problem->text) };
    *out = csm_map(pairs, 2);
    return CSM_OK;
}

/* All that is in the way goes into the error's data: {problems: [{plugin, problem}]}. */
static csm_status refuse(csm_ctx *ctx, const csm_loader_change *change, csm_status st)
{
    csm_pair *pair = csm_arena_array(ctx->arena, 1, sizeof(*pair));
    csm_value *data = csm_arena_array(ctx->arena, 1, sizeof(*data)), *items;
    uint32_t count = 0;

    for (const csm_problem *p = change->problems; p != NULL; p = p->next)
        count++;
    if (count == 0)
        return st;
    items = csm_arena_array(ctx->arena, count, sizeof(*items));
    if (pair == NULL || data == NULL || items == NULL)
        return csm_ctx_nomem(ctx);
    count = 0;
    for (const csm_problem *p = change->problems; p != NULL; p = p->next)
        if (problem_value(ctx->arena, p, &items[count++]) != CSM_OK)
            return csm_ctx_nomem(ctx);
    *pair = (csm_pair){ CSM_STR("problems"), csm_list(items, count) };
    *data = csm_map(pair, 1);
    ctx->err.data = data;
    return st;
}

static csm_status ids_value(csm_arena *arena, const csm_loader_change *change, csm_value *out)
{
    csm_value *items = csm_arena_array(arena, (size_t)change->count + 1, sizeof(*items));

    if (items == NULL)
        return CSM_E_NOMEM;
    for (uint32_t n = 0; n < change->count; n++)
        items[n] = csm_ctext(change->ids[n]);
    *out = csm_list(items, change->count);
    return CSM_OK;
}

static csm_status note_choices(csm_ctx *ctx, const csm_loader_change *change)
{
    for (uint32_t n = 0; n < change->count; n++)
        CSM_TRY(csm_choice_write(ctx, change->ids[n], change->verb == CSM_LOADER_ACTIVATE));
    for (uint32_t n = 0; n < change->kept_count; n++)
        CSM_TRY(csm_choice_write(ctx, change->kept[n], true));
    return CSM_OK;
}

/* Of the change under way nothing came about. */
static void drop(void *user)
{
    csm_activation *activation = user;

    if (activation->next == NULL)
        return;
    csm_loader_settle(activation->loader, &activation->change, false);
    csm_registry_unref(activation->next);
    activation->next = NULL;
}

/* Says in front of the error what it was in the way of. */
static csm_status name_change(csm_ctx *ctx, const csm_loader_change *change)
{
    csm_error why = ctx->err;

    csm_error_field(&ctx->err, why.code, "id", "plugin \"%s\" cannot be %s: %s", change->id,
                    change->verb == CSM_LOADER_ACTIVATE ? "activated" : "deactivated", why.message);
    memcpy(ctx->err.plugin, why.plugin, sizeof(why.plugin));
    return why.code;
}

static csm_status change(void *user, csm_ctx *ctx, csm_str id, csm_plugin_verb verb, csm_value *out)
{
    static const csm_loader_verb verbs[] = { [CSM_PLUGIN_ACTIVATE] = CSM_LOADER_ACTIVATE,
                                             [CSM_PLUGIN_DEACTIVATE] = CSM_LOADER_DEACTIVATE,
                                             [CSM_PLUGIN_CASCADE] = CSM_LOADER_CASCADE };
    csm_activation *activation = user;
    csm_number_source numbers = csm_engine_numbers(ctx->txn);
    csm_loader_change *plan = &activation->change;
    csm_status st = csm_loader_plan(activation->loader, id, verbs[verb], ctx->arena, plan, &ctx->err);

    if (st == CSM_OK && ids_value(ctx->arena, plan, out) != CSM_OK)
        st = csm_ctx_nomem(ctx);
    if (st == CSM_OK && plan->count == 0)
        return CSM_OK;
    if (st == CSM_OK)
        st = csm_loader_take(activation->loader, plan, &numbers, &activation->next, &ctx->err);
    if (st != CSM_OK)
        return refuse(ctx, plan, st);
    st = fit(activation, activation->next, ctx->txn, &ctx->err);
    return st == CSM_OK ? note_choices(ctx, plan) : name_change(ctx, plan);
}

static csm_status commit(void *user, csm_txn *txn, csm_error *err)
{
    csm_activation *activation = user;
    csm_registry *next = activation->next;
    csm_status st;

    if (next == NULL)
        return csm_txn_commit(txn, err);
    activation->next = NULL; /* the engine's */
    st = csm_engine_commit(activation->engine, next, txn, err);
    csm_loader_settle(activation->loader, &activation->change, st == CSM_OK);
    return st;
}

/* ---- door ---- */

csm_rpc_plugins csm_activation_plugins(csm_activation *activation)
{
    return csm_loader_rpc(activation->loader);
}

csm_rpc_activation csm_activation_rpc(csm_activation *activation)
{
    return (csm_rpc_activation){ change, commit, drop, activation };
}

const char *csm_activation_trail(const csm_activation *activation)
{
    return activation->trail_path;
}
