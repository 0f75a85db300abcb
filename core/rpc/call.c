/* One call: decoding its arguments, checking rights, running the handler, encoding the answer. The same for every thread. */
#include "rpc/call.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "rpc/timeline.h"

#include <stdio.h>
#include <stdlib.h>

#define CALL_ARENA_BLOCK 16384u /* a create takes 100 kB */
#define CALL_ARENA_MAX (256u * 1024u * 1024u) /* memory one request may use */
#define FEW_KEYS 8u

csm_call *csm_call_new(csm_rpc *rpc, csm_session *session)
{
    csm_call *call = csm_mem_zalloc(sizeof(*call));

    if (call == NULL)
        return NULL;
    call->arena = csm_arena_new(CALL_ARENA_BLOCK, CALL_ARENA_MAX);
    if (call->arena == NULL) {
        csm_mem_free(call);
        return NULL;
    }
    call->rpc = rpc;
    call->session = session;
    call->identity = session->identity;
    call->error_maps = session->error_maps;
    csm_buf_init(&call->reply, rpc->options.reply_bytes);
    return call;
}

void csm_call_free(csm_call *call)
{
    if (call == NULL)
        return;
    csm_buf_done(&call->reply);
    csm_arena_free(call->arena);
    csm_mem_free(call);
}

/* ---- arguments ---- */

typedef enum common_arg { ARG_DEADLINE, ARG_TRACE, ARG_REQUEST_KEY, ARG_DRY_RUN, ARG_AS_OF, ARG_DISPLAY, ARG_COUNT } common_arg;

static const struct {
    csm_str name;
    uint32_t type;
    bool writes_only, reads_only;
} common_args[ARG_COUNT] = {
    [ARG_DEADLINE] = { CSM_STR_INIT("deadline_ms"), CSM_T_INT, false, false },
    [ARG_TRACE] = { CSM_STR_INIT("trace"), CSM_T_TEXT, false, false },
    [ARG_REQUEST_KEY] = { CSM_STR_INIT("request_key"), CSM_T_TEXT, true, false },
    [ARG_DRY_RUN] = { CSM_STR_INIT("dry_run"), CSM_T_BOOL, true, false },
    [ARG_AS_OF] = { CSM_STR_INIT("as_of"), CSM_T_TEXT, false, true },
    [ARG_DISPLAY] = { CSM_STR_INIT("display"), CSM_T_BOOL, false, false },
};

static csm_status take_common(csm_call *call, common_arg which, csm_value value, csm_error *err)
{
    const char *name = common_args[which].name.ptr;
    bool writes = (call->method->decl->flags & CSM_METHOD_WRITES) != 0;

    if (csm_is_nil(value))
        return CSM_OK;
    if (value.type != common_args[which].type)
        return csm_error_field(err, CSM_E_INVALID, name, "argument \"%s\" has the wrong type", name);
    if (common_args[which].writes_only && !writes)
        return csm_error_field(err, CSM_E_INVALID, name, "argument \"%s\" is for methods that write", name);
    if (common_args[which].reads_only && writes)
        return csm_error_field(err, CSM_E_INVALID, name, "argument \"%s\" is for methods that read", name);
    switch (which) {
    case ARG_DEADLINE:
        if (value.i < 1 || value.i > 3600000)
            return csm_error_field(err, CSM_E_INVALID, name, "argument \"deadline_ms\": 1 to 3600000");
        call->deadline_us = call->started_us + value.i * 1000;
        break;
    case ARG_TRACE:
    case ARG_REQUEST_KEY:
        if (value.s.len == 0 || value.s.len > 128)
            return csm_error_field(err, CSM_E_INVALID, name, "argument \"%s\" has 1 to 128 bytes", name);
        *(which == ARG_TRACE ? &call->trace : &call->request_key) = value.s;
        break;
    case ARG_DRY_RUN:
        call->dry_run = value.b;
        break;
    case ARG_AS_OF:
        if (!csm_time_parse(value.s, &call->as_of))
            return csm_error_field(err, CSM_E_INVALID, name, "argument \"as_of\" is no RFC 3339 time");
        break;
    default:
        call->display = value.b;
    }
    return CSM_OK;
}

