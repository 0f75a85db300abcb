#include "unit.h"

#include "base/fault.h"
#include "base/map.h"

static int values[5000];

static void add_get_del(void **state)
{
    (void)state;
    csm_strmap *map = csm_strmap_new();
    assert_null(csm_strmap_get(map, CSM_STR("a")));
    assert_true(csm_strmap_add(map, CSM_STR("a"), &values[1]));
    assert_true(csm_strmap_add(map, CSM_STR("ab"), &values[2]));
    assert_true(csm_strmap_add(map, (csm_str){ NULL, 0 }, &values[3]));
    assert_false(csm_strmap_add(map, CSM_STR("a"), &values[4]));
    assert_false(csm_strmap_add(map, CSM_STR(""), &values[4]));
    assert_ptr_equal(csm_strmap_get(map, CSM_STR("a")), &values[1]);
    assert_ptr_equal(csm_strmap_get(map, (csm_str){ "abc", 2 }), &values[2]);
    assert_ptr_equal(csm_strmap_get(map, CSM_STR("")), &values[3]);
    assert_int_equal(csm_strmap_count(map), 3);
    csm_strmap_del(map, CSM_STR("a"));
    csm_strmap_del(map, CSM_STR("a"));
    assert_null(csm_strmap_get(map, CSM_STR("a")));
    assert_int_equal(csm_strmap_count(map), 2);
    csm_strmap_free(map);
    csm_strmap_free(NULL);
}

typedef struct walk {
    size_t at;
    size_t step;
} walk;

static void expect_next(csm_str key, void *value, void *user)
{
    walk *w = user;
    (void)key;
    assert_ptr_equal(value, &values[w->at]);
    w->at += w->step;
}

static void order_is_that_of_insertion(void **state)
{
    (void)state;
    static char keys[COUNT_OF(values)][16];
    csm_strmap *map = csm_strmap_new();
    for (size_t n = 0; n < COUNT_OF(values); n++) {
        snprintf(keys[n], sizeof(keys[n]), "key%zu", n * 7919 % 65536);
        assert_true(csm_strmap_add(map, csm_str_of(keys[n]), &values[n]));
    }
    walk w = { 0, 1 };
    csm_strmap_each(map, expect_next, &w);
    assert_int_equal(w.at, COUNT_OF(values));
    for (size_t n = 1; n < COUNT_OF(values); n += 2)
        csm_strmap_del(map, csm_str_of(keys[n]));
    w = (walk){ 0, 2 };
    csm_strmap_each(map, expect_next, &w);
    assert_int_equal(w.at, COUNT_OF(values));
    for (size_t n = 0; n < COUNT_OF(values); n++)
        assert_ptr_equal(csm_strmap_get(map, csm_str_of(keys[n])), n % 2 == 0 ? &values[n] : NULL);
    csm_strmap_free(map);
}

static void running_out_of_memory_changes_nothing(void **state)
{
    (void)state;
#ifdef CSM_NO_FAULTS
    skip();
#else
    static char keys[200][16];
    for (size_t n = 0; n < COUNT_OF(keys); n++)
        snprintf(keys[n], sizeof(keys[n]), "key%zu", n);
    for (unsigned long nth = 1;; nth++) {
        csm_fault_arm(CSM_FAULT_alloc, nth, true);
        csm_strmap *map = csm_strmap_new();
        size_t added = 0;
        while (map != NULL && added < COUNT_OF(keys) && csm_strmap_add(map, csm_str_of(keys[added]), &values[added]))
            added++;
        csm_fault_arm(CSM_FAULT_alloc, 0, false);
        if (map != NULL) {
            assert_int_equal(csm_strmap_count(map), added);
            for (size_t n = 0; n < COUNT_OF(keys); n++)
                assert_ptr_equal(csm_strmap_get(map, csm_str_of(keys[n])), n < added ? &values[n] : NULL);
            if (added < COUNT_OF(keys))
                assert_true(csm_strmap_add(map, csm_str_of(keys[added]), &values[added]));
        }
        csm_strmap_free(map);
        if (added == COUNT_OF(keys))
            break;
        assert_true(nth < 1000);
    }
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(add_get_del),
        cmocka_unit_test(order_is_that_of_insertion),
        cmocka_unit_test(running_out_of_memory_changes_nothing),
    };
    return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
