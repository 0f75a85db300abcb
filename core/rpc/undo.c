/* record.undo: writes that set back what one request did, through the same rules as any write. An administrator's undo may
 * set read-only fields; anybody else's keeps off what he may not write. Journal entries stay: they are append-only. */
#include "rpc/method.h"

#define CHANGES_MAX 1000u
#define VERSIONS_MAX 1000u

typedef struct undoing {
    csm_ctx *ctx;
    const csm_log_change *change;
    const csm_mtable *table;
    csm_value conflicts, undone; /* lists of maps */
    const char *operation;       /* what undid the change under way */
} undoing;

static csm_status add_conflict(undoing *u, const char *field, const char *message)
{
    csm_value map = csm_nil();

    CSM_TRY(csm_map_add(u->ctx, &map, "table", csm_ctext(u->table != NULL ? u->table->name : "?")));
    CSM_TRY(csm_map_add(u->ctx, &map, "id", csm_id_value(u->change->id)));
    CSM_TRY(csm_map_add(u->ctx, &map, "field", field != NULL && field[0] != '\0' ? csm_ctext(field) : csm_nil()));
    CSM_TRY(csm_map_add(u->ctx, &map, "message", csm_ctext(message)));
    return csm_list_add(u->ctx, &u->conflicts, map);
}

/* ---- what a record was before ---- */

/* Values before the request by field position; *last: as the request left them. Bits of what it touched. */
typedef struct before {
    csm_value *values, *last;
    uint64_t *touched;
    bool deleted;
} before;

static csm_status read_before(undoing *u, const csm_mtable *table, before *b)
{
    csm_ctx *ctx = u->ctx;
    csm_version *versions;
    uint32_t count;

    b->values = csm_arena_array(ctx->arena, table->field_count, sizeof(*b->values));
    b->last = csm_arena_array(ctx->arena, table->field_count, sizeof(*b->last));
    b->touched = csm_bits_new(ctx->arena, table->field_count);
    if (b->values == NULL || b->last == NULL || b->touched == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_history_versions(ctx, table, u->change->id, false, u->change->from, VERSIONS_MAX, &versions, &count));
    for (uint32_t n = 0; n < count && !b->deleted; n++) {
        if (u->change->to != 0 && versions[n].number > u->change->to)
            break;
        for (uint32_t k = 0; k < versions[n].delta_count; k++) {
            const csm_delta *delta = &versions[n].deltas[k];
            const csm_mfield *field = csm_mtable_field_by_id(table, delta->field_id);

            if (field == NULL || field->id < CSM_FID_DOMAIN)
                continue;
            if (!csm_bits_has(b->touched, field->pos))
                b->values[field->pos] = delta->old_value;
            b->last[field->pos] = delta->new_value;
            csm_bits_add(b->touched, field->pos);
        }
        b->deleted = versions[n].op == CSM_HISTORY_DELETE;
    }
    return CSM_OK;
}

static bool is_settable(const csm_ctx *ctx, const csm_mfield *field)
{
    if ((field->flags & CSM_COMPUTED) != 0)
        return false;
    return ctx->system > 0 || (field->flags & CSM_READ_ONLY) == 0;
}

/* ---- one record ---- */

static csm_status undo_insert(undoing *u)
{
    csm_row *row = NULL;

    u->operation = "delete";
    CSM_TRY(csm_row_find(u->ctx, u->table, u->change->id, &row));
    if (row == NULL)
        return csm_ctx_fail(u->ctx, CSM_E_CONFLICT, "the record was deleted since");
    if (row->version + 1 != u->change->to)
        return csm_ctx_fail(u->ctx, CSM_E_CONFLICT, "the record was changed since it was made");
    return csm_write_delete(u->ctx, row->table, row->id, NULL);
}

static csm_status undo_update(undoing *u)
{
    csm_ctx *ctx = u->ctx;
    csm_value values = csm_nil();
    csm_row *row = NULL, *written;
    before b = { 0 };

    u->operation = "update";
    CSM_TRY(csm_row_find(ctx, u->table, u->change->id, &row));
    if (row == NULL)
        return csm_ctx_fail(ctx, CSM_E_CONFLICT, "the record was deleted since");
    CSM_TRY(read_before(u, row->table, &b));
    for (uint32_t n = 0; n < row->table->field_count; n++) {
        const csm_mfield *field = &row->table->fields[n];

        if (!csm_bits_has(b.touched, n) || csm_value_eq(b.values[n], row->values[n]) || !is_settable(ctx, field))
            continue;
        if (!csm_value_eq(row->values[n], b.last[n]))
            return csm_error_field(&ctx->err, CSM_E_CONFLICT, field->name, "field \"%s\" was changed since", field->name);
        CSM_TRY(csm_map_add(ctx, &values, field->name, b.values[n]));
    }
    return csm_is_nil(values) ? CSM_OK : csm_write_update(ctx, row->table, row->id, values, NULL, &written);
}

