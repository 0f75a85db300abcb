#include "bytes.h"

#include "wire/wire.h"

typedef struct walk_row {
    const char *name;
    const char *hex;
    csm_walk_result want;
    size_t pos;      /* DONE: the length of the message */
    csm_status code; /* BAD */
} walk_row;

/* Limits here: 64 bytes, 4 levels, 20 elements. */
static const csm_wire_limits small = { 64, 4, 20 };

static const walk_row rows[] = {
    { "nothing", "", CSM_WALK_MORE, 0, CSM_OK },
    { "nil", "c0", CSM_WALK_DONE, 1, CSM_OK },
    { "request", "94 00 01 a1 6d 90", CSM_WALK_DONE, 6, CSM_OK },
    { "two messages", "93 02 a1 6d 90 93 02 a1 6d 90", CSM_WALK_DONE, 5, CSM_OK },
    { "cut in an element", "94 00 01 a3 6d", CSM_WALK_MORE, 0, CSM_OK },
    { "every fixed width",
      "9f c0 c2 c3 ca 00000000 cb 0000000000000000 cc 00 cd 0000 ce 00000000 d0 00 d1 0000 d2 00000000 "
      "00 7f e0 ff",
      CSM_WALK_DONE, 42, CSM_OK },
    { "64-bit integers", "92 cf 7fffffffffffffff d3 8000000000000000", CSM_WALK_DONE, 19, CSM_OK },
    { "integer above int64 is framed well", "cf ffffffffffffffff", CSM_WALK_DONE, 9, CSM_OK },
    { "bodies", "96 a1 61 d9 01 61 da 0001 61 db 00000001 61 c4 01 ff c5 0001 ff", CSM_WALK_DONE, 23, CSM_OK },
    { "bin 32", "c6 00000002 0102", CSM_WALK_DONE, 7, CSM_OK },
    { "list 16 and 32", "92 dc 0001 c0 dd 00000001 c0", CSM_WALK_DONE, 11, CSM_OK },
    { "map 16 and 32", "92 de 0001 a1 61 c0 df 00000001 a1 61 c0", CSM_WALK_DONE, 15, CSM_OK },
    { "empty ones", "94 90 80 a0 c4 00", CSM_WALK_DONE, 6, CSM_OK },
    { "reserved tag", "91 c1", CSM_WALK_BAD, 0, CSM_E_INVALID },
    { "ext 8", "c7 01 01 00", CSM_WALK_BAD, 0, CSM_E_INVALID },
    { "ext 16", "c8 0001 01 00", CSM_WALK_BAD, 0, CSM_E_INVALID },
    { "ext 32", "c9 00000001 01 00", CSM_WALK_BAD, 0, CSM_E_INVALID },
    { "fixext 1", "d4 01 00", CSM_WALK_BAD, 0, CSM_E_INVALID },
    { "timestamp 32", "d6 ff 00000000", CSM_WALK_BAD, 0, CSM_E_INVALID },
    { "fixext 16 by its tag alone", "d8", CSM_WALK_BAD, 0, CSM_E_INVALID },
    { "declared 268 million", "dd 0fffffff", CSM_WALK_BAD, 0, CSM_E_LIMIT },
    { "declared 4 billion pairs", "df ffffffff", CSM_WALK_BAD, 0, CSM_E_LIMIT },
    { "count that cannot fit", "dc 003e", CSM_WALK_BAD, 0, CSM_E_LIMIT },
    { "pairs that cannot fit", "de 001f", CSM_WALK_BAD, 0, CSM_E_LIMIT },
    { "twenty elements", "dc 0014 c0c0c0c0c0c0c0c0c0c0 c0c0c0c0c0c0c0c0c0c0", CSM_WALK_DONE, 23, CSM_OK },
    { "twenty-one elements", "dc 0015", CSM_WALK_BAD, 0, CSM_E_LIMIT },
    { "elements of all levels", "92 9a c0c0c0c0c0c0c0c0c0c0 99", CSM_WALK_BAD, 0, CSM_E_LIMIT },
    { "a pair is two elements", "8b", CSM_WALK_BAD, 0, CSM_E_LIMIT },
    { "four levels", "91 91 91 91 c0", CSM_WALK_DONE, 5, CSM_OK },
    { "five levels", "91 91 91 91 90", CSM_WALK_BAD, 0, CSM_E_LIMIT },
    { "five levels of maps", "81 a0 81 a0 81 a0 81 a0 80", CSM_WALK_BAD, 0, CSM_E_LIMIT },
    { "text declared too long", "db ffffffff", CSM_WALK_BAD, 0, CSM_E_LIMIT },
    { "bytes declared too long", "c4 3f", CSM_WALK_BAD, 0, CSM_E_LIMIT },
    { "bytes that just fit, later", "c4 3e", CSM_WALK_MORE, 0, CSM_OK },
    { "full and more to come",
      "92 c4 3b 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
      "00000000 00000000 00000000 00000000 00000000 000000 d9",
      CSM_WALK_MORE, 0, CSM_OK },
    { "over the frame by one",
      "92 c4 3b 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
      "00000000 00000000 00000000 00000000 00000000 000000 cd 00",
      CSM_WALK_MORE, 0, CSM_OK },
    { "an HTTP request is a number", "47 45 54 20", CSM_WALK_DONE, 1, CSM_OK },
};

