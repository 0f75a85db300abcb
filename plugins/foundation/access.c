/* Who reaches which rows of the shared tables. What is not named here is for administrators only. */
#include "foundation.h"

#define COLLEAGUE_FIELDS                                                                                             \
    "user_name,name,first_name,middle_name,last_name,email,phone,mobile_phone,title,company,department,location,"    \
    "manager,schedule,vip,active,time_zone,preferred_language"
#define OWN_FIELDS                                                                                                   \
    COLLEAGUE_FIELDS ",home_phone,street,city,state,zip,country,notification,last_login_time,password_needs_reset"
#define OWN_WRITABLE "phone,mobile_phone,home_phone,street,city,state,zip,country,time_zone,preferred_language,notification"

#define READ_ALL(t, d) { .table = (t), .ops = CSM_OP_READ, .role = "snc_internal", .doc = (d) }

const csm_scope foundation_scopes[FOUNDATION_SCOPES] = {
    { .table = "sys_user", .ops = CSM_OP_READ, .role = "snc_internal", .fields = COLLEAGUE_FIELDS,
      .doc = "Employees see each other" },
    { .table = "sys_user", .ops = CSM_OP_READ, .role = "snc_internal", .filter = "sys_id=@me", .fields = OWN_FIELDS,
      .doc = "The own row" },
    { .table = "sys_user", .ops = CSM_OP_WRITE, .role = "snc_internal", .filter = "sys_id=@me", .fields = OWN_WRITABLE,
      .doc = "The own preferences; a new address needs the mailed link" },
    READ_ALL("sys_user_group_type", "Their types"),
    READ_ALL("core_company", "Companies that are no customers"),
    READ_ALL("cmn_department", "Departments"),
    READ_ALL("cmn_location_type", "Kinds of addresses"),
    READ_ALL("cmn_schedule", "Working hours"),
    READ_ALL("cmn_schedule_span", "Working hours"),
    READ_ALL("cmn_other_schedule", "Working hours"),
    READ_ALL("task_rel_type", "Kinds of relations"),
    { .table = "task", .ops = CSM_OP_READ | CSM_OP_CREATE | CSM_OP_WRITE, .role = "itil",
      .doc = "Plain tasks; those that extend it have scopes of their own" },
    { .table = "task_rel_task", .ops = CSM_OP_READ, .role = "snc_internal", .via = "parent",
      .doc = "Relations of a readable task" },
    { .table = "task_rel_task", .ops = CSM_OP_CREATE | CSM_OP_DELETE, .role = "snc_internal", .via = "parent",
      .via_op = CSM_OP_WRITE, .doc = "Relations of a task one works on" },
    { .table = "sysapproval_approver", .ops = CSM_OP_READ, .role = "snc_internal", .filter = "approver=@me",
      .doc = "Decisions asked of me" },
    { .table = "sysapproval_approver", .ops = CSM_OP_WRITE, .role = "snc_internal", .filter = "approver=@me",
      .fields = "state,comments", .doc = "Deciding" },
    { .table = "sysapproval_approver", .ops = CSM_OP_READ, .role = "snc_internal", .via = "sysapproval",
      .doc = "Approvals of a readable task" },
    { .table = "sysapproval_group", .ops = CSM_OP_READ, .role = "snc_internal", .via = "parent",
      .doc = "Group approvals of a readable task" },
    { .table = "sys_email", .ops = CSM_OP_READ | CSM_OP_CREATE | CSM_OP_WRITE, .role = "csm_ws_integration",
      .doc = "The mail gateway fetches what is to be sent and keeps what came in" },
    { .table = "sysevent", .ops = CSM_OP_CREATE, .role = "csm_ws_integration", .doc = "Integrations queue events" },
};
