/* What the files of this plugin share. Source: DOMAIN 4.16. */
#ifndef PROACTIVE_OPS_H
#define PROACTIVE_OPS_H

#include <csm/csm.h>

#define ALERT "em_alert"
#define IMPACTED "em_impacted_ci"
#define IMPACT_STATUS "em_impact_status"
#define CASE "sn_customerservice_case"
#define ITEM "sn_install_base_item"
#define AFFECTED "sn_install_base_m2m_affected_install_base"
#define LIST "sn_publications_recipients_list"
#define LIST_ACCOUNT "sn_publications_recipientslist_account_m2m"
#define OUTAGE "cmdb_ci_outage"
#define OUTAGE_ITEM "cmdb_outage_ci_mtom"
#define TASK_OUTAGE "task_outage"

#define OPERATOR "evt_mgmt_operator"
#define MANAGERS "sn_customerservice_manager,sn_majorissue_mgt.major_issue_manager"
#define AGENTS "sn_customerservice_agent,sn_customerservice.consumer_agent"

#define PROPERTY_FLOW "csm.proactive_ops.flow.process_cases"
#define PROPERTY_MAJOR "csm.proactive.major_case_status"
#define PROPERTY_THRESHOLD "csm.proactive.affected_account_threshold"
#define PROPERTY_SINGLE "csm.proactive.process_single_account"
#define PROPERTY_RESOLVE "csm.proactive.resolve_on_alert_close"
#define PROPERTY_CLOSE "csm.proactive.close_untouched"

#define JOB_AFFECTED "proactive_ops.affected"
#define JOB_ITEMS "proactive_ops.case_items"
#define JOB_LIST "proactive_ops.recipients"
#define JOB_CHILD "proactive_ops.child_items"
#define JOB_HEALTH "proactive_ops.health"
#define JOB_OUTAGE "proactive_ops.outage_items"
#define JOB_CLOSED "proactive_ops.alert_closed"
#define JOB_CHILDREN "major_case.create_children" /* of major_issue */

enum { CASE_NEW = 1, CASE_CLOSED = 3, CASE_RESOLVED = 6, CASE_CANCELLED = 7, CASE_OPEN = 10, CASE_AWAITING = 18 };

enum { PROACTIVE_OPS_METHODS = 7, PROACTIVE_OPS_DEMO = 17 };
extern const csm_method proactive_ops_methods[PROACTIVE_OPS_METHODS];
extern const csm_seed proactive_ops_demo[PROACTIVE_OPS_DEMO];

#define PAGE 50u /* rows one page of a job writes */

/* Starts a job whose key is an id, with a word behind it unless NULL: at most one of each runs. */
csm_status start_job(csm_ctx *ctx, const char *job, csm_id id, const char *word, csm_value args);
/* {key: id} */
csm_status id_args(csm_ctx *ctx, const char *key, csm_id id, csm_value *out);

/* ---- affected items (affected.c) ---- */

/* Whether the task (or, with table column "alert", the alert) lists the item. */
csm_status lists_item(csm_ctx *ctx, const char *by, csm_id id, csm_id item, bool *out);
csm_status list_item(csm_ctx *ctx, const char *by, csm_id id, csm_id item);
csm_status lists_any(csm_ctx *ctx, const char *by, csm_id id, bool *out);
/* Items an alert or a task lists, beyond @p after, in their order; at most PAGE. */
csm_status next_items(csm_ctx *ctx, const char *by, csm_id id, csm_id after, csm_id *page, uint32_t *count);
csm_verdict impact_settled(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status affected_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);
csm_status affected_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);

/* ---- proactive cases (cases.c, flow.c, children.c, closing.c) ---- */

csm_verdict rule_action(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status alert_has_case(csm_ctx *ctx, csm_change *ch);
/* *out none: there is one already. */
csm_status make_case(csm_ctx *ctx, csm_id alert, csm_id *out);
csm_status create_case_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status items_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);
csm_status list_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);
csm_status candidate_accepted(csm_ctx *ctx, csm_change *ch);
csm_status child_made(csm_ctx *ctx, csm_change *ch);
csm_status child_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);
csm_status alert_closed(csm_ctx *ctx, csm_change *ch);
csm_status closed_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);

/* ---- health (health.c) ---- */

csm_status status_changed(csm_ctx *ctx, csm_change *ch);
csm_status item_health(csm_ctx *ctx, csm_change *ch);
csm_status health_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);
csm_status refresh_health_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);

/* ---- outages (outages.c) ---- */

csm_status create_outage_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status add_outage_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status outage_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);

/* ---- what is shown (overview.c, figures.c) ---- */

csm_status overview_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status figures_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);

#endif
