/* Methods of people who lost their password or have a new address. Both go by a link that is mailed, works once and
 * lapses; the answer to an unknown address is the one a known address gets. */
#include "foundation.h"

typedef struct link_request {
    const char *kind;
    csm_record *user;
    csm_str to, value, subject, text;
} link_request;

static csm_status make_link(csm_ctx *ctx, const link_request *request)
{
    csm_record *link;
    csm_str secret, hash, body, hours = csm_property_text(ctx, "login.reset_link_life", "1");
    int64_t life = 0;

    for (size_t n = 0; n < hours.len && n < 4 && hours.ptr[n] >= '0' && hours.ptr[n] <= '9'; n++)
        life = life * 10 + (hours.ptr[n] - '0');
    CSM_TRY(csm_secret_new(ctx, &secret, &hash));
    CSM_TRY(csm_record_create(ctx, "sys_one_time_link", &link));
    CSM_TRY(csm_record_set_ref(ctx, link, "user", csm_record_id(ctx, request->user)));
    CSM_TRY(csm_record_set_text(ctx, link, "kind", csm_str_of(request->kind)));
    CSM_TRY(csm_record_set_text(ctx, link, "secret_hash", hash));
    CSM_TRY(csm_record_set_text(ctx, link, "value", request->value));
    CSM_TRY(csm_record_set(ctx, link, "expires", csm_time_value(csm_now(ctx) + (life > 0 ? life : 1) * CSM_HOUR)));
    CSM_TRY(csm_record_insert(ctx, link));
    body = csm_printf(ctx, "%.*s\n%.*s", CSM_STR_FMT(request->text), CSM_STR_FMT(secret));
    if (body.ptr == NULL)
        return CSM_E_NOMEM;
    return mail_add(ctx, request->to, csm_record_id(ctx, request->user), request->subject, body, NULL, (csm_id){ { 0 } });
}

/* The live link of a secret, marked used. NOT_FOUND for all others alike. */
static csm_status use_link(csm_ctx *ctx, const char *kind, csm_str secret, csm_record **out_link, csm_record **out_user)
{
    csm_query *q;
    csm_record *link;
    csm_str hash;

    CSM_TRY(csm_secret_hash(ctx, secret, &hash));
    CSM_TRY(csm_query_open(ctx, "sys_one_time_link", &q));
    csm_query_where(ctx, q, "secret_hash", CSM_OP_EQ, csm_text(hash));
    csm_query_where(ctx, q, "kind", CSM_OP_EQ, csm_ctext(kind));
    csm_query_limit(ctx, q, 1);
    CSM_TRY(csm_query_next(ctx, q, &link));
    if (link == NULL || csm_record_bool(ctx, link, "used") || csm_record_time(ctx, link, "expires") < csm_now(ctx))
        return csm_fail(ctx, CSM_E_NOT_FOUND, "the link is unknown, used or lapsed");
    CSM_TRY(csm_record_get(ctx, "sys_one_time_link", csm_record_id(ctx, link), out_link));
    csm_query_close(ctx, q);
    CSM_TRY(csm_record_get(ctx, "sys_user", csm_record_ref(ctx, *out_link, "user"), out_user));
    if (!csm_record_bool(ctx, *out_user, "active"))
        return csm_fail(ctx, CSM_E_NOT_FOUND, "the link is unknown, used or lapsed");
    CSM_TRY(csm_record_set_bool(ctx, *out_link, "used", true));
    return csm_record_update(ctx, *out_link);
}

/* ---- passwords ---- */

/* One active person with that address and a login; two of them cannot be told apart and get none. */
static csm_status find_login(csm_ctx *ctx, csm_str email, csm_record **out)
{
    csm_query *q;
    csm_record *row, *found = NULL;

    CSM_TRY(csm_query_open(ctx, "sys_user", &q));
    csm_query_where(ctx, q, "email", CSM_OP_EQ, csm_text(email));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    csm_query_where(ctx, q, "user_name", CSM_OP_NOT_EMPTY, csm_nil());
    csm_query_limit(ctx, q, 2);
    CSM_TRY(csm_query_next(ctx, q, &row));
    if (row != NULL) {
        CSM_TRY(csm_record_get(ctx, "sys_user", csm_record_id(ctx, row), &found));
        CSM_TRY(csm_query_next(ctx, q, &row));
        if (row != NULL)
            found = NULL;
    }
    csm_query_close(ctx, q);
    *out = found;
    return CSM_OK;
}

static csm_status send_reset(csm_ctx *ctx, void *arg)
{
    const csm_str *email = arg;
    link_request request = { .kind = "password", .to = *email, .subject = CSM_STR("Reset your password"),
                             .text = CSM_STR("Somebody asked to reset your password. If it was you, use this code:") };

    CSM_TRY(find_login(ctx, *email, &request.user));
    return request.user != NULL ? make_link(ctx, &request) : CSM_OK;
}

