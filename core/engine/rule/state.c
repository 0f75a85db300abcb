/* State models: which transition a change is, what it sets, what it needs. The table of transitions is the law for everyone;
 * roles bind callers, not rules and jobs. */
#include "engine/rule/change.h"

/* The state declared for a value, or NULL. */
static const csm_state *find_state(const csm_mstate_model *model, csm_value value)
{
    for (uint32_t n = 0; n < model->decl->states.count; n++)
        if (csm_value_is_text(value, model->decl->states.items[n].value))
            return &model->decl->states.items[n];
    return NULL;
}

bool csm_transition_leaves(const csm_mtransition *transition, csm_value from)
{
    for (uint32_t n = 0; n < transition->from_count; n++)
        if (csm_value_eq(transition->from_values[n], from))
            return true;
    return false;
}

/* Where it leads from @p from. */
static csm_value target(const csm_mtransition *transition, csm_value from)
{
    return csm_is_nil(transition->to) ? from : transition->to;
}

csm_status csm_transition_permit(csm_ctx *ctx, const csm_mtransition *transition, const csm_row *row, csm_permit *out)
{
    bool match = true;

    if (ctx->system == 0 && transition->decl->roles != NULL && !csm_caller_has_any(ctx, csm_str_of(transition->decl->roles))) {
        *out = CSM_PERMIT_ROLE;
        return CSM_OK;
    }
    if (transition->filter != NULL)
        CSM_TRY(csm_expr_eval(ctx, transition->filter, row, NULL, &match));
    *out = match ? CSM_PERMIT_YES : CSM_PERMIT_FILTER;
    return CSM_OK;
}

/* The first required field that holds nothing, or NULL. */
static const csm_mfield *missing(const csm_change *change, const csm_mtransition *transition)
{
    for (uint32_t n = 0; n < transition->required_count; n++) {
        const csm_mfield *field = csm_field_in(change->now->table, transition->required[n]);

        if (field == NULL)
            continue;
        if (field->type == CSM_F_JOURNAL ? !csm_change_has_entry(change, field) : csm_is_nil(csm_row_get(change->now, field)))
            return field;
    }
    return NULL;
}

/* The first transition that fits and is permitted. Nothing permitted: *found is the first that fits at all, or NULL.
 * @p name NULL: any that leads to @p to; a rule's bare write of the state passes over those that need what is not there.
 * @p to nil with a name: wherever it leads. */
static csm_status pick(csm_ctx *ctx, const csm_change *change, const csm_mfield *field, const char *name, csm_value to,
                       const csm_mtransition **found, csm_permit *permit)
{
    const csm_mstate_model *model = change->now->table->state_model;
    csm_value from = csm_row_get(change->old, field);

    *found = NULL;
    *permit = CSM_PERMIT_YES;
    for (uint32_t n = 0; n < model->transition_count; n++) {
        const csm_mtransition *one = &model->transitions[n];
        bool unfit = ctx->system > 0 && name == NULL && missing(change, one) != NULL;
        csm_permit verdict;

        if (name != NULL && strcmp(one->decl->name, name) != 0)
            continue;
        if (!csm_transition_leaves(one, from) || (!csm_is_nil(to) && !csm_value_eq(target(one, from), to)))
            continue;
        CSM_TRY(csm_transition_permit(ctx, one, change->old, &verdict));
        if ((verdict == CSM_PERMIT_YES && !unfit) || *found == NULL ||
            (*permit == CSM_PERMIT_ROLE && verdict == CSM_PERMIT_FILTER)) {
            *found = one;
            *permit = verdict;
        }
        if (verdict == CSM_PERMIT_YES && !unfit)
            break;
    }
    return CSM_OK;
}

static bool is_named(const csm_mstate_model *model, const char *name)
{
    for (uint32_t n = 0; n < model->transition_count; n++)
        if (strcmp(model->transitions[n].decl->name, name) == 0)
            return true;
    return false;
}

static csm_status apply_sets(csm_ctx *ctx, csm_change *change, const csm_mtransition *transition)
{
    const csm_assign_list *sets = transition->sets;

    for (uint32_t n = 0; sets != NULL && n < sets->count; n++) {
        const csm_mfield *field = csm_field_in(change->now->table, sets->items[n].field);

        if (field != NULL && !csm_change_keeps(change, field))
            CSM_TRY(csm_change_assign(ctx, change, field, csm_assign_value(ctx, &sets->items[n])));
    }
    return CSM_OK;
}

