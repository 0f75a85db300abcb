/* Passwords and e-mail addresses: changed by oneself, set by an administrator, reset by a link that is mailed, works once
 * and lapses. Hashing is done before the write enters the queue. The mail itself is somebody else's: point
 * "user.link/1" is handed the secret, event "email.changed" tells of a new address. Source: DOMAIN 4.13. */
#include "rpc/method.h"

#include "engine/rule/rule.h"

#define SECRETS_PER_USER 3u /* links of one kind alive at a time: more are not mailed */

static csm_status parse(csm_ctx *ctx, csm_call *call, csm_args *args)
{
    const csm_method *decl = call->method->decl;

    return csm_args_parse(ctx, decl->params.items, decl->params.count, call->given, args);
}

static csm_status put_prepared(csm_ctx *ctx, csm_call *call, csm_str stored, bool fits, csm_str hash)
{
    csm_pair *pairs = csm_arena_array(ctx->arena, 3, sizeof(*pairs));

    if (pairs == NULL)
        return csm_ctx_nomem(ctx);
    pairs[0] = (csm_pair){ CSM_STR("stored"), csm_text(stored) };
    pairs[1] = (csm_pair){ CSM_STR("fits"), csm_bool(fits) };
    pairs[2] = (csm_pair){ CSM_STR("hash"), csm_text(hash) };
    call->prepared = csm_map(pairs, 3);
    return CSM_OK;
}

static csm_status new_hash(csm_ctx *ctx, csm_str password, csm_str *out)
{
    CSM_TRY(csm_password_rule(password, &ctx->err));
    return csm_password_make(ctx->arena, password, out, &ctx->err);
}

static csm_str prepared_text(csm_ctx *ctx, const char *key)
{
    const csm_value *value = csm_map_get(&csm_call_of(ctx)->prepared, key);

    return value != NULL ? csm_value_text(*value) : (csm_str){ 0 };
}

/* The new hash; whoever waits behind a lock by failed logins is let in again. */
static csm_status store_password(csm_ctx *ctx, const csm_row *user, bool needs_reset)
{
    csm_str hash = prepared_text(ctx, "hash");
    csm_pair pairs[] = { { CSM_STR("password_hash"), csm_text(hash) },
                         { CSM_STR("password_needs_reset"), csm_bool(needs_reset) },
                         { CSM_STR("failed_attempts"), csm_int(0) },
                         { CSM_STR("locked_until"), csm_nil() } };

    if (hash.len == 0)
        return csm_ctx_fail(ctx, CSM_E_INTERNAL, "the password was not prepared");
    return csm_own_update(ctx, user, pairs, 4);
}

/* ---- one's own ---- */

csm_status csm_prepare_change(csm_ctx *ctx, csm_call *call)
{
    csm_row *user = NULL;
    csm_str stored, hash = { 0 };
    csm_args args;
    bool fits;

    CSM_TRY(parse(ctx, call, &args));
    CSM_TRY(csm_need_login(ctx));
    CSM_TRY(csm_find_id(ctx, "sys_user", ctx->caller->user, &user));
    stored = csm_arena_str(ctx->arena, user != NULL ? csm_value_text(csm_row_field(user, "password_hash")) : (csm_str){ 0 });
    if (stored.ptr == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_password_rule(csm_value_text(args.values[1]), &ctx->err));
    fits = csm_password_check(stored, csm_value_text(args.values[0]));
    if (fits)
        CSM_TRY(new_hash(ctx, csm_value_text(args.values[1]), &hash));
    return put_prepared(ctx, call, stored, fits, hash);
}

static csm_status change_password(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_call *call = csm_call_of(ctx);
    const csm_value *fits = csm_map_get(&call->prepared, "fits");
    csm_row *user = NULL;

    CSM_TRY(csm_need_login(ctx));
    if (csm_str_eq(csm_value_text(in->values[0]), csm_value_text(in->values[1])))
        return csm_error_field(&ctx->err, CSM_E_INVALID, "new", "the new password is the old one");
    CSM_TRY(csm_find_id(ctx, "sys_user", ctx->caller->user, &user));
    if (user == NULL || fits == NULL || !fits->b ||
        !csm_str_eq(csm_value_text(csm_row_field(user, "password_hash")), prepared_text(ctx, "stored"))) {
        CSM_TRY(csm_login_failed(ctx, user)); /* guessing goes no faster this way */
        csm_error_set(&call->refusal, CSM_E_UNAUTHENTICATED, "the old password does not fit");
        return CSM_OK;
    }
    CSM_TRY(store_password(ctx, user, false));
    CSM_TRY(csm_end_sessions(ctx, user->id, call->identity.session));
    csm_write_bool(csm_reply_begin(out), true);
    return CSM_OK;
}

/* ---- somebody else's ---- */

