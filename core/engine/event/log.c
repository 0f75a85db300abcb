/* The log of requests. Changes are collected as a plain list, so that undoing a nested step is cutting its end off; the
 * same record met twice becomes one entry only when the log is written. */
#include "engine/event/event.h"

#include "engine/event/match.h"
#include "engine/event/typed.h"
#include "engine/job/job.h"

#define PIECE_BYTES 60000u     /* below CSM_VALUE_MAX with the head of the piece */
#define CHANGE_BYTES 40u       /* most one encoded change takes */
#define EVENT_BYTES_MAX 32768u /* one encoded event */
#define FIELD_BYTES_MAX 512u   /* names in the head are cut to this */

typedef struct raw_change {
    const csm_mtable *table;
    csm_id id;
    uint32_t from, to;
} raw_change;

typedef struct raw_event {
    csm_str name;
    csm_str bytes;             /* encoded [name, payload] */
} raw_event;

struct csm_request_log {
    csm_arena *arena;
    csm_str method;
    raw_change *changes;
    uint32_t change_count, change_cap;
    raw_event *events;
    uint32_t event_count, event_cap;
};

csm_request_log *csm_request_log_new(csm_arena *arena, csm_str method)
{
    csm_request_log *log = csm_arena_zalloc(arena, sizeof(*log));

    if (log == NULL)
        return NULL;
    log->arena = arena;
    log->method = csm_arena_str(arena, method);
    return log->method.ptr != NULL ? log : NULL;
}

/* Room for one more item of @p size; the new array in the arena, or NULL. */
static void *grow(csm_arena *arena, void *items, uint32_t count, uint32_t *cap, size_t size)
{
    uint32_t more = *cap == 0 ? 8 : *cap * 2;
    void *bigger;

    if (count < *cap)
        return items;
    bigger = csm_arena_array(arena, more, size);
    if (bigger == NULL)
        return NULL;
    if (count > 0)
        memcpy(bigger, items, count * size);
    *cap = more;
    return bigger;
}

csm_status csm_request_log_change(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t from, uint32_t to)
{
    csm_request_log *log = ctx->log;
    raw_change *changes = grow(log->arena, log->changes, log->change_count, &log->change_cap, sizeof(*changes));

    if (changes == NULL)
        return csm_ctx_nomem(ctx);
    log->changes = changes;
    changes[log->change_count++] = (raw_change){ .table = table, .id = id, .from = from, .to = to };
    ctx->watched = ctx->watched || (table->flags & CSM_TABLE_WATCHED) != 0;
    return CSM_OK;
}

bool csm_request_log_changed_since(const csm_request_log *log, csm_log_mark mark, csm_id id)
{
    for (uint32_t n = mark.changes; n < log->change_count; n++)
        if (csm_id_eq(log->changes[n].id, id))
            return true;
    return false;
}

csm_status csm_request_log_event(csm_ctx *ctx, csm_str name, csm_value payload)
{
    csm_request_log *log = ctx->log;
    raw_event *events = grow(log->arena, log->events, log->event_count, &log->event_cap, sizeof(*events));
    csm_value pair[] = { csm_text(name), payload };
    csm_str bytes;

    if (events == NULL)
        return csm_ctx_nomem(ctx);
    log->events = events;
    CSM_TRY(csm_typed_encode(log->arena, csm_list(pair, 2), EVENT_BYTES_MAX, &bytes, &ctx->err));
    name = csm_arena_str(log->arena, name);
    if (name.ptr == NULL)
        return csm_ctx_nomem(ctx);
    events[log->event_count++] = (raw_event){ .name = name, .bytes = bytes };
    return CSM_OK;
}

bool csm_request_log_is_empty(const csm_request_log *log)
{
    return log->change_count == 0 && log->event_count == 0;
}

bool csm_request_log_makes_room(const csm_request_log *log)
{
    bool deletes = false;

    for (uint32_t n = 0; n < log->change_count; n++) {
        if (log->changes[n].from == 0)
            return false;
        deletes = deletes || log->changes[n].to == 0;
    }
    return deletes;
}

