/* A query's frame: the tables it runs over, what the caller may see of each, and the test every row passes. */
#include "engine/query/plan.h"

#include <stdlib.h>

#define SCRATCH_BLOCK 16384u

/* ---- fields the query names ---- */

static csm_status refuse_field(csm_ctx *ctx, const csm_mfield *field)
{
    return csm_error_field(&ctx->err, CSM_E_DENIED, field->name,
                           "field \"%s\" may not be used in a condition, an order or a group by this caller", field->name);
}

static csm_status check_path(void *user, const csm_term *term)
{
    csm_ctx *ctx = user;

    for (uint32_t n = 0; !term->trusted && n < term->path.count; n++)
        if (!csm_access_field(ctx, term->path.steps[n], CSM_OP_READ))
            return refuse_field(ctx, term->path.steps[n]);
    return CSM_OK;
}

/* Rights that hold whatever the row. */
static csm_status check_fields(csm_plan *plan)
{
    csm_ctx *ctx = plan->ctx;
    const csm_filter *filter = &plan->spec.filter;

    CSM_TRY(csm_expr_each_path(filter->expr, check_path, ctx));
    for (uint32_t n = 0; n < filter->order_count; n++)
        if (!csm_access_field(ctx, filter->order[n].field, CSM_OP_READ))
            return refuse_field(ctx, filter->order[n].field);
    for (uint32_t n = 0; n < plan->extra_count; n++)
        if (!csm_access_field(ctx, plan->extra[n], CSM_OP_READ))
            return refuse_field(ctx, plan->extra[n]);
    return CSM_OK;
}

struct use {
    csm_plan *plan;
    csm_source *source;
};

static csm_status use_field(const struct use *use, const csm_mfield *field)
{
    const csm_mfield *here = csm_mtable_field_by_id(use->source->table, field->id);

    return here != NULL ? csm_access_use_field(use->plan->ctx, use->source->table, &use->source->usable, here) : CSM_OK;
}

static csm_status use_first(void *user, const csm_term *term)
{
    return term->trusted ? CSM_OK : use_field(user, term->path.steps[0]);
}

/* Leaves of the reach what shows every field the query names. */
static csm_status use_fields(csm_plan *plan, csm_source *source)
{
    struct use use = { plan, source };
    const csm_filter *filter = &plan->spec.filter;

    CSM_TRY(csm_expr_each_path(filter->expr, use_first, &use));
    for (uint32_t n = 0; n < filter->order_count; n++)
        CSM_TRY(use_field(&use, filter->order[n].field));
    for (uint32_t n = 0; n < plan->extra_count; n++)
        CSM_TRY(use_field(&use, plan->extra[n]));
    return CSM_OK;
}

/* ---- sources ---- */

static csm_status copy_reach(csm_plan *plan, const csm_reach *from, csm_reach *to)
{
    *to = *from;
    if (from->branch_count == 0)
        return CSM_OK;
    to->branches = csm_arena_copy(plan->arena, from->branches, from->branch_count * sizeof(*from->branches));
    return to->branches != NULL ? CSM_OK : csm_ctx_nomem(plan->ctx);
}

/* What another operation than reading demands of the row. *none: nothing is within reach. */
static csm_status add_operation(csm_plan *plan, csm_source *source, bool *none)
{
    uint32_t op = plan->spec.op;
    const csm_reach *reach;
    const csm_expr **filters;

    if (op == 0 || op == CSM_OP_READ)
        return CSM_OK;
    CSM_TRY(csm_eval_reach(&plan->eval, source->table, op, &reach));
    if (reach->all)
        return CSM_OK;
    *none = reach->branch_count == 0;
    filters = csm_arena_array(plan->arena, reach->branch_count + 1u, sizeof(*filters));
    if (filters == NULL)
        return csm_ctx_nomem(plan->ctx);
    for (uint32_t n = 0; n < reach->branch_count; n++)
        filters[n] = reach->branches[n].filter;
    source->beyond = csm_expr_and(plan->arena, csm_expr_or(plan->arena, filters, reach->branch_count), reach->restriction);
    return source->beyond != NULL && source->beyond->kind == CSM_EXPR_FAILED ? csm_ctx_nomem(plan->ctx) : CSM_OK;
}

/* *denied: the caller reads rows of it, but not with these fields. */
static csm_status add_source(csm_plan *plan, const csm_mtable *table, bool *denied)
{
    static const csm_reach all = { .all = true };
    csm_source source = { .table = table, .whole = &all, .usable = { .all = true } };
    bool none = false;
    csm_status st;

    if (!csm_sees_all(plan->ctx)) {
        CSM_TRY(csm_eval_reach(&plan->eval, table, CSM_OP_READ, &source.whole));
        if (!source.whole->all && source.whole->branch_count == 0)
            return CSM_OK;
        CSM_TRY(copy_reach(plan, source.whole, &source.usable));
        st = use_fields(plan, &source);
        if (st == CSM_E_DENIED) {
            *denied = true;
            return CSM_OK;
        }
        CSM_TRY(st);
        CSM_TRY(add_operation(plan, &source, &none));
    }
    if (!none)
        plan->sources[plan->source_count++] = source;
    return CSM_OK;
}

static csm_status add_sources(csm_plan *plan)
{
    const csm_mtable *table = plan->spec.table;
    bool denied = false;

    plan->sources = csm_arena_array(plan->arena, table->descendant_count, sizeof(*plan->sources));
    if (plan->sources == NULL)
        return csm_ctx_nomem(plan->ctx);
    for (uint32_t n = 0; n < table->descendant_count; n++)
        if ((table->descendants[n]->flags & CSM_TABLE_ABSTRACT) == 0)
            CSM_TRY(add_source(plan, table->descendants[n], &denied));
    if (denied && plan->source_count == 0)
        return plan->ctx->err.code; /* names the field */
    if (denied)
        csm_error_clear(&plan->ctx->err);
    return CSM_OK;
}

