/* Reads: one record beside an echo, lists at different sizes and depths, counts beside a scan of LMDB. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define BRIEF "number,short_description,priority,state,account,assigned_to,opened_at,active"
#define PAGE_ROWS 20
#define DEEP_PAGE 500
#define READERS 8u

static world *largest(bench *b)
{
    return &b->worlds[b->o.worlds - 1];
}

/* ---- beside what others do ---- */

void reads_beside(const bench_options *o, const world *wd, const char *name, const char *what, drive_part beside)
{
    double quiet[ROUNDS_MAX], busy[ROUNDS_MAX];
    get_source reader = { .wd = wd };
    drive *d = drive_open_local(wd->socket, READERS + beside.connections);
    drive_part parts[] = { { .source = source_get(&reader), .connections = READERS, .depth = 1 }, beside };

    for (uint32_t n = 0; n < o->rounds; n++) {
        drive_run(d, parts, 1, o->seconds);
        quiet[n] = hist_at(&parts[0].latency, 0.99);
        drive_run(d, parts, 2, o->seconds);
        busy[n] = hist_at(&parts[0].latency, 0.99);
        if (parts[0].errors + parts[1].errors > 0)
            die("%s: %s%s", name, parts[0].first_error, parts[1].first_error);
    }
    drive_close(d);
    report_add(name, what, as_time(slots_median(o, busy)), as_time(slots_median(o, quiet)), slots_ratio(o, busy, quiet), AT_MOST, 3);
}

/* ---- get ---- */

static void get_figure(bench *b, const char *name, const char *what, const char *fields)
{
    world *wd = largest(b);
    get_source get = { .wd = wd, .fields = fields };
    slot slots[] = {
        { .d = b->echo_drive, .source = source_get(&get), .connections = b->o.connections, .depth = 1 },
        { .d = wd->agents, .source = source_get(&get), .connections = b->o.connections, .depth = 1, .server = wd->server },
    };
    char p99_name[32];

    if (!wanted(&b->o, name))
        return;
    slots_run(&b->o, name, slots, 2);
    report_add(name, what, as_rate(slots_median(&b->o, slots[1].rate)), as_rate(slots_median(&b->o, slots[0].rate)),
               slots_ratio(&b->o, slots[1].rate, slots[0].rate), AT_LEAST, 0.60);
    snprintf(p99_name, sizeof(p99_name), "%s.p99", name);
    report_add(p99_name, "99 of 100 answered within, beside the echo's", as_time(slots_median(&b->o, slots[1].p99)),
               as_time(slots_median(&b->o, slots[0].p99)), slots_ratio(&b->o, slots[1].p99, slots[0].p99), AT_MOST, 3);
}

/* The same beside an echo whose messages are as long as csmd's answers. */
static void same_bytes_figure(bench *b)
{
    world *wd = largest(b);
    get_source get = { .wd = wd }, padded = { .wd = wd };
    slot slots[] = {
        { .d = b->echo_drive, .source = source_get(&padded), .connections = b->o.connections, .depth = 1 },
        { .d = wd->agents, .source = source_get(&get), .connections = b->o.connections, .depth = 1 },
    };
    bench_options once = b->o;
    double plain;
    char what[96];

    if (!wanted(&b->o, "get.same"))
        return;
    once.rounds = 1;
    slots_run(&once, "get.same", slots, 2);
    plain = slots[0].bytes;
    padded.pad = slots[1].bytes > plain ? (uint32_t)(slots[1].bytes - plain) : 0;
    slots_run(&b->o, "get.same", slots, 2);
    snprintf(what, sizeof(what), "whole case by id, beside an echo of as many bytes (%.0f)", slots[1].bytes);
    report_add("get.same", what, as_rate(slots_median(&b->o, slots[1].rate)), as_rate(slots_median(&b->o, slots[0].rate)),
               slots_ratio(&b->o, slots[1].rate, slots[0].rate), AT_LEAST, 0.60);
}

/* ---- lists ---- */

static void list_figure(bench *b, const char *name, const char *what, page_source sources[WORLDS_MAX])
{
    uint32_t last = b->o.worlds - 1;
    slot slots[WORLDS_MAX] = { 0 };

    if (!wanted(&b->o, name))
        return;
    for (uint32_t n = 0; n <= last; n++) {
        sources[n].wd = &b->worlds[n];
        slots[n] = (slot){ .d = b->worlds[n].agents, .source = source_page(&sources[n]), .connections = b->o.connections,
                           .depth = 1, .server = n == last ? b->worlds[n].server : 0 };
    }
    slots_run(&b->o, name, slots, last + 1);
    report_add(name, what, as_rate(slots_median(&b->o, slots[last].rate)), as_rate(slots_median(&b->o, slots[0].rate)),
               slots_ratio(&b->o, slots[0].rate, slots[last].rate), AT_MOST, 1.5);
}

static void account_list(bench *b)
{
    page_source sources[WORLDS_MAX];

    for (uint32_t n = 0; n < b->o.worlds; n++)
        sources[n] = (page_source){ .query_start = "account=", .query_end = "^active=true^ORDERBYDESCopened_at",
                                    .values = b->worlds[n].accounts, .value_count = ACCOUNTS, .rows = PAGE_ROWS };
    list_figure(b, "list.account", "20 open cases of an account, newest first: cost at largest / smallest size", sources);
}

