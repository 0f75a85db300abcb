/* The process: how long it takes to start, what memory it holds. */
#include "bench.h"

#define WARM_REQUESTS 100000u

static void start_figure(bench *b)
{
    world *wd = &b->worlds[b->o.worlds - 1];
    double seconds[ROUNDS_MAX], memory[ROUNDS_MAX];

    if (!wanted(&b->o, "start") && !wanted(&b->o, "memory"))
        return;
    for (uint32_t n = 0; n < b->o.rounds; n++) {
        world_start(wd, false);
        seconds[n] = wd->start_s;
        memory[n] = (double)child_memory(wd->server, "RssAnon");
        world_stop(wd);
    }
    report_add("start", "from exec to the first answer (s)", as_time(median(seconds, b->o.rounds) * 1e9), "",
               median(seconds, b->o.rounds), AT_MOST, 0.5);
    report_add("memory", "RssAnon after the start (MB)", as_bytes(median(memory, b->o.rounds)), "",
               median(memory, b->o.rounds) / 1048576, AT_MOST, 25);
}

/* A source that ends after so many requests. */
typedef struct bounded {
    drive_source source;
    uint64_t left;
} bounded;

static bool make_bounded(void *user, uint32_t msgid, csm_buf *out)
{
    bounded *s = user;

    return s->left > 0 && s->left-- > 0 && s->source.make(s->source.user, msgid, out);
}

static void take_bounded(void *user, uint32_t msgid, csm_str result)
{
    const bounded *s = user;

    s->source.take(s->source.user, msgid, result);
}

static void run_mix(world *wd, uint64_t requests)
{
    uint32_t half = wd->options->connections / 2;
    get_source get = { .wd = wd };
    page_source page = { .wd = wd, .query_start = "account=", .query_end = "^active=true^ORDERBYDESCopened_at",
                         .values = wd->accounts, .value_count = ACCOUNTS, .rows = 20 };
    bounded gets = { source_get(&get), requests * 3 / 4 }, pages = { source_page(&page), requests / 4 };
    drive_part parts[] = {
        { .source = { make_bounded, take_bounded, &gets }, .connections = half, .depth = 4 },
        { .source = { make_bounded, take_bounded, &pages }, .connections = half, .depth = 4 },
    };

    drive_run(wd->agents, parts, 2, 0);
    if (parts[0].errors + parts[1].errors > 0)
        die("growth: %s%s", parts[0].first_error, parts[1].first_error);
}

static void growth_figure(bench *b)
{
    world *wd = &b->worlds[b->o.worlds - 1];
    int64_t before, after;

    if (!wanted(&b->o, "growth"))
        return;
    world_start(wd, true);
    run_mix(wd, WARM_REQUESTS);
    before = child_memory(wd->server, "RssAnon");
    run_mix(wd, b->o.growth);
    after = child_memory(wd->server, "RssAnon");
    world_stop(wd);
    report_add("growth", "RssAnon more after a million reads than after 100 000 (MB)", as_bytes((double)after),
               as_bytes((double)before), (double)(after - before) / 1048576, AT_MOST, 1);
}

void figures_server(bench *b)
{
    start_figure(b);
    growth_figure(b);
}
