/* See world.h. */
#include "world.h"

#include "base/str.h"
#include "tempdir.h"

#define CHECK(call) world_check(&w->ctx, (call), CSM_OK, NULL, __FILE__, __LINE__)

void world_check(const csm_ctx *ctx, csm_status got, csm_status want, const char *part, const char *file, int line)
{
    if (got == want && (part == NULL || strstr(ctx->err.message, part) != NULL))
        return;
    print_error("got %s, want %s%s%s: %s\n", csm_status_name(got), csm_status_name(want), part != NULL ? " with " : "",
                part != NULL ? part : "", ctx->err.message);
    _fail(file, line);
}

/* ---- opening ---- */

static csm_registry *build(world *w, csm_txn *txn, const csm_plugin *const *plugins, uint32_t count)
{
    csm_mplugin list[8] = { { .decl = csm_engine_plugin(), .id = csm_engine_plugin()->id } };
    csm_problem *problems = NULL;
    csm_registry *reg = NULL;

    assert_true(count + 1 <= COUNT_OF(list));
    for (uint32_t n = 0; n < count; n++)
        list[n + 1] = (csm_mplugin){ .decl = plugins[n], .id = plugins[n]->id, .position = n + 1 };
    csm_number_source numbers = csm_engine_numbers(txn);
    csm_status st = csm_registry_build(list, count + 1, &numbers, w->arena, &reg, &problems, &w->ctx.err);
    for (const csm_problem *problem = problems; problem != NULL; problem = problem->next)
        print_error("plugin %s: %.*s\n", problem->plugin, CSM_STR_FMT(problem->text));
    CHECK(st);
    st = csm_engine_prepare(w->engine, reg, &problems, &w->ctx.err);
    for (const csm_problem *problem = problems; problem != NULL; problem = problem->next)
        print_error("plugin %s: %.*s\n", problem->plugin, CSM_STR_FMT(problem->text));
    CHECK(st);
    return reg;
}

void world_activate(world *w, const csm_plugin *const *plugins, uint32_t count)
{
    csm_registry *reg;
    csm_txn *txn = NULL;

    csm_arena_clear(w->arena);
    CHECK(csm_txn_begin(w->store, &txn, &w->ctx.err));
    reg = build(w, txn, plugins, count);
    CHECK(csm_engine_activate(w->engine, reg, txn, &w->ctx.err));
    CHECK(csm_engine_commit(w->engine, reg, txn, &w->ctx.err));
}

static void open_store(world *w)
{
    CHECK(csm_store_open(w->path, NULL, &w->store, &w->ctx.err));
    CHECK(csm_snap_new(w->store, &w->snap, &w->ctx.err));
    CHECK(csm_engine_open(w->store, w->clock, csm_engine_host(), NULL, &w->engine, &w->ctx.err));
    CHECK(csm_cache_init(&w->cache, &w->ctx.err));
}

static void close_store(world *w)
{
    world_abort(w);
    csm_cache_done(&w->cache);
    csm_engine_close(w->engine);
    csm_snap_free(w->snap);
    csm_store_close(w->store);
}

void world_open_with(world *w, const csm_plugin *const *plugins, uint32_t count)
{
    *w = (world){ 0 };
    assert_true(tempdir_make(w->path));
    w->clock = csm_clock_new();
    w->arena = csm_arena_new(64 * 1024, 0);
    assert_non_null(w->clock);
    assert_non_null(w->arena);
    open_store(w);
    world_activate(w, plugins, count);
    world_knob = (world_knobs){ 0 };
    world_run_jobs(w);
    world_trace[0] = '\0';
}

void world_open(world *w)
{
    const csm_plugin *park = &world_park;

    world_open_with(w, &park, 1);
}

void world_reopen(world *w)
{
    const csm_plugin *park = &world_park;

    close_store(w);
    open_store(w);
    world_activate(w, &park, 1);
}

void world_close(world *w)
{
    close_store(w);
    csm_arena_free(w->arena);
    csm_clock_free(w->clock);
    tempdir_remove(w->path);
}

/* ---- calls ---- */

static csm_ctx *start(world *w, const char *user)
{
    static const csm_id none = { { 0 } };

    csm_clock_advance(w->clock, CSM_SECOND);
    csm_arena_clear(w->arena);
    csm_ctx_init(&w->ctx, w->engine, w->arena, w->snap, w->txn, csm_caller_system(), &w->cache, &w->ids);
    if (w->txn != NULL)
        w->ctx.log = csm_request_log_new(w->arena, CSM_STR("test"));
    if (strcmp(user, "rule") == 0)
        w->ctx.system = 1;
    else if (strcmp(user, "system") != 0)
        CHECK(csm_caller_load(&w->ctx, world_user(user), none, false));
    return &w->ctx;
}

