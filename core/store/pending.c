/* The pending table: a skip list per database, versions per key. See the header.
 * Skip list after Pugh (1990), with a back link on the lowest level for reverse ranges. */
#include "store/pending.h"

#include "base/str.h"

/* A search's way down: at each level, the link that leads past the place searched for. */
typedef struct way {
    csm_pending_node **links[CSM_PENDING_LEVELS];
    csm_pending_node *before; /* last node passed, or NULL */
} way;

void csm_pending_init(csm_pending *table, csm_arena *arena)
{
    memset(table, 0, sizeof(*table));
    table->arena = arena;
    table->random = UINT64_C(0x9e3779b97f4a7c15);
}

/* The bit of a key in the filter. */
static size_t filter_bit(csm_str key)
{
    return (size_t)(csm_hash_in_memory(key.ptr, key.len) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - CSM_PENDING_FILTER_BITS));
}

/* Levels with probability 1/4 each. The sequence does not depend on keys, so nobody can choose bad ones. */
static unsigned pick_levels(csm_pending *table)
{
    unsigned levels = 1;
    uint64_t r = table->random;

    r ^= r << 13;
    r ^= r >> 7;
    r ^= r << 17;
    table->random = r;
    for (r >>= 20; levels < CSM_PENDING_LEVELS && (r & 3) == 0; r >>= 2)
        levels++;
    return levels;
}

/* The last node with a key below @p key (or equal to it, if @p past); NULL when there is none. */
static csm_pending_node *last_below(const csm_pending_list *list, csm_str key, bool past)
{
    csm_pending_node *const *links = list->next;
    csm_pending_node *before = NULL;
    const csm_pending_node *compared = NULL;

    for (unsigned level = list->levels; level-- > 0;) {
        csm_pending_node *node;
        while ((node = links[level]) != NULL && node != compared) {
            int order = csm_key_cmp(node->key, key);
            if (order > 0 || (order == 0 && !past)) {
                compared = node;
                break;
            }
            before = node;
            links = node->next;
        }
    }
    return before;
}

/* As above, and remembers the links on the way, for inserting. */
static void find_way(csm_pending_list *list, csm_str key, way *out)
{
    csm_pending_node **links = list->next;
    const csm_pending_node *compared = NULL;

    out->before = NULL;
    for (unsigned level = CSM_PENDING_LEVELS; level-- > 0;) {
        csm_pending_node *node;
        while (level < list->levels && (node = links[level]) != NULL && node != compared) {
            if (csm_key_cmp(node->key, key) >= 0) {
                compared = node;
                break;
            }
            out->before = node;
            links = node->next;
        }
        out->links[level] = &links[level];
    }
}

static csm_pending_node *add_node(csm_pending *table, csm_pending_list *list, csm_str key, const way *place)
{
    unsigned levels = pick_levels(table);
    size_t head = sizeof(csm_pending_node) + levels * sizeof(csm_pending_node *);
    csm_pending_node *node = csm_arena_alloc(table->arena, head + key.len);
    char *bytes;
    size_t bit;

    if (node == NULL)
        return NULL;
    bytes = (char *)node + head;
    if (key.len > 0)
        memcpy(bytes, key.ptr, key.len);
    bit = filter_bit(key);
    table->filter[bit / 64] |= UINT64_C(1) << (bit % 64);
    node->latest = NULL;
    node->key = (csm_str){ bytes, key.len };
    node->prev = place->before;
    for (unsigned level = 0; level < levels; level++) {
        node->next[level] = *place->links[level];
        *place->links[level] = node;
    }
    if (node->next[0] != NULL)
        node->next[0]->prev = node;
    else
        list->last = node;
    if (levels > list->levels)
        list->levels = levels;
    table->bytes += head + key.len;
    return node;
}

static bool add_version(csm_pending *table, csm_db db, csm_str key, csm_str value, bool deleted)
{
    csm_pending_list *list = &table->lists[db];
    csm_pending_version *version = csm_arena_alloc(table->arena, sizeof(*version) + value.len);
    csm_pending_node *node;
    char *bytes;
    way place;

    if (version == NULL)
        return false;
    find_way(list, key, &place);
    node = *place.links[0];
    if (node == NULL || csm_key_cmp(node->key, key) != 0)
        node = add_node(table, list, key, &place);
    if (node == NULL)
        return false;

    bytes = (char *)(version + 1);
    if (value.len > 0)
        memcpy(bytes, value.ptr, value.len);
    *version = (csm_pending_version){
        .older = node->latest,
        .earlier = table->newest,
        .node = node,
        .value = { bytes, value.len },
        .deleted = deleted,
    };
    table->keys += node->latest == NULL;
    table->puts -= node->latest != NULL && !node->latest->deleted;
    table->puts += !deleted;
    node->latest = version;
    table->newest = version;
    table->writes++;
    table->bytes += sizeof(*version) + value.len;
    table->stamp++;
    return true;
}

bool csm_pending_put(csm_pending *table, csm_db db, csm_str key, csm_str value)
{
    return add_version(table, db, key, value, false);
}

bool csm_pending_del(csm_pending *table, csm_db db, csm_str key)
{
    return add_version(table, db, key, (csm_str){ NULL, 0 }, true);
}

void csm_pending_undo(csm_pending *table, size_t mark)
{
    while (table->writes > mark) {
        csm_pending_version *gone = table->newest;
        csm_pending_node *node = gone->node;

        node->latest = gone->older;
        table->newest = gone->earlier;
        table->writes--;
        table->puts -= !gone->deleted;
        table->puts += node->latest != NULL && !node->latest->deleted;
        table->keys -= node->latest == NULL;
    }
    table->stamp++;
}

const csm_pending_version *csm_pending_get(const csm_pending *table, csm_db db, csm_str key)
{
    const csm_pending_list *list = &table->lists[db];
    const csm_pending_node *node;
    size_t bit;

    if (list->last == NULL)
        return NULL;
    bit = filter_bit(key);
    if ((table->filter[bit / 64] >> (bit % 64) & 1) == 0)
        return NULL;
    node = last_below(list, key, true);
    return node != NULL && csm_str_eq(node->key, key) ? node->latest : NULL;
}

csm_pending_node *csm_pending_step(const csm_pending *table, csm_db db, const csm_pending_node *from, bool reverse)
{
    if (reverse)
        return from != NULL ? from->prev : table->lists[db].last;
    return from != NULL ? from->next[0] : table->lists[db].next[0];
}

csm_pending_node *csm_pending_before(const csm_pending *table, csm_db db, csm_str key, bool past, bool reverse)
{
    const csm_pending_list *list = &table->lists[db];
    csm_pending_node *below = last_below(list, key, reverse ? !past : past);

    if (!reverse)
        return below;
    return below != NULL ? below->next[0] : list->next[0];
}
