/* The pipelining client: many connections, one thread, its own event loop (epoll). Counts what it sends and measures from
 * the call that makes a request to the read that holds its whole answer. */
#ifndef CSM_BENCH_DRIVE_H
#define CSM_BENCH_DRIVE_H

#include "hist.h"

#include "base/buf.h"

#include <csm/types.h>

typedef struct drive drive;

typedef struct drive_source {
    /* Appends one whole request that bears @p msgid; false: nothing more to ask. */
    bool (*make)(void *user, uint32_t msgid, csm_buf *out);
    /* The encoded result of an answer that is no error. NULL: not looked at. */
    void (*take)(void *user, uint32_t msgid, csm_str result);
    void *user;
} drive_source;

/* What some of the connections do. */
typedef struct drive_part {
    drive_source source;
    uint32_t connections;
    uint32_t depth;      /* requests under way per connection */
    uint64_t requests;   /* out: answered */
    uint64_t errors;     /* out: of them refused; the first one's text in first_error */
    uint64_t bytes;      /* out: of answers */
    double seconds;      /* out: from the first request to the last answer */
    hist latency;        /* out */
    char first_error[256];
} drive_part;

/* Connects @p connections times to the loopback port, waiting up to 20 s for the first. */
drive *drive_open(uint16_t port, uint32_t connections);
/* The same to a Unix socket. */
drive *drive_open_local(const char *path, uint32_t connections);
void drive_close(drive *d);
/* Sends the request on every connection in turn and waits for its answer; an error ends the program. */
void drive_each(drive *d, drive_source source);
/* Runs the parts side by side, each on connections of its own, until @p seconds have passed or, when 0, until every source
 * has nothing more. What is under way then is still awaited. */
void drive_run(drive *d, drive_part *parts, uint32_t count, double seconds);

#endif
