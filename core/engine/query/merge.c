/* Ranges of several indexes read side by side in one order. Equal order keys meet, so a row found twice falls out where the
 * cursor compares neighbours; a page's mark lets every range begin behind it. */
#include "engine/query/plan.h"

#include "base/str.h"

typedef struct stream {
    const csm_branch *branch; /* NULL: rows of the family */
    const csm_way *way;
    csm_str prefix;           /* of every key: table, index, columns held to points */
    csm_str from, to;
    csm_str fixed[CSM_ORDER_COLUMNS]; /* order columns that do not come from the keys; ptr NULL: they do */
    csm_str constants[CSM_INDEX_COLUMNS_MAX]; /* columns after the prefix that no order column takes: all rows of the
                                               * branch have this there, and entries that have not are out of order */
    csm_iter *iter;
    csm_str key, value;
    csm_id id;
    uint8_t *okey;
    size_t okey_len, head;    /* head: bytes of okey that never change */
} stream;

struct csm_merge {
    stream **streams;
    uint32_t count, room;
    stream **heap;
    uint32_t live;
    bool used; /* the top has been handed out: it is moved on first */
};

/* ---- order keys of entries ---- */

static void copy_turned(uint8_t *to, csm_str from, bool turn)
{
    if (!turn) {
        memcpy(to, from.ptr, from.len);
        return;
    }
    for (size_t n = 0; n < from.len; n++)
        to[n] = (uint8_t)~(uint8_t)from.ptr[n];
}

static csm_status bad_entry(csm_plan *plan, const stream *s)
{
    return csm_ctx_fail(plan->ctx, CSM_E_CORRUPT, "index \"%s\" of %s: an entry's key does not fit its columns",
                        s->way->index->name, s->branch->source->table->name);
}

/* Columns picked out of the key one by one. *fits false: a constant column holds something else. */
static csm_status assemble(csm_plan *plan, stream *s, size_t id_at, bool *fits)
{
    const csm_mindex *index = s->way->index;
    csm_str columns[CSM_INDEX_COLUMNS_MAX];
    size_t at = s->prefix.len;
    uint8_t *to = s->okey;

    for (uint32_t n = s->way->equal; n < index->column_count; n++) {
        csm_str rest = { s->key.ptr + at, id_at - at };
        size_t len = csm_key_column_length(&index->columns[n], rest);

        if (len == 0)
            return bad_entry(plan, s);
        columns[n] = (csm_str){ rest.ptr, len };
        at += len;
        if (s->constants[n].ptr != NULL && !csm_str_eq(columns[n], s->constants[n]))
            *fits = false;
    }
    for (uint32_t n = 0; n < plan->order.count; n++) {
        csm_str part = s->way->map[n] == CSM_FIXED_COLUMN ? s->fixed[n] : columns[s->way->map[n]];

        copy_turned(to, part, s->way->map[n] != CSM_FIXED_COLUMN && s->way->reverse);
        to += part.len;
    }
    copy_turned(to, (csm_str){ s->key.ptr + id_at, sizeof(s->id.b) }, s->way->reverse);
    s->okey_len = (size_t)(to - s->okey) + sizeof(s->id.b);
    return CSM_OK;
}

static csm_status set_okey(csm_plan *plan, stream *s, bool *fits)
{
    size_t id_at = s->key.len - sizeof(s->id.b);
    csm_str rest;

    if (s->key.len < s->prefix.len + sizeof(s->id.b) || s->key.len > CSM_KEY_MAX)
        return bad_entry(plan, s);
    memcpy(s->id.b, s->key.ptr + id_at, sizeof(s->id.b));
    if (!s->way->plain)
        return assemble(plan, s, id_at, fits);
    rest = (csm_str){ s->key.ptr + s->prefix.len, s->key.len - s->prefix.len };
    copy_turned(s->okey + s->head, rest, s->way->reverse);
    s->okey_len = s->head + rest.len;
    return CSM_OK;
}

