/* Answers on a terminal: tables that fit its width, records as two columns, JSON and CSV for programs. */
#include "cli.h"

#include "cell.h"

#include "base/str.h"
#include "json/json.h"

#include <libsmartcols/libsmartcols.h>

#include <string.h>

#define COLUMNS_MAX 64

static bool is_rows(const csm_value *value)
{
    if (value->type != CSM_T_LIST || value->count == 0)
        return false;
    for (uint32_t n = 0; n < value->count; n++)
        if (value->list[n].type != CSM_T_MAP)
            return false;
    return true;
}

csm_str cli_plain(cli *c, csm_value value)
{
    csm_str text = cli_cell_text(c->arena, value);

    return text.ptr != NULL ? text : CSM_STR("");
}

/* What a person reads in a cell: the display value where the server gave one. */
static csm_str cell(cli *c, const csm_value *row, csm_str column)
{
    const csm_value *display = csm_map_get(row, "display");

    for (unsigned pass = display != NULL && display->type == CSM_T_MAP ? 0 : 1; pass < 2; pass++) {
        const csm_value *map = pass == 0 ? display : row;

        for (uint32_t n = 0; n < map->count; n++)
            if (csm_str_eq(map->map[n].key, column) && (pass == 1 || map->map[n].value.type != CSM_T_NIL))
                return cli_plain(c, map->map[n].value);
    }
    return CSM_STR("");
}

#define NESTED_MOST 60u /* bytes of a list or map within a table; a longer one is counted and not shown */

/* A cell of a table: one value that is a table of its own does not make all rows as wide as it. */
static csm_str table_cell(cli *c, const csm_value *row, csm_str column)
{
    const char *name = csm_arena_cstr(c->arena, column);
    const csm_value *value = name != NULL ? csm_map_get(row, name) : NULL;
    csm_str text = cell(c, row, column);

    if (value == NULL || !is_rows(value) || text.len <= NESTED_MOST)
        return text;
    text = csm_arena_printf(c->arena, "(%u)", value->count);
    return text.ptr != NULL ? text : CSM_STR("");
}

/* ---- columns ---- */

typedef struct columns {
    csm_str names[COLUMNS_MAX];
    unsigned count;
} columns;

static void add_column(columns *cols, csm_str name)
{
    for (unsigned n = 0; n < cols->count; n++)
        if (csm_str_eq(cols->names[n], name))
            return;
    if (cols->count < COLUMNS_MAX)
        cols->names[cols->count++] = name;
}

static void find_columns(const csm_value *rows, const char *wanted, columns *cols)
{
    csm_str rest = csm_str_of(wanted != NULL ? wanted : ""), part;

    while (rest.len > 0 && csm_str_split(&rest, ',', &part))
        add_column(cols, csm_str_trim(part));
    if (cols->count > 0)
        return;
    for (uint32_t n = 0; n < rows->count; n++)
        for (uint32_t k = 0; k < rows->list[n].count; k++) {
            csm_str name = rows->list[n].map[k].key;

            if (!csm_str_is(name, "display") && !csm_str_is(name, "sys_mod_count"))
                add_column(cols, name);
        }
}

/* ---- CSV ---- */

static void show_csv(cli *c, const csm_value *rows, const columns *cols)
{
    for (unsigned k = 0; k < cols->count; k++) {
        fputs(k > 0 ? "," : "", c->out);
        cli_put_csv(c->out, cols->names[k]);
    }
    fputs("\r\n", c->out);
    for (uint32_t n = 0; n < rows->count; n++) {
        for (unsigned k = 0; k < cols->count; k++) {
            fputs(k > 0 ? "," : "", c->out);
            cli_put_csv(c->out, cell(c, &rows->list[n], cols->names[k]));
        }
        fputs("\r\n", c->out);
    }
}

/* ---- tables ---- */

static struct libscols_table *new_table(cli *c)
{
    struct libscols_table *table = scols_new_table();

    if (table == NULL)
        return NULL;
    (void)scols_table_set_stream(table, c->out);
    (void)scols_table_enable_colors(table, c->colour);
    return table;
}

/* Times as people read them, and as a filter takes them: "2026-01-31 10:00:00Z" for "2026-01-31T10:00:00.123456Z", in a text of one or more. */
static void shorten_times(char *text)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    char *to = text;

    while (*text != '\0') {
        size_t n = 0;

        while (n < sizeof(form) - 1 && (form[n] == 'd' ? text[n] >= '0' && text[n] <= '9' : text[n] == form[n]))
            n++;
        if (n < sizeof(form) - 1) {
            *to++ = *text++;
            continue;
        }
        for (size_t k = 0; k < n; k++)
            *to++ = form[k] == 'T' ? ' ' : text[k];
        text += n;
        if (*text == '.')
            text += 1 + strspn(text + 1, "0123456789");
    }
    *to = '\0';
}

static void add_cell(cli *c, struct libscols_line *line, unsigned column, csm_str text)
{
    char *copy = csm_arena_cstr(c->arena, text);

    if (copy != NULL)
        shorten_times(copy);

    for (char *at = copy; at != NULL && *at != '\0'; at++)
        if ((unsigned char)*at < 0x20)
            *at = ' ';
    if (line != NULL && copy != NULL)
        (void)scols_line_set_data(line, column, copy);
}

