/* Indexes: inherited, one per indexed or unique field, declared; and who refers to whom through them. */
#include "model/build.h"

#include "base/str.h"

#include <stdio.h>

#define KEY_LENGTH 64      /* folded bytes of a text column unless said */
#define KEY_LENGTH_MAX 255
#define KEY_BYTES 460      /* of 511: the rest is table, index and record id */

static bool indexable(uint32_t type)
{
    return type != CSM_F_JOURNAL && type != CSM_F_MAP && type != CSM_F_BYTES && type != CSM_F_CURRENCY;
}

static uint32_t column_bytes(const csm_mfield *field, uint32_t key_length)
{
    switch (field->type) {
    case CSM_F_TEXT:
    case CSM_F_ZONE:
    case CSM_F_CONDITION:
        return key_length + 2;
    case CSM_F_DOCUMENT:
        return key_length + 2 + 17;
    case CSM_F_REF:
    case CSM_F_LIST:
        return 17;
    default:
        return 9;
    }
}

static void check_index(csm_build *b, const csm_mplugin *plugin, const char *where, const csm_mindex *index)
{
    uint32_t bytes = 0, lists = 0;

    if (index->column_count == 0)
        csm_build_problem(b, plugin, "%s: has no columns", where);
    if (index->key_length > KEY_LENGTH_MAX)
        csm_build_problem(b, plugin, "%s: key_length %u is above %d", where, index->key_length, KEY_LENGTH_MAX);
    for (uint32_t n = 0; n < index->column_count; n++) {
        const csm_mfield *field = index->columns[n].field;

        if (!indexable(field->type))
            csm_build_problem(b, plugin, "%s: field \"%s\" is of a type no index holds", where, field->name);
        lists += field->type == CSM_F_LIST;
        bytes += column_bytes(field, index->key_length);
    }
    if (lists > 1 || (lists == 1 && index->unique))
        csm_build_problem(b, plugin, "%s: at most one list, and none in a unique index", where);
    if (bytes > KEY_BYTES)
        csm_build_problem(b, plugin, "%s: its key may take %u bytes, more than %d", where, bytes, KEY_BYTES);
}

/* Appends an index; its columns and include list still to be read. NULL when the name is taken or bad. */
static csm_mindex *append(csm_build *b, csm_mtable *table, const csm_mplugin *plugin, const char *name)
{
    csm_mindex *index = &table->indexes[table->index_count];

    for (uint32_t n = 0; n < table->index_count; n++) {
        if (strcmp(table->indexes[n].name, name) == 0) {
            csm_build_problem(b, plugin, "table \"%s\": index \"%s\" is already there, from \"%s\"", table->name, name,
                              table->indexes[n].owner->name);
            return NULL;
        }
    }
    index->name = name;
    index->owner = table;
    index->key_length = KEY_LENGTH;
    table->index_count++;
    return index;
}

/* Whether a declared index of the table begins with the field and so serves it too: a second one would only cost. */
static bool is_served(const csm_build_table *bt, const char *name)
{
    size_t len = strlen(name);

    for (uint32_t n = 0; n < bt->decl->indexes.count; n++) {
        const char *columns = bt->decl->indexes.items[n].columns;

        if (columns == NULL)
            continue;
        columns += columns[0] == '-';
        if (strncmp(columns, name, len) == 0 && (columns[len] == ',' || columns[len] == '\0'))
            return true;
    }
    return false;
}

static void add_of_field(csm_build *b, csm_build_table *bt, uint32_t pos)
{
    const csm_build_field *bf = &bt->fields[pos];
    const csm_mfield *field = &bt->table->fields[pos];
    char where[CSM_BUILD_WHERE];
    csm_mindex *index;

    if (!bf->own || bf->indexed_above || (field->flags & (CSM_UNIQUE | CSM_INDEXED)) == 0)
        return;
    if ((field->flags & CSM_UNIQUE) == 0 && is_served(bt, field->name))
        return;
    index = append(b, bt->table, bf->plugin, field->name);
    if (index == NULL)
        return;
    index->unique = (field->flags & CSM_UNIQUE) != 0;
    index->column_count = 1;
    index->columns[0].field = field;
    (void)snprintf(where, sizeof(where), "table \"%s\": index \"%s\"", bt->table->name, index->name);
    check_index(b, bf->plugin, where, index);
}

static csm_status add_declared(csm_build *b, csm_build_table *bt, const csm_mplugin *plugin, const csm_index *decl)
{
    const char *name = bt->plugin != plugin ? csm_build_wire_name(b, plugin, decl->name, '_') : decl->name;
    char where[CSM_BUILD_WHERE];
    csm_mindex *index;

    if (bt->plugin != plugin && name == NULL)
        return csm_build_nomem(b);
    if (!csm_build_name(b, plugin, bt->table->name, "index", name))
        return CSM_OK;
    index = append(b, bt->table, plugin, name);
    if (index == NULL)
        return CSM_OK;
    index->unique = (decl->flags & CSM_INDEX_UNIQUE) != 0;
    if (decl->key_length != 0)
        index->key_length = decl->key_length;
    (void)snprintf(where, sizeof(where), "table \"%s\": index \"%s\"", bt->table->name, name);
    csm_build_columns(b, plugin, where, bt->table, decl->columns, index->columns, CSM_INDEX_COLUMNS_MAX,
                      &index->column_count);
    index->include = csm_build_array(b, csm_build_list_count(decl->include), sizeof(csm_mfield *));
    if (index->include == NULL)
        return csm_build_nomem(b);
    csm_build_field_list(b, plugin, where, bt->table, decl->include, index->include, &index->include_count);
    for (uint32_t n = 0; n < index->include_count; n++)
        if (index->include[n]->type == CSM_F_JOURNAL)
            csm_build_problem(b, plugin, "%s: journal \"%s\" is not in the row", where, index->include[n]->name);
    check_index(b, plugin, where, index);
    return CSM_OK;
}

