/* Which plugins are loaded, and in what order: the enabled ones and all they depend on, dependencies first, ties by
 * id. A circle or something missing takes out those who depend on it, each with the path to the cause; in a change while
 * serving it is only told. */
#include "loader/room.h"

#include "base/log.h"
#include "base/str.h"

#include <stdio.h>

#define PATH_BYTES 300

/* One way through the dependencies: places what it comes by in loader->order. */
typedef struct walk {
    csm_loader *loader;
    csm_loader_change *change; /* NULL: a boot */
    bool sort;                 /* only what is taken, which stands */
    uint32_t depth;            /* of loader->way: the entries being visited, outermost first */
} walk;

static void walk_begin(walk *w, csm_loader *loader, csm_loader_change *change, bool sort)
{
    *w = (walk){ .loader = loader, .change = change, .sort = sort };
    loader->order_count = 0;
    for (uint32_t n = 0; n < loader->entry_count; n++)
        loader->entries[n]->walk = CSM_ENTRY_NEW;
}

/* The circle that @p entry closes: from its first place on the way to here and back to it. */
static void blame_circle(const walk *w, csm_entry *entry)
{
    csm_entry *const *way = w->loader->way;
    char path[PATH_BYTES] = "";
    uint32_t first = w->depth;
    size_t used = 0;

    while (first > 0 && way[first - 1] != entry)
        first--;
    for (uint32_t n = first > 0 ? first - 1 : 0; n < w->depth && used < sizeof(path); n++)
        used += (size_t)snprintf(path + used, sizeof(path) - used, "%s -> ", way[n]->pub.id);
    for (uint32_t n = first > 0 ? first - 1 : 0; n < w->depth; n++)
        csm_entry_blame(w->loader, w->change, way[n], "depends on itself: %s%s", path, entry->pub.id);
}

/* What a boot does not activate though others stand on it. */
static bool is_kept_off(const csm_loader_change *change, const csm_entry *entry)
{
    return change == NULL && entry->pub.choice == CSM_CHOICE_OFF;
}

static void check_dep(csm_loader *loader, csm_loader_change *change, csm_entry *entry, const csm_dep *dep,
                      const csm_entry *needed)
{
    if (needed == NULL && csm_loader_is_own(loader, dep->plugin))
        return;
    if (needed == NULL)
        csm_entry_blame(loader, change, entry, "needs \"%s\", which is not installed", dep->plugin);
    else if (csm_entry_is_out(needed))
        csm_entry_blame(loader, change, entry, "needs \"%s\": %s", dep->plugin, needed->pub.reason);
    else if (is_kept_off(change, needed))
        csm_entry_blame(loader, change, entry, "needs \"%s\", which an administrator deactivated", dep->plugin);
    else if (dep->min != NULL && csm_version_cmp(csm_str_of(needed->pub.version), csm_str_of(dep->min)) < 0)
        csm_entry_blame(loader, change, entry, "needs \"%s\" %s, installed is %s", dep->plugin, dep->min,
                        needed->pub.version);
}

/* Dependencies in the order of their ids. NULL when @p from was the last. */
static const csm_dep *next_dep(const csm_entry *entry, const char *from)
{
    const csm_dep *next = NULL;

    for (uint32_t n = 0; n < entry->pub.depend_count; n++) {
        const csm_dep *dep = &entry->pub.depends[n];

        if ((from == NULL || strcmp(dep->plugin, from) > 0) && (next == NULL || strcmp(dep->plugin, next->plugin) < 0))
            next = dep;
    }
    return next;
}

static void visit(walk *w, csm_entry *entry)
{
    csm_loader *loader = w->loader;

    if (entry->walk == CSM_ENTRY_PLACED)
        return;
    entry->walk = CSM_ENTRY_OPEN;
    loader->way[w->depth++] = entry;
    for (const csm_dep *dep = next_dep(entry, NULL); dep != NULL; dep = next_dep(entry, dep->plugin)) {
        csm_entry *needed = csm_entry_find(loader, csm_str_of(dep->plugin));

        if (needed != NULL && needed->walk == CSM_ENTRY_OPEN) {
            blame_circle(w, needed);
            continue;
        }
        if (needed != NULL && (w->sort ? needed->taken : !is_kept_off(w->change, needed)))
            visit(w, needed);
        if (!w->sort)
            check_dep(loader, w->change, entry, dep, needed);
    }
    w->depth--;
    entry->walk = CSM_ENTRY_PLACED;
    if (!csm_entry_is_out(entry))
        loader->order[loader->order_count++] = entry;
}

