/* The RPC envelope: whatever comes back lies inside the message and obeys the header. */
#include "fuzz.h"

#include "wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    csm_error err = { 0 };
    csm_envelope envelope;
    bool has_msgid = false;
    csm_str message = { (const char *)bytes, len };
    csm_status st = csm_envelope_parse(message, &envelope, &has_msgid, &err);
    FUZZ_CHECK(st == err.code);
    FUZZ_CHECK(!has_msgid || envelope.kind != CSM_NOTIFICATION);
    if (st != CSM_OK) {
        FUZZ_CHECK(st == CSM_E_INVALID && err.message[0] != '\0');
        return 0;
    }
    FUZZ_CHECK(has_msgid == (envelope.kind != CSM_NOTIFICATION));
    FUZZ_CHECK(envelope.params.at > bytes && envelope.params.at <= envelope.params.end);
    FUZZ_CHECK(envelope.params.end == bytes + len);
    if (envelope.kind == CSM_RESPONSE) {
        FUZZ_CHECK(envelope.method.len == 0);
    } else {
        FUZZ_CHECK(envelope.method.len >= 1 && envelope.method.len <= CSM_METHOD_NAME_MAX);
        FUZZ_CHECK((const uint8_t *)envelope.method.ptr + envelope.method.len <= envelope.params.at);
    }
    return 0;
}
