/* What the files of this plugin share. */
#ifndef CONTRACTS_H
#define CONTRACTS_H

#include <csm/csm.h>

/* Declarations, one array per file. A count that is too large leaves nameless entries, which the server refuses. */
enum {
    CONTRACTS_TABLES = 9,
    CONTRACTS_TABLE_EXTS = 1,
    CONTRACTS_SCOPES = 53,
    CONTRACTS_RULES = 4,
};

extern const csm_table contracts_tables[CONTRACTS_TABLES];
extern const csm_table_ext contracts_table_exts[CONTRACTS_TABLE_EXTS];
extern const csm_scope contracts_scopes[CONTRACTS_SCOPES];
extern const csm_rule contracts_rules[CONTRACTS_RULES];

#endif
