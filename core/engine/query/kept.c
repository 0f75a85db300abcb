/* Two maps by table and text. A filter is good as long as the registry, rows as long as their table's mark. A map that is
 * full takes no more, and is emptied when the next call begins. */
#include "engine/query/kept.h"

#include "base/map.h"
#include "base/mem.h"
#include "engine/query/expr.h"
#include "engine/table/codec.h"

#define TEXT_MAX 1024u          /* longer ones are not kept */
#define HEAD 5u                 /* of a key: table id, options */
#define FILTER_BYTES (2u << 20) /* of all filters */
#define LISTS_MAX 256u
#define ROWS_MAX 500u           /* of one list */

typedef struct row_list {
    csm_kept_rows rows;
    bool too_many;         /* they are not here */
    uint64_t mark;         /* of the table when they were read */
    csm_str key;
    csm_arena *arena;      /* what all of it lives in */
    struct row_list *next; /* retired before */
} row_list;

struct csm_kept {
    const csm_registry *reg; /* NULL: memory ran out, nothing is kept */
    csm_arena *arena;        /* of filters and their keys */
    csm_strmap *filters, *lists;
    row_list *retired;       /* replaced during the call under way, which may still look at them */
};

typedef struct key {
    uint8_t bytes[HEAD + TEXT_MAX];
    size_t len;
} key;

/* False: the text is too long to be kept. */
static bool make_key(const csm_mtable *table, csm_str text, csm_filter_options options, key *out)
{
    if (text.len > TEXT_MAX)
        return false;
    csm_put_u32(out->bytes, table->id);
    out->bytes[HEAD - 1] = (uint8_t)((options.trusted ? 1 : 0) | (options.changes ? 2 : 0));
    memcpy(out->bytes + HEAD, text.ptr, text.len);
    out->len = HEAD + text.len;
    return true;
}

static csm_str key_str(const key *k)
{
    return (csm_str){ (const char *)k->bytes, k->len };
}

/* ---- life ---- */

static void free_list(csm_str name, void *value, void *user)
{
    row_list *list = value;

    (void)name;
    (void)user;
    csm_arena_free(list->arena);
}

static void end_list(csm_str name, void *value, void *user)
{
    row_list *list = value;

    (void)name;
    (void)user;
    list->mark = UINT64_MAX;
}

csm_kept *csm_kept_new(void)
{
    csm_kept *kept = csm_mem_zalloc(sizeof(*kept));

    if (kept == NULL)
        return NULL;
    kept->arena = csm_arena_new(16384, 0);
    kept->filters = csm_strmap_new();
    kept->lists = csm_strmap_new();
    if (kept->arena != NULL && kept->filters != NULL && kept->lists != NULL)
        return kept;
    csm_kept_free(kept);
    return NULL;
}

static void free_retired(csm_kept *kept)
{
    while (kept->retired != NULL) {
        row_list *list = kept->retired;

        kept->retired = list->next;
        csm_arena_free(list->arena);
    }
}

void csm_kept_free(csm_kept *kept)
{
    if (kept == NULL)
        return;
    free_retired(kept);
    if (kept->lists != NULL)
        csm_strmap_each(kept->lists, free_list, NULL);
    csm_strmap_free(kept->lists);
    csm_strmap_free(kept->filters);
    csm_arena_free(kept->arena);
    csm_mem_free(kept);
}

static bool is_full(const csm_kept *kept)
{
    return csm_arena_used(kept->arena) > FILTER_BYTES || csm_strmap_count(kept->lists) >= LISTS_MAX;
}

void csm_kept_begin(csm_kept *kept, const csm_registry *reg)
{
    csm_strmap *filters, *lists;

    free_retired(kept);
    if (kept->reg == reg && !is_full(kept))
        return;
    kept->reg = NULL;
    filters = csm_strmap_new();
    lists = csm_strmap_new();
    if (filters == NULL || lists == NULL) {
        csm_strmap_free(filters);
        csm_strmap_free(lists);
        return;
    }
    csm_strmap_each(kept->lists, free_list, NULL);
    csm_strmap_free(kept->lists);
    csm_strmap_free(kept->filters);
    csm_arena_clear(kept->arena);
    kept->filters = filters;
    kept->lists = lists;
    kept->reg = reg;
}

