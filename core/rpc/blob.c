/* Pieces of attachments in the blob database. A call's bytes fill the last piece up before they begin the next. */
#include "rpc/blob.h"

#include <sodium.h>

#define PIECE_BYTES 61440u /* below the store's limit of a value */
#define KEY_BYTES 20u
#define PIECE_STATE UINT32_MAX

typedef struct upload {
    uint64_t received;
    crypto_hash_sha256_state hash;
} upload;

static csm_str make_key(csm_id id, uint32_t piece, uint8_t key[KEY_BYTES])
{
    memcpy(key, id.b, sizeof(id.b));
    for (unsigned n = 0; n < 4; n++)
        key[16 + n] = (uint8_t)(piece >> (8 * (3 - n)));
    return (csm_str){ (const char *)key, KEY_BYTES };
}

/* *found false: nothing was received yet. */
static csm_status load(csm_ctx *ctx, csm_id id, upload *out, bool *found)
{
    uint8_t key[KEY_BYTES];
    csm_str bytes;
    csm_status st = csm_view_get(ctx->view, CSM_DB_BLOB, make_key(id, PIECE_STATE, key), &bytes, &ctx->err);

    *found = st == CSM_OK;
    if (st == CSM_E_NOT_FOUND)
        return CSM_OK;
    if (st != CSM_OK)
        return st;
    if (bytes.len != sizeof(*out))
        return csm_ctx_fail(ctx, CSM_E_CORRUPT, "the state of an upload has %zu bytes", bytes.len);
    memcpy(out, bytes.ptr, sizeof(*out));
    return CSM_OK;
}

csm_status csm_blob_received(csm_ctx *ctx, csm_id id, uint64_t *out)
{
    upload state;
    bool found;

    CSM_TRY(load(ctx, id, &state, &found));
    *out = found ? state.received : 0;
    return CSM_OK;
}

/* The piece that is not full yet, with room behind it. */
static csm_status open_piece(csm_ctx *ctx, csm_id id, uint64_t received, uint8_t *piece, size_t *used)
{
    uint8_t key[KEY_BYTES];
    csm_str bytes;
    csm_status st;

    *used = (size_t)(received % PIECE_BYTES);
    if (*used == 0)
        return CSM_OK;
    st = csm_view_get(ctx->view, CSM_DB_BLOB, make_key(id, (uint32_t)(received / PIECE_BYTES), key), &bytes, &ctx->err);
    if (st == CSM_E_NOT_FOUND || (st == CSM_OK && bytes.len != *used))
        return csm_ctx_fail(ctx, CSM_E_CORRUPT, "a piece of an upload is missing");
    if (st == CSM_OK)
        memcpy(piece, bytes.ptr, *used);
    return st;
}

csm_status csm_blob_add(csm_ctx *ctx, csm_id id, csm_str bytes)
{
    uint8_t key[KEY_BYTES], *piece = csm_arena_alloc(ctx->arena, PIECE_BYTES);
    size_t used, taken = 0;
    upload state = { 0 };
    bool found;

    if (piece == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(load(ctx, id, &state, &found));
    if (!found)
        crypto_hash_sha256_init(&state.hash);
    CSM_TRY(open_piece(ctx, id, state.received, piece, &used));
    while (taken < bytes.len) {
        uint32_t number = (uint32_t)(state.received / PIECE_BYTES);
        size_t step = PIECE_BYTES - used < bytes.len - taken ? PIECE_BYTES - used : bytes.len - taken;

        memcpy(piece + used, bytes.ptr + taken, step);
        used += step;
        taken += step;
        CSM_TRY(csm_txn_put(ctx->txn, CSM_DB_BLOB, make_key(id, number, key), (csm_str){ (const char *)piece, used }, &ctx->err));
        state.received += step;
        used = used == PIECE_BYTES ? 0 : used;
    }
    crypto_hash_sha256_update(&state.hash, (const unsigned char *)bytes.ptr, bytes.len);
    return csm_txn_put(ctx->txn, CSM_DB_BLOB, make_key(id, PIECE_STATE, key), (csm_str){ (const char *)&state, sizeof(state) },
                       &ctx->err);
}

csm_status csm_blob_finish(csm_ctx *ctx, csm_id id, uint64_t *size, char hash[CSM_BLOB_HASH_TEXT])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    uint8_t key[KEY_BYTES];
    upload state = { 0 };
    bool found;

    CSM_TRY(load(ctx, id, &state, &found));
    if (!found)
        crypto_hash_sha256_init(&state.hash);
    crypto_hash_sha256_final(&state.hash, digest);
    sodium_bin2hex(hash, CSM_BLOB_HASH_TEXT, digest, sizeof(digest));
    *size = state.received;
    return csm_txn_del(ctx->txn, CSM_DB_BLOB, make_key(id, PIECE_STATE, key), &ctx->err);
}

csm_status csm_blob_read(csm_ctx *ctx, csm_id id, uint64_t size, uint64_t offset, uint32_t length, csm_str *out)
{
    uint64_t left = offset < size ? size - offset : 0;
    char *bytes;
    size_t got = 0;

    length = left < length ? (uint32_t)left : length;
    bytes = csm_arena_alloc(ctx->arena, length + 1u);
    if (bytes == NULL)
        return csm_ctx_nomem(ctx);
    while (got < length) {
        uint64_t at = offset + got;
        size_t skip = (size_t)(at % PIECE_BYTES), step;
        uint8_t key[KEY_BYTES];
        csm_str piece;
        csm_status st = csm_view_get(ctx->view, CSM_DB_BLOB, make_key(id, (uint32_t)(at / PIECE_BYTES), key), &piece, &ctx->err);

        if (st == CSM_E_NOT_FOUND || (st == CSM_OK && piece.len <= skip))
            return csm_ctx_fail(ctx, CSM_E_CORRUPT, "a piece of an attachment is missing");
        if (st != CSM_OK)
            return st;
        step = piece.len - skip < length - got ? piece.len - skip : length - got;
        memcpy(bytes + got, piece.ptr + skip, step);
        got += step;
    }
    *out = (csm_str){ bytes, length };
    return CSM_OK;
}

csm_status csm_blob_delete(csm_ctx *ctx, csm_id id)
{
    uint8_t from[KEY_BYTES], to[CSM_KEY_MAX];
    csm_range range = { .db = CSM_DB_BLOB, .from = make_key(id, 0, from) };
    csm_iter *it = NULL;
    csm_str key, value;
    bool has = true;
    csm_status st;

    range.to = csm_key_after((csm_str){ (const char *)id.b, sizeof(id.b) }, to);
    CSM_TRY(csm_iter_open(ctx->arena, ctx->view, &range, &it, &ctx->err));
    while ((st = csm_iter_next(it, &key, &value, &has, &ctx->err)) == CSM_OK && has)
        if ((st = csm_txn_del(ctx->txn, CSM_DB_BLOB, key, &ctx->err)) != CSM_OK)
            break;
    csm_iter_close(it);
    return st;
}
