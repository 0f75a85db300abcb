/* What other rows derive from the one just written: copies of a changed value, paths below a moved node, the one of its
 * siblings. Rows beyond the limit follow in pages by a job, but for paths: those move whole or not at all. */
#include "engine/record/refresh.h"

#include "engine/job/job.h"
#include "engine/record/write.h"

#include <stdio.h>

#define PAGE_ROWS 500u

static csm_value get(const csm_row *row, const csm_mfield *field)
{
    const csm_mfield *own = csm_field_in(row->table, field);

    return own != NULL ? csm_row_get(row, own) : csm_nil();
}

static bool moved(const csm_change *change, const csm_mfield *field)
{
    const csm_mfield *own = csm_field_in(change->now->table, field);

    return own != NULL && csm_change_moves(change, own);
}

/* ---- copies ---- */

static csm_status copy_to(csm_ctx *ctx, const csm_mderived *d, csm_id id, csm_value value)
{
    csm_row *row;

    CSM_TRY(csm_row_find(ctx, d->table, id, &row));
    if (row == NULL || (d->decl->only_if_empty && !csm_is_nil(get(row, d->field))))
        return CSM_OK;
    return csm_write_one_field(ctx, d->table, id, d->field, value);
}

/* At most @p max rows beyond *token, which is empty when all are done. */
static csm_status copy_rows(csm_ctx *ctx, const csm_mderived *d, const csm_row *source, uint32_t max, csm_str *token)
{
    const csm_expr *expr = csm_expr_term(ctx->arena, d->inputs[0], CSM_OP_EQ, csm_id_value(source->id));
    csm_value value = get(source, d->source);
    uint32_t left = max;

    if (expr == NULL)
        return csm_ctx_nomem(ctx);
    do {
        uint32_t count;
        csm_id *ids;

        CSM_TRY(csm_rows_matching(ctx, d->table, expr, left < PAGE_ROWS ? left : PAGE_ROWS, token, &ids, &count));
        for (uint32_t n = 0; n < count; n++)
            CSM_TRY(copy_to(ctx, d, ids[n], value));
        left -= count;
    } while (token->len > 0 && left > 0);
    return CSM_OK;
}

static csm_status refresh_later(csm_ctx *ctx, const csm_mderived *d, const csm_row *source, csm_str token)
{
    csm_value items[5];
    char hex[CSM_ID_TEXT];
    csm_str key;

    csm_id_format(source->id, hex);
    key = csm_arena_printf(ctx->arena, "%s/%s/%s", d->table->name, d->field->name, hex);
    if (key.ptr == NULL)
        return csm_ctx_nomem(ctx);
    items[0] = csm_ctext(d->table->name);
    items[1] = csm_ctext(d->field->name);
    items[2] = csm_ctext(source->table->name);
    items[3] = csm_id_value(source->id);
    items[4] = csm_text(token);
    return csm_job_put(ctx, CSM_STR(CSM_REFRESH_JOB), key, ctx->now, csm_list(items, 5));
}

static csm_status refresh_copies(csm_ctx *ctx, const csm_change *change)
{
    const csm_mtable *table = change->now->table;

    for (uint32_t n = 0; n < table->copies_out_count; n++) {
        const csm_mderived *d = table->copies_out[n];
        csm_str token = CSM_STR("");

        if (d->decl->once || !moved(change, d->source))
            continue;
        CSM_TRY(copy_rows(ctx, d, change->now, ctx->engine->limits.derived_rows, &token));
        if (token.len > 0)
            CSM_TRY(refresh_later(ctx, d, change->now, token));
    }
    return CSM_OK;
}

static const csm_mderived *find_copy(const csm_registry *reg, csm_str table, csm_str field)
{
    for (uint32_t n = 0; n < reg->derived_count; n++)
        if (reg->derived[n].decl->kind == CSM_DERIVE_COPY && csm_str_is(table, reg->derived[n].table->name) &&
            csm_str_is(field, reg->derived[n].field->name))
            return &reg->derived[n];
    return NULL;
}

csm_status csm_refresh_page(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    const csm_mtable *source_table;
    const csm_mderived *d;
    csm_value *next;
    csm_row *source;
    csm_str token;
    csm_status st;

    if (args.type != CSM_T_LIST || args.count != 5)
        return csm_ctx_fail(ctx, CSM_E_INVALID, "job \"%s\" takes five arguments", CSM_REFRESH_JOB);
    d = find_copy(ctx->reg, csm_value_text(args.list[0]), csm_value_text(args.list[1]));
    source_table = csm_registry_table(ctx->reg, csm_value_text(args.list[2]));
    if (d == NULL || source_table == NULL) /* its plugin is away: nothing copies any more */
        return CSM_OK;
    CSM_TRY(csm_row_find(ctx, source_table, csm_value_id(args.list[3]), &source));
    if (source == NULL)
        return CSM_OK;
    token = csm_value_text(args.list[4]);
    st = copy_rows(ctx, d, source, PAGE_ROWS, &token);
    if (st == CSM_E_INVALID && csm_value_text(args.list[4]).len > 0) { /* the token is of an index that is gone: from the start */
        token = CSM_STR("");
        st = copy_rows(ctx, d, source, PAGE_ROWS, &token);
    }
    if (st != CSM_OK || token.len == 0)
        return st;
    next = csm_arena_copy(ctx->arena, args.list, 5 * sizeof(*next));
    if (next == NULL)
        return csm_ctx_nomem(ctx);
    next[4] = csm_text(token);
    *next_args = csm_list(next, 5);
    *more = true;
    return CSM_OK;
}