static csm_status carry(csm_ctx *ctx, const csm_change *change, const csm_mtransition *transition, const uint64_t **out)
{
    uint64_t *bits = csm_bits_new(ctx->arena, change->now->table->field_count);

    if (bits == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < transition->field_count; n++) {
        const csm_mfield *field = csm_field_in(change->now->table, transition->fields[n]);

        if (field != NULL)
            csm_bits_add(bits, field->pos);
    }
    *out = bits;
    return CSM_OK;
}

static csm_status refuse_permit(csm_ctx *ctx, const csm_mstate_model *model, const csm_change *change,
                                const csm_mtransition *transition, csm_permit permit)
{
    if (permit == CSM_PERMIT_ROLE)
        return ctx->caller->is_external
                   ? csm_ctx_fail(ctx, CSM_E_DENIED, "\"%s\" is not for this caller", transition->decl->name)
                   : csm_ctx_fail(ctx, CSM_E_DENIED, "\"%s\" on %s needs one of the roles %s", transition->decl->name,
                                  change->now->table->name, transition->decl->roles);
    if (transition->decl->filter_message != NULL)
        return csm_error_field(&ctx->err, CSM_E_STATE, model->field->name, "%s", transition->decl->filter_message);
    return csm_error_field(&ctx->err, CSM_E_STATE, model->field->name, "\"%s\" is not possible for this record now",
                           transition->decl->name);
}

static csm_status begin_insert(csm_ctx *ctx, csm_change *change, const csm_mstate_model *model, const csm_mfield *field)
{
    csm_value value = csm_row_get(change->now, field);
    const csm_state *state = find_state(model, value);

    if (!change->by_client || change->brings_states || (state != NULL && (state->flags & CSM_STATE_INITIAL) != 0))
        return CSM_OK;
    return csm_state_refuse(ctx, model, NULL, value);
}

/* What is replayed nobody writes as an administrator. */
csm_status csm_state_open(csm_ctx *ctx, const csm_row *row)
{
    const csm_mstate_model *model = row->table->state_model;
    const csm_mfield *field = model != NULL ? csm_field_in(row->table, model->field) : NULL;
    const csm_state *state = field != NULL ? find_state(model, csm_row_get(row, field)) : NULL;

    if (state == NULL || (state->flags & CSM_STATE_CLOSED) == 0 || ctx->caller->is_system ||
        (ctx->caller->is_admin && !ctx->replay))
        return CSM_OK;
    return csm_state_refuse(ctx, model, row, csm_nil());
}

static csm_status take(csm_ctx *ctx, csm_change *change, const csm_mfield *field, const csm_mtransition *transition)
{
    change->transition = transition;
    if (!csm_is_nil(transition->to))
        change->now->values[field->pos] = transition->to;
    return apply_sets(ctx, change, transition);
}

csm_status csm_state_begin(csm_ctx *ctx, csm_change *change, const char *transition, const uint64_t **carried)
{
    const csm_mstate_model *model = change->now->table->state_model;
    const csm_mfield *field = model != NULL ? csm_field_in(change->now->table, model->field) : NULL;
    const csm_mtransition *found;
    csm_value from, to;
    csm_permit permit;

    *carried = NULL;
    if (model == NULL || field == NULL) {
        if (transition != NULL)
            return csm_ctx_fail(ctx, CSM_E_INVALID, "%s has no transition \"%s\"", csm_ctx_called(ctx, change->now->table), transition);
        return CSM_OK;
    }
    if (transition != NULL && (change->op != CSM_UPDATING || !is_named(model, transition)))
        return csm_ctx_fail(ctx, CSM_E_INVALID, "%s has no transition \"%s\"", csm_ctx_called(ctx, change->now->table), transition);
    if (change->op == CSM_INSERTING)
        return begin_insert(ctx, change, model, field);
    if (change->op != CSM_UPDATING || (change->brings_states && transition == NULL))
        return CSM_OK;
    from = csm_row_get(change->old, field);
    to = csm_row_get(change->now, field);
    if (csm_value_eq(from, to)) {
        if (transition == NULL)
            return change->by_client ? csm_state_open(ctx, change->old) : CSM_OK;
        to = csm_nil();
    }
    CSM_TRY(pick(ctx, change, field, transition, to, &found, &permit));
    if (found == NULL)
        return csm_state_refuse(ctx, model, change->old, to);
    if (permit != CSM_PERMIT_YES && (change->by_client || transition != NULL))
        return refuse_permit(ctx, model, change, found, permit);
    CSM_TRY(carry(ctx, change, found, carried));
    return take(ctx, change, field, found);
}

