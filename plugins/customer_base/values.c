/* Caller values: which accounts, consumers and addresses a customer has power on. Each is a pure function of the user,
 * computed at each call: what is taken away is gone at the next one. Source: DOMAIN 3.2. */
#include "customer_base.h"

/* ---- accounts ---- */

#define OWN 0x1u     /* home account of a contact */
#define BELOW 0x2u   /* those below it */
#define RELATED 0x4u /* those the contact is tied to */
#define SERVED 0x8u  /* those the home account serves as a partner */

static csm_status add_below(csm_ctx *ctx, csm_id account, csm_value *list)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, "customer_account", &q));
    csm_query_tree(ctx, q, account, CSM_TREE_BELOW);
    return csm_query_collect(ctx, q, "sys_id", CSM_LINKED_MAX, list);
}

/* Forward rows of active partner-to-account types only. */
static csm_status add_served(csm_ctx *ctx, csm_id partner, csm_value *list)
{
    csm_record *rec;

    CSM_TRY(csm_record_find(ctx, "customer_account", partner, &rec));
    if (rec == NULL || !csm_record_bool(ctx, rec, "partner"))
        return CSM_OK;
    return csm_query_linked(ctx, "account_relationship", "from_company", csm_id_value(partner),
                            "mirrored=false^relationship_type.active=true^relationship_type.from_type=partner"
                            "^relationship_type.to_type=account", "to_company", list);
}

static csm_status accounts_of(csm_ctx *ctx, csm_id user, unsigned which, csm_value *out)
{
    csm_record *contact;
    csm_id own;

    *out = csm_list(NULL, 0);
    CSM_TRY(csm_record_find(ctx, "customer_contact", user, &contact));
    own = contact != NULL ? csm_record_ref(ctx, contact, "account") : csm_nil().id;
    if ((which & OWN) != 0)
        CSM_TRY(csm_list_add_id(ctx, out, own));
    if ((which & BELOW) != 0)
        CSM_TRY(add_below(ctx, own, out));
    if ((which & RELATED) != 0)
        CSM_TRY(csm_query_linked(ctx, "sn_customerservice_contact_relationship", "contact", csm_id_value(user), "active=true",
                                 "company", out));
    return (which & SERVED) != 0 ? add_served(ctx, own, out) : CSM_OK;
}

static csm_status own_account(csm_ctx *ctx, csm_id user, csm_value *out)
{
    return accounts_of(ctx, user, OWN, out);
}

static csm_status own_tree(csm_ctx *ctx, csm_id user, csm_value *out)
{
    return accounts_of(ctx, user, OWN | BELOW, out);
}

static csm_status contact_accounts(csm_ctx *ctx, csm_id user, csm_value *out)
{
    return accounts_of(ctx, user, OWN | RELATED, out);
}

/* Case managers and customer administrators alike. */
static csm_status tree_accounts(csm_ctx *ctx, csm_id user, csm_value *out)
{
    return accounts_of(ctx, user, OWN | BELOW | RELATED, out);
}

static csm_status served_accounts(csm_ctx *ctx, csm_id user, csm_value *out)
{
    return accounts_of(ctx, user, SERVED, out);
}

static csm_status partner_accounts(csm_ctx *ctx, csm_id user, csm_value *out)
{
    return accounts_of(ctx, user, OWN | SERVED, out);
}

/* ---- consumers ---- */

static csm_status my_consumer(csm_ctx *ctx, csm_id user, csm_value *out)
{
    *out = csm_list(NULL, 0);
    return csm_query_linked(ctx, "csm_consumer", "user", csm_id_value(user), "active=true", "sys_id", out);
}

static csm_status headed_households(csm_ctx *ctx, csm_id user, csm_value *out)
{
    csm_value mine;

    CSM_TRY(my_consumer(ctx, user, &mine));
    *out = csm_list(NULL, 0);
    return csm_query_linked(ctx, "csm_household", "head_of_household", mine, "active=true", "sys_id", out);
}

/* Those who live in a household one heads, today. */
static csm_status household_members(csm_ctx *ctx, csm_id user, csm_value *out)
{
    csm_value headed;

    CSM_TRY(headed_households(ctx, user, &headed));
    *out = csm_list(NULL, 0);
    return csm_query_linked(ctx, "csm_household_member", "household", headed, MEMBER_TODAY, "consumer", out);
}

/* ---- addresses ---- */

/* Addresses of the accounts within the reach of any role the user holds, shared ones too. */
static csm_status my_locations(csm_ctx *ctx, csm_id user, csm_value *out)
{
    unsigned which = OWN | RELATED;
    csm_value accounts;

    if (csm_user_has_role(ctx, user, "sn_customerservice.customer_admin") ||
        csm_user_has_role(ctx, user, "sn_customerservice.customer_case_manager"))
        which |= BELOW;
    if (csm_user_has_role(ctx, user, "sn_customerservice.partner"))
        which |= SERVED;
    CSM_TRY(accounts_of(ctx, user, which, &accounts));
    *out = csm_list(NULL, 0);
    return csm_query_linked(ctx, "account_address_relationship", "account", accounts, NULL, "location", out);
}

const csm_caller_value customer_base_values[CUSTOMER_BASE_VALUES] = {
    { "own_account", CSM_T_ID, own_account, "Home account of a contact" },
    { "own_tree", CSM_T_ID, own_tree, "Home account and all below it" },
    { "contact_accounts", CSM_T_ID, contact_accounts, "Home account and related ones" },
    { "case_manager_accounts", CSM_T_ID, tree_accounts, "Home account, those below, related ones" },
    { "admin_accounts", CSM_T_ID, tree_accounts, "Home account, those below, related ones" },
    { "served_accounts", CSM_T_ID, served_accounts, "Accounts the own partner account serves" },
    { "partner_accounts", CSM_T_ID, partner_accounts, "Home account and those it serves as a partner" },
    { "my_consumer", CSM_T_ID, my_consumer, "The consumer behind a consumer user" },
    { "headed_households", CSM_T_ID, headed_households, "Households one is the head of" },
    { "household_members", CSM_T_ID, household_members, "Current members of those households" },
    { "my_locations", CSM_T_ID, my_locations, "Addresses of readable accounts" },
};
