/* Task links and roll-ups: names resolved, handed to the tables whose changes they follow, methods made for the verbs. */
#include "model/build.h"

#include "base/str.h"

#include <stdio.h>

/* ---- task links ---- */

static csm_status field_list(csm_build *b, const csm_mplugin *plugin, const char *where, const csm_mtable *table,
                             const char *list, const csm_mfield ***out, uint32_t *count)
{
    *out = csm_build_array(b, csm_build_list_count(list), sizeof(**out));
    if (*out == NULL)
        return csm_build_nomem(b);
    csm_build_field_list(b, plugin, where, table, list, *out, count);
    return CSM_OK;
}

/* "title,site=place": linked field = source field. */
static csm_status copies(csm_build *b, const char *where, csm_mlink *link)
{
    uint32_t most = csm_build_list_count(link->decl->copies);
    csm_str rest = csm_str_of(link->decl->copies != NULL ? link->decl->copies : ""), part;

    link->copy_to = csm_build_array(b, most, sizeof(const csm_mfield *));
    link->copy_from = csm_build_array(b, most, sizeof(const csm_mfield *));
    if (link->copy_to == NULL || link->copy_from == NULL)
        return csm_build_nomem(b);
    while (csm_build_next(&rest, &part)) {
        size_t equal = csm_str_find(part, CSM_STR("="), 0);
        csm_str to = equal == SIZE_MAX ? part : csm_str_trim((csm_str){ part.ptr, equal });
        csm_str from = equal == SIZE_MAX ? part : csm_str_trim((csm_str){ part.ptr + equal + 1, part.len - equal - 1 });

        link->copy_to[link->copy_count] = csm_build_find_field(b, link->plugin, where, link->linked, to);
        link->copy_from[link->copy_count] = csm_build_find_field(b, link->plugin, where, link->source, from);
        if (link->copy_to[link->copy_count] != NULL && link->copy_from[link->copy_count] != NULL)
            link->copy_count++;
    }
    return CSM_OK;
}

static const csm_mfield *note_field(csm_build *b, const char *where, const csm_mlink *link, const csm_mtable *table,
                                    const char *name)
{
    const csm_mfield *field;

    if (name == NULL)
        return NULL;
    field = csm_build_find_field(b, link->plugin, where, table, csm_str_of(name));
    if (field != NULL && field->type != CSM_F_JOURNAL)
        csm_build_problem(b, link->plugin, "%s: \"%s\" takes notes but is no journal", where, name);
    return field;
}

static void check_reference(csm_build *b, const char *where, const csm_mlink *link)
{
    bool forward = link->decl->direction == CSM_LINK_FORWARD;
    const csm_mtable *target = forward ? link->linked : link->source;

    if (link->field == NULL)
        return;
    if (link->field->type != CSM_F_REF || !csm_mtable_is_a(target, link->field->ref))
        csm_build_problem(b, link->plugin, "%s: \"%s\" is no reference to %s", where, link->field->name, target->name);
    else if (csm_build_serving_index(forward ? link->source : link->linked, link->field) == NULL)
        csm_build_problem(b, link->plugin, "%s: \"%s\" needs an index, the rows to be told are found by it", where,
                          link->field->name);
}

/* "a,b|c": fields that must be given, and whether each is but another way to give what the one before it gives. */
static csm_status required_list(csm_build *b, const char *where, csm_mlink *link)
{
    csm_str text = csm_str_of(link->decl->required != NULL ? link->decl->required : "");
    char *list = csm_arena_alloc(b->arena, text.len + 1);
    uint32_t count = 1;

    link->required_or = csm_build_array(b, text.len + 1, sizeof(bool));
    if (list == NULL || link->required_or == NULL)
        return csm_build_nomem(b);
    for (size_t n = 0; n < text.len; n++) {
        bool either = text.ptr[n] == '|';

        list[n] = either ? ',' : text.ptr[n];
        if (list[n] == ',')
            link->required_or[count++] = either;
    }
    list[text.len] = '\0';
    return field_list(b, link->plugin, where, link->linked, list, &link->required, &link->required_count);
}

/* A link that may do without one of its tables does. */
static bool is_left_out(const csm_build *b, const csm_task_link *decl)
{
    return decl->optional && (csm_registry_table(b->reg, csm_str_of(decl->source)) == NULL ||
                              csm_registry_table(b->reg, csm_str_of(decl->linked)) == NULL);
}