static csm_status add_branches(csm_plan *plan)
{
    csm_branch **parts = csm_arena_array(plan->arena, plan->source_count + 1u, sizeof(*parts));
    uint32_t *counts = csm_arena_array(plan->arena, plan->source_count + 1u, sizeof(*counts)), total = 0;

    if (parts == NULL || counts == NULL)
        return csm_ctx_nomem(plan->ctx);
    for (uint32_t n = 0; n < plan->source_count; n++) {
        CSM_TRY(csm_branches_make(plan, &plan->sources[n], &parts[n], &counts[n]));
        total += counts[n];
    }
    plan->branches = csm_arena_array(plan->arena, total + 1u, sizeof(*plan->branches));
    if (plan->branches == NULL)
        return csm_ctx_nomem(plan->ctx);
    for (uint32_t n = 0; n < plan->source_count; n++) {
        memcpy(plan->branches + plan->branch_count, parts[n], counts[n] * sizeof(csm_branch));
        plan->branch_count += counts[n];
    }
    return CSM_OK;
}

csm_status csm_plan_open(csm_ctx *ctx, const csm_query_spec *spec, const csm_mfield *const *extra, uint32_t extra_count,
                         csm_plan *out)
{
    *out = (csm_plan){ .ctx = ctx, .arena = ctx->arena, .spec = *spec, .extra = extra, .extra_count = extra_count };
    csm_buf_init(&out->key, 0);
    out->scratch = csm_arena_new(SCRATCH_BLOCK, 0);
    if (out->scratch == NULL)
        return csm_ctx_nomem(ctx);
    out->rows = out->scratch;
    csm_eval_init(&out->eval, ctx, out->scratch);
    if (!csm_sees_all(ctx))
        CSM_TRY(check_fields(out));
    CSM_TRY(add_sources(out));
    return add_branches(out);
}

void csm_plan_close(csm_plan *plan)
{
    csm_arena_free(plan->scratch);
    plan->scratch = NULL;
    csm_buf_done(&plan->key);
}

/* ---- rows ---- */

csm_status csm_plan_touch(csm_plan *plan)
{
    plan->touched++;
    return csm_budget_row(plan->ctx);
}

csm_source *csm_plan_source(const csm_plan *plan, const csm_mtable *table)
{
    for (uint32_t n = 0; n < plan->source_count; n++)
        if (plan->sources[n].table == table)
            return &plan->sources[n];
    return NULL;
}

csm_status csm_plan_decode(csm_plan *plan, csm_id id, csm_str bytes, csm_row **out)
{
    uint32_t table_id = 0, version = 0;

    *out = NULL;
    if (csm_row_peek(bytes, &table_id, &version) && csm_registry_table_by_id(plan->ctx->reg, table_id) == NULL)
        return CSM_OK; /* of a plugin that is not active */
    return csm_row_decode(plan->ctx->reg, plan->rows, id, bytes, plan->ctx->txn != NULL, out, &plan->ctx->err);
}

csm_status csm_plan_bytes(csm_plan *plan, csm_id id, csm_str *out)
{
    uint32_t family = plan->spec.table->root->id;
    uint8_t key[4 + sizeof(id.b)] = { (uint8_t)(family >> 24), (uint8_t)(family >> 16), (uint8_t)(family >> 8),
                                      (uint8_t)family };
    csm_str at = { (const char *)key, sizeof(key) };
    csm_status st;

    memcpy(key + 4, id.b, sizeof(id.b));
    CSM_TRY(csm_plan_touch(plan));
    st = csm_view_get(plan->ctx->view, CSM_DB_ROWS, at, out, &plan->ctx->err);
    if (st == CSM_E_NOT_FOUND)
        *out = (csm_str){ 0 };
    return st == CSM_E_NOT_FOUND ? CSM_OK : st;
}

csm_status csm_plan_row(csm_plan *plan, csm_id id, csm_row **out)
{
    csm_str bytes;

    *out = NULL;
    CSM_TRY(csm_plan_bytes(plan, id, &bytes));
    return bytes.ptr != NULL ? csm_plan_decode(plan, id, bytes, out) : CSM_OK;
}

csm_status csm_plan_test(csm_plan *plan, const csm_source *source, const csm_row *row, bool *out)
{
    CSM_TRY(csm_eval_expr(&plan->eval, plan->spec.filter.expr, row, NULL, out));
    if (*out && source->beyond != NULL)
        CSM_TRY(csm_eval_expr(&plan->eval, source->beyond, row, NULL, out));
    if (*out && !source->usable.all)
        CSM_TRY(csm_eval_within(&plan->eval, &source->usable, row, out, NULL, NULL));
    return CSM_OK;
}

csm_status csm_plan_readable(csm_plan *plan, const csm_source *source, const csm_row *row, const uint64_t **out)
{
    uint64_t *fields;
    bool within, every = true;

    *out = NULL;
    if (source->whole->all)
        return CSM_OK;
    fields = csm_arena_array(plan->arena, (row->table->field_count + 63) / 64, sizeof(*fields));
    if (fields == NULL)
        return csm_ctx_nomem(plan->ctx);
    CSM_TRY(csm_eval_within(&plan->eval, source->whole, row, &within, fields, &every));
    if (!every)
        *out = fields;
    return CSM_OK;
}
