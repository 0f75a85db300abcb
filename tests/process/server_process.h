/* A csmd process of the test's own: started on a fresh directory, killed or stopped, started again on the same data. Fails
 * the running test when something does not work. */
#ifndef TESTS_PROCESS_SERVER_PROCESS_H
#define TESTS_PROCESS_SERVER_PROCESS_H

#include <csm/client.h>

#include <stdbool.h>
#include <sys/types.h>

typedef struct server_process {
    char dir[64];
    char data[96];
    char socket[112]; /* address for clients */
    const char *plugins;
    const char *plugin_dir;    /* NULL: the bundled ones; "": csmd finds them itself */
    const char *extra;         /* one more option, or NULL */
    bool (*in_child)(void *);  /* called with the server in the new process before csmd runs there; NULL. False: exit code 77 */
    pid_t pid;
} server_process;

void server_init(server_process *server, const char *plugins); /* fresh directory, nothing started */
void server_start(server_process *server);                     /* returns when it answers server.ping */
int server_stop(server_process *server);                       /* SIGTERM; exit code */
void server_kill(server_process *server);                      /* SIGKILL */
int server_verify(server_process *server);                     /* csmd --verify: exit code */
void server_done(server_process *server);                      /* kills what runs, removes the directory */
/* Runs csmd with these options besides, until it ends; its exit code. Output goes to <dir>/log. */
int server_run(server_process *server, const char *const *options);
csm_client *server_client(server_process *server);
/* The answer to a call that must succeed; the caller frees. @p args: JSON with ' for ". */
csm_client_result *server_call(csm_client *client, const char *method, const char *args, ...)
    __attribute__((format(printf, 3, 4)));
/* The status of a call, its message in @p err. */
csm_status server_try(csm_client *client, csm_client_error *err, const char *method, const char *args, ...)
    __attribute__((format(printf, 4, 5)));
/* A text in an answer that is a map. */
const char *server_text(const csm_client_result *result, const char *key, char *out, size_t size);
/* Empties the log, so that server_log tells of what comes. */
void server_clear_log(const server_process *server);
/* Fails unless the log has this text in it. */
void server_log_has(const server_process *server, const char *text);
/* What csmd wrote to stderr and stdout so far; the caller frees. */
char *server_log(const server_process *server);

#endif
