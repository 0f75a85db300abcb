/* Processes that the bench starts and ends: the server under test and the echo server beside it. They die with the bench. */
#ifndef CSM_BENCH_CHILD_H
#define CSM_BENCH_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Ends the program with a message and exit code 1; children and scratch folders go with it. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Runs @p argv[0], its standard error into the file @p log. */
pid_t child_start(char *const argv[], const char *log);
/* Runs @p body in a fork; its return value is the exit code. */
pid_t child_fork(int (*body)(void *user), void *user);
/* SIGTERM, then waits; SIGKILL after 20 s. */
void child_stop(pid_t pid);
bool child_lives(pid_t pid);
/* A line of /proc/PID/status in bytes ("RssAnon", "VmRSS"). */
int64_t child_memory(pid_t pid, const char *line);
/* Processor time used so far, microseconds. */
int64_t child_cpu_us(pid_t pid);
/* Attaches a profiler to @p pid writing @p file; 0 when there is none. Ended by child_stop. */
pid_t child_profile(pid_t pid, const char *file);

/* A free TCP port of the loopback. */
uint16_t free_port(void);

#endif
