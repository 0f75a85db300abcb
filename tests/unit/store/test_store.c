/* The store as its callers meet it: opening and locking, isolation, full and failed commits, copies, threads, kills. */
#include "fake_engine.h"
#include "store/dir.h"
#include "tempdir.h"

#include "base/fault.h"
#include "base/lock.h"

#include <setjmp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char path[PATH_MAX];
static char other[PATH_MAX + 16];
static csm_store *store;
static csm_error err;

static void ok(csm_status st)
{
    if (st != CSM_OK)
        fail_msg("%s: %s (%s)", csm_status_name(st), err.message, err.detail);
}

static int setup(void **state)
{
    (void)state;
    if (!tempdir_make(path))
        return -1;
    snprintf(other, sizeof(other), "%s/other", path);
    store = NULL;
    csm_error_clear(&err);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    csm_store_close(store);
    tempdir_remove(path);
    return 0;
}

static void open_with(const csm_store_options *options)
{
    ok(csm_store_open(path, options, &store, &err));
}

static void reopen(void)
{
    csm_store_close(store);
    store = NULL;
    open_with(NULL);
}

static csm_status write_one(const char *key, const char *value)
{
    csm_txn *txn = NULL;

    ok(csm_txn_begin(store, &txn, &err));
    if (value != NULL)
        ok(csm_txn_put(txn, CSM_DB_ROWS, csm_str_of(key), csm_str_of(value), &err));
    else
        ok(csm_txn_del(txn, CSM_DB_ROWS, csm_str_of(key), &err));
    csm_txn_take_sequence(txn);
    return csm_txn_commit(txn, &err);
}

static void expect_in(csm_view *view, const char *key, const char *want)
{
    csm_str value = { NULL, 0 };
    csm_status st = csm_view_get(view, CSM_DB_ROWS, csm_str_of(key), &value, &err);

    if (want == NULL) {
        assert_int_equal(st, CSM_E_NOT_FOUND);
        return;
    }
    ok(st);
    assert_true(csm_str_is(value, want));
}

static void expect(const char *key, const char *want)
{
    csm_snap *snap = NULL;

    ok(csm_snap_new(store, &snap, &err));
    ok(csm_snap_renew(snap, &err));
    expect_in(csm_snap_view(snap), key, want);
    csm_snap_free(snap);
}

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

/* ---- full and failing ---- */

/* Puts rows of 1000 bytes, @p many to a batch, until the store is full; how many went in. */
static int fill(int many)
{
    static const char value[1000] = "";
    csm_status st = CSM_OK;
    int count = 0;

    while (st == CSM_OK) {
        csm_txn *txn = NULL;
        ok(csm_txn_begin(store, &txn, &err));
        for (int i = 0; i < many; i++) {
            char key[16];
            snprintf(key, sizeof(key), "%08d", count + i);
            ok(csm_txn_put(txn, CSM_DB_ROWS, csm_str_of(key), (csm_str){ value, sizeof(value) }, &err));
        }
        csm_txn_take_sequence(txn);
        st = csm_txn_commit(txn, &err);
        count += st == CSM_OK ? many : 0;
        assert_true(count < 100000);
    }
    assert_int_equal(st, CSM_E_FULL);
    assert_true(err.hint[0] != '\0');
    return count;
}

static void delete_rows(int from, int to)
{
    csm_txn *txn = NULL;

    ok(csm_txn_begin(store, &txn, &err));
    for (int i = from; i < to; i++) {
        char key[16];
        snprintf(key, sizeof(key), "%08d", i);
        ok(csm_txn_del(txn, CSM_DB_ROWS, csm_str_of(key), &err));
    }
    csm_txn_take_sequence(txn);
    ok(csm_txn_commit(txn, &err));
}

