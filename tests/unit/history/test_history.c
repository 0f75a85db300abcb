/* History: what is written, read back, and rebuilt, against a model that keeps every version of every record whole. */
#include "declare.h"

static int setup(void **state)
{
    static fixture f;
    fixture_open(&f, plugins, COUNT_OF(plugins));
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

/* ---- the model ---- */

#define RECORDS 6
#define VERSIONS 400

typedef struct moment {
    csm_time at;
    csm_row *row; /* NULL: deleted */
} moment;

typedef struct record {
    csm_id id;
    const csm_mtable *table;
    csm_row *now; /* NULL: not there */
    moment past[VERSIONS];
    uint32_t count;
} record;

typedef struct model {
    fixture *f;
    csm_arena *arena;
    record records[RECORDS];
    uint64_t seed;
} model;

static void change(model *m, csm_row *row)
{
    static const char *const words[] = { "one", "two", "three" };
    csm_value *watchers = csm_arena_array(m->arena, 2, sizeof(*watchers));
    csm_value word = csm_ctext(words[next_random(&m->seed) % COUNT_OF(words)]);
    switch (next_random(&m->seed) % 6) {
    case 0:
        fixture_set(row, "title", word);
        break;
    case 1:
        fixture_set(row, "body", next_random(&m->seed) % 2 ? csm_nil() : word);
        break;
    case 2:
        fixture_set(row, "state", csm_int((int64_t)(next_random(&m->seed) % 3)));
        break;
    case 3:
        watchers[0] = csm_id_value((csm_id){ { (uint8_t)(next_random(&m->seed) % 3) } });
        fixture_set(row, "watchers", csm_list(watchers, (uint32_t)(1 + next_random(&m->seed) % 2)));
        watchers[1] = csm_id_value((csm_id){ { 9 } });
        break;
    case 4:
        fixture_set(row, "secret", word);
        break;
    default:
        if (csm_mtable_field(row->table, CSM_STR("place")) != NULL)
            fixture_set(row, "place", word);
        break;
    }
}

static void keep(record *r, csm_time at, csm_row *row)
{
    assert_true(r->count < VERSIONS);
    r->past[r->count++] = (moment){ at, row };
    r->now = row;
}

static void step(model *m, csm_ctx *ctx)
{
    record *r = &m->records[next_random(&m->seed) % RECORDS];
    if (r->now == NULL) { /* also again, after a delete */
        csm_row *row = csm_row_new(m->arena, r->table, r->id);
        change(m, row);
        insert_row(ctx, row);
        keep(r, ctx->now, row);
    } else if (next_random(&m->seed) % 10 == 0) {
        delete_row(ctx, r->now);
        keep(r, ctx->now, NULL);
    } else {
        csm_row *row = csm_row_copy(m->arena, r->now);
        for (uint64_t n = next_random(&m->seed) % 3; n > 0; n--)
            change(m, row);
        update_row(ctx, r->now, row);
        keep(r, ctx->now, row);
    }
}

static bool is_unaudited(const csm_mfield *field)
{
    return strcmp(field->name, "secret") == 0;
}

static void assert_row_eq(const csm_row *got, const csm_row *want)
{
    assert_ptr_equal(got->table, want->table);
    assert_int_equal(got->version, want->version);
    for (uint32_t n = 0; n < want->table->field_count; n++)
        if (!is_unaudited(&want->table->fields[n]) && !csm_value_eq(got->values[n], want->values[n]))
            fail_msg("version %u: field %s differs", want->version, want->table->fields[n].name);
}

/* The row at, just before and just after every moment. */
static void check_as_of(model *m, csm_ctx *ctx, record *r)
{
    for (uint32_t n = 0; n < r->count; n++) {
        for (int shift = -1; shift <= 1; shift++) {
            csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
            csm_time at = r->past[n].at + shift;
            csm_row *want = NULL, *got = NULL;
            for (uint32_t v = 0; v < r->count && r->past[v].at <= at; v++)
                want = r->past[v].row;
            assert_ok(ctx, csm_history_row_at(ctx, fixture_table(m->f, "note"), r->id, at, &got));
            assert_int_equal(got != NULL, want != NULL);
            if (want != NULL)
                assert_row_eq(got, want);
            csm_arena_reset_to(ctx->arena, mark);
        }
    }
}

/* What changed since every version of the present life. */
static void check_since(csm_ctx *ctx, record *r)
{
    for (uint32_t n = r->count; r->now != NULL && n-- > 0 && r->past[n].row != NULL;) {
        const csm_row *then = r->past[n].row;
        uint64_t changed[4];
        csm_value original[64];
        assert_true(r->table->field_count <= 64);
        assert_ok(ctx, csm_history_since(ctx, r->now, then->version, changed, original));
        for (uint32_t p = 0; p < r->table->field_count; p++) {
            const csm_mfield *field = &r->table->fields[p];
            bool is_changed = (changed[p / 64] >> (p % 64) & 1) != 0;
            if (field->id < CSM_FID_FIRST || is_unaudited(field))
                assert_false(is_changed);
            else if (!csm_value_eq(then->values[p], r->now->values[p]))
                assert_true(is_changed);
            if (field->id >= CSM_FID_FIRST &&
                !is_unaudited(field)) /* changed there and back counts, and has the old value */
                assert_true(csm_value_eq(original[p], then->values[p]));
        }
    }
}

static void check_versions(csm_ctx *ctx, record *r)
{
    csm_version *list = NULL;
    uint32_t count = 0;
    assert_ok(ctx, csm_history_versions(ctx, r->table, r->id, false, 0, UINT32_MAX, &list, &count));
    assert_int_equal(count, r->count);
    for (uint32_t n = 0; n < count; n++) {
        assert_int_equal(list[n].number, n + 1);
        assert_int_equal(list[n].version, n);
        assert_int_equal(list[n].at, r->past[n].at);
        assert_str(list[n].by, "tester");
        bool was = n > 0 && r->past[n - 1].row != NULL, is = r->past[n].row != NULL;
        assert_int_equal(list[n].op, !is ? CSM_HISTORY_DELETE : was ? CSM_HISTORY_UPDATE : CSM_HISTORY_INSERT);
    }
}

static void history_equals_the_model(void **state)
{
    model *m = calloc(1, sizeof(*m));
    assert_non_null(m);
    m->f = *state;
    m->arena = csm_arena_new(0, 0);
    m->seed = 21;
    for (size_t n = 0; n < RECORDS; n++) {
        assert_true(csm_id_new(&m->f->ids, 1, &m->records[n].id));
        m->records[n].table = fixture_table(m->f, n % 2 ? "memo" : "note");
    }
    for (unsigned round = 0; round < 30; round++) {
        csm_ctx *ctx = fixture_write(m->f);
        for (unsigned n = 0; n < 20; n++) {
            ctx->now = (csm_time)(round * 20 + n + 1) * 10;
            step(m, ctx);
        }
        if (round == 15) { /* inside the transaction too */
            for (size_t n = 0; n < RECORDS; n++)
                check_as_of(m, ctx, &m->records[n]);
        }
        fixture_commit(m->f);
    }
    csm_ctx *ctx = fixture_read(m->f);
    for (size_t n = 0; n < RECORDS; n++) {
        check_as_of(m, ctx, &m->records[n]);
        check_since(ctx, &m->records[n]);
        check_versions(ctx, &m->records[n]);
    }
    csm_arena_free(m->arena);
    free(m);
}

/* ---- single behaviours ---- */

static const csm_delta *delta_of(const csm_version *version, const char *field)
{
    for (uint32_t n = 0; n < version->delta_count; n++)
        if (version->deltas[n].field_id == csm_mtable_field(version->table, csm_str_of(field))->id)
            return &version->deltas[n];
    return NULL;
}

static void deltas_hold_what_changed(void **state)
{
    fixture *f = *state;
    csm_version *list = NULL;
    uint32_t count = 0;
    csm_ctx *ctx = fixture_write(f);
    uint64_t sequence = csm_txn_next_sequence(ctx->txn);
    f->caller.acting_name = CSM_STR("root");
    csm_row *row = fixture_row(f, "note");
    fixture_set(row, "title", csm_ctext("one"));
    fixture_set(row, "secret", csm_ctext("hush"));
    insert_row(ctx, row);
    csm_row *now = csm_row_copy(ctx->arena, row);
    fixture_set(now, "title", csm_ctext("two"));
    fixture_set(now, "state", csm_int(4));
    fixture_set(now, "secret", csm_ctext("hush hush"));
    update_row(ctx, row, now);
    csm_row *same = csm_row_copy(ctx->arena, now);
    update_row(ctx, now, same);
    delete_row(ctx, same);
    f->caller.acting_name = (csm_str){ 0 };

    assert_ok(ctx, csm_history_versions(ctx, row->table, row->id, false, 0, 100, &list, &count));
    assert_int_equal(count, 4);
    assert_int_equal(list[0].op, CSM_HISTORY_INSERT);
    assert_int_equal(list[0].delta_count, 1);
    assert_str(delta_of(&list[0], "title")->new_value.s, "one");
    assert_true(csm_is_nil(delta_of(&list[0], "title")->old_value));
    assert_int_equal(list[1].delta_count, 2);
    assert_str(delta_of(&list[1], "title")->old_value.s, "one");
    assert_str(delta_of(&list[1], "title")->new_value.s, "two");
    assert_true(csm_is_nil(delta_of(&list[1], "state")->old_value));
    assert_int_equal(list[1].sequence, sequence);
    assert_str(list[1].acting, "root");
    assert_int_equal(list[2].delta_count, 0); /* a version all the same */
    assert_int_equal(list[3].op, CSM_HISTORY_DELETE);
    assert_str(delta_of(&list[3], "title")->old_value.s, "two");
    assert_null(delta_of(&list[3], "secret"));
    assert_int_equal(list[3].version, 3);

    assert_ok(ctx, csm_history_versions(ctx, row->table, row->id, true, 0, 2, &list, &count));
    assert_int_equal(count, 2);
    assert_int_equal(list[0].number, 4);
    assert_int_equal(list[1].number, 3);
    assert_ok(ctx, csm_history_versions(ctx, row->table, row->id, true, 3, 9, &list, &count));
    assert_int_equal(count, 2);
    assert_int_equal(list[0].number, 2);
    assert_ok(ctx, csm_history_versions(ctx, row->table, row->id, false, 3, 9, &list, &count));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].number, 4);
    fixture_abort(f);
}

