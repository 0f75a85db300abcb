/* Every plan gives the rows that plain reading gives: random conditions, orders, tables and page sizes over random rows,
 * whole and in pages, standing still and while rows come, change and go; counts and groups alike. */
#include "world.h"

#include "engine/query/query.h"

#define ROUNDS 900

static const fact orders[] = { NUMBER, TITLE, STATE, PRIORITY, ACTIVE, OPENED, DUE, EFFORT, RATIO, SPENT };

typedef struct question {
    const char *table;
    cond *cond;
    fact order[3];
    bool descending[3];
    uint32_t order_count;
} question;

typedef struct answer {
    csm_id *ids;
    uint32_t count;
} answer;

static uint64_t pick(world *w, uint64_t below)
{
    return next_random(&w->seed) % below;
}

static void make_question(world *w, csm_arena *arena, question *q)
{
    static const char *const tables_asked[] = { "work", "work", "job", "chore" };

    w->f.engine.limits.gather_rows = pick(w, 2) == 0 ? 15 : 2000; /* few: orders are walked more often */
    memset(q, 0, sizeof(*q));
    q->table = tables_asked[pick(w, COUNT_OF(tables_asked))];
    q->cond = pick(w, 12) == 0 ? NULL : cond_random(w, arena, (uint32_t)pick(w, 4), strcmp(q->table, "job") == 0);
    q->order_count = (uint32_t)pick(w, 4);
    for (uint32_t n = 0; n < q->order_count; n++) {
        bool again = true;

        while (again) {
            q->order[n] = orders[pick(w, COUNT_OF(orders))];
            again = false;
            for (uint32_t k = 0; k < n; k++)
                again = again || q->order[k] == q->order[n];
        }
        q->descending[n] = pick(w, 2) == 0;
    }
}

static csm_query_spec spec_of(const question *q, csm_ctx *ctx, const fixture *f)
{
    csm_query_spec spec = { .table = fixture_table(f, q->table) };

    if (q->cond != NULL)
        assert_ok(ctx, csm_filter_from_value(ctx->reg, spec.table, cond_value(q->cond, ctx->arena), ctx->arena, &spec.filter,
                                             &ctx->err));
    for (uint32_t n = 0; n < q->order_count; n++)
        spec.filter.order[spec.filter.order_count++] =
            (csm_mcolumn){ csm_mtable_field(spec.table, csm_str_of(fact_names[q->order[n]])), q->descending[n] };
    return spec;
}

static bool is_wanted(world *w, csm_arena *arena, const question *q, const thing *t)
{
    return !t->gone && world_is_a(t, q->table) && (q->cond == NULL || cond_holds(w, arena, q->cond, t));
}

static thing *find_thing(world *w, csm_id id)
{
    for (uint32_t n = 0; n < w->count; n++)
        if (csm_id_eq(w->things[n].id, id))
            return &w->things[n];
    return NULL;
}

static void say(const question *q, csm_ctx *ctx, csm_cursor *cursor)
{
    csm_query_spec spec = { .table = csm_registry_table(ctx->reg, csm_str_of(q->table)) };
    csm_value plan;

    if (q->cond != NULL)
        (void)csm_filter_from_value(ctx->reg, spec.table, cond_value(q->cond, ctx->arena), ctx->arena, &spec.filter, NULL);
    print_error("%s: %.*s\n", q->table, CSM_STR_FMT(csm_expr_text(ctx->arena, spec.filter.expr)));
    for (uint32_t n = 0; n < q->order_count; n++)
        print_error("  order %s%s\n", q->descending[n] ? "-" : "", fact_names[q->order[n]]);
    if (cursor != NULL && csm_cursor_explain(ctx, cursor, &plan) == CSM_OK)
        for (uint32_t n = 0; n < plan.count; n++)
            print_error("  %.*s %.*s %lld\n", CSM_STR_FMT(plan.map[n].key),
                        CSM_STR_FMT(plan.map[n].value.type == CSM_T_TEXT ? plan.map[n].value.s : CSM_STR("")),
                        plan.map[n].value.type == CSM_T_INT ? (long long)plan.map[n].value.i : 0LL);
}

