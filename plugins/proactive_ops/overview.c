/* What one item went through, for whoever may read it: its health, cases, outages and entitlements. Source: DOMAIN 4.16.8. */
#include "proactive_ops.h"

#define SHOWN_MAX 100u
#define HISTORY (30 * CSM_DAY)

/* ---- cases: those the caller may read ---- */

static csm_status show_case(csm_ctx *ctx, csm_id id, csm_value *list)
{
    static const char *const shown[] = { "number", "short_description", "state", "opened_at", "proactive" };
    csm_value one = csm_map(NULL, 0);
    csm_record *rec;
    bool open;

    CSM_TRY(csm_record_find(ctx, CASE, id, &rec));
    if (rec == NULL || list->count >= SHOWN_MAX)
        return CSM_OK;
    open = csm_record_int(ctx, rec, "state") != CASE_CLOSED && csm_record_int(ctx, rec, "state") != CASE_CANCELLED;
    if (csm_record_time(ctx, rec, "opened_at") < csm_now(ctx) - HISTORY && !(open && csm_record_bool(ctx, rec, "proactive")))
        return CSM_OK;
    for (uint32_t n = 0; n < list->count; n++)
        if (csm_id_eq(csm_value_id(*csm_map_get(&list->list[n], "case")), id))
            return CSM_OK;
    CSM_TRY(csm_map_add(ctx, &one, "case", csm_id_value(id)));
    for (size_t n = 0; n < sizeof(shown) / sizeof(shown[0]); n++)
        CSM_TRY(csm_map_add(ctx, &one, shown[n], csm_record_value(ctx, rec, shown[n])));
    CSM_TRY(csm_map_add(ctx, &one, "state_label", csm_text(csm_record_display(ctx, rec, "state"))));
    return csm_list_add(ctx, list, one);
}

static csm_status show_found(csm_ctx *ctx, const char *table, const char *item_field, const char *case_field, csm_id item, csm_value *list)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, item_field, CSM_OP_EQ, csm_id_value(item));
    csm_query_order(ctx, q, "sys_id", CSM_DESC);
    csm_query_limit(ctx, q, 1000);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        csm_id id = case_field != NULL ? csm_record_ref(ctx, row, case_field) : csm_record_id(ctx, row);

        if (!csm_id_is_none(id) && (st = show_case(ctx, id, list)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

/* ---- outages: of what stands behind the item, which the caller may not read itself ---- */

typedef struct behind {
    csm_id item;
    csm_value outages;
} behind;

static const char *phase_of(csm_ctx *ctx, const csm_record *outage)
{
    csm_value end = csm_record_value(ctx, outage, "end");

    if (csm_record_time(ctx, outage, "begin") > csm_now(ctx))
        return "planned";
    return end.type == CSM_T_TIME && end.i <= csm_now(ctx) ? "past" : "active";
}

static csm_status show_outage(csm_ctx *ctx, csm_id id, csm_value *list)
{
    static const char *const shown[] = { "number", "short_description", "message", "begin", "end" };
    csm_value one = csm_map(NULL, 0);
    csm_record *outage;
    const char *phase;

    CSM_TRY(csm_record_find(ctx, OUTAGE, id, &outage));
    if (outage == NULL || list->count >= SHOWN_MAX)
        return CSM_OK;
    phase = phase_of(ctx, outage);
    if (strcmp(phase, "past") == 0 && csm_record_time(ctx, outage, "end") < csm_now(ctx) - HISTORY)
        return CSM_OK;
    for (uint32_t n = 0; n < list->count; n++)
        if (csm_id_eq(csm_value_id(*csm_map_get(&list->list[n], "outage")), id))
            return CSM_OK;
    CSM_TRY(csm_map_add(ctx, &one, "outage", csm_id_value(id)));
    CSM_TRY(csm_map_add(ctx, &one, "phase", csm_ctext(phase)));
    CSM_TRY(csm_map_add(ctx, &one, "type", csm_text(csm_record_display(ctx, outage, "type"))));
    for (size_t n = 0; n < sizeof(shown) / sizeof(shown[0]); n++)
        CSM_TRY(csm_map_add(ctx, &one, shown[n], csm_record_value(ctx, outage, shown[n])));
    return csm_list_add(ctx, list, one);
}

static csm_status outages_of(csm_ctx *ctx, csm_id ci, csm_value *list)
{
    static const struct {
        const char *table, *ci, *outage;
    } ways[] = { { OUTAGE, "cmdb_ci", NULL }, { OUTAGE_ITEM, "ci", "outage" } };
    csm_status st = CSM_OK;

    for (size_t n = 0; n < 2 && st == CSM_OK && !csm_id_is_none(ci); n++) {
        csm_query *q;
        csm_record *row;

        CSM_TRY(csm_query_open(ctx, ways[n].table, &q));
        csm_query_where(ctx, q, ways[n].ci, CSM_OP_EQ, csm_id_value(ci));
        csm_query_order(ctx, q, "sys_id", CSM_DESC);
        csm_query_limit(ctx, q, 1000);
        while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
            if ((st = show_outage(ctx, ways[n].outage != NULL ? csm_record_ref(ctx, row, ways[n].outage) : csm_record_id(ctx, row),
                                  list)) != CSM_OK)
                break;
        csm_query_close(ctx, q);
    }
    return st;
}

static csm_status gather_outages(csm_ctx *ctx, void *arg)
{
    behind *b = arg;
    csm_record *item;

    CSM_TRY(csm_record_get(ctx, ITEM, b->item, &item));
    CSM_TRY(outages_of(ctx, csm_record_ref(ctx, item, "configuration_item"), &b->outages));
    return outages_of(ctx, csm_record_ref(ctx, item, "service_context"), &b->outages);
}

/* ---- entitlements: those the caller may read ---- */

static csm_status show_entitlements(csm_ctx *ctx, const char *field, csm_id id, csm_value *list)
{
    static const char *const shown[] = { "name", "start_date", "end_date", "unit", "remaining_units" };
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, "service_entitlement", &q));
    csm_query_where(ctx, q, field, CSM_OP_EQ, csm_id_value(id));
    csm_query_filter(ctx, q, "state=active^active=true");
    csm_query_limit(ctx, q, SHOWN_MAX);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL && list->count < SHOWN_MAX) {
        csm_value one = csm_map(NULL, 0);

        CSM_TRY(csm_map_add(ctx, &one, "entitlement", csm_id_value(csm_record_id(ctx, row))));
        for (size_t n = 0; n < sizeof(shown) / sizeof(shown[0]); n++)
            CSM_TRY(csm_map_add(ctx, &one, shown[n], csm_record_value(ctx, row, shown[n])));
        CSM_TRY(csm_list_add(ctx, list, one));
    }
    csm_query_close(ctx, q);
    return st;
}

