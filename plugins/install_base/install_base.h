/* What the files of this plugin share. */
#ifndef INSTALL_BASE_H
#define INSTALL_BASE_H

#include <csm/csm.h>

#define CASE "sn_customerservice_case"
#define SOLD "sn_install_base_sold_product"
#define ITEM "sn_install_base_item"
#define INSTALLED "sn_install_base_m2m_installed_product"
#define AFFECTED "sn_install_base_m2m_affected_install_base"
#define COVERED "sn_install_base_m2m_contract_sold_product"
#define SOLD_PARTY "sn_install_base_sold_product_related_party"
#define ITEM_PARTY "sn_install_base_related_party"
#define CHARACTERISTIC "sn_install_base_item_characteristic"
#define ACCOUNT_ACCESS "sn_csm_account_access"

/* Declarations, one array per file. A count that is too large leaves nameless entries, which the server refuses. */
enum {
    INSTALL_BASE_TABLES = 9,
    INSTALL_BASE_TABLE_EXTS = 3,
    INSTALL_BASE_ROLES = 5,
    INSTALL_BASE_SCOPES = 62,
    INSTALL_BASE_VALUES = 3,
    INSTALL_BASE_RULES = 11,
    INSTALL_BASE_METHODS = 9,
    INSTALL_BASE_DEMO = 11,
};

extern const csm_table install_base_tables[INSTALL_BASE_TABLES];
extern const csm_table_ext install_base_table_exts[INSTALL_BASE_TABLE_EXTS];
extern const csm_role install_base_roles[INSTALL_BASE_ROLES];
extern const csm_scope install_base_scopes[INSTALL_BASE_SCOPES];
extern const csm_caller_value install_base_values[INSTALL_BASE_VALUES];
extern const csm_rule install_base_rules[INSTALL_BASE_RULES];
extern const csm_method install_base_methods[INSTALL_BASE_METHODS];
extern const csm_seed install_base_demo[INSTALL_BASE_DEMO];

/* ---- whose it is (owners.c) ---- */

typedef struct owner {
    csm_id account, consumer, household;
} owner;

owner owner_of(csm_ctx *ctx, const csm_record *rec);
bool owner_is_none(const owner *o);
/* Whether a thing may serve this customer: his own, his household's, or of an account above or below his. */
csm_status owner_serves(csm_ctx *ctx, const owner *thing, const owner *customer, bool *out);

/* ---- trees (methods.c) ---- */

/* Ids of a part (CSM_TREE_BRANCH ...) of the tree of row @p from of @p table, parents first. */
csm_status tree_ids(csm_ctx *ctx, const char *table, csm_id from, uint32_t part, csm_value *out);

/* ---- coverage (coverage.c) ---- */

csm_status cover_children_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_verdict renewed_contract(csm_ctx *ctx, const csm_args *in, csm_reply *out);

/* ---- replacing (replace.c) ---- */

csm_status replace_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);

/* ---- rules ---- */

csm_status thing_check(csm_ctx *ctx, csm_change *ch);
csm_status sold_days(csm_ctx *ctx, csm_change *ch);
csm_status sold_suspended(csm_ctx *ctx, csm_change *ch);
csm_status sold_resumed(csm_ctx *ctx, csm_change *ch);
csm_status item_dates(csm_ctx *ctx, csm_change *ch);
csm_status item_party_on_root(csm_ctx *ctx, csm_change *ch);
csm_status covered_check(csm_ctx *ctx, csm_change *ch);
csm_status characteristic_check(csm_ctx *ctx, csm_change *ch);
csm_status affected_check(csm_ctx *ctx, csm_change *ch);
csm_status case_customer_left(csm_ctx *ctx, csm_change *ch);
csm_status case_from_thing(csm_ctx *ctx, csm_change *ch);
csm_status case_thing_check(csm_ctx *ctx, csm_change *ch);
csm_verdict verify_case(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status root_of(csm_ctx *ctx, csm_change *ch, csm_value *out);

#endif
