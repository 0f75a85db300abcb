/* What comes and what goes while serving: worked out from the manifests (plan), tried on a new registry (take), and in force
 * when its transaction is (settle). A change that cannot be leaves the loader as it was. */
#include "loader/room.h"

#include "base/log.h"
#include "base/str.h"

#include <stdio.h>

#define NAMES_BYTES 300

static csm_status refuse_absent(const csm_loader *loader, csm_str id, csm_arena *arena, csm_error *err)
{
    const char **ids = csm_arena_array(arena, (size_t)loader->entry_count + 1, sizeof(*ids));
    const char *near;

    for (uint32_t n = 0; n < loader->options.own_count; n++)
        if (csm_str_is(id, loader->options.own[n]->id))
            return csm_error_field(err, CSM_E_REJECTED, "id", "plugin \"%.*s\" is part of the server", CSM_STR_FMT(id));
    (void)csm_error_field(err, CSM_E_NOT_FOUND, "id", "plugin \"%.*s\" is not installed", CSM_STR_FMT(id));
    for (uint32_t n = 0; ids != NULL && n < loader->entry_count; n++)
        ids[n] = loader->entries[n]->pub.id;
    near = ids != NULL ? csm_str_nearest(id, ids, loader->entry_count) : NULL;
    if (near != NULL)
        csm_error_hint(err, "did you mean \"%s\"?", near);
    return CSM_E_NOT_FOUND;
}

static csm_status add_id(const char ***ids, uint32_t *count, const csm_loader *loader, csm_arena *arena, const char *id,
                         csm_error *err)
{
    if (*ids == NULL)
        *ids = csm_arena_array(arena, loader->entry_count, sizeof(**ids));
    if (*ids == NULL)
        return csm_error_nomem(err);
    (*ids)[(*count)++] = id;
    return CSM_OK;
}

static void unmark_all(csm_loader *loader)
{
    for (uint32_t n = 0; n < loader->entry_count; n++)
        loader->entries[n]->marked = false;
}

/* The first of the problems; change has them all. */
static csm_status refuse_problems(const csm_loader_change *change, csm_error *err)
{
    const csm_problem *first = change->problems;

    if (change->no_memory)
        return csm_error_nomem(err);
    return csm_error_field(err, CSM_E_REJECTED, "id", "plugin \"%s\" cannot be %s: \"%s\": %.*s", change->id,
                           change->verb == CSM_LOADER_ACTIVATE ? "activated" : "deactivated", first->plugin,
                           CSM_STR_FMT(first->text));
}

/* ---- activating ---- */

static csm_status plan_activation(csm_loader *loader, csm_entry *entry, csm_loader_change *change, csm_error *err)
{
    csm_status st = CSM_OK;

    if (entry->taken)
        return CSM_OK;
    if (csm_entry_is_out(entry))
        csm_entry_blame(loader, change, entry, "is %s: %s", csm_plugin_state_name(entry->pub.state), entry->pub.reason);
    else
        csm_order_reach(loader, change, entry);
    for (uint32_t n = 0; change->problems == NULL && st == CSM_OK && n < loader->order_count; n++)
        if (!loader->order[n]->taken)
            st = add_id(&change->ids, &change->count, loader, change->arena, loader->order[n]->pub.id, err);
    csm_order_sort(loader);
    if (st == CSM_OK && (change->problems != NULL || change->no_memory))
        st = refuse_problems(change, err);
    return st;
}

/* ---- deactivating ---- */

static bool stands_on_marked(const csm_loader *loader, const csm_entry *entry)
{
    for (uint32_t n = 0; n < entry->pub.depend_count; n++) {
        const csm_entry *needed = csm_entry_find(loader, csm_str_of(entry->pub.depends[n].plugin));

        if (needed != NULL && needed->marked)
            return true;
    }
    return false;
}

/* Marks the active ones that go along: in the order of the registry each comes after what it stands on. */
static void mark_dependants(csm_loader *loader, csm_entry *entry)
{
    unmark_all(loader);
    entry->marked = true;
    for (uint32_t n = 0; n < loader->order_count; n++)
        if (!loader->order[n]->marked)
            loader->order[n]->marked = stands_on_marked(loader, loader->order[n]);
}

static csm_status refuse_needed(const csm_loader *loader, const csm_entry *entry, csm_loader_change *change, csm_error *err)
{
    char names[NAMES_BYTES] = "";
    size_t used = 0;

    for (uint32_t n = 0; n < loader->order_count; n++) {
        csm_entry *one = loader->order[n];

        if (!one->marked || one == entry)
            continue;
        if (used < sizeof(names))
            used += (size_t)snprintf(names + used, sizeof(names) - used, "%s\"%s\"", used > 0 ? ", " : "", one->pub.id);
        csm_entry_blame(NULL, change, one, "stands on \"%s\"", entry->pub.id);
    }
    if (change->no_memory)
        return csm_error_nomem(err);
    (void)csm_error_field(err, CSM_E_REJECTED, "id", "plugin \"%s\" is needed by %s", entry->pub.id, names);
    csm_error_hint(err, "deactivate these first, or with \"cascade\" all of them");
    return CSM_E_REJECTED;
}

static void mark_needed(csm_loader *loader, csm_entry *entry)
{
    if (entry == NULL || entry->marked)
        return;
    entry->marked = true;
    for (uint32_t n = 0; n < entry->pub.depend_count; n++)
        mark_needed(loader, csm_entry_find(loader, csm_str_of(entry->pub.depends[n].plugin)));
}

