/* Events come in. Each is kept as a row of its own and folded into the alert of its key in the same transaction, so what is
 * acknowledged is both on disk and taken into account. Source: DOMAIN 2.11, 4.16. */
#include "event_management.h"

#define BATCH_MAX 500 /* what other writers wait for */
#define PURGE_PAGE 500u

/* ---- what is left open ---- */

/* Parts joined so that no two lists of parts make one key: a separator inside a part is marked. */
static csm_status default_key(csm_ctx *ctx, csm_change *ch, csm_str *out)
{
    static const char *const parts[] = { "source", "node", "type", "resource", "metric_name" };
    size_t room = 0, len = 0;
    char *text;

    for (size_t n = 0; n < sizeof(parts) / sizeof(parts[0]); n++)
        room += 2 * csm_change_new_text(ctx, ch, parts[n]).len + 1;
    text = csm_alloc(ctx, room);
    if (text == NULL)
        return CSM_E_NOMEM;
    for (size_t n = 0; n < sizeof(parts) / sizeof(parts[0]); n++) {
        csm_str part = csm_change_new_text(ctx, ch, parts[n]);

        if (n > 0)
            text[len++] = ':';
        for (size_t i = 0; i < part.len; i++) {
            if (part.ptr[i] == ':' || part.ptr[i] == '\\')
                text[len++] = '\\';
            text[len++] = part.ptr[i];
        }
    }
    *out = (csm_str){ text, len };
    return csm_change_set(ctx, ch, "message_key", csm_text(*out));
}

/* A clock that runs ahead would make everything after it late. */
static csm_status settle_time(csm_ctx *ctx, csm_change *ch, csm_time *out)
{
    csm_value at = csm_change_new(ctx, ch, "time_of_event");

    *out = csm_now(ctx);
    if (at.type == CSM_T_TIME && at.i <= *out) {
        *out = at.i;
        return CSM_OK;
    }
    return csm_change_set(ctx, ch, "time_of_event", csm_time_value(*out));
}

/* Before an event is kept. What is missing is found by the checks of its fields. */
csm_status event_received(csm_ctx *ctx, csm_change *ch)
{
    csm_value severity = csm_change_new(ctx, ch, "severity"), alert = csm_nil();
    occurrence o = { .key = csm_change_new_text(ctx, ch, "message_key"), .severity = severity.i, .event = ch };

    if (severity.type != CSM_T_INT || csm_change_new_text(ctx, ch, "source").len == 0)
        return CSM_OK;
    CSM_TRY(bind_check(ctx, ch));
    CSM_TRY(settle_time(ctx, ch, &o.at));
    if (o.key.len == 0)
        CSM_TRY(default_key(ctx, ch, &o.key));
    o.clear = o.severity == 0 || csm_str_is(csm_change_new_text(ctx, ch, "resolution_state"), "Closing");
    CSM_TRY(alert_fold(ctx, &o, &alert));
    CSM_TRY(csm_change_set(ctx, ch, "state", csm_ctext(csm_is_nil(alert) ? "Ignored" : "Processed")));
    if (csm_is_nil(alert))
        CSM_TRY(csm_change_set(ctx, ch, "processing_notes", csm_ctext("there is no alert to clear")));
    return csm_change_set(ctx, ch, "alert", alert);
}

/* ---- a batch ---- */

static const char *const given_fields[] = {
    "source",      "node",        "type",          "resource",      "metric_name",      "message_key", "event_class", "severity",
    "description", "additional_info", "time_of_event", "resolution_state", "ci_identifier",
};

typedef struct item {
    csm_value given;
    csm_record *event;
} item;

static const char *field_named(csm_str name)
{
    for (size_t n = 0; n < sizeof(given_fields) / sizeof(given_fields[0]); n++)
        if (csm_str_is(name, given_fields[n]))
            return given_fields[n];
    return NULL;
}

static csm_status take_item(csm_ctx *ctx, void *arg)
{
    item *it = arg;

    if (it->given.type != CSM_T_MAP)
        return csm_fail(ctx, CSM_E_INVALID, "an event is a map of field names to values");
    CSM_TRY(csm_record_create(ctx, EVENT, &it->event));
    for (uint32_t n = 0; n < it->given.count; n++) {
        const char *name = field_named(it->given.map[n].key);

        if (name == NULL)
            return csm_fail(ctx, CSM_E_INVALID, "an event has no field \"%.*s\" to be given", CSM_STR_FMT(it->given.map[n].key));
        CSM_TRY(csm_record_set(ctx, it->event, name, it->given.map[n].value));
    }
    return csm_record_insert(ctx, it->event);
}

