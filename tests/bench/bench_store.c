/* Micro benchmark of core/store beside raw LMDB doing the same work on the same data. Prints nanoseconds; judges
 * nothing. Usage: bench_store [rows]. Build it with optimization and without fault points. */
#include "tempdir.h"

#include "base/clock.h"
#include "store/store.h"

#include <lmdb.h>

#include <stdlib.h>
#include <string.h>

#define KEY 20
#define VALUE 200
#define ROUNDS 300000

static uint64_t seed = 88172645463325252;
static size_t rows = 200000;
static volatile uint64_t sink;

static uint64_t rnd(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed >> 8;
}

static void check(int rc, const char *what)
{
    if (rc == 0)
        return;
    fprintf(stderr, "%s: %d\n", what, rc);
    exit(1);
}

/* A row key: family, then a number in big-endian order scattered as little as a time-ordered id. */
static csm_str key_of(uint64_t n, char buf[KEY])
{
    memset(buf, 7, KEY);
    for (int i = 0; i < 8; i++)
        buf[11 - i] = (char)(n >> (8 * i));
    return (csm_str){ buf, KEY };
}

static void report(const char *what, int64_t us, size_t times)
{
    printf("%-44s %9.1f ns\n", what, (double)us * 1000.0 / (double)times);
}

/* ---- raw LMDB ---- */

static MDB_env *env;
static MDB_dbi dbi;

static void raw_open(const char *path)
{
    MDB_txn *txn;
    char name[8];

    check(mdb_env_create(&env), "env");
    check(mdb_env_set_mapsize(env, (size_t)1 << 40), "map");
    check(mdb_env_set_maxdbs(env, CSM_DB_COUNT + 1), "dbs");
    check(mdb_env_open(env, path, MDB_NOTLS, 0600), "open");
    check(mdb_txn_begin(env, NULL, 0, &txn), "begin");
    for (int i = 0; i <= CSM_DB_COUNT; i++) { /* as many as the store has */
        snprintf(name, sizeof(name), "db%d", i);
        check(mdb_dbi_open(txn, name, MDB_CREATE, &dbi), "dbi");
    }
    check(mdb_txn_commit(txn), "commit");
}

static void raw_put(MDB_txn *txn, uint64_t n)
{
    char key[KEY], value[VALUE] = "";
    csm_str s = key_of(n, key);
    MDB_val k = { s.len, key }, v = { VALUE, value };

    check(mdb_put(txn, dbi, &k, &v, 0), "put");
}

static void raw_fill(void)
{
    for (size_t n = 0; n < rows;) {
        MDB_txn *txn;
        check(mdb_txn_begin(env, NULL, 0, &txn), "begin");
        for (size_t end = n + 20000; n < rows && n < end; n++)
            raw_put(txn, n);
        check(mdb_txn_commit(txn), "commit");
    }
}

static void raw_get(MDB_txn *txn)
{
    char key[KEY];
    csm_str s = key_of(rnd() % rows, key);
    MDB_val k = { s.len, key }, v;

    check(mdb_get(txn, dbi, &k, &v), "get");
    sink += *(uint8_t *)v.mv_data;
}

static void raw_range(MDB_txn *txn, MDB_cursor *cursor, int count)
{
    char key[KEY];
    csm_str s = key_of(rnd() % (rows - 2000), key);
    MDB_val k = { s.len, key }, v;
    int rc;

    check(mdb_cursor_renew(txn, cursor), "cursor");
    rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
    for (int i = 0; rc == 0 && i < count; i++) {
        sink += *(uint8_t *)v.mv_data;
        rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }
    check(rc, "next");
}

static void bench_raw(void)
{
    MDB_cursor *cursor;
    MDB_txn *txn;
    int64_t t;

    check(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), "begin");
    check(mdb_cursor_open(txn, dbi, &cursor), "cursor");
    t = csm_mono_us();
    for (int i = 0; i < ROUNDS; i++)
        raw_get(txn);
    report("raw: get", csm_mono_us() - t, ROUNDS);
    t = csm_mono_us();
    for (int i = 0; i < ROUNDS; i++) {
        mdb_txn_reset(txn);
        check(mdb_txn_renew(txn), "renew");
    }
    report("raw: reset, renew", csm_mono_us() - t, ROUNDS);
    t = csm_mono_us();
    for (int i = 0; i < ROUNDS; i++) {
        mdb_txn_reset(txn);
        check(mdb_txn_renew(txn), "renew");
        raw_get(txn);
    }
    report("raw: reset, renew, get", csm_mono_us() - t, ROUNDS);
    t = csm_mono_us();
    for (int i = 0; i < ROUNDS / 10; i++)
        raw_range(txn, cursor, 20);
    report("raw: range of 20", csm_mono_us() - t, ROUNDS / 10);
    t = csm_mono_us();
    for (int i = 0; i < ROUNDS / 300; i++)
        raw_range(txn, cursor, 1000);
    report("raw: range of 1000", csm_mono_us() - t, ROUNDS / 300);
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
}

static void bench_raw_write(size_t puts)
{
    int64_t t = csm_mono_us();

    for (int i = 0; i < 200; i++) {
        MDB_txn *txn;
        check(mdb_txn_begin(env, NULL, 0, &txn), "begin");
        for (size_t p = 0; p < puts; p++)
            raw_put(txn, rnd() % rows);
        check(mdb_txn_commit(txn), "commit");
    }
    report(puts == 30 ? "raw: write of 30 random rows" : "raw: write of 1000 random rows", csm_mono_us() - t, 200);
}

/* ---- the store ---- */

static csm_store *store;
static csm_error err;

