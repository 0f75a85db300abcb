/* One connection: the frame walk over what arrives, each whole message to its session, replies to the socket. Loop thread. */
#include "server/connection.h"

#include "base/mem.h"

#include <unistd.h>

struct csm_connection {
    csm_conn *conn;
    csm_session *session;
    const csm_wire_limits *limits;
    csm_walk walk;
};

static void send_bytes(void *user, csm_str bytes)
{
    csm_connection *connection = user;

    /* A failed write closes the connection by itself: the peer is gone or never reads. */
    (void)csm_conn_write(connection->conn, bytes.ptr, bytes.len);
}

static void request_begins(void *user)
{
    csm_connection *connection = user;

    csm_conn_begin(connection->conn);
}

static void request_ends(void *user)
{
    csm_connection *connection = user;

    csm_conn_end(connection->conn);
}

/* The person who runs the server, or root, over the local socket is its administrator. */
static bool is_local_admin(const csm_peer *peer)
{
    return peer->is_unix && peer->has_credentials && (peer->uid == geteuid() || peer->uid == 0);
}

csm_connection *csm_connection_new(csm_rpc *rpc, const csm_wire_limits *limits, csm_conn *conn, const csm_peer *peer)
{
    csm_connection *connection = csm_mem_zalloc(sizeof(*connection));
    csm_session_options options = { .local_admin = is_local_admin(peer),
                                    .address = peer->address,
                                    .send = send_bytes,
                                    .begin = request_begins,
                                    .end = request_ends };

    if (connection == NULL)
        return NULL;
    connection->conn = conn;
    connection->limits = limits;
    options.user = connection;
    connection->session = csm_session_new(rpc, &options);
    if (connection->session == NULL) {
        csm_mem_free(connection);
        return NULL;
    }
    return connection;
}

void csm_connection_free(csm_connection *connection)
{
    if (connection == NULL)
        return;
    csm_session_free(connection->session);
    csm_mem_free(connection);
}

size_t csm_connection_take(csm_connection *connection, const uint8_t *bytes, size_t len)
{
    size_t taken = 0;

    while (taken < len && csm_conn_can_take(connection->conn)) {
        csm_error err;
        csm_walk_result result;
        size_t size;

        csm_error_clear(&err);
        result = csm_walk_step(&connection->walk, connection->limits, bytes + taken, len - taken, &err);
        size = connection->walk.pos;
        if (result == CSM_WALK_MORE)
            break;
        connection->walk = (csm_walk){ 0 };
        if (result == CSM_WALK_BAD) {
            csm_session_refuse(connection->session, &err);
            return SIZE_MAX;
        }
        if (!csm_session_message(connection->session, (csm_str){ (const char *)bytes + taken, size }))
            return SIZE_MAX;
        taken += size;
    }
    csm_conn_set_partial(connection->conn, taken < len);
    return taken;
}
