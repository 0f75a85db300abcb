/* msgpack-c's own unpacker says what random bytes mean; walk, reader and decoder must agree with it. */
#include "bytes.h"

#include "wire/wire.h"

#include <msgpack.h>

static void put_be(csm_buf *buf, uint64_t value, unsigned width)
{
    for (unsigned n = width; n-- > 0;)
        csm_buf_add_byte(buf, (uint8_t)(value >> (8 * n)));
}

/* A head whose count takes one of @p forms: tags for 1, 2, 4 bytes, 0 where there is none; any that holds it. */
static void put_count(csm_buf *buf, uint64_t *seed, size_t count, const uint8_t forms[3], uint8_t fix, size_t fix_max)
{
    static const unsigned widths[3] = { 1, 2, 4 };
    static const size_t most[3] = { 0xff, 0xffff, 0xffffffff };
    for (;;) {
        uint64_t pick = next_random(seed) % 4;
        if (pick == 3 && fix != 0 && count <= fix_max) {
            csm_buf_add_byte(buf, (uint8_t)(fix | count));
            return;
        }
        if (pick < 3 && forms[pick] != 0 && count <= most[pick]) {
            csm_buf_add_byte(buf, forms[pick]);
            put_be(buf, count, widths[pick]);
            return;
        }
    }
}

static void put_text(csm_buf *buf, uint64_t *seed, size_t len)
{
    static const uint8_t forms[3] = { 0xd9, 0xda, 0xdb };
    put_count(buf, seed, len, forms, 0xa0, 31);
    for (size_t n = 0; n < len; n++)
        csm_buf_add_byte(buf, (uint8_t)('a' + next_random(seed) % 26));
}

static void put_scalar(csm_buf *buf, uint64_t *seed)
{
    static const uint8_t bin_forms[3] = { 0xc4, 0xc5, 0xc6 };
    /* ca cb cc cd ce cf d0 d1 d2 d3 */
    static const unsigned widths[10] = { 4, 8, 1, 2, 4, 8, 1, 2, 4, 8 };
    uint64_t pick = next_random(seed) % 16;
    if (pick < 10) {
        uint64_t bits = next_random(seed) >> (next_random(seed) % 64);
        if (pick == 5)
            bits &= INT64_MAX;
        csm_buf_add_byte(buf, (uint8_t)(0xca + pick));
        put_be(buf, bits, widths[pick]);
    } else if (pick < 12) {
        uint8_t fix = (uint8_t)next_random(seed);
        csm_buf_add_byte(buf, fix >= 0x80 && fix < 0xe0 ? 0xc0 : fix);
    } else if (pick == 12) {
        csm_buf_add_byte(buf, (uint8_t)(next_random(seed) % 2 == 0 ? 0xc2 : 0xc3));
    } else if (pick == 13) {
        size_t len = (size_t)(next_random(seed) % 300);
        put_count(buf, seed, len, bin_forms, 0, 0);
        for (size_t n = 0; n < len; n++)
            csm_buf_add_byte(buf, (uint8_t)next_random(seed));
    } else {
        put_text(buf, seed, (size_t)(next_random(seed) % 40));
    }
}

static void put_value(csm_buf *buf, uint64_t *seed, unsigned depth)
{
    static const uint8_t list_forms[3] = { 0, 0xdc, 0xdd };
    static const uint8_t map_forms[3] = { 0, 0xde, 0xdf };
    uint64_t pick = next_random(seed) % 4;
    if (depth == 0 || pick > 1) {
        put_scalar(buf, seed);
        return;
    }
    size_t count = (size_t)(next_random(seed) % 20);
    if (pick == 0)
        put_count(buf, seed, count, list_forms, 0x90, 15);
    else
        put_count(buf, seed, count, map_forms, 0x80, 15);
    for (size_t n = 0; n < count; n++) {
        if (pick == 1)
            put_text(buf, seed, 1 + (size_t)(next_random(seed) % 40));
        put_value(buf, seed, depth - 1);
    }
}

static void assert_same(const msgpack_object *want, const csm_value *got);

static void assert_same_elements(const msgpack_object *want, const csm_value *got)
{
    bool is_list = want->type == MSGPACK_OBJECT_ARRAY;
    assert_int_equal(got->type, is_list ? CSM_T_LIST : CSM_T_MAP);
    assert_int_equal(got->count, is_list ? want->via.array.size : want->via.map.size);
    for (uint32_t n = 0; n < got->count; n++) {
        if (is_list) {
            assert_same(&want->via.array.ptr[n], &got->list[n]);
        } else {
            const msgpack_object_kv *pair = &want->via.map.ptr[n];
            assert_int_equal(pair->key.via.str.size, got->map[n].key.len);
            assert_memory_equal(pair->key.via.str.ptr, got->map[n].key.ptr, got->map[n].key.len);
            assert_same(&pair->val, &got->map[n].value);
        }
    }
}

