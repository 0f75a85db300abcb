/* The engine as a whole: what hangs off it for the life of the process, and contexts. */
#include "engine/engine.h"

#include "base/mem.h"
#include "engine/access/caller.h"
#include "engine/query/kept.h"
#include "engine/record/activate.h"
#include "engine/table/table.h"

#include <stddef.h>

const csm_engine_limits csm_engine_limits_default = {
    .read_rows = 20000,
    .read_rows_hard = 50000000,
    .read_us = 20000,
    .page_rows = 1000,
    .sort_rows = 200000,
    .gather_rows = 2000,
    .rule_depth = 8,
    .derived_rows = 20000,
    .write_ms = 10000,
    .batch_ms = 5000,
    .session_hours = 12,
    .request_key_days = 7,
};

csm_status csm_engine_open(csm_store *store, csm_clock *clock, const csm_host *host, const csm_engine_limits *limits,
                           csm_engine **out, csm_error *err)
{
    csm_engine *engine = csm_mem_zalloc(sizeof(*engine));

    if (engine == NULL)
        return csm_error_nomem(err);
    engine->store = store;
    engine->clock = clock;
    engine->host = host;
    engine->limits = limits != NULL ? *limits : csm_engine_limits_default;
    *out = engine;
    return CSM_OK;
}

void csm_engine_close(csm_engine *engine)
{
    csm_registry *reg, *next;

    if (engine == NULL)
        return;
    for (reg = engine->registry; reg != NULL; reg = next) {
        next = csm_engine_older(reg);
        csm_registry_unref(reg);
    }
    for (reg = engine->withdrawn; reg != NULL; reg = next) {
        next = ((struct csm_engine_part *)reg->engine)->withdrawn;
        csm_registry_unref(reg);
    }
    csm_mem_free(engine);
}

csm_number_source csm_engine_numbers(csm_txn *txn)
{
    return csm_catalog_numbers(txn);
}

csm_status csm_cache_init(csm_cache *cache, csm_error *err)
{
    *cache = (csm_cache){ .callers = csm_caller_cache_new(), .kept = csm_kept_new() };
    return cache->callers != NULL && cache->kept != NULL ? CSM_OK : csm_error_nomem(err);
}

void csm_cache_done(csm_cache *cache)
{
    csm_caller_cache_free(cache->callers);
    csm_kept_free(cache->kept);
    *cache = (csm_cache){ 0 };
}

void csm_cache_clear(csm_cache *cache)
{
    csm_caller_cache_clear(cache->callers);
    csm_kept_clear(cache->kept);
}

void csm_ctx_init(csm_ctx *ctx, csm_engine *engine, csm_arena *arena, csm_snap *snap, csm_txn *txn,
                  csm_caller *caller, csm_cache *cache, csm_idgen *ids)
{
    csm_view *view = txn != NULL ? csm_txn_view(txn) : csm_snap_view(snap);

    memset(ctx, 0, offsetof(csm_ctx, err)); /* the error's texts are most of it */
    csm_error_clear(&ctx->err);
    ctx->host = engine->host;
    ctx->engine = engine;
    ctx->reg = csm_engine_registry_at(engine, csm_view_sequence(view));
    ctx->arena = arena;
    ctx->view = view;
    ctx->txn = txn;
    ctx->caller = caller;
    ctx->cache = cache;
    ctx->ids = ids;
    ctx->now = csm_clock_now(engine->clock);
    ctx->budget.rows_max = engine->limits.read_rows_hard;
    ctx->budget.until_us = INT64_MAX;
    csm_kept_begin(cache->kept, ctx->reg);
}
