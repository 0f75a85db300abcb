#include "unit.h"

#include "base/fault.h"
#include "base/mem.h"

#ifndef CSM_NO_FAULTS

typedef struct fault_row {
    const char *name;
    unsigned long nth;
    bool keep;
    const char *want; /* one letter per pass: f fails */
} fault_row;

static const fault_row faults[] = {
    { "disarmed", 0, false, "......" },
    { "next", 1, false, "f....." },
    { "third", 3, false, "..f..." },
    { "third and on", 3, true, "..ffff" },
};

static void check_fault(void **state)
{
    const fault_row *row = *state;
    csm_fault_arm(CSM_FAULT_store_commit, row->nth, row->keep);
    for (const char *pass = row->want; *pass != '\0'; pass++)
        assert_int_equal(CSM_FAULT(store_commit), *pass == 'f');
    assert_int_equal(csm_fault_passes(CSM_FAULT_store_commit), strlen(row->want));
    assert_int_equal(csm_fault_passes(CSM_FAULT_net_write), 0);
    csm_fault_arm(CSM_FAULT_store_commit, 0, false);
    assert_int_equal(csm_fault_passes(CSM_FAULT_store_commit), 0);
}

static void every_heap_call_passes_the_point(void **state)
{
    (void)state;
    char *kept = csm_mem_strdup("kept");
    csm_fault_arm(CSM_FAULT_alloc, 1, true);
    assert_null(csm_mem_alloc(1));
    assert_null(csm_mem_zalloc(1));
    assert_null(csm_mem_array(1, 1));
    assert_null(csm_mem_realloc(kept, 100));
    assert_null(csm_mem_strdup("x"));
    csm_fault_arm(CSM_FAULT_alloc, 0, false);
    assert_string_equal(kept, "kept");
    csm_mem_free(kept);
}

#endif

static void heap_keeps_its_promises(void **state)
{
    (void)state;
    void *nothing[] = { csm_mem_alloc(0), csm_mem_zalloc(0), csm_mem_array(0, 8), csm_mem_realloc(NULL, 0) };
    for (size_t n = 0; n < COUNT_OF(nothing); n++) {
        assert_non_null(nothing[n]);
        csm_mem_free(nothing[n]);
    }
    csm_mem_free(NULL);
    assert_null(csm_mem_array(SIZE_MAX / 2, 3));
    unsigned char *zero = csm_mem_array(100, 3);
    for (size_t n = 0; n < 300; n++)
        assert_int_equal(zero[n], 0);
    csm_mem_free(zero);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heap_keeps_its_promises),
#ifndef CSM_NO_FAULTS
        cmocka_unit_test(every_heap_call_passes_the_point),
#endif
    };
    int failed = cmocka_run_group_tests_name("heap", tests, NULL, NULL);
#ifndef CSM_NO_FAULTS
    failed += run_rows("fault points", faults, check_fault);
#endif
    return failed;
}
