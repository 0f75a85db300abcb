/* The ordered key-value store: engine interface, LMDB behind it, snapshots, and the write transaction with its
 * pending table. The only room that includes <lmdb.h>. Knows no table, field or user.
 * Promises only what a distributed ordered engine can also give: no pointer outlives its snapshot, one value per
 * key, no range delete, keys under 512 bytes, values under 64 KiB. */
#ifndef CSM_STORE_STORE_H
#define CSM_STORE_STORE_H

#include "base/arena.h"
#include "base/error.h"

#include <csm/types.h>

typedef struct csm_store csm_store;
typedef struct csm_snap csm_snap; /* a read snapshot */
typedef struct csm_txn csm_txn;   /* the write transaction: snapshot + pending table */
typedef struct csm_view csm_view; /* what a reader reads through: a snapshot or a write transaction */

typedef enum csm_db {
    CSM_DB_META,
    CSM_DB_ROWS,
    CSM_DB_INDEX,
    CSM_DB_HISTORY,
    CSM_DB_LOG,
    CSM_DB_REQUEST,
    CSM_DB_BLOB,
    CSM_DB_DUE,
    CSM_DB_TEXT,
    CSM_DB_COUNT
} csm_db;

#define CSM_KEY_MAX 511
#define CSM_VALUE_MAX 65535
#define CSM_STORE_VERSION 1

typedef struct csm_store_options {
    uint64_t map_bytes;      /* address space, default 1 TiB (0) */
    uint64_t ceiling_bytes;  /* bytes in use from which on a batch with puts is FULL unless essential; 0 or too high: a little below
                              * map_bytes, so that deletes, which copy pages too, still go on */
    uint32_t readers;        /* most snapshots at a time, default 126 (0) */
    bool read_only;          /* verify: nothing is created or written, not even the lock's pid */
} csm_store_options;

/* Opens or creates the store in directory @p path. A new environment is made in a temporary directory and renamed
 * into place. The directory is locked: a second open by any process is BUSY naming the holder's pid.
 * E_IO (path unusable, read-only), E_STATE (newer version than CSM_STORE_VERSION), E_CORRUPT. */
csm_status csm_store_open(const char *path, const csm_store_options *options, csm_store **out, csm_error *err);
void csm_store_close(csm_store *store); /* all snapshots and transactions ended; NULL is fine */

typedef struct csm_store_stat {
    uint64_t sequence;                /* last committed */
    uint64_t bytes_used, bytes_map, ceiling;
    uint64_t entries[CSM_DB_COUNT];
} csm_store_stat;
csm_status csm_store_get_stat(csm_store *store, csm_store_stat *out, csm_error *err);
/* One consistent copy while serving, synced, made under a temporary name and renamed. Any thread. */
csm_status csm_store_copy(csm_store *store, const char *path, csm_error *err);
/* Makes a store in directory @p path (made when missing) from such a copy. EXISTS when there is a store in it already;
 * BUSY, IO, CORRUPT, STATE as in open. All of it or nothing. */
csm_status csm_store_restore(const char *copy, const char *path, csm_error *err);

/* ---- reading ---- */

/* A snapshot slot belongs to one thread at a time (not to a fixed one). Born reset. */
csm_status csm_snap_new(csm_store *store, csm_snap **out, csm_error *err);
void csm_snap_free(csm_snap *snap);
/* Makes it see everything committed before the call. Cheap (below 0.1 us when nothing changed). */
csm_status csm_snap_renew(csm_snap *snap, csm_error *err);
/* Lets go of its pages; every pointer read through it ends here. Before the thread sleeps. */
void csm_snap_reset(csm_snap *snap);
uint64_t csm_snap_sequence(const csm_snap *snap);
csm_view *csm_snap_view(csm_snap *snap);

/* The highest sequence number the view sees (for a transaction: of its base snapshot). */
uint64_t csm_view_sequence(const csm_view *view);

/* OK and *out borrowed until the snapshot is renewed or the transaction ends, or CSM_E_NOT_FOUND (err untouched). */
csm_status csm_view_get(csm_view *view, csm_db db, csm_str key, csm_str *out, csm_error *err);

