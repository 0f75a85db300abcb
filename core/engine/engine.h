/* Door of the engine as a whole: opening it over a store, preparing registries, contexts. */
#ifndef CSM_ENGINE_ENGINE_H
#define CSM_ENGINE_ENGINE_H

#include "engine/ctx.h"

/* The engine's own plugin: users, groups, roles, rights, sessions, tokens, properties, jobs. Position 0 in every registry. */
const csm_plugin *csm_engine_plugin(void);

csm_status csm_engine_open(csm_store *store, csm_clock *clock, const csm_host *host, const csm_engine_limits *limits,
                           csm_engine **out, csm_error *err);
void csm_engine_close(csm_engine *engine); /* frees all registries; the store is the caller's */

/* The host tables plugins call (csm/csm.h), all implemented by the engine. Static. */
const csm_host *csm_engine_host(void);

/* Compiles what the model keeps as text (filters of rules, scopes, transitions; assignments) into @p reg's slots.
 * Problems are listed, each with its plugin. */
csm_status csm_engine_prepare(csm_engine *engine, csm_registry *reg, csm_problem **problems, csm_error *err);

/* Writes into @p txn all that @p reg needs to hold: versions and migrations, new indexes filled when the table has rows, shipped
 * rows (roles, containment, seeds, properties), the schedule, and on_start of the plugins the registry that holds now does not
 * have. Where a registry holds already, what is not delivered yet goes to its plugins first (BUSY: it is too much). Boot and
 * activation alike; nothing holds before csm_engine_commit. The error names the plugin that fails; the caller undoes @p txn
 * then. Writer thread (or before it starts). */
csm_status csm_engine_activate(csm_engine *engine, csm_registry *reg, csm_txn *txn, csm_error *err);
/* Commits (as csm_txn_commit): @p reg, which becomes the engine's, holds for all who see this transaction. When it fails all is
 * as before. Then runs on_stop of the plugins that the registry before had and @p reg has not. */
csm_status csm_engine_commit(csm_engine *engine, csm_registry *reg, csm_txn *txn, csm_error *err);
/* Runs on_stop of the plugins of the registry that holds, in reverse order, each in a transaction of its own. Before
 * csm_engine_close, when no other thread uses the engine. */
void csm_engine_stop(csm_engine *engine);
/* What administrators said of plugins (table sys_plugins), each to @p fn, which may fail. @p reg, prepared, needs no more than
 * the core's own. */
typedef csm_status (*csm_choice_fn)(void *user, csm_str plugin, bool active, csm_error *err);
csm_status csm_engine_choices(csm_engine *engine, csm_registry *reg, csm_txn *txn, csm_choice_fn fn, void *user, csm_error *err);
/* Notes it in the name of the caller, whatever his rights. */
csm_status csm_choice_write(csm_ctx *ctx, const char *plugin, bool active);
/* Numbers as kept in the store, for csm_registry_build. Call between begin and commit of @p txn. */
csm_number_source csm_engine_numbers(csm_txn *txn);
/* Demo rows of all plugins of the current registry, upserted; or removed. */
csm_status csm_engine_load_demo(csm_engine *engine, bool remove, csm_error *err);

/* The newest registry, perhaps just being committed. Valid until csm_engine_close. */
static inline csm_registry *csm_engine_registry(csm_engine *engine)
{
    return engine->registry;
}
/* The one that holds for who sees the store as of @p sequence: calls run on it (csm_ctx_init). Any thread. */
csm_registry *csm_engine_registry_at(csm_engine *engine, uint64_t sequence);

/* Init empties @p cache first and leaves it fit for done, also when it fails (NOMEM). One per thread. */
csm_status csm_cache_init(csm_cache *cache, csm_error *err);
void csm_cache_done(csm_cache *cache); /* a zeroed one is fine */
/* Forgets what came from rows: after a commit that failed, whose numbers are given again. */
void csm_cache_clear(csm_cache *cache);

/* A context for one call. @p txn NULL: a read through @p snap (already renewed). The caller clears arena after the reply. */
void csm_ctx_init(csm_ctx *ctx, csm_engine *engine, csm_arena *arena, csm_snap *snap, csm_txn *txn,
                  csm_caller *caller, csm_cache *cache, csm_idgen *ids);

/* Walks the whole store and checks it against itself: every row decodes, every index entry has its row and every row its
 * entries, history is gapless and ends at the row's version, journals, unique values, counters above all numbers given,
 * sequence of the log. Calls @p report for each problem. The same code for a served store and `csmd --verify`. */
typedef void (*csm_verify_fn)(void *user, const char *area, csm_str what);
typedef struct csm_verify_counts { uint64_t rows, index_entries, history, log, problems; } csm_verify_counts;
csm_status csm_engine_verify(csm_engine *engine, csm_view *view, csm_verify_fn report, void *user,
                             csm_verify_counts *out, csm_error *err);

#endif
