/* The store as its callers meet it: opening, locking, isolation, limits, copies. */
#include "fixture.h"
#include "store/dir.h"
#include "store/engine.h"

#include <sys/stat.h>
#include <unistd.h>

/* ---- opening ---- */

static void test_reopen(void **state)
{
    csm_store_stat stat;

    (void)state;
    open_with(NULL);
    ok(csm_store_get_stat(store, &stat, &err));
    assert_int_equal(stat.sequence, 0);
    assert_true(stat.bytes_map >= (uint64_t)1 << 36 && stat.ceiling < stat.bytes_map);
    ok(write_one("a", "1"));
    ok(write_one("b", "2"));
    ok(write_one("a", NULL));
    reopen();
    expect("a", NULL);
    expect("b", "2");
    ok(csm_store_get_stat(store, &stat, &err));
    assert_int_equal(stat.sequence, 3);
    assert_int_equal(stat.entries[CSM_DB_ROWS], 1);
    assert_int_equal(stat.entries[CSM_DB_META], 0); /* the store's own keys are elsewhere */
    assert_true(stat.bytes_used > 0 && stat.bytes_used < 1 << 20);
}

static void test_lock(void **state)
{
    char pid[32];
    csm_store *second = NULL;

    (void)state;
    open_with(NULL);
    assert_int_equal(csm_store_open(path, NULL, &second, &err), CSM_E_BUSY);
    snprintf(pid, sizeof(pid), "process %ld", (long)getpid());
    assert_non_null(strstr(err.message, pid));
    assert_int_equal(csm_store_open(path, &(csm_store_options){ .read_only = true }, &second, &err), CSM_E_BUSY);
    assert_null(second);
    reopen();
}

/* A start that was cut off while it made the store leaves its temporary directory behind. */
static void test_cut_off_start(void **state)
{
    char part[PATH_MAX + 32];
    FILE *file;

    (void)state;
    snprintf(part, sizeof(part), "%s/new", path);
    assert_int_equal(mkdir(part, 0700), 0);
    snprintf(part, sizeof(part), "%s/new/data.mdb", path);
    assert_non_null(file = fopen(part, "w"));
    fputs("half of a meta page", file);
    fclose(file);
    open_with(NULL);
    ok(write_one("a", "1"));
    expect("a", "1");
    assert_int_not_equal(access(part, F_OK), 0);
}

static void test_newer_version(void **state)
{
    const csm_store_options options = { 0 };
    csm_kv *kv = NULL;
    int dir;

    (void)state;
    ok(csm_dir_open(path, true, &dir, &err));
    ok(csm_kv_open_lmdb(path, dir, &options, CSM_STORE_VERSION + 1, &kv, &err)); /* what a newer server makes */
    kv->ops->close(kv);
    csm_dir_close(dir, true);
    assert_int_equal(csm_store_open(path, NULL, &store, &err), CSM_E_STATE);
    assert_non_null(strstr(err.message, "version 2"));
    assert_null(store);
}

static void test_damaged(void **state)
{
    char file[PATH_MAX + 32];
    char junk[16384];
    FILE *f;

    (void)state;
    snprintf(file, sizeof(file), "%s/data.mdb", path);
    memset(junk, 'j', sizeof(junk));
    assert_non_null(f = fopen(file, "w"));
    assert_int_equal(fwrite(junk, 1, sizeof(junk), f), sizeof(junk));
    fclose(f);
    assert_int_equal(csm_store_open(path, NULL, &store, &err), CSM_E_CORRUPT);
}

static void test_unusable_path(void **state)
{
    (void)state;
    snprintf(other, sizeof(other), "%s/none/store", path);
    assert_int_equal(csm_store_open(other, NULL, &store, &err), CSM_E_IO);
    assert_non_null(strstr(err.message, other));
    snprintf(other, sizeof(other), "%s/file", path);
    fclose(fopen(other, "w"));
    assert_int_equal(csm_store_open(other, NULL, &store, &err), CSM_E_IO);
    assert_int_equal(csm_store_open(path, &(csm_store_options){ .map_bytes = 4096 }, &store, &err), CSM_E_INVALID);
    assert_int_equal(csm_store_open(path, &(csm_store_options){ .read_only = true }, &store, &err), CSM_E_IO);
    assert_null(store);
    open_with(NULL); /* and none of this left anything locked */
}

