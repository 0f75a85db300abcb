/* What changes on a major case goes to its open children. Each change is kept as a row; one job per major case takes the rows
 * in their order, page by page over the children, so that a child gets every change once and in order however long it takes.
 * Source: DOMAIN 4.11. */
#include "major_issue.h"

#define PAGE 25u

/* ---- keeping ---- */

static csm_status add_value(csm_ctx *ctx, const csm_change *ch, const char *name, csm_value *values)
{
    csm_value value = csm_change_new(ctx, ch, name);

    if (csm_map_get(values, name) != NULL)
        return CSM_OK;
    return csm_map_add(ctx, values, name, value);
}

static bool is_own_note(csm_ctx *ctx, const csm_change *ch)
{
    return csm_change_touches(ctx, ch, "child_case_count") || csm_change_touches(ctx, ch, "child_case_creation_progress");
}

static csm_status synced_values(csm_ctx *ctx, const csm_change *ch, csm_value *values)
{
    csm_str names = csm_property_text(ctx, PROPERTY_FIELDS, FIELDS_DEFAULT), next, name;
    bool sync;

    if (!csm_property_is_true(ctx, PROPERTY_SYNC))
        return CSM_OK;
    CSM_TRY(ask_sync(ctx, csm_change_id(ctx, ch), (csm_id){ { 0 } }, &sync));
    if (!sync)
        return CSM_OK;
    while (csm_names_next(&names, &next)) {
        name = csm_str_copy(ctx, next);
        if (name.ptr == NULL)
            return CSM_E_NOMEM;
        if (csm_table_has_field(ctx, CASE, name.ptr) && csm_change_touches(ctx, ch, name.ptr) &&
            !(csm_str_is(name, "work_notes") && is_own_note(ctx, ch)))
            CSM_TRY(add_value(ctx, ch, name.ptr, values));
    }
    return CSM_OK;
}

/* A new state comes with what explains it; the end of the major case is that of its children even without sync. */
static csm_status state_values(csm_ctx *ctx, const csm_change *ch, csm_value *values)
{
    bool ends = csm_change_touches(ctx, ch, "state") && csm_change_new_int(ctx, ch, "state") == CASE_CLOSED;

    if (!ends && csm_map_get(values, "state") == NULL)
        return CSM_OK;
    CSM_TRY(add_value(ctx, ch, "state", values));
    CSM_TRY(add_value(ctx, ch, "close_notes", values));
    return add_value(ctx, ch, "resolution_code", values);
}

csm_status queue_change(csm_ctx *ctx, csm_change *ch)
{
    csm_value values = csm_map(NULL, 0);
    csm_id id = csm_change_id(ctx, ch);
    csm_record *row;
    csm_str key;

    CSM_TRY(synced_values(ctx, ch, &values));
    CSM_TRY(state_values(ctx, ch, &values));
    if (values.count == 0 || csm_change_new_int(ctx, ch, "child_case_count") == 0)
        return CSM_OK;
    CSM_TRY(csm_record_create(ctx, CHANGE, &row));
    CSM_TRY(csm_record_set_ref(ctx, row, "case", id));
    CSM_TRY(csm_record_set(ctx, row, "values", values));
    CSM_TRY(csm_record_insert(ctx, row));
    key = csm_id_text(ctx, id);
    return key.ptr != NULL ? csm_job_start(ctx, JOB_SYNC, key.ptr, csm_now(ctx), csm_id_value(id)) : CSM_E_NOMEM;
}

/* ---- giving ---- */

typedef struct gift {
    csm_id child;
    csm_value values;
} gift;

static csm_status give(csm_ctx *ctx, void *arg)
{
    const gift *g = arg;
    const csm_value *state = csm_map_get(&g->values, "state");
    csm_record *rec;

    CSM_TRY(csm_record_get(ctx, CASE, g->child, &rec));
    if (state != NULL && csm_value_int(*state) != csm_record_int(ctx, rec, "state"))
        return csm_transition_run(ctx, rec, "follow_parent", &g->values);
    for (uint32_t n = 0; n < g->values.count; n++) {
        csm_str name = csm_str_copy(ctx, g->values.map[n].key);

        if (name.ptr == NULL)
            return CSM_E_NOMEM;
        if (csm_table_has_field(ctx, csm_record_table(ctx, rec), name.ptr))
            CSM_TRY(csm_record_set(ctx, rec, name.ptr, g->values.map[n].value));
    }
    return csm_record_update(ctx, rec);
}

