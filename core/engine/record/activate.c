/* Activation: what plugins ship, indexes, the schedule and their on_start, all in one transaction; with its commit the registry
 * holds. */
#include "engine/record/activate.h"

#include "base/log.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "engine/event/event.h"
#include "engine/job/job.h"
#include "engine/record/record.h"
#include "engine/rule/frame.h"

#define FILL_PAGE_ROWS 2000u
#define FILL_INLINE_ROWS 20000u /* an index over more rows is filled beside the traffic */

/* ---- a step of the engine's own, in its own transaction or in the caller's ---- */

typedef struct own_step {
    csm_ctx ctx;
    csm_idgen ids;
    csm_arena *arena;
    csm_cache cache;
    csm_txn *own;              /* NULL: the transaction is the caller's */
} own_step;

static void step_done(own_step *s)
{
    csm_txn_abort(s->own);
    csm_cache_done(&s->cache);
    csm_arena_free(s->arena);
}

/* @p txn NULL: in a transaction of its own. */
static csm_status step_begin(own_step *s, csm_engine *engine, csm_registry *reg, csm_txn *txn, const char *name, csm_error *err)
{
    csm_status st;

    *s = (own_step){ .arena = csm_arena_new(65536, 0) };
    st = csm_cache_init(&s->cache, err);
    if (st == CSM_OK && s->arena == NULL)
        st = csm_error_nomem(err);
    if (st == CSM_OK && txn == NULL)
        st = csm_txn_begin(engine->store, &s->own, err);
    if (st != CSM_OK) {
        step_done(s);
        return st;
    }
    s->cache.trail = engine->writer_trail;
    csm_ctx_init(&s->ctx, engine, s->arena, NULL, txn != NULL ? txn : s->own, csm_caller_system(), &s->cache, &s->ids);
    s->ctx.reg = reg;
    s->ctx.system = 1;
    s->ctx.import = true;
    s->ctx.log = csm_request_log_new(s->arena, csm_str_of(name));
    if (s->ctx.log != NULL)
        return CSM_OK;
    step_done(s);
    return csm_error_nomem(err);
}

/* Commits a transaction of its own when @p st is OK; frees the step either way. */
static csm_status step_end(own_step *s, csm_status st, csm_error *err)
{
    if (st == CSM_OK)
        st = csm_request_log_write(&s->ctx);
    if (st == CSM_OK && s->own != NULL) {
        csm_txn *txn = s->own;

        s->own = NULL;
        st = csm_txn_commit(txn, err);
    } else if (st != CSM_OK && err != NULL) {
        *err = s->ctx.err;
        err->data = NULL; /* it lived in the arena */
    }
    step_done(s);
    return st;
}

/* ---- indexes ---- */

/* Empties, then fills, at most @p max rows. */
static csm_status fill(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index, csm_id *after, bool *emptied, uint32_t max,
                       bool *done)
{
    *done = false;
    if (!*emptied) {
        CSM_TRY(csm_index_drop(ctx, table, index, max, emptied));
        if (!*emptied)
            return CSM_OK;
    }
    CSM_TRY(csm_index_fill(ctx, table, index, after, max, done));
    return *done ? csm_index_set_ready(ctx, table, index, true) : CSM_OK;
}

static csm_status fill_args(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index, csm_id after, bool emptied,
                            csm_value *out)
{
    csm_value *items = csm_arena_array(ctx->arena, 4, sizeof(*items));

    if (items == NULL)
        return csm_ctx_nomem(ctx);
    items[0] = csm_ctext(table->name);
    items[1] = csm_ctext(index->name);
    items[2] = csm_id_value(after);
    items[3] = csm_bool(emptied);
    *out = csm_list(items, 4);
    return CSM_OK;
}

