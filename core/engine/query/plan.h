/* Inside of queries: from a checked condition and the caller's reach to ranges of index keys. Private to this folder.
 *
 * A query runs over sources (concrete tables). Per source the effective condition, filter and (any reach branch) and
 * restriction, is taken apart into branches: and-ed conditions whose union it is. A branch is walked in a way: an index,
 * its leading columns held to points, perhaps the next one to a range. Every row met is tested against the whole
 * condition again, so a plan decides only how fast the answer comes, never what it is. */
#ifndef CSM_ENGINE_QUERY_PLAN_H
#define CSM_ENGINE_QUERY_PLAN_H

#include "engine/query/expr.h"

#define CSM_STREAMS_MAX 512u      /* ranges merged at once */
#define CSM_COMBOS_MAX 64u        /* of one branch */
#define CSM_ALTERNATIVES_MAX 64u  /* branches of one source */
#define CSM_TXN_ROWS 10000u       /* most rows of a query in a transaction without a limit */
#define CSM_OFFSET_MAX 10000u
#define CSM_ORDER_COLUMNS (CSM_ORDER_MAX + CSM_INDEX_COLUMNS_MAX)
#define CSM_FIXED_COLUMN UINT32_MAX

/* A concrete table with what the caller may see of it. */
typedef struct csm_source {
    const csm_mtable *table;
    const csm_reach *whole;    /* for reading: decides the fields shown */
    csm_reach usable;          /* branches that show every field the query names: decide the rows */
    const csm_expr *beyond;    /* what another operation than reading demands; NULL = nothing */
    bool *unready;             /* by position: indexes still being filled; NULL = none met */
} csm_source;

/* One and-ed condition of a branch. */
typedef struct csm_cond {
    const csm_expr *expr;
    const csm_mfield *field;   /* of the source's table: what it holds; NULL = only tested */
    const csm_operand *points; /* the field is one of these; NULL = not held to points */
    uint32_t point_count;
    csm_op range;              /* GT, GE, LT, LE, BETWEEN, STARTS, NOT_EMPTY; 0 = no range */
    const csm_operand *from, *to; /* bounds of the range; STARTS: from */
} csm_cond;

/* All conditions on one field taken together. */
typedef struct csm_hold {
    const csm_mfield *field;
    const csm_operand *points; /* NULL: only ranges */
    uint32_t point_count;
    bool partial;              /* the points are those of condition number cond alone, others are only tested */
    uint32_t cond;
    uint32_t range_bits;
} csm_hold;

typedef struct csm_branch {
    csm_source *source;
    csm_cond *conds;
    uint32_t cond_count;
    csm_hold *holds;
    uint32_t hold_count;
    const csm_expr *whole;     /* all conditions and-ed */
    bool empty;                /* conditions exclude each other */
} csm_branch;

/* How a branch is walked. */
typedef struct csm_way {
    const csm_mindex *index;   /* NULL: by the ids it holds, or none found */
    const csm_hold *ids;       /* of sys_id */
    uint32_t equal;            /* leading columns held to points */
    uint32_t combos;           /* ranges they make */
    bool ranged;               /* column number equal held to a range */
    bool spread;               /* a list column is not held: an entry per element */
    bool reverse;
    int gain;                  /* log2 of how much of the table it leaves out, a guess */
    uint32_t map[CSM_ORDER_COLUMNS]; /* index column of each order column, or CSM_FIXED_COLUMN */
    bool plain;                /* order key = fixed columns, then the rest of the index key */
} csm_way;

/* The total order of the result: what was asked, what the index adds, the id. */
typedef struct csm_order {
    csm_mcolumn columns[CSM_ORDER_COLUMNS];
    uint32_t count, asked;
    uint32_t key_length;
    bool id_descending;
    bool by_id;          /* asked for: sys_id ends the order, nothing is added */
} csm_order;

typedef enum csm_plan_kind { CSM_PLAN_NOTHING, CSM_PLAN_MERGE, CSM_PLAN_GATHER, CSM_PLAN_SCAN } csm_plan_kind;

