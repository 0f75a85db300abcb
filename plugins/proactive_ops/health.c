/* How an install base item fares: as the worst open alert that impacts its configuration item or its service. An item without
 * one of the two, or that no alert ever spoke of, has no health to tell. Source: DOMAIN 4.16.4. */
#include "proactive_ops.h"

static const char *const words[] = { "normal", "critical", "major", "minor", "warning", "normal" };
#define SEVERITIES (sizeof(words) / sizeof(words[0]))
#define UNKNOWN "not_available"

/* The worse of *worst (none below 0) and what is told of an element; 0, clear, is the best. */
static csm_status add_status(csm_ctx *ctx, csm_id element, int64_t *worst)
{
    csm_query *q;
    csm_record *row;

    CSM_TRY(csm_query_open(ctx, IMPACT_STATUS, &q));
    csm_query_where(ctx, q, "element_id", CSM_OP_EQ, csm_id_value(element));
    csm_query_limit(ctx, q, 1);
    CSM_TRY(csm_query_next(ctx, q, &row));
    if (row != NULL) {
        int64_t severity = csm_record_int(ctx, row, "severity");

        if (*worst <= 0 || (severity > 0 && severity < *worst))
            *worst = severity;
    }
    csm_query_close(ctx, q);
    return CSM_OK;
}

static csm_status health_of(csm_ctx *ctx, csm_id ci, csm_id service, const char **out)
{
    int64_t worst = -1;

    *out = UNKNOWN;
    if (csm_id_is_none(ci) || csm_id_is_none(service))
        return CSM_OK;
    CSM_TRY(add_status(ctx, ci, &worst));
    CSM_TRY(add_status(ctx, service, &worst));
    if (worst >= 0 && worst < (int64_t)SEVERITIES)
        *out = words[worst];
    return CSM_OK;
}

csm_status item_health(csm_ctx *ctx, csm_change *ch)
{
    const char *health;

    CSM_TRY(health_of(ctx, csm_change_new_ref(ctx, ch, "configuration_item"), csm_change_new_ref(ctx, ch, "service_context"), &health));
    if (csm_str_is(csm_change_new_text(ctx, ch, "health_status"), health))
        return CSM_OK;
    CSM_TRY(csm_change_set(ctx, ch, "health_last_updated", csm_time_value(csm_now(ctx))));
    return csm_change_set(ctx, ch, "health_status", csm_ctext(health));
}

static csm_status keep_health(csm_ctx *ctx, csm_record *item)
{
    const char *health;

    CSM_TRY(health_of(ctx, csm_record_ref(ctx, item, "configuration_item"), csm_record_ref(ctx, item, "service_context"), &health));
    if (csm_str_is(csm_record_text(ctx, item, "health_status"), health))
        return CSM_OK;
    CSM_TRY(csm_record_set(ctx, item, "health_status", csm_ctext(health)));
    CSM_TRY(csm_record_set(ctx, item, "health_last_updated", csm_time_value(csm_now(ctx))));
    return csm_record_update(ctx, item);
}

csm_status status_changed(csm_ctx *ctx, csm_change *ch)
{
    csm_id element = csm_change_new_ref(ctx, ch, "element_id");
    csm_value args;

    CSM_TRY(id_args(ctx, "element", element, &args));
    return start_job(ctx, JOB_HEALTH, element, NULL, args);
}

static csm_status some_items(csm_ctx *ctx, const char *column, csm_id element, csm_id *after, uint32_t *count)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    *count = 0;
    CSM_TRY(csm_query_open(ctx, ITEM, &q));
    csm_query_where(ctx, q, column, CSM_OP_EQ, csm_id_value(element));
    if (!csm_id_is_none(*after))
        csm_query_where(ctx, q, "sys_id", CSM_OP_GT, csm_id_value(*after));
    csm_query_order(ctx, q, "sys_id", CSM_ASC);
    csm_query_limit(ctx, q, PAGE);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        *after = csm_record_id(ctx, row);
        ++*count;
        if ((st = keep_health(ctx, row)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

/* Arguments: {element, by_service?, after?}. A change in between begins the run anew. */
csm_status health_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    const csm_value *column = csm_map_get(&args, "by_service");
    bool by_service = column != NULL && csm_value_bool(*column);
    csm_id element = arg_of(&args, "element"), after = arg_of(&args, "after");
    uint32_t count;

    CSM_TRY(some_items(ctx, by_service ? "service_context" : "configuration_item", element, &after, &count));
    *more = count == PAGE || !by_service;
    if (!*more)
        return CSM_OK;
    if (count < PAGE) {
        by_service = true;
        after = csm_nil().id;
    }
    CSM_TRY(id_args(ctx, "element", element, next_args));
    CSM_TRY(csm_map_add(ctx, next_args, "by_service", csm_bool(by_service)));
    return csm_map_add(ctx, next_args, "after", csm_id_value(after));
}

static csm_status refresh(csm_ctx *ctx, void *arg)
{
    csm_record *item;

    CSM_TRY(csm_record_get(ctx, ITEM, *(const csm_id *)arg, &item));
    return keep_health(ctx, item);
}

csm_status refresh_health_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_id id = csm_arg_id(ctx, in, 0);
    csm_record *item;

    CSM_TRY(csm_record_get(ctx, ITEM, id, &item));
    CSM_TRY(csm_as_plugin(ctx, refresh, &id));
    CSM_TRY(csm_record_get(ctx, ITEM, id, &item));
    return csm_reply_record(ctx, out, item);
}
