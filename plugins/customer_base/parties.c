/* Related parties: people tied to a case, a product sold or an item installed. One table each, all of them kinds of one
 * abstract table, so that the type's defaults and what fits it are written down once. Source: DOMAIN 3.4. */
#include "customer_base.h"

/* What the types speak of, and the column that names it in the table of its parties. */
static const struct kind {
    const char *applies_to, *field;
} kinds[] = { { "case", "case" }, { "sold_product", "sold_product" }, { "install_base", "install_base_item" } };

static bool fits(csm_ctx *ctx, const csm_change *ch, const csm_record *type)
{
    for (size_t n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++)
        if (csm_str_is(csm_record_text(ctx, type, "applies_to"), kinds[n].applies_to))
            return csm_table_has_field(ctx, csm_change_table(ctx, ch), kinds[n].field);
    return false;
}

csm_status party_defaults(csm_ctx *ctx, csm_change *ch)
{
    csm_record *type;

    if (csm_change_given(ctx, ch, "responsibility"))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, "sn_customerservice_related_party_configuration", csm_change_new_ref(ctx, ch, "type"), &type));
    if (type == NULL)
        return CSM_OK; /* refused as mandatory or missing */
    if (csm_is_nil(csm_change_new(ctx, ch, "order")))
        CSM_TRY(csm_change_set(ctx, ch, "order", csm_record_value(ctx, type, "default_order")));
    return csm_change_set(ctx, ch, "responsibility", csm_record_value(ctx, type, "default_responsibility"));
}

csm_status party_check(csm_ctx *ctx, csm_change *ch)
{
    static const char *const parties[] = { "contact", "consumer", "account", "user" };
    const char *party = NULL;
    csm_record *type;
    int count = 0;

    for (size_t n = 0; n < sizeof(parties) / sizeof(parties[0]); n++)
        if (!csm_id_is_none(csm_change_new_ref(ctx, ch, parties[n]))) {
            party = parties[n];
            count++;
        }
    if (count != 1)
        return csm_fail(ctx, CSM_E_REJECTED, "a related party is one contact, one consumer, one account or one user");
    CSM_TRY(csm_record_find(ctx, "sn_customerservice_related_party_configuration", csm_change_new_ref(ctx, ch, "type"), &type));
    if (type == NULL)
        return CSM_OK; /* refused as mandatory or missing */
    if (!fits(ctx, ch, type) || !csm_str_is(csm_record_text(ctx, type, "entity_type"), party))
        return csm_fail_field(ctx, CSM_E_REJECTED, "type", "field \"type\": not a relation of a %s to such a record", party);
    return CSM_OK;
}