static csm_status undo_delete(undoing *u)
{
    csm_write_options options = CSM_WRITE_OPTIONS_INIT;
    csm_value values = csm_nil();
    csm_row *row = NULL;
    before b = { 0 };

    u->operation = "insert";
    CSM_TRY(csm_row_find(u->ctx, u->table, u->change->id, &row));
    if (row != NULL)
        return csm_ctx_fail(u->ctx, CSM_E_CONFLICT, "the record is there again");
    CSM_TRY(read_before(u, u->table, &b));
    if (!b.deleted)
        return csm_ctx_fail(u->ctx, CSM_E_CONFLICT, "the history does not hold the deleted record");
    for (uint32_t n = 0; n < u->table->field_count; n++)
        if (csm_bits_has(b.touched, n) && !csm_is_nil(b.values[n]) && is_settable(u->ctx, &u->table->fields[n]))
            CSM_TRY(csm_map_add(u->ctx, &values, u->table->fields[n].name, b.values[n]));
    options.id = u->change->id;
    return csm_write_insert(u->ctx, u->table, values, &options, &row);
}

static csm_status undo_one(csm_ctx *ctx, void *arg)
{
    undoing *u = arg;

    if (u->table == NULL)
        return csm_ctx_fail(ctx, CSM_E_CONFLICT, "no active plugin has the record's table");
    if ((u->table->flags & CSM_TABLE_NO_HISTORY) != 0)
        return csm_ctx_fail(ctx, CSM_E_CONFLICT, "the table has no history");
    if (u->change->from == 0)
        return undo_insert(u);
    return u->change->to == 0 ? undo_delete(u) : undo_update(u);
}

/* ---- the request ---- */

static csm_status add_undone(undoing *u)
{
    csm_value map = csm_nil();

    CSM_TRY(csm_map_add(u->ctx, &map, "table", csm_ctext(u->table->name)));
    CSM_TRY(csm_map_add(u->ctx, &map, "id", csm_id_value(u->change->id)));
    CSM_TRY(csm_map_add(u->ctx, &map, "operation", csm_ctext(u->operation)));
    return csm_list_add(u->ctx, &u->undone, map);
}

static csm_status undo_changes(undoing *u, const csm_log_entry *entry)
{
    csm_ctx *ctx = u->ctx;

    for (uint32_t n = entry->change_count; n > 0; n--) {
        csm_status st;

        u->change = &entry->changes[n - 1];
        u->table = csm_registry_table_by_id(ctx->reg, u->change->table_id);
        st = csm_write_nested(ctx, undo_one, u);
        if (ctx->budget.exceeded || ctx->sticky != CSM_OK || st == CSM_E_NOMEM)
            return st;
        if (st != CSM_OK)
            CSM_TRY(add_conflict(u, ctx->err.field, ctx->err.message));
        else
            CSM_TRY(add_undone(u));
        csm_error_clear(&ctx->err);
    }
    return CSM_OK;
}

static csm_status find_request(csm_ctx *ctx, uint64_t sequence, csm_log_entry **out)
{
    uint32_t count = 0;

    CSM_TRY(csm_log_read(ctx, sequence - 1, 1, out, &count));
    if (count == 0 || (*out)->sequence != sequence ||
        (!ctx->caller->is_admin && !csm_str_eq((*out)->by, ctx->caller->user_name)))
        return csm_error_field(&ctx->err, CSM_E_NOT_FOUND, "sequence", "no request %llu of this caller",
                               (unsigned long long)sequence);
    if ((*out)->change_count > CHANGES_MAX)
        return csm_error_field(&ctx->err, CSM_E_LIMIT, "sequence", "the request changed more than %u records", CHANGES_MAX);
    return CSM_OK;
}

static csm_status refuse(undoing *u)
{
    csm_value *data = csm_arena_zalloc(u->ctx->arena, sizeof(*data));

    if (data == NULL)
        return csm_ctx_nomem(u->ctx);
    CSM_TRY(csm_map_add(u->ctx, data, "conflicts", u->conflicts));
    csm_ctx_fail(u->ctx, CSM_E_CONFLICT, "%u of the records cannot be set back: nothing is undone", u->conflicts.count);
    u->ctx->err.data = data;
    return CSM_E_CONFLICT;
}

csm_status csm_record_undo(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    undoing u = { .ctx = ctx, .conflicts = csm_list(NULL, 0), .undone = csm_list(NULL, 0) };
    csm_log_entry *entry;
    csm_writer *w;
    csm_status st;

    CSM_TRY(find_request(ctx, (uint64_t)in->values[0].i, &entry));
    if (ctx->caller->is_admin)
        csm_ctx_enter_system(ctx);
    st = undo_changes(&u, entry);
    if (ctx->caller->is_admin)
        csm_ctx_leave_system(ctx);
    CSM_TRY(st);
    if (u.conflicts.count > 0 && !csm_value_bool(in->values[1]))
        return refuse(&u);
    w = csm_reply_begin(out);
    csm_write_map(w, 2);
    csm_put_value(w, "undone", u.undone);
    csm_put_value(w, "conflicts", u.conflicts);
    return CSM_OK;
}
