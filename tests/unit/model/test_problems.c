/* Bad declarations: each row is one plugin beside a good one, and what is said of it. */
#include "declare.h"

static csm_status rule_code(csm_ctx *ctx, csm_change *change)
{
    (void)ctx;
    (void)change;
    return CSM_OK;
}
static csm_status method_code(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    (void)ctx;
    (void)in;
    (void)out;
    return CSM_OK;
}
static csm_status value_code(csm_ctx *ctx, csm_id user, csm_value *out)
{
    (void)ctx;
    (void)user;
    *out = csm_nil();
    return CSM_OK;
}

static const csm_plugin base = DECLARE(
    "base", ROLES({ .name = "admin" }, { .name = "agent" }),
    TABLES({ .name = "task", FIELDS(CSM_TEXT("number"), CSM_TEXT("title"), CSM_INT("state", .dflt = "1"),
                                    CSM_BOOL("active"), CSM_REF("parent", "task"), CSM_JOURNAL("notes"),
                                    CSM_INT("grade", .choices = SLICE_OF(csm_choice, { .value = "1", .label = "First" })),
                                    CSM_REF("kind", "kind", .flags = CSM_INDEXED)) },
           { .name = "kind", .flags = CSM_TABLE_CLOSED, FIELDS(CSM_TEXT("name")) },
           { .name = "ghost", .flags = CSM_TABLE_ABSTRACT }),
    RIGHTS({ .table = "task", .field = "title", .ops = CSM_OP_WRITE, .roles = "agent" }),
    METHODS({ .name = "task.close", .run = method_code }), POINTS({ .name = "task.router/1" }),
    PROPERTIES({ .name = "base.limit", .type = CSM_T_INT }));

#define GOOD_STATES STATES({ "1", CSM_STATE_INITIAL }, { "2", 0 })

struct row {
    const char *name;
    csm_plugin plugin;
    bool third_party;
    const char *says;
};

