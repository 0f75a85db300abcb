/* The guard: a small file that says whose code is being loaded or started, and who took the process with him before. A crash
 * at a start leaves the note, one while serving the trail; the next boot makes either a strike against that very file. One
 * strike of a start, or three of serving, leave the plugin out. Lines: "running ID", "strike ID MTIME SIZE" (of a start),
 * "crash ID MTIME SIZE" (while serving). */
#include "loader/room.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/str.h"
#include "base/trail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define GUARD "plugin.guard"
#define GUARD_BYTES ((size_t)64 * 1024)
#define STRIKES_MAX 256
#define CRASHES_MAX 3u /* while serving */

static csm_status failed(const csm_loader *loader, csm_error *err)
{
    return csm_error_set(err, CSM_E_IO, "%s/" GUARD ": %s", loader->options.data_dir, strerror(errno));
}

/* Replaces the file in one step. A crash of the process, not of the machine, is what it must survive: no sync. */
static csm_status write_guard(const csm_loader *loader, csm_error *err)
{
    char path[4096], temp[4100];
    csm_status st = CSM_OK;
    csm_buf buf;
    int fd;

    if (snprintf(path, sizeof(path), "%s/" GUARD, loader->options.data_dir) >= (int)sizeof(path))
        return csm_error_set(err, CSM_E_INVALID, "data directory: the path is too long");
    (void)snprintf(temp, sizeof(temp), "%s.new", path);
    if (loader->running == NULL && loader->strike_count == 0)
        return unlink(path) == 0 || errno == ENOENT ? CSM_OK : failed(loader, err);
    csm_buf_init(&buf, GUARD_BYTES);
    if (loader->running != NULL)
        (void)csm_buf_printf(&buf, "running %s\n", loader->running);
    for (uint32_t n = 0; n < loader->strike_count; n++)
        (void)csm_buf_printf(&buf, "%s %s %lld %lld\n", loader->strikes[n].starting ? "strike" : "crash",
                             loader->strikes[n].id, (long long)loader->strikes[n].mtime_us,
                             (long long)loader->strikes[n].size);
    fd = buf.failed ? -1 : open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (buf.failed) {
        st = csm_error_nomem(err);
    } else if (fd < 0) {
        st = failed(loader, err);
    } else {
        bool written = write(fd, buf.ptr, buf.len) == (ssize_t)buf.len;

        if (close(fd) != 0 || !written || rename(temp, path) != 0)
            st = failed(loader, err);
    }
    csm_buf_done(&buf);
    return st;
}

static void add_strike(csm_loader *loader, csm_entry *entry, bool starting)
{
    if (loader->strike_count == STRIKES_MAX)
        return;
    loader->strikes[loader->strike_count++] = (csm_strike){ entry->pub.id, entry->mtime_us, entry->size, starting };
    entry->pub.strikes++;
}

