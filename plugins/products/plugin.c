/* The descriptor: what this plugin brings. */
#include "products.h"

static const csm_property properties[] = {
    { "sn_customerservice.use_asset_contact_relationship", CSM_T_BOOL, "false",
      "Contacts see only the assets they are a contact of" },
};

static const csm_dep depends[] = { { "customer_base", "1.0" } };

CSM_PLUGIN(products, .version = "1.0.0", .summary = "Product models and assets", .alias = "com.snc.asset_management",
           .depends = CSM_ARRAY(depends), .properties = CSM_ARRAY(properties), .tables = CSM_ARRAY(products_tables),
           .scopes = CSM_ARRAY(products_scopes), .caller_values = CSM_ARRAY(products_values),
           .derived = CSM_ARRAY(products_derived), .rules = CSM_ARRAY(products_rules))
