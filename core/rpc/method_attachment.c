/* Files on records. They are reached through their record only: who may read it lists and fetches them, who may change it
 * adds to them; internal ones are for internal callers. Uploads come in pieces and are visible with the last. Source:
 * DOMAIN 0.4, 9 (385). */
#include "engine/rule/rule.h"
#include "rpc/blob.h"
#include "rpc/method.h"

#define FETCH_MAX (4u << 20)
#define FETCH_DEFAULT (256u << 10)
#define LIST_MAX 1000u
#define NAME_MAX_BYTES 255u
#define UPLOAD_LIFE CSM_DAY

/* ---- the record behind ---- */

/* Within reach for reading, else not found; and, with @p write, for changing, else DENIED, and not closed, else STATE. */
static csm_status reach_record(csm_ctx *ctx, const csm_mtable *table, csm_id id, bool write, csm_row **out)
{
    uint64_t *readable;

    CSM_TRY(csm_record_read(ctx, table, id, out, &readable));
    if (!write)
        return CSM_OK;
    CSM_TRY(csm_record_check_write(ctx, *out));
    return csm_state_open(ctx, *out);
}

static csm_status no_attachment(csm_ctx *ctx)
{
    return csm_error_field(&ctx->err, CSM_E_NOT_FOUND, "id", "no such attachment");
}

/* An attachment whose record is within reach. One answer for all that are not. */
static csm_status find_attachment(csm_ctx *ctx, csm_id id, const char *state, bool write, csm_row **out)
{
    csm_row *row = NULL, *record;
    const csm_mtable *table;
    csm_value document;
    csm_status st;

    CSM_TRY(csm_find_id(ctx, "sys_attachment", id, &row));
    if (row == NULL || !csm_str_is(csm_value_text(csm_row_field(row, "state")), state) ||
        (ctx->caller->is_external && csm_value_bool(csm_row_field(row, "internal"))))
        return no_attachment(ctx);
    document = csm_row_field(row, "document");
    if (document.type != CSM_T_LIST || document.count != 2)
        return no_attachment(ctx);
    table = csm_registry_table(ctx->reg, csm_value_text(document.list[0]));
    if (table == NULL)
        return no_attachment(ctx);
    st = reach_record(ctx, table, csm_value_id(document.list[1]), write, &record);
    if (st == CSM_E_NOT_FOUND)
        return no_attachment(ctx);
    *out = row;
    return st;
}

/* ---- uploading ---- */

/* A control character, or one that turns the direction of what follows: with U+202E before it "txt.exe" reads as exe.txt. */
static bool begins_control(csm_str s)
{
    static const char *const turns[] = { "\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac", "\xe2\x80\xad", "\xe2\x80\xae",
                                         "\xe2\x81\xa6", "\xe2\x81\xa7", "\xe2\x81\xa8", "\xe2\x81\xa9" };
    unsigned char first = (unsigned char)s.ptr[0];

    if (first < 0x20 || first == 0x7f || (first == 0xc2 && s.len > 1 && (unsigned char)s.ptr[1] < 0xa0))
        return true;
    for (size_t n = 0; n < sizeof(turns) / sizeof(turns[0]); n++)
        if (csm_str_starts(s, csm_str_of(turns[n])))
            return true;
    return false;
}

/* It becomes a header where the file is served. */
static csm_status check_content_type(csm_ctx *ctx, csm_str type)
{
    const char *slash = type.len > 0 ? memchr(type.ptr, '/', type.len) : NULL;
    bool good = type.len == 0 || (slash != NULL && slash > type.ptr && slash + 1 < type.ptr + type.len);

    for (size_t n = 0; n < type.len; n++)
        good = good && type.ptr[n] >= ' ' && type.ptr[n] < 0x7f;
    return good ? CSM_OK
                : csm_error_field(&ctx->err, CSM_E_INVALID, "content_type", "a content type is one such as text/plain");
}

