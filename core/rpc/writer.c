/* The writer thread: takes what waits, in order, runs each request in a savepoint of one transaction, commits once, then
 * releases all replies of the batch, refusals included: they may rest on what an earlier request of the batch wrote.
 * Due jobs run here too, at most half of a batch's time and less once requests wait. Source: DESIGN 2, 3. */
#include "rpc/call.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>

#define BATCH_MAX 1024u
#define JOB_PAGES_MAX 64u
#define FULL_JOB_DELAY CSM_MINUTE /* what a job that finds no room waits */
#define TURN_US 20000             /* what a call that comes in pieces may take at once, */
#define TURN_AWAITED_US 250       /* and when others wait: a commit takes ten times as long over the same rows */
#define LINGER_US 1000            /* so long it lets others come before it goes on */

struct csm_batch {
    csm_call *calls[2 * BATCH_MAX]; /* as many as may run, and those that are not through */
    uint32_t count;
    uint32_t ran;          /* of count; the rest runs in the next transaction */
    bool essential;        /* all that ran in this transaction is */
    bool full;             /* the store refused the last ordinary commit */
    bool events_turn;      /* whose turn the last job page was: every second one delivers events */
    int64_t jobs_after;    /* csm_mono_us: not even a postponed job could be written before */
    uint32_t unfinished;   /* of ran: those that go on in a later transaction */
    uint32_t begun;        /* of count: those of an earlier transaction that are not through */
    bool shared;           /* others than those were answered last, who may soon ask again, and nobody is left waiting */
};

/* ---- one request ---- */

static csm_status run_steps(csm_call *call, csm_ctx *ctx)
{
    csm_engine *engine = call->rpc->engine;
    bool found = false;
    int64_t now = csm_mono_us();

    if (now >= call->deadline_us && call->pages == 0) /* begun is ended */
        return csm_ctx_fail(ctx, CSM_E_TIMEOUT, "the deadline passed before the request was run");
    ctx->budget.rows_max = engine->limits.read_rows_hard;
    ctx->budget.until_us = now + (int64_t)engine->limits.write_ms * 1000;
    if (call->request_key.len > 0) {
        CSM_TRY(csm_call_check(call, ctx)); /* a kept reply is for those who may still ask */
        CSM_TRY(csm_repeat_find(ctx, call, &found));
        if (found)
            return CSM_OK;
    }
    CSM_TRY(csm_call_run(call, ctx));
    if (call->request_key.len > 0 && !call->more)
        CSM_TRY(csm_repeat_store(ctx, call));
    call->took_effect = !csm_request_log_is_empty(ctx->log);
    /* Who deletes must get in first: logins (all that prepare) count too. */
    call->essential = call->prepare != NULL || csm_request_log_makes_room(ctx->log);
    return csm_request_log_write(ctx);
}

/* A call of which pages are committed says so. */
static void fail(csm_call *call, const csm_error *err)
{
    csm_error told = *err;
    size_t len = strlen(told.message);

    if (call->pages > 0)
        (void)snprintf(told.message + len, sizeof(told.message) - len, "; what came before took effect");
    call->more = false;
    csm_call_fail(call, &told);
}

static void run_request(csm_rpc *rpc, csm_txn *txn, csm_call *call)
{
    csm_savepoint point = csm_txn_save(txn);
    csm_call_ctx cc;
    csm_status st;

    call->status = CSM_OK;
    call->more = call->refused = call->changes_identity = call->changes_errors = false; /* it may run a second time */
    call->essential = true; /* what fails writes nothing */
    st = csm_call_enter(call, &cc, &rpc->write, txn);
    if (st == CSM_OK)
        st = run_steps(call, &cc.ctx);
    if (st != CSM_OK) {
        csm_txn_undo(txn, point);
        call->took_effect = false;
        call->essential = true;
        fail(call, &cc.ctx.err);
    }
}

/* ---- turns ---- */

