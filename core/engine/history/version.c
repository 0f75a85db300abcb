/* Versions: one body per write, with what it changed. Numbered by the record's version, so writing one looks nothing up
 * but the time of the one before.
 *
 * Body: count of changes (2 bytes), then MessagePack values in a row: operation, table id, version, sequence, time,
 * user, acting user, sys_updated_on and sys_updated_by where they differ from time and user (imports), and per change
 * the field number with old and new value (update), new value (insert) or last value (delete). */
#include "base/id.h"
#include "engine/history/stream.h"
#include "engine/table/codec.h"

#define COUNT_AT CSM_STREAM_HEAD

/* ---- writing ---- */

static csm_value value_by_id(const csm_row *row, uint32_t field_id)
{
    const csm_mfield *field = row != NULL ? csm_mtable_field_by_id(row->table, field_id) : NULL;
    return field != NULL ? csm_row_get(row, field) : csm_nil();
}

/* A delete keeps the engine's own fields too: nothing else has them any more. */
static bool is_audited(const csm_mfield *field, csm_history_op op)
{
    if (field->id <= CSM_FID_MOD_COUNT || field->type == CSM_F_JOURNAL)
        return false;
    if (field->id < CSM_FID_FIRST && op == CSM_HISTORY_DELETE)
        return true;
    return field->id != CSM_FID_UPDATED_ON && field->id != CSM_FID_UPDATED_BY && (field->flags & CSM_NO_AUDIT) == 0;
}

static void write_head(csm_ctx *ctx, csm_writer *w, csm_history_op op, const csm_row *row, uint32_t version,
                       csm_time at)
{
    csm_value on = value_by_id(row, CSM_FID_UPDATED_ON), by = value_by_id(row, CSM_FID_UPDATED_BY);
    csm_write_int(w, op);
    csm_write_int(w, row->table->id);
    csm_write_int(w, version);
    csm_write_int(w, (int64_t)csm_txn_next_sequence(ctx->txn));
    csm_write_int(w, at);
    csm_write_text(w, ctx->caller->user_name);
    csm_write_text(w, ctx->caller->acting_name);
    if (op != CSM_HISTORY_DELETE && on.type == CSM_T_TIME && on.i != at)
        csm_write_int(w, on.i);
    else
        csm_write_nil(w);
    if (op != CSM_HISTORY_DELETE && by.type == CSM_T_TEXT && !csm_str_eq(by.s, ctx->caller->user_name))
        csm_write_text(w, by.s);
    else
        csm_write_nil(w);
}

/* Writes the change of one field; false when its value is not of its type. */
static bool write_change(csm_writer *w, const csm_mfield *field, const csm_row *old, const csm_row *now,
                         uint32_t *count)
{
    static const csm_value none = { 0 };
    const csm_value *before = old != NULL ? &old->values[field->pos] : &none;
    const csm_value *after = now != NULL ? &now->values[field->pos] : &none;
    if (old == NULL ? csm_is_nil(*after) : csm_value_eq(*before, *after))
        return true;
    ++*count;
    csm_write_int(w, field->id);
    return (old == NULL || csm_codec_write(w, field, before)) && (now == NULL || csm_codec_write(w, field, after));
}

static csm_status write_changes(csm_ctx *ctx, csm_buf *body, csm_history_op op, const csm_row *old, const csm_row *now)
{
    const csm_mtable *table = now != NULL ? now->table : old->table;
    csm_writer w = { body };
    uint32_t count = 0;
    for (uint32_t n = 0; n < table->field_count; n++) {
        const csm_mfield *field = &table->fields[n];
        if (is_audited(field, op) && !write_change(&w, field, old, now, &count))
            return csm_error_field(&ctx->err, CSM_E_INTERNAL, field->name,
                                   "field \"%s\": the value is not of the field's type", field->name);
    }
    if (op == CSM_HISTORY_DELETE) {
        csm_write_raw(&w, old->unknown);
        count += old->unknown_count;
    }
    if (body->failed)
        return csm_ctx_nomem(ctx);
    body->ptr[COUNT_AT] = (uint8_t)(count >> 8);
    body->ptr[COUNT_AT + 1] = (uint8_t)count;
    return CSM_OK;
}

/* ---- reading ---- */

static csm_status refuse(csm_ctx *ctx, csm_id id, csm_status st, const char *why)
{
    char text[CSM_ID_TEXT];
    if (st == CSM_E_NOMEM)
        return csm_ctx_nomem(ctx);
    csm_id_format(id, text);
    return csm_ctx_fail(ctx, st, "history of record %s: %s", text, why);
}

