/* Records in handlers' hands. A record keeps the row as it was read; what is set goes to a copy, and an update writes only
 * what was set, against the row as read. */
#include "engine/record/call.h"

#include "base/str.h"

csm_record *csm_record_wrap(csm_ctx *ctx, csm_row *row, const uint64_t *readable)
{
    csm_record *rec = csm_arena_zalloc(ctx->arena, sizeof(*rec));

    if (rec == NULL) {
        csm_ctx_nomem(ctx);
        return NULL;
    }
    rec->seen = rec->row = row;
    rec->readable = readable;
    rec->stored = true;
    return rec;
}

static csm_status get(csm_ctx *ctx, const char *name, csm_id id, csm_record **out)
{
    const csm_mtable *table = csm_host_table(ctx, name);
    uint64_t *readable;
    csm_record *rec;
    csm_row *row;

    if (table == NULL)
        return CSM_E_INVALID;
    CSM_TRY(csm_record_read(ctx, table, id, &row, &readable));
    rec = csm_record_wrap(ctx, row, readable);
    if (rec == NULL)
        return CSM_E_NOMEM;
    *out = rec;
    return CSM_OK;
}

/* At an end: in a state that clears the model's flag of rows that are worked on. */
static bool is_ended(const csm_row *row)
{
    const csm_mstate_model *model = row->table->state_model;
    const csm_mfield *active = model != NULL && model->active != NULL ? csm_field_in(row->table, model->active) : NULL;

    return active != NULL && !csm_value_bool(csm_row_get(row, active));
}

static csm_status get_open(csm_ctx *ctx, const char *name, csm_id id, csm_record **out)
{
    csm_record *rec;

    CSM_TRY(get(ctx, name, id, &rec));
    CSM_TRY(csm_record_check_write(ctx, rec->row));
    if (is_ended(rec->row))
        return csm_ctx_fail(ctx, CSM_E_STATE, "this %s is closed", csm_ctx_called(ctx, rec->row->table));
    *out = rec;
    return CSM_OK;
}

static csm_status find(csm_ctx *ctx, const char *name, csm_id id, csm_record **out)
{
    csm_status st;

    *out = NULL;
    if (csm_id_is_none(id))
        return csm_host_table(ctx, name) != NULL ? CSM_OK : CSM_E_INVALID;
    st = get(ctx, name, id, out);
    if (st != CSM_E_NOT_FOUND)
        return st;
    csm_error_clear(&ctx->err);
    return CSM_OK;
}

static csm_status keep_readable(csm_ctx *ctx, const csm_row *row, const uint64_t *bits, const uint64_t **out)
{
    *out = NULL;
    if (bits == NULL)
        return CSM_OK;
    *out = csm_arena_copy(ctx->arena, bits, csm_bits_words(row->table->field_count) * sizeof(*bits));
    return *out != NULL ? CSM_OK : csm_ctx_nomem(ctx);
}

static csm_status find_where(csm_ctx *ctx, const char *name, const char *filter, csm_record **out)
{
    const csm_mtable *table = csm_host_table(ctx, name);
    csm_query_spec spec = { .table = table, .limit = 1 };
    const uint64_t *readable = NULL, *kept;
    csm_cursor *cursor;
    csm_row *row = NULL;
    csm_status st;

    *out = NULL;
    if (table == NULL)
        return CSM_E_INVALID;
    if (filter == NULL)
        return csm_ctx_stick(ctx, CSM_E_INVALID, "a search in %s has no condition", name);
    CSM_TRY(csm_host_filter(ctx, table, filter, &spec.filter));
    CSM_TRY(csm_cursor_open(ctx, &spec, &cursor));
    st = csm_cursor_next(ctx, cursor, &row, &readable);
    if (st == CSM_OK && row != NULL) {
        st = keep_readable(ctx, row, readable, &kept);
        *out = st == CSM_OK ? csm_record_wrap(ctx, row, kept) : NULL;
        if (st == CSM_OK && *out == NULL)
            st = CSM_E_NOMEM;
    }
    csm_cursor_close(cursor);
    return st;
}

static csm_status create(csm_ctx *ctx, const char *name, csm_record **out)
{
    static const csm_id none = { { 0 } };
    const csm_mtable *table = csm_host_table(ctx, name);
    csm_record *rec;
    csm_row *row;

    if (table == NULL)
        return CSM_E_INVALID;
    row = csm_row_new(ctx->arena, table, none);
    if (row == NULL)
        return csm_ctx_nomem(ctx);
    rec = csm_record_wrap(ctx, row, NULL);
    if (rec == NULL)
        return CSM_E_NOMEM;
    rec->stored = false;
    *out = rec;
    return CSM_OK;
}

