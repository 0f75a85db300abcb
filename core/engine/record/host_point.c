/* Extension points: implementations in their order, each as its plugin with the rights of whoever called the point. */
#include "engine/record/call.h"
#include "engine/rule/rule.h"

static bool is_return(const csm_point *point, csm_str name)
{
    for (uint32_t n = 0; n < point->returns.count; n++)
        if (csm_str_is(name, point->returns.items[n].name))
            return true;
    return false;
}

/* What comes back is nil or a map of the point's own names. */
static csm_status check_answer(csm_ctx *ctx, const csm_mpoint *point, const csm_mplugin *plugin, csm_value answer)
{
    if (csm_is_nil(answer))
        return CSM_OK;
    if (answer.type != CSM_T_MAP)
        return csm_ctx_fail(ctx, CSM_E_INTERNAL, "plugin %s answers point \"%s\" with something that is no map", plugin->id,
                            point->decl->name);
    for (uint32_t n = 0; n < answer.count; n++)
        if (!is_return(point->decl, answer.map[n].key))
            return csm_ctx_fail(ctx, CSM_E_INTERNAL, "plugin %s answers point \"%s\" with \"%.*s\", which it does not return",
                                plugin->id, point->decl->name, CSM_STR_FMT(answer.map[n].key));
    return CSM_OK;
}

static csm_status join_lists(csm_ctx *ctx, csm_value a, csm_value b, csm_value *out)
{
    uint32_t before = a.type == CSM_T_LIST ? a.count : 0, more = b.type == CSM_T_LIST ? b.count : 0;
    csm_value *items = csm_arena_array(ctx->arena, before + more + 1u, sizeof(*items));

    if (items == NULL)
        return csm_ctx_nomem(ctx);
    if (before > 0)
        memcpy(items, a.list, before * sizeof(*items));
    if (more > 0)
        memcpy(items + before, b.list, more * sizeof(*items));
    *out = csm_list(items, before + more);
    return CSM_OK;
}

/* The last answer holds; those that are collected are joined. */
static csm_status take_answer(csm_ctx *ctx, const csm_mpoint *point, csm_value answer, csm_value *out)
{
    const csm_point *decl = point->decl;
    csm_pair *pairs;

    if (decl->cardinality != CSM_COLLECT) {
        *out = answer;
        return CSM_OK;
    }
    pairs = csm_arena_array(ctx->arena, decl->returns.count + 1u, sizeof(*pairs));
    if (pairs == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < decl->returns.count; n++) {
        const char *name = decl->returns.items[n].name;
        const csm_value *before = csm_map_get(out, name), *more = csm_map_get(&answer, name);

        pairs[n].key = csm_str_of(name);
        CSM_TRY(join_lists(ctx, before != NULL ? *before : csm_nil(), more != NULL ? *more : csm_nil(), &pairs[n].value));
    }
    *out = csm_map(pairs, decl->returns.count);
    return CSM_OK;
}

static csm_status run_one(csm_ctx *ctx, const csm_mpoint *point, const struct csm_mimpl *impl, const csm_args *args,
                          csm_value *out, bool *handled)
{
    csm_frame frame = csm_frame_enter(ctx, impl->plugin, false, point->decl->name);
    csm_reply reply = { 0 };
    csm_verdict verdict = impl->decl->run(ctx, args, &reply);
    csm_status st = CSM_OK;

    if (verdict == CSM_REJECT)
        st = ctx->err.code != CSM_OK ? ctx->err.code : csm_ctx_fail(ctx, CSM_E_REJECTED, "refused by plugin %s", impl->plugin->id);
    CSM_TRY(csm_frame_leave(ctx, frame, st, "point", point->decl->name));
    CSM_TRY(check_answer(ctx, point, impl->plugin, reply.value));
    if (reply.done)
        CSM_TRY(take_answer(ctx, point, reply.value, out));
    *handled = verdict == CSM_HANDLED;
    return CSM_OK;
}

csm_status csm_point_run(csm_ctx *ctx, const csm_mpoint *point, csm_value in, csm_value *out)
{
    uint32_t count = point->decl->cardinality == CSM_REPLACE && point->impl_count > 1 ? 1 : point->impl_count;
    csm_args args;
    bool handled = false;

    *out = csm_nil();
    CSM_TRY(csm_args_parse(ctx, point->decl->params.items, point->decl->params.count, in, &args));
    for (uint32_t n = 0; n < count && (!handled || point->decl->cardinality == CSM_COLLECT); n++)
        CSM_TRY(run_one(ctx, point, &point->impls[n], &args, out, &handled));
    return CSM_OK;
}

static csm_status call(csm_ctx *ctx, const char *name, csm_value in, csm_value *out)
{
    const csm_mpoint *point = csm_registry_point(ctx->reg, csm_str_of(name));

    if (point == NULL)
        return csm_ctx_stick(ctx, CSM_E_INVALID, "there is no point \"%s\"", name);
    return csm_point_run(ctx, point, in, out);
}

const csm_point_api csm_host_point = {
    .size = sizeof(csm_point_api),
    .call = call,
};
