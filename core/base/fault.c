/* Fault points: counters per named place, process-wide because the places are. Only tests arm them. */
#include "base/fault.h"

#ifndef CSM_NO_FAULTS

#include <stdatomic.h>

typedef struct fault_state {
    atomic_ulong passes;
    atomic_ulong nth; /* 0 = disarmed */
    atomic_bool keep;
} fault_state;

static fault_state faults[CSM_FAULT_COUNT];

bool csm_fault_hit(csm_fault fault)
{
    fault_state *state = &faults[fault];
    unsigned long pass = atomic_fetch_add(&state->passes, 1) + 1;
    unsigned long nth = atomic_load(&state->nth);
    if (nth == 0)
        return false;
    return atomic_load(&state->keep) ? pass >= nth : pass == nth;
}

void csm_fault_arm(csm_fault fault, unsigned long nth, bool keep)
{
    fault_state *state = &faults[fault];
    atomic_store(&state->nth, 0); /* so that a pass between the stores below cannot fail by accident */
    atomic_store(&state->passes, 0);
    atomic_store(&state->keep, keep);
    atomic_store(&state->nth, nth);
}

unsigned long csm_fault_passes(csm_fault fault)
{
    return atomic_load(&faults[fault].passes);
}

#else

typedef int csm_fault_unused; /* ISO C wants one declaration per file */

#endif
