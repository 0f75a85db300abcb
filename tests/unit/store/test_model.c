/* The write transaction against the plainest possible model: random puts, deletes, savepoints, ranges with seeks while
 * writing, failing engine calls, commits that fail, reopening; over LMDB and over the fake engine. */
#include "fake_engine.h"
#include "model.h"
#include "tempdir.h"

#include "base/fault.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MARKS 4
#define ITERS 4
#define KEPT 64

typedef struct open_iter {
    csm_iter *it;
    model_iter model;
    char from[8], to[8];
} open_iter;

typedef struct kept {
    csm_str seen, copy;
} kept;

typedef struct run {
    uint64_t random;
    char path[PATH_MAX];
    fake_engine *fake; /* NULL: LMDB */
    csm_store *store;
    csm_error err;
    model committed;

    csm_txn *txn;
    csm_arena *arena;
    model now;
    csm_savepoint marks[MARKS];
    model marked[MARKS];
    size_t mark_count;
    open_iter iters[ITERS];
    size_t iter_count;
    kept kept[KEPT]; /* bytes read earlier in this transaction */
    size_t kept_count;

    csm_snap *old; /* a snapshot that is renewed now and then */
    model old_model;
} run;

static const csm_db dbs[] = { CSM_DB_META, CSM_DB_ROWS, CSM_DB_TEXT };

static uint64_t rnd(run *r, uint64_t below)
{
    r->random ^= r->random << 13;
    r->random ^= r->random >> 7;
    r->random ^= r->random << 17;
    return (r->random >> 11) % below;
}

/* Few distinct bytes, so that keys meet, are prefixes of each other, and touch both ends of the order. */
static csm_str random_key(run *r, char buf[CSM_KEY_MAX])
{
    static const char bytes[] = { 0, 'a', 'b', (char)0xff };
    size_t len = 1 + rnd(r, 4);

    if (rnd(r, 60) == 0)
        len = CSM_KEY_MAX;
    for (size_t i = 0; i < len; i++)
        buf[i] = bytes[rnd(r, i < 8 ? 4 : 1)];
    return (csm_str){ buf, len };
}

static csm_str random_value(run *r, char *buf)
{
    size_t len = rnd(r, 24);

    if (rnd(r, 50) == 0)
        len = rnd(r, 5000);
    if (rnd(r, 500) == 0)
        len = CSM_VALUE_MAX;
    memset(buf, (int)('A' + rnd(r, 26)), len);
    return (csm_str){ buf, len };
}

static void ok(run *r, csm_status st)
{
    if (st != CSM_OK)
        fail_msg("%s: %s (%s)", csm_status_name(st), r->err.message, r->err.detail);
}

static void same(csm_str got, csm_str want)
{
    assert_int_equal(got.len, want.len);
    assert_memory_equal(got.ptr, want.ptr, want.len);
}

/* ---- failing engine calls ---- */

static void arm_read(run *r)
{
    if (r->fake != NULL)
        fake_engine_fail(r->fake, 1, CSM_E_IO, false);
    else
        csm_fault_arm(CSM_FAULT_store_get, 1, false);
}

static bool disarm_read(run *r)
{
    bool hit = r->fake == NULL && csm_fault_passes(CSM_FAULT_store_get) > 0;

    if (r->fake != NULL)
        fake_engine_fail(r->fake, 0, CSM_OK, false);
    csm_fault_arm(CSM_FAULT_store_get, 0, false);
    return hit;
}

/* ---- checks ---- */

static void keep(run *r, csm_str seen)
{
    if (r->kept_count < KEPT)
        r->kept[r->kept_count++] = (kept){ seen, model_dup(seen) };
}

static void check_kept(run *r)
{
    for (size_t i = 0; i < r->kept_count; i++) {
        same(r->kept[i].seen, r->kept[i].copy);
        model_drop(r->kept[i].copy);
    }
    r->kept_count = 0;
}

