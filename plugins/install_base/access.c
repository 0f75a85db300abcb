/* Who reaches products sold, items installed and what hangs on them. Employees: DOMAIN 3.5. Customers: DOMAIN 3.3, and 3.4 for
 * those who are named as parties; of each row only the fields listed. */
#include "install_base.h"

#define CUSTOMER "sn_customerservice.customer"
#define MANAGER "sn_customerservice_manager"
#define SOLD_CONTACT "sn_install_base.sold_product_authorized_contact"
#define SOLD_CONSUMER "sn_install_base.sold_product_authorized_consumer"
#define ITEM_CONTACT "sn_install_base.install_base_authorized_contact"
#define ITEM_CONSUMER "sn_install_base.install_base_authorized_consumer"
#define ITEM_CONTRIBUTOR "sn_install_base.install_base_authorized_contributor"

const csm_role install_base_roles[INSTALL_BASE_ROLES] = {
    { SOLD_CONTACT, "sn_customerservice.case_authorized_contact", "Contact who is a related party of a sold product" },
    { SOLD_CONSUMER, "sn_customerservice.case_authorized_consumer", "Consumer who is a related party of a sold product" },
    { ITEM_CONTACT, "snc_external,sn_customerservice.case_write_granular", "Contact who is a related party of an item" },
    { ITEM_CONSUMER, "snc_external,sn_customerservice.case_write_granular", "Consumer who is a related party of an item" },
    { ITEM_CONTRIBUTOR, "snc_internal,sn_customerservice.case_write_granular", "Employee who is a related party of an item" },
};

/* ---- caller values ---- */

/* The home account of a contact; nil when the user is none. */
static csm_status home_of(csm_ctx *ctx, csm_id user, csm_value *out)
{
    csm_record *contact;

    CSM_TRY(csm_record_find(ctx, "customer_contact", user, &contact));
    *out = contact != NULL ? csm_record_value(ctx, contact, "account") : csm_nil();
    return CSM_OK;
}

/* Accounts whose contacts see only what they are named on, of those the user is a contact of. */
static csm_status restricted_accounts(csm_ctx *ctx, csm_id user, csm_value *out)
{
    csm_value accounts = csm_list(NULL, 0), home;

    *out = csm_list(NULL, 0);
    CSM_TRY(home_of(ctx, user, &home));
    if (csm_is_nil(home))
        return CSM_OK;
    CSM_TRY(csm_list_add(ctx, &accounts, home));
    CSM_TRY(csm_query_linked(ctx, "sn_customerservice_contact_relationship", "contact", csm_id_value(user), "active=true",
                             "company", &accounts));
    return csm_query_linked(ctx, ACCOUNT_ACCESS, "account", accounts, "restrict_contact_access=true", "account", out);
}

/* Parties of one kind of thing, and the roles that being named as one needs. */
typedef struct parties {
    const char *table, *thing; /* where they stand, and its field that names the thing */
    const char *contact, *consumer, *employee;
} parties;

static csm_status add_named(csm_ctx *ctx, const parties *p, const char *field, csm_value who, csm_value *out)
{
    return csm_query_linked(ctx, p->table, field, who, "responsibilityISNOTEMPTY", p->thing, out);
}

/* What the user is named on with a responsibility: as contact, consumer or employee with the role that needs, or by the
 * account that stands for all its contacts. */
static csm_status named_on(csm_ctx *ctx, const parties *p, csm_id user, csm_value *out)
{
    csm_value mine = csm_list(NULL, 0), home;

    *out = csm_list(NULL, 0);
    CSM_TRY(home_of(ctx, user, &home));
    CSM_TRY(add_named(ctx, p, "account", home, out));
    if (csm_user_has_role(ctx, user, p->contact))
        CSM_TRY(add_named(ctx, p, "contact", csm_id_value(user), out));
    if (p->employee != NULL && csm_user_has_role(ctx, user, p->employee))
        CSM_TRY(add_named(ctx, p, "user", csm_id_value(user), out));
    if (!csm_user_has_role(ctx, user, p->consumer))
        return CSM_OK;
    CSM_TRY(csm_query_linked(ctx, "csm_consumer", "user", csm_id_value(user), "active=true", "sys_id", &mine));
    return add_named(ctx, p, "consumer", mine, out);
}

