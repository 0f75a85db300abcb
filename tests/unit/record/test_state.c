/* State models: who moves what where, what a transition sets, needs and carries, and what a refusal says. */
#include "fresh.h"

static csm_row *make(world *w, const char *values)
{
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row;
    csm_id id;

    assert_ok(ctx, world_insert(w, "duty", values, &row));
    id = row->id;
    world_commit(w);
    world_read(w, "kim");
    return world_find(w, "duty", id);
}

static csm_status step(world *w, const csm_row *row, const char *name, const char *values, csm_row **out)
{
    csm_write_options options = CSM_WRITE_OPTIONS_INIT;

    options.transition = name;
    return csm_write_update(&w->ctx, row->table, row->id, world_values(w, values), &options, out);
}

/* One write in a transaction of its own, by @p user. */
static csm_row *walk(world *w, const csm_row *row, const char *user, const char *name, const char *values)
{
    csm_ctx *ctx;
    csm_id id = row->id;
    csm_row *out, *before;

    ctx = world_write(w, user);
    before = world_find(w, "duty", id);
    if (name != NULL)
        assert_ok(ctx, step(w, before, name, values, &out));
    else
        assert_ok(ctx, world_update(w, before, values, &out));
    world_commit(w);
    world_read(w, "rule");
    return world_find(w, "duty", id);
}

static void plain_write_is_the_transition(void **state)
{
    world *w = *state;
    csm_row *row = make(w, "title=a");

    row = walk(w, row, "kim", NULL, "state=2");
    assert_true(csm_id_eq(world_get(row, "helper").id, world_user("kim"))); /* sets of "start" */
    world_trace[0] = '\0';
    row = walk(w, row, "kim", NULL, "state=3^result=well done");
    assert_string_equal(world_trace, "first second guard after effect(finish) ");
    assert_false(world_get(row, "active").b);
    assert_true(world_get(row, "done_at").i > 0);
    assert_true(csm_id_eq(world_get(row, "done_by").id, world_user("kim")));
}

static void transition_names_the_move(void **state)
{
    world *w = *state;
    csm_row *row = make(w, "title=a");

    row = walk(w, row, "kim", "start", "priority=1");
    assert_int_equal(world_get(row, "state").i, 2);
    assert_int_equal(world_get(row, "priority").i, 1);
    row = walk(w, row, "kim", "hold", "title=held"); /* the state stays */
    assert_int_equal(world_get(row, "state").i, 2);
    assert_str(world_text(row, "part"), "gate");
}

typedef struct refusal {
    const char *name, *user, *state, *transition, *values;
    csm_status want;
    const char *part;
} refusal;

static const refusal refusals[] = {
    { "no such move", "kim", "1", NULL, "state=3", CSM_E_STATE, "1 New cannot become 3 Done; allowed: 2 Open (start)" },
    { "only the chief abandons", "kim", "1", NULL, "state=4", CSM_E_DENIED, "chief" },
    { "no such name", "kim", "1", "fly", "title=x", CSM_E_INVALID, "fly" },
    { "name from another state", "kim", "1", "finish", "result=x", CSM_E_STATE, "allowed: 2 Open (start)" },
    { "name with another target", "kim", "1", "start", "state=3", CSM_E_STATE, "cannot become 3" },
    { "required", "kim", "2", NULL, "state=3", CSM_E_INVALID, "\"result\" is required for \"finish\"" },
    { "guard", "kim", "2", NULL, "state=3^result=bad", CSM_E_REJECTED, "the result is bad" },
    { "filter with its message", "chief", "2", "hold", "", CSM_E_STATE, "only its helper" },
    { "roles", "kim", "3", "approve", "", CSM_E_DENIED, "visitor" },
    { "closed takes nothing", "kim", "4", NULL, "title=x", CSM_E_STATE, "takes no such change; allowed: nothing" },
    { "closed takes no journal", "kim", "4", NULL, "comments=x", CSM_E_STATE, "takes no such change" },
    { "carried and no more", "vera", "3", "approve", "priority=1", CSM_E_DENIED, "priority" },
    { "state not in his fields", "vera", "3", NULL, "state=4", CSM_E_DENIED, "state" },
    { "required journal", "vera", "3", "reject", "", CSM_E_INVALID, "comments" },
};

