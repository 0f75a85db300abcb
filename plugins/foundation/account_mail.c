/* Mails about a person's own account, made here whatever he says about notifications: he asked for them, or must know. */
#include "foundation.h"

static csm_str text_of(const csm_value *payload, const char *key)
{
    const csm_value *value = csm_map_get(payload, key);

    return value != NULL ? csm_value_text(*value) : (csm_str){ 0 };
}

static csm_status mail_to(csm_ctx *ctx, const csm_value *payload, csm_str address, csm_str subject, csm_str body)
{
    const csm_value *user = csm_map_get(payload, "user");

    if (address.len == 0)
        return CSM_OK;
    if (body.ptr == NULL)
        return CSM_E_NOMEM;
    return mail_add(ctx, address, user != NULL ? csm_value_id(*user) : (csm_id){ { 0 } }, subject, body, NULL,
                    (csm_id){ { 0 } });
}

/* Several accounts may have one address: the mail says which is meant. */
static csm_status mail_link(csm_ctx *ctx, const csm_args *in)
{
    csm_str secret = csm_arg_text(ctx, in, 3), name, body;
    bool reset = csm_str_is(csm_arg_text(ctx, in, 0), "password");
    csm_record *user;

    CSM_TRY(csm_record_get(ctx, "sys_user", csm_arg_id(ctx, in, 1), &user));
    name = csm_record_text(ctx, user, "user_name");
    body = reset ? csm_printf(ctx, "Somebody asked to reset the password of %.*s. If it was you, this code does it, once: %.*s",
                              CSM_STR_FMT(name), CSM_STR_FMT(secret))
                 : csm_printf(ctx, "To make this the e-mail address of %.*s, use this code: %.*s", CSM_STR_FMT(name),
                              CSM_STR_FMT(secret));
    if (body.ptr == NULL)
        return CSM_E_NOMEM;
    return mail_add(ctx, csm_arg_text(ctx, in, 2), csm_arg_id(ctx, in, 1),
                    reset ? CSM_STR("Reset your password") : CSM_STR("Confirm your new address"), body, NULL,
                    (csm_id){ { 0 } });
}

static csm_verdict user_link(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    (void)out;
    return mail_link(ctx, in) == CSM_OK ? CSM_HANDLED : CSM_REJECT;
}

static csm_status email_changed(csm_ctx *ctx, const char *event, csm_value payload)
{
    (void)event;
    return mail_to(ctx, &payload, text_of(&payload, "old"), CSM_STR("Your e-mail address was changed"),
                   csm_printf(ctx, "The e-mail address of your account is now %.*s. If you did not ask for this, tell us.",
                              CSM_STR_FMT(text_of(&payload, "new"))));
}

const csm_subscriber foundation_subscribers[FOUNDATION_SUBSCRIBERS] = {
    { .event = "email.changed", .run = email_changed, .doc = "Tells the old address" },
};

const csm_impl foundation_impls[FOUNDATION_IMPLS] = {
    { .point = CSM_POINT_USER_LINK, .order = 100, .run = user_link, .doc = "Mails the code in plain text" },
};
