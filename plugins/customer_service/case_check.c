/* What a case refers to must belong to its customer. Checked when it or the customer is written, not at every update. */
#include "customer_service.h"

static bool touches_any(csm_ctx *ctx, const csm_change *ch, const char *const *fields, size_t count)
{
    for (size_t n = 0; n < count; n++)
        if (csm_change_touches(ctx, ch, fields[n]))
            return true;
    return false;
}
#define TOUCHES(ctx, ch, fields) touches_any(ctx, ch, fields, sizeof(fields) / sizeof((fields)[0]))

static csm_status refuse(csm_ctx *ctx, const char *field, const char *why)
{
    return csm_fail_field(ctx, CSM_E_REJECTED, field, "field \"%s\": %s", field, why);
}

/* ---- the customer himself ---- */

static csm_status check_household(csm_ctx *ctx, csm_change *ch)
{
    csm_value consumer = csm_change_new(ctx, ch, "consumer"), household = csm_change_new(ctx, ch, "household");
    csm_query *q;
    bool lives;

    if (csm_is_nil(consumer) || csm_is_nil(household))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, "csm_household_member", &q));
    csm_query_where(ctx, q, "household", CSM_OP_EQ, household);
    csm_query_where(ctx, q, "consumer", CSM_OP_EQ, consumer);
    csm_query_filter(ctx, q, "start_dateISEMPTY^ORstart_date<=@today^end_dateISEMPTY^ORend_date>=@today");
    CSM_TRY(csm_query_any(ctx, q, &lives));
    return lives ? CSM_OK : refuse(ctx, "household", "the consumer does not live there");
}

csm_status case_check_customer(csm_ctx *ctx, csm_change *ch)
{
    static const char *const fields[] = { "account", "consumer", "household" };
    bool person = !csm_id_is_none(csm_change_new_ref(ctx, ch, "consumer")) ||
                  !csm_id_is_none(csm_change_new_ref(ctx, ch, "household"));

    if (!TOUCHES(ctx, ch, fields))
        return CSM_OK;
    /* Consumers of an account come with a plugin of their own, which brings this table. */
    if (person && !csm_id_is_none(csm_change_new_ref(ctx, ch, "account")) &&
        !csm_table_has_field(ctx, "sn_acct_consumer_account_consumer", "account"))
        return refuse(ctx, "consumer", "a case with an account carries no consumer");
    return check_household(ctx, ch);
}

/* ---- people ---- */

static csm_status check_contact(csm_ctx *ctx, csm_change *ch)
{
    csm_id contact = csm_change_new_ref(ctx, ch, "contact");
    bool covers;

    if (csm_id_is_none(contact))
        return CSM_OK;
    CSM_TRY(person_covers(ctx, contact, csm_change_new_ref(ctx, ch, "account"), &covers));
    return covers ? CSM_OK : refuse(ctx, "contact", "neither a contact of the account nor related to it");
}

static csm_status check_partner(csm_ctx *ctx, csm_change *ch)
{
    csm_id partner = csm_change_new_ref(ctx, ch, "partner"), person = csm_change_new_ref(ctx, ch, "partner_contact");
    csm_record *contact;
    bool serves;

    if (csm_id_is_none(partner))
        return csm_id_is_none(person) ? CSM_OK : refuse(ctx, "partner_contact", "there is no partner");
    CSM_TRY(partner_serves(ctx, partner, csm_change_new_ref(ctx, ch, "account"), &serves));
    if (!serves)
        return refuse(ctx, "partner", "does not serve the account");
    if (csm_id_is_none(person))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, "customer_contact", person, &contact));
    if (contact == NULL || !csm_id_eq(csm_record_ref(ctx, contact, "account"), partner))
        return refuse(ctx, "partner_contact", "not a contact of the partner");
    return CSM_OK;
}

/* An external user may watch a case only when he is on its customer's side. */
static csm_status check_watchers(csm_ctx *ctx, csm_change *ch)
{
    csm_value list = csm_change_new(ctx, ch, "watch_list");
    csm_id account = csm_change_new_ref(ctx, ch, "account"), partner = csm_change_new_ref(ctx, ch, "partner");

    for (uint32_t n = 0; list.type == CSM_T_LIST && n < list.count; n++) {
        csm_id user = csm_value_id(list.list[n]);
        csm_record *login;
        bool covers = false;

        if (!csm_user_has_role(ctx, user, "snc_external") || csm_list_has(csm_change_new(ctx, ch, "additional_users"), user))
            continue;
        CSM_TRY(person_covers(ctx, user, account, &covers));
        if (!covers && !csm_id_is_none(partner))
            CSM_TRY(person_covers(ctx, user, partner, &covers));
        CSM_TRY(csm_record_find(ctx, "csm_consumer_user", user, &login));
        if (login != NULL)
            covers = csm_id_eq(csm_record_ref(ctx, login, "consumer"), csm_change_new_ref(ctx, ch, "consumer"));
        if (!covers)
            return refuse(ctx, "watch_list", "an external user from outside the customer's side");
    }
    return CSM_OK;
}

