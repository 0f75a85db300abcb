/* Logging in and out, who one is, acting as somebody else. Passwords are compared before the write enters the queue
 * (prepare, on a hashing thread); the handler then decides on the newest row. What a failed login says and how long it takes
 * does not tell whether the name exists. Source: DESIGN 6, DOMAIN 3.5, 4.13. */
#include "rpc/method.h"

#include "engine/access/own.h"

#define SESSIONS_MAX 10000u
#define LIST_MAX 1000u

static bool caller_holds(csm_ctx *ctx, const csm_caller *caller, const char *role)
{
    return csm_caller_has(caller, csm_registry_role(ctx->reg, csm_str_of(role)));
}

/* ---- failures ---- */

static csm_status refuse_login(csm_ctx *ctx)
{
    csm_call *call = csm_call_of(ctx);

    call->refused = true;
    csm_error_set(&call->refusal, CSM_E_UNAUTHENTICATED,
                  "user name and password do not fit, or the user is locked or inactive");
    return CSM_OK;
}

/* Bookkeeping that is no change of the record: neither version nor history. */
static csm_status keep_count(csm_ctx *ctx, const csm_row *user, int64_t failed, bool logged_in)
{
    const csm_mfield *count = csm_mtable_field(user->table, CSM_STR("failed_attempts"));
    const csm_mfield *last = csm_mtable_field(user->table, CSM_STR("last_login_time"));
    csm_row *now = csm_row_copy(ctx->arena, user);

    if (now == NULL || count == NULL || last == NULL)
        return csm_ctx_nomem(ctx);
    now->values[count->pos] = csm_int(failed);
    if (logged_in)
        now->values[last->pos] = csm_time_value(ctx->now);
    return csm_row_put(ctx, user, now);
}

csm_status csm_login_failed(csm_ctx *ctx, const csm_row *user)
{
    int64_t most = csm_property_int(ctx, "login.max_failed", 10, 1, 1000);
    int64_t lock_minutes = csm_property_int(ctx, "login.lock_time", 15, 1, 525600);
    int64_t failed, total;

    /* Counted for unknown names too: both kinds of failure write, so both wait for one commit. */
    CSM_TRY(csm_counter_take(ctx, CSM_STR("login.failed"), 1, &total));
    if (user != NULL && csm_value_int(csm_row_field(user, "locked_until")) <= ctx->now) {
        failed = csm_value_int(csm_row_field(user, "failed_attempts")) + 1;
        if (failed < most) {
            CSM_TRY(keep_count(ctx, user, failed, false));
        } else {
            csm_pair pairs[] = { { CSM_STR("failed_attempts"), csm_int(0) },
                                 { CSM_STR("locked_until"), csm_time_value(ctx->now + lock_minutes * CSM_MINUTE) } };

            CSM_TRY(csm_own_update(ctx, user, pairs, 2));
        }
    }
    return refuse_login(ctx);
}

/* ---- login ---- */

csm_status csm_end_sessions(csm_ctx *ctx, csm_id user, csm_id keep)
{
    uint32_t deleted;

    return csm_own_delete_where(ctx, "sys_session", "user", CSM_OP_EQ, csm_id_value(user), keep, SESSIONS_MAX, &deleted);
}

static bool may_log_in(csm_ctx *ctx, const csm_row *user)
{
    return csm_value_bool(csm_row_field(user, "active")) && !csm_value_bool(csm_row_field(user, "locked_out")) &&
           csm_value_int(csm_row_field(user, "locked_until")) <= ctx->now;
}

