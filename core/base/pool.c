/* Worker pool: a fixed number of threads over one bounded ring of jobs. */
#include "base/pool.h"

#include "base/lock.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdio.h>

typedef struct job {
    csm_pool_fn run;
    void *user;
} job;

typedef struct worker {
    csm_pool *pool;
    unsigned number;
    csm_thread *thread;
} worker;

struct csm_pool {
    pthread_mutex_t mutex; /* guards ring, first, count, stopping */
    pthread_cond_t filled;
    job *ring;
    size_t limit;
    size_t first;
    size_t count;
    bool stopping;
    worker *workers;
    unsigned threads; /* started */
};

/* Waits for a job; false once the pool stops and nothing is left. */
static bool take_job(csm_pool *pool, job *out)
{
    pthread_mutex_lock(&pool->mutex);
    while (pool->count == 0 && !pool->stopping)
        pthread_cond_wait(&pool->filled, &pool->mutex);
    bool got = pool->count > 0;
    if (got) {
        *out = pool->ring[pool->first];
        pool->first = (pool->first + 1) % pool->limit;
        pool->count--;
    }
    pthread_mutex_unlock(&pool->mutex);
    return got;
}

static void worker_run(void *user)
{
    worker *self = user;
    job next;
    while (take_job(self->pool, &next))
        next.run(next.user, self->number);
}

static bool start_workers(csm_pool *pool, unsigned threads)
{
    for (unsigned n = 0; n < threads; n++) {
        char name[16];
        worker *w = &pool->workers[n];
        w->pool = pool;
        w->number = n;
        snprintf(name, sizeof(name), "csm-pool-%u", n % 10000);
        if (csm_thread_start(name, worker_run, w, &w->thread) != CSM_OK)
            return false;
        pool->threads++;
    }
    return true;
}

csm_pool *csm_pool_new(unsigned threads, size_t queue_limit)
{
    if (threads == 0)
        return NULL;
    csm_pool *pool = csm_mem_zalloc(sizeof(*pool));
    if (pool == NULL)
        return NULL;
    pool->limit = queue_limit != 0 ? queue_limit : 1;
    pool->ring = csm_mem_array(pool->limit, sizeof(*pool->ring));
    pool->workers = csm_mem_array(threads, sizeof(*pool->workers));
    if (pool->ring == NULL || pool->workers == NULL)
        goto no_memory;
    if (pthread_mutex_init(&pool->mutex, NULL) != 0)
        goto no_memory;
    if (pthread_cond_init(&pool->filled, NULL) != 0)
        goto no_cond;
    if (start_workers(pool, threads))
        return pool;
    csm_pool_free(pool);
    return NULL;

no_cond:
    pthread_mutex_destroy(&pool->mutex);
no_memory:
    csm_mem_free(pool->workers);
    csm_mem_free(pool->ring);
    csm_mem_free(pool);
    return NULL;
}

csm_status csm_pool_add(csm_pool *pool, csm_pool_fn run, void *user)
{
    csm_status st = CSM_OK;
    pthread_mutex_lock(&pool->mutex);
    if (pool->stopping) {
        st = CSM_E_STATE;
    } else if (pool->count == pool->limit) {
        st = CSM_E_BUSY;
    } else {
        job *slot = &pool->ring[(pool->first + pool->count) % pool->limit];
        slot->run = run;
        slot->user = user;
        pool->count++;
        pthread_cond_signal(&pool->filled);
    }
    pthread_mutex_unlock(&pool->mutex);
    return st;
}

void csm_pool_free(csm_pool *pool)
{
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->mutex);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->filled);
    pthread_mutex_unlock(&pool->mutex);
    for (unsigned n = 0; n < pool->threads; n++)
        csm_thread_join(pool->workers[n].thread);
    pthread_cond_destroy(&pool->filled);
    pthread_mutex_destroy(&pool->mutex);
    csm_mem_free(pool->workers);
    csm_mem_free(pool->ring);
    csm_mem_free(pool);
}
