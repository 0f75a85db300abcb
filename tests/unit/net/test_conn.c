/* Bytes in, bytes out, and the ways a connection ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "harness.h"

static void echoes_split_byte_by_byte(void **state)
{
    static const char text[] = "a line that comes one byte at a time\nand another\n";
    harness_options options = { 0 };
    harness h;
    int fd;

    (void)state;
    harness_start(&h, &options);
    fd = test_connect(h.bound);
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        send_all(fd, &text[i], 1);
        wait_for(&h.offers, (unsigned)i + 1); /* each byte is a read of its own */
    }
    expect_text(fd, text);
    close(fd);
    wait_for(&h.closed, 1);
    harness_stop(&h, 1000);
    assert_int_equal(h.stats.bytes_in, sizeof(text) - 1);
    assert_int_equal(h.stats.bytes_out, sizeof(text) - 1);
    assert_int_equal(h.stats.accepted, 1);
}

static void answers_one_segment_in_one_write(void **state)
{
    enum { LINES = 100, LINE = 8 };
    harness_options options = { 0 };
    char out[LINES * LINE + 1], in[sizeof(out)];
    harness h;
    int fd;

    (void)state;
    for (unsigned i = 0; i < LINES; i++)
        snprintf(out + (size_t)i * LINE, LINE + 1, "line%03u\n", i);
    harness_start(&h, &options);
    fd = test_connect(h.bound);
    send_all(fd, out, LINES * LINE);
    assert_int_equal(recv(fd, in, sizeof(in), 0), LINES * LINE);
    assert_memory_equal(in, out, LINES * LINE);
    close(fd);
    harness_stop(&h, 1000);
}

/* More than any buffer holds, with line ends everywhere relative to the reads. */
static void echoes_a_long_stream(void **state)
{
    enum { BYTES = 8 << 20, PIECE = 50021 };
    harness_options options = { 0 };
    char *out = malloc(BYTES), *in = malloc(PIECE);
    size_t sent = 0, got = 0;
    harness h;
    int fd;

    (void)state;
    assert_non_null(out);
    assert_non_null(in);
    for (size_t i = 0; i < BYTES; i++)
        out[i] = i % 97 == 96 || i == BYTES - 1 ? '\n' : (char)('a' + i % 23);
    harness_start(&h, &options);
    fd = test_connect(h.bound);
    while (got < BYTES) {
        for (; sent < BYTES && sent < got + 3 * PIECE; sent += PIECE)
            send_all(fd, out + sent, BYTES - sent < PIECE ? BYTES - sent : PIECE);
        if (sent > BYTES)
            sent = BYTES;
        size_t piece = sent - got < PIECE ? sent - got : PIECE;
        if (sent < BYTES && piece > 97) /* the last line may not be answered yet */
            piece -= 97;
        recv_exactly(fd, in, piece);
        assert_memory_equal(in, out + got, piece);
        got += piece;
    }
    close(fd);
    harness_stop(&h, 1000);
    free(out);
    free(in);
}

static void answers_after_half_close(void **state)
{
    harness_options options = { 0 };
    harness h;
    int fd;

    (void)state;
    harness_start(&h, &options);
    fd = test_connect(h.bound);
    send_text(fd, "hold\nhello\nan unfinished li");
    shutdown(fd, SHUT_WR);
    expect_text(fd, "hello\n");
    wait_for(&h.holds, 1);
    harness_release(&h);
    expect_text(fd, "done\n");
    expect_end(fd, false);
    wait_for(&h.closed, 1);
    close(fd);
    harness_stop(&h, 1000);
}

/* The last reply arrives though the peer goes on sending what nobody will read. */
static void says_goodbye_before_closing(void **state)
{
    harness_options options = { 0 };
    char *junk = calloc(1, 100000);
    harness h;
    int fd;

    (void)state;
    assert_non_null(junk);
    harness_start(&h, &options);
    fd = test_connect(h.bound);
    send_text(fd, "bye\n");
    send_all(fd, junk, 100000);
    expect_text(fd, "bye\n");
    expect_end(fd, false);
    close(fd);
    wait_for(&h.closed, 1);
    harness_stop(&h, 1000);
    free(junk);
}

static void closing_waits_for_work_in_flight(void **state)
{
    harness_options options = { 0 };
    harness h;
    int fd;

    (void)state;
    harness_start(&h, &options);
    fd = test_connect(h.bound);
    send_text(fd, "hold\nbye\nnever read\n");
    expect_text(fd, "bye\n");
    wait_for(&h.holds, 1);
    harness_release(&h);
    expect_text(fd, "done\n");
    expect_end(fd, false);
    close(fd);
    harness_stop(&h, 1000);
}

static void survives_a_reset(void **state)
{
    struct linger reset = { .l_onoff = 1 };
    harness_options options = { 0 };
    harness h;
    int fd;

    (void)state;
    harness_start(&h, &options);
    fd = test_connect(h.bound);
    send_text(fd, "hold\n");
    wait_for(&h.holds, 1);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(fd);
    wait_for(&h.closed, 1);

    fd = test_connect(h.bound);
    send_text(fd, "big 3000000\n");
    recv_exactly(fd, &(char){ 0 }, 1);
    close(fd); /* unread bytes: the server's next write meets a closed socket and must not raise a signal */
    wait_for(&h.closed, 2);
    harness_stop(&h, 1000);
}

static void post_from_any_thread(void *user)
{
    harness *h = user;

    for (unsigned i = 0; i < 1000; i++)
        csm_net_post(h->net);
}

