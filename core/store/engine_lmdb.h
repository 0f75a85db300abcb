/* What the two files of the LMDB engine share: engine_lmdb.c reads and writes, engine_lmdb_open.c makes and opens.
 * Nothing else includes this or <lmdb.h>. */
#ifndef CSM_STORE_ENGINE_LMDB_H
#define CSM_STORE_ENGINE_LMDB_H

#include "store/engine.h"

#include <lmdb.h>

#include <stdatomic.h>

/* Number of remembered (LMDB transaction, sequence number) pairs; a snapshot older than that reads its key. */
#define CSM_LMDB_STAMPS 8

typedef struct csm_lmdb_stamp {
    _Atomic uint64_t txn_id; /* 0 while being changed */
    _Atomic uint64_t sequence;
} csm_lmdb_stamp;

typedef struct csm_lmdb {
    csm_kv base;
    MDB_env *env;
    MDB_dbi dbis[CSM_DB_COUNT];
    MDB_dbi own; /* the engine's own keys */
    uint64_t page_bytes;
    uint64_t map_bytes;
    uint64_t ceiling;
    _Atomic uint64_t begun;   /* LMDB's number of the newest transaction whose commit has begun */
    _Atomic uint64_t commits; /* done, by this process, hence all there are: the directory is locked */
    csm_lmdb_stamp stamps[CSM_LMDB_STAMPS];
} csm_lmdb;

extern const csm_kv_ops csm_lmdb_ops;

/* The engine's own keys, with big-endian numbers of this width. */
#define CSM_LMDB_SEQUENCE "sequence"
#define CSM_LMDB_SEQUENCE_BYTES 8
#define CSM_LMDB_VERSION "version"
#define CSM_LMDB_VERSION_BYTES 4

/* The one place where LMDB's codes (and errno's) become ours. @p what: "cannot <what>". Never OK. */
csm_status csm_lmdb_failed(csm_error *err, int rc, const char *what);

/* These return LMDB's codes. */
int csm_lmdb_put_number(MDB_txn *txn, MDB_dbi dbi, const char *key, uint64_t number, size_t width);
int csm_lmdb_get_number(MDB_txn *txn, MDB_dbi dbi, const char *key, size_t width, uint64_t *out);
int csm_lmdb_begin_read(csm_lmdb *kv, MDB_txn **out);

static inline csm_str csm_lmdb_str(const MDB_val *val)
{
    return (csm_str){ val->mv_data, val->mv_size };
}

static inline MDB_val csm_lmdb_val(csm_str s)
{
    return (MDB_val){ .mv_size = s.len, .mv_data = (void *)(uintptr_t)s.ptr };
}

#endif
