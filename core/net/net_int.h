/* What the files of this room share. Everything here belongs to the loop thread but the three atomics. */
#ifndef CSM_NET_NET_INT_H
#define CSM_NET_NET_INT_H

#include "net/net.h"

#include "base/address.h"

#include <uv.h>

#include <stdatomic.h>
#include <sys/queue.h>
#include <sys/stat.h>

#define READ_BYTES 65536u     /* one read; the buffer is shared by all connections */
#define EARLY_COUNT 64        /* touched connections that do not wait for the end of the turn */
#define SPARE_MAX EARLY_COUNT /* buffers kept for the next busy connection */
#define SPARE_BYTES 65536u    /* larger ones go back to the heap */
#define FLUSH_STALL_MS 10000u /* a closing peer that takes none of its last bytes is cut off */
#define LINGER_MS 2000u       /* after our end of stream, how long the peer's is waited for */

typedef enum conn_state {
    CONN_OPEN,
    CONN_CLOSING, /* reads no more; in-flight work and unwritten bytes still go out */
    CONN_LINGER,  /* our end of stream is sent; what still comes is thrown away */
    CONN_DEAD     /* uv_close called; on_close follows */
} conn_state;

struct csm_conn {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    csm_net *net;
    void *user; /* NULL: on_open refused or not called yet */
    TAILQ_ENTRY(csm_conn) all;
    TAILQ_ENTRY(csm_conn) turn; /* linked while has_turn */
    csm_buf in;                 /* unconsumed input is in[in_at .. in.len) */
    size_t in_at;
    csm_buf out;       /* gathered in this turn */
    csm_buf sending;   /* lent to write_req until its callback */
    size_t queue_seen; /* libuv's write queue at the last sweep: progress shows there */
    uv_write_t write_req;
    uint64_t active_at;  /* ms: last byte either way */
    uint64_t partial_at; /* ms: the message now arriving began */
    uint64_t linger_end; /* ms */
    uint32_t in_flight;
    uint32_t in_flight_max;
    conn_state state;
    bool has_turn;
    bool paused;  /* nothing is offered until in flight and unwritten are below half */
    bool reading; /* uv_read_start is in force */
    bool eof;     /* the peer's end of stream */
    bool partial;
    csm_peer peer;
};

typedef TAILQ_HEAD(conn_list, csm_conn) conn_list;

typedef struct net_listener {
    uv_poll_t poll;
    csm_net *net;
    int fd;
    bool is_unix;
    bool muted; /* accept failed for want of resources; the sweep listens again */
    char path[CSM_ADDRESS_PATH_MAX + 1];
    dev_t dev; /* of the socket file, so that only our own is unlinked */
    ino_t ino;
    SLIST_ENTRY(net_listener) next;
} net_listener;

struct csm_net {
    uv_loop_t loop;
    uv_async_t async;
    uv_prepare_t prepare;
    uv_check_t check;
    uv_idle_t again; /* active while a connection waits for another turn: the loop must not sleep */
    uv_timer_t tick;
    uv_timer_t sweep;
    uv_poll_t reserve;
    csm_net_options options;
    csm_net_events events;
    csm_net_stats stats;
    SLIST_HEAD(, net_listener) listeners;
    conn_list conns;
    conn_list turn; /* connections to flush, resume or finish at the end of this turn */
    size_t count;
    size_t turn_count;
    csm_buf spare[SPARE_MAX];
    unsigned spare_count;
    int spare_fd; /* given up to accept and close a connection when descriptors run out; -1 when lost */
    bool has_run;
    bool stopping;
    bool finished;      /* the loop's own handles are closed */
    uint64_t drain_end; /* ms, while stopping */
    atomic_bool posted;
    atomic_bool stop_asked;
    atomic_uint stop_ms;
    char *read_buf;
};

/* net.c */
void net_take_buf(csm_net *net, csm_buf *buf, size_t limit);
void net_give_buf(csm_net *net, csm_buf *buf);
/* Settles what was touched. Not from inside a call of the consumer's. */
void net_settle(csm_net *net);
/* A connection is gone; ends the loop when it was the last one of a drain. */
void net_conn_gone(csm_net *net);

/* listen.c */
void listener_close(net_listener *listener);
void listener_unmute(net_listener *listener);

/* conn.c */
/* Takes over the descriptor, also on failure. */
void conn_open(csm_net *net, int fd, const csm_peer *peer);
/* Flushes, resumes, finishes: what the calls of this turn left to do. */
void conn_settle(csm_conn *conn);
/* Deadlines. */
void conn_sweep(csm_conn *conn, uint64_t now);
/* Closes at once; unwritten bytes are lost. */
void conn_kill(csm_conn *conn);

#endif
