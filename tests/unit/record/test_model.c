/* The record engine against a plain model in memory: random inserts, updates, merges, deletes and batches in savepoints, with
 * restarts in between. After each round every row, count and journal length must be what the model says, and the store must
 * agree with itself. */
#include "world.h"

#define RECORDS 60
#define ROUNDS 150
#define STEPS 30

typedef struct twin {
    bool lives;
    csm_id id;
    uint32_t version;
    int64_t priority;
    char title[24];
    char kind[12];
    uint32_t entries;
    bool patrol;
    /* what a client read some time ago */
    bool seen, title_moved, priority_moved;
    uint32_t seen_version;
    int64_t seen_priority;
    char seen_title[24];
} twin;

typedef struct model {
    twin rows[RECORDS];
    uint64_t numbers; /* given so far */
} model;

static uint64_t seed = 88172645463325252u;

static uint32_t roll(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % below;
}

static csm_value values(world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static csm_value values(world *w, const char *fmt, ...)
{
    char text[256];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    const csm_str kept = csm_arena_str(w->arena, (csm_str){ text, strlen(text) + 1 });
    return world_values(w, kept.ptr);
}

static const char *const kinds[] = { "garden", "zoo" };

static void step_insert(world *w, model *m, twin *t)
{
    csm_row *row;
    bool bad = roll(8) == 0;
    csm_status st;
    uint32_t priority = 1 + roll(5), mark = roll(1000000);

    t->patrol = roll(2) == 0;
    st = csm_write_insert(&w->ctx, world_table(w, t->patrol ? "patrol" : "duty"),
                          values(w, "title=t%u^priority=%u^kind=%s%s", mark, bad ? 9 : priority, kinds[mark % 2],
                                 mark % 3 == 0 ? "^comments=first" : ""), NULL, &row);
    assert_status(&w->ctx, st, bad ? CSM_E_INVALID : CSM_OK);
    if (bad)
        return;
    m->numbers++;
    *t = (twin){ .lives = true, .id = row->id, .priority = priority, .entries = mark % 3 == 0, .patrol = t->patrol };
    snprintf(t->title, sizeof(t->title), "t%u", mark);
    snprintf(t->kind, sizeof(t->kind), "%s", kinds[mark % 2]);
    char number[24];
    snprintf(number, sizeof(number), "DU%07llu", (unsigned long long)m->numbers);
    assert_str(world_text(row, "number"), number);
}

static void remember(twin *t)
{
    t->seen = true;
    t->title_moved = t->priority_moved = false;
    t->seen_version = t->version;
    t->seen_priority = t->priority;
    memcpy(t->seen_title, t->title, sizeof(t->title));
}

static void step_update(world *w, twin *t)
{
    uint32_t mark = roll(1000000);
    bool same = roll(5) == 0, entry = roll(4) == 0;
    csm_row *row;

    assert_ok(&w->ctx, csm_write_update(&w->ctx, world_table(w, "duty"), t->id,
                                        same ? values(w, "title=%s%s", t->title, entry ? "^comments=more" : "")
                                             : values(w, "title=t%u%s", mark, entry ? "^comments=more" : ""), NULL, &row));
    t->title_moved = t->title_moved || !same;
    if (!same)
        snprintf(t->title, sizeof(t->title), "t%u", mark);
    t->entries += entry;
    t->version += !same || entry;
    assert_int_equal(row->version, t->version);
}

/* A write based on what was read before: other fields merge, the same field changed twice is a conflict. */
static void step_merge(world *w, twin *t)
{
    csm_write_options options = { .version = -1, .base = t->seen_version };
    uint32_t priority = 1 + roll(5);
    bool title = roll(2) == 0, conflict = title && t->title_moved && strcmp(t->title, "merged") != 0 && strcmp(t->seen_title, "merged") != 0;
    bool clash = t->priority_moved && t->priority != (int64_t)priority && t->seen_priority != (int64_t)priority;
    csm_status st;
    csm_row *row;

    st = csm_write_update(&w->ctx, world_table(w, "duty"), t->id,
                          title ? values(w, "priority=%u^title=merged", priority) : values(w, "priority=%u", priority), &options, &row);
    assert_status(&w->ctx, st, conflict || clash ? CSM_E_CONFLICT : CSM_OK);
    if (st != CSM_OK)
        return;
    /* what he gives back as he had seen it is not his change */
    bool keep_priority = t->priority_moved && t->seen_priority == (int64_t)priority;
    bool keep_title = title && t->title_moved && strcmp(t->seen_title, "merged") == 0;
    bool changes = (!keep_priority && t->priority != (int64_t)priority) || (title && !keep_title && strcmp(t->title, "merged") != 0);
    if (!keep_priority)
        t->priority = priority;
    if (title && !keep_title)
        snprintf(t->title, sizeof(t->title), "merged");
    t->version += changes;
    assert_int_equal(row->version, t->version);
    remember(t);
}

static void step_version(world *w, twin *t)
{
    csm_write_options options = { .version = roll(2) == 0 ? t->version : t->version + 1, .base = -1 };
    bool fits = options.version == t->version;
    uint32_t priority = 1 + roll(5);
    csm_row *row;

    assert_status(&w->ctx, csm_write_update(&w->ctx, world_table(w, "duty"), t->id, values(w, "priority=%u", priority), &options, &row),
                  fits ? CSM_OK : CSM_E_CONFLICT);
    if (!fits)
        return;
    t->version += t->priority != (int64_t)priority;
    t->priority_moved = t->priority_moved || t->priority != (int64_t)priority;
    t->priority = priority;
}

static void step_delete(world *w, twin *t)
{
    assert_ok(&w->ctx, csm_write_delete(&w->ctx, world_table(w, "duty"), t->id, NULL));
    assert_null(world_find(w, "duty", t->id));
    t->lives = false;
}

static void one_step(world *w, model *m)
{
    twin *t = &m->rows[roll(RECORDS)];

    if (!t->lives) {
        step_insert(w, m, t);
        return;
    }
    switch (roll(10)) {
    case 0:
        step_delete(w, t);
        break;
    case 1:
    case 2:
        if (t->seen)
            step_merge(w, t);
        break;
    case 3:
        step_version(w, t);
        break;
    case 4:
        remember(t);
        break;
    default:
        step_update(w, t);
    }
}

typedef struct batch {
    world *w;
    model *m;
    bool fails;
} batch;

static csm_status run_batch(csm_ctx *ctx, void *arg)
{
    batch *b = arg;

    for (uint32_t n = roll(6); n > 0; n--)
        one_step(b->w, b->m);
    return b->fails ? csm_ctx_fail(ctx, CSM_E_REJECTED, "the batch fails") : CSM_OK;
}

/* All or nothing, and a nested one inside. */
static void step_batch(world *w, model *m)
{
    model before = *m;
    batch b = { .w = w, .m = m, .fails = roll(2) == 0 };
    csm_status st = csm_write_nested(&w->ctx, run_batch, &b);

    assert_int_equal(st, b.fails ? CSM_E_REJECTED : CSM_OK);
    if (b.fails)
        *m = before;
}

/* ---- comparing ---- */

static void check_row(world *w, const twin *t)
{
    csm_journal_entry *entries;
    csm_version *versions;
    uint32_t count;
    csm_row *row = world_find(w, "duty", t->id);

    assert_non_null(row);
    assert_string_equal(row->table->name, t->patrol ? "patrol" : "duty");
    assert_int_equal(row->version, t->version);
    assert_str(world_text(row, "title"), t->title);
    assert_str(world_text(row, "kind"), t->kind);
    assert_int_equal(world_get(row, "priority").i, t->priority);
    char weight[8];
    snprintf(weight, sizeof(weight), "w%lld", (long long)t->priority);
    assert_str(world_text(row, "weight"), weight);
    assert_ok(&w->ctx, csm_history_journal(&w->ctx, row->table, row->id, csm_mtable_field(row->table, CSM_STR("comments")), true,
                                           1000, &entries, &count));
    assert_int_equal(count, t->entries);
    assert_ok(&w->ctx, csm_history_versions(&w->ctx, row->table, row->id, true, 0, 1, &versions, &count));
    assert_int_equal(count, 1);
    assert_int_equal(versions[0].version, t->version);
}

static void on_problem(void *user, const char *area, csm_str what)
{
    (void)user;
    print_error("%s: %.*s\n", area, CSM_STR_FMT(what));
}

static void check_world(world *w, const model *m)
{
    uint64_t lives = 0, patrols = 0, high = 0;
    csm_verify_counts counts = { 0 };

    world_read(w, "rule");
    for (uint32_t n = 0; n < RECORDS; n++) {
        const twin *t = &m->rows[n];

        if (!t->lives)
            continue;
        check_row(w, t);
        lives++;
        patrols += t->patrol;
        high += t->priority <= 2;
    }
    assert_int_equal(world_count(w, "duty", ""), lives);
    assert_int_equal(world_count(w, "patrol", ""), patrols);
    assert_int_equal(world_count(w, "duty", "priority<=2"), high);
    assert_ok(&w->ctx, csm_engine_verify(w->engine, csm_snap_view(w->snap), on_problem, NULL, &counts, &w->ctx.err));
    assert_int_equal(counts.problems, 0);
    assert_true(counts.rows >= lives);
}

static void engine_is_the_model(void **state)
{
    static model m;
    static world w;

    (void)state;
    world_open(&w);
    for (int round = 0; round < ROUNDS; round++) {
        model before = m;

        world_write(&w, "kim");
        for (int step = 0; step < STEPS; step++) {
            if (roll(6) == 0)
                step_batch(&w, &m);
            else
                one_step(&w, &m);
        }
        if (roll(5) == 0) { /* the transaction never was */
            world_abort(&w);
            m = before;
        } else {
            world_commit(&w);
        }
        if (round % 10 == 9)
            world_reopen(&w);
        check_world(&w, &m);
    }
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(engine_is_the_model) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
