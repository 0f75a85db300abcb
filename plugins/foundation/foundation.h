/* What the files of this plugin share: the sizes of their declarations and the few calls across files. */
#ifndef FOUNDATION_H
#define FOUNDATION_H

#include <csm/csm.h>

/* Declarations, one array per file. A count that is too large leaves nameless entries, which the server refuses. */
enum {
    FOUNDATION_TABLES = 16,
    FOUNDATION_TASK_FIELDS = 47,
    FOUNDATION_TASK_INDEXES = 6,
    FOUNDATION_EMAIL_FIELDS = 8,
    FOUNDATION_EVENT_FIELDS = 6,
    FOUNDATION_NOTIFICATION_FIELDS = 14,
    FOUNDATION_TABLE_EXTS = 2,
    FOUNDATION_ROLES = 10,
    FOUNDATION_SCOPES = 20,
    FOUNDATION_RULES = 12,
    FOUNDATION_STATES = 2,
    FOUNDATION_METHODS = 1,
    FOUNDATION_POINTS = 1,
    FOUNDATION_SUBSCRIBERS = 1,
    FOUNDATION_IMPLS = 1,
};

extern const csm_table foundation_tables[FOUNDATION_TABLES];
extern const csm_field foundation_task_fields[FOUNDATION_TASK_FIELDS];
extern const csm_index foundation_task_indexes[FOUNDATION_TASK_INDEXES];
extern const csm_field foundation_email_fields[FOUNDATION_EMAIL_FIELDS];
extern const csm_field foundation_event_fields[FOUNDATION_EVENT_FIELDS];
extern const csm_field foundation_notification_fields[FOUNDATION_NOTIFICATION_FIELDS];
extern const csm_table_ext foundation_table_exts[FOUNDATION_TABLE_EXTS];
extern const csm_role foundation_roles[FOUNDATION_ROLES];
extern const csm_scope foundation_scopes[FOUNDATION_SCOPES];
extern const csm_rule foundation_rules[FOUNDATION_RULES];
extern const csm_state_model foundation_states[FOUNDATION_STATES];
extern const csm_method foundation_methods[FOUNDATION_METHODS];
extern const csm_point foundation_points[FOUNDATION_POINTS];
extern const csm_subscriber foundation_subscribers[FOUNDATION_SUBSCRIBERS];
extern const csm_impl foundation_impls[FOUNDATION_IMPLS];

/* ---- approvals (approvals.c) ---- */

/* Guard: the approver himself. */
csm_status approval_answer(csm_ctx *ctx, csm_change *ch);
csm_status approval_check(csm_ctx *ctx, csm_change *ch);
csm_status approval_asked(csm_ctx *ctx, csm_change *ch);
csm_status approval_decided(csm_ctx *ctx, csm_change *ch);
csm_status group_approval_check(csm_ctx *ctx, csm_change *ch);
csm_status group_approval_asked(csm_ctx *ctx, csm_change *ch);
csm_status approval_kept(csm_ctx *ctx, csm_change *ch);
csm_status approval_withdrawn(csm_ctx *ctx, csm_change *ch);

/* ---- notifications ---- */

/* One person or address a mail goes to. */
typedef struct mail_target {
    csm_id user;      /* none: a bare address */
    csm_str address;  /* may be empty: the mail is kept as ignored */
    bool external;    /* reads customer-visible text only */
} mail_target;

/* The people of one mail: each once, by user and by address. Those who must not get it are kept as muted. */
typedef struct mail_list {
    mail_target *items;
    bool *muted;
    uint32_t count;
    uint32_t room;
    csm_id actor;
} mail_list;

/* Adds one who is not on it yet. */
csm_status mail_list_add(csm_ctx *ctx, mail_list *list, mail_target target, bool muted);
bool mail_list_has(const mail_list *list, const mail_target *target);
/* Adds whoever @p path of @p rec names: a person, a group (its address, else its active members), a list of them, or the
 * address a text field holds. Arena of ctx. */
csm_status mail_list_add_path(csm_ctx *ctx, mail_list *list, const csm_record *rec, csm_str path);
/* Whether @p table has the path, which may lead through a list: "watch_list.manager". */
bool mail_path_exists(csm_ctx *ctx, const char *table, csm_str path);
/* Adds the people or groups of a list value. */
csm_status mail_list_add_ids(csm_ctx *ctx, mail_list *list, csm_value ids);
/* Adds the people, groups or addresses that a text names, separated by commas; ids as 32 hex digits. */
csm_status mail_list_add_text(csm_ctx *ctx, mail_list *list, csm_str names);
/* Adds whoever holds the role: directly, by a group or contained in another. */
csm_status mail_list_add_role(csm_ctx *ctx, mail_list *list, csm_str name);

/* Rule on every table: a mail row per person for each active notification whose condition the change meets. */
csm_status notify_change(csm_ctx *ctx, csm_change *change);
/* Rule on queued events: the same for notifications of that event, on the record the event names. */
csm_status notify_event(csm_ctx *ctx, csm_change *change);
/* Keeps one mail to @p address, about the record of @p table and @p id (none: about nothing). */
csm_status mail_add(csm_ctx *ctx, csm_str address, csm_id user, csm_str subject, csm_str body, const char *table, csm_id id);

#endif
