/* Streams in the store: keys, pieces of long bodies, ranges. */
#include "engine/history/stream.h"

#include "base/id.h"
#include "engine/table/codec.h"

#define FORMAT 1
#define PIECES_MAX 255

static csm_str make_key(const csm_mtable *table, csm_id id, uint32_t stream, uint64_t number,
                        uint8_t to[CSM_STREAM_KEY + 1])
{
    csm_put_u32(to, table->root->id);
    memcpy(to + 4, id.b, sizeof(id.b));
    csm_put_u32(to + 4 + sizeof(id.b), stream);
    csm_put_u64(to + CSM_STREAM_PREFIX, number);
    return (csm_str){ (const char *)to, CSM_STREAM_KEY };
}

static csm_status refuse(csm_ctx *ctx, csm_id id, const char *why)
{
    char text[CSM_ID_TEXT];
    csm_id_format(id, text);
    return csm_ctx_fail(ctx, CSM_E_CORRUPT, "history of record %s: %s", text, why);
}

/* ---- writing ---- */

void csm_stream_start(csm_buf *body)
{
    static const uint8_t head[CSM_STREAM_HEAD] = { FORMAT };
    csm_buf_clear(body);
    csm_buf_add(body, head, sizeof(head));
}

csm_status csm_stream_put(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t stream, uint64_t number,
                          csm_buf *body)
{
    uint8_t key_bytes[CSM_STREAM_KEY + 1];
    csm_str key = make_key(table, id, stream, number, key_bytes);
    csm_str rest = csm_buf_str(body);
    if (body->failed)
        return csm_ctx_nomem(ctx);
    size_t pieces = (rest.len - 1) / CSM_VALUE_MAX;
    if (pieces > PIECES_MAX)
        return csm_ctx_fail(ctx, CSM_E_LIMIT, "history: a change of %zu bytes is above 16 MiB", rest.len);
    body->ptr[1] = (uint8_t)pieces;
    for (size_t n = 0; n <= pieces; n++) {
        csm_str part = { rest.ptr, rest.len < CSM_VALUE_MAX ? rest.len : CSM_VALUE_MAX };
        key_bytes[CSM_STREAM_KEY] = (uint8_t)n;
        key.len = n == 0 ? CSM_STREAM_KEY : CSM_STREAM_KEY + 1;
        CSM_TRY(csm_txn_put(ctx->txn, CSM_DB_HISTORY, key, part, &ctx->err));
        rest = (csm_str){ rest.ptr + part.len, rest.len - part.len };
    }
    return CSM_OK;
}

/* ---- reading ---- */

/* Joins the pieces that follow the first. */
static csm_status join(csm_ctx *ctx, csm_id id, csm_str key, csm_str first, unsigned pieces, csm_str *out)
{
    uint8_t piece_key[CSM_STREAM_KEY + 1];
    char *joined = csm_arena_alloc(ctx->arena, first.len + (size_t)pieces * CSM_VALUE_MAX);
    if (joined == NULL)
        return csm_ctx_nomem(ctx);
    memcpy(joined, first.ptr, first.len);
    memcpy(piece_key, key.ptr, CSM_STREAM_KEY);
    *out = (csm_str){ joined, first.len };
    for (unsigned n = 1; n <= pieces; n++) {
        csm_str part;
        piece_key[CSM_STREAM_KEY] = (uint8_t)n;
        csm_status st = csm_view_get(ctx->view, CSM_DB_HISTORY, (csm_str){ (const char *)piece_key, sizeof(piece_key) },
                                     &part, &ctx->err);
        if (st == CSM_E_NOT_FOUND || (st == CSM_OK && part.len > CSM_VALUE_MAX))
            return refuse(ctx, id, "a piece is missing");
        CSM_TRY(st);
        memcpy(joined + out->len, part.ptr, part.len);
        out->len += part.len;
    }
    return CSM_OK;
}

csm_status csm_stream_whole(csm_ctx *ctx, csm_str key, csm_str value, csm_str *out)
{
    csm_id id;
    memcpy(id.b, key.ptr + 4, sizeof(id.b));
    if (value.len < CSM_STREAM_HEAD || value.ptr[0] != FORMAT)
        return refuse(ctx, id, "an entry has no head");
    unsigned pieces = (uint8_t)value.ptr[1];
    if (pieces > 0)
        CSM_TRY(join(ctx, id, key, value, pieces, &value));
    else if (ctx->txn != NULL && (value = csm_arena_str(ctx->arena, value)).ptr == NULL)
        return csm_ctx_nomem(ctx);
    *out = (csm_str){ value.ptr + CSM_STREAM_HEAD, value.len - CSM_STREAM_HEAD };
    return CSM_OK;
}

