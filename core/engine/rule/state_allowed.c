/* What may be done with a row next: the list clients draw buttons from, and the one a refusal names. */
#include "engine/rule/change.h"

#include <stdio.h>

/* "10 Open", or the bare value. */
static int format_state(char *buf, size_t size, const csm_mfield *field, csm_value value, bool external)
{
    csm_str label = csm_mfield_choice_label(field, value, external);

    if (csm_is_nil(value))
        return snprintf(buf, size, "empty");
    if (value.type == CSM_T_INT)
        return snprintf(buf, size, "%lld%s%.*s", (long long)value.i, label.len > 0 ? " " : "", CSM_STR_FMT(label));
    return snprintf(buf, size, "%.*s", CSM_STR_FMT(value.type == CSM_T_TEXT ? value.s : label));
}

static csm_value initial_value(const csm_mfield *field, const csm_state *state)
{
    for (uint32_t n = 0; n < field->choice_count; n++)
        if (strcmp(field->choices[n].value, state->value) == 0)
            return csm_ctext(field->choices[n].value);
    return csm_ctext(state->value);
}

static void append(char *list, size_t size, size_t *len, const char *item)
{
    int step;

    if (*len >= size)
        return;
    step = snprintf(list + *len, size - *len, "%s%s", *len > 0 ? ", " : "", item);
    *len += step > 0 ? (size_t)step : 0;
}

/* Targets of the permitted transitions out of @p from, each once. */
static csm_status list_targets(csm_ctx *ctx, const csm_mstate_model *model, const csm_row *row, csm_value from, char *list,
                               size_t size)
{
    size_t len = 0;

    for (uint32_t n = 0; n < model->transition_count; n++) {
        const csm_mtransition *one = &model->transitions[n];
        csm_permit verdict;
        char item[96], state[64];

        if (!csm_transition_leaves(one, from))
            continue;
        CSM_TRY(csm_transition_permit(ctx, one, row, &verdict));
        if (verdict != CSM_PERMIT_YES)
            continue;
        format_state(state, sizeof(state), model->field, csm_is_nil(one->to) ? from : one->to, ctx->caller->is_external);
        snprintf(item, sizeof(item), "%s (%s)", state, one->decl->name);
        if (strstr(list, item) == NULL)
            append(list, size, &len, item);
    }
    return CSM_OK;
}

csm_status csm_state_refuse(csm_ctx *ctx, const csm_mstate_model *model, const csm_row *row, csm_value to)
{
    const csm_mfield *field = model->field;
    char list[256] = "", from_text[64], to_text[64];
    csm_value from = csm_nil();
    size_t len = 0;

    format_state(to_text, sizeof(to_text), field, to, ctx->caller->is_external);
    if (row == NULL) {
        for (uint32_t n = 0; n < model->decl->states.count; n++) {
            const csm_state *state = &model->decl->states.items[n];

            if ((state->flags & CSM_STATE_INITIAL) != 0)
                append(list, sizeof(list), &len, initial_value(field, state).s.ptr);
        }
        return csm_error_field(&ctx->err, CSM_E_STATE, field->name, "field \"%s\": a new record may not start in %s; allowed: %s",
                               field->name, to_text, list);
    }
    from = csm_row_get(row, csm_field_in(row->table, field));
    CSM_TRY(list_targets(ctx, model, row, from, list, sizeof(list)));
    format_state(from_text, sizeof(from_text), field, from, ctx->caller->is_external);
    if (csm_is_nil(to))
        return csm_error_field(&ctx->err, CSM_E_STATE, field->name, "%s in state %s takes no such change; allowed: %s",
                               csm_ctx_called(ctx, row->table), from_text, list[0] != '\0' ? list : "nothing");
    return csm_error_field(&ctx->err, CSM_E_STATE, field->name, "field \"%s\": %s cannot become %s; allowed: %s", field->name,
                           from_text, to_text, list[0] != '\0' ? list : "nothing");
}

static csm_status names(csm_ctx *ctx, const csm_mfield **fields, uint32_t count, csm_value *out)
{
    csm_value *items = csm_arena_array(ctx->arena, count, sizeof(*items));

    if (items == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < count; n++)
        items[n] = csm_ctext(fields[n]->name);
    *out = csm_list(items, count);
    return CSM_OK;
}

static csm_status describe(csm_ctx *ctx, const csm_mstate_model *model, const csm_mtransition *one, csm_value from,
                           csm_value *out)
{
    csm_value to = csm_is_nil(one->to) ? from : one->to;
    csm_pair *pairs = csm_arena_array(ctx->arena, 5, sizeof(*pairs));

    if (pairs == NULL)
        return csm_ctx_nomem(ctx);
    pairs[0] = (csm_pair){ CSM_STR("name"), csm_ctext(one->decl->name) };
    pairs[1] = (csm_pair){ CSM_STR("to"), to };
    pairs[2] = (csm_pair){ CSM_STR("label"), csm_text(csm_mfield_choice_label(model->field, to, ctx->caller->is_external)) };
    pairs[3].key = CSM_STR("required");
    pairs[4].key = CSM_STR("fields");
    CSM_TRY(names(ctx, one->required, one->required_count, &pairs[3].value));
    CSM_TRY(names(ctx, one->fields, one->field_count, &pairs[4].value));
    *out = csm_map(pairs, 5);
    return CSM_OK;
}

csm_status csm_state_allowed(csm_ctx *ctx, const csm_row *row, csm_value *out)
{
    const csm_mstate_model *model = row->table->state_model;
    const csm_mfield *field = model != NULL ? csm_field_in(row->table, model->field) : NULL;
    csm_value from, *items;
    uint32_t count = 0;
    bool writable;

    if (model == NULL || field == NULL) {
        *out = csm_list(NULL, 0);
        return CSM_OK;
    }
    CSM_TRY(csm_access_row(ctx, row, CSM_OP_WRITE, &writable, NULL));
    from = csm_row_get(row, field);
    items = csm_arena_array(ctx->arena, model->transition_count, sizeof(*items));
    if (items == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; writable && n < model->transition_count; n++) {
        const csm_mtransition *one = &model->transitions[n];
        csm_permit verdict;
        bool again = false;

        if (!csm_transition_leaves(one, from))
            continue;
        CSM_TRY(csm_transition_permit(ctx, one, row, &verdict));
        for (uint32_t k = 0; k < count && !again; k++)
            again = csm_str_is(csm_map_get(&items[k], "name")->s, one->decl->name);
        if (verdict == CSM_PERMIT_YES && !again)
            CSM_TRY(describe(ctx, model, one, from, &items[count++]));
    }
    *out = csm_list(items, count);
    return CSM_OK;
}
