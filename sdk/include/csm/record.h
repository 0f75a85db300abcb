/* Records as handlers see them: get, find, write, typed fields. Rights: methods act with the caller's rights, rules,
 * jobs and caller values with the plugin's own (everything). Source: DESIGN 4, SDK contract B7. */
#ifndef CSM_RECORD_H
#define CSM_RECORD_H

#include <csm/abi.h>
#include <csm/value.h>

/* Why a step was undone; code CSM_OK: it was not. Texts in the arena of ctx. */
typedef struct csm_failure {
    csm_status code;
    csm_str message;
    csm_str field; /* at fault; may be empty */
} csm_failure;

typedef struct csm_record_api {
    uint32_t size;
    /* NOT_FOUND (set) when absent or hidden. The record is in the arena of ctx. */
    csm_status (*get)(csm_ctx *ctx, const char *table, csm_id id, csm_record **out);
    /* *out NULL when absent or hidden. */
    csm_status (*find)(csm_ctx *ctx, const char *table, csm_id id, csm_record **out);
    /* First row matching the encoded filter, NULL when none. */
    csm_status (*find_where)(csm_ctx *ctx, const char *table, const char *filter, csm_record **out);
    csm_status (*create)(csm_ctx *ctx, const char *table, csm_record **out); /* empty, not stored until insert */
    csm_status (*insert)(csm_ctx *ctx, csm_record *rec);
    csm_status (*update)(csm_ctx *ctx, csm_record *rec); /* fields set since read */
    csm_status (*del)(csm_ctx *ctx, csm_record *rec);
    /* Moves the record along a declared transition; args (may be NULL) is a map of fields to set with it. */
    csm_status (*transition)(csm_ctx *ctx, csm_record *rec, const char *name, const csm_value *args);
    csm_id (*id)(const csm_record *rec);
    const char *(*table)(const csm_record *rec);
    /* A dotted path reads through references ("account.name", at most 3 steps): nil where a step is empty, gone or out of reach. */
    csm_value (*value)(csm_ctx *ctx, const csm_record *rec, const char *field);
    csm_status (*set)(csm_ctx *ctx, csm_record *rec, const char *field, csm_value value);
    bool (*is_a)(csm_ctx *ctx, const char *table, const char *ancestor);
    csm_status (*matches)(csm_ctx *ctx, const csm_record *rec, const char *filter, bool *out);
    /* Runs @p run in a nested, undoable step. */
    csm_status (*savepoint)(csm_ctx *ctx, csm_status (*run)(csm_ctx *ctx, void *arg), void *arg);
    /* Rows of journal field @p field, newest first: list of maps {time, by, text, sys_id}; at most @p limit. */
    csm_status (*journal)(csm_ctx *ctx, const csm_record *rec, const char *field, uint32_t limit, csm_value *out);
    /* Whether a table has a field, dotted paths too ("account.name"): for rules on every table and paths kept in rows. */
    bool (*has_field)(csm_ctx *ctx, const char *table, const char *field);
    /* Text of a value for people: reference -> display value, choice -> label. */
    csm_str (*display)(csm_ctx *ctx, const csm_record *rec, const char *field);
    /* Name of the table that @p table extends; NULL for a root or an unknown name. Static. */
    const char *(*parent)(csm_ctx *ctx, const char *table);
    /* As savepoint, for one of several steps that stand on their own: what the step refused is undone and told in *failure, and
     * the call goes on (OK). What is the server's trouble and not the step's (no memory, a full disk, a bug) is still an error. */
    csm_status (*attempt)(csm_ctx *ctx, csm_status (*run)(csm_ctx *ctx, void *arg), void *arg, csm_failure *failure);
    /* Name of the table that field @p field of @p table refers to, itself or in a list; NULL when it is no such field. Static. */
    const char *(*refers_to)(csm_ctx *ctx, const char *table, const char *field);
    /* Whether row @p id of a table with a hierarchy path (CSM_DERIVE_PATH) stands below row @p above, at whatever distance.
     * False when one of them is absent or hidden, or its path is not for the caller. */
    csm_status (*is_below)(csm_ctx *ctx, const char *table, csm_id id, csm_id above, bool *out);
    /* As get, of a row that the caller may change and that is not at an end: DENIED; STATE when its state model has it closed or
     * inactive. For methods that work on a record. */
    csm_status (*get_open)(csm_ctx *ctx, const char *table, csm_id id, csm_record **out);
} csm_record_api;

#endif