typedef struct csm_plan {
    csm_ctx *ctx;
    csm_arena *arena;          /* of ctx */
    csm_arena *scratch;        /* what testing one row takes */
    csm_arena *rows;           /* where rows are decoded: scratch, or of ctx when they are handed out */
    csm_eval eval;
    csm_query_spec spec;
    const csm_mfield *const *extra; /* further fields the query shows (groups, figures) */
    uint32_t extra_count;
    csm_source *sources;
    uint32_t source_count;
    csm_branch *branches;
    uint32_t branch_count;
    csm_order order;
    csm_plan_kind kind;
    csm_way *ways;             /* by branch: merge */
    csm_way *gather_ways;      /* by branch: gather */
    bool mergeable;            /* ways serve the order (or kind SCAN does) */
    uint64_t touched;          /* index entries and rows */
    csm_buf key;               /* scratch for keys */
} csm_plan;

/* ---- plan.c: who may see what, and taking the condition apart ---- */

csm_status csm_plan_open(csm_ctx *ctx, const csm_query_spec *spec, const csm_mfield *const *extra, uint32_t extra_count,
                         csm_plan *out);
void csm_plan_close(csm_plan *plan); /* accepts a zeroed plan */
csm_status csm_plan_touch(csm_plan *plan); /* counts one entry or row, in the budget too */
csm_source *csm_plan_source(const csm_plan *plan, const csm_mtable *table); /* NULL: not part of the query */
/* Reads and decodes a row of the family into plan->rows; NULL when it is gone or of no active table. */
csm_status csm_plan_row(csm_plan *plan, csm_id id, csm_row **out);
csm_status csm_plan_bytes(csm_plan *plan, csm_id id, csm_str *out); /* ptr NULL: gone */
csm_status csm_plan_decode(csm_plan *plan, csm_id id, csm_str bytes, csm_row **out);
/* The whole condition. @p row may be one made of an index entry that covers it. */
csm_status csm_plan_test(csm_plan *plan, const csm_source *source, const csm_row *row, bool *out);
/* Fields the caller may see of a row of the result; NULL = all. In the arena of ctx. */
csm_status csm_plan_readable(csm_plan *plan, const csm_source *source, const csm_row *row, const uint64_t **out);

/* ---- branch.c ---- */

/* Takes the effective condition of @p source apart; at most CSM_ALTERNATIVES_MAX branches, as many as pay. */
csm_status csm_branches_make(csm_plan *plan, csm_source *source, csm_branch **out, uint32_t *count);
const csm_hold *csm_branch_hold(const csm_branch *branch, const csm_mfield *field);

/* ---- way.c ---- */

/* Best way for the unordered branch with at most @p combos ranges. @p whole: entries must stand for rows one to one. */
void csm_way_best(const csm_branch *branch, uint32_t combos, bool whole, csm_way *out);
void csm_way_fit(const csm_branch *branch, const csm_mindex *index, uint32_t combos, csm_way *out);
/* True when @p way walks @p order; sets reverse, map and plain. */
bool csm_way_serves(const csm_branch *branch, csm_way *way, const csm_order *order);
/* True when every row that matches the branch has the same value in @p field. */
bool csm_branch_fixes(const csm_branch *branch, const csm_mfield *field);
/* Is the index filled? Else notes it at the source. */
csm_status csm_way_check(csm_plan *plan, csm_source *source, const csm_way *way, bool *ready);

/* ---- order.c ---- */

/* Chooses order and ways: plan->kind, order, ways. @p given: order of the page token to go on with, or NULL. */
csm_status csm_plan_choose(csm_plan *plan, const csm_order *given);
/* The query's own order; else the table's, as far as the caller may see its fields. */
void csm_plan_asked(const csm_plan *plan, csm_order *out);
/* True when every row of the result shows the field: the order may not give away more. */
bool csm_plan_shows(const csm_plan *plan, const csm_mfield *field);
/* Order key of a row in plan->key: order columns and id. */
csm_status csm_order_key(csm_plan *plan, const csm_row *row);

/* ---- range.c ---- */

typedef struct csm_keys {
    csm_str from, to; /* [from, to) */
} csm_keys;
/* Calls @p each for every range of keys of the way (one per combination of points), in key order of the points. @p chosen:
 * operand of each held column. */
