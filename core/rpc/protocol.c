/* The plugin that carries the core's methods: the sets of all areas in one array, the jobs that clean up behind them, the
 * properties they read. */
#include "rpc/method.h"

#include <threads.h>

#define METHODS_MAX 128u
#define PURGE_ROWS 500u

/* ---- jobs ---- */

static csm_status purge_requests(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    (void)args;
    (void)next_args;
    return csm_repeat_purge(ctx, more);
}

/* Logins and links that ran out. */
static csm_status purge_logins(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    static const char *const tables[] = { "sys_session", "sys_one_time_secret" };
    const csm_id none = { { 0 } };

    (void)args;
    (void)next_args;
    *more = false;
    for (size_t n = 0; n < sizeof(tables) / sizeof(tables[0]); n++) {
        uint32_t deleted;

        CSM_TRY(csm_own_delete_where(ctx, tables[n], "expires", CSM_OP_LE, csm_time_value(ctx->now), none, PURGE_ROWS,
                                     &deleted));
        *more = *more || deleted == PURGE_ROWS;
    }
    return CSM_OK;
}

static csm_status purge_uploads(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    (void)args;
    (void)next_args;
    return csm_attachments_purge(ctx, more);
}

static const csm_job jobs[] = {
    { .name = "request.purge", .every_s = 86400, .run = purge_requests, .catch_up = true,
      .doc = "Forgets replies kept for repeats that are older than configured" },
    { .name = "session.purge", .every_s = 3600, .run = purge_logins, .catch_up = true,
      .doc = "Deletes sessions and mailed links that ran out" },
    { .name = "attachment.purge", .every_s = 86400, .run = purge_uploads, .catch_up = true,
      .doc = "Deletes uploads that were not finished within a day" },
};

static const csm_rule rules[] = {
    { .table = "*", .when = CSM_AFTER_DELETE, .order = 50, .run = csm_attachments_follow, .name = "attachments go with their record" },
};

static const csm_property properties[] = {
    { "login.max_failed", CSM_T_INT, "10", "Failed logins in a row that lock a user" },
    { "login.lock_time", CSM_T_INT, "15", "Minutes such a lock lasts" },
    { "login.reset_link_life", CSM_T_INT, "1", "Hours a mailed link is good for" },
    { "attachment.max_size", CSM_T_INT, "26214400", "Bytes of the largest file that is taken" },
    { "attachment.denied_types", CSM_T_TEXT, "exe,bat,cmd,js,vbs,scr", "Endings of file names that are not taken" },
};

static const csm_role roles[] = {
    { "server_monitor", NULL, "Reads the server's metrics" },
};

/* ---- the plugin ---- */

static csm_method all_methods[METHODS_MAX];
static csm_plugin plugin;
static once_flag collected = ONCE_FLAG_INIT;

/* Written once, before the first registry is built, and only read from then on. */
static void collect(void)
{
    static csm_method_set (*const sets[])(void) = {
        csm_methods_server, csm_methods_session, csm_methods_password, csm_methods_token,
        csm_methods_table,  csm_methods_record,  csm_methods_batch,    csm_methods_history,
        csm_methods_attachment, csm_methods_explain, csm_methods_admin,   csm_methods_import,
    };
    uint32_t count = 0;

    for (size_t n = 0; n < sizeof(sets) / sizeof(sets[0]); n++) {
        csm_method_set set = sets[n]();

        for (uint32_t k = 0; k < set.count && count < METHODS_MAX; k++)
            all_methods[count++] = set.items[k];
    }
    plugin = (csm_plugin){ .magic = CSM_ABI_MAGIC,
                           .size = sizeof(csm_plugin),
                           .abi_major = CSM_ABI_MAJOR,
                           .abi_minor = CSM_ABI_MINOR,
                           .id = "protocol",
                           .version = CSM_VERSION,
                           .summary = "The methods of the core",
                           .methods = { all_methods, count, sizeof(csm_method) },
                           .jobs = CSM_ARRAY(jobs),
                           .rules = CSM_ARRAY(rules),
                           .properties = CSM_ARRAY(properties),
                           .roles = CSM_ARRAY(roles) };
}

const csm_plugin *csm_rpc_plugin(void)
{
    call_once(&collected, collect);
    return &plugin;
}

csm_prepare_fn csm_prepare_find(const char *method)
{
    static const struct {
        const char *name;
        csm_prepare_fn prepare;
    } prepared[] = {
        { "session.login", csm_prepare_login },
        { "session.change_password", csm_prepare_change },
        { "session.reset_password", csm_prepare_reset },
        { "user.set_password", csm_prepare_set },
    };

    for (size_t n = 0; n < sizeof(prepared) / sizeof(prepared[0]); n++)
        if (strcmp(method, prepared[n].name) == 0)
            return prepared[n].prepare;
    return NULL;
}
