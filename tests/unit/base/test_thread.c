#include "unit.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/lock.h"
#include "base/pool.h"
#include "base/queue.h"

#include <stdatomic.h>

typedef struct counter {
    csm_mutex *mutex;
    long count;
} counter;

static void run_count(void *user)
{
    counter *c = user;
    for (int n = 0; n < 10000; n++) {
        csm_mutex_lock(c->mutex);
        c->count++;
        csm_mutex_unlock(c->mutex);
    }
}

static void a_mutex_keeps_threads_apart(void **state)
{
    (void)state;
    counter c = { csm_mutex_new(), 0 };
    csm_thread *threads[4];
    for (size_t n = 0; n < COUNT_OF(threads); n++)
        assert_int_equal(csm_thread_start("a name longer than fifteen", run_count, &c, &threads[n]), CSM_OK);
    for (size_t n = 0; n < COUNT_OF(threads); n++)
        csm_thread_join(threads[n]);
    assert_int_equal(c.count, 40000);
    csm_mutex_free(c.mutex);
    csm_mutex_free(NULL);
    csm_thread_join(NULL);
}

static atomic_int jobs_done;
static atomic_int wrong_workers;

static void run_job(void *user, unsigned worker)
{
    (void)user;
    if (worker >= 3)
        atomic_fetch_add(&wrong_workers, 1);
    atomic_fetch_add(&jobs_done, 1);
}

static void free_finishes_what_is_queued(void **state)
{
    (void)state;
    atomic_store(&jobs_done, 0);
    csm_pool *pool = csm_pool_new(3, 1000);
    assert_non_null(pool);
    for (uint64_t n = 0; n < 1000; n++)
        assert_int_equal(csm_pool_add(pool, n % 7, run_job, NULL), CSM_OK);
    csm_pool_free(pool);
    assert_int_equal(atomic_load(&jobs_done), 1000);
    assert_int_equal(atomic_load(&wrong_workers), 0);
    csm_pool_free(NULL);
}

typedef struct gate {
    csm_queue *started; /* the job says that it runs */
    csm_queue *open;    /* and waits for this */
} gate;

static void run_gate(void *user, unsigned worker)
{
    gate *g = user;
    void *item;
    (void)worker;
    csm_queue_add(g->started, 0, g);
    csm_queue_take(g->open, &item, 1, INT64_MAX);
}

static void a_full_pool_is_busy(void **state)
{
    (void)state;
    gate g = { csm_queue_new(4), csm_queue_new(4) };
    void *item;
    csm_pool *pool = csm_pool_new(1, 2);
    atomic_store(&jobs_done, 0);
    assert_int_equal(csm_pool_add(pool, 1, run_gate, &g), CSM_OK);
    assert_int_equal(csm_queue_take(g.started, &item, 1, INT64_MAX), 1);
    assert_int_equal(csm_pool_add(pool, 1, run_job, NULL), CSM_OK);
    assert_int_equal(csm_pool_add(pool, 1, run_job, NULL), CSM_E_BUSY); /* his half */
    assert_int_equal(csm_pool_add(pool, 2, run_job, NULL), CSM_OK);
    assert_int_equal(csm_pool_add(pool, 3, run_job, NULL), CSM_E_BUSY);
    csm_queue_close(g.open);
    csm_pool_free(pool);
    assert_int_equal(atomic_load(&jobs_done), 2);
    csm_queue_free(g.started);
    csm_queue_free(g.open);
}

static char ran[8];
static atomic_int ran_count;

static void run_letter(void *user, unsigned worker)
{
    (void)worker;
    ran[atomic_fetch_add(&ran_count, 1)] = *(const char *)user;
}

