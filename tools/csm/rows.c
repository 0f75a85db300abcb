/* Reading CSV and JSON lines. A physical line is handed to the CSV parser at a time, so it yields at most one row and
 * the line of each row is known. Blanks belong to cells; a carriage return before a line end does not. */
#include "rows.h"

#include "cell.h"

#include "base/buf.h"
#include "base/str.h"
#include "json/json.h"

#include <csv.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CHUNK 65536u
#define CELL_BYTES_MAX (4u << 20) /* beyond it the parser's memory is not let grow: a quote is open */

struct cli_rows {
    cli_rows_options options;
    FILE *file;
    struct csv_parser parser;
    uint8_t chunk[CHUNK];
    size_t chunk_len, chunk_at;
    uint64_t line; /* lines begun so far */
    bool mid_line, ended;
    uint64_t bytes_read, bytes;
    csm_buf text; /* cells of the row under way, one after the other; of JSON the line */
    size_t ends[CLI_COLUMNS_MAX];
    uint32_t cells; /* counted on beyond the array */
    bool row_done;
    bool dropped;     /* text of the row was too long and is not kept */
    csm_arena *names; /* holds the columns */
    csm_str columns[CLI_COLUMNS_MAX];
    uint32_t column_count;
};

/* ---- text ---- */

csm_str cli_from_cp1252(csm_arena *arena, csm_str text, uint8_t *bad)
{
    /* 0x80..0x9f; 0: not assigned */
    static const uint16_t high[32] = { 0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                       0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
                                       0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                       0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178 };
    csm_str out = { NULL, 0 };
    char *to;

    *bad = 0;
    if (text.len > SIZE_MAX / 3 - 1 || (to = csm_arena_alloc(arena, text.len * 3 + 1)) == NULL)
        return out;
    for (size_t n = 0; n < text.len; n++) {
        uint8_t byte = (uint8_t)text.ptr[n];
        unsigned code = byte >= 0x80 && byte < 0xa0 ? high[byte - 0x80] : byte;

        if (code == 0 && byte != 0) {
            *bad = byte;
            return (csm_str){ NULL, 0 };
        }
        if (code < 0x80) {
            to[out.len++] = (char)code;
        } else if (code < 0x800) {
            to[out.len++] = (char)(0xc0 | code >> 6);
            to[out.len++] = (char)(0x80 | (code & 0x3f));
        } else {
            to[out.len++] = (char)(0xe0 | code >> 12);
            to[out.len++] = (char)(0x80 | (code >> 6 & 0x3f));
            to[out.len++] = (char)(0x80 | (code & 0x3f));
        }
    }
    out.ptr = to;
    return out;
}

/* A cell as UTF-8 in the arena. False: out of memory; what is wrong with its bytes goes to row->problem. */
static bool decode_cell(cli_rows *rows, csm_arena *arena, csm_str raw, csm_str column, cli_row *row, csm_str *out)
{
    uint8_t bad;

    if (rows->options.encoding != CLI_ENC_CP1252 && csm_utf8_valid(raw)) {
        *out = csm_arena_str(arena, raw);
        return out->ptr != NULL;
    }
    *out = CSM_STR("");
    if (rows->options.encoding == CLI_ENC_UTF8) {
        row->problem = csm_arena_printf(arena, "column \"%.*s\" is no UTF-8", CSM_STR_FMT(column));
        return row->problem.ptr != NULL;
    }
    *out = cli_from_cp1252(arena, raw, &bad);
    if (out->ptr == NULL && bad == 0)
        return false;
    if (out->ptr == NULL) {
        *out = CSM_STR("");
        row->problem = csm_arena_printf(arena, "column \"%.*s\" is neither UTF-8 nor windows-1252 (byte 0x%02x)",
                                        CSM_STR_FMT(column), bad);
        return row->problem.ptr != NULL;
    }
    if (rows->options.encoding == CLI_ENC_AUTO && row->converted++ == 0)
        row->first_converted = column;
    return true;
}

/* ---- bytes ---- */

