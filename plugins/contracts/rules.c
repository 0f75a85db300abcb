/* Whose a contract or entitlement is, and that its days make sense. */
#include "contracts.h"

static csm_status check_days(csm_ctx *ctx, const csm_change *ch, const char *from, const char *to)
{
    csm_value start = csm_change_new(ctx, ch, from), end = csm_change_new(ctx, ch, to);

    if (start.type == CSM_T_DATE && end.type == CSM_T_DATE && end.i < start.i)
        return csm_fail_field(ctx, CSM_E_INVALID, to, "field \"%s\": before the first day", to);
    return CSM_OK;
}

/* One customer: an account, or a consumer with or without household, or a household. */
static csm_status check_customer(csm_ctx *ctx, const csm_change *ch)
{
    bool account = !csm_id_is_none(csm_change_new_ref(ctx, ch, "account"));
    bool consumer = !csm_id_is_none(csm_change_new_ref(ctx, ch, "consumer")) ||
                    !csm_id_is_none(csm_change_new_ref(ctx, ch, "household"));

    if (account && consumer)
        return csm_fail_field(ctx, CSM_E_REJECTED, "account", "either an account or a consumer, not both");
    return CSM_OK;
}

static csm_status contract_check(csm_ctx *ctx, csm_change *ch)
{
    CSM_TRY(check_customer(ctx, ch));
    return check_days(ctx, ch, "starts", "ends");
}

/* A line lies within its contract. */
static csm_status line_check(csm_ctx *ctx, csm_change *ch)
{
    csm_value starts = csm_change_new(ctx, ch, "starts"), ends = csm_change_new(ctx, ch, "ends"), from, to;
    csm_record *contract;

    CSM_TRY(check_days(ctx, ch, "starts", "ends"));
    CSM_TRY(csm_record_find(ctx, "ast_contract", csm_change_new_ref(ctx, ch, "contract"), &contract));
    if (contract == NULL)
        return CSM_OK; /* refused as a missing reference */
    from = csm_record_value(ctx, contract, "starts");
    to = csm_record_value(ctx, contract, "ends");
    if (starts.type == CSM_T_DATE && from.type == CSM_T_DATE && starts.i < from.i)
        return csm_fail_field(ctx, CSM_E_REJECTED, "starts", "field \"starts\": before the contract's first day");
    if (ends.type == CSM_T_DATE && to.type == CSM_T_DATE && ends.i > to.i)
        return csm_fail_field(ctx, CSM_E_REJECTED, "ends", "field \"ends\": after the contract's last day");
    return CSM_OK;
}

static bool is_channel(csm_str name)
{
    static const char *const channels[] = { "email", "web", "phone", "chat", "social" };

    for (size_t n = 0; n < sizeof(channels) / sizeof(channels[0]); n++)
        if (csm_str_is(name, channels[n]))
            return true;
    return false;
}

static csm_status check_channels(csm_ctx *ctx, csm_str list)
{
    size_t from = 0;

    for (size_t n = 0; n <= list.len; n++) {
        csm_str name = { list.ptr + from, n - from };

        if (n < list.len && list.ptr[n] != ',')
            continue;
        if (list.len > 0 && !is_channel(name))
            return csm_fail_field(ctx, CSM_E_INVALID, "channel",
                                  "field \"channel\": \"%.*s\" is none of email, web, phone, chat, social",
                                  CSM_STR_FMT(name));
        from = n + 1;
    }
    return CSM_OK;
}

static csm_status entitlement_check(csm_ctx *ctx, csm_change *ch)
{
    CSM_TRY(check_customer(ctx, ch));
    CSM_TRY(check_days(ctx, ch, "start_date", "end_date"));
    CSM_TRY(check_channels(ctx, csm_change_new_text(ctx, ch, "channel")));
    if (csm_change_new_bool(ctx, ch, "per_unit") && csm_is_nil(csm_change_new(ctx, ch, "total_units")))
        return csm_fail_field(ctx, CSM_E_INVALID, "total_units", "field \"total_units\": needed when counted per unit");
    if (csm_change_new_int(ctx, ch, "remaining_units") < 0)
        return csm_fail_field(ctx, CSM_E_INVALID, "remaining_units", "field \"remaining_units\": below 0");
    return CSM_OK;
}

/* Nothing of it is used yet. */
static csm_status entitlement_units(csm_ctx *ctx, csm_change *ch)
{
    if (!csm_change_new_bool(ctx, ch, "per_unit") || !csm_is_nil(csm_change_new(ctx, ch, "remaining_units")))
        return CSM_OK;
    return csm_change_set(ctx, ch, "remaining_units", csm_change_new(ctx, ch, "total_units"));
}

#define RULE(t, w, o, f, d) { .table = (t), .when = (w), .order = (o), .run = (f), .name = "contracts." #f, .doc = (d) }

const csm_rule contracts_rules[CONTRACTS_RULES] = {
    RULE("ast_contract", CSM_BEFORE_WRITE, 50, contract_check, "One customer, sound dates"),
    RULE("sn_pss_core_service_contract_line", CSM_BEFORE_WRITE, 50, line_check, "Within its contract"),
    RULE("service_entitlement", CSM_BEFORE_INSERT, 40, entitlement_units, "All units are left"),
    RULE("service_entitlement", CSM_BEFORE_WRITE, 50, entitlement_check, "One customer, sound dates, channels, units"),
};
