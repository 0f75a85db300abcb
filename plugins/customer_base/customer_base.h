/* What the files of this plugin share: the sizes of their declarations and the few calls across files. */
#ifndef CUSTOMER_BASE_H
#define CUSTOMER_BASE_H

#include <csm/csm.h>

/* Declarations, one array per file. A count that is too large leaves nameless entries, which the server refuses. */
enum {
    CUSTOMER_BASE_ROLES = 65,
    CUSTOMER_BASE_ACCOUNT_FIELDS = 10,
    CUSTOMER_BASE_ACCOUNT_INDEXES = 2,
    CUSTOMER_BASE_ADDRESS_FIELDS = 4,
    CUSTOMER_BASE_ADDRESS_INDEXES = 1,
    CUSTOMER_BASE_HOUSEHOLD_FIELDS = 10,
    CUSTOMER_BASE_MEMBER_FIELDS = 5,
    CUSTOMER_BASE_CONTACT_FIELDS = 2,
    CUSTOMER_BASE_CONSUMER_FIELDS = 29,
    CUSTOMER_BASE_CONSUMER_USER_FIELDS = 2,
    CUSTOMER_BASE_RELATION_TYPE_FIELDS = 6,
    CUSTOMER_BASE_RELATION_FIELDS = 8,
    CUSTOMER_BASE_RELATION_INDEXES = 1,
    CUSTOMER_BASE_RESPONSIBILITY_FIELDS = 4,
    CUSTOMER_BASE_PARTY_TYPE_FIELDS = 5,
    CUSTOMER_BASE_PARTY_TYPE_INDEXES = 1,
    CUSTOMER_BASE_PARTY_FIELDS = 7,
    CUSTOMER_BASE_CONTACT_RELATION_FIELDS = 6,
    CUSTOMER_BASE_CONTACT_RELATION_INDEXES = 1,
    CUSTOMER_BASE_TEAM_FIELDS = 5,
    CUSTOMER_BASE_TEAM_INDEXES = 1,
    CUSTOMER_BASE_TABLE_EXTS = 1,
    CUSTOMER_BASE_VALUES = 11,
    CUSTOMER_BASE_SCOPES = 81,
    CUSTOMER_BASE_RULES = 24,
    CUSTOMER_BASE_METHODS = 6,
};

extern const csm_role customer_base_roles[CUSTOMER_BASE_ROLES];
extern const csm_field customer_base_account_fields[CUSTOMER_BASE_ACCOUNT_FIELDS];
extern const csm_index customer_base_account_indexes[CUSTOMER_BASE_ACCOUNT_INDEXES];
extern const csm_field customer_base_address_fields[CUSTOMER_BASE_ADDRESS_FIELDS];
extern const csm_index customer_base_address_indexes[CUSTOMER_BASE_ADDRESS_INDEXES];
extern const csm_field customer_base_household_fields[CUSTOMER_BASE_HOUSEHOLD_FIELDS];
extern const csm_field customer_base_member_fields[CUSTOMER_BASE_MEMBER_FIELDS];
extern const csm_field customer_base_contact_fields[CUSTOMER_BASE_CONTACT_FIELDS];
extern const csm_field customer_base_consumer_fields[CUSTOMER_BASE_CONSUMER_FIELDS];
extern const csm_field customer_base_consumer_user_fields[CUSTOMER_BASE_CONSUMER_USER_FIELDS];
extern const csm_field customer_base_relation_type_fields[CUSTOMER_BASE_RELATION_TYPE_FIELDS];
extern const csm_field customer_base_relation_fields[CUSTOMER_BASE_RELATION_FIELDS];
extern const csm_index customer_base_relation_indexes[CUSTOMER_BASE_RELATION_INDEXES];
extern const csm_field customer_base_responsibility_fields[CUSTOMER_BASE_RESPONSIBILITY_FIELDS];
extern const csm_field customer_base_party_type_fields[CUSTOMER_BASE_PARTY_TYPE_FIELDS];
extern const csm_index customer_base_party_type_indexes[CUSTOMER_BASE_PARTY_TYPE_INDEXES];
extern const csm_field customer_base_party_fields[CUSTOMER_BASE_PARTY_FIELDS];
extern const csm_field customer_base_contact_relation_fields[CUSTOMER_BASE_CONTACT_RELATION_FIELDS];
extern const csm_index customer_base_contact_relation_indexes[CUSTOMER_BASE_CONTACT_RELATION_INDEXES];
extern const csm_field customer_base_team_fields[CUSTOMER_BASE_TEAM_FIELDS];
extern const csm_index customer_base_team_indexes[CUSTOMER_BASE_TEAM_INDEXES];
extern const csm_table_ext customer_base_table_exts[CUSTOMER_BASE_TABLE_EXTS];
extern const csm_caller_value customer_base_values[CUSTOMER_BASE_VALUES];
extern const csm_scope customer_base_scopes[CUSTOMER_BASE_SCOPES];
extern const csm_rule customer_base_rules[CUSTOMER_BASE_RULES];
extern const csm_method customer_base_methods[CUSTOMER_BASE_METHODS];

