/* Worker threads: long reads on their own snapshots, password work before a write enters the queue, dry runs over a
 * transaction that is never committed. */
#include "rpc/call.h"

static void finish(csm_call *call)
{
    call->next = NULL;
    csm_rpc_finish(call->rpc, call, call);
}

/* False: the deadline passed or the snapshot failed; the call is answered. */
static bool ready(csm_call *call, csm_seat *seat)
{
    csm_error err = { 0 };
    csm_status st = CSM_OK;

    if (csm_mono_us() >= call->deadline_us)
        st = csm_error_set(&err, CSM_E_TIMEOUT, "the deadline passed before the request was run");
    if (st == CSM_OK)
        st = csm_snap_renew(seat->snap, &err);
    if (st != CSM_OK) {
        csm_call_fail(call, &err);
        finish(call);
    }
    return st == CSM_OK;
}

static void set_budget(csm_call *call, csm_ctx *ctx)
{
    ctx->budget.rows_max = call->rpc->engine->limits.read_rows_hard;
    ctx->budget.until_us = call->deadline_us;
}

void csm_worker_read(void *user, unsigned worker)
{
    csm_call *call = user;
    csm_seat *seat = &call->rpc->worker_seats[worker];
    csm_call_ctx cc;
    csm_status st;

    if (!ready(call, seat))
        return;
    st = csm_call_enter(call, &cc, seat, NULL);
    set_budget(call, &cc.ctx);
    if (st == CSM_OK)
        st = csm_call_run(call, &cc.ctx);
    if (st != CSM_OK && cc.ctx.budget.exceeded && csm_mono_us() >= call->deadline_us)
        csm_error_set(&cc.ctx.err, CSM_E_TIMEOUT, "the read took longer than its deadline");
    if (st != CSM_OK)
        csm_call_fail(call, &cc.ctx.err);
    csm_snap_reset(seat->snap);
    finish(call);
}

void csm_worker_prepare(void *user, unsigned worker)
{
    csm_call *call = user;
    csm_seat *seat = &call->rpc->hasher_seats[worker];
    csm_error err = { 0 };
    csm_call_ctx cc;
    csm_status st;

    if (!ready(call, seat))
        return;
    st = csm_call_enter(call, &cc, seat, NULL);
    set_budget(call, &cc.ctx);
    if (st == CSM_OK)
        st = csm_call_check(call, &cc.ctx);
    if (st == CSM_OK)
        st = csm_throttle_check(call, &cc.ctx.err);
    if (st == CSM_OK)
        st = call->prepare(&cc.ctx, call);
    csm_snap_reset(seat->snap);
    if (st == CSM_OK) {
        st = csm_queue_add(call->rpc->queue, call->owner, call);
        if (st == CSM_OK)
            return; /* the writer's now */
        csm_error_set(&err, CSM_E_BUSY, "the server has too much waiting: try again later");
        csm_call_fail(call, &err);
    } else {
        csm_call_fail(call, &cc.ctx.err);
    }
    finish(call);
}

static csm_status dry_run(csm_call *call, csm_seat *seat, csm_txn *txn, csm_error *err)
{
    csm_call_ctx cc;
    csm_status st = csm_call_enter(call, &cc, seat, txn);
    csm_value result = csm_nil();

    set_budget(call, &cc.ctx);
    if (st == CSM_OK && (call->prepare != NULL || call->alone))
        st = csm_ctx_fail(&cc.ctx, CSM_E_UNSUPPORTED, "method \"%s\" has no dry run", call->method->name);
    if (st == CSM_OK)
        st = csm_call_run(call, &cc.ctx);
    if (st == CSM_OK)
        st = csm_dry_diff(&cc.ctx, call, seat->snap, &result);
    if (st == CSM_OK)
        st = csm_call_answer(call, result, &cc.ctx.err);
    if (st != CSM_OK)
        *err = cc.ctx.err;
    return st;
}

void csm_worker_dry_run(void *user, unsigned worker)
{
    csm_call *call = user;
    csm_seat *seat = &call->rpc->worker_seats[worker];
    csm_error err = { 0 };
    csm_txn *txn = NULL;
    csm_status st;

    if (!ready(call, seat))
        return;
    st = csm_txn_begin_dry(call->rpc->engine->store, &txn, &err);
    if (st == CSM_OK)
        st = dry_run(call, seat, txn, &err);
    if (st != CSM_OK)
        csm_call_fail(call, &err);
    csm_txn_abort(txn);
    csm_cache_clear(&seat->cache);
    csm_snap_reset(seat->snap);
    finish(call);
}
