/* One value: what fields hold, arguments carry and replies answer. Plain data, no ownership:
 * pointers inside belong to an arena or to static storage. */
#ifndef CSM_VALUE_H
#define CSM_VALUE_H

#include <csm/types.h>

typedef enum csm_type {
    CSM_T_NIL = 0,
    CSM_T_BOOL = 1,
    CSM_T_INT = 2,     /* also durations (seconds) and dates (days since 1970-01-01) */
    CSM_T_FLOAT = 3,
    CSM_T_TEXT = 4,    /* UTF-8 */
    CSM_T_BYTES = 5,
    CSM_T_TIME = 6,    /* i: microseconds UTC */
    CSM_T_ID = 7,
    CSM_T_LIST = 8,
    CSM_T_MAP = 9,     /* ordered pairs, keys are text */
    CSM_T_DECIMAL = 10, /* i: millionths (fixed point, 6 digits); decimal text on the wire */
    CSM_T_DATE = 11    /* i: days since 1970-01-01; YYYY-MM-DD on the wire */
} csm_type;

typedef struct csm_value csm_value;
typedef struct csm_pair csm_pair;

struct csm_value {
    uint32_t type; /* csm_type */
    uint32_t count; /* CSM_T_LIST, CSM_T_MAP: number of elements */
    union {
        bool b;
        int64_t i; /* INT, TIME, DECIMAL, DATE */
        double f;
        csm_str s; /* TEXT, BYTES */
        csm_id id;
        const csm_value *list;
        const csm_pair *map;
    };
};

struct csm_pair {
    csm_str key;
    csm_value value;
};

static inline csm_value csm_nil(void)
{
    csm_value v;
    memset(&v, 0, sizeof(v)); /* an initializer that C and C++ both take without a warning does not exist */
    return v;
}

static inline csm_value csm_bool(bool b)
{
    csm_value v = csm_nil();
    v.type = CSM_T_BOOL;
    v.b = b;
    return v;
}

static inline csm_value csm_int(int64_t i)
{
    csm_value v = csm_nil();
    v.type = CSM_T_INT;
    v.i = i;
    return v;
}

static inline csm_value csm_float(double f)
{
    csm_value v = csm_nil();
    v.type = CSM_T_FLOAT;
    v.f = f;
    return v;
}

static inline csm_value csm_text(csm_str s)
{
    csm_value v = csm_nil();
    v.type = CSM_T_TEXT;
    v.s = s;
    return v;
}

static inline csm_value csm_ctext(const char *text)
{
    return csm_text(csm_str_of(text));
}

static inline csm_value csm_bytes(csm_str s)
{
    csm_value v = csm_nil();
    v.type = CSM_T_BYTES;
    v.s = s;
    return v;
}

static inline csm_value csm_time_value(csm_time t)
{
    csm_value v = csm_nil();
    v.type = CSM_T_TIME;
    v.i = t;
    return v;
}

static inline csm_value csm_date_value(int64_t days)
{
    csm_value v = csm_nil();
    v.type = CSM_T_DATE;
    v.i = days;
    return v;
}

static inline csm_value csm_decimal(int64_t millionths)
{
    csm_value v = csm_nil();
    v.type = CSM_T_DECIMAL;
    v.i = millionths;
    return v;
}

static inline csm_value csm_id_value(csm_id id)
{
    csm_value v = csm_nil();
    v.type = CSM_T_ID;
    v.id = id;
    return v;
}

static inline csm_value csm_list(const csm_value *items, uint32_t count)
{
    csm_value v = csm_nil();
    v.type = CSM_T_LIST;
    v.count = count;
    v.list = items;
    return v;
}

static inline csm_value csm_map(const csm_pair *pairs, uint32_t count)
{
    csm_value v = csm_nil();
    v.type = CSM_T_MAP;
    v.count = count;
    v.map = pairs;
    return v;
}

static inline bool csm_is_nil(csm_value v)
{
    return v.type == CSM_T_NIL;
}

/* The value under @p key of a map, or NULL (also when @p map is no map). Borrowed from the map. */
static inline const csm_value *csm_map_get(const csm_value *map, const char *key)
{
    if (map == NULL || map->type != CSM_T_MAP)
        return NULL;
    for (uint32_t n = 0; n < map->count; n++)
        if (csm_str_is(map->map[n].key, key))
            return &map->map[n].value;
    return NULL;
}

/* Whether @p id is an element of a list; false when @p list is none. */
static inline bool csm_list_has(csm_value list, csm_id id)
{
    for (uint32_t n = 0; list.type == CSM_T_LIST && n < list.count; n++)
        if (list.list[n].type == CSM_T_ID && csm_id_eq(list.list[n].id, id))
            return true;
    return false;
}

#endif