/* The parent's indexes, their fields as of this table. */
static csm_status inherit(csm_build *b, csm_build_table *bt)
{
    const csm_mtable *parent = bt->table->parent;

    for (uint32_t n = 0; parent != NULL && n < parent->index_count; n++) {
        csm_mindex *index = &bt->table->indexes[bt->table->index_count++];

        *index = parent->indexes[n];
        for (uint32_t c = 0; c < index->column_count; c++)
            index->columns[c].field = csm_build_field_in(bt->table, parent->indexes[n].columns[c].field);
        if (index->include_count == 0)
            continue;
        index->include = csm_build_array(b, index->include_count, sizeof(csm_mfield *));
        if (index->include == NULL)
            return csm_build_nomem(b);
        for (uint32_t c = 0; c < index->include_count; c++)
            index->include[c] = csm_build_field_in(bt->table, parent->indexes[n].include[c]);
    }
    return CSM_OK;
}

static csm_status index_table(csm_build *b, csm_build_table *bt)
{
    uint32_t most = bt->decl->indexes.count + bt->table->field_count;

    if (bt->table->parent != NULL)
        most += bt->table->parent->index_count;
    for (const csm_build_ext *ext = bt->exts; ext != NULL; ext = ext->next)
        most += ext->decl->indexes.count;
    bt->table->indexes = csm_build_array(b, most, sizeof(csm_mindex));
    if (bt->table->indexes == NULL)
        return csm_build_nomem(b);
    CSM_TRY(inherit(b, bt));
    for (uint32_t pos = CSM_OWN_FIELDS; pos < bt->table->field_count; pos++)
        add_of_field(b, bt, pos);
    for (uint32_t n = 0; n < bt->decl->indexes.count; n++)
        CSM_TRY(add_declared(b, bt, bt->plugin, &bt->decl->indexes.items[n]));
    for (const csm_build_ext *ext = bt->exts; ext != NULL; ext = ext->next)
        for (uint32_t n = 0; n < ext->decl->indexes.count; n++)
            CSM_TRY(add_declared(b, bt, ext->plugin, &ext->decl->indexes.items[n]));
    return CSM_OK;
}

csm_status csm_build_indexes(csm_build *b)
{
    for (uint32_t n = 0; n < b->table_count; n++)
        CSM_TRY(index_table(b, b->sorted[n]));
    return CSM_OK;
}

/* ---- inbound references ---- */

/* The index through which rows of @p bt that refer to a deleted one are found: of an indexed reference always, of any
 * other when deleting is to clear it or to delete along. NULL: this table adds nothing to its parent's. */
static const csm_mindex *inbound_index(const csm_build_table *bt, uint32_t pos)
{
    const csm_mfield *field = &bt->table->fields[pos];
    const csm_mindex *index;
    bool ends = field->on_delete == CSM_CLEAR || field->on_delete == CSM_CASCADE;

    if (!bt->fields[pos].own || bt->fields[pos].indexed_above || field->ref == NULL ||
        (!ends && (field->flags & (CSM_INDEXED | CSM_UNIQUE)) == 0))
        return NULL;
    index = csm_build_serving_index(bt->table, field);
    return index;
}

static void check_ends(csm_build *b, const csm_build_table *bt, uint32_t pos)
{
    const csm_mfield *field = &bt->table->fields[pos];

    if (bt->fields[pos].own && field->ref != NULL &&
        (field->on_delete == CSM_CLEAR || field->on_delete == CSM_CASCADE) &&
        csm_build_serving_index(bt->table, field) == NULL)
        csm_build_problem(b, bt->fields[pos].plugin, "table \"%s\": field \"%s\": on_delete needs CSM_INDEXED",
                          bt->table->name, field->name);
}

/* Calls for every referring field: first to count, then, with room made, to note it. */
static void note_inbound(csm_build *b, bool count_only)
{
    for (uint32_t n = 0; n < b->table_count; n++) {
        const csm_build_table *bt = &b->tables[n];

        for (uint32_t pos = CSM_OWN_FIELDS; pos < bt->table->field_count; pos++) {
            const csm_mfield *field = &bt->table->fields[pos];
            const csm_mindex *index = inbound_index(bt, pos);

            for (uint32_t t = 0; index != NULL && t < b->table_count; t++) {
                csm_mtable *target = b->tables[t].table;

                if (!csm_mtable_is_a(target, field->ref))
                    continue;
                if (!count_only)
                    target->inbound[target->inbound_count] = (csm_minbound){ bt->table, field, index };
                target->inbound_count++;
            }
        }
    }
}

csm_status csm_build_inbound(csm_build *b)
{
    for (uint32_t n = 0; n < b->table_count; n++)
        for (uint32_t pos = CSM_OWN_FIELDS; pos < b->tables[n].table->field_count; pos++)
            check_ends(b, &b->tables[n], pos);
    note_inbound(b, true);
    for (uint32_t n = 0; n < b->table_count; n++) {
        csm_mtable *table = b->tables[n].table;

        table->inbound = csm_build_array(b, table->inbound_count, sizeof(*table->inbound));
        if (table->inbound == NULL)
            return csm_build_nomem(b);
        table->inbound_count = 0;
    }
    note_inbound(b, false);
    return CSM_OK;
}