static const struct row rows[] = {
    { "table name", DECLARE("bad", TABLES({ .name = "Task" })), false, "\"Task\" is no table name" },
    { "table twice", DECLARE("bad", TABLES({ .name = "task" })), false,
      "table \"task\" is already declared by plugin \"base\"" },
    { "parent", DECLARE("bad", TABLES({ .name = "t", .extends = "taks" })), false,
      "table \"t\": extends: unknown table \"taks\"; did you mean \"task\"?" },
    { "circle", DECLARE("bad", TABLES({ .name = "t", .extends = "u" }, { .name = "u", .extends = "t" })), false,
      "which extends it in turn" },
    { "ext table", DECLARE("bad", EXTS({ .table = "taks", FIELDS(CSM_INT("x")) })), false,
      "table_ext: unknown table \"taks\"; did you mean \"task\"?" },
    { "ext closed", DECLARE("bad", EXTS({ .table = "kind", FIELDS(CSM_INT("x")) })), false, "takes no columns" },
    { "field name", DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_INT("a b")) })), false, "\"a b\" is no field name" },
    { "mail address", DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_INT("x", .flags = CSM_MAIL_ADDRESS)) })), false,
      "only a text is a mail address" },
    { "field dot", DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_INT("a.b")) })), false, "a dot means" },
    { "field twice", DECLARE("bad", TABLES({ .name = "t", .extends = "task", FIELDS(CSM_TEXT("title")) })), false,
      "table \"t\": field \"title\" is already declared in \"task\" by plugin \"base\"" },
    { "own field", DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_TEXT("sys_id")) })), false,
      "field \"sys_id\" is already declared" },
    { "override nothing",
      DECLARE("bad", TABLES({ .name = "t", .extends = "task", FIELDS(CSM_TEXT("titel", .flags = CSM_OVERRIDE)) })),
      false, "override: unknown field of \"t\" \"titel\"; did you mean \"title\"?" },
    { "override type",
      DECLARE("bad", TABLES({ .name = "t", .extends = "task", FIELDS(CSM_INT("title", .flags = CSM_OVERRIDE)) })),
      false, "has another type" },
    { "override own",
      DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_TEXT("sys_tags", .flags = CSM_OVERRIDE)) })), false,
      "is the engine's own" },
    { "override ref",
      DECLARE("bad", TABLES({ .name = "t", .extends = "task",
                              FIELDS(CSM_REF("parent", "kind", .flags = CSM_OVERRIDE)) })),
      false, "may refer to \"task\" or a table that extends it" },
    { "type", DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_FIELD("x", 77)) })), false, "type 77 is unknown" },
    { "ref", DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_REF("x", "knid")) })), false,
      "field \"x\": unknown table \"knid\"; did you mean \"kind\"?" },
    { "ref missing", DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_FIELD("x", CSM_F_LIST)) })), false,
      "names its table" },
    { "end without index",
      DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_REF("x", "kind", .on_delete = CSM_CASCADE)) })), false,
      "on_delete needs CSM_INDEXED" },
    { "default", DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_INT("x", .dflt = "two")) })), false,
      "default: field \"x\": \"two\" is not an integer" },
    { "default now", DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_INT("x", .dflt = "@now")) })), false,
      "default @now needs a time" },
    { "choice", DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_INT("x", .choices = SLICE_OF(csm_choice,
                                        { .value = "one", .label = "One" }))) })),
      false, "choice \"one\" is no integer" },
    { "cycle", DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_REF("x", "kind", .flags = CSM_NO_CYCLE)) })), false,
      "field \"x\": only a reference to its own table makes a cycle" },
    { "choices of others", DECLARE("bad", EXTS({ .table = "task", FIELDS(CSM_INT("grade", .flags = CSM_OVERRIDE | CSM_MORE_CHOICES,
          .choices = SLICE_OF(csm_choice, { .value = "one", .label = "One" }))) })), false, "choice \"one\" is no integer" },
    { "choice without label", DECLARE("bad", EXTS({ .table = "task", FIELDS(CSM_INT("grade", .flags = CSM_OVERRIDE | CSM_MORE_CHOICES,
          .choices = SLICE_OF(csm_choice, { .value = "2" }))) })), false, "field \"grade\": choice \"2\" lacks its label" },
    { "choice twice", DECLARE("bad", EXTS({ .table = "task", FIELDS(CSM_INT("grade", .flags = CSM_OVERRIDE | CSM_MORE_CHOICES,
          .choices = SLICE_OF(csm_choice, { .value = "1", .label = "Anew" }))) })), false, "choice \"1\" is there already" },
    { "depends_on", DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_TEXT("x", .depends_on = "y")) })), false,
      "unknown field of \"t\" \"y\"" },
    { "condition", DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_CONDITION("x", NULL)) })), false,
      "names the field holding its table" },
    { "display", DECLARE("bad", TABLES({ .name = "t", .display = "nmae", FIELDS(CSM_TEXT("name")) })), false,
      "display: unknown field of \"t\" \"nmae\"; did you mean \"name\"?" },
    { "number", DECLARE("bad", TABLES({ .name = "t", .number = "T" })), false, "need a text field \"number\"" },
    { "order", DECLARE("bad", TABLES({ .name = "t", .order = "-when" })), false, "order: unknown field" },
    { "index column", DECLARE("bad", TABLES({ .name = "t", INDEXES({ .name = "i", .columns = "-sys_crated_on" }) })),
      false, "unknown field of \"t\" \"sys_crated_on\"; did you mean \"sys_created_on\"?" },
    { "index type", DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_JOURNAL("x")),
                                            INDEXES({ .name = "i", .columns = "x" }) })),
      false, "type no index holds" },
    { "index twice", DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_TEXT("x", .flags = CSM_UNIQUE)),
                                             INDEXES({ .name = "x", .columns = "x" }) })),
      false, "index \"x\" is already there" },
    { "index empty", DECLARE("bad", TABLES({ .name = "t", INDEXES({ .name = "i" }) })), false, "has no columns" },
    { "index wide", DECLARE("bad", TABLES({ .name = "t", FIELDS(CSM_TEXT("x"), CSM_TEXT("y")),
                                            INDEXES({ .name = "i", .columns = "x,y", .key_length = 250 }) })),
      false, "more than 460" },
    { "role twice", DECLARE("bad", ROLES({ .name = "agent" })), false, "role \"agent\" is already declared" },
    { "role contains", DECLARE("bad", ROLES({ .name = "r", .contains = "agnet" })), false,
      "unknown role \"agnet\"; did you mean \"agent\"?" },
    { "role circle", DECLARE("bad", ROLES({ .name = "r", .contains = "s" }, { .name = "s", .contains = "r" })), false,
      "which contains it in turn" },
    { "right field", DECLARE("bad", RIGHTS({ .table = "task", .field = "titel", .ops = 1, .roles = "agent" })), false,
      "unknown field of \"task\" \"titel\"" },
    { "right role", DECLARE("bad", RIGHTS({ .table = "task", .field = "number", .ops = 1, .roles = "agnet" })), false,
      "unknown role \"agnet\"" },
    { "right twice", DECLARE("bad", RIGHTS({ .table = "task", .field = "title", .ops = CSM_OP_WRITE, .roles = "admin" })),
      false, "field \"title\" has one already" },
    { "scope table", DECLARE("bad", SCOPES({ .table = "tsak", .ops = CSM_OP_READ })), false, "scope: unknown table" },
    { "scope role", DECLARE("bad", SCOPES({ .table = "task", .ops = CSM_OP_READ, .role = "agnet" })), false,
      "scope on \"task\": unknown role \"agnet\"" },
    { "scope fields", DECLARE("bad", SCOPES({ .table = "task", .ops = CSM_OP_READ, .fields = "-titel" })), false,
      "unknown field of \"task\" \"titel\"" },
    { "scope via", DECLARE("bad", SCOPES({ .table = "task", .ops = CSM_OP_READ, .via = "title" })), false,
      "via \"title\" is no reference" },
    { "scope adds rows", DECLARE("bad", SCOPES({ .table = "task", .ops = CSM_OP_READ, .role = "agent", .fields = "title",
                                                 .filter = "title=x", .flags = CSM_SCOPE_ADDS })),
      false, "adds fields and chooses no rows" },
    { "scope adds nothing", DECLARE("bad", SCOPES({ .table = "task", .ops = CSM_OP_READ, .role = "agent",
                                                    .flags = CSM_SCOPE_ADDS })),
      false, "adds fields to a role, so it names both" },
    { "scope like", DECLARE("bad", SCOPES({ .table = "task", .ops = CSM_OP_DELETE, .role = "agent", .like = "agent" })), false,
      "which has no scope with these operations" },
    { "scope ops", DECLARE("bad", SCOPES({ .table = "task" })), false, "operations 0x0" },
    { "rule table", DECLARE("bad", RULES({ .table = "taks", .when = 1, .run = rule_code })), false,
      "rule \"bad 1\": unknown table \"taks\"" },
    { "rule code", DECLARE("bad", RULES({ .table = "task", .when = 1 })), false, "has no code" },
    { "rule when", DECLARE("bad", RULES({ .table = "task", .when = 12, .run = rule_code })), false, "moment" },
    { "derived input", DECLARE("bad", DERIVED({ .kind = CSM_DERIVE_JOIN, .table = "task", .field = "title",
                                                .inputs = "nubmer" })),
      false, "unknown field of \"task\" \"nubmer\"" },
    { "derived source", DECLARE("bad", DERIVED({ .kind = CSM_DERIVE_COPY, .table = "task", .field = "title",
                                                 .inputs = "kind", .source_field = "nane" })),
      false, "unknown field of \"kind\" \"nane\"; did you mean \"name\"?" },
    { "derived no index", DECLARE("bad", DERIVED({ .kind = CSM_DERIVE_COPY, .table = "task", .field = "title",
                                                   .inputs = "parent", .source_field = "title" })),
      false, "needs an index" },
    { "derived no reference", DECLARE("bad", DERIVED({ .kind = CSM_DERIVE_COPY, .table = "task", .field = "title",
                                                       .inputs = "number", .source_field = "title" })),
      false, "is no reference" },
    { "derived inputs", DECLARE("bad", DERIVED({ .kind = CSM_DERIVE_PATH, .table = "task", .field = "title",
                                                 .inputs = "parent" })),
      false, "takes 2 to 2 inputs, not 1" },
    { "model field", DECLARE("bad", MODELS({ .table = "task", .field = "stat" })), false,
      "unknown field of \"task\" \"stat\"; did you mean \"state\"?" },
    { "model default", DECLARE("bad", MODELS({ .table = "task", .field = "state",
                                               STATES({ "1", 0 }, { "2", CSM_STATE_INITIAL }) })),
      false, "default of field \"state\" is no initial state" },
    { "model initial", DECLARE("bad", MODELS({ .table = "task", .field = "state", STATES({ "1", 0 }) })), false,
      "no state is initial" },
    { "model active", DECLARE("bad", MODELS({ .table = "task", .field = "state", .active = "title", GOOD_STATES })),
      false, "\"title\" is no yes/no field" },
    { "timed state", DECLARE("bad", MODELS({ .table = "task", .field = "state", GOOD_STATES,
                                             TIMED({ .filter = "title=x", .to = "9" }) })),
      false, "timed 1: \"9\" is not among the states" },
    { "timed rows", DECLARE("bad", MODELS({ .table = "task", .field = "state", GOOD_STATES, TIMED({ .to = "2" }) })), false,
      "timed 1: says not which rows move" },
    { "transition from", DECLARE("bad", MODELS({ .table = "task", .field = "state", GOOD_STATES,
                                                 TRANSITIONS({ .name = "go", .from = "1,7", .to = "2" }) })),
      false, "\"7\" is not among the states" },
    { "transition value", DECLARE("bad", MODELS({ .table = "task", .field = "state", GOOD_STATES,
                                                  TRANSITIONS({ .name = "go", .from = "one", .to = "2" }) })),
      false, "\"one\" is not an integer" },
    { "transition no from", DECLARE("bad", MODELS({ .table = "task", .field = "state", GOOD_STATES,
                                                    TRANSITIONS({ .name = "go", .to = "2" }) })),
      false, "says not from which states" },
    { "transition field", DECLARE("bad", MODELS({ .table = "task", .field = "state", GOOD_STATES,
                                                  TRANSITIONS({ .name = "go", .from = "1", .required = "notse" }) })),
      false, "unknown field of \"task\" \"notse\"; did you mean \"notes\"?" },
    { "transition role", DECLARE("bad", MODELS({ .table = "task", .field = "state", GOOD_STATES,
                                                 TRANSITIONS({ .name = "go", .from = "1", .roles = "agnet" }) })),
      false, "unknown role \"agnet\"" },
    { "transition method", DECLARE("bad", MODELS({ .table = "task", .field = "state", .methods = "task", GOOD_STATES,
                                                   TRANSITIONS({ .name = "close", .from = "1", .to = "2" }) })),
      false, "method \"task.close\" is already declared by plugin \"base\"" },
    { "method twice", DECLARE("bad", METHODS({ .name = "task.close", .run = method_code })), false,
      "method \"task.close\" is already declared" },
    { "method code", DECLARE("bad", METHODS({ .name = "task.open" })), false, "has no code" },
    { "method role", DECLARE("bad", METHODS({ .name = "task.open", .run = method_code, .role = "admin,agnet" })),
      false, "unknown role \"agnet\"" },
    { "method reserved", DECLARE("bad", METHODS({ .name = "task.open", .run = method_code,
                                                  PARAMS(CSM_PARAM("dry_run", CSM_T_BOOL)) })),
      false, "argument \"dry_run\" is every method's" },
    { "method argument twice", DECLARE("bad", METHODS({ .name = "task.open", .run = method_code,
                                                        PARAMS(CSM_PARAM("a", CSM_T_INT), CSM_PARAM("a", CSM_T_INT)) })),
      false, "argument \"a\" is there twice" },
    { "point name", DECLARE("bad", POINTS({ .name = "task.router" })), false, "ends in its version" },
    { "point twice", DECLARE("bad", POINTS({ .name = "task.router/1" })), false, "already declared" },
    { "point collects", DECLARE("bad", POINTS({ .name = "task.answers/1", .cardinality = CSM_COLLECT,
                                                .returns = SLICE_OF(csm_param, CSM_PARAM("one", CSM_T_TEXT)) })),
      false, "collects, so \"one\" is to be a list" },
    { "impl code", DECLARE("bad", IMPLS({ .point = "task.router/1" })), false, "lacks its code" },
    { "job code", DECLARE("bad", JOBS({ .name = "sweep" })), false, "job \"sweep\": has no code" },
    { "subscriber", DECLARE("bad", SUBSCRIBERS({ .event = "task.update" })), false, "lacks its code" },
    { "caller value", DECLARE("bad", VALUES({ .name = "me", .type = CSM_T_ID, .run = value_code })), false,
      "is always there" },
    { "setting outside", DECLARE("bad", .settings_size = 4, SETTINGS({ .name = "s", .type = CSM_T_INT })), false,
      "outside the struct of 4 bytes" },
    { "property twice", DECLARE("bad", PROPERTIES({ .name = "base.limit", .type = CSM_T_INT })), false,
      "already declared by plugin \"base\"" },
    { "seed table", DECLARE("bad", SEEDS({ .table = "knid", .key = "a" })), false, "unknown table \"knid\"" },
    { "seed abstract", DECLARE("bad", SEEDS({ .table = "ghost", .key = "a" })), false, "no rows of its own" },
    { "seed twice", DECLARE("bad", SEEDS({ .table = "kind", .key = "a" }, { .table = "kind", .key = "a" })), false,
      "is there twice" },
    { "migrations", DECLARE("bad", MIGRATIONS({ .version = 2, .name = "b" }, { .version = 1, .name = "a" })), false,
      "versions rise strictly" },
    { "prefix meant", DECLARE("bad", EXTS({ .table = "task", FIELDS(CSM_INT("x")),
                                            INDEXES({ .name = "i", .columns = "x" }) })),
      true, "unknown field of \"task\" \"x\"; did you mean \"bad_x\"?" },
};

