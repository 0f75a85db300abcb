/* The dispatch as a whole: its threads, what each owns, and what they hand each other. */
#include "rpc/call.h"

#include "base/mem.h"

const csm_rpc_options csm_rpc_options_default = {
    .wire = { .frame_bytes = 4u << 20, .depth = CSM_WIRE_DEPTH_MAX, .elements = 1000000 },
    .workers = 2,
    .queue_max = 8192,
    .batch_requests = 512,
    .batch_bytes = 8u << 20,
    .batch_us = 100000,
    .in_flight_max = 1024,
    .deadline_ms = 30000,
    .reply_bytes = 16u << 20,
    .login_parallel = 1,
    .login_failures = 60,
};

static csm_status seat_init(csm_seat *seat, csm_store *store, csm_error *err)
{
    CSM_TRY(csm_snap_new(store, &seat->snap, err));
    return csm_cache_init(&seat->cache, err);
}

static void seat_done(csm_seat *seat)
{
    csm_snap_free(seat->snap);
    csm_cache_done(&seat->cache);
    *seat = (csm_seat){ 0 };
}

static csm_status seats_new(csm_rpc *rpc, uint32_t count, csm_seat **out, csm_error *err)
{
    *out = csm_mem_array(count, sizeof(**out));
    if (*out == NULL)
        return csm_error_nomem(err);
    for (uint32_t n = 0; n < count; n++)
        CSM_TRY(seat_init(&(*out)[n], rpc->engine->store, err));
    return CSM_OK;
}

static void seats_free(csm_seat *seats, uint32_t count)
{
    for (uint32_t n = 0; seats != NULL && n < count; n++)
        seat_done(&seats[n]);
    csm_mem_free(seats);
}

/* A hook on the loop or the writer holds everybody up; one on a worker has a read's deadline before it. */
#define WORKER_PATIENCE 10u

static void take_trail(csm_trail *trail, csm_seat *seats, uint32_t count, uint32_t patience)
{
    for (uint32_t n = 0; trail != NULL && n < count; n++)
        seats[n].cache.trail = csm_trail_take(trail, patience);
}

static void take_trails(csm_rpc *rpc)
{
    take_trail(rpc->options.trail, &rpc->loop, 1, 1);
    take_trail(rpc->options.trail, &rpc->write, 1, 1);
    rpc->engine->writer_trail = rpc->write.cache.trail;
    take_trail(rpc->options.trail, rpc->worker_seats, rpc->options.workers, WORKER_PATIENCE);
    take_trail(rpc->options.trail, rpc->hasher_seats, rpc->options.login_parallel, WORKER_PATIENCE);
}

static csm_status make_parts(csm_rpc *rpc, csm_error *err)
{
    rpc->queue = csm_queue_new(rpc->options.queue_max);
    rpc->done_lock = csm_mutex_new();
    rpc->stats_lock = csm_mutex_new();
    rpc->stats = csm_strmap_new();
    rpc->throttle = csm_throttle_new(rpc->options.login_failures);
    rpc->in_place.arena = csm_arena_new(65536, UINT64_C(1) << 28);
    csm_buf_init(&rpc->in_place.reply, rpc->options.reply_bytes);
    if (rpc->queue == NULL || rpc->done_lock == NULL || rpc->stats_lock == NULL || rpc->stats == NULL ||
        rpc->throttle == NULL || rpc->in_place.arena == NULL)
        return csm_error_nomem(err);
    CSM_TRY(seat_init(&rpc->loop, rpc->engine->store, err));
    CSM_TRY(seat_init(&rpc->write, rpc->engine->store, err));
    CSM_TRY(seats_new(rpc, rpc->options.workers, &rpc->worker_seats, err));
    CSM_TRY(seats_new(rpc, rpc->options.login_parallel, &rpc->hasher_seats, err));
    take_trails(rpc);
    return CSM_OK;
}

csm_status csm_rpc_new(csm_engine *engine, const csm_rpc_options *options, csm_rpc **out, csm_error *err)
{
    csm_rpc *rpc = csm_mem_zalloc(sizeof(*rpc));
    csm_status st;

    if (rpc == NULL)
        return csm_error_nomem(err);
    rpc->engine = engine;
    rpc->options = *options;
    rpc->done_tail = &rpc->done_head;
    rpc->started_us = csm_mono_us();
    if ((st = make_parts(rpc, err)) != CSM_OK) {
        csm_rpc_free(rpc);
        return st;
    }
    *out = rpc;
    return CSM_OK;
}

