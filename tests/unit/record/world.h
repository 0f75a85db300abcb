/* The whole engine over a store in a fresh directory: the engine's own plugin and one that runs a park, with people who
 * work there. A transaction at a time, through the eyes of one of them. What goes wrong here fails the test.
 *
 *     world w;
 *     world_open(&w);
 *     csm_ctx *ctx = world_write(&w, "kim");
 *     csm_row *row;
 *     assert_ok(ctx, world_insert(&w, "duty", "title=Paint the fence^priority=2", &row));
 *     world_commit(&w);
 *     world_close(&w);
 */
#ifndef CSM_TEST_WORLD_H
#define CSM_TEST_WORLD_H

#include "engine/engine.h"
#include "engine/event/event.h"
#include "engine/job/job.h"
#include "engine/record/call.h"
#include "engine/record/record.h"
#include "engine/rule/rule.h"

#include "park.h"
#include "unit.h"

#include <limits.h>

typedef struct world {
    char path[PATH_MAX];
    csm_store *store;
    csm_clock *clock;
    csm_engine *engine;
    csm_arena *arena;
    csm_cache cache;
    csm_idgen ids;
    csm_snap *snap;
    csm_txn *txn;
    csm_ctx ctx;
} world;

void world_open(world *w);
/* With other plugins beside the engine's own, in dependency order. */
void world_open_with(world *w, const csm_plugin *const *plugins, uint32_t count);
/* Another registry over the same store. */
void world_activate(world *w, const csm_plugin *const *plugins, uint32_t count);
void world_reopen(world *w);
void world_close(world *w);

/* A transaction for a user by name: "kim" (keeper), "chief" (chief: keeper and reopens), "vera" (visitor, external), "root"
 * (admin), "system" (the engine itself, not in system mode), "rule" (system with the rights of rules). */
csm_ctx *world_write(world *w, const char *user);
csm_ctx *world_read(world *w, const char *user);
/* Writes the request's log and commits; the next transaction starts later in time. */
void world_commit(world *w);
void world_abort(world *w);
/* Runs due jobs, each in a transaction of its own, until none is due; how many ran. */
uint32_t world_run_jobs(world *w);

const csm_mtable *world_table(const world *w, const char *name);
/* "field=value^field=value", values as clients send them (text, numbers, true/false). */
csm_value world_values(world *w, const char *text);
csm_status world_insert(world *w, const char *table, const char *values, csm_row **out);
csm_status world_update(world *w, const csm_row *row, const char *values, csm_row **out);
/* Id of a shipped row of the park. */
csm_id world_key(const char *table, const char *key);
csm_id world_user(const char *name);
csm_value world_get(const csm_row *row, const char *field);
csm_str world_text(const csm_row *row, const char *field);
csm_row *world_find(world *w, const char *table, csm_id id);
uint64_t world_count(world *w, const char *table, const char *filter);
#define assert_ok(ctx, call) world_check((ctx), (call), CSM_OK, NULL, __FILE__, __LINE__)
#define assert_status(ctx, call, want) world_check((ctx), (call), (want), NULL, __FILE__, __LINE__)
/* The message holds @p part. */
#define assert_refused(ctx, call, want, part) world_check((ctx), (call), (want), (part), __FILE__, __LINE__)
void world_check(const csm_ctx *ctx, csm_status got, csm_status want, const char *part, const char *file, int line);

#endif
