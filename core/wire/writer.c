/* csm_value to bytes. msgpack-c's packer chooses the forms and hands its pieces to the buffer; the forms of nearly every
 * value there is (short texts, small numbers, nil, bool) are written in one go here. */
#include "base/clock.h"
#include "base/id.h"
#include "base/str.h"
#include "wire/wire.h"

#include <msgpack.h>

static int append(void *data, const char *bytes, size_t len)
{
    return csm_buf_add(data, bytes, len) ? 0 : -1;
}

/* The packer's own results are not looked at: a failed append is remembered by the buffer. */
static msgpack_packer packer_of(csm_writer *w)
{
    msgpack_packer packer = { w->buf, append };
    return packer;
}

void csm_write_nil(csm_writer *w)
{
    csm_buf_add_byte(w->buf, 0xc0);
}

void csm_write_bool(csm_writer *w, bool b)
{
    csm_buf_add_byte(w->buf, b ? 0xc3 : 0xc2);
}

void csm_write_int(csm_writer *w, int64_t i)
{
    if (i >= -32 && i < 128) {
        csm_buf_add_byte(w->buf, (uint8_t)i);
        return;
    }
    msgpack_packer packer = packer_of(w);
    msgpack_pack_int64(&packer, i);
}

void csm_write_float(csm_writer *w, double f)
{
    msgpack_packer packer = packer_of(w);
    msgpack_pack_double(&packer, f);
}

/* The format counts in 32 bits. */
static bool fits(csm_writer *w, size_t len)
{
    if (len <= UINT32_MAX)
        return true;
    w->buf->failed = true;
    return false;
}

/* Writes the head of a text of less than 256 bytes and makes room for its body, which goes to the place returned.
 * NULL: out of memory or over the limit. */
static uint8_t *short_text(csm_writer *w, size_t len)
{
    csm_buf *buf = w->buf;
    if (!csm_buf_reserve(buf, len + (len < 32 ? 1 : 2)))
        return NULL;
    uint8_t *at = buf->ptr + buf->len;
    if (len < 32) {
        *at++ = (uint8_t)(0xa0 | len);
    } else {
        *at++ = 0xd9;
        *at++ = (uint8_t)len;
    }
    buf->len = (size_t)(at - buf->ptr) + len;
    return at;
}

void csm_write_text(csm_writer *w, csm_str s)
{
    if (s.len < 256) {
        uint8_t *body = short_text(w, s.len);
        if (body != NULL && s.len > 0)
            memcpy(body, s.ptr, s.len);
        return;
    }
    msgpack_packer packer = packer_of(w);
    if (!fits(w, s.len))
        return;
    msgpack_pack_str(&packer, s.len);
    csm_buf_add(w->buf, s.ptr, s.len);
}

void csm_write_cstr(csm_writer *w, const char *text)
{
    csm_write_text(w, csm_str_of(text));
}

void csm_write_bytes(csm_writer *w, csm_str s)
{
    msgpack_packer packer = packer_of(w);
    if (!fits(w, s.len))
        return;
    msgpack_pack_bin(&packer, s.len);
    csm_buf_add(w->buf, s.ptr, s.len);
}

void csm_write_list(csm_writer *w, uint32_t count)
{
    if (count < 16) {
        csm_buf_add_byte(w->buf, (uint8_t)(0x90 | count));
        return;
    }
    msgpack_packer packer = packer_of(w);
    msgpack_pack_array(&packer, count);
}

void csm_write_map(csm_writer *w, uint32_t count)
{
    if (count < 16) {
        csm_buf_add_byte(w->buf, (uint8_t)(0x80 | count));
        return;
    }
    msgpack_packer packer = packer_of(w);
    msgpack_pack_map(&packer, count);
}

void csm_write_raw(csm_writer *w, csm_str encoded)
{
    csm_buf_add(w->buf, encoded.ptr, encoded.len);
}

void csm_write_id(csm_writer *w, csm_id id)
{
    uint8_t *body = short_text(w, CSM_ID_TEXT - 1);
    if (body != NULL)
        csm_id_put(id, (char *)body);
}

void csm_write_time(csm_writer *w, csm_time t)
{
    char text[CSM_TIME_TEXT];
    size_t len = csm_time_format(t, text);
    csm_write_text(w, (csm_str){ text, len });
}

void csm_write_date(csm_writer *w, int64_t days)
{
    char text[CSM_DATE_TEXT];
    size_t len = csm_date_format(days, text);
    csm_write_text(w, (csm_str){ text, len });
}

void csm_write_decimal(csm_writer *w, int64_t millionths)
{
    char text[32];
    size_t len = csm_format_decimal(millionths, text, sizeof(text));
    csm_write_text(w, (csm_str){ text, len });
}

static void write_nested(csm_writer *w, const csm_value *v, unsigned depth);

static void write_elements(csm_writer *w, const csm_value *v, unsigned depth)
{
    if (depth >= CSM_WIRE_DEPTH_MAX) {
        w->buf->failed = true;
        return;
    }
    if (v->type == CSM_T_LIST)
        csm_write_list(w, v->count);
    else
        csm_write_map(w, v->count);
    for (uint32_t n = 0; n < v->count && !w->buf->failed; n++) {
        if (v->type == CSM_T_MAP)
            csm_write_text(w, v->map[n].key);
        write_nested(w, v->type == CSM_T_LIST ? &v->list[n] : &v->map[n].value, depth + 1);
    }
}

static void write_nested(csm_writer *w, const csm_value *v, unsigned depth)
{
    switch (v->type) {
    case CSM_T_NIL:
        csm_write_nil(w);
        break;
    case CSM_T_BOOL:
        csm_write_bool(w, v->b);
        break;
    case CSM_T_INT:
        csm_write_int(w, v->i);
        break;
    case CSM_T_FLOAT:
        csm_write_float(w, v->f);
        break;
    case CSM_T_TEXT:
        csm_write_text(w, v->s);
        break;
    case CSM_T_BYTES:
        csm_write_bytes(w, v->s);
        break;
    case CSM_T_TIME:
        csm_write_time(w, v->i);
        break;
    case CSM_T_ID:
        csm_write_id(w, v->id);
        break;
    case CSM_T_LIST:
    case CSM_T_MAP:
        write_elements(w, v, depth);
        break;
    case CSM_T_DECIMAL:
        csm_write_decimal(w, v->i);
        break;
    case CSM_T_DATE:
        csm_write_date(w, v->i);
        break;
    default: /* a value nobody made */
        w->buf->failed = true;
        break;
    }
}

void csm_write_value(csm_writer *w, csm_value v)
{
    write_nested(w, &v, 0);
}

void csm_write_value_at(csm_writer *w, const csm_value *v)
{
    write_nested(w, v, 0);
}