static void posts_coalesce_and_none_is_lost(void **state)
{
    harness_options options = { 0 };
    csm_thread *threads[4];
    unsigned before;
    harness h;

    (void)state;
    harness_start(&h, &options);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(csm_thread_start("post", post_from_any_thread, &h, &threads[i]), CSM_OK);
    for (size_t i = 0; i < 4; i++)
        csm_thread_join(threads[i]);
    wait_for(&h.posts, 1);
    assert_in_range(atomic_load(&h.posts), 1, 4000);
    before = atomic_load(&h.posts);
    csm_net_post(h.net);
    wait_for(&h.posts, before + 1);
    wait_for(&h.ticks, 1);
    assert_true(atomic_load(&h.idles) > 0);
    harness_stop(&h, 0);
}

/* ---- drain ---- */

static void drain_waits_for_work_and_bytes(void **state)
{
    enum { BYTES = 6000000 };
    harness_options options = { 0 };
    int working, reading, idle;
    char *bytes = malloc(BYTES);
    harness h;

    (void)state;
    assert_non_null(bytes);
    harness_start(&h, &options);
    working = test_connect(h.bound);
    reading = test_connect(h.bound);
    idle = test_connect(h.bound);
    send_text(working, "hold\n");
    wait_for(&h.holds, 1);
    send_text(reading, "big 5999999\n");
    recv_exactly(reading, bytes, 1);
    send_text(idle, "x\n");
    expect_text(idle, "x\n");

    csm_net_stop(h.net, 60000);
    expect_end(idle, false);
    assert_int_equal(test_connect(h.bound), -1);
    recv_exactly(reading, bytes, BYTES - 1);
    expect_end(reading, false);
    send_text(working, "too late\n");
    harness_release(&h);
    expect_text(working, "done\n");
    expect_end(working, false);
    close(working);
    close(reading);
    close(idle);
    harness_join(&h);
    free(bytes);
}

static void drain_ends_at_its_deadline(void **state)
{
    harness_options options = { 0 };
    harness h;
    int fd;

    (void)state;
    harness_start(&h, &options);
    fd = test_connect(h.bound);
    send_text(fd, "hold\n");
    wait_for(&h.holds, 1);
    harness_stop(&h, 50);
    expect_end(fd, true);
    close(fd);

    harness_start(&h, &options);
    fd = test_connect(h.bound);
    send_text(fd, "hold\n");
    wait_for(&h.holds, 1);
    csm_net_stop(h.net, 600000);
    harness_stop(&h, 0); /* the second call is in a hurry */
    expect_end(fd, true);
    close(fd);
}

static void *open_none(void *user, csm_conn *conn, const csm_peer *peer)
{
    (void)conn;
    (void)peer;
    ++*(unsigned *)user;
    return NULL;
}

static size_t data_none(void *conn_user, const uint8_t *bytes, size_t len)
{
    (void)conn_user;
    (void)bytes;
    return len;
}

static void close_none(void *conn_user)
{
    (void)conn_user;
}

static void stop_before_run_and_free_without(void **state)
{
    unsigned opened = 0;
    csm_net_events events = { .on_open = open_none, .on_data = data_none, .on_close = close_none, .user = &opened };
    csm_net *net = NULL;
    csm_error err = { 0 };

    (void)state;
    assert_int_equal(csm_net_new(NULL, &events, &net, &err), CSM_OK);
    csm_net_stop(net, 0);
    assert_int_equal(csm_net_run(net, &err), CSM_OK);
    assert_int_equal(csm_net_run(net, &err), CSM_E_STATE);
    csm_net_free(net);

    assert_int_equal(csm_net_new(NULL, &events, &net, &err), CSM_OK);
    assert_int_equal(csm_net_listen(net, "tcp:127.0.0.1:0", NULL, &err), CSM_OK);
    csm_net_free(net);
    csm_net_free(NULL);

    events.on_data = NULL;
    assert_int_equal(csm_net_new(NULL, &events, &net, &err), CSM_E_INVALID);
    assert_int_equal(opened, 0);
}

static void run_net(void *user)
{
    (void)csm_net_run(user, NULL);
}

static void on_open_may_refuse(void **state)
{
    unsigned opened = 0;
    csm_net_events events = { .on_open = open_none, .on_data = data_none, .on_close = close_none, .user = &opened };
    csm_thread *thread = NULL;
    csm_net *net = NULL;
    char bound[128];
    int fd;

    (void)state;
    assert_int_equal(csm_net_new(NULL, &events, &net, NULL), CSM_OK);
    assert_int_equal(csm_net_listen(net, "tcp:127.0.0.1:0", bound, NULL), CSM_OK);
    assert_int_equal(csm_thread_start("net", run_net, net, &thread), CSM_OK);
    fd = test_connect(bound);
    expect_end(fd, true);
    close(fd);
    csm_net_stop(net, 0);
    csm_thread_join(thread);
    csm_net_free(net);
    assert_int_equal(opened, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(echoes_split_byte_by_byte),
        cmocka_unit_test(answers_one_segment_in_one_write),
        cmocka_unit_test(echoes_a_long_stream),
        cmocka_unit_test(answers_after_half_close),
        cmocka_unit_test(says_goodbye_before_closing),
        cmocka_unit_test(closing_waits_for_work_in_flight),
        cmocka_unit_test(survives_a_reset),
        cmocka_unit_test(posts_coalesce_and_none_is_lost),
        cmocka_unit_test(drain_waits_for_work_and_bytes),
        cmocka_unit_test(drain_ends_at_its_deadline),
        cmocka_unit_test(stop_before_run_and_free_without),
        cmocka_unit_test(on_open_may_refuse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
