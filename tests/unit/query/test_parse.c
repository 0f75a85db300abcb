/* Filters: what parses into what, and what is refused by which words. */
#include "declare.h"

#include "base/buf.h"
#include "base/fault.h"

#define ID "0190a000000070008000000000000001"
#define ID2 "0190a000000070008000000000000002"

static fixture shared;

static int open_shared(void)
{
    fixture_open(&shared, plugins, COUNT_OF(plugins));
    return 0;
}

static void close_shared(void)
{
    fixture_close(&shared);
}

/* ---- encoded ---- */

struct good {
    const char *name;
    const char *text;
    const char *want; /* as csm_expr_text shows it */
};

static const struct good good_rows[] = {
    { "empty", "", "" },
    { "equal", "active=true", "active=true" },
    { "not equal", "priority!=2", "priority!=2" },
    { "less", "priority<2", "priority<2" },
    { "less or equal", "priority<=2", "priority<=2" },
    { "greater", "priority>2", "priority>2" },
    { "greater or equal", "priority>=2", "priority>=2" },
    { "bound outside the field's range", "priority<100", "priority<100" },
    { "in", "stateIN1,2", "stateIN1,2" },
    { "in, one", "stateIN3", "state=3" },
    { "not in", "stateNOT IN1,2", "stateNOT IN1,2" },
    { "like", "titleLIKEab", "titleLIKEab" },
    { "not like", "titleNOT LIKEab", "titleNOT LIKEab" },
    { "starts", "titleSTARTSWITHab", "titleSTARTSWITHab" },
    { "ends", "titleENDSWITHab", "titleENDSWITHab" },
    { "empty field", "ownerISEMPTY", "ownerISEMPTY" },
    { "field not empty", "ownerISNOTEMPTY", "ownerISNOTEMPTY" },
    { "equal nothing", "owner=", "ownerISEMPTY" },
    { "not equal nothing", "owner!=", "ownerISNOTEMPTY" },
    { "between", "priorityBETWEEN1@5", "priorityBETWEEN1@5" },
    { "between times", "opened_atBETWEEN2026-01-01T00:00:00Z@2026-02-01T00:00:00Z",
      "opened_atBETWEEN2026-01-01T00:00:00Z@2026-02-01T00:00:00Z" },
    { "date", "due>2026-03-01", "due>2026-03-01" },
    { "decimal", "effort>=1.50", "effort>=1.5" },
    { "money", "cost>10.00 EUR", "cost>10 EUR" },
    { "float", "ratio<0.5", "ratio<0.5" },
    { "duration", "spent<3600", "spent<3600" },
    { "reference", "owner=" ID, "owner=" ID },
    { "record id", "sys_idIN" ID "," ID2, "sys_idIN" ID "," ID2 },
    { "id order", "sys_id>" ID, "sys_id>" ID },
    { "element of a list", "watchers=" ID, "watchers=" ID },
    { "list like", "watchersLIKE" ID, "watchers=" ID },
    { "document", "subject=work/" ID, "subject=work/" ID },
    { "class", "sys_class_name=job", "sys_class_name=job" },
    { "tree is empty", "extraISEMPTY", "extraISEMPTY" },
    { "part of a zone", "zoneLIKEEurope", "zoneLIKEEurope" },
    { "dot-walk", "owner.name=Ann", "owner.name=Ann" },
    { "three steps", "owner.boss.boss.vip=true", "owner.boss.boss.vip=true" },
    { "and", "active=true^priority=1", "active=true^priority=1" },
    { "or binds to the term before", "active=true^priority=1^ORpriority=2^state=1",
      "active=true^(priority=1^ORpriority=2)^state=1" },
    { "or of three", "priority=1^ORpriority=2^ORpriority=3", "priority=1^ORpriority=2^ORpriority=3" },
    { "groups", "active=true^state=1^NQactive=false^priority=1", "(active=true^state=1)^OR(active=false^priority=1)" },
    { "or within groups", "state=1^ORstate=2^active=true^NQpriority=1", "((state=1^ORstate=2)^active=true)^ORpriority=1" },
    { "value with a sign", "title=a=b", "title=a=b" },
    { "value with an operator", "titleLIKEISEMPTY", "titleLIKEISEMPTY" },
    { "value with at and comma", "title=a@b,c", "title=a@b,c" },
    { "at sign of a client", "title=@me", "title=@me" },
    { "unicode", "title=Größe", "title=Größe" },
    { "order alone", "ORDERBYnumber", "" },
    { "order and terms", "active=true^ORDERBYDESCopened_at^ORDERBYnumber", "active=true" },
    { "order between groups", "active=true^ORDERBYnumber^NQactive=false", "active=true^ORactive=false" },
};

