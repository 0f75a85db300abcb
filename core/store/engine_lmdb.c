/* The LMDB engine at work. Every commit is fully synced.
 * Snapshots are read transactions that are renewed and reset; a write transaction exists only inside apply. */
#include "store/engine_lmdb.h"

#include "base/fault.h"
#include "base/mem.h"

#include <errno.h>
#include <sys/statvfs.h>

#define LOOK_ALWAYS ((size_t)32) /* entries of a range read that are each held against its bound; */
#define LOOK_EACH ((size_t)16)   /* of those after them one in so many is */
#define DISK_SPARE ((uint64_t)1 << 20) /* less than this free: the disk is full */

typedef struct lmdb_snap {
    csm_kv_snap base;
    MDB_txn *txn;
    MDB_cursor *cursors[CSM_DB_COUNT]; /* positioned anew by each range; kept to save the allocation */
    uint64_t commits;                  /* seen when last renewed */
    uint64_t sequence;
    bool open;
} lmdb_snap;

/* ---- errors ---- */

csm_status csm_lmdb_failed(csm_error *err, int rc, const char *what)
{
    csm_status st;

    switch (rc) {
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        st = csm_error_set(err, CSM_E_FULL, "store is full: cannot %s", what);
        csm_error_hint(err, "free disk space or raise the store's limit; reading and deleting go on");
        break;
    case MDB_READERS_FULL:
        st = csm_error_set(err, CSM_E_BUSY, "store: all snapshots are in use");
        csm_error_hint(err, "raise the number of readers");
        break;
    case MDB_TXN_FULL:
        st = csm_error_set(err, CSM_E_LIMIT, "store: too much in one transaction: cannot %s", what);
        break;
    case ENOMEM:
        return csm_error_nomem(err);
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
        st = csm_error_set(err, CSM_E_CORRUPT, "store is damaged: cannot %s", what);
        break;
    case MDB_VERSION_MISMATCH:
        st = csm_error_set(err, CSM_E_STATE, "store was written in another file format: cannot %s", what);
        break;
    case MDB_PANIC:
        st = csm_error_set(err, CSM_E_UNKNOWN, "store refuses after a failed write: cannot %s", what);
        break;
    case MDB_BAD_TXN:
        st = csm_error_set(err, CSM_E_STATE, "store: snapshot is not open: cannot %s", what);
        break;
    default:
        st = csm_error_set(err, CSM_E_IO, "store: cannot %s: %s", what, mdb_strerror(rc));
        break;
    }
    csm_error_detail(err, "%s (%d)", mdb_strerror(rc), rc);
    return st;
}

/* ---- bytes ---- */

static uint64_t number_of(const MDB_val *val)
{
    const uint8_t *bytes = val->mv_data;
    uint64_t number = 0;

    for (size_t i = 0; i < val->mv_size; i++)
        number = number << 8 | bytes[i];
    return number;
}

int csm_lmdb_put_number(MDB_txn *txn, MDB_dbi dbi, const char *key, uint64_t number, size_t width)
{
    uint8_t bytes[8];
    MDB_val k = csm_lmdb_val(csm_str_of(key));
    MDB_val v = { .mv_size = width, .mv_data = bytes };

    for (size_t i = width; i-- > 0; number >>= 8)
        bytes[i] = (uint8_t)number;
    return mdb_put(txn, dbi, &k, &v, 0);
}

int csm_lmdb_get_number(MDB_txn *txn, MDB_dbi dbi, const char *key, size_t width, uint64_t *out)
{
    MDB_val k = csm_lmdb_val(csm_str_of(key)), v;
    int rc = mdb_get(txn, dbi, &k, &v);

    if (rc == MDB_NOTFOUND || (rc == 0 && v.mv_size != width))
        return MDB_CORRUPTED;
    if (rc == 0)
        *out = number_of(&v);
    return rc;
}

/* ---- sequence numbers of LMDB transactions ---- */

/* Before the commit: nobody can see transaction txn_id yet, so nobody asks for its stamp. */
static void announce_commit(csm_lmdb *kv, uint64_t txn_id, uint64_t sequence)
{
    csm_lmdb_stamp *s = &kv->stamps[txn_id % CSM_LMDB_STAMPS];

    atomic_store(&kv->begun, txn_id);
    atomic_store(&s->txn_id, 0);
    atomic_store(&s->sequence, sequence);
    atomic_store(&s->txn_id, txn_id);
}

