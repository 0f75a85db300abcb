/* Durable jobs: due in order, paged, repeated, retried, parked, waiting for a plugin that is away. */
#include "fresh.h"

#include "base/log.h"

static void start(world *w, const char *job, const char *key, csm_time in, csm_value args)
{
    csm_ctx *ctx = world_write(w, "rule");

    assert_ok(ctx, csm_job_start(ctx, job, key, ctx->now + in, args));
    world_commit(w);
}

static csm_time next_due(world *w)
{
    csm_time at;
    csm_ctx *ctx = world_read(w, "rule");

    assert_ok(ctx, csm_job_next_due(ctx, &at));
    return at - ctx->now;
}

static void jobs_run_in_pages(void **state)
{
    world *w = *state;

    start(w, "sweep", "a", 0, csm_int(3));
    assert_int_equal(world_run_jobs(w), 3); /* a transaction for each page */
    assert_string_equal(world_trace, "sweep(3) sweep(2) sweep(1) ");
    assert_int_equal(world_run_jobs(w), 0);
}

static void keys_replace(void **state)
{
    world *w = *state;
    csm_ctx *ctx;

    start(w, "sweep", "a", CSM_MINUTE, csm_int(1));
    start(w, "sweep", "a", 2 * CSM_MINUTE, csm_int(10));
    start(w, "sweep", "b", 30 * CSM_SECOND, csm_int(1));
    assert_int_equal(world_run_jobs(w), 0);
    csm_clock_advance(w->clock, CSM_MINUTE);
    world_run_jobs(w);
    assert_string_equal(world_trace, "sweep(1) ");
    ctx = world_write(w, "rule");
    assert_ok(ctx, csm_job_cancel(ctx, "sweep", "a"));
    world_commit(w);
    csm_clock_advance(w->clock, CSM_HOUR / 2);
    assert_int_equal(world_run_jobs(w), 0);
    ctx = world_write(w, "rule");
    assert_refused(ctx, csm_job_start(ctx, "polish", "a", ctx->now, csm_nil()), CSM_E_INVALID, "no job \"polish\"");
    world_abort(w);
    start(w, "sweep", NULL, 0, csm_int(1)); /* no key: each a job of its own */
    start(w, "sweep", NULL, 0, csm_int(1));
    assert_int_equal(world_run_jobs(w), 2);
}

static void ensured_jobs_stay_as_they_wait(void **state)
{
    world *w = *state;
    csm_ctx *ctx;
    bool waits;

    start(w, "sweep", "once", CSM_MINUTE, csm_int(1));
    ctx = world_write(w, "rule");
    assert_ok(ctx, csm_job_waits(ctx, "sweep", "once", &waits));
    assert_true(waits);
    assert_ok(ctx, csm_job_waits(ctx, "sweep", "other", &waits));
    assert_false(waits);
    assert_ok(ctx, csm_job_ensure(ctx, "sweep", "once", ctx->now, csm_int(2))); /* waits already */
    assert_ok(ctx, csm_job_ensure(ctx, "sweep", "other", ctx->now, csm_int(1)));
    world_commit(w);
    assert_int_equal(world_run_jobs(w), 1);
    csm_clock_advance(w->clock, CSM_MINUTE);
    assert_int_equal(world_run_jobs(w), 1);
}

static void undone_requests_start_nothing(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "rule");

    assert_ok(ctx, csm_job_start(ctx, "sweep", "a", ctx->now, csm_int(1)));
    world_abort(w);
    assert_int_equal(world_run_jobs(w), 0);
}

static void periodic_jobs_keep_their_grid(void **state)
{
    world *w = *state;

    assert_true(next_due(w) <= CSM_HOUR && next_due(w) > CSM_HOUR - CSM_MINUTE);
    csm_clock_advance(w->clock, CSM_HOUR);
    assert_int_equal(world_run_jobs(w), 2); /* "hourly", and the engine's own */
    assert_true(next_due(w) <= CSM_HOUR && next_due(w) > CSM_HOUR - CSM_MINUTE);
    /* down for two days: "daily" catches up once, "hourly" goes on with its next slot */
    world_trace[0] = '\0';
    csm_clock_advance(w->clock, 2 * CSM_DAY);
    world_reopen(w);
    world_trace[0] = '\0';
    world_run_jobs(w);
    assert_string_equal(world_trace, "daily ");
    assert_true(next_due(w) <= CSM_HOUR);
}

static csm_value find_kind(world *w, const char *kind, const char *job)
{
    csm_ctx *ctx = world_read(w, "rule");
    csm_value list;

    assert_ok(ctx, csm_job_list(ctx, &list));
    for (uint32_t n = 0; n < list.count; n++)
        if (csm_str_is(csm_map_get(&list.list[n], "kind")->s, kind) && csm_str_is(csm_map_get(&list.list[n], "job")->s, job))
            return list.list[n];
    return csm_nil();
}

static void failures_come_back_later_and_are_parked(void **state)
{
    world *w = *state;
    csm_value entry;

    csm_log_setup(CSM_LOG_ERROR, false);
    world_knob.job_fails = true;
    start(w, "sweep", "a", 0, csm_int(1));
    world_run_jobs(w);
    entry = find_kind(w, "due", "sweep");
    assert_int_equal(csm_map_get(&entry, "attempts")->i, 1);
    assert_non_null(strstr(csm_map_get(&entry, "error")->s.ptr, "the broom is broken"));
    for (int n = 0; n < 20; n++) {
        csm_clock_advance(w->clock, 2 * CSM_HOUR);
        world_run_jobs(w);
    }
    entry = find_kind(w, "parked", "sweep");
    assert_int_equal(csm_map_get(&entry, "attempts")->i, 12);
    entry = find_kind(w, "periodic", "daily");
    assert_non_null(strstr(csm_map_get(&entry, "error")->s.ptr, "it rains"));
    world_knob.job_fails = false;
    csm_clock_advance(w->clock, 2 * CSM_DAY);
    world_run_jobs(w);
    entry = find_kind(w, "periodic", "daily");
    assert_true(csm_is_nil(*csm_map_get(&entry, "error")));
    start(w, "sweep", "a", 0, csm_int(1)); /* started anew it is parked no more */
    world_trace[0] = '\0';
    world_run_jobs(w);
    assert_string_equal(world_trace, "sweep(1) ");
    assert_true(csm_is_nil(find_kind(w, "parked", "sweep")));
}

static void entries_wait_for_their_plugin(void **state)
{
    world *w = *state;
    const csm_plugin *park = &world_park;

    start(w, "sweep", "a", 0, csm_int(1));
    world_activate(w, NULL, 0); /* the park is closed */
    world_trace[0] = '\0';
    world_run_jobs(w);
    assert_string_equal(world_trace, "");
    assert_false(csm_is_nil(find_kind(w, "waiting", "sweep")));
    assert_true(next_due(w) > 0); /* what waits does not keep the writer awake */
    world_activate(w, &park, 1);
    world_trace[0] = '\0';
    world_run_jobs(w);
    assert_string_equal(world_trace, "sweep(1) ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(jobs_run_in_pages), T(keys_replace), T(ensured_jobs_stay_as_they_wait), T(undone_requests_start_nothing), T(periodic_jobs_keep_their_grid),
        T(failures_come_back_later_and_are_parked), T(entries_wait_for_their_plugin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