csm_status csm_stream_get(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t stream, uint64_t number,
                          csm_str *out)
{
    uint8_t key_bytes[CSM_STREAM_KEY + 1];
    csm_str key = make_key(table, id, stream, number, key_bytes);
    csm_str value;
    csm_status st = csm_view_get(ctx->view, CSM_DB_HISTORY, key, &value, &ctx->err);
    if (st == CSM_E_NOT_FOUND) {
        *out = (csm_str){ 0 };
        return CSM_OK;
    }
    CSM_TRY(st);
    return csm_stream_whole(ctx, key, value, out);
}

csm_status csm_stream_last(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t stream, uint64_t *out)
{
    csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
    uint8_t from[CSM_STREAM_KEY + 1], to[CSM_KEY_MAX];
    csm_str prefix = make_key(table, id, stream, 0, from);
    csm_iter *it = NULL;
    csm_str key, value;
    bool has = false;
    prefix.len = CSM_STREAM_PREFIX;
    csm_range range = { CSM_DB_HISTORY, prefix, csm_key_after(prefix, to), true };
    CSM_TRY(csm_iter_open(ctx->arena, ctx->view, &range, &it, &ctx->err));
    csm_status st = csm_iter_next(it, &key, &value, &has, &ctx->err);
    if (st == CSM_OK && has && key.len < CSM_STREAM_KEY)
        st = refuse(ctx, id, "a key is too short");
    if (st == CSM_OK)
        *out = has ? csm_take_u64(key.ptr + CSM_STREAM_PREFIX) : 0; /* of a body or its last piece */
    csm_iter_close(it);
    csm_arena_reset_to(ctx->arena, mark);
    return st;
}

csm_status csm_stream_any_from(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t stream, bool *out)
{
    csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
    uint8_t from[CSM_STREAM_KEY + 1], after[CSM_KEY_MAX];
    csm_str prefix = make_key(table, id, stream, 0, from);
    csm_str record = { prefix.ptr, 4 + sizeof(id.b) };
    csm_range range = { CSM_DB_HISTORY, prefix, csm_key_after(record, after), false };
    csm_iter *it = NULL;
    csm_str key, value;
    CSM_TRY(csm_iter_open(ctx->arena, ctx->view, &range, &it, &ctx->err));
    csm_status st = csm_iter_next(it, &key, &value, out, &ctx->err);
    csm_iter_close(it);
    csm_arena_reset_to(ctx->arena, mark);
    return st;
}

csm_status csm_stream_open(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t stream, uint64_t from,
                           uint64_t below, csm_stream_iter *out)
{
    uint8_t from_bytes[CSM_STREAM_KEY + 1], to_bytes[CSM_STREAM_KEY + 1], after[CSM_KEY_MAX];
    csm_str prefix = make_key(table, id, stream, below, to_bytes);
    csm_range range = { CSM_DB_HISTORY, make_key(table, id, stream, from, from_bytes), prefix, from == 0 };
    if (below == 0) {
        prefix.len = CSM_STREAM_PREFIX;
        range.to = csm_key_after(prefix, after);
    }
    out->ctx = ctx;
    return csm_iter_open(ctx->arena, ctx->view, &range, &out->it, &ctx->err);
}

csm_status csm_stream_next(csm_stream_iter *it, uint64_t *number, csm_str *body, bool *has)
{
    csm_str key, value;
    do {
        CSM_TRY(csm_iter_next(it->it, &key, &value, has, &it->ctx->err));
    } while (*has && key.len == CSM_STREAM_KEY + 1); /* pieces are fetched with what they belong to */
    if (!*has)
        return CSM_OK;
    if (key.len != CSM_STREAM_KEY)
        return csm_ctx_fail(it->ctx, CSM_E_CORRUPT, "history: a key of %zu bytes", key.len);
    CSM_TRY(csm_budget_row(it->ctx));
    *number = csm_take_u64(key.ptr + CSM_STREAM_PREFIX);
    return csm_stream_whole(it->ctx, key, value, body);
}

void csm_stream_close(csm_stream_iter *it)
{
    csm_iter_close(it->it);
}

void *csm_stream_grow(csm_arena *arena, void *list, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return list;
    uint32_t more = *room == 0 ? 16 : *room * 2;
    void *larger = csm_arena_array(arena, more, size);
    if (larger != NULL && count > 0)
        memcpy(larger, list, count * size);
    *room = more;
    return larger;
}
