/* Counts without rows, and figures of groups: parts of dates, money, limits. */
#include "jobs.h"

/* ---- counts without rows ---- */

static const struct count_row {
    const char *name;
    const char *table, *text;
    uint64_t count, touched; /* entries and rows, at most */
} count_rows[] = {
    { "equal", "work", "state=1", 300, 300 },
    { "two columns", "work", "owner=70030000000000000000000000000000^active=true", 23, 25 },
    { "range", "job", "state=1^opened_at>=2026-01-01T02:00:00Z", 45, 45 },
    { "column beside", "work", "state=1^priority=1", 100, 100 },
    { "tested on the entry", "work", "active=true^priority<3", 100, 450 },
    { "included field", "work", "owner=70030000000000000000000000000000^priorityIN1,2", 11, 46 },
    { "all", "work", "", 900, 900 },
    { "many entries sooner than few rows", "work", "state=1^spent<10", 4, 900 },
    { "text that fills its key", "work", "code=ABCDEFGH", 225, 1350 },
    { "longer than its key", "work", "code=abcdefgh-ONE", 225, 1350 },
    { "shorter than its key", "work", "code=ABCDEFG", 225, 225 },
    { "above one that fills", "work", "code>abcdefgh", 450, 1350 },
    { "up to one that fills", "work", "code<=abcdefgh", 450, 1800 },
    { "below one that fills", "work", "code<abcdefgh", 225, 1800 },
    { "begins with one that fills", "work", "codeSTARTSWITHabcdefgh", 675, 1350 },
    { "begins", "work", "codeSTARTSWITHabcdef", 900, 900 },
    { "rows needed", "work", "state=1^titleLIKE1", 84, 600 },
};

static void count_touches(void **state)
{
    const struct count_row *row = *state;
    csm_ctx *ctx = fixture_read(&f);
    csm_query_spec spec = spec_of(ctx, row->table, row->text);
    uint64_t count;

    assert_ok(ctx, csm_query_count_rows(ctx, &spec, &count));
    print_message("%llu touched %llu\n", (unsigned long long)count, (unsigned long long)ctx->budget.rows);
    assert_int_equal(count, row->count);
    assert_in_range(ctx->budget.rows, 0, row->touched);
}

/* ---- groups ---- */

static void parts_of_dates(void **state)
{
    static const struct { csm_agg_part part; uint32_t groups; } rows[] = {
        { CSM_PART_YEAR, 1 }, { CSM_PART_MONTH, 1 }, { CSM_PART_DAY, 1 }, { CSM_PART_NONE, 300 },
    };

    (void)state;
    for (size_t n = 0; n < COUNT_OF(rows); n++) {
        csm_ctx *ctx = fixture_read(&f);
        csm_aggregate_spec spec = { .query = spec_of(ctx, "work", "") };
        csm_value out;

        spec.groups[0] = (csm_agg_group){ csm_mtable_field(spec.query.table, CSM_STR("opened_at")), rows[n].part, "at" };
        spec.figures[0] = (csm_agg_figure){ CSM_AGG_COUNT, NULL, "count" };
        spec.group_count = spec.figure_count = 1;
        assert_ok(ctx, csm_aggregate_run(ctx, &spec, &out));
        assert_int_equal(out.count, rows[n].groups);
        csm_value at = *csm_map_get(&out.list[0], "at");
        if (rows[n].part == CSM_PART_YEAR)
            assert_int_equal(at.i, 2026);
        if (rows[n].part == CSM_PART_MONTH)
            assert_str(at.s, "2026-01");
        if (rows[n].part == CSM_PART_DAY) {
            assert_int_equal(at.type, CSM_T_DATE);
            assert_int_equal(at.i, T0 / CSM_DAY);
        }
        assert_true(ctx->budget.rows <= 900 + 5); /* entries alone */
    }
}

static csm_value money_value(csm_ctx *ctx, int64_t amount, const char *currency)
{
    csm_pair *pairs = csm_arena_array(ctx->arena, 2, sizeof(*pairs));

    assert_non_null(pairs);
    pairs[0] = (csm_pair){ CSM_STR("amount"), csm_decimal(amount) };
    pairs[1] = (csm_pair){ CSM_STR("currency"), csm_ctext(currency) };
    return csm_map(pairs, 2);
}