/* The next bytes of the file up to and with a line end, at most a chunk. Empty at the end. */
static csm_status read_piece(cli_rows *rows, csm_str *piece, csm_error *err)
{
    const uint8_t *start, *newline;

    if (rows->chunk_at == rows->chunk_len) {
        rows->chunk_at = 0;
        rows->chunk_len = fread(rows->chunk, 1, CHUNK, rows->file);
        if (ferror(rows->file))
            return csm_error_set(err, CSM_E_IO, "line %llu cannot be read: %s", (unsigned long long)rows->line,
                                 strerror(errno));
        if (rows->bytes_read == 0 && rows->chunk_len >= 3 && memcmp(rows->chunk, "\xef\xbb\xbf", 3) == 0)
            rows->chunk_at = 3;
        rows->bytes_read += rows->chunk_len;
    }
    start = rows->chunk + rows->chunk_at;
    newline = memchr(start, '\n', rows->chunk_len - rows->chunk_at);
    *piece = (csm_str){ (const char *)start,
                        newline != NULL ? (size_t)(newline - start) + 1 : rows->chunk_len - rows->chunk_at };
    rows->chunk_at += piece->len;
    if (piece->len > 0 && !rows->mid_line)
        rows->line++;
    rows->mid_line = piece->len > 0 && newline == NULL;
    return CSM_OK;
}

static void keep_text(cli_rows *rows, const void *text, size_t len)
{
    if (rows->dropped || rows->text.len + len > CLI_ROW_BYTES_MAX) {
        rows->dropped = true;
        return;
    }
    if (!csm_buf_add(&rows->text, text, len))
        rows->dropped = true;
}

static void clear_row(cli_rows *rows)
{
    csm_buf_clear(&rows->text);
    rows->cells = 0;
    rows->row_done = rows->dropped = false;
}

static csm_status too_large(cli_row *row)
{
    row->problem = CSM_STR("the row is larger than 1 MiB");
    return CSM_OK;
}

/* ---- CSV ---- */

static void on_cell(void *text, size_t len, void *user)
{
    cli_rows *rows = user;

    keep_text(rows, text, len);
    if (rows->cells < CLI_COLUMNS_MAX)
        rows->ends[rows->cells] = rows->text.len;
    rows->cells++;
}

static void on_row(int terminator, void *user)
{
    cli_rows *rows = user;

    (void)terminator;
    rows->row_done = true;
}

static int is_row_end(unsigned char byte)
{
    return byte == '\n';
}

/* What may stand between a cell and what ends it without belonging to it. */
static int is_blank(unsigned char byte)
{
    return byte == '\r';
}

/* Feeds the parser until a row is whole. rows->ended at the end of the file. */
static csm_status parse_row(cli_rows *rows, csm_error *err)
{
    uint64_t begins = rows->line + 1;
    csm_str piece;

    clear_row(rows);
    while (!rows->row_done && !rows->ended) {
        CSM_TRY(read_piece(rows, &piece, err));
        if (piece.len == 0) {
            rows->ended = true;
            (void)csv_set_opts(&rows->parser,
                               CSV_STRICT | CSV_STRICT_FINI); /* only now: a quote inside a cell is fine */
            if (csv_fini(&rows->parser, on_cell, on_row, rows) != 0)
                return csm_error_set(err, CSM_E_INVALID, "line %llu: a quote in the row that begins here is never closed",
                                     (unsigned long long)begins);
        } else if (csv_parse(&rows->parser, piece.ptr, piece.len, on_cell, on_row, rows) != piece.len) {
            return csm_error_set(err, CSM_E_INVALID, "line %llu: %s", (unsigned long long)rows->line,
                                 csv_strerror(csv_error(&rows->parser)));
        } else if (csv_get_buffer_size(&rows->parser) > CELL_BYTES_MAX) {
            return csm_error_set(err, CSM_E_INVALID,
                                 "the cell that ends at line %llu or later is larger than 4 MiB: a quote "
                                 "before it may be open",
                                 (unsigned long long)rows->line);
        }
    }
    return CSM_OK;
}

static csm_str raw_cell(const cli_rows *rows, uint32_t n)
{
    size_t start = n > 0 ? rows->ends[n - 1] : 0;

    if (rows->text.ptr == NULL)
        return CSM_STR("");
    return (csm_str){ (const char *)rows->text.ptr + start, rows->ends[n] - start };
}

