/* Index upkeep against a recomputed full set, finding, filling, dropping. */
#include "rows.h"

#include "base/fault.h"
#include "base/id.h"

/* ---- the model: rows in memory, their entries recomputed ---- */

#define ROWS 40

typedef struct model {
    fixture *f;
    csm_arena *arena;    /* rows live here */
    csm_row *rows[ROWS]; /* NULL: not there */
    uint64_t seed;
    size_t expected; /* entries counted in a check */
} model;

static csm_value random_watchers(model *m)
{
    uint64_t count = next_random(&m->seed) % 5;
    csm_value *items = csm_arena_array(m->arena, count + 1, sizeof(*items));
    for (uint64_t n = 0; n < count; n++) { /* from few, so that one comes twice and lists share some */
        csm_id id = { { (uint8_t)(1 + next_random(&m->seed) % 6) } };
        items[n] = csm_id_value(id);
    }
    return next_random(&m->seed) % 5 == 0 ? csm_nil() : csm_list(items, (uint32_t)count);
}

static void change_field(model *m, csm_row *row)
{
    static const char *const titles[] = { "Paint", "PAINT", "paint the very long fence", "paint the very long wall",
                                          "" };
    switch (next_random(&m->seed) % 7) {
    case 0:
        fixture_set(row, "title", csm_ctext(titles[next_random(&m->seed) % COUNT_OF(titles)]));
        break;
    case 1:
        fixture_set(row, "state",
                    next_random(&m->seed) % 4 == 0 ? csm_nil() : csm_int((int64_t)(next_random(&m->seed) % 3)));
        break;
    case 2:
        fixture_set(row, "opened_at", csm_time_value((int64_t)(next_random(&m->seed) % 3)));
        break;
    case 3:
        fixture_set(row, "watchers", random_watchers(m));
        break;
    case 4:
        fixture_set(row, "owner", csm_id_value((csm_id){ { (uint8_t)(next_random(&m->seed) % 3 + 1) } }));
        break;
    case 5:
        fixture_set(row, "active", csm_bool(next_random(&m->seed) % 2));
        break;
    default: /* a field no index holds, where the table has it */
        if (strcmp(row->table->name, "errand") == 0)
            fixture_set(row, "distance", csm_int((int64_t)next_random(&m->seed)));
        break;
    }
}

static csm_status expect_entry(void *user, csm_str key, csm_str value)
{
    model *m = user;
    csm_str there = { 0 };
    assert_ok(&m->f->ctx, csm_view_get(m->f->ctx.view, CSM_DB_INDEX, key, &there, &m->f->ctx.err));
    assert_true(csm_str_eq(there, value));
    m->expected++;
    return CSM_OK;
}

static size_t count_entries(csm_ctx *ctx)
{
    csm_range range = { .db = CSM_DB_INDEX };
    csm_iter *it = NULL;
    size_t count = 0;
    assert_ok(ctx, csm_iter_open(ctx->arena, ctx->view, &range, &it, &ctx->err));
    for (bool has = true; has;) {
        csm_str key, value;
        assert_ok(ctx, csm_iter_next(it, &key, &value, &has, &ctx->err));
        count += has;
    }
    csm_iter_close(it);
    return count;
}

/* All entries of all rows are there, and as many as there are. */
static void check_all(model *m, csm_ctx *ctx)
{
    m->expected = 0;
    for (size_t n = 0; n < ROWS; n++) {
        for (uint32_t i = 0; m->rows[n] != NULL && i < m->rows[n]->table->index_count; i++) {
            const csm_mindex *index = &m->rows[n]->table->indexes[i];
            csm_buf key = { 0 };
            bool has = false;
            assert_ok(ctx, csm_index_each_entry(ctx->arena, index, m->rows[n], expect_entry, m, &ctx->err));
            if (index->unique)
                assert_ok(ctx, csm_unique_key(&key, index, m->rows[n], &has, &ctx->err));
            if (has) {
                csm_str bytes = { 0 };
                csm_holder holder = { 0 };
                assert_ok(ctx, csm_view_get(ctx->view, CSM_DB_INDEX, csm_buf_str(&key), &bytes, &ctx->err));
                assert_true(csm_holder_read(bytes, &holder));
                assert_true(csm_id_eq(holder.id, m->rows[n]->id));
                m->expected++;
            }
            csm_buf_done(&key);
        }
    }
    assert_int_equal(count_entries(ctx), m->expected);
}

