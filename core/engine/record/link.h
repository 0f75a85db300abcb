/* Task links and roll-ups at work: both sides told, points called, parents moved. Source: csm/task_link.h. */
#ifndef CSM_ENGINE_RECORD_LINK_H
#define CSM_ENGINE_RECORD_LINK_H

#include "engine/record/write.h"

#define CSM_LINK_JOB "link.tell"

/* After a row was written: links that came or went with it, notes about it, what it no longer holds up. */
csm_status csm_links_after(csm_ctx *ctx, const csm_change *change);
/* After a row was written or deleted: parents that wait for nobody any more move. */
csm_status csm_rollups_after(csm_ctx *ctx, const csm_change *change);
/* Job: one page of sources to be told; args [source table, link, linked id, text, token]. */
csm_status csm_link_page(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);

#endif
