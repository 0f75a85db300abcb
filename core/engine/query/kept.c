/* Two maps by table and text. A condition is good as long as the registry, rows as long as their table's mark. A map that is
 * full takes no more, and is emptied when the next call begins. */
#include "engine/query/kept.h"

#include "base/map.h"
#include "base/mem.h"
#include "engine/query/expr.h"
#include "engine/table/codec.h"

#define TEXT_MAX 1024u             /* longer ones are not kept */
#define HEAD 5u                    /* of a key: table id, options */
#define CONDITION_BYTES (2u << 20) /* of all conditions */
#define LISTS_MAX 256u
#define ROWS_MAX 500u              /* of one list */

typedef struct condition {
    const csm_expr *expr;
} condition;

typedef struct row_list {
    csm_kept_rows rows;
    bool too_many;         /* there are rows, but not here */
    uint64_t mark;         /* of the table when they were read */
    csm_str key;
    csm_arena *arena;      /* what all of it lives in */
    struct row_list *next; /* retired before */
} row_list;

struct csm_kept {
    const csm_registry *reg; /* NULL: memory ran out, nothing is kept */
    csm_arena *arena;        /* of conditions and their keys */
    csm_strmap *conditions, *lists;
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
    kept->conditions = csm_strmap_new();
    kept->lists = csm_strmap_new();
    if (kept->arena != NULL && kept->conditions != NULL && kept->lists != NULL)
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
    csm_strmap_free(kept->conditions);
    csm_arena_free(kept->arena);
    csm_mem_free(kept);
}

static bool is_full(const csm_kept *kept)
{
    return csm_arena_used(kept->arena) > CONDITION_BYTES || csm_strmap_count(kept->lists) >= LISTS_MAX;
}

void csm_kept_begin(csm_kept *kept, const csm_registry *reg)
{
    csm_strmap *conditions, *lists;

    free_retired(kept);
    if (kept->reg == reg && !is_full(kept))
        return;
    kept->reg = NULL;
    conditions = csm_strmap_new();
    lists = csm_strmap_new();
    if (conditions == NULL || lists == NULL) {
        csm_strmap_free(conditions);
        csm_strmap_free(lists);
        return;
    }
    csm_strmap_each(kept->lists, free_list, NULL);
    csm_strmap_free(kept->lists);
    csm_strmap_free(kept->conditions);
    csm_arena_clear(kept->arena);
    kept->conditions = conditions;
    kept->lists = lists;
    kept->reg = reg;
}

void csm_kept_clear(csm_kept *kept)
{
    csm_strmap_each(kept->lists, end_list, NULL);
}

/* ---- conditions ---- */

static csm_status parse(csm_ctx *ctx, const csm_mtable *table, csm_str text, csm_filter_options options, csm_arena *arena,
                        const csm_expr **out)
{
    csm_filter filter;

    CSM_TRY(csm_filter_parse(ctx->reg, table, text, options, arena, &filter, &ctx->err));
    *out = filter.expr;
    return CSM_OK;
}

static csm_status add_condition(csm_ctx *ctx, const csm_mtable *table, const key *k, csm_filter_options options,
                                condition **out)
{
    csm_kept *kept = ctx->cache->kept;
    csm_arena_mark mark = csm_arena_get_mark(kept->arena);
    csm_str name = csm_arena_str(kept->arena, key_str(k));
    condition *added = csm_arena_zalloc(kept->arena, sizeof(*added));
    csm_status st = name.ptr != NULL && added != NULL ? CSM_OK : csm_ctx_nomem(ctx);

    if (st == CSM_OK) /* values borrow from the text */
        st = parse(ctx, table, (csm_str){ name.ptr + HEAD, name.len - HEAD }, options, kept->arena, &added->expr);
    if (st == CSM_OK && !csm_strmap_add(kept->conditions, name, added))
        st = csm_ctx_nomem(ctx);
    if (st != CSM_OK) {
        csm_arena_reset_to(kept->arena, mark);
        return st;
    }
    *out = added;
    return CSM_OK;
}