/* Those of the item, and of the products it delivers. */
static csm_status entitlements_of(csm_ctx *ctx, csm_id item, csm_value *list)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(show_entitlements(ctx, "install_base", item, list));
    CSM_TRY(csm_query_open(ctx, "sn_install_base_m2m_installed_product", &q));
    csm_query_where(ctx, q, "install_base_item", CSM_OP_EQ, csm_id_value(item));
    csm_query_limit(ctx, q, SHOWN_MAX);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = show_entitlements(ctx, "sold_product", csm_record_ref(ctx, row, "sold_product"), list)) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

csm_status overview_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value answer = csm_map(NULL, 0), cases = csm_list(NULL, 0), entitlements = csm_list(NULL, 0);
    behind b = { csm_arg_id(ctx, in, 0), csm_list(NULL, 0) };
    csm_record *item;

    CSM_TRY(csm_record_get(ctx, ITEM, b.item, &item));
    CSM_TRY(show_found(ctx, CASE, "install_base", NULL, b.item, &cases));
    CSM_TRY(show_found(ctx, AFFECTED, "install_base", "task", b.item, &cases));
    CSM_TRY(csm_as_plugin(ctx, gather_outages, &b));
    CSM_TRY(entitlements_of(ctx, b.item, &entitlements));
    CSM_TRY(csm_map_add(ctx, &answer, "install_base", csm_id_value(b.item)));
    CSM_TRY(csm_map_add(ctx, &answer, "name", csm_record_value(ctx, item, "name")));
    CSM_TRY(csm_map_add(ctx, &answer, "health_status", csm_record_value(ctx, item, "health_status")));
    CSM_TRY(csm_map_add(ctx, &answer, "health_last_updated", csm_record_value(ctx, item, "health_last_updated")));
    CSM_TRY(csm_map_add(ctx, &answer, "cases", cases));
    CSM_TRY(csm_map_add(ctx, &answer, "outages", b.outages));
    CSM_TRY(csm_map_add(ctx, &answer, "entitlements", entitlements));
    return csm_reply_value(ctx, out, answer);
}
