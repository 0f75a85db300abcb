/* The plugin that runs the park: every mechanism of the engine once, and hooks that fail on demand. */
#include "park.h"

#include <stdarg.h>
#include <stdio.h>

char world_trace[4096];
world_knobs world_knob;

void world_note(const char *fmt, ...)
{
    size_t len = strlen(world_trace);
    va_list args;

    va_start(args, fmt);
    vsnprintf(world_trace + len, sizeof(world_trace) - len, fmt, args);
    va_end(args);
}

/* ---- tables ---- */

static const csm_field place_fields[] = {
    CSM_TEXT("name", .length = 40, .flags = CSM_REQUIRED | CSM_UNIQUE),
    CSM_TEXT("code", .length = 8),
    CSM_REF("parent", "place", .flags = CSM_INDEXED),
    CSM_TEXT("path", .length = 200, .flags = CSM_COMPUTED),
    CSM_REF("owner", "sys_user", .flags = CSM_INDEXED, .on_delete = CSM_KEEP),
    CSM_BOOL("open", .dflt = "true"),
};

static const csm_choice states[] = { { .value = "1", .label = "New", .customer_label = "Received" },
                                     { .value = "2", .label = "Open" },
                                     { .value = "3", .label = "Done" },
                                     { .value = "4", .label = "Closed" } };
static const csm_choice kinds[] = { { .value = "garden", .label = "Garden" }, { .value = "zoo", .label = "Zoo" } };
static const csm_choice parts[] = { { .value = "lawn", .label = "Lawn", .depends = "garden" },
                                    { .value = "cage", .label = "Cage", .depends = "zoo" },
                                    { .value = "gate", .label = "Gate" } };

