/* State models: states and transitions checked, their values parsed, descendants given the nearest one. */
#include "model/build.h"

#include "base/str.h"

#include <stdio.h>

static bool is_state(const csm_mstate_model *model, csm_value value)
{
    for (uint32_t n = 0; n < model->decl->states.count; n++)
        if (csm_value_eq(model->state_values[n], value))
            return true;
    return false;
}

/* A state named by a transition, as the field keeps it. */
static bool parse_state(csm_build *b, const csm_mstate_model *model, const char *where, csm_str text, csm_value *out)
{
    csm_error err = { 0 };

    if (csm_mfield_parse(model->field, text, b->arena, out, &err) != CSM_OK) {
        csm_build_problem(b, model->plugin, "%s: %s", where, err.message);
        return false;
    }
    if (!is_state(model, *out)) {
        csm_build_problem(b, model->plugin, "%s: \"%.*s\" is not among the states", where, CSM_STR_FMT(text));
        return false;
    }
    return true;
}

static csm_status fill_fields(csm_build *b, const csm_mstate_model *model, const char *where, csm_mtransition *tr)
{
    uint32_t required = csm_build_list_count(tr->decl->required), more = csm_build_list_count(tr->decl->fields);

    tr->required = csm_build_array(b, required, sizeof(csm_mfield *));
    tr->fields = csm_build_array(b, (size_t)required + more, sizeof(csm_mfield *));
    if (tr->required == NULL || tr->fields == NULL)
        return csm_build_nomem(b);
    csm_build_field_list(b, model->plugin, where, model->table, tr->decl->required, tr->required, &tr->required_count);
    for (uint32_t n = 0; n < tr->required_count; n++)
        tr->fields[tr->field_count++] = tr->required[n];
    csm_build_field_list(b, model->plugin, where, model->table, tr->decl->fields, tr->fields, &tr->field_count);
    return CSM_OK;
}

static csm_status fill_transition(csm_build *b, const csm_mstate_model *model, const csm_transition *decl,
                                  csm_mtransition *tr)
{
    csm_str rest = csm_str_of(decl->from), part;
    char where[CSM_BUILD_WHERE];
    csm_value *from;

    *tr = (csm_mtransition){ .decl = decl, .to = csm_nil() };
    (void)snprintf(where, sizeof(where), "state model of \"%s\": transition \"%s\"", model->table->name,
                   decl->name != NULL ? decl->name : "");
    (void)csm_build_name(b, model->plugin, where, "transition", decl->name);
    from = csm_build_array(b, csm_build_list_count(decl->from), sizeof(*from));
    if (from == NULL)
        return csm_build_nomem(b);
    while (csm_build_next(&rest, &part))
        if (parse_state(b, model, where, part, &from[tr->from_count]))
            tr->from_count++;
    tr->from_values = from;
    if (csm_build_list_count(decl->from) == 0)
        csm_build_problem(b, model->plugin, "%s: says not from which states", where);
    if (decl->to != NULL && decl->to[0] != '\0')
        (void)parse_state(b, model, where, csm_str_of(decl->to), &tr->to);
    csm_build_check_roles(b, model->plugin, where, decl->roles);
    return fill_fields(b, model, where, tr);
}

static csm_status fill_timed(csm_build *b, csm_mstate_model *model)
{
    char where[CSM_BUILD_WHERE];

    model->timed = csm_build_array(b, model->decl->timed.count, sizeof(*model->timed));
    if (model->timed == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < model->decl->timed.count; n++) {
        const csm_timed *decl = &model->decl->timed.items[n];
        csm_mtimed *timed = &model->timed[model->timed_count++];

        *timed = (csm_mtimed){ .decl = decl, .to = csm_nil() };
        (void)snprintf(where, sizeof(where), "state model of \"%s\": timed %u", model->table->name, n + 1);
        if (decl->filter == NULL || decl->filter[0] == '\0')
            csm_build_problem(b, model->plugin, "%s: says not which rows move", where);
        (void)parse_state(b, model, where, csm_str_of(decl->to), &timed->to);
    }
    return CSM_OK;
}

static csm_status fill_states(csm_build *b, csm_mstate_model *model, const char *where)
{
    csm_value *values = csm_build_array(b, model->decl->states.count, sizeof(*values));
    uint32_t initial = 0;

    if (values == NULL)
        return csm_build_nomem(b);
    model->state_values = values;
    for (uint32_t n = 0; n < model->decl->states.count; n++) {
        const csm_state *state = &model->decl->states.items[n];
        csm_error err = { 0 };

        if (csm_mfield_parse(model->field, csm_str_of(state->value), b->arena, &values[n], &err) != CSM_OK)
            csm_build_problem(b, model->plugin, "%s: state: %s", where, err.message);
        else if (csm_is_nil(values[n]))
            csm_build_problem(b, model->plugin, "%s: state %u has no value", where, n + 1);
        initial += (state->flags & CSM_STATE_INITIAL) != 0;
    }
    if (initial == 0)
        csm_build_problem(b, model->plugin, "%s: no state is initial", where);
    return CSM_OK;
}

