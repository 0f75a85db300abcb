/* csm export: all matching records, a page at a time by token, as CSV or JSON lines. Memory is that of one page. */
#include "cli.h"

#include "cell.h"
#include "progress.h"

#include "base/str.h"
#include "json/json.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PAGE 500
#define COLUMNS_MAX 1000u

typedef struct export_run {
    cli *c;
    const char *table, *filter, *fields, *format;
    const csm_str *columns;
    uint32_t column_count;
    csm_value field_list;
    csm_arena *arena; /* of one page */
    uint64_t rows;
} export_run;

static bool parse_options(int argc, char **argv, export_run *ex)
{
    for (int n = 1; n < argc; n++) {
        const char **to = strcmp(argv[n], "--fields") == 0   ? &ex->fields
                          : strcmp(argv[n], "--format") == 0 ? &ex->format
                                                             : NULL;

        if (to != NULL) {
            if (n + 1 == argc)
                return cli_usage("%s needs a value", argv[n]) == CLI_OK;
            *to = argv[++n];
        } else if (argv[n][0] == '-' && argv[n][1] == '-') {
            return cli_usage("no option %s", argv[n]) == CLI_OK;
        } else if (ex->table == NULL) {
            ex->table = argv[n];
        } else if (ex->filter == NULL) {
            ex->filter = argv[n];
        } else {
            return cli_usage("one filter is enough: quote it (\"%s\")", argv[n]) == CLI_OK;
        }
    }
    if (ex->table == NULL)
        return cli_usage("export TABLE [FILTER] [--fields A,B] [--format csv|jsonl]") == CLI_OK;
    if (ex->format == NULL)
        ex->format = ex->c->format == CLI_JSON ? "jsonl" : "csv";
    return strcmp(ex->format, "csv") == 0 || strcmp(ex->format, "jsonl") == 0 ||
           cli_usage("--format is csv or jsonl, not \"%s\"", ex->format) == CLI_OK;
}

/* ---- columns ---- */

static bool add_column(export_run *ex, csm_str *names, csm_value *list, csm_str name)
{
    if (ex->column_count == COLUMNS_MAX)
        return false;
    names[ex->column_count] = name;
    list[ex->column_count++] = csm_text(name);
    return true;
}

/* Those asked for, or every field of the table but journals, which have a history of their own. */
static int find_columns(export_run *ex)
{
    cli *c = ex->c;
    csm_str *names = csm_arena_array(c->arena, COLUMNS_MAX, sizeof(*names));
    csm_value *list = csm_arena_array(c->arena, COLUMNS_MAX, sizeof(*list));
    const csm_value *answer, *fields;
    int code;

    if (names == NULL || list == NULL)
        return CLI_FAILED;
    ex->columns = names;
    if (ex->fields != NULL) {
        csm_str rest = csm_str_of(ex->fields), part;

        while (rest.len > 0 && csm_str_split(&rest, ',', &part))
            if (!add_column(ex, names, list, csm_str_trim(part)))
                return cli_usage("more than %u fields", COLUMNS_MAX);
    } else {
        if ((code = cli_describe(c, ex->table, &answer)) != CLI_OK)
            return code;
        fields = csm_map_get(answer, "fields");
        (void)add_column(ex, names, list, CSM_STR("sys_id"));
        for (uint32_t n = 0; fields != NULL && fields->type == CSM_T_LIST && n < fields->count; n++) {
            const csm_value *name = csm_map_get(&fields->list[n], "name"),
                            *type = csm_map_get(&fields->list[n], "type");

            if (name != NULL && name->type == CSM_T_TEXT && !csm_str_is(name->s, "sys_id") && type != NULL &&
                type->type == CSM_T_TEXT && !csm_str_is(type->s, "journal") && !add_column(ex, names, list, name->s))
                return cli_usage("more than %u fields: name them with --fields", COLUMNS_MAX);
        }
    }
    ex->field_list = csm_list(list, ex->column_count);
    return CLI_OK;
}

/* ---- rows ---- */

static csm_value field_of(const csm_value *row, csm_str column)
{
    for (uint32_t n = 0; n < row->count; n++)
        if (csm_str_eq(row->map[n].key, column))
            return row->map[n].value;
    return csm_nil();
}

/* False: out of memory. */
static bool put_json(export_run *ex, const csm_value *row)
{
    csm_pair *pairs = csm_arena_array(ex->arena, ex->column_count, sizeof(*pairs));
    csm_buf buf;
    bool whole;

    for (uint32_t n = 0; pairs != NULL && n < ex->column_count; n++)
        pairs[n] = (csm_pair){ ex->columns[n], field_of(row, ex->columns[n]) };
    csm_buf_init(&buf, 0);
    whole = pairs != NULL && csm_json_print(csm_map(pairs, ex->column_count), 0, &buf);
    if (whole)
        (void)fwrite(buf.ptr, 1, buf.len, ex->c->out);
    csm_buf_done(&buf);
    fputc('\n', ex->c->out);
    return whole;
}

