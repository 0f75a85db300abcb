/* What stands between the engine and a plugin's handler: arguments, replies, records and queries as handlers hold them,
 * the switch to a plugin's identity and back. Used by the host tables here and by the method dispatch above. */
#ifndef CSM_ENGINE_RECORD_CALL_H
#define CSM_ENGINE_RECORD_CALL_H

#include "engine/record/record.h"

/* Checked arguments, by position in params; nil = absent. */
struct csm_args {
    const csm_param *params;
    uint32_t count;
    const csm_value *values;
};

/* Where a handler's answer goes: encoded straight through @p writer, or kept as a value when writer is NULL (points). */
struct csm_reply {
    csm_writer *writer;
    bool done;                 /* answered; a second answer is a bug of the handler */
    csm_value value;           /* in the arena of ctx; only without writer */
};

/* A record in a handler's hands. */
struct csm_record {
    const csm_row *seen;       /* as read or last written; an empty row before insert */
    csm_row *row;              /* seen until the first set, then a copy with what was set; journal entries too */
    uint64_t *set;             /* bit per field position set since; NULL = none */
    const uint64_t *readable;  /* what the caller may see; NULL = all */
    bool stored;               /* false: made by create, not inserted yet */
    bool read_only;            /* the row of a change */
    csm_status bad;            /* a set was refused; insert and update answer this */
    csm_str bad_text, bad_field;
};
/* NULL: out of memory (set). */
csm_record *csm_record_wrap(csm_ctx *ctx, csm_row *row, const uint64_t *readable);

/* Checks and converts named arguments (nil, or a map) against @p params: unknown names, missing required ones, types, ranges
 * and lengths are INVALID naming the argument; defaults are filled in. In the arena of ctx. */
csm_status csm_args_parse(csm_ctx *ctx, const csm_param *params, uint32_t count, csm_value given, csm_args *out);

/* Answers with a record as the caller (not the plugin) may see it; of a row out of his reach only id and version. */
csm_status csm_reply_row(csm_ctx *ctx, csm_reply *out, const csm_row *row);
/* The same as a value. */
csm_status csm_row_as_value(csm_ctx *ctx, const csm_row *row, csm_value *out);

/* ---- whose code runs ---- */

typedef struct csm_frame {
    const csm_mplugin *plugin;
    uint32_t system;
} csm_frame;
/* From here @p plugin's code runs; with @p system its rights are the plugin's (everything), else they stay as they are. */
csm_frame csm_frame_enter(csm_ctx *ctx, const csm_mplugin *plugin, bool system);
/* Back, and what the code answered, put right: a bug on the way (csm_ctx_stick) or an error without a message becomes a
 * proper one naming the plugin; after OK no stale error is left. @p what names the hook ("rule \"x\""). */
csm_status csm_frame_leave(csm_ctx *ctx, csm_frame frame, csm_status st, const char *what);

/* A bug of a handler (unknown field ...): the error is set, kept, and fails the call at its end even when ignored. */
csm_status csm_ctx_stick(csm_ctx *ctx, csm_status code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

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