static void time_never_goes_back(void **state)
{
    fixture *f = *state;
    csm_version *list = NULL;
    csm_row *got = NULL;
    uint32_t count = 0;
    csm_ctx *ctx = fixture_write(f);
    csm_row *row = fixture_row(f, "note");
    ctx->now = 1000;
    insert_row(ctx, row);
    csm_row *now = csm_row_copy(ctx->arena, row);
    ctx->now = 400; /* the clock was set back */
    fixture_set(now, "state", csm_int(1));
    update_row(ctx, row, now);
    assert_ok(ctx, csm_history_versions(ctx, row->table, row->id, false, 0, 9, &list, &count));
    assert_int_equal(list[1].at, 1000);
    assert_int_equal(list[1].updated_on, 400); /* what the row says is kept as it says it */
    assert_ok(ctx, csm_history_row_at(ctx, row->table, row->id, 1000, &got));
    assert_int_equal(got->version, 1);
    assert_int_equal(fixture_get(got, "sys_updated_on").i, 400);
    assert_ok(ctx, csm_history_row_at(ctx, row->table, row->id, 999, &got));
    assert_null(got);
    fixture_abort(f);
}

static void kept_times_and_authors_survive(void **state)
{
    fixture *f = *state;
    csm_row *got = NULL;
    csm_ctx *ctx = fixture_write(f);
    csm_row *row = fixture_row(f, "note");
    ctx->now = 5000;
    fixture_set(row, "sys_updated_on", csm_time_value(77));
    fixture_set(row, "sys_updated_by", csm_ctext("abel"));
    assert_ok(ctx, csm_row_put(ctx, NULL, row));
    assert_ok(ctx, csm_history_add(ctx, NULL, row));
    csm_row *now = csm_row_copy(ctx->arena, row);
    ctx->now = 6000;
    update_row(ctx, row, now);
    assert_ok(ctx, csm_history_row_at(ctx, row->table, row->id, 5500, &got));
    assert_int_equal(fixture_get(got, "sys_updated_on").i, 77);
    assert_str(fixture_get(got, "sys_updated_by").s, "abel");
    fixture_abort(f);
}

