/* csm-bench: what its files share. A *world* is a store with so many cases and the server over it; a *figure* is one line of
 * the report: what was measured, beside what, and what it should be. */
#ifndef CSM_BENCH_BENCH_H
#define CSM_BENCH_BENCH_H

#include "child.h"
#include "drive.h"
#include "now.h"

#include "base/arena.h"
#include "wire/wire.h"

#include <csm/client.h>

#include <limits.h>
#include <stdio.h>

#define WORLDS_MAX 4u
#define ACCOUNTS 100u
#define CONTACTS 3u  /* per account */
#define GROUPS 20u
#define MEMBERS 5u   /* agents per group */
#define BIG_SHARE 30 /* percent of the cases that belong to the first account */
#define HEX_ID 32

typedef struct bench_options {
    uint64_t cases[WORLDS_MAX];
    uint32_t worlds;
    double seconds;          /* of one slice of measuring */
    uint32_t rounds;         /* slices per figure; the median counts */
    uint32_t connections;
    uint32_t depth;          /* requests under way per connection, for the depth figures */
    uint64_t writes;         /* creates and imported rows per figure */
    uint64_t growth;         /* requests of the memory figure */
    const char *only;        /* figures whose name starts so; NULL = all */
    const char *scratch;     /* folder for stores; NULL: a temporary one, removed at the end */
    const char *server;      /* path of csmd */
    const char *plugin_dir;
    const char *profile;     /* folder for profiles of the server, one per figure; NULL = none */
    bool json;
} bench_options;

typedef struct world {
    const bench_options *options;
    uint64_t cases;
    const char *plugins;     /* active ones; NULL: customer_service */
    char dir[PATH_MAX];      /* data directory */
    char socket[PATH_MAX];   /* of the local administrator */
    uint16_t port;
    pid_t server;
    double start_s;          /* from fork to the first answer */
    csm_client *admin;
    drive *agents;           /* logged in as an agent */
    char token[256];
    char accounts[ACCOUNTS][HEX_ID], contacts[ACCOUNTS * CONTACTS][HEX_ID];
    char groups[GROUPS][HEX_ID], agents_ids[GROUPS * MEMBERS][HEX_ID];
} world;

/* ---- options.c ---- */

bench_options options_parse(int argc, char **argv);
/* Whether the figures of that name are wanted. */
bool wanted(const bench_options *o, const char *name);

/* ---- echo.c ---- */

int echo_run(void *port);

/* ---- request.c: requests as bytes ---- */

/* Array, kind, message id, method, and a map of @p args arguments, which follow. */
csm_writer request_open(csm_buf *out, uint32_t msgid, const char *method, uint32_t args);
void request_text(csm_writer *w, const char *key, const char *text);
void request_id(csm_writer *w, const char *key, const char id[HEX_ID]);
void request_int(csm_writer *w, const char *key, int64_t number);
/* What a person gives for case number @p n of a world, a comment among it. */
void request_case_values(csm_writer *w, const world *wd, uint64_t n);

#define CASE_COLUMNS 14u
#define CASE_COLUMNS_NEW 11u /* without those that say how far the case is */
extern const char *const case_columns[CASE_COLUMNS];
void request_case_cells(csm_writer *w, const world *wd, uint64_t n, uint32_t columns);
/* The sys_id of an encoded record; ends the program when there is none. */
void result_id(csm_str result, char out[HEX_ID]);
/* Cases made one by one by number. */
typedef struct creator {
    const world *wd;
    uint64_t next, end;
    char (*ids)[HEX_ID];     /* of the cases, in the order of the answers; NULL: not kept */
    uint64_t id_count;
} creator;
drive_source source_create(creator *c);
/* The id an import gives case number @p n. */
void case_id(uint64_t n, char out[HEX_ID]);

/* An import of cases by number, page after page. */
typedef struct import {
    const world *wd;
    uint64_t from, next, end;
    uint32_t columns, page;
    bool stopped;            /* no further page */
    char id[HEX_ID];
} import;
/* @p as_they_stand: with their states, without rules; else as new ones. */
void import_begin(import *im, const world *wd, const char *name, uint64_t from, uint64_t end, bool as_they_stand);
drive_source source_import(import *im, uint32_t page);

/* ---- world.c ---- */

/* Makes or takes over the store with so many cases. The server does not run afterwards. */
void world_make(world *wd, const bench_options *o, const char *scratch, uint64_t cases);
/* Starts the server; connects the administrator and, with @p agents, the agents' connections. */
void world_start(world *wd, bool agents);
void world_stop(world *wd);
/* Another folder with a copy of the store: everything known of @p from holds for it. */
void world_copy(world *to, const world *from, const char *name);
void world_remove(world *wd);
/* A call as the administrator; an error ends the program. Freed by the caller. */
csm_client_result *world_call(const world *wd, const char *method, csm_value params);
const csm_value *world_answer(const csm_client_result *result, const char *key);

/* ---- load.c ---- */

void load_people(world *wd);
void load_cases(world *wd);

/* ---- load_batch.c: rows written in batches ---- */

