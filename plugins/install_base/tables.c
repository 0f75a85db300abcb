/* What customers bought and what stands at their places. Source: DOMAIN 2.5. */
#include "install_base.h"

/* One owner, the place in the tree. */
#define OWNER                                                                                                        \
    CSM_REF("account", "customer_account", .flags = CSM_INDEXED), CSM_REF("consumer", "csm_consumer", .flags = CSM_INDEXED), \
        CSM_REF("household", "csm_household", .flags = CSM_INDEXED),                                                 \
        CSM_REF("contact", "customer_contact", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .doc = "A contact of the account")
#define NUMBER CSM_TEXT("number", .length = 40, .flags = CSM_UNIQUE | CSM_READ_ONLY | CSM_SYSTEM_WRITE)
#define NAME CSM_TEXT("name", .length = 255, .flags = CSM_REQUIRED)
#define PLACE(t)                                                                                                     \
    CSM_REF("parent", t, .flags = CSM_INDEXED),                                                                      \
        CSM_TEXT("path", .length = 1000, .flags = CSM_COMPUTED, .doc = "Numbers from the top down to this one")

static const csm_choice sold_states[] = {
    { "in_preparation", "In preparation", NULL, NULL }, { "active", "Active", NULL, NULL },
    { "suspended", "Suspended", NULL, NULL },           { "expired", "Expired", NULL, NULL },
    { "disconnected", "Disconnected", NULL, NULL },
};
static const csm_choice item_states[] = { { "in_use", "In use", NULL, NULL }, { "inactive", "Inactive", NULL, NULL } };
static const csm_choice item_statuses[] = { { "original", "Original", NULL, NULL }, { "replacement", "Replacement", NULL, NULL } };