static csm_status party_sold_products(csm_ctx *ctx, csm_id user, csm_value *out)
{
    static const parties sold = { SOLD_PARTY, "sold_product", SOLD_CONTACT, SOLD_CONSUMER, NULL };
    csm_value named;
    csm_query *q;

    CSM_TRY(named_on(ctx, &sold, user, &named));
    *out = csm_list(NULL, 0);
    for (uint32_t n = 0; n < named.count; n++) {
        CSM_TRY(csm_query_open(ctx, SOLD, &q));
        csm_query_tree(ctx, q, csm_value_id(named.list[n]), CSM_TREE_BRANCH);
        CSM_TRY(csm_query_collect(ctx, q, "sys_id", CSM_LINKED_MAX, out));
    }
    return CSM_OK;
}

static csm_status party_items(csm_ctx *ctx, csm_id user, csm_value *out)
{
    static const parties items = { ITEM_PARTY, "install_base_item", ITEM_CONTACT, ITEM_CONSUMER, ITEM_CONTRIBUTOR };

    return named_on(ctx, &items, user, out);
}

const csm_caller_value install_base_values[INSTALL_BASE_VALUES] = {
    { "restricted_accounts", CSM_T_ID, restricted_accounts, "One's accounts whose contacts see only what they are named on" },
    { "party_sold_products", CSM_T_ID, party_sold_products, "Products sold one is an authorized party of, and those below" },
    { "party_items", CSM_T_ID, party_items, "Tops of the item trees one is an authorized party of" },
};

/* ---- scopes ---- */

#define SOLD_FIELDS                                                                                                  \
    "number,name,product,parent,account,consumer,household,contact,service_offering,product_offering,quantity,"      \
    "unit_of_measurement,offering_type,relationship_type,location,start_date,end_date,state"
#define ITEM_FIELDS                                                                                                  \
    "number,name,account,consumer,household,contact,product,parent,root,asset,location,state,status,active,"         \
    "install_date,uninstall_date,install_base_identifier"
#define PARTY_FIELDS "type,responsibility,contact,consumer,account,order"
#define CRW (CSM_OP_READ | CSM_OP_CREATE | CSM_OP_WRITE)

#define SEES(t, r) { .table = (t), .ops = CSM_OP_READ, .role = (r) }
#define KEEPS(t, r) { .table = (t), .ops = CRW, .role = (r) }
#define OWNS(t, r) { .table = (t), .ops = CSM_OP_CRWD, .role = (r) }
#define RESPONSIBLE(t, rows, v) { .table = (t), .ops = CSM_OP_READ, .role = "sn_install_base.resp_granular", \
                                  .filter = (rows), .via = (v), .doc = "Of accounts one has a responsibility for" }
/* Agents and whoever reads customer data look; managers keep. */
#define EMPLOYEES(t) SEES(t, "sn_esm_agent"), SEES(t, "sn_customerservice.customer_data_viewer"), KEEPS(t, MANAGER), \
                     OWNS(t, "csm_admin")

#define SHOWS(t, r, rows, f) { .table = (t), .ops = CSM_OP_READ, .role = (r), .filter = (rows), .fields = (f) }
/* The rows of a customer, for each kind of them; contacts of a restricted account see only what names them. */
#define CUSTOMERS(t, f)                                                                                              \
    SHOWS(t, CUSTOMER, "account=@contact_accounts^account!=@restricted_accounts", f),                                \
        SHOWS(t, CUSTOMER, "contact=@me^account=@contact_accounts", f),                                              \
        SHOWS(t, "sn_customerservice.customer_case_manager", "account=@case_manager_accounts", f),                   \
        SHOWS(t, "sn_customerservice.customer_admin", "account=@admin_accounts", f),                                 \
        SHOWS(t, "sn_customerservice.partner", "account=@served_accounts", f),                                       \
        SHOWS(t, "sn_customerservice.consumer", "consumer=@my_consumer", f),                                         \
        SHOWS(t, "sn_customerservice.consumer", "household=@headed_households", f)
