/* Readiness as service managers ask for it. Nothing depends on whether it is heard. */
#include "server/notify.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int csm_notify_open(const char *address)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    size_t len = address != NULL ? strlen(address) : 0;
    int fd;

    errno = 0;
    if (len == 0)
        return -1;
    if ((address[0] != '/' && address[0] != '@') || len >= sizeof(to.sun_path)) {
        errno = EINVAL;
        return -1;
    }
    memcpy(to.sun_path, address, len);
    if (address[0] == '@')
        to.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) != 0) {
        int why = errno;

        (void)close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

void csm_notify_tell(int fd, const char *state)
{
    int before = errno;

    if (fd >= 0)
        (void)send(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT);
    errno = before;
}
