/* Sockets on libuv: listeners (TCP, Unix), connections, limits, back-pressure, idle deadlines, graceful drain.
 * The only room that includes <uv.h>. Knows no MessagePack: bytes go to a callback that says how many it took.
 * Everything here runs on the loop thread but csm_net_post and csm_net_stop. */
#ifndef CSM_NET_NET_H
#define CSM_NET_NET_H

#include "base/buf.h"
#include "base/error.h"

#include <csm/types.h>

typedef struct csm_net csm_net;
typedef struct csm_conn csm_conn;

typedef struct csm_net_options {
    uint32_t max_connections;   /* default 4096; more are closed at once */
    uint32_t read_buffer_bytes; /* most unconsumed input per connection: frame limit plus one read */
    uint32_t write_high_bytes;  /* above: stop reading this peer until below half (default 1 MiB) */
    uint32_t write_limit_bytes; /* above: the peer never reads; close (default 16 MiB) */
    uint32_t idle_ms;           /* no byte either way and nothing in flight: close; 0 = never (default 0) */
    uint32_t partial_ms;        /* a message begun must be complete within (default 30 000); 0 = never */
} csm_net_options;

/* Who is at the other end. */
typedef struct csm_peer {
    bool is_unix;
    bool has_credentials;  /* Unix socket: SO_PEERCRED read */
    uint32_t uid, pid;
    char address[108];     /* "127.0.0.1:53210" or "unix" */
} csm_peer;

typedef struct csm_net_events {
    /* A connection is there; returns the user pointer kept with it, NULL closes it. */
    void *(*on_open)(void *user, csm_conn *conn, const csm_peer *peer);
    /* Input; returns bytes consumed (the rest comes again with more), or SIZE_MAX: close after what is written went out. */
    size_t (*on_data)(void *conn_user, const uint8_t *bytes, size_t len);
    /* Gone; the conn handle is dead after this call. */
    void (*on_close)(void *conn_user);
    /* On the loop, after csm_net_post was called at least once since the last time (wake-ups coalesce). */
    void (*on_post)(void *user);
    /* On the loop, before it sleeps: reset snapshots here. */
    void (*on_idle)(void *user);
    /* About once a second. */
    void (*on_tick)(void *user);
    void *user;
} csm_net_events;

csm_status csm_net_new(const csm_net_options *options, const csm_net_events *events, csm_net **out, csm_error *err);
void csm_net_free(csm_net *net);
/* "unix:PATH" (at most 107 bytes, mode 0600 unless ",mode=0660"; a stale socket is replaced, a live one is BUSY) or
 * "tcp:HOST:PORT" (port 0: any). Before run. @p bound receives the address in the same form. */
csm_status csm_net_listen(csm_net *net, const char *address, char bound[128], csm_error *err);
/* Runs the loop on this thread until stopped and drained. */
csm_status csm_net_run(csm_net *net, csm_error *err);
/* Any thread, also a signal handler: wakes the loop, on_post is called. */
void csm_net_post(csm_net *net);
/* Any thread: stop listening, stop reading, let what is in flight finish for @p drain_ms, then close all and return from run. */
void csm_net_stop(csm_net *net, uint32_t drain_ms);

/* Loop thread. Queues bytes (copied or taken over) and writes at the end of this turn. */
csm_status csm_conn_write(csm_conn *conn, const void *bytes, size_t len);
/* The connection owns work not yet answered: keeps it open in drain and not idle. Above @p max in flight reading stops. */
void csm_conn_begin(csm_conn *conn);
void csm_conn_end(csm_conn *conn);
void csm_conn_set_in_flight_max(csm_conn *conn, uint32_t max);
void csm_conn_close(csm_conn *conn); /* after what was written went out */
size_t csm_net_count(const csm_net *net);
const csm_peer *csm_conn_peer(const csm_conn *conn);
/* True while a message has begun but is not complete: the consumer tells, so partial_ms can be kept. */
void csm_conn_set_partial(csm_conn *conn, bool partial);

#endif
