/* From the plugins that stand to a registry. Who declares nonsense falls out, with those that stand on him, and the
 * rest is built again; each round drops at least one plugin, so it ends. */
#include "loader/room.h"

#include "base/log.h"
#include "base/str.h"

static uint32_t collect(const csm_loader *loader, csm_mplugin *plugins)
{
    uint32_t count = 0;

    for (uint32_t n = 0; n < loader->options.own_count; n++, count++)
        plugins[count] = (csm_mplugin){ .decl = loader->options.own[n], .id = loader->options.own[n]->id,
                                        .position = count };
    for (uint32_t n = 0; n < loader->order_count; n++) {
        const csm_entry *entry = loader->order[n];

        if (!entry->taken)
            continue;
        plugins[count] = (csm_mplugin){ .decl = entry->decl, .id = entry->pub.id, .position = count,
                                        .settings = entry->settings, .third_party = !entry->pub.bundled };
        count++;
    }
    return count;
}

static uint32_t problems_of(const csm_problem *problems, const char *plugin)
{
    uint32_t count = 0;

    for (; problems != NULL; problems = problems->next)
        count += strcmp(problems->plugin, plugin) == 0;
    return count;
}

/* Quarantines each plugin at fault with its first problem; all are logged. The core's own can be at fault only by a
 * bug of ours, and nothing serves without it. */
static csm_status drop(csm_loader *loader, const csm_problem *problems, csm_error *err)
{
    for (const csm_problem *p = problems; p != NULL; p = p->next) {
        csm_entry *entry = csm_entry_find(loader, csm_str_of(p->plugin));
        uint32_t more = problems_of(problems, p->plugin) - 1;

        csm_log(CSM_LOG_ERROR, "loader", "plugin \"%s\": %.*s", p->plugin, CSM_STR_FMT(p->text));
        if (entry == NULL || (p == problems && !entry->taken))
            return csm_error_set(err, CSM_E_INVALID, "plugin \"%s\" of the core: %.*s", p->plugin,
                                 CSM_STR_FMT(p->text));
        if (more > 0)
            csm_entry_mark(loader, entry, CSM_PLUGIN_QUARANTINED, "%.*s (and %u more)", CSM_STR_FMT(p->text), more);
        else
            csm_entry_mark(loader, entry, CSM_PLUGIN_QUARANTINED, "%.*s", CSM_STR_FMT(p->text));
    }
    csm_order_drop_dependants(loader);
    return CSM_OK;
}

static csm_status fill_settings(csm_loader *loader, csm_error *err)
{
    for (uint32_t n = 0; n < loader->order_count; n++)
        if (loader->order[n]->taken)
            CSM_TRY(csm_settings_fill(loader, loader->order[n], err));
    return CSM_OK;
}

/* While serving nobody falls out: who asked is told all of it. */
static void tell(csm_loader *loader, csm_loader_change *change, const csm_problem *problems)
{
    for (const csm_problem *p = problems; p != NULL; p = p->next) {
        csm_entry *entry = csm_entry_find(loader, csm_str_of(p->plugin));

        csm_log(CSM_LOG_WARN, "loader", "plugin \"%s\": %.*s", p->plugin, CSM_STR_FMT(p->text));
        if (entry != NULL)
            csm_entry_blame(loader, change, entry, "%.*s", CSM_STR_FMT(p->text));
    }
}

/* One round. *again: plugins at fault fell out, and nothing was built. @p change NULL: a boot. */
static csm_status build_once(csm_loader *loader, csm_loader_change *change, const csm_number_source *numbers, csm_arena *arena,
                             bool *again, csm_registry **out, csm_error *err)
{
    csm_mplugin *plugins =
        csm_arena_array(arena, (size_t)loader->options.own_count + loader->order_count + 1, sizeof(*plugins));
    csm_problem *problems = NULL;
    csm_registry *reg = NULL;
    csm_status st;

    *again = false;
    if (plugins == NULL)
        return csm_error_nomem(err);
    st = csm_registry_build(plugins, collect(loader, plugins), numbers, arena, &reg, &problems, err);
    if (st == CSM_OK)
        st = fill_settings(loader, err);
    if (st == CSM_OK && loader->options.prepare != NULL)
        st = loader->options.prepare(loader->options.user, reg, &problems, err);
    if (st == CSM_E_INVALID && problems != NULL && change != NULL) {
        tell(loader, change, problems);
    } else if (st == CSM_E_INVALID && problems != NULL) { /* read before the registry they may lie in is let go */
        st = drop(loader, problems, err);
        *again = st == CSM_OK;
    }
    if (st == CSM_OK && !*again)
        *out = reg;
    else
        csm_registry_unref(reg);
    return st;
}

static csm_status build_in_arena(csm_loader *loader, csm_loader_change *change, const csm_number_source *numbers, bool *again,
                                 csm_registry **out, csm_error *err)
{
    csm_arena *arena = csm_arena_new((size_t)8 * 1024, 0);
    csm_status st = arena != NULL ? build_once(loader, change, numbers, arena, again, out, err) : csm_error_nomem(err);

    csm_arena_free(arena);
    return st;
}

csm_status csm_loader_build(csm_loader *loader, const csm_number_source *numbers, csm_registry **out, csm_error *err)
{
    csm_status st = CSM_OK;
    bool again = true;

    while (st == CSM_OK && again)
        st = build_in_arena(loader, NULL, numbers, &again, out, err);
    if (st == CSM_OK)
        csm_error_clear(err);
    return st;
}

csm_status csm_loader_build_change(csm_loader *loader, csm_loader_change *change, const csm_number_source *numbers,
                                   csm_registry **out, csm_error *err)
{
    bool again;

    return build_in_arena(loader, change, numbers, &again, out, err);
}
