/* The frame walk: any bytes, in one piece and in pieces, give one verdict; what it accepts, the reader can skip.
 * The first byte picks limits and the size of the pieces. */
#include "fuzz.h"

#include "wire/wire.h"

static const csm_wire_limits limit_sets[4] = {
    { 4 * 1024 * 1024, CSM_WIRE_DEPTH_MAX, 1000000 },
    { 64, 4, 20 },
    { 1, 1, 1 },
    { 1024, 100, 4000000000u },
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (len == 0)
        return 0;
    const csm_wire_limits *limits = &limit_sets[bytes[0] & 3];
    size_t piece = 1 + (size_t)(bytes[0] >> 2);
    bytes++;
    len--;

    csm_error err = { 0 };
    csm_walk whole = { 0 };
    csm_walk_result verdict = csm_walk_step(&whole, limits, bytes, len, &err);
    FUZZ_CHECK((verdict == CSM_WALK_BAD) == (err.code != CSM_OK));
    FUZZ_CHECK(whole.pos <= len && whole.pos <= limits->frame_bytes);
    FUZZ_CHECK(whole.elements <= limits->elements);

    csm_walk parts = { 0 };
    csm_walk_result by_parts = CSM_WALK_MORE;
    csm_error parts_err = { 0 };
    for (size_t have = 0; by_parts == CSM_WALK_MORE; have += piece) {
        by_parts = csm_walk_step(&parts, limits, bytes, have < len ? have : len, &parts_err);
        if (have >= len)
            break;
    }
    FUZZ_CHECK(by_parts == verdict && parts.pos == whole.pos && parts_err.code == err.code);

    csm_reader r = { bytes, bytes + len };
    bool skipped = csm_reader_skip(&r);
    if (verdict == CSM_WALK_DONE)
        FUZZ_CHECK(skipped && r.at == bytes + whole.pos);
    return 0;
}