static csm_status set_row_okey(csm_plan *plan, stream *s)
{
    if (s->key.len != s->prefix.len + sizeof(s->id.b))
        return csm_ctx_fail(plan->ctx, CSM_E_CORRUPT, "a row's key of %zu bytes is no key", s->key.len);
    memcpy(s->id.b, s->key.ptr + s->prefix.len, sizeof(s->id.b));
    copy_turned(s->okey, (csm_str){ (const char *)s->id.b, sizeof(s->id.b) }, plan->order.id_descending);
    s->okey_len = sizeof(s->id.b);
    return CSM_OK;
}

/* Moves on; *has false at its end. */
static csm_status advance(csm_plan *plan, stream *s, bool *has)
{
    bool fits = false;

    while (!fits) {
        CSM_TRY(csm_iter_next(s->iter, &s->key, &s->value, has, &plan->ctx->err));
        if (!*has)
            return CSM_OK;
        CSM_TRY(csm_plan_touch(plan));
        fits = true;
        CSM_TRY(s->branch != NULL ? set_okey(plan, s, &fits) : set_row_okey(plan, s));
    }
    return CSM_OK;
}

/* ---- the heap ---- */

static bool is_before(const stream *a, const stream *b)
{
    csm_str left = { (const char *)a->okey, a->okey_len }, right = { (const char *)b->okey, b->okey_len };

    return csm_str_cmp(left, right) < 0;
}

static void sift_down(csm_merge *m, uint32_t at)
{
    stream *moved = m->heap[at];

    for (;;) {
        uint32_t child = at * 2 + 1;

        if (child >= m->live)
            break;
        if (child + 1 < m->live && is_before(m->heap[child + 1], m->heap[child]))
            child++;
        if (!is_before(m->heap[child], moved))
            break;
        m->heap[at] = m->heap[child];
        at = child;
    }
    m->heap[at] = moved;
}

/* ---- beginning behind a mark ---- */

/* Everything with the key so far comes before the mark, or after it. */
static csm_status cut_at(csm_plan *plan, stream *s, csm_str so_far, bool is_before_mark)
{
    bool at_end = is_before_mark != s->way->reverse; /* the edge of the range is behind all that begin so */
    csm_str edge = at_end ? csm_range_after(plan->arena, so_far) : csm_arena_str(plan->arena, so_far);

    if (edge.ptr == NULL)
        return csm_ctx_nomem(plan->ctx);
    if (!s->way->reverse && csm_str_cmp(edge, s->from) > 0)
        s->from = edge;
    if (s->way->reverse && csm_str_cmp(edge, s->to) < 0)
        s->to = edge;
    return CSM_OK;
}

static void add_turned(csm_buf *key, csm_str part, bool turn)
{
    for (size_t n = 0; n < part.len; n++)
        (void)csm_buf_add_byte(key, turn ? (uint8_t)~(uint8_t)part.ptr[n] : (uint8_t)part.ptr[n]);
}

static void add_constants(csm_plan *plan, const stream *s, uint32_t from, uint32_t column)
{
    for (uint32_t n = from; n < column; n++)
        (void)csm_buf_add(&plan->key, s->constants[n].ptr, s->constants[n].len);
}

/* Where the mark's own entry is, or would be, in this range. */
static csm_status cut_behind(csm_plan *plan, stream *s)
{
    csm_str edge;

    if (!s->way->reverse)
        (void)csm_buf_add_byte(&plan->key, 0);
    if (plan->key.failed || (edge = csm_arena_str(plan->arena, csm_buf_str(&plan->key))).ptr == NULL)
        return csm_ctx_nomem(plan->ctx);
    if (edge.len > CSM_KEY_MAX) /* the cursor skips what is not behind the mark */
        return CSM_OK;
    if (!s->way->reverse && csm_str_cmp(edge, s->from) > 0)
        s->from = edge;
    if (s->way->reverse && csm_str_cmp(edge, s->to) < 0)
        s->to = edge;
    return CSM_OK;
}

