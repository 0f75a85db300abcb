/* Queries from handlers. In a reading call rows are read as they are reached. In a writing one the rows and their order are
 * fixed at the first next, so that a handler may write and delete what it walks over: each row is then read as it is when
 * reached, one deleted meanwhile is passed over. */
#include "engine/record/call.h"

#include "engine/query/kept.h"

struct csm_query {
    csm_query_spec spec;
    bool limited;              /* the handler set the limit */
    csm_status bad;            /* first error of a setter */
    csm_error *bad_error;      /* its text; NULL = no memory for it */
    csm_cursor *cursor;
    csm_id *ids;               /* writing calls */
    uint32_t count, at;
    bool fixed;
    bool is_kept;              /* an open_kept: its rows are in hand */
    csm_kept_rows kept;
};

static csm_status query_open(csm_ctx *ctx, const char *name, csm_query **out)
{
    const csm_mtable *table = csm_host_table(ctx, name);
    csm_query *q;

    if (table == NULL)
        return CSM_E_INVALID;
    q = csm_arena_zalloc(ctx->arena, sizeof(*q));
    if (q == NULL)
        return csm_ctx_nomem(ctx);
    q->spec.table = table;
    *out = q;
    return CSM_OK;
}

static csm_status open_kept(csm_ctx *ctx, const char *name, const char *encoded, csm_query **out)
{
    csm_query *q;

    CSM_TRY(query_open(ctx, name, &q));
    if (encoded == NULL)
        return csm_ctx_stick(ctx, CSM_E_INVALID, "a query of %s has no condition", name);
    if (ctx->system == 0)
        return csm_ctx_stick(ctx, CSM_E_INVALID, "kept rows of %s are for code with the plugin's rights", name);
    CSM_TRY(csm_kept_find(ctx, q->spec.table, csm_str_of(encoded), &q->kept));
    q->is_kept = true;
    *out = q;
    return CSM_OK;
}

static void keep_error(csm_ctx *ctx, csm_query *q, csm_status st)
{
    if (q->bad != CSM_OK || st == CSM_OK)
        return;
    q->bad = st;
    q->bad_error = csm_arena_copy(ctx->arena, &ctx->err, sizeof(ctx->err));
}

static csm_status and_expr(csm_ctx *ctx, csm_query *q, const csm_expr *expr)
{
    const csm_expr *both = csm_expr_and(ctx->arena, q->spec.filter.expr, expr);

    if (both == NULL)
        return csm_ctx_nomem(ctx);
    q->spec.filter.expr = both;
    return CSM_OK;
}

/* Each item of a list by the field's type. */
static csm_status convert_list(csm_ctx *ctx, const csm_mfield *field, csm_value in, csm_value *out)
{
    csm_value *items = csm_arena_array(ctx->arena, in.count, sizeof(*items));

    if (items == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < in.count; n++) {
        if (field->type == CSM_F_LIST || in.list[n].type == CSM_T_ID)
            items[n] = in.list[n];
        else
            CSM_TRY(csm_mfield_convert(field, in.list[n], ctx->arena, &items[n], &ctx->err));
    }
    *out = csm_list(items, in.count);
    return CSM_OK;
}

/* One document as rows keep it, which is a list too. */
static bool is_document(const csm_mfield *field, csm_value in)
{
    return field->type == CSM_F_DOCUMENT && in.count == 2 && in.list[0].type == CSM_T_TEXT && in.list[1].type == CSM_T_ID;
}

