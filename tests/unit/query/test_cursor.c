/* Cursors: which plan, how many rows it touches, tokens, offsets, limits, transactions; conditions on changes. */
#include "declare.h"

#include "base/fault.h"
#include "engine/query/query.h"

#define T0 INT64_C(1767225600000000)
#define PEOPLE 20u

static fixture f;
static csm_id people[PEOPLE];

csm_status world_crew(csm_ctx *ctx, csm_id user, csm_value *out)
{
    (void)ctx;
    (void)user;
    *out = csm_list(NULL, 0);
    return CSM_OK;
}

static void fill(uint32_t count)
{
    csm_ctx *ctx = fixture_write(&f);

    for (uint32_t n = 0; n < PEOPLE; n++)
        people[n] = (csm_id){ { 0x70, (uint8_t)n } };
    static const char *const codes[] = { "ABCDEFGH", "abcdefgh-one", "abcdefg", "abcdefghi" }; /* keys hold 8 bytes */

    for (uint32_t n = 0; n < count; n++) {
        csm_row *row = fixture_row(&f, n % 4 == 0 ? "job" : "work");

        fixture_set(row, "code", csm_ctext(codes[n / 3 % 4]));

        fixture_set(row, "number", csm_text(csm_arena_printf(ctx->arena, "N%06u", n)));
        fixture_set(row, "title", csm_text(csm_arena_printf(ctx->arena, "Title %u", n % 50)));
        fixture_set(row, "state", csm_int(n % 3 + 1));
        fixture_set(row, "priority", csm_int(n % 9 + 1));
        fixture_set(row, "active", csm_bool(n % 2 == 0));
        fixture_set(row, "opened_at", csm_time_value(T0 + (int64_t)(n / 3) * CSM_MINUTE));
        fixture_set(row, "owner", csm_id_value(people[n / 2 % PEOPLE]));
        fixture_set(row, "spent", csm_int(n));
        fixture_set(row, "effort", csm_decimal(n * 1000000));
        assert_ok(ctx, csm_row_put(ctx, NULL, row));
    }
    fixture_commit(&f);
}