static csm_status begin_behind(csm_plan *plan, stream *s, const csm_mark *mark)
{
    uint32_t column = s->way->equal;

    csm_buf_clear(&plan->key);
    (void)csm_buf_add(&plan->key, s->prefix.ptr, s->prefix.len);
    for (uint32_t n = 0; n < plan->order.count; n++) {
        if (s->way->map[n] == CSM_FIXED_COLUMN) {
            int order = csm_str_cmp(s->fixed[n], mark->parts[n]);

            if (order != 0)
                return plan->key.failed ? csm_ctx_nomem(plan->ctx)
                                        : cut_at(plan, s, csm_buf_str(&plan->key), order < 0);
            continue;
        }
        add_constants(plan, s, column, s->way->map[n]);
        add_turned(&plan->key, mark->parts[n], s->way->reverse);
        column = s->way->map[n] + 1;
    }
    add_constants(plan, s, column, s->way->index->column_count);
    (void)csm_buf_add(&plan->key, mark->id.b, sizeof(mark->id.b));
    return cut_behind(plan, s);
}

/* ---- opening ---- */

typedef struct opener {
    csm_plan *plan;
    csm_merge *merge;
    const csm_mark *after;
    const csm_branch *branch;
    const csm_way *way;
} opener;

static csm_status add_stream(csm_plan *plan, csm_merge *m, stream **out)
{
    if (m->count == m->room) {
        uint32_t room = m->room > 0 ? m->room * 2 : 8;
        stream **streams = csm_arena_array(plan->arena, room, sizeof(*streams));

        if (streams == NULL)
            return csm_ctx_nomem(plan->ctx);
        if (m->count > 0)
            memcpy(streams, m->streams, m->count * sizeof(*streams));
        m->streams = streams;
        m->room = room;
    }
    *out = csm_arena_zalloc(plan->arena, sizeof(**out));
    if (*out == NULL)
        return csm_ctx_nomem(plan->ctx);
    m->streams[m->count++] = *out;
    return CSM_OK;
}

static csm_value fixed_value(const opener *o, const csm_mfield *field, const csm_operand *const *chosen)
{
    for (uint32_t n = 0; n < o->way->equal; n++)
        if (o->way->index->columns[n].field->id == field->id)
            return chosen[n]->value;
    return csm_branch_hold(o->branch, field)->points[0].value;
}

static csm_status set_fixed(const opener *o, stream *s, const csm_operand *const *chosen)
{
    csm_plan *plan = o->plan;
    size_t total = 0, at = 0;

    for (uint32_t n = 0; n < plan->order.count; n++) {
        const csm_mcolumn *column = &plan->order.columns[n];

        if (o->way->map[n] != CSM_FIXED_COLUMN)
            continue;
        csm_buf_clear(&plan->key);
        csm_key_add_value(&plan->key, column->field, fixed_value(o, column->field, chosen), plan->order.key_length,
                          column->descending);
        s->fixed[n] = csm_arena_str(plan->arena, csm_buf_str(&plan->key));
        if (plan->key.failed || s->fixed[n].ptr == NULL)
            return csm_ctx_nomem(plan->ctx);
        total += s->fixed[n].len;
    }
    s->okey = csm_arena_alloc(plan->arena, total + CSM_KEY_MAX);
    if (s->okey == NULL)
        return csm_ctx_nomem(plan->ctx);
    for (uint32_t n = 0; n < plan->order.count && o->way->plain; n++)
        if (o->way->map[n] == CSM_FIXED_COLUMN) {
            memcpy(s->okey + at, s->fixed[n].ptr, s->fixed[n].len);
            at += s->fixed[n].len;
        }
    s->head = at;
    return CSM_OK;
}

static bool is_mapped(const opener *o, uint32_t column)
{
    for (uint32_t n = 0; n < o->plan->order.count; n++)
        if (o->way->map[n] == column)
            return true;
    return false;
}

