/* Bytes to and from the server: sending a request while reading what comes, splitting the input into messages, keeping
 * answers, delivering notifications. What breaks the protocol loses the connection: there is no way to find the next
 * message in such a stream. */
#include "client_int.h"

#include "base/mem.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES 65536u
#define IDLE_BYTES (1u << 20) /* a larger buffer is given back when it is empty */
#define KEPT_FRAMES 4u        /* answers nobody received: at most this many times frame_bytes */

csm_status stream_lose(csm_client *client, csm_error *err)
{
    if (client->fd >= 0) {
        close(client->fd);
        client->fd = -1;
        client->broken = *err;
    }
    return err->code;
}

static void buf_empty(csm_buf *buf)
{
    if (buf->cap > IDLE_BYTES)
        csm_buf_done(buf);
    else
        csm_buf_clear(buf);
}

/* ---- messages ---- */

static csm_status answer_keep(csm_client *client, uint32_t msgid, csm_str message, csm_error *err)
{
    pending *p = pending_find(client, msgid);
    uint8_t *bytes;

    if (p == NULL || p->state == PENDING_DONE)
        return csm_error_set(err, CSM_E_INVALID, "the server answered request %u, which is not under way", msgid);
    if (p->state == PENDING_FORGOTTEN) {
        pending_del(client, p);
        return CSM_OK;
    }
    if (client->done_bytes + message.len > (uint64_t)client->limits.frame_bytes * KEPT_FRAMES)
        return csm_error_set(err, CSM_E_LIMIT, "answers not received yet are over %u times the frame limit",
                             KEPT_FRAMES);
    if ((bytes = csm_mem_alloc(message.len)) == NULL)
        return csm_error_nomem(err);
    memcpy(bytes, message.ptr, message.len);
    pending_done(client, p, bytes, message.len);
    return CSM_OK;
}

/* The one element of params, or nil. */
static csm_status notification_params(csm_envelope *envelope, csm_arena *arena, csm_value *out, csm_error *err)
{
    csm_decode_options options = { .strict = true };
    csm_value list;

    CSM_TRY(csm_wire_decode(&envelope->params, arena, options, &list, err));
    if (list.type != CSM_T_LIST || list.count > 1 || (list.count == 1 && list.list[0].type != CSM_T_MAP))
        return csm_error_set(err, CSM_E_INVALID, "notification \"%.*s\": params are not a list of at most one map",
                             CSM_STR_FMT(envelope->method));
    *out = list.count == 1 ? list.list[0] : csm_nil();
    return CSM_OK;
}

static csm_status notification_deliver(csm_client *client, csm_envelope *envelope, csm_error *err)
{
    csm_arena *arena;
    csm_value params;
    csm_status st;

    if (client->options.on_notification == NULL)
        return CSM_OK;
    if ((arena = csm_arena_new(4096, 0)) == NULL)
        return csm_error_nomem(err);
    if ((st = notification_params(envelope, arena, &params, err)) == CSM_OK) {
        client->in_callback = true;
        client->options.on_notification(envelope->method, &params, client->options.user);
        client->in_callback = false;
    }
    csm_arena_free(arena);
    return st;
}

static csm_status message_take(csm_client *client, csm_str message, csm_error *err)
{
    csm_envelope envelope;
    bool has_msgid;

    CSM_TRY(csm_envelope_parse(message, &envelope, &has_msgid, err));
    client->received++;
    switch (envelope.kind) {
    case CSM_RESPONSE:
        return answer_keep(client, envelope.msgid, message, err);
    case CSM_NOTIFICATION:
        return notification_deliver(client, &envelope, err);
    case CSM_REQUEST:
        break;
    }
    return csm_error_set(err, CSM_E_INVALID, "the server sent a request");
}

static csm_status messages_take(csm_client *client, csm_error *err)
{
    while (client->in_at < client->in.len) {
        const uint8_t *bytes = client->in.ptr + client->in_at;
        csm_walk_result result =
            csm_walk_step(&client->walk, &client->limits, bytes, client->in.len - client->in_at, err);

        if (result == CSM_WALK_BAD)
            return err->code;
        if (result == CSM_WALK_MORE)
            return CSM_OK;
        csm_str message = { (const char *)bytes, client->walk.pos };
        client->in_at += client->walk.pos;
        client->walk = (csm_walk){ 0 };
        CSM_TRY(message_take(client, message, err));
    }
    client->in_at = 0;
    buf_empty(&client->in);
    return CSM_OK;
}

/* ---- bytes ---- */

static csm_status input_read(csm_client *client, csm_error *err)
{
    ssize_t got;

    if (client->in_at > 0) {
        csm_buf_drop(&client->in, client->in_at);
        client->in_at = 0;
    }
    if (!csm_buf_reserve(&client->in, READ_BYTES))
        return csm_error_nomem(err);
    got = recv(client->fd, client->in.ptr + client->in.len, READ_BYTES, 0);
    if (got == 0)
        return csm_error_set(err, CSM_E_IO, "the server closed the connection");
    if (got < 0)
        return errno == EAGAIN || errno == EINTR
                   ? CSM_OK
                   : csm_error_set(err, CSM_E_IO, "receiving: %s", strerrordesc_np(errno));
    client->in.len += (size_t)got;
    return messages_take(client, err);
}

static csm_status not_open(csm_client *client, csm_error *err)
{
    *err = client->broken;
    return err->code;
}

csm_status stream_read(csm_client *client, int64_t deadline_us, csm_error *err)
{
    short ready = 0;
    csm_status st;

    if (client->fd < 0)
        return not_open(client, err);
    if ((st = wait_ready(client->fd, POLLIN, deadline_us, &ready, err)) == CSM_E_TIMEOUT)
        return csm_error_set(err, CSM_E_TIMEOUT, "no answer in time");
    if (st != CSM_OK || (st = input_read(client, err)) != CSM_OK)
        return stream_lose(client, err);
    return CSM_OK;
}

/* A server that closes has often said why before: takes in what is there. */
static csm_status send_failed(csm_client *client, csm_error *err)
{
    csm_error ignored;
    short ready = 0;

    csm_error_set(err, CSM_E_IO, "sending: %s", strerrordesc_np(errno));
    while (wait_ready(client->fd, POLLIN, 0, &ready, &ignored) == CSM_OK && input_read(client, &ignored) == CSM_OK)
        ;
    return stream_lose(client, err);
}

csm_status stream_send(csm_client *client, int64_t deadline_us, csm_error *err)
{
    size_t at = 0;
    short ready = 0;
    csm_status st;

    if (client->fd < 0)
        return not_open(client, err);
    while (at < client->out.len) {
        ssize_t sent = send(client->fd, client->out.ptr + at, client->out.len - at, MSG_NOSIGNAL);

        if (sent >= 0) {
            at += (size_t)sent;
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return send_failed(client, err);
        if ((st = wait_ready(client->fd, POLLIN | POLLOUT, deadline_us, &ready, err)) == CSM_E_TIMEOUT) {
            csm_error_set(err, CSM_E_TIMEOUT, "the server does not take the request");
            if (at > 0) /* half a request is out: nothing sent after it would be understood */
                return stream_lose(client, err);
            return CSM_E_TIMEOUT;
        }
        if (st != CSM_OK || ((ready & ~POLLOUT) != 0 && (st = input_read(client, err)) != CSM_OK))
            return stream_lose(client, err);
    }
    buf_empty(&client->out);
    return CSM_OK;
}
