/* Bounded queue: a ring under one mutex. The condition belongs to the consumer alone. */
#include "base/queue.h"

#include "base/clock.h"
#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

struct csm_queue {
    pthread_mutex_t mutex; /* guards everything below */
    pthread_cond_t filled;
    void **ring;
    size_t limit;
    size_t first;
    size_t count;
    bool woken;
    bool closed;
};

static bool cond_init_monotonic(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr) != 0)
        return false;
    bool ok = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 && pthread_cond_init(cond, &attr) == 0;
    pthread_condattr_destroy(&attr);
    return ok;
}

csm_queue *csm_queue_new(size_t limit)
{
    csm_queue *queue = csm_mem_zalloc(sizeof(*queue));
    if (queue == NULL)
        return NULL;
    queue->limit = limit != 0 ? limit : 1;
    queue->ring = csm_mem_array(queue->limit, sizeof(*queue->ring));
    if (queue->ring == NULL)
        goto no_ring;
    if (pthread_mutex_init(&queue->mutex, NULL) != 0)
        goto no_mutex;
    if (!cond_init_monotonic(&queue->filled))
        goto no_cond;
    return queue;

no_cond:
    pthread_mutex_destroy(&queue->mutex);
no_mutex:
    csm_mem_free(queue->ring);
no_ring:
    csm_mem_free(queue);
    return NULL;
}

void csm_queue_free(csm_queue *queue)
{
    if (queue == NULL)
        return;
    pthread_cond_destroy(&queue->filled);
    pthread_mutex_destroy(&queue->mutex);
    csm_mem_free(queue->ring);
    csm_mem_free(queue);
}

csm_status csm_queue_add(csm_queue *queue, void *item)
{
    csm_status st = CSM_OK;
    pthread_mutex_lock(&queue->mutex);
    if (queue->closed) {
        st = CSM_E_STATE;
    } else if (queue->count == queue->limit) {
        st = CSM_E_BUSY;
    } else {
        queue->ring[(queue->first + queue->count) % queue->limit] = item;
        /* The consumer only sleeps on an empty queue. */
        if (queue->count++ == 0)
            pthread_cond_signal(&queue->filled);
    }
    pthread_mutex_unlock(&queue->mutex);
    return st;
}

/* With the mutex held: sleeps until there is a reason not to; false at the deadline. */
static bool wait_once(csm_queue *queue, int64_t deadline_us)
{
    if (deadline_us == INT64_MAX)
        return pthread_cond_wait(&queue->filled, &queue->mutex) == 0;
    int64_t at_us = deadline_us > 0 ? deadline_us : 0;
    struct timespec until = { .tv_sec = (time_t)(at_us / CSM_SECOND), .tv_nsec = (long)(at_us % CSM_SECOND * 1000) };
    return pthread_cond_timedwait(&queue->filled, &queue->mutex, &until) == 0;
}

size_t csm_queue_take(csm_queue *queue, void **items, size_t max, int64_t deadline_us)
{
    size_t taken = 0;
    pthread_mutex_lock(&queue->mutex);
    while (queue->count == 0 && !queue->woken && !queue->closed)
        if (!wait_once(queue, deadline_us))
            break;
    queue->woken = false;
    while (taken < max && queue->count > 0) {
        items[taken++] = queue->ring[queue->first];
        queue->first = (queue->first + 1) % queue->limit;
        queue->count--;
    }
    pthread_mutex_unlock(&queue->mutex);
    return taken;
}

void csm_queue_wake(csm_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->woken = true;
    pthread_cond_signal(&queue->filled);
    pthread_mutex_unlock(&queue->mutex);
}

void csm_queue_close(csm_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->closed = true;
    pthread_cond_signal(&queue->filled);
    pthread_mutex_unlock(&queue->mutex);
}

bool csm_queue_is_closed(csm_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    bool closed = queue->closed;
    pthread_mutex_unlock(&queue->mutex);
    return closed;
}

size_t csm_queue_count(csm_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    size_t count = queue->count;
    pthread_mutex_unlock(&queue->mutex);
    return count;
}
