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
    if (!account && !consumer)
        return csm_fail_field(ctx, CSM_E_REJECTED, "account", "an account or a consumer is needed");
    return CSM_OK;
}

/* What runs began on its first day, and ends today or later. */
static csm_status check_running(csm_ctx *ctx, const csm_change *ch)
{
    csm_value ends = csm_change_new(ctx, ch, "ends");

    if (csm_change_get_op(ctx, ch) != CSM_UPDATING || !csm_change_by_client(ctx, ch) || csm_change_is_import(ctx, ch) ||
        !csm_str_is(csm_change_old_text(ctx, ch, "state"), "active"))
        return CSM_OK;
    if (csm_change_touches(ctx, ch, "starts"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "starts", "field \"starts\": fixed since the contract runs");
    if (csm_change_touches(ctx, ch, "ends") && ends.type == CSM_T_DATE && ends.i < csm_now(ctx) / CSM_DAY)
        return csm_fail_field(ctx, CSM_E_REJECTED, "ends", "field \"ends\": a contract that runs ends today or later");
    return CSM_OK;
}

static csm_status contract_check(csm_ctx *ctx, csm_change *ch)
{
    CSM_TRY(check_customer(ctx, ch));
    CSM_TRY(check_running(ctx, ch));
    return check_days(ctx, ch, "starts", "ends");
}

/* From @p from to @p to within the days of what it belongs to. */
static csm_status check_within(csm_ctx *ctx, const csm_change *ch, const char *from, const char *to, const char *table,
                               const char *field)
{
    csm_value starts = csm_change_new(ctx, ch, from), ends = csm_change_new(ctx, ch, to), first, last;
    csm_record *whole;

    if (csm_id_is_none(csm_change_new_ref(ctx, ch, field)))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, table, csm_change_new_ref(ctx, ch, field), &whole));
    if (whole == NULL)
        return CSM_OK; /* refused as a missing reference */
    first = csm_record_value(ctx, whole, "starts");
    last = csm_record_value(ctx, whole, "ends");
    if (starts.type == CSM_T_DATE && first.type == CSM_T_DATE && starts.i < first.i)
        return csm_fail_field(ctx, CSM_E_REJECTED, from, "field \"%s\": before the first day of its \"%s\"", from, field);
    if (ends.type == CSM_T_DATE && last.type == CSM_T_DATE && ends.i > last.i)
        return csm_fail_field(ctx, CSM_E_REJECTED, to, "field \"%s\": after the last day of its \"%s\"", to, field);
    return CSM_OK;
}

static csm_status line_check(csm_ctx *ctx, csm_change *ch)
{
    CSM_TRY(check_days(ctx, ch, "starts", "ends"));
    CSM_TRY(check_within(ctx, ch, "starts", "ends", "ast_contract", "contract"));
    return check_within(ctx, ch, "starts", "ends", "sn_pss_core_service_contract_line", "parent_contract_line");
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
    CSM_TRY(check_within(ctx, ch, "start_date", "end_date", "sn_pss_core_service_contract_line", "service_contract_line"));
    CSM_TRY(check_channels(ctx, csm_change_new_text(ctx, ch, "channel")));
    if (csm_change_new_bool(ctx, ch, "per_unit") && csm_is_nil(csm_change_new(ctx, ch, "total_units")))
        return csm_fail_field(ctx, CSM_E_INVALID, "total_units", "field \"total_units\": needed when counted per unit");
    if (csm_change_new_int(ctx, ch, "remaining_units") < 0)
        return csm_fail_field(ctx, CSM_E_INVALID, "remaining_units", "field \"remaining_units\": below 0");
    return CSM_OK;
}

/* Under the contract of its line; nothing of it is used yet. */
static csm_status entitlement_fill(csm_ctx *ctx, csm_change *ch)
{
    csm_record *line = NULL;

    if (csm_is_nil(csm_change_new(ctx, ch, "contract")))
        CSM_TRY(csm_record_find(ctx, "sn_pss_core_service_contract_line", csm_change_new_ref(ctx, ch, "service_contract_line"), &line));
    if (line != NULL)
        CSM_TRY(csm_change_set(ctx, ch, "contract", csm_record_value(ctx, line, "contract")));
    if (!csm_change_new_bool(ctx, ch, "per_unit") || !csm_is_nil(csm_change_new(ctx, ch, "remaining_units")))
        return CSM_OK;
    return csm_change_set(ctx, ch, "remaining_units", csm_change_new(ctx, ch, "total_units"));
}

#define RULE(t, w, o, f, d) { .table = (t), .when = (w), .order = (o), .run = (f), .name = "contracts." #f, .doc = (d) }

const csm_rule contracts_rules[CONTRACTS_RULES] = {
    RULE("ast_contract", CSM_BEFORE_WRITE, 50, contract_check, "One customer, sound dates"),
    RULE("sn_pss_core_service_contract_line", CSM_BEFORE_WRITE, 50, line_check, "Within its contract"),
    { .table = "ast_contract", .when = CSM_AFTER_UPDATE, .filter = "stateCHANGESTOexpired^NQstateCHANGESTOcancelled",
      .run = contract_ended, .name = "contracts.contract_ended", .doc = "Lines and entitlements end with it" },
    { .table = "sn_pss_core_service_contract_line", .when = CSM_AFTER_UPDATE,
      .filter = "stateCHANGESTOexpired^NQstateCHANGESTOcancelled", .run = line_ended, .name = "contracts.line_ended",
      .doc = "Lines below and entitlements end with it" },
    RULE("service_entitlement", CSM_BEFORE_INSERT, 40, entitlement_fill, "Under its line's contract, all units left"),
    RULE("service_entitlement", CSM_BEFORE_WRITE, 50, entitlement_check, "One customer, sound dates, channels, units"),
};
