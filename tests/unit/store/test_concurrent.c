/* Readers beside the writer, and writers that are killed. */
#include "fixture.h"
#include "base/lock.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_threads),
        TEST(test_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
