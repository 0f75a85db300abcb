/* Declarations that stay in the descriptor and are only checked here, and, last, the stable numbers. */
#include "model/build.h"

#include "base/str.h"

#include <stdio.h>

#define NUMBER_MAX (1u << 22) /* tables of numbers are dense: far above any real catalog, far below any real memory */

/* ---- settings, properties, seeds, migrations ---- */

static void check_settings(csm_build *b, const csm_mplugin *plugin)
{
    for (uint32_t n = 0; n < plugin->decl->settings.count; n++) {
        const csm_setting *decl = &plugin->decl->settings.items[n];
        size_t size = decl->type == CSM_T_BOOL ? sizeof(bool) : decl->type == CSM_T_INT ? sizeof(int64_t)
                                                                                        : sizeof(const char *);

        if (!csm_build_name(b, plugin, "", "setting", decl->name))
            continue;
        if (decl->type != CSM_T_BOOL && decl->type != CSM_T_INT && decl->type != CSM_T_TEXT)
            csm_build_problem(b, plugin, "setting \"%s\" is of none of bool, int, text", decl->name);
        if (decl->offset > plugin->decl->settings_size || plugin->decl->settings_size - decl->offset < size)
            csm_build_problem(b, plugin, "setting \"%s\" lies outside the struct of %zu bytes", decl->name,
                              plugin->decl->settings_size);
        if (decl->min > decl->max)
            csm_build_problem(b, plugin, "setting \"%s\": the least value is above the greatest", decl->name);
        for (uint32_t m = 0; m < n; m++)
            if (plugin->decl->settings.items[m].name != NULL &&
                strcmp(plugin->decl->settings.items[m].name, decl->name) == 0)
                csm_build_problem(b, plugin, "setting \"%s\" is there twice", decl->name);
    }
}

static const csm_mplugin *property_of_earlier(const csm_build *b, uint32_t plugin, uint32_t position)
{
    const char *name = b->reg->plugins[plugin].decl->properties.items[position].name;

    for (uint32_t n = 0; n <= plugin; n++) {
        const csm_plugin *decl = b->reg->plugins[n].decl;

        for (uint32_t m = 0; m < (n < plugin ? decl->properties.count : position); m++)
            if (decl->properties.items[m].name != NULL && strcmp(decl->properties.items[m].name, name) == 0)
                return &b->reg->plugins[n];
    }
    return NULL;
}

/* Properties keep the names of the mirrored product, which has capitals in some. */
static bool is_property_name(const char *name)
{
    size_t len = name != NULL ? strlen(name) : 0;

    for (size_t n = 0; n < len; n++)
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.", name[n]) == NULL)
            return false;
    return len > 0 && len <= 200;
}

static void check_properties(csm_build *b, uint32_t at)
{
    const csm_mplugin *plugin = &b->reg->plugins[at];

    for (uint32_t n = 0; n < plugin->decl->properties.count; n++) {
        const csm_property *decl = &plugin->decl->properties.items[n];
        const csm_mplugin *other;

        if (!is_property_name(decl->name)) {
            csm_build_problem(b, plugin, "\"%s\" is no property name: at most 200 of letters, digits, _ and .",
                              decl->name != NULL ? decl->name : "");
            continue;
        }
        if (decl->type != CSM_T_BOOL && decl->type != CSM_T_INT && decl->type != CSM_T_TEXT)
            csm_build_problem(b, plugin, "property \"%s\" is of none of bool, int, text", decl->name);
        other = property_of_earlier(b, at, n);
        if (other != NULL)
            csm_build_problem(b, plugin, "property \"%s\" is already declared by plugin \"%s\"", decl->name, other->id);
    }
}

static void check_seeds(csm_build *b, const csm_mplugin *plugin, const char *what, const csm_seed *seeds,
                        uint32_t count)
{
    for (uint32_t n = 0; n < count; n++) {
        const csm_mtable *table = csm_build_find_table(b, plugin, what, seeds[n].table);

        if (seeds[n].key == NULL || seeds[n].key[0] == '\0') {
            csm_build_problem(b, plugin, "%s row %u has no key", what, n + 1);
            continue;
        }
        if (table != NULL && (table->flags & CSM_TABLE_ABSTRACT) != 0)
            csm_build_problem(b, plugin, "%s row \"%s\": table \"%s\" has no rows of its own", what, seeds[n].key,
                              table->name);
        for (uint32_t m = 0; table != NULL && m < n; m++)
            if (seeds[m].key != NULL && seeds[m].table != NULL && strcmp(seeds[m].key, seeds[n].key) == 0 &&
                strcmp(seeds[m].table, seeds[n].table) == 0)
                csm_build_problem(b, plugin, "%s row \"%s\" of \"%s\" is there twice", what, seeds[n].key, table->name);
    }
}

