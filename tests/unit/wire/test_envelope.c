#include "bytes.h"

#include "wire/wire.h"

typedef struct envelope_row {
    const char *name;
    const char *hex;
    csm_status want;
    int kind;      /* when OK or has_msgid */
    int64_t msgid; /* -1: none could be read */
    const char *method;
    const char *params; /* hex of what is left */
} envelope_row;

#define BAD CSM_E_INVALID

static const envelope_row rows[] = {
    { "request", "94 00 07 a4 70696e67 91 80", CSM_OK, CSM_REQUEST, 7, "ping", "91 80" },
    { "request without arguments", "94 00 07 a4 70696e67 90", CSM_OK, CSM_REQUEST, 7, "ping", "90" },
    { "largest msgid", "94 00 ce ffffffff a1 6d 90", CSM_OK, CSM_REQUEST, UINT32_MAX, "m", "90" },
    { "wide forms", "dd 00000004 cc 00 cf 0000000000000007 d9 01 6d dc 0000", CSM_OK, CSM_REQUEST, 7, "m", "dc 0000" },
    { "response", "94 01 07 c0 a2 6f6b", CSM_OK, CSM_RESPONSE, 7, "", "c0 a2 6f6b" },
    { "notification", "93 02 a1 6d 90", CSM_OK, CSM_NOTIFICATION, -1, "m", "90" },
    { "not a list", "81 00 01", BAD, 0, -1, NULL, NULL },
    { "a number", "47", BAD, 0, -1, NULL, NULL },
    { "nothing", "", BAD, 0, -1, NULL, NULL },
    { "empty list", "90", BAD, 0, -1, NULL, NULL },
    { "type 3", "94 03 07 a1 6d 90", BAD, 0, -1, NULL, NULL },
    { "type -1", "94 ff 07 a1 6d 90", BAD, 0, -1, NULL, NULL },
    { "type as float", "94 ca 00000000 07 a1 6d 90", BAD, 0, -1, NULL, NULL },
    { "type as bool", "94 c2 07 a1 6d 90", BAD, 0, -1, NULL, NULL },
    { "type as text", "94 a1 30 07 a1 6d 90", BAD, 0, -1, NULL, NULL },
    { "msgid above 32 bits", "94 00 cf 0000000100000000 a1 6d 90", BAD, 0, -1, NULL, NULL },
    { "negative msgid", "94 00 ff a1 6d 90", BAD, 0, -1, NULL, NULL },
    { "msgid as text", "94 00 a1 37 a1 6d 90", BAD, 0, -1, NULL, NULL },
    { "msgid as float", "94 00 ca 40e00000 a1 6d 90", BAD, 0, -1, NULL, NULL },
    { "request of three", "93 00 07 a1 6d", BAD, CSM_REQUEST, 7, NULL, NULL },
    { "request of five", "95 00 07 a1 6d 90 c0", BAD, CSM_REQUEST, 7, NULL, NULL },
    { "request of one", "91 00", BAD, 0, -1, NULL, NULL },
    { "response of three", "93 01 07 c0", BAD, CSM_RESPONSE, 7, NULL, NULL },
    { "notification of four", "94 02 a1 6d 90 c0", BAD, 0, -1, NULL, NULL },
    { "empty method", "94 00 07 a0 90", BAD, CSM_REQUEST, 7, NULL, NULL },
    { "method as bytes", "94 00 07 c4 01 6d 90", BAD, CSM_REQUEST, 7, NULL, NULL },
    { "method as number", "94 00 07 07 90", BAD, CSM_REQUEST, 7, NULL, NULL },
    { "method with a newline", "94 00 07 a2 6d0a 90", BAD, CSM_REQUEST, 7, NULL, NULL },
    { "method with a blank", "94 00 07 a2 6d20 90", BAD, CSM_REQUEST, 7, NULL, NULL },
    { "method that is not ascii", "94 00 07 a2 c3a9 90", BAD, CSM_REQUEST, 7, NULL, NULL },
    { "cut in the method", "94 00 07 a5 6162", BAD, CSM_REQUEST, 7, NULL, NULL },
};

static void check_row(void **state)
{
    const envelope_row *row = *state;
    test_bytes bytes = bytes_of_hex(row->hex);
    csm_str message = { (const char *)bytes.ptr, bytes.len };
    csm_envelope got;
    csm_error err = { 0 };
    bool has_msgid = row->msgid < 0; /* must be set either way */
    assert_int_equal(csm_envelope_parse(message, &got, &has_msgid, &err), row->want);
    assert_int_equal(err.code, row->want);
    assert_int_equal(has_msgid, row->msgid >= 0);
    if (has_msgid) {
        assert_int_equal(got.msgid, row->msgid);
        assert_int_equal(got.kind, row->kind);
    }
    if (row->want == CSM_OK) {
        test_bytes params = bytes_of_hex(row->params);
        assert_int_equal(got.kind, row->kind);
        assert_str(got.method, row->method);
        assert_int_equal(got.params.end - got.params.at, params.len);
        assert_memory_equal(got.params.at, params.ptr, params.len);
        free(params.ptr);
    } else {
        assert_int_not_equal(err.message[0], '\0');
    }
    free(bytes.ptr);
}

static void method_names_end_at_100(void **state)
{
    (void)state;
    for (uint8_t len = 99; len <= 101; len++) {
        uint8_t bytes[128] = { 0x94, 0x00, 0x07, 0xd9, len };
        memset(bytes + 5, 'm', len);
        bytes[5 + len] = 0x90;
        csm_envelope got;
        csm_error err = { 0 };
        bool has_msgid = false;
        csm_str message = { (const char *)bytes, (size_t)len + 6 };
        csm_status want = len <= CSM_METHOD_NAME_MAX ? CSM_OK : CSM_E_INVALID;
        assert_int_equal(csm_envelope_parse(message, &got, &has_msgid, &err), want);
        assert_true(has_msgid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(method_names_end_at_100) };
    return run_rows("envelope", rows, check_row) + cmocka_run_group_tests_name("method names", tests, NULL, NULL);
}
