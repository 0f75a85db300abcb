/* Values as cells, and cells as CSV. */
#include "unit.h"

#include "cell.h"
#include "json/json.h"

#include <string.h>

typedef struct row {
    const char *name, *json, *want;
} row;

static const row table[] = {
    { "nil", "null", "" },
    { "text", "\"a b\"", "a b" },
    { "number", "-7", "-7" },
    { "bool", "false", "false" },
    { "empty list", "[]", "" },
    { "list", "[\"a\",2,true]", "a,2,true" },
    { "money", "{\"amount\":\"12.5\",\"currency\":\"EUR\"}", "12.5 EUR" },
    { "document", "{\"table\":\"task\",\"id\":\"ab\"}", "task/ab" },
    { "map", "{\"a\":1}", "{\"a\":1}" },
    { "money with more", "{\"amount\":\"1\",\"currency\":\"EUR\",\"x\":1}",
      "{\"amount\":\"1\",\"currency\":\"EUR\",\"x\":1}" },
    { "list of maps", "[{\"a\":1}]", "[{\"a\":1}]" },
};

static void check_row(void **state)
{
    const row *want = *state;
    csm_arena *arena = csm_arena_new(0, 0);
    csm_error err = { 0 };
    csm_value value;

    assert_non_null(arena);
    assert_int_equal(csm_json_parse(arena, csm_str_of(want->json), &value, &err), CSM_OK);
    assert_str(cli_cell_text(arena, value), want->want);
    csm_arena_free(arena);
}

static void csv_quotes_what_needs_it(void **state)
{
    static const struct {
        const char *text, *want;
    } cells[] = { { "plain", "plain" },
                  { "", "" },
                  { "a,b", "\"a,b\"" },
                  { "say \"x\"", "\"say \"\"x\"\"\"" },
                  { "two\nlines", "\"two\nlines\"" },
                  { " led", "\" led\"" },
                  { "trailed ", "\"trailed \"" },
                  { "in side", "in side" } };

    (void)state;
    for (size_t n = 0; n < COUNT_OF(cells); n++) {
        char *text = NULL;
        size_t len = 0;
        FILE *out = open_memstream(&text, &len);

        assert_non_null(out);
        cli_put_csv(out, csm_str_of(cells[n].text));
        assert_int_equal(fclose(out), 0);
        assert_str(((csm_str){ text, len }), cells[n].want);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(csv_quotes_what_needs_it) };
    int failed = run_rows("cell", table, check_row);

    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