static void check_migrations(csm_build *b, const csm_mplugin *plugin)
{
    uint32_t last = 0;

    for (uint32_t n = 0; n < plugin->decl->migrations.count; n++) {
        const csm_migration *decl = &plugin->decl->migrations.items[n];

        if (decl->version <= last)
            csm_build_problem(b, plugin, "migration %u: versions rise strictly from 1", decl->version);
        if (decl->run == NULL || decl->name == NULL)
            csm_build_problem(b, plugin, "migration %u: lacks its %s", decl->version,
                              decl->run == NULL ? "code" : "name");
        last = decl->version;
    }
}

csm_status csm_build_data(csm_build *b)
{
    for (uint32_t n = 0; n < b->reg->plugin_count; n++) {
        const csm_mplugin *plugin = &b->reg->plugins[n];

        check_settings(b, plugin);
        check_properties(b, n);
        check_seeds(b, plugin, "shipped", plugin->decl->seeds.items, plugin->decl->seeds.count);
        check_seeds(b, plugin, "demo", plugin->decl->demo.items, plugin->decl->demo.count);
        check_migrations(b, plugin);
    }
    return CSM_OK;
}

/* ---- numbers ---- */

static csm_status ask(csm_build *b, const char *kind, const char *table, const char *name, const char *was,
                      uint32_t *out)
{
    char key[CSM_BUILD_WHERE];

    (void)snprintf(key, sizeof(key), "%s:%s%s%s", kind, table, name != NULL ? "/" : "", name != NULL ? name : "");
    CSM_TRY(b->numbers->number(b->numbers->user, key, was, out, b->err));
    if (*out >= NUMBER_MAX)
        return csm_error_set(b->err, CSM_E_CORRUPT, "number %u of \"%s\" is above %u", *out, key, NUMBER_MAX - 1);
    return CSM_OK;
}

/* Parents come first: what is inherited has its owner's number. */
static csm_status number_parts(csm_build *b, csm_build_table *bt)
{
    csm_mtable *table = bt->table;

    for (uint32_t pos = CSM_OWN_FIELDS; pos < table->field_count; pos++) {
        csm_mfield *field = &table->fields[pos];

        if (field->owner != table)
            field->id = bt->parent->table->fields[pos].id;
        else
            CSM_TRY(ask(b, "f", table->name, field->name, bt->fields[pos].decl.was, &field->id));
        if (field->id < CSM_FID_FIRST)
            return csm_error_set(b->err, CSM_E_CORRUPT, "field \"%s\" of \"%s\" has number %u, one of the engine's own",
                                 field->name, table->name, field->id);
    }
    for (uint32_t n = 0; n < table->index_count; n++) {
        if (table->indexes[n].owner != table)
            table->indexes[n].id = table->parent->indexes[n].id;
        else
            CSM_TRY(ask(b, "i", table->name, table->indexes[n].name, NULL, &table->indexes[n].id));
    }
    return CSM_OK;
}

static csm_status map_fields(csm_build *b, csm_mtable *table)
{
    for (uint32_t pos = 0; pos < table->field_count; pos++)
        if (table->fields[pos].id >= table->by_id_count)
            table->by_id_count = table->fields[pos].id + 1;
    table->by_id = csm_build_array(b, table->by_id_count, sizeof(csm_mfield *));
    if (table->by_id == NULL)
        return csm_build_nomem(b);
    for (uint32_t pos = 0; pos < table->field_count; pos++) {
        const csm_mfield **slot = &table->by_id[table->fields[pos].id];

        if (*slot != NULL)
            return csm_error_set(b->err, CSM_E_CORRUPT, "fields \"%s\" and \"%s\" of \"%s\" have one number, %u",
                                 (*slot)->name, table->fields[pos].name, table->name, table->fields[pos].id);
        *slot = &table->fields[pos];
    }
    return CSM_OK;
}

static csm_status map_tables(csm_build *b)
{
    csm_registry *reg = b->reg;

    for (uint32_t n = 0; n < reg->table_count; n++)
        if (reg->tables[n]->id >= reg->table_by_id_count)
            reg->table_by_id_count = reg->tables[n]->id + 1;
    reg->table_by_id = csm_build_array(b, reg->table_by_id_count, sizeof(csm_mtable *));
    if (reg->table_by_id == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < reg->table_count; n++) {
        csm_mtable **slot = &reg->table_by_id[reg->tables[n]->id];

        if (*slot != NULL)
            return csm_error_set(b->err, CSM_E_CORRUPT, "tables \"%s\" and \"%s\" have one number, %u", (*slot)->name,
                                 reg->tables[n]->name, reg->tables[n]->id);
        *slot = reg->tables[n];
    }
    return CSM_OK;
}

csm_status csm_build_numbers(csm_build *b)
{
    for (uint32_t n = 0; n < b->table_count; n++)
        CSM_TRY(ask(b, "t", b->reg->tables[n]->name, NULL, NULL, &b->reg->tables[n]->id));
    for (uint32_t n = 0; n < b->table_count; n++)
        CSM_TRY(number_parts(b, b->sorted[n]));
    for (uint32_t n = 0; n < b->table_count; n++)
        CSM_TRY(map_fields(b, b->reg->tables[n]));
    return map_tables(b);
}
