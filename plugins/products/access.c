/* Who reaches product models and assets. Employees: DOMAIN 3.5. Customers: DOMAIN 3.3. */
#include "products.h"

#define ASSET_FIELDS                                                                                                 \
    "display_name,asset_tag,serial_number,model,model_category,quantity,install_status,substatus,account,contact,"   \
    "consumer,company,location,parent,purchase_date,install_date,warranty_expiration"

#define SEES(t, r) { .table = (t), .ops = CSM_OP_READ, .role = (r), .inherit = true }
#define OWNS(t, r) { .table = (t), .ops = CSM_OP_CRWD, .role = (r), .inherit = true }
#define SHOWS(r, rows) { .table = "alm_asset", .ops = CSM_OP_READ, .role = (r), .filter = (rows), \
                         .fields = ASSET_FIELDS, .inherit = true }

static bool is_by_contact(csm_ctx *ctx)
{
    return csm_property_is_true(ctx, "sn_customerservice.use_asset_contact_relationship");
}

static csm_status add(csm_ctx *ctx, csm_value *list, csm_id id)
{
    return csm_id_is_none(id) ? CSM_OK : csm_list_add(ctx, list, csm_id_value(id));
}

/* Collects field @p take of the rows of @p table that tie @p user to something. */
static csm_status add_of_contact(csm_ctx *ctx, csm_value *list, const char *table, csm_id user, const char *filter,
                                 const char *take)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, "contact", CSM_OP_EQ, csm_id_value(user));
    if (filter != NULL)
        csm_query_filter(ctx, q, filter);
    csm_query_limit(ctx, q, 10000);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = add(ctx, list, csm_record_ref(ctx, row, take))) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

/* Accounts whose assets a plain contact sees: none when assets go by contact. */
static csm_status asset_accounts(csm_ctx *ctx, csm_id user, csm_value *out)
{
    csm_value list = csm_list(NULL, 0);
    csm_record *contact;

    CSM_TRY(csm_record_find(ctx, "customer_contact", user, &contact));
    if (contact != NULL && !is_by_contact(ctx)) {
        CSM_TRY(add(ctx, &list, csm_record_ref(ctx, contact, "account")));
        CSM_TRY(add_of_contact(ctx, &list, "sn_customerservice_contact_relationship", user, "active=true", "company"));
    }
    *out = list;
    return CSM_OK;
}

static csm_status my_assets(csm_ctx *ctx, csm_id user, csm_value *out)
{
    csm_value list = csm_list(NULL, 0);

    CSM_TRY(add_of_contact(ctx, &list, "sn_customerservice_m2m_asset_contact", user, NULL, "asset"));
    *out = list;
    return CSM_OK;
}

const csm_caller_value products_values[PRODUCTS_VALUES] = {
    { "asset_accounts", CSM_T_ID, asset_accounts, "Accounts whose assets a contact sees" },
    { "my_assets", CSM_T_ID, my_assets, "Assets one is a contact of" },
};

const csm_scope products_scopes[PRODUCTS_SCOPES] = {
    SEES("cmdb_model", "sn_esm_agent"),
    SEES("cmdb_model", "sn_customerservice.customer_data_viewer"),
    OWNS("cmdb_model", "model_manager"),
    SEES("alm_asset", "sn_esm_agent"),
    SEES("alm_asset", "sn_customerservice.customer_data_viewer"),
    { .table = "alm_asset", .ops = CSM_OP_READ | CSM_OP_CREATE | CSM_OP_WRITE, .role = "asset", .inherit = true },
    OWNS("alm_asset", "csm_admin"),
    SEES("sn_customerservice_m2m_asset_contact", "sn_esm_agent"),
    SEES("sn_customerservice_m2m_asset_contact", "sn_customerservice.customer_data_viewer"),
    OWNS("sn_customerservice_m2m_asset_contact", "asset"),

    SHOWS("sn_customerservice.customer", "account=@asset_accounts"),
    SHOWS("sn_customerservice.customer", "contact=@me^account=@contact_accounts"),
    SHOWS("sn_customerservice.customer", "sys_id=@my_assets^account=@contact_accounts"),
    SHOWS("sn_customerservice.customer_case_manager", "account=@case_manager_accounts"),
    SHOWS("sn_customerservice.customer_admin", "account=@admin_accounts"),
    SHOWS("sn_customerservice.partner", "account=@partner_accounts"),
    SHOWS("sn_customerservice.consumer", "consumer=@my_consumer"),
    { .table = "cmdb_model", .ops = CSM_OP_READ, .role = "sn_esm_user", .inherit = true,
      .fields = "name,display_name,model_number,short_description", .doc = "Names of products, to say which one it is about" },
};
