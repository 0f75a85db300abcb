/* Connections: from a message to the thread that runs it. Loop thread only. */
#include "rpc/call.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

#include <stddef.h>
#include <stdio.h>

csm_session *csm_session_new(csm_rpc *rpc, const csm_session_options *options)
{
    csm_session *session = csm_mem_zalloc(sizeof(*session));

    if (session == NULL)
        return NULL;
    session->rpc = rpc;
    session->options = *options;
    (void)snprintf(session->address, sizeof(session->address), "%s", options->address != NULL ? options->address : "");
    session->options.address = session->address;
    session->identity.local_admin = options->local_admin;
    session->id = ++rpc->next_session;
    session->next = rpc->sessions;
    if (rpc->sessions != NULL)
        rpc->sessions->prev = session;
    rpc->sessions = session;
    rpc->session_count++;
    return session;
}

static void session_drop(csm_session *session)
{
    csm_rpc *rpc = session->rpc;

    if (session->prev != NULL)
        session->prev->next = session->next;
    else
        rpc->sessions = session->next;
    if (session->next != NULL)
        session->next->prev = session->prev;
    rpc->session_count--;
    csm_mem_free(session);
}

void csm_session_free(csm_session *session)
{
    if (session == NULL)
        return;
    session->closed = true;
    if (session->calls == 0)
        session_drop(session);
}

/* ---- answering ---- */

/* A reply for which there was no memory, not even for its error: written on the stack. */
static void send_no_memory(csm_call *call)
{
    uint8_t bytes[192];
    csm_buf buf = { .ptr = bytes, .cap = sizeof(bytes), .limit = sizeof(bytes) };
    csm_writer w = { &buf };

    call->status = CSM_E_NOMEM;
    csm_write_list(&w, 4);
    csm_write_int(&w, CSM_RESPONSE);
    csm_write_int(&w, call->msgid);
    if (call->error_maps) {
        csm_write_map(&w, 3);
        csm_write_cstr(&w, "code");
        csm_write_int(&w, CSM_E_NOMEM);
        csm_write_cstr(&w, "name");
        csm_write_cstr(&w, csm_status_text(CSM_E_NOMEM));
        csm_write_cstr(&w, "message");
        csm_write_cstr(&w, "out of memory");
    } else {
        char line[96];

        (void)snprintf(line, sizeof(line), "CSM-%d %s: out of memory", (int)CSM_E_NOMEM, csm_status_text(CSM_E_NOMEM));
        csm_write_cstr(&w, line);
    }
    csm_write_nil(&w);
    call->session->options.send(call->session->options.user, csm_buf_str(&buf));
}

static void send_reply(csm_call *call)
{
    csm_session *session = call->session;

    csm_rpc_count(call);
    if (call->prepare != NULL && (call->status == CSM_E_UNAUTHENTICATED || call->status == CSM_E_NOT_FOUND))
        csm_throttle_count(call->rpc->throttle, session->address, csm_clock_now(call->rpc->engine->clock));
    if (session->closed)
        return;
    if (call->changes_identity && call->status == CSM_OK && !call->dry_run) {
        session->identity = call->new_identity;
        session->login_until = 0;
    }
    if (call->changes_errors && call->status == CSM_OK)
        session->error_maps = call->new_error_maps;
    if (call->notification) {
        if (call->status != CSM_OK) /* counted above; anybody who connects could fill the log with it */
            csm_log(CSM_LOG_DEBUG, "rpc", "notification %s failed", call->method != NULL ? call->method->name : "?");
        return;
    }
    if (call->reply.failed)
        send_no_memory(call);
    else
        session->options.send(session->options.user, csm_buf_str(&call->reply));
}

void csm_rpc_deliver(csm_rpc *rpc)
{
    csm_call *call;

    csm_mutex_lock(rpc->done_lock);
    call = rpc->done_head;
    rpc->done_head = NULL;
    rpc->done_tail = &rpc->done_head;
    csm_mutex_unlock(rpc->done_lock);
    while (call != NULL) {
        csm_call *next = call->next;
        csm_session *session = call->session;

        send_reply(call);
        session->calls--;
        if (!session->closed)
            session->options.end(session->options.user);
        else if (session->calls == 0)
            session_drop(session);
        csm_call_free(call);
        call = next;
    }
}

/* ---- dispatch ---- */

