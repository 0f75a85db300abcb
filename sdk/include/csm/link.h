/* Declared bonds between fields and rows: derived fields, copies, hierarchy paths, one-of-siblings. Source: DESIGN 1. */
#ifndef CSM_LINK_H
#define CSM_LINK_H

#include <csm/rule.h>

typedef enum csm_derive_kind {
    CSM_DERIVE_RUN = 1,  /* .run computes .field whenever one of .inputs (fields of the row) changes, and on insert */
    CSM_DERIVE_COPY = 2, /* .field takes the value of .source_field of the row that reference .inputs points to: on insert,
                          * when the reference changes, and (unless .once) when the source changes */
    CSM_DERIVE_PATH = 3, /* .field = parent's .field + .separator + .code of this row; .inputs = "parent_ref,code_field";
                          * cycles are refused; moving a row rewrites all descendants in the same transaction */
    CSM_DERIVE_JOIN = 4, /* .field = non-empty .inputs joined by .separator */
    CSM_DERIVE_SINGLE = 5 /* .field (bool) is true on at most one row per value of .inputs: setting it clears the others */
} csm_derive_kind;

typedef struct csm_derived {
    uint32_t kind;
    const char *table;
    const char *field;
    const char *inputs;       /* comma separated */
    const char *source_field; /* COPY */
    const char *separator;    /* PATH, JOIN; NULL = "/" and " " */
    bool only_if_empty;       /* COPY: fills, never replaces */
    bool once;                /* COPY: not refreshed when the source changes */
    csm_status (*run)(csm_ctx *ctx, csm_change *change, csm_value *out); /* RUN */
    const char *doc;
} csm_derived;

#endif
