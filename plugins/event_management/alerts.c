/* The alert of a key: made by its first trouble, counted up by every event, closed by a clear, opened again by trouble that
 * comes back soon, flapping when that happens too often. Events may come late, twice or in any order: only one that is not
 * older than the last taken moves the alert, all are counted. Source: DOMAIN 4.16. */
#include "event_management.h"

/* ---- finding ---- */

static csm_status find_standing(csm_ctx *ctx, csm_str key, csm_record **out)
{
    return csm_query_first(ctx, ALERT, "open_key", csm_text(key), out);
}

static csm_status find_closed(csm_ctx *ctx, csm_str key, csm_record **out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, ALERT, &q));
    csm_query_where(ctx, q, "message_key", CSM_OP_EQ, csm_text(key));
    csm_query_order(ctx, q, "closed_at", CSM_DESC);
    return csm_query_one(ctx, q, out);
}

/* The latest clear after @p o that met no alert when it came. 0: none. */
static csm_status find_early_clear(csm_ctx *ctx, const occurrence *o, csm_time *out)
{
    csm_query *q;
    csm_record *row;

    *out = 0;
    CSM_TRY(csm_query_open(ctx, EVENT, &q));
    csm_query_where(ctx, q, "message_key", CSM_OP_EQ, csm_text(o->key));
    csm_query_where(ctx, q, "time_of_event", CSM_OP_GT, csm_time_value(o->at));
    csm_query_where(ctx, q, "state", CSM_OP_EQ, csm_ctext("Ignored"));
    csm_query_order(ctx, q, "time_of_event", CSM_DESC);
    CSM_TRY(csm_query_one(ctx, q, &row));
    if (row != NULL)
        *out = csm_record_time(ctx, row, "time_of_event");
    return CSM_OK;
}

/* ---- flips ---- */

/* Counts a flip between trouble and clear; *too_many when the running window has seen more than it should. */
static csm_status count_flip(csm_ctx *ctx, csm_record *alert, bool *too_many)
{
    csm_time window = csm_property_int(ctx, PROPERTY_FLAP_WINDOW, 600, 1, 604800) * CSM_SECOND;
    csm_value start = csm_record_value(ctx, alert, "flap_start");
    int64_t count = csm_record_int(ctx, alert, "flap_count") + 1;

    if (start.type != CSM_T_TIME || start.i + window < csm_now(ctx)) {
        count = 1;
        CSM_TRY(csm_record_set(ctx, alert, "flap_start", csm_time_value(csm_now(ctx))));
    }
    *too_many = count > csm_property_int(ctx, PROPERTY_FLAP_COUNT, 10, 1, 100000);
    return csm_record_set_int(ctx, alert, "flap_count", count);
}

/* It flaps until a whole window passes without a flip. */
static csm_status wait_for_quiet(csm_ctx *ctx, const csm_record *alert)
{
    csm_time window = csm_property_int(ctx, PROPERTY_FLAP_WINDOW, 600, 1, 604800) * CSM_SECOND;
    csm_id id = csm_record_id(ctx, alert);
    csm_str key = csm_id_text(ctx, id);

    if (key.ptr == NULL)
        return CSM_E_NOMEM;
    return csm_job_start(ctx, JOB_FLAP_END, key.ptr, csm_now(ctx) + window, csm_id_value(id));
}

/* It tells why there is what was made of it. */
csm_status alert_used(csm_ctx *ctx, csm_change *ch)
{
    return csm_change_set(ctx, ch, "kept", csm_bool(true));
}

csm_status alert_flap_end(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    csm_record *alert;

    (void)more;
    (void)next_args;
    CSM_TRY(csm_record_find(ctx, ALERT, csm_value_id(args), &alert));
    if (alert == NULL || !csm_str_is(csm_record_text(ctx, alert, "state"), STATE_FLAPPING))
        return CSM_OK;
    return csm_transition_run(ctx, alert, csm_record_bool(ctx, alert, "cleared") ? "close" : "settle", NULL);
}

/* ---- taking an event ---- */

static csm_status count_event(csm_ctx *ctx, csm_record *alert, const occurrence *o)
{
    csm_value first = csm_record_value(ctx, alert, "initial_event_time"), last = csm_record_value(ctx, alert, "last_event_time");

    CSM_TRY(csm_record_set_int(ctx, alert, "event_count", csm_record_int(ctx, alert, "event_count") + 1));
    if (first.type != CSM_T_TIME || o->at < first.i)
        CSM_TRY(csm_record_set(ctx, alert, "initial_event_time", csm_time_value(o->at)));
    if (last.type != CSM_T_TIME || o->at > last.i)
        CSM_TRY(csm_record_set(ctx, alert, "last_event_time", csm_time_value(o->at)));
    return CSM_OK;
}

