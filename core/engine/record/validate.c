/* The row as a whole, before it is written. What was there before and is not touched is not checked again: a field that
 * became required later, or a choice that went away, does not stop other work on old rows. */
#include "engine/record/write.h"

#include "base/str.h"

#define LEVELS_MAX 100u /* of a hierarchy */

static csm_status check_required(csm_ctx *ctx, const csm_write *w, const csm_mfield *field)
{
    if ((field->flags & CSM_REQUIRED) == 0 || field->type == CSM_F_JOURNAL || !csm_is_nil(csm_row_get(w->change.now, field)))
        return CSM_OK;
    if (w->change.op == CSM_UPDATING && !csm_change_moves(&w->change, field))
        return CSM_OK;
    return csm_error_field(&ctx->err, CSM_E_INVALID, field->name, "field \"%s\" of %s is required", field->name,
                           csm_ctx_called(ctx, w->table));
}

/* A row the writer may not read does not exist for him; what rules set is theirs. */
static csm_status check_target(csm_ctx *ctx, const csm_write *w, const csm_mfield *field, const csm_mtable *table, csm_id id)
{
    bool there, trusted = !csm_bits_has(w->change.given, field->pos) || ctx->system > 0 || ctx->caller->is_system;
    char hex[CSM_ID_TEXT];
    csm_row *row;

    if (trusted) {
        CSM_TRY(csm_row_is_there(ctx, table, id, &there));
    } else {
        CSM_TRY(csm_row_find(ctx, table, id, &row));
        there = row != NULL;
        if (there)
            CSM_TRY(csm_access_row(ctx, row, CSM_OP_READ, &there, NULL));
    }
    if (there)
        return CSM_OK;
    csm_id_format(id, hex);
    return csm_error_field(&ctx->err, CSM_E_INVALID, field->name, "field \"%s\": there is no %s %s", field->name,
                           csm_ctx_called(ctx, table), hex);
}

static csm_status check_ref(csm_ctx *ctx, const csm_write *w, const csm_mfield *field, csm_value value)
{
    if (value.type == CSM_T_ID && csm_id_eq(value.id, w->change.now->id) && csm_mtable_is_a(w->table, field->ref))
        return CSM_OK; /* the row itself, perhaps not there yet */
    return check_target(ctx, w, field, field->ref, value.id);
}

static bool is_hierarchy(const csm_mtable *table, const csm_mfield *field)
{
    if ((field->flags & CSM_NO_CYCLE) != 0)
        return true;
    for (uint32_t n = 0; n < table->derived_count; n++)
        if (table->derived[n]->decl->kind == CSM_DERIVE_PATH && csm_field_in(table, table->derived[n]->inputs[0]) == field)
            return true;
    return false;
}

/* Walks up from the row above; meeting the row itself is a cycle. */
static csm_status check_cycle(csm_ctx *ctx, const csm_write *w, const csm_mfield *field, csm_value up)
{
    for (uint32_t level = 0; level < LEVELS_MAX; level++) {
        const csm_mfield *own;
        csm_row *above;

        if (up.type != CSM_T_ID)
            return CSM_OK;
        if (csm_id_eq(up.id, w->change.now->id))
            return csm_error_field(&ctx->err, CSM_E_INVALID, field->name, "field \"%s\": the record would stand below itself",
                                   field->name);
        CSM_TRY(csm_row_find(ctx, field->ref, up.id, &above));
        own = above != NULL ? csm_field_in(above->table, field) : NULL;
        up = own != NULL ? csm_row_get(above, own) : csm_nil();
    }
    return csm_error_field(&ctx->err, CSM_E_LIMIT, field->name, "field \"%s\": more than %u levels", field->name, LEVELS_MAX);
}

static csm_status check_list(csm_ctx *ctx, const csm_write *w, const csm_mfield *field, csm_value value)
{
    if (field->ref == NULL)
        return CSM_OK;
    for (uint32_t n = 0; n < value.count; n++)
        CSM_TRY(check_ref(ctx, w, field, value.list[n]));
    return CSM_OK;
}

static csm_status check_document(csm_ctx *ctx, const csm_write *w, const csm_mfield *field, csm_value value)
{
    const csm_mtable *table;

    if (value.type != CSM_T_LIST || value.count != 2 || value.list[0].type != CSM_T_TEXT || value.list[1].type != CSM_T_ID)
        return csm_error_field(&ctx->err, CSM_E_INVALID, field->name, "field \"%s\" is a map of table and id", field->name);
    if (csm_registry_get_table(ctx->reg, value.list[0].s, &table, &ctx->err) != CSM_OK)
        return csm_error_field(&ctx->err, CSM_E_INVALID, field->name, "field \"%s\": there is no table \"%.*s\"", field->name,
                               CSM_STR_FMT(value.list[0].s));
    return check_target(ctx, w, field, table, value.list[1].id);
}

