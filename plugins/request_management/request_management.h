/* What the files of this plugin share. */
#ifndef REQUEST_MANAGEMENT_H
#define REQUEST_MANAGEMENT_H

#include <csm/csm.h>

#define CASE "sn_customerservice_case"
#define REQUEST "sc_request"
#define REQUEST_ITEM "sc_req_item"
#define ITEM "sc_cat_item"
#define MAPPING "request_parent_mapping"

#define POINT_REQUEST "sn_cs_sm_request.request/1"

enum {
    REQUEST_MANAGEMENT_LINKS = 2,
    REQUEST_MANAGEMENT_SCOPES = 20,
    REQUEST_MANAGEMENT_METHODS = 1,
    REQUEST_MANAGEMENT_DEMO = 3,
};

extern const csm_task_link request_management_links[REQUEST_MANAGEMENT_LINKS];
extern const csm_scope request_management_scopes[REQUEST_MANAGEMENT_SCOPES];
extern const csm_method request_management_methods[REQUEST_MANAGEMENT_METHODS];
extern const csm_seed request_management_demo[REQUEST_MANAGEMENT_DEMO];

/* Caller value: tables of requests that customers may read (access.c). */
csm_status tables_shown(csm_ctx *ctx, csm_id user, csm_value *out);

/* ---- what a request is raised from (parents.c) ---- */

csm_status request_parent(csm_ctx *ctx, csm_change *ch);
csm_status request_listed(csm_ctx *ctx, csm_change *ch);
csm_status mapping_check(csm_ctx *ctx, csm_change *ch);
csm_status customer_moved(csm_ctx *ctx, csm_change *ch);
/* Of whatever is raised from a requested item: the case hears of it. */
csm_verdict item_linked(csm_ctx *ctx, const csm_args *in, csm_reply *out);

#endif
