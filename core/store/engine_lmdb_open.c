/* Making and opening the LMDB environment: a named database per csm_db and one of the engine's own ("store": format
 * version and sequence number), so that callers' keys are untouched. */
#include "store/engine_lmdb.h"

#include "base/mem.h"
#include "store/dir.h"
#include "store/pending.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATA_FILE "data.mdb"
#define LOCK_FILE "lock.mdb"
#define NEW_DIR "new" /* where a new environment is made; whatever is left in it was never in use */

#ifdef CSM_SANITIZED
#define MAP_DEFAULT (UINT64_C(1) << 36) /* the thread sanitizer leaves little more than 1 TiB of address space in all */
#else
#define MAP_DEFAULT (UINT64_C(1) << 40)
#endif
#define MAP_LEAST (UINT64_C(1) << 20)
#define RESERVE_MOST (UINT64_C(64) << 20)
#define COPY_STEP ((size_t)16 << 20)
#define READERS_DEFAULT 126
#define READERS_OWN 4 /* the writer's base, stat, copy, the ceiling check */

static const char *const db_names[CSM_DB_COUNT] = {
    [CSM_DB_META] = "meta",       [CSM_DB_ROWS] = "rows", [CSM_DB_INDEX] = "index",
    [CSM_DB_HISTORY] = "history", [CSM_DB_LOG] = "log",   [CSM_DB_REQUEST] = "request",
    [CSM_DB_BLOB] = "blob",       [CSM_DB_DUE] = "due",   [CSM_DB_TEXT] = "text",
};
static const char own_name[] = "store";

static int open_env(csm_lmdb *kv, const char *path, const csm_store_options *options)
{
    unsigned readers = (options->readers != 0 ? options->readers : READERS_DEFAULT) + READERS_OWN;
    /* Nobody else can write: the directory is locked. So reading alone needs no lock file. */
    unsigned flags = MDB_NOTLS | (options->read_only ? MDB_RDONLY | MDB_NOLOCK : 0);
    MDB_stat stat;
    int dead = 0;
    int rc;

    if ((rc = mdb_env_create(&kv->env)) != 0 || (rc = mdb_env_set_mapsize(kv->env, kv->map_bytes)) != 0 ||
        (rc = mdb_env_set_maxdbs(kv->env, CSM_DB_COUNT + 1)) != 0 ||
        (rc = mdb_env_set_maxreaders(kv->env, readers)) != 0 || (rc = mdb_env_open(kv->env, path, flags, 0600)) != 0 ||
        (rc = mdb_reader_check(kv->env, &dead)) != 0 || (rc = mdb_env_stat(kv->env, &stat)) != 0)
        return rc;
    kv->page_bytes = stat.ms_psize;
    return 0;
}

/* LMDB's own order, but faster; tools that know nothing of it read the same file. */
static int compare_keys(const MDB_val *a, const MDB_val *b)
{
    return csm_key_cmp(csm_lmdb_str(a), csm_lmdb_str(b));
}

static int open_dbs(csm_lmdb *kv, MDB_txn *txn, unsigned flags)
{
    int rc = mdb_dbi_open(txn, own_name, flags, &kv->own);

    for (int db = 0; rc == 0 && db < CSM_DB_COUNT; db++)
        if ((rc = mdb_dbi_open(txn, db_names[db], flags, &kv->dbis[db])) == 0)
            rc = mdb_set_compare(txn, kv->dbis[db], compare_keys);
    return rc;
}

/* Makes all databases and the store's own keys: what one finds in any store that was ever in use. */
static csm_status fill_new(csm_lmdb *kv, uint32_t version, csm_error *err)
{
    csm_str lmdb = csm_str_of(mdb_version(NULL, NULL, NULL));
    MDB_val k = csm_lmdb_val(CSM_STR("lmdb")), v = csm_lmdb_val(lmdb);
    MDB_txn *txn;
    int rc = mdb_txn_begin(kv->env, NULL, 0, &txn);

    if (rc != 0)
        return csm_lmdb_failed(err, rc, "make a new store");
    if ((rc = open_dbs(kv, txn, MDB_CREATE)) != 0 ||
        (rc = csm_lmdb_put_number(txn, kv->own, CSM_LMDB_VERSION, version, CSM_LMDB_VERSION_BYTES)) != 0 ||
        (rc = csm_lmdb_put_number(txn, kv->own, CSM_LMDB_SEQUENCE, 0, CSM_LMDB_SEQUENCE_BYTES)) != 0 ||
        (rc = mdb_put(txn, kv->own, &k, &v, 0)) != 0) {
        mdb_txn_abort(txn);
        return csm_lmdb_failed(err, rc, "make a new store");
    }
    if ((rc = mdb_txn_commit(txn)) != 0)
        return csm_lmdb_failed(err, rc, "make a new store");
    return CSM_OK;
}