static csm_status request_reset(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_str email = csm_arg_text(ctx, in, 0);

    CSM_TRY(csm_as_plugin(ctx, send_reset, &email));
    return csm_reply_value(ctx, out, csm_ctext("if the address is known, a mail is on its way"));
}

typedef struct new_password {
    csm_str secret, password;
} new_password;

static csm_status set_password(csm_ctx *ctx, void *arg)
{
    const new_password *wanted = arg;
    csm_record *link, *user;
    csm_str hash;

    CSM_TRY(use_link(ctx, "password", wanted->secret, &link, &user));
    CSM_TRY(csm_password_hash(ctx, wanted->password, &hash));
    CSM_TRY(csm_record_set_text(ctx, user, "password_hash", hash));
    CSM_TRY(csm_record_set_bool(ctx, user, "password_needs_reset", false));
    CSM_TRY(csm_record_set_int(ctx, user, "failed_attempts", 0));
    return csm_record_update(ctx, user);
}

static csm_status reset_password(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    new_password wanted = { csm_arg_text(ctx, in, 0), csm_arg_text(ctx, in, 1) };

    CSM_TRY(csm_as_plugin(ctx, set_password, &wanted));
    return csm_reply_value(ctx, out, csm_bool(true));
}

/* ---- addresses ---- */

static csm_status send_change(csm_ctx *ctx, void *arg)
{
    const csm_str *email = arg;
    link_request request = { .kind = "email", .to = *email, .value = *email, .subject = CSM_STR("Confirm your new address"),
                             .text = CSM_STR("To make this your e-mail address, use this code:") };

    CSM_TRY(csm_record_get(ctx, "sys_user", csm_caller_user(ctx), &request.user));
    return make_link(ctx, &request);
}

static csm_status request_change(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_str email = csm_arg_text(ctx, in, 0);

    if (email.len < 3 || memchr(email.ptr, '@', email.len) == NULL)
        return csm_fail_field(ctx, CSM_E_INVALID, "email", "\"%.*s\" is no e-mail address", CSM_STR_FMT(email));
    CSM_TRY(csm_as_plugin(ctx, send_change, &email));
    return csm_reply_value(ctx, out, csm_ctext("a mail to the new address is on its way"));
}

static csm_status set_email(csm_ctx *ctx, void *arg)
{
    const csm_str *secret = arg;
    csm_record *link, *user;

    CSM_TRY(use_link(ctx, "email", *secret, &link, &user));
    CSM_TRY(csm_record_set_text(ctx, user, "email", csm_record_text(ctx, link, "value")));
    return csm_record_update(ctx, user);
}

static csm_status confirm_change(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_str secret = csm_arg_text(ctx, in, 0);

    CSM_TRY(csm_as_plugin(ctx, set_email, &secret));
    return csm_reply_value(ctx, out, csm_bool(true));
}

static const csm_param email_params[] = {
    CSM_PARAM("email", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 100, .doc = "E-mail address"),
};
static const csm_param secret_params[] = {
    CSM_PARAM("secret", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 200, .doc = "The code of the mail"),
};
static const csm_param reset_params[] = {
    CSM_PARAM("secret", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 200, .doc = "The code of the mail"),
    CSM_PARAM("password", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 200, .doc = "The new password"),
};

#define BEFORE_LOGIN (CSM_METHOD_WRITES | CSM_METHOD_OPEN | CSM_METHOD_EXTERNAL)

const csm_method foundation_methods[FOUNDATION_METHODS] = {
    { .name = "password.request_reset", .params = CSM_ARRAY(email_params), .returns = CSM_T_TEXT, .flags = BEFORE_LOGIN,
      .since = 1, .run = request_reset, .doc = "Mails a link that resets the password; says the same for unknown addresses" },
    { .name = "password.reset", .params = CSM_ARRAY(reset_params), .returns = CSM_T_BOOL, .flags = BEFORE_LOGIN, .since = 1,
      .run = reset_password, .doc = "Sets a new password by a mailed link, which then is used up" },
    { .name = "email.request_change", .params = CSM_ARRAY(email_params), .returns = CSM_T_TEXT,
      .flags = CSM_METHOD_WRITES | CSM_METHOD_EXTERNAL, .since = 1, .run = request_change,
      .doc = "Mails a link to the caller's new address" },
    { .name = "email.confirm_change", .params = CSM_ARRAY(secret_params), .returns = CSM_T_BOOL, .flags = BEFORE_LOGIN,
      .since = 1, .run = confirm_change, .doc = "Makes the address the link was mailed to the person's own" },
};