/* Until when the login is good as its row stands: 0 when it is not. */
static csm_status login_end(csm_ctx *ctx, const char *table_name, csm_id id, csm_time *out)
{
    const csm_mtable *table;
    const csm_mfield *expires, *active;
    csm_row *row = NULL;
    csm_value until;

    CSM_TRY(csm_registry_get_table(ctx->reg, csm_str_of(table_name), &table, &ctx->err));
    CSM_TRY(csm_mtable_get_field(table, CSM_STR("expires"), &expires, &ctx->err));
    CSM_TRY(csm_row_find(ctx, table, id, &row));
    *out = 0;
    if (row == NULL)
        return CSM_OK;
    active = csm_mtable_field(table, CSM_STR("active"));
    until = csm_row_get(row, expires);
    if (active == NULL || csm_value_bool(csm_row_get(row, active)))
        *out = csm_is_nil(until) ? INT64_MAX : until.i;
    return CSM_OK;
}

/* True while the login is there and good. Its row is looked at again when something watched changed. */
static csm_status login_lives(csm_session *session, csm_ctx *ctx, bool *out)
{
    bool by_token = !csm_id_is_none(session->identity.token);
    uint64_t epoch;

    CSM_TRY(csm_caller_epoch(ctx, &epoch));
    if (session->login_until == 0 || session->login_epoch != epoch) {
        CSM_TRY(login_end(ctx, by_token ? "sys_token" : "sys_session",
                          by_token ? session->identity.token : session->identity.session, &session->login_until));
        session->login_epoch = epoch;
    }
    *out = session->login_until > ctx->now;
    return CSM_OK;
}

static bool has_login(const csm_session *session)
{
    return !csm_id_is_none(session->identity.session) || !csm_id_is_none(session->identity.token);
}

/* A login that was ended, revoked or ran out leaves the connection nobody's again. An open method goes on as nobody. */
static csm_status check_login(csm_call *call, csm_ctx *ctx)
{
    csm_session *session = call->session;
    bool lives = false;

    CSM_TRY(login_lives(session, ctx, &lives));
    if (lives)
        return CSM_OK;
    session->identity = (csm_identity){ .local_admin = session->options.local_admin };
    call->identity = session->identity;
    if ((call->method->decl->flags & CSM_METHOD_OPEN) != 0)
        return CSM_OK;
    return csm_ctx_fail(ctx, CSM_E_UNAUTHENTICATED, "the session has ended: log in again");
}

/* The same for a call that runs elsewhere. */
static csm_status check_login_here(csm_call *call, csm_error *err)
{
    csm_rpc *rpc = call->rpc;
    csm_call_ctx cc;
    csm_status st;

    CSM_TRY(csm_snap_renew(rpc->loop.snap, err));
    st = csm_call_begin(call, &cc, &rpc->loop, NULL);
    if (st == CSM_OK)
        st = check_login(call, &cc.ctx);
    if (st != CSM_OK)
        *err = cc.ctx.err;
    return st;
}

static void refuse(csm_call *call, csm_error *err)
{
    csm_call_fail(call, err);
    send_reply(call);
}

/* What a read may compute here. Each one that is stopped was for nothing: the next may take half, down to a fortieth, and
 * with every quiet second all of it comes back. */
static int64_t in_place_us(csm_rpc *rpc, int64_t now)
{
    int64_t most = rpc->engine->limits.read_us, back = now - rpc->stopped_at_us;

    return back >= CSM_SECOND ? most : rpc->stopped_us + (most - rpc->stopped_us) * back / CSM_SECOND;
}

#define CPU_READ_US 5000 /* the thread's processor time costs a system call: it is read that often at most */

/* When a read that begins @p now has computed for @p allowed, or at most CPU_READ_US later. */
static int64_t cpu_until(csm_rpc *rpc, int64_t now, int64_t allowed)
{
    if (now - rpc->cpu_read_us >= CPU_READ_US) {
        rpc->cpu_read_us = now;
        rpc->cpu_lead_us = csm_thread_cpu_us() - now;
    }
    return rpc->cpu_lead_us + now + allowed;
}

static void note_stopped(csm_rpc *rpc, int64_t allowed)
{
    int64_t least = rpc->engine->limits.read_us / 40;

    rpc->stopped_us = allowed / 2 > least ? allowed / 2 : least;
    rpc->stopped_at_us = csm_mono_us();
}

