/* The descriptor: what this plugin brings. */
#include "contracts.h"

#define FROM_CONTRACT(f) { .kind = CSM_DERIVE_COPY, .table = "sn_pss_core_service_contract_line", .field = (f), \
                           .inputs = "contract", .source_field = (f), .doc = "As the contract" }

static const csm_derived derived[] = {
    FROM_CONTRACT("account"),
    FROM_CONTRACT("consumer"),
    FROM_CONTRACT("household"),
};

static const csm_dep depends[] = { { "customer_base", "1.0" }, { "products", "1.0" } };

CSM_PLUGIN(contracts, .version = "1.0.0", .summary = "Contracts, lines and entitlements", .alias = "com.sn_pss_core",
           .depends = CSM_ARRAY(depends), .tables = CSM_ARRAY(contracts_tables),
           .table_exts = CSM_ARRAY(contracts_table_exts), .scopes = CSM_ARRAY(contracts_scopes),
           .derived = CSM_ARRAY(derived), .rules = CSM_ARRAY(contracts_rules))
