/* Addresses: the address fields of an account or consumer and the primary row of its addresses say the same, whichever of
 * the two is written. An account's addresses are links to locations, so that accounts can share one. Each rule writes only
 * what differs, so the two directions come to rest. */
#include "customer_base.h"

static const char *const parts[] = { "street", "city", "state", "zip", "country" };
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static bool touches_address(csm_ctx *ctx, const csm_change *ch)
{
    for (size_t n = 0; n < PARTS; n++)
        if (csm_change_touches(ctx, ch, parts[n]))
            return true;
    return false;
}

/* An address begins with a street, a city or a zip: a country alone, which has a default, is none. */
static bool has_address(csm_ctx *ctx, const csm_record *rec)
{
    return csm_record_text(ctx, rec, "street").len > 0 || csm_record_text(ctx, rec, "city").len > 0 ||
           csm_record_text(ctx, rec, "zip").len > 0;
}

/* Copies what differs; *changed tells whether anything did. */
static csm_status copy_parts(csm_ctx *ctx, const csm_record *from, csm_record *to, bool *changed)
{
    for (size_t n = 0; n < PARTS; n++) {
        csm_str value = csm_record_text(ctx, from, parts[n]);

        if (csm_str_eq(value, csm_record_text(ctx, to, parts[n])))
            continue;
        CSM_TRY(csm_record_set_text(ctx, to, parts[n], value));
        *changed = true;
    }
    return CSM_OK;
}

static csm_status copy_address(csm_ctx *ctx, const csm_record *from, const char *table, csm_id id)
{
    csm_record *to;
    bool changed = false;

    CSM_TRY(csm_record_find(ctx, table, id, &to));
    if (to == NULL)
        return CSM_OK;
    CSM_TRY(copy_parts(ctx, from, to, &changed));
    return changed ? csm_record_update(ctx, to) : CSM_OK;
}

static bool is_same_address(csm_ctx *ctx, const csm_record *a, const csm_record *b)
{
    for (size_t n = 0; n < PARTS; n++)
        if (!csm_str_eq(csm_record_text(ctx, a, parts[n]), csm_record_text(ctx, b, parts[n])))
            return false;
    return true;
}

/* ---- from the owner to the address ---- */

/* The primary location that is to follow the owner; none when there is none, or when one says the same already: while
 * another address is made primary both are for a moment, and the former must not be written over. */
static csm_status find_primary(csm_ctx *ctx, const csm_record *owner, const char *table, const char *field, csm_id *out,
                               bool *found)
{
    bool is_link = strcmp(table, "cmn_location") != 0;
    csm_value locations = csm_list(NULL, 0);

    *out = (csm_id){ { 0 } };
    CSM_TRY(csm_query_linked(ctx, table, field, csm_id_value(csm_record_id(ctx, owner)), "primary=true",
                             is_link ? "location" : "sys_id", &locations));
    *found = locations.count > 0;
    for (uint32_t n = 0; n < locations.count; n++) {
        csm_record *location;

        CSM_TRY(csm_record_find(ctx, "cmn_location", locations.list[n].id, &location));
        if (location != NULL && is_same_address(ctx, owner, location))
            return CSM_OK;
    }
    if (*found)
        *out = locations.list[0].id;
    return CSM_OK;
}

static csm_status add_location(csm_ctx *ctx, const csm_record *owner, const char *owner_field)
{
    csm_record *location;
    bool changed = false;

    if (!has_address(ctx, owner))
        return CSM_OK;
    CSM_TRY(csm_record_create(ctx, "cmn_location", &location));
    CSM_TRY(csm_record_set_text(ctx, location, "name", csm_record_text(ctx, owner, "name")));
    CSM_TRY(copy_parts(ctx, owner, location, &changed));
    CSM_TRY(csm_record_set_ref(ctx, location, owner_field, csm_record_id(ctx, owner)));
    CSM_TRY(csm_record_set_bool(ctx, location, "primary", true));
    CSM_TRY(csm_record_set_text(ctx, location, "type", CSM_STR("primary")));
    return csm_record_insert(ctx, location);
}

static csm_status follow_owner(csm_ctx *ctx, csm_change *ch, const char *table, const char *field)
{
    csm_record *owner = csm_change_record(ctx, ch);
    csm_id location;
    bool found;

    if (!touches_address(ctx, ch))
        return CSM_OK;
    CSM_TRY(find_primary(ctx, owner, table, field, &location, &found));
    if (!found)
        return add_location(ctx, owner, field);
    return csm_id_is_none(location) ? CSM_OK : copy_address(ctx, owner, "cmn_location", location);
}

csm_status address_of_account(csm_ctx *ctx, csm_change *ch)
{
    return follow_owner(ctx, ch, "account_address_relationship", "account");
}

csm_status address_of_consumer(csm_ctx *ctx, csm_change *ch)
{
    return follow_owner(ctx, ch, "cmn_location", "consumer");
}

/* ---- from the address to its owners ---- */

/* Another may become the primary one instead; none at all is not said. */
csm_status address_stays_primary(csm_ctx *ctx, csm_change *ch)
{
    if (!csm_change_by_client(ctx, ch) || csm_change_is_import(ctx, ch))
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_REJECTED, "primary", "field \"primary\": another address is made primary instead");
}

