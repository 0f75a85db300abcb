/* Phase one: which tables there are, what extends what, who adds columns to whom. */
#include "model/build.h"

#include "base/map.h"

#include <stdio.h>

static csm_status add_table(csm_build *b, const csm_mplugin *plugin, const csm_table *decl)
{
    const char *name = csm_build_wire_name(b, plugin, decl->name, '_');
    csm_build_table *bt = &b->tables[b->table_count];
    csm_build_table *same;

    if (name == NULL)
        return csm_build_nomem(b);
    if (!csm_build_name(b, plugin, "", "table", name))
        return CSM_OK;
    same = csm_strmap_get(b->by_name, csm_str_of(name));
    if (same != NULL) {
        csm_build_problem(b, plugin, "table \"%s\" is already declared by plugin \"%s\"", name, same->plugin->id);
        return CSM_OK;
    }
    *bt = (csm_build_table){ .table = csm_build_array(b, 1, sizeof(*bt->table)), .decl = decl, .plugin = plugin };
    if (bt->table == NULL)
        return csm_build_nomem(b);
    bt->table->name = name;
    bt->table->label = decl->label != NULL ? decl->label : name;
    bt->table->doc = decl->doc != NULL ? decl->doc : "";
    bt->table->plugin = plugin->id;
    bt->table->flags = decl->flags;
    if (!csm_strmap_add(b->by_name, csm_str_of(name), bt) ||
        !csm_strmap_add(b->reg->table_by_name, csm_str_of(name), bt->table))
        return csm_build_nomem(b);
    b->reg->tables[b->table_count++] = bt->table;
    b->reg->table_count = b->table_count;
    return CSM_OK;
}

static csm_status add_exts(csm_build *b, const csm_mplugin *plugin)
{
    for (uint32_t n = 0; n < plugin->decl->table_exts.count; n++) {
        const csm_table_ext *decl = &plugin->decl->table_exts.items[n];
        csm_build_table *bt = csm_strmap_get(b->by_name, csm_str_of(decl->table));
        csm_build_ext *ext, **end;

        if (bt == NULL) {
            (void)csm_build_find_table(b, plugin, "table_ext", decl->table);
            continue;
        }
        if ((bt->table->flags & CSM_TABLE_CLOSED) != 0 && bt->plugin != plugin) {
            csm_build_problem(b, plugin, "table_ext: table \"%s\" of plugin \"%s\" takes no columns of others",
                              decl->table, bt->plugin->id);
            continue;
        }
        ext = csm_build_array(b, 1, sizeof(*ext));
        if (ext == NULL)
            return csm_build_nomem(b);
        *ext = (csm_build_ext){ decl, plugin, NULL };
        for (end = &bt->exts; *end != NULL; end = &(*end)->next)
            ;
        *end = ext;
    }
    return CSM_OK;
}

static void find_parent(csm_build *b, csm_build_table *bt)
{
    char where[CSM_BUILD_WHERE];

    if (bt->decl->extends == NULL || bt->decl->extends[0] == '\0')
        return;
    bt->parent = csm_strmap_get(b->by_name, csm_str_of(bt->decl->extends));
    if (bt->parent == NULL) {
        (void)snprintf(where, sizeof(where), "table \"%s\": extends", bt->table->name);
        (void)csm_build_find_table(b, bt->plugin, where, bt->decl->extends);
    }
}

/* Appends @p bt after its ancestors. A circle is cut where it closes, so that the rest can be checked too. */
static void place(csm_build *b, csm_build_table *bt, uint32_t *placed)
{
    if (bt->walk == CSM_BUILD_PLACED)
        return;
    bt->walk = CSM_BUILD_OPEN;
    if (bt->parent != NULL && bt->parent->walk == CSM_BUILD_OPEN) {
        csm_build_problem(b, bt->plugin, "table \"%s\": extends \"%s\", which extends it in turn", bt->table->name,
                          bt->parent->table->name);
        bt->parent = NULL;
    }
    if (bt->parent != NULL)
        place(b, bt->parent, placed);
    bt->walk = CSM_BUILD_PLACED;
    b->sorted[(*placed)++] = bt;
}

/* Of every table: itself first, then all that extend it in load order. */
static csm_status add_descendants(csm_build *b)
{
    for (uint32_t n = 0; n < b->table_count; n++)
        for (csm_build_table *up = &b->tables[n]; up != NULL; up = up->parent)
            up->table->descendant_count++;
    for (uint32_t n = 0; n < b->table_count; n++) {
        csm_mtable *table = b->tables[n].table;

        table->descendants = csm_build_array(b, table->descendant_count, sizeof(csm_mtable *));
        if (table->descendants == NULL)
            return csm_build_nomem(b);
        table->descendants[0] = table;
        table->descendant_count = 1;
    }
    for (uint32_t n = 0; n < b->table_count; n++)
        for (csm_build_table *up = b->tables[n].parent; up != NULL; up = up->parent)
            up->table->descendants[up->table->descendant_count++] = b->tables[n].table;
    return CSM_OK;
}

csm_status csm_build_tables(csm_build *b)
{
    uint32_t most = 0, placed = 0;

    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        most += b->reg->plugins[n].decl->tables.count;
    b->tables = csm_build_array(b, most, sizeof(*b->tables));
    b->sorted = csm_build_array(b, most, sizeof(csm_build_table *));
    b->reg->tables = csm_build_array(b, most, sizeof(csm_mtable *));
    if (b->tables == NULL || b->sorted == NULL || b->reg->tables == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        for (uint32_t m = 0; m < b->reg->plugins[n].decl->tables.count; m++)
            CSM_TRY(add_table(b, &b->reg->plugins[n], &b->reg->plugins[n].decl->tables.items[m]));
    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        CSM_TRY(add_exts(b, &b->reg->plugins[n]));
    for (uint32_t n = 0; n < b->table_count; n++)
        find_parent(b, &b->tables[n]);
    for (uint32_t n = 0; n < b->table_count; n++)
        place(b, &b->tables[n], &placed);
    for (uint32_t n = 0; n < placed; n++) {
        csm_build_table *bt = b->sorted[n];

        bt->table->parent = bt->parent != NULL ? bt->parent->table : NULL;
        bt->table->root = bt->parent != NULL ? bt->parent->table->root : bt->table;
    }
    return add_descendants(b);
}
