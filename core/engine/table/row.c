/* Rows in memory and as bytes: a header (format, version, table id) and a map from field number to value. The format also
 * says whether the row is known to have no journal entry. */
#include "base/id.h"
#include "engine/table/codec.h"

#define FORMAT 1
#define FORMAT_NO_JOURNAL 2
#define HEADER 9 /* format, version, table id */

csm_row *csm_row_new(csm_arena *arena, const csm_mtable *table, csm_id id)
{
    csm_row *row = csm_arena_zalloc(arena, sizeof(*row) + table->field_count * sizeof(csm_value));
    if (row == NULL)
        return NULL;
    row->table = table;
    row->id = id;
    row->values = (csm_value *)(row + 1);
    row->values[table->by_id[CSM_FID_SYS_ID]->pos] = csm_id_value(id);
    row->values[table->by_id[CSM_FID_CLASS]->pos] = csm_ctext(table->name);
    csm_row_set_version(row, 0);
    return row;
}

csm_row *csm_row_copy(csm_arena *arena, const csm_row *row)
{
    size_t bytes = row->table->field_count * sizeof(csm_value);
    csm_row *copy = csm_arena_alloc(arena, sizeof(*copy) + bytes);
    if (copy == NULL)
        return NULL;
    *copy = *row;
    copy->values = (csm_value *)(copy + 1);
    memcpy(copy->values, row->values, bytes);
    return copy;
}

void csm_row_set_version(csm_row *row, uint32_t version)
{
    row->version = version;
    row->values[row->table->by_id[CSM_FID_MOD_COUNT]->pos] = csm_int(version);
}

/* ---- encoding ---- */

static bool is_kept(const csm_mfield *field, const csm_value *value)
{
    return value->type != CSM_T_NIL && field->id > CSM_FID_MOD_COUNT && field->type != CSM_F_JOURNAL;
}

static csm_status refuse_row(const csm_row *row, csm_status code, const char *why, csm_error *err)
{
    char id[CSM_ID_TEXT];
    csm_id_format(row->id, id);
    return csm_error_set(err, code, "record %s of table \"%s\": %s", id, row->table->name, why);
}

csm_status csm_row_encode(const csm_row *row, csm_buf *out, csm_error *err)
{
    const csm_mtable *table = row->table;
    uint8_t header[HEADER] = { row->no_journal ? FORMAT_NO_JOURNAL : FORMAT };
    size_t start = out->len;
    uint32_t count = row->unknown_count;
    csm_writer w = { out };

    csm_put_u32(header + 1, row->version);
    csm_put_u32(header + 5, table->id);
    csm_buf_add(out, header, sizeof(header));
    for (uint32_t n = 0; n < table->field_count; n++)
        count += is_kept(&table->fields[n], &row->values[n]);
    csm_write_map(&w, count);
    for (uint32_t n = 0; n < table->field_count; n++) {
        if (!is_kept(&table->fields[n], &row->values[n]))
            continue;
        csm_write_int(&w, table->fields[n].id);
        if (!csm_codec_write(&w, &table->fields[n], &row->values[n]))
            return csm_error_field(err, CSM_E_INTERNAL, table->fields[n].name,
                                   "field \"%s\": the value is not of the field's type", table->fields[n].name);
    }
    csm_write_raw(&w, row->unknown);
    if (out->failed)
        return csm_error_nomem(err);
    if (out->len - start > CSM_VALUE_MAX)
        return refuse_row(row, CSM_E_LIMIT, "all values together exceed 64 KiB", err);
    return CSM_OK;
}

/* ---- decoding ---- */

bool csm_row_peek(csm_str bytes, uint32_t *table_id, uint32_t *version)
{
    if (bytes.len <= HEADER || (bytes.ptr[0] != FORMAT && bytes.ptr[0] != FORMAT_NO_JOURNAL))
        return false;
    *version = csm_take_u32(bytes.ptr + 1);
    *table_id = csm_take_u32(bytes.ptr + 5);
    return true;
}

bool csm_row_peek_no_journal(csm_str bytes)
{
    return bytes.len > HEADER && bytes.ptr[0] == FORMAT_NO_JOURNAL;
}

