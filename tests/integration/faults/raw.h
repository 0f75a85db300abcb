/* A connection that takes no memory between sending a request and having its answer: with fault points armed, whatever
 * fails, fails in the server. */
#ifndef TESTS_FAULTS_RAW_H
#define TESTS_FAULTS_RAW_H

#include "base/buf.h"
#include "wire/wire.h"

#include <csm/status.h>

typedef struct raw {
    int fd;
    csm_buf request;
    uint8_t reply[256 * 1024];
    size_t reply_len;
    bool silent; /* neither answered nor hung up */
} raw;

/* @p address: "unix:PATH" or "tcp:127.0.0.1:PORT". */
void raw_open(raw *r, const char *address);
void raw_done(raw *r);
/* Encodes a request; @p args is JSON with ' for ". */
void raw_prepare(raw *r, const char *method, const char *args);
/* Sends it and waits for the whole answer. False: the server closed the connection instead, or r->silent. */
bool raw_ask(raw *r);
/* What the answer says: OK, or the code at the start of its error ("CSM-15 ..."). */
csm_status raw_status(const raw *r);
/* Its result; borrowed from the reply and @p arena. */
csm_value raw_result(const raw *r, csm_arena *arena);
void raw_print(const raw *r);

#endif
