/* What a dry run would have changed: the records its log names, as they were and as they would be, as its caller sees them. */
#include "rpc/method.h"

typedef struct sight {
    csm_row *row;
    uint64_t *readable; /* NULL: nothing of it */
} sight;

static csm_status look(csm_ctx *ctx, csm_row *row, sight *out)
{
    bool allowed = false;

    *out = (sight){ .row = row };
    if (row == NULL)
        return CSM_OK;
    out->readable = csm_bits_new(ctx->arena, row->table->field_count);
    if (out->readable == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_access_row(ctx, row, CSM_OP_READ, &allowed, out->readable));
    if (!allowed)
        out->readable = NULL;
    return CSM_OK;
}

/* The row as it was, through the snapshot from before. */
static csm_status row_before(csm_ctx *ctx, csm_snap *before, const csm_mtable *table, csm_id id, csm_row **out)
{
    csm_view *view = ctx->view;
    csm_status st;

    ctx->view = csm_snap_view(before);
    st = csm_row_find(ctx, table, id, out);
    ctx->view = view;
    return st;
}

static csm_value shown(csm_ctx *ctx, const sight *s, const csm_mfield *field)
{
    if (s->row == NULL || s->readable == NULL || field->pos >= s->row->table->field_count ||
        !csm_bits_has(s->readable, field->pos) || !csm_access_field(ctx, field, CSM_OP_READ))
        return csm_nil();
    return csm_row_get(s->row, field);
}

/* {field: {old, new}} of what differs. */
static csm_status differences(csm_ctx *ctx, const sight *old, const sight *now, csm_value *out)
{
    const csm_mtable *table = now->row != NULL ? now->row->table : old->row->table;
    csm_pair *fields = csm_arena_array(ctx->arena, table->field_count, sizeof(*fields));
    uint32_t count = 0;

    if (fields == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < table->field_count; n++) {
        csm_value was = shown(ctx, old, &table->fields[n]), is = shown(ctx, now, &table->fields[n]);
        csm_pair *pair;

        if (csm_value_eq(was, is))
            continue;
        pair = csm_arena_array(ctx->arena, 2, sizeof(*pair));
        if (pair == NULL)
            return csm_ctx_nomem(ctx);
        pair[0] = (csm_pair){ CSM_STR("old"), was };
        pair[1] = (csm_pair){ CSM_STR("new"), is };
        fields[count++] = (csm_pair){ csm_str_of(table->fields[n].name), csm_map(pair, 2) };
    }
    *out = csm_map(fields, count);
    return CSM_OK;
}

/* Nil for a record the caller may see neither before nor after. */
static csm_status describe_change(csm_ctx *ctx, csm_snap *before, const csm_log_change *change, csm_value *out)
{
    const csm_mtable *table = csm_registry_table_by_id(ctx->reg, change->table_id);
    csm_row *old_row = NULL, *new_row = NULL;
    sight old, now;
    csm_pair *pairs = csm_arena_array(ctx->arena, 4, sizeof(*pairs));

    *out = csm_nil();
    if (pairs == NULL)
        return csm_ctx_nomem(ctx);
    if (table == NULL)
        return CSM_OK;
    if (change->from != 0)
        CSM_TRY(row_before(ctx, before, table, change->id, &old_row));
    if (change->to != 0)
        CSM_TRY(csm_row_find(ctx, table, change->id, &new_row));
    CSM_TRY(look(ctx, old_row, &old));
    CSM_TRY(look(ctx, new_row, &now));
    if (old.readable == NULL && now.readable == NULL)
        return CSM_OK;
    pairs[0] = (csm_pair){ CSM_STR("table"), csm_ctext(table->name) };
    pairs[1] = (csm_pair){ CSM_STR("id"), csm_id_value(change->id) };
    pairs[2] = (csm_pair){ CSM_STR("operation"),
                           csm_ctext(change->from == 0 ? "insert" : change->to == 0 ? "delete" : "update") };
    pairs[3].key = CSM_STR("fields");
    CSM_TRY(differences(ctx, &old, &now, &pairs[3].value));
    *out = csm_map(pairs, 4);
    return CSM_OK;
}

/* The result the handler wrote: [1, msgid, nil, result]. Copied, for the reply is written anew. */
static csm_status result_of(csm_ctx *ctx, const csm_call *call, csm_value *out)
{
    static const csm_decode_options kept = { .copy = true, .strict = false };
    csm_reader reader = { call->reply.ptr, call->reply.ptr + call->reply.len };
    csm_value reply;

    CSM_TRY(csm_wire_decode(&reader, ctx->arena, kept, &reply, &ctx->err));
    *out = reply.type == CSM_T_LIST && reply.count == 4 ? reply.list[3] : csm_nil();
    return CSM_OK;
}

csm_status csm_dry_diff(csm_ctx *ctx, csm_call *call, csm_snap *before, csm_value *out)
{
    uint64_t sequence = csm_txn_next_sequence(ctx->txn);
    csm_log_entry *entry = NULL;
    uint32_t entries = 0, count = 0;
    csm_pair *pairs = csm_arena_array(ctx->arena, 2, sizeof(*pairs));
    csm_value *changes;

    if (pairs == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_request_log_write(ctx));
    CSM_TRY(csm_log_read(ctx, sequence - 1, 1, &entry, &entries));
    changes = csm_arena_array(ctx->arena, (entries > 0 ? entry->change_count : 0) + 1u, sizeof(*changes));
    if (changes == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; entries > 0 && n < entry->change_count; n++) {
        CSM_TRY(describe_change(ctx, before, &entry->changes[n], &changes[count]));
        count += !csm_is_nil(changes[count]);
    }
    pairs[0].key = CSM_STR("result");
    CSM_TRY(result_of(ctx, call, &pairs[0].value));
    pairs[1] = (csm_pair){ CSM_STR("changes"), csm_list(changes, count) };
    *out = csm_map(pairs, 2);
    return CSM_OK;
}