static void used_ids_go_on_where_they_ended(void **state)
{
    fixture *f = *state;
    uint32_t next = 9;
    csm_ctx *ctx = fixture_write(f);
    csm_row *row = fixture_row(f, "note");
    assert_ok(ctx, csm_history_next_version(ctx, row->table, row->id, &next));
    assert_int_equal(next, 0);
    insert_row(ctx, row);
    delete_row(ctx, row);
    assert_ok(ctx, csm_history_next_version(ctx, row->table, row->id, &next));
    assert_int_equal(next, 2);
    csm_row *again = csm_row_new(ctx->arena, row->table, row->id);
    assert_status(ctx, csm_history_add(ctx, NULL, again), CSM_E_EXISTS);
    insert_row(ctx, again);
    assert_int_equal(again->version, 2);
    fixture_abort(f);
}

/* Two texts near the limit of a row make a change of twice that; a delete keeps a row that fills its value. */
static void long_changes_go_in_pieces(void **state)
{
    fixture *f = *state;
    char *text[2] = { malloc(60000), malloc(60000) };
    csm_row *got = NULL;
    csm_version *list = NULL;
    uint32_t count = 0;
    for (size_t n = 0; n < 2; n++)
        memset(text[n], (int)('a' + n), 60000);
    csm_ctx *ctx = fixture_write(f);
    csm_row *row = fixture_row(f, "note");
    csm_id id = row->id;
    ctx->now = 10;
    fixture_set(row, "body", csm_text((csm_str){ text[0], 60000 }));
    insert_row(ctx, row);
    for (unsigned n = 1; n < 4; n++) {
        csm_row *now = csm_row_copy(ctx->arena, row);
        ctx->now = 10 + n;
        fixture_set(now, "body", csm_text((csm_str){ text[n % 2], 60000 }));
        update_row(ctx, row, now);
        row = now;
    }
    ctx->now = 20;
    delete_row(ctx, row);
    fixture_commit(f);
    ctx = fixture_read(f);
    const csm_mtable *table = fixture_table(f, "note");
    for (unsigned n = 0; n < 4; n++) {
        assert_ok(ctx, csm_history_row_at(ctx, table, id, 10 + n, &got));
        assert_int_equal(fixture_get(got, "body").s.len, 60000);
        assert_memory_equal(fixture_get(got, "body").s.ptr, text[n % 2], 60000);
    }
    for (unsigned reverse = 0; reverse < 2; reverse++) {
        assert_ok(ctx, csm_history_versions(ctx, table, id, reverse, 0, 100, &list, &count));
        assert_int_equal(count, 5);
        assert_int_equal(list[reverse ? 4 : 0].op, CSM_HISTORY_INSERT);
    }
    free(text[0]);
    free(text[1]);
}