/* Reads at most @p limit rows into the answer; gives the token on. */
static csm_str read_page(world *w, question *q, csm_ctx *ctx, uint32_t limit, csm_str after, answer *a, char *plan)
{
    csm_query_spec spec = spec_of(q, ctx, &w->f);
    csm_cursor *cursor = NULL;
    csm_row *row = NULL;
    csm_str token;
    csm_value explained;

    spec.limit = limit;
    spec.after = after;
    assert_ok(ctx, csm_cursor_open(ctx, &spec, &cursor));
    for (;;) {
        csm_status st = csm_cursor_next(ctx, cursor, &row, NULL);

        if (st != CSM_OK)
            say(q, ctx, cursor);
        assert_ok(ctx, st);
        if (row == NULL)
            break;
        assert_true(a->count < ROWS_MAX);
        a->ids[a->count++] = row->id;
        const thing *t = find_thing(w, row->id);
        assert_non_null(t);
        assert_string_equal(row->table->name, t->table);
        assert_true(csm_value_eq(fixture_get(row, "number"), t->facts[NUMBER]));
    }
    assert_ok(ctx, csm_cursor_token(ctx, cursor, &token));
    assert_ok(ctx, csm_cursor_explain(ctx, cursor, &explained));
    snprintf(plan, 16, "%.*s", CSM_STR_FMT(csm_map_get(&explained, "plan")->s));
    csm_cursor_close(cursor);
    return token;
}

static int thing_cmp(csm_arena *arena, const question *q, const thing *a, const thing *b)
{
    for (uint32_t n = 0; n < q->order_count; n++) {
        int order = fact_cmp(arena, a->facts[q->order[n]], b->facts[q->order[n]]);

        if (order != 0)
            return q->descending[n] ? -order : order;
    }
    return 0;
}

static bool has_id(const answer *a, csm_id id)
{
    for (uint32_t n = 0; n < a->count; n++)
        if (csm_id_eq(a->ids[n], id))
            return true;
    return false;
}

/* The rows wanted, each once, in order. */
static void check_whole(world *w, const question *q, csm_ctx *ctx, const answer *a)
{
    uint32_t wanted = 0;

    for (uint32_t n = 0; n < w->count; n++) {
        bool want = is_wanted(w, ctx->arena, q, &w->things[n]);

        wanted += want;
        if (want != has_id(a, w->things[n].id)) {
            say(q, ctx, NULL);
            fail_msg("thing %u is %s", n, want ? "missing" : "too many");
        }
    }
    if (a->count != wanted)
        say(q, ctx, NULL);
    assert_int_equal(a->count, wanted);
    for (uint32_t n = 1; n < a->count; n++)
        if (thing_cmp(ctx->arena, q, find_thing(w, a->ids[n - 1]), find_thing(w, a->ids[n])) > 0) {
            say(q, ctx, NULL);
            fail_msg("rows %u and %u are out of order", n - 1, n);
        }
}

static void check_count(world *w, const question *q, csm_ctx *ctx, uint32_t want)
{
    csm_query_spec spec = spec_of(q, ctx, &w->f);
    uint64_t count = 0;

    assert_ok(ctx, csm_query_count_rows(ctx, &spec, &count));
    if (count != want)
        say(q, ctx, NULL);
    assert_int_equal(count, want);
}

static void note_plan(const char *plan, uint32_t counts[5])
{
    static const char *const words[] = { "index", "merge", "sort", "scan", "id" };

    for (uint32_t n = 0; n < COUNT_OF(words); n++)
        counts[n] += strcmp(plan, words[n]) == 0;
}

static void all_pages_equal_the_whole(void **state)
{
    static world w;
    answer whole = { calloc(ROWS_MAX, sizeof(csm_id)), 0 }, paged = { calloc(ROWS_MAX, sizeof(csm_id)), 0 };
    csm_arena *arena = csm_arena_new(65536, 0);
    uint32_t counts[5] = { 0 };

    (void)state;
    world_open(&w, 20260101, 400);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        char after[8192] = "", plan[16];
        csm_ctx *ctx = fixture_read(&w.f);
        question q;

        csm_arena_clear(arena);
        make_question(&w, arena, &q);
        whole.count = paged.count = 0;
        csm_str token = read_page(&w, &q, ctx, 0, (csm_str){ 0 }, &whole, plan);
        assert_int_equal(token.len, 0);
        check_whole(&w, &q, ctx, &whole);
        check_count(&w, &q, ctx, whole.count);
        note_plan(plan, counts);
        do {
            ctx = fixture_read(&w.f);
            token = read_page(&w, &q, ctx, (uint32_t)pick(&w, 30) + 1, csm_str_of(after), &paged, plan);
            snprintf(after, sizeof(after), "%.*s", CSM_STR_FMT(token));
            note_plan(plan, counts);
        } while (after[0] != '\0');
        if (paged.count != whole.count)
            say(&q, ctx, NULL);
        assert_int_equal(paged.count, whole.count);
        check_whole(&w, &q, ctx, &paged);
    }
    for (uint32_t n = 0; n < 4; n++) /* the rounds meet every plan but ids */
        assert_true(counts[n] > 10);
    csm_arena_free(arena);
    free(whole.ids);
    free(paged.ids);
    world_close(&w);
}