/* A duty in the state asked for, helped by vera. */
static csm_row *make_in(world *w, const char *state)
{
    csm_row *row = make(w, "title=a^result=fine");
    csm_id id = row->id;
    csm_ctx *ctx = world_write(w, "rule");
    csm_pair values[] = { { CSM_STR("state"), csm_ctext(state) }, { CSM_STR("helper"), csm_id_value(world_user("vera")) },
                          { CSM_STR("result"), csm_nil() } };

    ctx->import = true;
    assert_ok(ctx, csm_write_update(ctx, world_table(w, "duty"), id, csm_map(values, 3), NULL, &row));
    world_commit(w);
    world_read(w, "rule");
    return world_find(w, "duty", id);
}

static void refuses(void **state)
{
    world *w = *state;

    for (size_t n = 0; n < COUNT_OF(refusals); n++) {
        const refusal *r = &refusals[n];
        csm_row *row, *out;
        csm_ctx *ctx;
        csm_id id;

        print_message("  %s\n", r->name);
        row = make_in(w, r->state);
        id = row->id;
        ctx = world_write(w, r->user);
        row = world_find(w, "duty", id);
        assert_refused(ctx, r->transition != NULL ? step(w, row, r->transition, r->values, &out) : world_update(w, row, r->values, &out),
                       r->want, r->part);
        world_abort(w);
    }
}

static void transition_carries_its_fields(void **state)
{
    world *w = *state;
    csm_row *row = make_in(w, "3");

    row = walk(w, row, "vera", "approve", "wage=twenty^comments=Well done");
    assert_int_equal(world_get(row, "state").i, 4);
    assert_false(world_get(row, "active").b); /* out of vera's own reach for writing, and still allowed */
    assert_str(world_text(row, "wage"), "twenty");
    csm_journal_entry *entries;
    uint32_t count;
    assert_ok(&w->ctx, csm_history_journal(&w->ctx, row->table, row->id, csm_mtable_field(row->table, CSM_STR("comments")), true,
                                           10, &entries, &count));
    assert_int_equal(count, 1);
    assert_str(entries[0].text, "Well done\nThank you");
}

static void closed_rows_yield_to_admin_and_leaving(void **state)
{
    world *w = *state;
    csm_row *row = make_in(w, "4");

    row = walk(w, row, "root", NULL, "title=corrected");
    assert_str(world_text(row, "title"), "corrected");
    row = walk(w, row, "rule", NULL, "title=by a rule");
    assert_str(world_text(row, "title"), "by a rule");
    row = walk(w, row, "chief", "reopen", "");
    assert_int_equal(world_get(row, "state").i, 2);
    assert_true(world_get(row, "active").b);
}

static void rules_move_along_transitions(void **state)
{
    world *w = *state;
    csm_row *row = make_in(w, "3"), *out;
    csm_ctx *ctx;
    csm_id id = row->id;

    /* a before rule opens it again: the transition of the plugin's, roles or not */
    row = walk(w, row, "kim", NULL, "title=reopen me");
    assert_int_equal(world_get(row, "state").i, 2);
    assert_true(world_get(row, "active").b);
    ctx = world_write(w, "kim");
    row = world_find(w, "duty", id);
    assert_ok(ctx, world_update(w, row, "title=too far", &out)); /* 2 to 4: "abandon", the chief's, but made by a rule */
    assert_int_equal(world_get(out, "state").i, 4);
}

static void allowed_lists_buttons(void **state)
{
    world *w = *state;
    csm_row *row = make_in(w, "3");
    csm_ctx *ctx;
    csm_value list;
    csm_id id = row->id;

    ctx = world_read(w, "vera");
    row = world_find(w, "duty", id);
    assert_ok(ctx, csm_state_allowed(ctx, row, &list));
    assert_int_equal(list.count, 2);
    assert_str(csm_map_get(&list.list[0], "name")->s, "approve");
    assert_int_equal(csm_map_get(&list.list[0], "to")->i, 4);
    assert_str(csm_map_get(&list.list[0], "label")->s, "Closed");
    assert_str(csm_map_get(&list.list[1], "name")->s, "reject");
    assert_str(csm_map_get(&list.list[1], "required")->list[0].s, "comments");
    ctx = world_read(w, "kim");
    row = world_find(w, "duty", id);
    assert_ok(ctx, csm_state_allowed(ctx, row, &list));
    assert_int_equal(list.count, 0);
}

static void imports_skip_the_model(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "rule");
    csm_row *row;

    ctx->import = true;
    assert_ok(ctx, world_insert(w, "duty", "title=old^state=4", &row));
    assert_false(world_get(row, "active").b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(plain_write_is_the_transition), T(transition_names_the_move), T(refuses), T(transition_carries_its_fields),
        T(closed_rows_yield_to_admin_and_leaving), T(rules_move_along_transitions), T(allowed_lists_buttons),
        T(imports_skip_the_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
