/* Values as cells. */
#include "cell.h"

#include "base/buf.h"
#include "json/json.h"

#include <string.h>

static csm_str as_json(csm_arena *arena, csm_value value)
{
    csm_buf buf;
    csm_str out = { NULL, 0 };

    csm_buf_init(&buf, 0);
    if (csm_json_print(value, 0, &buf))
        out = csm_arena_str(arena, csm_buf_str(&buf));
    csm_buf_done(&buf);
    return out;
}

static bool is_plain(const csm_value *value)
{
    return value->type != CSM_T_MAP && value->type != CSM_T_LIST;
}

static csm_str joined(csm_arena *arena, csm_value list)
{
    csm_buf buf;
    csm_str out = { NULL, 0 };
    bool whole = true;

    csm_buf_init(&buf, 0);
    for (uint32_t n = 0; whole && n < list.count; n++) {
        csm_str item = cli_cell_text(arena, list.list[n]);

        whole = item.ptr != NULL && (n == 0 || csm_buf_add_byte(&buf, ',')) && csm_buf_add(&buf, item.ptr, item.len);
    }
    if (whole)
        out = csm_arena_str(arena, csm_buf_str(&buf));
    csm_buf_done(&buf);
    return out;
}

/* The two texts of a map that has just these two. */
static bool is_pair(const csm_value *map, const char *first, const char *second, csm_value *a, csm_value *b)
{
    const csm_value *one = csm_map_get(map, first), *two = csm_map_get(map, second);

    if (map->count != 2 || one == NULL || two == NULL || !is_plain(one) || !is_plain(two))
        return false;
    *a = *one;
    *b = *two;
    return true;
}

csm_str cli_cell_text(csm_arena *arena, csm_value value)
{
    csm_value a, b;

    if (value.type == CSM_T_NIL)
        return CSM_STR("");
    if (value.type == CSM_T_TEXT)
        return value.s;
    if (value.type == CSM_T_LIST) {
        for (uint32_t n = 0; n < value.count; n++)
            if (!is_plain(&value.list[n]))
                return as_json(arena, value);
        return joined(arena, value);
    }
    if (value.type == CSM_T_MAP && is_pair(&value, "amount", "currency", &a, &b))
        return csm_arena_printf(arena, "%.*s %.*s", CSM_STR_FMT(cli_cell_text(arena, a)),
                                CSM_STR_FMT(cli_cell_text(arena, b)));
    if (value.type == CSM_T_MAP && is_pair(&value, "table", "id", &a, &b))
        return csm_arena_printf(arena, "%.*s/%.*s", CSM_STR_FMT(cli_cell_text(arena, a)),
                                CSM_STR_FMT(cli_cell_text(arena, b)));
    return as_json(arena, value);
}

void cli_put_csv(FILE *out, csm_str text)
{
    bool quote = text.len > 0 && (text.ptr[0] == ' ' || text.ptr[text.len - 1] == ' ');

    for (size_t n = 0; !quote && n < text.len; n++)
        quote = strchr(",\"\r\n", text.ptr[n]) != NULL && text.ptr[n] != '\0';
    if (quote)
        fputc('"', out);
    for (size_t n = 0; n < text.len; n++) {
        if (text.ptr[n] == '"')
            fputc('"', out);
        fputc(text.ptr[n], out);
    }
    if (quote)
        fputc('"', out);
}
