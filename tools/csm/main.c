/* csm: global options and the way to a command. */
#include "cli.h"

#include "base/str.h"

#include <argp.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_MS 30000

enum { OPT_JSON = 256, OPT_CSV, OPT_TIMEOUT };

static const struct argp_option option_table[] = {
    { "connect", 'c', "ADDRESS", 0, "unix:PATH or tcp:HOST:PORT (else $CSM_CONNECT, else unix:/run/csmd/csmd.sock)",
      0 },
    { "user", 'u', "NAME", 0, "Act as this user (an administrator may)", 0 },
    { "json", OPT_JSON, NULL, 0, "Answers as JSON", 0 },
    { "csv", OPT_CSV, NULL, 0, "Answers as CSV", 0 },
    { "timeout", OPT_TIMEOUT, "SECONDS", 0, "Longest wait for an answer (30; 0: none)", 0 },
    { 0 },
};

typedef struct arguments {
    cli *c;
    int first; /* of the command in argv */
} arguments;

static error_t parse(int key, char *arg, struct argp_state *state)
{
    arguments *args = state->input;
    int64_t seconds;

    switch (key) {
    case 'c':
        args->c->address = arg;
        break;
    case 'u':
        args->c->user = arg;
        break;
    case OPT_JSON:
        args->c->format = CLI_JSON;
        break;
    case OPT_CSV:
        args->c->format = CLI_CSV;
        break;
    case OPT_TIMEOUT:
        if (!csm_parse_int(csm_str_of(arg), &seconds) || seconds < 0 || seconds > 86400)
            argp_error(state, "--timeout is a number of seconds up to 86400");
        args->c->timeout_ms = seconds > 0 ? (int32_t)seconds * 1000 : -1;
        break;
    case ARGP_KEY_ARG:
        args->first = state->next - 1;
        state->next = state->argc; /* the rest is the command's */
        break;
    case ARGP_KEY_NO_ARGS:
        argp_usage(state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
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
    fputs("Commands (csm help COMMAND tells more):\n", f);
    cli_list_commands(f);
    fputs("Exit codes:\n", f);
    cli_list_exit_codes(f);
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

int cli_run(cli *c, int argc, char **argv)
{
    for (const cli_command *cmd = cli_commands; cmd->name != NULL; cmd++)
        if (strcmp(cmd->name, argv[0]) == 0)
            return cmd->run(c, argc, argv);
    return cli_verb(c, argc, argv);
}

int main(int argc, char **argv)
{
    static const struct argp argp = { option_table,  parse, "COMMAND [ARGUMENTS]", "Speaks to a csmd server.\v", NULL,
                                      list_commands, NULL };
    const char *from_env = getenv("CSM_CONNECT"), *token = getenv("CSM_TOKEN");
    cli c = { .address = from_env != NULL && from_env[0] != '\0' ? from_env : "unix:/run/csmd/csmd.sock",
              .timeout_ms = TIMEOUT_MS,
              .out = stdout };
    arguments args = { &c, 0 };
    int code;

    (void)setlocale(LC_ALL, "");
    (void)signal(SIGPIPE, SIG_IGN); /* a lost connection is an error with an exit code */
    argp_err_exit_status = CLI_USAGE;
    c.token = token != NULL && token[0] != '\0' ? token : NULL; /* no option: others read command lines */
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