/* No more than one transaction may run: what stays in the queue is in nobody's way there. Waits until @p deadline_us. */
static void take_waiting(csm_rpc *rpc, int64_t deadline_us)
{
    csm_batch *b = rpc->batch;
    uint32_t most = rpc->options.batch_requests < BATCH_MAX ? rpc->options.batch_requests : BATCH_MAX;

    most += b->begun;
    if (b->count < most)
        b->count += (uint32_t)csm_queue_take(rpc->queue, (void **)(b->calls + b->count), most - b->count, deadline_us);
}

/* Sessions with a call that is not through go last, each in the order of its calls. */
static void order_turns(csm_batch *b)
{
    csm_call *late[2 * BATCH_MAX];
    uint32_t first = 0, count = 0;

    for (uint32_t n = 0; n < b->count; n++) {
        csm_call *call = b->calls[n];
        bool begun = call->pages > 0;

        for (uint32_t k = 0; k < count && !begun; k++)
            begun = late[k]->session == call->session;
        if (begun)
            late[count++] = call;
        else
            b->calls[first++] = call;
    }
    memcpy(b->calls + first, late, count * sizeof(late[0]));
}

/* By another session: those that wait for this commit, those that came meanwhile, and those just answered. */
static bool is_awaited(csm_rpc *rpc, const csm_call *call)
{
    csm_batch *b = rpc->batch;

    take_waiting(rpc, 0);
    if (b->shared)
        return true;
    for (uint32_t n = 0; n < b->count; n++)
        if (b->calls[n]->session != call->session)
            return true;
    return csm_queue_count(rpc->queue) > 0; /* no room for them here */
}

bool csm_writer_is_turn_over(csm_call *call, int64_t since_us)
{
    int64_t used = csm_mono_us() - since_us;

    if (call->dry_run || used < TURN_AWAITED_US)
        return false;
    return used >= TURN_US || is_awaited(call->rpc, call);
}

/* A session's writes are run in the order they came: none before an earlier one is through. */
static bool must_wait(const csm_batch *b, uint32_t at)
{
    for (uint32_t n = 0; b->unfinished > 0 && n < at; n++)
        if (b->calls[n]->more && b->calls[n]->session == b->calls[at]->session)
            return true;
    return false;
}

static void run_in_turn(csm_rpc *rpc, csm_batch *b, csm_txn *txn, uint32_t at)
{
    csm_call *call = b->calls[at];

    call->held = must_wait(b, at);
    if (call->held) {
        call->more = call->essential = true;
        return;
    }
    run_request(rpc, txn, call);
    b->unfinished += call->more;
}

/* ---- jobs ---- */

static void enter_job(csm_rpc *rpc, csm_ctx *ctx, csm_txn *txn, csm_arena *arena)
{
    csm_arena_clear(arena);
    csm_ctx_init(ctx, rpc->engine, arena, NULL, txn, csm_caller_system(), &rpc->write.cache, &rpc->write.ids);
    ctx->budget.rows_max = rpc->engine->limits.read_rows_hard;
    ctx->system = 1;
}

/* b->essential is taken back when the page changes records other than by deleting. */
static bool run_job_page(csm_rpc *rpc, csm_batch *b, csm_txn *txn, csm_arena *arena)
{
    csm_savepoint point = csm_txn_save(txn);
    csm_ctx ctx;
    bool ran = false;
    csm_status st;

    b->events_turn = !b->events_turn;
    enter_job(rpc, &ctx, txn, arena);
    ctx.log = csm_request_log_new(arena, CSM_STR("job"));
    st = ctx.log != NULL ? csm_job_run_due(&ctx, b->events_turn, &ran) : csm_ctx_nomem(&ctx);
    if (st == CSM_OK)
        st = csm_request_log_write(&ctx);
    if (st == CSM_OK) {
        if (!csm_request_log_is_empty(ctx.log) && !csm_request_log_makes_room(ctx.log))
            b->essential = false;
        return ran;
    }
    csm_txn_undo(txn, point);
    csm_log(CSM_LOG_ERROR, "job", "the due job could not be run: %s", ctx.err.message);
    return false;
}

/* Whether jobs that began at @p since have had their share: half of a batch's time, and once somebody waits (for this commit or
 * behind it) no more than the requests of this batch took, but always a little. */
