/* Records for people and programs: which fields each reader sees, display values, lists of fields, the past. */
#include "fresh.h"

static csm_row *make(world *w, const char *user)
{
    csm_value watchers[] = { csm_id_value(world_user("vera")), csm_id_value(world_user("kim")) };
    csm_value about[] = { csm_ctext("place"), csm_id_value(world_key("place", "lake")) };
    csm_pair cost[] = { { CSM_STR("amount"), csm_ctext("12.5") }, { CSM_STR("currency"), csm_ctext("EUR") } };
    csm_pair values[] = {
        { CSM_STR("title"), csm_ctext("Feed") },       { CSM_STR("state"), csm_int(1) },
        { CSM_STR("kind"), csm_ctext("zoo") },         { CSM_STR("place"), csm_id_value(world_key("place", "lake")) },
        { CSM_STR("helper"), csm_id_value(world_user("vera")) }, { CSM_STR("watchers"), csm_list(watchers, 2) },
        { CSM_STR("about"), csm_list(about, 2) },      { CSM_STR("cost"), csm_map(cost, 2) },
        { CSM_STR("secret"), csm_ctext("hush") },      { CSM_STR("wage"), csm_ctext("ten") },
        { CSM_STR("comments"), csm_ctext("for all") }, { CSM_STR("work_notes"), csm_ctext("for us") },
    };
    csm_ctx *ctx = world_write(w, "rule");
    csm_row *row;
    csm_id id;

    assert_ok(ctx, csm_write_insert(ctx, world_table(w, "patrol"), csm_map(values, COUNT_OF(values)), NULL, &row));
    id = row->id;
    world_commit(w);
    world_read(w, user);
    return world_find(w, "duty", id);
}

static csm_value shown(world *w, const csm_row *row, csm_value names, bool journals)
{
    csm_ctx *ctx = &w->ctx;
    csm_present what;
    uint64_t *readable;
    csm_row *again;
    csm_value out;

    assert_ok(ctx, csm_present_parse(ctx, row->table, names, &what));
    what.journals = journals;
    assert_ok(ctx, csm_record_read(ctx, row->table, row->id, &again, &readable));
    assert_ok(ctx, csm_present_value(ctx, again, readable, &what, &out));
    return out;
}

static bool has(csm_value map, const char *key)
{
    return csm_map_get(&map, key) != NULL;
}

static void each_reader_sees_his_fields(void **state)
{
    world *w = *state;
    csm_row *row = make(w, "kim");
    csm_value map = shown(w, row, csm_nil(), true);

    assert_str(map.map[0].key, "sys_id");
    assert_str(map.map[1].key, "sys_mod_count");
    assert_true(has(map, "title") && has(map, "work_notes") && has(map, "comments"));
    assert_false(has(map, "secret")); /* hidden from everybody */
    assert_false(has(map, "wage"));   /* not in a keeper's fields */
    const csm_value *about = csm_map_get(&map, "about");
    assert_int_equal(about->type, CSM_T_MAP);
    assert_str(csm_map_get(about, "table")->s, "place");
    assert_str(csm_map_get(&csm_map_get(&map, "comments")->list[0], "text")->s, "for all");
    csm_id id = row->id;
    world_read(w, "vera");
    row = world_find(w, "duty", id);
    map = shown(w, row, csm_nil(), true);
    assert_false(has(map, "work_notes")); /* internal */
    assert_true(has(map, "comments"));
    world_read(w, "chief");
    row = world_find(w, "duty", id);
    map = shown(w, row, csm_nil(), false);
    assert_true(has(map, "wage"));
    assert_false(has(map, "comments"));
}

static void display_values_obey_the_reader(void **state)
{
    world *w = *state;
    csm_row *row = make(w, "kim");
    csm_value map, *display;

    w->ctx.display = true;
    map = shown(w, row, csm_nil(), false);
    display = (csm_value *)(uintptr_t)csm_map_get(&map, "display");
    assert_non_null(display);
    assert_str(csm_map_get(display, "state")->s, "New");
    assert_str(csm_map_get(display, "place")->s, "Lake");
    assert_str(csm_map_get(display, "helper")->s, "Vera Visitor");
    assert_str(csm_map_get(display, "watchers")->s, "Vera Visitor, Kim Keeper");
    assert_str(csm_map_get(display, "about")->s, "Lake");
    assert_null(csm_map_get(display, "title"));
    csm_id id = row->id;
    world_read(w, "vera");
    w->ctx.display = true;
    row = world_find(w, "duty", id);
    map = shown(w, row, csm_nil(), false);
    display = (csm_value *)(uintptr_t)csm_map_get(&map, "display");
    assert_str(csm_map_get(display, "state")->s, "Received"); /* the customers' wording */
    csm_str watchers = csm_map_get(display, "watchers")->s;
    assert_false(csm_str_is(watchers, "Vera Visitor, Kim Keeper")); /* she may not read kim */
}

