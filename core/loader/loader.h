/* The loader: finds plugins by their manifests, loads the enabled ones safely and in order, builds the registry from
 * them, and sets aside (quarantine, with the reason) what cannot be loaded, so that the others serve.
 * The only room that includes <dlfcn.h>. Code once loaded is never unmapped. */
#ifndef CSM_LOADER_LOADER_H
#define CSM_LOADER_LOADER_H

#include "model/model.h"
#include "rpc/rpc.h"

typedef struct csm_loader csm_loader;

typedef enum csm_plugin_state {
    CSM_PLUGIN_INACTIVE = 0,    /* installed, allowed, not asked for */
    CSM_PLUGIN_ACTIVE = 1,
    CSM_PLUGIN_QUARANTINED = 2, /* asked for, but broken, missing or missing something; reason says what */
    CSM_PLUGIN_REJECTED = 3     /* may not be activated: not allowed, or its files are not in order */
} csm_plugin_state;

/* What an administrator said last. His word goes before the configuration's. */
typedef enum csm_choice_made { CSM_CHOICE_NONE = 0, CSM_CHOICE_ON, CSM_CHOICE_OFF } csm_choice_made;

/* "inactive", "active", "quarantined", "rejected". */
const char *csm_plugin_state_name(csm_plugin_state state);

/* One installed plugin, as its manifest tells. */
typedef struct csm_loader_plugin {
    const char *id, *version, *abi, *summary;
    const char *alias;          /* NULL = none */
    const csm_dep *depends;
    uint32_t depend_count;
    csm_plugin_state state;
    const char *reason;         /* of quarantine or rejection; "" otherwise */
    uint32_t strikes;           /* how often it took the process with it */
    bool bundled;               /* part of this product: keeps its names, needs no allowance */
    bool configured;            /* the configuration enables it */
    csm_choice_made choice;
} csm_loader_plugin;

typedef struct csm_loader_options {
    const char *plugin_dir;     /* absolute; <id>.so and <id>.manifest */
    const char *data_dir;       /* holds plugin.guard; NULL = crashes are not remembered */
    const char *trail;          /* path of the trail an earlier process left, see base/trail.h; NULL = none */
    const char *const *enabled; /* ids or aliases */
    uint32_t enabled_count;
    const char *const *allowed; /* third parties' ids that may be activated though not enabled */
    uint32_t allowed_count;
    const csm_plugin *const *own; /* the core's own, always active: the engine's first */
    uint32_t own_count;
    /* Value of a setting as configured, CSM_T_BOOL, CSM_T_INT or CSM_T_TEXT; nil = not configured. NULL: none are. */
    csm_status (*setting)(void *user, const char *plugin, const csm_setting *s, csm_value *out, csm_error *err);
    /* Compiles what the model keeps as text; problems as from csm_registry_build, in reg->arena. NULL: nothing to do. */
    csm_status (*prepare)(void *user, csm_registry *reg, csm_problem **problems, csm_error *err);
    void *user;
} csm_loader_options;

/* Reads the manifests; no plugin's code is touched. What @p options points to must live until csm_loader_new returns,
 * own plugins and user for ever. INVALID or IO when the directory itself is unusable; what is wrong with one plugin is
 * told by csm_loader_list. One thread at a time but for csm_loader_list and csm_loader_rpc. */
csm_status csm_loader_new(const csm_loader_options *options, csm_loader **out, csm_error *err);
/* After every registry it built is freed. NULL is fine. Code stays mapped. */
void csm_loader_free(csm_loader *loader);

/* What an administrator said of the plugin; before csm_loader_boot. */
csm_status csm_loader_choose(csm_loader *loader, csm_str id, bool active, csm_error *err);
/* Loads the enabled plugins and all they depend on, then csm_loader_build. */
csm_status csm_loader_boot(csm_loader *loader, const csm_number_source *numbers, csm_registry **out, csm_error *err);
/* A registry of the core's own and (after boot) the active plugins. A plugin whose declarations do not stand is quarantined with
 * those that depend on it, and the rest built. INVALID: a setting's value, or the core's own declarations. */
csm_status csm_loader_build(csm_loader *loader, const csm_number_source *numbers, csm_registry **out, csm_error *err);
/* Sets an active plugin aside (its start failed ...) with all that depend on it; then build again. NOT_FOUND. */
csm_status csm_loader_quarantine(csm_loader *loader, const char *id, const char *reason, csm_error *err);

/* ---- while serving: plan, take, settle; writer thread ---- */

typedef enum csm_loader_verb {
    CSM_LOADER_ACTIVATE,        /* with all it stands on */
    CSM_LOADER_DEACTIVATE,
    CSM_LOADER_CASCADE          /* deactivate, with all that stand on it */
} csm_loader_verb;

/* A change of what is active. */
typedef struct csm_loader_change {
    csm_loader_verb verb;
    const char *id;             /* of the plugin asked for */
    const char **ids;           /* those that come or go, in this order; none: there is nothing to do */
    uint32_t count;
    const char **kept;          /* those that stay though only what goes asked for them */
    uint32_t kept_count;
    csm_problem *problems;      /* all that is in the way, when something is */
    bool no_memory;             /* not all of them could be told */
    csm_arena *arena;
} csm_loader_change;

/* What activating or deactivating the plugin of that id or alias means; looks for newly installed ones first. NOT_FOUND: it is
 * not installed. REJECTED: it may not be, out->problems says why. In @p arena. */
csm_status csm_loader_plan(csm_loader *loader, csm_str id, csm_loader_verb verb, csm_arena *arena, csm_loader_change *out,
                           csm_error *err);
/* Loads what comes and builds the registry. REJECTED: change->problems says why, and all is as before. On success the loader
 * waits for csm_loader_settle. */
csm_status csm_loader_take(csm_loader *loader, csm_loader_change *change, const csm_number_source *numbers, csm_registry **out,
                           csm_error *err);
/* The change stands, or (its commit failed ...) all is as before. */
void csm_loader_settle(csm_loader *loader, const csm_loader_change *change, bool stands);

/* Notes on disk that @p id's code is being started, NULL: no longer. When the process dies in between, the next boot
 * finds the note and quarantines the plugin until its file is replaced. Loading notes itself. */
csm_status csm_loader_guard(csm_loader *loader, const char *id, csm_error *err);

/* All plugins sorted by id, copied into @p arena (strings live as long as the loader). Any thread. */
csm_status csm_loader_list(csm_loader *loader, csm_arena *arena, const csm_loader_plugin **out, uint32_t *count);
/* What plugin.list, plugin.show and plugin.clear do. */
csm_rpc_plugins csm_loader_rpc(csm_loader *loader);

#endif
