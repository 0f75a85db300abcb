/* How an install base item fares: as the worst open alert that impacts its configuration item or its service. An item without
 * one of the two, or that no alert ever spoke of, has no health to tell. Source: DOMAIN 4.16.4. */
#include "proactive_ops.h"

static const char *const words[] = { "normal", "critical", "major", "minor", "warning", "normal" };
#define SEVERITIES (sizeof(words) / sizeof(words[0]))
#define UNKNOWN "not_available"

static csm_status find_status(csm_ctx *ctx, csm_id element, csm_record **out)
{
    return csm_query_first(ctx, IMPACT_STATUS, "element_id", csm_id_value(element), out);
}

/* The worse of *worst (none below 0) and what is told of an element; 0, clear, is the best. */
static csm_status add_status(csm_ctx *ctx, csm_id element, int64_t *worst)
{
    csm_record *status;
    int64_t severity;

    CSM_TRY(find_status(ctx, element, &status));
    if (status == NULL)
        return CSM_OK;
    severity = csm_record_int(ctx, status, "severity");
    if (*worst <= 0 || (severity > 0 && severity < *worst))
        *worst = severity;
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

/* How far a run has come, and of which version of the status it tells. */
typedef struct run {
    csm_id element, after;
    bool by_service;
    int64_t version;
} run;

static csm_status run_args(csm_ctx *ctx, const run *r, csm_value *out)
{
    CSM_TRY(id_args(ctx, "element", r->element, out));
    CSM_TRY(csm_map_add(ctx, out, "after", csm_id_value(r->after)));
    CSM_TRY(csm_map_add(ctx, out, "by_service", csm_bool(r->by_service)));
    return csm_map_add(ctx, out, "version", csm_int(r->version));
}

/* 0: there is none any more. */
static csm_status version_of(csm_ctx *ctx, csm_id element, int64_t *out)
{
    csm_record *status;

    CSM_TRY(find_status(ctx, element, &status));
    *out = status != NULL ? csm_record_int(ctx, status, "sys_mod_count") + 1 : 0;
    return CSM_OK;
}

/* However often a status changes, one run is under way; at its end it looks whether it has to go again. */
csm_status status_changed(csm_ctx *ctx, csm_change *ch)
{
    run r = { .element = csm_change_new_ref(ctx, ch, "element_id") };
    csm_str key = csm_id_text(ctx, r.element);
    csm_value args;

    if (key.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(run_args(ctx, &r, &args));
    return csm_job_ensure(ctx, JOB_HEALTH, key.ptr, csm_now(ctx), args);
}

static csm_status some_items(csm_ctx *ctx, const char *column, csm_id element, csm_id *after, uint32_t *count)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    *count = 0;
    CSM_TRY(csm_query_open(ctx, ITEM, &q));
    csm_query_where(ctx, q, column, CSM_OP_EQ, csm_id_value(element));
    csm_query_page(ctx, q, "sys_id", *after, PAGE);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        *after = csm_record_id(ctx, row);
        ++*count;
        if ((st = keep_health(ctx, row)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

/* Arguments: a run's. */
csm_status health_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    const csm_value *column = csm_map_get(&args, "by_service"), *version = csm_map_get(&args, "version");
    run r = { csm_map_id(&args, "element"), csm_map_id(&args, "after"), column != NULL && csm_value_bool(*column),
              version != NULL ? csm_value_int(*version) : 0 };
    int64_t now;
    uint32_t count;

    CSM_TRY(version_of(ctx, r.element, &now));
    if (!r.by_service && csm_id_is_none(r.after))
        r.version = now;
    CSM_TRY(some_items(ctx, r.by_service ? "service_context" : "configuration_item", r.element, &r.after, &count));
    *more = count == PAGE || !r.by_service || r.version != now;
    if (count < PAGE) {
        r.after = csm_nil().id;
        r.by_service = !r.by_service;
    }
    return *more ? run_args(ctx, &r, next_args) : CSM_OK;
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
