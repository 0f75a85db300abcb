/* Is a condition true of a row? Dot-walk reads on through references; unless the term is trusted, a row or field out of
 * the caller's reach makes it false, and so does a row that is gone: the two cannot be told apart. */
#include "engine/query/expr.h"

#include "base/str.h"

#define VIA_DEPTH_MAX 8u /* rows reached through rows reached through rows */

struct csm_known_reach {
    const csm_mtable *table;
    uint32_t op;
    csm_reach reach;
    struct csm_known_reach *next;
};

struct csm_known_values {
    csm_str name;
    csm_operands operands;
    struct csm_known_values *next;
};

void csm_eval_init(csm_eval *eval, csm_ctx *ctx, csm_arena *scratch)
{
    *eval = (csm_eval){ .ctx = ctx, .scratch = scratch };
}

/* ---- what is looked up once ---- */

csm_status csm_eval_reach(csm_eval *eval, const csm_mtable *table, uint32_t op, const csm_reach **out)
{
    csm_known_reach *known;

    for (known = eval->reaches; known != NULL; known = known->next)
        if (known->table == table && known->op == op) {
            *out = &known->reach;
            return CSM_OK;
        }
    known = csm_arena_zalloc(eval->ctx->arena, sizeof(*known));
    if (known == NULL)
        return csm_ctx_nomem(eval->ctx);
    known->table = table;
    known->op = op;
    CSM_TRY(csm_access_reach(eval->ctx, table, op, &known->reach));
    known->next = eval->reaches;
    eval->reaches = known;
    *out = &known->reach;
    return CSM_OK;
}

csm_status csm_eval_operands(csm_eval *eval, const csm_term *term, const csm_operands **out)
{
    const csm_mfield *field = term->path.steps[term->path.count - 1];
    csm_arena *keep = eval->ctx->arena;
    csm_known_values *known;
    csm_value list;

    if (term->caller_value.len == 0) {
        *out = &term->operands;
        return CSM_OK;
    }
    for (known = eval->values; known != NULL; known = known->next)
        if (csm_str_eq(known->name, term->caller_value)) {
            *out = &known->operands;
            return CSM_OK;
        }
    known = csm_arena_zalloc(keep, sizeof(*known));
    if (known == NULL)
        return csm_ctx_nomem(eval->ctx);
    known->name = term->caller_value;
    CSM_TRY(csm_caller_value_get(eval->ctx, term->caller_value, &list));
    if (list.type != CSM_T_LIST)
        return csm_ctx_fail(eval->ctx, CSM_E_INTERNAL, "caller value \"%.*s\" is no list", CSM_STR_FMT(known->name));
    if (!csm_operands_make(keep, field, CSM_OP_EQ, list.list, list.count, &known->operands))
        return csm_ctx_nomem(eval->ctx);
    known->next = eval->values;
    eval->values = known;
    *out = &known->operands;
    return CSM_OK;
}

/* ---- rows ---- */

csm_value csm_row_value(const csm_row *row, const csm_mfield *field)
{
    uint32_t pos = field->pos;

    if (pos < row->table->field_count && row->table->fields[pos].id == field->id)
        return row->values[pos];
    field = csm_mtable_field_by_id(row->table, field->id);
    return field != NULL ? row->values[field->pos] : csm_nil();
}

/* A row by id, in scratch. */
static csm_status find_row(csm_eval *eval, const csm_mtable *table, csm_id id, csm_row **out)
{
    csm_arena *keep = eval->ctx->arena;
    csm_status st;

    eval->ctx->arena = eval->scratch;
    st = csm_row_find(eval->ctx, table, id, out);
    eval->ctx->arena = keep;
    return st;
}

static bool shows(const csm_reach_branch *branch, const csm_mtable *table, const csm_mfield *field)
{
    const csm_mfield *here = csm_mtable_field_by_id(table, field->id);

    if (branch->fields == NULL || field->id <= CSM_FID_MOD_COUNT)
        return true;
    return here != NULL && (branch->fields[here->pos / 64] >> (here->pos % 64) & 1) != 0;
}

