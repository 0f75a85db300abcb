/* The write path: what is written, what is refused and how, and that a refusal leaves nothing behind. */
#include "fresh.h"

static void insert_fills_defaults(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row;

    assert_ok(ctx, world_insert(w, "patrol", "title=Round^route=north^priority=2", &row));
    assert_int_equal(row->version, 0);
    assert_str(world_text(row, "sys_class_name"), "patrol");
    assert_str(world_text(row, "number"), "DU0000001");
    assert_int_equal(world_get(row, "state").i, 1);
    assert_true(world_get(row, "active").b);
    assert_true(csm_id_eq(world_get(row, "opened_by").id, world_user("kim")));
    assert_int_equal(world_get(row, "opened_at").i, ctx->now);
    assert_int_equal(world_get(row, "sys_created_on").i, ctx->now);
    assert_str(world_text(row, "sys_created_by"), "kim");
    assert_str(world_text(row, "weight"), "w2");
    assert_string_equal(world_trace, "first second after ");
    csm_id id = row->id;
    world_commit(w);
    world_read(w, "kim");
    row = world_find(w, "duty", id);
    assert_non_null(row);
    assert_str(world_text(row, "title"), "Round");
}

static void update_counts_versions(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row, *again;

    assert_ok(ctx, world_insert(w, "duty", "title=a", &row));
    assert_ok(ctx, world_update(w, row, "title=b", &again));
    assert_int_equal(again->version, 1);
    assert_int_equal(world_get(again, "sys_mod_count").i, 1);
    /* nothing changes: nothing is written, no version */
    assert_ok(ctx, world_update(w, row, "title=b^priority=3", &again));
    assert_int_equal(again->version, 1);
    /* a journal entry alone is a change */
    assert_ok(ctx, world_update(w, row, "comments=  hello  ", &again));
    assert_int_equal(again->version, 2);
    assert_ok(ctx, world_update(w, row, "comments=   ", &again));
    assert_int_equal(again->version, 2);
    csm_journal_entry *entries;
    uint32_t count;
    assert_ok(ctx, csm_history_journal(ctx, row->table, row->id, csm_mtable_field(row->table, CSM_STR("comments")), true, 10,
                                       &entries, &count));
    assert_int_equal(count, 1);
    assert_str(entries[0].text, "hello");
    assert_str(entries[0].by, "kim");
    csm_version *versions;
    assert_ok(ctx, csm_history_versions(ctx, row->table, row->id, false, 0, 10, &versions, &count));
    assert_int_equal(count, 3);
    assert_int_equal(versions[2].version, 2);
}

typedef struct refusal {
    const char *name, *user, *table, *values;
    csm_status want;
    const char *part, *field;
} refusal;

static const refusal insert_refusals[] = {
    { "unknown field", "kim", "duty", "title=x^colour=red", CSM_E_INVALID, "colour", NULL },
    { "required", "kim", "duty", "priority=2", CSM_E_INVALID, "required", "title" },
    { "range", "kim", "duty", "title=x^priority=9", CSM_E_INVALID, "9", "priority" },
    { "choice", "kim", "duty", "title=x^kind=desert", CSM_E_INVALID, "garden", "kind" },
    { "dependent choice", "kim", "duty", "title=x^kind=zoo^part=lawn", CSM_E_INVALID, "belong", "part" },
    { "dependent choice without", "kim", "duty", "title=x^part=lawn", CSM_E_INVALID, "belong", "part" },
    { "missing row", "kim", "duty", "title=x^place=0123456789abcdef0123456789abcdef", CSM_E_INVALID, "there is no place", "place" },
    { "bad id", "kim", "duty", "title=x^place=zz", CSM_E_INVALID, "place", "place" },
    { "read-only", "kim", "duty", "title=x^done_at=2026-01-01T00:00:00Z", CSM_E_DENIED, "read-only", "done_at" },
    { "computed", "kim", "duty", "title=x^weight=w9", CSM_E_DENIED, "read-only", "weight" },
    { "the engine's own", "kim", "duty", "title=x^sys_created_by=me", CSM_E_DENIED, "read-only", "sys_created_by" },
    { "hidden", "kim", "duty", "title=x^secret=y", CSM_E_DENIED, "may not be written", "secret" },
    { "not in the scope's fields", "kim", "duty", "title=x^wage=ten", CSM_E_DENIED, "may not be written", "wage" },
    { "no scope", "vera", "duty", "title=x", CSM_E_DENIED, "may not be made", NULL },
    { "out of reach", "kim", "place", "name=x^open=false", CSM_E_DENIED, "may not be made", NULL },
    { "not an initial state", "kim", "duty", "title=x^state=2", CSM_E_STATE, "may not start", "state" },
    { "unique", "kim", "place", "name=park", CSM_E_EXISTS, "taken", "name" },
    { "abstract", "kim", "thing", "name=x", CSM_E_INVALID, "extends", NULL },
    { "condition without table", "kim", "duty", "title=x^rule=priority<2", CSM_E_INVALID, "on_table", "rule" },
    { "condition with a typo", "kim", "duty", "title=x^on_table=duty^rule=priorty<2", CSM_E_INVALID, "priorty", "rule" },
};

