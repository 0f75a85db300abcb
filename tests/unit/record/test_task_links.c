/* Task links and roll-ups: a wish raises a job (forward) and has pieces (back); both sides hear of each other, points are
 * called, many sources are told in pages exactly once, and the last piece to close moves the wish. */
#include "world.h"

#define WISHES 130u /* more than are told at once and than one page takes */

static const csm_choice states[] = { { "1", "Open", NULL, NULL }, { "2", "Half", NULL, NULL }, { "3", "Done", NULL, NULL } };

static const csm_field wish_fields[] = {
    CSM_TEXT("title", .length = 80),
    CSM_TEXT("place", .length = 80),
    CSM_INT("state", .dflt = "1", CSM_CHOICES(states)),
    CSM_REF("job", "job", .flags = CSM_INDEXED),
    CSM_JOURNAL("notes", .label = "Notes"),
};
static const csm_field job_fields[] = {
    CSM_TEXT("number", .length = 40, .flags = CSM_UNIQUE),
    CSM_TEXT("title", .length = 80),
    CSM_TEXT("site", .length = 80),
    CSM_TEXT("crew", .length = 80),
    CSM_INT("state", .dflt = "1", CSM_CHOICES(states)),
    CSM_JOURNAL("notes", .label = "Notes"),
    CSM_JOURNAL("comments", .label = "Comments"),
};
static const csm_field piece_fields[] = {
    CSM_REF("wish", "wish", .flags = CSM_INDEXED),
    CSM_INT("state", .dflt = "1", CSM_CHOICES(states)),
};
static const csm_table tables[] = {
    { .name = "job", .label = "Job", .fields = CSM_ARRAY(job_fields), .number = "JOB" },
    { .name = "wish", .label = "Wish", .fields = CSM_ARRAY(wish_fields), .display = "title" },
    { .name = "piece", .label = "Piece", .fields = CSM_ARRAY(piece_fields) },
};

static const csm_link_note notes[] = {
    { .filter = "stateCHANGES", .text = "${number}: ${state.old} to ${state}" },
    { .filter = "commentsCHANGES", .text = "said: ${comments}" },
};
static const csm_task_link links[] = {
    { .name = "job", .source = "wish", .linked = "job", .field = "job", .methods = "wish", .copies = "title,site=place",
      .params = "crew", .required = "crew", .may_associate = "state!=3", .source_note = "notes", .linked_note = "notes",
      .told = "state!=3", .notes = CSM_ARRAY(notes), .released = "state=3" },
    { .name = "piece", .source = "wish", .linked = "piece", .field = "wish", .direction = CSM_LINK_BACK, .methods = "wish",
      .source_note = "notes" },
};

static const csm_state wish_states[] = { { "1", CSM_STATE_INITIAL }, { "2", 0 }, { "3", 0 } };
static const csm_transition wish_transitions[] = {
    { .name = "finish", .from = "1", .to = "3" },
    { .name = "give_up", .from = "1", .to = "2" },
    { .name = "again", .from = "2,3", .to = "1" },
};
static const csm_state_model models[] = {
    { .table = "wish", .field = "state", .states = CSM_ARRAY(wish_states), .transitions = CSM_ARRAY(wish_transitions) },
};
static const csm_rollup_step steps[] = {
    { .any = "state=2", .transition = "give_up" },
    { .transition = "finish" },
};
static const csm_rollup rollups[] = {
    { .child = "piece", .parent_field = "wish", .open = "state=1", .parent_filter = "state=1", .steps = CSM_ARRAY(steps) },
};

static char heard[512];

static csm_verdict hear(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_str link = csm_arg_text(ctx, in, 0), change = csm_arg_text(ctx, in, 1);
    size_t len = strlen(heard);

    (void)out;
    (void)snprintf(heard + len, sizeof(heard) - len, "%.*s %.*s;", CSM_STR_FMT(link), CSM_STR_FMT(change));
    return CSM_CONTINUE;
}
static const csm_impl impls[] = { { .point = CSM_POINT_LINK_CHANGED, .run = hear } };

