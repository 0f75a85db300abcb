/* Booting: order, quarantine of each kind of broken plugin while the good one serves, settings, rounds of building. */
#include "house.h"

#include "base/fault.h"

typedef struct good_settings {
    bool loud;
    int64_t limit;
    const char *greeting;
} good_settings;

static const void *settings_of(const house *h, const char *id)
{
    const csm_mplugin *plugin = csm_registry_plugin(h->reg, csm_str_of(id));

    assert_non_null(plugin);
    return plugin->settings;
}

static void good_serves(void **state)
{
    const good_settings *s;
    house h;

    (void)state;
    house_open(&h);
    house_install(&h, "needs_good", NEEDS_GOOD);
    house_install(&h, "good", GOOD);
    house_allow(&h, "good");
    house_enable(&h, "needs_good"); /* brings good along */
    house_boot(&h);
    house_expect(&h, "good", CSM_PLUGIN_ACTIVE, "");
    house_expect(&h, "needs_good", CSM_PLUGIN_ACTIVE, "");
    assert_int_equal(h.reg->plugin_count, 3);
    assert_string_equal(h.reg->plugins[0].id, "own");
    assert_string_equal(h.reg->plugins[1].id, "good");
    assert_non_null(csm_registry_method(h.reg, CSM_STR("good.greet")));
    assert_non_null(csm_mtable_field(csm_registry_table(h.reg, CSM_STR("good_guest")), CSM_STR("needs_good_visits")));
    s = settings_of(&h, "com.example.good");
    assert_true(s->loud);
    assert_int_equal(s->limit, 10);
    assert_string_equal(s->greeting, "hello");
    house_close(&h);
}

static void by_alias_and_not_asked_for(void **state)
{
    house h;

    (void)state;
    house_open(&h);
    house_install(&h, "good", GOOD);
    house_install(&h, "needs_good", NEEDS_GOOD);
    house_install(&h, "bad_table", PLAIN("bad_table"));
    house_enable(&h, "com.example.good");
    house_allow(&h, "needs_good");
    house_boot(&h);
    house_expect(&h, "good", CSM_PLUGIN_ACTIVE, "");
    house_expect(&h, "needs_good", CSM_PLUGIN_INACTIVE, "");
    house_expect(&h, "bad_table", CSM_PLUGIN_REJECTED, "does not allow it");
    assert_null(csm_registry_plugin(h.reg, CSM_STR("needs_good")));
    house_close(&h);
}

struct broken_row {
    const char *name;
    const char *module;   /* NULL: text instead of a library; "" : no file */
    const char *id;
    const char *manifest;
    const char *says;
};

static const struct broken_row broken_rows[] = {
    { "wrong abi", "wrong_abi", "wrong_abi", PLAIN("wrong_abi"), "abi_major is 9, the host's 0" },
    { "no entry", "no_entry", "no_entry", PLAIN("no_entry"), "no entry function csm_plugin_entry_v1" },
    { "no library", NULL, "texty", PLAIN("texty"), "cannot be loaded" },
    { "no file", "", "hollow", PLAIN("hollow"), "\"hollow.so\": No such file" },
    { "not installed", "", "goood", NULL, "is not installed; did you mean \"good\"?" },
    { "bad table", "bad_table", "bad_table", PLAIN("bad_table"),
      "unknown table \"good_gast\"; did you mean \"good_guest\"?" },
    { "another's code", "needs_good", "other", PLAIN("other"), "is \"needs_good\" 1.0 abi 0.1, its manifest says" },
    { "another version", "bad_table", "bad_table", "id bad_table\nversion 2\nabi 0.1\n", "its manifest says" },
    { "hidden dependency", "needs_good", "needs_good", PLAIN("needs_good"), "depends on \"good\", its manifest does not" },
    { "manifest of another", "bad_table", "bad_table", PLAIN("good"), "the manifest is that of \"good\"" },
    { "manifest without version", "bad_table", "bad_table", "id bad_table\nabi 0.1\n", "has no line \"version\"" },
    { "manifest line twice", "bad_table", "bad_table", "id bad_table\nid bad_table\n", "two lines \"id\"" },
    { "manifest line empty", "bad_table", "bad_table", "id bad_table\nversion\n", "no usable value" },
    { "missing dependency", "needs_good", "needs_good", "id needs_good\nversion 1.0\nabi 0.1\ndepends gone\n",
      "needs \"gone\", which is not installed" },
    { "dependency too old", "needs_good", "needs_good", "id needs_good\nversion 1.0\nabi 0.1\ndepends good 1.10\n",
      "needs \"good\" 1.10, installed is 1.2.0" },
    { "depends on itself", "needs_good", "needs_good", "id needs_good\nversion 1.0\nabi 0.1\ndepends needs_good\n",
      "depends on itself: needs_good -> needs_good" },
};

