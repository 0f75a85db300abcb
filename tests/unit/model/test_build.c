/* Good declarations: what the registry makes of them. */
#include "declare.h"

#include "base/fault.h"

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
static csm_verdict impl_code(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    (void)ctx;
    (void)in;
    (void)out;
    return CSM_CONTINUE;
}
static csm_status subscriber_code(csm_ctx *ctx, const char *event, csm_value payload)
{
    (void)ctx;
    (void)event;
    (void)payload;
    return CSM_OK;
}

static const csm_choice states[] = {
    { .value = "1", .label = "Open", .customer_label = "In work" }, { .value = "2", .label = "Held" },
    { .value = "3", .label = "Done" },
};
static const csm_choice child_states[] = {
    { .value = "1", .label = "New" }, { .value = "2", .label = "Waiting" }, { .value = "3", .label = "Closed" },
    { .value = "4", .label = "Lost" },
};

static const csm_choice more_states[] = { { .value = "9", .label = "Lent" } };

static const csm_plugin core = DECLARE(
    "core", ROLES({ .name = "admin" }, { .name = "worker", .contains = "reader" }, { .name = "reader" }),
    TABLES({ .name = "person", FIELDS(CSM_TEXT("name", .flags = CSM_REQUIRED | CSM_UNIQUE)) }),
    METHODS({ .name = "core.ping", .run = method_code, .doc = "Answers" }),
    RULES({ .table = "*", .when = CSM_AFTER_WRITE, .order = 500, .run = rule_code, .name = "everywhere" }));

static const csm_plugin work = DECLARE(
    "work", .alias = "com.example.work",
    TABLES(
        /* the child is declared before its parent on purpose */
        { .name = "errand", .extends = "duty",
          FIELDS(CSM_TEXT("place"), CSM_INT("state", .flags = CSM_OVERRIDE, CSM_CHOICES(child_states)),
                 CSM_TEXT("kind_name", .flags = CSM_COMPUTED)) },
        { .name = "duty", .display = "title", .number = "DTY", .order = "-number,title",
          FIELDS(CSM_TEXT("number", .flags = CSM_UNIQUE), CSM_TEXT("title", .was = "subject", .length = 80),
                 CSM_INT("state", .dflt = "1", CSM_CHOICES(states)), CSM_BOOL("active", .dflt = "true"),
                 CSM_REF("owner", "person", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .dflt = "@me"),
                 CSM_REF("kind", "kind", .flags = CSM_INDEXED), CSM_TIME("opened_at", .dflt = "@now"),
                 CSM_JOURNAL("notes"), CSM_DATE("day", .dflt = "2026-01-31"),
                 CSM_CONDITION("filter", "on_table"), CSM_TEXT("on_table"), CSM_REF("parent", "duty")),
          INDEXES({ .name = "by_state", .columns = "state, -opened_at", .include = "number,title" }) },
        { .name = "kind", FIELDS(CSM_TEXT("name")) }),
    SCOPES({ .table = "duty", .ops = CSM_OP_READ, .role = "reader", .fields = "title,state", .inherit = true },
           { .table = "duty", .ops = CSM_OP_WRITE, .role = "worker", .fields = "-notes,number", .inherit = true },
           { .table = "duty", .ops = CSM_OP_CRWD, .role = "worker" },
           { .table = "errand", .ops = CSM_OP_READ, .via = "parent" }),
    RIGHTS({ .table = "duty", .field = "notes", .ops = CSM_OP_READ, .roles = "worker,admin" }),
    RULES({ .table = "errand", .when = CSM_BEFORE_INSERT, .order = 50, .run = rule_code, .name = "errand early" },
          { .table = "duty", .when = CSM_BEFORE_WRITE, .run = rule_code },
          { .table = "duty", .when = CSM_BEFORE_INSERT, .order = 10, .run = rule_code, .name = "first" }),
    DERIVED({ .kind = CSM_DERIVE_COPY, .table = "errand", .field = "kind_name", .inputs = "kind",
              .source_field = "name" }),
    MODELS({ .table = "duty", .field = "state", .active = "active", .methods = "duty",
             STATES({ "1", CSM_STATE_INITIAL }, { "2", 0 }, { "3", CSM_STATE_CLOSED }),
             TRANSITIONS({ .name = "hold", .from = "1", .to = "2", .required = "notes", .doc = "Waits." },
                         { .name = "finish", .from = "1,2", .to = "3", .required = "notes", .fields = "title",
                           .doc = "Ends it" },
                         { .name = "finish", .from = "3", .fields = "title,day", .doc = "Corrects it" }) }),
    POINTS({ .name = "duty.router/1" }),
    IMPLS({ .point = "duty.router/1", .order = 20, .run = impl_code },
          { .point = "duty.router/1", .order = 10, .run = impl_code },
          { .point = "gone.router/1", .run = impl_code }),
    SUBSCRIBERS({ .event = "duty.update", .order = 2, .run = subscriber_code },
                { .event = "*.delete", .order = 1, .run = subscriber_code }));

