/* Boot and shutdown order. Boot: store -> engine -> plugins -> registry -> activation -> dispatch -> sockets. Shutdown is the
 * reverse, and nothing is freed before every thread that may use it has been joined. */
#include "server/server.h"

#include "base/log.h"
#include "base/mem.h"
#include "loader/loader.h"
#include "server/connection.h"

#include <stdio.h>

struct csm_server {
    const csm_config *config;
    csm_store *store;
    csm_clock *clock;
    csm_engine *engine;
    csm_loader *loader;
    csm_rpc *rpc;
    csm_net *net;
    csm_wire_limits wire;
    char backup_dir[1024];
    char trail_path[1024];
    csm_trail *trail;
    char addresses[CSM_LISTEN_MAX][128];
    uint32_t address_count;
    _Atomic bool broken;
};

/* ---- parts ---- */

static csm_status open_store(csm_server *server, csm_error *err)
{
    const csm_config *config = server->config;
    csm_store_options options = { .map_bytes = (uint64_t)config->store_map_gb << 30,
                                  .ceiling_bytes = (uint64_t)config->store_ceiling_mb << 20 };

    return csm_store_open(config->data, &options, &server->store, err);
}

static csm_engine_limits engine_limits(const csm_config *config)
{
    csm_engine_limits limits = csm_engine_limits_default;

    limits.read_rows = (uint32_t)config->read_rows;
    limits.page_rows = (uint32_t)config->page_rows;
    limits.sort_rows = (uint32_t)config->sort_rows;
    limits.write_ms = (uint32_t)config->write_ms;
    limits.batch_ms = (uint32_t)config->batch_ms;
    limits.session_hours = (uint32_t)config->session_hours;
    limits.request_key_days = (uint32_t)config->request_key_days;
    return limits;
}

static csm_status starting(void *user, const char *plugin, csm_error *err)
{
    const csm_server *server = user;

    return csm_loader_guard(server->loader, plugin, err);
}

static csm_status open_engine(csm_server *server, csm_error *err)
{
    csm_engine_limits limits = engine_limits(server->config);

    server->clock = csm_clock_new();
    if (server->clock == NULL)
        return csm_error_nomem(err);
    CSM_TRY(csm_engine_open(server->store, server->clock, csm_engine_host(), &limits, &server->engine, err));
    server->engine->starting = starting;
    server->engine->starting_user = server;
    return CSM_OK;
}

static csm_status plugin_setting(void *user, const char *plugin, const csm_setting *setting, csm_value *out, csm_error *err)
{
    const csm_server *server = user;

    return csm_config_plugin_setting(server->config, plugin, setting, out, err);
}

static csm_status prepare_registry(void *user, csm_registry *reg, csm_problem **problems, csm_error *err)
{
    csm_server *server = user;

    return csm_engine_prepare(server->engine, reg, problems, err);
}

static csm_status open_loader(csm_server *server, csm_error *err)
{
    const csm_config *config = server->config;
    const csm_plugin *own[] = { csm_engine_plugin(), csm_rpc_plugin() };
    csm_loader_options options = { .plugin_dir = config->plugin_dir,
                                   .data_dir = config->data,
                                   .trail = server->trail_path,
                                   .enabled = (const char *const *)config->plugins,
                                   .enabled_count = config->plugin_count,
                                   .own = own,
                                   .own_count = 2,
                                   .setting = plugin_setting,
                                   .prepare = prepare_registry,
                                   .user = server };

    if (snprintf(server->trail_path, sizeof(server->trail_path), "%s/plugin.trail", config->data) >=
        (int)sizeof(server->trail_path))
        return csm_error_set(err, CSM_E_INVALID, "data directory: the path is too long");
    return csm_loader_new(&options, &server->loader, err);
}

/* After the loader has read what an earlier one left. Without room on the disk it serves without. */
static void open_trail(csm_server *server)
{
    csm_error err = { 0 };

    if (csm_trail_open(server->trail_path, &server->trail, &err) != CSM_OK)
        csm_log(CSM_LOG_WARN, "server", "a crash of a plugin will not be remembered: %s", err.message);
}

/* Numbers of tables and fields that a boot makes are kept in one transaction, before anything uses them. */
static csm_status build_registry(csm_server *server, bool first, csm_registry **out, csm_error *err)
{
    csm_registry *reg = NULL;
    csm_number_source numbers;
    csm_txn *txn = NULL;
    csm_status st;

    CSM_TRY(csm_txn_begin(server->store, &txn, err));
    csm_txn_set_essential(txn); /* a full store is served too */
    numbers = csm_engine_numbers(txn);
    st = first ? csm_loader_boot(server->loader, &numbers, &reg, err) : csm_loader_build(server->loader, &numbers, &reg, err);
    if (st != CSM_OK) {
        csm_txn_abort(txn);
        return st;
    }
    if ((st = csm_txn_commit(txn, err)) != CSM_OK) {
        csm_registry_unref(reg);
        return st;
    }
    *out = reg;
    return CSM_OK;
}

