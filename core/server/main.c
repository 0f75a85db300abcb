/* csmd: options, signals, the foreground process. */
#include "base/log.h"
#include "base/mem.h"
#include "server/notify.h"
#include "server/server.h"
#include "server/watch.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Exit codes, as in the README. */
enum { EXIT_OK = 0, EXIT_RUN = 1, EXIT_USAGE = 64, EXIT_STORE = 74, EXIT_CONFIG = 78 };

typedef enum action { ACT_SERVE, ACT_CHECK, ACT_PRINT, ACT_VERIFY } action;

typedef struct options {
    csm_config config;
    action action;
    csm_error err;
} options;

enum { OPT_DATA = 256, OPT_LISTEN, OPT_PLUGINS, OPT_PLUGIN_DIR, OPT_DEMO, OPT_CHECK, OPT_PRINT, OPT_VERIFY, OPT_SET };

static const struct argp_option option_table[] = {
    { "config", 'c', "FILE", 0, "Read this configuration (and plugins.d beside it)", 0 },
    { "data", OPT_DATA, "DIR", 0, "Data directory", 0 },
    { "listen", OPT_LISTEN, "ADDRESS", 0, "unix:PATH or tcp:HOST:PORT; may be repeated", 0 },
    { "plugins", OPT_PLUGINS, "A,B", 0, "Enable these plugins and what they stand on", 0 },
    { "plugin-dir", OPT_PLUGIN_DIR, "DIR", 0, "Where plugin modules lie (absolute)", 0 },
    { "demo", OPT_DEMO, NULL, 0, "Load the plugins' demo rows", 0 },
    { "set", OPT_SET, "NAME=VALUE", 0, "Any setting of the configuration", 0 },
    { "check", OPT_CHECK, NULL, 0, "Check the configuration and end", 0 },
    { "print-config", OPT_PRINT, NULL, 0, "Print the configuration in force and end", 0 },
    { "verify", OPT_VERIFY, NULL, 0, "Check the whole store (not being served) and end", 0 },
    { 0 },
};

static csm_status set_list(options *o, const char *name, char *list)
{
    char *save = NULL;
    csm_status st = CSM_OK;

    for (char *item = strtok_r(list, ",", &save); st == CSM_OK && item != NULL; item = strtok_r(NULL, ",", &save))
        st = csm_config_set(&o->config, name, item, &o->err);
    return st;
}

static csm_status set_pair(options *o, char *pair)
{
    char *equals = strchr(pair, '=');

    if (equals == NULL)
        return csm_error_set(&o->err, CSM_E_INVALID, "--set needs NAME=VALUE, not \"%s\"", pair);
    *equals = '\0';
    return csm_config_set(&o->config, pair, equals + 1, &o->err);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    options *o = state->input;
    csm_status st = CSM_OK;

    switch (key) {
    case 'c': st = csm_config_read(&o->config, arg, &o->err); break;
    case OPT_DATA: st = csm_config_set(&o->config, "data", arg, &o->err); break;
    case OPT_LISTEN: st = csm_config_set(&o->config, "listen", arg, &o->err); break;
    case OPT_PLUGIN_DIR: st = csm_config_set(&o->config, "plugin_dir", arg, &o->err); break;
    case OPT_PLUGINS: st = set_list(o, "plugins", arg); break;
    case OPT_SET: st = set_pair(o, arg); break;
    case OPT_DEMO: o->config.demo = true; break;
    case OPT_CHECK: o->action = ACT_CHECK; break;
    case OPT_PRINT: o->action = ACT_PRINT; break;
    case OPT_VERIFY: o->action = ACT_VERIFY; break;
    default: return ARGP_ERR_UNKNOWN;
    }
    if (st != CSM_OK) {
        fprintf(stderr, "csmd: %s%s%s\n", o->err.message, o->err.hint[0] != '\0' ? ": " : "", o->err.hint);
        exit(EXIT_CONFIG);
    }
    return 0;
}

static void say_error(const csm_error *err)
{
    fprintf(stderr, "csmd: %s\n", err->message);
    if (err->detail[0] != '\0')
        fprintf(stderr, "      %s\n", err->detail);
    if (err->hint[0] != '\0')
        fprintf(stderr, "      %s\n", err->hint);
}

/* Where modules lie when nobody said: beside the program as built (../plugins), or as installed (../lib/csmd/plugins). */
static csm_status find_plugin_dir(options *o)
{
    static const char *const places[] = { "plugins", "lib/csmd/plugins" };
    char path[PATH_MAX], found[PATH_MAX + 32];
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

    if (o->config.plugin_dir[0] != '\0' || len <= 0)
        return CSM_OK;
    path[len] = '\0';
    for (unsigned up = 0; up < 2; up++) { /* the program's name, then its directory */
        char *slash = strrchr(path, '/');

        if (slash == NULL)
            return CSM_OK;
        *slash = '\0';
    }
    for (size_t n = 0; n < sizeof(places) / sizeof(places[0]); n++) {
        (void)snprintf(found, sizeof(found), "%s/%s", path, places[n]);
        if (access(found, R_OK | X_OK) == 0)
            return csm_config_set(&o->config, "plugin_dir", found, &o->err);
    }
    return CSM_OK;
}

/* ---- actions ---- */

static csm_server *_Atomic running;
static volatile sig_atomic_t notify = -1; /* where the service manager listens; set before the signals */

static void on_signal(int number)
{
    csm_server *server = running;

    (void)number;
    if (server == NULL)
        return;
    csm_notify_tell(notify, "STOPPING=1");
    csm_server_stop(server);
}

