/* What the files of the client share. */
#ifndef CSM_CLIENT_CLIENT_INT_H
#define CSM_CLIENT_CLIENT_INT_H

#include <csm/client.h>

#include "base/error.h"
#include "wire/wire.h"

#include <sys/queue.h>

#define PENDING_MAX 65536u /* requests under way */

typedef enum pending_state {
    PENDING_WAITING,
    PENDING_FORGOTTEN, /* its answer is dropped when it comes */
    PENDING_DONE       /* its answer is here: in client->done */
} pending_state;

typedef struct pending {
    uint32_t msgid;
    pending_state state;
    uint8_t *bytes; /* DONE: the whole message */
    size_t len;
    TAILQ_ENTRY(pending) done;
} pending;

typedef TAILQ_HEAD(pending_list, pending) pending_list;

struct csm_client {
    int fd; /* -1: lost, see broken */
    csm_client_options options;
    csm_wire_limits limits;
    csm_error broken; /* why the connection was lost */
    csm_buf in;       /* in[in_at ..]: not yet a whole message */
    size_t in_at;
    csm_walk walk;   /* of the message at in_at */
    csm_buf out;     /* the request being sent */
    pending **slots; /* by msgid & (slot_count - 1), a power of two */
    uint32_t slot_count;
    uint32_t pending_count;
    uint32_t waiting_count; /* of them in PENDING_WAITING */
    uint32_t next_msgid;
    pending_list done; /* in order of arrival */
    size_t done_bytes;
    uint64_t received; /* messages so far */
    bool in_callback;
    csm_client_result *hello;
    csm_client_result *refusal; /* the last error the server answered; NULL: none since */
};

/* ---- connect.c ---- */

/* A connected, non-blocking, close-on-exec socket. Deadlines are csm_mono_us, INT64_MAX for none. */
csm_status connect_open(const char *address, int64_t deadline_us, int *out, csm_error *err);
int64_t deadline_in(int32_t timeout_ms);
/* Waits for one of @p events (poll's) on @p fd; TIMEOUT (nothing set in @p err then) or IO. */
csm_status wait_ready(int fd, short events, int64_t deadline_us, short *out, csm_error *err);

/* ---- stream.c ---- */

/* Sends client->out, reading meanwhile what the server sends, so that neither side waits for the other for ever. */
csm_status stream_send(csm_client *client, int64_t deadline_us, csm_error *err);
/* Reads once and takes in every whole message. TIMEOUT leaves everything as it is; any other failure loses the
 * connection. */
csm_status stream_read(csm_client *client, int64_t deadline_us, csm_error *err);
/* Closes the socket and remembers why; returns err's code. */
csm_status stream_lose(csm_client *client, csm_error *err);

/* ---- pending.c ---- */

csm_status pending_add(csm_client *client, uint32_t *out_msgid, csm_error *err);
pending *pending_find(const csm_client *client, uint32_t msgid);
void pending_del(csm_client *client, pending *p);
/* Its answer came: takes over @p bytes. */
void pending_done(csm_client *client, pending *p, uint8_t *bytes, size_t len);
/* Its answer is not wanted any more. */
void pending_forget(csm_client *client, pending *p);
void pending_free_all(csm_client *client);

/* ---- result.c ---- */

/* Decodes an answer. Takes over @p bytes in every case. The server's own error goes straight to @p out_err, and as it was
 * sent to @p refusal, which the caller frees. */
csm_status result_decode(uint8_t *bytes, size_t len, csm_client_result **out, csm_client_result **refusal,
                         csm_client_error *out_err);
/* Puts a failure of our own into the caller's form; returns its code. */
csm_status error_export(const csm_error *err, csm_client_error *out);

#endif
