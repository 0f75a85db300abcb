/* Events as monitoring systems send them, in batches, over a store with many install base items: how many a second are taken
 * while what they affect is worked out beside them, and the folding alone beside LMDB putting the same. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PLUGINS "proactive_ops"
#define SENDERS 4u
#define BATCH 100u    /* events of one call */
#define NODES 1000u   /* configuration items events speak of */
#define ITEMS 100u    /* install base items on each of them */
#define SERVICES 20u  /* that the nodes carry */
#define FEW 40u       /* keys of the folding alone: the alerts every commit writes again */

/* ---- sending ---- */

typedef struct sender {
    uint32_t keys;         /* events of so many nodes */
    bool clears;           /* one in twenty */
    uint64_t next, end;    /* batches */
    char (*ids)[HEX_ID];   /* of the events, in the order of the answers; NULL: not kept */
    uint64_t id_count;
} sender;

static void event_map(csm_writer *w, const sender *s, uint64_t n)
{
    static const char text[] = "Link utilisation above the threshold for five minutes on the uplink of this node";
    uint64_t mixed = mix_number(n);
    char node[32];

    snprintf(node, sizeof(node), "node-%04u", (unsigned)(mixed % s->keys));
    csm_write_map(w, 5);
    request_text(w, "source", "bench");
    request_text(w, "node", node);
    request_text(w, "type", "uplink");
    request_int(w, "severity", s->clears && mixed / s->keys % 20 == 0 ? 0 : (int64_t)(1 + mixed / s->keys % 4));
    request_text(w, "description", text);
}

static bool make_batch(void *user, uint32_t msgid, csm_buf *out)
{
    sender *s = user;
    csm_writer w;

    if (s->next == s->end)
        return false;
    w = request_open(out, msgid, "event.send", 1);
    csm_write_cstr(&w, "events");
    csm_write_list(&w, BATCH);
    for (uint32_t n = 0; n < BATCH; n++)
        event_map(&w, s, s->next * BATCH + n);
    s->next++;
    return true;
}

static void take_batch(void *user, uint32_t msgid, csm_str result)
{
    static const char key[] = "\xa5" "event\xd9\x20"; /* the text "event", the head of a text of 32 bytes */
    const char *at = result.ptr, *end = result.ptr + result.len;
    sender *s = user;
    uint32_t found = 0;

    (void)msgid;
    for (; (at = memmem(at, (size_t)(end - at), key, sizeof(key) - 1)) != NULL; found++) {
        at += sizeof(key) - 1;
        if (end - at < HEX_ID)
            break;
        if (s->ids != NULL)
            memcpy(s->ids[s->id_count++], at, HEX_ID);
    }
    if (found != BATCH)
        die("event.send took %u of %u events", found, BATCH);
}

/* Events a second. */
static double send_all(world *wd, sender *s, drive_part *part)
{
    drive *d = drive_open_local(wd->socket, SENDERS);

    *part = (drive_part){ .source = { make_batch, take_batch, s }, .connections = SENDERS, .depth = 1 };
    drive_run(d, part, 1, 0);
    drive_close(d);
    if (part->errors > 0)
        die("events: %s", part->first_error);
    return (double)(part->requests * BATCH) / part->seconds;
}

/* ---- what stands there ---- */

static void load_named(const world *wd, load_batch *p, const char *table, const char *format, uint32_t count, char (*ids)[HEX_ID])
{
    for (uint32_t n = 0, from = 0; n < count; n++) {
        char *name = p->names[p->count];

        snprintf(name, sizeof(p->names[0]), "%s-%04u", format, n);
        load_batch_add(p, table, &(csm_pair){ CSM_STR("name"), csm_ctext(name) }, 1);
        if (p->count == LOAD_ROWS || n + 1 == count) {
            load_batch_write(wd, p, ids + from);
            from = n + 1;
        }
    }
}

static void load_things(const world *wd)
{
    static char nodes[NODES][HEX_ID], services[SERVICES][HEX_ID];
    load_batch *p = calloc(1, sizeof(*p));

    if (p == NULL)
        die("out of memory");
    fprintf(stderr, "loading %u install base items\n", NODES * ITEMS);
    load_named(wd, p, "cmdb_ci", "node", NODES, nodes);
    load_named(wd, p, "cmdb_ci_service", "service", SERVICES, services);
    for (uint32_t n = 0; n < NODES; n++) {
        csm_pair values[] = { { CSM_STR("parent"), as_hex(services[n % SERVICES]) }, { CSM_STR("child"), as_hex(nodes[n]) } };

        load_batch_add(p, "cmdb_rel_ci", values, 2);
        if (p->count == LOAD_ROWS || n + 1 == NODES)
            load_batch_write(wd, p, NULL);
    }
    for (uint32_t n = 0; n < NODES * ITEMS; n++) {
        csm_pair values[] = { { CSM_STR("name"), csm_ctext("Box") },
                              { CSM_STR("account"), as_hex(wd->accounts[n % ACCOUNTS]) },
                              { CSM_STR("configuration_item"), as_hex(nodes[n / ITEMS]) } };

        load_batch_add(p, "sn_install_base_item", values, 3);
        if (p->count == LOAD_ROWS || n + 1 == NODES * ITEMS)
            load_batch_write(wd, p, NULL);
    }
    free(p);
}