static csm_row *new_row(model *m, csm_ctx *ctx, size_t at)
{
    static const char *const names[] = { "duty", "errand", "chore" };
    csm_id id;
    (void)ctx;
    assert_true(csm_id_new(&m->f->ids, 1000, &id));
    csm_row *row = csm_row_new(m->arena, fixture_table(m->f, names[at % 3]), id);
    fixture_set(row, "number", csm_text(csm_arena_printf(m->arena, "DTY%zu", at)));
    fixture_set(row, "weight", csm_int((int64_t)at));
    return row;
}

static void step(model *m, csm_ctx *ctx)
{
    size_t at = next_random(&m->seed) % ROWS;
    csm_row *old = m->rows[at];
    if (old == NULL) {
        m->rows[at] = new_row(m, ctx, at);
        change_field(m, m->rows[at]);
        assert_ok(ctx, csm_row_put(ctx, NULL, m->rows[at]));
    } else if (next_random(&m->seed) % 8 == 0) {
        assert_ok(ctx, csm_row_delete(ctx, old));
        m->rows[at] = NULL;
    } else {
        csm_row *now = csm_row_copy(m->arena, old);
        csm_row_set_version(now, old->version + 1);
        for (uint64_t n = next_random(&m->seed) % 3; n > 0; n--)
            change_field(m, now);
        assert_ok(ctx, csm_row_put(ctx, old, now));
        m->rows[at] = now;
    }
}

static void upkeep_equals_recomputing(void **state)
{
    model m = { .f = *state, .arena = csm_arena_new(0, 0), .seed = 99 };
    for (unsigned round = 0; round < 60; round++) {
        csm_ctx *ctx = fixture_write(m.f);
        for (unsigned n = 0; n < 30; n++)
            step(&m, ctx);
        check_all(&m, ctx);
        fixture_commit(m.f);
        if (round % 10 == 0)
            check_all(&m, fixture_read(m.f));
    }
    csm_ctx *ctx = fixture_write(m.f);
    for (size_t n = 0; n < ROWS; n++)
        if (m.rows[n] != NULL)
            assert_ok(ctx, csm_row_delete(ctx, m.rows[n]));
    memset(m.rows, 0, sizeof(m.rows));
    check_all(&m, ctx);
    assert_int_equal(m.expected, 0);
    fixture_commit(m.f);
    csm_arena_free(m.arena);
}

/* Only what changed is written: the row itself and the entries whose key or value moved. */
static void update_touches_only_the_difference(void **state)
{
    static const struct {
        const char *field;
        csm_value value;
        size_t entries;
    } rows[] = {
        { "weight", { .type = CSM_T_INT, .i = 0 }, 0 },                     /* the same again */
        { "active", { .type = CSM_T_BOOL, .b = true }, 0 },                 /* in no index of a duty */
        { "title", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("TITLE") }, 1 }, /* same key, included in by_state */
        { "title", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("other") }, 3 }, /* and by_title moves */
        { "state", { .type = CSM_T_INT, .i = 5 }, 3 },                      /* by_state moves, included in by_watcher */
    };
    fixture *f = *state;
    csm_ctx *ctx = fixture_write(f);
    csm_row *old = fixture_row(f, "duty");
    fixture_set(old, "title", csm_ctext("title"));
    fixture_set(old, "weight", csm_int(0));
    assert_ok(ctx, csm_row_put(ctx, NULL, old));
    csm_id id = old->id;
    fixture_commit(f);
    for (size_t n = 0; n < COUNT_OF(rows); n++) {
        ctx = fixture_write(f);
        assert_ok(ctx, csm_row_find(ctx, fixture_table(f, "duty"), id, &old));
        csm_row *now = csm_row_copy(ctx->arena, old);
        fixture_set(now, rows[n].field, rows[n].value);
        csm_row_set_version(now, old->version + 1);
        assert_ok(ctx, csm_row_put(ctx, old, now));
        assert_int_equal(csm_txn_entries(ctx->txn), 1 + rows[n].entries);
        fixture_abort(f);
    }
}

/* ---- finding ---- */

