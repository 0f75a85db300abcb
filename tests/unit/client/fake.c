#include "fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"

/* [{"errors": "map"}] */
static const csm_str hello_params = CSM_STR_INIT("\x91\x81\xa6\x65rrors\xa3map");

static void answer_hello(fake *f)
{
    csm_pair pairs[] = { { CSM_STR_INIT("version"), csm_ctext("1.2.3") },
                         { CSM_STR_INIT("frame_bytes"), csm_int(4096) } };
    fake_request request;

    if (!fake_next(f, &request))
        return;
    f->said_hello = csm_str_is(request.envelope.method, "server.hello") && csm_str_eq(request.params, hello_params);
    fake_reply(f, request.envelope.msgid, csm_map(pairs, 2));
}

static void serve(void *user)
{
    fake *f = user;

    f->fd = accept(f->listener, NULL, NULL);
    if (f->fd < 0)
        return;
    if (!f->no_hello)
        answer_hello(f);
    f->script(f);
    close(f->fd);
}

void fake_start(fake *f, void (*script)(fake *f), const void *arg)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    bool no_hello = f->no_hello;

    *f = (fake){ .script = script, .arg = arg, .no_hello = no_hello, .fd = -1 };
    snprintf(f->dir, sizeof(f->dir), "/tmp/csm-client-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof(f->path), "%s/s", f->dir);
    snprintf(f->address, sizeof(f->address), "unix:%s", f->path);
    memcpy(addr.sun_path, f->path, sizeof(f->path));
    f->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(f->listener, (struct sockaddr *)&addr, sizeof(addr)), 0);
    assert_int_equal(listen(f->listener, 4), 0);
    csm_buf_init(&f->in, 0);
    csm_buf_init(&f->out, 0);
    assert_int_equal(csm_thread_start("fake", serve, f, &f->thread), CSM_OK);
}

void fake_stop(fake *f)
{
    atomic_store(&f->go, true);
    shutdown(f->listener, SHUT_RDWR); /* ends an accept that nobody came to */
    csm_thread_join(f->thread);
    close(f->listener);
    unlink(f->path);
    rmdir(f->dir);
    csm_buf_done(&f->in);
    csm_buf_done(&f->out);
}

csm_client *fake_client(fake *f, void (*script)(fake *f), const void *arg)
{
    csm_client_options options = CSM_CLIENT_OPTIONS_INIT;
    csm_client_error err = { 0 };
    csm_client *client = NULL;

    options.timeout_ms = FAKE_WAIT_MS;
    fake_start(f, script, arg);
    if (csm_client_connect(f->address, &options, &client, &err) != CSM_OK)
        fail_msg("%s", err.message);
    return client;
}

bool fake_next(fake *f, fake_request *out)
{
    csm_walk walk = { 0 };
    csm_error err;
    bool has_msgid;

    csm_buf_drop(&f->in, f->in_at);
    f->in_at = 0;
    for (;;) {
        csm_walk_result result = csm_walk_step(&walk, &csm_wire_limits_default, f->in.ptr, f->in.len, &err);
        ssize_t got;

        if (result == CSM_WALK_DONE)
            break;
        if (result == CSM_WALK_BAD || !csm_buf_reserve(&f->in, 4096))
            return false;
        got = recv(f->fd, f->in.ptr + f->in.len, 4096, 0);
        if (got <= 0)
            return false;
        f->in.len += (size_t)got;
    }
    f->in_at = walk.pos;
    if (csm_envelope_parse((csm_str){ (char *)f->in.ptr, walk.pos }, &out->envelope, &has_msgid, &err) != CSM_OK)
        return false;
    out->params.ptr = (const char *)out->envelope.params.at;
    out->params.len = (size_t)(out->envelope.params.end - out->envelope.params.at);
    return true;
}

void fake_send(fake *f, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len > 0) {
        ssize_t sent = send(f->fd, at, len, MSG_NOSIGNAL);

        if (sent <= 0)
            return; /* the client gave up, as some tests want it to */
        at += sent;
        len -= (size_t)sent;
    }
}

/* Sends what was written to f->out; without memory for it (a fault meant for the client) the client sees the end. */
static void send_out(fake *f)
{
    if (f->out.failed)
        shutdown(f->fd, SHUT_RDWR);
    else
        fake_send(f, f->out.ptr, f->out.len);
}

static void send_answer(fake *f, uint32_t msgid, csm_value error, csm_value result)
{
    csm_writer w = { &f->out };

    csm_buf_clear(&f->out);
    csm_write_list(&w, 4);
    csm_write_int(&w, CSM_RESPONSE);
    csm_write_int(&w, msgid);
    csm_write_value(&w, error);
    csm_write_value(&w, result);
    send_out(f);
}

void fake_reply(fake *f, uint32_t msgid, csm_value result)
{
    send_answer(f, msgid, csm_nil(), result);
}

void fake_error(fake *f, uint32_t msgid, csm_value error)
{
    send_answer(f, msgid, error, csm_nil());
}

void fake_notify(fake *f, const char *method, csm_value params)
{
    csm_writer w = { &f->out };

    csm_buf_clear(&f->out);
    csm_write_list(&w, 3);
    csm_write_int(&w, CSM_NOTIFICATION);
    csm_write_cstr(&w, method);
    csm_write_value(&w, params);
    send_out(f);
}

void fake_wait_go(fake *f)
{
    static const struct timespec pause = { .tv_nsec = 200000 };

    while (!atomic_exchange(&f->go, false))
        nanosleep(&pause, NULL);
}

void fake_until_closed(fake *f)
{
    fake_request request;

    while (fake_next(f, &request))
        ;
}

void script_echo(fake *f)
{
    fake_request request;

    while (fake_next(f, &request)) {
        csm_writer w = { &f->out };
        bool empty = csm_str_eq(request.params, CSM_STR("\x90"));

        csm_buf_clear(&f->out);
        csm_write_list(&w, 4);
        csm_write_int(&w, CSM_RESPONSE);
        csm_write_int(&w, request.envelope.msgid);
        csm_write_nil(&w);
        if (empty)
            csm_write_text(&w, request.envelope.method);
        else /* without the head of the list around it */
            csm_write_raw(&w, (csm_str){ request.params.ptr + 1, request.params.len - 1 });
        send_out(f);
    }
}