static csm_status set_constants(const opener *o, stream *s)
{
    const csm_mindex *index = o->way->index;
    csm_plan *plan = o->plan;

    for (uint32_t n = o->way->equal; n < index->column_count; n++) {
        const csm_mcolumn *column = &index->columns[n];

        if (is_mapped(o, n))
            continue;
        csm_buf_clear(&plan->key);
        csm_key_add_value(&plan->key, column->field, csm_branch_hold(o->branch, column->field)->points[0].value,
                          index->key_length, column->descending);
        s->constants[n] = csm_arena_str(plan->arena, csm_buf_str(&plan->key));
        if (plan->key.failed || s->constants[n].ptr == NULL)
            return csm_ctx_nomem(plan->ctx);
    }
    return CSM_OK;
}

static csm_status open_range(void *user, const csm_keys *keys, csm_str prefix, const csm_operand *const *chosen)
{
    opener *o = user;
    stream *s;

    CSM_TRY(add_stream(o->plan, o->merge, &s));
    s->branch = o->branch;
    s->way = o->way;
    s->prefix = prefix;
    s->from = keys->from;
    s->to = keys->to;
    CSM_TRY(set_fixed(o, s, chosen));
    CSM_TRY(set_constants(o, s));
    if (o->after->set)
        CSM_TRY(begin_behind(o->plan, s, o->after));
    if (csm_str_cmp(s->from, s->to) >= 0)
        o->merge->count--;
    return CSM_OK;
}

/* Lower and upper id that conditions of every branch set, if they do. */
static void id_bounds(const csm_plan *plan, csm_id *from, csm_id *to)
{
    for (uint32_t n = 0; n < plan->branch_count; n++) {
        const csm_branch *branch = &plan->branches[n];
        csm_id low = { { 0 } }, high;

        memset(high.b, 0xff, sizeof(high.b));
        for (uint32_t k = 0; k < branch->cond_count; k++) {
            const csm_cond *cond = &branch->conds[k];
            bool is_range = cond->field != NULL && cond->field->id == CSM_FID_SYS_ID && cond->range != 0;

            if (is_range && cond->from != NULL && memcmp(cond->from->value.id.b, low.b, sizeof(low.b)) > 0)
                low = cond->from->value.id;
            if (is_range && cond->to != NULL && memcmp(cond->to->value.id.b, high.b, sizeof(high.b)) < 0)
                high = cond->to->value.id;
        }
        if (n == 0 || memcmp(low.b, from->b, sizeof(low.b)) < 0)
            *from = low;
        if (n == 0 || memcmp(high.b, to->b, sizeof(high.b)) > 0)
            *to = high;
    }
}

static csm_str row_key(csm_plan *plan, csm_str prefix, csm_id id, bool beyond)
{
    char key[4 + sizeof(id.b) + 1];

    memcpy(key, prefix.ptr, 4);
    memcpy(key + 4, id.b, sizeof(id.b));
    key[sizeof(key) - 1] = 0;
    return csm_arena_str(plan->arena, (csm_str){ key, sizeof(key) - !beyond });
}

static csm_status open_rows(csm_plan *plan, csm_merge *m, const csm_mark *after)
{
    uint32_t family = plan->spec.table->root->id;
    char prefix[4] = { (char)(family >> 24), (char)(family >> 16), (char)(family >> 8), (char)family };
    csm_id from = { { 0 } }, to;
    stream *s;

    memset(to.b, 0xff, sizeof(to.b));
    id_bounds(plan, &from, &to);
    CSM_TRY(add_stream(plan, m, &s));
    s->prefix = csm_arena_str(plan->arena, (csm_str){ prefix, sizeof(prefix) });
    s->okey = csm_arena_alloc(plan->arena, sizeof(csm_id));
    if (s->prefix.ptr == NULL || s->okey == NULL)
        return csm_ctx_nomem(plan->ctx);
    s->from = row_key(plan, s->prefix, from, false);
    s->to = row_key(plan, s->prefix, to, true);
    if (after->set && plan->order.id_descending && memcmp(after->id.b, to.b, sizeof(to.b)) <= 0)
        s->to = row_key(plan, s->prefix, after->id, false);
    if (after->set && !plan->order.id_descending && memcmp(after->id.b, from.b, sizeof(from.b)) >= 0)
        s->from = row_key(plan, s->prefix, after->id, true);
    if (s->from.ptr == NULL || s->to.ptr == NULL)
        return csm_ctx_nomem(plan->ctx);
    if (csm_str_cmp(s->from, s->to) >= 0)
        m->count--;
    return CSM_OK;
}

