/* Commands over records: get, list, count, insert, update, delete, history; and any NOUN VERB. */
#include "cli.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 200

/* Options a record command may carry anywhere after its table. */
typedef struct options {
    const char *filter, *fields, *by, *sort;
    int64_t limit;
    bool all;
} options;

static bool parse_options(int argc, char **argv, options *o)
{
    for (int n = 0; n < argc; n++) {
        const char **text = strcmp(argv[n], "--fields") == 0 ? &o->fields
                            : strcmp(argv[n], "--by") == 0   ? &o->by
                            : strcmp(argv[n], "--sort") == 0 ? &o->sort
                                                             : NULL;

        if (strcmp(argv[n], "--all") == 0) {
            o->all = true;
        } else if (strcmp(argv[n], "--limit") == 0) {
            if (n + 1 == argc || !csm_parse_int(csm_str_of(argv[++n]), &o->limit) || o->limit < 1)
                return cli_usage("--limit needs a number above 0") == CLI_OK;
        } else if (text != NULL) {
            if (n + 1 == argc)
                return cli_usage("%s needs a value", argv[n]) == CLI_OK;
            *text = argv[++n];
        } else if (argv[n][0] == '-' && argv[n][1] == '-') {
            return cli_usage("no option %s", argv[n]) == CLI_OK;
        } else if (o->filter == NULL) {
            o->filter = argv[n];
        } else {
            return cli_usage("one filter is enough: quote it (\"%s\")", argv[n]) == CLI_OK;
        }
    }
    return true;
}

static csm_value name_list(cli *c, const char *names)
{
    csm_str rest = csm_str_of(names), part;
    csm_value *items = csm_arena_array(c->arena, rest.len + 1, sizeof(*items));
    uint32_t count = 0;

    while (items != NULL && rest.len > 0 && csm_str_split(&rest, ',', &part))
        items[count++] = csm_text(csm_str_trim(part));
    return csm_list(items, count);
}

int cli_cmd_get(cli *c, int argc, char **argv)
{
    cli_map params = { 0 };
    const csm_value *record;
    const char *id;
    int code;

    if (argc < 3 || argc > 4)
        return cli_usage("get TABLE RECORD [FIELDS]");
    if ((code = cli_record_id(c, argv[1], argv[2], &id)) != CLI_OK)
        return code;
    cli_add(&params, "table", cli_text(argv[1]));
    cli_add(&params, "id", cli_text(id));
    if (c->format == CLI_TABLE)
        cli_add(&params, "display", csm_bool(true));
    if (argc == 4)
        cli_add(&params, "fields", name_list(c, argv[3]));
    if ((code = cli_call(c, "record.get", cli_map_value(&params), &record)) != CLI_OK)
        return code;
    cli_show_record(c, record);
    return CLI_OK;
}

/* Columns that say most about a table, when nobody named any: what table.describe marks first. */
static const char *default_fields(cli *c, const char *table, int *code)
{
    static const char *const telling[] = { "number",      "name",   "short_description", "state",   "priority",
                                           "user_name",   "email",  "account",           "contact", "consumer",
                                           "assigned_to", "active", "sys_updated_on" };
    const csm_value *answer, *fields;
    csm_str list = { "sys_id", 6 };
    uint32_t count = 0;

    *code = cli_describe(c, table, &answer);
    if (*code != CLI_OK)
        return NULL;
    fields = csm_map_get(answer, "fields");
    for (size_t k = 0; k < sizeof(telling) / sizeof(telling[0]); k++)
        if (cli_named(fields, csm_str_of(telling[k])) != NULL && ++count <= 9)
            list = csm_arena_printf(c->arena, "%.*s%s%s", count == 1 ? 0 : (int)list.len, list.ptr,
                                    count == 1 ? "" : ",", telling[k]);
    return csm_arena_cstr(c->arena, list);
}

