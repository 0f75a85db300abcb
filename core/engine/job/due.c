/* Codec and upkeep of the due database: an entry and its name are written and removed together. */
#include "engine/job/due.h"

#include "engine/event/typed.h"

#define JOB_BYTES_MAX 120u
#define KEY_BYTES_MAX 300u

static csm_status check_names(csm_ctx *ctx, csm_str job, csm_str key)
{
    if (job.len == 0 || job.len > JOB_BYTES_MAX || key.len > KEY_BYTES_MAX || memchr(job.ptr, '\0', job.len) != NULL)
        return csm_ctx_fail(ctx, CSM_E_LIMIT, "job \"%.*s\": a job's name has 1 to %u bytes, its key at most %u",
                            CSM_STR_FMT(job), JOB_BYTES_MAX, KEY_BYTES_MAX);
    return CSM_OK;
}

static csm_str build(csm_ctx *ctx, char kind, const csm_time *at, csm_str job, csm_str key)
{
    size_t len = 1 + (at != NULL ? 8u : 0u) + job.len + 1 + key.len, pos = 1;
    char *bytes = csm_arena_alloc(ctx->arena, len);

    if (bytes == NULL) {
        csm_ctx_nomem(ctx);
        return (csm_str){ 0 };
    }
    bytes[0] = kind;
    for (int n = 0; at != NULL && n < 8; n++)
        bytes[pos++] = (char)((uint64_t)*at >> (56 - 8 * n) & 0xff);
    memcpy(bytes + pos, job.ptr, job.len);
    pos += job.len;
    bytes[pos++] = '\0';
    if (key.len > 0)
        memcpy(bytes + pos, key.ptr, key.len);
    return (csm_str){ bytes, len };
}

csm_str csm_due_key(csm_ctx *ctx, csm_time at, csm_str job, csm_str key)
{
    return build(ctx, 'd', &at, job, key);
}

csm_str csm_due_name_key(csm_ctx *ctx, char kind, csm_str job, csm_str key)
{
    return build(ctx, kind, NULL, job, key);
}

csm_status csm_due_split(csm_ctx *ctx, csm_str stored, size_t head, csm_due *out)
{
    csm_str copy = csm_arena_str(ctx->arena, stored);
    const char *zero;

    if (copy.ptr == NULL)
        return csm_ctx_nomem(ctx);
    zero = copy.len > head ? memchr(copy.ptr + head, '\0', copy.len - head) : NULL;
    if (zero == NULL)
        return csm_ctx_fail(ctx, CSM_E_CORRUPT, "the name of a job entry does not decode");
    out->job = (csm_str){ copy.ptr + head, (size_t)(zero - copy.ptr) - head };
    out->key = (csm_str){ zero + 1, copy.len - head - out->job.len - 1 };
    return CSM_OK;
}

csm_time csm_due_time(csm_str bytes)
{
    uint64_t at = 0;

    for (size_t n = 0; n < 8; n++)
        at = at << 8 | (uint8_t)bytes.ptr[n];
    return (csm_time)at;
}

csm_status csm_due_encode(csm_ctx *ctx, const csm_due *due, csm_str *out)
{
    csm_value items[] = { csm_int(due->attempts), csm_text(due->error), due->args };

    return csm_typed_encode(ctx->arena, csm_list(items, 3), CSM_VALUE_MAX, out, &ctx->err);
}

csm_status csm_due_decode(csm_ctx *ctx, csm_str value, csm_due *due)
{
    csm_reader r = { (const uint8_t *)value.ptr, (const uint8_t *)value.ptr + value.len };
    csm_value list;

    CSM_TRY(csm_typed_read(&r, ctx->arena, &list, &ctx->err));
    if (list.type != CSM_T_LIST || list.count != 3 || list.list[0].type != CSM_T_INT || list.list[1].type != CSM_T_TEXT)
        return csm_ctx_fail(ctx, CSM_E_CORRUPT, "the entry of job \"%.*s\" does not decode", CSM_STR_FMT(due->job));
    due->attempts = (uint32_t)list.list[0].i;
    due->error = list.list[1].s;
    due->args = list.list[2];
    return CSM_OK;
}