/* A declared parameter of the method goes first: a plugin may have its own "display". */
static bool is_declared(const csm_method *decl, csm_str name)
{
    for (uint32_t n = 0; n < decl->params.count; n++)
        if (csm_str_is(name, decl->params.items[n].name))
            return true;
    return false;
}

static csm_status split_common(csm_call *call, csm_value map, csm_error *err)
{
    csm_pair *rest = csm_arena_array(call->arena, map.count + 1u, sizeof(*rest));
    uint32_t kept = 0;

    if (rest == NULL)
        return csm_error_nomem(err);
    for (uint32_t n = 0; n < map.count; n++) {
        uint32_t which = 0;

        while (which < ARG_COUNT && !csm_str_eq(map.map[n].key, common_args[which].name))
            which++;
        if (which == ARG_COUNT || is_declared(call->method->decl, map.map[n].key))
            rest[kept++] = map.map[n];
        else
            CSM_TRY(take_common(call, (common_arg)which, map.map[n].value, err));
    }
    call->given = csm_map(rest, kept);
    return CSM_OK;
}

static int by_key(const void *a, const void *b)
{
    return csm_str_cmp(*(const csm_str *)a, *(const csm_str *)b);
}

static csm_status refuse_twin(csm_str key, csm_error *err)
{
    return csm_error_set(err, CSM_E_INVALID, "the key \"%.*s\" is there twice in one map", CSM_STR_FMT(key));
}

/* A few keys are each held against those before, many are sorted. */
static csm_status check_few(csm_value map, csm_error *err)
{
    for (uint32_t n = 1; n < map.count; n++)
        for (uint32_t k = 0; k < n; k++)
            if (csm_str_eq(map.map[k].key, map.map[n].key))
                return refuse_twin(map.map[n].key, err);
    return CSM_OK;
}

/* A key twice in one map would be read one way here and another way there. */
static csm_status check_map(csm_arena *arena, csm_value map, csm_error *err)
{
    csm_str *keys;

    if (map.count <= FEW_KEYS)
        return check_few(map, err);
    keys = csm_arena_array(arena, map.count, sizeof(*keys));
    if (keys == NULL)
        return csm_error_nomem(err);
    for (uint32_t n = 0; n < map.count; n++)
        keys[n] = map.map[n].key;
    qsort(keys, map.count, sizeof(*keys), by_key);
    for (uint32_t n = 1; n < map.count; n++)
        if (csm_str_eq(keys[n - 1], keys[n]))
            return refuse_twin(keys[n], err);
    return CSM_OK;
}

static csm_status check_keys(csm_arena *arena, csm_value value, csm_error *err)
{
    if (value.type == CSM_T_MAP && value.count > 1)
        CSM_TRY(check_map(arena, value, err));
    for (uint32_t n = 0; (value.type == CSM_T_MAP || value.type == CSM_T_LIST) && n < value.count; n++)
        CSM_TRY(check_keys(arena, value.type == CSM_T_MAP ? value.map[n].value : value.list[n], err));
    return CSM_OK;
}

csm_status csm_call_decode(csm_call *call, csm_error *err)
{
    static const csm_decode_options strict = { .copy = false, .strict = true };
    csm_reader reader = call->params; /* kept: a read may be run again from its start */
    csm_value params;

    CSM_TRY(csm_wire_decode(&reader, call->arena, strict, &params, err));
    if (params.type != CSM_T_LIST || params.count > 1)
        return csm_error_set(err, CSM_E_INVALID, "params are an array of at most one map of named arguments");
    if (params.count == 0 || (params.list[0].type == CSM_T_LIST && params.list[0].count == 0))
        return CSM_OK; /* some clients send an empty map as an empty array */
    if (params.list[0].type != CSM_T_MAP)
        return csm_error_set(err, CSM_E_INVALID, "arguments are named: params are [{\"name\": value, ...}]");
    CSM_TRY(check_keys(call->arena, params.list[0], err));
    return split_common(call, params.list[0], err);
}

