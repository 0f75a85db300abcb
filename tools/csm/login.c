/* Logging in: a password is asked for once, what comes back is a token for the environment of later commands. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* One line of standard input, unseen where that is a terminal; without its end. The caller frees; NULL: there is none. */
static char *read_password(const char *name)
{
    struct termios before, silent;
    bool asked = tcgetattr(STDIN_FILENO, &before) == 0;
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    if (asked) {
        silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        fprintf(stderr, "password of %s: ", name);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    len = getline(&line, &room, stdin);
    if (asked) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputs("\n", stderr);
    }
    if (len < 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

int cli_cmd_login(cli *c, int argc, char **argv)
{
    const csm_value *answer, *user, *change;
    cli_map params = { 0 };
    csm_str token;
    char *password;
    int code;

    if (argc != 2)
        return cli_usage("login NAME");
    password = read_password(argv[1]);
    if (password == NULL)
        return cli_usage("login: no password on standard input");
    c->token = c->user = NULL; /* who logs in anew is nobody else before */
    cli_add(&params, "user", cli_text(argv[1]));
    cli_add(&params, "password", cli_text(password));
    code = cli_call(c, "session.login", cli_map_value(&params), &answer);
    explicit_bzero(password, strlen(password));
    free(password);
    if (code != CLI_OK)
        return code;
    token = cli_text_of(answer, "token");
    fprintf(c->out, "%.*s\n", (int)token.len, token.ptr);
    user = csm_map_get(answer, "user");
    change = user != NULL ? csm_map_get(user, "must_change_password") : NULL;
    if (change != NULL && change->type == CSM_T_BOOL && change->b)
        fputs("csm: the password must be changed first: csm session change-password old=... new=...\n", stderr);
    return CLI_OK;
}
