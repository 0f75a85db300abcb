/* Log: one line per event, text or JSON, to stderr. Any thread. Set up once at start. */
#ifndef CSM_BASE_LOG_H
#define CSM_BASE_LOG_H

#include <stdbool.h>

typedef enum csm_log_level { CSM_LOG_ERROR, CSM_LOG_WARN, CSM_LOG_INFO, CSM_LOG_DEBUG } csm_log_level;

void csm_log_setup(csm_log_level level, bool json);
csm_log_level csm_log_get_level(void);
/* @p area: the room or plugin speaking. Control characters in the message are escaped. */
void csm_log(csm_log_level level, const char *area, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