int cli_cmd_list(cli *c, int argc, char **argv)
{
    options o = { .limit = 20 };
    csm_value *rows;
    uint32_t count = 0;
    csm_value after = csm_nil(), list;
    int code = CLI_OK;

    if (argc < 2)
        return cli_usage("list TABLE [FILTER] [--fields A,B] [--sort A,-B] [--limit N] [--all]");
    if (!parse_options(argc - 2, argv + 2, &o))
        return CLI_USAGE;
    if (o.fields == NULL && (o.fields = default_fields(c, argv[1], &code)) == NULL)
        return code != CLI_OK ? code : CLI_FAILED;
    if (o.all)
        o.limit = 100000;
    rows = csm_arena_array(c->arena, (size_t)o.limit, sizeof(*rows));
    while (rows != NULL && count < (uint64_t)o.limit) {
        int64_t page = o.limit - count < PAGE ? o.limit - count : PAGE;
        const csm_value *answer, *got, *next;
        cli_map params = { 0 };

        cli_add(&params, "table", cli_text(argv[1]));
        cli_add(&params, "query", cli_text(o.filter != NULL ? o.filter : ""));
        cli_add(&params, "fields", name_list(c, o.fields));
        cli_add(&params, "display", csm_bool(c->format == CLI_TABLE));
        cli_add(&params, "limit", csm_int(page));
        if (o.sort != NULL)
            cli_add(&params, "order", cli_text(o.sort));
        if (after.type == CSM_T_TEXT)
            cli_add(&params, "after", after);
        if ((code = cli_call(c, "record.query", cli_map_value(&params), &answer)) != CLI_OK)
            return code;
        got = csm_map_get(answer, "rows");
        for (uint32_t n = 0; got != NULL && n < got->count && count < (uint64_t)o.limit; n++)
            rows[count++] = got->list[n];
        next = csm_map_get(answer, "next");
        if (next == NULL || next->type != CSM_T_TEXT)
            break;
        after = *next;
    }
    list = csm_list(rows, count);
    cli_show_rows(c, &list, o.fields);
    if (c->format == CLI_TABLE && !o.all && count == (uint64_t)o.limit)
        fprintf(stderr, "(the first %u; --limit N or --all shows more)\n", count);
    return code;
}

int cli_cmd_count(cli *c, int argc, char **argv)
{
    cli_map params = { 0 };
    const csm_value *answer, *rows;
    options o = { 0 };
    int code;

    if (argc < 2)
        return cli_usage("count TABLE [FILTER] [--by A,B]");
    if (!parse_options(argc - 2, argv + 2, &o))
        return CLI_USAGE;
    cli_add(&params, "table", cli_text(argv[1]));
    cli_add(&params, "query", cli_text(o.filter != NULL ? o.filter : ""));
    if (o.by != NULL) {
        cli_add(&params, "group", name_list(c, o.by));
        cli_add(&params, "display", csm_bool(c->format == CLI_TABLE));
    }
    if ((code = cli_call(c, "record.aggregate", cli_map_value(&params), &answer)) != CLI_OK)
        return code;
    rows = csm_map_get(answer, "rows");
    if (rows != NULL)
        cli_show_rows(c, rows, NULL);
    return CLI_OK;
}

static int show_written(cli *c, const csm_value *record)
{
    const csm_value *number = csm_map_get(record, "number"), *id = csm_map_get(record, "sys_id");

    if (c->format != CLI_TABLE) {
        cli_show_record(c, record);
        return CLI_OK;
    }
    if (number != NULL && number->type == CSM_T_TEXT)
        fprintf(c->out, "%.*s ", CSM_STR_FMT(number->s));
    if (id != NULL && id->type == CSM_T_TEXT)
        fprintf(c->out, "%.*s", CSM_STR_FMT(id->s));
    fprintf(c->out, "\n");
    return CLI_OK;
}

int cli_cmd_insert(cli *c, int argc, char **argv)
{
    cli_map values = { 0 }, params = { 0 };
    const csm_value *record;
    int code;

    if (argc < 2)
        return cli_usage("insert TABLE name=value...");
    if ((code = cli_assignments(c, argv[1], NULL, argc - 2, argv + 2, &values)) != CLI_OK)
        return code;
    cli_add(&params, "table", cli_text(argv[1]));
    cli_add(&params, "values", cli_map_value(&values));
    if ((code = cli_call(c, "record.insert", cli_map_value(&params), &record)) != CLI_OK)
        return code;
    return show_written(c, record);
}

