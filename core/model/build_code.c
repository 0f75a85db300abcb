/* What a plugin brings to be called: methods (declared, or made from transitions), points, jobs, subscribers, caller
 * values. */
#include "model/build.h"

#include "base/map.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>

#define TYPE_MAX CSM_T_DATE

/* ---- methods ---- */

/* Arguments any method takes; the rpc room reads them before the method sees the rest. */
static const char *const reserved[] = { "deadline_ms", "trace", "request_key", "dry_run" };

static void check_params(csm_build *b, const csm_mplugin *plugin, const char *where, const csm_param *params,
                         uint32_t count)
{
    for (uint32_t n = 0; n < count; n++) {
        if (!csm_build_name(b, plugin, where, "argument", params[n].name))
            continue;
        for (size_t m = 0; m < sizeof(reserved) / sizeof(reserved[0]); m++)
            if (strcmp(params[n].name, reserved[m]) == 0)
                csm_build_problem(b, plugin, "%s: argument \"%s\" is every method's", where, params[n].name);
        for (uint32_t m = 0; m < n; m++)
            if (params[m].name != NULL && strcmp(params[n].name, params[m].name) == 0)
                csm_build_problem(b, plugin, "%s: argument \"%s\" is there twice", where, params[n].name);
        if (params[n].type > TYPE_MAX)
            csm_build_problem(b, plugin, "%s: argument \"%s\": type %u is unknown", where, params[n].name,
                              params[n].type);
        if (params[n].min > params[n].max)
            csm_build_problem(b, plugin, "%s: argument \"%s\": the least value is above the greatest", where,
                              params[n].name);
        if (params[n].table != NULL)
            (void)csm_build_find_table(b, plugin, where, params[n].table);
    }
}

static csm_status add_method(csm_build *b, csm_mmethod method)
{
    csm_mmethod *same = csm_strmap_get(b->reg->method_by_name, csm_str_of(method.name));
    csm_mmethod *slot = &b->reg->methods[b->reg->method_count];

    if (same != NULL) {
        csm_build_problem(b, method.plugin, "method \"%s\" is already declared by plugin \"%s\"", method.name,
                          same->plugin->id);
        return CSM_OK;
    }
    if (b->reg->method_count == b->method_most)
        return csm_error_set(b->err, CSM_E_INTERNAL, "method \"%s\": more methods than were counted", method.name);
    *slot = method;
    if (!csm_strmap_add(b->reg->method_by_name, csm_str_of(slot->name), slot))
        return csm_build_nomem(b);
    b->reg->method_count++;
    return CSM_OK;
}

static csm_status declared_method(csm_build *b, const csm_mplugin *plugin, const csm_method *decl)
{
    const char *name = csm_build_wire_name(b, plugin, decl->name, '.');
    char where[CSM_BUILD_WHERE];

    if (name == NULL)
        return csm_build_nomem(b);
    if (!csm_build_name(b, plugin, "", "method", name))
        return CSM_OK;
    (void)snprintf(where, sizeof(where), "method \"%s\"", name);
    check_params(b, plugin, where, decl->params.items, decl->params.count);
    csm_build_check_roles(b, plugin, where, decl->role);
    if (decl->run == NULL)
        csm_build_problem(b, plugin, "%s: has no code", where);
    if (decl->returns > TYPE_MAX)
        csm_build_problem(b, plugin, "%s: result type %u is unknown", where, decl->returns);
    if ((decl->flags & CSM_METHOD_WRITES) != 0 && (decl->flags & CSM_METHOD_SLOW) != 0)
        csm_build_problem(b, plugin, "%s: only a read can be slow", where);
    return add_method(b, (csm_mmethod){ .decl = decl, .plugin = plugin, .name = name });
}

/* The doc strings of all transitions of one name, each once, in order. */
static const char *transition_doc(csm_build *b, const csm_mstate_model *model, const char *name)
{
    const char *doc = "";

    for (uint32_t n = 0; doc != NULL && n < model->transition_count; n++) {
        const csm_transition *tr = model->transitions[n].decl;

        if (tr->name == NULL || strcmp(tr->name, name) != 0 || tr->doc == NULL || strstr(doc, tr->doc) != NULL)
            continue;
        doc = doc[0] == '\0' ? tr->doc : csm_arena_printf(b->arena, "%s; %s", doc, tr->doc).ptr;
    }
    return doc;
}

csm_param csm_build_field_param(const csm_mtable *table, const csm_mfield *field)
{
    return (csm_param)CSM_PARAM(field->name, CSM_T_NIL, .table = table->name, .field = field->name, .doc = field->doc);
}

