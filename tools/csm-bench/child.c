/* Child processes, their memory and processor time as the kernel tells it. */
#include "child.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

_Noreturn void die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fprintf(stderr, "csm-bench: ");
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    exit(1);
}

/* In the child: goes when the bench goes. */
static void bind_life(pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
}

pid_t child_start(char *const argv[], const char *log)
{
    pid_t parent = getpid(), pid = fork();

    if (pid < 0)
        die("fork: %s", strerror(errno));
    if (pid > 0)
        return pid;
    bind_life(parent);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0)
        (void)dup2(fd, STDERR_FILENO);
    (void)dup2(STDERR_FILENO, STDOUT_FILENO);
    (void)execv(argv[0], argv);
    fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

pid_t child_fork(int (*body)(void *user), void *user)
{
    pid_t parent = getpid(), pid = fork();

    if (pid < 0)
        die("fork: %s", strerror(errno));
    if (pid > 0)
        return pid;
    bind_life(parent);
    _exit(body(user));
}

static bool ended_within(pid_t pid, int tenths)
{
    struct timespec pause = { 0, 10000000 };

    for (int n = 0; n < tenths * 10; n++) {
        if (waitpid(pid, NULL, WNOHANG) != 0)
            return true;
        (void)nanosleep(&pause, NULL);
    }
    return false;
}

void child_stop(pid_t pid)
{
    if (pid <= 0)
        return;
    (void)kill(pid, SIGTERM);
    if (ended_within(pid, 200))
        return;
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}

bool child_lives(pid_t pid)
{
    return waitpid(pid, NULL, WNOHANG) == 0;
}

int64_t child_memory(pid_t pid, const char *line)
{
    char path[64], text[256];
    long long kib = -1;
    size_t len = strlen(line);
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    if ((f = fopen(path, "re")) == NULL)
        die("%s: %s", path, strerror(errno));
    while (kib < 0 && fgets(text, sizeof(text), f) != NULL)
        if (strncmp(text, line, len) == 0 && text[len] == ':')
            kib = strtoll(text + len + 1, NULL, 10);
    (void)fclose(f);
    if (kib < 0)
        die("%s has no line %s", path, line);
    return kib * 1024;
}

int64_t child_cpu_us(pid_t pid)
{
    char path[64], text[1024], *at, *save = NULL;
    unsigned long long ticks = 0;
    size_t len;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    if ((f = fopen(path, "re")) == NULL)
        die("%s: %s", path, strerror(errno));
    len = fread(text, 1, sizeof(text) - 1, f);
    (void)fclose(f);
    text[len] = '\0';
    at = strrchr(text, ')'); /* the name may hold blanks */
    at = at != NULL ? strtok_r(at + 1, " ", &save) : NULL;
    for (int field = 3; at != NULL && field <= 15; field++, at = strtok_r(NULL, " ", &save))
        if (field >= 14)
            ticks += strtoull(at, NULL, 10);
    return (int64_t)ticks * 1000000 / sysconf(_SC_CLK_TCK);
}

pid_t child_profile(pid_t pid, const char *file)
{
    char number[16], log[4200];
    char *argv[] = { (char[]){ "/usr/bin/perf" }, (char[]){ "record" }, (char[]){ "-q" }, (char[]){ "-g" }, (char[]){ "-p" },
                     number, (char[]){ "-o" }, strdup(file), NULL };
    pid_t out = 0;

    snprintf(number, sizeof(number), "%d", (int)pid);
    snprintf(log, sizeof(log), "%s.log", file);
    if (argv[7] != NULL && access(argv[0], X_OK) == 0)
        out = child_start(argv, log);
    free(argv[7]);
    return out;
}

uint16_t free_port(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 || getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        die("no free port: %s", strerror(errno));
    (void)close(fd);
    return ntohs(at.sin_port);
}
