/* What an external consumer may do in a day and to one record. A flood of one person must not bury the others. Source: DOMAIN
 * 4.1, 8.5. */
#include "customer_service.h"

static csm_status is_consumer(csm_ctx *ctx, bool *out)
{
    csm_record *login = NULL;

    *out = false;
    if (!csm_caller_is_external(ctx))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, "csm_consumer_user", csm_caller_user(ctx), &login));
    *out = login != NULL;
    return CSM_OK;
}

static csm_time midnight(csm_ctx *ctx)
{
    return csm_now(ctx) / CSM_DAY * CSM_DAY;
}

/* Whether the query finds as many rows as are allowed; closes it. */
static csm_status is_full(csm_ctx *ctx, csm_query *q, int64_t limit, bool *out)
{
    int64_t count = 0;
    csm_record *row;
    csm_status st;

    csm_query_limit(ctx, q, (uint32_t)limit + 1);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        count++;
    csm_query_close(ctx, q);
    *out = count >= limit;
    return st;
}

csm_status consumer_cases_a_day(csm_ctx *ctx, csm_change *ch)
{
    int64_t limit = csm_property_int(ctx, "sn_customerservice.consumer_max_new_cases_daily", 10, 0, 999999);
    bool consumer, full;
    csm_query *q;

    CSM_TRY(is_consumer(ctx, &consumer));
    if (!consumer || !csm_change_by_client(ctx, ch))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, "sn_customerservice_case", &q));
    csm_query_where(ctx, q, "opened_by", CSM_OP_EQ, csm_id_value(csm_caller_user(ctx)));
    csm_query_where(ctx, q, "opened_at", CSM_OP_GE, csm_time_value(midnight(ctx)));
    CSM_TRY(is_full(ctx, q, limit, &full));
    return full ? csm_fail(ctx, CSM_E_LIMIT, "no more than %lld new cases a day", (long long)limit) : CSM_OK;
}

csm_status consumer_comments_a_day(csm_ctx *ctx, csm_change *ch)
{
    int64_t limit = csm_property_int(ctx, "sn_customerservice.consumer_max_comments_per_case_daily", 25, 0, 999999), count = 0;
    csm_value entries;
    bool consumer;

    if (!csm_change_by_client(ctx, ch) || !csm_change_touches(ctx, ch, "comments"))
        return CSM_OK;
    CSM_TRY(is_consumer(ctx, &consumer));
    if (!consumer)
        return CSM_OK;
    CSM_TRY(csm_record_journal(ctx, csm_change_record(ctx, ch), "comments", 1000, &entries));
    for (uint32_t n = 0; entries.type == CSM_T_LIST && n < entries.count; n++) {
        const csm_value *at = csm_map_get(&entries.list[n], "time"), *by = csm_map_get(&entries.list[n], "by");

        count += at != NULL && by != NULL && csm_value_int(*at) >= midnight(ctx) &&
                 csm_str_eq(csm_value_text(*by), csm_caller_user_name(ctx));
    }
    if (count >= limit)
        return csm_fail(ctx, CSM_E_LIMIT, "no more than %lld comments on a case a day", (long long)limit);
    return CSM_OK;
}

/* Uploads that are not through count too: they take room. The row is the server's, made for the caller. */
csm_status consumer_files_a_record(csm_ctx *ctx, csm_change *ch)
{
    int64_t limit = csm_property_int(ctx, "sn_customerservice.consumer_max_attachments_per_record", 5, 0, 999999);
    bool consumer, full;
    csm_query *q;

    CSM_TRY(is_consumer(ctx, &consumer));
    if (!consumer)
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, "sys_attachment", &q));
    csm_query_where(ctx, q, "document", CSM_OP_EQ, csm_change_new(ctx, ch, "document"));
    csm_query_where(ctx, q, "sys_created_by", CSM_OP_EQ, csm_text(csm_caller_user_name(ctx)));
    CSM_TRY(is_full(ctx, q, limit, &full));
    return full ? csm_fail(ctx, CSM_E_LIMIT, "no more than %lld files on a record", (long long)limit) : CSM_OK;
}