static csm_status check_name(csm_ctx *ctx, csm_str name)
{
    csm_str denied = csm_property_text(ctx, "attachment.denied_types", "exe,bat,cmd,js,vbs,scr"), part, type = name;
    size_t dot = SIZE_MAX;

    if (name.len == 0 || name.len > NAME_MAX_BYTES)
        return csm_error_field(&ctx->err, CSM_E_INVALID, "file_name", "a file name has 1 to %u bytes", NAME_MAX_BYTES);
    for (size_t n = 0; n < name.len; n++)
        if (name.ptr[n] == '/' || name.ptr[n] == '\\' || begins_control((csm_str){ name.ptr + n, name.len - n }))
            return csm_error_field(&ctx->err, CSM_E_INVALID, "file_name", "a file name has no path and no control characters");
    while (type.len > 0 && (type.ptr[type.len - 1] == '.' || type.ptr[type.len - 1] == ' '))
        type.len--; /* "a.exe. " opens as a.exe elsewhere */
    for (size_t n = 0; n < type.len; n++)
        if (type.ptr[n] == '.')
            dot = n;
    if (dot == SIZE_MAX)
        return CSM_OK;
    type = (csm_str){ type.ptr + dot + 1, type.len - dot - 1 };
    while (csm_str_split(&denied, ',', &part))
        if (csm_text_cmp(ctx->arena, csm_str_trim(part), type) == 0)
            return csm_error_field(&ctx->err, CSM_E_REJECTED, "file_name", "files of type \"%.*s\" are not taken",
                                   CSM_STR_FMT(type));
    return CSM_OK;
}

static csm_status begin_upload(csm_ctx *ctx, const csm_args *in, csm_row **out)
{
    bool internal = csm_value_bool(in->values[8]);
    const csm_mtable *table;
    csm_value document[2];
    csm_pair pairs[4];
    csm_row *record;

    if (csm_is_nil(in->values[0]) || csm_is_nil(in->values[1]) || csm_is_nil(in->values[2]))
        return csm_ctx_fail(ctx, CSM_E_INVALID, "the first piece names \"table\", \"id\" and \"file_name\"");
    if (internal && ctx->caller->is_external)
        return csm_error_field(&ctx->err, CSM_E_DENIED, "internal", "internal files are for internal users");
    CSM_TRY(csm_find_table(ctx, in->values[0], &table));
    CSM_TRY(reach_record(ctx, table, in->values[1].id, true, &record));
    CSM_TRY(check_name(ctx, in->values[2].s));
    CSM_TRY(check_content_type(ctx, csm_value_text(in->values[3])));
    document[0] = csm_ctext(record->table->name);
    document[1] = csm_id_value(record->id);
    pairs[0] = (csm_pair){ CSM_STR("document"), csm_list(document, 2) };
    pairs[1] = (csm_pair){ CSM_STR("file_name"), in->values[2] };
    pairs[2] = (csm_pair){ CSM_STR("content_type"), in->values[3] };
    pairs[3] = (csm_pair){ CSM_STR("internal"), csm_bool(internal) };
    return csm_own_insert(ctx, "sys_attachment", pairs, 4, out);
}

/* Only who began an upload goes on with it, and only while he may still change the record. */
static csm_status resume_upload(csm_ctx *ctx, csm_id id, csm_row **out)
{
    CSM_TRY(find_attachment(ctx, id, "pending", true, out));
    if (!csm_str_eq(csm_value_text(csm_row_field(*out, "sys_created_by")), ctx->caller->user_name))
        return no_attachment(ctx);
    return CSM_OK;
}

static void write_attachment(csm_writer *w, const csm_row *row)
{
    csm_write_map(w, 8);
    csm_put_id(w, "id", row->id);
    csm_put_value(w, "file_name", csm_row_field(row, "file_name"));
    csm_put_value(w, "content_type", csm_row_field(row, "content_type"));
    csm_put_value(w, "size_bytes", csm_row_field(row, "size_bytes"));
    csm_put_value(w, "hash", csm_row_field(row, "hash"));
    csm_put_value(w, "internal", csm_row_field(row, "internal"));
    csm_put_value(w, "time", csm_row_field(row, "sys_created_on"));
    csm_put_value(w, "by", csm_row_field(row, "sys_created_by"));
}

