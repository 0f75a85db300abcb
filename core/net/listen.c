/* Listeners: from an address to a bound socket, and accepting on it. Loop thread, or before the loop runs.
 * Sockets are made and accepted by hand and only then given to libuv: it cuts long socket paths silently, and refusing
 * a connection through it would need a handle, that is memory, for each. */
#include "net/net_int.h"

#include "base/log.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024
#define ACCEPTS_PER_TURN 64 /* then the connections that are there get their turn */
#define UNIX_MORE 16u /* above the maximum over a Unix socket: a crowd outside does not keep the administrator out */

typedef union sock_addr {
    struct sockaddr any;
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
} sock_addr;

/* ---- accepting ---- */

static void peer_read(const net_listener *listener, int fd, const sock_addr *addr, csm_peer *peer)
{
    char host[INET6_ADDRSTRLEN] = "";
    struct ucred cred;
    socklen_t len = sizeof(cred);

    *peer = (csm_peer){ .is_unix = listener->is_unix };
    if (listener->is_unix) {
        snprintf(peer->address, sizeof(peer->address), "unix");
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0 && len == sizeof(cred)) {
            peer->has_credentials = true;
            peer->uid = (uint32_t)cred.uid;
            peer->pid = (uint32_t)cred.pid;
        }
    } else if (addr->any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &addr->in6.sin6_addr, host, sizeof(host));
        snprintf(peer->address, sizeof(peer->address), "[%s]:%u", host, ntohs(addr->in6.sin6_port));
    } else {
        inet_ntop(AF_INET, &addr->in4.sin_addr, host, sizeof(host));
        snprintf(peer->address, sizeof(peer->address), "%s:%u", host, ntohs(addr->in4.sin_port));
    }
}

/* No descriptor left: gives up the spare one to take the connection off the queue and close it, for else the listener
 * would stay readable and the loop spin. */
static bool refuse_with_spare(net_listener *listener)
{
    csm_net *net = listener->net;
    int fd;

    if (net->spare_fd < 0)
        return false;
    close(net->spare_fd);
    if ((fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        close(fd);
        net->stats.refused++;
    }
    net->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return fd >= 0;
}

static void listener_mute(net_listener *listener)
{
    listener->muted = true;
    uv_poll_stop(&listener->poll);
}

/* False: nothing more to accept now. */
static bool accept_one(net_listener *listener)
{
    csm_net *net = listener->net;
    sock_addr addr = { 0 };
    socklen_t len = sizeof(addr);
    csm_peer peer;
    int fd = accept4(listener->fd, &addr.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0) {
        if (errno == EAGAIN)
            return false;
        if (errno == EMFILE || errno == ENFILE) {
            if (refuse_with_spare(listener))
                return true;
            listener_mute(listener);
            return false;
        }
        if (errno == ENOMEM || errno == ENOBUFS) {
            listener_mute(listener);
            return false;
        }
        return true; /* this connection failed before it was accepted; the next may be fine */
    }
    if (net->count >= net->options.max_connections + (listener->is_unix ? UNIX_MORE : 0)) {
        net->stats.refused++;
        close(fd);
        return true;
    }
    peer_read(listener, fd, &addr, &peer);
    conn_open(net, fd, &peer);
    return true;
}

static void on_connection(uv_poll_t *poll, int status, int events)
{
    net_listener *listener = poll->data;

    (void)status; /* accept tells the error */
    (void)events;
    for (int i = 0; i < ACCEPTS_PER_TURN && accept_one(listener); i++)
        ;
}

void listener_unmute(net_listener *listener)
{
    csm_net *net = listener->net;

    if (!listener->muted)
        return;
    if (net->spare_fd < 0)
        net->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (uv_poll_start(&listener->poll, UV_READABLE, on_connection) == 0)
        listener->muted = false;
}

/* ---- closing ---- */

static void on_listener_gone(uv_handle_t *handle)
{
    csm_mem_free(handle->data);
}

static void path_unlink(const net_listener *listener)
{
    struct stat st;

    /* Someone may have put another socket there meanwhile: that one is theirs. */
    if (lstat(listener->path, &st) != 0 || st.st_dev != listener->dev || st.st_ino != listener->ino)
        return;
    if (unlink(listener->path) != 0)
        csm_log(CSM_LOG_WARN, "net", "socket \"%s\" cannot be removed: %s", listener->path, strerrordesc_np(errno));
}

void listener_close(net_listener *listener)
{
    if (listener->is_unix)
        path_unlink(listener);
    uv_close((uv_handle_t *)&listener->poll, on_listener_gone);
    close(listener->fd);
}

/* ---- binding ---- */

static csm_status errno_error(csm_error *err, int number, const char *address)
{
    static const struct {
        int number;
        csm_status code;
    } known[] = {
        { EADDRINUSE, CSM_E_BUSY },
        { EACCES, CSM_E_DENIED },
        { EPERM, CSM_E_DENIED },
        { EROFS, CSM_E_DENIED },
        { ENOENT, CSM_E_NOT_FOUND },
        { ENOTDIR, CSM_E_NOT_FOUND },
        { EADDRNOTAVAIL, CSM_E_NOT_FOUND },
        { EMFILE, CSM_E_LIMIT },
        { ENFILE, CSM_E_LIMIT },
        { ENOMEM, CSM_E_NOMEM },
        { ENOBUFS, CSM_E_NOMEM },
    };
    csm_status code = CSM_E_IO;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].number == number)
            code = known[i].code;
    return csm_error_set(err, code, "listen on \"%s\": %s", address, strerrordesc_np(number));
}