static bool is_share_used(csm_rpc *rpc, const csm_batch *b, int64_t since, int64_t requests_us)
{
    int64_t most = rpc->options.batch_us / 2, least = rpc->options.batch_us / 25, used = csm_mono_us() - since;

    if (used >= most)
        return true;
    return used >= (requests_us > least ? requests_us : least) && (b->count > 0 || csm_queue_count(rpc->queue) > 0);
}

/* Runs due jobs; the requests of the batch took @p requests_us. True: some may be left. */
static bool run_jobs(csm_rpc *rpc, csm_batch *b, csm_txn *txn, csm_arena *arena, int64_t requests_us)
{
    int64_t since = csm_mono_us();

    for (uint32_t n = 0; n < JOB_PAGES_MAX; n++) {
        if (!run_job_page(rpc, b, txn, arena))
            return false;
        rpc->writer_stat.jobs++;
        if (is_share_used(rpc, b, since, requests_us))
            break;
    }
    return true;
}

/* When the writer must wake for a job: on the monotonic clock. */
static int64_t next_due(csm_rpc *rpc, csm_arena *arena)
{
    csm_error err = { 0 };
    csm_time due = INT64_MAX, now;
    csm_ctx ctx;
    csm_status st;

    if (csm_snap_renew(rpc->write.snap, &err) != CSM_OK)
        return csm_mono_us() + CSM_SECOND;
    csm_arena_clear(arena);
    csm_ctx_init(&ctx, rpc->engine, arena, rpc->write.snap, NULL, csm_caller_system(), &rpc->write.cache, &rpc->write.ids);
    st = csm_job_next_due(&ctx, &due);
    csm_snap_reset(rpc->write.snap);
    if (st != CSM_OK)
        return csm_mono_us() + CSM_SECOND;
    if (due == INT64_MAX)
        return INT64_MAX;
    now = csm_clock_now(rpc->engine->clock);
    return csm_mono_us() + (due > now ? due - now : 0);
}

/* ---- batches ---- */

static void fail_all(csm_batch *b, uint32_t from, const csm_error *err)
{
    for (uint32_t n = from; n < b->ran; n++) {
        b->calls[n]->took_effect = false;
        fail(b->calls[n], err);
    }
}

/* The call goes on: what it wrote so far is committed. */
static void turn_page(csm_call *call)
{
    call->more = false;
    if (call->held)
        return;
    call->pages++;
    call->reply_kept = call->reply.len;
}

/* Answers what ran. Who is not through yet waits behind what did not run, but before what his own session sent since. */
static void release(csm_rpc *rpc, csm_batch *b)
{
    csm_call *done = NULL, **end = &done, *last = NULL;
    uint32_t kept = 0, waiting = b->count - b->ran;

    b->begun = 0;
    for (uint32_t n = 0; n < b->count; n++) {
        csm_call *call = b->calls[n];

        if (n >= b->ran || call->more) {
            if (n < b->ran)
                turn_page(call);
            b->begun += call->pages > 0;
            b->calls[kept++] = call;
            continue;
        }
        call->next = NULL;
        *end = last = call;
        end = &call->next;
    }
    b->shared = done != NULL && b->unfinished > 0 && waiting == 0;
    b->count = kept;
    b->ran = b->unfinished = 0;
    order_turns(b);
    if (done != NULL)
        csm_rpc_finish(rpc, done, last);
}

/* What a failed commit means for the server. */
static void commit_failed(csm_rpc *rpc, csm_status st, const csm_error *err)
{
    csm_cache_clear(&rpc->write.cache);
    if (st != CSM_E_UNKNOWN)
        return;
    csm_log(CSM_LOG_ERROR, "writer", "commit: %s: nothing is certain any more, stopping", err->message);
    rpc->broken = true;
    rpc->options.broken(rpc->options.user);
}

/* ---- a full store refuses the batch as a whole: everything again on its own, so that deletes and refusals go through ---- */