/* One try with the plugins that are left. */
static csm_status activate_once(csm_server *server, bool first, csm_error *err)
{
    csm_registry *reg = NULL;
    csm_status st;

    CSM_TRY(build_registry(server, first, &reg, err));
    st = csm_config_check_plugins(server->config, reg, err);
    if (st == CSM_OK)
        st = csm_engine_activate(server->engine, reg, err);
    if (st != CSM_OK) {
        csm_registry_unref(reg); /* the engine has it only when it is active */
        return st;
    }
    return csm_engine_start(server->engine, err);
}

/* A plugin whose migration or start fails is set aside, with those that stand on it; the store is as it was before. What is
 * wrong with the store or the machine is nobody's fault. *again: try without it. */
static csm_status set_aside(csm_server *server, csm_status st, csm_error *err, bool *again)
{
    csm_error why = *err;

    *again = false;
    if (why.plugin[0] == '\0' || st == CSM_E_NOMEM || st == CSM_E_IO || st == CSM_E_CORRUPT || st == CSM_E_FULL ||
        st == CSM_E_UNKNOWN)
        return st;
    if (csm_loader_quarantine(server->loader, why.plugin, why.message, err) != CSM_OK) { /* the core's own */
        *err = why;
        return st;
    }
    *again = true;
    csm_error_clear(err);
    return csm_loader_guard(server->loader, NULL, err);
}

static csm_status activate(csm_server *server, csm_error *err)
{
    bool first = true, again = true;
    csm_status st = CSM_OK;

    while (again) {
        st = activate_once(server, first, err);
        again = false;
        first = false;
        if (st != CSM_OK)
            st = set_aside(server, st, err, &again);
        if (st != CSM_OK)
            return st;
    }
    return server->config->demo ? csm_engine_load_demo(server->engine, false, err) : CSM_OK;
}

/* ---- dispatch and sockets ---- */

static void wake_loop(void *user)
{
    csm_server *server = user;

    csm_net_post(server->net);
}

static void wake_writer(void *user)
{
    csm_server *server = user;

    csm_rpc_wake_writer(server->rpc);
}

static void store_broke(void *user)
{
    csm_server *server = user;

    server->broken = true;
    csm_net_stop(server->net, 1000);
}

static csm_status open_rpc(csm_server *server, csm_error *err)
{
    const csm_config *config = server->config;
    csm_rpc_options options = csm_rpc_options_default;

    server->wire = options.wire;
    server->wire.frame_bytes = (uint32_t)config->frame_kb << 10;
    options.wire = server->wire;
    options.workers = (uint32_t)config->workers;
    options.queue_max = (uint32_t)config->queue_max;
    options.batch_requests = (uint32_t)config->batch_requests;
    options.in_flight_max = (uint32_t)config->in_flight_max;
    options.deadline_ms = (uint32_t)config->deadline_ms;
    options.reply_bytes = (uint32_t)config->reply_mb << 20;
    options.login_parallel = (uint32_t)config->login_parallel;
    options.demo = config->demo;
    if (snprintf(server->backup_dir, sizeof(server->backup_dir), "%s/backups", config->data) < (int)sizeof(server->backup_dir))
        options.backup_dir = server->backup_dir;
    options.plugins = csm_loader_rpc(server->loader);
    options.trail = server->trail;
    options.wake = wake_loop;
    options.broken = store_broke;
    options.user = server;
    CSM_TRY(csm_rpc_new(server->engine, &options, &server->rpc, err));
    server->engine->wake_writer = wake_writer;
    server->engine->wake_user = server;
    return CSM_OK;
}

static void *on_open(void *user, csm_conn *conn, const csm_peer *peer)
{
    csm_server *server = user;

    csm_conn_set_in_flight_max(conn, (uint32_t)server->config->in_flight_max);
    return csm_connection_new(server->rpc, &server->wire, conn, peer);
}

static size_t on_data(void *conn_user, const uint8_t *bytes, size_t len)
{
    return csm_connection_take(conn_user, bytes, len);
}

static void on_close(void *conn_user)
{
    csm_connection_free(conn_user);
}

static void on_post(void *user)
{
    csm_server *server = user;

    csm_rpc_deliver(server->rpc);
}

static void on_idle(void *user)
{
    csm_server *server = user;

    csm_rpc_idle(server->rpc);
}