csm_status csm_prepare_set(csm_ctx *ctx, csm_call *call)
{
    csm_args args;
    csm_str hash;

    CSM_TRY(parse(ctx, call, &args));
    CSM_TRY(new_hash(ctx, csm_value_text(args.values[1]), &hash));
    return put_prepared(ctx, call, (csm_str){ 0 }, false, hash);
}

static csm_status set_password(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    bool needs_reset = csm_is_nil(in->values[2]) || in->values[2].b;
    csm_row *user = NULL;

    CSM_TRY(csm_find_user(ctx, csm_value_text(in->values[0]), &user));
    CSM_TRY(csm_check_user_admin(ctx, user));
    if (csm_is_nil(csm_row_field(user, "user_name")))
        return csm_ctx_fail(ctx, CSM_E_REJECTED, "the user has no user_name to log in with");
    CSM_TRY(store_password(ctx, user, needs_reset));
    CSM_TRY(csm_end_sessions(ctx, user->id, (csm_id){ { 0 } }));
    csm_write_bool(csm_reply_begin(out), true);
    return CSM_OK;
}

/* ---- links ---- */

static csm_time link_life(csm_ctx *ctx)
{
    return csm_property_int(ctx, "login.reset_link_life", 1, 1, 720) * CSM_HOUR;
}

/* How many live links of a kind the user has. */
static csm_status count_links(csm_ctx *ctx, const csm_row *user, const char *kind, uint64_t *out)
{
    csm_query_spec spec = { 0 };
    const csm_mfield *by_user, *by_kind, *by_expiry;
    csm_status st;

    CSM_TRY(csm_registry_get_table(ctx->reg, CSM_STR("sys_one_time_secret"), &spec.table, &ctx->err));
    CSM_TRY(csm_mtable_get_field(spec.table, CSM_STR("user"), &by_user, &ctx->err));
    CSM_TRY(csm_mtable_get_field(spec.table, CSM_STR("kind"), &by_kind, &ctx->err));
    CSM_TRY(csm_mtable_get_field(spec.table, CSM_STR("expires"), &by_expiry, &ctx->err));
    spec.filter.expr = csm_expr_and(
        ctx->arena, csm_expr_term(ctx->arena, by_user, CSM_OP_EQ, csm_id_value(user->id)),
        csm_expr_and(ctx->arena, csm_expr_term(ctx->arena, by_kind, CSM_OP_EQ, csm_ctext(kind)),
                     csm_expr_term(ctx->arena, by_expiry, CSM_OP_GT, csm_time_value(ctx->now))));
    if (spec.filter.expr == NULL)
        return csm_ctx_nomem(ctx);
    csm_ctx_enter_system(ctx);
    st = csm_query_count_rows(ctx, &spec, out);
    csm_ctx_leave_system(ctx);
    return st;
}

/* Keeps the hash of a fresh secret and hands the secret itself to who mails it: it is in no log. */
static csm_status send_link(csm_ctx *ctx, const csm_row *user, const char *kind, csm_str to)
{
    csm_time expires = ctx->now + link_life(ctx);
    csm_pair row[5], in[5];
    csm_str secret, hash;
    csm_row *written;
    csm_value ignored;
    uint64_t alive;
    csm_status st;

    CSM_TRY(count_links(ctx, user, kind, &alive));
    if (alive >= SECRETS_PER_USER)
        return CSM_OK;
    CSM_TRY(csm_secret_make(ctx->arena, &secret, &hash, &ctx->err));
    row[0] = (csm_pair){ CSM_STR("user"), csm_id_value(user->id) };
    row[1] = (csm_pair){ CSM_STR("kind"), csm_ctext(kind) };
    row[2] = (csm_pair){ CSM_STR("secret_hash"), csm_text(hash) };
    row[3] = (csm_pair){ CSM_STR("value"), csm_text(to) };
    row[4] = (csm_pair){ CSM_STR("expires"), csm_time_value(expires) };
    CSM_TRY(csm_own_insert(ctx, "sys_one_time_secret", row, 5, &written));
    in[0] = (csm_pair){ CSM_STR("kind"), csm_ctext(kind) };
    in[1] = (csm_pair){ CSM_STR("user"), csm_id_value(user->id) };
    in[2] = (csm_pair){ CSM_STR("email"), csm_text(to) };
    in[3] = (csm_pair){ CSM_STR("secret"), csm_text(secret) };
    in[4] = (csm_pair){ CSM_STR("expires"), csm_time_value(expires) };
    csm_ctx_enter_system(ctx);
    st = csm_point_run(ctx, csm_registry_point(ctx->reg, CSM_STR(CSM_POINT_USER_LINK)), csm_map(in, 5), &ignored);
    csm_ctx_leave_system(ctx);
    return st;
}

