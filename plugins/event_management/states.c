/* The life of an alert. Events move it as the system does; operators by the methods made here. Source: DOMAIN 2.11. */
#include "event_management.h"

#define NOTES "work_notes"
#define STANDING "Open,Reopen,Flapping"

static const csm_state states[] = {
    { STATE_OPEN, CSM_STATE_INITIAL }, { STATE_REOPEN, 0 }, { STATE_FLAPPING, 0 },
    { STATE_CLOSED, CSM_STATE_INITIAL | CSM_STATE_INACTIVE },
};

static const csm_transition transitions[] = {
    { .name = "close", .from = STANDING, .to = STATE_CLOSED, .roles = OPERATOR, .fields = NOTES, .sets = "closed_at=@now",
      .doc = "It is over" },
    { .name = "reopen", .from = STATE_CLOSED, .to = STATE_REOPEN, .roles = OPERATOR, .fields = NOTES,
      .sets = "closed_at=^acknowledged=false", .doc = "It is back" },
    { .name = "flap", .from = "Open,Reopen,Closed", .to = STATE_FLAPPING, .roles = "admin", .sets = "closed_at=",
      .doc = "It comes and goes" },
    { .name = "settle", .from = STATE_FLAPPING, .to = STATE_OPEN, .roles = "admin", .doc = "It no longer comes and goes" },
    { .name = "acknowledge", .from = STANDING, .roles = OPERATOR, .filter = "acknowledged=false",
      .filter_message = "somebody acknowledged the alert already", .fields = NOTES, .sets = "acknowledged=true",
      .doc = "Somebody looks at it" },
    { .name = "start_maintenance", .from = STANDING ",Closed", .roles = OPERATOR, .fields = NOTES, .sets = "maintenance=true",
      .doc = "It is expected: it impacts nothing" },
    { .name = "end_maintenance", .from = STANDING ",Closed", .roles = OPERATOR, .fields = NOTES, .sets = "maintenance=false",
      .doc = "It counts again" },
};

const csm_state_model event_management_states[EVENT_MANAGEMENT_STATES] = {
    { .table = ALERT, .field = "state", .states = CSM_ARRAY(states), .transitions = CSM_ARRAY(transitions), .methods = "alert",
      .active = "active" },
};

/* While it is not closed no other alert of its key can be: the index on this column is unique. */
static csm_status open_key(csm_ctx *ctx, csm_change *ch, csm_value *out)
{
    bool closed = csm_str_is(csm_change_new_text(ctx, ch, "state"), STATE_CLOSED);

    *out = closed ? csm_nil() : csm_change_new(ctx, ch, "message_key");
    return CSM_OK;
}

const csm_derived event_management_derived[EVENT_MANAGEMENT_DERIVED] = {
    { .kind = CSM_DERIVE_RUN, .table = ALERT, .field = "open_key", .inputs = "state,message_key", .run = open_key,
      .doc = "The key of an alert that is not closed" },
};
