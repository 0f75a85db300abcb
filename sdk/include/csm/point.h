/* Extension points: one plugin declares, others contribute, the host runs. Source: SDK contract B9, DOMAIN 8.1. */
#ifndef CSM_POINT_H
#define CSM_POINT_H

#include <csm/rpc.h>

typedef enum csm_verdict { CSM_CONTINUE = 0, CSM_HANDLED = 1, CSM_REJECT = 2 } csm_verdict;
/* REPLACE: only the lowest order runs. COLLECT: all run, and the lists they return under one name are joined. */
typedef enum csm_cardinality { CSM_MANY = 0, CSM_REPLACE = 1, CSM_COLLECT = 2 } csm_cardinality;

typedef struct csm_point {
    const char *name;    /* "noun.router/1" */
    CSM_SLICE(csm_param) params;
    CSM_SLICE(csm_param) returns;
    uint32_t cardinality;
    const char *doc;
} csm_point;

typedef struct csm_impl {
    const char *point;
    int32_t order;
    csm_verdict (*run)(csm_ctx *ctx, const csm_args *in, csm_reply *out); /* out: a map of the point's returns */
    const char *doc;
} csm_impl;

/* Called when a user shall be mailed a secret that works once; in: {kind, user, email, secret, expires}. In the transaction
 * that keeps its hash: the secret is nowhere but in the mail. */
#define CSM_POINT_USER_LINK "user.link/1"

typedef struct csm_point_api {
    uint32_t size;
    /* @p in: a map named as the point's params. *out: map of returns (nil when nobody handled). REJECTED when one rejects. */
    csm_status (*call)(csm_ctx *ctx, const char *point, csm_value in, csm_value *out);
} csm_point_api;

#endif
