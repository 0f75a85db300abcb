/* Activation: shipped rows once, roles and properties, indexes over rows already there, problems named, demo. */
#include "fresh.h"

static void ships_once(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "root");
    csm_row *row;

    row = world_find(w, "place", world_key("place", "lake"));
    assert_non_null(row);
    assert_true(csm_id_eq(world_get(row, "parent").id, world_key("place", "park")));
    assert_str(world_text(row, "sys_created_by"), "system");
    assert_ok(ctx, world_update(w, row, "name=Our Lake", &row));
    assert_ok(ctx, csm_write_delete(ctx, world_table(w, "sys_user"), world_user("root"), NULL));
    world_commit(w);
    world_reopen(w);
    world_read(w, "rule");
    assert_null(world_find(w, "sys_user", world_user("root"))); /* deleted stays deleted */
    assert_str(world_text(world_find(w, "place", world_key("place", "lake")), "name"), "Our Lake"); /* and changed, changed */
    assert_int_equal(world_count(w, "sys_user_role", "name=chief"), 1);
    assert_int_equal(world_count(w, "sys_user_role_contains", "role.name=chief^contains.name=keeper"), 1);
    assert_int_equal(world_count(w, "sys_properties", "name=park.motto^type=string"), 1);
}

static void activating_twice_changes_nothing(void **state)
{
    world *w = *state;
    csm_log_entry *entries;
    uint32_t before, after;

    world_read(w, "rule");
    assert_ok(&w->ctx, csm_log_read(&w->ctx, 0, 1000, &entries, &before));
    world_reopen(w);
    world_read(w, "rule");
    assert_ok(&w->ctx, csm_log_read(&w->ctx, 0, 1000, &entries, &after));
    assert_int_equal(before, after);
}

static void demo_comes_and_goes(void **state)
{
    world *w = *state;

    assert_ok(&w->ctx, csm_engine_load_demo(w->engine, false, &w->ctx.err));
    assert_ok(&w->ctx, csm_engine_load_demo(w->engine, false, &w->ctx.err));
    world_read(w, "rule");
    assert_str(world_text(world_find(w, "place", world_key("place", "cave")), "path"), "P/H/C");
    assert_ok(&w->ctx, csm_engine_load_demo(w->engine, true, &w->ctx.err));
    world_read(w, "rule");
    assert_null(world_find(w, "place", world_key("place", "hill")));
    assert_int_equal(world_count(w, "place", ""), 2);
    assert_ok(&w->ctx, csm_engine_load_demo(w->engine, true, &w->ctx.err));
}

static const csm_index more_indexes[] = { { .name = "by_weight", .columns = "weight,title" } };
static const csm_table_ext more_ext[] = { { .table = "duty", .indexes = CSM_ARRAY(more_indexes) } };
static const csm_plugin more = { .magic = CSM_ABI_MAGIC, .size = sizeof(csm_plugin), .abi_major = CSM_ABI_MAJOR,
                                 .abi_minor = CSM_ABI_MINOR, .id = "more", .version = "1.0", .summary = "An index",
                                 .table_exts = CSM_ARRAY(more_ext) };

static bool is_ready(world *w, const char *table, const char *name)
{
    const csm_mtable *t = world_table(w, table);
    bool ready = false;

    for (uint32_t n = 0; n < t->index_count; n++)
        if (strcmp(t->indexes[n].name, name) == 0)
            assert_ok(&w->ctx, csm_index_is_ready(&w->ctx, t, &t->indexes[n], &ready));
    return ready;
}

static void new_indexes_are_filled(void **state)
{
    world *w = *state;
    const csm_plugin *both[] = { &world_park, &more };
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row;

    for (int n = 0; n < 50; n++)
        assert_ok(ctx, world_insert(w, n % 2 ? "patrol" : "duty", n % 3 ? "title=a^priority=1" : "title=b^priority=2", &row));
    world_commit(w);
    world_activate(w, both, 2);
    world_read(w, "rule");
    assert_true(is_ready(w, "duty", "by_weight"));
    assert_true(is_ready(w, "patrol", "by_weight"));
    assert_int_equal(world_count(w, "duty", "weight=w2^title=b"), 17);
}

static const csm_seed sown[] = { { "place", "x", "name=Sown^code=S" } };
static const csm_plugin sower = { .magic = CSM_ABI_MAGIC, .size = sizeof(csm_plugin), .abi_major = CSM_ABI_MAJOR,
                                  .abi_minor = CSM_ABI_MINOR, .id = "sower", .version = "1.0", .summary = "A seed",
                                  .table_exts = CSM_ARRAY(more_ext), .seeds = CSM_ARRAY(sown) };

static const csm_registry *seen_through(world *w, csm_snap *snap)
{
    csm_ctx ctx;

    csm_ctx_init(&ctx, w->engine, w->arena, snap, NULL, csm_caller_system(), &w->cache, &w->ids);
    return ctx.reg;
}

