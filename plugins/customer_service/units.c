/* Entitlements that hang on a case as rows of their own, and what a case uses up of one. A row says how much, so that no case
 * takes twice, however often it closes. Source: DOMAIN 4.4. */
#include "customer_service.h"

#define CASE "sn_customerservice_case"
#define ROW "sn_customerservice_case_entitlement"
#define ENTITLEMENT "service_entitlement"
#define ONE INT64_C(1000000) /* decimals are millionths */

static csm_status find_row(csm_ctx *ctx, csm_id of_case, csm_id entitlement, csm_record **out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, ROW, &q));
    csm_query_where(ctx, q, "case", CSM_OP_EQ, csm_id_value(of_case));
    csm_query_where(ctx, q, "entitlement", CSM_OP_EQ, csm_id_value(entitlement));
    return csm_query_one(ctx, q, out);
}

static csm_status add_row(csm_ctx *ctx, csm_id of_case, csm_value entitlement, csm_value used)
{
    csm_record *row;

    CSM_TRY(csm_record_create(ctx, ROW, &row));
    CSM_TRY(csm_record_set_ref(ctx, row, "case", of_case));
    CSM_TRY(csm_record_set(ctx, row, "entitlement", entitlement));
    CSM_TRY(csm_record_set(ctx, row, "units_consumed", used));
    return csm_record_insert(ctx, row);
}

/* ---- several entitlements ---- */

csm_status case_entitlement_row(csm_ctx *ctx, csm_change *ch)
{
    csm_value found;

    if (!is_advanced(ctx) || csm_change_is_import(ctx, ch))
        return CSM_OK;
    CSM_TRY(entitlements_of(ctx, csm_change_record(ctx, ch), &found));
    return found.count > 0 ? add_row(ctx, csm_change_id(ctx, ch), found.list[0], csm_decimal(0)) : CSM_OK;
}

csm_status entitlement_row_check(csm_ctx *ctx, csm_change *ch)
{
    csm_value found;
    csm_record *of;

    if (!csm_change_by_client(ctx, ch) || csm_change_is_import(ctx, ch))
        return CSM_OK;
    if (!is_advanced(ctx))
        return csm_fail_field(ctx, CSM_E_REJECTED, "entitlement", "a case has one entitlement: set it on the case");
    CSM_TRY(csm_record_find(ctx, CASE, csm_change_new_ref(ctx, ch, "case"), &of));
    if (of == NULL)
        return CSM_OK; /* refused as a missing reference */
    if (!csm_record_bool(ctx, of, "active"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "case", "field \"case\": the case is closed");
    CSM_TRY(entitlements_of(ctx, of, &found));
    if (csm_list_has(found, csm_change_new_ref(ctx, ch, "entitlement")))
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_REJECTED, "entitlement", "field \"entitlement\": it does not hold for this case");
}

/* ---- using up ---- */

/* What the case takes in all, in millionths of a unit. */
static int64_t wanted(csm_ctx *ctx, const csm_change *ch, const csm_record *entitlement)
{
    if (csm_str_is(csm_record_text(ctx, entitlement, "unit"), "hours"))
        return csm_change_new_int(ctx, ch, "time_worked") * ONE / 3600;
    return ONE;
}

/* @p row: what the case took before, NULL = nothing. */
static csm_status use(csm_ctx *ctx, const csm_change *ch, csm_id id, csm_record *row)
{
    int64_t used = row != NULL ? csm_record_int(ctx, row, "units_consumed") : 0, left, more;
    csm_record *entitlement;

    CSM_TRY(csm_record_find(ctx, ENTITLEMENT, id, &entitlement));
    if (entitlement == NULL || !csm_record_bool(ctx, entitlement, "per_unit"))
        return CSM_OK;
    left = csm_record_int(ctx, entitlement, "remaining_units");
    more = wanted(ctx, ch, entitlement) - used;
    more = more < left ? more : left;
    if (more <= 0)
        return CSM_OK;
    CSM_TRY(csm_record_set(ctx, entitlement, "remaining_units", csm_decimal(left - more)));
    CSM_TRY(csm_record_update(ctx, entitlement));
    if (row == NULL)
        return add_row(ctx, csm_change_id(ctx, ch), csm_id_value(id), csm_decimal(more));
    CSM_TRY(csm_record_set(ctx, row, "units_consumed", csm_decimal(used + more)));
    return csm_record_update(ctx, row);
}

static csm_status use_rows(csm_ctx *ctx, const csm_change *ch)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, ROW, &q));
    csm_query_where(ctx, q, "case", CSM_OP_EQ, csm_id_value(csm_change_id(ctx, ch)));
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = use(ctx, ch, csm_record_ref(ctx, row, "entitlement"), row)) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

csm_status case_units(csm_ctx *ctx, csm_change *ch)
{
    csm_id id = csm_change_new_ref(ctx, ch, "entitlement");
    csm_record *row;

    if (csm_change_is_import(ctx, ch))
        return CSM_OK;
    if (is_advanced(ctx))
        return use_rows(ctx, ch);
    if (csm_id_is_none(id))
        return CSM_OK;
    CSM_TRY(find_row(ctx, csm_change_id(ctx, ch), id, &row));
    return use(ctx, ch, id, row);
}
