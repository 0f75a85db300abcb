/* The descriptor: what this plugin brings. */
#include "customer_base.h"

#define TABLE(n, l, f, ...) { .name = (n), .label = (l), .fields = CSM_ARRAY(f), __VA_ARGS__ }

static const csm_table tables[] = {
    TABLE("customer_account", "Account", customer_base_account_fields, .extends = "core_company",
          .indexes = CSM_ARRAY(customer_base_account_indexes), .display = "name", .number = "ACCT", .order = "name",
          .flags = CSM_TABLE_WATCHED, .doc = "A customer organisation, a partner or both"),
    TABLE("customer_contact", "Contact", customer_base_contact_fields, .extends = "sys_user", .display = "name",
          .flags = CSM_TABLE_WATCHED, .order = "name", .doc = "A user who is an employee of an account"),
    TABLE("csm_consumer", "Consumer", customer_base_consumer_fields, .display = "name", .number = "CSMR", .order = "name",
          .flags = CSM_TABLE_WATCHED, .doc = "A person who buys for private use"),
    TABLE("csm_consumer_user", "Consumer User", customer_base_consumer_user_fields, .extends = "sys_user",
          .display = "name", .flags = CSM_TABLE_WATCHED, .doc = "Portal login of a consumer"),
    TABLE("csm_household", "Household", customer_base_household_fields, .display = "name", .number = "HH",
          .flags = CSM_TABLE_WATCHED, .order = "name", .doc = "Consumers who share an address and services"),
    TABLE("csm_household_member", "Household Member", customer_base_member_fields, .number = "HM",
          .flags = CSM_TABLE_WATCHED, .doc = "A consumer in a household, for a time"),
    TABLE("account_address_relationship", "Account Address", customer_base_address_fields,
          .indexes = CSM_ARRAY(customer_base_address_indexes), .flags = CSM_TABLE_WATCHED,
          .doc = "An address of an account; several accounts may share one"),
    TABLE("sn_customerservice_account_relationship_type", "Account Relationship Type", customer_base_relation_type_fields,
          .display = "name", .order = "name", .flags = CSM_TABLE_WATCHED, .doc = "How two accounts may relate"),
    TABLE("account_relationship", "Account Relationship", customer_base_relation_fields,
          .indexes = CSM_ARRAY(customer_base_relation_indexes), .flags = CSM_TABLE_WATCHED,
          .doc = "A bond of two accounts, kept as two rows, one for each side"),
    TABLE("sn_customerservice_responsibility_def", "Responsibility Definition", customer_base_responsibility_fields,
          .display = "name", .order = "name", .doc = "A named function that carries access"),
    TABLE("sn_customerservice_related_party_configuration", "Related Party Configuration",
          customer_base_party_type_fields, .indexes = CSM_ARRAY(customer_base_party_type_indexes), .display = "name",
          .doc = "Kinds of related parties with their usual responsibility"),
    TABLE(PARTY_TABLE, "Party", customer_base_party_fields, .flags = CSM_TABLE_ABSTRACT,
          .doc = "Somebody tied to a record with a named relation; a table that extends it says to which"),
    TABLE("sn_customerservice_contact_relationship", "Contact Relationship", customer_base_contact_relation_fields,
          .indexes = CSM_ARRAY(customer_base_contact_relation_indexes), .flags = CSM_TABLE_WATCHED,
          .doc = "A contact who acts for another account besides his own"),
    TABLE("sn_customerservice_team_member", "Account Team Member", customer_base_team_fields,
          .indexes = CSM_ARRAY(customer_base_team_indexes), .flags = CSM_TABLE_WATCHED,
          .doc = "An employee with a responsibility for an account"),
};

static const csm_derived derived[] = {
    { .kind = CSM_DERIVE_PATH, .table = "customer_account", .field = "account_path", .inputs = "account_parent,account_code",
      .separator = "/", .doc = "Codes from the top account down" },
    { .kind = CSM_DERIVE_JOIN, .table = "csm_consumer", .field = "name", .inputs = "first_name,middle_name,last_name",
      .doc = "The full name" },
    { .kind = CSM_DERIVE_SINGLE, .table = "account_address_relationship", .field = "primary", .inputs = "account",
      .doc = "One primary address per account" },
    { .kind = CSM_DERIVE_SINGLE, .table = "cmn_location", .field = "primary", .inputs = "account,consumer,household",
      .doc = "One primary address per owner" },
};

static const csm_field_right field_rights[] = {
    { "customer_account", "registration_code", CSM_OP_WRITE, "admin,csm_admin" },
};

