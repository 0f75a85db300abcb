/* A note on an incident that a thousand cases are linked to: how long the writer is busy with telling them, and what others
 * who write notice of it. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PLUGINS "service_management"
#define CASE "sn_customerservice_case"
#define LINKED 1000u
#define OTHERS 8u
#define WRITER_NS 200e6 /* asked */
#define DELAY_NS 50e6
#define LAST_WAIT_NS INT64_C(60000000000)

typedef struct sync_work {
    world wd;
    uint64_t next;       /* number of the next case */
    char (*linked)[HEX_ID];
    uint32_t at;         /* of linked, while they are being linked */
    char incident[HEX_ID];
} sync_work;

static uint64_t count_cases(const world *wd, const char *query)
{
    csm_pair args[] = { { CSM_STR("table"), csm_ctext(CASE) }, { CSM_STR("query"), csm_ctext(query) } };
    csm_client_result *result = world_call(wd, "record.aggregate", csm_map(args, 2));
    const csm_value *rows = world_answer(result, "rows");
    const csm_value *count = rows->type == CSM_T_LIST && rows->count == 1 ? csm_map_get(&rows->list[0], "count") : NULL;
    uint64_t out = count != NULL && count->type == CSM_T_INT ? (uint64_t)count->i : 0;

    csm_client_result_free(result);
    return out;
}

/* Looks a few hundred times a second; the looks are reads and meet the writer nowhere. */
static void wait_for(const world *wd, const char *query, uint64_t want)
{
    struct timespec pause = { 0, 3000000 };
    int64_t until = now_ns() + LAST_WAIT_NS;

    while (count_cases(wd, query) < want) {
        if (now_ns() > until)
            die("%llu cases with %s did not come about", (unsigned long long)want, query);
        (void)nanosleep(&pause, NULL);
    }
}

/* ---- the cases ---- */

static bool make_link(void *user, uint32_t msgid, csm_buf *out)
{
    sync_work *s = user;
    csm_writer w;

    if (s->at == LINKED)
        return false;
    w = request_open(out, msgid, "record.update", 3);
    request_text(&w, "table", CASE);
    request_id(&w, "id", s->linked[s->at++]);
    csm_write_cstr(&w, "values");
    csm_write_map(&w, 1);
    request_id(&w, "incident", s->incident);
    return true;
}

static void link_cases(sync_work *s)
{
    csm_pair values[] = { { CSM_STR("short_description"), csm_ctext("Storage of the north site is slow") },
                          { CSM_STR("caller_id"), as_hex(s->wd.agents_ids[0]) } };
    creator c = { .wd = &s->wd, .next = s->next, .end = s->next + LINKED, .ids = s->linked };
    drive_part make = { .source = source_create(&c), .connections = OTHERS, .depth = 8 };
    drive_part link = { .source = { make_link, NULL, s }, .connections = 1, .depth = 32 };
    drive *d = drive_open_local(s->wd.socket, OTHERS);
    load_batch *p = calloc(1, sizeof(*p));

    if (p == NULL)
        die("out of memory");
    load_batch_add(p, "incident", values, 2);
    load_batch_write(&s->wd, p, (char(*)[HEX_ID])s->incident);
    free(p);
    drive_run(d, &make, 1, 0);
    drive_run(d, &link, 1, 0);
    drive_close(d);
    if (make.errors + link.errors > 0)
        die("sync: %s%s", make.first_error, link.first_error);
    s->next = c.next;
}

/* ---- note after note ---- */

/* One connection: a comment, then looks at the case that is told last until it has changed, and again. */
typedef struct teller {
    const sync_work *s;
    char last[HEX_ID];  /* of the cases; they are told by id */
    bool waits;
    char seen[64];      /* the answer to the last look */
    size_t seen_len;
} teller;

static bool make_note(void *user, uint32_t msgid, csm_buf *out)
{
    teller *t = user;
    csm_writer w = request_open(out, msgid, t->waits ? "record.get" : "record.update", 3);

    request_text(&w, "table", t->waits ? CASE : "incident");
    request_id(&w, "id", t->waits ? t->last : t->s->incident);
    if (t->waits) {
        csm_write_cstr(&w, "fields");
        csm_write_list(&w, 1);
        csm_write_cstr(&w, "sys_mod_count");
    } else {
        csm_write_cstr(&w, "values");
        csm_write_map(&w, 1);
        request_text(&w, "comments", "The spare part is on its way");
    }
    return true;
}

static void take_note(void *user, uint32_t msgid, csm_str result)
{
    teller *t = user;

    (void)msgid;
    if (!t->waits) {
        t->waits = true;
        return;
    }
    if (result.len > sizeof(t->seen))
        die("sync: an answer of %zu bytes about one field", result.len);
    t->waits = result.len == t->seen_len && memcmp(result.ptr, t->seen, result.len) == 0;
    memcpy(t->seen, result.ptr, result.len);
    t->seen_len = result.len;
}

