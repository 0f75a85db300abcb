/* A range over a view: batches read from the engine's snapshot, merged with the pending table.
 * The snapshot does not change while a transaction runs, so a batch never gets old; the pending table may change
 * between any two calls, so its side is looked up anew whenever its stamp has moved. No engine cursor outlives a call.
 */
#include "store/view.h"

/* Most reads want a page of 20 rows and whether there is another one. */
#define BATCH_FIRST 24
#define BATCH_MOST 256
#define PASS_MOST 4096

struct csm_iter {
    csm_view *view;
    csm_arena *arena;
    csm_kv_range range; /* as opened: start and stop are the bounds */
    uint64_t moves;     /* of the view when opened */

    csm_str at; /* where it stands: the last key passed, or the bound or key to begin at; empty = the very start */
    bool past;  /* at itself has been passed */

    csm_kv_entry *batch;
    size_t room, count, next; /* entries: space, read, index of the first not passed */
    size_t want;              /* size of the next batch */
    bool drained;             /* the engine has nothing after this batch */
    bool ended;               /* sought a place that has nothing ahead */
    char *sought;             /* buffer for keys sought, NULL until the first */

    csm_pending_node *behind; /* last node known to be passed; NULL: the very front */
    csm_pending_node *head;   /* first live node ahead, NULL if none; valid while stamp is the table's */
    uint64_t stamp;
    bool has_head;

    csm_kv_entry first[BATCH_FIRST];
};

/* Order in the direction of travel. */
static int travel_cmp(const csm_iter *it, csm_str a, csm_str b)
{
    int order = csm_key_cmp(a, b);

    return it->range.reverse ? -order : order;
}

static bool is_ahead(const csm_iter *it, csm_str key)
{
    if (it->at.len == 0)
        return true;
    int order = travel_cmp(it, key, it->at);
    return order > 0 || (order == 0 && !it->past);
}

static bool is_within(const csm_iter *it, csm_str key)
{
    if (it->range.stop.len == 0)
        return true;
    int order = travel_cmp(it, key, it->range.stop);
    return order < 0 || (order == 0 && it->range.reverse);
}

/* ---- the engine's side ---- */

/* Room for the next batch. Without memory for a larger one, going on with the old is as right, only slower. */
static csm_kv_entry *make_room(csm_iter *it)
{
    csm_kv_entry *larger = NULL;

    if (it->want > it->room)
        larger = csm_arena_alloc(it->arena, it->want * sizeof(*larger));
    if (larger != NULL)
        return larger;
    it->want = it->want < it->room ? it->want : it->room;
    return it->batch;
}

/* Reads on from where it stands: all of the old batch has been passed. */
static csm_status refill(csm_iter *it, csm_error *err)
{
    csm_store *store = it->view->store;
    csm_kv_range ahead = it->range;
    csm_kv_entry *batch;

    CSM_TRY(csm_store_check(store, err));
    ahead.start = it->at;
    ahead.past = it->past;
    batch = make_room(it);
    if (batch == it->batch)
        it->count = it->next = 0; /* about to be overwritten, also by a read that fails half-way */
    CSM_TRY(store->kv->ops->range(it->view->snap, &ahead, batch, it->want, &it->count, err));
    if (it->want > it->room)
        it->room = it->want;
    it->batch = batch;
    it->next = 0;
    it->drained = it->count < it->want;
    if (it->want < BATCH_MOST)
        it->want = it->want * 2 < BATCH_MOST ? it->want * 2 : BATCH_MOST;
    return CSM_OK;
}

/* ---- the pending table's side ---- */

static void find_head(csm_iter *it)
{
    const csm_pending *table = it->view->pending;
    csm_db db = it->range.db;
    csm_pending_node *node = csm_pending_step(table, db, it->behind, it->range.reverse);

    while (node != NULL && !is_ahead(it, node->key)) { /* put behind us since */
        it->behind = node;
        node = csm_pending_step(table, db, node, it->range.reverse);
    }
    while (node != NULL && node->latest == NULL) /* undone; may come back, so behind stays */
        node = csm_pending_step(table, db, node, it->range.reverse);
    it->head = node != NULL && is_within(it, node->key) ? node : NULL;
    it->stamp = table->stamp;
    it->has_head = true;
}

