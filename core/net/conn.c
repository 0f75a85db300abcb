/* One connection: input to the consumer, gathered output, back-pressure, the ways it ends. Loop thread only.
 * Calls only change fields and ask for a turn (conn_touch); conn_settle acts on them when the consumer has returned,
 * so on_data and on_close are never called from inside a call of the consumer's. Knows no protocol. */
#include "net/net_int.h"

#include "base/fault.h"
#include "base/mem.h"

#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEEPALIVE_SECONDS 60
#define OUT_BYTES_MAX ((size_t)INT32_MAX) /* one gather; libuv counts it in an int */

static uint64_t now_ms(const csm_conn *conn)
{
    return uv_now(&conn->net->loop);
}

static void conn_touch(csm_conn *conn)
{
    if (conn->has_turn || conn->state == CONN_DEAD)
        return;
    conn->has_turn = true;
    TAILQ_INSERT_TAIL(&conn->net->turn, conn, turn);
    conn->net->turn_count++;
}

static void on_gone(uv_handle_t *handle)
{
    csm_conn *conn = handle->data;
    csm_net *net = conn->net;

    if (conn->user != NULL)
        net->events.on_close(conn->user);
    TAILQ_REMOVE(&net->conns, conn, all);
    net->count--;
    net_give_buf(net, &conn->in);
    net_give_buf(net, &conn->out);
    net_give_buf(net, &conn->sending);
    csm_mem_free(conn);
    net_conn_gone(net);
}

void conn_kill(csm_conn *conn)
{
    csm_net *net = conn->net;

    if (conn->state == CONN_DEAD)
        return;
    conn->state = CONN_DEAD;
    if (conn->has_turn) {
        conn->has_turn = false;
        TAILQ_REMOVE(&net->turn, conn, turn);
        net->turn_count--;
    }
    uv_close(&conn->uv.handle, on_gone);
}

/* ---- output ---- */

static size_t unwritten(const csm_conn *conn)
{
    return conn->out.len + uv_stream_get_write_queue_size(&conn->uv.stream);
}

static void on_written(uv_write_t *req, int status)
{
    csm_conn *conn = req->data;

    net_give_buf(conn->net, &conn->sending);
    if (conn->state == CONN_DEAD)
        return;
    if (status < 0) {
        conn_kill(conn);
        return;
    }
    conn->active_at = now_ms(conn);
    conn_touch(conn);
}

/* The socket took no more: the rest waits in libuv's queue, out of the way of the next gather. */
static void send_rest(csm_conn *conn, size_t sent)
{
    uv_buf_t buf;

    conn->sending = conn->out;
    conn->out = (csm_buf){ 0 };
    buf = uv_buf_init((char *)conn->sending.ptr + sent, (unsigned)(conn->sending.len - sent));
    conn->write_req.data = conn;
    if (uv_write(&conn->write_req, &conn->uv.stream, &buf, 1, on_written) != 0) {
        net_give_buf(conn->net, &conn->sending);
        conn_kill(conn);
        return;
    }
    conn->queue_seen = buf.len;
}

static void flush(csm_conn *conn)
{
    uv_buf_t buf;
    int sent;

    if (conn->out.len == 0 || conn->sending.ptr != NULL || conn->state == CONN_DEAD)
        return;
    buf = uv_buf_init((char *)conn->out.ptr, (unsigned)conn->out.len);
    sent = CSM_FAULT(net_write) ? UV_EPIPE : uv_try_write(&conn->uv.stream, &buf, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        conn_kill(conn);
        return;
    }
    conn->net->stats.bytes_out += conn->out.len;
    if (sent > 0)
        conn->active_at = now_ms(conn);
    else
        sent = 0;
    if ((size_t)sent == conn->out.len)
        net_give_buf(conn->net, &conn->out);
    else
        send_rest(conn, (size_t)sent);
}

/* ---- back-pressure ---- */

static void pause_if_full(csm_conn *conn)
{
    bool too_many = conn->in_flight_max > 0 && conn->in_flight >= conn->in_flight_max;

    if (too_many || unwritten(conn) > conn->net->options.write_high_bytes)
        conn->paused = true;
}

static bool can_resume(const csm_conn *conn)
{
    bool few = conn->in_flight_max == 0 || conn->in_flight <= conn->in_flight_max / 2;

    return conn->paused && few && unwritten(conn) <= conn->net->options.write_high_bytes / 2;
}

/* ---- input ---- */

static void read_stop(csm_conn *conn)
{
    if (!conn->reading)
        return;
    conn->reading = false;
    uv_read_stop(&conn->uv.stream);
}

static size_t offer(csm_conn *conn, const uint8_t *bytes, size_t len)
{
    size_t taken = conn->net->events.on_data(conn->user, bytes, len);

    if (taken == SIZE_MAX) {
        csm_conn_close(conn);
        return len;
    }
    assert(taken <= len);
    if (taken > 0)
        conn->partial_at = now_ms(conn);
    return taken < len ? taken : len;
}