/* Who holds neither explicit role gets one with his first login: an employee's, unless his row is of a table of its own. */
static csm_status give_explicit_role(csm_ctx *ctx, const csm_row *user)
{
    csm_caller *caller = NULL;
    csm_pair pairs[2];
    csm_row *row;
    bool has_one;

    CSM_TRY(csm_caller_make(ctx, user->id, &caller));
    has_one = caller->is_external || caller_holds(ctx, caller, "snc_internal");
    csm_caller_free(caller);
    if (has_one)
        return CSM_OK;
    pairs[0] = (csm_pair){ CSM_STR("user"), csm_id_value(user->id) };
    pairs[1] = (csm_pair){ CSM_STR("role"),
                           csm_id_value(csm_role_row_id(ctx->arena, user->table->parent == NULL ? "snc_internal"
                                                                                               : "snc_external")) };
    return csm_own_insert(ctx, "sys_user_has_role", pairs, 2, &row);
}

static void write_roles(csm_ctx *ctx, csm_writer *w, const csm_caller *caller)
{
    csm_open_list list;

    csm_write_cstr(w, "roles");
    list = csm_list_begin(w);
    for (uint32_t n = 0; n < ctx->reg->role_count; n++)
        if (caller->arena != NULL && csm_caller_has(caller, &ctx->reg->roles[n])) {
            csm_write_cstr(w, ctx->reg->roles[n].name);
            list.count++;
        }
    csm_list_end(w, list);
}

/* What session.login and session.whoami tell. */
static void write_whoami(csm_ctx *ctx, csm_writer *w, const csm_caller *caller, const csm_identity *identity)
{
    csm_write_map(w, 10);
    csm_put_id(w, "user", caller->user);
    csm_put_str(w, "user_name", caller->user_name);
    write_roles(ctx, w, caller);
    csm_put_bool(w, "admin", caller->is_admin);
    csm_put_bool(w, "external", caller->is_external);
    csm_put_id(w, "acting", caller->acting);
    csm_put_str(w, "acting_name", caller->acting_name);
    csm_put_bool(w, "local_admin", identity->local_admin);
    csm_put_bool(w, "must_change_password", caller->must_change_password);
    csm_put_id(w, "session", identity->session);
}

/* The connection becomes the user's; @p secret (may be empty) logs in again under the same session. */
static csm_status enter(csm_ctx *ctx, const csm_row *user, csm_identity identity, csm_str secret, csm_time expires,
                        csm_reply *out)
{
    csm_call *call = csm_call_of(ctx);
    csm_caller *caller = NULL;
    csm_writer *w;

    CSM_TRY(csm_caller_make(ctx, user->id, &caller));
    call->changes_identity = true;
    call->new_identity = identity;
    w = csm_reply_begin(out);
    csm_write_map(w, 3);
    csm_write_cstr(w, "user");
    write_whoami(ctx, w, caller, &identity);
    csm_put_str(w, "token", secret);
    csm_put_time(w, "expires", expires);
    csm_caller_free(caller);
    return CSM_OK;
}

static csm_status login_succeeds(csm_ctx *ctx, const csm_row *user, csm_reply *out)
{
    csm_time expires = ctx->now + (int64_t)ctx->engine->limits.session_hours * CSM_HOUR;
    csm_identity identity = { .user = user->id };
    csm_str secret, hash;
    csm_pair pairs[4];
    csm_row *row;

    CSM_TRY(keep_count(ctx, user, 0, true));
    CSM_TRY(give_explicit_role(ctx, user));
    CSM_TRY(csm_secret_make(ctx->arena, &secret, &hash, &ctx->err));
    pairs[0] = (csm_pair){ CSM_STR("secret_hash"), csm_text(hash) };
    pairs[1] = (csm_pair){ CSM_STR("user"), csm_id_value(user->id) };
    pairs[2] = (csm_pair){ CSM_STR("address"), csm_ctext(csm_call_of(ctx)->session->address) };
    pairs[3] = (csm_pair){ CSM_STR("expires"), csm_time_value(expires) };
    CSM_TRY(csm_own_insert(ctx, "sys_session", pairs, 4, &row));
    identity.session = row->id;
    return enter(ctx, user, identity, secret, expires, out);
}

