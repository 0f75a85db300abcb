/* Values: what each field type takes, what it makes of it, what it says when it refuses. */
#include "declare.h"

#include "base/id.h"

#define HEX "0123456789abcdef0123456789abcdef"
#define HEX2 "ffffffffffffffffffffffffffffffff"

static const csm_choice colours[] = { { .value = "red", .label = "Red" }, { .value = "blue", .label = "Blue" } };
static const csm_choice levels[] = { { .value = "1", .label = "High" }, { .value = "2", .label = "Low" } };

static csm_mfield make(uint32_t type)
{
    return (csm_mfield){ .name = "f", .type = type };
}

struct text_row {
    const char *name;
    uint32_t type;
    const char *text;
    csm_status want;
    uint32_t want_type;
    int64_t i;
    const char *says; /* part of the message when refused */
};

static const struct text_row text_rows[] = {
    { "int", CSM_F_INT, "42", CSM_OK, CSM_T_INT, 42, NULL },
    { "int empty", CSM_F_INT, "", CSM_OK, CSM_T_NIL, 0, NULL },
    { "int blank", CSM_F_INT, " 4", CSM_E_INVALID, 0, 0, "\" 4\" is not an integer" },
    { "duration", CSM_F_DURATION, "3600", CSM_OK, CSM_T_INT, 3600, NULL },
    { "duration word", CSM_F_DURATION, "1h", CSM_E_INVALID, 0, 0, "number of seconds" },
    { "float", CSM_F_FLOAT, "1.5", CSM_OK, CSM_T_FLOAT, 0, NULL },
    { "float inf", CSM_F_FLOAT, "inf", CSM_E_INVALID, 0, 0, "not a number" },
    { "decimal", CSM_F_DECIMAL, "-12.5", CSM_OK, CSM_T_DECIMAL, -12500000, NULL },
    { "decimal long", CSM_F_DECIMAL, "1.1234567", CSM_E_INVALID, 0, 0, "at most 6 places" },
    { "bool", CSM_F_BOOL, "true", CSM_OK, CSM_T_BOOL, 1, NULL },
    { "bool digit", CSM_F_BOOL, "1", CSM_OK, CSM_T_BOOL, 1, NULL },
    { "bool word", CSM_F_BOOL, "yes", CSM_E_INVALID, 0, 0, "\"yes\" is not true or false" },
    { "time", CSM_F_TIME, "1970-01-01T00:00:01Z", CSM_OK, CSM_T_TIME, 1000000, NULL },
    { "time bad", CSM_F_TIME, "yesterday", CSM_E_INVALID, 0, 0, "a time such as" },
    { "date", CSM_F_DATE, "1970-01-02", CSM_OK, CSM_T_DATE, 1, NULL },
    { "date bad", CSM_F_DATE, "1970-02-30", CSM_E_INVALID, 0, 0, "a date such as" },
    { "ref short", CSM_F_REF, "abc", CSM_E_INVALID, 0, 0, "32 hex digits" },
    { "ref none", CSM_F_REF, "00000000000000000000000000000000", CSM_OK, CSM_T_NIL, 0, NULL },
    { "list", CSM_F_LIST, HEX ", " HEX2 "," HEX, CSM_OK, CSM_T_LIST, 2, NULL },
    { "list bad", CSM_F_LIST, HEX ",x", CSM_E_INVALID, 0, 0, "\"x\" is not an id" },
    { "zone", CSM_F_ZONE, "UTC", CSM_OK, CSM_T_TEXT, 0, NULL },
    { "zone bad", CSM_F_ZONE, "Mars/Olympus", CSM_E_INVALID, 0, 0, "time zone" },
    { "zone up", CSM_F_ZONE, "../../../etc/passwd", CSM_E_INVALID, 0, 0, "time zone" },
    { "money", CSM_F_CURRENCY, "12.50 EUR", CSM_OK, CSM_T_MAP, 2, NULL },
    { "money bare", CSM_F_CURRENCY, "12.50", CSM_E_INVALID, 0, 0, "money" },
    { "money code", CSM_F_CURRENCY, "12.50 eur", CSM_E_INVALID, 0, 0, "money" },
    { "document", CSM_F_DOCUMENT, "duty/" HEX, CSM_OK, CSM_T_LIST, 2, NULL },
    { "document bad", CSM_F_DOCUMENT, "duty", CSM_E_INVALID, 0, 0, "a document" },
    { "bytes", CSM_F_BYTES, "abc", CSM_E_INVALID, 0, 0, "bytes" },
    { "map", CSM_F_MAP, "abc", CSM_OK, CSM_T_TEXT, 0, NULL },
    { "text of blanks", CSM_F_TEXT, " \t\r\n", CSM_OK, CSM_T_NIL, 0, NULL },
    { "journal of blanks", CSM_F_JOURNAL, "  ", CSM_OK, CSM_T_NIL, 0, NULL },
    { "journal", CSM_F_JOURNAL, "hello", CSM_OK, CSM_T_TEXT, 0, NULL },
    { "condition", CSM_F_CONDITION, "active=true", CSM_OK, CSM_T_TEXT, 0, NULL },
    { "not utf-8", CSM_F_TEXT, "\xff", CSM_E_INVALID, 0, 0, "UTF-8" },
};