static void show_table(cli *c, const csm_value *rows, const columns *cols)
{
    struct libscols_table *table = new_table(c);

    if (table == NULL)
        return;
    for (unsigned k = 0; k < cols->count; k++) {
        const char *name = csm_arena_cstr(c->arena, cols->names[k]);
        bool long_text = name != NULL && (strstr(name, "description") != NULL || strstr(name, "name") != NULL ||
                                          strstr(name, "message") != NULL || strstr(name, "doc") != NULL ||
                                          strcmp(name, "from") == 0 || strcmp(name, "to") == 0);

        (void)scols_table_new_column(table, name != NULL ? name : "?", long_text ? 0.3 : 0,
                                     long_text ? SCOLS_FL_TRUNC : 0);
    }
    for (uint32_t n = 0; n < rows->count; n++) {
        struct libscols_line *line = scols_table_new_line(table, NULL);

        for (unsigned k = 0; k < cols->count; k++)
            add_cell(c, line, k, table_cell(c, &rows->list[n], cols->names[k]));
    }
    (void)scols_print_table(table);
    scols_unref_table(table);
}

static void show_json(cli *c, const csm_value *value)
{
    csm_buf buf;

    csm_buf_init(&buf, 0);
    if (csm_json_print(*value, CSM_JSON_INDENT, &buf))
        fprintf(c->out, "%.*s\n", (int)buf.len, (const char *)buf.ptr);
    csm_buf_done(&buf);
}

void cli_show_rows(cli *c, const csm_value *rows, const char *wanted)
{
    columns cols = { 0 };

    find_columns(rows, wanted, &cols);
    if (c->format == CLI_JSON)
        show_json(c, rows);
    else if (c->format == CLI_CSV)
        show_csv(c, rows, &cols);
    else if (rows->count == 0)
        fprintf(c->out, "no rows\n");
    else
        show_table(c, rows, &cols);
}

/* One line of the table for each line of the text; the name stands on the first. */
static void add_lines(cli *c, struct libscols_table *table, csm_str name, csm_str text)
{
    csm_str part;

    while (text.len > 0 && csm_str_split(&text, '\n', &part)) {
        struct libscols_line *line = scols_table_new_line(table, NULL);

        add_cell(c, line, 0, name);
        add_cell(c, line, 1, part);
        name = CSM_STR("");
    }
}

static bool is_journal(const csm_value *value)
{
    return is_rows(value) && csm_map_get(&value->list[0], "by") != NULL && csm_map_get(&value->list[0], "text") != NULL;
}

/* A table or a record of its own within a record. */
static bool is_section(const csm_value *value)
{
    return value->type == CSM_T_MAP ? csm_map_get(value, "sys_id") != NULL : is_rows(value) && !is_journal(value);
}

/* A field of a record; a journal has a line for each entry. */
static void add_value(cli *c, struct libscols_table *table, csm_str name, csm_value value, csm_str text)
{
    if (!is_journal(&value)) {
        add_lines(c, table, name, text);
        return;
    }
    for (uint32_t n = 0; n < value.count; n++) {
        const csm_value *entry = &value.list[n];

        text = csm_arena_printf(c->arena, "%.*s %.*s: %.*s", CSM_STR_FMT(cli_text_of(entry, "time")),
                                CSM_STR_FMT(cli_text_of(entry, "by")), CSM_STR_FMT(cli_text_of(entry, "text")));
        add_lines(c, table, name, text);
        name = CSM_STR("");
    }
}

static void show_sections(cli *c, const csm_value *record)
{
    for (uint32_t n = 0; n < record->count; n++) {
        const csm_value *value = &record->map[n].value;

        if (!is_section(value) || csm_str_is(record->map[n].key, "display"))
            continue;
        fprintf(c->out, "\n%.*s\n", CSM_STR_FMT(record->map[n].key));
        if (value->type == CSM_T_MAP)
            cli_show_record(c, value);
        else
            cli_show_rows(c, value, NULL);
    }
}

void cli_show_record(cli *c, const csm_value *record)
{
    struct libscols_table *table;

    if (c->format != CLI_TABLE) {
        csm_value one = csm_list(record, 1);

        if (c->format == CLI_JSON)
            show_json(c, record);
        else
            cli_show_rows(c, &one, NULL);
        return;
    }
    table = new_table(c);
    if (table == NULL)
        return;
    (void)scols_table_enable_noheadings(table, 1);
    (void)scols_table_new_column(table, "field", 0, 0);
    (void)scols_table_new_column(table, "value", 0, SCOLS_FL_WRAP);
    for (uint32_t n = 0; n < record->count; n++) {
        csm_str name = record->map[n].key;

        if (!csm_str_is(name, "display") && !is_section(&record->map[n].value))
            add_value(c, table, name, record->map[n].value, cell(c, record, name));
    }
    (void)scols_print_table(table);
    scols_unref_table(table);
    show_sections(c, record);
}

void cli_show(cli *c, const csm_value *value)
{
    const csm_value *rows = value->type == CSM_T_MAP ? csm_map_get(value, "rows") : NULL;

    if (c->format == CLI_JSON)
        show_json(c, value);
    else if (rows != NULL && is_rows(rows))
        cli_show_rows(c, rows, NULL);
    else if (is_rows(value))
        cli_show_rows(c, value, NULL);
    else if (value->type == CSM_T_MAP)
        cli_show_record(c, value);
    else
        fprintf(c->out, "%.*s\n", CSM_STR_FMT(cli_plain(c, *value)));
}