void csm_order_sort(csm_loader *loader)
{
    walk w;

    walk_begin(&w, loader, NULL, true);
    for (uint32_t n = 0; n < loader->entry_count; n++)
        if (loader->entries[n]->taken)
            visit(&w, loader->entries[n]);
}

void csm_order_reach(csm_loader *loader, csm_loader_change *change, csm_entry *entry)
{
    walk w;

    walk_begin(&w, loader, change, false);
    visit(&w, entry);
}

/* ---- boot ---- */

/* An enabled plugin nobody installed is listed too, else its absence would show nowhere. */
static csm_status add_missing(csm_loader *loader, const char *name, csm_entry **out, csm_error *err)
{
    const char **ids = csm_arena_array(loader->arena, (size_t)loader->entry_count + 1, sizeof(*ids));
    const char *near;
    csm_entry *entry;

    if (ids == NULL)
        return csm_error_nomem(err);
    for (uint32_t n = 0; n < loader->entry_count; n++)
        ids[n] = loader->entries[n]->pub.id;
    near = csm_str_nearest(csm_str_of(name), ids, loader->entry_count);
    entry = csm_entry_add(loader, csm_str_of(name));
    if (entry == NULL)
        return csm_error_nomem(err);
    entry->pub.version = entry->pub.abi = entry->pub.summary = "";
    if (near != NULL)
        csm_entry_mark(loader, entry, CSM_PLUGIN_QUARANTINED, "is not installed; did you mean \"%s\"?", near);
    else
        csm_entry_mark(loader, entry, CSM_PLUGIN_QUARANTINED, "is not installed");
    *out = entry;
    return CSM_OK;
}

/* Asked for, so it is a fault and not just a fact. */
static void quarantine_rejected(csm_loader *loader, csm_entry *entry)
{
    if (entry->pub.state != CSM_PLUGIN_REJECTED)
        return;
    csm_mutex_lock(loader->lock);
    entry->pub.state = CSM_PLUGIN_QUARANTINED;
    csm_mutex_unlock(loader->lock);
    csm_log(CSM_LOG_WARN, "loader", "plugin \"%s\" is left out: %s", entry->pub.id, entry->pub.reason);
}

static csm_status take_configured(csm_loader *loader, csm_error *err)
{
    for (uint32_t n = 0; n < loader->options.enabled_count; n++) {
        csm_entry *entry = csm_entry_find(loader, csm_str_of(loader->options.enabled[n]));

        if (entry == NULL)
            CSM_TRY(add_missing(loader, loader->options.enabled[n], &entry, err));
        entry->pub.configured = true;
        if (entry->pub.choice == CSM_CHOICE_OFF)
            csm_log(CSM_LOG_WARN, "loader", "plugin \"%s\" is left out: an administrator deactivated it", entry->pub.id);
    }
    return CSM_OK;
}

csm_status csm_loader_choose(csm_loader *loader, csm_str id, bool active, csm_error *err)
{
    csm_entry *entry = csm_entry_find(loader, id);
    const char *name;

    if (entry == NULL && !active)
        return CSM_OK;
    if (entry == NULL) {
        name = csm_arena_cstr(loader->arena, id);
        if (name == NULL)
            return csm_error_nomem(err);
        CSM_TRY(add_missing(loader, name, &entry, err));
    }
    entry->pub.choice = active ? CSM_CHOICE_ON : CSM_CHOICE_OFF;
    return CSM_OK;
}

csm_status csm_order_resolve(csm_loader *loader, csm_error *err)
{
    walk w;

    CSM_TRY(take_configured(loader, err));
    walk_begin(&w, loader, NULL, false);
    for (uint32_t n = 0; n < loader->entry_count; n++) {
        if (!csm_entry_is_asked_for(loader->entries[n]))
            continue;
        quarantine_rejected(loader, loader->entries[n]);
        if (loader->entries[n]->installed)
            visit(&w, loader->entries[n]);
    }
    for (uint32_t n = 0; n < loader->order_count; n++)
        loader->order[n]->taken = !csm_entry_is_out(loader->order[n]);
    csm_order_sort(loader);
    return CSM_OK;
}

void csm_order_drop_dependants(csm_loader *loader)
{
    for (uint32_t n = 0; n < loader->order_count; n++) {
        csm_entry *entry = loader->order[n];

        for (uint32_t m = 0; m < entry->pub.depend_count && !csm_entry_is_out(entry); m++) {
            const csm_dep *dep = &entry->pub.depends[m];

            check_dep(loader, NULL, entry, dep, csm_entry_find(loader, csm_str_of(dep->plugin)));
        }
    }
}
