/* Queries of handlers: while writing and while reading, kept rows, trees, and what is done with all that is found. */
#include "duties.h"

static void queries_stand_still_while_writing(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_record *rows[5], *row;
    csm_query *q;
    uint64_t count;
    int seen = 0;

    for (int n = 0; n < 5; n++)
        rows[n] = make(ctx, "x", n % 3 + 1);
    assert_ok(ctx, csm_query_open(ctx, "duty", &q));
    csm_query_where(ctx, q, "title", CSM_OP_EQ, csm_ctext("x"));
    csm_query_order(ctx, q, "priority", CSM_DESC);
    csm_query_order(ctx, q, "number", CSM_ASC);
    while (csm_query_next(ctx, q, &row) == CSM_OK && row != NULL) {
        if (seen++ == 0) {
            assert_true(csm_id_eq(csm_record_id(ctx, row), csm_record_id(ctx, rows[2])));
            make(ctx, "x", 3);                               /* one more is not met */
            assert_ok(ctx, csm_record_delete(ctx, rows[4])); /* one less is passed over */
        }
        assert_ok(ctx, csm_record_set_text(ctx, row, "title", CSM_STR("y"))); /* nor is one met twice or lost */
        assert_ok(ctx, csm_record_update(ctx, row));
    }
    csm_query_close(ctx, q);
    assert_int_equal(seen, 4);
    assert_ok(ctx, csm_query_count(ctx, "duty", "title=y", &count));
    assert_int_equal(count, 4);
    assert_ok(ctx, csm_query_count(ctx, "duty", NULL, &count));
    assert_int_equal(count, 5);
    assert_ok(ctx, csm_query_open(ctx, "duty", &q));
    csm_query_filter(ctx, q, "titl=y");
    csm_query_where(ctx, q, "priority", CSM_OP_LE, csm_int(2));
    assert_status(ctx, csm_query_next(ctx, q, &row), CSM_E_INVALID); /* the first error of a setter */
    csm_query_close(ctx, q);
}

static void reading_queries_stream(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_record *row;
    csm_query *q;
    int seen = 0;

    for (int n = 0; n < 7; n++)
        make(ctx, n < 4 ? "a" : "b", 2);
    world_commit(w);
    ctx = world_read(w, "kim");
    assert_ok(ctx, csm_query_open(ctx, "duty", &q));
    csm_value titles[] = { csm_ctext("a"), csm_ctext("c") };
    csm_query_where(ctx, q, "title", CSM_OP_IN, csm_list(titles, 2));
    csm_query_where(ctx, q, "helper", CSM_OP_EQ, csm_nil());
    csm_query_limit(ctx, q, 3);
    while (csm_query_next(ctx, q, &row) == CSM_OK && row != NULL)
        seen++;
    csm_query_close(ctx, q);
    assert_int_equal(seen, 3);
    assert_status(ctx, csm_record_delete(ctx, NULL), CSM_E_INVALID);
}

/* Values of the properties "k...", as kept rows tell them; each query is fit for set and next as any. */
static const char *kept_values(csm_ctx *ctx, csm_status want)
{
    static char out[64];
    csm_record *row;
    csm_query *q;

    out[0] = '\0';
    assert_status(ctx, csm_query_open_kept(ctx, "sys_properties", "nameSTARTSWITHk^ORDERBYname", &q), want);
    while (want == CSM_OK && csm_query_next(ctx, q, &row) == CSM_OK && row != NULL)
        strncat(out, csm_arena_cstr(ctx->arena, csm_record_text(ctx, row, "value")), sizeof(out) - strlen(out) - 1);
    return out;
}

static void kept_rows_follow_their_table(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "rule");
    csm_record *rec;
    csm_query *q;
    csm_row *row;
    csm_id a, b;

    assert_ok(ctx, world_insert(w, "sys_properties", "name=kb^value=b", &row));
    b = row->id;
    assert_ok(ctx, world_insert(w, "sys_properties", "name=ka^value=a", &row));
    a = row->id;
    assert_string_equal(kept_values(ctx, CSM_OK), "ab"); /* this call changed them: read as they are */
    world_commit(w);
    ctx = world_read(w, "rule");
    assert_string_equal(kept_values(ctx, CSM_OK), "ab");
    assert_ok(ctx, csm_query_open_kept(ctx, "sys_properties", "name=ka", &q));
    assert_ok(ctx, csm_query_next(ctx, q, &rec));
    assert_ok(ctx, csm_record_set_text(ctx, rec, "value", CSM_STR("z"))); /* on a copy */
    assert_string_equal(kept_values(ctx, CSM_OK), "ab");
    ctx = world_write(w, "rule");
    assert_ok(ctx, world_update(w, world_find(w, "sys_properties", a), "value=c", &row));
    assert_string_equal(kept_values(ctx, CSM_OK), "cb");
    world_abort(w);
    ctx = world_write(w, "rule");
    assert_string_equal(kept_values(ctx, CSM_OK), "ab");
    assert_ok(ctx, csm_write_delete(ctx, world_table(w, "sys_properties"), b, NULL));
    world_commit(w);
    assert_string_equal(kept_values(world_write(w, "rule"), CSM_OK), "a");
}