static csm_status refuse_secret(csm_ctx *ctx)
{
    CSM_TRY(csm_login_failed(ctx, NULL));
    csm_error_set(&csm_call_of(ctx)->refusal, CSM_E_UNAUTHENTICATED,
                  "the token is unknown or has ended, or its user is locked or inactive");
    return CSM_OK;
}

/* An API token, or the secret a login of the same person was answered with. */
static csm_status login_by_secret(csm_ctx *ctx, csm_str secret, csm_reply *out)
{
    csm_identity identity = { 0 };
    csm_row *row = NULL, *user = NULL;
    csm_value expires;
    csm_str hash;

    CSM_TRY(csm_secret_digest(ctx->arena, secret, &hash, &ctx->err));
    CSM_TRY(csm_find_row(ctx, "sys_token", "secret_hash", csm_text(hash), &row));
    if (row != NULL && csm_value_bool(csm_row_field(row, "active"))) {
        identity.token = row->id;
    } else {
        CSM_TRY(csm_find_row(ctx, "sys_session", "secret_hash", csm_text(hash), &row));
        if (row != NULL)
            identity.session = row->id;
    }
    if (row == NULL)
        return refuse_secret(ctx);
    expires = csm_row_field(row, "expires");
    identity.user = csm_value_id(csm_row_field(row, "user"));
    CSM_TRY(csm_find_id(ctx, "sys_user", identity.user, &user));
    if (user == NULL || !may_log_in(ctx, user) || (!csm_is_nil(expires) && expires.i <= ctx->now))
        return refuse_secret(ctx);
    CSM_TRY(keep_count(ctx, user, csm_value_int(csm_row_field(user, "failed_attempts")), true));
    CSM_TRY(give_explicit_role(ctx, user));
    return enter(ctx, user, identity, (csm_str){ 0 }, csm_value_int(expires), out);
}

csm_status csm_prepare_login(csm_ctx *ctx, csm_call *call)
{
    const csm_method *decl = call->method->decl;
    csm_pair *pairs = csm_arena_array(ctx->arena, 3, sizeof(*pairs));
    csm_row *user = NULL;
    csm_args args;
    csm_str stored = { 0 }, password;
    bool fits;

    if (pairs == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_args_parse(ctx, decl->params.items, decl->params.count, call->given, &args));
    if (!csm_is_nil(args.values[2]))
        return csm_is_nil(args.values[0]) && csm_is_nil(args.values[1])
                   ? CSM_OK
                   : csm_ctx_fail(ctx, CSM_E_INVALID, "give user and password, or a token");
    password = csm_value_text(args.values[1]);
    if (csm_value_text(args.values[0]).len == 0 || password.len == 0)
        return csm_ctx_fail(ctx, CSM_E_INVALID, "give user and password, or a token");
    CSM_TRY(csm_find_row(ctx, "sys_user", "user_name", args.values[0], &user));
    if (user != NULL) {
        stored = csm_arena_str(ctx->arena, csm_value_text(csm_row_field(user, "password_hash")));
        if (stored.ptr == NULL)
            return csm_ctx_nomem(ctx);
    }
    fits = csm_password_check(stored, password);
    pairs[0] = (csm_pair){ CSM_STR("user"), user != NULL ? csm_id_value(user->id) : csm_nil() };
    pairs[1] = (csm_pair){ CSM_STR("stored"), csm_text(stored) };
    pairs[2] = (csm_pair){ CSM_STR("fits"), csm_bool(fits) };
    call->prepared = csm_map(pairs, 3);
    return CSM_OK;
}

