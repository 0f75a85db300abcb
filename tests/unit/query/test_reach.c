/* Queries as a caller with limited rights: the same rows by every plan as by plain reading of the scopes, fields cut, nothing
 * told by conditions, orders, groups, counts, walks or tokens that may not be seen. */
#include "world.h"

#include "engine/query/query.h"

#define WORKER "worker,watcher"

static uint64_t pick(world *w, uint64_t below)
{
    return next_random(&w->seed) % below;
}

/* Shown to one who only watches. */
static bool is_shown(const cond *c)
{
    static const fact hidden[] = { CODE, PRIORITY, ACTIVE, DUE, EFFORT, RATIO, SPENT, SITE, RANK };

    for (size_t n = 0; c != NULL && n < COUNT_OF(hidden); n++)
        if (cond_names(c, fact_names[hidden[n]]))
            return false;
    return true;
}

static bool is_wanted(world *w, csm_arena *arena, const cond *c, fact order, const char *table, const thing *t)
{
    bool limited;

    if (t->gone || !world_is_a(t, table) || !world_reaches(w, arena, t, &limited))
        return false;
    if (limited && (!is_shown(c) || order == PRIORITY))
        return false;
    return c == NULL || cond_holds(w, arena, c, t);
}

static csm_filter filter_of(csm_ctx *ctx, const csm_mtable *table, const cond *c)
{
    csm_filter filter = { 0 };

    if (c != NULL)
        assert_ok(ctx, csm_filter_from_value(ctx->reg, table, cond_value(c, ctx->arena), ctx->arena, &filter, &ctx->err));
    return filter;
}

static bool bit(const uint64_t *bits, uint32_t pos)
{
    return bits == NULL || (bits[pos / 64] >> (pos % 64) & 1) != 0;
}

/* What is shown of a row is what its scopes give. */
static void check_fields(world *w, csm_ctx *ctx, const csm_row *row, const uint64_t *readable)
{
    const thing *t = NULL;
    bool limited = false;

    for (uint32_t n = 0; n < w->count; n++)
        if (csm_id_eq(w->things[n].id, row->id))
            t = &w->things[n];
    assert_non_null(t);
    assert_true(world_reaches(w, ctx->arena, t, &limited));
    assert_int_equal(bit(readable, csm_mtable_field(row->table, CSM_STR("title"))->pos), true);
    assert_int_equal(bit(readable, csm_mtable_field(row->table, CSM_STR("priority"))->pos), !limited);
}

/* All pages; false when the caller may not ask this. */
static bool read_all(world *w, const char *table_name, const cond *c, fact order, csm_id *ids, uint32_t *count)
{
    char after[8192] = "";

    *count = 0;
    do {
        csm_ctx *ctx = fixture_read(&w->f);
        const csm_mtable *table = fixture_table(&w->f, table_name);
        csm_query_spec spec = { .table = table, .limit = (uint32_t)pick(w, 40) + 1, .after = csm_str_of(after) };
        const uint64_t *readable;
        csm_cursor *cursor;
        csm_str token;
        csm_row *row;

        world_ask_as(w, ctx, w->asker, WORKER);
        spec.filter = filter_of(ctx, table, c);
        if (order != FACTS)
            spec.filter.order[spec.filter.order_count++] =
                (csm_mcolumn){ csm_mtable_field(table, csm_str_of(fact_names[order])), pick(w, 1) == 1 };
        csm_status st = csm_cursor_open(ctx, &spec, &cursor);
        if (st == CSM_E_DENIED) {
            assert_non_null(strstr(ctx->err.message, "may not be used"));
            return false;
        }
        assert_ok(ctx, st);
        assert_ok(ctx, csm_cursor_next(ctx, cursor, &row, &readable));
        for (; row != NULL; assert_ok(ctx, csm_cursor_next(ctx, cursor, &row, &readable))) {
            assert_true(*count < ROWS_MAX);
            ids[(*count)++] = row->id;
            check_fields(w, ctx, row, readable);
        }
        assert_ok(ctx, csm_cursor_token(ctx, cursor, &token));
        snprintf(after, sizeof(after), "%.*s", CSM_STR_FMT(token));
        csm_cursor_close(cursor);
    } while (after[0] != '\0');
    return true;
}

static uint64_t count_all(world *w, const char *table, const cond *c)
{
    csm_ctx *ctx = fixture_read(&w->f);
    csm_query_spec spec = { .table = fixture_table(&w->f, table) };
    uint64_t count = 0;

    world_ask_as(w, ctx, w->asker, WORKER);
    spec.filter = filter_of(ctx, spec.table, c);
    assert_ok(ctx, csm_query_count_rows(ctx, &spec, &count));
    return count;
}