static int open_small(void **state)
{
    (void)state;
    fixture_open(&f, plugins, COUNT_OF(plugins));
    fill(900);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static csm_query_spec spec_of(csm_ctx *ctx, const char *table, const char *text)
{
    csm_query_spec spec = { .table = fixture_table(&f, table) };
    csm_filter_options options = { 0 };

    assert_ok(ctx, csm_filter_parse(ctx->reg, spec.table, csm_str_of(text), options, ctx->arena, &spec.filter, &ctx->err));
    return spec;
}

static uint32_t read_rows(csm_ctx *ctx, csm_cursor *cursor)
{
    uint32_t count = 0;
    csm_row *row;

    assert_ok(ctx, csm_cursor_next(ctx, cursor, &row, NULL));
    for (; row != NULL; assert_ok(ctx, csm_cursor_next(ctx, cursor, &row, NULL)))
        count++;
    return count;
}

static int64_t number_of(const csm_value *plan, const char *key)
{
    return csm_map_get(plan, key)->i;
}

static csm_str text_of(const csm_value *plan, const char *key)
{
    return csm_map_get(plan, key)->s;
}

/* ---- plans ---- */

static const struct plan_row {
    const char *name;
    const char *table;
    const char *text;
    const char *plan, *index, *order;
    uint32_t rows, touched; /* of a page of 20: rows, most entries and rows touched */
} plan_rows[] = {
    { "my open", "work", "owner=70030000000000000000000000000000^active=true^ORDERBYDESCopened_at", "merge", "mine",
      "-opened_at,sys_id", 20, 45 },
    { "my open, no order", "work", "owner=70030000000000000000000000000000^active=true", "merge", "mine",
      "-opened_at,sys_id", 20, 45 },
    { "my open, oldest first", "work", "owner=70030000000000000000000000000000^active=true^ORDERBYopened_at", "merge",
      "mine", "opened_at,-sys_id", 20, 45 },
    { "one table", "job", "state=1^ORDERBYopened_at", "index", "by_state", "opened_at,sys_id", 20, 42 },
    { "newest", "work", "ORDERBYDESCopened_at", "merge", "newest", "-opened_at,sys_id", 20, 45 },
    { "values of a set", "job", "stateIN1,2^ORDERBYopened_at", "merge", "by_state", "opened_at,sys_id", 20, 44 },
    { "or of one field", "job", "state=1^ORstate=3^ORDERBYopened_at", "merge", "by_state", "opened_at,sys_id", 20, 44 },
    { "range in the order", "job", "state=1^opened_at>2026-01-01T02:00:00Z^ORDERBYopened_at", "index", "by_state",
      "opened_at,sys_id", 20, 42 },
    { "order of a held column", "job", "state=2^ORDERBYstate^ORDERBYopened_at", "index", "by_state",
      "state,opened_at,sys_id", 20, 42 },
    { "set in the order", "job", "stateIN1,2^ORDERBYstate^ORDERBYopened_at", "merge", "by_state", "state,opened_at,sys_id", 20,
      44 },
    { "unique", "work", "number=N000123", "merge", "number", "sys_id", 1, 4 },
    { "sorted", "job", "owner=70000000000000000000000000000000^ORDERBYDESCspent", "sort", "mine", "-spent,sys_id", 20, 70 },
    { "by id", "work", "sys_id=70030000000000000000000000000000", "id", NULL, "sys_id", 0, 2 },
    { "everything", "work", "", "scan", NULL, "sys_id", 20, 21 },
    { "newest of one table", "job", "ORDERBYDESCsys_id", "scan", NULL, "-sys_id", 20, 120 },
    { "prefix of a text", "work", "titleSTARTSWITHTITLE 1^ORDERBYtitle", "merge", "title", "title,sys_id", 20, 45 },
    { "alternatives", "work", "owner=70030000000000000000000000000000^NQnumber=N000005", "sort", "mine,number", "sys_id", 20,
      210 },
    { "class", "work", "sys_class_name=job^state=1^ORDERBYopened_at", "index", "by_state", "opened_at,sys_id", 20, 42 },
    { "class that is not asked", "job", "sys_class_name=work", "scan", NULL, "sys_id", 0, 0 },
    { "contradiction", "work", "state=1^state=2", "scan", NULL, "sys_id", 0, 0 },
    { "entry refuses", "job", "owner=70000000000000000000000000000000^active=true^priority=9^ORDERBYDESCopened_at", "index",
      "mine", "-opened_at,sys_id", 3, 26 },
};

static void plan_is(void **state)
{
    const struct plan_row *row = *state;
    csm_ctx *ctx = fixture_read(&f);
    csm_query_spec spec = spec_of(ctx, row->table, row->text);
    csm_cursor *cursor;
    csm_value plan;
    uint32_t rows;

    spec.limit = 20;
    assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
    rows = read_rows(ctx, cursor);
    assert_ok(ctx, csm_cursor_explain(ctx, cursor, &plan));
    print_message("%.*s %.*s touched %lld\n", CSM_STR_FMT(text_of(&plan, "plan")), CSM_STR_FMT(text_of(&plan, "index")),
                  (long long)number_of(&plan, "rows_touched"));
    assert_str(text_of(&plan, "plan"), row->plan);
    if (row->index != NULL)
        assert_str(text_of(&plan, "index"), row->index);
    assert_int_equal(csm_map_get(&plan, "index")->type, row->index != NULL ? CSM_T_TEXT : CSM_T_NIL);
    assert_str(text_of(&plan, "order"), row->order);
    if (row->rows != 0 || row->touched == 0)
        assert_int_equal(rows, row->rows);
    assert_int_equal(number_of(&plan, "rows_returned"), rows);
    assert_in_range(number_of(&plan, "rows_touched"), 0, row->touched);
    assert_int_equal(number_of(&plan, "rows_touched"), ctx->budget.rows);
    csm_cursor_close(cursor);
}

/* "My open" touches at most twice what it returns and a constant, whatever the size of the table. */
static void touched_does_not_grow(void **state)
{
    static const uint32_t sizes[] = { 1000, 10000 };

    (void)state;
    for (size_t n = 0; n < COUNT_OF(sizes); n++) {
        csm_cursor *cursor;
        csm_value plan;

        fixture_open(&f, plugins, COUNT_OF(plugins));
        fill(sizes[n]);
        csm_ctx *ctx = fixture_read(&f);
        csm_query_spec spec = spec_of(ctx, "work", "owner=70030000000000000000000000000000^active=true");
        spec.limit = 20;
        assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
        assert_int_equal(read_rows(ctx, cursor), 20);
        assert_ok(ctx, csm_cursor_explain(ctx, cursor, &plan));
        assert_str(text_of(&plan, "index"), "mine");
        assert_in_range(number_of(&plan, "rows_touched"), 40, 2 * 20 + 5);
        csm_cursor_close(cursor);
        fixture_close(&f);
    }
}

/* Past gather_rows the order's own index is walked, and the pages after begin there. */
static void large_sets_are_walked(void **state)
{
    csm_str token = { 0 };

    (void)state;
    f.engine.limits.gather_rows = 100;
    for (uint32_t page = 0; page < 3; page++) {
        static char after[4096];
        csm_ctx *ctx = fixture_read(&f);
        csm_query_spec spec = spec_of(ctx, "work", "state=1^ORDERBYDESCnumber");
        csm_cursor *cursor;
        csm_value plan;
        csm_row *row;

        spec.limit = 10;
        spec.after = csm_str_of(after);
        assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
        for (uint32_t n = 0; n < 10; n++) { /* every third has the state */
            char want[16];

            snprintf(want, sizeof(want), "N%06u", 897 - (page * 10 + n) * 3);
            assert_ok(ctx, csm_cursor_next(ctx, cursor, &row, NULL));
            assert_str(fixture_get(row, "number").s, want);
        }
        assert_ok(ctx, csm_cursor_explain(ctx, cursor, &plan));
        assert_str(text_of(&plan, "index"), "number");
        assert_in_range(number_of(&plan, "rows_touched"), 0, (page == 0 ? 200 : 0) + 70);
        assert_ok(ctx, csm_cursor_token(ctx, cursor, &token));
        snprintf(after, sizeof(after), "%.*s", CSM_STR_FMT(token));
        csm_cursor_close(cursor);
    }
    f.engine.limits = csm_engine_limits_default;
}

/* ---- pages ---- */

static csm_str first_token(csm_ctx *ctx, const char *table, const char *text)
{
    csm_query_spec spec = spec_of(ctx, table, text);
    csm_cursor *cursor;
    csm_str token;

    spec.limit = 5;
    assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
    assert_int_equal(read_rows(ctx, cursor), 5);
    assert_ok(ctx, csm_cursor_token(ctx, cursor, &token));
    assert_true(token.len > 0);
    csm_cursor_close(cursor);
    return token;
}

static void tokens_are_of_one_query(void **state)
{
    static const struct { const char *table, *text; } others[] = {
        { "work", "state=2^ORDERBYopened_at" },     { "work", "state=1^ORDERBYDESCopened_at" },
        { "work", "state=1^ORDERBYnumber" },        { "job", "state=1^ORDERBYopened_at" },
        { "work", "state=1^active=true^ORDERBYopened_at" },
    };
    csm_ctx *ctx = fixture_read(&f);
    csm_str token = first_token(ctx, "work", "state=1^ORDERBYopened_at");
    csm_query_spec spec = spec_of(ctx, "work", "state=1^ORDERBYopened_at");
    csm_cursor *cursor = NULL;

    (void)state;
    for (size_t n = 0; n < COUNT_OF(others); n++) {
        csm_query_spec other = spec_of(ctx, others[n].table, others[n].text);

        other.after = token;
        assert_status(ctx, csm_cursor_open(ctx, &other, &cursor), CSM_E_INVALID);
        assert_string_equal(ctx->err.field, "after");
    }
    for (size_t len = 1; len < token.len; len += 3) { /* cut short */
        spec.after = (csm_str){ token.ptr, len };
        assert_status(ctx, csm_cursor_open(ctx, &spec, &cursor), CSM_E_INVALID);
    }
    for (size_t n = 0; n < token.len; n++) { /* one character changed: refused, or some place in the same result */
        char *bent = csm_arena_cstr(ctx->arena, token);

        bent[n] = bent[n] == 'A' ? 'B' : 'A';
        spec.after = csm_str_of(bent);
        if (csm_cursor_open(ctx, &spec, &cursor) == CSM_OK) {
            assert_in_range(read_rows(ctx, cursor), 0, 300);
            csm_cursor_close(cursor);
        }
    }
    spec.after = CSM_STR("no token!");
    assert_status(ctx, csm_cursor_open(ctx, &spec, &cursor), CSM_E_INVALID);
    spec.after = token;
    assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
    assert_int_equal(read_rows(ctx, cursor), 295);
    assert_ok(ctx, csm_cursor_token(ctx, cursor, &token));
    assert_int_equal(token.len, 0);
    csm_cursor_close(cursor);
}

static void offsets_skip(void **state)
{
    csm_ctx *ctx = fixture_read(&f);
    csm_query_spec spec = spec_of(ctx, "work", "ORDERBYnumber");
    csm_cursor *cursor;
    csm_row *row;

    (void)state;
    spec.offset = 17;
    spec.limit = 3;
    assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
    assert_ok(ctx, csm_cursor_next(ctx, cursor, &row, NULL));
    assert_str(fixture_get(row, "number").s, "N000017");
    assert_int_equal(read_rows(ctx, cursor), 2);
    csm_cursor_close(cursor);
    spec.offset = 10001;
    assert_status(ctx, csm_cursor_open(ctx, &spec, &cursor), CSM_E_LIMIT);
}

/* Rows outlive the cursor: they are the context's. */
static void rows_stay(void **state)
{
    csm_ctx *ctx = fixture_read(&f);
    csm_query_spec spec = spec_of(ctx, "work", "ORDERBYnumber");
    csm_row *rows[3];
    csm_cursor *cursor;

    (void)state;
    assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
    for (int n = 0; n < 3; n++)
        assert_ok(ctx, csm_cursor_next(ctx, cursor, &rows[n], NULL));
    csm_cursor_close(cursor);
    assert_str(fixture_get(rows[0], "number").s, "N000000");
    assert_str(fixture_get(rows[2], "number").s, "N000002");
}

static void the_tables_order_is_the_default(void **state)
{
    static const char *const names[] = { "Mia", "ann", "Zoe", "Bob" }, *const sorted[] = { "ann", "Bob", "Mia", "Zoe" };
    csm_ctx *ctx = fixture_write(&f);
    csm_query_spec spec = { .table = fixture_table(&f, "person") };
    csm_cursor *cursor;
    csm_row *row;

    (void)state;
    for (size_t n = 0; n < COUNT_OF(names); n++) {
        fixture_set(row = fixture_row(&f, "person"), "name", csm_ctext(names[n]));
        assert_ok(ctx, csm_row_put(ctx, NULL, row));
    }
    for (int any = 0; any < 2; any++) { /* who takes them as they come is spared it */
        spec.any_order = any == 1;
        assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
        for (size_t n = 0; n < COUNT_OF(sorted); n++) {
            assert_ok(ctx, csm_cursor_next(ctx, cursor, &row, NULL));
            assert_str(fixture_get(row, "name").s, any == 1 ? names[n] : sorted[n]);
        }
        csm_cursor_close(cursor);
    }
    fixture_abort(&f);
}

/* Paging by "sys_id > last" begins where it says. */
static void id_ranges_are_ranges_of_keys(void **state)
{
    csm_ctx *ctx = fixture_read(&f);
    char text[128], hex[CSM_ID_TEXT];
    uint32_t seen = 0, pages = 0;

    (void)state;
    csm_id_format((csm_id){ { 0, 1 } }, hex);
    for (uint32_t got = 50; got == 50; pages++) {
        csm_cursor *cursor;
        csm_value plan;
        csm_row *row;

        snprintf(text, sizeof(text), "sys_id>%s^ORDERBYsys_id", hex);
        csm_query_spec spec = spec_of(ctx, "work", text);
        spec.limit = 50;
        got = 0;
        assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
        assert_ok(ctx, csm_cursor_next(ctx, cursor, &row, NULL));
        for (; row != NULL; assert_ok(ctx, csm_cursor_next(ctx, cursor, &row, NULL))) {
            csm_id_format(row->id, hex);
            got++;
        }
        assert_ok(ctx, csm_cursor_explain(ctx, cursor, &plan));
        assert_in_range(number_of(&plan, "rows_touched"), 0, 55);
        csm_cursor_close(cursor);
        seen += got;
    }
    assert_int_equal(seen, 900);
    assert_int_equal(pages, 19);
}

/* ---- limits ---- */

static void sorting_has_a_limit(void **state)
{
    csm_ctx *ctx = fixture_read(&f);
    csm_query_spec spec = spec_of(ctx, "work", "active=true^ORDERBYspent");
    csm_cursor *cursor = NULL;

    (void)state;
    f.engine.limits.sort_rows = 100;
    assert_status(ctx, csm_cursor_open(ctx, &spec, &cursor), CSM_E_LIMIT);
    assert_non_null(strstr(ctx->err.message, "work"));
    assert_non_null(strstr(ctx->err.hint, "active,spent"));
    assert_null(cursor);
    f.engine.limits.sort_rows = 450;
    ctx = fixture_read(&f);
    spec = spec_of(ctx, "work", "active=true^ORDERBYspent");
    assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
    assert_int_equal(read_rows(ctx, cursor), 450);
    csm_cursor_close(cursor);
    f.engine.limits = csm_engine_limits_default;
}

static void budgets_stop_it(void **state)
{
    static const char *const texts[] = { "titleLIKEnothing", "titleLIKEnothing^ORDERBYDESCopened_at", "ORDERBYspent" };

    (void)state;
    for (size_t n = 0; n < COUNT_OF(texts); n++) {
        csm_ctx *ctx = fixture_read(&f);
        csm_query_spec spec = spec_of(ctx, "work", texts[n]);
        csm_cursor *cursor;
        csm_row *row;
        uint64_t count = 77;

        ctx->budget.rows_max = 100;
        csm_status st = csm_cursor_open(ctx, &spec, &cursor);
        if (st == CSM_OK) {
            st = csm_cursor_next(ctx, cursor, &row, NULL);
            csm_cursor_close(cursor);
        }
        assert_status(ctx, st, CSM_E_LIMIT);
        assert_true(ctx->budget.exceeded);
        ctx = fixture_read(&f);
        ctx->budget.rows_max = 100;
        spec = spec_of(ctx, "work", texts[n]);
        assert_status(ctx, csm_query_count_rows(ctx, &spec, &count), CSM_E_LIMIT);
        assert_int_equal(count, 77);
    }
}

/* ---- in a transaction ---- */

static void rows_are_fixed_and_read_when_reached(void **state)
{
    csm_ctx *ctx = fixture_write(&f);
    csm_query_spec spec = spec_of(ctx, "work", "state=1^ORDERBYnumber");
    csm_cursor *cursor;
    csm_row *row;
    uint32_t met = 0, renamed = 0;

    (void)state;
    assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
    assert_ok(ctx, csm_cursor_next(ctx, cursor, &row, NULL));
    csm_id first = row->id, second, last = { { 0 } };
    assert_ok(ctx, csm_cursor_next(ctx, cursor, &row, NULL));
    second = row->id;
    assert_false(csm_id_eq(first, second));
    for (met = 2; row != NULL; met++) { /* each row met deletes none, changes all that are ahead */
        csm_row *ahead = csm_row_copy(ctx->arena, row);

        fixture_set(ahead, "state", csm_int(2));
        assert_ok(ctx, csm_row_put(ctx, row, ahead));
        last = row->id;
        assert_ok(ctx, csm_cursor_next(ctx, cursor, &row, NULL));
    }
    assert_int_equal(met - 1, 300);
    csm_cursor_close(cursor);
    assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor)); /* all but the first are of another state now */
    assert_ok(ctx, csm_cursor_next(ctx, cursor, &row, NULL));
    assert_true(csm_id_eq(row->id, first));
    assert_int_equal(read_rows(ctx, cursor), 0);
    csm_cursor_close(cursor);
    spec = spec_of(ctx, "work", "state=2^ORDERBYnumber");
    assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
    assert_ok(ctx, csm_row_find(ctx, spec.table, last, &row));
    assert_ok(ctx, csm_row_delete(ctx, row)); /* gone before it is reached */
    for (assert_ok(ctx, csm_cursor_next(ctx, cursor, &row, NULL)); row != NULL;
         assert_ok(ctx, csm_cursor_next(ctx, cursor, &row, NULL))) {
        assert_false(csm_id_eq(row->id, last));
        renamed++;
    }
    assert_int_equal(renamed, 300 + 299 - 1);
    csm_cursor_close(cursor);
    fixture_abort(&f);
}

