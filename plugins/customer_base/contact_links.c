/* Contacts in several accounts: a contact keeps one home account and is tied to others by contact relationships. */
#include "customer_base.h"

#define RELATION "sn_customerservice_contact_relationship"

/* Accounts whose contacts may be tied to @p account: its tree, and whoever it has a relationship with. */
static csm_status add_candidate_accounts(csm_ctx *ctx, csm_id account, csm_value *list)
{
    CSM_TRY(tree_add_all(ctx, account, list));
    /* Each relationship is two rows, so those from this account name every partner of it. */
    return csm_query_linked(ctx, "account_relationship", "from_company", csm_id_value(account), NULL, "to_company", list);
}

static csm_status check_candidate(csm_ctx *ctx, csm_id contact, csm_id account)
{
    csm_value accounts = csm_list(NULL, 0);
    csm_record *rec;

    CSM_TRY(csm_record_get(ctx, "customer_contact", contact, &rec));
    if (csm_id_eq(csm_record_ref(ctx, rec, "account"), account))
        return csm_fail_field(ctx, CSM_E_REJECTED, "contact", "the contact is at home in that account");
    if (!csm_property_is_true(ctx, PROPERTY_WITHIN_HIERARCHY))
        return CSM_OK;
    CSM_TRY(add_candidate_accounts(ctx, account, &accounts));
    if (csm_list_has(accounts, csm_record_ref(ctx, rec, "account")))
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_REJECTED, "contact",
                          "the contact's account is neither in the same hierarchy nor related to the account");
}

/* The responsibility fits its holder, and one that is unique has one holder. */
static csm_status check_responsibility(csm_ctx *ctx, csm_change *ch, const char *type, const char *table, const char *entity)
{
    csm_id wanted = csm_change_new_ref(ctx, ch, "responsibility");
    csm_record *def, *row;
    csm_query *q;
    csm_status st;

    CSM_TRY(csm_record_find(ctx, "sn_customerservice_responsibility_def", wanted, &def));
    if (def == NULL)
        return CSM_OK; /* refused as a missing reference */
    if (!csm_str_is(csm_record_text(ctx, def, "type"), type))
        return csm_fail_field(ctx, CSM_E_REJECTED, "responsibility", "responsibility \"%.*s\" is not one of a %s",
                              CSM_STR_FMT(csm_record_text(ctx, def, "name")), type);
    if (!csm_record_bool(ctx, def, "unique"))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, entity, CSM_OP_EQ, csm_change_new(ctx, ch, entity));
    csm_query_where(ctx, q, "responsibility", CSM_OP_EQ, csm_id_value(wanted));
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if (!csm_id_eq(csm_record_id(ctx, row), csm_change_id(ctx, ch))) {
            st = csm_fail_field(ctx, CSM_E_EXISTS, "responsibility", "responsibility \"%.*s\" has a holder already",
                                CSM_STR_FMT(csm_record_text(ctx, def, "name")));
            break;
        }
    csm_query_close(ctx, q);
    return st;
}

/* One relationship per contact and account, unless several responsibilities are allowed. */
static csm_status check_single(csm_ctx *ctx, csm_change *ch)
{
    bool several = csm_property_is_true(ctx, "sn_customerservice.contact_relationship.several_responsibilities");
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, RELATION, &q));
    csm_query_where(ctx, q, "company", CSM_OP_EQ, csm_change_new(ctx, ch, "company"));
    csm_query_where(ctx, q, "contact", CSM_OP_EQ, csm_change_new(ctx, ch, "contact"));
    if (several)
        csm_query_where(ctx, q, "responsibility", CSM_OP_EQ, csm_change_new(ctx, ch, "responsibility"));
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if (!csm_id_eq(csm_record_id(ctx, row), csm_change_id(ctx, ch))) {
            st = csm_fail_field(ctx, CSM_E_EXISTS, "contact", "the contact already has a relationship with that account");
            break;
        }
    csm_query_close(ctx, q);
    return st;
}

csm_status contact_link_check(csm_ctx *ctx, csm_change *ch)
{
    csm_id contact = csm_change_new_ref(ctx, ch, "contact"), account = csm_change_new_ref(ctx, ch, "company");

    if (csm_id_is_none(contact) || csm_id_is_none(account) || csm_id_is_none(csm_change_new_ref(ctx, ch, "responsibility")))
        return CSM_OK; /* refused as mandatory */
    if (csm_change_get_op(ctx, ch) == CSM_INSERTING)
        CSM_TRY(check_candidate(ctx, contact, account));
    CSM_TRY(check_single(ctx, ch));
    return check_responsibility(ctx, ch, "contact", RELATION, "company");
}

