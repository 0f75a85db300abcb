/* Values as such: equality and deep copies. */
#include "model/model.h"

#define DEPTH_MAX 64 /* above what wire and fields let in: a guard, not a limit anyone meets */

static bool same(csm_value a, csm_value b, unsigned depth)
{
    if (a.type != b.type || depth > DEPTH_MAX)
        return false;
    switch (a.type) {
    case CSM_T_NIL:
        return true;
    case CSM_T_BOOL:
        return a.b == b.b;
    case CSM_T_FLOAT:
        return memcmp(&a.f, &b.f, sizeof(a.f)) == 0;
    case CSM_T_TEXT:
    case CSM_T_BYTES:
        return csm_str_eq(a.s, b.s);
    case CSM_T_ID:
        return csm_id_eq(a.id, b.id);
    case CSM_T_LIST:
        for (uint32_t n = 0; a.count == b.count && n < a.count; n++)
            if (!same(a.list[n], b.list[n], depth + 1))
                return false;
        return a.count == b.count;
    case CSM_T_MAP:
        for (uint32_t n = 0; a.count == b.count && n < a.count; n++)
            if (!csm_str_eq(a.map[n].key, b.map[n].key) || !same(a.map[n].value, b.map[n].value, depth + 1))
                return false;
        return a.count == b.count;
    default:
        return a.i == b.i;
    }
}

bool csm_value_eq(csm_value a, csm_value b)
{
    return same(a, b, 0);
}

static csm_status copy(csm_arena *arena, csm_value in, csm_value *out, unsigned depth);

static csm_status copy_list(csm_arena *arena, csm_value in, csm_value *out, unsigned depth)
{
    csm_value *items = csm_arena_array(arena, (size_t)in.count + 1, sizeof(*items));

    if (items == NULL)
        return CSM_E_NOMEM;
    for (uint32_t n = 0; n < in.count; n++)
        CSM_TRY(copy(arena, in.list[n], &items[n], depth + 1));
    *out = csm_list(items, in.count);
    return CSM_OK;
}

static csm_status copy_map(csm_arena *arena, csm_value in, csm_value *out, unsigned depth)
{
    csm_pair *pairs = csm_arena_array(arena, (size_t)in.count + 1, sizeof(*pairs));

    if (pairs == NULL)
        return CSM_E_NOMEM;
    for (uint32_t n = 0; n < in.count; n++) {
        pairs[n].key = csm_arena_str(arena, in.map[n].key);
        if (pairs[n].key.ptr == NULL)
            return CSM_E_NOMEM;
        CSM_TRY(copy(arena, in.map[n].value, &pairs[n].value, depth + 1));
    }
    *out = csm_map(pairs, in.count);
    return CSM_OK;
}

static csm_status copy(csm_arena *arena, csm_value in, csm_value *out, unsigned depth)
{
    csm_value made = in;

    if (depth > DEPTH_MAX)
        return CSM_E_INVALID;
    if (in.type == CSM_T_LIST)
        return copy_list(arena, in, out, depth);
    if (in.type == CSM_T_MAP)
        return copy_map(arena, in, out, depth);
    if (in.type == CSM_T_TEXT || in.type == CSM_T_BYTES) {
        made.s = csm_arena_str(arena, in.s);
        if (made.s.ptr == NULL)
            return CSM_E_NOMEM;
    }
    *out = made;
    return CSM_OK;
}

csm_status csm_value_copy(csm_arena *arena, csm_value in, csm_value *out)
{
    return copy(arena, in, out, 0);
}