static csm_status check_employees(csm_ctx *ctx, csm_change *ch)
{
    csm_id acting = csm_change_new_ref(ctx, ch, "internal_contact"), asking = csm_change_new_ref(ctx, ch, "requested_by");
    csm_value contributors = csm_change_new(ctx, ch, "contributor_users");

    if (!csm_id_is_none(acting) && csm_change_touches(ctx, ch, "internal_contact") &&
        !csm_user_has_role(ctx, acting, "sn_customerservice.proxy_contact"))
        return refuse(ctx, "internal_contact", "needs the role sn_customerservice.proxy_contact");
    if (!csm_id_is_none(asking) && csm_user_has_role(ctx, asking, "snc_external"))
        return refuse(ctx, "requested_by", "names an employee, not a customer");
    for (uint32_t n = 0; contributors.type == CSM_T_LIST && n < contributors.count; n++)
        if (csm_user_has_role(ctx, csm_value_id(contributors.list[n]), "snc_external"))
            return refuse(ctx, "contributor_users", "an external helper is named as an authorized party instead");
    return CSM_OK;
}

csm_status case_check_people(csm_ctx *ctx, csm_change *ch)
{
    static const char *const customers[] = { "account", "contact" };
    static const char *const partners[] = { "account", "partner", "partner_contact" };
    static const char *const watchers[] = { "account", "watch_list" };
    static const char *const employees[] = { "internal_contact", "requested_by", "contributor_users" };

    if (TOUCHES(ctx, ch, customers))
        CSM_TRY(check_contact(ctx, ch));
    if (TOUCHES(ctx, ch, partners))
        CSM_TRY(check_partner(ctx, ch));
    if (TOUCHES(ctx, ch, watchers))
        CSM_TRY(check_watchers(ctx, ch));
    return TOUCHES(ctx, ch, employees) ? check_employees(ctx, ch) : CSM_OK;
}

/* ---- things ---- */

owner owner_of(csm_ctx *ctx, const csm_record *rec)
{
    bool shared = csm_table_has_field(ctx, csm_record_table(ctx, rec), "household"); /* assets are nobody's together */

    return (owner){ csm_record_ref(ctx, rec, "account"), csm_record_ref(ctx, rec, "consumer"),
                       shared ? csm_record_ref(ctx, rec, "household") : (csm_id){ { 0 } } };
}

static bool same(csm_id a, csm_id b)
{
    return !csm_id_is_none(a) && csm_id_eq(a, b);
}

csm_status owner_has(csm_ctx *ctx, const owner *who, const csm_record *thing, bool inherits, bool *out)
{
    owner has = owner_of(ctx, thing);

    *out = same(who->account, has.account) || same(who->consumer, has.consumer) ||
           same(who->household, has.household);
    if (*out || !inherits || !csm_property_is_true(ctx, "csm.entitlement.inherit"))
        return CSM_OK;
    return csm_record_is_below(ctx, "customer_account", who->account, has.account, out);
}

static csm_status check_thing(csm_ctx *ctx, csm_change *ch, const char *field, const char *table, bool inherits)
{
    owner who = owner_of(ctx, csm_change_record(ctx, ch));
    csm_id id = csm_change_new_ref(ctx, ch, field);
    csm_record *thing;
    bool good;

    if (csm_id_is_none(id))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, table, id, &thing));
    if (thing == NULL)
        return CSM_OK; /* refused as a missing reference */
    CSM_TRY(owner_has(ctx, &who, thing, inherits, &good));
    return good ? CSM_OK : refuse(ctx, field, "belongs to another customer");
}

csm_status case_check_things(csm_ctx *ctx, csm_change *ch)
{
    static const char *const customer[] = { "account", "consumer", "household" };
    static const char *const asset[] = { "asset" }, *const contract[] = { "contract" };
    static const char *const entitlement[] = { "entitlement" };
    bool moved = TOUCHES(ctx, ch, customer);

    if (moved || TOUCHES(ctx, ch, asset))
        CSM_TRY(check_thing(ctx, ch, "asset", "alm_asset", false));
    if (moved || TOUCHES(ctx, ch, contract))
        CSM_TRY(check_thing(ctx, ch, "contract", "ast_contract", true));
    if (moved || TOUCHES(ctx, ch, entitlement))
        CSM_TRY(check_thing(ctx, ch, "entitlement", "service_entitlement", true));
    return CSM_OK;
}