/* Terms compare with stored values; what finds text or an element is taken as it is. */
static csm_status term_value(csm_ctx *ctx, const csm_mfield *field, uint32_t op, csm_value in, csm_value *out)
{
    if (op >= CSM_OP_CHANGES || op < CSM_OP_EQ)
        return csm_error_field(&ctx->err, CSM_E_INVALID, field->name, "field \"%s\": a query has no such operator", field->name);
    if (op == CSM_OP_EMPTY || op == CSM_OP_NOT_EMPTY) {
        *out = csm_nil();
        return CSM_OK;
    }
    if (in.type == CSM_T_LIST && !is_document(field, in))
        return convert_list(ctx, field, in, out);
    if (op == CSM_OP_LIKE || op == CSM_OP_STARTS || op == CSM_OP_ENDS || field->type == CSM_F_LIST || csm_is_nil(in) ||
        in.type == CSM_T_LIST)
        return csm_value_copy(ctx->arena, in, out) == CSM_OK ? CSM_OK : csm_ctx_nomem(ctx);
    return csm_mfield_convert(field, in, ctx->arena, out, &ctx->err);
}

static csm_status add_term(csm_ctx *ctx, csm_query *q, const csm_mfield *field, uint32_t op, csm_value in)
{
    const csm_expr *term;
    csm_value value;

    CSM_TRY(term_value(ctx, field, op, in, &value));
    if (csm_is_nil(value) && op == CSM_OP_EQ)
        op = CSM_OP_EMPTY;
    else if (csm_is_nil(value) && op == CSM_OP_NE)
        op = CSM_OP_NOT_EMPTY;
    term = csm_expr_term(ctx->arena, field, (csm_op)op, value);
    return term != NULL ? and_expr(ctx, q, term) : csm_ctx_nomem(ctx);
}

static void where(csm_ctx *ctx, csm_query *q, const char *name, uint32_t op, csm_value value)
{
    const csm_mfield *field = csm_host_field(ctx, q->spec.table, name);

    keep_error(ctx, q, field != NULL ? add_term(ctx, q, field, op, value) : CSM_E_INVALID);
}

static void filter(csm_ctx *ctx, csm_query *q, const char *encoded)
{
    csm_filter parsed;
    csm_status st;

    if (encoded == NULL) {
        keep_error(ctx, q, csm_ctx_stick(ctx, CSM_E_INVALID, "a query of %s has no condition", q->spec.table->name));
        return;
    }
    st = csm_host_filter(ctx, q->spec.table, encoded, &parsed);
    if (st == CSM_OK && parsed.expr != NULL)
        st = and_expr(ctx, q, parsed.expr);
    for (uint32_t n = 0; st == CSM_OK && n < parsed.order_count; n++) {
        if (q->spec.filter.order_count == CSM_ORDER_MAX)
            st = csm_ctx_fail(ctx, CSM_E_LIMIT, "a query has at most %d order fields", CSM_ORDER_MAX);
        else
            q->spec.filter.order[q->spec.filter.order_count++] = parsed.order[n];
    }
    keep_error(ctx, q, st);
}

static void order(csm_ctx *ctx, csm_query *q, const char *name, uint32_t direction)
{
    const csm_mfield *field = csm_host_field(ctx, q->spec.table, name);
    csm_filter *f = &q->spec.filter;

    if (field == NULL)
        keep_error(ctx, q, CSM_E_INVALID);
    else if (f->order_count == CSM_ORDER_MAX)
        keep_error(ctx, q, csm_ctx_fail(ctx, CSM_E_LIMIT, "a query has at most %d order fields", CSM_ORDER_MAX));
    else
        f->order[f->order_count++] = (csm_mcolumn){ .field = field, .descending = direction == CSM_DESC };
}

/* Parents first, since a path begins with that of the row above. */
static void tree(csm_ctx *ctx, csm_query *q, csm_id id, uint32_t part)
{
    const csm_mfield *path;
    const csm_expr *expr;
    csm_status st = csm_tree_expr(ctx, q->spec.table, id, part, &path, &expr);

    if (st == CSM_OK)
        st = and_expr(ctx, q, expr);
    keep_error(ctx, q, st);
    if (st == CSM_OK)
        order(ctx, q, path->name, CSM_ASC);
}

static void limit(csm_ctx *ctx, csm_query *q, uint32_t count)
{
    if (count == 0)
        keep_error(ctx, q, csm_ctx_fail(ctx, CSM_E_INVALID, "a query limited to no rows"));
    q->spec.limit = count;
    q->limited = true;
}

