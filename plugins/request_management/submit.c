/* A request from the portal: the case first, then the request with its one item, in one transaction. The case is made with
 * the caller's rights, so whom he may ask for is what whom he may open a case for is. Source: DOMAIN 4.3. */
#include "request_management.h"

enum { ARG_ITEM, ARG_QUANTITY, ARG_VARIABLES, ARG_TITLE, ARG_DESCRIPTION, ARG_ACCOUNT, ARG_CONTACT, ARG_CONSUMER,
       ARG_INSTRUCTIONS, ARG_ADDRESS };

#define CATEGORY_REQUEST 3

typedef struct order {
    const csm_args *in;
    csm_id of, request, item;
} order;

/* Whom the caller names: by argument, or by the answer to a question of the set for that. */
static csm_value named(csm_ctx *ctx, const csm_args *in, uint32_t position, const char *variable)
{
    csm_value answers = csm_arg(ctx, in, ARG_VARIABLES);
    const csm_value *answer = csm_map_get(&answers, variable);

    return csm_is_nil(csm_arg(ctx, in, position)) && answer != NULL ? *answer : csm_arg(ctx, in, position);
}

static csm_status make_case(csm_ctx *ctx, order *o, const csm_record *item)
{
    csm_value account = named(ctx, o->in, ARG_ACCOUNT, "account"), contact = named(ctx, o->in, ARG_CONTACT, "contact");
    csm_value consumer = csm_arg(ctx, o->in, ARG_CONSUMER), title = csm_arg(ctx, o->in, ARG_TITLE);
    csm_value me = csm_id_value(csm_caller_user(ctx));
    csm_record *of;

    CSM_TRY(csm_record_create(ctx, CASE, &of));
    CSM_TRY(csm_record_set(ctx, of, "short_description", csm_is_nil(title) ? csm_record_value(ctx, item, "name") : title));
    CSM_TRY(csm_record_set(ctx, of, "description", csm_arg(ctx, o->in, ARG_DESCRIPTION)));
    CSM_TRY(csm_record_set_int(ctx, of, "category", CATEGORY_REQUEST));
    CSM_TRY(csm_record_set(ctx, of, "contact_type", csm_ctext("web")));
    if (!csm_is_nil(account))
        CSM_TRY(csm_record_set(ctx, of, "account", account));
    if (!csm_is_nil(contact))
        CSM_TRY(csm_record_set(ctx, of, "contact", contact));
    if (!csm_is_nil(consumer))
        CSM_TRY(csm_record_set(ctx, of, "consumer", consumer));
    if (csm_caller_has_role(ctx, "sn_customerservice.proxy_contact") && !csm_caller_has_role(ctx, "admin"))
        CSM_TRY(csm_record_set(ctx, of, "internal_contact", me));
    else if (csm_caller_has_role(ctx, "sn_customerservice.self_contributor") && csm_is_nil(account) && csm_is_nil(consumer))
        CSM_TRY(csm_record_set(ctx, of, "requested_by", me));
    CSM_TRY(csm_record_insert(ctx, of));
    o->of = csm_record_id(ctx, of);
    return CSM_OK;
}

