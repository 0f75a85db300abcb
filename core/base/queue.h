/* Bounded queue of pointers, many producers, one consumer; what the writer thread waits on. Owners take turns; what is one owner's
 * keeps its order. */
#ifndef CSM_BASE_QUEUE_H
#define CSM_BASE_QUEUE_H

#include <csm/types.h>

typedef struct csm_queue csm_queue;

csm_queue *csm_queue_new(size_t limit);
void csm_queue_free(csm_queue *queue); /* must be empty or the items someone else's */
/* BUSY when the queue is full or half of it is this owner's, STATE once closed. */
csm_status csm_queue_add(csm_queue *queue, uint64_t owner, void *item);
/* Waits until an item, a wake-up, close, or @p deadline_us (csm_mono_us; INT64_MAX = none). Takes up to
 * @p max items, one of each owner in turn; returns how many (0: woken, deadline or closed and empty). */
size_t csm_queue_take(csm_queue *queue, void **items, size_t max, int64_t deadline_us);
void csm_queue_wake(csm_queue *queue);  /* the consumer returns from take */
void csm_queue_close(csm_queue *queue); /* no more adds; take drains, then returns 0 at once */
bool csm_queue_is_closed(csm_queue *queue);
size_t csm_queue_count(csm_queue *queue);

#endif
