/* Auto-numbers: a counter in the store for the table that declares the prefix, taken in the writing transaction, so that
 * a refused write gives its number back and no two rows ever have the same. */
#include "engine/record/write.h"

#include "base/str.h"

csm_status csm_write_number(csm_ctx *ctx, csm_write *w)
{
    const csm_mfield *field = w->table->number;
    const char *prefix = w->table->number_prefix;
    csm_value given;
    csm_str name, text;
    int64_t number;

    if (field == NULL || prefix == NULL)
        return CSM_OK;
    name = csm_counter_name(ctx->arena, w->table);
    if (name.ptr == NULL)
        return csm_ctx_nomem(ctx);
    given = csm_row_get(w->change.now, field);
    if (given.type == CSM_T_TEXT) {
        csm_str digits = given.s;

        if (!csm_str_starts(digits, csm_str_of(prefix)))
            return CSM_OK;
        digits.ptr += strlen(prefix);
        digits.len -= strlen(prefix);
        return csm_parse_int(digits, &number) && number >= 0 && number < INT64_MAX ? csm_counter_raise(ctx, name, number) : CSM_OK;
    }
    CSM_TRY(csm_counter_take(ctx, name, 1, &number));
    text = csm_arena_printf(ctx->arena, "%s%07lld", prefix, (long long)number);
    if (text.ptr == NULL)
        return csm_ctx_nomem(ctx);
    w->change.now->values[field->pos] = csm_text(text);
    return CSM_OK;
}
