/* The log of requests: which records each one changed, for subscribers, live queries, undo, as-of, backup.
 * Key: sequence number (8, big-endian) -> {at, by, acting, method, changes: [[table id, record id, from, to], ...], events}. */
#ifndef CSM_ENGINE_EVENT_EVENT_H
#define CSM_ENGINE_EVENT_EVENT_H

#include "engine/table/table.h"

/* Collected while a request runs; written as one log entry when it takes effect. */
csm_request_log *csm_request_log_new(csm_arena *arena, csm_str method);
/* from 0: inserted; to 0: deleted. The same record twice is one entry. */
csm_status csm_request_log_change(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t from, uint32_t to);
csm_status csm_request_log_event(csm_ctx *ctx, csm_str name, csm_value payload);
bool csm_request_log_is_empty(const csm_request_log *log);
/* Marks to undo a nested step. */
typedef struct csm_log_mark { uint32_t changes, events; } csm_log_mark;
csm_log_mark csm_request_log_mark(const csm_request_log *log);
void csm_request_log_undo(csm_request_log *log, csm_log_mark mark);
/* Writes the entry under csm_txn_next_sequence and takes the number; marks changed watched tables; starts the delivery job
 * when somebody subscribes. Nothing changed: nothing written. */
csm_status csm_request_log_write(csm_ctx *ctx);

typedef struct csm_log_change { uint32_t table_id; csm_id id; uint32_t from, to; } csm_log_change;
typedef struct csm_log_entry {
    uint64_t sequence;
    csm_time at;
    csm_str by, acting, method;
    csm_log_change *changes;
    uint32_t change_count;
    csm_value events;          /* list of [name, payload] */
} csm_log_entry;
/* One page of the log beyond @p after, oldest first. */
csm_status csm_log_read(csm_ctx *ctx, uint64_t after, uint32_t limit, csm_log_entry **out, uint32_t *count);

/* Delivers the next entries to async rules and subscribers, each in order with its effect ticked off in the same
 * transaction; *more when entries are left. Failures are retried with delay, then parked visibly. Called by the built-in
 * job "event.deliver". */
csm_status csm_event_deliver(csm_ctx *ctx, bool *more);

#endif
