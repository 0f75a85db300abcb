/* What comes and goes after the boot: plan, take and settle; the same registry as a boot would have; and when it cannot be, all
 * as it was, also when memory ends anywhere. */
#include "house.h"

#include "base/fault.h"

#define ALSO_NEEDS_GOOD "id also\nversion 1.0\nabi 0.1\ndepends good\n"

typedef struct stage {
    house h;
    csm_arena *arena;
    csm_loader_change change;
    csm_registry *reg; /* what the last change built */
    csm_error err;
} stage;

/* good and needs_good are there and may be; nothing is enabled. */
static void stage_open(stage *s)
{
    memset(s, 0, sizeof(*s));
    house_open(&s->h);
    house_install(&s->h, "good", GOOD);
    house_install(&s->h, "needs_good", NEEDS_GOOD);
    house_allow(&s->h, "good");
    house_allow(&s->h, "needs_good");
    s->arena = csm_arena_new(4096, 0);
    assert_non_null(s->arena);
}

static void stage_close(stage *s)
{
    csm_registry_unref(s->reg);
    csm_arena_free(s->arena);
    house_close(&s->h);
}

static csm_status plan(stage *s, csm_loader_verb verb, const char *id)
{
    csm_error_clear(&s->err);
    return csm_loader_plan(s->h.loader, csm_str_of(id), verb, s->arena, &s->change, &s->err);
}

static csm_status take(stage *s)
{
    csm_number_source numbers = { house_number, &s->h };
    csm_registry *reg = NULL;
    csm_status st = csm_loader_take(s->h.loader, &s->change, &numbers, &reg, &s->err);

    if (st == CSM_OK) {
        csm_registry_unref(s->reg);
        s->reg = reg;
    }
    return st;
}

static void change(stage *s, csm_loader_verb verb, const char *id, bool stands)
{
    if (plan(s, verb, id) != CSM_OK || take(s) != CSM_OK)
        fail_msg("%s", s->err.message);
    csm_loader_settle(s->h.loader, &s->change, stands);
}

static void says(const stage *s, const char *text)
{
    if (strstr(s->err.message, text) == NULL)
        fail_msg("%s", s->err.message);
}

static void comes_with_what_it_needs(void **state)
{
    stage s;

    (void)state;
    stage_open(&s);
    house_boot(&s.h);
    assert_int_equal(s.h.reg->plugin_count, 1);
    assert_int_equal(plan(&s, CSM_LOADER_ACTIVATE, "needs_good"), CSM_OK);
    assert_int_equal(s.change.count, 2);
    assert_string_equal(s.change.ids[0], "good");
    assert_string_equal(s.change.ids[1], "needs_good");
    assert_int_equal(take(&s), CSM_OK);
    assert_int_equal(s.reg->plugin_count, 3);
    house_expect(&s.h, "good", CSM_PLUGIN_INACTIVE, ""); /* not before it is settled */
    csm_loader_settle(s.h.loader, &s.change, true);
    house_expect(&s.h, "good", CSM_PLUGIN_ACTIVE, "");
    house_expect(&s.h, "needs_good", CSM_PLUGIN_ACTIVE, "");
    assert_int_equal(plan(&s, CSM_LOADER_ACTIVATE, "com.example.good"), CSM_OK);
    assert_int_equal(s.change.count, 0);
    stage_close(&s);
}

/* In the order a boot has them, which decides ties between their rules. */
static void order_is_that_of_a_boot(void **state)
{
    stage s;

    (void)state;
    stage_open(&s);
    house_enable(&s.h, "needs_good");
    house_enable(&s.h, "good");
    house_boot(&s.h);
    change(&s, CSM_LOADER_CASCADE, "good", true);
    assert_int_equal(s.change.count, 2);
    assert_string_equal(s.change.ids[0], "needs_good"); /* who stands on it goes first */
    assert_int_equal(s.reg->plugin_count, 1);
    change(&s, CSM_LOADER_ACTIVATE, "needs_good", true);
    for (uint32_t n = 0; n < s.h.reg->plugin_count; n++)
        assert_string_equal(s.reg->plugins[n].id, s.h.reg->plugins[n].id);
    stage_close(&s);
}

static void who_is_needed_stays(void **state)
{
    stage s;

    (void)state;
    stage_open(&s);
    house_enable(&s.h, "needs_good");
    house_boot(&s.h);
    assert_int_equal(plan(&s, CSM_LOADER_DEACTIVATE, "good"), CSM_E_REJECTED);
    says(&s, "plugin \"good\" is needed by \"needs_good\"");
    assert_string_equal(s.change.problems->plugin, "needs_good");
    house_expect(&s.h, "good", CSM_PLUGIN_ACTIVE, "");
    change(&s, CSM_LOADER_DEACTIVATE, "needs_good", true);
    assert_int_equal(s.change.kept_count, 1); /* only needs_good asked for it */
    assert_string_equal(s.change.kept[0], "good");
    house_expect(&s.h, "good", CSM_PLUGIN_ACTIVE, "");
    house_expect(&s.h, "needs_good", CSM_PLUGIN_INACTIVE, "");
    assert_int_equal(plan(&s, CSM_LOADER_DEACTIVATE, "needs_good"), CSM_OK);
    assert_int_equal(s.change.count, 0);
    stage_close(&s);
}

