/* What a storage engine must be able to do: the half of the room that differs between engines. Everything above
 * (views, iterators, the write transaction) is written once against these functions.
 * Private to the room and its tests. */
#ifndef CSM_STORE_ENGINE_H
#define CSM_STORE_ENGINE_H

#include "store/pending.h"
#include "store/store.h"

typedef struct csm_kv csm_kv;           /* an open engine */
typedef struct csm_kv_snap csm_kv_snap; /* a snapshot slot of it; one thread at a time */

typedef struct csm_kv_entry {
    csm_str key;
    csm_str value;
} csm_kv_entry;

/* A range seen in its direction of travel. */
typedef struct csm_kv_range {
    csm_db db;
    bool reverse;
    csm_str start; /* where travel begins: first key >= start (reverse: <= start); empty = that end of the db */
    bool past;     /* leave out start itself */
    csm_str stop;  /* forward: first key not wanted; reverse: last key wanted; empty = that end of the db */
} csm_kv_range;

/* All bytes handed out are borrowed until the snapshot is next renewed (when that moved it), reset or freed. */
typedef struct csm_kv_ops {
    const char *name;
    void (*close)(csm_kv *kv);
    /* Born reset. BUSY when all slots are taken. */
    csm_status (*snap_new)(csm_kv *kv, csm_kv_snap **out, csm_error *err);
    void (*snap_free)(csm_kv_snap *snap);
    /* Sees everything applied before the call. *moved: bytes read earlier are gone. On failure it is reset. */
    csm_status (*snap_renew)(csm_kv_snap *snap, uint64_t *sequence, bool *moved, csm_error *err);
    void (*snap_reset)(csm_kv_snap *snap);
    /* NOT_FOUND leaves err alone. */
    csm_status (*get)(csm_kv_snap *snap, csm_db db, csm_str key, csm_str *out, csm_error *err);
    /* At most max entries from the start of the range; fewer only at its end. */
    csm_status (*range)(csm_kv_snap *snap, const csm_kv_range *range, csm_kv_entry *out, size_t max, size_t *count,
                        csm_error *err);
    /* Applies all of the table as one, durably, and sets the sequence number. One thread at a time.
     * UNKNOWN: may or may not have happened. Any other error (FULL, CONFLICT, ...): nothing happened. */
    csm_status (*apply)(csm_kv *kv, const csm_pending *batch, uint64_t sequence, csm_error *err);
    /* All but sequence numbers in flight; any thread. */
    csm_status (*stat)(csm_kv *kv, csm_store_stat *out, csm_error *err);
    /* One consistent copy into @p fd, not synced. Any thread. */
    csm_status (*copy)(csm_kv *kv, int fd, csm_error *err);
} csm_kv_ops;

/* Each engine's own structs begin with these. */
struct csm_kv {
    const csm_kv_ops *ops;
};
struct csm_kv_snap {
    csm_kv *kv;
};

/* LMDB in the directory @p path, which the caller holds open and locked as @p dir. Creates it there unless
 * options say read_only. @p version: the newest store version this program can read. */
csm_status csm_kv_open_lmdb(const char *path, int dir, const csm_store_options *options, uint32_t version, csm_kv **out,
                            csm_error *err);

/* Makes the LMDB store in @p path, held as above, from a file that its copy function wrote. EXISTS when there is one. */
csm_status csm_kv_restore_lmdb(const char *copy, const char *path, int dir, uint32_t version, csm_error *err);

/* A store over any engine, which it owns from then on, also when this fails. @p dir: locked directory or -1; owned. */
csm_status csm_store_open_kv(csm_kv *kv, int dir, bool read_only, csm_store **out, csm_error *err);

#endif