static void insert_refuses(void **state)
{
    world *w = *state;

    for (size_t n = 0; n < COUNT_OF(insert_refusals); n++) {
        const refusal *r = &insert_refusals[n];
        csm_ctx *ctx = world_write(w, r->user);
        size_t entries = csm_txn_entries(w->txn);
        csm_row *row = NULL;

        print_message("  %s\n", r->name);
        assert_refused(ctx, world_insert(w, r->table, r->values, &row), r->want, r->part);
        if (r->field != NULL)
            assert_string_equal(ctx->err.field, r->field);
        assert_null(row);
        assert_int_equal(csm_txn_entries(w->txn), entries);
        assert_true(csm_request_log_is_empty(ctx->log));
        world_abort(w);
    }
}

static void refused_writes_take_no_number(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row;

    assert_status(ctx, world_insert(w, "duty", "priority=2", &row), CSM_E_INVALID);
    assert_ok(ctx, world_insert(w, "duty", "title=first", &row));
    assert_str(world_text(row, "number"), "DU0000001");
    assert_ok(ctx, csm_write_delete(ctx, row->table, row->id, NULL));
    assert_ok(ctx, world_insert(w, "duty", "title=second", &row));
    assert_str(world_text(row, "number"), "DU0000002"); /* a number given is never given again */
}

static void unreadable_is_not_found(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "system");
    csm_row *row, *mine;

    assert_ok(ctx, world_insert(w, "duty", "title=hers", &row));
    csm_id id = row->id;
    world_commit(w);
    ctx = world_write(w, "vera");
    row = world_find(w, "duty", id);
    assert_refused(ctx, world_update(w, row, "title=x", &mine), CSM_E_NOT_FOUND, "there is no duty");
    assert_status(ctx, csm_write_delete(ctx, row->table, row->id, NULL), CSM_E_NOT_FOUND);
    world_abort(w);
    ctx = world_write(w, "system");
    csm_pair helper = { CSM_STR("helper"), csm_id_value(world_user("vera")) };
    assert_ok(ctx, csm_write_update(ctx, world_table(w, "duty"), id, csm_map(&helper, 1), NULL, &row));
    world_commit(w);
    ctx = world_write(w, "vera");
    row = world_find(w, "duty", id);
    assert_ok(ctx, world_update(w, row, "title=mine", &mine));
    assert_refused(ctx, world_update(w, row, "priority=1", &mine), CSM_E_DENIED, "priority");
    assert_refused(ctx, world_update(w, row, "work_notes=x", &mine), CSM_E_DENIED, "work_notes");
    assert_refused(ctx, csm_write_delete(ctx, row->table, row->id, NULL), CSM_E_DENIED, "deleted");
}

static void update_stays_within_reach(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row;

    row = world_find(w, "place", world_key("place", "park"));
    assert_refused(ctx, world_update(w, row, "open=false", &row), CSM_E_DENIED, "out of the caller's reach");
    world_abort(w);
    ctx = world_write(w, "root");
    row = world_find(w, "place", world_key("place", "park"));
    csm_id park = row->id;
    assert_ok(ctx, world_update(w, row, "open=false", &row));
    world_commit(w);
    /* a row he may not read does not exist for him as a target either */
    ctx = world_write(w, "kim");
    csm_pair values[] = { { CSM_STR("title"), csm_ctext("x") }, { CSM_STR("place"), csm_id_value(park) } };
    assert_refused(ctx, csm_write_insert(ctx, world_table(w, "duty"), csm_map(values, 2), NULL, &row), CSM_E_INVALID,
                   "there is no place");
}

static void insert_only_and_closed_fields(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row;

    assert_ok(ctx, world_insert(w, "duty", "title=a", &row));
    csm_pair same = { CSM_STR("opened_by"), csm_id_value(world_user("kim")) };
    csm_pair other = { CSM_STR("opened_by"), csm_id_value(world_user("chief")) };
    csm_row *out;
    assert_ok(ctx, csm_write_update(ctx, row->table, row->id, csm_map(&same, 1), NULL, &out));
    assert_refused(ctx, csm_write_update(ctx, row->table, row->id, csm_map(&other, 1), NULL, &out), CSM_E_DENIED, "fixed");
}

