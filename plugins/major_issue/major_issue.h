/* What the files of this plugin share. */
#ifndef MAJOR_ISSUE_H
#define MAJOR_ISSUE_H

#include <csm/csm.h>

#define CASE "sn_customerservice_case"
#define LIST "sn_publications_recipients_list"
#define CHANGE "sn_majorissue_mgt_change"

#define AGENTS "sn_customerservice_agent,sn_customerservice.consumer_agent"
#define MANAGERS "sn_majorissue_mgt.major_issue_manager"

#define PROPERTY_SYNC "sn_customerservice.parent_child_case_sync"
#define PROPERTY_FIELDS "sn_customerservice.case_fields_to_sync"
#define PROPERTY_TYPE "enable_case_type_for_major_case"
#define FIELDS_DEFAULT "priority,state,comments,work_notes,close_notes,resolution_code"

#define POINT_MAJOR "sn_majorissue_mgt.major_case/1"
#define POINT_CHILD "sn_majorissue_mgt.child_case/1"
#define POINT_SYNC "sn_customerservice.case_sync/1"

#define JOB_CREATE "major_case.create_children"
#define JOB_SYNC "major_case.sync"

enum { CASE_NEW = 1, CASE_CLOSED = 3, CASE_RESOLVED = 6, CASE_CANCELLED = 7, CASE_OPEN = 10, CASE_AWAITING = 18 };

enum {
    MAJOR_ISSUE_METHODS = 9,
    MAJOR_ISSUE_POINTS = 3,
    MAJOR_ISSUE_IMPLS = 3,
    MAJOR_ISSUE_RULES = 10,
    MAJOR_ISSUE_DEMO = 7,
};

extern const csm_method major_issue_methods[MAJOR_ISSUE_METHODS];
extern const csm_point major_issue_points[MAJOR_ISSUE_POINTS];
extern const csm_impl major_issue_impls[MAJOR_ISSUE_IMPLS];
extern const csm_rule major_issue_rules[MAJOR_ISSUE_RULES];
extern const csm_seed major_issue_demo[MAJOR_ISSUE_DEMO];

/* ---- cases ---- */

bool is_in_state(csm_ctx *ctx, const csm_record *rec, const char *major_case_state);

/* ---- points (points.c) ---- */

/* Fields a new major case takes over from @p from, and whether cases of its table are excluded. */
csm_status ask_major(csm_ctx *ctx, const csm_record *from, csm_str *fields, bool *excluded);
/* Values of a new child case that other plugins give. */
csm_status ask_child(csm_ctx *ctx, csm_id major, const char *table, csm_id recipient, csm_record *child);
/* Whether what changes on @p parent goes to @p child; none: to its children at all. */
csm_status ask_sync(csm_ctx *ctx, csm_id parent, csm_id child, bool *out);

/* ---- rules of children (children.c) ---- */

csm_status child_joins(csm_ctx *ctx, csm_change *ch);
csm_status child_moved(csm_ctx *ctx, csm_change *ch);
csm_status child_links(csm_ctx *ctx, csm_change *ch);
csm_status child_noted(csm_ctx *ctx, csm_change *ch);
csm_status child_heard(csm_ctx *ctx, csm_change *ch);

/* ---- rules of major cases (rules.c, sync.c) ---- */

csm_status major_customer(csm_ctx *ctx, csm_change *ch);
csm_status major_recipients(csm_ctx *ctx, csm_change *ch);
csm_status sync_fields_check(csm_ctx *ctx, csm_change *ch);
csm_status queue_change(csm_ctx *ctx, csm_change *ch);

/* ---- jobs ---- */

csm_status create_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);
csm_status sync_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);

/* ---- methods ---- */

csm_status create_children_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status add_children_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status remove_child_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);

#endif
