/* Product models and assets. */
#include "products.h"

static const csm_choice status_choices[] = {
    { "in_production", "In Production", NULL, NULL },
    { "retired", "Retired", NULL, NULL },
    { "planned", "Planned", NULL, NULL },
};
static const csm_choice tracking_choices[] = {
    { "leave_to_category", "Leave to category", NULL, NULL },
    { "create_consumable", "Create consumable", NULL, NULL },
    { "do_not_create", "Do not create", NULL, NULL },
};

static const csm_field model_fields[] = {
    CSM_TEXT("name", .length = 255, .flags = CSM_REQUIRED | CSM_INDEXED),
    CSM_TEXT("display_name", .length = 500, .flags = CSM_COMPUTED, .doc = "Manufacturer, name and number"),
    CSM_TEXT("model_number", .length = 100),
    CSM_REF("manufacturer", "core_company"),
    CSM_TEXT("short_description", .length = 1000),
    CSM_TEXT("status", .length = 40, .dflt = "in_production", CSM_CHOICES(status_choices)),
    CSM_TEXT("asset_tracking_strategy", .length = 40, CSM_CHOICES(tracking_choices)),
    CSM_TEXT("model_category", .length = 100),
    CSM_REF("parent", "cmdb_model", .flags = CSM_INDEXED | CSM_NO_CYCLE),
    CSM_REF("owner", "sys_user"),
};

static const csm_choice install_choices[] = {
    { "1", "In use", NULL, NULL },   { "2", "On order", NULL, NULL }, { "3", "In maintenance", NULL, NULL },
    { "6", "In stock", NULL, NULL }, { "7", "Retired", NULL, NULL },  { "8", "Missing", NULL, NULL },
};

static const csm_field asset_fields[] = {
    CSM_TEXT("display_name", .length = 500, .flags = CSM_COMPUTED, .doc = "Tag and model"),
    CSM_TEXT("asset_tag", .length = 40, .flags = CSM_INDEXED),
    CSM_TEXT("serial_number", .length = 100, .flags = CSM_INDEXED),
    CSM_REF("model", "cmdb_model", .flags = CSM_REQUIRED | CSM_INDEXED),
    CSM_TEXT("model_category", .length = 100),
    CSM_INT("quantity", .dflt = "1", .min = 0, .max = 1000000000),
    CSM_INT("install_status", .dflt = "1", CSM_CHOICES(install_choices)),
    CSM_TEXT("substatus", .length = 40),
    CSM_REF("account", "customer_account", .flags = CSM_INDEXED),
    CSM_REF("contact", "customer_contact", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .label = "Primary Contact",
            .doc = "A contact of the account"),
    CSM_REF("consumer", "csm_consumer", .flags = CSM_INDEXED),
    CSM_REF("assigned_to", "sys_user"),
    CSM_REF("owned_by", "sys_user"),
    CSM_REF("managed_by", "sys_user"),
    CSM_REF("company", "core_company"),
    CSM_REF("location", "cmn_location"),
    CSM_REF("parent", "alm_asset", .flags = CSM_INDEXED | CSM_NO_CYCLE),
    CSM_DATE("purchase_date"),
    CSM_DATE("install_date"),
    CSM_DATE("warranty_expiration"),
    CSM_CURRENCY("cost", .flags = CSM_INTERNAL),
};

static const csm_field asset_contact_fields[] = {
    CSM_REF("asset", "alm_asset", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("contact", "customer_contact", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY,
            .on_delete = CSM_CASCADE),
    CSM_REF("responsibility", "sn_customerservice_responsibility_def"),
    CSM_INT("order", .min = -1000000, .max = 1000000),
};
static const csm_index asset_contact_indexes[] = {
    { .name = "pair", .columns = "asset,contact", .flags = CSM_INDEX_UNIQUE },
};

/* Kinds of models and assets have no columns of their own. */
#define MODEL(n, l) { .name = "cmdb_" n "_product_model", .label = l " Model", .extends = "cmdb_model", \
                      .doc = l " product models" }
#define ASSET(n, l) { .name = "alm_" n, .label = l, .extends = "alm_asset", .doc = l " assets" }

const csm_table products_tables[PRODUCTS_TABLES] = {
    { .name = "cmdb_model", .label = "Product Model", .fields = CSM_ARRAY(model_fields), .display = "display_name",
      .order = "name", .doc = "One version or configuration of what is sold and supported" },
    MODEL("application", "Application"),
    MODEL("consumable", "Consumable"),
    MODEL("contract", "Contract"),
    MODEL("facility", "Facility"),
    MODEL("hardware", "Hardware"),
    MODEL("software", "Software"),
    MODEL("service", "Service"),
    { .name = "alm_asset", .label = "Asset", .fields = CSM_ARRAY(asset_fields), .display = "display_name",
      .order = "asset_tag", .doc = "One thing a customer owns or uses" },
    ASSET("hardware", "Hardware"),
    ASSET("license", "License"),
    ASSET("consumable", "Consumable"),
    ASSET("facility", "Facility"),
    { .name = "sn_customerservice_m2m_asset_contact", .label = "Asset Contact", .fields = CSM_ARRAY(asset_contact_fields),
      .indexes = CSM_ARRAY(asset_contact_indexes), .flags = CSM_TABLE_WATCHED, .doc = "A contact who looks after an asset" },
};