/* True when some branch that shows @p field (NULL: any) matches the row and the restriction holds. */
static csm_status is_reached(csm_eval *eval, const csm_row *row, uint32_t op, const csm_mfield *field, bool *out)
{
    const csm_reach *reach;
    bool match = false;

    *out = false;
    if (csm_sees_all(eval->ctx)) {
        *out = true;
        return CSM_OK;
    }
    if (field != NULL && !csm_access_field(eval->ctx, field, op))
        return CSM_OK;
    if (eval->depth >= VIA_DEPTH_MAX)
        return CSM_OK;
    eval->depth++;
    csm_status st = csm_eval_reach(eval, row->table, op, &reach);
    if (st == CSM_OK && reach->all)
        match = true;
    for (uint32_t n = 0; st == CSM_OK && !match && n < reach->branch_count; n++)
        if (field == NULL || shows(&reach->branches[n], row->table, field))
            st = csm_eval_expr(eval, reach->branches[n].filter, row, NULL, &match);
    if (st == CSM_OK && match && reach->restriction != NULL)
        st = csm_eval_expr(eval, reach->restriction, row, NULL, &match);
    eval->depth--;
    *out = match;
    return st;
}

csm_status csm_eval_within(csm_eval *eval, const csm_reach *reach, const csm_row *row, bool *within, uint64_t *fields,
                           bool *whole)
{
    uint32_t words = (row->table->field_count + 63) / 64;
    bool found = false, every = reach->all, holds = true;

    if (!reach->all)
        CSM_TRY(csm_eval_expr(eval, reach->restriction, row, NULL, &holds));
    for (uint32_t n = 0; holds && !every && n < reach->branch_count; n++) {
        const csm_reach_branch *branch = &reach->branches[n];
        bool match;

        CSM_TRY(csm_eval_expr(eval, branch->filter, row, NULL, &match));
        if (!match)
            continue;
        found = true;
        every = branch->fields == NULL || fields == NULL;
        for (uint32_t w = 0; !every && w < words; w++)
            fields[w] |= branch->fields[w];
    }
    *within = reach->all || found;
    if (whole != NULL)
        *whole = every;
    return CSM_OK;
}

/* ---- values ---- */

static bool fold_into(csm_arena *scratch, csm_str text, csm_str *out)
{
    size_t n = 0;

    while (n < text.len && (unsigned char)text.ptr[n] < 0x80 && !(text.ptr[n] >= 'A' && text.ptr[n] <= 'Z'))
        n++;
    if (n == text.len) { /* folded as it stands */
        *out = text;
        return true;
    }
    *out = csm_text_fold(scratch, text);
    return out->ptr != NULL;
}

static bool is_empty(csm_value value)
{
    return csm_is_nil(value) || (value.type == CSM_T_TEXT && value.s.len == 0) ||
           (value.type == CSM_T_LIST && value.count == 0);
}

static csm_status is_among(csm_eval *eval, const csm_operands *operands, csm_value value, bool *out)
{
    csm_operand item = { .value = is_empty(value) ? csm_nil() : value };

    if (item.value.type == CSM_T_TEXT && !fold_into(eval->scratch, value.s, &item.folded))
        return csm_ctx_nomem(eval->ctx);
    *out = csm_operands_have(operands, &item);
    return CSM_OK;
}

static csm_status equals(csm_eval *eval, const csm_mfield *field, const csm_operands *operands, csm_value value,
                         bool *out)
{
    *out = false;
    if (field->type != CSM_F_LIST || is_empty(value))
        return is_among(eval, operands, value, out);
    for (uint32_t n = 0; !*out && n < value.count; n++)
        CSM_TRY(is_among(eval, operands, value.list[n], out));
    return CSM_OK;
}

static bool has_pattern(csm_op op, csm_str text, csm_str pattern)
{
    if (op == CSM_OP_STARTS)
        return csm_str_starts(text, pattern);
    if (op == CSM_OP_ENDS)
        return csm_str_ends(text, pattern);
    return csm_str_find(text, pattern, 0) != SIZE_MAX;
}