static bool take_int(csm_reader *r, int64_t *out)
{
    csm_head head;
    if (!csm_reader_next(r, &head) || head.type != CSM_T_INT)
        return false;
    *out = head.i;
    return true;
}

static bool take_text(csm_reader *r, csm_str *out)
{
    csm_head head;
    if (!csm_reader_next(r, &head) || head.type != CSM_T_TEXT)
        return false;
    *out = head.s;
    return true;
}

/* sys_updated_on and _by, where they differ. */
static bool take_updated(csm_reader *r, csm_version *out)
{
    csm_head on, by;
    if (!csm_reader_next(r, &on) || !csm_reader_next(r, &by))
        return false;
    out->updated_on = on.type == CSM_T_INT ? on.i : out->at;
    out->updated_by = by.type == CSM_T_TEXT ? by.s : out->by;
    return (on.type == CSM_T_INT || on.type == CSM_T_NIL) && (by.type == CSM_T_TEXT || by.type == CSM_T_NIL);
}

/* Everything before the changes; @p r is left at them. */
static bool take_head(csm_ctx *ctx, csm_str body, csm_reader *r, csm_version *out)
{
    int64_t op, table_id, version, sequence;
    if (body.len < 2)
        return false;
    out->delta_count = (uint32_t)(uint8_t)body.ptr[0] << 8 | (uint8_t)body.ptr[1];
    *r = (csm_reader){ (const uint8_t *)body.ptr + 2, (const uint8_t *)body.ptr + body.len };
    if (!take_int(r, &op) || !take_int(r, &table_id) || !take_int(r, &version) || !take_int(r, &sequence) ||
        !take_int(r, &out->at) || !take_text(r, &out->by) || !take_text(r, &out->acting) || !take_updated(r, out))
        return false;
    if (op < CSM_HISTORY_INSERT || op > CSM_HISTORY_DELETE || table_id < 0 || table_id > UINT32_MAX || version < 0 ||
        version > UINT32_MAX)
        return false;
    out->op = (csm_history_op)op;
    out->table = csm_registry_table_by_id(ctx->reg, (uint32_t)table_id);
    out->version = (uint32_t)version;
    out->sequence = (uint64_t)sequence;
    return true;
}

/* By the field's type, or, of a field nobody declares, as stored. */
static csm_status take_value(csm_reader *r, const csm_mfield *field, csm_arena *arena, csm_value *out)
{
    csm_decode_options stored = { .copy = false, .strict = false };
    return field != NULL ? csm_codec_read(r, field, arena, out) : csm_wire_decode(r, arena, stored, out, NULL);
}

static csm_status take_delta(csm_reader *r, const csm_version *version, csm_arena *arena, csm_delta *out)
{
    int64_t id;
    if (!take_int(r, &id) || id <= 0 || id > UINT32_MAX)
        return CSM_E_CORRUPT;
    out->field_id = (uint32_t)id;
    const csm_mfield *field = version->table != NULL ? csm_mtable_field_by_id(version->table, out->field_id) : NULL;
    if (version->op != CSM_HISTORY_INSERT)
        CSM_TRY(take_value(r, field, arena, &out->old_value));
    if (version->op != CSM_HISTORY_DELETE)
        CSM_TRY(take_value(r, field, arena, &out->new_value));
    return CSM_OK;
}

csm_status csm_version_read(csm_ctx *ctx, csm_id id, uint64_t number, csm_str body, csm_version *out)
{
    csm_reader r;
    csm_version version = { .number = number };
    if (!take_head(ctx, body, &r, &version) || version.delta_count > body.len)
        return refuse(ctx, id, CSM_E_CORRUPT, "an entry does not decode");
    csm_delta *deltas = csm_arena_array(ctx->arena, version.delta_count, sizeof(*deltas));
    if (deltas == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < version.delta_count; n++) {
        csm_status st = take_delta(&r, &version, ctx->arena, &deltas[n]);
        if (st != CSM_OK)
            return refuse(ctx, id, st, "a change does not decode");
    }
    if (r.at != r.end)
        return refuse(ctx, id, CSM_E_CORRUPT, "an entry is longer than its changes");
    version.deltas = deltas;
    *out = version;
    return CSM_OK;
}

csm_status csm_version_last_row(csm_ctx *ctx, csm_id id, csm_str body, csm_row **out)
{
    csm_reader r;
    csm_version version = { 0 };
    if (!take_head(ctx, body, &r, &version) || version.op != CSM_HISTORY_DELETE)
        return refuse(ctx, id, CSM_E_CORRUPT, "a delete does not decode");
    *out = NULL;
    if (version.table == NULL)
        return CSM_OK;
    csm_row *row = csm_row_new(ctx->arena, version.table, id);
    if (row == NULL)
        return csm_ctx_nomem(ctx);
    csm_status st = csm_row_read_pairs(row, ctx->arena, &r, version.delta_count);
    if (st != CSM_OK)
        return refuse(ctx, id, st, "the row a delete kept does not decode");
    csm_row_set_version(row, version.version > 0 ? version.version - 1 : 0);
    *out = row;
    return CSM_OK;
}

