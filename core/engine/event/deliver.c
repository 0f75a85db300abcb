/* Delivery of the log to its consumers: async rules and subscribers. One position is shared by all who keep up. One that
 * fails is put behind: from then on it has a position of its own and its own retry job, until it has caught up.
 * Kept in meta: "ev:pos" -> sequence; "ev:lag:NAME" -> [next sequence, attempts, error]; "ev:park:SEQUENCE:NAME" -> error. */
#include "engine/event/event.h"
#include "engine/event/match.h"
#include "engine/event/replay.h"
#include "engine/event/typed.h"
#include "engine/job/job.h"
#include "engine/record/call.h"

#include <stdio.h>

#define PAGE_ENTRIES 32u
#define ATTEMPTS_MAX 6u
#define RETRY_FIRST CSM_SECOND

const char *const csm_event_op_names[3] = { "insert", "update", "delete" };

/* ---- matching ---- */

bool csm_event_matches(const char *pattern, const csm_mtable *table, uint32_t op)
{
    const char *dot = strrchr(pattern, '.');
    csm_str noun;

    if (dot == NULL || strcmp(dot + 1, csm_event_op_names[op]) != 0)
        return false;
    noun = (csm_str){ pattern, (size_t)(dot - pattern) };
    if (csm_str_is(noun, "*"))
        return true;
    for (; table != NULL; table = table->parent)
        if (csm_str_is(noun, table->name))
            return true;
    return false;
}

bool csm_event_wanted(const csm_registry *reg, const csm_mtable *table, uint32_t op)
{
    if (table->rule_count[CSM_ASYNC_INSERT + op] > 0)
        return true;
    for (uint32_t n = 0; n < reg->subscriber_count; n++)
        if (csm_event_matches(reg->subscribers[n].decl->event, table, op))
            return true;
    return false;
}

bool csm_event_named_wanted(const csm_registry *reg, csm_str name)
{
    for (uint32_t n = 0; n < reg->subscriber_count; n++)
        if (csm_str_is(name, reg->subscribers[n].decl->event))
            return true;
    return false;
}

/* ---- consumers ---- */

typedef struct consumer {
    const struct csm_msubscriber *subscriber; /* or */
    const csm_rule *rule;
    const csm_mplugin *plugin;
    csm_str name;
} consumer;

typedef struct consumers {
    consumer *items;
    uint32_t count;
} consumers;

static csm_status name_consumer(csm_ctx *ctx, consumers *list, consumer one, const char *what)
{
    uint32_t twin = 0;

    one.name = csm_arena_printf(ctx->arena, "%s:%.150s", one.plugin->id, what);
    if (one.name.ptr == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < list->count; n++)
        twin += csm_str_starts(list->items[n].name, one.name);
    if (twin > 0) {
        one.name = csm_arena_printf(ctx->arena, "%.*s#%u", CSM_STR_FMT(one.name), twin);
        if (one.name.ptr == NULL)
            return csm_ctx_nomem(ctx);
    }
    list->items[list->count++] = one;
    return CSM_OK;
}

/* Async rules are copied into every table they hold for; each is one consumer. */
static csm_status add_rules(csm_ctx *ctx, consumers *list, const csm_mtable *table)
{
    for (uint32_t when = CSM_ASYNC_INSERT; when <= CSM_ASYNC_DELETE; when++) {
        for (uint32_t n = 0; n < table->rule_count[when]; n++) {
            const csm_mrule *rule = &table->rules[when][n];
            bool known = false;

            for (uint32_t k = 0; k < list->count && !known; k++)
                known = list->items[k].rule == rule->decl;
            if (!known)
                CSM_TRY(name_consumer(ctx, list, (consumer){ .rule = rule->decl, .plugin = rule->plugin }, rule->name));
        }
    }
    return CSM_OK;
}

static csm_status list_consumers(csm_ctx *ctx, consumers *out)
{
    const csm_registry *reg = ctx->reg;
    consumers list = { 0 };
    size_t most = reg->subscriber_count;

    for (uint32_t n = 0; n < reg->table_count; n++)
        for (uint32_t when = CSM_ASYNC_INSERT; when <= CSM_ASYNC_DELETE; when++)
            most += reg->tables[n]->rule_count[when];
    list.items = csm_arena_array(ctx->arena, most, sizeof(*list.items));
    if (list.items == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < reg->subscriber_count; n++)
        CSM_TRY(name_consumer(ctx, &list, (consumer){ .subscriber = &reg->subscribers[n], .plugin = reg->subscribers[n].plugin },
                              reg->subscribers[n].decl->event));
    for (uint32_t n = 0; n < reg->table_count; n++)
        CSM_TRY(add_rules(ctx, &list, reg->tables[n]));
    *out = list;
    return CSM_OK;
}