static void reads_figure(const sync_work *s)
{
    teller t = { .s = s, .waits = true };

    for (uint32_t n = 0; n < LINKED; n++)
        if (memcmp(s->linked[n], t.last, HEX_ID) > 0)
            memcpy(t.last, s->linked[n], HEX_ID);
    reads_beside(s->wd.options, &s->wd, "sync.reads", "99 of 100 reads of 8 others during notes, beside without them",
                 (drive_part){ .source = { make_note, take_note, &t }, .connections = 1, .depth = 1 });
}

/* ---- figures ---- */

static int64_t busy_us(const world *wd)
{
    return writer_number(wd, "run_us") + writer_number(wd, "commit_us");
}

/* The moment of the last change of the incident: its cases are told then or later. */
static void comment(const sync_work *s, char query[160])
{
    csm_pair values[] = { { CSM_STR("comments"), csm_ctext("The vendor confirms a defect; a spare part is on its way") } };
    csm_pair args[] = { { CSM_STR("table"), csm_ctext("incident") }, { CSM_STR("id"), as_hex(s->incident) },
                        { CSM_STR("values"), csm_map(values, 1) } };
    csm_client_result *result = world_call(&s->wd, "record.update", csm_map(args, 3));
    const csm_value *moment = world_answer(result, "sys_updated_on");

    if (moment->type != CSM_T_TEXT)
        die("record.update answers no sys_updated_on");
    snprintf(query, 160, "incident=%.32s^sys_updated_on>=%.*s", s->incident, CSM_STR_FMT(moment->s));
    csm_client_result_free(result);
}

static void tell_alone(const sync_work *s, double busy[ROUNDS_MAX], double whole[ROUNDS_MAX])
{
    const bench_options *o = s->wd.options;
    char query[160];

    for (uint32_t n = 0; n < o->rounds; n++) {
        int64_t before = busy_us(&s->wd), start = now_ns();

        comment(s, query);
        wait_for(&s->wd, query, LINKED);
        whole[n] = (double)(now_ns() - start);
        busy[n] = (double)(busy_us(&s->wd) - before) * 1e3;
    }
}

/* Creates of others: a slice without, a slice that begins with the note. */
static void tell_beside(sync_work *s, double delay[ROUNDS_MAX])
{
    const bench_options *o = s->wd.options;
    creator c = { .wd = &s->wd, .next = s->next, .end = UINT64_MAX };
    drive_part others = { .source = source_create(&c), .connections = OTHERS, .depth = 1 };
    drive *d = drive_open_local(s->wd.socket, OTHERS);
    char query[160];

    for (uint32_t n = 0; n < o->rounds; n++) {
        double quiet;

        drive_run(d, &others, 1, o->seconds);
        quiet = hist_at(&others.latency, 0.99);
        comment(s, query);
        drive_run(d, &others, 1, o->seconds);
        delay[n] = hist_at(&others.latency, 0.99) - quiet;
        wait_for(&s->wd, query, LINKED);
        if (others.errors > 0)
            die("sync: %s", others.first_error);
    }
    drive_close(d);
    s->next = c.next;
}

void figures_sync(bench *b)
{
    double busy[ROUNDS_MAX], whole[ROUNDS_MAX], delay[ROUNDS_MAX], median_busy, median_delay;
    sync_work s = { .next = b->worlds[0].cases };

    if (!wanted(&b->o, "sync"))
        return;
    if ((s.linked = calloc(LINKED, sizeof(*s.linked))) == NULL)
        die("out of memory");
    world_copy(&s.wd, &b->worlds[0], "sync");
    s.wd.plugins = PLUGINS;
    world_start(&s.wd, false);
    link_cases(&s);
    tell_alone(&s, busy, whole);
    tell_beside(&s, delay);
    median_busy = slots_median(&b->o, busy);
    median_delay = slots_median(&b->o, delay);
    report_add("sync", "the writer's time for a note to 1000 cases of an incident", as_time(median_busy), as_time(WRITER_NS),
               median_busy / WRITER_NS, AT_MOST, 1);
    report_note("sync.took", "from the note until the last case has it", as_time(slots_median(&b->o, whole)));
    report_add("sync.others", "99 of 100 creates of 8 others meanwhile: later by", as_time(median_delay), as_time(DELAY_NS),
               median_delay / DELAY_NS, AT_MOST, 1);
    reads_figure(&s);
    world_stop(&s.wd);
    world_remove(&s.wd);
    free(s.linked);
}
