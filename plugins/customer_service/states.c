/* The states of cases and case tasks: who may move them where, and what that needs and does. Source: DOMAIN 4.1. */
#include "customer_service.h"

#define AGENTS "sn_customerservice_agent,sn_customerservice.consumer_agent"
/* Employees who help with a case may move it, but not close or cancel it. */
#define WORKERS AGENTS ",sn_customerservice.case_contributor_editor"
/* The customer's side: whoever of them may write the case ... */
#define CUSTOMERS "snc_external"
/* ... and the employee who is the customer or acts for him. */
#define AS_CUSTOMER "requested_by=@me^NQinternal_contact=@me"
#define NOT_CUSTOMER "only the customer decides on a proposed solution; record_acceptance and record_rejection say what he said"

#define CLOSURE "closed_at=@now^closed_by=@me^auto_close=false"
#define FOLLOW(from_, to_, ...) { .name = "follow_parent", .from = (from_), .to = (to_), .roles = "admin", \
                                  .filter = "parentISNOTEMPTY", .filter_message = "the case has no parent", __VA_ARGS__ }
#define NO_SOLUTION "resolved_at=^resolved_by=^resolution_code=^close_notes=^auto_close=false"

static const csm_state case_states[] = {
    { "1", CSM_STATE_INITIAL }, { "10", 0 }, { "18", 0 }, { "6", 0 }, { "3", CSM_STATE_CLOSED }, { "7", CSM_STATE_CLOSED },
};

static const csm_transition case_transitions[] = {
    { .name = "accept", .from = "1", .to = "10", .roles = AGENTS, .filter = "assigned_to=@me",
      .filter_message = "the case is not assigned to you", .doc = "The assigned agent begins" },
    { .name = "assign_to_me", .from = "1", .to = "10", .roles = AGENTS, .sets = "assigned_to=@me",
      .doc = "Takes a new case" },
    { .name = "assign", .from = "1,10,18,6", .roles = AGENTS, .fields = "assigned_to,assignment_group",
      .doc = "Gives the case to an agent or a group" },
    { .name = "request_info", .from = "10", .to = "18", .roles = WORKERS, .required = "comments",
      .doc = "Asks the customer" },
    { .name = "open_case", .from = "18", .to = "10", .roles = WORKERS, .fields = "comments,work_notes",
      .doc = "Goes on without waiting" },
    { .name = "propose_solution", .from = "10,18", .to = "6", .roles = WORKERS, .required = "resolution_code,close_notes",
      .fields = "cause,notes_to_comments,comments,work_notes", .sets = "resolved_at=@now^resolved_by=@me",
      .guard = case_solution_proposed, .doc = "Proposes a solution, which the customer accepts or rejects" },

    { .name = "accept_solution", .from = "6", .to = "3", .roles = CUSTOMERS, .fields = "comments", .sets = CLOSURE,
      .effect = case_offer_survey, .doc = "The customer accepts the solution" },
    { .name = "accept_solution", .from = "6", .to = "3", .roles = "snc_internal", .filter = AS_CUSTOMER,
      .filter_message = NOT_CUSTOMER, .fields = "comments", .sets = CLOSURE, .effect = case_offer_survey,
      .doc = "The employee who is the customer or acts for him accepts the solution" },
    { .name = "reject_solution", .from = "6", .to = "10", .roles = CUSTOMERS, .required = "comments", .sets = NO_SOLUTION,
      .guard = case_reopened, .doc = "The customer rejects the solution and says why" },
    { .name = "reject_solution", .from = "6", .to = "10", .roles = "snc_internal", .filter = AS_CUSTOMER,
      .filter_message = NOT_CUSTOMER, .required = "comments", .sets = NO_SOLUTION, .guard = case_reopened,
      .doc = "The employee who is the customer or acts for him rejects the solution and says why" },
    { .name = "record_acceptance", .from = "6", .to = "3", .roles = AGENTS, .required = "comments", .sets = CLOSURE,
      .effect = case_offer_survey, .doc = "The customer accepted by other means: who, when, by what channel" },
    { .name = "record_rejection", .from = "6", .to = "10", .roles = AGENTS, .required = "comments", .sets = NO_SOLUTION,
      .guard = case_reopened, .doc = "The customer rejected by other means: who, when, by what channel" },

    { .name = "close_case", .from = "1,10,18", .to = "3", .roles = CUSTOMERS, .fields = "comments",
      .sets = "resolution_code=solved_by_customer^close_notes=" CLOSED_BY_CUSTOMER "^" CLOSURE,
      .guard = case_closed_by_customer, .effect = case_offer_survey, .doc = "The customer needs no answer any more" },
    { .name = "close_case", .from = "1,10,18", .to = "3", .roles = AGENTS, .required = "resolution_code,close_notes",
      .fields = "cause,comments,work_notes", .sets = CLOSURE, .doc = "Closes without asking the customer" },
    { .name = "close_case", .from = "1,10,18", .to = "3", .roles = "snc_internal", .filter = AS_CUSTOMER,
      .filter_message = "only agents and the customer close the case", .fields = "comments",
      .sets = "resolution_code=solved_by_customer^close_notes=" CLOSED_BY_CUSTOMER "^" CLOSURE,
      .guard = case_closed_by_customer, .effect = case_offer_survey, .doc = "The employee who is the customer closes it" },
    { .name = "cancel", .from = "1,10,18", .to = "7", .roles = AGENTS, .required = "work_notes",
      .fields = "close_notes,comments", .sets = "resolution_code=void^" CLOSURE, .doc = "A void or duplicate case" },
    { .name = "reopen", .from = "3", .to = "10", .roles = AGENTS, .fields = "comments,work_notes",
      .sets = "closed_at=^closed_by=^" NO_SOLUTION, .guard = case_may_reopen, .doc = "A closed case goes on" },
    { .name = "auto_close", .from = "6", .to = "3", .roles = "admin", .filter = "auto_close=true",
      .filter_message = "the case is not marked for closing by itself", .fields = "comments", .sets = CLOSURE,
      .effect = case_offer_survey, .doc = "The customer did not answer" },

    { .name = "auto_resolve", .from = "1,10,18", .to = "6", .roles = "admin", .filter = "proactive=true",
      .filter_message = "the customer opened the case: an agent proposes its solution", .required = "resolution_code,close_notes",
      .sets = "resolved_at=@now^resolved_by=@me", .guard = case_solution_proposed,
      .doc = "What the case was opened for is over, whether or not anybody took it" },

    /* one that stands for many moves those that stand for each; what its own customer has to decide stays his */
    FOLLOW("1,18", "10", .doc = "The parent case is worked on"),
    FOLLOW("1,10", "18", .doc = "The parent case waits"),
    FOLLOW("1,10,18", "6", .required = "resolution_code,close_notes", .sets = "resolved_at=@now^resolved_by=@me",
           .guard = case_solution_proposed, .doc = "The parent case is solved"),
    FOLLOW("1,10,18", "3", .required = "resolution_code,close_notes", .sets = CLOSURE, .effect = case_offer_survey,
           .doc = "The parent case is over"),
    FOLLOW("1,10,18", "7", .sets = "resolution_code=void^" CLOSURE, .doc = "The parent case was cancelled"),
};

