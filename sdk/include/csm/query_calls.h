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

/* One row of @p table whose @p field is @p value, in the arena of the call; *out NULL when there is none. */
static inline csm_status csm_query_first(csm_ctx *ctx, const char *table, const char *field, csm_value value, csm_record **out)
{
    csm_query *q;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, field, CSM_OP_EQ, value);
    csm_query_limit(ctx, q, 1);
    st = csm_query_next(ctx, q, out);
    csm_query_close(ctx, q);
    return st;
}

/* Whether the query finds a row; closes it. */
static inline csm_status csm_query_any(csm_ctx *ctx, csm_query *q, bool *out)
{
    csm_record *row = NULL;
    csm_status st;

    csm_query_limit(ctx, q, 1);
    st = csm_query_next(ctx, q, &row);
    csm_query_close(ctx, q);
    *out = row != NULL;
    return st;
}

static inline csm_status csm_query_count(csm_ctx *ctx, const char *table, const char *encoded, uint64_t *out)
{
    return CSM_HOST(ctx)->query->count(ctx, table, encoded, out);
}

#endif