static void owners_take_turns(void **state)
{
    (void)state;
    gate g = { csm_queue_new(4), csm_queue_new(4) };
    void *item;
    csm_pool *pool = csm_pool_new(1, 16);
    atomic_store(&ran_count, 0);
    assert_int_equal(csm_pool_add(pool, 1, run_gate, &g), CSM_OK);
    assert_int_equal(csm_queue_take(g.started, &item, 1, INT64_MAX), 1);
    for (int n = 0; n < 3; n++)
        assert_int_equal(csm_pool_add(pool, 1, run_letter, "a"), CSM_OK);
    for (int n = 0; n < 2; n++)
        assert_int_equal(csm_pool_add(pool, 2, run_letter, "b"), CSM_OK);
    assert_int_equal(csm_pool_add(pool, 3, run_letter, "c"), CSM_OK);
    csm_queue_close(g.open);
    csm_pool_free(pool);
    assert_memory_equal(ran, "bcabaa", 6);
    csm_queue_free(g.started);
    csm_queue_free(g.open);
}

static void one_owner_has_never_all_threads(void **state)
{
    (void)state;
    gate first = { csm_queue_new(4), csm_queue_new(4) }, other = { csm_queue_new(4), csm_queue_new(4) };
    void *item;
    csm_pool *pool = csm_pool_new(2, 16);
    atomic_store(&ran_count, 0);
    assert_int_equal(csm_pool_add(pool, 1, run_gate, &first), CSM_OK);
    assert_int_equal(csm_queue_take(first.started, &item, 1, INT64_MAX), 1);
    assert_int_equal(csm_pool_add(pool, 1, run_letter, "a"), CSM_OK);
    assert_int_equal(csm_pool_add(pool, 2, run_gate, &other), CSM_OK); /* runs beside it, though it came last */
    assert_int_equal(csm_queue_take(other.started, &item, 1, INT64_MAX), 1);
    assert_int_equal(atomic_load(&ran_count), 0);
    csm_queue_close(other.open);
    csm_queue_close(first.open);
    csm_pool_free(pool);
    assert_int_equal(atomic_load(&ran_count), 1);
    csm_queue_free(first.started);
    csm_queue_free(first.open);
    csm_queue_free(other.started);
    csm_queue_free(other.open);
}

typedef struct late {
    csm_pool *pool;
    csm_status last;
} late;

/* Keeps asking until the pool refuses for good, which it does only once it stops. */
static void run_until_stopped(void *user, unsigned worker)
{
    late *l = user;
    int64_t deadline = csm_mono_us() + 60 * CSM_SECOND;
    (void)worker;
    do
        l->last = csm_pool_add(l->pool, 1, run_job, NULL);
    while (l->last != CSM_E_STATE && csm_mono_us() < deadline);
}

static void a_stopping_pool_takes_nothing(void **state)
{
    (void)state;
    late l = { csm_pool_new(1, 4), CSM_OK };
    assert_int_equal(csm_pool_add(l.pool, 2, run_until_stopped, &l), CSM_OK);
    csm_pool_free(l.pool);
    assert_int_equal(l.last, CSM_E_STATE);
}

static void no_memory_no_pool(void **state)
{
    (void)state;
    assert_null(csm_pool_new(0, 4));
#ifndef CSM_NO_FAULTS
    for (unsigned long nth = 1; nth <= 6; nth++) {
        csm_fault_arm(CSM_FAULT_alloc, nth, false);
        assert_null(csm_pool_new(3, 4)); /* also when only the third thread cannot start */
    }
    csm_fault_arm(CSM_FAULT_alloc, 1, false);
    assert_null(csm_mutex_new());
    csm_thread *thread = NULL;
    csm_fault_arm(CSM_FAULT_alloc, 1, false);
    assert_int_equal(csm_thread_start("x", run_count, NULL, &thread), CSM_E_NOMEM);
    assert_null(thread);
    csm_fault_arm(CSM_FAULT_alloc, 0, false);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mutex_keeps_threads_apart), cmocka_unit_test(free_finishes_what_is_queued),
        cmocka_unit_test(a_full_pool_is_busy),
        cmocka_unit_test(owners_take_turns),
        cmocka_unit_test(one_owner_has_never_all_threads),         cmocka_unit_test(a_stopping_pool_takes_nothing),
        cmocka_unit_test(no_memory_no_pool),
    };
    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
