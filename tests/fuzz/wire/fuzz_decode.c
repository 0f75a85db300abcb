/* Value decode: stays within the bytes and the arena's limit; what it accepts can be written, read back and is then
 * written the same. */
#include "fuzz.h"

#include "wire/wire.h"

#define ARENA_LIMIT (1024 * 1024)

static void check_round_trip(csm_arena *arena, csm_value value)
{
    csm_decode_options options = { .copy = false, .strict = false };
    csm_error err = { 0 };
    csm_buf first;
    csm_buf second;
    csm_buf_init(&first, 0);
    csm_buf_init(&second, 0);
    csm_writer w1 = { &first };
    csm_writer w2 = { &second };
    csm_write_value(&w1, value);
    FUZZ_CHECK(!first.failed);
    csm_reader r = { first.ptr, first.ptr + first.len };
    csm_value again;
    csm_status st = csm_wire_decode(&r, arena, options, &again, &err);
    FUZZ_CHECK(st == CSM_OK || st == CSM_E_NOMEM);
    if (st == CSM_OK) {
        FUZZ_CHECK(r.at == r.end);
        csm_write_value(&w2, again);
        FUZZ_CHECK(csm_str_eq(csm_buf_str(&first), csm_buf_str(&second)));
    }
    csm_buf_done(&first);
    csm_buf_done(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    csm_arena *arena = csm_arena_new(16384, ARENA_LIMIT);
    FUZZ_CHECK(arena != NULL);
    csm_status loose = CSM_OK;
    for (unsigned mode = 0; mode < 4; mode++) {
        csm_decode_options options = { .copy = (mode & 1) != 0, .strict = (mode & 2) != 0 };
        csm_reader r = { bytes, bytes + len };
        csm_error err = { 0 };
        csm_value value;
        csm_status st = csm_wire_decode(&r, arena, options, &value, &err);
        FUZZ_CHECK(st == err.code);
        FUZZ_CHECK(st == CSM_OK || st == CSM_E_NOMEM || st == (options.strict ? CSM_E_INVALID : CSM_E_CORRUPT));
        if (mode == 0)
            loose = st;
        FUZZ_CHECK(st != CSM_OK || !options.strict || loose == CSM_OK); /* strict accepts less, never more */
        if (st == CSM_OK) {
            FUZZ_CHECK(r.at > bytes && r.at <= bytes + len);
            check_round_trip(arena, value);
        }
        csm_arena_clear(arena);
    }
    csm_arena_free(arena);
    return 0;
}