static const csm_mrule *rule_for(const csm_mtable *table, uint32_t op, const csm_rule *decl)
{
    for (uint32_t n = 0; n < table->rule_count[CSM_ASYNC_INSERT + op]; n++)
        if (table->rules[CSM_ASYNC_INSERT + op][n].decl == decl)
            return &table->rules[CSM_ASYNC_INSERT + op][n];
    return NULL;
}

static bool wants_change(const csm_registry *reg, const consumer *one, const csm_log_change *change)
{
    const csm_mtable *table = csm_registry_table_by_id(reg, change->table_id);
    uint32_t op = csm_event_op(change->from, change->to);

    if (table == NULL)
        return false;
    if (one->rule != NULL)
        return rule_for(table, op, one->rule) != NULL;
    return csm_event_matches(one->subscriber->decl->event, table, op);
}

static bool wants_event(const consumer *one, const csm_value *event)
{
    return one->subscriber != NULL && event->type == CSM_T_LIST && event->count == 2 && event->list[0].type == CSM_T_TEXT &&
           csm_str_is(event->list[0].s, one->subscriber->decl->event);
}

static bool wants_entry(const csm_registry *reg, const consumer *one, const csm_log_entry *entry)
{
    for (uint32_t n = 0; n < entry->change_count; n++)
        if (wants_change(reg, one, &entry->changes[n]))
            return true;
    for (uint32_t n = 0; n < entry->events.count; n++)
        if (wants_event(one, &entry->events.list[n]))
            return true;
    return false;
}

/* ---- one consumer, one entry: all of it or nothing ---- */

static csm_status call_subscriber(csm_ctx *ctx, const consumer *one, const char *event, csm_value payload)
{
    csm_frame frame = csm_frame_enter(ctx, one->plugin, true, event);
    csm_status st = one->subscriber->decl->run(ctx, event, payload);
    char what[120];

    snprintf(what, sizeof(what), "subscriber of \"%s\"", event);
    return csm_frame_leave(ctx, frame, st, what);
}

static csm_status give_change(csm_ctx *ctx, const consumer *one, const csm_log_entry *entry, const csm_log_change *change)
{
    const csm_mtable *table = csm_registry_table_by_id(ctx->reg, change->table_id);
    uint32_t op = csm_event_op(change->from, change->to);
    csm_pair *pairs = csm_arena_array(ctx->arena, 7, sizeof(*pairs));
    csm_str event = csm_arena_printf(ctx->arena, "%s.%s", table->name, csm_event_op_names[op]);

    if (pairs == NULL || event.ptr == NULL)
        return csm_ctx_nomem(ctx);
    pairs[0] = (csm_pair){ CSM_STR("table"), csm_ctext(table->name) };
    pairs[1] = (csm_pair){ CSM_STR("id"), csm_id_value(change->id) };
    pairs[2] = (csm_pair){ CSM_STR("from"), csm_int(change->from) };
    pairs[3] = (csm_pair){ CSM_STR("to"), csm_int(change->to) };
    pairs[4] = (csm_pair){ CSM_STR("sequence"), csm_int((int64_t)entry->sequence) };
    pairs[5] = (csm_pair){ CSM_STR("at"), csm_time_value(entry->at) };
    pairs[6] = (csm_pair){ CSM_STR("by"), csm_text(entry->by) };
    return call_subscriber(ctx, one, event.ptr, csm_map(pairs, 7));
}

static csm_status run_async(csm_ctx *ctx, const consumer *one, const csm_log_entry *entry, const csm_log_change *what)
{
    uint32_t op = csm_event_op(what->from, what->to);
    const csm_mrule *rule = rule_for(csm_registry_table_by_id(ctx->reg, what->table_id), op, one->rule);
    csm_change change;
    csm_frame frame;
    csm_status st;
    char text[120];
    bool found, match = true;

    CSM_TRY(csm_event_replay(ctx, entry, what, &change, &found));
    if (found && rule->filter != NULL)
        CSM_TRY(csm_expr_eval(ctx, rule->filter, change.now, change.old, &match));
    if (!found || !match)
        return CSM_OK;
    frame = csm_frame_enter(ctx, one->plugin, true, rule->name);
    st = rule->decl->run(ctx, &change);
    snprintf(text, sizeof(text), "rule \"%s\"", rule->name);
    return csm_frame_leave(ctx, frame, st, text);
}

