#include "unit.h"

#include "base/buf.h"
#include "base/fault.h"

static void grows_and_keeps_its_bytes(void **state)
{
    (void)state;
    csm_buf buf;
    csm_buf_init(&buf, 0);
    for (int n = 0; n < 10000; n++)
        assert_true(csm_buf_add_byte(&buf, (uint8_t)n));
    assert_int_equal(buf.len, 10000);
    for (int n = 0; n < 10000; n++)
        assert_int_equal(buf.ptr[n], (uint8_t)n);
    csm_buf_done(&buf);
    csm_buf_done(&buf);
}

static void the_limit_holds_and_sticks(void **state)
{
    (void)state;
    csm_buf buf;
    csm_buf_init(&buf, 10);
    assert_true(csm_buf_add(&buf, "0123456789", 10));
    assert_false(buf.failed);
    assert_false(csm_buf_add_byte(&buf, 'x'));
    assert_true(buf.failed);
    assert_int_equal(buf.len, 10);
    csm_buf_drop(&buf, 5);
    assert_false(csm_buf_add_byte(&buf, 'x')); /* sticky although there is room again */
    csm_buf_clear(&buf);
    assert_true(csm_buf_add_byte(&buf, 'x'));
    assert_false(csm_buf_reserve(&buf, 10));
    csm_buf_clear(&buf);
    assert_false(csm_buf_reserve(&buf, SIZE_MAX));
    csm_buf_done(&buf);
}

static void printf_appends_without_a_nul(void **state)
{
    (void)state;
    csm_buf buf;
    csm_buf_init(&buf, 1010);
    assert_true(csm_buf_printf(&buf, "%s=%d", "a", 1));
    assert_str(csm_buf_str(&buf), "a=1");
    assert_true(csm_buf_printf(&buf, "%1000d", 2));
    assert_int_equal(buf.len, 1003);
    assert_true(csm_buf_printf(&buf, "%7d", 3));
    assert_false(csm_buf_printf(&buf, "%d", 4));
    assert_int_equal(buf.len, 1010);
    csm_buf_done(&buf);
}

static void drop_moves_the_rest_to_the_front(void **state)
{
    (void)state;
    csm_buf buf;
    csm_buf_init(&buf, 0);
    csm_buf_drop(&buf, 3);
    assert_true(csm_buf_add(&buf, "headbody", 8));
    csm_buf_drop(&buf, 4);
    assert_str(csm_buf_str(&buf), "body");
    csm_buf_drop(&buf, 100);
    assert_int_equal(buf.len, 0);
    assert_true(csm_buf_add(&buf, NULL, 0));
    csm_buf_done(&buf);
}

static void out_of_memory_marks_it(void **state)
{
    (void)state;
#ifdef CSM_NO_FAULTS
    skip();
#else
    csm_buf buf;
    csm_buf_init(&buf, 0);
    csm_fault_arm(CSM_FAULT_alloc, 1, false);
    assert_false(csm_buf_add(&buf, "x", 1));
    assert_true(buf.failed);
    csm_buf_clear(&buf);
    csm_fault_arm(CSM_FAULT_alloc, 1, false);
    assert_false(csm_buf_printf(&buf, "%1000d", 1));
    csm_buf_clear(&buf);
    csm_fault_arm(CSM_FAULT_alloc, 0, false);
    assert_true(csm_buf_printf(&buf, "%1000d", 1));
    csm_buf_done(&buf);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_keeps_its_bytes),    cmocka_unit_test(the_limit_holds_and_sticks),
        cmocka_unit_test(printf_appends_without_a_nul), cmocka_unit_test(drop_moves_the_rest_to_the_front),
        cmocka_unit_test(out_of_memory_marks_it),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