/* Between pages rows come, change and go: those that stand still are met exactly once, nothing twice. */
static void pages_hold_under_writes(void **state)
{
    static world w;
    answer paged = { calloc(ROWS_MAX, sizeof(csm_id)), 0 };
    csm_arena *arena = csm_arena_new(65536, 0);

    (void)state;
    world_open(&w, 77, 300);
    for (uint32_t round = 0; round < 60 && w.count < ROWS_MAX - 200; round++) {
        char after[8192] = "", plan[16];
        bool first = true;
        question q;

        csm_arena_clear(arena);
        make_question(&w, arena, &q);
        paged.count = 0;
        for (uint32_t n = 0; n < w.count; n++)
            w.things[n].born = 0;
        while (first || after[0] != '\0') {
            csm_ctx *ctx = fixture_read(&w.f);
            uint32_t seen = paged.count;
            csm_str token = read_page(&w, &q, ctx, (uint32_t)pick(&w, 12) + 1, csm_str_of(after), &paged, plan);

            for (uint32_t n = seen; n < paged.count; n++) /* as things are now */
                assert_true(is_wanted(&w, ctx->arena, &q, find_thing(&w, paged.ids[n])));
            snprintf(after, sizeof(after), "%.*s", CSM_STR_FMT(token));
            first = false;
            ctx = fixture_write(&w.f);
            for (uint32_t n = 0; n < 3; n++) {
                thing *t = &w.things[pick(&w, w.count)];

                if (t->gone)
                    continue;
                t->born = 1;
                if (pick(&w, 2) == 0)
                    world_change(&w, ctx, t);
                else
                    world_remove(&w, ctx, t);
            }
            world_add(&w, ctx);
            w.things[w.count - 1].born = 1;
            fixture_commit(&w.f);
        }
        csm_ctx *ctx = fixture_read(&w.f);
        for (uint32_t n = 0; n < w.count; n++) {
            uint32_t met = 0;

            for (uint32_t k = 0; k < paged.count; k++)
                met += csm_id_eq(paged.ids[k], w.things[n].id);
            if (w.things[n].born == 0)
                assert_int_equal(met, is_wanted(&w, ctx->arena, &q, &w.things[n]));
        }
    }
    csm_arena_free(arena);
    free(paged.ids);
    world_close(&w);
}

/* In a transaction: over what it has written, and the rows fixed when the query opened. */
static void transactions_see_their_own(void **state)
{
    static world w;
    answer whole = { calloc(ROWS_MAX, sizeof(csm_id)), 0 };
    csm_arena *arena = csm_arena_new(65536, 0);
    char plan[16];

    (void)state;
    world_open(&w, 5, 150);
    csm_ctx *ctx = fixture_write(&w.f);
    for (uint32_t n = 0; n < 120; n++) {
        question q;
        thing *t = &w.things[pick(&w, w.count)];

        world_add(&w, ctx);
        if (!t->gone && pick(&w, 3) == 0)
            world_remove(&w, ctx, t);
        else if (!t->gone)
            world_change(&w, ctx, t);
        make_question(&w, arena, &q);
        whole.count = 0;
        (void)read_page(&w, &q, ctx, 0, (csm_str){ 0 }, &whole, plan);
        check_whole(&w, &q, ctx, &whole);
        check_count(&w, &q, ctx, whole.count);
    }
    fixture_abort(&w.f);
    csm_arena_free(arena);
    free(whole.ids);
    world_close(&w);
}

/* ---- groups ---- */

typedef struct tally {
    csm_value keys[2];
    int64_t rows, spent, effort, least;
    uint32_t spents, efforts;
    bool has_least;
} tally;

static tally *find_tally(csm_arena *arena, tally *all, uint32_t *count, const csm_value *keys, uint32_t key_count)
{
    for (uint32_t n = 0; n < *count; n++) {
        bool same = true;

        for (uint32_t k = 0; k < key_count; k++)
            same = same && fact_cmp(arena, all[n].keys[k], keys[k]) == 0;
        if (same)
            return &all[n];
    }
    memcpy(all[*count].keys, keys, key_count * sizeof(*keys));
    return &all[(*count)++];
}

