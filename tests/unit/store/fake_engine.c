#include "fake_engine.h"

#include "base/mem.h"

#include <stdlib.h>

typedef struct item {
    csm_str key, value;
} item;

typedef struct items {
    item *list;
    size_t count;
} items;

typedef struct state {
    items dbs[CSM_DB_COUNT];
    uint64_t sequence;
} state;

typedef struct lent {
    struct lent *next;
    char bytes[];
} lent;

struct fake_engine {
    csm_kv base;
    state state;
    uint64_t version;
    unsigned long calls, fail_at;
    csm_status fail_status;
    bool fail_happens;
    unsigned snaps;
};

typedef struct fake_snap {
    csm_kv_snap base;
    state state;
    uint64_t version; /* 0: reset */
    lent *lent;
} fake_snap;

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static csm_str dup(csm_str s)
{
    char *bytes = must(malloc(s.len + 1));

    if (s.len > 0)
        memcpy(bytes, s.ptr, s.len);
    return (csm_str){ bytes, s.len };
}

static void drop(csm_str s)
{
    free((void *)(uintptr_t)s.ptr);
}

static void clear(state *st)
{
    for (int db = 0; db < CSM_DB_COUNT; db++) {
        for (size_t i = 0; i < st->dbs[db].count; i++) {
            drop(st->dbs[db].list[i].key);
            drop(st->dbs[db].list[i].value);
        }
        free(st->dbs[db].list);
    }
    memset(st, 0, sizeof(*st));
}

static void copy(state *to, const state *from)
{
    to->sequence = from->sequence;
    for (int db = 0; db < CSM_DB_COUNT; db++) {
        size_t count = from->dbs[db].count;
        to->dbs[db] = (items){ must(calloc(count + 1, sizeof(item))), count };
        for (size_t i = 0; i < count; i++)
            to->dbs[db].list[i] = (item){ dup(from->dbs[db].list[i].key), dup(from->dbs[db].list[i].value) };
    }
}

/* Index of the first item with a key >= @p key. */
static size_t place(const items *in, csm_str key)
{
    size_t i = 0;

    while (i < in->count && csm_key_cmp(in->list[i].key, key) < 0)
        i++;
    return i;
}

static fake_engine *engine_of(csm_kv *kv)
{
    return (fake_engine *)kv;
}

static csm_status call(fake_engine *engine, csm_error *err)
{
    engine->calls++;
    if (engine->fail_at == 0 || engine->calls != engine->fail_at)
        return CSM_OK;
    return csm_error_set(err, engine->fail_status, "fake: call %lu fails", engine->calls);
}

static csm_str lend(fake_snap *snap, csm_str s)
{
    lent *l = must(malloc(sizeof(*l) + s.len + 1));

    if (s.len > 0)
        memcpy(l->bytes, s.ptr, s.len);
    l->next = snap->lent;
    snap->lent = l;
    return (csm_str){ l->bytes, s.len };
}

static void snap_reset(csm_kv_snap *base)
{
    fake_snap *snap = (fake_snap *)base;

    while (snap->lent != NULL) {
        lent *next = snap->lent->next;
        free(snap->lent);
        snap->lent = next;
    }
    clear(&snap->state);
    snap->version = 0;
}

static csm_status snap_new(csm_kv *kv, csm_kv_snap **out, csm_error *err)
{
    fake_snap *snap;

    CSM_TRY(call(engine_of(kv), err));
    snap = must(calloc(1, sizeof(*snap)));
    snap->base.kv = kv;
    engine_of(kv)->snaps++;
    *out = &snap->base;
    return CSM_OK;
}

static void snap_free(csm_kv_snap *base)
{
    engine_of(base->kv)->snaps--;
    snap_reset(base);
    free(base);
}

static csm_status snap_renew(csm_kv_snap *base, uint64_t *sequence, bool *moved, csm_error *err)
{
    fake_snap *snap = (fake_snap *)base;
    fake_engine *engine = engine_of(base->kv);

    CSM_TRY(call(engine, err));
    *moved = snap->version != engine->version;
    if (*moved) {
        snap_reset(base);
        copy(&snap->state, &engine->state);
        snap->version = engine->version;
    }
    *sequence = snap->state.sequence;
    return CSM_OK;
}

static csm_status check_open(const fake_snap *snap, csm_error *err)
{
    return snap->version != 0 ? CSM_OK : csm_error_set(err, CSM_E_STATE, "fake: snapshot is not open");
}

static csm_status get(csm_kv_snap *base, csm_db db, csm_str key, csm_str *out, csm_error *err)
{
    fake_snap *snap = (fake_snap *)base;
    const items *in = &snap->state.dbs[db];
    size_t i;

    CSM_TRY(call(engine_of(base->kv), err));
    CSM_TRY(check_open(snap, err));
    i = place(in, key);
    if (i == in->count || !csm_str_eq(in->list[i].key, key))
        return CSM_E_NOT_FOUND;
    *out = lend(snap, in->list[i].value);
    return CSM_OK;
}

