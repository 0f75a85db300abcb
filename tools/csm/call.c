/* Calling: the connection, errors and their exit codes. */
#include "cli.h"

#include "json/json.h"

#include <stdlib.h>
#include <string.h>

/* A call of one text argument, whose answer nobody reads. */
static int call_first(cli *c, const char *method, const char *name, const char *text)
{
    csm_client_result *result = NULL;
    cli_map params = { 0 };
    csm_value map;

    cli_add(&params, name, cli_text(text));
    map = cli_map_value(&params);
    if (csm_client_call(c->client, method, &map, &result, &c->error) != CSM_OK)
        return cli_fail(c);
    csm_client_result_free(result);
    return CLI_OK;
}

static int connect_now(cli *c)
{
    csm_client_options options = CSM_CLIENT_OPTIONS_INIT;
    int code = CLI_OK;

    options.timeout_ms = c->timeout_ms;
    if (csm_client_connect(c->address, &options, &c->client, &c->error) != CSM_OK) {
        fprintf(stderr, "csm: %s: %s\n", c->address, c->error.message);
        return c->error.from_server ? CLI_FAILED : CLI_UNAVAILABLE;
    }
    if (c->token != NULL)
        code = call_first(c, "session.login", "token", c->token);
    if (code == CLI_OK && c->user != NULL)
        code = call_first(c, "session.become", "user", c->user);
    return code;
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
    csm_client_set_timeout(c->client, c->timeout_ms);
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
    c->described = NULL;
    c->tables = NULL;
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
    case CSM_E_NOT_FOUND:
        return CLI_NOT_FOUND;
    case CSM_E_DENIED:
    case CSM_E_UNAUTHENTICATED:
        return CLI_DENIED;
    case CSM_E_CONFLICT:
    case CSM_E_EXISTS:
        return CLI_CONFLICT;
    default:
        return CLI_FAILED;
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
