/* Who reaches what: everybody inside sees what is offered and what he ordered himself; requests are worked by those with the
 * roles for it. Customers come with the plugin that ties requests to cases. */
#include "catalog.h"

#define EMPLOYEE "snc_internal"
#define ORDERED                                                                                                      \
    "number,short_description,description,state,active,request_state,stage,price,recurring_price,requested_for,"     \
    "requested_by,special_instructions,delivery_address,approval,opened_at,closed_at,due_date,opened_by"
#define ORDERED_ITEM                                                                                                 \
    "number,short_description,state,active,stage,request,cat_item,quantity,price,recurring_price,variables,"         \
    "estimated_delivery,approval,opened_at,closed_at,due_date"

#define SEES(t) { .table = (t), .ops = CSM_OP_READ, .role = EMPLOYEE }
#define KEEPS(t) { .table = (t), .ops = CSM_OP_CRWD, .role = "catalog" }
#define WORKS(t) { .table = (t), .ops = CSM_OP_CREATE | CSM_OP_WRITE, .role = WRITE_ROLE }
#define READS(t) { .table = (t), .ops = CSM_OP_READ, .role = READ_ROLE }

const csm_scope catalog_scopes[CATALOG_SCOPES] = {
    SEES("sc_catalog"), SEES("sc_category"), SEES("item_option_new_set"), SEES(VARIABLE),
    { .table = ITEM, .ops = CSM_OP_READ, .role = EMPLOYEE, .filter = "active=true", .inherit = true, .doc = "What is offered" },
    KEEPS("sc_catalog"), KEEPS("sc_category"), KEEPS("item_option_new_set"), KEEPS(VARIABLE),
    { .table = ITEM, .ops = CSM_OP_CRWD, .role = "catalog", .inherit = true },
    KEEPS("sc_cat_item_delivery_plan"), KEEPS(PLAN_TASK),

    READS(REQUEST), READS(REQUEST_ITEM), READS(TASK), WORKS(REQUEST), WORKS(REQUEST_ITEM), WORKS(TASK),
    { .table = "sysapproval_approver", .ops = CSM_OP_CREATE, .role = WRITE_ROLE,
      .filter = "sysapproval.sys_class_nameIN" REQUEST "," REQUEST_ITEM "^state=requested", .via = "sysapproval",
      .via_op = CSM_OP_WRITE, .doc = "Asks for a decision on what one works on" },
    { .table = "sysapproval_group", .ops = CSM_OP_CREATE, .role = WRITE_ROLE,
      .filter = "parent.sys_class_nameIN" REQUEST "," REQUEST_ITEM, .via = "parent", .via_op = CSM_OP_WRITE },

    { .table = "sc_cart_item", .ops = CSM_OP_CRWD, .role = EMPLOYEE, .filter = "user=@me", .doc = "The own cart" },
    { .table = REQUEST, .ops = CSM_OP_READ, .role = EMPLOYEE, .filter = "requested_for=@me^NQopened_by=@me", .fields = ORDERED,
      .doc = "What one ordered" },
    { .table = REQUEST, .ops = CSM_OP_CREATE, .role = EMPLOYEE, .filter = "requested_for=@me^parentISEMPTY",
      .fields = "requested_for,short_description,special_instructions,delivery_address", .doc = "Ordering for oneself" },
    { .table = REQUEST_ITEM, .ops = CSM_OP_READ, .role = EMPLOYEE, .via = "request", .fields = ORDERED_ITEM,
      .doc = "Items of a readable request" },
    { .table = REQUEST_ITEM, .ops = CSM_OP_CREATE, .role = EMPLOYEE,
      .filter = "request.requested_for=@me^request.parentISEMPTY", .fields = "request,cat_item,quantity,variables" },
};