static void rows_are_found_by_family(void **state)
{
    fixture *f = *state;
    csm_row *got = NULL;
    csm_ctx *ctx = fixture_write(f);
    csm_row *row = fixture_row(f, "errand");
    csm_id id = row->id;
    fixture_set(row, "title", csm_ctext("T"));
    assert_ok(ctx, csm_row_put(ctx, NULL, row));
    assert_ok(ctx, csm_row_find(ctx, fixture_table(f, "duty"), id, &got)); /* before the commit */
    assert_non_null(got);
    fixture_commit(f);
    ctx = fixture_read(f);
    assert_ok(ctx, csm_row_find(ctx, fixture_table(f, "duty"), id, &got));
    assert_string_equal(got->table->name, "errand");
    assert_ok(ctx, csm_row_find(ctx, fixture_table(f, "chore"), id, &got));
    assert_null(got);
    assert_ok(ctx, csm_row_find(ctx, fixture_table(f, "all"), id, &got));
    assert_null(got);
    assert_int_equal(ctx->budget.rows, 3);
    ctx->budget.rows_max = 3;
    assert_status(ctx, csm_row_find(ctx, fixture_table(f, "duty"), id, &got), CSM_E_LIMIT);
    assert_true(ctx->budget.exceeded);
    assert_status(ctx, csm_row_put(ctx, NULL, fixture_row(f, "duty")), CSM_E_INTERNAL); /* a read writes nothing */
    ctx = fixture_write(f);
    assert_ok(ctx, csm_row_find(ctx, fixture_table(f, "duty"), id, &got));
    assert_ok(ctx, csm_row_delete(ctx, got));
    fixture_commit(f);
}

/* Time a thread waited for a processor is not its own: a budget of computing time goes on past its deadline. */
static void a_budget_counts_computing(void **state)
{
    csm_budget budget = { .until_us = csm_mono_us() - 1 };
    int64_t began;

    (void)state;
    assert_true(csm_budget_is_late(&budget));
    began = csm_thread_cpu_us();
    budget.cpu_until_us = began + 2000;
    assert_false(csm_budget_is_late(&budget));
    assert_true(budget.until_us > csm_mono_us());
    while (!csm_budget_is_late(&budget))
        ;
    assert_true(csm_thread_cpu_us() >= began + 2000);
}

static void values_are_found_through_indexes(void **state)
{
    fixture *f = *state;
    bool found = true;
    csm_id id;
    csm_ctx *ctx = fixture_write(f);
    const csm_mtable *table = fixture_table(f, "duty");
    csm_row *a = duty(f, "errand", "N1"), *b = duty(f, "chore", "N2");
    csm_id watcher = { { 77 } };
    csm_value watchers[] = { csm_id_value(watcher) };
    fixture_set(a, "title", csm_ctext("paint the long fence blue"));
    fixture_set(b, "title", csm_ctext("paint the long fence RED"));
    fixture_set(b, "watchers", csm_list(watchers, 1));
    assert_ok(ctx, csm_row_put(ctx, NULL, a));
    assert_ok(ctx, csm_row_put(ctx, NULL, b));

    assert_ok(ctx, csm_index_find(ctx, table, fixture_index(table, "number"), csm_ctext("n2"), &id, &found));
    assert_true(found && csm_id_eq(id, b->id));
    assert_ok(ctx, csm_index_find(ctx, fixture_table(f, "errand"), fixture_index(table, "number"), csm_ctext("n2"), &id,
                                  &found));
    assert_false(found); /* it is a chore */
    assert_ok(ctx, csm_index_find(ctx, table, fixture_index(table, "by_title"), csm_ctext("Paint the long fence red"),
                                  &id, &found));
    assert_true(found && csm_id_eq(id, b->id)); /* the key is cut at 16 bytes: the rows decide */
    assert_ok(ctx, csm_index_find(ctx, table, fixture_index(table, "by_title"), csm_ctext("paint the long fence"), &id,
                                  &found));
    assert_false(found);
    assert_ok(ctx, csm_index_find(ctx, table, fixture_index(table, "by_watcher"), watchers[0], &id, &found));
    assert_true(found && csm_id_eq(id, b->id));
    assert_ok(ctx, csm_index_find(ctx, a->table, fixture_index(table, "by_watcher"), csm_nil(), &id, &found));
    assert_true(found && csm_id_eq(id, a->id)); /* "none" is a value one can look for */
    fixture_abort(f);
}

