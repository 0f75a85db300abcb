/* The file beside an import that keeps the rows which were refused: line, reason, then their cells. It is made with the
 * first such row and can be corrected and imported itself. A resumed import goes on in it and writes no row twice. */
#ifndef CSM_TOOLS_REJECTED_H
#define CSM_TOOLS_REJECTED_H

#include "rows.h"

#include <stdio.h>

typedef struct cli_rejected {
    const char *path;
    bool resume;        /* goes on in a file that exists; else it is begun anew */
    FILE *file;         /* NULL until the first row */
    char *buffer;       /* of the file: a row is one write, so a kill leaves whole rows */
    uint32_t columns;   /* in the header */
    uint64_t *lines;    /* written by an earlier run, ascending */
    size_t line_count;
} cli_rejected;

/* @p columns: those of the file read; what a JSON-lines file names first after this file was begun is left out of it.
 * IO names the path; EXISTS when a file stands there that no import wrote. */
csm_status cli_rejected_add(cli_rejected *rejected, const csm_str *columns, uint32_t column_count, const cli_row *row,
                            csm_str reason, csm_error *err);
/* IO when the last row did not reach the file. Nothing happens when no row came. */
csm_status cli_rejected_close(cli_rejected *rejected, csm_error *err);

#endif