static csm_status session_login(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    const csm_value *prepared = &csm_call_of(ctx)->prepared;
    const csm_value *user_id, *stored, *fits;
    csm_row *user = NULL;

    if (!csm_is_nil(in->values[2]))
        return login_by_secret(ctx, csm_value_text(in->values[2]), out);
    user_id = csm_map_get(prepared, "user");
    stored = csm_map_get(prepared, "stored");
    fits = csm_map_get(prepared, "fits");
    if (user_id == NULL || stored == NULL || fits == NULL)
        return csm_ctx_fail(ctx, CSM_E_INTERNAL, "the login was not prepared");
    if (!csm_is_nil(*user_id))
        CSM_TRY(csm_find_id(ctx, "sys_user", user_id->id, &user));
    /* A password changed since it was compared is compared with again by the next try. */
    if (user == NULL || !fits->b || !may_log_in(ctx, user) ||
        !csm_str_eq(csm_value_text(csm_row_field(user, "password_hash")), stored->s))
        return csm_login_failed(ctx, user);
    return login_succeeds(ctx, user, out);
}

/* ---- logout, whoami ---- */

static csm_status session_logout(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_call *call = csm_call_of(ctx);
    csm_row *row = NULL;

    (void)in;
    if (!csm_id_is_none(call->identity.session))
        CSM_TRY(csm_find_id(ctx, "sys_session", call->identity.session, &row));
    if (row != NULL)
        CSM_TRY(csm_own_delete(ctx, row));
    call->changes_identity = true;
    call->new_identity = (csm_identity){ .local_admin = call->session->options.local_admin };
    csm_write_bool(csm_reply_begin(out), true);
    return CSM_OK;
}

static csm_status session_whoami(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    (void)in;
    write_whoami(ctx, csm_reply_begin(out), ctx->caller, &csm_call_of(ctx)->identity);
    return CSM_OK;
}

csm_status csm_need_login(csm_ctx *ctx)
{
    if (!csm_id_is_none(ctx->caller->user))
        return CSM_OK;
    return csm_ctx_fail(ctx, CSM_E_UNAUTHENTICATED, "log in as a user first: session.login");
}

/* ---- become ---- */

/* The person behind the call must be an administrator, whoever he acts as now. */
static csm_status check_may_become(csm_ctx *ctx, const csm_identity *identity, csm_id real)
{
    csm_caller *caller = NULL;
    bool is_admin;

    if (identity->local_admin)
        return CSM_OK;
    CSM_TRY(csm_caller_make(ctx, real, &caller));
    is_admin = caller->is_admin;
    csm_caller_free(caller);
    return is_admin ? CSM_OK : csm_ctx_fail(ctx, CSM_E_DENIED, "only an administrator acts as somebody else");
}

static csm_status session_become(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_call *call = csm_call_of(ctx);
    csm_identity identity = call->identity;
    csm_id none = { { 0 } }, real = csm_id_is_none(identity.acting) ? identity.user : identity.acting;
    csm_pair pairs[2];
    csm_caller *caller = NULL;
    csm_row *user = NULL;

    CSM_TRY(check_may_become(ctx, &identity, real));
    if (identity.local_admin)
        real = none;
    if (!csm_is_nil(in->values[0])) {
        CSM_TRY(csm_find_user(ctx, in->values[0].s, &user));
        if (!may_log_in(ctx, user))
            return csm_error_field(&ctx->err, CSM_E_REJECTED, "user", "the user is inactive or locked");
        CSM_TRY(give_explicit_role(ctx, user));
    }
    identity.user = user != NULL ? user->id : real;
    identity.acting = user != NULL && !csm_id_eq(user->id, real) ? real : none;
    pairs[0] = (csm_pair){ CSM_STR("user"), csm_id_value(identity.user) };
    pairs[1] = (csm_pair){ CSM_STR("by"), csm_text(ctx->caller->acting_name.len > 0 ? ctx->caller->acting_name
                                                                                     : ctx->caller->user_name) };
    CSM_TRY(csm_request_log_event(ctx, CSM_STR("session.become"), csm_map(pairs, 2)));
    CSM_TRY(csm_caller_make_acting(ctx, identity.user, identity.acting, identity.local_admin, &caller));
    call->changes_identity = true;
    call->new_identity = identity;
    write_whoami(ctx, csm_reply_begin(out), caller, &identity);
    csm_caller_free(caller);
    return CSM_OK;
}