static void kept_rows_are_for_trusted_code_and_watched_tables(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_read(w, "rule");
    csm_query *q;

    assert_status(ctx, csm_query_open_kept(ctx, "duty", "priority=1", &q), CSM_E_INVALID);
    assert_status(ctx, csm_query_open_kept(ctx, "sys_user_grmember", "user.name=Kim", &q), CSM_E_INVALID);
    assert_status(ctx, csm_query_open_kept(ctx, "sys_user_grmember", "user=@me", &q), CSM_E_INVALID);
    assert_status(ctx, csm_query_open_kept(ctx, "sys_user", "nam=Kim", &q), CSM_E_INVALID);
    ctx = world_read(w, "kim");
    (void)kept_values(ctx, CSM_E_INVALID);
    assert_int_equal(ctx->sticky, CSM_E_INVALID);
}

static csm_id place(world *w, const char *name, csm_id parent)
{
    csm_row *row;
    char values[120], above[33];

    csm_id_format(parent, above);
    snprintf(values, sizeof(values), "name=%s^code=%s^parent=%s", name, name, csm_id_is_none(parent) ? "" : above);
    assert_ok(&w->ctx, world_insert(w, "place", values, &row));
    return row->id;
}

/* Names of a part of a tree, in the order the query meets them. */
static const char *tree_names(csm_ctx *ctx, csm_id of, uint32_t part)
{
    static char out[64];
    csm_value names = csm_list(NULL, 0);
    csm_query *q;

    out[0] = '\0';
    assert_ok(ctx, csm_query_open(ctx, "place", &q));
    csm_query_tree(ctx, q, of, part);
    assert_ok(ctx, csm_query_collect(ctx, q, "name", 10, &names));
    for (uint32_t n = 0; n < names.count; n++)
        strncat(strcat(out, n > 0 ? " " : ""), csm_arena_cstr(ctx->arena, csm_value_text(names.list[n])), 8);
    return out;
}

static void trees_are_asked_for(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "rule");
    csm_id a = place(w, "a", (csm_id){ { 0 } }), b = place(w, "b", a), c = place(w, "c", b), alike = place(w, "b2", a);
    csm_query *q;
    csm_record *row;
    bool below;

    for (int writing = 1; writing >= 0; writing--) {
        assert_string_equal(tree_names(ctx, b, CSM_TREE_BELOW), "c");
        assert_string_equal(tree_names(ctx, b, CSM_TREE_BRANCH), "b c");
        assert_string_equal(tree_names(ctx, c, CSM_TREE_WHOLE), "a b c b2");
        assert_string_equal(tree_names(ctx, alike, CSM_TREE_BELOW), "");
        assert_string_equal(tree_names(ctx, world_user("kim"), CSM_TREE_WHOLE), "");
        assert_ok(ctx, csm_record_is_below(ctx, "place", c, a, &below));
        assert_true(below);
        assert_ok(ctx, csm_record_is_below(ctx, "place", a, c, &below));
        assert_false(below);
        assert_ok(ctx, csm_record_is_below(ctx, "place", a, a, &below));
        assert_false(below);
        assert_ok(ctx, csm_record_is_below(ctx, "place", alike, b, &below));
        assert_false(below); /* a path that merely begins alike */
        assert_ok(ctx, csm_record_is_below(ctx, "place", c, world_user("kim"), &below));
        assert_false(below);
        if (writing) {
            world_commit(w);
            ctx = world_read(w, "rule");
        }
    }
    assert_ok(ctx, csm_query_open(ctx, "place", &q));
    csm_query_tree(ctx, q, a, 9);
    assert_status(ctx, csm_query_next(ctx, q, &row), CSM_E_INVALID);
    ctx = world_read(w, "rule");
    assert_status(ctx, csm_record_is_below(ctx, "duty", c, a, &below), CSM_E_INVALID);
    assert_int_equal(ctx->sticky, CSM_E_INVALID);
}

static void a_hidden_top_has_no_tree(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "rule");
    csm_id a = place(w, "a", (csm_id){ { 0 } }), b = place(w, "b", a);
    csm_row *row;
    bool below;

    assert_ok(ctx, world_update(w, world_find(w, "place", a), "open=false", &row));
    world_commit(w);
    ctx = world_read(w, "kim");
    assert_string_equal(tree_names(ctx, a, CSM_TREE_BELOW), "");
    assert_string_equal(tree_names(ctx, a, CSM_TREE_WHOLE), "");
    assert_string_equal(tree_names(ctx, b, CSM_TREE_WHOLE), "b");
    assert_ok(ctx, csm_record_is_below(ctx, "place", b, a, &below));
    assert_false(below);
}