static csm_status place(csm_ctx *ctx, void *arg)
{
    order *o = arg;
    csm_record *of, *request, *item;

    CSM_TRY(csm_record_get(ctx, CASE, o->of, &of));
    CSM_TRY(csm_record_set_bool(ctx, of, "initiated_as_request", true));
    CSM_TRY(csm_record_update(ctx, of));
    CSM_TRY(csm_record_create(ctx, REQUEST, &request));
    CSM_TRY(csm_record_set_ref(ctx, request, "parent", o->of));
    CSM_TRY(csm_record_set(ctx, request, "short_description", csm_record_value(ctx, of, "short_description")));
    CSM_TRY(csm_record_set(ctx, request, "company", csm_record_value(ctx, of, "account")));
    CSM_TRY(csm_record_set(ctx, request, "special_instructions", csm_arg(ctx, o->in, ARG_INSTRUCTIONS)));
    CSM_TRY(csm_record_set(ctx, request, "delivery_address", csm_arg(ctx, o->in, ARG_ADDRESS)));
    CSM_TRY(csm_record_insert(ctx, request));
    o->request = csm_record_id(ctx, request);
    CSM_TRY(csm_record_create(ctx, REQUEST_ITEM, &item));
    CSM_TRY(csm_record_set_ref(ctx, item, "request", o->request));
    CSM_TRY(csm_record_set(ctx, item, "cat_item", csm_arg(ctx, o->in, ARG_ITEM)));
    CSM_TRY(csm_record_set(ctx, item, "quantity", csm_arg(ctx, o->in, ARG_QUANTITY)));
    CSM_TRY(csm_record_set(ctx, item, "variables", csm_arg(ctx, o->in, ARG_VARIABLES)));
    CSM_TRY(csm_record_insert(ctx, item));
    o->item = csm_record_id(ctx, item);
    return CSM_OK;
}

/* What of a row the caller may read; nothing of one he may not. */
static csm_status add_shown(csm_ctx *ctx, csm_value *answer, const char *key, const char *table, csm_id id)
{
    csm_value shown = csm_nil();
    csm_record *row;

    CSM_TRY(csm_record_find(ctx, table, id, &row));
    if (row != NULL)
        CSM_TRY(csm_record_as_value(ctx, row, &shown));
    return csm_map_add(ctx, answer, key, shown);
}

static csm_status submit_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    order o = { .in = in };
    csm_value answer = csm_map(NULL, 0);
    csm_record *item;

    CSM_TRY(csm_record_get(ctx, ITEM, csm_arg_id(ctx, in, ARG_ITEM), &item)); /* one he may not see is not there */
    CSM_TRY(make_case(ctx, &o, item));
    CSM_TRY(csm_as_plugin(ctx, place, &o));
    CSM_TRY(add_shown(ctx, &answer, "case", CASE, o.of));
    CSM_TRY(add_shown(ctx, &answer, "request", REQUEST, o.request));
    CSM_TRY(add_shown(ctx, &answer, "item", REQUEST_ITEM, o.item));
    return csm_reply_value(ctx, out, answer);
}

static const csm_param submit_params[] = {
    CSM_PARAM_ID("item", .table = ITEM, .doc = "What is asked for"),
    CSM_PARAM("quantity", CSM_T_INT, .dflt = "1", .min = 1, .max = 10000),
    CSM_PARAM("variables", CSM_T_MAP, .doc = "Answers to the item's questions, by name"),
    CSM_PARAM("short_description", CSM_T_TEXT, .max = 160, .doc = "Title of the case; unless said, the item's name"),
    CSM_PARAM("description", CSM_T_TEXT, .max = 4000),
    CSM_PARAM("account", CSM_T_ID, .table = "customer_account", .doc = "For whom: an account the caller may open cases for"),
    CSM_PARAM("contact", CSM_T_ID, .table = "customer_contact", .doc = "Who of it"),
    CSM_PARAM("consumer", CSM_T_ID, .table = "csm_consumer", .doc = "For whom, when it is a consumer"),
    CSM_PARAM("special_instructions", CSM_T_TEXT, .max = 4000),
    CSM_PARAM("delivery_address", CSM_T_TEXT, .max = 1000),
};

const csm_method request_management_methods[REQUEST_MANAGEMENT_METHODS] = {
    { .name = "request.submit", .params = CSM_ARRAY(submit_params), .returns = CSM_T_MAP,
      .flags = CSM_METHOD_WRITES | CSM_METHOD_EXTERNAL, .since = 1, .run = submit_method,
      .doc = "Orders an item: makes a case, and for it a request with one item",
      .returns_doc = "Case, request and item, each as the caller may see it" },
};
