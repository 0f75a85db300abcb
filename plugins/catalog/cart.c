/* The cart: what one means to order, kept until it is ordered all at once. */
#include "catalog.h"

#define CART "sc_cart_item"

static csm_status order_all(csm_ctx *ctx, csm_id request, uint32_t *count)
{
    csm_query *q;
    csm_record *row;
    csm_status st;
    csm_id item;

    *count = 0;
    CSM_TRY(csm_query_open(ctx, CART, &q));
    csm_query_where(ctx, q, "user", CSM_OP_EQ, csm_id_value(csm_caller_user(ctx)));
    csm_query_order(ctx, q, "sys_id", CSM_ASC);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        (*count)++;
        if ((st = order_item(ctx, request, csm_record_value(ctx, row, "cat_item"), csm_record_value(ctx, row, "quantity"),
                             csm_record_value(ctx, row, "variables"), &item)) != CSM_OK ||
            (st = csm_record_delete(ctx, row)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

csm_status checkout_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_record *request;
    uint32_t count;
    csm_id id;

    CSM_TRY(csm_record_create(ctx, REQUEST, &request));
    CSM_TRY(csm_record_set(ctx, request, "special_instructions", csm_arg(ctx, in, 0)));
    CSM_TRY(csm_record_set(ctx, request, "delivery_address", csm_arg(ctx, in, 1)));
    CSM_TRY(csm_record_insert(ctx, request));
    id = csm_record_id(ctx, request);
    CSM_TRY(order_all(ctx, id, &count));
    if (count == 0)
        return csm_fail(ctx, CSM_E_REJECTED, "the cart is empty");
    CSM_TRY(csm_record_get(ctx, REQUEST, id, &request));
    return csm_reply_record(ctx, out, request);
}