static void check_row(void **state)
{
    const walk_row *row = *state;
    test_bytes bytes = bytes_of_hex(row->hex);
    csm_error err = { 0 };
    csm_walk walk = { 0 };
    csm_walk_result got = csm_walk_step(&walk, &small, bytes.ptr, bytes.len, &err);
    assert_int_equal(got, row->want);
    assert_int_equal(err.code, row->code);
    assert_int_equal(err.message[0] != '\0', row->want == CSM_WALK_BAD);
    if (got == CSM_WALK_DONE)
        assert_int_equal(walk.pos, row->pos);
    free(bytes.ptr);
}

/* Arriving byte by byte ends at the same place with the same verdict. */
static void check_row_by_bytes(void **state)
{
    const walk_row *row = *state;
    test_bytes bytes = bytes_of_hex(row->hex);
    csm_error err = { 0 };
    csm_walk walk = { 0 };
    csm_walk_result got = CSM_WALK_MORE;
    for (size_t len = 0; len <= bytes.len && got == CSM_WALK_MORE; len++) {
        size_t before = walk.pos;
        got = csm_walk_step(&walk, &small, bytes.ptr, len, &err);
        assert_true(walk.pos >= before && walk.pos <= len);
    }
    assert_int_equal(got, row->want);
    assert_int_equal(err.code, row->code);
    if (got == CSM_WALK_DONE)
        assert_int_equal(walk.pos, row->pos);
    free(bytes.ptr);
}

static void a_full_frame_that_is_not_done_is_bad(void **state)
{
    (void)state;
    const csm_wire_limits limits = { 4, 4, 20 };
    test_bytes bytes = bytes_of_hex("93 a1 61 c0 c0");
    csm_error err = { 0 };
    csm_walk walk = { 0 };
    assert_int_equal(csm_walk_step(&walk, &limits, bytes.ptr, 3, &err), CSM_WALK_MORE);
    assert_int_equal(csm_walk_step(&walk, &limits, bytes.ptr, 4, &err), CSM_WALK_BAD);
    assert_int_equal(err.code, CSM_E_LIMIT);
    free(bytes.ptr);
}

static void the_hard_depth_holds_whatever_is_configured(void **state)
{
    (void)state;
    const csm_wire_limits deep = { 4096, 1000, 1000 };
    for (size_t levels = CSM_WIRE_DEPTH_MAX; levels <= CSM_WIRE_DEPTH_MAX + 1; levels++) {
        test_bytes bytes = bytes_nested(levels);
        csm_error err = { 0 };
        csm_walk walk = { 0 };
        assert_int_equal(csm_walk_step(&walk, &deep, bytes.ptr, bytes.len, &err),
                         levels <= CSM_WIRE_DEPTH_MAX ? CSM_WALK_DONE : CSM_WALK_BAD);
        free(bytes.ptr);
    }
}

/* A million values handed over in small pieces: each piece goes on where the last one ended. */
static void pieces_are_not_walked_twice(void **state)
{
    (void)state;
    const size_t count = 900000;
    uint8_t *bytes = malloc(count + 5);
    assert_non_null(bytes);
    memset(bytes, 0xc0, count + 5);
    const uint8_t head[5] = { 0xdd, (uint8_t)(count >> 24), (uint8_t)(count >> 16), (uint8_t)(count >> 8),
                              (uint8_t)count };
    memcpy(bytes, head, sizeof(head));
    csm_error err = { 0 };
    csm_walk walk = { 0 };
    for (size_t len = 5; len < count + 5; len++) {
        assert_int_equal(csm_walk_step(&walk, &csm_wire_limits_default, bytes, len, &err), CSM_WALK_MORE);
        if (walk.pos != len)
            fail();
    }
    assert_int_equal(csm_walk_step(&walk, &csm_wire_limits_default, bytes, count + 5, &err), CSM_WALK_DONE);
    free(bytes);
}

static void errors_name_limit_and_place(void **state)
{
    (void)state;
    test_bytes bytes = bytes_of_hex("92 c0 dd 0fffffff");
    csm_error err = { 0 };
    csm_walk walk = { 0 };
    csm_walk_step(&walk, &csm_wire_limits_default, bytes.ptr, bytes.len, &err);
    assert_string_equal(err.message, "declared count cannot fit in a message of 4194304 bytes");
    assert_string_equal(err.detail, "tag 0xdd at byte 2 of the message");
    free(bytes.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_frame_that_is_not_done_is_bad),
        cmocka_unit_test(the_hard_depth_holds_whatever_is_configured),
        cmocka_unit_test(pieces_are_not_walked_twice),
        cmocka_unit_test(errors_name_limit_and_place),
    };
    return run_rows("walk in one piece", rows, check_row) + run_rows("walk by bytes", rows, check_row_by_bytes) +
           cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
