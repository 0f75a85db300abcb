/* Records: get, query, aggregate, insert, update, delete. Rows go straight from the store into the reply. */
#include "rpc/method.h"

#include "engine/record/as_of.h"

#define OFFSET_MAX 10000

/* ---- reading ---- */

static csm_status record_get(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    const csm_mtable *table;
    csm_present what = { 0 };
    uint64_t *readable;
    csm_row *row;

    CSM_TRY(csm_find_table(ctx, in->values[0], &table));
    CSM_TRY(csm_record_read(ctx, table, in->values[1].id, &row, &readable));
    CSM_TRY(csm_present_parse(ctx, row->table, in->values[2], &what));
    what.journals = true;
    return csm_present_row(ctx, row, readable, &what, csm_reply_begin(out));
}

/* Rows of an open cursor and the token of the next page: {rows, next}. */
static csm_status write_rows(csm_ctx *ctx, csm_cursor *cursor, const csm_present *what, csm_writer *w)
{
    const uint64_t *readable = NULL;
    csm_open_list list;
    csm_str next = { 0 };
    csm_row *row = NULL;
    csm_status st;

    csm_write_map(w, 2);
    csm_write_cstr(w, "rows");
    list = csm_list_begin(w);
    while ((st = csm_cursor_next(ctx, cursor, &row, &readable)) == CSM_OK && row != NULL) {
        CSM_TRY(csm_present_row(ctx, row, readable, what, w));
        list.count++;
        if (w->buf->no_memory)
            return csm_ctx_nomem(ctx);
        if (w->buf->failed)
            return csm_ctx_fail(ctx, CSM_E_LIMIT, "the reply grows too large: ask for fewer rows or fields");
    }
    CSM_TRY(st);
    csm_list_end(w, list);
    CSM_TRY(csm_cursor_token(ctx, cursor, &next));
    csm_put_str(w, "next", next.len > 0 ? next : (csm_str){ 0 });
    return CSM_OK;
}

/* The same page as it was at ctx->as_of. */
static csm_status write_past(csm_ctx *ctx, const csm_query_spec *spec, const csm_present *what, csm_reply *out)
{
    csm_past_row *rows;
    csm_open_list list;
    uint32_t count;
    csm_str next;
    csm_writer *w;

    CSM_TRY(csm_query_as_of(ctx, spec, &rows, &count, &next));
    w = csm_reply_begin(out);
    csm_write_map(w, 2);
    csm_write_cstr(w, "rows");
    list = csm_list_begin(w);
    for (uint32_t n = 0; n < count; n++) {
        CSM_TRY(csm_present_row(ctx, rows[n].row, rows[n].readable, what, w));
        list.count++;
    }
    csm_list_end(w, list);
    csm_put_str(w, "next", next);
    return CSM_OK;
}

static csm_status record_query(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_query_spec spec = { 0 };
    csm_present what = { 0 };
    csm_cursor *cursor = NULL;
    csm_status st;

    CSM_TRY(csm_find_table(ctx, in->values[0], &spec.table));
    CSM_TRY(csm_parse_filter(ctx, spec.table, in->values[1], in->values[2], in->values[4], &spec.filter));
    CSM_TRY(csm_present_parse(ctx, spec.table, in->values[3], &what));
    spec.limit = csm_is_nil(in->values[5]) ? 100 : (uint32_t)in->values[5].i;
    spec.offset = (uint64_t)csm_value_int(in->values[6]);
    spec.after = csm_value_text(in->values[7]);
    if (spec.limit > ctx->engine->limits.page_rows)
        return csm_error_field(&ctx->err, CSM_E_LIMIT, "limit", "a page has at most %u rows",
                               ctx->engine->limits.page_rows);
    if (csm_is_history_view(spec.table))
        return csm_history_query(ctx, &spec, in->values[1], in->values[2], &what, out);
    if (ctx->as_of != 0)
        return write_past(ctx, &spec, &what, out);
    CSM_TRY(csm_cursor_open(ctx, &spec, &cursor));
    st = write_rows(ctx, cursor, &what, csm_reply_begin(out));
    csm_cursor_close(cursor);
    return st;
}

/* ---- writing ---- */

static csm_status write_options(csm_ctx *ctx, csm_value version, csm_value base, csm_write_options *out)
{
    csm_write_options options = CSM_WRITE_OPTIONS_INIT;

    if (!csm_is_nil(version) && !csm_is_nil(base))
        return csm_error_field(&ctx->err, CSM_E_INVALID, "base", "give either \"version\" or \"base\"");
    if (!csm_is_nil(version))
        options.version = version.i;
    if (!csm_is_nil(base))
        options.base = base.i;
    *out = options;
    return CSM_OK;
}

static csm_status record_insert(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_write_options options = CSM_WRITE_OPTIONS_INIT;
    const csm_mtable *table;
    csm_row *row;

    CSM_TRY(csm_find_table(ctx, in->values[0], &table));
    CSM_TRY(csm_write_insert(ctx, table, in->values[1], &options, &row));
    return csm_reply_row(ctx, out, row);
}

