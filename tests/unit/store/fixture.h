/* A store in a fresh directory per test, and the steps that the tests of this room share. */
#ifndef CSM_TEST_STORE_FIXTURE_H
#define CSM_TEST_STORE_FIXTURE_H

#include "store/store.h"
#include "tempdir.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static char path[PATH_MAX];
static char other[PATH_MAX + 16];
static csm_store *store;
static csm_error err;

static inline void ok(csm_status st)
{
    if (st != CSM_OK)
        fail_msg("%s: %s (%s)", csm_status_name(st), err.message, err.detail);
}

static inline int setup(void **state)
{
    (void)state;
    if (!tempdir_make(path))
        return -1;
    snprintf(other, sizeof(other), "%s/other", path);
    store = NULL;
    csm_error_clear(&err);
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    csm_store_close(store);
    tempdir_remove(path);
    return 0;
}

static inline void open_with(const csm_store_options *options)
{
    ok(csm_store_open(path, options, &store, &err));
}

static inline void reopen(void)
{
    csm_store_close(store);
    store = NULL;
    open_with(NULL);
}

static inline csm_status write_one(const char *key, const char *value)
{
    csm_txn *txn = NULL;

    ok(csm_txn_begin(store, &txn, &err));
    if (value != NULL)
        ok(csm_txn_put(txn, CSM_DB_ROWS, csm_str_of(key), csm_str_of(value), &err));
    else
        ok(csm_txn_del(txn, CSM_DB_ROWS, csm_str_of(key), &err));
    csm_txn_take_sequence(txn);
    return csm_txn_commit(txn, &err);
}

static inline void expect_in(csm_view *view, const char *key, const char *want)
{
    csm_str value = { NULL, 0 };
    csm_status st = csm_view_get(view, CSM_DB_ROWS, csm_str_of(key), &value, &err);

    if (want == NULL) {
        assert_int_equal(st, CSM_E_NOT_FOUND);
        return;
    }
    ok(st);
    assert_true(csm_str_is(value, want));
}

static inline void expect(const char *key, const char *want)
{
    csm_snap *snap = NULL;

    ok(csm_snap_new(store, &snap, &err));
    ok(csm_snap_renew(snap, &err));
    expect_in(csm_snap_view(snap), key, want);
    csm_snap_free(snap);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