static void store_put(csm_txn *txn, uint64_t n)
{
    static const char value[VALUE] = "";
    char key[KEY];

    check((int)csm_txn_put(txn, CSM_DB_ROWS, key_of(n, key), (csm_str){ value, VALUE }, &err), err.message);
}

static void store_fill(void)
{
    for (size_t n = 0; n < rows;) {
        csm_txn *txn;
        check((int)csm_txn_begin(store, &txn, &err), err.message);
        for (size_t end = n + 20000; n < rows && n < end; n++)
            store_put(txn, n);
        csm_txn_take_sequence(txn);
        check((int)csm_txn_commit(txn, &err), err.message);
    }
}

static void store_get(csm_view *view)
{
    char key[KEY];
    csm_str v;

    check((int)csm_view_get(view, CSM_DB_ROWS, key_of(rnd() % rows, key), &v, &err), err.message);
    sink += (uint8_t)*v.ptr;
}

static void store_range(csm_view *view, csm_arena *arena, int count)
{
    char key[KEY];
    csm_range range = { .db = CSM_DB_ROWS, .from = key_of(rnd() % (rows - 2000), key) };
    csm_iter *it;
    csm_str k, v;
    bool has = true;

    check((int)csm_iter_open(arena, view, &range, &it, &err), err.message);
    for (int i = 0; i <= count && has; i++) {
        check((int)csm_iter_next(it, &k, &v, &has, &err), err.message);
        sink += (uint8_t)*v.ptr;
    }
    csm_iter_close(it);
    csm_arena_clear(arena);
}

static void bench_ranges(const char *kind, csm_view *view)
{
    csm_arena *arena = csm_arena_new(65536, 0);
    char what[64];
    int64_t t;

    t = csm_mono_us();
    for (int i = 0; i < ROUNDS / 10; i++)
        store_range(view, arena, 20);
    snprintf(what, sizeof(what), "%s: range of 20", kind);
    report(what, csm_mono_us() - t, ROUNDS / 10);
    t = csm_mono_us();
    for (int i = 0; i < ROUNDS / 300; i++)
        store_range(view, arena, 1000);
    snprintf(what, sizeof(what), "%s: range of 1000", kind);
    report(what, csm_mono_us() - t, ROUNDS / 300);
    csm_arena_free(arena);
}

static void bench_snapshot(void)
{
    csm_snap *snap;
    csm_view *view;
    int64_t t;

    check((int)csm_snap_new(store, &snap, &err), err.message);
    check((int)csm_snap_renew(snap, &err), err.message);
    view = csm_snap_view(snap);
    t = csm_mono_us();
    for (int i = 0; i < ROUNDS; i++)
        store_get(view);
    report("store: get", csm_mono_us() - t, ROUNDS);
    t = csm_mono_us();
    for (int i = 0; i < ROUNDS; i++)
        check((int)csm_snap_renew(snap, &err), err.message);
    report("store: renew, nothing changed", csm_mono_us() - t, ROUNDS);
    t = csm_mono_us();
    for (int i = 0; i < ROUNDS; i++) {
        csm_snap_reset(snap);
        check((int)csm_snap_renew(snap, &err), err.message);
    }
    report("store: reset, renew", csm_mono_us() - t, ROUNDS);
    t = csm_mono_us();
    for (int i = 0; i < ROUNDS; i++) {
        csm_snap_reset(snap);
        check((int)csm_snap_renew(snap, &err), err.message);
        store_get(view);
    }
    report("store: reset, renew, get", csm_mono_us() - t, ROUNDS);
    bench_ranges("store", view);
    csm_snap_free(snap);
}

static void bench_transaction(void)
{
    csm_txn *txn;
    int64_t t;

    check((int)csm_txn_begin(store, &txn, &err), err.message);
    t = csm_mono_us();
    for (int i = 0; i < 15000; i++)
        store_put(txn, rnd() % rows);
    report("txn: put (15000 in one)", csm_mono_us() - t, 15000);
    t = csm_mono_us();
    for (int i = 0; i < ROUNDS; i++)
        store_get(csm_txn_view(txn));
    report("txn: get over 15000 pending", csm_mono_us() - t, ROUNDS);
    bench_ranges("txn, 15000 pending", csm_txn_view(txn));
    csm_txn_abort(txn);
}

static void bench_write(size_t puts)
{
    int64_t t = csm_mono_us();

    for (int i = 0; i < 200; i++) {
        csm_txn *txn;
        check((int)csm_txn_begin(store, &txn, &err), err.message);
        for (size_t p = 0; p < puts; p++)
            store_put(txn, rnd() % rows);
        csm_txn_take_sequence(txn);
        check((int)csm_txn_commit(txn, &err), err.message);
    }
    report(puts == 30 ? "store: write of 30 random rows" : "store: write of 1000 random rows", csm_mono_us() - t, 200);
}

int main(int argc, char **argv)
{
    char path[PATH_MAX], raw[PATH_MAX + 8];

    if (argc > 1)
        rows = (size_t)strtoull(argv[1], NULL, 10);
    if (rows < 4000 || !tempdir_make(path))
        return 1;
    snprintf(raw, sizeof(raw), "%s/raw", path);
    check(mkdir(raw, 0700), "mkdir");
    raw_open(raw);
    check((int)csm_store_open(path, NULL, &store, &err), err.message);
    raw_fill();
    store_fill();
    bench_raw();
    bench_snapshot();
    bench_transaction();
    bench_raw_write(30);
    bench_write(30);
    bench_raw_write(1000);
    bench_write(1000);
    csm_store_close(store);
    mdb_env_close(env);
    tempdir_remove(path);
    return 0;
}
