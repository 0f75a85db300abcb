/* The tables handlers call: records, values under construction, who asks, properties, arguments. */
#include "duties.h"

static const csm_host *host(void)
{
    return csm_engine_host();
}

static void all_tables_are_full(void **state)
{
    (void)state;
    /* every member of every table is set: a hole is a NULL between its neighbours */
    static const struct {
        const char *name;
        size_t offset;
    } areas[] = { { "record", offsetof(csm_host, record) }, { "query", offsetof(csm_host, query) },
                  { "change", offsetof(csm_host, change) }, { "caller", offsetof(csm_host, caller) },
                  { "rpc", offsetof(csm_host, rpc) },       { "job", offsetof(csm_host, job) },
                  { "point", offsetof(csm_host, point) } };

    for (size_t n = 0; n < COUNT_OF(areas); n++) {
        const unsigned char *area;
        uint32_t size;

        memcpy(&area, (const char *)host() + areas[n].offset, sizeof(area));
        assert_non_null(area);
        memcpy(&size, area, sizeof(size));
        for (size_t at = sizeof(void *); at < size; at += sizeof(void *)) {
            void *member;

            memcpy(&member, area + at, sizeof(member));
            if (member == NULL)
                fail_msg("table \"%s\" has a hole at %zu", areas[n].name, at);
        }
    }
}

static void records_live_a_life(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_record *rec, *again;
    csm_value entries;
    bool match;

    assert_ok(ctx, csm_record_create(ctx, "duty", &rec));
    assert_true(csm_id_is_none(csm_record_id(ctx, rec)));
    assert_ok(ctx, csm_record_set_text(ctx, rec, "title", CSM_STR("Mow")));
    assert_ok(ctx, csm_record_set_text(ctx, rec, "comments", CSM_STR("soon")));
    assert_ok(ctx, csm_record_insert(ctx, rec));
    assert_str(csm_record_text(ctx, rec, "number"), "DU0000001");
    assert_int_equal(csm_record_int(ctx, rec, "state"), 1);
    assert_ok(ctx, csm_record_journal(ctx, rec, "comments", 5, &entries));
    assert_int_equal(entries.count, 1);
    assert_str(csm_record_display(ctx, rec, "state"), "New");
    csm_pair arg = { CSM_STR("priority"), csm_int(2) };
    csm_value args = csm_map(&arg, 1);
    assert_ok(ctx, csm_transition_run(ctx, rec, "start", &args));
    assert_int_equal(csm_record_int(ctx, rec, "state"), 2);
    assert_int_equal(csm_record_int(ctx, rec, "priority"), 2);
    assert_ok(ctx, csm_record_find_where(ctx, "duty", "number=DU0000001^state=2", &again));
    assert_non_null(again);
    assert_ok(ctx, csm_record_matches(ctx, again, "priority<3", &match));
    assert_true(match);
    assert_status(ctx, csm_record_matches(ctx, again, "priorit<3", &match), CSM_E_INVALID);
    assert_ok(ctx, csm_record_delete(ctx, again));
    assert_ok(ctx, csm_record_find(ctx, "duty", csm_record_id(ctx, rec), &again));
    assert_null(again);
    assert_status(ctx, csm_record_get(ctx, "duty", csm_record_id(ctx, rec), &again), CSM_E_NOT_FOUND);
    assert_true(csm_table_is_a(ctx, "patrol", "duty"));
    assert_false(csm_table_is_a(ctx, "duty", "patrol"));
    assert_true(csm_table_has_field(ctx, "patrol", "route"));
    assert_false(csm_table_has_field(ctx, "duty", "route"));
}

static void wrong_names_stick(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_record *rec;

    assert_ok(ctx, csm_record_create(ctx, "duty", &rec));
    assert_ok(ctx, csm_record_set_text(ctx, rec, "title", CSM_STR("x")));
    assert_int_equal(csm_record_int(ctx, rec, "tilte"), 0);
    assert_int_equal(ctx->sticky, CSM_E_INVALID);
    assert_refused(ctx, csm_record_insert(ctx, rec), CSM_E_INVALID, "tilte"); /* a bug met once writes nothing more */
    assert_int_equal(world_count(w, "duty", ""), 0);
}

