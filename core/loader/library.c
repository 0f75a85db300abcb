/* Mapping a plugin's file. The file is the one that was checked: it is loaded through its descriptor, by the name
 * /proc/self/fd/N. The dynamic loader keeps that name for the library for the life of the process, so the descriptor
 * stays open as long: were N used again, the next plugin would silently be this one. */
#include "loader/room.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"

#define ENTRY "csm_plugin_entry_v1"

typedef const csm_plugin *(*entry_fn)(void);

/* What this process has mapped, as the dynamic loader has: per process, not per server. Only grows; read without a
 * lock. Two servers loading a file at once may both note it, which is harmless. */
struct mapped {
    dev_t device;
    ino_t inode;
    entry_fn entry;
    struct mapped *next;
};
static struct mapped *_Atomic all_mapped;

static const struct mapped *find_mapped(const struct stat *info)
{
    const struct mapped *m = atomic_load(&all_mapped);

    while (m != NULL && (m->device != info->st_dev || m->inode != info->st_ino))
        m = m->next;
    return m;
}

static csm_status map(int fd, const struct stat *info, entry_fn *out, csm_error *err)
{
    struct mapped *m = csm_mem_zalloc(sizeof(*m));
    char path[64];
    void *library, *symbol;

    if (m == NULL)
        return csm_error_nomem(err);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == NULL) {
        const char *why = dlerror();

        csm_mem_free(m);
        return csm_error_set(err, CSM_E_INVALID, "cannot be loaded: %s", why != NULL ? why : "no reason given");
    }
    symbol = dlsym(library, ENTRY);
    memcpy(&m->entry, &symbol, sizeof(symbol)); /* ISO C has no cast from object to function pointer */
    m->device = info->st_dev;
    m->inode = info->st_ino;
    *out = m->entry;
    m->next = atomic_load(&all_mapped);
    while (!atomic_compare_exchange_weak(&all_mapped, &m->next, m))
        ;
    return CSM_OK;
}

csm_status csm_library_open(int fd, const struct stat *info, const csm_plugin **out, csm_error *err)
{
    const struct mapped *known = find_mapped(info);
    entry_fn entry = NULL;
    const csm_plugin *plugin;

    if (known != NULL) {
        entry = known->entry;
        close(fd); /* never given to the dynamic loader */
    } else {
        csm_status st = map(fd, info, &entry, err);

        if (st != CSM_OK) {
            close(fd); /* nothing is mapped under its name */
            return st;
        }
    }
    if (entry == NULL)
        return csm_error_set(err, CSM_E_INVALID, "has no entry function " ENTRY);
    plugin = entry();
    if (plugin == NULL)
        return csm_error_set(err, CSM_E_INVALID, "its entry function answers nothing");
    *out = plugin;
    return CSM_OK;
}
