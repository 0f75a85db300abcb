/* One line on a terminal that tells how far long work is; nothing where standard error is none. */
#ifndef CSM_TOOLS_PROGRESS_H
#define CSM_TOOLS_PROGRESS_H

#include "cli.h"

typedef struct cli_progress {
    bool on;
    int64_t started_us, drawn_us;
    uint64_t total; /* of what is counted as done; 0: not known */
} cli_progress;

cli_progress cli_progress_begin(const cli *c, uint64_t total);
/* @p done of the total; @p rows and @p refused are told. Draws at most ten times a second. */
void cli_progress_show(cli_progress *p, uint64_t done, uint64_t rows, uint64_t refused);
/* Takes the line away. */
void cli_progress_end(cli_progress *p);

#endif
