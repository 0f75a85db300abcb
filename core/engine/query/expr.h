/* Inside of filters: checked expressions and what evaluating them over many rows keeps. Private to this folder.
 * Negation stands only at terms: a term whose dot-walk leads out of reach is false, negated or not. */
#ifndef CSM_ENGINE_QUERY_EXPR_H
#define CSM_ENGINE_QUERY_EXPR_H

#include "engine/access/access.h"

#define CSM_WALK_MAX 3          /* references a dotted path may follow */
#define CSM_TERMS_MAX 1000u
#define CSM_FILTER_VALUES_MAX 10000u
#define CSM_FILTER_DEPTH_MAX 24u
#define CSM_ORDER_KEY_LENGTH 64 /* folded bytes of a text that decide the order when no index says otherwise */

typedef enum csm_expr_kind {
    CSM_EXPR_AND,
    CSM_EXPR_OR,
    CSM_EXPR_TERM,
    CSM_EXPR_VIA,
    CSM_EXPR_NEVER,  /* no row */
    CSM_EXPR_FAILED  /* memory ran out while it was made: evaluating it is NOMEM, never true or false */
} csm_expr_kind;

/* A value with its folded form (empty when the field is not text). */
typedef struct csm_operand {
    csm_value value;
    csm_str folded;
} csm_operand;

typedef struct csm_operands {
    const csm_operand *items;
    uint32_t count;
    bool sorted; /* looked up by halving */
} csm_operands;

typedef struct csm_path {
    const csm_mfield *steps[CSM_WALK_MAX + 1]; /* references, then the field itself */
    uint32_t count;
} csm_path;

typedef struct csm_term {
    csm_path path;
    csm_op op;            /* EQ (any of the operands), LT, LE, GT, GE, LIKE, STARTS, ENDS, EMPTY, BETWEEN, CHANGES... */
    bool negated;
    bool trusted;         /* dot-walk sees every row */
    csm_str caller_value; /* name without "@"; empty: the operands */
    csm_operands operands;
} csm_term;

struct csm_expr {
    csm_expr_kind kind;
    uint32_t count;                /* AND, OR */
    const csm_expr *const *items;  /* AND, OR */
    csm_term term;                 /* TERM; VIA: path.steps[0] */
    uint32_t via_op;               /* VIA */
};

/* ---- making ---- */

bool csm_field_is_text(const csm_mfield *field); /* compared folded */
/* What one element of the field's value is: the list's elements for lists. -1: not comparable. */
int csm_field_element(const csm_mfield *field);
bool csm_field_is_ordered(const csm_mfield *field); /* may stand in an order and under <, > */
/* Fills in folded forms and sorts when there are many. In @p arena; false: out of memory. */
bool csm_operands_make(csm_arena *arena, const csm_mfield *field, csm_op op, const csm_value *values, uint32_t count,
                       csm_operands *out);
/* True when @p value (of a row; folded if text) is among them. */
bool csm_operands_have(const csm_operands *operands, const csm_operand *value);
const csm_expr *csm_expr_of_term(csm_arena *arena, const csm_term *term);
/* AND or OR of @p count items, flattened one level; NULL items are true. Out of memory: one of kind CSM_EXPR_FAILED. */
const csm_expr *csm_expr_join(csm_arena *arena, csm_expr_kind kind, const csm_expr *const *items, uint32_t count);
/* Names every step of every term, in order; the first step is of the base table. */
csm_status csm_expr_each_path(const csm_expr *expr, csm_status (*each)(void *user, const csm_term *term), void *user);

/* ---- parsing (shared by the two forms) ---- */

typedef enum csm_operand_kind { CSM_TAKES_NONE, CSM_TAKES_ONE, CSM_TAKES_MANY, CSM_TAKES_TWO } csm_operand_kind;

typedef struct csm_operator {
    const char *sign; /* encoded form */
    const char *word; /* structured form; the sign is accepted there too */
    csm_op op;
    bool negated;
    csm_operand_kind takes;
} csm_operator;
extern const csm_operator csm_operators[];
extern const size_t csm_operator_count;

typedef struct csm_parse {
    const csm_registry *reg;
    const csm_mtable *table;
    csm_filter_options options;
    csm_arena *arena;
    csm_error *err;
    uint32_t terms, values;
} csm_parse;

/* The whole of @p text is a path from @p table. INVALID names the step and the nearest name. */
csm_status csm_path_find(const csm_mtable *table, csm_str text, csm_path *out, csm_error *err);
/* Longest path at the front of @p text; *rest is what follows. */
csm_status csm_path_scan(const csm_mtable *table, csm_str text, csm_path *out, csm_str *rest, csm_error *err);
/* One operand as the filter gives it: text (encoded form) or a value. */
typedef struct csm_given {
    bool is_text;
    csm_str text;
    csm_value value;
} csm_given;
/* Checks operator against field, converts the operands, makes the term. */
csm_status csm_term_make(csm_parse *parse, const csm_path *path, const csm_operator *op, bool negate,
                         const csm_given *given, uint32_t count, const csm_expr **out);
csm_status csm_order_add(csm_parse *parse, csm_str field, bool descending, csm_filter *filter);

/* ---- evaluating ---- */

typedef struct csm_known_reach csm_known_reach;
typedef struct csm_known_values csm_known_values;

/* Evaluates over many rows: reach and caller values are looked up once and kept in the arena of ctx; what one row needs
 * goes to @p scratch, which its owner resets between rows. */
typedef struct csm_eval {
    csm_ctx *ctx;
    csm_arena *scratch;
    csm_known_reach *reaches;
    csm_known_values *values;
    uint32_t depth;
} csm_eval;

void csm_eval_init(csm_eval *eval, csm_ctx *ctx, csm_arena *scratch);
csm_status csm_eval_expr(csm_eval *eval, const csm_expr *expr, const csm_row *row, const csm_row *old, bool *out);
/* Operands of a term with its caller value looked up. */
csm_status csm_eval_operands(csm_eval *eval, const csm_term *term, const csm_operands **out);
/* Reach over a concrete table, kept. */
csm_status csm_eval_reach(csm_eval *eval, const csm_mtable *table, uint32_t op, const csm_reach **out);
/* True when the row is within @p reach; @p fields (may be NULL): union of fields of the branches that match. *whole (may
 * be NULL): every field. */
csm_status csm_eval_within(csm_eval *eval, const csm_reach *reach, const csm_row *row, bool *within, uint64_t *fields,
                           bool *whole);
/* True when access of the caller of @p ctx has no limits. */
static inline bool csm_sees_all(const csm_ctx *ctx)
{
    return ctx->system > 0 || ctx->caller->is_system;
}
/* Value of a row by a field of its table or an ancestor (fields keep their position in descendants); nil when the row's
 * table has it not. */
csm_value csm_row_value(const csm_row *row, const csm_mfield *field);

#endif
