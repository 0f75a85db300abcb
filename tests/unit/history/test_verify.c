/* Verify: silent on a store that is right, and one problem told for each kind of damage. */
#include "declare.h"

#include "base/id.h"
#include "engine/table/index.h"

typedef struct reports {
    unsigned count;
    char last[600];
    const char *area;
} reports;

static void note(void *user, const char *area, csm_str what)
{
    reports *r = user;
    r->count++;
    r->area = area;
    snprintf(r->last, sizeof(r->last), "%.*s", CSM_STR_FMT(what));
}

static csm_row *make(fixture *f, csm_ctx *ctx, const char *table, int number)
{
    csm_id watchers[2] = { { { 1 } }, { { 2 } } };
    csm_row *row = fixture_row(f, table);
    csm_value *list = csm_arena_array(ctx->arena, 2, sizeof(*list));
    int64_t given = 0;
    list[0] = csm_id_value(watchers[0]);
    list[1] = csm_id_value(watchers[1]);
    assert_ok(ctx, csm_counter_take(ctx, csm_counter_name(ctx->arena, row->table), 1, &given));
    assert_int_equal(given, number);
    fixture_set(row, "number", csm_text(csm_arena_printf(ctx->arena, "NOT%07d", number)));
    fixture_set(row, "title", csm_ctext("title"));
    fixture_set(row, "state", csm_int(number % 3));
    fixture_set(row, "watchers", csm_list(list, 2));
    insert_row(ctx, row);
    assert_ok(ctx, csm_history_add_journal(ctx, row, csm_mtable_field(row->table, CSM_STR("work")), CSM_STR("w"),
                                           ctx->now, CSM_STR("x")));
    return row;
}

/* Five records: one changed, one deleted; a log; a transaction is left open for the damage. */
static csm_row *build(fixture *f)
{
    fixture_open(f, plugins, COUNT_OF(plugins));
    csm_ctx *ctx = fixture_write(f);
    csm_row *rows[5];
    for (int n = 0; n < 5; n++)
        rows[n] = make(f, ctx, n % 2 ? "memo" : "note", n + 1);
    csm_row *now = csm_row_copy(ctx->arena, rows[1]);
    fixture_set(now, "title", csm_ctext("other"));
    update_row(ctx, rows[1], now);
    delete_row(ctx, rows[2]);
    for (uint8_t n = 1; n <= 3; n++) {
        char key[10] = { 0, 0, 0, 0, 0, 0, 0, (char)n, 0, 0 };
        assert_ok(ctx, csm_txn_put(ctx->txn, CSM_DB_LOG, (csm_str){ key, 10 }, CSM_STR("\x90"), &ctx->err));
        csm_txn_take_sequence(ctx->txn);
    }
    csm_id id = rows[4]->id;
    fixture_commit(f);
    csm_row *row = NULL;
    ctx = fixture_write(f);
    assert_ok(ctx, csm_row_find(ctx, fixture_table(f, "note"), id, &row));
    return row;
}

static csm_verify_counts verify(fixture *f, reports *r)
{
    csm_verify_counts counts = { 0 };
    csm_error err = { 0 };
    csm_status st = csm_engine_verify(&f->engine, f->ctx.view, note, r, &counts, &err);
    if (st != CSM_OK)
        fail_msg("verify: %s", err.message);
    assert_int_equal(counts.problems, r->count);
    return counts;
}

static void a_right_store_is_silent(void **state)
{
    fixture f;
    reports r = { 0 };
    (void)state;
    build(&f);
    csm_verify_counts counts = verify(&f, &r);
    if (r.count > 0)
        fail_msg("%s: %s", r.area, r.last);
    assert_int_equal(counts.rows, 4);
    assert_int_equal(counts.log, 3);
    assert_int_equal(counts.history, 5 + 2 + 5);
    assert_int_equal(counts.index_entries, 4 * (1 + 1 + 2 + 1)); /* number, state, two watchers, and the unique value */
    fixture_close(&f);
}

