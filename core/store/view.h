/* What the files of this room share: the store, and the view that readers read through. Private to the room. */
#ifndef CSM_STORE_VIEW_H
#define CSM_STORE_VIEW_H

#include "store/engine.h"
#include "store/reads.h"

#include <stdatomic.h>

/* A snapshot of the engine and, for a transaction, the pending table over it. */
struct csm_view {
    csm_store *store;
    csm_kv_snap *snap;          /* owned */
    const csm_pending *pending; /* NULL for a plain snapshot */
    csm_reads *reads;           /* the writer's; NULL for others */
    uint64_t sequence;
    uint64_t moves; /* counts what ends the life of bytes read: renewals that moved it, resets */
};

struct csm_store {
    csm_kv *kv; /* owned */
    int dir;    /* locked; -1 when there is none */
    bool read_only;
    atomic_bool broken;  /* set by a commit of unknown outcome, never cleared */
    atomic_bool writing; /* a write transaction is open */
    csm_txn *writer;     /* kept from one write transaction to the next, with its snapshot and first memory block */
};

/* UNKNOWN once a commit's outcome was unknown. */
csm_status csm_store_check(const csm_store *store, csm_error *err);

/* A view over a new snapshot, reset. The caller ends it with done, which accepts a zeroed one. */
csm_status csm_view_init(csm_view *view, csm_store *store, csm_error *err);
void csm_view_done(csm_view *view);
csm_status csm_view_renew(csm_view *view, csm_error *err);
void csm_view_reset(csm_view *view);

/* Frees the store's kept transaction. */
void csm_txn_free_writer(csm_store *store);

#endif
