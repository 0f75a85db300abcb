/* Ordering: what a new requested item takes from its item, what it costs, who must approve it first. */
#include "catalog.h"

#define ITEMS_MAX 500u

/* ---- money ---- */

typedef struct money {
    int64_t amount; /* millionths */
    csm_str currency; /* empty: none */
} money;

static money money_of(csm_value value)
{
    const csm_value *amount = csm_map_get(&value, "amount"), *currency = csm_map_get(&value, "currency");
    money m = { 0, { NULL, 0 } };

    if (amount != NULL && currency != NULL && amount->type == CSM_T_DECIMAL) {
        m.amount = amount->i;
        m.currency = csm_value_text(*currency);
    }
    return m;
}

static csm_status money_value(csm_ctx *ctx, money m, csm_value *out)
{
    *out = csm_nil();
    if (m.currency.len == 0)
        return CSM_OK;
    *out = csm_map(NULL, 0);
    CSM_TRY(csm_map_add(ctx, out, "amount", csm_decimal(m.amount)));
    return csm_map_add(ctx, out, "currency", csm_text(m.currency));
}

static csm_status money_times(csm_ctx *ctx, csm_value price, int64_t quantity, csm_value *out)
{
    money m = money_of(price);

    if (quantity < 1 || m.amount > INT64_MAX / quantity || m.amount < INT64_MIN / quantity)
        return csm_fail_field(ctx, CSM_E_LIMIT, "quantity", "field \"quantity\": the price of %lld is too large",
                              (long long)quantity);
    m.amount *= quantity;
    return money_value(ctx, m, out);
}

static csm_status money_add(csm_ctx *ctx, money *sum, money m)
{
    if (m.currency.len == 0)
        return CSM_OK;
    if (sum->currency.len > 0 && !csm_str_eq(sum->currency, m.currency))
        return csm_fail_field(ctx, CSM_E_REJECTED, "cat_item",
                              "prices in %.*s and %.*s cannot be added; order them in separate requests",
                              CSM_STR_FMT(sum->currency), CSM_STR_FMT(m.currency));
    if ((m.amount > 0 && sum->amount > INT64_MAX - m.amount) || (m.amount < 0 && sum->amount < INT64_MIN - m.amount))
        return csm_fail_field(ctx, CSM_E_LIMIT, "price", "field \"price\": the total is too large");
    sum->amount += m.amount;
    sum->currency = csm_str_copy(ctx, m.currency);
    return sum->currency.ptr != NULL ? CSM_OK : CSM_E_NOMEM;
}

typedef struct totals {
    money price, recurring;
    uint32_t count;
} totals;

static csm_status add_item(csm_ctx *ctx, const csm_record *item, totals *sum)
{
    if (++sum->count > ITEMS_MAX)
        return csm_fail_field(ctx, CSM_E_LIMIT, "request", "field \"request\": it has %u items, and takes no more", ITEMS_MAX);
    CSM_TRY(money_add(ctx, &sum->price, money_of(csm_record_value(ctx, item, "price"))));
    return money_add(ctx, &sum->recurring, money_of(csm_record_value(ctx, item, "recurring_price")));
}

csm_status item_totals(csm_ctx *ctx, csm_change *ch)
{
    totals sum = { 0 };
    csm_value price, recurring;
    csm_record *row;
    csm_query *q;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, REQUEST_ITEM, &q));
    csm_query_where(ctx, q, "request", CSM_OP_EQ, csm_change_new(ctx, ch, "request"));
    csm_query_filter(ctx, q, "stage!=request_cancelled");
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = add_item(ctx, row, &sum)) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    CSM_TRY(st);
    CSM_TRY(money_value(ctx, sum.price, &price));
    CSM_TRY(money_value(ctx, sum.recurring, &recurring));
    CSM_TRY(csm_record_get(ctx, REQUEST, csm_change_new_ref(ctx, ch, "request"), &row));
    CSM_TRY(csm_record_set(ctx, row, "price", price));
    CSM_TRY(csm_record_set(ctx, row, "recurring_price", recurring));
    return csm_record_update(ctx, row);
}

/* ---- a new request, a new item ---- */

