/* Imports: started by name, fed page by page. A page makes way for others between its rows; each transaction also keeps how far it
 * came, and which rows of the page were refused, so that a page sent again is answered as the first time. One bad row is undone
 * alone and told; the others stay. Source: DOMAIN 4.15. */
#include "rpc/import.h"

#include <stdio.h>

#define ROWS_MAX 1000u
#define COLUMNS_MAX 500u
#define ERROR_BYTES 40000u /* of texts: all refusals of a page fit into one field, and into a reply kept under a request key */

typedef struct figures {
    int64_t rows_read, inserted, updated, unchanged, failed;
} figures;

/* ---- the import's row ---- */

static csm_status find_import(csm_ctx *ctx, csm_id id, csm_row **out)
{
    CSM_TRY(csm_find_id(ctx, "sys_import", id, out));
    return *out != NULL ? CSM_OK : csm_error_field(&ctx->err, CSM_E_NOT_FOUND, "id", "no such import");
}

static figures figures_of(const csm_row *row)
{
    return (figures){ .rows_read = csm_value_int(csm_row_field(row, "rows_read")),
                      .inserted = csm_value_int(csm_row_field(row, "inserted")),
                      .updated = csm_value_int(csm_row_field(row, "updated")),
                      .unchanged = csm_value_int(csm_row_field(row, "unchanged")),
                      .failed = csm_value_int(csm_row_field(row, "failed")) };
}

static void write_figures(csm_writer *w, const figures *f)
{
    csm_put_int(w, "rows_read", f->rows_read);
    csm_put_int(w, "inserted", f->inserted);
    csm_put_int(w, "updated", f->updated);
    csm_put_int(w, "unchanged", f->unchanged);
    csm_put_int(w, "failed", f->failed);
}

static void write_import(csm_writer *w, const csm_row *row)
{
    figures f = figures_of(row);

    csm_write_map(w, 8);
    csm_put_id(w, "id", row->id);
    csm_put_value(w, "name", csm_row_field(row, "name"));
    csm_put_value(w, "state", csm_row_field(row, "state"));
    write_figures(w, &f);
}

/* ---- start, status, finish ---- */

static csm_status import_start(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_import_map map;
    csm_pair pairs[3];
    csm_row *row = NULL;

    CSM_TRY(csm_import_compile(ctx, in->values[1], NULL, &map));
    CSM_TRY(csm_find_row(ctx, "sys_import", "name", in->values[0], &row));
    if (row != NULL && !csm_value_eq(csm_row_field(row, "mapping"), in->values[1]))
        return csm_error_field(&ctx->err, CSM_E_CONFLICT, "mapping", "there is an import \"%.*s\" with another mapping",
                               CSM_STR_FMT(in->values[0].s));
    if (row == NULL) {
        pairs[0] = (csm_pair){ CSM_STR("name"), in->values[0] };
        pairs[1] = (csm_pair){ CSM_STR("target"), csm_ctext(map.table->name) };
        pairs[2] = (csm_pair){ CSM_STR("mapping"), in->values[1] };
        CSM_TRY(csm_own_insert(ctx, "sys_import", pairs, 3, &row));
    }
    write_import(csm_reply_begin(out), row);
    return CSM_OK;
}

static csm_status import_status(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_row *row;

    CSM_TRY(find_import(ctx, in->values[0].id, &row));
    write_import(csm_reply_begin(out), row);
    return CSM_OK;
}

static csm_status import_finish(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_pair done = { CSM_STR("state"), csm_ctext("done") };
    csm_row *row;

    CSM_TRY(find_import(ctx, in->values[0].id, &row));
    CSM_TRY(csm_own_update(ctx, row, &done, 1));
    CSM_TRY(find_import(ctx, in->values[0].id, &row));
    write_import(csm_reply_begin(out), row);
    return CSM_OK;
}

/* ---- rows ---- */

typedef struct page {
    csm_value rows;
    int64_t first;             /* number of the first row sent, from 1 */
    uint32_t skip;             /* rows of it that an earlier call or turn took */
    figures f;
    csm_value refused;         /* list of [row, field, message]; message nil: told enough */
    size_t refused_bytes;
} page;

