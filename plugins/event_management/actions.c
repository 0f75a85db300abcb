/* Management rules: what is done by itself with alerts of a kind. When an alert opens or changes, each active rule whose
 * condition it meets starts a job of its own; after the delay the job looks again and acts. Source: DOMAIN 2.11. */
#include "event_management.h"

#define RULES_MAX 200u

/* A rule looks at how an alert stands, so its condition asks for no change. */
static csm_status check_condition(csm_ctx *ctx, csm_change *ch)
{
    csm_str condition = csm_str_copy(ctx, csm_change_new_text(ctx, ch, "condition"));
    csm_record *alert;
    bool fits;

    if (condition.ptr == NULL)
        return CSM_E_NOMEM;
    if (condition.len == 0 || !csm_change_touches(ctx, ch, "condition"))
        return CSM_OK;
    CSM_TRY(csm_record_create(ctx, ALERT, &alert));
    return csm_record_matches(ctx, alert, condition.ptr, &fits);
}

csm_status rule_check(csm_ctx *ctx, csm_change *ch)
{
    bool flow = csm_str_is(csm_change_new_text(ctx, ch, "action"), "run_flow");

    CSM_TRY(check_condition(ctx, ch));
    if (flow == (csm_change_new_text(ctx, ch, "flow").len > 0))
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_INVALID, "flow", flow ? "field \"flow\": which one is to run"
                                                           : "field \"flow\": only action run_flow runs one");
}

csm_status any_rule(csm_ctx *ctx, bool *out)
{
    csm_record *row;

    CSM_TRY(csm_query_first(ctx, ALERT_RULE, "active", csm_bool(true), &row));
    *out = row != NULL;
    return CSM_OK;
}

/* A rule acts on alerts that stand and are not expected. */
static csm_status applies(csm_ctx *ctx, const csm_record *rule, const csm_record *alert, bool *out)
{
    csm_str condition = csm_str_copy(ctx, csm_record_text(ctx, rule, "condition"));

    *out = csm_record_bool(ctx, rule, "active") && csm_record_bool(ctx, alert, "active") &&
           !csm_record_bool(ctx, alert, "maintenance");
    if (condition.ptr == NULL)
        return CSM_E_NOMEM;
    return *out && condition.len > 0 ? csm_record_matches(ctx, alert, condition.ptr, out) : CSM_OK;
}

/* One job per rule and alert: a change of the alert in between begins the delay anew. */
static csm_status start_one(csm_ctx *ctx, const csm_record *alert, const csm_record *rule)
{
    csm_value ids[2] = { csm_id_value(csm_record_id(ctx, alert)), csm_id_value(csm_record_id(ctx, rule)) };
    csm_str one = csm_id_text(ctx, ids[0].id), other = csm_id_text(ctx, ids[1].id), key;

    if (one.ptr == NULL || other.ptr == NULL)
        return CSM_E_NOMEM;
    key = csm_printf(ctx, "%s/%s", one.ptr, other.ptr);
    return csm_job_start(ctx, JOB_ACTION, key.ptr, csm_now(ctx) + csm_record_int(ctx, rule, "delay") * CSM_SECOND, csm_list(ids, 2));
}

typedef struct deed {
    csm_record *alert, *rule;
    bool done;
} deed;

/* A condition that no longer reads, because a column of it went, ends its own rule only. */
static csm_status switch_off(csm_ctx *ctx, csm_record *rule, const csm_failure *why)
{
    CSM_TRY(csm_record_set_bool(ctx, rule, "active", false));
    CSM_TRY(csm_record_set_text(ctx, rule, "error", why->message));
    return csm_record_update(ctx, rule);
}

static csm_status start_fitting(csm_ctx *ctx, void *arg)
{
    const deed *d = arg;
    bool fits;

    CSM_TRY(applies(ctx, d->rule, d->alert, &fits));
    return fits ? start_one(ctx, d->alert, d->rule) : CSM_OK;
}

csm_status start_actions(csm_ctx *ctx, csm_record *alert)
{
    deed d = { .alert = alert };
    csm_query *q;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, ALERT_RULE, &q));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    csm_query_order(ctx, q, "order", CSM_ASC);
    csm_query_limit(ctx, q, RULES_MAX);
    while ((st = csm_query_next(ctx, q, &d.rule)) == CSM_OK && d.rule != NULL) {
        csm_failure why;

        st = csm_savepoint_attempt(ctx, start_fitting, &d, &why);
        if (st == CSM_OK && why.code != CSM_OK)
            st = switch_off(ctx, d.rule, &why);
        if (st != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

/* ---- acting ---- */

static csm_status act(csm_ctx *ctx, void *arg)
{
    deed *d = arg;
    csm_value out = csm_nil();
    csm_pair in[4] = {
        { CSM_STR("alert"), csm_id_value(csm_record_id(ctx, d->alert)) },
        { CSM_STR("rule"), csm_id_value(csm_record_id(ctx, d->rule)) },
        { CSM_STR("action"), csm_record_value(ctx, d->rule, "action") },
        { CSM_STR("flow"), csm_record_value(ctx, d->rule, "flow") },
    };
    const csm_value *done;

    if (csm_str_is(csm_record_text(ctx, d->rule, "action"), "create_incident")) {
        d->done = true;
        return raise_incident(ctx, d->alert);
    }
    CSM_TRY(csm_point_call(ctx, POINT_ACTION, csm_map(in, 4), &out));
    done = csm_map_get(&out, "done");
    d->done = done != NULL && csm_value_bool(*done);
    return CSM_OK;
}

/* What did not work is told on the alert: trying again would not mend it. */
static csm_status tell(csm_ctx *ctx, const deed *d, const csm_failure *why)
{
    csm_str reason = why->code != CSM_OK ? why->message : CSM_STR("no plugin runs this action");
    csm_str note = csm_printf(ctx, "Rule \"%.*s\" did nothing: %.*s", CSM_STR_FMT(csm_record_text(ctx, d->rule, "name")),
                              CSM_STR_FMT(reason));

    CSM_TRY(csm_record_set_text(ctx, d->alert, "work_notes", note));
    return csm_record_update(ctx, d->alert);
}

csm_status run_action(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    deed d = { 0 };
    csm_failure why;
    bool fits;

    (void)more;
    (void)next_args;
    if (args.type != CSM_T_LIST || args.count != 2)
        return csm_fail(ctx, CSM_E_INVALID, "job \"" JOB_ACTION "\" takes an alert and a rule");
    CSM_TRY(csm_record_find(ctx, ALERT, csm_value_id(args.list[0]), &d.alert));
    CSM_TRY(csm_record_find(ctx, ALERT_RULE, csm_value_id(args.list[1]), &d.rule));
    if (d.alert == NULL || d.rule == NULL)
        return CSM_OK;
    CSM_TRY(applies(ctx, d.rule, d.alert, &fits));
    if (!fits)
        return CSM_OK;
    CSM_TRY(csm_savepoint_attempt(ctx, act, &d, &why));
    return d.done && why.code == CSM_OK ? CSM_OK : tell(ctx, &d, &why);
}
