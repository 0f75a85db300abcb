/* Plain types every header shares: strings, ids, times, opaque handles. Includes libc only. */
#ifndef CSM_TYPES_H
#define CSM_TYPES_H

#include <csm/status.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes with a length; not NUL-terminated unless said. */
typedef struct csm_str {
    const char *ptr;
    size_t len;
} csm_str;

/* A csm_str from a string literal, usable in static initializers with CSM_STR_INIT. */
#define CSM_STR_INIT(lit) { (lit), sizeof(lit) - 1 }
#define CSM_STR(lit) ((csm_str){ (lit), sizeof(lit) - 1 })
/* For printf("%.*s", CSM_STR_FMT(s)). */
#define CSM_STR_FMT(s) (int)(s).len, ((s).ptr != NULL ? (s).ptr : "")

static inline csm_str csm_str_of(const char *text)
{
    csm_str s = { text, text != NULL ? strlen(text) : 0 };
    return s;
}

static inline bool csm_str_eq(csm_str a, csm_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool csm_str_is(csm_str a, const char *text)
{
    return csm_str_eq(a, csm_str_of(text));
}

/* Record id: UUIDv7 (RFC 9562), 16 bytes, 32 lower-case hex digits on the wire. All zero = none. */
typedef struct csm_id {
    uint8_t b[16];
} csm_id;

static inline bool csm_id_eq(csm_id a, csm_id b)
{
    return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

static inline bool csm_id_is_none(csm_id id)
{
    static const csm_id none = { { 0 } };
    return csm_id_eq(id, none);
}

/* Microseconds since 1970-01-01 UTC; durations travel in seconds on the wire, microseconds here are only for times. */
typedef int64_t csm_time;

#define CSM_SECOND INT64_C(1000000)
#define CSM_MINUTE (60 * CSM_SECOND)
#define CSM_HOUR (60 * CSM_MINUTE)
#define CSM_DAY (24 * CSM_HOUR)

/* Opaque handles; what each is and how long it lives: sdk/README.md. */
typedef struct csm_ctx csm_ctx;
typedef struct csm_host csm_host;
typedef struct csm_record csm_record;
typedef struct csm_query csm_query;
typedef struct csm_change csm_change;
typedef struct csm_args csm_args;
typedef struct csm_reply csm_reply;

#endif
