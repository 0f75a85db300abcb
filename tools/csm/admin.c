/* Commands about the server: plugins, status, verify, completion. */
#include "cli.h"

#include <string.h>

int cli_cmd_plugin(cli *c, int argc, char **argv)
{
    cli_map params = { 0 };
    const csm_value *answer;
    int code;

    if (argc == 2 && strcmp(argv[1], "list") == 0) {
        code = cli_call(c, "plugin.list", csm_nil(), &answer);
    } else if (argc == 3 && strcmp(argv[1], "show") == 0) {
        cli_add(&params, "id", cli_text(argv[2]));
        code = cli_call(c, "plugin.show", cli_map_value(&params), &answer);
    } else {
        return cli_usage("plugin list | plugin show ID");
    }
    if (code == CLI_OK)
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
    int code;

    if (argc != 1)
        return cli_usage("%s takes no arguments", argv[0]);
    if ((code = cli_call(c, "store.verify", csm_nil(), &answer)) != CLI_OK)
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
    fprintf(c->out, "# bash completion for csm: source <(csm completion bash)\n_csm()\n{\n"
                    "    local word=${COMP_WORDS[COMP_CWORD]} first=${COMP_WORDS[1]}\n"
                    "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W \"");
    for (const cli_command *cmd = cli_commands; cmd->name != NULL; cmd++)
        fprintf(c->out, "%s ", cmd->name);
    fprintf(c->out,
            "\" -- \"$word\"))\n        return\n    fi\n    case $first in\n"
            "    get | list | count | insert | update | delete | history | export)\n"
            "        [ \"$COMP_CWORD\" -eq 2 ] && COMPREPLY=($(compgen -W \"$(csm --csv call table.list 2>/dev/null |\n"
            "            sed -n 's/^\\([a-z_0-9]*\\),.*/\\1/p')\" -- \"$word\")) ;;\n"
            "    call)\n"
            "        [ \"$COMP_CWORD\" -eq 2 ] && COMPREPLY=($(compgen -W \"$(csm --json call server.describe 2>/dev/null |\n"
            "            sed -n 's/^ *\"name\": \"\\([a-z_]*\\.[a-z_.]*\\)\",*$/\\1/p')\" -- \"$word\")) ;;\n"
            "    import) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
            "    plugin) COMPREPLY=($(compgen -W \"list show\" -- \"$word\")) ;;\n"
            "    esac\n}\ncomplete -F _csm csm\n");
    return CLI_OK;
}
