/* The descriptor: what this plugin brings. */
#include "contracts.h"

#define FROM_CONTRACT(f) { .kind = CSM_DERIVE_COPY, .table = "sn_pss_core_service_contract_line", .field = (f), \
                           .inputs = "contract", .source_field = (f), .doc = "As the contract" }

static const csm_derived derived[] = {
    FROM_CONTRACT("account"),
    FROM_CONTRACT("consumer"),
    FROM_CONTRACT("household"),
};

static const csm_param renewed_params[] = {
    CSM_PARAM_ID("from", .table = "ast_contract"), CSM_PARAM_ID("to", .table = "ast_contract"),
};
static const csm_point points[] = {
    { .name = POINT_RENEWED, .params = CSM_ARRAY(renewed_params), .cardinality = CSM_MANY,
      .doc = "A contract was renewed: what else hangs on the old one is copied in the same transaction" },
};

static const csm_seed seeds[] = {
    { "sysevent_email_action", "contract_submitted", "name=Contract to approve^collection=ast_contract"
      "^condition=approvalCHANGESTOrequested^recipient_fields=approver^active=true"
      "^subject=Please approve contract ${number}^message=${number}: ${short_description}" },
};

static const csm_dep depends[] = { { "customer_base", "1.0" }, { "products", "1.0" } };

CSM_PLUGIN(contracts, .version = "1.0.0", .summary = "Contracts, lines and entitlements", .alias = "com.sn_pss_core",
           .depends = CSM_ARRAY(depends), .tables = CSM_ARRAY(contracts_tables),
           .table_exts = CSM_ARRAY(contracts_table_exts), .scopes = CSM_ARRAY(contracts_scopes),
           .derived = CSM_ARRAY(derived), .rules = CSM_ARRAY(contracts_rules), .states = CSM_ARRAY(contracts_states),
           .methods = CSM_ARRAY(contracts_methods), .points = CSM_ARRAY(points), .seeds = CSM_ARRAY(seeds))