static void input_drop(csm_conn *conn)
{
    net_give_buf(conn->net, &conn->in);
    conn->in_at = 0;
}

/* Keeps bytes the consumer did not take. A pause may add one read to the limit, for reading stops one read late. */
static bool input_keep(csm_conn *conn, const uint8_t *bytes, size_t len)
{
    csm_net *net = conn->net;
    size_t limit = (size_t)net->options.read_buffer_bytes + READ_BYTES;

    if (conn->in.ptr == NULL)
        net_take_buf(net, &conn->in, limit);
    if (conn->in_at > 0) {
        csm_buf_drop(&conn->in, conn->in_at);
        conn->in_at = 0;
    }
    if (csm_buf_add(&conn->in, bytes, len) && (conn->paused || conn->in.len <= net->options.read_buffer_bytes))
        return true;
    net->stats.closed_limit++;
    conn_kill(conn);
    return false;
}

static void input_offer_kept(csm_conn *conn)
{
    if (conn->in.len == 0)
        return;
    conn->in_at += offer(conn, conn->in.ptr + conn->in_at, conn->in.len - conn->in_at);
    if (conn->in_at == conn->in.len || conn->state != CONN_OPEN)
        input_drop(conn);
}

static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    const csm_conn *conn = handle->data;

    (void)suggested;
    *buf = uv_buf_init(conn->net->read_buf, READ_BYTES);
}

static void on_input(csm_conn *conn, const uint8_t *bytes, size_t len)
{
    conn->net->stats.bytes_in += len;
    conn->active_at = now_ms(conn);
    if (conn->state == CONN_CLOSING)
        read_stop(conn);
    if (conn->state != CONN_OPEN)
        return;
    if (conn->paused) {
        /* Stopping here and not when the pause began saves two system calls per pause that ends before more comes. */
        read_stop(conn);
        (void)input_keep(conn, bytes, len);
    } else if (conn->in.len > 0) {
        if (input_keep(conn, bytes, len))
            input_offer_kept(conn);
    } else {
        size_t taken = offer(conn, bytes, len);

        if (taken < len && conn->state == CONN_OPEN)
            (void)input_keep(conn, bytes + taken, len - taken);
    }
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    csm_conn *conn = stream->data;
    csm_net *net = conn->net;

    if (len > 0) {
        on_input(conn, (const uint8_t *)buf->base, (size_t)len);
    } else if (len == UV_EOF && conn->state != CONN_LINGER) {
        read_stop(conn);
        conn->eof = true;
        conn_touch(conn);
    } else if (len < 0) {
        conn_kill(conn);
    }
    /* With many ready at once the first replies leave before the last requests are read: their peers work meanwhile. */
    if (net->turn_count >= EARLY_COUNT)
        net_settle(net);
}

static void read_start(csm_conn *conn)
{
    if (conn->reading || conn->eof)
        return;
    if (uv_read_start(&conn->uv.stream, on_buffer, on_read) != 0) {
        conn_kill(conn);
        return;
    }
    conn->reading = true;
}

/* ---- the end ---- */

/* Closing a socket with unread input resets the connection and may lose our last reply: send the end of stream first
 * and read until the peer's. A drain does so only where input is waiting, for it must not wait for idle peers. */
static void linger(csm_conn *conn)
{
    uv_os_fd_t fd = -1;
    int unread = 0;

    if (conn->eof || uv_fileno(&conn->uv.handle, &fd) != 0) {
        conn_kill(conn);
        return;
    }
    if (conn->net->stopping && ioctl(fd, FIONREAD, &unread) == 0 && unread == 0) {
        conn_kill(conn);
        return;
    }
    if (shutdown(fd, SHUT_WR) != 0) {
        conn_kill(conn);
        return;
    }
    conn->state = CONN_LINGER;
    conn->linger_end = now_ms(conn) + LINGER_MS;
    read_start(conn);
}

void conn_settle(csm_conn *conn)
{
    flush(conn);
    if (conn->state == CONN_OPEN && can_resume(conn)) {
        conn->paused = false;
        conn->partial_at = now_ms(conn);
        input_offer_kept(conn);
        flush(conn);
        if (conn->state == CONN_OPEN && can_resume(conn))
            conn_touch(conn);
    }
    if (conn->state == CONN_OPEN && !conn->paused)
        read_start(conn);
    if (conn->state == CONN_CLOSING)
        input_drop(conn);
    if (conn->in_flight > 0 || unwritten(conn) > 0)
        return;
    if (conn->state == CONN_CLOSING)
        linger(conn);
    else if (conn->state == CONN_OPEN && conn->eof && !conn->paused)
        conn_kill(conn);
}

