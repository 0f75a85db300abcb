/* One row with the caller's rights, now or as it was. Rights are today's, on today's row. */
#include "engine/record/record.h"

#include "engine/rule/frame.h"

static csm_status not_found(csm_ctx *ctx, const csm_mtable *table, csm_id id)
{
    char hex[CSM_ID_TEXT];

    csm_id_format(id, hex);
    return csm_ctx_fail(ctx, CSM_E_NOT_FOUND, "there is no %s %s", csm_ctx_called(ctx, table), hex);
}

static csm_status check_reach(csm_ctx *ctx, const csm_mtable *table, const csm_row *row, uint64_t **fields)
{
    bool allowed;

    *fields = NULL;
    if (ctx->system > 0 || ctx->caller->is_system)
        return CSM_OK;
    *fields = csm_bits_new(ctx->arena, row->table->field_count);
    if (*fields == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_access_row(ctx, row, CSM_OP_READ, &allowed, *fields));
    return allowed ? CSM_OK : not_found(ctx, table, row->id);
}

static csm_status read_then(csm_ctx *ctx, const csm_mtable *table, csm_id id, const csm_row *today, csm_row **out)
{
    bool trusted = ctx->system > 0 || ctx->caller->is_system || ctx->caller->is_admin;

    if (ctx->caller->is_external && ctx->system == 0)
        return csm_ctx_fail(ctx, CSM_E_DENIED, "the past of records is for internal callers");
    if (today == NULL && !trusted)
        return not_found(ctx, table, id);
    CSM_TRY(csm_history_row_at(ctx, table, id, ctx->as_of, out));
    return *out != NULL ? CSM_OK : not_found(ctx, table, id);
}

csm_status csm_record_read(csm_ctx *ctx, const csm_mtable *table, csm_id id, csm_row **out, uint64_t **fields)
{
    csm_row *row;

    CSM_TRY(csm_row_find(ctx, table, id, &row));
    if (row != NULL)
        CSM_TRY(check_reach(ctx, table, row, fields));
    else if (ctx->as_of == 0)
        return not_found(ctx, table, id);
    else
        *fields = NULL;
    if (ctx->as_of != 0)
        CSM_TRY(read_then(ctx, table, id, row, &row));
    *out = row;
    return CSM_OK;
}

csm_status csm_record_check_write(csm_ctx *ctx, const csm_row *row)
{
    bool allowed;

    CSM_TRY(csm_access_row(ctx, row, CSM_OP_WRITE, &allowed, NULL));
    if (allowed)
        return CSM_OK;
    return csm_ctx_fail(ctx, CSM_E_DENIED, "this %s may not be changed by this caller", csm_ctx_called(ctx, row->table));
}