static void handlers_see_what_callers_may(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "rule");
    csm_record *rec;
    csm_id id;

    assert_ok(ctx, csm_record_create(ctx, "duty", &rec));
    assert_ok(ctx, csm_record_set_text(ctx, rec, "title", CSM_STR("x")));
    assert_ok(ctx, csm_record_set_text(ctx, rec, "wage", CSM_STR("ten")));
    assert_ok(ctx, csm_record_insert(ctx, rec));
    assert_str(csm_record_text(ctx, rec, "wage"), "ten");
    id = csm_record_id(ctx, rec);
    world_commit(w);
    ctx = world_read(w, "kim");
    assert_ok(ctx, csm_record_get(ctx, "duty", id, &rec));
    assert_true(csm_is_nil(csm_record_value(ctx, rec, "wage")));
    csm_value value;
    assert_ok(ctx, csm_record_as_value(ctx, rec, &value));
    assert_null(csm_map_get(&value, "wage"));
    ctx = world_read(w, "vera");
    assert_status(ctx, csm_record_get(ctx, "duty", id, &rec), CSM_E_NOT_FOUND);
    bool may;
    assert_ok(ctx, csm_caller_can(ctx, "duty", id, CSM_OP_READ, &may));
    assert_false(may);
    /* what code with all rights hands out is still cut to what the caller may see */
    ctx->system = 1;
    assert_ok(ctx, csm_record_get(ctx, "duty", id, &rec));
    assert_ok(ctx, csm_record_as_value(ctx, rec, &value));
    assert_int_equal(value.count, 2);
    assert_ok(ctx, csm_caller_can(ctx, "duty", id, CSM_OP_READ, &may));
    assert_false(may);
}

static void open_rows_are_worked_on(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_record *rec = make(ctx, "x", 2), *got;
    csm_pair pair = { CSM_STR_INIT("of"), csm_id_value(csm_record_id(ctx, rec)) };
    csm_value args = csm_map(&pair, 1);
    csm_id id = csm_map_id(&args, "of");

    assert_true(csm_id_is_none(csm_map_id(&args, "off")));
    assert_ok(ctx, csm_record_get_open(ctx, "duty", id, &got));
    world_commit(w);
    ctx = world_write(w, "vera");
    assert_status(ctx, csm_record_get_open(ctx, "duty", id, &got), CSM_E_NOT_FOUND);
    world_abort(w);
    ctx = world_write(w, "chief");
    assert_ok(ctx, csm_record_get(ctx, "duty", id, &got));
    assert_ok(ctx, csm_transition_run(ctx, got, "abandon", NULL));
    assert_status(ctx, csm_record_get_open(ctx, "duty", id, &got), CSM_E_STATE);
    world_abort(w);
    ctx = world_write(w, "vera"); /* who reads places, and writes none */
    assert_status(ctx, csm_record_get_open(ctx, "place", world_key("place", "park"), &got), CSM_E_DENIED);
}

static void groups_have_members(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "rule");
    csm_row *group, *member;
    char values[90], kim[33], it[33];
    bool in;

    assert_ok(ctx, world_insert(w, "sys_user_group", "name=Diggers", &group));
    csm_id_format(world_user("kim"), kim);
    csm_id_format(group->id, it);
    snprintf(values, sizeof(values), "user=%s^group=%s", kim, it);
    assert_ok(ctx, world_insert(w, "sys_user_grmember", values, &member));
    assert_ok(ctx, csm_user_in_group(ctx, world_user("kim"), group->id, &in));
    assert_true(in);
    assert_ok(ctx, csm_user_in_group(ctx, world_user("vera"), group->id, &in));
    assert_false(in);
}