static csm_status finish_upload(csm_ctx *ctx, csm_row **row)
{
    char hash[CSM_BLOB_HASH_TEXT];
    csm_pair pairs[3];
    uint64_t size;

    CSM_TRY(csm_blob_finish(ctx, (*row)->id, &size, hash));
    pairs[0] = (csm_pair){ CSM_STR("size_bytes"), csm_int((int64_t)size) };
    pairs[1] = (csm_pair){ CSM_STR("hash"), csm_ctext(hash) };
    pairs[2] = (csm_pair){ CSM_STR("state"), csm_ctext("available") };
    CSM_TRY(csm_own_update(ctx, *row, pairs, 3));
    return csm_find_id(ctx, "sys_attachment", (*row)->id, row);
}

/* A piece sent again is taken as received; one that leaves a gap is refused with where to go on. */
static csm_status take_piece(csm_ctx *ctx, csm_id id, csm_str data, uint64_t offset, uint64_t *received)
{
    uint64_t most = (uint64_t)csm_property_int(ctx, "attachment.max_size", 26214400, 1, INT64_C(1) << 40);

    CSM_TRY(csm_blob_received(ctx, id, received));
    if (offset + data.len <= *received)
        return CSM_OK;
    if (offset != *received)
        return csm_error_field(&ctx->err, CSM_E_INVALID, "offset", "the upload stands at %llu bytes", (unsigned long long)*received);
    if (*received + data.len > most)
        return csm_error_field(&ctx->err, CSM_E_LIMIT, "data", "a file has at most %llu bytes", (unsigned long long)most);
    CSM_TRY(csm_blob_add(ctx, id, data));
    *received += data.len;
    return CSM_OK;
}

static csm_status record_attach(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    bool last = csm_is_nil(in->values[7]) || in->values[7].b;
    uint64_t received;
    csm_row *row = NULL;
    csm_writer *w;

    if (csm_is_nil(in->values[6]))
        CSM_TRY(begin_upload(ctx, in, &row));
    else
        CSM_TRY(resume_upload(ctx, in->values[6].id, &row));
    CSM_TRY(take_piece(ctx, row->id, in->values[4].s, (uint64_t)csm_value_int(in->values[5]), &received));
    if (last)
        CSM_TRY(finish_upload(ctx, &row));
    w = csm_reply_begin(out);
    csm_write_map(w, 3);
    csm_put_id(w, "upload", row->id);
    csm_put_int(w, "received", (int64_t)received);
    csm_write_cstr(w, "attachment");
    if (last)
        write_attachment(w, row);
    else
        csm_write_nil(w);
    return CSM_OK;
}

/* ---- reading ---- */

static csm_status open_of(csm_ctx *ctx, csm_str table_name, csm_id id, csm_cursor **out)
{
    csm_query_spec spec = { .limit = LIST_MAX };
    csm_value *document = csm_arena_array(ctx->arena, 2, sizeof(*document));
    const csm_mfield *field;

    if (document == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_registry_get_table(ctx->reg, CSM_STR("sys_attachment"), &spec.table, &ctx->err));
    CSM_TRY(csm_mtable_get_field(spec.table, CSM_STR("document"), &field, &ctx->err));
    document[0] = csm_text(table_name);
    document[1] = csm_id_value(id);
    spec.filter.expr = csm_expr_term(ctx->arena, field, CSM_OP_EQ, csm_list(document, 2));
    if (spec.filter.expr == NULL)
        return csm_ctx_nomem(ctx);
    return csm_cursor_open(ctx, &spec, out);
}

static csm_status write_list(csm_ctx *ctx, csm_cursor *cursor, csm_writer *w)
{
    csm_open_list list = csm_list_begin(w);
    csm_row *row = NULL;
    csm_status st;

    while ((st = csm_cursor_next(ctx, cursor, &row, NULL)) == CSM_OK && row != NULL) {
        if (!csm_str_is(csm_value_text(csm_row_field(row, "state")), "available") ||
            (ctx->caller->is_external && csm_value_bool(csm_row_field(row, "internal"))))
            continue;
        write_attachment(w, row);
        list.count++;
    }
    csm_list_end(w, list);
    return st;
}

