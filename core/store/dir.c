/* The data directory's lock and its durability. The lock is the kernel's (flock): it goes with the process, however
 * that ends. The file "pid" only tells a person who holds it. */
#include "store/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PID_FILE "pid"

/* The pid noted by the holder, or 0: a holder that just started has not written it yet. */
static long noted_pid(int dir)
{
    char text[24] = "";
    long pid = 0;
    ssize_t len;
    int fd = openat(dir, PID_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return 0;
    len = read(fd, text, sizeof(text) - 1);
    close(fd);
    for (ssize_t i = 0; i < len && text[i] >= '0' && text[i] <= '9' && pid < 100000000; i++)
        pid = pid * 10 + (text[i] - '0');
    return pid;
}

static csm_status note_pid(int dir, const char *path, csm_error *err)
{
    int fd = openat(dir, PID_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    int len;

    if (fd < 0)
        return csm_error_set(err, CSM_E_IO, "store \"%s\": cannot write file \"%s\": %s", path, PID_FILE,
                             strerror(errno));
    len = dprintf(fd, "%ld\n", (long)getpid());
    close(fd);
    if (len <= 0)
        return csm_error_set(err, CSM_E_IO, "store \"%s\": cannot write file \"%s\"", path, PID_FILE);
    return CSM_OK;
}

static csm_status lock(int dir, const char *path, csm_error *err)
{
    if (flock(dir, LOCK_EX | LOCK_NB) == 0)
        return CSM_OK;
    if (errno != EWOULDBLOCK)
        return csm_error_set(err, CSM_E_IO, "store \"%s\": cannot lock: %s", path, strerror(errno));

    long pid = noted_pid(dir);
    if (pid > 0)
        csm_error_set(err, CSM_E_BUSY, "store \"%s\" is in use by process %ld", path, pid);
    else
        csm_error_set(err, CSM_E_BUSY, "store \"%s\" is in use by another process", path);
    csm_error_hint(err, "only one server at a time opens a store; stop the other one first");
    return CSM_E_BUSY;
}

csm_status csm_dir_open(const char *path, bool create, int *out, csm_error *err)
{
    csm_status st;
    int dir;

    if (create && mkdir(path, 0700) != 0 && errno != EEXIST)
        return csm_error_set(err, CSM_E_IO, "store \"%s\": cannot make the directory: %s", path, strerror(errno));
    dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return csm_error_set(err, CSM_E_IO, "store \"%s\": cannot open the directory: %s", path, strerror(errno));
    if ((st = lock(dir, path, err)) != CSM_OK || (create && (st = note_pid(dir, path, err)) != CSM_OK)) {
        close(dir);
        return st;
    }
    *out = dir;
    return CSM_OK;
}

void csm_dir_close(int dir, bool created)
{
    if (dir < 0)
        return;
    if (created)
        unlinkat(dir, PID_FILE, 0);
    close(dir);
}

csm_status csm_dir_sync(int dir, csm_error *err)
{
    if (fsync(dir) != 0)
        return csm_error_set(err, CSM_E_IO, "cannot sync a directory: %s", strerror(errno));
    return CSM_OK;
}

csm_status csm_dir_sync_file(int dir, const char *name, csm_error *err)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int rc;

    if (fd < 0)
        return csm_error_set(err, CSM_E_IO, "cannot open file \"%s\": %s", name, strerror(errno));
    rc = fsync(fd);
    close(fd);
    if (rc != 0)
        return csm_error_set(err, CSM_E_IO, "cannot sync file \"%s\": %s", name, strerror(errno));
    return csm_dir_sync(dir, err);
}
