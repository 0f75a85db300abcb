/* The finished registry: counted references and look-ups by name. Read by every thread, changed by none. */
#include "model/build.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdatomic.h>
#include <stdio.h>

/* The count sits behind the public part; registries are made here only. */
struct counted {
    csm_registry reg; /* first */
    atomic_uint refs;
};

csm_registry *csm_registry_alloc(void)
{
    struct counted *counted = csm_mem_zalloc(sizeof(*counted));
    csm_registry *reg;

    if (counted == NULL)
        return NULL;
    atomic_init(&counted->refs, 1);
    reg = &counted->reg;
    reg->arena = csm_arena_new((size_t)64 * 1024, 0);
    reg->table_by_name = csm_strmap_new();
    reg->role_by_name = csm_strmap_new();
    reg->method_by_name = csm_strmap_new();
    reg->point_by_name = csm_strmap_new();
    if (reg->arena == NULL || reg->table_by_name == NULL || reg->role_by_name == NULL ||
        reg->method_by_name == NULL || reg->point_by_name == NULL) {
        csm_registry_destroy(reg);
        return NULL;
    }
    return reg;
}

void csm_registry_destroy(csm_registry *reg)
{
    if (reg == NULL)
        return;
    if (reg->on_free != NULL)
        reg->on_free(reg);
    for (uint32_t n = 0; n < reg->table_count; n++)
        csm_strmap_free(reg->tables[n]->by_name);
    csm_strmap_free(reg->table_by_name);
    csm_strmap_free(reg->role_by_name);
    csm_strmap_free(reg->method_by_name);
    csm_strmap_free(reg->point_by_name);
    csm_arena_free(reg->arena);
    csm_mem_free(reg);
}

csm_registry *csm_registry_ref(csm_registry *reg)
{
    if (reg != NULL)
        atomic_fetch_add_explicit(&((struct counted *)(void *)reg)->refs, 1, memory_order_relaxed);
    return reg;
}

void csm_registry_unref(csm_registry *reg)
{
    if (reg != NULL &&
        atomic_fetch_sub_explicit(&((struct counted *)(void *)reg)->refs, 1, memory_order_acq_rel) == 1)
        csm_registry_destroy(reg);
}

/* ---- look-ups ---- */

const csm_mtable *csm_registry_table(const csm_registry *reg, csm_str name)
{
    return csm_strmap_get(reg->table_by_name, name);
}

const csm_mtable *csm_registry_table_by_id(const csm_registry *reg, uint32_t id)
{
    return id < reg->table_by_id_count ? reg->table_by_id[id] : NULL;
}

/* Whose methods are named so: "case" for the table of cases. */
static const char *table_of_noun(const csm_registry *reg, csm_str noun)
{
    const csm_mmethod *timeline;
    char name[80]; /* longer than any method's */
    int len = snprintf(name, sizeof(name), "%.*s.timeline", CSM_STR_FMT(noun));

    if (len < 0 || (size_t)len >= sizeof(name))
        return NULL;
    timeline = csm_registry_method(reg, csm_str_of(name));
    return timeline != NULL && timeline->model != NULL ? timeline->model->table->name : NULL;
}

csm_status csm_registry_get_table(const csm_registry *reg, csm_str name, const csm_mtable **out, csm_error *err)
{
    const csm_mtable *table = csm_registry_table(reg, name);
    const char *near;

    if (table == NULL) {
        (void)csm_error_set(err, CSM_E_NOT_FOUND, "table \"%.*s\" does not exist", CSM_STR_FMT(name));
        near = table_of_noun(reg, name);
        if (near == NULL)
            near = csm_registry_nearest_table(reg, name);
        if (near != NULL)
            csm_error_hint(err, "did you mean \"%s\"?", near);
        return CSM_E_NOT_FOUND;
    }
    *out = table;
    return CSM_OK;
}

const csm_mfield *csm_mtable_field(const csm_mtable *table, csm_str name)
{
    return csm_strmap_get(table->by_name, name);
}

csm_status csm_mtable_get_field(const csm_mtable *table, csm_str name, const csm_mfield **out, csm_error *err)
{
    const csm_mfield *field = csm_mtable_field(table, name);
    char asked[80]; /* longer than any field's name */
    const char *near;

    if (field == NULL) {
        (void)snprintf(asked, sizeof(asked), "%.*s", CSM_STR_FMT(name));
        (void)csm_error_field(err, CSM_E_INVALID, asked, "table \"%s\" has no field \"%s\"", table->name, asked);
        near = csm_mtable_nearest_field(table, name);
        if (near != NULL)
            csm_error_hint(err, "did you mean \"%s\"?", near);
        return CSM_E_INVALID;
    }
    *out = field;
    return CSM_OK;
}