static void every_plan_keeps_to_the_reach(void **state)
{
    static const fact orders[] = { FACTS, FACTS, TITLE, STATE, OPENED, PRIORITY };
    static world w;
    csm_arena *arena = csm_arena_new(65536, 0);
    csm_id *ids = calloc(ROWS_MAX, sizeof(*ids));
    uint32_t asked = 0, some = 0;

    (void)state;
    world_open(&w, 4711, 500);
    for (uint32_t round = 0; round < 500; round++) {
        static const char *const asked_tables[] = { "work", "job", "chore" };
        const char *table = asked_tables[pick(&w, 3)];
        fact order = orders[pick(&w, COUNT_OF(orders))];
        uint32_t count, wanted = 0;

        csm_arena_clear(arena);
        cond *c = pick(&w, 8) == 0 ? NULL : cond_random(&w, arena, (uint32_t)pick(&w, 3), false);
        w.asker = (int)pick(&w, 4);
        w.f.engine.limits.gather_rows = pick(&w, 2) == 0 ? 15 : 2000;
        if (!read_all(&w, table, c, order, ids, &count)) {
            assert_true(c != NULL && cond_names(c, "spent"));
            continue;
        }
        assert_false(c != NULL && cond_names(c, "spent"));
        for (uint32_t n = 0; n < w.count; n++) {
            bool want = is_wanted(&w, arena, c, order, table, &w.things[n]), met = false;

            for (uint32_t k = 0; k < count; k++)
                met = met || csm_id_eq(ids[k], w.things[n].id);
            assert_int_equal(met, want);
            wanted += want;
        }
        assert_int_equal(count, wanted);
        if (order != PRIORITY)
            assert_int_equal(count_all(&w, table, c), wanted);
        asked++;
        some += count > 0;
    }
    assert_true(asked > 300 && some > 150);
    free(ids);
    csm_arena_free(arena);
    world_close(&w);
}

/* ---- single questions ---- */

static world one;

static int open_one(void **state)
{
    (void)state;
    world_open(&one, 12, 200);
    return 0;
}

static int close_one(void **state)
{
    (void)state;
    world_close(&one);
    return 0;
}

static csm_status count_text(csm_ctx *ctx, const char *table_name, const char *text, uint64_t *out)
{
    csm_query_spec spec = { .table = fixture_table(&one.f, table_name) };
    csm_filter_options options = { 0 };

    CSM_TRY(csm_filter_parse(ctx->reg, spec.table, csm_str_of(text), options, ctx->arena, &spec.filter, &ctx->err));
    return csm_query_count_rows(ctx, &spec, out);
}

static void denied_fields_are_named(void **state)
{
    csm_ctx *ctx = fixture_read(&one.f);
    uint64_t count = 77;

    (void)state;
    world_ask_as(&one, ctx, 1, WORKER);
    assert_status(ctx, count_text(ctx, "work", "spent>5", &count), CSM_E_DENIED);
    assert_string_equal(ctx->err.field, "spent");
    assert_status(ctx, count_text(ctx, "person", "vip=true", &count), CSM_E_DENIED); /* no scope shows it */
    assert_string_equal(ctx->err.field, "vip");
    assert_int_equal(count, 77);
    world_ask_as(&one, ctx, 1, "watcher");
    assert_status(ctx, count_text(ctx, "work", "priority=1", &count), CSM_E_DENIED);
    assert_status(ctx, count_text(ctx, "work", "title=a^NQpriority=1", &count), CSM_E_DENIED);
}

static void orders_and_groups_are_denied_too(void **state)
{
    csm_ctx *ctx = fixture_read(&one.f);
    const csm_mtable *work = fixture_table(&one.f, "work");
    const csm_mfield *priority = csm_mtable_field(work, CSM_STR("priority"));
    csm_query_spec spec = { .table = work, .filter = { .order = { { priority, false } }, .order_count = 1 } };
    csm_aggregate_spec groups = { .query = { .table = work }, .groups = { { priority, CSM_PART_NONE, "p" } }, .group_count = 1 };
    csm_aggregate_spec figures = { .query = { .table = work }, .figures = { { CSM_AGG_MAX, priority, "p" } }, .figure_count = 1 };
    csm_cursor *cursor = NULL;
    csm_value out;

    (void)state;
    world_ask_as(&one, ctx, 1, "watcher");
    assert_status(ctx, csm_cursor_open(ctx, &spec, &cursor), CSM_E_DENIED);
    assert_status(ctx, csm_aggregate_run(ctx, &groups, &out), CSM_E_DENIED);
    assert_status(ctx, csm_aggregate_run(ctx, &figures, &out), CSM_E_DENIED);
    assert_null(cursor);
}