/* Who still looks at the store as it was, runs on what held then: of the indexes he sees none is neglected. */
static void a_snapshot_keeps_its_registry(void **state)
{
    world *w = *state;
    const csm_plugin *both[] = { &world_park, &sower };
    csm_registry *first = csm_engine_registry(w->engine), *second;
    csm_snap *snap = NULL;

    assert_ok(&w->ctx, csm_snap_new(w->store, &snap, &w->ctx.err));
    assert_ok(&w->ctx, csm_snap_renew(snap, &w->ctx.err));
    world_activate(w, both, 2);
    second = csm_engine_registry(w->engine);
    assert_ptr_not_equal(first, second);
    assert_ptr_equal(seen_through(w, snap), first);
    assert_ok(&w->ctx, csm_snap_renew(snap, &w->ctx.err));
    assert_ptr_equal(seen_through(w, snap), second);
    world_activate(w, both, 1); /* it goes again */
    assert_ptr_equal(csm_engine_registry_at(w->engine, 0), first);
    csm_snap_free(snap);
    world_read(w, "rule");
    assert_ptr_equal(w->ctx.reg, csm_engine_registry(w->engine));
    assert_int_equal(world_count(w, "place", "name=Sown"), 1);
}

static const csm_rule bad_rules[] = { { .table = "duty", .when = CSM_BEFORE_INSERT, .filter = "prioritee=1", .run = NULL, .name = "typo" } };
static const csm_scope bad_scopes[] = { { .table = "duty", .ops = CSM_OP_READ, .role = "keeper", .filter = "tilte=x" } };

static csm_status never(csm_ctx *ctx, csm_change *change)
{
    (void)change;
    return csm_ctx_fail(ctx, CSM_E_INTERNAL, "not to be run");
}

static void problems_name_their_plugin(void **state)
{
    world *w = *state;
    csm_rule rule = bad_rules[0];
    csm_plugin bad = { .magic = CSM_ABI_MAGIC, .size = sizeof(csm_plugin), .abi_major = CSM_ABI_MAJOR, .abi_minor = CSM_ABI_MINOR,
                       .id = "bad", .version = "1.0", .summary = "Typos", .scopes = CSM_ARRAY(bad_scopes) };
    csm_mplugin list[] = { { .decl = csm_engine_plugin(), .id = "core" }, { .decl = &world_park, .id = "park", .position = 1 },
                           { .decl = &bad, .id = "bad", .position = 2 } };
    csm_problem *problems = NULL;
    csm_registry *reg = NULL;
    csm_error err = { 0 };
    csm_txn *txn;
    uint32_t count = 0;

    rule.run = never;
    bad.rules.items = &rule;
    bad.rules.count = 1;
    bad.rules.item_size = sizeof(rule);
    csm_arena_clear(w->arena);
    assert_ok(&w->ctx, csm_txn_begin(w->store, &txn, &w->ctx.err));
    csm_number_source numbers = csm_engine_numbers(txn);
    assert_ok(&w->ctx, csm_registry_build(list, 3, &numbers, w->arena, &reg, &problems, &w->ctx.err));
    csm_txn_abort(txn);
    assert_int_equal(csm_engine_prepare(w->engine, reg, &problems, &err), CSM_E_INVALID);
    for (const csm_problem *p = problems; p != NULL; p = p->next) {
        assert_string_equal(p->plugin, "bad");
        count++;
    }
    assert_true(count >= 2);
    csm_registry_unref(reg);
    world_read(w, "rule"); /* the old registry serves on */
    assert_int_equal(world_count(w, "place", ""), 2);
}

static const csm_seed bad_seeds[] = { { "place", "x", "name=Fine^code=F" }, { "place", "y", "name=Bad^parent=@key:place/nowhere" } };
static const csm_plugin bad_seed_plugin = { .magic = CSM_ABI_MAGIC, .size = sizeof(csm_plugin), .abi_major = CSM_ABI_MAJOR,
                                            .abi_minor = CSM_ABI_MINOR, .id = "sower", .version = "1.0", .summary = "Bad seed",
                                            .seeds = CSM_ARRAY(bad_seeds) };

static void failed_activation_leaves_all_as_it_was(void **state)
{
    world *w = *state;
    csm_registry *before = csm_engine_registry(w->engine);
    csm_mplugin list[] = { { .decl = csm_engine_plugin(), .id = "core" }, { .decl = &world_park, .id = "park", .position = 1 },
                           { .decl = &bad_seed_plugin, .id = "sower", .position = 2 } };
    csm_problem *problems = NULL;
    csm_registry *reg = NULL;
    csm_error err = { 0 };
    csm_txn *txn;

    csm_arena_clear(w->arena);
    assert_ok(&w->ctx, csm_txn_begin(w->store, &txn, &w->ctx.err));
    csm_number_source numbers = csm_engine_numbers(txn);
    assert_ok(&w->ctx, csm_registry_build(list, 3, &numbers, w->arena, &reg, &problems, &w->ctx.err));
    assert_ok(&w->ctx, csm_engine_prepare(w->engine, reg, &problems, &w->ctx.err));
    assert_int_equal(csm_engine_activate(w->engine, reg, txn, &err), CSM_E_INVALID);
    csm_txn_abort(txn);
    assert_non_null(strstr(err.message, "plugin sower, row \"y\" of place"));
    csm_registry_unref(reg);
    assert_ptr_equal(csm_engine_registry(w->engine), before);
    world_read(w, "rule");
    assert_int_equal(world_count(w, "place", "name=Fine"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(ships_once), T(activating_twice_changes_nothing), T(demo_comes_and_goes), T(new_indexes_are_filled),
        T(a_snapshot_keeps_its_registry), T(problems_name_their_plugin), T(failed_activation_leaves_all_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
