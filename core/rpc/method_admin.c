/* What operators do: plugins, jobs, checking and copying the store. */
#include "rpc/method.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define PROBLEMS_MAX 1000u

/* ---- plugins ---- */

static csm_status plugin_list(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    const csm_rpc_plugins *plugins = &csm_call_of(ctx)->rpc->options.plugins;
    csm_value answer = csm_nil();

    (void)in;
    if (plugins->list == NULL)
        return csm_ctx_fail(ctx, CSM_E_UNSUPPORTED, "this server has no plugin loader");
    CSM_TRY(plugins->list(plugins->user, ctx, &answer));
    csm_write_value(csm_reply_begin(out), answer);
    return CSM_OK;
}

static csm_status plugin_show(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    const csm_rpc_plugins *plugins = &csm_call_of(ctx)->rpc->options.plugins;
    csm_value answer = csm_nil();

    if (plugins->show == NULL)
        return csm_ctx_fail(ctx, CSM_E_UNSUPPORTED, "this server has no plugin loader");
    CSM_TRY(plugins->show(plugins->user, ctx, csm_value_text(in->values[0]), &answer));
    csm_write_value(csm_reply_begin(out), answer);
    return CSM_OK;
}

static csm_status plugin_clear(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    const csm_rpc_plugins *plugins = &csm_call_of(ctx)->rpc->options.plugins;
    csm_value answer = csm_nil();

    if (plugins->clear == NULL)
        return csm_ctx_fail(ctx, CSM_E_UNSUPPORTED, "this server has no plugin loader");
    CSM_TRY(plugins->clear(plugins->user, ctx, csm_value_text(in->values[0]), &answer));
    csm_write_value(csm_reply_begin(out), answer);
    return CSM_OK;
}

static csm_status change_plugins(csm_ctx *ctx, csm_str id, csm_plugin_verb verb, csm_reply *out)
{
    const csm_rpc_activation *activation = &csm_call_of(ctx)->rpc->options.activation;
    csm_value ids = csm_nil();
    csm_writer *w;

    if (activation->change == NULL)
        return csm_ctx_fail(ctx, CSM_E_UNSUPPORTED, "this server has no plugin loader");
    CSM_TRY(activation->change(activation->user, ctx, id, verb, &ids));
    w = csm_reply_begin(out);
    csm_write_map(w, 1);
    csm_put_value(w, verb == CSM_PLUGIN_ACTIVATE ? "activated" : "deactivated", ids);
    return CSM_OK;
}

static csm_status plugin_activate(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    return change_plugins(ctx, csm_value_text(in->values[0]), CSM_PLUGIN_ACTIVATE, out);
}

static csm_status plugin_deactivate(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    bool cascade = csm_value_bool(in->values[1]);

    return change_plugins(ctx, csm_value_text(in->values[0]), cascade ? CSM_PLUGIN_CASCADE : CSM_PLUGIN_DEACTIVATE, out);
}

bool csm_method_is_alone(const char *method)
{
    return strcmp(method, "plugin.activate") == 0 || strcmp(method, "plugin.deactivate") == 0;
}

/* ---- jobs ---- */

static csm_status job_list(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value answer = csm_nil();

    (void)in;
    CSM_TRY(csm_job_list(ctx, &answer));
    csm_write_value(csm_reply_begin(out), answer);
    return CSM_OK;
}

static csm_status job_run(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_str name = csm_value_text(in->values[0]);
    const csm_job *job = NULL;

    for (uint32_t n = 0; n < ctx->reg->job_count && job == NULL; n++)
        if (csm_str_is(name, ctx->reg->jobs[n].decl->name))
            job = ctx->reg->jobs[n].decl;
    if (job == NULL)
        return csm_error_field(&ctx->err, CSM_E_NOT_FOUND, "name", "no job \"%.*s\"", CSM_STR_FMT(name));
    if (job->every_s == 0)
        return csm_error_field(&ctx->err, CSM_E_REJECTED, "name", "job \"%.*s\" has no period: it runs when its plugin starts it",
                               CSM_STR_FMT(name));
    CSM_TRY(csm_job_put(ctx, name, (csm_str){ 0 }, ctx->now, csm_nil()));
    csm_write_bool(csm_reply_begin(out), true);
    return CSM_OK;
}

