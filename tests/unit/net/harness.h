/* A csm_net on a thread of its own that speaks lines, and plain sockets to talk to it.
 *   "hold\n"     begins in-flight work and answers nothing; harness_release answers "done\n" to all of it
 *   "big N\n"    answers N bytes 'b' and a newline
 *   "bye\n"      answers "bye\n" and closes
 *   "who\n"      answers "ADDRESS UNIX CREDENTIALS UID PID\n" of its peer
 *   any other    comes back as it is */
#ifndef CSM_TEST_NET_HARNESS_H
#define CSM_TEST_NET_HARNESS_H

#include "net/net.h"

#include <stdatomic.h>

#include "base/lock.h"

typedef struct harness_options {
    csm_net_options net;
    const char *address; /* NULL: tcp:127.0.0.1:0 */
    uint32_t in_flight_max;
    size_t reply_bytes; /* of the answer to a "hold"; 0: "done\n" */
} harness_options;

typedef struct harness {
    csm_net *net;
    csm_thread *thread;
    harness_options options;
    char bound[128];
    csm_status ran;
    struct line_conn *conns; /* loop thread */
    atomic_bool release;
    atomic_uint opened, closed, holds, posts, idles, ticks, offers, count;
    atomic_uint most_in_flight;
    csm_net_stats stats; /* after harness_stop */
} harness;

void harness_start(harness *h, const harness_options *options);
/* Waits for the thread, asserts that nothing is left, frees the net. */
void harness_join(harness *h);
/* csm_net_stop and harness_join. */
void harness_stop(harness *h, uint32_t drain_ms);
void harness_release(harness *h);

int64_t test_deadline(void); /* csm_mono_us when a test gives up waiting */
/* Spins politely until *value >= want; fails the test after a minute. */
void wait_for(const atomic_uint *value, unsigned want);

/* Connected, non-blocking off, receiving for a minute at most; -1 and errno when refused. */
int test_connect(const char *bound);
void send_all(int fd, const void *bytes, size_t len);
void send_text(int fd, const char *text);
/* Exactly @p len bytes; fails the test at end of stream. */
void recv_exactly(int fd, void *bytes, size_t len);
/* Asserts that the next bytes are @p text. */
void expect_text(int fd, const char *text);
/* Asserts that nothing but the end (or a reset, if @p reset_is_fine) comes. */
void expect_end(int fd, bool reset_is_fine);

#endif