csm_status team_check(csm_ctx *ctx, csm_change *ch)
{
    if (csm_id_is_none(csm_change_new_ref(ctx, ch, "responsibility")))
        return CSM_OK; /* refused as mandatory */
    return check_responsibility(ctx, ch, "user", "sn_customerservice_team_member", "account");
}

/* ---- the point ---- */

typedef struct bond {
    csm_id contact, account;
    bool belongs;
} bond;

static csm_status find_bond(csm_ctx *ctx, void *arg)
{
    bond *b = arg;
    csm_record *person, *link = NULL;
    csm_query *q;

    CSM_TRY(csm_record_find(ctx, "customer_contact", b->contact, &person));
    b->belongs = person != NULL && csm_id_eq(csm_record_ref(ctx, person, "account"), b->account);
    if (b->belongs || person == NULL)
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, RELATION, &q));
    csm_query_where(ctx, q, "contact", CSM_OP_EQ, csm_id_value(b->contact));
    csm_query_where(ctx, q, "company", CSM_OP_EQ, csm_id_value(b->account));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    CSM_TRY(csm_query_one(ctx, q, &link));
    b->belongs = link != NULL;
    return CSM_OK;
}

csm_verdict contact_of_account(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    bond b = { csm_arg_id(ctx, in, 0), csm_arg_id(ctx, in, 1), false };
    csm_value answer = csm_map(NULL, 0);

    if (csm_as_plugin(ctx, find_bond, &b) != CSM_OK || csm_map_add(ctx, &answer, "belongs", csm_bool(b.belongs)) != CSM_OK ||
        csm_reply_value(ctx, out, answer) != CSM_OK)
        return CSM_REJECT;
    return CSM_HANDLED;
}

/* ---- methods ---- */

/* "Add existing" of an account's contact list: ties the contact to it and leaves his home account alone. */
csm_status relate_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_record *link, *def;
    csm_id responsibility = csm_arg_id(ctx, in, 2);

    if (csm_id_is_none(responsibility)) {
        CSM_TRY(csm_record_find_where(ctx, "sn_customerservice_responsibility_def", "name=Asset Contact", &def));
        if (def == NULL)
            return csm_fail_field(ctx, CSM_E_INVALID, "responsibility", "argument \"responsibility\" is needed");
        responsibility = csm_record_id(ctx, def);
    }
    CSM_TRY(csm_record_create(ctx, RELATION, &link));
    CSM_TRY(csm_record_set_ref(ctx, link, "contact", csm_arg_id(ctx, in, 0)));
    CSM_TRY(csm_record_set_ref(ctx, link, "company", csm_arg_id(ctx, in, 1)));
    CSM_TRY(csm_record_set_ref(ctx, link, "responsibility", responsibility));
    CSM_TRY(csm_record_insert(ctx, link));
    return csm_reply_record(ctx, out, link);
}

/* Who may be tied to an account. Read with the caller's rights, so it tells nobody more than the contact list would. */
csm_status candidates_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_id account = csm_arg_id(ctx, in, 0);
    csm_value list = csm_list(NULL, 0), accounts = csm_list(NULL, 0);
    csm_record *rec, *row;
    csm_query *q;
    csm_status st;

    CSM_TRY(csm_record_get(ctx, "customer_account", account, &rec));
    CSM_TRY(csm_query_open(ctx, "customer_contact", &q));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    csm_query_where(ctx, q, "account", CSM_OP_NE, csm_id_value(account));
    if (csm_property_is_true(ctx, PROPERTY_WITHIN_HIERARCHY)) {
        CSM_TRY(add_candidate_accounts(ctx, account, &accounts));
        csm_query_where(ctx, q, "account", CSM_OP_IN, accounts);
    }
    csm_query_limit(ctx, q, 1000);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        csm_value item;

        if ((st = csm_record_as_value(ctx, row, &item)) != CSM_OK || (st = csm_list_add(ctx, &list, item)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    CSM_TRY(st);
    return csm_reply_value(ctx, out, list);
}