static void journals_are_streams_of_their_own(void **state)
{
    fixture *f = *state;
    csm_journal_entry *list = NULL;
    uint32_t count = 9;
    csm_ctx *ctx = fixture_write(f);
    csm_row *row = fixture_row(f, "memo");
    const csm_mfield *comments = csm_mtable_field(row->table, CSM_STR("comments"));
    const csm_mfield *work = csm_mtable_field(row->table, CSM_STR("work"));
    insert_row(ctx, row);
    assert_ok(ctx, csm_history_journal(ctx, row->table, row->id, comments, true, 10, &list, &count));
    assert_int_equal(count, 0);
    assert_ok(ctx, csm_history_add_journal(ctx, row, comments, CSM_STR("first"), 100, CSM_STR("ann")));
    assert_ok(ctx, csm_history_add_journal(ctx, row, work, CSM_STR("inside"), 50, CSM_STR("bob")));
    assert_ok(ctx, csm_history_add_journal(ctx, row, comments, CSM_STR("second"), 90, CSM_STR("bob")));
    fixture_commit(f);
    ctx = fixture_write(f);
    row = csm_row_new(ctx->arena, fixture_table(f, "memo"), (csm_id){ { 0 } });
    row->id = f->ids.last;
    assert_ok(ctx, csm_history_add_journal(ctx, row, comments, CSM_STR("third"), 200, CSM_STR("ann")));
    assert_ok(ctx, csm_history_journal(ctx, row->table, row->id, comments, true, 2, &list, &count));
    assert_int_equal(count, 2);
    assert_str(list[0].text, "third");
    assert_int_equal(list[0].number, 3);
    assert_str(list[1].text, "second");
    assert_int_equal(list[1].at, 100); /* not before the entry before it */
    assert_ok(ctx, csm_history_journal(ctx, row->table, row->id, comments, false, 10, &list, &count));
    assert_int_equal(count, 3);
    assert_str(list[0].by, "ann");
    assert_ok(ctx, csm_history_journal(ctx, row->table, row->id, work, false, 10, &list, &count));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].at, 50);
    fixture_abort(f);
}

