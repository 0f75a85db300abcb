/* Files to import: whatever stands in them, reading ends, lines do not go back, and what a CSV row's cells say is read
 * the same once written as CSV. The first byte chooses the format and the encoding. */
#include "fuzz.h"

#include "cell.h"
#include "rows.h"

#include "base/str.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int file_of(const void *bytes, size_t len, char path[32])
{
    int fd = memfd_create("rows", MFD_CLOEXEC);

    FUZZ_CHECK(fd >= 0);
    for (size_t at = 0; at < len;) {
        ssize_t put = write(fd, (const char *)bytes + at, len - at);

        FUZZ_CHECK(put > 0);
        at += (size_t)put;
    }
    (void)snprintf(path, 32, "/proc/self/fd/%d", fd);
    return fd;
}

/* The row under a header of as many columns, written and read again. */
static void check_written(const cli_row *row)
{
    static const cli_rows_options options = { .separator = ',' };
    csm_arena *arena = csm_arena_new(4096, 0);
    csm_error err = { 0 };
    cli_rows *rows = NULL;
    char *text = NULL, path[32];
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    cli_row again;
    bool found;
    int fd;

    FUZZ_CHECK(arena != NULL && out != NULL);
    for (uint32_t n = 0; n < row->count; n++)
        fprintf(out, "%sc%u", n > 0 ? "," : "", n);
    fputc('\n', out);
    for (uint32_t n = 0; n < row->count; n++) {
        if (n > 0)
            fputc(',', out);
        cli_put_csv(out, row->cells[n]);
    }
    fputs("\r\n", out);
    FUZZ_CHECK(fclose(out) == 0);
    fd = file_of(text, len, path);
    FUZZ_CHECK(cli_rows_open(path, &options, &rows, &err) == CSM_OK);
    FUZZ_CHECK(cli_rows_next(rows, arena, &again, &found, &err) == CSM_OK);
    FUZZ_CHECK(found && again.problem.ptr == NULL && again.count == row->count);
    for (uint32_t n = 0; n < row->count; n++)
        FUZZ_CHECK(csm_str_eq(again.cells[n], row->cells[n]));
    cli_rows_close(rows);
    (void)close(fd);
    free(text);
    csm_arena_free(arena);
}

/* One empty cell alone is an empty line, which is no row. */
static bool says_anything(const cli_row *row)
{
    return row->count > 1 || (row->count == 1 && row->cells[0].len > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    cli_rows_options options = { .json = len > 0 && (bytes[0] & 1) != 0,
                                 .separator = len > 0 && (bytes[0] & 8) != 0 ? ';' : ',',
                                 .encoding = len > 0 ? (cli_encoding)(bytes[0] >> 1 & 3) : CLI_ENC_AUTO };
    csm_arena *arena = csm_arena_new(4096, 0);
    csm_error err = { 0 };
    cli_rows *rows = NULL;
    uint64_t line = 0;
    bool found = true;
    char path[32];
    int fd;

    FUZZ_CHECK(arena != NULL);
    if (options.encoding > CLI_ENC_CP1252)
        options.encoding = CLI_ENC_AUTO;
    fd = file_of(bytes + (len > 0), len > 0 ? len - 1 : 0, path);
    if (cli_rows_open(path, &options, &rows, &err) != CSM_OK)
        FUZZ_CHECK(err.message[0] != '\0');
    while (rows != NULL && found) {
        cli_row row;

        csm_arena_clear(arena);
        if (cli_rows_next(rows, arena, &row, &found, &err) != CSM_OK) {
            FUZZ_CHECK(err.message[0] != '\0');
            break;
        }
        if (!found)
            break;
        FUZZ_CHECK(row.line > line);
        line = row.line;
        if (row.problem.ptr != NULL)
            continue;
        for (uint32_t n = 0; n < row.count; n++)
            FUZZ_CHECK(csm_utf8_valid(row.cells[n]));
        if (!options.json && says_anything(&row))
            check_written(&row);
    }
    cli_rows_close(rows);
    (void)close(fd);
    csm_arena_free(arena);
    return 0;
}
