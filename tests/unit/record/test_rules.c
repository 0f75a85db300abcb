/* Rule chains: order, refusals, depth, bugs of rules; extension points; the switch to plugins' code and back. */
#include "fresh.h"

static void refusal_stops_and_undoes(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row;

    world_knob.refuse_before = true;
    assert_refused(ctx, world_insert(w, "duty", "title=x", &row), CSM_E_REJECTED, "no duty today");
    assert_string_equal(ctx->err.plugin, "park");
    assert_string_equal(ctx->err.field, "title");
    assert_string_equal(world_trace, "first ");
    world_knob.refuse_before = false;
    world_knob.refuse_after = true;
    assert_refused(ctx, world_insert(w, "duty", "title=x", &row), CSM_E_REJECTED, "not after all");
    assert_int_equal(world_count(w, "duty", ""), 0);
    assert_int_equal(ctx->system, 0);
    assert_int_equal(ctx->depth, 0);
    assert_null(ctx->plugin);
}

static void filters_see_changes(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row, *out;

    assert_ok(ctx, world_insert(w, "duty", "title=x^priority=1", &row));
    world_trace[0] = '\0';
    assert_ok(ctx, world_update(w, row, "priority=2", &out));
    assert_string_equal(world_trace, "first second after ");
    world_trace[0] = '\0';
    assert_ok(ctx, world_update(w, row, "priority=1", &out));
    assert_string_equal(world_trace, "first high second after ");
    world_trace[0] = '\0';
    /* set by an earlier rule of the same chain, and derived fields follow */
    assert_ok(ctx, world_update(w, row, "priority=4", &out));
    assert_ok(ctx, world_update(w, row, "title=raise", &out));
    assert_int_equal(world_get(out, "priority").i, 1);
    assert_str(world_text(out, "weight"), "w1");
}

static void depth_is_bounded(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row;

    world_knob.deep = true;
    assert_refused(ctx, world_insert(w, "duty", "title=x", &row), CSM_E_LIMIT, "after > after");
    assert_int_equal(world_count(w, "duty", ""), 0);
    assert_int_equal(ctx->depth, 0);
}

static void after_rules_may_write_again(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row;

    world_knob.touch_again = true;
    assert_ok(ctx, world_insert(w, "duty", "title=x", &row));
    assert_int_equal(row->version, 1); /* what the caller gets is the row as it is then */
    assert_str(world_text(row, "result"), "+");
    csm_id id = row->id;
    world_commit(w);
    csm_log_entry *entries;
    uint32_t count;
    ctx = world_read(w, "kim");
    assert_ok(ctx, csm_log_read(ctx, 0, 100, &entries, &count));
    assert_true(count > 0);
    csm_log_entry *last = &entries[count - 1];
    assert_int_equal(last->change_count, 1); /* inserted and changed: one entry */
    assert_true(csm_id_eq(last->changes[0].id, id));
    assert_int_equal(last->changes[0].from, 0);
    assert_int_equal(last->changes[0].to, 2);
}

static void bugs_fail_the_call(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row;

    world_knob.wrong_field = true;
    assert_refused(ctx, world_insert(w, "duty", "title=x", &row), CSM_E_INVALID, "no_such_field");
    assert_string_equal(ctx->err.plugin, "park");
    ctx->sticky = CSM_OK;
    world_knob.wrong_field = false;
    world_knob.silent = true;
    assert_refused(ctx, world_insert(w, "duty", "title=x", &row), CSM_E_INTERNAL, "rule \"second\" of park failed");
}

static void points_run_in_order(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_pair in[] = { { CSM_STR("place"), csm_id_value(world_key("place", "park")) }, { CSM_STR("times"), csm_int(1) } };
    const csm_point_api *api = csm_engine_host()->point;
    csm_value out;

    assert_ok(ctx, api->call(ctx, "route/1", csm_map(in, 1), &out)); /* default 2: by foot goes on */
    assert_string_equal(world_trace, "foot(2) cart ");
    assert_str(csm_map_get(&out, "way")->s, "cart");
    world_trace[0] = '\0';
    in[1].value = csm_int(3);
    assert_ok(ctx, api->call(ctx, "route/1", csm_map(in, 2), &out));
    assert_string_equal(world_trace, "foot(3) ");
    assert_str(csm_map_get(&out, "way")->s, "foot");
    in[1].value = csm_int(9);
    assert_refused(ctx, api->call(ctx, "route/1", csm_map(in, 2), &out), CSM_E_REJECTED, "too far to walk");
    in[1].value = csm_int(8);
    assert_refused(ctx, api->call(ctx, "route/1", csm_map(in, 2), &out), CSM_E_INTERNAL, "wrong");
    in[1].value = csm_int(10);
    assert_refused(ctx, api->call(ctx, "route/1", csm_map(in, 2), &out), CSM_E_INVALID, "times");
    assert_refused(ctx, api->call(ctx, "route/1", csm_nil(), &out), CSM_E_INVALID, "place");
    in[1].key = CSM_STR("tims");
    assert_refused(ctx, api->call(ctx, "route/1", csm_map(in, 2), &out), CSM_E_INVALID, "\"times\" is meant?");
    assert_refused(ctx, api->call(ctx, "way/1", csm_nil(), &out), CSM_E_INVALID, "no point");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(refusal_stops_and_undoes), T(filters_see_changes), T(depth_is_bounded), T(after_rules_may_write_again),
        T(bugs_fail_the_call), T(points_run_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
