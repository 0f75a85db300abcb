/* Putting and running durable jobs. Writer thread. */
#include "engine/job/due.h"

#include "base/log.h"
#include "engine/event/event.h"
#include "engine/record/call.h"

#define RETRY_FIRST (5 * CSM_SECOND)
#define RETRY_LONGEST CSM_HOUR
#define ATTEMPTS_MAX 12u

/* A declared or built-in job; *plugin NULL for the engine's own. NULL: absent. */
static const csm_job *find_job(const csm_registry *reg, csm_str name, const csm_mplugin **plugin)
{
    *plugin = NULL;
    for (uint32_t n = 0; n < reg->job_count; n++) {
        if (csm_str_is(name, reg->jobs[n].decl->name)) {
            *plugin = reg->jobs[n].plugin;
            return reg->jobs[n].decl;
        }
    }
    return csm_job_builtin(name);
}

static csm_status put(csm_ctx *ctx, csm_str job, csm_str key, csm_time at, csm_value args)
{
    csm_due due = { .job = job, .key = key, .at = at > 0 ? at : 0, .error = CSM_STR_INIT(""), .args = args };

    CSM_TRY(csm_due_write(ctx, &due));
    if (ctx->engine->wake_writer != NULL && !ctx->dry_run)
        ctx->engine->wake_writer(ctx->engine->wake_user);
    return CSM_OK;
}

csm_status csm_job_put(csm_ctx *ctx, csm_str job, csm_str key, csm_time at, csm_value args)
{
    const csm_mplugin *plugin;
    bool found;

    if (find_job(ctx->reg, job, &plugin) == NULL)
        return csm_ctx_fail(ctx, CSM_E_INVALID, "there is no job \"%.*s\"", CSM_STR_FMT(job));
    CSM_TRY(csm_due_forget(ctx, job, key, &found));
    return put(ctx, job, key, at, args);
}

static csm_status has_name(csm_ctx *ctx, char kind, csm_str job, csm_str key, bool *has)
{
    csm_str name = csm_due_name_key(ctx, kind, job, key), bytes;
    csm_status st;

    if (name.ptr == NULL)
        return CSM_E_NOMEM;
    st = csm_view_get(ctx->view, CSM_DB_DUE, name, &bytes, &ctx->err);
    *has = st == CSM_OK;
    return st == CSM_E_NOT_FOUND ? CSM_OK : st;
}

csm_status csm_job_has(csm_ctx *ctx, csm_str job, csm_str key, bool *waits, bool *parked)
{
    CSM_TRY(has_name(ctx, 'k', job, key, waits));
    return has_name(ctx, 'p', job, key, parked);
}

csm_status csm_job_put_new(csm_ctx *ctx, csm_str job, csm_str key, csm_time at, csm_value args)
{
    bool waits;

    CSM_TRY(has_name(ctx, 'k', job, key, &waits));
    return waits ? CSM_OK : csm_job_put(ctx, job, key, at, args);
}

csm_status csm_job_remove(csm_ctx *ctx, csm_str job, csm_str key, bool *found)
{
    return csm_due_forget(ctx, job, key, found);
}

/* ---- the schedule ---- */

static csm_time every(const csm_job *job)
{
    return job->every_s < INT64_MAX / CSM_SECOND ? job->every_s * CSM_SECOND : INT64_MAX / 2;
}

static csm_status schedule_one(csm_ctx *ctx, const csm_job *job)
{
    csm_str name = csm_due_name_key(ctx, 'k', csm_str_of(job->name), CSM_STR("")), bytes;
    csm_time at = ctx->now + every(job);
    csm_status st;

    if (name.ptr == NULL)
        return CSM_E_NOMEM;
    st = csm_view_get(ctx->view, CSM_DB_DUE, name, &bytes, &ctx->err);
    if (st != CSM_OK && st != CSM_E_NOT_FOUND)
        return st;
    if (st == CSM_OK && bytes.len == 8 && csm_due_time(bytes) <= at)
        return CSM_OK;
    return csm_job_put(ctx, csm_str_of(job->name), CSM_STR(""), at, csm_nil());
}

/* Entries that waited for a job that is back: due at once, or when they would have been. */
static csm_status wake_waiting(csm_ctx *ctx)
{
    csm_range range = { .db = CSM_DB_DUE, .from = CSM_STR_INIT("w"), .to = CSM_STR_INIT("x") };
    csm_status st = CSM_OK;
    csm_iter *it;
    csm_str key, value;
    bool has;

    CSM_TRY(csm_iter_open(ctx->arena, ctx->view, &range, &it, &ctx->err));
    while (st == CSM_OK && (st = csm_iter_next(it, &key, &value, &has, &ctx->err)) == CSM_OK && has) {
        const csm_mplugin *plugin;
        csm_due due = { 0 };

        st = csm_due_split(ctx, key, 1, &due);
        if (st != CSM_OK || find_job(ctx->reg, due.job, &plugin) == NULL)
            continue;
        st = csm_due_decode(ctx, value, &due);
        if (st == CSM_OK)
            st = csm_job_put(ctx, due.job, due.key, ctx->now, due.args);
    }
    csm_iter_close(it);
    return st;
}

