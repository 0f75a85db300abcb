/* Who wants what: async rules by table and operation, subscribers by pattern. */
#ifndef CSM_ENGINE_EVENT_MATCH_H
#define CSM_ENGINE_EVENT_MATCH_H

#include "base/str.h"
#include "engine/ctx.h"

/* Operations in the order of csm_when: 0 insert, 1 update, 2 delete. */
static inline uint32_t csm_event_op(uint32_t from, uint32_t to)
{
    return from == 0 ? 0 : to == 0 ? 2 : 1;
}

static inline uint64_t csm_hash_id(csm_id id)
{
    return csm_hash_in_memory(id.b, sizeof(id.b));
}

/* Somebody waits for changes of this kind. NULL, a table whose plugin is away: nobody. */
static inline bool csm_event_is_awaited(const csm_mtable *table, uint32_t from, uint32_t to)
{
    return table != NULL && (table->awaited >> csm_event_op(from, to) & 1) != 0;
}
/* The same of an event queued by name. */
bool csm_event_name_is_awaited(const csm_registry *reg, csm_str name);

#endif