static void assert_same(const msgpack_object *want, const csm_value *got)
{
    switch (want->type) {
    case MSGPACK_OBJECT_NIL:
        assert_int_equal(got->type, CSM_T_NIL);
        break;
    case MSGPACK_OBJECT_BOOLEAN:
        assert_int_equal(got->type, CSM_T_BOOL);
        assert_int_equal(got->b, want->via.boolean);
        break;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        assert_int_equal(got->type, CSM_T_INT);
        assert_true(got->i >= 0 && (uint64_t)got->i == want->via.u64);
        break;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        assert_int_equal(got->type, CSM_T_INT);
        assert_true(got->i == want->via.i64);
        break;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        assert_int_equal(got->type, CSM_T_FLOAT);
        assert_true(got->f == want->via.f64 || (got->f != got->f && want->via.f64 != want->via.f64));
        break;
    case MSGPACK_OBJECT_STR:
        assert_int_equal(got->type, CSM_T_TEXT);
        assert_int_equal(got->s.len, want->via.str.size);
        assert_memory_equal(got->s.ptr, want->via.str.ptr, got->s.len);
        break;
    case MSGPACK_OBJECT_BIN:
        assert_int_equal(got->type, CSM_T_BYTES);
        assert_int_equal(got->s.len, want->via.bin.size);
        assert_memory_equal(got->s.ptr, want->via.bin.ptr, got->s.len);
        break;
    default:
        assert_same_elements(want, got);
        break;
    }
}

/* Decodes with both; also walks, skips and, after writing what was decoded, decodes once more. */
static void compare_once(csm_buf *bytes, csm_arena *arena)
{
    csm_error err = { 0 };
    csm_walk walk = { 0 };
    assert_int_equal(csm_walk_step(&walk, &csm_wire_limits_default, bytes->ptr, bytes->len, &err), CSM_WALK_DONE);
    assert_int_equal(walk.pos, bytes->len);

    csm_decode_options options = { .copy = false, .strict = false };
    csm_reader r = { bytes->ptr, bytes->ptr + bytes->len };
    csm_value value;
    assert_int_equal(csm_wire_decode(&r, arena, options, &value, &err), CSM_OK);
    assert_ptr_equal(r.at, r.end);

    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    size_t offset = 0;
    assert_int_equal(msgpack_unpack_next(&unpacked, (const char *)bytes->ptr, bytes->len, &offset),
                     MSGPACK_UNPACK_SUCCESS);
    assert_int_equal(offset, bytes->len);
    assert_same(&unpacked.data, &value);

    csm_buf written;
    csm_buf_init(&written, 0);
    csm_writer w = { &written };
    csm_write_value(&w, value);
    assert_false(written.failed);
    csm_reader again = { written.ptr, written.ptr + written.len };
    assert_int_equal(csm_wire_decode(&again, arena, options, &value, &err), CSM_OK);
    assert_same(&unpacked.data, &value);
    csm_buf_done(&written);
    msgpack_unpacked_destroy(&unpacked);
}

static void random_values_mean_the_same(void **state)
{
    (void)state;
    uint64_t seed = 20261122;
    csm_arena *arena = csm_arena_new(65536, 0);
    csm_buf bytes;
    csm_buf_init(&bytes, 0);
    for (int n = 0; n < 3000; n++) {
        csm_buf_clear(&bytes);
        put_value(&bytes, &seed, (unsigned)(n % 5));
        compare_once(&bytes, arena);
        csm_arena_clear(arena);
    }
    csm_buf_done(&bytes);
    csm_arena_free(arena);
}

/* What msgpack-c itself packs, from its own boundary values. */
static void packed_integers_mean_the_same(void **state)
{
    (void)state;
    csm_arena *arena = csm_arena_new(65536, 0);
    for (unsigned bit = 0; bit < 63; bit++) {
        for (int64_t step = -2; step <= 2; step++) {
            for (int64_t sign = -1; sign <= 1; sign += 2) {
                msgpack_sbuffer packed;
                msgpack_sbuffer_init(&packed);
                msgpack_packer packer;
                msgpack_packer_init(&packer, &packed, msgpack_sbuffer_write);
                int64_t number = sign * (((int64_t)1 << bit) + step);
                msgpack_pack_int64(&packer, number);
                csm_reader r = { (const uint8_t *)packed.data, (const uint8_t *)packed.data + packed.size };
                csm_head head;
                assert_true(csm_reader_next(&r, &head));
                assert_int_equal(head.type, CSM_T_INT);
                assert_true(head.i == number);
                assert_ptr_equal(r.at, r.end);
                msgpack_sbuffer_destroy(&packed);
            }
        }
    }
    csm_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_values_mean_the_same),
        cmocka_unit_test(packed_integers_mean_the_same),
    };
    return cmocka_run_group_tests_name("oracle", tests, NULL, NULL);
}
