/* Log: formats one line on the stack and writes it in one call, so lines of several threads do not mix.
 * A line over LINE_MAX_BYTES is cut and marked. */
#include "base/log.h"

#include "base/clock.h"
#include "base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096 /* PIPE_BUF: a pipe takes it whole */
#define MESSAGE_MAX_BYTES 3000

static atomic_int log_level = CSM_LOG_INFO;
static atomic_bool log_json;

static const char *const level_names[] = { "error", "warn", "info", "debug" };

void csm_log_setup(csm_log_level level, bool json)
{
    atomic_store(&log_level, (int)level);
    atomic_store(&log_json, json);
}

csm_log_level csm_log_get_level(void)
{
    return (csm_log_level)atomic_load(&log_level);
}

typedef struct line {
    char bytes[LINE_MAX_BYTES];
    size_t len;
} line;

/* Room for the closing marks and the newline stays free. */
static bool line_fits(const line *l, size_t more)
{
    return l->len + more <= sizeof(l->bytes) - 16;
}

static bool line_add(line *l, const char *text, size_t len)
{
    if (!line_fits(l, len))
        return false;
    memcpy(l->bytes + l->len, text, len);
    l->len += len;
    return true;
}

static void line_end(line *l, const char *text)
{
    size_t len = strlen(text);
    memcpy(l->bytes + l->len, text, len);
    l->len += len;
}

/* Escapes what would break the line or, in JSON, the string. */
static void line_add_escaped(line *l, csm_str s, bool json)
{
    while (s.len > 0) {
        unsigned char c = (unsigned char)s.ptr[0];
        size_t step = csm_utf8_step(s);
        char escape[8];
        bool ok;
        if (step == 0 || c < 0x20 || c == 0x7f) {
            unsigned point = step == 0 && json ? 0xfffd : c; /* JSON has no broken bytes: replacement character */
            int len = json ? snprintf(escape, sizeof(escape), "\\u%04x", point)
                           : snprintf(escape, sizeof(escape), "\\x%02x", point);
            ok = line_add(l, escape, (size_t)len);
            step = 1;
        } else if (json && (c == '"' || c == '\\')) {
            escape[0] = '\\';
            escape[1] = (char)c;
            ok = line_add(l, escape, 2);
        } else {
            ok = line_add(l, s.ptr, step);
        }
        if (!ok) {
            line_end(l, "...");
            return;
        }
        s.ptr += step;
        s.len -= step;
    }
}

static void line_write(const line *l)
{
    size_t done = 0;
    while (done < l->len) {
        ssize_t wrote = write(STDERR_FILENO, l->bytes + done, l->len - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return; /* nowhere left to say so */
        done += (size_t)wrote;
    }
}

static size_t wall_time(char text[CSM_TIME_TEXT])
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return csm_time_format((int64_t)now.tv_sec * CSM_SECOND + (int64_t)now.tv_nsec / 1000, text);
}

void csm_log(csm_log_level level, const char *area, const char *fmt, ...)
{
    if ((int)level > atomic_load_explicit(&log_level, memory_order_relaxed))
        return;
    int saved_errno = errno;
    char message[MESSAGE_MAX_BYTES];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(message, sizeof(message), fmt, args);
    va_end(args);
    if (len < 0)
        len = 0;
    csm_str text = { message, (size_t)len < sizeof(message) ? (size_t)len : sizeof(message) - 1 };

    bool json = atomic_load(&log_json);
    char when[CSM_TIME_TEXT];
    line l;
    l.len = 0;
    size_t when_len = wall_time(when);
    const char *name = level_names[level];
    if (json)
        line_add(&l, "{\"time\":\"", 9);
    line_add(&l, when, when_len);
    line_add(&l, json ? "\",\"level\":\"" : " ", json ? 11 : 1);
    line_add(&l, name, strlen(name));
    line_add(&l, json ? "\",\"area\":\"" : " ", json ? 10 : 1);
    line_add_escaped(&l, csm_str_of(area), json);
    line_add(&l, json ? "\",\"message\":\"" : ": ", json ? 13 : 2);
    line_add_escaped(&l, text, json);
    if ((size_t)len >= sizeof(message))
        line_end(&l, "...");
    line_end(&l, json ? "\"}\n" : "\n");
    line_write(&l);
    errno = saved_errno;
}
