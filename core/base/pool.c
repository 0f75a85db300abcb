/* Worker pool: a fixed number of threads over one bounded queue of jobs. Owners take turns: each of an owner's jobs belongs
 * to a later round than the one before, and the lowest round runs next. The queue is short, so it is simply looked through. */
#include "base/pool.h"

#include "base/lock.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdio.h>

typedef struct job {
    csm_pool_fn run;
    void *user;
    uint64_t owner;
    uint64_t round;
} job;

typedef struct worker {
    csm_pool *pool;
    unsigned number;
    csm_thread *thread;
    bool busy;
    job current; /* while busy */
} worker;

struct csm_pool {
    pthread_mutex_t mutex; /* guards what follows, and busy and current of the workers */
    pthread_cond_t filled;
    job *jobs; /* in the order they came */
    size_t limit;
    size_t count;
    uint64_t round; /* of the job begun last */
    bool stopping;
    worker *workers;
    unsigned threads; /* started */
};

static unsigned running(const csm_pool *pool, uint64_t owner)
{
    unsigned count = 0;
    for (unsigned n = 0; n < pool->threads; n++)
        count += pool->workers[n].busy && pool->workers[n].current.owner == owner;
    return count;
}

/* Position of the next job; pool->count when none may run now. */
static size_t choose(const csm_pool *pool)
{
    unsigned most = pool->threads > 1 ? pool->threads - 1 : 1;
    size_t best = pool->count;
    for (size_t n = 0; n < pool->count; n++)
        if ((best == pool->count || pool->jobs[n].round < pool->jobs[best].round) &&
            running(pool, pool->jobs[n].owner) < most)
            best = n;
    return best;
}

/* Waits for a job; false once the pool stops and nothing is left. */
static bool take_job(csm_pool *pool, worker *self)
{
    size_t at;
    pthread_mutex_lock(&pool->mutex);
    if (self->busy && (pool->count > 0 || pool->stopping))
        pthread_cond_broadcast(&pool->filled); /* its owner may have another one; who waited for that to stop stops */
    self->busy = false;
    while ((at = choose(pool)) == pool->count && !(pool->stopping && pool->count == 0))
        pthread_cond_wait(&pool->filled, &pool->mutex);
    bool got = at < pool->count;
    if (got) {
        self->current = pool->jobs[at];
        self->busy = true;
        pool->round = self->current.round;
        pool->count--;
        for (size_t n = at; n < pool->count; n++)
            pool->jobs[n] = pool->jobs[n + 1];
    }
    pthread_mutex_unlock(&pool->mutex);
    return got;
}

static void worker_run(void *user)
{
    worker *self = user;
    while (take_job(self->pool, self))
        self->current.run(self->current.user, self->number);
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
        pthread_mutex_lock(&pool->mutex);
        pool->threads++;
        pthread_mutex_unlock(&pool->mutex);
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
    pool->jobs = csm_mem_array(pool->limit, sizeof(*pool->jobs));
    pool->workers = csm_mem_array(threads, sizeof(*pool->workers));
    if (pool->jobs == NULL || pool->workers == NULL)
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
    csm_mem_free(pool->jobs);
    csm_mem_free(pool);
    return NULL;
}

/* The round after the owner's last job that waits or runs; of a newcomer the one under way. */
static uint64_t next_round(const csm_pool *pool, uint64_t owner, size_t *waiting)
{
    uint64_t round = pool->round;
    *waiting = 0;
    for (unsigned n = 0; n < pool->threads; n++)
        if (pool->workers[n].busy && pool->workers[n].current.owner == owner && pool->workers[n].current.round >= round)
            round = pool->workers[n].current.round + 1;
    for (size_t n = 0; n < pool->count; n++)
        if (pool->jobs[n].owner == owner) {
            ++*waiting;
            if (pool->jobs[n].round >= round)
                round = pool->jobs[n].round + 1;
        }
    return round;
}

csm_status csm_pool_add(csm_pool *pool, uint64_t owner, csm_pool_fn run, void *user)
{
    csm_status st = CSM_OK;
    size_t waiting, share = (pool->limit + 1) / 2;
    pthread_mutex_lock(&pool->mutex);
    uint64_t round = next_round(pool, owner, &waiting);
    if (pool->stopping) {
        st = CSM_E_STATE;
    } else if (pool->count == pool->limit || waiting >= share) {
        st = CSM_E_BUSY;
    } else {
        pool->jobs[pool->count++] = (job){ run, user, owner, round };
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
    csm_mem_free(pool->jobs);
    csm_mem_free(pool);
}
