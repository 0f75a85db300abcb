/* What one peer, or many, may take: memory, time, places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "harness.h"

static void peer_that_never_reads_is_closed(void **state)
{
    harness_options options = { .net = { .write_limit_bytes = 1 << 20 }, .reply_bytes = 500000 };
    harness h;
    int fd, other;

    (void)state;
    harness_start(&h, &options);
    fd = test_connect(h.bound);
    for (int i = 0; i < 100; i++)
        send_text(fd, "hold\n");
    wait_for(&h.holds, 100);
    harness_release(&h); /* 50 MB for a peer that takes nothing */
    wait_for(&h.closed, 1);
    other = test_connect(h.bound);
    send_text(other, "still here\n");
    expect_text(other, "still here\n");
    close(other);
    close(fd);
    harness_stop(&h, 1000);
    assert_int_equal(h.stats.closed_limit, 1);
}

/* Without back-pressure the replies would pass the write limit and the connection be closed. */
static void slow_reader_stops_being_read(void **state)
{
    enum { REPLIES = 100, REPLY = 100000 };
    harness_options options = { .net = { .write_high_bytes = 64 << 10, .write_limit_bytes = 200000 } };
    char *reply = malloc(REPLY + 1);
    harness h;
    int fd;

    (void)state;
    assert_non_null(reply);
    harness_start(&h, &options);
    fd = test_connect(h.bound);
    for (int i = 0; i < REPLIES; i++)
        send_text(fd, "big 100000\n");
    send_text(fd, "end\n");
    for (int i = 0; i < REPLIES; i++) {
        recv_exactly(fd, reply, REPLY + 1);
        assert_int_equal(reply[0], 'b');
        assert_int_equal(reply[REPLY - 1], 'b');
        assert_int_equal(reply[REPLY], '\n');
    }
    expect_text(fd, "end\n");
    close(fd);
    harness_stop(&h, 1000);
    assert_int_equal(h.stats.closed_limit, 0);
    free(reply);
}

static void in_flight_maximum_stops_reading(void **state)
{
    enum { REQUESTS = 20, MAX = 4 };
    harness_options options = { .in_flight_max = MAX };
    harness h;
    int fd;

    (void)state;
    harness_start(&h, &options);
    fd = test_connect(h.bound);
    for (int i = 0; i < REQUESTS; i++)
        send_text(fd, "hold\n");
    send_text(fd, "end\n");
    for (unsigned done = 0; done < REQUESTS; done += MAX) {
        wait_for(&h.holds, done + MAX);
        harness_release(&h);
        for (int i = 0; i < MAX; i++)
            expect_text(fd, "done\n");
    }
    expect_text(fd, "end\n");
    assert_int_equal(atomic_load(&h.most_in_flight), MAX);
    close(fd);
    harness_stop(&h, 1000);
}

static void input_without_end_is_closed(void **state)
{
    harness_options options = { .net = { .read_buffer_bytes = 1000 } };
    char line[1001];
    harness h;
    int fd;

    (void)state;
    memset(line, 'a', sizeof(line));
    harness_start(&h, &options);
    fd = test_connect(h.bound);
    send_all(fd, line, 1000);
    wait_for(&h.offers, 1);
    send_all(fd, line, 1);
    expect_end(fd, true);
    close(fd);

    fd = test_connect(h.bound);
    line[999] = '\n';
    line[1000] = '\0';
    send_all(fd, line, 1000); /* just within */
    expect_text(fd, line);
    close(fd);
    harness_stop(&h, 1000);
    assert_int_equal(h.stats.closed_limit, 1);
}

static void unfinished_message_has_a_deadline(void **state)
{
    harness_options options = { .net = { .partial_ms = 60 } };
    harness h;
    int slow, idle;

    (void)state;
    harness_start(&h, &options);
    idle = test_connect(h.bound);
    send_text(idle, "whole\n");
    expect_text(idle, "whole\n");
    slow = test_connect(h.bound);
    send_text(slow, "whole\nbegun");
    expect_text(slow, "whole\n");
    expect_end(slow, true);
    send_text(idle, "nothing begun\n");
    expect_text(idle, "nothing begun\n");
    close(slow);
    close(idle);
    harness_stop(&h, 1000);
    assert_int_equal(h.stats.closed_partial, 1);
}

static void idle_connection_has_a_deadline(void **state)
{
    harness_options options = { .net = { .idle_ms = 1000 } }; /* time enough to say "hold" on a busy machine */
    harness h;
    int idle, working;

    (void)state;
    harness_start(&h, &options);
    working = test_connect(h.bound);
    send_text(working, "hold\n");
    wait_for(&h.holds, 1);
    idle = test_connect(h.bound);
    expect_end(idle, false);
    wait_for(&h.closed, 1);
    assert_int_equal(atomic_load(&h.closed), 1); /* the one at work is not idle */
    harness_release(&h);
    expect_text(working, "done\n");
    expect_end(working, false);
    close(idle);
    close(working);
    harness_stop(&h, 1000);
    assert_int_equal(h.stats.closed_idle, 2);
}

