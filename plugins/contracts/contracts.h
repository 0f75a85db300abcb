/* What the files of this plugin share. */
#ifndef CONTRACTS_H
#define CONTRACTS_H

#include <csm/csm.h>

/* Declarations, one array per file. A count that is too large leaves nameless entries, which the server refuses. */
enum {
    CONTRACTS_TABLES = 9,
    CONTRACTS_TABLE_EXTS = 1,
    CONTRACTS_SCOPES = 55,
    CONTRACTS_RULES = 6,
    CONTRACTS_STATES = 3,
    CONTRACTS_METHODS = 1,
};

extern const csm_table contracts_tables[CONTRACTS_TABLES];
extern const csm_table_ext contracts_table_exts[CONTRACTS_TABLE_EXTS];
extern const csm_scope contracts_scopes[CONTRACTS_SCOPES];
extern const csm_rule contracts_rules[CONTRACTS_RULES];
extern const csm_state_model contracts_states[CONTRACTS_STATES];
extern const csm_method contracts_methods[CONTRACTS_METHODS];

#define POINT_RENEWED "contract.renewed/1"

csm_status contract_ended(csm_ctx *ctx, csm_change *ch);
csm_status line_ended(csm_ctx *ctx, csm_change *ch);

#endif
