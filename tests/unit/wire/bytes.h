/* Test input as hexadecimal text: "93 01 a1 61". */
#ifndef CSM_TEST_WIRE_BYTES_H
#define CSM_TEST_WIRE_BYTES_H

#include "unit.h"

typedef struct test_bytes {
    uint8_t *ptr; /* exactly len bytes on the heap, so that sanitizers see the end */
    size_t len;
} test_bytes;

static inline test_bytes bytes_of_len(const void *from, size_t len)
{
    test_bytes bytes = { malloc(len > 0 ? len : 1), len };
    assert_non_null(bytes.ptr);
    if (len > 0)
        memcpy(bytes.ptr, from, len);
    return bytes;
}

static inline test_bytes bytes_of_hex(const char *hex)
{
    uint8_t got[4096];
    size_t len = 0;
    for (const char *at = hex; *at != '\0';) {
        if (*at == ' ') {
            at++;
            continue;
        }
        unsigned value = 0;
        assert_int_equal(sscanf(at, "%2x", &value), 1);
        assert_true(len < sizeof(got));
        got[len++] = (uint8_t)value;
        at += 2;
    }
    return bytes_of_len(got, len);
}

/* @p levels lists around a nil: 91 91 ... c0. */
static inline test_bytes bytes_nested(size_t levels)
{
    uint8_t got[256];
    assert_true(levels < sizeof(got));
    memset(got, 0x91, levels);
    got[levels] = 0xc0;
    return bytes_of_len(got, levels + 1);
}

#endif
