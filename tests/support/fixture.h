/* A store in a fresh directory, a registry built from declarations, and contexts to read and write through.
 * What goes wrong here fails the test. One thread.
 *
 *     static const csm_plugin plugins[] = { { .id = "x", .version = "1.0", .tables = ... } };
 *     fixture f;
 *     fixture_open(&f, plugins, 1);
 *     csm_ctx *ctx = fixture_write(&f);      a transaction; reads through it too
 *     csm_row *row = fixture_row(&f, "duty");
 *     fixture_set(row, "title", csm_ctext("Paint"));
 *     assert_int_equal(csm_row_put(ctx, NULL, row), CSM_OK);
 *     fixture_commit(&f);
 *     ctx = fixture_read(&f);                sees what was committed
 *     fixture_close(&f);
 */
#ifndef CSM_TEST_FIXTURE_H
#define CSM_TEST_FIXTURE_H

#include "engine/table/table.h"

#include <limits.h>

#define FIXTURE_REGISTRIES 16

typedef struct fixture {
    char path[PATH_MAX];
    csm_store *store;
    csm_clock *clock;
    csm_engine engine; /* over store, clock and the newest registry; the host is NULL unless a test sets it */
    csm_registry *regs[FIXTURE_REGISTRIES]; /* kept until close: rows point into them */
    uint32_t reg_count;
    csm_arena *arena; /* of the context; cleared by fixture_read and fixture_write */
    csm_snap *snap;
    csm_txn *txn; /* NULL outside write .. commit or abort */
    csm_idgen ids;
    csm_caller caller; /* user "tester", with the system's rights */
    csm_ctx ctx;
} fixture;

/* @p plugins in dependency order; [0] stands in the engine's place. Dependencies are not checked. */
void fixture_open(fixture *f, const csm_plugin *plugins, uint32_t count);
/* Another registry over the same store, as after an activation: numbers are kept, all indexes marked ready, none
 * filled. No transaction may be open. */
void fixture_activate(fixture *f, const csm_plugin *plugins, uint32_t count);
/* Closes the store and opens it again. */
void fixture_reopen(fixture *f);
void fixture_close(fixture *f);

/* A read context over everything committed; what an earlier one gave is gone. */
csm_ctx *fixture_read(fixture *f);
/* A write context in a new transaction. */
csm_ctx *fixture_write(fixture *f);
/* Takes a sequence number and commits. */
void fixture_commit(fixture *f);
void fixture_abort(fixture *f);

const csm_mtable *fixture_table(const fixture *f, const char *name);
const csm_mindex *fixture_index(const csm_mtable *table, const char *name);
/* An empty row with a new id, in the context's arena. */
csm_row *fixture_row(fixture *f, const char *table);
/* Sets and gets a field by name; the value is borrowed. */
void fixture_set(csm_row *row, const char *field, csm_value value);
csm_value fixture_get(const csm_row *row, const char *field);

/* @p call is CSM_OK; shows the context's error when not. */
#define assert_ok(ctx, call) fixture_check((ctx), (call), CSM_OK, __FILE__, __LINE__)
#define assert_status(ctx, call, want) fixture_check((ctx), (call), (want), __FILE__, __LINE__)
void fixture_check(const csm_ctx *ctx, csm_status got, csm_status want, const char *file, int line);

#endif
