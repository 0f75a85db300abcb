/* A value as the text of one cell, in the form the server reads again from text, and CSV cells. */
#ifndef CSM_TOOLS_CELL_H
#define CSM_TOOLS_CELL_H

#include "base/arena.h"

#include <csm/value.h>

#include <stdio.h>

/* nil is empty; a list of plain values "a,b"; money "12.5 EUR"; a document "table/id"; anything else JSON. In @p arena
 * or borrowed from @p value; ptr NULL: out of memory. */
csm_str cli_cell_text(csm_arena *arena, csm_value value);
/* One cell as RFC 4180 writes it. */
void cli_put_csv(FILE *out, csm_str text);

#endif