static csm_status fill_link(csm_build *b, const csm_mplugin *plugin, const csm_task_link *decl, csm_mlink *link)
{
    char where[CSM_BUILD_WHERE];

    *link = (csm_mlink){ .decl = decl, .plugin = plugin };
    (void)snprintf(where, sizeof(where), "task link \"%s\"", decl->name != NULL ? decl->name : "");
    (void)csm_build_name(b, plugin, "", "task link", decl->name);
    link->source = csm_build_find_table(b, plugin, where, decl->source);
    link->linked = csm_build_find_table(b, plugin, where, decl->linked);
    csm_build_check_roles(b, plugin, where, decl->role);
    if (decl->direction > CSM_LINK_BACK)
        csm_build_problem(b, plugin, "%s: direction %u is unknown", where, decl->direction);
    if (link->source == NULL || link->linked == NULL)
        return CSM_OK;
    link->field = csm_build_find_field(b, plugin, where, decl->direction == CSM_LINK_FORWARD ? link->source : link->linked,
                                       csm_str_of(decl->field));
    check_reference(b, where, link);
    link->source_note = note_field(b, where, link, link->source, decl->source_note);
    link->linked_note = note_field(b, where, link, link->linked, decl->linked_note);
    link->notes = csm_build_array(b, decl->notes.count, sizeof(void *));
    if (link->notes == NULL)
        return csm_build_nomem(b);
    CSM_TRY(copies(b, where, link));
    CSM_TRY(field_list(b, plugin, where, link->linked, decl->params, &link->params, &link->param_count));
    return required_list(b, where, link);
}

static bool concerns(const csm_mlink *link, const csm_mtable *table)
{
    return link->field != NULL && (csm_mtable_is_a(table, link->source) || csm_mtable_is_a(table, link->linked));
}

static csm_status hand_links(csm_build *b, csm_mtable *table)
{
    table->links = csm_build_array(b, b->reg->link_count, sizeof(csm_mlink *));
    if (table->links == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < b->reg->link_count; n++)
        if (b->reg->links[n].linked != NULL && concerns(&b->reg->links[n], table))
            table->links[table->link_count++] = &b->reg->links[n];
    return CSM_OK;
}

