/* What a writer gives: names to fields, values to what rows keep, and whether he may. */
#include "engine/record/write.h"

static csm_status read_only(csm_ctx *ctx, const csm_mfield *field)
{
    return csm_error_field(&ctx->err, CSM_E_DENIED, field->name, "field \"%s\" is read-only", field->name);
}

/* The engine's own fields: as they are, or kept by an import. */
static csm_status take_own(csm_ctx *ctx, csm_write *w, const csm_mfield *field, csm_value value)
{
    csm_row *now = w->change.now;
    csm_value stored;

    CSM_TRY(csm_mfield_convert(field, value, ctx->arena, &stored, &ctx->err));
    if (field->id == CSM_FID_MOD_COUNT && w->change.op == CSM_UPDATING && stored.type == CSM_T_INT) {
        w->version = stored.i;
        return CSM_OK;
    }
    if (ctx->import && field->id > CSM_FID_MOD_COUNT) { /* as it was counts as given: it is not stamped anew */
        now->values[field->pos] = stored;
        csm_bits_add(w->change.given, field->pos);
        return CSM_OK;
    }
    if (csm_value_eq(stored, csm_row_get(now, field)) && w->change.op == CSM_UPDATING)
        return CSM_OK;
    if (field->id == CSM_FID_SYS_ID && stored.type == CSM_T_ID && csm_id_eq(stored.id, now->id))
        return CSM_OK;
    if (field->id == CSM_FID_CLASS && stored.type == CSM_T_TEXT && csm_str_is(stored.s, w->table->name))
        return CSM_OK;
    return read_only(ctx, field);
}

static csm_status bad_entry(csm_ctx *ctx, const csm_mfield *field)
{
    return csm_error_field(&ctx->err, CSM_E_INVALID, field->name, "field \"%s\": a kept entry is a map of time, by and text",
                           field->name);
}

static csm_status keep_entry(csm_ctx *ctx, const csm_mfield *field, const csm_value *given, csm_kept_entry **out)
{
    const csm_value *at = csm_map_get(given, "time"), *by = csm_map_get(given, "by"), *text = csm_map_get(given, "text");
    csm_kept_entry *entry = csm_arena_zalloc(ctx->arena, sizeof(*entry));
    csm_value checked;

    if (entry == NULL)
        return csm_ctx_nomem(ctx);
    if (at == NULL || by == NULL || text == NULL || by->type != CSM_T_TEXT || text->type != CSM_T_TEXT)
        return bad_entry(ctx, field);
    if (at->type == CSM_T_TIME)
        entry->at = at->i;
    else if (at->type != CSM_T_TEXT || !csm_time_parse(at->s, &entry->at))
        return bad_entry(ctx, field);
    CSM_TRY(csm_mfield_convert(field, *text, ctx->arena, &checked, &ctx->err));
    entry->field = field;
    entry->by = by->s;
    entry->text = text->s;
    *out = entry;
    return CSM_OK;
}

/* An import brings journals as lists of {time, by, text}, oldest first. */
static csm_status keep_journal(csm_ctx *ctx, csm_write *w, const csm_mfield *field, csm_value list)
{
    csm_kept_entry **end = &w->kept;

    while (*end != NULL)
        end = &(*end)->next;
    for (uint32_t n = 0; n < list.count; n++) {
        CSM_TRY(keep_entry(ctx, field, &list.list[n], end));
        end = &(*end)->next;
    }
    return CSM_OK;
}

static csm_status take(csm_ctx *ctx, csm_write *w, const csm_mfield *field, csm_value value)
{
    csm_bits_add(w->change.given, field->pos);
    if (field->type == CSM_F_JOURNAL && ctx->import && value.type == CSM_T_LIST)
        return keep_journal(ctx, w, field, value);
    /* What somebody says is bounded; what rules make of it may be a little longer. */
    if (field->type == CSM_F_JOURNAL && ctx->system == 0)
        CSM_TRY(csm_mfield_convert(field, value, ctx->arena, &value, &ctx->err));
    return csm_change_assign(ctx, &w->change, field, value);
}

csm_status csm_write_values(csm_ctx *ctx, csm_write *w, csm_value values)
{
    if (csm_is_nil(values))
        return CSM_OK;
    if (values.type != CSM_T_MAP)
        return csm_error_field(&ctx->err, CSM_E_INVALID, "values", "\"values\" is a map of field names to values");
    for (uint32_t n = 0; n < values.count; n++) {
        const csm_mfield *field;

        CSM_TRY(csm_mtable_get_field(w->table, values.map[n].key, &field, &ctx->err));
        if (field->id < CSM_FID_DOMAIN)
            CSM_TRY(take_own(ctx, w, field, values.map[n].value));
        else
            CSM_TRY(take(ctx, w, field, values.map[n].value));
    }
    return CSM_OK;
}

static csm_status check_field(csm_ctx *ctx, const csm_write *w, const csm_mfield *field, const uint64_t *scope)
{
    bool kept = ctx->import &&
                ((field->flags & CSM_SYSTEM_WRITE) != 0 || field->id < CSM_FID_DOMAIN || field == w->table->number);

    if (w->carried != NULL && csm_bits_has(w->carried, field->pos))
        return CSM_OK;
    if ((field->flags & (CSM_READ_ONLY | CSM_COMPUTED)) != 0 && !kept)
        return read_only(ctx, field);
    if ((field->flags & CSM_INSERT_ONLY) != 0 && w->change.op == CSM_UPDATING && csm_change_moves(&w->change, field))
        return csm_error_field(&ctx->err, CSM_E_DENIED, field->name, "field \"%s\" is fixed once the record exists", field->name);
    if (!csm_access_field(ctx, field, CSM_OP_WRITE) || (scope != NULL && !kept && !csm_bits_has(scope, field->pos)))
        return csm_error_field(&ctx->err, CSM_E_DENIED, field->name, "field \"%s\" may not be written by this caller",
                               field->name);
    return CSM_OK;
}

csm_status csm_write_check_fields(csm_ctx *ctx, const csm_write *w, const uint64_t *scope)
{
    if (ctx->system > 0 || ctx->caller->is_system)
        return CSM_OK;
    for (uint32_t n = 0; n < w->table->field_count; n++)
        if (csm_bits_has(w->change.given, n))
            CSM_TRY(check_field(ctx, w, &w->table->fields[n], scope));
    return CSM_OK;
}
