/* The host tables together, and what they share. */
#include "engine/engine.h"
#include "engine/query/kept.h"
#include "engine/record/call.h"

const csm_mtable *csm_host_table(csm_ctx *ctx, const char *name)
{
    const csm_mtable *table = name != NULL ? csm_registry_table(ctx->reg, csm_str_of(name)) : NULL;

    if (table == NULL)
        csm_ctx_stick(ctx, CSM_E_INVALID, "there is no table \"%s\"", name != NULL ? name : "");
    return table;
}

const csm_mfield *csm_host_field(csm_ctx *ctx, const csm_mtable *table, const char *name)
{
    const csm_mfield *field = name != NULL ? csm_mtable_field(table, csm_str_of(name)) : NULL;

    if (field == NULL)
        csm_ctx_stick(ctx, CSM_E_INVALID, "%s has no field \"%s\"", table->name, name != NULL ? name : "");
    return field;
}

csm_status csm_host_filter(csm_ctx *ctx, const csm_mtable *table, const char *encoded, csm_filter *out)
{
    csm_filter_options options = { .trusted = ctx->system > 0 };

    if (encoded == NULL) {
        *out = (csm_filter){ 0 };
        return CSM_OK;
    }
    return csm_kept_filter(ctx, table, csm_str_of(encoded), options, out);
}

const csm_host *csm_engine_host(void)
{
    static const csm_host host = {
        .size = sizeof(host),
        .api_level = CSM_API_LEVEL,
        .record = &csm_host_record,
        .query = &csm_host_query,
        .change = &csm_host_change,
        .caller = &csm_host_caller,
        .rpc = &csm_host_rpc,
        .job = &csm_host_job,
        .point = &csm_host_point,
    };

    return &host;
}
