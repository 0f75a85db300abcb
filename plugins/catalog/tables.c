/* What is offered: catalogs, items, the questions asked about them, the plans by which they are delivered. Source: DOMAIN 2.9. */
#include "catalog.h"

static const csm_field catalog_fields[] = {
    CSM_TEXT("title", .length = 100, .flags = CSM_REQUIRED | CSM_UNIQUE),
    CSM_BOOL("active", .dflt = "true"),
};
static const csm_field category_fields[] = {
    CSM_TEXT("title", .length = 100, .flags = CSM_REQUIRED),
    CSM_REF("sc_catalog", "sc_catalog", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("parent", "sc_category", .flags = CSM_INDEXED | CSM_NO_CYCLE, .on_delete = CSM_CASCADE),
    CSM_INT("order", .min = -1000000, .max = 1000000),
};

static const csm_choice method_choices[] = {
    { "order", "Order", NULL, NULL }, { "request", "Request", NULL, NULL }, { "submit", "Submit", NULL, NULL },
};
static const csm_choice approval_choices[] = {
    { "none", "None", NULL, NULL }, { "manager", "Manager", NULL, NULL }, { "group", "Group", NULL, NULL },
};
static const csm_field item_fields[] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_INDEXED),
    CSM_TEXT("short_description", .length = 1000),
    CSM_REF("category", "sc_category", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_LIST("sc_catalogs", "sc_catalog"),
    CSM_CURRENCY("price"),
    CSM_CURRENCY("recurring_price"),
    CSM_DURATION("delivery_time", .min = 0, .max = 315360000),
    CSM_TEXT("request_method", .length = 20, .dflt = "order", CSM_CHOICES(method_choices)),
    CSM_BOOL("hide_quantity", .dflt = "false"),
    CSM_BOOL("hide_attachment", .dflt = "false"),
    CSM_BOOL("hide_delivery_time", .dflt = "false"),
    CSM_LIST("variable_sets", "item_option_new_set", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_REF("fulfillment_plan", "sc_cat_item_delivery_plan", .flags = CSM_INDEXED, .on_delete = CSM_REFUSE),
    CSM_TEXT("approval_required", .length = 20, .dflt = "none", .flags = CSM_REQUIRED, CSM_CHOICES(approval_choices)),
    CSM_REF("approval_group", "sys_user_group", .doc = "Who approves it; the first answer decides"),
    CSM_BOOL("active", .dflt = "true"),
    CSM_BOOL("visible_to_external", .dflt = "false", .doc = "Customers may order it"),
};
static const csm_index item_indexes[] = { { .name = "offered", .columns = "active,name" } };

static const csm_field producer_fields[] = {
    CSM_TEXT("table_name", .length = 80, .flags = CSM_REQUIRED, .doc = "What is made of the answers"),
    CSM_JSON("default_values", .doc = "Values of the new record the answers do not give"),
};

static const csm_field set_fields[] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_UNIQUE),
    CSM_TEXT("title", .length = 100),
};

static const csm_choice type_choices[] = {
    { "string", "Single line", NULL, NULL }, { "text", "Text", NULL, NULL },         { "int", "Whole number", NULL, NULL },
    { "bool", "Yes or no", NULL, NULL },     { "date", "Date", NULL, NULL },         { "datetime", "Date and time", NULL, NULL },
    { "choice", "Choice", NULL, NULL },      { "reference", "Reference", NULL, NULL }, { "email", "E-mail address", NULL, NULL },
};
static const csm_field variable_fields[] = {
    CSM_REF("cat_item", ITEM, .flags = CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("variable_set", "item_option_new_set", .flags = CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_TEXT("name", .length = 80, .flags = CSM_REQUIRED, .doc = "Key of the answer"),
    CSM_TEXT("question_text", .length = 255),
    CSM_TEXT("type", .length = 20, .dflt = "string", .flags = CSM_REQUIRED, CSM_CHOICES(type_choices)),
    CSM_BOOL("mandatory", .dflt = "false"),
    CSM_TEXT("default_value", .length = 255),
    CSM_TEXT("reference", .length = 80, .doc = "Type reference: the table"),
    CSM_TEXT("choices", .length = 4000, .doc = "Type choice: the values, separated by commas"),
    CSM_INT("order", .dflt = "100", .min = -1000000, .max = 1000000),
};
static const csm_index variable_indexes[] = {
    { .name = "of_item", .columns = "cat_item,order" }, { .name = "of_set", .columns = "variable_set,order" },
};

static const csm_field plan_fields[] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_UNIQUE),
};
static const csm_field plan_task_fields[] = {
    CSM_REF("plan", "sc_cat_item_delivery_plan", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_INT("order", .dflt = "100", .min = 0, .max = 1000000, .flags = CSM_REQUIRED,
            .doc = "Steps of the same order run side by side; the next order begins when all of the former are closed"),
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED),
    CSM_TEXT("short_description", .length = 160),
    CSM_REF("group", "sys_user_group", .flags = CSM_REQUIRED, .doc = "Who does it"),
    CSM_REF("assigned_to", "sys_user", .doc = "Empty: the group's default assignee"),
    CSM_DURATION("delivery_time", .min = 0, .max = 315360000),
    CSM_TEXT("condition_table", .length = 80, .dflt = REQUEST_ITEM, .flags = CSM_READ_ONLY),
    CSM_CONDITION("condition", "condition_table", .doc = "On the requested item; the step is left out unless it holds"),
};
static const csm_index plan_task_indexes[] = { { .name = "steps", .columns = "plan,order" } };