/* ---- the store ---- */

typedef struct problems {
    csm_writer *w;
    csm_open_list list;
} problems;

static void add_problem(void *user, const char *area, csm_str what)
{
    problems *p = user;

    if (p->list.count == PROBLEMS_MAX)
        return;
    csm_write_map(p->w, 2);
    csm_put_text(p->w, "area", area);
    csm_put_str(p->w, "problem", what);
    p->list.count++;
}

static csm_status store_verify(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_verify_counts counts = { 0 };
    problems p = { .w = csm_reply_begin(out) };

    (void)in;
    csm_write_map(p.w, 6);
    csm_write_cstr(p.w, "problems");
    p.list = csm_list_begin(p.w);
    CSM_TRY(csm_engine_verify(ctx->engine, ctx->view, add_problem, &p, &counts, &ctx->err));
    csm_list_end(p.w, p.list);
    csm_put_int(p.w, "problem_count", (int64_t)counts.problems);
    csm_put_int(p.w, "rows", (int64_t)counts.rows);
    csm_put_int(p.w, "index_entries", (int64_t)counts.index_entries);
    csm_put_int(p.w, "history", (int64_t)counts.history);
    csm_put_int(p.w, "log", (int64_t)counts.log);
    return CSM_OK;
}

static csm_status store_stat(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    static const char *const names[CSM_DB_COUNT] = { "meta", "rows", "index", "history", "log", "request", "blob", "due", "text" };
    csm_store_stat stat;
    csm_writer *w;

    (void)in;
    CSM_TRY(csm_store_get_stat(ctx->engine->store, &stat, &ctx->err));
    w = csm_reply_begin(out);
    csm_write_map(w, 5);
    csm_put_int(w, "sequence", (int64_t)stat.sequence);
    csm_put_int(w, "bytes_used", (int64_t)stat.bytes_used);
    csm_put_int(w, "bytes_map", (int64_t)stat.bytes_map);
    csm_put_int(w, "ceiling_bytes", (int64_t)stat.ceiling);
    csm_write_cstr(w, "entries");
    csm_write_map(w, CSM_DB_COUNT);
    for (uint32_t n = 0; n < CSM_DB_COUNT; n++)
        csm_put_int(w, names[n], (int64_t)stat.entries[n]);
    return CSM_OK;
}

/* ---- backup ---- */

/* A plain file name: nothing that leads out of the folder, nothing hidden. */
static bool is_plain(csm_str name)
{
    if (name.len == 0 || name.len > 100 || name.ptr[0] == '.' || name.ptr[0] == '-')
        return false;
    for (size_t n = 0; n < name.len; n++) {
        char c = name.ptr[n];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'))
            return false;
    }
    return true;
}

static csm_status backup_start(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    const char *folder = csm_call_of(ctx)->rpc->options.backup_dir;
    csm_str name = csm_value_text(in->values[0]), path;
    struct stat info;
    csm_writer *w;

    if (folder == NULL)
        return csm_ctx_fail(ctx, CSM_E_UNSUPPORTED, "this server has no folder for backups");
    if (!is_plain(name))
        return csm_error_field(&ctx->err, CSM_E_INVALID, "name", "a backup's name has letters, digits, \".\", \"_\" and \"-\" only");
    path = csm_arena_printf(ctx->arena, "%s/%.*s", folder, CSM_STR_FMT(name));
    if (path.ptr == NULL)
        return csm_ctx_nomem(ctx);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return csm_ctx_fail(ctx, CSM_E_IO, "the folder for backups cannot be made: %s", strerror(errno));
    if (stat(path.ptr, &info) == 0)
        return csm_error_field(&ctx->err, CSM_E_EXISTS, "name", "there is a backup \"%.*s\" already", CSM_STR_FMT(name));
    CSM_TRY(csm_store_copy(ctx->engine->store, path.ptr, &ctx->err));
    if (stat(path.ptr, &info) != 0)
        return csm_ctx_fail(ctx, CSM_E_IO, "the backup just written is not there: %s", strerror(errno));
    w = csm_reply_begin(out);
    csm_write_map(w, 3);
    csm_put_str(w, "name", name);
    csm_put_int(w, "bytes", info.st_size);
    csm_put_time(w, "time", ctx->now);
    return CSM_OK;
}

