/* Order-preserving keys: byte order of the form is csm_field_cmp order of the value, up to the cut of long texts. */
#include "engine/table/codec.h"
#include "engine/table/fold.h"

#define FIXED_MAX 32 /* most a form takes beside its text: mark, id or number, end byte */
#define SIGN UINT64_C(0x8000000000000000)

enum { MARK_EMPTY = 0, MARK_VALUE = 1, TEXT_END = 0, TEXT_ESCAPE = 1 };

static uint8_t *put_u64(uint8_t *at, uint64_t value)
{
    csm_put_u64(at, value);
    return at + 8;
}

static uint8_t *put_id(uint8_t *at, const csm_id *id)
{
    memcpy(at, id->b, sizeof(id->b));
    return at + sizeof(id->b);
}

/* Negative numbers have all bits turned, others the sign bit: so their bytes order as the numbers do. */
static uint8_t *put_float(uint8_t *at, double f)
{
    uint64_t bits;
    f += 0.0; /* -0 is 0 */
    memcpy(&bits, &f, sizeof(bits));
    return put_u64(at, (bits & SIGN) != 0 ? ~bits : bits | SIGN);
}

/* Lower-cases ASCII that needs no escape, which is nearly all text; false when some byte does. */
static bool put_plain(uint8_t *at, csm_str s)
{
    bool is_plain = true;
    for (size_t n = 0; n < s.len; n++) {
        at[n] = csm_fold_ascii(s.ptr[n]);
        is_plain &= at[n] > TEXT_ESCAPE;
    }
    at[s.len] = TEXT_END;
    return is_plain;
}

/* At most @p most bytes of the escaped text, and the end. */
static uint8_t *put_escaped(uint8_t *at, csm_str s, bool fold, size_t most)
{
    uint8_t *stop = at + most;
    for (size_t n = 0; n < s.len && at < stop; n++) {
        uint8_t byte = fold ? csm_fold_ascii(s.ptr[n]) : (uint8_t)s.ptr[n];
        if (byte <= TEXT_ESCAPE) {
            *at++ = TEXT_ESCAPE;
            byte++;
            if (at == stop)
                break;
        }
        *at++ = byte;
    }
    *at++ = TEXT_END;
    return at;
}

/* What the first @p most bytes of the folded text are depends on the text as far as its first ASCII byte beyond them.
 */
static uint8_t *put_text(uint8_t *at, csm_str s, size_t most)
{
    csm_str part = { s.ptr, s.len <= most ? s.len : most };
    if (csm_is_ascii(s.ptr, part.len + (s.len > most)))
        return put_plain(at, part) ? at + part.len + 1 : put_escaped(at, s, true, most);
    csm_folded folded;
    csm_folded_init(&folded, s);
    at = folded.s.ptr != NULL ? put_escaped(at, folded.s, false, most) : NULL;
    csm_folded_done(&folded);
    return at;
}

static uint8_t *put_currency(uint8_t *at, const csm_value *value, size_t most)
{
    const csm_value *amount = csm_map_get(value, "amount");
    const csm_value *currency = csm_map_get(value, "currency");
    if (amount == NULL || currency == NULL)
        return at;
    return put_escaped(put_u64(at, (uint64_t)amount->i ^ SIGN), currency->s, false, most);
}

static uint8_t *put_list(uint8_t *at, const csm_mfield *field, const csm_value *value, size_t most)
{
    if (field->type != CSM_F_DOCUMENT)
        return value->list[0].type == CSM_T_ID ? put_id(at, &value->list[0].id) : at;
    if (value->count != 2 || value->list[0].type != CSM_T_TEXT || value->list[1].type != CSM_T_ID)
        return at;
    return put_escaped(put_id(at, &value->list[1].id), value->list[0].s, false, most);
}

/* NULL: out of memory. */
static uint8_t *put_value(uint8_t *at, const csm_mfield *field, const csm_value *value, size_t most)
{
    switch (value->type) {
    case CSM_T_BOOL:
        *at = value->b;
        return at + 1;
    case CSM_T_FLOAT:
        return put_float(at, value->f);
    case CSM_T_TEXT:
        return put_text(at, value->s, most);
    case CSM_T_BYTES:
        return put_escaped(at, value->s, false, most);
    case CSM_T_ID:
        return put_id(at, &value->id);
    case CSM_T_LIST:
        return put_list(at, field, value, most);
    case CSM_T_MAP:
        return put_currency(at, value, most);
    default:
        return put_u64(at, (uint64_t)value->i ^ SIGN);
    }
}

