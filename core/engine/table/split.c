/* Index entries back into values. */
#include "base/str.h"
#include "engine/table/codec.h"

#define SIGN UINT64_C(0x8000000000000000)

/* A key being read; descending columns are turned back byte by byte. */
typedef struct splitter {
    const uint8_t *at;
    const uint8_t *end;
    uint8_t turn; /* 0xff in a descending column */
    csm_arena *arena;
} splitter;

static csm_status take(splitter *s, uint8_t *to, size_t len)
{
    if ((size_t)(s->end - s->at) < len)
        return CSM_E_CORRUPT;
    for (size_t n = 0; n < len; n++)
        to[n] = *s->at++ ^ s->turn;
    return CSM_OK;
}

static csm_status take_number(splitter *s, uint64_t *out)
{
    uint8_t bytes[8];
    CSM_TRY(take(s, bytes, sizeof(bytes)));
    *out = csm_take_u64(bytes);
    return CSM_OK;
}

static csm_status take_float(splitter *s, csm_value *out)
{
    uint64_t bits = 0;
    double f;
    CSM_TRY(take_number(s, &bits));
    bits = (bits & SIGN) != 0 ? bits & ~SIGN : ~bits;
    memcpy(&f, &bits, sizeof(f));
    *out = csm_float(f);
    return CSM_OK;
}

