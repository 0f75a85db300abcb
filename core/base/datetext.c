/* Times as other systems' files write them: parts in one of three orders, no zone. */
#include "base/clock.h"

#include <string.h>

static bool take_number(csm_str *s, unsigned most_digits, int64_t *out)
{
    unsigned digits = 0;

    *out = 0;
    while (digits < most_digits && s->len > 0 && s->ptr[0] >= '0' && s->ptr[0] <= '9') {
        *out = *out * 10 + (s->ptr[0] - '0');
        s->ptr++;
        s->len--;
        digits++;
    }
    return digits > 0;
}

static bool take_any(csm_str *s, const char *marks)
{
    if (s->len == 0 || strchr(marks, s->ptr[0]) == NULL)
        return false;
    s->ptr++;
    s->len--;
    return true;
}

bool csm_time_parse_as(csm_str s, csm_date_order order, csm_time *out)
{
    static const unsigned places[][3] = { [CSM_DATE_MDY] = { 2, 0, 1 }, [CSM_DATE_DMY] = { 2, 1, 0 }, [CSM_DATE_YMD] = { 0, 1, 2 } };
    int64_t part[3], hour = 0, minute = 0, second = 0, year, days, back_year;
    unsigned month, day;

    if (!take_number(&s, 4, &part[0]) || !take_any(&s, "/-.") || !take_number(&s, 4, &part[1]) || !take_any(&s, "/-.") ||
        !take_number(&s, 4, &part[2]))
        return false;
    if (s.len > 0 && (!take_any(&s, " T") || !take_number(&s, 2, &hour) || !take_any(&s, ":") || !take_number(&s, 2, &minute)))
        return false;
    if (s.len > 0 && (!take_any(&s, ":") || !take_number(&s, 2, &second)))
        return false;
    year = part[places[order][0]];
    if (s.len > 0 || year < 1000 || part[places[order][1]] > 12 || part[places[order][2]] > 31 || hour > 23 || minute > 59 ||
        second > 59)
        return false;
    days = csm_days_from_civil(year, (unsigned)part[places[order][1]], (unsigned)part[places[order][2]]);
    csm_civil_from_days(days, &back_year, &month, &day);
    if (month != part[places[order][1]] || day != part[places[order][2]]) /* no 30 February */
        return false;
    *out = days * CSM_DAY + hour * CSM_HOUR + minute * CSM_MINUTE + second * CSM_SECOND;
    return true;
}