static csm_status fill_model(csm_build *b, const csm_mplugin *plugin, const csm_state_model *decl,
                             csm_mstate_model *model)
{
    char where[CSM_BUILD_WHERE];

    *model = (csm_mstate_model){ .decl = decl, .plugin = plugin };
    (void)snprintf(where, sizeof(where), "state model of \"%s\"", decl->table != NULL ? decl->table : "");
    model->table = csm_build_find_table(b, plugin, where, decl->table);
    if (model->table == NULL)
        return CSM_OK;
    model->field = csm_build_find_field(b, plugin, where, model->table, csm_str_of(decl->field));
    if (decl->active != NULL) {
        model->active = csm_build_find_field(b, plugin, where, model->table, csm_str_of(decl->active));
        if (model->active != NULL && model->active->type != CSM_F_BOOL)
            csm_build_problem(b, plugin, "%s: \"%s\" is no yes/no field", where, decl->active);
    }
    if (model->field == NULL)
        return CSM_OK;
    if (model->field->type != CSM_F_INT && model->field->type != CSM_F_TEXT) {
        csm_build_problem(b, plugin, "%s: field \"%s\" is neither integer nor text", where, decl->field);
        return CSM_OK;
    }
    CSM_TRY(fill_states(b, model, where));
    model->transitions = csm_build_array(b, decl->transitions.count, sizeof(*model->transitions));
    if (model->transitions == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < decl->transitions.count; n++)
        CSM_TRY(fill_transition(b, model, &decl->transitions.items[n], &model->transitions[model->transition_count++]));
    return fill_timed(b, model);
}

static csm_mstate_model *model_of(const csm_build *b, const csm_mtable *table)
{
    for (uint32_t n = 0; n < b->reg->model_count; n++)
        if (b->reg->models[n].table == table)
            return &b->reg->models[n];
    return NULL;
}

static bool is_initial(const csm_mstate_model *model, csm_value value)
{
    for (uint32_t n = 0; n < model->decl->states.count; n++)
        if ((model->decl->states.items[n].flags & CSM_STATE_INITIAL) != 0 &&
            csm_value_eq(model->state_values[n], value))
            return true;
    return false;
}

/* A row inserted without a state gets the field's default, so that must be one a row may start in. */
static void check_default(csm_build *b, const csm_build_table *bt)
{
    const csm_mstate_model *model = bt->table->state_model;
    const csm_mfield *field;

    if (model == NULL || model->state_values == NULL)
        return;
    field = csm_build_field_in(bt->table, model->field);
    if (model->table != bt->table && !bt->fields[field->pos].own)
        return; /* the same default as where it was checked */
    if (!is_initial(model, field->dflt))
        csm_build_problem(b, model->table == bt->table ? model->plugin : bt->fields[field->pos].plugin,
                          "state model of \"%s\": the default of field \"%s\" is no initial state", bt->table->name,
                          field->name);
}

csm_status csm_build_states(csm_build *b)
{
    uint32_t most = 0;

    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        most += b->reg->plugins[n].decl->states.count;
    b->reg->models = csm_build_array(b, most, sizeof(*b->reg->models));
    if (b->reg->models == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < b->reg->plugin_count; n++) {
        const csm_mplugin *plugin = &b->reg->plugins[n];

        for (uint32_t m = 0; m < plugin->decl->states.count; m++) {
            const csm_state_model *decl = &plugin->decl->states.items[m];
            const csm_mtable *table = csm_registry_table(b->reg, csm_str_of(decl->table));

            if (table != NULL && model_of(b, table) != NULL) {
                csm_build_problem(b, plugin, "state model of \"%s\": plugin \"%s\" declares one already", table->name,
                                  model_of(b, table)->plugin->id);
                continue;
            }
            CSM_TRY(fill_model(b, plugin, decl, &b->reg->models[b->reg->model_count++]));
        }
    }
    for (uint32_t n = 0; n < b->table_count; n++) {
        csm_build_table *bt = b->sorted[n];

        bt->table->state_model = model_of(b, bt->table);
        if (bt->table->state_model == NULL && bt->parent != NULL)
            bt->table->state_model = bt->parent->table->state_model;
        check_default(b, bt);
    }
    return CSM_OK;
}
