/* What the files of this plugin share. */
#ifndef CONFIGURATION_H
#define CONFIGURATION_H

#include <csm/csm.h>

/* Declarations, one array per file. A count that is too large leaves nameless entries, which the server refuses. */
enum {
    CONFIGURATION_TABLES = 8,
};

extern const csm_table configuration_tables[CONFIGURATION_TABLES];

#endif
