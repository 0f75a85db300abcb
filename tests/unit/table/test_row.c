/* Rows: to bytes and back for every type, fields nobody knows, limits, damage. */
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

static csm_row *round_trip(csm_ctx *ctx, const csm_row *row)
{
    csm_buf bytes = { 0 };
    csm_row *out = NULL;
    assert_ok(ctx, csm_row_encode(row, &bytes, &ctx->err));
    assert_ok(ctx, csm_row_decode(ctx->reg, ctx->arena, row->id, csm_buf_str(&bytes), true, &out, &ctx->err));
    csm_buf_done(&bytes);
    return out;
}

static const csm_value ids[2] = { { .type = CSM_T_ID, .id = { { 1, 2, 3 } } }, { .type = CSM_T_ID, .id = { { 9 } } } };
static const csm_value document[2] = { { .type = CSM_T_TEXT, .s = CSM_STR_INIT("duty") },
                                       { .type = CSM_T_ID, .id = { { 7, 7 } } } };
static const csm_pair money[2] = { { CSM_STR_INIT("amount"), { .type = CSM_T_DECIMAL, .i = -12345678 } },
                                   { CSM_STR_INIT("currency"), { .type = CSM_T_TEXT, .s = CSM_STR_INIT("EUR") } } };
static const csm_value inner[3] = { { .type = CSM_T_INT, .i = INT64_MIN }, { 0 }, { .type = CSM_T_BOOL, .b = true } };
static const csm_pair tree[2] = { { CSM_STR_INIT("a"), { .type = CSM_T_LIST, .count = 3, .list = inner } },
                                  { CSM_STR_INIT(""), { .type = CSM_T_FLOAT, .f = 1.5 } } };

static const struct value_row {
    const char *name;
    const char *field;
    csm_value value;
} value_rows[] = {
    { "text", "text", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("Grüße\0\1 \xf0\x9f\x98\x80") } },
    { "empty text", "text", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("") } },
    { "int smallest", "int", { .type = CSM_T_INT, .i = INT64_MIN } },
    { "int largest", "int", { .type = CSM_T_INT, .i = INT64_MAX } },
    { "int zero", "int", { .type = CSM_T_INT } },
    { "float", "float", { .type = CSM_T_FLOAT, .f = -2.5e300 } },
    { "decimal", "decimal", { .type = CSM_T_DECIMAL, .i = -1 } },
    { "true", "bool", { .type = CSM_T_BOOL, .b = true } },
    { "false", "bool", { .type = CSM_T_BOOL, .b = false } },
    { "time", "time", { .type = CSM_T_TIME, .i = 1790000000000001 } },
    { "date before 1970", "date", { .type = CSM_T_DATE, .i = -40000 } },
    { "duration", "duration", { .type = CSM_T_INT, .i = 86400 } },
    { "ref", "ref", { .type = CSM_T_ID, .id = { { 0xff, 1 } } } },
    { "list", "list", { .type = CSM_T_LIST, .count = 2, .list = ids } },
    { "empty list", "list", { .type = CSM_T_LIST } },
    { "currency", "currency", { .type = CSM_T_MAP, .count = 2, .map = money } },
    { "bytes", "bytes", { .type = CSM_T_BYTES, .s = CSM_STR_INIT("\0\xff") } },
    { "map", "map", { .type = CSM_T_MAP, .count = 2, .map = tree } },
    { "map that is a text", "map", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("x") } },
    { "document", "document", { .type = CSM_T_LIST, .count = 2, .list = document } },
    { "condition", "condition", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("state=1") } },
    { "zone", "zone", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("Europe/Paris") } },
    { "engine's own time", "sys_created_on", { .type = CSM_T_TIME, .i = 5 } },
};

static void value_survives(void **state)
{
    const struct value_row *want = *state;
    fixture f;
    fixture_open(&f, plugins, COUNT_OF(plugins));
    csm_ctx *ctx = fixture_read(&f);
    csm_row *row = fixture_row(&f, "all");
    csm_row_set_version(row, 70000);
    fixture_set(row, want->field, want->value);
    csm_row *got = round_trip(ctx, row);
    assert_true(csm_value_eq(fixture_get(got, want->field), want->value));
    assert_int_equal(got->version, 70000);
    for (uint32_t n = 0; n < row->table->field_count; n++) /* nothing else came or went */
        assert_true(csm_value_eq(row->values[n], got->values[n]));
    fixture_close(&f);
}

