/* A full store, a full disk, failing engines, no memory: what callers are told and what is left. */
#include "fixture.h"

#include "base/fault.h"
#include "fake_engine.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

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

static csm_status write_essential(const char *key, const char *value)
{
    csm_txn *txn = NULL;

    ok(csm_txn_begin(store, &txn, &err));
    ok(csm_txn_put(txn, CSM_DB_ROWS, csm_str_of(key), csm_str_of(value), &err));
    csm_txn_set_essential(txn);
    return csm_txn_commit(txn, &err);
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
            ok(write_essential("small", "all the same"));
            expect("small", "all the same");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_full),    TEST(test_full_disk),      TEST(test_fault_full),
        TEST(test_unknown), TEST(test_failing_engine), TEST(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
