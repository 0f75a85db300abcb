#include "unit.h"

#include "base/str.h"

typedef struct utf8_row {
    const char *name;
    const char *text;
    bool ok;
    size_t count;
} utf8_row;

static const utf8_row texts[] = {
    { "empty", "", true, 0 },
    { "ascii", "priority", true, 8 },
    { "long ascii then not", "0123456789abcdef\xc3\xa9", true, 17 },
    { "two", "\xc3\xa9", true, 1 },
    { "three", "\xe2\x82\xac", true, 1 },
    { "four", "\xf0\x9f\x98\x80", true, 1 },
    { "words of two", "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", true, 8 },
    { "across words", "0123456\xe2\x82\xac\xf0\x9f\x98\x80wxyz", true, 13 },
    { "last code point", "\xf4\x8f\xbf\xbf", true, 1 },
    { "above the last", "\xf4\x90\x80\x80", false, 0 },
    { "surrogate", "\xed\xa0\x80", false, 0 },
    { "before surrogates", "\xed\x9f\xbf", true, 1 },
    { "overlong slash", "\xc0\xaf", false, 0 },
    { "overlong two", "\xc1\xbf", false, 0 },
    { "overlong three", "\xe0\x9f\xbf", false, 0 },
    { "overlong four", "\xf0\x8f\xbf\xbf", false, 0 },
    { "lone continuation", "\x80", false, 0 },
    { "cut two", "a\xc3", false, 0 },
    { "cut three", "\xe2\x82", false, 0 },
    { "cut four", "\xf0\x9f\x98", false, 0 },
    { "no continuation", "\xe2\x28\xa1", false, 0 },
    { "bad byte in a word",
      "0123\xff"
      "567890",
      false, 0 },
    { "f5", "\xf5\x80\x80\x80", false, 0 },
};

static void check_utf8(void **state)
{
    const utf8_row *row = *state;
    csm_str s = csm_str_of(row->text);
    assert_int_equal(csm_utf8_valid(s), row->ok);
    if (!row->ok)
        return;
    assert_int_equal(csm_utf8_count(s), row->count);
    size_t steps = 0;
    while (s.len > 0) {
        size_t step = csm_utf8_step(s);
        assert_in_range(step, 1, 4);
        s.ptr += step;
        s.len -= step;
        steps++;
    }
    assert_int_equal(steps, row->count);
}

static void compare_is_bytewise(void **state)
{
    (void)state;
    csm_str none = { NULL, 0 };
    assert_int_equal(csm_str_cmp(CSM_STR("a"), CSM_STR("b")), -1);
    assert_int_equal(csm_str_cmp(CSM_STR("b"), CSM_STR("a")), 1);
    assert_int_equal(csm_str_cmp(CSM_STR("a"), CSM_STR("ab")), -1);
    assert_int_equal(csm_str_cmp(CSM_STR("ab"), CSM_STR("a")), 1);
    assert_int_equal(csm_str_cmp(CSM_STR("\xff"), CSM_STR("a")), 1);
    assert_int_equal(csm_str_cmp(none, CSM_STR("")), 0);
    assert_int_equal(csm_str_cmp(none, CSM_STR("a")), -1);
}

static void fronts_and_ends(void **state)
{
    (void)state;
    csm_str s = CSM_STR("case.escalate");
    csm_str none = { NULL, 0 };
    assert_true(csm_str_starts(s, CSM_STR("case.")));
    assert_true(csm_str_starts(s, none));
    assert_true(csm_str_starts(s, s));
    assert_false(csm_str_starts(s, CSM_STR("cases")));
    assert_false(csm_str_starts(CSM_STR("ca"), CSM_STR("case")));
    assert_true(csm_str_ends(s, CSM_STR("escalate")));
    assert_true(csm_str_ends(none, none));
    assert_false(csm_str_ends(s, CSM_STR("case")));
    assert_false(csm_str_ends(CSM_STR("e"), CSM_STR("te")));
    assert_str(csm_str_trim(CSM_STR(" \t a b\r\n")), "a b");
    assert_str(csm_str_trim(CSM_STR("  ")), "");
    assert_str(csm_str_trim(none), "");
}

