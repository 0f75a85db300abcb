/* Who may stand for whom. */
#include "customer_service.h"

bool has_id(csm_value list, csm_id id)
{
    for (uint32_t n = 0; list.type == CSM_T_LIST && n < list.count; n++)
        if (csm_id_eq(csm_value_id(list.list[n]), id))
            return true;
    return false;
}

static csm_status is_related(csm_ctx *ctx, csm_id contact, csm_id account, bool *out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, "sn_customerservice_contact_relationship", &q));
    csm_query_where(ctx, q, "contact", CSM_OP_EQ, csm_id_value(contact));
    csm_query_where(ctx, q, "company", CSM_OP_EQ, csm_id_value(account));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    return csm_query_any(ctx, q, out);
}

static csm_status is_below(csm_ctx *ctx, csm_id account, csm_id above, bool *out)
{
    csm_record *low, *high;
    csm_str path, prefix;

    *out = false;
    CSM_TRY(csm_record_find(ctx, "customer_account", account, &low));
    CSM_TRY(csm_record_find(ctx, "customer_account", above, &high));
    if (low == NULL || high == NULL)
        return CSM_OK;
    path = csm_record_text(ctx, low, "account_path");
    prefix = csm_record_text(ctx, high, "account_path");
    *out = prefix.len > 0 && path.len > prefix.len && path.ptr[prefix.len] == '/' &&
           memcmp(path.ptr, prefix.ptr, prefix.len) == 0;
    return CSM_OK;
}

csm_status person_covers(csm_ctx *ctx, csm_id contact, csm_id account, bool *out)
{
    csm_record *person;
    csm_id home;

    *out = false;
    CSM_TRY(csm_record_find(ctx, "customer_contact", contact, &person));
    if (person == NULL)
        return CSM_OK;
    home = csm_record_ref(ctx, person, "account");
    *out = csm_id_eq(home, account);
    if (!*out)
        CSM_TRY(is_related(ctx, contact, account, out));
    if (!*out && (csm_user_has_role(ctx, contact, "sn_customerservice.customer_case_manager") ||
                  csm_user_has_role(ctx, contact, "sn_customerservice.customer_admin")))
        CSM_TRY(is_below(ctx, account, home, out));
    return CSM_OK;
}

csm_status partner_serves(csm_ctx *ctx, csm_id partner, csm_id account, bool *out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, "account_relationship", &q));
    csm_query_where(ctx, q, "from_company", CSM_OP_EQ, csm_id_value(partner));
    csm_query_where(ctx, q, "to_company", CSM_OP_EQ, csm_id_value(account));
    csm_query_filter(ctx, q, "mirrored=false^from_company.partner=true^relationship_type.active=true"
                             "^relationship_type.from_type=partner^relationship_type.to_type=account");
    return csm_query_any(ctx, q, out);
}

bool is_customer_side(csm_ctx *ctx, const csm_change *ch)
{
    csm_id me = csm_caller_user(ctx);

    if (!csm_change_by_client(ctx, ch) || csm_id_is_none(me))
        return false;
    return csm_caller_is_external(ctx) || csm_id_eq(me, csm_change_new_ref(ctx, ch, "requested_by")) ||
           csm_id_eq(me, csm_change_new_ref(ctx, ch, "internal_contact"));
}

csm_status team_accounts(csm_ctx *ctx, csm_id user, csm_value *out)
{
    csm_value list = csm_list(NULL, 0);
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, "sn_customerservice_team_member", &q));
    csm_query_where(ctx, q, "user", CSM_OP_EQ, csm_id_value(user));
    csm_query_limit(ctx, q, 10000);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = csm_list_add(ctx, &list, csm_record_value(ctx, row, "account"))) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    *out = list;
    return st;
}
