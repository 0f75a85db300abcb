/* Who asks, and who may what, as plain functions; what each does is told at the member of csm_caller_api. */
#ifndef CSM_CALLER_CALLS_H
#define CSM_CALLER_CALLS_H

#include <csm/query_calls.h>

static inline csm_id csm_caller_user(csm_ctx *ctx)
{
    return CSM_HOST(ctx)->caller->user(ctx);
}

static inline csm_str csm_caller_user_name(csm_ctx *ctx)
{
    return CSM_HOST(ctx)->caller->user_name(ctx);
}

static inline bool csm_caller_has_role(csm_ctx *ctx, const char *role)
{
    return CSM_HOST(ctx)->caller->has_role(ctx, role);
}

static inline bool csm_caller_is_external(csm_ctx *ctx)
{
    return CSM_HOST(ctx)->caller->is_external(ctx);
}

static inline csm_status csm_caller_get_value(csm_ctx *ctx, const char *name, csm_value *out)
{
    return CSM_HOST(ctx)->caller->value(ctx, name, out);
}

static inline bool csm_user_has_role(csm_ctx *ctx, csm_id user, const char *role)
{
    return CSM_HOST(ctx)->caller->user_has_role(ctx, user, role);
}

/* Whether the user is a member of the group. */
static inline csm_status csm_user_in_group(csm_ctx *ctx, csm_id user, csm_id group, bool *out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, "sys_user_grmember", &q));
    csm_query_where(ctx, q, "user", CSM_OP_EQ, csm_id_value(user));
    csm_query_where(ctx, q, "group", CSM_OP_EQ, csm_id_value(group));
    return csm_query_any(ctx, q, out);
}

static inline csm_status csm_caller_can(csm_ctx *ctx, const char *table, csm_id id, uint32_t op, bool *out)
{
    return CSM_HOST(ctx)->caller->can(ctx, table, id, op, out);
}

static inline csm_status csm_as_plugin(csm_ctx *ctx, csm_status (*run)(csm_ctx *, void *), void *arg)
{
    return CSM_HOST(ctx)->caller->as_plugin(ctx, run, arg);
}

static inline csm_status csm_password_hash(csm_ctx *ctx, csm_str password, csm_str *out)
{
    return CSM_HOST(ctx)->caller->hash_password(ctx, password, out);
}

static inline csm_status csm_user_grant_role(csm_ctx *ctx, csm_id user, const char *role)
{
    return CSM_HOST(ctx)->caller->grant_role(ctx, user, role);
}

static inline csm_status csm_secret_new(csm_ctx *ctx, csm_str *secret, csm_str *hash)
{
    return CSM_HOST(ctx)->caller->secret_new(ctx, secret, hash);
}

static inline csm_status csm_secret_hash(csm_ctx *ctx, csm_str secret, csm_str *hash)
{
    return CSM_HOST(ctx)->caller->secret_hash(ctx, secret, hash);
}

#endif