static int64_t count_affected(const world *wd)
{
    csm_pair args[] = { { CSM_STR("table"), csm_ctext("sn_install_base_m2m_affected_install_base") } };
    csm_client_result *result = world_call(wd, "record.aggregate", csm_map(args, 1));
    const csm_value *rows = world_answer(result, "rows"), *count = rows->count > 0 ? csm_map_get(&rows->list[0], "count") : NULL;
    int64_t out = count != NULL ? count->i : 0;

    csm_client_result_free(result);
    return out;
}

/* Seconds until every item of every alert is listed. */
static double await_affected(const world *wd)
{
    struct timespec pause = { 0, 20000000 };
    int64_t start = now_ns();

    while (count_affected(wd) < (int64_t)NODES * ITEMS) {
        if (now_ns() - start > INT64_C(300000000000))
            die("the affected items are not worked out");
        (void)nanosleep(&pause, NULL);
    }
    return (double)(now_ns() - start) / 1e9;
}

/* ---- figures ---- */

/* Every node has its trouble; each of its hundred items is found out beside the events. */
static void storm_figure(bench *b)
{
    world work;
    sender s = { .keys = NODES, .clears = false, .end = b->o.writes / BATCH * 3 };
    sender all_along = { .keys = NODES, .clears = true, .end = UINT64_MAX };
    drive_part part;
    char what[96], value[64];
    int64_t during;
    double rate;

    world_copy(&work, &b->worlds[0], "events");
    work.plugins = PLUGINS;
    world_start(&work, false);
    load_things(&work);
    rate = send_all(&work, &s, &part);
    during = count_affected(&work);
    snprintf(what, sizeof(what), "events a second, %u a call, %u items of %u nodes resolved beside", BATCH, NODES * ITEMS, NODES);
    report_add("events", what, as_rate(rate), as_rate(1000), rate / 1000, AT_LEAST, 1);
    report_note("events.p99", "99 of 100 calls with a batch of events", as_time(hist_at(&part.latency, 0.99)));
    snprintf(value, sizeof(value), "%lld + %.1f s", (long long)during, await_affected(&work));
    report_note("events.affected", "items listed when the last event was taken, and time until all are", value);
    reads_beside(&b->o, &work, "events.reads", "99 of 100 reads of 8 others during events, beside without them",
                 (drive_part){ .source = { make_batch, take_batch, &all_along }, .connections = SENDERS, .depth = 1 });
    world_stop(&work);
    world_remove(&work);
}

/* Events of few keys, with nothing behind them. */
static void fold_figure(bench *b)
{
    world work, before, alone;
    sender s = { .keys = FEW, .end = FEW };
    drive_part part;
    double rate, per_batch, raw_rate;
    int64_t commits;
    char what[96];
    raw_diff diff;

    world_copy(&work, &b->worlds[0], "events");
    work.plugins = PLUGINS;
    world_start(&work, false);
    (void)send_all(&work, &s, &part); /* every alert is there */
    world_stop(&work);
    world_copy(&before, &work, "before");
    s.end += b->o.writes / BATCH;
    if ((s.ids = calloc(b->o.writes, sizeof(*s.ids))) == NULL)
        die("out of memory");
    world_start(&work, false);
    commits = writer_number(&work, "batches");
    rate = send_all(&work, &s, &part);
    commits = writer_number(&work, "batches") - commits;
    world_stop(&work);
    per_batch = (double)s.id_count / (double)(commits > 0 ? commits : 1);
    raw_diff_make(&diff, before.dir, work.dir, s.ids, s.id_count, per_batch);
    world_copy(&alone, &before, "alone");
    raw_rate = (double)s.id_count / raw_replay(&diff, alone.dir, (uint64_t)((double)s.id_count / per_batch) + 1);
    snprintf(what, sizeof(what), "events folded, %.0f per commit, %.1f puts and %.0f bytes each", per_batch,
             (double)diff.fresh / (double)s.id_count, (double)diff.bytes / (double)s.id_count);
    report_add("events.fold", what, as_rate(rate), as_rate(raw_rate), rate / raw_rate, AT_LEAST, 0.1);
    raw_diff_done(&diff);
    free(s.ids);
    world_remove(&work);
    world_remove(&before);
    world_remove(&alone);
}

void figures_events(bench *b)
{
    if (wanted(&b->o, "events"))
        storm_figure(b);
    if (wanted(&b->o, "events.fold"))
        fold_figure(b);
}
