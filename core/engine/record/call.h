/* What stands between the engine and a plugin's handler: arguments, replies, records and queries as handlers hold them,
 * the switch to a plugin's identity and back. Used by the host tables here and by the method dispatch above. */
#ifndef CSM_ENGINE_RECORD_CALL_H
#define CSM_ENGINE_RECORD_CALL_H

#include "engine/record/record.h"
#include "engine/rule/frame.h"

/* Checked arguments, by position in params; nil = absent. */
struct csm_args {
    const csm_param *params;
    uint32_t count;
    const csm_value *values;
};

/* Where a handler's answer goes: encoded straight through @p writer, or kept as a value when writer is NULL (points). */
struct csm_reply {
    csm_writer *writer;
    bool done;                 /* answered; a second answer is a bug of the handler */
    csm_value value;           /* in the arena of ctx; only without writer */
};

/* A record in a handler's hands. */
struct csm_record {
    const csm_row *seen;       /* as read or last written; an empty row before insert */
    csm_row *row;              /* seen until the first set, then a copy with what was set; journal entries too */
    uint64_t *set;             /* bit per field position set since; NULL = none */
    const uint64_t *readable;  /* what the caller may see; NULL = all */
    bool stored;               /* false: made by create, not inserted yet */
    bool read_only;            /* the row of a change */
    csm_status bad;            /* a set was refused; insert and update answer this */
    csm_str bad_text;
    const char *bad_field;
};
/* NULL: out of memory (set). */
csm_record *csm_record_wrap(csm_ctx *ctx, csm_row *row, const uint64_t *readable);

/* Checks and converts named arguments (nil, or a map) against @p params: unknown names, missing required ones, types, ranges
 * and lengths are INVALID naming the argument; defaults are filled in. In the arena of ctx. */
csm_status csm_args_parse(csm_ctx *ctx, const csm_param *params, uint32_t count, csm_value given, csm_args *out);

/* Answers with a record as the caller (not the plugin) may see it; of a row out of his reach only id and version. */
csm_status csm_reply_row(csm_ctx *ctx, csm_reply *out, const csm_row *row);
/* The same as a value. */
csm_status csm_row_as_value(csm_ctx *ctx, const csm_row *row, csm_value *out);
/* The same straight to the wire. */
csm_status csm_row_write(csm_ctx *ctx, const csm_row *row, csm_writer *w);
/* Text of a value of a field for people, as csm_present_display. In the arena of ctx; ptr NULL: failed (set). */
csm_str csm_present_text(csm_ctx *ctx, const csm_mfield *field, csm_value value);
/* Entries of a journal field, newest first: list of maps {time, by, text, sys_id}; with ctx->as_of those up to then. */
csm_status csm_present_journal(csm_ctx *ctx, const csm_row *row, const csm_mfield *field, uint32_t limit, csm_value *out);

/* The host tables, one file each; csm_engine_host() hands them out together. */
extern const csm_record_api csm_host_record;
extern const csm_query_api csm_host_query;
extern const csm_change_api csm_host_change;
extern const csm_caller_api csm_host_caller;
extern const csm_rpc_api csm_host_rpc;
extern const csm_job_api csm_host_job;
extern const csm_point_api csm_host_point;

/* A table or field a plugin names: a wrong name is a bug of the plugin (csm_ctx_stick). NULL when absent. */
const csm_mtable *csm_host_table(csm_ctx *ctx, const char *name);
const csm_mfield *csm_host_field(csm_ctx *ctx, const csm_mtable *table, const char *name);
/* Parses an encoded filter as a handler gives it: with the plugin's rights it may use "@name". NULL text: no condition. */
csm_status csm_host_filter(csm_ctx *ctx, const csm_mtable *table, const char *encoded, csm_filter *out);

/* Whether a row of the table stands below another; false when one of them is absent, hidden or outside every tree. */
csm_status csm_tree_is_below(csm_ctx *ctx, const char *table, csm_id id, csm_id above, bool *out);
/* The condition on rows of @p table that are this part (CSM_TREE_BELOW ...) of the tree of row @p id, and the field that keeps
 * the path. */
csm_status csm_tree_expr(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t part, const csm_mfield **path,
                         const csm_expr **out);

/* A method made from a task link (method->link, method->verb) with the arguments as given. */
csm_status csm_link_run(csm_ctx *ctx, const csm_mmethod *method, csm_value given, csm_reply *reply);

#endif
