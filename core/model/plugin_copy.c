/* The border to a plugin's memory: its descriptor, of whatever age, becomes ours. After this nobody looks at the
 * plugin's own structs. Strings and code stay where they are: a plugin is never unmapped. */
#include "model/model.h"

#include "base/log.h"

#define ITEMS_MAX 65536u      /* of one slice */
#define STRUCT_MAX 65536u     /* bytes of one struct */

/* What every CSM_SLICE is. */
struct slice {
    const void *items;
    uint32_t count;
    uint32_t item_size;
};
_Static_assert(sizeof(struct slice) == sizeof(((csm_plugin *)NULL)->tables), "a slice is a slice");

struct kind;
/* A slice inside a struct: where, and what it holds. */
struct inner {
    size_t offset;
    const struct kind *kind;
};
struct kind {
    const char *name;
    size_t size;
    const struct inner *inner; /* ended by kind NULL */
};

static const struct inner none[] = { { 0, NULL } };

#define LEAF(T) static const struct kind kind_##T = { #T, sizeof(csm_##T), none };
LEAF(dep) LEAF(setting) LEAF(property) LEAF(seed) LEAF(role) LEAF(scope) LEAF(field_right) LEAF(caller_value)
LEAF(derived) LEAF(rule) LEAF(impl) LEAF(job) LEAF(subscriber) LEAF(migration) LEAF(choice) LEAF(index) LEAF(param)
LEAF(state) LEAF(transition) LEAF(timed) LEAF(link_note) LEAF(rollup_step)

#define NODE(T, ...)                                                                      \
    static const struct inner inner_##T[] = { __VA_ARGS__, { 0, NULL } };                 \
    static const struct kind kind_##T = { #T, sizeof(csm_##T), inner_##T };
NODE(field, { offsetof(csm_field, choices), &kind_choice })
NODE(table, { offsetof(csm_table, fields), &kind_field }, { offsetof(csm_table, indexes), &kind_index })
NODE(table_ext, { offsetof(csm_table_ext, fields), &kind_field }, { offsetof(csm_table_ext, indexes), &kind_index })
NODE(method, { offsetof(csm_method, params), &kind_param })
NODE(point, { offsetof(csm_point, params), &kind_param }, { offsetof(csm_point, returns), &kind_param })
NODE(state_model, { offsetof(csm_state_model, states), &kind_state },
     { offsetof(csm_state_model, transitions), &kind_transition }, { offsetof(csm_state_model, timed), &kind_timed })
NODE(task_link, { offsetof(csm_task_link, notes), &kind_link_note })
NODE(rollup, { offsetof(csm_rollup, steps), &kind_rollup_step })
NODE(plugin, { offsetof(csm_plugin, depends), &kind_dep }, { offsetof(csm_plugin, settings), &kind_setting },
     { offsetof(csm_plugin, properties), &kind_property }, { offsetof(csm_plugin, tables), &kind_table },
     { offsetof(csm_plugin, table_exts), &kind_table_ext }, { offsetof(csm_plugin, seeds), &kind_seed },
     { offsetof(csm_plugin, demo), &kind_seed }, { offsetof(csm_plugin, roles), &kind_role },
     { offsetof(csm_plugin, scopes), &kind_scope }, { offsetof(csm_plugin, field_rights), &kind_field_right },
     { offsetof(csm_plugin, caller_values), &kind_caller_value }, { offsetof(csm_plugin, states), &kind_state_model },
     { offsetof(csm_plugin, derived), &kind_derived }, { offsetof(csm_plugin, rules), &kind_rule },
     { offsetof(csm_plugin, methods), &kind_method }, { offsetof(csm_plugin, points), &kind_point },
     { offsetof(csm_plugin, impls), &kind_impl }, { offsetof(csm_plugin, jobs), &kind_job },
     { offsetof(csm_plugin, subscribers), &kind_subscriber }, { offsetof(csm_plugin, migrations), &kind_migration },
     { offsetof(csm_plugin, links), &kind_task_link }, { offsetof(csm_plugin, rollups), &kind_rollup })

struct copy {
    const char *plugin; /* its id, for messages */
    csm_arena *arena;
    csm_error *err;
    bool longer;        /* something of theirs was cut that was not empty */
};

