/* Replacing an item: another one takes its place, the old one goes out of use and keeps its cases. Source: DOMAIN 4.19. */
#include "install_base.h"

typedef struct replacement {
    csm_id old, new;
    csm_value name, ci, asset, product; /* nil: as the old one, but for CI and asset, which are the thing itself */
} replacement;

static csm_status make(csm_ctx *ctx, replacement *r)
{
    static const char *const kept[] = { "name", "account", "consumer", "household", "contact", "parent", "product", "location" };
    csm_record *old, *item;

    CSM_TRY(csm_record_get(ctx, ITEM, r->old, &old));
    CSM_TRY(csm_record_create(ctx, ITEM, &item));
    for (size_t n = 0; n < sizeof(kept) / sizeof(kept[0]); n++)
        CSM_TRY(csm_record_set(ctx, item, kept[n], csm_record_value(ctx, old, kept[n])));
    if (!csm_is_nil(r->name))
        CSM_TRY(csm_record_set(ctx, item, "name", r->name));
    if (!csm_is_nil(r->product))
        CSM_TRY(csm_record_set(ctx, item, "product", r->product));
    CSM_TRY(csm_record_set(ctx, item, "configuration_item", r->ci));
    CSM_TRY(csm_record_set(ctx, item, "asset", r->asset));
    CSM_TRY(csm_record_set(ctx, item, "status", csm_ctext("replacement")));
    CSM_TRY(csm_record_set(ctx, item, "install_date", csm_date_value(csm_now(ctx) / CSM_DAY)));
    CSM_TRY(csm_record_insert(ctx, item));
    r->new = csm_record_id(ctx, item);
    return CSM_OK;
}

/* Rows whose @p field names the old item name the new one. */
static csm_status hand_over(csm_ctx *ctx, const replacement *r, const char *table, const char *field)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, field, CSM_OP_EQ, csm_id_value(r->old));
    return csm_query_set(ctx, q, field, csm_id_value(r->new));
}

/* A party's item is fixed: it is named anew. */
static csm_status name_anew(csm_ctx *ctx, const replacement *r, csm_record *old)
{
    static const char *const kept[] = { "type", "responsibility", "contact", "consumer", "account", "user", "order" };
    csm_record *party;

    CSM_TRY(csm_record_create(ctx, ITEM_PARTY, &party));
    CSM_TRY(csm_record_set_ref(ctx, party, "install_base_item", r->new));
    for (size_t n = 0; n < sizeof(kept) / sizeof(kept[0]); n++)
        CSM_TRY(csm_record_set(ctx, party, kept[n], csm_record_value(ctx, old, kept[n])));
    CSM_TRY(csm_record_insert(ctx, party));
    return csm_record_delete(ctx, old);
}

static csm_status hand_over_parties(csm_ctx *ctx, const replacement *r)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, ITEM_PARTY, &q));
    csm_query_where(ctx, q, "install_base_item", CSM_OP_EQ, csm_id_value(r->old));
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = name_anew(ctx, r, row)) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

static csm_status replace(csm_ctx *ctx, void *arg)
{
    replacement *r = arg;
    csm_record *old;

    CSM_TRY(make(ctx, r));
    CSM_TRY(hand_over(ctx, r, INSTALLED, "install_base_item"));
    CSM_TRY(hand_over(ctx, r, ITEM, "parent"));
    CSM_TRY(hand_over_parties(ctx, r));
    CSM_TRY(csm_record_get(ctx, ITEM, r->old, &old));
    return csm_transition_run(ctx, old, "retire", NULL);
}

csm_status replace_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    replacement r = { .old = csm_arg_id(ctx, in, 0), .name = csm_arg(ctx, in, 1), .ci = csm_arg(ctx, in, 2),
                      .asset = csm_arg(ctx, in, 3), .product = csm_arg(ctx, in, 4) };
    csm_record *rec;

    CSM_TRY(csm_record_get(ctx, ITEM, r.old, &rec));
    if (!csm_record_bool(ctx, rec, "active"))
        return csm_fail(ctx, CSM_E_STATE, "the item is out of use already");
    CSM_TRY(csm_as_plugin(ctx, replace, &r));
    CSM_TRY(csm_record_get(ctx, ITEM, r.new, &rec));
    return csm_reply_record(ctx, out, rec);
}