/* ---- fields ---- */

static bool is_visible(csm_ctx *ctx, const csm_record *rec, const csm_mfield *field)
{
    if (rec->readable == NULL || ctx->system > 0 || field->id <= CSM_FID_MOD_COUNT)
        return true;
    if (rec->set != NULL && csm_bits_has(rec->set, field->pos))
        return true;
    return csm_bits_has(rec->readable, field->pos) && csm_access_field(ctx, field, CSM_OP_READ);
}

/* A handler may ask on although memory for the record ran out: that is what fails the call then. */
static csm_status refuse_no_record(csm_ctx *ctx, const char *name)
{
    if (ctx->err.code == CSM_E_NOMEM)
        return csm_ctx_stick(ctx, CSM_E_NOMEM, "out of memory");
    return csm_ctx_stick(ctx, CSM_E_INVALID, "field \"%s\" is asked of no record", name != NULL ? name : "");
}

/* A field, or across references; *last NULL and nil when there is nothing to see. */
static csm_value read_path(csm_ctx *ctx, const csm_record *rec, const char *name, const csm_mfield **last)
{
    const char *dot = name != NULL ? strchr(name, '.') : NULL;
    csm_value found;
    bool visible;

    *last = NULL;
    if (rec == NULL) {
        (void)refuse_no_record(ctx, name);
        return csm_nil();
    }
    if (dot == NULL) {
        *last = csm_host_field(ctx, rec->row->table, name);
        return *last != NULL && is_visible(ctx, rec, *last) ? csm_row_get(rec->row, *last) : csm_nil();
    }
    if (csm_path_get(ctx, rec->row, csm_str_of(name), &found, last, &visible) != CSM_OK) {
        csm_ctx_stick(ctx, ctx->err.code, "%s, path \"%s\": no such path", rec->row->table->name, name);
        *last = NULL;
        return csm_nil();
    }
    const csm_mfield *first = csm_mtable_field(rec->row->table, (csm_str){ name, (size_t)(dot - name) });
    return visible && first != NULL && is_visible(ctx, rec, first) ? found : csm_nil();
}

static csm_value value(csm_ctx *ctx, const csm_record *rec, const char *name)
{
    const csm_mfield *last;

    return read_path(ctx, rec, name, &last);
}

static csm_status copy_for_set(csm_ctx *ctx, csm_record *rec)
{
    if (rec->set != NULL)
        return CSM_OK;
    rec->set = csm_bits_new(ctx->arena, rec->row->table->field_count);
    rec->row = csm_row_copy(ctx->arena, rec->seen);
    return rec->set != NULL && rec->row != NULL ? CSM_OK : csm_ctx_nomem(ctx);
}

/* Kept until the record is written, so that a handler that ignores a refused set cannot write half of what it meant. */
static csm_status refuse_set(csm_ctx *ctx, csm_record *rec, csm_status st)
{
    if (rec->bad == CSM_OK) {
        rec->bad = st;
        rec->bad_text = csm_arena_str(ctx->arena, csm_str_of(ctx->err.message));
        rec->bad_field = csm_arena_cstr(ctx->arena, csm_str_of(ctx->err.field));
    }
    return st;
}

static csm_status set(csm_ctx *ctx, csm_record *rec, const char *name, csm_value in)
{
    const csm_mfield *field;
    csm_value stored;
    csm_status st;

    if (rec == NULL)
        return csm_ctx_stick(ctx, CSM_E_INVALID, "field \"%s\" is set on no record", name);
    field = csm_host_field(ctx, rec->row->table, name);
    if (field == NULL)
        return CSM_E_INVALID;
    if (rec->read_only)
        return csm_ctx_stick(ctx, CSM_E_INVALID, "field \"%s\": the record of a change is read-only; set the change", name);
    CSM_TRY(copy_for_set(ctx, rec));
    if (field->type == CSM_F_JOURNAL)
        st = csm_value_copy(ctx->arena, in, &stored) == CSM_OK ? CSM_OK : csm_ctx_nomem(ctx);
    else
        st = csm_mfield_convert(field, in, ctx->arena, &stored, &ctx->err);
    if (st != CSM_OK)
        return refuse_set(ctx, rec, st);
    rec->row->values[field->pos] = stored;
    csm_bits_add(rec->set, field->pos);
    return CSM_OK;
}

/* ---- writing ---- */

