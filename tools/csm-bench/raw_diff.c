/* What the server wrote, found out by comparing two stores: nothing in the server needs to know that it is measured. */
#include "raw.h"

#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define ID 16
#define AGAIN_MAX 64u /* written again and again: counters, marks. More than so many are other things */

/* ---- which record an entry belongs to ---- */

typedef struct id_slot {
    uint8_t id[ID];
    uint64_t number; /* + 1; 0 = free */
} id_slot;

typedef struct id_set {
    id_slot *slots;
    uint64_t mask;
} id_set;

static uint64_t hash_id(const uint8_t id[ID])
{
    uint64_t a, b;

    memcpy(&a, id, 8);
    memcpy(&b, id + 8, 8);
    return mix_number(a ^ mix_number(b));
}

static uint8_t hex_digit(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void id_set_make(id_set *set, char (*ids)[HEX_ID], uint64_t count)
{
    uint64_t room = 64;

    while (room < count * 2)
        room *= 2;
    set->mask = room - 1;
    if ((set->slots = calloc(room, sizeof(*set->slots))) == NULL)
        die("out of memory");
    for (uint64_t n = 0; n < count; n++) {
        uint8_t id[ID];
        uint64_t at;

        for (int k = 0; k < ID; k++)
            id[k] = (uint8_t)(hex_digit(ids[n][2 * k]) << 4 | hex_digit(ids[n][2 * k + 1]));
        for (at = hash_id(id) & set->mask; set->slots[at].number != 0; at = (at + 1) & set->mask)
            continue;
        memcpy(set->slots[at].id, id, ID);
        set->slots[at].number = n + 1;
    }
}

static bool id_set_find(const id_set *set, const uint8_t id[ID], uint64_t *number)
{
    for (uint64_t at = hash_id(id) & set->mask; set->slots[at].number != 0; at = (at + 1) & set->mask)
        if (memcmp(set->slots[at].id, id, ID) == 0) {
            *number = set->slots[at].number - 1;
            return true;
        }
    return false;
}

/* The number of the record whose id the key holds, its end first: there it is in an index. */
static bool record_of(const id_set *set, MDB_val key, uint64_t *number)
{
    const uint8_t *bytes = key.mv_data;

    for (size_t at = key.mv_size >= ID ? key.mv_size - ID + 1 : 0; at > 0; at--)
        if (id_set_find(set, bytes + at - 1, number))
            return true;
    return false;
}

/* ---- collecting ---- */

static raw_entry *keep(raw_diff *diff, uint32_t db, MDB_val key, MDB_val value)
{
    uint8_t *bytes = csm_arena_alloc(diff->arena, key.mv_size + value.mv_size + 1);

    if (diff->count == diff->cap) {
        diff->cap = diff->cap > 0 ? diff->cap * 2 : 65536;
        diff->entries = realloc(diff->entries, diff->cap * sizeof(*diff->entries));
    }
    if (bytes == NULL || diff->entries == NULL)
        die("out of memory");
    memcpy(bytes, key.mv_data, key.mv_size);
    memcpy(bytes + key.mv_size, value.mv_data, value.mv_size);
    diff->bytes += key.mv_size + value.mv_size;
    diff->entries[diff->count] = (raw_entry){ .db = db, .key_len = (uint32_t)key.mv_size, .bytes = bytes,
                                              .value_len = (uint32_t)value.mv_size };
    return &diff->entries[diff->count++];
}

static int compare_keys(MDB_val a, MDB_val b)
{
    int diff = memcmp(a.mv_data, b.mv_data, a.mv_size < b.mv_size ? a.mv_size : b.mv_size);

    return diff != 0 ? diff : (a.mv_size > b.mv_size) - (a.mv_size < b.mv_size);
}

static bool same(MDB_val a, MDB_val b)
{
    return a.mv_size == b.mv_size && memcmp(a.mv_data, b.mv_data, a.mv_size) == 0;
}

/* Walks both sides of one database in step. Entries of no known record get batch UINT64_MAX here. */
static void compare_db(raw_diff *diff, uint32_t db, MDB_cursor *before, MDB_cursor *after, const id_set *set, double per_batch)
{
    MDB_val old_key = { 0 }, old_value, key, value;
    int old = mdb_cursor_get(before, &old_key, &old_value, MDB_FIRST);

    for (int rc = mdb_cursor_get(after, &key, &value, MDB_FIRST); rc == 0; rc = mdb_cursor_get(after, &key, &value, MDB_NEXT)) {
        bool there;
        uint64_t number;
        raw_entry *e;

        while (old == 0 && compare_keys(old_key, key) < 0)
            old = mdb_cursor_get(before, &old_key, &old_value, MDB_NEXT);
        there = old == 0 && compare_keys(old_key, key) == 0;
        if (there && same(old_value, value))
            continue;
        e = keep(diff, db, key, value);
        e->fresh = !there;
        e->batch = record_of(set, key, &number) ? (uint64_t)((double)number / per_batch) : UINT64_MAX;
    }
}

/* Entries from @p from on that belong to no record, spread evenly in the order of their keys. */
static void spread(raw_diff *diff, size_t from, uint64_t batches)
{
    uint64_t count = 0, seen = 0;

    for (size_t n = from; n < diff->count; n++)
        count += diff->entries[n].batch == UINT64_MAX && diff->entries[n].fresh;
    for (size_t n = from; n < diff->count; n++)
        if (diff->entries[n].batch == UINT64_MAX && diff->entries[n].fresh)
            diff->entries[n].batch = seen++ * batches / count;
}

/* Fresh ones to the front. */
static void order_fresh_first(raw_diff *diff)
{
    size_t at = 0;

    for (size_t n = 0; n < diff->count; n++)
        if (diff->entries[n].fresh) {
            raw_entry e = diff->entries[n];

            diff->entries[n] = diff->entries[at];
            diff->entries[at++] = e;
        }
    diff->fresh = at;
    diff->again = diff->count - at;
    if (diff->again > AGAIN_MAX)
        die("the writes changed %zu entries that were there before: they are no plain inserts", diff->again);
}

void raw_diff_make(raw_diff *out, const char *before, const char *after, char (*ids)[HEX_ID], uint64_t id_count,
                   double per_batch)
{
    uint64_t batches = (uint64_t)((double)id_count / per_batch) + 1;
    raw_env old, now;
    MDB_txn *old_txn, *txn;
    id_set set;

    *out = (raw_diff){ .arena = csm_arena_new((size_t)1 << 20, 0) };
    if (out->arena == NULL)
        die("out of memory");
    id_set_make(&set, ids, id_count);
    raw_open(&old, before, MDB_RDONLY | MDB_NOLOCK);
    raw_open(&now, after, MDB_RDONLY | MDB_NOLOCK);
    raw_check(mdb_txn_begin(old.env, NULL, MDB_RDONLY, &old_txn), "begin");
    raw_check(mdb_txn_begin(now.env, NULL, MDB_RDONLY, &txn), "begin");
    for (uint32_t n = 0; n < now.count; n++) {
        MDB_cursor *a, *b;
        size_t from = out->count;

        raw_check(mdb_cursor_open(old_txn, old.dbis[n], &a), "cursor");
        raw_check(mdb_cursor_open(txn, now.dbis[n], &b), "cursor");
        compare_db(out, n, a, b, &set, per_batch);
        spread(out, from, batches);
        mdb_cursor_close(a);
        mdb_cursor_close(b);
    }
    mdb_txn_abort(old_txn);
    mdb_txn_abort(txn);
    raw_close(&old);
    raw_close(&now);
    free(set.slots);
    order_fresh_first(out);
}

void raw_diff_done(raw_diff *diff)
{
    csm_arena_free(diff->arena);
    free(diff->entries);
    *diff = (raw_diff){ 0 };
}