csm_ctx *world_write(world *w, const char *user)
{
    assert_null(w->txn);
    CHECK(csm_txn_begin(w->store, &w->txn, &w->ctx.err));
    return start(w, user);
}

csm_ctx *world_read(world *w, const char *user)
{
    assert_null(w->txn);
    CHECK(csm_snap_renew(w->snap, &w->ctx.err));
    return start(w, user);
}

void world_commit(world *w)
{
    csm_txn *txn = w->txn;

    assert_non_null(txn);
    CHECK(csm_request_log_write(&w->ctx));
    w->txn = NULL;
    CHECK(csm_txn_commit(txn, &w->ctx.err));
}

void world_abort(world *w)
{
    csm_txn_abort(w->txn);
    w->txn = NULL;
}

uint32_t world_run_jobs(world *w)
{
    for (uint32_t count = 0; count < 1000; count++) {
        csm_ctx *ctx = world_write(w, "rule");
        bool ran;

        CHECK(csm_job_run_due(ctx, count % 2 != 0, &ran));
        world_commit(w);
        if (!ran)
            return count;
    }
    fail_msg("jobs never end");
    return 0;
}

/* ---- rows ---- */

const csm_mtable *world_table(const world *w, const char *name)
{
    const csm_mtable *table = csm_registry_table(w->engine->registry, csm_str_of(name));

    assert_non_null(table);
    return table;
}

csm_value world_values(world *w, const char *text)
{
    csm_str rest = csm_str_of(text), part;
    csm_pair *pairs = csm_arena_array(w->arena, 64, sizeof(*pairs));
    uint32_t count = 0;

    assert_non_null(pairs);
    while (csm_str_split(&rest, '^', &part)) {
        size_t equal = csm_str_find(part, CSM_STR("="), 0);
        csm_str value;
        int64_t number;

        if (part.len == 0)
            continue;
        assert_true(equal != SIZE_MAX && count < 64);
        value = (csm_str){ part.ptr + equal + 1, part.len - equal - 1 };
        pairs[count].key = (csm_str){ part.ptr, equal };
        if (value.len < 10 && csm_parse_int(value, &number))
            pairs[count++].value = csm_int(number);
        else if (csm_str_is(value, "true") || csm_str_is(value, "false"))
            pairs[count++].value = csm_bool(csm_str_is(value, "true"));
        else if (csm_str_is(value, "nil"))
            pairs[count++].value = csm_nil();
        else
            pairs[count++].value = csm_text(value);
    }
    return csm_map(pairs, count);
}

csm_status world_insert(world *w, const char *table, const char *values, csm_row **out)
{
    return csm_write_insert(&w->ctx, world_table(w, table), world_values(w, values), NULL, out);
}

csm_status world_update(world *w, const csm_row *row, const char *values, csm_row **out)
{
    return csm_write_update(&w->ctx, row->table->root, row->id, world_values(w, values), NULL, out);
}

csm_id world_key(const char *table, const char *key)
{
    char text[128];

    snprintf(text, sizeof(text), "park/%s/%s", table, key);
    return csm_id_of_text(csm_str_of(text));
}

csm_id world_user(const char *name)
{
    return world_key("sys_user", name);
}

csm_value world_get(const csm_row *row, const char *field)
{
    const csm_mfield *found = csm_mtable_field(row->table, csm_str_of(field));

    assert_non_null(found);
    return csm_row_get(row, found);
}

csm_str world_text(const csm_row *row, const char *field)
{
    return csm_value_text(world_get(row, field));
}

csm_row *world_find(world *w, const char *table, csm_id id)
{
    csm_row *row;

    CHECK(csm_row_find(&w->ctx, world_table(w, table), id, &row));
    return row;
}

uint64_t world_count(world *w, const char *table, const char *filter)
{
    csm_query_spec spec = { .table = world_table(w, table) };
    csm_filter_options options = { .trusted = true };
    uint64_t count;

    CHECK(csm_filter_parse(w->ctx.reg, spec.table, csm_str_of(filter), options, w->arena, &spec.filter, &w->ctx.err));
    csm_ctx_enter_system(&w->ctx);
    CHECK(csm_query_count_rows(&w->ctx, &spec, &count));
    csm_ctx_leave_system(&w->ctx);
    return count;
}
