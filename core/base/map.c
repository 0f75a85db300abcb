/* Hash map from text to pointer. uthash keeps entries in insertion order; its allocations go through base/mem. */
#include "base/map.h"

#include "base/mem.h"
#include "base/str.h"

#define HASH_NONFATAL_OOM 1
#define uthash_malloc(size) csm_mem_alloc(size)
#define uthash_free(ptr, size) csm_mem_free(ptr)
#define HASH_FUNCTION(key, len, out) ((out) = (unsigned)csm_hash_in_memory((key), (len)))
#define uthash_nonfatal_oom(entry) ((entry)->failed = true)
#include <uthash.h>

/* Entries of a bucket before there are more buckets: each one passed is a miss of the nearest cache. */
#undef HASH_BKT_CAPACITY_THRESH
#define HASH_BKT_CAPACITY_THRESH 2U

typedef struct entry {
    csm_str key;
    void *value;
    bool failed; /* uthash ran out of memory while adding this entry */
    UT_hash_handle hh;
} entry;

struct csm_strmap {
    entry *head;
};

csm_strmap *csm_strmap_new(void)
{
    return csm_mem_zalloc(sizeof(csm_strmap));
}

void csm_strmap_free(csm_strmap *map)
{
    if (map == NULL)
        return;
    entry *at = NULL;
    entry *next = NULL;
    HASH_ITER(hh, map->head, at, next)
    {
        HASH_DEL(map->head, at);
        csm_mem_free(at);
    }
    csm_mem_free(map);
}

static entry *entry_find(const csm_strmap *map, csm_str key)
{
    entry *found = NULL;
    const char *bytes = key.len != 0 ? key.ptr : "";
    if (key.len > UINT32_MAX)
        return NULL;
    HASH_FIND(hh, map->head, bytes, (unsigned)key.len, found);
    return found;
}

bool csm_strmap_add(csm_strmap *map, csm_str key, void *value)
{
    if (key.len > UINT32_MAX || entry_find(map, key) != NULL)
        return false;
    entry *added = csm_mem_zalloc(sizeof(*added));
    if (added == NULL)
        return false;
    added->key.ptr = key.len != 0 ? key.ptr : "";
    added->key.len = key.len;
    added->value = value;
    HASH_ADD_KEYPTR(hh, map->head, added->key.ptr, (unsigned)key.len, added);
    if (added->failed) {
        csm_mem_free(added);
        return false;
    }
    return true;
}

void csm_strmap_del(csm_strmap *map, csm_str key)
{
    entry *found = entry_find(map, key);
    if (found == NULL)
        return;
    HASH_DEL(map->head, found);
    csm_mem_free(found);
}

void *csm_strmap_get(const csm_strmap *map, csm_str key)
{
    const entry *found = entry_find(map, key);
    return found != NULL ? found->value : NULL;
}

size_t csm_strmap_count(const csm_strmap *map)
{
    return HASH_COUNT(map->head);
}

void csm_strmap_each(const csm_strmap *map, void (*each)(csm_str key, void *value, void *user), void *user)
{
    for (const entry *at = map->head; at != NULL; at = at->hh.next)
        each(at->key, at->value, user);
}