int cli_cmd_update(cli *c, int argc, char **argv)
{
    cli_map values = { 0 }, params = { 0 };
    const csm_value *record;
    const char *id;
    int code;

    if (argc < 4)
        return cli_usage("update TABLE RECORD name=value...");
    if ((code = cli_record_id(c, argv[1], argv[2], &id)) != CLI_OK)
        return code;
    if ((code = cli_assignments(c, argv[1], NULL, argc - 3, argv + 3, &values)) != CLI_OK)
        return code;
    cli_add(&params, "table", cli_text(argv[1]));
    cli_add(&params, "id", cli_text(id));
    cli_add(&params, "values", cli_map_value(&values));
    if ((code = cli_call(c, "record.update", cli_map_value(&params), &record)) != CLI_OK)
        return code;
    return show_written(c, record);
}

int cli_cmd_delete(cli *c, int argc, char **argv)
{
    const csm_value *answer;
    cli_map params = { 0 };
    const char *id;
    int code;

    if (argc != 3)
        return cli_usage("delete TABLE RECORD");
    if ((code = cli_record_id(c, argv[1], argv[2], &id)) != CLI_OK)
        return code;
    cli_add(&params, "table", cli_text(argv[1]));
    cli_add(&params, "id", cli_text(id));
    if ((code = cli_call(c, "record.delete", cli_map_value(&params), &answer)) == CLI_OK && c->format == CLI_TABLE)
        fprintf(c->out, "deleted %s\n", argv[2]);
    return code;
}

/* ---- NOUN VERB ---- */

static int describe_method(cli *c, const char *method, const csm_value **out)
{
    cli_map params = { 0 };
    const csm_value *answer;
    int code;

    cli_add(&params, "method", cli_text(method));
    if ((code = cli_call(c, "server.describe", cli_map_value(&params), &answer)) != CLI_OK)
        return code;
    *out = cli_named(csm_map_get(answer, "methods"), csm_str_of(method));
    if (*out != NULL)
        return CLI_OK;
    fprintf(stderr, "csm: no method \"%s\"\n", method);
    return CLI_NOT_FOUND;
}

/* The table that the method's "id" names; NULL when it has none. */
static const char *id_table(cli *c, const csm_value *method)
{
    csm_str table = cli_text_of(cli_named(csm_map_get(method, "params"), CSM_STR("id")), "table");

    return table.len > 0 ? csm_arena_cstr(c->arena, table) : NULL;
}

csm_str cli_method_name(cli *c, const char *noun, const char *verb)
{
    csm_str name = csm_arena_printf(c->arena, "%s.%s", noun, verb);

    for (char *at = (char *)(uintptr_t)name.ptr; at != NULL && *at != '\0'; at++)
        *at = *at == '-' ? '_' : *at;
    return name;
}

static bool gives_id(int argc, char **argv)
{
    for (int n = 0; n < argc; n++)
        if (strncmp(argv[n], "id=", 3) == 0 || strncmp(argv[n], "id:=", 4) == 0)
            return true;
    return false;
}

int cli_verb(cli *c, int argc, char **argv)
{
    cli_map params = { 0 };
    const csm_value *method, *answer;
    const char *table = NULL, *id;
    csm_str name;
    int used = 2, code;

    if (argc < 2)
        return cli_guess(c, argv[0], NULL, cli_usage("no command \"%s\"; csm help lists them", argv[0]));
    name = cli_method_name(c, argv[0], argv[1]);
    if (name.ptr == NULL)
        return CLI_FAILED;
    if ((code = describe_method(c, name.ptr, &method)) == CLI_NOT_FOUND)
        return cli_guess(c, argv[0], argv[1], code);
    if (code != CLI_OK)
        return code;
    table = id_table(c, method);
    if (argc > 2 && strchr(argv[2], '=') == NULL) {
        if (table == NULL)
            return cli_usage("%s takes no record: give name=value", name.ptr);
        if ((code = cli_record_id(c, table, argv[2], &id)) != CLI_OK)
            return code;
        cli_add(&params, "id", cli_text(id));
        used = 3;
    } else if (table != NULL && !gives_id(argc - used, argv + used)) {
        fputs("csm: which record? ", stderr);
        cli_put_call(stderr, method);
        return CLI_USAGE;
    }
    if ((code = cli_assignments(c, table, method, argc - used, argv + used, &params)) != CLI_OK)
        return code;
    if ((code = cli_call(c, name.ptr, cli_map_value(&params), &answer)) != CLI_OK)
        return code;
    if (answer->type == CSM_T_MAP && csm_map_get(answer, "sys_id") != NULL && c->format == CLI_TABLE)
        return show_written(c, answer);
    cli_show(c, answer);
    return CLI_OK;
}
