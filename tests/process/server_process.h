/* A csmd process of the test's own: started on a fresh directory, killed or stopped, started again on the same data. Fails
 * the running test when something does not work. */
#ifndef TESTS_PROCESS_SERVER_PROCESS_H
#define TESTS_PROCESS_SERVER_PROCESS_H

#include <csm/client.h>

#include <sys/types.h>

typedef struct server_process {
    char dir[64];
    char data[96];
    char socket[112]; /* address for clients */
    const char *plugins;
    const char *extra; /* one more option, or NULL */
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
/* What csmd wrote to stderr and stdout so far; the caller frees. */
char *server_log(const server_process *server);

#endif