static void parses(void **state)
{
    const struct good *row = *state;
    csm_ctx *ctx = fixture_read(&shared);
    csm_filter_options options = { 0 };
    csm_filter filter;

    assert_ok(ctx, csm_filter_parse(ctx->reg, fixture_table(&shared, "work"), csm_str_of(row->text), options, ctx->arena,
                                    &filter, &ctx->err));
    assert_str(csm_expr_text(ctx->arena, filter.expr), row->want);
}

struct bad {
    const char *name;
    const char *text;
    const char *message; /* part of it */
};

static const struct bad bad_rows[] = {
    { "typo", "priorty=1", "\"priority\"" },
    { "typo, named", "priorty=1", "\"priorty\"" },
    { "unknown field", "nothing_like_it=1", "nothing_like_it" },
    { "unknown field in a walk", "owner.nam=x", "nam" },
    { "unknown field before an operator word", "colourISEMPTY", "\"colour\"" },
    { "field alone", "active", "no operator" },
    { "unknown operator", "active~true", "no operator at \"~true\"" },
    { "lower-case operator", "title like x", "no operator" },
    { "wrong bool", "active=maybe", "true or false" },
    { "wrong int", "priority=high", "integer" },
    { "choice that is none", "state=7", "none of 1, 2, 3" },
    { "choice in a list", "stateIN1,7", "none of 1, 2, 3" },
    { "out of range", "priority=10", "not between 1 and 9" },
    { "wrong time", "opened_at>yesterday", "time such as" },
    { "wrong date", "due=2026-02-30", "date such as" },
    { "wrong id", "owner=ann", "32 hex digits" },
    { "id in a list", "sys_idIN" ID ",x", "32 hex digits" },
    { "text operator on a number", "priorityLIKE1", "does not fit" },
    { "text operator on a reference", "ownerSTARTSWITHx", "does not fit" },
    { "order operator on a bool", "active<true", "does not fit" },
    { "order operator on a list", "watchers<" ID, "does not fit" },
    { "value in a tree", "extra=1", "does not fit" },
    { "journal", "commentsLIKEx", "journal" },
    { "journal empty", "commentsISEMPTY", "journal" },
    { "hidden", "secret=x", "may not be used" },
    { "empty takes no value", "ownerISEMPTYx", "takes no value" },
    { "in without values", "stateIN", "a value is missing" },
    { "in with a hole", "stateIN1,,2", "a value is missing" },
    { "less than nothing", "priority<", "needs a value" },
    { "like nothing", "titleLIKE", "needs a value" },
    { "between one", "priorityBETWEEN1", "takes two values" },
    { "between three", "priorityBETWEEN1@2@3", "takes two values" },
    { "between half", "priorityBETWEEN1@", "a value is missing" },
    { "empty term", "active=true^^state=1", "empty term" },
    { "ends in a join", "active=true^", "empty term" },
    { "begins with a join", "^active=true", "empty term" },
    { "or first", "ORactive=true", "OR" },
    { "or after a group begins", "active=true^NQ^ORstate=1", "empty term" },
    { "or without a term", "active=true^OR", "empty term" },
    { "group of an order", "active=true^NQORDERBYnumber", "^NQ needs a term" },
    { "groups without terms before", "ORDERBYnumber^NQactive=true", "^NQ needs a term" },
    { "group without terms after", "active=true^NQ", "empty term" },
    { "walk through a text", "title.name=x", "no reference" },
    { "walk through a list", "watchers.name=x", "no reference" },
    { "walk of four", "owner.boss.boss.boss.name=x", "at most 3 references" },
    { "walk to nothing", "owner.=x", "missing" },
    { "class that is none", "sys_class_name=jop", "jop" },
    { "change in a query", "stateCHANGES", "change of the record" },
    { "change to in a query", "stateCHANGESTO2", "change of the record" },
    { "order by nothing", "ORDERBY", "missing" },
    { "order by unknown", "ORDERBYcolour", "colour" },
    { "order by a walk", "ORDERBYowner.name", "path has no order" },
    { "order by a list", "ORDERBYwatchers", "has no order" },
    { "order by a journal", "ORDERBYcomments", "has no order" },
    { "order by hidden", "ORDERBYsecret", "has no order" },
    { "order twice", "ORDERBYnumber^ORDERBYDESCnumber", "twice" },
    { "five orders", "ORDERBYnumber^ORDERBYtitle^ORDERBYcode^ORDERBYstate^ORDERBYpriority", "at most 4" },
    { "broken text", "title=\xc3(", "UTF-8" },
};