static void header_fields_are_filled(void **state)
{
    csm_ctx *ctx = fixture_read(*state);
    csm_row *row = fixture_row(*state, "errand");
    csm_row_set_version(row, 3);
    csm_row *got = round_trip(ctx, row);
    assert_true(csm_id_eq(fixture_get(got, "sys_id").id, row->id));
    assert_str(fixture_get(got, "sys_class_name").s, "errand");
    assert_int_equal(fixture_get(got, "sys_mod_count").i, 3);
}

static void typed_values_in_a_map_become_text(void **state)
{
    csm_ctx *ctx = fixture_read(*state);
    csm_row *row = fixture_row(*state, "all");
    const csm_pair pairs[] = { { CSM_STR("at"), csm_time_value(0) }, { CSM_STR("id"), ids[0] } };
    fixture_set(row, "map", csm_map(pairs, 2));
    csm_row *got = round_trip(ctx, row);
    csm_value map = fixture_get(got, "map");
    assert_str(csm_map_get(&map, "at")->s, "1970-01-01T00:00:00Z");
    assert_str(csm_map_get(&map, "id")->s, "01020300000000000000000000000000");
}

/* A registry without the middle and the last field reads the row, changes it, and the full one still finds both. */
static void unknown_fields_survive(void **state)
{
    fixture *f = *state;
    static const csm_field few[] = { CSM_TEXT("text", .length = 20000), CSM_BOOL("bool"), CSM_ZONE("zone") };
    static const csm_table less[] = { { .name = "all", .fields = CSM_ARRAY(few) } };
    static const csm_plugin small[] = { { .id = "test", .version = "1.0", .tables = CSM_ARRAY(less) } };
    csm_buf bytes = { 0 };
    csm_row *old = NULL, *got = NULL;
    csm_ctx *ctx = fixture_read(f);
    csm_row *row = fixture_row(f, "all");
    csm_id id = row->id;
    fixture_set(row, "text", csm_ctext("one"));
    fixture_set(row, "int", csm_int(5));
    fixture_set(row, "bool", csm_bool(true));
    fixture_set(row, "list", csm_list(ids, 2));
    fixture_set(row, "zone", csm_ctext("UTC"));
    assert_ok(ctx, csm_row_encode(row, &bytes, &ctx->err));

    fixture_activate(f, small, 1);
    ctx = fixture_read(f);
    assert_ok(ctx, csm_row_decode(ctx->reg, ctx->arena, id, csm_buf_str(&bytes), true, &old, &ctx->err));
    assert_int_equal(old->unknown_count, 2);
    fixture_set(old, "text", csm_ctext("two"));
    csm_buf_clear(&bytes);
    assert_ok(ctx, csm_row_encode(old, &bytes, &ctx->err));

    fixture_activate(f, plugins, COUNT_OF(plugins));
    ctx = fixture_read(f);
    assert_ok(ctx, csm_row_decode(ctx->reg, ctx->arena, id, csm_buf_str(&bytes), false, &got, &ctx->err));
    assert_int_equal(got->unknown_count, 0);
    assert_str(fixture_get(got, "text").s, "two");
    assert_int_equal(fixture_get(got, "int").i, 5);
    assert_true(csm_value_eq(fixture_get(got, "list"), csm_list(ids, 2)));
    assert_str(fixture_get(got, "zone").s, "UTC");
    csm_buf_done(&bytes);
}

static void large_rows_are_refused(void **state)
{
    csm_ctx *ctx = fixture_read(*state);
    csm_row *row = fixture_row(*state, "all");
    csm_buf bytes = { 0 };
    char *text = csm_arena_zalloc(ctx->arena, 65536);
    fixture_set(row, "text", csm_text((csm_str){ text, 65500 }));
    assert_ok(ctx, csm_row_encode(row, &bytes, &ctx->err));
    csm_buf_clear(&bytes);
    fixture_set(row, "text", csm_text((csm_str){ text, 65536 }));
    assert_status(ctx, csm_row_encode(row, &bytes, &ctx->err), CSM_E_LIMIT);
    char id[CSM_ID_TEXT];
    csm_id_format(row->id, id);
    assert_non_null(strstr(ctx->err.message, id));
    csm_buf_done(&bytes);
}

