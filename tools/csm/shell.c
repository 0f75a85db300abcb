/* The interactive shell: one connection, command history kept in the home directory, words completed. */
#include "cli.h"

#include <histedit.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS_MAX 128

static char *prompt(EditLine *el)
{
    static char text[] = "csm> ";

    (void)el;
    return text;
}

static unsigned char complete(EditLine *el, int ch)
{
    const LineInfo *line = el_line(el);
    const char *start = line->cursor;
    const char *match = NULL;
    size_t len;
    unsigned count = 0;

    (void)ch;
    while (start > line->buffer && start[-1] != ' ')
        start--;
    len = (size_t)(line->cursor - start);
    for (const cli_command *cmd = cli_commands; start == line->buffer && cmd->name != NULL; cmd++)
        if (strncmp(cmd->name, start, len) == 0) {
            match = cmd->name;
            count++;
        }
    if (count != 1)
        return CC_REFRESH_BEEP;
    return el_insertstr(el, match + len) == 0 && el_insertstr(el, " ") == 0 ? CC_REFRESH : CC_ERROR;
}

/* The command's exit code. */
static int run_line(cli *c, Tokenizer *words, const char *line)
{
    int code;
    const char **argv = NULL;
    int argc = 0;
    char *copies[WORDS_MAX];

    tok_reset(words);
    if (tok_str(words, line, &argc, &argv) != 0 || argc > WORDS_MAX) {
        fprintf(stderr, "csm: a quote is open, or the line is too long\n");
        return CLI_USAGE;
    }
    if (argc == 0)
        return CLI_OK;
    for (int n = 0; n < argc; n++)
        if ((copies[n] = csm_arena_cstr(c->arena, csm_str_of(argv[n]))) == NULL)
            return CLI_FAILED;
    if (strcmp(copies[0], "shell") == 0)
        return CLI_OK;
    code = cli_run(c, argc, copies);
    if (c->client != NULL && !csm_client_is_open(c->client)) {
        csm_client_close(c->client); /* the next command connects anew */
        c->client = NULL;
    }
    cli_release(c);
    (void)fflush(c->out);
    return code;
}

static bool is_end(const char *line)
{
    return strcmp(line, "exit\n") == 0 || strcmp(line, "quit\n") == 0;
}

/* Lines of a pipe or file: no prompt, no history. The exit code of the last command that failed. */
static int read_pipe(cli *c, Tokenizer *words)
{
    char *line = NULL;
    size_t size = 0;
    int failed = CLI_OK, code;

    while (getline(&line, &size, stdin) > 0 && !is_end(line))
        if ((code = run_line(c, words, line)) != CLI_OK)
            failed = code;
    free(line);
    return failed;
}

/* A line that may hold a secret is not kept: the history is a file. */
static bool names_secret(const char *line)
{
    return strstr(line, "password") != NULL || strstr(line, "secret") != NULL || strstr(line, "token") != NULL;
}

static void read_terminal(cli *c, Tokenizer *words, EditLine *el, History *hist)
{
    HistEvent event;
    const char *line;
    int count;

    while ((line = el_gets(el, &count)) != NULL && count > 0 && !is_end(line)) {
        if (line[0] != '\n' && !names_secret(line))
            (void)history(hist, &event, H_ENTER, line);
        (void)run_line(c, words, line);
    }
    if (line == NULL || count <= 0)
        fputc('\n', c->out); /* Ctrl-D leaves the prompt standing */
}

static int talk(cli *c, Tokenizer *words)
{
    EditLine *el = el_init("csm", stdin, stdout, stderr);
    History *hist = history_init();
    const char *home = getenv("HOME");
    char path[512] = "";
    HistEvent event;

    if (el != NULL && hist != NULL) {
        (void)history(hist, &event, H_SETSIZE, 1000);
        if (home != NULL && (size_t)snprintf(path, sizeof(path), "%s/.csm_history", home) >= sizeof(path))
            path[0] = '\0';
        if (path[0] != '\0')
            (void)history(hist, &event, H_LOAD, path);
        (void)el_set(el, EL_PROMPT, prompt);
        (void)el_set(el, EL_EDITOR, "emacs");
        (void)el_set(el, EL_HIST, history, hist);
        (void)el_set(el, EL_ADDFN, "complete", "complete words", complete);
        (void)el_set(el, EL_BIND, "^I", "complete", NULL);
        read_terminal(c, words, el, hist);
        if (path[0] != '\0')
            (void)history(hist, &event, H_SAVE, path);
    }
    if (hist != NULL)
        history_end(hist);
    if (el == NULL)
        return CLI_FAILED;
    el_end(el);
    return CLI_OK;
}

int cli_cmd_shell(cli *c, int argc, char **argv)
{
    Tokenizer *words;
    int code;

    if (argc != 1)
        return cli_usage("%s takes no arguments", argv[0]);
    if ((words = tok_init(NULL)) == NULL)
        return CLI_FAILED;
    code = isatty(STDIN_FILENO) ? talk(c, words) : read_pipe(c, words);
    tok_end(words);
    return code;
}
