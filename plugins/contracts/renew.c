/* Renewing: a draft for the time after the old end, with the old lines, entitlements and covered assets; the old one stays as it
 * is. What other plugins hang on a contract they copy at point contract.renewed/1. Source: DOMAIN 4.18. */
#include "contracts.h"

#define LINE "sn_pss_core_service_contract_line"
#define ENTITLEMENT "service_entitlement"
#define PARTS_MAX 2000u

typedef struct renewal {
    csm_id from, to;   /* the contracts */
    int64_t shift;     /* days from an old date to its new one */
} renewal;

/* Copies the fields of @p names, comma separated, that hold something. */
static csm_status copy_fields(csm_ctx *ctx, const csm_record *from, csm_record *to, const char *const *names, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        csm_value value = csm_record_value(ctx, from, names[n]);

        if (!csm_is_nil(value))
            CSM_TRY(csm_record_set(ctx, to, names[n], value));
    }
    return CSM_OK;
}
#define COPY(ctx, from, to, names) copy_fields(ctx, from, to, names, sizeof(names) / sizeof((names)[0]))

static csm_status shift_day(csm_ctx *ctx, const renewal *r, const csm_record *from, csm_record *to, const char *field)
{
    csm_value day = csm_record_value(ctx, from, field);

    return day.type == CSM_T_DATE ? csm_record_set(ctx, to, field, csm_date_value(day.i + r->shift)) : CSM_OK;
}

/* Where it came from, and the first of all it came from. */
static csm_status set_origin(csm_ctx *ctx, const csm_record *from, csm_record *to)
{
    csm_value root = csm_record_value(ctx, from, "renewal_root");

    CSM_TRY(csm_record_set_ref(ctx, to, "renewed_from", csm_record_id(ctx, from)));
    return csm_record_set(ctx, to, "renewal_root", csm_is_nil(root) ? csm_id_value(csm_record_id(ctx, from)) : root);
}

/* The new line that an old one became; nil when there is none. */
static csm_status renewed_line(csm_ctx *ctx, const renewal *r, csm_value old, csm_value *out)
{
    csm_query *q;
    csm_record *row;

    *out = csm_nil();
    if (csm_is_nil(old))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, LINE, &q));
    csm_query_where(ctx, q, "renewed_from", CSM_OP_EQ, old);
    csm_query_where(ctx, q, "contract", CSM_OP_EQ, csm_id_value(r->to));
    CSM_TRY(csm_query_one(ctx, q, &row));
    if (row != NULL)
        *out = csm_id_value(csm_record_id(ctx, row));
    return CSM_OK;
}

static csm_status renew_line(csm_ctx *ctx, const renewal *r, const csm_record *old)
{
    static const char *const kept[] = { "name", "product", "product_offering", "location" };
    csm_record *line;

    CSM_TRY(csm_record_create(ctx, LINE, &line));
    CSM_TRY(COPY(ctx, old, line, kept));
    CSM_TRY(csm_record_set_ref(ctx, line, "contract", r->to));
    CSM_TRY(shift_day(ctx, r, old, line, "starts"));
    CSM_TRY(shift_day(ctx, r, old, line, "ends"));
    CSM_TRY(set_origin(ctx, old, line));
    return csm_record_insert(ctx, line);
}

/* The tree of lines, once all of them are there. */
static csm_status hang_line(csm_ctx *ctx, const renewal *r, const csm_record *old)
{
    csm_value line, above;
    csm_record *rec;

    if (csm_is_nil(csm_record_value(ctx, old, "parent_contract_line")))
        return CSM_OK;
    CSM_TRY(renewed_line(ctx, r, csm_id_value(csm_record_id(ctx, old)), &line));
    CSM_TRY(renewed_line(ctx, r, csm_record_value(ctx, old, "parent_contract_line"), &above));
    CSM_TRY(csm_record_get(ctx, LINE, csm_value_id(line), &rec));
    CSM_TRY(csm_record_set(ctx, rec, "parent_contract_line", above));
    return csm_record_update(ctx, rec);
}

static csm_status renew_entitlement(csm_ctx *ctx, const renewal *r, const csm_record *old)
{
    static const char *const kept[] = { "name", "account", "consumer", "household", "contact", "product", "asset", "channel",
                                        "schedule", "per_unit", "unit", "total_units" };
    csm_record *entitlement;
    csm_value line;

    CSM_TRY(renewed_line(ctx, r, csm_record_value(ctx, old, "service_contract_line"), &line));
    CSM_TRY(csm_record_create(ctx, ENTITLEMENT, &entitlement));
    CSM_TRY(COPY(ctx, old, entitlement, kept));
    CSM_TRY(csm_record_set_ref(ctx, entitlement, "contract", r->to));
    CSM_TRY(csm_record_set(ctx, entitlement, "service_contract_line", line));
    CSM_TRY(csm_record_set(ctx, entitlement, "state", csm_ctext("draft")));
    CSM_TRY(shift_day(ctx, r, old, entitlement, "start_date"));
    CSM_TRY(shift_day(ctx, r, old, entitlement, "end_date"));
    CSM_TRY(set_origin(ctx, old, entitlement));
    return csm_record_insert(ctx, entitlement);
}