static void connections_have_a_maximum(void **state)
{
    harness_options options = { .net = { .max_connections = 3 } };
    int fds[3], fourth;
    harness h;

    (void)state;
    harness_start(&h, &options);
    for (size_t i = 0; i < 3; i++) {
        fds[i] = test_connect(h.bound);
        send_text(fds[i], "in\n");
        expect_text(fds[i], "in\n");
    }
    fourth = test_connect(h.bound);
    expect_end(fourth, true);
    close(fourth);
    close(fds[0]);
    wait_for(&h.closed, 1);
    fds[0] = test_connect(h.bound);
    send_text(fds[0], "in again\n");
    expect_text(fds[0], "in again\n");
    for (size_t i = 0; i < 3; i++)
        close(fds[i]);
    harness_stop(&h, 1000);
    assert_int_equal(h.stats.refused, 1);
    assert_int_equal(h.stats.accepted, 4);
}

/* Both ends live in this process: two descriptors each. */
static unsigned many(void)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    return limit.rlim_cur >= 4200 ? 2000 : (unsigned)(limit.rlim_cur - 200) / 2;
}

static void thousands_idle_cost_little(void **state)
{
    unsigned count = many();
    harness_options options = { 0 };
    int *fds = calloc(count, sizeof(*fds));
    size_t before, after;
    harness h;

    (void)state;
    assert_non_null(fds);
    harness_start(&h, &options);
    before = mallinfo2().uordblks;
    for (unsigned i = 0; i < count; i++) {
        if ((fds[i] = test_connect(h.bound)) < 0)
            fail_msg("connection %u: %s", i, strerrordesc_np(errno));
        send_text(fds[i], "hel");
    }
    for (unsigned i = 0; i < count; i++)
        send_text(fds[i], "lo\n");
    for (unsigned i = 0; i < count; i++)
        expect_text(fds[i], "hello\n");
    wait_for(&h.count, count);
    after = mallinfo2().uordblks; /* 0 under a sanitizer's allocator */
    print_message("  %u connections, %zu bytes of heap each\n", count, (after - before) / count);
    assert_true(after - before < (size_t)count * 2048);
    for (unsigned i = 0; i < count; i++)
        close(fds[i]);
    wait_for(&h.closed, count);
    harness_stop(&h, 1000);
    free(fds);
}

static void descriptors_running_out_refuse_one_connection(void **state)
{
    harness_options options = { 0 };
    struct rlimit before, tight;
    int dups[512], client, spare;
    size_t count = 0;
    harness h;

    (void)state;
    harness_start(&h, &options);
    spare = test_connect(h.bound);
    client = test_connect(h.bound);
    wait_for(&h.opened, 2);
    close(client);
    wait_for(&h.closed, 1);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    tight = before;
    tight.rlim_cur = 128;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    while (count < 512 && (dups[count] = dup(0)) >= 0)
        count++;
    assert_int_equal(errno, EMFILE);
    close(dups[--count]); /* one descriptor: the client gets it, the server none */
    client = test_connect(h.bound);
    expect_end(client, true);
    send_text(spare, "still served\n");
    expect_text(spare, "still served\n");
    close(client);
    while (count > 0)
        close(dups[--count]);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    client = test_connect(h.bound);
    send_text(client, "served again\n");
    expect_text(client, "served again\n");
    close(client);
    close(spare);
    harness_stop(&h, 1000);
    assert_int_equal(h.stats.refused, 1);
}

#ifndef CSM_NO_FAULTS
/* Each allocation on the way fails once: at worst that connection is closed, the next one is served. */
static void failing_allocations_close_one_connection(void **state)
{
    harness_options options = { 0 };
    harness h;

    (void)state;
    harness_start(&h, &options);
    for (unsigned long nth = 1; nth <= 4; nth++) {
        char got[8];
        int fd;

        csm_fault_arm(CSM_FAULT_alloc, nth, false);
        fd = test_connect(h.bound);
        (void)send(fd, "hel", 3, MSG_NOSIGNAL);
        (void)send(fd, "lo\n", 3, MSG_NOSIGNAL);
        (void)recv(fd, got, sizeof(got), 0);
        close(fd);
        csm_fault_arm(CSM_FAULT_alloc, 0, false);
        fd = test_connect(h.bound);
        send_text(fd, "hello\n");
        expect_text(fd, "hello\n");
        close(fd);
    }
    harness_stop(&h, 1000);
    assert_true(h.stats.refused >= 1);
}

static void failing_write_closes_the_connection(void **state)
{
    harness_options options = { 0 };
    harness h;
    int fd;

    (void)state;
    harness_start(&h, &options);
    fd = test_connect(h.bound);
    csm_fault_arm(CSM_FAULT_net_write, 1, false);
    send_text(fd, "hello\n");
    expect_end(fd, true);
    csm_fault_arm(CSM_FAULT_net_write, 0, false);
    wait_for(&h.closed, 1);
    close(fd);
    harness_stop(&h, 1000);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peer_that_never_reads_is_closed),
        cmocka_unit_test(slow_reader_stops_being_read),
        cmocka_unit_test(in_flight_maximum_stops_reading),
        cmocka_unit_test(input_without_end_is_closed),
        cmocka_unit_test(unfinished_message_has_a_deadline),
        cmocka_unit_test(idle_connection_has_a_deadline),
        cmocka_unit_test(connections_have_a_maximum),
        cmocka_unit_test(thousands_idle_cost_little),
        cmocka_unit_test(descriptors_running_out_refuse_one_connection),
#ifndef CSM_NO_FAULTS
        cmocka_unit_test(failing_allocations_close_one_connection),
        cmocka_unit_test(failing_write_closes_the_connection),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
