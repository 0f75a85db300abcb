/* One request on its way: what the files of this room share. A call is made on the loop thread, run on one thread, and
 * delivered and freed on the loop thread again. */
#ifndef CSM_RPC_CALL_H
#define CSM_RPC_CALL_H

#include "base/pool.h"
#include "base/queue.h"
#include "engine/access/caller.h"
#include "engine/event/event.h"
#include "engine/job/job.h"
#include "engine/record/call.h"
#include "rpc/rpc.h"

typedef struct csm_call csm_call;
typedef struct csm_throttle csm_throttle; /* failed logins by address */
typedef struct csm_batch csm_batch;       /* of the writer */

/* Who a connection is. Changed on the loop thread only, when a reply that changes it is delivered. */
typedef struct csm_identity {
    csm_id user;
    csm_id acting;             /* administrator acting as user */
    csm_id session;            /* row of sys_session; none: local administrator, token or nobody */
    csm_id token;              /* row of sys_token; none: not logged in by one */
    bool local_admin;
} csm_identity;

struct csm_session {
    csm_rpc *rpc;
    csm_session_options options;
    char address[112];         /* with options never changed: other threads read them */
    csm_identity identity;
    uint64_t login_epoch;      /* watched epoch at which the row of the login was there and good */
    csm_time login_until;      /* and until when it is; 0 = to be looked at */
    uint32_t calls;            /* under way */
    uint32_t id;               /* number within this run of the server */
    bool error_maps;
    bool closed;               /* the connection is gone: free with the last call */
    csm_session *next, *prev;  /* all sessions of the server */
};

/* What runs before a write enters the queue, on a password worker: puts what the write needs into call->prepared. */
typedef csm_status (*csm_prepare_fn)(csm_ctx *ctx, csm_call *call);

struct csm_call {
    csm_call *next;            /* in the list of finished calls */
    csm_rpc *rpc;
    csm_session *session;      /* loop thread only */
    csm_identity identity;     /* as of dispatch */
    uint64_t owner;            /* once it leaves the loop: who takes turns with others */
    uint32_t msgid;
    bool notification;
    bool error_maps;
    const csm_mmethod *method;
    csm_registry *reg;         /* method belongs to */
    csm_prepare_fn prepare;
    csm_arena *arena;
    csm_str message;           /* copied for calls that leave the loop */
    csm_reader params;
    csm_value given;           /* the map of named arguments without the common ones; nil = none */
    csm_str trace, request_key;
    csm_time as_of;
    bool dry_run, display;
    int64_t started_us, deadline_us; /* csm_mono_us */
    csm_value prepared;        /* by prepare, for the handler */
    bool changes_identity;     /* the reply carries new_identity to the session */
    csm_identity new_identity;
    bool changes_errors;       /* and new_error_maps */
    bool new_error_maps;
    bool refused;              /* the handler answered OK to keep its effect, but the answer is the error in refusal */
    bool close_after;
    bool external;             /* its caller is: an error tells him neither hint nor detail nor plugin */
    bool took_effect;          /* wrote something */
    bool more;                 /* set by the handler: it goes on in a later transaction */
    bool held;                 /* by the writer: not run in this transaction, an earlier call of its session is not through */
    uint32_t pages;            /* of it that are committed */
    size_t reply_kept;         /* what they wrote of the reply */
    void *progress;            /* the handler's own, in arena: how far it is */
    bool essential;            /* goes through though the store is full */
    bool alone;                /* in its transaction: it changes which plugins are active */
    csm_buf reply;             /* whole encoded response; empty for notifications */
    csm_status status;
    csm_error refusal;         /* last: what comes before it is cleared for the next message; set when refused */
};

/* A context with its call: handlers of this room get from ctx to the call. */
typedef struct csm_call_ctx {
    csm_ctx ctx;               /* first */
    csm_call *call;
} csm_call_ctx;
static inline csm_call *csm_call_of(csm_ctx *ctx)
{
    return ((csm_call_ctx *)(void *)ctx)->call;
}

/* What a thread that runs calls owns. */
typedef struct csm_seat {
    csm_snap *snap;
    csm_cache cache;
    csm_idgen ids;
} csm_seat;

#define CSM_LATENCY_BUCKETS 24 /* powers of two of microseconds */
typedef struct csm_method_stat {
    const char *name;
    uint64_t calls, errors, total_us, max_us;
    uint64_t buckets[CSM_LATENCY_BUCKETS];
} csm_method_stat;

typedef struct csm_writer_stat {
    _Atomic uint64_t batches, requests, jobs, commit_us, run_us, biggest_batch;
} csm_writer_stat;

struct csm_rpc {
    csm_engine *engine;
    csm_rpc_options options;
    csm_queue *queue;          /* of csm_call, to the writer */
    csm_batch *batch;          /* writer thread: what it took from there */
    csm_thread *writer;
    csm_pool *workers;         /* long reads, dry runs */
    csm_pool *hashers;         /* password work */
    csm_seat loop, write;
    csm_seat *worker_seats, *hasher_seats;
    csm_call in_place;         /* the loop's one call at a time */
    csm_mutex *done_lock;      /* guards done_head, done_tail */
    csm_call *done_head, **done_tail;
    csm_session *sessions;     /* loop thread */
    _Atomic uint32_t session_count;
    uint32_t next_session;     /* loop thread */
    csm_mutex *stats_lock;     /* guards stats, counted, counted_stat */
    csm_strmap *stats;         /* method name -> csm_method_stat */
    const char *counted;       /* method counted last, a registry's name: kept until the engine closes */
    csm_method_stat *counted_stat;
    csm_throttle *throttle;    /* loop thread */
    csm_writer_stat writer_stat;
    int64_t started_us;
    _Atomic bool broken;       /* the store answered UNKNOWN */
    uint64_t traces;           /* loop thread: for calls that bring no trace */
    int64_t stopped_us;        /* loop thread: what a read may take in place when one was stopped last */
    int64_t stopped_at_us;     /* and when that was */
    int64_t cpu_lead_us;       /* loop thread: its processor time less the clock's, */
    int64_t cpu_read_us;       /* as it was then */
};

