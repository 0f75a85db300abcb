/* Accounts, their addresses and households. */
#include "customer_base.h"

const csm_field customer_base_account_fields[CUSTOMER_BASE_ACCOUNT_FIELDS] = {
    CSM_TEXT("number", .length = 40, .flags = CSM_UNIQUE | CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_TEXT("account_code", .length = 255, .flags = CSM_UNIQUE | CSM_READ_ONLY | CSM_SYSTEM_WRITE,
             .doc = "Short key, given by the code generator"),
    CSM_TEXT("account_path", .length = 255, .flags = CSM_COMPUTED | CSM_INDEXED,
             .doc = "Codes from the top account down to this one"),
    CSM_REF("account_parent", "customer_account", .flags = CSM_INDEXED, .label = "Parent Account",
            .doc = "Empty: a top-level account"),
    CSM_BOOL("partner", .dflt = "false"),
    CSM_REF("primary_contact", "customer_contact", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR,
            .doc = "One of the account's own contacts"),
    CSM_TEXT("registration_code", .length = 40, .flags = CSM_UNIQUE,
             .doc = "Lets a new contact register himself; empty: registration is off"),
    CSM_BOOL("active", .dflt = "true", .flags = CSM_INDEXED),
    CSM_TEXT("duns_number", .length = 40),
    CSM_REF("support_manager", "sys_user"),
};

const csm_index customer_base_account_indexes[CUSTOMER_BASE_ACCOUNT_INDEXES] = {
    { .name = "customers", .columns = "customer,active,name" },
    { .name = "partners", .columns = "partner,active,name" },
};

/* What this plugin adds to addresses. */
static const csm_field location_columns[] = {
    CSM_REF("account", "customer_account", .flags = CSM_INDEXED, .on_delete = CSM_CASCADE,
            .doc = "Account whose address it is; others may share it"),
    CSM_REF("consumer", "csm_consumer", .flags = CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("household", "csm_household", .flags = CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_BOOL("primary", .dflt = "false", .doc = "At most one address of an owner"),
};

const csm_table_ext customer_base_table_exts[CUSTOMER_BASE_TABLE_EXTS] = {
    { .table = "cmn_location", .fields = CSM_ARRAY(location_columns) },
};

static const csm_choice address_choices[] = {
    { "billing", "Billing", NULL, NULL },
    { "shipping", "Shipping", NULL, NULL },
    { "mailing", "Mailing", NULL, NULL },
    { "primary", "Primary", NULL, NULL },
    { "service", "Service", NULL, NULL },
};

const csm_field customer_base_address_fields[CUSTOMER_BASE_ADDRESS_FIELDS] = {
    CSM_REF("account", "customer_account", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("location", "cmn_location", .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_BOOL("primary", .dflt = "false", .doc = "At most one address of an account"),
    CSM_TEXT("type", .length = 40, CSM_CHOICES(address_choices)),
};
const csm_index customer_base_address_indexes[CUSTOMER_BASE_ADDRESS_INDEXES] = {
    { .name = "address", .columns = "account,location,type", .flags = CSM_INDEX_UNIQUE },
};

const csm_field customer_base_household_fields[CUSTOMER_BASE_HOUSEHOLD_FIELDS] = {
    CSM_TEXT("number", .length = 40, .flags = CSM_UNIQUE | CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_INDEXED),
    CSM_REF("head_of_household", "csm_consumer", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_TEXT("street", .length = 255),
    CSM_TEXT("city", .length = 100),
    CSM_TEXT("state", .length = 100),
    CSM_TEXT("zip", .length = 40),
    CSM_TEXT("country", .length = 40),
    CSM_TEXT("phone", .length = 40),
    CSM_BOOL("active", .dflt = "true"),
};

const csm_field customer_base_member_fields[CUSTOMER_BASE_MEMBER_FIELDS] = {
    CSM_TEXT("number", .length = 40, .flags = CSM_UNIQUE | CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_REF("household", "csm_household", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("consumer", "csm_consumer", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_DATE("start_date", .doc = "Empty: since ever"),
    CSM_DATE("end_date", .doc = "Last day; empty: still a member"),
};
