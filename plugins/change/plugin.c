/* The descriptor: what this plugin brings, and who reaches it. */
#include "change.h"

static const csm_role roles[] = {
    { "sn_change_read", "snc_internal", "Reads changes" },
    { WRITE_ROLE, "sn_change_read", "Makes and works changes" },
};

#define SEES(t) { .table = (t), .ops = CSM_OP_READ, .role = "sn_change_read" }
#define WORKS(t) { .table = (t), .ops = CSM_OP_CREATE | CSM_OP_WRITE, .role = WRITE_ROLE }

static const csm_scope scopes[] = {
    SEES("change_request"), SEES("change_task"), SEES("std_change_producer"), WORKS("change_request"), WORKS("change_task"),
    { .table = "sysapproval_approver", .ops = CSM_OP_CREATE, .role = WRITE_ROLE,
      .filter = "sysapproval.sys_class_name=change_request^state=requested", .via = "sysapproval", .via_op = CSM_OP_WRITE,
      .doc = "Asks for a decision on a change one works on" },
    { .table = "sysapproval_group", .ops = CSM_OP_CREATE, .role = WRITE_ROLE, .filter = "parent.sys_class_name=change_request",
      .via = "parent", .via_op = CSM_OP_WRITE, .doc = "Asks a group for it" },
};

static const csm_seed seeds[] = {
    { "sys_user_role_contains", "itil_change", "role=@key:sys_user_role/itil^contains=@key:sys_user_role/" WRITE_ROLE },
    { "sysevent_email_action", "change_dates", "name=Dates of a change^collection=change_request"
      "^condition=start_dateCHANGES^^ORend_dateCHANGES^recipient_fields=assigned_to|assignment_group^active=true"
      "^subject=Please confirm the dates of ${number}^message=${number}: ${short_description}\n\n${start_date} to ${end_date}" },
};

/* ---- raised from incidents and problems ---- */

#define COPIES "short_description,description,cmdb_ci,impact,urgency,priority,company"
#define PARAMS                                                                                                       \
    "type,short_description,description,start_date,end_date,assigned_to,assignment_group,risk,category,"             \
    "std_change_producer,justification,implementation_plan,backout_plan,test_plan"

static const csm_link_note item_notes[] = {
    { "stateCHANGES", "${number}: ${state.old} -> ${state}" },
};

static const csm_task_link links[] = {
    { .name = "change", .source = "sc_req_item", .linked = "change_request", .field = "parent", .direction = CSM_LINK_BACK,
      .methods = "request_item", .role = WRITE_ROLE, .may_create = "active=true", .may_create_message = "the requested item is closed",
      .may_associate = "active=true", .copies = "short_description,description,company", .params = PARAMS,
      .source_note = "work_notes", .linked_note = "work_notes", .told = "active=true", .notes = CSM_ARRAY(item_notes),
      .released = "active=false", .optional = true, .doc = "A change an ordered item needs" },
    { .name = "change", .source = "incident", .linked = "change_request", .field = "rfc", .methods = "incident",
      .role = WRITE_ROLE, .may_create = "rfcISEMPTY^NQrfc.active=false", .may_associate = "active=true", .copies = COPIES,
      .params = PARAMS, .source_note = "work_notes", .linked_note = "work_notes", .told = "active=true",
      .released = "active=false", .doc = "The change that removes what the incident is about" },
    { .name = "change", .source = "problem", .linked = "change_request", .field = "rfc", .methods = "problem",
      .role = WRITE_ROLE, .may_create = "rfcISEMPTY^NQrfc.active=false", .may_associate = "active=true", .copies = COPIES,
      .params = PARAMS, .source_note = "work_notes", .linked_note = "work_notes", .told = "active=true",
      .released = "active=false", .doc = "The change that removes the cause" },
};

/* ---- what a template gives ---- */

#define FROM_TEMPLATE(f) { .kind = CSM_DERIVE_COPY, .table = "change_request", .field = (f), .inputs = "std_change_producer", \
                           .source_field = (f), .only_if_empty = true, .once = true, .doc = "As the template, unless said" }

static const csm_derived derived[] = {
    FROM_TEMPLATE("category"), FROM_TEMPLATE("risk"), FROM_TEMPLATE("justification"), FROM_TEMPLATE("implementation_plan"),
    FROM_TEMPLATE("backout_plan"), FROM_TEMPLATE("test_plan"),
};

static const csm_rule rules[] = {
    { .table = "change_request", .when = CSM_BEFORE_WRITE, .order = 40, .run = change_type, .name = "change.type",
      .doc = "The type is settled in New; a standard change has a template" },
    { .table = "change_request", .when = CSM_BEFORE_WRITE, .order = 50, .run = change_hold, .name = "change.hold",
      .doc = "On hold: under way, with a reason" },
    { .table = "change_request", .when = CSM_BEFORE_WRITE, .order = 51, .run = change_dates, .name = "change.dates",
      .doc = "The window has a length" },
    { .table = "change_request", .when = CSM_AFTER_UPDATE, .filter = "approvalCHANGESTOrejected^stateIN-4,-3",
      .run = change_rejected, .name = "change.rejected", .doc = "A rejection sends it back to New" },
};

static const csm_dep depends[] = { { "incident", "1.0" }, { "problem", "1.0" } };

CSM_PLUGIN(change, .version = "1.0.0", .summary = "Changes: planned, approved, carried out, reviewed",
           .alias = "com.snc.change_request", .depends = CSM_ARRAY(depends), .tables = CSM_ARRAY(change_tables),
           .table_exts = CSM_ARRAY(change_table_exts), .seeds = CSM_ARRAY(seeds), .roles = CSM_ARRAY(roles),
           .scopes = CSM_ARRAY(scopes), .states = CSM_ARRAY(change_states), .derived = CSM_ARRAY(derived),
           .rules = CSM_ARRAY(rules), .links = CSM_ARRAY(links))