static csm_status keep_page(csm_ctx *ctx, const csm_row *row, const page *p)
{
    csm_pair kept[] = { { CSM_STR("first"), csm_int(p->first) }, { CSM_STR("refused"), p->refused } };
    csm_pair pairs[] = { { CSM_STR("rows_read"), csm_int(p->f.rows_read) }, { CSM_STR("inserted"), csm_int(p->f.inserted) },
                         { CSM_STR("updated"), csm_int(p->f.updated) },     { CSM_STR("unchanged"), csm_int(p->f.unchanged) },
                         { CSM_STR("failed"), csm_int(p->f.failed) },
                         { CSM_STR("page"), csm_call_of(ctx)->more ? csm_map(kept, 2) : csm_nil() } };

    return csm_own_update(ctx, row, pairs, sizeof(pairs) / sizeof(pairs[0]));
}

static csm_status add_refusal(csm_ctx *ctx, page *p, int64_t number, csm_str field, csm_str message)
{
    csm_value told[] = { csm_int(number), csm_text(field), csm_text(message) };

    p->refused_bytes += field.len + message.len;
    if (p->refused_bytes > ERROR_BYTES)
        told[1] = told[2] = csm_nil();
    return csm_list_add(ctx, &p->refused, csm_list(told, 3));
}

/* What earlier turns of the same page refused. */
static csm_status take_refused(csm_ctx *ctx, const csm_row *row, page *p)
{
    csm_value kept = csm_row_field(row, "page");
    const csm_value *first = csm_map_get(&kept, "first"), *refused = csm_map_get(&kept, "refused");

    if (first == NULL || first->i != p->first || refused == NULL)
        return CSM_OK;
    for (uint32_t n = 0; n < refused->count; n++) {
        csm_value told = refused->list[n];

        if (told.type != CSM_T_LIST || told.count != 3)
            return csm_ctx_fail(ctx, CSM_E_CORRUPT, "the kept page of the import is none");
        CSM_TRY(add_refusal(ctx, p, told.list[0].i, csm_value_text(told.list[1]), csm_value_text(told.list[2])));
    }
    return CSM_OK;
}

static void write_refused(csm_writer *w, csm_value refused)
{
    csm_write_cstr(w, "errors");
    csm_write_list(w, refused.count);
    for (uint32_t n = 0; n < refused.count; n++) {
        const csm_value *told = refused.list[n].list;

        csm_write_map(w, 3);
        csm_put_value(w, "row", told[0]);
        csm_put_value(w, "field", csm_value_text(told[1]).len > 0 ? told[1] : csm_nil());
        csm_put_value(w, "message", csm_is_nil(told[2]) ? csm_ctext("refused; send fewer rows to hear why") : told[2]);
    }
}

/* Rows until the page ends or others wait. */
static csm_status run_rows(csm_ctx *ctx, const csm_import_map *map, page *p)
{
    csm_call *call = csm_call_of(ctx);
    int64_t since = csm_mono_us();

    for (uint32_t n = p->skip; n < p->rows.count && !call->more; n++) {
        csm_import_action action = CSM_IMPORT_UNCHANGED;
        csm_status st = csm_import_row(ctx, map, p->rows.list[n], p->first + n, &action);

        if (ctx->budget.exceeded || ctx->sticky != CSM_OK || st == CSM_E_NOMEM || st == CSM_E_CORRUPT || st == CSM_E_IO)
            return st != CSM_OK ? st : ctx->sticky;
        p->f.rows_read++;
        if (st != CSM_OK) {
            p->f.failed++;
            CSM_TRY(add_refusal(ctx, p, p->first + n, csm_str_of(ctx->err.field), csm_str_of(ctx->err.message)));
        } else {
            *(action == CSM_IMPORT_INSERTED  ? &p->f.inserted
              : action == CSM_IMPORT_UPDATED ? &p->f.updated
                                             : &p->f.unchanged) += 1;
        }
        csm_error_clear(&ctx->err);
        call->more = n + 1 < p->rows.count && csm_writer_is_turn_over(call, since);
    }
    return CSM_OK;
}

static csm_status check_columns(csm_ctx *ctx, csm_value columns)
{
    for (uint32_t n = 0; n < columns.count; n++)
        if (columns.list[n].type != CSM_T_TEXT)
            return csm_error_field(&ctx->err, CSM_E_INVALID, "columns", "argument \"columns\" is a list of names");
    return CSM_OK;
}

