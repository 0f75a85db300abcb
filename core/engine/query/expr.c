/* Checked expressions: made, joined, walked. Immutable once made; everything in the arena given. */
#include "engine/query/expr.h"

#include "base/str.h"

#include <stdlib.h>

/* Above this many operands a term looks them up by halving. */
#define SORT_ABOVE 8u

static const csm_expr never = { .kind = CSM_EXPR_NEVER };
static const csm_expr failed = { .kind = CSM_EXPR_FAILED };

/* ---- fields ---- */

bool csm_field_is_text(const csm_mfield *field)
{
    return field->type == CSM_F_TEXT || field->type == CSM_F_ZONE || field->type == CSM_F_CONDITION;
}

int csm_field_element(const csm_mfield *field)
{
    static const int types[] = {
        [CSM_F_TEXT] = CSM_T_TEXT,       [CSM_F_INT] = CSM_T_INT,           [CSM_F_FLOAT] = CSM_T_FLOAT,
        [CSM_F_DECIMAL] = CSM_T_DECIMAL, [CSM_F_BOOL] = CSM_T_BOOL,         [CSM_F_TIME] = CSM_T_TIME,
        [CSM_F_DATE] = CSM_T_DATE,       [CSM_F_DURATION] = CSM_T_INT,      [CSM_F_REF] = CSM_T_ID,
        [CSM_F_LIST] = CSM_T_ID,         [CSM_F_JOURNAL] = -1,              [CSM_F_CURRENCY] = CSM_T_MAP,
        [CSM_F_BYTES] = -1,              [CSM_F_MAP] = -1,                  [CSM_F_DOCUMENT] = CSM_T_LIST,
        [CSM_F_CONDITION] = CSM_T_TEXT,  [CSM_F_ZONE] = CSM_T_TEXT,
    };

    return field->type < sizeof(types) / sizeof(types[0]) && types[field->type] != 0 ? types[field->type] : -1;
}

bool csm_field_is_ordered(const csm_mfield *field)
{
    int element = csm_field_element(field);

    return field->type != CSM_F_LIST && field->type != CSM_F_DOCUMENT && element >= 0;
}

/* ---- operands ---- */

static int id_cmp(csm_id a, csm_id b)
{
    return memcmp(a.b, b.b, sizeof(a.b));
}

static int number_cmp(const csm_value *a, const csm_value *b)
{
    if (a->type == CSM_T_FLOAT)
        return a->f < b->f ? -1 : a->f > b->f ? 1 : 0;
    if (a->type == CSM_T_BOOL)
        return (int)a->b - (int)b->b;
    return a->i < b->i ? -1 : a->i > b->i ? 1 : 0;
}

/* Total order of operands of one field: nil, then by folded text or value. */
static int operand_cmp(const csm_operand *a, const csm_operand *b)
{
    if (a->value.type != b->value.type)
        return a->value.type < b->value.type ? -1 : 1;
    switch (a->value.type) {
    case CSM_T_TEXT:
        return csm_str_cmp(a->folded, b->folded);
    case CSM_T_ID:
        return id_cmp(a->value.id, b->value.id);
    case CSM_T_BOOL:
    case CSM_T_INT:
    case CSM_T_FLOAT:
    case CSM_T_TIME:
    case CSM_T_DATE:
    case CSM_T_DECIMAL:
        return number_cmp(&a->value, &b->value);
    default:
        return csm_value_eq(a->value, b->value) ? 0 : 1; /* never sorted */
    }
}

static int sort_cmp(const void *a, const void *b)
{
    return operand_cmp(a, b);
}

static bool is_sortable(const csm_mfield *field)
{
    int element = csm_field_element(field);

    return element != CSM_T_MAP && element != CSM_T_LIST && element >= 0;
}

bool csm_operands_make(csm_arena *arena, const csm_mfield *field, csm_op op, const csm_value *values, uint32_t count,
                       csm_operands *out)
{
    csm_operand *items = csm_arena_array(arena, count > 0 ? count : 1, sizeof(*items));

    if (items == NULL)
        return false;
    for (uint32_t n = 0; n < count; n++) {
        items[n].value = values[n];
        if (values[n].type == CSM_T_TEXT && (items[n].folded = csm_text_fold(arena, values[n].s)).ptr == NULL)
            return false;
    }
    out->items = items;
    out->count = count;
    out->sorted = op == CSM_OP_EQ && count > SORT_ABOVE && is_sortable(field);
    if (out->sorted)
        qsort(items, count, sizeof(*items), sort_cmp);
    return true;
}

bool csm_operands_have(const csm_operands *operands, const csm_operand *value)
{
    if (operands->sorted)
        return bsearch(value, operands->items, operands->count, sizeof(*value), sort_cmp) != NULL;
    for (uint32_t n = 0; n < operands->count; n++)
        if (operand_cmp(&operands->items[n], value) == 0)
            return true;
    return false;
}

/* ---- making ---- */

const csm_expr *csm_expr_of_term(csm_arena *arena, const csm_term *term)
{
    csm_expr *expr = csm_arena_zalloc(arena, sizeof(*expr));

    if (expr == NULL)
        return &failed;
    expr->kind = CSM_EXPR_TERM;
    expr->term = *term;
    return expr;
}