csm_status csm_build_links(csm_build *b)
{
    uint32_t most = 0;

    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        most += b->reg->plugins[n].decl->links.count;
    b->reg->links = csm_build_array(b, most, sizeof(*b->reg->links));
    if (b->reg->links == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        for (uint32_t m = 0; m < b->reg->plugins[n].decl->links.count; m++) {
            const csm_task_link *decl = &b->reg->plugins[n].decl->links.items[m];

            if (!is_left_out(b, decl))
                CSM_TRY(fill_link(b, &b->reg->plugins[n], decl, &b->reg->links[b->reg->link_count++]));
        }
    for (uint32_t n = 0; n < b->table_count; n++)
        CSM_TRY(hand_links(b, b->reg->tables[n]));
    return CSM_OK;
}

/* ---- methods of a link ---- */

/* Whether the caller must give it: no other may stand for it, and it is not copied. */
static bool is_needed(const csm_mlink *link, const csm_mfield *field)
{
    for (uint32_t n = 0; n < link->copy_count; n++)
        if (link->copy_to[n] == field)
            return false;
    for (uint32_t n = 0; n < link->required_count; n++)
        if (link->required[n] == field)
            return !link->required_or[n] && (n + 1 == link->required_count || !link->required_or[n + 1]);
    return false;
}

static csm_status link_params(csm_build *b, const csm_mlink *link, csm_link_verb verb, csm_method *decl)
{
    csm_param *params = csm_build_array(b, (size_t)link->param_count + 2, sizeof(*params));
    uint32_t count = 1;

    if (params == NULL)
        return csm_build_nomem(b);
    params[0] = (csm_param)CSM_PARAM_ID("id", .table = link->source->name, .doc = "Record it is raised from");
    if (verb == CSM_LINK_CREATE) {
        for (uint32_t n = 0; n < link->param_count; n++) {
            params[count] = csm_build_field_param(link->linked, link->params[n]);
            params[count++].flags = is_needed(link, link->params[n]) ? CSM_PARAM_NEEDED : 0;
        }
    } else if (verb == CSM_LINK_ASSOCIATE || link->decl->direction == CSM_LINK_BACK) {
        params[count++] = (csm_param)CSM_PARAM_ID(link->decl->name, .table = link->linked->name, .doc = "Linked record");
    }
    decl->params.items = params;
    decl->params.count = count;
    decl->params.item_size = sizeof(*params);
    return CSM_OK;
}

static csm_status link_doc(csm_build *b, const csm_mlink *link, csm_link_verb verb, const char **out)
{
    const char *source = link->source->label, *linked = link->linked->label;
    csm_str doc = verb == CSM_LINK_CREATE      ? csm_arena_printf(b->arena, "Raises a new %s from the %s; answers it", linked, source)
                  : verb == CSM_LINK_ASSOCIATE ? csm_arena_printf(b->arena, "Ties an existing %s to the %s; answers it", linked, source)
                                               : csm_arena_printf(b->arena, "Ends the tie of the %s to its %s; answers the %s", source,
                                                                  linked, source);

    if (doc.ptr == NULL)
        return csm_build_nomem(b);
    *out = doc.ptr;
    return CSM_OK;
}

csm_status csm_build_link_method(csm_build *b, const csm_mlink *link, csm_link_verb verb, csm_mmethod *out)
{
    static const char *const words[] = { [CSM_LINK_CREATE] = "create", [CSM_LINK_ASSOCIATE] = "associate", [CSM_LINK_REMOVE] = "remove" };
    csm_method *decl = csm_build_array(b, 1, sizeof(*decl));
    csm_str name = csm_arena_printf(b->arena, "%s.%s_%s", link->decl->methods, words[verb], link->decl->name);

    if (decl == NULL || name.ptr == NULL)
        return csm_build_nomem(b);
    decl->name = csm_build_wire_name(b, link->plugin, name.ptr, '.');
    if (decl->name == NULL)
        return csm_build_nomem(b);
    CSM_TRY(link_doc(b, link, verb, &decl->doc));
    decl->returns = CSM_T_MAP;
    decl->returns_doc = "The record, as the caller may see it";
    decl->flags = CSM_METHOD_WRITES;
    decl->role = link->decl->role;
    decl->since = 1;
    CSM_TRY(link_params(b, link, verb, decl));
    *out = (csm_mmethod){ .decl = decl, .plugin = link->plugin, .name = decl->name, .link = link, .verb = verb };
    return CSM_OK;
}

/* ---- roll-ups ---- */

static csm_status fill_rollup(csm_build *b, const csm_mplugin *plugin, const csm_rollup *decl, csm_mrollup *rollup)
{
    char where[CSM_BUILD_WHERE];

    *rollup = (csm_mrollup){ .decl = decl, .plugin = plugin };
    (void)snprintf(where, sizeof(where), "roll-up of \"%s\"", decl->child != NULL ? decl->child : "");
    rollup->child = csm_build_find_table(b, plugin, where, decl->child);
    rollup->any = csm_build_array(b, decl->steps.count, sizeof(void *));
    rollup->none = csm_build_array(b, decl->steps.count, sizeof(void *));
    if (rollup->any == NULL || rollup->none == NULL)
        return csm_build_nomem(b);
    if (rollup->child == NULL)
        return CSM_OK;
    rollup->parent_field = csm_build_find_field(b, plugin, where, rollup->child, csm_str_of(decl->parent_field));
    if (rollup->parent_field == NULL)
        return CSM_OK;
    rollup->parent = rollup->parent_field->ref;
    if (rollup->parent == NULL || csm_build_serving_index(rollup->child, rollup->parent_field) == NULL)
        csm_build_problem(b, plugin, "%s: \"%s\" is no indexed reference", where, decl->parent_field);
    if (decl->open == NULL || decl->steps.count == 0)
        csm_build_problem(b, plugin, "%s: says not which children are open, or what the parent does", where);
    for (uint32_t n = 0; n < decl->steps.count; n++)
        if (decl->steps.items[n].transition == NULL)
            csm_build_problem(b, plugin, "%s: step %u names no transition", where, n + 1);
    return CSM_OK;
}

static csm_status hand_rollups(csm_build *b, csm_mtable *table)
{
    table->rollups = csm_build_array(b, b->reg->rollup_count, sizeof(csm_mrollup *));
    if (table->rollups == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < b->reg->rollup_count; n++)
        if (b->reg->rollups[n].parent != NULL && csm_mtable_is_a(table, b->reg->rollups[n].child))
            table->rollups[table->rollup_count++] = &b->reg->rollups[n];
    return CSM_OK;
}

csm_status csm_build_rollups(csm_build *b)
{
    uint32_t most = 0;

    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        most += b->reg->plugins[n].decl->rollups.count;
    b->reg->rollups = csm_build_array(b, most, sizeof(*b->reg->rollups));
    if (b->reg->rollups == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        for (uint32_t m = 0; m < b->reg->plugins[n].decl->rollups.count; m++)
            CSM_TRY(fill_rollup(b, &b->reg->plugins[n], &b->reg->plugins[n].decl->rollups.items[m],
                                &b->reg->rollups[b->reg->rollup_count++]));
    for (uint32_t n = 0; n < b->table_count; n++)
        CSM_TRY(hand_rollups(b, b->reg->tables[n]));
    return CSM_OK;
}
