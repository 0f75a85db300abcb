/* Runs the command line against a server of the test's own. */
#ifndef TESTS_PROCESS_CSM_RUN_H
#define TESTS_PROCESS_CSM_RUN_H

#include "server_process.h"

typedef struct csm_run {
    int code; /* exit code; 128 + signal when one ended it */
    char *out, *err;
} csm_run;

/* Runs csm with @p args (ends with NULL) and @p input on its standard input (NULL: empty). Free with csm_run_done. */
csm_run csm_run_now(const server_process *server, const char *const *args, const char *input);
void csm_run_done(csm_run *run);
/* Starts csm without waiting; its output goes to <dir>/csm.log. */
pid_t csm_run_start(const server_process *server, const char *const *args);
/* Waits for one that was started; its exit code. */
int csm_run_wait(pid_t pid);

#define CSM(server, input, ...) csm_run_now((server), (const char *const[]){ __VA_ARGS__, NULL }, (input))
/* Runs, expects the exit code, gives what was written to standard output; the caller frees. */
char *csm_run_expect(const server_process *server, int code, const char *const *args);
#define CSM_EXPECT(server, code, ...) csm_run_expect((server), (code), (const char *const[]){ __VA_ARGS__, NULL })

#endif