/* What an event that stands says of the trouble. */
static csm_status describe(csm_ctx *ctx, csm_record *alert, const occurrence *o)
{
    static const char *const said[] = { "description", "additional_info" };
    csm_id ci;

    CSM_TRY(csm_record_set_int(ctx, alert, "severity", o->severity));
    for (size_t n = 0; n < sizeof(said) / sizeof(said[0]); n++) {
        csm_value value = csm_change_new(ctx, o->event, said[n]);

        if (!csm_is_nil(value))
            CSM_TRY(csm_record_set(ctx, alert, said[n], value));
    }
    if (!csm_id_is_none(csm_record_ref(ctx, alert, "cmdb_ci")))
        return CSM_OK;
    CSM_TRY(bind_item(ctx, o->event, &ci));
    return csm_record_set_ref(ctx, alert, "cmdb_ci", ci);
}

/* Trouble ends, or is back. */
static csm_status flip(csm_ctx *ctx, csm_record *alert, const occurrence *o)
{
    bool flapping = csm_str_is(csm_record_text(ctx, alert, "state"), STATE_FLAPPING), too_many;
    const char *state = o->clear ? STATE_CLOSED : STATE_REOPEN;

    CSM_TRY(count_flip(ctx, alert, &too_many));
    CSM_TRY(csm_record_set_bool(ctx, alert, "cleared", o->clear));
    if (!flapping)
        CSM_TRY(csm_record_set(ctx, alert, "state", csm_ctext(too_many ? STATE_FLAPPING : state)));
    return flapping || too_many ? wait_for_quiet(ctx, alert) : CSM_OK;
}

/* The event is not older than what the alert knows. */
static csm_status advance(csm_ctx *ctx, csm_record *alert, const occurrence *o)
{
    bool over = csm_record_bool(ctx, alert, "cleared") || !csm_record_bool(ctx, alert, "active");

    if (over != o->clear)
        CSM_TRY(flip(ctx, alert, o));
    return o->clear ? CSM_OK : describe(ctx, alert, o);
}

static bool is_late(csm_ctx *ctx, const csm_record *alert, const occurrence *o)
{
    if (o->at < csm_record_time(ctx, alert, "last_event_time"))
        return true;
    /* closed by a person: what happened before is what he closed */
    return !csm_record_bool(ctx, alert, "active") && !csm_record_bool(ctx, alert, "cleared") &&
           o->at < csm_record_time(ctx, alert, "closed_at");
}

/* Whether trouble after the alert closed is another one. */
static bool is_over(csm_ctx *ctx, const csm_record *alert, const occurrence *o)
{
    csm_time window = csm_property_int(ctx, PROPERTY_REOPEN_WINDOW, 300, 0, 604800) * CSM_SECOND;

    return !csm_record_bool(ctx, alert, "active") && !o->clear && !is_late(ctx, alert, o) &&
           csm_record_time(ctx, alert, "closed_at") + window < csm_now(ctx);
}

static csm_status make(csm_ctx *ctx, const occurrence *o, csm_record **out)
{
    static const char *const origin[] = { "source", "node", "type", "resource", "metric_name" };
    csm_time cleared;

    CSM_TRY(find_early_clear(ctx, o, &cleared));
    CSM_TRY(csm_record_create(ctx, ALERT, out));
    CSM_TRY(csm_record_set_text(ctx, *out, "message_key", o->key));
    for (size_t n = 0; n < sizeof(origin) / sizeof(origin[0]); n++)
        CSM_TRY(csm_record_set(ctx, *out, origin[n], csm_change_new(ctx, o->event, origin[n])));
    CSM_TRY(count_event(ctx, *out, o));
    CSM_TRY(describe(ctx, *out, o));
    if (cleared != 0) { /* its clear overtook it */
        CSM_TRY(csm_record_set(ctx, *out, "state", csm_ctext(STATE_CLOSED)));
        CSM_TRY(csm_record_set_bool(ctx, *out, "cleared", true));
        CSM_TRY(csm_record_set(ctx, *out, "closed_at", csm_time_value(csm_now(ctx))));
        CSM_TRY(csm_record_set(ctx, *out, "last_event_time", csm_time_value(cleared)));
    }
    return csm_record_insert(ctx, *out);
}

csm_status alert_fold(csm_ctx *ctx, const occurrence *o, csm_value *alert)
{
    csm_record *rec;

    *alert = csm_nil();
    CSM_TRY(find_standing(ctx, o->key, &rec));
    if (rec == NULL)
        CSM_TRY(find_closed(ctx, o->key, &rec));
    if (rec == NULL && o->clear)
        return CSM_OK;
    if (rec == NULL || is_over(ctx, rec, o)) {
        CSM_TRY(make(ctx, o, &rec));
    } else {
        if (!is_late(ctx, rec, o))
            CSM_TRY(advance(ctx, rec, o));
        CSM_TRY(count_event(ctx, rec, o));
        CSM_TRY(csm_record_update(ctx, rec));
    }
    *alert = csm_id_value(csm_record_id(ctx, rec));
    return CSM_OK;
}