/* A cut may lie within a code point: what is left of it goes. */
static size_t whole_points(const char *text, size_t len)
{
    size_t start = len;
    while (start > 0 && len - start < 4 && ((uint8_t)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start == 0)
        return len;
    csm_str last = { text + start - 1, len - start + 1 };
    return (uint8_t)last.ptr[0] < 0x80 || csm_utf8_step(last) == last.len ? len : start - 1;
}

static csm_status take_text(splitter *s, csm_value *out)
{
    const uint8_t *stop = memchr(s->at, s->turn, (size_t)(s->end - s->at));
    if (stop == NULL)
        return CSM_E_CORRUPT;
    char *text = csm_arena_alloc(s->arena, (size_t)(stop - s->at));
    if (text == NULL)
        return CSM_E_NOMEM;
    size_t len = 0;
    while (s->at < stop) {
        uint8_t byte = *s->at++ ^ s->turn;
        if (byte == 1) {
            if (s->at == stop)
                break; /* cut within the escape */
            byte = (uint8_t)((*s->at++ ^ s->turn) - 1);
        }
        text[len++] = (char)byte;
    }
    s->at = stop + 1;
    *out = csm_text((csm_str){ text, whole_points(text, len) });
    return CSM_OK;
}

static csm_status take_id(splitter *s, csm_value *out)
{
    *out = csm_id_value((csm_id){ { 0 } });
    return take(s, out->id.b, sizeof(out->id.b));
}

static csm_status take_document(splitter *s, csm_value *out)
{
    csm_value *pair = csm_arena_array(s->arena, 2, sizeof(*pair));
    if (pair == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(take_id(s, &pair[1]));
    CSM_TRY(take_text(s, &pair[0]));
    *out = csm_list(pair, 2);
    return CSM_OK;
}

static csm_status take_bool(splitter *s, csm_value *out)
{
    uint8_t byte = 0;
    CSM_TRY(take(s, &byte, 1));
    *out = csm_bool(byte != 0);
    return byte <= 1 ? CSM_OK : CSM_E_CORRUPT;
}

static csm_status take_whole(splitter *s, csm_type type, csm_value *out)
{
    uint64_t number = 0;
    CSM_TRY(take_number(s, &number));
    *out = csm_int((int64_t)(number ^ SIGN));
    out->type = type;
    return CSM_OK;
}

/* The element of a list column is an id. */
static csm_status take_value(splitter *s, const csm_mfield *field, csm_value *out)
{
    if (field->type == CSM_F_LIST)
        return take_id(s, out);
    if (field->type == CSM_F_DOCUMENT)
        return take_document(s, out);
    csm_type type = csm_codec_type(field->type);
    switch (type) {
    case CSM_T_BOOL:
        return take_bool(s, out);
    case CSM_T_FLOAT:
        return take_float(s, out);
    case CSM_T_TEXT:
        return take_text(s, out);
    case CSM_T_ID:
        return take_id(s, out);
    case CSM_T_INT:
    case CSM_T_TIME:
    case CSM_T_DATE:
    case CSM_T_DECIMAL:
        return take_whole(s, type, out);
    default:
        return CSM_E_CORRUPT;
    }
}

static csm_status take_columns(splitter *s, const csm_mindex *index, csm_value *out)
{
    for (uint32_t n = 0; n < index->column_count; n++) {
        uint8_t mark = 0;
        s->turn = index->columns[n].descending ? 0xff : 0;
        CSM_TRY(take(s, &mark, 1));
        out[n] = csm_nil();
        if (mark > 1)
            return CSM_E_CORRUPT;
        if (mark == 1)
            CSM_TRY(take_value(s, index->columns[n].field, &out[n]));
    }
    return s->at == s->end ? CSM_OK : CSM_E_CORRUPT;
}

csm_status csm_index_split(const csm_mindex *index, csm_str key, csm_arena *arena, csm_value *column_values, csm_id *id,
                           csm_error *err)
{
    const uint8_t *bytes = (const uint8_t *)key.ptr;
    csm_status st = CSM_E_CORRUPT;
    if (key.len > 8 + sizeof(*id)) {
        splitter s = { bytes + 8, bytes + key.len - sizeof(*id), 0, arena };
        st = take_columns(&s, index, column_values);
    }
    if (st == CSM_E_NOMEM)
        return csm_error_nomem(err);
    if (st != CSM_OK)
        return csm_error_set(err, st, "index \"%s\": an entry's key of %zu bytes does not fit its columns", index->name,
                             key.len);
    memcpy(id->b, key.ptr + key.len - sizeof(*id), sizeof(*id));
    return CSM_OK;
}

csm_status csm_index_included(const csm_mindex *index, csm_str value, csm_arena *arena, csm_row *row, csm_error *err)
{
    csm_reader r = { (const uint8_t *)value.ptr, (const uint8_t *)value.ptr + value.len };
    csm_status st = CSM_OK;
    for (uint32_t n = 0; n < index->include_count && st == CSM_OK; n++)
        st = csm_codec_read(&r, index->include[n], arena, &row->values[index->include[n]->pos]);
    if (st == CSM_E_NOMEM)
        return csm_error_nomem(err);
    if (st != CSM_OK || r.at != r.end)
        return csm_error_set(err, CSM_E_CORRUPT, "index \"%s\": an entry's included fields do not decode", index->name);
    return CSM_OK;
}

/* ---- lengths alone ---- */

static size_t text_length(const char *bytes, size_t len, size_t from, int turn)
{
    const char *stop = from < len ? memchr(bytes + from, turn, len - from) : NULL;
    return stop != NULL ? (size_t)(stop - bytes) + 1 : 0;
}

size_t csm_key_column_length(const csm_mcolumn *column, csm_str bytes)
{
    int turn = column->descending ? 0xff : 0;
    size_t len = 1 + 8;
    if (bytes.len == 0)
        return 0;
    if (((uint8_t)bytes.ptr[0] ^ turn) == 0)
        return 1;
    switch (column->field->type) {
    case CSM_F_TEXT:
    case CSM_F_CONDITION:
    case CSM_F_ZONE:
        return text_length(bytes.ptr, bytes.len, 1, turn);
    case CSM_F_DOCUMENT:
        return text_length(bytes.ptr, bytes.len, 1 + sizeof(csm_id), turn);
    case CSM_F_REF:
    case CSM_F_LIST:
        len = 1 + sizeof(csm_id);
        break;
    case CSM_F_BOOL:
        len = 1 + 1;
        break;
    default:
        break;
    }
    return len <= bytes.len ? len : 0;
}
