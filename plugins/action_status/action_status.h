/* What the files of this plugin share. */
#ifndef ACTION_STATUS_H
#define ACTION_STATUS_H

#include <csm/csm.h>

#define CASE "sn_customerservice_case"
#define CASE_TASK "sn_customerservice_task"
#define BLOCKER "sn_action_status_blocked_by"
#define DURATION "sn_action_status_duration"
#define POINT_ATTENTION "sn_action_status.needs_attention_access/1"

/* Reasons of a blocker. */
#define BY_CUSTOMER "need_customer_info"
#define BY_TASK "need_task_resolution"
#define BY_WORKAROUND "need_prb_workaround"

/* ---- blockers (blockers.c) ---- */

/* The case waits for @p by (none: the customer), unless it does so already, is closed, or flow @p flow is switched off. */
csm_status block(csm_ctx *ctx, csm_id blocked, csm_id by, const char *reason, const char *flow);
/* Ends the case's active blockers that match @p filter (NULL: all) and are by @p by (none: whoever). */
csm_status unblock(csm_ctx *ctx, csm_id blocked, csm_id by, const char *filter);
/* Ends all active blockers by @p by that match @p filter. */
csm_status unblock_all(csm_ctx *ctx, csm_id by, const char *filter);
csm_status blocker_check(csm_ctx *ctx, csm_change *ch);
csm_status blocker_changed(csm_ctx *ctx, csm_change *ch);
/* Job: deletes a page of blockers of cases closed half a year ago. */
csm_status purge_blockers(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);

/* ---- what the case shows (attention.c) ---- */

csm_status case_status(csm_ctx *ctx, csm_id id, bool attention, csm_value *out);
csm_status case_attention(csm_ctx *ctx, csm_change *ch);
csm_status case_shows(csm_ctx *ctx, csm_change *ch);
csm_verdict attention_access(csm_ctx *ctx, const csm_args *in, csm_reply *out);

/* ---- flows (flows.c) ---- */

csm_status follow_state(csm_ctx *ctx, csm_change *ch);
csm_status follow_case_task(csm_ctx *ctx, csm_change *ch);
csm_status follow_workaround(csm_ctx *ctx, csm_change *ch);
csm_verdict follow_link(csm_ctx *ctx, const csm_args *in, csm_reply *out);

/* How long a case shows each status (duration.c). */
csm_status keep_duration(csm_ctx *ctx, csm_change *ch);

#endif
