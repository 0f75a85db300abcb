/* Rules of accounts: what a new one is, its code, its primary contact. */
#include "customer_base.h"

#define CODE_PROPERTY "com.snc.cs_base.last.generated.code.tree.path"
#define CODE_LENGTH 5
#define CODE_SKIP_MAX 100000

/* ---- codes: base 36, padded with '~' to five characters ---- */

static int64_t code_value(csm_str code)
{
    int64_t value = 0;

    for (size_t n = 0; n < code.len; n++) {
        char c = code.ptr[n];

        if (value > INT64_C(100000000000))
            return 0;
        if (c >= '0' && c <= '9')
            value = value * 36 + (c - '0');
        else if (c >= 'A' && c <= 'Z')
            value = value * 36 + (c - 'A') + 10;
        else if (c >= 'a' && c <= 'z')
            value = value * 36 + (c - 'a') + 10;
        else if (c != '~')
            return 0;
    }
    return value;
}

static csm_str code_text(csm_ctx *ctx, int64_t value)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char text[16];
    size_t at = sizeof(text);

    for (; value > 0; value /= 36)
        text[--at] = digits[value % 36];
    while (sizeof(text) - at < CODE_LENGTH)
        text[--at] = '~';
    return csm_printf(ctx, "%.*s", (int)(sizeof(text) - at), text + at);
}

static csm_status remember_code(csm_ctx *ctx, csm_str code)
{
    csm_record *row;

    CSM_TRY(csm_record_find_where(ctx, "sys_properties", "name=" CODE_PROPERTY, &row));
    if (row == NULL) {
        CSM_TRY(csm_record_create(ctx, "sys_properties", &row));
        CSM_TRY(csm_record_set_text(ctx, row, "name", CSM_STR(CODE_PROPERTY)));
        CSM_TRY(csm_record_set_text(ctx, row, "value", code));
        return csm_record_insert(ctx, row);
    }
    CSM_TRY(csm_record_set_text(ctx, row, "value", code));
    return csm_record_update(ctx, row);
}

/* Codes that an import brought are skipped, not failed on. */
csm_status account_next_code(csm_ctx *ctx, csm_str *out)
{
    int64_t value = code_value(csm_property_text(ctx, CODE_PROPERTY, ""));

    for (uint32_t tries = 0; tries < CODE_SKIP_MAX; tries++) {
        csm_str code = code_text(ctx, ++value);
        csm_record *taken = NULL;

        if (code.ptr == NULL)
            return CSM_E_NOMEM;
        CSM_TRY(csm_query_first(ctx, "customer_account", "account_code", csm_text(code), &taken));
        if (taken == NULL) {
            if (tries > 0)
                csm_log_info(ctx, "account code generator: skipped %u codes in use, next is %.*s", tries, CSM_STR_FMT(code));
            *out = code;
            return remember_code(ctx, code);
        }
    }
    return csm_fail(ctx, CSM_E_LIMIT, "no free account code within %d of the last one; set property \"%s\" to the highest",
                    CODE_SKIP_MAX, CODE_PROPERTY);
}

/* ---- the rules ---- */

/* A new account is a customer unless the writer says what it is. */
csm_status account_defaults(csm_ctx *ctx, csm_change *ch)
{
    csm_str code;

    if (!csm_change_given(ctx, ch, "customer") && !csm_change_new_bool(ctx, ch, "partner"))
        CSM_TRY(csm_change_set(ctx, ch, "customer", csm_bool(true)));
    if (csm_change_new_text(ctx, ch, "account_code").len > 0)
        return CSM_OK;
    CSM_TRY(account_next_code(ctx, &code));
    return csm_change_set(ctx, ch, "account_code", csm_text(code));
}

csm_status account_check(csm_ctx *ctx, csm_change *ch)
{
    csm_id person = csm_change_new_ref(ctx, ch, "primary_contact");
    csm_record *contact;

    if ((csm_change_get_op(ctx, ch) == CSM_INSERTING || csm_change_touches(ctx, ch, "customer") ||
         csm_change_touches(ctx, ch, "partner")) &&
        !csm_change_new_bool(ctx, ch, "customer") && !csm_change_new_bool(ctx, ch, "partner"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "customer", "an account must be a customer, a partner or both");
    if (csm_id_is_none(person) || !csm_change_touches(ctx, ch, "primary_contact"))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, "customer_contact", person, &contact));
    if (contact == NULL || !csm_id_eq(csm_record_ref(ctx, contact, "account"), csm_change_id(ctx, ch)))
        return csm_fail_field(ctx, CSM_E_REJECTED, "primary_contact",
                              "field \"primary_contact\": must be a contact of this account");
    return CSM_OK;
}
