/* The change under way, as rules see it. */
#include "engine/record/call.h"

#include "engine/query/kept.h"
#include "engine/rule/change.h"

static const csm_mfield *field_of(csm_ctx *ctx, const csm_change *change, const char *name)
{
    return csm_host_field(ctx, change->now->table, name);
}

static uint32_t op(const csm_change *change)
{
    return (uint32_t)change->op;
}

static csm_id id(const csm_change *change)
{
    return change->now->id;
}

static const char *table(const csm_change *change)
{
    return change->now->table->name;
}

static bool touches(csm_ctx *ctx, const csm_change *change, const char *name)
{
    const csm_mfield *field = field_of(ctx, change, name);

    return field != NULL && csm_change_moves(change, field);
}

static csm_value new_value(csm_ctx *ctx, const csm_change *change, const char *name)
{
    const csm_mfield *field = field_of(ctx, change, name);

    if (field == NULL)
        return csm_nil();
    if (field->type == CSM_F_JOURNAL)
        return csm_change_has_entry(change, field) ? csm_text(change->journal[field->pos]) : csm_nil();
    return csm_row_get(change->now, field);
}

static csm_value old_value(csm_ctx *ctx, const csm_change *change, const char *name)
{
    const csm_mfield *field = field_of(ctx, change, name);

    return field != NULL && change->old != NULL ? csm_row_get(change->old, field) : csm_nil();
}

static csm_status set(csm_ctx *ctx, csm_change *change, const char *name, csm_value value)
{
    const csm_mfield *field = field_of(ctx, change, name);

    if (field == NULL)
        return CSM_E_INVALID;
    return csm_change_keeps(change, field) ? CSM_OK : csm_change_assign(ctx, change, field, value);
}

static csm_record *record(csm_ctx *ctx, csm_change *change)
{
    csm_record *rec = csm_record_wrap(ctx, change->now, NULL);

    if (rec != NULL)
        rec->read_only = true;
    return rec;
}

static bool by_client(const csm_change *change)
{
    return change->by_client;
}

static bool is_import(const csm_change *change)
{
    return change->is_import;
}

static bool given(csm_ctx *ctx, const csm_change *change, const char *name)
{
    const csm_mfield *field = field_of(ctx, change, name);

    return field != NULL && change->given != NULL && csm_bits_has(change->given, field->pos);
}

static const char *transition(const csm_change *change)
{
    return change->transition != NULL ? change->transition->decl->name : NULL;
}

static csm_status matches(csm_ctx *ctx, const csm_change *change, const char *encoded, bool *out)
{
    csm_filter_options options = { .trusted = true, .changes = true };
    csm_filter filter;

    *out = false;
    if (encoded == NULL)
        return csm_ctx_stick(ctx, CSM_E_INVALID, "a condition needs a text");
    CSM_TRY(csm_kept_filter(ctx, change->now->table, csm_str_of(encoded), options, &filter));
    if (filter.expr == NULL) {
        *out = true;
        return CSM_OK;
    }
    return csm_change_eval(ctx, filter.expr, change, out);
}

const csm_change_api csm_host_change = {
    .size = sizeof(csm_change_api),
    .op = op,
    .id = id,
    .table = table,
    .touches = touches,
    .new_value = new_value,
    .old_value = old_value,
    .set = set,
    .record = record,
    .by_client = by_client,
    .is_import = is_import,
    .given = given,
    .transition = transition,
    .matches = matches,
};