/* Every form some evaluator takes is fine here; a typo is not. */
static csm_status check_condition(csm_ctx *ctx, const csm_write *w, const csm_mfield *field, csm_value value)
{
    const csm_mfield *names = csm_field_in(w->table, field->condition_table);
    csm_filter_options options = { .trusted = true, .changes = true };
    const csm_mtable *table;
    csm_filter filter;
    csm_value name;

    if (names == NULL)
        return CSM_OK;
    name = csm_row_get(w->change.now, names);
    if (name.type != CSM_T_TEXT)
        return csm_error_field(&ctx->err, CSM_E_INVALID, field->name, "field \"%s\" needs a table in field \"%s\"", field->name,
                               names->name);
    if (csm_registry_get_table(ctx->reg, name.s, &table, &ctx->err) != CSM_OK)
        return csm_error_field(&ctx->err, CSM_E_INVALID, names->name, "field \"%s\": there is no table \"%.*s\"", names->name,
                               CSM_STR_FMT(name.s));
    if (csm_filter_parse(ctx->reg, table, value.s, options, ctx->arena, &filter, &ctx->err) == CSM_OK)
        return CSM_OK;
    if (ctx->err.code == CSM_E_INVALID || ctx->err.code == CSM_E_NOT_FOUND) {
        ctx->err.code = CSM_E_INVALID;
        memset(ctx->err.field, 0, sizeof(ctx->err.field));
        memcpy(ctx->err.field, field->name, strnlen(field->name, sizeof(ctx->err.field) - 1));
    }
    return ctx->err.code;
}

static csm_status check_depends(csm_ctx *ctx, const csm_write *w, const csm_mfield *field, csm_value value)
{
    const csm_mfield *on = csm_field_in(w->table, field->depends_on);
    bool known = false;

    if (on == NULL || (!csm_change_moves(&w->change, field) && !csm_change_moves(&w->change, on)))
        return CSM_OK;
    for (uint32_t n = 0; n < field->choice_count; n++) {
        const csm_choice *choice = &field->choices[n];

        if (!csm_value_is_text(value, choice->value))
            continue;
        if (choice->depends == NULL || csm_value_is_text(csm_row_get(w->change.now, on), choice->depends))
            return CSM_OK;
        known = true;
    }
    if (!known)
        return CSM_OK;
    return csm_error_field(&ctx->err, CSM_E_INVALID, field->name, "field \"%s\": the value does not belong to the one of \"%s\"",
                           field->name, on->name);
}

/* What a field that changed refers to must be there. */
static csm_status check_targets(csm_ctx *ctx, const csm_write *w, const csm_mfield *field, csm_value value)
{
    if (!csm_change_moves(&w->change, field))
        return CSM_OK;
    switch (field->type) {
    case CSM_F_REF:
        if (is_hierarchy(w->table, field))
            CSM_TRY(check_cycle(ctx, w, field, value));
        return check_ref(ctx, w, field, value);
    case CSM_F_LIST:
        return check_list(ctx, w, field, value);
    case CSM_F_DOCUMENT:
        return check_document(ctx, w, field, value);
    default:
        return CSM_OK;
    }
}

/* Who writes an address would write the header of every mail that goes there. */
static csm_status check_address(csm_ctx *ctx, const csm_write *w, const csm_mfield *field, csm_value value)
{
    if (!csm_change_moves(&w->change, field) || csm_str_is_mail_address(csm_value_text(value)))
        return CSM_OK;
    return csm_error_field(&ctx->err, CSM_E_INVALID, field->name, "field \"%s\": that is no e-mail address", field->name);
}

static csm_status check_value(csm_ctx *ctx, const csm_write *w, const csm_mfield *field)
{
    csm_value value = csm_row_get(w->change.now, field);

    if (csm_is_nil(value))
        return CSM_OK;
    if ((field->flags & CSM_MAIL_ADDRESS) != 0)
        CSM_TRY(check_address(ctx, w, field, value));
    if (field->choice_count > 0 && field->depends_on != NULL)
        CSM_TRY(check_depends(ctx, w, field, value));
    if (field->type == CSM_F_CONDITION && field->condition_table != NULL) {
        const csm_mfield *names = csm_field_in(w->table, field->condition_table);

        if (csm_change_moves(&w->change, field) || (names != NULL && csm_change_moves(&w->change, names)))
            return check_condition(ctx, w, field, value);
    }
    if (w->checked != NULL && csm_bits_has(w->change.given, field->pos) && csm_value_eq(w->checked[field->pos], value))
        return CSM_OK;
    return check_targets(ctx, w, field, value);
}

csm_status csm_write_check_given(csm_ctx *ctx, const csm_write *w)
{
    for (uint32_t n = 0; n < w->table->field_count; n++) {
        const csm_mfield *field = &w->table->fields[n];

        if (field->id >= CSM_FID_DOMAIN && csm_bits_has(w->change.given, n) && !csm_is_nil(w->change.now->values[n]))
            CSM_TRY(check_targets(ctx, w, field, w->change.now->values[n]));
    }
    return CSM_OK;
}

csm_status csm_write_validate(csm_ctx *ctx, const csm_write *w)
{
    for (uint32_t n = 0; n < w->table->field_count; n++) {
        const csm_mfield *field = &w->table->fields[n];

        if (field->id < CSM_FID_DOMAIN || field->type == CSM_F_JOURNAL)
            continue;
        CSM_TRY(check_required(ctx, w, field));
        CSM_TRY(check_value(ctx, w, field));
    }
    return CSM_OK;
}
