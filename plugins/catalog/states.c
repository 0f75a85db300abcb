/* The life cycles of requests, requested items and catalog tasks. The last task to close moves its item, the last item its
 * request. Source: DOMAIN 4.3. */
#include "catalog.h"

#define NOTES "work_notes,comments,close_notes"
#define CLOSURE "closed_at=@now^closed_by=@me"
#define OPENED "closed_at=^closed_by="

/* ---- requests ---- */

static const csm_state request_states[] = {
    { "-5", CSM_STATE_INITIAL },  { "1", CSM_STATE_INITIAL },  { "2", 0 },
    { "3", CSM_STATE_CLOSED }, { "4", CSM_STATE_CLOSED }, { "7", CSM_STATE_CLOSED },
};

#define CLOSES_REQUEST(n, to_, state, stage_, d)                                                                      \
    { .name = (n), .from = "-5,1,2", .to = (to_), .roles = WRITE_ROLE, .fields = NOTES,                               \
      .sets = "request_state=" state "^stage=" stage_ "^" CLOSURE, .guard = request_has_no_item, .doc = (d) }

static const csm_transition request_transitions[] = {
    { .name = "work", .from = "-5,1", .to = "2", .roles = WRITE_ROLE, .fields = NOTES,
      .sets = "request_state=in_process^stage=fulfillment", .doc = "Something of it is worked on" },
    CLOSES_REQUEST("complete", "3", "closed_complete", "completed", "All of it is delivered"),
    CLOSES_REQUEST("give_up", "4", "closed_incomplete", "closed_incomplete", "Not all of it is delivered"),
    CLOSES_REQUEST("skip", "7", "closed_skipped", "completed", "Nothing of it was needed"),
    CLOSES_REQUEST("reject", "4", "closed_rejected", "closed_rejected", "None of it was approved"),
    { .name = "cancel", .from = "-5,1,2", .to = "4", .roles = WRITE_ROLE, .fields = NOTES,
      .sets = "request_state=closed_cancelled^stage=closed_cancelled^" CLOSURE,
      .doc = "Is not wanted any more; nor are its items" },
    { .name = "reopen", .from = "3,4,7", .to = "2", .roles = WRITE_ROLE, .filter = "request_state!=closed_rejected",
      .filter_message = "what was not approved is ordered anew", .fields = NOTES,
      .sets = "request_state=in_process^stage=fulfillment^" OPENED, .doc = "Is worked on again" },
};

/* ---- requested items ---- */

static const csm_state item_states[] = {
    { "-5", CSM_STATE_INITIAL },  { "1", CSM_STATE_INITIAL },  { "2", 0 },
    { "3", CSM_STATE_CLOSED }, { "4", CSM_STATE_CLOSED }, { "7", CSM_STATE_CLOSED },
};

#define CLOSES_ITEM(n, to_, d)                                                                                        \
    { .name = (n), .from = "1,2", .to = (to_), .roles = WRITE_ROLE, .fields = NOTES, .sets = "stage=completed^" CLOSURE, \
      .guard = item_has_no_task, .doc = (d) }

static const csm_transition item_transitions[] = {
    { .name = "fulfil", .from = "-5,1", .to = "2", .roles = "admin", .sets = "stage=fulfillment", .effect = item_fulfilled,
      .doc = "Its plan begins" },
    { .name = "deliver", .from = "2", .roles = WRITE_ROLE, .fields = NOTES, .sets = "stage=delivery", .doc = "Is on its way" },
    CLOSES_ITEM("complete", "3", "Delivered"),
    CLOSES_ITEM("give_up", "4", "Not delivered, or not as ordered"),
    CLOSES_ITEM("skip", "7", "Was not needed"),
    { .name = "cancel", .from = "-5,1,2", .to = "4", .roles = WRITE_ROLE, .fields = NOTES,
      .sets = "stage=request_cancelled^" CLOSURE, .doc = "Is not wanted any more, or was not approved" },
    { .name = "reopen", .from = "3,4,7", .to = "2", .roles = WRITE_ROLE, .filter = "stage!=request_cancelled",
      .filter_message = "a cancelled item is ordered anew", .fields = "assignment_group," NOTES,
      .sets = "stage=fulfillment^" OPENED, .effect = item_reopened,
      .doc = "The customer is not content: a new task, for the given group or the one that was last at work" },
};

/* ---- tasks ---- */

static const csm_state task_states[] = {
    { "-5", CSM_STATE_INITIAL },  { "1", CSM_STATE_INITIAL },  { "2", CSM_STATE_INITIAL },
    { "3", CSM_STATE_INACTIVE }, { "4", CSM_STATE_INACTIVE }, { "7", CSM_STATE_INACTIVE },
};

#define CLOSES_TASK(n, from_, to_, d) { .name = (n), .from = (from_), .to = (to_), .roles = WRITE_ROLE, .fields = NOTES, \
                                        .sets = CLOSURE, .doc = (d) }

static const csm_transition task_transitions[] = {
    { .name = "open", .from = "-5,2", .to = "1", .roles = WRITE_ROLE, .fields = NOTES, .doc = "May be worked on" },
    { .name = "start", .from = "1", .to = "2", .roles = WRITE_ROLE, .fields = "assigned_to," NOTES, .sets = "work_start=@now",
      .doc = "Is worked on" },
    CLOSES_TASK("complete", "1,2", "3", "Done"),
    CLOSES_TASK("give_up", "1,2", "4", "Ended without being done"),
    CLOSES_TASK("skip", "-5,1,2", "7", "Was not needed"),
    { .name = "reopen", .from = "3,4,7", .to = "1", .roles = WRITE_ROLE, .fields = NOTES, .sets = OPENED,
      .guard = task_may_reopen, .doc = "Is worked on again" },
};

const csm_state_model catalog_states[CATALOG_STATES] = {
    { .table = REQUEST, .field = "state", .states = CSM_ARRAY(request_states), .transitions = CSM_ARRAY(request_transitions),
      .methods = "request", .active = "active" },
    { .table = REQUEST_ITEM, .field = "state", .states = CSM_ARRAY(item_states), .transitions = CSM_ARRAY(item_transitions),
      .methods = "request_item", .active = "active" },
    { .table = TASK, .field = "state", .states = CSM_ARRAY(task_states), .transitions = CSM_ARRAY(task_transitions),
      .methods = "catalog_task", .active = "active" },
};
