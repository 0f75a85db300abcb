/* sys_audit and sys_journal_field: rows made from the history of one record when somebody asks, stored nowhere. A query
 * names the record; what it may show is what its caller may see of that record. */
#include "rpc/method.h"

#include <stdio.h>
#include <stdlib.h>

#define VERSIONS_MAX 10000u
#define JOURNAL_MAX 10000u
#define ROWS_MAX 100000u

typedef struct view_rows {
    csm_ctx *ctx;
    const csm_mtable *view;
    csm_row **rows;
    uint32_t count, cap;
} view_rows;

static bool is_audit(const csm_mtable *table)
{
    return strcmp(table->name, "sys_audit") == 0;
}

bool csm_is_history_view(const csm_mtable *table)
{
    return is_audit(table) || strcmp(table->name, "sys_journal_field") == 0;
}

/* ---- which record ---- */

/* The value of "name=..." among terms that all must hold. False: there is none, or some part is an alternative. */
static bool text_equality(csm_str query, const char *name, csm_str *out)
{
    csm_str rest = query, term;
    size_t len = strlen(name);
    bool found = false;

    while (csm_str_split(&rest, '^', &term)) {
        if ((csm_str_starts(term, CSM_STR("OR")) && !csm_str_starts(term, CSM_STR("ORDERBY"))) ||
            csm_str_starts(term, CSM_STR("NQ")))
            return false;
        if (term.len > len && memcmp(term.ptr, name, len) == 0 && term.ptr[len] == '=') {
            *out = (csm_str){ term.ptr + len + 1, term.len - len - 1 };
            found = true;
        }
    }
    return found;
}

static bool tree_equality(csm_value where, const char *name, csm_str *out)
{
    if (where.type != CSM_T_LIST || where.count == 0)
        return false;
    if (where.count == 3 && csm_str_is(csm_value_text(where.list[0]), "=") &&
        csm_str_is(csm_value_text(where.list[1]), name)) {
        *out = csm_value_text(where.list[2]);
        return true;
    }
    if (!csm_str_is(csm_value_text(where.list[0]), "and"))
        return false;
    for (uint32_t n = 1; n < where.count; n++)
        if (tree_equality(where.list[n], name, out))
            return true;
    return false;
}

static bool equality(csm_value query, csm_value where, const char *name, csm_str *out)
{
    return !csm_is_nil(query) ? text_equality(csm_value_text(query), name, out) : tree_equality(where, name, out);
}

/* The record by its id, in the table named or in any family; NULL when it is out of the caller's reach. A deleted one is an
 * administrator's, who names its table. */
static csm_status find_record(csm_ctx *ctx, csm_id id, csm_str table_name, const csm_mtable **table, uint64_t **readable)
{
    csm_row *row = NULL;

    *table = NULL;
    if (table_name.len > 0) {
        CSM_TRY(csm_registry_get_table(ctx->reg, table_name, table, &ctx->err));
        CSM_TRY(csm_row_find(ctx, *table, id, &row));
    }
    for (uint32_t n = 0; table_name.len == 0 && row == NULL && n < ctx->reg->table_count; n++)
        if (ctx->reg->tables[n]->parent == NULL)
            CSM_TRY(csm_row_find(ctx, ctx->reg->tables[n], id, &row));
    if (row != NULL) {
        csm_status st = csm_record_read(ctx, row->table, id, &row, readable);

        *table = st == CSM_OK ? row->table : NULL;
        if (st == CSM_E_NOT_FOUND)
            csm_error_clear(&ctx->err);
        return st == CSM_E_NOT_FOUND ? CSM_OK : st;
    }
    *readable = NULL;
    if (!ctx->caller->is_admin)
        *table = NULL;
    return CSM_OK;
}

/* ---- rows ---- */

static void set(csm_row *row, const char *name, csm_value value)
{
    const csm_mfield *field = csm_mtable_field(row->table, csm_str_of(name));

    if (field != NULL)
        row->values[field->pos] = value;
}

/* A new row of the view, whose id is always the same for the same entry. */
static csm_status add_row(view_rows *v, csm_id id, csm_time at, csm_str by, csm_row **out)
{
    csm_row *row;

    if (v->count == ROWS_MAX)
        return csm_ctx_fail(v->ctx, CSM_E_LIMIT, "the record has more than %u entries", ROWS_MAX);
    if (v->count == v->cap) {
        uint32_t cap = v->cap == 0 ? 64 : v->cap * 2;
        csm_row **rows = csm_arena_array(v->ctx->arena, cap, sizeof(csm_row *));

        if (rows == NULL)
            return csm_ctx_nomem(v->ctx);
        if (v->count > 0)
            memcpy(rows, v->rows, v->count * sizeof(csm_row *));
        v->rows = rows;
        v->cap = cap;
    }
    row = csm_row_new(v->ctx->arena, v->view, id);
    if (row == NULL)
        return csm_ctx_nomem(v->ctx);
    set(row, "sys_created_on", csm_time_value(at));
    set(row, "sys_created_by", csm_text(by));
    set(row, "sys_updated_on", csm_time_value(at));
    set(row, "sys_updated_by", csm_text(by));
    v->rows[v->count++] = row;
    *out = row;
    return CSM_OK;
}

