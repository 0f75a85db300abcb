/* One thread that looks at the trail four times in a limit. */
#include "server/watch.h"

#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/queue.h"

#define LOOKS_PER_LIMIT 4

struct csm_watch {
    csm_trail *trail;
    int64_t limit_us;
    void (*stuck)(void);
    csm_queue *stop; /* closed: the thread ends */
    csm_thread *thread;
};

static void watch_run(void *user)
{
    csm_watch *watch = user;

    while (!csm_queue_is_closed(watch->stop)) {
        const csm_trail_slot *slot = csm_trail_stuck(watch->trail, watch->limit_us);
        void *none;

        if (slot != NULL) {
            csm_log(CSM_LOG_ERROR, "watch", "\"%s\" of plugin \"%s\" does not come back: stopping", slot->what, slot->who);
            watch->stuck();
            return;
        }
        (void)csm_queue_take(watch->stop, &none, 1, csm_mono_us() + watch->limit_us / LOOKS_PER_LIMIT);
    }
}

csm_status csm_watch_start(csm_trail *trail, int64_t limit_us, void (*stuck)(void), csm_watch **out, csm_error *err)
{
    csm_watch *watch = csm_mem_zalloc(sizeof(*watch));

    if (watch == NULL)
        return csm_error_nomem(err);
    *watch = (csm_watch){ .trail = trail, .limit_us = limit_us, .stuck = stuck, .stop = csm_queue_new(1) };
    if (watch->stop == NULL || csm_thread_start("csm-watch", watch_run, watch, &watch->thread) != CSM_OK) {
        csm_queue_free(watch->stop);
        csm_mem_free(watch);
        return csm_error_set(err, CSM_E_NOMEM, "the watchdog thread cannot be started");
    }
    *out = watch;
    return CSM_OK;
}

void csm_watch_stop(csm_watch *watch)
{
    if (watch == NULL)
        return;
    csm_queue_close(watch->stop);
    csm_thread_join(watch->thread);
    csm_queue_free(watch->stop);
    csm_mem_free(watch);
}
