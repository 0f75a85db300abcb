/* Every matching row once, in no order: what counts and aggregates stand on. Entries alone where they tell enough; a row
 * that several branches reach belongs to the first of them. */
#include "engine/query/plan.h"

#include "base/str.h"

#include <stdlib.h>

#define COVERED_BITS 5 /* an entry alone costs a thirtieth of an entry and its row */

typedef struct scanner {
    csm_plan *plan;
    const csm_want *wants;
    uint32_t want_count;
    csm_scan_fn each;
    void *user;

    csm_source *source;
    const csm_branch *branches; /* of the source */
    uint32_t current;
    csm_way way;
    csm_cover cover;
    bool runs;           /* entries that agree in the first run_columns columns are counted together */
    uint32_t run_columns;

    csm_str run;         /* key of the first entry of a run, up to the last column that counts */
    uint64_t times;
    csm_str first_key, first_value;
    bool cut;            /* this run's texts are cut: row by row */
} scanner;

/* ---- choosing ---- */

static bool is_usable(const csm_branch *branch, const csm_way *way)
{
    if (way->spread)
        return false;
    for (uint32_t n = 0; n < way->equal; n++) /* several elements may lead to one row */
        if (way->index->columns[n].field->type == CSM_F_LIST &&
            csm_branch_hold(branch, way->index->columns[n].field)->point_count > 1)
            return false;
    return true;
}

static bool tells_earlier(const scanner *s, const csm_mindex *index)
{
    for (uint32_t n = 0; n < s->current; n++)
        if (!csm_index_tells(index, &s->branches[n]))
            return false;
    return true;
}

static csm_status choose_index(scanner *s)
{
    const csm_branch *branch = &s->branches[s->current];
    const csm_mtable *table = s->source->table;
    int best = -1;

    s->way = (csm_way){ .index = NULL };
    for (uint32_t n = 0; n < table->index_count; n++) {
        csm_cover cover;
        csm_way way;
        int score;

        if (s->source->unready != NULL && s->source->unready[n])
            continue;
        csm_way_fit(branch, &table->indexes[n], CSM_FILTER_VALUES_MAX, &way);
        if (!is_usable(branch, &way))
            continue;
        CSM_TRY(csm_cover_make(s->plan, branch, &way, s->wants, s->want_count, &cover));
        cover.covered = cover.covered && tells_earlier(s, way.index);
        cover.beside = cover.beside || s->current > 0;
        score = way.gain + (cover.covered ? COVERED_BITS : 0);
        if (score < best || (score == best && way.index->column_count >= s->way.index->column_count))
            continue;
        best = score;
        s->way = way;
        s->cover = cover;
    }
    return CSM_OK;
}

static csm_status choose(scanner *s)
{
    const csm_branch *branch = &s->branches[s->current];
    const csm_hold *ids = csm_branch_hold(branch, s->source->table->by_id[CSM_FID_SYS_ID]);
    bool ready = false;

    if (ids != NULL && ids->points != NULL) {
        s->way = (csm_way){ .ids = ids };
        return CSM_OK;
    }
    while (!ready) {
        CSM_TRY(choose_index(s));
        CSM_TRY(csm_way_check(s->plan, s->source, &s->way, &ready));
    }
    return CSM_OK;
}

/* Which columns, from the first that is not held, must agree for entries to be counted together. */
static void set_runs(scanner *s)
{
    const csm_mindex *index = s->way.index;

    s->run_columns = s->way.equal;
    s->runs = s->cover.covered && s->cover.rest == NULL && s->current == 0;
    for (uint32_t w = 0; s->runs && w < s->want_count; w++) {
        const csm_mfield *field = s->wants[w].field;
        uint32_t n = 0;

        if (field->id == CSM_FID_CLASS)
            continue;
        while (n < index->column_count && index->columns[n].field->id != field->id)
            n++;
        s->runs = n < index->column_count;
        s->run_columns = n >= s->run_columns ? n + 1 : s->run_columns;
    }
}

/* ---- rows ---- */

static csm_status is_earlier(scanner *s, const csm_row *row, bool *out)
{
    *out = false;
    for (uint32_t n = 0; !*out && n < s->current; n++)
        CSM_TRY(csm_eval_expr(&s->plan->eval, s->branches[n].whole, row, NULL, out));
    return CSM_OK;
}

static csm_status take_row(scanner *s, csm_id id)
{
    bool match, earlier = false;
    csm_row *row;

    CSM_TRY(csm_plan_row(s->plan, id, &row));
    if (row == NULL || row->table != s->source->table)
        return CSM_OK;
    CSM_TRY(csm_eval_expr(&s->plan->eval, s->branches[s->current].whole, row, NULL, &match));
    if (match)
        CSM_TRY(is_earlier(s, row, &earlier));
    return match && !earlier ? s->each(s->user, row, false, 1) : CSM_OK;
}