/* Keeps the encoded pair [from, to). They lie together but for the first time after a plugin went away. */
static csm_status keep_unknown(csm_row *row, csm_arena *arena, const uint8_t *from, const uint8_t *to)
{
    csm_str *kept = &row->unknown;
    size_t len = (size_t)(to - from);
    if (kept->len == 0) {
        *kept = (csm_str){ (const char *)from, len };
    } else if (kept->ptr + kept->len == (const char *)from) {
        kept->len += len;
    } else {
        char *joined = csm_arena_alloc(arena, kept->len + len);
        if (joined == NULL)
            return CSM_E_NOMEM;
        memcpy(joined, kept->ptr, kept->len);
        memcpy(joined + kept->len, from, len);
        *kept = (csm_str){ joined, kept->len + len };
    }
    row->unknown_count++;
    return CSM_OK;
}

/* The number of a field: nearly always one to three bytes. */
static bool read_number(csm_reader *r, uint32_t *out)
{
    csm_head key;
    if (r->at < r->end && *r->at < 0x80) {
        *out = *r->at++;
    } else if (r->end - r->at > 1 && *r->at == 0xcc) {
        *out = r->at[1];
        r->at += 2;
    } else if (r->end - r->at > 2 && *r->at == 0xcd) {
        *out = (uint32_t)r->at[1] << 8 | r->at[2];
        r->at += 3;
    } else {
        if (!csm_reader_next(r, &key) || key.type != CSM_T_INT || key.i < 0 || key.i > UINT32_MAX)
            return false;
        *out = (uint32_t)key.i;
    }
    return *out > CSM_FID_MOD_COUNT;
}

static csm_status read_pair(csm_row *row, csm_arena *arena, csm_reader *r)
{
    const uint8_t *from = r->at;
    uint32_t number;
    if (!read_number(r, &number))
        return CSM_E_CORRUPT;
    const csm_mfield *field = csm_mtable_field_by_id(row->table, number);
    if (field != NULL)
        return csm_codec_read(r, field, arena, &row->values[field->pos]);
    if (!csm_reader_skip(r))
        return CSM_E_CORRUPT;
    return keep_unknown(row, arena, from, r->at);
}

csm_status csm_row_read_pairs(csm_row *row, csm_arena *arena, csm_reader *r, uint32_t count)
{
    for (uint32_t n = 0; n < count; n++)
        CSM_TRY(read_pair(row, arena, r));
    return r->at == r->end ? CSM_OK : CSM_E_CORRUPT;
}

static csm_status read_map(csm_row *row, csm_arena *arena, csm_str map)
{
    csm_reader r = { (const uint8_t *)map.ptr, (const uint8_t *)map.ptr + map.len };
    csm_head head;
    if (!csm_reader_next(&r, &head) || head.type != CSM_T_MAP)
        return CSM_E_CORRUPT;
    return csm_row_read_pairs(row, arena, &r, head.count);
}

static csm_status refuse_bytes(csm_id id, const char *why, csm_error *err)
{
    char text[CSM_ID_TEXT];
    csm_id_format(id, text);
    return csm_error_set(err, CSM_E_CORRUPT, "record %s: %s", text, why);
}

csm_status csm_row_decode(const csm_registry *reg, csm_arena *arena, csm_id id, csm_str bytes, bool copy, csm_row **out,
                          csm_error *err)
{
    uint32_t table_id = 0, version = 0;
    if (!csm_row_peek(bytes, &table_id, &version))
        return refuse_bytes(id, "its bytes have no row header", err);
    const csm_mtable *table = csm_registry_table_by_id(reg, table_id);
    if (table == NULL) {
        char text[CSM_ID_TEXT];
        csm_id_format(id, text);
        return csm_error_set(err, CSM_E_STATE, "record %s: no active plugin declares table number %u", text, table_id);
    }
    if (copy && (bytes = csm_arena_str(arena, bytes)).ptr == NULL)
        return csm_error_nomem(err);
    csm_row *row = csm_row_new(arena, table, id);
    if (row == NULL)
        return csm_error_nomem(err);
    csm_row_set_version(row, version);
    row->no_journal = csm_row_peek_no_journal(bytes);
    csm_status st = read_map(row, arena, (csm_str){ bytes.ptr + HEADER, bytes.len - HEADER });
    if (st == CSM_E_NOMEM)
        return csm_error_nomem(err);
    if (st != CSM_OK)
        return refuse_row(row, st, "its bytes do not decode", err);
    *out = row;
    return CSM_OK;
}
