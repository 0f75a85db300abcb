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

typedef struct gathering {
    csm_value list;
    const char *filter; /* further condition; NULL = none */
    const char *take;   /* field to collect */
} gathering;

static csm_status gather(csm_ctx *ctx, gathering *g, const char *table, const char *field, csm_value is)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, field, is.type == CSM_T_LIST ? CSM_OP_IN : CSM_OP_EQ, is);
    if (g->filter != NULL)
        csm_query_filter(ctx, q, g->filter);
    csm_query_limit(ctx, q, 100000);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        csm_value value = strcmp(g->take, "sys_id") == 0 ? csm_id_value(csm_record_id(ctx, row)) : csm_record_value(ctx, row, g->take);

        if (!csm_is_nil(value) && (st = csm_list_add(ctx, &g->list, value)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

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
    gathering accounts = { csm_list(NULL, 0), "active=true", "company" };
    gathering closed = { csm_list(NULL, 0), "restrict_contact_access=true", "account" };
    csm_value home;

    CSM_TRY(home_of(ctx, user, &home));
    if (!csm_is_nil(home)) {
        CSM_TRY(csm_list_add(ctx, &accounts.list, home));
        CSM_TRY(gather(ctx, &accounts, "sn_customerservice_contact_relationship", "contact", csm_id_value(user)));
        CSM_TRY(gather(ctx, &closed, ACCOUNT_ACCESS, "account", accounts.list));
    }
    *out = closed.list;
    return CSM_OK;
}

/* What the user is named on with a responsibility: as contact, consumer or employee with the role that needs, or by the
 * account that stands for all its contacts. */
static csm_status gather_parties(csm_ctx *ctx, gathering *g, const char *table, csm_id user, const char *contact,
                                 const char *consumer, const char *employee)
{
    gathering mine = { csm_list(NULL, 0), "active=true", "sys_id" };
    csm_value home;

    CSM_TRY(home_of(ctx, user, &home));
    if (!csm_is_nil(home))
        CSM_TRY(gather(ctx, g, table, "account", home));
    if (csm_user_has_role(ctx, user, contact))
        CSM_TRY(gather(ctx, g, table, "contact", csm_id_value(user)));
    if (employee != NULL && csm_user_has_role(ctx, user, employee))
        CSM_TRY(gather(ctx, g, table, "user", csm_id_value(user)));
    if (!csm_user_has_role(ctx, user, consumer))
        return CSM_OK;
    CSM_TRY(gather(ctx, &mine, "csm_consumer", "user", csm_id_value(user)));
    return mine.list.count > 0 ? gather(ctx, g, table, "consumer", mine.list) : CSM_OK;
}

/* Adds what stands below the product with this id. */
static csm_status add_below(csm_ctx *ctx, gathering *below, csm_id id)
{
    csm_record *top;
    csm_str prefix;
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_record_find(ctx, SOLD, id, &top));
    if (top == NULL)
        return CSM_OK;
    prefix = csm_printf(ctx, "%.*s/", CSM_STR_FMT(csm_record_text(ctx, top, "path")));
    if (prefix.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_query_open(ctx, SOLD, &q));
    csm_query_where(ctx, q, "path", CSM_OP_STARTS, csm_text(prefix));
    csm_query_limit(ctx, q, 100000);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = csm_list_add(ctx, &below->list, csm_id_value(csm_record_id(ctx, row)))) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

static csm_status party_sold_products(csm_ctx *ctx, csm_id user, csm_value *out)
{
    gathering named = { csm_list(NULL, 0), "responsibilityISNOTEMPTY", "sold_product" }, all = { 0 };

    CSM_TRY(gather_parties(ctx, &named, SOLD_PARTY, user, SOLD_CONTACT, SOLD_CONSUMER, NULL));
    all.list = csm_list(NULL, 0);
    for (uint32_t n = 0; n < named.list.count; n++) {
        CSM_TRY(csm_list_add(ctx, &all.list, named.list.list[n]));
        CSM_TRY(add_below(ctx, &all, named.list.list[n].id));
    }
    *out = all.list;
    return CSM_OK;
}

static csm_status party_items(csm_ctx *ctx, csm_id user, csm_value *out)
{
    gathering named = { csm_list(NULL, 0), "responsibilityISNOTEMPTY", "install_base_item" };

    CSM_TRY(gather_parties(ctx, &named, ITEM_PARTY, user, ITEM_CONTACT, ITEM_CONSUMER, ITEM_CONTRIBUTOR));
    *out = named.list;
    return CSM_OK;
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
