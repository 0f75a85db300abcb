/* Worker pool: our own threads for long work (hashing, long reads, dry runs), never libuv's. */
#ifndef CSM_BASE_POOL_H
#define CSM_BASE_POOL_H

#include <csm/types.h>

typedef struct csm_pool csm_pool;
typedef void (*csm_pool_fn)(void *user, unsigned worker); /* worker: 0..threads-1 */

csm_pool *csm_pool_new(unsigned threads, size_t queue_limit); /* NULL on failure */
/* Any thread. Jobs of different owners take turns; one owner has never all threads (of several) nor more than half of the
 * queue. BUSY when the queue is full or his half is, STATE after stop; then @p run is not called. */
csm_status csm_pool_add(csm_pool *pool, uint64_t owner, csm_pool_fn run, void *user);
/* Finishes what is queued, joins, frees. NULL is fine. */
void csm_pool_free(csm_pool *pool);

#endif