static csm_status start(csm_plan *plan, csm_merge *m)
{
    m->heap = csm_arena_array(plan->arena, m->count + 1u, sizeof(*m->heap));
    if (m->heap == NULL)
        return csm_ctx_nomem(plan->ctx);
    for (uint32_t n = 0; n < m->count; n++) {
        stream *s = m->streams[n];
        csm_range range = { s->branch != NULL ? CSM_DB_INDEX : CSM_DB_ROWS, s->from, s->to,
                            s->branch != NULL ? s->way->reverse : plan->order.id_descending };
        bool has;

        CSM_TRY(csm_iter_open(plan->arena, plan->ctx->view, &range, &s->iter, &plan->ctx->err));
        CSM_TRY(advance(plan, s, &has));
        if (has)
            m->heap[m->live++] = s;
    }
    for (uint32_t n = m->live / 2; n-- > 0;)
        sift_down(m, n);
    return CSM_OK;
}

csm_status csm_merge_open(csm_plan *plan, const csm_mark *after, csm_merge **out)
{
    csm_merge *m = csm_arena_zalloc(plan->arena, sizeof(*m));
    csm_status st = CSM_OK;

    if (m == NULL)
        return csm_ctx_nomem(plan->ctx);
    if (plan->kind == CSM_PLAN_SCAN)
        st = open_rows(plan, m, after);
    for (uint32_t n = 0; st == CSM_OK && plan->kind != CSM_PLAN_SCAN && n < plan->branch_count; n++) {
        opener o = { plan, m, after, &plan->branches[n], &plan->ways[n] };

        st = csm_way_ranges(plan, o.branch, o.way, open_range, &o);
    }
    if (st == CSM_OK)
        st = start(plan, m);
    if (st != CSM_OK) {
        csm_merge_close(m);
        return st;
    }
    *out = m;
    return CSM_OK;
}

void csm_merge_close(csm_merge *m)
{
    for (uint32_t n = 0; m != NULL && n < m->count; n++)
        csm_iter_close(m->streams[n]->iter);
}

/* ---- walking ---- */

/* The entry handed out last is passed. */
static csm_status settle(csm_plan *plan, csm_merge *m)
{
    bool more;

    if (!m->used)
        return CSM_OK;
    CSM_TRY(advance(plan, m->heap[0], &more));
    if (!more)
        m->heap[0] = m->heap[--m->live];
    m->used = false;
    if (m->live > 0)
        sift_down(m, 0);
    return CSM_OK;
}

csm_status csm_merge_next(csm_plan *plan, csm_merge *m, csm_candidate *out, bool *has)
{
    stream *top;

    CSM_TRY(settle(plan, m));
    *has = m->live > 0;
    if (!*has)
        return CSM_OK;
    top = m->heap[0];
    m->used = true;
    *out = (csm_candidate){ .okey = { (const char *)top->okey, top->okey_len }, .id = top->id, .branch = top->branch,
                            .way = top->way };
    if (top->branch != NULL) {
        out->source = top->branch->source;
        out->key = top->key;
        out->value = top->value;
    } else {
        out->bytes = top->value;
    }
    return CSM_OK;
}

csm_status csm_merge_peek(csm_plan *plan, csm_merge *m, bool *end)
{
    CSM_TRY(settle(plan, m));
    *end = m->live == 0;
    return CSM_OK;
}