static void transactions_have_a_limit(void **state)
{
    csm_ctx *ctx = fixture_write(&f);
    csm_query_spec spec = { .table = fixture_table(&f, "plain") };
    csm_cursor *cursor = NULL;

    (void)state;
    for (uint32_t n = 0; n < 10001; n++)
        assert_ok(ctx, csm_row_put(ctx, NULL, fixture_row(&f, "plain")));
    assert_status(ctx, csm_cursor_open(ctx, &spec, &cursor), CSM_E_LIMIT);
    spec.limit = 10000;
    assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
    assert_int_equal(read_rows(ctx, cursor), 10000);
    csm_str token;
    assert_ok(ctx, csm_cursor_token(ctx, cursor, &token));
    csm_cursor_close(cursor);
    spec.after = token;
    assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
    assert_int_equal(read_rows(ctx, cursor), 1);
    csm_cursor_close(cursor);
    fixture_abort(&f);
}

/* ---- indexes that may not be used ---- */

static void building_indexes_are_not_used(void **state)
{
    csm_ctx *ctx = fixture_write(&f);
    const csm_mtable *work = fixture_table(&f, "work");
    csm_query_spec spec = spec_of(ctx, "work", "state=1^ORDERBYDESCopened_at");
    csm_cursor *cursor;
    csm_value plan;
    uint64_t count;

    (void)state;
    assert_ok(ctx, csm_index_set_ready(ctx, work, fixture_index(work, "by_state"), false));
    assert_ok(ctx, csm_index_set_ready(ctx, work, fixture_index(work, "newest"), false));
    assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
    assert_int_equal(read_rows(ctx, cursor), 300);
    assert_ok(ctx, csm_cursor_explain(ctx, cursor, &plan));
    assert_str(text_of(&plan, "plan"), "sort");
    csm_cursor_close(cursor);
    assert_ok(ctx, csm_query_count_rows(ctx, &spec, &count));
    assert_int_equal(count, 300);
    fixture_abort(&f);
}