static void group_list(bench *b)
{
    page_source sources[WORLDS_MAX];

    for (uint32_t n = 0; n < b->o.worlds; n++)
        sources[n] = (page_source){ .query_start = "assignment_group=", .query_end = "^active=true^ORDERBYpriority",
                                    .values = b->worlds[n].groups, .value_count = GROUPS, .rows = PAGE_ROWS };
    list_figure(b, "list.group", "20 open cases of a group by priority: cost at largest / smallest size", sources);
}

/* Walks towards page DEEP_PAGE; the token before it, or before the last page that surely is full. Its number. */
static uint32_t walk_pages(world *wd, const char *query, char token[512])
{
    csm_pair ask[] = { { CSM_STR("table"), csm_ctext("sn_customerservice_case") }, { CSM_STR("query"), csm_ctext(query) },
                       { CSM_STR("fields"), csm_ctext("sys_id") }, { CSM_STR("limit"), csm_int(PAGE_ROWS) },
                       { CSM_STR("after"), csm_nil() } };
    char next_token[512] = "";
    uint32_t page = 1;

    for (token[0] = '\0'; page < DEEP_PAGE; page++) {
        csm_client_result *result = world_call(wd, "record.query", csm_map(ask, page > 1 ? 5 : 4));
        const csm_value *next = world_answer(result, "next");
        bool more = next->type == CSM_T_TEXT;

        if (more) {
            memcpy(token, next_token, sizeof(next_token));
            snprintf(next_token, sizeof(next_token), "%.*s", CSM_STR_FMT(next->s));
        }
        csm_client_result_free(result);
        ask[4].value = csm_ctext(next_token);
        if (!more)
            break;
    }
    if (page < 3)
        die("there are no three pages of cases of one account");
    if (page == DEEP_PAGE)
        memcpy(token, next_token, sizeof(next_token));
    return page == DEEP_PAGE ? page : page - 1;
}

static void deep_page(bench *b)
{
    world *wd = largest(b);
    page_source first = { .wd = wd, .query_start = "account=", .query_end = "^active=true^ORDERBYDESCopened_at",
                          .values = wd->accounts, .value_count = 1, .rows = PAGE_ROWS };
    page_source deep = first;
    char token[512], query[160], what[96];
    uint32_t page;
    slot slots[2];

    if (!wanted(&b->o, "page"))
        return;
    snprintf(query, sizeof(query), "%s%.32s%s", first.query_start, wd->accounts[0], first.query_end);
    page = walk_pages(wd, query, token);
    deep.after = token;
    slots[0] = (slot){ .d = wd->agents, .source = source_page(&first), .connections = b->o.connections, .depth = 1 };
    slots[1] = (slot){ .d = wd->agents, .source = source_page(&deep), .connections = b->o.connections, .depth = 1,
                       .server = wd->server };
    slots_run(&b->o, "page", slots, 2);
    snprintf(what, sizeof(what), "page %u of that list: cost / cost of page 1", page);
    report_add("page.deep", what, as_rate(slots_median(&b->o, slots[1].rate)), as_rate(slots_median(&b->o, slots[0].rate)),
               slots_ratio(&b->o, slots[0].rate, slots[1].rate), AT_MOST, 1.2);
}

void figures_read(bench *b)
{
    get_figure(b, "get", "whole case by id, one request under way per connection, beside the echo", NULL);
    same_bytes_figure(b);
    get_figure(b, "get.brief", "eight fields of a case by id, beside the echo", BRIEF);
    account_list(b);
    group_list(b);
    deep_page(b);
}

/* ---- count ---- */

#define KEY_BYTES (8 + 2 * (1 + 8) + 16) /* of an index of two numbers: which index, the columns, the record */

static double count_once(world *wd)
{
    csm_value groups[] = { csm_ctext("state"), csm_ctext("priority") };
    csm_pair ask[] = { { CSM_STR("table"), csm_ctext("sn_customerservice_case") }, { CSM_STR("group"), csm_list(groups, 2) } };
    int64_t start = now_ns(), taken;
    csm_client_result *result = world_call(wd, "record.aggregate", csm_map(ask, 2));
    const csm_value *rows = world_answer(result, "rows");
    uint64_t counted = 0;

    taken = now_ns() - start;
    for (uint32_t n = 0; rows->type == CSM_T_LIST && n < rows->count; n++) {
        const csm_value *count = csm_map_get(&rows->list[n], "count");

        if (count == NULL || count->type != CSM_T_INT)
            die("record.aggregate answers no count");
        counted += (uint64_t)count->i;
    }
    csm_client_result_free(result);
    if (counted != wd->cases)
        die("record.aggregate counts %llu cases, not %llu", (unsigned long long)counted, (unsigned long long)wd->cases);
    return (double)taken;
}

void figures_count(bench *b)
{
    world *wd = largest(b);
    double ours[ROUNDS_MAX], theirs[ROUNDS_MAX];

    if (!wanted(&b->o, "count"))
        return;
    (void)count_once(wd);
    for (uint32_t n = 0; n < b->o.rounds; n++) {
        theirs[n] = raw_scan(wd->dir, wd->cases, KEY_BYTES) * 1e9;
        ours[n] = count_once(wd);
    }
    report_add("count", "all cases by state and priority, beside LMDB scanning the index of both",
               as_time(slots_median(&b->o, ours)), as_time(slots_median(&b->o, theirs)), slots_ratio(&b->o, ours, theirs),
               AT_MOST, 3);
}
