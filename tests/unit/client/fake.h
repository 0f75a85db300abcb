/* A server of one connection, on a thread, that does what a test tells it. Scripts do not assert: what is wrong there
 * shows at the client's end. */
#ifndef CSM_TEST_CLIENT_FAKE_H
#define CSM_TEST_CLIENT_FAKE_H

#include <csm/client.h>

#include <stdatomic.h>

#include "base/lock.h"
#include "wire/wire.h"

#define FAKE_WAIT_MS 60000 /* for what must come, before a test gives up */

typedef struct fake {
    char dir[64], path[96], address[104];
    int listener, fd;
    csm_thread *thread;
    void (*script)(struct fake *f); /* with fd connected; closed after it returns */
    const void *arg;                /* for the script */
    bool no_hello;                  /* the script answers server.hello itself */
    bool said_hello;                /* and asked for error maps */
    atomic_bool go;                 /* fake_wait_go returns */
    csm_buf in;
    size_t in_at;
    csm_buf out;
} fake;

typedef struct fake_request {
    csm_envelope envelope;
    csm_str params; /* encoded; borrowed until the next request */
} fake_request;

void fake_start(fake *f, void (*script)(fake *f), const void *arg);
void fake_stop(fake *f);
/* fake_start and a client connected to it. */
csm_client *fake_client(fake *f, void (*script)(fake *f), const void *arg);

/* ---- for scripts ---- */

bool fake_next(fake *f, fake_request *out); /* false: the client is gone */
void fake_reply(fake *f, uint32_t msgid, csm_value result);
void fake_error(fake *f, uint32_t msgid, csm_value error);
void fake_notify(fake *f, const char *method, csm_value params);
void fake_send(fake *f, const void *bytes, size_t len);
void fake_wait_go(fake *f);
/* Reads and drops until the client closes. */
void fake_until_closed(fake *f);

/* Answers every request with its own params (the map), until the client closes. */
void script_echo(fake *f);

#endif
