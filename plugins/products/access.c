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

/* Accounts whose assets a plain contact sees: none when assets go by contact. */
static csm_status asset_accounts(csm_ctx *ctx, csm_id user, csm_value *out)
{
    csm_value list = csm_list(NULL, 0);
    csm_record *contact;

    CSM_TRY(csm_record_find(ctx, "customer_contact", user, &contact));
    if (contact != NULL && !is_by_contact(ctx)) {
        CSM_TRY(csm_list_add_id(ctx, &list, csm_record_ref(ctx, contact, "account")));
        CSM_TRY(csm_query_linked(ctx, "sn_customerservice_contact_relationship", "contact", csm_id_value(user), "active=true",
                                 "company", &list));
    }
    *out = list;
    return CSM_OK;
}

static csm_status my_assets(csm_ctx *ctx, csm_id user, csm_value *out)
{
    *out = csm_list(NULL, 0);
    return csm_query_linked(ctx, "sn_customerservice_m2m_asset_contact", "contact", csm_id_value(user), NULL, "asset", out);
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