static csm_status record_attachments(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    const csm_mtable *table;
    csm_cursor *cursor = NULL;
    csm_row *record;
    csm_status st;

    CSM_TRY(csm_find_table(ctx, in->values[0], &table));
    CSM_TRY(reach_record(ctx, table, in->values[1].id, false, &record));
    csm_ctx_enter_system(ctx); /* the record was the question */
    st = open_of(ctx, csm_str_of(record->table->name), record->id, &cursor);
    if (st == CSM_OK)
        st = write_list(ctx, cursor, csm_reply_begin(out));
    csm_cursor_close(cursor);
    csm_ctx_leave_system(ctx);
    return st;
}

static csm_status fetch_attachment(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    uint64_t offset = (uint64_t)csm_value_int(in->values[1]), size;
    uint32_t length = csm_is_nil(in->values[2]) ? FETCH_DEFAULT : (uint32_t)in->values[2].i;
    csm_row *row;
    csm_str data;
    csm_writer *w;

    CSM_TRY(find_attachment(ctx, in->values[0].id, "available", false, &row));
    size = (uint64_t)csm_value_int(csm_row_field(row, "size_bytes"));
    CSM_TRY(csm_blob_read(ctx, row->id, size, offset, length, &data));
    w = csm_reply_begin(out);
    csm_write_map(w, 4);
    csm_write_cstr(w, "attachment");
    write_attachment(w, row);
    csm_put_int(w, "offset", (int64_t)offset);
    csm_write_cstr(w, "data");
    csm_write_bytes(w, data);
    csm_put_bool(w, "last", offset + data.len >= size);
    return CSM_OK;
}

static csm_status delete_attachment(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_row *row;

    CSM_TRY(find_attachment(ctx, in->values[0].id, "available", true, &row));
    CSM_TRY(csm_own_delete(ctx, row));
    csm_write_bool(csm_reply_begin(out), true);
    return CSM_OK;
}

/* ---- going with the record ---- */

/* Deletes the attachments an open cursor finds, at most LIST_MAX; closes it. */
static csm_status delete_found(csm_ctx *ctx, csm_cursor *cursor, uint32_t *deleted)
{
    csm_id *ids = csm_arena_array(ctx->arena, LIST_MAX, sizeof(*ids));
    csm_row *row = NULL;
    uint32_t count = 0;
    csm_status st = ids != NULL ? CSM_OK : csm_ctx_nomem(ctx);

    while (st == CSM_OK && (st = csm_cursor_next(ctx, cursor, &row, NULL)) == CSM_OK && row != NULL && count < LIST_MAX)
        ids[count++] = row->id;
    csm_cursor_close(cursor);
    for (uint32_t n = 0; st == CSM_OK && n < count; n++) {
        st = csm_find_id(ctx, "sys_attachment", ids[n], &row);
        if (st == CSM_OK && row != NULL)
            st = csm_own_delete(ctx, row);
    }
    *deleted = count;
    return st;
}

csm_status csm_attachments_follow(csm_ctx *ctx, csm_change *change)
{
    csm_str table = csm_str_of(csm_change_table(ctx, change));
    uint32_t deleted = LIST_MAX;

    if (csm_str_is(table, "sys_attachment"))
        return csm_blob_delete(ctx, csm_change_id(ctx, change));
    while (deleted == LIST_MAX) {
        csm_cursor *cursor = NULL;

        CSM_TRY(open_of(ctx, table, csm_change_id(ctx, change), &cursor));
        CSM_TRY(delete_found(ctx, cursor, &deleted));
    }
    return CSM_OK;
}

