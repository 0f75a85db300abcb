/* What the files of the core's methods share: answers written straight into the reply, arguments that mean tables,
 * records, users and filters. */
#ifndef CSM_RPC_METHOD_H
#define CSM_RPC_METHOD_H

#include "rpc/call.h"

#include "base/str.h"

#define CSM_METHOD_SET(a) ((csm_method_set){ (a), (uint32_t)(sizeof(a) / sizeof((a)[0])) })

/* Parameters that look the same everywhere. */
#define PARAM_TABLE CSM_PARAM("table", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 80, .doc = "Table name")
#define PARAM_RECORD CSM_PARAM("id", CSM_T_ID, .flags = CSM_PARAM_REQUIRED, .doc = "sys_id of the record")

/* ---- answering: pairs and lists of a reply under way ---- */

csm_writer *csm_reply_begin(csm_reply *out); /* the answer is written through it; counts as answered */
void csm_put_text(csm_writer *w, const char *key, const char *text); /* nil for NULL */
void csm_put_str(csm_writer *w, const char *key, csm_str text);      /* nil for ptr NULL */
void csm_put_int(csm_writer *w, const char *key, int64_t value);
void csm_put_bool(csm_writer *w, const char *key, bool value);
void csm_put_id(csm_writer *w, const char *key, csm_id id);          /* nil for none */
void csm_put_time(csm_writer *w, const char *key, csm_time at);      /* nil for 0 */
void csm_put_value(csm_writer *w, const char *key, csm_value value);
/* A list whose length shows only at its end. Lists nest. */
typedef struct csm_open_list {
    size_t at;
    uint32_t count;
} csm_open_list;
csm_open_list csm_list_begin(csm_writer *w);
void csm_list_end(csm_writer *w, csm_open_list list);

/* ---- arguments ---- */

csm_status csm_find_table(csm_ctx *ctx, csm_value name, const csm_mtable **out);
/* A row of @p table by the value of one field, with all rights; *out NULL when none. */
csm_status csm_find_row(csm_ctx *ctx, const char *table, const char *field, csm_value value, csm_row **out);
/* A row by id, with all rights; *out NULL when none. */
csm_status csm_find_id(csm_ctx *ctx, const char *table, csm_id id, csm_row **out);
/* A user by 32 hex digits or user name, with all rights. NOT_FOUND naming what was asked for. */
csm_status csm_find_user(csm_ctx *ctx, csm_str user, csm_row **out);
/* A field of a row by name; nil when the table has none of that name. */
csm_value csm_row_field(const csm_row *row, const char *name);
/* Filter of "query" or "where" (not both), order of the argument "order" when given. */
csm_status csm_parse_filter(csm_ctx *ctx, const csm_mtable *table, csm_value query, csm_value where, csm_value order,
                            csm_filter *out);

/* ---- writing with the engine's own rights ---- */

csm_status csm_own_insert(csm_ctx *ctx, const char *table, const csm_pair *pairs, uint32_t count, csm_row **out);
csm_status csm_own_update(csm_ctx *ctx, const csm_row *row, const csm_pair *pairs, uint32_t count);
csm_status csm_own_delete(csm_ctx *ctx, const csm_row *row);
/* Deletes rows of @p table whose @p field compares so with @p value, at most @p max; but the one with id @p keep. */
csm_status csm_own_delete_where(csm_ctx *ctx, const char *table, const char *field, csm_op op, csm_value value,
                                csm_id keep, uint32_t max, uint32_t *deleted);

/* ---- people: method_session.c ---- */

/* Ends every login of a user but session @p keep. */
csm_status csm_end_sessions(csm_ctx *ctx, csm_id user, csm_id keep);
/* Counts one failed login of a user (NULL: nobody of that name), locks him after too many, and refuses the call. */
csm_status csm_login_failed(csm_ctx *ctx, const csm_row *user);
/* DENIED when the caller may not administer the logins of this user, or the user holds a role that he may not give. */
csm_status csm_check_user_admin(csm_ctx *ctx, const csm_row *user);
/* UNAUTHENTICATED unless a user is logged in (the local administrator alone is none). */
csm_status csm_need_login(csm_ctx *ctx);
/* Password work, before the write enters the queue. */
csm_status csm_prepare_login(csm_ctx *ctx, csm_call *call);
csm_status csm_prepare_change(csm_ctx *ctx, csm_call *call);
csm_status csm_prepare_set(csm_ctx *ctx, csm_call *call);
csm_status csm_prepare_reset(csm_ctx *ctx, csm_call *call);

/* ---- records: aggregate.c, history_view.c ---- */

#define CSM_AGGREGATE_PARAMS 8
extern const csm_param csm_aggregate_params[CSM_AGGREGATE_PARAMS];
csm_status csm_record_aggregate(csm_ctx *ctx, const csm_args *in, csm_reply *out);
/* sys_audit and sys_journal_field, whose rows are made from the history of one record. */
bool csm_is_history_view(const csm_mtable *table);
/* Answers {rows, next} for such a table; the filter must hold an equality on the record's id. */
csm_status csm_history_query(csm_ctx *ctx, const csm_query_spec *spec, csm_value query, csm_value where,
                             const csm_present *what, csm_reply *out);

/* method_attachment.c: rule after every delete; one page of uploads that were never finished. */
csm_status csm_attachments_follow(csm_ctx *ctx, csm_change *change);
csm_status csm_attachments_purge(csm_ctx *ctx, bool *more);
/* undo.c */
csm_status csm_record_undo(csm_ctx *ctx, const csm_args *in, csm_reply *out);

/* ---- describing: describe.c ---- */

csm_status csm_describe_table(csm_ctx *ctx, csm_writer *w, const csm_mtable *table, bool of_caller);
csm_status csm_describe(csm_ctx *ctx, const csm_args *in, csm_reply *out);
/* Operations the caller has on some rows of a table; bits CSM_OP_*. @p fields: per operation (read, create,
 * write, delete) the fields some scope names, in the arena. */
csm_status csm_table_rights(csm_ctx *ctx, const csm_mtable *table, uint32_t *ops, uint64_t *fields[4]);

#endif