static void refuses(void **state)
{
    const struct bad *row = *state;
    csm_ctx *ctx = fixture_read(&shared);
    csm_filter_options options = { 0 };
    csm_filter filter = { .order_count = 77 };
    csm_status st = csm_filter_parse(ctx->reg, fixture_table(&shared, "work"), csm_str_of(row->text), options, ctx->arena,
                                     &filter, &ctx->err);

    assert_true(st == CSM_E_INVALID || st == CSM_E_LIMIT);
    assert_int_equal(ctx->err.code, st);
    if (strstr(ctx->err.message, row->message) == NULL && strstr(ctx->err.hint, row->message) == NULL)
        fail_msg("\"%s\" (%s) does not say \"%s\"", ctx->err.message, ctx->err.hint, row->message);
    assert_int_equal(filter.order_count, 77); /* untouched */
}

static void orders_are_kept(void **state)
{
    csm_ctx *ctx = fixture_read(&shared);
    csm_filter_options options = { 0 };
    csm_filter filter;

    (void)state;
    assert_ok(ctx, csm_filter_parse(ctx->reg, fixture_table(&shared, "work"),
                                    CSM_STR("ORDERBYDESCopened_at^active=true^ORDERBYnumber"), options, ctx->arena, &filter,
                                    &ctx->err));
    assert_int_equal(filter.order_count, 2);
    assert_string_equal(filter.order[0].field->name, "opened_at");
    assert_true(filter.order[0].descending);
    assert_string_equal(filter.order[1].field->name, "number");
    assert_false(filter.order[1].descending);
    assert_ok(ctx, csm_order_parse(ctx->reg, fixture_table(&shared, "work"), CSM_STR("-priority, title"), &filter, &ctx->err));
    assert_int_equal(filter.order_count, 2);
    assert_string_equal(filter.order[0].field->name, "priority");
    assert_true(filter.order[0].descending);
    assert_status(ctx, csm_order_parse(ctx->reg, fixture_table(&shared, "work"), CSM_STR("-"), &filter, &ctx->err),
                  CSM_E_INVALID);
}

/* ---- trusted ---- */

static const struct good trusted_rows[] = {
    { "caller value", "owner=@me", "owner=@me" },
    { "not a caller value", "owner!=@my_groups", "owner!=@my_groups" },
    { "in a caller value", "ownerIN@my_groups", "owner=@my_groups" },
    { "list and caller value", "watchers=@me", "watchers=@me" },
    { "time", "opened_at<=@now", "opened_at<=@now" },
    { "text", "titleLIKE@my_name", "titleLIKE@my_name" },
    { "hidden field", "secret=x", "secret=?" },
    { "change", "stateCHANGES", "stateCHANGES" },
    { "change to", "stateCHANGESTO2^active=true", "stateCHANGESTO2^active=true" },
    { "change from nothing", "ownerCHANGESFROM", "ownerCHANGESFROM" },
    { "entry written", "commentsCHANGES", "commentsCHANGES" },
};