static csm_status matches_pattern(csm_eval *eval, csm_op op, const csm_operands *operands, csm_value value, bool *out)
{
    csm_str text;

    *out = false;
    if (value.type != CSM_T_TEXT)
        return CSM_OK;
    if (!fold_into(eval->scratch, value.s, &text))
        return csm_ctx_nomem(eval->ctx);
    for (uint32_t n = 0; !*out && n < operands->count; n++)
        *out = has_pattern(op, text, operands->items[n].folded);
    return CSM_OK;
}

static bool is_beside(csm_op op, int order)
{
    switch (op) {
    case CSM_OP_LT:
        return order < 0;
    case CSM_OP_LE:
        return order <= 0;
    case CSM_OP_GT:
        return order > 0;
    default:
        return order >= 0;
    }
}

static bool is_ordered_so(csm_eval *eval, const csm_mfield *field, csm_op op, const csm_operands *operands,
                          csm_value value)
{
    if (is_empty(value))
        return false;
    if (op == CSM_OP_BETWEEN)
        return operands->count == 2 &&
               csm_field_cmp(eval->scratch, field, value, operands->items[0].value) >= 0 &&
               csm_field_cmp(eval->scratch, field, value, operands->items[1].value) <= 0;
    for (uint32_t n = 0; n < operands->count; n++)
        if (is_beside(op, csm_field_cmp(eval->scratch, field, value, operands->items[n].value)))
            return true;
    return false;
}

/* The comparison itself, before negation. */
static csm_status compare(csm_eval *eval, const csm_term *term, csm_value value, bool *out)
{
    const csm_mfield *field = term->path.steps[term->path.count - 1];
    const csm_operands *operands;

    CSM_TRY(csm_eval_operands(eval, term, &operands));
    switch (term->op) {
    case CSM_OP_EMPTY:
        *out = is_empty(value);
        return CSM_OK;
    case CSM_OP_EQ:
        return equals(eval, field, operands, value, out);
    case CSM_OP_LIKE:
    case CSM_OP_STARTS:
    case CSM_OP_ENDS:
        return matches_pattern(eval, term->op, operands, value, out);
    default:
        *out = is_ordered_so(eval, field, term->op, operands, value);
        return CSM_OK;
    }
}

static csm_status compare_change(csm_eval *eval, const csm_term *term, const csm_row *row, const csm_row *old, bool *out)
{
    const csm_mfield *field = term->path.steps[0];
    csm_value now = csm_row_value(row, field), was = old != NULL ? csm_row_value(old, field) : csm_nil();

    *out = is_empty(now) ? !is_empty(was) : !csm_value_eq(now, was);
    if (!*out || term->op == CSM_OP_CHANGES)
        return CSM_OK;
    return equals(eval, field, &term->operands, term->op == CSM_OP_CHANGES_TO ? now : was, out);
}

/* ---- walking ---- */

/* Reads the last value of a path. *visible false: gone or out of reach on the way; an empty reference on the way is nil. */
static csm_status walk(csm_eval *eval, const csm_path *path, bool trusted, const csm_row *row, csm_value *out, bool *visible)
{
    csm_value value = csm_row_value(row, path->steps[0]);
    csm_row *at;

    *out = csm_nil();
    *visible = true;
    for (uint32_t n = 1; n < path->count; n++) {
        if (value.type != CSM_T_ID)
            return CSM_OK;
        CSM_TRY(find_row(eval, path->steps[n - 1]->ref, value.id, &at));
        *visible = at != NULL;
        if (*visible && !trusted)
            CSM_TRY(is_reached(eval, at, CSM_OP_READ, path->steps[n], visible));
        if (!*visible)
            return CSM_OK;
        value = csm_row_value(at, path->steps[n]);
    }
    *out = value;
    return CSM_OK;
}