#define LOAD_ROWS 500u
typedef struct load_batch {
    csm_value items[LOAD_ROWS];
    csm_pair item[LOAD_ROWS][3], values[LOAD_ROWS][4];
    char names[LOAD_ROWS][32];
    uint32_t count;
} load_batch;

/* @p values live until the batch is written; at most four. */
void load_batch_add(load_batch *p, const char *table, const csm_pair *values, uint32_t count);
/* Writes the batch, empties it and gives the ids of its records; @p ids NULL: not wanted. */
void load_batch_write(const world *wd, load_batch *p, char (*ids)[HEX_ID]);
csm_value as_hex(const char id[HEX_ID]);

/* ---- figures ---- */

typedef struct bench {
    bench_options o;
    char scratch[PATH_MAX];
    world worlds[WORLDS_MAX];
    pid_t echo;
    drive *echo_drive;
} bench;

void figures_read(bench *b);   /* servers run */
void figures_count(bench *b);  /* servers run */
void figures_server(bench *b); /* no server runs, here and below */
void figures_write(bench *b);
void figures_events(bench *b);
void figures_children(bench *b);
void figures_sync(bench *b);
/* A number of server.metrics about the writer. */
int64_t writer_number(const world *wd, const char *name);

/* ---- slots.c: things measured in turn, so that what else the machine does meets all alike ---- */

#define ROUNDS_MAX 32u

typedef struct slot {
    drive *d;
    drive_source source;
    uint32_t connections, depth;
    pid_t server;              /* to be profiled; 0 = none */
    double rate[ROUNDS_MAX];   /* out: answers per second, by round */
    double p99[ROUNDS_MAX];    /* out: ns */
    double bytes;              /* out: of an answer, on the average of the last round */
} slot;

/* Gives every slot a slice of time in every round. A refused request ends the program. */
void slots_run(const bench_options *o, const char *name, slot *slots, uint32_t count);
/* Median over the rounds of a[round] / b[round]. */
double slots_ratio(const bench_options *o, const double *a, const double *b);
double slots_median(const bench_options *o, const double *values);

/* ---- requests that repeat (source.c) ---- */

/* record.get of a random case; @p fields NULL: all. The answer must name the case asked for. For an echo, @p pad bytes more,
 * so that it sends as many as csmd answers. */
typedef struct get_source {
    const world *wd;
    const char *fields;
    uint32_t pad;
} get_source;
drive_source source_get(get_source *g);

/* One page of a list, of a random account or group; the answer must have @p rows rows. */
typedef struct page_source {
    const world *wd;
    const char *query_start, *query_end; /* around the value */
    char (*values)[HEX_ID];
    uint32_t value_count;
    const char *after;  /* token; NULL: first page */
    uint32_t rows;
} page_source;
drive_source source_page(page_source *p);

uint64_t mix_number(uint64_t n);

/* What eight readers notice of @p beside: 99 of 100 of their answers with it, beside without it, at most three times. */
void reads_beside(const bench_options *o, const world *wd, const char *name, const char *what, drive_part beside);

/* ---- report.c ---- */

typedef enum target_kind { AT_LEAST, AT_MOST } target_kind;
/* One line. @p ratio is what is judged; @p ours and @p theirs are texts with units. */
void report_add(const char *name, const char *what, const char *ours, const char *theirs, double ratio, target_kind kind,
                double target);
/* A line without a target. */
void report_note(const char *name, const char *what, const char *value);
void report_print(const bench_options *o);
/* True when every target is met. */
bool report_is_good(void);

double median(double *values, uint32_t count);
/* "12345/s", "123 us", "4.5 MB" in a static ring of buffers. */
const char *as_rate(double per_second);
const char *as_time(double ns);
const char *as_bytes(double bytes);

/* ---- raw.c: LMDB alone ---- */

typedef struct raw_entry {
    uint32_t db;
    bool fresh;              /* the key was not there before */
    uint64_t batch;          /* of a fresh one */
    uint32_t key_len, value_len;
    const uint8_t *bytes;    /* key, then value */
} raw_entry;

typedef struct raw_diff {
    csm_arena *arena;
    raw_entry *entries;
    size_t count, cap;
    size_t fresh, again;     /* entries new; entries that replaced one */
    uint64_t bytes;
} raw_diff;

/* What the store in @p after has that the one in @p before has not. Fresh entries whose key holds the k-th of @p ids go to
 * batch k / @p per_batch; the others are spread evenly. */
void raw_diff_make(raw_diff *out, const char *before, const char *after, char (*ids)[HEX_ID], uint64_t id_count,
                   double per_batch);
void raw_diff_done(raw_diff *diff);
/* Puts the entries into the store in @p dir, one synced transaction per batch, with what is written again and again in
 * each of them. Seconds. */
double raw_replay(const raw_diff *diff, const char *dir, uint64_t batches);
/* Seconds that a cursor takes over the index that has so many entries, all with keys of @p key_len bytes. */
double raw_scan(const char *dir, uint64_t entries, size_t key_len);

#endif
