/* Rows of files: what is read, and what is said about what cannot be. */
#include "file.h"

#include "rows.h"

#include "base/buf.h"

typedef struct row {
    const char *name;
    cli_rows_options options;
    const char *bytes;
    const char *want; /* "columns; line:cell|cell; line!problem; ..." or "error text" */
} row;

#define CSV                                                                                                            \
    {                                                                                                                  \
        .separator = ','                                                                                               \
    }
#define JSON                                                                                                           \
    {                                                                                                                  \
        .json = true                                                                                                   \
    }

/* clang-format off */
static const row table[] = {
    { "plain", CSV, "a,b\n1,2\n3,4\n", "a|b; 2:1|2; 3:3|4; " },
    { "no line end at the end", CSV, "a,b\n1,2", "a|b; 2:1|2; " },
    { "crlf", CSV, "a,b\r\n1,2\r\n", "a|b; 2:1|2; " },
    { "byte order mark", CSV, "\xef\xbb\xbf" "a\n1\n", "a; 2:1; " },
    { "quotes", CSV, "a,b\n\"1,\"\"x\"\"\",\"\"\n", "a|b; 2:1,\"x\"|; " },
    { "line ends in cells keep the count", CSV, "a,b\n\"1\n2\r\n3\",x\n4,5\n", "a|b; 2:1\n2\r\n3|x; 5:4|5; " },
    { "blank lines are no rows", CSV, "a\n\n\n1\n\n2\n", "a; 4:1; 6:2; " },
    { "blanks belong to cells", CSV, "a,b\n 1 ,\" 2\"\n", "a|b; 2: 1 | 2; " },
    { "fewer cells", CSV, "a,b,c\n1\n1,2\n", "a|b|c; 2:1; 3:1|2; " },
    { "more cells", CSV, "a,b\n1,2,3\n4,5\n", "a|b; 2!the row has 3 cells, the header 2; 3:4|5; " },
    { "other separator", { .separator = ';' }, "a;b\n1,5;2\n", "a|b; 2:1,5|2; " },
    { "header only", CSV, "a,b\n", "a|b; " },
    { "empty file", CSV, "", "the file is empty: its first line must name the columns" },
    { "column without a name", CSV, "a,,c\n", "column 2 has no name" },
    { "column twice", CSV, "a,b,a\n", "columns 1 and 3 are both named \"a\"" },
    { "open quote", CSV, "a\n1\n\"2\n3\n", "a; 2:1; line 3: a quote in the row that begins here is never closed" },
    { "windows-1252", CSV, "a,b\nx,caf\xe9\ny,\x93z\x94\n", "a|b; 2:x|caf\xc3\xa9(b); 3:y|\xe2\x80\x9cz\xe2\x80\x9d(b); " },
    { "no text at all", CSV, "a,b\nx,\x81\nx,y\n", "a|b; 2!column \"b\" is neither UTF-8 nor windows-1252 (byte 0x81); 3:x|y; " },
    { "utf-8 asked for", { .separator = ',', .encoding = CLI_ENC_UTF8 }, "a\ncaf\xe9\n", "a; 2!column \"a\" is no UTF-8; " },
    { "windows-1252 asked for", { .separator = ',', .encoding = CLI_ENC_CP1252 }, "a\n\xc3\xa9\n", "a; 2:\xc3\x83\xc2\xa9; " },
    { "json lines", JSON, "{\"a\":1,\"b\":\"x\"}\n{\"b\":\"y\",\"c\":[\"p\",\"q\"]}\n", "; 1:1|x; 2:|y|p,q; " },
    { "json kinds", JSON, "{\"a\":null,\"b\":true,\"c\":1.5,\"d\":{\"amount\":\"2.5\",\"currency\":\"EUR\"},\"e\":{\"table\":\"t\",\"id\":\"x\"}}",
      "; 1:|true|1.5|2.5 EUR|t/x; " },
    { "json: blank lines", JSON, "\n{\"a\":1}\n \n{\"a\":2}\n", "; 2:1; 4:2; " },
    { "json: not an object", JSON, "[1]\n{\"a\":1}\n", "; 1!the line is no JSON object; 2:1; " },
    { "json: windows-1252", JSON, "{\"a\":\"\xe9\"}\n", "; 1:\xc3\xa9((line)); " },
};
/* clang-format on */

static void put_row(csm_buf *out, const cli_row *got)
{
    if (got->problem.ptr != NULL) {
        csm_buf_printf(out, "%llu!%.*s; ", (unsigned long long)got->line, CSM_STR_FMT(got->problem));
        return;
    }
    csm_buf_printf(out, "%llu:", (unsigned long long)got->line);
    for (uint32_t n = 0; n < got->count; n++)
        csm_buf_printf(out, "%s%.*s", n > 0 ? "|" : "", CSM_STR_FMT(got->cells[n]));
    if (got->converted > 0)
        csm_buf_printf(out, "(%.*s)", CSM_STR_FMT(got->first_converted));
    csm_buf_printf(out, "; ");
}

