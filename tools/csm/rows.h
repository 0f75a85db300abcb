/* Rows of a file: CSV (RFC 4180, a header first) or JSON lines (one object each). Reads as it goes: memory is that of
 * one row. A row that cannot be used comes with the reason, and reading goes on. */
#ifndef CSM_TOOLS_ROWS_H
#define CSM_TOOLS_ROWS_H

#include "base/arena.h"
#include "base/error.h"

#define CLI_COLUMNS_MAX 1000u
#define CLI_ROW_BYTES_MAX (1u << 20)

/* What a cell is taken for when it is no UTF-8. */
typedef enum cli_encoding {
    CLI_ENC_AUTO,  /* windows-1252, and counted */
    CLI_ENC_UTF8,  /* the row is refused */
    CLI_ENC_CP1252 /* every cell is windows-1252 */
} cli_encoding;

typedef struct cli_row {
    uint64_t line;  /* where it starts in the file, from 1 */
    csm_str *cells; /* in the order of the columns; may be fewer: the rest are empty */
    uint32_t count;
    uint32_t converted;      /* cells that were no UTF-8 */
    csm_str first_converted; /* name of the first such column */
    csm_str problem;         /* ptr not NULL: why the row cannot be used */
} cli_row;

typedef struct cli_rows cli_rows;

typedef struct cli_rows_options {
    bool json;
    char separator; /* of CSV */
    cli_encoding encoding;
} cli_rows_options;

/* Opens the file; for CSV reads the header. IO; INVALID for a header that is none. Caller closes with cli_rows_close.
 */
csm_status cli_rows_open(const char *path, const cli_rows_options *options, cli_rows **out, csm_error *err);
void cli_rows_close(cli_rows *rows);
/* The next row, in @p arena. *found false: the end. IO; INVALID when reading cannot go on (a quote is never closed). */
csm_status cli_rows_next(cli_rows *rows, csm_arena *arena, cli_row *out, bool *found, csm_error *err);

/* Names so far: of a JSON-lines file they grow with the rows. Borrowed until close. */
const csm_str *cli_rows_columns(const cli_rows *rows, uint32_t *count);
uint64_t cli_rows_bytes_read(const cli_rows *rows);
uint64_t cli_rows_bytes(const cli_rows *rows); /* of the whole file */

/* UTF-8 of windows-1252 text, in @p arena; ptr NULL: out of memory, or *bad is set to a byte that means nothing there.
 */
csm_str cli_from_cp1252(csm_arena *arena, csm_str text, uint8_t *bad);

#endif
