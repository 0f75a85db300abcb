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

/* Start from csm_net_options_default. A size or count of 0 means the default as well. */
typedef struct csm_net_options {
    uint32_t max_connections;   /* default 4096; more are closed at once, but a few over a Unix socket */
    uint32_t read_buffer_bytes; /* most unconsumed input: frame limit plus one read (default 4 MiB + 64 KiB) */
    uint32_t write_high_bytes;  /* above: stop reading this peer until below half (default 1 MiB) */
    uint32_t write_limit_bytes; /* above, and the socket takes no more: the peer never reads; close (default 16 MiB) */
    uint32_t idle_ms;           /* no byte either way and nothing in flight: close; 0 = never (default 0) */
    uint32_t partial_ms;        /* a message begun must be complete within (default 30 000); 0 = never */
} csm_net_options;

extern const csm_net_options csm_net_options_default;

/* Counted since csm_net_new. */
typedef struct csm_net_stats {
    uint64_t accepted;
    uint64_t refused;        /* closed at once: over max_connections, or no descriptor or memory for them */
    uint64_t closed_idle;    /* idle_ms */
    uint64_t closed_partial; /* partial_ms */
    uint64_t closed_limit;   /* write_limit_bytes or read_buffer_bytes */
    uint64_t bytes_in;
    uint64_t bytes_out;
} csm_net_stats;

/* Who is at the other end. */
typedef struct csm_peer {
    bool is_unix;
    bool has_credentials; /* Unix socket: SO_PEERCRED read */
    uint32_t uid, pid;
    char address[108]; /* "127.0.0.1:53210" or "unix" */
} csm_peer;

typedef struct csm_net_events {
    /* A connection is there; returns the user pointer kept with it, NULL closes it (then on_close is not called). */
    void *(*on_open)(void *user, csm_conn *conn, const csm_peer *peer);
    /* Input; returns bytes consumed, or SIZE_MAX: as csm_conn_close. The rest comes again with more, or, when the
     * consumer stopped because csm_conn_can_take turned false, once it can take again. */
    size_t (*on_data)(void *conn_user, const uint8_t *bytes, size_t len);
    /* Gone; the conn handle is dead after this call. Never called from inside another call of this door. */
    void (*on_close)(void *conn_user);
    /* The rest may be NULL. On the loop, after csm_net_post was called at least once since the last time (wake-ups
     * coalesce). */
    void (*on_post)(void *user);
    /* On the loop, before it sleeps and once when csm_net_run is about to return: reset snapshots here. */
    void (*on_idle)(void *user);
    /* About once a second. */
    void (*on_tick)(void *user);
    void *user;
} csm_net_events;

/* @p options NULL: the defaults. Copies both structs. INVALID, NOMEM, LIMIT (no descriptors) or IO. */
csm_status csm_net_new(const csm_net_options *options, const csm_net_events *events, csm_net **out, csm_error *err);
/* After csm_net_run returned, or when it was never called. No other thread may post any more. NULL is fine. */
void csm_net_free(csm_net *net);
/* "unix:PATH" (at most 107 bytes, mode 0600 unless ",mode=0660"; a stale socket is replaced, a live one is BUSY, any
 * other file EXISTS; unlinked at close) or "tcp:HOST:PORT" (IPv6 in brackets; a name listens on the first of its
 * addresses that can be bound; port 0: any). Before run. @p bound (may be NULL) receives the address in the same form.
 * INVALID, NOT_FOUND (host or folder), BUSY, EXISTS, DENIED, LIMIT, NOMEM or IO. */
csm_status csm_net_listen(csm_net *net, const char *address, char bound[128], csm_error *err);
/* Runs the loop on this thread until stopped and drained; once per net. SIGPIPE is blocked on this thread meanwhile. */
csm_status csm_net_run(csm_net *net, csm_error *err);
/* Any thread, also a signal handler: wakes the loop, on_post is called. Harmless after csm_net_run returned. */
void csm_net_post(csm_net *net);
/* Any thread, also a signal handler: stop listening, stop reading, let what is in flight finish and be written for
 * @p drain_ms, then close all and return from run. Again with less time left: that counts. */
void csm_net_stop(csm_net *net, uint32_t drain_ms);

/* Loop thread, as all that follows. Queues a copy of the bytes, all or none; what one turn of the loop queued is
 * written in one go at its end. STATE: closed for output already. LIMIT, NOMEM, IO: this call closed the connection. */
csm_status csm_conn_write(csm_conn *conn, const void *bytes, size_t len);
/* The connection owns work not yet answered: keeps it open in close and drain, and not idle. At @p max in flight
 * reading stops until half of it; 0 = no limit (the default). */
void csm_conn_begin(csm_conn *conn);
void csm_conn_end(csm_conn *conn);
void csm_conn_set_in_flight_max(csm_conn *conn, uint32_t max);
/* False: too much in flight or unwritten, or closing. on_data asks before each message and stops there; what it left is
 * offered again when this is true again. */
bool csm_conn_can_take(const csm_conn *conn);
/* Reads no more; closes once nothing is in flight and everything written went out (or the peer takes none of it). */
void csm_conn_close(csm_conn *conn);
size_t csm_net_count(const csm_net *net);
csm_net_stats csm_net_get_stats(const csm_net *net);
const csm_peer *csm_conn_peer(const csm_conn *conn); /* borrowed until on_close */
/* True while a message has begun but is not complete: the consumer tells, so partial_ms can be kept. Bytes consumed
 * start the time anew; it stands still while reading is stopped. */
void csm_conn_set_partial(csm_conn *conn, bool partial);

#endif
