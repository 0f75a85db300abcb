/* Taking a condition apart: branches of and-ed conditions, and what they hold fields to. */
#include "engine/query/plan.h"

#include "base/str.h"

#define CONDS_CHUNK 16u
#define GAIN_ENOUGH 10 /* so well served that other ways to take the condition apart are not tried */

static const csm_operand empty_operand = { { 0 }, { 0 } };

/* ---- one condition ---- */

static const csm_mfield *field_here(const csm_source *source, const csm_term *term)
{
    return term->path.count == 1 ? csm_mtable_field_by_id(source->table, term->path.steps[0]->id) : NULL;
}

static bool is_point_term(const csm_expr *expr)
{
    return expr->kind == CSM_EXPR_TERM && !expr->term.negated && expr->term.path.count == 1 &&
           (expr->term.op == CSM_OP_EQ || expr->term.op == CSM_OP_EMPTY);
}

static csm_status points_of(csm_plan *plan, const csm_term *term, const csm_operand **out, uint32_t *count)
{
    const csm_operands *operands;

    if (term->op == CSM_OP_EMPTY) {
        *out = &empty_operand;
        *count = 1;
        return CSM_OK;
    }
    CSM_TRY(csm_eval_operands(&plan->eval, term, &operands));
    *out = operands->items;
    *count = operands->count;
    return CSM_OK;
}

/* "a=1^ORa=2": points of one field. */
static csm_status points_of_or(csm_plan *plan, const csm_source *source, csm_cond *cond)
{
    const csm_expr *expr = cond->expr;
    const csm_mfield *field = NULL;
    const csm_operand *items;
    csm_operand *all;
    uint32_t total = 0, count;

    for (uint32_t n = 0; n < expr->count; n++) {
        const csm_mfield *at = is_point_term(expr->items[n]) ? field_here(source, &expr->items[n]->term) : NULL;

        if (at == NULL || (field != NULL && at != field))
            return CSM_OK;
        field = at;
        CSM_TRY(points_of(plan, &expr->items[n]->term, &items, &count));
        total += count;
    }
    all = csm_arena_array(plan->arena, total > 0 ? total : 1, sizeof(*all));
    if (all == NULL)
        return csm_ctx_nomem(plan->ctx);
    for (uint32_t n = 0; n < expr->count; n++) {
        CSM_TRY(points_of(plan, &expr->items[n]->term, &items, &count));
        if (count > 0)
            memcpy(all + cond->point_count, items, count * sizeof(*all));
        cond->point_count += count;
    }
    cond->points = all;
    cond->field = field;
    return CSM_OK;
}

static csm_status range_of(csm_plan *plan, const csm_term *term, csm_cond *cond)
{
    const csm_operands *operands;

    if (term->op == CSM_OP_LIKE || term->op == CSM_OP_ENDS)
        return CSM_OK;
    CSM_TRY(csm_eval_operands(&plan->eval, term, &operands));
    if (operands->count != (term->op == CSM_OP_BETWEEN ? 2u : 1u))
        return CSM_OK;
    cond->range = term->op;
    if (term->op == CSM_OP_LT || term->op == CSM_OP_LE)
        cond->to = &operands->items[0];
    else
        cond->from = &operands->items[0];
    if (term->op == CSM_OP_BETWEEN)
        cond->to = &operands->items[1];
    return CSM_OK;
}

static csm_status read_term(csm_plan *plan, const csm_source *source, csm_cond *cond)
{
    const csm_term *term = &cond->expr->term;
    const csm_mfield *field = field_here(source, term);

    if (field == NULL || (term->negated && term->op != CSM_OP_EMPTY))
        return CSM_OK;
    if (is_point_term(cond->expr))
        CSM_TRY(points_of(plan, term, &cond->points, &cond->point_count));
    else if (field->type == CSM_F_LIST)
        return CSM_OK;
    else if (term->op == CSM_OP_EMPTY)
        cond->range = CSM_OP_NOT_EMPTY;
    else
        CSM_TRY(range_of(plan, term, cond));
    if (cond->points != NULL || cond->range != 0)
        cond->field = field;
    return CSM_OK;
}

/* ---- the and-ed list ---- */

typedef struct builder {
    csm_plan *plan;
    csm_branch *branch;
    uint32_t room;
} builder;

static csm_status add_cond(builder *b, const csm_expr *expr)
{
    csm_branch *branch = b->branch;

    if (branch->cond_count == b->room) {
        uint32_t room = b->room > 0 ? b->room * 2 : CONDS_CHUNK;
        csm_cond *conds = csm_arena_array(b->plan->arena, room, sizeof(*conds));

        if (conds == NULL)
            return csm_ctx_nomem(b->plan->ctx);
        if (branch->cond_count > 0)
            memcpy(conds, branch->conds, branch->cond_count * sizeof(*conds));
        branch->conds = conds;
        b->room = room;
    }
    branch->conds[branch->cond_count++] = (csm_cond){ .expr = expr };
    return CSM_OK;
}