static void values_grow(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_read(w, "kim");
    csm_value list = csm_list(NULL, 0), fork;
    csm_value own[] = { csm_int(7) };

    for (int n = 0; n < 1000; n++) {
        csm_value map = csm_map(NULL, 0);

        assert_ok(ctx, csm_map_add(ctx, &map, "n", csm_int(n)));
        assert_ok(ctx, csm_map_add(ctx, &map, "m", csm_int(-n)));
        assert_ok(ctx, csm_list_add(ctx, &list, map));
    }
    assert_int_equal(list.count, 1000);
    for (int n = 0; n < 1000; n++)
        assert_int_equal(csm_map_get(&list.list[n], "m")->i, -n);
    assert_true(csm_arena_used(w->arena) < 1000 * 1024); /* adding does not copy all each time */
    fork = list;
    assert_ok(ctx, csm_list_add(ctx, &list, csm_int(1)));
    assert_ok(ctx, csm_list_add(ctx, &fork, csm_int(2)));
    assert_int_equal(list.list[1000].i, 1);
    assert_int_equal(fork.list[1000].i, 2);
    list = csm_list(own, 1); /* somebody else's memory is not written behind */
    assert_ok(ctx, csm_list_add(ctx, &list, csm_int(8)));
    assert_int_equal(list.list[0].i, 7);
    assert_int_equal(list.list[1].i, 8);
    assert_status(ctx, csm_map_add(ctx, &list, "k", csm_int(1)), CSM_E_INVALID);
}

static void who_asks(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "vera");

    assert_true(csm_caller_is_external(ctx));
    assert_true(csm_caller_has_role(ctx, "visitor"));
    assert_false(csm_caller_has_role(ctx, "keeper"));
    assert_true(csm_id_eq(csm_caller_user(ctx), world_user("vera")));
    assert_true(csm_user_has_role(ctx, world_user("chief"), "keeper")); /* contained */
    assert_false(csm_user_has_role(ctx, world_user("kim"), "chief"));
    assert_true(csm_id_eq(csm_caller_user(ctx), world_user("vera"))); /* still she */
    world_abort(w);
    ctx = world_write(w, "root");
    assert_ok(ctx, csm_user_grant_role(ctx, world_user("kim"), "chief"));
    assert_ok(ctx, csm_user_grant_role(ctx, world_user("kim"), "chief")); /* again is no error and no second row */
    assert_true(csm_user_has_role(ctx, world_user("kim"), "chief"));
    assert_status(ctx, csm_user_grant_role(ctx, world_user("kim"), "king"), CSM_E_NOT_FOUND);
}

static void properties_and_small_things(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "root");
    csm_row *row = world_find(w, "sys_properties", csm_id_of_text(CSM_STR("property/park.motto"))), *out;
    csm_str text;
    int64_t a, b;

    assert_non_null(row);
    assert_str(csm_property_text(ctx, "park.motto", "?"), "be kind");
    assert_ok(ctx, csm_write_update(ctx, row->table, row->id, world_values(w, "value=be wild"), NULL, &out));
    assert_str(csm_property_text(ctx, "park.motto", "?"), "be wild");
    assert_ok(ctx, csm_write_delete(ctx, row->table, row->id, NULL));
    assert_str(csm_property_text(ctx, "park.motto", "?"), "be kind"); /* as declared */
    assert_str(csm_property_text(ctx, "park.none", "?"), "?");
    assert_ok(ctx, csm_counter_next(ctx, "tickets", &a));
    assert_ok(ctx, csm_counter_next(ctx, "tickets", &b));
    assert_int_equal(b, a + 1);
    assert_ok(ctx, csm_random_text(ctx, 20, &text));
    assert_int_equal(text.len, 20);
    for (size_t n = 0; n < text.len; n++)
        assert_non_null(strchr("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", text.ptr[n]));
    csm_str other;
    assert_ok(ctx, csm_random_text(ctx, 20, &other));
    assert_false(csm_str_eq(text, other));
    assert_status(ctx, csm_random_text(ctx, 0, &text), CSM_E_INVALID);
    assert_status(ctx, csm_password_hash(ctx, CSM_STR("short"), &text), CSM_E_INVALID);
}

