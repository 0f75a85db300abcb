/* Dispatch: from one MessagePack-RPC message to its reply. Reads run in place on the loop thread, writes on the writer
 * thread in batches that commit once, long reads and password work on our own workers. Knows no socket: replies leave
 * through a function it is given. Source: DESIGN 2, 8. */
#ifndef CSM_RPC_RPC_H
#define CSM_RPC_RPC_H

#include "engine/engine.h"

typedef struct csm_rpc csm_rpc;
typedef struct csm_session csm_session; /* one connection: who is logged in, how errors look */

/* What plugin.list, plugin.show and plugin.clear do; the loader knows. Values in the arena of ctx. */
typedef struct csm_rpc_plugins {
    csm_status (*list)(void *user, csm_ctx *ctx, csm_value *out);
    csm_status (*show)(void *user, csm_ctx *ctx, csm_str id, csm_value *out);
    csm_status (*clear)(void *user, csm_ctx *ctx, csm_str id, csm_value *out); /* what crashes of it are remembered */
    void *user;
} csm_rpc_plugins;

/* What plugin.activate and plugin.deactivate do: a call of them is alone in its transaction. Writer thread. */
typedef enum csm_plugin_verb { CSM_PLUGIN_ACTIVATE, CSM_PLUGIN_DEACTIVATE, CSM_PLUGIN_CASCADE } csm_plugin_verb;
typedef struct csm_rpc_activation {
    /* Writes all of it into the transaction of ctx; *out: ids of the plugins that come or go, in that order. */
    csm_status (*change)(void *user, csm_ctx *ctx, csm_str id, csm_plugin_verb verb, csm_value *out);
    /* Commits what change did, perhaps nothing; all as before when it fails. */
    csm_status (*commit)(void *user, csm_txn *txn, csm_error *err);
    /* The transaction was undone: nothing of it came about. */
    void (*drop)(void *user);
    void *user;
} csm_rpc_activation;

typedef struct csm_rpc_options {
    csm_wire_limits wire;         /* announced by server.hello; the transport checks frame_bytes too */
    uint32_t workers;             /* threads for long reads, hashing, dry runs (default 2) */
    uint32_t queue_max;           /* writes waiting; more are BUSY (default 8192) */
    uint32_t batch_requests;      /* most writes of one commit (default 512) */
    uint32_t batch_bytes;         /* most pending bytes of one commit (default 8 MiB) */
    uint32_t batch_us;            /* most handler time of one commit (default 100 000) */
    uint32_t in_flight_max;       /* unanswered requests of one connection (default 1024) */
    uint32_t deadline_ms;         /* of a request that names none (default 30 000) */
    uint32_t reply_bytes;         /* largest reply (default 16 MiB) */
    uint32_t login_parallel;      /* password hashes at a time (default 1) */
    uint32_t login_failures;      /* failed logins of one address in a minute, then it waits (default 60; 0 = no limit) */
    const char *backup_dir;       /* where backup.start puts copies, must outlive the dispatch; NULL: refused */
    bool demo;                    /* told by server.status */
    csm_rpc_plugins plugins;
    csm_rpc_activation activation;
    csm_trail *trail;             /* where the threads note whose code they run; NULL: nowhere */
    void (*wake)(void *user);     /* any thread: the loop thread must call csm_rpc_deliver soon */
    void (*broken)(void *user);   /* writer thread: the store answers UNKNOWN; the server must stop */
    void *user;
} csm_rpc_options;
extern const csm_rpc_options csm_rpc_options_default;

/* The plugin that carries the methods of the core (position 1 in every registry, after the engine's own). */
const csm_plugin *csm_rpc_plugin(void);

csm_status csm_rpc_new(csm_engine *engine, const csm_rpc_options *options, csm_rpc **out, csm_error *err);
csm_status csm_rpc_start(csm_rpc *rpc, csm_error *err); /* threads */
/* Takes no more writes, finishes those queued, joins the threads. Replies still wait for csm_rpc_deliver. */
void csm_rpc_stop(csm_rpc *rpc);
void csm_rpc_free(csm_rpc *rpc);
/* Any thread: the writer looks at its jobs again (clock moved, job added). */
void csm_rpc_wake_writer(csm_rpc *rpc);

/* ---- loop thread ---- */

typedef struct csm_session_options {
    bool local_admin;          /* Unix peer of the same user or root */
    const char *address;       /* copied */
    void (*send)(void *user, csm_str bytes);  /* one encoded reply; copied by the receiver */
    void (*begin)(void *user); /* a request was taken: in flight */
    void (*end)(void *user);   /* it was answered */
    void *user;
} csm_session_options;
/* NULL: out of memory. */
csm_session *csm_session_new(csm_rpc *rpc, const csm_session_options *options);
/* The connection is gone: answers still under way are dropped, their effects stay. NULL is fine. */
void csm_session_free(csm_session *session);
/* One whole message (walked, within limits). False: answered with an error after which the connection should close. */
bool csm_session_message(csm_session *session, csm_str message);
/* An error outside any request (frame too large...): a response with msgid 0, then the connection should close. */
void csm_session_refuse(csm_session *session, const csm_error *err);
/* Sends what writer and workers have finished. After options.wake, and once after csm_rpc_stop. */
void csm_rpc_deliver(csm_rpc *rpc);
/* Lets go of the loop's snapshot. Before the loop sleeps. */
void csm_rpc_idle(csm_rpc *rpc);

#endif
