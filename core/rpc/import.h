/* Imports: a mapping says how a row of cells becomes records. Compiled anew for each call; all of it in the call's arena.
 * The format is told in config/import/README.md. */
#ifndef CSM_RPC_IMPORT_H
#define CSM_RPC_IMPORT_H

#include "rpc/method.h"

typedef struct csm_import_target csm_import_target;

/* Column -> allowed texts; all must hold. */
typedef struct csm_import_conditions {
    csm_str *columns;
    uint32_t *positions;
    const csm_value *texts;    /* text or list of texts, per column */
    uint32_t count;
} csm_import_conditions;

/* Where a value comes from. */
typedef struct csm_import_source {
    csm_import_conditions when;
    csm_str *columns;          /* names: one, or several to join */
    uint32_t *positions;       /* of them in the rows of this call; NULL while no columns are known */
    uint32_t column_count;     /* 0: a constant */
    csm_str with;              /* between joined cells */
    csm_value value;           /* the constant */
    csm_value dflt;            /* for an empty cell; nil = none */
    bool has_default;
    const csm_value *choices;  /* map cell -> value; NULL = none */
    const csm_value *other;    /* NULL = a cell that is not named refuses the row */
    csm_date_order date;
    const csm_mtable *find;    /* reference by a field of this table; NULL = none */
    const csm_mfield *by;
    bool insert;
    csm_import_target *with_values;
    uint32_t with_count;
} csm_import_source;

struct csm_import_target {
    const csm_mfield *field;
    csm_import_source source;
};

typedef struct csm_import_step {
    csm_import_conditions when;
    const char *transition;    /* NULL = a plain update */
    csm_import_target *fields;
    uint32_t field_count;
    csm_import_source at;      /* column_count 0 and nil value: the time stays */
} csm_import_step;

/* Rows are what happened to a record, one after the other, each at a time of its own. */
typedef struct csm_import_replaying {
    bool on;
    csm_import_source at;
    csm_import_target *create; /* besides the row's fields, when the record is not there yet; the row is applied afterwards */
    uint32_t create_count;
} csm_import_replaying;

typedef struct csm_import_map {
    const csm_mtable *table;
    csm_import_target *fields;
    uint32_t field_count;
    const csm_mfield **coalesce;
    uint32_t coalesce_count;
    bool rules;
    csm_value empty;           /* list of texts */
    csm_import_step *steps;
    uint32_t step_count;
    csm_import_replaying replay;
} csm_import_map;

/* @p columns: names of this call's cells; NULL: none known yet, any name will do. INVALID names what is wrong where. */
csm_status csm_import_compile(csm_ctx *ctx, csm_value mapping, const csm_value *columns, csm_import_map *out);

typedef enum csm_import_action { CSM_IMPORT_INSERTED, CSM_IMPORT_UPDATED, CSM_IMPORT_UNCHANGED } csm_import_action;

/* One row with its steps, as a whole or not at all. @p number: of the row, from 1. Sets ctx->now while it runs. */
csm_status csm_import_row(csm_ctx *ctx, const csm_import_map *map, csm_value cells, int64_t number, csm_import_action *out);

#endif
