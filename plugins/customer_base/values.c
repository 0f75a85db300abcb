/* Caller values: which accounts, consumers and addresses a customer has power on. Each is a pure function of the user,
 * computed at each call: what is taken away is gone at the next one. Source: DOMAIN 3.2. */
#include "customer_base.h"

csm_status scope_own_account(csm_ctx *ctx, csm_id user, csm_id *out)
{
    csm_record *contact;

    CSM_TRY(csm_record_find(ctx, "customer_contact", user, &contact));
    *out = contact != NULL ? csm_record_ref(ctx, contact, "account") : (csm_id){ { 0 } };
    return CSM_OK;
}

/* Accounts whose path goes through that of @p account. */
csm_status scope_add_descendants(csm_ctx *ctx, csm_id account, id_list *list)
{
    csm_record *rec, *row;
    csm_str path, below;
    csm_query *q;
    csm_status st;

    if (csm_id_is_none(account))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, "customer_account", account, &rec));
    path = rec != NULL ? csm_record_text(ctx, rec, "account_path") : (csm_str){ 0 };
    if (path.len == 0)
        return CSM_OK;
    below = csm_printf(ctx, "%.*s/", CSM_STR_FMT(path));
    if (below.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_query_open(ctx, "customer_account", &q));
    csm_query_where(ctx, q, "account_path", CSM_OP_STARTS, csm_text(below));
    csm_query_limit(ctx, q, 100000);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = id_list_add(ctx, list, csm_record_id(ctx, row))) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

csm_status scope_add_related(csm_ctx *ctx, csm_id user, id_list *list)
{
    csm_value me = csm_id_value(user);
    id_list self = { &me, 1, 1 }, related = { 0 };

    CSM_TRY(id_list_add_linked(ctx, &related, "sn_customerservice_contact_relationship", "contact", &self, "active=true",
                               "company"));
    for (uint32_t n = 0; n < related.count; n++)
        if (!id_list_has(list, related.items[n].id))
            CSM_TRY(id_list_add(ctx, list, related.items[n].id));
    return CSM_OK;
}

/* Accounts a partner account serves: forward rows of active partner-to-account types only. */
static csm_status add_served(csm_ctx *ctx, csm_id partner, id_list *list)
{
    csm_value own = csm_id_value(partner);
    id_list self = { &own, 1, 1 };
    csm_record *rec;

    if (csm_id_is_none(partner))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, "customer_account", partner, &rec));
    if (rec == NULL || !csm_record_bool(ctx, rec, "partner"))
        return CSM_OK;
    return id_list_add_linked(ctx, list, "account_relationship", "from_company", &self,
                              "mirrored=false^relationship_type.active=true^relationship_type.from_type=partner"
                              "^relationship_type.to_type=account", "to_company");
}

static csm_status own_account(csm_ctx *ctx, csm_id user, csm_value *out)
{
    id_list list = { 0 };
    csm_id own;

    CSM_TRY(scope_own_account(ctx, user, &own));
    CSM_TRY(id_list_add(ctx, &list, own));
    *out = id_list_value(&list);
    return CSM_OK;
}

static csm_status own_tree(csm_ctx *ctx, csm_id user, csm_value *out)
{
    id_list list = { 0 };
    csm_id own;

    CSM_TRY(scope_own_account(ctx, user, &own));
    CSM_TRY(id_list_add(ctx, &list, own));
    CSM_TRY(scope_add_descendants(ctx, own, &list));
    *out = id_list_value(&list);
    return CSM_OK;
}

static csm_status contact_accounts(csm_ctx *ctx, csm_id user, csm_value *out)
{
    id_list list = { 0 };
    csm_id own;

    CSM_TRY(scope_own_account(ctx, user, &own));
    CSM_TRY(id_list_add(ctx, &list, own));
    CSM_TRY(scope_add_related(ctx, user, &list));
    *out = id_list_value(&list);
    return CSM_OK;
}

