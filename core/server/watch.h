/* The watchdog: a hook of a plugin that does not come back holds its thread for ever and cannot be cut out, so the process has
 * to end; the trail then says why, and the next start counts it. Source: DESIGN 7. */
#ifndef CSM_SERVER_WATCH_H
#define CSM_SERVER_WATCH_H

#include "base/trail.h"

typedef struct csm_watch csm_watch;

/* @p stuck is called once, on the watchdog's thread, when a hook has not come back for @p limit_us; it must end the process. */
csm_status csm_watch_start(csm_trail *trail, int64_t limit_us, void (*stuck)(void), csm_watch **out, csm_error *err);
void csm_watch_stop(csm_watch *watch); /* NULL is fine */

#endif
