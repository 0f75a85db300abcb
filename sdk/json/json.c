/* JSON on jansson: parsing into an arena, printing into a buffer. */
#include "json/json.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/str.h"

#include <jansson.h>

#include <math.h>
#include <stdio.h>

#define DEPTH_MAX 24u

static csm_status convert(csm_arena *arena, const json_t *in, unsigned depth, csm_value *out, csm_error *err);

static csm_status convert_array(csm_arena *arena, const json_t *in, unsigned depth, csm_value *out, csm_error *err)
{
    size_t count = json_array_size(in);
    csm_value *items = csm_arena_array(arena, count + 1, sizeof(*items));

    if (items == NULL)
        return csm_error_nomem(err);
    for (size_t n = 0; n < count; n++)
        CSM_TRY(convert(arena, json_array_get(in, n), depth + 1, &items[n], err));
    *out = csm_list(items, (uint32_t)count);
    return CSM_OK;
}

static csm_status copy_text(csm_arena *arena, const char *text, size_t len, csm_str *out, csm_error *err)
{
    *out = csm_arena_str(arena, (csm_str){ text, len });
    return out->ptr != NULL ? CSM_OK : csm_error_nomem(err);
}

static csm_status convert_object(csm_arena *arena, json_t *in, unsigned depth, csm_value *out, csm_error *err)
{
    csm_pair *pairs = csm_arena_array(arena, json_object_size(in) + 1, sizeof(*pairs));
    uint32_t count = 0;
    const char *key;
    json_t *item;

    if (pairs == NULL)
        return csm_error_nomem(err);
    json_object_foreach(in, key, item) {
        CSM_TRY(copy_text(arena, key, strlen(key), &pairs[count].key, err));
        CSM_TRY(convert(arena, item, depth + 1, &pairs[count].value, err));
        count++;
    }
    *out = csm_map(pairs, count);
    return CSM_OK;
}

static csm_status convert(csm_arena *arena, const json_t *in, unsigned depth, csm_value *out, csm_error *err)
{
    csm_str text;

    if (depth > DEPTH_MAX)
        return csm_error_set(err, CSM_E_LIMIT, "JSON is nested deeper than %u", DEPTH_MAX);
    switch (json_typeof(in)) {
    case JSON_OBJECT: {
        json_t *object = json_incref((json_t *)(uintptr_t)in);
        csm_status st = convert_object(arena, object, depth, out, err);

        json_decref(object);
        return st;
    }
    case JSON_ARRAY:
        return convert_array(arena, in, depth, out, err);
    case JSON_STRING:
        CSM_TRY(copy_text(arena, json_string_value(in), json_string_length(in), &text, err));
        *out = csm_text(text);
        return CSM_OK;
    case JSON_INTEGER:
        *out = csm_int((int64_t)json_integer_value(in));
        return CSM_OK;
    case JSON_REAL:
        *out = csm_float(json_real_value(in));
        return CSM_OK;
    case JSON_TRUE:
    case JSON_FALSE:
        *out = csm_bool(json_is_true(in));
        return CSM_OK;
    default:
        *out = csm_nil();
        return CSM_OK;
    }
}

csm_status csm_json_parse(csm_arena *arena, csm_str text, csm_value *out, csm_error *err)
{
    json_error_t error;
    json_t *root = json_loadb(text.ptr != NULL ? text.ptr : "", text.len,
                              JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    csm_status st;

    if (root == NULL)
        return csm_error_set(err, CSM_E_INVALID, "JSON line %d column %d: %s", error.line, error.column, error.text);
    st = convert(arena, root, 0, out, err);
    json_decref(root);
    return st;
}

/* ---- printing ---- */

static void print_text(csm_str s, csm_buf *out)
{
    static const char escapes[] = "\b\f\n\r\t\"\\";
    static const char letters[] = "bfnrt\"\\";

    csm_buf_add_byte(out, '"');
    for (size_t n = 0; n < s.len; n++) {
        uint8_t c = (uint8_t)s.ptr[n];
        const char *at = c != 0 ? strchr(escapes, c) : NULL;

        if (at != NULL)
            csm_buf_printf(out, "\\%c", letters[at - escapes]);
        else if (c < 0x20 || c == 0x7f)
            csm_buf_printf(out, "\\u%04x", c);
        else
            csm_buf_add_byte(out, c);
    }
    csm_buf_add_byte(out, '"');
}

static void line_break(csm_buf *out, unsigned flags, unsigned depth)
{
    if ((flags & CSM_JSON_INDENT) == 0)
        return;
    csm_buf_add_byte(out, '\n');
    for (unsigned n = 0; n < depth; n++)
        csm_buf_add(out, "  ", 2);
}

static void print(csm_value v, unsigned flags, unsigned depth, csm_buf *out);

static void print_elements(csm_value v, unsigned flags, unsigned depth, csm_buf *out)
{
    bool is_map = v.type == CSM_T_MAP;

    csm_buf_add_byte(out, is_map ? '{' : '[');
    for (uint32_t n = 0; n < v.count; n++) {
        if (n > 0)
            csm_buf_add_byte(out, ',');
        line_break(out, flags, depth + 1);
        if (is_map) {
            print_text(v.map[n].key, out);
            csm_buf_printf(out, (flags & CSM_JSON_INDENT) != 0 ? ": " : ":");
        }
        print(is_map ? v.map[n].value : v.list[n], flags, depth + 1, out);
    }
    if (v.count > 0)
        line_break(out, flags, depth);
    csm_buf_add_byte(out, is_map ? '}' : ']');
}

static void print_scalar(csm_value v, csm_buf *out)
{
    char text[64];

    switch (v.type) {
    case CSM_T_TIME:
        (void)csm_time_format(v.i, text);
        break;
    case CSM_T_DATE:
        (void)csm_date_format(v.i, text);
        break;
    case CSM_T_DECIMAL:
        (void)csm_format_decimal(v.i, text, sizeof(text));
        break;
    default:
        csm_id_format(v.id, text);
    }
    print_text(csm_str_of(text), out);
}

static void print_bytes(csm_str s, csm_buf *out)
{
    csm_buf_add_byte(out, '"');
    for (size_t n = 0; n < s.len; n++)
        csm_buf_printf(out, "%02x", (uint8_t)s.ptr[n]);
    csm_buf_add_byte(out, '"');
}

static void print(csm_value v, unsigned flags, unsigned depth, csm_buf *out)
{
    switch (v.type) {
    case CSM_T_NIL: csm_buf_add(out, "null", 4); break;
    case CSM_T_BOOL: csm_buf_printf(out, "%s", v.b ? "true" : "false"); break;
    case CSM_T_INT: csm_buf_printf(out, "%lld", (long long)v.i); break;
    case CSM_T_FLOAT:
        if (isfinite(v.f))
            csm_buf_printf(out, "%.17g", v.f);
        else
            csm_buf_add(out, "null", 4);
        break;
    case CSM_T_TEXT: print_text(v.s, out); break;
    case CSM_T_BYTES: print_bytes(v.s, out); break;
    case CSM_T_LIST:
    case CSM_T_MAP: print_elements(v, flags, depth, out); break;
    default: print_scalar(v, out);
    }
}

bool csm_json_print(csm_value value, unsigned flags, csm_buf *out)
{
    print(value, flags, 0, out);
    return !out->failed;
}