csm_status csm_due_write(csm_ctx *ctx, const csm_due *due)
{
    csm_str key, name, value;

    CSM_TRY(check_names(ctx, due->job, due->key));
    key = csm_due_key(ctx, due->at, due->job, due->key);
    name = csm_due_name_key(ctx, 'k', due->job, due->key);
    if (key.ptr == NULL || name.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_due_encode(ctx, due, &value));
    CSM_TRY(csm_txn_put(ctx->txn, CSM_DB_DUE, key, value, &ctx->err));
    return csm_txn_put(ctx->txn, CSM_DB_DUE, name, (csm_str){ key.ptr + 1, 8 }, &ctx->err);
}

csm_status csm_due_erase(csm_ctx *ctx, const csm_due *due)
{
    csm_str key = csm_due_key(ctx, due->at, due->job, due->key), name = csm_due_name_key(ctx, 'k', due->job, due->key);

    if (key.ptr == NULL || name.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_txn_del(ctx->txn, CSM_DB_DUE, key, &ctx->err));
    return csm_txn_del(ctx->txn, CSM_DB_DUE, name, &ctx->err);
}

csm_status csm_due_forget(csm_ctx *ctx, csm_str job, csm_str key, bool *found)
{
    csm_due due = { .job = job, .key = key };
    csm_str name, waiting, parked, bytes;
    csm_status st;

    CSM_TRY(check_names(ctx, job, key));
    name = csm_due_name_key(ctx, 'k', job, key);
    waiting = csm_due_name_key(ctx, 'w', job, key);
    parked = csm_due_name_key(ctx, 'p', job, key);
    if (name.ptr == NULL || waiting.ptr == NULL || parked.ptr == NULL)
        return CSM_E_NOMEM;
    st = csm_view_get(ctx->view, CSM_DB_DUE, name, &bytes, &ctx->err);
    *found = st == CSM_OK;
    if (st == CSM_OK && bytes.len == 8) {
        due.at = csm_due_time(bytes);
        CSM_TRY(csm_due_erase(ctx, &due));
    } else if (st != CSM_E_NOT_FOUND) {
        return st != CSM_OK ? st : csm_ctx_fail(ctx, CSM_E_CORRUPT, "the time of job \"%.*s\" does not decode", CSM_STR_FMT(job));
    }
    CSM_TRY(csm_txn_del(ctx->txn, CSM_DB_DUE, waiting, &ctx->err));
    return csm_txn_del(ctx->txn, CSM_DB_DUE, parked, &ctx->err);
}

csm_status csm_job_outcome_put(csm_ctx *ctx, csm_str job, const csm_job_outcome *outcome)
{
    csm_str key = csm_due_name_key(ctx, 's', job, CSM_STR(""));
    csm_buf buf;
    csm_writer w = { .buf = &buf };
    csm_status st;

    if (key.ptr == NULL)
        return CSM_E_NOMEM;
    csm_buf_init(&buf, CSM_VALUE_MAX);
    csm_write_list(&w, 3);
    csm_write_int(&w, outcome->last_run);
    csm_write_int(&w, outcome->last_ok);
    csm_write_text(&w, outcome->error);
    st = buf.failed ? csm_ctx_nomem(ctx) : csm_txn_put(ctx->txn, CSM_DB_DUE, key, csm_buf_str(&buf), &ctx->err);
    csm_buf_done(&buf);
    return st;
}

csm_status csm_job_outcome_find(csm_ctx *ctx, csm_str job, csm_job_outcome *out)
{
    csm_str key = csm_due_name_key(ctx, 's', job, CSM_STR("")), bytes;
    csm_value list;
    csm_reader r;
    csm_status st;

    *out = (csm_job_outcome){ .error = CSM_STR_INIT("") };
    if (key.ptr == NULL)
        return CSM_E_NOMEM;
    st = csm_view_get(ctx->view, CSM_DB_DUE, key, &bytes, &ctx->err);
    if (st == CSM_E_NOT_FOUND)
        return CSM_OK;
    if (st != CSM_OK)
        return st;
    r = (csm_reader){ (const uint8_t *)bytes.ptr, (const uint8_t *)bytes.ptr + bytes.len };
    CSM_TRY(csm_typed_read(&r, ctx->arena, &list, &ctx->err));
    if (list.type != CSM_T_LIST || list.count != 3 || list.list[0].type != CSM_T_INT || list.list[1].type != CSM_T_INT ||
        list.list[2].type != CSM_T_TEXT)
        return csm_ctx_fail(ctx, CSM_E_CORRUPT, "the outcome of job \"%.*s\" does not decode", CSM_STR_FMT(job));
    *out = (csm_job_outcome){ .last_run = list.list[0].i, .last_ok = list.list[1].i, .error = list.list[2].s };
    return CSM_OK;
}