/* What was set, and @p more, as a map of values. */
static csm_status set_values(csm_ctx *ctx, const csm_record *rec, const csm_value *more, csm_value *out)
{
    const csm_mtable *table = rec->row->table;
    uint32_t extra = more != NULL && more->type == CSM_T_MAP ? more->count : 0, count = 0;
    csm_pair *pairs = csm_arena_array(ctx->arena, (size_t)table->field_count + extra, sizeof(*pairs));

    if (pairs == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; rec->set != NULL && n < table->field_count; n++)
        if (csm_bits_has(rec->set, n) && (more == NULL || csm_map_get(more, table->fields[n].name) == NULL))
            pairs[count++] = (csm_pair){ csm_str_of(table->fields[n].name), rec->row->values[n] };
    for (uint32_t n = 0; n < extra; n++)
        pairs[count++] = more->map[n];
    *out = csm_map(pairs, count);
    return CSM_OK;
}

static csm_status check_record(csm_ctx *ctx, const csm_record *rec, bool stored)
{
    if (ctx->sticky != CSM_OK)
        return csm_ctx_fail(ctx, ctx->sticky, "%.*s", CSM_STR_FMT(ctx->sticky_text));
    if (rec == NULL || rec->read_only)
        return csm_ctx_stick(ctx, CSM_E_INVALID, "there is no record to write");
    if (rec->stored != stored)
        return csm_ctx_stick(ctx, CSM_E_INVALID, stored ? "the %s is not inserted yet" : "the %s is inserted already",
                             rec->row->table->name);
    if (rec->bad == CSM_OK)
        return CSM_OK;
    if (rec->bad_field != NULL && rec->bad_field[0] != '\0')
        return csm_error_field(&ctx->err, rec->bad, rec->bad_field, "%.*s", CSM_STR_FMT(rec->bad_text));
    return csm_ctx_fail(ctx, rec->bad, "%.*s", CSM_STR_FMT(rec->bad_text));
}

static csm_status written(csm_ctx *ctx, csm_record *rec, csm_row *row)
{
    bool allowed;
    uint64_t *readable;

    rec->seen = rec->row = row;
    rec->set = NULL;
    rec->stored = true;
    rec->readable = NULL;
    if (ctx->system > 0)
        return CSM_OK;
    readable = csm_bits_new(ctx->arena, row->table->field_count);
    if (readable == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_access_row(ctx, row, CSM_OP_READ, &allowed, readable));
    rec->readable = readable;
    return CSM_OK;
}

static csm_status insert(csm_ctx *ctx, csm_record *rec)
{
    csm_value values;
    csm_row *row;

    CSM_TRY(check_record(ctx, rec, false));
    CSM_TRY(set_values(ctx, rec, NULL, &values));
    CSM_TRY(csm_write_insert(ctx, rec->row->table, values, NULL, &row));
    return written(ctx, rec, row);
}

static csm_status write_back(csm_ctx *ctx, csm_record *rec, const char *transition, const csm_value *args)
{
    csm_write_options options = CSM_WRITE_OPTIONS_INIT;
    csm_value values;
    csm_row *row;

    CSM_TRY(check_record(ctx, rec, true));
    if (transition == NULL && rec->set == NULL)
        return CSM_OK;
    CSM_TRY(set_values(ctx, rec, args, &values));
    options.seen = rec->seen;
    options.transition = transition;
    CSM_TRY(csm_write_update(ctx, rec->row->table, rec->row->id, values, &options, &row));
    return written(ctx, rec, row);
}

static csm_status update(csm_ctx *ctx, csm_record *rec)
{
    return write_back(ctx, rec, NULL, NULL);
}

static csm_status transition(csm_ctx *ctx, csm_record *rec, const char *name, const csm_value *args)
{
    if (name == NULL || (args != NULL && args->type != CSM_T_MAP && !csm_is_nil(*args)))
        return csm_ctx_stick(ctx, CSM_E_INVALID, "a transition has a name, and its fields are a map");
    return write_back(ctx, rec, name, args);
}

static csm_status del(csm_ctx *ctx, csm_record *rec)
{
    CSM_TRY(check_record(ctx, rec, true));
    return csm_write_delete(ctx, rec->row->table, rec->row->id, NULL);
}

/* ---- the rest ---- */

static csm_id id(const csm_record *rec)
{
    static const csm_id none = { { 0 } };

    return rec != NULL ? rec->row->id : none;
}

static const char *table_name(const csm_record *rec)
{
    return rec != NULL ? rec->row->table->name : "";
}

static bool is_a(csm_ctx *ctx, const char *name, const char *ancestor)
{
    const csm_mtable *table = csm_registry_table(ctx->reg, csm_str_of(name));
    const csm_mtable *above = csm_registry_table(ctx->reg, csm_str_of(ancestor));

    return table != NULL && above != NULL && csm_mtable_is_a(table, above);
}