/* The live link of a secret and its user. One answer for unknown, used and lapsed. */
static csm_status find_link(csm_ctx *ctx, const char *kind, csm_str secret, csm_row **link, csm_row **user)
{
    csm_row *row = NULL, *owner = NULL;
    csm_str hash;

    CSM_TRY(csm_secret_digest(ctx->arena, secret, &hash, &ctx->err));
    CSM_TRY(csm_find_row(ctx, "sys_one_time_secret", "secret_hash", csm_text(hash), &row));
    if (row != NULL && csm_str_is(csm_value_text(csm_row_field(row, "kind")), kind) &&
        csm_value_int(csm_row_field(row, "expires")) > ctx->now)
        CSM_TRY(csm_find_id(ctx, "sys_user", csm_value_id(csm_row_field(row, "user")), &owner));
    if (owner == NULL || !csm_value_bool(csm_row_field(owner, "active")))
        return csm_error_field(&ctx->err, CSM_E_NOT_FOUND, "secret", "the link is unknown, used or lapsed");
    *link = row;
    *user = owner;
    return CSM_OK;
}

#define RESETS_MAX 5u /* users mailed at once */

typedef struct users {
    csm_id ids[RESETS_MAX];
    csm_time since[RESETS_MAX]; /* oldest first */
    uint32_t count;
} users;

static void add_user(users *a, const csm_row *row)
{
    csm_time since = csm_value_int(csm_row_field(row, "sys_created_on"));
    uint32_t at = a->count < RESETS_MAX ? a->count++ : RESETS_MAX;

    for (; at > 0 && a->since[at - 1] > since; at--)
        if (at < RESETS_MAX) {
            a->ids[at] = a->ids[at - 1];
            a->since[at] = a->since[at - 1];
        }
    if (at < RESETS_MAX) {
        a->ids[at] = row->id;
        a->since[at] = since;
    }
}

/* The active users with that address who may log in, the oldest ones: whoever gives a new one somebody's address keeps him from
 * nothing. */
static csm_status find_by_email(csm_ctx *ctx, csm_str email, users *out)
{
    csm_query_spec spec = { 0 };
    const csm_mfield *by_email;
    csm_cursor *cursor = NULL;
    csm_row *row = NULL;
    csm_status st;

    *out = (users){ .count = 0 };
    CSM_TRY(csm_registry_get_table(ctx->reg, CSM_STR("sys_user"), &spec.table, &ctx->err));
    CSM_TRY(csm_mtable_get_field(spec.table, CSM_STR("email"), &by_email, &ctx->err));
    spec.filter.expr = csm_expr_term(ctx->arena, by_email, CSM_OP_EQ, csm_text(email));
    if (spec.filter.expr == NULL)
        return csm_ctx_nomem(ctx);
    csm_ctx_enter_system(ctx);
    st = csm_cursor_open(ctx, &spec, &cursor);
    while (st == CSM_OK && (st = csm_cursor_next(ctx, cursor, &row, NULL)) == CSM_OK && row != NULL)
        if (csm_value_bool(csm_row_field(row, "active")) && !csm_is_nil(csm_row_field(row, "user_name")))
            add_user(out, row);
    csm_cursor_close(cursor);
    csm_ctx_leave_system(ctx);
    return st;
}

static csm_status request_reset(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    users found;
    csm_row *user;
    int64_t asked;

    /* Counted in any case, so that known and unknown addresses both wait for a commit. */
    CSM_TRY(csm_counter_take(ctx, CSM_STR("login.reset_asked"), 1, &asked));
    CSM_TRY(find_by_email(ctx, csm_value_text(in->values[0]), &found));
    for (uint32_t n = 0; n < found.count; n++) {
        CSM_TRY(csm_find_id(ctx, "sys_user", found.ids[n], &user));
        if (user != NULL)
            CSM_TRY(send_link(ctx, user, "password", csm_value_text(csm_row_field(user, "email"))));
    }
    csm_write_bool(csm_reply_begin(out), true);
    return CSM_OK;
}

csm_status csm_prepare_reset(csm_ctx *ctx, csm_call *call)
{
    csm_row *link, *user;
    csm_str hash;
    csm_args args;

    CSM_TRY(parse(ctx, call, &args));
    CSM_TRY(find_link(ctx, "password", csm_value_text(args.values[0]), &link, &user)); /* nothing is hashed for guesses */
    CSM_TRY(new_hash(ctx, csm_value_text(args.values[1]), &hash));
    return put_prepared(ctx, call, (csm_str){ 0 }, false, hash);
}

static csm_status reset_password(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_row *link, *user;

    CSM_TRY(find_link(ctx, "password", csm_value_text(in->values[0]), &link, &user));
    CSM_TRY(csm_own_delete(ctx, link));
    CSM_TRY(store_password(ctx, user, false));
    CSM_TRY(csm_end_sessions(ctx, user->id, (csm_id){ { 0 } }));
    csm_write_bool(csm_reply_begin(out), true);
    return CSM_OK;
}

