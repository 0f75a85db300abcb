/* How accounts relate to accounts and people to accounts. */
#include "customer_base.h"

static const csm_choice side_choices[] = {
    { "account", "Account", NULL, NULL }, { "partner", "Partner", NULL, NULL },
};

const csm_field customer_base_relation_type_fields[CUSTOMER_BASE_RELATION_TYPE_FIELDS] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_UNIQUE, .label = "Relationship type"),
    CSM_TEXT("from_type", .length = 20, .flags = CSM_REQUIRED | CSM_INSERT_ONLY, CSM_CHOICES(side_choices)),
    CSM_TEXT("to_type", .length = 20, .flags = CSM_REQUIRED | CSM_INSERT_ONLY, CSM_CHOICES(side_choices)),
    CSM_TEXT("relationship", .length = 100, .flags = CSM_REQUIRED, .doc = "Read from the one side"),
    CSM_TEXT("reverse_relationship", .length = 100, .flags = CSM_REQUIRED, .doc = "Read from the other"),
    CSM_BOOL("active", .dflt = "true", .doc = "Inactive: relationships stay listed and give no power"),
};

const csm_field customer_base_relation_fields[CUSTOMER_BASE_RELATION_FIELDS] = {
    CSM_REF("from_company", "customer_account", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY,
            .on_delete = CSM_CASCADE, .label = "Account From"),
    CSM_REF("to_company", "customer_account", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY,
            .on_delete = CSM_CASCADE, .label = "Account To"),
    CSM_REF("relationship_type", "sn_customerservice_account_relationship_type",
            .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY),
    CSM_TEXT("relationship", .length = 100, .flags = CSM_READ_ONLY, .doc = "Label as seen from the from side"),
    CSM_TEXT("reverse_relationship", .length = 100, .flags = CSM_READ_ONLY, .doc = "Label as seen from the to side"),
    CSM_INT("order", .min = -1000000, .max = 1000000),
    CSM_REF("reverse_record", "account_relationship", .flags = CSM_READ_ONLY | CSM_INDEXED, .on_delete = CSM_KEEP,
            .doc = "The same relationship seen from the other side"),
    CSM_BOOL("mirrored", .dflt = "false", .flags = CSM_READ_ONLY,
             .doc = "Written by the system as the other side; gives nobody any power"),
};
const csm_index customer_base_relation_indexes[CUSTOMER_BASE_RELATION_INDEXES] = {
    { .name = "relation", .columns = "from_company,to_company,relationship_type,mirrored", .flags = CSM_INDEX_UNIQUE },
};

static const csm_choice holder_choices[] = {
    { "user", "User", NULL, NULL },       { "contact", "Contact", NULL, NULL }, { "consumer", "Consumer", NULL, NULL },
    { "account", "Account", NULL, NULL }, { "none", "None", NULL, NULL },
};

const csm_field customer_base_responsibility_fields[CUSTOMER_BASE_RESPONSIBILITY_FIELDS] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_UNIQUE),
    CSM_TEXT("type", .length = 20, .flags = CSM_REQUIRED, CSM_CHOICES(holder_choices), .doc = "Who may hold it"),
    CSM_BOOL("unique", .dflt = "false", .doc = "Only one holder per entity"),
    CSM_TEXT("description", .length = 1000),
};

static const csm_choice applies_choices[] = {
    { "case", "Case", NULL, NULL },
    { "sold_product", "Sold product", NULL, NULL },
    { "install_base", "Install base item", NULL, NULL },
    { "team_member", "Account team", NULL, NULL },
    { "contact_relationship", "Contact relationship", NULL, NULL },
    { "consumer_relationship", "Consumer relationship", NULL, NULL },
    { "household_member", "Household member", NULL, NULL },
    { "organization", "Organization", NULL, NULL },
};
static const csm_choice entity_choices[] = {
    { "contact", "Contact", NULL, NULL }, { "consumer", "Consumer", NULL, NULL },
    { "account", "Account", NULL, NULL }, { "user", "User", NULL, NULL },
    { "organization", "Organization", NULL, NULL },
};

const csm_field customer_base_party_type_fields[CUSTOMER_BASE_PARTY_TYPE_FIELDS] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED),
    CSM_TEXT("applies_to", .length = 40, .flags = CSM_REQUIRED, CSM_CHOICES(applies_choices)),
    CSM_TEXT("entity_type", .length = 40, CSM_CHOICES(entity_choices)),
    CSM_REF("default_responsibility", "sn_customerservice_responsibility_def", .flags = CSM_INDEXED),
    CSM_INT("default_order", .min = 0, .max = 1000000),
};
const csm_index customer_base_party_type_indexes[CUSTOMER_BASE_PARTY_TYPE_INDEXES] = {
    { .name = "kind", .columns = "name,applies_to", .flags = CSM_INDEX_UNIQUE },
};

const csm_field customer_base_party_fields[CUSTOMER_BASE_PARTY_FIELDS] = {
    CSM_REF("type", "sn_customerservice_related_party_configuration", .flags = CSM_REQUIRED),
    CSM_REF("responsibility", "sn_customerservice_responsibility_def", .flags = CSM_INDEXED,
            .doc = "From the type unless said; empty grants nothing"),
    CSM_REF("contact", "customer_contact", .flags = CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("consumer", "csm_consumer", .flags = CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("account", "customer_account", .flags = CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE,
            .doc = "Stands for all its contacts"),
    CSM_REF("user", "sys_user", .flags = CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_INT("order", .min = -1000000, .max = 1000000),
};

const csm_field customer_base_contact_relation_fields[CUSTOMER_BASE_CONTACT_RELATION_FIELDS] = {
    CSM_REF("company", "customer_account", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE,
            .label = "Account"),
    CSM_REF("contact", "customer_contact", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY,
            .on_delete = CSM_CASCADE),
    CSM_REF("type", "sn_customerservice_related_party_configuration"),
    CSM_REF("responsibility", "sn_customerservice_responsibility_def", .flags = CSM_REQUIRED | CSM_INDEXED),
    CSM_INT("order", .min = -1000000, .max = 1000000),
    CSM_BOOL("active", .dflt = "true"),
};
const csm_index customer_base_contact_relation_indexes[CUSTOMER_BASE_CONTACT_RELATION_INDEXES] = {
    { .name = "relation", .columns = "company,contact,responsibility", .flags = CSM_INDEX_UNIQUE },
};

const csm_field customer_base_team_fields[CUSTOMER_BASE_TEAM_FIELDS] = {
    CSM_REF("account", "customer_account", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY,
            .on_delete = CSM_CASCADE),
    CSM_REF("user", "sys_user", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("type", "sn_customerservice_related_party_configuration"),
    CSM_REF("responsibility", "sn_customerservice_responsibility_def", .flags = CSM_REQUIRED | CSM_INDEXED),
    CSM_INT("order", .min = -1000000, .max = 1000000),
};
const csm_index customer_base_team_indexes[CUSTOMER_BASE_TEAM_INDEXES] = {
    { .name = "member", .columns = "account,user,responsibility", .flags = CSM_INDEX_UNIQUE },
};