static const csm_field sold_fields[] = {
    NUMBER, NAME, OWNER, PLACE(SOLD),
    CSM_REF("product", "cmdb_model", .flags = CSM_INDEXED),
    CSM_REF("service_offering", "service_offering", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_TEXT("product_offering", .length = 100),
    CSM_DECIMAL("quantity", .dflt = "1"),
    CSM_TEXT("unit_of_measurement", .length = 40),
    CSM_TEXT("offering_type", .length = 40, .dflt = "product"),
    CSM_TEXT("relationship_type", .length = 40, .dflt = "none"),
    CSM_REF("location", "cmn_location", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .label = "Product location"),
    CSM_DATE("start_date"),
    CSM_DATE("end_date", .doc = "Last day; empty: open"),
    CSM_TEXT("state", .length = 20, .dflt = "active", CSM_CHOICES(sold_states), .doc = "Follows the dates unless suspended or disconnected"),
};
static const csm_index sold_indexes[] = {
    { .name = "tree", .columns = "path", .key_length = 250 },
    { .name = "begins", .columns = "state,start_date" },
    { .name = "ends", .columns = "state,end_date" },
};

static const csm_field item_fields[] = {
    NUMBER, NAME, OWNER, PLACE(ITEM),
    CSM_REF("root", ITEM, .flags = CSM_COMPUTED | CSM_INDEXED, .on_delete = CSM_KEEP, .doc = "Top of its tree, perhaps itself"),
    CSM_REF("configuration_item", "cmdb_ci", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_REF("product", "cmdb_model", .flags = CSM_INDEXED),
    CSM_REF("asset", "alm_asset", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_REF("location", "cmn_location", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_REF("owned_by", "sys_user", .flags = CSM_COMPUTED, .doc = "As the configuration item"),
    CSM_REF("supported_by", "sys_user_group", .flags = CSM_COMPUTED, .doc = "As the configuration item"),
    CSM_TEXT("state", .length = 20, .dflt = "in_use", CSM_CHOICES(item_states)),
    CSM_TEXT("status", .length = 20, .dflt = "original", CSM_CHOICES(item_statuses)),
    CSM_BOOL("active", .dflt = "true", .flags = CSM_READ_ONLY, .doc = "True while in use"),
    CSM_DATE("install_date"),
    CSM_DATE("uninstall_date"),
    CSM_TEXT("install_base_identifier", .length = 100, .flags = CSM_INDEXED),
};
static const csm_index item_indexes[] = { { .name = "tree", .columns = "path", .key_length = 250 } };

static const csm_field installed_fields[] = {
    CSM_REF("install_base_item", ITEM, .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("sold_product", SOLD, .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
};
static const csm_index installed_indexes[] = {
    { .name = "pair", .columns = "install_base_item,sold_product", .flags = CSM_INDEX_UNIQUE },
};

static const csm_field affected_fields[] = {
    CSM_REF("task", "task", .flags = CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE,
            .doc = "Empty only where a plugin lists items by something else"),
    CSM_REF("install_base", ITEM, .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
};
static const csm_index affected_indexes[] = {
    { .name = "pair", .columns = "task,install_base", .flags = CSM_INDEX_UNIQUE },
};

static const csm_field covered_fields[] = {
    CSM_REF("contract", "ast_contract", .flags = CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("contract_line", "sn_pss_core_service_contract_line", .flags = CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("entitlement", "service_entitlement", .flags = CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("sold_product", SOLD, .flags = CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("install_base", ITEM, .flags = CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_DATE("added", .dflt = "@today"),
    CSM_DATE("removed"),
};

static const csm_index covered_indexes[] = {
    { .name = "product_once", .columns = "contract,sold_product", .flags = CSM_INDEX_UNIQUE },
    { .name = "item_once", .columns = "contract,install_base", .flags = CSM_INDEX_UNIQUE },
};

static const csm_field sold_party_fields[] = {
    CSM_REF("sold_product", SOLD, .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
};
static const csm_field item_party_fields[] = {
    CSM_REF("install_base_item", ITEM, .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE,
            .doc = "Top of its tree: holds for all below"),
};
/* One party once in one way. */
#define ONCE(f, p) { .name = p "_once", .columns = f ",type," p, .flags = CSM_INDEX_UNIQUE }
static const csm_index sold_party_indexes[] = {
    ONCE("sold_product", "contact"), ONCE("sold_product", "consumer"), ONCE("sold_product", "account"),
    ONCE("sold_product", "user"),
};
static const csm_index item_party_indexes[] = {
    ONCE("install_base_item", "contact"), ONCE("install_base_item", "consumer"), ONCE("install_base_item", "account"),
    ONCE("install_base_item", "user"),
};

static const csm_field characteristic_fields[] = {
    CSM_REF("item", ITEM, .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_TEXT("characteristic", .length = 100, .flags = CSM_REQUIRED),
    CSM_TEXT("characteristic_option", .length = 100),
    CSM_TEXT("value", .length = 255),
};

static const csm_field account_access_fields[] = {
    CSM_REF("account", "customer_account", .flags = CSM_REQUIRED | CSM_UNIQUE | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_BOOL("restrict_contact_access", .dflt = "false",
             .doc = "Contacts see products sold and items installed only when they are named"),
};

#define TABLE(n, l, f, ...) { .name = (n), .label = (l), .fields = CSM_ARRAY(f), __VA_ARGS__ }

const csm_table install_base_tables[INSTALL_BASE_TABLES] = {
    TABLE(SOLD, "Sold Product", sold_fields, .indexes = CSM_ARRAY(sold_indexes), .display = "name", .number = "SPROD",
          .order = "name", .flags = CSM_TABLE_WATCHED, .doc = "A product a customer bought"),
    TABLE(ITEM, "Install Base Item", item_fields, .indexes = CSM_ARRAY(item_indexes), .display = "name", .number = "IBITM",
          .order = "name", .doc = "One instance installed or provisioned for a customer"),
    TABLE(INSTALLED, "Installed Product", installed_fields, .indexes = CSM_ARRAY(installed_indexes),
          .doc = "A sold product and an item that delivers it"),
    TABLE(AFFECTED, "Affected Install Base", affected_fields, .indexes = CSM_ARRAY(affected_indexes),
          .doc = "An item a case or another task touches"),
    TABLE(COVERED, "Product Covered", covered_fields, .indexes = CSM_ARRAY(covered_indexes),
          .doc = "What a contract, a line of it or an entitlement covers"),
    TABLE(SOLD_PARTY, "Sold Product Related Party", sold_party_fields, .extends = "sn_customerservice_party",
          .indexes = CSM_ARRAY(sold_party_indexes), .flags = CSM_TABLE_WATCHED, .doc = "Somebody tied to a sold product"),
    TABLE(ITEM_PARTY, "Install Base Related Party", item_party_fields, .extends = "sn_customerservice_party",
          .indexes = CSM_ARRAY(item_party_indexes), .flags = CSM_TABLE_WATCHED, .doc = "Somebody tied to a tree of items"),
    TABLE(CHARACTERISTIC, "Install Base Item Characteristic", characteristic_fields, .doc = "A property of an item"),
    TABLE(ACCOUNT_ACCESS, "Account Access", account_access_fields, .flags = CSM_TABLE_WATCHED,
          .doc = "How much of what an account has its contacts see"),
};

/* ---- columns of others ---- */

static const csm_field case_columns[] = {
    CSM_REF("sold_product", SOLD, .flags = CSM_INDEXED),
    CSM_REF("install_base", ITEM, .flags = CSM_INDEXED, .label = "Install base item"),
    CSM_REF("install_base_root", ITEM, .flags = CSM_COMPUTED | CSM_INDEXED, .on_delete = CSM_CLEAR,
            .doc = "Top of the item's tree: those named there follow the case"),
};
static const csm_index case_indexes[] = {
    { .name = "of_sold_product", .columns = "sold_product,-opened_at" },
    { .name = "of_install_base", .columns = "install_base,-opened_at" },
    { .name = "of_install_base_root", .columns = "install_base_root,-opened_at" },
};
static const csm_field entitlement_columns[] = {
    CSM_REF("sold_product", SOLD, .flags = CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("install_base", ITEM, .flags = CSM_INDEXED, .on_delete = CSM_CASCADE),
};
static const csm_field line_columns[] = {
    CSM_REF("sold_product", SOLD, .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
};

const csm_table_ext install_base_table_exts[INSTALL_BASE_TABLE_EXTS] = {
    { .table = CASE, .fields = CSM_ARRAY(case_columns), .indexes = CSM_ARRAY(case_indexes) },
    { .table = "service_entitlement", .fields = CSM_ARRAY(entitlement_columns) },
    { .table = "sn_pss_core_service_contract_line", .fields = CSM_ARRAY(line_columns) },
};
