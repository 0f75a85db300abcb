/* A store with so many cases, and the server over it. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOADED "loaded" /* file in a world's folder, written when the store is whole */

/* ---- calls ---- */

csm_client_result *world_call(const world *wd, const char *method, csm_value params)
{
    csm_client_result *out = NULL;
    csm_client_error err;

    if (csm_client_call(wd->admin, method, &params, &out, &err) != CSM_OK)
        die("%s: %s %s", method, err.message, err.detail);
    return out;
}

const csm_value *world_answer(const csm_client_result *result, const char *key)
{
    const csm_value *out = csm_map_get(csm_client_result_value(result), key);

    if (out == NULL)
        die("the answer has no \"%s\"", key);
    return out;
}

/* ---- the server ---- */

static pid_t spawn(const world *wd)
{
    const bench_options *o = wd->options;
    char unix_at[PATH_MAX + 8], tcp_at[64], log[PATH_MAX + 8];
    char *argv[] = { strdup(o->server), strdup("--data"), strdup(wd->dir), strdup("--plugin-dir"), strdup(o->plugin_dir),
                     strdup("--plugins"), strdup(wd->plugins != NULL ? wd->plugins : "customer_service"), strdup("--listen"), unix_at, strdup("--listen"), tcp_at,
                     strdup("--set"), strdup("log_level=warn"), NULL };
    pid_t pid;

    snprintf(unix_at, sizeof(unix_at), "unix:%s", wd->socket);
    snprintf(tcp_at, sizeof(tcp_at), "tcp:127.0.0.1:%u", wd->port);
    snprintf(log, sizeof(log), "%s.log", wd->dir);
    pid = child_start(argv, log);
    for (size_t n = 0; argv[n] != NULL; n++)
        if (argv[n] != unix_at && argv[n] != tcp_at)
            free(argv[n]);
    return pid;
}

/* The first answer: what a client waits for after a restart. */
static void connect_admin(world *wd, int64_t started_ns)
{
    char address[PATH_MAX + 8];
    struct timespec pause = { 0, 500000 };
    csm_client_options options = CSM_CLIENT_OPTIONS_INIT;
    csm_client_error err;

    options.timeout_ms = 300000;
    snprintf(address, sizeof(address), "unix:%s", wd->socket);
    while (csm_client_connect(address, &options, &wd->admin, &err) != CSM_OK) {
        if (!child_lives(wd->server))
            die("the server did not start: see %s.log", wd->dir);
        if (now_ns() - started_ns > INT64_C(120000000000))
            die("the server does not answer: %s", err.message);
        (void)nanosleep(&pause, NULL);
    }
    wd->start_s = (double)(now_ns() - started_ns) / 1e9;
}

static bool make_login(void *user, uint32_t msgid, csm_buf *out)
{
    const world *wd = user;
    csm_writer w = request_open(out, msgid, "session.login", 1);

    request_text(&w, "token", wd->token);
    return true;
}

static void take_token(world *wd)
{
    csm_pair pairs[] = { { CSM_STR("name"), csm_ctext("bench") }, { CSM_STR("user"), csm_ctext("bench.agent000") } };
    csm_client_result *made = world_call(wd, "token.create", csm_map(pairs, 2));
    const csm_value *token = world_answer(made, "token");

    if (token->type != CSM_T_TEXT)
        die("token.create answers no token");
    snprintf(wd->token, sizeof(wd->token), "%.*s", CSM_STR_FMT(token->s));
    csm_client_result_free(made);
}

void world_start(world *wd, bool agents)
{
    int64_t started = now_ns();

    wd->port = free_port();
    wd->server = spawn(wd);
    connect_admin(wd, started);
    if (!agents)
        return;
    take_token(wd);
    wd->agents = drive_open(wd->port, wd->options->connections);
    drive_each(wd->agents, (drive_source){ make_login, NULL, wd });
}

void world_stop(world *wd)
{
    drive_close(wd->agents);
    wd->agents = NULL;
    csm_client_close(wd->admin);
    wd->admin = NULL;
    child_stop(wd->server);
    wd->server = 0;
}

/* ---- folders ---- */

static void name_places(world *wd, const char *scratch, const char *name)
{
    if ((size_t)snprintf(wd->dir, sizeof(wd->dir), "%s/%s", scratch, name) >= sizeof(wd->dir) ||
        (size_t)snprintf(wd->socket, sizeof(wd->socket), "%s/%s.sock", scratch, name) > 100)
        die("the path of the scratch folder is too long");
    if (mkdir(wd->dir, 0700) != 0 && errno != EEXIST)
        die("%s: %s", wd->dir, strerror(errno));
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

void world_remove(world *wd)
{
    (void)nftw(wd->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- making ---- */

static bool is_loaded(const world *wd, uint64_t cases)
{
    char path[PATH_MAX + 16];
    unsigned long long have = 0;
    FILE *f;

    snprintf(path, sizeof(path), "%s/" LOADED, wd->dir);
    if ((f = fopen(path, "re")) == NULL)
        return false;
    if (fscanf(f, "%llu", &have) != 1)
        have = 0;
    (void)fclose(f);
    if (have != cases)
        die("%s holds %llu cases, not %llu: remove it", wd->dir, have, (unsigned long long)cases);
    return true;
}

static void mark_loaded(const world *wd)
{
    char path[PATH_MAX + 16];
    FILE *f;

    snprintf(path, sizeof(path), "%s/" LOADED, wd->dir);
    f = fopen(path, "we");
    if (f == NULL || fprintf(f, "%llu\n", (unsigned long long)wd->cases) < 0 || fclose(f) != 0)
        die("%s: %s", path, strerror(errno));
}

void world_make(world *wd, const bench_options *o, const char *scratch, uint64_t cases)
{
    char name[32];
    bool loaded;

    *wd = (world){ .options = o, .cases = cases };
    snprintf(name, sizeof(name), "%llu", (unsigned long long)cases);
    name_places(wd, scratch, name);
    loaded = is_loaded(wd, cases);
    world_start(wd, false);
    load_people(wd);
    if (!loaded) {
        fprintf(stderr, "loading %llu cases\n", (unsigned long long)cases);
        load_cases(wd);
    }
    world_stop(wd);
    mark_loaded(wd);
}

/* The store's file, whole and on disk, so that nobody's later sync pays for it. */
static void copy_file(const char *from, const char *to)
{
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t len = 0;

    if (in < 0 || out < 0)
        die("%s to %s: %s", from, to, strerror(errno));
    do {
        len = copy_file_range(in, NULL, out, NULL, (size_t)64 << 20, 0);
    } while (len > 0);
    if (len < 0 || fsync(out) != 0 || close(in) != 0 || close(out) != 0)
        die("%s to %s: %s", from, to, strerror(errno));
}

void world_copy(world *to, const world *from, const char *name)
{
    char here[PATH_MAX + 16], there[PATH_MAX + 16], scratch[PATH_MAX];

    *to = *from;
    to->server = 0;
    to->admin = NULL;
    to->agents = NULL;
    snprintf(scratch, sizeof(scratch), "%s", from->dir);
    *strrchr(scratch, '/') = '\0';
    name_places(to, scratch, name);
    snprintf(here, sizeof(here), "%s/data.mdb", from->dir);
    snprintf(there, sizeof(there), "%s/data.mdb", to->dir);
    copy_file(here, there);
}
