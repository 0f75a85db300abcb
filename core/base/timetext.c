/* RFC 3339 text of times and dates: fixed positions, no locale, proleptic Gregorian calendar. */
#include "base/clock.h"

/* 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z */
#define TIME_MIN (INT64_C(-62135596800) * CSM_SECOND)
#define TIME_MAX (INT64_C(253402300800) * CSM_SECOND - 1)

/* Both after Howard Hinnant's "chrono-compatible low-level date algorithms": a year starts in March. */
int64_t csm_days_from_civil(int64_t year, unsigned month, unsigned day)
{
    if (month <= 2)
        year--;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int64_t)day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void csm_civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    unsigned doe = (unsigned)(days - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned shifted = (5 * doy + 2) / 153;
    *day = doy - (153 * shifted + 2) / 5 + 1;
    *month = shifted < 10 ? shifted + 3 : shifted - 9;
    *year = yoe + era * 400 + (*month <= 2 ? 1 : 0);
}

/* Two digits, of a value below 100. */
static char *put_two(char *at, unsigned value)
{
    at[0] = (char)('0' + value / 10);
    at[1] = (char)('0' + value % 10);
    return at + 2;
}

static char *put_date(char *at, int64_t days)
{
    int64_t year = 0;
    unsigned month = 0;
    unsigned day = 0;
    csm_civil_from_days(days, &year, &month, &day);
    at = put_two(at, (unsigned)year / 100);
    at = put_two(at, (unsigned)year % 100);
    *at++ = '-';
    at = put_two(at, month);
    *at++ = '-';
    return put_two(at, day);
}

size_t csm_time_format(csm_time t, char buf[CSM_TIME_TEXT])
{
    t = t < TIME_MIN ? TIME_MIN : t > TIME_MAX ? TIME_MAX : t;
    int64_t days = t / CSM_DAY - (t % CSM_DAY < 0 ? 1 : 0);
    uint64_t rest = (uint64_t)(t - days * CSM_DAY);
    unsigned second = (unsigned)(rest / (uint64_t)CSM_SECOND);
    unsigned fraction = (unsigned)(rest % (uint64_t)CSM_SECOND);
    char *at = put_date(buf, days);
    *at++ = 'T';
    at = put_two(at, second / 3600);
    *at++ = ':';
    at = put_two(at, second / 60 % 60);
    *at++ = ':';
    at = put_two(at, second % 60);
    if (fraction != 0) {
        *at++ = '.';
        at = put_two(at, fraction / 10000);
        at = put_two(at, fraction / 100 % 100);
        at = put_two(at, fraction % 100);
    }
    *at++ = 'Z';
    *at = '\0';
    return (size_t)(at - buf);
}

size_t csm_date_format(int64_t days, char buf[CSM_DATE_TEXT])
{
    int64_t min = TIME_MIN / CSM_DAY;
    int64_t max = TIME_MAX / CSM_DAY;
    days = days < min ? min : days > max ? max : days;
    char *at = put_date(buf, days);
    *at = '\0';
    return (size_t)(at - buf);
}

/* Takes exactly @p digits digits off the front. */
static bool take_number(csm_str *s, unsigned digits, unsigned *out)
{
    if (s->len < digits)
        return false;
    unsigned value = 0;
    for (unsigned n = 0; n < digits; n++) {
        char c = s->ptr[n];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (unsigned)(c - '0');
    }
    s->ptr += digits;
    s->len -= digits;
    *out = value;
    return true;
}

static bool take_char(csm_str *s, char c)
{
    if (s->len == 0 || *s->ptr != c)
        return false;
    s->ptr++;
    s->len--;
    return true;
}

static unsigned days_in_month(unsigned year, unsigned month)
{
    static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool take_date(csm_str *s, int64_t *out_days)
{
    unsigned year = 0;
    unsigned month = 0;
    unsigned day = 0;
    if (!take_number(s, 4, &year) || !take_char(s, '-') || !take_number(s, 2, &month) || !take_char(s, '-') ||
        !take_number(s, 2, &day))
        return false;
    if (year == 0 || month == 0 || month > 12 || day == 0 || day > days_in_month(year, month))
        return false;
    *out_days = csm_days_from_civil(year, month, day);
    return true;
}

static bool take_fraction(csm_str *s, unsigned *out_us)
{
    *out_us = 0;
    if (!take_char(s, '.'))
        return true;
    unsigned scale = 100000;
    unsigned digit = 0;
    if (!take_number(s, 1, &digit))
        return false;
    do {
        if (scale == 0)
            return false;
        *out_us += digit * scale;
        scale /= 10;
    } while (take_number(s, 1, &digit));
    return true;
}

static bool take_clock(csm_str *s, int64_t *out_us)
{
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    unsigned fraction = 0;
    if (!take_number(s, 2, &hour) || !take_char(s, ':') || !take_number(s, 2, &minute) || !take_char(s, ':') ||
        !take_number(s, 2, &second) || !take_fraction(s, &fraction))
        return false;
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    *out_us = (int64_t)(hour * 3600 + minute * 60 + second) * CSM_SECOND + fraction;
    return true;
}

/* "Z" or "+02:00"; required, since a time without one could be anyone's. */
static bool take_offset(csm_str *s, int64_t *out_us)
{
    *out_us = 0;
    if (take_char(s, 'Z') || take_char(s, 'z'))
        return true;
    bool minus = take_char(s, '-');
    unsigned hour = 0;
    unsigned minute = 0;
    if ((!minus && !take_char(s, '+')) || !take_number(s, 2, &hour) || !take_char(s, ':') ||
        !take_number(s, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *out_us = (int64_t)(hour * 60 + minute) * CSM_MINUTE * (minus ? -1 : 1);
    return true;
}

bool csm_time_parse(csm_str s, csm_time *out)
{
    int64_t days = 0;
    int64_t clock_us = 0;
    int64_t offset_us = 0;
    if (!take_date(&s, &days) || !(take_char(&s, 'T') || take_char(&s, 't') || take_char(&s, ' ')) ||
        !take_clock(&s, &clock_us) || !take_offset(&s, &offset_us) || s.len != 0)
        return false;
    csm_time t = days * CSM_DAY + clock_us - offset_us;
    if (t < TIME_MIN || t > TIME_MAX)
        return false;
    *out = t;
    return true;
}

bool csm_date_parse(csm_str s, int64_t *out_days)
{
    int64_t days = 0;
    if (!take_date(&s, &days) || s.len != 0)
        return false;
    *out_days = days;
    return true;
}