static void an_entry_without_its_row_is_told(void **state)
{
    csm_ctx *ctx = fixture_write(&f);
    csm_query_spec spec = spec_of(ctx, "work", "number=N000010");
    csm_cursor *cursor;
    csm_row *row;

    (void)state;
    assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
    assert_ok(ctx, csm_cursor_next(ctx, cursor, &row, NULL));
    csm_cursor_close(cursor);
    uint8_t key[20] = { 0, 0, 0, 0 };
    key[2] = (uint8_t)(spec.table->root->id >> 8);
    key[3] = (uint8_t)spec.table->root->id;
    memcpy(key + 4, row->id.b, sizeof(row->id.b));
    assert_ok(ctx, csm_txn_del(ctx->txn, CSM_DB_ROWS, (csm_str){ (char *)key, sizeof(key) }, &ctx->err));
    assert_status(ctx, csm_cursor_open(ctx, &spec, &cursor), CSM_E_CORRUPT);
    assert_non_null(strstr(ctx->err.message, "number"));
    fixture_abort(&f);
}

/* ---- counts without rows ---- */

static const struct count_row {
    const char *name;
    const char *table, *text;
    uint64_t count, touched; /* entries and rows, at most */
} count_rows[] = {
    { "equal", "work", "state=1", 300, 300 },
    { "two columns", "work", "owner=70030000000000000000000000000000^active=true", 23, 25 },
    { "range", "job", "state=1^opened_at>=2026-01-01T02:00:00Z", 45, 45 },
    { "column beside", "work", "state=1^priority=1", 100, 100 },
    { "tested on the entry", "work", "active=true^priority<3", 100, 450 },
    { "included field", "work", "owner=70030000000000000000000000000000^priorityIN1,2", 11, 46 },
    { "all", "work", "", 900, 900 },
    { "many entries sooner than few rows", "work", "state=1^spent<10", 4, 900 },
    { "text that fills its key", "work", "code=ABCDEFGH", 225, 1350 },
    { "longer than its key", "work", "code=abcdefgh-ONE", 225, 1350 },
    { "shorter than its key", "work", "code=ABCDEFG", 225, 225 },
    { "above one that fills", "work", "code>abcdefgh", 450, 1350 },
    { "up to one that fills", "work", "code<=abcdefgh", 450, 1800 },
    { "below one that fills", "work", "code<abcdefgh", 225, 1800 },
    { "begins with one that fills", "work", "codeSTARTSWITHabcdefgh", 675, 1350 },
    { "begins", "work", "codeSTARTSWITHabcdef", 900, 900 },
    { "rows needed", "work", "state=1^titleLIKE1", 84, 600 },
};

