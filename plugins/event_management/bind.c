/* Which configuration item an event speaks of: what it says itself, else the item named like its node. A name that several
 * items have binds none: a wrong item would trouble the wrong customers. Source: DOMAIN 4.16. */
#include "event_management.h"

#define RETIRED "6"
#define VALUE_BYTES 255u

static const char *const identifiers[] = { "sys_id", "name", "serial_number" };

csm_status bind_check(csm_ctx *ctx, const csm_change *event)
{
    csm_value given = csm_change_new(ctx, event, "ci_identifier");

    if (csm_is_nil(given))
        return CSM_OK;
    if (given.type == CSM_T_MAP && given.count == 1 && given.map[0].value.type == CSM_T_TEXT && given.map[0].value.s.len > 0 &&
        given.map[0].value.s.len <= VALUE_BYTES)
        for (size_t n = 0; n < sizeof(identifiers) / sizeof(identifiers[0]); n++)
            if (csm_str_is(given.map[0].key, identifiers[n]))
                return CSM_OK;
    return csm_fail_field(ctx, CSM_E_INVALID, "ci_identifier", "field \"ci_identifier\": one text of at most %u bytes under sys_id, name or serial_number",
                          VALUE_BYTES);
}

static csm_status note(csm_ctx *ctx, csm_change *event, uint32_t found, const char *field, csm_str value)
{
    csm_str text = csm_printf(ctx, "%s configuration item in use has %s \"%.*s\"", found == 0 ? "no" : "more than one", field,
                              CSM_STR_FMT(value));

    return csm_change_set(ctx, event, "processing_notes", csm_text(text));
}

static csm_status look_up(csm_ctx *ctx, csm_change *event, const char *field, csm_str value, csm_id *ci)
{
    uint32_t found = 0;
    csm_query *q;
    csm_record *row;

    CSM_TRY(csm_query_open(ctx, "cmdb_ci", &q));
    csm_query_where(ctx, q, field, CSM_OP_EQ, csm_text(value));
    csm_query_where(ctx, q, "operational_status", CSM_OP_NE, csm_ctext(RETIRED));
    csm_query_limit(ctx, q, 2);
    for (;;) {
        CSM_TRY(csm_query_next(ctx, q, &row));
        if (row == NULL)
            break;
        *ci = csm_record_id(ctx, row);
        found++;
    }
    csm_query_close(ctx, q);
    if (found == 1)
        return CSM_OK;
    *ci = csm_nil().id;
    return note(ctx, event, found, field, value);
}

static bool is_id(csm_str text)
{
    for (size_t n = 0; n < text.len; n++)
        if (!((text.ptr[n] >= '0' && text.ptr[n] <= '9') || (text.ptr[n] >= 'a' && text.ptr[n] <= 'f')))
            return false;
    return text.len == 32;
}

csm_status bind_item(csm_ctx *ctx, csm_change *event, csm_id *ci)
{
    csm_value given = csm_change_new(ctx, event, "ci_identifier");
    csm_str node = csm_change_new_text(ctx, event, "node");

    *ci = csm_nil().id;
    if (given.type == CSM_T_MAP && given.count == 1)
        for (size_t n = 0; n < sizeof(identifiers) / sizeof(identifiers[0]); n++) {
            csm_str value = csm_value_text(given.map[0].value);

            if (!csm_str_is(given.map[0].key, identifiers[n]))
                continue;
            return n > 0 || is_id(value) ? look_up(ctx, event, identifiers[n], value, ci) : note(ctx, event, 0, "sys_id", value);
        }
    return node.len > 0 ? look_up(ctx, event, "name", node, ci) : CSM_OK;
}