static void arguments_are_checked(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_read(w, "kim");
    static const csm_param params[] = {
        CSM_PARAM("id", CSM_T_ID, .flags = CSM_PARAM_REQUIRED), CSM_PARAM("at", CSM_T_TIME), CSM_PARAM("day", CSM_T_DATE),
        CSM_PARAM("sum", CSM_T_DECIMAL),                        CSM_PARAM("flag", CSM_T_BOOL, .dflt = "true"),
        CSM_PARAM("text", CSM_T_TEXT, .min = 2, .max = 4),      CSM_PARAM("any", CSM_T_NIL),
        CSM_PARAM("list", CSM_T_LIST, .max = 2),                CSM_PARAM("n", CSM_T_INT, .dflt = "5"),
        CSM_PARAM("f", CSM_T_FLOAT),                            CSM_PARAM("ids", CSM_T_LIST, .table = "park", .max = 2),
    };
    static const csm_value ids[] = { { .type = CSM_T_TEXT, .s = CSM_STR_INIT("0123456789abcdef0123456789abcdef") },
                                     { .type = CSM_T_TEXT, .s = CSM_STR_INIT("12") } };
    csm_pair in[] = { { CSM_STR("id"), csm_ctext("0123456789abcdef0123456789abcdef") }, { CSM_STR("x"), csm_nil() } };
    static const struct {
        const char *name;
        csm_value value;
        csm_status want;
    } rows[] = {
        { "at", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("2026-01-31T10:00:00Z") }, CSM_OK },
        { "at", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("yesterday") }, CSM_E_INVALID },
        { "day", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("2026-01-31") }, CSM_OK },
        { "day", { .type = CSM_T_INT, .i = 3 }, CSM_E_INVALID },
        { "sum", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("1.25") }, CSM_OK },
        { "sum", { .type = CSM_T_INT, .i = INT64_MAX }, CSM_E_INVALID },
        { "flag", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("true") }, CSM_E_INVALID },
        { "text", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("x") }, CSM_E_INVALID },
        { "text", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("\xc3\xa9\xc3\xa9") }, CSM_OK },
        { "any", { .type = CSM_T_INT, .i = 3 }, CSM_OK },
        { "list", { .type = CSM_T_MAP }, CSM_E_INVALID },
        { "n", { .type = CSM_T_FLOAT, .f = 1.5 }, CSM_E_INVALID },
        { "f", { .type = CSM_T_INT, .i = 2 }, CSM_OK },
        { "ids", { .type = CSM_T_LIST, .count = 2, .list = ids }, CSM_E_INVALID },
        { "ids", { .type = CSM_T_LIST, .count = 1, .list = ids }, CSM_OK },
        { "id", { .type = CSM_T_TEXT, .s = CSM_STR_INIT("12") }, CSM_E_INVALID },
    };
    csm_args args;

    assert_ok(ctx, csm_args_parse(ctx, params, COUNT_OF(params), csm_map(in, 1), &args));
    assert_true(csm_value_bool(csm_arg(ctx, &args, 4)));
    assert_int_equal(csm_arg_int(ctx, &args, 8), 5);
    assert_true(csm_is_nil(csm_arg(ctx, &args, 1)));
    assert_int_equal(csm_arg_id(ctx, &args, 0).b[15], 0xef);
    for (size_t n = 0; n < COUNT_OF(rows); n++) {
        in[1] = (csm_pair){ csm_str_of(rows[n].name), rows[n].value };
        print_message("  %s %zu\n", rows[n].name, n);
        assert_status(ctx, csm_args_parse(ctx, params, COUNT_OF(params), csm_str_is(in[1].key, "id") ? csm_map(in + 1, 1) : csm_map(in, 2),
                                          &args), rows[n].want);
        if (rows[n].want != CSM_OK)
            assert_string_equal(ctx->err.field, rows[n].name);
        else if (strcmp(rows[n].name, "ids") == 0)
            assert_int_equal(csm_arg(ctx, &args, 10).list[0].id.b[15], 0xef);
    }
    (void)csm_arg(ctx, &args, 99);
    assert_int_equal(ctx->sticky, CSM_E_INVALID);
}

typedef struct step {
    const char *field, *value;
} step;

