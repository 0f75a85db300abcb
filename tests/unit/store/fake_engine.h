/* An engine in memory for tests: every snapshot is its own copy, and hands out bytes in allocations of their own that
 * are freed when their life ends, so that a sanitizer sees any use after it. Calls can be made to fail. */
#ifndef CSM_TEST_FAKE_ENGINE_H
#define CSM_TEST_FAKE_ENGINE_H

#include "store/engine.h"

typedef struct fake_engine fake_engine;

fake_engine *fake_engine_new(void);
csm_kv *fake_engine_kv(fake_engine *engine);

/* The @p nth engine call from now on (1 = next) fails with @p status; 0: none. A failing apply with @p happens has its
 * effect all the same. */
void fake_engine_fail(fake_engine *engine, unsigned long nth, csm_status status, bool happens);
/* Calls so far. */
unsigned long fake_engine_calls(const fake_engine *engine);
unsigned fake_engine_snaps(const fake_engine *engine);

#endif
