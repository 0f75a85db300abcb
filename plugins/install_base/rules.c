/* What products sold, items installed and what hangs on them must be. */
#include "install_base.h"

/* ---- products and items ---- */

/* One owner; of an account perhaps a contact. */
static csm_status check_owner(csm_ctx *ctx, csm_change *ch)
{
    owner o = owner_of(ctx, csm_change_record(ctx, ch));
    int owners = !csm_id_is_none(o.account) + !csm_id_is_none(o.consumer) + !csm_id_is_none(o.household);

    if (owners != 1)
        return csm_fail_field(ctx, CSM_E_REJECTED, "account", "one owner: an account, a consumer or a household");
    return CSM_OK;
}

static csm_status check_contact(csm_ctx *ctx, csm_change *ch)
{
    csm_value contact = csm_change_new(ctx, ch, "contact"), account = csm_change_new(ctx, ch, "account");
    csm_pair pairs[] = { { CSM_STR_INIT("contact"), contact }, { CSM_STR_INIT("account"), account } };
    const csm_value *belongs;
    csm_value answer;

    if (csm_is_nil(contact) || (!csm_change_touches(ctx, ch, "contact") && !csm_change_touches(ctx, ch, "account")))
        return CSM_OK;
    if (csm_is_nil(account))
        return csm_fail_field(ctx, CSM_E_REJECTED, "contact", "field \"contact\": only accounts have contacts");
    CSM_TRY(csm_point_call(ctx, "sn_customerservice.contact_of_account/1", csm_map(pairs, 2), &answer));
    belongs = csm_map_get(&answer, "belongs");
    if (belongs != NULL && csm_value_bool(*belongs))
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_REJECTED, "contact", "field \"contact\": not a contact of the account");
}

/* What stands below something belongs to the same owner, or to an account above or below his. */
static csm_status check_parent(csm_ctx *ctx, csm_change *ch)
{
    owner mine = owner_of(ctx, csm_change_record(ctx, ch)), above;
    csm_record *parent;
    bool good;

    CSM_TRY(csm_record_find(ctx, csm_change_table(ctx, ch), csm_change_new_ref(ctx, ch, "parent"), &parent));
    if (parent == NULL)
        return CSM_OK; /* none, or refused as a missing reference */
    above = owner_of(ctx, parent);
    CSM_TRY(owner_serves(ctx, &above, &mine, &good));
    return good ? CSM_OK : csm_fail_field(ctx, CSM_E_REJECTED, "parent", "field \"parent\": belongs to another customer");
}

/* Those named on the top of a tree would be named on none. */
static csm_status check_parties(csm_ctx *ctx, csm_change *ch)
{
    csm_query *q;
    csm_record *row;

    if (!csm_table_is_a(ctx, csm_change_table(ctx, ch), ITEM) || csm_change_get_op(ctx, ch) != CSM_UPDATING ||
        csm_is_nil(csm_change_new(ctx, ch, "parent")) || !csm_is_nil(csm_change_old(ctx, ch, "parent")))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, ITEM_PARTY, &q));
    csm_query_where(ctx, q, "install_base_item", CSM_OP_EQ, csm_id_value(csm_change_id(ctx, ch)));
    CSM_TRY(csm_query_one(ctx, q, &row));
    return row == NULL ? CSM_OK
                       : csm_fail_field(ctx, CSM_E_REJECTED, "parent", "field \"parent\": related parties are named on the item");
}

csm_status thing_check(csm_ctx *ctx, csm_change *ch)
{
    CSM_TRY(check_parties(ctx, ch));
    CSM_TRY(check_owner(ctx, ch));
    CSM_TRY(check_contact(ctx, ch));
    if (csm_change_touches(ctx, ch, "parent") || csm_change_touches(ctx, ch, "account") ||
        csm_change_touches(ctx, ch, "consumer") || csm_change_touches(ctx, ch, "household"))
        return check_parent(ctx, ch);
    return CSM_OK;
}

static csm_status check_days(csm_ctx *ctx, const csm_change *ch, const char *from, const char *to)
{
    csm_value start = csm_change_new(ctx, ch, from), end = csm_change_new(ctx, ch, to);

    if (start.type == CSM_T_DATE && end.type == CSM_T_DATE && end.i < start.i)
        return csm_fail_field(ctx, CSM_E_INVALID, to, "field \"%s\": before \"%s\"", to, from);
    return CSM_OK;
}

csm_status sold_days(csm_ctx *ctx, csm_change *ch)
{
    return check_days(ctx, ch, "start_date", "end_date");
}

/* ---- what is covered goes with it ---- */

/* Lines and entitlements of the product move along where they can. */
static csm_status move_those(csm_ctx *ctx, const csm_change *ch, const char *table, const char *state, const char *transition)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, "sold_product", CSM_OP_EQ, csm_id_value(csm_change_id(ctx, ch)));
    csm_query_where(ctx, q, "state", CSM_OP_EQ, csm_ctext(state));
    return csm_query_move(ctx, q, transition, NULL);
}

csm_status sold_suspended(csm_ctx *ctx, csm_change *ch)
{
    CSM_TRY(move_those(ctx, ch, "sn_pss_core_service_contract_line", "active", "suspend"));
    return move_those(ctx, ch, "service_entitlement", "active", "suspend");
}

csm_status sold_resumed(csm_ctx *ctx, csm_change *ch)
{
    CSM_TRY(move_those(ctx, ch, "sn_pss_core_service_contract_line", "suspended", "resume"));
    return move_those(ctx, ch, "service_entitlement", "suspended", "resume");
}