static const csm_plugin guest = DECLARE(
    "guest", TABLES({ .name = "note", FIELDS(CSM_TEXT("body"), CSM_REF("duty", "duty", .flags = CSM_INDEXED)) }),
    EXTS({ .table = "duty", FIELDS(CSM_INT("stars", .flags = CSM_INDEXED, .max = 5, .was = "points"),
                                   CSM_INT("state", .flags = CSM_OVERRIDE | CSM_MORE_CHOICES, CSM_CHOICES(more_states))),
           INDEXES({ .name = "starred", .columns = "guest_stars,number" }) }),
    SCOPES({ .table = "duty", .ops = CSM_OP_READ, .role = "reader", .fields = "guest_stars", .flags = CSM_SCOPE_ADDS },
           { .table = "duty", .ops = CSM_OP_READ, .role = "worker", .like = "reader" }),
    METHODS({ .name = "give", .run = method_code }));

struct built {
    struct counter counter;
    csm_arena *arena;
    csm_registry *reg;
};

static void build(struct built *b)
{
    const csm_mplugin plugins[] = { { .decl = &core, .id = "core", .position = 0 },
                                    { .decl = &work, .id = "work", .position = 1 },
                                    { .decl = &guest, .id = "guest", .position = 2, .third_party = true } };
    csm_number_source numbers = { count_number, &b->counter };
    csm_problem *problems = NULL;
    csm_error err = { 0 };

    memset(b, 0, sizeof(*b));
    b->arena = csm_arena_new(4096, 0);
    if (csm_registry_build(plugins, 3, &numbers, b->arena, &b->reg, &problems, &err) != CSM_OK) {
        for (; problems != NULL; problems = problems->next)
            print_error("%s: %.*s\n", problems->plugin, CSM_STR_FMT(problems->text));
        fail_msg("%s", err.message);
    }
}

static void done(struct built *b)
{
    csm_registry_unref(b->reg);
    csm_arena_free(b->arena);
}

static const csm_mtable *table(const struct built *b, const char *name)
{
    const csm_mtable *found = csm_registry_table(b->reg, csm_str_of(name));

    assert_non_null(found);
    return found;
}

static const csm_mfield *field(const csm_mtable *t, const char *name)
{
    const csm_mfield *found = csm_mtable_field(t, csm_str_of(name));

    assert_non_null(found);
    return found;
}

static void tables_and_families(void **state)
{
    struct built b;
    const csm_mtable *duty, *errand;

    (void)state;
    build(&b);
    duty = table(&b, "duty");
    errand = table(&b, "errand");
    assert_int_equal(b.reg->table_count, 5);
    assert_string_equal(b.reg->tables[1]->name, "errand");
    assert_ptr_equal(errand->parent, duty);
    assert_ptr_equal(errand->root, duty);
    assert_ptr_equal(duty->root, duty);
    assert_int_equal(duty->descendant_count, 2);
    assert_ptr_equal(duty->descendants[0], duty);
    assert_ptr_equal(duty->descendants[1], errand);
    assert_true(csm_mtable_is_a(errand, duty));
    assert_false(csm_mtable_is_a(duty, errand));
    assert_non_null(csm_registry_table(b.reg, CSM_STR("guest_note")));
    assert_null(csm_registry_table(b.reg, CSM_STR("note")));
    assert_ptr_equal(csm_registry_table_by_id(b.reg, duty->id), duty);
    assert_int_equal(duty->id, number_of(&b.counter, "t:duty"));
    assert_ptr_equal(csm_registry_plugin(b.reg, CSM_STR("com.example.work")), &b.reg->plugins[1]);
    done(&b);
}