typedef struct delivery {
    const consumer *to;
    const csm_log_entry *entry;
} delivery;

static csm_status deliver_entry(csm_ctx *ctx, void *arg)
{
    const delivery *d = arg;
    const csm_log_entry *entry = d->entry;

    for (uint32_t n = 0; n < entry->change_count; n++) {
        if (!wants_change(ctx->reg, d->to, &entry->changes[n]))
            continue;
        if (d->to->rule != NULL)
            CSM_TRY(run_async(ctx, d->to, entry, &entry->changes[n]));
        else
            CSM_TRY(give_change(ctx, d->to, entry, &entry->changes[n]));
    }
    for (uint32_t n = 0; n < entry->events.count; n++)
        if (wants_event(d->to, &entry->events.list[n]))
            CSM_TRY(call_subscriber(ctx, d->to, d->to->subscriber->decl->event, entry->events.list[n].list[1]));
    return CSM_OK;
}

/* Failures of the consumer are its own; those of the store and of memory end the whole delivery. */
static bool is_ours(csm_status st)
{
    return st == CSM_E_NOMEM || st == CSM_E_IO || st == CSM_E_CORRUPT || st == CSM_E_FULL || st == CSM_E_UNKNOWN;
}

/* ---- what is kept ---- */

typedef struct lag {
    uint64_t next;             /* sequence of the entry to try next */
    uint32_t attempts;         /* of that entry */
    csm_str error;
} lag;

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

static csm_status get_position(csm_ctx *ctx, uint64_t *out)
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

static csm_status put_position(csm_ctx *ctx, uint64_t position)
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

static csm_status read_lag(csm_ctx *ctx, csm_str bytes, lag *out)
{
    csm_reader r = { (const uint8_t *)bytes.ptr, (const uint8_t *)bytes.ptr + bytes.len };
    csm_value value;

    CSM_TRY(csm_typed_read(&r, ctx->arena, &value, &ctx->err));
    if (value.type != CSM_T_LIST || value.count != 3 || value.list[0].type != CSM_T_INT || value.list[1].type != CSM_T_INT ||
        value.list[2].type != CSM_T_TEXT)
        return csm_ctx_fail(ctx, CSM_E_CORRUPT, "the position of an event consumer does not decode");
    *out = (lag){ .next = (uint64_t)value.list[0].i, .attempts = (uint32_t)value.list[1].i, .error = value.list[2].s };
    return CSM_OK;
}

static csm_status find_lag(csm_ctx *ctx, csm_str name, lag *out, bool *found)
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

static csm_status put_lag(csm_ctx *ctx, csm_str name, const lag *value)
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

static csm_status park(csm_ctx *ctx, csm_str name, uint64_t sequence, csm_str error)
{
    csm_buf buf;
    csm_writer w = { .buf = &buf };

    csm_buf_init(&buf, CSM_VALUE_MAX);
    csm_write_text(&w, error);
    return put_meta(ctx, csm_arena_printf(ctx->arena, "ev:park:%020llu:%.*s", (unsigned long long)sequence, CSM_STR_FMT(name)),
                    &buf);
}

/* ---- delivering ---- */

static csm_status give(csm_ctx *ctx, const consumer *one, const csm_log_entry *entry, csm_str *failure)
{
    delivery d = { .to = one, .entry = entry };
    csm_status st = csm_write_nested(ctx, deliver_entry, &d);

    failure->ptr = NULL;
    if (st == CSM_OK || is_ours(st))
        return st;
    *failure = csm_arena_printf(ctx->arena, "%s: %s", csm_status_text(st), ctx->err.message);
    if (failure->ptr == NULL)
        return csm_ctx_nomem(ctx);
    csm_error_clear(&ctx->err);
    ctx->sticky = CSM_OK;
    return CSM_OK;
}

