/* Ranges and seeks over a snapshot and over a transaction with the same contents, row by row; iterators that outlive
 * their snapshot; running out of memory. */
#include "store/store.h"
#include "tempdir.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static char path[PATH_MAX];
static csm_store *store;
static csm_error err;

static void ok(csm_status st)
{
    if (st != CSM_OK)
        fail_msg("%s: %s", csm_status_name(st), err.message);
}

static void put_all(csm_txn *txn, const char *keys)
{
    for (; *keys != '\0'; keys++)
        ok(csm_txn_put(txn, CSM_DB_INDEX, (csm_str){ keys, 1 }, (csm_str){ keys, 1 }, &err));
}

static int setup(void **state)
{
    (void)state;
    assert_true(tempdir_make(path));
    ok(csm_store_open(path, NULL, &store, &err));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    csm_store_close(store);
    tempdir_remove(path);
    return 0;
}

struct row {
    const char *name;
    const char *from, *to;
    bool reverse;
    const char *seek; /* NULL: none */
    const char *want;
};

/* Over the keys b d f h. */
static const struct row rows[] = {
    { "all", "", "", false, NULL, "bdfh" },
    { "all, reverse", "", "", true, NULL, "hfdb" },
    { "from a key", "d", "", false, NULL, "dfh" },
    { "from between", "c", "", false, NULL, "dfh" },
    { "to a key", "", "f", false, NULL, "bd" },
    { "to between", "", "g", false, NULL, "bdf" },
    { "both", "c", "g", false, NULL, "df" },
    { "both, reverse", "c", "g", true, NULL, "fd" },
    { "to leaves it out, reverse", "", "f", true, NULL, "db" },
    { "from takes it in, reverse", "f", "", true, NULL, "hf" },
    { "empty range", "d", "d", false, NULL, "" },
    { "empty range, reverse", "d", "d", true, NULL, "" },
    { "upside down", "f", "d", false, NULL, "" },
    { "upside down, reverse", "f", "d", true, NULL, "" },
    { "beyond the end", "x", "", false, NULL, "" },
    { "before the start, reverse", "", "a", true, NULL, "" },
    { "longer bounds", "d\1", "f\1", false, NULL, "f" },
    { "seek a key", "", "", false, "f", "fh" },
    { "seek between", "", "", false, "e", "fh" },
    { "seek, reverse", "", "", true, "e", "db" },
    { "seek a key, reverse", "", "", true, "d", "db" },
    { "seek before from", "d", "", false, "a", "dfh" },
    { "seek to itself, reverse", "", "f", true, "f", "db" },
    { "seek beyond to", "", "f", false, "g", "" },
    { "seek beyond to, reverse", "", "f", true, "x", "db" },
    { "seek below from, reverse", "d", "", true, "a", "" },
    { "seek nothing", "", "", false, "", "bdfh" },
    { "seek nothing, reverse", "", "", true, "", "" },
};

static void expect_rows(csm_view *view)
{
    csm_arena *arena = csm_arena_new(4096, 0);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];
        csm_range range = { CSM_DB_INDEX, csm_str_of(r->from), csm_str_of(r->to), r->reverse };
        char got[8] = "";
        csm_iter *it = NULL;
        csm_str key, value;
        bool has = false;

        print_message("%s\n", r->name);
        ok(csm_iter_open(arena, view, &range, &it, &err));
        if (r->seek != NULL) {
            ok(csm_iter_next(it, &key, &value, &has, &err)); /* from the midst of a batch */
            ok(csm_iter_seek(it, csm_str_of(r->seek), &err));
        }
        for (size_t n = 0; n < sizeof(got) - 1; n++) {
            ok(csm_iter_next(it, &key, &value, &has, &err));
            if (!has)
                break;
            assert_true(csm_str_eq(key, value));
            got[n] = *key.ptr;
        }
        assert_string_equal(got, r->want);
        csm_iter_close(it);
    }
    csm_arena_free(arena);
}

static void test_snapshot(void **state)
{
    csm_txn *txn = NULL;
    csm_snap *snap = NULL;

    (void)state;
    ok(csm_txn_begin(store, &txn, &err));
    put_all(txn, "hfdb");
    ok(csm_txn_commit(txn, &err));
    ok(csm_snap_new(store, &snap, &err));
    ok(csm_snap_renew(snap, &err));
    expect_rows(csm_snap_view(snap));
    csm_snap_free(snap);
}

/* The same contents: some in the engine, some pending, some deleted, some undone. */
static void test_transaction(void **state)
{
    csm_txn *txn = NULL;
    csm_savepoint mark;

    (void)state;
    ok(csm_txn_begin(store, &txn, &err));
    put_all(txn, "aceghz");
    ok(csm_txn_commit(txn, &err));
    ok(csm_txn_begin(store, &txn, &err));
    put_all(txn, "bdf");
    for (const char *key = "acegz"; *key != '\0'; key++)
        ok(csm_txn_del(txn, CSM_DB_INDEX, (csm_str){ key, 1 }, &err));
    mark = csm_txn_save(txn);
    put_all(txn, "agxy");
    ok(csm_txn_del(txn, CSM_DB_INDEX, CSM_STR("h"), &err));
    csm_txn_undo(txn, mark);
    expect_rows(csm_txn_view(txn));
    csm_txn_abort(txn);
}

