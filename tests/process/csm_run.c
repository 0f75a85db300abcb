/* Running csm: arguments, standard input, what it wrote. */
#include "csm_run.h"

#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX 32

static pid_t spawn(const server_process *server, const char *const *args, const char *in, const char *out,
                   const char *err)
{
    const char *bin = getenv("CSM_BIN_DIR"), *argv[ARGS_MAX];
    char program[512];
    int argc = 0;
    pid_t pid;

    assert_non_null(bin);
    (void)snprintf(program, sizeof(program), "%s/csm", bin);
    argv[argc++] = program;
    for (int n = 0; args[n] != NULL && argc < ARGS_MAX - 1; n++)
        argv[argc++] = args[n];
    argv[argc] = NULL;
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int fds[3] = { open(in, O_RDONLY | O_CLOEXEC), open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600),
                       open(err, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) };

        for (int n = 0; n < 3; n++)
            if (fds[n] < 0 || dup2(fds[n], n) < 0)
                _exit(126);
        if (setenv("CSM_CONNECT", server->socket, 1) != 0 || setenv("HOME", server->dir, 1) != 0 ||
            setenv("LC_ALL", "C.UTF-8", 1) != 0)
            _exit(126);
        (void)execv(program, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    return pid;
}

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    char buf[65536];
    size_t got;

    assert_non_null(file);
    assert_non_null(out);
    while ((got = fread(buf, 1, sizeof(buf), file)) > 0)
        assert_int_equal(fwrite(buf, 1, got, out), got);
    (void)fclose(file);
    assert_int_equal(fclose(out), 0);
    return text;
}

csm_run csm_run_now(const server_process *server, const char *const *args, const char *input)
{
    char in[96], out[96], err[96];
    FILE *file;
    csm_run run;

    (void)snprintf(in, sizeof(in), "%s/csm.in", server->dir);
    (void)snprintf(out, sizeof(out), "%s/csm.out", server->dir);
    (void)snprintf(err, sizeof(err), "%s/csm.err", server->dir);
    assert_non_null(file = fopen(in, "wb"));
    assert_true(input == NULL || fputs(input, file) >= 0);
    assert_int_equal(fclose(file), 0);
    run.code = csm_run_wait(spawn(server, args, in, out, err));
    run.out = read_whole(out);
    run.err = read_whole(err);
    return run;
}

void csm_run_done(csm_run *run)
{
    free(run->out);
    free(run->err);
    *run = (csm_run){ 0 };
}

pid_t csm_run_start(const server_process *server, const char *const *args)
{
    char log[96];

    (void)snprintf(log, sizeof(log), "%s/csm.log", server->dir);
    return spawn(server, args, "/dev/null", log, log);
}

int csm_run_wait(pid_t pid)
{
    int status = 0;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

char *csm_run_expect(const server_process *server, int code, const char *const *args)
{
    csm_run run = csm_run_now(server, args, NULL);
    char *out = run.out;

    if (run.code != code)
        print_error("csm %s ...: exit code %d, wanted %d\n%s%s", args[0], run.code, code, run.out, run.err);
    assert_int_equal(run.code, code);
    free(run.err);
    return out;
}
