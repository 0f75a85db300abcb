/* What the core's methods share: answers, arguments, rows of the engine's own tables. */
#include "rpc/method.h"

#include <stdio.h>

/* ---- answering ---- */

csm_writer *csm_reply_begin(csm_reply *out)
{
    out->done = true;
    return out->writer;
}

void csm_put_text(csm_writer *w, const char *key, const char *text)
{
    csm_put_str(w, key, csm_str_of(text));
}

void csm_put_str(csm_writer *w, const char *key, csm_str text)
{
    csm_write_cstr(w, key);
    if (text.ptr != NULL)
        csm_write_text(w, text);
    else
        csm_write_nil(w);
}

void csm_put_int(csm_writer *w, const char *key, int64_t value)
{
    csm_write_cstr(w, key);
    csm_write_int(w, value);
}

void csm_put_bool(csm_writer *w, const char *key, bool value)
{
    csm_write_cstr(w, key);
    csm_write_bool(w, value);
}

void csm_put_id(csm_writer *w, const char *key, csm_id id)
{
    csm_write_cstr(w, key);
    if (csm_id_is_none(id))
        csm_write_nil(w);
    else
        csm_write_id(w, id);
}

void csm_put_time(csm_writer *w, const char *key, csm_time at)
{
    csm_write_cstr(w, key);
    if (at == 0)
        csm_write_nil(w);
    else
        csm_write_time(w, at);
}

void csm_put_value(csm_writer *w, const char *key, csm_value value)
{
    csm_write_cstr(w, key);
    csm_write_value(w, value);
}

#define LIST_HEAD 5u /* array32: any length fits */

csm_open_list csm_list_begin(csm_writer *w)
{
    csm_open_list list = { .at = w->buf->len };

    csm_write_raw(w, (csm_str){ "\xdd\0\0\0\0", LIST_HEAD });
    return list;
}

void csm_list_end(csm_writer *w, csm_open_list list)
{
    if (w->buf->failed || list.at + LIST_HEAD > w->buf->len)
        return;
    for (unsigned n = 0; n < 4; n++)
        w->buf->ptr[list.at + 1 + n] = (uint8_t)(list.count >> (8 * (3 - n)));
}

/* ---- arguments ---- */

csm_status csm_find_table(csm_ctx *ctx, csm_value name, const csm_mtable **out)
{
    csm_status st = csm_registry_get_table(ctx->reg, csm_value_text(name), out, &ctx->err);

    if (st != CSM_OK && ctx->err.field[0] == '\0')
        (void)snprintf(ctx->err.field, sizeof(ctx->err.field), "table");
    return st;
}

csm_value csm_row_field(const csm_row *row, const char *name)
{
    const csm_mfield *field = csm_mtable_field(row->table, csm_str_of(name));

    return field != NULL ? csm_row_get(row, field) : csm_nil();
}

static csm_status open_where(csm_ctx *ctx, const char *table, const char *name, csm_op op, csm_value value, uint32_t limit,
                             csm_cursor **out)
{
    csm_query_spec spec = { .limit = limit };
    const csm_mfield *field;

    CSM_TRY(csm_registry_get_table(ctx->reg, csm_str_of(table), &spec.table, &ctx->err));
    CSM_TRY(csm_mtable_get_field(spec.table, csm_str_of(name), &field, &ctx->err));
    spec.filter.expr = csm_expr_term(ctx->arena, field, op, value);
    if (spec.filter.expr == NULL)
        return csm_ctx_nomem(ctx);
    return csm_cursor_open(ctx, &spec, out);
}

csm_status csm_find_row(csm_ctx *ctx, const char *table, const char *field, csm_value value, csm_row **out)
{
    csm_cursor *cursor = NULL;
    csm_row *row = NULL, *found = NULL;
    csm_status st;

    csm_ctx_enter_system(ctx);
    st = open_where(ctx, table, field, CSM_OP_EQ, value, 1, &cursor);
    if (st == CSM_OK)
        st = csm_cursor_next(ctx, cursor, &row, NULL);
    if (st == CSM_OK && row != NULL) /* the cursor's row ends with it */
        st = csm_row_find(ctx, row->table, row->id, &found);
    csm_cursor_close(cursor);
    csm_ctx_leave_system(ctx);
    if (st == CSM_OK)
        *out = found;
    return st;
}

csm_status csm_find_id(csm_ctx *ctx, const char *table, csm_id id, csm_row **out)
{
    const csm_mtable *found;

    CSM_TRY(csm_registry_get_table(ctx->reg, csm_str_of(table), &found, &ctx->err));
    return csm_row_find(ctx, found, id, out);
}

csm_status csm_find_user(csm_ctx *ctx, csm_str user, csm_row **out)
{
    csm_row *row = NULL;
    csm_id id;

    if (csm_id_parse(user, &id))
        CSM_TRY(csm_find_id(ctx, "sys_user", id, &row));
    if (row == NULL && user.len > 0)
        CSM_TRY(csm_find_row(ctx, "sys_user", "user_name", csm_text(user), &row));
    if (row == NULL)
        return csm_error_field(&ctx->err, CSM_E_NOT_FOUND, "user", "no user \"%.*s\"", CSM_STR_FMT(user));
    *out = row;
    return CSM_OK;
}