static void check_range(run *r, csm_view *view, const model *m, const csm_range *range)
{
    csm_arena *arena = csm_arena_new(4096, 0);
    model_iter want = { .range = *range };
    csm_iter *it = NULL;
    bool has = true;

    ok(r, csm_iter_open(arena, view, range, &it, &r->err));
    while (has) {
        csm_str key, value;
        const model_item *item = model_iter_next(&want, m);
        ok(r, csm_iter_next(it, &key, &value, &has, &r->err));
        assert_int_equal(has, item != NULL);
        if (has) {
            same(key, item->key);
            same(value, item->value);
        }
    }
    csm_iter_close(it);
    model_iter_done(&want);
    csm_arena_free(arena);
}

static void check_all(run *r, csm_view *view, const model *m)
{
    for (size_t i = 0; i < sizeof(dbs) / sizeof(dbs[0]); i++) {
        check_range(r, view, m, &(csm_range){ .db = dbs[i] });
        check_range(r, view, m, &(csm_range){ .db = dbs[i], .reverse = true });
    }
}

static void check_committed(run *r)
{
    csm_snap *snap = NULL;
    csm_store_stat stat;

    ok(r, csm_snap_new(r->store, &snap, &r->err));
    ok(r, csm_snap_renew(snap, &r->err));
    assert_int_equal(csm_snap_sequence(snap), r->committed.sequence);
    check_all(r, csm_snap_view(snap), &r->committed);
    csm_snap_free(snap);
    ok(r, csm_store_get_stat(r->store, &stat, &r->err));
    assert_int_equal(stat.sequence, r->committed.sequence);
    for (int db = 0; db < CSM_DB_COUNT; db++)
        assert_int_equal(stat.entries[db], r->committed.dbs[db].count);
}

/* ---- steps of a transaction ---- */

static void step_put(run *r)
{
    static char value[CSM_VALUE_MAX];
    char key[CSM_KEY_MAX];
    csm_db db = dbs[rnd(r, 3)];
    csm_str k = random_key(r, key), v = random_value(r, value);

    ok(r, csm_txn_put(r->txn, db, k, v, &r->err));
    model_put(&r->now, db, k, v);
}

static void step_del(run *r)
{
    char key[CSM_KEY_MAX];
    csm_db db = dbs[rnd(r, 3)];
    csm_str k = random_key(r, key);

    ok(r, csm_txn_del(r->txn, db, k, &r->err));
    model_del(&r->now, db, k);
}

static void step_get(run *r)
{
    char key[CSM_KEY_MAX];
    csm_db db = dbs[rnd(r, 3)];
    csm_str k = random_key(r, key), got = { NULL, 0 };
    const csm_str *want = model_get(&r->now, db, k);
    bool failing = rnd(r, 4) == 0;
    csm_status st;

    if (failing)
        arm_read(r);
    st = csm_view_get(csm_txn_view(r->txn), db, k, &got, &r->err);
    if (failing) {
        if (disarm_read(r))
            assert_int_equal(st, CSM_E_IO);
        if (st == CSM_E_IO)
            st = csm_view_get(csm_txn_view(r->txn), db, k, &got, &r->err);
    }
    assert_int_equal(st, want != NULL ? CSM_OK : CSM_E_NOT_FOUND);
    if (want == NULL)
        return;
    same(got, *want);
    keep(r, got);
}

static void step_save(run *r)
{
    if (r->mark_count == MARKS)
        return;
    r->marks[r->mark_count] = csm_txn_save(r->txn);
    model_init(&r->marked[r->mark_count], &r->now);
    r->mark_count++;
}

static void step_undo(run *r)
{
    size_t to;

    if (r->mark_count == 0)
        return;
    to = rnd(r, r->mark_count);
    csm_txn_undo(r->txn, r->marks[to]);
    model_done(&r->now);
    model_init(&r->now, &r->marked[to]);
    while (r->mark_count > to)
        model_done(&r->marked[--r->mark_count]);
    assert_int_equal(csm_txn_next_sequence(r->txn), r->now.sequence + 1);
}

static void step_take(run *r)
{
    assert_int_equal(csm_txn_next_sequence(r->txn), r->now.sequence + 1);
    csm_txn_take_sequence(r->txn);
    r->now.sequence++;
}

