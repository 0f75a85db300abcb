/* Out of memory anywhere: the N-th allocation of a scenario fails, for every N, until it passes untouched. Each time the call
 * says so, nothing of it is left, and the engine works on. */
#include "world.h"

#include "base/fault.h"

/* One request: an insert with rules, journal, derived fields and events, an update, a query, a delete that clears. */
static csm_status scenario(world *w)
{
    csm_ctx *ctx = &w->ctx;
    csm_query_spec spec = { .table = csm_registry_table(ctx->reg, CSM_STR("duty")), .limit = 10 };
    csm_pair set[] = { { CSM_STR("title"), csm_ctext("a") },
                       { CSM_STR("comments"), csm_ctext("hello") },
                       { CSM_STR("place"), csm_id_value(world_key("place", "lake")) } };
    csm_pair again[] = { { CSM_STR("priority"), csm_int(1) }, { CSM_STR("state"), csm_int(2) } };
    csm_filter_options options = { 0 };
    const uint64_t *readable;
    csm_present what = { .all = true, .journals = true };
    csm_cursor *cursor;
    csm_value shown;
    csm_row *row;
    csm_status st;

    CSM_TRY(csm_write_insert(ctx, spec.table, csm_map(set, 3), NULL, &row));
    CSM_TRY(csm_write_update(ctx, spec.table, row->id, csm_map(again, 2), NULL, &row));
    CSM_TRY(csm_filter_parse(ctx->reg, spec.table, CSM_STR("priority<=2^place.name=Lake^ORDERBYtitle"), options, ctx->arena,
                             &spec.filter, &ctx->err));
    CSM_TRY(csm_cursor_open(ctx, &spec, &cursor));
    st = csm_cursor_next(ctx, cursor, &row, &readable);
    if (st == CSM_OK && row == NULL)
        st = csm_ctx_fail(ctx, CSM_E_INTERNAL, "the row is not found");
    if (st == CSM_OK)
        st = csm_present_value(ctx, row, readable, &what, &shown);
    csm_cursor_close(cursor);
    if (st == CSM_OK)
        st = csm_write_delete(ctx, spec.table, row->id, NULL);
    if (st == CSM_OK)
        st = csm_write_insert(ctx, spec.table, csm_map(set, 3), NULL, &row);
    if (st == CSM_OK)
        st = csm_event(ctx, "bell", csm_map(again, 2));
    return st == CSM_OK ? csm_request_log_write(ctx) : st;
}

static void on_problem(void *user, const char *area, csm_str what)
{
    (void)user;
    print_error("%s: %.*s\n", area, CSM_STR_FMT(what));
}

static void every_allocation_may_fail(void **state)
{
    static world w;
    unsigned long nth = 0;
    csm_status st = CSM_E_NOMEM;
    bool hit = true; /* the failing allocation was reached; some may fail and nobody need know: caches */

    (void)state;
    world_open(&w);
    csm_arena_free(w.arena);
    while (hit) {
        csm_verify_counts counts = { 0 };
        csm_error err = { 0 };
        csm_savepoint point;
        size_t entries;

        assert_true(++nth < 20000);
        w.arena = csm_arena_new(512, 0); /* small blocks: more of them to fail */
        world_write(&w, "kim");
        point = csm_txn_save(w.txn);
        entries = csm_txn_entries(w.txn);
        csm_fault_arm(CSM_FAULT_alloc, nth, false);
        st = scenario(&w);
        hit = csm_fault_passes(CSM_FAULT_alloc) >= nth;
        csm_fault_arm(CSM_FAULT_alloc, 0, false);
        if (st != CSM_OK) {
            assert_int_equal(st, CSM_E_NOMEM);
            assert_int_equal(w.ctx.err.code, CSM_E_NOMEM);
            csm_txn_undo(w.txn, point);
            assert_int_equal(csm_txn_entries(w.txn), entries);
            assert_int_equal(world_count(&w, "duty", ""), 0);
            world_abort(&w);
        } else if (hit) {
            world_abort(&w);
        } else {
            csm_txn *txn = w.txn;

            w.txn = NULL;
            assert_int_equal(csm_txn_commit(txn, &err), CSM_OK);
            world_read(&w, "rule");
            assert_int_equal(world_count(&w, "duty", "number=DU0000002"), 1);
            assert_ok(&w.ctx, csm_engine_verify(w.engine, csm_snap_view(w.snap), on_problem, NULL, &counts, &w.ctx.err));
            assert_int_equal(counts.problems, 0);
        }
        if (hit)
            csm_arena_free(w.arena);
    }
    print_message("%lu allocations\n", nth - 1);
    assert_true(nth > 20);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_allocation_may_fail) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