/* ---- damage ---- */

static csm_str first_key(csm_ctx *ctx, csm_db db, bool reverse, csm_str *value)
{
    csm_range range = { .db = db, .reverse = reverse };
    csm_iter *it = NULL;
    csm_str key;
    bool has = false;
    assert_ok(ctx, csm_iter_open(ctx->arena, ctx->view, &range, &it, &ctx->err));
    assert_ok(ctx, csm_iter_next(it, &key, value, &has, &ctx->err));
    assert_true(has);
    csm_iter_close(it);
    return key;
}

static void put(csm_ctx *ctx, csm_db db, csm_str key, csm_str value)
{
    assert_ok(ctx, csm_txn_put(ctx->txn, db, key, value, &ctx->err));
}

static void del(csm_ctx *ctx, csm_db db, csm_str key)
{
    assert_ok(ctx, csm_txn_del(ctx->txn, db, key, &ctx->err));
}

static csm_str row_key(csm_ctx *ctx, const csm_row *row)
{
    uint8_t *key = csm_arena_alloc(ctx->arena, 20);
    for (unsigned n = 0; n < 4; n++)
        key[n] = (uint8_t)(row->table->root->id >> (24 - 8 * n));
    memcpy(key + 4, row->id.b, 16);
    return (csm_str){ (const char *)key, 20 };
}

static csm_str history_key(csm_ctx *ctx, const csm_row *row, uint32_t stream, uint8_t number)
{
    uint8_t *key = csm_arena_zalloc(ctx->arena, 33);
    memcpy(key, row_key(ctx, row).ptr, 20);
    for (unsigned n = 0; n < 4; n++)
        key[20 + n] = (uint8_t)(stream >> (24 - 8 * n));
    key[31] = number;
    key[32] = 1;
    return (csm_str){ (const char *)key, 32 };
}

static csm_status take_entry(void *user, csm_str key, csm_str value)
{
    csm_ctx *ctx = user;
    (void)value;
    return csm_txn_del(ctx->txn, CSM_DB_INDEX, key, &ctx->err);
}

static void lose_entry(csm_ctx *ctx, csm_row *row)
{
    assert_ok(ctx,
              csm_index_each_entry(ctx->arena, fixture_index(row->table, "state"), row, take_entry, ctx, &ctx->err));
}

static void lose_unique(csm_ctx *ctx, csm_row *row)
{
    csm_buf key = { 0 };
    bool has = false;
    assert_ok(ctx, csm_unique_key(&key, fixture_index(row->table, "number"), row, &has, &ctx->err));
    del(ctx, CSM_DB_INDEX, csm_buf_str(&key));
    csm_buf_done(&key);
}

static void change_row(csm_ctx *ctx, csm_row *row) /* the row alone, not what it includes elsewhere */
{
    csm_buf bytes = { 0 };
    fixture_set(row, "title", csm_ctext("changed behind"));
    assert_ok(ctx, csm_row_encode(row, &bytes, &ctx->err));
    put(ctx, CSM_DB_ROWS, row_key(ctx, row), csm_buf_str(&bytes));
    csm_buf_done(&bytes);
}

static void stray_entry(csm_ctx *ctx, csm_row *row)
{
    csm_buf key = { 0 };
    const csm_mfield *state = csm_mtable_field(row->table, CSM_STR("state"));
    csm_key_add_index(&key, row->table, fixture_index(row->table, "state"));
    csm_key_add_value(&key, state, csm_int(99), 64, false);
    csm_buf_add(&key, row->id.b, 16);
    put(ctx, CSM_DB_INDEX, csm_buf_str(&key), CSM_STR(""));
    csm_buf_done(&key);
}