/* Runs a read here and now. Over its budget it goes to a worker, from its start. */
static bool run_in_place(csm_call *call)
{
    csm_rpc *rpc = call->rpc;
    csm_call_ctx cc;
    csm_ctx *ctx = &cc.ctx;
    csm_error err;
    csm_status st;
    int64_t allowed;

    csm_error_clear(&err);
    st = csm_call_decode(call, &err);
    if (st == CSM_OK)
        st = csm_snap_renew(rpc->loop.snap, &err);
    if (st != CSM_OK) {
        refuse(call, &err);
        return true;
    }
    st = csm_call_begin(call, &cc, &rpc->loop, NULL);
    allowed = in_place_us(rpc, call->started_us);
    ctx->budget.rows_max = rpc->engine->limits.read_rows;
    ctx->budget.until_us = call->started_us + allowed;
    ctx->budget.cpu_until_us = cpu_until(rpc, call->started_us, allowed);
    if (st == CSM_OK && has_login(call->session))
        st = check_login(call, ctx);
    if (st == CSM_OK)
        st = csm_call_load(call, ctx);
    if (st == CSM_OK)
        st = csm_call_run(call, ctx);
    if (st != CSM_OK && ctx->budget.exceeded) {
        note_stopped(rpc, allowed);
        return false;
    }
    if (st != CSM_OK)
        csm_call_fail(call, &ctx->err);
    send_reply(call);
    return true;
}

csm_status csm_throttle_check(csm_call *call, csm_error *err)
{
    csm_rpc *rpc = call->rpc;

    if (call->session->options.local_admin ||
        csm_throttle_allows(rpc->throttle, call->session->address, csm_clock_now(rpc->engine->clock)))
        return CSM_OK;
    return csm_error_set(err, CSM_E_BUSY, "too many failed logins from this address: try again in a minute");
}

/* Whose share of the writer or the workers a call takes: his user's, whatever the number of his connections. */
static uint64_t owner_of(const csm_call *call)
{
    csm_id user = call->identity.user;

    return csm_id_is_none(user) ? call->session->id : csm_hash_in_memory(user.b, sizeof(user.b));
}

/* Which thread runs a call that leaves the loop. */
static csm_status route(csm_call *call, csm_error *err)
{
    csm_rpc *rpc = call->rpc;
    bool writes = (call->method->decl->flags & CSM_METHOD_WRITES) != 0;
    csm_status st;

    call->owner = owner_of(call);
    call->prepare = csm_prepare_find(call->method->name);
    call->alone = csm_method_is_alone(call->method->name);
    if (call->prepare != NULL && call->request_key.len > 0)
        return csm_error_field(err, CSM_E_UNSUPPORTED, "request_key", "method \"%s\" takes no request key",
                               call->method->name);
    if (call->prepare != NULL)
        CSM_TRY(csm_throttle_check(call, err));
    if (writes && call->dry_run)
        st = csm_pool_add(rpc->workers, call->owner, csm_worker_dry_run, call);
    else if (call->prepare != NULL)
        st = csm_pool_add(rpc->hashers, csm_throttle_host(call->session->address), csm_worker_prepare, call);
    else if (writes)
        st = csm_queue_add(rpc->queue, call->owner, call);
    else
        st = csm_pool_add(rpc->workers, call->owner, csm_worker_read, call);
    return st == CSM_OK ? st : csm_error_set(err, CSM_E_BUSY, "the server has too much waiting: try again later");
}

/* Copies the message and hands the call to the writer or a worker. */
static void send_away(csm_call *seen)
{
    csm_rpc *rpc = seen->rpc;
    csm_call *call = csm_call_new(rpc, seen->session);
    csm_error err = { 0 };
    csm_status st;

    if (call == NULL) {
        csm_error_nomem(&err);
        refuse(seen, &err);
        return;
    }
    call->msgid = seen->msgid;
    call->notification = seen->notification;
    call->method = seen->method;
    call->reg = seen->reg;
    call->started_us = seen->started_us;
    call->deadline_us = seen->deadline_us;
    call->trace = csm_arena_str(call->arena, seen->trace);
    call->message = csm_arena_str(call->arena, seen->message);
    if (call->message.ptr == NULL || call->trace.ptr == NULL) {
        st = csm_error_nomem(&err);
    } else {
        size_t skip = (size_t)(seen->params.at - (const uint8_t *)seen->message.ptr);

        call->params.at = (const uint8_t *)call->message.ptr + skip;
        call->params.end = (const uint8_t *)call->message.ptr + call->message.len;
        st = csm_call_decode(call, &err);
    }
    if (st == CSM_OK && has_login(call->session))
        st = check_login_here(call, &err);
    if (st == CSM_OK)
        st = route(call, &err);
    if (st != CSM_OK) {
        refuse(call, &err);
        csm_call_free(call);
        return;
    }
    seen->session->calls++; /* answers are delivered on this thread, so not before now */
    seen->session->options.begin(seen->session->options.user);
}

