/* The codec of values without a schema. Type numbers are csm_type's and frozen with it. */
#include "engine/event/typed.h"

static void write_wrapped(csm_writer *w, csm_value value)
{
    csm_write_map(w, 1);
    csm_write_text(w, CSM_STR(""));
    csm_write_list(w, 2);
    csm_write_int(w, value.type);
    if (value.type == CSM_T_ID)
        csm_write_bytes(w, (csm_str){ (const char *)value.id.b, sizeof(value.id.b) });
    else
        csm_write_int(w, value.i);
}

void csm_typed_write(csm_writer *w, csm_value value)
{
    switch (value.type) {
    case CSM_T_TIME:
    case CSM_T_DATE:
    case CSM_T_DECIMAL:
    case CSM_T_ID:
        write_wrapped(w, value);
        break;
    case CSM_T_LIST:
        csm_write_list(w, value.count);
        for (uint32_t n = 0; n < value.count; n++)
            csm_typed_write(w, value.list[n]);
        break;
    case CSM_T_MAP:
        csm_write_map(w, value.count);
        for (uint32_t n = 0; n < value.count; n++) {
            csm_write_text(w, value.map[n].key);
            csm_typed_write(w, value.map[n].value);
        }
        break;
    default:
        csm_write_value(w, value);
        break;
    }
}

/* Levels of nesting, counted no further than @p most. */
static uint32_t depth(csm_value value, uint32_t most)
{
    uint32_t deepest = 0;

    if (most == 0)
        return 0;
    for (uint32_t n = 0; n < value.count && (value.type == CSM_T_LIST || value.type == CSM_T_MAP); n++) {
        uint32_t below = depth(value.type == CSM_T_LIST ? value.list[n] : value.map[n].value, most - 1);

        deepest = below > deepest ? below : deepest;
    }
    return deepest + 1;
}

csm_status csm_typed_encode(csm_arena *arena, csm_value value, size_t limit, csm_str *out, csm_error *err)
{
    csm_buf buf;
    csm_writer w = { .buf = &buf };
    csm_status st = CSM_OK;

    if (depth(value, CSM_WIRE_DEPTH_MAX) > CSM_WIRE_DEPTH_MAX - 2) /* a wrapped leaf is two levels */
        return csm_error_set(err, CSM_E_LIMIT, "the value is nested too deep");
    csm_buf_init(&buf, 0);
    csm_typed_write(&w, value);
    if (!buf.failed && buf.len > limit)
        st = csm_error_set(err, CSM_E_LIMIT, "the value takes %zu bytes; %zu is the most", buf.len, limit);
    else if (!buf.failed)
        *out = csm_arena_str(arena, csm_buf_str(&buf));
    if (st == CSM_OK && (buf.failed || out->ptr == NULL))
        st = csm_error_nomem(err);
    csm_buf_done(&buf);
    return st;
}

static csm_status corrupt(csm_error *err)
{
    return csm_error_set(err, CSM_E_CORRUPT, "a kept value is not what was written");
}

static csm_status unwrap(csm_value wrapped, csm_value *out, csm_error *err)
{
    csm_value raw;

    if (wrapped.type != CSM_T_LIST || wrapped.count != 2 || wrapped.list[0].type != CSM_T_INT)
        return corrupt(err);
    raw = wrapped.list[1];
    if (wrapped.list[0].i == CSM_T_ID) {
        csm_id id;

        if (raw.type != CSM_T_BYTES || raw.s.len != sizeof(id.b))
            return corrupt(err);
        memcpy(id.b, raw.s.ptr, sizeof(id.b));
        *out = csm_id_value(id);
        return CSM_OK;
    }
    if (raw.type != CSM_T_INT)
        return corrupt(err);
    switch (wrapped.list[0].i) {
    case CSM_T_TIME:
        *out = csm_time_value(raw.i);
        return CSM_OK;
    case CSM_T_DATE:
        *out = csm_date_value(raw.i);
        return CSM_OK;
    case CSM_T_DECIMAL:
        *out = csm_decimal(raw.i);
        return CSM_OK;
    default:
        return corrupt(err);
    }
}

/* Depth is bounded by the decoder. */
static csm_status restore(csm_arena *arena, csm_value in, csm_value *out, csm_error *err)
{
    if (in.type == CSM_T_MAP && in.count == 1 && in.map[0].key.len == 0)
        return unwrap(in.map[0].value, out, err);
    if (in.type == CSM_T_LIST) {
        csm_value *items = csm_arena_array(arena, in.count, sizeof(*items));

        if (items == NULL)
            return csm_error_nomem(err);
        for (uint32_t n = 0; n < in.count; n++)
            CSM_TRY(restore(arena, in.list[n], &items[n], err));
        *out = csm_list(items, in.count);
    } else if (in.type == CSM_T_MAP) {
        csm_pair *pairs = csm_arena_array(arena, in.count, sizeof(*pairs));

        if (pairs == NULL)
            return csm_error_nomem(err);
        for (uint32_t n = 0; n < in.count; n++) {
            pairs[n].key = in.map[n].key;
            CSM_TRY(restore(arena, in.map[n].value, &pairs[n].value, err));
        }
        *out = csm_map(pairs, in.count);
    } else {
        *out = in;
    }
    return CSM_OK;
}

csm_status csm_typed_read(csm_reader *r, csm_arena *arena, csm_value *out, csm_error *err)
{
    csm_value raw;

    CSM_TRY(csm_wire_decode(r, arena, (csm_decode_options){ .copy = true, .strict = false }, &raw, err));
    return restore(arena, raw, out, err);
}
