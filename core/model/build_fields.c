/* Fields of every table: the engine's own first, then what the parent has, then its own and those of table_exts.
 * So a field has one position in its table and in all that extend it. */
#include "model/build.h"

#include "base/map.h"
#include "base/str.h"
#include "wire/wire.h"

#include <stdio.h>

#define OWN (CSM_READ_ONLY | CSM_NO_AUDIT)

/* In the order of their numbers, 1 to CSM_OWN_FIELDS. sys_id is a reference to the row itself. */
static const csm_field own_fields[CSM_OWN_FIELDS] = {
    CSM_FIELD("sys_id", CSM_F_REF, .flags = OWN, .label = "Sys ID", .doc = "Id of the row", .on_delete = CSM_KEEP),
    CSM_TEXT("sys_class_name", .flags = OWN, .length = 80, .label = "Class", .doc = "Concrete table of the row"),
    CSM_INT("sys_mod_count", .flags = OWN, .label = "Updates", .doc = "How often the row was changed"),
    CSM_TIME("sys_created_on", .flags = OWN | CSM_SYSTEM_WRITE, .label = "Created", .doc = "When it was inserted"),
    CSM_TEXT("sys_created_by", .flags = OWN | CSM_SYSTEM_WRITE, .label = "Created by", .doc = "User who inserted it"),
    CSM_TIME("sys_updated_on", .flags = OWN | CSM_SYSTEM_WRITE, .label = "Updated", .doc = "When it was last changed"),
    CSM_TEXT("sys_updated_by", .flags = OWN | CSM_SYSTEM_WRITE, .label = "Updated by", .doc = "Who last changed it"),
    CSM_TEXT("sys_domain", .flags = CSM_READ_ONLY, .label = "Domain", .doc = "Domain the row belongs to"),
    CSM_TEXT("sys_domain_path", .flags = OWN, .label = "Domain path", .doc = "Path of that domain from the top"),
    CSM_TEXT("sys_tags", .length = 1024, .label = "Tags", .doc = "Words people put on the row"),
};