csm_status csm_attachments_purge(csm_ctx *ctx, bool *more)
{
    csm_query_spec spec = { .limit = LIST_MAX };
    const csm_mfield *state, *created;
    csm_cursor *cursor = NULL;
    uint32_t deleted;

    CSM_TRY(csm_registry_get_table(ctx->reg, CSM_STR("sys_attachment"), &spec.table, &ctx->err));
    CSM_TRY(csm_mtable_get_field(spec.table, CSM_STR("state"), &state, &ctx->err));
    CSM_TRY(csm_mtable_get_field(spec.table, CSM_STR("sys_created_on"), &created, &ctx->err));
    spec.filter.expr = csm_expr_and(ctx->arena, csm_expr_term(ctx->arena, state, CSM_OP_EQ, csm_ctext("pending")),
                                    csm_expr_term(ctx->arena, created, CSM_OP_LT, csm_time_value(ctx->now - UPLOAD_LIFE)));
    if (spec.filter.expr == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_cursor_open(ctx, &spec, &cursor));
    CSM_TRY(delete_found(ctx, cursor, &deleted));
    *more = deleted == LIST_MAX;
    return CSM_OK;
}

/* ---- the set ---- */

static const csm_param attach_params[] = {
    CSM_PARAM("table", CSM_T_TEXT, .max = 80, .doc = "First piece: the record's table"),
    CSM_PARAM("id", CSM_T_ID, .doc = "First piece: sys_id of the record"),
    CSM_PARAM("file_name", CSM_T_TEXT, .max = NAME_MAX_BYTES, .doc = "First piece: name without a path"),
    CSM_PARAM("content_type", CSM_T_TEXT, .max = 100, .doc = "First piece: such as text/plain"),
    CSM_PARAM("data", CSM_T_BYTES, .flags = CSM_PARAM_REQUIRED, .doc = "The bytes of this piece"),
    CSM_PARAM("offset", CSM_T_INT, .max = INT64_C(1) << 40, .doc = "Where the piece stands in the file"),
    CSM_PARAM("upload", CSM_T_ID, .table = "sys_attachment", .doc = "Further pieces: \"upload\" of the first answer"),
    CSM_PARAM("last", CSM_T_BOOL, .doc = "true (default): the file is whole and becomes visible"),
    CSM_PARAM("internal", CSM_T_BOOL, .doc = "First piece: never shown to external users"),
};
static const csm_param list_params[] = { PARAM_TABLE, PARAM_RECORD };
static const csm_param fetch_params[] = {
    CSM_PARAM("id", CSM_T_ID, .flags = CSM_PARAM_REQUIRED, .table = "sys_attachment", .doc = "The attachment"),
    CSM_PARAM("offset", CSM_T_INT, .max = INT64_C(1) << 40, .doc = "First byte wanted"),
    CSM_PARAM("length", CSM_T_INT, .min = 1, .max = FETCH_MAX, .doc = "Bytes wanted, 256 KiB when absent"),
};
static const csm_param delete_params[] = {
    CSM_PARAM("id", CSM_T_ID, .flags = CSM_PARAM_REQUIRED, .table = "sys_attachment", .doc = "The attachment"),
};

static const csm_method methods[] = {
    { .name = "record.attach", .params = CSM_ARRAY(attach_params), .returns = CSM_T_MAP,
      .flags = CSM_METHOD_WRITES | CSM_METHOD_EXTERNAL, .since = 1, .run = record_attach,
      .doc = "Puts a file on a record, in one piece or several", .returns_doc = "{upload, received, attachment: with the last}" },
    { .name = "record.attachments", .params = CSM_ARRAY(list_params), .returns = CSM_T_LIST, .flags = CSM_METHOD_EXTERNAL,
      .since = 1, .run = record_attachments, .doc = "The files of a record",
      .returns_doc = "[{id, file_name, content_type, size_bytes, hash, internal, time, by}]" },
    { .name = "record.fetch_attachment", .params = CSM_ARRAY(fetch_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_EXTERNAL,
      .since = 1, .run = fetch_attachment, .doc = "Bytes of a file", .returns_doc = "{attachment, offset, data, last}" },
    { .name = "record.delete_attachment", .params = CSM_ARRAY(delete_params), .returns = CSM_T_BOOL,
      .flags = CSM_METHOD_WRITES, .since = 1, .run = delete_attachment, .doc = "Takes a file off its record" },
};

csm_method_set csm_methods_attachment(void)
{
    return CSM_METHOD_SET(methods);
}
