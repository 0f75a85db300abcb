/* What refers to a row about to go: deleted along, cleared, or in the way. Served by the indexes such references must have. */
#include "engine/record/write.h"

#define PAGE_ROWS 500u
#define COUNT_MAX 1000u /* a refusal counts no further */

static csm_status collect(csm_ctx *ctx, const csm_query_spec *spec, csm_id *ids, uint32_t *count, csm_str *token)
{
    const uint64_t *readable;
    csm_cursor *cursor;
    csm_row *row = NULL;
    csm_status st;

    CSM_TRY(csm_cursor_open(ctx, spec, &cursor));
    do {
        st = csm_cursor_next(ctx, cursor, &row, &readable);
        if (st == CSM_OK && row != NULL)
            ids[(*count)++] = row->id;
    } while (st == CSM_OK && row != NULL && *count < spec->limit);
    if (st == CSM_OK)
        st = csm_cursor_token(ctx, cursor, token);
    csm_cursor_close(cursor);
    return st;
}

csm_status csm_rows_matching(csm_ctx *ctx, const csm_mtable *table, const csm_expr *expr, uint32_t max, csm_str *token,
                             csm_id **out, uint32_t *count)
{
    csm_query_spec spec = { .table = table, .filter = { .expr = expr }, .any_order = true, .limit = max,
                            .after = *token };
    csm_id *ids = csm_arena_array(ctx->arena, max, sizeof(*ids));
    csm_status st;

    if (ids == NULL)
        return csm_ctx_nomem(ctx);
    *count = 0;
    csm_ctx_enter_system(ctx);
    st = collect(ctx, &spec, ids, count, token);
    csm_ctx_leave_system(ctx);
    *out = ids;
    return st;
}

csm_status csm_write_one_field(csm_ctx *ctx, const csm_mtable *table, csm_id id, const csm_mfield *field, csm_value value)
{
    csm_pair pair = { csm_str_of(field->name), value };
    csm_status st;

    csm_ctx_enter_system(ctx);
    st = csm_write_update(ctx, table, id, csm_map(&pair, 1), NULL, NULL);
    csm_ctx_leave_system(ctx);
    return st;
}

static csm_status referring(csm_ctx *ctx, const csm_minbound *inbound, csm_id id, uint32_t max, csm_id **ids, uint32_t *count)
{
    const csm_expr *expr = csm_expr_term(ctx->arena, inbound->field, CSM_OP_EQ, csm_id_value(id));
    csm_str token = CSM_STR("");

    if (expr == NULL)
        return csm_ctx_nomem(ctx);
    return csm_rows_matching(ctx, inbound->table, expr, max, &token, ids, count);
}

/* Takes the id out of the field: nil, or the list without it. */
static csm_status clear_one(csm_ctx *ctx, const csm_minbound *inbound, csm_id from, csm_id target)
{
    csm_value value = csm_nil(), *items;
    const csm_mfield *field;
    uint32_t kept = 0;
    csm_row *row;

    CSM_TRY(csm_row_find(ctx, inbound->table, from, &row));
    field = row != NULL ? csm_field_in(row->table, inbound->field) : NULL;
    if (field == NULL)
        return CSM_OK;
    if (field->type == CSM_F_LIST) {
        csm_value list = csm_row_get(row, field);

        items = csm_arena_array(ctx->arena, list.count, sizeof(*items));
        if (items == NULL)
            return csm_ctx_nomem(ctx);
        for (uint32_t n = 0; n < list.count; n++)
            if (!csm_id_eq(list.list[n].id, target))
                items[kept++] = list.list[n];
        value = kept > 0 ? csm_list(items, kept) : csm_nil();
    }
    return csm_write_one_field(ctx, row->table, from, field, value);
}

static csm_status delete_one(csm_ctx *ctx, const csm_mtable *table, csm_id id)
{
    csm_status st;

    csm_ctx_enter_system(ctx);
    st = csm_write_delete(ctx, table, id, NULL);
    csm_ctx_leave_system(ctx);
    return st;
}

/* Its deletion is under way further out. */
static bool is_going(const csm_ctx *ctx, csm_id id)
{
    for (const struct csm_deleting *d = ctx->deleting; d != NULL; d = d->outer)
        if (csm_id_eq(d->id, id))
            return true;
    return false;
}

/* Clears or deletes all that refer to @p row, page by page: each page leaves the index behind it. */
static csm_status release_all(csm_ctx *ctx, const csm_minbound *inbound, const csm_row *row)
{
    uint32_t left = ctx->engine->limits.derived_rows;
    bool cascade = inbound->field->on_delete == CSM_CASCADE, again = true;

    while (again) {
        uint32_t count, gone = 0;
        csm_id *ids;

        CSM_TRY(referring(ctx, inbound, row->id, PAGE_ROWS, &ids, &count));
        for (uint32_t n = 0; n < count; n++) {
            if (is_going(ctx, ids[n]))
                continue;
            if (left-- == 0)
                return csm_ctx_fail(ctx, CSM_E_LIMIT, "more than %u rows of %s refer to this %s", ctx->engine->limits.derived_rows,
                                    csm_ctx_called(ctx, inbound->table), csm_ctx_called(ctx, row->table));
            gone++;
            CSM_TRY(cascade ? delete_one(ctx, inbound->table, ids[n]) : clear_one(ctx, inbound, ids[n], row->id));
        }
        again = gone > 0 && count == PAGE_ROWS;
    }
    return CSM_OK;
}

static csm_status refuse(csm_ctx *ctx, const csm_minbound *inbound, const csm_row *row)
{
    uint32_t count, others = 0;
    csm_id *ids;

    CSM_TRY(referring(ctx, inbound, row->id, COUNT_MAX + 1, &ids, &count));
    for (uint32_t n = 0; n < count; n++)
        others += !is_going(ctx, ids[n]);
    if (others == 0)
        return CSM_OK;
    if (ctx->caller->is_external) /* by what is not for him to know */
        csm_ctx_fail(ctx, CSM_E_REJECTED, "this %s is in use", csm_ctx_called(ctx, row->table));
    else
        csm_error_field(&ctx->err, CSM_E_REJECTED, inbound->field->name,
                        "this %s is in use: %s%u row%s of %s refer%s to it by \"%s\"", row->table->name,
                        others > COUNT_MAX ? "more than " : "", others > COUNT_MAX ? COUNT_MAX : others,
                        others == 1 ? "" : "s", inbound->table->name, others == 1 ? "s" : "", inbound->field->name);
    memcpy(ctx->err.reason, "referenced", sizeof("referenced"));
    return CSM_E_REJECTED;
}

csm_status csm_write_release(csm_ctx *ctx, const csm_row *row)
{
    static const uint32_t order[] = { CSM_CASCADE, CSM_CLEAR, CSM_REFUSE };
    const csm_mtable *table = row->table;

    for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
        for (uint32_t n = 0; n < table->inbound_count; n++) {
            const csm_minbound *inbound = &table->inbound[n];

            if (inbound->field->on_delete != order[k])
                continue;
            CSM_TRY(order[k] == CSM_REFUSE ? refuse(ctx, inbound, row) : release_all(ctx, inbound, row));
        }
    }
    return CSM_OK;
}