static void tables_without_history_have_none(void **state)
{
    fixture *f = *state;
    uint64_t changed[1];
    csm_value original[32];
    csm_version *list = NULL;
    csm_row *got = NULL;
    uint32_t count = 9;
    csm_ctx *ctx = fixture_write(f);
    csm_row *row = fixture_row(f, "visit");
    insert_row(ctx, row);
    assert_ok(ctx, csm_history_versions(ctx, row->table, row->id, false, 0, 9, &list, &count));
    assert_int_equal(count, 0);
    assert_status(ctx, csm_history_since(ctx, row, 0, changed, original), CSM_E_UNSUPPORTED);
    assert_status(ctx, csm_history_row_at(ctx, row->table, row->id, 1, &got), CSM_E_UNSUPPORTED);
    fixture_abort(f);
}

static void versions_to_come_are_refused(void **state)
{
    fixture *f = *state;
    uint64_t changed[1];
    csm_value original[64];
    csm_ctx *ctx = fixture_write(f);
    csm_row *row = fixture_row(f, "note");
    insert_row(ctx, row);
    assert_status(ctx, csm_history_since(ctx, row, 1, changed, original), CSM_E_INVALID);
    assert_ok(ctx, csm_history_since(ctx, row, 0, changed, original));
    assert_int_equal(changed[0], 0);
    fixture_abort(f);
}

/* What a plugin wrote is kept for it while it is away: changes, and the fields of a record deleted meanwhile. */
static void inactive_fields_keep_their_history(void **state)
{
    static const csm_field few[] = { CSM_TEXT("number", .flags = CSM_UNIQUE), CSM_INT("state", .flags = CSM_INDEXED) };
    static const csm_table less[] = { { .name = "note", .fields = CSM_ARRAY(few), .number = "NOT" } };
    static const csm_plugin small[] = { { .id = "test", .version = "1.0", .tables = CSM_ARRAY(less) } };
    fixture *f = *state;
    csm_row *got = NULL;
    csm_version *list = NULL;
    uint32_t count = 0;
    csm_ctx *ctx = fixture_write(f);
    csm_row *row = fixture_row(f, "note");
    csm_id id = row->id;
    ctx->now = 10;
    fixture_set(row, "title", csm_ctext("kept"));
    insert_row(ctx, row);
    fixture_commit(f);

    fixture_activate(f, small, 1);
    ctx = fixture_write(f);
    ctx->now = 20;
    assert_ok(ctx, csm_row_find(ctx, fixture_table(f, "note"), id, &got));
    assert_int_equal(got->unknown_count, 1);
    assert_ok(ctx, csm_history_versions(ctx, got->table, id, false, 0, 9, &list, &count));
    assert_str(list[0].deltas[0].new_value.s, "kept");
    delete_row(ctx, got);
    fixture_commit(f);

    fixture_activate(f, plugins, COUNT_OF(plugins));
    ctx = fixture_read(f);
    assert_ok(ctx, csm_history_row_at(ctx, fixture_table(f, "note"), id, 15, &got));
    assert_str(fixture_get(got, "title").s, "kept");
    assert_int_equal(got->unknown_count, 0);
}

static void broken_entries_are_named(void **state)
{
    fixture *f = *state;
    csm_version *list = NULL;
    uint32_t count = 0;
    csm_ctx *ctx = fixture_write(f);
    csm_row *row = fixture_row(f, "note");
    fixture_set(row, "title", csm_ctext("x"));
    insert_row(ctx, row);
    csm_range range = { .db = CSM_DB_HISTORY };
    csm_iter *it = NULL;
    csm_str key, value;
    bool has = false;
    assert_ok(ctx, csm_iter_open(ctx->arena, ctx->view, &range, &it, &ctx->err));
    assert_ok(ctx, csm_iter_next(it, &key, &value, &has, &ctx->err));
    csm_iter_close(it);
    for (size_t len = 0; len < value.len; len++) {
        assert_ok(ctx, csm_txn_put(ctx->txn, CSM_DB_HISTORY, key, (csm_str){ value.ptr, len }, &ctx->err));
        assert_status(ctx, csm_history_versions(ctx, row->table, row->id, false, 0, 9, &list, &count), CSM_E_CORRUPT);
        assert_non_null(strstr(ctx->err.message, "history of record"));
    }
    fixture_abort(f);
}

#define fresh(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        fresh(history_equals_the_model),
        fresh(deltas_hold_what_changed),
        fresh(time_never_goes_back),
        fresh(kept_times_and_authors_survive),
        fresh(used_ids_go_on_where_they_ended),
        fresh(long_changes_go_in_pieces),
        fresh(journals_are_streams_of_their_own),
        fresh(tables_without_history_have_none),
        fresh(versions_to_come_are_refused),
        fresh(inactive_fields_keep_their_history),
        fresh(broken_entries_are_named),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
