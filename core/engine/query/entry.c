/* What an index entry tells without its row: conditions its key settles, conditions its columns and included fields let
 * one test. */
#include "engine/query/plan.h"

/* ---- which fields an entry tells ---- */

/* Columns of lists tell one element of many, those of documents may be cut unseen. */
static bool is_telling(const csm_mfield *field)
{
    return field->type != CSM_F_LIST && field->type != CSM_F_DOCUMENT;
}

static bool is_included(const csm_mindex *index, const csm_mfield *field)
{
    for (uint32_t n = 0; n < index->include_count; n++)
        if (index->include[n]->id == field->id)
            return true;
    return false;
}

static bool in_columns(const csm_mindex *index, const csm_mfield *field, bool raw)
{
    if (field->id == CSM_FID_SYS_ID || field->id == CSM_FID_CLASS)
        return true;
    if (!is_telling(field) || (raw && csm_field_is_text(field)))
        return false;
    for (uint32_t n = 0; n < index->column_count; n++)
        if (index->columns[n].field->id == field->id)
            return true;
    return false;
}

static bool holds(const csm_mindex *index, const csm_mfield *field, bool raw)
{
    return in_columns(index, field, raw) || is_included(index, field);
}

static csm_status column_path(void *user, const csm_term *term)
{
    return in_columns(user, term->path.steps[0], false) ? CSM_OK : CSM_E_STATE;
}

static csm_status held_path(void *user, const csm_term *term)
{
    return holds(user, term->path.steps[0], false) ? CSM_OK : CSM_E_STATE;
}

static bool each_path(const csm_mindex *index, const csm_expr *expr,
                      csm_status (*each)(void *user, const csm_term *term))
{
    csm_mindex copy = *index; /* the walk's argument is not const */

    return csm_expr_each_path(expr, each, &copy) == CSM_OK;
}

bool csm_index_tells(const csm_mindex *index, const csm_branch *branch)
{
    return each_path(index, branch->whole, held_path);
}

/* ---- what the keys settle ---- */

static bool any_full(csm_plan *plan, const csm_mindex *index, uint32_t column, const csm_hold *hold)
{
    for (uint32_t n = 0; n < hold->point_count; n++)
        if (csm_key_is_full(plan, index, column, hold->points[n].value))
            return true;
    return false;
}

static bool settles_points(csm_plan *plan, const csm_branch *branch, const csm_way *way, uint32_t position)
{
    const csm_cond *cond = &branch->conds[position];
    const csm_hold *hold = csm_branch_hold(branch, cond->field);

    if (hold->partial && hold->cond != position)
        return false;
    for (uint32_t n = 0; n < way->equal; n++)
        if (way->index->columns[n].field->id == cond->field->id)
            return !any_full(plan, way->index, n, hold);
    return false;
}

static bool settles_range(csm_plan *plan, const csm_way *way, const csm_cond *cond)
{
    const csm_mindex *index = way->index;

    if (!way->ranged || index->columns[way->equal].field->id != cond->field->id)
        return false;
    return (cond->from == NULL || !csm_key_is_full(plan, index, way->equal, cond->from->value)) &&
           (cond->to == NULL || !csm_key_is_full(plan, index, way->equal, cond->to->value));
}

static bool settles(csm_plan *plan, const csm_branch *branch, const csm_way *way, uint32_t position)
{
    const csm_cond *cond = &branch->conds[position];

    if (cond->field == NULL)
        return false;
    return cond->points != NULL ? settles_points(plan, branch, way, position) : settles_range(plan, way, cond);
}

csm_status csm_cover_make(csm_plan *plan, const csm_branch *branch, const csm_way *way, const csm_want *wants,
                          uint32_t want_count, csm_cover *out)
{
    const csm_expr **rest = csm_arena_array(plan->arena, branch->cond_count + 1u, sizeof(*rest));
    csm_cover cover = { .covered = true };
    uint32_t count = 0;

    if (rest == NULL)
        return csm_ctx_nomem(plan->ctx);
    for (uint32_t n = 0; n < branch->cond_count; n++)
        if (!settles(plan, branch, way, n))
            rest[count++] = branch->conds[n].expr;
    cover.rest = csm_expr_join(plan->arena, CSM_EXPR_AND, rest, count);
    if (cover.rest != NULL && cover.rest->kind == CSM_EXPR_FAILED)
        return csm_ctx_nomem(plan->ctx);
    cover.covered = each_path(way->index, cover.rest, held_path);
    cover.beside = !each_path(way->index, cover.rest, column_path);
    for (uint32_t n = 0; n < want_count; n++) {
        cover.covered = cover.covered && holds(way->index, wants[n].field, wants[n].raw);
        cover.beside = cover.beside || !in_columns(way->index, wants[n].field, wants[n].raw);
    }
    *out = cover;
    return CSM_OK;
}

/* ---- rows made of entries ---- */

/* A text as long as the key lets it be may have been longer. */
static bool is_cut(const csm_mindex *index, csm_str key)
{
    size_t at = 8;

    for (uint32_t n = 0; n < index->column_count; n++) {
        csm_str rest = { key.ptr + at, key.len - at };
        size_t len = csm_key_column_length(&index->columns[n], rest);

        if (csm_field_is_text(index->columns[n].field) && len >= (size_t)index->key_length + 2)
            return true;
        at += len;
    }
    return false;
}

csm_status csm_cover_fill(csm_plan *plan, const csm_mindex *index, csm_cover *cover, csm_str key, csm_str value, bool *whole)
{
    csm_value columns[CSM_INDEX_COLUMNS_MAX];
    csm_row *row = cover->row;
    csm_error *err = &plan->ctx->err;
    csm_id id;

    CSM_TRY(csm_index_split(index, key, plan->scratch, columns, &id, err));
    for (uint32_t n = 0; n < index->column_count; n++)
        if (is_telling(index->columns[n].field))
            row->values[index->columns[n].field->pos] = columns[n];
    if (cover->beside)
        CSM_TRY(csm_index_included(index, value, plan->scratch, row, err));
    row->id = id;
    row->values[row->table->by_id[CSM_FID_SYS_ID]->pos] = csm_id_value(id);
    *whole = !is_cut(index, key);
    return CSM_OK;
}
