/* A deployer's plugin: incidents raised from cases are of category network, urgent, and the contact's; the entitlement named
 * Ours holds for every case; service levels are always kept; sealed cases are kept from everybody but administrators. */
#include <csm/csm.h>

static csm_status map(csm_ctx *ctx, csm_id source, csm_value *values)
{
    csm_record *from;

    CSM_TRY(csm_record_get(ctx, "sn_customerservice_case", source, &from));
    CSM_TRY(csm_map_add(ctx, values, "caller_id", csm_record_value(ctx, from, "contact")));
    CSM_TRY(csm_map_add(ctx, values, "category", csm_ctext("network")));
    CSM_TRY(csm_map_add(ctx, values, "impact", csm_int(1)));
    return csm_map_add(ctx, values, "urgency", csm_int(1));
}

static csm_verdict incident_values(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value values = csm_map(NULL, 0), answer = csm_map(NULL, 0);

    if (map(ctx, csm_arg_id(ctx, in, 0), &values) != CSM_OK || csm_map_add(ctx, &answer, "values", values) != CSM_OK ||
        csm_reply_value(ctx, out, answer) != CSM_OK)
        return CSM_REJECT;
    return CSM_HANDLED;
}

static csm_status find_ours(csm_ctx *ctx, void *arg)
{
    csm_record *ours;

    CSM_TRY(csm_record_find_where(ctx, "service_entitlement", "name=Ours", &ours));
    return ours != NULL ? csm_list_add(ctx, arg, csm_id_value(csm_record_id(ctx, ours))) : CSM_OK;
}

static csm_verdict own_entitlements(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value ids = csm_list(NULL, 0), answer = csm_map(NULL, 0);

    (void)in;
    if (csm_as_plugin(ctx, find_ours, &ids) != CSM_OK || csm_map_add(ctx, &answer, "entitlements", ids) != CSM_OK ||
        csm_reply_value(ctx, out, answer) != CSM_OK)
        return CSM_REJECT;
    return CSM_HANDLED;
}

static csm_verdict service_levels(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value line = csm_map(NULL, 0), lines = csm_list(NULL, 0), answer = csm_map(NULL, 0);

    (void)in;
    if (csm_map_add(ctx, &line, "check", csm_ctext("service_levels")) != CSM_OK ||
        csm_map_add(ctx, &line, "ok", csm_bool(true)) != CSM_OK ||
        csm_map_add(ctx, &line, "reason", csm_ctext("answered within the hour")) != CSM_OK ||
        csm_list_add(ctx, &lines, line) != CSM_OK || csm_map_add(ctx, &answer, "lines", lines) != CSM_OK ||
        csm_reply_value(ctx, out, answer) != CSM_OK)
        return CSM_REJECT;
    return CSM_HANDLED;
}

static const csm_impl impls[] = {
    { .point = "sn_customerservice.entitlement_calc/1", .order = 10, .run = own_entitlements, .doc = "Ours holds for all" },
    { .point = "sn_customerservice.verify/1", .order = 10, .run = service_levels, .doc = "What is promised" },
    { .point = "sn_cs_sm.incident/1", .order = 10, .run = incident_values, .doc = "Everything is the network" },
};
static const csm_scope scopes[] = {
    { .table = "sn_customerservice_case", .ops = CSM_OP_CRWD, .filter = "short_description!=sealed",
      .flags = CSM_SCOPE_RESTRICT | CSM_SCOPE_EXEMPT_ADMIN, .doc = "Sealed cases are for administrators" },
};
static const csm_dep depends[] = { { "service_management", "1.0" } };

CSM_PLUGIN(own_mapping, .version = "1.0.0", .summary = "A mapping of a deployer's own", .depends = CSM_ARRAY(depends),
           .impls = CSM_ARRAY(impls), .scopes = CSM_ARRAY(scopes))
