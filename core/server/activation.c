/* Boot: one transaction with the numbers of new tables and fields, the shipped rows and the starts of all plugins. When one of
 * them fails it is undone, the plugin set aside, and the rest tried again. */
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

static csm_status build(csm_activation *activation, csm_txn *txn, bool first, csm_registry **out, csm_error *err)
{
    csm_number_source numbers = csm_engine_numbers(txn);

    return first ? csm_loader_boot(activation->loader, &numbers, out, err)
                 : csm_loader_build(activation->loader, &numbers, out, err);
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

/* ---- door ---- */

csm_rpc_plugins csm_activation_rpc(csm_activation *activation)
{
    return csm_loader_rpc(activation->loader);
}

const char *csm_activation_trail(const csm_activation *activation)
{
    return activation->trail_path;
}