csm_status request_made(csm_ctx *ctx, csm_change *ch)
{
    if (!csm_is_nil(csm_change_new(ctx, ch, "requested_for")))
        return CSM_OK;
    return csm_change_set(ctx, ch, "requested_for", csm_change_new(ctx, ch, "opened_by"));
}

/* The longest step of each order, one order after the other. */
static csm_status plan_time(csm_ctx *ctx, csm_id plan, int64_t *out)
{
    int64_t order = -1, longest = 0;
    csm_query *q;
    csm_record *row;
    csm_status st;

    *out = 0;
    CSM_TRY(csm_query_open(ctx, PLAN_TASK, &q));
    csm_query_where(ctx, q, "plan", CSM_OP_EQ, csm_id_value(plan));
    csm_query_order(ctx, q, "order", CSM_ASC);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        int64_t time = csm_record_int(ctx, row, "delivery_time");

        if (csm_record_int(ctx, row, "order") != order) {
            *out += longest;
            longest = 0;
        }
        order = csm_record_int(ctx, row, "order");
        longest = time > longest ? time : longest;
    }
    csm_query_close(ctx, q);
    *out += longest;
    return st;
}

static csm_status estimate(csm_ctx *ctx, csm_change *ch, const csm_record *item)
{
    csm_id plan = csm_record_ref(ctx, item, "fulfillment_plan");
    int64_t seconds = csm_record_int(ctx, item, "delivery_time");

    if (seconds == 0 && !csm_id_is_none(plan))
        CSM_TRY(plan_time(ctx, plan, &seconds));
    if (seconds == 0 || !csm_is_nil(csm_change_new(ctx, ch, "estimated_delivery")))
        return CSM_OK;
    return csm_change_set(ctx, ch, "estimated_delivery", csm_time_value(csm_now(ctx) + seconds * CSM_SECOND));
}

static csm_status take_from_item(csm_ctx *ctx, csm_change *ch, const csm_record *item)
{
    bool waits = !csm_str_is(csm_record_text(ctx, item, "approval_required"), "none");
    int64_t quantity = csm_change_new_int(ctx, ch, "quantity");
    csm_value price, recurring;

    CSM_TRY(money_times(ctx, csm_record_value(ctx, item, "price"), quantity, &price));
    CSM_TRY(money_times(ctx, csm_record_value(ctx, item, "recurring_price"), quantity, &recurring));
    CSM_TRY(csm_change_set(ctx, ch, "price", price));
    CSM_TRY(csm_change_set(ctx, ch, "recurring_price", recurring));
    CSM_TRY(csm_change_set(ctx, ch, "delivery_plan", csm_record_value(ctx, item, "fulfillment_plan")));
    CSM_TRY(csm_change_set(ctx, ch, "state", csm_int(waits ? STATE_PENDING : STATE_OPEN)));
    CSM_TRY(csm_change_set(ctx, ch, "stage", csm_ctext(waits ? "waiting_for_approval" : "request_approved")));
    if (csm_is_nil(csm_change_new(ctx, ch, "short_description")))
        CSM_TRY(csm_change_set(ctx, ch, "short_description", csm_record_value(ctx, item, "name")));
    return estimate(ctx, ch, item);
}

csm_status item_ordered(csm_ctx *ctx, csm_change *ch)
{
    csm_id id = csm_change_new_ref(ctx, ch, "cat_item");
    csm_record *item, *request;
    bool may = true;

    if (csm_change_is_import(ctx, ch))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, ITEM, id, &item));
    CSM_TRY(csm_record_find(ctx, REQUEST, csm_change_new_ref(ctx, ch, "request"), &request));
    if (item == NULL || request == NULL)
        return CSM_OK; /* refused as mandatory or missing */
    if (csm_change_by_client(ctx, ch))
        CSM_TRY(csm_caller_can(ctx, ITEM, id, CSM_OP_READ, &may));
    if (!may)
        return csm_fail_field(ctx, CSM_E_NOT_FOUND, "cat_item", "field \"cat_item\": there is no such item");
    if (!csm_record_bool(ctx, item, "active") || csm_table_is_a(ctx, csm_record_table(ctx, item), "sc_cat_item_producer"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "cat_item", "field \"cat_item\": this is not to be ordered");
    if (!csm_record_bool(ctx, request, "active"))
        return csm_fail_field(ctx, CSM_E_STATE, "request", "field \"request\": the request is closed");
    return take_from_item(ctx, ch, item);
}