/* ---- running ---- */

csm_status csm_call_begin(csm_call *call, csm_call_ctx *cc, csm_seat *seat, csm_txn *txn)
{
    csm_ctx *ctx = &cc->ctx;

    csm_ctx_init(ctx, call->rpc->engine, call->arena, txn != NULL ? NULL : seat->snap, txn, csm_caller_nobody(),
                 &seat->cache, &seat->ids);
    cc->call = call;
    ctx->trace = call->trace;
    ctx->as_of = call->as_of;
    ctx->display = call->display;
    ctx->dry_run = call->dry_run;
    if (txn != NULL) {
        ctx->log = csm_request_log_new(call->arena, csm_str_of(call->method->name));
        if (ctx->log == NULL)
            return csm_ctx_nomem(ctx);
    }
    return CSM_OK;
}

/* The method was looked up in the registry that was the newest then; the call runs on the one that holds for what it sees. */
static csm_status find_again(csm_call *call, csm_ctx *ctx)
{
    const csm_mmethod *method;

    if (call->reg == ctx->reg)
        return CSM_OK;
    method = csm_registry_method(ctx->reg, csm_str_of(call->method->name));
    if (method == NULL || ((method->decl->flags ^ call->method->decl->flags) & CSM_METHOD_WRITES) != 0)
        return csm_ctx_fail(ctx, CSM_E_NOT_FOUND, "method \"%s\" is not active", call->method->name);
    call->method = method;
    call->reg = ctx->reg;
    return CSM_OK;
}

/* A user who may no longer call may still log in as another one: to an open method he is nobody. */
csm_status csm_call_load(csm_call *call, csm_ctx *ctx)
{
    csm_status st;

    CSM_TRY(find_again(call, ctx));
    st = csm_caller_load(ctx, call->identity.user, call->identity.acting, call->identity.local_admin);
    if (st == CSM_E_UNAUTHENTICATED && (call->method->decl->flags & CSM_METHOD_OPEN) != 0) {
        csm_error_clear(&ctx->err);
        ctx->caller = csm_caller_nobody();
        st = CSM_OK;
    }
    CSM_TRY(st);
    call->external = ctx->caller->is_external;
    return CSM_OK;
}

csm_status csm_call_enter(csm_call *call, csm_call_ctx *cc, csm_seat *seat, csm_txn *txn)
{
    CSM_TRY(csm_call_begin(call, cc, seat, txn));
    return csm_call_load(call, &cc->ctx);
}

csm_status csm_call_check(csm_call *call, csm_ctx *ctx)
{
    const csm_method *decl = call->method->decl;
    const csm_caller *caller = ctx->caller;

    if (call->as_of != 0 && caller->is_external)
        return csm_error_field(&ctx->err, CSM_E_DENIED, "as_of", "argument \"as_of\" is for internal users");
    if ((decl->flags & CSM_METHOD_OPEN) != 0)
        return CSM_OK;
    if (csm_id_is_none(call->identity.user) && !call->identity.local_admin)
        return csm_ctx_fail(ctx, CSM_E_UNAUTHENTICATED, "log in first: session.login");
    if (caller->must_change_password)
        return csm_ctx_fail(ctx, CSM_E_UNAUTHENTICATED, "the password must be changed first: session.change_password");
    if (caller->is_external && (decl->flags & CSM_METHOD_EXTERNAL) == 0)
        return csm_ctx_fail(ctx, CSM_E_DENIED, "method \"%s\" is for internal users", call->method->name);
    if (decl->role != NULL && !csm_caller_has_any(ctx, csm_str_of(decl->role)))
        return caller->is_external
                   ? csm_ctx_fail(ctx, CSM_E_DENIED, "method \"%s\" is not for this caller", call->method->name)
                   : csm_ctx_fail(ctx, CSM_E_DENIED, "method \"%s\" needs one of the roles: %s", call->method->name, decl->role);
    return CSM_OK;
}

