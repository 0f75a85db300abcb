/* What the files of this plugin share. */
#ifndef CATALOG_H
#define CATALOG_H

#include <csm/csm.h>

#define ITEM "sc_cat_item"
#define VARIABLE "item_option_new"
#define PLAN_TASK "sc_cat_item_delivery_task"
#define REQUEST "sc_request"
#define REQUEST_ITEM "sc_req_item"
#define TASK "sc_task"

#define READ_ROLE "sn_request_read"
#define WRITE_ROLE "sn_request_write"

enum {
    CATALOG_TABLES = 12,
    CATALOG_SCOPES = 25,
    CATALOG_STATES = 3,
    CATALOG_METHODS = 3,
    CATALOG_RULES = 11,
    CATALOG_DEMO = 18,
};

/* Values of sc_req_item.state and sc_task.state. */
enum { STATE_PENDING = -5, STATE_OPEN = 1 };

extern const csm_table catalog_tables[CATALOG_TABLES];
extern const csm_scope catalog_scopes[CATALOG_SCOPES];
extern const csm_state_model catalog_states[CATALOG_STATES];
extern const csm_method catalog_methods[CATALOG_METHODS];
extern const csm_rule catalog_rules[CATALOG_RULES];
extern const csm_seed catalog_demo[CATALOG_DEMO];

/* Columns of sc_request, sc_req_item, sc_task (request_tables.c). */
enum { CATALOG_REQUEST_FIELDS = 9, CATALOG_ITEM_FIELDS = 11, CATALOG_TASK_FIELDS = 4 };
extern const csm_field catalog_request_fields[CATALOG_REQUEST_FIELDS];
extern const csm_field catalog_item_fields[CATALOG_ITEM_FIELDS];
extern const csm_field catalog_task_fields[CATALOG_TASK_FIELDS];

/* ---- answers (answers.c) ---- */

/* The answers to an item's questions: known, complete, each of its type. *out: with defaults filled in. */
csm_status answers_check(csm_ctx *ctx, csm_id item, csm_value given, csm_value *out);
csm_status variable_check(csm_ctx *ctx, csm_change *ch);

/* ---- what is ordered (order.c) ---- */

csm_status request_made(csm_ctx *ctx, csm_change *ch);
csm_status item_ordered(csm_ctx *ctx, csm_change *ch);
csm_status item_answers(csm_ctx *ctx, csm_change *ch);
csm_status item_begins(csm_ctx *ctx, csm_change *ch);
csm_status item_decided(csm_ctx *ctx, csm_change *ch);
csm_status item_totals(csm_ctx *ctx, csm_change *ch);
/* A new item of a request, with the caller's rights. */
csm_status order_item(csm_ctx *ctx, csm_id request, csm_value item, csm_value quantity, csm_value answers, csm_id *out);
csm_status checkout_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);

/* ---- fulfilment (fulfilment.c) ---- */

csm_status task_made(csm_ctx *ctx, csm_change *ch);
csm_status task_closed(csm_ctx *ctx, csm_change *ch);
csm_status item_closed(csm_ctx *ctx, csm_change *ch);
csm_status request_closed(csm_ctx *ctx, csm_change *ch);
/* Guards and effects of transitions. */
csm_status item_fulfilled(csm_ctx *ctx, csm_change *ch);
csm_status item_reopened(csm_ctx *ctx, csm_change *ch);
csm_status item_has_no_task(csm_ctx *ctx, csm_change *ch);
csm_status request_has_no_item(csm_ctx *ctx, csm_change *ch);
csm_status task_may_reopen(csm_ctx *ctx, csm_change *ch);

#endif