static csm_status fill_later(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index, csm_id after, bool emptied)
{
    csm_str key = csm_arena_printf(ctx->arena, "%s/%s", table->name, index->name);
    csm_value args;

    if (key.ptr == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(fill_args(ctx, table, index, after, emptied, &args));
    return csm_job_put(ctx, CSM_STR(CSM_FILL_JOB), key, ctx->now, args);
}

static csm_status prepare_index(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index)
{
    csm_id after = { { 0 } };
    bool ready, emptied = false, done;

    CSM_TRY(csm_index_is_ready(ctx, table, index, &ready));
    if (ready)
        return CSM_OK;
    CSM_TRY(fill(ctx, table, index, &after, &emptied, FILL_INLINE_ROWS, &done));
    return done ? CSM_OK : fill_later(ctx, table, index, after, emptied);
}

static csm_status prepare_indexes(csm_ctx *ctx)
{
    for (uint32_t n = 0; n < ctx->reg->table_count; n++) {
        const csm_mtable *table = ctx->reg->tables[n];

        for (uint32_t k = 0; k < table->index_count; k++)
            CSM_TRY(prepare_index(ctx, table, &table->indexes[k]));
    }
    return CSM_OK;
}

static const csm_mindex *find_index(const csm_mtable *table, csm_str name)
{
    for (uint32_t n = 0; n < table->index_count; n++)
        if (csm_str_is(name, table->indexes[n].name))
            return &table->indexes[n];
    return NULL;
}

csm_status csm_fill_page(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    const csm_mtable *table;
    const csm_mindex *index;
    csm_id after;
    bool emptied, done;

    if (args.type != CSM_T_LIST || args.count != 4)
        return csm_ctx_fail(ctx, CSM_E_INVALID, "job \"%s\" takes four arguments", CSM_FILL_JOB);
    table = csm_registry_table(ctx->reg, csm_value_text(args.list[0]));
    index = table != NULL ? find_index(table, csm_value_text(args.list[1])) : NULL;
    if (index == NULL) /* its plugin is away; activation looks again when it is back */
        return CSM_OK;
    after = csm_value_id(args.list[2]);
    emptied = csm_value_bool(args.list[3]);
    CSM_TRY(fill(ctx, table, index, &after, &emptied, FILL_PAGE_ROWS, &done));
    *more = !done;
    return done ? CSM_OK : fill_args(ctx, table, index, after, emptied, next_args);
}

/* ---- activation ---- */

#define DRAIN_US CSM_SECOND /* of the writer's time, for what is not delivered yet */

csm_status csm_engine_starting(csm_engine *engine, const char *plugin, csm_error *err)
{
    return engine->starting != NULL ? engine->starting(engine->starting_user, plugin, err) : CSM_OK;
}

static bool has_plugin(const csm_registry *reg, const csm_mplugin *plugin)
{
    return reg != NULL && csm_registry_plugin(reg, csm_str_of(plugin->id)) != NULL;
}

static csm_status start_one(csm_ctx *ctx, const csm_mplugin *plugin)
{
    csm_frame frame;

    CSM_TRY(csm_engine_starting(ctx->engine, plugin->id, &ctx->err));
    frame = csm_frame_enter(ctx, plugin, true, "on_start");
    CSM_TRY(csm_frame_leave(ctx, frame, plugin->decl->on_start(ctx), "hook", "on_start"));
    return csm_engine_starting(ctx->engine, NULL, &ctx->err);
}

static csm_status start_new(csm_ctx *ctx)
{
    const csm_registry *before = ctx->engine->registry;

    for (uint32_t n = 0; n < ctx->reg->plugin_count; n++)
        if (ctx->reg->plugins[n].decl->on_start != NULL && !has_plugin(before, &ctx->reg->plugins[n]))
            CSM_TRY(start_one(ctx, &ctx->reg->plugins[n]));
    return CSM_OK;
}

static csm_status write_all(csm_ctx *ctx)
{
    CSM_TRY(csm_index_forget_absent(ctx));
    CSM_TRY(prepare_indexes(ctx)); /* before the seeds: they look rows up by their unique fields */
    CSM_TRY(csm_event_start(ctx));
    ctx->import = false;
    CSM_TRY(csm_lineage_write(ctx));
    ctx->import = true;
    CSM_TRY(csm_seeds_write(ctx));
    ctx->import = false;
    CSM_TRY(csm_job_schedule_all(ctx));
    CSM_TRY(csm_event_resume(ctx));
    return start_new(ctx);
}

static csm_status deliver_rest(csm_ctx *ctx)
{
    int64_t until = csm_mono_us() + DRAIN_US;
    bool more, parked;

    CSM_TRY(csm_job_has(ctx, CSM_STR(CSM_EVENT_JOB), CSM_STR(""), &more, &parked));
    while (more) {
        if (csm_mono_us() >= until)
            return csm_ctx_fail(ctx, CSM_E_BUSY, "events still wait for their delivery: try again later");
        CSM_TRY(csm_event_deliver(ctx, &more));
    }
    return CSM_OK;
}

/* What happened up to here is for those who are active now: those who go hear it, those who come do not. */
static csm_status drain(csm_engine *engine, csm_txn *txn, csm_error *err)
{
    own_step s;

    if (engine->registry == NULL)
        return CSM_OK;
    CSM_TRY(step_begin(&s, engine, engine->registry, txn, "activate", err));
    s.ctx.import = false;
    return step_end(&s, deliver_rest(&s.ctx), err);
}

csm_status csm_engine_activate(csm_engine *engine, csm_registry *reg, csm_txn *txn, csm_error *err)
{
    own_step s;

    if (reg->engine == NULL)
        return csm_error_set(err, CSM_E_STATE, "the registry is not prepared");
    CSM_TRY(drain(engine, txn, err));
    CSM_TRY(step_begin(&s, engine, reg, txn, "activate", err));
    return step_end(&s, write_all(&s.ctx), err);
}

csm_status csm_engine_choices(csm_engine *engine, csm_registry *reg, csm_txn *txn, csm_choice_fn fn, void *user, csm_error *err)
{
    own_step s;

    CSM_TRY(step_begin(&s, engine, reg, txn, "choices", err));
    return step_end(&s, csm_choices_read(&s.ctx, fn, user), err);
}

/* ---- which registry holds ---- */

static void publish(csm_engine *engine, csm_registry *reg, const csm_txn *txn)
{
    struct csm_engine_part *part = reg->engine;

    part->older = engine->registry;
    reg->sequence = csm_txn_next_sequence(txn) - 1; /* the last one taken: the store's number once this is committed */
    engine->registry = reg;
}

/* A thread may look at it just now, so it is kept, and still leads to the one before. */
static void withdraw(csm_engine *engine, csm_registry *reg)
{
    struct csm_engine_part *part = reg->engine;

    engine->registry = part->older;
    part->withdrawn = engine->withdrawn;
    engine->withdrawn = reg;
}

static csm_status call_stop(csm_ctx *ctx, const csm_mplugin *plugin)
{
    csm_frame frame = csm_frame_enter(ctx, plugin, true, "on_stop");

    plugin->decl->on_stop(ctx);
    return csm_frame_leave(ctx, frame, CSM_OK, "hook", "on_stop");
}

static void stop_one(csm_engine *engine, csm_registry *reg, const csm_mplugin *plugin)
{
    csm_error err = { 0 };
    csm_status st;
    own_step s;

    st = step_begin(&s, engine, reg, NULL, "plugin.stop", &err);
    if (st == CSM_OK)
        st = step_end(&s, call_stop(&s.ctx, plugin), &err);
    if (st != CSM_OK)
        csm_log(CSM_LOG_WARN, "engine", "on_stop of plugin \"%s\": %s", plugin->id, err.message);
}

/* Those that @p without has not (NULL: all), in reverse order. */
static void stop_all(csm_engine *engine, csm_registry *reg, const csm_registry *without)
{
    for (uint32_t n = reg != NULL ? reg->plugin_count : 0; n-- > 0;)
        if (reg->plugins[n].decl->on_stop != NULL && !has_plugin(without, &reg->plugins[n]))
            stop_one(engine, reg, &reg->plugins[n]);
}

csm_status csm_engine_commit(csm_engine *engine, csm_registry *reg, csm_txn *txn, csm_error *err)
{
    csm_status st;

    publish(engine, reg, txn);
    st = csm_txn_commit(txn, err);
    if (st == CSM_OK)
        stop_all(engine, csm_engine_older(reg), reg);
    else
        withdraw(engine, reg);
    return st;
}

csm_registry *csm_engine_registry_at(csm_engine *engine, uint64_t sequence)
{
    csm_registry *reg = engine->registry, *older;

    while (reg != NULL && reg->sequence > sequence && (older = csm_engine_older(reg)) != NULL)
        reg = older;
    return reg;
}

void csm_engine_stop(csm_engine *engine)
{
    stop_all(engine, engine->registry, NULL);
}

csm_status csm_engine_load_demo(csm_engine *engine, bool remove, csm_error *err)
{
    csm_registry *reg = engine->registry;
    uint32_t count = reg->plugin_count;

    for (uint32_t n = 0; n < count; n++) {
        const csm_mplugin *plugin = &reg->plugins[remove ? count - 1 - n : n];
        own_step s;

        if (plugin->decl->demo.count == 0)
            continue;
        CSM_TRY(step_begin(&s, engine, reg, NULL, remove ? "demo.remove" : "demo.load", err));
        CSM_TRY(step_end(&s, csm_demo_write(&s.ctx, plugin, remove), err));
    }
    return CSM_OK;
}
