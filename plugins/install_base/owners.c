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
    CSM_TRY(csm_record_is_below(ctx, "customer_account", thing->account, customer->account, out));
    return *out ? CSM_OK : csm_record_is_below(ctx, "customer_account", customer->account, thing->account, out);
}