static csm_status record_update(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_write_options options;
    const csm_mtable *table;
    csm_row *row;

    CSM_TRY(csm_find_table(ctx, in->values[0], &table));
    CSM_TRY(write_options(ctx, in->values[3], in->values[4], &options));
    CSM_TRY(csm_write_update(ctx, table, in->values[1].id, in->values[2], &options, &row));
    return csm_reply_row(ctx, out, row);
}

static csm_status record_delete(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_write_options options;
    const csm_mtable *table;

    CSM_TRY(csm_find_table(ctx, in->values[0], &table));
    CSM_TRY(write_options(ctx, in->values[2], csm_nil(), &options));
    CSM_TRY(csm_write_delete(ctx, table, in->values[1].id, &options));
    csm_write_bool(csm_reply_begin(out), true);
    return CSM_OK;
}

/* ---- the set ---- */

#define PARAM_QUERY CSM_PARAM("query", CSM_T_TEXT, .max = 100000, .doc = "Filter as text: \"active=true^priority<=2\"")
#define PARAM_WHERE CSM_PARAM("where", CSM_T_LIST, .max = 20000, .doc = "Filter as a tree: [\"and\", [\"=\", field, value], ...]")
#define PARAM_FIELDS CSM_PARAM("fields", CSM_T_NIL, .doc = "Field names, a list or comma separated; dot-walk allowed; absent = all")
#define PARAM_VALUES CSM_PARAM("values", CSM_T_MAP, .flags = CSM_PARAM_REQUIRED, .doc = "Values by field name")
#define PARAM_VERSION CSM_PARAM("version", CSM_T_INT, .max = UINT32_MAX, .doc = "Refuse when sys_mod_count is another")

static const csm_param get_params[] = { PARAM_TABLE, PARAM_RECORD, PARAM_FIELDS };
static const csm_param query_params[] = {
    PARAM_TABLE,
    PARAM_QUERY,
    PARAM_WHERE,
    PARAM_FIELDS,
    CSM_PARAM("order", CSM_T_NIL, .doc = "\"-opened_at,number\" or a list of such; instead of ORDERBY"),
    CSM_PARAM("limit", CSM_T_INT, .min = 1, .max = 100000, .doc = "Rows of the page, 100 when absent"),
    CSM_PARAM("offset", CSM_T_INT, .max = OFFSET_MAX, .doc = "Rows to skip; small ones only"),
    CSM_PARAM("after", CSM_T_TEXT, .max = 20000, .doc = "\"next\" of the page before"),
};
static const csm_param insert_params[] = { PARAM_TABLE, PARAM_VALUES };
static const csm_param update_params[] = {
    PARAM_TABLE,
    PARAM_RECORD,
    PARAM_VALUES,
    PARAM_VERSION,
    CSM_PARAM("base", CSM_T_INT, .max = UINT32_MAX,
              .doc = "Merge with what others changed since that sys_mod_count; the same field changed twice is a conflict"),
};
static const csm_param delete_params[] = { PARAM_TABLE, PARAM_RECORD, PARAM_VERSION };

static const csm_method methods[] = {
    { .name = "record.get", .params = CSM_ARRAY(get_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_EXTERNAL, .since = 1,
      .run = record_get, .doc = "One record with its journal entries, newest first",
      .returns_doc = "{sys_id, sys_mod_count, field: value, ...}" },
    { .name = "record.query", .params = CSM_ARRAY(query_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_EXTERNAL,
      .since = 1, .run = record_query, .doc = "A page of records", .returns_doc = "{rows, next: nil at the end}" },
    { .name = "record.aggregate", .params = { csm_aggregate_params, CSM_AGGREGATE_PARAMS, sizeof(csm_param) },
      .returns = CSM_T_MAP, .flags = CSM_METHOD_EXTERNAL, .since = 1, .run = csm_record_aggregate,
      .doc = "Counts, sums, averages, least and greatest values, by groups",
      .returns_doc = "{rows: [{group: value, figure: value}]}" },
    { .name = "record.insert", .params = CSM_ARRAY(insert_params), .returns = CSM_T_MAP,
      .flags = CSM_METHOD_WRITES | CSM_METHOD_EXTERNAL, .since = 1, .run = record_insert, .doc = "Makes a record",
      .returns_doc = "The record" },
    { .name = "record.update", .params = CSM_ARRAY(update_params), .returns = CSM_T_MAP,
      .flags = CSM_METHOD_WRITES | CSM_METHOD_EXTERNAL, .since = 1, .run = record_update, .doc = "Changes fields of a record",
      .returns_doc = "The record" },
    { .name = "record.delete", .params = CSM_ARRAY(delete_params), .returns = CSM_T_BOOL,
      .flags = CSM_METHOD_WRITES | CSM_METHOD_EXTERNAL, .since = 1, .run = record_delete, .doc = "Deletes a record" },
};

csm_method_set csm_methods_record(void)
{
    return CSM_METHOD_SET(methods);
}