static void find_starts_where_told(void **state)
{
    (void)state;
    csm_str s = CSM_STR("abcabc");
    csm_str none = { NULL, 0 };
    assert_int_equal(csm_str_find(s, CSM_STR("bc"), 0), 1);
    assert_int_equal(csm_str_find(s, CSM_STR("bc"), 2), 4);
    assert_int_equal(csm_str_find(s, CSM_STR("bc"), 5), SIZE_MAX);
    assert_int_equal(csm_str_find(s, CSM_STR("bc"), 99), SIZE_MAX);
    assert_int_equal(csm_str_find(s, none, 6), 6);
    assert_int_equal(csm_str_find(none, none, 0), 0);
    assert_int_equal(csm_str_find(none, CSM_STR("a"), 0), SIZE_MAX);
}

typedef struct split_row {
    const char *name;
    const char *text;
    const char *parts[4];
} split_row;

static const split_row splits[] = {
    { "three", "a,b,c", { "a", "b", "c" } },   { "one", "abc", { "abc" } },
    { "empty parts", ",b,", { "", "b", "" } }, { "empty text is one empty part", "", { "" } },
    { "separator alone", ",", { "", "" } },
};

static void check_split(void **state)
{
    const split_row *row = *state;
    csm_str rest = csm_str_of(row->text);
    csm_str part;
    size_t n = 0;
    while (csm_str_split(&rest, ',', &part)) {
        assert_true(n < COUNT_OF(row->parts) && row->parts[n] != NULL);
        assert_str(part, row->parts[n]);
        n++;
    }
    assert_null(row->parts[n]);
    assert_null(rest.ptr);
    assert_false(csm_str_split(&rest, ',', &part));
}

typedef struct nearest_row {
    const char *name; /* also the text */
    const char *want;
} nearest_row;

static const nearest_row typos[] = {
    { "priority", "priority" },
    { "priorty", "priority" },
    { "prioirty", "priority" },
    { "stat", "state" },
    { "statte", "state" },
    { "acount", "account" },
    { "xyzzy", NULL },
    { "st", NULL },
    { "no", NULL },
    { "", NULL },
    { "a_name_longer_than_sixty_four_bytes_is_no_typo_but_a_different_thing", NULL },
};

static void check_nearest(void **state)
{
    static const char *const names[] = { "account", "priority", "state", "opened_at" };
    const nearest_row *row = *state;
    const char *got = csm_str_nearest(csm_str_of(row->name), names, COUNT_OF(names));
    if (row->want == NULL)
        assert_null(got);
    else
        assert_string_equal(got, row->want);
}

static void hash_is_fnv1a(void **state)
{
    (void)state;
    assert_true(csm_hash("", 0) == UINT64_C(0xcbf29ce484222325));
    assert_true(csm_hash("a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(csm_hash("foobar", 6) == UINT64_C(0x85944171f73967e8));
}

static void one_address_and_nothing_else(void **state)
{
    static const char *const good[] = { "a@b", "ann.agent+x@shark.example", "jos\xc3\xa9@m\xc3\xbcnchen.example", "o'neil@a.b" };
    static const char *const bad[] = { "", "a", "@b", "a@", "a@b@c", "a b@c", "a@b,c@d", "a@b;c@d", "<a@b>", "\"a\"@b", "a(x)@b",
                                       "a@b\r\nBcc: c@d", "a@b\t", "a@b\x7f", "a@\xff", "Ann: a@b", "a\\@b" };
    (void)state;
    for (size_t n = 0; n < sizeof(good) / sizeof(good[0]); n++)
        assert_true(csm_str_is_mail_address(csm_str_of(good[n])));
    for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++)
        assert_false(csm_str_is_mail_address(csm_str_of(bad[n])));
}

/* Every byte counts, and so does the length. */
static void hash_in_memory_sees_all(void **state)
{
    char bytes[40] = { 0 };
    (void)state;
    for (size_t len = 1; len <= sizeof(bytes); len++) {
        uint64_t before = csm_hash_in_memory(bytes, len);
        assert_true(before != csm_hash_in_memory(bytes, len - 1));
        for (size_t n = 0; n < len; n++) {
            bytes[n] = 1;
            assert_true(before != csm_hash_in_memory(bytes, len));
            bytes[n] = 0;
        }
        assert_true(before == csm_hash_in_memory(bytes, len));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compare_is_bytewise),
        cmocka_unit_test(fronts_and_ends),
        cmocka_unit_test(find_starts_where_told),
        cmocka_unit_test(one_address_and_nothing_else),
        cmocka_unit_test(hash_is_fnv1a),
        cmocka_unit_test(hash_in_memory_sees_all),
    };
    return run_rows("utf-8", texts, check_utf8) + run_rows("split", splits, check_split) +
           run_rows("nearest", typos, check_nearest) + cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
