/* Reading: snapshots, and get through a view. */
#include "store/view.h"

#include "base/mem.h"

struct csm_snap {
    csm_view view;
};

csm_status csm_store_check(const csm_store *store, csm_error *err)
{
    if (!atomic_load_explicit(&store->broken, memory_order_relaxed))
        return CSM_OK;
    csm_error_set(err, CSM_E_UNKNOWN, "store refuses: the outcome of an earlier commit is unknown");
    csm_error_hint(err, "the server must be restarted; check the disk first");
    return CSM_E_UNKNOWN;
}

csm_status csm_view_init(csm_view *view, csm_store *store, csm_error *err)
{
    *view = (csm_view){ .store = store };
    CSM_TRY(csm_store_check(store, err));
    return store->kv->ops->snap_new(store->kv, &view->snap, err);
}

void csm_view_done(csm_view *view)
{
    if (view->snap != NULL)
        view->store->kv->ops->snap_free(view->snap);
    view->snap = NULL;
}

csm_status csm_view_renew(csm_view *view, csm_error *err)
{
    const csm_kv_ops *ops = view->store->kv->ops;
    bool moved = true;
    csm_status st;

    if ((st = csm_store_check(view->store, err)) == CSM_OK)
        st = ops->snap_renew(view->snap, &view->sequence, &moved, err);
    view->moves += moved;
    return st;
}

void csm_view_reset(csm_view *view)
{
    view->store->kv->ops->snap_reset(view->snap);
    view->moves++;
}

csm_status csm_snap_new(csm_store *store, csm_snap **out, csm_error *err)
{
    csm_snap *snap = csm_mem_zalloc(sizeof(*snap));
    csm_status st;

    if (snap == NULL)
        return csm_error_nomem(err);
    if ((st = csm_view_init(&snap->view, store, err)) != CSM_OK) {
        csm_mem_free(snap);
        return st;
    }
    *out = snap;
    return CSM_OK;
}

void csm_snap_free(csm_snap *snap)
{
    if (snap == NULL)
        return;
    csm_view_done(&snap->view);
    csm_mem_free(snap);
}

csm_status csm_snap_renew(csm_snap *snap, csm_error *err)
{
    return csm_view_renew(&snap->view, err);
}

void csm_snap_reset(csm_snap *snap)
{
    csm_view_reset(&snap->view);
}

uint64_t csm_snap_sequence(const csm_snap *snap)
{
    return snap->view.sequence;
}

csm_view *csm_snap_view(csm_snap *snap)
{
    return &snap->view;
}

uint64_t csm_view_sequence(const csm_view *view)
{
    return view->sequence;
}

static csm_status get_kept(csm_view *view, csm_read *read, csm_db db, csm_str key, csm_str *out, csm_error *err)
{
    csm_str value;
    csm_status st;

    if (!csm_read_is(read, view->moves, db, key)) {
        st = view->store->kv->ops->get(view->snap, db, key, &value, err);
        if (st != CSM_OK && st != CSM_E_NOT_FOUND)
            return st;
        csm_read_keep(read, view->moves, db, key, st == CSM_OK ? &value : NULL);
    }
    if (!read->there)
        return CSM_E_NOT_FOUND;
    *out = (csm_str){ read->value, read->value_len };
    return CSM_OK;
}

csm_status csm_view_get(csm_view *view, csm_db db, csm_str key, csm_str *out, csm_error *err)
{
    const csm_pending_version *change;
    csm_read *read;

    CSM_TRY(csm_store_check(view->store, err));
    if (view->pending != NULL && (change = csm_pending_get(view->pending, db, key)) != NULL) {
        if (change->deleted)
            return CSM_E_NOT_FOUND;
        *out = change->value;
        return CSM_OK;
    }
    if (key.len == 0 || key.len > CSM_KEY_MAX)
        return CSM_E_NOT_FOUND; /* no such key can exist */
    if (view->reads != NULL && (read = csm_reads_place(view->reads, db, key)) != NULL)
        return get_kept(view, read, db, key, out, err);
    return view->store->kv->ops->get(view->snap, db, key, out, err);
}

csm_str csm_key_after(csm_str prefix, uint8_t buf[CSM_KEY_MAX])
{
    size_t len = prefix.len < CSM_KEY_MAX ? prefix.len : CSM_KEY_MAX;

    while (len > 0 && (uint8_t)prefix.ptr[len - 1] == 0xff)
        len--;
    if (len == 0)
        return (csm_str){ NULL, 0 };
    memcpy(buf, prefix.ptr, len);
    buf[len - 1]++;
    return (csm_str){ (const char *)buf, len };
}
