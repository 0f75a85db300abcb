/* Journals: append-only texts, a stream per journal field.
 * Body: MessagePack values in a row: time, user, acting user, sequence, text. */
#include "base/id.h"
#include "engine/history/stream.h"
#include "engine/table/codec.h"

#include <stdio.h>

static csm_status refuse(csm_ctx *ctx, csm_id id, const csm_mfield *field)
{
    char text[CSM_ID_TEXT];
    csm_id_format(id, text);
    return csm_ctx_fail(ctx, CSM_E_CORRUPT, "history of record %s: an entry of journal \"%s\" does not decode", text,
                        field->name);
}

bool csm_journal_read(csm_str body, csm_journal_entry *out)
{
    csm_reader r = { (const uint8_t *)body.ptr, (const uint8_t *)body.ptr + body.len };
    csm_head at, by, acting, sequence, text;
    if (!csm_reader_next(&r, &at) || at.type != CSM_T_INT || !csm_reader_next(&r, &by) || by.type != CSM_T_TEXT ||
        !csm_reader_next(&r, &acting) || acting.type != CSM_T_TEXT || !csm_reader_next(&r, &sequence) ||
        sequence.type != CSM_T_INT || !csm_reader_next(&r, &text) || text.type != CSM_T_TEXT || r.at != r.end)
        return false;
    out->at = at.i;
    out->by = by.s;
    out->acting = acting.s;
    out->sequence = (uint64_t)sequence.i;
    out->text = text.s;
    return true;
}

/* Number of the next entry, and its time: not before the one before it. */
static csm_status place(csm_ctx *ctx, const csm_row *row, const csm_mfield *field, uint64_t *number, csm_time *at)
{
    csm_str body;
    csm_journal_entry before;
    CSM_TRY(csm_stream_last(ctx, row->table, row->id, field->id, number));
    if ((*number)++ == 0)
        return CSM_OK;
    CSM_TRY(csm_stream_get(ctx, row->table, row->id, field->id, *number - 1, &body));
    if (body.ptr == NULL || !csm_journal_read(body, &before))
        return refuse(ctx, row->id, field);
    if (before.at > *at)
        *at = before.at;
    return CSM_OK;
}

csm_status csm_history_add_journal(csm_ctx *ctx, const csm_row *row, const csm_mfield *field, csm_str text, csm_time at,
                                   csm_str by)
{
    csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
    csm_buf body = { 0 };
    csm_writer w = { &body };
    uint64_t number = 0;
    if (row->no_journal)
        return csm_ctx_fail(ctx, CSM_E_INTERNAL, "journal \"%s\": the row was written as one without entries", field->name);
    CSM_TRY(place(ctx, row, field, &number, &at));
    csm_arena_reset_to(ctx->arena, mark);
    csm_stream_start(&body);
    csm_write_int(&w, at);
    csm_write_text(&w, by);
    csm_write_text(&w, ctx->caller->acting_name);
    csm_write_int(&w, (int64_t)csm_txn_next_sequence(ctx->txn));
    csm_write_text(&w, text);
    csm_status st = csm_stream_put(ctx, row->table, row->id, field->id, number, &body);
    csm_buf_done(&body);
    return st;
}

csm_status csm_history_has_journal(csm_ctx *ctx, const csm_mtable *table, csm_id id, bool *out)
{
    return csm_stream_any_from(ctx, table, id, CSM_STREAM_VERSIONS + 1, out);
}

csm_status csm_history_journal(csm_ctx *ctx, const csm_mtable *table, csm_id id, const csm_mfield *field, bool reverse,
                               uint32_t limit, csm_journal_entry **out, uint32_t *count)
{
    csm_journal_entry *list = NULL;
    uint32_t room = 0, found = 0;
    csm_stream_iter it;
    csm_status st = CSM_OK;
    CSM_TRY(csm_stream_open(ctx, table, id, field->id, reverse ? 0 : 1, 0, &it));
    while (st == CSM_OK && found < limit) {
        uint64_t number = 0;
        csm_str body;
        bool has = false;
        st = csm_stream_next(&it, &number, &body, &has);
        if (st != CSM_OK || !has)
            break;
        if ((list = csm_stream_grow(ctx->arena, list, found, &room, sizeof(*list))) == NULL)
            st = csm_ctx_nomem(ctx);
        else if (!csm_journal_read(body, &list[found]))
            st = refuse(ctx, id, field);
        else
            list[found++].number = number;
    }
    csm_stream_close(&it);
    CSM_TRY(st);
    *out = list;
    *count = found;
    return CSM_OK;
}

csm_id csm_history_entry_id(csm_id record, const csm_mfield *field, uint64_t number)
{
    char hex[CSM_ID_TEXT], text[CSM_ID_TEXT + 128];
    int len;

    csm_id_format(record, hex);
    len = snprintf(text, sizeof(text), "journal/%s/%.60s/%llu", hex, field->name, (unsigned long long)number);
    return csm_id_of_text((csm_str){ text, (size_t)len });
}
