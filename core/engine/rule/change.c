/* A change under way: the pending row and the journal entries that go with it. */
#include "engine/rule/change.h"

#include "base/str.h"

#include <string.h>

bool csm_change_has_entry(const csm_change *change, const csm_mfield *field)
{
    return change->journal != NULL && change->journal[field->pos].ptr != NULL;
}

bool csm_change_moves(const csm_change *change, const csm_mfield *field)
{
    if (field->type == CSM_F_JOURNAL)
        return csm_change_has_entry(change, field);
    csm_value before = change->old != NULL ? csm_row_get(change->old, field) : csm_nil();
    return !csm_value_eq(before, csm_row_get(change->now, field));
}

static void show_entries(const csm_change *change, bool shown)
{
    const csm_mtable *table = change->now->table;

    for (uint32_t n = 0; n < table->journal_count; n++)
        if (csm_change_has_entry(change, table->journals[n]))
            change->now->values[table->journals[n]->pos] = shown ? csm_text(change->journal[table->journals[n]->pos]) : csm_nil();
}

/* A row holds no journals, so for a condition on one the entry that is being added stands in its place meanwhile. */
csm_status csm_change_eval(csm_ctx *ctx, const csm_expr *expr, const csm_change *change, bool *out)
{
    csm_status st;

    if (change->journal == NULL)
        return csm_expr_eval(ctx, expr, change->now, change->old, out);
    show_entries(change, true);
    st = csm_expr_eval(ctx, expr, change->now, change->old, out);
    show_entries(change, false);
    return st;
}

csm_status csm_change_note(csm_ctx *ctx, csm_change *change, const csm_mfield *field, csm_value value)
{
    csm_str text, *entry;

    if (csm_is_nil(value))
        return CSM_OK;
    if (value.type != CSM_T_TEXT)
        return csm_error_field(&ctx->err, CSM_E_INVALID, field->name, "field \"%s\": a journal entry is text", field->name);
    text = csm_str_trim(value.s);
    if (!csm_utf8_valid(text) || (text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL))
        return csm_error_field(&ctx->err, CSM_E_INVALID, field->name, "field \"%s\": the text is not valid UTF-8", field->name);
    if (text.len == 0)
        return CSM_OK;
    if (change->journal == NULL) {
        change->journal = csm_arena_array(ctx->arena, change->now->table->field_count, sizeof(csm_str));
        if (change->journal == NULL)
            return csm_ctx_nomem(ctx);
    }
    entry = &change->journal[field->pos];
    text = entry->ptr == NULL ? csm_arena_str(ctx->arena, text)
                              : csm_arena_printf(ctx->arena, "%.*s\n%.*s", CSM_STR_FMT(*entry), CSM_STR_FMT(text));
    if (text.ptr == NULL)
        return csm_ctx_nomem(ctx);
    *entry = text;
    return CSM_OK;
}

bool csm_change_keeps(const csm_change *change, const csm_mfield *field)
{
    return change->is_import && change->by_client && (field->flags & CSM_SYSTEM_WRITE) != 0 &&
           csm_bits_has(change->given, field->pos);
}

csm_status csm_change_assign(csm_ctx *ctx, csm_change *change, const csm_mfield *field, csm_value value)
{
    csm_value stored;

    if (change->sealed)
        return csm_error_field(&ctx->err, CSM_E_STATE, field->name, "field \"%s\": the row is written; only a before rule may set it",
                               field->name);
    if (field->id < CSM_FID_DOMAIN && !change->is_import)
        return csm_error_field(&ctx->err, CSM_E_INVALID, field->name, "field \"%s\" is the engine's own", field->name);
    if (field->type == CSM_F_JOURNAL)
        return csm_change_note(ctx, change, field, value);
    CSM_TRY(csm_mfield_convert(field, value, ctx->arena, &stored, &ctx->err));
    change->now->values[field->pos] = stored;
    return CSM_OK;
}
