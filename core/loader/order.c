/* Which plugins are loaded, and in what order: the enabled ones and all they depend on, dependencies first, ties by
 * id. A circle or something missing takes out those who depend on it, each with the path to the cause. */
#include "loader/room.h"

#include "base/log.h"
#include "base/str.h"

#include <stdio.h>

#define PATH_BYTES 300

/* The circle that @p entry closes: from its first place on the way to here and back to it. */
static void quarantine_circle(csm_loader *loader, csm_entry *const *way, uint32_t depth, csm_entry *entry)
{
    char path[PATH_BYTES] = "";
    uint32_t first = depth;
    size_t used = 0;

    while (first > 0 && way[first - 1] != entry)
        first--;
    for (uint32_t n = first > 0 ? first - 1 : 0; n < depth && used < sizeof(path); n++)
        used += (size_t)snprintf(path + used, sizeof(path) - used, "%s -> ", way[n]->pub.id);
    for (uint32_t n = first > 0 ? first - 1 : 0; n < depth; n++)
        csm_entry_mark(loader, way[n], CSM_PLUGIN_QUARANTINED, "depends on itself: %s%s", path, entry->pub.id);
}

static void check_dep(csm_loader *loader, csm_entry *entry, const csm_dep *dep, const csm_entry *needed)
{
    if (needed == NULL && csm_loader_is_own(loader, dep->plugin))
        return;
    if (needed == NULL)
        csm_entry_mark(loader, entry, CSM_PLUGIN_QUARANTINED, "needs \"%s\", which is not installed", dep->plugin);
    else if (csm_entry_is_out(needed))
        csm_entry_mark(loader, entry, CSM_PLUGIN_QUARANTINED, "needs \"%s\": %s", dep->plugin, needed->pub.reason);
    else if (dep->min != NULL && csm_version_cmp(csm_str_of(needed->pub.version), csm_str_of(dep->min)) < 0)
        csm_entry_mark(loader, entry, CSM_PLUGIN_QUARANTINED, "needs \"%s\" %s, installed is %s", dep->plugin,
                       dep->min, needed->pub.version);
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

/* @p way: the entries being visited, outermost first; it has room for all. */
static void visit(csm_loader *loader, csm_entry **way, uint32_t depth, csm_entry *entry)
{
    if (entry->walk == CSM_ENTRY_PLACED)
        return;
    entry->wanted = true;
    entry->walk = CSM_ENTRY_OPEN;
    way[depth++] = entry;
    for (const csm_dep *dep = next_dep(entry, NULL); dep != NULL; dep = next_dep(entry, dep->plugin)) {
        csm_entry *needed = csm_entry_find(loader, csm_str_of(dep->plugin));

        if (needed != NULL && needed->walk == CSM_ENTRY_OPEN) {
            quarantine_circle(loader, way, depth, needed);
            continue;
        }
        if (needed != NULL)
            visit(loader, way, depth, needed);
        check_dep(loader, entry, dep, needed);
    }
    entry->walk = CSM_ENTRY_PLACED;
    if (!csm_entry_is_out(entry))
        loader->order[loader->order_count++] = entry;
}

/* An enabled plugin nobody installed is listed too, else its absence would show nowhere. */
static csm_status add_missing(csm_loader *loader, const char *name, csm_error *err)
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
    return CSM_OK;
}

csm_status csm_order_resolve(csm_loader *loader, csm_error *err)
{
    csm_entry **way;

    for (uint32_t n = 0; n < loader->options.enabled_count; n++) {
        csm_entry *entry = csm_entry_find(loader, csm_str_of(loader->options.enabled[n]));

        if (entry == NULL) {
            CSM_TRY(add_missing(loader, loader->options.enabled[n], err));
            continue;
        }
        entry->wanted = true;
        if (entry->pub.state == CSM_PLUGIN_REJECTED) { /* asked for, so it is a fault and not just a fact */
            csm_mutex_lock(loader->lock);
            entry->pub.state = CSM_PLUGIN_QUARANTINED;
            csm_mutex_unlock(loader->lock);
            csm_log(CSM_LOG_WARN, "loader", "plugin \"%s\" is left out: %s", entry->pub.id, entry->pub.reason);
        }
    }
    loader->order = csm_arena_array(loader->arena, (size_t)loader->entry_count + 1, sizeof(*loader->order));
    way = csm_arena_array(loader->arena, (size_t)loader->entry_count + 1, sizeof(csm_entry *));
    if (loader->order == NULL || way == NULL)
        return csm_error_nomem(err);
    for (uint32_t n = 0; n < loader->entry_count; n++)
        if (loader->entries[n]->wanted && loader->entries[n]->installed)
            visit(loader, way, 0, loader->entries[n]);
    return CSM_OK;
}

void csm_order_drop_dependants(csm_loader *loader)
{
    for (uint32_t n = 0; n < loader->order_count; n++) {
        csm_entry *entry = loader->order[n];

        for (uint32_t m = 0; m < entry->pub.depend_count && !csm_entry_is_out(entry); m++) {
            const csm_dep *dep = &entry->pub.depends[m];

            check_dep(loader, entry, dep, csm_entry_find(loader, csm_str_of(dep->plugin)));
        }
    }
}
