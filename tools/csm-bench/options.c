/* The command line. */
#include "bench.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPT_CASES = 256, OPT_SECONDS, OPT_ROUNDS, OPT_CONNECTIONS, OPT_WRITES, OPT_GROWTH, OPT_ONLY, OPT_SCRATCH, OPT_SERVER,
       OPT_PLUGINS, OPT_PROFILE, OPT_JSON };

static const struct argp_option option_table[] = {
    { "cases", OPT_CASES, "N,...", 0, "Sizes of the stores, ascending (default 10000,100000)", 0 },
    { "seconds", OPT_SECONDS, "S", 0, "Length of one slice of measuring (default 1)", 0 },
    { "rounds", OPT_ROUNDS, "N", 0, "Slices per figure; the median counts (default 5)", 0 },
    { "connections", OPT_CONNECTIONS, "N", 0, "Connections of the client (default 64)", 0 },
    { "writes", OPT_WRITES, "N", 0, "Records written per write figure (default 20000)", 0 },
    { "growth", OPT_GROWTH, "N", 0, "Requests of the memory figure (default 1000000)", 0 },
    { "only", OPT_ONLY, "NAME", 0, "Figures whose name begins so", 0 },
    { "scratch", OPT_SCRATCH, "DIR", 0, "Make the stores here and keep them: the next run takes them over", 0 },
    { "server", OPT_SERVER, "FILE", 0, "The server (default: csmd beside this program)", 0 },
    { "plugin-dir", OPT_PLUGINS, "DIR", 0, "Its plugins (default: ../plugins beside this program)", 0 },
    { "profile", OPT_PROFILE, "DIR", 0, "Record a perf profile of the server per figure", 0 },
    { "json", OPT_JSON, NULL, 0, "The report as JSON", 0 },
    { 0 },
};

static uint64_t number(const char *text, uint64_t least)
{
    char *end;
    unsigned long long n = strtoull(text, &end, 10);

    if (*text == '\0' || *end != '\0' || n < least)
        die("\"%s\" is no number of at least %llu", text, (unsigned long long)least);
    return n;
}

static void parse_cases(bench_options *o, char *text)
{
    char *save = NULL;

    o->worlds = 0;
    for (char *item = strtok_r(text, ",", &save); item != NULL; item = strtok_r(NULL, ",", &save)) {
        if (o->worlds == WORLDS_MAX)
            die("more than %u sizes", WORLDS_MAX);
        o->cases[o->worlds++] = number(item, 1000);
    }
    if (o->worlds == 0)
        die("no size given");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    bench_options *o = state->input;

    switch (key) {
    case OPT_CASES: parse_cases(o, arg); break;
    case OPT_SECONDS: o->seconds = (double)number(arg, 1); break;
    case OPT_ROUNDS: o->rounds = (uint32_t)number(arg, 1); break;
    case OPT_CONNECTIONS: o->connections = (uint32_t)number(arg, 2); break;
    case OPT_WRITES: o->writes = number(arg, 1000); break;
    case OPT_GROWTH: o->growth = number(arg, 1000); break;
    case OPT_ONLY: o->only = arg; break;
    case OPT_SCRATCH: o->scratch = arg; break;
    case OPT_SERVER: o->server = arg; break;
    case OPT_PLUGINS: o->plugin_dir = arg; break;
    case OPT_PROFILE: o->profile = arg; break;
    case OPT_JSON: o->json = true; break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* Folder of this program plus @p rest, absolute. */
static const char *beside(const char *rest)
{
    char self[PATH_MAX], joined[PATH_MAX + 32], *slash;
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (len < 0)
        die("cannot tell where this program lies");
    self[len] = '\0';
    if ((slash = strrchr(self, '/')) != NULL)
        *slash = '\0';
    snprintf(joined, sizeof(joined), "%s/%s", self, rest);
    return realpath(joined, NULL);
}

bench_options options_parse(int argc, char **argv)
{
    static const struct argp argp = { option_table, parse, NULL,
                                      "Measures csmd through its socket, beside a bare echo server and LMDB alone", NULL, NULL,
                                      NULL };
    bench_options o = { .cases = { 10000, 100000 }, .worlds = 2, .seconds = 1, .rounds = 5, .connections = 64,
                        .writes = 20000, .growth = 1000000 };

    (void)argp_parse(&argp, argc, argv, 0, NULL, &o);
    if (o.server == NULL && (o.server = beside("csmd")) == NULL)
        die("there is no csmd beside this program: name it with --server");
    if (o.plugin_dir == NULL && (o.plugin_dir = beside("../plugins")) == NULL)
        die("there is no ../plugins beside this program: name it with --plugin-dir");
    return o;
}

bool wanted(const bench_options *o, const char *name)
{
    return o->only == NULL || strncmp(name, o->only, strlen(o->only)) == 0;
}
