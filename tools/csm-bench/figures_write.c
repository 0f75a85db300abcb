/* Writes, each in a copy of the largest store: creates beside LMDB putting the same keys in batches of the same size; an
 * import beside LMDB putting its keys in bulk, and what other writers notice of it. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define WARM 1000u

int64_t writer_number(const world *wd, const char *name)
{
    csm_client_result *result = world_call(wd, "server.metrics", csm_nil());
    const csm_value *number = csm_map_get(world_answer(result, "writer"), name);
    int64_t out;

    if (number == NULL || number->type != CSM_T_INT)
        die("server.metrics answers no writer.%s", name);
    out = number->i;
    csm_client_result_free(result);
    return out;
}

/* Writes o->writes cases into @p work; creates per second and requests per commit. */
static double run_creates(world *work, creator *c, uint32_t depth, const char *name, double *per_batch)
{
    int64_t cpu_us;
    const bench_options *o = work->options;
    drive_part part = { .source = source_create(c), .connections = o->connections, .depth = depth };
    char file[PATH_MAX];
    pid_t profiler = 0;
    int64_t batches, requests;

    drive_run(work->agents, &part, 1, 0);
    if (o->profile != NULL) {
        snprintf(file, sizeof(file), "%s/%s.perf", o->profile, name);
        profiler = child_profile(work->server, file);
    }
    c->end += o->writes;
    cpu_us = child_cpu_us(work->server);
    batches = writer_number(work, "batches");
    requests = writer_number(work, "requests");
    if (part.errors == 0)
        drive_run(work->agents, &part, 1, 0);
    cpu_us = child_cpu_us(work->server) - cpu_us;
    child_stop(profiler);
    if (part.errors > 0)
        die("%s: %s", name, part.first_error);
    fprintf(stderr, "  %s: %.0f us of processor each\n", name, (double)cpu_us / (double)part.requests);
    batches = writer_number(work, "batches") - batches;
    requests = writer_number(work, "requests") - requests;
    *per_batch = (double)requests / (double)(batches > 0 ? batches : 1);
    return (double)part.requests / part.seconds;
}

static void create_figure(bench *b, const char *name, uint32_t depth)
{
    const world *base = &b->worlds[b->o.worlds - 1];
    world work, alone;
    creator c = { .wd = &work, .next = base->cases, .end = base->cases + WARM };
    double rate, per_batch, raw_rate;
    uint64_t batches;
    char what[96];
    raw_diff diff;

    if (!wanted(&b->o, name))
        return;
    world_copy(&work, base, "work");
    if ((c.ids = calloc(b->o.writes + WARM, sizeof(*c.ids))) == NULL)
        die("out of memory");
    world_start(&work, true);
    rate = run_creates(&work, &c, depth, name, &per_batch);
    world_stop(&work);
    raw_diff_make(&diff, base->dir, work.dir, c.ids, c.id_count, per_batch);
    batches = (uint64_t)((double)c.id_count / per_batch) + 1;
    world_copy(&alone, base, "alone");
    raw_rate = (double)c.id_count / raw_replay(&diff, alone.dir, batches);
    snprintf(what, sizeof(what), "durable creates, %.0f per commit, %.1f puts and %.0f bytes each", per_batch,
             (double)diff.fresh / (double)c.id_count, (double)diff.bytes / (double)c.id_count);
    report_add(name, what, as_rate(rate), as_rate(raw_rate), rate / raw_rate, AT_LEAST, 0.70);
    raw_diff_done(&diff);
    free(c.ids);
    world_remove(&work);
    world_remove(&alone);
}

/* ---- import ---- */

#define IMPORT_PAGE 250u /* rows of one call, as csm import sends them */
#define RAW_PAGE 1000.0  /* rows of one transaction in LMDB alone */