/* Builds base and @p plugin; returns the problems, the status in *st. */
static csm_problem *problems_of(const csm_plugin *plugin, bool third_party, csm_arena *arena, csm_status *st)
{
    const csm_mplugin plugins[] = { { .decl = &base, .id = "base", .position = 0 },
                                    { .decl = plugin, .id = plugin->id, .position = 1, .third_party = third_party } };
    struct counter counter = { 0 };
    csm_number_source numbers = { count_number, &counter };
    csm_problem *problems = NULL;
    csm_registry *reg = NULL;
    csm_error err = { 0 };

    *st = csm_registry_build(plugins, 2, &numbers, arena, &reg, &problems, &err);
    if (*st != CSM_OK) {
        assert_int_equal(err.code, *st);
        assert_int_equal(counter.asked, 0); /* a number given is given for ever */
        assert_null(reg);
    }
    csm_registry_unref(reg);
    return problems;
}

static void each_is_listed(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        csm_arena *arena = csm_arena_new(4096, 0);
        csm_status st;
        const csm_problem *problem = problems_of(&rows[n].plugin, rows[n].third_party, arena, &st);
        bool found = false;

        assert_int_equal(st, CSM_E_INVALID);
        for (const csm_problem *p = problem; p != NULL; p = p->next) {
            if (strcmp(p->plugin, "bad") != 0)
                fail_msg("%s: blames %s: %.*s", rows[n].name, p->plugin, CSM_STR_FMT(p->text));
            found |= strstr(p->text.ptr, rows[n].says) != NULL;
        }
        if (!found)
            fail_msg("%s: first says %.*s", rows[n].name, CSM_STR_FMT(problem->text));
        csm_arena_free(arena);
    }
}

