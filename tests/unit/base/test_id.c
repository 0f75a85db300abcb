#include "unit.h"

#include "base/id.h"

static uint64_t ms_of(csm_id id)
{
    uint64_t ms = 0;
    for (int n = 0; n < 6; n++)
        ms = ms << 8 | id.b[n];
    return ms;
}

static void assert_version(csm_id id, int version)
{
    assert_int_equal(id.b[6] >> 4, version);
    assert_int_equal(id.b[8] >> 6, 2);
}

static void ids_grow_within_a_millisecond(void **state)
{
    (void)state;
    csm_idgen gen = { 0 };
    csm_time now = INT64_C(1760000000123456);
    csm_id before = { { 0 } };
    for (int n = 0; n < 20000; n++) {
        csm_id id;
        assert_true(csm_id_new(&gen, now, &id));
        assert_true(memcmp(before.b, id.b, sizeof(id.b)) < 0);
        assert_version(id, 7);
        assert_int_equal(ms_of(id), now / 1000);
        before = id;
    }
}

static void time_leads_and_going_back_does_not_matter(void **state)
{
    (void)state;
    csm_idgen gen = { 0 };
    csm_id before = { { 0 } };
    const csm_time times[] = { 0, 1000, 2000, 1000, 5000000, -7, 5001000, INT64_MAX / 1000 };
    for (size_t n = 0; n < COUNT_OF(times); n++) {
        csm_id id;
        assert_true(csm_id_new(&gen, times[n], &id));
        assert_true(memcmp(before.b, id.b, sizeof(id.b)) < 0);
        before = id;
    }
}

static void a_full_tail_carries_into_the_next_millisecond(void **state)
{
    (void)state;
    csm_idgen gen;
    csm_id id;
    memset(gen.last.b, 0xff, sizeof(gen.last.b));
    memset(gen.last.b, 0x01, 6);
    gen.last.b[6] = 0x7f;
    gen.last.b[8] = 0xbf;
    csm_id last = gen.last;
    assert_true(csm_id_new(&gen, 0, &id));
    assert_int_equal(ms_of(id), ms_of(last) + 1);
    assert_version(id, 7);
    memset(gen.last.b, 0, sizeof(gen.last.b));
    gen.last.b[5] = 1;
    gen.last.b[6] = 0x70;
    memset(gen.last.b + 8, 0xff, 8);
    gen.last.b[8] = 0xbf;
    assert_true(csm_id_new(&gen, 0, &id));
    assert_int_equal(ms_of(id), 1);
    assert_int_equal(id.b[7], 1); /* carried from the lower half */
}

static void text_and_bytes_agree(void **state)
{
    (void)state;
    csm_idgen gen = { 0 };
    csm_id id;
    csm_id back;
    char text[CSM_ID_TEXT];
    assert_true(csm_id_new(&gen, 1000, &id));
    csm_id_format(id, text);
    assert_int_equal(strlen(text), 32);
    assert_true(csm_id_parse(csm_str_of(text), &back));
    assert_true(csm_id_eq(id, back));
    assert_true(csm_id_parse(CSM_STR("0123456789abcdefFEDCBA9876543210"), &back));
    csm_id_format(back, text);
    assert_string_equal(text, "0123456789abcdeffedcba9876543210");
}

static void other_text_is_no_id(void **state)
{
    (void)state;
    static const char *const bad[] = { "",
                                       "0123456789abcdef0123456789abcde",
                                       "0123456789abcdef0123456789abcdef0",
                                       "0123456789abcdefg123456789abcdef",
                                       "/123456789abcdef0123456789abcdef",
                                       "0:23456789abcdef0123456789abcdef",
                                       "0123456789abcdef0123456789abcde@",
                                       "0123456789abcdef0123456789abcdG`",
                                       "0123456789abcde\xb0"
                                       "0123456789abcdef",
                                       "01234567-89ab-cdef-0123-456789abcdef",
                                       "0123456789abcdef 123456789abcdef" };
    csm_id untouched = { { 1 } };
    for (size_t n = 0; n < COUNT_OF(bad); n++) {
        csm_id id = untouched;
        assert_false(csm_id_parse(csm_str_of(bad[n]), &id));
        assert_true(csm_id_eq(id, untouched));
    }
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(csm_id));
}

static void ids_of_text_never_change_and_differ(void **state)
{
    (void)state;
    /* On disk in every store: this value is frozen. */
    char text[CSM_ID_TEXT];
    csm_id_format(csm_id_of_text(CSM_STR("role/admin")), text);
    assert_string_equal(text, "998ee17aa4fe8509910dc6c724ab0241");
    enum { MANY = 20000 };
    csm_id *ids = calloc(MANY, sizeof(*ids));
    assert_non_null(ids);
    for (int n = 0; n < MANY; n++) {
        char name[32];
        int len = snprintf(name, sizeof(name), "row/%d", n);
        ids[n] = csm_id_of_text((csm_str){ name, (size_t)len });
        assert_version(ids[n], 8);
    }
    qsort(ids, MANY, sizeof(*ids), compare_ids);
    for (int n = 1; n < MANY; n++)
        assert_false(csm_id_eq(ids[n - 1], ids[n]));
    free(ids);
}

static void random_fills_all_of_it(void **state)
{
    (void)state;
    unsigned char seen[64] = { 0 };
    for (int round = 0; round < 16; round++) {
        unsigned char got[64] = { 0 };
        assert_true(csm_random(got, sizeof(got)));
        for (size_t n = 0; n < sizeof(got); n++)
            seen[n] |= got[n];
    }
    for (size_t n = 0; n < sizeof(seen); n++)
        assert_int_not_equal(seen[n], 0);
    assert_true(csm_random(seen, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_grow_within_a_millisecond),
        cmocka_unit_test(time_leads_and_going_back_does_not_matter),
        cmocka_unit_test(a_full_tail_carries_into_the_next_millisecond),
        cmocka_unit_test(text_and_bytes_agree),
        cmocka_unit_test(other_text_is_no_id),
        cmocka_unit_test(ids_of_text_never_change_and_differ),
        cmocka_unit_test(random_fills_all_of_it),
    };
    return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
