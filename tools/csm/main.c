/* csm: global options, the table of commands. */
#include "cli.h"

#include <argp.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const cli_command cli_commands[] = {
    { "get", "TABLE ID|NUMBER [FIELDS]", "Shows one record", cli_cmd_get },
    { "list", "TABLE [FILTER] [--fields A,B] [--sort A,-B] [--limit N] [--all]", "Lists the records a filter matches", cli_cmd_list },
    { "count", "TABLE [FILTER] [--by A,B]", "Counts records, grouped if asked", cli_cmd_count },
    { "insert", "TABLE name=value...", "Makes a record", cli_cmd_insert },
    { "update", "TABLE ID|NUMBER name=value...", "Changes a record", cli_cmd_update },
    { "delete", "TABLE ID|NUMBER", "Deletes a record", cli_cmd_delete },
    { "history", "TABLE ID|NUMBER", "Shows what happened to a record", cli_cmd_history },
    { "call", "METHOD [JSON]", "Calls any method", cli_cmd_call },
    { "import", "FILE --map MAPPING [--dry-run] [--name NAME]", "Loads a CSV or JSON-lines file through a mapping", cli_cmd_import },
    { "export", "TABLE [FILTER] [--fields A,B]", "Writes all matching records as CSV or JSON lines", cli_cmd_export },
    { "plugin", "list | show ID", "Shows the plugins of the server", cli_cmd_plugin },
    { "status", "", "Shows how the server is", cli_cmd_status },
    { "verify", "", "Checks the store of the running server against itself", cli_cmd_verify },
    { "shell", "", "Reads commands with history and completion", cli_cmd_shell },
    { "completion", "bash", "Prints completion for a shell", cli_cmd_completion },
    { "help", "[COMMAND]", "Tells about commands", cli_cmd_help },
    { NULL, NULL, NULL, NULL },
};

enum { OPT_JSON = 256, OPT_CSV };

static const struct argp_option option_table[] = {
    { "connect", 'c', "ADDRESS", 0, "unix:PATH or tcp:HOST:PORT (else $CSM_CONNECT, else unix:/run/csmd/csmd.sock)", 0 },
    { "user", 'u', "NAME", 0, "Act as this user (the local administrator may)", 0 },
    { "json", OPT_JSON, NULL, 0, "Answers as JSON", 0 },
    { "csv", OPT_CSV, NULL, 0, "Answers as CSV", 0 },
    { 0 },
};

typedef struct arguments {
    cli *c;
    int first; /* of the command in argv */
} arguments;

static error_t parse(int key, char *arg, struct argp_state *state)
{
    arguments *args = state->input;

    switch (key) {
    case 'c': args->c->address = arg; break;
    case 'u': args->c->user = arg; break;
    case OPT_JSON: args->c->format = CLI_JSON; break;
    case OPT_CSV: args->c->format = CLI_CSV; break;
    case ARGP_KEY_ARG:
        args->first = state->next - 1;
        state->next = state->argc; /* the rest is the command's */
        break;
    case ARGP_KEY_NO_ARGS: argp_usage(state); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static char *list_commands(int key, const char *text, void *input)
{
    char *out = NULL;
    size_t len = 0;
    FILE *f;

    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC || (f = open_memstream(&out, &len)) == NULL)
        return (char *)(uintptr_t)text;
    fprintf(f, "Commands:\n");
    for (const cli_command *cmd = cli_commands; cmd->name != NULL; cmd++)
        fprintf(f, "  %-10s %-52s %s\n", cmd->name, cmd->usage, cmd->doc);
    fprintf(f, "  NOUN VERB  [ID|NUMBER] [name=value...]                          Any other method, e.g. case accept CS0001001\n"
               "\nExit codes: 0 done, 1 refused, 2 not found, 3 not allowed, 4 conflict, 5 import in part, 64 usage, "
               "69 no server, 74 local file.\n");
    (void)fclose(f);
    return out;
}

int cli_usage(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fprintf(stderr, "csm: ");
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    return CLI_USAGE;
}

int cli_cmd_help(cli *c, int argc, char **argv)
{
    for (const cli_command *cmd = cli_commands; cmd->name != NULL; cmd++)
        if (argc < 2 || strcmp(cmd->name, argv[1]) == 0)
            fprintf(c->out, "%-10s %-52s %s\n", cmd->name, cmd->usage, cmd->doc);
    return CLI_OK;
}

int cli_run(cli *c, int argc, char **argv)
{
    for (const cli_command *cmd = cli_commands; cmd->name != NULL; cmd++)
        if (strcmp(cmd->name, argv[0]) == 0)
            return cmd->run(c, argc, argv);
    return cli_verb(c, argc, argv);
}

int main(int argc, char **argv)
{
    static const struct argp argp = { option_table, parse, "COMMAND [ARGUMENTS]", "Speaks to a csmd server.\v", NULL,
                                      list_commands, NULL };
    const char *from_env = getenv("CSM_CONNECT");
    cli c = { .address = from_env != NULL && from_env[0] != '\0' ? from_env : "unix:/run/csmd/csmd.sock", .out = stdout };
    arguments args = { &c, 0 };
    int code;

    (void)setlocale(LC_ALL, "");
    argp_err_exit_status = CLI_USAGE;
    c.colour = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
    c.interactive = isatty(STDERR_FILENO);
    c.arena = csm_arena_new(65536, 0);
    if (c.arena == NULL)
        return CLI_FAILED;
    (void)argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &args);
    code = cli_run(&c, argc - args.first, argv + args.first);
    cli_release(&c);
    csm_client_close(c.client);
    csm_arena_free(c.arena);
    if (fflush(stdout) != 0 && code == CLI_OK)
        code = CLI_IO;
    return code;
}