static int find_sequence(csm_lmdb *kv, MDB_txn *txn, uint64_t *out)
{
    uint64_t txn_id = mdb_txn_id(txn);
    csm_lmdb_stamp *s = &kv->stamps[txn_id % CSM_LMDB_STAMPS];

    if (atomic_load(&s->txn_id) == txn_id) {
        uint64_t sequence = atomic_load(&s->sequence);
        if (atomic_load(&s->txn_id) == txn_id) {
            *out = sequence;
            return 0;
        }
    }
    return csm_lmdb_get_number(txn, kv->own, CSM_LMDB_SEQUENCE, CSM_LMDB_SEQUENCE_BYTES, out);
}

/* ---- snapshots ---- */

static csm_lmdb *kv_of(csm_kv *base)
{
    return (csm_lmdb *)base;
}

static lmdb_snap *snap_of(csm_kv_snap *base)
{
    return (lmdb_snap *)base;
}

/* LMDB first takes the number of the newest commit, then copies its meta page, one of two written in turn: held up
 * between the two for two commits, a reader copies another commit's page, or half of it. Nobody has written over the
 * page of transaction n as long as the commit of n + 2 has not begun. */
static bool is_whole(csm_lmdb *kv, MDB_txn *txn)
{
    /* Not a plain load: LMDB's loads of the page must come before it. */
    return atomic_fetch_or(&kv->begun, 0) <= mdb_txn_id(txn) + 1;
}

static int renew_read(csm_lmdb *kv, MDB_txn *txn)
{
    int rc;

    while ((rc = mdb_txn_renew(txn)) == 0 && !is_whole(kv, txn))
        mdb_txn_reset(txn);
    return rc;
}

int csm_lmdb_begin_read(csm_lmdb *kv, MDB_txn **out)
{
    MDB_txn *txn = NULL;
    int dead = 0;
    int rc = mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &txn);

    if (rc == MDB_READERS_FULL && mdb_reader_check(kv->env, &dead) == 0 && dead > 0) /* slots of the dead */
        rc = mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &txn);
    if (rc == 0 && !is_whole(kv, txn)) {
        mdb_txn_reset(txn);
        if ((rc = renew_read(kv, txn)) != 0)
            mdb_txn_abort(txn);
    }
    if (rc == 0)
        *out = txn;
    return rc;
}

static csm_status lmdb_snap_new(csm_kv *base, csm_kv_snap **out, csm_error *err)
{
    lmdb_snap *snap = csm_mem_zalloc(sizeof(*snap));
    int rc;

    if (snap == NULL)
        return csm_error_nomem(err);
    snap->base.kv = base;
    if ((rc = csm_lmdb_begin_read(kv_of(base), &snap->txn)) != 0) {
        csm_mem_free(snap);
        return csm_lmdb_failed(err, rc, "take a snapshot");
    }
    mdb_txn_reset(snap->txn);
    *out = &snap->base;
    return CSM_OK;
}

static void lmdb_snap_free(csm_kv_snap *base)
{
    lmdb_snap *snap = snap_of(base);

    if (snap == NULL)
        return;
    for (int db = 0; db < CSM_DB_COUNT; db++) {
        if (snap->cursors[db] != NULL)
            mdb_cursor_close(snap->cursors[db]);
    }
    mdb_txn_abort(snap->txn);
    csm_mem_free(snap);
}

static void lmdb_snap_reset(csm_kv_snap *base)
{
    lmdb_snap *snap = snap_of(base);

    if (snap->open)
        mdb_txn_reset(snap->txn);
    snap->open = false;
}

static csm_status lmdb_snap_renew(csm_kv_snap *base, uint64_t *sequence, bool *moved, csm_error *err)
{
    lmdb_snap *snap = snap_of(base);
    csm_lmdb *kv = kv_of(base->kv);
    uint64_t commits = atomic_load_explicit(&kv->commits, memory_order_acquire);
    int rc;

    *moved = !snap->open || snap->commits != commits;
    if (*moved) {
        lmdb_snap_reset(base);
        if ((rc = renew_read(kv, snap->txn)) != 0)
            return csm_lmdb_failed(err, rc, "renew a snapshot");
        snap->open = true;
        if ((rc = find_sequence(kv, snap->txn, &snap->sequence)) != 0) {
            lmdb_snap_reset(base);
            return csm_lmdb_failed(err, rc, "read the sequence number");
        }
        snap->commits = commits;
    }
    *sequence = snap->sequence;
    return CSM_OK;
}

