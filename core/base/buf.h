/* Growable bytes on the heap, with a ceiling. A failed append marks the buffer failed; check once at the end. */
#ifndef CSM_BASE_BUF_H
#define CSM_BASE_BUF_H

#include <csm/types.h>

typedef struct csm_buf {
    uint8_t *ptr;
    size_t len;
    size_t cap;
    size_t limit; /* 0 = unlimited */
    bool failed;  /* out of memory or over the limit; sticky until clear */
    bool no_memory; /* it was memory */
} csm_buf;

void csm_buf_init(csm_buf *buf, size_t limit);
void csm_buf_done(csm_buf *buf);  /* accepts a zeroed buffer */
void csm_buf_clear(csm_buf *buf); /* keeps the memory */
bool csm_buf_grow(csm_buf *buf, size_t more); /* what csm_buf_reserve does when there is no room */
static inline bool csm_buf_reserve(csm_buf *buf, size_t more)
{
    return (!buf->failed && more <= buf->cap - buf->len) || csm_buf_grow(buf, more);
}
static inline bool csm_buf_add(csm_buf *buf, const void *bytes, size_t len)
{
    if (!csm_buf_reserve(buf, len))
        return false;
    if (len != 0)
        memcpy(buf->ptr + buf->len, bytes, len);
    buf->len += len;
    return true;
}
static inline bool csm_buf_add_byte(csm_buf *buf, uint8_t byte)
{
    if (!csm_buf_reserve(buf, 1))
        return false;
    buf->ptr[buf->len++] = byte;
    return true;
}
bool csm_buf_printf(csm_buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Drops the first @p len bytes. */
void csm_buf_drop(csm_buf *buf, size_t len);
static inline csm_str csm_buf_str(const csm_buf *buf)
{
    csm_str s = { (const char *)buf->ptr, buf->len };
    return s;
}

#endif
