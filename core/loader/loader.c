/* Entries and their states; loading in order; building the registry from those that stand. */
#include "loader/room.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdio.h>
#include <unistd.h>

#define SETTINGS_BYTES ((size_t)1024 * 1024)
#define REASON_BYTES 400

const char *csm_plugin_state_name(csm_plugin_state state)
{
    static const char *const names[] = { "inactive", "active", "quarantined", "rejected" };

    return (size_t)state < sizeof(names) / sizeof(names[0]) ? names[state] : "";
}

/* ---- entries ---- */

bool csm_plugin_id_valid(csm_str id)
{
    if (id.len == 0 || id.len > 63 || (id.ptr[0] >= '0' && id.ptr[0] <= '9'))
        return false;
    for (size_t n = 0; n < id.len; n++)
        if (!((id.ptr[n] >= 'a' && id.ptr[n] <= 'z') || (id.ptr[n] >= '0' && id.ptr[n] <= '9') || id.ptr[n] == '_'))
            return false;
    return true;
}

csm_entry *csm_entry_find(const csm_loader *loader, csm_str id_or_alias)
{
    csm_entry *by_alias = NULL;

    for (uint32_t n = 0; n < loader->entry_count; n++) {
        csm_entry *entry = loader->entries[n];

        if (csm_str_is(id_or_alias, entry->pub.id))
            return entry;
        if (entry->pub.alias != NULL && csm_str_is(id_or_alias, entry->pub.alias))
            by_alias = entry;
    }
    return by_alias;
}

bool csm_loader_is_own(const csm_loader *loader, const char *id)
{
    for (uint32_t n = 0; n < loader->options.own_count; n++)
        if (strcmp(loader->options.own[n]->id, id) == 0)
            return true;
    return false;
}

static bool grow(csm_entry ***list, uint32_t room)
{
    csm_entry **grown = csm_mem_realloc(*list, room * sizeof(csm_entry *));

    if (grown != NULL)
        *list = grown;
    return grown != NULL;
}

/* Room for more entries, and for all of them in an order. */
static bool widen(csm_loader *loader)
{
    uint32_t room = loader->entry_room * 2 + 32;

    if (!grow(&loader->order, room) || !grow(&loader->way, room) || !grow(&loader->entries, room))
        return false;
    loader->entry_room = room;
    return true;
}

csm_entry *csm_entry_add(csm_loader *loader, csm_str id)
{
    csm_entry *entry = csm_arena_zalloc(loader->arena, sizeof(*entry));
    uint32_t at;

    if (entry == NULL)
        return NULL;
    entry->pub.id = csm_arena_cstr(loader->arena, id);
    entry->pub.version = entry->pub.abi = entry->pub.summary = entry->pub.reason = "";
    if (entry->pub.id == NULL)
        return NULL;
    csm_mutex_lock(loader->lock);
    if (loader->entry_count == loader->entry_room && !widen(loader)) {
        csm_mutex_unlock(loader->lock);
        return NULL;
    }
    for (at = loader->entry_count; at > 0 && strcmp(loader->entries[at - 1]->pub.id, entry->pub.id) > 0; at--)
        loader->entries[at] = loader->entries[at - 1];
    loader->entries[at] = entry;
    loader->entry_count++;
    csm_mutex_unlock(loader->lock);
    return entry;
}

void csm_entry_mark(csm_loader *loader, csm_entry *entry, csm_plugin_state state, const char *fmt, ...)
{
    char text[REASON_BYTES];
    const char *reason;
    va_list args;

    if (csm_entry_is_out(entry))
        return;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    reason = csm_arena_cstr(loader->arena, csm_str_of(text));
    entry->taken = false;
    csm_mutex_lock(loader->lock);
    entry->pub.state = state;
    entry->pub.reason = reason != NULL ? reason : "out of memory";
    csm_mutex_unlock(loader->lock);
    if (state == CSM_PLUGIN_QUARANTINED)
        csm_log(CSM_LOG_WARN, "loader", "plugin \"%s\" is left out: %s", entry->pub.id, text);
}