/* What the import of this call is: one begun, or in a dry run a mapping alone. */
static csm_status open_page(csm_ctx *ctx, const csm_args *in, page *p, csm_row **row, csm_value *mapping)
{
    *row = NULL;
    if (csm_is_nil(in->values[0]) == csm_is_nil(in->values[1]))
        return csm_ctx_fail(ctx, CSM_E_INVALID, "give the \"id\" of an import, or a \"mapping\" for a dry run");
    if (csm_is_nil(in->values[0])) {
        *mapping = in->values[1];
        return csm_call_of(ctx)->dry_run
                   ? CSM_OK
                   : csm_error_field(&ctx->err, CSM_E_INVALID, "mapping", "rows by a mapping alone are for dry runs");
    }
    CSM_TRY(find_import(ctx, in->values[0].id, row));
    if (!csm_str_is(csm_value_text(csm_row_field(*row, "state")), "loading"))
        return csm_error_field(&ctx->err, CSM_E_STATE, "id", "the import is finished");
    *mapping = csm_row_field(*row, "mapping");
    p->f = figures_of(*row);
    if (p->first > p->f.rows_read + 1)
        return csm_error_field(&ctx->err, CSM_E_INVALID, "first", "the import stands at row %lld: rows come in order",
                               (long long)p->f.rows_read);
    p->skip = (uint32_t)(p->f.rows_read + 1 - p->first < p->rows.count ? p->f.rows_read + 1 - p->first : p->rows.count);
    return take_refused(ctx, *row, p);
}

static csm_status import_rows(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    page p = { .rows = in->values[4], .first = in->values[2].i, .refused = csm_list(NULL, 0) };
    csm_value mapping = csm_nil();
    csm_import_map map;
    csm_row *row;
    csm_writer *w;

    CSM_TRY(open_page(ctx, in, &p, &row, &mapping));
    CSM_TRY(check_columns(ctx, in->values[3]));
    CSM_TRY(csm_import_compile(ctx, mapping, &in->values[3], &map));
    CSM_TRY(run_rows(ctx, &map, &p));
    if (row != NULL && p.skip < p.rows.count)
        CSM_TRY(keep_page(ctx, row, &p));
    if (csm_call_of(ctx)->more)
        return CSM_OK;
    w = csm_reply_begin(out);
    csm_write_map(w, 8);
    csm_put_id(w, "id", row != NULL ? row->id : (csm_id){ { 0 } });
    csm_put_text(w, "state", "loading");
    write_figures(w, &p.f);
    write_refused(w, p.refused);
    return CSM_OK;
}

/* ---- the set ---- */

#define PARAM_IMPORT CSM_PARAM("id", CSM_T_ID, .flags = CSM_PARAM_REQUIRED, .table = "sys_import", .doc = "The import")

static const csm_param start_params[] = {
    CSM_PARAM("name", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .min = 1, .max = 200, .doc = "An import goes on under its name"),
    CSM_PARAM("mapping", CSM_T_MAP, .flags = CSM_PARAM_REQUIRED, .doc = "How a row becomes records"),
};
static const csm_param rows_params[] = {
    CSM_PARAM("id", CSM_T_ID, .table = "sys_import", .doc = "The import"),
    CSM_PARAM("mapping", CSM_T_MAP, .doc = "Instead of it, for a dry run"),
    CSM_PARAM("first", CSM_T_INT, .flags = CSM_PARAM_REQUIRED, .min = 1, .max = INT64_C(1) << 40,
              .doc = "Number of the first row, from 1; rows taken before are left out"),
    CSM_PARAM("columns", CSM_T_LIST, .flags = CSM_PARAM_REQUIRED, .min = 1, .max = COLUMNS_MAX, .doc = "Names of the cells"),
    CSM_PARAM("rows", CSM_T_LIST, .flags = CSM_PARAM_REQUIRED, .min = 1, .max = ROWS_MAX, .doc = "Lists of cells as text"),
};
static const csm_param import_params[] = { PARAM_IMPORT };

static const csm_method methods[] = {
    { .name = "import.start", .params = CSM_ARRAY(start_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = "import_admin", .since = 1, .run = import_start, .doc = "A new import, or the one of that name",
      .returns_doc = "{id, name, state, rows_read, inserted, updated, unchanged, failed}" },
    { .name = "import.rows", .params = CSM_ARRAY(rows_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = "import_admin", .since = 1, .run = import_rows,
      .doc = "The next rows, in order; a refused row is undone alone. Others write between them",
      .returns_doc = "{id, state, rows_read, inserted, updated, unchanged, failed, errors: [{row, field, message}]}" },
    { .name = "import.status", .params = CSM_ARRAY(import_params), .returns = CSM_T_MAP, .role = "import_admin", .since = 1,
      .run = import_status, .doc = "How far an import came", .returns_doc = "As import.start" },
    { .name = "import.finish", .params = CSM_ARRAY(import_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = "import_admin", .since = 1, .run = import_finish, .doc = "Ends an import", .returns_doc = "As import.start" },
};

csm_method_set csm_methods_import(void)
{
    return CSM_METHOD_SET(methods);
}