static const csm_property properties[] = {
    { "com.snc.cs_base.last.generated.code.tree.path", CSM_T_TEXT, "", "The last account code given; set it after an import" },
    { "enable_account_address_sharing", CSM_T_BOOL, "true", "Accounts may share one address" },
    { PROPERTY_WITHIN_HIERARCHY, CSM_T_BOOL, "true",
      "Only contacts of the same hierarchy or of related accounts may be tied to an account" },
    { "sn_customerservice.contact_relationship.several_responsibilities", CSM_T_BOOL, "false",
      "A contact may have several responsibilities in one account" },
};

#define RESPONSIBILITY "sn_customerservice_responsibility_def"
#define PARTY_TYPE "sn_customerservice_related_party_configuration"
#define WITH_RESPONSIBILITY(key) "^default_responsibility=@key:" RESPONSIBILITY "/" key

static const csm_seed seeds[] = {
    { "sn_customerservice_account_relationship_type", "service_provider",
      "name=Service Provider^from_type=partner^to_type=account^relationship=Service provider for"
      "^reverse_relationship=Customer of^active=true" },
    { RESPONSIBILITY, "authorized_representative", "name=Authorized Representative^type=contact" },
    { RESPONSIBILITY, "authorized_account", "name=Authorized Account^type=account" },
    { RESPONSIBILITY, "asset_contact", "name=Asset Contact^type=contact" },
    { RESPONSIBILITY, "account_manager", "name=Account Manager^type=user^unique=true" },
    { RESPONSIBILITY, "preferred_technician", "name=Preferred Technician^type=user" },
    { RESPONSIBILITY, "primary_support_agent", "name=Primary Support Agent^type=user^unique=true" },
    { RESPONSIBILITY, "support_manager", "name=Support Manager^type=user^unique=true" },
    { PARTY_TYPE, "case_authorized_contact", "name=Authorized Contact^applies_to=case^entity_type=contact"
      WITH_RESPONSIBILITY("authorized_representative") },
    { PARTY_TYPE, "case_authorized_consumer", "name=Authorized Consumer^applies_to=case^entity_type=consumer"
      WITH_RESPONSIBILITY("authorized_representative") },
    { PARTY_TYPE, "case_authorized_contributor", "name=Authorized Contributor^applies_to=case^entity_type=user"
      WITH_RESPONSIBILITY("authorized_representative") },
    { PARTY_TYPE, "case_listed_contact", "name=Listed Contact^applies_to=case^entity_type=contact" },
    { PARTY_TYPE, "case_listed_consumer", "name=Listed Consumer^applies_to=case^entity_type=consumer" },
    { PARTY_TYPE, "team_account_manager", "name=Account Manager^applies_to=team_member^entity_type=user"
      WITH_RESPONSIBILITY("account_manager") },
    { PARTY_TYPE, "team_support_manager", "name=Support Manager^applies_to=team_member^entity_type=user"
      WITH_RESPONSIBILITY("support_manager") },
    { PARTY_TYPE, "link_asset_contact", "name=Asset Contact^applies_to=contact_relationship^entity_type=contact"
      WITH_RESPONSIBILITY("asset_contact") },
};

static const csm_param belongs_params[] = {
    CSM_PARAM_ID("contact", .table = "customer_contact"),
    CSM_PARAM_ID("account", .table = "customer_account", .doc = "None: nobody belongs"),
};
static const csm_param belongs_returns[] = { CSM_PARAM("belongs", CSM_T_BOOL) };
static const csm_point points[] = {
    { .name = POINT_CONTACT, .params = CSM_ARRAY(belongs_params), .returns = CSM_ARRAY(belongs_returns),
      .cardinality = CSM_REPLACE, .doc = "Whether a contact is one of an account's people: at home there or tied to it" },
};
static const csm_impl impls[] = {
    { .point = POINT_CONTACT, .order = 1000, .run = contact_of_account, .doc = "Home account and contact relationships" },
};

static const csm_job jobs[] = {
    { .name = "account.repair", .run = repair_job, .doc = "Fills in codes, paths and roles missing after an import" },
};

static const csm_dep depends[] = { { "foundation", "1.0" } };

CSM_PLUGIN(customer_base, .version = "1.0.0", .summary = "Accounts, contacts, consumers, their addresses and relations",
           .alias = "com.snc.cs_base", .depends = CSM_ARRAY(depends), .properties = CSM_ARRAY(properties),
           .tables = CSM_ARRAY(tables), .table_exts = CSM_ARRAY(customer_base_table_exts), .seeds = CSM_ARRAY(seeds),
           .roles = CSM_ARRAY(customer_base_roles), .scopes = CSM_ARRAY(customer_base_scopes),
           .field_rights = CSM_ARRAY(field_rights), .caller_values = CSM_ARRAY(customer_base_values),
           .derived = CSM_ARRAY(derived), .rules = CSM_ARRAY(customer_base_rules),
           .methods = CSM_ARRAY(customer_base_methods), .points = CSM_ARRAY(points), .impls = CSM_ARRAY(impls),
           .jobs = CSM_ARRAY(jobs))