static void entries_give_columns_and_included_fields(void **state)
{
    fixture *f = *state;
    csm_ctx *ctx = fixture_write(f);
    csm_row *row = duty(f, "duty", "N7");
    const csm_mindex *index = fixture_index(row->table, "by_state");
    fixture_set(row, "state", csm_int(3));
    fixture_set(row, "opened_at", csm_time_value(12345));
    assert_ok(ctx, csm_row_put(ctx, NULL, row));
    csm_buf prefix = { 0 };
    uint8_t after[CSM_KEY_MAX];
    csm_str key, value;
    csm_iter *it = NULL;
    bool has = false;
    csm_key_add_index(&prefix, row->table, index);
    csm_range range = { CSM_DB_INDEX, csm_buf_str(&prefix), csm_key_after(csm_buf_str(&prefix), after), false };
    assert_ok(ctx, csm_iter_open(ctx->arena, ctx->view, &range, &it, &ctx->err));
    assert_ok(ctx, csm_iter_next(it, &key, &value, &has, &ctx->err));
    assert_true(has);
    csm_value columns[2];
    csm_id id;
    assert_ok(ctx, csm_index_split(index, key, ctx->arena, columns, &id, &ctx->err));
    assert_int_equal(columns[0].i, 3);
    assert_int_equal(columns[1].type, CSM_T_TIME);
    assert_int_equal(columns[1].i, 12345);
    csm_row *part = csm_row_new(ctx->arena, row->table, id);
    assert_ok(ctx, csm_index_included(index, value, ctx->arena, part, &ctx->err));
    assert_str(fixture_get(part, "number").s, "N7");
    assert_true(csm_is_nil(fixture_get(part, "title")));
    assert_status(ctx, csm_index_included(index, (csm_str){ value.ptr, value.len - 1 }, ctx->arena, part, &ctx->err),
                  CSM_E_CORRUPT);
    csm_iter_close(it);
    csm_buf_done(&prefix);
    fixture_abort(f);
}

/* ---- building ---- */

static void fill_in_pages(csm_ctx *ctx, const csm_mtable *table, const csm_mindex *index)
{
    csm_id after = { { 0 } };
    for (bool done = false; !done;)
        assert_ok(ctx, csm_index_fill(ctx, table, index, &after, 7, &done));
}

static void filling_equals_upkeep(void **state)
{
    model m = { .f = *state, .arena = csm_arena_new(0, 0), .seed = 5 };
    static const char *const names[] = { "duty", "errand", "chore" };
    csm_ctx *ctx = fixture_write(m.f);
    for (unsigned n = 0; n < 100; n++)
        step(&m, ctx);
    check_all(&m, ctx);
    size_t all = m.expected;
    for (size_t t = 0; t < 3; t++) {
        const csm_mtable *table = fixture_table(m.f, names[t]);
        for (uint32_t n = 0; n < table->index_count; n++) {
            bool done = false;
            while (!done)
                assert_ok(ctx, csm_index_drop(ctx, table, &table->indexes[n], 10, &done));
        }
    }
    assert_int_equal(count_entries(ctx), 0);
    for (size_t t = 0; t < 3; t++)
        for (uint32_t n = 0; n < fixture_table(m.f, names[t])->index_count; n++)
            fill_in_pages(ctx, fixture_table(m.f, names[t]), &fixture_table(m.f, names[t])->indexes[n]);
    check_all(&m, ctx);
    assert_int_equal(m.expected, all);
    fixture_abort(m.f);
    csm_arena_free(m.arena);
}

/* Rebuilding the index of one table leaves the unique values of the others alone, in whatever order it is done. */
static void rebuilding_one_table_spares_the_others(void **state)
{
    static const char *const names[] = { "chore", "duty", "errand" };
    model m = { .f = *state, .arena = csm_arena_new(0, 0), .seed = 6 };
    csm_ctx *ctx = fixture_write(m.f);
    for (unsigned n = 0; n < 100; n++)
        step(&m, ctx);
    for (size_t t = 0; t < COUNT_OF(names); t++) {
        const csm_mtable *table = fixture_table(m.f, names[t]);
        const csm_mindex *index = fixture_index(table, "number");
        size_t before = count_entries(ctx);
        for (bool done = false; !done;)
            assert_ok(ctx, csm_index_drop(ctx, table, index, 3, &done));
        assert_true(count_entries(ctx) < before);
        fill_in_pages(ctx, table, index);
        check_all(&m, ctx);
    }
    fixture_abort(m.f);
    csm_arena_free(m.arena);
}

/* While a plugin is away nobody keeps up its indexes: they are not ready when it comes back. */
static void absent_indexes_are_forgotten(void **state)
{
    static const csm_plugin less[] = { { .id = "test", .version = "1.0", .tables = { tables, 2, sizeof(csm_table) } } };
    fixture *f = *state;
    const csm_mtable *duty = fixture_table(f, "duty"), *errand = fixture_table(f, "errand");
    bool ready = false;
    fixture_activate(f, less, 1);
    csm_ctx *ctx = fixture_write(f);
    assert_ok(ctx, csm_index_is_ready(ctx, errand, fixture_index(errand, "by_place"), &ready));
    assert_true(ready);
    assert_ok(ctx, csm_index_forget_absent(ctx));
    assert_ok(ctx, csm_index_is_ready(ctx, errand, fixture_index(errand, "by_place"), &ready));
    assert_false(ready);
    assert_ok(ctx, csm_index_is_ready(ctx, errand, fixture_index(errand, "number"), &ready));
    assert_false(ready);
    assert_ok(ctx, csm_index_is_ready(ctx, duty, fixture_index(duty, "number"), &ready));
    assert_true(ready);
    fixture_abort(f);
}