static const csm_plugin yard = { .magic = CSM_ABI_MAGIC,
                                 .size = sizeof(csm_plugin),
                                 .abi_major = CSM_ABI_MAJOR,
                                 .abi_minor = CSM_ABI_MINOR,
                                 .id = "yard",
                                 .version = "1",
                                 .tables = CSM_ARRAY(tables),
                                 .states = CSM_ARRAY(models),
                                 .links = CSM_ARRAY(links),
                                 .rollups = CSM_ARRAY(rollups),
                                 .impls = CSM_ARRAY(impls) };

static int setup(void **state)
{
    static world w;
    const csm_plugin *plugins[] = { &world_park, &yard };

    world_open_with(&w, plugins, 2);
    heard[0] = '\0';
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    world_close(*state);
    return 0;
}

static csm_id insert(world *w, const char *table, const char *values)
{
    csm_ctx *ctx = world_write(w, "rule");
    csm_row *row;
    csm_id id;

    assert_ok(ctx, world_insert(w, table, values, &row));
    id = row->id;
    world_commit(w);
    return id;
}

static const char *hex(csm_id id)
{
    static char text[4][CSM_ID_TEXT];
    static unsigned next;
    char *out = text[next++ % 4];

    csm_id_format(id, out);
    return out;
}

static csm_status call(world *w, const char *method, const char *args)
{
    const csm_mmethod *m = csm_registry_method(csm_engine_registry(w->engine), csm_str_of(method));
    csm_reply reply = { 0 };

    assert_non_null(m);
    assert_non_null(m->link);
    return csm_link_run(&w->ctx, m, world_values(w, args), &reply);
}

static uint32_t entries(world *w, const char *table, csm_id id, const char *newest)
{
    const csm_mtable *t = world_table(w, table);
    csm_journal_entry *list;
    uint32_t count;

    assert_ok(&w->ctx, csm_history_journal(&w->ctx, t, id, csm_mtable_field(t, CSM_STR("notes")), true, 1000, &list, &count));
    if (newest != NULL) {
        assert_true(count > 0);
        assert_str(list[0].text, newest);
    }
    return count;
}

/* "name=HEX more" */
static char *named(const char *name, csm_id id, const char *more)
{
    static char out[256];

    (void)snprintf(out, sizeof(out), "%s=%s%s", name, hex(id), more);
    return out;
}

static char *with_job(csm_id wish, csm_id job)
{
    char more[48];

    (void)snprintf(more, sizeof(more), "^job=%s", hex(job));
    return named("id", wish, more);
}

static void create_copies_links_and_tells_both(void **state)
{
    world *w = *state;
    csm_id wish = insert(w, "wish", "title=A bench^place=North gate"), job_id;
    csm_row *row, *job;

    world_write(w, "root");
    assert_refused(&w->ctx, call(w, "wish.create_job", named("id", wish, "")), CSM_E_INVALID, "crew");
    assert_ok(&w->ctx, call(w, "wish.create_job", named("id", wish, "^crew=Kim")));
    world_commit(w);
    world_read(w, "rule");
    row = world_find(w, "wish", wish);
    job_id = world_get(row, "job").id;
    job = world_find(w, "job", job_id);
    assert_str(world_text(job, "title"), "A bench");
    assert_str(world_text(job, "site"), "North gate");
    assert_str(world_text(job, "crew"), "Kim");
    assert_int_equal(entries(w, "wish", wish, "Job JOB0000001 linked"), 1);
    assert_int_equal(entries(w, "job", job_id, "Wish A bench linked"), 1);
    assert_string_equal(heard, "job set;");
    world_write(w, "root");
    assert_refused(&w->ctx, call(w, "wish.create_job", named("id", wish, "^crew=Kim")), CSM_E_REJECTED, "already");
    world_abort(w);
}

