/* What the files that take one imported row share. */
#ifndef CSM_RPC_IMPORT_RUN_H
#define CSM_RPC_IMPORT_RUN_H

#include "rpc/import.h"

typedef struct csm_import_run {
    csm_ctx *ctx;
    const csm_import_map *map;
    csm_value cells;
    int64_t number;
    csm_time real_now;
    csm_import_action action;
} csm_import_run;

/* INVALID: the cell of a field, and why it will not do. */
csm_status csm_import_refuse(csm_import_run *r, const char *field, const char *why, csm_str cell);
/* Whether every condition holds on the row's cells. */
bool csm_import_if(const csm_import_run *r, const csm_import_conditions *conditions);
/* What a source comes to. *given false: the cell is empty and there is no default, or its condition does not hold, so the
 * field is left alone. */
csm_status csm_import_eval(csm_import_run *r, const csm_import_target *target, csm_value *out, bool *given);
/* The same as a time; a record's own rules of time are the caller's business. */
csm_status csm_import_time(csm_import_run *r, const csm_import_source *source, csm_time *out, bool *given);
/* Adds the values of these targets to @p map. */
csm_status csm_import_values(csm_import_run *r, const csm_import_target *targets, uint32_t count, csm_value *map);
/* How many rows of @p table hold @p expr, two at most, and the last of them. */
csm_status csm_import_find(csm_import_run *r, const csm_mtable *table, const csm_expr *expr, csm_id *out, uint32_t *count);
/* The record that the coalesce fields in @p values name. */
csm_status csm_import_existing(csm_import_run *r, const csm_value *values, csm_id *out, bool *found);
/* A row of a mapping with "replay". */
csm_status csm_import_replay(csm_import_run *r);

#endif