void conn_sweep(csm_conn *conn, uint64_t now)
{
    const csm_net_options *options = &conn->net->options;
    size_t queue = uv_stream_get_write_queue_size(&conn->uv.stream);
    bool leaving = conn->state == CONN_CLOSING || conn->eof;

    if (conn->state == CONN_DEAD)
        return;
    if (queue != conn->queue_seen) {
        conn->queue_seen = queue;
        conn->active_at = now;
    }
    if (conn->state == CONN_LINGER) {
        if (now >= conn->linger_end)
            conn_kill(conn);
    } else if (leaving && conn->in_flight == 0 && now - conn->active_at >= FLUSH_STALL_MS) {
        conn_kill(conn);
    } else if (conn->state == CONN_OPEN && conn->partial && !conn->paused && options->partial_ms > 0 &&
               now - conn->partial_at >= options->partial_ms) {
        conn->net->stats.closed_partial++;
        conn_kill(conn);
    } else if (options->idle_ms > 0 && conn->in_flight == 0 && now - conn->active_at >= options->idle_ms) {
        conn->net->stats.closed_idle++;
        conn_kill(conn);
    }
}

/* ---- the beginning ---- */

static int stream_open(csm_conn *conn, int fd)
{
    static const int on = 1, keepalive = KEEPALIVE_SECONDS;
    csm_net *net = conn->net;
    int rc;

    if (conn->peer.is_unix) {
        rc = uv_pipe_init(&net->loop, &conn->uv.pipe, 0);
        return rc != 0 ? rc : uv_pipe_open(&conn->uv.pipe, fd);
    }
    /* Best effort: without them replies are slower or a vanished peer is noticed later, nothing is wrong. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &keepalive, sizeof(keepalive));
    rc = uv_tcp_init(&net->loop, &conn->uv.tcp);
    return rc != 0 ? rc : uv_tcp_open(&conn->uv.tcp, fd);
}

void conn_open(csm_net *net, int fd, const csm_peer *peer)
{
    csm_conn *conn = csm_mem_zalloc(sizeof(*conn));

    if (conn == NULL) {
        net->stats.refused++;
        close(fd);
        return;
    }
    conn->net = net;
    conn->peer = *peer;
    conn->active_at = uv_now(&net->loop);
    conn->uv.handle.data = conn;
    TAILQ_INSERT_TAIL(&net->conns, conn, all);
    net->count++;
    if (stream_open(conn, fd) != 0) {
        /* The init half cannot fail for these arguments, so there is a handle to close, which does not own fd yet. */
        net->stats.refused++;
        close(fd);
        conn_kill(conn);
        return;
    }
    net->stats.accepted++;
    conn->user = net->events.on_open(net->events.user, conn, &conn->peer);
    if (conn->user == NULL)
        conn_kill(conn);
    else if (conn->state == CONN_OPEN)
        read_start(conn);
}

/* ---- the door ---- */

csm_status csm_conn_write(csm_conn *conn, const void *bytes, size_t len)
{
    csm_net *net = conn->net;
    size_t limit = net->options.write_limit_bytes;

    if (conn->state == CONN_LINGER || conn->state == CONN_DEAD)
        return CSM_E_STATE;
    if (len == 0)
        return CSM_OK;
    if (unwritten(conn) > limit) {
        flush(conn);
        if (conn->state == CONN_DEAD)
            return CSM_E_IO;
        if (unwritten(conn) > limit) {
            net->stats.closed_limit++;
            conn_kill(conn);
            return CSM_E_LIMIT;
        }
    }
    if (conn->out.ptr == NULL)
        net_take_buf(net, &conn->out, OUT_BYTES_MAX);
    if (!csm_buf_add(&conn->out, bytes, len)) {
        conn_kill(conn);
        return CSM_E_NOMEM;
    }
    pause_if_full(conn);
    conn_touch(conn);
    return CSM_OK;
}

void csm_conn_begin(csm_conn *conn)
{
    conn->in_flight++;
    pause_if_full(conn);
}

void csm_conn_end(csm_conn *conn)
{
    assert(conn->in_flight > 0);
    conn->in_flight--;
    conn_touch(conn);
}

void csm_conn_set_in_flight_max(csm_conn *conn, uint32_t max)
{
    conn->in_flight_max = max;
    pause_if_full(conn);
    conn_touch(conn);
}

bool csm_conn_can_take(const csm_conn *conn)
{
    return conn->state == CONN_OPEN && !conn->paused;
}

void csm_conn_close(csm_conn *conn)
{
    if (conn->state != CONN_OPEN)
        return;
    conn->state = CONN_CLOSING;
    conn->active_at = now_ms(conn);
    conn_touch(conn);
}

const csm_peer *csm_conn_peer(const csm_conn *conn)
{
    return &conn->peer;
}

void csm_conn_set_partial(csm_conn *conn, bool partial)
{
    if (partial && !conn->partial)
        conn->partial_at = now_ms(conn);
    conn->partial = partial;
}
