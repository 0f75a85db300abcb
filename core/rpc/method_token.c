/* API tokens: secrets that programs log in with. Stored hashed, shown once. */
#include "rpc/method.h"

/* Whose token it will be: one's own, or another user's for who administers him. */
static csm_status token_user(csm_ctx *ctx, csm_value given, csm_row **out)
{
    if (!csm_id_is_none(ctx->caller->acting) && csm_is_nil(given))
        return csm_ctx_fail(ctx, CSM_E_DENIED, "no token for somebody one only acts as: name him as \"user\"");
    if (csm_is_nil(given)) {
        CSM_TRY(csm_need_login(ctx));
        CSM_TRY(csm_find_id(ctx, "sys_user", ctx->caller->user, out));
        return *out != NULL ? CSM_OK : csm_ctx_fail(ctx, CSM_E_NOT_FOUND, "the user is gone");
    }
    if (!csm_caller_has_any(ctx, CSM_STR("user_admin")))
        return csm_error_field(&ctx->err, CSM_E_DENIED, "user", "a token for another user needs the role user_admin");
    CSM_TRY(csm_find_user(ctx, given.s, out));
    return csm_check_user_admin(ctx, *out);
}

static csm_status token_create(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value expires = in->values[2];
    csm_row *user = NULL, *row = NULL;
    csm_str secret, hash;
    csm_pair pairs[4];
    csm_writer *w;

    if (csm_call_of(ctx)->request_key.len > 0)
        return csm_error_field(&ctx->err, CSM_E_UNSUPPORTED, "request_key", "a secret is not kept for repeats");
    if (!csm_is_nil(expires) && expires.i <= ctx->now)
        return csm_error_field(&ctx->err, CSM_E_INVALID, "expires", "argument \"expires\" is in the past");
    CSM_TRY(token_user(ctx, in->values[1], &user));
    CSM_TRY(csm_secret_make(ctx->arena, &secret, &hash, &ctx->err));
    pairs[0] = (csm_pair){ CSM_STR("name"), in->values[0] };
    pairs[1] = (csm_pair){ CSM_STR("secret_hash"), csm_text(hash) };
    pairs[2] = (csm_pair){ CSM_STR("user"), csm_id_value(user->id) };
    pairs[3] = (csm_pair){ CSM_STR("expires"), expires };
    CSM_TRY(csm_own_insert(ctx, "sys_token", pairs, 4, &row));
    w = csm_reply_begin(out);
    csm_write_map(w, 4);
    csm_put_id(w, "id", row->id);
    csm_put_id(w, "user", user->id);
    csm_put_str(w, "token", secret);
    csm_put_value(w, "expires", expires);
    return CSM_OK;
}

static csm_status token_revoke(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_pair inactive = { CSM_STR("active"), csm_bool(false) };
    csm_row *row = NULL, *user = NULL;
    csm_id owner = { { 0 } };

    CSM_TRY(csm_find_id(ctx, "sys_token", in->values[0].id, &row));
    if (row != NULL)
        owner = csm_value_id(csm_row_field(row, "user"));
    if (row == NULL || (!csm_id_eq(owner, ctx->caller->user) && !csm_caller_has_any(ctx, CSM_STR("user_admin"))))
        return csm_error_field(&ctx->err, CSM_E_NOT_FOUND, "id", "no such token");
    if (!csm_id_eq(owner, ctx->caller->user)) {
        CSM_TRY(csm_find_id(ctx, "sys_user", owner, &user));
        if (user != NULL)
            CSM_TRY(csm_check_user_admin(ctx, user));
    }
    CSM_TRY(csm_own_update(ctx, row, &inactive, 1));
    csm_write_bool(csm_reply_begin(out), true);
    return CSM_OK;
}

static const csm_param create_params[] = {
    CSM_PARAM("name", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .min = 1, .max = 80, .doc = "What the token is for"),
    CSM_PARAM("user", CSM_T_TEXT, .max = 100, .doc = "User name or sys_id (user_admin); absent: oneself"),
    CSM_PARAM("expires", CSM_T_TIME, .doc = "When it ends; absent: never"),
};
static const csm_param revoke_params[] = {
    CSM_PARAM("id", CSM_T_ID, .flags = CSM_PARAM_REQUIRED, .table = "sys_token", .doc = "The token to end"),
};

static const csm_method methods[] = {
    { .name = "token.create", .params = CSM_ARRAY(create_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .since = 1, .run = token_create, .doc = "A secret that a program logs in with; shown this once",
      .returns_doc = "{id, user, token, expires}" },
    { .name = "token.revoke", .params = CSM_ARRAY(revoke_params), .returns = CSM_T_BOOL, .flags = CSM_METHOD_WRITES,
      .since = 1, .run = token_revoke, .doc = "Ends a token: connections that use it are refused at their next call" },
};

csm_method_set csm_methods_token(void)
{
    return CSM_METHOD_SET(methods);
}