/* A method made from a transition: the record moves, the other arguments are fields to set with it. */
static csm_status run_transition(csm_call *call, csm_ctx *ctx, csm_reply *reply)
{
    csm_write_options options = CSM_WRITE_OPTIONS_INIT;
    const csm_value *id_given = csm_map_get(&call->given, "id");
    csm_pair *pairs = csm_arena_array(call->arena, call->given.count + 1u, sizeof(*pairs));
    uint32_t count = 0;
    csm_row *row;
    csm_id id;

    if (pairs == NULL)
        return csm_ctx_nomem(ctx);
    if (id_given == NULL || id_given->type != CSM_T_TEXT || !csm_id_parse(id_given->s, &id))
        return csm_error_field(&ctx->err, CSM_E_INVALID, "id", "argument \"id\": 32 hex digits of a %s",
                               csm_ctx_called(ctx, call->method->model->table));
    for (uint32_t n = 0; n < call->given.count; n++)
        if (!csm_str_is(call->given.map[n].key, "id"))
            pairs[count++] = call->given.map[n];
    options.transition = call->method->transition;
    CSM_TRY(csm_write_update(ctx, call->method->model->table, id, csm_map(pairs, count), &options, &row));
    return csm_reply_row(ctx, reply, row);
}

/* Made from a state model: what happened to a record of its table. */
static csm_status run_timeline(csm_call *call, csm_ctx *ctx, const csm_args *args, csm_reply *reply)
{
    uint32_t limit = csm_is_nil(args->values[1]) ? 0 : (uint32_t)args->values[1].i;

    return csm_record_timeline(ctx, call->method->model->table, args->values[0].id, limit, reply);
}

static csm_status run_handler(csm_call *call, csm_ctx *ctx, csm_reply *reply)
{
    const csm_method *decl = call->method->decl;
    csm_args args = { 0 };
    csm_frame frame;
    csm_status st;

    CSM_TRY(csm_args_parse(ctx, decl->params.items, decl->params.count, call->given, &args));
    if (call->method->model != NULL && call->method->transition == NULL)
        return run_timeline(call, ctx, &args, reply);
    if (call->method->model != NULL)
        return run_transition(call, ctx, reply);
    if (call->method->link != NULL)
        return csm_link_run(ctx, call->method, call->given, reply);
    frame = csm_frame_enter(ctx, call->method->plugin, false, call->method->name);
    st = decl->run(ctx, &args, reply);
    return csm_frame_leave(ctx, frame, st, "method", call->method->name);
}

static void begin_reply(csm_call *call, csm_writer *w)
{
    csm_buf_clear(&call->reply);
    csm_write_list(w, 4);
    csm_write_int(w, CSM_RESPONSE);
    csm_write_int(w, call->msgid);
}

csm_status csm_call_run(csm_call *call, csm_ctx *ctx)
{
    csm_writer w = { &call->reply };
    csm_reply reply = { .writer = &w };

    CSM_TRY(csm_call_check(call, ctx));
    if (call->pages == 0) {
        begin_reply(call, &w);
        csm_write_nil(&w);
    } else {
        call->reply.len = call->reply_kept;
    }
    CSM_TRY(run_handler(call, ctx, &reply));
    if (ctx->sticky != CSM_OK)
        return csm_ctx_fail(ctx, ctx->sticky, "method \"%s\" used a wrong field name", call->method->name);
    if (ctx->budget.exceeded) /* a handler that went on regardless may have found too little */
        return csm_ctx_fail(ctx, CSM_E_LIMIT, "the call touches too many rows or takes too long");
    if (call->refused) { /* what it wrote stays: a counted failure */
        csm_call_fail(call, &call->refusal);
        return CSM_OK;
    }
    if (!reply.done && !call->more)
        csm_write_nil(&w);
    if (call->reply.no_memory)
        return csm_ctx_nomem(ctx);
    if (call->reply.failed)
        return csm_ctx_fail(ctx, CSM_E_LIMIT, "the reply is larger than %u bytes: ask for fewer rows or fields",
                            call->rpc->options.reply_bytes);
    return CSM_OK;
}

