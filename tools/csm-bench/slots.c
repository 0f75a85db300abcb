/* Measuring in turns. */
#include "bench.h"

#include <string.h>
#include <sys/stat.h>

#define WARM_S 0.1

static void run_slot(const bench_options *o, const char *name, slot *s, uint32_t round)
{
    drive_part part = { .source = s->source, .connections = s->connections, .depth = s->depth };
    char file[PATH_MAX];
    pid_t profiler = 0;

    drive_run(s->d, &part, 1, WARM_S);
    if (o->profile != NULL && s->server > 0 && round == 0) {
        (void)mkdir(o->profile, 0700);
        snprintf(file, sizeof(file), "%s/%s.perf", o->profile, name);
        profiler = child_profile(s->server, file);
    }
    drive_run(s->d, &part, 1, o->seconds);
    child_stop(profiler);
    if (part.errors > 0)
        die("%s: %s", name, part.first_error);
    s->rate[round] = (double)part.requests / part.seconds;
    s->bytes = (double)part.bytes / (double)part.requests;
    s->p99[round] = hist_at(&part.latency, 0.99);
}

void slots_run(const bench_options *o, const char *name, slot *slots, uint32_t count)
{
    for (uint32_t round = 0; round < o->rounds; round++)
        for (uint32_t n = 0; n < count; n++)
            run_slot(o, name, &slots[n], round);
}

double slots_median(const bench_options *o, const double *values)
{
    double copy[ROUNDS_MAX];

    memcpy(copy, values, o->rounds * sizeof(*values));
    return median(copy, o->rounds);
}

double slots_ratio(const bench_options *o, const double *a, const double *b)
{
    double ratios[ROUNDS_MAX];

    for (uint32_t n = 0; n < o->rounds; n++)
        ratios[n] = a[n] / b[n];
    return median(ratios, o->rounds);
}
