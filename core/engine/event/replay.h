/* A change as it was, rebuilt from the log, today's row and the history: for async rules. */
#ifndef CSM_ENGINE_EVENT_REPLAY_H
#define CSM_ENGINE_EVENT_REPLAY_H

#include "engine/event/event.h"
#include "engine/rule/rule.h"

/* *found false: the record is gone meanwhile (or its table, or, deleted, had no history): there is nothing to show. */
csm_status csm_event_replay(csm_ctx *ctx, const csm_log_entry *entry, const csm_log_change *what, csm_change *out, bool *found);

#endif
