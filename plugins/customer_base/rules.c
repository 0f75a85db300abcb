/* Which rule runs when. */
#include "customer_base.h"

#define RULE(t, w, o, f, d) { .table = (t), .when = (w), .order = (o), .run = (f), .name = "customer_base." #f, .doc = (d) }

const csm_rule customer_base_rules[CUSTOMER_BASE_RULES] = {
    RULE("customer_account", CSM_BEFORE_INSERT, 50, account_defaults, "A new account is a customer and has a code"),
    RULE("customer_account", CSM_BEFORE_WRITE, 60, account_check, "Customer or partner; its own primary contact"),
    RULE("customer_account", CSM_AFTER_WRITE, 100, address_of_account, "The primary address follows the account"),
    RULE("csm_consumer", CSM_AFTER_WRITE, 100, address_of_consumer, "The primary address follows the consumer"),
    { .table = "cmn_location", .when = CSM_BEFORE_UPDATE, .order = 40, .filter = "primaryCHANGESTOfalse",
      .run = address_stays_primary, .name = "customer_base.address_stays_primary", .doc = "One of an owner's addresses is primary" },
    { .table = "account_address_relationship", .when = CSM_BEFORE_UPDATE, .order = 40, .filter = "primaryCHANGESTOfalse",
      .run = address_stays_primary, .name = "customer_base.link_stays_primary", .doc = "One of an account's addresses is primary" },
    RULE("cmn_location", CSM_BEFORE_WRITE, 50, address_owner_check, "An address has one owner"),
    RULE("cmn_location", CSM_AFTER_WRITE, 100, address_changed, "The owner follows the primary address"),
    RULE("account_address_relationship", CSM_BEFORE_INSERT, 50, address_sharing, "One account only, when sharing is off"),
    RULE("account_address_relationship", CSM_AFTER_WRITE, 100, address_linked, "The account follows its primary address"),
    RULE("customer_contact", CSM_BEFORE_WRITE, 50, contact_check, "Company is the account; no silent move; one e-mail"),
    RULE("customer_contact", CSM_AFTER_WRITE, 50, contact_roles, "A contact is external; with a login also a customer"),
    RULE("csm_consumer_user", CSM_AFTER_WRITE, 50, consumer_user_roles, "A consumer user is external"),
    RULE("csm_household", CSM_AFTER_WRITE, 100, household_head, "The head is a member"),
    RULE("csm_household_member", CSM_BEFORE_WRITE, 50, member_check, "One membership at a time"),
    RULE("account_relationship", CSM_BEFORE_INSERT, 50, relation_check, "Active type, fitting sides"),
    RULE("account_relationship", CSM_BEFORE_INSERT, 60, relation_labels, "Labels of the type"),
    RULE("account_relationship", CSM_AFTER_INSERT, 50, relation_mirror, "The other side's row"),
    RULE("account_relationship", CSM_AFTER_DELETE, 50, relation_gone, "The other side goes along"),
    RULE("sn_customerservice_account_relationship_type", CSM_AFTER_UPDATE, 50, relation_type_labels,
         "New labels show on all relationships"),
    RULE("sn_customerservice_contact_relationship", CSM_BEFORE_WRITE, 50, contact_link_check,
         "A candidate, once, with a fitting responsibility"),
    RULE(PARTY_TABLE, CSM_BEFORE_INSERT, 40, party_defaults, "The type's responsibility"),
    RULE(PARTY_TABLE, CSM_BEFORE_WRITE, 50, party_check, "One party, with a fitting type"),
    RULE("sn_customerservice_team_member", CSM_BEFORE_WRITE, 50, team_check, "A fitting responsibility"),
};