static void test_full(void **state)
{
    static const struct row {
        const char *name;
        csm_store_options options;
        int many;
    } rows[] = {
        { "ceiling", { .ceiling_bytes = 1 << 20 }, 10 },
        { "map", { .map_bytes = 2 << 20 }, 10 },
        { "map, in one batch", { .map_bytes = 2 << 20 }, 3000 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        csm_store_stat stat;
        int count;
        print_message("%s\n", rows[i].name);
        snprintf(other, sizeof(other), "%s/%zu", path, i);
        ok(csm_store_open(other, &rows[i].options, &store, &err));
        count = fill(rows[i].many);
        assert_true(count > 500 || rows[i].many > 1000);
        ok(csm_store_get_stat(store, &stat, &err));
        assert_int_equal(stat.entries[CSM_DB_ROWS], count);
        assert_int_equal(stat.sequence, count / rows[i].many);
        if (count > 0) {
            expect("00000000x", NULL); /* reads go on */
            assert_int_equal(write_one("small", "too"), CSM_E_FULL);
            for (int at = 0; at < count - 50; at += 50)
                delete_rows(at, at + 50);
        }
        ok(write_one("small", "again"));
        expect("small", "again");
        csm_store_close(store);
        store = NULL;
    }
}

/* Fills a disk of 3 MiB by writes of many sizes: FULL each time, and once there is room again all is well.
 * Runs in a child with a mount of its own; exits with 77 where that is not allowed. */
static void fill_disk(void)
{
    static const char filler[64 << 10] = "";
    char pad[PATH_MAX + 16];
    FILE *file;

    if ((unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", path, "tmpfs", 0, "size=3m,mode=700") != 0)
        _exit(77);
    snprintf(pad, sizeof(pad), "%s/pad", path);
    for (int many = 1; many <= 256; many *= 4) {
        csm_store_stat stat;
        int count;
        if ((file = fopen(pad, "w")) == NULL || fwrite(filler, 1, sizeof(filler), file) != sizeof(filler))
            _exit(1);
        fclose(file);
        snprintf(other, sizeof(other), "%s/%d", path, many);
        ok(csm_store_open(other, NULL, &store, &err));
        count = fill(many);
        ok(csm_store_get_stat(store, &stat, &err));
        if ((int)stat.entries[CSM_DB_ROWS] != count)
            _exit(2);
        expect("00000000x", NULL);
        if (remove(pad) != 0)
            _exit(3);
        ok(write_one("small", "again"));
        expect("small", "again");
        csm_store_close(store);
        tempdir_remove(other);
    }
    _exit(0);
}

static void test_full_disk(void **state)
{
    int how = 0;
    pid_t child = fork();

    (void)state;
    if (child == 0)
        fill_disk();
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    if (WEXITSTATUS(how) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(how), 0);
}

static void test_fault_full(void **state)
{
    (void)state;
    open_with(NULL);
    csm_fault_arm(CSM_FAULT_store_full, 1, false);
    assert_int_equal(write_one("a", "1"), CSM_E_FULL);
    csm_fault_arm(CSM_FAULT_store_full, 0, false);
    expect("a", NULL);
    ok(write_one("a", "1"));
    expect("a", "1");
}

static void expect_refusal(csm_snap *snap)
{
    csm_store_stat stat;
    csm_snap *fresh = NULL;
    csm_txn *txn = NULL;
    csm_str value;

    assert_int_equal(csm_view_get(csm_snap_view(snap), CSM_DB_ROWS, CSM_STR("a"), &value, &err), CSM_E_UNKNOWN);
    assert_int_equal(csm_snap_renew(snap, &err), CSM_E_UNKNOWN);
    assert_int_equal(csm_snap_new(store, &fresh, &err), CSM_E_UNKNOWN);
    assert_int_equal(csm_txn_begin(store, &txn, &err), CSM_E_UNKNOWN);
    assert_int_equal(csm_txn_begin_dry(store, &txn, &err), CSM_E_UNKNOWN);
    assert_int_equal(csm_store_get_stat(store, &stat, &err), CSM_E_UNKNOWN);
    assert_int_equal(csm_store_copy(store, other, &err), CSM_E_UNKNOWN);
}

static void test_unknown(void **state)
{
    csm_snap *snap = NULL;

    (void)state;
    open_with(NULL);
    ok(write_one("a", "1"));
    ok(csm_snap_new(store, &snap, &err));
    ok(csm_snap_renew(snap, &err));
    csm_fault_arm(CSM_FAULT_store_commit, 1, false);
    assert_int_equal(write_one("a", "2"), CSM_E_UNKNOWN);
    csm_fault_arm(CSM_FAULT_store_commit, 0, false);
    expect_refusal(snap);
    csm_snap_free(snap);
    reopen();
    expect("a", "1");
}

/* The same where the effect did take place, and with every other engine call failing in turn. */
static void test_failing_engine(void **state)
{
    bool happens[] = { false, true };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        fake_engine *fake = fake_engine_new();
        csm_snap *snap = NULL;
        csm_txn *txn = NULL;
        ok(csm_store_open_kv(fake_engine_kv(fake), -1, false, &store, &err));
        ok(csm_snap_new(store, &snap, &err));
        for (unsigned long nth = 1; nth <= 2; nth++) { /* its snapshot, that one's renewal */
            fake_engine_fail(fake, nth, CSM_E_IO, false);
            assert_int_equal(csm_txn_begin(store, &txn, &err), CSM_E_IO);
            fake_engine_fail(fake, nth, CSM_E_IO, false);
            assert_int_equal(csm_txn_begin_dry(store, &txn, &err), CSM_E_IO);
        }
        fake_engine_fail(fake, 1, CSM_E_IO, false);
        assert_int_equal(csm_snap_renew(snap, &err), CSM_E_IO);
        ok(csm_txn_begin(store, &txn, &err));
        ok(csm_txn_put(txn, CSM_DB_ROWS, CSM_STR("a"), CSM_STR("1"), &err));
        fake_engine_fail(fake, 1, CSM_E_CONFLICT, false);
        assert_int_equal(csm_txn_commit(txn, &err), CSM_E_CONFLICT);
        fake_engine_fail(fake, 0, CSM_OK, false);
        expect("a", NULL);
        ok(csm_txn_begin(store, &txn, &err));
        ok(csm_txn_put(txn, CSM_DB_ROWS, CSM_STR("a"), CSM_STR("1"), &err));
        fake_engine_fail(fake, 1, CSM_E_UNKNOWN, happens[i]);
        assert_int_equal(csm_txn_commit(txn, &err), CSM_E_UNKNOWN);
        fake_engine_fail(fake, 0, CSM_OK, false);
        expect_refusal(snap);
        csm_snap_free(snap);
        assert_int_equal(fake_engine_snaps(fake), 1); /* the writer's */
        csm_store_close(store);
        store = NULL;
    }
}

/* Every allocation failing in turn: an error each time, and the store is none the worse. */
static void test_no_memory(void **state)
{
    bool done = false;

    (void)state;
    for (unsigned long nth = 1; !done; nth++) {
        csm_status st;
        csm_txn *txn = NULL;
        csm_snap *snap = NULL;
        csm_fault_arm(CSM_FAULT_alloc, nth, false);
        st = csm_store_open(path, NULL, &store, &err);
        if (st == CSM_OK && (st = csm_snap_new(store, &snap, &err)) == CSM_OK &&
            (st = csm_txn_begin(store, &txn, &err)) == CSM_OK) {
            st = csm_txn_put(txn, CSM_DB_ROWS, CSM_STR("a"), CSM_STR("1"), &err);
            if (st == CSM_OK)
                st = csm_txn_commit(txn, &err);
            else
                csm_txn_abort(txn);
        }
        if (st == CSM_OK)
            st = csm_store_copy(store, other, &err);
        csm_fault_arm(CSM_FAULT_alloc, 0, false);
        csm_snap_free(snap);
        csm_store_close(store);
        store = NULL;
        done = st == CSM_OK;
        if (!done)
            assert_int_equal(st, CSM_E_NOMEM);
        assert_true(nth < 100);
    }
    open_with(NULL);
    expect("a", "1");
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

/* ---- threads and processes ---- */

static atomic_bool stop;

/* Two keys always written together are always seen together, numbers never go back. */
static void read_along(void *user)
{
    atomic_ulong *bad = user;
    csm_error my_err = { 0 };
    csm_snap *snap = NULL;
    uint64_t last = 0;

    if (csm_snap_new(store, &snap, &my_err) != CSM_OK) {
        atomic_fetch_add(bad, 1);
        return;
    }
    while (!atomic_load(&stop)) {
        csm_str a = { NULL, 0 }, b = { NULL, 0 };
        uint64_t sequence;
        csm_status st = csm_snap_renew(snap, &my_err);
        sequence = csm_snap_sequence(snap);
        if (st != CSM_OK || csm_view_get(csm_snap_view(snap), CSM_DB_ROWS, CSM_STR("a"), &a, &my_err) != CSM_OK ||
            csm_view_get(csm_snap_view(snap), CSM_DB_META, CSM_STR("b"), &b, &my_err) != CSM_OK || !csm_str_eq(a, b) ||
            a.len != sizeof(sequence) || memcmp(a.ptr, &sequence, sizeof(sequence)) != 0 || sequence < last)
            atomic_fetch_add(bad, 1);
        last = sequence;
        if (sequence % 3 == 0)
            csm_snap_reset(snap);
    }
    csm_snap_free(snap);
}

static void write_pair(void)
{
    csm_txn *txn = NULL;
    uint64_t sequence;

    ok(csm_txn_begin(store, &txn, &err));
    sequence = csm_txn_next_sequence(txn);
    csm_str value = { (const char *)&sequence, sizeof(sequence) };
    ok(csm_txn_put(txn, CSM_DB_ROWS, CSM_STR("a"), value, &err));
    ok(csm_txn_put(txn, CSM_DB_META, CSM_STR("b"), value, &err));
    csm_txn_take_sequence(txn);
    ok(csm_txn_commit(txn, &err));
}

static void test_threads(void **state)
{
    csm_thread *threads[3] = { NULL };
    atomic_ulong bad = 0;

    (void)state;
    open_with(NULL);
    write_pair();
    atomic_store(&stop, false);
    for (int i = 0; i < 3; i++)
        ok(csm_thread_start("reader", read_along, &bad, &threads[i]));
    for (int i = 0; i < 300; i++)
        write_pair();
    snprintf(other, sizeof(other), "%s/copy", path);
    ok(csm_store_copy(store, other, &err));
    atomic_store(&stop, true);
    for (int i = 0; i < 3; i++)
        csm_thread_join(threads[i]);
    assert_int_equal(atomic_load(&bad), 0);
}

/* A process killed at any moment: what it had acknowledged is there, pairs are whole, the lock is free. */
static void test_kill(void **state)
{
    uint64_t base = 0;

    (void)state;
    for (int round = 0; round < 8; round++) {
        int pipes[2];
        uint64_t acknowledged = 0, sequence = 0;
        pid_t child;

        assert_int_equal(pipe(pipes), 0);
        if ((child = fork()) == 0) {
            close(pipes[0]);
            if (csm_store_open(path, NULL, &store, &err) != CSM_OK)
                _exit(1);
            for (uint64_t n = base + 1;; n++) {
                write_pair();
                if (write(pipes[1], &n, sizeof(n)) != sizeof(n))
                    _exit(1);
            }
        }
        assert_true(child > 0);
        close(pipes[1]);
        for (int i = 0; i < 20 + round * 7; i++)
            assert_int_equal(read(pipes[0], &acknowledged, sizeof(acknowledged)), sizeof(acknowledged));
        kill(child, SIGKILL);
        while (read(pipes[0], &sequence, sizeof(sequence)) == sizeof(sequence))
            acknowledged = sequence;
        close(pipes[0]);
        assert_int_equal(waitpid(child, NULL, 0), child);

        csm_store_stat stat;
        csm_snap *snap = NULL;
        csm_str a, b;
        open_with(NULL);
        ok(csm_store_get_stat(store, &stat, &err));
        assert_true(stat.sequence == acknowledged || stat.sequence == acknowledged + 1);
        ok(csm_snap_new(store, &snap, &err));
        ok(csm_snap_renew(snap, &err));
        ok(csm_view_get(csm_snap_view(snap), CSM_DB_ROWS, CSM_STR("a"), &a, &err));
        ok(csm_view_get(csm_snap_view(snap), CSM_DB_META, CSM_STR("b"), &b, &err));
        assert_true(csm_str_eq(a, b));
        assert_memory_equal(a.ptr, &stat.sequence, sizeof(stat.sequence));
        csm_snap_free(snap);
        csm_store_close(store);
        store = NULL;
        base = stat.sequence;
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

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
        TEST(test_full),
        TEST(test_full_disk),
        TEST(test_fault_full),
        TEST(test_unknown),
        TEST(test_failing_engine),
        TEST(test_no_memory),
        TEST(test_copy),
        TEST(test_threads),
        TEST(test_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
