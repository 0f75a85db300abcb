/* Roles of the platform. An internal role contains snc_internal, so it can never meet snc_external in one person. */
#include "foundation.h"

const csm_role foundation_roles[FOUNDATION_ROLES] = {
    { "itil", "snc_internal", "Technical support: works tasks, incidents, problems, changes" },
    { "cmdb_read", "snc_internal", "Reads configuration items" },
    { "knowledge", "snc_internal", "Writes knowledge" },
    { "approver_user", "snc_internal", "Decides approvals" },
    { "template_editor", "snc_internal", "Keeps templates" },
    { "assignment_workbench", "snc_internal", "Sees who is to get a task, and why" },
    { "agent_schedule_user", "snc_internal", "Sees schedules of agents" },
    { "interaction_agent", "snc_internal", "Talks with customers over channels" },
    { "workspace_admin", "snc_internal", "Sets workspaces up" },
    { "csm_ws_integration", "snc_internal", "Integrations that call the customer service methods" },
};
