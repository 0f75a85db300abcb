/* The loop: its handles, the turn (settle what was touched, then sleep), posts from other threads, stop and drain.
 * Owns everything of a csm_net; knows nothing of sockets (listen.c) and little of connections (conn.c). */
#include "net/net_int.h"

#include "base/mem.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS 1000u
#define SWEEP_MIN_MS 10u
#define SWEEP_MAX_MS 1000u
#define OTHER_FILES 512u /* descriptors a process has open beside its connections */

const csm_net_options csm_net_options_default = {
    .max_connections = 4096,
    .read_buffer_bytes = (4u << 20) + READ_BYTES,
    .write_high_bytes = 1u << 20,
    .write_limit_bytes = 16u << 20,
    .idle_ms = 0,
    .partial_ms = 30000,
};

/* ---- buffers: an idle connection has none, a busy one gets a spare one ---- */

void net_take_buf(csm_net *net, csm_buf *buf, size_t limit)
{
    if (net->spare_count > 0) {
        *buf = net->spare[--net->spare_count];
        buf->limit = limit;
    } else {
        csm_buf_init(buf, limit);
    }
}

void net_give_buf(csm_net *net, csm_buf *buf)
{
    if (buf->ptr != NULL && buf->cap <= SPARE_BYTES && net->spare_count < SPARE_MAX) {
        csm_buf_clear(buf);
        net->spare[net->spare_count++] = *buf;
    } else {
        csm_buf_done(buf);
    }
    *buf = (csm_buf){ 0 };
}

/* ---- the turn ---- */

/* Each touched connection once: one that still has something to do waits for the next turn, so that the others and the
 * sockets are not kept waiting. */
void net_settle(csm_net *net)
{
    for (size_t left = net->turn_count; left > 0 && net->turn_count > 0; left--) {
        csm_conn *conn = TAILQ_FIRST(&net->turn);

        TAILQ_REMOVE(&net->turn, conn, turn);
        conn->has_turn = false;
        net->turn_count--;
        conn_settle(conn);
    }
}

static void on_again(uv_idle_t *handle)
{
    (void)handle;
}

static void on_check(uv_check_t *handle)
{
    net_settle(handle->data);
}

static void on_prepare(uv_prepare_t *handle)
{
    csm_net *net = handle->data;

    net_settle(net);
    if (net->events.on_idle != NULL)
        net->events.on_idle(net->events.user);
    if (net->turn_count > 0)
        uv_idle_start(&net->again, on_again);
    else
        uv_idle_stop(&net->again);
}

/* ---- stop ---- */

static void loop_finish(csm_net *net)
{
    if (net->finished)
        return;
    net->finished = true;
    uv_close((uv_handle_t *)&net->prepare, NULL);
    uv_close((uv_handle_t *)&net->check, NULL);
    uv_close((uv_handle_t *)&net->again, NULL);
    uv_close((uv_handle_t *)&net->tick, NULL);
    uv_close((uv_handle_t *)&net->sweep, NULL);
}

static void listeners_close(csm_net *net)
{
    while (!SLIST_EMPTY(&net->listeners)) {
        net_listener *listener = SLIST_FIRST(&net->listeners);

        SLIST_REMOVE_HEAD(&net->listeners, next);
        listener_close(listener);
    }
}

void net_conn_gone(csm_net *net)
{
    if (net->stopping && net->count == 0)
        loop_finish(net);
}

static void on_sweep(uv_timer_t *timer)
{
    csm_net *net = timer->data;
    uint64_t now = uv_now(&net->loop);
    bool drained = net->stopping && now >= net->drain_end;
    net_listener *listener;
    csm_conn *conn;

    /* Killing takes a connection off this list only in its close callback, after this walk. */
    for (conn = TAILQ_FIRST(&net->conns); conn != NULL; conn = TAILQ_NEXT(conn, all)) {
        if (drained)
            conn_kill(conn);
        else
            conn_sweep(conn, now);
    }
    for (listener = SLIST_FIRST(&net->listeners); listener != NULL; listener = SLIST_NEXT(listener, next))
        listener_unmute(listener);
}

