/* Calling: the connection, errors and their exit codes, arguments. */
#include "cli.h"

#include "base/id.h"
#include "base/str.h"
#include "json/json.h"

#include <stdlib.h>
#include <string.h>

static int connect_now(cli *c)
{
    cli_map params = { 0 };
    csm_client_result *result = NULL;
    csm_value map;

    if (csm_client_connect(c->address, NULL, &c->client, &c->error) != CSM_OK) {
        fprintf(stderr, "csm: %s: %s\n", c->address, c->error.message);
        return c->error.from_server ? CLI_FAILED : CLI_UNAVAILABLE;
    }
    if (c->user == NULL)
        return CLI_OK;
    cli_add(&params, "user", cli_text(c->user));
    map = cli_map_value(&params);
    if (csm_client_call(c->client, "session.become", &map, &result, &c->error) != CSM_OK)
        return cli_fail(c);
    csm_client_result_free(result);
    return CLI_OK;
}

/* An answer whose values are in use until the command ends. */
typedef struct cli_kept {
    struct cli_kept *next;
    csm_client_result *result;
} cli_kept;

int cli_call(cli *c, const char *method, csm_value params, const csm_value **out)
{
    cli_kept *kept = csm_arena_alloc(c->arena, sizeof(*kept));
    int code;

    if (c->client == NULL && (code = connect_now(c)) != CLI_OK)
        return code;
    if (kept == NULL)
        return CLI_FAILED;
    if (csm_client_call(c->client, method, &params, &kept->result, &c->error) != CSM_OK)
        return cli_fail(c);
    kept->next = c->kept;
    c->kept = kept;
    *out = csm_client_result_value(kept->result);
    return CLI_OK;
}

void cli_release(cli *c)
{
    for (const cli_kept *kept = c->kept; kept != NULL; kept = kept->next)
        csm_client_result_free(kept->result);
    c->kept = NULL;
    csm_arena_clear(c->arena);
}

int cli_fail(cli *c)
{
    fprintf(stderr, "csm: %s", c->error.message);
    if (c->error.detail[0] != '\0')
        fprintf(stderr, "\n     %s", c->error.detail);
    if (c->error.hint[0] != '\0')
        fprintf(stderr, "\n     %s", c->error.hint);
    fprintf(stderr, "\n");
    if (!c->error.from_server)
        return CLI_UNAVAILABLE;
    switch (c->error.code) {
    case CSM_E_NOT_FOUND: return CLI_NOT_FOUND;
    case CSM_E_DENIED:
    case CSM_E_UNAUTHENTICATED: return CLI_DENIED;
    case CSM_E_CONFLICT:
    case CSM_E_EXISTS: return CLI_CONFLICT;
    default: return CLI_FAILED;
    }
}

csm_value cli_text(const char *text)
{
    return csm_ctext(text);
}

void cli_add(cli_map *map, const char *key, csm_value value)
{
    if (map->count < sizeof(map->pairs) / sizeof(map->pairs[0]))
        map->pairs[map->count++] = (csm_pair){ csm_str_of(key), value };
}

csm_value cli_map_value(const cli_map *map)
{
    return csm_map(map->pairs, map->count);
}

/* ---- assignments ---- */

/* The type word of a field as table.describe tells it, or "" when there is no such field (the server will say so). */
static csm_str field_type(const csm_value *description, csm_str name)
{
    const csm_value *fields = csm_map_get(description, "fields");

    for (uint32_t n = 0; fields != NULL && fields->type == CSM_T_LIST && n < fields->count; n++) {
        const csm_value *field_name = csm_map_get(&fields->list[n], "name");
        const csm_value *type = csm_map_get(&fields->list[n], "type");

        if (field_name != NULL && type != NULL && type->type == CSM_T_TEXT && csm_str_eq(field_name->s, name))
            return type->s;
    }
    return CSM_STR("");
}

