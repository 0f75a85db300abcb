/* Address text to its parts, and a name to its socket addresses. Opens no socket: listeners and clients do. */
#include "base/address.h"

#include "base/str.h"

#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

#define PORT_MAX 65535
#define MODE_MAX 0777

static csm_status port_parse(const char *text, csm_str port, uint16_t *out, csm_error *err)
{
    uint64_t number = 0;

    if (!csm_parse_uint(port, &number) || number > PORT_MAX)
        return csm_error_set(err, CSM_E_INVALID, "address \"%s\": port \"%.*s\" is not a number up to %d", text,
                             CSM_STR_FMT(port), PORT_MAX);
    *out = (uint16_t)number;
    return CSM_OK;
}

static csm_status tcp_parse(const char *text, csm_str rest, csm_address *out, csm_error *err)
{
    const char *colon = rest.len > 0 ? memrchr(rest.ptr, ':', rest.len) : NULL;
    csm_str host, port;

    if (colon == NULL)
        return csm_error_set(err, CSM_E_INVALID, "address \"%s\": needs a port, tcp:HOST:PORT", text);
    host = (csm_str){ rest.ptr, (size_t)(colon - rest.ptr) };
    port = (csm_str){ colon + 1, rest.len - host.len - 1 };
    if (host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']') {
        host.ptr++;
        host.len -= 2;
    } else if (host.len > 0 && memchr(host.ptr, ':', host.len) != NULL) {
        return csm_error_set(err, CSM_E_INVALID, "address \"%s\": an IPv6 host stands in brackets, tcp:[HOST]:PORT",
                             text);
    }
    if (host.len == 0)
        return csm_error_set(err, CSM_E_INVALID, "address \"%s\": needs a host; 0.0.0.0 or [::] for all", text);
    if (host.len > CSM_ADDRESS_HOST_MAX)
        return csm_error_set(err, CSM_E_INVALID, "address: host of %zu bytes is over %d", host.len,
                             CSM_ADDRESS_HOST_MAX);
    memcpy(out->host, host.ptr, host.len);
    return port_parse(text, port, &out->port, err);
}

static bool mode_parse(csm_str s, uint32_t *out)
{
    uint32_t mode = 0;

    if (s.len == 0 || s.len > 4)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '7')
            return false;
        mode = mode * 8 + (uint32_t)(s.ptr[i] - '0');
    }
    if (mode > MODE_MAX)
        return false;
    *out = mode;
    return true;
}

static csm_status unix_parse(const char *text, csm_str rest, csm_address *out, csm_error *err)
{
    csm_str path, option = rest;

    csm_str_split(&option, ',', &path);
    if (path.len == 0)
        return csm_error_set(err, CSM_E_INVALID, "address \"%s\": needs a path, unix:PATH", text);
    if (path.len > CSM_ADDRESS_PATH_MAX)
        return csm_error_set(err, CSM_E_INVALID, "address: socket path of %zu bytes is over %d", path.len,
                             CSM_ADDRESS_PATH_MAX);
    out->mode = 0600;
    if (path.len < rest.len) {
        option = (csm_str){ rest.ptr + path.len + 1, rest.len - path.len - 1 };
        if (!csm_str_starts(option, CSM_STR("mode=")))
            return csm_error_set(err, CSM_E_INVALID, "address \"%s\": unknown option \"%.*s\", only mode=OCTAL", text,
                                 CSM_STR_FMT(option));
        if (!mode_parse((csm_str){ option.ptr + 5, option.len - 5 }, &out->mode))
            return csm_error_set(err, CSM_E_INVALID, "address \"%s\": mode is not an octal number up to 0777", text);
    }
    memcpy(out->path, path.ptr, path.len);
    return CSM_OK;
}

csm_status csm_address_parse(const char *text, csm_address *out, csm_error *err)
{
    csm_address address = { 0 };
    csm_str rest = csm_str_of(text);
    csm_status st;

    if (csm_str_starts(rest, CSM_STR("tcp:"))) {
        st = tcp_parse(text, (csm_str){ rest.ptr + 4, rest.len - 4 }, &address, err);
    } else if (csm_str_starts(rest, CSM_STR("unix:"))) {
        address.is_unix = true;
        st = unix_parse(text, (csm_str){ rest.ptr + 5, rest.len - 5 }, &address, err);
    } else {
        st = csm_error_set(err, CSM_E_INVALID, "address \"%s\": is neither tcp:HOST:PORT nor unix:PATH", text);
    }
    if (st == CSM_OK)
        *out = address;
    return st;
}

csm_status csm_address_resolve(const csm_address *address, int flags, struct addrinfo **out, csm_error *err)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags };
    struct addrinfo *list = NULL;
    csm_status code = CSM_E_IO;
    char port[8];
    int rc;

    snprintf(port, sizeof(port), "%u", address->port);
    if ((rc = getaddrinfo(address->host, port, &hints, &list)) == 0) {
        *out = list;
        return CSM_OK;
    }
    if (rc == EAI_NONAME || rc == EAI_NODATA || rc == EAI_ADDRFAMILY)
        code = CSM_E_NOT_FOUND;
    else if (rc == EAI_MEMORY)
        code = CSM_E_NOMEM;
    return csm_error_set(err, code, "host \"%s\": %s", address->host, gai_strerror(rc));
}