static csm_status check_version(csm_lmdb *kv, MDB_txn *txn, uint32_t newest, csm_error *err)
{
    uint64_t version = 0;
    int rc = csm_lmdb_get_number(txn, kv->own, CSM_LMDB_VERSION, CSM_LMDB_VERSION_BYTES, &version);

    if (rc != 0)
        return csm_lmdb_failed(err, rc, "read its version");
    if (version == 0)
        return csm_error_set(err, CSM_E_CORRUPT, "store is damaged: version 0");
    if (version > newest) {
        csm_error_set(err, CSM_E_STATE, "store has version %llu, this server reads up to %u",
                      (unsigned long long)version, (unsigned)newest);
        csm_error_hint(err, "start the newer server that wrote it");
        return CSM_E_STATE;
    }
    return CSM_OK;
}

/* Opens what the environment holds; the handles live as long as it does. */
static csm_status open_existing(csm_lmdb *kv, uint32_t newest, csm_error *err)
{
    uint64_t sequence;
    csm_status st;
    MDB_txn *txn;
    int rc = csm_lmdb_begin_read(kv, &txn);

    if (rc != 0)
        return csm_lmdb_failed(err, rc, "open it");
    if ((rc = open_dbs(kv, txn, 0)) != 0) {
        st = csm_lmdb_failed(err, rc == MDB_NOTFOUND ? MDB_INVALID : rc, "open its databases");
        goto out;
    }
    if ((st = check_version(kv, txn, newest, err)) != CSM_OK)
        goto out;
    if ((rc = csm_lmdb_get_number(txn, kv->own, CSM_LMDB_SEQUENCE, CSM_LMDB_SEQUENCE_BYTES, &sequence)) != 0) {
        st = csm_lmdb_failed(err, rc, "read the sequence number");
        goto out;
    }
    if ((rc = mdb_txn_commit(txn)) != 0)
        return csm_lmdb_failed(err, rc, "open it");
    return CSM_OK;
out:
    mdb_txn_abort(txn);
    return st;
}

static csm_status alloc_kv(const csm_store_options *options, csm_lmdb **out, csm_error *err)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t map = options->map_bytes != 0 ? options->map_bytes : MAP_DEFAULT;
    uint64_t reserve;
    csm_lmdb *kv;

    if (map < MAP_LEAST || map > SIZE_MAX / 2)
        return csm_error_field(err, CSM_E_INVALID, "map_bytes",
                               "store: a map of %llu bytes is below 1 MiB or too large", (unsigned long long)map);
    if ((kv = csm_mem_zalloc(sizeof(*kv))) == NULL)
        return csm_error_nomem(err);
    kv->base.ops = &csm_lmdb_ops;
    kv->map_bytes = map - map % page;
    /* Deletes copy pages too: what lies between ceiling and map is for them. */
    reserve = kv->map_bytes / 8 < RESERVE_MOST ? kv->map_bytes / 8 : RESERVE_MOST;
    kv->ceiling = kv->map_bytes - reserve;
    if (options->ceiling_bytes != 0 && options->ceiling_bytes < kv->ceiling)
        kv->ceiling = options->ceiling_bytes;
    *out = kv;
    return CSM_OK;
}

