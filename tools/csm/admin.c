/* Commands about the server: plugins, status, verify, completion. */
#include "cli.h"

#include <string.h>

/* What else is in the way than the message says. */
static void show_problems(const cli *c)
{
    const csm_value *error = c->client != NULL ? csm_client_refusal(c->client) : NULL;
    const csm_value *data = error != NULL ? csm_map_get(error, "data") : NULL;
    const csm_value *problems = data != NULL ? csm_map_get(data, "problems") : NULL;

    for (uint32_t n = 0; problems != NULL && problems->type == CSM_T_LIST && problems->count > 1 && n < problems->count; n++)
        fprintf(stderr, "     %.*s: %.*s\n", CSM_STR_FMT(cli_text_of(&problems->list[n], "plugin")),
                CSM_STR_FMT(cli_text_of(&problems->list[n], "problem")));
}

/* Takes as long as the rows of what comes do. */
static int change_plugins(cli *c, const char *method, const cli_map *params, const csm_value **answer)
{
    int32_t timeout_ms = c->timeout_ms;
    int code;

    c->timeout_ms = -1;
    code = cli_call(c, method, cli_map_value(params), answer);
    c->timeout_ms = timeout_ms;
    if (code != CLI_OK)
        show_problems(c);
    return code;
}

int cli_cmd_plugin(cli *c, int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "", *id = argc > 2 ? argv[2] : "";
    bool cascade = argc == 4 && strcmp(verb, "deactivate") == 0 && strcmp(argv[3], "--cascade") == 0;
    cli_map params = { 0 };
    const csm_value *answer;
    int code;

    cli_add(&params, "id", cli_text(id));
    if (cascade)
        cli_add(&params, "cascade", csm_bool(true));
    if (argc == 2 && strcmp(verb, "list") == 0)
        code = cli_call(c, "plugin.list", csm_nil(), &answer);
    else if (argc == 3 && strcmp(verb, "show") == 0)
        code = cli_call(c, "plugin.show", cli_map_value(&params), &answer);
    else if (argc == 3 && strcmp(verb, "clear") == 0)
        code = cli_call(c, "plugin.clear", cli_map_value(&params), &answer);
    else if (argc == 3 && strcmp(verb, "activate") == 0)
        code = change_plugins(c, "plugin.activate", &params, &answer);
    else if ((argc == 3 || cascade) && strcmp(verb, "deactivate") == 0)
        code = change_plugins(c, "plugin.deactivate", &params, &answer);
    else
        return cli_usage("plugin list | plugin show ID | plugin activate ID | plugin deactivate ID [--cascade] | plugin clear ID");
    if (code == CLI_OK && strcmp(verb, "list") == 0)
        cli_show_rows(c, answer, c->format == CLI_TABLE ? "id,version,state,reason,summary" : NULL); /* the rest would not fit */
    else if (code == CLI_OK)
        cli_show(c, answer);
    return code;
}

int cli_cmd_status(cli *c, int argc, char **argv)
{
    const csm_value *answer;
    int code;

    if (argc != 1)
        return cli_usage("%s takes no arguments", argv[0]);
    if ((code = cli_call(c, "server.status", csm_nil(), &answer)) == CLI_OK)
        cli_show(c, answer);
    return code;
}

int cli_cmd_verify(cli *c, int argc, char **argv)
{
    const csm_value *answer, *problems;
    int32_t timeout_ms = c->timeout_ms;
    int code;

    if (argc != 1)
        return cli_usage("%s takes no arguments", argv[0]);
    c->timeout_ms = -1; /* as long as the store is large */
    code = cli_call(c, "store.verify", csm_nil(), &answer);
    c->timeout_ms = timeout_ms;
    if (code != CLI_OK)
        return code;
    cli_show(c, answer);
    problems = csm_map_get(answer, "problems");
    if (problems == NULL)
        return CLI_FAILED;
    return (problems->type == CSM_T_INT && problems->i == 0) || (problems->type == CSM_T_LIST && problems->count == 0)
               ? CLI_OK
               : CLI_FAILED;
}

