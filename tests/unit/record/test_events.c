/* The log of requests and its delivery: order, exactly one effect, consumers that fail and catch up, parking. */
#include "fresh.h"

#include "engine/event/behind.h"
#include "engine/event/typed.h"
#include "engine/job/due.h"

static csm_id insert_duty(world *w, const char *values)
{
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row;
    csm_id id;

    assert_ok(ctx, world_insert(w, "duty", values, &row));
    id = row->id;
    world_commit(w);
    return id;
}

static csm_id insert_place(world *w, const char *name)
{
    csm_ctx *ctx = world_write(w, "kim");
    csm_pair pair = { CSM_STR("name"), csm_ctext(name) };
    csm_row *row;
    csm_id id;

    assert_ok(ctx, csm_write_insert(ctx, world_table(w, "place"), csm_map(&pair, 1), NULL, &row));
    id = row->id;
    world_commit(w);
    return id;
}

static void typed_values_come_back(void **state)
{
    (void)state;
    csm_arena *arena = csm_arena_new(4096, 0);
    csm_id id = csm_id_of_text(CSM_STR("x"));
    csm_pair pairs[] = { { CSM_STR("id"), csm_id_value(id) }, { CSM_STR("at"), csm_time_value(-5) } };
    const csm_value rows[] = { csm_nil(), csm_bool(true), csm_int(-7), csm_float(1.5), csm_ctext("a"), csm_bytes(CSM_STR("\xff\0")),
                               csm_time_value(123456789), csm_date_value(20000), csm_decimal(1250000), csm_id_value(id),
                               csm_map(pairs, 2), csm_list(NULL, 0), csm_map(NULL, 0) };
    csm_value list = csm_list(rows, COUNT_OF(rows)), out;
    csm_error err = { 0 };
    csm_buf buf;
    csm_writer w = { &buf };

    csm_buf_init(&buf, 0);
    csm_typed_write(&w, list);
    csm_reader r = { buf.ptr, buf.ptr + buf.len };
    assert_int_equal(csm_typed_read(&r, arena, &out, &err), CSM_OK);
    assert_true(csm_value_eq(out, list));
    for (size_t cut = 1; cut < buf.len; cut++) { /* broken bytes are refused, not read past */
        csm_reader short_r = { buf.ptr, buf.ptr + cut };

        assert_int_equal(csm_typed_read(&short_r, arena, &out, &err), CSM_E_CORRUPT);
    }
    csm_buf_done(&buf);
    csm_arena_free(arena);
}

static void log_names_every_change(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *a, *b, *out;
    csm_log_entry *entries;
    uint32_t count;

    assert_ok(ctx, world_insert(w, "duty", "title=a", &a));
    assert_ok(ctx, world_insert(w, "patrol", "title=b", &b));
    assert_ok(ctx, world_update(w, a, "title=c", &out));
    assert_ok(ctx, csm_write_delete(ctx, b->table, b->id, NULL)); /* came and went: no trace */
    assert_ok(ctx, csm_request_log_event(ctx, CSM_STR("other"), csm_time_value(7)));
    csm_id id = a->id;
    uint64_t sequence = csm_txn_next_sequence(w->txn);
    world_commit(w);
    ctx = world_read(w, "kim");
    assert_ok(ctx, csm_log_read(ctx, sequence - 1, 10, &entries, &count));
    assert_int_equal(count, 1);
    assert_int_equal(entries[0].sequence, sequence);
    assert_str(entries[0].by, "kim");
    assert_str(entries[0].method, "test");
    assert_int_equal(entries[0].change_count, 1);
    assert_true(csm_id_eq(entries[0].changes[0].id, id));
    assert_int_equal(entries[0].changes[0].to, 2);
    assert_int_equal(entries[0].events.count, 1);
    assert_int_equal(entries[0].events.list[0].list[1].type, CSM_T_TIME);
    assert_ok(ctx, csm_log_read(ctx, sequence, 10, &entries, &count));
    assert_int_equal(count, 0);
}

static void long_requests_take_several_pieces(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    const csm_mtable *table = world_table(w, "duty");
    csm_log_entry *entries;
    uint32_t count;

    for (uint32_t n = 0; n < 5000; n++) {
        csm_id id = { { 1 } };

        memcpy(id.b + 8, &n, sizeof(n));
        assert_ok(ctx, csm_request_log_change(ctx, table, id, 0, 1));
    }
    for (int n = 0; n < 5; n++)
        assert_ok(ctx, csm_request_log_event(ctx, CSM_STR("e"), csm_text(csm_arena_printf(w->arena, "%030000d", n))));
    csm_str huge = csm_arena_printf(w->arena, "%040000d", 1);
    assert_refused(ctx, csm_request_log_event(ctx, CSM_STR("e"), csm_text(huge)), CSM_E_LIMIT, "40");
    world_commit(w);
    ctx = world_read(w, "kim");
    assert_ok(ctx, csm_log_read(ctx, 0, 100, &entries, &count));
    assert_int_equal(entries[count - 1].change_count, 5000);
    assert_int_equal(entries[count - 1].events.count, 5);
    uint32_t last;
    memcpy(&last, entries[count - 1].changes[4999].id.b + 8, sizeof(last));
    assert_int_equal(last, 4999);
}

