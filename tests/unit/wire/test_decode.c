#include "bytes.h"

#include "wire/wire.h"

static const csm_decode_options strict = { .copy = false, .strict = true };
static const csm_decode_options loose = { .copy = false, .strict = false };

typedef struct decode_row {
    const char *name;
    const char *hex;
    csm_status strict;
    csm_status loose;
    const char *message; /* of the strict error */
} decode_row;

static const decode_row rows[] = {
    { "arguments", "82 a5 7461626c65 a4 63617365 a5 6c696d6974 14", CSM_OK, CSM_OK, NULL },
    { "empty list", "90", CSM_OK, CSM_OK, NULL },
    { "empty map", "80", CSM_OK, CSM_OK, NULL },
    { "bytes need not be text", "c4 01 ff", CSM_OK, CSM_OK, NULL },
    { "broken utf-8", "a1 ff", CSM_E_INVALID, CSM_OK, "text is not valid UTF-8" },
    { "broken utf-8 in a map", "81 a4 6e616d65 a1 ff", CSM_E_INVALID, CSM_OK, "\"name\": text is not valid UTF-8" },
    { "broken utf-8 in a key", "81 a1 ff c0", CSM_E_INVALID, CSM_OK, "text is not valid UTF-8" },
    { "empty key", "81 a0 c0", CSM_E_INVALID, CSM_OK, "map key is not a non-empty text" },
    { "number as key", "81 01 c0", CSM_E_INVALID, CSM_E_CORRUPT, "map key is not a non-empty text" },
    { "bytes as key", "81 c4 01 61 c0", CSM_E_INVALID, CSM_E_CORRUPT, "map key is not a non-empty text" },
    { "nil as key", "81 c0 c0", CSM_E_INVALID, CSM_E_CORRUPT, "map key is not a non-empty text" },
    { "not a number", "cb 7ff8000000000000", CSM_E_INVALID, CSM_OK, "number is not finite" },
    { "infinite float32", "ca 7f800000", CSM_E_INVALID, CSM_OK, "number is not finite" },
    { "integer above int64", "81 a1 6e cf 8000000000000000", CSM_E_INVALID, CSM_E_CORRUPT,
      "\"n\": integer is above 9223372036854775807" },
    { "ext", "d4 01 00", CSM_E_INVALID, CSM_E_CORRUPT, "value is cut short or of an unsupported type" },
    { "nothing", "", CSM_E_INVALID, CSM_E_CORRUPT, "value is cut short or of an unsupported type" },
    { "declared 268 million", "dd 0fffffff", CSM_E_INVALID, CSM_E_CORRUPT,
      "value is cut short or of an unsupported type" },
    { "cut inside", "82 a1 61 c0 a1", CSM_E_INVALID, CSM_E_CORRUPT, "value is cut short or of an unsupported type" },
    { "after a finished map the key is forgotten", "92 81 a1 6b c0 a1 ff", CSM_E_INVALID, CSM_OK,
      "text is not valid UTF-8" },
};

static void check_row(void **state)
{
    const decode_row *row = *state;
    test_bytes bytes = bytes_of_hex(row->hex);
    csm_arena *arena = csm_arena_new(4096, 65536);
    for (int mode = 0; mode < 2; mode++) {
        csm_reader r = { bytes.ptr, bytes.ptr + bytes.len };
        csm_error err = { 0 };
        csm_value value = csm_int(4711);
        csm_status want = mode == 0 ? row->strict : row->loose;
        assert_int_equal(csm_wire_decode(&r, arena, mode == 0 ? strict : loose, &value, &err), want);
        assert_int_equal(err.code, want);
        if (want == CSM_OK)
            assert_ptr_equal(r.at, r.end);
        else
            assert_true(value.type == CSM_T_INT && value.i == 4711); /* untouched */
        if (mode == 0 && row->message != NULL)
            assert_string_equal(err.message, row->message);
    }
    csm_arena_free(arena);
    free(bytes.ptr);
}

