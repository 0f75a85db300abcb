/* Where a server listens and a client connects: "tcp:HOST:PORT", "tcp:[IPV6]:PORT" or "unix:PATH". */
#ifndef CSM_BASE_ADDRESS_H
#define CSM_BASE_ADDRESS_H

#include "base/error.h"

struct addrinfo;

#define CSM_ADDRESS_HOST_MAX 253
#define CSM_ADDRESS_PATH_MAX 107 /* what fits a socket address with its NUL */

typedef struct csm_address {
    bool is_unix;
    char host[CSM_ADDRESS_HOST_MAX + 1]; /* without brackets */
    uint16_t port;
    char path[CSM_ADDRESS_PATH_MAX + 1];
    uint32_t mode; /* of the socket file: 0600 unless ",mode=OCTAL" follows the path */
} csm_address;

/* Splits and checks @p text; resolves no name. INVALID says what is wrong with which part. */
csm_status csm_address_parse(const char *text, csm_address *out, csm_error *err);

/* The socket addresses of a tcp address; @p flags as in getaddrinfo (AI_PASSIVE to listen). Waits for the resolver.
 * @p out: caller frees with freeaddrinfo. NOT_FOUND host; NOMEM; IO when the resolver cannot be asked. */
csm_status csm_address_resolve(const csm_address *address, int flags, struct addrinfo **out, csm_error *err);

#endif
