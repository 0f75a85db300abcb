/* What hangs together: derived fields, copies, paths, the one of its siblings, and the end of a reference. */
#include "fresh.h"

static csm_row *place(world *w, const char *key)
{
    csm_row *row = world_find(w, "place", world_key("place", key));

    assert_non_null(row);
    return row;
}

static csm_row *insert_at(world *w, const char *table, const char *place_key, const char *values)
{
    csm_value map = world_values(w, values);
    csm_pair pairs[16];
    csm_row *row;

    assert_true(map.count < 15);
    memcpy(pairs, map.map, map.count * sizeof(*pairs));
    pairs[map.count] = (csm_pair){ CSM_STR("place"), csm_id_value(world_key("place", place_key)) };
    assert_ok(&w->ctx, csm_write_insert(&w->ctx, world_table(w, table), csm_map(pairs, map.count + 1), NULL, &row));
    return row;
}

static csm_status set_ref(world *w, const csm_row *row, const char *field, csm_value value)
{
    csm_pair pair = { csm_str_of(field), value };
    csm_row *out;

    return csm_write_update(&w->ctx, row->table, row->id, csm_map(&pair, 1), NULL, &out);
}

static void paths_follow_their_parents(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row, *pond;

    assert_str(world_text(place(w, "lake"), "path"), "P/L");
    csm_pair values[] = { { CSM_STR("name"), csm_ctext("Pond") }, { CSM_STR("code"), csm_ctext("O") },
                          { CSM_STR("parent"), csm_id_value(world_key("place", "lake")) } };
    assert_ok(ctx, csm_write_insert(ctx, world_table(w, "place"), csm_map(values, 3), NULL, &pond));
    assert_str(world_text(pond, "path"), "P/L/O");
    assert_ok(ctx, world_update(w, place(w, "park"), "code=Q", &row));
    assert_str(world_text(place(w, "lake"), "path"), "Q/L");
    assert_str(world_text(world_find(w, "place", pond->id), "path"), "Q/L/O");
    assert_ok(ctx, set_ref(w, place(w, "lake"), "parent", csm_nil()));
    assert_str(world_text(world_find(w, "place", pond->id), "path"), "L/O");
    /* nothing stands below itself */
    assert_refused(ctx, set_ref(w, place(w, "lake"), "parent", csm_id_value(pond->id)), CSM_E_INVALID, "below itself");
    assert_refused(ctx, set_ref(w, place(w, "lake"), "parent", csm_id_value(world_key("place", "lake"))), CSM_E_INVALID,
                   "below itself");
}

static void copies_follow_their_source(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *duty = insert_at(w, "duty", "lake", "title=a"), *row;

    assert_str(world_text(duty, "place_name"), "Lake");
    assert_ok(ctx, world_update(w, place(w, "lake"), "name=Great Lake", &row));
    duty = world_find(w, "duty", duty->id);
    assert_str(world_text(duty, "place_name"), "Great Lake");
    assert_int_equal(duty->version, 1);
    assert_ok(ctx, set_ref(w, duty, "place", csm_id_value(world_key("place", "park"))));
    assert_str(world_text(world_find(w, "duty", duty->id), "place_name"), "Park");
    assert_ok(ctx, set_ref(w, duty, "place", csm_nil()));
    assert_true(csm_is_nil(world_get(world_find(w, "duty", duty->id), "place_name")));
}

static void copies_beyond_the_limit_follow_in_pages(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row;

    w->engine->limits.derived_rows = 3;
    for (int n = 0; n < 8; n++)
        insert_at(w, "duty", "lake", "title=a");
    assert_ok(ctx, world_update(w, place(w, "lake"), "name=Puddle", &row));
    assert_int_equal(world_count(w, "duty", "place_name=Puddle"), 3);
    world_commit(w);
    assert_true(world_run_jobs(w) > 0);
    world_read(w, "rule");
    assert_int_equal(world_count(w, "duty", "place_name=Puddle"), 8);
}

static void one_of_its_siblings(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *a = insert_at(w, "mark", "lake", "name=a^main=true");
    csm_row *b = insert_at(w, "mark", "lake", "name=b^main=true");
    csm_row *c = insert_at(w, "mark", "park", "name=c^main=true"), *out;

    assert_false(world_get(world_find(w, "mark", a->id), "main").b);
    assert_true(world_get(world_find(w, "mark", b->id), "main").b);
    assert_true(world_get(world_find(w, "mark", c->id), "main").b);
    assert_ok(ctx, world_update(w, a, "main=true", &out));
    assert_false(world_get(world_find(w, "mark", b->id), "main").b);
    /* coming from another place displaces too */
    assert_ok(ctx, set_ref(w, c, "place", csm_id_value(world_key("place", "lake"))));
    assert_int_equal(world_count(w, "mark", "main=true"), 1);
}

