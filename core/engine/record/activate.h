/* Making a registry the one that holds, and the rows plugins ship. */
#ifndef CSM_ENGINE_RECORD_ACTIVATE_H
#define CSM_ENGINE_RECORD_ACTIVATE_H

#include "engine/engine.h"

/* The engine's slot in a registry. */
struct csm_engine_part {
    csm_registry *older;       /* the one that held before; freed with the engine */
    csm_registry *withdrawn;   /* the one withdrawn before this one was; both are freed with the engine */
};
static inline csm_registry *csm_engine_older(const csm_registry *reg)
{
    const struct csm_engine_part *part = reg->engine;

    return part != NULL ? part->older : NULL;
}

/* lineage.c: whether the plugins of @p reg are those that wrote the store, or newer ones of the same make. */
typedef struct csm_lineage_check {
    const csm_registry *reg;
    void (*complain)(void *user, const csm_mplugin *plugin, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
    void *user;
} csm_lineage_check;
csm_status csm_lineage_compare(const csm_lineage_check *check, csm_view *view, csm_error *err);
/* Runs pending migrations and keeps versions and types. ctx: system, in a transaction. */
csm_status csm_lineage_write(csm_ctx *ctx);
/* engine->starting, if somebody asks. */
csm_status csm_engine_starting(csm_engine *engine, const char *plugin, csm_error *err);

/* choices.c: what administrators said of plugins. Reading: ctx of the system. */
csm_status csm_choices_read(csm_ctx *ctx, csm_choice_fn fn, void *user);

#define CSM_FILL_JOB "index.fill"
/* Job: one page of a new index; args [table, index, after id, emptied]. */
csm_status csm_fill_page(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);

/* Roles, containment, properties and seeds that are not there yet. ctx: system, import, in a transaction. */
csm_status csm_seeds_write(csm_ctx *ctx);
/* Demo rows of one plugin, upserted or removed. */
csm_status csm_demo_write(csm_ctx *ctx, const csm_mplugin *plugin, bool remove);

#endif
