/* What the files of the loader share. Private to this folder. */
#ifndef CSM_LOADER_ROOM_H
#define CSM_LOADER_ROOM_H

#include "loader/loader.h"

#include "base/lock.h"

#include <sys/stat.h>

/* But for pub, the writer's (or the boot's). */
typedef struct csm_entry {
    csm_loader_plugin pub;     /* changed under loader->lock */
    csm_plugin *decl;          /* the host's copy; NULL until loaded */
    uint8_t *settings;         /* decl->settings_size bytes, constant once the first registry is built */
    bool settings_read;
    bool installed;            /* has a manifest; false: only asked for */
    bool taken;                /* part of the registry that is built */
    bool marked;               /* by the step under way */
    enum { CSM_ENTRY_NEW, CSM_ENTRY_OPEN, CSM_ENTRY_PLACED } walk;
    int64_t mtime_us, size;    /* of the .so: a strike holds for this file only */
    int64_t manifest_changed_us; /* which manifest pub tells of */
    ino_t manifest_inode;
} csm_entry;

/* A plugin that took the process with it. */
typedef struct csm_strike {
    const char *id;
    int64_t mtime_us, size;
    bool starting;             /* while it was loaded or started: one is enough */
} csm_strike;

struct csm_loader {
    csm_loader_options options; /* texts copied */
    csm_arena *arena;
    csm_mutex *lock;           /* guards what other threads look at: entries and their pub parts, strikes, running */
    int dir;                   /* plugin_dir, opened */
    csm_entry **entries;       /* sorted by id */
    uint32_t entry_count, entry_room;
    csm_entry **order;         /* dependencies first; room for all entries */
    uint32_t order_count;
    csm_entry **way;           /* the same, while order is made */
    csm_strike *strikes;
    uint32_t strike_count;
    const char *running;       /* whose code is being loaded or started; NULL = nobody's */
};

/* By id, or by alias. NULL when absent. */
csm_entry *csm_entry_find(const csm_loader *loader, csm_str id_or_alias);
/* True for the id of one of the core's own plugins. */
bool csm_loader_is_own(const csm_loader *loader, const char *id);
/* A new entry, kept sorted; NULL: out of memory. */
csm_entry *csm_entry_add(csm_loader *loader, csm_str id);
/* Changes state and reason; logs quarantine. A reason already there stays: the first one is the cause. */
void csm_entry_mark(csm_loader *loader, csm_entry *entry, csm_plugin_state state, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* What is wrong with it: in a change told to who asked for it, in a boot (@p change NULL) a reason for quarantine. */
void csm_entry_blame(csm_loader *loader, csm_loader_change *change, csm_entry *entry, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The configuration enables it or an administrator did, and none said no since. */
static inline bool csm_entry_is_asked_for(const csm_entry *entry)
{
    return entry->pub.choice != CSM_CHOICE_OFF && (entry->pub.configured || entry->pub.choice == CSM_CHOICE_ON);
}
static inline bool csm_entry_is_out(const csm_entry *entry)
{
    return entry->pub.state == CSM_PLUGIN_QUARANTINED || entry->pub.state == CSM_PLUGIN_REJECTED;
}
bool csm_plugin_id_valid(csm_str id);

/* file.c: opens a regular file below @p dir for reading when nobody but root and the server's user may change it. */
csm_status csm_file_open(int dir, const char *name, int *out, struct stat *info, csm_error *err);
/* The same for the directory. */
csm_status csm_file_open_dir(const char *path, int *out, csm_error *err);
/* All of a small file. */
csm_status csm_file_read(int fd, const char *name, size_t most, csm_arena *arena, csm_str *out, csm_error *err);

/* manifest.c: one entry per installed plugin. A second time: what was installed or replaced since, unless it is active. */
csm_status csm_manifest_scan(csm_loader *loader, csm_error *err);

/* order.c: from what is asked for to what is taken, in loader->order; quarantines what misses something. */
csm_status csm_order_resolve(csm_loader *loader, csm_error *err);
/* What is taken, in loader->order. */
void csm_order_sort(csm_loader *loader);
/* @p entry and all it stands on, in loader->order. What it misses is blamed. */
void csm_order_reach(csm_loader *loader, csm_loader_change *change, csm_entry *entry);
/* Quarantines what depends on something that is out. */
void csm_order_drop_dependants(csm_loader *loader);

/* library.c: maps a plugin's file through its descriptor and calls its entry function. Takes @p fd over. */
csm_status csm_library_open(int fd, const struct stat *info, const csm_plugin **out, csm_error *err);

/* guard.c */
csm_status csm_guard_read(csm_loader *loader, csm_error *err);
/* Forgets the strikes of a plugin, on disk too. Any thread. */
csm_status csm_guard_clear(csm_loader *loader, csm_entry *entry, csm_error *err);

/* loader.c: loads what is taken and not loaded yet. Who cannot be is blamed. */
csm_status csm_loader_load(csm_loader *loader, csm_loader_change *change, csm_error *err);
/* build.c: one registry, of all that is taken. INVALID with the problems in @p change. */
csm_status csm_loader_build_change(csm_loader *loader, csm_loader_change *change, const csm_number_source *numbers,
                                   csm_registry **out, csm_error *err);

/* settings.c: fills entry->settings once. */
csm_status csm_settings_fill(csm_loader *loader, csm_entry *entry, csm_error *err);

#endif
