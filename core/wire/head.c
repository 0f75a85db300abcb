/* The tags with a payload in their head, as a table: 0xc0 (nil) to 0xdf (map 32). */
#include "wire/head.h"

#include <endian.h>

#define NO_TYPE 0xff /* reserved or extension: refused */

typedef struct tag_row {
    uint8_t type;  /* csm_type or NO_TYPE */
    uint8_t width; /* bytes after the tag: 0, 1, 2, 4 or 8 */
    bool is_signed;
} tag_row;

static const tag_row tags[32] = {
    { CSM_T_NIL, 0, false },   /* c0 */
    { NO_TYPE, 0, false },     /* c1: reserved */
    { CSM_T_BOOL, 0, false },  /* c2 */
    { CSM_T_BOOL, 0, false },  /* c3 */
    { CSM_T_BYTES, 1, false }, /* c4 */
    { CSM_T_BYTES, 2, false }, /* c5 */
    { CSM_T_BYTES, 4, false }, /* c6 */
    { NO_TYPE, 0, false },     /* c7: ext 8 */
    { NO_TYPE, 0, false },     /* c8: ext 16 */
    { NO_TYPE, 0, false },     /* c9: ext 32 */
    { CSM_T_FLOAT, 4, false }, /* ca */
    { CSM_T_FLOAT, 8, false }, /* cb */
    { CSM_T_INT, 1, false },   /* cc */
    { CSM_T_INT, 2, false },   /* cd */
    { CSM_T_INT, 4, false },   /* ce */
    { CSM_T_INT, 8, false },   /* cf */
    { CSM_T_INT, 1, true },    /* d0 */
    { CSM_T_INT, 2, true },    /* d1 */
    { CSM_T_INT, 4, true },    /* d2 */
    { CSM_T_INT, 8, true },    /* d3 */
    { NO_TYPE, 0, false },     /* d4: fixext 1 */
    { NO_TYPE, 0, false },     /* d5: fixext 2 */
    { NO_TYPE, 0, false },     /* d6: fixext 4 */
    { NO_TYPE, 0, false },     /* d7: fixext 8 */
    { NO_TYPE, 0, false },     /* d8: fixext 16 */
    { CSM_T_TEXT, 1, false },  /* d9 */
    { CSM_T_TEXT, 2, false },  /* da */
    { CSM_T_TEXT, 4, false },  /* db */
    { CSM_T_LIST, 2, false },  /* dc */
    { CSM_T_LIST, 4, false },  /* dd */
    { CSM_T_MAP, 2, false },   /* de */
    { CSM_T_MAP, 4, false },   /* df */
};

static uint64_t load_be(const uint8_t *at, unsigned width)
{
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (width) {
    case 1:
        return *at;
    case 2:
        memcpy(&two, at, sizeof(two));
        return be16toh(two);
    case 4:
        memcpy(&four, at, sizeof(four));
        return be32toh(four);
    case 8:
        memcpy(&eight, at, sizeof(eight));
        return be64toh(eight);
    default:
        return 0;
    }
}

static double float32_of(uint64_t bits)
{
    uint32_t narrow = (uint32_t)bits;
    float f;
    memcpy(&f, &narrow, sizeof(f));
    return (double)f;
}

static double float64_of(uint64_t bits)
{
    double f;
    memcpy(&f, &bits, sizeof(f));
    return f;
}

static int64_t signed_of(uint64_t bits, unsigned width)
{
    unsigned shift = 64 - 8 * width;
    return (int64_t)(bits << shift) >> shift;
}

int csm_head_read_long(const uint8_t *at, const uint8_t *end, csm_head *out)
{
    const tag_row *row = &tags[*at & 0x1f];
    unsigned width = row->width;
    if (row->type == NO_TYPE)
        return CSM_HEAD_BAD;
    if ((size_t)(end - at) <= width)
        return CSM_HEAD_SHORT;
    uint64_t bits = load_be(at + 1, width);
    out->type = row->type;
    switch (row->type) {
    case CSM_T_BOOL:
        out->b = *at == 0xc3;
        break;
    case CSM_T_INT:
        out->i = row->is_signed ? signed_of(bits, width) : (int64_t)bits;
        if (!row->is_signed && bits > INT64_MAX)
            return CSM_HEAD_RANGE;
        break;
    case CSM_T_FLOAT:
        out->f = width == 4 ? float32_of(bits) : float64_of(bits);
        break;
    case CSM_T_TEXT:
    case CSM_T_BYTES:
        out->s.ptr = (const char *)at + 1 + width;
        out->s.len = (size_t)bits;
        break;
    default: /* list, map; nil has neither */
        out->count = (uint32_t)bits;
        break;
    }
    return (int)width + 1;
}