/* ---- addresses ---- */

static csm_status change_email(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_str email = csm_str_trim(csm_value_text(in->values[0]));
    csm_row *user = NULL;

    CSM_TRY(csm_need_login(ctx));
    if (!csm_str_is_mail_address(email))
        return csm_error_field(&ctx->err, CSM_E_INVALID, "email", "\"%.*s\" is no e-mail address", CSM_STR_FMT(email));
    CSM_TRY(csm_find_id(ctx, "sys_user", ctx->caller->user, &user));
    if (user == NULL)
        return csm_ctx_fail(ctx, CSM_E_NOT_FOUND, "the user is gone");
    CSM_TRY(send_link(ctx, user, "email", email));
    csm_write_bool(csm_reply_begin(out), true);
    return CSM_OK;
}

static csm_status confirm_email(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_row *link, *user;
    csm_pair pairs[3], email;

    CSM_TRY(find_link(ctx, "email", csm_value_text(in->values[0]), &link, &user));
    email = (csm_pair){ CSM_STR("email"), csm_row_field(link, "value") };
    pairs[0] = (csm_pair){ CSM_STR("user"), csm_id_value(user->id) };
    pairs[1] = (csm_pair){ CSM_STR("old"), csm_row_field(user, "email") };
    pairs[2] = (csm_pair){ CSM_STR("new"), email.value };
    CSM_TRY(csm_own_update(ctx, user, &email, 1));
    CSM_TRY(csm_own_delete(ctx, link));
    CSM_TRY(csm_request_log_event(ctx, CSM_STR("email.changed"), csm_map(pairs, 3))); /* the old address is told */
    csm_write_bool(csm_reply_begin(out), true);
    return CSM_OK;
}

/* ---- the set ---- */

static const csm_param change_params[] = {
    CSM_PARAM("old", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 256, .doc = "The password until now"),
    CSM_PARAM("new", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 256, .doc = "The password from now on"),
};
static const csm_param set_params[] = {
    CSM_PARAM("user", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 100, .doc = "User name or sys_id"),
    CSM_PARAM("password", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 256, .doc = "The new password"),
    CSM_PARAM("needs_reset", CSM_T_BOOL, .doc = "He must change it at his next login (default true)"),
};
static const csm_param request_params[] = {
    CSM_PARAM("email", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 100, .doc = "E-mail address of the user"),
};
static const csm_param reset_params[] = {
    CSM_PARAM("secret", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 200, .doc = "The secret of the mailed link"),
    CSM_PARAM("password", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 256, .doc = "The new password"),
};
static const csm_param email_params[] = {
    CSM_PARAM("email", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 100, .doc = "The new address"),
};
static const csm_param confirm_params[] = {
    CSM_PARAM("secret", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 200, .doc = "The secret of the mailed link"),
};

#define BEFORE_LOGIN (CSM_METHOD_WRITES | CSM_METHOD_OPEN | CSM_METHOD_EXTERNAL)

static const csm_method methods[] = {
    { .name = "session.change_password", .params = CSM_ARRAY(change_params), .returns = CSM_T_BOOL, .flags = BEFORE_LOGIN,
      .since = 1, .run = change_password, .doc = "Changes the caller's own password and ends his other sessions" },
    { .name = "user.set_password", .params = CSM_ARRAY(set_params), .returns = CSM_T_BOOL, .flags = CSM_METHOD_WRITES,
      .role = "user_admin", .since = 1, .run = set_password, .doc = "Sets another user's password and ends his sessions" },
    { .name = "session.request_reset", .params = CSM_ARRAY(request_params), .returns = CSM_T_BOOL, .flags = BEFORE_LOGIN,
      .since = 1, .run = request_reset, .doc = "Mails a link that resets the password; the same answer for unknown addresses" },
    { .name = "session.reset_password", .params = CSM_ARRAY(reset_params), .returns = CSM_T_BOOL, .flags = BEFORE_LOGIN,
      .since = 1, .run = reset_password, .doc = "Sets a new password by a mailed link, which is then used up" },
    { .name = "session.change_email", .params = CSM_ARRAY(email_params), .returns = CSM_T_BOOL,
      .flags = CSM_METHOD_WRITES | CSM_METHOD_EXTERNAL, .since = 1, .run = change_email,
      .doc = "Mails a link to the caller's new address, which counts once the link was opened" },
    { .name = "session.confirm_email", .params = CSM_ARRAY(confirm_params), .returns = CSM_T_BOOL, .flags = BEFORE_LOGIN,
      .since = 1, .run = confirm_email, .doc = "Makes the address a link was mailed to the person's own" },
};

csm_method_set csm_methods_password(void)
{
    return CSM_METHOD_SET(methods);
}
