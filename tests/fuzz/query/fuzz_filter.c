/* Filter text: whatever it is, it is refused with a message or becomes a condition that can be shown, walked and evaluated,
 * and whose text, where the encoded form has one, means the same again. The first byte chooses the options. */
#include "fuzz.h"

#include "engine/query/query.h"

static const csm_choice states[] = { { "1", "One", NULL, NULL }, { "2", "Two", NULL, NULL } };
static const csm_field fields[] = {
    CSM_TEXT("a"),         CSM_INT("b", CSM_CHOICES(states)), CSM_BOOL("c"),        CSM_TIME("d"),      CSM_DATE("e"),
    CSM_DECIMAL("f"),      CSM_CURRENCY("g"),                 CSM_DURATION("h"),    CSM_REF("i", "t"),  CSM_LIST("j", "t"),
    CSM_JOURNAL("k"),      CSM_DOCUMENT("l"),                 CSM_JSON("m"),        CSM_ZONE("n"),      CSM_TEXT("ab"),
    CSM_TEXT("a_hidden", .flags = CSM_HIDDEN),
};
static const csm_table tables[] = { { .name = "t", .fields = CSM_ARRAY(fields) } };
static const csm_plugin plugin = { .id = "fuzz", .version = "1.0", .tables = CSM_ARRAY(tables) };

static csm_status give_number(void *user, const char *key, const char *was, uint32_t *out, csm_error *err)
{
    uint32_t *next = user;

    (void)key;
    (void)was;
    (void)err;
    *out = (*next)++;
    return CSM_OK;
}

static csm_registry *make_registry(void)
{
    static uint32_t next = CSM_FID_FIRST;
    csm_number_source numbers = { give_number, &next };
    csm_mplugin list = { .decl = &plugin, .id = plugin.id };
    csm_arena *arena = csm_arena_new(4096, 0);
    csm_problem *problems = NULL;
    csm_registry *reg = NULL;

    FUZZ_CHECK(arena != NULL);
    FUZZ_CHECK(csm_registry_build(&list, 1, &numbers, arena, &reg, &problems, NULL) == CSM_OK);
    csm_arena_free(arena);
    return reg;
}

static csm_status count_field(void *user, const csm_mfield *field)
{
    uint32_t *count = user;

    FUZZ_CHECK(field != NULL);
    ++*count;
    return CSM_OK;
}

static csm_row *make_row(csm_arena *arena, const csm_mtable *table)
{
    csm_row *row = csm_row_new(arena, table, (csm_id){ { 1 } });

    FUZZ_CHECK(row != NULL);
    row->values[csm_mtable_field(table, CSM_STR("a"))->pos] = csm_ctext("Straße");
    row->values[csm_mtable_field(table, CSM_STR("b"))->pos] = csm_int(2);
    row->values[csm_mtable_field(table, CSM_STR("c"))->pos] = csm_bool(true);
    row->values[csm_mtable_field(table, CSM_STR("d"))->pos] = csm_time_value(1);
    return row;
}

/* Rows without references: nothing is read from a store. */
static void evaluate(csm_registry *reg, csm_arena *arena, const csm_expr *expr)
{
    static csm_caller caller = { .is_system = true };
    static csm_engine engine;
    csm_ctx ctx = { .engine = &engine, .reg = reg, .arena = arena, .caller = &caller };
    const csm_mtable *table = csm_registry_table(reg, CSM_STR("t"));
    csm_row *row = make_row(arena, table), *old = csm_row_new(arena, table, row->id);
    bool holds;
    csm_status st = csm_expr_eval(&ctx, expr, row, old, &holds);

    FUZZ_CHECK(st == CSM_OK || (st == CSM_E_NOMEM && ctx.err.code == CSM_E_NOMEM));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static csm_registry *reg;
    csm_arena *arena = csm_arena_new(16384, 8 * 1024 * 1024);
    csm_filter_options options = { .trusted = len > 0 && (bytes[0] & 1) != 0, .changes = len > 0 && (bytes[0] & 2) != 0 };
    csm_str text = { (const char *)bytes + (len > 0), len > 0 ? len - 1 : 0 };
    const csm_filter untouched = { .order_count = 99 };
    csm_filter filter = untouched;
    csm_error err = { 0 };

    if (reg == NULL)
        reg = make_registry();
    FUZZ_CHECK(arena != NULL);
    csm_status st = csm_filter_parse(reg, csm_registry_table(reg, CSM_STR("t")), text, options, arena, &filter, &err);
    FUZZ_CHECK(st == CSM_OK || st == CSM_E_INVALID || st == CSM_E_LIMIT || st == CSM_E_NOMEM);
    FUZZ_CHECK((st == CSM_OK) == (err.code == CSM_OK));
    if (st == CSM_OK) {
        uint32_t count = 0;
        csm_str shown = csm_expr_text(arena, filter.expr);

        FUZZ_CHECK(shown.ptr != NULL || csm_arena_used(arena) > 1024 * 1024);
        FUZZ_CHECK(csm_expr_each_field(filter.expr, count_field, &count) == CSM_OK);
        FUZZ_CHECK(count <= 1000 && filter.order_count <= CSM_ORDER_MAX);
        FUZZ_CHECK((filter.expr == NULL) == (count == 0));
        evaluate(reg, arena, filter.expr);
    } else {
        FUZZ_CHECK(err.message[0] != '\0');
        FUZZ_CHECK(filter.order_count == 99 && filter.expr == NULL);
    }
    csm_arena_free(arena);
    return 0;
}