/* What ends the process at once, and what was done about it before. */
static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
#define FATAL_COUNT (sizeof(fatal) / sizeof(fatal[0]))
static struct sigaction before[FATAL_COUNT];
static csm_trail *_Atomic trail;

/* Leaves the mark, then lets the end come as it would have. */
static void on_crash(int number)
{
    csm_trail *left = trail;

    if (left != NULL)
        csm_trail_crash(left);
    for (size_t n = 0; n < FATAL_COUNT; n++)
        if (fatal[n] == number)
            (void)sigaction(number, &before[n], NULL);
    (void)raise(number); /* once this has returned */
}

static void install_crash(csm_trail *of_server)
{
    struct sigaction crash = { .sa_handler = on_crash };

    trail = of_server;
    for (size_t n = 0; of_server != NULL && n < FATAL_COUNT; n++)
        (void)sigaction(fatal[n], &crash, &before[n]);
}

static csm_status start_watch(const options *o, csm_watch **out, csm_error *err)
{
    if (trail == NULL || o->config.hook_ms == 0)
        return CSM_OK;
    return csm_watch_start(trail, o->config.hook_ms * 1000, abort, out, err);
}

static void install_signals(void)
{
    struct sigaction stop = { .sa_handler = on_signal }, ignore = { .sa_handler = SIG_IGN };

    (void)sigaction(SIGTERM, &stop, NULL);
    (void)sigaction(SIGINT, &stop, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
}

static void open_notify(void)
{
    const char *address = getenv("NOTIFY_SOCKET");

    notify = csm_notify_open(address);
    if (notify < 0 && errno != 0)
        csm_log(CSM_LOG_WARN, "server", "NOTIFY_SOCKET %s: %s", address, strerror(errno));
}

static void set_log(const csm_config *config)
{
    static const char *const names[] = { "error", "warn", "info", "debug" };
    csm_log_level level = CSM_LOG_INFO;

    for (unsigned n = 0; n < 4; n++)
        if (strcmp(config->log_level, names[n]) == 0)
            level = (csm_log_level)n;
    csm_log_setup(level, strcmp(config->log_format, "json") == 0);
}

static int serve(options *o)
{
    csm_server *server = NULL;
    csm_watch *watch = NULL;
    csm_status st = csm_server_open(&o->config, &server, &o->err);

    if (st != CSM_OK) {
        say_error(&o->err);
        return st == CSM_E_INVALID ? EXIT_CONFIG : EXIT_STORE;
    }
    running = server;
    open_notify();
    install_signals();
    install_crash(csm_server_trail(server));
    for (uint32_t n = 0; n < csm_server_address_count(server); n++)
        csm_log(CSM_LOG_INFO, "server", "listening on %s", csm_server_address(server, n));
    st = start_watch(o, &watch, &o->err);
    if (st == CSM_OK) {
        csm_notify_tell(notify, "READY=1");
        st = csm_server_run(server, &o->err);
    }
    running = NULL;
    csm_watch_stop(watch);
    if (st != CSM_OK)
        say_error(&o->err);
    trail = NULL;
    csm_server_close(server);
    csm_log(CSM_LOG_INFO, "server", "stopped");
    return st == CSM_OK ? EXIT_OK : EXIT_STORE;
}

static int print_config(options *o)
{
    csm_buf text;
    csm_status st;

    csm_buf_init(&text, 0);
    st = csm_config_print(&o->config, &text);
    if (st == CSM_OK)
        (void)fwrite(text.ptr, 1, text.len, stdout);
    csm_buf_done(&text);
    return st == CSM_OK ? EXIT_OK : EXIT_RUN;
}

static void report_problem(void *user, const char *area, csm_str what)
{
    (void)user;
    printf("%s: %.*s\n", area, CSM_STR_FMT(what));
}

static int verify(options *o)
{
    csm_verify_counts counts = { 0 };

    if (csm_server_verify(&o->config, report_problem, NULL, &counts, &o->err) != CSM_OK) {
        say_error(&o->err);
        return EXIT_STORE;
    }
    printf("rows %llu, index entries %llu, history entries %llu, log entries %llu, problems %llu\n",
           (unsigned long long)counts.rows, (unsigned long long)counts.index_entries, (unsigned long long)counts.history,
           (unsigned long long)counts.log, (unsigned long long)counts.problems);
    return counts.problems == 0 ? EXIT_OK : EXIT_RUN;
}

int main(int argc, char **argv)
{
    static const struct argp argp = { option_table, parse, NULL, "The csmd server: tables, rules and methods of the enabled plugins over MessagePack-RPC", NULL, NULL, NULL };
    static options o;
    int code;

    if (csm_config_init(&o.config, &o.err) != CSM_OK) {
        say_error(&o.err);
        return EXIT_RUN;
    }
    argp_err_exit_status = EXIT_USAGE;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &o);
    if (find_plugin_dir(&o) != CSM_OK) {
        say_error(&o.err);
        code = EXIT_RUN;
    } else if (o.action == ACT_PRINT) {
        code = print_config(&o);
    } else if ((o.action == ACT_VERIFY ? csm_config_check : csm_config_check_serving)(&o.config, &o.err) != CSM_OK) {
        say_error(&o.err);
        code = EXIT_CONFIG;
    } else {
        set_log(&o.config);
        code = o.action == ACT_CHECK ? EXIT_OK : o.action == ACT_VERIFY ? verify(&o) : serve(&o);
    }
    csm_config_done(&o.config);
    return code;
}
