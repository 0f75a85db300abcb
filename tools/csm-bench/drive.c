/* One thread, one epoll. A connection has a ring of send times by message id, so answers may come in any order. */
#include "drive.h"

#include "child.h"
#include "now.h"

#include "wire/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DEPTH_MAX 1024u /* a power of two */
#define READ_ROOM 262144u

typedef struct conn {
    int fd;
    bool writing;        /* epoll also waits for room to write */
    drive_part *part;
    csm_walk walk;       /* of the message at in[0] */
    csm_buf in, out;
    size_t out_at;
    uint32_t next_msgid, under_way;
    int64_t sent_ns[DEPTH_MAX];
} conn;

struct drive {
    int epoll;
    uint32_t count;
    conn *conns;
    bool stopping;
    uint32_t under_way;
};

static const csm_wire_limits limits = { .frame_bytes = 64u << 20, .depth = CSM_WIRE_DEPTH_MAX, .elements = 100000000 };

/* ---- connecting ---- */

typedef struct place {
    struct sockaddr_storage at;
    socklen_t len;
} place;

static int connect_once(const place *to)
{
    int fd = socket(to->at.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    if (fd < 0)
        die("socket: %s", strerror(errno));
    if (connect(fd, (const struct sockaddr *)&to->at, to->len) == 0) {
        if (to->at.ss_family == AF_INET)
            (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        return fd;
    }
    (void)close(fd);
    return -1;
}

static int connect_within(const place *to, int64_t ns)
{
    struct timespec pause = { 0, 1000000 };
    int64_t until = now_ns() + ns;
    int fd;

    while ((fd = connect_once(to)) < 0) {
        if (now_ns() > until)
            die("nobody listens: %s", strerror(errno));
        (void)nanosleep(&pause, NULL);
    }
    return fd;
}

static drive *open_to(const place *to, uint32_t connections)
{
    drive *d = calloc(1, sizeof(*d));

    if (d == NULL || (d->conns = calloc(connections, sizeof(*d->conns))) == NULL)
        die("out of memory");
    d->epoll = epoll_create1(EPOLL_CLOEXEC);
    d->count = connections;
    for (uint32_t n = 0; n < connections; n++) {
        conn *c = &d->conns[n];
        struct epoll_event event = { .events = EPOLLIN, .data = { .ptr = c } };

        c->fd = connect_within(to, INT64_C(20000000000));
        c->next_msgid = n << 24; /* so that a message id names one request of the run */
        csm_buf_init(&c->in, 0);
        csm_buf_init(&c->out, 0);
        if (epoll_ctl(d->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0)
            die("epoll: %s", strerror(errno));
    }
    return d;
}

drive *drive_open(uint16_t port, uint32_t connections)
{
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = { htonl(INADDR_LOOPBACK) } };
    place to = { .len = sizeof(in) };

    memcpy(&to.at, &in, sizeof(in));
    return open_to(&to, connections);
}

drive *drive_open_local(const char *path, uint32_t connections)
{
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    place to = { .len = sizeof(un) };

    if ((size_t)snprintf(un.sun_path, sizeof(un.sun_path), "%s", path) >= sizeof(un.sun_path))
        die("the socket's path is too long: %s", path);
    memcpy(&to.at, &un, sizeof(un));
    return open_to(&to, connections);
}

void drive_close(drive *d)
{
    if (d == NULL)
        return;
    for (uint32_t n = 0; n < d->count; n++) {
        (void)close(d->conns[n].fd);
        csm_buf_done(&d->conns[n].in);
        csm_buf_done(&d->conns[n].out);
    }
    (void)close(d->epoll);
    free(d->conns);
    free(d);
}

/* ---- sending ---- */

static void want_write(drive *d, conn *c, bool wanted)
{
    struct epoll_event event = { .events = EPOLLIN | (wanted ? EPOLLOUT : 0u), .data = { .ptr = c } };

    if (c->writing != wanted && epoll_ctl(d->epoll, EPOLL_CTL_MOD, c->fd, &event) != 0)
        die("epoll: %s", strerror(errno));
    c->writing = wanted;
}

static void flush(drive *d, conn *c)
{
    while (c->out_at < c->out.len) {
        ssize_t sent = send(c->fd, c->out.ptr + c->out_at, c->out.len - c->out_at, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            want_write(d, c, true);
            return;
        }
        if (sent < 0)
            die("the server closed a connection: %s", strerror(errno));
        c->out_at += (size_t)sent;
    }
    csm_buf_clear(&c->out);
    c->out_at = 0;
    want_write(d, c, false);
}

/* Fills up what the connection may have under way. */
static void ask(drive *d, conn *c)
{
    drive_part *part = c->part;

    while (!d->stopping && part != NULL && c->under_way < part->depth) {
        uint32_t msgid = c->next_msgid;

        if (!part->source.make(part->source.user, msgid, &c->out))
            break;
        if (c->out.failed)
            die("out of memory");
        c->next_msgid++;
        c->sent_ns[msgid & (DEPTH_MAX - 1)] = now_ns();
        c->under_way++;
        d->under_way++;
    }
}

/* ---- receiving ---- */

/* The text of an error: a line, or the message of a map. */
static void keep_error(drive_part *part, csm_reader r)
{
    csm_head head;

    if (part->first_error[0] != '\0' || !csm_reader_next(&r, &head))
        return;
    if (head.type == CSM_T_TEXT)
        snprintf(part->first_error, sizeof(part->first_error), "%.*s", CSM_STR_FMT(head.s));
    else
        snprintf(part->first_error, sizeof(part->first_error), "an error that is no text");
}

static void count_answer(drive *d, conn *c, uint32_t msgid, int64_t now, size_t len)
{
    drive_part *part = c->part;

    if (c->under_way == 0 || c->next_msgid - msgid - 1 >= DEPTH_MAX)
        die("an answer to no question: message id %u", msgid);
    c->under_way--;
    d->under_way--;
    part->requests++;
    part->bytes += len;
    hist_add(&part->latency, now - c->sent_ns[msgid & (DEPTH_MAX - 1)]);
}

/* One whole message: an answer, or the request itself when an echo sent it. */
static void take_message(drive *d, conn *c, csm_str message, int64_t now)
{
    drive_part *part = c->part;
    csm_envelope envelope;
    bool has_msgid = false;
    csm_error err = { 0 };
    csm_reader r;

    if (csm_envelope_parse(message, &envelope, &has_msgid, &err) != CSM_OK)
        die("not a message: %s", err.message);
    if (envelope.kind == CSM_NOTIFICATION)
        return;
    if (part == NULL)
        die("an answer to no question");
    count_answer(d, c, envelope.msgid, now, message.len);
    if (envelope.kind == CSM_REQUEST)
        return;
    r = envelope.params;
    if (r.at < r.end && *r.at == 0xc0) {
        r.at++;
        if (part->source.take != NULL)
            part->source.take(part->source.user, envelope.msgid,
                              (csm_str){ (const char *)r.at, (size_t)(r.end - r.at) });
    } else {
        part->errors++;
        keep_error(part, r);
    }
}

static void take_bytes(drive *d, conn *c)
{
    int64_t now = now_ns();
    csm_error err = { 0 };
    size_t at = 0;

    while (at < c->in.len) {
        csm_walk_result found = csm_walk_step(&c->walk, &limits, c->in.ptr + at, c->in.len - at, &err);

        if (found == CSM_WALK_BAD)
            die("the answer is broken: %s", err.message);
        if (found == CSM_WALK_MORE)
            break;
        take_message(d, c, (csm_str){ (const char *)c->in.ptr + at, c->walk.pos }, now);
        at += c->walk.pos;
        c->walk = (csm_walk){ 0 };
    }
    if (at == c->in.len)
        csm_buf_clear(&c->in);
    else
        csm_buf_drop(&c->in, at);
}

static void receive(drive *d, conn *c)
{
    size_t room;
    ssize_t len;

    if (c->in.cap - c->in.len < 4096 && !csm_buf_reserve(&c->in, READ_ROOM))
        die("out of memory");
    room = c->in.cap - c->in.len;
    len = recv(c->fd, c->in.ptr + c->in.len, room, MSG_DONTWAIT);
    if (len < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (len <= 0)
        die("the server closed a connection: %s", len < 0 ? strerror(errno) : "end of stream");
    c->in.len += (size_t)len;
    take_bytes(d, c);
}

static void turn(drive *d)
{
    struct epoll_event events[128];
    int count = epoll_wait(d->epoll, events, 128, 60000);

    if (count == 0)
        die("no answer for 60 s (%u under way)", d->under_way);
    for (int n = 0; n < count; n++) {
        conn *c = events[n].data.ptr;

        if ((events[n].events & ~(unsigned)EPOLLOUT) != 0)
            receive(d, c);
        ask(d, c);
        if (c->out.len > 0)
            flush(d, c);
    }
}

/* ---- runs ---- */

static void give_parts(drive *d, drive_part *parts, uint32_t count)
{
    uint32_t next = 0;

    for (uint32_t p = 0; p < count; p++) {
        drive_part *part = &parts[p];

        part->requests = part->errors = part->bytes = 0;
        part->latency = (hist){ 0 };
        part->first_error[0] = '\0';
        if (part->depth == 0 || part->depth > DEPTH_MAX || next + part->connections > d->count)
            die("part %u: %u connections of depth %u", p, part->connections, part->depth);
        for (uint32_t n = 0; n < part->connections; n++)
            d->conns[next++].part = part;
    }
    while (next < d->count)
        d->conns[next++].part = NULL;
}

void drive_run(drive *d, drive_part *parts, uint32_t count, double seconds)
{
    int64_t start = now_ns(), until = seconds > 0 ? start + (int64_t)(seconds * 1e9) : INT64_MAX;

    give_parts(d, parts, count);
    d->stopping = false;
    for (uint32_t n = 0; n < d->count; n++) {
        ask(d, &d->conns[n]);
        flush(d, &d->conns[n]);
    }
    while (d->under_way > 0) {
        turn(d);
        d->stopping = d->stopping || now_ns() >= until;
    }
    for (uint32_t p = 0; p < count; p++)
        parts[p].seconds = (double)(now_ns() - start) / 1e9;
}

typedef struct once {
    drive_source source;
    bool asked;
} once;

static bool make_once(void *user, uint32_t msgid, csm_buf *out)
{
    once *o = user;

    if (o->asked)
        return false;
    o->asked = true;
    return o->source.make(o->source.user, msgid, out);
}

void drive_each(drive *d, drive_source source)
{
    give_parts(d, NULL, 0);
    d->stopping = false;
    for (uint32_t n = 0; n < d->count; n++) {
        once o = { source, false };
        drive_part part = { .source = { make_once, NULL, &o }, .connections = 1, .depth = 1 };
        conn *c = &d->conns[n];

        c->part = &part;
        ask(d, c);
        flush(d, c);
        while (d->under_way > 0)
            turn(d);
        c->part = NULL;
        if (part.errors > 0)
            die("%s", part.first_error);
    }
}
