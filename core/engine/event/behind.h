/* How far the delivery of the log has come, and the consumers that are behind. Writer thread; names are consumers'. */
#ifndef CSM_ENGINE_EVENT_BEHIND_H
#define CSM_ENGINE_EVENT_BEHIND_H

#include "engine/event/event.h"

#define CSM_EVENT_ATTEMPTS 6u  /* of an entry, then it is parked */

typedef struct csm_lag {
    uint64_t next;             /* sequence of the entry to try next */
    uint32_t attempts;         /* of that entry */
    csm_str error;
} csm_lag;

/* The last entry all who keep up have had; 0: none. */
csm_status csm_event_position_get(csm_ctx *ctx, uint64_t *out);
csm_status csm_event_position_put(csm_ctx *ctx, uint64_t position);
/* *found false: the consumer is not behind. In the arena of ctx. */
csm_status csm_lag_find(csm_ctx *ctx, csm_str name, csm_lag *out, bool *found);
/* Keeps it and starts the next try, the later the more there were. */
csm_status csm_lag_put(csm_ctx *ctx, csm_str name, const csm_lag *value);
csm_status csm_lag_del(csm_ctx *ctx, csm_str name);
/* The plugin the name begins with is not active. */
bool csm_consumer_is_away(const csm_registry *reg, csm_str name);
/* The consumer will not get this entry: kept for csm_event_list. */
csm_status csm_event_park(csm_ctx *ctx, csm_str name, uint64_t sequence, csm_str error);

#endif