csm_status csm_call_answer(csm_call *call, csm_value result, csm_error *err)
{
    csm_writer w = { &call->reply };

    begin_reply(call, &w);
    csm_write_nil(&w);
    csm_write_value(&w, result);
    if (call->reply.no_memory)
        return csm_error_nomem(err);
    if (call->reply.failed)
        return csm_error_set(err, CSM_E_LIMIT, "the reply is larger than %u bytes", call->rpc->options.reply_bytes);
    return CSM_OK;
}

/* ---- errors ---- */

static bool is_inner(csm_status code)
{
    return code == CSM_E_CORRUPT || code == CSM_E_IO || code == CSM_E_INTERNAL;
}

static void add_text(csm_writer *w, const char *key, const char *text)
{
    if (text[0] == '\0')
        return;
    csm_write_cstr(w, key);
    csm_write_cstr(w, text);
}

/* What a client reads; the facts of an inner error go to the log. */
static const char *outer_message(csm_call *call, const csm_error *err, char *fixed, size_t size)
{
    if (!is_inner(err->code))
        return err->message;
    csm_log(CSM_LOG_ERROR, "rpc", "%s trace=%.*s: %s (%s)", call->method != NULL ? call->method->name : "?",
            CSM_STR_FMT(call->trace), err->message, err->detail);
    (void)snprintf(fixed, size, "the server met an internal error; its log has it under trace %.*s", CSM_STR_FMT(call->trace));
    return fixed;
}

static void write_error_map(csm_call *call, csm_writer *w, const csm_error *err, const char *message)
{
    const char *detail = is_inner(err->code) || call->external ? "" : err->detail, *hint = call->external ? "" : err->hint;
    const char *plugin = call->external ? "" : err->plugin;
    uint32_t count = 4u + (detail[0] != '\0') + (hint[0] != '\0') + (err->field[0] != '\0') + (err->reason[0] != '\0') +
                     (plugin[0] != '\0') + (err->data != NULL);

    csm_write_map(w, count);
    csm_write_cstr(w, "code");
    csm_write_int(w, err->code);
    csm_write_cstr(w, "name");
    csm_write_cstr(w, csm_status_text(err->code));
    csm_write_cstr(w, "message");
    csm_write_cstr(w, message);
    add_text(w, "detail", detail);
    add_text(w, "hint", hint);
    add_text(w, "field", err->field);
    add_text(w, "reason", err->reason);
    add_text(w, "plugin", plugin);
    if (err->data != NULL) {
        csm_write_cstr(w, "data");
        csm_write_value(w, *err->data);
    }
    csm_write_cstr(w, "trace");
    csm_write_text(w, call->trace);
}

static void write_error_text(const csm_call *call, csm_writer *w, const csm_error *err, const char *message)
{
    char line[768];
    int len = snprintf(line, sizeof(line), "CSM-%d %s: %s", (int)err->code, csm_status_text(err->code), message);

    if (err->hint[0] != '\0' && !call->external && len > 0 && (size_t)len < sizeof(line))
        (void)snprintf(line + len, sizeof(line) - (size_t)len, " (%s)", err->hint);
    csm_write_cstr(w, line);
}

void csm_call_write_error(csm_call *call, csm_writer *w, const csm_error *err)
{
    char fixed[320];

    write_error_map(call, w, err, outer_message(call, err, fixed, sizeof(fixed)));
}

void csm_call_fail(csm_call *call, const csm_error *err)
{
    csm_writer w = { &call->reply };
    char fixed[320];
    const char *message = outer_message(call, err, fixed, sizeof(fixed));

    call->status = err->code;
    begin_reply(call, &w);
    if (call->error_maps)
        write_error_map(call, &w, err, message);
    else
        write_error_text(call, &w, err, message);
    csm_write_nil(&w);
}
