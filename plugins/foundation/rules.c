/* Rules and states every task shares, and the checks of notifications. */
#include "foundation.h"

static csm_status count_reassignment(csm_ctx *ctx, csm_change *ch)
{
    if (csm_id_is_none(csm_change_old_ref(ctx, ch, "assigned_to")) ||
        csm_id_is_none(csm_change_new_ref(ctx, ch, "assigned_to")))
        return CSM_OK;
    return csm_change_set(ctx, ch, "reassignment_count", csm_int(csm_change_old_int(ctx, ch, "reassignment_count") + 1));
}

/* Work notes are mailed to this list, so nobody from outside may be on it. */
static csm_status keep_notes_internal(csm_ctx *ctx, csm_change *ch)
{
    csm_value list = csm_change_new(ctx, ch, "work_notes_list");

    if (list.type != CSM_T_LIST || !csm_change_touches(ctx, ch, "work_notes_list"))
        return CSM_OK;
    for (uint32_t n = 0; n < list.count; n++)
        if (csm_user_has_role(ctx, csm_value_id(list.list[n]), "snc_external"))
            return csm_fail_field(ctx, CSM_E_REJECTED, "work_notes_list",
                                  "field \"work_notes_list\": external users do not get work notes");
    return CSM_OK;
}

static csm_status check_path(csm_ctx *ctx, const char *table, csm_str path)
{
    if (mail_path_exists(ctx, table, path))
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_INVALID, "recipient_fields", "field \"recipient_fields\": table \"%s\" has no field \"%.*s\"",
                          table, CSM_STR_FMT(path));
}

static csm_status check_role(csm_ctx *ctx, csm_str name)
{
    csm_record *role;

    CSM_TRY(csm_query_first(ctx, "sys_user_role", "name", csm_text(name), &role));
    if (role != NULL)
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_INVALID, "recipient_roles", "field \"recipient_roles\": there is no role \"%.*s\"",
                          CSM_STR_FMT(name));
}

/* A path that leads nowhere is told when the notification is written: later it would be silently without effect. */
static csm_status check_notification(csm_ctx *ctx, csm_change *ch)
{
    csm_str table = csm_change_new_text(ctx, ch, "collection"), paths = csm_change_new_text(ctx, ch, "recipient_fields");
    csm_str collection = csm_str_copy(ctx, table), roles = csm_change_new_text(ctx, ch, "recipient_roles"), role;
    size_t from = 0;

    if (collection.ptr == NULL)
        return CSM_E_NOMEM;
    while (csm_names_next(&roles, &role))
        CSM_TRY(check_role(ctx, role));
    if (table.len == 0 && csm_change_new_text(ctx, ch, "event_name").len == 0)
        return csm_fail_field(ctx, CSM_E_INVALID, "collection", "a notification needs a table or an event");
    if (table.len == 0)
        return CSM_OK;
    for (size_t n = 0; n <= paths.len; n++) {
        if (n < paths.len && paths.ptr[n] != ',' && paths.ptr[n] != '|')
            continue;
        if (n > from)
            CSM_TRY(check_path(ctx, collection.ptr, (csm_str){ paths.ptr + from, n - from }));
        from = n + 1;
    }
    return CSM_OK;
}

#define RULE(t, w, c, f, d) { .table = (t), .when = (w), .order = 50, .filter = (c), .run = (f), .name = "foundation." #f, \
                              .doc = (d) }

const csm_rule foundation_rules[FOUNDATION_RULES] = {
    { .table = "task", .when = CSM_BEFORE_UPDATE, .order = 50, .filter = "assigned_toCHANGES", .run = count_reassignment,
      .name = "foundation.reassignment", .doc = "Counts how often a task changes hands" },
    { .table = "task", .when = CSM_BEFORE_WRITE, .order = 50, .filter = "work_notes_listISNOTEMPTY",
      .run = keep_notes_internal, .name = "foundation.work_notes_list", .doc = "No external user gets work notes" },
    RULE("task", CSM_BEFORE_WRITE, "approvalCHANGES", approval_kept, "A task's approval follows from the answers"),
    RULE("task", CSM_AFTER_UPDATE, "activeCHANGESTOfalse^approval=requested^NQapprovalCHANGESFROMrequested", approval_withdrawn,
         "Nobody is asked about what is over"),
    RULE("sysapproval_approver", CSM_BEFORE_INSERT, NULL, approval_check, "About an open task, each person once"),
    RULE("sysapproval_approver", CSM_AFTER_WRITE, "stateCHANGESTOrequested", approval_asked, "The task waits"),
    RULE("sysapproval_approver", CSM_AFTER_UPDATE, "stateCHANGES", approval_decided, "The answer shows on the task"),
    RULE("sysapproval_group", CSM_BEFORE_INSERT, NULL, group_approval_check, "About an open task"),
    RULE("sysapproval_group", CSM_AFTER_INSERT, NULL, group_approval_asked, "Its active members are asked"),
    { .table = "sysevent_email_action", .when = CSM_BEFORE_WRITE, .order = 50, .run = check_notification,
      .name = "foundation.notification", .doc = "A notification's recipients must exist" },
    { .table = "*", .when = CSM_AFTER_WRITE, .order = 900, .run = notify_change, .name = "foundation.notify",
      .doc = "Mails of notifications whose condition a change meets" },
    { .table = "sysevent", .when = CSM_AFTER_INSERT, .order = 900, .run = notify_event, .name = "foundation.event",
      .doc = "Mails of notifications that wait for an event" },
};
