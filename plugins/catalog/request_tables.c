/* Requests, requested items, catalog tasks. Source: DOMAIN 2.9. */
#include "catalog.h"

static const csm_choice request_state_choices[] = {
    { "-5", "Pending", "Received", NULL },             { "1", "Open", "Received", NULL },
    { "2", "Work in Progress", "In progress", NULL },  { "3", "Closed Complete", "Delivered", NULL },
    { "4", "Closed Incomplete", "Not delivered", NULL }, { "7", "Closed Skipped", "Not needed", NULL },
};
static const csm_choice item_state_choices[] = {
    { "-5", "Pending", "Waiting for approval", NULL }, { "1", "Open", "Received", NULL },
    { "2", "Work in Progress", "In progress", NULL },  { "3", "Closed Complete", "Delivered", NULL },
    { "4", "Closed Incomplete", "Not delivered", NULL }, { "7", "Closed Skipped", "Not needed", NULL },
};
static const csm_choice task_state_choices[] = {
    { "-5", "Pending", NULL, NULL },         { "1", "Open", NULL, NULL },
    { "2", "Work in Progress", NULL, NULL }, { "3", "Closed Complete", NULL, NULL },
    { "4", "Closed Incomplete", NULL, NULL }, { "7", "Closed Skipped", NULL, NULL },
};
static const csm_choice progress_choices[] = {
    { "draft", "Draft", NULL, NULL },
    { "requested", "Requested", "Received", NULL },
    { "in_process", "In Process", "In progress", NULL },
    { "closed_complete", "Closed Complete", "Delivered", NULL },
    { "closed_incomplete", "Closed Incomplete", "Not delivered", NULL },
    { "closed_skipped", "Closed Skipped", "Not needed", NULL },
    { "closed_cancelled", "Closed Cancelled", "Cancelled", NULL },
    { "closed_rejected", "Closed Rejected", "Not approved", NULL },
};
static const csm_choice request_stage_choices[] = {
    { "requested", "Requested", "Received", NULL },
    { "request_approved", "Request Approved", "Approved", NULL },
    { "fulfillment", "Fulfillment", "In progress", NULL },
    { "delivery", "Delivery", "On its way", NULL },
    { "completed", "Completed", "Finished", NULL },
    { "closed_incomplete", "Closed Incomplete", "Not delivered", NULL },
    { "closed_cancelled", "Closed Cancelled", "Cancelled", NULL },
    { "closed_rejected", "Closed Rejected", "Not approved", NULL },
};
static const csm_choice item_stage_choices[] = {
    { "waiting_for_approval", "Waiting for Approval", "Waiting for approval", NULL },
    { "request_approved", "Request Approved", "Approved", NULL },
    { "fulfillment", "Fulfillment", "In progress", NULL },
    { "delivery", "Delivery", "On its way", NULL },
    { "completed", "Completed", "Finished", NULL },
    { "request_cancelled", "Request Cancelled", "Cancelled", NULL },
};

const csm_field catalog_request_fields[CATALOG_REQUEST_FIELDS] = {
    CSM_INT("state", .flags = CSM_OVERRIDE, .dflt = "1", CSM_CHOICES(request_state_choices)),
    CSM_REF("requested_for", "sys_user", .flags = CSM_REQUIRED | CSM_INDEXED, .doc = "Who gets it; unless said, who opens it"),
    CSM_REF("requested_by", "sys_user", .dflt = "@me"),
    CSM_TEXT("request_state", .length = 40, .dflt = "requested", .flags = CSM_READ_ONLY, CSM_CHOICES(progress_choices)),
    CSM_TEXT("stage", .length = 40, .dflt = "requested", .flags = CSM_READ_ONLY, CSM_CHOICES(request_stage_choices)),
    CSM_CURRENCY("price", .flags = CSM_READ_ONLY, .doc = "Of all its items that are not cancelled"),
    CSM_CURRENCY("recurring_price", .flags = CSM_READ_ONLY),
    CSM_TEXT("special_instructions", .length = 4000),
    CSM_TEXT("delivery_address", .length = 1000),
};

const csm_field catalog_item_fields[CATALOG_ITEM_FIELDS] = {
    CSM_INT("state", .flags = CSM_OVERRIDE, .dflt = "1", CSM_CHOICES(item_state_choices)),
    CSM_REF("parent", "task", .flags = CSM_OVERRIDE | CSM_COMPUTED, .doc = "That of the request"),
    CSM_REF("request", REQUEST, .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("cat_item", ITEM, .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_REFUSE, .label = "Item"),
    CSM_INT("quantity", .dflt = "1", .min = 1, .max = 10000, .flags = CSM_REQUIRED | CSM_INSERT_ONLY),
    CSM_CURRENCY("price", .flags = CSM_READ_ONLY, .doc = "Of the whole quantity, as it was when ordered"),
    CSM_CURRENCY("recurring_price", .flags = CSM_READ_ONLY),
    CSM_TEXT("stage", .length = 40, .flags = CSM_READ_ONLY, CSM_CHOICES(item_stage_choices)),
    CSM_REF("delivery_plan", "sc_cat_item_delivery_plan", .flags = CSM_READ_ONLY),
    CSM_TIME("estimated_delivery"),
    CSM_JSON("variables", .flags = CSM_OVERRIDE, .doc = "Answers to the item's questions, by name"),
};

const csm_field catalog_task_fields[CATALOG_TASK_FIELDS] = {
    CSM_INT("state", .flags = CSM_OVERRIDE, .dflt = "1", CSM_CHOICES(task_state_choices)),
    CSM_REF("request_item", REQUEST_ITEM, .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("request", REQUEST, .flags = CSM_COMPUTED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("delivery_task", PLAN_TASK, .flags = CSM_READ_ONLY, .doc = "Step of the plan it comes from"),
};
