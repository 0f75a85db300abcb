/* Derived fields of the row being written, before validation. Each is a function of its inputs: it is computed on insert
 * and when one of them differs from the old row, so computing twice changes nothing. What other rows derive from this one
 * is written after it (record/refresh.c). */
#include "engine/rule/change.h"

static bool is_stale(const csm_change *change, const csm_mderived *derived)
{
    for (uint32_t n = 0; n < derived->input_count; n++) {
        const csm_mfield *input = csm_field_in(change->now->table, derived->inputs[n]);

        if (input != NULL && csm_change_moves(change, input))
            return true;
    }
    return change->old == NULL;
}

static csm_value get(const csm_row *row, const csm_mfield *field)
{
    const csm_mfield *own = csm_field_in(row->table, field);

    return own != NULL ? csm_row_get(row, own) : csm_nil();
}

static csm_status put(csm_ctx *ctx, csm_change *change, const csm_mfield *field, csm_value value)
{
    csm_value stored;

    CSM_TRY(csm_mfield_convert(field, value, ctx->arena, &stored, &ctx->err));
    change->now->values[field->pos] = stored;
    return CSM_OK;
}

static csm_status derive_run(csm_ctx *ctx, csm_change *change, const csm_mderived *derived, const csm_mfield *field)
{
    csm_value value = csm_nil();
    csm_frame frame;
    csm_status st;

    frame = csm_frame_enter(ctx, derived->plugin, true, field->name);
    st = derived->decl->run(ctx, change, &value);
    CSM_TRY(csm_frame_leave(ctx, frame, st, "derived field", field->name));
    return put(ctx, change, field, value);
}

static csm_status derive_copy(csm_ctx *ctx, csm_change *change, const csm_mderived *derived, const csm_mfield *field)
{
    csm_value ref = get(change->now, derived->inputs[0]);
    csm_row *source;

    if (derived->decl->only_if_empty && !csm_is_nil(csm_row_get(change->now, field)))
        return CSM_OK;
    if (ref.type != CSM_T_ID)
        return change->old == NULL || derived->decl->only_if_empty ? CSM_OK : put(ctx, change, field, csm_nil());
    CSM_TRY(csm_row_find(ctx, derived->inputs[0]->ref, ref.id, &source));
    if (source == NULL) /* validation names the missing row */
        return CSM_OK;
    return put(ctx, change, field, get(source, derived->source));
}

static csm_str part_text(csm_arena *arena, csm_value value)
{
    if (value.type == CSM_T_TEXT)
        return value.s;
    if (value.type == CSM_T_INT)
        return csm_arena_printf(arena, "%lld", (long long)value.i);
    return CSM_STR("");
}

static csm_status join(csm_ctx *ctx, csm_str *text, const char *separator, csm_str part)
{
    if (part.ptr == NULL)
        return csm_ctx_nomem(ctx);
    if (part.len == 0)
        return CSM_OK;
    *text = text->len == 0 ? part : csm_arena_printf(ctx->arena, "%.*s%s%.*s", CSM_STR_FMT(*text), separator, CSM_STR_FMT(part));
    return text->ptr != NULL ? CSM_OK : csm_ctx_nomem(ctx);
}

static csm_status derive_join(csm_ctx *ctx, csm_change *change, const csm_mderived *derived, const csm_mfield *field)
{
    const char *separator = derived->decl->separator != NULL ? derived->decl->separator : " ";
    csm_str text = { 0 };

    for (uint32_t n = 0; n < derived->input_count; n++)
        CSM_TRY(join(ctx, &text, separator, part_text(ctx->arena, get(change->now, derived->inputs[n]))));
    return put(ctx, change, field, text.len > 0 ? csm_text(text) : csm_nil());
}

static csm_status derive_path(csm_ctx *ctx, csm_change *change, const csm_mderived *derived, const csm_mfield *field)
{
    const char *separator = derived->decl->separator != NULL ? derived->decl->separator : "/";
    const csm_mfield *parent_field = csm_field_in(change->now->table, derived->inputs[0]);
    csm_str code = part_text(ctx->arena, get(change->now, derived->inputs[1]));
    csm_str text = { 0 };
    csm_row *parent = NULL;
    csm_value up;

    if (parent_field == NULL)
        return CSM_OK;
    up = csm_row_get(change->now, parent_field);
    if (up.type == CSM_T_ID)
        CSM_TRY(csm_row_find(ctx, parent_field->ref, up.id, &parent));
    if (parent != NULL)
        CSM_TRY(join(ctx, &text, separator, part_text(ctx->arena, get(parent, derived->field))));
    CSM_TRY(join(ctx, &text, separator, code));
    return put(ctx, change, field, text.len > 0 ? csm_text(text) : csm_nil());
}

csm_status csm_derive_before(csm_ctx *ctx, csm_change *change)
{
    static csm_status (*const kinds[])(csm_ctx *, csm_change *, const csm_mderived *, const csm_mfield *) = {
        [CSM_DERIVE_RUN] = derive_run,
        [CSM_DERIVE_COPY] = derive_copy,
        [CSM_DERIVE_PATH] = derive_path,
        [CSM_DERIVE_JOIN] = derive_join,
        [CSM_DERIVE_SINGLE] = NULL,
    };
    const csm_mtable *table = change->now->table;

    for (uint32_t n = 0; n < table->derived_count; n++) {
        const csm_mderived *derived = table->derived[n];
        const csm_mfield *field = csm_field_in(table, derived->field);

        if (field != NULL && kinds[derived->decl->kind] != NULL && is_stale(change, derived))
            CSM_TRY(kinds[derived->decl->kind](ctx, change, derived, field));
    }
    return CSM_OK;
}
