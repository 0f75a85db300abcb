/* Reading the log: whole entries, or only what somebody waits for. */
#include "engine/event/event.h"

#include "engine/event/log_key.h"
#include "engine/event/match.h"
#include "engine/event/typed.h"

#define PASSED_MAX 4096u       /* pieces nobody waits for, passed in one call */

static csm_status corrupt(csm_ctx *ctx, uint64_t sequence)
{
    return csm_ctx_fail(ctx, CSM_E_CORRUPT, "log entry %llu does not decode", (unsigned long long)sequence);
}

static bool read_text(csm_ctx *ctx, csm_reader *r, csm_str *out)
{
    csm_head head;

    if (!csm_reader_next(r, &head) || head.type != CSM_T_TEXT)
        return false;
    *out = csm_arena_str(ctx->arena, head.s);
    return out->ptr != NULL;
}

static bool read_number(csm_reader *r, uint32_t *out)
{
    csm_head head;

    if (!csm_reader_next(r, &head) || head.type != CSM_T_INT || head.i < 0 || head.i > UINT32_MAX)
        return false;
    *out = (uint32_t)head.i;
    return true;
}

static bool read_change(csm_reader *r, csm_log_change *out)
{
    csm_head head;

    if (!csm_reader_next(r, &head) || head.type != CSM_T_LIST || head.count != 4 || !read_number(r, &out->table_id))
        return false;
    if (!csm_reader_next(r, &head) || head.type != CSM_T_BYTES || head.s.len != sizeof(out->id.b))
        return false;
    memcpy(out->id.b, head.s.ptr, sizeof(out->id.b));
    return read_number(r, &out->from) && read_number(r, &out->to);
}

static csm_status read_changes(csm_ctx *ctx, csm_reader *r, csm_log_entry *entry)
{
    csm_log_change *all;
    csm_head head;

    if (!csm_reader_next(r, &head) || head.type != CSM_T_LIST)
        return corrupt(ctx, entry->sequence);
    all = csm_arena_array(ctx->arena, (size_t)entry->change_count + head.count, sizeof(*all));
    if (all == NULL)
        return csm_ctx_nomem(ctx);
    if (entry->change_count > 0)
        memcpy(all, entry->changes, entry->change_count * sizeof(*all));
    for (uint32_t n = 0; n < head.count; n++)
        if (!read_change(r, &all[entry->change_count + n]))
            return corrupt(ctx, entry->sequence);
    entry->changes = all;
    entry->change_count += head.count;
    return CSM_OK;
}

static csm_status read_events(csm_ctx *ctx, csm_reader *r, csm_log_entry *entry)
{
    csm_value more, *all;

    CSM_TRY(csm_typed_read(r, ctx->arena, &more, &ctx->err));
    if (more.type != CSM_T_LIST)
        return corrupt(ctx, entry->sequence);
    if (entry->events.count == 0) {
        entry->events = more;
        return CSM_OK;
    }
    all = csm_arena_array(ctx->arena, (size_t)entry->events.count + more.count, sizeof(*all));
    if (all == NULL)
        return csm_ctx_nomem(ctx);
    memcpy(all, entry->events.list, entry->events.count * sizeof(*all));
    if (more.count > 0)
        memcpy(all + entry->events.count, more.list, more.count * sizeof(*all));
    entry->events = csm_list(all, entry->events.count + more.count);
    return CSM_OK;
}

static csm_status read_piece(csm_ctx *ctx, csm_str bytes, csm_log_entry *entry)
{
    csm_reader r = { (const uint8_t *)bytes.ptr, (const uint8_t *)bytes.ptr + bytes.len };
    csm_head head;

    if (!csm_reader_next(&r, &head) || head.type != CSM_T_LIST || head.count != 6 || !csm_reader_next(&r, &head) ||
        head.type != CSM_T_INT)
        return corrupt(ctx, entry->sequence);
    entry->at = head.i;
    if (!read_text(ctx, &r, &entry->by) || !read_text(ctx, &r, &entry->acting) || !read_text(ctx, &r, &entry->method))
        return corrupt(ctx, entry->sequence);
    CSM_TRY(read_changes(ctx, &r, entry));
    return read_events(ctx, &r, entry);
}

static csm_status read_key(csm_ctx *ctx, csm_str key, uint64_t *sequence)
{
    if (key.len != CSM_LOG_KEY)
        return csm_ctx_fail(ctx, CSM_E_CORRUPT, "the log holds a key of %zu bytes", key.len);
    *sequence = csm_log_key_sequence(key);
    return CSM_OK;
}