/* ---- reading ---- */

static int check_open(const lmdb_snap *snap)
{
    if (CSM_FAULT(store_get))
        return EIO;
    return snap->open ? 0 : MDB_BAD_TXN;
}

static csm_status lmdb_get(csm_kv_snap *base, csm_db db, csm_str key, csm_str *out, csm_error *err)
{
    lmdb_snap *snap = snap_of(base);
    MDB_val k = csm_lmdb_val(key), v;
    int rc = check_open(snap);

    if (rc == 0)
        rc = mdb_get(snap->txn, kv_of(base->kv)->dbis[db], &k, &v);
    if (rc == MDB_NOTFOUND)
        return CSM_E_NOT_FOUND;
    if (rc != 0)
        return csm_lmdb_failed(err, rc, "read");
    *out = csm_lmdb_str(&v);
    return CSM_OK;
}

static int find_cursor(lmdb_snap *snap, csm_db db, MDB_cursor **out)
{
    MDB_cursor **cursor = &snap->cursors[db];
    int rc = check_open(snap);

    if (rc == 0 && *cursor != NULL)
        rc = mdb_cursor_renew(snap->txn, *cursor);
    else if (rc == 0)
        rc = mdb_cursor_open(snap->txn, kv_of(snap->base.kv)->dbis[db], cursor);
    *out = *cursor;
    return rc;
}

/* Puts the cursor on the first entry of the range, in the direction of travel. */
static int go_to_start(MDB_cursor *cursor, const csm_kv_range *range, MDB_val *k, MDB_val *v)
{
    bool exact;
    int rc;

    if (range->start.len == 0)
        return mdb_cursor_get(cursor, k, v, range->reverse ? MDB_LAST : MDB_FIRST);
    *k = csm_lmdb_val(range->start);
    rc = mdb_cursor_get(cursor, k, v, MDB_SET_RANGE);
    if (rc == MDB_NOTFOUND)
        return range->reverse ? mdb_cursor_get(cursor, k, v, MDB_LAST) : rc;
    if (rc != 0)
        return rc;
    exact = csm_str_eq(csm_lmdb_str(k), range->start);
    if (exact && !range->past)
        return 0;
    if (range->reverse)
        return mdb_cursor_get(cursor, k, v, MDB_PREV);
    return exact ? mdb_cursor_get(cursor, k, v, MDB_NEXT) : 0;
}

static bool is_beyond(const csm_kv_range *range, csm_str key)
{
    if (range->stop.len == 0)
        return false;
    return range->reverse ? csm_key_cmp(key, range->stop) < 0 : csm_key_cmp(key, range->stop) >= 0;
}

/* Long reads look at the bound now and then, and put back what is beyond it. */
static bool is_looked_at(size_t found)
{
    return found < LOOK_ALWAYS || found % LOOK_EACH == 0;
}

static csm_status lmdb_range(csm_kv_snap *base, const csm_kv_range *range, csm_kv_entry *out, size_t max, size_t *count,
                             csm_error *err)
{
    lmdb_snap *snap = snap_of(base);
    MDB_cursor_op onward = range->reverse ? MDB_PREV : MDB_NEXT;
    MDB_cursor *cursor;
    MDB_val k, v;
    size_t found = 0;
    int rc = find_cursor(snap, range->db, &cursor);

    if (rc != 0)
        return csm_lmdb_failed(err, rc, "read a range");
    rc = go_to_start(cursor, range, &k, &v);
    while (rc == 0 && !(is_looked_at(found) && is_beyond(range, csm_lmdb_str(&k)))) {
        out[found++] = (csm_kv_entry){ csm_lmdb_str(&k), csm_lmdb_str(&v) };
        if (found == max)
            break;
        rc = mdb_cursor_get(cursor, &k, &v, onward);
    }
    while (found > LOOK_ALWAYS && is_beyond(range, out[found - 1].key))
        found--;
    if (rc != 0 && rc != MDB_NOTFOUND)
        return csm_lmdb_failed(err, rc, "read a range");
    *count = found;
    return CSM_OK;
}