static void from_text(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof(text_rows) / sizeof(text_rows[0]); n++) {
        const struct text_row *row = &text_rows[n];
        csm_arena *arena = csm_arena_new(1024, 0);
        csm_mfield field = make(row->type);
        csm_value out = csm_int(-77);
        csm_error err = { 0 };
        csm_status st = csm_mfield_parse(&field, csm_str_of(row->text), arena, &out, &err);

        if (st != row->want)
            fail_msg("%s: %d %s", row->name, st, err.message);
        if (st != CSM_OK) {
            assert_int_equal(err.code, st);
            assert_string_equal(err.field, "f");
            if (strstr(err.message, row->says) == NULL)
                fail_msg("%s: says %s", row->name, err.message);
            assert_int_equal(out.i, -77);
        } else {
            if (out.type != row->want_type)
                fail_msg("%s: type %u", row->name, out.type);
            if (out.type == CSM_T_LIST || out.type == CSM_T_MAP)
                assert_int_equal(out.count, row->i);
            else if (out.type == CSM_T_BOOL)
                assert_int_equal(out.b, row->i);
            else if (out.type != CSM_T_TEXT && out.type != CSM_T_FLOAT)
                assert_int_equal(out.i, row->i);
        }
        csm_arena_free(arena);
    }
}

static csm_status convert(csm_mfield field, csm_value in, csm_error *err)
{
    csm_arena *arena = csm_arena_new(1024, 0);
    csm_value out;
    csm_status st = csm_mfield_convert(&field, in, arena, &out, err);

    csm_arena_free(arena);
    return st;
}

static void typed_values(void **state)
{
    csm_error err = { 0 };

    (void)state;
    assert_int_equal(convert(make(CSM_F_INT), csm_int(1), &err), CSM_OK);
    assert_int_equal(convert(make(CSM_F_INT), csm_float(1), &err), CSM_E_INVALID);
    assert_int_equal(convert(make(CSM_F_TEXT), csm_int(1), &err), CSM_E_INVALID);
    assert_string_equal(err.message, "field \"f\": 1 is not text");
    assert_int_equal(convert(make(CSM_F_FLOAT), csm_int(1), &err), CSM_OK);
    assert_int_equal(convert(make(CSM_F_FLOAT), csm_float(1.0 / 0.0), &err), CSM_E_INVALID);
    assert_int_equal(convert(make(CSM_F_DECIMAL), csm_int(INT64_MAX), &err), CSM_E_INVALID);
    assert_int_equal(convert(make(CSM_F_BOOL), csm_int(2), &err), CSM_E_INVALID);
    assert_int_equal(convert(make(CSM_F_TIME), csm_int(2), &err), CSM_E_INVALID);
    assert_int_equal(convert(make(CSM_F_TIME), csm_time_value(2), &err), CSM_OK);
    assert_int_equal(convert(make(CSM_F_DATE), csm_date_value(2), &err), CSM_OK);
    assert_int_equal(convert(make(CSM_F_BYTES), csm_bytes(CSM_STR("ab")), &err), CSM_OK);
    assert_int_equal(convert(make(CSM_F_REF), csm_bool(true), &err), CSM_E_INVALID);
    assert_int_equal(convert(make(99), csm_int(1), &err), CSM_E_INTERNAL);
}

