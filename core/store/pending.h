/* The pending table: what a write transaction has put and deleted, ordered by database and key.
 * Every write adds a version to its key; a mark is a number of writes; undo drops the versions after it. Nothing is
 * moved or freed before the arena goes, so bytes once read stay put and a node once met stays a place in the list.
 * One thread at a time; a table that nobody writes any more may be read by many. */
#ifndef CSM_STORE_PENDING_H
#define CSM_STORE_PENDING_H

#include "base/arena.h"
#include "store/store.h"

#include <endian.h>

#define CSM_PENDING_LEVELS 12

typedef struct csm_pending_node csm_pending_node;

typedef struct csm_pending_version {
    struct csm_pending_version *older;   /* of the same key, or NULL */
    struct csm_pending_version *earlier; /* write to any key, or NULL */
    csm_pending_node *node;
    csm_str value;
    bool deleted;
} csm_pending_version;

/* A key. Stays in its list when all its versions were undone. */
struct csm_pending_node {
    csm_pending_version *latest; /* NULL: as if absent from the table */
    csm_pending_node *prev;
    csm_str key;
    csm_pending_node *next[]; /* as many as its level; never fewer than one */
};

typedef struct csm_pending_list {
    csm_pending_node *next[CSM_PENDING_LEVELS];
    csm_pending_node *last;
    unsigned levels;
} csm_pending_list;

/* Bits that tell, from a hash of its key, that a key was certainly never written: most gets of a transaction are of
 * such keys, and this spares them the walk down the list. Undo leaves its bits. */
#define CSM_PENDING_FILTER_BITS 17

typedef struct csm_pending {
    csm_arena *arena; /* borrowed */
    csm_pending_list lists[CSM_DB_COUNT];
    csm_pending_version *newest;
    size_t writes;  /* versions not undone; what a mark is */
    size_t keys;    /* nodes that have a version */
    size_t puts;    /* of these, the ones that are not deletes */
    bool essential; /* goes through above the ceiling */
    size_t bytes;   /* memory taken, undone versions included: it is held until the arena goes */
    uint64_t stamp; /* changes with every write and undo */
    uint64_t random;
    uint64_t filter[(1 << CSM_PENDING_FILTER_BITS) / 64];
} csm_pending;

/* Allocates from @p arena, which outlives the table; there is nothing to undo for init. */
void csm_pending_init(csm_pending *table, csm_arena *arena);

/* False when out of memory; then nothing changed. */
bool csm_pending_put(csm_pending *table, csm_db db, csm_str key, csm_str value);
bool csm_pending_del(csm_pending *table, csm_db db, csm_str key);
/* Drops the writes after the first @p mark ones. */
void csm_pending_undo(csm_pending *table, size_t mark);

/* What the table says about a key; NULL when it says nothing. */
const csm_pending_version *csm_pending_get(const csm_pending *table, csm_db db, csm_str key);

/* The next node in the direction of travel, live or not; from NULL the first. NULL at the end. */
csm_pending_node *csm_pending_step(const csm_pending *table, csm_db db, const csm_pending_node *from, bool reverse);
/* The node from which a step leads to the first key >= @p key (> if @p past; reverse: <=, <). NULL: the very front. */
csm_pending_node *csm_pending_before(const csm_pending *table, csm_db db, csm_str key, bool past, bool reverse);

/* Order of keys: bytewise, a prefix first. In words, for nearly all differ in the first ones and no call is as short. */
static inline int csm_key_cmp(csm_str a, csm_str b)
{
    size_t len = a.len < b.len ? a.len : b.len, at = 0;
    int order;

    for (; len - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        uint64_t x, y;

        memcpy(&x, a.ptr + at, sizeof(x));
        memcpy(&y, b.ptr + at, sizeof(y));
        if (x != y)
            return be64toh(x) < be64toh(y) ? -1 : 1;
    }
    order = len > at ? memcmp(a.ptr + at, b.ptr + at, len - at) : 0;
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

#endif