static void fields_are_flattened(void **state)
{
    struct built b;
    const csm_mtable *duty, *errand;

    (void)state;
    build(&b);
    duty = table(&b, "duty");
    errand = table(&b, "errand");
    assert_int_equal(errand->field_count, duty->field_count + 2);
    for (uint32_t n = 0; n < duty->field_count; n++) {
        assert_int_equal(duty->fields[n].pos, n);
        assert_int_equal(errand->fields[n].pos, n);
        assert_int_equal(errand->fields[n].id, duty->fields[n].id);
        assert_ptr_equal(csm_mtable_field_by_id(errand, duty->fields[n].id), &errand->fields[n]);
    }
    assert_int_equal(field(duty, "sys_id")->id, CSM_FID_SYS_ID);
    assert_int_equal(field(errand, "sys_tags")->id, CSM_FID_TAGS);
    assert_ptr_equal(field(errand, "sys_id")->ref, errand);
    assert_string_equal(field(duty, "opened_at")->label, "Opened at");
    /* what refers to a field of the same row refers to this table's */
    assert_ptr_equal(field(errand, "filter")->condition_table, field(errand, "on_table"));
    assert_ptr_equal(field(duty, "filter")->condition_table, field(duty, "on_table"));
    /* a third party's column has its prefix, here and below */
    assert_int_equal(field(errand, "guest_stars")->id, number_of(&b.counter, "f:duty/guest_stars"));
    assert_string_equal(field(errand, "guest_stars")->plugin, "guest");
    assert_string_equal(b.counter.was[number_of(&b.counter, "f:duty/guest_stars") - CSM_FID_FIRST], "guest_points");
    assert_string_equal(b.counter.was[number_of(&b.counter, "f:duty/title") - CSM_FID_FIRST], "subject");
    /* an override */
    assert_int_equal(field(errand, "state")->choice_count, 4);
    assert_ptr_equal(field(errand, "state")->owner, duty);
    assert_int_equal(field(errand, "state")->dflt.i, 1);
    assert_true((field(errand, "kind_name")->flags & CSM_READ_ONLY) != 0);
    assert_true(csm_str_is(csm_mfield_choice_label(field(duty, "state"), csm_int(1), true), "In work"));
    assert_true(csm_str_is(csm_mfield_choice_label(field(duty, "state"), csm_int(2), true), "Held"));
    assert_int_equal(csm_mfield_choice_label(field(duty, "state"), csm_int(8), false).len, 0);
    /* choices of another plugin, and the rest of the field as it was */
    assert_int_equal(field(duty, "state")->choice_count, 4);
    assert_true(csm_str_is(csm_mfield_choice_label(field(duty, "state"), csm_int(9), false), "Lent"));
    assert_string_equal(field(duty, "state")->plugin, "work");
    assert_int_equal(field(duty, "state")->dflt.i, 1);
    done(&b);
}

static void defaults_and_details(void **state)
{
    struct built b;
    const csm_mtable *duty, *errand;

    (void)state;
    build(&b);
    duty = table(&b, "duty");
    errand = table(&b, "errand");
    assert_int_equal(field(errand, "owner")->dflt_kind, CSM_DEFAULT_ME);
    assert_int_equal(field(errand, "opened_at")->dflt_kind, CSM_DEFAULT_NOW);
    assert_true(csm_is_nil(field(errand, "opened_at")->dflt));
    assert_int_equal(field(errand, "day")->dflt.type, CSM_T_DATE);
    assert_int_equal(field(errand, "active")->dflt.b, true);
    assert_ptr_equal(duty->display, field(duty, "title"));
    assert_ptr_equal(errand->display, field(errand, "title"));
    assert_string_equal(table(&b, "kind")->display->name, "name");
    assert_string_equal(table(&b, "guest_note")->display->name, "sys_id");
    assert_ptr_equal(errand->number, field(errand, "number"));
    assert_string_equal(errand->number_prefix, "DTY");
    assert_null(table(&b, "kind")->number);
    assert_int_equal(duty->order_count, 2);
    assert_true(duty->order[0].descending);
    assert_ptr_equal(duty->order[1].field, field(duty, "title"));
    done(&b);
}