void csm_kept_clear(csm_kept *kept)
{
    csm_strmap_each(kept->lists, end_list, NULL);
}

/* ---- filters ---- */

static csm_status add_filter(csm_ctx *ctx, const csm_mtable *table, const key *k, csm_filter_options options, csm_filter **out)
{
    csm_kept *kept = ctx->cache->kept;
    csm_arena_mark mark = csm_arena_get_mark(kept->arena);
    csm_str name = csm_arena_str(kept->arena, key_str(k));
    csm_filter *added = csm_arena_zalloc(kept->arena, sizeof(*added));
    csm_status st = name.ptr != NULL && added != NULL ? CSM_OK : csm_ctx_nomem(ctx);

    if (st == CSM_OK) /* values borrow from the text */
        st = csm_filter_parse(ctx->reg, table, (csm_str){ name.ptr + HEAD, name.len - HEAD }, options, kept->arena, added,
                              &ctx->err);
    if (st == CSM_OK && !csm_strmap_add(kept->filters, name, added))
        st = csm_ctx_nomem(ctx);
    if (st != CSM_OK) {
        csm_arena_reset_to(kept->arena, mark);
        return st;
    }
    *out = added;
    return CSM_OK;
}

csm_status csm_kept_filter(csm_ctx *ctx, const csm_mtable *table, csm_str text, csm_filter_options options, csm_filter *out)
{
    csm_kept *kept = ctx->cache->kept;
    csm_filter *found = NULL;
    key k;
    bool may = kept->reg == ctx->reg && make_key(table, text, options, &k);

    if (may)
        found = csm_strmap_get(kept->filters, key_str(&k));
    if (found == NULL && (!may || csm_arena_used(kept->arena) > FILTER_BYTES))
        return csm_filter_parse(ctx->reg, table, text, options, ctx->arena, out, &ctx->err);
    if (found == NULL)
        CSM_TRY(add_filter(ctx, table, &k, options, &found));
    *out = *found;
    return CSM_OK;
}

/* ---- rows ---- */

/* Rows are looked up again by the mark of their own table only, and for everybody. */
static csm_status check_own(void *user, const csm_term *term)
{
    csm_ctx *ctx = user;

    if (term->path.count == 1 && term->caller_value.len == 0)
        return CSM_OK;
    return csm_ctx_fail(ctx, CSM_E_INVALID, "field \"%s\": the filter of kept rows names fields of their table and values",
                        term->path.steps[0]->name);
}

static csm_row *keep_row(csm_arena *arena, const csm_row *row)
{
    csm_row *copy = csm_row_copy(arena, row);

    for (uint32_t n = 0; copy != NULL && n < row->table->field_count; n++)
        if (csm_value_copy(arena, row->values[n], &copy->values[n]) != CSM_OK)
            return NULL;
    if (copy != NULL) { /* nobody writes it back */
        copy->unknown = (csm_str){ 0 };
        copy->unknown_count = 0;
    }
    return copy;
}

/* At most @p max rows; *more: there are others. */
static csm_status read_rows(csm_ctx *ctx, csm_cursor *cursor, csm_arena *arena, uint32_t max, csm_kept_rows *out, bool *more)
{
    uint32_t room = 0;
    csm_row **items = NULL, *row;

    *out = (csm_kept_rows){ 0 };
    for (;;) {
        CSM_TRY(csm_cursor_next(ctx, cursor, &row, NULL));
        *more = row != NULL && out->count == max;
        if (row == NULL || *more)
            return CSM_OK;
        if (out->count == room) {
            csm_row **wider = csm_arena_array(arena, room = room > 0 ? room * 2 : 16, sizeof(*items));

            if (wider == NULL)
                return csm_ctx_nomem(ctx);
            if (items != NULL)
                memcpy(wider, items, out->count * sizeof(*items));
            out->items = items = wider;
        }
        if ((items[out->count++] = keep_row(arena, row)) == NULL)
            return csm_ctx_nomem(ctx);
    }
}

