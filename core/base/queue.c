/* Bounded queue: lanes of items under one mutex, the lanes that hold any in a ring. Owners whose number ends alike share a lane, and
 * so a turn. The condition belongs to the consumer alone. */
#include "base/queue.h"

#include "base/clock.h"
#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#define LANES 256u

typedef struct node {
    void *item;
    uint32_t next; /* in its lane, or among the free ones */
} node;

typedef struct lane {
    uint32_t first, last; /* node; while count > 0 */
    size_t count;
} lane;

struct csm_queue {
    pthread_mutex_t mutex; /* guards everything below */
    pthread_cond_t filled;
    node *nodes;
    uint32_t free; /* the first unused one; while count < limit */
    lane lanes[LANES];
    uint8_t turns[LANES]; /* ring of the lanes that hold something, whose turn it is first */
    size_t turn, turn_count;
    size_t limit;
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
    csm_queue *queue = limit < UINT32_MAX ? csm_mem_zalloc(sizeof(*queue)) : NULL;
    if (queue == NULL)
        return NULL;
    queue->limit = limit != 0 ? limit : 1;
    queue->nodes = csm_mem_array(queue->limit, sizeof(*queue->nodes));
    if (queue->nodes == NULL)
        goto no_nodes;
    for (uint32_t n = 0; n < queue->limit; n++)
        queue->nodes[n].next = n + 1;
    if (pthread_mutex_init(&queue->mutex, NULL) != 0)
        goto no_mutex;
    if (!cond_init_monotonic(&queue->filled))
        goto no_cond;
    return queue;

no_cond:
    pthread_mutex_destroy(&queue->mutex);
no_mutex:
    csm_mem_free(queue->nodes);
no_nodes:
    csm_mem_free(queue);
    return NULL;
}

void csm_queue_free(csm_queue *queue)
{
    if (queue == NULL)
        return;
    pthread_cond_destroy(&queue->filled);
    pthread_mutex_destroy(&queue->mutex);
    csm_mem_free(queue->nodes);
    csm_mem_free(queue);
}

/* With the mutex held and room. */
static void put(csm_queue *queue, uint8_t at, void *item)
{
    lane *to = &queue->lanes[at];
    uint32_t n = queue->free;
    queue->free = queue->nodes[n].next;
    queue->nodes[n].item = item;
    if (to->count++ == 0) {
        to->first = n;
        queue->turns[(queue->turn + queue->turn_count++) % LANES] = at;
    } else {
        queue->nodes[to->last].next = n;
    }
    to->last = n;
    queue->count++;
}

/* With the mutex held and something there: of the lane whose turn it is, which then is the last. */
static void *take_one(csm_queue *queue)
{
    uint8_t at = queue->turns[queue->turn];
    lane *from = &queue->lanes[at];
    uint32_t n = from->first;
    queue->turn = (queue->turn + 1) % LANES;
    queue->turn_count--;
    from->first = queue->nodes[n].next;
    if (--from->count > 0)
        queue->turns[(queue->turn + queue->turn_count++) % LANES] = at;
    queue->nodes[n].next = queue->free;
    queue->free = n;
    queue->count--;
    return queue->nodes[n].item;
}

csm_status csm_queue_add(csm_queue *queue, uint64_t owner, void *item)
{
    csm_status st = CSM_OK;
    uint8_t at = (uint8_t)(owner % LANES);
    pthread_mutex_lock(&queue->mutex);
    if (queue->closed) {
        st = CSM_E_STATE;
    } else if (queue->count == queue->limit || queue->lanes[at].count >= (queue->limit + 1) / 2) {
        st = CSM_E_BUSY;
    } else {
        put(queue, at, item);
        /* The consumer only sleeps on an empty queue. */
        if (queue->count == 1)
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
    while (taken < max && queue->count > 0)
        items[taken++] = take_one(queue);
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
