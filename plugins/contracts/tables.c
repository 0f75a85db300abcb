/* Contracts, their lines, and what they entitle to. */
#include "contracts.h"

static const csm_choice contract_states[] = {
    { "draft", "Draft", NULL, NULL },         { "active", "Active", NULL, NULL },
    { "expired", "Expired", NULL, NULL },     { "cancelled", "Cancelled", NULL, NULL },
    { "suspended", "Suspended", NULL, NULL },
};

static const csm_choice approval_choices[] = {
    { "not requested", "Not Yet Requested", NULL, NULL }, { "requested", "Requested", NULL, NULL },
    { "approved", "Approved", NULL, NULL }, { "rejected", "Rejected", NULL, NULL },
};

static const csm_field contract_fields[] = {
    CSM_TEXT("number", .length = 40, .flags = CSM_UNIQUE | CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_TEXT("short_description", .length = 255, .label = "Name"),
    CSM_REF("account", "customer_account", .flags = CSM_INDEXED),
    CSM_REF("consumer", "csm_consumer", .flags = CSM_INDEXED),
    CSM_REF("household", "csm_household", .flags = CSM_INDEXED),
    CSM_TEXT("contract_model", .length = 100),
    CSM_REF("vendor", "core_company"),
    CSM_TEXT("vendor_contract", .length = 100),
    CSM_REF("contract_administrator", "sys_user"),
    CSM_REF("approver", "sys_user", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_TEXT("approval", .length = 20, .dflt = "not requested", .flags = CSM_READ_ONLY, CSM_CHOICES(approval_choices)),
    CSM_TEXT("state", .length = 20, .dflt = "draft", .flags = CSM_INDEXED, CSM_CHOICES(contract_states)),
    CSM_DATE("starts", .flags = CSM_REQUIRED),
    CSM_DATE("ends", .doc = "Last day; empty: open"),
    CSM_BOOL("process_non_contractual_slas", .dflt = "false"),
    CSM_BOOL("renewable", .dflt = "false"),
    CSM_CURRENCY("cost", .flags = CSM_INTERNAL),
    CSM_REF("parent", "ast_contract", .flags = CSM_INDEXED | CSM_NO_CYCLE),
};

static const csm_field service_contract_fields[] = {
    CSM_TEXT("contract_reference", .length = 100),
    CSM_REF("renewal_root", "sn_pss_core_service_contract", .flags = CSM_READ_ONLY),
    CSM_REF("renewed_from", "sn_pss_core_service_contract", .flags = CSM_READ_ONLY),
};

static const csm_field line_fields[] = {
    CSM_TEXT("number", .length = 40, .flags = CSM_UNIQUE | CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_TEXT("name", .length = 255),
    CSM_REF("contract", "sn_pss_core_service_contract", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("parent_contract_line", "sn_pss_core_service_contract_line", .flags = CSM_INDEXED | CSM_NO_CYCLE, .on_delete = CSM_CASCADE),
    CSM_REF("account", "customer_account", .flags = CSM_COMPUTED | CSM_INDEXED),
    CSM_REF("consumer", "csm_consumer", .flags = CSM_COMPUTED | CSM_INDEXED),
    CSM_REF("household", "csm_household", .flags = CSM_COMPUTED | CSM_INDEXED),
    CSM_REF("product", "cmdb_model"),
    CSM_TEXT("product_offering", .length = 100),
    CSM_REF("location", "cmn_location"),
    CSM_TEXT("state", .length = 20, .dflt = "draft", CSM_CHOICES(contract_states)),
    CSM_DATE("starts"),
    CSM_DATE("ends"),
    CSM_REF("renewal_root", "sn_pss_core_service_contract_line", .flags = CSM_READ_ONLY),
    CSM_REF("renewed_from", "sn_pss_core_service_contract_line", .flags = CSM_READ_ONLY | CSM_INDEXED, .on_delete = CSM_CLEAR),
};

static const csm_choice unit_choices[] = { { "cases", "Cases", NULL, NULL }, { "hours", "Hours", NULL, NULL } };

static const csm_field entitlement_fields[] = {
    CSM_TEXT("number", .length = 40, .flags = CSM_UNIQUE | CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_TEXT("name", .length = 255, .flags = CSM_REQUIRED),
    CSM_REF("account", "customer_account", .flags = CSM_INDEXED),
    CSM_REF("consumer", "csm_consumer", .flags = CSM_INDEXED),
    CSM_REF("household", "csm_household", .flags = CSM_INDEXED),
    CSM_REF("contact", "customer_contact"),
    CSM_REF("product", "cmdb_model", .flags = CSM_INDEXED),
    CSM_REF("asset", "alm_asset", .flags = CSM_INDEXED),
    CSM_REF("contract", "ast_contract", .flags = CSM_INDEXED),
    CSM_REF("service_contract_line", "sn_pss_core_service_contract_line", .flags = CSM_INDEXED),
    CSM_TEXT("channel", .length = 100, .doc = "Channels it holds for, comma separated; empty: all"),
    CSM_REF("schedule", "cmn_schedule", .label = "Business hours"),
    CSM_TEXT("state", .length = 20, .dflt = "active", CSM_CHOICES(contract_states)),
    CSM_BOOL("active", .dflt = "true"),
    CSM_DATE("start_date"),
    CSM_DATE("end_date"),
    CSM_BOOL("per_unit", .dflt = "false"),
    CSM_TEXT("unit", .length = 20, CSM_CHOICES(unit_choices)),
    CSM_DECIMAL("total_units"),
    CSM_DECIMAL("remaining_units"),
    CSM_REF("renewal_root", "service_entitlement", .flags = CSM_READ_ONLY),
    CSM_REF("renewed_from", "service_entitlement", .flags = CSM_READ_ONLY | CSM_INDEXED, .on_delete = CSM_CLEAR),
};

static const csm_choice characteristic_choices[] = {
    { "coverage", "Coverage", NULL, NULL }, { "coverage_and_usage", "Coverage and usage", NULL, NULL },
};

static const csm_field characteristic_fields[] = {
    CSM_REF("entitlement", "service_entitlement", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_TEXT("characteristic", .length = 100),
    CSM_TEXT("characteristic_option", .length = 100),
    CSM_TEXT("value", .length = 255),
    CSM_TEXT("type", .length = 40, .dflt = "coverage", CSM_CHOICES(characteristic_choices)),
};

static const csm_field usage_fields[] = {
    CSM_REF("entitlement_characteristic", "sn_pss_core_entitlement_characteristic", .flags = CSM_REQUIRED | CSM_INDEXED,
            .on_delete = CSM_CASCADE),
    CSM_DATE("period_start"),
    CSM_DATE("period_end"),
    CSM_DECIMAL("total_units"),
    CSM_DECIMAL("used_units"),
};

static const csm_field contract_asset_fields[] = {
    CSM_REF("contract", "ast_contract", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("asset", "alm_asset", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_DATE("added", .dflt = "@today"),
    CSM_DATE("removed"),
};

static const csm_field contract_contact_fields[] = {
    CSM_REF("contract", "ast_contract", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("contact", "customer_contact", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
};
static const csm_index contract_contact_indexes[] = {
    { .name = "pair", .columns = "contract,contact", .flags = CSM_INDEX_UNIQUE },
};

/* What a case is matched with: of a customer, for its product and asset or for any. */
static const csm_index entitlement_indexes[] = {
    { .name = "of_account", .columns = "account,active,product,asset" },
    { .name = "of_consumer", .columns = "consumer,active,product,asset" },
    { .name = "begins", .columns = "state,start_date" },
    { .name = "ends", .columns = "state,end_date" },
};
static const csm_index line_indexes[] = {
    { .name = "begins", .columns = "state,starts" },
    { .name = "ends", .columns = "state,ends" },
};
static const csm_index contract_indexes[] = {
    { .name = "of_account", .columns = "account,state" },
    { .name = "of_consumer", .columns = "consumer,state" },
    { .name = "begins", .columns = "state,starts" },
    { .name = "ends", .columns = "state,ends" },
};

#define TABLE(n, l, f, ...) { .name = (n), .label = (l), .fields = CSM_ARRAY(f), __VA_ARGS__ }

const csm_table contracts_tables[CONTRACTS_TABLES] = {
    TABLE("ast_contract", "Contract", contract_fields, .indexes = CSM_ARRAY(contract_indexes), .display = "number",
          .number = "CNTR", .order = "number",
          .doc = "An agreement with a customer"),
    { .name = "ast_service", .label = "Classic Service Contract", .extends = "ast_contract",
      .doc = "A service contract of the classic kind" },
    TABLE("sn_pss_core_service_contract", "Service Contract", service_contract_fields, .extends = "ast_contract",
          .doc = "A contract that groups lines and entitlements"),
    TABLE("sn_pss_core_service_contract_line", "Contract Line", line_fields, .indexes = CSM_ARRAY(line_indexes),
          .display = "number", .number = "CNTRL",
          .doc = "One service inside a service contract"),
    TABLE("service_entitlement", "Entitlement", entitlement_fields, .indexes = CSM_ARRAY(entitlement_indexes), .display = "name",
          .number = "ENT",
          .doc = "The right to a kind of support"),
    TABLE("sn_pss_core_entitlement_characteristic", "Entitlement Characteristic", characteristic_fields,
          .doc = "What an entitlement covers"),
    TABLE("sn_pss_core_contract_entitlement_usage", "Entitlement Usage", usage_fields, .doc = "What was used in a period"),
    TABLE("clm_m2m_contract_asset", "Covered Asset", contract_asset_fields, .doc = "An asset a contract covers"),
    TABLE("contract_rel_contact", "Contract Contact", contract_contact_fields,
          .indexes = CSM_ARRAY(contract_contact_indexes), .doc = "A contact tied to a contract"),
};

static const csm_field task_columns[] = {
    CSM_REF("contract", "ast_contract", .doc = "Contract the work is done under"),
};

const csm_table_ext contracts_table_exts[CONTRACTS_TABLE_EXTS] = {
    { .table = "task", .fields = CSM_ARRAY(task_columns) },
};
