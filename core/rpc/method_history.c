/* The past of a record, for internal callers: its versions and journal entries, as far as its reader may see its fields
 * today. Undoing a request lives in undo.c. Source: DESIGN 4. */
#include "rpc/method.h"

#define PAGE_MAX 1000
#define JOURNAL_MAX 1000u

static const char *const op_names[] = { [CSM_HISTORY_INSERT] = "insert", [CSM_HISTORY_UPDATE] = "update",
                                        [CSM_HISTORY_DELETE] = "delete" };

typedef struct past {
    const csm_mtable *table;   /* concrete */
    csm_id id;
    const uint64_t *readable;  /* NULL = all */
} past;

static void write_changes(csm_ctx *ctx, csm_writer *w, const past *p, const csm_version *version)
{
    uint32_t count = 0;

    for (uint32_t pass = 0; pass < 2; pass++) {
        if (pass == 1) {
            csm_write_cstr(w, "changes");
            csm_write_map(w, count);
        }
        for (uint32_t n = 0; n < version->delta_count; n++) {
            const csm_delta *delta = &version->deltas[n];
            const csm_mfield *field = csm_mtable_field_by_id(p->table, delta->field_id);

            if (field == NULL || field->id < CSM_FID_DOMAIN || !csm_access_sees(ctx, field, p->readable))
                continue;
            count += pass == 0;
            if (pass == 0)
                continue;
            csm_write_cstr(w, field->name);
            csm_write_map(w, 2);
            csm_put_value(w, "old", delta->old_value);
            csm_put_value(w, "new", delta->new_value);
        }
    }
}

static void write_version(csm_ctx *ctx, csm_writer *w, const past *p, const csm_version *version)
{
    csm_write_map(w, 8);
    csm_put_int(w, "number", (int64_t)version->number);
    csm_put_int(w, "sys_mod_count", version->version);
    csm_put_text(w, "operation", op_names[version->op]);
    csm_put_time(w, "time", version->at);
    csm_put_str(w, "by", version->by);
    csm_put_str(w, "acting", version->acting.len > 0 ? version->acting : (csm_str){ 0 });
    csm_put_int(w, "sequence", (int64_t)version->sequence);
    write_changes(ctx, w, p, version);
}

static csm_status write_journal(csm_ctx *ctx, csm_writer *w, const past *p)
{
    csm_open_list list;

    csm_write_cstr(w, "journal");
    list = csm_list_begin(w);
    for (uint32_t n = 0; n < p->table->field_count; n++) {
        const csm_mfield *field = &p->table->fields[n];
        csm_journal_entry *entries = NULL;
        uint32_t count = 0;

        if (field->type == CSM_F_JOURNAL && csm_access_sees(ctx, field, p->readable))
            CSM_TRY(csm_history_journal(ctx, p->table, p->id, field, true, JOURNAL_MAX, &entries, &count));
        for (uint32_t k = 0; k < count; k++) {
            csm_write_map(w, 6);
            csm_put_text(w, "field", field->name);
            csm_put_time(w, "time", entries[k].at);
            csm_put_str(w, "by", entries[k].by);
            csm_put_str(w, "acting", entries[k].acting.len > 0 ? entries[k].acting : (csm_str){ 0 });
            csm_put_str(w, "text", entries[k].text);
            csm_put_int(w, "sequence", (int64_t)entries[k].sequence);
            list.count++;
        }
    }
    csm_list_end(w, list);
    return CSM_OK;
}

/* The record within the caller's reach, or, for an administrator, one that was deleted. */
static csm_status find_past(csm_ctx *ctx, const csm_mtable *table, csm_id id, past *out)
{
    uint64_t *readable = NULL;
    csm_version *last;
    csm_row *row = NULL;
    uint32_t count = 0;
    csm_status st;

    *out = (past){ .table = table, .id = id };
    st = csm_record_read(ctx, table, id, &row, &readable);
    if (st == CSM_OK) {
        out->table = row->table;
        out->readable = readable;
        return CSM_OK;
    }
    if (st != CSM_E_NOT_FOUND || !ctx->caller->is_admin || (table->flags & CSM_TABLE_NO_HISTORY) != 0)
        return st;
    CSM_TRY(csm_history_versions(ctx, table, id, true, 0, 1, &last, &count));
    if (count == 0 || last->table == NULL)
        return csm_ctx_fail(ctx, CSM_E_NOT_FOUND, "%s", "there is no such record and never was");
    out->table = last->table;
    csm_error_clear(&ctx->err);
    return CSM_OK;
}

static csm_status record_history(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    uint32_t limit = csm_is_nil(in->values[2]) ? 100 : (uint32_t)in->values[2].i, count = 0;
    bool oldest_first = csm_value_bool(in->values[4]);
    uint64_t after = (uint64_t)csm_value_int(in->values[3]);
    const csm_mtable *table;
    csm_version *versions = NULL;
    csm_writer *w;
    past p;

    CSM_TRY(csm_find_table(ctx, in->values[0], &table));
    CSM_TRY(find_past(ctx, table, in->values[1].id, &p));
    if ((p.table->flags & CSM_TABLE_NO_HISTORY) == 0)
        CSM_TRY(csm_history_versions(ctx, p.table, p.id, !oldest_first, after, limit, &versions, &count));
    w = csm_reply_begin(out);
    csm_write_map(w, 3);
    csm_write_cstr(w, "versions");
    csm_write_list(w, count);
    for (uint32_t n = 0; n < count; n++)
        write_version(ctx, w, &p, &versions[n]);
    if (after == 0) {
        CSM_TRY(write_journal(ctx, w, &p));
    } else {
        csm_write_cstr(w, "journal");
        csm_write_list(w, 0);
    }
    csm_write_cstr(w, "next");
    if (count == limit && versions[count - 1].number > 1)
        csm_write_int(w, (int64_t)versions[count - 1].number);
    else
        csm_write_nil(w);
    return CSM_OK;
}

static const csm_param history_params[] = {
    PARAM_TABLE,
    PARAM_RECORD,
    CSM_PARAM("limit", CSM_T_INT, .min = 1, .max = PAGE_MAX, .doc = "Versions of the page, 100 when absent"),
    CSM_PARAM("after", CSM_T_INT, .max = INT64_MAX, .doc = "\"next\" of the page before"),
    CSM_PARAM("oldest_first", CSM_T_BOOL, .doc = "false (default): newest first"),
};
static const csm_param undo_params[] = {
    CSM_PARAM("sequence", CSM_T_INT, .flags = CSM_PARAM_REQUIRED, .min = 1, .max = INT64_MAX,
              .doc = "Number of the request, as record.history tells it"),
    CSM_PARAM("partial", CSM_T_BOOL, .doc = "Undo what can be undone; false (default): all or nothing"),
};

static const csm_method methods[] = {
    { .name = "record.history", .params = CSM_ARRAY(history_params), .returns = CSM_T_MAP, .since = 1, .run = record_history,
      .doc = "Versions of a record and its journal entries", .returns_doc = "{versions: [{number, sys_mod_count, operation, "
      "time, by, acting, sequence, changes: {field: {old, new}}}], journal: [{field, time, by, acting, text, sequence}], next}" },
    { .name = "record.undo", .params = CSM_ARRAY(undo_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES, .since = 1,
      .run = csm_record_undo, .doc = "Takes back what a request of one's own (an administrator: any) changed; what was changed "
      "again since is a conflict", .returns_doc = "{undone: [{table, id, operation}], conflicts: [{table, id, field, message}]}" },
};

csm_method_set csm_methods_history(void)
{
    return CSM_METHOD_SET(methods);
}
