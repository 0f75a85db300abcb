/* Refused rows, written aside. */
#include "rejected.h"

#include "cell.h"

#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES (4u << 20)
#define LINE_COLUMN "#line"
#define REASON_COLUMN "#reason"

static csm_status failed(const cli_rejected *rejected, csm_error *err)
{
    (void)csm_error_set(err, CSM_E_IO, "%s cannot be written: %s", rejected->path, strerror(errno));
    csm_error_hint(err, "--rejected FILE writes refused rows elsewhere");
    return CSM_E_IO;
}

static int by_line(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static csm_status note_line(cli_rejected *rejected, uint64_t line, csm_error *err)
{
    size_t count = rejected->line_count;

    if ((count & (count - 1)) == 0) { /* full: the room is a power of two */
        uint64_t *lines = realloc(rejected->lines, (count == 0 ? 1 : count * 2) * sizeof(*lines));

        if (lines == NULL)
            return csm_error_nomem(err);
        rejected->lines = lines;
    }
    rejected->lines[rejected->line_count++] = line;
    return CSM_OK;
}

/* Lines of its rows and the number of columns of the file as it is. */
static csm_status read_file(cli_rejected *rejected, csm_error *err)
{
    static const cli_rows_options options = { .separator = ',' };
    cli_rows *rows = NULL;
    csm_arena *arena = csm_arena_new(65536, 0);
    const csm_str *columns;
    uint32_t count;
    bool found = true;
    csm_status st = arena != NULL ? cli_rows_open(rejected->path, &options, &rows, err) : csm_error_nomem(err);

    if (st != CSM_OK)
        goto out;
    columns = cli_rows_columns(rows, &count);
    if (count < 2 || !csm_str_is(columns[0], LINE_COLUMN)) {
        st = csm_error_set(err, CSM_E_EXISTS, "%s exists and was not written by an import", rejected->path);
        goto out;
    }
    rejected->columns = count - 2;
    while (found) {
        cli_row row;
        uint64_t line;

        csm_arena_clear(arena);
        if ((st = cli_rows_next(rows, arena, &row, &found, err)) != CSM_OK)
            goto out;
        if (found && row.count > 0 && csm_parse_uint(row.cells[0], &line) && (st = note_line(rejected, line, err)) != CSM_OK)
            goto out;
    }
    if (rejected->line_count > 1)
        qsort(rejected->lines, rejected->line_count, sizeof(*rejected->lines), by_line);
out:
    cli_rows_close(rows);
    csm_arena_free(arena);
    return st;
}

static csm_status begin(cli_rejected *rejected, const csm_str *columns, uint32_t count, csm_error *err)
{
    bool exists = access(rejected->path, F_OK) == 0;

    if (exists)
        CSM_TRY(read_file(rejected, err));
    if (!rejected->resume)
        rejected->line_count = 0;
    rejected->file = fopen(rejected->path, rejected->resume ? "abe" : "wbe");
    rejected->buffer = malloc(BUFFER_BYTES);
    if (rejected->file == NULL)
        return failed(rejected, err);
    if (rejected->buffer == NULL)
        return csm_error_nomem(err);
    (void)setvbuf(rejected->file, rejected->buffer, _IOFBF, BUFFER_BYTES);
    if (exists && rejected->resume)
        return CSM_OK;
    rejected->columns = count;
    fputs(LINE_COLUMN "," REASON_COLUMN, rejected->file);
    for (uint32_t n = 0; n < count; n++) {
        fputc(',', rejected->file);
        cli_put_csv(rejected->file, columns[n]);
    }
    fputs("\r\n", rejected->file);
    return CSM_OK;
}

csm_status cli_rejected_add(cli_rejected *rejected, const csm_str *columns, uint32_t column_count, const cli_row *row,
                            csm_str reason, csm_error *err)
{
    if (rejected->file == NULL)
        CSM_TRY(begin(rejected, columns, column_count, err));
    if (rejected->line_count > 0 &&
        bsearch(&row->line, rejected->lines, rejected->line_count, sizeof(row->line), by_line) != NULL)
        return CSM_OK;
    fprintf(rejected->file, "%llu,", (unsigned long long)row->line);
    cli_put_csv(rejected->file, reason);
    for (uint32_t n = 0; n < rejected->columns; n++) {
        fputc(',', rejected->file);
        cli_put_csv(rejected->file, n < row->count ? row->cells[n] : CSM_STR(""));
    }
    fputs("\r\n", rejected->file);
    return fflush(rejected->file) == 0 ? CSM_OK : failed(rejected, err);
}

csm_status cli_rejected_close(cli_rejected *rejected, csm_error *err)
{
    csm_status st = CSM_OK;

    if (rejected->file != NULL && fclose(rejected->file) != 0)
        st = failed(rejected, err);
    rejected->file = NULL;
    free(rejected->buffer);
    rejected->buffer = NULL;
    free(rejected->lines);
    rejected->lines = NULL;
    rejected->line_count = 0;
    return st;
}
