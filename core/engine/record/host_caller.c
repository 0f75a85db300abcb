/* Who asks, for handlers. Questions about the caller are about the caller, also while a plugin's own rights are at work. */
#include "engine/record/call.h"

#include "engine/access/caller.h"

static csm_id user(csm_ctx *ctx)
{
    return ctx->caller->user;
}

static csm_str user_name(csm_ctx *ctx)
{
    return ctx->caller->user_name;
}

static bool has_role(csm_ctx *ctx, const char *name)
{
    const csm_mrole *role = csm_registry_role(ctx->reg, csm_str_of(name));

    return ctx->caller->is_system || (role != NULL && csm_caller_has(ctx->caller, role));
}

static bool is_external(csm_ctx *ctx)
{
    return ctx->caller->is_external;
}

static csm_status caller_value(csm_ctx *ctx, const char *name, csm_value *out)
{
    return csm_caller_value_get(ctx, csm_str_of(name), out);
}

static bool user_has_role(csm_ctx *ctx, csm_id other, const char *name)
{
    const csm_mrole *role = csm_registry_role(ctx->reg, csm_str_of(name));
    bool has;

    if (role == NULL || csm_id_is_none(other))
        return false;
    if (csm_caller_other_has(ctx, other, role, &has) != CSM_OK) {
        csm_error_clear(&ctx->err); /* this door tells no errors; the next one met will */
        return false;
    }
    return has;
}

static csm_status can(csm_ctx *ctx, const char *name, csm_id id, uint32_t op, bool *out)
{
    const csm_mtable *table = csm_host_table(ctx, name);
    uint32_t system = ctx->system;
    csm_status st = CSM_OK;
    csm_row *row;

    *out = false;
    if (table == NULL)
        return CSM_E_INVALID;
    CSM_TRY(csm_row_find(ctx, table, id, &row));
    ctx->system = 0;
    if (row != NULL)
        st = csm_access_row(ctx, row, op, out, NULL);
    ctx->system = system;
    return st;
}

static csm_status as_plugin(csm_ctx *ctx, csm_status (*run)(csm_ctx *ctx, void *arg), void *arg)
{
    csm_status st;

    csm_ctx_enter_system(ctx);
    st = run(ctx, arg);
    csm_ctx_leave_system(ctx);
    return st;
}

static csm_status hash_password(csm_ctx *ctx, csm_str password, csm_str *out)
{
    CSM_TRY(csm_password_rule(password, &ctx->err));
    return csm_password_make(ctx->arena, password, out, &ctx->err);
}

/* ---- granting ---- */

static const csm_expr *equal(csm_ctx *ctx, const csm_expr *expr, const csm_mtable *table, const char *name, csm_value value)
{
    const csm_mfield *field = csm_host_field(ctx, table, name);
    const csm_expr *term;

    if (field == NULL)
        return NULL;
    term = csm_expr_term(ctx->arena, field, csm_is_nil(value) ? CSM_OP_EMPTY : CSM_OP_EQ, value);
    return term != NULL ? csm_expr_and(ctx->arena, expr, term) : NULL;
}

static csm_status first_row(csm_ctx *ctx, const csm_mtable *table, const csm_expr *expr, csm_row **out)
{
    csm_query_spec spec = { .table = table, .filter = { .expr = expr }, .limit = 1 };
    const uint64_t *readable;
    csm_cursor *cursor;
    csm_status st;

    if (expr == NULL)
        return ctx->err.code != CSM_OK ? ctx->err.code : csm_ctx_nomem(ctx);
    CSM_TRY(csm_cursor_open(ctx, &spec, &cursor));
    st = csm_cursor_next(ctx, cursor, out, &readable);
    csm_cursor_close(cursor);
    return st;
}

typedef struct grant {
    csm_id user;
    const char *role;
} grant;

static csm_status write_grant(csm_ctx *ctx, void *arg)
{
    const grant *g = arg;
    const csm_mtable *roles = csm_host_table(ctx, "sys_user_role"), *held = csm_host_table(ctx, "sys_user_has_role");
    const csm_expr *expr;
    csm_pair values[2];
    csm_row *role, *row;

    if (roles == NULL || held == NULL)
        return CSM_E_INVALID;
    CSM_TRY(first_row(ctx, roles, equal(ctx, NULL, roles, "name", csm_ctext(g->role)), &role));
    if (role == NULL)
        return csm_ctx_fail(ctx, CSM_E_NOT_FOUND, "there is no role \"%s\"", g->role);
    expr = equal(ctx, NULL, held, "user", csm_id_value(g->user));
    expr = expr != NULL ? equal(ctx, expr, held, "role", csm_id_value(role->id)) : NULL;
    expr = expr != NULL ? equal(ctx, expr, held, "granted_by", csm_nil()) : NULL;
    CSM_TRY(first_row(ctx, held, expr, &row));
    if (row != NULL)
        return CSM_OK;
    values[0] = (csm_pair){ CSM_STR("user"), csm_id_value(g->user) };
    values[1] = (csm_pair){ CSM_STR("role"), csm_id_value(role->id) };
    return csm_write_insert(ctx, held, csm_map(values, 2), NULL, NULL);
}

static csm_status grant_role(csm_ctx *ctx, csm_id other, const char *role)
{
    grant g = { .user = other, .role = role };

    return as_plugin(ctx, write_grant, &g);
}

static csm_status secret_new(csm_ctx *ctx, csm_str *secret, csm_str *hash)
{
    return csm_secret_make(ctx->arena, secret, hash, &ctx->err);
}

static csm_status secret_hash(csm_ctx *ctx, csm_str secret, csm_str *hash)
{
    return csm_secret_digest(ctx->arena, secret, hash, &ctx->err);
}

const csm_caller_api csm_host_caller = {
    .size = sizeof(csm_caller_api),
    .user = user,
    .user_name = user_name,
    .has_role = has_role,
    .is_external = is_external,
    .value = caller_value,
    .user_has_role = user_has_role,
    .can = can,
    .as_plugin = as_plugin,
    .hash_password = hash_password,
    .grant_role = grant_role,
    .secret_new = secret_new,
    .secret_hash = secret_hash,
};
