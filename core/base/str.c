/* Text without locale. Works on borrowed bytes, allocates nothing. */
#include "base/str.h"

int csm_str_cmp(csm_str a, csm_str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len != 0 ? memcmp(a.ptr, b.ptr, len) : 0;
    if (order != 0)
        return order < 0 ? -1 : 1;
    return a.len < b.len ? -1 : a.len > b.len ? 1 : 0;
}

bool csm_str_starts(csm_str s, csm_str prefix)
{
    csm_str front = { s.ptr, prefix.len };
    return s.len >= prefix.len && csm_str_eq(front, prefix);
}

bool csm_str_ends(csm_str s, csm_str suffix)
{
    if (s.len < suffix.len)
        return false;
    if (suffix.len == 0)
        return true;
    csm_str back = { s.ptr + (s.len - suffix.len), suffix.len };
    return csm_str_eq(back, suffix);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

csm_str csm_str_trim(csm_str s)
{
    while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
        s.len--;
    while (s.len > 0 && is_blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    return s;
}

size_t csm_str_find(csm_str s, csm_str needle, size_t from)
{
    if (from > s.len)
        return SIZE_MAX;
    if (needle.len == 0)
        return from;
    if (s.len == from)
        return SIZE_MAX;
    const char *hit = memmem(s.ptr + from, s.len - from, needle.ptr, needle.len);
    return hit != NULL ? (size_t)(hit - s.ptr) : SIZE_MAX;
}

bool csm_str_split(csm_str *rest, char sep, csm_str *part)
{
    if (rest->ptr == NULL)
        return false;
    const char *hit = rest->len != 0 ? memchr(rest->ptr, sep, rest->len) : NULL;
    csm_str none = { NULL, 0 };
    if (hit == NULL) {
        *part = *rest;
        *rest = none;
        return true;
    }
    part->ptr = rest->ptr;
    part->len = (size_t)(hit - rest->ptr);
    rest->ptr = hit + 1;
    rest->len -= part->len + 1;
    return true;
}

/* Bytes of the multi-byte sequence at @p at, 0 if broken. Table 3-7 of the Unicode standard. */
static size_t multibyte_length(const uint8_t *at, size_t left)
{
    uint8_t lead = at[0];
    size_t len = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (len == 0 || len > left)
        return 0;
    uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (at[1] < low || at[1] > high)
        return 0;
    for (size_t n = 2; n < len; n++)
        if ((at[n] & 0xc0) != 0x80)
            return 0;
    return len;
}

bool csm_utf8_valid(csm_str s)
{
    const uint8_t *at = (const uint8_t *)s.ptr;
    size_t left = s.len;
    while (left > 0) {
        uint64_t word;
        if (left >= sizeof(word)) {
            memcpy(&word, at, sizeof(word));
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                at += sizeof(word);
                left -= sizeof(word);
                continue;
            }
        }
        size_t step = at[0] < 0x80 ? 1 : multibyte_length(at, left);
        if (step == 0)
            return false;
        at += step;
        left -= step;
    }
    return true;
}

size_t csm_utf8_step(csm_str s)
{
    if (s.len == 0)
        return 0;
    const uint8_t *at = (const uint8_t *)s.ptr;
    return at[0] < 0x80 ? 1 : multibyte_length(at, s.len);
}

size_t csm_utf8_count(csm_str s)
{
    size_t count = 0;
    size_t n = 0;
    uint64_t word;
    while (s.len - n >= sizeof(word)) {
        memcpy(&word, s.ptr + n, sizeof(word));
        word &= ~(word << 1) & UINT64_C(0x8080808080808080); /* bytes that continue a code point: 10xxxxxx */
        count += sizeof(word) - (word != 0 ? (size_t)__builtin_popcountll(word) : 0);
        n += sizeof(word);
    }
    for (; n < s.len; n++)
        count += ((uint8_t)s.ptr[n] & 0xc0) != 0x80;
    return count;
}

bool csm_str_is_mail_address(csm_str s)
{
    const char *at = s.len > 0 ? memchr(s.ptr, '@', s.len) : NULL;

    if (at == NULL || at == s.ptr || at + 1 == s.ptr + s.len)
        return false;
    for (const char *c = s.ptr; c < s.ptr + s.len; c++)
        if ((uint8_t)*c <= ' ' || *c == 0x7f || (*c == '@' && c != at) || strchr(",;:<>()[]\"\\", *c) != NULL)
            return false;
    return csm_utf8_valid(s);
}

#define NEAREST_MAX 64 /* longer names are no typos worth guessing at */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap of neighbours) from @p a to @p b, both at most NEAREST_MAX long. */
static size_t edit_distance(csm_str a, csm_str b)
{
    size_t rows[3][NEAREST_MAX + 1] = { { 0 } };
    for (size_t n = 0; n <= b.len; n++)
        rows[0][n] = n;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            char x = a.ptr[i - 1];
            char y = b.ptr[j - 1];
            row[j] = least(least(row[j - 1], above[j]) + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == b.ptr[j - 2] && a.ptr[i - 2] == y)
                row[j] = least(row[j], rows[(i - 2) % 3][j - 2] + 1);
        }
    }
    return rows[a.len % 3][b.len];
}

const char *csm_str_nearest(csm_str text, const char *const *names, size_t count)
{
    const char *best = NULL;
    size_t best_edits = text.len / 3 + 1;
    if (text.len > NEAREST_MAX)
        return NULL;
    for (size_t n = 0; n < count; n++) {
        csm_str name = csm_str_of(names[n]);
        if (name.len == 0 || name.len > NEAREST_MAX)
            continue;
        size_t edits = edit_distance(text, name);
        if (edits < best_edits) {
            best = names[n];
            best_edits = edits;
        }
    }
    return best;
}

uint64_t csm_hash(const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t n = 0; n < len; n++)
        hash = (hash ^ at[n]) * UINT64_C(0x100000001b3);
    return hash;
}

/* One multiplication per 8 bytes, both halves of the product kept. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t word_at(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

/* Up to 8 bytes as one number; overlapping reads, so no byte is read twice in a way that cancels. */
static uint64_t short_word(const uint8_t *at, size_t len)
{
    uint32_t front, back;
    if (len < 4)
        return len == 0 ? 0 : (uint64_t)at[0] << 16 | (uint64_t)at[len / 2] << 8 | at[len - 1];
    memcpy(&front, at, sizeof(front));
    memcpy(&back, at + len - sizeof(back), sizeof(back));
    return (uint64_t)front << 32 | back;
}

uint64_t csm_hash_in_memory(const void *bytes, size_t len)
{
    static const uint64_t k0 = UINT64_C(0xa0761d6478bd642f), k1 = UINT64_C(0xe7037ed1a0b428db);
    const uint8_t *at = bytes;
    uint64_t hash = k0 ^ len;
    if (len <= 8)
        return mix(short_word(at, len) ^ k1, hash);
    for (size_t n = 0; n + 8 < len; n += 8)
        hash = mix(word_at(at + n) ^ k1, hash);
    return mix(word_at(at + len - 8) ^ k1, hash ^ k0);
}
