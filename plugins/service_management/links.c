/* The links case -> incident, problem, change: what is copied, what the case is told. Never a comment: the agent relays.
 * Source: DOMAIN 4.2, 4.5, 4.6. */
#include "service_management.h"

#define STILL_WORKED "active=true" /* cases that take notes */

static const csm_link_note incident_notes[] = {
    { "stateCHANGES^state!=3", "${number}: ${state.old} -> ${state}" },
    { "stateCHANGESTO3", "${number}: ${state.old} -> ${state} (${hold_reason})" },
    { "stateCHANGESTO6^NQstateCHANGESTO7", "${number} ${close_code}: ${close_notes}" },
    { "commentsCHANGES", "${number} comment: ${comments}" },
};
static const csm_link_note problem_notes[] = {
    { "stateCHANGES", "${number}: ${state.old} -> ${state}" },
    { "workaround_communicated_atCHANGES^workaround_communicated_atISNOTEMPTY", "${number} workaround: ${workaround}" },
    { "fix_communicated_atCHANGES^fix_communicated_atISNOTEMPTY", "${number} fix: ${fix_notes}" },
    { "known_error_articleCHANGES^known_error_articleISNOTEMPTY", "${number} known error: article ${known_error_article}" },
    { "stateCHANGESTO107^resolution_code=canceled", "${number} canceled: ${close_notes}" },
    { "stateCHANGESTO107^resolution_code=risk_accepted",
      "${number} risk accepted. Cause: ${cause_notes}\nRisk: ${close_notes}\nFix: ${fix_notes}" },
    { "stateCHANGESTO106^resolution_code=fix_applied^NQstateCHANGESTO107^resolution_code=fix_applied",
      "${number} fix applied. Cause: ${cause_notes}\nFix: ${fix_notes}" },
    { "commentsCHANGES", "${number} comment: ${comments}" },
};
static const csm_link_note change_notes[] = {
    { "stateCHANGES", "${number}: ${state.old} -> ${state}" },
    { "typeCHANGES", "${number} type: ${type.old} -> ${type}" },
    { "on_holdCHANGESTOtrue", "${number} on hold: ${on_hold_reason}" },
    { "on_holdCHANGESTOfalse", "${number} hold lifted" },
    { "stateCHANGESTO3", "${number} ${close_code}: ${close_notes}" },
    { "commentsCHANGES", "${number} comment: ${comments}" },
};

const csm_task_link service_management_links[SERVICE_MANAGEMENT_LINKS] = {
    { .name = "incident", .source = CASE, .linked = "incident", .field = "incident", .methods = "case",
      .role = "sn_incident_write", .may_create = "incidentISEMPTY^NQincident.active=false",
      .may_create_message = "the case has an incident that is not closed", .may_associate = "stateIN1,2,3",
      .copies = "short_description,description,cmdb_ci,location,company=account", .point = POINT_INCIDENT,
      .params = "short_description,description,category,subcategory,severity,cmdb_ci,assigned_to,assignment_group",
      .required = "short_description", .source_note = "work_notes", .linked_note = "work_notes", .told = STILL_WORKED,
      .notes = CSM_ARRAY(incident_notes), .released = "stateIN6,7,8", .doc = "Technical support restores the service" },
    { .name = "problem", .source = CASE, .linked = "problem", .field = "problem", .methods = "case", .role = "sn_problem_write",
      .may_create = "problemISEMPTY^NQproblem.active=false",
      .may_create_message = "the case has a problem that is not closed", .may_associate = "active=true",
      .copies = "short_description,description,cmdb_ci,impact,urgency,priority,company=account", .point = POINT_PROBLEM,
      .params = "short_description,description,category,cmdb_ci,assigned_to,assignment_group",
      .required = "short_description", .source_note = "work_notes", .linked_note = "work_notes", .told = STILL_WORKED,
      .notes = CSM_ARRAY(problem_notes), .released = "active=false^NQfix_communicated_atISNOTEMPTY",
      .doc = "The cause behind several cases" },
    { .name = "change", .source = CASE, .linked = "change_request", .field = "change", .methods = "case",
      .role = "sn_change_write", .may_create = "changeISEMPTY^NQchange.active=false",
      .may_create_message = "the case has a change that is not closed", .may_associate = "active=true",
      .copies = "short_description,cmdb_ci,impact,urgency,priority,company=account", .point = POINT_CHANGE,
      .params = "type,short_description,description,start_date,end_date,assigned_to,assignment_group,risk,category,cmdb_ci,"
                "std_change_producer,justification,implementation_plan,backout_plan,test_plan",
      .required = "short_description,start_date,end_date,assigned_to|assignment_group", .source_note = "work_notes",
      .linked_note = "work_notes", .told = STILL_WORKED, .notes = CSM_ARRAY(change_notes), .released = "active=false",
      .doc = "What the provider changes to help the customer" },
};