/* In a directory that one may only read: opening fails, opening for reading works. */
static void test_read_only_directory(void **state)
{
    bool root = geteuid() == 0; /* whom permissions do not stop */
    csm_txn *txn = NULL;

    (void)state;
    open_with(NULL);
    ok(write_one("a", "1"));
    csm_store_close(store);
    store = NULL;
    snprintf(other, sizeof(other), "%s/data.mdb", path);
    assert_int_equal(chmod(other, 0444), 0);
    assert_int_equal(chmod(path, 0555), 0);
    if (root)
        assert_int_equal(seteuid(65534), 0);
    csm_status st = csm_store_open(path, NULL, &store, &err);
    csm_store *reading = NULL;
    csm_error reading_err = { 0 };
    csm_status reading_st = csm_store_open(path, &(csm_store_options){ .read_only = true }, &reading, &reading_err);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(path, 0755), 0);

    assert_int_equal(st, CSM_E_IO);
    assert_null(store);
    if (reading_st != CSM_OK)
        fail_msg("%s", reading_err.message);
    store = reading;
    expect("a", "1");
    assert_int_equal(csm_txn_begin(store, &txn, &err), CSM_E_STATE);
    ok(csm_txn_begin_dry(store, &txn, &err));
    ok(csm_txn_put(txn, CSM_DB_ROWS, CSM_STR("b"), CSM_STR("2"), &err));
    expect_in(csm_txn_view(txn), "b", "2");
    csm_txn_abort(txn);
}

/* ---- transactions and snapshots ---- */

static void test_isolation(void **state)
{
    csm_snap *early = NULL, *late = NULL;
    csm_txn *txn = NULL, *second = NULL, *dry = NULL;

    (void)state;
    open_with(NULL);
    ok(write_one("a", "1"));
    ok(csm_snap_new(store, &early, &err));
    ok(csm_snap_new(store, &late, &err));
    ok(csm_snap_renew(early, &err));
    ok(csm_txn_begin(store, &txn, &err));
    assert_int_equal(csm_txn_begin(store, &second, &err), CSM_E_STATE);
    ok(csm_txn_put(txn, CSM_DB_ROWS, CSM_STR("a"), CSM_STR("2"), &err));
    ok(csm_snap_renew(late, &err));
    expect_in(csm_snap_view(late), "a", "1"); /* nobody sees what is pending */
    ok(csm_txn_begin_dry(store, &dry, &err));
    expect_in(csm_txn_view(dry), "a", "1");
    expect_in(csm_txn_view(txn), "a", "2");
    csm_txn_take_sequence(txn);
    ok(csm_txn_commit(txn, &err));
    expect_in(csm_snap_view(early), "a", "1");
    expect_in(csm_snap_view(late), "a", "1");
    expect_in(csm_txn_view(dry), "a", "1");
    assert_int_equal(csm_snap_sequence(early), 1);
    ok(csm_snap_renew(late, &err));
    expect_in(csm_snap_view(late), "a", "2");
    assert_int_equal(csm_snap_sequence(late), 2);
    assert_int_equal(csm_view_sequence(csm_snap_view(late)), 2);
    for (int i = 0; i < 20; i++) /* so far back that its number must be read */
        ok(write_one("b", "x"));
    expect_in(csm_snap_view(early), "a", "1");
    assert_int_equal(csm_snap_sequence(early), 1);
    assert_int_equal(csm_txn_commit(dry, &err), CSM_E_STATE);
    csm_snap_free(early);
    csm_snap_free(late);
}

static void test_sequences(void **state)
{
    csm_savepoint mark;
    csm_txn *txn = NULL;

    (void)state;
    open_with(NULL);
    ok(csm_txn_begin(store, &txn, &err));
    assert_int_equal(csm_txn_next_sequence(txn), 1);
    csm_txn_take_sequence(txn);
    mark = csm_txn_save(txn);
    csm_txn_take_sequence(txn);
    csm_txn_take_sequence(txn);
    assert_int_equal(csm_txn_next_sequence(txn), 4);
    csm_txn_undo(txn, mark);
    assert_int_equal(csm_txn_next_sequence(txn), 2);
    ok(csm_txn_commit(txn, &err)); /* a number alone is kept too */
    reopen();
    ok(csm_txn_begin(store, &txn, &err));
    assert_int_equal(csm_view_sequence(csm_txn_view(txn)), 1);
    csm_txn_abort(txn);
    csm_txn_abort(NULL);
}

