/* Filters and queries: text or tree -> checked expression -> plan -> cursor; counts and aggregates.
 * A filter that does not parse, names an unknown or unreadable field or compares the wrong type is an error, never a
 * wider result. The same expressions serve rules, scopes and transitions. */
#ifndef CSM_ENGINE_QUERY_QUERY_H
#define CSM_ENGINE_QUERY_QUERY_H

#include "engine/table/table.h"

typedef struct csm_expr csm_expr; /* immutable; may be shared by threads; lives as long as the arena it was made in */

#define CSM_ORDER_MAX 4
typedef struct csm_filter {
    const csm_expr *expr;      /* NULL = every row */
    csm_mcolumn order[CSM_ORDER_MAX]; /* from ORDERBY / ORDERBYDESC terms */
    uint32_t order_count;
} csm_filter;

typedef struct csm_filter_options {
    bool trusted;              /* declared by a plugin: "@name" values, no field-read checks, dot-walk sees every row */
    bool changes;              /* CHANGES, CHANGESTO, CHANGESFROM allowed (rules) */
} csm_filter_options;

/* Encoded text: terms joined by ^, ^OR, ^NQ; ORDERBY, ORDERBYDESC; dot-walk at most 3 steps. INVALID names field,
 * operator or value and the nearest valid name. At most 1000 terms, 10 000 values. */
csm_status csm_filter_parse(const csm_registry *reg, const csm_mtable *table, csm_str text, csm_filter_options options,
                            csm_arena *arena, csm_filter *out, csm_error *err);
/* Structured: ["and", x, y...] ["or", ...] ["not", x] [op, field, value]; ops as words or signs: "=" "!=" "<" "<=" ">"
 * ">=" "in" "not in" "like" "starts" "ends" "empty" "not empty" "between". */
csm_status csm_filter_from_value(const csm_registry *reg, const csm_mtable *table, csm_value where, csm_arena *arena,
                                 csm_filter *out, csm_error *err);
/* Sets the order from "-opened_at,number" ('-' = descending; empty: none). INVALID names the field. */
csm_status csm_order_parse(const csm_registry *reg, const csm_mtable *table, csm_str text, csm_filter *filter,
                           csm_error *err);
/* The makers never widen: out of memory gives an expression whose evaluation is NOMEM. */
const csm_expr *csm_expr_and(csm_arena *arena, const csm_expr *a, const csm_expr *b); /* either may be NULL (true) */
const csm_expr *csm_expr_or(csm_arena *arena, const csm_expr *const *items, uint32_t count);
/* field op value, already converted. */
const csm_expr *csm_expr_term(csm_arena *arena, const csm_mfield *field, csm_op op, csm_value value);
/* True when the row that reference @p field points to is within the caller's reach for @p op. */
const csm_expr *csm_expr_via(csm_arena *arena, const csm_mfield *field, uint32_t op);
/* @p old: the row before, for CHANGES (NULL: insert, every set field changed). */
csm_status csm_expr_eval(csm_ctx *ctx, const csm_expr *expr, const csm_row *row, const csm_row *old, bool *out);
/* Text form, for explain; in @p arena. */
csm_str csm_expr_text(csm_arena *arena, const csm_expr *expr);
/* Calls @p each for every field of the base table the expression names (first step of a dot-walk). */
csm_status csm_expr_each_field(const csm_expr *expr, csm_status (*each)(void *user, const csm_mfield *field), void *user);
/* Reads a value of a row by a dotted path ("parent.name") as the caller may see it: nil and *visible false when a step is
 * gone or out of reach, or its field hidden. @p last receives the field reached (may be NULL). INVALID on unknown names. */
csm_status csm_path_get(csm_ctx *ctx, const csm_row *row, csm_str path, csm_value *out, const csm_mfield **last, bool *visible);

/* ---- queries ---- */

