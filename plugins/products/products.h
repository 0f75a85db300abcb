/* What the files of this plugin share. */
#ifndef PRODUCTS_H
#define PRODUCTS_H

#include <csm/csm.h>

/* Declarations, one array per file. A count that is too large leaves nameless entries, which the server refuses. */
enum {
    PRODUCTS_TABLES = 14,
    PRODUCTS_SCOPES = 18,
    PRODUCTS_VALUES = 2,
    PRODUCTS_RULES = 3,
    PRODUCTS_DERIVED = 2,
};

extern const csm_table products_tables[PRODUCTS_TABLES];
extern const csm_scope products_scopes[PRODUCTS_SCOPES];
extern const csm_caller_value products_values[PRODUCTS_VALUES];
extern const csm_rule products_rules[PRODUCTS_RULES];
extern const csm_derived products_derived[PRODUCTS_DERIVED];

#endif