static uint64_t sweep_period(const csm_net *net)
{
    uint32_t period = SWEEP_MAX_MS * 4;

    if (net->options.idle_ms > 0 && net->options.idle_ms < period)
        period = net->options.idle_ms;
    if (net->options.partial_ms > 0 && net->options.partial_ms < period)
        period = net->options.partial_ms;
    period /= 4;
    return period < SWEEP_MIN_MS ? SWEEP_MIN_MS : period;
}

static void stop_begin(csm_net *net)
{
    uint64_t end = uv_now(&net->loop) + atomic_load(&net->stop_ms);
    csm_conn *conn;

    if (net->stopping) {
        if (end < net->drain_end)
            net->drain_end = end;
        return;
    }
    net->stopping = true;
    net->drain_end = end;
    listeners_close(net);
    for (conn = TAILQ_FIRST(&net->conns); conn != NULL; conn = TAILQ_NEXT(conn, all))
        csm_conn_close(conn);
    uv_timer_start(&net->sweep, on_sweep, SWEEP_MIN_MS, SWEEP_MIN_MS);
    if (net->count == 0)
        loop_finish(net);
}

/* ---- posts and ticks ---- */

static void on_async(uv_async_t *async)
{
    csm_net *net = async->data;

    if (atomic_load(&net->stop_asked))
        stop_begin(net);
    if (atomic_exchange(&net->posted, false) && net->events.on_post != NULL)
        net->events.on_post(net->events.user);
}

static void on_tick(uv_timer_t *timer)
{
    csm_net *net = timer->data;

    if (net->events.on_tick != NULL)
        net->events.on_tick(net->events.user);
}

void csm_net_post(csm_net *net)
{
    atomic_store(&net->posted, true);
    uv_async_send(&net->async);
}

void csm_net_stop(csm_net *net, uint32_t drain_ms)
{
    atomic_store(&net->stop_ms, drain_ms);
    atomic_store(&net->stop_asked, true);
    uv_async_send(&net->async);
}

/* ---- life ---- */

static void on_reserve(uv_poll_t *poll, int status, int events)
{
    (void)poll;
    (void)status;
    (void)events;
}

/* libuv aborts the process when its table of descriptors cannot grow. Watching one high number for a moment makes it
 * grow now, at start, and not while serving. Without that number (a low limit of the process) it grows as it goes. */