csm_status csm_kept_condition(csm_ctx *ctx, const csm_mtable *table, csm_str text, csm_filter_options options,
                              const csm_expr **out)
{
    csm_kept *kept = ctx->cache->kept;
    condition *found;
    key k;

    if (kept->reg != ctx->reg || !make_key(table, text, options, &k))
        return parse(ctx, table, text, options, ctx->arena, out);
    found = csm_strmap_get(kept->conditions, key_str(&k));
    if (found == NULL && csm_arena_used(kept->arena) > CONDITION_BYTES)
        return parse(ctx, table, text, options, ctx->arena, out);
    if (found == NULL)
        CSM_TRY(add_condition(ctx, table, &k, options, &found));
    *out = found->expr;
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

static csm_status read_rows(csm_ctx *ctx, csm_cursor *cursor, row_list *list)
{
    csm_row **items = csm_arena_array(list->arena, ROWS_MAX, sizeof(*items));
    csm_row *row;

    if (items == NULL)
        return csm_ctx_nomem(ctx);
    list->rows.items = items;
    for (;;) {
        CSM_TRY(csm_cursor_next(ctx, cursor, &row, NULL));
        if (row == NULL)
            return CSM_OK;
        if (list->rows.count == ROWS_MAX) {
            list->too_many = true;
            return CSM_OK;
        }
        if ((items[list->rows.count++] = keep_row(list->arena, row)) == NULL)
            return csm_ctx_nomem(ctx);
    }
}

static csm_status fill_list(csm_ctx *ctx, const csm_mtable *table, row_list *list)
{
    csm_filter_options trusted = { .trusted = true };
    csm_query_spec spec = { .table = table };
    csm_cursor *cursor;
    csm_status st;

    CSM_TRY(csm_filter_parse(ctx->reg, table, (csm_str){ list->key.ptr + HEAD, list->key.len - HEAD }, trusted, list->arena,
                             &spec.filter, &ctx->err));
    if (spec.filter.expr != NULL)
        CSM_TRY(csm_expr_each_path(spec.filter.expr, check_own, ctx));
    csm_ctx_enter_system(ctx);
    st = csm_cursor_open(ctx, &spec, &cursor);
    if (st == CSM_OK) {
        st = read_rows(ctx, cursor, list);
        csm_cursor_close(cursor);
    }
    csm_ctx_leave_system(ctx);
    return st;
}

static csm_status add_list(csm_ctx *ctx, const csm_mtable *table, const key *k, uint64_t mark, row_list **out)
{
    csm_arena *arena = csm_arena_new(4096, 0);
    row_list *list = arena != NULL ? csm_arena_zalloc(arena, sizeof(*list)) : NULL;
    csm_status st;

    if (list != NULL)
        *list = (row_list){ .mark = mark, .key = csm_arena_str(arena, key_str(k)), .arena = arena };
    st = list != NULL && list->key.ptr != NULL ? fill_list(ctx, table, list) : csm_ctx_nomem(ctx);
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

csm_status csm_kept_find(csm_ctx *ctx, const csm_mtable *table, csm_str text, const csm_kept_rows **out)
{
    csm_kept *kept = ctx->cache->kept;
    row_list *list;
    uint64_t mark;
    key k;

    *out = NULL;
    if ((table->flags & CSM_TABLE_WATCHED) == 0)
        return csm_ctx_fail(ctx, CSM_E_INVALID, "table \"%s\" is not watched: its rows cannot be kept", table->name);
    if (ctx->watched || kept->reg != ctx->reg || !make_key(table, text, (csm_filter_options){ .trusted = true }, &k))
        return CSM_OK;
    CSM_TRY(csm_watch_table(ctx, table, &mark));
    list = csm_strmap_get(kept->lists, key_str(&k));
    if (list != NULL && list->mark != mark) {
        retire(kept, list);
        list = NULL;
    }
    if (list == NULL && csm_strmap_count(kept->lists) >= LISTS_MAX)
        return CSM_OK;
    if (list == NULL)
        CSM_TRY(add_list(ctx, table, &k, mark, &list));
    if (!list->too_many)
        *out = &list->rows;
    return CSM_OK;
}
