/* Queries from handlers. Setters record the first error, reported by next. Source: SDK contract B7. */
#ifndef CSM_QUERY_H
#define CSM_QUERY_H

#include <csm/record.h>

typedef enum csm_op {
    CSM_OP_EQ = 1, CSM_OP_NE, CSM_OP_LT, CSM_OP_LE, CSM_OP_GT, CSM_OP_GE, CSM_OP_IN, CSM_OP_NOT_IN,
    CSM_OP_LIKE, CSM_OP_STARTS, CSM_OP_ENDS, CSM_OP_EMPTY, CSM_OP_NOT_EMPTY, CSM_OP_BETWEEN,
    CSM_OP_CHANGES, CSM_OP_CHANGES_TO, CSM_OP_CHANGES_FROM
} csm_op;

#define CSM_ASC 0u
#define CSM_DESC 1u

/* Parts of a tree. */
#define CSM_TREE_BELOW 0u  /* what stands below the row */
#define CSM_TREE_BRANCH 1u /* the row and what stands below it */
#define CSM_TREE_WHOLE 2u  /* the tree the row stands in, from its top down */

typedef struct csm_query_api {
    uint32_t size;
    csm_status (*open)(csm_ctx *ctx, const char *table, csm_query **out);
    void (*where)(csm_ctx *ctx, csm_query *q, const char *field, uint32_t op, csm_value value); /* and-ed */
    void (*filter)(csm_ctx *ctx, csm_query *q, const char *encoded);                            /* and-ed */
    void (*order)(csm_ctx *ctx, csm_query *q, const char *field, uint32_t direction);
    void (*limit)(csm_ctx *ctx, csm_query *q, uint32_t limit); /* default 10 000 in writing handlers */
    /* OK and *row NULL at the end. The row lives until the next next. */
    csm_status (*next)(csm_ctx *ctx, csm_query *q, csm_record **row);
    void (*close)(csm_ctx *ctx, csm_query *q);
    csm_status (*count)(csm_ctx *ctx, const char *table, const char *encoded, uint64_t *out);
    /* Rows that say what to do (templates, settings, conditions): few, of a table flagged CSM_TABLE_WATCHED, and asked for
     * by nearly every call. The thread keeps them decoded until the table changes. @p encoded names fields of the table
     * itself and values, no caller values. For code with the plugin's rights (rules, jobs); then next and close alone. */
    csm_status (*open_kept)(csm_ctx *ctx, const char *table, const char *encoded, csm_query **out);
    /* Rows that are @p part of the tree of row @p id, parents first; and-ed. The table has a hierarchy path (CSM_DERIVE_PATH), which
     * the caller may read. Nothing stands below a row that is absent or hidden. */
    void (*tree)(csm_ctx *ctx, csm_query *q, csm_id id, uint32_t part);
} csm_query_api;

#endif
