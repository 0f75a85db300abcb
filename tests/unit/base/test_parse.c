#include "unit.h"

#include "base/str.h"

#include <math.h>

typedef struct int_row {
    const char *name;
    const char *text;
    bool ok;
    int64_t want;
} int_row;

static const int_row ints[] = {
    { "plain", "90", true, 90 },
    { "zero", "0", true, 0 },
    { "minus zero", "-0", true, 0 },
    { "leading zeros", "007", true, 7 },
    { "negative", "-1", true, -1 },
    { "largest", "9223372036854775807", true, INT64_MAX },
    { "above", "9223372036854775808", false, 0 },
    { "smallest", "-9223372036854775808", true, INT64_MIN },
    { "below", "-9223372036854775809", false, 0 },
    { "far above", "99999999999999999999999", false, 0 },
    { "empty", "", false, 0 },
    { "sign only", "-", false, 0 },
    { "two signs", "--1", false, 0 },
    { "plus", "+1", false, 0 },
    { "unit", "2h", false, 0 },
    { "blank", " 1", false, 0 },
    { "fraction", "1.0", false, 0 },
    { "hex", "0x1", false, 0 },
};

static void check_int(void **state)
{
    const int_row *row = *state;
    int64_t got = 42;
    assert_int_equal(csm_parse_int(csm_str_of(row->text), &got), row->ok);
    assert_int_equal(got, row->ok ? row->want : 42);
}

static const int_row decimals[] = {
    { "whole", "12", true, 12000000 },
    { "half", "-12.5", true, -12500000 },
    { "six digits", "0.000001", true, 1 },
    { "seven digits", "0.0000001", false, 0 },
    { "no whole part", ".5", false, 0 },
    { "no fraction", "5.", false, 0 },
    { "two dots", "1.2.3", false, 0 },
    { "sign in fraction", "1.-2", false, 0 },
    { "exponent", "1e3", false, 0 },
    { "largest", "9223372036854.775807", true, INT64_MAX },
    { "above", "9223372036854.775808", false, 0 },
    { "smallest", "-9223372036854.775808", true, INT64_MIN },
    { "far above", "99999999999999999999", false, 0 },
    { "near the 64-bit end", "18446744073709.551616", false, 0 },
    { "empty", "", false, 0 },
    { "sign only", "-", false, 0 },
};

static void check_decimal(void **state)
{
    const int_row *row = *state;
    int64_t got = 42;
    assert_int_equal(csm_parse_decimal(csm_str_of(row->text), &got), row->ok);
    assert_int_equal(got, row->ok ? row->want : 42);
}

typedef struct format_row {
    const char *name;
    int64_t millionths;
    const char *want;
} format_row;

static const format_row formats[] = {
    { "zero", 0, "0" },
    { "one", 1000000, "1" },
    { "ten", 10000000, "10" },
    { "half", -500000, "-0.5" },
    { "smallest step", 1, "0.000001" },
    { "inner zeros", 1000010, "1.00001" },
    { "largest", INT64_MAX, "9223372036854.775807" },
    { "smallest", INT64_MIN, "-9223372036854.775808" },
};

static void check_format(void **state)
{
    const format_row *row = *state;
    char text[32];
    int64_t back = 0;
    size_t len = csm_format_decimal(row->millionths, text, sizeof(text));
    assert_string_equal(text, row->want);
    assert_int_equal(len, strlen(row->want));
    assert_true(csm_parse_decimal(csm_str_of(text), &back));
    assert_int_equal(back, row->millionths);
}

typedef struct float_row {
    const char *name;
    const char *text;
    bool ok;
    double want;
} float_row;

static const float_row floats[] = {
    { "whole", "3", true, 3.0 },         { "fraction", "-0.25", true, -0.25 },
    { "exponent", "1e3", true, 1000.0 }, { "signed exponent", "25E-2", true, 0.25 },
    { "too large", "1e999", false, 0 },  { "vanishing", "1e-999", true, 0.0 },
    { "inf", "inf", false, 0 },          { "nan", "nan", false, 0 },
    { "hex", "0x10", false, 0 },         { "comma", "1,5", false, 0 },
    { "no whole part", ".5", false, 0 }, { "no fraction", "5.", false, 0 },
    { "no exponent", "1e", false, 0 },   { "sign alone in exponent", "1e+", false, 0 },
    { "blank", "1 ", false, 0 },         { "empty", "", false, 0 },
};

static void check_float(void **state)
{
    const float_row *row = *state;
    double got = 42;
    assert_int_equal(csm_parse_float(csm_str_of(row->text), &got), row->ok);
    assert_true(got == (row->ok ? row->want : 42.0));
}

static void uint_reaches_its_end(void **state)
{
    (void)state;
    uint64_t got = 42;
    assert_true(csm_parse_uint(CSM_STR("18446744073709551615"), &got));
    assert_true(got == UINT64_MAX);
    assert_false(csm_parse_uint(CSM_STR("18446744073709551616"), &got));
    assert_false(csm_parse_uint(CSM_STR("-1"), &got));
    assert_true(got == UINT64_MAX);
}

static void very_long_floats_are_refused(void **state)
{
    (void)state;
    char text[1000];
    double got = 42;
    memset(text, '1', sizeof(text));
    assert_false(csm_parse_float((csm_str){ text, sizeof(text) }, &got));
    assert_true(csm_parse_float((csm_str){ text, 300 }, &got));
    assert_true(isfinite(got) && got > 1e299);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uint_reaches_its_end),
        cmocka_unit_test(very_long_floats_are_refused),
    };
    return run_rows("integers", ints, check_int) + run_rows("decimals", decimals, check_decimal) +
           run_rows("decimal text", formats, check_format) + run_rows("floats", floats, check_float) +
           cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