/* ---- households ---- */

/* On members: those who live there now. */
#define MEMBER_TODAY "start_dateISEMPTY^ORstart_date<=@today^end_dateISEMPTY^ORend_date>=@today"

/* ---- the account tree (tree.c) ---- */

/* Adds all accounts of the tree @p account stands in, itself too. */
csm_status tree_add_all(csm_ctx *ctx, csm_id account, csm_value *list);
csm_status tree_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);

/* Whether contacts are tied only to accounts of their tree and to those it has relationships with. */
#define PROPERTY_WITHIN_HIERARCHY "sn_customerservice.contact_relationship.restrict_within_account_hierarchy"

/* ---- related parties (parties.c) ---- */

#define PARTY_TABLE "sn_customerservice_party"

/* ---- rules ---- */

csm_status account_defaults(csm_ctx *ctx, csm_change *ch);
csm_status account_check(csm_ctx *ctx, csm_change *ch);
/* The next free code, remembered as the last one given. */
csm_status account_next_code(csm_ctx *ctx, csm_str *out);
csm_status address_of_account(csm_ctx *ctx, csm_change *ch);
csm_status address_of_consumer(csm_ctx *ctx, csm_change *ch);
csm_status address_stays_primary(csm_ctx *ctx, csm_change *ch);
csm_status address_owner_check(csm_ctx *ctx, csm_change *ch);
csm_status address_changed(csm_ctx *ctx, csm_change *ch);
csm_status address_linked(csm_ctx *ctx, csm_change *ch);
csm_status address_sharing(csm_ctx *ctx, csm_change *ch);
csm_status contact_check(csm_ctx *ctx, csm_change *ch);
csm_status contact_roles(csm_ctx *ctx, csm_change *ch);
/* Gives a contact the roles he must have. */
csm_status contact_grant(csm_ctx *ctx, csm_id contact, bool has_login);
csm_status consumer_user_roles(csm_ctx *ctx, csm_change *ch);
csm_status household_head(csm_ctx *ctx, csm_change *ch);
csm_status member_check(csm_ctx *ctx, csm_change *ch);
csm_status relation_check(csm_ctx *ctx, csm_change *ch);
csm_status relation_labels(csm_ctx *ctx, csm_change *ch);
csm_status relation_mirror(csm_ctx *ctx, csm_change *ch);
csm_status relation_gone(csm_ctx *ctx, csm_change *ch);
csm_status relation_type_labels(csm_ctx *ctx, csm_change *ch);
csm_status contact_link_check(csm_ctx *ctx, csm_change *ch);
csm_status team_check(csm_ctx *ctx, csm_change *ch);
csm_status party_defaults(csm_ctx *ctx, csm_change *ch);
csm_status party_check(csm_ctx *ctx, csm_change *ch);

/* ---- points ---- */

#define POINT_CONTACT "sn_customerservice.contact_of_account/1"

csm_verdict contact_of_account(csm_ctx *ctx, const csm_args *in, csm_reply *out);

/* ---- methods ---- */

csm_status relate_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status candidates_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status relation_type_delete_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status repair_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);
csm_status repair_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);

#endif