typedef csm_status (*csm_range_fn)(void *user, const csm_keys *keys, csm_str prefix, const csm_operand *const *chosen);
csm_status csm_way_ranges(csm_plan *plan, const csm_branch *branch, const csm_way *way, csm_range_fn each, void *user);
/* True when keys cannot tell @p value from others: a text that fills the column, or more. The row must decide. */
bool csm_key_is_full(csm_plan *plan, const csm_mindex *index, uint32_t column, csm_value value);
/* Smallest key above all that begin with @p prefix, in the arena; ptr NULL: out of memory. */
csm_str csm_range_after(csm_arena *arena, csm_str prefix);

/* ---- merge.c ---- */

/* Where a page begins: everything up to and with this order key has been seen. */
typedef struct csm_mark {
    csm_str key;
    csm_str parts[CSM_ORDER_COLUMNS]; /* of its columns */
    csm_id id;
    bool set;
} csm_mark;

typedef struct csm_candidate {
    csm_str okey;         /* order key, borrowed until the next candidate */
    csm_id id;
    csm_source *source;   /* NULL: known when the row is read */
    const csm_branch *branch;
    const csm_way *way;
    csm_str key, value;   /* the index entry; empty for rows */
    csm_str bytes;        /* the row's bytes when at hand */
} csm_candidate;

typedef struct csm_merge csm_merge;
csm_status csm_merge_open(csm_plan *plan, const csm_mark *after, csm_merge **out);
csm_status csm_merge_next(csm_plan *plan, csm_merge *merge, csm_candidate *out, bool *has);
/* *end: no candidate is left. Reads one entry on at most. */
csm_status csm_merge_peek(csm_plan *plan, csm_merge *merge, bool *end);
void csm_merge_close(csm_merge *merge);

/* ---- gather.c ---- */

typedef struct csm_gathered {
    csm_str okey;
    csm_id id;
    csm_str bytes;        /* as read; empty in a transaction */
} csm_gathered;

/* Matching rows past @p after in order, each once. *full when more than @p most entries were met (then nothing is kept). */
csm_status csm_gather(csm_plan *plan, const csm_mark *after, uint64_t most, csm_gathered **out, uint32_t *count, bool *full);

/* ---- entry.c ---- */

/* A field whose values are wanted of every row. Entries give texts folded, which groups can use and results cannot. */
typedef struct csm_want {
    const csm_mfield *field;
    bool raw;
} csm_want;

/* What of a branch the keys settle, and what can be told from an entry alone. */
typedef struct csm_cover {
    const csm_expr *rest;  /* conditions the keys do not settle; NULL = none */
    bool covered;          /* rest, and what was wanted, can be told from an entry */
    bool beside;           /* some of it only from the included fields */
    csm_row *row;          /* made of an entry; refilled for each */
} csm_cover;
csm_status csm_cover_make(csm_plan *plan, const csm_branch *branch, const csm_way *way, const csm_want *wants,
                          uint32_t want_count, csm_cover *out);
/* True when the fields of every condition of @p branch can be told from an entry. They may be included ones. */
bool csm_index_tells(const csm_mindex *index, const csm_branch *branch);
/* Fills cover->row. *whole false: a text is cut, the row itself must be read. */
csm_status csm_cover_fill(csm_plan *plan, const csm_mindex *index, csm_cover *cover, csm_str key, csm_str value, bool *whole);

/* ---- scan.c: every matching row once, in no order ---- */

/* @p row: read, or made of an entry (@p made: texts are folded) with the wanted fields; NULL when nothing was wanted.
 * It stands for @p times rows that agree in the wanted fields. Valid during the call. */
typedef csm_status (*csm_scan_fn)(void *user, const csm_row *row, bool made, uint64_t times);
csm_status csm_scan_run(csm_plan *plan, const csm_want *wants, uint32_t want_count, csm_scan_fn each, void *user);

/* ---- token.c ---- */

/* Order and mark of a token made for the same query; INVALID for any other. */
csm_status csm_token_read(csm_plan *plan, csm_str token, csm_order *order, csm_mark *mark, bool *walk);
csm_status csm_token_write(csm_plan *plan, csm_str okey, bool walk, csm_str *out);

#endif
