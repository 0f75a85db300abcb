/* The descriptor: what this plugin brings. */
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

static const csm_state_model states[] = {
    { .table = "task", .field = "state", .states = CSM_ARRAY(task_states), .transitions = CSM_ARRAY(task_transitions),
      .active = "active" },
};

/* What everybody who works tasks is told of. */
static const csm_seed seeds[] = {
    { "sysevent_email_action", "task_assigned", "name=Task assigned^collection=task"
      "^condition=assigned_toCHANGES^^ORassignment_groupCHANGES^recipient_fields=assigned_to|assignment_group^active=true"
      "^subject=${number} was assigned to you^message=${number}: ${short_description}" },
    { "sysevent_email_action", "task_work_note", "name=Work note^collection=task^condition=work_notesCHANGES"
      "^recipient_fields=work_notes_list^active=true^subject=Work note on ${number}^message=${work_notes}" },
    { "sysevent_email_action", "approval_requested", "name=Approval requested^collection=sysapproval_approver"
      "^condition=stateCHANGESTOrequested^recipient_fields=approver^active=true^subject=Your decision is asked for"
      "^message=${sysapproval}" },
    { "sysevent_email_action", "approval_decided", "name=Approval decided^collection=sysapproval_approver"
      "^condition=stateCHANGESTOapproved^^ORstateCHANGESTOrejected^recipient_fields=sysapproval.opened_by^active=true"
      "^subject=${sysapproval} was decided^message=${approver}: ${state}" },
};

CSM_PLUGIN(foundation, .version = "1.0.0", .summary = "Companies, places, schedules, tasks, approvals, notifications",
           .alias = "com.glide.foundation", .tables = CSM_ARRAY(foundation_tables),
           .table_exts = CSM_ARRAY(foundation_table_exts), .roles = CSM_ARRAY(foundation_roles),
           .scopes = CSM_ARRAY(foundation_scopes), .seeds = CSM_ARRAY(seeds), .states = CSM_ARRAY(states),
           .rules = CSM_ARRAY(foundation_rules), .subscribers = CSM_ARRAY(foundation_subscribers))