/* A child that cannot follow says why. */
static csm_status give_or_note(csm_ctx *ctx, gift *g)
{
    csm_failure failure;
    csm_record *rec;
    csm_str note;

    CSM_TRY(csm_savepoint_attempt(ctx, give, g, &failure));
    if (failure.code == CSM_OK)
        return CSM_OK;
    note = csm_printf(ctx, "Did not follow its major case: %.*s", CSM_STR_FMT(failure.message));
    if (note.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_record_get(ctx, CASE, g->child, &rec));
    CSM_TRY(csm_record_set_text(ctx, rec, "work_notes", note));
    return csm_record_update(ctx, rec);
}

static csm_status next_children(csm_ctx *ctx, csm_id parent, csm_id after, csm_id *page, uint32_t *count)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    *count = 0;
    CSM_TRY(csm_query_open(ctx, CASE, &q));
    csm_query_where(ctx, q, "parent", CSM_OP_EQ, csm_id_value(parent));
    csm_query_page(ctx, q, "sys_id", after, PAGE);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL && *count < PAGE)
        page[(*count)++] = csm_record_id(ctx, row);
    csm_query_close(ctx, q);
    return st;
}

/* One page of children of one change. */
static csm_status give_page(csm_ctx *ctx, csm_id parent, csm_record *change)
{
    csm_id page[PAGE];
    uint32_t count;

    CSM_TRY(next_children(ctx, parent, csm_record_ref(ctx, change, "after"), page, &count));
    for (uint32_t n = 0; n < count; n++) {
        gift g = { page[n], csm_record_value(ctx, change, "values") };
        bool sync;

        CSM_TRY(ask_sync(ctx, parent, g.child, &sync));
        if (sync)
            CSM_TRY(give_or_note(ctx, &g));
    }
    if (count < PAGE)
        return csm_record_delete(ctx, change);
    CSM_TRY(csm_record_set_ref(ctx, change, "after", page[count - 1]));
    return csm_record_update(ctx, change);
}

/* Argument: the major case. */
csm_status sync_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    csm_id id[2];
    uint32_t count = 0;
    csm_query *q;
    csm_record *row;
    csm_status st;

    (void)next_args;
    CSM_TRY(csm_query_open(ctx, CHANGE, &q));
    csm_query_where(ctx, q, "case", CSM_OP_EQ, args);
    csm_query_order(ctx, q, "sys_id", CSM_ASC);
    csm_query_limit(ctx, q, 1);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL && count < 1)
        id[count++] = csm_record_id(ctx, row);
    csm_query_close(ctx, q);
    CSM_TRY(st);
    if (count == 0)
        return CSM_OK;
    *more = true; /* the next page, or the next change */
    CSM_TRY(csm_record_get(ctx, CHANGE, id[0], &row));
    return give_page(ctx, csm_value_id(args), row);
}

/* ---- the property ---- */

/* A state without what explains it would end children with no word to their customers. What tells a case from another is not
 * made alike. */
csm_status sync_fields_check(csm_ctx *ctx, csm_change *ch)
{
    static const csm_str own = CSM_STR_INIT("number,parent,account,contact,consumer,household,partner,partner_contact,opened_by,"
                                            "opened_at,watch_list,major_case_state,recipient_list,sync_driver,child_case_count,"
                                            "child_case_creation_progress");
    csm_str names = csm_change_new_text(ctx, ch, "value"), rest = names, next, name;

    while (csm_names_next(&rest, &next)) {
        name = csm_str_copy(ctx, next);
        if (name.ptr == NULL)
            return CSM_E_NOMEM;
        if (!csm_table_has_field(ctx, CASE, name.ptr))
            return csm_fail_field(ctx, CSM_E_INVALID, "value", "field \"value\": cases have no field \"%s\"", name.ptr);
        if (csm_names_have(own, name))
            return csm_fail_field(ctx, CSM_E_REJECTED, "value", "field \"value\": \"%s\" is each case's own", name.ptr);
    }
    if (csm_names_have(names, CSM_STR("state")) &&
        (!csm_names_have(names, CSM_STR("close_notes")) || !csm_names_have(names, CSM_STR("resolution_code"))))
        return csm_fail_field(ctx, CSM_E_REJECTED, "value",
                              "field \"value\": with state, close_notes and resolution_code are synchronised too");
    return CSM_OK;
}