typedef struct csm_query_spec {
    const csm_mtable *table;
    csm_filter filter;
    bool any_order;            /* without an order of the filter: not the table's either, whatever serves best */
    uint32_t op;               /* reach asked for; 0 = CSM_OP_READ */
    uint32_t limit;            /* rows in all; 0 = no limit */
    uint64_t offset;           /* small offsets only (at most 10 000) */
    csm_str after;             /* token of the previous page; empty = first page */
} csm_query_spec;

typedef struct csm_cursor csm_cursor;
/* Plans and opens. The caller's reach is part of the plan unless ctx->system. Without an order: the table's, else one the
 * plan finds (by sys_id unless an index serves the condition), the same for all pages. In a transaction the rows are fixed
 * here (LIMIT above 10 000 without a limit), and each is read again when it is reached. LIMIT also when a result of more
 * than sort_rows rows has to be sorted: the hint names the index that is missing. DENIED names a field the caller may not
 * use. INVALID: @p spec->after is of another query. */
csm_status csm_cursor_open(csm_ctx *ctx, const csm_query_spec *spec, csm_cursor **out);
/* *row NULL at the end. @p readable (may be NULL): bit per field position the caller may see on this row; NULL bits = all.
 * Both live in the arena of ctx (texts borrowed from the view). */
csm_status csm_cursor_next(csm_ctx *ctx, csm_cursor *cursor, csm_row **row, const uint64_t **readable);
/* In a transaction: the ids of all rows of the result, fixed when the cursor was opened. In the arena of ctx. */
csm_status csm_cursor_ids(csm_ctx *ctx, const csm_cursor *cursor, csm_id **out, uint32_t *count);
/* Token to resume after the last row; empty when the end was reached. Holds nothing but values the caller may see. */
csm_status csm_cursor_token(csm_ctx *ctx, csm_cursor *cursor, csm_str *out);
void csm_cursor_close(csm_cursor *cursor); /* NULL is fine */
/* {plan: "index"|"merge"|"sort"|"scan"|"id", index, branches, residual, order, rows_touched, rows_returned}; rows_touched only for
 * security_admin: it counts rows out of reach too. */
csm_status csm_cursor_explain(csm_ctx *ctx, csm_cursor *cursor, csm_value *out);

/* How many rows the query gives, each once, within the caller's reach; order and paging of @p spec do not matter. */
csm_status csm_query_count_rows(csm_ctx *ctx, const csm_query_spec *spec, uint64_t *out);

typedef enum csm_agg_kind { CSM_AGG_COUNT = 1, CSM_AGG_SUM, CSM_AGG_AVG, CSM_AGG_MIN, CSM_AGG_MAX } csm_agg_kind;
typedef enum csm_agg_part { CSM_PART_NONE = 0, CSM_PART_YEAR, CSM_PART_MONTH, CSM_PART_DAY } csm_agg_part; /* of a time or date, UTC */
typedef struct csm_agg_group {
    const csm_mfield *field;
    csm_agg_part part;
    const char *name;
} csm_agg_group;
typedef struct csm_agg_figure {
    csm_agg_kind kind;
    const csm_mfield *field;   /* NULL for COUNT */
    const char *name;
} csm_agg_figure;
typedef struct csm_aggregate_spec {
    csm_query_spec query;      /* order and after are not used */
    csm_agg_group groups[8];
    uint32_t group_count;
    csm_agg_figure figures[8];
    uint32_t figure_count;
    uint32_t limit;            /* most groups, default 10 000: more is LIMIT */
    csm_row *const *rows;      /* counted instead of what the query finds today; NULL = that */
    uint32_t row_count;
} csm_aggregate_spec;
/* CSM_PART_YEAR gives an integer, _MONTH text "2026-01", _DAY a date. Sums of nothing are nil; averages of integers and
 * durations are floats; amounts in different currencies have no sum (INVALID).
 * List of maps: group columns by name (raw values) and figures by name; ordered by the group columns. An index that holds
 * all columns of filter and groups is scanned without touching rows. "having" is the caller's to apply. */
csm_status csm_aggregate_run(csm_ctx *ctx, const csm_aggregate_spec *spec, csm_value *out);

#endif