static csm_status read_matching(csm_ctx *ctx, const csm_mtable *table, csm_str text, csm_arena *arena, uint32_t max,
                                csm_kept_rows *out, bool *more)
{
    csm_filter_options trusted = { .trusted = true };
    csm_query_spec spec = { .table = table };
    csm_cursor *cursor;
    csm_status st;

    CSM_TRY(csm_filter_parse(ctx->reg, table, text, trusted, ctx->arena, &spec.filter, &ctx->err));
    if (spec.filter.expr != NULL)
        CSM_TRY(csm_expr_each_path(spec.filter.expr, check_own, ctx));
    csm_ctx_enter_system(ctx);
    st = csm_cursor_open(ctx, &spec, &cursor);
    if (st == CSM_OK) {
        st = read_rows(ctx, cursor, arena, max, out, more);
        csm_cursor_close(cursor);
    }
    csm_ctx_leave_system(ctx);
    return st;
}

static csm_status read_once(csm_ctx *ctx, const csm_mtable *table, csm_str text, csm_kept_rows *out)
{
    bool more;

    return read_matching(ctx, table, text, ctx->arena, UINT32_MAX, out, &more);
}

static csm_status add_list(csm_ctx *ctx, const csm_mtable *table, csm_str text, const key *k, uint64_t mark, row_list **out)
{
    csm_arena *arena = csm_arena_new(4096, 0);
    row_list *list = arena != NULL ? csm_arena_zalloc(arena, sizeof(*list)) : NULL;
    csm_status st;

    if (list != NULL)
        *list = (row_list){ .mark = mark, .key = csm_arena_str(arena, key_str(k)), .arena = arena };
    if (list == NULL || list->key.ptr == NULL)
        st = csm_ctx_nomem(ctx);
    else
        st = read_matching(ctx, table, text, arena, ROWS_MAX, &list->rows, &list->too_many);
    if (st == CSM_OK && !csm_strmap_add(ctx->cache->kept->lists, list->key, list))
        st = csm_ctx_nomem(ctx);
    if (st != CSM_OK) {
        csm_arena_free(arena);
        return st;
    }
    *out = list;
    return CSM_OK;
}

static void retire(csm_kept *kept, row_list *list)
{
    csm_strmap_del(kept->lists, list->key);
    list->next = kept->retired;
    kept->retired = list;
}

csm_status csm_kept_find(csm_ctx *ctx, const csm_mtable *table, csm_str text, csm_kept_rows *out)
{
    csm_kept *kept = ctx->cache->kept;
    row_list *list;
    uint64_t mark;
    key k;

    if ((table->flags & CSM_TABLE_WATCHED) == 0)
        return csm_ctx_fail(ctx, CSM_E_INVALID, "table \"%s\" is not watched: its rows cannot be kept", table->name);
    if (ctx->watched || kept->reg != ctx->reg || !make_key(table, text, (csm_filter_options){ .trusted = true }, &k))
        return read_once(ctx, table, text, out);
    CSM_TRY(csm_watch_table(ctx, table, &mark));
    list = csm_strmap_get(kept->lists, key_str(&k));
    if (list != NULL && list->mark != mark) {
        retire(kept, list);
        list = NULL;
    }
    if (list == NULL && csm_strmap_count(kept->lists) < LISTS_MAX)
        CSM_TRY(add_list(ctx, table, text, &k, mark, &list));
    if (list == NULL || list->too_many)
        return read_once(ctx, table, text, out);
    *out = list->rows;
    return CSM_OK;
}
