/* Comparing a list with its source: who belongs is added, who was added by a refresh and does not belong any more is taken off.
 * Rows somebody put there by hand stay, and so does what is said about addressing one. A job, in pages: first over all that
 * may belong, then over all that are on the list; each page is a transaction that stores how far it came. */
#include "publications.h"

#include <stdlib.h>

#define PAGE 100u
#define SOURCE_MAX 10000u

/* What one page works with. */
typedef struct refresh {
    csm_record *list;
    const kind *k;
    const char *condition; /* NULL: none */
    csm_value *members;    /* method script: who belongs, by id */
    uint32_t member_count;
} refresh;

/* ---- who belongs ---- */

static int by_id(const void *a, const void *b)
{
    return memcmp(((const csm_value *)a)->id.b, ((const csm_value *)b)->id.b, sizeof(csm_id));
}

static csm_status ask_source(csm_ctx *ctx, refresh *r)
{
    csm_pair in[2] = { { CSM_STR_INIT("list"), csm_id_value(csm_record_id(ctx, r->list)) },
                       { CSM_STR_INIT("source"), csm_record_value(ctx, r->list, "script") } };
    csm_value out = csm_nil();
    const csm_value *ids;

    CSM_TRY(csm_point_call(ctx, POINT_SOURCE, csm_map(in, 2), &out));
    ids = csm_map_get(&out, "recipients");
    if (ids == NULL || ids->type != CSM_T_LIST)
        return csm_fail_field(ctx, CSM_E_REJECTED, "script", "no plugin answers to the recipient source \"%.*s\"",
                              CSM_STR_FMT(csm_record_text(ctx, r->list, "script")));
    if (ids->count > SOURCE_MAX)
        return csm_fail(ctx, CSM_E_LIMIT, "the recipient source names %u recipients, at most %u are taken", ids->count, SOURCE_MAX);
    r->members = csm_alloc(ctx, (ids->count + 1) * sizeof(*r->members));
    if (r->members == NULL)
        return CSM_E_NOMEM;
    for (uint32_t n = 0; n < ids->count; n++)
        if (ids->list[n].type == CSM_T_ID)
            r->members[r->member_count++] = ids->list[n];
    qsort(r->members, r->member_count, sizeof(*r->members), by_id);
    return CSM_OK;
}

static csm_status look_up(csm_ctx *ctx, csm_id id, refresh *r)
{
    csm_str method, condition;

    CSM_TRY(csm_record_find(ctx, LIST, id, &r->list));
    if (r->list == NULL)
        return CSM_OK; /* gone meanwhile */
    r->k = kind_of(csm_record_text(ctx, r->list, "type"));
    if (r->k == NULL)
        return csm_fail(ctx, CSM_E_STATE, "the list is of no known type");
    method = csm_record_text(ctx, r->list, "method");
    if (csm_str_is(method, "script"))
        return ask_source(ctx, r);
    if (!csm_str_is(method, "condition"))
        return CSM_OK;
    condition = csm_str_copy(ctx, csm_record_text(ctx, r->list, "condition"));
    r->condition = condition.ptr;
    return condition.ptr != NULL ? CSM_OK : CSM_E_NOMEM;
}

csm_status refresh_check(csm_ctx *ctx, csm_id list)
{
    refresh r = { 0 };

    return look_up(ctx, list, &r);
}

static csm_status belongs(csm_ctx *ctx, const refresh *r, const csm_record *who, bool *out)
{
    csm_value id = csm_id_value(csm_record_id(ctx, who));

    *out = false;
    if (strcmp(r->k->type, "internal_users") == 0 && csm_user_has_role(ctx, id.id, "snc_external"))
        return CSM_OK;
    if (r->condition != NULL)
        return csm_record_matches(ctx, who, r->condition, out);
    *out = r->member_count > 0 && bsearch(&id, r->members, r->member_count, sizeof(id), by_id) != NULL;
    return CSM_OK;
}

/* ---- pages ---- */