/* A value as text: what it looks like on the wire; nil stays nil. */
static csm_status as_text(csm_ctx *ctx, csm_value value, csm_value *out)
{
    csm_buf buf;
    csm_writer w = { &buf };
    csm_reader reader;
    csm_head head;
    csm_str text = { 0 };

    *out = csm_nil();
    if (csm_is_nil(value) || value.type == CSM_T_TEXT) {
        *out = value;
        return CSM_OK;
    }
    csm_buf_init(&buf, 0);
    csm_write_value(&w, value);
    reader = (csm_reader){ buf.ptr, buf.ptr + buf.len };
    if (!buf.failed && csm_reader_next(&reader, &head)) {
        if (head.type == CSM_T_TEXT)
            text = csm_arena_str(ctx->arena, head.s);
        else if (head.type == CSM_T_INT)
            text = csm_arena_printf(ctx->arena, "%lld", (long long)head.i);
        else if (head.type == CSM_T_BOOL)
            text = csm_arena_str(ctx->arena, head.b ? CSM_STR("true") : CSM_STR("false"));
        else if (head.type == CSM_T_FLOAT)
            text = csm_arena_printf(ctx->arena, "%.17g", head.f);
        else if (head.type == CSM_T_LIST)
            text = csm_arena_str(ctx->arena, CSM_STR(""));
        else
            text = csm_arena_printf(ctx->arena, "%u bytes", (unsigned)buf.len);
    }
    csm_buf_done(&buf);
    if (text.ptr == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; value.type == CSM_T_LIST && n < value.count; n++) { /* ids, joined */
        csm_value item;

        CSM_TRY(as_text(ctx, value.list[n], &item));
        text = csm_arena_printf(ctx->arena, "%.*s%s%.*s", CSM_STR_FMT(text), n > 0 ? "," : "", CSM_STR_FMT(item.s));
        if (text.ptr == NULL)
            return csm_ctx_nomem(ctx);
    }
    *out = csm_text(text);
    return CSM_OK;
}