/* ---- call.c: making, running, answering ---- */

csm_call *csm_call_new(csm_rpc *rpc, csm_session *session); /* own arena and reply; NULL: out of memory */
void csm_call_free(csm_call *call);
/* Decodes params, takes the common arguments out. The call's message must outlive it. */
csm_status csm_call_decode(csm_call *call, csm_error *err);
/* Context for the decoded call on a seat, as nobody. @p txn NULL: a read, which cannot fail. */
csm_status csm_call_begin(csm_call *call, csm_call_ctx *cc, csm_seat *seat, csm_txn *txn);
/* Makes the one who asks its caller, and its method that of the registry the call runs on. */
csm_status csm_call_load(csm_call *call, csm_ctx *ctx);
/* Both. */
csm_status csm_call_enter(csm_call *call, csm_call_ctx *cc, csm_seat *seat, csm_txn *txn);
/* May this caller call the method at all? */
csm_status csm_call_check(csm_call *call, csm_ctx *ctx);
/* Rights, arguments, handler; on OK the reply is encoded into call->reply. */
csm_status csm_call_run(csm_call *call, csm_ctx *ctx);
/* Encodes the error of @p err as the reply. */
void csm_call_fail(csm_call *call, const csm_error *err);
/* The error as clients that asked for maps see it. */
void csm_call_write_error(csm_call *call, csm_writer *w, const csm_error *err);
/* Encodes a result value as the reply. */
csm_status csm_call_answer(csm_call *call, csm_value result, csm_error *err);

/* ---- rpc.c ---- */

/* Hands finished calls (a list) to the loop thread. */
void csm_rpc_finish(csm_rpc *rpc, csm_call *first, csm_call *last);
void csm_rpc_count(csm_call *call); /* one more call of its method, with its time and status */

/* ---- throttle.c: an address with too many failed logins waits. Loop thread; allows: any ---- */

csm_throttle *csm_throttle_new(uint32_t failures_per_minute); /* 0 = never throttles; NULL: out of memory */
void csm_throttle_free(csm_throttle *throttle);
csm_status csm_throttle_check(csm_call *call, csm_error *err); /* BUSY: the caller's address must wait */
bool csm_throttle_allows(csm_throttle *throttle, const char *address, csm_time now);
uint64_t csm_throttle_host(const char *address); /* the same number for every port of a host */
void csm_throttle_count(csm_throttle *throttle, const char *address, csm_time now);

/* ---- writer.c, worker.c: what the threads run ---- */

/* The writer thread, until its queue is closed and empty. */
void csm_writer_run(void *rpc);
/* Whether a handler whose work comes in pieces, at it since @p since_us (csm_mono_us), should make way: it sets call->more and
 * returns. Soon when other sessions wait, else after a while. Never in a dry run. The thread that runs the call. */
bool csm_writer_is_turn_over(csm_call *call, int64_t since_us);
/* One call each, on a pool's thread @p worker; its reply goes to csm_rpc_finish, a prepared write to the writer. */
void csm_worker_read(void *call, unsigned worker);
void csm_worker_prepare(void *call, unsigned worker);
void csm_worker_dry_run(void *call, unsigned worker);

/* ---- dry.c ---- */

/* What a dry run would have changed: {result, changes: [{table, id, operation, fields: {name: {old, new}}}]}, with only the fields
 * the caller may read. @p before: a snapshot from before the transaction. */
csm_status csm_dry_diff(csm_ctx *ctx, csm_call *call, csm_snap *before, csm_value *out);

/* ---- repeat.c: request_key ---- */

/* Looks for the stored reply of the call's request_key. *found: call->reply is it. CONFLICT: other arguments. */
csm_status csm_repeat_find(csm_ctx *ctx, csm_call *call, bool *found);
/* Stores the reply just encoded, in the transaction of its effect. */
csm_status csm_repeat_store(csm_ctx *ctx, csm_call *call);
/* Deletes replies of days gone by, one page; *more when some are left. */
csm_status csm_repeat_purge(csm_ctx *ctx, bool *more);

/* ---- method tables, one per area ---- */

typedef struct csm_method_set {
    const csm_method *items;
    uint32_t count;
} csm_method_set;
csm_method_set csm_methods_server(void);
csm_method_set csm_methods_session(void);
csm_method_set csm_methods_password(void);
csm_method_set csm_methods_token(void);
csm_method_set csm_methods_table(void);
csm_method_set csm_methods_record(void);
csm_method_set csm_methods_batch(void);
csm_method_set csm_methods_history(void);
csm_method_set csm_methods_attachment(void);
csm_method_set csm_methods_explain(void);
csm_method_set csm_methods_admin(void);
csm_method_set csm_methods_import(void);
/* The method's calls are alone in their transactions. */
bool csm_method_is_alone(const char *method);
/* Password work of a method, or NULL. */
csm_prepare_fn csm_prepare_find(const char *method);

#endif