/* A range read. Reads in batches, keeps no engine cursor between calls. Writing into the view's transaction while
 * iterating is allowed: entries put or deleted ahead of the iterator are seen as they are then.
 * It ends with its snapshot's reset or renewal: STATE from then on. The thread of its view. */
typedef struct csm_iter csm_iter;
typedef struct csm_range {
    csm_db db;
    csm_str from;  /* first key, inclusive; empty = first of db */
    csm_str to;    /* end, exclusive; empty = end of db */
    bool reverse;  /* from the end down to from */
} csm_range;
/* Allocated in @p arena, a kilobyte, and more as it reads on; bounds are copied. */
csm_status csm_iter_open(csm_arena *arena, csm_view *view, const csm_range *range, csm_iter **out, csm_error *err);
/* *has false at the end. Key and value are borrowed as those of csm_view_get are. A call that failed may be repeated. */
csm_status csm_iter_next(csm_iter *it, csm_str *key, csm_str *value, bool *has, csm_error *err);
/* Passes entries as long as their keys begin with @p prefix, which the last one handed out does: some or all of them, some
 * thousands at most; *count of them. Cheap where they are many. None in a transaction. */
csm_status csm_iter_pass(csm_iter *it, csm_str prefix, size_t *count, csm_error *err);
/* Continues at the first key >= @p key (reverse: <= key), in either direction of travel. */
csm_status csm_iter_seek(csm_iter *it, csm_str key, csm_error *err);
void csm_iter_close(csm_iter *it); /* NULL is fine */

/* Smallest key greater than every key that starts with @p prefix, in @p buf (511 bytes); empty when there is none. */
csm_str csm_key_after(csm_str prefix, uint8_t buf[CSM_KEY_MAX]);

/* ---- writing: one thread at a time, begin to commit ---- */

/* STATE while another is open, or when the store is read-only. */
csm_status csm_txn_begin(csm_store *store, csm_txn **out, csm_error *err);
csm_view *csm_txn_view(csm_txn *txn);
/* Copies key and value. LIMIT when too long, INVALID for an empty key. */
csm_status csm_txn_put(csm_txn *txn, csm_db db, csm_str key, csm_str value, csm_error *err);
csm_status csm_txn_del(csm_txn *txn, csm_db db, csm_str key, csm_error *err); /* absent is fine */
/* From here on the transaction also goes through above the ceiling (deletes with what they leave in history and log, what a
 * server needs to start): only the map and the disk still bound it. */
void csm_txn_set_essential(csm_txn *txn);
/* Memory taken by writes, undone ones included (what was read of them stays put until the end), and keys pending. */
size_t csm_txn_bytes(const csm_txn *txn);
size_t csm_txn_entries(const csm_txn *txn);

typedef struct csm_savepoint { size_t mark; uint64_t sequences; } csm_savepoint;
/* Marks are undone from the last to the first; one undone stays usable. */
csm_savepoint csm_txn_save(const csm_txn *txn);
void csm_txn_undo(csm_txn *txn, csm_savepoint point); /* cannot fail */

/* The number the request now running will have if it takes effect: base + sequences taken + 1. */
uint64_t csm_txn_next_sequence(const csm_txn *txn);
/* Takes that number for the request that just took effect. Undo gives back those taken since the mark. */
void csm_txn_take_sequence(csm_txn *txn);

/* Applies everything in key order, synced, and frees the transaction either way.
 * OK: on disk, visible to snapshots renewed from now on. UNKNOWN: may or may not be on disk: the store refuses
 * everything from now on and the server must stop. Any other (FULL; CONFLICT, on engines with several writers; LIMIT,
 * NOMEM, IO): nothing happened, the store goes on. FULL by the ceiling spares batches of deletes alone and essential ones. */
csm_status csm_txn_commit(csm_txn *txn, csm_error *err);
void csm_txn_abort(csm_txn *txn); /* NULL is fine */
/* A transaction that can never be committed (dry runs), on any thread, over a snapshot of its own. */
csm_status csm_txn_begin_dry(csm_store *store, csm_txn **out, csm_error *err);

#endif
