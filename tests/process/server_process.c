/* Starting, killing and asking a csmd process. */
#include "server_process.h"

#include "base/arena.h"
#include "json/json.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_S 120
#define CALL_S 120
#define ARGS_MAX 40

static int64_t now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void server_init(server_process *server, const char *plugins)
{
    memset(server, 0, sizeof(*server));
    (void)snprintf(server->dir, sizeof(server->dir), "/tmp/csm-process-XXXXXX");
    assert_non_null(mkdtemp(server->dir));
    (void)snprintf(server->data, sizeof(server->data), "%s/data", server->dir);
    (void)snprintf(server->socket, sizeof(server->socket), "unix:%s/s", server->dir);
    server->plugins = plugins;
}

/* Limits of time are for people who wait; a busy machine takes longer, most of all under a sanitizer. */
static const char *const settings[] = { "store_map_gb=8", "deadline_ms=120000", "write_ms=120000", "batch_ms=120000", "hook_ms=60000" };

/* @p limit_s: then it is ended with SIGALRM; 0: never. */
static pid_t spawn(server_process *server, const char *const *options, unsigned limit_s)
{
    const char *bin = getenv("CSM_BIN_DIR"), *plugin_dir = server->plugin_dir != NULL ? server->plugin_dir : getenv("CSM_PLUGIN_DIR");
    const char *argv[ARGS_MAX];
    char program[512], log[96];
    int argc = 0;
    pid_t pid;

    assert_non_null(bin);
    assert_non_null(plugin_dir);
    (void)snprintf(program, sizeof(program), "%s/csmd", bin);
    (void)snprintf(log, sizeof(log), "%s/log", server->dir);
    argv[argc++] = program;
    argv[argc++] = "--data";
    argv[argc++] = server->data;
    if (options == NULL || options[0] == NULL || strcmp(options[0], "--verify") != 0) { /* which serves nobody */
        argv[argc++] = "--listen";
        argv[argc++] = server->socket;
    }
    if (plugin_dir[0] != '\0') {
        argv[argc++] = "--plugin-dir";
        argv[argc++] = plugin_dir;
    }
    for (size_t n = 0; n < sizeof(settings) / sizeof(settings[0]); n++) {
        argv[argc++] = "--set";
        argv[argc++] = settings[n];
    }
    if (server->plugins != NULL && server->plugins[0] != '\0') {
        argv[argc++] = "--plugins";
        argv[argc++] = server->plugins;
    }
    if (server->extra != NULL)
        argv[argc++] = server->extra;
    for (int n = 0; options != NULL && options[n] != NULL && argc < ARGS_MAX - 1; n++)
        argv[argc++] = options[n];
    argv[argc] = NULL;
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that is killed leaves no server behind */
        int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

        if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
            _exit(126);
        if (server->in_child != NULL && !server->in_child(server))
            _exit(77);
        (void)alarm(limit_s);
        (void)execv(program, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    return pid;
}

static int wait_exit(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void print_log(const server_process *server)
{
    char *text = server_log(server);

    print_error("%s\n", text);
    free(text);
}

void server_start(server_process *server)
{
    const struct timespec pause = { .tv_nsec = 2000000 };
    int64_t until = now_ms() + START_S * 1000;
    csm_client_error err;
    csm_client *client;

    server->pid = spawn(server, NULL, 0);
    while (csm_client_connect(server->socket, NULL, &client, &err) != CSM_OK) {
        int status;

        if (waitpid(server->pid, &status, WNOHANG) == server->pid || now_ms() > until) {
            server->pid = 0;
            print_log(server);
            fail_msg("csmd does not start");
        }
        (void)nanosleep(&pause, NULL);
    }
    assert_int_equal(csm_client_call(client, "server.ping", NULL, NULL, &err), CSM_OK);
    csm_client_close(client);
}

int server_stop(server_process *server)
{
    int code;

    assert_int_equal(kill(server->pid, SIGTERM), 0);
    code = wait_exit(server->pid);
    server->pid = 0;
    if (code != 0)
        print_log(server);
    return code;
}

void server_kill(server_process *server)
{
    assert_int_equal(kill(server->pid, SIGKILL), 0);
    (void)wait_exit(server->pid);
    server->pid = 0;
}

int server_run(server_process *server, const char *const *options)
{
    return wait_exit(spawn(server, options, START_S));
}

int server_verify(server_process *server)
{
    static const char *const options[] = { "--verify", NULL };
    int code = server_run(server, options);

    if (code != 0)
        print_log(server);
    return code;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void server_done(server_process *server)
{
    if (server->pid > 0)
        server_kill(server);
    (void)nftw(server->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

csm_client *server_client(server_process *server)
{
    csm_client_options options = CSM_CLIENT_OPTIONS_INIT;
    csm_client_error err = { 0 };
    csm_client *client = NULL;

    options.timeout_ms = CALL_S * 1000;
    if (csm_client_connect(server->socket, &options, &client, &err) != CSM_OK)
        fail_msg("connecting: %s", err.message);
    return client;
}

char *server_log(const server_process *server)
{
    char path[96];
    char *text = calloc(1, 65536);
    FILE *f;

    assert_non_null(text);
    (void)snprintf(path, sizeof(path), "%s/log", server->dir);
    f = fopen(path, "r");
    if (f != NULL) {
        size_t len = fread(text, 1, 65535, f);

        text[len] = '\0';
        (void)fclose(f);
    }
    return text;
}

void server_clear_log(const server_process *server)
{
    char path[96];

    (void)snprintf(path, sizeof(path), "%s/log", server->dir);
    assert_true(truncate(path, 0) == 0 || errno == ENOENT);
}

void server_log_has(const server_process *server, const char *text)
{
    char *log = server_log(server);

    if (strstr(log, text) == NULL) {
        print_error("%s\n", log);
        free(log);
        fail_msg("not told: %s", text);
    }
    free(log);
}

/* ---- calls ---- */

static csm_status call(csm_client *client, csm_client_error *err, csm_client_result **out, const char *method, const char *args,
                       va_list list) __attribute__((format(printf, 5, 0)));

static csm_status call(csm_client *client, csm_client_error *err, csm_client_result **out, const char *method, const char *args,
                       va_list list)
{
    csm_arena *arena = csm_arena_new(4096, 0);
    csm_value params = csm_nil();
    csm_error problem = { 0 };
    csm_status st;
    csm_str text;

    assert_non_null(arena);
    text = csm_arena_vprintf(arena, args, list);
    assert_non_null(text.ptr);
    for (char *at = (char *)(uintptr_t)text.ptr; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    if (csm_json_parse(arena, text, &params, &problem) != CSM_OK)
        fail_msg("%s: %s", text.ptr, problem.message);
    st = csm_client_call(client, method, &params, out, err);
    csm_arena_free(arena);
    return st;
}

csm_client_result *server_call(csm_client *client, const char *method, const char *args, ...)
{
    csm_client_result *result = NULL;
    csm_client_error err = { 0 };
    csm_status st;
    va_list list;

    va_start(list, args);
    st = call(client, &err, &result, method, args, list);
    va_end(list);
    if (st != CSM_OK)
        fail_msg("%s: %s (%s)", method, err.message, err.hint);
    return result;
}

csm_status server_try(csm_client *client, csm_client_error *err, const char *method, const char *args, ...)
{
    csm_client_result *result = NULL;
    csm_status st;
    va_list list;

    memset(err, 0, sizeof(*err));
    va_start(list, args);
    st = call(client, err, &result, method, args, list);
    va_end(list);
    csm_client_result_free(result);
    return st;
}

const char *server_text(const csm_client_result *result, const char *key, char *out, size_t size)
{
    const csm_value *value = csm_map_get(csm_client_result_value(result), key);
    csm_str text = value != NULL && value->type == CSM_T_TEXT ? value->s : CSM_STR("");

    (void)snprintf(out, size, "%.*s", CSM_STR_FMT(text));
    return out;
}
