/* Values of a record raised from a case that no plain copy gives. Each goes through an extension point, so that a deployer's
 * plugin may put its own mapping first. Source: DOMAIN 4.2.1, 8.1. */
#include "service_management.h"

/* ---- who reports it ---- */

/* Whoever speaks for the customer, else the agent. A consumer may have no user. */
static csm_id caller_of(csm_ctx *ctx, const csm_record *from)
{
    static const char *const people[] = { "contact", "consumer.user", "internal_contact", "requested_by" };

    for (size_t n = 0; n < sizeof(people) / sizeof(people[0]); n++) {
        csm_id id = csm_record_ref(ctx, from, people[n]);

        if (!csm_id_is_none(id))
            return id;
    }
    return csm_caller_user(ctx);
}

/* ---- priority ---- */

typedef struct level {
    int64_t priority, impact, urgency;
} level;

static int64_t apart(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

/* The look-up read backwards: of the pairs with this priority the one whose two sides are nearest, then the higher impact. */
static csm_status look_back(csm_ctx *ctx, int64_t priority, level *out)
{
    csm_query *q;
    csm_record *row;
    csm_status st;
    bool active = false;

    *out = (level){ 5, 3, 3 };
    CSM_TRY(csm_query_open(ctx, "dl_u_priority", &q));
    csm_query_filter(ctx, q, "active=true");
    csm_query_limit(ctx, q, 100);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        level found = { priority, csm_record_int(ctx, row, "impact"), csm_record_int(ctx, row, "urgency") };

        if (csm_record_int(ctx, row, "priority") != priority)
            continue;
        if (!active || apart(found.impact, found.urgency) < apart(out->impact, out->urgency) ||
            (apart(found.impact, found.urgency) == apart(out->impact, out->urgency) && found.impact < out->impact))
            *out = found;
        active = true;
    }
    csm_query_close(ctx, q);
    return st;
}

/* ---- incident ---- */

/* Channels that only cases know are not carried over. */
static bool is_shared_channel(csm_str channel)
{
    return channel.len > 0 && !csm_str_is(channel, "letter") && !csm_str_is(channel, "fax") && !csm_str_is(channel, "referral");
}

typedef struct mapping {
    csm_id source;
    csm_value values;
} mapping;

static csm_status map_incident(csm_ctx *ctx, void *arg)
{
    mapping *m = arg;
    csm_record *from;
    level is;

    CSM_TRY(csm_record_get(ctx, CASE, m->source, &from));
    CSM_TRY(look_back(ctx, csm_record_int(ctx, from, "priority"), &is));
    CSM_TRY(csm_map_add(ctx, &m->values, "parent", csm_id_value(m->source)));
    CSM_TRY(csm_map_add(ctx, &m->values, "caller_id", csm_id_value(caller_of(ctx, from))));
    CSM_TRY(csm_map_add(ctx, &m->values, "priority", csm_int(is.priority)));
    CSM_TRY(csm_map_add(ctx, &m->values, "impact", csm_int(is.impact)));
    CSM_TRY(csm_map_add(ctx, &m->values, "urgency", csm_int(is.urgency)));
    if (is_shared_channel(csm_record_text(ctx, from, "contact_type")))
        CSM_TRY(csm_map_add(ctx, &m->values, "contact_type", csm_record_value(ctx, from, "contact_type")));
    return CSM_OK;
}

static csm_verdict incident_values(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    mapping m = { csm_arg_id(ctx, in, 0), csm_map(NULL, 0) };
    csm_value answer = csm_map(NULL, 0);

    if (csm_as_plugin(ctx, map_incident, &m) != CSM_OK || csm_map_add(ctx, &answer, "values", m.values) != CSM_OK ||
        csm_reply_value(ctx, out, answer) != CSM_OK)
        return CSM_REJECT;
    return CSM_HANDLED;
}

/* ---- the points ---- */

static const csm_param in_params[] = {
    CSM_PARAM_ID("source", .table = CASE, .doc = "The case"),
    CSM_PARAM("values", CSM_T_MAP, .doc = "What the new record gets so far"),
};
static const csm_param out_params[] = {
    CSM_PARAM("values", CSM_T_MAP, .doc = "What it gets besides or instead; what the agent gives wins"),
};

#define MAPPING(n, d) { .name = (n), .params = CSM_ARRAY(in_params), .returns = CSM_ARRAY(out_params), \
                        .cardinality = CSM_REPLACE, .doc = (d) }

const csm_point service_management_points[SERVICE_MANAGEMENT_POINTS] = {
    MAPPING(POINT_INCIDENT, "Values of an incident raised from a case (CSMIncidentIntegrations)"),
    MAPPING(POINT_PROBLEM, "Values of a problem raised from a case (CSMProblemIntegrations)"),
    MAPPING(POINT_CHANGE, "Values of a change raised from a case (CSMChangeIntegrations)"),
};
const csm_impl service_management_impls[SERVICE_MANAGEMENT_IMPLS] = {
    { .point = POINT_INCIDENT, .order = 1000, .run = incident_values, .doc = "The caller, and priority by the look-up" },
};
