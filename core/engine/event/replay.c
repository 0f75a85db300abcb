/* Rows of the past for async rules: today's row, with what changed since taken back. */
#include "engine/event/replay.h"

#include "engine/event/match.h"
#include "engine/history/history.h"
#include "engine/rule/change.h"

#define ENTRIES_LOOKED_AT 32u /* journal entries of a field searched for those of one request */

/* The row at state @p state (sys_mod_count + 1). */
static csm_status row_at(csm_ctx *ctx, const csm_row *today, uint32_t state, csm_row **out)
{
    const csm_mtable *table = today->table;
    csm_row *row = csm_row_copy(ctx->arena, today);
    csm_value *original;
    uint64_t *changed;

    if (row == NULL)
        return csm_ctx_nomem(ctx);
    *out = row;
    if (today->version + 1 <= state || (table->flags & CSM_TABLE_NO_HISTORY) != 0)
        return CSM_OK;
    changed = csm_bits_new(ctx->arena, table->field_count);
    original = csm_arena_array(ctx->arena, table->field_count, sizeof(*original));
    if (changed == NULL || original == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_history_since(ctx, today, state - 1, changed, original));
    for (uint32_t n = 0; n < table->field_count; n++)
        if (csm_bits_has(changed, n))
            row->values[n] = original[n];
    csm_row_set_version(row, state - 1);
    return CSM_OK;
}

static csm_status deleted_row(csm_ctx *ctx, const csm_mtable *table, const csm_log_change *what, csm_row **out)
{
    csm_version *versions;
    uint32_t count;
    csm_row *row;

    *out = NULL;
    if ((table->flags & CSM_TABLE_NO_HISTORY) != 0)
        return CSM_OK;
    CSM_TRY(csm_history_versions(ctx, table, what->id, false, what->from, 1, &versions, &count));
    if (count == 0 || versions[0].op != CSM_HISTORY_DELETE)
        return CSM_OK;
    row = csm_row_new(ctx->arena, table, what->id);
    if (row == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < versions[0].delta_count; n++) {
        const csm_delta *delta = &versions[0].deltas[n];
        const csm_mfield *field = csm_mtable_field_by_id(table, delta->field_id);

        if (field != NULL && field->type != CSM_F_JOURNAL)
            row->values[field->pos] = delta->old_value;
    }
    csm_row_set_version(row, what->from - 1);
    *out = row;
    return CSM_OK;
}

static csm_status add_journal(csm_ctx *ctx, uint64_t sequence, const csm_mfield *field, csm_change *change)
{
    csm_journal_entry *entries;
    uint32_t count;

    CSM_TRY(csm_history_journal(ctx, change->now->table, change->now->id, field, true, ENTRIES_LOOKED_AT, &entries, &count));
    for (uint32_t n = count; n > 0; n--)
        if (entries[n - 1].sequence == sequence)
            CSM_TRY(csm_change_note(ctx, change, field, csm_text(entries[n - 1].text)));
    return CSM_OK;
}

csm_status csm_event_replay(csm_ctx *ctx, const csm_log_entry *entry, const csm_log_change *what, csm_change *out, bool *found)
{
    const csm_mtable *table = csm_registry_table_by_id(ctx->reg, what->table_id);
    uint32_t op = csm_event_op(what->from, what->to);
    csm_change change = { .op = (csm_change_op)(op + 1), .sealed = true };
    csm_row *today, *row;

    *found = false;
    if (table == NULL)
        return CSM_OK;
    change.given = csm_bits_new(ctx->arena, table->field_count);
    if (change.given == NULL)
        return csm_ctx_nomem(ctx);
    if (op == 2) {
        CSM_TRY(deleted_row(ctx, table, what, &row));
        change.old = change.now = row;
        *found = row != NULL;
        *out = change;
        return CSM_OK;
    }
    CSM_TRY(csm_row_find(ctx, table, what->id, &today));
    if (today == NULL || today->table != table)
        return CSM_OK;
    CSM_TRY(row_at(ctx, today, what->to, &change.now));
    if (op == 1) {
        CSM_TRY(row_at(ctx, today, what->from, &row));
        change.old = row;
    }
    for (uint32_t n = 0; n < table->field_count; n++)
        if (table->fields[n].type == CSM_F_JOURNAL)
            CSM_TRY(add_journal(ctx, entry->sequence, &table->fields[n], &change));
    *out = change;
    *found = true;
    return CSM_OK;
}