static void count_touches(void **state)
{
    const struct count_row *row = *state;
    csm_ctx *ctx = fixture_read(&f);
    csm_query_spec spec = spec_of(ctx, row->table, row->text);
    uint64_t count;

    assert_ok(ctx, csm_query_count_rows(ctx, &spec, &count));
    print_message("%llu touched %llu\n", (unsigned long long)count, (unsigned long long)ctx->budget.rows);
    assert_int_equal(count, row->count);
    assert_in_range(ctx->budget.rows, 0, row->touched);
}

/* ---- groups ---- */

static void parts_of_dates(void **state)
{
    static const struct { csm_agg_part part; uint32_t groups; } rows[] = {
        { CSM_PART_YEAR, 1 }, { CSM_PART_MONTH, 1 }, { CSM_PART_DAY, 1 }, { CSM_PART_NONE, 300 },
    };

    (void)state;
    for (size_t n = 0; n < COUNT_OF(rows); n++) {
        csm_ctx *ctx = fixture_read(&f);
        csm_aggregate_spec spec = { .query = spec_of(ctx, "work", "") };
        csm_value out;

        spec.groups[0] = (csm_agg_group){ csm_mtable_field(spec.query.table, CSM_STR("opened_at")), rows[n].part, "at" };
        spec.figures[0] = (csm_agg_figure){ CSM_AGG_COUNT, NULL, "count" };
        spec.group_count = spec.figure_count = 1;
        assert_ok(ctx, csm_aggregate_run(ctx, &spec, &out));
        assert_int_equal(out.count, rows[n].groups);
        csm_value at = *csm_map_get(&out.list[0], "at");
        if (rows[n].part == CSM_PART_YEAR)
            assert_int_equal(at.i, 2026);
        if (rows[n].part == CSM_PART_MONTH)
            assert_str(at.s, "2026-01");
        if (rows[n].part == CSM_PART_DAY) {
            assert_int_equal(at.type, CSM_T_DATE);
            assert_int_equal(at.i, T0 / CSM_DAY);
        }
        assert_true(ctx->budget.rows <= 900 + 5); /* entries alone */
    }
}