/* "-opened_at,number", or a list of such names. */
static csm_status set_order(csm_ctx *ctx, const csm_mtable *table, csm_value order, csm_filter *out)
{
    csm_str text = CSM_STR("");

    if (csm_is_nil(order))
        return CSM_OK;
    if (order.type == CSM_T_TEXT)
        return csm_order_parse(ctx->reg, table, order.s, out, &ctx->err);
    if (order.type != CSM_T_LIST || order.count > CSM_ORDER_MAX)
        return csm_error_field(&ctx->err, CSM_E_INVALID, "order", "argument \"order\": \"-field,field\" or a list of at most %d",
                               CSM_ORDER_MAX);
    for (uint32_t n = 0; n < order.count; n++) {
        if (order.list[n].type != CSM_T_TEXT)
            return csm_error_field(&ctx->err, CSM_E_INVALID, "order", "argument \"order\" is a list of field names");
        text = csm_arena_printf(ctx->arena, "%.*s%s%.*s", CSM_STR_FMT(text), n > 0 ? "," : "", CSM_STR_FMT(order.list[n].s));
        if (text.ptr == NULL)
            return csm_ctx_nomem(ctx);
    }
    return csm_order_parse(ctx->reg, table, text, out, &ctx->err);
}

csm_status csm_parse_filter(csm_ctx *ctx, const csm_mtable *table, csm_value query, csm_value where, csm_value order,
                            csm_filter *out)
{
    static const csm_filter_options from_client = { .trusted = false, .changes = false };
    csm_filter filter = { 0 };

    if (!csm_is_nil(query) && !csm_is_nil(where))
        return csm_error_field(&ctx->err, CSM_E_INVALID, "where", "give either \"query\" or \"where\"");
    if (!csm_is_nil(query))
        CSM_TRY(csm_filter_parse(ctx->reg, table, csm_value_text(query), from_client, ctx->arena, &filter, &ctx->err));
    else if (!csm_is_nil(where))
        CSM_TRY(csm_filter_from_value(ctx->reg, table, where, ctx->arena, &filter, &ctx->err));
    CSM_TRY(set_order(ctx, table, order, &filter));
    *out = filter;
    return CSM_OK;
}

/* ---- writing with the engine's own rights ---- */

csm_status csm_own_insert(csm_ctx *ctx, const char *table, const csm_pair *pairs, uint32_t count, csm_row **out)
{
    csm_write_options options = CSM_WRITE_OPTIONS_INIT;
    const csm_mtable *found;
    csm_status st;

    CSM_TRY(csm_registry_get_table(ctx->reg, csm_str_of(table), &found, &ctx->err));
    csm_ctx_enter_system(ctx);
    st = csm_write_insert(ctx, found, csm_map(pairs, count), &options, out);
    csm_ctx_leave_system(ctx);
    return st;
}

csm_status csm_own_update(csm_ctx *ctx, const csm_row *row, const csm_pair *pairs, uint32_t count)
{
    csm_write_options options = CSM_WRITE_OPTIONS_INIT;
    csm_row *written;
    csm_status st;

    csm_ctx_enter_system(ctx);
    st = csm_write_update(ctx, row->table, row->id, csm_map(pairs, count), &options, &written);
    csm_ctx_leave_system(ctx);
    return st;
}

csm_status csm_own_delete(csm_ctx *ctx, const csm_row *row)
{
    csm_write_options options = CSM_WRITE_OPTIONS_INIT;
    csm_status st;

    csm_ctx_enter_system(ctx);
    st = csm_write_delete(ctx, row->table, row->id, &options);
    csm_ctx_leave_system(ctx);
    return st;
}

/* Ids first: rows are not deleted under the cursor that walks them. */
static csm_status collect(csm_ctx *ctx, csm_cursor *cursor, csm_id keep, csm_id *ids, uint32_t *count)
{
    csm_row *row = NULL;
    csm_status st;

    while ((st = csm_cursor_next(ctx, cursor, &row, NULL)) == CSM_OK && row != NULL)
        if (!csm_id_eq(row->id, keep))
            ids[(*count)++] = row->id;
    return st;
}

csm_status csm_own_delete_where(csm_ctx *ctx, const char *table, const char *field, csm_op op, csm_value value,
                                csm_id keep, uint32_t max, uint32_t *deleted)
{
    csm_id *ids = csm_arena_array(ctx->arena, max, sizeof(*ids));
    csm_cursor *cursor = NULL;
    uint32_t count = 0;
    csm_status st;

    if (ids == NULL)
        return csm_ctx_nomem(ctx);
    csm_ctx_enter_system(ctx);
    st = open_where(ctx, table, field, op, value, max, &cursor);
    if (st == CSM_OK)
        st = collect(ctx, cursor, keep, ids, &count);
    csm_cursor_close(cursor);
    csm_ctx_leave_system(ctx);
    for (uint32_t n = 0; st == CSM_OK && n < count; n++) {
        csm_row *row = NULL;

        st = csm_find_id(ctx, table, ids[n], &row);
        if (st == CSM_OK && row != NULL)
            st = csm_own_delete(ctx, row);
    }
    *deleted = count;
    return st;
}
