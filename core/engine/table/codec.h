/* One value of a field as bytes and back: what rows, included columns and history entries are made of. */
#ifndef CSM_ENGINE_TABLE_CODEC_H
#define CSM_ENGINE_TABLE_CODEC_H

#include "engine/table/table.h"

/* Big-endian numbers, as all keys have them. */
static inline void csm_put_u32(uint8_t *at, uint32_t value)
{
    for (unsigned n = 4; n-- > 0; value >>= 8)
        at[n] = (uint8_t)value;
}

static inline void csm_put_u64(uint8_t *at, uint64_t value)
{
    for (unsigned n = 8; n-- > 0; value >>= 8)
        at[n] = (uint8_t)value;
}

static inline uint32_t csm_take_u32(const void *bytes)
{
    const uint8_t *at = bytes;
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline uint64_t csm_take_u64(const void *bytes)
{
    const uint8_t *at = bytes;
    return (uint64_t)csm_take_u32(at) << 32 | csm_take_u32(at + 4);
}

/* Type of the values a field of this csm_field_type holds in memory; CSM_T_NIL for journals, CSM_T_MAP for CSM_F_MAP
 * too, whose values may have any type. */
csm_type csm_codec_type(uint32_t field_type);

/* Appends a value. False when it is not of the field's type; lack of memory sticks to the buffer. Times, dates,
 * decimals are integers, ids 16 bytes, money [millionths, currency]; typed values inside a MAP become their wire form.
 */
bool csm_codec_write(csm_writer *w, const csm_mfield *field, const csm_value *value);

/* The forms nearly all values are stored in. False: another form, or broken; nothing is taken then. */
bool csm_codec_read_usual(csm_reader *r, const csm_mfield *field, csm_value *out);
csm_status csm_codec_read_other(csm_reader *r, const csm_mfield *field, csm_arena *arena, csm_value *out);

/* Reads one; texts and bytes are borrowed. CORRUPT (err untouched, the caller knows the record) or NOMEM. */
static inline csm_status csm_codec_read(csm_reader *r, const csm_mfield *field, csm_arena *arena, csm_value *out)
{
    return csm_codec_read_usual(r, field, out) ? CSM_OK : csm_codec_read_other(r, field, arena, out);
}

/* Reads @p count pairs of field number and value into @p row, unknown ones into row->unknown; all bytes must be theirs.
 */
csm_status csm_row_read_pairs(csm_row *row, csm_arena *arena, csm_reader *r, uint32_t count);

#endif
