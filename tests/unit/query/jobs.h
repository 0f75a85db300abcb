/* Nine hundred jobs to search, and what the tests of searches ask about them. */
#ifndef CSM_TEST_JOBS_H
#define CSM_TEST_JOBS_H

#include "declare.h"

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

static inline void fill(uint32_t count)
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

static inline int open_small(void **state)
{
    (void)state;
    fixture_open(&f, plugins, COUNT_OF(plugins));
    fill(900);
    return 0;
}

static inline int close_all(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static inline csm_query_spec spec_of(csm_ctx *ctx, const char *table, const char *text)
{
    csm_query_spec spec = { .table = fixture_table(&f, table) };
    csm_filter_options options = { 0 };

    assert_ok(ctx, csm_filter_parse(ctx->reg, spec.table, csm_str_of(text), options, ctx->arena, &spec.filter, &ctx->err));
    return spec;
}

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

#endif