/* What is written ahead is seen, what is written behind is not. */
static void test_writing_while_reading(void **state)
{
    csm_arena *arena = csm_arena_new(4096, 0);
    csm_range all = { .db = CSM_DB_INDEX };
    csm_txn *txn = NULL;
    csm_iter *it = NULL;
    csm_str key, value;
    bool has = false;

    (void)state;
    ok(csm_txn_begin(store, &txn, &err));
    put_all(txn, "bdf");
    ok(csm_txn_commit(txn, &err));
    ok(csm_txn_begin(store, &txn, &err));
    ok(csm_iter_open(arena, csm_txn_view(txn), &all, &it, &err));
    ok(csm_iter_next(it, &key, &value, &has, &err));
    assert_true(csm_str_is(key, "b"));
    put_all(txn, "ace");
    ok(csm_txn_del(txn, CSM_DB_INDEX, CSM_STR("d"), &err));
    ok(csm_iter_next(it, &key, &value, &has, &err));
    assert_true(csm_str_is(key, "c"));
    ok(csm_txn_put(txn, CSM_DB_INDEX, CSM_STR("f"), CSM_STR("new"), &err));
    ok(csm_iter_next(it, &key, &value, &has, &err));
    assert_true(csm_str_is(key, "e"));
    ok(csm_iter_next(it, &key, &value, &has, &err));
    assert_true(csm_str_is(key, "f"));
    assert_true(csm_str_is(value, "new"));
    ok(csm_iter_next(it, &key, &value, &has, &err));
    assert_false(has);
    put_all(txn, "g"); /* also after the end was met */
    ok(csm_iter_next(it, &key, &value, &has, &err));
    assert_true(has);
    assert_true(csm_str_is(key, "g"));
    csm_txn_abort(txn);
    csm_arena_free(arena);
}

static void test_outlived(void **state)
{
    csm_arena *arena = csm_arena_new(4096, 0);
    csm_range all = { .db = CSM_DB_INDEX };
    csm_txn *txn = NULL;
    csm_snap *snap = NULL;
    csm_iter *it = NULL;
    csm_str key = { NULL, 0 }, value = { NULL, 0 };
    bool has = false;

    (void)state;
    ok(csm_txn_begin(store, &txn, &err));
    put_all(txn, "bdf");
    ok(csm_txn_commit(txn, &err));
    ok(csm_snap_new(store, &snap, &err));
    assert_int_equal(csm_view_get(csm_snap_view(snap), CSM_DB_INDEX, CSM_STR("b"), &value, &err), CSM_E_STATE);
    ok(csm_snap_renew(snap, &err));
    ok(csm_iter_open(arena, csm_snap_view(snap), &all, &it, &err));
    ok(csm_iter_next(it, &key, &value, &has, &err));
    ok(csm_snap_renew(snap, &err)); /* nothing has changed: goes on */
    ok(csm_iter_next(it, &key, &value, &has, &err));
    assert_true(csm_str_is(key, "d"));
    csm_snap_reset(snap);
    assert_int_equal(csm_iter_next(it, &key, &value, &has, &err), CSM_E_STATE);
    ok(csm_snap_renew(snap, &err));
    assert_int_equal(csm_iter_next(it, &key, &value, &has, &err), CSM_E_STATE);
    assert_int_equal(csm_iter_seek(it, CSM_STR("a"), &err), CSM_E_STATE);
    csm_iter_close(it);
    csm_iter_close(NULL);
    csm_snap_free(snap);
    csm_arena_free(arena);
}

/* With too little memory for larger batches, all rows arrive all the same; with none at all, opening says so. */
static void test_no_memory(void **state)
{
    enum { COUNT = 2000 };
    csm_arena *arena = csm_arena_new(4096, 1600);
    csm_range all = { .db = CSM_DB_INDEX };
    csm_txn *txn = NULL;
    csm_iter *it = NULL;
    csm_str key, value;
    bool has = true;
    int count = 0;

    (void)state;
    ok(csm_txn_begin(store, &txn, &err));
    for (int i = 0; i < COUNT; i++) {
        char name[8];
        snprintf(name, sizeof(name), "%05d", i);
        ok(csm_txn_put(txn, CSM_DB_INDEX, csm_str_of(name), CSM_STR("v"), &err));
    }
    ok(csm_txn_commit(txn, &err));
    ok(csm_txn_begin(store, &txn, &err));
    ok(csm_iter_open(arena, csm_txn_view(txn), &all, &it, &err));
    for (; has; count += has)
        ok(csm_iter_next(it, &key, &value, &has, &err));
    assert_int_equal(count, COUNT);
    assert_int_equal(csm_iter_open(arena, csm_txn_view(txn), &all, &it, &err), CSM_E_NOMEM);
    csm_txn_abort(txn);
    csm_arena_free(arena);
}

static void test_key_after(void **state)
{
    static const struct {
        const char *name;
        csm_str prefix, want;
    } afters[] = {
        { "plain", CSM_STR_INIT("ab"), CSM_STR_INIT("ac") },
        { "carry", CSM_STR_INIT("a\xff"), CSM_STR_INIT("b") },
        { "carries", CSM_STR_INIT("a\xff\xff"), CSM_STR_INIT("b") },
        { "nul", CSM_STR_INIT("a\0"), CSM_STR_INIT("a\1") },
        { "none", CSM_STR_INIT("\xff\xff"), CSM_STR_INIT("") },
        { "empty", CSM_STR_INIT(""), CSM_STR_INIT("") },
    };
    uint8_t buf[CSM_KEY_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(afters) / sizeof(afters[0]); i++) {
        csm_str got = csm_key_after(afters[i].prefix, buf);
        print_message("%s\n", afters[i].name);
        assert_int_equal(got.len, afters[i].want.len);
        assert_true(csm_str_eq(got, afters[i].want));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_snapshot, setup, teardown),
        cmocka_unit_test_setup_teardown(test_transaction, setup, teardown),
        cmocka_unit_test_setup_teardown(test_writing_while_reading, setup, teardown),
        cmocka_unit_test_setup_teardown(test_outlived, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
        cmocka_unit_test(test_key_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
