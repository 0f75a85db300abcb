/* The plainest possible store: a sorted array per database, copied whole for every snapshot and savepoint. */
#ifndef CSM_TEST_STORE_MODEL_H
#define CSM_TEST_STORE_MODEL_H

#include "store/store.h"

typedef struct model_item {
    csm_str key, value; /* own memory */
} model_item;

typedef struct model_db {
    model_item *items;
    size_t count;
} model_db;

typedef struct model {
    model_db dbs[CSM_DB_COUNT];
    uint64_t sequence;
} model;

/* A place in a range as the door describes it. */
typedef struct model_iter {
    csm_range range;
    csm_str at; /* own memory */
    bool begun; /* at counts: only keys beyond it (or at it, unless past) are ahead */
    bool past;
} model_iter;

int model_cmp(csm_str a, csm_str b);
void model_init(model *m, const model *from); /* from NULL: empty */
void model_done(model *m);
const csm_str *model_get(const model *m, csm_db db, csm_str key);
void model_put(model *m, csm_db db, csm_str key, csm_str value);
void model_del(model *m, csm_db db, csm_str key);

void model_iter_done(model_iter *it);
/* NULL at the end. */
const model_item *model_iter_next(model_iter *it, const model *m);
void model_iter_seek(model_iter *it, csm_str key);

csm_str model_dup(csm_str s);
void model_drop(csm_str s);

#endif