static uint32_t joined_count(csm_expr_kind kind, const csm_expr *const *items, uint32_t count)
{
    uint32_t total = 0;

    for (uint32_t n = 0; n < count; n++)
        if (items[n] != NULL)
            total += items[n]->kind == kind ? items[n]->count : 1;
    return total;
}

/* What decides the whole by itself: failure always, "no row" under and, "every row" under or. */
static bool settled(csm_expr_kind kind, const csm_expr *const *items, uint32_t count, const csm_expr **out)
{
    bool found = false;

    for (uint32_t n = 0; n < count; n++) {
        const csm_expr *item = items[n];

        if (item != NULL && item->kind == CSM_EXPR_FAILED) {
            *out = &failed;
            return true;
        }
        if (kind == CSM_EXPR_AND && item != NULL && item->kind == CSM_EXPR_NEVER) {
            *out = &never;
            found = true;
        }
        if (kind == CSM_EXPR_OR && item == NULL) {
            *out = NULL;
            found = true;
        }
    }
    return found;
}

const csm_expr *csm_expr_join(csm_arena *arena, csm_expr_kind kind, const csm_expr *const *items, uint32_t count)
{
    uint32_t total = joined_count(kind, items, count), at = 0;
    const csm_expr **flat, *whole;
    csm_expr *expr;

    if (settled(kind, items, count, &whole))
        return whole;
    if (total == 0)
        return kind == CSM_EXPR_AND ? NULL : &never;
    flat = csm_arena_array(arena, total, sizeof(*flat));
    expr = csm_arena_zalloc(arena, sizeof(*expr));
    if (flat == NULL || expr == NULL)
        return &failed;
    for (uint32_t n = 0; n < count; n++) {
        if (items[n] == NULL || items[n]->kind == CSM_EXPR_NEVER)
            continue;
        if (items[n]->kind == kind)
            for (uint32_t k = 0; k < items[n]->count; k++)
                flat[at++] = items[n]->items[k];
        else
            flat[at++] = items[n];
    }
    if (at < 2)
        return at == 1 ? flat[0] : &never;
    expr->kind = kind;
    expr->items = flat;
    expr->count = at;
    return expr;
}

const csm_expr *csm_expr_and(csm_arena *arena, const csm_expr *a, const csm_expr *b)
{
    const csm_expr *items[] = { a, b };

    return csm_expr_join(arena, CSM_EXPR_AND, items, 2);
}

const csm_expr *csm_expr_or(csm_arena *arena, const csm_expr *const *items, uint32_t count)
{
    return csm_expr_join(arena, CSM_EXPR_OR, items, count);
}

static void settle_op(csm_term *term, csm_op op)
{
    static const struct { csm_op from, to; } negatives[] = {
        { CSM_OP_NE, CSM_OP_EQ }, { CSM_OP_NOT_IN, CSM_OP_EQ }, { CSM_OP_NOT_EMPTY, CSM_OP_EMPTY },
    };

    term->op = op == CSM_OP_IN ? CSM_OP_EQ : op;
    for (size_t n = 0; n < sizeof(negatives) / sizeof(negatives[0]); n++)
        if (negatives[n].from == op) {
            term->op = negatives[n].to;
            term->negated = true;
        }
}

const csm_expr *csm_expr_term(csm_arena *arena, const csm_mfield *field, csm_op op, csm_value value)
{
    csm_term term = { .path = { .steps = { field }, .count = 1 } };
    bool many = op == CSM_OP_IN || op == CSM_OP_NOT_IN || op == CSM_OP_BETWEEN || field->type == CSM_F_LIST;
    const csm_value *values = &value;
    uint32_t count = 1;

    settle_op(&term, op);
    if (many && value.type == CSM_T_LIST) {
        values = value.list;
        count = value.count;
    }
    if (term.op == CSM_OP_EMPTY)
        count = 0;
    if (term.op == CSM_OP_BETWEEN && count != 2)
        return &never;
    if (!csm_operands_make(arena, field, term.op, values, count, &term.operands))
        return &failed;
    return csm_expr_of_term(arena, &term);
}

const csm_expr *csm_expr_via(csm_arena *arena, const csm_mfield *field, uint32_t op)
{
    csm_expr *expr = csm_arena_zalloc(arena, sizeof(*expr));

    if (expr == NULL)
        return &failed;
    expr->kind = CSM_EXPR_VIA;
    expr->term.path.steps[0] = field;
    expr->term.path.count = 1;
    expr->term.trusted = true;
    expr->via_op = op;
    return expr;
}

/* ---- walking ---- */

csm_status csm_expr_each_path(const csm_expr *expr, csm_status (*each)(void *user, const csm_term *term), void *user)
{
    if (expr == NULL)
        return CSM_OK;
    if (expr->kind == CSM_EXPR_TERM || expr->kind == CSM_EXPR_VIA)
        return each(user, &expr->term);
    for (uint32_t n = 0; n < expr->count; n++)
        CSM_TRY(csm_expr_each_path(expr->items[n], each, user));
    return CSM_OK;
}

struct each_first {
    csm_status (*each)(void *user, const csm_mfield *field);
    void *user;
};

static csm_status first_step(void *user, const csm_term *term)
{
    struct each_first *first = user;

    return first->each(first->user, term->path.steps[0]);
}

csm_status csm_expr_each_field(const csm_expr *expr, csm_status (*each)(void *user, const csm_mfield *field), void *user)
{
    struct each_first first = { each, user };

    return csm_expr_each_path(expr, first_step, &first);
}
