/* Hears of new groups, works later, and leaves a note of all it does: what a plugin has that comes and goes. It does not hear
 * of a group without a description. */
#include <csm/csm.h>

static const csm_field fields[] = { CSM_TEXT("name", .length = 100, .flags = CSM_INDEXED) };
static const csm_table tables[] = { { .name = "note", .fields = CSM_ARRAY(fields), .doc = "What was heard" } };
static const csm_field columns[] = { CSM_TEXT("nickname", .length = 20, .flags = CSM_INDEXED, .doc = "Of a group") };
static const csm_table_ext exts[] = { { .table = "sys_user_group", .fields = CSM_ARRAY(columns) } };

static csm_status note(csm_ctx *ctx, const char *what, csm_str name)
{
    csm_record *row;

    CSM_TRY(csm_record_create(ctx, "own_ears_note", &row));
    CSM_TRY(csm_record_set_text(ctx, row, "name", csm_printf(ctx, "%s %.*s", what, CSM_STR_FMT(name))));
    return csm_record_insert(ctx, row);
}

static csm_status hear(csm_ctx *ctx, const char *event, csm_value payload)
{
    const csm_value *id = csm_map_get(&payload, "id");
    csm_record *group;

    (void)event;
    CSM_TRY(csm_record_get(ctx, "sys_user_group", csm_value_id(*id), &group));
    if (csm_record_text(ctx, group, "description").len == 0)
        return csm_fail(ctx, CSM_E_REJECTED, "what is it for?");
    return note(ctx, "heard", csm_record_text(ctx, group, "name"));
}
static const csm_subscriber subscribers[] = {
    { .event = "sys_user_group.insert", .run = hear, .doc = "Notes each new group" },
};

static csm_status work(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    (void)more;
    (void)next_args;
    return note(ctx, "worked", csm_value_text(args));
}
static const csm_job jobs[] = { { .name = "own_ears.work", .run = work, .doc = "Notes what it was given" } };

static csm_status later(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    (void)out;
    return csm_job_start(ctx, "own_ears.work", "one", csm_now(ctx) + CSM_HOUR, csm_text(csm_arg_text(ctx, in, 0)));
}
static const csm_param later_params[] = { CSM_PARAM("what", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .doc = "To note then") };
static const csm_method methods[] = {
    { .name = "later", .params = CSM_ARRAY(later_params), .flags = CSM_METHOD_WRITES, .since = 1, .run = later,
      .doc = "Works in an hour" },
};

static csm_status start(csm_ctx *ctx)
{
    return note(ctx, "life", CSM_STR("started"));
}

static void stop(csm_ctx *ctx)
{
    (void)note(ctx, "life", CSM_STR("stopped"));
}

CSM_PLUGIN(own_ears, .version = "1.0.0", .summary = "Hears of groups", .tables = CSM_ARRAY(tables), .table_exts = CSM_ARRAY(exts),
           .subscribers = CSM_ARRAY(subscribers), .jobs = CSM_ARRAY(jobs), .methods = CSM_ARRAY(methods), .on_start = start,
           .on_stop = stop)