csm_log_mark csm_request_log_mark(const csm_request_log *log)
{
    csm_log_mark mark = { .changes = log->change_count, .events = log->event_count };

    return mark;
}

void csm_request_log_undo(csm_request_log *log, csm_log_mark mark)
{
    log->change_count = mark.changes;
    log->event_count = mark.events;
}

/* ---- one entry per record ---- */

static uint32_t slot_of(const raw_change *list, const uint32_t *slots, uint32_t mask, const raw_change *change)
{
    uint32_t at = (uint32_t)csm_hash_id(change->id) & mask;

    while (slots[at] != 0 && !csm_id_eq(list[slots[at] - 1].id, change->id))
        at = (at + 1) & mask;
    return at;
}

/* Merges in place of a copy; entries without effect are dropped. */
static csm_status merge(csm_ctx *ctx, const csm_request_log *log, raw_change **out, uint32_t *count)
{
    uint32_t size = 16, kept = 0, found = 0;
    raw_change *list = csm_arena_array(log->arena, log->change_count, sizeof(*list));
    uint32_t *slots;

    while (size < 2 * log->change_count)
        size *= 2;
    slots = csm_arena_array(log->arena, size, sizeof(*slots));
    if (list == NULL || slots == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < log->change_count; n++) {
        uint32_t at = slot_of(list, slots, size - 1, &log->changes[n]);

        if (slots[at] == 0) {
            list[found++] = log->changes[n];
            slots[at] = found;
        } else {
            list[slots[at] - 1].to = log->changes[n].to;
            list[slots[at] - 1].table = log->changes[n].table;
        }
    }
    for (uint32_t n = 0; n < found; n++)
        if (list[n].from != 0 || list[n].to != 0)
            list[kept++] = list[n];
    *out = list;
    *count = kept;
    return CSM_OK;
}

/* ---- writing ---- */

static csm_str cut(csm_str s)
{
    return s.len > FIELD_BYTES_MAX ? (csm_str){ s.ptr, FIELD_BYTES_MAX } : s;
}

static void log_key(uint64_t sequence, uint32_t piece, uint8_t key[10])
{
    for (uint32_t n = 0; n < 8; n++)
        key[n] = (uint8_t)(sequence >> (56 - 8 * n));
    key[8] = (uint8_t)(piece >> 8);
    key[9] = (uint8_t)piece;
}

static void write_change(csm_writer *w, const raw_change *change)
{
    csm_write_list(w, 4);
    csm_write_int(w, change->table->id);
    csm_write_bytes(w, (csm_str){ (const char *)change->id.b, sizeof(change->id.b) });
    csm_write_int(w, change->from);
    csm_write_int(w, change->to);
}

/* One piece with what fits of the rest. */
static void write_piece(csm_ctx *ctx, csm_buf *buf, const raw_change *changes, uint32_t *change_at, uint32_t change_count,
                        uint32_t *event_at)
{
    const csm_request_log *log = ctx->log;
    uint32_t fits = PIECE_BYTES / CHANGE_BYTES, events = 0;
    size_t room;
    csm_writer w = { .buf = buf };

    if (fits > change_count - *change_at)
        fits = change_count - *change_at;
    room = PIECE_BYTES - fits * CHANGE_BYTES;
    while (*event_at + events < log->event_count && log->events[*event_at + events].bytes.len <= room) {
        room -= log->events[*event_at + events].bytes.len;
        events++;
    }
    csm_write_list(&w, 6);
    csm_write_int(&w, ctx->now);
    csm_write_text(&w, cut(ctx->caller->user_name));
    csm_write_text(&w, cut(ctx->caller->acting_name));
    csm_write_text(&w, cut(log->method));
    csm_write_list(&w, fits);
    for (uint32_t n = 0; n < fits; n++)
        write_change(&w, &changes[*change_at + n]);
    csm_write_list(&w, events);
    for (uint32_t n = 0; n < events; n++)
        csm_write_raw(&w, log->events[*event_at + n].bytes);
    *change_at += fits;
    *event_at += events;
}