static void values_arrive_as_sent(void **state)
{
    (void)state;
    test_bytes bytes =
        bytes_of_hex("84 a1 61 c0 a1 62 93 c3 d0 fe ca 3f000000 a1 63 81 a1 78 c4 02 0001 a1 64 a2 c3a9");
    csm_arena *arena = csm_arena_new(4096, 0);
    csm_reader r = { bytes.ptr, bytes.ptr + bytes.len };
    csm_error err = { 0 };
    csm_value value;
    assert_int_equal(csm_wire_decode(&r, arena, strict, &value, &err), CSM_OK);
    assert_int_equal(value.type, CSM_T_MAP);
    assert_int_equal(value.count, 4);
    assert_int_equal(csm_map_get(&value, "a")->type, CSM_T_NIL);
    const csm_value *list = csm_map_get(&value, "b");
    assert_int_equal(list->type, CSM_T_LIST);
    assert_int_equal(list->count, 3);
    assert_true(list->list[0].type == CSM_T_BOOL && list->list[0].b);
    assert_true(list->list[1].type == CSM_T_INT && list->list[1].i == -2);
    assert_true(list->list[2].type == CSM_T_FLOAT && list->list[2].f == 0.5);
    const csm_value *inner = csm_map_get(csm_map_get(&value, "c"), "x");
    assert_int_equal(inner->type, CSM_T_BYTES);
    assert_memory_equal(inner->s.ptr, "\x00\x01", 2);
    assert_str(csm_map_get(&value, "d")->s, "\xc3\xa9");
    csm_arena_free(arena);
    free(bytes.ptr);
}

static void copies_outlive_the_bytes(void **state)
{
    (void)state;
    csm_arena *arena = csm_arena_new(4096, 0);
    for (int copy = 0; copy < 2; copy++) {
        test_bytes bytes = bytes_of_hex("81 a3 6b6579 a4 74657874");
        csm_reader r = { bytes.ptr, bytes.ptr + bytes.len };
        csm_decode_options options = { .copy = copy != 0, .strict = true };
        csm_error err = { 0 };
        csm_value value;
        assert_int_equal(csm_wire_decode(&r, arena, options, &value, &err), CSM_OK);
        bool inside = (const uint8_t *)value.map[0].value.s.ptr >= bytes.ptr &&
                      (const uint8_t *)value.map[0].value.s.ptr < bytes.ptr + bytes.len;
        assert_int_equal(inside, copy == 0);
        if (copy != 0)
            memset(bytes.ptr, 0, bytes.len);
        assert_str(value.map[0].key, "key");
        assert_str(value.map[0].value.s, "text");
        free(bytes.ptr);
    }
    csm_arena_free(arena);
}

static void depth_ends_at_the_limit(void **state)
{
    (void)state;
    csm_arena *arena = csm_arena_new(4096, 0);
    for (size_t levels = CSM_WIRE_DEPTH_MAX; levels <= CSM_WIRE_DEPTH_MAX + 1; levels++) {
        test_bytes bytes = bytes_nested(levels);
        csm_reader r = { bytes.ptr, bytes.ptr + bytes.len };
        csm_error err = { 0 };
        csm_value value;
        csm_status want = levels <= CSM_WIRE_DEPTH_MAX ? CSM_OK : CSM_E_INVALID;
        assert_int_equal(csm_wire_decode(&r, arena, strict, &value, &err), want);
        free(bytes.ptr);
    }
    csm_arena_free(arena);
}

static void memory_ends_cleanly(void **state)
{
    (void)state;
    test_bytes bytes = bytes_of_hex("82 a1 61 92 a1 78 a1 79 a1 62 81 a1 7a a1 7a");
    csm_decode_options options = { .copy = true, .strict = true };
    size_t limit = 16;
    for (csm_status st = CSM_E_NOMEM; st != CSM_OK; limit += 16) {
        csm_arena *arena = csm_arena_new(256, limit);
        csm_reader r = { bytes.ptr, bytes.ptr + bytes.len };
        csm_error err = { 0 };
        csm_value value;
        st = csm_wire_decode(&r, arena, options, &value, &err);
        assert_true(st == CSM_OK || st == CSM_E_NOMEM);
        assert_int_equal(err.code, st);
        csm_arena_free(arena);
        assert_true(limit < 4096);
    }
    assert_true(limit > 128);
    free(bytes.ptr);
}

static void a_long_key_is_cut_in_the_message(void **state)
{
    (void)state;
    uint8_t bytes[260] = { 0x81, 0xd9, 200 };
    memset(bytes + 3, 'k', 200);
    bytes[203] = 0xc1;
    csm_arena *arena = csm_arena_new(4096, 0);
    csm_reader r = { bytes, bytes + 204 };
    csm_error err = { 0 };
    csm_value value;
    assert_int_equal(csm_wire_decode(&r, arena, strict, &value, &err), CSM_E_INVALID);
    assert_int_equal(strlen(err.field), sizeof(err.field) - 1);
    csm_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_arrive_as_sent),
        cmocka_unit_test(copies_outlive_the_bytes),
        cmocka_unit_test(depth_ends_at_the_limit),
        cmocka_unit_test(memory_ends_cleanly),
        cmocka_unit_test(a_long_key_is_cut_in_the_message),
    };
    return run_rows("decode", rows, check_row) + cmocka_run_group_tests_name("decode values", tests, NULL, NULL);
}