static const csm_mindex *index_of(const csm_mtable *t, const char *name)
{
    for (uint32_t n = 0; n < t->index_count; n++)
        if (strcmp(t->indexes[n].name, name) == 0)
            return &t->indexes[n];
    fail_msg("no index %s", name);
    return NULL;
}

static void indexes_and_inbound(void **state)
{
    struct built b;
    const csm_mtable *duty, *errand, *person, *kind;
    const csm_mindex *ix;

    (void)state;
    build(&b);
    duty = table(&b, "duty");
    errand = table(&b, "errand");
    person = table(&b, "person");
    kind = table(&b, "kind");
    assert_true(index_of(duty, "number")->unique);
    assert_false(index_of(duty, "owner")->unique);
    assert_int_equal(errand->index_count, duty->index_count);
    ix = index_of(errand, "by_state");
    assert_int_equal(ix->id, number_of(&b.counter, "i:duty/by_state"));
    assert_int_equal(ix->column_count, 2);
    assert_ptr_equal(ix->columns[0].field, field(errand, "state"));
    assert_true(ix->columns[1].descending);
    assert_int_equal(ix->include_count, 2);
    assert_ptr_equal(ix->include[1], field(errand, "title"));
    assert_ptr_equal(ix->owner, duty);
    assert_int_equal(ix->key_length, 64);
    assert_int_equal(index_of(errand, "guest_starred")->column_count, 2);
    assert_int_equal(person->inbound_count, 1);
    assert_ptr_equal(person->inbound[0].table, duty);
    assert_ptr_equal(person->inbound[0].index, index_of(duty, "owner"));
    assert_int_equal(person->inbound[0].field->on_delete, CSM_CLEAR);
    /* a note refers to duties, so to errands too; "parent" has no index and no end */
    assert_int_equal(duty->inbound_count, 1);
    assert_int_equal(errand->inbound_count, 1);
    assert_string_equal(errand->inbound[0].table->name, "guest_note");
    assert_int_equal(kind->copies_out_count, 1);
    assert_ptr_equal(kind->copies_out[0]->source, field(kind, "name"));
    assert_int_equal(errand->derived_count, 1);
    assert_int_equal(duty->derived_count, 0);
    done(&b);
}

static bool bit(const csm_mscope *scope, const char *name)
{
    uint32_t pos = field(scope->table, name)->pos;

    return (scope->fields[pos / 64] >> (pos % 64) & 1) != 0;
}

static void roles_scopes_rights(void **state)
{
    struct built b;
    const csm_mtable *duty, *errand;

    (void)state;
    build(&b);
    duty = table(&b, "duty");
    errand = table(&b, "errand");
    assert_int_equal(b.reg->role_count, 3);
    assert_ptr_equal(csm_registry_role(b.reg, CSM_STR("worker"))->contains[0],
                     csm_registry_role(b.reg, CSM_STR("reader")));
    assert_int_equal(duty->scope_count, 5);
    assert_true(bit(&duty->scopes[0], "guest_stars")); /* added by another plugin, to those who read with a list */
    assert_false(bit(&duty->scopes[1], "guest_stars") && bit(&duty->scopes[1], "notes"));
    assert_true(bit(&duty->scopes[4], "guest_stars")); /* as the reader's */
    assert_true(bit(&duty->scopes[4], "title"));
    assert_false(bit(&duty->scopes[4], "day"));
    assert_int_equal(errand->scope_count, 3); /* two inherited, one own */
    assert_ptr_equal(errand->scopes[0].table, errand);
    assert_true(bit(&errand->scopes[0], "title"));
    assert_true(bit(&errand->scopes[0], "sys_id"));
    assert_false(bit(&errand->scopes[0], "place"));
    assert_false(bit(&errand->scopes[1], "notes"));
    assert_true(bit(&errand->scopes[1], "place"));
    assert_null(duty->scopes[2].fields);
    assert_ptr_equal(errand->scopes[2].via, field(errand, "parent"));
    assert_null(errand->scopes[2].role);
    assert_non_null(field(errand, "notes")->read_right);
    assert_true(csm_str_is(field(errand, "notes")->read_roles, "worker,admin"));
    assert_null(field(errand, "notes")->write_right);
    done(&b);
}