static void broken_row(csm_ctx *ctx, csm_row *row)
{
    csm_str value = { 0 };
    assert_ok(ctx, csm_view_get(ctx->view, CSM_DB_ROWS, row_key(ctx, row), &value, &ctx->err));
    put(ctx, CSM_DB_ROWS, row_key(ctx, row), (csm_str){ value.ptr, value.len - 1 });
}

static void unnamed_table(csm_ctx *ctx, csm_row *row)
{
    csm_row other = *row;
    (void)csm_id_new(ctx->ids, 5, &other.id);
    put(ctx, CSM_DB_ROWS, row_key(ctx, &other), (csm_str){ "\1\0\0\0\0\0\0\x10\0\x80", 10 });
}

static void other_family(csm_ctx *ctx, csm_row *row)
{
    csm_str value = { 0 };
    char key[20];
    assert_ok(ctx, csm_view_get(ctx->view, CSM_DB_ROWS, row_key(ctx, row), &value, &ctx->err));
    memcpy(key, row_key(ctx, row).ptr, 20);
    key[3] ^= 0x40;
    put(ctx, CSM_DB_ROWS, (csm_str){ key, 20 }, value);
}

static void lose_version(csm_ctx *ctx, csm_row *row)
{
    del(ctx, CSM_DB_HISTORY, history_key(ctx, row, 0, 1));
}

static void gap_in_journal(csm_ctx *ctx, csm_row *row)
{
    uint32_t stream = csm_mtable_field(row->table, CSM_STR("work"))->id;
    csm_str value = { 0 };
    assert_ok(ctx, csm_view_get(ctx->view, CSM_DB_HISTORY, history_key(ctx, row, stream, 1), &value, &ctx->err));
    put(ctx, CSM_DB_HISTORY, history_key(ctx, row, stream, 3), value);
}

static void denied_journal(csm_ctx *ctx, csm_row *row)
{
    csm_buf bytes = { 0 };
    row->no_journal = true;
    assert_ok(ctx, csm_row_encode(row, &bytes, &ctx->err));
    put(ctx, CSM_DB_ROWS, row_key(ctx, row), csm_buf_str(&bytes));
    csm_buf_done(&bytes);
}

static void stray_piece(csm_ctx *ctx, csm_row *row)
{
    csm_str key = history_key(ctx, row, 0, 1);
    key.len = 33;
    put(ctx, CSM_DB_HISTORY, key, CSM_STR("x"));
}

static void broken_version(csm_ctx *ctx, csm_row *row)
{
    put(ctx, CSM_DB_HISTORY, history_key(ctx, row, 0, 1), CSM_STR("\1\0\0\0\xc1"));
}

static void gone_without_delete(csm_ctx *ctx, csm_row *row)
{
    assert_ok(ctx, csm_row_delete(ctx, row));
}

static void log_gap(csm_ctx *ctx, csm_row *row)
{
    char key[10] = { 0, 0, 0, 0, 0, 0, 0, 2, 0, 0 };
    (void)row;
    del(ctx, CSM_DB_LOG, (csm_str){ key, 10 });
}

static void log_beyond(csm_ctx *ctx, csm_row *row)
{
    char key[10] = { 0 };
    (void)row;
    for (key[7] = 4; (uint64_t)key[7] <= csm_view_sequence(ctx->view) + 1; key[7]++)
        put(ctx, CSM_DB_LOG, (csm_str){ key, 10 }, CSM_STR("\x90"));
}

static void counter_behind(csm_ctx *ctx, csm_row *row)
{
    (void)row;
    put(ctx, CSM_DB_META, CSM_STR("n:note"), (csm_str){ "\0\0\0\0\0\0\0\4", 8 });
}

static void next_behind(csm_ctx *ctx, csm_row *row)
{
    char number[4] = { 0, 0, 0, (char)csm_registry_table(ctx->reg, CSM_STR("visit"))->id };
    (void)row;
    put(ctx, CSM_DB_META, CSM_STR("next:t"), (csm_str){ number, 4 });
}