static const csm_field duty_fields[] = {
    CSM_TEXT("number", .length = 40, .flags = CSM_UNIQUE | CSM_READ_ONLY),
    CSM_TEXT("title", .length = 80, .flags = CSM_REQUIRED),
    CSM_INT("state", .dflt = "1", CSM_CHOICES(states), .flags = CSM_INDEXED),
    CSM_BOOL("active", .dflt = "true", .flags = CSM_READ_ONLY),
    CSM_INT("priority", .dflt = "3", .min = 1, .max = 5, .flags = CSM_INDEXED),
    CSM_TEXT("kind", .length = 20, CSM_CHOICES(kinds)),
    CSM_TEXT("part", .length = 20, CSM_CHOICES(parts), .depends_on = "kind"),
    CSM_REF("place", "place", .flags = CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_TEXT("place_name", .length = 40, .flags = CSM_COMPUTED),
    CSM_REF("helper", "sys_user", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_REF("opened_by", "sys_user", .dflt = "@me", .flags = CSM_INSERT_ONLY),
    CSM_TIME("opened_at", .dflt = "@now", .flags = CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_TEXT("result", .length = 200),
    CSM_TIME("done_at", .flags = CSM_READ_ONLY),
    CSM_REF("done_by", "sys_user", .flags = CSM_READ_ONLY),
    CSM_TEXT("weight", .length = 20, .flags = CSM_COMPUTED),
    CSM_LIST("watchers", "sys_user", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_JOURNAL("comments"),
    CSM_JOURNAL("work_notes", .flags = CSM_INTERNAL),
    CSM_TEXT("secret", .length = 20, .flags = CSM_HIDDEN),
    CSM_TEXT("wage", .length = 20),
    CSM_DOCUMENT("about"),
    CSM_TEXT("on_table", .length = 40),
    CSM_CONDITION("rule", "on_table", .length = 200),
    CSM_CURRENCY("cost"),
};
static const csm_index duty_indexes[] = { { .name = "by_place", .columns = "place,-priority" } };

static const csm_field patrol_fields[] = { CSM_TEXT("route", .length = 40) };

static const csm_field tool_fields[] = {
    CSM_TEXT("name", .length = 40, .flags = CSM_REQUIRED),
    CSM_REF("duty", "duty", .flags = CSM_INDEXED | CSM_REQUIRED), /* refuses */
    CSM_REF("next", "tool", .flags = CSM_INDEXED, .on_delete = CSM_CASCADE),
};

static const csm_field mark_fields[] = {
    CSM_REF("place", "place", .flags = CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_TEXT("name", .length = 40),
    CSM_BOOL("main", .dflt = "false", .flags = CSM_INDEXED),
};

static const csm_field gate_fields[] = { CSM_TEXT("name", .length = 40), CSM_INT("count", .dflt = "0") };
static const csm_field base_fields[] = { CSM_TEXT("name", .length = 40) };

static const csm_table tables[] = {
    { .name = "place", .fields = CSM_ARRAY(place_fields) },
    { .name = "duty", .fields = CSM_ARRAY(duty_fields), .indexes = CSM_ARRAY(duty_indexes), .number = "DU", .display = "title" },
    { .name = "patrol", .extends = "duty", .fields = CSM_ARRAY(patrol_fields) },
    { .name = "tool", .fields = CSM_ARRAY(tool_fields) },
    { .name = "mark", .fields = CSM_ARRAY(mark_fields) },
    { .name = "gate", .fields = CSM_ARRAY(gate_fields), .flags = CSM_TABLE_NO_HISTORY },
    { .name = "thing", .fields = CSM_ARRAY(base_fields), .flags = CSM_TABLE_ABSTRACT },
};

/* ---- derived ---- */

static csm_status weigh(csm_ctx *ctx, csm_change *change, csm_value *out)
{
    *out = csm_text(csm_printf(ctx, "w%lld", (long long)csm_change_new_int(ctx, change, "priority")));
    return CSM_OK;
}

static const csm_derived derived[] = {
    { .kind = CSM_DERIVE_PATH, .table = "place", .field = "path", .inputs = "parent,code" },
    { .kind = CSM_DERIVE_COPY, .table = "duty", .field = "place_name", .inputs = "place", .source_field = "name" },
    { .kind = CSM_DERIVE_RUN, .table = "duty", .field = "weight", .inputs = "priority", .run = weigh },
    { .kind = CSM_DERIVE_SINGLE, .table = "mark", .field = "main", .inputs = "place" },
};

/* ---- rules ---- */

static csm_status first(csm_ctx *ctx, csm_change *change)
{
    world_note("first ");
    if (world_knob.refuse_before)
        return csm_fail_field(ctx, CSM_E_REJECTED, "title", "no duty today");
    if (csm_str_is(csm_change_new_text(ctx, change, "title"), "raise"))
        return csm_change_set(ctx, change, "priority", csm_int(1));
    if (csm_str_is(csm_change_new_text(ctx, change, "title"), "reopen me") && csm_change_new_int(ctx, change, "state") == 3)
        return csm_change_set(ctx, change, "state", csm_int(2));
    if (csm_str_is(csm_change_new_text(ctx, change, "title"), "too far"))
        return csm_change_set(ctx, change, "state", csm_int(4));
    return CSM_OK;
}

static csm_status second(csm_ctx *ctx, csm_change *change)
{
    world_note("second ");
    if (world_knob.wrong_field)
        (void)csm_change_new(ctx, change, "no_such_field");
    return world_knob.silent ? CSM_E_REJECTED : CSM_OK;
}

static csm_status high(csm_ctx *ctx, csm_change *change)
{
    csm_record *rec;

    world_note("high ");
    if (!world_knob.note_before)
        return CSM_OK;
    CSM_TRY(csm_record_get(ctx, "duty", csm_change_id(ctx, change), &rec));
    CSM_TRY(csm_record_set_text(ctx, rec, "comments", CSM_STR("urgent")));
    return csm_record_update(ctx, rec);
}

static csm_status after(csm_ctx *ctx, csm_change *change)
{
    csm_record *rec;

    world_note("after ");
    if (csm_change_set(ctx, change, "title", csm_ctext("x")) == CSM_OK)
        world_note("SET AFTER ");
    if (world_knob.refuse_after)
        return csm_fail(ctx, CSM_E_REJECTED, "not after all");
    if (!world_knob.deep && !world_knob.touch_again)
        return CSM_OK;
    if (world_knob.touch_again && csm_change_get_op(ctx, change) == CSM_UPDATING)
        return CSM_OK;
    CSM_TRY(csm_record_get(ctx, "duty", csm_change_id(ctx, change), &rec));
    CSM_TRY(csm_record_set_text(ctx, rec, "result", csm_printf(ctx, "%s+", csm_record_text(ctx, rec, "result").len < 150 ?
                                csm_printf(ctx, "%.*s", CSM_STR_FMT(csm_record_text(ctx, rec, "result"))).ptr : "")));
    return csm_record_update(ctx, rec);
}

static csm_status gone(csm_ctx *ctx, csm_change *change)
{
    world_note("gone(%.*s) ", CSM_STR_FMT(csm_change_old_text(ctx, change, "title")));
    return CSM_OK;
}

static csm_status later(csm_ctx *ctx, csm_change *change)
{
    csm_str entry = csm_change_new_text(ctx, change, "comments");

    world_note("later(%s %lld>%lld%s%.*s) ", csm_change_table(ctx, change), (long long)csm_change_old_int(ctx, change, "priority"),
               (long long)csm_change_new_int(ctx, change, "priority"), entry.len > 0 ? " " : "", CSM_STR_FMT(entry));
    return CSM_OK;
}

static csm_status later_gone(csm_ctx *ctx, csm_change *change)
{
    world_note("later_gone(%.*s) ", CSM_STR_FMT(csm_change_old_text(ctx, change, "title")));
    return CSM_OK;
}

static const csm_rule rules[] = {
    { .table = "duty", .when = CSM_BEFORE_WRITE, .order = 200, .run = second, .name = "second" },
    { .table = "duty", .when = CSM_BEFORE_WRITE, .order = 50, .run = first, .name = "first" },
    { .table = "duty", .when = CSM_BEFORE_UPDATE, .filter = "priorityCHANGESTO1", .run = high, .name = "high" },
    { .table = "duty", .when = CSM_AFTER_WRITE, .run = after, .name = "after" },
    { .table = "duty", .when = CSM_AFTER_DELETE, .run = gone, .name = "gone" },
    { .table = "duty", .when = CSM_ASYNC_UPDATE, .run = later, .name = "later", .filter = "title=async" },
    { .table = "duty", .when = CSM_ASYNC_DELETE, .run = later_gone, .name = "later gone", .filter = "title=async" },
};

/* ---- states ---- */

static csm_status guard(csm_ctx *ctx, csm_change *change)
{
    world_note("guard ");
    if (csm_str_is(csm_change_new_text(ctx, change, "result"), "bad"))
        return csm_fail(ctx, CSM_E_REJECTED, "the result is bad");
    return CSM_OK;
}

static csm_status effect(csm_ctx *ctx, csm_change *change)
{
    world_note("effect(%s) ", csm_change_transition(ctx, change));
    return CSM_OK;
}

static const csm_state state_list[] = { { "1", CSM_STATE_INITIAL },
                                        { "2", 0 },
                                        { "3", CSM_STATE_INACTIVE },
                                        { "4", CSM_STATE_CLOSED } };
static const csm_transition transitions[] = {
    { .name = "start", .from = "1", .to = "2", .sets = "helper=@me" },
    { .name = "finish", .from = "2", .to = "3", .roles = "keeper", .required = "result", .sets = "done_at=@now^done_by=@me",
      .guard = guard, .effect = effect },
    { .name = "approve", .from = "3", .to = "4", .roles = "visitor", .fields = "comments,wage", .sets = "comments=Thank you" },
    { .name = "reject", .from = "3", .to = "2", .roles = "visitor", .required = "comments", .sets = "done_at=^done_by=" },
    { .name = "reopen", .from = "3,4", .to = "2", .roles = "chief" },
    { .name = "hold", .from = "2", .to = NULL, .filter = "helper=@me", .filter_message = "only its helper may hold a duty",
      .sets = "part=gate" },
    { .name = "abandon", .from = "1,2", .to = "4", .roles = "chief" },
};
static const csm_state_model models[] = { { .table = "duty", .field = "state", .states = CSM_ARRAY(state_list),
                                            .transitions = CSM_ARRAY(transitions), .active = "active" } };

/* ---- access ---- */

static const csm_role roles[] = {
    { .name = "keeper", .contains = "snc_internal" },
    { .name = "chief", .contains = "keeper" },
    { .name = "visitor", .contains = "snc_external" },
};
static const csm_scope scopes[] = {
    { .table = "place", .ops = CSM_OP_CRWD, .role = "keeper", .filter = "open=true" },
    { .table = "place", .ops = CSM_OP_READ, .role = "visitor", .filter = "open=true" },
    { .table = "duty", .ops = CSM_OP_CRWD, .role = "keeper", .fields = "-wage", .inherit = true },
    { .table = "duty", .ops = CSM_OP_CRWD, .role = "chief", .inherit = true },
    { .table = "duty", .ops = CSM_OP_READ, .role = "visitor", .filter = "helper=@me", .fields = "-wage", .inherit = true },
    { .table = "duty", .ops = CSM_OP_WRITE, .role = "visitor", .filter = "helper=@me^active=true^ORstate=3",
      .fields = "title,comments", .inherit = true },
    { .table = "sys_user", .ops = CSM_OP_READ, .role = "keeper" },
    { .table = "tool", .ops = CSM_OP_CRWD, .role = "keeper" },
    { .table = "mark", .ops = CSM_OP_CRWD, .role = "keeper" },
    { .table = "gate", .ops = CSM_OP_CRWD, .role = "keeper" },
};

/* ---- jobs, events, points ---- */

static csm_status sweep(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    int64_t left = csm_value_int(args);

    (void)ctx;
    world_note("sweep(%lld) ", (long long)left);
    if (world_knob.job_fails)
        return csm_fail(ctx, CSM_E_REJECTED, "the broom is broken");
    *more = left > 1;
    *next_args = csm_int(left - 1);
    return CSM_OK;
}

static csm_status daily(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    (void)args;
    (void)more;
    (void)next_args;
    world_note("daily ");
    return world_knob.job_fails ? csm_fail(ctx, CSM_E_REJECTED, "it rains") : CSM_OK;
}

static const csm_job jobs[] = {
    { .name = "sweep", .run = sweep },
    { .name = "daily", .every_s = 86400, .run = daily, .catch_up = true },
    { .name = "hourly", .every_s = 3600, .run = daily },
};

static csm_status on_place(csm_ctx *ctx, const char *event, csm_value payload)
{
    const csm_value *id = csm_map_get(&payload, "id");
    csm_record *rec = NULL;

    if (world_knob.subscriber_fails)
        return csm_fail(ctx, CSM_E_REJECTED, "deaf");
    CSM_TRY(csm_record_find(ctx, "place", id != NULL ? csm_value_id(*id) : (csm_id){ { 0 } }, &rec));
    world_note("%s(%.*s) ", event, CSM_STR_FMT(rec != NULL ? csm_record_text(ctx, rec, "name") : CSM_STR("-")));
    CSM_TRY(csm_record_create(ctx, "gate", &rec));
    CSM_TRY(csm_record_set_text(ctx, rec, "name", csm_str_of(event)));
    return csm_record_insert(ctx, rec);
}

static csm_status on_bell(csm_ctx *ctx, const char *event, csm_value payload)
{
    const csm_value *at = csm_map_get(&payload, "at");

    (void)ctx;
    world_note("%s(%s) ", event, at != NULL && at->type == CSM_T_TIME ? "time" : "?");
    return CSM_OK;
}

static const csm_subscriber subscribers[] = {
    { .event = "place.insert", .order = 10, .run = on_place },
    { .event = "bell", .run = on_bell },
};

static const csm_param route_in[] = { CSM_PARAM("place", CSM_T_ID, .flags = CSM_PARAM_REQUIRED),
                                      CSM_PARAM("times", CSM_T_INT, .dflt = "2", .min = 1, .max = 9) };
static const csm_param route_out[] = { CSM_PARAM("way", CSM_T_TEXT) };
static const csm_point points[] = {
    { .name = "route/1", .params = CSM_ARRAY(route_in), .returns = CSM_ARRAY(route_out) },
};

static csm_verdict by_foot(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value answer = csm_map(NULL, 0);

    world_note("foot(%lld) ", (long long)csm_arg_int(ctx, in, 1));
    if (csm_arg_int(ctx, in, 1) == 9) {
        csm_fail(ctx, CSM_E_REJECTED, "too far to walk");
        return CSM_REJECT;
    }
    if (csm_map_add(ctx, &answer, csm_arg_int(ctx, in, 1) == 8 ? "wrong" : "way", csm_ctext("foot")) != CSM_OK ||
        csm_reply_value(ctx, out, answer) != CSM_OK)
        return CSM_REJECT;
    return csm_arg_int(ctx, in, 1) > 2 ? CSM_HANDLED : CSM_CONTINUE;
}

static csm_verdict by_cart(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value answer = csm_map(NULL, 0);

    (void)in;
    world_note("cart ");
    if (csm_map_add(ctx, &answer, "way", csm_ctext("cart")) != CSM_OK || csm_reply_value(ctx, out, answer) != CSM_OK)
        return CSM_REJECT;
    return CSM_HANDLED;
}

static const csm_impl impls[] = {
    { .point = "route/1", .order = 20, .run = by_cart },
    { .point = "route/1", .order = 10, .run = by_foot },
};

/* ---- rows ---- */

static const csm_seed seeds[] = {
    { "sys_user", "kim", "user_name=kim^first_name=Kim^last_name=Keeper" },
    { "sys_user", "chief", "user_name=chief^first_name=Chris^last_name=Chief" },
    { "sys_user", "vera", "user_name=vera^first_name=Vera^last_name=Visitor" },
    { "sys_user", "root", "user_name=root" },
    { "sys_user_has_role", "kim", "user=@key:sys_user/kim^role=@key:sys_user_role/keeper" },
    { "sys_user_has_role", "chief", "user=@key:sys_user/chief^role=@key:sys_user_role/chief" },
    { "sys_user_has_role", "vera", "user=@key:sys_user/vera^role=@key:sys_user_role/visitor" },
    { "sys_user_has_role", "root", "user=@key:sys_user/root^role=@key:sys_user_role/admin" },
    { "place", "park", "name=Park^code=P^owner=@key:sys_user/chief" },
    { "place", "lake", "name=Lake^code=L^parent=@key:place/park" },
};
static const csm_seed demo[] = {
    { "place", "hill", "name=Hill^code=H^parent=@key:place/park" },
    { "place", "cave", "name=Cave^code=C^parent=@key:place/hill" },
};
static const csm_property properties[] = {
    { .name = "park.motto", .type = CSM_T_TEXT, .dflt = "be kind", .doc = "What the gate says" },
};

const csm_plugin world_park = {
    .magic = CSM_ABI_MAGIC,
    .size = sizeof(csm_plugin),
    .abi_major = CSM_ABI_MAJOR,
    .abi_minor = CSM_ABI_MINOR,
    .id = "park",
    .version = "1.0",
    .summary = "A park",
    .tables = CSM_ARRAY(tables),
    .properties = CSM_ARRAY(properties),
    .seeds = CSM_ARRAY(seeds),
    .demo = CSM_ARRAY(demo),
    .roles = CSM_ARRAY(roles),
    .scopes = CSM_ARRAY(scopes),
    .states = CSM_ARRAY(models),
    .derived = CSM_ARRAY(derived),
    .rules = CSM_ARRAY(rules),
    .points = CSM_ARRAY(points),
    .impls = CSM_ARRAY(impls),
    .jobs = CSM_ARRAY(jobs),
    .subscribers = CSM_ARRAY(subscribers),
};
