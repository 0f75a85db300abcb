/* server.*, table.*, what an operator asks. */
#include "people.h"

static int start(void **state)
{
    *state = csm_tk_start("foundation", 0);
    return 0;
}

static int stop(void **state)
{
    csm_tk_stop(*state);
    return 0;
}

static void hello_tells_limits_and_sets_errors(void **state)
{
    csm_tk *tk = *state;
    const csm_value *answer;
    person p;

    person_open(&p, tk);
    answer = person_ok(&p, "server.hello", "{'errors':'map','client':'test 1'}");
    csm_tk_assert_str(csm_tk_str(tk, answer, "server"), "csmd");
    csm_tk_assert_str(csm_tk_str(tk, answer, "errors"), "map");
    assert_true(csm_tk_int(tk, answer, "limits.frame_bytes") >= 65536);
    assert_true(csm_tk_int(tk, answer, "limits.page_rows") > 0);
    person_fails(&p, CSM_E_INVALID, "server.hello", "{'errors':'xml'}");
    csm_tk_assert_str(p.error.field, "errors");
    person_fails(&p, CSM_E_INVALID, "server.hello", "{'error':'map'}");
    assert_non_null(strstr(p.error.message, "errors")); /* the nearest name */
    person_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hello_tells_limits_and_sets_errors),
    };

    return cmocka_run_group_tests_name("server methods", tests, start, stop);
}