static uint64_t row_line(const cli_rows *rows)
{
    uint64_t line = rows->line;

    for (size_t n = 0; n < rows->text.len; n++)
        line -= rows->text.ptr[n] == '\n';
    return line;
}

static csm_status next_csv(cli_rows *rows, csm_arena *arena, cli_row *out, bool *found, csm_error *err)
{
    CSM_TRY(parse_row(rows, err));
    *found = rows->row_done;
    if (!rows->row_done)
        return CSM_OK;
    *out = (cli_row){ .line = row_line(rows) };
    if (rows->dropped)
        return too_large(out);
    out->count = rows->cells < rows->column_count ? rows->cells : rows->column_count;
    if ((out->cells = csm_arena_array(arena, out->count + 1, sizeof(*out->cells))) == NULL)
        return csm_error_nomem(err);
    for (uint32_t n = 0; n < out->count; n++)
        if (!decode_cell(rows, arena, raw_cell(rows, n), rows->columns[n], out, &out->cells[n]))
            return csm_error_nomem(err);
    if (rows->cells > rows->column_count) {
        out->problem = csm_arena_printf(arena, "the row has %u cells, the header %u", rows->cells, rows->column_count);
        if (out->problem.ptr == NULL)
            return csm_error_nomem(err);
    }
    return CSM_OK;
}

static csm_status add_column(cli_rows *rows, csm_str name, csm_error *err)
{
    csm_str kept;

    if (rows->column_count == CLI_COLUMNS_MAX)
        return csm_error_set(err, CSM_E_LIMIT, "more than %u columns", CLI_COLUMNS_MAX);
    if ((kept = csm_arena_str(rows->names, name)).ptr == NULL)
        return csm_error_nomem(err);
    rows->columns[rows->column_count++] = kept;
    return CSM_OK;
}

static bool find_column(const cli_rows *rows, csm_str name, uint32_t *out)
{
    for (uint32_t n = 0; n < rows->column_count; n++)
        if (csm_str_eq(rows->columns[n], name)) {
            *out = n;
            return true;
        }
    return false;
}

static csm_status read_header(cli_rows *rows, csm_error *err)
{
    cli_row row = { 0 };
    uint32_t same;

    CSM_TRY(parse_row(rows, err));
    if (!rows->row_done)
        return csm_error_set(err, CSM_E_INVALID, "the file is empty: its first line must name the columns");
    if (rows->dropped || rows->cells > CLI_COLUMNS_MAX)
        return csm_error_set(err, CSM_E_LIMIT, "the header has more than %u columns or 1 MiB", CLI_COLUMNS_MAX);
    for (uint32_t n = 0; n < rows->cells; n++) {
        csm_str name;

        if (!decode_cell(rows, rows->names, raw_cell(rows, n), CSM_STR("(header)"), &row, &name))
            return csm_error_nomem(err);
        name = csm_str_trim(name);
        if (row.problem.ptr != NULL)
            return csm_error_set(err, CSM_E_INVALID, "%.*s", CSM_STR_FMT(row.problem));
        if (name.len == 0)
            return csm_error_set(err, CSM_E_INVALID, "column %u has no name", n + 1);
        if (find_column(rows, name, &same))
            return csm_error_set(err, CSM_E_INVALID, "columns %u and %u are both named \"%.*s\"", same + 1, n + 1,
                                 CSM_STR_FMT(name));
        CSM_TRY(add_column(rows, name, err));
    }
    return CSM_OK;
}

/* ---- JSON lines ---- */

static csm_status read_line(cli_rows *rows, csm_error *err)
{
    csm_str piece = { NULL, 0 };

    clear_row(rows);
    do {
        CSM_TRY(read_piece(rows, &piece, err));
        keep_text(rows, piece.ptr, piece.len);
    } while (piece.len > 0 && rows->mid_line);
    rows->ended = piece.len == 0 && rows->text.len == 0 && !rows->dropped;
    return CSM_OK;
}