static csm_status deliver_to_all(csm_ctx *ctx, const consumers *list, const csm_log_entry *entry)
{
    for (uint32_t n = 0; n < list->count; n++) {
        const consumer *one = &list->items[n];
        csm_str failure;
        bool behind;
        lag at;

        if (!wants_entry(ctx->reg, one, entry))
            continue;
        CSM_TRY(find_lag(ctx, one->name, &at, &behind));
        if (behind)
            continue;
        CSM_TRY(give(ctx, one, entry, &failure));
        if (failure.ptr == NULL)
            continue;
        at = (lag){ .next = entry->sequence, .attempts = 1, .error = failure };
        CSM_TRY(put_lag(ctx, one->name, &at));
    }
    return CSM_OK;
}

csm_status csm_event_deliver(csm_ctx *ctx, bool *more)
{
    csm_log_entry *entries;
    consumers list;
    uint64_t position;
    uint32_t count;

    *more = false;
    CSM_TRY(get_position(ctx, &position));
    CSM_TRY(csm_log_read(ctx, position, PAGE_ENTRIES, &entries, &count));
    if (count == 0)
        return CSM_OK;
    CSM_TRY(list_consumers(ctx, &list));
    for (uint32_t n = 0; n < count; n++)
        CSM_TRY(deliver_to_all(ctx, &list, &entries[n]));
    *more = count == PAGE_ENTRIES;
    return put_position(ctx, entries[count - 1].sequence);
}

/* Gives one entry to a consumer that is behind. *stop: it failed again and waits. */
static csm_status catch_up(csm_ctx *ctx, const consumer *one, const csm_log_entry *entry, lag *at, bool *stop)
{
    csm_str failure;

    *stop = false;
    if (entry->sequence > at->next) {
        at->next = entry->sequence;
        at->attempts = 0;
    }
    if (!wants_entry(ctx->reg, one, entry))
        return CSM_OK;
    CSM_TRY(give(ctx, one, entry, &failure));
    if (failure.ptr == NULL)
        return CSM_OK;
    at->error = failure;
    if (++at->attempts >= ATTEMPTS_MAX)
        return park(ctx, one->name, entry->sequence, failure);
    *stop = true;
    return put_lag(ctx, one->name, at);
}

static csm_status retry(csm_ctx *ctx, const consumer *one, lag *at, bool *more)
{
    csm_log_entry *entries;
    uint64_t position;
    uint32_t count;
    csm_str key = lag_key(ctx, one->name);
    bool stop;

    if (key.ptr == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(get_position(ctx, &position));
    CSM_TRY(csm_log_read(ctx, at->next - 1, PAGE_ENTRIES, &entries, &count));
    for (uint32_t n = 0; n < count && entries[n].sequence <= position; n++) {
        CSM_TRY(catch_up(ctx, one, &entries[n], at, &stop));
        if (stop)
            return CSM_OK;
        at->next = entries[n].sequence + 1;
        at->attempts = 0;
    }
    if (count < PAGE_ENTRIES || at->next > position)
        return csm_txn_del(ctx->txn, CSM_DB_META, key, &ctx->err);
    *more = true;
    at->error = CSM_STR("");
    return put_lag(ctx, one->name, at);
}

csm_status csm_event_retry(csm_ctx *ctx, csm_str name, bool *more)
{
    consumers list;
    bool behind;
    lag at;

    *more = false;
    CSM_TRY(find_lag(ctx, name, &at, &behind));
    if (!behind)
        return CSM_OK;
    CSM_TRY(list_consumers(ctx, &list));
    for (uint32_t n = 0; n < list.count; n++)
        if (csm_str_eq(list.items[n].name, name))
            return retry(ctx, &list.items[n], &at, more);
    /* Its plugin is away: nobody is behind any more. */
    return csm_txn_del(ctx->txn, CSM_DB_META, lag_key(ctx, name), &ctx->err);
}

csm_status csm_event_start(csm_ctx *ctx)
{
    csm_str bytes;
    csm_status st = csm_view_get(ctx->view, CSM_DB_META, CSM_STR("ev:pos"), &bytes, &ctx->err);

    if (st != CSM_E_NOT_FOUND)
        return st;
    return put_position(ctx, csm_txn_next_sequence(ctx->txn));
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
    lag at;

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
    return list_one(ctx, "parked", (csm_str){ key.ptr + 29, key.len - 29 }, sequence, ATTEMPTS_MAX, csm_value_text(error), list);
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

csm_status csm_event_list(csm_ctx *ctx, csm_value *list)
{
    CSM_TRY(list_prefix(ctx, "ev:lag:", list_lag, list));
    return list_prefix(ctx, "ev:park:", list_parked, list);
}
