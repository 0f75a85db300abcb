/* One row of an import: the record found or made, its steps at their times. With the caller's rights and through the same
 * write path as any write; kept times and authors are what ctx->import allows. */
#include "rpc/import_run.h"

/* ---- the record ---- */

csm_status csm_import_existing(csm_import_run *r, const csm_value *values, csm_id *out, bool *found)
{
    const csm_expr *expr = NULL;
    uint32_t count;

    *found = false;
    for (uint32_t n = 0; n < r->map->coalesce_count; n++) {
        const csm_mfield *field = r->map->coalesce[n];
        const csm_value *value = csm_map_get(values, field->name);
        const csm_expr *term;
        csm_value key = csm_nil();

        if (value != NULL)
            CSM_TRY(csm_mfield_convert(field, *value, r->ctx->arena, &key, &r->ctx->err));
        if (csm_is_nil(key))
            return csm_error_field(&r->ctx->err, CSM_E_INVALID, field->name,
                                   "field \"%s\" is empty: it tells which record is meant", field->name);
        term = csm_expr_term(r->ctx->arena, field, CSM_OP_EQ, key);
        expr = term != NULL ? csm_expr_and(r->ctx->arena, expr, term) : NULL;
        if (expr == NULL)
            return csm_ctx_nomem(r->ctx);
    }
    if (expr == NULL)
        return CSM_OK;
    CSM_TRY(csm_import_find(r, r->map->table, expr, out, &count));
    if (count > 1)
        return csm_import_refuse(r, r->map->coalesce[0]->name, "is the key of several records",
                      csm_present_text(r->ctx, r->map->coalesce[0], *csm_map_get(values, r->map->coalesce[0]->name)));
    *found = count == 1;
    return CSM_OK;
}

/* Entries of journals are added once, with the record: a second run must not say everything twice. */
static csm_status without_journals(csm_import_run *r, const csm_value *values, csm_value *out)
{
    *out = csm_nil();
    for (uint32_t n = 0; n < values->count; n++) {
        const csm_mfield *field = csm_mtable_field(r->map->table, values->map[n].key);

        if (field != NULL && field->type != CSM_F_JOURNAL)
            CSM_TRY(csm_map_add(r->ctx, out, field->name, values->map[n].value));
    }
    return CSM_OK;
}

static csm_status update_existing(csm_import_run *r, csm_id id, const csm_value *values)
{
    csm_row *old = NULL, *now;
    csm_value rest;

    CSM_TRY(csm_row_find(r->ctx, r->map->table, id, &old));
    CSM_TRY(without_journals(r, values, &rest));
    CSM_TRY(csm_write_update(r->ctx, r->map->table, id, rest, NULL, &now));
    r->action = old != NULL && now->version == old->version ? CSM_IMPORT_UNCHANGED : CSM_IMPORT_UPDATED;
    return CSM_OK;
}

/* From here on it is @p at: never before what was, never after what is. */
static csm_status go_to(csm_import_run *r, csm_time at)
{
    if (at > r->real_now)
        return csm_ctx_fail(r->ctx, CSM_E_INVALID, "the time a change is kept under lies ahead");
    if (at > r->ctx->now || r->ctx->now == r->real_now)
        r->ctx->now = at;
    return CSM_OK;
}

static csm_status insert_new(csm_import_run *r, csm_value values, csm_id *out)
{
    const csm_value *created = csm_map_get(&values, "sys_created_on");
    csm_time at = r->real_now;
    csm_row *row;

    if (created != NULL && (created->type == CSM_T_TIME || (created->type == CSM_T_TEXT && csm_time_parse(created->s, &at)))) {
        at = created->type == CSM_T_TIME ? created->i : at;
        CSM_TRY(go_to(r, at));
    }
    CSM_TRY(csm_write_insert(r->ctx, r->map->table, values, NULL, &row));
    *out = row->id;
    r->action = CSM_IMPORT_INSERTED;
    return CSM_OK;
}

/* ---- steps ---- */

static csm_status step_time(csm_import_run *r, const csm_import_step *step)
{
    csm_time at;
    bool given;

    CSM_TRY(csm_import_time(r, &step->at, &at, &given));
    return given ? go_to(r, at) : CSM_OK;
}

static csm_status run_step(csm_import_run *r, csm_id id, const csm_import_step *step)
{
    csm_write_options options = CSM_WRITE_OPTIONS_INIT;
    csm_value values = csm_map(NULL, 0);
    csm_row *row;

    if (!csm_import_if(r, &step->when))
        return CSM_OK;
    CSM_TRY(step_time(r, step));
    CSM_TRY(csm_import_values(r, step->fields, step->field_count, &values));
    options.transition = step->transition;
    return csm_write_update(r->ctx, r->map->table, id, values, &options, &row);
}

/* ---- the row ---- */

static csm_status run_row(csm_ctx *ctx, void *arg)
{
    csm_import_run *r = arg;
    csm_value values = csm_map(NULL, 0);
    bool found;
    csm_id id;

    (void)ctx;
    if (r->cells.type != CSM_T_LIST)
        return csm_ctx_fail(r->ctx, CSM_E_INVALID, "a row is a list of cells");
    if (r->map->replay.on)
        return csm_import_replay(r);
    CSM_TRY(csm_import_values(r, r->map->fields, r->map->field_count, &values));
    CSM_TRY(csm_import_existing(r, &values, &id, &found));
    if (found)
        return update_existing(r, id, &values);
    CSM_TRY(insert_new(r, values, &id));
    for (uint32_t n = 0; n < r->map->step_count; n++)
        CSM_TRY(run_step(r, id, &r->map->steps[n]));
    return CSM_OK;
}

csm_status csm_import_row(csm_ctx *ctx, const csm_import_map *map, csm_value cells, int64_t number, csm_import_action *out)
{
    csm_import_run r = { .ctx = ctx, .map = map, .cells = cells, .number = number, .real_now = ctx->now };
    csm_status st;

    ctx->import = true;
    ctx->replay = map->replay.on;
    ctx->no_rules = !map->rules;
    st = csm_write_nested(ctx, run_row, &r);
    ctx->import = false;
    ctx->replay = false;
    ctx->no_rules = false;
    ctx->now = r.real_now;
    if (st == CSM_OK)
        *out = r.action;
    return st;
}
