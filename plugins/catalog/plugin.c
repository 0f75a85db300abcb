/* The descriptor: what this plugin brings. */
#include "catalog.h"

static const csm_role roles[] = {
    { READ_ROLE, "snc_internal", "Reads requests" },
    { WRITE_ROLE, READ_ROLE, "Makes and works requests" },
    { "catalog", "snc_internal", "Keeps what may be ordered" },
    { "catalog_admin", "catalog", "Administers the catalog" },
};

static const csm_seed seeds[] = {
    { "sys_user_role_contains", "itil_request", "role=@key:sys_user_role/itil^contains=@key:sys_user_role/" WRITE_ROLE },
    { "sc_catalog", "service", "title=Service Catalog" },
    /* Whoever asked in a case hears of it from there. */
    { "sysevent_email_action", "request_comment", "name=Comment on a request^collection=" REQUEST
      "^condition=commentsCHANGES^^parentISEMPTY^recipient_fields=requested_for^active=true^subject=${number} has a comment"
      "^message=${comments}" },
    { "sysevent_email_action", "request_item_comment", "name=Comment on a requested item^collection=" REQUEST_ITEM
      "^condition=commentsCHANGES^^parentISEMPTY^recipient_fields=request.requested_for^active=true"
      "^subject=${number} has a comment^message=${comments}" },
};

static const csm_derived derived[] = {
    { .kind = CSM_DERIVE_COPY, .table = REQUEST_ITEM, .field = "parent", .inputs = "request", .source_field = "parent",
      .doc = "What the request was raised from" },
    { .kind = CSM_DERIVE_COPY, .table = TASK, .field = "request", .inputs = "request_item", .source_field = "request",
      .doc = "That of the item" },
};

/* ---- what the last one to close makes of the whole ---- */

static const csm_rollup_step item_steps[] = {
    { .any = "state=4", .transition = "give_up" }, { .any = "state=3", .transition = "complete" }, { .transition = "skip" },
};
static const csm_rollup_step request_steps[] = {
    { .none = "approval!=rejected", .transition = "reject" },
    { .none = "stage!=request_cancelled", .transition = "cancel" },
    { .any = "state=4", .transition = "give_up" },
    { .any = "state=3", .transition = "complete" },
    { .transition = "skip" },
};
static const csm_rollup rollups[] = {
    { .child = TASK, .parent_field = "request_item", .open = "active=true", .parent_filter = "active=true",
      .steps = CSM_ARRAY(item_steps), .doc = "Tasks close their item" },
    { .child = REQUEST_ITEM, .parent_field = "request", .open = "active=true", .parent_filter = "active=true",
      .steps = CSM_ARRAY(request_steps), .doc = "Items close their request" },
};

/* ---- rules ---- */

#define RULE(t, w, o, c, f, d) { .table = (t), .when = (w), .order = (o), .filter = (c), .run = (f), .name = "catalog." #f, \
                                 .doc = (d) }

const csm_rule catalog_rules[CATALOG_RULES] = {
    RULE(VARIABLE, CSM_BEFORE_WRITE, 50, NULL, variable_check, "A question can be answered"),
    RULE(REQUEST, CSM_BEFORE_INSERT, 60, NULL, request_made, "Who gets it"),
    RULE(REQUEST_ITEM, CSM_BEFORE_INSERT, 50, NULL, item_ordered, "What is ordered is offered, at its price and by its plan"),
    RULE(REQUEST_ITEM, CSM_BEFORE_WRITE, 60, NULL, item_answers, "Answers are complete and of their type"),
    RULE(REQUEST_ITEM, CSM_AFTER_WRITE, 50, "priceCHANGES^NQrecurring_priceCHANGES^NQstageCHANGES", item_totals,
         "The request costs what its items cost"),
    RULE(REQUEST_ITEM, CSM_AFTER_INSERT, 60, NULL, item_begins, "Approval is asked for, or the plan begins"),
    RULE(REQUEST_ITEM, CSM_AFTER_UPDATE, 60, "approvalCHANGESTOapproved^active=true^NQapprovalCHANGESTOrejected^active=true",
         item_decided, "Approved: the plan begins; rejected: nothing does"),
    RULE(REQUEST_ITEM, CSM_AFTER_UPDATE, 70, "activeCHANGESTOfalse", item_closed, "Its open tasks end with it"),
    RULE(REQUEST, CSM_AFTER_UPDATE, 70, "activeCHANGESTOfalse", request_closed, "Its open items end with it"),
    RULE(TASK, CSM_BEFORE_INSERT, 50, NULL, task_made, "Work on what is closed begins with reopening it"),
    RULE(TASK, CSM_AFTER_UPDATE, 60, "activeCHANGESTOfalse", task_closed, "The next step of the plan may begin"),
};

static const csm_dep depends[] = { { "foundation", "1.0" } };

CSM_PLUGIN(catalog, .version = "1.0.0", .summary = "Catalog items, requests, fulfilment by plans",
           .alias = "com.glideapp.servicecatalog", .depends = CSM_ARRAY(depends), .tables = CSM_ARRAY(catalog_tables),
           .seeds = CSM_ARRAY(seeds), .demo = CSM_ARRAY(catalog_demo), .roles = CSM_ARRAY(roles), .scopes = CSM_ARRAY(catalog_scopes),
           .states = CSM_ARRAY(catalog_states), .derived = CSM_ARRAY(derived), .rules = CSM_ARRAY(catalog_rules),
           .methods = CSM_ARRAY(catalog_methods), .rollups = CSM_ARRAY(rollups))
