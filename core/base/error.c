/* Rich errors: formats into fixed members, never allocates. What it stores is one line of valid UTF-8,
 * whatever bytes the arguments held, since it goes to clients and logs as it is. */
#include "base/error.h"

#include "base/str.h"

#include <stdio.h>

/* Replaces control characters and broken UTF-8; a character cut off at the end is dropped. */
static void clean_line(char *text, bool cut)
{
    size_t len = strlen(text);
    size_t at = 0;
    while (at < len) {
        size_t step = csm_utf8_step((csm_str){ text + at, len - at });
        if (step == 0 && cut && len - at < 4 && ((unsigned char)text[at] & 0xc0) == 0xc0) {
            text[at] = '\0';
            return;
        }
        if (step == 0 || (step == 1 && ((unsigned char)text[at] < 0x20 || text[at] == 0x7f))) {
            text[at] = '?';
            step = 1;
        }
        at += step;
    }
}

static void format_line(char *to, size_t size, const char *fmt, va_list args) __attribute__((format(printf, 3, 0)));

static void format_line(char *to, size_t size, const char *fmt, va_list args)
{
    int len = vsnprintf(to, size, fmt, args);
    if (len < 0)
        to[0] = '\0';
    else
        clean_line(to, (size_t)len >= size);
}

void csm_error_clear(csm_error *err)
{
    if (err == NULL)
        return;
    err->code = CSM_OK;
    err->message[0] = '\0';
    err->detail[0] = '\0';
    err->hint[0] = '\0';
    err->field[0] = '\0';
    err->reason[0] = '\0';
    err->plugin[0] = '\0';
    err->data = NULL;
}

csm_status csm_error_vset(csm_error *err, csm_status code, const char *fmt, va_list args)
{
    if (err == NULL)
        return code;
    /* Formatted aside first: the arguments may point into what is replaced. */
    char message[sizeof(err->message)];
    format_line(message, sizeof(message), fmt, args);
    csm_error_clear(err);
    err->code = code;
    memcpy(err->message, message, strlen(message) + 1);
    return code;
}

csm_status csm_error_set(csm_error *err, csm_status code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    csm_error_vset(err, code, fmt, args);
    va_end(args);
    return code;
}

csm_status csm_error_field(csm_error *err, csm_status code, const char *field, const char *fmt, ...)
{
    if (err == NULL)
        return code;
    char name[sizeof(err->field)];
    int len = snprintf(name, sizeof(name), "%s", field);
    clean_line(name, (size_t)len >= sizeof(name));
    va_list args;
    va_start(args, fmt);
    csm_error_vset(err, code, fmt, args);
    va_end(args);
    memcpy(err->field, name, strlen(name) + 1);
    return code;
}

void csm_error_detail(csm_error *err, const char *fmt, ...)
{
    if (err == NULL)
        return;
    va_list args;
    va_start(args, fmt);
    format_line(err->detail, sizeof(err->detail), fmt, args);
    va_end(args);
}

void csm_error_hint(csm_error *err, const char *fmt, ...)
{
    if (err == NULL)
        return;
    va_list args;
    va_start(args, fmt);
    format_line(err->hint, sizeof(err->hint), fmt, args);
    va_end(args);
}

csm_status csm_error_nomem(csm_error *err)
{
    static const char text[] = "out of memory";
    if (err != NULL) {
        csm_error_clear(err);
        err->code = CSM_E_NOMEM;
        memcpy(err->message, text, sizeof(text));
    }
    return CSM_E_NOMEM;
}

typedef struct status_row {
    const char *name;
    const char *text;
} status_row;

static const status_row statuses[CSM_STATUS_COUNT] = {
#define STATUS_ROW(name, number, text) [number] = { "CSM_" #name, text },
    CSM_STATUS_LIST(STATUS_ROW)
#undef STATUS_ROW
};

static const status_row *status_row_of(csm_status code)
{
    return (unsigned)code < CSM_STATUS_COUNT ? &statuses[code] : &statuses[CSM_E_UNKNOWN];
}

const char *csm_status_text(csm_status code)
{
    return status_row_of(code)->text;
}

const char *csm_status_name(csm_status code)
{
    return status_row_of(code)->name;
}