void csm_entry_blame(csm_loader *loader, csm_loader_change *change, csm_entry *entry, const char *fmt, ...)
{
    csm_problem **last = change != NULL ? &change->problems : NULL, *problem;
    char text[REASON_BYTES];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (change == NULL) {
        csm_entry_mark(loader, entry, CSM_PLUGIN_QUARANTINED, "%s", text);
        return;
    }
    while (*last != NULL)
        last = &(*last)->next;
    problem = csm_arena_zalloc(change->arena, sizeof(*problem));
    if (problem == NULL) {
        change->no_memory = true;
        return;
    }
    *problem = (csm_problem){ .plugin = entry->pub.id, .text = csm_arena_str(change->arena, csm_str_of(text)) };
    change->no_memory = change->no_memory || problem->text.ptr == NULL;
    *last = problem;
}

/* ---- life ---- */

static csm_status copy_texts(csm_loader *loader, const char *const *texts, uint32_t count, const char *const **out,
                             csm_error *err)
{
    const char **copies = csm_arena_array(loader->arena, (size_t)count + 1, sizeof(*copies));

    for (uint32_t n = 0; copies != NULL && n < count; n++) {
        copies[n] = csm_arena_cstr(loader->arena, csm_str_of(texts[n]));
        if (copies[n] == NULL)
            copies = NULL;
    }
    if (copies == NULL)
        return csm_error_nomem(err);
    *out = copies;
    return CSM_OK;
}

static csm_status copy_options(csm_loader *loader, const csm_loader_options *options, csm_error *err)
{
    const csm_plugin **own = csm_arena_array(loader->arena, (size_t)options->own_count + 1, sizeof(*own));

    loader->options = *options;
    loader->options.plugin_dir = csm_arena_cstr(loader->arena, csm_str_of(options->plugin_dir));
    if (options->data_dir != NULL)
        loader->options.data_dir = csm_arena_cstr(loader->arena, csm_str_of(options->data_dir));
    if (options->trail != NULL)
        loader->options.trail = csm_arena_cstr(loader->arena, csm_str_of(options->trail));
    if (own == NULL || loader->options.plugin_dir == NULL ||
        (options->data_dir != NULL && loader->options.data_dir == NULL) ||
        (options->trail != NULL && loader->options.trail == NULL))
        return csm_error_nomem(err);
    for (uint32_t n = 0; n < options->own_count; n++)
        own[n] = options->own[n];
    loader->options.own = own;
    CSM_TRY(copy_texts(loader, options->enabled, options->enabled_count, &loader->options.enabled, err));
    return copy_texts(loader, options->allowed, options->allowed_count, &loader->options.allowed, err);
}

csm_status csm_loader_new(const csm_loader_options *options, csm_loader **out, csm_error *err)
{
    csm_loader *loader = csm_mem_zalloc(sizeof(*loader));
    csm_error local = { 0 };
    csm_status st;

    if (err == NULL)
        err = &local; /* what it says becomes a plugin's reason */
    if (loader == NULL)
        return csm_error_nomem(err);
    loader->dir = -1;
    loader->arena = csm_arena_new((size_t)16 * 1024, 0);
    loader->lock = csm_mutex_new();
    st = loader->arena != NULL && loader->lock != NULL ? CSM_OK : csm_error_nomem(err);
    if (st == CSM_OK)
        st = copy_options(loader, options, err);
    if (st == CSM_OK)
        st = csm_file_open_dir(loader->options.plugin_dir, &loader->dir, err);
    if (st == CSM_OK)
        st = csm_manifest_scan(loader, err);
    if (st != CSM_OK) {
        csm_loader_free(loader);
        return st;
    }
    *out = loader;
    return CSM_OK;
}

void csm_loader_free(csm_loader *loader)
{
    if (loader == NULL)
        return;
    if (loader->dir >= 0)
        close(loader->dir);
    csm_mem_free(loader->entries);
    csm_mem_free(loader->order);
    csm_mem_free(loader->way);
    csm_mutex_free(loader->lock);
    csm_arena_free(loader->arena);
    csm_mem_free(loader);
}

csm_status csm_loader_list(csm_loader *loader, csm_arena *arena, const csm_loader_plugin **out, uint32_t *count)
{
    csm_loader_plugin *list;

    csm_mutex_lock(loader->lock);
    *count = loader->entry_count;
    list = csm_arena_array(arena, (size_t)*count + 1, sizeof(*list));
    for (uint32_t n = 0; list != NULL && n < *count; n++)
        list[n] = loader->entries[n]->pub;
    csm_mutex_unlock(loader->lock);
    *out = list;
    return list != NULL ? CSM_OK : CSM_E_NOMEM;
}

/* ---- loading ---- */

