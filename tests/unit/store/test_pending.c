/* The pending table alone: order, versions, marks and undo, running out of memory at every allocation. */
#include "store/pending.h"

#include "base/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static csm_arena *arena;
static csm_pending table;

static int setup(void **state)
{
    (void)state;
    arena = csm_arena_new(1024, 0);
    csm_pending_init(&table, arena);
    return arena == NULL;
}

static int teardown(void **state)
{
    (void)state;
    csm_arena_free(arena);
    return 0;
}

static void expect_get(const char *key, const char *want)
{
    const csm_pending_version *got = csm_pending_get(&table, CSM_DB_ROWS, csm_str_of(key));

    if (want == NULL) {
        assert_null(got);
        return;
    }
    assert_non_null(got);
    assert_int_equal(got->deleted, strcmp(want, "(deleted)") == 0);
    if (!got->deleted)
        assert_true(csm_str_is(got->value, want));
}

static void put(const char *key, const char *value)
{
    assert_true(csm_pending_put(&table, CSM_DB_ROWS, csm_str_of(key), csm_str_of(value)));
}

static void del(const char *key)
{
    assert_true(csm_pending_del(&table, CSM_DB_ROWS, csm_str_of(key)));
}

static void test_versions(void **state)
{
    size_t begin, middle;
    const csm_pending_version *read;

    (void)state;
    begin = table.writes;
    put("a", "1");
    read = csm_pending_get(&table, CSM_DB_ROWS, CSM_STR("a"));
    middle = table.writes;
    put("a", "22");
    del("b");
    put("c", "");
    expect_get("a", "22");
    expect_get("b", "(deleted)");
    expect_get("c", "");
    expect_get("d", NULL);
    assert_null(csm_pending_get(&table, CSM_DB_INDEX, CSM_STR("a")));
    assert_true(csm_str_is(read->value, "1")); /* stays put */
    assert_int_equal(table.keys, 3);
    assert_int_equal(table.puts, 2);

    csm_pending_undo(&table, middle);
    expect_get("a", "1");
    expect_get("b", NULL);
    expect_get("c", NULL);
    assert_int_equal(table.keys, 1);
    assert_int_equal(table.puts, 1);
    del("a");
    assert_int_equal(table.puts, 0);
    put("b", "again");
    expect_get("b", "again");

    csm_pending_undo(&table, begin);
    expect_get("a", NULL);
    assert_int_equal(table.keys, 0);
    assert_int_equal(table.puts, 0);
    assert_int_equal(table.writes, 0);
    csm_pending_undo(&table, begin); /* nothing left: nothing happens */
    assert_int_equal(table.writes, 0);
}

/* Keys "000", "003", ... put in a scattered order are met in order both ways. */
static void test_order(void **state)
{
    enum { COUNT = 1000 };
    csm_pending_node *node = NULL;
    char key[16];
    int want = 0;

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        snprintf(key, sizeof(key), "%04d", i * 3 * 7 % (COUNT * 3));
        put(key, key);
    }
    assert_int_equal(table.keys, COUNT);
    for (; (node = csm_pending_step(&table, CSM_DB_ROWS, node, false)) != NULL; want += 3) {
        snprintf(key, sizeof(key), "%04d", want);
        assert_true(csm_str_is(node->key, key));
    }
    assert_int_equal(want, COUNT * 3);
    for (; (node = csm_pending_step(&table, CSM_DB_ROWS, node, true)) != NULL;) {
        snprintf(key, sizeof(key), "%04d", want -= 3);
        assert_true(csm_str_is(node->key, key));
    }
    assert_int_equal(want, 0);
}

static void test_before(void **state)
{
    static const struct row {
        const char *key;
        bool past, reverse;
        const char *next; /* of keys b, d, f; NULL: end */
    } rows[] = {
        { "a", false, false, "b" }, { "b", false, false, "b" },  { "b", true, false, "d" }, { "c", false, false, "d" },
        { "f", true, false, NULL }, { "g", false, false, NULL }, { "g", false, true, "f" }, { "f", false, true, "f" },
        { "f", true, true, "d" },   { "e", false, true, "d" },   { "b", true, true, NULL }, { "a", false, true, NULL },
    };

    (void)state;
    put("d", "");
    put("f", "");
    put("b", "");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];
        csm_pending_node *from = csm_pending_before(&table, CSM_DB_ROWS, csm_str_of(r->key), r->past, r->reverse);
        csm_pending_node *next = csm_pending_step(&table, CSM_DB_ROWS, from, r->reverse);
        print_message("from %s%s%s\n", r->key, r->past ? ", past" : "", r->reverse ? ", reverse" : "");
        assert_int_equal(next != NULL, r->next != NULL);
        if (next != NULL)
            assert_true(csm_str_is(next->key, r->next));
    }
}

static void test_no_memory(void **state)
{
    bool done = false;

    (void)state;
    put("a", "1");
    for (unsigned long nth = 1; !done; nth++) {
        static char large[4000]; /* more than a block, so that it allocates */
        size_t mark = table.writes;
        csm_fault_arm(CSM_FAULT_alloc, nth, false);
        done = csm_pending_put(&table, CSM_DB_ROWS, CSM_STR("a"), (csm_str){ large, sizeof(large) }) &&
               csm_pending_put(&table, CSM_DB_ROWS, CSM_STR("b"), (csm_str){ large, sizeof(large) });
        csm_fault_arm(CSM_FAULT_alloc, 0, false);
        if (done)
            break;
        csm_pending_undo(&table, mark);
        expect_get("a", "1");
        expect_get("b", NULL);
        assert_true(nth < 10);
    }
    assert_int_equal(table.keys, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_versions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_before, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