static csm_status take_object(cli_rows *rows, csm_arena *arena, const csm_value *object, cli_row *out, csm_error *err)
{
    for (uint32_t n = 0; n < object->count; n++) {
        uint32_t at;

        if (!find_column(rows, object->map[n].key, &at)) {
            CSM_TRY(add_column(rows, object->map[n].key, err));
        }
    }
    out->count = rows->column_count;
    if ((out->cells = csm_arena_array(arena, out->count + 1, sizeof(*out->cells))) == NULL)
        return csm_error_nomem(err);
    for (uint32_t n = 0; n < out->count; n++)
        out->cells[n] = CSM_STR("");
    for (uint32_t n = 0; n < object->count; n++) {
        uint32_t at = 0;

        if (find_column(rows, object->map[n].key, &at) &&
            (out->cells[at] = cli_cell_text(arena, object->map[n].value)).ptr == NULL)
            return csm_error_nomem(err);
    }
    return CSM_OK;
}

static csm_status next_json(cli_rows *rows, csm_arena *arena, cli_row *out, bool *found, csm_error *err)
{
    csm_error wrong = { 0 };
    csm_value object;
    csm_str line;

    do {
        CSM_TRY(read_line(rows, err));
    } while (!rows->ended && !rows->dropped && csm_str_trim(csm_buf_str(&rows->text)).len == 0);
    *found = !rows->ended;
    if (rows->ended)
        return CSM_OK;
    *out = (cli_row){ .line = rows->line };
    if (rows->dropped)
        return too_large(out);
    if (!decode_cell(rows, arena, csm_buf_str(&rows->text), CSM_STR("(line)"), out, &line))
        return csm_error_nomem(err);
    if (out->problem.ptr != NULL)
        return CSM_OK;
    if (csm_json_parse(arena, line, &object, &wrong) != CSM_OK)
        out->problem = csm_arena_printf(arena, "%s", wrong.message);
    else if (object.type != CSM_T_MAP)
        out->problem = CSM_STR("the line is no JSON object");
    else
        return take_object(rows, arena, &object, out, err);
    return out->problem.ptr != NULL ? CSM_OK : csm_error_nomem(err);
}

/* ---- public ---- */

csm_status cli_rows_open(const char *path, const cli_rows_options *options, cli_rows **out, csm_error *err)
{
    cli_rows *rows = calloc(1, sizeof(*rows));
    struct stat stat;
    csm_status st;

    if (rows == NULL)
        return csm_error_nomem(err);
    rows->options = *options;
    csm_buf_init(&rows->text, CLI_ROW_BYTES_MAX);
    if (csv_init(&rows->parser, 0) != 0 || (rows->names = csm_arena_new(4096, 0)) == NULL) {
        st = csm_error_nomem(err);
        goto out;
    }
    csv_set_delim(&rows->parser, (unsigned char)options->separator);
    csv_set_blk_size(&rows->parser, CHUNK);
    csv_set_term_func(&rows->parser, is_row_end);
    csv_set_space_func(&rows->parser, is_blank);
    rows->file = fopen(path, "rbe");
    if (rows->file == NULL || fstat(fileno(rows->file), &stat) != 0) {
        st = csm_error_set(err, CSM_E_IO, "%s cannot be read: %s", path, strerror(errno));
        goto out;
    }
    rows->bytes = stat.st_size > 0 ? (uint64_t)stat.st_size : 0;
    if (!options->json && (st = read_header(rows, err)) != CSM_OK)
        goto out;
    *out = rows;
    return CSM_OK;
out:
    cli_rows_close(rows);
    return st;
}

void cli_rows_close(cli_rows *rows)
{
    if (rows == NULL)
        return;
    if (rows->file != NULL)
        (void)fclose(rows->file);
    csv_free(&rows->parser);
    csm_buf_done(&rows->text);
    csm_arena_free(rows->names);
    free(rows);
}

csm_status cli_rows_next(cli_rows *rows, csm_arena *arena, cli_row *out, bool *found, csm_error *err)
{
    return rows->options.json ? next_json(rows, arena, out, found, err) : next_csv(rows, arena, out, found, err);
}

const csm_str *cli_rows_columns(const cli_rows *rows, uint32_t *count)
{
    *count = rows->column_count;
    return rows->columns;
}

uint64_t cli_rows_bytes_read(const cli_rows *rows)
{
    return rows->bytes_read - (rows->chunk_len - rows->chunk_at);
}

uint64_t cli_rows_bytes(const cli_rows *rows)
{
    return rows->bytes;
}