/* A before rule moved the state: that is a transition of the plugin's. */
static csm_status follow_rules(csm_ctx *ctx, csm_change *change, const csm_mstate_model *model, const csm_mfield *field)
{
    csm_value from = csm_row_get(change->old, field), to = csm_row_get(change->now, field);
    const csm_mtransition *found = change->transition;
    csm_permit permit;
    csm_status st;

    if (found != NULL && csm_value_eq(target(found, from), to))
        return CSM_OK;
    change->transition = NULL;
    if (csm_value_eq(from, to))
        return CSM_OK;
    csm_ctx_enter_system(ctx);
    st = pick(ctx, change, field, NULL, to, &found, &permit);
    if (st == CSM_OK && found == NULL)
        st = csm_state_refuse(ctx, model, change->old, to);
    if (st == CSM_OK)
        st = take(ctx, change, field, found);
    csm_ctx_leave_system(ctx);
    return st;
}

static csm_status check_required(csm_ctx *ctx, const csm_change *change)
{
    const csm_mfield *field = missing(change, change->transition);

    if (field == NULL)
        return CSM_OK;
    return csm_error_field(&ctx->err, CSM_E_INVALID, field->name, "field \"%s\" is required for \"%s\"", field->name,
                           change->transition->decl->name);
}

static csm_status run_hook(csm_ctx *ctx, csm_change *change, csm_status (*hook)(csm_ctx *, csm_change *), const char *kind)
{
    csm_frame frame = csm_frame_enter(ctx, change->now->table->state_model->plugin, true, kind);

    return csm_frame_leave(ctx, frame, hook(ctx, change), kind, change->transition->decl->name);
}

static void keep_active(csm_change *change, const csm_mstate_model *model, const csm_mfield *field)
{
    const csm_mfield *active = csm_field_in(change->now->table, model->active);
    const csm_state *state = find_state(model, csm_row_get(change->now, field));

    if (active == NULL || state == NULL || (change->old != NULL && !csm_change_moves(change, field)))
        return;
    change->now->values[active->pos] = csm_bool((state->flags & (CSM_STATE_CLOSED | CSM_STATE_INACTIVE)) == 0);
}

#define TIMED_STEPS 4u /* one may lead to the next */

/* What the days say of the row as it is now. */
static csm_status follow_days(csm_ctx *ctx, csm_change *change, const csm_mstate_model *model, const csm_mfield *field)
{
    bool moved = true;

    for (uint32_t step = 0; step < TIMED_STEPS && moved; step++) {
        moved = false;
        for (uint32_t n = 0; n < model->timed_count && !moved; n++) {
            const csm_mtimed *timed = &model->timed[n];

            if ((timed->decl->flags & CSM_TIMED_ON_WRITE) == 0 || csm_value_eq(csm_row_get(change->now, field), timed->to))
                continue;
            CSM_TRY(csm_expr_eval(ctx, timed->filter, change->now, NULL, &moved));
            if (moved)
                change->now->values[field->pos] = timed->to;
        }
    }
    return CSM_OK;
}

csm_status csm_state_check(csm_ctx *ctx, csm_change *change)
{
    const csm_mstate_model *model = change->now->table->state_model;
    const csm_mfield *field = model != NULL ? csm_field_in(change->now->table, model->field) : NULL;

    if (model == NULL || field == NULL || change->op == CSM_DELETING)
        return CSM_OK;
    if (!change->brings_states)
        CSM_TRY(follow_days(ctx, change, model, field));
    if (change->op == CSM_UPDATING && !change->brings_states)
        CSM_TRY(follow_rules(ctx, change, model, field));
    if (change->transition != NULL && change->transition->decl->guard != NULL)
        CSM_TRY(run_hook(ctx, change, change->transition->decl->guard, "guard"));
    if (change->transition != NULL)
        CSM_TRY(check_required(ctx, change));
    keep_active(change, model, field);
    return CSM_OK;
}

csm_status csm_state_effect(csm_ctx *ctx, csm_change *change)
{
    if (change->transition == NULL || change->transition->decl->effect == NULL)
        return CSM_OK;
    return run_hook(ctx, change, change->transition->decl->effect, "effect");
}