static csm_status open_net(csm_server *server, csm_error *err)
{
    const csm_config *config = server->config;
    csm_net_options options = csm_net_options_default;
    csm_net_events events = { .on_open = on_open,
                              .on_data = on_data,
                              .on_close = on_close,
                              .on_post = on_post,
                              .on_idle = on_idle,
                              .user = server };

    options.max_connections = (uint32_t)config->max_connections;
    options.read_buffer_bytes = server->wire.frame_bytes + (256u << 10);
    options.write_limit_bytes = (uint32_t)config->write_limit_kb << 10;
    options.idle_ms = (uint32_t)config->idle_s * 1000;
    options.partial_ms = (uint32_t)config->partial_s * 1000;
    CSM_TRY(csm_net_new(&options, &events, &server->net, err));
    for (uint32_t n = 0; n < config->listen_count; n++) {
        CSM_TRY(csm_net_listen(server->net, config->listen[n], server->addresses[n], err));
        server->address_count++;
    }
    return CSM_OK;
}

static csm_status boot(csm_server *server, csm_error *err)
{
    CSM_TRY(open_store(server, err));
    CSM_TRY(open_engine(server, err));
    CSM_TRY(open_loader(server, err));
    CSM_TRY(activate(server, err));
    open_trail(server);
    CSM_TRY(open_rpc(server, err));
    CSM_TRY(open_net(server, err));
    return csm_rpc_start(server->rpc, err);
}

/* ---- door ---- */

csm_status csm_server_open(const csm_config *config, csm_server **out, csm_error *err)
{
    csm_server *server;
    csm_status st;

    CSM_TRY(csm_config_check_serving(config, err));
    server = csm_mem_zalloc(sizeof(*server));
    if (server == NULL)
        return csm_error_nomem(err);
    server->config = config;
    if ((st = boot(server, err)) != CSM_OK) {
        csm_server_close(server);
        return st;
    }
    *out = server;
    return CSM_OK;
}

csm_status csm_server_run(csm_server *server, csm_error *err)
{
    CSM_TRY(csm_net_run(server->net, err));
    if (server->broken)
        return csm_error_set(err, CSM_E_UNKNOWN, "the store failed: what was under way may or may not be on disk");
    return CSM_OK;
}

void csm_server_stop(csm_server *server)
{
    csm_net_stop(server->net, (uint32_t)server->config->drain_ms);
}

void csm_server_close(csm_server *server)
{
    if (server == NULL)
        return;
    if (server->rpc != NULL) {
        csm_rpc_stop(server->rpc);
        csm_rpc_deliver(server->rpc);
    }
    csm_net_free(server->net);
    csm_rpc_free(server->rpc);
    if (server->engine != NULL && !server->broken)
        csm_engine_stop(server->engine);
    csm_trail_close(server->trail);
    csm_engine_close(server->engine);
    csm_loader_free(server->loader);
    csm_store_close(server->store);
    csm_clock_free(server->clock);
    csm_mem_free(server);
}

csm_trail *csm_server_trail(csm_server *server)
{
    return server->trail;
}

uint32_t csm_server_address_count(const csm_server *server)
{
    return server->address_count;
}

const char *csm_server_address(const csm_server *server, uint32_t n)
{
    return n < server->address_count ? server->addresses[n] : "";
}

csm_engine *csm_server_engine(csm_server *server)
{
    return server->engine;
}

void csm_server_advance(csm_server *server, int64_t by_us)
{
    csm_clock_advance(server->clock, by_us);
    csm_rpc_wake_writer(server->rpc);
}

/* ---- verify ---- */

static csm_status verify(csm_server *server, csm_verify_fn report, void *user, csm_verify_counts *out, csm_error *err)
{
    csm_registry *reg = NULL;
    csm_snap *snap = NULL;
    csm_status st;

    CSM_TRY(open_store(server, err));
    CSM_TRY(open_engine(server, err));
    CSM_TRY(open_loader(server, err));
    CSM_TRY(build_registry(server, true, &reg, err));
    server->engine->registry = reg; /* the engine frees it; nothing is activated, nothing written */
    CSM_TRY(csm_snap_new(server->store, &snap, err));
    st = csm_snap_renew(snap, err);
    if (st == CSM_OK)
        st = csm_engine_verify(server->engine, csm_snap_view(snap), report, user, out, err);
    csm_snap_free(snap);
    return st;
}

csm_status csm_server_verify(const csm_config *config, csm_verify_fn report, void *user, csm_verify_counts *out, csm_error *err)
{
    csm_server *server = csm_mem_zalloc(sizeof(*server));
    csm_status st;

    if (server == NULL)
        return csm_error_nomem(err);
    server->config = config;
    st = verify(server, report, user, out, err);
    csm_server_close(server);
    return st;
}
