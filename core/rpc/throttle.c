/* Failed logins by address: who fails too often within a minute waits for the next. A fixed table, so that nobody can fill
 * memory with addresses; two addresses that meet in one slot share its figure. Counted by the loop thread; asked by it and,
 * once more before the costly part, by the hashing threads: what was sent in one burst is refused by what failed of it. */
#include "rpc/call.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdatomic.h>

#define SLOTS 4096u
#define WINDOW CSM_MINUTE

typedef struct slot {
    _Atomic csm_time since;
    _Atomic uint32_t failures;
} slot;

struct csm_throttle {
    uint32_t most;
    slot slots[SLOTS];
};

csm_throttle *csm_throttle_new(uint32_t failures_per_minute)
{
    csm_throttle *throttle = csm_mem_zalloc(sizeof(*throttle));

    if (throttle != NULL)
        throttle->most = failures_per_minute;
    return throttle;
}

void csm_throttle_free(csm_throttle *throttle)
{
    csm_mem_free(throttle);
}

/* Of a network address the host alone: the next connection comes from another port. */
uint64_t csm_throttle_host(const char *address)
{
    csm_str host = csm_str_of(address);
    const char *port = strrchr(address, ':');

    if (port != NULL && memchr(address, '/', host.len) == NULL)
        host.len = (size_t)(port - address);
    return csm_hash_in_memory(host.ptr, host.len);
}

static slot *slot_of(csm_throttle *throttle, const char *address)
{
    return &throttle->slots[csm_throttle_host(address) % SLOTS];
}

bool csm_throttle_allows(csm_throttle *throttle, const char *address, csm_time now)
{
    slot *at = slot_of(throttle, address);

    return throttle->most == 0 || at->failures < throttle->most || now - at->since >= WINDOW;
}

void csm_throttle_count(csm_throttle *throttle, const char *address, csm_time now)
{
    slot *at = slot_of(throttle, address);

    if (now - at->since >= WINDOW) {
        at->since = now;
        at->failures = 0;
    }
    at->failures++;
}
