/* Keys: their byte order is the order of values, for random values of every type, ascending and descending. */
#include "declare.h"

#include "base/str.h"

#include <math.h>

static fixture f;

static int setup(void **state)
{
    (void)state;
    fixture_open(&f, plugins, COUNT_OF(plugins));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

/* ---- random values, from few enough that equal and nearly equal ones meet ---- */

static csm_str random_text(csm_arena *arena, uint64_t *seed)
{
    static const char *const parts[] = {
        "a",       "A", "b",        "Z", "e", "E",  "\xc3\xa9", "\xc3\x89",     "e\xcc\x81",        "ss", "\xc3\x9f",
        "i",       "I", "\xc4\xb0", " ", "-", "\1", "\2",       "\xe6\x97\xa5", "\xf0\x9f\x98\x80", "0",  "\xcc\xa3",
        "\xcc\x81"
    };
    csm_str text = CSM_STR("");
    uint64_t count = next_random(seed) % 6;
    for (uint64_t n = 0; n < count; n++) {
        size_t at = next_random(seed) % (COUNT_OF(parts) + 1);
        csm_str part = at < COUNT_OF(parts) ? csm_str_of(parts[at]) : CSM_STR("\0");
        char *joined = csm_arena_alloc(arena, text.len + part.len);
        memcpy(joined, text.ptr, text.len);
        memcpy(joined + text.len, part.ptr, part.len);
        text = (csm_str){ joined, text.len + part.len };
    }
    return text;
}

static int64_t random_int(uint64_t *seed)
{
    static const int64_t edges[] = { INT64_MIN, INT64_MIN + 1, -256, -1, 0, 1, 255, 256, INT64_MAX - 1, INT64_MAX };
    uint64_t pick = next_random(seed);
    return pick % 3 == 0 ? edges[pick / 3 % COUNT_OF(edges)]
                         : (int64_t)(next_random(seed) >> (pick % 60)) * (pick & 1 ? 1 : -1);
}

static double random_float(uint64_t *seed)
{
    static const double edges[] = { -1e308, -1.0, -0.0, 0.0, 1e-308, 1.0, 1e308, 0.1, -0.1 };
    uint64_t pick = next_random(seed);
    return pick % 2 == 0 ? edges[pick / 2 % COUNT_OF(edges)] : (double)random_int(seed) / 1024;
}

static csm_value random_id(uint64_t *seed)
{
    csm_id id = { { 0 } };
    uint64_t pick = next_random(seed);
    id.b[pick % 16] = (uint8_t)(pick >> 8);
    return csm_id_value(id);
}

static csm_value random_pair(csm_arena *arena, uint64_t *seed, uint32_t type)
{
    csm_value *items = csm_arena_array(arena, 2, sizeof(*items));
    csm_pair *pairs = csm_arena_array(arena, 2, sizeof(*pairs));
    static const char *const words[] = { "EUR", "USD", "all", "duty" };
    csm_value word = csm_ctext(words[next_random(seed) % COUNT_OF(words)]);
    items[0] = word;
    items[1] = random_id(seed);
    pairs[0] = (csm_pair){ CSM_STR("amount"), csm_decimal(random_int(seed) % 3) };
    pairs[1] = (csm_pair){ CSM_STR("currency"), word };
    return type == CSM_F_DOCUMENT ? csm_list(items, 2) : csm_map(pairs, 2);
}

static csm_value random_value(csm_arena *arena, uint64_t *seed, uint32_t type)
{
    csm_value value = csm_nil();
    if (next_random(seed) % 12 == 0)
        return value;
    switch (type) {
    case CSM_F_TEXT:
        return csm_text(random_text(arena, seed));
    case CSM_F_BYTES:
        return csm_bytes(random_text(arena, seed));
    case CSM_F_FLOAT:
        return csm_float(random_float(seed));
    case CSM_F_BOOL:
        return csm_bool(next_random(seed) % 2);
    case CSM_F_REF:
    case CSM_F_LIST:
        return random_id(seed);
    case CSM_F_DOCUMENT:
    case CSM_F_CURRENCY:
        return random_pair(arena, seed, type);
    default:
        value = csm_int(random_int(seed));
        value.type = type == CSM_F_TIME      ? CSM_T_TIME
                     : type == CSM_F_DATE    ? CSM_T_DATE
                     : type == CSM_F_DECIMAL ? CSM_T_DECIMAL
                                             : CSM_T_INT;
        return value;
    }
}

static int sign_of(int order)
{
    return (order > 0) - (order < 0);
}

static const struct type_row {
    const char *name;
    const char *field;
} type_rows[] = {
    { "text order", "text" },         { "int order", "int" },           { "float order", "float" },
    { "decimal order", "decimal" },   { "bool order", "bool" },         { "time order", "time" },
    { "date order", "date" },         { "duration order", "duration" }, { "ref order", "ref" },
    { "list element order", "list" }, { "bytes order", "bytes" },       { "document order", "document" },
    { "currency order", "currency" },
};

/* Two columns, so that the end of the first one counts too. */
static void keys_order_as_values(void **state)
{
    const struct type_row *row = *state;
    fixture_open(&f, plugins, COUNT_OF(plugins));
    csm_ctx *ctx = fixture_read(&f);
    const csm_mtable *table = fixture_table(&f, "all");
    const csm_mfield *field = csm_mtable_field(table, csm_str_of(row->field));
    const csm_mfield *second = csm_mtable_field(table, CSM_STR("bool"));
    csm_buf left = { 0 }, right = { 0 };
    uint64_t seed = 7;
    unsigned equal = 0;
    for (unsigned n = 0; n < 40000; n++) {
        csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
        bool descending = n % 2 != 0, second_descending = n % 4 > 1;
        csm_value a = random_value(ctx->arena, &seed, field->type), b = random_value(ctx->arena, &seed, field->type);
        csm_value a2 = random_value(ctx->arena, &seed, CSM_F_BOOL), b2 = random_value(ctx->arena, &seed, CSM_F_BOOL);
        int order = field->type == CSM_F_LIST && !csm_is_nil(a) && !csm_is_nil(b)
                        ? memcmp(a.id.b, b.id.b, 16)
                        : csm_field_cmp(ctx->arena, field, a, b);
        int want = sign_of(order) * (descending ? -1 : 1);
        equal += want == 0;
        if (want == 0)
            want = sign_of(csm_field_cmp(ctx->arena, second, a2, b2)) * (second_descending ? -1 : 1);
        csm_buf_clear(&left);
        csm_buf_clear(&right);
        csm_key_add_value(&left, field, a, 64, descending);
        csm_key_add_value(&left, second, a2, 64, second_descending);
        csm_key_add_value(&right, field, b, 64, descending);
        csm_key_add_value(&right, second, b2, 64, second_descending);
        assert_false(left.failed || right.failed);
        assert_int_equal(sign_of(csm_str_cmp(csm_buf_str(&left), csm_buf_str(&right))), want);
        csm_arena_reset_to(ctx->arena, mark);
    }
    assert_true(equal > 50); /* the values do meet */
    csm_buf_done(&left);
    csm_buf_done(&right);
    fixture_close(&f);
}

/* Cut keys never order two values the wrong way, only leave them equal, and say that they are cut. */
static void cut_texts_keep_order(void **state)
{
    (void)state;
    csm_ctx *ctx = fixture_read(&f);
    const csm_mfield *field = csm_mtable_field(fixture_table(&f, "all"), CSM_STR("text"));
    csm_buf left = { 0 }, right = { 0 };
    uint64_t seed = 11;
    unsigned cut = 0;
    for (unsigned n = 0; n < 40000; n++) {
        csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
        csm_value a = csm_text(random_text(ctx->arena, &seed)), b = csm_text(random_text(ctx->arena, &seed));
        int want = sign_of(csm_field_cmp(ctx->arena, field, a, b));
        csm_buf_clear(&left);
        csm_buf_clear(&right);
        csm_key_add_value(&left, field, a, 3, false);
        csm_key_add_value(&right, field, b, 3, false);
        assert_true(left.len <= 5 && right.len <= 5);
        int got = sign_of(csm_str_cmp(csm_buf_str(&left), csm_buf_str(&right)));
        bool is_cut = csm_key_is_cut(field, a, 3) || csm_key_is_cut(field, b, 3);
        assert_true(got == want || is_cut);
        if (csm_key_is_cut(field, a, 3) && csm_key_is_cut(field, b, 3))
            cut += got == 0 && want != 0;
        else
            assert_true(got == want || (is_cut && (got == 0 || got == want)));
        if (got != 0)
            assert_int_equal(got, want);
        csm_arena_reset_to(ctx->arena, mark);
    }
    assert_true(cut > 10);
    csm_buf_done(&left);
    csm_buf_done(&right);
}

/* Without its end byte a text's key is the beginning of the keys of all texts that begin so. */
static void text_prefixes_are_key_prefixes(void **state)
{
    static const struct {
        const char *text, *prefix;
        bool starts;
    } rows[] = {
        { "Printer on fire", "printer", true },
        { "STRASSE 1",
          "stra\xc3\x9f"
          "e",
          true },
        { "pint", "print", false },
        { "x", "", true },
    };
    (void)state;
    const csm_mfield *field = csm_mtable_field(fixture_table(&f, "all"), CSM_STR("text"));
    for (size_t n = 0; n < COUNT_OF(rows) * 2; n++) {
        csm_buf text = { 0 }, prefix = { 0 };
        csm_key_add_value(&text, field, csm_ctext(rows[n / 2].text), 64, n % 2);
        csm_key_add_value(&prefix, field, csm_ctext(rows[n / 2].prefix), 64, n % 2);
        prefix.len--;
        assert_int_equal(csm_str_starts(csm_buf_str(&text), csm_buf_str(&prefix)), rows[n / 2].starts);
        csm_buf_done(&text);
        csm_buf_done(&prefix);
    }
}

/* ---- splitting ---- */

static csm_mindex index_of(const char *const *names, uint32_t count)
{
    csm_mindex index = { .name = "x", .key_length = 64, .column_count = count };
    for (uint32_t n = 0; n < count; n++)
        index.columns[n] =
            (csm_mcolumn){ csm_mtable_field(fixture_table(&f, "all"), csm_str_of(names[n])), n % 2 != 0 };
    return index;
}

static void keys_split_back(void **state)
{
    static const char *const names[] = { "text", "int", "float", "bool", "time", "ref", "document", "list" };
    (void)state;
    csm_ctx *ctx = fixture_read(&f);
    uint64_t seed = 3;
    csm_mindex index = index_of(names, COUNT_OF(names));
    csm_id want_id = random_id(&seed).id, id;
    csm_buf key = { 0 };
    for (unsigned n = 0; n < 3000; n++) {
        csm_value want[COUNT_OF(names)], got[COUNT_OF(names)];
        csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
        csm_buf_clear(&key);
        csm_key_add_index(&key, fixture_table(&f, "all"), &index);
        for (uint32_t c = 0; c < COUNT_OF(names); c++) {
            want[c] = random_value(ctx->arena, &seed, index.columns[c].field->type);
            csm_key_add_value(&key, index.columns[c].field, want[c], 64, index.columns[c].descending);
        }
        csm_buf_add(&key, want_id.b, 16);
        assert_ok(ctx, csm_index_split(&index, csm_buf_str(&key), ctx->arena, got, &id, &ctx->err));
        assert_true(csm_id_eq(id, want_id));
        assert_true(csm_is_nil(want[0]) ? csm_is_nil(got[0])
                                        : csm_str_eq(csm_text_fold(ctx->arena, want[0].s), got[0].s));
        if (want[2].type == CSM_T_FLOAT)
            assert_true(want[2].f == got[2].f);
        for (uint32_t c = 1; c < COUNT_OF(names); c++)
            assert_true(c == 2 || csm_value_eq(want[c], got[c]));
        /* every shorter key is refused or gives other values, and never reads beyond */
        char *part = malloc(key.len);
        memcpy(part, key.ptr, key.len);
        csm_str cut = { part, next_random(&seed) % key.len };
        csm_status st = csm_index_split(&index, cut, ctx->arena, got, &id, &ctx->err);
        assert_true(st == CSM_E_CORRUPT || st == CSM_OK);
        free(part);
        csm_arena_reset_to(ctx->arena, mark);
    }
    csm_buf_done(&key);
}

static void cut_text_splits_between_code_points(void **state)
{
    static const struct {
        const char *text;
        uint32_t most;
        const char *want;
    } rows[] = {
        { "ab\xc3\xa9", 3, "ab" },
        { "ab\xc3\xa9", 4, "ab\xc3\xa9" },
        { "a\xf0\x9f\x98\x80z", 4, "a" },
        { "\xe6\x97\xa5", 1, "" },
        { "abc", 2, "ab" },
        { "a\1b", 2, "a" },
        { "a\1b", 3, "a\1" },
    };
    static const char *const names[] = { "text" };
    (void)state;
    csm_ctx *ctx = fixture_read(&f);
    for (size_t n = 0; n < COUNT_OF(rows); n++) {
        csm_mindex index = index_of(names, 1);
        csm_value got[1];
        csm_id id = { { 0 } };
        csm_buf key = { 0 };
        csm_key_add_index(&key, fixture_table(&f, "all"), &index);
        csm_key_add_value(&key, index.columns[0].field, csm_ctext(rows[n].text), rows[n].most, false);
        csm_buf_add(&key, id.b, 16);
        assert_ok(ctx, csm_index_split(&index, csm_buf_str(&key), ctx->arena, got, &id, &ctx->err));
        assert_str(got[0].s, rows[n].want);
        csm_buf_done(&key);
    }
}

/* ---- what an index may be ---- */

static const struct check_row {
    const char *name;
    const char *columns[8];
    uint32_t key_length;
    bool unique;
    csm_status want;
    const char *says;
} check_rows[] = {
    { "three texts", { "text", "condition", "zone" }, 64, false, CSM_OK, NULL },
    { "longest", { "text", "ref" }, 468, false, CSM_OK, NULL },
    { "too long", { "text", "ref" }, 469, false, CSM_E_INVALID, "above 511" },
    { "eight texts",
      { "text", "text", "text", "text", "text", "text", "text", "text" },
      64,
      false,
      CSM_E_INVALID,
      "bytes" },
    { "journal", { "int", "journal" }, 64, false, CSM_E_INVALID, "\"journal\"" },
    { "map", { "map" }, 64, false, CSM_E_INVALID, "\"map\"" },
    { "two lists", { "list", "list" }, 64, false, CSM_E_INVALID, "list" },
    { "unique list", { "list" }, 64, true, CSM_E_INVALID, "unique" },
    { "no column", { NULL }, 64, false, CSM_E_INVALID, "no column" },
};

static void index_is_checked(void **state)
{
    const struct check_row *row = *state;
    csm_error err = { 0 };
    uint32_t count = 0;
    while (count < 8 && row->columns[count] != NULL)
        count++;
    fixture_open(&f, plugins, COUNT_OF(plugins));
    csm_mindex index = index_of(row->columns, count);
    index.key_length = row->key_length;
    index.unique = row->unique;
    assert_int_equal(csm_index_check(&index, &err), row->want);
    if (row->says != NULL)
        assert_non_null(strstr(err.message, row->says));
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_texts_keep_order),
        cmocka_unit_test(text_prefixes_are_key_prefixes),
        cmocka_unit_test(keys_split_back),
        cmocka_unit_test(cut_text_splits_between_code_points),
    };
    int failed = run_rows("key order", type_rows, keys_order_as_values);
    failed += run_rows("index check", check_rows, index_is_checked);
    return failed + cmocka_run_group_tests_name("key", tests, setup, teardown);
}
