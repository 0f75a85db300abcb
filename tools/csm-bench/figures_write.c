/* Writes, each in a copy of the largest store: creates beside LMDB putting the same keys in batches of the same size; an
 * import beside LMDB putting its keys in bulk, and what other writers notice of it. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define WARM 1000u

/* ---- creates that keep the ids they were answered ---- */

typedef struct creator {
    const world *wd;
    uint64_t next, end;        /* case numbers */
    char (*ids)[HEX_ID];       /* in the order of the answers; NULL: not kept */
    uint64_t id_count;
} creator;

static bool make_create(void *user, uint32_t msgid, csm_buf *out)
{
    creator *c = user;
    csm_writer w;

    if (c->next == c->end)
        return false;
    w = request_open(out, msgid, "record.insert", 2);
    request_text(&w, "table", "sn_customerservice_case");
    csm_write_cstr(&w, "values");
    request_case_values(&w, c->wd, c->next++, true);
    return true;
}

static void take_created(void *user, uint32_t msgid, csm_str result)
{
    static const char key[] = "\xa6sys_id\xd9\x20"; /* the text "sys_id", the head of a text of 32 bytes */
    creator *c = user;
    const char *at = memmem(result.ptr, result.len, key, sizeof(key) - 1);

    (void)msgid;
    if (at == NULL || (size_t)(result.ptr + result.len - at) < sizeof(key) - 1 + HEX_ID)
        die("record.insert answers no id");
    if (c->ids != NULL)
        memcpy(c->ids[c->id_count++], at + sizeof(key) - 1, HEX_ID);
}

static int64_t writer_number(const world *wd, const char *name)
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
    drive_part part = { .source = { make_create, take_created, c }, .connections = o->connections, .depth = depth };
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

void figures_write(bench *b)
{
    create_figure(b, "create.64", 1);
    create_figure(b, "create.512", 8);
}