static bool wanted(const csm_kv_range *range, csm_str key)
{
    int start = range->start.len == 0 ? 1 : csm_key_cmp(key, range->start);
    int stop = range->stop.len == 0 ? -1 : csm_key_cmp(key, range->stop);

    if (range->reverse) {
        start = range->start.len == 0 ? 1 : -start;
        stop = range->stop.len == 0 ? -1 : -stop;
        return (start > 0 || (start == 0 && !range->past)) && stop <= 0;
    }
    return (start > 0 || (start == 0 && !range->past)) && stop < 0;
}

static csm_status range(csm_kv_snap *base, const csm_kv_range *wants, csm_kv_entry *out, size_t max, size_t *count,
                        csm_error *err)
{
    fake_snap *snap = (fake_snap *)base;
    const items *in = &snap->state.dbs[wants->db];
    size_t found = 0;

    CSM_TRY(call(engine_of(base->kv), err));
    CSM_TRY(check_open(snap, err));
    for (size_t n = 0; n < in->count && found < max; n++) {
        const item *it = &in->list[wants->reverse ? in->count - 1 - n : n];
        if (wanted(wants, it->key))
            out[found++] = (csm_kv_entry){ lend(snap, it->key), lend(snap, it->value) };
    }
    *count = found;
    return CSM_OK;
}

static void set(items *in, csm_str key, const csm_str *value)
{
    size_t i = place(in, key);
    bool exists = i < in->count && csm_str_eq(in->list[i].key, key);

    if (exists) {
        drop(in->list[i].key);
        drop(in->list[i].value);
        memmove(&in->list[i], &in->list[i + 1], (in->count - i - 1) * sizeof(item));
        in->count--;
    }
    if (value == NULL)
        return;
    in->list = must(realloc(in->list, (in->count + 2) * sizeof(item)));
    memmove(&in->list[i + 1], &in->list[i], (in->count - i) * sizeof(item));
    in->list[i] = (item){ dup(key), dup(*value) };
    in->count++;
}

static csm_status apply(csm_kv *kv, const csm_pending *batch, uint64_t sequence, csm_error *err)
{
    fake_engine *engine = engine_of(kv);
    csm_status st = call(engine, err);

    if (st != CSM_OK && !engine->fail_happens)
        return st;
    for (int db = 0; db < CSM_DB_COUNT; db++) {
        csm_pending_node *node = NULL;
        while ((node = csm_pending_step(batch, (csm_db)db, node, false)) != NULL) {
            if (node->latest != NULL)
                set(&engine->state.dbs[db], node->key, node->latest->deleted ? NULL : &node->latest->value);
        }
    }
    engine->state.sequence = sequence;
    engine->version++;
    return st;
}

static csm_status stat(csm_kv *kv, csm_store_stat *out, csm_error *err)
{
    const fake_engine *engine = engine_of(kv);

    CSM_TRY(call(engine_of(kv), err));
    *out = (csm_store_stat){ .sequence = engine->state.sequence };
    for (int db = 0; db < CSM_DB_COUNT; db++)
        out->entries[db] = engine->state.dbs[db].count;
    return CSM_OK;
}

static csm_status copy_file(csm_kv *kv, int fd, csm_error *err)
{
    (void)kv;
    (void)fd;
    return csm_error_set(err, CSM_E_UNSUPPORTED, "fake: has no file");
}

static void close_engine(csm_kv *kv)
{
    clear(&engine_of(kv)->state);
    free(kv);
}

static const csm_kv_ops ops = {
    .name = "fake",
    .close = close_engine,
    .snap_new = snap_new,
    .snap_free = snap_free,
    .snap_renew = snap_renew,
    .snap_reset = snap_reset,
    .get = get,
    .range = range,
    .apply = apply,
    .stat = stat,
    .copy = copy_file,
};

fake_engine *fake_engine_new(void)
{
    fake_engine *engine = must(calloc(1, sizeof(*engine)));

    engine->base.ops = &ops;
    engine->version = 1;
    return engine;
}

csm_kv *fake_engine_kv(fake_engine *engine)
{
    return &engine->base;
}

void fake_engine_fail(fake_engine *engine, unsigned long nth, csm_status status, bool happens)
{
    engine->fail_at = nth == 0 ? 0 : engine->calls + nth;
    engine->fail_status = status;
    engine->fail_happens = happens;
}

unsigned long fake_engine_calls(const fake_engine *engine)
{
    return engine->calls;
}

unsigned fake_engine_snaps(const fake_engine *engine)
{
    return engine->snaps;
}