/* ---- the set ---- */

static const csm_param show_params[] = {
    CSM_PARAM("id", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 100, .doc = "Id or alias of the plugin"),
};
static const csm_param deactivate_params[] = {
    CSM_PARAM("id", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 100, .doc = "Id or alias of the plugin"),
    CSM_PARAM("cascade", CSM_T_BOOL, .doc = "true: with all active plugins that stand on it; else it is refused while there are any"),
};
static const csm_param run_params[] = {
    CSM_PARAM("name", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 100, .doc = "A periodic job"),
};
static const csm_param backup_params[] = {
    CSM_PARAM("name", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 100, .doc = "A plain file name in the backups folder"),
};

static const csm_method methods[] = {
    { .name = "plugin.list", .returns = CSM_T_LIST, .role = "admin", .since = 1, .run = plugin_list,
      .doc = "Plugins with state and reason" },
    { .name = "plugin.show", .params = CSM_ARRAY(show_params), .returns = CSM_T_MAP, .role = "admin", .since = 1,
      .run = plugin_show, .doc = "One plugin" },
    { .name = "plugin.clear", .params = CSM_ARRAY(show_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_SLOW, .role = "admin",
      .since = 1, .run = plugin_clear, .doc = "Forgets the crashes of a plugin: it is tried again at the next start",
      .returns_doc = "As plugin.show" },
    { .name = "plugin.activate", .params = CSM_ARRAY(show_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = "admin", .since = 1, .deadline_ms = 600000, .run = plugin_activate,
      .doc = "Activates an installed plugin and what it stands on, while serving and for every later start; all or nothing",
      .returns_doc = "{activated: [id], in the order of their start; empty: it was active already}" },
    { .name = "plugin.deactivate", .params = CSM_ARRAY(deactivate_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = "admin", .since = 1, .deadline_ms = 600000, .run = plugin_deactivate,
      .doc = "Deactivates a plugin, for every later start too: its methods, tables and fields are absent, its rows stay and are "
             "back with it", .returns_doc = "{deactivated: [id], in the order of their stop; empty: it was not active}" },
    { .name = "job.list", .returns = CSM_T_LIST, .role = "admin", .since = 1, .run = job_list,
      .doc = "Jobs that wait, jobs that failed, outcomes of periodic ones" },
    { .name = "job.run", .params = CSM_ARRAY(run_params), .returns = CSM_T_BOOL, .flags = CSM_METHOD_WRITES, .role = "admin",
      .since = 1, .run = job_run, .doc = "Lets a periodic job run now" },
    { .name = "store.verify", .returns = CSM_T_MAP, .flags = CSM_METHOD_SLOW, .role = "admin", .since = 1,
      .deadline_ms = 3600000, .run = store_verify, .doc = "Checks the whole store against itself while serving",
      .returns_doc = "{problems: [{area, problem}], problem_count, rows, index_entries, history, log}" },
    { .name = "store.stat", .returns = CSM_T_MAP, .role = "admin", .since = 1, .run = store_stat, .doc = "Sizes of the store",
      .returns_doc = "{sequence, bytes_used, bytes_map, ceiling_bytes, entries: by database}" },
    { .name = "backup.start", .params = CSM_ARRAY(backup_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_SLOW,
      .role = "admin", .since = 1, .deadline_ms = 3600000, .run = backup_start,
      .doc = "One consistent copy of the store, made while serving", .returns_doc = "{name, bytes, time}" },
};

csm_method_set csm_methods_admin(void)
{
    return CSM_METHOD_SET(methods);
}
