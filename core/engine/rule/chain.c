/* Rule chains: the rules of one moment in their order. A rule runs with its plugin's rights and identity; rules that cause
 * writes that cause rules stop at the depth limit, with the chain in the error. */
#include "engine/rule/change.h"

#include <stdio.h>

#define CHAIN_MAX 8u /* entries of csm_ctx.rule_chain */

static csm_status too_deep(csm_ctx *ctx, const csm_mrule *rule)
{
    char chain[256] = "";
    size_t len = 0;

    for (uint32_t n = 0; n < ctx->depth && len < sizeof(chain); n++) {
        int step = snprintf(chain + len, sizeof(chain) - len, "%s > ", ctx->rule_chain[n]);

        len += step > 0 ? (size_t)step : 0;
    }
    return csm_ctx_fail(ctx, CSM_E_LIMIT, "rules cause each other %u deep: %s%s", (unsigned)ctx->depth, chain, rule->name);
}

static csm_status run_rule(csm_ctx *ctx, const csm_mrule *rule, csm_change *change)
{
    uint32_t limit = ctx->engine->limits.rule_depth < CHAIN_MAX ? ctx->engine->limits.rule_depth : CHAIN_MAX;
    bool match = true;
    csm_frame frame;
    csm_status st;

    if (rule->filter != NULL)
        CSM_TRY(csm_change_eval(ctx, rule->filter, change, &match));
    if (!match)
        return CSM_OK;
    if (ctx->depth >= limit)
        return too_deep(ctx, rule);
    ctx->rule_chain[ctx->depth++] = rule->name;
    frame = csm_frame_enter(ctx, rule->plugin, true, rule->name);
    st = rule->decl->run(ctx, change);
    st = csm_frame_leave(ctx, frame, st, "rule", rule->name);
    ctx->depth--;
    return st;
}

csm_status csm_rules_run(csm_ctx *ctx, csm_when when, csm_change *change)
{
    const csm_mtable *table = change->now->table;

    for (uint32_t n = 0; n < table->rule_count[when]; n++)
        if (!ctx->no_rules || table->rules[when][n].plugin->position < CSM_CORE_PLUGINS) /* rules that guard roles and files are never left out */
            CSM_TRY(run_rule(ctx, &table->rules[when][n], change));
    return CSM_OK;
}
