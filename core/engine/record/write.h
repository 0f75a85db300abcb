/* One write under way, as the parts of the write path hand it on. */
#ifndef CSM_ENGINE_RECORD_WRITE_H
#define CSM_ENGINE_RECORD_WRITE_H

#include "engine/event/event.h"
#include "engine/record/record.h"
#include "engine/rule/change.h"

/* Rows whose deletion is under way: a cascade that comes back to one of them leaves it alone. */
struct csm_deleting {
    csm_id id;
    uint32_t depth;
    const struct csm_deleting *outer;
};

/* A journal entry with its own time and author (imports). */
typedef struct csm_kept_entry {
    const csm_mfield *field;
    csm_time at;
    csm_str by, text;
    struct csm_kept_entry *next;
} csm_kept_entry;

typedef struct csm_write {
    const csm_mtable *table;   /* concrete */
    const csm_write_options *options;
    csm_change change;
    const uint64_t *carried;   /* fields the transition lets its caller set; NULL = none */
    csm_kept_entry *kept;      /* oldest first */
    int64_t version;           /* the sys_mod_count the writer asked for; -1 = none */
    const csm_value *checked;  /* values by field position when csm_write_check_given looked; NULL = not yet */
    csm_log_mark begun;        /* what the request had done before */
} csm_write;

/* Fills the pending row from what the writer gave; refuses unknown names and values that do not fit. */
csm_status csm_write_values(csm_ctx *ctx, csm_write *w, csm_value values);
/* May he write the fields he named: flags, field rights, and the union @p scope of the scopes' field lists (NULL: not yet). */
csm_status csm_write_check_fields(csm_ctx *ctx, const csm_write *w, const uint64_t *scope);
/* Version asked for, base and seen row: what changed meanwhile stays, the same field changed twice is CONFLICT. */
csm_status csm_write_merge(csm_ctx *ctx, csm_write *w);
/* What the writer's own values refer to is there and his to read. Comes before the rules, so that no rule tells more of a
 * hidden record than of none. */
csm_status csm_write_check_given(csm_ctx *ctx, const csm_write *w);
/* The row as a whole: required fields, references, dependent choices, conditions. */
csm_status csm_write_validate(csm_ctx *ctx, const csm_write *w);
/* Gives a new row its number, or raises the counter above the one it brings. */
csm_status csm_write_number(csm_ctx *ctx, csm_write *w);
/* Refuses, clears or deletes along what refers to a row about to go. */
csm_status csm_write_release(csm_ctx *ctx, const csm_row *row);

/* Ids of up to @p max rows of @p table and of what extends it that match @p expr, as the engine. *token: where to go on, empty
 * at first; empty again when these were the last. */
csm_status csm_rows_matching(csm_ctx *ctx, const csm_mtable *table, const csm_expr *expr, uint32_t max, csm_str *token,
                             csm_id **out, uint32_t *count);
/* Update as the engine (rights of the rules) with one field. */
csm_status csm_write_one_field(csm_ctx *ctx, const csm_mtable *table, csm_id id, const csm_mfield *field, csm_value value);

#endif