static csm_status eval_term(csm_eval *eval, const csm_term *term, const csm_row *row, const csm_row *old, bool *out)
{
    csm_value value;
    bool visible, match;

    if (term->op == CSM_OP_CHANGES || term->op == CSM_OP_CHANGES_TO || term->op == CSM_OP_CHANGES_FROM) {
        CSM_TRY(compare_change(eval, term, row, old, &match));
        *out = match != term->negated;
        return CSM_OK;
    }
    CSM_TRY(walk(eval, &term->path, term->trusted, row, &value, &visible));
    if (!visible) {
        *out = false;
        return CSM_OK;
    }
    CSM_TRY(compare(eval, term, value, &match));
    *out = match != term->negated;
    return CSM_OK;
}

static csm_status reaches_target(csm_eval *eval, const csm_mtable *table, csm_value id, uint32_t op, bool *out)
{
    csm_row *target;

    *out = false;
    if (id.type != CSM_T_ID || table == NULL)
        return CSM_OK;
    CSM_TRY(find_row(eval, table, id.id, &target));
    return target != NULL ? is_reached(eval, target, op, NULL, out) : CSM_OK;
}

/* The row a reference or document field points to, or one of those a list names. */
static csm_status eval_via(csm_eval *eval, const csm_expr *expr, const csm_row *row, bool *out)
{
    const csm_mfield *field = expr->term.path.steps[0];
    csm_value value = csm_row_value(row, field);

    *out = false;
    if (field->type == CSM_F_LIST) {
        for (uint32_t n = 0; value.type == CSM_T_LIST && n < value.count && !*out; n++)
            CSM_TRY(reaches_target(eval, field->ref, value.list[n], expr->via_op, out));
        return CSM_OK;
    }
    if (field->type != CSM_F_DOCUMENT)
        return reaches_target(eval, field->ref, value, expr->via_op, out);
    if (value.type != CSM_T_LIST || value.count != 2 || value.list[0].type != CSM_T_TEXT)
        return CSM_OK;
    return reaches_target(eval, csm_registry_table(eval->ctx->reg, value.list[0].s), value.list[1], expr->via_op, out);
}

csm_status csm_eval_expr(csm_eval *eval, const csm_expr *expr, const csm_row *row, const csm_row *old, bool *out)
{
    bool result = true;

    if (expr == NULL) {
        *out = true;
        return CSM_OK;
    }
    switch (expr->kind) {
    case CSM_EXPR_AND:
        for (uint32_t n = 0; result && n < expr->count; n++)
            CSM_TRY(csm_eval_expr(eval, expr->items[n], row, old, &result));
        break;
    case CSM_EXPR_OR:
        result = false;
        for (uint32_t n = 0; !result && n < expr->count; n++)
            CSM_TRY(csm_eval_expr(eval, expr->items[n], row, old, &result));
        break;
    case CSM_EXPR_TERM:
        return eval_term(eval, &expr->term, row, old, out);
    case CSM_EXPR_VIA:
        return eval_via(eval, expr, row, out);
    case CSM_EXPR_NEVER:
        result = false;
        break;
    case CSM_EXPR_FAILED:
        return csm_ctx_nomem(eval->ctx);
    }
    *out = result;
    return CSM_OK;
}

csm_status csm_expr_eval(csm_ctx *ctx, const csm_expr *expr, const csm_row *row, const csm_row *old, bool *out)
{
    csm_eval eval;

    csm_eval_init(&eval, ctx, ctx->arena);
    return csm_eval_expr(&eval, expr, row, old, out);
}

/* ---- reading by path ---- */

csm_status csm_path_get(csm_ctx *ctx, const csm_row *row, csm_str text, csm_value *out, const csm_mfield **last, bool *visible)
{
    csm_eval eval;
    csm_path path;
    csm_value value = csm_nil();
    bool seen;

    CSM_TRY(csm_path_find(row->table, text, &path, &ctx->err));
    csm_eval_init(&eval, ctx, ctx->arena);
    CSM_TRY(is_reached(&eval, row, CSM_OP_READ, path.steps[0], &seen));
    if (seen)
        CSM_TRY(walk(&eval, &path, false, row, &value, &seen));
    *out = seen ? value : csm_nil();
    *visible = seen;
    if (last != NULL)
        *last = path.steps[path.count - 1];
    return CSM_OK;
}