static void reserve_watchers(csm_net *net)
{
    struct rlimit limit;
    rlim_t high = (rlim_t)net->options.max_connections + OTHER_FILES;
    int fd, top;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    if (high >= limit.rlim_cur)
        high = limit.rlim_cur - 1;
    if ((fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
        return;
    if ((top = fcntl(fd, F_DUPFD_CLOEXEC, (int)high)) >= 0) {
        if (uv_poll_init(&net->loop, &net->reserve, top) == 0) {
            uv_poll_start(&net->reserve, UV_READABLE, on_reserve);
            uv_close((uv_handle_t *)&net->reserve, NULL);
        }
        close(top);
    }
    close(fd);
}

static csm_status loop_open(csm_net *net, csm_error *err)
{
    int rc;

    if ((rc = uv_loop_init(&net->loop)) != 0)
        return csm_error_set(err, rc == UV_ENOMEM ? CSM_E_NOMEM : CSM_E_LIMIT, "event loop: %s", uv_strerror(rc));
    if ((rc = uv_async_init(&net->loop, &net->async, on_async)) != 0) {
        uv_loop_close(&net->loop);
        return csm_error_set(err, rc == UV_ENOMEM ? CSM_E_NOMEM : CSM_E_LIMIT, "event loop: %s", uv_strerror(rc));
    }
    net->async.data = net;
    /* Stays open until free so that late posts are harmless, so it must not keep the loop running. */
    uv_unref((uv_handle_t *)&net->async);
    uv_prepare_init(&net->loop, &net->prepare);
    net->prepare.data = net;
    uv_check_init(&net->loop, &net->check);
    net->check.data = net;
    uv_idle_init(&net->loop, &net->again);
    uv_timer_init(&net->loop, &net->tick);
    net->tick.data = net;
    uv_timer_init(&net->loop, &net->sweep);
    net->sweep.data = net;
    reserve_watchers(net);
    return CSM_OK;
}

static void options_fill(csm_net_options *options)
{
    const csm_net_options *def = &csm_net_options_default;

    if (options->max_connections == 0)
        options->max_connections = def->max_connections;
    if (options->read_buffer_bytes == 0)
        options->read_buffer_bytes = def->read_buffer_bytes;
    if (options->write_high_bytes == 0)
        options->write_high_bytes = def->write_high_bytes;
    if (options->write_limit_bytes == 0)
        options->write_limit_bytes = def->write_limit_bytes;
}

csm_status csm_net_new(const csm_net_options *options, const csm_net_events *events, csm_net **out, csm_error *err)
{
    csm_net *net;
    csm_status st;

    if (events->on_open == NULL || events->on_data == NULL || events->on_close == NULL)
        return csm_error_set(err, CSM_E_INVALID, "net: on_open, on_data and on_close are needed");
    if ((net = csm_mem_zalloc(sizeof(*net))) == NULL)
        return csm_error_nomem(err);
    net->options = options != NULL ? *options : csm_net_options_default;
    options_fill(&net->options);
    net->events = *events;
    SLIST_INIT(&net->listeners);
    TAILQ_INIT(&net->conns);
    TAILQ_INIT(&net->turn);
    if ((net->read_buf = csm_mem_alloc(READ_BYTES)) == NULL) {
        csm_mem_free(net);
        return csm_error_nomem(err);
    }
    if ((st = loop_open(net, err)) != CSM_OK) {
        csm_mem_free(net->read_buf);
        csm_mem_free(net);
        return st;
    }
    net->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    *out = net;
    return CSM_OK;
}

void csm_net_free(csm_net *net)
{
    if (net == NULL)
        return;
    listeners_close(net);
    loop_finish(net);
    uv_close((uv_handle_t *)&net->async, NULL);
    uv_run(&net->loop, UV_RUN_DEFAULT); /* only close callbacks are left */
    uv_loop_close(&net->loop);
    for (unsigned i = 0; i < net->spare_count; i++)
        csm_buf_done(&net->spare[i]);
    if (net->spare_fd >= 0)
        close(net->spare_fd);
    csm_mem_free(net->read_buf);
    csm_mem_free(net);
}

csm_status csm_net_run(csm_net *net, csm_error *err)
{
    static const struct timespec at_once = { 0 };
    sigset_t pipe_only, before;
    bool blocked;

    if (net->has_run)
        return csm_error_set(err, CSM_E_STATE, "net: has run already");
    net->has_run = true;
    uv_prepare_start(&net->prepare, on_prepare);
    uv_check_start(&net->check, on_check);
    uv_timer_start(&net->tick, on_tick, TICK_MS, TICK_MS);
    uv_timer_start(&net->sweep, on_sweep, sweep_period(net), sweep_period(net));

    /* libuv writes without MSG_NOSIGNAL; the signal comes to the writing thread, so blocking it here is enough. */
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    blocked = pthread_sigmask(SIG_BLOCK, &pipe_only, &before) == 0 && !sigismember(&before, SIGPIPE);
    uv_run(&net->loop, UV_RUN_DEFAULT);
    if (blocked) {
        (void)sigtimedwait(&pipe_only, NULL, &at_once); /* one may be waiting */
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    if (net->events.on_idle != NULL)
        net->events.on_idle(net->events.user);
    return CSM_OK;
}

size_t csm_net_count(const csm_net *net)
{
    return net->count;
}

csm_net_stats csm_net_get_stats(const csm_net *net)
{
    return net->stats;
}
