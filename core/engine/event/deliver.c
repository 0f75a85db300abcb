/* Delivery of the log to its consumers: async rules and subscribers. One position is shared by all who keep up. One that
 * fails is put behind: from then on it has a position of its own and its own retry job, until it has caught up. */
#include "engine/event/behind.h"
#include "engine/event/match.h"
#include "engine/event/replay.h"
#include "engine/record/call.h"

#define PAGE_US 4000           /* of the writer's time: requests and other jobs wait for no longer */

bool csm_event_name_is_awaited(const csm_registry *reg, csm_str name)
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
    bool is_behind;
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
    return csm_subscriber_hears(one->subscriber->decl, table, op);
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

    return csm_frame_leave(ctx, frame, st, "subscriber of", event);
}

static csm_status give_change(csm_ctx *ctx, const consumer *one, const csm_log_entry *entry, const csm_log_change *change)
{
    const csm_mtable *table = csm_registry_table_by_id(ctx->reg, change->table_id);
    uint32_t op = csm_event_op(change->from, change->to);
    csm_pair *pairs = csm_arena_array(ctx->arena, 7, sizeof(*pairs));
    csm_str event = csm_arena_printf(ctx->arena, "%s.%s", table->name, csm_change_names[op]);

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
    bool found, match = true;

    CSM_TRY(csm_event_replay(ctx, entry, what, &change, &found));
    if (found && rule->filter != NULL)
        CSM_TRY(csm_expr_eval(ctx, rule->filter, change.now, change.old, &match));
    if (!found || !match)
        return CSM_OK;
    frame = csm_frame_enter(ctx, one->plugin, true, rule->name);
    st = rule->decl->run(ctx, &change);
    return csm_frame_leave(ctx, frame, st, "rule", rule->name);
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

static csm_status find_those_behind(csm_ctx *ctx, consumers *list)
{
    for (uint32_t n = 0; n < list->count; n++) {
        csm_lag at;

        CSM_TRY(csm_lag_find(ctx, list->items[n].name, &at, &list->items[n].is_behind));
    }
    return CSM_OK;
}

static csm_status deliver_to_all(csm_ctx *ctx, consumers *list, const csm_log_entry *entry)
{
    for (uint32_t n = 0; n < list->count; n++) {
        consumer *one = &list->items[n];
        csm_str failure;

        if (one->is_behind || !wants_entry(ctx->reg, one, entry))
            continue;
        CSM_TRY(give(ctx, one, entry, &failure));
        if (failure.ptr == NULL)
            continue;
        one->is_behind = true;
        CSM_TRY(csm_lag_put(ctx, one->name, &(csm_lag){ .next = entry->sequence, .attempts = 1, .error = failure }));
    }
    return CSM_OK;
}

csm_status csm_event_deliver(csm_ctx *ctx, bool *more)
{
    int64_t until = csm_mono_us() + PAGE_US;
    uint64_t position, upto;
    csm_log_entry entry;
    consumers list;
    bool found;

    *more = false;
    CSM_TRY(csm_event_position_get(ctx, &position));
    CSM_TRY(list_consumers(ctx, &list));
    CSM_TRY(find_those_behind(ctx, &list));
    do {
        CSM_TRY(csm_log_next_awaited(ctx, position, &entry, &found, &upto));
        if (found)
            CSM_TRY(deliver_to_all(ctx, &list, &entry));
        *more = upto > position;
        position = upto;
    } while (*more && csm_mono_us() < until);
    return csm_event_position_put(ctx, position);
}

/* Gives one entry to a consumer that is behind. *stop: it failed again and waits. */
static csm_status catch_up(csm_ctx *ctx, const consumer *one, const csm_log_entry *entry, csm_lag *at, bool *stop)
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
    if (++at->attempts >= CSM_EVENT_ATTEMPTS)
        return csm_event_park(ctx, one->name, entry->sequence, failure);
    *stop = true;
    return csm_lag_put(ctx, one->name, at);
}

static csm_status retry(csm_ctx *ctx, const consumer *one, csm_lag *at, bool *more)
{
    int64_t until = csm_mono_us() + PAGE_US;
    uint64_t position, upto;
    csm_log_entry entry;
    bool found, stop;

    CSM_TRY(csm_event_position_get(ctx, &position));
    do {
        CSM_TRY(csm_log_next_awaited(ctx, at->next - 1, &entry, &found, &upto));
        if (upto < at->next || (found && upto > position))
            return csm_lag_del(ctx, one->name);
        if (found) {
            CSM_TRY(catch_up(ctx, one, &entry, at, &stop));
            if (stop)
                return CSM_OK;
        }
        at->next = upto + 1;
        at->attempts = 0;
    } while (at->next <= position && csm_mono_us() < until);
    if (at->next > position)
        return csm_lag_del(ctx, one->name);
    *more = true;
    at->error = CSM_STR("");
    return csm_lag_put(ctx, one->name, at);
}

csm_status csm_event_retry(csm_ctx *ctx, csm_str name, bool *more)
{
    consumers list;
    bool behind;
    csm_lag at;

    *more = false;
    CSM_TRY(csm_lag_find(ctx, name, &at, &behind));
    if (!behind)
        return CSM_OK;
    CSM_TRY(list_consumers(ctx, &list));
    for (uint32_t n = 0; n < list.count; n++)
        if (csm_str_eq(list.items[n].name, name))
            return retry(ctx, &list.items[n], &at, more);
    return csm_consumer_is_away(ctx->reg, name) ? CSM_OK : csm_lag_del(ctx, name); /* or it is declared no more */
}