static csm_pending_node *pending_head(csm_iter *it)
{
    const csm_pending *table = it->view->pending;

    if (table == NULL || table->lists[it->range.db].last == NULL)
        return NULL;
    if (!it->has_head || it->stamp != table->stamp)
        find_head(it);
    return it->head;
}

/* ---- both ---- */

static void stand_at(csm_iter *it, csm_str key, bool past)
{
    it->at = key;
    it->past = past;
    it->has_head = false;
    it->behind = NULL;
    if (it->view->pending != NULL && key.len > 0)
        it->behind = csm_pending_before(it->view->pending, it->range.db, key, past, it->range.reverse);
}

csm_status csm_iter_open(csm_arena *arena, csm_view *view, const csm_range *range, csm_iter **out, csm_error *err)
{
    size_t bounds = range->from.len + range->to.len;
    csm_iter *it = bounds < SIZE_MAX / 2 ? csm_arena_alloc(arena, sizeof(*it) + bounds) : NULL;
    char *bytes;

    if (it == NULL)
        return csm_error_nomem(err);
    bytes = (char *)(it + 1);
    csm_str from = { bytes, range->from.len };
    csm_str to = { bytes + range->from.len, range->to.len };
    if (from.len > 0)
        memcpy(bytes, range->from.ptr, from.len);
    if (to.len > 0)
        memcpy(bytes + from.len, range->to.ptr, to.len);

    it->view = view;
    it->arena = arena;
    it->range = (csm_kv_range){
        .db = range->db,
        .reverse = range->reverse,
        .start = range->reverse ? to : from,
        .past = range->reverse,
        .stop = range->reverse ? from : to,
    };
    it->moves = view->moves;
    it->batch = it->first;
    it->room = it->want = BATCH_FIRST;
    it->count = it->next = 0;
    it->drained = it->ended = false;
    it->sought = NULL;
    stand_at(it, it->range.start, it->range.past);
    *out = it;
    return CSM_OK;
}

static csm_status check_view(const csm_iter *it, csm_error *err)
{
    if (it->moves == it->view->moves)
        return CSM_OK;
    return csm_error_set(err, CSM_E_STATE, "store: a range was read on after its snapshot was renewed");
}

/* Forgets what was read ahead. */
static void read_anew(csm_iter *it)
{
    it->count = it->next = 0;
    it->drained = false;
}

/* One step to the next entry or over a deleted one; *out without a key at the end, *live false for a deleted one. */
static csm_status step(csm_iter *it, csm_kv_entry *out, bool *live, csm_error *err)
{
    const csm_kv_entry *entry;
    csm_pending_node *node;
    int order;

    if (it->next == it->count && !it->drained)
        CSM_TRY(refill(it, err));
    entry = it->next < it->count ? &it->batch[it->next] : NULL;
    node = pending_head(it);
    *live = true;
    *out = (csm_kv_entry){ 0 };
    if (entry == NULL && node == NULL)
        return CSM_OK;
    order = node == NULL ? -1 : entry == NULL ? 1 : travel_cmp(it, entry->key, node->key);
    if (order <= 0)
        it->next++; /* also when the table has another word on the same key */
    if (order < 0) {
        *out = *entry;
    } else {
        it->behind = node;
        it->has_head = false;
        *out = (csm_kv_entry){ node->key, node->latest->value };
        *live = !node->latest->deleted;
    }
    it->at = out->key;
    it->past = true;
    return CSM_OK;
}