static const csm_state task_states[] = {
    { "1", CSM_STATE_INITIAL }, { "2", CSM_STATE_INITIAL }, { "3", CSM_STATE_INACTIVE }, { "4", CSM_STATE_INACTIVE },
    { "7", CSM_STATE_INACTIVE },
};

#define TASK_CLOSE(n, t, d) { .name = (n), .from = "1,2", .to = (t), .fields = "close_notes,comments,work_notes", \
                              .sets = "closed_at=@now^closed_by=@me", .doc = (d) }

static const csm_transition task_transitions[] = {
    { .name = "start", .from = "1", .to = "2", .doc = "Is worked on" },
    { .name = "stop", .from = "2", .to = "1", .doc = "Goes back to the queue" },
    TASK_CLOSE("complete", "3", "Done"),
    TASK_CLOSE("give_up", "4", "Ended without being done"),
    TASK_CLOSE("cancel", "7", "Was not needed"),
    { .name = "reopen", .from = "3,4,7", .to = "1", .sets = "closed_at=^closed_by=", .doc = "Is worked on again" },
};

const csm_state_model customer_service_states[CUSTOMER_SERVICE_STATES] = {
    { .table = "sn_customerservice_case", .field = "state", .states = CSM_ARRAY(case_states),
      .transitions = CSM_ARRAY(case_transitions), .methods = "case", .active = "active" },
    { .table = "sn_customerservice_task", .field = "state", .states = CSM_ARRAY(task_states),
      .transitions = CSM_ARRAY(task_transitions), .methods = "case_task", .active = "active" },
};