static void rules_are_sorted(void **state)
{
    struct built b;
    const csm_mtable *duty, *errand;

    (void)state;
    build(&b);
    duty = table(&b, "duty");
    errand = table(&b, "errand");
    assert_int_equal(errand->rule_count[CSM_BEFORE_INSERT], 3);
    assert_string_equal(errand->rules[CSM_BEFORE_INSERT][0].name, "first");
    assert_string_equal(errand->rules[CSM_BEFORE_INSERT][1].name, "errand early");
    assert_string_equal(errand->rules[CSM_BEFORE_INSERT][2].name, "work 2");
    assert_int_equal(errand->rules[CSM_BEFORE_INSERT][2].order, 100);
    assert_int_equal(duty->rule_count[CSM_BEFORE_INSERT], 2);
    assert_int_equal(duty->rule_count[CSM_BEFORE_UPDATE], 1);
    assert_int_equal(duty->rule_count[CSM_BEFORE_WRITE], 0);
    assert_int_equal(table(&b, "guest_note")->rule_count[CSM_AFTER_UPDATE], 1);
    done(&b);
}

static void states_and_their_methods(void **state)
{
    struct built b;
    const csm_mstate_model *model;
    const csm_mmethod *finish;

    (void)state;
    build(&b);
    model = table(&b, "errand")->state_model;
    assert_non_null(model);
    assert_ptr_equal(model, table(&b, "duty")->state_model);
    assert_int_equal(model->transition_count, 3);
    assert_int_equal(model->transitions[1].from_count, 2);
    assert_int_equal(model->transitions[1].from_values[1].i, 2);
    assert_int_equal(model->transitions[1].to.i, 3);
    assert_true(csm_is_nil(model->transitions[2].to));
    assert_int_equal(model->transitions[1].field_count, 2);
    assert_int_equal(model->state_values[2].i, 3);
    finish = csm_registry_method(b.reg, CSM_STR("duty.finish"));
    assert_non_null(finish);
    assert_ptr_equal(finish->model, model);
    assert_string_equal(finish->transition, "finish");
    assert_null(finish->decl->run);
    assert_int_equal(finish->decl->flags, CSM_METHOD_WRITES | CSM_METHOD_EXTERNAL);
    assert_string_equal(finish->decl->doc, "Ends it; Corrects it");
    assert_int_equal(finish->decl->params.count, 4);
    assert_string_equal(finish->decl->params.items[0].name, "id");
    assert_int_equal(finish->decl->params.items[0].flags, CSM_PARAM_REQUIRED);
    assert_string_equal(finish->decl->params.items[1].name, "notes");
    assert_string_equal(finish->decl->params.items[3].name, "day");
    assert_int_equal(finish->decl->params.items[3].flags, 0);
    assert_non_null(csm_registry_method(b.reg, CSM_STR("duty.hold")));
    assert_non_null(csm_registry_method(b.reg, CSM_STR("guest.give")));
    assert_null(csm_registry_method(b.reg, CSM_STR("give")));
    done(&b);
}

static const csm_plugin brisk = DECLARE(
    "brisk", TABLES({ .name = "errand", FIELDS(CSM_INT("state", .dflt = "1", CSM_CHOICES(states)), CSM_BOOL("active")) }),
    MODELS({ .table = "errand", .field = "state", .active = "active", .methods = "errand",
             STATES({ "1", CSM_STATE_INITIAL }, { "2", 0 }, { "3", CSM_STATE_CLOSED }),
             TRANSITIONS({ .name = "go", .from = "1", .to = "2" }, { .name = "stop", .from = "2", .to = "3" },
                         { .name = "again", .from = "3", .to = "1" }) }));

