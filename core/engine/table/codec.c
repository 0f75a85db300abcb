/* Values to bytes and back, by the type of their field. */
#include "engine/table/codec.h"

#include <endian.h>

static const uint8_t value_types[] = {
    [CSM_F_TEXT] = CSM_T_TEXT,       [CSM_F_INT] = CSM_T_INT,      [CSM_F_FLOAT] = CSM_T_FLOAT,
    [CSM_F_DECIMAL] = CSM_T_DECIMAL, [CSM_F_BOOL] = CSM_T_BOOL,    [CSM_F_TIME] = CSM_T_TIME,
    [CSM_F_DATE] = CSM_T_DATE,       [CSM_F_DURATION] = CSM_T_INT, [CSM_F_REF] = CSM_T_ID,
    [CSM_F_LIST] = CSM_T_LIST,       [CSM_F_JOURNAL] = CSM_T_NIL,  [CSM_F_CURRENCY] = CSM_T_MAP,
    [CSM_F_BYTES] = CSM_T_BYTES,     [CSM_F_MAP] = CSM_T_MAP,      [CSM_F_DOCUMENT] = CSM_T_LIST,
    [CSM_F_CONDITION] = CSM_T_TEXT,  [CSM_F_ZONE] = CSM_T_TEXT,
};

csm_type csm_codec_type(uint32_t field_type)
{
    return field_type < sizeof(value_types) ? (csm_type)value_types[field_type] : CSM_T_NIL;
}

/* ---- writing ---- */

static void write_id(csm_writer *w, csm_id id)
{
    csm_write_bytes(w, (csm_str){ (const char *)id.b, sizeof(id.b) });
}

static bool write_ids(csm_writer *w, const csm_value *value)
{
    csm_write_list(w, value->count);
    for (uint32_t n = 0; n < value->count; n++) {
        if (value->list[n].type != CSM_T_ID)
            return false;
        write_id(w, value->list[n].id);
    }
    return true;
}

static bool write_document(csm_writer *w, const csm_value *value)
{
    if (value->count != 2 || value->list[0].type != CSM_T_TEXT || value->list[1].type != CSM_T_ID)
        return false;
    csm_write_list(w, 2);
    csm_write_text(w, value->list[0].s);
    write_id(w, value->list[1].id);
    return true;
}

static bool write_currency(csm_writer *w, const csm_value *value)
{
    const csm_value *amount = csm_map_get(value, "amount");
    const csm_value *currency = csm_map_get(value, "currency");
    if (value->count != 2 || amount == NULL || amount->type != CSM_T_DECIMAL || currency == NULL ||
        currency->type != CSM_T_TEXT)
        return false;
    csm_write_list(w, 2);
    csm_write_int(w, amount->i);
    csm_write_text(w, currency->s);
    return true;
}

static bool write_elements(csm_writer *w, const csm_mfield *field, const csm_value *value)
{
    if (field->type == CSM_F_LIST)
        return write_ids(w, value);
    if (field->type == CSM_F_DOCUMENT)
        return write_document(w, value);
    return write_currency(w, value);
}

bool csm_codec_write(csm_writer *w, const csm_mfield *field, const csm_value *value)
{
    if (value->type == CSM_T_NIL) {
        csm_write_nil(w);
        return true;
    }
    if (field->type == CSM_F_MAP) {
        csm_write_value_at(w, value);
        return true;
    }
    if (value->type != csm_codec_type(field->type))
        return false;
    switch (value->type) {
    case CSM_T_TEXT:
        csm_write_text(w, value->s);
        return true;
    case CSM_T_BYTES:
        csm_write_bytes(w, value->s);
        return true;
    case CSM_T_BOOL:
        csm_write_bool(w, value->b);
        return true;
    case CSM_T_FLOAT:
        csm_write_float(w, value->f);
        return true;
    case CSM_T_ID:
        write_id(w, value->id);
        return true;
    case CSM_T_LIST:
    case CSM_T_MAP:
        return write_elements(w, field, value);
    default: /* INT and what is kept as one */
        csm_write_int(w, value->i);
        return true;
    }
}

/* ---- reading ---- */

static bool take_id(const csm_head *head, csm_value *out)
{
    if (head->type != CSM_T_BYTES || head->s.len != sizeof(out->id.b))
        return false;
    out->type = CSM_T_ID;
    out->count = 0;
    memcpy(out->id.b, head->s.ptr, sizeof(out->id.b));
    return true;
}

static csm_status read_ids(csm_reader *r, uint32_t count, csm_arena *arena, csm_value *out)
{
    csm_head head;
    csm_value *items = csm_arena_array(arena, count, sizeof(*items));
    if (items == NULL)
        return CSM_E_NOMEM;
    for (uint32_t n = 0; n < count; n++)
        if (!csm_reader_next(r, &head) || !take_id(&head, &items[n]))
            return CSM_E_CORRUPT;
    *out = csm_list(items, count);
    return CSM_OK;
}