/* Text as typed into the form a field of this type takes. */
static csm_value typed_value(cli *c, csm_str type, csm_str text)
{
    csm_error err = { 0 };
    csm_value v;
    int64_t number;

    if (text.len == 0)
        return csm_nil();
    if ((csm_str_is(type, "int") || csm_str_is(type, "duration")) && csm_parse_int(text, &number))
        return csm_int(number);
    if (csm_str_is(type, "bool") && (csm_str_is(text, "true") || csm_str_is(text, "false")))
        return csm_bool(text.ptr[0] == 't');
    if ((csm_str_is(type, "map") || csm_str_is(type, "currency") || csm_str_is(type, "document") || csm_str_is(type, "float")) &&
        csm_json_parse(c->arena, text, &v, &err) == CSM_OK)
        return v;
    if (csm_str_is(type, "list")) {
        csm_str rest = text, part;
        csm_value *items = csm_arena_array(c->arena, text.len + 1, sizeof(*items));
        uint32_t count = 0;

        while (items != NULL && csm_str_split(&rest, ',', &part))
            items[count++] = csm_text(part);
        return csm_list(items, count);
    }
    return csm_text(text);
}

static bool one_assignment(cli *c, const csm_value *description, const char *word, cli_map *map)
{
    const char *equals = strchr(word, '=');
    csm_str name;
    csm_value value;

    if (equals == NULL || equals == word) {
        (void)cli_usage("\"%s\" is no name=value", word);
        return false;
    }
    if (equals[-1] == ':') {
        csm_error err = { 0 };

        name = (csm_str){ word, (size_t)(equals - word) - 1 };
        if (csm_json_parse(c->arena, csm_str_of(equals + 1), &value, &err) != CSM_OK) {
            (void)cli_usage("%.*s: %s", CSM_STR_FMT(name), err.message);
            return false;
        }
    } else {
        name = (csm_str){ word, (size_t)(equals - word) };
        value = typed_value(c, field_type(description, name), csm_str_of(equals + 1));
    }
    if (map->count == sizeof(map->pairs) / sizeof(map->pairs[0])) {
        (void)cli_usage("too many assignments");
        return false;
    }
    map->pairs[map->count++] = (csm_pair){ name, value };
    return true;
}

bool cli_assignments(cli *c, const char *table, int argc, char **argv, cli_map *map)
{
    const csm_value *description = NULL;
    cli_map params = { 0 };

    if (argc > 0 && table != NULL) {
        cli_add(&params, "table", cli_text(table));
        if (cli_call(c, "table.describe", cli_map_value(&params), &description) != CLI_OK)
            return false;
    }
    for (int n = 0; n < argc; n++)
        if (!one_assignment(c, description, argv[n], map))
            return false;
    return true;
}

int cli_record_id(cli *c, const char *table, const char *name, const char **id)
{
    const csm_value *answer, *rows, *found;
    cli_map params = { 0 };
    csm_id parsed;
    int code;

    if (csm_id_parse(csm_str_of(name), &parsed)) {
        *id = name;
        return CLI_OK;
    }
    cli_add(&params, "table", cli_text(table));
    cli_add(&params, "query", csm_text(csm_arena_printf(c->arena, "number=%s", name)));
    cli_add(&params, "limit", csm_int(1));
    if ((code = cli_call(c, "record.query", cli_map_value(&params), &answer)) != CLI_OK)
        return code;
    rows = csm_map_get(answer, "rows");
    found = rows != NULL && rows->type == CSM_T_LIST && rows->count > 0 ? csm_map_get(&rows->list[0], "sys_id") : NULL;
    if (found == NULL || found->type != CSM_T_TEXT) {
        fprintf(stderr, "csm: no %s has the number %s\n", table, name);
        return CLI_NOT_FOUND;
    }
    *id = csm_arena_cstr(c->arena, found->s);
    return *id != NULL ? CLI_OK : CLI_FAILED;
}

/* ---- call METHOD [JSON] ---- */

int cli_cmd_call(cli *c, int argc, char **argv)
{
    csm_value params = csm_nil();
    const csm_value *out;
    csm_error err = { 0 };
    int code;

    if (argc < 2 || argc > 3)
        return cli_usage("call METHOD [JSON]");
    if (argc == 3 && csm_json_parse(c->arena, csm_str_of(argv[2]), &params, &err) != CSM_OK)
        return cli_usage("%s", err.message);
    if ((code = cli_call(c, argv[1], params, &out)) != CLI_OK)
        return code;
    cli_show(c, out);
    return CLI_OK;
}