/* Everything beyond @p after, which is below the last number there is. */
static csm_status open_after(csm_ctx *ctx, uint64_t after, csm_iter **out)
{
    uint8_t from[CSM_LOG_KEY];
    csm_range range = { .db = CSM_DB_LOG, .from = { (const char *)from, sizeof(from) } };

    csm_log_key(after + 1, 0, from);
    return csm_iter_open(ctx->arena, ctx->view, &range, out, &ctx->err);
}

static csm_status read_entries(csm_ctx *ctx, csm_iter *it, csm_log_entry *list, uint32_t limit, uint32_t *count)
{
    uint32_t found = 0;
    csm_str key, value;
    bool has;

    for (;;) {
        uint64_t sequence;

        CSM_TRY(csm_iter_next(it, &key, &value, &has, &ctx->err));
        if (!has)
            break;
        CSM_TRY(read_key(ctx, key, &sequence));
        if (found == 0 || list[found - 1].sequence != sequence) {
            if (found == limit)
                break;
            list[found] = (csm_log_entry){ .sequence = sequence, .events = csm_list(NULL, 0) };
            found++;
        }
        CSM_TRY(csm_budget_row(ctx));
        CSM_TRY(read_piece(ctx, value, &list[found - 1]));
    }
    *count = found;
    return CSM_OK;
}

csm_status csm_log_read(csm_ctx *ctx, uint64_t after, uint32_t limit, csm_log_entry **out, uint32_t *count)
{
    csm_log_entry *list;
    csm_iter *it;
    csm_status st;

    if (after == UINT64_MAX || limit == 0) {
        *out = NULL;
        *count = 0;
        return CSM_OK;
    }
    list = csm_arena_array(ctx->arena, limit, sizeof(*list));
    if (list == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(open_after(ctx, after, &it));
    st = read_entries(ctx, it, list, limit, count);
    csm_iter_close(it);
    if (st == CSM_OK)
        *out = list;
    return st;
}

/* ---- what is awaited ---- */

/* Whether somebody waits for a change or an event of this piece, told from their tables, states and names alone. One that
 * does not decode is: reading it says so. */
static bool is_piece_awaited(const csm_registry *reg, csm_str bytes)
{
    csm_reader r = { (const uint8_t *)bytes.ptr, (const uint8_t *)bytes.ptr + bytes.len };
    csm_head head;
    uint32_t count;

    if (!csm_reader_next(&r, &head) || head.type != CSM_T_LIST || head.count != 6)
        return true;
    for (uint32_t n = 0; n < 4; n++) /* when, by whom, acting, method */
        if (!csm_reader_skip(&r))
            return true;
    if (!csm_reader_next(&r, &head) || head.type != CSM_T_LIST)
        return true;
    count = head.count;
    for (uint32_t n = 0; n < count; n++) {
        csm_log_change change;

        if (!read_change(&r, &change) ||
            csm_event_is_awaited(csm_registry_table_by_id(reg, change.table_id), change.from, change.to))
            return true;
    }
    if (!csm_reader_next(&r, &head) || head.type != CSM_T_LIST)
        return true;
    count = head.count;
    for (uint32_t n = 0; n < count; n++) {
        if (!csm_reader_next(&r, &head) || head.type != CSM_T_LIST || head.count != 2 || !csm_reader_next(&r, &head) ||
            head.type != CSM_T_TEXT || csm_event_name_is_awaited(reg, head.s) || !csm_reader_skip(&r))
            return true;
    }
    return false;
}

/* Looks on from *upto; stops before the entry after the one found. */
static csm_status find_awaited(csm_ctx *ctx, csm_iter *it, csm_log_entry *out, bool *found, uint64_t *upto)
{
    csm_str key, value;
    bool has;

    for (uint32_t passed = 0;; passed++) {
        uint64_t sequence;

        CSM_TRY(csm_iter_next(it, &key, &value, &has, &ctx->err));
        if (!has)
            return CSM_OK;
        CSM_TRY(read_key(ctx, key, &sequence));
        if (sequence != *upto && (*found || passed >= PASSED_MAX))
            return CSM_OK;
        *upto = sequence;
        if (!is_piece_awaited(ctx->reg, value))
            continue;
        CSM_TRY(csm_budget_row(ctx));
        if (!*found)
            *out = (csm_log_entry){ .sequence = sequence, .events = csm_list(NULL, 0) };
        *found = true;
        CSM_TRY(read_piece(ctx, value, out));
    }
}

csm_status csm_log_next_awaited(csm_ctx *ctx, uint64_t after, csm_log_entry *out, bool *found, uint64_t *upto)
{
    csm_iter *it;
    csm_status st;

    *found = false;
    *upto = after;
    if (after == UINT64_MAX)
        return CSM_OK;
    CSM_TRY(open_after(ctx, after, &it));
    st = find_awaited(ctx, it, out, found, upto);
    csm_iter_close(it);
    return st;
}