/* Conditions on the class are settled here: a branch is of one table. */
static csm_status settle_class(builder *b, const csm_expr *expr)
{
    csm_row *row = csm_row_new(b->plan->arena, b->branch->source->table, (csm_id){ { 0 } });
    bool match;

    if (row == NULL)
        return csm_ctx_nomem(b->plan->ctx);
    CSM_TRY(csm_eval_expr(&b->plan->eval, expr, row, NULL, &match));
    if (!match)
        b->branch->empty = true;
    return CSM_OK;
}

/* OK when the condition asks for nothing but the class. */
static csm_status only_class(void *user, const csm_term *term)
{
    (void)user;
    return term->path.count == 1 && term->path.steps[0]->id == CSM_FID_CLASS ? CSM_OK : CSM_E_STATE;
}

static csm_status add_all(builder *b, const csm_expr *expr)
{
    if (expr == NULL)
        return CSM_OK;
    if (expr->kind == CSM_EXPR_FAILED)
        return csm_ctx_nomem(b->plan->ctx);
    if (expr->kind == CSM_EXPR_NEVER) {
        b->branch->empty = true;
        return CSM_OK;
    }
    if (expr->kind == CSM_EXPR_AND) {
        for (uint32_t n = 0; n < expr->count; n++)
            CSM_TRY(add_all(b, expr->items[n]));
        return CSM_OK;
    }
    if (csm_expr_each_path(expr, only_class, NULL) == CSM_OK)
        return settle_class(b, expr);
    CSM_TRY(add_cond(b, expr));
    csm_cond *cond = &b->branch->conds[b->branch->cond_count - 1];
    if (expr->kind == CSM_EXPR_TERM)
        return read_term(b->plan, b->branch->source, cond);
    if (expr->kind == CSM_EXPR_OR)
        return points_of_or(b->plan, b->branch->source, cond);
    return CSM_OK;
}

/* ---- holds ---- */

static uint32_t range_bits(const csm_cond *cond)
{
    switch (cond->range) {
    case CSM_OP_STARTS:
        return 5;
    case CSM_OP_BETWEEN:
        return 4;
    case CSM_OP_NOT_EMPTY:
        return 1;
    default:
        return 2;
    }
}

/* Keeps of the hold's points those that @p cond has too. */
static csm_status intersect(builder *b, csm_hold *hold, const csm_cond *cond, uint32_t position)
{
    csm_operands other = { cond->points, cond->point_count, false };
    csm_operand *kept = csm_arena_array(b->plan->arena, hold->point_count + 1u, sizeof(*kept));
    uint32_t count = 0;

    if (kept == NULL)
        return csm_ctx_nomem(b->plan->ctx);
    if ((uint64_t)hold->point_count * cond->point_count > 100000) { /* many by many: the smaller set alone, rows decide */
        hold->partial = true;
        if (cond->point_count < hold->point_count) {
            hold->points = cond->points;
            hold->point_count = cond->point_count;
            hold->cond = position;
        }
        return CSM_OK;
    }
    for (uint32_t n = 0; n < hold->point_count; n++)
        if (csm_operands_have(&other, &hold->points[n]))
            kept[count++] = hold->points[n];
    hold->points = kept;
    hold->point_count = count;
    return CSM_OK;
}

static csm_status hold_points(builder *b, csm_hold *hold, const csm_cond *cond, uint32_t position)
{
    bool is_list = hold->field->type == CSM_F_LIST;

    hold->partial = hold->partial || (is_list && hold->points != NULL);
    if (hold->points == NULL || (is_list && cond->point_count < hold->point_count)) {
        hold->points = cond->points;
        hold->point_count = cond->point_count;
        hold->cond = position;
    } else if (!is_list) {
        CSM_TRY(intersect(b, hold, cond, position));
    }
    if (hold->point_count == 0)
        b->branch->empty = true;
    return CSM_OK;
}

static csm_status make_holds(builder *b)
{
    csm_branch *branch = b->branch;

    branch->holds = csm_arena_array(b->plan->arena, branch->cond_count + 1u, sizeof(*branch->holds));
    if (branch->holds == NULL)
        return csm_ctx_nomem(b->plan->ctx);
    for (uint32_t n = 0; n < branch->cond_count; n++) {
        const csm_cond *cond = &branch->conds[n];
        uint32_t at = 0;

        if (cond->field == NULL)
            continue;
        while (at < branch->hold_count && branch->holds[at].field != cond->field)
            at++;
        if (at == branch->hold_count)
            branch->holds[branch->hold_count++].field = cond->field;
        if (cond->points != NULL)
            CSM_TRY(hold_points(b, &branch->holds[at], cond, n));
        else
            branch->holds[at].range_bits += range_bits(cond);
    }
    return CSM_OK;
}

