/* Queries as plain functions; what each does is told at the member of csm_query_api. */
#ifndef CSM_QUERY_CALLS_H
#define CSM_QUERY_CALLS_H

#include <csm/record_calls.h>
#include <csm/rpc_calls.h>

static inline csm_status csm_query_open(csm_ctx *ctx, const char *table, csm_query **out)
{
    return CSM_HOST(ctx)->query->open(ctx, table, out);
}

static inline csm_status csm_query_open_kept(csm_ctx *ctx, const char *table, const char *encoded, csm_query **out)
{
    return CSM_HOST(ctx)->query->open_kept(ctx, table, encoded, out);
}

static inline void csm_query_where(csm_ctx *ctx, csm_query *q, const char *field, csm_op op, csm_value value)
{
    CSM_HOST(ctx)->query->where(ctx, q, field, op, value);
}

static inline void csm_query_filter(csm_ctx *ctx, csm_query *q, const char *encoded)
{
    CSM_HOST(ctx)->query->filter(ctx, q, encoded);
}

static inline void csm_query_tree(csm_ctx *ctx, csm_query *q, csm_id id, uint32_t part)
{
    CSM_HOST(ctx)->query->tree(ctx, q, id, part);
}

static inline void csm_query_order(csm_ctx *ctx, csm_query *q, const char *field, uint32_t direction)
{
    CSM_HOST(ctx)->query->order(ctx, q, field, direction);
}

static inline void csm_query_limit(csm_ctx *ctx, csm_query *q, uint32_t limit)
{
    CSM_HOST(ctx)->query->limit(ctx, q, limit);
}

static inline csm_status csm_query_next(csm_ctx *ctx, csm_query *q, csm_record **row)
{
    return CSM_HOST(ctx)->query->next(ctx, q, row);
}

static inline void csm_query_close(csm_ctx *ctx, csm_query *q)
{
    CSM_HOST(ctx)->query->close(ctx, q);
}

/* The first row the query finds, in the arena of the call, *out NULL when there is none; closes the query. */
static inline csm_status csm_query_one(csm_ctx *ctx, csm_query *q, csm_record **out)
{
    csm_status st;

    csm_query_limit(ctx, q, 1);
    st = csm_query_next(ctx, q, out);
    csm_query_close(ctx, q);
    return st;
}

/* Whether the query finds a row; closes it. */
static inline csm_status csm_query_any(csm_ctx *ctx, csm_query *q, bool *out)
{
    csm_record *row = NULL;
    csm_status st = csm_query_one(ctx, q, &row);

    *out = row != NULL;
    return st;
}

/* One row of @p table whose @p field is @p value, as csm_query_one. */
static inline csm_status csm_query_first(csm_ctx *ctx, const char *table, const char *field, csm_value value, csm_record **out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, field, CSM_OP_EQ, value);
    return csm_query_one(ctx, q, out);
}

/* For work in pages: the next @p size rows whose @p by ("sys_id", or a reference) is beyond @p after (none: from the start). */
static inline void csm_query_page(csm_ctx *ctx, csm_query *q, const char *by, csm_id after, uint32_t size)
{
    if (!csm_id_is_none(after))
        csm_query_where(ctx, q, by, CSM_OP_GT, csm_id_value(after));
    csm_query_order(ctx, q, by, CSM_ASC);
    csm_query_limit(ctx, q, size);
}

/* Adds field @p take ("sys_id": the row itself) of every row the query finds to @p list, empty ones left out; closes the query.
 * LIMIT when there are more than @p max rows: a list that is cut short would say something else. */
static inline csm_status csm_query_collect(csm_ctx *ctx, csm_query *q, const char *take, uint32_t max, csm_value *list)
{
    csm_record *row = NULL;
    uint32_t count = 0;
    csm_status st;

    csm_query_limit(ctx, q, max + 1);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        csm_value value = csm_record_value(ctx, row, take);

        if (++count > max)
            st = csm_fail(ctx, CSM_E_LIMIT, "more than %u rows of %s at once", max, csm_record_table(ctx, row));
        else if (!csm_is_nil(value))
            st = csm_list_add(ctx, list, value);
        if (st != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

#define CSM_LINKED_MAX 100000u
/* The same of the at most CSM_LINKED_MAX rows of @p table whose @p field is @p value (a list: one of its elements; nil: no row) and that meet @p filter (NULL: all). */
static inline csm_status csm_query_linked(csm_ctx *ctx, const char *table, const char *field, csm_value value, const char *filter,
                                          const char *take, csm_value *list)
{
    csm_query *q;

    if (csm_is_nil(value) || (value.type == CSM_T_LIST && value.count == 0))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, field, value.type == CSM_T_LIST ? CSM_OP_IN : CSM_OP_EQ, value);
    if (filter != NULL)
        csm_query_filter(ctx, q, filter);
    return csm_query_collect(ctx, q, take, CSM_LINKED_MAX, list);
}

/* Sets @p field of every row the query finds; closes it. */
static inline csm_status csm_query_set(csm_ctx *ctx, csm_query *q, const char *field, csm_value value)
{
    csm_record *row = NULL;
    csm_status st;

    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = csm_record_set(ctx, row, field, value)) != CSM_OK || (st = csm_record_update(ctx, row)) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

/* Moves every row the query finds along a transition, as csm_transition_run; closes it. */
static inline csm_status csm_query_move(csm_ctx *ctx, csm_query *q, const char *transition, const csm_value *args)
{
    csm_record *row = NULL;
    csm_status st;

    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = csm_transition_run(ctx, row, transition, args)) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

/* Makes the row of @p table whose @p field is @p id and whose @p other is @p to, unless it is there. */
static inline csm_status csm_record_tie(csm_ctx *ctx, const char *table, const char *field, csm_id id, const char *other, csm_id to)
{
    csm_record *row;
    csm_query *q;
    bool there;

    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, field, CSM_OP_EQ, csm_id_value(id));
    csm_query_where(ctx, q, other, CSM_OP_EQ, csm_id_value(to));
    CSM_TRY(csm_query_any(ctx, q, &there));
    if (there)
        return CSM_OK;
    CSM_TRY(csm_record_create(ctx, table, &row));
    CSM_TRY(csm_record_set_ref(ctx, row, field, id));
    CSM_TRY(csm_record_set_ref(ctx, row, other, to));
    return csm_record_insert(ctx, row);
}

static inline csm_status csm_query_count(csm_ctx *ctx, const char *table, const char *encoded, uint64_t *out)
{
    return CSM_HOST(ctx)->query->count(ctx, table, encoded, out);
}

#endif