/* ---- sessions of oneself and, for administrators, of all ---- */

static void write_session(csm_ctx *ctx, csm_writer *w, const csm_row *row)
{
    const csm_mfield *user = csm_mtable_field(row->table, CSM_STR("user"));

    csm_write_map(w, 7);
    csm_put_id(w, "id", row->id);
    csm_put_id(w, "user", csm_value_id(csm_row_field(row, "user")));
    csm_put_str(w, "name", user != NULL ? csm_present_display(ctx, row, user) : (csm_str){ 0 });
    csm_put_value(w, "address", csm_row_field(row, "address"));
    csm_put_value(w, "created", csm_row_field(row, "sys_created_on"));
    csm_put_value(w, "expires", csm_row_field(row, "expires"));
    csm_put_bool(w, "current", csm_id_eq(row->id, csm_call_of(ctx)->identity.session));
}

/* Whose sessions are asked for. Only an administrator is told that a name is unknown: to others he is one without sessions. */
static csm_status find_listed(csm_ctx *ctx, csm_str name, csm_id *out)
{
    csm_row *user = NULL;
    csm_status st = csm_find_user(ctx, name, &user);

    *out = user != NULL ? user->id : (csm_id){ { 0 } };
    if (st != CSM_E_NOT_FOUND || ctx->caller->is_admin)
        return st;
    csm_error_clear(&ctx->err);
    return CSM_OK;
}

static csm_status session_list(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_query_spec spec = { .limit = LIST_MAX };
    const csm_mfield *by_user;
    csm_cursor *cursor = NULL;
    csm_row *row = NULL;
    csm_id user;
    csm_open_list list;
    csm_writer *w;
    csm_status st;

    CSM_TRY(csm_registry_get_table(ctx->reg, CSM_STR("sys_session"), &spec.table, &ctx->err));
    CSM_TRY(csm_mtable_get_field(spec.table, CSM_STR("user"), &by_user, &ctx->err));
    if (!csm_is_nil(in->values[0])) {
        CSM_TRY(find_listed(ctx, in->values[0].s, &user));
        spec.filter.expr = csm_expr_term(ctx->arena, by_user, CSM_OP_EQ, csm_id_value(user));
        if (spec.filter.expr == NULL)
            return csm_ctx_nomem(ctx);
    }
    CSM_TRY(csm_cursor_open(ctx, &spec, &cursor));
    w = csm_reply_begin(out);
    list = csm_list_begin(w);
    while ((st = csm_cursor_next(ctx, cursor, &row, NULL)) == CSM_OK && row != NULL) {
        write_session(ctx, w, row);
        list.count++;
    }
    csm_list_end(w, list);
    csm_cursor_close(cursor);
    return st;
}

static csm_status session_end(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_row *row = NULL;

    CSM_TRY(csm_find_id(ctx, "sys_session", in->values[0].id, &row));
    if (row == NULL || (!ctx->caller->is_admin && !csm_id_eq(csm_value_id(csm_row_field(row, "user")), ctx->caller->user)))
        return csm_error_field(&ctx->err, CSM_E_NOT_FOUND, "id", "no such session");
    CSM_TRY(csm_own_delete(ctx, row));
    csm_write_bool(csm_reply_begin(out), true);
    return CSM_OK;
}

csm_status csm_check_user_admin(csm_ctx *ctx, const csm_row *user)
{
    bool allowed = false;
    csm_status st;

    CSM_TRY(csm_access_row(ctx, user, CSM_OP_WRITE, &allowed, NULL));
    if (!allowed)
        return csm_ctx_fail(ctx, CSM_E_DENIED, "the caller may not change this user");
    csm_ctx_enter_system(ctx);
    st = csm_own_check_over(ctx, user->id);
    csm_ctx_leave_system(ctx);
    return st;
}

