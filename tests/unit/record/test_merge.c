/* Writes that rest on an older state: refused by version, merged by base, handlers' records against what they had read. */
#include "fresh.h"

static csm_row *make(world *w)
{
    csm_ctx *ctx = world_write(w, "kim");
    csm_row *row, *out;

    assert_ok(ctx, world_insert(w, "duty", "title=a^priority=3^result=r", &row));
    assert_ok(ctx, world_update(w, row, "title=theirs^comments=noted", &out));
    assert_ok(ctx, world_update(w, row, "kind=zoo", &out));
    csm_id id = row->id;
    world_commit(w);
    world_write(w, "kim");
    return world_find(w, "duty", id);
}

static csm_status write_at(world *w, const csm_row *row, int64_t version, int64_t base, const char *values, csm_row **out)
{
    csm_write_options options = { .version = version, .base = base };

    return csm_write_update(&w->ctx, row->table, row->id, world_values(w, values), &options, out);
}

static void version_refuses_any_change(void **state)
{
    world *w = *state;
    csm_row *row = make(w), *out;

    assert_refused(&w->ctx, write_at(w, row, 1, -1, "priority=1", &out), CSM_E_CONFLICT, "has version 2, not 1");
    assert_ok(&w->ctx, write_at(w, row, 2, -1, "priority=1", &out));
    assert_int_equal(out->version, 3);
    /* the field itself works as the version */
    assert_status(&w->ctx, world_update(w, row, "priority=2^sys_mod_count=2", &out), CSM_E_CONFLICT);
    assert_ok(&w->ctx, world_update(w, row, "priority=2^sys_mod_count=3", &out));
    csm_write_options options = { .version = 1, .base = -1 };
    assert_status(&w->ctx, csm_write_delete(&w->ctx, row->table, row->id, &options), CSM_E_CONFLICT);
    assert_int_equal(w->txn != NULL, 1);
}

static void base_merges_other_fields(void **state)
{
    world *w = *state;
    csm_row *row = make(w), *out;

    assert_ok(&w->ctx, write_at(w, row, -1, 0, "priority=1^comments=me too", &out));
    assert_int_equal(world_get(out, "priority").i, 1);
    assert_str(world_text(out, "title"), "theirs");
    assert_str(world_text(out, "kind"), "zoo");
    /* giving back what he had seen changes nothing; agreeing is fine */
    assert_ok(&w->ctx, write_at(w, row, -1, 0, "title=a^result=mine", &out));
    assert_str(world_text(out, "title"), "theirs");
    assert_str(world_text(out, "result"), "mine");
    assert_ok(&w->ctx, write_at(w, row, -1, 0, "title=theirs^kind=zoo", &out));
    assert_refused(&w->ctx, write_at(w, row, -1, 99, "title=x", &out), CSM_E_INVALID, "ahead");
}

static void same_field_is_conflict(void **state)
{
    world *w = *state;
    csm_row *row = make(w), *out;

    assert_refused(&w->ctx, write_at(w, row, -1, 0, "title=mine^kind=garden^priority=1", &out), CSM_E_CONFLICT, "\"title\", \"kind\"");
    const csm_value *data = w->ctx.err.data;
    assert_non_null(data);
    assert_int_equal(data->count, 2);
    const csm_value *title = csm_map_get(data, "title");
    assert_non_null(title);
    assert_str(csm_map_get(title, "original")->s, "a");
    assert_str(csm_map_get(title, "theirs")->s, "theirs");
    assert_str(csm_map_get(title, "yours")->s, "mine");
    assert_true(csm_is_nil(*csm_map_get(csm_map_get(data, "kind"), "original")));
    assert_int_equal(world_get(world_find(w, "duty", row->id), "priority").i, 3);
    /* from the middle only what changed since counts */
    assert_ok(&w->ctx, write_at(w, row, -1, 1, "title=mine", &out));
    assert_str(world_text(out, "title"), "mine");
}

static void handlers_write_against_what_they_read(void **state)
{
    world *w = *state;
    csm_row *row = make(w), *out;
    const csm_record_api *api = csm_engine_host()->record;
    csm_ctx *ctx = &w->ctx;
    csm_record *rec, *stale;

    assert_ok(ctx, api->get(ctx, "duty", row->id, &rec));
    assert_ok(ctx, api->get(ctx, "duty", row->id, &stale));
    assert_ok(ctx, api->set(ctx, rec, "title", csm_ctext("first")));
    assert_str(csm_value_text(api->value(ctx, rec, "title")), "first");
    assert_ok(ctx, api->update(ctx, rec));
    assert_ok(ctx, api->set(ctx, stale, "priority", csm_int(1)));
    assert_ok(ctx, api->update(ctx, stale)); /* another field: fine */
    assert_str(csm_value_text(api->value(ctx, stale, "title")), "first");
    assert_ok(ctx, world_update(w, row, "title=again", &out));
    assert_ok(ctx, api->set(ctx, rec, "title", csm_ctext("second")));
    assert_status(ctx, api->update(ctx, rec), CSM_E_CONFLICT);
    assert_status(ctx, api->set(ctx, stale, "priority", csm_int(77)), CSM_E_INVALID);
    assert_refused(ctx, api->update(ctx, stale), CSM_E_INVALID, "77"); /* a refused set is not forgotten */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(version_refuses_any_change), T(base_merges_other_fields), T(same_field_is_conflict),
        T(handlers_write_against_what_they_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
