/* The write transaction: a view whose pending table is being written, and its commit as one batch.
 * The writer's transaction is one object that the store keeps, so that beginning one costs no allocation. */
#include "store/view.h"

#include "base/mem.h"

#define WRITER_BLOCK ((size_t)1 << 20)
#define DRY_BLOCK ((size_t)16 << 10)

struct csm_txn {
    csm_view view;
    csm_pending table;
    csm_arena *arena; /* the table's */
    csm_reads *reads; /* NULL in a dry one, which is one request alone */
    uint64_t taken;   /* sequence numbers */
    bool dry;
};

static void free_txn(csm_txn *txn)
{
    if (txn == NULL)
        return;
    csm_view_done(&txn->view);
    csm_mem_free(txn->reads);
    csm_arena_free(txn->arena);
    csm_mem_free(txn);
}

static csm_status new_txn(csm_store *store, bool dry, csm_txn **out, csm_error *err)
{
    csm_txn *txn = csm_mem_zalloc(sizeof(*txn));
    csm_status st;

    if (txn == NULL)
        return csm_error_nomem(err);
    txn->dry = dry;
    txn->arena = csm_arena_new(dry ? DRY_BLOCK : WRITER_BLOCK, 0);
    txn->reads = dry ? NULL : csm_mem_zalloc(sizeof(*txn->reads));
    st = txn->arena != NULL && (dry || txn->reads != NULL) ? csm_view_init(&txn->view, store, err) : csm_error_nomem(err);
    if (st != CSM_OK) {
        free_txn(txn);
        return st;
    }
    *out = txn;
    return CSM_OK;
}

static csm_status start(csm_txn *txn, csm_error *err)
{
    csm_pending_init(&txn->table, txn->arena);
    txn->view.pending = &txn->table;
    txn->view.reads = txn->reads;
    txn->taken = 0;
    return csm_view_renew(&txn->view, err);
}

static void end(csm_txn *txn)
{
    csm_store *store = txn->view.store;

    if (txn->dry) {
        free_txn(txn);
        return;
    }
    csm_view_reset(&txn->view);
    csm_arena_clear(txn->arena);
    atomic_store(&store->writing, false);
}

void csm_txn_free_writer(csm_store *store)
{
    free_txn(store->writer);
    store->writer = NULL;
}

csm_status csm_txn_begin(csm_store *store, csm_txn **out, csm_error *err)
{
    csm_status st = CSM_OK;

    if (store->read_only)
        return csm_error_set(err, CSM_E_STATE, "store is open for reading only");
    if (atomic_exchange(&store->writing, true))
        return csm_error_set(err, CSM_E_STATE, "store: a write transaction is open already");
    if (store->writer == NULL)
        st = new_txn(store, false, &store->writer, err);
    if (st == CSM_OK)
        st = start(store->writer, err);
    if (st != CSM_OK) {
        atomic_store(&store->writing, false);
        return st;
    }
    *out = store->writer;
    return CSM_OK;
}

csm_status csm_txn_begin_dry(csm_store *store, csm_txn **out, csm_error *err)
{
    csm_txn *txn = NULL;
    csm_status st;

    CSM_TRY(new_txn(store, true, &txn, err));
    if ((st = start(txn, err)) != CSM_OK) {
        free_txn(txn);
        return st;
    }
    *out = txn;
    return CSM_OK;
}

csm_view *csm_txn_view(csm_txn *txn)
{
    return &txn->view;
}

static csm_status check_key(csm_str key, csm_error *err)
{
    if (key.len == 0)
        return csm_error_set(err, CSM_E_INVALID, "store: a key is empty");
    if (key.len > CSM_KEY_MAX)
        return csm_error_set(err, CSM_E_LIMIT, "store: a key of %zu bytes is longer than %d", key.len, CSM_KEY_MAX);
    return CSM_OK;
}

csm_status csm_txn_put(csm_txn *txn, csm_db db, csm_str key, csm_str value, csm_error *err)
{
    CSM_TRY(check_key(key, err));
    if (value.len > CSM_VALUE_MAX)
        return csm_error_set(err, CSM_E_LIMIT, "store: a value of %zu bytes is longer than %d", value.len,
                             CSM_VALUE_MAX);
    return csm_pending_put(&txn->table, db, key, value) ? CSM_OK : csm_error_nomem(err);
}

csm_status csm_txn_del(csm_txn *txn, csm_db db, csm_str key, csm_error *err)
{
    CSM_TRY(check_key(key, err));
    return csm_pending_del(&txn->table, db, key) ? CSM_OK : csm_error_nomem(err);
}

void csm_txn_set_essential(csm_txn *txn)
{
    txn->table.essential = true;
}

size_t csm_txn_bytes(const csm_txn *txn)
{
    return txn->table.bytes;
}

size_t csm_txn_entries(const csm_txn *txn)
{
    return txn->table.keys;
}

csm_savepoint csm_txn_save(const csm_txn *txn)
{
    return (csm_savepoint){ .mark = txn->table.writes, .sequences = txn->taken };
}

void csm_txn_undo(csm_txn *txn, csm_savepoint point)
{
    csm_pending_undo(&txn->table, point.mark);
    txn->taken = point.sequences;
}

uint64_t csm_txn_next_sequence(const csm_txn *txn)
{
    return txn->view.sequence + txn->taken + 1;
}

void csm_txn_take_sequence(csm_txn *txn)
{
    txn->taken++;
}

csm_status csm_txn_commit(csm_txn *txn, csm_error *err)
{
    csm_store *store = txn->view.store;
    csm_status st = CSM_OK;

    if (txn->dry)
        st = csm_error_set(err, CSM_E_STATE, "store: a dry transaction cannot be committed");
    else if ((st = csm_store_check(store, err)) == CSM_OK && (txn->table.keys > 0 || txn->taken > 0))
        st = store->kv->ops->apply(store->kv, &txn->table, txn->view.sequence + txn->taken, err);
    if (st == CSM_E_UNKNOWN)
        atomic_store(&store->broken, true);
    end(txn);
    return st;
}

void csm_txn_abort(csm_txn *txn)
{
    if (txn != NULL)
        end(txn);
}
