#include "harness.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define GIVE_UP_US (60 * CSM_SECOND)

typedef struct line_conn {
    harness *h;
    csm_conn *conn;
    unsigned held;
    struct line_conn *next; /* of h->conns */
} line_conn;

/* ---- the consumer: loop thread ---- */

static void *on_open(void *user, csm_conn *conn, const csm_peer *peer)
{
    harness *h = user;
    line_conn *line = csm_mem_zalloc(sizeof(*line));

    (void)peer;
    if (line == NULL)
        return NULL;
    line->h = h;
    line->conn = conn;
    line->next = h->conns;
    h->conns = line;
    csm_conn_set_in_flight_max(conn, h->options.in_flight_max);
    atomic_fetch_add(&h->opened, 1);
    atomic_store(&h->count, (unsigned)csm_net_count(h->net));
    return line;
}

static void hold(line_conn *line)
{
    csm_conn_begin(line->conn);
    line->held++;
    if (line->held > atomic_load(&line->h->most_in_flight))
        atomic_store(&line->h->most_in_flight, line->held);
    atomic_fetch_add(&line->h->holds, 1);
}

static void write_bytes(line_conn *line, size_t len)
{
    char *bytes = malloc(len + 1);

    if (bytes == NULL)
        return;
    memset(bytes, 'b', len);
    bytes[len] = '\n';
    (void)csm_conn_write(line->conn, bytes, len + 1);
    free(bytes);
}

static void big(line_conn *line, csm_str count)
{
    uint64_t len = 0;

    if (csm_parse_uint(count, &len))
        write_bytes(line, (size_t)len);
}

static void who(line_conn *line)
{
    const csm_peer *peer = csm_conn_peer(line->conn);
    char text[192];
    int len = snprintf(text, sizeof(text), "%s %d %d %u %u\n", peer->address, peer->is_unix, peer->has_credentials,
                       peer->uid, peer->pid);

    (void)csm_conn_write(line->conn, text, (size_t)len);
}

/* False: the line asked for the end. */
static bool take_line(line_conn *line, csm_str text)
{
    if (csm_str_is(text, "hold")) {
        hold(line);
    } else if (csm_str_starts(text, CSM_STR("big "))) {
        big(line, (csm_str){ text.ptr + 4, text.len - 4 });
    } else if (csm_str_is(text, "who")) {
        who(line);
    } else {
        (void)csm_conn_write(line->conn, text.ptr, text.len + 1);
        return !csm_str_is(text, "bye");
    }
    return true;
}

static size_t on_data(void *user, const uint8_t *bytes, size_t len)
{
    line_conn *line = user;
    size_t at = 0;

    atomic_fetch_add(&line->h->offers, 1);
    while (at < len && csm_conn_can_take(line->conn)) {
        const uint8_t *end = memchr(bytes + at, '\n', len - at);

        if (end == NULL)
            break;
        if (!take_line(line, (csm_str){ (const char *)bytes + at, (size_t)(end - bytes) - at }))
            return SIZE_MAX;
        at = (size_t)(end - bytes) + 1;
    }
    csm_conn_set_partial(line->conn, at < len && csm_conn_can_take(line->conn));
    return at;
}

static void on_close(void *user)
{
    line_conn *line = user;
    line_conn **at = &line->h->conns;

    while (*at != line)
        at = &(*at)->next;
    *at = line->next;
    atomic_fetch_add(&line->h->closed, 1);
    csm_mem_free(line);
}

static void on_post(void *user)
{
    harness *h = user;

    atomic_fetch_add(&h->posts, 1);
    if (!atomic_exchange(&h->release, false))
        return;
    for (line_conn *line = h->conns; line != NULL; line = line->next)
        for (; line->held > 0; line->held--) {
            if (h->options.reply_bytes > 0)
                write_bytes(line, h->options.reply_bytes);
            else
                (void)csm_conn_write(line->conn, "done\n", 5);
            csm_conn_end(line->conn);
        }
}

static void on_idle(void *user)
{
    harness *h = user;

    atomic_fetch_add(&h->idles, 1);
    atomic_store(&h->count, (unsigned)csm_net_count(h->net));
}

static void on_tick(void *user)
{
    harness *h = user;

    atomic_fetch_add(&h->ticks, 1);
}

