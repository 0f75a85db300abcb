/* How far the delivery has come, who is behind it, and what was given up. Kept in meta: "ev:pos" -> sequence;
 * "ev:lag:NAME" -> [next sequence, attempts, error]; "ev:park:SEQUENCE:NAME" -> error. */
#include "engine/event/behind.h"

#include "base/str.h"
#include "engine/event/typed.h"
#include "engine/job/job.h"

#define RETRY_FIRST CSM_SECOND

static csm_status put_meta(csm_ctx *ctx, csm_str key, csm_buf *buf)
{
    csm_status st;

    if (key.ptr == NULL || buf->failed)
        st = csm_ctx_nomem(ctx);
    else
        st = csm_txn_put(ctx->txn, CSM_DB_META, key, csm_buf_str(buf), &ctx->err);
    csm_buf_done(buf);
    return st;
}

csm_status csm_event_position_get(csm_ctx *ctx, uint64_t *out)
{
    csm_str bytes;
    csm_status st = csm_view_get(ctx->view, CSM_DB_META, CSM_STR("ev:pos"), &bytes, &ctx->err);
    csm_reader r;
    csm_head head;

    *out = 0;
    if (st == CSM_E_NOT_FOUND)
        return CSM_OK;
    if (st != CSM_OK)
        return st;
    r = (csm_reader){ (const uint8_t *)bytes.ptr, (const uint8_t *)bytes.ptr + bytes.len };
    if (!csm_reader_next(&r, &head) || head.type != CSM_T_INT || head.i < 0)
        return csm_ctx_fail(ctx, CSM_E_CORRUPT, "the position of the event delivery does not decode");
    *out = (uint64_t)head.i;
    return CSM_OK;
}

csm_status csm_event_position_put(csm_ctx *ctx, uint64_t position)
{
    csm_buf buf;
    csm_writer w = { .buf = &buf };

    csm_buf_init(&buf, 0);
    csm_write_int(&w, (int64_t)position);
    return put_meta(ctx, CSM_STR("ev:pos"), &buf);
}

static csm_str lag_key(csm_ctx *ctx, csm_str name)
{
    return csm_arena_printf(ctx->arena, "ev:lag:%.*s", CSM_STR_FMT(name));
}

static csm_status read_lag(csm_ctx *ctx, csm_str bytes, csm_lag *out)
{
    csm_reader r = { (const uint8_t *)bytes.ptr, (const uint8_t *)bytes.ptr + bytes.len };
    csm_value value;

    CSM_TRY(csm_typed_read(&r, ctx->arena, &value, &ctx->err));
    if (value.type != CSM_T_LIST || value.count != 3 || value.list[0].type != CSM_T_INT || value.list[1].type != CSM_T_INT ||
        value.list[2].type != CSM_T_TEXT)
        return csm_ctx_fail(ctx, CSM_E_CORRUPT, "the position of an event consumer does not decode");
    *out = (csm_lag){ .next = (uint64_t)value.list[0].i, .attempts = (uint32_t)value.list[1].i, .error = value.list[2].s };
    return CSM_OK;
}

csm_status csm_lag_find(csm_ctx *ctx, csm_str name, csm_lag *out, bool *found)
{
    csm_str key = lag_key(ctx, name), bytes;
    csm_status st;

    if (key.ptr == NULL)
        return csm_ctx_nomem(ctx);
    st = csm_view_get(ctx->view, CSM_DB_META, key, &bytes, &ctx->err);
    *found = st == CSM_OK;
    if (st == CSM_E_NOT_FOUND)
        return CSM_OK;
    return st != CSM_OK ? st : read_lag(ctx, bytes, out);
}

csm_status csm_lag_put(csm_ctx *ctx, csm_str name, const csm_lag *value)
{
    csm_buf buf;
    csm_writer w = { .buf = &buf };
    csm_time delay = RETRY_FIRST << (value->attempts < 16 ? 2 * value->attempts : 32);

    csm_buf_init(&buf, CSM_VALUE_MAX);
    csm_write_list(&w, 3);
    csm_write_int(&w, (int64_t)value->next);
    csm_write_int(&w, value->attempts);
    csm_write_text(&w, value->error);
    CSM_TRY(put_meta(ctx, lag_key(ctx, name), &buf));
    return csm_job_put(ctx, CSM_STR(CSM_EVENT_RETRY_JOB), name, ctx->now + delay, csm_text(name));
}

csm_status csm_lag_del(csm_ctx *ctx, csm_str name)
{
    csm_str key = lag_key(ctx, name);

    return key.ptr != NULL ? csm_txn_del(ctx->txn, CSM_DB_META, key, &ctx->err) : csm_ctx_nomem(ctx);
}

csm_status csm_event_park(csm_ctx *ctx, csm_str name, uint64_t sequence, csm_str error)
{
    csm_buf buf;
    csm_writer w = { .buf = &buf };

    csm_buf_init(&buf, CSM_VALUE_MAX);
    csm_write_text(&w, error);
    return put_meta(ctx, csm_arena_printf(ctx->arena, "ev:park:%020llu:%.*s", (unsigned long long)sequence, CSM_STR_FMT(name)),
                    &buf);
}

bool csm_consumer_is_away(const csm_registry *reg, csm_str name)
{
    csm_str plugin = { 0 };

    (void)csm_str_split(&name, ':', &plugin);
    return csm_registry_plugin(reg, plugin) == NULL;
}