static int stream_socket(int family)
{
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* 0 and a listening socket, or an errno value. */
static int tcp_bind(const struct addrinfo *info, int *out)
{
    static const int on = 1;
    int fd = stream_socket(info->ai_family), number;

    if (fd < 0)
        return errno;
    /* IPv6 only, so that 0.0.0.0 and [::] mean the same everywhere and can stand side by side. */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
        (info->ai_family != AF_INET6 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0) &&
        bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0) {
        *out = fd;
        return 0;
    }
    number = errno;
    close(fd);
    return number;
}

static csm_status tcp_listen(const char *text, const csm_address *address, int *out, csm_error *err)
{
    struct addrinfo *list = NULL;
    int number = EADDRNOTAVAIL;

    CSM_TRY(csm_address_resolve(address, AI_PASSIVE, &list, err));
    for (const struct addrinfo *info = list; info != NULL && number != 0; info = info->ai_next)
        number = tcp_bind(info, out);
    freeaddrinfo(list);
    return number == 0 ? CSM_OK : errno_error(err, number, text);
}

/* Something is at the path: a socket nobody listens on is removed, everything else is refused. */
static csm_status stale_remove(const char *text, const struct sockaddr_un *addr, csm_error *err)
{
    struct stat st;
    int fd, number = 0;

    if (lstat(addr->sun_path, &st) != 0)
        return errno == ENOENT ? CSM_OK : errno_error(err, errno, text);
    if (!S_ISSOCK(st.st_mode))
        return csm_error_set(err, CSM_E_EXISTS, "listen on \"%s\": the file there is not a socket", text);
    if ((fd = stream_socket(AF_UNIX)) < 0)
        return errno_error(err, errno, text);
    if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) != 0)
        number = errno;
    close(fd);
    if (number == 0 || number == EAGAIN) /* EAGAIN: its queue is full, so someone listens */
        return csm_error_set(err, CSM_E_BUSY, "listen on \"%s\": another process listens there", text);
    if (number != ECONNREFUSED && number != ENOENT)
        return errno_error(err, number, text);
    if (unlink(addr->sun_path) != 0 && errno != ENOENT)
        return errno_error(err, errno, text);
    return CSM_OK;
}

static csm_status unix_bind(const char *text, const csm_address *address, int fd, csm_error *err)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    csm_status st;

    memcpy(addr.sun_path, address->path, sizeof(address->path));
    /* The file is born with the descriptor's mode: never wider than asked, not even for a moment. */
    if (fchmod(fd, address->mode & 0600) != 0)
        return errno_error(err, errno, text);
    if (bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) != 0) {
        if (errno != EADDRINUSE)
            return errno_error(err, errno, text);
        CSM_TRY(stale_remove(text, &addr, err));
        if (bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) != 0)
            return errno_error(err, errno, text);
    }
    if (listen(fd, BACKLOG) == 0 && chmod(address->path, address->mode) == 0)
        return CSM_OK;
    st = errno_error(err, errno, text);
    unlink(address->path);
    return st;
}

static csm_status unix_listen(const char *text, const csm_address *address, int *out, csm_error *err)
{
    int fd = stream_socket(AF_UNIX);
    csm_status st;

    if (fd < 0)
        return errno_error(err, errno, text);
    if ((st = unix_bind(text, address, fd, err)) != CSM_OK) {
        close(fd);
        return st;
    }
    *out = fd;
    return CSM_OK;
}

static void bound_text(const net_listener *listener, char out[128])
{
    sock_addr addr = { 0 };
    socklen_t len = sizeof(addr);
    char host[INET6_ADDRSTRLEN] = "";

    if (listener->is_unix) {
        snprintf(out, 128, "unix:%s", listener->path);
        return;
    }
    getsockname(listener->fd, &addr.any, &len);
    if (addr.any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &addr.in6.sin6_addr, host, sizeof(host));
        snprintf(out, 128, "tcp:[%s]:%u", host, ntohs(addr.in6.sin6_port));
    } else {
        inet_ntop(AF_INET, &addr.in4.sin_addr, host, sizeof(host));
        snprintf(out, 128, "tcp:%s:%u", host, ntohs(addr.in4.sin_port));
    }
}

static csm_status listener_start(csm_net *net, net_listener *listener, const char *text, csm_error *err)
{
    struct stat st;
    int rc;

    if (listener->is_unix && lstat(listener->path, &st) == 0) {
        listener->dev = st.st_dev;
        listener->ino = st.st_ino;
    }
    if ((rc = uv_poll_init(&net->loop, &listener->poll, listener->fd)) != 0)
        return csm_error_set(err, CSM_E_IO, "listen on \"%s\": %s", text, uv_strerror(rc));
    listener->poll.data = listener;
    uv_poll_start(&listener->poll, UV_READABLE, on_connection);
    SLIST_INSERT_HEAD(&net->listeners, listener, next);
    return CSM_OK;
}

csm_status csm_net_listen(csm_net *net, const char *address, char bound[128], csm_error *err)
{
    csm_address parsed;
    net_listener *listener;
    csm_status st;

    CSM_TRY(csm_address_parse(address, &parsed, err));
    if ((listener = csm_mem_zalloc(sizeof(*listener))) == NULL)
        return csm_error_nomem(err);
    listener->net = net;
    listener->is_unix = parsed.is_unix;
    memcpy(listener->path, parsed.path, sizeof(parsed.path));
    st = parsed.is_unix ? unix_listen(address, &parsed, &listener->fd, err)
                        : tcp_listen(address, &parsed, &listener->fd, err);
    if (st != CSM_OK) {
        csm_mem_free(listener);
        return st;
    }
    if ((st = listener_start(net, listener, address, err)) != CSM_OK) {
        if (parsed.is_unix)
            unlink(parsed.path);
        close(listener->fd);
        csm_mem_free(listener);
        return st;
    }
    if (bound != NULL)
        bound_text(listener, bound);
    return CSM_OK;
}