/* ---- paths ---- */

static csm_str code_text(csm_arena *arena, csm_value value)
{
    if (value.type == CSM_T_TEXT)
        return value.s;
    return value.type == CSM_T_INT ? csm_arena_printf(arena, "%lld", (long long)value.i) : CSM_STR("");
}

static csm_status move_child(csm_ctx *ctx, const csm_mderived *d, csm_id id, csm_str path)
{
    const char *separator = d->decl->separator != NULL ? d->decl->separator : "/";
    csm_str code, text;
    csm_row *child;

    CSM_TRY(csm_row_find(ctx, d->table, id, &child));
    if (child == NULL)
        return CSM_OK;
    code = code_text(ctx->arena, get(child, d->inputs[1]));
    text = path.len == 0 || code.len == 0
               ? csm_arena_printf(ctx->arena, "%.*s%.*s", CSM_STR_FMT(path), CSM_STR_FMT(code))
               : csm_arena_printf(ctx->arena, "%.*s%s%.*s", CSM_STR_FMT(path), separator, CSM_STR_FMT(code));
    if (code.ptr == NULL || text.ptr == NULL)
        return csm_ctx_nomem(ctx);
    return csm_write_one_field(ctx, d->table, id, d->field, csm_text(text));
}

/* Each child written moves its own children in turn. */
static csm_status refresh_path(csm_ctx *ctx, const csm_change *change, const csm_mderived *d)
{
    uint32_t max = ctx->engine->limits.derived_rows, count;
    csm_str token = CSM_STR("");
    const csm_expr *expr;
    csm_id *ids;

    if (change->op != CSM_UPDATING || !moved(change, d->field))
        return CSM_OK;
    expr = csm_expr_term(ctx->arena, d->inputs[0], CSM_OP_EQ, csm_id_value(change->now->id));
    if (expr == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_rows_matching(ctx, d->table, expr, max, &token, &ids, &count));
    if (token.len > 0)
        return csm_ctx_fail(ctx, CSM_E_LIMIT, "more than %u rows of %s stand below this one", max, d->table->name);
    for (uint32_t n = 0; n < count; n++)
        CSM_TRY(move_child(ctx, d, ids[n], csm_value_text(get(change->now, d->field))));
    return CSM_OK;
}

/* ---- the one of its siblings ---- */

/* Rows with the same inputs and the flag set; *out NULL when all inputs are empty: then it has no siblings. */
static csm_status siblings(csm_ctx *ctx, const csm_row *row, const csm_mderived *d, const csm_expr **out)
{
    const csm_expr *expr = csm_expr_term(ctx->arena, d->field, CSM_OP_EQ, csm_bool(true));
    bool any = false;

    for (uint32_t n = 0; n < d->input_count; n++) {
        csm_value value = get(row, d->inputs[n]);
        const csm_expr *term = csm_expr_term(ctx->arena, d->inputs[n], csm_is_nil(value) ? CSM_OP_EMPTY : CSM_OP_EQ, value);

        any = any || !csm_is_nil(value);
        expr = term != NULL && expr != NULL ? csm_expr_and(ctx->arena, expr, term) : NULL;
    }
    if (expr == NULL)
        return csm_ctx_nomem(ctx);
    *out = any || d->input_count == 0 ? expr : NULL;
    return CSM_OK;
}

static csm_status refresh_single(csm_ctx *ctx, const csm_change *change, const csm_mderived *d)
{
    uint32_t max = ctx->engine->limits.derived_rows, count;
    csm_str token = CSM_STR("");
    bool stale = moved(change, d->field);
    const csm_expr *expr;
    csm_id *ids;

    for (uint32_t n = 0; n < d->input_count; n++)
        stale = stale || moved(change, d->inputs[n]);
    if (!stale || !csm_value_bool(get(change->now, d->field)))
        return CSM_OK;
    CSM_TRY(siblings(ctx, change->now, d, &expr));
    if (expr == NULL)
        return CSM_OK;
    CSM_TRY(csm_rows_matching(ctx, d->table, expr, max, &token, &ids, &count));
    if (token.len > 0)
        return csm_ctx_fail(ctx, CSM_E_LIMIT, "more than %u rows of %s hold \"%s\" at once", max, d->table->name, d->field->name);
    for (uint32_t n = 0; n < count; n++)
        if (!csm_id_eq(ids[n], change->now->id))
            CSM_TRY(csm_write_one_field(ctx, d->table, ids[n], d->field, csm_bool(false)));
    return CSM_OK;
}

csm_status csm_derive_after(csm_ctx *ctx, csm_change *change)
{
    const csm_mtable *table = change->now->table;

    if (change->op == CSM_UPDATING)
        CSM_TRY(refresh_copies(ctx, change));
    for (uint32_t n = 0; n < table->derived_count; n++) {
        if (table->derived[n]->decl->kind == CSM_DERIVE_PATH)
            CSM_TRY(refresh_path(ctx, change, table->derived[n]));
        else if (table->derived[n]->decl->kind == CSM_DERIVE_SINGLE)
            CSM_TRY(refresh_single(ctx, change, table->derived[n]));
    }
    return CSM_OK;
}