/* Ids of the next rows of @p table beyond @p after: by @p field of the rows of @p list, or by their own. */
static csm_status next_rows(csm_ctx *ctx, const char *table, const char *field, csm_id list, csm_id after, csm_id *page,
                            csm_id *at, uint32_t *count)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    *count = 0;
    CSM_TRY(csm_query_open(ctx, table, &q));
    if (!csm_id_is_none(list))
        csm_query_where(ctx, q, "list", CSM_OP_EQ, csm_id_value(list));
    csm_query_page(ctx, q, field, after, PAGE);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL && *count < PAGE) {
        page[(*count)++] = csm_record_id(ctx, row);
        *at = csm_id_is_none(list) ? csm_record_id(ctx, row) : csm_record_ref(ctx, row, field);
    }
    csm_query_close(ctx, q);
    return st;
}

static csm_status add_one(csm_ctx *ctx, const refresh *r, csm_id id)
{
    csm_id list = csm_record_id(ctx, r->list);
    csm_record *who;
    bool fits, there;

    CSM_TRY(csm_record_find(ctx, r->k->table, id, &who));
    if (who == NULL)
        return CSM_OK;
    CSM_TRY(belongs(ctx, r, who, &fits));
    if (!fits)
        return CSM_OK;
    CSM_TRY(is_listed(ctx, r->k, list, id, &there));
    return there ? CSM_OK : put_on_list(ctx, r->k, list, id, true);
}

static csm_status drop_one(csm_ctx *ctx, const refresh *r, csm_id id)
{
    csm_record *row, *who;
    bool fits = false;

    CSM_TRY(csm_record_find(ctx, r->k->member, id, &row));
    if (row == NULL || !csm_record_bool(ctx, row, "dynamically_added"))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, r->k->table, csm_record_ref(ctx, row, "recipient"), &who));
    if (who != NULL)
        CSM_TRY(belongs(ctx, r, who, &fits));
    return fits ? CSM_OK : csm_record_delete(ctx, row);
}

static csm_status run_page(csm_ctx *ctx, const refresh *r, bool dropping, csm_id *after, bool *more)
{
    csm_id page[PAGE], list = dropping ? csm_record_id(ctx, r->list) : (csm_id){ { 0 } };
    uint32_t count;

    CSM_TRY(next_rows(ctx, dropping ? r->k->member : r->k->table, dropping ? "recipient" : "sys_id", list, *after, page, after,
                      &count));
    for (uint32_t n = 0; n < count; n++)
        CSM_TRY(dropping ? drop_one(ctx, r, page[n]) : add_one(ctx, r, page[n]));
    *more = count == PAGE;
    return CSM_OK;
}

/* Arguments: {list, dropping?, after?}. */
csm_status refresh_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    const csm_value *list = csm_map_get(&args, "list"), *stage = csm_map_get(&args, "dropping"), *mark = csm_map_get(&args, "after");
    bool dropping = stage != NULL && csm_value_bool(*stage), rest;
    csm_id after = mark != NULL ? csm_value_id(*mark) : (csm_id){ { 0 } };
    refresh r = { 0 };

    if (list == NULL)
        return csm_fail(ctx, CSM_E_INVALID, "job \"%s\" takes a list", JOB_REFRESH);
    CSM_TRY(look_up(ctx, csm_value_id(*list), &r));
    if (r.list == NULL)
        return CSM_OK;
    if (!dropping && r.condition == NULL && r.member_count == 0) { /* nobody is to be added */
        dropping = true;
        after = (csm_id){ { 0 } };
    }
    CSM_TRY(run_page(ctx, &r, dropping, &after, &rest));
    if (!rest && dropping) {
        CSM_TRY(csm_record_set_bool(ctx, r.list, "refreshing", false));
        CSM_TRY(csm_record_set(ctx, r.list, "refreshed_on", csm_time_value(csm_now(ctx))));
        return csm_record_update(ctx, r.list);
    }
    *more = true;
    *next_args = csm_map(NULL, 0);
    CSM_TRY(csm_map_add(ctx, next_args, "list", *list));
    CSM_TRY(csm_map_add(ctx, next_args, "dropping", csm_bool(dropping || !rest)));
    return rest ? csm_map_add(ctx, next_args, "after", csm_id_value(after)) : CSM_OK;
}
