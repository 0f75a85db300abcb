/* An import under way: shared by its options and its run. */
#ifndef CSM_TOOLS_IMPORT_H
#define CSM_TOOLS_IMPORT_H

#include "cli.h"
#include "ordered.h"
#include "progress.h"
#include "rejected.h"
#include "rows.h"

#define IMPORT_PAGE_ROWS 250u
#define IMPORT_PAGE_BYTES (1u << 20)

/* Rows that travel in one call. */
typedef struct page {
    csm_arena *arena; /* everything below; cleared when the page is read anew */
    cli_row *rows;
    uint32_t count, sent; /* rows read; of them without a problem */
    uint32_t columns;
    uint64_t first;    /* number of the first row sent, from 1 */
    uint64_t bytes_at; /* of the file, where the page ends */
    uint32_t msgid;
    bool under_way;
} page;

/* Why rows were refused, and how many; the first so many reasons. */
#define IMPORT_REASONS 20u
typedef struct import_reason {
    csm_str text;
    uint64_t rows;
} import_reason;

typedef struct import_run {
    cli *c;
    const char *name;
    csm_value mapping, id;
    bool dry_run, ended, finished;
    uint32_t page_rows;
    cli_rows *rows;
    cli_ordered *ordered; /* NULL: as they stand in the file */
    page pages[2]; /* oldest first */
    unsigned page_count, busy;
    uint64_t next;  /* number of the next row to send */
    uint64_t taken; /* rows an earlier run brought */
    uint64_t done, inserted, updated, unchanged, failed, unusable, converted, told;
    import_reason reasons[IMPORT_REASONS];
    unsigned reason_count;
    cli_rejected rejected;
    cli_progress progress;
} import_run;

/* Runs it and tells the result. */
int cli_import_run(import_run *im);

#endif
