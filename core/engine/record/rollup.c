/* Roll-ups: when no child keeps a parent waiting any more, the parent moves. Looked at after every write of a child, in the
 * same transaction, so the last one to close moves the parent exactly once. */
#include "engine/record/link.h"

#include "engine/record/call.h"

/* True when some child of @p parent matches @p more (NULL: any child). */
static csm_status any_child(csm_ctx *ctx, const csm_mrollup *rollup, csm_id parent, const csm_expr *more, bool *out)
{
    const csm_expr *expr = csm_expr_term(ctx->arena, rollup->parent_field, CSM_OP_EQ, csm_id_value(parent));
    csm_str token = CSM_STR("");
    uint32_t count;
    csm_id *ids;

    if (expr != NULL)
        expr = csm_expr_and(ctx->arena, expr, more);
    if (expr == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_rows_matching(ctx, rollup->child, expr, 1, &token, &ids, &count));
    *out = count > 0;
    return CSM_OK;
}

static csm_status fits_step(csm_ctx *ctx, const csm_mrollup *rollup, csm_id parent, uint32_t step, bool *out)
{
    bool other = false;

    CSM_TRY(any_child(ctx, rollup, parent, rollup->any[step], out));
    if (*out && rollup->none[step] != NULL)
        CSM_TRY(any_child(ctx, rollup, parent, rollup->none[step], &other));
    *out = *out && !other;
    return CSM_OK;
}

static csm_status move_parent(csm_ctx *ctx, const csm_mrollup *rollup, csm_id parent)
{
    for (uint32_t n = 0; n < rollup->decl->steps.count; n++) {
        csm_write_options options = CSM_WRITE_OPTIONS_INIT;
        bool fits;

        CSM_TRY(fits_step(ctx, rollup, parent, n, &fits));
        if (!fits)
            continue;
        options.transition = rollup->decl->steps.items[n].transition;
        return csm_write_update(ctx, rollup->parent, parent, csm_map(NULL, 0), &options, NULL);
    }
    return CSM_OK;
}

static csm_status look_at(csm_ctx *ctx, const csm_mrollup *rollup, csm_value parent)
{
    bool open, waits = true;
    csm_row *row;

    if (parent.type != CSM_T_ID)
        return CSM_OK;
    CSM_TRY(csm_row_find(ctx, rollup->parent, parent.id, &row));
    if (row == NULL)
        return CSM_OK;
    if (rollup->parent_filter != NULL)
        CSM_TRY(csm_expr_eval(ctx, rollup->parent_filter, row, NULL, &waits));
    if (!waits)
        return CSM_OK;
    CSM_TRY(any_child(ctx, rollup, parent.id, rollup->open, &open));
    return open ? CSM_OK : move_parent(ctx, rollup, parent.id);
}

static csm_status follow(csm_ctx *ctx, const csm_mrollup *rollup, const csm_change *change)
{
    const csm_mfield *field = csm_field_in(change->now->table, rollup->parent_field);
    bool open = false;

    if (field == NULL)
        return CSM_OK;
    if (change->op != CSM_DELETING)
        CSM_TRY(csm_expr_eval(ctx, rollup->open, change->now, NULL, &open));
    if (!open)
        CSM_TRY(look_at(ctx, rollup, csm_row_get(change->now, field)));
    if (change->old != NULL && csm_change_moves(change, field))
        return look_at(ctx, rollup, csm_row_get(change->old, field));
    return CSM_OK;
}

csm_status csm_rollups_after(csm_ctx *ctx, const csm_change *change)
{
    const csm_mtable *table = change->now->table;

    for (uint32_t n = 0; n < table->rollup_count; n++) {
        const csm_mrollup *rollup = table->rollups[n];
        csm_frame frame = csm_frame_enter(ctx, rollup->plugin, true, rollup->child->name);

        CSM_TRY(csm_frame_leave(ctx, frame, follow(ctx, rollup, change), "roll-up of", rollup->child->name));
    }
    return CSM_OK;
}