/* ---- size ---- */

static uint64_t file_bytes(const csm_lmdb *kv)
{
    MDB_envinfo info;

    mdb_env_info(kv->env, &info);
    return (info.me_last_pgno + 1) * kv->page_bytes;
}

/* Pages of the file that no tree uses. An entry of LMDB's list of them begins with how many it holds. */
static int count_free(MDB_txn *txn, uint64_t *out)
{
    const MDB_dbi free_list = 0;
    MDB_cursor *cursor;
    MDB_val k, v;
    uint64_t pages = 0;
    int rc = mdb_cursor_open(txn, free_list, &cursor);

    if (rc != 0)
        return rc;
    while ((rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == 0) {
        size_t held;
        if (v.mv_size < sizeof(held)) {
            rc = MDB_CORRUPTED;
            break;
        }
        memcpy(&held, v.mv_data, sizeof(held));
        pages += held;
    }
    mdb_cursor_close(cursor);
    if (rc != MDB_NOTFOUND)
        return rc;
    *out = pages;
    return 0;
}

static uint64_t used_bytes(const csm_lmdb *kv, uint64_t free_pages)
{
    uint64_t file = file_bytes(kv);
    uint64_t unused = free_pages * kv->page_bytes;

    return unused < file ? file - unused : 0;
}

static csm_status lmdb_stat(csm_kv *base, csm_store_stat *out, csm_error *err)
{
    csm_lmdb *kv = kv_of(base);
    csm_store_stat stat = { .bytes_map = kv->map_bytes, .ceiling = kv->ceiling };
    uint64_t free_pages = 0;
    MDB_txn *txn;
    int rc = csm_lmdb_begin_read(kv, &txn);

    if (rc != 0)
        return csm_lmdb_failed(err, rc, "read the store's size");
    for (int db = 0; rc == 0 && db < CSM_DB_COUNT; db++) {
        MDB_stat tree;
        if ((rc = mdb_stat(txn, kv->dbis[db], &tree)) == 0)
            stat.entries[db] = tree.ms_entries;
    }
    if (rc == 0)
        rc = find_sequence(kv, txn, &stat.sequence);
    if (rc == 0)
        rc = count_free(txn, &free_pages);
    mdb_txn_abort(txn);
    if (rc != 0)
        return csm_lmdb_failed(err, rc, "read the store's size");
    stat.bytes_used = used_bytes(kv, free_pages);
    *out = stat;
    return CSM_OK;
}

/* The list of free pages is read only once the file itself has reached the ceiling. */
static int check_ceiling(csm_lmdb *kv)
{
    uint64_t free_pages = 0;
    MDB_txn *txn;
    int rc;

    if (CSM_FAULT(store_full))
        return MDB_MAP_FULL;
    if (file_bytes(kv) < kv->ceiling)
        return 0;
    if ((rc = csm_lmdb_begin_read(kv, &txn)) != 0)
        return rc;
    rc = count_free(txn, &free_pages);
    mdb_txn_abort(txn);
    if (rc != 0)
        return rc;
    return used_bytes(kv, free_pages) >= kv->ceiling ? MDB_MAP_FULL : 0;
}

/* ---- writing ---- */

static int apply_one(MDB_cursor *cursor, csm_str key, const csm_pending_version *change)
{
    MDB_val k = csm_lmdb_val(key), v = csm_lmdb_val(change->value);
    int rc;

    if (!change->deleted)
        return mdb_cursor_put(cursor, &k, &v, 0);
    rc = mdb_cursor_get(cursor, &k, &v, MDB_SET);
    if (rc == MDB_NOTFOUND)
        return 0;
    return rc != 0 ? rc : mdb_cursor_del(cursor, 0);
}

static int apply_db(MDB_txn *txn, MDB_dbi dbi, const csm_pending *batch, csm_db db)
{
    const csm_pending_node *node = csm_pending_step(batch, db, NULL, false);
    MDB_cursor *cursor;
    int rc;

    if (node == NULL)
        return 0;
    if ((rc = mdb_cursor_open(txn, dbi, &cursor)) != 0)
        return rc;
    for (; rc == 0 && node != NULL; node = csm_pending_step(batch, db, node, false)) {
        if (node->latest != NULL)
            rc = apply_one(cursor, node->key, node->latest);
    }
    mdb_cursor_close(cursor);
    return rc;
}

/* LMDB calls a write cut short an I/O error; on a full disk that is how the first one fails. */
static int tell_full_disk(csm_lmdb *kv, int rc)
{
    struct statvfs disk;
    mdb_filehandle_t fd;

    if (rc != EIO || mdb_env_get_fd(kv->env, &fd) != 0 || fstatvfs(fd, &disk) != 0)
        return rc;
    return (uint64_t)disk.f_bavail * disk.f_frsize < DISK_SPARE ? ENOSPC : rc;
}

/* LMDB gives up for good when the meta page could not be written: only that leaves the outcome open. A full disk met
 * before it is as if nothing had happened. */
static bool has_panicked(csm_lmdb *kv)
{
    MDB_txn *txn;
    int rc = mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &txn);

    if (rc == 0)
        mdb_txn_abort(txn);
    return rc == MDB_PANIC;
}