csm_status address_owner_check(csm_ctx *ctx, csm_change *ch)
{
    int owners = 0;

    owners += !csm_id_is_none(csm_change_new_ref(ctx, ch, "account"));
    owners += !csm_id_is_none(csm_change_new_ref(ctx, ch, "consumer"));
    owners += !csm_id_is_none(csm_change_new_ref(ctx, ch, "household"));
    if (owners > 1)
        return csm_fail(ctx, CSM_E_REJECTED, "an address belongs to one account, consumer or household");
    if (owners == 0 && csm_change_new_bool(ctx, ch, "primary"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "primary", "an address without owner is nobody's primary one");
    return CSM_OK;
}

/* The link of an account to its own address; made with it. */
static csm_status keep_link(csm_ctx *ctx, const csm_record *location, csm_id account)
{
    csm_query *q;
    csm_record *row, *link;
    bool primary = csm_record_bool(ctx, location, "primary");

    CSM_TRY(csm_query_open(ctx, "account_address_relationship", &q));
    csm_query_where(ctx, q, "location", CSM_OP_EQ, csm_id_value(csm_record_id(ctx, location)));
    csm_query_where(ctx, q, "account", CSM_OP_EQ, csm_id_value(account));
    CSM_TRY(csm_query_one(ctx, q, &row));
    if (row == NULL) {
        CSM_TRY(csm_record_create(ctx, "account_address_relationship", &link));
        CSM_TRY(csm_record_set_ref(ctx, link, "account", account));
        CSM_TRY(csm_record_set_ref(ctx, link, "location", csm_record_id(ctx, location)));
        CSM_TRY(csm_record_set_bool(ctx, link, "primary", primary));
        CSM_TRY(csm_record_set_text(ctx, link, "type", csm_record_text(ctx, location, "type")));
        return csm_record_insert(ctx, link);
    }
    if (csm_record_bool(ctx, row, "primary") == primary)
        return CSM_OK;
    CSM_TRY(csm_record_get(ctx, "account_address_relationship", csm_record_id(ctx, row), &link));
    CSM_TRY(csm_record_set_bool(ctx, link, "primary", primary));
    return csm_record_update(ctx, link);
}

static csm_status copy_to_sharers(csm_ctx *ctx, const csm_record *location)
{
    csm_value accounts = csm_list(NULL, 0);

    CSM_TRY(csm_query_linked(ctx, "account_address_relationship", "location", csm_id_value(csm_record_id(ctx, location)),
                             "primary=true", "account", &accounts));
    for (uint32_t n = 0; n < accounts.count; n++)
        CSM_TRY(copy_address(ctx, location, "customer_account", accounts.list[n].id));
    return CSM_OK;
}

csm_status address_changed(csm_ctx *ctx, csm_change *ch)
{
    csm_record *location = csm_change_record(ctx, ch);
    csm_id account = csm_change_new_ref(ctx, ch, "account"), consumer = csm_change_new_ref(ctx, ch, "consumer");
    bool primary = csm_change_new_bool(ctx, ch, "primary");

    if (!csm_id_is_none(account) && (csm_change_touches(ctx, ch, "primary") || csm_change_touches(ctx, ch, "account")))
        CSM_TRY(keep_link(ctx, location, account));
    if (touches_address(ctx, ch))
        CSM_TRY(copy_to_sharers(ctx, location));
    if (!csm_id_is_none(consumer) && primary)
        return copy_address(ctx, location, "csm_consumer", consumer);
    return CSM_OK;
}

csm_status address_linked(csm_ctx *ctx, csm_change *ch)
{
    csm_id account = csm_change_new_ref(ctx, ch, "account");
    bool primary = csm_change_new_bool(ctx, ch, "primary");
    csm_record *location;

    CSM_TRY(csm_record_find(ctx, "cmn_location", csm_change_new_ref(ctx, ch, "location"), &location));
    if (location == NULL)
        return CSM_OK;
    if (csm_id_eq(csm_record_ref(ctx, location, "account"), account) &&
        csm_record_bool(ctx, location, "primary") != primary) {
        CSM_TRY(csm_record_set_bool(ctx, location, "primary", primary));
        CSM_TRY(csm_record_update(ctx, location));
    }
    if (primary && has_address(ctx, location))
        return copy_address(ctx, location, "customer_account", account);
    return CSM_OK;
}

/* With sharing off a location is one account's only. */
csm_status address_sharing(csm_ctx *ctx, csm_change *ch)
{
    csm_value accounts = csm_list(NULL, 0);

    if (csm_property_is_true(ctx, "enable_account_address_sharing"))
        return CSM_OK;
    CSM_TRY(csm_query_linked(ctx, "account_address_relationship", "location", csm_change_new(ctx, ch, "location"), NULL,
                             "account", &accounts));
    for (uint32_t n = 0; n < accounts.count; n++)
        if (!csm_id_eq(accounts.list[n].id, csm_change_new_ref(ctx, ch, "account")))
            return csm_fail_field(ctx, CSM_E_REJECTED, "location",
                                  "field \"location\": the address belongs to another account and sharing is off");
    return CSM_OK;
}