static bool has_field(csm_ctx *ctx, const char *name, const char *field)
{
    const csm_mtable *table = csm_registry_table(ctx->reg, csm_str_of(name));

    csm_str rest = csm_str_of(field), part;
    const csm_mfield *found = NULL;

    while (csm_str_split(&rest, '.', &part)) {
        found = table != NULL ? csm_mtable_field(table, part) : NULL;
        if (found == NULL)
            return false;
        table = found->type == CSM_F_REF ? found->ref : NULL;
    }
    return found != NULL;
}

static const char *parent(csm_ctx *ctx, const char *name)
{
    const csm_mtable *table = csm_registry_table(ctx->reg, csm_str_of(name));

    return table != NULL && table->parent != NULL ? table->parent->name : NULL;
}

static const char *refers_to(csm_ctx *ctx, const char *name, const char *field_name)
{
    const csm_mtable *table = csm_registry_table(ctx->reg, csm_str_of(name));
    const csm_mfield *field = table != NULL ? csm_mtable_field(table, csm_str_of(field_name)) : NULL;

    return field != NULL && field->ref != NULL ? field->ref->name : NULL;
}

static csm_status matches(csm_ctx *ctx, const csm_record *rec, const char *encoded, bool *out)
{
    csm_filter filter;

    *out = false;
    if (rec == NULL || encoded == NULL)
        return csm_ctx_stick(ctx, CSM_E_INVALID, "a condition needs a record and a text");
    CSM_TRY(csm_host_filter(ctx, rec->row->table, encoded, &filter));
    if (filter.expr == NULL) {
        *out = true;
        return CSM_OK;
    }
    return csm_expr_eval(ctx, filter.expr, rec->row, NULL, out);
}

static csm_status savepoint(csm_ctx *ctx, csm_status (*run)(csm_ctx *ctx, void *arg), void *arg)
{
    return csm_write_nested(ctx, run, arg);
}

static csm_status attempt(csm_ctx *ctx, csm_status (*run)(csm_ctx *ctx, void *arg), void *arg, csm_failure *failure)
{
    csm_status st = csm_write_nested(ctx, run, arg);

    *failure = (csm_failure){ .code = CSM_OK };
    if (st == CSM_OK || csm_ctx_is_fatal(ctx))
        return st;
    failure->code = st;
    failure->message = csm_arena_str(ctx->arena, csm_str_of(ctx->err.message));
    failure->field = csm_arena_str(ctx->arena, csm_str_of(ctx->err.field));
    csm_error_clear(&ctx->err);
    return failure->message.ptr != NULL && failure->field.ptr != NULL ? CSM_OK : csm_ctx_nomem(ctx);
}

static csm_status journal(csm_ctx *ctx, const csm_record *rec, const char *name, uint32_t limit, csm_value *out)
{
    const csm_mfield *field;

    *out = csm_list(NULL, 0);
    if (rec == NULL)
        return refuse_no_record(ctx, name);
    field = csm_host_field(ctx, rec->row->table, name);
    if (field == NULL)
        return CSM_E_INVALID;
    if (field->type != CSM_F_JOURNAL)
        return csm_ctx_stick(ctx, CSM_E_INVALID, "field \"%s\" is no journal", name);
    if (ctx->system == 0 && ((rec->readable != NULL && !csm_bits_has(rec->readable, field->pos)) ||
                             !csm_access_field(ctx, field, CSM_OP_READ)))
        return CSM_OK;
    return csm_present_journal(ctx, rec->row, field, limit, out);
}

static csm_str display(csm_ctx *ctx, const csm_record *rec, const char *name)
{
    const csm_mfield *last;
    csm_value found = read_path(ctx, rec, name, &last);

    return last != NULL && !csm_is_nil(found) ? csm_present_text(ctx, last, found) : CSM_STR("");
}

const csm_record_api csm_host_record = {
    .size = sizeof(csm_record_api),
    .get = get,
    .find = find,
    .find_where = find_where,
    .create = create,
    .insert = insert,
    .update = update,
    .del = del,
    .transition = transition,
    .id = id,
    .table = table_name,
    .value = value,
    .set = set,
    .is_a = is_a,
    .matches = matches,
    .savepoint = savepoint,
    .journal = journal,
    .has_field = has_field,
    .display = display,
    .parent = parent,
    .attempt = attempt,
    .refers_to = refers_to,
    .is_below = csm_tree_is_below,
    .get_open = get_open,
};