/* Rows per second of an import with rules, on a connection of its own. */
static double run_import(world *work, uint64_t rows)
{
    drive *d = drive_open_local(work->socket, 1);
    drive_part part = { .connections = 1, .depth = 2 };
    import im;
    pid_t profiler = 0;
    char file[PATH_MAX];

    import_begin(&im, work, "bench import", work->cases, work->cases + rows, false);
    part.source = source_import(&im, IMPORT_PAGE);
    if (work->options->profile != NULL) {
        snprintf(file, sizeof(file), "%s/import.perf", work->options->profile);
        profiler = child_profile(work->server, file);
    }
    drive_run(d, &part, 1, 0);
    child_stop(profiler);
    drive_close(d);
    if (part.errors > 0)
        die("import: %s", part.first_error);
    return (double)rows / part.seconds;
}

static void import_figure(bench *b)
{
    const world *base = &b->worlds[b->o.worlds - 1];
    uint64_t rows = b->o.writes;
    char(*ids)[HEX_ID] = calloc(rows, sizeof(*ids)), what[96];
    world work, alone;
    double rate, raw_rate;
    raw_diff diff;

    if (ids == NULL)
        die("out of memory");
    for (uint64_t n = 0; n < rows; n++)
        case_id(base->cases + n, ids[n]);
    world_copy(&work, base, "work");
    world_start(&work, false);
    rate = run_import(&work, rows);
    world_stop(&work);
    raw_diff_make(&diff, base->dir, work.dir, ids, rows, RAW_PAGE);
    world_copy(&alone, base, "alone");
    raw_rate = (double)rows / raw_replay(&diff, alone.dir, (uint64_t)((double)rows / RAW_PAGE) + 1);
    snprintf(what, sizeof(what), "rows imported with rules, %.1f puts and %.0f bytes each", (double)diff.fresh / (double)rows,
             (double)diff.bytes / (double)rows);
    report_add("import", what, as_rate(rate), as_rate(raw_rate), rate / raw_rate, AT_LEAST, 0.2);
    raw_diff_done(&diff);
    free(ids);
    world_remove(&work);
    world_remove(&alone);
}

/* ---- what other writers notice of an import ---- */

#define OTHERS 8u

static void others_figure(bench *b)
{
    const world *base = &b->worlds[b->o.worlds - 1];
    double quiet[ROUNDS_MAX], busy[ROUNDS_MAX];
    world work;
    drive *d;
    import im;
    creator c;

    world_copy(&work, base, "work");
    world_start(&work, false);
    d = drive_open_local(work.socket, OTHERS + 1);
    c = (creator){ .wd = &work, .next = base->cases, .end = UINT64_MAX };
    import_begin(&im, &work, "bench import", base->cases, UINT64_MAX, false);
    for (uint32_t n = 0; n < b->o.rounds; n++) {
        drive_part parts[] = {
            { .source = source_create(&c), .connections = OTHERS, .depth = 1 },
            { .source = source_import(&im, IMPORT_PAGE), .connections = 1, .depth = 1 },
        };

        drive_run(d, parts, 1, b->o.seconds);
        quiet[n] = hist_at(&parts[0].latency, 0.99);
        drive_run(d, parts, 2, b->o.seconds);
        busy[n] = hist_at(&parts[0].latency, 0.99);
        if (parts[0].errors + parts[1].errors > 0)
            die("import: %s%s", parts[0].first_error, parts[1].first_error);
    }
    drive_close(d);
    world_stop(&work);
    report_add("import.others", "99 of 100 creates of 8 others during an import, beside without it",
               as_time(slots_median(&b->o, busy)), as_time(slots_median(&b->o, quiet)), slots_ratio(&b->o, busy, quiet), AT_MOST, 3);
    world_remove(&work);
}

void figures_write(bench *b)
{
    create_figure(b, "create.64", 1);
    create_figure(b, "create.512", 8);
    if (wanted(&b->o, "import"))
        import_figure(b);
    if (wanted(&b->o, "import.others"))
        others_figure(b);
}
