/* Text folding and comparison. */
#include "declare.h"

static const struct fold_row {
    const char *name;
    const char *text;
    const char *want;
} fold_rows[] = {
    { "empty", "", "" },
    { "ascii", "Hello, WORLD [Z]", "hello, world [z]" },
    { "umlaut", "M\xc3\x9cLLER", "m\xc3\xbcller" },
    { "sharp s",
      "Stra\xc3\x9f"
      "e",
      "strasse" },
    { "composed and not are one", "Cafe\xcc\x81", "caf\xc3\xa9" },
    { "final sigma", "\xce\xa3\xcf\x82\xcf\x83", "\xcf\x83\xcf\x83\xcf\x83" },
    { "dotless and dotted i keep apart", "I\xc4\xb1", "i\xc4\xb1" },
    { "cyrillic", "\xd0\x9f\xd0\xa0", "\xd0\xbf\xd1\x80" },
    { "no case", "\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac" },
    { "broken UTF-8 folds its ASCII", "A\xff\xc3", "a\xef\xbf\xbd\xef\xbf\xbd" },
    { "marks in any order", "q\xcc\xa3\xcc\x87", "q\xcc\xa3\xcc\x87" },
    { "marks in the other order", "q\xcc\x87\xcc\xa3", "q\xcc\xa3\xcc\x87" },
};

static void folds_to(void **state)
{
    const struct fold_row *row = *state;
    csm_arena *arena = csm_arena_new(0, 0);
    csm_str once = csm_text_fold(arena, csm_str_of(row->text));
    assert_str(once, row->want);
    assert_str(csm_text_fold(arena, once), row->want); /* folding twice is folding once */
    assert_int_equal(csm_text_cmp(arena, csm_str_of(row->text), once), 0);
    csm_arena_free(arena);
}

static const struct cmp_row {
    const char *name;
    const char *a, *b;
    int want;
} cmp_rows[] = {
    { "case", "ABC", "abc", 0 },
    { "less", "abc", "ABD", -1 },
    { "shorter first", "ab", "ABC", -1 },
    { "empty first", "", "a", -1 },
    { "accent after what it stands on",
      "E\xcc\x81"
      "a",
      "F", 1 },
    { "accent composes at the difference", "e\xcc\x81", "ez", 1 },
    { "expansion", "STRASSE",
      "stra\xc3\x9f"
      "e",
      0 },
    { "underscore sorts as lower case has it", "a_", "aB", -1 },
};

static void compares(void **state)
{
    const struct cmp_row *row = *state;
    csm_arena *arena = csm_arena_new(0, 0);
    int got = csm_text_cmp(arena, csm_str_of(row->a), csm_str_of(row->b));
    int back = csm_text_cmp(arena, csm_str_of(row->b), csm_str_of(row->a));
    assert_int_equal((got > 0) - (got < 0), row->want);
    assert_int_equal((back > 0) - (back < 0), -row->want);
    csm_arena_free(arena);
}

/* Whatever way round the library is taken, the answer is that of the folded texts. */
static void short_ways_agree(void **state)
{
    static const char *const parts[] = { "a",        "B", "e",        "E", "\xcc\x81",
                                         "\xc3\xa9", "z", "\xc3\x9f", "s", "\xe2\x84\xaa",
                                         "K" };
    uint64_t seed = 5;
    csm_arena *arena = csm_arena_new(0, 0);
    (void)state;
    for (unsigned n = 0; n < 50000; n++) {
        char text[2][32] = { "", "" };
        for (unsigned side = 0; side < 2; side++)
            for (unsigned part = 0; part < 4; part++)
                strcat(text[side], parts[next_random(&seed) % COUNT_OF(parts)]);
        csm_str a = csm_text_fold(arena, csm_str_of(text[0])), b = csm_text_fold(arena, csm_str_of(text[1]));
        size_t both = a.len < b.len ? a.len : b.len;
        int want = memcmp(a.ptr, b.ptr, both);
        if (want == 0)
            want = (a.len > b.len) - (a.len < b.len);
        int got = csm_text_cmp(arena, csm_str_of(text[0]), csm_str_of(text[1]));
        assert_int_equal((got > 0) - (got < 0), (want > 0) - (want < 0));
        csm_arena_clear(arena);
    }
    csm_arena_free(arena);
}

static void long_texts_fold(void **state)
{
    csm_arena *arena = csm_arena_new(0, 0);
    char text[4001];
    (void)state;
    for (size_t n = 0; n + 1 < sizeof(text); n += 2)
        memcpy(text + n, "\xc3\x84", 2);
    csm_str folded = csm_text_fold(arena, (csm_str){ text, 4000 });
    assert_int_equal(folded.len, 4000);
    for (size_t n = 0; n < folded.len; n += 2)
        assert_memory_equal(folded.ptr + n, "\xc3\xa4", 2);
    csm_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(short_ways_agree), cmocka_unit_test(long_texts_fold) };
    int failed = run_rows("fold", fold_rows, folds_to) + run_rows("compare", cmp_rows, compares);
    return failed + cmocka_run_group_tests_name("fold more", tests, NULL, NULL);
}