/* Case managers and customer administrators alike: own, below, related. */
static csm_status tree_accounts(csm_ctx *ctx, csm_id user, csm_value *out)
{
    id_list list = { 0 };
    csm_id own;

    CSM_TRY(scope_own_account(ctx, user, &own));
    CSM_TRY(id_list_add(ctx, &list, own));
    CSM_TRY(scope_add_descendants(ctx, own, &list));
    CSM_TRY(scope_add_related(ctx, user, &list));
    *out = id_list_value(&list);
    return CSM_OK;
}

static csm_status served_accounts(csm_ctx *ctx, csm_id user, csm_value *out)
{
    id_list list = { 0 };
    csm_id own;

    CSM_TRY(scope_own_account(ctx, user, &own));
    CSM_TRY(add_served(ctx, own, &list));
    *out = id_list_value(&list);
    return CSM_OK;
}

static csm_status partner_accounts(csm_ctx *ctx, csm_id user, csm_value *out)
{
    id_list list = { 0 };
    csm_id own;

    CSM_TRY(scope_own_account(ctx, user, &own));
    CSM_TRY(id_list_add(ctx, &list, own));
    CSM_TRY(add_served(ctx, own, &list));
    *out = id_list_value(&list);
    return CSM_OK;
}

/* ---- consumers ---- */

static csm_status add_my_consumer(csm_ctx *ctx, csm_id user, id_list *list)
{
    csm_value me = csm_id_value(user);
    id_list self = { &me, 1, 1 };

    return id_list_add_linked(ctx, list, "csm_consumer", "user", &self, "active=true", "sys_id");
}

static csm_status add_headed(csm_ctx *ctx, csm_id user, id_list *list)
{
    id_list mine = { 0 };

    CSM_TRY(add_my_consumer(ctx, user, &mine));
    return id_list_add_linked(ctx, list, "csm_household", "head_of_household", &mine, "active=true", "sys_id");
}

static csm_status my_consumer(csm_ctx *ctx, csm_id user, csm_value *out)
{
    id_list list = { 0 };

    CSM_TRY(add_my_consumer(ctx, user, &list));
    *out = id_list_value(&list);
    return CSM_OK;
}

static csm_status headed_households(csm_ctx *ctx, csm_id user, csm_value *out)
{
    id_list list = { 0 };

    CSM_TRY(add_headed(ctx, user, &list));
    *out = id_list_value(&list);
    return CSM_OK;
}

/* Those who live in a household one heads, today. */
static csm_status household_members(csm_ctx *ctx, csm_id user, csm_value *out)
{
    id_list headed = { 0 }, list = { 0 };

    CSM_TRY(add_headed(ctx, user, &headed));
    CSM_TRY(id_list_add_linked(ctx, &list, "csm_household_member", "household", &headed,
                               "start_dateISEMPTY^ORstart_date<=@today^end_dateISEMPTY^ORend_date>=@today", "consumer"));
    *out = id_list_value(&list);
    return CSM_OK;
}

/* ---- addresses ---- */

/* Addresses of the accounts within the reach of any role the user holds, shared ones too. */
static csm_status my_locations(csm_ctx *ctx, csm_id user, csm_value *out)
{
    id_list accounts = { 0 }, list = { 0 };
    csm_id own;

    CSM_TRY(scope_own_account(ctx, user, &own));
    CSM_TRY(id_list_add(ctx, &accounts, own));
    CSM_TRY(scope_add_related(ctx, user, &accounts));
    if (csm_user_has_role(ctx, user, "sn_customerservice.customer_admin") ||
        csm_user_has_role(ctx, user, "sn_customerservice.customer_case_manager"))
        CSM_TRY(scope_add_descendants(ctx, own, &accounts));
    if (csm_user_has_role(ctx, user, "sn_customerservice.partner"))
        CSM_TRY(add_served(ctx, own, &accounts));
    CSM_TRY(id_list_add_linked(ctx, &list, "account_address_relationship", "account", &accounts, NULL, "location"));
    *out = id_list_value(&list);
    return CSM_OK;
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