static void check_group(csm_ctx *ctx, const csm_value *row, const csm_agg_group *groups, uint32_t group_count, tally *all,
                        uint32_t *count)
{
    csm_value keys[2] = { { 0 }, { 0 } };
    uint32_t before = *count;

    for (uint32_t n = 0; n < group_count; n++)
        keys[n] = *csm_map_get(row, groups[n].name);
    const tally *want = find_tally(ctx->arena, all, count, keys, group_count);
    assert_int_equal(*count, before);
    assert_int_equal(csm_map_get(row, "rows")->i, want->rows);
    assert_int_equal(csm_map_get(row, "spent")->i, want->spent);
    assert_int_equal(csm_map_get(row, "spent")->type, want->spents > 0 ? CSM_T_INT : CSM_T_NIL);
    assert_int_equal(csm_map_get(row, "effort")->i, want->effort);
    assert_int_equal(csm_map_get(row, "least")->i, want->least);
    if (want->spents > 0)
        assert_true(csm_map_get(row, "mean")->f == (double)want->spent / (double)want->spents);
}

static void add_to(tally *to, const thing *t)
{
    to->rows++;
    to->spents += !csm_is_nil(t->facts[SPENT]);
    to->spent += t->facts[SPENT].i;
    to->effort += t->facts[EFFORT].i;
    if (!csm_is_nil(t->facts[PRIORITY]) && (!to->has_least || t->facts[PRIORITY].i < to->least)) {
        to->least = t->facts[PRIORITY].i;
        to->has_least = true;
    }
}

static void groups_equal_plain_counting(void **state)
{
    static const fact by[] = { STATE, ACTIVE, PRIORITY, TITLE, CODE, OWNER, OPENED, DUE };
    static world w;
    csm_arena *arena = csm_arena_new(65536, 0);
    tally *all = calloc(ROWS_MAX, sizeof(*all));

    (void)state;
    world_open(&w, 99, 400);
    for (uint32_t round = 0; round < 300; round++) {
        csm_ctx *ctx = fixture_read(&w.f);
        question q;
        csm_value out;
        uint32_t count = 0;
        fact group_facts[2] = { by[pick(&w, COUNT_OF(by))], by[pick(&w, COUNT_OF(by))] };

        csm_arena_clear(arena);
        memset(all, 0, ROWS_MAX * sizeof(*all));
        make_question(&w, arena, &q);
        if (pick(&w, 3) == 0)
            q.cond = NULL;
        csm_aggregate_spec spec = { .query = spec_of(&q, ctx, &w.f) };
        const csm_mtable *table = spec.query.table;
        spec.group_count = group_facts[0] == group_facts[1] ? 1 : (uint32_t)pick(&w, 3);
        for (uint32_t n = 0; n < spec.group_count; n++)
            spec.groups[n] = (csm_agg_group){ csm_mtable_field(table, csm_str_of(fact_names[group_facts[n]])), CSM_PART_NONE,
                                              n == 0 ? "first" : "second" };
        spec.figures[spec.figure_count++] = (csm_agg_figure){ CSM_AGG_COUNT, NULL, "rows" };
        spec.figures[spec.figure_count++] = (csm_agg_figure){ CSM_AGG_SUM, csm_mtable_field(table, CSM_STR("spent")), "spent" };
        spec.figures[spec.figure_count++] = (csm_agg_figure){ CSM_AGG_AVG, csm_mtable_field(table, CSM_STR("spent")), "mean" };
        spec.figures[spec.figure_count++] = (csm_agg_figure){ CSM_AGG_SUM, csm_mtable_field(table, CSM_STR("effort")), "effort" };
        spec.figures[spec.figure_count++] =
            (csm_agg_figure){ CSM_AGG_MIN, csm_mtable_field(table, CSM_STR("priority")), "least" };
        assert_ok(ctx, csm_aggregate_run(ctx, &spec, &out));
        for (uint32_t n = 0; n < w.count; n++)
            if (is_wanted(&w, ctx->arena, &q, &w.things[n])) {
                csm_value keys[2] = { w.things[n].facts[group_facts[0]], w.things[n].facts[group_facts[1]] };

                add_to(find_tally(ctx->arena, all, &count, keys, spec.group_count), &w.things[n]);
            }
        if (spec.group_count == 0 && count == 0)
            count = 1; /* one row even of nothing */
        assert_int_equal(out.count, count);
        for (uint32_t n = 0; n < out.count; n++)
            check_group(ctx, &out.list[n], spec.groups, spec.group_count, all, &count);
    }
    free(all);
    csm_arena_free(arena);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_pages_equal_the_whole),
        cmocka_unit_test(pages_hold_under_writes),
        cmocka_unit_test(transactions_see_their_own),
        cmocka_unit_test(groups_equal_plain_counting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