csm_status csm_job_schedule_all(csm_ctx *ctx)
{
    CSM_TRY(wake_waiting(ctx));
    for (uint32_t n = 0; n < ctx->reg->job_count; n++)
        if (ctx->reg->jobs[n].decl->every_s > 0)
            CSM_TRY(schedule_one(ctx, ctx->reg->jobs[n].decl));
    for (size_t n = 0; csm_job_builtin_at(n) != NULL; n++)
        if (csm_job_builtin_at(n)->every_s > 0)
            CSM_TRY(schedule_one(ctx, csm_job_builtin_at(n)));
    return CSM_OK;
}

/* The first entry of all. */
static csm_status first_due(csm_ctx *ctx, csm_due *out, csm_str *value, bool *found)
{
    csm_range range = { .db = CSM_DB_DUE, .from = CSM_STR_INIT("d"), .to = CSM_STR_INIT("e") };
    csm_str key, bytes;
    csm_iter *it;
    csm_status st;

    CSM_TRY(csm_iter_open(ctx->arena, ctx->view, &range, &it, &ctx->err));
    st = csm_iter_next(it, &key, &bytes, found, &ctx->err);
    if (st == CSM_OK && *found) {
        if (key.len < 10)
            st = csm_ctx_fail(ctx, CSM_E_CORRUPT, "a due entry has a key of %zu bytes", key.len);
        else
            st = csm_due_split(ctx, key, 9, out);
        if (st == CSM_OK) {
            out->at = csm_due_time((csm_str){ key.ptr + 1, 8 });
            *value = csm_arena_str(ctx->arena, bytes);
            st = value->ptr != NULL ? CSM_OK : csm_ctx_nomem(ctx);
        }
    }
    csm_iter_close(it);
    return st;
}

/* Of the jobs that deliver events; they are few: one, and one for each consumer that is behind. */
static csm_status first_delivery(csm_ctx *ctx, csm_due *out, csm_str *value, bool *found)
{
    csm_range range = { .db = CSM_DB_DUE, .from = CSM_STR_INIT("k" CSM_EVENT_JOBS),
                        .to = CSM_STR_INIT("k" CSM_EVENT_JOBS "\xff") };
    csm_status st = CSM_OK;
    csm_str key, bytes;
    csm_iter *it;
    bool has;

    *found = false;
    CSM_TRY(csm_iter_open(ctx->arena, ctx->view, &range, &it, &ctx->err));
    while (st == CSM_OK && (st = csm_iter_next(it, &key, &bytes, &has, &ctx->err)) == CSM_OK && has) {
        if (bytes.len != 8 || (*found && csm_due_time(bytes) >= out->at))
            continue;
        *found = true;
        st = csm_due_split(ctx, key, 1, out);
        out->at = csm_due_time(bytes);
    }
    csm_iter_close(it);
    if (st != CSM_OK || !*found || out->at > ctx->now)
        return st;
    key = csm_due_key(ctx, out->at, out->job, out->key);
    if (key.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_view_get(ctx->view, CSM_DB_DUE, key, &bytes, &ctx->err));
    *value = csm_arena_str(ctx->arena, bytes);
    return value->ptr != NULL ? CSM_OK : csm_ctx_nomem(ctx);
}

csm_status csm_job_next_due(csm_ctx *ctx, csm_time *out)
{
    csm_due due = { 0 };
    csm_str value;
    bool found;

    CSM_TRY(first_due(ctx, &due, &value, &found));
    *out = found ? due.at : INT64_MAX;
    return CSM_OK;
}

/* ---- running ---- */

typedef struct page {
    csm_due *due;
    const csm_job *job;
    const csm_mplugin *plugin;
} page;

/* The slot after now, on the job's own grid. */
static csm_time next_slot(const csm_ctx *ctx, const page *p)
{
    csm_time step = every(p->job), late = ctx->now - p->due->at;

    return late >= step ? p->due->at + (late / step + 1) * step : p->due->at + step;
}

static csm_status finish(csm_ctx *ctx, const page *p, bool ran)
{
    csm_job_outcome outcome;

    if (p->job->every_s <= 0)
        return CSM_OK;
    if (p->due->key.len == 0)
        CSM_TRY(csm_job_put(ctx, p->due->job, p->due->key, next_slot(ctx, p), csm_nil()));
    if (!ran)
        return CSM_OK;
    outcome = (csm_job_outcome){ .last_run = ctx->now, .last_ok = ctx->now, .error = CSM_STR_INIT("") };
    return csm_job_outcome_put(ctx, p->due->job, &outcome);
}

