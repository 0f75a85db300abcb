/* Opening, closing, size and copies of a store: the engine in its locked directory. */
#include "store/view.h"

#include "base/mem.h"
#include "store/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

csm_status csm_store_open_kv(csm_kv *kv, int dir, bool read_only, csm_store **out, csm_error *err)
{
    csm_store *store = csm_mem_zalloc(sizeof(*store));

    if (store == NULL) {
        kv->ops->close(kv);
        csm_dir_close(dir, !read_only);
        return csm_error_nomem(err);
    }
    store->kv = kv;
    store->dir = dir;
    store->read_only = read_only;
    *out = store;
    return CSM_OK;
}

csm_status csm_store_open(const char *path, const csm_store_options *options, csm_store **out, csm_error *err)
{
    static const csm_store_options defaults = { 0 };
    csm_status st;
    csm_kv *kv;
    int dir;

    if (options == NULL)
        options = &defaults;
    CSM_TRY(csm_dir_open(path, !options->read_only, &dir, err));
    if ((st = csm_kv_open_lmdb(path, dir, options, CSM_STORE_VERSION, &kv, err)) != CSM_OK) {
        csm_dir_close(dir, !options->read_only);
        return st;
    }
    return csm_store_open_kv(kv, dir, options->read_only, out, err);
}

void csm_store_close(csm_store *store)
{
    if (store == NULL)
        return;
    csm_txn_free_writer(store);
    store->kv->ops->close(store->kv);
    csm_dir_close(store->dir, !store->read_only);
    csm_mem_free(store);
}

csm_status csm_store_get_stat(csm_store *store, csm_store_stat *out, csm_error *err)
{
    CSM_TRY(csm_store_check(store, err));
    return store->kv->ops->stat(store->kv, out, err);
}

/* Makes the directory entry of @p path durable. */
static csm_status sync_parent(const char *path, csm_error *err)
{
    const char *slash = strrchr(path, '/');
    char *parent = csm_mem_strdup(slash == NULL ? "." : slash == path ? "/" : path);
    csm_status st;
    int dir;

    if (parent == NULL)
        return csm_error_nomem(err);
    if (slash != NULL && slash != path)
        parent[slash - path] = '\0';
    dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    csm_mem_free(parent);
    if (dir < 0)
        return csm_error_set(err, CSM_E_IO, "cannot open the directory of \"%s\": %s", path, strerror(errno));
    st = csm_dir_sync(dir, err);
    close(dir);
    return st;
}

static csm_status copy_to(csm_store *store, int fd, const char *temp, const char *path, csm_error *err)
{
    CSM_TRY(store->kv->ops->copy(store->kv, fd, err));
    if (fsync(fd) != 0)
        return csm_error_set(err, CSM_E_IO, "cannot sync \"%s\": %s", temp, strerror(errno));
    if (rename(temp, path) != 0)
        return csm_error_set(err, CSM_E_IO, "cannot rename \"%s\" to \"%s\": %s", temp, path, strerror(errno));
    return sync_parent(path, err);
}

csm_status csm_store_copy(csm_store *store, const char *path, csm_error *err)
{
    size_t size = strlen(path) + sizeof(".XXXXXX");
    csm_status st;
    char *temp;
    int fd;

    CSM_TRY(csm_store_check(store, err));
    if ((temp = csm_mem_alloc(size)) == NULL)
        return csm_error_nomem(err);
    snprintf(temp, size, "%s.XXXXXX", path);
    fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0) {
        st = csm_error_set(err, CSM_E_IO, "cannot make a file for \"%s\": %s", path, strerror(errno));
    } else {
        st = copy_to(store, fd, temp, path, err);
        close(fd);
        if (st != CSM_OK)
            unlink(temp);
    }
    csm_mem_free(temp);
    return st;
}

csm_status csm_store_restore(const char *copy, const char *path, csm_error *err)
{
    csm_status st;
    int dir;

    CSM_TRY(csm_dir_open(path, true, &dir, err));
    st = csm_kv_restore_lmdb(copy, path, dir, CSM_STORE_VERSION, err);
    csm_dir_close(dir, true);
    return st;
}
