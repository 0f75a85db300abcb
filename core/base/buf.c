/* Growable bytes: doubles up to its ceiling; the first failure sticks. */
#include "base/buf.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>

#define CAP_MIN ((size_t)128)

void csm_buf_init(csm_buf *buf, size_t limit)
{
    csm_buf fresh = { .limit = limit };
    *buf = fresh;
}

void csm_buf_done(csm_buf *buf)
{
    csm_mem_free(buf->ptr);
    csm_buf_init(buf, buf->limit);
}

void csm_buf_clear(csm_buf *buf)
{
    buf->len = 0;
    buf->failed = buf->no_memory = false;
}

static bool fail(csm_buf *buf)
{
    buf->failed = true;
    return false;
}

static bool fail_memory(csm_buf *buf)
{
    buf->no_memory = true;
    return fail(buf);
}

bool csm_buf_grow(csm_buf *buf, size_t more)
{
    if (buf->failed)
        return false;
    size_t ceiling = buf->limit != 0 ? buf->limit : SIZE_MAX / 2;
    if (buf->len > ceiling || more > ceiling - buf->len)
        return fail(buf);
    size_t need = buf->len + more;
    size_t cap = buf->cap > ceiling / 2 ? ceiling : buf->cap * 2;
    if (cap < CAP_MIN)
        cap = CAP_MIN < ceiling ? CAP_MIN : ceiling;
    if (cap < need)
        cap = need;
    uint8_t *ptr = csm_mem_realloc(buf->ptr, cap);
    if (ptr == NULL)
        return fail_memory(buf);
    buf->ptr = ptr;
    buf->cap = cap;
    return true;
}

bool csm_buf_printf(csm_buf *buf, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (len < 0)
        return fail(buf);
    /* One byte more for vsnprintf's NUL; it is not counted in len. */
    size_t text = (size_t)len;
    if (buf->limit != 0 && text > buf->limit - (buf->len < buf->limit ? buf->len : buf->limit))
        return fail(buf);
    char small[256];
    char *to = small;
    if (text >= sizeof(small)) {
        to = csm_mem_alloc(text + 1);
        if (to == NULL)
            return fail_memory(buf);
    }
    va_start(args, fmt);
    int written = vsnprintf(to, text + 1, fmt, args);
    va_end(args);
    bool ok = written == len ? csm_buf_add(buf, to, text) : fail(buf);
    if (to != small)
        csm_mem_free(to);
    return ok;
}

void csm_buf_drop(csm_buf *buf, size_t len)
{
    if (len >= buf->len) {
        buf->len = 0;
        return;
    }
    buf->len -= len;
    memmove(buf->ptr, buf->ptr + len, buf->len);
}