static csm_value money_value(csm_ctx *ctx, int64_t amount, const char *currency)
{
    csm_pair *pairs = csm_arena_array(ctx->arena, 2, sizeof(*pairs));

    assert_non_null(pairs);
    pairs[0] = (csm_pair){ CSM_STR("amount"), csm_decimal(amount) };
    pairs[1] = (csm_pair){ CSM_STR("currency"), csm_ctext(currency) };
    return csm_map(pairs, 2);
}

static void money_of_one_currency(void **state)
{
    csm_ctx *ctx = fixture_write(&f);
    csm_aggregate_spec spec = { .query = spec_of(ctx, "chore", "") };
    const csm_mfield *cost = csm_mtable_field(spec.query.table, CSM_STR("cost"));
    csm_value out;

    (void)state;
    spec.figures[0] = (csm_agg_figure){ CSM_AGG_SUM, cost, "sum" };
    spec.figures[1] = (csm_agg_figure){ CSM_AGG_AVG, cost, "mean" };
    spec.figures[2] = (csm_agg_figure){ CSM_AGG_COUNT, cost, "with" };
    spec.figures[3] = (csm_agg_figure){ CSM_AGG_COUNT, NULL, "all" };
    spec.figure_count = 4;
    for (int n = 0; n < 4; n++) {
        csm_row *row = fixture_row(&f, "chore");

        if (n < 3)
            fixture_set(row, "cost", money_value(ctx, 1000000 * (n + 1) + n, "EUR"));
        assert_ok(ctx, csm_row_put(ctx, NULL, row));
    }
    assert_ok(ctx, csm_aggregate_run(ctx, &spec, &out));
    assert_int_equal(out.count, 1);
    assert_int_equal(csm_map_get(csm_map_get(&out.list[0], "sum"), "amount")->i, 6000003);
    assert_int_equal(csm_map_get(csm_map_get(&out.list[0], "mean"), "amount")->i, 2000001);
    assert_str(csm_map_get(csm_map_get(&out.list[0], "mean"), "currency")->s, "EUR");
    assert_int_equal(csm_map_get(&out.list[0], "with")->i, 3);
    assert_int_equal(csm_map_get(&out.list[0], "all")->i, 4);
    csm_row *row = fixture_row(&f, "chore");
    fixture_set(row, "cost", money_value(ctx, 5, "USD"));
    assert_ok(ctx, csm_row_put(ctx, NULL, row));
    assert_status(ctx, csm_aggregate_run(ctx, &spec, &out), CSM_E_INVALID);
    assert_non_null(strstr(ctx->err.message, "EUR"));
    assert_non_null(strstr(ctx->err.message, "USD"));
    fixture_abort(&f);
}