static bool goes(const csm_loader_change *change, const csm_entry *entry)
{
    for (uint32_t n = 0; n < change->count; n++)
        if (strcmp(change->ids[n], entry->pub.id) == 0)
            return true;
    return false;
}

/* What only those who go asked for stays active; the next boot must know. */
static csm_status list_kept(csm_loader *loader, csm_loader_change *change, csm_error *err)
{
    unmark_all(loader);
    for (uint32_t n = 0; n < loader->entry_count; n++)
        if (csm_entry_is_asked_for(loader->entries[n]) && !goes(change, loader->entries[n]))
            mark_needed(loader, loader->entries[n]);
    for (uint32_t n = 0; n < loader->order_count; n++)
        if (!loader->order[n]->marked && !goes(change, loader->order[n]))
            CSM_TRY(add_id(&change->kept, &change->kept_count, loader, change->arena, loader->order[n]->pub.id, err));
    return CSM_OK;
}

static csm_status plan_deactivation(csm_loader *loader, csm_entry *entry, csm_loader_change *change, csm_error *err)
{
    uint32_t marked = 0;

    if (!entry->taken && csm_entry_is_asked_for(entry)) /* broken, and not asked for any more */
        return add_id(&change->ids, &change->count, loader, change->arena, entry->pub.id, err);
    if (!entry->taken)
        return CSM_OK;
    mark_dependants(loader, entry);
    for (uint32_t n = 0; n < loader->order_count; n++)
        marked += loader->order[n]->marked;
    if (marked > 1 && change->verb != CSM_LOADER_CASCADE)
        return refuse_needed(loader, entry, change, err);
    for (uint32_t n = loader->order_count; n-- > 0;)
        if (loader->order[n]->marked)
            CSM_TRY(add_id(&change->ids, &change->count, loader, change->arena, loader->order[n]->pub.id, err));
    return list_kept(loader, change, err);
}

csm_status csm_loader_plan(csm_loader *loader, csm_str id, csm_loader_verb verb, csm_arena *arena, csm_loader_change *out,
                           csm_error *err)
{
    csm_entry *entry;

    *out = (csm_loader_change){ .verb = verb, .arena = arena };
    if (verb == CSM_LOADER_ACTIVATE)
        CSM_TRY(csm_manifest_scan(loader, err));
    entry = csm_entry_find(loader, id);
    if (entry == NULL)
        return refuse_absent(loader, id, arena, err);
    out->id = entry->pub.id;
    return verb == CSM_LOADER_ACTIVATE ? plan_activation(loader, entry, out, err) : plan_deactivation(loader, entry, out, err);
}

/* ---- in force ---- */

static csm_entry *entry_of(const csm_loader *loader, const char *id)
{
    return csm_entry_find(loader, csm_str_of(id));
}

/* Those that come are loaded anew: another build may have been installed. */
static void turn(csm_loader *loader, const csm_loader_change *change, bool comes)
{
    for (uint32_t n = 0; n < change->count; n++) {
        csm_entry *entry = entry_of(loader, change->ids[n]);

        if (comes)
            entry->decl = NULL;
        entry->taken = comes;
    }
    csm_order_sort(loader);
}

csm_status csm_loader_take(csm_loader *loader, csm_loader_change *change, const csm_number_source *numbers, csm_registry **out,
                           csm_error *err)
{
    csm_status st;

    turn(loader, change, change->verb == CSM_LOADER_ACTIVATE);
    st = csm_loader_load(loader, change, err);
    if (st == CSM_OK && change->problems == NULL)
        st = csm_loader_build_change(loader, change, numbers, out, err);
    if ((st == CSM_OK || st == CSM_E_INVALID) && (change->problems != NULL || change->no_memory))
        st = refuse_problems(change, err);
    if (st != CSM_OK)
        csm_loader_settle(loader, change, false);
    return st;
}

/* A note that stays would be held against the plugin at the next start. */
static void turn_back(csm_loader *loader, const csm_loader_change *change)
{
    csm_error err = { 0 };

    if (loader->running != NULL && csm_loader_guard(loader, NULL, &err) != CSM_OK)
        csm_log(CSM_LOG_WARN, "loader", "the note of a plugin's start stays: %s", err.message);
    for (uint32_t n = 0; n < change->count; n++) {
        csm_entry *entry = entry_of(loader, change->ids[n]);

        entry->taken = entry->pub.state == CSM_PLUGIN_ACTIVE;
    }
    csm_order_sort(loader);
}

static void note(csm_loader *loader, const char *id, const csm_plugin_state *state, csm_choice_made choice)
{
    csm_entry *entry = entry_of(loader, id);

    csm_mutex_lock(loader->lock);
    if (state != NULL && !csm_entry_is_out(entry))
        entry->pub.state = *state;
    entry->pub.choice = choice;
    csm_mutex_unlock(loader->lock);
}

void csm_loader_settle(csm_loader *loader, const csm_loader_change *change, bool stands)
{
    bool comes = change->verb == CSM_LOADER_ACTIVATE;
    csm_plugin_state state = comes ? CSM_PLUGIN_ACTIVE : CSM_PLUGIN_INACTIVE;

    if (!stands) {
        turn_back(loader, change);
        return;
    }
    for (uint32_t n = 0; n < change->count; n++) {
        note(loader, change->ids[n], &state, comes ? CSM_CHOICE_ON : CSM_CHOICE_OFF);
        csm_log(CSM_LOG_INFO, "loader", "plugin \"%s\" is %s", change->ids[n], csm_plugin_state_name(state));
    }
    for (uint32_t n = 0; n < change->kept_count; n++)
        note(loader, change->kept[n], NULL, CSM_CHOICE_ON);
}
