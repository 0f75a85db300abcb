/* From an address to a connected socket, and waiting on it. Knows no protocol. */
#include "client_int.h"

#include "base/address.h"
#include "base/clock.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int64_t deadline_in(int32_t timeout_ms)
{
    return timeout_ms < 0 ? INT64_MAX : csm_mono_us() + (int64_t)timeout_ms * 1000;
}

csm_status wait_ready(int fd, short events, int64_t deadline_us, short *out, csm_error *err)
{
    struct pollfd watched = { .fd = fd, .events = events };
    int64_t left_ms = -1;
    int rc;

    do {
        if (deadline_us != INT64_MAX) {
            left_ms = (deadline_us - csm_mono_us() + 999) / 1000;
            left_ms = left_ms < 0 ? 0 : left_ms > INT32_MAX ? INT32_MAX : left_ms;
        }
        rc = poll(&watched, 1, (int)left_ms);
    } while (rc < 0 && errno == EINTR);
    if (rc < 0)
        return csm_error_set(err, CSM_E_IO, "waiting for the server: %s", strerrordesc_np(errno));
    if (rc == 0)
        return CSM_E_TIMEOUT;
    *out = watched.revents;
    return CSM_OK;
}

static csm_status refused(const char *address, int number, csm_error *err)
{
    csm_status code = CSM_E_IO;

    if (number == EACCES || number == EPERM)
        code = CSM_E_DENIED;
    else if (number == EAGAIN) /* a Unix socket whose queue is full */
        code = CSM_E_BUSY;
    csm_error_set(err, code, "connect to \"%s\": %s", address, strerrordesc_np(number));
    if (number == ECONNREFUSED || number == ENOENT)
        csm_error_hint(err, "is the server running and listening there?");
    return code;
}

static csm_status timed_out(const char *address, csm_error *err)
{
    return csm_error_set(err, CSM_E_TIMEOUT, "connect to \"%s\": no answer in time", address);
}

/* 0, or the errno value of the connection attempt; ETIMEDOUT also past the deadline. */
static int attempt(int fd, const struct sockaddr *addr, socklen_t len, int64_t deadline_us)
{
    int number = 0;
    socklen_t number_len = sizeof(number);
    short ready = 0;

    if (connect(fd, addr, len) == 0)
        return 0;
    if (errno != EINPROGRESS && errno != EINTR)
        return errno;
    if (wait_ready(fd, POLLOUT, deadline_us, &ready, NULL) != CSM_OK)
        return ETIMEDOUT;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &number_len) != 0)
        return errno;
    return number;
}

static int open_one(int family, const struct sockaddr *addr, socklen_t len, int64_t deadline_us, int *out)
{
    static const int on = 1;
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int number;

    if (fd < 0)
        return errno;
    if ((number = attempt(fd, addr, len, deadline_us)) != 0) {
        close(fd);
        return number;
    }
    if (family != AF_UNIX)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* without it calls are only slower */
    *out = fd;
    return 0;
}

static csm_status open_unix(const char *text, const csm_address *address, int64_t deadline_us, int *out, csm_error *err)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int number;

    memcpy(addr.sun_path, address->path, sizeof(address->path));
    number = open_one(AF_UNIX, (const struct sockaddr *)&addr, sizeof(addr), deadline_us, out);
    if (number == ETIMEDOUT)
        return timed_out(text, err);
    return number == 0 ? CSM_OK : refused(text, number, err);
}

static csm_status open_tcp(const char *text, const csm_address *address, int64_t deadline_us, int *out, csm_error *err)
{
    struct addrinfo *list = NULL;
    int number = ECONNREFUSED;

    CSM_TRY(csm_address_resolve(address, 0, &list, err));
    for (const struct addrinfo *info = list; info != NULL && number != 0; info = info->ai_next)
        number = open_one(info->ai_family, info->ai_addr, info->ai_addrlen, deadline_us, out);
    freeaddrinfo(list);
    if (number == ETIMEDOUT)
        return timed_out(text, err);
    return number == 0 ? CSM_OK : refused(text, number, err);
}

csm_status connect_open(const char *address, int64_t deadline_us, int *out, csm_error *err)
{
    csm_address parsed;

    CSM_TRY(csm_address_parse(address, &parsed, err));
    return parsed.is_unix ? open_unix(address, &parsed, deadline_us, out, err)
                          : open_tcp(address, &parsed, deadline_us, out, err);
}
