/* What the files of this plugin share. Source: DOMAIN 2.11, 4.16. */
#ifndef EVENT_MANAGEMENT_H
#define EVENT_MANAGEMENT_H

#include <csm/csm.h>

#define EVENT "em_event"
#define ALERT "em_alert"
#define ALERT_RULE "em_alert_management_rule"
#define IMPACTED "em_impacted_ci"
#define IMPACT_STATUS "em_impact_status"

#define INTEGRATION "evt_mgmt_integration"
#define OPERATOR "evt_mgmt_operator"
#define ADMIN "evt_mgmt_admin"

#define STATE_OPEN "Open"
#define STATE_REOPEN "Reopen"
#define STATE_FLAPPING "Flapping"
#define STATE_CLOSED "Closed"

#define JOB_FOLLOW "event_management.follow"
#define JOB_ACTION "event_management.action"
#define JOB_FLAP_END "event_management.flap_end"
#define POINT_IMPACT "event_management.impact/1"
#define POINT_ACTION "event_management.action/1"
#define POINT_INCIDENT "event_management.incident/1"

#define PROPERTY_REOPEN_WINDOW "evt_mgmt.reopen_window"
#define PROPERTY_FLAP_WINDOW "evt_mgmt.flap_window"
#define PROPERTY_FLAP_COUNT "evt_mgmt.flap_count"
#define PROPERTY_IMPACT_LIMIT "evt_mgmt.impact_limit"
#define PROPERTY_EVENT_DAYS "evt_mgmt.event_days"
#define PROPERTY_ALERT_DAYS "evt_mgmt.alert_days"

enum {
    EVENT_MANAGEMENT_TABLES = 5,
    EVENT_MANAGEMENT_STATES = 1,
    EVENT_MANAGEMENT_DERIVED = 1,
    EVENT_MANAGEMENT_METHODS = 2,
};
extern const csm_table event_management_tables[EVENT_MANAGEMENT_TABLES];
extern const csm_state_model event_management_states[EVENT_MANAGEMENT_STATES];
extern const csm_derived event_management_derived[EVENT_MANAGEMENT_DERIVED];
extern const csm_method event_management_methods[EVENT_MANAGEMENT_METHODS];

/* One event as the alert of its key sees it. Texts are borrowed from the change. */
typedef struct occurrence {
    csm_str key;
    csm_time at;
    int64_t severity;
    bool clear;
    csm_change *event;
} occurrence;

/* events.c */
csm_status event_received(csm_ctx *ctx, csm_change *ch);
csm_status purge_events(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);
csm_status purge_alerts(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);
/* alerts.c: makes, counts, closes or reopens the alert of the event's key. *alert is nil when there is nothing to clear. */
csm_status alert_fold(csm_ctx *ctx, const occurrence *o, csm_value *alert);
csm_status alert_used(csm_ctx *ctx, csm_change *ch);
csm_status alert_flap_end(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);
/* bind.c: the configuration item an event speaks of; none, with a note on the event, when there is not exactly one. */
csm_status bind_check(csm_ctx *ctx, const csm_change *event);
csm_status bind_item(csm_ctx *ctx, csm_change *event, csm_id *ci);
/* impact.c */
csm_status alert_changed(csm_ctx *ctx, csm_change *ch);
csm_status mark_deleted(csm_ctx *ctx, csm_change *ch);
csm_status alert_follow(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);
csm_status refresh_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
/* actions.c: what the management rules do with an alert. */
csm_status rule_check(csm_ctx *ctx, csm_change *ch);
csm_status any_rule(csm_ctx *ctx, bool *out);
csm_status start_actions(csm_ctx *ctx, csm_record *alert);
csm_status run_action(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);
/* incident.c */
csm_verdict incident_values(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status raise_incident(csm_ctx *ctx, const csm_record *alert);

#endif