static csm_status add_delta(view_rows *v, const csm_mtable *table, csm_str key, const csm_version *version,
                            const csm_mfield *field, const csm_delta *delta)
{
    csm_ctx *ctx = v->ctx;
    csm_str identity = csm_arena_printf(ctx->arena, "audit/%.*s/%llu/%s", CSM_STR_FMT(key),
                                        (unsigned long long)version->number, field->name);
    csm_value was, is;
    csm_row *row;

    if (identity.ptr == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(as_text(ctx, delta->old_value, &was));
    CSM_TRY(as_text(ctx, delta->new_value, &is));
    CSM_TRY(add_row(v, csm_id_of_text(identity), version->at, version->by, &row));
    set(row, "tablename", csm_ctext(table->name));
    set(row, "documentkey", csm_text(key));
    set(row, "fieldname", csm_ctext(field->name));
    set(row, "oldvalue", was);
    set(row, "newvalue", is);
    set(row, "user", csm_text(version->by));
    set(row, "record_checkpoint", csm_int(version->version));
    return CSM_OK;
}

/* Updates only: what an insert set is in the record. A deletion's last values are told, for they are nowhere else. */
static csm_status add_audit(view_rows *v, const csm_mtable *table, csm_id id, csm_str key, const uint64_t *readable)
{
    csm_version *versions;
    uint32_t count;

    CSM_TRY(csm_history_versions(v->ctx, table, id, false, 0, VERSIONS_MAX, &versions, &count));
    for (uint32_t n = 0; n < count && csm_ctx_is_past(v->ctx, versions[n].at); n++)
        for (uint32_t k = 0; versions[n].op != CSM_HISTORY_INSERT && k < versions[n].delta_count; k++) {
            const csm_mfield *field = csm_mtable_field_by_id(table, versions[n].deltas[k].field_id);

            if (field != NULL && field->id >= CSM_FID_DOMAIN && csm_access_sees(v->ctx, field, readable))
                CSM_TRY(add_delta(v, table, key, &versions[n], field, &versions[n].deltas[k]));
        }
    return CSM_OK;
}

static csm_status add_entries(view_rows *v, const csm_mtable *table, csm_id id, csm_str key, const csm_mfield *field)
{
    csm_journal_entry *entries;
    uint32_t count;
    csm_row *row;

    CSM_TRY(csm_history_journal(v->ctx, table, id, field, false, JOURNAL_MAX, &entries, &count));
    for (uint32_t n = 0; n < count && csm_ctx_is_past(v->ctx, entries[n].at); n++) {
        CSM_TRY(add_row(v, csm_history_entry_id(id, field, entries[n].number), entries[n].at, entries[n].by, &row));
        set(row, "name", csm_ctext(table->name));
        set(row, "element_id", csm_text(key));
        set(row, "element", csm_ctext(field->name));
        set(row, "value", csm_text(entries[n].text));
    }
    return CSM_OK;
}

static csm_status collect(view_rows *v, const csm_mtable *table, csm_id id, csm_str key, const uint64_t *readable)
{
    if (is_audit(v->view))
        return add_audit(v, table, id, key, readable);
    for (uint32_t n = 0; n < table->field_count; n++)
        if (table->fields[n].type == CSM_F_JOURNAL && csm_access_sees(v->ctx, &table->fields[n], readable))
            CSM_TRY(add_entries(v, table, id, key, &table->fields[n]));
    return CSM_OK;
}

/* ---- filter, order, page ---- */

typedef struct sorting {
    csm_arena *arena;
    const csm_mcolumn *columns;
    uint32_t count;
} sorting;

static int by_columns(const void *a, const void *b, void *user)
{
    const csm_row *x = *(csm_row *const *)a, *y = *(csm_row *const *)b;
    const sorting *sort = user;

    for (uint32_t n = 0; n < sort->count; n++) {
        const csm_mcolumn *column = &sort->columns[n];
        int order = csm_field_cmp(sort->arena, column->field, csm_row_get(x, column->field), csm_row_get(y, column->field));

        if (order != 0)
            return column->descending ? -order : order;
    }
    return memcmp(x->id.b, y->id.b, sizeof(x->id.b));
}

static void sort_rows(view_rows *v, const csm_filter *filter)
{
    sorting sort = { v->ctx->arena, filter->order, filter->order_count };

    if (sort.count == 0) {
        sort.columns = v->view->order;
        sort.count = v->view->order_count;
    }
    if (v->count > 1)
        qsort_r(v->rows, v->count, sizeof(csm_row *), by_columns, &sort);
}

static csm_status keep_matching(view_rows *v, const csm_expr *expr)
{
    uint32_t kept = 0;

    for (uint32_t n = 0; n < v->count; n++) {
        bool match = true;

        if (expr != NULL)
            CSM_TRY(csm_expr_eval(v->ctx, expr, v->rows[n], NULL, &match));
        if (match)
            v->rows[kept++] = v->rows[n];
    }
    v->count = kept;
    return CSM_OK;
}

/* The token is the number of rows already given: entries are only added, and at one end. */
static csm_status write_page(view_rows *v, const csm_query_spec *spec, const csm_present *what, csm_writer *w)
{
    int64_t given = 0;
    uint64_t from, to;

    if (spec->after.len > 0 && (!csm_parse_int(spec->after, &given) || given < 0))
        return csm_error_field(&v->ctx->err, CSM_E_INVALID, "after", "argument \"after\" is no token of this query");
    from = (uint64_t)given + spec->offset;
    from = from < v->count ? from : v->count;
    to = from + spec->limit < v->count ? from + spec->limit : v->count;
    csm_write_map(w, 2);
    csm_write_cstr(w, "rows");
    csm_write_list(w, (uint32_t)(to - from));
    for (uint64_t n = from; n < to; n++)
        CSM_TRY(csm_present_row(v->ctx, v->rows[n], NULL, what, w));
    csm_put_str(w, "next", to < v->count ? csm_arena_printf(v->ctx->arena, "%llu", (unsigned long long)to) : (csm_str){ 0 });
    return CSM_OK;
}

csm_status csm_history_query(csm_ctx *ctx, const csm_query_spec *spec, csm_value query, csm_value where,
                             const csm_present *what, csm_reply *out)
{
    const char *id_name = is_audit(spec->table) ? "documentkey" : "element_id";
    const char *table_field = is_audit(spec->table) ? "tablename" : "name";
    view_rows v = { .ctx = ctx, .view = spec->table };
    csm_str key = { 0 }, table_name = { 0 };
    const csm_mtable *table;
    uint64_t *readable = NULL;
    csm_id id;

    if (ctx->caller->is_external)
        return csm_error_field(&ctx->err, CSM_E_DENIED, "table", "%s is for internal users", spec->table->name);
    if (!equality(query, where, id_name, &key) || !csm_id_parse(key, &id))
        return csm_error_field(&ctx->err, CSM_E_INVALID, id_name, "a query on %s names one record: %s=<sys_id>",
                               spec->table->name, id_name);
    (void)equality(query, where, table_field, &table_name);
    CSM_TRY(find_record(ctx, id, table_name, &table, &readable));
    if (table != NULL && (table->flags & CSM_TABLE_NO_HISTORY) == 0)
        CSM_TRY(collect(&v, table, id, key, readable));
    CSM_TRY(keep_matching(&v, spec->filter.expr));
    sort_rows(&v, &spec->filter);
    return write_page(&v, spec, what, csm_reply_begin(out));
}
