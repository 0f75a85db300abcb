#include "bytes.h"

#include "wire/wire.h"

typedef struct head_row {
    const char *name;
    const char *hex;
    uint32_t type;
    int64_t i; /* INT: value; BOOL: 0, 1; LIST, MAP: count; TEXT, BYTES: length */
    double f;
} head_row;

static const head_row heads[] = {
    { "nil", "c0", CSM_T_NIL, 0, 0 },
    { "false", "c2", CSM_T_BOOL, 0, 0 },
    { "true", "c3", CSM_T_BOOL, 1, 0 },
    { "zero", "00", CSM_T_INT, 0, 0 },
    { "127", "7f", CSM_T_INT, 127, 0 },
    { "-1", "ff", CSM_T_INT, -1, 0 },
    { "-32", "e0", CSM_T_INT, -32, 0 },
    { "uint8", "cc ff", CSM_T_INT, 255, 0 },
    { "uint16", "cd ffff", CSM_T_INT, 65535, 0 },
    { "uint32", "ce ffffffff", CSM_T_INT, INT64_C(4294967295), 0 },
    { "uint64", "cf 7fffffffffffffff", CSM_T_INT, INT64_MAX, 0 },
    { "small uint64", "cf 0000000000000005", CSM_T_INT, 5, 0 },
    { "int8", "d0 80", CSM_T_INT, -128, 0 },
    { "int16", "d1 8000", CSM_T_INT, -32768, 0 },
    { "int32", "d2 80000000", CSM_T_INT, -INT64_C(2147483648), 0 },
    { "int64", "d3 8000000000000000", CSM_T_INT, INT64_MIN, 0 },
    { "positive int64", "d3 0102030405060708", CSM_T_INT, INT64_C(0x0102030405060708), 0 },
    { "float32", "ca 3fc00000", CSM_T_FLOAT, 0, 1.5 },
    { "float64", "cb bff8000000000000", CSM_T_FLOAT, 0, -1.5 },
    { "fixstr", "a3 616263", CSM_T_TEXT, 3, 0 },
    { "str8", "d9 03 616263", CSM_T_TEXT, 3, 0 },
    { "str16", "da 0003 616263", CSM_T_TEXT, 3, 0 },
    { "str32", "db 00000003 616263", CSM_T_TEXT, 3, 0 },
    { "bin8", "c4 03 616263", CSM_T_BYTES, 3, 0 },
    { "bin16", "c5 0003 616263", CSM_T_BYTES, 3, 0 },
    { "bin32", "c6 00000003 616263", CSM_T_BYTES, 3, 0 },
    { "fixarray", "92 c0c0", CSM_T_LIST, 2, 0 },
    { "array16", "dc 0002 c0c0", CSM_T_LIST, 2, 0 },
    { "array32", "dd 00000002 c0c0", CSM_T_LIST, 2, 0 },
    { "fixmap", "81 a0c0", CSM_T_MAP, 1, 0 },
    { "map16", "de 0001 a0c0", CSM_T_MAP, 1, 0 },
    { "map32", "df 00000001 a0c0", CSM_T_MAP, 1, 0 },
};

static void check_head(void **state)
{
    const head_row *row = *state;
    test_bytes bytes = bytes_of_hex(row->hex);
    csm_reader r = { bytes.ptr, bytes.ptr + bytes.len };
    csm_head head;
    assert_true(csm_reader_next(&r, &head));
    assert_int_equal(head.type, row->type);
    size_t left = (size_t)(r.end - r.at);
    switch (row->type) {
    case CSM_T_BOOL:
        assert_int_equal(head.b, row->i);
        break;
    case CSM_T_INT:
        assert_int_equal(head.i, row->i);
        break;
    case CSM_T_FLOAT:
        assert_true(head.f == row->f);
        break;
    case CSM_T_TEXT:
    case CSM_T_BYTES:
        assert_str(head.s, "abc");
        break;
    case CSM_T_LIST:
    case CSM_T_MAP:
        assert_int_equal(head.count, row->i);
        assert_int_equal(left, 2);
        left = 0;
        break;
    default:
        break;
    }
    assert_int_equal(left, 0);
    csm_reader whole = { bytes.ptr, bytes.ptr + bytes.len };
    assert_true(csm_reader_skip(&whole));
    assert_ptr_equal(whole.at, whole.end);
    free(bytes.ptr);
}

/* No part of a value is a value. Each part is its own heap block, so a read past it is seen. */
static void check_cut(void **state)
{
    const head_row *row = *state;
    test_bytes bytes = bytes_of_hex(row->hex);
    for (size_t len = 0; len < bytes.len; len++) {
        test_bytes part = bytes_of_len(bytes.ptr, len);
        csm_reader r = { part.ptr, part.ptr + part.len };
        csm_head head;
        assert_false(csm_reader_next(&r, &head));
        csm_reader skipping = { part.ptr, part.ptr + part.len };
        assert_false(csm_reader_skip(&skipping));
        free(part.ptr);
    }
    free(bytes.ptr);
}

typedef struct bad_row {
    const char *name;
    const char *hex;
} bad_row;

static const bad_row bad[] = {
    { "reserved", "c1" },
    { "ext 8", "c7 00 01" },
    { "fixext", "d4 01 00" },
    { "uint64 above int64", "cf 8000000000000000" },
    { "array32 that declares 268 million", "dd 0fffffff" },
    { "map32 that declares 4 billion", "df ffffffff a0 c0" },
    { "list of more than there is", "93 c0 c0" },
    { "map of more than there is", "82 a0 c0 a0" },
    { "text of more than there is", "a2 61" },
    { "text of 4 billion bytes", "db ffffffff 61" },
};

static void check_bad(void **state)
{
    const bad_row *row = *state;
    test_bytes bytes = bytes_of_hex(row->hex);
    csm_reader r = { bytes.ptr, bytes.ptr + bytes.len };
    csm_head head;
    assert_false(csm_reader_next(&r, &head));
    free(bytes.ptr);
}

static void skip_takes_exactly_one_value(void **state)
{
    (void)state;
    test_bytes bytes = bytes_of_hex("82 a1 61 92 c0 81 a0 c3 a1 62 c4 01 00 2a");
    csm_reader r = { bytes.ptr, bytes.ptr + bytes.len };
    csm_head head;
    assert_true(csm_reader_skip(&r));
    assert_true(csm_reader_next(&r, &head));
    assert_int_equal(head.i, 42);
    assert_false(csm_reader_skip(&r));
    free(bytes.ptr);
    for (size_t levels = CSM_WIRE_DEPTH_MAX; levels <= CSM_WIRE_DEPTH_MAX + 1; levels++) {
        bytes = bytes_nested(levels);
        csm_reader deep = { bytes.ptr, bytes.ptr + bytes.len };
        assert_int_equal(csm_reader_skip(&deep), levels <= CSM_WIRE_DEPTH_MAX);
        free(bytes.ptr);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(skip_takes_exactly_one_value) };
    return run_rows("heads", heads, check_head) + run_rows("heads cut short", heads, check_cut) +
           run_rows("refused", bad, check_bad) + cmocka_run_group_tests_name("skip", tests, NULL, NULL);
}
