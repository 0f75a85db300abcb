#include "model.h"

#include <stdlib.h>

csm_str model_dup(csm_str s)
{
    char *bytes = malloc(s.len + 1);

    if (bytes == NULL)
        abort();
    if (s.len > 0)
        memcpy(bytes, s.ptr, s.len);
    return (csm_str){ bytes, s.len };
}

void model_drop(csm_str s)
{
    free((void *)(uintptr_t)s.ptr);
}

int model_cmp(csm_str a, csm_str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        if (a.ptr[i] != b.ptr[i])
            return (uint8_t)a.ptr[i] < (uint8_t)b.ptr[i] ? -1 : 1;
    }
    return a.len < b.len ? -1 : a.len > b.len;
}

void model_init(model *m, const model *from)
{
    memset(m, 0, sizeof(*m));
    if (from == NULL)
        return;
    m->sequence = from->sequence;
    for (int db = 0; db < CSM_DB_COUNT; db++) {
        const model_db *src = &from->dbs[db];
        model_db *dst = &m->dbs[db];
        dst->count = src->count;
        if ((dst->items = calloc(src->count + 1, sizeof(*dst->items))) == NULL)
            abort();
        for (size_t i = 0; i < src->count; i++)
            dst->items[i] = (model_item){ model_dup(src->items[i].key), model_dup(src->items[i].value) };
    }
}

void model_done(model *m)
{
    for (int db = 0; db < CSM_DB_COUNT; db++) {
        for (size_t i = 0; i < m->dbs[db].count; i++) {
            model_drop(m->dbs[db].items[i].key);
            model_drop(m->dbs[db].items[i].value);
        }
        free(m->dbs[db].items);
    }
    memset(m, 0, sizeof(*m));
}

static size_t place(const model_db *in, csm_str key)
{
    size_t i = 0;

    while (i < in->count && model_cmp(in->items[i].key, key) < 0)
        i++;
    return i;
}

const csm_str *model_get(const model *m, csm_db db, csm_str key)
{
    const model_db *in = &m->dbs[db];
    size_t i = place(in, key);

    return i < in->count && model_cmp(in->items[i].key, key) == 0 ? &in->items[i].value : NULL;
}

void model_del(model *m, csm_db db, csm_str key)
{
    model_db *in = &m->dbs[db];
    size_t i = place(in, key);

    if (i == in->count || model_cmp(in->items[i].key, key) != 0)
        return;
    model_drop(in->items[i].key);
    model_drop(in->items[i].value);
    in->count--;
    memmove(&in->items[i], &in->items[i + 1], (in->count - i) * sizeof(in->items[0]));
}

void model_put(model *m, csm_db db, csm_str key, csm_str value)
{
    model_db *in = &m->dbs[db];
    size_t i;

    model_del(m, db, key);
    i = place(in, key);
    if ((in->items = realloc(in->items, (in->count + 1) * sizeof(in->items[0]))) == NULL)
        abort();
    memmove(&in->items[i + 1], &in->items[i], (in->count - i) * sizeof(in->items[0]));
    in->items[i] = (model_item){ model_dup(key), model_dup(value) };
    in->count++;
}

void model_iter_done(model_iter *it)
{
    model_drop(it->at);
    it->at = (csm_str){ NULL, 0 };
}

static void stand(model_iter *it, csm_str key, bool past)
{
    csm_str at = model_dup(key);

    model_drop(it->at);
    it->at = at;
    it->begun = true;
    it->past = past;
}

const model_item *model_iter_next(model_iter *it, const model *m)
{
    const model_db *in = &m->dbs[it->range.db];

    for (size_t n = 0; n < in->count; n++) {
        const model_item *item = &in->items[it->range.reverse ? in->count - 1 - n : n];
        int order = it->begun ? model_cmp(item->key, it->at) : 1;
        if (it->begun && it->range.reverse)
            order = -order;
        if (order < 0 || (order == 0 && it->past))
            continue;
        if (it->range.from.len > 0 && model_cmp(item->key, it->range.from) < 0)
            continue;
        if (it->range.to.len > 0 && model_cmp(item->key, it->range.to) >= 0)
            continue;
        stand(it, item->key, true);
        return item;
    }
    return NULL;
}

void model_iter_seek(model_iter *it, csm_str key)
{
    stand(it, key, false);
}