/* ---- starting ---- */

csm_status csm_event_start(csm_ctx *ctx)
{
    csm_str bytes;
    csm_status st = csm_view_get(ctx->view, CSM_DB_META, CSM_STR("ev:pos"), &bytes, &ctx->err);

    if (st != CSM_E_NOT_FOUND)
        return st;
    return csm_event_position_put(ctx, csm_txn_next_sequence(ctx->txn));
}

/* The job stands as long as there is something to deliver, or is parked with that. */
csm_status csm_event_wake(csm_ctx *ctx)
{
    csm_str job = CSM_STR(CSM_EVENT_JOB);
    uint64_t position, before = csm_txn_next_sequence(ctx->txn) - 1;
    bool waits, parked;

    CSM_TRY(csm_job_has(ctx, job, CSM_STR(""), &waits, &parked));
    if (waits)
        return CSM_OK;
    CSM_TRY(csm_event_position_get(ctx, &position));
    if (!parked && position < before)
        CSM_TRY(csm_event_position_put(ctx, before));
    return csm_job_put(ctx, job, CSM_STR(""), ctx->now, csm_nil());
}

/* ---- listing ---- */

static csm_status list_one(csm_ctx *ctx, const char *kind, csm_str name, uint64_t sequence, uint32_t attempts, csm_str error,
                           csm_value *list)
{
    csm_pair *pairs = csm_arena_array(ctx->arena, 5, sizeof(*pairs));
    csm_value *items = csm_arena_array(ctx->arena, (size_t)list->count + 1, sizeof(*items));

    name = csm_arena_str(ctx->arena, name);
    if (pairs == NULL || items == NULL || name.ptr == NULL)
        return csm_ctx_nomem(ctx);
    pairs[0] = (csm_pair){ CSM_STR("kind"), csm_ctext(kind) };
    pairs[1] = (csm_pair){ CSM_STR("consumer"), csm_text(name) };
    pairs[2] = (csm_pair){ CSM_STR("sequence"), csm_int((int64_t)sequence) };
    pairs[3] = (csm_pair){ CSM_STR("attempts"), csm_int(attempts) };
    pairs[4] = (csm_pair){ CSM_STR("error"), csm_text(error) };
    if (list->count > 0)
        memcpy(items, list->list, list->count * sizeof(*items));
    items[list->count] = csm_map(pairs, 5);
    *list = csm_list(items, list->count + 1);
    return CSM_OK;
}

static csm_status list_lag(csm_ctx *ctx, csm_str key, csm_str value, csm_value *list)
{
    csm_lag at;

    CSM_TRY(read_lag(ctx, value, &at));
    return list_one(ctx, "behind", (csm_str){ key.ptr + 7, key.len - 7 }, at.next, at.attempts, at.error, list);
}

static csm_status list_parked(csm_ctx *ctx, csm_str key, csm_str value, csm_value *list)
{
    csm_reader r = { (const uint8_t *)value.ptr, (const uint8_t *)value.ptr + value.len };
    uint64_t sequence = 0;
    csm_value error;

    if (key.len < 29 || !csm_parse_uint((csm_str){ key.ptr + 8, 20 }, &sequence))
        return csm_ctx_fail(ctx, CSM_E_CORRUPT, "a parked event does not decode");
    CSM_TRY(csm_typed_read(&r, ctx->arena, &error, &ctx->err));
    return list_one(ctx, "parked", (csm_str){ key.ptr + 29, key.len - 29 }, sequence, CSM_EVENT_ATTEMPTS, csm_value_text(error),
                    list);
}

static csm_status list_prefix(csm_ctx *ctx, const char *prefix,
                              csm_status (*each)(csm_ctx *, csm_str, csm_str, csm_value *), csm_value *list)
{
    uint8_t end[CSM_KEY_MAX];
    csm_range range = { .db = CSM_DB_META, .from = csm_str_of(prefix), .to = csm_key_after(csm_str_of(prefix), end) };
    csm_status st = CSM_OK;
    csm_iter *it;
    csm_str key, value;
    bool has = true;

    CSM_TRY(csm_iter_open(ctx->arena, ctx->view, &range, &it, &ctx->err));
    while (st == CSM_OK && (st = csm_iter_next(it, &key, &value, &has, &ctx->err)) == CSM_OK && has)
        st = each(ctx, key, value, list);
    csm_iter_close(it);
    return st;
}

static csm_status resume_one(csm_ctx *ctx, csm_str key, csm_str value, csm_value *list)
{
    csm_str name = csm_arena_str(ctx->arena, (csm_str){ key.ptr + 7, key.len - 7 });

    (void)value;
    (void)list;
    if (name.ptr == NULL)
        return csm_ctx_nomem(ctx);
    return csm_consumer_is_away(ctx->reg, name)
               ? CSM_OK
               : csm_job_put_new(ctx, CSM_STR(CSM_EVENT_RETRY_JOB), name, ctx->now, csm_text(name));
}

csm_status csm_event_resume(csm_ctx *ctx)
{
    return list_prefix(ctx, "ev:lag:", resume_one, NULL);
}

csm_status csm_event_list(csm_ctx *ctx, csm_value *list)
{
    CSM_TRY(list_prefix(ctx, "ev:lag:", list_lag, list));
    return list_prefix(ctx, "ev:park:", list_parked, list);
}