/* Whatever is wrong with one plugin, the good one serves. */
static void broken_is_set_aside(void **state)
{
    const struct broken_row *row = *state;
    house h;

    house_open(&h);
    house_install(&h, "good", GOOD);
    if (row->module == NULL)
        house_write(h.plugins, row->id, ".so", "not an elf file", 15);
    else if (row->module[0] != '\0')
        house_module(&h, row->module, row->id);
    if (row->manifest != NULL)
        house_manifest(&h, row->id, row->manifest);
    house_enable(&h, row->id);
    house_enable(&h, "good");
    house_boot(&h);
    house_expect(&h, row->id, CSM_PLUGIN_QUARANTINED, row->says);
    house_expect(&h, "good", CSM_PLUGIN_ACTIVE, "");
    assert_non_null(csm_registry_table(h.reg, CSM_STR("good_guest")));
    assert_int_equal(h.reg->plugin_count, 2);
    house_close(&h);
}

static void paths_to_the_cause(void **state)
{
    house h;

    (void)state;
    house_open(&h);
    house_manifest(&h, "a", "id a\nversion 1\nabi 0.1\ndepends b\n");
    house_manifest(&h, "b", "id b\nversion 1\nabi 0.1\ndepends c\n");
    house_manifest(&h, "c", "id c\nversion 1\nabi 0.1\ndepends gone\n");
    house_manifest(&h, "x", "id x\nversion 1\nabi 0.1\ndepends y\n");
    house_manifest(&h, "y", "id y\nversion 1\nabi 0.1\ndepends z\n");
    house_manifest(&h, "z", "id z\nversion 1\nabi 0.1\ndepends y\n");
    for (const char *id = "abcxyz"; *id != '\0'; id++) {
        static const char ids[][2] = { "a", "b", "c", "x", "y", "z" };

        house_allow(&h, ids[*id < 'x' ? *id - 'a' : *id - 'x' + 3]);
    }
    house_enable(&h, "a");
    house_enable(&h, "x");
    house_boot(&h);
    house_expect(&h, "a", CSM_PLUGIN_QUARANTINED, "needs \"b\": needs \"c\": needs \"gone\", which is not installed");
    house_expect(&h, "y", CSM_PLUGIN_QUARANTINED, "depends on itself: y -> z -> y");
    house_expect(&h, "z", CSM_PLUGIN_QUARANTINED, "depends on itself: y -> z -> y");
    house_expect(&h, "x", CSM_PLUGIN_QUARANTINED, "needs \"y\": depends on itself");
    house_close(&h);
}

/* A plugin whose declarations do not stand takes with it who depends on it; the others are built again. */
static void dependants_fall_too(void **state)
{
    house h;

    (void)state;
    house_open(&h);
    house_install(&h, "good", GOOD);
    house_install(&h, "bad_table", PLAIN("bad_table"));
    house_install(&h, "needs_good", "id needs_good\nversion 1.0\nabi 0.1\ndepends good\ndepends bad_table\n");
    house_enable(&h, "needs_good");
    house_allow(&h, "good");
    house_allow(&h, "bad_table");
    house_boot(&h);
    house_expect(&h, "bad_table", CSM_PLUGIN_QUARANTINED, "table \"bad_table_party\": field \"host\": unknown table");
    house_expect(&h, "needs_good", CSM_PLUGIN_QUARANTINED, "needs \"bad_table\": table");
    house_expect(&h, "good", CSM_PLUGIN_ACTIVE, "");
    house_close(&h);
}

static void quarantined_after_its_start_failed(void **state)
{
    csm_number_source numbers;
    csm_registry *reg = NULL;
    csm_error err = { 0 };
    house h;

    (void)state;
    house_open(&h);
    house_install(&h, "good", GOOD);
    house_install(&h, "needs_good", NEEDS_GOOD);
    house_allow(&h, "good");
    house_enable(&h, "needs_good");
    house_boot(&h);
    numbers = (csm_number_source){ house_number, &h };
    assert_int_equal(csm_loader_quarantine(h.loader, "good", "start failed: no luck", &err), CSM_OK);
    assert_int_equal(csm_loader_build(h.loader, &numbers, &reg, &err), CSM_OK);
    assert_int_equal(reg->plugin_count, 1);
    assert_int_equal(h.reg->plugin_count, 3); /* the one that serves is as it was */
    house_expect(&h, "needs_good", CSM_PLUGIN_QUARANTINED, "needs \"good\": start failed: no luck");
    assert_int_equal(csm_loader_quarantine(h.loader, "nobody", "", &err), CSM_E_NOT_FOUND);
    csm_registry_unref(reg);
    house_close(&h);
}

/* ---- what the engine's preparation finds ---- */

static csm_status prepare(void *user, csm_registry *reg, csm_problem **problems, csm_error *err)
{
    static const char text[] = "scope: filter \"x=\": no value";
    csm_problem *problem;

    (void)user;
    if (csm_registry_plugin(reg, CSM_STR("needs_good")) == NULL)
        return CSM_OK;
    problem = csm_arena_zalloc(reg->arena, sizeof(*problem));
    assert_non_null(problem);
    problem->plugin = "needs_good";
    problem->text = csm_arena_str(reg->arena, CSM_STR("scope: filter \"x=\": no value"));
    assert_int_equal(problem->text.len, sizeof(text) - 1);
    *problems = problem;
    return csm_error_set(err, CSM_E_INVALID, "a filter is bad");
}