static void what_is_dropped_is_as_before(void **state)
{
    stage s;

    (void)state;
    stage_open(&s);
    house_enable(&s.h, "good");
    house_boot(&s.h);
    change(&s, CSM_LOADER_ACTIVATE, "needs_good", false);
    house_expect(&s.h, "needs_good", CSM_PLUGIN_INACTIVE, "");
    change(&s, CSM_LOADER_DEACTIVATE, "good", false); /* nobody needs it */
    house_expect(&s.h, "good", CSM_PLUGIN_ACTIVE, "");
    change(&s, CSM_LOADER_ACTIVATE, "needs_good", true);
    assert_int_equal(s.reg->plugin_count, 3);
    stage_close(&s);
}

static void all_that_is_in_the_way(void **state)
{
    stage s;

    (void)state;
    stage_open(&s);
    house_install(&s.h, "bad_table", "id bad_table\nversion 1.0\nabi 0.1\ndepends gone\ndepends good 9\n");
    house_module(&s.h, "good", "also");
    house_manifest(&s.h, "also", ALSO_NEEDS_GOOD);
    house_allow(&s.h, "bad_table");
    house_allow(&s.h, "also");
    house_boot(&s.h);
    assert_int_equal(plan(&s, CSM_LOADER_ACTIVATE, "bad_table"), CSM_E_REJECTED);
    says(&s, "plugin \"bad_table\" cannot be activated: \"bad_table\": needs \"gone\", which is not installed");
    assert_non_null(s.change.problems->next);
    assert_non_null(strstr(s.change.problems->next->text.ptr, "needs \"good\" 9, installed is 1.2.0"));
    house_manifest(&s.h, "bad_table", PLAIN("bad_table")); /* it is read again */
    assert_int_equal(plan(&s, CSM_LOADER_ACTIVATE, "bad_table"), CSM_OK);
    assert_int_equal(take(&s), CSM_E_REJECTED);
    says(&s, "unknown table");
    assert_int_equal(plan(&s, CSM_LOADER_ACTIVATE, "also"), CSM_OK);
    assert_int_equal(take(&s), CSM_E_REJECTED);
    says(&s, "its manifest says");
    house_expect(&s.h, "bad_table", CSM_PLUGIN_INACTIVE, "");
    house_expect(&s.h, "good", CSM_PLUGIN_INACTIVE, "");
    change(&s, CSM_LOADER_ACTIVATE, "good", true);
    assert_int_equal(s.reg->plugin_count, 2);
    stage_close(&s);
}

/* What an administrator said before the boot. */
static void the_last_word(void **state)
{
    csm_number_source numbers;
    stage s;

    (void)state;
    stage_open(&s);
    house_enable(&s.h, "needs_good");
    numbers = (csm_number_source){ house_number, &s.h };
    assert_int_equal(csm_loader_new(&s.h.options, &s.h.loader, &s.err), CSM_OK);
    assert_int_equal(csm_loader_choose(s.h.loader, CSM_STR("good"), false, &s.err), CSM_OK);
    assert_int_equal(csm_loader_choose(s.h.loader, CSM_STR("gone"), true, &s.err), CSM_OK);
    assert_int_equal(csm_loader_choose(s.h.loader, CSM_STR("lost"), false, &s.err), CSM_OK);
    assert_int_equal(csm_loader_boot(s.h.loader, &numbers, &s.h.reg, &s.err), CSM_OK);
    house_expect(&s.h, "needs_good", CSM_PLUGIN_QUARANTINED, "needs \"good\", which an administrator deactivated");
    house_expect(&s.h, "good", CSM_PLUGIN_INACTIVE, "");
    house_expect(&s.h, "gone", CSM_PLUGIN_QUARANTINED, "is not installed");
    assert_int_equal(plan(&s, CSM_LOADER_ACTIVATE, "needs_good"), CSM_E_REJECTED);
    says(&s, "is quarantined");
    assert_int_equal(plan(&s, CSM_LOADER_DEACTIVATE, "gone"), CSM_OK); /* not asked for any more */
    assert_int_equal(s.change.count, 1);
    change(&s, CSM_LOADER_ACTIVATE, "good", true);
    stage_close(&s);
}

/* Every allocation fails in turn; each time all is as before. */
static void out_of_memory(void **state)
{
    csm_status st = CSM_E_NOMEM;
    unsigned long nth = 0;
    char guard[200];
    stage s;

    (void)state;
    stage_open(&s);
    (void)snprintf(guard, sizeof(guard), "%s/plugin.guard", s.h.data);
    house_boot(&s.h);
    while (st != CSM_OK) {
        csm_fault_arm(CSM_FAULT_alloc, ++nth, false);
        st = plan(&s, CSM_LOADER_ACTIVATE, "needs_good");
        if (st == CSM_OK)
            st = take(&s);
        csm_fault_arm(CSM_FAULT_alloc, 0, false);
        if (st == CSM_OK)
            break;
        assert_int_equal(st, CSM_E_NOMEM);
        house_expect(&s.h, "good", CSM_PLUGIN_INACTIVE, "");
        assert_int_equal(access(guard, F_OK), -1); /* nothing is held against anybody */
        assert_true(nth < 10000);
    }
    assert_true(nth > 10);
    csm_loader_settle(s.h.loader, &s.change, true);
    house_expect(&s.h, "needs_good", CSM_PLUGIN_ACTIVE, "");
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_with_what_it_needs), cmocka_unit_test(order_is_that_of_a_boot),
        cmocka_unit_test(who_is_needed_stays),      cmocka_unit_test(what_is_dropped_is_as_before),
        cmocka_unit_test(all_that_is_in_the_way),   cmocka_unit_test(the_last_word),
        cmocka_unit_test(out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
