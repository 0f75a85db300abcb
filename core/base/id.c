/* Record ids. A version 7 id is 48 bits of milliseconds and 74 bits of tail; within one millisecond the tail
 * grows by a random step, so ids stay in order and hard to guess. */
#include "base/id.h"

#include "base/str.h"

#include <endian.h>
#include <errno.h>
#include <sys/random.h>

#define TAIL_LOW_MASK ((UINT64_C(1) << 62) - 1)
#define TAIL_HIGH_MASK UINT64_C(0xfff)
#define MS_MASK ((UINT64_C(1) << 48) - 1)

bool csm_random(void *buf, size_t len)
{
    uint8_t *at = buf;
    while (len > 0) {
        ssize_t got = getrandom(at, len, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        len -= (size_t)got;
    }
    return true;
}

static uint64_t load_be64(const uint8_t *at)
{
    uint64_t value = 0;
    for (unsigned n = 0; n < 8; n++)
        value = value << 8 | at[n];
    return value;
}

static void store_be64(uint8_t *at, uint64_t value)
{
    for (unsigned n = 8; n-- > 0; value >>= 8)
        at[n] = (uint8_t)value;
}

/* The parts of a version 7 id. */
typedef struct id_parts {
    uint64_t ms;
    uint64_t high; /* 12 bits */
    uint64_t low;  /* 62 bits */
} id_parts;

static id_parts parts_of(csm_id id)
{
    uint64_t first = load_be64(id.b);
    id_parts parts = { first >> 16, first & TAIL_HIGH_MASK, load_be64(id.b + 8) & TAIL_LOW_MASK };
    return parts;
}

static csm_id id_of_parts(id_parts parts)
{
    csm_id id;
    store_be64(id.b, parts.ms << 16 | UINT64_C(7) << 12 | parts.high);
    store_be64(id.b + 8, UINT64_C(2) << 62 | parts.low);
    return id;
}

bool csm_id_new(csm_idgen *gen, csm_time now, csm_id *out)
{
    uint64_t noise[2];
    if (!csm_random(noise, sizeof(noise)))
        return false;
    id_parts last = parts_of(gen->last);
    id_parts next = { now > 0 ? (uint64_t)now / 1000 & MS_MASK : 0, noise[0] & TAIL_HIGH_MASK,
                      noise[1] & TAIL_LOW_MASK };
    if (next.ms <= last.ms && !csm_id_is_none(gen->last)) {
        next = last;
        next.low += (noise[1] & UINT32_MAX) + 1;
        if (next.low > TAIL_LOW_MASK) {
            next.low &= TAIL_LOW_MASK;
            next.high++;
        }
        if (next.high > TAIL_HIGH_MASK) {
            next.high = 0;
            next.ms = (next.ms + 1) & MS_MASK;
        }
    }
    gen->last = id_of_parts(next);
    *out = gen->last;
    return true;
}

/* FNV-1a with a start of its own, then mixed so that every bit of the id depends on every byte. */
static uint64_t hash_from(uint64_t start, csm_str text)
{
    uint64_t hash = start;
    for (size_t n = 0; n < text.len; n++)
        hash = (hash ^ (uint8_t)text.ptr[n]) * UINT64_C(0x100000001b3);
    hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ hash >> 27) * UINT64_C(0x94d049bb133111eb);
    return hash ^ hash >> 31;
}

csm_id csm_id_of_text(csm_str text)
{
    csm_id id;
    store_be64(id.b, hash_from(UINT64_C(0xcbf29ce484222325), text));
    store_be64(id.b + 8, hash_from(UINT64_C(0x9ae16a3b2f90404f), text));
    id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x80);
    id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
    return id;
}

void csm_id_put(csm_id id, char to[CSM_ID_TEXT - 1])
{
    /* Eight digits at a time: a nibble per byte, then '0' or 'a' - 10 added to each. */
    for (size_t n = 0; n < sizeof(id.b); n += 4) {
        uint32_t word;
        uint64_t spread, letters;
        memcpy(&word, id.b + n, sizeof(word));
        spread = be32toh(word);
        spread = (spread << 16 | spread) & UINT64_C(0x0000ffff0000ffff);
        spread = (spread << 8 | spread) & UINT64_C(0x00ff00ff00ff00ff);
        spread = (spread << 4 | spread) & UINT64_C(0x0f0f0f0f0f0f0f0f);
        letters = ((spread + UINT64_C(0x0606060606060606)) >> 4 & UINT64_C(0x0101010101010101)) * ('a' - '0' - 10);
        spread = htobe64(spread + letters + UINT64_C(0x3030303030303030));
        memcpy(to + 2 * n, &spread, sizeof(spread));
    }
}

void csm_id_format(csm_id id, char buf[CSM_ID_TEXT])
{
    csm_id_put(id, buf);
    buf[CSM_ID_TEXT - 1] = '\0';
}

#define HEX 0x10u /* it is a digit, and these are its bits */

/* A table, for which digit comes next cannot be guessed. */
static const uint8_t hex_digits[256] = {
    ['0'] = HEX | 0,  ['1'] = HEX | 1,  ['2'] = HEX | 2,  ['3'] = HEX | 3,  ['4'] = HEX | 4,  ['5'] = HEX | 5,
    ['6'] = HEX | 6,  ['7'] = HEX | 7,  ['8'] = HEX | 8,  ['9'] = HEX | 9,  ['a'] = HEX | 10, ['b'] = HEX | 11,
    ['c'] = HEX | 12, ['d'] = HEX | 13, ['e'] = HEX | 14, ['f'] = HEX | 15, ['A'] = HEX | 10, ['B'] = HEX | 11,
    ['C'] = HEX | 12, ['D'] = HEX | 13, ['E'] = HEX | 14, ['F'] = HEX | 15,
};

bool csm_id_parse(csm_str hex, csm_id *out)
{
    csm_id id;
    unsigned all = HEX;
    if (hex.len != 2 * sizeof(id.b))
        return false;
    for (size_t n = 0; n < sizeof(id.b); n++) {
        unsigned high = hex_digits[(uint8_t)hex.ptr[2 * n]];
        unsigned low = hex_digits[(uint8_t)hex.ptr[2 * n + 1]];
        all &= high & low;
        id.b[n] = (uint8_t)(high << 4 | (low & 0xf));
    }
    if (all != HEX)
        return false;
    *out = id;
    return true;
}