static csm_status fix_rows(csm_ctx *ctx, csm_query *q)
{
    csm_cursor *cursor;
    csm_status st;

    if (q->limited && q->spec.limit > ctx->engine->limits.sort_rows)
        return csm_ctx_fail(ctx, CSM_E_LIMIT, "a writing call's query is limited to %u rows", ctx->engine->limits.sort_rows);
    CSM_TRY(csm_cursor_open(ctx, &q->spec, &cursor));
    st = csm_cursor_ids(ctx, cursor, &q->ids, &q->count);
    csm_cursor_close(cursor);
    q->fixed = st == CSM_OK;
    return st;
}

static csm_status next_fixed(csm_ctx *ctx, csm_query *q, csm_record **out)
{
    if (!q->fixed)
        CSM_TRY(fix_rows(ctx, q));
    while (q->at < q->count) {
        uint64_t *readable;
        csm_row *row;
        csm_status st = csm_record_read(ctx, q->spec.table, q->ids[q->at++], &row, &readable);

        if (st == CSM_E_NOT_FOUND) {
            csm_error_clear(&ctx->err);
            continue;
        }
        if (st != CSM_OK)
            return st;
        *out = csm_record_wrap(ctx, row, readable);
        return *out != NULL ? CSM_OK : CSM_E_NOMEM;
    }
    return CSM_OK;
}

static csm_status next_streamed(csm_ctx *ctx, csm_query *q, csm_record **out)
{
    const uint64_t *readable, *kept = NULL;
    csm_row *row;

    if (q->cursor == NULL)
        CSM_TRY(csm_cursor_open(ctx, &q->spec, &q->cursor));
    CSM_TRY(csm_cursor_next(ctx, q->cursor, &row, &readable));
    if (row == NULL)
        return CSM_OK;
    if (readable != NULL) {
        kept = csm_arena_copy(ctx->arena, readable, csm_bits_words(row->table->field_count) * sizeof(*kept));
        if (kept == NULL)
            return csm_ctx_nomem(ctx);
    }
    *out = csm_record_wrap(ctx, row, kept);
    return *out != NULL ? CSM_OK : CSM_E_NOMEM;
}

/* The row is shared by all calls of the thread: nobody writes to it, and a set goes to a copy as always. */
static csm_status next_kept(csm_ctx *ctx, csm_query *q, csm_record **out)
{
    if (q->at == q->kept.count)
        return CSM_OK;
    *out = csm_record_wrap(ctx, q->kept.items[q->at++], NULL);
    return *out != NULL ? CSM_OK : CSM_E_NOMEM;
}

static csm_status query_next(csm_ctx *ctx, csm_query *q, csm_record **out)
{
    *out = NULL;
    if (q->bad != CSM_OK) {
        if (q->bad_error == NULL)
            return csm_ctx_nomem(ctx);
        ctx->err = *q->bad_error;
        return q->bad;
    }
    if (q->is_kept)
        return next_kept(ctx, q, out);
    return ctx->txn != NULL ? next_fixed(ctx, q, out) : next_streamed(ctx, q, out);
}

static void query_close(csm_ctx *ctx, csm_query *q)
{
    (void)ctx;
    if (q == NULL)
        return;
    csm_cursor_close(q->cursor);
    q->cursor = NULL;
}

static csm_status count(csm_ctx *ctx, const char *name, const char *encoded, uint64_t *out)
{
    const csm_mtable *table = csm_host_table(ctx, name);
    csm_query_spec spec = { .table = table };

    if (table == NULL)
        return CSM_E_INVALID;
    CSM_TRY(csm_host_filter(ctx, table, encoded, &spec.filter));
    return csm_query_count_rows(ctx, &spec, out);
}

const csm_query_api csm_host_query = {
    .size = sizeof(csm_query_api),
    .open = query_open,
    .where = where,
    .filter = filter,
    .order = order,
    .limit = limit,
    .next = query_next,
    .close = query_close,
    .count = count,
    .open_kept = open_kept,
    .tree = tree,
};