static void imports_keep_times_and_numbers(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "root");
    csm_row *row;

    ctx->import = true;
    csm_pair entry[] = { { CSM_STR("time"), csm_ctext("2020-02-03T00:00:00Z") }, { CSM_STR("by"), csm_ctext("old hand") },
                         { CSM_STR("text"), csm_ctext("it was cold") } };
    csm_value journal = csm_map(entry, 3);
    csm_pair values[] = {
        { CSM_STR("title"), csm_ctext("old") },
        { CSM_STR("state"), csm_int(3) },
        { CSM_STR("number"), csm_ctext("DU0000700") },
        { CSM_STR("sys_id"), csm_ctext("0123456789abcdef0123456789abcdef") },
        { CSM_STR("sys_created_on"), csm_ctext("2020-01-02T03:04:05Z") },
        { CSM_STR("sys_created_by"), csm_ctext("old hand") },
        { CSM_STR("opened_at"), csm_ctext("2020-01-02T03:04:05Z") },
        { CSM_STR("comments"), csm_list(&journal, 1) },
    };
    assert_ok(ctx, csm_write_insert(ctx, world_table(w, "duty"), csm_map(values, 8), NULL, &row));
    assert_str(world_text(row, "sys_created_by"), "old hand");
    assert_str(world_text(row, "sys_updated_by"), "root");
    assert_int_equal(row->id.b[0], 0x01);
    csm_journal_entry *entries;
    uint32_t count;
    assert_ok(ctx, csm_history_journal(ctx, row->table, row->id, csm_mtable_field(row->table, CSM_STR("comments")), true, 10,
                                       &entries, &count));
    assert_int_equal(count, 1);
    assert_str(entries[0].by, "old hand");
    ctx->import = false;
    assert_ok(ctx, world_insert(w, "duty", "title=next", &row));
    assert_str(world_text(row, "number"), "DU0000701");
}

static bool says_no_journal(world *w, const csm_row *row)
{
    csm_row *stored = world_find(w, "duty", row->id);

    assert_non_null(stored);
    return stored->no_journal;
}

static void rows_tell_that_no_journal_has_an_entry(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "root");
    csm_write_options same = CSM_WRITE_OPTIONS_INIT;
    csm_pair title = { CSM_STR("title"), csm_ctext("back") };
    csm_row *row, *with, *again;

    assert_ok(ctx, world_insert(w, "duty", "title=a", &row));
    assert_true(says_no_journal(w, row));
    assert_ok(ctx, world_update(w, row, "title=b", &again));
    assert_true(says_no_journal(w, row));
    assert_ok(ctx, world_update(w, row, "comments=hello", &again));
    assert_false(says_no_journal(w, row));
    assert_ok(ctx, world_update(w, row, "title=c", &again));
    assert_false(says_no_journal(w, row));
    assert_ok(ctx, world_insert(w, "duty", "title=a^comments=hello", &with));
    assert_false(says_no_journal(w, with));
    /* an id that had entries before goes on with them */
    assert_ok(ctx, csm_write_delete(ctx, row->table, row->id, NULL));
    same.id = row->id;
    assert_ok(ctx, csm_write_insert(ctx, row->table, csm_map(&title, 1), &same, &again));
    assert_false(says_no_journal(w, row));
    /* a rule adds one while the row it comes before still knows of none */
    assert_ok(ctx, world_insert(w, "duty", "title=a^priority=3", &row));
    world_knob.note_before = true;
    assert_ok(ctx, world_update(w, row, "priority=1", &again));
    world_knob.note_before = false;
    assert_false(says_no_journal(w, row));
}

static csm_status two_and_fail(csm_ctx *ctx, void *arg)
{
    world *w = arg;
    csm_row *row;

    CSM_TRY(world_insert(w, "duty", "title=one", &row));
    CSM_TRY(world_insert(w, "duty", "title=two", &row));
    return csm_ctx_fail(ctx, CSM_E_REJECTED, "no");
}

static void nested_steps_undo(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row;

    assert_ok(ctx, world_insert(w, "duty", "title=kept", &row));
    csm_log_mark mark = csm_request_log_mark(ctx->log);
    assert_status(ctx, csm_write_nested(ctx, two_and_fail, w), CSM_E_REJECTED);
    assert_int_equal(csm_request_log_mark(ctx->log).changes, mark.changes);
    assert_int_equal(world_count(w, "duty", "titleINone,two,kept"), 1);
}

static void reads_may_not_write(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_read(w, "kim");
    csm_row *row;

    assert_refused(ctx, world_insert(w, "duty", "title=x", &row), CSM_E_UNSUPPORTED, "only reads");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(insert_fills_defaults), T(update_counts_versions), T(insert_refuses), T(refused_writes_take_no_number),
        T(unreadable_is_not_found), T(update_stays_within_reach), T(insert_only_and_closed_fields),
        T(imports_keep_times_and_numbers), T(rows_tell_that_no_journal_has_an_entry), T(nested_steps_undo),
        T(reads_may_not_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