/* When an item went out of use, and that it came back. */
csm_status item_dates(csm_ctx *ctx, csm_change *ch)
{
    bool used = csm_str_is(csm_change_new_text(ctx, ch, "state"), "in_use");

    if (csm_change_touches(ctx, ch, "state") && !csm_change_given(ctx, ch, "uninstall_date"))
        CSM_TRY(csm_change_set(ctx, ch, "uninstall_date", used ? csm_nil() : csm_date_value(csm_now(ctx) / CSM_DAY)));
    return check_days(ctx, ch, "install_date", "uninstall_date");
}

/* Derived from the path, so that it follows whenever a part of the tree moves. */
csm_status root_of(csm_ctx *ctx, csm_change *ch, csm_value *out)
{
    csm_id parent = csm_change_new_ref(ctx, ch, "parent");
    csm_record *above = NULL;

    if (!csm_id_is_none(parent))
        CSM_TRY(csm_record_find(ctx, ITEM, parent, &above));
    *out = above != NULL ? csm_record_value(ctx, above, "root") : csm_id_value(csm_change_id(ctx, ch));
    return CSM_OK;
}

/* ---- parties, coverage, characteristics ---- */

csm_status item_party_on_root(csm_ctx *ctx, csm_change *ch)
{
    csm_record *item;

    CSM_TRY(csm_record_find(ctx, ITEM, csm_change_new_ref(ctx, ch, "install_base_item"), &item));
    if (item == NULL || csm_id_is_none(csm_record_ref(ctx, item, "parent")))
        return CSM_OK; /* a missing one is refused as a reference */
    return csm_fail_field(ctx, CSM_E_REJECTED, "install_base_item", "parties are named on the top of the tree: %.*s",
                          CSM_STR_FMT(csm_record_display(ctx, item, "root")));
}

/* What a contract covers is of its customer. */
static csm_status check_covered_owner(csm_ctx *ctx, csm_change *ch, const char *field, const char *table, const csm_record *thing)
{
    owner has = owner_of(ctx, thing), holder;
    csm_record *by;
    bool good;

    CSM_TRY(csm_record_find(ctx, table, csm_change_new_ref(ctx, ch, field), &by));
    if (by == NULL)
        return CSM_OK;
    holder = owner_of(ctx, by);
    CSM_TRY(owner_serves(ctx, &has, &holder, &good));
    return good ? CSM_OK : csm_fail_field(ctx, CSM_E_REJECTED, field, "field \"%s\": of another customer than what it covers", field);
}

csm_status covered_check(csm_ctx *ctx, csm_change *ch)
{
    bool sold = !csm_id_is_none(csm_change_new_ref(ctx, ch, "sold_product"));
    csm_record *thing;

    if (sold == !csm_id_is_none(csm_change_new_ref(ctx, ch, "install_base")))
        return csm_fail_field(ctx, CSM_E_REJECTED, "sold_product", "a sold product or an item, one of them");
    CSM_TRY(csm_record_find(ctx, sold ? SOLD : ITEM, csm_change_new_ref(ctx, ch, sold ? "sold_product" : "install_base"), &thing));
    if (thing == NULL)
        return CSM_OK; /* refused as a missing reference */
    CSM_TRY(check_covered_owner(ctx, ch, "contract", "ast_contract", thing));
    CSM_TRY(check_covered_owner(ctx, ch, "contract_line", "sn_pss_core_service_contract_line", thing));
    return check_covered_owner(ctx, ch, "entitlement", "service_entitlement", thing);
}

csm_status characteristic_check(csm_ctx *ctx, csm_change *ch)
{
    if (csm_is_nil(csm_change_new(ctx, ch, "value")) == csm_is_nil(csm_change_new(ctx, ch, "characteristic_option")))
        return csm_fail_field(ctx, CSM_E_REJECTED, "value", "an option or a value, one of them");
    return CSM_OK;
}

#define RULE(t, w, o, c, f, d) { .table = (t), .when = (w), .order = (o), .filter = (c), .run = (f), \
                                 .name = "install_base." #f, .doc = (d) }

const csm_rule install_base_rules[INSTALL_BASE_RULES] = {
    RULE(SOLD, CSM_BEFORE_WRITE, 50, NULL, thing_check, "One owner, a contact of his account, below his own"),
    { .table = ITEM, .when = CSM_BEFORE_WRITE, .order = 50, .run = thing_check, .name = "install_base.item_check",
      .doc = "One owner, a contact of his account, below his own" },
    RULE(SOLD, CSM_BEFORE_WRITE, 60, NULL, sold_days, "Ends after it begins"),
    RULE(ITEM, CSM_BEFORE_WRITE, 60, NULL, item_dates, "When it went out of use"),
    RULE(ITEM_PARTY, CSM_BEFORE_INSERT, 60, NULL, item_party_on_root, "Named on the top of a tree"),
    RULE(COVERED, CSM_BEFORE_WRITE, 50, NULL, covered_check, "One thing, of the contract's customer"),
    RULE(CHARACTERISTIC, CSM_BEFORE_WRITE, 50, NULL, characteristic_check, "An option or a value"),
    RULE(AFFECTED, CSM_BEFORE_INSERT, 50, NULL, affected_check, "An item in use, of the case's customer"),
    RULE(CASE, CSM_BEFORE_UPDATE, 31, NULL, case_customer_left, "What belonged to the former customer goes"),
    RULE(CASE, CSM_BEFORE_WRITE, 35, NULL, case_from_thing, "A product sold or an item tells customer, product and CI"),
    RULE(CASE, CSM_BEFORE_WRITE, 53, NULL, case_thing_check, "Product sold and item belong to the customer"),
};