/* No two transitions share a name, so none leaves room for the time line. */
static void a_method_for_every_transition(void **state)
{
    static const char *const names[] = { "core.ping", "errand.timeline", "errand.go", "errand.stop", "errand.again" };
    const csm_mplugin plugins[] = { { .decl = &core, .id = "core", .position = 0 },
                                    { .decl = &brisk, .id = "brisk", .position = 1 } };
    struct built b = { .arena = csm_arena_new(4096, 0) };
    csm_number_source numbers = { count_number, &b.counter };
    csm_problem *problems = NULL;
    csm_error err = { 0 };

    (void)state;
    if (csm_registry_build(plugins, 2, &numbers, b.arena, &b.reg, &problems, &err) != CSM_OK)
        fail_msg("%s", problems != NULL ? problems->text.ptr : err.message);
    assert_int_equal(b.reg->method_count, sizeof(names) / sizeof(names[0]));
    for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
        assert_non_null(csm_registry_method(b.reg, csm_str_of(names[n])));
    done(&b);
}

static void points_and_subscribers(void **state)
{
    struct built b;
    const csm_mpoint *point;

    (void)state;
    build(&b);
    point = csm_registry_point(b.reg, CSM_STR("duty.router/1"));
    assert_non_null(point);
    assert_int_equal(point->impl_count, 2);
    assert_int_equal(point->impls[0].decl->order, 10);
    assert_null(csm_registry_point(b.reg, CSM_STR("gone.router/1")));
    assert_int_equal(b.reg->subscriber_count, 2);
    assert_string_equal(b.reg->subscribers[0].decl->event, "*.delete");
    done(&b);
}

static void look_ups_name_the_nearest(void **state)
{
    struct built b;
    const csm_mtable *t = NULL;
    const csm_mfield *f = NULL;
    csm_error err = { 0 };

    (void)state;
    build(&b);
    assert_int_equal(csm_registry_get_table(b.reg, CSM_STR("errrand"), &t, &err), CSM_E_NOT_FOUND);
    assert_string_equal(err.message, "table \"errrand\" does not exist");
    assert_string_equal(err.hint, "did you mean \"errand\"?");
    assert_int_equal(csm_mtable_get_field(table(&b, "duty"), CSM_STR("titel"), &f, &err), CSM_E_INVALID);
    assert_string_equal(err.hint, "did you mean \"title\"?");
    assert_null(t);
    assert_null(f);
    done(&b);
}

static void counted_references(void **state)
{
    struct built b;

    (void)state;
    build(&b);
    assert_ptr_equal(csm_registry_ref(b.reg), b.reg);
    csm_registry_unref(b.reg);
    assert_int_equal(b.reg->table_count, 5); /* still there: the sanitizer would say */
    csm_registry_unref(NULL);
    done(&b);
}

/* Every allocation fails in turn: NOMEM each time, nothing leaked, until it passes. */
static void out_of_memory(void **state)
{
    const csm_mplugin plugins[] = { { .decl = &core, .id = "core", .position = 0 },
                                    { .decl = &work, .id = "work", .position = 1 } };
    csm_status st = CSM_E_NOMEM;
    unsigned long nth = 0;

    (void)state;
    while (st != CSM_OK) {
        struct counter counter = { 0 };
        csm_number_source numbers = { count_number, &counter };
        csm_arena *arena = csm_arena_new(4096, 0);
        csm_problem *problems = NULL;
        csm_registry *reg = NULL;
        csm_error err = { 0 };

        csm_fault_arm(CSM_FAULT_alloc, ++nth, false);
        st = csm_registry_build(plugins, 2, &numbers, arena, &reg, &problems, &err);
        csm_fault_arm(CSM_FAULT_alloc, 0, false);
        if (st != CSM_OK) {
            assert_int_equal(st, CSM_E_NOMEM);
            assert_int_equal(err.code, CSM_E_NOMEM);
            assert_null(reg);
        }
        csm_registry_unref(reg);
        csm_arena_free(arena);
        assert_true(nth < 10000);
    }
    assert_true(nth > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_and_families),      cmocka_unit_test(fields_are_flattened),
        cmocka_unit_test(defaults_and_details),     cmocka_unit_test(indexes_and_inbound),
        cmocka_unit_test(roles_scopes_rights),      cmocka_unit_test(rules_are_sorted),
        cmocka_unit_test(states_and_their_methods), cmocka_unit_test(a_method_for_every_transition),
        cmocka_unit_test(points_and_subscribers),
        cmocka_unit_test(look_ups_name_the_nearest), cmocka_unit_test(counted_references),
        cmocka_unit_test(out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
