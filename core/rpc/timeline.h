/* What happened to a record. */
#ifndef CSM_RPC_TIMELINE_H
#define CSM_RPC_TIMELINE_H

#include "engine/engine.h"

/* Answers {rows: [{time, by, what, from, to}], more}, oldest first: the newest @p limit lines (0: 200), as far as the caller may
 * see their fields. NOT_FOUND when the record is out of his reach. */
csm_status csm_record_timeline(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t limit, csm_reply *out);

#endif
