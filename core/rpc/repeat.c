/* request_key: the reply of a write is kept with its effect, so that a repeat gets the first reply and has no second effect.
 * Key in the request database: day (4) + caller (16) + key; value: hash of method and arguments (8) + result bytes.
 * Days are looked at from tomorrow back: the clock may have been set back over midnight while the server was down. Days gone
 * by are deleted in pages. Source: DESIGN 3, 4. */
#include "rpc/call.h"

#include "base/str.h"

#define PURGE_PAGE 2000u

static void put_be(uint8_t *out, uint64_t value, unsigned bytes)
{
    for (unsigned n = 0; n < bytes; n++)
        out[n] = (uint8_t)(value >> (8 * (bytes - 1 - n)));
}

static csm_str make_key(const csm_call *call, int64_t day, uint8_t buf[CSM_KEY_MAX])
{
    size_t len = 20;

    put_be(buf, (uint64_t)day, 4);
    memcpy(buf + 4, call->identity.user.b, sizeof(call->identity.user.b));
    memcpy(buf + len, call->request_key.ptr, call->request_key.len);
    return (csm_str){ (const char *)buf, len + call->request_key.len };
}

/* Of the method and the arguments as they came, without the common ones (a retry may bring another trace or deadline). */
static csm_status hash_of(csm_ctx *ctx, const csm_call *call, uint64_t *out)
{
    csm_buf buf;
    csm_writer w = { &buf };
    bool failed;

    csm_buf_init(&buf, 0);
    csm_write_cstr(&w, call->method->name);
    csm_write_value(&w, call->given);
    *out = csm_hash(buf.ptr, buf.len);
    failed = buf.failed;
    csm_buf_done(&buf);
    return failed ? csm_ctx_nomem(ctx) : CSM_OK;
}

/* The result part of an encoded reply: [1, msgid, nil, result]. */
static csm_str result_of(const csm_call *call)
{
    csm_reader r = { call->reply.ptr, call->reply.ptr + call->reply.len };
    csm_head head;

    if (!csm_reader_next(&r, &head) || !csm_reader_skip(&r) || !csm_reader_skip(&r) || !csm_reader_skip(&r))
        return (csm_str){ 0 };
    return (csm_str){ (const char *)r.at, (size_t)(r.end - r.at) };
}

csm_status csm_repeat_find(csm_ctx *ctx, csm_call *call, bool *found)
{
    uint8_t buf[CSM_KEY_MAX];
    uint64_t hash, kept = 0;
    csm_str value;
    csm_writer w = { &call->reply };
    csm_status st = CSM_E_NOT_FOUND;

    CSM_TRY(hash_of(ctx, call, &hash));
    for (int64_t back = -1; st == CSM_E_NOT_FOUND && back <= ctx->engine->limits.request_key_days; back++)
        st = csm_view_get(ctx->view, CSM_DB_REQUEST, make_key(call, ctx->now / CSM_DAY - back, buf), &value, &ctx->err);
    *found = st == CSM_OK;
    if (st != CSM_OK)
        return st == CSM_E_NOT_FOUND ? CSM_OK : st;
    if (value.len < 8)
        return csm_ctx_fail(ctx, CSM_E_CORRUPT, "the stored reply of a request key is too short");
    for (unsigned n = 0; n < 8; n++)
        kept = kept << 8 | (uint8_t)value.ptr[n];
    if (kept != hash)
        return csm_error_field(&ctx->err, CSM_E_CONFLICT, "request_key", "request key \"%.*s\" was used with other arguments",
                               CSM_STR_FMT(call->request_key));
    csm_buf_clear(&call->reply);
    csm_write_list(&w, 4);
    csm_write_int(&w, CSM_RESPONSE);
    csm_write_int(&w, call->msgid);
    csm_write_nil(&w);
    csm_write_raw(&w, (csm_str){ value.ptr + 8, value.len - 8 });
    return call->reply.failed ? csm_ctx_nomem(ctx) : CSM_OK;
}

csm_status csm_repeat_store(csm_ctx *ctx, csm_call *call)
{
    csm_str result = result_of(call);
    uint8_t buf[CSM_KEY_MAX];
    uint8_t *value;
    uint64_t hash;

    if (call->changes_identity) /* a repeat would say so and change nothing */
        return csm_error_field(&ctx->err, CSM_E_UNSUPPORTED, "request_key", "method \"%s\" takes no request key",
                               call->method->name);
    if (result.ptr == NULL)
        return csm_ctx_fail(ctx, CSM_E_INTERNAL, "the reply just written cannot be read");
    if (result.len + 8 > CSM_VALUE_MAX)
        return csm_error_field(&ctx->err, CSM_E_LIMIT, "request_key", "the reply is too large to be kept under a request key");
    CSM_TRY(hash_of(ctx, call, &hash));
    value = csm_arena_alloc(ctx->arena, result.len + 8);
    if (value == NULL)
        return csm_ctx_nomem(ctx);
    put_be(value, hash, 8);
    memcpy(value + 8, result.ptr, result.len);
    return csm_txn_put(ctx->txn, CSM_DB_REQUEST, make_key(call, ctx->now / CSM_DAY, buf),
                       (csm_str){ (const char *)value, result.len + 8 }, &ctx->err);
}

csm_status csm_repeat_purge(csm_ctx *ctx, bool *more)
{
    uint8_t end[4];
    csm_range range = { .db = CSM_DB_REQUEST };
    csm_iter *it = NULL;
    csm_str key, value;
    bool has = true;
    uint32_t count = 0;
    csm_status st = CSM_OK;

    put_be(end, (uint64_t)(ctx->now / CSM_DAY - ctx->engine->limits.request_key_days), 4);
    range.to = (csm_str){ (const char *)end, sizeof(end) };
    CSM_TRY(csm_iter_open(ctx->arena, ctx->view, &range, &it, &ctx->err));
    while (count < PURGE_PAGE && (st = csm_iter_next(it, &key, &value, &has, &ctx->err)) == CSM_OK && has) {
        if ((st = csm_txn_del(ctx->txn, CSM_DB_REQUEST, key, &ctx->err)) != CSM_OK)
            break;
        count++;
    }
    csm_iter_close(it);
    *more = count == PURGE_PAGE;
    return st;
}