static csm_id id_of(csm_str key)
{
    csm_id id;

    memcpy(id.b, key.ptr + key.len - sizeof(id.b), sizeof(id.b));
    return id;
}

static csm_status take_entry(scanner *s, csm_str key, csm_str value)
{
    bool whole, match = true, earlier = false;

    if (!s->cover.covered)
        return take_row(s, id_of(key));
    CSM_TRY(csm_cover_fill(s->plan, s->way.index, &s->cover, key, value, &whole));
    if (!whole)
        return take_row(s, id_of(key));
    CSM_TRY(csm_eval_expr(&s->plan->eval, s->cover.rest, s->cover.row, NULL, &match));
    if (match)
        CSM_TRY(is_earlier(s, s->cover.row, &earlier));
    return match && !earlier ? s->each(s->user, s->cover.row, true, 1) : CSM_OK;
}

/* ---- runs ---- */

static csm_status end_run(scanner *s)
{
    uint64_t times = s->times;
    bool whole;

    s->times = 0;
    if (times == 0 || s->cut)
        return CSM_OK;
    if (s->want_count == 0)
        return s->each(s->user, NULL, true, times);
    CSM_TRY(csm_cover_fill(s->plan, s->way.index, &s->cover, s->first_key, s->first_value, &whole));
    return s->each(s->user, s->cover.row, true, times);
}

static csm_status begin_run(scanner *s, csm_str prefix, csm_str key, csm_str value)
{
    const csm_mindex *index = s->way.index;
    size_t at = prefix.len;
    bool whole = true;

    for (uint32_t n = s->way.equal; n < s->run_columns; n++) {
        size_t len = csm_key_column_length(&index->columns[n], (csm_str){ key.ptr + at, key.len - at });

        if (len == 0)
            return csm_ctx_fail(s->plan->ctx, CSM_E_CORRUPT, "index \"%s\" of %s: an entry's key does not fit its columns",
                                index->name, s->source->table->name);
        at += len;
    }
    if (s->want_count > 0)
        CSM_TRY(csm_cover_fill(s->plan, index, &s->cover, key, value, &whole));
    s->run = (csm_str){ key.ptr, at };
    s->first_key = key;
    s->first_value = value;
    s->cut = !whole;
    return CSM_OK;
}

static csm_status take_in_run(scanner *s, csm_str prefix, csm_str key, csm_str value)
{
    bool same = s->times > 0 && key.len > s->run.len && memcmp(key.ptr, s->run.ptr, s->run.len) == 0;

    if (!same) {
        CSM_TRY(end_run(s));
        CSM_TRY(begin_run(s, prefix, key, value));
    }
    s->times++;
    return s->cut ? take_row(s, id_of(key)) : CSM_OK;
}

/* Entries that only count go by together. */
static csm_status pass_run(scanner *s, csm_iter *iter)
{
    size_t count = 0;

    if (!s->runs || s->cut || s->times == 0)
        return CSM_OK;
    CSM_TRY(csm_iter_pass(iter, s->run, &count, &s->plan->ctx->err));
    s->times += count;
    s->plan->touched += count;
    return csm_budget_rows(s->plan->ctx, count);
}

/* ---- walking ---- */

static csm_status walk_range(void *user, const csm_keys *keys, csm_str prefix, const csm_operand *const *chosen)
{
    scanner *s = user;
    csm_ctx *ctx = s->plan->ctx;
    csm_arena *scratch = s->plan->scratch;
    csm_arena_mark before = csm_arena_get_mark(scratch);
    csm_range range = { CSM_DB_INDEX, keys->from, keys->to, false };
    csm_status st = CSM_OK;
    csm_iter *iter;

    (void)chosen;
    s->times = 0;
    CSM_TRY(csm_iter_open(scratch, ctx->view, &range, &iter, &ctx->err));
    while (st == CSM_OK) {
        csm_str key, value;
        bool has;

        st = csm_iter_next(iter, &key, &value, &has, &ctx->err);
        if (st != CSM_OK || !has)
            break;
        csm_arena_mark mark = csm_arena_get_mark(scratch);
        st = csm_plan_touch(s->plan);
        if (st == CSM_OK)
            st = s->runs ? take_in_run(s, prefix, key, value) : take_entry(s, key, value);
        csm_arena_reset_to(scratch, mark);
        if (st == CSM_OK)
            st = pass_run(s, iter);
    }
    if (st == CSM_OK)
        st = end_run(s);
    csm_iter_close(iter);
    csm_arena_reset_to(scratch, before);
    return st;
}