csm_status item_answers(csm_ctx *ctx, csm_change *ch)
{
    csm_value given = csm_change_new(ctx, ch, "variables"), answers;

    if (csm_change_is_import(ctx, ch) ||
        (csm_change_get_op(ctx, ch) == CSM_UPDATING && !csm_change_touches(ctx, ch, "variables")))
        return CSM_OK;
    CSM_TRY(answers_check(ctx, csm_change_new_ref(ctx, ch, "cat_item"), given, &answers));
    return csm_change_set(ctx, ch, "variables", answers.count > 0 ? answers : csm_nil());
}

/* ---- approval ---- */

/* Who must approve an item, by what it says. */
typedef struct approval {
    const char *by, *path;         /* of the requested item: whom it leads to */
    const char *table, *of, *asks; /* row that asks him: its fields for the item and for him */
    const char *missing;
} approval;

static const approval approvals[] = {
    { "manager", "request.requested_for.manager", "sysapproval_approver", "sysapproval", "approver",
      "a manager must approve this, and whoever gets it has none" },
    { "group", "cat_item.approval_group", "sysapproval_group", "parent", "assignment_group",
      "a group must approve this, and none is named" },
};

static csm_status ask(csm_ctx *ctx, csm_change *ch, const approval *a)
{
    csm_id who = csm_record_ref(ctx, csm_change_record(ctx, ch), a->path);

    if (csm_id_is_none(who))
        return csm_fail_field(ctx, CSM_E_REJECTED, "cat_item", "field \"cat_item\": %s", a->missing);
    return csm_record_tie(ctx, a->table, a->of, csm_change_id(ctx, ch), a->asks, who);
}

/* Asks whoever must approve it; when nobody must, its plan begins at once. */
csm_status item_begins(csm_ctx *ctx, csm_change *ch)
{
    csm_str by = csm_record_text(ctx, csm_change_record(ctx, ch), "cat_item.approval_required");
    csm_record *row;

    if (csm_change_is_import(ctx, ch))
        return CSM_OK;
    for (size_t n = 0; n < sizeof(approvals) / sizeof(approvals[0]); n++)
        if (csm_str_is(by, approvals[n].by))
            return ask(ctx, ch, &approvals[n]);
    CSM_TRY(csm_record_get(ctx, REQUEST_ITEM, csm_change_id(ctx, ch), &row));
    return csm_transition_run(ctx, row, "fulfil", NULL);
}

csm_status item_decided(csm_ctx *ctx, csm_change *ch)
{
    bool yes = csm_str_is(csm_change_new_text(ctx, ch, "approval"), "approved");
    csm_record *row;

    if (yes && csm_change_new_int(ctx, ch, "state") != STATE_PENDING)
        return CSM_OK;
    CSM_TRY(csm_record_get(ctx, REQUEST_ITEM, csm_change_id(ctx, ch), &row));
    return csm_transition_run(ctx, row, yes ? "fulfil" : "cancel", NULL);
}

/* ---- methods ---- */

static csm_status insert_request(csm_ctx *ctx, const csm_args *in, csm_id *out)
{
    static const char *const fields[] = { "requested_for", "special_instructions", "delivery_address", "parent" };
    csm_record *row;

    CSM_TRY(csm_record_create(ctx, REQUEST, &row));
    for (uint32_t n = 0; n < sizeof(fields) / sizeof(fields[0]); n++)
        if (!csm_is_nil(csm_arg(ctx, in, 4 + n)))
            CSM_TRY(csm_record_set(ctx, row, fields[n], csm_arg(ctx, in, 4 + n)));
    CSM_TRY(csm_record_insert(ctx, row));
    *out = csm_record_id(ctx, row);
    return CSM_OK;
}

csm_status order_item(csm_ctx *ctx, csm_id request, csm_value item, csm_value quantity, csm_value answers, csm_id *out)
{
    csm_record *row;

    CSM_TRY(csm_record_create(ctx, REQUEST_ITEM, &row));
    CSM_TRY(csm_record_set_ref(ctx, row, "request", request));
    CSM_TRY(csm_record_set(ctx, row, "cat_item", item));
    CSM_TRY(csm_record_set(ctx, row, "quantity", quantity));
    CSM_TRY(csm_record_set(ctx, row, "variables", answers));
    CSM_TRY(csm_record_insert(ctx, row));
    *out = csm_record_id(ctx, row);
    return CSM_OK;
}