/* Whether an employee or the local administrator asks: nobody else is told names he did not name himself. */
static bool asks_from_inside(csm_call *call)
{
    csm_rpc *rpc = call->rpc;
    csm_error err = { 0 };
    csm_ctx ctx;

    if ((csm_id_is_none(call->identity.user) && !call->identity.local_admin) || csm_snap_renew(rpc->loop.snap, &err) != CSM_OK)
        return false;
    csm_ctx_init(&ctx, rpc->engine, call->arena, rpc->loop.snap, NULL, csm_caller_nobody(), &rpc->loop.cache, &rpc->loop.ids);
    ctx.budget.rows_max = UINT64_MAX;
    ctx.budget.until_us = INT64_MAX;
    return csm_caller_load(&ctx, call->identity.user, call->identity.acting, call->identity.local_admin) == CSM_OK &&
           !ctx.caller->is_external;
}

static csm_status find_method(csm_call *call, csm_str name, csm_error *err)
{
    const char *nearest;
    const char **names;

    call->reg = csm_engine_registry(call->rpc->engine);
    call->method = csm_registry_method(call->reg, name);
    if (call->method != NULL) {
        if (call->method->decl->deadline_ms != 0)
            call->deadline_us = call->started_us + (int64_t)call->method->decl->deadline_ms * 1000;
        return CSM_OK;
    }
    csm_error_set(err, CSM_E_NOT_FOUND, "no method \"%.*s\"", CSM_STR_FMT(name));
    if (!asks_from_inside(call))
        return err->code;
    names = csm_arena_array(call->arena, call->reg->method_count + 1u, sizeof(*names));
    if (names == NULL)
        return err->code;
    for (uint32_t n = 0; n < call->reg->method_count; n++)
        names[n] = call->reg->methods[n].name;
    nearest = csm_str_nearest(name, names, call->reg->method_count);
    if (nearest != NULL)
        csm_error_hint(err, "did you mean \"%s\"?", nearest);
    return err->code;
}

static size_t put_hex(char *to, uint64_t number)
{
    size_t digits = number == 0 ? 1 : (67u - (size_t)__builtin_clzll(number)) / 4;

    for (size_t n = digits; n-- > 0; number >>= 4)
        to[n] = "0123456789abcdef"[number & 15];
    return digits;
}

/* "SESSION-CALL" in hex. ptr NULL: out of memory. */
static csm_str make_trace(csm_arena *arena, uint32_t session, uint64_t call)
{
    char *text = csm_arena_alloc(arena, 32);
    size_t len = 0;

    if (text != NULL) {
        len = put_hex(text, session);
        text[len++] = '-';
        len += put_hex(text + len, call);
    }
    return (csm_str){ text, len };
}

/* The loop's own call, cleared for the next message. */
static csm_call *fresh_call(csm_session *session)
{
    csm_rpc *rpc = session->rpc;
    csm_call *call = &rpc->in_place;
    csm_arena *arena = call->arena;
    csm_buf reply = call->reply;

    csm_arena_clear(arena);
    csm_buf_clear(&reply);
    memset(call, 0, offsetof(csm_call, refusal));
    call->rpc = rpc;
    call->session = session;
    call->identity = session->identity;
    call->error_maps = session->error_maps;
    call->arena = arena;
    call->reply = reply;
    call->started_us = csm_mono_us();
    call->deadline_us = call->started_us + (int64_t)rpc->options.deadline_ms * 1000;
    call->trace = make_trace(arena, session->id, ++rpc->traces);
    return call;
}

bool csm_session_message(csm_session *session, csm_str message)
{
    csm_call *call = fresh_call(session);
    csm_envelope envelope;
    bool has_msgid;
    csm_error err;
    csm_status st;

    csm_error_clear(&err);
    st = csm_envelope_parse(message, &envelope, &has_msgid, &err);
    call->msgid = has_msgid ? envelope.msgid : 0;
    call->message = message;
    if (st != CSM_OK) {
        refuse(call, &err);
        return false;
    }
    if (envelope.kind == CSM_RESPONSE)
        return true; /* we ask nothing of clients */
    call->notification = envelope.kind == CSM_NOTIFICATION;
    call->params = envelope.params;
    st = find_method(call, envelope.method, &err);
    if (st != CSM_OK) {
        if (!call->notification)
            refuse(call, &err);
        return true; /* unknown notifications are ignored */
    }
    if ((call->method->decl->flags & (CSM_METHOD_WRITES | CSM_METHOD_SLOW)) != 0)
        send_away(call);
    else if (!run_in_place(call))
        send_away(call);
    return true;
}

void csm_session_refuse(csm_session *session, const csm_error *err)
{
    csm_call *call = fresh_call(session);

    csm_call_fail(call, err);
    send_reply(call);
}