static void preparation_may_object(void **state)
{
    house h;

    (void)state;
    house_open(&h);
    house_install(&h, "good", GOOD);
    house_install(&h, "needs_good", NEEDS_GOOD);
    house_allow(&h, "good");
    house_enable(&h, "needs_good");
    h.options.prepare = prepare;
    house_boot(&h);
    house_expect(&h, "needs_good", CSM_PLUGIN_QUARANTINED, "scope: filter \"x=\": no value");
    house_expect(&h, "good", CSM_PLUGIN_ACTIVE, "");
    house_close(&h);
}

static void core_must_stand(void **state)
{
    static const csm_table tables[] = { { .name = "Bad Name" } };
    static const csm_plugin bad = { .magic = CSM_ABI_MAGIC, .size = sizeof(csm_plugin), .id = "own", .version = "1",
                                    .summary = "", .tables = CSM_ARRAY(tables) };
    const csm_plugin *const owns[] = { &bad };
    csm_error err = { 0 };
    house h;

    (void)state;
    house_open(&h);
    house_install(&h, "good", GOOD);
    house_enable(&h, "good");
    h.options.own = owns;
    assert_int_equal(house_try_boot(&h, &err), CSM_E_INVALID);
    assert_non_null(strstr(err.message, "plugin \"own\" of the core: \"Bad Name\" is no table name"));
    assert_null(h.reg);
    house_close(&h);
}

/* ---- settings ---- */

struct setting_row {
    const char *name;
    const char *setting;
    csm_value value;
    csm_status want;
    const char *says;
};

static const struct setting_row *configured;

static csm_status setting(void *user, const char *plugin, const csm_setting *s, csm_value *out, csm_error *err)
{
    (void)user;
    (void)err;
    assert_string_equal(plugin, "good");
    if (strcmp(s->name, configured->setting) == 0)
        *out = configured->value;
    return CSM_OK;
}

static const struct setting_row setting_rows[] = {
    { "int", "limit", { .type = CSM_T_INT, .i = 99 }, CSM_OK, NULL },
    { "bool", "loud", { .type = CSM_T_BOOL, .b = false }, CSM_OK, NULL },
    { "text", "greeting", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("ahoy") }, CSM_OK, NULL },
    { "range", "limit", { .type = CSM_T_INT, .i = 100 }, CSM_E_INVALID,
      "plugin \"good\": setting \"limit\": 100 is not between 1 and 99 words" },
    { "type", "limit", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("many") }, CSM_E_INVALID,
      "plugin \"good\": setting \"limit\" takes an integer" },
};

static void settings_are_checked(void **state)
{
    csm_error err = { 0 };
    house h;

    configured = *state;
    house_open(&h);
    house_install(&h, "good", GOOD);
    house_enable(&h, "good");
    h.options.setting = setting;
    assert_int_equal(house_try_boot(&h, &err), configured->want);
    if (configured->want == CSM_OK) {
        const good_settings *s = settings_of(&h, "good");
        bool is = strcmp(configured->name, "int") == 0    ? s->limit == 99 && s->loud
                  : strcmp(configured->name, "bool") == 0 ? !s->loud && s->limit == 10
                                                          : strcmp(s->greeting, "ahoy") == 0;

        assert_true(is);
    } else {
        assert_string_equal(err.message, configured->says);
        assert_null(h.reg);
    }
    house_close(&h);
}

/* Every allocation fails in turn. */
static void out_of_memory(void **state)
{
    csm_status st = CSM_E_NOMEM;
    unsigned long nth = 0;
    house h;

    (void)state;
    house_open(&h);
    house_install(&h, "good", GOOD);
    house_install(&h, "needs_good", NEEDS_GOOD);
    house_allow(&h, "good");
    house_enable(&h, "needs_good");
    while (st != CSM_OK) {
        csm_error err = { 0 };

        house_shut(&h);
        csm_fault_arm(CSM_FAULT_alloc, ++nth, false);
        st = house_try_boot(&h, &err);
        csm_fault_arm(CSM_FAULT_alloc, 0, false);
        if (st != CSM_OK)
            assert_int_equal(st, CSM_E_NOMEM);
        assert_true(nth < 10000);
    }
    assert_true(nth > 10);
    house_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_serves),           cmocka_unit_test(by_alias_and_not_asked_for),
        cmocka_unit_test(paths_to_the_cause),    cmocka_unit_test(dependants_fall_too),
        cmocka_unit_test(quarantined_after_its_start_failed), cmocka_unit_test(preparation_may_object),
        cmocka_unit_test(core_must_stand),       cmocka_unit_test(out_of_memory),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    failed += run_rows("broken", broken_rows, broken_is_set_aside);
    return failed + run_rows("settings", setting_rows, settings_are_checked);
}