/* Whether every transition of the name needs the field. */
static bool needed_always(const csm_mstate_model *model, const char *name, const csm_mfield *field)
{
    for (uint32_t n = 0; n < model->transition_count; n++) {
        const csm_mtransition *tr = &model->transitions[n];
        bool needed = tr->decl->name == NULL || strcmp(tr->decl->name, name) != 0;

        for (uint32_t f = 0; !needed && f < tr->required_count; f++)
            needed = strcmp(tr->required[f]->name, field->name) == 0;
        if (!needed)
            return false;
    }
    return true;
}

/* id, then every field any transition of the name needs or takes, each once. */
static csm_status transition_params(csm_build *b, const csm_mstate_model *model, const char *name, csm_method *method)
{
    csm_param *params = csm_build_array(b, (size_t)model->table->field_count + 1, sizeof(*params));
    uint32_t count = 1;

    if (params == NULL)
        return csm_build_nomem(b);
    params[0] = (csm_param)CSM_PARAM_ID("id", .table = model->table->name, .doc = "Row to move");
    for (uint32_t n = 0; n < model->transition_count; n++) {
        const csm_mtransition *tr = &model->transitions[n];

        if (tr->decl->name == NULL || strcmp(tr->decl->name, name) != 0)
            continue;
        for (uint32_t f = 0; f < tr->field_count; f++) {
            bool seen = false;

            for (uint32_t p = 1; !seen && p < count; p++)
                seen = strcmp(params[p].name, tr->fields[f]->name) == 0;
            if (seen)
                continue;
            params[count] = csm_build_field_param(model->table, tr->fields[f]);
            params[count++].flags = needed_always(model, name, tr->fields[f]) ? CSM_PARAM_NEEDED : 0;
        }
    }
    method->params.items = params;
    method->params.count = count;
    method->params.item_size = sizeof(*params);
    return CSM_OK;
}

static csm_status transition_method(csm_build *b, const csm_mstate_model *model, const char *transition)
{
    csm_method *decl = csm_build_array(b, 1, sizeof(*decl));
    csm_str name = csm_arena_printf(b->arena, "%s.%s", model->decl->methods, transition);

    if (decl == NULL || name.ptr == NULL)
        return csm_build_nomem(b);
    decl->name = csm_build_wire_name(b, model->plugin, name.ptr, '.');
    decl->doc = transition_doc(b, model, transition);
    if (decl->name == NULL || decl->doc == NULL)
        return csm_build_nomem(b);
    if (!csm_build_name(b, model->plugin, "", "method", decl->name))
        return CSM_OK;
    decl->returns = CSM_T_MAP;
    decl->flags = CSM_METHOD_WRITES | CSM_METHOD_EXTERNAL; /* who may is the transition's and the scopes' to say */
    decl->since = 1;
    decl->returns_doc = "The row as it stands then";
    CSM_TRY(transition_params(b, model, transition, decl));
    return add_method(b, (csm_mmethod){ .decl = decl, .plugin = model->plugin, .name = decl->name, .model = model,
                                        .transition = transition });
}

/* What a record went through is asked of it as its transitions are. */
static csm_status timeline_method(csm_build *b, const csm_mstate_model *model)
{
    csm_method *decl = csm_build_array(b, 1, sizeof(*decl));
    csm_param *params = csm_build_array(b, 2, sizeof(*params));
    csm_str name = csm_arena_printf(b->arena, "%s.timeline", model->decl->methods);

    if (decl == NULL || params == NULL || name.ptr == NULL)
        return csm_build_nomem(b);
    decl->name = csm_build_wire_name(b, model->plugin, name.ptr, '.');
    if (decl->name == NULL)
        return csm_build_nomem(b);
    if (!csm_build_name(b, model->plugin, "", "method", decl->name))
        return CSM_OK;
    params[0] = (csm_param)CSM_PARAM_ID("id", .table = model->table->name, .doc = "The record");
    params[1] = (csm_param)CSM_PARAM("limit", CSM_T_INT, .min = 1, .max = 1000, .doc = "Of the newest; 200 when absent");
    decl->params.items = params;
    decl->params.count = 2;
    decl->params.item_size = sizeof(*params);
    decl->returns = CSM_T_MAP;
    decl->since = 1;
    decl->doc = "What happened to the record, oldest first: states, whom and what it names, what was said";
    decl->returns_doc = "{rows: [{time, by, what, from, to}], more}: more = there are older ones";
    return add_method(b, (csm_mmethod){ .decl = decl, .plugin = model->plugin, .name = decl->name, .model = model });
}

