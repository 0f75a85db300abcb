/* Random rows of the declared tables, kept in the store and beside it, and random conditions decided by plain reading: what
 * the engine's answers are compared with. */
#ifndef CSM_TEST_QUERY_WORLD_H
#define CSM_TEST_QUERY_WORLD_H

#include "declare.h"

#define PEOPLE 12
#define ROWS_MAX 2000

typedef enum fact {
    NUMBER, TITLE, CODE, STATE, PRIORITY, ACTIVE, OPENED, DUE, EFFORT, RATIO, SPENT, OWNER, WATCHERS, SITE, RANK, FACTS
} fact;
extern const char *const fact_names[FACTS];

typedef struct person {
    csm_id id;
    csm_value name, vip, region, boss;
} person;

typedef struct thing {
    csm_id id;
    const char *table;
    csm_value facts[FACTS];
    csm_value watchers[3];
    char texts[4][160];
    bool gone;
    uint32_t born; /* page during which it came or changed; 0 = from the start */
} thing;

typedef struct world {
    fixture f;
    uint64_t seed;
    person people[PEOPLE];
    thing *things;
    uint32_t count;
    int asker;           /* who asks; -1 = the system */
    csm_caller caller;
    csm_arena *caller_arena;
} world;

void world_open(world *w, uint64_t seed, uint32_t things);
void world_close(world *w);
/* In an open write context. */
void world_add(world *w, csm_ctx *ctx);
void world_change(world *w, csm_ctx *ctx, thing *t);
void world_remove(world *w, csm_ctx *ctx, thing *t);
/* Puts a caller with these roles ("a,b") in the place of the system's; -1: the system's again. */
void world_ask_as(world *w, csm_ctx *ctx, int who, const char *names);
bool world_is_a(const thing *t, const char *table);

/* A condition as the engine takes it and as the test decides it. */
typedef struct cond {
    enum { C_AND, C_OR, C_NOT, C_TERM } kind;
    struct cond *items[4];
    uint32_t count;
    fact fact;
    const char *walk;   /* field of the owner; NULL = the thing's own */
    csm_op op;
    csm_value values[12];
    uint32_t value_count;
    char texts[12][96];
} cond;

/* @p of_job: fields of job too. In @p arena. */
cond *cond_random(world *w, csm_arena *arena, uint32_t depth, bool of_job);
csm_value cond_value(const cond *c, csm_arena *arena); /* structured form */
bool cond_holds(world *w, csm_arena *arena, const cond *c, const thing *t);
bool cond_names(const cond *c, const char *field);
/* The asker's rights by plain reading: *limited when only the watcher's few fields are shown. */
bool world_reaches(world *w, csm_arena *arena, const thing *t, bool *limited);
/* Order as the engine promises it: nil first, texts folded. */
int fact_cmp(csm_arena *arena, csm_value a, csm_value b);

#endif
