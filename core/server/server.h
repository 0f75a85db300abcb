/* One server: store, engine, plugins, dispatch and sockets, booted in order and closed in reverse. Several may run in one
 * process. Source: DESIGN 2, 10. */
#ifndef CSM_SERVER_SERVER_H
#define CSM_SERVER_SERVER_H

#include "base/trail.h"
#include "server/config.h"

typedef struct csm_server csm_server;

/* Opens the store, loads plugins, activates them, listens. Nothing is served before run. @p config must outlive the server. */
csm_status csm_server_open(const csm_config *config, csm_server **out, csm_error *err);
/* Serves on this thread until stopped. IO or UNKNOWN when the store failed while serving. */
csm_status csm_server_run(csm_server *server, csm_error *err);
/* Any thread, also a signal handler: stop listening, answer what is under way, return from run. */
void csm_server_stop(csm_server *server);
void csm_server_close(csm_server *server); /* NULL is fine */

uint32_t csm_server_address_count(const csm_server *server);
const char *csm_server_address(const csm_server *server, uint32_t n); /* as bound: "tcp:127.0.0.1:7420" */
csm_engine *csm_server_engine(csm_server *server);
csm_trail *csm_server_trail(csm_server *server); /* of its threads, until close; NULL: none could be made */
/* Moves the server's clock (tests) and lets due jobs run. Any thread. */
void csm_server_advance(csm_server *server, int64_t by_us);
/* Checks a store that is not being served; problems go to @p report. */
csm_status csm_server_verify(const csm_config *config, csm_verify_fn report, void *user, csm_verify_counts *out, csm_error *err);

#endif
