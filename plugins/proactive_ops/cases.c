/* The case the provider opens before a customer reports: by an operator, or by a management rule. Source: DOMAIN 4.16. */
#include "proactive_ops.h"

#define TITLE_LENGTH 160u

/* Priority by severity; a clear never comes here. */
static const int64_t priorities[] = { 4, 1, 2, 3, 4, 4 };
#define SEVERITIES (sizeof(priorities) / sizeof(priorities[0]))

static csm_str title_of(csm_ctx *ctx, const csm_record *alert)
{
    csm_str text = csm_record_text(ctx, alert, "description");
    size_t points = 0, n = 0;

    if (text.len == 0)
        text = csm_record_text(ctx, alert, "message_key");
    for (; n < text.len; n++)
        if (((unsigned char)text.ptr[n] & 0xc0u) != 0x80u && points++ == TITLE_LENGTH)
            break;
    return (csm_str){ text.ptr, n };
}

static csm_status fill_case(csm_ctx *ctx, const csm_record *alert, csm_record *rec)
{
    int64_t severity = csm_record_int(ctx, alert, "severity");
    csm_record *incident = NULL;
    csm_id task = csm_record_ref(ctx, alert, "task");

    CSM_TRY(csm_record_set_bool(ctx, rec, "proactive", true));
    CSM_TRY(csm_record_set(ctx, rec, "contact_type", csm_nil())); /* nobody called */
    CSM_TRY(csm_record_set_text(ctx, rec, "short_description", title_of(ctx, alert)));
    CSM_TRY(csm_record_set(ctx, rec, "description", csm_record_value(ctx, alert, "description")));
    CSM_TRY(csm_record_set_int(ctx, rec, "priority", priorities[severity >= 0 && severity < (int64_t)SEVERITIES ? severity : 0]));
    CSM_TRY(csm_record_set_ref(ctx, rec, "alert", csm_record_id(ctx, alert)));
    CSM_TRY(csm_record_set(ctx, rec, "cmdb_ci", csm_record_value(ctx, alert, "cmdb_ci")));
    if (!csm_id_is_none(task))
        CSM_TRY(csm_record_find(ctx, "incident", task, &incident));
    return incident != NULL ? csm_record_set_ref(ctx, rec, "incident", task) : CSM_OK;
}

csm_status make_case(csm_ctx *ctx, csm_id id, csm_id *out)
{
    csm_record *alert, *rec;
    csm_value args;

    *out = csm_nil().id;
    CSM_TRY(csm_record_get(ctx, ALERT, id, &alert));
    if (csm_value_bool(csm_record_value(ctx, alert, "case.active")))
        return CSM_OK;
    CSM_TRY(csm_record_create(ctx, CASE, &rec));
    CSM_TRY(fill_case(ctx, alert, rec));
    CSM_TRY(csm_record_insert(ctx, rec));
    *out = csm_record_id(ctx, rec);
    CSM_TRY(csm_record_set_ref(ctx, alert, "case", *out));
    CSM_TRY(csm_record_update(ctx, alert));
    CSM_TRY(id_args(ctx, "case", *out, &args));
    CSM_TRY(csm_map_add(ctx, &args, "alert", csm_id_value(id)));
    return start_job(ctx, JOB_ITEMS, *out, NULL, args);
}

/* It tells why there is the case. */
csm_status alert_has_case(csm_ctx *ctx, csm_change *ch)
{
    return csm_change_set(ctx, ch, "kept", csm_bool(true));
}

/* ---- by a management rule ---- */

static csm_status start_run(csm_ctx *ctx, void *arg)
{
    const csm_id *alert = arg;
    csm_value args;

    CSM_TRY(id_args(ctx, "alert", *alert, &args));
    CSM_TRY(csm_map_add(ctx, &args, "make_case", csm_bool(true)));
    return start_job(ctx, JOB_AFFECTED, *alert, "case", args);
}

csm_verdict rule_action(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_id alert = csm_arg_id(ctx, in, 0);
    csm_value answer = csm_map(NULL, 0);

    if (!csm_str_is(csm_arg_text(ctx, in, 2), "create_proactive_case"))
        return CSM_CONTINUE;
    if (csm_as_plugin(ctx, start_run, &alert) != CSM_OK || csm_map_add(ctx, &answer, "done", csm_bool(true)) != CSM_OK ||
        csm_reply_value(ctx, out, answer) != CSM_OK)
        return CSM_REJECT;
    return CSM_HANDLED;
}

/* ---- by an operator ---- */

typedef struct opening {
    csm_id alert, made;
} opening;

static csm_status open_case(csm_ctx *ctx, void *arg)
{
    opening *o = arg;

    return make_case(ctx, o->alert, &o->made);
}

csm_status create_case_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    opening o = { .alert = csm_arg_id(ctx, in, 0) };
    csm_record *alert, *rec;

    CSM_TRY(csm_record_get(ctx, ALERT, o.alert, &alert));
    if (!csm_record_bool(ctx, alert, "active"))
        return csm_fail(ctx, CSM_E_STATE, "the alert is closed");
    CSM_TRY(csm_as_plugin(ctx, open_case, &o));
    if (csm_id_is_none(o.made))
        return csm_fail(ctx, CSM_E_REJECTED, "the alert has a case that is not closed");
    CSM_TRY(csm_record_get(ctx, CASE, o.made, &rec));
    return csm_reply_record(ctx, out, rec);
}
