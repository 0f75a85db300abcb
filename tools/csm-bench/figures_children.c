/* Major cases whose list holds 500 accounts: how long the writer is busy with their child cases, and what others who write
 * notice of it. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define PLUGINS "major_issue,service_management,action_status"
#define CHILDREN 500u
#define MAJORS 5u    /* made one after the other for one figure */
#define OTHERS 8u
#define CASE "sn_customerservice_case"
#define LIST "sn_publications_recipients_list"
#define MEMBER "sn_publications_recipientslist_account_m2m"

/* ---- making major cases, one after the other ---- */

typedef enum step { OPEN, ATTACH, BEGIN, WAIT } step;

typedef struct maker {
    char list[HEX_ID], major[HEX_ID];
    step step;
    uint64_t made, end;
    int64_t since, took; /* ns: of the one under way, of all that are done */
} maker;

static void attach(csm_writer *w, const maker *m)
{
    request_text(w, "table", CASE);
    request_id(w, "id", m->major);
    csm_write_cstr(w, "values");
    csm_write_map(w, 1);
    request_id(w, "recipient_list", m->list);
}

static void ask_progress(csm_writer *w, const maker *m)
{
    request_text(w, "table", CASE);
    request_id(w, "id", m->major);
    csm_write_cstr(w, "fields");
    csm_write_list(w, 1);
    csm_write_cstr(w, "child_case_creation_progress");
}

static bool make_step(void *user, uint32_t msgid, csm_buf *out)
{
    maker *m = user;
    csm_writer w;

    if (m->made == m->end)
        return false;
    switch (m->step) {
    case OPEN:
        w = request_open(out, msgid, "case.create_major_case", 1);
        request_text(&w, "short_description", "Nothing works any more");
        break;
    case ATTACH:
        w = request_open(out, msgid, "record.update", 3);
        attach(&w, m);
        break;
    case BEGIN:
        m->since = now_ns();
        w = request_open(out, msgid, "case.create_child_cases", 2);
        request_id(&w, "id", m->major);
        request_text(&w, "comments", "We know and are on it.");
        break;
    case WAIT:
        w = request_open(out, msgid, "record.get", 3);
        ask_progress(&w, m);
        break;
    }
    return true;
}

static void take_step(void *user, uint32_t msgid, csm_str result)
{
    static const char done[] = "child_case_creation_progress\xc2"; /* false behind its name */
    maker *m = user;

    (void)msgid;
    if (m->step == OPEN)
        result_id(result, m->major);
    if (m->step != WAIT) {
        m->step++;
        return;
    }
    if (memmem(result.ptr, result.len, done, sizeof(done) - 1) == NULL)
        return;
    m->took += now_ns() - m->since;
    m->made++;
    m->step = OPEN;
}

/* ---- what stands there ---- */

static void load_list(const world *wd, char list[HEX_ID])
{
    static char accounts[CHILDREN][HEX_ID];
    csm_pair named[] = { { CSM_STR("name"), csm_ctext("all") }, { CSM_STR("type"), csm_ctext("accounts") } };
    csm_pair account[] = { { CSM_STR("name"), csm_ctext("One of many") }, { CSM_STR("customer"), csm_bool(true) } };
    load_batch *p = calloc(1, sizeof(*p));

    if (p == NULL)
        die("out of memory");
    load_batch_add(p, LIST, named, 2);
    load_batch_write(wd, p, (char(*)[HEX_ID])list);
    for (uint32_t n = 0; n < CHILDREN; n++)
        load_batch_add(p, "customer_account", account, 2);
    load_batch_write(wd, p, accounts);
    for (uint32_t n = 0; n < CHILDREN; n++) {
        csm_pair member[] = { { CSM_STR("list"), as_hex(list) }, { CSM_STR("recipient"), as_hex(accounts[n]) } };

        load_batch_add(p, MEMBER, member, 2);
    }
    load_batch_write(wd, p, NULL);
    free(p);
}

/* ---- figures ---- */

static int64_t busy_us(const world *wd)
{
    return writer_number(wd, "run_us") + writer_number(wd, "commit_us");
}

static void alone(world *work, maker *m)
{
    drive *d = drive_open_local(work->socket, 1);
    drive_part part = { .source = { make_step, take_step, m }, .connections = 1, .depth = 1 };
    double seconds;
    int64_t us;

    m->end += MAJORS;
    us = busy_us(work);
    drive_run(d, &part, 1, 0);
    drive_close(d);
    if (part.errors > 0)
        die("children: %s", part.first_error);
    seconds = (double)(busy_us(work) - us) / 1e6 / MAJORS;
    report_add("children", "the writer's time for 500 child cases of one major case", as_time(seconds * 1e9), as_time(1e9), seconds,
               AT_MOST, 1);
    report_note("children.took", "from the call until the last of them is there", as_time((double)m->took / MAJORS));
}

static void beside(world *work, maker *m)
{
    const bench_options *o = work->options;
    double quiet[ROUNDS_MAX], busy[ROUNDS_MAX], more;
    creator c = { .wd = work, .next = work->cases, .end = UINT64_MAX };
    drive *d = drive_open_local(work->socket, OTHERS + 1);

    m->end = UINT64_MAX;
    for (uint32_t n = 0; n < o->rounds; n++) {
        drive_part parts[] = {
            { .source = source_create(&c), .connections = OTHERS, .depth = 1 },
            { .source = { make_step, take_step, m }, .connections = 1, .depth = 1 },
        };

        drive_run(d, parts, 1, o->seconds);
        quiet[n] = hist_at(&parts[0].latency, 0.99);
        drive_run(d, parts, 2, o->seconds);
        busy[n] = hist_at(&parts[0].latency, 0.99);
        if (parts[0].errors + parts[1].errors > 0)
            die("children: %s%s", parts[0].first_error, parts[1].first_error);
    }
    drive_close(d);
    more = slots_median(o, busy) - slots_median(o, quiet);
    report_add("children.others", "99 of 100 creates of 8 others while child cases are made all the time: later by", as_time(more),
               as_time(50e6), more / 50e6, AT_MOST, 1);
}

void figures_children(bench *b)
{
    maker m = { 0 };
    world work;

    if (!wanted(&b->o, "children"))
        return;
    world_copy(&work, &b->worlds[0], "children");
    work.plugins = PLUGINS;
    world_start(&work, false);
    load_list(&work, m.list);
    alone(&work, &m);
    beside(&work, &m);
    reads_beside(&b->o, &work, "children.reads", "99 of 100 reads of 8 others while child cases are made, beside without",
                 (drive_part){ .source = { make_step, take_step, &m }, .connections = 1, .depth = 1 });
    world_stop(&work);
    world_remove(&work);
}