static const csm_field cart_fields[] = {
    CSM_REF("user", "sys_user", .dflt = "@me", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("cat_item", ITEM, .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_INT("quantity", .dflt = "1", .min = 1, .max = 10000),
    CSM_JSON("variables", .doc = "Answers so far; checked when it is ordered"),
};

static const csm_index item_of_request_indexes[] = { { .name = "of_request", .columns = "request,stage" } };
static const csm_index task_of_item_indexes[] = { { .name = "of_item", .columns = "request_item,state,order" } };
static const csm_index request_indexes[] = { { .name = "of_person", .columns = "requested_for,-opened_at" } };

const csm_table catalog_tables[CATALOG_TABLES] = {
    { .name = "sc_catalog", .label = "Catalog", .fields = CSM_ARRAY(catalog_fields), .display = "title", .order = "title",
      .doc = "A collection of what may be ordered" },
    { .name = "sc_category", .label = "Category", .fields = CSM_ARRAY(category_fields), .display = "title", .order = "order",
      .doc = "A shelf of a catalog" },
    { .name = ITEM, .label = "Catalog Item", .fields = CSM_ARRAY(item_fields), .indexes = CSM_ARRAY(item_indexes),
      .order = "name", .doc = "Something that may be ordered" },
    { .name = "sc_cat_item_producer", .label = "Record Producer", .extends = ITEM, .fields = CSM_ARRAY(producer_fields),
      .doc = "A form whose answers make a record" },
    { .name = "item_option_new_set", .label = "Variable Set", .fields = CSM_ARRAY(set_fields), .order = "name",
      .doc = "Questions several items ask" },
    { .name = VARIABLE, .label = "Variable", .fields = CSM_ARRAY(variable_fields), .indexes = CSM_ARRAY(variable_indexes),
      .order = "order", .doc = "A question asked with an order" },
    { .name = "sc_cat_item_delivery_plan", .label = "Execution Plan", .fields = CSM_ARRAY(plan_fields), .order = "name",
      .doc = "The steps by which an item is delivered" },
    { .name = PLAN_TASK, .label = "Execution Plan Task", .fields = CSM_ARRAY(plan_task_fields),
      .indexes = CSM_ARRAY(plan_task_indexes), .order = "order", .doc = "A step of a plan" },
    { .name = "sc_cart_item", .label = "Cart Item", .fields = CSM_ARRAY(cart_fields), .display = "cat_item",
      .doc = "Something one means to order" },
    { .name = REQUEST, .label = "Request", .extends = "task", .fields = CSM_ARRAY(catalog_request_fields),
      .indexes = CSM_ARRAY(request_indexes), .number = "REQ", .display = "number", .order = "-opened_at",
      .doc = "What somebody ordered at once" },
    { .name = REQUEST_ITEM, .label = "Requested Item", .extends = "task", .fields = CSM_ARRAY(catalog_item_fields),
      .indexes = CSM_ARRAY(item_of_request_indexes), .number = "RITM", .display = "number", .order = "-opened_at",
      .doc = "One ordered item" },
    { .name = TASK, .label = "Catalog Task", .extends = "task", .fields = CSM_ARRAY(catalog_task_fields),
      .indexes = CSM_ARRAY(task_of_item_indexes), .number = "SCTASK", .display = "number", .order = "order",
      .doc = "Work for a fulfilment team" },
};
