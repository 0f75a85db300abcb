/* The rows of a file in the order of a time they hold, for imports in which the order counts. The file is read whole. */
#ifndef CSM_TOOLS_ORDERED_H
#define CSM_TOOLS_ORDERED_H

#include "rows.h"

#include "base/clock.h"

typedef struct cli_ordered cli_ordered;

/* Reads what is left of @p rows. @p order CSM_DATE_NONE: times as the protocol writes them. Rows of one time stay as they
 * stood, and a row without a usable time stays behind the one before it. INVALID when there is no such column, LIMIT when
 * the file is too large. Caller frees with cli_ordered_free; the rows live until then. */
csm_status cli_ordered_read(cli_rows *rows, csm_str column, csm_date_order order, cli_ordered **out, csm_error *err);
void cli_ordered_free(cli_ordered *ordered);
/* False: the end. */
bool cli_ordered_next(cli_ordered *ordered, cli_row *out);
/* How many of a hundred rows were given. */
uint64_t cli_ordered_share(const cli_ordered *ordered);

#endif
