/* From bytes on a connection to messages for the dispatch, and back. */
#ifndef CSM_SERVER_CONNECTION_H
#define CSM_SERVER_CONNECTION_H

#include "net/net.h"
#include "rpc/rpc.h"

typedef struct csm_connection csm_connection;

/* NULL: out of memory; the connection is refused. */
csm_connection *csm_connection_new(csm_rpc *rpc, const csm_wire_limits *limits, csm_conn *conn, const csm_peer *peer);
void csm_connection_free(csm_connection *connection);
/* Takes whole messages off @p bytes; as csm_net_events.on_data. */
size_t csm_connection_take(csm_connection *connection, const uint8_t *bytes, size_t len);

#endif
