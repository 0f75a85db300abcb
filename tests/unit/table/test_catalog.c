/* Numbers of the catalog, counters, marks of watched tables. */
#include "declare.h"

static fixture f;

static int setup(void **state)
{
    (void)state;
    fixture_open(&f, plugins, COUNT_OF(plugins));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static uint32_t number(csm_ctx *ctx, const char *key, const char *was)
{
    csm_number_source source = csm_catalog_numbers(ctx->txn);
    uint32_t out = 0;
    assert_ok(ctx, source.number(source.user, key, was, &out, &ctx->err));
    return out;
}

static void numbers_are_kept(void **state)
{
    (void)state;
    csm_ctx *ctx = fixture_write(&f);
    uint32_t table = number(ctx, "t:one", NULL), field = number(ctx, "f:one/a", NULL);
    assert_true(field >= CSM_FID_FIRST);
    assert_int_equal(number(ctx, "t:two", NULL), table + 1);
    fixture_commit(&f);
    fixture_reopen(&f);
    ctx = fixture_write(&f);
    assert_int_equal(number(ctx, "t:one", NULL), table);
    assert_int_equal(number(ctx, "f:one/a", NULL), field);
    assert_int_equal(number(ctx, "t:three", NULL), table + 2);
    fixture_abort(&f);
    ctx = fixture_write(&f);
    assert_int_equal(number(ctx, "t:three", NULL), table + 2); /* an aborted one was never given */
    fixture_abort(&f);
}

static void renames_keep_the_number(void **state)
{
    (void)state;
    csm_ctx *ctx = fixture_write(&f);
    uint32_t first = number(ctx, "f:one/old", NULL);
    assert_int_equal(number(ctx, "f:one/new", "old"), first);
    assert_int_equal(number(ctx, "f:one/new", "old"), first);
    assert_int_not_equal(number(ctx, "f:one/old", NULL), first); /* a new field of the old name is another one */
    assert_int_equal(number(ctx, "t:renamed", "t:duty"), fixture_table(&f, "duty")->id);
    uint32_t fresh = number(ctx, "f:one/other", "never");
    assert_true(fresh > first);
    fixture_abort(&f);
}

static void bad_names_are_refused(void **state)
{
    (void)state;
    csm_ctx *ctx = fixture_write(&f);
    csm_number_source source = csm_catalog_numbers(ctx->txn);
    char longest[600];
    uint32_t out;
    memset(longest, 'x', sizeof(longest) - 1);
    memcpy(longest, "t:", 2);
    longest[sizeof(longest) - 1] = '\0';
    assert_status(ctx, source.number(source.user, longest, NULL, &out, &ctx->err), CSM_E_INVALID);
    assert_status(ctx, source.number(source.user, "next:t", NULL, &out, &ctx->err), CSM_E_INVALID);
    assert_status(ctx, source.number(source.user, "", NULL, &out, &ctx->err), CSM_E_INVALID);
    fixture_abort(&f);
}

static void fields_are_stable_in_the_registry(void **state)
{
    (void)state;
    const csm_mtable *duty = fixture_table(&f, "duty"), *errand = fixture_table(&f, "errand");
    uint32_t id = csm_mtable_field(duty, CSM_STR("title"))->id;
    assert_int_equal(csm_mtable_field(errand, CSM_STR("title"))->id, id);
    fixture_activate(&f, plugins, COUNT_OF(plugins));
    assert_int_equal(csm_mtable_field(fixture_table(&f, "errand"), CSM_STR("title"))->id, id);
    assert_int_equal(fixture_table(&f, "duty")->id, duty->id);
}

static void counters_count(void **state)
{
    int64_t value = 0;
    (void)state;
    csm_ctx *ctx = fixture_write(&f);
    assert_ok(ctx, csm_counter_take(ctx, CSM_STR("n:x"), 1001, &value));
    assert_int_equal(value, 1001);
    assert_ok(ctx, csm_counter_take(ctx, CSM_STR("n:x"), 1001, &value));
    assert_int_equal(value, 1002);
    assert_ok(ctx, csm_counter_raise(ctx, CSM_STR("n:x"), 500)); /* lower: nothing */
    assert_ok(ctx, csm_counter_raise(ctx, CSM_STR("n:x"), 2000));
    assert_ok(ctx, csm_counter_take(ctx, CSM_STR("n:x"), 1001, &value));
    assert_int_equal(value, 2001);
    assert_ok(ctx, csm_counter_raise(ctx, CSM_STR("n:y"), 7)); /* never drawn from */
    assert_ok(ctx, csm_counter_take(ctx, CSM_STR("n:y"), 1, &value));
    assert_int_equal(value, 8);
    assert_ok(ctx, csm_counter_raise(ctx, CSM_STR("n:z"), INT64_MAX));
    assert_status(ctx, csm_counter_take(ctx, CSM_STR("n:z"), 1, &value), CSM_E_LIMIT);
    fixture_commit(&f);
    ctx = fixture_write(&f);
    csm_savepoint mark = csm_txn_save(ctx->txn);
    assert_ok(ctx, csm_counter_take(ctx, CSM_STR("n:x"), 1, &value));
    csm_txn_undo(ctx->txn, mark);
    assert_ok(ctx, csm_counter_take(ctx, CSM_STR("n:x"), 1, &value));
    assert_int_equal(value, 2002); /* what was undone is given again */
    fixture_abort(&f);
}

static void prefixes_share_a_counter(void **state)
{
    (void)state;
    csm_ctx *ctx = fixture_read(&f);
    assert_str(csm_counter_name(ctx->arena, fixture_table(&f, "duty")), "n:duty");
    assert_str(csm_counter_name(ctx->arena, fixture_table(&f, "errand")), "n:duty");
}

static void watch_marks_follow(void **state)
{
    uint64_t epoch = 1, table = 1;
    (void)state;
    csm_ctx *ctx = fixture_read(&f);
    assert_ok(ctx, csm_watch_epoch(ctx, &epoch));
    assert_int_equal(epoch, 0);
    ctx = fixture_write(&f);
    uint64_t sequence = csm_txn_next_sequence(ctx->txn);
    assert_ok(ctx, csm_watch_mark(ctx, fixture_table(&f, "errand")));
    fixture_commit(&f);
    ctx = fixture_read(&f);
    assert_ok(ctx, csm_watch_epoch(ctx, &epoch));
    assert_int_equal(epoch, sequence);
    assert_ok(ctx, csm_watch_table(ctx, fixture_table(&f, "errand"), &table));
    assert_int_equal(table, sequence);
    assert_ok(ctx, csm_watch_table(ctx, fixture_table(&f, "duty"), &table)); /* an errand is a duty */
    assert_int_equal(table, sequence);
    assert_ok(ctx, csm_watch_table(ctx, fixture_table(&f, "chore"), &table));
    assert_int_equal(table, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_kept),      cmocka_unit_test(renames_keep_the_number),
        cmocka_unit_test(bad_names_are_refused), cmocka_unit_test(fields_are_stable_in_the_registry),
        cmocka_unit_test(counters_count),        cmocka_unit_test(prefixes_share_a_counter),
        cmocka_unit_test(watch_marks_follow),
    };
    return cmocka_run_group_tests_name("catalog", tests, setup, teardown);
}