static int cmp_id(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(csm_id));
}

static csm_status walk_ids(scanner *s)
{
    const csm_hold *hold = s->way.ids;
    csm_arena *scratch = s->plan->scratch;
    csm_id *ids = csm_arena_array(s->plan->arena, hold->point_count + 1u, sizeof(*ids));
    uint32_t count = 0;

    if (ids == NULL)
        return csm_ctx_nomem(s->plan->ctx);
    for (uint32_t n = 0; n < hold->point_count; n++)
        if (hold->points[n].value.type == CSM_T_ID)
            ids[count++] = hold->points[n].value.id;
    qsort(ids, count, sizeof(*ids), cmp_id);
    for (uint32_t n = 0; n < count; n++) {
        csm_arena_mark mark = csm_arena_get_mark(scratch);

        if (n > 0 && csm_id_eq(ids[n], ids[n - 1]))
            continue;
        CSM_TRY(take_row(s, ids[n]));
        csm_arena_reset_to(scratch, mark);
    }
    return CSM_OK;
}

static csm_status walk_branch(scanner *s, bool *by_rows)
{
    CSM_TRY(choose(s));
    if (s->way.ids != NULL)
        return walk_ids(s);
    if (s->way.index == NULL) {
        *by_rows = true;
        return CSM_OK;
    }
    set_runs(s);
    s->cover.row = csm_row_new(s->plan->arena, s->source->table, (csm_id){ { 0 } });
    if (s->cover.row == NULL)
        return csm_ctx_nomem(s->plan->ctx);
    return csm_way_ranges(s->plan, &s->branches[s->current], &s->way, walk_range, s);
}

/* A source whose rows have to be read one and all: its branches, those before current have been walked. */
typedef struct leftover {
    const csm_branch *branches;
    uint32_t walked;
    bool set;
} leftover;

static csm_status take_left(scanner *s, const leftover *left, csm_id id, csm_str bytes)
{
    csm_plan *plan = s->plan;
    bool match = false, earlier = false;
    csm_source *source;
    csm_row *row;

    CSM_TRY(csm_plan_decode(plan, id, bytes, &row));
    source = row != NULL ? csm_plan_source(plan, row->table) : NULL;
    if (source == NULL || !left[source - plan->sources].set)
        return CSM_OK;
    s->branches = left[source - plan->sources].branches;
    s->current = left[source - plan->sources].walked;
    CSM_TRY(csm_plan_test(plan, source, row, &match));
    if (match)
        CSM_TRY(is_earlier(s, row, &earlier));
    return match && !earlier ? s->each(s->user, row, false, 1) : CSM_OK;
}

static csm_status walk_rows(scanner *s, const leftover *left)
{
    csm_plan *plan = s->plan;
    csm_mark none = { .set = false };
    csm_merge *merge;
    csm_candidate at;
    csm_status st = CSM_OK;
    bool has = true;

    plan->kind = CSM_PLAN_SCAN;
    CSM_TRY(csm_merge_open(plan, &none, &merge));
    while (st == CSM_OK) {
        csm_arena_mark mark = csm_arena_get_mark(plan->scratch);

        st = csm_merge_next(plan, merge, &at, &has);
        if (st != CSM_OK || !has)
            break;
        st = take_left(s, left, at.id, at.bytes);
        csm_arena_reset_to(plan->scratch, mark);
    }
    csm_merge_close(merge);
    return st;
}

csm_status csm_scan_run(csm_plan *plan, const csm_want *wants, uint32_t want_count, csm_scan_fn each, void *user)
{
    scanner s = { .plan = plan, .wants = wants, .want_count = want_count, .each = each, .user = user };
    leftover *left = csm_arena_array(plan->arena, plan->source_count + 1u, sizeof(*left));
    bool any = false;

    if (left == NULL)
        return csm_ctx_nomem(plan->ctx);
    for (uint32_t at = 0; at < plan->branch_count;) {
        leftover *here = &left[plan->branches[at].source - plan->sources];
        uint32_t count = 1;

        while (at + count < plan->branch_count && plan->branches[at + count].source == plan->branches[at].source)
            count++;
        s.source = plan->branches[at].source;
        s.branches = here->branches = &plan->branches[at];
        for (s.current = 0; s.current < count && !here->set; s.current++) {
            here->walked = s.current;
            CSM_TRY(walk_branch(&s, &here->set));
        }
        any = any || here->set;
        at += count;
    }
    return any ? walk_rows(&s, left) : CSM_OK;
}
