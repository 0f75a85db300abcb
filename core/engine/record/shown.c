/* The version of a record as outsiders know it: an internal note or assignment is a change of the record, but not of what they
 * see of it. Told from the history, stored nowhere: a write against it is checked the same way. */
#include "engine/record/record.h"

#include "engine/rule/frame.h"

#define PAGE 8u

static bool is_seen(const csm_row *row, const csm_version *version, const uint64_t *readable, const csm_shown *shown)
{
    for (uint32_t n = 0; n < version->delta_count; n++) {
        const csm_mfield *field = csm_mtable_field_by_id(row->table, version->deltas[n].field_id);

        if (field != NULL && (readable == NULL || csm_bits_has(readable, field->pos)) &&
            csm_bits_has(shown->bits, field->pos))
            return true;
    }
    return version->op == CSM_HISTORY_INSERT;
}

/* Newest first, from the row's own version down. */
static csm_status find_seen(csm_ctx *ctx, const csm_row *row, const uint64_t *readable, uint32_t *out)
{
    uint64_t before = 0;
    const csm_shown *shown;
    csm_version *page;
    uint32_t count = PAGE;

    CSM_TRY(csm_access_shown(ctx, row->table, &shown));
    *out = 0;
    while (count == PAGE) {
        CSM_TRY(csm_history_versions(ctx, row->table, row->id, true, before, PAGE, &page, &count));
        for (uint32_t n = 0; n < count; n++) {
            CSM_TRY(csm_budget_row(ctx));
            *out = page[n].version;
            if (is_seen(row, &page[n], readable, shown))
                return CSM_OK;
            before = page[n].number;
        }
    }
    return CSM_OK;
}

csm_status csm_version_shown(csm_ctx *ctx, const csm_row *row, const uint64_t *readable, uint32_t *out)
{
    csm_arena_mark mark;
    csm_status st;

    *out = row->version;
    if (!ctx->caller->is_external || ctx->system > 0 || row->version == 0 || (row->table->flags & CSM_TABLE_NO_HISTORY) != 0)
        return CSM_OK;
    mark = csm_arena_get_mark(ctx->arena);
    st = find_seen(ctx, row, readable, out);
    csm_arena_reset_to(ctx->arena, mark);
    return st;
}