static const char *label_of(csm_build *b, const char *name)
{
    char *label = csm_arena_cstr(b->arena, csm_str_of(name));

    if (label == NULL)
        return NULL;
    for (char *c = label; *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
    if (label[0] >= 'a' && label[0] <= 'z')
        label[0] = (char)(label[0] - 'a' + 'A');
    return label;
}

static csm_status encode_name(csm_build *b, const char *name, csm_str *out)
{
    csm_buf text;
    csm_writer w = { &text };

    csm_buf_init(&text, 0);
    csm_write_cstr(&w, name);
    *out = text.failed ? (csm_str){ 0 } : csm_arena_str(b->arena, csm_buf_str(&text));
    csm_buf_done(&text);
    return out->ptr != NULL ? CSM_OK : csm_build_nomem(b);
}

/* Everything of @p field that follows from its declaration alone. */
static csm_status fill(csm_build *b, csm_mfield *field, const csm_build_field *bf)
{
    const csm_field *decl = &bf->decl;

    field->name = decl->name;
    CSM_TRY(encode_name(b, decl->name, &field->wire_name));
    field->label = decl->label != NULL ? decl->label : label_of(b, decl->name);
    if (field->label == NULL)
        return csm_build_nomem(b);
    field->doc = decl->doc != NULL ? decl->doc : "";
    field->plugin = bf->plugin->id;
    field->type = decl->type;
    field->flags = decl->flags & ~(CSM_OVERRIDE | CSM_MORE_CHOICES);
    if ((field->flags & CSM_COMPUTED) != 0)
        field->flags |= CSM_READ_ONLY;
    field->min = decl->min;
    field->max = decl->max;
    field->length = decl->length;
    field->choices = decl->choices.items;
    field->choice_count = decl->choices.count;
    field->on_delete = decl->on_delete;
    return CSM_OK;
}

/* ---- choices ---- */

static bool check_choice(csm_build *b, const csm_mplugin *plugin, const char *where, uint32_t type, const csm_choice *choice)
{
    int64_t i;

    if (choice->value == NULL || choice->value[0] == '\0')
        csm_build_problem(b, plugin, "%s: a choice lacks its value", where);
    else if (choice->label == NULL)
        csm_build_problem(b, plugin, "%s: choice \"%s\" lacks its label", where, choice->value);
    else if (type == CSM_F_INT && !csm_parse_int(csm_str_of(choice->value), &i))
        csm_build_problem(b, plugin, "%s: choice \"%s\" is no integer", where, choice->value);
    else
        return true;
    return false;
}

static bool has_choice(const csm_field *field, const char *value)
{
    for (uint32_t n = 0; n < field->choices.count; n++)
        if (strcmp(field->choices.items[n].value, value) == 0)
            return true;
    return false;
}

/* Choices of another plugin behind those of the field; one that is not sound adds none. */
static csm_status join_choices(csm_build *b, const csm_mplugin *plugin, const char *where, csm_field *field, const csm_field *over)
{
    uint32_t count = field->choices.count, more = over->choices.count;
    csm_choice *all = csm_build_array(b, (size_t)count + more, sizeof(*all));

    if (all == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < more; n++) {
        if (!check_choice(b, plugin, where, field->type, &over->choices.items[n]))
            return CSM_OK;
        if (has_choice(field, over->choices.items[n].value)) {
            csm_build_problem(b, plugin, "%s: choice \"%s\" is there already", where, over->choices.items[n].value);
            return CSM_OK;
        }
    }
    if (count > 0)
        memcpy(all, field->choices.items, count * sizeof(*all));
    memcpy(all + count, over->choices.items, more * sizeof(*all));
    field->choices.items = all;
    field->choices.count = count + more;
    return CSM_OK;
}

/* ---- overriding ---- */

/* Lays an overriding declaration over the inherited one. Flags are added, never taken away: an override must not make
 * an internal or required field less so. */
static void merge(csm_field *field, const csm_field *over)
{
    field->flags |= over->flags;
    if (over->label != NULL)
        field->label = over->label;
    if (over->doc != NULL)
        field->doc = over->doc;
    if (over->min != 0 || over->max != 0) {
        field->min = over->min;
        field->max = over->max;
    }
    if (over->length != 0)
        field->length = over->length;
    if (over->ref != NULL)
        field->ref = over->ref;
    if (over->choices.count > 0)
        field->choices = over->choices;
    if (over->depends_on != NULL)
        field->depends_on = over->depends_on;
    if (over->dflt != NULL)
        field->dflt = over->dflt;
}

static csm_status override(csm_build *b, csm_build_table *bt, const csm_mplugin *plugin, const csm_field *decl)
{
    char where[CSM_BUILD_WHERE];
    const csm_mfield *found;
    csm_build_field *bf;

    (void)snprintf(where, sizeof(where), "table \"%s\": override", bt->table->name);
    found = csm_build_find_field(b, plugin, where, bt->table, csm_str_of(decl->name));
    if (found == NULL)
        return CSM_OK;
    bf = &bt->fields[found->pos];
    if (found->pos < CSM_OWN_FIELDS || decl->type != bf->decl.type) {
        csm_build_problem(b, plugin, "%s: field \"%s\" %s", where, decl->name,
                          found->pos < CSM_OWN_FIELDS ? "is the engine's own" : "has another type");
        return CSM_OK;
    }
    if ((decl->flags & CSM_MORE_CHOICES) != 0) {
        (void)snprintf(where, sizeof(where), "table \"%s\": field \"%s\"", bt->table->name, decl->name);
        CSM_TRY(join_choices(b, plugin, where, &bf->decl, decl));
    } else {
        merge(&bf->decl, decl);
        bf->plugin = plugin;
    }
    bf->own = true;
    return fill(b, &bt->table->fields[found->pos], bf);
}

static csm_status append(csm_build *b, csm_build_table *bt, const csm_mplugin *plugin, const csm_field *decl)
{
    csm_mtable *table = bt->table;
    csm_mfield *field = &table->fields[table->field_count];

    bt->fields[table->field_count] = (csm_build_field){ .decl = *decl, .plugin = plugin, .own = true };
    field->pos = table->field_count;
    field->owner = table;
    CSM_TRY(fill(b, field, &bt->fields[table->field_count]));
    if (!csm_strmap_add(table->by_name, csm_str_of(field->name), field))
        return csm_build_nomem(b);
    table->field_count++;
    return CSM_OK;
}

static csm_status add_field(csm_build *b, csm_build_table *bt, const csm_mplugin *plugin, const csm_field *given)
{
    bool foreign = bt->plugin != plugin;
    csm_field decl = *given;
    const csm_mfield *same;

    if ((decl.flags & CSM_OVERRIDE) != 0)
        return override(b, bt, plugin, &decl);
    if (foreign) {
        decl.name = csm_build_wire_name(b, plugin, given->name, '_');
        decl.was = given->was != NULL ? csm_build_wire_name(b, plugin, given->was, '_') : NULL;
        if (decl.name == NULL || (given->was != NULL && decl.was == NULL))
            return csm_build_nomem(b);
    }
    if (!csm_build_name(b, plugin, bt->table->name, "field", decl.name))
        return CSM_OK;
    if (strchr(decl.name, '.') != NULL) {
        csm_build_problem(b, plugin, "table \"%s\": field \"%s\": a dot means the field of a referred row",
                          bt->table->name, decl.name);
        return CSM_OK;
    }
    same = csm_mtable_field(bt->table, csm_str_of(decl.name));
    if (same != NULL) {
        /* An ancestor's field added later than ours is the newcomer's fault. */
        const csm_mplugin *other = bt->fields[same->pos].plugin;
        bool theirs = other->position > plugin->position;

        csm_build_problem(b, theirs ? other : plugin,
                          "table \"%s\": field \"%s\" is already declared in \"%s\" by plugin \"%s\" (CSM_OVERRIDE "
                          "replaces an inherited one)",
                          bt->table->name, decl.name, theirs ? bt->table->name : same->owner->name,
                          theirs ? plugin->id : other->id);
        return CSM_OK;
    }
    return append(b, bt, plugin, &decl);
}

/* Starts with the parent's fields, or the engine's own at the top of a family. */
static csm_status inherit(csm_build *b, csm_build_table *bt)
{
    csm_mtable *table = bt->table;

    if (bt->parent == NULL) {
        for (uint32_t n = 0; n < CSM_OWN_FIELDS; n++) {
            CSM_TRY(append(b, bt, &b->reg->plugins[0], &own_fields[n]));
            table->fields[n].id = n + 1;
        }
        return CSM_OK;
    }
    table->field_count = bt->parent->table->field_count;
    for (uint32_t n = 0; n < table->field_count; n++) {
        table->fields[n] = bt->parent->table->fields[n];
        bt->fields[n] = bt->parent->fields[n];
        bt->fields[n].own = false;
        bt->fields[n].indexed_above |= (bt->fields[n].decl.flags & (CSM_INDEXED | CSM_UNIQUE)) != 0;
        if (!csm_strmap_add(table->by_name, csm_str_of(table->fields[n].name), &table->fields[n]))
            return csm_build_nomem(b);
    }
    return CSM_OK;
}

static csm_status flatten(csm_build *b, csm_build_table *bt)
{
    uint32_t most = bt->decl->fields.count + (bt->parent != NULL ? bt->parent->table->field_count : CSM_OWN_FIELDS);

    for (const csm_build_ext *ext = bt->exts; ext != NULL; ext = ext->next)
        most += ext->decl->fields.count;
    bt->table->fields = csm_build_array(b, most, sizeof(*bt->table->fields));
    bt->fields = csm_build_array(b, most, sizeof(*bt->fields));
    bt->table->by_name = csm_strmap_new();
    if (bt->table->fields == NULL || bt->fields == NULL || bt->table->by_name == NULL)
        return csm_build_nomem(b);
    CSM_TRY(inherit(b, bt));
    for (uint32_t n = 0; n < bt->decl->fields.count; n++)
        CSM_TRY(add_field(b, bt, bt->plugin, &bt->decl->fields.items[n]));
    for (const csm_build_ext *ext = bt->exts; ext != NULL; ext = ext->next)
        for (uint32_t n = 0; n < ext->decl->fields.count; n++)
            CSM_TRY(add_field(b, bt, ext->plugin, &ext->decl->fields.items[n]));
    return CSM_OK;
}

/* ---- second pass: what a field says of other fields and tables ---- */

static void check_choices(csm_build *b, const csm_build_field *bf, const char *where, const csm_mfield *field)
{
    if (field->choice_count > 0 && field->type != CSM_F_TEXT && field->type != CSM_F_INT)
        csm_build_problem(b, bf->plugin, "%s: only text and integer fields have choices", where);
    for (uint32_t n = 0; n < field->choice_count; n++)
        (void)check_choice(b, bf->plugin, where, field->type, &field->choices[n]);
}

static void resolve_reference(csm_build *b, csm_build_table *bt, const csm_build_field *bf, const char *where,
                              csm_mfield *field)
{
    const csm_mfield *above = bt->parent != NULL && field->pos < bt->parent->table->field_count
                                  ? &bt->parent->table->fields[field->pos] : NULL;

    if (bf->decl.ref == NULL || bf->decl.ref[0] == '\0') {
        csm_build_problem(b, bf->plugin, "%s: a reference names its table in .ref", where);
        return;
    }
    field->ref = csm_build_find_table(b, bf->plugin, where, bf->decl.ref);
    if (field->ref != NULL && above != NULL && above->ref != NULL && !csm_mtable_is_a(field->ref, above->ref))
        csm_build_problem(b, bf->plugin, "%s: an override may refer to \"%s\" or a table that extends it, not \"%s\"",
                          where, above->ref->name, field->ref->name);
    if (field->on_delete > CSM_KEEP)
        csm_build_problem(b, bf->plugin, "%s: on_delete %u is unknown", where, field->on_delete);
}

static void resolve_default(csm_build *b, const csm_build_field *bf, const char *where, csm_mfield *field)
{
    static const struct { const char *text; csm_default kind; uint32_t type; const char *needs; } dynamic[] = {
        { "@now", CSM_DEFAULT_NOW, CSM_F_TIME, "a time" },
        { "@today", CSM_DEFAULT_TODAY, CSM_F_DATE, "a date" },
        { "@me", CSM_DEFAULT_ME, CSM_F_REF, "a reference" },
    };
    const char *text = bf->decl.dflt;
    csm_error err = { 0 };

    field->dflt = csm_nil();
    field->dflt_kind = CSM_DEFAULT_VALUE;
    if (text == NULL || text[0] == '\0')
        return;
    for (size_t n = 0; n < sizeof(dynamic) / sizeof(dynamic[0]); n++) {
        if (strcmp(text, dynamic[n].text) != 0)
            continue;
        field->dflt_kind = dynamic[n].kind;
        if (field->type != dynamic[n].type)
            csm_build_problem(b, bf->plugin, "%s: default %s needs %s", where, text, dynamic[n].needs);
        return;
    }
    if (field->type == CSM_F_JOURNAL)
        csm_build_problem(b, bf->plugin, "%s: a journal has no default", where);
    else if (csm_mfield_parse(field, csm_str_of(text), b->arena, &field->dflt, &err) != CSM_OK)
        csm_build_problem(b, bf->plugin, "%s: default: %s", where, err.message);
}

static void resolve(csm_build *b, csm_build_table *bt, uint32_t pos)
{
    csm_mfield *field = &bt->table->fields[pos];
    const csm_build_field *bf = &bt->fields[pos];
    char where[CSM_BUILD_WHERE];

    (void)snprintf(where, sizeof(where), "table \"%s\": field \"%s\"", bt->table->name, field->name);
    if (field->type < CSM_F_TEXT || field->type > CSM_F_ZONE) {
        csm_build_problem(b, bf->plugin, "%s: type %u is unknown", where, field->type);
        return;
    }
    if (field->min > field->max)
        csm_build_problem(b, bf->plugin, "%s: the least value is above the greatest", where);
    if ((field->flags & CSM_MAIL_ADDRESS) != 0 && field->type != CSM_F_TEXT)
        csm_build_problem(b, bf->plugin, "%s: only a text is a mail address", where);
    check_choices(b, bf, where, field);
    if (field->type == CSM_F_REF || field->type == CSM_F_LIST)
        resolve_reference(b, bt, bf, where, field);
    else if (bf->decl.ref != NULL)
        csm_build_problem(b, bf->plugin, "%s: only a reference or list has .ref", where);
    if ((field->flags & CSM_NO_CYCLE) != 0 &&
        (field->type != CSM_F_REF || field->ref == NULL || !csm_mtable_is_a(bt->table, field->ref)))
        csm_build_problem(b, bf->plugin, "%s: only a reference to its own table makes a cycle", where);
    if (bf->decl.depends_on != NULL)
        field->depends_on = csm_build_find_field(b, bf->plugin, where, bt->table, csm_str_of(bf->decl.depends_on));
    if (field->type == CSM_F_CONDITION && bf->decl.condition_table == NULL)
        csm_build_problem(b, bf->plugin, "%s: a condition names the field holding its table", where);
    else if (bf->decl.condition_table != NULL)
        field->condition_table =
            csm_build_find_field(b, bf->plugin, where, bt->table, csm_str_of(bf->decl.condition_table));
    resolve_default(b, bf, where, field);
}

static void resolve_all(csm_build *b, csm_build_table *bt)
{
    for (uint32_t pos = 0; pos < bt->table->field_count; pos++) {
        csm_mfield *field = &bt->table->fields[pos];

        if (pos < CSM_OWN_FIELDS) {
            field->ref = pos == CSM_FID_SYS_ID - 1 ? bt->table : NULL;
        } else if (bt->fields[pos].own) {
            resolve(b, bt, pos);
        } else {
            const csm_mfield *above = &bt->parent->table->fields[pos];

            field->ref = above->ref;
            field->dflt = above->dflt;
            field->dflt_kind = above->dflt_kind;
            field->depends_on = csm_build_field_in(bt->table, above->depends_on);
            field->condition_table = csm_build_field_in(bt->table, above->condition_table);
        }
    }
}

/* ---- what a table says of its fields ---- */

static void resolve_table(csm_build *b, csm_build_table *bt)
{
    static const char *const usual[] = { "name", "number", "sys_id" };
    csm_mtable *table = bt->table;
    char where[CSM_BUILD_WHERE];

    (void)snprintf(where, sizeof(where), "table \"%s\": display", table->name);
    if (bt->decl->display != NULL)
        bt->display = csm_build_find_field(b, bt->plugin, where, table, csm_str_of(bt->decl->display));
    else if (bt->parent != NULL)
        bt->display = csm_build_field_in(table, bt->parent->display);
    table->display = bt->display;
    for (size_t n = 0; table->display == NULL && n < sizeof(usual) / sizeof(usual[0]); n++)
        table->display = csm_mtable_field(table, csm_str_of(usual[n]));

    if (bt->decl->number != NULL)
        table->number_prefix = bt->decl->number;
    else if (bt->parent != NULL)
        table->number_prefix = bt->parent->table->number_prefix;
    if (table->number_prefix != NULL) {
        table->number = csm_mtable_field(table, CSM_STR("number"));
        if (bt->decl->number != NULL && (table->number == NULL || table->number->type != CSM_F_TEXT))
            csm_build_problem(b, bt->plugin, "table \"%s\": auto-numbers need a text field \"number\"", table->name);
    }
    (void)snprintf(where, sizeof(where), "table \"%s\": order", table->name);
    csm_build_columns(b, bt->plugin, where, table, bt->decl->order, table->order,
                      (uint32_t)(sizeof(table->order) / sizeof(table->order[0])), &table->order_count);
}

static csm_status list_journals(csm_build *b, csm_mtable *table)
{
    table->journals = csm_build_array(b, table->field_count, sizeof(csm_mfield *));
    if (table->journals == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < table->field_count; n++)
        if (table->fields[n].type == CSM_F_JOURNAL)
            table->journals[table->journal_count++] = &table->fields[n];
    return CSM_OK;
}

csm_status csm_build_fields(csm_build *b)
{
    for (uint32_t n = 0; n < b->table_count; n++)
        CSM_TRY(flatten(b, b->sorted[n]));
    for (uint32_t n = 0; n < b->table_count; n++)
        CSM_TRY(list_journals(b, b->sorted[n]->table));
    for (uint32_t n = 0; n < b->table_count; n++)
        resolve_all(b, b->sorted[n]);
    for (uint32_t n = 0; n < b->table_count; n++)
        resolve_table(b, b->sorted[n]);
    return CSM_OK;
}