/* ---- adding ---- */

/* ctx->now, unless the version before is later (the clock may have been set back between two runs). */
static csm_status time_of(csm_ctx *ctx, const csm_row *row, uint64_t number, csm_time *out)
{
    csm_str body;
    csm_reader r;
    csm_version before = { 0 };
    *out = ctx->now;
    if (number == 1)
        return CSM_OK;
    CSM_TRY(csm_stream_get(ctx, row->table, row->id, CSM_STREAM_VERSIONS, number - 1, &body));
    if (body.ptr == NULL)
        return CSM_OK;
    if (!take_head(ctx, body, &r, &before))
        return refuse(ctx, row->id, CSM_E_CORRUPT, "an entry does not decode");
    if (before.at > *out)
        *out = before.at;
    return CSM_OK;
}

/* An id that was in use before goes on where its history ended. */
static csm_status check_new(csm_ctx *ctx, const csm_row *row, uint64_t number)
{
    csm_str there;
    char text[CSM_ID_TEXT];
    CSM_TRY(csm_stream_get(ctx, row->table, row->id, CSM_STREAM_VERSIONS, number, &there));
    if (there.ptr == NULL)
        return CSM_OK;
    csm_id_format(row->id, text);
    return csm_error_field(&ctx->err, CSM_E_EXISTS, "sys_id", "record %s had a version %u before", text, row->version);
}

csm_status csm_history_add(csm_ctx *ctx, const csm_row *old, const csm_row *now)
{
    const csm_row *row = now != NULL ? now : old;
    csm_history_op op = now == NULL ? CSM_HISTORY_DELETE : old == NULL ? CSM_HISTORY_INSERT : CSM_HISTORY_UPDATE;
    csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
    csm_buf body = { 0 };
    csm_writer w = { &body };
    csm_time at = 0;

    if (row == NULL)
        return csm_ctx_fail(ctx, CSM_E_INTERNAL, "history: a change of no record");
    if ((row->table->flags & CSM_TABLE_NO_HISTORY) != 0)
        return CSM_OK;
    uint32_t version = op == CSM_HISTORY_DELETE ? row->version + 1 : row->version;
    uint64_t number = (uint64_t)version + 1;
    if (op == CSM_HISTORY_INSERT)
        CSM_TRY(check_new(ctx, row, number));
    CSM_TRY(time_of(ctx, row, number, &at));
    csm_arena_reset_to(ctx->arena, mark);
    csm_stream_start(&body);
    csm_buf_add(&body, "\0", 2); /* the count, set when known */
    write_head(ctx, &w, op, row, version, at);
    csm_status st = write_changes(ctx, &body, op, old, now);
    if (st == CSM_OK)
        st = csm_stream_put(ctx, row->table, row->id, CSM_STREAM_VERSIONS, number, &body);
    csm_buf_done(&body);
    return st;
}

csm_status csm_history_next_version(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t *out)
{
    uint64_t last = 0;
    CSM_TRY(csm_stream_last(ctx, table, id, CSM_STREAM_VERSIONS, &last));
    *out = (uint32_t)last;
    return CSM_OK;
}

/* ---- listing ---- */

csm_status csm_history_versions(csm_ctx *ctx, const csm_mtable *table, csm_id id, bool reverse, uint64_t after,
                                uint32_t limit, csm_version **out, uint32_t *count)
{
    csm_version *list = NULL;
    uint32_t room = 0, found = 0;
    csm_stream_iter it;
    csm_status st = CSM_OK;
    CSM_TRY(csm_stream_open(ctx, table, id, CSM_STREAM_VERSIONS, reverse ? 0 : after + 1, reverse ? after : 0, &it));
    while (st == CSM_OK && found < limit) {
        uint64_t number = 0;
        csm_str body;
        bool has = false;
        st = csm_stream_next(&it, &number, &body, &has);
        if (st != CSM_OK || !has)
            break;
        list = csm_stream_grow(ctx->arena, list, found, &room, sizeof(*list));
        st = list != NULL ? csm_version_read(ctx, id, number, body, &list[found]) : csm_ctx_nomem(ctx);
        found++;
    }
    csm_stream_close(&it);
    CSM_TRY(st);
    *out = list;
    *count = found;
    return CSM_OK;
}
