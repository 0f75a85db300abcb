/* Who may stand for whom. */
#include "customer_service.h"

static csm_status is_related(csm_ctx *ctx, csm_id contact, csm_id account, bool *out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, "sn_customerservice_contact_relationship", &q));
    csm_query_where(ctx, q, "contact", CSM_OP_EQ, csm_id_value(contact));
    csm_query_where(ctx, q, "company", CSM_OP_EQ, csm_id_value(account));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    return csm_query_any(ctx, q, out);
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
        CSM_TRY(csm_record_is_below(ctx, "customer_account", account, home, out));
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
    *out = csm_list(NULL, 0);
    return csm_query_linked(ctx, "sn_customerservice_team_member", "user", csm_id_value(user), NULL, "account", out);
}