static void delete_refuses_while_referred_to(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *duty, *tool;

    assert_ok(ctx, world_insert(w, "duty", "title=a", &duty));
    csm_pair values[] = { { CSM_STR("name"), csm_ctext("rake") }, { CSM_STR("duty"), csm_id_value(duty->id) } };
    assert_ok(ctx, csm_write_insert(ctx, world_table(w, "tool"), csm_map(values, 2), NULL, &tool));
    assert_refused(ctx, csm_write_delete(ctx, duty->table, duty->id, NULL), CSM_E_REJECTED, "1 row of tool refers to it by \"duty\"");
    assert_string_equal(ctx->err.reason, "referenced");
    assert_ok(ctx, csm_write_delete(ctx, tool->table, tool->id, NULL));
    assert_ok(ctx, csm_write_delete(ctx, duty->table, duty->id, NULL));
    assert_null(world_find(w, "duty", duty->id));
}

static void delete_takes_along_and_clears(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "root");
    csm_row *duty = insert_at(w, "duty", "lake", "title=a"), *row;

    insert_at(w, "mark", "lake", "name=a");
    world_trace[0] = '\0';
    assert_ok(ctx, csm_write_delete(ctx, world_table(w, "place"), world_key("place", "lake"), NULL));
    assert_string_equal(world_trace, "gone(a) ");
    assert_null(world_find(w, "duty", duty->id));
    assert_int_equal(world_count(w, "mark", ""), 0);
    /* references to a person are cleared, in lists taken out, and kept where nothing hangs on them */
    csm_value watchers[] = { csm_id_value(world_user("vera")), csm_id_value(world_user("kim")) };
    csm_pair values[] = { { CSM_STR("title"), csm_ctext("b") }, { CSM_STR("helper"), csm_id_value(world_user("vera")) },
                          { CSM_STR("watchers"), csm_list(watchers, 2) } };
    assert_ok(ctx, csm_write_insert(ctx, world_table(w, "duty"), csm_map(values, 3), NULL, &duty));
    assert_ok(ctx, csm_write_delete(ctx, world_table(w, "sys_user"), world_user("vera"), NULL));
    row = world_find(w, "duty", duty->id);
    assert_true(csm_is_nil(world_get(row, "helper")));
    assert_int_equal(world_get(row, "watchers").count, 1);
    assert_true(csm_id_eq(world_get(row, "watchers").list[0].id, world_user("kim")));
    assert_ok(ctx, csm_write_delete(ctx, world_table(w, "sys_user"), world_user("chief"), NULL));
    assert_true(csm_id_eq(world_get(place(w, "park"), "owner").id, world_user("chief")));
}

static void cascades_end_in_circles(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "root");
    csm_row *duty, *tools[3], *row;

    assert_ok(ctx, world_insert(w, "duty", "title=a", &duty));
    csm_pair values[] = { { CSM_STR("name"), csm_ctext("t") }, { CSM_STR("duty"), csm_id_value(duty->id) } };
    for (int n = 0; n < 3; n++)
        assert_ok(ctx, csm_write_insert(ctx, world_table(w, "tool"), csm_map(values, 2), NULL, &tools[n]));
    for (int n = 0; n < 3; n++)
        assert_ok(ctx, set_ref(w, tools[n], "next", csm_id_value(tools[(n + 1) % 3]->id)));
    assert_ok(ctx, csm_write_delete(ctx, tools[0]->table, tools[0]->id, NULL));
    assert_int_equal(world_count(w, "tool", ""), 0);
    assert_null(ctx->deleting);
    /* a row that refers to itself goes too */
    assert_ok(ctx, csm_write_insert(ctx, world_table(w, "tool"), csm_map(values, 2), NULL, &row));
    assert_ok(ctx, set_ref(w, row, "next", csm_id_value(row->id)));
    assert_ok(ctx, csm_write_delete(ctx, row->table, row->id, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(paths_follow_their_parents), T(copies_follow_their_source), T(copies_beyond_the_limit_follow_in_pages),
        T(one_of_its_siblings), T(delete_refuses_while_referred_to), T(delete_takes_along_and_clears), T(cascades_end_in_circles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