static csm_status model_methods(csm_build *b, const csm_mstate_model *model)
{
    if (model->decl->methods == NULL || model->table == NULL)
        return CSM_OK;
    CSM_TRY(timeline_method(b, model));
    for (uint32_t n = 0; n < model->transition_count; n++) {
        const char *name = model->transitions[n].decl->name;
        bool seen = name == NULL;

        for (uint32_t m = 0; !seen && m < n; m++)
            seen = model->transitions[m].decl->name != NULL && strcmp(model->transitions[m].decl->name, name) == 0;
        if (!seen)
            CSM_TRY(transition_method(b, model, name));
    }
    return CSM_OK;
}

static csm_status link_methods(csm_build *b, const csm_mlink *link)
{
    if (link->decl->methods == NULL || link->field == NULL)
        return CSM_OK;
    for (uint32_t verb = CSM_LINK_CREATE; verb <= CSM_LINK_REMOVE; verb++) {
        csm_mmethod method;

        CSM_TRY(csm_build_link_method(b, link, (csm_link_verb)verb, &method));
        if (csm_build_name(b, link->plugin, "", "method", method.name))
            CSM_TRY(add_method(b, method));
    }
    return CSM_OK;
}

csm_status csm_build_methods(csm_build *b)
{
    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        b->method_most += (uint32_t)b->reg->plugins[n].decl->methods.count;
    for (uint32_t n = 0; n < b->reg->model_count; n++)
        b->method_most += 1 + b->reg->models[n].transition_count; /* the time line, and at most one for each */
    b->method_most += b->reg->link_count * CSM_LINK_REMOVE;
    b->reg->methods = csm_build_array(b, b->method_most, sizeof(*b->reg->methods));
    if (b->reg->methods == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        for (uint32_t m = 0; m < b->reg->plugins[n].decl->methods.count; m++)
            CSM_TRY(declared_method(b, &b->reg->plugins[n], &b->reg->plugins[n].decl->methods.items[m]));
    for (uint32_t n = 0; n < b->reg->model_count; n++)
        CSM_TRY(model_methods(b, &b->reg->models[n]));
    for (uint32_t n = 0; n < b->reg->link_count; n++)
        CSM_TRY(link_methods(b, &b->reg->links[n]));
    return CSM_OK;
}

/* ---- extension points ---- */

/* "noun.name/1" */
static void check_point_name(csm_build *b, const csm_mplugin *plugin, const char *name)
{
    const char *slash = name != NULL ? strrchr(name, '/') : NULL;
    uint64_t version;
    char noun[CSM_BUILD_WHERE];

    if (slash == NULL || !csm_parse_uint(csm_str_of(slash + 1), &version) || version == 0) {
        csm_build_problem(b, plugin, "point \"%s\": the name ends in its version, as \"noun.name/1\"",
                          name != NULL ? name : "");
        return;
    }
    (void)snprintf(noun, sizeof(noun), "%.*s", (int)(slash - name), name);
    (void)csm_build_name(b, plugin, "", "point", noun);
}

/* Answers can be joined when they are lists. */
static void check_collected(csm_build *b, const csm_mplugin *plugin, const char *where, const csm_point *decl)
{
    for (uint32_t n = 0; n < decl->returns.count; n++)
        if (decl->returns.items[n].type != CSM_T_LIST)
            csm_build_problem(b, plugin, "%s: collects, so \"%s\" is to be a list", where, decl->returns.items[n].name);
}

static csm_status add_point(csm_build *b, const csm_mplugin *plugin, const csm_point *decl)
{
    csm_mpoint *point = &b->reg->points[b->reg->point_count];
    char where[CSM_BUILD_WHERE];
    const csm_mpoint *same;

    check_point_name(b, plugin, decl->name);
    if (decl->name == NULL)
        return CSM_OK;
    same = csm_registry_point(b->reg, csm_str_of(decl->name));
    if (same != NULL) {
        csm_build_problem(b, plugin, "point \"%s\" is already declared by plugin \"%s\"", decl->name, same->plugin->id);
        return CSM_OK;
    }
    (void)snprintf(where, sizeof(where), "point \"%s\"", decl->name);
    check_params(b, plugin, where, decl->params.items, decl->params.count);
    check_params(b, plugin, where, decl->returns.items, decl->returns.count);
    if (decl->cardinality > CSM_COLLECT)
        csm_build_problem(b, plugin, "%s: cardinality %u is unknown", where, decl->cardinality);
    if (decl->cardinality == CSM_COLLECT)
        check_collected(b, plugin, where, decl);
    *point = (csm_mpoint){ .decl = decl, .plugin = plugin };
    if (!csm_strmap_add(b->reg->point_by_name, csm_str_of(decl->name), point))
        return csm_build_nomem(b);
    b->reg->point_count++;
    return CSM_OK;
}

static int impl_by_order(const void *a, const void *b)
{
    const struct csm_mimpl *x = a, *y = b;

    if (x->decl->order != y->decl->order)
        return x->decl->order < y->decl->order ? -1 : 1;
    if (x->plugin->position != y->plugin->position)
        return x->plugin->position < y->plugin->position ? -1 : 1;
    return x->decl < y->decl ? -1 : x->decl > y->decl; /* same array: as declared */
}

/* An implementation of a point nobody declares waits for the plugin that does: no problem. */
static csm_status collect_impls(csm_build *b, csm_mpoint *point)
{
    uint32_t most = 0;

    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        most += b->reg->plugins[n].decl->impls.count;
    point->impls = csm_build_array(b, most, sizeof(*point->impls));
    if (point->impls == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < b->reg->plugin_count; n++) {
        const csm_mplugin *plugin = &b->reg->plugins[n];

        for (uint32_t m = 0; m < plugin->decl->impls.count; m++) {
            const csm_impl *decl = &plugin->decl->impls.items[m];

            if (decl->run != NULL && decl->point != NULL && strcmp(decl->point, point->decl->name) == 0)
                point->impls[point->impl_count++] = (struct csm_mimpl){ decl, plugin };
        }
    }
    qsort(point->impls, point->impl_count, sizeof(*point->impls), impl_by_order);
    return CSM_OK;
}

csm_status csm_build_points(csm_build *b)
{
    uint32_t most = 0;

    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        most += b->reg->plugins[n].decl->points.count;
    b->reg->points = csm_build_array(b, most, sizeof(*b->reg->points));
    if (b->reg->points == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < b->reg->plugin_count; n++) {
        const csm_mplugin *plugin = &b->reg->plugins[n];

        for (uint32_t m = 0; m < plugin->decl->points.count; m++)
            CSM_TRY(add_point(b, plugin, &plugin->decl->points.items[m]));
        for (uint32_t m = 0; m < plugin->decl->impls.count; m++)
            if (plugin->decl->impls.items[m].run == NULL || plugin->decl->impls.items[m].point == NULL)
                csm_build_problem(b, plugin, "implementation %u: lacks its %s", m + 1,
                                  plugin->decl->impls.items[m].run == NULL ? "code" : "point");
    }
    for (uint32_t n = 0; n < b->reg->point_count; n++)
        CSM_TRY(collect_impls(b, &b->reg->points[n]));
    return CSM_OK;
}

/* ---- jobs, subscribers, caller values ---- */

csm_status csm_build_jobs(csm_build *b)
{
    uint32_t most = 0;

    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        most += b->reg->plugins[n].decl->jobs.count;
    b->reg->jobs = csm_build_array(b, most, sizeof(*b->reg->jobs));
    if (b->reg->jobs == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < b->reg->plugin_count; n++) {
        const csm_mplugin *plugin = &b->reg->plugins[n];

        for (uint32_t m = 0; m < plugin->decl->jobs.count; m++) {
            const csm_job *decl = &plugin->decl->jobs.items[m];

            if (!csm_build_name(b, plugin, "", "job", decl->name))
                continue;
            if (decl->run == NULL || decl->every_s < 0)
                csm_build_problem(b, plugin, "job \"%s\": %s", decl->name,
                                  decl->run == NULL ? "has no code" : "its period is negative");
            for (uint32_t k = 0; k < b->reg->job_count; k++)
                if (strcmp(b->reg->jobs[k].decl->name, decl->name) == 0)
                    csm_build_problem(b, plugin, "job \"%s\" is already declared by plugin \"%s\"", decl->name,
                                      b->reg->jobs[k].plugin->id);
            b->reg->jobs[b->reg->job_count++] = (struct csm_mjob){ decl, plugin };
        }
    }
    return CSM_OK;
}

static int subscriber_by_order(const void *a, const void *b)
{
    const struct csm_msubscriber *x = a, *y = b;

    if (x->decl->order != y->decl->order)
        return x->decl->order < y->decl->order ? -1 : 1;
    if (x->plugin->position != y->plugin->position)
        return x->plugin->position < y->plugin->position ? -1 : 1;
    return x->decl < y->decl ? -1 : x->decl > y->decl;
}

/* "table.insert", "table.update", "table.delete": a table that is not there will never say anything. */
static void check_event(csm_build *b, const csm_mplugin *plugin, const char *event)
{
    static const char *const ends[] = { ".insert", ".update", ".delete" };
    csm_str s = csm_str_of(event);
    char table[CSM_BUILD_WHERE], where[CSM_BUILD_WHERE];

    for (size_t n = 0; n < sizeof(ends) / sizeof(ends[0]); n++) {
        if (!csm_str_ends(s, csm_str_of(ends[n])) || s.ptr[0] == '*')
            continue;
        (void)snprintf(table, sizeof(table), "%.*s", (int)(s.len - strlen(ends[n])), event);
        (void)snprintf(where, sizeof(where), "subscriber to \"%s\"", event);
        (void)csm_build_find_table(b, plugin, where, table);
    }
}

/* Once per registry, so that a write whose changes nobody awaits asks no further. */
static void mark_awaited(const csm_registry *reg, csm_mtable *table)
{
    for (uint32_t change = 0; change < 3; change++) {
        bool awaited = table->rule_count[CSM_ASYNC_INSERT + change] > 0;

        for (uint32_t n = 0; n < reg->subscriber_count && !awaited; n++)
            awaited = csm_subscriber_hears(reg->subscribers[n].decl, table, change);
        table->awaited |= (uint32_t)awaited << change;
    }
}

csm_status csm_build_subscribers(csm_build *b)
{
    uint32_t most = 0;

    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        most += b->reg->plugins[n].decl->subscribers.count;
    b->reg->subscribers = csm_build_array(b, most, sizeof(*b->reg->subscribers));
    if (b->reg->subscribers == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < b->reg->plugin_count; n++) {
        const csm_mplugin *plugin = &b->reg->plugins[n];

        for (uint32_t m = 0; m < plugin->decl->subscribers.count; m++) {
            const csm_subscriber *decl = &plugin->decl->subscribers.items[m];

            if (decl->run == NULL || decl->event == NULL || decl->event[0] == '\0') {
                csm_build_problem(b, plugin, "subscriber %u: lacks its %s", m + 1,
                                  decl->run == NULL ? "code" : "event");
                continue;
            }
            check_event(b, plugin, decl->event);
            b->reg->subscribers[b->reg->subscriber_count++] = (struct csm_msubscriber){ decl, plugin };
        }
    }
    qsort(b->reg->subscribers, b->reg->subscriber_count, sizeof(*b->reg->subscribers), subscriber_by_order);
    for (uint32_t n = 0; n < b->reg->table_count; n++)
        mark_awaited(b->reg, b->reg->tables[n]);
    return CSM_OK;
}

/* Always there (csm_caller_value): the engine gives them itself. */
static const char *const given_values[] = { "me", "my_groups", "my_roles", "now", "today" };

static void check_caller_value(csm_build *b, const csm_mplugin *plugin, const csm_caller_value *decl)
{
    if (decl->run == NULL || (decl->type != CSM_T_ID && decl->type != CSM_T_TEXT && decl->type != CSM_T_BOOL &&
                              decl->type != CSM_T_INT))
        csm_build_problem(b, plugin, "caller value \"%s\": %s", decl->name,
                          decl->run == NULL ? "has no code" : "is of none of id, text, bool, int");
    for (size_t n = 0; n < sizeof(given_values) / sizeof(given_values[0]); n++)
        if (strcmp(decl->name, given_values[n]) == 0)
            csm_build_problem(b, plugin, "caller value \"%s\" is always there", decl->name);
    for (uint32_t n = 0; n < b->reg->caller_value_count; n++)
        if (strcmp(b->reg->caller_values[n].decl->name, decl->name) == 0)
            csm_build_problem(b, plugin, "caller value \"%s\" is already declared by plugin \"%s\"", decl->name,
                              b->reg->caller_values[n].plugin->id);
}

csm_status csm_build_caller_values(csm_build *b)
{
    uint32_t most = 0;

    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        most += b->reg->plugins[n].decl->caller_values.count;
    b->reg->caller_values = csm_build_array(b, most, sizeof(*b->reg->caller_values));
    if (b->reg->caller_values == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < b->reg->plugin_count; n++) {
        const csm_mplugin *plugin = &b->reg->plugins[n];

        for (uint32_t m = 0; m < plugin->decl->caller_values.count; m++) {
            const csm_caller_value *decl = &plugin->decl->caller_values.items[m];

            if (!csm_build_name(b, plugin, "", "caller value", decl->name))
                continue;
            check_caller_value(b, plugin, decl);
            b->reg->caller_values[b->reg->caller_value_count++] = (struct csm_mvalue){ decl, plugin };
        }
    }
    return CSM_OK;
}