static void lists_shape_the_answer(void **state)
{
    world *w = *state;
    csm_row *row = make(w, "kim");
    csm_value map = shown(w, row, csm_ctext("title, place.name,wage,title,sys_id"), false);

    assert_int_equal(map.count, 5);
    assert_str(map.map[2].key, "title");
    assert_str(map.map[3].key, "place.name");
    assert_str(map.map[3].value.s, "Lake");
    assert_true(csm_is_nil(*csm_map_get(&map, "wage"))); /* asked for and not his */
    csm_present what;
    assert_refused(&w->ctx, csm_present_parse(&w->ctx, row->table, csm_ctext("titl"), &what), CSM_E_INVALID, "\"titl\"");
    assert_non_null(strstr(w->ctx.err.hint, "title"));
    assert_status(&w->ctx, csm_present_parse(&w->ctx, row->table, csm_ctext("place.nam"), &what), CSM_E_INVALID);
    assert_status(&w->ctx, csm_present_parse(&w->ctx, row->table, csm_int(3), &what), CSM_E_INVALID);
    csm_value names[] = { csm_ctext("title"), csm_int(1) };
    assert_status(&w->ctx, csm_present_parse(&w->ctx, row->table, csm_list(names, 2), &what), CSM_E_INVALID);
}

static void encoded_is_the_value(void **state)
{
    world *w = *state;
    csm_row *row = make(w, "kim");
    csm_ctx *ctx = &w->ctx;
    csm_present what = { .all = true };
    csm_buf a, b;
    csm_writer wa = { &a }, wb = { &b };
    csm_value value;
    uint64_t *readable;

    csm_buf_init(&a, 0);
    csm_buf_init(&b, 0);
    assert_ok(ctx, csm_record_read(ctx, row->table, row->id, &row, &readable));
    size_t used = csm_arena_used(w->arena);
    assert_ok(ctx, csm_present_row(ctx, row, readable, &what, &wa));
    assert_int_equal(csm_arena_used(w->arena), used); /* its memory is given back */
    assert_ok(ctx, csm_present_value(ctx, row, readable, &what, &value));
    csm_write_value(&wb, value);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.ptr, b.ptr, a.len);
    csm_buf_done(&a);
    csm_buf_done(&b);
}

static void the_past_is_internal(void **state)
{
    world *w = *state;
    csm_row *row = make(w, "kim"), *out;
    csm_time before = w->ctx.now;
    csm_id id = row->id;
    uint64_t *readable;
    csm_ctx *ctx;

    ctx = world_write(w, "rule");
    assert_ok(ctx, world_update(w, world_find(w, "duty", id), "title=Later^comments=second", &out));
    world_commit(w);
    ctx = world_read(w, "kim");
    ctx->as_of = before;
    assert_ok(ctx, csm_record_read(ctx, world_table(w, "duty"), id, &out, &readable));
    assert_str(world_text(out, "title"), "Feed");
    assert_int_equal(out->version, 0);
    csm_value entries;
    assert_ok(ctx, csm_present_journal(ctx, out, csm_mtable_field(out->table, CSM_STR("comments")), 10, &entries));
    assert_int_equal(entries.count, 1);
    ctx = world_read(w, "vera");
    ctx->as_of = before;
    assert_refused(ctx, csm_record_read(ctx, world_table(w, "duty"), id, &out, &readable), CSM_E_DENIED, "internal");
    ctx = world_write(w, "rule");
    assert_ok(ctx, csm_write_delete(ctx, world_table(w, "duty"), id, NULL));
    world_commit(w);
    ctx = world_read(w, "kim");
    ctx->as_of = before;
    assert_status(ctx, csm_record_read(ctx, world_table(w, "duty"), id, &out, &readable), CSM_E_NOT_FOUND);
    ctx = world_read(w, "root");
    ctx->as_of = before;
    assert_ok(ctx, csm_record_read(ctx, world_table(w, "duty"), id, &out, &readable));
    assert_str(world_text(out, "title"), "Feed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(each_reader_sees_his_fields), T(display_values_obey_the_reader), T(lists_shape_the_answer), T(encoded_is_the_value),
        T(the_past_is_internal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
