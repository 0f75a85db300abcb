/* The switch to a plugin's identity and back, bugs of handlers, and the small things every hook needs. */
#ifndef CSM_ENGINE_RULE_FRAME_H
#define CSM_ENGINE_RULE_FRAME_H

#include "engine/ctx.h"

typedef struct csm_frame {
    const csm_mplugin *plugin;
    const char *hook;
    uint32_t system;
} csm_frame;
/* From here @p plugin's code runs; with @p system its rights are the plugin's (everything), else they stay as they are.
 * @p hook (its name, static) goes into the thread's trail until csm_frame_leave. */
csm_frame csm_frame_enter(csm_ctx *ctx, const csm_mplugin *plugin, bool system, const char *hook);
/* Back, and what the code answered, put right: a bug on the way (csm_ctx_stick) or an error without a message becomes a
 * proper one naming the plugin; after OK no stale error is left. @p kind and @p name tell which hook (rule "x"). */
csm_status csm_frame_leave(csm_ctx *ctx, csm_frame frame, csm_status st, const char *kind, const char *name);

/* A bug of a handler (unknown field ...): the error is set, kept, and fails the call at its end even when ignored. */
csm_status csm_ctx_stick(csm_ctx *ctx, csm_status code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The field as @p table has it: declarations name it through the table they were made for. NULL when it is not there. */
static inline const csm_mfield *csm_field_in(const csm_mtable *table, const csm_mfield *field)
{
    return field != NULL ? csm_mtable_field_by_id(table, field->id) : NULL;
}

/* ---- bits per field position ---- */

static inline uint32_t csm_bits_words(uint32_t count)
{
    return (count + 63) / 64;
}
/* NULL: out of memory. */
static inline uint64_t *csm_bits_new(csm_arena *arena, uint32_t count)
{
    return csm_arena_array(arena, csm_bits_words(count), sizeof(uint64_t));
}
static inline bool csm_bits_has(const uint64_t *bits, uint32_t pos)
{
    return (bits[pos / 64] >> (pos % 64) & 1) != 0;
}
static inline void csm_bits_add(uint64_t *bits, uint32_t pos)
{
    bits[pos / 64] |= UINT64_C(1) << (pos % 64);
}

#endif