csm_status csm_rpc_start(csm_rpc *rpc, csm_error *err)
{
    csm_status st;

    rpc->workers = csm_pool_new(rpc->options.workers, 256);
    rpc->hashers = csm_pool_new(rpc->options.login_parallel, 64);
    if (rpc->workers == NULL || rpc->hashers == NULL)
        return csm_error_set(err, CSM_E_NOMEM, "the worker threads cannot be started");
    st = csm_thread_start("csm-writer", csm_writer_run, rpc, &rpc->writer);
    return st == CSM_OK ? CSM_OK : csm_error_set(err, st, "the writer thread cannot be started");
}

void csm_rpc_stop(csm_rpc *rpc)
{
    csm_pool_free(rpc->hashers); /* what they prepared still goes to the writer */
    rpc->hashers = NULL;
    csm_pool_free(rpc->workers);
    rpc->workers = NULL;
    csm_queue_close(rpc->queue);
    csm_thread_join(rpc->writer);
    rpc->writer = NULL;
}

static void free_stat(csm_str key, void *value, void *user)
{
    (void)key;
    (void)user;
    csm_mem_free(value);
}

void csm_rpc_free(csm_rpc *rpc)
{
    if (rpc == NULL)
        return;
    if (rpc->writer != NULL)
        csm_rpc_stop(rpc);
    while (rpc->done_head != NULL) {
        csm_call *call = rpc->done_head;

        rpc->done_head = call->next;
        csm_call_free(call);
    }
    while (rpc->sessions != NULL) {
        csm_session *session = rpc->sessions;

        rpc->sessions = session->next;
        csm_mem_free(session);
    }
    if (rpc->stats != NULL)
        csm_strmap_each(rpc->stats, free_stat, NULL);
    csm_strmap_free(rpc->stats);
    seat_done(&rpc->loop);
    seat_done(&rpc->write);
    seats_free(rpc->worker_seats, rpc->options.workers);
    seats_free(rpc->hasher_seats, rpc->options.login_parallel);
    csm_buf_done(&rpc->in_place.reply);
    csm_arena_free(rpc->in_place.arena);
    csm_mutex_free(rpc->done_lock);
    csm_mutex_free(rpc->stats_lock);
    csm_throttle_free(rpc->throttle);
    csm_queue_free(rpc->queue);
    csm_mem_free(rpc);
}

void csm_rpc_wake_writer(csm_rpc *rpc)
{
    csm_queue_wake(rpc->queue);
}

void csm_rpc_idle(csm_rpc *rpc)
{
    csm_snap_reset(rpc->loop.snap);
}

void csm_rpc_finish(csm_rpc *rpc, csm_call *first, csm_call *last)
{
    bool was_empty;

    csm_mutex_lock(rpc->done_lock);
    was_empty = rpc->done_head == NULL;
    *rpc->done_tail = first;
    rpc->done_tail = &last->next;
    csm_mutex_unlock(rpc->done_lock);
    if (was_empty)
        rpc->options.wake(rpc->options.user);
}

/* The method's figures, made with its first call. The lock is held. */
static csm_method_stat *stat_of(csm_rpc *rpc, const char *method)
{
    csm_method_stat *stat = csm_strmap_get(rpc->stats, csm_str_of(method));

    if (stat != NULL)
        return stat;
    stat = csm_mem_zalloc(sizeof(*stat));
    if (stat == NULL)
        return NULL;
    stat->name = method; /* the registry's: kept until the engine closes */
    if (!csm_strmap_add(rpc->stats, csm_str_of(method), stat)) {
        csm_mem_free(stat);
        return NULL;
    }
    return stat;
}

void csm_rpc_count(csm_call *call)
{
    csm_rpc *rpc = call->rpc;
    uint64_t took = (uint64_t)(csm_mono_us() - call->started_us);
    const char *method = call->method != NULL ? call->method->name : "unknown";
    csm_method_stat *stat;
    uint32_t bucket = 0;

    while (bucket < CSM_LATENCY_BUCKETS - 1 && took >> bucket > 1)
        bucket++;
    csm_mutex_lock(rpc->stats_lock);
    stat = method == rpc->counted ? rpc->counted_stat : stat_of(rpc, method);
    if (stat != NULL) {
        rpc->counted = method;
        rpc->counted_stat = stat;
        stat->calls++;
        stat->errors += call->status != CSM_OK;
        stat->total_us += took;
        stat->max_us = took > stat->max_us ? took : stat->max_us;
        stat->buckets[bucket]++;
    }
    csm_mutex_unlock(rpc->stats_lock);
}
