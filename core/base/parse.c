/* Numbers from and to text. The whole text is the number: no blanks, no plus sign, no locale. */
#include "base/str.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define FLOAT_TEXT_MAX 400 /* longer than any exact double needs in plain notation up to 1e308 */
#define DECIMAL_SCALE INT64_C(1000000)
#define DECIMAL_DIGITS 6

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool csm_parse_uint(csm_str s, uint64_t *out)
{
    uint64_t value = 0;
    if (s.len == 0)
        return false;
    for (size_t n = 0; n < s.len; n++) {
        if (!is_digit(s.ptr[n]))
            return false;
        uint64_t digit = (uint64_t)(s.ptr[n] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

/* @p minus and magnitude -> int64, INT64_MIN included. */
static bool apply_sign(bool minus, uint64_t magnitude, int64_t *out)
{
    uint64_t top = (uint64_t)INT64_MAX;
    if (magnitude > top + (minus ? 1 : 0))
        return false;
    *out = minus ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

bool csm_parse_int(csm_str s, int64_t *out)
{
    bool minus = s.len > 0 && s.ptr[0] == '-';
    csm_str digits = { s.ptr + (minus ? 1 : 0), s.len - (minus ? 1 : 0) };
    uint64_t magnitude = 0;
    return csm_parse_uint(digits, &magnitude) && apply_sign(minus, magnitude, out);
}

static size_t skip_digits(csm_str s, size_t at)
{
    while (at < s.len && is_digit(s.ptr[at]))
        at++;
    return at;
}

/* -?digits(.digits)?([eE][+-]?digits)? */
static bool is_float_text(csm_str s)
{
    size_t at = s.len > 0 && s.ptr[0] == '-' ? 1 : 0;
    size_t from = at;
    at = skip_digits(s, at);
    if (at == from)
        return false;
    if (at < s.len && s.ptr[at] == '.') {
        from = ++at;
        at = skip_digits(s, at);
        if (at == from)
            return false;
    }
    if (at < s.len && (s.ptr[at] == 'e' || s.ptr[at] == 'E')) {
        at++;
        if (at < s.len && (s.ptr[at] == '-' || s.ptr[at] == '+'))
            at++;
        from = at;
        at = skip_digits(s, at);
        if (at == from)
            return false;
    }
    return at == s.len;
}

bool csm_parse_float(csm_str s, double *out)
{
    char text[FLOAT_TEXT_MAX + 1];
    if (s.len > FLOAT_TEXT_MAX || !is_float_text(s))
        return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* a constant inside the C library, not allocated */
    if (plain == (locale_t)0)
        return false;
    double value = strtod_l(text, NULL, plain);
    freelocale(plain);
    if (!isfinite(value))
        return false;
    *out = value;
    return true;
}

bool csm_parse_decimal(csm_str s, int64_t *out_millionths)
{
    bool minus = s.len > 0 && s.ptr[0] == '-';
    size_t from = minus ? 1 : 0;
    size_t dot = skip_digits(s, from);
    csm_str whole = { s.ptr + from, dot - from };
    uint64_t units = 0;
    uint64_t fraction = 0;
    if (!csm_parse_uint(whole, &units))
        return false;
    if (dot < s.len) {
        csm_str decimals = { s.ptr + dot + 1, s.len - dot - 1 };
        if (s.ptr[dot] != '.' || decimals.len > DECIMAL_DIGITS || !csm_parse_uint(decimals, &fraction))
            return false;
        for (size_t n = decimals.len; n < DECIMAL_DIGITS; n++)
            fraction *= 10;
    }
    if (units > (UINT64_MAX - fraction) / (uint64_t)DECIMAL_SCALE)
        return false;
    return apply_sign(minus, units * (uint64_t)DECIMAL_SCALE + fraction, out_millionths);
}

size_t csm_format_decimal(int64_t millionths, char *buf, size_t cap)
{
    uint64_t magnitude = millionths < 0 ? 0 - (uint64_t)millionths : (uint64_t)millionths;
    uint64_t fraction = magnitude % (uint64_t)DECIMAL_SCALE;
    uint64_t units = magnitude / (uint64_t)DECIMAL_SCALE;
    const char *sign = millionths < 0 ? "-" : "";
    int digits = DECIMAL_DIGITS;
    while (digits > 0 && fraction % 10 == 0) {
        fraction /= 10;
        digits--;
    }
    int len = digits == 0 ? snprintf(buf, cap, "%s%llu", sign, (unsigned long long)units)
                          : snprintf(buf, cap, "%s%llu.%0*llu", sign, (unsigned long long)units, digits,
                                     (unsigned long long)fraction);
    return (size_t)len;
}

int csm_version_cmp(csm_str a, csm_str b)
{
    csm_str p, q;
    for (;;) {
        bool more_a = csm_str_split(&a, '.', &p), more_b = csm_str_split(&b, '.', &q);
        uint64_t i = 0, j = 0;
        if (!more_a && !more_b)
            return 0;
        if (more_a)
            (void)csm_parse_uint(p, &i);
        if (more_b)
            (void)csm_parse_uint(q, &j);
        if (i != j)
            return i < j ? -1 : 1;
    }
}