static void note_full(csm_batch *b, bool full)
{
    if (full && !b->full)
        csm_log(CSM_LOG_ERROR, "writer", "the store is full: inserts and changes are refused, deletes and reads go on");
    else if (!full && b->full)
        csm_log(CSM_LOG_INFO, "writer", "the store has room again");
    b->full = full;
}

/* The commit of a transaction that had one call. */
static csm_status commit_one(csm_rpc *rpc, const csm_call *call, csm_txn *txn, csm_error *err)
{
    const csm_rpc_activation *activation = &rpc->options.activation;

    if (!call->alone || activation->change == NULL)
        return csm_txn_commit(txn, err);
    if (call->status == CSM_OK)
        return activation->commit(activation->user, txn, err);
    activation->drop(activation->user);
    return csm_txn_commit(txn, err);
}

static void run_alone(csm_rpc *rpc, csm_batch *b)
{
    b->unfinished = 0;
    for (uint32_t n = 0; n < b->ran; n++) {
        csm_call *call = b->calls[n];
        csm_error err = { 0 };
        csm_txn *txn = NULL;
        csm_status st = csm_txn_begin(rpc->engine->store, &txn, &err);

        if (st == CSM_OK) {
            run_in_turn(rpc, b, txn, n);
            if (call->essential)
                csm_txn_set_essential(txn);
            st = commit_one(rpc, call, txn, &err);
        }
        if (st != CSM_OK) {
            commit_failed(rpc, st, &err);
            call->took_effect = false;
            fail(call, &err);
        }
    }
}

/* The job that ran last waits a while, so that those behind it come to their turn. */
static csm_status put_off_job(csm_rpc *rpc, const csm_batch *b, csm_arena *arena, csm_error *err)
{
    csm_txn *txn = NULL;
    csm_status st;
    csm_ctx ctx;

    CSM_TRY(csm_txn_begin(rpc->engine->store, &txn, err));
    enter_job(rpc, &ctx, txn, arena);
    st = csm_job_put_off(&ctx, b->events_turn, FULL_JOB_DELAY);
    if (st != CSM_OK) {
        *err = ctx.err;
        csm_txn_abort(txn);
        return st;
    }
    csm_txn_set_essential(txn);
    return csm_txn_commit(txn, err);
}

/* One page. OK with *ran false: none is due. */
static csm_status run_job_alone(csm_rpc *rpc, csm_batch *b, csm_arena *arena, bool *ran, csm_error *err)
{
    csm_txn *txn = NULL;
    csm_status st;

    CSM_TRY(csm_txn_begin(rpc->engine->store, &txn, err));
    b->essential = true;
    *ran = run_job_page(rpc, b, txn, arena);
    if (b->essential)
        csm_txn_set_essential(txn);
    st = csm_txn_commit(txn, err);
    if (st != CSM_E_FULL)
        return st;
    csm_cache_clear(&rpc->write.cache);
    return put_off_job(rpc, b, arena, err);
}

static void run_jobs_alone(csm_rpc *rpc, csm_batch *b, csm_arena *arena)
{
    csm_error err = { 0 };
    bool ran = true;

    for (uint32_t n = 0; ran && n < JOB_PAGES_MAX; n++) {
        csm_status st = run_job_alone(rpc, b, arena, &ran, &err);

        if (st == CSM_OK)
            continue;
        commit_failed(rpc, st, &err);
        b->jobs_after = csm_mono_us() + CSM_SECOND;
        return;
    }
}

/* Also when the next call must be alone. */
static bool batch_is_full(const csm_rpc *rpc, const csm_batch *b, const csm_txn *txn, int64_t started)
{
    uint32_t ran = b->ran;

    if (ran < b->count && b->calls[ran]->alone)
        return true;
    return ran >= rpc->options.batch_requests || csm_txn_bytes(txn) >= rpc->options.batch_bytes ||
           csm_mono_us() - started >= rpc->options.batch_us;
}

static void count_batch(csm_rpc *rpc, uint32_t ran, int64_t run_us, int64_t commit_us)
{
    csm_writer_stat *stat = &rpc->writer_stat;

    stat->batches++;
    stat->requests += ran;
    stat->run_us += (uint64_t)run_us;
    stat->commit_us += (uint64_t)commit_us;
    if (ran > stat->biggest_batch)
        stat->biggest_batch = ran;
}

