/* What the files of this plugin share. */
#ifndef SERVICE_MANAGEMENT_H
#define SERVICE_MANAGEMENT_H

#include <csm/csm.h>

#define CASE "sn_customerservice_case"
#define AGENTS "sn_customerservice_agent,sn_customerservice.consumer_agent"

#define POINT_INCIDENT "sn_cs_sm.incident/1"
#define POINT_PROBLEM "sn_cs_sm.problem/1"
#define POINT_CHANGE "sn_cs_sm.change/1"

enum {
    SERVICE_MANAGEMENT_LINKS = 3,
    SERVICE_MANAGEMENT_POINTS = 3,
    SERVICE_MANAGEMENT_IMPLS = 1,
    SERVICE_MANAGEMENT_METHODS = 7,
    SERVICE_MANAGEMENT_RULES = 3,
    SERVICE_MANAGEMENT_DEMO = 10,
};

extern const csm_task_link service_management_links[SERVICE_MANAGEMENT_LINKS];
extern const csm_point service_management_points[SERVICE_MANAGEMENT_POINTS];
extern const csm_impl service_management_impls[SERVICE_MANAGEMENT_IMPLS];
extern const csm_method service_management_methods[SERVICE_MANAGEMENT_METHODS];
extern const csm_rule service_management_rules[SERVICE_MANAGEMENT_RULES];
extern const csm_seed service_management_demo[SERVICE_MANAGEMENT_DEMO];

/* ---- known errors (known_errors.c) ---- */

csm_status create_known_error_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status tie_known_error_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);

/* ---- the customer's word on a change (approvals.c) ---- */

csm_status request_approval_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status record_approval_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status record_refusal_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);

#endif