static void async_rules_see_the_change_as_it_was(void **state)
{
    world *w = *state;
    csm_id id = insert_duty(w, "title=async^priority=5");
    csm_ctx *ctx;
    csm_row *out;

    world_run_jobs(w);
    for (int priority = 4; priority > 2; priority--) { /* two changes before anything is delivered */
        char text[64];

        ctx = world_write(w, "kim");
        snprintf(text, sizeof(text), "priority=%d^comments=p%d", priority, priority);
        assert_ok(ctx, world_update(w, world_find(w, "duty", id), text, &out));
        world_commit(w);
    }
    world_trace[0] = '\0';
    world_run_jobs(w);
    assert_string_equal(world_trace, "later(duty 5>4 p4) later(duty 4>3 p3) ");
    world_trace[0] = '\0';
    assert_int_equal(world_run_jobs(w), 0); /* once */
    ctx = world_write(w, "root");
    assert_ok(ctx, csm_write_delete(ctx, world_table(w, "duty"), id, NULL));
    world_commit(w);
    world_trace[0] = '\0';
    world_run_jobs(w);
    assert_string_equal(world_trace, "later_gone(async) ");
}

static void subscribers_write_once(void **state)
{
    world *w = *state;
    csm_ctx *ctx;

    insert_place(w, "Tower");
    ctx = world_write(w, "kim");
    csm_pair at = { CSM_STR("at"), csm_time_value(5) };
    assert_ok(ctx, csm_event(ctx, "bell", csm_map(&at, 1)));
    world_commit(w);
    world_trace[0] = '\0';
    world_run_jobs(w);
    assert_string_equal(world_trace, "place.insert(Tower) bell(time) ");
    world_read(w, "rule");
    assert_int_equal(world_count(w, "gate", ""), 1);
    world_reopen(w); /* what was delivered stays delivered */
    world_run_jobs(w);
    world_read(w, "rule");
    assert_int_equal(world_count(w, "gate", ""), 1);
}

static void a_failing_consumer_falls_behind_alone(void **state)
{
    world *w = *state;
    csm_ctx *ctx;
    csm_value list;

    world_knob.subscriber_fails = true;
    insert_place(w, "Tower");
    insert_place(w, "Bridge");
    csm_id id = insert_duty(w, "title=async^priority=5");
    ctx = world_write(w, "kim");
    csm_row *out;
    assert_ok(ctx, world_update(w, world_find(w, "duty", id), "priority=4", &out));
    world_commit(w);
    world_trace[0] = '\0';
    world_run_jobs(w);
    assert_string_equal(world_trace, "later(duty 5>4) "); /* others go on */
    ctx = world_read(w, "root");
    assert_ok(ctx, csm_job_list(ctx, &list));
    bool behind = false;
    for (uint32_t n = 0; n < list.count; n++)
        behind = behind || csm_str_is(csm_map_get(&list.list[n], "kind")->s, "behind");
    assert_true(behind);
    world_knob.subscriber_fails = false;
    csm_clock_advance(w->clock, CSM_MINUTE);
    world_trace[0] = '\0';
    world_run_jobs(w);
    assert_string_equal(world_trace, "place.insert(Tower) place.insert(Bridge) "); /* in order, each once */
    insert_place(w, "Wall");
    world_trace[0] = '\0';
    world_run_jobs(w);
    assert_string_equal(world_trace, "place.insert(Wall) ");
}

static void what_never_works_is_parked(void **state)
{
    world *w = *state;
    csm_ctx *ctx;
    csm_value list;
    uint32_t parked = 0;

    world_knob.subscriber_fails = true;
    insert_place(w, "Tower");
    for (int n = 0; n < 8; n++) {
        world_run_jobs(w);
        csm_clock_advance(w->clock, CSM_HOUR * 2);
    }
    world_knob.subscriber_fails = false;
    insert_place(w, "Wall");
    world_trace[0] = '\0';
    world_run_jobs(w);
    assert_non_null(strstr(world_trace, "place.insert(Wall) "));
    assert_null(strstr(world_trace, "Tower"));
    ctx = world_read(w, "root");
    assert_ok(ctx, csm_job_list(ctx, &list));
    for (uint32_t n = 0; n < list.count; n++) {
        if (!csm_str_is(csm_map_get(&list.list[n], "kind")->s, "parked"))
            continue;
        parked++;
        assert_str(csm_map_get(&list.list[n], "consumer")->s, "park:place.insert");
        assert_non_null(strstr(csm_map_get(&list.list[n], "error")->s.ptr, "deaf"));
    }
    assert_int_equal(parked, 1);
}