static csm_status make_duty(csm_ctx *ctx, void *arg)
{
    const step *s = arg;
    csm_record *rec;

    CSM_TRY(csm_record_create(ctx, "duty", &rec));
    CSM_TRY(csm_record_set_text(ctx, rec, "title", CSM_STR("Mow")));
    CSM_TRY(csm_record_insert(ctx, rec));
    CSM_TRY(csm_record_set(ctx, rec, s->field, csm_ctext(s->value)));
    return csm_record_update(ctx, rec);
}

static csm_status forget_memory(csm_ctx *ctx, void *arg)
{
    (void)arg;
    return csm_error_nomem(&ctx->err);
}

static void attempts_stand_on_their_own(void **state)
{
    static const step good = { "title", "Rake" }, bad = { "priority", "high" }, wrong = { "nonsense", "1" };
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    csm_failure why;
    uint64_t before, after;

    assert_ok(ctx, csm_query_count(ctx, "duty", NULL, &before));
    assert_ok(ctx, csm_savepoint_attempt(ctx, make_duty, (void *)(uintptr_t)&good, &why));
    assert_int_equal(why.code, CSM_OK);
    assert_ok(ctx, csm_savepoint_attempt(ctx, make_duty, (void *)(uintptr_t)&bad, &why));
    assert_int_equal(why.code, CSM_E_INVALID);
    assert_str(why.field, "priority");
    assert_true(why.message.len > 0);
    assert_int_equal(ctx->err.code, CSM_OK);
    assert_ok(ctx, csm_query_count(ctx, "duty", NULL, &after));
    assert_int_equal(after, before + 1);
    assert_status(ctx, csm_savepoint_attempt(ctx, forget_memory, NULL, &why), CSM_E_NOMEM);
    assert_status(ctx, csm_savepoint_attempt(ctx, make_duty, (void *)(uintptr_t)&wrong, &why), CSM_E_INVALID); /* a bug is no refusal */
    assert_int_equal(ctx->sticky, CSM_E_INVALID);
}

static void a_step_is_undone_whole(void **state)
{
    static const step good = { "title", "Rake" }, bad = { "priority", "high" };
    world *w = *state;
    csm_ctx *ctx = world_write(w, "kim");
    uint64_t before, after;

    assert_ok(ctx, csm_query_count(ctx, "duty", NULL, &before));
    assert_ok(ctx, csm_savepoint_run(ctx, make_duty, (void *)(uintptr_t)&good));
    assert_status(ctx, csm_savepoint_run(ctx, make_duty, (void *)(uintptr_t)&bad), CSM_E_INVALID); /* the call hears of it */
    assert_ok(ctx, csm_query_count(ctx, "duty", NULL, &after));
    assert_int_equal(after, before + 1);
}

static void secrets_are_looked_up_by_hash(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_write(w, "rule");
    csm_str secret, hash, other, again;

    assert_ok(ctx, csm_secret_new(ctx, &secret, &hash));
    assert_ok(ctx, csm_secret_hash(ctx, secret, &again));
    assert_true(csm_str_eq(hash, again));
    assert_false(csm_str_eq(hash, secret));
    assert_ok(ctx, csm_secret_new(ctx, &other, &again));
    assert_false(csm_str_eq(secret, other));
}

static void replies_are_given_once(void **state)
{
    world *w = *state;
    csm_ctx *ctx = world_read(w, "kim");
    csm_reply reply = { 0 };

    assert_ok(ctx, csm_reply_value(ctx, &reply, csm_ctext("yes")));
    assert_str(reply.value.s, "yes");
    assert_status(ctx, csm_reply_value(ctx, &reply, csm_ctext("no")), CSM_E_INTERNAL);
    assert_int_equal(ctx->sticky, CSM_E_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_tables_are_full), T(records_live_a_life), T(wrong_names_stick),
        T(handlers_see_what_callers_may), T(values_grow), T(who_asks), T(open_rows_are_worked_on),
        T(groups_have_members), T(properties_and_small_things), T(arguments_are_checked), T(replies_are_given_once),
        T(attempts_stand_on_their_own),
        T(a_step_is_undone_whole), T(secrets_are_looked_up_by_hash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
