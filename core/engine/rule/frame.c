/* Whose code runs. Every call into a plugin goes through enter and leave, so that identity, rights and errors are right
 * whatever the code did. */
#include "engine/rule/frame.h"

#include <stdio.h>

csm_frame csm_frame_enter(csm_ctx *ctx, const csm_mplugin *plugin, bool system, const char *hook)
{
    csm_frame frame = { .plugin = ctx->plugin, .hook = ctx->hook, .system = ctx->system };

    ctx->plugin = plugin;
    if (system)
        ctx->system++;
    ctx->hook = hook;
    csm_ctx_note(ctx, plugin, hook);
    return frame;
}

static void name_plugin(csm_error *err, const csm_mplugin *plugin)
{
    if (plugin != NULL && err->plugin[0] == '\0')
        snprintf(err->plugin, sizeof(err->plugin), "%s", plugin->id);
}

csm_status csm_frame_leave(csm_ctx *ctx, csm_frame frame, csm_status st, const char *kind, const char *name)
{
    const csm_mplugin *plugin = ctx->plugin;
    const char *id = plugin != NULL ? plugin->id : "the engine";

    ctx->hook = frame.hook;
    csm_ctx_note(ctx, frame.plugin, frame.hook);
    ctx->plugin = frame.plugin;
    ctx->system = frame.system;
    if (ctx->sticky != CSM_OK) {
        if (ctx->err.code != ctx->sticky || ctx->sticky_text.len == 0)
            st = csm_ctx_fail(ctx, ctx->sticky, "%.*s", CSM_STR_FMT(ctx->sticky_text));
        else
            st = ctx->sticky;
    } else if (st == CSM_OK) {
        csm_error_clear(&ctx->err);
        return CSM_OK;
    } else if ((unsigned)st >= CSM_STATUS_COUNT) {
        st = csm_ctx_fail(ctx, CSM_E_INTERNAL, "%s \"%s\" of %s answered status %d, which does not exist", kind, name, id,
                          (int)st);
    } else if (ctx->err.code == CSM_OK) {
        st = csm_ctx_fail(ctx, CSM_E_INTERNAL, "%s \"%s\" of %s failed (%s) without saying why", kind, name, id,
                          csm_status_text(st));
    } else {
        ctx->err.code = st;
    }
    name_plugin(&ctx->err, plugin);
    return st;
}

csm_status csm_ctx_stick(csm_ctx *ctx, csm_status code, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    csm_error_vset(&ctx->err, code, fmt, args);
    va_end(args);
    if (ctx->sticky == CSM_OK) {
        ctx->sticky = code;
        ctx->sticky_text = csm_arena_str(ctx->arena, csm_str_of(ctx->err.message));
        if (ctx->sticky_text.ptr == NULL)
            ctx->sticky_text = CSM_STR("a call of the plugin failed and its reason was lost");
    }
    return code;
}
