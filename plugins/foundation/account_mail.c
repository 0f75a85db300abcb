/* Mails about a person's own account. The server queues the events; the mail is made here, whatever he says about
 * notifications: he asked for it, or must know of it. */
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

static csm_status password_reset(csm_ctx *ctx, const char *event, csm_value payload)
{
    (void)event;
    return mail_to(ctx, &payload, text_of(&payload, "email"), CSM_STR("Reset your password"),
                   csm_printf(ctx, "Somebody asked to reset your password. If it was you, this code does it, once: %.*s",
                              CSM_STR_FMT(text_of(&payload, "secret"))));
}

static csm_status email_change(csm_ctx *ctx, const char *event, csm_value payload)
{
    (void)event;
    return mail_to(ctx, &payload, text_of(&payload, "email"), CSM_STR("Confirm your new address"),
                   csm_printf(ctx, "To make this your e-mail address, use this code: %.*s",
                              CSM_STR_FMT(text_of(&payload, "secret"))));
}

static csm_status email_changed(csm_ctx *ctx, const char *event, csm_value payload)
{
    (void)event;
    return mail_to(ctx, &payload, text_of(&payload, "old"), CSM_STR("Your e-mail address was changed"),
                   csm_printf(ctx, "The e-mail address of your account is now %.*s. If you did not ask for this, tell us.",
                              CSM_STR_FMT(text_of(&payload, "new"))));
}

const csm_subscriber foundation_subscribers[FOUNDATION_SUBSCRIBERS] = {
    { .event = "password.reset", .run = password_reset, .doc = "Mails the link that resets a password" },
    { .event = "email.change", .run = email_change, .doc = "Mails the link to a new address" },
    { .event = "email.changed", .run = email_changed, .doc = "Tells the old address" },
};