/* What the code says of itself must be what the manifest said: that is what was checked and allowed. */
static csm_status match_manifest(const csm_entry *entry, const csm_plugin *decl, csm_error *err)
{
    char abi[16];

    (void)snprintf(abi, sizeof(abi), "%u.%u", decl->abi_major, decl->abi_minor);
    if (strcmp(decl->id, entry->pub.id) != 0 || strcmp(decl->version, entry->pub.version) != 0 ||
        strcmp(abi, entry->pub.abi) != 0)
        return csm_error_set(err, CSM_E_INVALID, "is \"%s\" %s abi %s, its manifest says \"%s\" %s abi %s", decl->id,
                             decl->version, abi, entry->pub.id, entry->pub.version, entry->pub.abi);
    for (uint32_t n = 0; n < decl->depends.count; n++) {
        const char *needed = decl->depends.items[n].plugin;
        bool found = false;

        for (uint32_t m = 0; needed != NULL && !found && m < entry->pub.depend_count; m++)
            found = strcmp(entry->pub.depends[m].plugin, needed) == 0;
        if (!found)
            return csm_error_set(err, CSM_E_INVALID, "depends on \"%s\", its manifest does not say so",
                                 needed != NULL ? needed : "");
    }
    return CSM_OK;
}

static csm_status load(csm_loader *loader, csm_entry *entry, csm_error *err)
{
    const csm_plugin *theirs = NULL;
    struct stat info;
    char file[128];
    int fd;

    (void)snprintf(file, sizeof(file), "%s.so", entry->pub.id);
    CSM_TRY(csm_file_open(loader->dir, file, &fd, &info, err));
    CSM_TRY(csm_library_open(fd, &info, &theirs, err));
    CSM_TRY(csm_plugin_copy(theirs, loader->arena, &entry->decl, err));
    CSM_TRY(match_manifest(entry, entry->decl, err));
    if (entry->decl->settings_size > SETTINGS_BYTES)
        return csm_error_set(err, CSM_E_INVALID, "its settings take %zu bytes, more than %zu",
                             entry->decl->settings_size, SETTINGS_BYTES);
    entry->settings_read = false;
    entry->settings = csm_arena_zalloc(loader->arena, entry->decl->settings_size + 1);
    return entry->settings != NULL ? CSM_OK : csm_error_nomem(err);
}

csm_status csm_loader_load(csm_loader *loader, csm_loader_change *change, csm_error *err)
{
    for (uint32_t n = 0; n < loader->order_count; n++) {
        csm_entry *entry = loader->order[n];
        csm_status st;

        if (change == NULL)
            csm_order_drop_dependants(loader);
        if (!entry->taken || entry->decl != NULL)
            continue;
        CSM_TRY(csm_loader_guard(loader, entry->pub.id, err));
        st = load(loader, entry, err);
        if (st == CSM_E_NOMEM)
            return st;
        if (st != CSM_OK) {
            entry->decl = NULL;
            csm_entry_blame(loader, change, entry, "%s", err->message);
            csm_error_clear(err);
        }
    }
    return csm_loader_guard(loader, NULL, err);
}

static void set_active(csm_loader *loader)
{
    csm_mutex_lock(loader->lock);
    for (uint32_t n = 0; n < loader->order_count; n++)
        if (loader->order[n]->taken)
            loader->order[n]->pub.state = CSM_PLUGIN_ACTIVE;
    csm_mutex_unlock(loader->lock);
}

csm_status csm_loader_boot(csm_loader *loader, const csm_number_source *numbers, csm_registry **out, csm_error *err)
{
    csm_error local = { 0 };

    if (err == NULL)
        err = &local;
    CSM_TRY(csm_guard_read(loader, err));
    CSM_TRY(csm_order_resolve(loader, err));
    CSM_TRY(csm_loader_load(loader, NULL, err));
    set_active(loader);
    return csm_loader_build(loader, numbers, out, err);
}

csm_status csm_loader_quarantine(csm_loader *loader, const char *id, const char *reason, csm_error *err)
{
    csm_entry *entry = csm_entry_find(loader, csm_str_of(id));

    if (entry == NULL)
        return csm_error_set(err, CSM_E_NOT_FOUND, "plugin \"%s\" is not installed", id);
    csm_entry_mark(loader, entry, CSM_PLUGIN_QUARANTINED, "%s", reason);
    csm_order_drop_dependants(loader);
    return CSM_OK;
}
