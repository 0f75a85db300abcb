/* Bytes to csm_value. Depth is bounded, counts are checked against the bytes left before the arena is asked. */
#include "base/str.h"
#include "wire/head.h"

#include <math.h>

typedef struct decoder {
    csm_reader *r;
    csm_arena *arena;
    csm_decode_options options;
    csm_error *err;
    csm_str key; /* of the innermost map entry being read, for messages */
} decoder;

/* What a peer sent is invalid; what the store held is corrupt. */
static csm_status refuse(const decoder *d, const char *why)
{
    csm_status code = d->options.strict ? CSM_E_INVALID : CSM_E_CORRUPT;
    if (d->key.len == 0)
        return csm_error_set(d->err, code, "%s", why);
    char field[sizeof(d->err->field)];
    size_t len = d->key.len < sizeof(field) ? d->key.len : sizeof(field) - 1;
    memcpy(field, d->key.ptr, len);
    field[len] = '\0';
    return csm_error_field(d->err, code, field, "\"%s\": %s", field, why);
}

static csm_status next_head(decoder *d, csm_head *head)
{
    const uint8_t *at = d->r->at;
    if (csm_reader_next(d->r, head))
        return CSM_OK;
    if (csm_head_read(at, d->r->end, head) == CSM_HEAD_RANGE)
        return refuse(d, "integer is above 9223372036854775807");
    return refuse(d, "value is cut short or of an unsupported type");
}

static csm_status keep(decoder *d, csm_str s, csm_str *out)
{
    if (d->options.copy) {
        s = csm_arena_str(d->arena, s);
        if (s.ptr == NULL)
            return csm_error_nomem(d->err);
    }
    *out = s;
    return CSM_OK;
}

static csm_status read_text(decoder *d, csm_str s, csm_str *out)
{
    if (d->options.strict && !csm_utf8_valid(s))
        return refuse(d, "text is not valid UTF-8");
    return keep(d, s, out);
}

static csm_status read_value(decoder *d, unsigned depth, csm_value *out);

static csm_status read_list(decoder *d, unsigned depth, uint32_t count, csm_value *out)
{
    csm_value *items = NULL;
    if (count > 0 && (items = csm_arena_alloc(d->arena, count * sizeof(*items))) == NULL)
        return csm_error_nomem(d->err);
    for (uint32_t n = 0; n < count; n++)
        CSM_TRY(read_value(d, depth, &items[n]));
    *out = csm_list(items, count);
    return CSM_OK;
}

static csm_status read_key(decoder *d, csm_str *out)
{
    csm_head head;
    CSM_TRY(next_head(d, &head));
    if (head.type != CSM_T_TEXT || (d->options.strict && head.s.len == 0))
        return refuse(d, "map key is not a non-empty text");
    return read_text(d, head.s, out);
}

static csm_status read_map(decoder *d, unsigned depth, uint32_t count, csm_value *out)
{
    csm_str outer = d->key;
    csm_pair *pairs = NULL;
    if (count > 0 && (pairs = csm_arena_alloc(d->arena, count * sizeof(*pairs))) == NULL)
        return csm_error_nomem(d->err);
    for (uint32_t n = 0; n < count; n++) {
        CSM_TRY(read_key(d, &pairs[n].key));
        d->key = pairs[n].key;
        CSM_TRY(read_value(d, depth, &pairs[n].value));
        d->key = outer;
    }
    *out = csm_map(pairs, count);
    return CSM_OK;
}

/* @p depth: lists and maps already open around this value. */
static csm_status read_value(decoder *d, unsigned depth, csm_value *out)
{
    csm_head head;
    CSM_TRY(next_head(d, &head));
    if (head.type >= CSM_T_LIST && depth >= CSM_WIRE_DEPTH_MAX)
        return refuse(d, "value nests too deep");
    out->type = head.type;
    out->count = 0;
    switch (head.type) {
    case CSM_T_NIL:
        *out = csm_nil();
        return CSM_OK;
    case CSM_T_BOOL:
        *out = csm_bool(head.b);
        return CSM_OK;
    case CSM_T_INT:
        out->i = head.i;
        return CSM_OK;
    case CSM_T_FLOAT:
        if (d->options.strict && !isfinite(head.f))
            return refuse(d, "number is not finite");
        out->f = head.f;
        return CSM_OK;
    case CSM_T_TEXT:
        return read_text(d, head.s, &out->s);
    case CSM_T_BYTES:
        return keep(d, head.s, &out->s);
    case CSM_T_LIST:
        return read_list(d, depth + 1, head.count, out);
    default:
        return read_map(d, depth + 1, head.count, out);
    }
}

csm_status csm_wire_decode(csm_reader *r, csm_arena *arena, csm_decode_options options, csm_value *out, csm_error *err)
{
    decoder d = { .r = r, .arena = arena, .options = options, .err = err };
    csm_value value;
    CSM_TRY(read_value(&d, 0, &value));
    *out = value;
    return CSM_OK;
}