static void wrong_types_are_refused(void **state)
{
    static const struct {
        const char *field;
        csm_value value;
    } bad[] = {
        { "int", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("5") } },
        { "time", { .type = CSM_T_INT, .i = 5 } },
        { "list", { .type = CSM_T_LIST, .count = 3, .list = inner } },
        { "ref", { .type = CSM_T_TEXT } },
        { "currency", { .type = CSM_T_MAP, .count = 2, .map = tree } },
        { "document", { .type = CSM_T_LIST, .count = 2, .list = ids } },
    };
    csm_ctx *ctx = fixture_read(*state);
    for (size_t n = 0; n < COUNT_OF(bad); n++) {
        csm_row *row = fixture_row(*state, "all");
        csm_buf bytes = { 0 };
        fixture_set(row, bad[n].field, bad[n].value);
        assert_status(ctx, csm_row_encode(row, &bytes, &ctx->err), CSM_E_INTERNAL);
        assert_string_equal(ctx->err.field, bad[n].field);
        csm_buf_done(&bytes);
    }
}

/* Every cut and every changed byte of a full row is refused or read as some row: never a crash, never bytes beyond. */
static void damage_is_met(void **state)
{
    csm_ctx *ctx = fixture_read(*state);
    csm_row *row = fixture_row(*state, "all");
    csm_buf bytes = { 0 };
    for (size_t n = 0; n < COUNT_OF(value_rows); n++)
        fixture_set(row, value_rows[n].field, value_rows[n].value);
    assert_ok(ctx, csm_row_encode(row, &bytes, &ctx->err));
    for (size_t len = 0; len < bytes.len; len++) {
        csm_row *got = NULL;
        char *part = malloc(len + 1);
        assert_non_null(part);
        memcpy(part, bytes.ptr, len);
        assert_status(ctx,
                      csm_row_decode(ctx->reg, ctx->arena, row->id, (csm_str){ part, len }, false, &got, &ctx->err),
                      CSM_E_CORRUPT);
        assert_null(got);
        free(part);
    }
    for (size_t at = 0; at < bytes.len * 255; at++) {
        csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
        csm_row *got = NULL;
        bytes.ptr[at / 255] ^= (uint8_t)(at % 255 + 1);
        csm_status st = csm_row_decode(ctx->reg, ctx->arena, row->id, csm_buf_str(&bytes), false, &got, &ctx->err);
        assert_true(st == CSM_OK ? got != NULL : (st == CSM_E_CORRUPT || st == CSM_E_STATE));
        bytes.ptr[at / 255] ^= (uint8_t)(at % 255 + 1);
        csm_arena_reset_to(ctx->arena, mark);
    }
    csm_buf_done(&bytes);
}

static void unknown_table_is_named(void **state)
{
    csm_ctx *ctx = fixture_read(*state);
    csm_row *got = NULL;
    const char bytes[] = { 1, 0, 0, 0, 0, 0, 0, 0x10, 0, (char)0x80 };
    csm_str s = { bytes, sizeof(bytes) };
    assert_status(ctx, csm_row_decode(ctx->reg, ctx->arena, ids[0].id, s, false, &got, &ctx->err), CSM_E_STATE);
    assert_non_null(strstr(ctx->err.message, "4096"));
}

static void no_journal_is_kept(void **state)
{
    csm_ctx *ctx = fixture_read(*state);
    csm_row *row = fixture_row(*state, "all");
    assert_false(round_trip(ctx, row)->no_journal);
    row->no_journal = true;
    assert_true(round_trip(ctx, row)->no_journal);
    assert_true(csm_row_copy(ctx->arena, row)->no_journal);
}

static void copies_are_apart(void **state)
{
    csm_ctx *ctx = fixture_read(*state);
    csm_row *row = fixture_row(*state, "duty");
    fixture_set(row, "state", csm_int(1));
    csm_row *copy = csm_row_copy(ctx->arena, row);
    fixture_set(copy, "state", csm_int(2));
    assert_int_equal(fixture_get(row, "state").i, 1);
    assert_true(csm_id_eq(copy->id, row->id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_fields_are_filled), cmocka_unit_test(typed_values_in_a_map_become_text),
        cmocka_unit_test(unknown_fields_survive),   cmocka_unit_test(large_rows_are_refused),
        cmocka_unit_test(wrong_types_are_refused),  cmocka_unit_test(damage_is_met),
        cmocka_unit_test(unknown_table_is_named),   cmocka_unit_test(copies_are_apart),
        cmocka_unit_test(no_journal_is_kept),
    };
    int failed = run_rows("row values", value_rows, value_survives);
    return failed + cmocka_run_group_tests_name("row", tests, setup, teardown);
}