static const csm_plugin many =
    DECLARE("many", TABLES({ .name = "t", .display = "gone", FIELDS(CSM_REF("x", "gone"), CSM_INT("y", .dflt = "z")) }),
            ROLES({ .name = "r", .contains = "gone" }), RULES({ .table = "gone", .when = 1, .run = rule_code }),
            METHODS({ .name = "m" }));

static void all_at_once(void **state)
{
    csm_arena *arena = csm_arena_new(4096, 0);
    csm_status st;
    uint32_t count = 0;

    (void)state;
    for (const csm_problem *p = problems_of(&many, false, arena, &st); p != NULL; p = p->next)
        count++;
    assert_int_equal(st, CSM_E_INVALID);
    assert_int_equal(count, 6);
    csm_arena_free(arena);
}

static const csm_plugin child = DECLARE("child", TABLES({ .name = "c", .extends = "task", FIELDS(CSM_INT("x")) }));

static const csm_plugin late = DECLARE("late", EXTS({ .table = "task", FIELDS(CSM_INT("x")) }));

/* A column added to a parent after a child table declared its name: the later plugin is at fault. */
static void newcomer_is_at_fault(void **state)
{
    const csm_mplugin plugins[] = { { .decl = &base, .id = "base", .position = 0 },
                                    { .decl = &child, .id = "child", .position = 1 },
                                    { .decl = &late, .id = "late", .position = 2 } };
    struct counter counter = { 0 };
    csm_number_source numbers = { count_number, &counter };
    csm_arena *arena = csm_arena_new(4096, 0);
    csm_problem *problems = NULL;
    csm_registry *reg = NULL;
    csm_error err = { 0 };

    (void)state;
    assert_int_equal(csm_registry_build(plugins, 3, &numbers, arena, &reg, &problems, &err), CSM_E_INVALID);
    assert_non_null(problems);
    assert_string_equal(problems->plugin, "late");
    assert_null(problems->next);
    csm_arena_free(arena);
}

static csm_status no_numbers(void *user, const char *key, const char *was, uint32_t *out, csm_error *err)
{
    (void)user;
    (void)was;
    (void)out;
    return csm_error_set(err, CSM_E_IO, "no number for %s", key);
}

static void number_source_fails(void **state)
{
    const csm_mplugin plugins[] = { { .decl = &base, .id = "base", .position = 0 } };
    csm_number_source numbers = { no_numbers, NULL };
    csm_arena *arena = csm_arena_new(4096, 0);
    csm_problem *problems = NULL;
    csm_registry *reg = NULL;
    csm_error err = { 0 };

    (void)state;
    assert_int_equal(csm_registry_build(plugins, 1, &numbers, arena, &reg, &problems, &err), CSM_E_IO);
    assert_string_equal(err.message, "no number for t:task");
    assert_null(reg);
    csm_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_listed),
        cmocka_unit_test(all_at_once),
        cmocka_unit_test(newcomer_is_at_fault),
        cmocka_unit_test(number_source_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
