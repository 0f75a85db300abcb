/* Finding records by what people call them, and what the server says about tables. */
#include "cli.h"

#include "base/id.h"

#include <string.h>

typedef struct cli_described {
    struct cli_described *next;
    const char *table;
    const csm_value *answer;
} cli_described;

int cli_describe(cli *c, const char *table, const csm_value **out)
{
    cli_described *d;
    cli_map params = { 0 };
    int code;

    for (d = c->described; d != NULL; d = d->next)
        if (strcmp(d->table, table) == 0) {
            *out = d->answer;
            return CLI_OK;
        }
    cli_add(&params, "table", cli_text(table));
    if ((code = cli_call(c, "table.describe", cli_map_value(&params), out)) != CLI_OK)
        return code;
    if ((d = csm_arena_alloc(c->arena, sizeof(*d))) == NULL)
        return CLI_FAILED;
    *d = (cli_described){ c->described, table, *out };
    c->described = d;
    return CLI_OK;
}

const csm_value *cli_named(const csm_value *list, csm_str name)
{
    for (uint32_t n = 0; list != NULL && list->type == CSM_T_LIST && n < list->count; n++)
        if (csm_str_eq(cli_text_of(&list->list[n], "name"), name))
            return &list->list[n];
    return NULL;
}

csm_str cli_text_of(const csm_value *map, const char *key)
{
    const csm_value *v = csm_map_get(map, key);

    return v != NULL && v->type == CSM_T_TEXT ? v->s : CSM_STR("");
}

/* Records whose @p field is @p name, at most two. */
static int find_by(cli *c, const char *table, csm_str field, const char *name, const csm_value **rows)
{
    const csm_value *answer;
    csm_value *where = csm_arena_array(c->arena, 4, sizeof(*where));
    cli_map params = { 0 };
    int code;

    if (where == NULL)
        return CLI_FAILED;
    where[0] = csm_ctext("=");
    where[1] = csm_text(field);
    where[2] = csm_ctext(name);
    where[3] = csm_ctext("sys_id");
    cli_add(&params, "table", cli_text(table));
    cli_add(&params, "where", csm_list(where, 3));
    cli_add(&params, "fields", csm_list(&where[3], 1));
    cli_add(&params, "limit", csm_int(2));
    if ((code = cli_call(c, "record.query", cli_map_value(&params), &answer)) == CLI_OK)
        *rows = csm_map_get(answer, "rows");
    return code;
}

/* CLI_NOT_FOUND, which is not told yet: no record of the table is called so. */
static int find_called(cli *c, const char *table, const char *name, const char **id)
{
    const csm_value *description, *rows;
    int code;

    if ((code = cli_describe(c, table, &description)) != CLI_OK)
        return code;
    const csm_str keys[] = { CSM_STR("number"), CSM_STR("user_name"), cli_text_of(description, "display"),
                             CSM_STR("name") };

    for (size_t n = 0; n < sizeof(keys) / sizeof(keys[0]); n++) {
        const csm_value *field = cli_named(csm_map_get(description, "fields"), keys[n]);

        if (field == NULL || !csm_str_is(cli_text_of(field, "type"), "text"))
            continue;
        if ((code = find_by(c, table, keys[n], name, &rows)) != CLI_OK)
            return code;
        if (rows != NULL && rows->type == CSM_T_LIST && rows->count > 1) {
            fprintf(stderr, "csm: several records of %s have the %.*s \"%s\": give the sys_id\n", table,
                    CSM_STR_FMT(keys[n]), name);
            return CLI_FAILED;
        }
        if (rows != NULL && rows->type == CSM_T_LIST && rows->count == 1) {
            *id = csm_arena_cstr(c->arena, cli_text_of(&rows->list[0], "sys_id"));
            return *id != NULL ? CLI_OK : CLI_FAILED;
        }
    }
    return CLI_NOT_FOUND;
}

static bool is_readable(const csm_value *table)
{
    const csm_value *operations = csm_map_get(table, "operations");

    for (uint32_t n = 0; operations != NULL && operations->type == CSM_T_LIST && n < operations->count; n++)
        if (operations->list[n].type == CSM_T_TEXT && csm_str_is(operations->list[n].s, "read"))
            return true;
    return false;
}

static bool extends(const csm_value *tables, const csm_value *table, const char *above)
{
    csm_str parent = cli_text_of(table, "extends");

    for (uint32_t n = 0; table != NULL && parent.len > 0 && n < tables->count; n++) {
        if (csm_str_is(parent, above))
            return true;
        table = cli_named(tables, parent);
        parent = cli_text_of(table, "extends");
    }
    return false;
}

static int list_tables(cli *c, const csm_value **out)
{
    cli_map params = { 0 };
    int code = CLI_OK;

    if (c->tables == NULL)
        code = cli_call(c, "table.list", cli_map_value(&params), &c->tables);
    *out = c->tables;
    return code;
}

/* Who does not read a table may read those that extend it: an agent reads cases, and no plain tasks. */
static int find_below(cli *c, const char *table, const char *name, const char **id)
{
    const csm_value *tables, *own;
    bool tried = false;
    int code;

    if ((code = list_tables(c, &tables)) != CLI_OK)
        return code;
    own = cli_named(tables, csm_str_of(table));
    for (uint32_t n = 0; (own == NULL || !is_readable(own)) && tables->type == CSM_T_LIST && n < tables->count; n++) {
        const char *below = csm_arena_cstr(c->arena, cli_text_of(&tables->list[n], "name"));

        if (below == NULL)
            return CLI_FAILED;
        if (!is_readable(&tables->list[n]) || !extends(tables, &tables->list[n], table))
            continue;
        tried = true;
        if ((code = find_called(c, below, name, id)) != CLI_NOT_FOUND)
            return code;
    }
    return tried ? CLI_NOT_FOUND : find_called(c, table, name, id);
}

int cli_record_id(cli *c, const char *table, const char *name, const char **id)
{
    csm_id parsed;
    int code;

    if (csm_id_parse(csm_str_of(name), &parsed)) {
        *id = name;
        return CLI_OK;
    }
    if ((code = find_below(c, table, name, id)) == CLI_NOT_FOUND)
        fprintf(stderr, "csm: no record of %s is called \"%s\"\n", table, name);
    return code;
}
