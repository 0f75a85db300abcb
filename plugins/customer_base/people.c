/* Rules of contacts, consumers and households. */
#include "customer_base.h"

/* ---- contacts ---- */

/* Two active contacts with one address could not be told apart by mail. */
static csm_status check_email(csm_ctx *ctx, csm_change *ch)
{
    csm_str email = csm_change_new_text(ctx, ch, "email");
    csm_query *q;
    csm_record *row;
    csm_status st = CSM_OK;

    if (email.len == 0 || !csm_change_new_bool(ctx, ch, "active") ||
        (!csm_change_touches(ctx, ch, "email") && !csm_change_touches(ctx, ch, "active")))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, "customer_contact", &q));
    csm_query_where(ctx, q, "email", CSM_OP_EQ, csm_text(email));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    csm_query_limit(ctx, q, 2);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if (!csm_id_eq(csm_record_id(ctx, row), csm_change_id(ctx, ch))) {
            st = csm_fail_field(ctx, CSM_E_EXISTS, "email", "field \"email\": another active contact has \"%.*s\"",
                                CSM_STR_FMT(email));
            break;
        }
    csm_query_close(ctx, q);
    return st;
}

/* A contact has one home account. Setting it anew would take him from the one he has, which is what somebody who adds him
 * to a second account's list does not mean: moving and relating are said in so many words. */
csm_status contact_check(csm_ctx *ctx, csm_change *ch)
{
    if (csm_change_get_op(ctx, ch) == CSM_UPDATING && csm_change_touches(ctx, ch, "account") &&
        csm_change_by_client(ctx, ch) && !csm_change_is_import(ctx, ch)) {
        csm_status st = csm_fail_field(ctx, CSM_E_REJECTED, "account", "field \"account\": the contact already has a home account");

        csm_hint(ctx, "contact.move moves him, contact.relate ties him to a second account");
        return st;
    }
    CSM_TRY(csm_change_set(ctx, ch, "company", csm_change_new(ctx, ch, "account")));
    return check_email(ctx, ch);
}

static csm_status has_any_role(csm_ctx *ctx, csm_id user, bool *out)
{
    csm_query *q;

    *out = false;
    CSM_TRY(csm_query_open(ctx, "sys_user_has_role", &q));
    csm_query_where(ctx, q, "user", CSM_OP_EQ, csm_id_value(user));
    csm_query_filter(ctx, q, "role.name!=snc_external");
    return csm_query_any(ctx, q, out);
}

csm_status contact_grant(csm_ctx *ctx, csm_id contact, bool has_login)
{
    bool has_role;

    if (!csm_user_has_role(ctx, contact, "snc_external"))
        CSM_TRY(csm_user_grant_role(ctx, contact, "snc_external"));
    if (!has_login)
        return CSM_OK;
    CSM_TRY(has_any_role(ctx, contact, &has_role));
    return has_role ? CSM_OK : csm_user_grant_role(ctx, contact, "sn_customerservice.customer");
}

csm_status contact_roles(csm_ctx *ctx, csm_change *ch)
{
    if (csm_change_get_op(ctx, ch) == CSM_UPDATING && !csm_change_touches(ctx, ch, "user_name"))
        return CSM_OK;
    return contact_grant(ctx, csm_change_id(ctx, ch), csm_change_new_text(ctx, ch, "user_name").len > 0);
}

/* ---- consumers ---- */

csm_status consumer_user_roles(csm_ctx *ctx, csm_change *ch)
{
    csm_id user = csm_change_id(ctx, ch);

    CSM_TRY(csm_user_grant_role(ctx, user, "snc_external"));
    if (!csm_str_is(csm_change_new_text(ctx, ch, "registration_state"), "active") ||
        csm_user_has_role(ctx, user, "sn_customerservice.consumer"))
        return CSM_OK;
    return csm_user_grant_role(ctx, user, "sn_customerservice.consumer");
}

/* ---- households ---- */

/* The head lives in the household. */
csm_status household_head(csm_ctx *ctx, csm_change *ch)
{
    csm_id head = csm_change_new_ref(ctx, ch, "head_of_household");
    csm_value members = csm_list(NULL, 0);
    csm_record *member;

    if (csm_id_is_none(head) || !csm_change_touches(ctx, ch, "head_of_household"))
        return CSM_OK;
    CSM_TRY(csm_query_linked(ctx, "csm_household_member", "household", csm_id_value(csm_change_id(ctx, ch)), MEMBER_TODAY,
                             "consumer", &members));
    if (csm_list_has(members, head))
        return CSM_OK;
    CSM_TRY(csm_record_create(ctx, "csm_household_member", &member));
    CSM_TRY(csm_record_set_ref(ctx, member, "household", csm_change_id(ctx, ch)));
    CSM_TRY(csm_record_set_ref(ctx, member, "consumer", head));
    return csm_record_insert(ctx, member);
}

/* Days from @p field, or the farthest day when it is empty. */
static int64_t day_or(csm_ctx *ctx, const csm_record *rec, const char *field, int64_t none)
{
    csm_value value = csm_record_value(ctx, rec, field);

    return value.type == CSM_T_DATE ? value.i : none;
}

/* One membership of a consumer in a household at a time. */
csm_status member_check(csm_ctx *ctx, csm_change *ch)
{
    const csm_record *now = csm_change_record(ctx, ch);
    int64_t from = day_or(ctx, now, "start_date", INT64_MIN), to = day_or(ctx, now, "end_date", INT64_MAX);
    csm_query *q;
    csm_record *row;
    csm_status st;

    if (from > to)
        return csm_fail_field(ctx, CSM_E_INVALID, "end_date", "field \"end_date\": before the start date");
    CSM_TRY(csm_query_open(ctx, "csm_household_member", &q));
    csm_query_where(ctx, q, "household", CSM_OP_EQ, csm_change_new(ctx, ch, "household"));
    csm_query_where(ctx, q, "consumer", CSM_OP_EQ, csm_change_new(ctx, ch, "consumer"));
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        if (csm_id_eq(csm_record_id(ctx, row), csm_change_id(ctx, ch)))
            continue;
        if (day_or(ctx, row, "start_date", INT64_MIN) <= to && day_or(ctx, row, "end_date", INT64_MAX) >= from) {
            st = csm_fail_field(ctx, CSM_E_EXISTS, "consumer", "the consumer already is a member in that time");
            break;
        }
    }
    csm_query_close(ctx, q);
    return st;
}
