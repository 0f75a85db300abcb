/* The outer array of MessagePack-RPC: [0, msgid, method, params], [1, msgid, error, result], [2, method, params]. */
#include "wire/wire.h"

static bool next_of(csm_reader *r, csm_head *head, uint32_t type)
{
    return csm_reader_next(r, head) && head->type == type;
}

static bool is_method_name(csm_str s)
{
    if (s.len == 0 || s.len > CSM_METHOD_NAME_MAX)
        return false;
    for (size_t n = 0; n < s.len; n++)
        if (s.ptr[n] <= ' ' || s.ptr[n] > '~')
            return false;
    return true;
}

static csm_status read_msgid(csm_reader *r, csm_envelope *out, bool *out_has_msgid, csm_error *err)
{
    csm_head head;
    if (!next_of(r, &head, CSM_T_INT) || head.i < 0 || head.i > UINT32_MAX)
        return csm_error_set(err, CSM_E_INVALID, "msgid is not an integer from 0 to %u", UINT32_MAX);
    out->msgid = (uint32_t)head.i;
    *out_has_msgid = true;
    return CSM_OK;
}

static csm_status read_method(csm_reader *r, csm_envelope *out, csm_error *err)
{
    csm_head head;
    if (!next_of(r, &head, CSM_T_TEXT) || !is_method_name(head.s))
        return csm_error_set(err, CSM_E_INVALID, "method is not a text of 1 to %d printable characters",
                             CSM_METHOD_NAME_MAX);
    out->method = head.s;
    return CSM_OK;
}

csm_status csm_envelope_parse(csm_str message, csm_envelope *out, bool *out_has_msgid, csm_error *err)
{
    static const uint32_t arity[] = { [CSM_REQUEST] = 4, [CSM_RESPONSE] = 4, [CSM_NOTIFICATION] = 3 };
    const uint8_t *bytes = (const uint8_t *)message.ptr;
    csm_reader r = { bytes, bytes + message.len };
    csm_head list;
    csm_head type;
    *out = (csm_envelope){ 0 };
    *out_has_msgid = false;
    if (!next_of(&r, &list, CSM_T_LIST))
        return csm_error_set(err, CSM_E_INVALID, "message is not a list");
    if (list.count == 0 || !next_of(&r, &type, CSM_T_INT) || type.i < CSM_REQUEST || type.i > CSM_NOTIFICATION)
        return csm_error_set(err, CSM_E_INVALID, "message type is not 0, 1 or 2");
    out->kind = (csm_envelope_kind)type.i;
    if (out->kind != CSM_NOTIFICATION && list.count > 1)
        CSM_TRY(read_msgid(&r, out, out_has_msgid, err));
    if (list.count != arity[out->kind])
        return csm_error_set(err, CSM_E_INVALID, "message of type %d has %u parts, not %u", (int)out->kind, list.count,
                             arity[out->kind]);
    if (out->kind != CSM_RESPONSE)
        CSM_TRY(read_method(&r, out, err));
    out->params = r;
    return CSM_OK;
}