static csm_status commit(csm_lmdb *kv, MDB_txn *txn, csm_error *err)
{
    csm_status st;
    int rc;

    if (CSM_FAULT(store_commit)) {
        mdb_txn_abort(txn);
        rc = EIO;
    } else {
        rc = mdb_txn_commit(txn); /* frees it, whatever the outcome */
    }
    if (rc == 0) {
        atomic_fetch_add_explicit(&kv->commits, 1, memory_order_release);
        return CSM_OK;
    }
    st = csm_lmdb_failed(err, tell_full_disk(kv, rc), "commit");
    if (st == CSM_E_FULL && !has_panicked(kv))
        return st;
    csm_error_set(err, CSM_E_UNKNOWN, "store: a commit failed, it may or may not be on disk: %s", mdb_strerror(rc));
    csm_error_hint(err, "the server must be restarted; check the disk first");
    return CSM_E_UNKNOWN;
}

static csm_status lmdb_apply(csm_kv *base, const csm_pending *batch, uint64_t sequence, csm_error *err)
{
    csm_lmdb *kv = kv_of(base);
    MDB_txn *txn;
    int rc = batch->puts > 0 && !batch->essential ? check_ceiling(kv) : 0;

    if (rc != 0)
        return csm_lmdb_failed(err, rc, "put");
    if ((rc = mdb_txn_begin(kv->env, NULL, 0, &txn)) != 0)
        return csm_lmdb_failed(err, rc, "begin a write");
    for (int db = 0; rc == 0 && db < CSM_DB_COUNT; db++)
        rc = apply_db(txn, kv->dbis[db], batch, (csm_db)db);
    if (rc == 0)
        rc = csm_lmdb_put_number(txn, kv->own, CSM_LMDB_SEQUENCE, sequence, CSM_LMDB_SEQUENCE_BYTES);
    if (rc != 0) {
        mdb_txn_abort(txn);
        return csm_lmdb_failed(err, tell_full_disk(kv, rc), "write");
    }
    announce_commit(kv, mdb_txn_id(txn), sequence);
    return commit(kv, txn, err);
}

static csm_status lmdb_copy(csm_kv *base, int fd, csm_error *err)
{
    /* Page by page, not compacting: that holds its snapshot for longer, and refuses a file with a page too many. */
    int rc = mdb_env_copyfd2(kv_of(base)->env, fd, 0);

    return rc == 0 ? CSM_OK : csm_lmdb_failed(err, rc, "copy");
}

static void lmdb_close(csm_kv *base)
{
    csm_lmdb *kv = kv_of(base);

    if (kv->env != NULL)
        mdb_env_close(kv->env);
    csm_mem_free(kv);
}

const csm_kv_ops csm_lmdb_ops = {
    .name = "lmdb",
    .close = lmdb_close,
    .snap_new = lmdb_snap_new,
    .snap_free = lmdb_snap_free,
    .snap_renew = lmdb_snap_renew,
    .snap_reset = lmdb_snap_reset,
    .get = lmdb_get,
    .range = lmdb_range,
    .apply = lmdb_apply,
    .stat = lmdb_stat,
    .copy = lmdb_copy,
};