static void groups_are_limited_and_checked(void **state)
{
    csm_ctx *ctx = fixture_read(&f);
    csm_aggregate_spec spec = { .query = spec_of(ctx, "work", ""), .group_count = 1, .limit = 49 };
    const csm_mtable *work = spec.query.table;
    csm_value out;

    (void)state;
    spec.groups[0] = (csm_agg_group){ csm_mtable_field(work, CSM_STR("title")), CSM_PART_NONE, "title" };
    assert_status(ctx, csm_aggregate_run(ctx, &spec, &out), CSM_E_LIMIT);
    spec.limit = 50;
    assert_ok(ctx, csm_aggregate_run(ctx, &spec, &out));
    assert_int_equal(out.count, 50);
    assert_str(csm_map_get(&out.list[0], "title")->s, "Title 0"); /* as written, not as folded */
    spec.groups[0].part = CSM_PART_DAY;
    assert_status(ctx, csm_aggregate_run(ctx, &spec, &out), CSM_E_INVALID);
    spec.groups[0] = (csm_agg_group){ csm_mtable_field(work, CSM_STR("watchers")), CSM_PART_NONE, "w" };
    assert_status(ctx, csm_aggregate_run(ctx, &spec, &out), CSM_E_INVALID);
    spec.groups[0] = (csm_agg_group){ csm_mtable_field(work, CSM_STR("secret")), CSM_PART_NONE, "s" };
    assert_status(ctx, csm_aggregate_run(ctx, &spec, &out), CSM_E_INVALID);
    spec.group_count = 0;
    spec.figure_count = 1;
    spec.figures[0] = (csm_agg_figure){ CSM_AGG_SUM, csm_mtable_field(work, CSM_STR("title")), "sum" };
    assert_status(ctx, csm_aggregate_run(ctx, &spec, &out), CSM_E_INVALID);
    spec.figures[0] = (csm_agg_figure){ CSM_AGG_AVG, NULL, "mean" };
    assert_status(ctx, csm_aggregate_run(ctx, &spec, &out), CSM_E_INVALID);
    spec.query = spec_of(ctx, "work", "state=1^state=2");
    spec.figures[0] = (csm_agg_figure){ CSM_AGG_SUM, csm_mtable_field(work, CSM_STR("spent")), "sum" };
    assert_ok(ctx, csm_aggregate_run(ctx, &spec, &out));
    assert_int_equal(out.count, 1); /* of nothing: one row */
    assert_true(csm_is_nil(*csm_map_get(&out.list[0], "sum")));
}

/* ---- changes ---- */