static csm_status session_unlock(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_pair pairs[] = { { CSM_STR("failed_attempts"), csm_int(0) },
                         { CSM_STR("locked_until"), csm_nil() },
                         { CSM_STR("locked_out"), csm_bool(false) } };
    csm_row *user = NULL;

    CSM_TRY(csm_find_user(ctx, csm_value_text(in->values[0]), &user));
    CSM_TRY(csm_check_user_admin(ctx, user));
    CSM_TRY(csm_own_update(ctx, user, pairs, 3));
    csm_write_bool(csm_reply_begin(out), true);
    return CSM_OK;
}

/* ---- the set ---- */

static const csm_param login_params[] = {
    CSM_PARAM("user", CSM_T_TEXT, .max = 100, .doc = "User name"),
    CSM_PARAM("password", CSM_T_TEXT, .max = 256, .doc = "Password"),
    CSM_PARAM("token", CSM_T_TEXT, .max = 200, .doc = "Instead of both: an API token, or the token of an earlier login"),
};
static const csm_param become_params[] = {
    CSM_PARAM("user", CSM_T_TEXT, .max = 100, .doc = "User name or sys_id; absent: oneself again"),
};
static const csm_param list_params[] = {
    CSM_PARAM("user", CSM_T_TEXT, .max = 100, .doc = "User name or sys_id; absent: all that the caller may see"),
};
static const csm_param end_params[] = {
    CSM_PARAM("id", CSM_T_ID, .flags = CSM_PARAM_REQUIRED, .table = "sys_session", .doc = "The session to end"),
};
static const csm_param unlock_params[] = {
    CSM_PARAM("user", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 100, .doc = "User name or sys_id"),
};

#define ANYBODY (CSM_METHOD_OPEN | CSM_METHOD_EXTERNAL)

static const csm_method methods[] = {
    { .name = "session.login", .params = CSM_ARRAY(login_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES | ANYBODY,
      .since = 1, .run = session_login, .doc = "Makes this connection the user's; the same answer for every kind of failure",
      .returns_doc = "{user: as session.whoami, token: logs in again, expires}" },
    { .name = "session.logout", .returns = CSM_T_BOOL, .flags = CSM_METHOD_WRITES | ANYBODY, .since = 1,
      .run = session_logout, .doc = "Ends this login; the connection stays" },
    { .name = "session.whoami", .returns = CSM_T_MAP, .flags = ANYBODY, .since = 1, .run = session_whoami,
      .doc = "Who calls, with which roles",
      .returns_doc = "{user, user_name, roles, admin, external, acting, acting_name, local_admin, must_change_password, "
                     "session}" },
    { .name = "session.become", .params = CSM_ARRAY(become_params), .returns = CSM_T_MAP,
      .flags = CSM_METHOD_WRITES | CSM_METHOD_EXTERNAL, .since = 1, .run = session_become,
      .doc = "An administrator acts as another user, whose rights he then has; both names are recorded",
      .returns_doc = "As session.whoami" },
    { .name = "session.list", .params = CSM_ARRAY(list_params), .returns = CSM_T_LIST, .flags = CSM_METHOD_EXTERNAL,
      .since = 1, .run = session_list, .doc = "One's own sessions; all of them for an administrator",
      .returns_doc = "[{id, user, name, address, created, expires, current}]" },
    { .name = "session.end", .params = CSM_ARRAY(end_params), .returns = CSM_T_BOOL,
      .flags = CSM_METHOD_WRITES | CSM_METHOD_EXTERNAL, .since = 1, .run = session_end,
      .doc = "Ends a session of one's own, or any for an administrator: its next call is refused" },
    { .name = "session.unlock", .params = CSM_ARRAY(unlock_params), .returns = CSM_T_BOOL, .flags = CSM_METHOD_WRITES,
      .role = "user_admin", .since = 1, .run = session_unlock, .doc = "Lets a locked user log in again" },
};

csm_method_set csm_methods_session(void)
{
    return CSM_METHOD_SET(methods);
}