static csm_status accepted(csm_ctx *ctx, const item *it, csm_value *out)
{
    *out = csm_map(NULL, 0);
    CSM_TRY(csm_map_add(ctx, out, "accepted", csm_bool(true)));
    return csm_map_add(ctx, out, "event", csm_id_value(csm_record_id(ctx, it->event)));
}

static csm_status refused(csm_ctx *ctx, const csm_failure *why, csm_value *out)
{
    *out = csm_map(NULL, 0);
    CSM_TRY(csm_map_add(ctx, out, "accepted", csm_bool(false)));
    CSM_TRY(csm_map_add(ctx, out, "code", csm_int(why->code)));
    CSM_TRY(csm_map_add(ctx, out, "message", csm_text(why->message)));
    return why->field.len > 0 ? csm_map_add(ctx, out, "field", csm_text(why->field)) : CSM_OK;
}

static csm_status send_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value events = csm_arg(ctx, in, 0), results = csm_list(NULL, 0), answer = csm_map(NULL, 0);
    int64_t taken = 0;

    for (uint32_t n = 0; n < events.count; n++) {
        item it = { .given = events.list[n] };
        csm_failure why;
        csm_value result;

        CSM_TRY(csm_savepoint_attempt(ctx, take_item, &it, &why));
        if (why.code == CSM_OK)
            taken++;
        CSM_TRY(why.code == CSM_OK ? accepted(ctx, &it, &result) : refused(ctx, &why, &result));
        CSM_TRY(csm_list_add(ctx, &results, result));
    }
    CSM_TRY(csm_map_add(ctx, &answer, "accepted", csm_int(taken)));
    CSM_TRY(csm_map_add(ctx, &answer, "refused", csm_int((int64_t)events.count - taken)));
    CSM_TRY(csm_map_add(ctx, &answer, "results", results));
    return csm_reply_value(ctx, out, answer);
}

/* ---- purging ---- */

/* Deletes a page of the query's rows, as long as they are from before then. */
static csm_status purge(csm_ctx *ctx, csm_query *q, const char *when, csm_time before, bool *more)
{
    uint32_t count = 0;
    csm_record *row;
    csm_status st;

    csm_query_limit(ctx, q, PURGE_PAGE);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        if (csm_record_time(ctx, row, when) >= before)
            break;
        if ((st = csm_record_delete(ctx, row)) != CSM_OK)
            break;
        count++;
    }
    csm_query_close(ctx, q);
    *more = count == PURGE_PAGE;
    return st;
}

/* Ids are in order of time, and so are rows without another order. */
csm_status purge_events(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    csm_time before = csm_now(ctx) - csm_property_int(ctx, PROPERTY_EVENT_DAYS, 7, 1, 36500) * CSM_DAY;
    csm_query *q;

    (void)args;
    (void)next_args;
    CSM_TRY(csm_query_open(ctx, EVENT, &q));
    csm_query_order(ctx, q, "sys_id", CSM_ASC);
    return purge(ctx, q, "sys_created_on", before, more);
}

csm_status purge_alerts(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    csm_time before = csm_now(ctx) - csm_property_int(ctx, PROPERTY_ALERT_DAYS, 365, 1, 36500) * CSM_DAY;
    csm_query *q;

    (void)args;
    (void)next_args;
    CSM_TRY(csm_query_open(ctx, ALERT, &q));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(false));
    csm_query_where(ctx, q, "kept", CSM_OP_EQ, csm_bool(false));
    csm_query_where(ctx, q, "closed_at", CSM_OP_LT, csm_time_value(before));
    csm_query_order(ctx, q, "closed_at", CSM_ASC);
    return purge(ctx, q, "closed_at", before, more);
}

static const csm_param send_params[] = {
    CSM_PARAM("events", CSM_T_LIST, .flags = CSM_PARAM_REQUIRED, .min = 1, .max = BATCH_MAX,
              .doc = "Maps of source, severity (0 clear, 1 critical to 5 info), node, type, resource, metric_name, message_key, "
                     "event_class, description, additional_info, time_of_event, resolution_state (New or Closing), ci_identifier"),
};
static const csm_param refresh_params[] = { CSM_PARAM_ID("id", .table = ALERT, .doc = "The alert") };

const csm_method event_management_methods[EVENT_MANAGEMENT_METHODS] = {
    { .name = "event.send", .params = CSM_ARRAY(send_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = INTEGRATION, .since = 1, .run = send_method, .doc = "Takes what monitoring systems noticed, each event on its own",
      .returns_doc = "{accepted, refused, results}: per event {accepted: true, event} or {accepted: false, code, message, field?}" },
    { .name = "alert.refresh", .params = CSM_ARRAY(refresh_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = OPERATOR, .since = 1, .run = refresh_method, .doc = "Works out anew what an alert impacts; answers the alert" },
};