/* The first call of the batch has a transaction of its own: what runs before it and behind it sees another registry. */
static void run_first_alone(csm_rpc *rpc, csm_batch *b)
{
    int64_t started = csm_mono_us();

    b->ran = 1;
    run_alone(rpc, b);
    count_batch(rpc, 1, csm_mono_us() - started, 0);
    release(rpc, b);
}

/* One transaction: requests up to the limits, then jobs, then the commit and the replies. True: jobs are left. */
static bool run_batch(csm_rpc *rpc, csm_batch *b, csm_arena *job_arena)
{
    int64_t started = csm_mono_us(), ran_at;
    csm_error err = { 0 };
    csm_txn *txn = NULL;
    bool jobs_left;
    csm_status st = csm_txn_begin(rpc->engine->store, &txn, &err);

    if (st != CSM_OK) {
        b->ran = b->count;
        fail_all(b, 0, &err);
        release(rpc, b);
        return false;
    }
    b->essential = true;
    do {
        if (b->ran < b->count) {
            run_in_turn(rpc, b, txn, b->ran);
            b->essential = b->essential && b->calls[b->ran]->essential;
            b->ran++;
        }
    } while (b->ran < b->count && !batch_is_full(rpc, b, txn, started));
    ran_at = csm_mono_us();
    jobs_left = ran_at >= b->jobs_after && run_jobs(rpc, b, txn, job_arena, ran_at - started);
    if (b->essential)
        csm_txn_set_essential(txn);
    st = csm_txn_commit(txn, &err);
    count_batch(rpc, b->ran, ran_at - started, csm_mono_us() - ran_at);
    if (st == CSM_E_FULL) {
        note_full(b, true);
        csm_cache_clear(&rpc->write.cache);
        run_alone(rpc, b);
        run_jobs_alone(rpc, b, job_arena);
        jobs_left = false;
    } else if (st != CSM_OK) {
        commit_failed(rpc, st, &err);
        fail_all(b, 0, &err);
    } else if (!b->essential) {
        note_full(b, false);
    }
    release(rpc, b);
    return jobs_left && st == CSM_OK;
}

static void refuse_rest(csm_rpc *rpc, csm_batch *b)
{
    csm_error err = { 0 };

    csm_error_set(&err, CSM_E_UNKNOWN, "the store has failed; the server is stopping");
    b->ran = b->count;
    fail_all(b, 0, &err);
    release(rpc, b);
}

void csm_writer_run(void *user)
{
    csm_rpc *rpc = user;
    csm_arena *arena = csm_arena_new(8192, 0);
    csm_batch *b = rpc->batch = csm_mem_zalloc(sizeof(*b));
    int64_t due = 0; /* the first turn looks at the jobs */

    if (arena == NULL || b == NULL) {
        csm_log(CSM_LOG_ERROR, "writer", "out of memory at start");
        rpc->broken = true;
        rpc->options.broken(rpc->options.user);
    }
    while (arena != NULL && b != NULL) {
        bool jobs_left = false;

        take_waiting(rpc, b->count == 0 ? due : b->shared ? csm_mono_us() + LINGER_US : 0);
        if (b->shared)
            order_turns(b);
        if (rpc->broken)
            refuse_rest(rpc, b);
        else if (b->count > 0 && b->calls[0]->alone)
            run_first_alone(rpc, b);
        else if (b->count > 0 || csm_mono_us() >= due || due == 0)
            jobs_left = run_batch(rpc, b, arena);
        if (b->count == 0 && csm_queue_is_closed(rpc->queue) && csm_queue_count(rpc->queue) == 0)
            break;
        due = rpc->broken ? INT64_MAX : jobs_left ? 0 : next_due(rpc, arena);
        if (due < b->jobs_after && csm_mono_us() < b->jobs_after)
            due = b->jobs_after;
    }
    csm_mem_free(b);
    csm_arena_free(arena);
}