static void test_limits(void **state)
{
    static char big[CSM_VALUE_MAX + 1];
    csm_str longest = { big, CSM_KEY_MAX }, largest = { big, CSM_VALUE_MAX }, got;
    csm_txn *txn = NULL;

    (void)state;
    open_with(NULL);
    memset(big, 'x', sizeof(big));
    ok(csm_txn_begin(store, &txn, &err));
    assert_int_equal(csm_txn_put(txn, CSM_DB_ROWS, (csm_str){ big, CSM_KEY_MAX + 1 }, largest, &err), CSM_E_LIMIT);
    assert_int_equal(csm_txn_put(txn, CSM_DB_ROWS, longest, (csm_str){ big, sizeof(big) }, &err), CSM_E_LIMIT);
    assert_int_equal(csm_txn_put(txn, CSM_DB_ROWS, CSM_STR(""), largest, &err), CSM_E_INVALID);
    assert_int_equal(csm_txn_del(txn, CSM_DB_ROWS, (csm_str){ big, CSM_KEY_MAX + 1 }, &err), CSM_E_LIMIT);
    assert_int_equal(csm_txn_del(txn, CSM_DB_ROWS, CSM_STR(""), &err), CSM_E_INVALID);
    assert_int_equal(csm_txn_entries(txn), 0);
    assert_int_equal(csm_txn_bytes(txn), 0);
    ok(csm_txn_put(txn, CSM_DB_ROWS, longest, largest, &err));
    assert_int_equal(csm_txn_entries(txn), 1);
    assert_true(csm_txn_bytes(txn) >= CSM_KEY_MAX + CSM_VALUE_MAX);
    ok(csm_txn_commit(txn, &err));
    reopen();
    ok(csm_txn_begin(store, &txn, &err));
    ok(csm_view_get(csm_txn_view(txn), CSM_DB_ROWS, longest, &got, &err));
    assert_true(csm_str_eq(got, largest));
    err.code = CSM_OK;
    assert_int_equal(csm_view_get(csm_txn_view(txn), CSM_DB_ROWS, largest, &got, &err), CSM_E_NOT_FOUND);
    assert_int_equal(csm_view_get(csm_txn_view(txn), CSM_DB_ROWS, CSM_STR(""), &got, &err), CSM_E_NOT_FOUND);
    assert_int_equal(err.code, CSM_OK);
    csm_txn_abort(txn);
}

static void test_readers(void **state)
{
    csm_snap *snaps[16];
    size_t count = 0;
    csm_status st = CSM_OK;

    (void)state;
    open_with(&(csm_store_options){ .readers = 3 });
    while (count < 16 && (st = csm_snap_new(store, &snaps[count], &err)) == CSM_OK)
        count++;
    assert_int_equal(st, CSM_E_BUSY);
    assert_true(count >= 3);
    csm_snap_free(snaps[--count]);
    ok(csm_snap_new(store, &snaps[count++], &err));
    while (count > 0)
        csm_snap_free(snaps[--count]);
    csm_snap_free(NULL);
}

/* ---- copies ---- */

static void test_copy(void **state)
{
    char copy[PATH_MAX + 32];

    (void)state;
    open_with(NULL);
    ok(write_one("a", "1"));
    snprintf(copy, sizeof(copy), "%s/copy", path);
    ok(csm_store_copy(store, copy, &err));
    ok(write_one("a", "2"));
    assert_int_equal(csm_store_restore(copy, path, &err), CSM_E_BUSY);
    ok(csm_store_restore(copy, other, &err));
    assert_int_equal(csm_store_restore(copy, other, &err), CSM_E_EXISTS);
    expect("a", "2");
    csm_store_close(store);
    store = NULL;
    assert_int_equal(csm_store_restore(copy, path, &err), CSM_E_EXISTS);
    ok(csm_store_open(other, NULL, &store, &err));
    expect("a", "1");
    ok(write_one("a", "3")); /* it is a store like any other */
    expect("a", "3");

    snprintf(copy, sizeof(copy), "%s/none/copy", path);
    assert_int_equal(csm_store_copy(store, copy, &err), CSM_E_IO);
    snprintf(other, sizeof(other), "%s/third", path);
    assert_int_equal(csm_store_restore(copy, other, &err), CSM_E_IO);
    snprintf(copy, sizeof(copy), "%s/pid", path);
    fclose(fopen(copy, "w"));
    assert_int_not_equal(csm_store_restore(copy, other, &err), CSM_OK); /* not a store's copy */
    snprintf(copy, sizeof(copy), "%s/data.mdb", other);
    assert_int_not_equal(access(copy, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_reopen),
        TEST(test_lock),
        TEST(test_cut_off_start),
        TEST(test_newer_version),
        TEST(test_damaged),
        TEST(test_unusable_path),
        TEST(test_read_only_directory),
        TEST(test_isolation),
        TEST(test_sequences),
        TEST(test_limits),
        TEST(test_readers),
        TEST(test_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