static void without_roles_there_is_nothing(void **state)
{
    csm_ctx *ctx = fixture_read(&one.f);
    uint64_t count = 77;

    (void)state;
    world_ask_as(&one, ctx, 1, "");
    assert_ok(ctx, count_text(ctx, "work", "active=true", &count));
    assert_int_equal(count, 0);
}

/* Another operation's reach cuts the rows as well. */
static void other_operations_cut_further(void **state)
{
    csm_ctx *ctx = fixture_read(&one.f);
    csm_query_spec spec = { .table = fixture_table(&one.f, "work"), .op = CSM_OP_WRITE };
    uint64_t count, mine = 0;

    (void)state;
    world_ask_as(&one, ctx, 1, WORKER);
    for (uint32_t n = 0; n < one.count; n++) {
        bool limited;

        mine += world_reaches(&one, ctx->arena, &one.things[n], &limited) && !csm_is_nil(one.things[n].facts[OWNER]) &&
                csm_id_eq(one.things[n].facts[OWNER].id, one.people[1].id);
    }
    assert_ok(ctx, csm_query_count_rows(ctx, &spec, &count));
    assert_int_equal(count, mine);
    assert_true(mine > 0);
    spec.op = CSM_OP_DELETE;
    assert_ok(ctx, csm_query_count_rows(ctx, &spec, &count));
    assert_int_equal(count, 0);
}

/* A note is reached as its work is. */
static void via_follows_the_reference(void **state)
{
    csm_ctx *ctx = fixture_write(&one.f);
    uint64_t count, want = 0;

    (void)state;
    for (uint32_t n = 0; n < one.count; n++) {
        csm_row *row = fixture_row(&one.f, "note");

        if (n % 10 != 0)
            fixture_set(row, "about", csm_id_value(one.things[n].id));
        fixture_set(row, "page", csm_int(n));
        assert_ok(ctx, csm_row_put(ctx, NULL, row));
    }
    world_ask_as(&one, ctx, 2, WORKER);
    for (uint32_t n = 0; n < one.count; n++) {
        bool limited;

        want += n % 10 != 0 && world_reaches(&one, ctx->arena, &one.things[n], &limited);
    }
    assert_ok(ctx, count_text(ctx, "note", "", &count));
    assert_int_equal(count, want);
    assert_true(want > 0 && want < one.count * 9 / 10);
    fixture_abort(&one.f);
}

/* Reading by path: as the caller may. */
static void paths_show_what_may_be_seen(void **state)
{
    csm_ctx *ctx = fixture_read(&one.f);
    csm_row *row = fixture_row(&one.f, "work");
    const csm_mfield *last;
    csm_value value;
    bool visible;

    (void)state;
    fixture_set(row, "owner", csm_id_value(one.people[2].id)); /* north */
    world_ask_as(&one, ctx, 2, WORKER);
    assert_ok(ctx, csm_path_get(ctx, row, CSM_STR("owner.name"), &value, &last, &visible));
    assert_true(visible);
    assert_str(value.s, "Cid");
    assert_string_equal(last->name, "name");
    assert_ok(ctx, csm_path_get(ctx, row, CSM_STR("owner.vip"), &value, &last, &visible)); /* not among its fields */
    assert_false(visible);
    assert_true(csm_is_nil(value));
    assert_ok(ctx, csm_path_get(ctx, row, CSM_STR("secret"), &value, NULL, &visible));
    assert_false(visible);
    assert_status(ctx, csm_path_get(ctx, row, CSM_STR("owner.nome"), &value, NULL, &visible), CSM_E_INVALID);
    fixture_set(row, "owner", csm_id_value(one.people[1].id)); /* south; the row itself is no longer his */
    assert_ok(ctx, csm_path_get(ctx, row, CSM_STR("owner.name"), &value, NULL, &visible));
    assert_false(visible);
    ctx = fixture_read(&one.f);
    row = fixture_row(&one.f, "work");
    assert_ok(ctx, csm_path_get(ctx, row, CSM_STR("owner.name"), &value, NULL, &visible));
    assert_true(visible && csm_is_nil(value)); /* an empty reference */
    fixture_set(row, "owner", csm_id_value(row->id));
    assert_ok(ctx, csm_path_get(ctx, row, CSM_STR("owner.name"), &value, NULL, &visible));
    assert_false(visible); /* gone */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_plan_keeps_to_the_reach),
    };
    const struct CMUnitTest single[] = {
        cmocka_unit_test(denied_fields_are_named),      cmocka_unit_test(orders_and_groups_are_denied_too),
        cmocka_unit_test(without_roles_there_is_nothing), cmocka_unit_test(other_operations_cut_further),
        cmocka_unit_test(via_follows_the_reference),    cmocka_unit_test(paths_show_what_may_be_seen),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    return failed + cmocka_run_group_tests(single, open_one, close_one);
}