static csm_status read_document(csm_reader *r, uint32_t count, csm_arena *arena, csm_value *out)
{
    csm_head head;
    csm_value *items = csm_arena_array(arena, 2, sizeof(*items));
    if (items == NULL)
        return CSM_E_NOMEM;
    if (count != 2 || !csm_reader_next(r, &head) || head.type != CSM_T_TEXT)
        return CSM_E_CORRUPT;
    items[0] = csm_text(head.s);
    if (!csm_reader_next(r, &head) || !take_id(&head, &items[1]))
        return CSM_E_CORRUPT;
    *out = csm_list(items, 2);
    return CSM_OK;
}

static csm_status read_currency(csm_reader *r, uint32_t count, csm_arena *arena, csm_value *out)
{
    csm_head amount, currency;
    csm_pair *pairs = csm_arena_array(arena, 2, sizeof(*pairs));
    if (pairs == NULL)
        return CSM_E_NOMEM;
    if (count != 2 || !csm_reader_next(r, &amount) || amount.type != CSM_T_INT || !csm_reader_next(r, &currency) ||
        currency.type != CSM_T_TEXT)
        return CSM_E_CORRUPT;
    pairs[0] = (csm_pair){ CSM_STR("amount"), csm_decimal(amount.i) };
    pairs[1] = (csm_pair){ CSM_STR("currency"), csm_text(currency.s) };
    *out = csm_map(pairs, 2);
    return CSM_OK;
}

static csm_status read_elements(csm_reader *r, const csm_mfield *field, uint32_t count, csm_arena *arena,
                                csm_value *out)
{
    if (field->type == CSM_F_LIST)
        return read_ids(r, count, arena, out);
    if (field->type == CSM_F_DOCUMENT)
        return read_document(r, count, arena, out);
    return field->type == CSM_F_CURRENCY ? read_currency(r, count, arena, out) : CSM_E_CORRUPT;
}

static csm_status read_tree(csm_reader *r, csm_arena *arena, csm_value *out)
{
    csm_decode_options stored = { .copy = false, .strict = false };
    return csm_wire_decode(r, arena, stored, out, NULL);
}

static csm_status take_scalar(const csm_head *head, csm_type type, csm_value *out)
{
    bool whole = type == CSM_T_INT || type == CSM_T_TIME || type == CSM_T_DATE || type == CSM_T_DECIMAL;
    if (type == CSM_T_ID)
        return take_id(head, out) ? CSM_OK : CSM_E_CORRUPT;
    if (head->type != (whole ? CSM_T_INT : type))
        return CSM_E_CORRUPT;
    out->type = type;
    out->count = 0;
    if (whole)
        out->i = head->i;
    else if (type == CSM_T_BOOL)
        out->b = head->b;
    else if (type == CSM_T_FLOAT)
        out->f = head->f;
    else
        out->s = head->s;
    return CSM_OK;
}

bool csm_codec_read_usual(csm_reader *r, const csm_mfield *field, csm_value *out)
{
    csm_type type = csm_codec_type(field->type);
    const uint8_t *at = r->at;
    size_t left = (size_t)(r->end - at), head = 1, len;
    uint64_t bits;
    if (left == 0)
        return false;
    out->count = 0;
    switch (type) {
    case CSM_T_ID:
        if (left < 2 + sizeof(out->id.b) || at[0] != 0xc4 || at[1] != sizeof(out->id.b))
            return false;
        memcpy(out->id.b, at + 2, sizeof(out->id.b));
        r->at += 2 + sizeof(out->id.b);
        break;
    case CSM_T_TEXT:
        if ((at[0] & 0xe0) != 0xa0 && (at[0] != 0xd9 || left < 2))
            return false;
        head = at[0] == 0xd9 ? 2 : 1;
        len = at[0] == 0xd9 ? at[1] : at[0] & 0x1f;
        if (left - head < len)
            return false;
        out->s = (csm_str){ (const char *)at + head, len };
        r->at += head + len;
        break;
    case CSM_T_BOOL:
        if ((at[0] & 0xfe) != 0xc2)
            return false;
        out->b = at[0] == 0xc3;
        r->at++;
        break;
    case CSM_T_INT:
    case CSM_T_TIME:
    case CSM_T_DATE:
    case CSM_T_DECIMAL:
        if (at[0] < 0x80) {
            out->i = at[0];
            r->at++;
            break;
        }
        if (at[0] != 0xcf || left < 9 || at[1] >= 0x80)
            return false;
        memcpy(&bits, at + 1, sizeof(bits));
        out->i = (int64_t)be64toh(bits);
        r->at += 9;
        break;
    default:
        return false;
    }
    out->type = type;
    return true;
}

csm_status csm_codec_read_other(csm_reader *r, const csm_mfield *field, csm_arena *arena, csm_value *out)
{
    csm_head head;
    csm_value value = { 0 };
    if (field->type == CSM_F_MAP)
        return read_tree(r, arena, out);
    if (!csm_reader_next(r, &head))
        return CSM_E_CORRUPT;
    if (head.type == CSM_T_NIL)
        value = csm_nil();
    else if (head.type == CSM_T_LIST)
        CSM_TRY(read_elements(r, field, head.count, arena, &value));
    else
        CSM_TRY(take_scalar(&head, csm_codec_type(field->type), &value));
    *out = value;
    return CSM_OK;
}