static void step_open(run *r)
{
    char from[CSM_KEY_MAX], to[CSM_KEY_MAX];
    open_iter *o;
    csm_str f, t;

    if (r->iter_count == ITERS)
        return;
    o = &r->iters[r->iter_count++];
    f = random_key(r, from);
    t = random_key(r, to);
    f.len = rnd(r, 2) * (f.len < sizeof(o->from) ? f.len : 2);
    t.len = rnd(r, 2) * (t.len < sizeof(o->to) ? t.len : 2);
    memcpy(o->from, from, f.len);
    memcpy(o->to, to, t.len);
    o->model = (model_iter){
        .range = { .db = dbs[rnd(r, 3)],
                   .from = { o->from, f.len },
                   .to = { o->to, t.len },
                   .reverse = rnd(r, 2) == 0 },
    };
    csm_range range = o->model.range;
    range.from.ptr = from; /* bounds are copied */
    range.to.ptr = to;
    ok(r, csm_iter_open(r->arena, csm_txn_view(r->txn), &range, &o->it, &r->err));
    memset(from, 'x', sizeof(from));
    memset(to, 'x', sizeof(to));
}

static void next_of(run *r, open_iter *o)
{
    csm_str key = { NULL, 0 }, value = { NULL, 0 };
    const model_item *want = model_iter_next(&o->model, &r->now);
    bool failing = rnd(r, 8) == 0;
    bool has = false;
    csm_status st;

    if (failing)
        arm_read(r);
    st = csm_iter_next(o->it, &key, &value, &has, &r->err);
    if (failing) {
        if (disarm_read(r))
            assert_int_equal(st, CSM_E_IO);
        if (st == CSM_E_IO)
            st = csm_iter_next(o->it, &key, &value, &has, &r->err);
    }
    ok(r, st);
    assert_int_equal(has, want != NULL);
    if (!has)
        return;
    same(key, want->key);
    same(value, want->value);
    keep(r, key);
    keep(r, value);
}

static void step_next(run *r)
{
    uint64_t steps = rnd(r, 12) == 0 ? 200 : 1 + rnd(r, 3);
    open_iter *o;

    if (r->iter_count == 0)
        return;
    o = &r->iters[rnd(r, r->iter_count)];
    while (steps-- > 0)
        next_of(r, o);
}

static void step_seek(run *r)
{
    char key[CSM_KEY_MAX + 64];
    open_iter *o;
    csm_str k;

    if (r->iter_count == 0)
        return;
    o = &r->iters[rnd(r, r->iter_count)];
    k = random_key(r, key);
    if (rnd(r, 20) == 0)
        k.len = 0;
    if (rnd(r, 40) == 0) {
        memset(key, key[0], sizeof(key));
        k.len = sizeof(key);
    }
    ok(r, csm_iter_seek(o->it, k, &r->err));
    model_iter_seek(&o->model, k);
    memset(key, 'x', sizeof(key));
    next_of(r, o);
}

static void step_check(run *r)
{
    check_all(r, csm_txn_view(r->txn), &r->now);
}

static const struct {
    unsigned weight;
    void (*run)(run *r);
} steps[] = {
    { 40, step_put }, { 16, step_del }, { 20, step_get },  { 4, step_save }, { 3, step_undo },
    { 4, step_take }, { 5, step_open }, { 20, step_next }, { 8, step_seek }, { 1, step_check },
};

static void random_step(run *r)
{
    unsigned total = 0, at = 0;
    size_t i = 0;

    for (size_t n = 0; n < sizeof(steps) / sizeof(steps[0]); n++)
        total += steps[n].weight;
    for (at = (unsigned)rnd(r, total); at >= steps[i].weight; i++)
        at -= steps[i].weight;
    steps[i].run(r);
}

/* ---- whole transactions ---- */

