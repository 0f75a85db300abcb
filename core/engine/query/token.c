/* Page tokens: the order a page was read in and the order key of its last row, for the same query alone. They hold values
 * of order columns, all of which the caller may see. */
#include "engine/query/plan.h"

#include "base/str.h"

#include <sodium.h>

#define VERSION 1
#define HEAD 12 /* version, flags, fingerprint (8), key length, further columns */
#define TOKEN_MAX 4096u
#define FLAG_ID_DESCENDING 1u
#define FLAG_WALK 2u
#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

/* Of what decides which rows there are and in which order. */
static csm_status fingerprint(csm_plan *plan, uint64_t *out)
{
    csm_str text = csm_expr_text(plan->arena, plan->spec.filter.expr);
    csm_order asked;

    if (text.ptr == NULL)
        return csm_ctx_nomem(plan->ctx);
    csm_plan_asked(plan, &asked);
    csm_buf_clear(&plan->key);
    (void)csm_buf_printf(&plan->key, "%s %u ", plan->spec.table->name, plan->spec.op);
    for (uint32_t n = 0; n < asked.count; n++)
        (void)csm_buf_printf(&plan->key, "%s%s,", asked.columns[n].descending ? "-" : "", asked.columns[n].field->name);
    if (asked.by_id)
        (void)csm_buf_printf(&plan->key, "%ssys_id", asked.id_descending ? "-" : "");
    (void)csm_buf_add(&plan->key, text.ptr, text.len);
    *out = csm_hash(plan->key.ptr, plan->key.len);
    return plan->key.failed ? csm_ctx_nomem(plan->ctx) : CSM_OK;
}

csm_status csm_token_write(csm_plan *plan, csm_str okey, bool walk, csm_str *out)
{
    const csm_order *order = &plan->order;
    uint8_t head[HEAD] = { VERSION };
    uint64_t print;
    size_t room;
    char *text;

    CSM_TRY(fingerprint(plan, &print));
    head[1] = (uint8_t)((order->id_descending ? FLAG_ID_DESCENDING : 0) | (walk ? FLAG_WALK : 0));
    memcpy(head + 2, &print, sizeof(print));
    head[10] = (uint8_t)order->key_length;
    head[11] = (uint8_t)(order->count - order->asked);
    csm_buf_clear(&plan->key);
    (void)csm_buf_add(&plan->key, head, sizeof(head));
    for (uint32_t n = order->asked; n < order->count; n++) {
        (void)csm_buf_add(&plan->key, &order->columns[n].field->id, sizeof(uint32_t));
        (void)csm_buf_add_byte(&plan->key, order->columns[n].descending);
    }
    (void)csm_buf_add(&plan->key, okey.ptr, okey.len);
    room = sodium_base64_ENCODED_LEN(plan->key.len, VARIANT);
    text = csm_arena_alloc(plan->arena, room);
    if (plan->key.failed || text == NULL)
        return csm_ctx_nomem(plan->ctx);
    sodium_bin2base64(text, room, plan->key.ptr, plan->key.len, VARIANT);
    *out = csm_str_of(text);
    return CSM_OK;
}

static csm_status refuse(csm_plan *plan)
{
    return csm_error_field(&plan->ctx->err, CSM_E_INVALID, "after", "\"after\" is no page token of this query");
}

static const csm_mfield *find_field(const csm_plan *plan, uint32_t id)
{
    const csm_mfield *field = csm_mtable_field_by_id(plan->spec.table, id);

    for (uint32_t n = 0; field == NULL && n < plan->source_count; n++)
        field = csm_mtable_field_by_id(plan->sources[n].table, id);
    return field;
}

/* Further columns of the order; one the caller may not see would give its values away. */
static csm_status read_columns(csm_plan *plan, csm_str *rest, uint32_t count, csm_order *order)
{
    for (uint32_t n = 0; n < count; n++) {
        const csm_mfield *field;
        uint32_t id;

        if (rest->len < 5 || order->count == CSM_ORDER_COLUMNS)
            return refuse(plan);
        memcpy(&id, rest->ptr, sizeof(id));
        field = find_field(plan, id);
        if (field == NULL || !csm_field_is_ordered(field) || !csm_plan_shows(plan, field))
            return refuse(plan);
        order->columns[order->count++] = (csm_mcolumn){ field, rest->ptr[4] != 0 };
        rest->ptr += 5;
        rest->len -= 5;
    }
    return CSM_OK;
}

static csm_status read_key(csm_plan *plan, csm_str rest, const csm_order *order, csm_mark *mark)
{
    mark->key = rest;
    for (uint32_t n = 0; n < order->count; n++) {
        size_t len = csm_key_column_length(&order->columns[n], rest);

        if (len == 0)
            return refuse(plan);
        mark->parts[n] = (csm_str){ rest.ptr, len };
        rest.ptr += len;
        rest.len -= len;
    }
    if (rest.len != sizeof(mark->id.b))
        return refuse(plan);
    for (size_t n = 0; n < rest.len; n++)
        mark->id.b[n] = order->id_descending ? (uint8_t)~(uint8_t)rest.ptr[n] : (uint8_t)rest.ptr[n];
    mark->set = true;
    return CSM_OK;
}

csm_status csm_token_read(csm_plan *plan, csm_str token, csm_order *order, csm_mark *mark, bool *walk)
{
    uint8_t *bytes = csm_arena_alloc(plan->arena, TOKEN_MAX);
    uint64_t print, found;
    csm_str rest;
    size_t len;

    if (bytes == NULL)
        return csm_ctx_nomem(plan->ctx);
    if (sodium_base642bin(bytes, TOKEN_MAX, token.ptr, token.len, NULL, &len, NULL, VARIANT) != 0 || len < HEAD ||
        bytes[0] != VERSION)
        return refuse(plan);
    CSM_TRY(fingerprint(plan, &print));
    memcpy(&found, bytes + 2, sizeof(found));
    if (print != found || bytes[10] == 0)
        return refuse(plan);
    csm_plan_asked(plan, order);
    order->id_descending = (bytes[1] & FLAG_ID_DESCENDING) != 0;
    order->key_length = bytes[10];
    *walk = (bytes[1] & FLAG_WALK) != 0;
    rest = (csm_str){ (const char *)bytes + HEAD, len - HEAD };
    CSM_TRY(read_columns(plan, &rest, bytes[11], order));
    return read_key(plan, rest, order, mark);
}