csm_status csm_iter_next(csm_iter *it, csm_str *key, csm_str *value, bool *has, csm_error *err)
{
    const csm_str at = it->at;
    const bool past = it->past;
    bool skipped = false, live = true;
    csm_kv_entry found = { 0 };
    csm_status st = check_view(it, err);

    if (st == CSM_OK && it->view->pending == NULL && it->next < it->count) { /* most calls by far */
        const csm_kv_entry *entry = &it->batch[it->next++];
        it->at = *key = entry->key;
        it->past = *has = true;
        *value = entry->value;
        return CSM_OK;
    }
    while (st == CSM_OK && !it->ended && (st = step(it, &found, &live, err)) == CSM_OK && !live)
        skipped = true;
    if (st == CSM_OK && found.key.len > 0) {
        *key = found.key;
        *value = found.value;
        *has = true;
        return CSM_OK;
    }
    if (skipped) { /* what is deleted now may be back before the next call: it is still ahead */
        read_anew(it);
        stand_at(it, at, past);
    }
    if (st == CSM_OK)
        *has = false;
    return st;
}

static bool begins_with(csm_str key, csm_str prefix)
{
    return key.len >= prefix.len && memcmp(key.ptr, prefix.ptr, prefix.len) == 0;
}

/* Entries of the batch from the next one on that begin with @p prefix: they lie together. */
static size_t count_together(const csm_iter *it, csm_str prefix)
{
    size_t low = it->next, high = it->count;

    if (low < high && begins_with(it->batch[high - 1].key, prefix))
        return high - low;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (begins_with(it->batch[mid].key, prefix))
            low = mid + 1;
        else
            high = mid;
    }
    return low - it->next;
}

csm_status csm_iter_pass(csm_iter *it, csm_str prefix, size_t *count, csm_error *err)
{
    CSM_TRY(check_view(it, err));
    *count = 0;
    if (it->view->pending != NULL || it->ended || prefix.len == 0)
        return CSM_OK;
    while (*count < PASS_MOST) {
        size_t together;

        if (it->next == it->count && !it->drained)
            CSM_TRY(refill(it, err));
        together = count_together(it, prefix);
        if (together == 0)
            break;
        it->next += together;
        it->at = it->batch[it->next - 1].key;
        it->past = true;
        *count += together;
        if (it->next < it->count || it->drained)
            break;
    }
    return CSM_OK;
}

/* Moves within the batch, which covers the whole way between its ends. False: @p key is not on that way. */
static bool seek_in_batch(csm_iter *it, csm_str key)
{
    size_t low = 0, high = it->count;

    if (it->count == 0 || travel_cmp(it, key, it->batch[0].key) < 0)
        return false;
    if (!it->drained && travel_cmp(it, key, it->batch[it->count - 1].key) > 0)
        return false;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (travel_cmp(it, it->batch[mid].key, key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    it->next = low;
    return true;
}

/* Copies the key to seek into the iterator's own buffer. */
static csm_status keep_key(csm_iter *it, csm_str *key, csm_error *err)
{
    if (it->sought == NULL && (it->sought = csm_arena_alloc(it->arena, CSM_KEY_MAX)) == NULL)
        return csm_error_nomem(err);
    if (key->len > 0)
        memmove(it->sought, key->ptr, key->len);
    key->ptr = it->sought;
    return CSM_OK;
}

csm_status csm_iter_seek(csm_iter *it, csm_str key, csm_error *err)
{
    const csm_kv_range *range = &it->range;
    bool past = false;

    CSM_TRY(check_view(it, err));
    if (range->start.len > 0 && travel_cmp(it, key, range->start) <= 0) {
        key = range->start; /* not before the bound, nor on one that is left out */
        past = range->past;
    } else {
        if (key.len > CSM_KEY_MAX) { /* lies just after its first bytes, before any longer key there can be */
            key.len = CSM_KEY_MAX;
            past = !range->reverse;
        }
        CSM_TRY(keep_key(it, &key, err));
    }
    it->ended = range->reverse && key.len == 0 && !past; /* nothing is at or below the empty key */
    if (past || !seek_in_batch(it, key)) {
        read_anew(it);
        it->want = BATCH_FIRST;
    }
    stand_at(it, key, past);
    return CSM_OK;
}

void csm_iter_close(csm_iter *it)
{
    (void)it; /* all of it is in the caller's arena; an engine with cursors to give back would do it here */
}
