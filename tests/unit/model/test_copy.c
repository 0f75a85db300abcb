/* Descriptors of other ages: older and smaller, newer and larger, broken. */
#include "declare.h"

/* A field as an older SDK had it: everything behind .ref was added later. */
struct old_field {
    const char *name;
    uint32_t type, flags;
    const char *label, *doc;
    int64_t min, max;
    uint32_t length;
    const char *ref;
};

struct new_field {
    csm_field field;
    uint64_t more;
};
struct new_plugin {
    csm_plugin plugin;
    const void *more[4];
};

static const struct old_field old_fields[] = { { .name = "a", .type = CSM_F_TEXT, .length = 7 },
                                               { .name = "b", .type = CSM_F_REF, .ref = "t" } };
static const struct new_field new_fields[] = {
    { .field = CSM_INT("x", .max = 9, .dflt = "3"), .more = 1 }, { .field = CSM_TEXT("y", .was = "z"), .more = 2 }
};

static csm_plugin *copy(const csm_plugin *theirs, csm_arena *arena)
{
    csm_plugin *ours = NULL;
    csm_error err = { 0 };

    if (csm_plugin_copy(theirs, arena, &ours, &err) != CSM_OK)
        fail_msg("%s", err.message);
    return ours;
}

static void older_and_smaller(void **state)
{
    const csm_table table = { .name = "t", .fields = { (const csm_field *)(const void *)old_fields, 2,
                                                       sizeof(struct old_field) } };
    const csm_plugin theirs = DECLARE("p", .tables = { &table, 1, sizeof(table) });
    csm_arena *arena = csm_arena_new(4096, 0);
    const csm_plugin *ours = copy(&theirs, arena);
    const csm_table *t = &ours->tables.items[0];

    (void)state;
    assert_ptr_not_equal(t, &table);
    assert_int_equal(t->fields.count, 2);
    assert_int_equal(t->fields.item_size, sizeof(csm_field));
    assert_string_equal(t->fields.items[0].name, "a");
    assert_int_equal(t->fields.items[0].length, 7);
    assert_string_equal(t->fields.items[1].name, "b");
    assert_string_equal(t->fields.items[1].ref, "t");
    assert_null(t->fields.items[1].was);
    assert_null(t->fields.items[1].dflt);
    assert_int_equal(t->fields.items[1].choices.count, 0);
    csm_arena_free(arena);
}

static void newer_and_larger(void **state)
{
    const csm_table table = { .name = "t", .fields = { (const csm_field *)(const void *)new_fields, 2,
                                                       sizeof(struct new_field) } };
    const struct new_plugin theirs = { .plugin = DECLARE("p", .tables = { &table, 1, sizeof(table) },
                                                         .alias = "com.p"),
                                       .more = { &table } };
    struct new_plugin larger = theirs;
    csm_arena *arena = csm_arena_new(4096, 0);
    const csm_plugin *ours;

    (void)state;
    larger.plugin.size = sizeof(larger);
    ours = copy(&larger.plugin, arena);
    assert_int_equal(ours->size, sizeof(csm_plugin));
    assert_string_equal(ours->alias, "com.p");
    assert_string_equal(ours->tables.items[0].fields.items[1].name, "y");
    assert_string_equal(ours->tables.items[0].fields.items[1].was, "z");
    assert_string_equal(ours->tables.items[0].fields.items[0].dflt, "3");
    csm_arena_free(arena);
}

/* A plugin of before .alias: only the frozen part is there. */
static void smallest_descriptor(void **state)
{
    csm_plugin theirs = DECLARE("p", .alias = "not there", .settings_size = 3);
    csm_arena *arena = csm_arena_new(4096, 0);
    const csm_plugin *ours;

    (void)state;
    theirs.size = offsetof(csm_plugin, alias);
    ours = copy(&theirs, arena);
    assert_string_equal(ours->id, "p");
    assert_null(ours->alias);
    assert_int_equal(ours->settings_size, 0);
    csm_arena_free(arena);
}

struct bad_row {
    const char *name;
    csm_plugin plugin;
    csm_status want;
    const char *says;
};

static const struct bad_row bad_rows[] = {
    { "magic", { .magic = 7, .size = sizeof(csm_plugin) }, CSM_E_UNSUPPORTED, "magic is 0x00000007" },
    { "small", { .magic = CSM_ABI_MAGIC, .size = 16 }, CSM_E_UNSUPPORTED, "size is 16" },
    { "huge", { .magic = CSM_ABI_MAGIC, .size = 0x7fffffff }, CSM_E_UNSUPPORTED, "size is 2147483647" },
    { "major", { .magic = CSM_ABI_MAGIC, .size = sizeof(csm_plugin), .abi_major = CSM_ABI_MAJOR + 1 },
      CSM_E_UNSUPPORTED, "abi_major is 1, the host's 0" },
    { "minor", { .magic = CSM_ABI_MAGIC, .size = sizeof(csm_plugin), .abi_minor = CSM_ABI_MINOR + 1 },
      CSM_E_UNSUPPORTED, "abi_minor is 2, the host's 1" },
    { "id", { .magic = CSM_ABI_MAGIC, .size = sizeof(csm_plugin), .version = "1" }, CSM_E_INVALID, "lacks its id" },
    { "version", { .magic = CSM_ABI_MAGIC, .size = sizeof(csm_plugin), .id = "p" }, CSM_E_INVALID,
      "lacks its version" },
    { "item size", DECLARE("p", .rules = { (const csm_rule *)(const void *)old_fields, 1, 0 }), CSM_E_INVALID,
      "slice of 1 rule of 0 bytes" },
    { "items", DECLARE("p", .methods = { NULL, 2, 8 }), CSM_E_INVALID, "slice of 2 method" },
    { "count", DECLARE("p", .jobs = { (const csm_job *)(const void *)old_fields, 0xffffffff, 8 }), CSM_E_INVALID,
      "slice of 4294967295 job" },
};

static void broken(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof(bad_rows) / sizeof(bad_rows[0]); n++) {
        csm_arena *arena = csm_arena_new(4096, 0);
        csm_plugin *ours = NULL;
        csm_error err = { 0 };

        if (csm_plugin_copy(&bad_rows[n].plugin, arena, &ours, &err) != bad_rows[n].want ||
            strstr(err.message, bad_rows[n].says) == NULL)
            fail_msg("%s: %s", bad_rows[n].name, err.message);
        assert_null(ours);
        csm_arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(older_and_smaller),
        cmocka_unit_test(newer_and_larger),
        cmocka_unit_test(smallest_descriptor),
        cmocka_unit_test(broken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