/* What ties two rows shows to a customer who sees both. */
#define BOTH(t, one, other, f)                                                                                       \
    { .table = (t), .ops = CSM_OP_READ, .role = "snc_external", .via = (one), .fields = (f) },                       \
        { .table = (t), .ops = CSM_OP_READ, .role = "snc_external", .via = (other), .flags = CSM_SCOPE_RESTRICT }
#define PARTIES(t, of)                                                                                               \
    KEEPS(t, "sn_esm_agent"), SEES(t, "sn_customerservice.customer_data_viewer"), OWNS(t, "csm_admin"),              \
        { .table = (t), .ops = CSM_OP_READ, .role = "snc_external", .via = (of), .fields = of "," PARTY_FIELDS }

#define PARTY_CASES "sold_product=@party_sold_products^NQinstall_base_root=@party_items"

const csm_scope install_base_scopes[INSTALL_BASE_SCOPES] = {
    /* employees */
    EMPLOYEES(SOLD),
    EMPLOYEES(ITEM),
    EMPLOYEES(INSTALLED),
    EMPLOYEES(CHARACTERISTIC),
    RESPONSIBLE(SOLD, "account=@team_accounts", NULL),
    RESPONSIBLE(ITEM, "account=@team_accounts", NULL),
    RESPONSIBLE(INSTALLED, NULL, "sold_product"),
    { .table = ITEM, .ops = CSM_OP_READ, .role = ITEM_CONTRIBUTOR, .filter = "root=@party_items" },
    { .table = AFFECTED, .ops = CSM_OP_READ, .role = "snc_internal", .via = "task" },
    { .table = AFFECTED, .ops = CSM_OP_CREATE | CSM_OP_DELETE, .role = "sn_esm_agent", .via = "task", .via_op = CSM_OP_WRITE,
      .doc = "Whoever works a case says which items it touches" },
    SEES(COVERED, "sn_pss_core.service_contract_viewer"),
    SEES(COVERED, "sn_customerservice.customer_data_viewer"),
    OWNS(COVERED, "contract_manager"),
    SEES(ACCOUNT_ACCESS, "sn_esm_agent"),
    OWNS(ACCOUNT_ACCESS, MANAGER),
    PARTIES(SOLD_PARTY, "sold_product"),
    PARTIES(ITEM_PARTY, "install_base_item"),

    /* customers */
    CUSTOMERS(SOLD, SOLD_FIELDS),
    SHOWS(SOLD, "snc_external", "sys_id=@party_sold_products", SOLD_FIELDS),
    CUSTOMERS(ITEM, ITEM_FIELDS),
    SHOWS(ITEM, "snc_external", "root=@party_items", ITEM_FIELDS),
    BOTH(INSTALLED, "sold_product", "install_base_item", "sold_product,install_base_item"),
    BOTH(AFFECTED, "task", "install_base", "task,install_base"),
    { .table = CHARACTERISTIC, .ops = CSM_OP_READ, .role = "snc_external", .via = "item",
      .fields = "item,characteristic,characteristic_option,value" },

    /* cases: our columns show, and parties of a product or item follow its cases */
    { .table = CASE, .ops = CSM_OP_READ | CSM_OP_CREATE, .role = "snc_external", .fields = "sold_product,install_base",
      .flags = CSM_SCOPE_ADDS },
    { .table = CASE, .ops = CSM_OP_CREATE, .role = "snc_internal", .fields = "sold_product,install_base",
      .flags = CSM_SCOPE_ADDS, .doc = "Employees who open cases for customers say what they are about" },
    { .table = CASE, .ops = CSM_OP_READ, .role = "snc_external", .filter = PARTY_CASES, .like = CUSTOMER },
    { .table = CASE, .ops = CSM_OP_WRITE, .role = "snc_external", .filter = PARTY_CASES, .like = CUSTOMER },
    { .table = "service_entitlement", .ops = CSM_OP_READ, .role = "snc_external", .fields = "sold_product,install_base",
      .flags = CSM_SCOPE_ADDS },
    { .table = "sn_pss_core_service_contract_line", .ops = CSM_OP_READ, .role = "snc_external", .fields = "sold_product",
      .flags = CSM_SCOPE_ADDS },
};