int cli_cmd_completion(cli *c, int argc, char **argv)
{
    if (argc != 2 || strcmp(argv[1], "bash") != 0)
        return cli_usage("completion bash");
    fputs("# bash completion for csm: source <(csm completion bash)\n"
          "_csm()\n{\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} words='' at=1 first n\n"
          "    local -a base=(\"${COMP_WORDS[0]}\")\n"
          "    while [[ $at -lt $COMP_CWORD && ${COMP_WORDS[at]} == -* ]]; do\n"
          "        case ${COMP_WORDS[at]} in -c | --connect | -u | --user | --timeout) n=2 ;; *) n=1 ;; esac\n"
          "        [[ $n == 2 ]] && base+=(\"${COMP_WORDS[at]}\" \"${COMP_WORDS[at + 1]}\")\n"
          "        at=$((at + n))\n"
          "    done\n"
          "    first=${COMP_WORDS[at]}\n"
          "    if [[ $at -ge $COMP_CWORD ]]; then\n"
          "        words='",
          c->out);
    for (const cli_command *cmd = cli_commands; cmd->name != NULL; cmd++)
        fprintf(c->out, "%s ", cmd->name);
    fputs("'\n        words+=$(\"${base[@]}\" names methods 2>/dev/null | sed 's/\\..*//' | sort -u)\n"
          "        [[ $word == -* ]] && words='--connect --user --json --csv --timeout --help'\n"
          "    elif [[ $word == --* ]]; then\n"
          "        case $first in\n"
          "        list) words='--fields --sort --limit --all' ;;\n"
          "        count) words='--by' ;;\n"
          "        export) words='--fields --format' ;;\n"
          "        plugin) words='--cascade' ;;\n"
          "        import) words='--map --dry-run --name --rejected --format --separator --encoding --page' ;;\n"
          "        esac\n"
          "    else\n"
          "        case $first in\n"
          "        get | list | count | insert | update | delete | fields | history | export)\n"
          "            [[ $COMP_CWORD -eq $((at + 1)) ]] && words=$(\"${base[@]}\" names tables 2>/dev/null) ;;\n"
          "        call) [[ $COMP_CWORD -eq $((at + 1)) ]] && words=$(\"${base[@]}\" names methods 2>/dev/null) ;;\n"
          "        help) words=$(\"${base[@]}\" names commands) ;;\n"
          "        plugin) words='list show activate deactivate clear' ;;\n"
          "        completion) words=bash ;;\n"
          "        import) compopt -o default ;;\n"
          "        *) [[ $COMP_CWORD -eq $((at + 1)) ]] && words=$(\"${base[@]}\" names methods 2>/dev/null | sed -n "
          "\"s/^$first\\\\.//p\") ;;\n"
          "        esac\n"
          "    fi\n"
          "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
          "}\ncomplete -F _csm csm\n",
          c->out);
    return CLI_OK;
}

/* csm names tables|methods|commands: one a line, for completion. */
int cli_cmd_names(cli *c, int argc, char **argv)
{
    const csm_value *answer = NULL, *list;
    csm_value area = csm_ctext("methods");
    cli_map params = { 0 };
    int code = CLI_OK;

    if (argc != 2)
        return cli_usage("names tables | methods | commands");
    if (strcmp(argv[1], "commands") == 0) {
        for (const cli_command *cmd = cli_commands; cmd->name != NULL; cmd++)
            fprintf(c->out, "%s\n", cmd->name);
        return CLI_OK;
    }
    if (strcmp(argv[1], "tables") == 0) {
        code = cli_call(c, "table.list", csm_nil(), &answer);
    } else if (strcmp(argv[1], "methods") == 0) {
        cli_add(&params, "areas", csm_list(&area, 1));
        code = cli_call(c, "server.describe", cli_map_value(&params), &answer);
    } else {
        return cli_usage("names tables | methods | commands");
    }
    list = csm_map_get(answer, argv[1]) != NULL ? csm_map_get(answer, argv[1]) : answer;
    for (uint32_t n = 0; code == CLI_OK && list->type == CSM_T_LIST && n < list->count; n++)
        fprintf(c->out, "%.*s\n", CSM_STR_FMT(cli_text_of(&list->list[n], "name")));
    return code;
}