const csm_hold *csm_branch_hold(const csm_branch *branch, const csm_mfield *field)
{
    for (uint32_t n = 0; n < branch->hold_count; n++)
        if (branch->holds[n].field->id == field->id)
            return &branch->holds[n];
    return NULL;
}

static csm_status make_branch(csm_plan *plan, csm_source *source, const csm_expr *user, const csm_expr *reach,
                              csm_branch *out)
{
    const csm_expr *parts[] = { user, reach, source->usable.restriction, source->beyond };
    csm_branch branch = { .source = source };
    builder b = { plan, &branch, 0 };

    for (size_t n = 0; n < sizeof(parts) / sizeof(parts[0]); n++)
        CSM_TRY(add_all(&b, parts[n]));
    CSM_TRY(make_holds(&b));
    branch.whole = csm_expr_join(plan->arena, CSM_EXPR_AND, parts, sizeof(parts) / sizeof(parts[0]));
    if (branch.whole != NULL && branch.whole->kind == CSM_EXPR_FAILED)
        return csm_ctx_nomem(plan->ctx);
    *out = branch;
    return CSM_OK;
}

/* ---- alternatives ---- */

typedef struct alternatives {
    const csm_expr *const *items;
    uint32_t count;
} alternatives;

static void alternatives_of(const csm_expr *const *whole, alternatives *out)
{
    if (*whole != NULL && (*whole)->kind == CSM_EXPR_OR)
        *out = (alternatives){ (*whole)->items, (*whole)->count };
    else
        *out = (alternatives){ whole, 1 };
}

static csm_status reach_or(csm_plan *plan, const csm_source *source, const csm_expr **out)
{
    uint32_t count = source->usable.branch_count;
    const csm_expr **filters = csm_arena_array(plan->arena, count + 1u, sizeof(*filters));

    *out = NULL;
    if (filters == NULL)
        return csm_ctx_nomem(plan->ctx);
    if (source->usable.all)
        return CSM_OK;
    for (uint32_t n = 0; n < count; n++)
        filters[n] = source->usable.branches[n].filter;
    *out = csm_expr_or(plan->arena, filters, count);
    return *out != NULL && (*out)->kind == CSM_EXPR_FAILED ? csm_ctx_nomem(plan->ctx) : CSM_OK;
}

/* A set of branches and how well the worst of them is served. */
typedef struct option {
    csm_branch *branches;
    uint32_t count;
    int gain;
} option;

static csm_status make_option(csm_plan *plan, csm_source *source, alternatives user, alternatives reach, option *out)
{
    option made = { csm_arena_array(plan->arena, (size_t)user.count * reach.count, sizeof(csm_branch)), 0, INT32_MAX };

    if (made.branches == NULL)
        return csm_ctx_nomem(plan->ctx);
    for (uint32_t u = 0; u < user.count; u++)
        for (uint32_t r = 0; r < reach.count; r++) {
            csm_branch *branch = &made.branches[made.count];
            csm_way way;

            CSM_TRY(make_branch(plan, source, user.items[u], reach.items[r], branch));
            if (branch->empty)
                continue;
            csm_way_best(branch, CSM_FILTER_VALUES_MAX, false, &way);
            made.gain = way.gain < made.gain ? way.gain : made.gain;
            made.count++;
        }
    *out = made;
    return CSM_OK;
}

csm_status csm_branches_make(csm_plan *plan, csm_source *source, csm_branch **out, uint32_t *count)
{
    const csm_expr *user = plan->spec.filter.expr, *reach;
    alternatives user_one = { &user, 1 }, reach_one = { &reach, 1 }, user_all, reach_all;
    option best, other;

    CSM_TRY(reach_or(plan, source, &reach));
    alternatives_of(&user, &user_all);
    alternatives_of(&reach, &reach_all);
    const struct { alternatives user, reach; } tries[] = {
        { user_one, reach_all }, { user_all, reach_one }, { user_all, reach_all },
    };

    CSM_TRY(make_option(plan, source, user_one, reach_one, &best));
    for (size_t n = 0; n < sizeof(tries) / sizeof(tries[0]) && best.count > 0 && best.gain < GAIN_ENOUGH; n++) {
        uint64_t product = (uint64_t)tries[n].user.count * tries[n].reach.count;

        if (product <= 1 || product > CSM_ALTERNATIVES_MAX ||
            (n == 2 && (user_all.count == 1 || reach_all.count == 1)))
            continue;
        CSM_TRY(make_option(plan, source, tries[n].user, tries[n].reach, &other));
        if (other.gain > best.gain)
            best = other;
    }
    *out = best.branches;
    *count = best.count;
    return CSM_OK;
}
