/* The log of requests: which records each one changed, for subscribers, live queries, undo, as-of, backup.
 * Key: sequence number (8, big-endian) + piece (2) -> [at, by, acting, method, changes, events]; a request that changed more
 * than fits one value goes on in further pieces.
 * A record's states are counted from 1 (the insert, sys_mod_count 0): from and to are sys_mod_count + 1; 0 = no row. */
#ifndef CSM_ENGINE_EVENT_EVENT_H
#define CSM_ENGINE_EVENT_EVENT_H

#include "engine/table/table.h"

/* Marks to undo a nested step. */
typedef struct csm_log_mark { uint32_t changes, events; } csm_log_mark;

/* Collected while a request runs; written as one log entry when it takes effect. */
csm_request_log *csm_request_log_new(csm_arena *arena, csm_str method);
/* from 0: inserted; to 0: deleted. The same record twice is one entry, inserted and deleted again is none. */
csm_status csm_request_log_change(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t from, uint32_t to);
/* True when the record was changed again since @p mark. */
bool csm_request_log_changed_since(const csm_request_log *log, csm_log_mark mark, csm_id id);
csm_status csm_request_log_event(csm_ctx *ctx, csm_str name, csm_value payload);
bool csm_request_log_is_empty(const csm_request_log *log);
/* Records go, none is new; others may change along with them. */
bool csm_request_log_makes_room(const csm_request_log *log);
csm_log_mark csm_request_log_mark(const csm_request_log *log);
void csm_request_log_undo(csm_request_log *log, csm_log_mark mark);
/* Writes the entry under csm_txn_next_sequence and takes the number; marks changed watched tables; starts the delivery job
 * when somebody subscribes. Nothing changed: nothing written. */
csm_status csm_request_log_write(csm_ctx *ctx);

typedef struct csm_log_change { uint32_t table_id; csm_id id; uint32_t from, to; } csm_log_change; /* concrete table */
typedef struct csm_log_entry {
    uint64_t sequence;
    csm_time at;
    csm_str by, acting, method;
    csm_log_change *changes;
    uint32_t change_count;
    csm_value events;          /* list of [name, payload], payloads typed as they were queued */
} csm_log_entry;
/* One page of the log beyond @p after, oldest first. */
csm_status csm_log_read(csm_ctx *ctx, uint64_t after, uint32_t limit, csm_log_entry **out, uint32_t *count);

/* The next entry beyond @p after with something in it that an async rule or a subscriber waits for; of a long one only the
 * pieces that have it. The rest is passed undecoded, some thousands of pieces at most. *upto: the last entry looked at, the one
 * found if one is; @p after itself at the end of the log. */
csm_status csm_log_next_awaited(csm_ctx *ctx, uint64_t after, csm_log_entry *out, bool *found, uint64_t *upto);

/* Starts the delivery with the request under way: where none waits, nobody awaited what was written since the last one ended. */
csm_status csm_event_wake(csm_ctx *ctx);
/* Delivers the next entries to async rules and subscribers (consumers), each consumer in order with its effect ticked off
 * in the same transaction; *more when entries are left. A consumer that fails falls behind alone: its entry is tried again
 * with growing delay while the others go on, then parked visibly and passed over. Jobs "event.deliver", "event.retry". */
csm_status csm_event_deliver(csm_ctx *ctx, bool *more);
/* One more try of the consumer @p name, and what waited behind it. */
csm_status csm_event_retry(csm_ctx *ctx, csm_str name, bool *more);
/* Where nothing was ever delivered: starts after the request under way (the first activation, which ships rows). */
csm_status csm_event_start(csm_ctx *ctx);
/* Consumers behind whose plugin is back go on where they stopped. At activation. */
csm_status csm_event_resume(csm_ctx *ctx);
/* Parked entries and consumers behind, each {kind: "parked"|"behind", consumer, sequence, attempts, error}: appended to @p list. */
csm_status csm_event_list(csm_ctx *ctx, csm_value *list);

#define CSM_EVENT_JOBS "event." /* what the names of both begin with */
#define CSM_EVENT_JOB CSM_EVENT_JOBS "deliver"
#define CSM_EVENT_RETRY_JOB CSM_EVENT_JOBS "retry"

#endif
