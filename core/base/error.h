/* The rich error of one call: lives in the caller's context, never in thread-local storage.
 * Fixed-size members, so reporting never allocates. Written once where the failure is understood. */
#ifndef CSM_BASE_ERROR_H
#define CSM_BASE_ERROR_H

#include <csm/value.h>

#include <stdarg.h>

typedef struct csm_error {
    csm_status code;      /* CSM_OK: nothing set */
    char message[384];    /* one line, lower case, names the thing and the value */
    char detail[384];     /* facts about internals; may be empty */
    char hint[192];       /* advice; may be empty */
    char field[96];       /* the field or argument at fault; may be empty */
    char reason[64];      /* a plugin's own reason word; may be empty */
    char plugin[64];      /* whose code refused; may be empty */
    const csm_value *data; /* structured payload (a map in the request's arena) or NULL */
} csm_error;

/* Sets code and message (replacing what was there) and returns code. @p err may be NULL. */
csm_status csm_error_set(csm_error *err, csm_status code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
csm_status csm_error_vset(csm_error *err, csm_status code, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));
/* Same, naming the field or argument at fault. */
csm_status csm_error_field(csm_error *err, csm_status code, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void csm_error_detail(csm_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void csm_error_hint(csm_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Out of memory: static text. */
csm_status csm_error_nomem(csm_error *err);
void csm_error_clear(csm_error *err);

/* "not found" for CSM_E_NOT_FOUND; never NULL. */
const char *csm_status_text(csm_status code);
/* "CSM_E_NOT_FOUND". */
const char *csm_status_name(csm_status code);

#endif