static void what_nobody_awaits_is_passed(void **state)
{
    world *w = *state;
    csm_ctx *ctx;
    const csm_mtable *duty = world_table(w, "duty"), *place = world_table(w, "place");
    csm_log_entry entry;
    uint64_t start, upto;
    bool found;

    world_run_jobs(w);
    (void)world_write(w, "kim");
    start = csm_txn_next_sequence(w->txn) - 1;
    world_abort(w);
    for (int n = 0; n < 3; n++)
        (void)insert_duty(w, "title=quiet");
    ctx = world_read(w, "rule");
    assert_ok(ctx, csm_log_next_awaited(ctx, start, &entry, &found, &upto));
    assert_false(found);
    assert_int_equal(upto, start + 3);
    assert_ok(ctx, csm_log_next_awaited(ctx, upto, &entry, &found, &upto));
    assert_false(found);
    assert_int_equal(upto, start + 3); /* the end */
    ctx = world_write(w, "kim"); /* a long request: only the piece with the event and that with the place count */
    for (uint32_t n = 0; n < 5000; n++) {
        csm_id id = { { 1 } };

        memcpy(id.b + 8, &n, sizeof(n));
        assert_ok(ctx, csm_request_log_change(ctx, n == 4000 ? place : duty, id, 0, 1));
    }
    assert_ok(ctx, csm_request_log_event(ctx, CSM_STR("silence"), csm_nil()));
    assert_ok(ctx, csm_request_log_event(ctx, CSM_STR("bell"), csm_nil()));
    world_commit(w);
    (void)insert_duty(w, "title=quiet");
    ctx = world_read(w, "rule");
    assert_ok(ctx, csm_log_next_awaited(ctx, start, &entry, &found, &upto));
    assert_true(found);
    assert_int_equal(upto, start + 4);
    assert_int_equal(entry.sequence, start + 4);
    assert_in_range(entry.change_count, 1, 4000);
    assert_int_equal(entry.events.count, 2);
    ctx = world_read(w, "root");
    assert_ok(ctx, csm_event_position_get(ctx, &upto));
    assert_int_equal(upto, start + 3); /* where the delivery begins */
}

static void delivery_has_every_second_turn(void **state)
{
    world *w = *state;
    csm_ctx *ctx;

    for (int n = 0; n < 50; n++) {
        char key[8];

        snprintf(key, sizeof(key), "%d", n);
        ctx = world_write(w, "kim");
        assert_ok(ctx, csm_job_start(ctx, "sweep", key, 0, csm_int(100)));
        world_commit(w);
    }
    insert_place(w, "Tower");
    world_trace[0] = '\0';
    for (int n = 0; n < 4; n++) {
        bool ran;

        ctx = world_write(w, "rule");
        assert_ok(ctx, csm_job_run_due(ctx, n % 2 == 0, &ran));
        assert_true(ran);
        world_commit(w);
    }
    assert_string_equal(world_trace, "place.insert(Tower) sweep(100) sweep(100) sweep(100) ");
}

static void a_given_up_delivery_begins_where_it_stood(void **state)
{
    world *w = *state;
    csm_ctx *ctx;
    csm_str parked;
    bool found;

    insert_place(w, "Tower");
    ctx = world_write(w, "rule"); /* as if it had failed too often */
    assert_ok(ctx, csm_job_remove(ctx, CSM_STR(CSM_EVENT_JOB), CSM_STR(""), &found));
    assert_true(found);
    parked = csm_due_name_key(ctx, 'p', CSM_STR(CSM_EVENT_JOB), CSM_STR(""));
    assert_ok(ctx, csm_txn_put(w->txn, CSM_DB_DUE, parked, CSM_STR("\x93\x0c\xa0\xc0"), &ctx->err));
    world_commit(w);
    insert_place(w, "Bridge");
    world_trace[0] = '\0';
    world_run_jobs(w);
    assert_string_equal(world_trace, "place.insert(Tower) place.insert(Bridge) ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typed_values_come_back), T(log_names_every_change), T(long_requests_take_several_pieces),
        T(async_rules_see_the_change_as_it_was), T(subscribers_write_once), T(a_failing_consumer_falls_behind_alone),
        T(what_nobody_awaits_is_passed), T(delivery_has_every_second_turn), T(a_given_up_delivery_begins_where_it_stood),
        T(what_never_works_is_parked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