static csm_status order_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_id request = csm_arg_id(ctx, in, 3), id;
    csm_record *item, *row;

    CSM_TRY(csm_record_get(ctx, ITEM, csm_arg_id(ctx, in, 0), &item));
    if (csm_id_is_none(request))
        CSM_TRY(insert_request(ctx, in, &request));
    CSM_TRY(order_item(ctx, request, csm_arg(ctx, in, 0), csm_arg(ctx, in, 1), csm_arg(ctx, in, 2), &id));
    CSM_TRY(csm_record_get(ctx, REQUEST_ITEM, id, &row));
    return csm_reply_record(ctx, out, row);
}

/* The answers that are fields of the table go into the new record, over the producer's own values. */
static csm_status produce_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_record *producer, *row;
    csm_value sources[2];
    csm_str table;

    CSM_TRY(csm_record_get(ctx, "sc_cat_item_producer", csm_arg_id(ctx, in, 0), &producer));
    if (!csm_record_bool(ctx, producer, "active"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "id", "argument \"id\": the producer is not active");
    table = csm_str_copy(ctx, csm_record_text(ctx, producer, "table_name"));
    if (table.ptr == NULL)
        return CSM_E_NOMEM;
    sources[0] = csm_record_value(ctx, producer, "default_values");
    CSM_TRY(answers_check(ctx, csm_arg_id(ctx, in, 0), csm_arg(ctx, in, 1), &sources[1]));
    CSM_TRY(csm_record_create(ctx, table.ptr, &row));
    for (size_t k = 0; k < 2; k++)
        for (uint32_t n = 0; sources[k].type == CSM_T_MAP && n < sources[k].count; n++) {
            csm_str name = csm_str_copy(ctx, sources[k].map[n].key);

            if (name.ptr == NULL)
                return CSM_E_NOMEM;
            if (csm_table_has_field(ctx, table.ptr, name.ptr))
                CSM_TRY(csm_record_set(ctx, row, name.ptr, sources[k].map[n].value));
        }
    CSM_TRY(csm_record_insert(ctx, row));
    return csm_reply_record(ctx, out, row);
}

static const csm_param order_params[] = {
    CSM_PARAM_ID("item", .table = ITEM, .doc = "What is ordered"),
    CSM_PARAM("quantity", CSM_T_INT, .dflt = "1", .min = 1, .max = 10000),
    CSM_PARAM("variables", CSM_T_MAP, .doc = "Answers to the item's questions, by name"),
    CSM_PARAM("request", CSM_T_ID, .table = REQUEST, .doc = "Request it is added to; none: a new one"),
    CSM_PARAM("requested_for", CSM_T_ID, .table = "sys_user", .doc = "Of a new request: who gets it; unless said, the caller"),
    CSM_PARAM("special_instructions", CSM_T_TEXT, .max = 4000),
    CSM_PARAM("delivery_address", CSM_T_TEXT, .max = 1000),
    CSM_PARAM("parent", CSM_T_ID, .table = "task", .doc = "Of a new request: what it is raised from"),
};
static const csm_param checkout_params[] = {
    CSM_PARAM("special_instructions", CSM_T_TEXT, .max = 4000),
    CSM_PARAM("delivery_address", CSM_T_TEXT, .max = 1000),
};
static const csm_param produce_params[] = {
    CSM_PARAM_ID("id", .table = "sc_cat_item_producer", .doc = "The record producer"),
    CSM_PARAM("variables", CSM_T_MAP, .doc = "Answers to its questions, by name"),
};

#define METHOD(n, in, f, d) { .name = "catalog." n, .params = CSM_ARRAY(in), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES, \
                              .since = 1, .run = (f), .doc = (d) }

const csm_method catalog_methods[CATALOG_METHODS] = {
    METHOD("order", order_params, order_method,
           "Orders an item, in a new request or one that is there; answers the requested item"),
    METHOD("checkout", checkout_params, checkout_method,
           "Orders all that is in the caller's cart and empties it; answers the request"),
    METHOD("produce", produce_params, produce_method,
           "Makes a record of the answers to a record producer's questions; answers it"),
};
