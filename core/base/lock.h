/* Mutex and thread start for the other rooms: base is the only room that includes <pthread.h>. */
#ifndef CSM_BASE_LOCK_H
#define CSM_BASE_LOCK_H

#include <csm/types.h>

typedef struct csm_mutex csm_mutex;
csm_mutex *csm_mutex_new(void);
void csm_mutex_free(csm_mutex *mutex); /* NULL is fine */
void csm_mutex_lock(csm_mutex *mutex);
void csm_mutex_unlock(csm_mutex *mutex);

typedef struct csm_thread csm_thread;
csm_status csm_thread_start(const char *name, void (*run)(void *user), void *user, csm_thread **out);
void csm_thread_join(csm_thread *thread); /* joins and frees; NULL is fine */

#endif
