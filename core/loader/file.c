/* Opening files that will run as this server: only what root or the server's user alone can change. */
#include "loader/room.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* INVALID when someone else could change what @p info describes. */
static csm_status check_owner(const char *name, const struct stat *info, csm_error *err)
{
    if (info->st_uid != 0 && info->st_uid != geteuid())
        return csm_error_set(err, CSM_E_INVALID, "\"%s\" belongs to user %u, neither root nor the server's", name,
                             (unsigned)info->st_uid);
    if ((info->st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return csm_error_set(err, CSM_E_INVALID, "\"%s\" may be written by others (mode %04o)", name,
                             (unsigned)info->st_mode & 07777u);
    return CSM_OK;
}

csm_status csm_file_open(int dir, const char *name, int *out, struct stat *info, csm_error *err)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    csm_status st = CSM_OK;

    if (fd < 0 && errno == ELOOP)
        return csm_error_set(err, CSM_E_INVALID, "\"%s\" is a symbolic link", name);
    if (fd < 0)
        return csm_error_set(err, errno == ENOENT ? CSM_E_NOT_FOUND : CSM_E_IO, "\"%s\": %s", name, strerror(errno));
    if (fstat(fd, info) != 0)
        st = csm_error_set(err, CSM_E_IO, "\"%s\": %s", name, strerror(errno));
    else if (!S_ISREG(info->st_mode))
        st = csm_error_set(err, CSM_E_INVALID, "\"%s\" is no regular file", name);
    else
        st = check_owner(name, info, err);
    if (st != CSM_OK) {
        close(fd);
        return st;
    }
    *out = fd;
    return CSM_OK;
}

csm_status csm_file_open_dir(const char *path, int *out, csm_error *err)
{
    struct stat info;
    csm_status st;
    int fd;

    if (path == NULL || path[0] != '/')
        return csm_error_set(err, CSM_E_INVALID, "plugin directory \"%s\" is no absolute path",
                             path != NULL ? path : "");
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return csm_error_set(err, CSM_E_IO, "plugin directory \"%s\": %s", path, strerror(errno));
    st = fstat(fd, &info) == 0 ? check_owner(path, &info, err)
                               : csm_error_set(err, CSM_E_IO, "\"%s\": %s", path, strerror(errno));
    if (st != CSM_OK) {
        close(fd);
        return st;
    }
    *out = fd;
    return CSM_OK;
}

csm_status csm_file_read(int fd, const char *name, size_t most, csm_arena *arena, csm_str *out, csm_error *err)
{
    char *bytes = csm_arena_alloc(arena, most + 1);
    size_t len = 0;

    if (bytes == NULL)
        return csm_error_nomem(err);
    while (len <= most) {
        ssize_t got = read(fd, bytes + len, most + 1 - len);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return csm_error_set(err, CSM_E_IO, "\"%s\": %s", name, strerror(errno));
        if (got == 0) {
            *out = (csm_str){ bytes, len };
            return CSM_OK;
        }
        len += (size_t)got;
    }
    return csm_error_set(err, CSM_E_INVALID, "\"%s\" is longer than %zu bytes", name, most);
}