static void ranges_lengths_choices(void **state)
{
    csm_mfield number = make(CSM_F_INT), text = make(CSM_F_TEXT), level = make(CSM_F_INT), secret = make(CSM_F_TEXT);
    csm_error err = { 0 };
    char buf[300];

    (void)state;
    number.min = 1;
    number.max = 5;
    assert_int_equal(convert(number, csm_int(5), &err), CSM_OK);
    assert_int_equal(convert(number, csm_int(6), &err), CSM_E_INVALID);
    assert_string_equal(err.message, "field \"f\": 6 is not between 1 and 5");
    memset(buf, 'a', sizeof(buf));
    assert_int_equal(convert(text, csm_text((csm_str){ buf, 255 }), &err), CSM_OK);
    assert_int_equal(convert(text, csm_text((csm_str){ buf, 256 }), &err), CSM_E_INVALID);
    assert_string_equal(err.message, "field \"f\": 256 characters are more than 255");
    text.length = 3;
    assert_int_equal(convert(text, csm_ctext("\xc3\xa4\xc3\xb6\xc3\xbc"), &err), CSM_OK); /* three letters, six bytes */
    text = make(CSM_F_TEXT);
    text.choices = colours;
    text.choice_count = 2;
    assert_int_equal(convert(text, csm_ctext("red"), &err), CSM_OK);
    assert_int_equal(convert(text, csm_ctext("green"), &err), CSM_E_INVALID);
    assert_string_equal(err.message, "field \"f\": \"green\" is none of red, blue");
    level.choices = levels;
    level.choice_count = 2;
    assert_int_equal(convert(level, csm_ctext("2"), &err), CSM_OK);
    assert_int_equal(convert(level, csm_int(9), &err), CSM_E_INVALID);
    assert_string_equal(err.message, "field \"f\": 9 is none of 1, 2");
    secret.flags = CSM_HIDDEN;
    secret.choices = colours;
    secret.choice_count = 2;
    assert_int_equal(convert(secret, csm_ctext("hunter2"), &err), CSM_E_INVALID);
    assert_null(strstr(err.message, "hunter2"));
}

static void message_cuts_between_letters(void **state)
{
    csm_mfield field = make(CSM_F_INT);
    csm_error err = { 0 };

    (void)state;
    /* byte 48 is in the middle of a two-byte letter */
    assert_int_equal(convert(field, csm_ctext("a\n\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
                                              "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
                                              "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4z\xc3\xa4\xc3\xa4"), &err),
                     CSM_E_INVALID);
    assert_non_null(strstr(err.message, "a?"));
    assert_non_null(strstr(err.message, "z...\""));
}

static void value_trees(void **state)
{
    csm_mfield field = make(CSM_F_MAP);
    csm_value nest[20];
    csm_error err = { 0 };

    (void)state;
    nest[0] = csm_int(1);
    for (size_t n = 1; n < 20; n++)
        nest[n] = csm_list(&nest[n - 1], 1);
    assert_int_equal(convert(field, nest[10], &err), CSM_OK);
    assert_int_equal(convert(field, nest[19], &err), CSM_E_INVALID);
    field.length = 8;
    assert_int_equal(convert(field, csm_ctext("1234567"), &err), CSM_OK);
    assert_int_equal(convert(field, csm_ctext("12345678"), &err), CSM_E_INVALID);
    assert_int_equal(convert(make(CSM_F_MAP), csm_ctext("\xff"), &err), CSM_E_INVALID);
}

static void equality_and_copies(void **state)
{
    csm_arena *arena = csm_arena_new(1024, 0), *tiny = csm_arena_new(64, 64);
    csm_pair pair = { CSM_STR_INIT("key"), { 0 } };
    csm_value items[2], in, out = csm_nil();

    (void)state;
    pair.value = csm_ctext("text");
    items[0] = csm_map(&pair, 1);
    items[1] = csm_float(0.5);
    in = csm_list(items, 2);
    assert_int_equal(csm_value_copy(arena, in, &out), CSM_OK);
    assert_true(csm_value_eq(in, out));
    assert_ptr_not_equal(out.list[0].map[0].key.ptr, pair.key.ptr);
    assert_ptr_not_equal(out.list[0].map[0].value.s.ptr, pair.value.s.ptr);
    pair.value = csm_ctext("texts");
    assert_false(csm_value_eq(in, out));
    assert_false(csm_value_eq(csm_int(1), csm_bool(true)));
    assert_false(csm_value_eq(csm_float(0.0), csm_float(-0.0)));
    assert_true(csm_value_eq(csm_nil(), csm_nil()));
    out = csm_int(5);
    assert_int_equal(csm_value_copy(tiny, in, &out), CSM_E_NOMEM);
    assert_int_equal(out.i, 5);
    csm_arena_free(arena);
    csm_arena_free(tiny);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_text),           cmocka_unit_test(typed_values),
        cmocka_unit_test(ranges_lengths_choices), cmocka_unit_test(message_cuts_between_letters),
        cmocka_unit_test(value_trees),         cmocka_unit_test(equality_and_copies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