static csm_status write_entry(csm_ctx *ctx, const raw_change *changes, uint32_t count)
{
    uint64_t sequence = csm_txn_next_sequence(ctx->txn);
    uint32_t change_at = 0, event_at = 0;
    csm_status st = CSM_OK;
    csm_buf buf;

    csm_buf_init(&buf, CSM_VALUE_MAX);
    for (uint32_t piece = 0; st == CSM_OK && (piece == 0 || change_at < count || event_at < ctx->log->event_count); piece++) {
        uint8_t key[10];

        if (piece > UINT16_MAX) {
            st = csm_ctx_fail(ctx, CSM_E_LIMIT, "the request changes too many records");
            break;
        }
        csm_buf_clear(&buf);
        write_piece(ctx, &buf, changes, &change_at, count, &event_at);
        log_key(sequence, piece, key);
        if (buf.failed)
            st = csm_ctx_nomem(ctx);
        else
            st = csm_txn_put(ctx->txn, CSM_DB_LOG, (csm_str){ (const char *)key, sizeof(key) }, csm_buf_str(&buf), &ctx->err);
    }
    csm_buf_done(&buf);
    return st;
}

static csm_status mark_watched(csm_ctx *ctx, const raw_change *changes, uint32_t count)
{
    uint64_t *seen = csm_arena_array(ctx->log->arena, (ctx->reg->table_by_id_count + 63) / 64, sizeof(*seen));

    if (seen == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < count; n++) {
        const csm_mtable *table = changes[n].table;

        if ((table->flags & CSM_TABLE_WATCHED) == 0 || (seen[table->id / 64] >> (table->id % 64) & 1) != 0)
            continue;
        seen[table->id / 64] |= UINT64_C(1) << (table->id % 64);
        CSM_TRY(csm_watch_mark(ctx, table));
    }
    return CSM_OK;
}

static bool is_wanted(csm_ctx *ctx, const raw_change *changes, uint32_t count)
{
    for (uint32_t n = 0; n < count; n++)
        if (csm_event_wanted(ctx->reg, changes[n].table, csm_event_op(changes[n].from, changes[n].to)))
            return true;
    for (uint32_t n = 0; n < ctx->log->event_count; n++)
        if (csm_event_named_wanted(ctx->reg, ctx->log->events[n].name))
            return true;
    return false;
}

csm_status csm_request_log_write(csm_ctx *ctx)
{
    raw_change *changes;
    uint32_t count;

    if (csm_request_log_is_empty(ctx->log))
        return CSM_OK;
    CSM_TRY(merge(ctx, ctx->log, &changes, &count));
    if (count == 0 && ctx->log->event_count == 0)
        return CSM_OK;
    CSM_TRY(mark_watched(ctx, changes, count));
    CSM_TRY(write_entry(ctx, changes, count));
    if (is_wanted(ctx, changes, count))
        CSM_TRY(csm_job_put_new(ctx, CSM_STR(CSM_EVENT_JOB), CSM_STR(""), ctx->now, csm_nil()));
    csm_txn_take_sequence(ctx->txn);
    return CSM_OK;
}

/* ---- reading ---- */

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

static uint64_t key_sequence(csm_str key)
{
    uint64_t sequence = 0;

    for (uint32_t n = 0; n < 8; n++)
        sequence = sequence << 8 | (uint8_t)key.ptr[n];
    return sequence;
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
        if (key.len != 10)
            return csm_ctx_fail(ctx, CSM_E_CORRUPT, "the log holds a key of %zu bytes", key.len);
        sequence = key_sequence(key);
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
    uint8_t from[10];

    if (after == UINT64_MAX || limit == 0) {
        *out = NULL;
        *count = 0;
        return CSM_OK;
    }
    log_key(after + 1, 0, from);
    list = csm_arena_array(ctx->arena, limit, sizeof(*list));
    if (list == NULL)
        return csm_ctx_nomem(ctx);
    const csm_range range = { .db = CSM_DB_LOG, .from = { (const char *)from, sizeof(from) } };
    CSM_TRY(csm_iter_open(ctx->arena, ctx->view, &range, &it, &ctx->err));
    st = read_entries(ctx, it, list, limit, count);
    csm_iter_close(it);
    if (st == CSM_OK)
        *out = list;
    return st;
}
