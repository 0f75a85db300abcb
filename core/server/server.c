/* Boot and shutdown order. Boot: store -> engine -> plugins and their activation -> dispatch -> sockets. Shutdown is the
 * reverse, and nothing is freed before every thread that may use it has been joined. */
#include "server/server.h"

#include "base/log.h"
#include "base/mem.h"
#include "server/activation.h"
#include "server/connection.h"

#include <stdio.h>

struct csm_server {
    const csm_config *config;
    csm_store *store;
    csm_clock *clock;
    csm_engine *engine;
    csm_activation *activation;
    csm_rpc *rpc;
    csm_net *net;
    csm_wire_limits wire;
    char backup_dir[1024];
    csm_trail *trail;
    char addresses[CSM_LISTEN_MAX][128];
    uint32_t address_count;
    _Atomic bool broken;
};

/* ---- parts ---- */

static csm_status open_store(csm_server *server, bool read_only, csm_error *err)
{
    const csm_config *config = server->config;
    csm_store_options options = { .map_bytes = (uint64_t)config->store_map_gb << 30,
                                  .ceiling_bytes = (uint64_t)config->store_ceiling_mb << 20,
                                  .read_only = read_only };

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

static csm_status open_engine(csm_server *server, csm_error *err)
{
    csm_engine_limits limits = engine_limits(server->config);

    server->clock = csm_clock_new();
    if (server->clock == NULL)
        return csm_error_nomem(err);
    return csm_engine_open(server->store, server->clock, csm_engine_host(), &limits, &server->engine, err);
}

/* After the loader has read what an earlier one left. Without room on the disk it serves without. */
static void open_trail(csm_server *server)
{
    csm_error err = { 0 };

    if (csm_trail_open(csm_activation_trail(server->activation), &server->trail, &err) != CSM_OK)
        csm_log(CSM_LOG_WARN, "server", "a crash of a plugin will not be remembered: %s", err.message);
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
    options.plugins = csm_activation_plugins(server->activation);
    options.activation = csm_activation_rpc(server->activation);
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
    CSM_TRY(open_store(server, false, err));
    CSM_TRY(open_engine(server, err));
    CSM_TRY(csm_activation_open(server->config, server->engine, &server->activation, err));
    CSM_TRY(csm_activation_boot(server->activation, err));
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
    if (!server->broken)
        csm_activation_stop(server->activation);
    csm_trail_close(server->trail);
    csm_engine_close(server->engine);
    csm_activation_free(server->activation);
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

    CSM_TRY(open_store(server, true, err));
    CSM_TRY(open_engine(server, err));
    CSM_TRY(csm_activation_open(server->config, server->engine, &server->activation, err));
    CSM_TRY(csm_activation_look(server->activation, &reg, err));
    server->engine->registry = reg; /* the engine frees it */
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