static csm_status end_txn(run *r)
{
    bool fails = rnd(r, 5) == 0;
    csm_status st;

    if (rnd(r, 5) == 0) {
        csm_txn_abort(r->txn);
        return CSM_E_CANCELLED;
    }
    if (fails && r->fake != NULL)
        fake_engine_fail(r->fake, 1, rnd(r, 2) == 0 ? CSM_E_FULL : CSM_E_CONFLICT, false);
    else if (fails)
        csm_fault_arm(CSM_FAULT_store_full, 1, false);
    st = csm_txn_commit(r->txn, &r->err);
    if (r->fake != NULL)
        fake_engine_fail(r->fake, 0, CSM_OK, false);
    csm_fault_arm(CSM_FAULT_store_full, 0, false);
    if (fails)
        assert_true(st == CSM_E_FULL || st == CSM_E_CONFLICT || st == CSM_OK);
    else
        ok(r, st);
    return st;
}

static void random_txn(run *r, bool dry)
{
    uint64_t count = rnd(r, 10) == 0 ? 1500 : rnd(r, 120);
    csm_status st;

    r->arena = csm_arena_new(4096, 0);
    if (dry)
        ok(r, csm_txn_begin_dry(r->store, &r->txn, &r->err));
    else
        ok(r, csm_txn_begin(r->store, &r->txn, &r->err));
    model_init(&r->now, &r->committed);
    assert_int_equal(csm_view_sequence(csm_txn_view(r->txn)), r->committed.sequence);
    for (uint64_t i = 0; i < count; i++)
        random_step(r);
    check_kept(r);
    while (r->iter_count > 0) {
        open_iter *o = &r->iters[--r->iter_count];
        csm_iter_close(o->it);
        model_iter_done(&o->model);
    }
    while (r->mark_count > 0)
        model_done(&r->marked[--r->mark_count]);
    if (dry) {
        st = csm_txn_commit(r->txn, &r->err);
        assert_int_equal(st, CSM_E_STATE);
    } else {
        st = end_txn(r);
    }
    if (st == CSM_OK) {
        model_done(&r->committed);
        r->committed = r->now;
    } else {
        model_done(&r->now);
    }
    r->txn = NULL;
    csm_arena_free(r->arena);
}

static void step_snapshot(run *r)
{
    if (r->old == NULL) {
        ok(r, csm_snap_new(r->store, &r->old, &r->err));
    } else {
        assert_int_equal(csm_snap_sequence(r->old), r->old_model.sequence);
        check_all(r, csm_snap_view(r->old), &r->old_model);
        model_done(&r->old_model);
    }
    ok(r, csm_snap_renew(r->old, &r->err));
    model_init(&r->old_model, &r->committed);
}

static void drop_snapshot(run *r)
{
    if (r->old != NULL)
        model_done(&r->old_model);
    csm_snap_free(r->old);
    r->old = NULL;
}

static void open_store(run *r)
{
    if (r->fake != NULL)
        ok(r, csm_store_open_kv(fake_engine_kv(r->fake), -1, false, &r->store, &r->err));
    else
        ok(r, csm_store_open(r->path, &(csm_store_options){ .map_bytes = 1 << 30 }, &r->store, &r->err));
}

static void run_seed(uint64_t seed, bool fake)
{
    run *r = calloc(1, sizeof(*r));

    assert_non_null(r);
    r->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    assert_true(tempdir_make(r->path));
    r->fake = fake ? fake_engine_new() : NULL;
    open_store(r);
    for (int i = 0; i < 25; i++) {
        random_txn(r, rnd(r, 8) == 0);
        if (rnd(r, 3) == 0)
            step_snapshot(r);
        if (rnd(r, 4) == 0)
            check_committed(r);
        if (!fake && rnd(r, 12) == 0) {
            drop_snapshot(r);
            csm_store_close(r->store);
            open_store(r);
        }
    }
    check_committed(r);
    drop_snapshot(r);
    csm_store_close(r->store);
    model_done(&r->committed);
    tempdir_remove(r->path);
    free(r);
}

static void test_lmdb(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++)
        run_seed(seed, false);
}

static void test_fake(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++)
        run_seed(seed, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lmdb),
        cmocka_unit_test(test_fake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