/* Copies one struct of @p size bytes into ours; what theirs has not is zero, what ours has not is cut. */
static void take(struct copy *c, void *ours, size_t our_size, const void *theirs, size_t size)
{
    memcpy(ours, theirs, size < our_size ? size : our_size);
    for (size_t n = our_size; n < size && !c->longer; n++)
        c->longer = ((const uint8_t *)theirs)[n] != 0;
}

/* Replaces the slices in one of our structs, which still point to their items, by copies. @p depth: nesting is fixed
 * by the kinds (plugin, table, field, choice), so this ends. */
static csm_status take_slices(struct copy *c, void *ours, const struct kind *kind)
{
    for (const struct inner *inner = kind->inner; inner->kind != NULL; inner++) {
        uint8_t *at = (uint8_t *)ours + inner->offset;
        struct slice slice;
        uint8_t *items;

        memcpy(&slice, at, sizeof(slice));
        if (slice.count == 0) {
            slice = (struct slice){ .item_size = (uint32_t)inner->kind->size };
            memcpy(at, &slice, sizeof(slice));
            continue;
        }
        if (slice.items == NULL || slice.count > ITEMS_MAX || slice.item_size == 0 || slice.item_size > STRUCT_MAX)
            return csm_error_set(c->err, CSM_E_INVALID, "plugin \"%s\": slice of %u %s of %u bytes each makes no sense",
                                 c->plugin, slice.count, inner->kind->name, slice.item_size);
        items = csm_arena_array(c->arena, slice.count, inner->kind->size);
        if (items == NULL)
            return csm_error_nomem(c->err);
        for (uint32_t n = 0; n < slice.count; n++) {
            uint8_t *item = items + (size_t)n * inner->kind->size;

            take(c, item, inner->kind->size, (const uint8_t *)slice.items + (size_t)n * slice.item_size,
                 slice.item_size);
            CSM_TRY(take_slices(c, item, inner->kind));
        }
        slice.items = items;
        slice.item_size = (uint32_t)inner->kind->size;
        memcpy(at, &slice, sizeof(slice));
    }
    return CSM_OK;
}

static csm_status check_abi(const csm_plugin *theirs, csm_error *err)
{
    const size_t frozen = offsetof(csm_plugin, alias); /* down to summary */

    if (theirs->magic != CSM_ABI_MAGIC)
        return csm_error_set(err, CSM_E_UNSUPPORTED, "magic is 0x%08x, the host's 0x%08x: no plugin of this server",
                             theirs->magic, CSM_ABI_MAGIC);
    if (theirs->size < frozen || theirs->size > STRUCT_MAX)
        return csm_error_set(err, CSM_E_UNSUPPORTED, "size is %u, the host takes %zu to %u", theirs->size, frozen,
                             STRUCT_MAX);
    if (theirs->abi_major != CSM_ABI_MAJOR)
        return csm_error_set(err, CSM_E_UNSUPPORTED, "abi_major is %u, the host's %u", theirs->abi_major,
                             CSM_ABI_MAJOR);
    if (theirs->abi_minor > CSM_ABI_MINOR)
        return csm_error_set(err, CSM_E_UNSUPPORTED, "abi_minor is %u, the host's %u: the plugin needs a newer server",
                             theirs->abi_minor, CSM_ABI_MINOR);
    if (theirs->id == NULL || theirs->id[0] == '\0' || theirs->version == NULL)
        return csm_error_set(err, CSM_E_INVALID, "the descriptor lacks its %s",
                             theirs->version == NULL ? "version" : "id");
    return CSM_OK;
}

csm_status csm_plugin_copy(const csm_plugin *theirs, csm_arena *arena, csm_plugin **out, csm_error *err)
{
    struct copy c = { .arena = arena, .err = err };
    csm_plugin *ours;

    CSM_TRY(check_abi(theirs, err));
    ours = csm_arena_zalloc(arena, sizeof(*ours));
    if (ours == NULL)
        return csm_error_nomem(err);
    c.plugin = theirs->id;
    take(&c, ours, sizeof(*ours), theirs, theirs->size);
    CSM_TRY(take_slices(&c, ours, &kind_plugin));
    ours->size = sizeof(*ours);
    if (ours->summary == NULL)
        ours->summary = "";
    if (c.longer)
        csm_log(CSM_LOG_WARN, "model", "plugin \"%s\" declares things this server does not know; they are left out",
                ours->id);
    *out = ours;
    return CSM_OK;
}
