#include "unit.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/lock.h"
#include "base/queue.h"

static int items[8];

static void order_and_bounds(void **state)
{
    (void)state;
    void *got[8] = { NULL };
    csm_queue *queue = csm_queue_new(3);
    for (int round = 0; round < 5; round++) {
        for (int n = 0; n < 3; n++)
            assert_int_equal(csm_queue_add(queue, (uint64_t)n, &items[n]), CSM_OK);
        assert_int_equal(csm_queue_add(queue, 3, &items[3]), CSM_E_BUSY);
        assert_int_equal(csm_queue_count(queue), 3);
        assert_int_equal(csm_queue_take(queue, got, 2, INT64_MAX), 2);
        assert_ptr_equal(got[0], &items[0]);
        assert_ptr_equal(got[1], &items[1]);
        assert_int_equal(csm_queue_add(queue, 0, &items[4]), CSM_OK);
        assert_int_equal(csm_queue_take(queue, got, 8, INT64_MAX), 2);
        assert_ptr_equal(got[0], &items[2]);
        assert_ptr_equal(got[1], &items[4]);
    }
    csm_queue_free(queue);
    csm_queue_free(NULL);
}

static void owners_take_turns(void **state)
{
    (void)state;
    static const int want[] = { 0, 4, 6, 1, 5, 2, 3 }; /* of owner 7: 0 to 3, 8: 4 and 5, 9: 6 */
    void *got[8];
    csm_queue *queue = csm_queue_new(8);
    for (int n = 0; n < 7; n++)
        assert_int_equal(csm_queue_add(queue, n < 4 ? 7 : n < 6 ? 8 : 9, &items[n]), CSM_OK);
    assert_int_equal(csm_queue_add(queue, 7, &items[7]), CSM_E_BUSY); /* half is his already */
    assert_int_equal(csm_queue_take(queue, got, 2, INT64_MAX), 2);
    assert_int_equal(csm_queue_take(queue, got + 2, 8, INT64_MAX), 5);
    for (int n = 0; n < 7; n++)
        assert_ptr_equal(got[n], &items[want[n]]);
    assert_int_equal(csm_queue_add(queue, 7, &items[7]), CSM_OK);
    csm_queue_free(queue);
}

static void close_drains_then_ends(void **state)
{
    (void)state;
    void *got[8];
    csm_queue *queue = csm_queue_new(4);
    assert_int_equal(csm_queue_add(queue, 0, &items[0]), CSM_OK);
    assert_false(csm_queue_is_closed(queue));
    csm_queue_close(queue);
    assert_true(csm_queue_is_closed(queue));
    assert_int_equal(csm_queue_add(queue, 0, &items[1]), CSM_E_STATE);
    assert_int_equal(csm_queue_take(queue, got, 8, INT64_MAX), 1);
    assert_int_equal(csm_queue_take(queue, got, 8, INT64_MAX), 0);
    csm_queue_free(queue);
}

static void a_deadline_ends_the_wait(void **state)
{
    (void)state;
    void *got[1];
    csm_queue *queue = csm_queue_new(4);
    assert_int_equal(csm_queue_take(queue, got, 1, 0), 0);
    assert_int_equal(csm_queue_take(queue, got, 1, INT64_MIN), 0);
    int64_t deadline = csm_mono_us() + 5000;
    assert_int_equal(csm_queue_take(queue, got, 1, deadline), 0);
    assert_true(csm_mono_us() >= deadline);
    csm_queue_free(queue);
}

static void a_wake_up_is_kept_until_taken(void **state)
{
    (void)state;
    void *got[1];
    csm_queue *queue = csm_queue_new(4);
    csm_queue_wake(queue);
    csm_queue_wake(queue);
    assert_int_equal(csm_queue_take(queue, got, 1, INT64_MAX), 0);
    assert_int_equal(csm_queue_add(queue, 0, &items[0]), CSM_OK);
    assert_int_equal(csm_queue_take(queue, got, 1, INT64_MAX), 1);
    csm_queue_free(queue);
}

static void run_wake(void *user)
{
    csm_queue_wake(user);
}

static void another_thread_wakes_the_consumer(void **state)
{
    (void)state;
    void *got[1];
    csm_thread *thread = NULL;
    csm_queue *queue = csm_queue_new(4);
    assert_int_equal(csm_thread_start("wake", run_wake, queue, &thread), CSM_OK);
    assert_int_equal(csm_queue_take(queue, got, 1, INT64_MAX), 0);
    csm_thread_join(thread);
    csm_queue_free(queue);
}

enum { PRODUCERS = 4, EACH = 5000 };

typedef struct producer {
    csm_queue *queue;
    uint64_t owner;
    int numbers[EACH]; /* items point here */
} producer;

static void run_producer(void *user)
{
    producer *p = user;
    for (int n = 0; n < EACH; n++) {
        p->numbers[n] = n;
        while (csm_queue_add(p->queue, p->owner, &p->numbers[n]) == CSM_E_BUSY)
            ; /* the consumer is at work */
    }
}

static void many_producers_keep_their_order(void **state)
{
    (void)state;
    csm_queue *queue = csm_queue_new(64);
    producer *producers = calloc(PRODUCERS, sizeof(*producers));
    csm_thread *threads[PRODUCERS];
    int next[PRODUCERS] = { 0 };
    assert_non_null(producers);
    for (int n = 0; n < PRODUCERS; n++) {
        producers[n].queue = queue;
        producers[n].owner = (uint64_t)n;
        assert_int_equal(csm_thread_start("producer", run_producer, &producers[n], &threads[n]), CSM_OK);
    }
    for (size_t seen = 0; seen < (size_t)PRODUCERS * EACH;) {
        void *got[32];
        size_t count = csm_queue_take(queue, got, COUNT_OF(got), INT64_MAX);
        for (size_t n = 0; n < count; n++) {
            const int *item = got[n];
            int who = 0;
            while (!(item >= producers[who].numbers && item < producers[who].numbers + EACH))
                who++;
            assert_int_equal(*item, next[who]++);
        }
        seen += count;
    }
    for (int n = 0; n < PRODUCERS; n++)
        csm_thread_join(threads[n]);
    assert_int_equal(csm_queue_count(queue), 0);
    csm_queue_free(queue);
    free(producers);
}

static void no_memory_no_queue(void **state)
{
    (void)state;
#ifdef CSM_NO_FAULTS
    skip();
#else
    for (unsigned long nth = 1; nth <= 2; nth++) {
        csm_fault_arm(CSM_FAULT_alloc, nth, false);
        assert_null(csm_queue_new(4));
    }
    csm_fault_arm(CSM_FAULT_alloc, 0, false);
    assert_null(csm_queue_new(SIZE_MAX));
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_and_bounds),
        cmocka_unit_test(owners_take_turns),
        cmocka_unit_test(close_drains_then_ends),
        cmocka_unit_test(a_deadline_ends_the_wait),
        cmocka_unit_test(a_wake_up_is_kept_until_taken),
        cmocka_unit_test(another_thread_wakes_the_consumer),
        cmocka_unit_test(many_producers_keep_their_order),
        cmocka_unit_test(no_memory_no_queue),
    };
    return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