static csm_status renew_asset(csm_ctx *ctx, const renewal *r, const csm_record *old)
{
    csm_record *covered;

    if (!csm_is_nil(csm_record_value(ctx, old, "removed")))
        return CSM_OK;
    CSM_TRY(csm_record_create(ctx, "clm_m2m_contract_asset", &covered));
    CSM_TRY(csm_record_set_ref(ctx, covered, "contract", r->to));
    CSM_TRY(csm_record_set(ctx, covered, "asset", csm_record_value(ctx, old, "asset")));
    return csm_record_insert(ctx, covered);
}

static csm_status each(csm_ctx *ctx, const renewal *r, const char *table,
                       csm_status (*run)(csm_ctx *ctx, const renewal *r, const csm_record *old))
{
    csm_query *q;
    csm_record *row;
    csm_status st;
    uint32_t count = 0;

    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, "contract", CSM_OP_EQ, csm_id_value(r->from));
    csm_query_limit(ctx, q, PARTS_MAX + 1);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        st = ++count > PARTS_MAX ? csm_fail(ctx, CSM_E_LIMIT, "the contract has more than %u rows of %s", PARTS_MAX, table)
                                 : run(ctx, r, row);
        if (st != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

static csm_status renew_contract(csm_ctx *ctx, renewal *r)
{
    static const char *const kept[] = { "short_description", "account", "consumer", "household", "contract_model", "vendor",
                                        "vendor_contract", "contract_administrator", "approver", "process_non_contractual_slas",
                                        "renewable", "cost" };
    csm_record *old, *contract;
    csm_value starts, ends;

    CSM_TRY(csm_record_get(ctx, "ast_contract", r->from, &old));
    starts = csm_record_value(ctx, old, "starts");
    ends = csm_record_value(ctx, old, "ends");
    if (ends.type != CSM_T_DATE || starts.type != CSM_T_DATE)
        return csm_fail_field(ctx, CSM_E_REJECTED, "ends", "the contract has no last day to be renewed after");
    r->shift = ends.i - starts.i + 1;
    CSM_TRY(csm_record_create(ctx, csm_record_table(ctx, old), &contract));
    CSM_TRY(COPY(ctx, old, contract, kept));
    CSM_TRY(shift_day(ctx, r, old, contract, "starts"));
    CSM_TRY(shift_day(ctx, r, old, contract, "ends"));
    if (csm_table_has_field(ctx, csm_record_table(ctx, old), "renewed_from"))
        CSM_TRY(set_origin(ctx, old, contract));
    CSM_TRY(csm_record_insert(ctx, contract));
    r->to = csm_record_id(ctx, contract);
    return CSM_OK;
}

static csm_status renew(csm_ctx *ctx, void *arg)
{
    renewal *r = arg;
    csm_pair pairs[2];
    csm_value nothing;

    CSM_TRY(renew_contract(ctx, r));
    CSM_TRY(each(ctx, r, LINE, renew_line));
    CSM_TRY(each(ctx, r, LINE, hang_line));
    CSM_TRY(each(ctx, r, ENTITLEMENT, renew_entitlement));
    CSM_TRY(each(ctx, r, "clm_m2m_contract_asset", renew_asset));
    pairs[0] = (csm_pair){ CSM_STR_INIT("from"), csm_id_value(r->from) };
    pairs[1] = (csm_pair){ CSM_STR_INIT("to"), csm_id_value(r->to) };
    return csm_point_call(ctx, POINT_RENEWED, csm_map(pairs, 2), &nothing);
}

static csm_status renew_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    renewal r = { .from = csm_arg_id(ctx, in, 0) };
    csm_record *rec;
    csm_str state;

    CSM_TRY(csm_record_get(ctx, "ast_contract", r.from, &rec));
    state = csm_record_text(ctx, rec, "state");
    if (!csm_str_is(state, "active") && !csm_str_is(state, "expired"))
        return csm_fail(ctx, CSM_E_STATE, "the contract is %.*s: one that is active or expired is renewed", CSM_STR_FMT(state));
    CSM_TRY(csm_as_plugin(ctx, renew, &r));
    CSM_TRY(csm_record_get(ctx, "ast_contract", r.to, &rec));
    return csm_reply_record(ctx, out, rec);
}

static const csm_param renew_params[] = { CSM_PARAM_ID("id", .table = "ast_contract", .doc = "Active or expired") };

const csm_method contracts_methods[CONTRACTS_METHODS] = {
    { .name = "contract.renew", .params = CSM_ARRAY(renew_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = "contract_manager", .since = 1, .run = renew_method,
      .doc = "A draft with lines, entitlements and what is covered, from the day after the last one on, as long as the old one; "
             "answers it" },
};
