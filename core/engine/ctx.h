/* The context of one call: what it reads through, who asks, when, and what went wrong. Lives on the thread that runs the
 * call; everything it hands out is in its arena. The engine and what hangs off it for the life of the process. */
#ifndef CSM_ENGINE_CTX_H
#define CSM_ENGINE_CTX_H

#include "base/clock.h"
#include "base/id.h"
#include "base/lock.h"
#include "base/trail.h"
#include "model/model.h"
#include "store/store.h"
#include "wire/wire.h"

typedef struct csm_engine csm_engine;
typedef struct csm_caller csm_caller;
typedef struct csm_caller_cache csm_caller_cache; /* engine/access */
typedef struct csm_kept csm_kept;                 /* engine/query */
typedef struct csm_request_log csm_request_log; /* engine/event: the records this request changed */

typedef struct csm_engine_limits {
    uint32_t read_rows;        /* rows a read may touch in place before it moves to a worker (default 20 000) */
    uint64_t read_rows_hard;   /* rows any read may touch (default 50 000 000) */
    int64_t read_us;           /* time a read may compute in place (default 20 000) */
    uint32_t page_rows;        /* most rows of one page (default 1000) */
    uint32_t sort_rows;        /* most rows sorted in memory when no index serves the order (default 200 000) */
    uint32_t gather_rows;      /* rows sorted for a page before an index of its order is walked instead (default 2000) */
    uint32_t rule_depth;       /* 8 */
    uint32_t derived_rows;     /* rows a path or copy may rewrite in one transaction (default 20 000) */
    uint32_t write_ms;         /* time a write may take on the writer before TIMEOUT (default 10 000) */
    uint32_t batch_ms;         /* time a batch that is all or nothing may compute there (default 5000) */
    uint32_t session_hours;    /* life of a session (default 12) */
    uint32_t request_key_days; /* replies kept for repeats (default 7) */
} csm_engine_limits;
extern const csm_engine_limits csm_engine_limits_default;

/* One per server. Immutable after start but for the members that say otherwise. */
struct csm_engine {
    csm_store *store;
    csm_clock *clock;
    const csm_host *host;
    csm_engine_limits limits;
    csm_registry *_Atomic registry; /* newest; published by the writer. Older ones are kept until close */
    csm_registry *withdrawn;   /* published, but never committed; the writer's */
    void (*wake_writer)(void *user); /* a due job was added: the writer looks again. Any thread */
    void *wake_user;
    /* Before a plugin's own code runs while it is activated, and after it (@p plugin NULL): a crash in between is its own.
     * NULL: nobody asks. */
    csm_status (*starting)(void *user, const char *plugin, csm_error *err);
    void *starting_user;
    csm_trail_slot *writer_trail; /* where the writer notes whose code it runs, from when it serves; NULL = nowhere */
};

/* Who asks. Made from the user's rows through a view and kept per thread until a watched table changes. */
struct csm_caller {
    csm_id user;               /* none: nobody yet */
    csm_str user_name;         /* recorded as author */
    csm_id acting;             /* administrator acting as the user; none = himself */
    csm_str acting_name;
    bool is_system;            /* jobs, boot: everything, named "system" */
    bool is_admin;             /* holds role "admin", or is the local administrator */
    bool is_external;          /* holds snc_external */
    bool must_change_password; /* only session.change_password, whoami and logout */
    uint64_t *roles;           /* bit per csm_mrole.id of reg */
    uint32_t role_words;
    uint64_t epoch;            /* watched epoch this was computed at */
    const csm_registry *reg;
    csm_value *values;         /* by position in reg->caller_values; NIL until computed, then LIST */
    struct csm_known **known;  /* engine/access: what follows from his roles, by table id; NULL until asked */
    csm_arena *arena;          /* what it lives in; NULL: static */
};

/* What a thread keeps between calls. Nothing in it is stored: with an empty one all goes as well, but slower. */
typedef struct csm_cache {
    csm_caller_cache *callers;
    csm_kept *kept;
    csm_trail_slot *trail;     /* where the thread notes whose code it runs; NULL = nowhere */
} csm_cache;

#define CSM_CORE_PLUGINS 2u /* positions of the engine's own plugin and the protocol's */

/* How far a call may go; checked at each engine call that touches rows. */
typedef struct csm_budget {
    uint64_t rows;             /* touched so far */
    uint64_t rows_max;
    int64_t until_us;          /* csm_mono_us; INT64_MAX = none */
    int64_t cpu_until_us;      /* csm_thread_cpu_us: past until_us it goes on until then; 0 = it does not */
    bool exceeded;             /* set when a limit was met: a read in place is run again on a worker */
} csm_budget;

/* Room behind a list or map a handler is building with list_add and map_add, so that adding is cheap. */
typedef struct csm_growing {
    void *items;
    uint32_t count, cap;
    uint32_t used;             /* tick of the last use */
} csm_growing;