static bool put_row(export_run *ex, const csm_value *row)
{
    if (strcmp(ex->format, "jsonl") == 0)
        return put_json(ex, row);
    for (uint32_t n = 0; n < ex->column_count; n++) {
        csm_str text = cli_cell_text(ex->arena, field_of(row, ex->columns[n]));

        if (text.ptr == NULL)
            return false;
        if (n > 0)
            fputc(',', ex->c->out);
        cli_put_csv(ex->c->out, text);
    }
    fputs("\r\n", ex->c->out);
    return true;
}

static void put_header(const export_run *ex)
{
    for (uint32_t n = 0; strcmp(ex->format, "csv") == 0 && n < ex->column_count; n++) {
        if (n > 0)
            fputc(',', ex->c->out);
        cli_put_csv(ex->c->out, ex->columns[n]);
    }
    if (strcmp(ex->format, "csv") == 0)
        fputs("\r\n", ex->c->out);
}

/* One page; @p after holds the token of the next one, nil at the end. */
static int put_page(export_run *ex, csm_value *after, csm_buf *token)
{
    cli *c = ex->c;
    csm_client_result *result;
    cli_map params = { 0 };
    const csm_value *rows, *next;
    csm_value map;
    bool whole = true;

    cli_add(&params, "table", cli_text(ex->table));
    cli_add(&params, "query", cli_text(ex->filter != NULL ? ex->filter : ""));
    cli_add(&params, "fields", ex->field_list);
    cli_add(&params, "limit", csm_int(PAGE));
    if (after->type == CSM_T_TEXT)
        cli_add(&params, "after", *after);
    map = cli_map_value(&params);
    if (csm_client_call(c->client, "record.query", &map, &result, &c->error) != CSM_OK)
        return cli_fail(c);
    csm_arena_clear(ex->arena);
    rows = csm_map_get(csm_client_result_value(result), "rows");
    next = csm_map_get(csm_client_result_value(result), "next");
    for (uint32_t n = 0; whole && rows != NULL && rows->type == CSM_T_LIST && n < rows->count; n++, ex->rows++)
        whole = put_row(ex, &rows->list[n]);
    *after = csm_nil();
    csm_buf_clear(token);
    if (whole && next != NULL && next->type == CSM_T_TEXT && (whole = csm_buf_add(token, next->s.ptr, next->s.len)))
        *after = csm_text(csm_buf_str(token));
    csm_client_result_free(result);
    if (!whole)
        fprintf(stderr, "csm: out of memory\n");
    return whole ? CLI_OK : CLI_FAILED;
}

/* How many there are, for the progress line only. */
static uint64_t count_rows(export_run *ex)
{
    cli *c = ex->c;
    const csm_value *answer, *rows, *count = NULL;
    cli_map params = { 0 };

    if (!c->interactive)
        return 0;
    cli_add(&params, "table", cli_text(ex->table));
    cli_add(&params, "query", cli_text(ex->filter != NULL ? ex->filter : ""));
    if (cli_call(c, "record.aggregate", cli_map_value(&params), &answer) != CLI_OK)
        return 0;
    rows = csm_map_get(answer, "rows");
    if (rows != NULL && rows->type == CSM_T_LIST && rows->count == 1)
        count = csm_map_get(&rows->list[0], "count");
    return count != NULL && count->type == CSM_T_INT && count->i > 0 ? (uint64_t)count->i : 0;
}

static int put_all(export_run *ex)
{
    cli_progress progress = cli_progress_begin(ex->c, count_rows(ex));
    csm_value after = csm_nil();
    csm_buf token;
    int code;

    progress.on = progress.on && !isatty(fileno(ex->c->out)); /* not among the records */
    csm_buf_init(&token, 1u << 20);
    put_header(ex);
    do {
        code = put_page(ex, &after, &token);
        cli_progress_show(&progress, ex->rows, ex->rows, 0);
    } while (code == CLI_OK && after.type == CSM_T_TEXT && !ferror(ex->c->out));
    cli_progress_end(&progress);
    csm_buf_done(&token);
    if (code == CLI_OK && (fflush(ex->c->out) != 0 || ferror(ex->c->out))) {
        fprintf(stderr, "csm: the output cannot be written: %s\n", strerror(errno));
        code = CLI_IO;
    }
    return code;
}

int cli_cmd_export(cli *c, int argc, char **argv)
{
    export_run ex = { .c = c };
    int code;

    if (!parse_options(argc, argv, &ex))
        return CLI_USAGE;
    if ((code = cli_call(c, "server.ping", csm_nil(), &(const csm_value *){ NULL })) != CLI_OK ||
        (code = find_columns(&ex)) != CLI_OK)
        return code;
    if ((ex.arena = csm_arena_new(65536, 0)) == NULL)
        return CLI_FAILED;
    code = put_all(&ex);
    csm_arena_free(ex.arena);
    if (code == CLI_OK)
        fprintf(stderr, "%llu record%s\n", (unsigned long long)ex.rows, ex.rows == 1 ? "" : "s");
    return code;
}
