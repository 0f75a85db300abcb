#include "bytes.h"

#include "wire/wire.h"

typedef struct int_row {
    const char *name;
    int64_t value;
    const char *hex;
} int_row;

static const int_row ints[] = {
    { "0", 0, "00" },
    { "127", 127, "7f" },
    { "128", 128, "cc80" },
    { "256", 256, "cd0100" },
    { "65536", 65536, "ce00010000" },
    { "2^32", INT64_C(4294967296), "cf0000000100000000" },
    { "largest", INT64_MAX, "cf7fffffffffffffff" },
    { "-1", -1, "ff" },
    { "-32", -32, "e0" },
    { "-33", -33, "d0df" },
    { "-129", -129, "d1ff7f" },
    { "-32769", -32769, "d2ffff7fff" },
    { "smallest", INT64_MIN, "d38000000000000000" },
};

static void assert_hex(const csm_buf *buf, const char *hex)
{
    test_bytes want = bytes_of_hex(hex);
    assert_false(buf->failed);
    assert_int_equal(buf->len, want.len);
    if (want.len > 0)
        assert_memory_equal(buf->ptr, want.ptr, want.len);
    free(want.ptr);
}

static void check_int(void **state)
{
    const int_row *row = *state;
    csm_buf buf;
    csm_buf_init(&buf, 0);
    csm_writer w = { &buf };
    csm_write_int(&w, row->value);
    assert_hex(&buf, row->hex);
    csm_buf_done(&buf);
}

static void plain_values(void **state)
{
    (void)state;
    csm_buf buf;
    csm_buf_init(&buf, 0);
    csm_writer w = { &buf };
    csm_write_list(&w, 8);
    csm_write_nil(&w);
    csm_write_bool(&w, true);
    csm_write_bool(&w, false);
    csm_write_float(&w, 1.5);
    csm_write_cstr(&w, "ab");
    csm_write_text(&w, (csm_str){ NULL, 0 });
    csm_write_bytes(&w, CSM_STR("\x01"));
    csm_write_map(&w, 1);
    csm_write_cstr(&w, "k");
    csm_write_raw(&w, CSM_STR("\x91\xc0"));
    assert_hex(&buf, "98 c0 c3 c2 cb 3ff8000000000000 a2 6162 a0 c4 01 01 81 a1 6b 91 c0");
    csm_buf_done(&buf);
}

static void types_messagepack_lacks(void **state)
{
    (void)state;
    csm_id id;
    memset(id.b, 0xab, sizeof(id.b));
    const csm_value items[] = { csm_id_value(id), csm_time_value(1500000), csm_date_value(1), csm_decimal(-12500000) };
    csm_buf buf;
    csm_buf_init(&buf, 0);
    csm_writer w = { &buf };
    csm_write_value(&w, csm_list(items, 4));
    csm_reader r = { buf.ptr, buf.ptr + buf.len };
    csm_head head;
    assert_true(csm_reader_next(&r, &head));
    assert_int_equal(head.count, 4);
    static const char *const want[] = { "abababababababababababababababab", "1970-01-01T00:00:01.500000Z", "1970-01-02",
                                        "-12.5" };
    for (size_t n = 0; n < COUNT_OF(want); n++) {
        assert_true(csm_reader_next(&r, &head));
        assert_int_equal(head.type, CSM_T_TEXT);
        assert_str(head.s, want[n]);
    }
    assert_ptr_equal(r.at, r.end);
    csm_buf_done(&buf);
}

static void lengths_choose_the_form(void **state)
{
    (void)state;
    static const struct {
        size_t len;
        size_t text_head;
        size_t bytes_head;
    } rows[] = { { 31, 1, 2 }, { 32, 2, 2 }, { 255, 2, 2 }, { 256, 3, 3 }, { 65535, 3, 3 }, { 65536, 5, 5 } };
    char *filler = calloc(1, 65536);
    assert_non_null(filler);
    for (size_t n = 0; n < COUNT_OF(rows); n++) {
        csm_buf buf;
        csm_buf_init(&buf, 0);
        csm_writer w = { &buf };
        csm_write_text(&w, (csm_str){ filler, rows[n].len });
        assert_int_equal(buf.len, rows[n].text_head + rows[n].len);
        csm_write_bytes(&w, (csm_str){ filler, rows[n].len });
        assert_int_equal(buf.len, rows[n].text_head + rows[n].bytes_head + 2 * rows[n].len);
        csm_reader r = { buf.ptr, buf.ptr + buf.len };
        assert_true(csm_reader_skip(&r) && csm_reader_skip(&r));
        assert_ptr_equal(r.at, r.end);
        csm_buf_done(&buf);
    }
    free(filler);
}

static void what_cannot_be_written_fails_the_buffer(void **state)
{
    (void)state;
    csm_buf buf;
    csm_buf_init(&buf, 0);
    csm_writer w = { &buf };
    csm_value odd = { .type = 99 };
    csm_write_value(&w, odd);
    assert_true(buf.failed);
    csm_buf_clear(&buf);
    csm_write_text(&w, (csm_str){ "", (size_t)UINT32_MAX + 1 });
    assert_true(buf.failed);
    csm_buf_clear(&buf);
    csm_write_bytes(&w, (csm_str){ "", (size_t)UINT32_MAX + 1 });
    assert_true(buf.failed);
    csm_buf_done(&buf);
    csm_buf_init(&buf, 10);
    csm_write_cstr(&w, "more than ten bytes");
    assert_true(buf.failed);
    csm_write_nil(&w);
    assert_true(buf.failed);
    csm_buf_done(&buf);
}

/* What we write we can read: the deepest value allowed comes back, one deeper is refused. */
static void depth_ends_where_the_reader_ends(void **state)
{
    (void)state;
    csm_value chain[CSM_WIRE_DEPTH_MAX + 2];
    csm_pair pairs[CSM_WIRE_DEPTH_MAX + 2];
    for (size_t levels = CSM_WIRE_DEPTH_MAX; levels <= CSM_WIRE_DEPTH_MAX + 1; levels++) {
        chain[0] = csm_bool(true);
        for (size_t n = 1; n <= levels; n++) {
            pairs[n].key = CSM_STR("k");
            pairs[n].value = chain[n - 1];
            chain[n] = n % 2 == 0 ? csm_list(&chain[n - 1], 1) : csm_map(&pairs[n], 1);
        }
        csm_buf buf;
        csm_buf_init(&buf, 0);
        csm_writer w = { &buf };
        csm_write_value(&w, chain[levels]);
        assert_int_equal(buf.failed, levels > CSM_WIRE_DEPTH_MAX);
        csm_reader r = { buf.ptr, buf.ptr + buf.len };
        assert_int_equal(csm_reader_skip(&r), levels <= CSM_WIRE_DEPTH_MAX);
        csm_buf_done(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_values),
        cmocka_unit_test(types_messagepack_lacks),
        cmocka_unit_test(lengths_choose_the_form),
        cmocka_unit_test(what_cannot_be_written_fails_the_buffer),
        cmocka_unit_test(depth_ends_where_the_reader_ends),
    };
    return run_rows("integers", ints, check_int) + cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
