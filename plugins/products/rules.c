/* Names people read, and whose an asset may be. */
#include "products.h"

static csm_status model_name(csm_ctx *ctx, csm_change *ch, csm_value *out)
{
    csm_str maker = csm_record_display(ctx, csm_change_record(ctx, ch), "manufacturer");
    csm_str name = csm_change_new_text(ctx, ch, "name"), number = csm_change_new_text(ctx, ch, "model_number"), text;

    text = csm_printf(ctx, "%.*s%s%.*s%s%.*s", CSM_STR_FMT(maker), maker.len > 0 ? " " : "", CSM_STR_FMT(name),
                      number.len > 0 ? " " : "", CSM_STR_FMT(number));
    if (text.ptr == NULL)
        return CSM_E_NOMEM;
    *out = csm_text(text);
    return CSM_OK;
}

static csm_status asset_name(csm_ctx *ctx, csm_change *ch, csm_value *out)
{
    csm_str tag = csm_change_new_text(ctx, ch, "asset_tag");
    csm_str model = csm_record_display(ctx, csm_change_record(ctx, ch), "model");
    csm_str text = csm_printf(ctx, "%.*s%s%.*s", CSM_STR_FMT(tag), tag.len > 0 && model.len > 0 ? " - " : "",
                              CSM_STR_FMT(model));

    if (text.ptr == NULL)
        return CSM_E_NOMEM;
    *out = csm_text(text);
    return CSM_OK;
}

const csm_derived products_derived[PRODUCTS_DERIVED] = {
    { .kind = CSM_DERIVE_RUN, .table = "cmdb_model", .field = "display_name", .inputs = "manufacturer,name,model_number",
      .run = model_name, .doc = "Manufacturer, name and number" },
    { .kind = CSM_DERIVE_RUN, .table = "alm_asset", .field = "display_name", .inputs = "asset_tag,model", .run = asset_name,
      .doc = "Tag and model" },
};

/* The primary contact is one of the account's people, at home there or tied to it. */
static csm_status is_of_account(csm_ctx *ctx, csm_id contact, csm_id account, bool *out)
{
    csm_pair pairs[] = { { CSM_STR_INIT("contact"), csm_id_value(contact) }, { CSM_STR_INIT("account"), csm_id_value(account) } };
    const csm_value *belongs;
    csm_value answer;

    CSM_TRY(csm_point_call(ctx, "sn_customerservice.contact_of_account/1", csm_map(pairs, 2), &answer));
    belongs = csm_map_get(&answer, "belongs");
    *out = belongs != NULL && csm_value_bool(*belongs);
    return CSM_OK;
}

static csm_status check_contact(csm_ctx *ctx, csm_id contact, csm_id account)
{
    bool good;

    CSM_TRY(is_of_account(ctx, contact, account, &good));
    if (good)
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_REJECTED, "contact", "field \"contact\": not a contact of the asset's account");
}

static csm_status asset_check(csm_ctx *ctx, csm_change *ch)
{
    csm_id contact = csm_change_new_ref(ctx, ch, "contact"), account = csm_change_new_ref(ctx, ch, "account");
    bool moved = csm_change_touches(ctx, ch, "contact") || csm_change_touches(ctx, ch, "account");

    if (csm_id_is_none(contact) || !moved)
        return CSM_OK;
    return check_contact(ctx, contact, account);
}

static csm_status asset_contact_check(csm_ctx *ctx, csm_change *ch)
{
    csm_record *asset;

    CSM_TRY(csm_record_find(ctx, "alm_asset", csm_change_new_ref(ctx, ch, "asset"), &asset));
    if (asset == NULL)
        return CSM_OK; /* refused as a missing reference */
    return check_contact(ctx, csm_change_new_ref(ctx, ch, "contact"), csm_record_ref(ctx, asset, "account"));
}

/* Who is not tied to the account any more looks after none of its assets. */
static csm_status relation_ended(csm_ctx *ctx, csm_change *ch)
{
    csm_value contact = csm_change_old(ctx, ch, "contact"), account = csm_change_old(ctx, ch, "company");
    csm_query *q;
    csm_record *row;
    csm_status st;
    bool still;

    CSM_TRY(is_of_account(ctx, csm_value_id(contact), csm_value_id(account), &still));
    if (still)
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, "sn_customerservice_m2m_asset_contact", &q));
    csm_query_where(ctx, q, "contact", CSM_OP_EQ, contact);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if (csm_id_eq(csm_record_ref(ctx, row, "asset.account"), csm_value_id(account)) &&
            (st = csm_record_delete(ctx, row)) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    CSM_TRY(st);
    CSM_TRY(csm_query_open(ctx, "alm_asset", &q));
    csm_query_where(ctx, q, "contact", CSM_OP_EQ, contact);
    csm_query_where(ctx, q, "account", CSM_OP_EQ, account);
    return csm_query_set(ctx, q, "contact", csm_nil());
}

const csm_rule products_rules[PRODUCTS_RULES] = {
    { .table = "sn_customerservice_contact_relationship", .when = CSM_AFTER_DELETE, .order = 100, .run = relation_ended,
      .name = "products.relation_ended", .doc = "Asset contacts that stood on it go with it" },
    { .table = "alm_asset", .when = CSM_BEFORE_WRITE, .order = 50, .run = asset_check, .name = "products.asset_contact",
      .doc = "The primary contact is one of the account's" },
    { .table = "sn_customerservice_m2m_asset_contact", .when = CSM_BEFORE_INSERT, .order = 50, .run = asset_contact_check,
      .name = "products.contact_of_asset", .doc = "An asset's contact is one of the account's" },
};
