/* Fault points: named places where a test makes the N-th pass fail. Compiled to nothing with CSM_NO_FAULTS (release). */
#ifndef CSM_BASE_FAULT_H
#define CSM_BASE_FAULT_H

#include <stdbool.h>

#define CSM_FAULT_LIST(X) X(alloc) X(store_get) X(store_commit) X(store_full) X(net_write) X(clock)

typedef enum csm_fault {
#define CSM_FAULT_ENUM(name) CSM_FAULT_##name,
    CSM_FAULT_LIST(CSM_FAULT_ENUM)
#undef CSM_FAULT_ENUM
    CSM_FAULT_COUNT
} csm_fault;

#ifdef CSM_NO_FAULTS
#define CSM_FAULT(name) false
#else
/* True when the armed pass is reached. */
#define CSM_FAULT(name) csm_fault_hit(CSM_FAULT_##name)
bool csm_fault_hit(csm_fault fault);
/* Makes pass number @p nth (1 = next) and, if @p keep, every later one fail; 0 disarms. Any thread. */
void csm_fault_arm(csm_fault fault, unsigned long nth, bool keep);
unsigned long csm_fault_passes(csm_fault fault); /* since last armed */
#endif

#endif
