/* Rules: code that runs when rows change. Source: DESIGN 1, DOMAIN 0.4. */
#ifndef CSM_RULE_H
#define CSM_RULE_H

#include <csm/abi.h>
#include <csm/record.h>

typedef enum csm_when {
    CSM_BEFORE_INSERT = 1,
    CSM_BEFORE_UPDATE = 2,
    CSM_BEFORE_DELETE = 3,
    CSM_AFTER_INSERT = 4,
    CSM_AFTER_UPDATE = 5,
    CSM_AFTER_DELETE = 6,
    CSM_ASYNC_INSERT = 7,
    CSM_ASYNC_UPDATE = 8,
    CSM_ASYNC_DELETE = 9,
    CSM_BEFORE_WRITE = 10, /* insert and update */
    CSM_AFTER_WRITE = 11
} csm_when;

typedef struct csm_rule {
    const char *table;    /* also for tables that extend it; "*" = every table */
    uint32_t when;        /* csm_when */
    int32_t order;        /* lower first; 0-99 platform, 100 default (0 counts as 100) */
    const char *filter;   /* encoded condition on the new row; CHANGES, CHANGESTO, CHANGESFROM allowed; NULL = always */
    csm_status (*run)(csm_ctx *ctx, csm_change *change);
    const char *name;     /* NULL: the plugin's id and position */
    const char *doc;
} csm_rule;

/* The change a rule sees. Before rules may set fields; others only read. Fields by wire name: a wrong name fails the
 * call at its end. Values are in the arena of ctx. */
typedef enum csm_change_op { CSM_INSERTING = 1, CSM_UPDATING = 2, CSM_DELETING = 3 } csm_change_op;

typedef struct csm_change_api {
    uint32_t size;
    uint32_t (*op)(const csm_change *change);                  /* csm_change_op */
    csm_id (*id)(const csm_change *change);
    const char *(*table)(const csm_change *change);            /* concrete table */
    bool (*touches)(csm_ctx *ctx, const csm_change *change, const char *field);  /* value differs from the old one, or a journal entry is added */
    csm_value (*new_value)(csm_ctx *ctx, const csm_change *change, const char *field); /* journal: the entry being added */
    csm_value (*old_value)(csm_ctx *ctx, const csm_change *change, const char *field); /* nil on insert */
    csm_status (*set)(csm_ctx *ctx, csm_change *change, const char *field, csm_value value); /* before rules only */
    csm_record *(*record)(csm_ctx *ctx, csm_change *change);   /* the new row as a read-only record */
    bool (*by_client)(const csm_change *change);               /* written by a call of a person, not by a rule */
    bool (*is_import)(const csm_change *change);
    bool (*given)(csm_ctx *ctx, const csm_change *change, const char *field); /* the writer named it, changed or not */
    const char *(*transition)(const csm_change *change);       /* name of the state transition under way or NULL */
    /* A filter kept in a row, on the new row; CHANGES, CHANGESTO, CHANGESFROM compare with the old one. */
    csm_status (*matches)(csm_ctx *ctx, const csm_change *change, const char *filter, bool *out);
} csm_change_api;

#endif