static void lists_are_gathered(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_value found = csm_list(NULL, 0);
    csm_record *rec;
    csm_query *q;
    csm_id id;

    for (int n = 0; n < 3; n++)
        rec = make(ctx, "x", 2);
    id = csm_record_id(ctx, rec);
    assert_ok(ctx, csm_query_open(ctx, "duty", &q));
    csm_query_where(ctx, q, "title", CSM_OP_EQ, csm_ctext("x"));
    assert_ok(ctx, csm_query_collect(ctx, q, "sys_id", 3, &found));
    assert_int_equal(found.count, 3);
    assert_true(csm_list_has(found, id));
    assert_false(csm_list_has(found, world_user("kim")));
    assert_false(csm_list_has(csm_nil(), id));
    assert_ok(ctx, csm_query_open(ctx, "duty", &q));
    assert_ok(ctx, csm_query_collect(ctx, q, "helper", 3, &found)); /* nobody helps: nothing is added */
    assert_int_equal(found.count, 3);
    assert_ok(ctx, csm_query_open(ctx, "duty", &q));
    assert_status(ctx, csm_query_collect(ctx, q, "sys_id", 2, &found), CSM_E_LIMIT);
    found = csm_list(NULL, 0);
    assert_ok(ctx, csm_query_linked(ctx, "duty", "title", csm_ctext("x"), "priority=2", "number", &found));
    assert_int_equal(found.count, 3);
    assert_ok(ctx, csm_query_linked(ctx, "duty", "number", found, NULL, "sys_id", &found));
    assert_int_equal(found.count, 6);
    assert_ok(ctx, csm_query_linked(ctx, "duty", "helper", csm_nil(), NULL, "sys_id", &found)); /* nothing is linked to nothing */
    assert_ok(ctx, csm_query_linked(ctx, "duty", "helper", csm_list(NULL, 0), NULL, "sys_id", &found));
    assert_int_equal(found.count, 6);
    assert_ok(ctx, csm_list_add_id(ctx, &found, csm_nil().id));
    assert_int_equal(found.count, 6);
}

static void rows_are_met_page_by_page(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_id after = { { 0 } };
    csm_record *row;
    csm_query *q;
    int seen = 0;

    for (int n = 0; n < 5; n++)
        make(ctx, "x", 2);
    for (int pages = 0; pages < 3; pages++) {
        assert_ok(ctx, csm_query_open(ctx, "duty", &q));
        csm_query_page(ctx, q, "sys_id", after, 2);
        while (csm_query_next(ctx, q, &row) == CSM_OK && row != NULL) {
            after = csm_record_id(ctx, row);
            seen++;
        }
        csm_query_close(ctx, q);
    }
    assert_int_equal(seen, 5);
}

static void all_that_is_found_is_written(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    uint64_t count;
    csm_query *q;

    make(ctx, "x", 2);
    make(ctx, "x", 3);
    make(ctx, "y", 3);
    assert_ok(ctx, csm_query_open(ctx, "duty", &q));
    csm_query_where(ctx, q, "title", CSM_OP_EQ, csm_ctext("x"));
    assert_ok(ctx, csm_query_set(ctx, q, "title", csm_ctext("z")));
    assert_ok(ctx, csm_query_count(ctx, "duty", "title=z", &count));
    assert_int_equal(count, 2);
    assert_ok(ctx, csm_query_open(ctx, "duty", &q));
    csm_query_where(ctx, q, "title", CSM_OP_EQ, csm_ctext("z"));
    assert_ok(ctx, csm_query_move(ctx, q, "start", NULL));
    assert_ok(ctx, csm_query_count(ctx, "duty", "state=2", &count));
    assert_int_equal(count, 2);
    assert_ok(ctx, csm_query_open(ctx, "duty", &q));
    assert_status(ctx, csm_query_move(ctx, q, "start", NULL), CSM_E_STATE); /* two are started already */
}

static void rows_are_tied_once(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "rule");
    csm_row *group;
    uint64_t count;

    assert_ok(ctx, world_insert(w, "sys_user_group", "name=Diggers", &group));
    for (int n = 0; n < 2; n++)
        assert_ok(ctx, csm_record_tie(ctx, "sys_user_grmember", "user", world_user("kim"), "group", group->id));
    assert_ok(ctx, csm_query_count(ctx, "sys_user_grmember", "group.name=Diggers", &count));
    assert_int_equal(count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(queries_stand_still_while_writing), T(reading_queries_stream), T(kept_rows_follow_their_table),
        T(kept_rows_are_for_trusted_code_and_watched_tables), T(trees_are_asked_for), T(a_hidden_top_has_no_tree),
        T(lists_are_gathered), T(rows_are_met_page_by_page), T(all_that_is_found_is_written), T(rows_are_tied_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
