/* The one place that knows MessagePack's tags: reads the head of one value. Walk, reader and decode stand on it.
 * Ours, because msgpack-c has no streaming reader and allocates by declared counts. */
#ifndef CSM_WIRE_HEAD_H
#define CSM_WIRE_HEAD_H

#include "wire/wire.h"

/* Instead of a head's length. */
enum {
    CSM_HEAD_SHORT = 0,  /* the bytes end inside the head */
    CSM_HEAD_BAD = -1,   /* reserved tag or extension type */
    CSM_HEAD_RANGE = -2, /* uint64 above INT64_MAX, CSM_HEAD_LONGEST bytes */
    CSM_HEAD_LONGEST = 9
};

/* Tags 0xc0 to 0xdf. */
int csm_head_read_long(const uint8_t *at, const uint8_t *end, csm_head *out);

/* Sets the type and the members that go with it; a body (s) is not checked against @p end.
 * Returns the head's length or one of the values above. */
static inline int csm_head_read(const uint8_t *at, const uint8_t *end, csm_head *out)
{
    if (at >= end)
        return CSM_HEAD_SHORT;
    uint8_t tag = *at;
    if (tag < 0x80 || tag >= 0xe0) {
        out->type = CSM_T_INT;
        out->i = (int8_t)tag;
        return 1;
    }
    if (tag >= 0xc0)
        return csm_head_read_long(at, end, out);
    if (tag >= 0xa0) {
        out->type = CSM_T_TEXT;
        out->s.ptr = (const char *)at + 1;
        out->s.len = tag & 0x1f;
        return 1;
    }
    out->type = tag >= 0x90 ? CSM_T_LIST : CSM_T_MAP;
    out->count = tag & 0x0f;
    return 1;
}

static inline bool csm_head_has_body(const csm_head *head)
{
    return head->type == CSM_T_TEXT || head->type == CSM_T_BYTES;
}

/* Values that follow the head of a list or map: a map entry is two. */
static inline uint64_t csm_head_values(const csm_head *head)
{
    return head->type == CSM_T_MAP ? 2 * (uint64_t)head->count : head->count;
}

#endif
