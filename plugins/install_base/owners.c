/* Whose a product sold or an item installed is, and whom it may serve. */
#include "install_base.h"

owner owner_of(csm_ctx *ctx, const csm_record *rec)
{
    return (owner){ csm_record_ref(ctx, rec, "account"), csm_record_ref(ctx, rec, "consumer"), csm_record_ref(ctx, rec, "household") };
}

bool owner_is_none(const owner *o)
{
    return csm_id_is_none(o->account) && csm_id_is_none(o->consumer) && csm_id_is_none(o->household);
}

static bool is_above(csm_str high, csm_str low)
{
    return high.len > 0 && low.len > high.len && low.ptr[high.len] == '/' && memcmp(low.ptr, high.ptr, high.len) == 0;
}

static csm_status in_one_line(csm_ctx *ctx, csm_id a, csm_id b, bool *out)
{
    csm_record *one, *other;
    csm_str x, y;

    *out = false;
    CSM_TRY(csm_record_find(ctx, "customer_account", a, &one));
    CSM_TRY(csm_record_find(ctx, "customer_account", b, &other));
    if (one == NULL || other == NULL)
        return CSM_OK;
    x = csm_record_text(ctx, one, "account_path");
    y = csm_record_text(ctx, other, "account_path");
    *out = is_above(x, y) || is_above(y, x);
    return CSM_OK;
}

static bool same(csm_id a, csm_id b)
{
    return !csm_id_is_none(a) && csm_id_eq(a, b);
}

csm_status owner_serves(csm_ctx *ctx, const owner *thing, const owner *customer, bool *out)
{
    *out = same(thing->account, customer->account) || same(thing->consumer, customer->consumer) ||
           same(thing->household, customer->household);
    if (*out || csm_id_is_none(thing->account) || csm_id_is_none(customer->account))
        return CSM_OK;
    return in_one_line(ctx, thing->account, customer->account, out);
}