static void parses_trusted(void **state)
{
    const struct good *row = *state;
    csm_ctx *ctx = fixture_read(&shared);
    csm_filter_options options = { .trusted = true, .changes = true };
    csm_filter filter;

    assert_ok(ctx, csm_filter_parse(ctx->reg, fixture_table(&shared, "work"), csm_str_of(row->text), options, ctx->arena,
                                    &filter, &ctx->err));
    assert_str(csm_expr_text(ctx->arena, filter.expr), row->want);
}

static void trusted_is_checked_too(void **state)
{
    static const struct { const char *text, *message; } rows[] = {
        { "owner=@nobody_knows", "no caller value" },
        { "owner=@now", "of another type" },
        { "state=@me", "of another type" },
        { "priorty=1", "\"priority\"" },
        { "owner.stateCHANGES", "state" },
        { "comments=x", "journal" },
    };
    csm_filter_options options = { .trusted = true, .changes = true };
    csm_filter filter;

    (void)state;
    for (size_t n = 0; n < COUNT_OF(rows); n++) {
        csm_ctx *ctx = fixture_read(&shared);

        assert_status(ctx, csm_filter_parse(ctx->reg, fixture_table(&shared, "work"), csm_str_of(rows[n].text), options,
                                            ctx->arena, &filter, &ctx->err), CSM_E_INVALID);
        if (strstr(ctx->err.message, rows[n].message) == NULL && strstr(ctx->err.hint, rows[n].message) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", ctx->err.message, rows[n].message);
    }
}

/* ---- limits ---- */

static void limits_hold(void **state)
{
    csm_filter_options options = { 0 };
    csm_buf text = { 0 };
    csm_filter filter;
    csm_ctx *ctx = fixture_read(&shared);

    (void)state;
    for (int n = 0; n < 1001; n++)
        csm_buf_printf(&text, "%spriority=1", n > 0 ? "^" : "");
    assert_status(ctx, csm_filter_parse(ctx->reg, fixture_table(&shared, "work"), csm_buf_str(&text), options, ctx->arena,
                                        &filter, &ctx->err), CSM_E_LIMIT);
    text.len -= strlen("^priority=1");
    assert_ok(ctx, csm_filter_parse(ctx->reg, fixture_table(&shared, "work"), csm_buf_str(&text), options, ctx->arena,
                                    &filter, &ctx->err));
    csm_buf_clear(&text);
    csm_buf_printf(&text, "priorityIN1");
    for (int n = 0; n < 10000; n++)
        csm_buf_printf(&text, ",%d", n % 9 + 1);
    assert_status(ctx, csm_filter_parse(ctx->reg, fixture_table(&shared, "work"), csm_buf_str(&text), options, ctx->arena,
                                        &filter, &ctx->err), CSM_E_LIMIT);
    text.len -= 2;
    assert_ok(ctx, csm_filter_parse(ctx->reg, fixture_table(&shared, "work"), csm_buf_str(&text), options, ctx->arena,
                                    &filter, &ctx->err));
    csm_buf_done(&text);
}

/* ---- structured ---- */

#define TEXT(words) { .type = CSM_T_TEXT, .s = CSM_STR_INIT(words) }
#define INT(number) { .type = CSM_T_INT, .i = (number) }
#define BOOL(yes) { .type = CSM_T_BOOL, .b = (yes) }
#define LIST(array) { .type = CSM_T_LIST, .count = COUNT_OF(array), .list = (array) }

static const csm_value active_true[] = { TEXT("="), TEXT("active"), BOOL(true) };
static const csm_value low[] = { TEXT("<="), TEXT("priority"), INT(2) };
static const csm_value both[] = { TEXT("and"), LIST(active_true), LIST(low) };
static const csm_value either[] = { TEXT("or"), LIST(active_true), LIST(low) };
static const csm_value not_both[] = { TEXT("not"), LIST(both) };
static const csm_value not_not[] = { TEXT("not"), LIST(not_both) };
static const csm_value one_two[] = { INT(1), INT(2) };
static const csm_value in_list[] = { TEXT("in"), TEXT("state"), LIST(one_two) };
static const csm_value not_in[] = { TEXT("not in"), TEXT("state"), LIST(one_two) };
static const csm_value no_values[] = { TEXT("in"), TEXT("state"), { .type = CSM_T_LIST } };
static const csm_value caret[] = { TEXT("="), TEXT("title"), TEXT("a^b") };
static const csm_value between[] = { TEXT("between"), TEXT("priority"), INT(1), INT(5) };
static const csm_value between_list[] = { TEXT("between"), TEXT("priority"), LIST(one_two) };
static const csm_value is_empty[] = { TEXT("empty"), TEXT("owner") };
static const csm_value not_empty[] = { TEXT("not empty"), TEXT("owner") };
static const csm_value nothing[] = { TEXT("="), TEXT("owner"), { 0 } };
static const csm_value by_sign[] = { TEXT("STARTSWITH"), TEXT("title"), TEXT("x") };
static const csm_value by_word[] = { TEXT("starts"), TEXT("title"), TEXT("x") };
static const csm_value walk[] = { TEXT("!="), TEXT("owner.boss.name"), TEXT("x") };
static const csm_value not_less[] = { TEXT("not"), LIST(low) };

static const struct tree_row {
    const char *name;
    csm_value where;
    const char *want;
} tree_rows[] = {
    { "nothing", { 0 }, "" },
    { "term", LIST(active_true), "active=true" },
    { "and", LIST(both), "active=true^priority<=2" },
    { "or", LIST(either), "active=true^ORpriority<=2" },
    { "not is pushed down", LIST(not_both), "active!=true^ORNOT priority<=2" },
    { "not not", LIST(not_not), "active=true^priority<=2" },
    { "not of an order", LIST(not_less), "NOT priority<=2" },
    { "in", LIST(in_list), "stateIN1,2" },
    { "not in", LIST(not_in), "stateNOT IN1,2" },
    { "in nothing", LIST(no_values), "stateIN" },
    { "value with a caret", LIST(caret), "title=a^b" },
    { "between", LIST(between), "priorityBETWEEN1@5" },
    { "between a list", LIST(between_list), "priorityBETWEEN1@2" },
    { "empty", LIST(is_empty), "ownerISEMPTY" },
    { "not empty", LIST(not_empty), "ownerISNOTEMPTY" },
    { "equals nothing", LIST(nothing), "ownerISEMPTY" },
    { "encoded sign", LIST(by_sign), "titleSTARTSWITHx" },
    { "word", LIST(by_word), "titleSTARTSWITHx" },
    { "walk", LIST(walk), "owner.boss.name!=x" },
};

static void tree_parses(void **state)
{
    const struct tree_row *row = *state;
    csm_ctx *ctx = fixture_read(&shared);
    csm_filter filter;

    assert_ok(ctx, csm_filter_from_value(ctx->reg, fixture_table(&shared, "work"), row->where, ctx->arena, &filter,
                                         &ctx->err));
    assert_str(csm_expr_text(ctx->arena, filter.expr), row->want);
}

static const csm_value bad_op[] = { TEXT("equals"), TEXT("active"), BOOL(true) };
static const csm_value no_field[] = { TEXT("=") };
static const csm_value int_field[] = { TEXT("="), INT(1), INT(1) };
static const csm_value two_values[] = { TEXT("="), TEXT("priority"), INT(1), INT(2) };
static const csm_value in_one[] = { TEXT("in"), TEXT("state"), INT(1) };
static const csm_value empty_value[] = { TEXT("empty"), TEXT("owner"), INT(1) };
static const csm_value and_none[] = { TEXT("and") };
static const csm_value not_two[] = { TEXT("not"), LIST(active_true), LIST(low) };
static const csm_value bad_type[] = { TEXT("="), TEXT("active"), INT(7) };
static const csm_value change[] = { TEXT("changes"), TEXT("active") };
static const csm_value inner_bad[] = { TEXT("and"), LIST(active_true), INT(1) };

static const struct tree_row bad_trees[] = {
    { "no list", INT(1), "is a list" },
    { "empty list", { .type = CSM_T_LIST }, "is a list" },
    { "unknown operator", LIST(bad_op), "no operator \"equals\"" },
    { "no field", LIST(no_field), "name of a field is missing" },
    { "field that is no text", LIST(int_field), "name of a field is missing" },
    { "two values", LIST(two_values), "number of values" },
    { "in without a list", LIST(in_one), "takes a list" },
    { "empty with a value", LIST(empty_value), "number of values" },
    { "and of none", LIST(and_none), "at least one" },
    { "not of two", LIST(not_two), "takes one condition" },
    { "wrong type", LIST(bad_type), "true or false" },
    { "change", LIST(change), "change of the record" },
    { "condition that is no list", LIST(inner_bad), "is a list" },
};

static void tree_refuses(void **state)
{
    const struct tree_row *row = *state;
    csm_ctx *ctx = fixture_read(&shared);
    csm_filter filter;

    assert_status(ctx, csm_filter_from_value(ctx->reg, fixture_table(&shared, "work"), row->where, ctx->arena, &filter,
                                             &ctx->err), CSM_E_INVALID);
    if (strstr(ctx->err.message, row->want) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", ctx->err.message, row->want);
}

static void depth_is_limited(void **state)
{
    csm_value levels[26][2];
    csm_ctx *ctx = fixture_read(&shared);
    csm_value at = LIST(active_true);
    csm_filter filter;

    (void)state;
    for (int n = 0; n < 26; n++) {
        levels[n][0] = csm_ctext("not");
        levels[n][1] = at;
        at = csm_list(levels[n], 2);
        if (n == 22) /* 24 levels */
            assert_ok(ctx, csm_filter_from_value(ctx->reg, fixture_table(&shared, "work"), at, ctx->arena, &filter,
                                                 &ctx->err));
    }
    assert_status(ctx, csm_filter_from_value(ctx->reg, fixture_table(&shared, "work"), at, ctx->arena, &filter, &ctx->err),
                  CSM_E_LIMIT);
}

/* No allocation that fails makes a filter that lets more through. */
static void memory_faults(void **state)
{
    csm_filter_options options = { 0 };
    csm_str text = CSM_STR("active=true^stateIN1,2^ORpriority=3^owner.name=Ann^NQtitleLIKEÄx");
    csm_status st = CSM_E_NOMEM;
    unsigned long nth = 0;

    (void)state;
    while (st != CSM_OK && nth++ < 1000) {
        csm_arena *arena = csm_arena_new(256, 0);
        csm_filter filter = { 0 };
        csm_error err = { 0 };

        assert_non_null(arena);
        csm_fault_arm(CSM_FAULT_alloc, nth, true);
        st = csm_filter_parse(shared.engine.registry, fixture_table(&shared, "work"), text, options, arena, &filter, &err);
        csm_fault_arm(CSM_FAULT_alloc, 0, false);
        assert_int_equal(err.code, st);
        assert_true(st == CSM_OK ? filter.expr != NULL : st == CSM_E_NOMEM);
        csm_arena_free(arena);
    }
    assert_int_equal(st, CSM_OK);
    assert_true(nth > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_are_kept), cmocka_unit_test(trusted_is_checked_too), cmocka_unit_test(limits_hold),
        cmocka_unit_test(depth_is_limited), cmocka_unit_test(memory_faults),
    };
    int failed = open_shared();

    failed += run_rows("encoded", good_rows, parses);
    failed += run_rows("encoded, refused", bad_rows, refuses);
    failed += run_rows("trusted", trusted_rows, parses_trusted);
    failed += run_rows("structured", tree_rows, tree_parses);
    failed += run_rows("structured, refused", bad_trees, tree_refuses);
    failed += cmocka_run_group_tests(tests, NULL, NULL);
    close_shared();
    return failed;
}
