/* An incident made of an alert: by an operator (alert.create_incident) or by a management rule. Both ask the same point for
 * its values. Source: DOMAIN 2.11. */
#include "event_management.h"

#define TITLE_LENGTH 160u

/* Who reports what no person noticed. */
#define SERVER "user_name=system"

typedef struct mapping {
    csm_id alert, caller;
    csm_value values;
} mapping;

/* At most @p length code points. */
static csm_str cut(csm_str text, size_t length)
{
    for (size_t n = 0; n < text.len; n++)
        if (((unsigned char)text.ptr[n] & 0xc0u) != 0x80u && length-- == 0)
            return (csm_str){ text.ptr, n };
    return text;
}

static csm_str title_of(csm_ctx *ctx, const csm_record *alert)
{
    csm_str text = csm_record_text(ctx, alert, "description");

    return cut(text.len > 0 ? text : csm_record_text(ctx, alert, "message_key"), TITLE_LENGTH);
}

/* Critical is high impact and high urgency; the look-up of priorities does the rest. */
static int64_t level_of(int64_t severity)
{
    return severity <= 1 ? 1 : severity <= 3 ? 2 : 3;
}

static csm_status map_incident(csm_ctx *ctx, void *arg)
{
    mapping *m = arg;
    int64_t level;
    csm_record *alert, *server;

    CSM_TRY(csm_record_get(ctx, ALERT, m->alert, &alert));
    level = level_of(csm_record_int(ctx, alert, "severity"));
    if (csm_id_is_none(m->caller)) { /* the local administrator is no user */
        CSM_TRY(csm_record_find_where(ctx, "sys_user", SERVER, &server));
        m->caller = server != NULL ? csm_record_id(ctx, server) : m->caller;
    }
    CSM_TRY(csm_map_add(ctx, &m->values, "short_description", csm_text(title_of(ctx, alert))));
    CSM_TRY(csm_map_add(ctx, &m->values, "description", csm_record_value(ctx, alert, "description")));
    CSM_TRY(csm_map_add(ctx, &m->values, "cmdb_ci", csm_record_value(ctx, alert, "cmdb_ci")));
    CSM_TRY(csm_map_add(ctx, &m->values, "caller_id", csm_id_value(m->caller)));
    CSM_TRY(csm_map_add(ctx, &m->values, "impact", csm_int(level)));
    return csm_map_add(ctx, &m->values, "urgency", csm_int(level));
}

csm_verdict incident_values(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    mapping m = { .alert = csm_arg_id(ctx, in, 0), .caller = csm_caller_user(ctx), .values = csm_map(NULL, 0) };
    csm_value answer = csm_map(NULL, 0);

    if (csm_as_plugin(ctx, map_incident, &m) != CSM_OK || csm_map_add(ctx, &answer, "values", m.values) != CSM_OK ||
        csm_reply_value(ctx, out, answer) != CSM_OK)
        return CSM_REJECT;
    return CSM_HANDLED;
}

/* As a management rule does; an alert that has an incident that is worked on keeps it. */
csm_status raise_incident(csm_ctx *ctx, const csm_record *alert)
{
    csm_pair in[2] = { { CSM_STR("source"), csm_id_value(csm_record_id(ctx, alert)) }, { CSM_STR("values"), csm_map(NULL, 0) } };
    csm_value out = csm_nil();
    const csm_value *values;
    csm_record *incident, *row;

    if (!csm_id_is_none(csm_record_ref(ctx, alert, "task")) && csm_value_bool(csm_record_value(ctx, alert, "task.active")))
        return CSM_OK;
    CSM_TRY(csm_point_call(ctx, POINT_INCIDENT, csm_map(in, 2), &out));
    values = csm_map_get(&out, "values");
    CSM_TRY(csm_record_create(ctx, "incident", &incident));
    for (uint32_t n = 0; values != NULL && values->type == CSM_T_MAP && n < values->count; n++) {
        csm_str name = csm_str_copy(ctx, values->map[n].key);

        if (name.ptr == NULL)
            return CSM_E_NOMEM;
        CSM_TRY(csm_record_set(ctx, incident, name.ptr, values->map[n].value));
    }
    CSM_TRY(csm_record_insert(ctx, incident));
    CSM_TRY(csm_record_get(ctx, ALERT, csm_record_id(ctx, alert), &row));
    CSM_TRY(csm_record_set_ref(ctx, row, "task", csm_record_id(ctx, incident)));
    return csm_record_update(ctx, row);
}
