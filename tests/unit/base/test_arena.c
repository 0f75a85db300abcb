#include "unit.h"

#include "base/arena.h"
#include "base/fault.h"

static void blocks_are_aligned_and_apart(void **state)
{
    (void)state;
    uint64_t seed = 1;
    csm_arena *arena = csm_arena_new(1024, 0);
    unsigned char *got[300];
    size_t sizes[300];
    for (size_t n = 0; n < COUNT_OF(got); n++) {
        sizes[n] = n % 17 == 0 ? 0 : (size_t)(next_random(&seed) % 2000);
        got[n] = csm_arena_alloc(arena, sizes[n]);
        assert_non_null(got[n]);
        assert_int_equal((uintptr_t)got[n] % 16, 0);
        memset(got[n], (int)(n & 0xff), sizes[n]);
    }
    for (size_t n = 0; n < COUNT_OF(got); n++) {
        assert_true(n == 0 || got[n] != got[n - 1]);
        for (size_t at = 0; at < sizes[n]; at++)
            assert_int_equal(got[n][at], n & 0xff);
    }
    csm_arena_free(arena);
}

static void zalloc_clears_reused_memory(void **state)
{
    (void)state;
    csm_arena *arena = csm_arena_new(1024, 0);
    memset(csm_arena_alloc(arena, 512), 0xff, 512);
    csm_arena_clear(arena);
    assert_int_equal(csm_arena_used(arena), 0);
    const unsigned char *again = csm_arena_zalloc(arena, 512);
    for (size_t n = 0; n < 512; n++)
        assert_int_equal(again[n], 0);
    csm_arena_free(arena);
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    csm_arena *arena = csm_arena_new(SIZE_MAX, 4096);
    assert_null(csm_arena_array(arena, SIZE_MAX / 8, 16));
    assert_null(csm_arena_alloc(arena, SIZE_MAX));
    assert_null(csm_arena_alloc(arena, SIZE_MAX / 2));
    assert_null(csm_arena_cstr(arena, (csm_str){ "x", SIZE_MAX }));
    csm_arena_free(arena);
}

static void limit_counts_what_was_handed_out(void **state)
{
    (void)state;
    csm_arena *arena = csm_arena_new(256, 1000);
    csm_arena_mark mark = csm_arena_get_mark(arena);
    assert_non_null(csm_arena_alloc(arena, 900));
    assert_null(csm_arena_alloc(arena, 200));
    assert_non_null(csm_arena_alloc(arena, 64));
    csm_arena_reset_to(arena, mark);
    assert_non_null(csm_arena_alloc(arena, 900));
    csm_arena_free(arena);
}

static void reset_keeps_what_came_before_the_mark(void **state)
{
    (void)state;
    csm_arena *arena = csm_arena_new(256, 0);
    csm_str kept = csm_arena_str(arena, CSM_STR("kept"));
    csm_arena_mark mark = csm_arena_get_mark(arena);
    size_t used = csm_arena_used(arena);
    for (int round = 0; round < 50; round++) {
        for (int n = 0; n < 20; n++)
            memset(csm_arena_alloc(arena, 100), 'x', 100);
        csm_arena_reset_to(arena, mark);
        assert_int_equal(csm_arena_used(arena), used);
    }
    assert_str(kept, "kept");
    csm_arena_free(arena);
}

static void rows_in_a_loop_cost_no_heap(void **state)
{
    (void)state;
#if defined(CSM_NO_FAULTS) || defined(CSM_ARENA_MALLOC)
    skip();
#else
    csm_arena *arena = csm_arena_new(512, 0);
    csm_arena_alloc(arena, 400);
    csm_arena_mark mark = csm_arena_get_mark(arena);
    csm_arena_alloc(arena, 400);
    csm_arena_reset_to(arena, mark);
    csm_fault_arm(CSM_FAULT_alloc, 0, false);
    for (int n = 0; n < 1000; n++) {
        assert_non_null(csm_arena_alloc(arena, 400));
        csm_arena_reset_to(arena, mark);
    }
    assert_int_equal(csm_fault_passes(CSM_FAULT_alloc), 0);
    csm_arena_free(arena);
#endif
}

static void text_is_copied(void **state)
{
    (void)state;
    csm_arena *arena = csm_arena_new(256, 0);
    char source[] = "case";
    csm_str copy = csm_arena_str(arena, csm_str_of(source));
    char *cstr = csm_arena_cstr(arena, csm_str_of(source));
    source[0] = 'x';
    assert_str(copy, "case");
    assert_string_equal(cstr, "case");
    csm_str none = { NULL, 0 };
    csm_str empty = csm_arena_str(arena, none);
    assert_non_null(empty.ptr);
    assert_int_equal(empty.len, 0);
    assert_str(csm_arena_printf(arena, "%s-%05d", "no", 42), "no-00042");
    csm_str wide = csm_arena_printf(arena, "%3000d", 7);
    assert_int_equal(wide.len, 3000);
    assert_int_equal(wide.ptr[2999], '7');
    csm_arena_free(arena);
}

static void a_failed_allocation_leaves_the_arena_usable(void **state)
{
    (void)state;
#ifdef CSM_NO_FAULTS
    skip();
#else
    csm_fault_arm(CSM_FAULT_alloc, 1, false);
    assert_null(csm_arena_new(256, 0));
    csm_arena *arena = csm_arena_new(256, 0);
    csm_fault_arm(CSM_FAULT_alloc, 1, true);
    assert_null(csm_arena_alloc(arena, 16));
    assert_null(csm_arena_str(arena, CSM_STR("text")).ptr);
    assert_null(csm_arena_printf(arena, "%d", 1).ptr);
    assert_int_equal(csm_arena_used(arena), 0);
    csm_fault_arm(CSM_FAULT_alloc, 0, false);
    assert_non_null(csm_arena_alloc(arena, 16));
    csm_arena_free(arena);
    csm_arena_free(NULL);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_aligned_and_apart),
        cmocka_unit_test(zalloc_clears_reused_memory),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(limit_counts_what_was_handed_out),
        cmocka_unit_test(reset_keeps_what_came_before_the_mark),
        cmocka_unit_test(rows_in_a_loop_cost_no_heap),
        cmocka_unit_test(text_is_copied),
        cmocka_unit_test(a_failed_allocation_leaves_the_arena_usable),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
