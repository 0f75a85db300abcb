#include "unit.h"

#include "base/clock.h"
#include "base/fault.h"

#include <time.h>

typedef struct time_row {
    const char *name;
    const char *text;
    bool ok;
    csm_time want;
} time_row;

static const time_row times[] = {
    { "epoch", "1970-01-01T00:00:00Z", true, 0 },
    { "lower case", "1970-01-01t00:00:01z", true, CSM_SECOND },
    { "blank", "1970-01-01 00:00:01Z", true, CSM_SECOND },
    { "fraction", "1970-01-01T00:00:00.5Z", true, 500000 },
    { "six digits", "1970-01-01T00:00:00.000001Z", true, 1 },
    { "seven digits", "1970-01-01T00:00:00.0000001Z", false, 0 },
    { "no digits", "1970-01-01T00:00:00.Z", false, 0 },
    { "offset", "1970-01-01T02:30:00+02:30", true, 0 },
    { "negative offset", "1969-12-31T23:00:00-01:00", true, 0 },
    { "no offset", "1970-01-01T00:00:00", false, 0 },
    { "half offset", "1970-01-01T00:00:00+02", false, 0 },
    { "offset too large", "1970-01-01T00:00:00+24:00", false, 0 },
    { "before the epoch", "1969-12-31T23:59:59.999999Z", true, -1 },
    { "billion seconds", "2001-09-09T01:46:40Z", true, INT64_C(1000000000) * CSM_SECOND },
    { "leap day", "2024-02-29T00:00:00Z", true, INT64_C(1709164800) * CSM_SECOND },
    { "no leap day", "2023-02-29T00:00:00Z", false, 0 },
    { "century is no leap year", "1900-02-29T00:00:00Z", false, 0 },
    { "fourth century is", "2000-02-29T00:00:00Z", true, INT64_C(951782400) * CSM_SECOND },
    { "first", "0001-01-01T00:00:00Z", true, INT64_C(-62135596800) * CSM_SECOND },
    { "last", "9999-12-31T23:59:59.999999Z", true, INT64_C(253402300800) * CSM_SECOND - 1 },
    { "year zero", "0000-01-01T00:00:00Z", false, 0 },
    { "before the first", "0001-01-01T00:00:00+00:01", false, 0 },
    { "after the last", "9999-12-31T23:59:59-00:01", false, 0 },
    { "leap second", "2016-12-31T23:59:60Z", false, 0 },
    { "hour 24", "2016-12-31T24:00:00Z", false, 0 },
    { "month 13", "2016-13-01T00:00:00Z", false, 0 },
    { "month 0", "2016-00-01T00:00:00Z", false, 0 },
    { "day 0", "2016-01-00T00:00:00Z", false, 0 },
    { "day 31 of april", "2016-04-31T00:00:00Z", false, 0 },
    { "trailing", "1970-01-01T00:00:00Z ", false, 0 },
    { "leading", " 1970-01-01T00:00:00Z", false, 0 },
    { "empty", "", false, 0 },
    { "date only", "1970-01-01", false, 0 },
    { "signs are no digits", "+197-01-01T00:00:00Z", false, 0 },
};

static void check_time(void **state)
{
    const time_row *row = *state;
    csm_time got = 42;
    assert_int_equal(csm_time_parse(csm_str_of(row->text), &got), row->ok);
    assert_int_equal(got, row->ok ? row->want : 42);
    for (size_t len = 0; row->ok && len < strlen(row->text); len++)
        assert_false(csm_time_parse((csm_str){ row->text, len }, &got));
}

static void format_and_parse_agree(void **state)
{
    (void)state;
    uint64_t seed = 7;
    char text[CSM_TIME_TEXT];
    for (int n = 0; n < 20000; n++) {
        csm_time t = (csm_time)(next_random(&seed) % (UINT64_C(315537897600) * 1000000)) - INT64_C(62135596800000000);
        if (n % 3 == 0)
            t -= t % CSM_SECOND;
        csm_time back = 0;
        size_t len = csm_time_format(t, text);
        assert_int_equal(len, strlen(text));
        assert_int_equal(len, t % CSM_SECOND == 0 ? 20 : 27);
        assert_true(csm_time_parse((csm_str){ text, len }, &back));
        assert_int_equal(back, t);
    }
    csm_time_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999999Z");
    csm_time_format(INT64_MIN, text);
    assert_string_equal(text, "0001-01-01T00:00:00Z");
}

static void dates_agree_with_the_c_library(void **state)
{
    (void)state;
    char text[CSM_DATE_TEXT];
    for (int64_t days = -719162; days <= 2932896; days += 37) {
        time_t seconds = (time_t)(days * 86400);
        struct tm parts;
        assert_non_null(gmtime_r(&seconds, &parts));
        int64_t year;
        unsigned month;
        unsigned day;
        csm_civil_from_days(days, &year, &month, &day);
        assert_int_equal(year, parts.tm_year + 1900);
        assert_int_equal(month, parts.tm_mon + 1);
        assert_int_equal(day, parts.tm_mday);
        assert_int_equal(csm_days_from_civil(year, month, day), days);
        int64_t back = 0;
        assert_int_equal(csm_date_format(days, text), 10);
        assert_true(csm_date_parse(csm_str_of(text), &back));
        assert_int_equal(back, days);
    }
    int64_t days = 0;
    assert_false(csm_date_parse(CSM_STR("2026-1-1"), &days));
    assert_false(csm_date_parse(CSM_STR("2026-01-01T"), &days));
    csm_date_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31");
}

static void now_moves_with_tests_and_never_back(void **state)
{
    (void)state;
    csm_clock *clock = csm_clock_new();
    csm_time first = csm_clock_now(clock);
    assert_true(first > INT64_C(1700000000) * CSM_SECOND);
    csm_clock_advance(clock, CSM_DAY);
    csm_time second = csm_clock_now(clock);
    assert_true(second >= first + CSM_DAY);
    csm_clock_advance(clock, -CSM_DAY);
    assert_true(csm_clock_now(clock) >= second);
#ifndef CSM_NO_FAULTS
    csm_fault_arm(CSM_FAULT_clock, 1, true); /* the host's clock is an hour behind */
    assert_int_equal(csm_clock_now(clock), second);
    csm_fault_arm(CSM_FAULT_clock, 0, false);
#endif
    csm_clock_free(clock);
    int64_t mono = csm_mono_us();
    assert_true(csm_mono_us() >= mono);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(format_and_parse_agree),
        cmocka_unit_test(dates_agree_with_the_c_library),
        cmocka_unit_test(now_moves_with_tests_and_never_back),
    };
    return run_rows("time text", times, check_time) + cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
