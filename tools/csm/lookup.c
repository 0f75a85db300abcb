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

int cli_record_id(cli *c, const char *table, const char *name, const char **id)
{
    const csm_value *description, *rows;
    csm_id parsed;
    int code;

    if (csm_id_parse(csm_str_of(name), &parsed)) {
        *id = name;
        return CLI_OK;
    }
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
    fprintf(stderr, "csm: no record of %s is called \"%s\"\n", table, name);
    return CLI_NOT_FOUND;
}
