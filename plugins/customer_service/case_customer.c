/* The customer of a case: filled in from what is known, emptied when it changes. */
#include "customer_service.h"

static csm_status set_if_empty(csm_ctx *ctx, csm_change *ch, const char *field, csm_value value)
{
    return csm_is_nil(csm_change_new(ctx, ch, field)) ? csm_change_set(ctx, ch, field, value) : CSM_OK;
}

static csm_status fill_account(csm_ctx *ctx, csm_change *ch)
{
    csm_record *contact;

    CSM_TRY(csm_record_find(ctx, "customer_contact", csm_change_new_ref(ctx, ch, "contact"), &contact));
    return contact != NULL ? set_if_empty(ctx, ch, "account", csm_record_value(ctx, contact, "account")) : CSM_OK;
}

/* ---- a case that comes from outside ---- */

/* A partner acts for an account that is not his own: he is named, and the customer's contact is left to him to name. */
static csm_status from_contact(csm_ctx *ctx, csm_change *ch, const csm_record *contact)
{
    csm_record *customer;
    csm_id me = csm_record_id(ctx, contact), home = csm_record_ref(ctx, contact, "account");
    csm_id account;
    csm_value served;
    bool mine;

    CSM_TRY(fill_account(ctx, ch)); /* he may name another contact and leave the rest to that */
    if (csm_is_nil(csm_change_new(ctx, ch, "account")))
        CSM_TRY(csm_change_set(ctx, ch, "account", csm_id_value(home)));
    account = csm_change_new_ref(ctx, ch, "account");
    CSM_TRY(csm_record_find(ctx, "customer_account", account, &customer));
    if (customer != NULL && !csm_record_bool(ctx, customer, "active"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "account", "field \"account\": the account is inactive");
    CSM_TRY(csm_caller_get_value(ctx, "served_accounts", &served));
    CSM_TRY(person_covers(ctx, me, account, &mine));
    if (!mine && csm_caller_has_role(ctx, "sn_customerservice.partner") && csm_list_has(served, account)) {
        CSM_TRY(csm_change_set(ctx, ch, "partner", csm_id_value(home)));
        return csm_change_set(ctx, ch, "partner_contact", csm_id_value(me));
    }
    return set_if_empty(ctx, ch, "contact", csm_id_value(me));
}

csm_status case_from_customer(csm_ctx *ctx, csm_change *ch)
{
    csm_record *contact;
    csm_value consumer;

    if (!csm_change_by_client(ctx, ch) || !csm_caller_is_external(ctx))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, "customer_contact", csm_caller_user(ctx), &contact));
    if (contact != NULL && csm_is_nil(csm_change_new(ctx, ch, "consumer")))
        return from_contact(ctx, ch, contact);
    CSM_TRY(csm_caller_get_value(ctx, "my_consumer", &consumer));
    if (consumer.type == CSM_T_LIST && consumer.count == 1)
        return set_if_empty(ctx, ch, "consumer", consumer.list[0]);
    return CSM_OK;
}

/* ---- a customer that changes ---- */

static csm_status clear(csm_ctx *ctx, csm_change *ch, const char *field)
{
    return csm_change_given(ctx, ch, field) ? CSM_OK : csm_change_set(ctx, ch, field, csm_nil());
}

/* What belonged to the former customer goes, unless the same write names it anew. */
csm_status case_customer_changed(csm_ctx *ctx, csm_change *ch)
{
    static const char *const of_account[] = { "partner", "partner_contact", "asset", "entitlement", "contract", "contact" };
    static const char *const of_consumer[] = { "household", "asset", "entitlement", "contract" };

    if (csm_change_touches(ctx, ch, "account") && !csm_is_nil(csm_change_old(ctx, ch, "account")))
        for (size_t n = 0; n < sizeof(of_account) / sizeof(of_account[0]); n++)
            CSM_TRY(clear(ctx, ch, of_account[n]));
    if (csm_change_touches(ctx, ch, "consumer") && !csm_is_nil(csm_change_old(ctx, ch, "consumer")))
        for (size_t n = 0; n < sizeof(of_consumer) / sizeof(of_consumer[0]); n++)
            CSM_TRY(clear(ctx, ch, of_consumer[n]));
    if (csm_change_touches(ctx, ch, "partner") && !csm_is_nil(csm_change_old(ctx, ch, "partner")))
        CSM_TRY(clear(ctx, ch, "partner_contact"));
    return CSM_OK;
}

