/* Figures of proactive operations, as far as they are counts, each over the rows its reader may see. Source: DOMAIN 8.4. */
#include "proactive_ops.h"

typedef struct figure {
    const char *name, *table, *filter;
} figure;

static const figure figures[] = {
    { "active_cases", CASE, "proactive=true^active=true^alertISNOTEMPTY" },
    { "cases", CASE, "proactive=true^alertISNOTEMPTY" },
    { "cases_promoted", CASE, "proactive=true^alertISNOTEMPTY^major_case_state=accepted" },
    { "alerts", ALERT, NULL },
    { "alerts_with_case", ALERT, "caseISNOTEMPTY" },
    { "affected_items", AFFECTED, "alertISNOTEMPTY" },
    { "outages_unplanned", OUTAGE, "type=outage" },
    { "outages_planned", OUTAGE, "type=planned" },
    { "outages_degradation", OUTAGE, "type=degradation" },
};

/* Outages that began, and that have no end or one to come. */
static csm_status count_running(csm_ctx *ctx, bool ends, uint64_t *count)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, OUTAGE, &q));
    csm_query_where(ctx, q, "begin", CSM_OP_LE, csm_time_value(csm_now(ctx)));
    csm_query_where(ctx, q, "end", ends ? CSM_OP_GT : CSM_OP_EMPTY, ends ? csm_time_value(csm_now(ctx)) : csm_nil());
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        ++*count;
    csm_query_close(ctx, q);
    return st;
}

csm_status figures_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value answer = csm_map(NULL, 0);
    uint64_t running = 0;

    (void)in;
    for (size_t n = 0; n < sizeof(figures) / sizeof(figures[0]); n++) {
        uint64_t count;

        CSM_TRY(csm_query_count(ctx, figures[n].table, figures[n].filter, &count));
        CSM_TRY(csm_map_add(ctx, &answer, figures[n].name, csm_int((int64_t)count)));
    }
    CSM_TRY(count_running(ctx, false, &running));
    CSM_TRY(count_running(ctx, true, &running));
    CSM_TRY(csm_map_add(ctx, &answer, "active_outages", csm_int((int64_t)running)));
    return csm_reply_value(ctx, out, answer);
}