static const struct change_row {
    const char *name;
    const char *text;
    bool update, insert;
} change_rows[] = {
    { "changes", "stateCHANGES", true, true },
    { "what stays", "priorityCHANGES", false, true },
    { "what becomes empty", "ownerCHANGES", true, false },
    { "what was and is empty", "dueCHANGES", false, false },
    { "to", "stateCHANGESTO2", true, true },
    { "to another", "stateCHANGESTO3", false, false },
    { "to what stays", "priorityCHANGESTO5", false, true },
    { "to nothing", "ownerCHANGESTO", true, false },
    { "from", "stateCHANGESFROM1", true, false },
    { "from another", "stateCHANGESFROM2", false, false },
    { "from nothing", "stateCHANGESFROM", false, true },
    { "and", "stateCHANGES^active=true", true, true },
    { "or", "priorityCHANGES^ORstateCHANGESTO2", true, true },
    { "text by its letters", "titleCHANGES", true, true },
};

static void change_holds(void **state)
{
    const struct change_row *row = *state;
    csm_ctx *ctx = fixture_read(&f);
    csm_filter_options options = { .trusted = true, .changes = true };
    csm_row *old = fixture_row(&f, "work"), *now;
    csm_filter filter;
    bool holds;

    fixture_set(old, "state", csm_int(1));
    fixture_set(old, "priority", csm_int(5));
    fixture_set(old, "active", csm_bool(true));
    fixture_set(old, "owner", csm_id_value(people[1]));
    fixture_set(old, "title", csm_ctext("a"));
    now = csm_row_copy(ctx->arena, old);
    fixture_set(now, "state", csm_int(2));
    fixture_set(now, "owner", csm_nil());
    fixture_set(now, "title", csm_ctext("A"));
    assert_ok(ctx, csm_filter_parse(ctx->reg, old->table, csm_str_of(row->text), options, ctx->arena, &filter, &ctx->err));
    assert_ok(ctx, csm_expr_eval(ctx, filter.expr, now, old, &holds));
    assert_int_equal(holds, row->update);
    assert_ok(ctx, csm_expr_eval(ctx, filter.expr, now, NULL, &holds));
    assert_int_equal(holds, row->insert);
}

/* ---- memory ---- */

/* A cursor that runs out of memory says so; it never gives fewer rows. */
static void memory_faults(void **state)
{
    csm_status st = CSM_E_NOMEM;
    unsigned long nth = 0;

    (void)state;
    while (st != CSM_OK && nth++ < 3000) {
        csm_arena *arena = csm_arena_new(256, 0);
        csm_ctx *ctx = fixture_read(&f);

        assert_non_null(arena);
        ctx->arena = arena;
        csm_query_spec spec = spec_of(ctx, "work", "stateIN1,2^ORDERBYDESCopened_at");
        csm_cursor *cursor = NULL;
        csm_row *row = NULL;
        uint32_t count = 0;
        spec.limit = 30;
        csm_fault_arm(CSM_FAULT_alloc, nth, false);
        st = csm_cursor_open(ctx, &spec, &cursor);
        while (st == CSM_OK && (st = csm_cursor_next(ctx, cursor, &row, NULL)) == CSM_OK && row != NULL)
            count++;
        bool hit = csm_fault_passes(CSM_FAULT_alloc) >= nth;
        csm_fault_arm(CSM_FAULT_alloc, 0, false);
        csm_cursor_close(cursor);
        assert_true(st == CSM_OK || st == CSM_E_NOMEM);
        if (st == CSM_OK)
            assert_int_equal(count, 30);
        if (st == CSM_OK && hit) /* did without, as iterators may */
            st = CSM_E_NOMEM;
        csm_arena_free(arena);
    }
    assert_int_equal(st, CSM_OK);
    assert_true(nth > 20);
}

int main(void)
{
    const struct CMUnitTest grown[] = { cmocka_unit_test(touched_does_not_grow) };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_of_one_query),       cmocka_unit_test(offsets_skip),
        cmocka_unit_test(large_sets_are_walked),
        cmocka_unit_test(rows_stay),                     cmocka_unit_test(the_tables_order_is_the_default),
        cmocka_unit_test(id_ranges_are_ranges_of_keys),  cmocka_unit_test(sorting_has_a_limit),
        cmocka_unit_test(budgets_stop_it),               cmocka_unit_test(rows_are_fixed_and_read_when_reached),
        cmocka_unit_test(transactions_have_a_limit),     cmocka_unit_test(building_indexes_are_not_used),
        cmocka_unit_test(an_entry_without_its_row_is_told), cmocka_unit_test(parts_of_dates),
        cmocka_unit_test(money_of_one_currency),         cmocka_unit_test(groups_are_limited_and_checked),
        cmocka_unit_test(memory_faults),
    };
    int failed = cmocka_run_group_tests(grown, NULL, NULL);

    failed += cmocka_run_group_tests(tests, open_small, close_all);
    (void)open_small(NULL);
    failed += run_rows("plans", plan_rows, plan_is);
    failed += run_rows("counts", count_rows, count_touches);
    failed += run_rows("changes", change_rows, change_holds);
    (void)close_all(NULL);
    return failed;
}
