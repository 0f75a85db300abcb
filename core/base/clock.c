/* The server's clock: wall time, an offset that tests move, and never a step back. Any thread. */
#include "base/clock.h"

#include "base/fault.h"
#include "base/mem.h"

#include <stdatomic.h>
#include <time.h>

struct csm_clock {
    _Atomic int64_t offset_us;
    _Atomic int64_t last_us; /* latest time given out */
};

csm_clock *csm_clock_new(void)
{
    csm_clock *clock = csm_mem_alloc(sizeof(*clock));
    if (clock == NULL)
        return NULL;
    atomic_init(&clock->offset_us, 0);
    atomic_init(&clock->last_us, INT64_MIN);
    return clock;
}

void csm_clock_free(csm_clock *clock)
{
    csm_mem_free(clock);
}

static int64_t read_us(clockid_t id)
{
    struct timespec now = { 0 };
    /* Cannot fail for the two clocks used here. */
    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * CSM_SECOND + (int64_t)now.tv_nsec / 1000;
}

csm_time csm_clock_now(csm_clock *clock)
{
    int64_t now = read_us(CLOCK_REALTIME) + atomic_load(&clock->offset_us);
    if (CSM_FAULT(clock))
        now -= CSM_HOUR; /* the host's clock was set back */
    int64_t last = atomic_load(&clock->last_us);
    while (now > last)
        if (atomic_compare_exchange_weak(&clock->last_us, &last, now))
            return now;
    return last;
}

void csm_clock_advance(csm_clock *clock, int64_t by_us)
{
    atomic_fetch_add(&clock->offset_us, by_us);
}

int64_t csm_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t csm_thread_cpu_us(void)
{
    return read_us(CLOCK_THREAD_CPUTIME_ID);
}
