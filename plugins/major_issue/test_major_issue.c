/* The demo rows at work: an issue of several hotels, its child cases, and what each hotel sees of it. */
#include <csm/test.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define CASE "sn_customerservice_case"

static csm_tk *tk;

static int setup(void **state)
{
    (void)state;
    tk = csm_tk_start("major_issue", CSM_TK_DEMO);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    csm_tk_stop(tk);
    return 0;
}

static void three_hotels_get_a_case_each(void **state)
{
    const char *major;

    (void)state;
    csm_tk_as(tk, "mia.manager");
    major = csm_tk_str(tk, csm_tk_first(tk, CASE, "major_case_state=accepted"), "sys_id");
    (void)csm_tk_ok(tk, "case.create_child_cases", "{'id':'%s','comments':'An update is on its way.'}", major);
    csm_tk_settle(tk);
    assert_int_equal(csm_tk_count(tk, CASE, "parent=%s", major), 3);
    assert_int_equal(csm_tk_int(tk, csm_tk_get(tk, CASE, major), "child_case_count"), 3);
    csm_tk_as(tk, "kim"); /* administers the group */
    assert_int_equal(csm_tk_count(tk, CASE, "short_descriptionSTARTSWITHBoxes lose"), 3);
    csm_tk_hidden(tk, CASE, major);
    csm_tk_as(tk, "noa"); /* the north of it */
    assert_int_equal(csm_tk_count(tk, CASE, "short_descriptionSTARTSWITHBoxes lose"), 2);
    csm_tk_as(tk, "tom"); /* another customer */
    assert_int_equal(csm_tk_count(tk, CASE, "short_descriptionSTARTSWITHBoxes lose"), 0);
}

static void the_candidate_is_decided(void **state)
{
    const char *id;

    (void)state;
    csm_tk_as(tk, "ann.agent");
    id = csm_tk_str(tk, csm_tk_first(tk, CASE, "major_case_state=proposed"), "sys_id");
    (void)csm_tk_fails(tk, CSM_E_DENIED, "case.approve_major_case", "{'id':'%s'}", id);
    csm_tk_as(tk, "mia.manager");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_ok(tk, "case.approve_major_case", "{'id':'%s'}", id), "sys_id"), id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_hotels_get_a_case_each),
        cmocka_unit_test(the_candidate_is_decided),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
