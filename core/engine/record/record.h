/* The one write path: access -> before rules -> state model -> derived -> validate -> table -> history and journal ->
 * after rules -> log. Every door that writes comes through here. Writer thread (or a dry transaction's). */
#ifndef CSM_ENGINE_RECORD_RECORD_H
#define CSM_ENGINE_RECORD_RECORD_H

#include "engine/access/access.h"
#include "engine/history/history.h"

typedef struct csm_write_options {
    int64_t version;           /* refuse (CONFLICT) when the record has another sys_mod_count; -1 = not asked */
    int64_t base;              /* merge with what changed since that sys_mod_count; -1 = not asked */
    const char *transition;    /* name of the transition meant; NULL = found from the state written */
    csm_id id;                 /* insert: id to use (seeds, imports); none = new */
    const csm_row *seen;       /* update: the row as read; given fields that differ from it by now are CONFLICT. NULL = not asked */
} csm_write_options;
#define CSM_WRITE_OPTIONS_INIT { .version = -1, .base = -1 }

/* @p values: map of field name -> value as a client gives it; unknown, read-only, unwritable fields are errors that name
 * them. With ctx->import sys_created_on/by, sys_updated_on/by and CSM_SYSTEM_WRITE fields may be given. *out: the row written. */
csm_status csm_write_insert(csm_ctx *ctx, const csm_mtable *table, csm_value values, const csm_write_options *options,
                            csm_row **out);
csm_status csm_write_update(csm_ctx *ctx, const csm_mtable *table, csm_id id, csm_value values,
                            const csm_write_options *options, csm_row **out);
csm_status csm_write_delete(csm_ctx *ctx, const csm_mtable *table, csm_id id, const csm_write_options *options);

/* Runs @p run in a nested step: on failure the transaction, the log and nothing else are as before. */
csm_status csm_write_nested(csm_ctx *ctx, csm_status (*run)(csm_ctx *ctx, void *arg), void *arg);

/* A row read with the caller's rights: NOT_FOUND (naming table and id) when absent or out of reach. With ctx->as_of the row
 * as it was then. @p fields: bits he may see (arena), *fields NULL = all. */
csm_status csm_record_read(csm_ctx *ctx, const csm_mtable *table, csm_id id, csm_row **out, uint64_t **fields);

/* DENIED unless the caller may write the row, which he reads. */
csm_status csm_record_check_write(csm_ctx *ctx, const csm_row *row);

/* The sys_mod_count a caller is told. To an external one it is that of the last change of a field he sees (@p readable: bits,
 * NULL = all): what is done behind the scenes does not move it. */
csm_status csm_version_shown(csm_ctx *ctx, const csm_row *row, const uint64_t *readable, uint32_t *out);

/* ---- presenting ---- */

typedef struct csm_present {
    bool all;                  /* no list given: every visible field but journals */
    const csm_mfield **fields; /* NULL entry = a dotted path, in paths at the same position */
    csm_str *paths;
    uint32_t count;
    bool journals;             /* with all: journal fields too, as lists of {time, by, text, sys_id}, newest first (get) */
} csm_present;
/* Parses a client's "fields" (list of names, or one comma-separated text; dot-walk allowed; nil = all). Unknown ones are errors. */
csm_status csm_present_parse(csm_ctx *ctx, const csm_mtable *table, csm_value names, csm_present *out);
/* Writes the record as the caller may see it: {sys_id, sys_mod_count, field: value...}; with ctx->display also
 * "display": {field: text}. External callers read choice labels in the customer's wording. Empty fields are nil. */
csm_status csm_present_row(csm_ctx *ctx, const csm_row *row, const uint64_t *readable, const csm_present *what, csm_writer *w);
/* The same as a value in the arena. */
csm_status csm_present_value(csm_ctx *ctx, const csm_row *row, const uint64_t *readable, const csm_present *what,
                             csm_value *out);
/* Text of a field for people: display value of a reference, label of a choice. */
csm_str csm_present_display(csm_ctx *ctx, const csm_row *row, const csm_mfield *field);

#endif