/* ---- life ---- */

static void run(void *user)
{
    harness *h = user;

    h->ran = csm_net_run(h->net, NULL);
}

void harness_start(harness *h, const harness_options *options)
{
    csm_net_events events = { .on_open = on_open,
                              .on_data = on_data,
                              .on_close = on_close,
                              .on_post = on_post,
                              .on_idle = on_idle,
                              .on_tick = on_tick,
                              .user = h };
    const char *address = options->address != NULL ? options->address : "tcp:127.0.0.1:0";
    csm_error err = { 0 };

    memset(h, 0, sizeof(*h));
    h->options = *options;
    h->ran = CSM_E_INTERNAL;
    assert_int_equal(csm_net_new(&options->net, &events, &h->net, &err), CSM_OK);
    if (csm_net_listen(h->net, address, h->bound, &err) != CSM_OK)
        fail_msg("%s", err.message);
    assert_int_equal(csm_thread_start("net", run, h, &h->thread), CSM_OK);
}

void harness_stop(harness *h, uint32_t drain_ms)
{
    csm_net_stop(h->net, drain_ms);
    harness_join(h);
}

void harness_join(harness *h)
{
    csm_thread_join(h->thread);
    assert_int_equal(h->ran, CSM_OK);
    assert_int_equal(csm_net_count(h->net), 0);
    assert_int_equal(atomic_load(&h->opened), atomic_load(&h->closed));
    h->stats = csm_net_get_stats(h->net);
    csm_net_post(h->net); /* late posts are harmless */
    csm_net_free(h->net);
    h->net = NULL;
}

void harness_release(harness *h)
{
    atomic_store(&h->release, true);
    csm_net_post(h->net);
}

int64_t test_deadline(void)
{
    return csm_mono_us() + GIVE_UP_US;
}

void wait_for(const atomic_uint *value, unsigned want)
{
    static const struct timespec pause = { .tv_nsec = 200000 };
    int64_t deadline = test_deadline();

    while (atomic_load(value) < want) {
        if (csm_mono_us() > deadline)
            fail_msg("waited for %u, there are %u", want, atomic_load(value));
        nanosleep(&pause, NULL);
    }
}

/* ---- plain sockets ---- */

static int connect_unix(const char *path)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static int connect_tcp(const char *bound)
{
    struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const char *port = strrchr(bound, ':') + 1;
    bool is_six = bound[4] == '[';
    int fd = socket(is_six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    uint64_t number = 0;

    csm_parse_uint(csm_str_of(port), &number);
    six.sin6_port = four.sin_port = htons((uint16_t)number);
    if (fd >= 0 && connect(fd, is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four,
                           is_six ? sizeof(six) : sizeof(four)) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

int test_connect(const char *bound)
{
    struct timeval limit = { .tv_sec = GIVE_UP_US / CSM_SECOND };
    int fd = strncmp(bound, "unix:", 5) == 0 ? connect_unix(bound + 5) : connect_tcp(bound);

    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    return fd;
}

void send_all(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len > 0) {
        ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);

        if (sent < 0)
            fail_msg("send: %s", strerrordesc_np(errno));
        at += sent;
        len -= (size_t)sent;
    }
}

void send_text(int fd, const char *text)
{
    send_all(fd, text, strlen(text));
}

void recv_exactly(int fd, void *bytes, size_t len)
{
    char *at = bytes;

    while (len > 0) {
        ssize_t got = recv(fd, at, len, 0);

        if (got <= 0)
            fail_msg("recv: %s", got == 0 ? "end of stream" : strerrordesc_np(errno));
        at += got;
        len -= (size_t)got;
    }
}

void expect_text(int fd, const char *text)
{
    size_t len = strlen(text);
    char *got = malloc(len + 1);

    assert_non_null(got);
    recv_exactly(fd, got, len);
    got[len] = '\0';
    assert_string_equal(got, text);
    free(got);
}

void expect_end(int fd, bool reset_is_fine)
{
    char byte = 0;
    ssize_t got = recv(fd, &byte, 1, 0);

    if (got == 0 || (got < 0 && reset_is_fine && errno == ECONNRESET))
        return;
    fail_msg("expected the end, got %zd (%s) '%c'", got, got < 0 ? strerrordesc_np(errno) : "", byte);
}