/* Everything the file gives, as one text. */
static void read_all(const char *path, const cli_rows_options *options, csm_buf *out)
{
    csm_arena *arena = csm_arena_new(0, 0);
    cli_rows *rows = NULL;
    csm_error err = { 0 };
    bool found = true;
    uint32_t count;

    assert_non_null(arena);
    if (cli_rows_open(path, options, &rows, &err) != CSM_OK) {
        csm_buf_printf(out, "%s", err.message);
        csm_arena_free(arena);
        return;
    }
    for (uint32_t n = 0; n < (cli_rows_columns(rows, &count), count); n++)
        csm_buf_printf(out, "%s%.*s", n > 0 ? "|" : "", CSM_STR_FMT(cli_rows_columns(rows, &count)[n]));
    csm_buf_printf(out, "; ");
    while (found) {
        cli_row got;

        csm_arena_clear(arena);
        if (cli_rows_next(rows, arena, &got, &found, &err) != CSM_OK) {
            csm_buf_printf(out, "%s", err.message);
            break;
        }
        if (found)
            put_row(out, &got);
    }
    if (!found)
        assert_int_equal(cli_rows_bytes_read(rows), cli_rows_bytes(rows));
    cli_rows_close(rows);
    csm_arena_free(arena);
}

static void check_row(void **state)
{
    const row *want = *state;
    test_file file = file_make(want->bytes, strlen(want->bytes));
    csm_buf out;

    csm_buf_init(&out, 0);
    read_all(file.path, &want->options, &out);
    assert_str(csm_buf_str(&out), want->want);
    csm_buf_done(&out);
    tempdir_remove(file.dir);
}

static void json_problem_is_told(void **state)
{
    test_file file = file_make("{\"a\":\n{\"a\":2}\n", 14);
    cli_rows_options options = JSON;
    csm_buf out;

    (void)state;
    csm_buf_init(&out, 0);
    read_all(file.path, &options, &out);
    assert_true(memcmp(out.ptr, "; 1!", 4) == 0);
    assert_non_null(memmem(out.ptr, out.len, "2:2; ", 5));
    csm_buf_done(&out);
    tempdir_remove(file.dir);
}

/* A row beyond the limit is refused, in however many pieces it is read, and the next one is whole. */
static void large_row_is_refused(void **state)
{
    size_t big = CLI_ROW_BYTES_MAX + 70000, at = 0;
    char *bytes = malloc(big + 64);
    cli_rows_options csv = CSV;
    test_file file;
    csm_buf out;

    (void)state;
    assert_non_null(bytes);
    at = (size_t)sprintf(bytes, "a,b\n1,");
    memset(bytes + at, 'x', big);
    at += big;
    at += (size_t)sprintf(bytes + at, "\n3,4\n");
    file = file_make(bytes, at);
    csm_buf_init(&out, 0);
    read_all(file.path, &csv, &out);
    assert_str(csm_buf_str(&out), "a|b; 2!the row is larger than 1 MiB; 3:3|4; ");
    csm_buf_done(&out);
    tempdir_remove(file.dir);
    free(bytes);
}

static void open_quote_does_not_take_all_memory(void **state)
{
    size_t big = 5u << 20;
    char *bytes = malloc(big);
    cli_rows_options csv = CSV;
    test_file file;
    csm_buf out;

    (void)state;
    assert_non_null(bytes);
    memset(bytes, 'x', big);
    memcpy(bytes, "a\n\"", 3);
    for (size_t n = 100; n < big; n += 100)
        bytes[n] = '\n';
    file = file_make(bytes, big);
    csm_buf_init(&out, 0);
    read_all(file.path, &csv, &out);
    assert_non_null(memmem(out.ptr, out.len, "larger than 4 MiB", 17));
    csm_buf_done(&out);
    tempdir_remove(file.dir);
    free(bytes);
}

static void missing_file_is_named(void **state)
{
    cli_rows_options csv = CSV;
    cli_rows *rows = NULL;
    csm_error err = { 0 };

    (void)state;
    assert_int_equal(cli_rows_open("/nonexistent/rows.csv", &csv, &rows, &err), CSM_E_IO);
    assert_non_null(strstr(err.message, "/nonexistent/rows.csv"));
    assert_null(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_problem_is_told),
        cmocka_unit_test(large_row_is_refused),
        cmocka_unit_test(open_quote_does_not_take_all_memory),
        cmocka_unit_test(missing_file_is_named),
    };
    int failed = run_rows("rows", table, check_row);

    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
