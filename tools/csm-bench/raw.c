/* What LMDB alone does with the same bytes: puts in batches, a scan of one index. */
#include "raw.h"

#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

void raw_check(int rc, const char *what)
{
    if (rc != 0)
        die("LMDB alone: %s: %s", what, mdb_strerror(rc));
}

void raw_open(raw_env *raw, const char *dir, unsigned flags)
{
    MDB_cursor *cursor;
    MDB_txn *txn;
    MDB_dbi main_dbi;
    MDB_val key, value;
    int rc;

    *raw = (raw_env){ 0 };
    raw_check(mdb_env_create(&raw->env), "create");
    raw_check(mdb_env_set_mapsize(raw->env, (size_t)1 << 40), "map size");
    raw_check(mdb_env_set_maxdbs(raw->env, RAW_DBS), "databases");
    raw_check(mdb_env_open(raw->env, dir, flags | MDB_NOTLS, 0600), dir);
    raw_check(mdb_txn_begin(raw->env, NULL, MDB_RDONLY, &txn), "begin");
    raw_check(mdb_dbi_open(txn, NULL, 0, &main_dbi), "open");
    raw_check(mdb_cursor_open(txn, main_dbi, &cursor), "cursor");
    while ((rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        if (raw->count == RAW_DBS || key.mv_size >= sizeof(raw->names[0]))
            die("LMDB alone: other databases than a store has");
        memcpy(raw->names[raw->count++], key.mv_data, key.mv_size);
    }
    mdb_cursor_close(cursor);
    for (uint32_t n = 0; n < raw->count; n++)
        raw_check(mdb_dbi_open(txn, raw->names[n], 0, &raw->dbis[n]), raw->names[n]);
    raw_check(mdb_txn_commit(txn), "open"); /* keeps the handles */
}

void raw_close(raw_env *raw)
{
    mdb_env_close(raw->env);
    raw->env = NULL;
}

/* ---- replay ---- */

static int by_batch_and_key(const void *a, const void *b)
{
    const raw_entry *x = a, *y = b;
    int diff;

    if (x->batch != y->batch)
        return x->batch < y->batch ? -1 : 1;
    if (x->db != y->db)
        return x->db < y->db ? -1 : 1;
    diff = memcmp(x->bytes, y->bytes, x->key_len < y->key_len ? x->key_len : y->key_len);
    return diff != 0 ? diff : (x->key_len > y->key_len) - (x->key_len < y->key_len);
}

static void put(MDB_txn *txn, const raw_env *raw, const raw_entry *e)
{
    MDB_val key = { e->key_len, (void *)(uintptr_t)e->bytes };
    MDB_val value = { e->value_len, (void *)(uintptr_t)(e->bytes + e->key_len) };

    raw_check(mdb_put(txn, raw->dbis[e->db], &key, &value, 0), "put");
}

static double busy_ms(const struct rusage *use)
{
    return (double)(use->ru_utime.tv_sec + use->ru_stime.tv_sec) * 1e3 +
           (double)(use->ru_utime.tv_usec + use->ru_stime.tv_usec) / 1e3;
}

double raw_replay(const raw_diff *diff, const char *dir, uint64_t batches)
{
    raw_entry *order = malloc(diff->count * sizeof(*order));
    const raw_entry *at = order, *end = order + diff->fresh;
    struct rusage before, after;
    int64_t start;
    raw_env raw;

    if (order == NULL)
        die("out of memory");
    memcpy(order, diff->entries, diff->count * sizeof(*order));
    qsort(order, diff->fresh, sizeof(*order), by_batch_and_key);
    raw_open(&raw, dir, 0);
    (void)getrusage(RUSAGE_SELF, &before);
    start = now_ns();
    for (uint64_t n = 0; n < batches; n++) {
        MDB_txn *txn;

        raw_check(mdb_txn_begin(raw.env, NULL, 0, &txn), "begin");
        for (; at < end && at->batch == n; at++)
            put(txn, &raw, at);
        for (size_t k = diff->fresh; k < diff->count; k++)
            put(txn, &raw, &order[k]);
        raw_check(mdb_txn_commit(txn), "commit");
    }
    start = now_ns() - start;
    (void)getrusage(RUSAGE_SELF, &after);
    fprintf(stderr, "  LMDB alone: %.0f ms of processor\n", busy_ms(&after) - busy_ms(&before));
    if (at != end)
        die("LMDB alone: %zu puts are in no batch", (size_t)(end - at));
    raw_close(&raw);
    free(order);
    return (double)start / 1e9;
}

/* ---- scan ---- */

#define PREFIX 8 /* bytes that say which index an entry is of */

/* Goes over the entries that begin with @p prefix, looking at each. 0: a key is not @p key_len long. */
static uint64_t scan_prefix(MDB_cursor *cursor, const uint8_t prefix[PREFIX], size_t key_len)
{
    static volatile uint64_t sink;
    MDB_val key = { PREFIX, (void *)(uintptr_t)prefix }, value;
    uint64_t count = 0, sum = 0;
    int rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);

    while (rc == 0 && key.mv_size >= PREFIX && memcmp(key.mv_data, prefix, PREFIX) == 0) {
        if (key.mv_size != key_len)
            return 0;
        sum += ((const uint8_t *)key.mv_data)[key.mv_size - 1];
        count++;
        rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    sink = sum;
    (void)sink;
    return count;
}

/* The first prefix after @p prefix. False at the end. */
static bool next_prefix(MDB_cursor *cursor, uint8_t prefix[PREFIX])
{
    MDB_val key = { PREFIX, prefix }, value;

    for (int n = PREFIX - 1; n >= 0 && ++prefix[n] == 0; n--)
        continue;
    if (mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE) != 0 || key.mv_size < PREFIX)
        return false;
    memcpy(prefix, key.mv_data, PREFIX);
    return true;
}

static uint32_t db_named(const raw_env *raw, const char *name)
{
    for (uint32_t n = 0; n < raw->count; n++)
        if (strcmp(raw->names[n], name) == 0)
            return n;
    die("LMDB alone: no database \"%s\"", name);
}

double raw_scan(const char *dir, uint64_t entries, size_t key_len)
{
    uint8_t prefix[PREFIX] = { 0 };
    double best = 0;
    MDB_cursor *cursor;
    MDB_txn *txn;
    raw_env raw;

    raw_open(&raw, dir, MDB_RDONLY);
    raw_check(mdb_txn_begin(raw.env, NULL, MDB_RDONLY, &txn), "begin");
    raw_check(mdb_cursor_open(txn, raw.dbis[db_named(&raw, "index")], &cursor), "cursor");
    while (next_prefix(cursor, prefix)) {
        int64_t start = now_ns();
        double taken;

        if (scan_prefix(cursor, prefix, key_len) != entries)
            continue;
        taken = (double)(now_ns() - start) / 1e9;
        if (best == 0 || taken < best)
            best = taken;
    }
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    raw_close(&raw);
    if (best == 0)
        die("LMDB alone: no index has %llu entries with keys of %zu bytes", (unsigned long long)entries, key_len);
    return best;
}
