/* See fixture.h. */
#include "fixture.h"

#include "tempdir.h"
#include "unit.h"

#define CHECK(call) fixture_check(&f->ctx, (call), CSM_OK, __FILE__, __LINE__)

void fixture_check(const csm_ctx *ctx, csm_status got, csm_status want, const char *file, int line)
{
    if (got == want)
        return;
    print_error("got %s, want %s: %s\n", csm_status_name(got), csm_status_name(want), ctx->err.message);
    _fail(file, line);
}

static csm_ctx *start(fixture *f, csm_view *view)
{
    csm_arena_clear(f->arena);
    f->ctx = (csm_ctx){
        .host = f->engine.host,
        .engine = &f->engine,
        .reg = f->engine.registry,
        .arena = f->arena,
        .view = view,
        .txn = f->txn,
        .caller = &f->caller,
        .ids = &f->ids,
        .now = csm_clock_now(f->clock),
        .budget = { .rows_max = UINT64_MAX, .until_us = INT64_MAX },
    };
    return &f->ctx;
}

csm_ctx *fixture_read(fixture *f)
{
    assert_null(f->txn);
    CHECK(csm_snap_renew(f->snap, &f->ctx.err));
    return start(f, csm_snap_view(f->snap));
}

csm_ctx *fixture_write(fixture *f)
{
    assert_null(f->txn);
    CHECK(csm_txn_begin(f->store, &f->txn, &f->ctx.err));
    return start(f, csm_txn_view(f->txn));
}

void fixture_commit(fixture *f)
{
    csm_txn *txn = f->txn;
    assert_non_null(txn);
    f->txn = NULL;
    csm_txn_take_sequence(txn);
    CHECK(csm_txn_commit(txn, &f->ctx.err));
}

void fixture_abort(fixture *f)
{
    csm_txn_abort(f->txn);
    f->txn = NULL;
}

static void mark_ready(fixture *f, const csm_registry *reg)
{
    for (uint32_t t = 0; t < reg->table_count; t++)
        for (uint32_t n = 0; n < reg->tables[t]->index_count; n++)
            CHECK(csm_index_set_ready(&f->ctx, reg->tables[t], &reg->tables[t]->indexes[n], true));
}

void fixture_activate(fixture *f, const csm_plugin *plugins, uint32_t count)
{
    csm_mplugin *list = calloc(count, sizeof(*list));
    csm_problem *problems = NULL;
    csm_registry *reg = NULL;
    assert_non_null(list);
    assert_true(f->reg_count < FIXTURE_REGISTRIES);
    for (uint32_t n = 0; n < count; n++)
        list[n] = (csm_mplugin){ .decl = &plugins[n], .id = plugins[n].id, .position = n };
    csm_ctx *ctx = fixture_write(f);
    csm_number_source numbers = csm_catalog_numbers(ctx->txn);
    csm_status st = csm_registry_build(list, count, &numbers, f->arena, &reg, &problems, &ctx->err);
    for (const csm_problem *problem = problems; problem != NULL; problem = problem->next)
        print_error("plugin %s: %.*s\n", problem->plugin, CSM_STR_FMT(problem->text));
    CHECK(st);
    free(list);
    mark_ready(f, reg);
    fixture_commit(f);
    f->regs[f->reg_count++] = reg;
    f->engine.registry = reg;
}

/* An address space that valgrind takes too. */
static const csm_store_options options = { .map_bytes = UINT64_C(4) << 30 };

static void open_store(fixture *f)
{
    CHECK(csm_store_open(f->path, &options, &f->store, &f->ctx.err));
    CHECK(csm_snap_new(f->store, &f->snap, &f->ctx.err));
    f->engine.store = f->store;
}

static void close_store(fixture *f)
{
    fixture_abort(f);
    csm_snap_free(f->snap);
    csm_store_close(f->store);
}

void fixture_open(fixture *f, const csm_plugin *plugins, uint32_t count)
{
    memset(f, 0, sizeof(*f));
    assert_true(tempdir_make(f->path));
    f->arena = csm_arena_new(64 * 1024, 0);
    f->clock = csm_clock_new();
    assert_non_null(f->arena);
    assert_non_null(f->clock);
    f->engine.clock = f->clock;
    f->engine.limits = csm_engine_limits_default;
    f->caller = (csm_caller){ .user_name = CSM_STR("tester"), .is_system = true };
    open_store(f);
    fixture_activate(f, plugins, count);
}

void fixture_reopen(fixture *f)
{
    close_store(f);
    open_store(f);
}

void fixture_close(fixture *f)
{
    close_store(f);
    for (uint32_t n = 0; n < f->reg_count; n++)
        csm_registry_unref(f->regs[n]);
    csm_arena_free(f->arena);
    csm_clock_free(f->clock);
    tempdir_remove(f->path);
}

const csm_mtable *fixture_table(const fixture *f, const char *name)
{
    const csm_mtable *table = csm_registry_table(f->engine.registry, csm_str_of(name));
    assert_non_null(table);
    return table;
}

const csm_mindex *fixture_index(const csm_mtable *table, const char *name)
{
    for (uint32_t n = 0; n < table->index_count; n++)
        if (strcmp(table->indexes[n].name, name) == 0)
            return &table->indexes[n];
    fail_msg("table \"%s\" has no index \"%s\"", table->name, name);
    return NULL;
}

csm_row *fixture_row(fixture *f, const char *table)
{
    csm_id id;
    assert_true(csm_id_new(&f->ids, csm_clock_now(f->clock), &id));
    csm_row *row = csm_row_new(f->arena, fixture_table(f, table), id);
    assert_non_null(row);
    return row;
}

static const csm_mfield *field_of(const csm_row *row, const char *name)
{
    const csm_mfield *field = csm_mtable_field(row->table, csm_str_of(name));
    if (field == NULL)
        fail_msg("table \"%s\" has no field \"%s\"", row->table->name, name);
    return field;
}

void fixture_set(csm_row *row, const char *field, csm_value value)
{
    row->values[field_of(row, field)->pos] = value;
}

csm_value fixture_get(const csm_row *row, const char *field)
{
    return csm_row_get(row, field_of(row, field));
}