/* An index that becomes unique over rows that hold a value twice is refused. */
static void filling_meets_doubles(void **state)
{
    fixture *f = *state;
    csm_ctx *ctx = fixture_write(f);
    csm_id after = { { 0 } };
    bool done = false;
    for (size_t n = 0; n < 2; n++) {
        csm_row *row = fixture_row(f, n ? "duty" : "errand");
        fixture_set(row, "title", csm_ctext("same"));
        assert_ok(ctx, csm_row_put(ctx, NULL, row));
    }
    csm_mindex unique = *fixture_index(fixture_table(f, "duty"), "by_title");
    unique.unique = true;
    assert_ok(ctx, csm_index_fill(ctx, fixture_table(f, "duty"), &unique, &after, 100, &done));
    after = (csm_id){ { 0 } };
    assert_status(ctx, csm_index_fill(ctx, fixture_table(f, "errand"), &unique, &after, 100, &done), CSM_E_EXISTS);
    fixture_abort(f);
}

static void ready_is_what_it_was_filled_with(void **state)
{
    fixture *f = *state;
    csm_ctx *ctx = fixture_write(f);
    const csm_mtable *table = fixture_table(f, "duty");
    const csm_mindex *index = fixture_index(table, "by_state");
    bool ready = false;
    assert_ok(ctx, csm_index_is_ready(ctx, table, index, &ready));
    assert_true(ready);
    csm_mindex changed[5] = { *index, *index, *index, *index, *index };
    changed[0].columns[1].descending = false;
    changed[1].key_length = 65;
    changed[2].include_count = 1;
    changed[3].column_count = 1;
    changed[4].unique = true;
    for (size_t n = 0; n < COUNT_OF(changed); n++) {
        assert_ok(ctx, csm_index_is_ready(ctx, table, &changed[n], &ready));
        assert_false(ready);
    }
    assert_ok(ctx, csm_index_set_ready(ctx, table, index, false));
    assert_ok(ctx, csm_index_is_ready(ctx, table, index, &ready));
    assert_false(ready);
    assert_ok(ctx, csm_index_is_ready(ctx, fixture_table(f, "errand"), index, &ready));
    assert_true(ready); /* each table its own */
    fixture_abort(f);
}

/* ---- out of memory ---- */

/* Every allocation of a write made to fail in turn: an error each time, and after the undo nothing is left of it. */
static void memory_ends_anywhere(void **state)
{
    model m = { .f = *state, .arena = csm_arena_new(0, 0), .seed = 8 };
    csm_ctx *ctx = fixture_write(m.f);
    for (unsigned n = 0; n < 60; n++)
        step(&m, ctx);
    csm_row *row = new_row(&m, ctx, ROWS + 1);
    fixture_set(row, "title", csm_ctext("M\xc3\xbcller and a text that is longer than its key"));
    csm_value list = csm_nil();
    while (list.count < 2)
        list = random_watchers(&m);
    fixture_set(row, "watchers", list);
    csm_status st = CSM_E_NOMEM;
    unsigned long nth = 0;
    while (st != CSM_OK) {
        csm_savepoint mark = csm_txn_save(ctx->txn);
        csm_error_clear(&ctx->err);
        csm_fault_arm(CSM_FAULT_alloc, ++nth, true);
        st = csm_row_put(ctx, NULL, row);
        csm_fault_arm(CSM_FAULT_alloc, 0, false);
        assert_true(st == CSM_OK || st == CSM_E_NOMEM);
        assert_int_equal(ctx->err.code, st);
        if (st != CSM_OK) {
            csm_txn_undo(ctx->txn, mark);
            check_all(&m, ctx);
        }
    }
    assert_true(nth > 3);
    assert_ok(ctx, csm_row_delete(ctx, row));
    check_all(&m, ctx);
    fixture_abort(m.f);
    csm_arena_free(m.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fresh(upkeep_equals_recomputing),
        fresh(update_touches_only_the_difference),
        fresh(rows_are_found_by_family),
        cmocka_unit_test(a_budget_counts_computing),
        fresh(values_are_found_through_indexes),
        fresh(entries_give_columns_and_included_fields),
        fresh(filling_equals_upkeep),
        fresh(rebuilding_one_table_spares_the_others),
        fresh(absent_indexes_are_forgotten),
        fresh(filling_meets_doubles),
        fresh(ready_is_what_it_was_filled_with),
        fresh(memory_ends_anywhere),
    };
    return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