struct csm_ctx {
    const csm_host *host;      /* first member: struct csm_ctx_head */
    csm_engine *engine;
    csm_registry *reg;
    csm_arena *arena;
    csm_view *view;            /* reads go here: a snapshot, or the transaction's view */
    csm_txn *txn;              /* NULL in a read */
    csm_caller *caller;        /* whose rights; never NULL */
    csm_cache *cache;          /* of this thread */
    csm_idgen *ids;            /* of this thread */
    const csm_mplugin *plugin; /* whose code runs; NULL = the engine's own */
    const char *hook;          /* and which of its hooks, for the trail */
    csm_time now;              /* fixed for the call */
    uint32_t system;           /* above 0: the plugin's rights (everything); rules, jobs, caller values */
    uint32_t depth;            /* of rules causing writes causing rules */
    csm_status sticky;         /* first bug of a handler (wrong field name ...): fails the call at its end */
    csm_str sticky_text;       /* its message, in the arena */
    bool dry_run;
    bool display;              /* display values beside raw ones */
    bool import;               /* kept times and authors; set by the import methods only */
    bool replay;               /* an import of what happened step by step: the state model binds it too */
    bool watched;              /* this request changed a watched table: what caches tell of its rows is not today's */
    bool no_rules;             /* an import without rules: only the core's own run */
    csm_time as_of;            /* 0 = now */
    csm_budget budget;
    csm_request_log *log;      /* NULL in a read */
    const struct csm_deleting *deleting; /* rows whose deletion is under way, innermost first; kept by the write path */
    csm_str trace;             /* for the logs */
    const char *rule_chain[8]; /* names of the rules under way, for the error of rule_depth */
    csm_growing growing[8];    /* those built last */
    uint32_t growing_tick;
    csm_error err;             /* last: csm_ctx_init clears what comes before it */
};

/* On a busy machine a thread may have waited for most of the time: looked at only when the time is up. */
static inline bool csm_budget_is_late(csm_budget *budget)
{
    int64_t now = csm_mono_us(), left;

    if (now < budget->until_us)
        return false;
    left = budget->cpu_until_us != 0 ? budget->cpu_until_us - csm_thread_cpu_us() : 0;
    if (left > 0)
        budget->until_us = now + left;
    return left <= 0;
}

static inline csm_status csm_budget_over(csm_ctx *ctx)
{
    ctx->budget.exceeded = true;
    return csm_error_set(&ctx->err, CSM_E_LIMIT, "the call touches more than %llu rows or takes too long",
                         (unsigned long long)ctx->budget.rows_max);
}

/* Whether the error set is the server's trouble rather than that of one step, which others could go on without. */
static inline bool csm_ctx_is_fatal(const csm_ctx *ctx)
{
    csm_status code = ctx->err.code;

    return ctx->budget.exceeded || ctx->sticky != CSM_OK || code == CSM_E_NOMEM || code == CSM_E_IO || code == CSM_E_CORRUPT ||
           code == CSM_E_INTERNAL || code == CSM_E_UNKNOWN || code == CSM_E_FULL;
}

/* Counts one touched row. LIMIT with budget.exceeded when the budget is met. */
static inline csm_status csm_budget_row(csm_ctx *ctx)
{
    if (++ctx->budget.rows <= ctx->budget.rows_max && ((ctx->budget.rows & 63) != 0 || !csm_budget_is_late(&ctx->budget)))
        return CSM_OK;
    return csm_budget_over(ctx);
}

/* The same for @p count rows that are passed together. */
static inline csm_status csm_budget_rows(csm_ctx *ctx, uint64_t count)
{
    ctx->budget.rows += count;
    if (count == 0 || (ctx->budget.rows <= ctx->budget.rows_max && !csm_budget_is_late(&ctx->budget)))
        return CSM_OK;
    return csm_budget_over(ctx);
}

/* Shorthand for engine code. */
#define csm_ctx_fail(ctx, code, ...) csm_error_set(&(ctx)->err, (code), __VA_ARGS__)
#define csm_ctx_nomem(ctx) csm_error_nomem(&(ctx)->err)

/* The thread's trail: whose hook runs from here on; NULL or a plugin of the core: nobody's. */
static inline void csm_ctx_note(const csm_ctx *ctx, const csm_mplugin *plugin, const char *hook)
{
    if (ctx->cache != NULL && ctx->cache->trail != NULL)
        csm_trail_note(ctx->cache->trail, plugin != NULL && plugin->position >= CSM_CORE_PLUGINS ? plugin->id : NULL, hook);
}

/* Whether what was done at @p at is done for who reads as of ctx->as_of. */
static inline bool csm_ctx_is_past(const csm_ctx *ctx, csm_time at)
{
    return ctx->as_of == 0 || at <= ctx->as_of;
}

/* What a table is called in a message: external callers read its label. */
static inline const char *csm_ctx_called(const csm_ctx *ctx, const csm_mtable *table)
{
    return ctx->caller->is_external && table->label != NULL ? table->label : table->name;
}

/* Runs @p run with the plugin's rights. */
static inline void csm_ctx_enter_system(csm_ctx *ctx)
{
    ctx->system++;
}
static inline void csm_ctx_leave_system(csm_ctx *ctx)
{
    ctx->system--;
}

#endif
