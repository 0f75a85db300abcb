/* The descriptor: what this plugin brings. */
#include "foundation.h"

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
           .scopes = CSM_ARRAY(foundation_scopes), .seeds = CSM_ARRAY(seeds), .states = CSM_ARRAY(foundation_states),
           .rules = CSM_ARRAY(foundation_rules),
           .methods = CSM_ARRAY(foundation_methods), .points = CSM_ARRAY(foundation_points),
           .subscribers = CSM_ARRAY(foundation_subscribers), .impls = CSM_ARRAY(foundation_impls))