bool csm_mtable_is_a(const csm_mtable *table, const csm_mtable *ancestor)
{
    while (table != NULL && table != ancestor)
        table = table->parent;
    return table != NULL;
}

const csm_mrole *csm_registry_role(const csm_registry *reg, csm_str name)
{
    return csm_strmap_get(reg->role_by_name, name);
}

const char *const csm_change_names[3] = { "insert", "update", "delete" };

bool csm_subscriber_hears(const csm_subscriber *decl, const csm_mtable *table, uint32_t change)
{
    const char *dot = strrchr(decl->event, '.');
    csm_str noun;

    if (dot == NULL || strcmp(dot + 1, csm_change_names[change]) != 0)
        return false;
    noun = (csm_str){ decl->event, (size_t)(dot - decl->event) };
    if (csm_str_is(noun, "*"))
        return true;
    for (; table != NULL; table = table->parent)
        if (csm_str_is(noun, table->name))
            return true;
    return false;
}

const csm_mmethod *csm_registry_method(const csm_registry *reg, csm_str name)
{
    return csm_strmap_get(reg->method_by_name, name);
}

const csm_mpoint *csm_registry_point(const csm_registry *reg, csm_str name)
{
    return csm_strmap_get(reg->point_by_name, name);
}

const csm_mplugin *csm_registry_plugin(const csm_registry *reg, csm_str id_or_alias)
{
    const csm_mplugin *by_alias = NULL;

    for (uint32_t n = 0; n < reg->plugin_count; n++) {
        const csm_mplugin *plugin = &reg->plugins[n];

        if (csm_str_is(id_or_alias, plugin->id))
            return plugin;
        if (plugin->decl->alias != NULL && csm_str_is(id_or_alias, plugin->decl->alias))
            by_alias = plugin;
    }
    return by_alias;
}

/* ---- nearest names ---- */

/* Only on the way to an error, so gathering the names costs nobody anything. */
static const char *nearest(csm_str name, const void *set, uint32_t count,
                           const char *(*name_at)(const void *, uint32_t))
{
    const char **names = csm_mem_array(count > 0 ? count : 1, sizeof(*names));
    const char *near = NULL;

    if (names == NULL)
        return NULL;
    for (uint32_t n = 0; n < count; n++)
        names[n] = name_at(set, n);
    near = csm_str_nearest(name, names, count);
    csm_mem_free(names);
    return near;
}

static const char *table_name_at(const void *set, uint32_t n)
{
    return ((const csm_registry *)set)->tables[n]->name;
}

static const char *field_name_at(const void *set, uint32_t n)
{
    return ((const csm_mtable *)set)->fields[n].name;
}

static const char *role_name_at(const void *set, uint32_t n)
{
    return ((const csm_registry *)set)->roles[n].name;
}

const char *csm_registry_nearest_table(const csm_registry *reg, csm_str name)
{
    return nearest(name, reg, reg->table_count, table_name_at);
}

const char *csm_mtable_nearest_field(const csm_mtable *table, csm_str name)
{
    return nearest(name, table, table->field_count, field_name_at);
}

const char *csm_registry_nearest_role(const csm_registry *reg, csm_str name)
{
    return nearest(name, reg, reg->role_count, role_name_at);
}

const char *csm_field_type_name(uint32_t type)
{
    static const char *const field_types[] = {
        [CSM_F_TEXT] = "text",         [CSM_F_INT] = "int",       [CSM_F_FLOAT] = "float",       [CSM_F_DECIMAL] = "decimal",
        [CSM_F_BOOL] = "bool",         [CSM_F_TIME] = "time",     [CSM_F_DATE] = "date",         [CSM_F_DURATION] = "duration",
        [CSM_F_REF] = "reference",     [CSM_F_LIST] = "list",     [CSM_F_JOURNAL] = "journal",   [CSM_F_CURRENCY] = "currency",
        [CSM_F_BYTES] = "bytes",       [CSM_F_MAP] = "map",       [CSM_F_DOCUMENT] = "document", [CSM_F_CONDITION] = "condition",
        [CSM_F_ZONE] = "zone",
    };

    return type < sizeof(field_types) / sizeof(field_types[0]) ? field_types[type] : NULL;
}
