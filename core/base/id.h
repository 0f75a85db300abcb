/* Record ids: UUIDv7 (RFC 9562) and their text. */
#ifndef CSM_BASE_ID_H
#define CSM_BASE_ID_H

#include <csm/types.h>

#define CSM_ID_TEXT 33 /* 32 hex digits and NUL */

/* A generator per thread: strictly increasing ids even within one microsecond. */
typedef struct csm_idgen {
    csm_id last;
} csm_idgen;

/* New id for time @p now. Uses the system's random source; false only when that fails. */
bool csm_id_new(csm_idgen *gen, csm_time now, csm_id *out);
/* The same id every time for the same text (rows shipped by plugins): UUIDv8 from a hash of @p text. */
csm_id csm_id_of_text(csm_str text);
void csm_id_put(csm_id id, char to[CSM_ID_TEXT - 1]); /* the digits alone */
void csm_id_format(csm_id id, char buf[CSM_ID_TEXT]);
bool csm_id_parse(csm_str hex, csm_id *out); /* exactly 32 hex digits, either case */
bool csm_random(void *buf, size_t len);      /* getrandom */

#endif