static void remove_and_associate(void **state)
{
    world *w = *state;
    csm_id wish = insert(w, "wish", "title=A bench"), open = insert(w, "job", "title=x"), done = insert(w, "job", "title=y");
    csm_row *row;

    world_write(w, "rule");
    assert_ok(&w->ctx, world_update(w, world_find(w, "job", done), "state=3", &row));
    world_commit(w);
    world_write(w, "root");
    assert_refused(&w->ctx, call(w, "wish.remove_job", named("id", wish, "")), CSM_E_REJECTED, "nothing");
    assert_refused(&w->ctx, call(w, "wish.associate_job", with_job(wish, done)), CSM_E_REJECTED,
                   "no longer");
    assert_ok(&w->ctx, call(w, "wish.associate_job", with_job(wish, open)));
    world_commit(w);
    world_write(w, "root");
    assert_ok(&w->ctx, call(w, "wish.remove_job", named("id", wish, "")));
    world_commit(w);
    world_read(w, "rule");
    assert_true(csm_is_nil(world_get(world_find(w, "wish", wish), "job")));
    assert_int_equal(entries(w, "wish", wish, "Job JOB0000001 unlinked"), 2);
    assert_string_equal(heard, "job set;job cleared;");
}

static void strangers_are_refused(void **state)
{
    world *w = *state;
    csm_id wish = insert(w, "wish", "title=A bench");

    world_write(w, "system");
    w->ctx.caller = csm_caller_nobody();
    assert_status(&w->ctx, call(w, "wish.create_job", named("id", wish, "^crew=Kim")), CSM_E_NOT_FOUND);
    world_abort(w);
}

static void every_open_source_is_told_once(void **state)
{
    world *w = *state;
    csm_id job = insert(w, "job", "title=x"), ids[WISHES];
    csm_row *row;

    world_write(w, "rule");
    for (unsigned n = 0; n < WISHES; n++) {
        assert_ok(&w->ctx, world_insert(w, "wish", named("job", job, "^title=w"), &row));
        ids[n] = row->id;
    }
    world_commit(w);
    world_write(w, "rule");
    assert_ok(&w->ctx, world_update(w, world_find(w, "wish", ids[7]), "state=3", &row));
    world_commit(w);
    world_write(w, "rule");
    assert_ok(&w->ctx, world_update(w, world_find(w, "job", job), "state=2^comments=half way", &row));
    world_commit(w);
    assert_true(world_run_jobs(w) >= 2);
    world_read(w, "rule");
    for (unsigned n = 0; n < WISHES; n++)
        assert_int_equal(entries(w, "wish", ids[n], n == 7 ? NULL : "JOB0000001: Open to Half\nsaid: half way"), n == 7 ? 1 : 2);
    heard[0] = '\0';
    world_write(w, "rule");
    assert_ok(&w->ctx, world_update(w, world_find(w, "job", job), "state=3", &row));
    assert_true(strncmp(heard, "job released;", 13) == 0);
    world_abort(w);
}

static void last_piece_moves_the_wish(void **state)
{
    world *w = *state;
    csm_id wish = insert(w, "wish", "title=A bench"), a, b;
    csm_row *row;

    a = insert(w, "piece", named("wish", wish, ""));
    b = insert(w, "piece", named("wish", wish, ""));
    world_write(w, "rule");
    assert_ok(&w->ctx, world_update(w, world_find(w, "piece", a), "state=2", &row));
    assert_int_equal(world_get(world_find(w, "wish", wish), "state").i, 1);
    assert_ok(&w->ctx, world_update(w, world_find(w, "piece", b), "state=3", &row));
    assert_int_equal(world_get(world_find(w, "wish", wish), "state").i, 2);
    world_commit(w);
}

static void deleting_the_last_open_piece_moves_too(void **state)
{
    world *w = *state;
    csm_id wish = insert(w, "wish", "title=A bench"), a, b;
    csm_row *row;

    a = insert(w, "piece", named("wish", wish, ""));
    b = insert(w, "piece", named("wish", wish, ""));
    world_write(w, "rule");
    assert_ok(&w->ctx, world_update(w, world_find(w, "piece", a), "state=3", &row));
    assert_ok(&w->ctx, csm_write_delete(&w->ctx, world_table(w, "piece"), b, NULL));
    assert_int_equal(world_get(world_find(w, "wish", wish), "state").i, 3);
    world_commit(w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(create_copies_links_and_tells_both), TEST(remove_and_associate),      TEST(strangers_are_refused),
        TEST(every_open_source_is_told_once),     TEST(last_piece_moves_the_wish), TEST(deleting_the_last_open_piece_moves_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
