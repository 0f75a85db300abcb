/* Who reaches requests by way of their case. Of them customers see what they ordered, what it costs and how far it is, never
 * the work behind it, and only while csm.external_access.request is on. Source: DOMAIN 3.3, 3.5. */
#include "request_management.h"

#define CUSTOMER "sn_esm_user"
#define REQUEST_FIELDS                                                                                               \
    "number,short_description,description,state,request_state,stage,price,recurring_price,parent,account,contact,"    \
    "consumer,requested_for,special_instructions,delivery_address,approval,opened_at,closed_at,due_date"
#define REQUEST_ITEM_FIELDS                                                                                          \
    "number,short_description,state,stage,parent,request,cat_item,quantity,price,recurring_price,variables,"          \
    "estimated_delivery,approval,opened_at,closed_at,due_date"

#define SHOWN "sys_class_name=@request_tables_shown"
#define OFFERED "active=true^visible_to_external=true"

#define SHOWS(t, f, via_, fields_)                                                                                   \
    { .table = (t), .ops = CSM_OP_READ, .role = CUSTOMER, .filter = (f), .via = (via_), .fields = (fields_) }
/* Employees who help with cases without working them. */
#define FOLLOWS(r)                                                                                                   \
    { .table = REQUEST, .ops = CSM_OP_READ, .role = (r), .via = "parent", .fields = REQUEST_FIELDS },                 \
    { .table = REQUEST_ITEM, .ops = CSM_OP_READ, .role = (r), .via = "request", .fields = REQUEST_ITEM_FIELDS }

const csm_scope request_management_scopes[REQUEST_MANAGEMENT_SCOPES] = {
    SHOWS(REQUEST, SHOWN, "parent", REQUEST_FIELDS),
    SHOWS(REQUEST_ITEM, SHOWN, "request", REQUEST_ITEM_FIELDS),
    SHOWS("sc_catalog", "active=true", NULL, "title"),
    SHOWS("sc_category", NULL, "sc_catalog", "title,sc_catalog,parent,order"),
    SHOWS(ITEM, OFFERED, NULL, "name,short_description,category,price,recurring_price,delivery_time,request_method,hide_quantity,"
          "hide_attachment,hide_delivery_time,variable_sets"),
    SHOWS("item_option_new", NULL, "cat_item",
          "cat_item,name,question_text,type,mandatory,default_value,reference,choices,order"),
    SHOWS("item_option_new", "variable_setISNOTEMPTY", NULL,
          "variable_set,name,question_text,type,mandatory,default_value,reference,choices,order"),
    SHOWS("item_option_new_set", NULL, NULL, "name,title"),

    FOLLOWS("sn_customerservice.case_viewer"),
    FOLLOWS("sn_customerservice.case_contributor_viewer"),
    FOLLOWS("sn_customerservice.case_contributor_creator"),
    FOLLOWS("sn_customerservice.proxy_contact"),
    { .table = CASE, .ops = CSM_OP_READ, .role = "itil", .via = "requests",
      .doc = "Technical support reads the cases it delivers to" },
    { .table = MAPPING, .ops = CSM_OP_READ, .role = "snc_internal", .doc = "What may parent a request" },
    { .table = MAPPING, .ops = CSM_OP_CRWD, .role = "csm_admin" },
    { .table = MAPPING, .ops = CSM_OP_CRWD, .role = "catalog_admin" },
};

csm_status tables_shown(csm_ctx *ctx, csm_id user, csm_value *out)
{
    (void)user;
    *out = csm_list(NULL, 0);
    if (!csm_property_is_true(ctx, "csm.external_access.request"))
        return CSM_OK;
    CSM_TRY(csm_list_add(ctx, out, csm_ctext(REQUEST)));
    return csm_list_add(ctx, out, csm_ctext(REQUEST_ITEM));
}