/* The files in the temporary directory, if any, are from a start that did not get through. */
static void remove_new(int dir)
{
    int fresh = openat(dir, NEW_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

    if (fresh < 0)
        return;
    unlinkat(fresh, DATA_FILE, 0);
    unlinkat(fresh, LOCK_FILE, 0);
    close(fresh);
    unlinkat(dir, NEW_DIR, AT_REMOVEDIR);
}

/* Makes the temporary directory and tells its path. */
static csm_status make_aside(const char *path, int dir, char aside[PATH_MAX], csm_error *err)
{
    int len = snprintf(aside, PATH_MAX, "%s/" NEW_DIR, path);

    if (len < 0 || len >= PATH_MAX)
        return csm_error_set(err, CSM_E_INVALID, "store: path is too long");
    remove_new(dir);
    if (mkdirat(dir, NEW_DIR, 0700) != 0)
        return csm_lmdb_failed(err, errno, "make a new store");
    return CSM_OK;
}

/* What is in the temporary directory becomes the store: after this, or after a crash in it, it is all there or not. */
static csm_status move_in(int dir, csm_error *err)
{
    CSM_TRY(csm_dir_sync_file(dir, NEW_DIR "/" DATA_FILE, err));
    if (renameat(dir, NEW_DIR "/" DATA_FILE, dir, DATA_FILE) != 0)
        return csm_lmdb_failed(err, errno, "move a new store into place");
    return csm_dir_sync(dir, err);
}

static csm_status make_env(const char *path, const csm_store_options *options, uint32_t version, csm_error *err)
{
    csm_lmdb *kv;
    csm_status st;
    int rc;

    CSM_TRY(alloc_kv(options, &kv, err));
    if ((rc = open_env(kv, path, options)) != 0)
        st = csm_lmdb_failed(err, rc, "make a new store");
    else
        st = fill_new(kv, version, err);
    csm_lmdb_ops.close(&kv->base);
    return st;
}

static csm_status open_kv(const char *path, const csm_store_options *options, uint32_t newest, csm_lmdb **out,
                          csm_error *err)
{
    csm_lmdb *kv;
    csm_status st;
    int rc;

    CSM_TRY(alloc_kv(options, &kv, err));
    if ((rc = open_env(kv, path, options)) != 0)
        st = csm_lmdb_failed(err, rc, "open it");
    else
        st = open_existing(kv, newest, err);
    if (st != CSM_OK) {
        csm_lmdb_ops.close(&kv->base);
        return st;
    }
    *out = kv;
    return CSM_OK;
}

/* LMDB's first write to a new file is not crash-safe. So it is made aside and renamed when it is complete and synced.
 */
static csm_status create(const char *path, int dir, const csm_store_options *options, uint32_t version, csm_error *err)
{
    char aside[PATH_MAX];
    csm_status st;

    CSM_TRY(make_aside(path, dir, aside, err));
    if ((st = make_env(aside, options, version, err)) == CSM_OK)
        st = move_in(dir, err);
    remove_new(dir);
    return st;
}

csm_status csm_kv_open_lmdb(const char *path, int dir, const csm_store_options *options, uint32_t version, csm_kv **out,
                            csm_error *err)
{
    struct stat file;
    csm_lmdb *kv;

    if (fstatat(dir, DATA_FILE, &file, 0) != 0) {
        if (errno != ENOENT || options->read_only)
            return csm_error_set(err, CSM_E_IO, "store \"%s\": no readable file \"%s\" in it: %s", path, DATA_FILE,
                                 strerror(errno));
        CSM_TRY(create(path, dir, options, version, err));
    }
    CSM_TRY(open_kv(path, options, version, &kv, err));
    *out = &kv->base;
    return CSM_OK;
}

static csm_status copy_bytes(int from, int to, csm_error *err)
{
    ssize_t moved;

    do
        moved = sendfile(to, from, NULL, COPY_STEP);
    while (moved > 0 || (moved < 0 && errno == EINTR));
    return moved == 0 ? CSM_OK : csm_lmdb_failed(err, errno, "copy");
}

static csm_status copy_in(const char *copy, int dir, csm_error *err)
{
    int from = open(copy, O_RDONLY | O_CLOEXEC);
    csm_status st;
    int to;

    if (from < 0)
        return csm_error_set(err, CSM_E_IO, "cannot open \"%s\": %s", copy, strerror(errno));
    to = openat(dir, NEW_DIR "/" DATA_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    st = to >= 0 ? copy_bytes(from, to, err) : csm_lmdb_failed(err, errno, "make a new store");
    if (to >= 0)
        close(to);
    close(from);
    return st;
}

csm_status csm_kv_restore_lmdb(const char *copy, const char *path, int dir, uint32_t version, csm_error *err)
{
    const csm_store_options reading = { .read_only = true, .map_bytes = MAP_LEAST }; /* at least the file's size */
    char aside[PATH_MAX];
    struct stat file;
    csm_lmdb *kv;
    csm_status st;

    if (fstatat(dir, DATA_FILE, &file, AT_SYMLINK_NOFOLLOW) == 0)
        return csm_error_set(err, CSM_E_EXISTS, "store \"%s\": there is a store in it", path);
    CSM_TRY(make_aside(path, dir, aside, err));
    if ((st = copy_in(copy, dir, err)) == CSM_OK && (st = open_kv(aside, &reading, version, &kv, err)) == CSM_OK) {
        csm_lmdb_ops.close(&kv->base);
        st = move_in(dir, err);
    }
    remove_new(dir);
    return st;
}
