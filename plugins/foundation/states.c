/* Life cycles of plain tasks and of approvals. */
#include "foundation.h"

/* Plain tasks. Tables that extend task bring a model of their own or live by this one. */
static const csm_state task_states[] = {
    { "-5", 0 }, { "1", CSM_STATE_INITIAL }, { "2", CSM_STATE_INITIAL }, { "3", CSM_STATE_INACTIVE },
    { "4", CSM_STATE_INACTIVE }, { "7", CSM_STATE_INACTIVE },
};

#define TASK_CLOSE(n, t, d) { .name = (n), .from = "-5,1,2", .to = (t), .sets = "closed_at=@now^closed_by=@me", .doc = (d) }

static const csm_transition task_transitions[] = {
    { .name = "wait", .from = "1,2", .to = "-5", .doc = "Waits for something" },
    { .name = "start", .from = "-5,1", .to = "2", .doc = "Is worked on" },
    { .name = "stop", .from = "-5,2", .to = "1", .doc = "Goes back to the queue" },
    TASK_CLOSE("complete", "3", "Done"),
    TASK_CLOSE("give_up", "4", "Ended without being done"),
    TASK_CLOSE("skip", "7", "Was not needed"),
    { .name = "reopen", .from = "3,4,7", .to = "1", .sets = "closed_at=^closed_by=", .doc = "Is worked on again" },
};

/* A decision: asked for, given once by the approver himself; the rest of the states is the rules' and the administrator's. */
static const csm_state approval_states[] = {
    { "not requested", CSM_STATE_INITIAL }, { "requested", CSM_STATE_INITIAL }, { "approved", CSM_STATE_CLOSED },
    { "rejected", CSM_STATE_CLOSED },       { "cancelled", CSM_STATE_CLOSED },  { "not_required", CSM_STATE_CLOSED },
    { "duplicate", CSM_STATE_CLOSED },
};

static const csm_transition approval_transitions[] = {
    { .name = "approve", .from = "requested", .to = "approved", .fields = "comments", .guard = approval_answer, .doc = "Yes" },
    { .name = "reject", .from = "requested", .to = "rejected", .fields = "comments", .guard = approval_answer, .doc = "No" },
    { .name = "ask", .from = "not requested", .to = "requested", .roles = "admin", .doc = "The approver is asked" },
    { .name = "withdraw", .from = "not requested,requested", .to = "cancelled", .roles = "admin",
      .doc = "Is not asked any more" },
    { .name = "skip", .from = "not requested,requested", .to = "not_required", .roles = "admin", .doc = "Others have decided" },
};

const csm_state_model foundation_states[FOUNDATION_STATES] = {
    { .table = "task", .field = "state", .states = CSM_ARRAY(task_states), .transitions = CSM_ARRAY(task_transitions),
      .active = "active" },
    { .table = "sysapproval_approver", .field = "state", .states = CSM_ARRAY(approval_states),
      .transitions = CSM_ARRAY(approval_transitions), .methods = "approval" },
};
