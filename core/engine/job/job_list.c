/* What job.list shows. */
#include "engine/job/due.h"

#include "engine/event/event.h"

typedef struct listing {
    csm_ctx *ctx;
    csm_value *items;
    uint32_t count, cap;
} listing;

static csm_status add(listing *l, csm_value item)
{
    if (l->count == l->cap) {
        uint32_t cap = l->cap == 0 ? 32 : l->cap * 2;
        csm_value *items = csm_arena_array(l->ctx->arena, cap, sizeof(*items));

        if (items == NULL)
            return csm_ctx_nomem(l->ctx);
        if (l->count > 0)
            memcpy(items, l->items, l->count * sizeof(*items));
        l->items = items;
        l->cap = cap;
    }
    l->items[l->count++] = item;
    return CSM_OK;
}

static csm_status add_entry(listing *l, const char *kind, const csm_due *due)
{
    csm_pair *pairs = csm_arena_array(l->ctx->arena, 6, sizeof(*pairs));

    if (pairs == NULL)
        return csm_ctx_nomem(l->ctx);
    pairs[0] = (csm_pair){ CSM_STR("kind"), csm_ctext(kind) };
    pairs[1] = (csm_pair){ CSM_STR("job"), csm_text(due->job) };
    pairs[2] = (csm_pair){ CSM_STR("key"), csm_text(due->key) };
    pairs[3] = (csm_pair){ CSM_STR("at"), due->at > 0 ? csm_time_value(due->at) : csm_nil() };
    pairs[4] = (csm_pair){ CSM_STR("attempts"), csm_int(due->attempts) };
    pairs[5] = (csm_pair){ CSM_STR("error"), due->error.len > 0 ? csm_text(due->error) : csm_nil() };
    return add(l, csm_map(pairs, 6));
}

/* Entries whose keys start with @p from, up to @p to. */
static csm_status add_range(listing *l, const char *kind, const char *from, const char *to, size_t head)
{
    csm_ctx *ctx = l->ctx;
    csm_range range = { .db = CSM_DB_DUE, .from = csm_str_of(from), .to = csm_str_of(to) };
    csm_status st = CSM_OK;
    csm_iter *it;
    csm_str key, value;
    bool has;

    CSM_TRY(csm_iter_open(ctx->arena, ctx->view, &range, &it, &ctx->err));
    while (st == CSM_OK && (st = csm_iter_next(it, &key, &value, &has, &ctx->err)) == CSM_OK && has) {
        csm_due due = { 0 };

        st = csm_budget_row(ctx);
        if (st == CSM_OK)
            st = csm_due_split(ctx, key, head, &due);
        if (st == CSM_OK)
            st = csm_due_decode(ctx, value, &due);
        if (st == CSM_OK && head == 9)
            due.at = csm_due_time((csm_str){ key.ptr + 1, 8 });
        if (st == CSM_OK)
            st = add_entry(l, kind, &due);
    }
    csm_iter_close(it);
    return st;
}

static csm_status add_periodic(listing *l, const csm_job *job)
{
    csm_ctx *ctx = l->ctx;
    csm_pair *pairs = csm_arena_array(ctx->arena, 6, sizeof(*pairs));
    csm_job_outcome outcome;

    if (pairs == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_job_outcome_find(ctx, csm_str_of(job->name), &outcome));
    pairs[0] = (csm_pair){ CSM_STR("kind"), csm_ctext("periodic") };
    pairs[1] = (csm_pair){ CSM_STR("job"), csm_ctext(job->name) };
    pairs[2] = (csm_pair){ CSM_STR("every_s"), csm_int(job->every_s) };
    pairs[3] = (csm_pair){ CSM_STR("last_run"), outcome.last_run != 0 ? csm_time_value(outcome.last_run) : csm_nil() };
    pairs[4] = (csm_pair){ CSM_STR("last_ok"), outcome.last_ok != 0 ? csm_time_value(outcome.last_ok) : csm_nil() };
    pairs[5] = (csm_pair){ CSM_STR("error"), outcome.error.len > 0 ? csm_text(outcome.error) : csm_nil() };
    return add(l, csm_map(pairs, 6));
}

csm_status csm_job_list(csm_ctx *ctx, csm_value *out)
{
    listing l = { .ctx = ctx };
    csm_value list;

    CSM_TRY(add_range(&l, "due", "d", "e", 9));
    CSM_TRY(add_range(&l, "parked", "p", "q", 1));
    CSM_TRY(add_range(&l, "waiting", "w", "x", 1));
    for (uint32_t n = 0; n < ctx->reg->job_count; n++)
        if (ctx->reg->jobs[n].decl->every_s > 0)
            CSM_TRY(add_periodic(&l, ctx->reg->jobs[n].decl));
    for (size_t n = 0; csm_job_builtin_at(n) != NULL; n++)
        if (csm_job_builtin_at(n)->every_s > 0)
            CSM_TRY(add_periodic(&l, csm_job_builtin_at(n)));
    list = csm_list(l.items, l.count);
    CSM_TRY(csm_event_list(ctx, &list));
    *out = list;
    return CSM_OK;
}