/* Notes what the .so is now; false when there is none. */
static bool identify(const csm_loader *loader, csm_entry *entry)
{
    char file[128];
    struct stat info;

    (void)snprintf(file, sizeof(file), "%s.so", entry->pub.id);
    if (fstatat(loader->dir, file, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    entry->mtime_us = (int64_t)info.st_mtim.tv_sec * CSM_SECOND + info.st_mtim.tv_nsec / 1000;
    entry->size = (int64_t)info.st_size;
    return true;
}

/* Lines that make no sense are let go: the file is ours, and a boot must not fail for a hint. A strike against a file
 * since replaced is forgotten. */
static void take_line(csm_loader *loader, csm_str line)
{
    csm_str rest = line, word, id, mtime, size;
    int64_t at, bytes;
    csm_entry *entry;

    if (!csm_str_split(&rest, ' ', &word) || !csm_str_split(&rest, ' ', &id))
        return;
    entry = csm_entry_find(loader, id);
    if (entry == NULL || !identify(loader, entry))
        return;
    if (csm_str_is(word, "running")) {
        csm_log(CSM_LOG_ERROR, "loader", "the server ended while plugin \"%s\" was being loaded or started",
                entry->pub.id);
        add_strike(loader, entry, true);
        return;
    }
    if ((csm_str_is(word, "strike") || csm_str_is(word, "crash")) && csm_str_split(&rest, ' ', &mtime) &&
        csm_str_split(&rest, ' ', &size) && csm_parse_int(mtime, &at) && csm_parse_int(size, &bytes) &&
        at == entry->mtime_us && bytes == entry->size)
        add_strike(loader, entry, csm_str_is(word, "strike"));
}

static csm_status take_trail(csm_loader *loader, csm_error *err)
{
    char who[CSM_TRAIL_WHO], what[CSM_TRAIL_WHAT];
    csm_entry *entry;
    bool found = false;

    if (loader->options.trail != NULL)
        CSM_TRY(csm_trail_read(loader->options.trail, who, what, &found, err));
    entry = found ? csm_entry_find(loader, csm_str_of(who)) : NULL;
    if (entry == NULL || !identify(loader, entry))
        return CSM_OK;
    csm_log(CSM_LOG_ERROR, "loader", "the server ended in \"%s\" of plugin \"%s\"", what, entry->pub.id);
    add_strike(loader, entry, false);
    return CSM_OK;
}

/* Leaves out who had his strikes. */
static void judge(csm_loader *loader, csm_entry *entry)
{
    uint32_t starts = 0, crashes = 0;

    for (uint32_t n = 0; n < loader->strike_count; n++)
        if (strcmp(loader->strikes[n].id, entry->pub.id) == 0)
            ++*(loader->strikes[n].starting ? &starts : &crashes);
    if (starts > 0)
        csm_entry_mark(loader, entry, CSM_PLUGIN_QUARANTINED,
                       "ended the server while it was being loaded or started; install another build of it, or try it "
                       "again with plugin.clear and a restart");
    else if (crashes >= CRASHES_MAX)
        csm_entry_mark(loader, entry, CSM_PLUGIN_QUARANTINED,
                       "ended the server %u times; install another build of it, or try it again with plugin.clear and a "
                       "restart", crashes);
}

csm_status csm_guard_read(csm_loader *loader, csm_error *err)
{
    csm_str text = { 0 }, line;
    char path[4096];
    csm_status st;
    int fd;

    if (loader->options.data_dir == NULL)
        return CSM_OK;
    loader->strikes = csm_arena_array(loader->arena, STRIKES_MAX, sizeof(*loader->strikes));
    if (loader->strikes == NULL)
        return csm_error_nomem(err);
    if (snprintf(path, sizeof(path), "%s/" GUARD, loader->options.data_dir) >= (int)sizeof(path))
        return csm_error_set(err, CSM_E_INVALID, "data directory: the path is too long");
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno != ENOENT)
        return failed(loader, err);
    st = fd < 0 ? CSM_OK : csm_file_read(fd, path, GUARD_BYTES, loader->arena, &text, err);
    if (fd >= 0)
        close(fd);
    CSM_TRY(st);
    while (csm_str_split(&text, '\n', &line))
        take_line(loader, line);
    CSM_TRY(take_trail(loader, err));
    for (uint32_t n = 0; n < loader->entry_count; n++)
        judge(loader, loader->entries[n]);
    CSM_TRY(write_guard(loader, err));
    if (loader->options.trail != NULL) /* counted once */
        (void)unlink(loader->options.trail);
    return CSM_OK;
}

csm_status csm_guard_clear(csm_loader *loader, csm_entry *entry, csm_error *err)
{
    uint32_t kept = 0;
    csm_status st;

    if (loader->options.data_dir == NULL)
        return csm_error_set(err, CSM_E_UNSUPPORTED, "this server remembers no crashes");
    csm_mutex_lock(loader->lock);
    for (uint32_t n = 0; n < loader->strike_count; n++)
        if (strcmp(loader->strikes[n].id, entry->pub.id) != 0)
            loader->strikes[kept++] = loader->strikes[n];
    loader->strike_count = kept;
    entry->pub.strikes = 0;
    st = write_guard(loader, err);
    csm_mutex_unlock(loader->lock);
    return st;
}

csm_status csm_loader_guard(csm_loader *loader, const char *id, csm_error *err)
{
    const csm_entry *entry = id != NULL ? csm_entry_find(loader, csm_str_of(id)) : NULL;
    csm_status st;

    if (loader->options.data_dir == NULL)
        return CSM_OK;
    csm_mutex_lock(loader->lock);
    loader->running = entry != NULL ? entry->pub.id : NULL;
    st = write_guard(loader, err);
    csm_mutex_unlock(loader->lock);
    return st;
}