void csm_key_add_value(csm_buf *key, const csm_mfield *field, csm_value value, uint32_t key_length, bool descending)
{
    if (!csm_buf_reserve(key, FIXED_MAX + (size_t)key_length))
        return;
    uint8_t *start = key->ptr + key->len;
    uint8_t *end = start;
    if (value.type == CSM_T_NIL || (value.type == CSM_T_LIST && value.count == 0)) {
        *end++ = MARK_EMPTY;
    } else {
        *end++ = MARK_VALUE;
        end = put_value(end, field, &value, key_length);
    }
    if (end == NULL) {
        key->failed = true;
        return;
    }
    for (uint8_t *at = start; descending && at < end; at++)
        *at = (uint8_t) ~*at;
    key->len += (size_t)(end - start);
}

void csm_key_add_index(csm_buf *key, const csm_mtable *table, const csm_mindex *index)
{
    uint8_t prefix[8];
    csm_put_u32(prefix, table->id);
    csm_put_u32(prefix + 4, index->id);
    csm_buf_add(key, prefix, sizeof(prefix));
}

static size_t escaped_length(csm_str s)
{
    size_t len = s.len;
    for (size_t n = 0; n < s.len; n++)
        len += (uint8_t)s.ptr[n] <= TEXT_ESCAPE;
    return len;
}

bool csm_key_is_cut(const csm_mfield *field, csm_value value, uint32_t key_length)
{
    if (value.type == CSM_T_LIST)
        return field->type == CSM_F_DOCUMENT ? value.list[0].s.len > key_length / 2 : value.count > 1;
    if (value.type == CSM_T_BYTES)
        return escaped_length(value.s) > key_length;
    if (value.type != CSM_T_TEXT ||
        value.s.len <= key_length / 3) /* folding makes a text at most three times as long */
        return false;
    csm_folded folded;
    csm_folded_init(&folded, value.s);
    bool is_cut = folded.s.ptr == NULL || escaped_length(folded.s) > key_length;
    csm_folded_done(&folded);
    return is_cut;
}

/* ---- sizes ---- */

/* Most bytes of a column; 0: no index holds the type. */
static uint32_t column_bytes(uint32_t type, uint32_t key_length)
{
    switch (type) {
    case CSM_F_JOURNAL:
    case CSM_F_MAP:
    case CSM_F_BYTES:
    case CSM_F_CURRENCY:
        return 0;
    case CSM_F_TEXT:
    case CSM_F_CONDITION:
    case CSM_F_ZONE:
        return 1 + key_length + 1;
    case CSM_F_DOCUMENT:
        return 1 + (uint32_t)sizeof(csm_id) + key_length + 1;
    case CSM_F_REF:
    case CSM_F_LIST:
        return 1 + (uint32_t)sizeof(csm_id);
    default:
        return 1 + 8;
    }
}

csm_status csm_index_check(const csm_mindex *index, csm_error *err)
{
    uint64_t bytes = 8 + sizeof(csm_id);
    unsigned lists = 0;
    for (uint32_t n = 0; n < index->column_count; n++) {
        const csm_mfield *field = index->columns[n].field;
        uint32_t most = column_bytes(field->type, index->key_length);
        if (most == 0)
            return csm_error_field(err, CSM_E_INVALID, field->name,
                                   "index \"%s\": field \"%s\" has a type no index holds", index->name, field->name);
        lists += field->type == CSM_F_LIST;
        bytes += most;
    }
    if (index->column_count == 0)
        return csm_error_set(err, CSM_E_INVALID, "index \"%s\" has no column", index->name);
    if (lists > 1 || (lists == 1 && index->unique))
        return csm_error_set(err, CSM_E_INVALID, "index \"%s\": one list at most, and none in a unique index",
                             index->name);
    if (bytes > CSM_KEY_MAX)
        return csm_error_set(err, CSM_E_INVALID, "index \"%s\": its key may take %llu bytes, above %d", index->name,
                             (unsigned long long)bytes, CSM_KEY_MAX);
    return CSM_OK;
}