static void number_twice(csm_ctx *ctx, csm_row *row)
{
    char number[4] = { 0, 0, 0, (char)row->table->id };
    put(ctx, CSM_DB_META, CSM_STR("t:double"), (csm_str){ number, 4 });
}

static void odd_key(csm_ctx *ctx, csm_row *row)
{
    csm_str value;
    (void)row;
    (void)first_key(ctx, CSM_DB_ROWS, false, &value);
    put(ctx, CSM_DB_ROWS, CSM_STR("short"), value);
}

static const struct damage_row {
    const char *name;
    void (*damage)(csm_ctx *ctx, csm_row *row);
    const char *area;
    const char *says;
    unsigned count; /* problems; a row that is gone or broken takes its entries along */
} damage_rows[] = {
    { "lost index entry", lose_entry, "index", "no entry in index \"state\"", 1 },
    { "lost unique value", lose_unique, "index", "unique index \"number\"", 1 },
    { "included values differ", change_row, "index", "includes other values", 2 },
    { "stray index entry", stray_entry, "index", "not of its record", 1 },
    { "broken row", broken_row, NULL, NULL, 1 + 5 },
    { "row of a table without a name", unnamed_table, "rows", "4096", 1 },
    { "row with another family", other_family, "rows", "another family", 1 },
    { "lost version", lose_version, "history", NULL, 1 },
    { "gap in a journal", gap_in_journal, "history", "follows 1", 1 },
    { "row that denies its journal", denied_journal, "history", "no journal entry", 1 },
    { "stray piece", stray_piece, "history", "piece", 1 },
    { "broken version", broken_version, "history", "does not decode", 1 },
    { "gone without a delete", gone_without_delete, "history", "no delete", 1 },
    { "gap in the log", log_gap, "log", "follows 1", 1 },
    { "log beyond the store", log_beyond, "log", "beyond", 1 },
    { "counter behind", counter_behind, "rows", "above the counter's 4", 1 },
    { "catalog counter behind", next_behind, "catalog", "not below", 1 },
    { "number given twice", number_twice, "catalog", "twice", 1 },
    { "odd key", odd_key, "rows", "5 bytes", 1 },
};

static void damage_is_told(void **state)
{
    const struct damage_row *row = *state;
    fixture f;
    reports r = { 0 };
    csm_row *victim = build(&f);
    row->damage(&f.ctx, victim);
    verify(&f, &r);
    if (r.count != row->count)
        fail_msg("%u problems, the last: %s: %s", r.count, r.area, r.last);
    if (row->area != NULL)
        assert_string_equal(r.area, row->area);
    if (row->says != NULL && strstr(r.last, row->says) == NULL)
        fail_msg("%s", r.last);
    fixture_close(&f);
}

/* Rows of a table whose plugin is away are counted and left alone; so is an index being built. */
static void what_is_away_is_skipped(void **state)
{
    static const csm_plugin small[] = {
        { .id = "test", .version = "1.0", .tables = { &tables[2], 1, sizeof(csm_table) } }
    };
    fixture f;
    reports r = { 0 };
    (void)state;
    csm_row *row = build(&f);
    csm_id id = row->id;
    lose_entry(&f.ctx, row);
    assert_ok(&f.ctx, csm_index_set_ready(&f.ctx, row->table, fixture_index(row->table, "state"), false));
    fixture_commit(&f);
    fixture_read(&f);
    verify(&f, &r);
    assert_int_equal(r.count, 0);
    fixture_activate(&f, small, 1);
    fixture_read(&f);
    csm_verify_counts counts = verify(&f, &r);
    if (r.count > 0)
        fail_msg("%s: %s", r.area, r.last);
    assert_int_equal(counts.rows, 4);
    assert_false(csm_id_is_none(id));
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_right_store_is_silent),
                                        cmocka_unit_test(what_is_away_is_skipped) };
    int failed = run_rows("damage", damage_rows, damage_is_told);
    return failed + cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