/* ---- what follows from what ---- */

/* The only current household of a consumer, or the only current member of a household; nil when there are more. */
static csm_status only_member(csm_ctx *ctx, const char *by, csm_value id, const char *take, csm_value *out)
{
    csm_query *q;
    csm_record *row;
    csm_status st;
    uint32_t count = 0;

    *out = csm_nil();
    CSM_TRY(csm_query_open(ctx, "csm_household_member", &q));
    csm_query_where(ctx, q, by, CSM_OP_EQ, id);
    csm_query_filter(ctx, q, "start_dateISEMPTY^ORstart_date<=@today^end_dateISEMPTY^ORend_date>=@today");
    csm_query_limit(ctx, q, 2);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        *out = count++ == 0 ? csm_record_value(ctx, row, take) : csm_nil();
    csm_query_close(ctx, q);
    return st;
}

static csm_status fill_household(csm_ctx *ctx, csm_change *ch)
{
    csm_value consumer = csm_change_new(ctx, ch, "consumer"), household = csm_change_new(ctx, ch, "household"), found;

    if (!csm_change_touches(ctx, ch, "consumer") && !csm_change_touches(ctx, ch, "household"))
        return CSM_OK;
    if (!csm_is_nil(consumer) && csm_is_nil(household)) {
        CSM_TRY(only_member(ctx, "consumer", consumer, "household", &found));
        return csm_is_nil(found) ? CSM_OK : csm_change_set(ctx, ch, "household", found);
    }
    if (csm_is_nil(consumer) && !csm_is_nil(household)) {
        CSM_TRY(only_member(ctx, "household", household, "consumer", &found));
        return csm_is_nil(found) ? CSM_OK : csm_change_set(ctx, ch, "consumer", found);
    }
    return CSM_OK;
}

/* The zone of an account's primary address. */
static csm_status zone_of_account(csm_ctx *ctx, csm_value account, csm_str *out)
{
    csm_record *link = NULL;
    csm_query *q;

    if (csm_is_nil(account))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, "account_address_relationship", &q));
    csm_query_where(ctx, q, "account", CSM_OP_EQ, account);
    csm_query_where(ctx, q, "primary", CSM_OP_EQ, csm_bool(true));
    CSM_TRY(csm_query_one(ctx, q, &link));
    if (link != NULL)
        *out = csm_record_text(ctx, link, "location.time_zone");
    return CSM_OK;
}

/* Of the person, else of the account; empty: the server's. */
static csm_status fill_zone(csm_ctx *ctx, csm_change *ch)
{
    csm_record *person = NULL;
    csm_str zone = { 0 };

    if (!csm_change_touches(ctx, ch, "contact") && !csm_change_touches(ctx, ch, "consumer") &&
        !csm_change_touches(ctx, ch, "account"))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, "customer_contact", csm_change_new_ref(ctx, ch, "contact"), &person));
    if (person == NULL)
        CSM_TRY(csm_record_find(ctx, "csm_consumer", csm_change_new_ref(ctx, ch, "consumer"), &person));
    if (person != NULL)
        zone = csm_record_text(ctx, person, "time_zone");
    if (zone.len == 0)
        CSM_TRY(zone_of_account(ctx, csm_change_new(ctx, ch, "account"), &zone));
    return csm_change_set(ctx, ch, "contact_time_zone", zone.len > 0 ? csm_text(zone) : csm_nil());
}

csm_status case_fill(csm_ctx *ctx, csm_change *ch)
{
    csm_record *asset;

    if (csm_change_touches(ctx, ch, "contact"))
        CSM_TRY(fill_account(ctx, ch));
    if (csm_change_touches(ctx, ch, "asset") && !csm_change_given(ctx, ch, "product")) {
        CSM_TRY(csm_record_find(ctx, "alm_asset", csm_change_new_ref(ctx, ch, "asset"), &asset));
        if (asset != NULL)
            CSM_TRY(csm_change_set(ctx, ch, "product", csm_record_value(ctx, asset, "model")));
    }
    if (csm_change_touches(ctx, ch, "account"))
        CSM_TRY(csm_change_set(ctx, ch, "company", csm_change_new(ctx, ch, "account")));
    CSM_TRY(fill_household(ctx, ch));
    return fill_zone(ctx, ch);
}
