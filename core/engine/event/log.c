/* The log of requests. Changes are collected as a plain list, so that undoing a nested step is cutting its end off; the
 * same record met twice becomes one entry only when the log is written. */
#include "engine/event/event.h"

#include "engine/event/log_key.h"
#include "engine/event/match.h"
#include "engine/event/typed.h"

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
        uint8_t key[CSM_LOG_KEY];

        if (piece > UINT16_MAX) {
            st = csm_ctx_fail(ctx, CSM_E_LIMIT, "the request changes too many records");
            break;
        }
        csm_buf_clear(&buf);
        write_piece(ctx, &buf, changes, &change_at, count, &event_at);
        csm_log_key(sequence, piece, key);
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

static bool is_awaited(csm_ctx *ctx, const raw_change *changes, uint32_t count)
{
    for (uint32_t n = 0; n < count; n++)
        if (csm_event_is_awaited(changes[n].table, changes[n].from, changes[n].to))
            return true;
    for (uint32_t n = 0; n < ctx->log->event_count; n++)
        if (csm_event_name_is_awaited(ctx->reg, ctx->log->events[n].name))
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
    if (is_awaited(ctx, changes, count))
        CSM_TRY(csm_event_wake(ctx));
    csm_txn_take_sequence(ctx->txn);
    return CSM_OK;
}