static void money_of_one_currency(void **state)
{
    csm_ctx *ctx = fixture_write(&f);
    csm_aggregate_spec spec = { .query = spec_of(ctx, "chore", "") };
    const csm_mfield *cost = csm_mtable_field(spec.query.table, CSM_STR("cost"));
    csm_value out;

    (void)state;
    spec.figures[0] = (csm_agg_figure){ CSM_AGG_SUM, cost, "sum" };
    spec.figures[1] = (csm_agg_figure){ CSM_AGG_AVG, cost, "mean" };
    spec.figures[2] = (csm_agg_figure){ CSM_AGG_COUNT, cost, "with" };
    spec.figures[3] = (csm_agg_figure){ CSM_AGG_COUNT, NULL, "all" };
    spec.figure_count = 4;
    for (int n = 0; n < 4; n++) {
        csm_row *row = fixture_row(&f, "chore");

        if (n < 3)
            fixture_set(row, "cost", money_value(ctx, 1000000 * (n + 1) + n, "EUR"));
        assert_ok(ctx, csm_row_put(ctx, NULL, row));
    }
    assert_ok(ctx, csm_aggregate_run(ctx, &spec, &out));
    assert_int_equal(out.count, 1);
    assert_int_equal(csm_map_get(csm_map_get(&out.list[0], "sum"), "amount")->i, 6000003);
    assert_int_equal(csm_map_get(csm_map_get(&out.list[0], "mean"), "amount")->i, 2000001);
    assert_str(csm_map_get(csm_map_get(&out.list[0], "mean"), "currency")->s, "EUR");
    assert_int_equal(csm_map_get(&out.list[0], "with")->i, 3);
    assert_int_equal(csm_map_get(&out.list[0], "all")->i, 4);
    csm_row *row = fixture_row(&f, "chore");
    fixture_set(row, "cost", money_value(ctx, 5, "USD"));
    assert_ok(ctx, csm_row_put(ctx, NULL, row));
    assert_status(ctx, csm_aggregate_run(ctx, &spec, &out), CSM_E_INVALID);
    assert_non_null(strstr(ctx->err.message, "EUR"));
    assert_non_null(strstr(ctx->err.message, "USD"));
    fixture_abort(&f);
}

static void groups_are_limited_and_checked(void **state)
{
    csm_ctx *ctx = fixture_read(&f);
    csm_aggregate_spec spec = { .query = spec_of(ctx, "work", ""), .group_count = 1, .limit = 49 };
    const csm_mtable *work = spec.query.table;
    csm_value out;

    (void)state;
    spec.groups[0] = (csm_agg_group){ csm_mtable_field(work, CSM_STR("title")), CSM_PART_NONE, "title" };
    assert_status(ctx, csm_aggregate_run(ctx, &spec, &out), CSM_E_LIMIT);
    spec.limit = 50;
    assert_ok(ctx, csm_aggregate_run(ctx, &spec, &out));
    assert_int_equal(out.count, 50);
    assert_str(csm_map_get(&out.list[0], "title")->s, "Title 0"); /* as written, not as folded */
    spec.groups[0].part = CSM_PART_DAY;
    assert_status(ctx, csm_aggregate_run(ctx, &spec, &out), CSM_E_INVALID);
    spec.groups[0] = (csm_agg_group){ csm_mtable_field(work, CSM_STR("watchers")), CSM_PART_NONE, "w" };
    assert_status(ctx, csm_aggregate_run(ctx, &spec, &out), CSM_E_INVALID);
    spec.groups[0] = (csm_agg_group){ csm_mtable_field(work, CSM_STR("secret")), CSM_PART_NONE, "s" };
    assert_status(ctx, csm_aggregate_run(ctx, &spec, &out), CSM_E_INVALID);
    spec.group_count = 0;
    spec.figure_count = 1;
    spec.figures[0] = (csm_agg_figure){ CSM_AGG_SUM, csm_mtable_field(work, CSM_STR("title")), "sum" };
    assert_status(ctx, csm_aggregate_run(ctx, &spec, &out), CSM_E_INVALID);
    spec.figures[0] = (csm_agg_figure){ CSM_AGG_AVG, NULL, "mean" };
    assert_status(ctx, csm_aggregate_run(ctx, &spec, &out), CSM_E_INVALID);
    spec.query = spec_of(ctx, "work", "state=1^state=2");
    spec.figures[0] = (csm_agg_figure){ CSM_AGG_SUM, csm_mtable_field(work, CSM_STR("spent")), "sum" };
    assert_ok(ctx, csm_aggregate_run(ctx, &spec, &out));
    assert_int_equal(out.count, 1); /* of nothing: one row */
    assert_true(csm_is_nil(*csm_map_get(&out.list[0], "sum")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_dates),
        cmocka_unit_test(money_of_one_currency),
        cmocka_unit_test(groups_are_limited_and_checked),
    };
    int failed = cmocka_run_group_tests(tests, open_small, close_all);

    (void)open_small(NULL);
    failed += run_rows("counts", count_rows, count_touches);
    (void)close_all(NULL);
    return failed;
}
