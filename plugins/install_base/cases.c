/* Cases about products sold and items installed. */
#include "install_base.h"

typedef struct thing {
    const char *field, *table;
    bool installed; /* stands somewhere: has a configuration item, goes out of use */
} thing;

static const thing things[] = { { "install_base", ITEM, true }, { "sold_product", SOLD, false } };
enum { THINGS = sizeof(things) / sizeof(things[0]) };

static bool customer_touched(csm_ctx *ctx, const csm_change *ch)
{
    return csm_change_touches(ctx, ch, "account") || csm_change_touches(ctx, ch, "consumer") ||
           csm_change_touches(ctx, ch, "household");
}

/* Unless the same write names it anew. */
csm_status case_customer_left(csm_ctx *ctx, csm_change *ch)
{
    static const char *const customers[] = { "account", "consumer" };
    bool left = false;

    for (size_t n = 0; n < sizeof(customers) / sizeof(customers[0]); n++)
        left = left || (csm_change_touches(ctx, ch, customers[n]) && !csm_is_nil(csm_change_old(ctx, ch, customers[n])));
    for (size_t n = 0; left && n < THINGS; n++)
        if (!csm_change_given(ctx, ch, things[n].field))
            CSM_TRY(csm_change_set(ctx, ch, things[n].field, csm_nil()));
    return CSM_OK;
}

static csm_status fill(csm_ctx *ctx, csm_change *ch, const char *field, csm_value value)
{
    return csm_is_nil(value) || !csm_is_nil(csm_change_new(ctx, ch, field)) ? CSM_OK : csm_change_set(ctx, ch, field, value);
}

csm_status case_from_thing(csm_ctx *ctx, csm_change *ch)
{
    for (size_t n = 0; n < THINGS; n++) {
        owner customer = owner_of(ctx, csm_change_record(ctx, ch));
        csm_record *rec;

        if (!csm_change_touches(ctx, ch, things[n].field))
            continue;
        CSM_TRY(csm_record_find(ctx, things[n].table, csm_change_new_ref(ctx, ch, things[n].field), &rec));
        if (rec == NULL)
            continue; /* emptied, or refused as a missing reference */
        if (owner_is_none(&customer)) {
            CSM_TRY(fill(ctx, ch, "account", csm_record_value(ctx, rec, "account")));
            CSM_TRY(fill(ctx, ch, "consumer", csm_record_value(ctx, rec, "consumer")));
            CSM_TRY(fill(ctx, ch, "household", csm_record_value(ctx, rec, "household")));
        }
        CSM_TRY(fill(ctx, ch, "product", csm_record_value(ctx, rec, "product")));
        if (things[n].installed)
            CSM_TRY(fill(ctx, ch, "cmdb_ci", csm_record_value(ctx, rec, "configuration_item")));
    }
    return CSM_OK;
}

static csm_status check(csm_ctx *ctx, csm_change *ch, const thing *t, bool moved)
{
    bool named = csm_change_touches(ctx, ch, t->field), good;
    owner customer = owner_of(ctx, csm_change_record(ctx, ch)), has;
    csm_record *rec;

    if (csm_is_nil(csm_change_new(ctx, ch, t->field)) || (!named && !moved))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, t->table, csm_change_new_ref(ctx, ch, t->field), &rec));
    if (rec == NULL)
        return CSM_OK; /* refused as a missing reference */
    if (named && t->installed && !csm_record_bool(ctx, rec, "active") && !csm_change_is_import(ctx, ch))
        return csm_fail_field(ctx, CSM_E_REJECTED, t->field, "field \"%s\": the item is out of use", t->field);
    has = owner_of(ctx, rec);
    CSM_TRY(owner_serves(ctx, &has, &customer, &good));
    return good ? CSM_OK : csm_fail_field(ctx, CSM_E_REJECTED, t->field, "field \"%s\": belongs to another customer", t->field);
}

csm_status case_thing_check(csm_ctx *ctx, csm_change *ch)
{
    bool moved = customer_touched(ctx, ch);

    for (size_t n = 0; n < THINGS; n++)
        CSM_TRY(check(ctx, ch, &things[n], moved));
    return CSM_OK;
}

/* A person names items of the case's own customer; what finds them by an event knows better. */
csm_status affected_check(csm_ctx *ctx, csm_change *ch)
{
    csm_record *item, *task;
    owner has, customer;
    bool good = true;

    CSM_TRY(csm_record_find(ctx, ITEM, csm_change_new_ref(ctx, ch, "install_base"), &item));
    CSM_TRY(csm_record_find(ctx, CASE, csm_change_new_ref(ctx, ch, "task"), &task));
    if (item == NULL || !csm_change_by_client(ctx, ch) || csm_change_is_import(ctx, ch))
        return CSM_OK;
    if (csm_is_nil(csm_change_new(ctx, ch, "task")))
        return csm_fail_field(ctx, CSM_E_INVALID, "task", "field \"task\": which one touches the item");
    if (!csm_record_bool(ctx, item, "active"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "install_base", "field \"install_base\": the item is out of use");
    if (task == NULL)
        return CSM_OK;
    has = owner_of(ctx, item);
    customer = owner_of(ctx, task);
    if (!owner_is_none(&customer))
        CSM_TRY(owner_serves(ctx, &has, &customer, &good));
    return good ? CSM_OK : csm_fail_field(ctx, CSM_E_REJECTED, "install_base", "field \"install_base\": belongs to another customer");
}