static csm_status run_page(csm_ctx *ctx, void *arg)
{
    const page *p = arg;
    bool more = false, found;
    csm_value next = p->due->args;
    csm_frame frame;
    csm_status st;

    CSM_TRY(csm_due_erase(ctx, p->due));
    frame = csm_frame_enter(ctx, p->plugin, true, p->job->name);
    st = p->job->run(ctx, p->due->args, &more, &next);
    CSM_TRY(csm_frame_leave(ctx, frame, st, "job", p->job->name));
    if (!more)
        return finish(ctx, p, true);
    CSM_TRY(csm_due_forget(ctx, p->due->job, p->due->key, &found));
    return put(ctx, p->due->job, p->due->key, ctx->now, next);
}

/* What failed is kept with its error: tried again later, parked at last. */
static csm_status keep_failed(csm_ctx *ctx, const page *p)
{
    csm_due due = *p->due;
    csm_time delay = RETRY_FIRST << (due.attempts < 10 ? due.attempts : 10);
    csm_job_outcome outcome;
    csm_str parked, value;

    due.error = csm_arena_printf(ctx->arena, "%s: %s", csm_status_text(ctx->err.code), ctx->err.message);
    if (due.error.ptr == NULL)
        return csm_ctx_nomem(ctx);
    csm_log(CSM_LOG_WARN, p->plugin != NULL ? p->plugin->id : "job", "job \"%s\" failed: %.*s", p->job->name,
            CSM_STR_FMT(due.error));
    csm_error_clear(&ctx->err);
    ctx->sticky = CSM_OK;
    CSM_TRY(csm_due_erase(ctx, &due));
    due.attempts++;
    if (p->job->every_s > 0) {
        CSM_TRY(csm_job_outcome_find(ctx, due.job, &outcome));
        outcome.last_run = ctx->now;
        outcome.error = due.error;
        CSM_TRY(csm_job_outcome_put(ctx, due.job, &outcome));
    } else if (due.attempts >= ATTEMPTS_MAX) {
        parked = csm_due_name_key(ctx, 'p', due.job, due.key);
        if (parked.ptr == NULL)
            return CSM_E_NOMEM;
        CSM_TRY(csm_due_encode(ctx, &due, &value));
        return csm_txn_put(ctx->txn, CSM_DB_DUE, parked, value, &ctx->err);
    }
    due.at = ctx->now + (delay < RETRY_LONGEST ? delay : RETRY_LONGEST);
    return csm_due_write(ctx, &due);
}

static csm_status move_to_waiting(csm_ctx *ctx, const csm_due *due)
{
    csm_str waiting = csm_due_name_key(ctx, 'w', due->job, due->key), value;

    if (waiting.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_due_erase(ctx, due));
    CSM_TRY(csm_due_encode(ctx, due, &value));
    return csm_txn_put(ctx->txn, CSM_DB_DUE, waiting, value, &ctx->err);
}

static bool is_missed(const csm_ctx *ctx, const page *p)
{
    return p->job->every_s > 0 && !p->job->catch_up && p->due->key.len == 0 && p->due->attempts == 0 &&
           ctx->now - p->due->at >= every(p->job);
}

/* The entry whose turn it is. *found false: none is due. */
static csm_status pick(csm_ctx *ctx, bool events_first, csm_due *out, csm_str *value, bool *found)
{
    if (events_first) {
        CSM_TRY(first_delivery(ctx, out, value, found));
        *found = *found && out->at <= ctx->now;
        if (*found)
            return CSM_OK;
    }
    CSM_TRY(first_due(ctx, out, value, found));
    *found = *found && out->at <= ctx->now;
    return CSM_OK;
}

csm_status csm_job_run_due(csm_ctx *ctx, bool events_first, bool *ran)
{
    csm_due due = { 0 };
    page p = { .due = &due };
    csm_str value;
    bool found;

    *ran = false;
    for (;;) {
        CSM_TRY(pick(ctx, events_first, &due, &value, &found));
        if (!found)
            return CSM_OK;
        CSM_TRY(csm_due_decode(ctx, value, &due));
        p.job = find_job(ctx->reg, due.job, &p.plugin);
        if (p.job != NULL)
            break;
        CSM_TRY(move_to_waiting(ctx, &due));
    }
    *ran = true;
    if (is_missed(ctx, &p)) {
        CSM_TRY(csm_due_erase(ctx, &due));
        return finish(ctx, &p, false);
    }
    if (csm_write_nested(ctx, run_page, &p) == CSM_OK)
        return CSM_OK;
    return keep_failed(ctx, &p);
}

csm_status csm_job_put_off(csm_ctx *ctx, bool events_first, csm_time by)
{
    csm_due due = { 0 };
    csm_str value;
    bool found;

    CSM_TRY(pick(ctx, events_first, &due, &value, &found));
    if (!found)
        return CSM_OK;
    CSM_TRY(csm_due_decode(ctx, value, &due));
    CSM_TRY(csm_due_erase(ctx, &due));
    due.at = ctx->now + by;
    return csm_due_write(ctx, &due);
}
