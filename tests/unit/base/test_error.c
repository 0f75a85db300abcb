#include "unit.h"

#include "base/error.h"
#include "base/str.h"

static void set_replaces_everything(void **state)
{
    (void)state;
    csm_error err = { 0 };
    csm_value v = csm_nil();
    assert_int_equal(csm_error_field(&err, CSM_E_INVALID, "priority", "%d is above %d", 9, 5), CSM_E_INVALID);
    csm_error_detail(&err, "seen by %s", "test");
    csm_error_hint(&err, "use %d", 5);
    err.data = &v;
    assert_string_equal(err.message, "9 is above 5");
    assert_string_equal(err.field, "priority");
    assert_string_equal(err.detail, "seen by test");
    assert_string_equal(err.hint, "use 5");
    assert_int_equal(csm_error_set(&err, CSM_E_STATE, "closed"), CSM_E_STATE);
    assert_int_equal(err.code, CSM_E_STATE);
    assert_string_equal(err.message, "closed");
    assert_string_equal(err.field, "");
    assert_string_equal(err.detail, "");
    assert_string_equal(err.hint, "");
    assert_null(err.data);
    csm_error_clear(&err);
    assert_int_equal(err.code, CSM_OK);
    assert_string_equal(err.message, "");
}

static void arguments_may_come_from_the_error_itself(void **state)
{
    (void)state;
    csm_error err = { 0 };
    csm_error_field(&err, CSM_E_INVALID, "name", "empty");
    csm_error_field(&err, CSM_E_REJECTED, err.field, "row 3: %s: %s", err.field, err.message);
    assert_string_equal(err.message, "row 3: name: empty");
    assert_string_equal(err.field, "name");
}

static void nobody_listening_is_fine(void **state)
{
    (void)state;
    assert_int_equal(csm_error_set(NULL, CSM_E_BUSY, "x"), CSM_E_BUSY);
    assert_int_equal(csm_error_field(NULL, CSM_E_BUSY, "f", "x"), CSM_E_BUSY);
    assert_int_equal(csm_error_nomem(NULL), CSM_E_NOMEM);
    csm_error_detail(NULL, "x");
    csm_error_hint(NULL, "x");
    csm_error_clear(NULL);
}

/* Whatever is cut or mended: one line of valid UTF-8. */
static void messages_stay_one_valid_line(void **state)
{
    (void)state;
    csm_error err = { 0 };
    csm_error_set(&err, CSM_E_INVALID, "a\nb\tc\x7f \xff\xfe \xc3\xa9 \xed\xa0\x80");
    assert_string_equal(err.message, "a?b?c? ?? \xc3\xa9 ???");
    for (int pad = 370; pad < 390; pad++) {
        csm_error_set(&err, CSM_E_INVALID, "%*s%s", pad, "", "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80");
        csm_str message = csm_str_of(err.message);
        assert_true(csm_utf8_valid(message));
        assert_true(message.len >= 380 && message.len < sizeof(err.message));
        assert_int_equal(csm_str_find(message, CSM_STR("?"), 0), SIZE_MAX);
    }
    char long_name[300];
    memset(long_name, 'f', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    csm_error_field(&err, CSM_E_INVALID, long_name, "x");
    assert_int_equal(strlen(err.field), sizeof(err.field) - 1);
}

static void every_status_has_name_and_text(void **state)
{
    (void)state;
    assert_string_equal(csm_status_text(CSM_E_NOT_FOUND), "not found");
    assert_string_equal(csm_status_name(CSM_E_NOT_FOUND), "CSM_E_NOT_FOUND");
    assert_string_equal(csm_status_name(CSM_OK), "CSM_OK");
    for (int code = 0; code < CSM_STATUS_COUNT; code++) {
        assert_non_null(csm_status_text((csm_status)code));
        assert_non_null(csm_status_name((csm_status)code));
    }
    assert_string_equal(csm_status_name((csm_status)-1), "CSM_E_UNKNOWN");
    assert_string_equal(csm_status_text((csm_status)9999), "unknown");
}

static void nomem_needs_no_format(void **state)
{
    (void)state;
    csm_error err = { 0 };
    assert_int_equal(csm_error_nomem(&err), CSM_E_NOMEM);
    assert_int_equal(err.code, CSM_E_NOMEM);
    assert_string_equal(err.message, "out of memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_replaces_everything),        cmocka_unit_test(arguments_may_come_from_the_error_itself),
        cmocka_unit_test(nobody_listening_is_fine),       cmocka_unit_test(messages_stay_one_valid_line),
        cmocka_unit_test(every_status_has_name_and_text), cmocka_unit_test(nomem_needs_no_format),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
