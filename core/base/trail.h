/* The trail: a small mapped file in which each thread says whose code it runs, so that what is left after a crash tells who
 * took the process with him. Writing it costs some stores; nothing is synced, for a crash of the process is what it must
 * survive, not one of the machine. */
#ifndef CSM_BASE_TRAIL_H
#define CSM_BASE_TRAIL_H

#include "base/error.h"

#include <stdatomic.h>

#define CSM_TRAIL_WHO 64
#define CSM_TRAIL_WHAT 48

typedef struct csm_trail csm_trail;

/* One thread's place in the file. Written by that thread alone; inside and beat are read by others. */
typedef struct csm_trail_slot {
    _Atomic uint32_t beat;   /* moves with every note */
    _Atomic uint32_t inside; /* who and what hold */
    _Atomic int32_t thread;  /* its number in the system; 0 = has not written yet */
    uint32_t patience;       /* how many limits csm_trail_stuck waits; 0 counts as 1 */
    char who[CSM_TRAIL_WHO];
    char what[CSM_TRAIL_WHAT];
} csm_trail_slot;

/* A fresh trail in place of what @p path holds. */
csm_status csm_trail_open(const char *path, csm_trail **out, csm_error *err);
void csm_trail_close(csm_trail *trail); /* NULL is fine; the file goes */
/* A slot for one thread, until close; NULL when all are taken: what need not be noted. */
csm_trail_slot *csm_trail_take(csm_trail *trail, uint32_t patience);
/* From here the thread runs @p what of @p who; @p who NULL: nobody's. */
void csm_trail_note(csm_trail_slot *slot, const char *who, const char *what);

/* The process is about to die: notes that the calling thread is why. Safe in a signal handler. */
void csm_trail_crash(csm_trail *trail);
/* Called every now and then by one thread: the slot that has been inside without a beat for @p limit_us (times its patience),
 * which is then noted as the reason of the end that must follow. NULL: none. */
const csm_trail_slot *csm_trail_stuck(csm_trail *trail, int64_t limit_us);

/* What an earlier process left: who ended it, doing what. *found false: it ended otherwise, or there is no file. */
csm_status csm_trail_read(const char *path, char who[CSM_TRAIL_WHO], char what[CSM_TRAIL_WHAT], bool *found, csm_error *err);

#endif
